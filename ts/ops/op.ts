// Ops of `operate` on whole bins and on the record.

import { check } from "../core/check.ts"
import { scalarOpKind } from "../core/generated.ts"
import type { Double, Value } from "../values.ts"
import { make, type Op } from "./make.ts"
import { anyValue, number, text } from "./rules.ts"

/** Reads a bin. One that is absent has no result. */
export function read(bin: string): Op {
  return make("op.read", scalarOpKind.READ, bin, [])
}

/**
 * Reads all bins, as they are at its place among the ops: what a later op writes is not seen. The server then answers all
 * bins and nothing else: other reads beside it have no result, `respondAllOps` does nothing, and ops that change a list,
 * map, blob or HyperLogLog fail with code 4.
 */
export function readAll(): Op {
  return onRecord(scalarOpKind.READ_ALL)
}

/** Reads generation and time to live only, which every answer has. */
export function readHeader(): Op {
  return onRecord(scalarOpKind.READ_HEADER)
}

/**
 * Writes a bin; null removes it, and the record with its last.
 *
 * @example
 * await client.operate(key, [op.write("name", "Alice"), op.add("visits", 1), op.read("visits")])
 */
export function write(bin: string, value: Value): Op {
  check("op.write: value", value, anyValue)
  return make("op.write", scalarOpKind.WRITE, bin, [value])
}

/**
 * Adds to a number; a bin that is absent is made. Integers wrap at 64 bits.
 *
 * It fails with `BinTypeError` when the bin holds something else, or one is an integer and the other a double.
 */
export function add(bin: string, by: number | bigint | Double): Op {
  check("op.add: by", by, number)
  return make("op.add", scalarOpKind.ADD, bin, [by])
}

/** The same as {@link add}. */
export const increment: typeof add = add

/** Puts a string or bytes behind those of a bin; one that is absent is made. Another type fails with `BinTypeError`. */
export function append(bin: string, value: string | Uint8Array): Op {
  check("op.append: value", value, text)
  return make("op.append", scalarOpKind.APPEND, bin, [value])
}

/** Puts a string or bytes before those of a bin; one that is absent is made. Another type fails with `BinTypeError`. */
export function prepend(bin: string, value: string | Uint8Array): Op {
  check("op.prepend: value", value, text)
  return make("op.prepend", scalarOpKind.PREPEND, bin, [value])
}

/**
 * Renews the record's time to live, as `policy.ttl` says, and raises its generation. On a record that earlier ops
 * only just made it fails with `RecordNotFoundError`, and nothing is written.
 */
export function touch(): Op {
  return onRecord(scalarOpKind.TOUCH)
}

/**
 * Removes all bins, and the record with them unless a later op writes: then its generation goes on. As the last op on a
 * record that earlier ops only just made it fails with `RecordNotFoundError`, and nothing is written.
 */
function remove(): Op {
  return onRecord(scalarOpKind.DELETE)
}

export * as exp from "./exp.ts"
export * as path from "./path.ts"
export { remove as delete }

function onRecord(kind: number): Op {
  return { kind, bin: undefined, args: [], ctx: undefined }
}
