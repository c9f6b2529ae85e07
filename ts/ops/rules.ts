// What arguments of ops and of contexts can be.

import { check, flag, integer, isPlainObject, type Rule, rule } from "../core/check.ts"
import { Double, HLL } from "../values.ts"

/** Anything that can be an argument at all. */
export const anyValue: Rule = rule(
  "a value that can be stored (null for nothing)",
  (value) => value !== undefined && typeof value !== "function" && typeof value !== "symbol",
)

export const values: Rule = rule("an array of values", (value) => Array.isArray(value) && value.every(anyValue.accepts))

export const mapKey: Rule = rule("text, a whole number, a bigint or a Uint8Array", isMapKey)

export const mapKeys: Rule = rule(
  "an array of texts, whole numbers, bigints or Uint8Arrays",
  (value) => Array.isArray(value) && value.every(isMapKey),
)

export const entries: Rule = rule(
  "an object or a Map of keys and values",
  (value) => isPlainObject(value) || Object.prototype.toString.call(value) === "[object Map]",
)

export const number: Rule = rule("a number or a bigint", (value) => {
  return (typeof value === "number" && !Number.isNaN(value)) || typeof value === "bigint" || value instanceof Double
})

export const text: Rule = rule(
  "text or a Uint8Array",
  (value) => typeof value === "string" || value instanceof Uint8Array,
)

export const bytes: Rule = rule("a Uint8Array", (value) => value instanceof Uint8Array)

/** An index or rank: below zero it counts from the end. */
export const place: Rule = rule("a whole number", Number.isSafeInteger)

export const amount: Rule = rule(
  "a whole number, 0 or more",
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
)

export const size: Rule = rule("a whole number, 1 or more", (value) => Number.isSafeInteger(value) && Number(value) > 0)

export const bool: Rule = flag

/** Of an integer made of bits. */
export const intSize: Rule = integer(1, 64, "bits")

export const integer64: Rule = rule("a whole number or a bigint, of 64 bits", (value) => {
  return Number.isSafeInteger(value) || (typeof value === "bigint" && value >= -(2n ** 63n) && value < 2n ** 63n)
})

export const indexBits: Rule = integer(4, 16, "bits")

export const minHashBits: Rule = integer(4, 51, "bits")

export const hlls: Rule = rule(
  "an array of HLL values",
  (value) => Array.isArray(value) && value.every((item) => item instanceof HLL),
)

/** How many: without it, all. */
export const count: Rule = optional(amount)

/** A rule that undefined follows, too. */
export function optional({ allowed, accepts }: Rule): Rule {
  return rule(allowed, (value) => value === undefined || accepts(value))
}

function isMapKey(value: unknown): boolean {
  return (
    typeof value === "string" || typeof value === "bigint" || Number.isInteger(value) || value instanceof Uint8Array
  )
}

/** Checks arguments: `given` has a rule for each name. */
export function checkAll(where: string, given: Readonly<Record<string, readonly [value: unknown, rule: Rule]>>): void {
  for (const [name, [value, rule]] of Object.entries(given)) check(`${where}: ${name}`, value, rule)
}
