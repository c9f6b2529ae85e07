// What the writer writes, the reader reads, for values of any shape: slots have one layout both ways.

import fc from "fast-check"
import { expect, test } from "vitest"
import { commandKind } from "../../ts/core/generated.ts"
import { Memory } from "../../ts/core/memory.ts"
import { Names } from "../../ts/core/names.ts"
import { Reader } from "../../ts/core/reader.ts"
import { decodeSlice } from "../../ts/core/text.ts"
import { Writer } from "../../ts/core/writer.ts"
import { PolicyPacker } from "../../ts/policy.ts"
import { Double, GeoJSON, HLL, KeyOrderedMap, TypedBlob } from "../../ts/values.ts"
import { FakeEngine } from "../unit/support/fake-engine.ts"

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const text = fc.string({
  unit: fc.oneof(fc.constant("a"), fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 })),
  maxLength: 50,
})
const bytes = fc.uint8Array({ maxLength: 50 })
const mapKey = fc.oneof(fc.maxSafeInteger(), int64, text)

const { value } = fc.letrec((tie) => ({
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
    fc.array(fc.tuple(mapKey, tie("value")), { maxLength: 6 }).map((pairs) => new Map(pairs)),
    fc.array(fc.tuple(mapKey, tie("value")), { maxLength: 6 }).map((pairs) => new KeyOrderedMap(pairs)),
  ),
}))

/** As it is read with `maps: "map"` and `doubles: "wrapped"`. */
function asRead(value: unknown): unknown {
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

test("any value is read as it was written", () => {
  const engine = new FakeEngine()
  const memory = new Memory(engine.memory)
  const names = new Names(engine, memory)
  const writer = new Writer(engine, memory, names)
  const reader = new Reader(memory, names, { int64: "auto", doubles: "wrapped", maps: "map" }, decodeSlice)
  const policy = new PolicyPacker().pack("write", undefined)
  fc.assert(
    fc.property(value, value, (a, b) => {
      writer.begin(commandKind.PUT, policy)
      try {
        writer.key(["test", "set", "some key in front of the data"])
        writer.bins({ a, b })
        writer.finish()
      } finally {
        writer.end()
      }
      expect(reader.bins(engine.slotsAddress / 4, 2, engine.data_address())).toStrictEqual({
        a: asRead(a),
        b: asRead(b),
      })
    }),
    { numRuns: 500 },
  )
})
