// What exists once for each type of value: literals, bins, the user key, variables, and the elements of a path's loop.

import { wrong } from "../core/check.ts"
import { expOp, expType, loopPart } from "../core/generated.ts"
import { binName, call, Expression, type ExpType, type Literals, literal, variableName } from "./expression.ts"
import { INFINITY, WILDCARD } from "./parts.ts"

/** What of an element a loop variable is. */
export type LoopPart = "key" | "value" | "index"

/** The number of a type on the wire. */
export function typeCode(type: ExpType): number {
  const code = expType[type.toUpperCase() as keyof typeof expType]
  if (code === undefined) throw wrong("the type", type, `one of ${Object.keys(expType).join(", ").toLowerCase()}`)
  return code
}

/** What there is of each type. */
export interface ValuesOf<T extends ExpType> {
  /** A literal. Where an operand is asked for, the bare value does as well. */
  val(value: Literals[T]): Expression<T>
  /** A bin. Unknown when the record has no such bin, or one of another type. */
  bin(name: string): Expression<T>
  /** A variable of a `let` around it. The server refuses (code 4) one that is not defined there. */
  var(name: string): Expression<T>
  /** In the filter or the modification of a path: the element at hand. Unknown when it is of another type. */
  loopVar(part: LoopPart): Expression<T>
}

/** What there is of types that a user key can have. */
export interface KeysOf<T extends ExpType> extends ValuesOf<T> {
  /** The user key. Unknown when it is not stored with the record (`sendKey`), or of another type. */
  key(): Expression<T>
}

/** Literals, bins and variables of a type. */
export function valuesOf<T extends ExpType>(type: T): ValuesOf<T> {
  return Object.freeze({
    val: (value: Literals[T]) => literal(type, value),
    bin: (name: string) => call(type, expOp.BIN, typeCode(type), binName(name)),
    var: (name: string) => call(type, expOp.VAR, variableName(name)),
    loopVar: (part: LoopPart) => call(type, expOp.LOOP_VAR, typeCode(type), partCode(part)),
  })
}

/** The same with the user key. */
export function keysOf<T extends ExpType>(type: T): KeysOf<T> {
  return Object.freeze({ ...valuesOf(type), key: () => call(type, expOp.KEY, typeCode(type)) })
}

function partCode(part: LoopPart): number {
  const code = loopPart[part?.toUpperCase() as keyof typeof loopPart]
  if (code === undefined) throw wrong("the part of the element", part, '"key", "value" or "index"')
  return code
}

/** Integers of 64 bits. A literal is a whole number, or a bigint. */
export const int: KeysOf<"int"> = /* @__PURE__ */ keysOf("int")
/** Bytes. See `bit` for what can be done with them. */
export const blob: KeysOf<"blob"> = /* @__PURE__ */ keysOf("blob")
/** Doubles. A literal is any number, a whole one too. */
export const float: ValuesOf<"float"> = /* @__PURE__ */ valuesOf("float")
/** Booleans. */
export const bool: ValuesOf<"bool"> = /* @__PURE__ */ valuesOf("bool")
/** GeoJSON. See `geoCompare`. */
export const geo: ValuesOf<"geo"> = /* @__PURE__ */ valuesOf("geo")

/** Nil. Written to a bin with `allowDelete`, it removes the bin. */
export function nil(): Expression<"nil"> {
  return literal("nil", null)
}

/** Above every value: the end of a range that has none. The server refuses it (code 4) in a comparison. */
export function infinity(): Expression<never> {
  return new Expression<never>(undefined, undefined, [], INFINITY)
}

/** Equal to every value, inside a list that is compared with the elements of a list or map. */
export function wildcard(): Expression<never> {
  return new Expression<never>(undefined, undefined, [], WILDCARD)
}
