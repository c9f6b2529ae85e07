// What an expression is: plain data that never changes, made by the builders beside this file, packed by the engine and
// evaluated by the server. Nothing is computed here.

import { show, wrong } from "../core/check.ts"
import { invalid } from "../errors.ts"
import { Double, GeoJSON, HLL, type MapKey, OrderedList, type Value } from "../values.ts"
import { type Mark, Raw } from "./parts.ts"
import { printed } from "./print.ts"

/** Literals of each type: what can stand where an expression of that type is asked for. */
export interface Literals {
  nil: null
  bool: boolean
  /** A whole number. */
  int: number | bigint
  string: string
  list: readonly Value[] | OrderedList
  map: ReadonlyMap<MapKey, Value> | { readonly [key: string]: Value }
  blob: Uint8Array
  /** Any number: also a whole one is a double here. */
  float: number | Double
  geo: GeoJSON
  hll: HLL
}

/** The types of values that the server's expressions know. */
export type ExpType = keyof Literals

/** Types of numbers. The server mixes none: both sides of an operator are ints or both are floats. */
export type NumberType = "int" | "float"

/** Types of values that have an order. */
export type ComparableType = Exclude<ExpType, "geo" | "hll">

/** An expression of a type, or a literal of it. */
export type Operand<T extends ExpType> = Expression<T> | { [K in T]: Literals[K] }[T]

/** The type of an operand: an expression's own, or the one that a literal has by itself. */
export type TypeOf<V> =
  V extends Expression<infer T>
    ? T
    : V extends null
      ? "nil"
      : V extends boolean
        ? "bool"
        : V extends number
          ? number extends V
            ? NumberType
            : `${V}` extends `${bigint}`
              ? "int"
              : "float"
          : V extends bigint
            ? "int"
            : V extends string
              ? "string"
              : V extends Double
                ? "float"
                : V extends Uint8Array
                  ? "blob"
                  : V extends GeoJSON
                    ? "geo"
                    : V extends HLL
                      ? "hll"
                      : V extends readonly unknown[] | OrderedList
                        ? "list"
                        : "map"

/** Any expression, or any value that can be stored. */
export type AnyOperand = Expression | Value

/** What an operator is given: expressions, and what the wire has beside them. */
export type Part = Expression | Raw | Value | readonly Part[]

/**
 * An expression: a condition or a computation that the server evaluates on a record. It is made by the builders of
 * {@link exp}, does not change, and can be used any number of times, by any client.
 *
 * `T` is the type of what it gives, so that what the server would refuse does not compile.
 */
export class Expression<out T extends ExpType = ExpType> {
  /** The type of what it gives; undefined when only the server knows. */
  readonly type: T | undefined
  /** The operator (`expOp` of the protocol's tables); undefined for a literal. */
  readonly code: number | undefined
  /** What the operator is given. */
  readonly args: readonly Part[]
  /** The value of a literal. */
  readonly value: Value | Mark | undefined
  /** The bytes, when it was read from them: these are sent and nothing else. */
  readonly packed: Uint8Array | undefined

  /** @internal Use the builders. */
  constructor(
    type: T | undefined,
    code: number | undefined,
    args: readonly Part[],
    value?: Value | Mark,
    packed?: Uint8Array,
  ) {
    this.type = type
    this.code = code
    this.args = Object.freeze(args)
    this.value = value
    this.packed = packed
    Object.freeze(this)
  }

  /** The expression as text to be read by people, such as `and(eq(int.bin("a"), 5), binExists("b"))`. */
  toString(): string {
    return printed(this)
  }
}

/** An operator with what it is given. */
export function call<T extends ExpType>(type: T | undefined, code: number, ...args: readonly Part[]): Expression<T> {
  return new Expression(type, code, args)
}

const checks: { readonly [K in ExpType]: readonly [allowed: string, is: (value: unknown) => boolean] } = {
  nil: ["null", (value) => value === null],
  bool: ["true or false", (value) => typeof value === "boolean"],
  int: ["a whole number within ±(2^53 - 1) or a bigint of 64 bits", isInt],
  string: ["text", (value) => typeof value === "string"],
  list: ["an array", (value) => Array.isArray(value) || value instanceof OrderedList],
  map: ["an object or a Map", isMap],
  blob: ["a Uint8Array", (value) => Object.prototype.toString.call(value) === "[object Uint8Array]"],
  float: ["a number", (value) => typeof value === "number" || value instanceof Double],
  geo: ["a GeoJSON", (value) => value instanceof GeoJSON],
  hll: ["an HLL", (value) => value instanceof HLL],
}

/** A literal of a type. */
export function literal<T extends ExpType>(type: T, value: unknown): Expression<T> {
  const [allowed, is] = checks[type]
  if (!is(value)) throw wrong(`a literal of type ${type}`, value, allowed)
  const kept = type === "float" && typeof value === "number" ? new Double(value) : value
  return new Expression(type, undefined, [], kept as Value)
}

/**
 * An operand as an expression; what is no expression has to be a literal of that type. That an expression is of that type
 * is for the compiler to see, and for the server, which refuses it with code 4.
 */
export function operand<T extends ExpType>(type: T, value: Operand<T>): Expression<T> {
  return value instanceof Expression ? (value as Expression<T>) : literal(type, value)
}

/** Operands of one type, which is that of the first that is an expression, or of the first literal. */
export function alike<T extends ExpType>(values: readonly (Operand<T> | Value)[]): readonly Expression<T>[] {
  const typed = values.find((value) => value instanceof Expression && value.type !== undefined) as Expression<T>
  const type = typed === undefined ? (typeOf(values.find((value) => !(value instanceof Expression))) as T) : typed.type
  return values.map((value) => (type === undefined ? (value as Expression<T>) : operand(type, value as Operand<T>)))
}

/** Any value, or any expression, as an expression. */
export function anyOperand(value: AnyOperand): Expression {
  if (value instanceof Expression) return value
  const type = typeOf(value)
  if (type === undefined) throw invalid(`${show(value)} is neither an expression nor a value that can be stored.`)
  return literal(type, value)
}

/** The type that a literal has by itself. */
function typeOf(value: unknown): ExpType | undefined {
  if (typeof value === "number" && !Number.isInteger(value)) return "float"
  if (value instanceof Double) return "float"
  for (const type of ["nil", "bool", "int", "string", "list", "blob", "geo", "hll", "map"] as const) {
    if (checks[type][1](value)) return type
  }
  return undefined
}

function isInt(value: unknown): boolean {
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value
  return Number.isSafeInteger(value)
}

function isMap(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null || value instanceof Map
}

/** The name of a bin, checked as far as it can be. */
export function binName(name: string): Raw {
  if (typeof name !== "string") throw wrong("the bin name", name, "text")
  return new Raw(name)
}

/** The name of a variable. */
export function variableName(name: string): Raw {
  if (typeof name !== "string" || !/^[A-Za-z_]\w*$/.test(name)) {
    throw wrong("the variable's name", name, "letters, digits and underscores that do not begin with a digit")
  }
  return new Raw(name)
}
