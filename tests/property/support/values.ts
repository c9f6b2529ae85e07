// Values of any shape, and what they are when they are read again.

import fc from "fast-check"
import { Double, GeoJSON, HLL, KeyOrderedMap, TypedBlob } from "../../../ts/values.ts"

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const text = fc.string({
  unit: fc.oneof(fc.constant("a"), fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 })),
  maxLength: 50,
})
const bytes = fc.uint8Array({ maxLength: 50 })
const mapKey = fc.oneof(fc.maxSafeInteger(), int64, text)

/** Pairs of a map; 1 and 1n are one key. */
const pairs = (value: fc.Arbitrary<unknown>) =>
  fc.uniqueArray(fc.tuple(mapKey, value), { maxLength: 6, selector: ([key]) => `${typeof key === "string"} ${key}` })

export const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    int64,
    fc.double().map((number) => new Double(number)),
    text,
    bytes,
    bytes.map((b) => new HLL(b)),
    fc.tuple(fc.integer({ min: 7, max: 12 }), bytes).map(([type, b]) => new TypedBlob(type, b)),
    text.map((t) => new GeoJSON(t)),
    fc.array(tie("value"), { maxLength: 6 }),
    fc.dictionary(text, tie("value"), { maxKeys: 6 }),
    pairs(tie("value")).map((pairs) => new Map(pairs)),
    pairs(tie("value")).map((pairs) => new KeyOrderedMap(pairs)),
  ),
}))

/** As it is read with `maps: "map"` and `doubles: "wrapped"`. */
export function asRead(value: unknown): unknown {
  if (typeof value === "bigint" && BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)))
    return Number(value)
  if (value instanceof KeyOrderedMap) return new KeyOrderedMap(entriesAsRead(value))
  if (value instanceof Map) return new Map(entriesAsRead(value))
  if (Array.isArray(value)) return value.map(asRead)
  if (value !== null && typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value)))
    return new Map(Object.entries(value).map(([key, inner]) => [key, asRead(inner)]))
  return value === 0 ? 0 : value
}

function entriesAsRead(map: Map<unknown, unknown>): [unknown, unknown][] {
  return [...map].map(([key, inner]) => [asRead(key), asRead(inner)])
}
