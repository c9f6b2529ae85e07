// The bits of blobs in expressions. Offsets and sizes are in bits unless the name says bytes; negative offsets count from
// the end. A read gives what it read; a change gives the changed blob and leaves the bin as it is. Both are unknown when
// the blob is absent, and when what is asked for lies outside of it.

import { bitOp, bitOverflowFlag, bitResizeFlag, bitWriteFlag, expOp, expSystem } from "../core/generated.ts"
import { bitsOf, intOf } from "./calls.ts"
import { call, type Expression, type ExpType, type Operand, operand, type Part } from "./expression.ts"
import { typeCode } from "./typed.ts"

type Blob = Operand<"blob">
type Int = Operand<"int">

/** How bits are written. */
export interface BitWriteOptions {
  /** Whether the blob may, must not or must be there already; else it is unknown. Default `"update"`: either way. */
  mode?: "update" | "createOnly" | "updateOnly" | undefined
  /** What is not allowed leaves the blob as it is. */
  noFail?: boolean | undefined
  /** With `noFail`: what lies inside of the blob is done. */
  partial?: boolean | undefined
}

const writeBits = {
  createOnly: bitWriteFlag.CREATE_ONLY,
  updateOnly: bitWriteFlag.UPDATE_ONLY,
  noFail: bitWriteFlag.NO_FAIL,
  partial: bitWriteFlag.PARTIAL,
}

/** How numbers in bits are added. */
export interface BitNumberOptions extends BitWriteOptions {
  /** The bits are a signed number. Default false. */
  signed?: boolean | undefined
  /** What becomes of a result that does not fit: unknown (default), the nearest that fits, or the bits that fit. */
  overflow?: "fail" | "saturate" | "wrap" | undefined
}

function read<T extends ExpType>(type: T, blob: Blob, ...op: readonly Part[]): Expression<T> {
  return call(type, expOp.CALL, typeCode(type), expSystem.BITS, op, operand("blob", blob))
}

function modify(blob: Blob, ...op: readonly Part[]): Expression<"blob"> {
  const system = expSystem.BITS | expSystem.MODIFY
  return call("blob", expOp.CALL, typeCode("blob"), system, op, operand("blob", blob))
}

function flagsOf(options: BitWriteOptions): number {
  return bitsOf(options, writeBits)
}

function actionOf({ signed, overflow }: BitNumberOptions): number {
  const sign = signed ? bitOverflowFlag.SIGNED : 0
  if (overflow === "saturate") return sign | bitOverflowFlag.SATURATE
  return overflow === "wrap" ? sign | bitOverflowFlag.WRAP : sign
}

// ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The bits from an offset on, as a blob that begins with the first of them. */
export function get(blob: Blob, offset: Int, size: Int): Expression<"blob"> {
  return read("blob", blob, bitOp.GET, intOf(offset), intOf(size))
}

/** How many of the bits are 1. */
export function count(blob: Blob, offset: Int, size: Int): Expression<"int"> {
  return read("int", blob, bitOp.COUNT, intOf(offset), intOf(size))
}

/** Where, from the offset, the first bit is that is 1 (or, for false, 0); -1 for none. */
export function lscan(blob: Blob, offset: Int, size: Int, search: Operand<"bool">): Expression<"int"> {
  return read("int", blob, bitOp.LSCAN, intOf(offset), intOf(size), operand("bool", search))
}

/** Where, from the offset, the last bit is that is 1 (or, for false, 0); -1 for none. */
export function rscan(blob: Blob, offset: Int, size: Int, search: Operand<"bool">): Expression<"int"> {
  return read("int", blob, bitOp.RSCAN, intOf(offset), intOf(size), operand("bool", search))
}

/** At most 64 bits as an integer. */
export function getInt(
  blob: Blob,
  offset: Int,
  size: Int,
  { signed = false }: { signed?: boolean | undefined } = {},
): Expression<"int"> {
  return read("int", blob, bitOp.GET_INT, intOf(offset), intOf(size), ...(signed ? [bitOverflowFlag.SIGNED] : []))
}

/**
 * Bytes as base64 text: all, or `size` of them from a byte offset on, or with `fromEnd` all from the offset on but the last
 * `size`. Needs a server of version 8.1.3; see `string` for what that means.
 */
export function base64Encode(
  blob: Blob,
  range?: { byteOffset: Int; byteSize: Int; fromEnd?: boolean | undefined },
): Expression<"string"> {
  if (range === undefined) return read("string", blob, bitOp.B64_ENCODE)
  const { byteOffset, byteSize, fromEnd = false } = range
  return read("string", blob, bitOp.B64_ENCODE, intOf(byteOffset), intOf(byteSize), fromEnd ? 1 : 0)
}

// ── Changing ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The blob made longer, with zeros, or shorter; at its end, or with `fromFront` at its beginning. */
export function resize(
  blob: Blob,
  bytes: Int,
  options: BitWriteOptions & {
    fromFront?: boolean | undefined
    growOnly?: boolean | undefined
    shrinkOnly?: boolean | undefined
  } = {},
): Expression<"blob"> {
  const { FROM_FRONT: fromFront, GROW_ONLY: growOnly, SHRINK_ONLY: shrinkOnly } = bitResizeFlag
  return modify(
    blob,
    bitOp.RESIZE,
    intOf(bytes),
    flagsOf(options),
    bitsOf(options, { fromFront, growOnly, shrinkOnly }),
  )
}

/** The blob with bytes put in. */
export function insert(blob: Blob, byteOffset: Int, value: Blob, options: BitWriteOptions = {}): Expression<"blob"> {
  return modify(blob, bitOp.INSERT, intOf(byteOffset), operand("blob", value), flagsOf(options))
}

/** The blob without some bytes. */
export function remove(blob: Blob, byteOffset: Int, bytes: Int, options: BitWriteOptions = {}): Expression<"blob"> {
  return modify(blob, bitOp.REMOVE, intOf(byteOffset), intOf(bytes), flagsOf(options))
}

function combine(code: number, blob: Blob, offset: Int, size: Int, value: Part, options: BitWriteOptions) {
  return modify(blob, code, intOf(offset), intOf(size), value, flagsOf(options))
}

/** The blob with bits replaced by those of a value. */
export function set(
  blob: Blob,
  offset: Int,
  size: Int,
  value: Blob,
  options: BitWriteOptions = {},
): Expression<"blob"> {
  return combine(bitOp.SET, blob, offset, size, operand("blob", value), options)
}

/** The blob with those bits set that are set in a value. */
export function or(blob: Blob, offset: Int, size: Int, value: Blob, options: BitWriteOptions = {}): Expression<"blob"> {
  return combine(bitOp.OR, blob, offset, size, operand("blob", value), options)
}

/** The blob with those bits turned over that are set in a value. */
export function xor(
  blob: Blob,
  offset: Int,
  size: Int,
  value: Blob,
  options: BitWriteOptions = {},
): Expression<"blob"> {
  return combine(bitOp.XOR, blob, offset, size, operand("blob", value), options)
}

/** The blob with only those bits left that are set in a value too. */
export function and(
  blob: Blob,
  offset: Int,
  size: Int,
  value: Blob,
  options: BitWriteOptions = {},
): Expression<"blob"> {
  return combine(bitOp.AND, blob, offset, size, operand("blob", value), options)
}

/** The blob with bits turned over. */
export function not(blob: Blob, offset: Int, size: Int, options: BitWriteOptions = {}): Expression<"blob"> {
  return modify(blob, bitOp.NOT, intOf(offset), intOf(size), flagsOf(options))
}

/** The blob with bits moved to the left, zeros coming in. */
export function lshift(blob: Blob, offset: Int, size: Int, by: Int, options: BitWriteOptions = {}): Expression<"blob"> {
  return combine(bitOp.LSHIFT, blob, offset, size, intOf(by), options)
}

/** The blob with bits moved to the right, zeros coming in. */
export function rshift(blob: Blob, offset: Int, size: Int, by: Int, options: BitWriteOptions = {}): Expression<"blob"> {
  return combine(bitOp.RSHIFT, blob, offset, size, intOf(by), options)
}

/** The blob with a number added to the one that at most 64 bits are. */
export function add(
  blob: Blob,
  offset: Int,
  size: Int,
  value: Int,
  options: BitNumberOptions = {},
): Expression<"blob"> {
  return modify(blob, bitOp.ADD, intOf(offset), intOf(size), intOf(value), flagsOf(options), actionOf(options))
}

/** The blob with a number taken from the one that at most 64 bits are. */
export function subtract(
  blob: Blob,
  offset: Int,
  size: Int,
  value: Int,
  options: BitNumberOptions = {},
): Expression<"blob"> {
  return modify(blob, bitOp.SUBTRACT, intOf(offset), intOf(size), intOf(value), flagsOf(options), actionOf(options))
}

/** The blob with at most 64 bits set to a number. */
export function setInt(
  blob: Blob,
  offset: Int,
  size: Int,
  value: Int,
  options: BitWriteOptions = {},
): Expression<"blob"> {
  return combine(bitOp.SET_INT, blob, offset, size, intOf(value), options)
}
