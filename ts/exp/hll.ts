// HyperLogLogs in expressions: about how many different values were added. A read gives what it read; a change gives the
// changed HyperLogLog and leaves the bin as it is. Both are unknown when it is absent or of another type.

import { expOp, expSystem, hllOp, hllWriteFlag } from "../core/generated.ts"
import type { HLL } from "../values.ts"
import { bitsOf, intOf } from "./calls.ts"
import { call, Expression, type ExpType, literal, type Operand, operand, type Part } from "./expression.ts"
import { typeCode, valuesOf } from "./typed.ts"

const values = /* @__PURE__ */ valuesOf("hll")
/** A HyperLogLog that is a value. */
export const val: typeof values.val = values.val
/** A bin. Unknown when the record has no such bin, or one of another type. */
export const bin: typeof values.bin = values.bin
/** In the filter or the modification of a path: the element at hand. */
export const loopVar: typeof values.loopVar = values.loopVar
const variable: typeof values.var = values.var

export { variable as var }

type Hll = Operand<"hll">
/** One HyperLogLog, or a list of them. */
export type Hlls = Hll | Expression<"list"> | readonly HLL[]

/** How a HyperLogLog is written. */
export interface HllWriteOptions {
  /** Whether it may, must not or must be there already; else it is unknown. Default `"update"`: either way. */
  mode?: "update" | "createOnly" | "updateOnly" | undefined
  /** What is not allowed leaves it as it is. */
  noFail?: boolean | undefined
}

const writeBits = {
  createOnly: hllWriteFlag.CREATE_ONLY,
  updateOnly: hllWriteFlag.UPDATE_ONLY,
  noFail: hllWriteFlag.NO_FAIL,
}

/** Bits that are not given. */
const unset = -1

function read<T extends ExpType>(type: T, hll: Hll, ...op: readonly Part[]): Expression<T> {
  return call(type, expOp.CALL, typeCode(type), expSystem.HLL, op, operand("hll", hll))
}

function modify(hll: Hll, ...op: readonly Part[]): Expression<"hll"> {
  return call("hll", expOp.CALL, typeCode("hll"), expSystem.HLL | expSystem.MODIFY, op, operand("hll", hll))
}

function several(hlls: Hlls): Expression {
  if (hlls instanceof Expression) return hlls
  return Array.isArray(hlls) ? literal("list", hlls) : literal("hll", hlls)
}

/** About how many different values were added. */
export function count(hll: Hll): Expression<"int"> {
  return read("int", hll, hllOp.COUNT)
}

/** The union with others. */
export function union(hll: Hll, others: Hlls): Expression<"hll"> {
  return read("hll", hll, hllOp.UNION, several(others))
}

/** About how many different values the union with others has. */
export function unionCount(hll: Hll, others: Hlls): Expression<"int"> {
  return read("int", hll, hllOp.UNION_COUNT, several(others))
}

/** About how many different values all have. */
export function intersectCount(hll: Hll, others: Hlls): Expression<"int"> {
  return read("int", hll, hllOp.INTERSECT_COUNT, several(others))
}

/** How alike they are: 0 to 1. */
export function similarity(hll: Hll, others: Hlls): Expression<"float"> {
  return read("float", hll, hllOp.SIMILARITY, several(others))
}

/** A list of its index bits and its min-hash bits. */
export function describe(hll: Hll): Expression<"list"> {
  return read("list", hll, hllOp.DESCRIBE)
}

/** 1 when all values of a list may have been added, 0 when one surely was not. */
export function mayContain(hll: Hll, values: Operand<"list">): Expression<"int"> {
  return read("int", hll, hllOp.MAY_CONTAIN, operand("list", values))
}

/** An empty HyperLogLog with so many index bits (4 to 16) and min-hash bits (0, or 4 to 51; 64 in all). */
export function init(
  hll: Hll,
  indexBits: Operand<"int">,
  options: HllWriteOptions & { minHashBits?: Operand<"int"> | undefined } = {},
): Expression<"hll"> {
  const { minHashBits = unset } = options
  return modify(hll, hllOp.INIT, intOf(indexBits), intOf(minHashBits), bitsOf(options, writeBits))
}

/** The HyperLogLog with all values of a list added. The bits say how it is made if it is absent. */
export function add(
  hll: Hll,
  values: Operand<"list">,
  options: HllWriteOptions & {
    indexBits?: Operand<"int"> | undefined
    minHashBits?: Operand<"int"> | undefined
  } = {},
): Expression<"hll"> {
  const { indexBits = unset, minHashBits = unset } = options
  const flags = bitsOf(options, writeBits)
  return modify(hll, hllOp.ADD, operand("list", values), intOf(indexBits), intOf(minHashBits), flags)
}
