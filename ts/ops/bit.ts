// Ops of `operate` on the bits of blobs. Bits are counted from the highest of the first byte on; offsets below zero count from
// the end. All but `resize` and `insert` need the bin to be there. A bin that is no blob fails with `BinTypeError` (12).
//
// The server knows them on bins only: with a `ctx`, version 8.1.2 refuses them (4).

import { flag } from "../core/check.ts"
import { bitOpKind, bitOverflowFlag, bitResizeFlag, bitWriteFlag } from "../core/generated.ts"
import { invalid } from "../errors.ts"
import {
  type Arguments,
  checked,
  checkOptions,
  choice,
  ctxRule,
  flags,
  make,
  type Nested,
  type Op,
  plain,
  type Rules,
} from "./make.ts"
import { amount, bool, bytes, integer64, intSize, place, size } from "./rules.ts"

/** Options of ops that change bits. */
export interface BitWrite extends Nested {
  /**
   * Whether the bin may or must exist: `"createOnly"` fails with `BinExistsError`, `"updateOnly"` with `BinNotFoundError`.
   * Default `"update"`: either, as far as the op can do without a blob.
   */
  mode?: "update" | "createOnly" | "updateOnly" | undefined
  /** What would fail does nothing instead. Default false. */
  noFail?: boolean | undefined
  /** With `noFail`: of a range that goes beyond the end, the part that the blob has is changed. Default false. */
  partial?: boolean | undefined
}

/** Options of {@link resize}. */
export interface BitResize extends BitWrite {
  /** Add or remove bytes at the start. Default false: at the end. */
  fromFront?: boolean | undefined
  /** To make the blob shorter fails with code 4. Default false. */
  growOnly?: boolean | undefined
  /** To make the blob longer fails with code 4. Default false. */
  shrinkOnly?: boolean | undefined
}

/** Options of {@link add} and {@link subtract}. */
export interface BitArithmetic extends BitWrite {
  /** The bits are a number in two's complement. Default false: they have no sign. */
  signed?: boolean | undefined
  /** What becomes of a result that does not fit: code 26, the nearest number that fits, or its lower bits. Default `"fail"`. */
  overflow?: "fail" | "saturate" | "wrap" | undefined
}

/** Options of {@link getInt}. */
export interface BitGetInt extends Nested {
  /** The bits are a number in two's complement. Default false: they have no sign. */
  signed?: boolean | undefined
}

const modes = { update: 0, createOnly: bitWriteFlag.CREATE_ONLY, updateOnly: bitWriteFlag.UPDATE_ONLY } as const
const overflows = { fail: 0, saturate: bitOverflowFlag.SATURATE, wrap: bitOverflowFlag.WRAP } as const
const writeBits = { noFail: bitWriteFlag.NO_FAIL, partial: bitWriteFlag.PARTIAL } as const
const resizeBits = {
  fromFront: bitResizeFlag.FROM_FRONT,
  growOnly: bitResizeFlag.GROW_ONLY,
  shrinkOnly: bitResizeFlag.SHRINK_ONLY,
} as const

const writeRules: Rules<BitWrite> = { ctx: ctxRule, mode: choice(modes), noFail: flag, partial: flag }
const resizeRules: Rules<BitResize> = { ...writeRules, fromFront: flag, growOnly: flag, shrinkOnly: flag }
const arithmeticRules: Rules<BitArithmetic> = { ...writeRules, signed: flag, overflow: choice(overflows) }
const getIntRules: Rules<BitGetInt> = { ctx: ctxRule, signed: flag }

// ── Changing ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Makes a blob so many bytes long; new ones are zero. A bin that is absent is made. */
export function resize(bin: string, byteSize: number, options?: BitResize): Op {
  const given = checkOptions("bit.resize", options, resizeRules)
  const args = checked("bit.resize", { byteSize: [byteSize, amount] })
  return make("bit.resize", bitOpKind.RESIZE, bin, [...args, writing(given), flags(given, resizeBits)], given.ctx)
}

/** Puts bytes before the one at an offset; a gap before it becomes zero. A bin that is absent is made. */
export function insert(bin: string, byteOffset: number, value: Uint8Array, options?: BitWrite): Op {
  return change(
    "bit.insert",
    bitOpKind.INSERT,
    bin,
    { byteOffset: [byteOffset, place], value: [value, bytes] },
    options,
  )
}

/** Removes bytes. Beyond the end: code 4. */
export function remove(bin: string, byteOffset: number, byteSize: number, options?: BitWrite): Op {
  const args = { byteOffset: [byteOffset, place], byteSize: [byteSize, size] } as const
  return change("bit.remove", bitOpKind.REMOVE, bin, args, options)
}

/** Writes bits, the first of `value` on. Beyond the end: code 26. */
export function set(bin: string, bitOffset: number, bitSize: number, value: Uint8Array, options?: BitWrite): Op {
  return change("bit.set", bitOpKind.SET, bin, { ...bits(bitOffset, bitSize), value: [value, bytes] }, options)
}

/** Combines bits with those of `value` by OR. Beyond the end: code 26. */
export function or(bin: string, bitOffset: number, bitSize: number, value: Uint8Array, options?: BitWrite): Op {
  return change("bit.or", bitOpKind.OR, bin, { ...bits(bitOffset, bitSize), value: [value, bytes] }, options)
}

/** Combines bits with those of `value` by exclusive OR. Beyond the end: code 26. */
export function xor(bin: string, bitOffset: number, bitSize: number, value: Uint8Array, options?: BitWrite): Op {
  return change("bit.xor", bitOpKind.XOR, bin, { ...bits(bitOffset, bitSize), value: [value, bytes] }, options)
}

/** Combines bits with those of `value` by AND. Beyond the end: code 26. */
export function and(bin: string, bitOffset: number, bitSize: number, value: Uint8Array, options?: BitWrite): Op {
  return change("bit.and", bitOpKind.AND, bin, { ...bits(bitOffset, bitSize), value: [value, bytes] }, options)
}

/** Turns bits over. Beyond the end: code 26. */
export function not(bin: string, bitOffset: number, bitSize: number, options?: BitWrite): Op {
  return change("bit.not", bitOpKind.NOT, bin, bits(bitOffset, bitSize), options)
}

/** Moves bits towards the first of the range; zeros follow. A shift of more than the range clears it. */
export function lshift(bin: string, bitOffset: number, bitSize: number, shift: number, options?: BitWrite): Op {
  return change("bit.lshift", bitOpKind.LSHIFT, bin, { ...bits(bitOffset, bitSize), shift: [shift, amount] }, options)
}

/** Moves bits towards the last of the range; zeros follow. A shift of more than the range clears it. */
export function rshift(bin: string, bitOffset: number, bitSize: number, shift: number, options?: BitWrite): Op {
  return change("bit.rshift", bitOpKind.RSHIFT, bin, { ...bits(bitOffset, bitSize), shift: [shift, amount] }, options)
}

/** Adds to the number that up to 64 bits are. */
export function add(
  bin: string,
  bitOffset: number,
  bitSize: number,
  value: number | bigint,
  options?: BitArithmetic,
): Op {
  return calculate("bit.add", bitOpKind.ADD, bin, ints(bitOffset, bitSize, value), options)
}

/** Subtracts from the number that up to 64 bits are. */
export function subtract(
  bin: string,
  bitOffset: number,
  bitSize: number,
  value: number | bigint,
  options?: BitArithmetic,
): Op {
  return calculate("bit.subtract", bitOpKind.SUBTRACT, bin, ints(bitOffset, bitSize, value), options)
}

/** Writes a number into up to 64 bits: its lower ones, as many as there are. */
export function setInt(
  bin: string,
  bitOffset: number,
  bitSize: number,
  value: number | bigint,
  options?: BitWrite,
): Op {
  return change("bit.setInt", bitOpKind.SET_INT, bin, ints(bitOffset, bitSize, value), options)
}

// ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Bits, from the highest of the first byte of the answer on. Beyond the end: code 26. */
export function get(bin: string, bitOffset: number, bitSize: number, options?: Nested): Op {
  return plain("bit.get", bitOpKind.GET, bin, bits(bitOffset, bitSize), options)
}

/** How many of the bits are 1. */
export function count(bin: string, bitOffset: number, bitSize: number, options?: Nested): Op {
  return plain("bit.count", bitOpKind.COUNT, bin, bits(bitOffset, bitSize), options)
}

/** The place within the range of the first bit that is `value`, or -1. */
export function lscan(bin: string, bitOffset: number, bitSize: number, value: boolean, options?: Nested): Op {
  return plain("bit.lscan", bitOpKind.LSCAN, bin, { ...bits(bitOffset, bitSize), value: [value, bool] }, options)
}

/** The place within the range of the last bit that is `value`, or -1. */
export function rscan(bin: string, bitOffset: number, bitSize: number, value: boolean, options?: Nested): Op {
  return plain("bit.rscan", bitOpKind.RSCAN, bin, { ...bits(bitOffset, bitSize), value: [value, bool] }, options)
}

/** The number that up to 64 bits are. Without a sign, 64 of them wrap to below zero from 2^63 on. */
export function getInt(bin: string, bitOffset: number, bitSize: number, options?: BitGetInt): Op {
  const { signed, ctx } = checkOptions("bit.getInt", options, getIntRules)
  const args = checked("bit.getInt", { bitOffset: [bitOffset, place], bitSize: [bitSize, intSize] })
  return make("bit.getInt", bitOpKind.GET_INT, bin, signed ? [...args, bitOverflowFlag.SIGNED] : args, ctx)
}

/** Options of {@link base64Encode}. */
export interface BitBase64 extends Nested {
  /** The first byte; below zero it counts from the end. Default 0. */
  byteOffset?: number | undefined
  /** How many bytes. Default: all up to the end. */
  byteSize?: number | undefined
  /** `byteSize` counts how many bytes at the end are left out. Default false. */
  fromEnd?: boolean | undefined
}

const base64Rules: Rules<BitBase64> = {
  ctx: ctxRule,
  byteOffset: place,
  byteSize: amount,
  fromEnd: flag,
}

/** Bytes as base64 text. Needs a server of version 8.1.3; see `string` for what that means. */
export function base64Encode(bin: string, options?: BitBase64): Op {
  const { byteOffset = 0, byteSize, fromEnd, ctx } = checkOptions("bit.base64Encode", options, base64Rules)
  if (fromEnd && byteSize === undefined) throw invalid("bit.base64Encode: fromEnd needs a byteSize.")
  const size = byteSize === undefined ? [] : [byteSize, ...(fromEnd ? [1] : [])]
  return make("bit.base64Encode", bitOpKind.B64_ENCODE, bin, [byteOffset, ...size], ctx)
}

// ── Shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function bits(bitOffset: number, bitSize: number): Arguments {
  return { bitOffset: [bitOffset, place], bitSize: [bitSize, size] }
}

function ints(bitOffset: number, bitSize: number, value: number | bigint): Arguments {
  return { bitOffset: [bitOffset, place], bitSize: [bitSize, intSize], value: [value, integer64] }
}

function change(where: string, kind: number, bin: string, args: Arguments, options: BitWrite | undefined): Op {
  const given = checkOptions(where, options, writeRules)
  return make(where, kind, bin, [...checked(where, args), writing(given)], given.ctx)
}

function calculate(where: string, kind: number, bin: string, args: Arguments, options: BitArithmetic | undefined): Op {
  const given = checkOptions(where, options, arithmeticRules)
  const action = overflows[given.overflow ?? "fail"] | (given.signed ? bitOverflowFlag.SIGNED : 0)
  return make(where, kind, bin, [...checked(where, args), writing(given), action], given.ctx)
}

function writing(given: BitWrite): number {
  return modes[given.mode ?? "update"] | flags(given, writeBits)
}
