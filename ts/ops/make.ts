// How builders make ops: pure data, checked at once, so that what is wrong is said where it was written and not where it
// is sent. What is inside of a value is looked at when it is written.

import { check, isPlainObject, oneOf, type Rule, rule, unknownField, wrong } from "../core/check.ts"
import { limit } from "../core/generated.ts"
import { utf8Length } from "../core/text.ts"
import type { Expression } from "../exp/expression.ts"
import type { Mark } from "../exp/parts.ts"
import type { Value } from "../values.ts"
import { Ctx } from "./ctx.ts"

/** One op of `operate`, as the builders `op`, `list`, `map`, `bit`, `hll` and `string` make them. Plain data: it can be kept and used again. */
export interface Op {
  /** The number that the engine knows it by. */
  readonly kind: number
  /** Undefined when it concerns the record. */
  readonly bin: string | undefined
  /** In the order in which the server wants them. */
  readonly args: readonly (OpValue | Expression)[]
  /** The way to the list or map inside of the bin's value. */
  readonly ctx: Ctx | undefined
}

/** A value in an op: what a bin can hold, and, to compare with, {@link INFINITY} and {@link WILDCARD}. */
export type OpValue =
  | Value
  | Mark
  | readonly OpValue[]
  | ReadonlyMap<string | number | bigint | Uint8Array, OpValue>
  | { readonly [key: string]: OpValue }

/** What an op on nested values takes. */
export interface Nested {
  /**
   * The way to the list or map inside of the bin's value. A step that leads nowhere fails with code 26
   * (`OP_NOT_APPLICABLE`), what it leads to with `BinTypeError` (12) if it is of another kind than the op's, and a bin that
   * is no list or map with code 4.
   */
  ctx?: Ctx | undefined
}

/** An op on a bin. `where` is what the caller called, for messages. */
export function make(where: string, kind: number, bin: string, args: readonly (OpValue | Expression)[], ctx?: Ctx): Op {
  checkBin(where, bin)
  return { kind, bin, args, ctx: ctx?.entries.length ? ctx : undefined }
}

/** Arguments by name, each with its rule. One that is undefined and may be is left out, with all behind it. */
export type Arguments = Readonly<Record<string, readonly [value: OpValue | undefined, rule: Rule]>>

/** An op that takes these arguments and, of options, a context. */
export function plain(where: string, kind: number, bin: string, args: Arguments, options: Nested | undefined): Op {
  const { ctx } = checkOptions(where, options, nested)
  return make(where, kind, bin, checked(where, args), ctx)
}

export function checked(where: string, args: Arguments): OpValue[] {
  const given: OpValue[] = []
  for (const [name, [value, rule]] of Object.entries(args)) {
    check(`${where}: ${name}`, value, rule)
    if (value !== undefined) given.push(value)
  }
  return given
}

function checkBin(where: string, bin: unknown): void {
  check(`${where}: bin`, bin, binRule)
}

const binRule = rule(
  `text of 1 to ${limit.BIN} bytes`,
  (bin) => typeof bin === "string" && bin !== "" && bin.length <= limit.BIN && utf8Length(bin) <= limit.BIN,
)

// ── Options ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Rules<T> = { readonly [K in keyof T]-?: Rule }

export const ctxRule: Rule = rule("a context, such as ctx.mapKey(…)", (value) => value instanceof Ctx)

export const nested: Rules<Nested> = { ctx: ctxRule }

const none: object = Object.freeze({})

/** The options of a call, checked; none is as good as an empty object. */
export function checkOptions<T extends object>(where: string, given: T | undefined, rules: Rules<T>): T {
  if (given === undefined) return none as T
  if (!isPlainObject(given))
    throw wrong(`${where}: the options`, given, `an object of ${Object.keys(rules).join(", ")}`)
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(rules, name)) throw unknownField(`${where}: options`, name, Object.keys(rules))
    const value = given[name]
    if (value !== undefined) check(`${where}: ${name}`, value, rules[name as keyof T])
  }
  return given as T
}

/** A choice of names, each of which stands for a number. */
export function choice(names: Readonly<Record<string, number>>): Rule {
  return oneOf(...Object.keys(names))
}

/** The bits of those options that are true. */
export function flags<T extends object>(given: T, bits: Readonly<Partial<Record<keyof T, number>>>): number {
  let all = 0
  for (const name of Object.keys(bits) as (keyof T)[]) if (given[name] === true) all |= bits[name]!
  return all
}
