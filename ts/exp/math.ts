// Arithmetic and the bits of integers. Numbers of an operator are all ints or all floats: the server refuses a mix with
// code 4, and here it does not compile.

import { expOp } from "../core/generated.ts"
import { alike, call, type Expression, type Literals, type NumberType, type Operand, operand } from "./expression.ts"

/** Takes any number of numbers of one type. */
export interface Arithmetic {
  <T extends NumberType>(first: Expression<T>, ...more: readonly NoInfer<Operand<T>>[]): Expression<T>
  <T extends NumberType>(
    first: NoInfer<Literals[T]>,
    second: Expression<T>,
    ...more: readonly NoInfer<Operand<T>>[]
  ): Expression<T>
}

function arithmetic(code: number): Arithmetic {
  return (...numbers: unknown[]) => {
    const parts = alike(numbers as Expression<NumberType>[])
    return call(parts.find(({ type }) => type !== undefined)?.type, code, ...parts) as Expression<never>
  }
}

/** The sum. Integers wrap at 64 bits. */
export const add: Arithmetic = /* @__PURE__ */ arithmetic(expOp.ADD)
/** The first less all others; a single one negated. Integers wrap. */
export const sub: Arithmetic = /* @__PURE__ */ arithmetic(expOp.SUB)
/** The product. Integers wrap. */
export const mul: Arithmetic = /* @__PURE__ */ arithmetic(expOp.MUL)
/**
 * The first divided by all others; of a single one its reciprocal. Integers are cut off towards zero, and dividing one by
 * zero is unknown; a float divided by zero is infinite.
 */
export const div: Arithmetic = /* @__PURE__ */ arithmetic(expOp.DIV)
/** The smallest. */
export const min: Arithmetic = /* @__PURE__ */ arithmetic(expOp.MIN)
/** The greatest. */
export const max: Arithmetic = /* @__PURE__ */ arithmetic(expOp.MAX)

/** A float to the power of a float. */
export function pow(base: Operand<"float">, exponent: Operand<"float">): Expression<"float"> {
  return call("float", expOp.POW, operand("float", base), operand("float", exponent))
}

/** The logarithm of a float to a base. */
export function log(number: Operand<"float">, base: Operand<"float">): Expression<"float"> {
  return call("float", expOp.LOG, operand("float", number), operand("float", base))
}

/** The remainder of a division of integers, with the sign of the numerator. Unknown when the denominator is zero. */
export function mod(numerator: Operand<"int">, denominator: Operand<"int">): Expression<"int"> {
  return call("int", expOp.MOD, operand("int", numerator), operand("int", denominator))
}

/** The number without its sign. The smallest integer, which has no positive, stays as it is. */
export function abs<T extends NumberType>(number: Expression<T>): Expression<T> {
  return call(number.type, expOp.ABS, ...alike([number]))
}

/** The next whole number downwards, as a float. */
export function floor(number: Operand<"float">): Expression<"float"> {
  return call("float", expOp.FLOOR, operand("float", number))
}

/** The next whole number upwards, as a float. */
export function ceil(number: Operand<"float">): Expression<"float"> {
  return call("float", expOp.CEIL, operand("float", number))
}

/** A float cut off towards zero. One that no integer of 64 bits can be gives the smallest integer. */
export function toInt(number: Operand<"float">): Expression<"int"> {
  return call("int", expOp.TO_INT, operand("float", number))
}

/** An integer as a float. */
export function toFloat(number: Operand<"int">): Expression<"float"> {
  return call("float", expOp.TO_FLOAT, operand("int", number))
}

// ── Bits of integers ────────────────────────────────────────────────────────────────────────────────────────────────

type Ints = readonly [first: Operand<"int">, second: Operand<"int">, ...more: Operand<"int">[]]

function ofInts(code: number, ints: readonly Operand<"int">[]): Expression<"int"> {
  return call("int", code, ...ints.map((int) => operand("int", int)))
}

/** The bits that are set in all. */
export function intAnd(...ints: Ints): Expression<"int"> {
  return ofInts(expOp.INT_AND, ints)
}

/** The bits that are set in any. */
export function intOr(...ints: Ints): Expression<"int"> {
  return ofInts(expOp.INT_OR, ints)
}

/** The bits that are set in an odd number of them. */
export function intXor(...ints: Ints): Expression<"int"> {
  return ofInts(expOp.INT_XOR, ints)
}

/** All bits turned over. */
export function intNot(int: Operand<"int">): Expression<"int"> {
  return ofInts(expOp.INT_NOT, [int])
}

/** The bits moved to the left. By 64 or more they stay as they are. */
export function intLshift(int: Operand<"int">, by: Operand<"int">): Expression<"int"> {
  return ofInts(expOp.INT_LSHIFT, [int, by])
}

/** The bits moved to the right, zeros coming in from the left. */
export function intRshift(int: Operand<"int">, by: Operand<"int">): Expression<"int"> {
  return ofInts(expOp.INT_RSHIFT, [int, by])
}

/** The bits moved to the right, the sign coming in from the left. */
export function intArshift(int: Operand<"int">, by: Operand<"int">): Expression<"int"> {
  return ofInts(expOp.INT_ARSHIFT, [int, by])
}

/** How many bits are set. */
export function intCount(int: Operand<"int">): Expression<"int"> {
  return ofInts(expOp.INT_COUNT, [int])
}

/** Where, counted from the left, the first bit is that is set (or, for false, clear); -1 when none is. */
export function intLscan(int: Operand<"int">, search: Operand<"bool">): Expression<"int"> {
  return call("int", expOp.INT_LSCAN, operand("int", int), operand("bool", search))
}

/** Where, counted from the left, the last bit is that is set (or, for false, clear); -1 when none is. */
export function intRscan(int: Operand<"int">, search: Operand<"bool">): Expression<"int"> {
  return call("int", expOp.INT_RSCAN, operand("int", int), operand("bool", search))
}
