// Comparisons and logic. A comparison with an unknown side is unknown; so is one of maps that are not key-ordered, even
// of a bin with itself.

import { wrong } from "../core/check.ts"
import { expOp, regexFlag } from "../core/generated.ts"
import {
  type AnyOperand,
  alike,
  anyOperand,
  type ComparableType,
  call,
  type Expression,
  type ExpType,
  type Literals,
  type Operand,
  operand,
  type TypeOf,
  variableName,
} from "./expression.ts"
import { Raw } from "./parts.ts"

/** Compares two values of one type, one of which may be a literal. */
export interface Comparison {
  <T extends ComparableType>(left: Expression<T>, right: NoInfer<Operand<T>>): Expression<"bool">
  <T extends ComparableType>(left: NoInfer<Literals[T]>, right: Expression<T>): Expression<"bool">
}

function comparison(code: number): Comparison {
  return (left: unknown, right: unknown) => call("bool", code, ...alike([left, right] as Expression[]))
}

/**
 * Whether both are equal. Of strings, blobs and lists, all bytes and elements. Unordered maps are never comparable: that
 * is unknown.
 *
 * @example
 * exp.eq(exp.int.bin("a"), 5)
 */
export const eq: Comparison = /* @__PURE__ */ comparison(expOp.EQ)
/** Whether both differ. */
export const ne: Comparison = /* @__PURE__ */ comparison(expOp.NE)
/** Whether the first is the greater. */
export const gt: Comparison = /* @__PURE__ */ comparison(expOp.GT)
/** Whether the first is greater, or both are equal. */
export const ge: Comparison = /* @__PURE__ */ comparison(expOp.GE)
/** Whether the first is the smaller. */
export const lt: Comparison = /* @__PURE__ */ comparison(expOp.LT)
/** Whether the first is smaller, or both are equal. */
export const le: Comparison = /* @__PURE__ */ comparison(expOp.LE)

/** How a regular expression is meant. All default to false but `extended`. */
export interface RegexFlags {
  /** POSIX extended syntax (`+ ? | ( )` without backslashes). Default true. */
  extended?: boolean | undefined
  /** Upper and lower case are the same. */
  ignoreCase?: boolean | undefined
  /** A line feed ends a line: `^` and `$` match there, and a dot does not match it. */
  newline?: boolean | undefined
  /** No submatches: it makes no difference here, but other clients know it. */
  noSub?: boolean | undefined
}

/**
 * Whether a POSIX regular expression matches somewhere in a string. The server refuses a bad pattern with code 4. Nothing
 * of JavaScript's own syntax beyond POSIX (`\d`, look-ahead, lazy quantifiers) is known to the server.
 *
 * @example
 * exp.regex(exp.string.bin("name"), "^al", { ignoreCase: true })
 */
export function regex(text: Operand<"string">, pattern: string, flags: RegexFlags = {}): Expression<"bool"> {
  if (typeof pattern !== "string") throw wrong("the pattern", pattern, "text in the syntax of POSIX")
  const bits =
    (flags.extended === false ? 0 : regexFlag.EXTENDED) |
    (flags.ignoreCase ? regexFlag.ICASE : 0) |
    (flags.newline ? regexFlag.NEWLINE : 0) |
    (flags.noSub ? regexFlag.NOSUB : 0)
  return call("bool", expOp.REGEX, bits, new Raw(pattern), operand("string", text))
}

/** Whether a region contains a point, or a point is in a region: the two in either order. */
export function geoCompare(left: Operand<"geo">, right: Operand<"geo">): Expression<"bool"> {
  return call("bool", expOp.GEO_COMPARE, operand("geo", left), operand("geo", right))
}

/** Whether a value is an element of a list (server 8.1.2). */
export function inList(value: AnyOperand, list: Operand<"list">): Expression<"bool"> {
  return call("bool", expOp.IN_LIST, anyOperand(value), operand("list", list))
}

/** The keys of a map (server 8.1.2). */
export function mapKeys(map: Operand<"map">): Expression<"list"> {
  return call("list", expOp.MAP_KEYS, operand("map", map))
}

/** The values of a map (server 8.1.2). */
export function mapValues(map: Operand<"map">): Expression<"list"> {
  return call("list", expOp.MAP_VALUES, operand("map", map))
}

// ── Logic ───────────────────────────────────────────────────────────────────────────────────────────────────────────

type Condition = Operand<"bool">
type Conditions = readonly [first: Condition, second: Condition, ...more: Condition[]]

function logic(code: number, conditions: readonly Condition[]): Expression<"bool"> {
  return call("bool", code, ...conditions.map((condition) => operand("bool", condition)))
}

/** Whether all are true. False as soon as one is false, even when others are unknown. */
export function and(...conditions: Conditions): Expression<"bool"> {
  return logic(expOp.AND, conditions)
}

/** Whether any is true. True as soon as one is true, even when others are unknown. */
export function or(...conditions: Conditions): Expression<"bool"> {
  return logic(expOp.OR, conditions)
}

/** Whether exactly one is true. Unknown as soon as one is unknown. */
export function exclusive(...conditions: Conditions): Expression<"bool"> {
  return logic(expOp.EXCLUSIVE, conditions)
}

/** The contrary; unknown stays unknown. */
export function not(condition: Condition): Expression<"bool"> {
  return call("bool", expOp.NOT, operand("bool", condition))
}

/**
 * No value: a filter lets the record not through, a read or write op fails with code 26 (or, with `evalNoFail`, does
 * nothing). It fits where any type is asked for.
 */
export function unknown(): Expression<never> {
  return call<never>(undefined, expOp.UNKNOWN)
}

/**
 * The value of the first test that is true, or the last value when none is. All values are of one type, that of the first;
 * `unknown()` fits every type. Unknown when a test before the first true one is.
 *
 * @example
 * exp.cond(exp.lt(exp.int.bin("age"), 18), "minor", exp.lt(exp.int.bin("age"), 65), "adult", "senior")
 */
export function cond<const V extends AnyOperand>(
  test: Condition,
  value: V,
  otherwise: NoInfer<Operand<TypeOf<V>>>,
): Expression<TypeOf<V>>
export function cond<const V extends AnyOperand>(
  test: Condition,
  value: V,
  test2: Condition,
  value2: NoInfer<Operand<TypeOf<V>>>,
  otherwise: NoInfer<Operand<TypeOf<V>>>,
): Expression<TypeOf<V>>
export function cond<const V extends AnyOperand>(
  test: Condition,
  value: V,
  test2: Condition,
  value2: NoInfer<Operand<TypeOf<V>>>,
  test3: Condition,
  value3: NoInfer<Operand<TypeOf<V>>>,
  ...rest: (Condition | NoInfer<Operand<TypeOf<V>>>)[]
): Expression<TypeOf<V>>
export function cond(...branches: unknown[]): Expression {
  const isTest = (i: number) => i % 2 === 0 && i < branches.length - 1
  const values = alike(branches.filter((_, i) => !isTest(i)) as Operand<ExpType>[])
  const typed = values.find(({ type }) => type !== undefined)
  let at = 0
  const parts = branches.map((branch, i) => (isTest(i) ? operand("bool", branch as Condition) : values[at++]!))
  return call(typed?.type, expOp.COND, ...parts)
}

/** Variables as the body of a `let` uses them. */
export type VariablesOf<V extends Readonly<Record<string, AnyOperand>>> = {
  readonly [K in keyof V]: Expression<TypeOf<V[K]>>
}

/**
 * Gives names to expressions, each of which is evaluated once, and then the value of a body that uses them. A definition
 * can use those before it by their names, as `exp.int.var("x")`. The server refuses (code 4) a name that is defined twice.
 *
 * @example
 * exp.let({ x: exp.add(exp.int.bin("a"), 1) }, ({ x }) => exp.mul(x, x))
 */
function let_<const V extends Readonly<Record<string, AnyOperand>>, T extends ExpType>(
  variables: V,
  body: (variables: VariablesOf<V>) => Expression<T>,
): Expression<T>
function let_<T extends ExpType>(
  variables: Iterable<readonly [name: string, value: AnyOperand]>,
  body: (variables: Readonly<Record<string, Expression<never>>>) => Expression<T>,
): Expression<T>
function let_(variables: object, body: (variables: never) => Expression): Expression {
  const given =
    Symbol.iterator in variables ? [...(variables as Iterable<[string, AnyOperand]>)] : Object.entries(variables)
  const named = given.map(([name, value]) => [variableName(name), anyOperand(value)] as const)
  const used = named.map(([name, { type }]) => [name.text, call(type, expOp.VAR, name)])
  const result = anyOperand(body(Object.fromEntries(used) as never))
  return call(result.type, expOp.LET, ...named.flat(), result)
}

export { exclusive as xor, let_ as let }
