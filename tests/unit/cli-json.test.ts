// Values as the command line prints them.

import { expect, test } from "vitest"
import { jsonOf, recordLine } from "../../ts/cli/json.ts"
import { Double, GeoJSON, HLL, KeyOrderedMap, TypedBlob } from "../../ts/values.ts"

test.each<[unknown, string]>([
  [1, "1"],
  [2n ** 63n - 1n, "9223372036854775807"],
  [new Double(1), "1.0"],
  [new Double(-0), "-0.0"],
  [new Double(1.5), "1.5"],
  [new Double(1e300), "1e+300"],
  [new Double(Number.NaN), '{"$double":"NaN"}'],
  [new Double(Number.NEGATIVE_INFINITY), '{"$double":"-Infinity"}'],
  ['a"\n\u2028', JSON.stringify('a"\n\u2028')],
  [null, "null"],
  [true, "true"],
  [Uint8Array.of(1, 255), '{"$bytes":"Af8="}'],
  [new HLL(Uint8Array.of(1)), '{"$hll":"AQ=="}'],
  [new TypedBlob(7, Uint8Array.of(1)), '{"$blob":"AQ==","type":7}'],
  [new GeoJSON('{"type": "Point",\n"coordinates": [1, 2]}'), '{"$geojson":{"type":"Point","coordinates":[1,2]}}'],
  [[1, [new Double(2)]], "[1,[2.0]]"],
  [{ b: 1, a: { "": [] } }, '{"b":1,"a":{"":[]}}'],
  [new Map([["a", 1]]), '{"a":1}'],
  [
    new KeyOrderedMap<number | string, string>([
      [1, "x"],
      ["y", "z"],
    ]),
    '{"$map":[[1,"x"],["y","z"]]}',
  ],
])("%o is %s", (value, expected) => {
  expect(jsonOf(value)).toBe(expected)
  expect(() => JSON.parse(expected)).not.toThrow()
})

test("a record is a line, with its user key or its digest", () => {
  const rest = { bins: { a: 1 }, gen: 2, ttl: -1 }
  expect(recordLine({ key: ["test", "s", 7n], ...rest })).toBe(
    '{"ns":"test","set":"s","key":7,"gen":2,"ttl":-1,"bins":{"a":1}}',
  )
  const digest = Uint8Array.of(...Array(19).fill(0), 171)
  expect(recordLine({ key: { ns: "test", set: null, digest }, ...rest })).toBe(
    `{"ns":"test","set":null,"digest":"${"00".repeat(19)}ab","gen":2,"ttl":-1,"bins":{"a":1}}`,
  )
})
