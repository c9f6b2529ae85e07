// Values of all types, written and read as bins, in lists and in maps.

import { bytes, double, geo } from "../lib/language.mjs"

const k = "k"
const many = (count, make) => Array.from({ length: count }, (_, i) => make(i))

const values = {
  zero: 0,
  "minus zero": -0,
  "an integer": 42,
  "a negative integer": -42,
  "an integer of 32 bits": 2 ** 31 - 1,
  "an integer above 32 bits": 2 ** 32,
  "the greatest safe integer": Number.MAX_SAFE_INTEGER,
  "the smallest safe integer": Number.MIN_SAFE_INTEGER,
  "2^53": 2n ** 53n,
  "2^53 + 1": 2n ** 53n + 1n,
  "the greatest int64": 2n ** 63n - 1n,
  "the smallest int64": -(2n ** 63n),
  "a small bigint": 5n,
  "a bigint beyond int64": 2n ** 63n,
  "a double": 1.5,
  "a whole double": double(3),
  "a large double": 1e300,
  "a small double": 5e-324,
  "a number beyond safe integers": 2 ** 60,
  NaN: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  "minus infinity": Number.NEGATIVE_INFINITY,
  text: "hello",
  "empty text": "",
  "text of several scripts": "grüße 世界 🌍",
  "text with a zero": "a\0b",
  "long text": "abc".repeat(20_000),
  "text of 31 bytes": "x".repeat(31),
  "text of 32 bytes": "x".repeat(32),
  bytes: bytes(0, 1, 255),
  "no bytes": bytes(),
  true: true,
  false: false,
  null: null,
  "an empty list": [],
  "a list": [1, "a", 2.5, true, false, null, bytes(1)],
  "lists in lists": [[], [[1], [[2]]]],
  "a list of 20 elements": many(20, (i) => i),
  "a list of 70,000 elements": many(70_000, (i) => i % 7),
  "a list of whole doubles": [double(1), double(-2), 0.5],
  "a list of int64": [2n ** 62n, -(2n ** 62n), 5],
  "a list with gaps of types": [[1, { a: [2] }], "x"],
  "an empty map": {},
  "a map": { b: 2, a: 1 },
  "maps in maps": { a: { b: { c: [1] } } },
  "a map of all types": { i: 1, d: 1.5, s: "x", b: bytes(7), t: true, n: null, l: [1], m: {} },
  "a map with integer keys": new Map([
    [2, "b"],
    [1, "a"],
    [-5, "c"],
  ]),
  "a map with the keys 1 and '1'": new Map([
    [1, "int"],
    ["1", "text"],
  ]),
  "a map with keys of bytes": new Map([[bytes(1, 2).toString(), 1]]),
  "a map with large integer keys": new Map([[2n ** 60n, 1]]),
  "a map of 1,000 entries": Object.fromEntries(many(1000, (i) => [`k${i}`, i])),
  "a key of a map that is __proto__": new Map([
    ["__proto__", 1],
    ["constructor", 2],
  ]),
  "a point": geo({ type: "Point", coordinates: [-122.5, 37.5] }),
  "a polygon": geo({
    type: "Polygon",
    coordinates: [
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 0],
      ],
    ],
  }),
  "a circle": geo({ type: "AeroCircle", coordinates: [[-122, 37], 3000] }),
  "GeoJSON of an unknown kind": geo({ type: "Nonsense" }),
  "a point in a list": [geo({ type: "Point", coordinates: [1, 2] })],
}

export default Object.entries(values).flatMap(([name, value]) => [
  {
    name: `${name} as a bin`,
    steps: [
      ["put", k, { before: 1, v: value }],
      ["get", k],
    ],
  },
  {
    name: `${name} in a list and a map`,
    steps: [
      ["put", k, { l: [value] }],
      ["put", k, { m: { a: value } }],
      ["get", k],
    ],
  },
  {
    name: `${name} by an op`,
    steps: [
      [
        "operate",
        k,
        [
          ["list.append", "l", value],
          ["map.put", "m", "a", value],
        ],
      ],
      ["get", k],
    ],
  },
])
