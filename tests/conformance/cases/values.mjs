// Every type of value, written and read back, alone in a bin and nested.

import { writeRaw } from "../support/raw.mjs"

const text = new TextEncoder()
const [DOUBLE, STRING] = [2, 3]

/** `[what, value, what is read if not the same]`: values made anew for each run by functions of the library. */
const roundTrips = ({ double, GeoJSON, KeyOrderedMap }) => [
  ["zero", 0],
  ["a small integer", 7],
  ["a negative integer", -1],
  ["2^31", 2 ** 31],
  ["-(2^31) - 1", -(2 ** 31) - 1],
  ["2^53 - 1 as a number", Number.MAX_SAFE_INTEGER],
  ["-(2^53 - 1) as a number", Number.MIN_SAFE_INTEGER],
  ["2^53 - 1 as a bigint, read as a number", 2n ** 53n - 1n, Number.MAX_SAFE_INTEGER],
  ["2^53 as a bigint", 2n ** 53n],
  ["2^53 + 1 as a bigint, not rounded", 2n ** 53n + 1n],
  ["-(2^53) as a bigint", -(2n ** 53n)],
  ["-(2^53) - 1 as a bigint, not rounded", -(2n ** 53n) - 1n],
  ["the largest int64", 2n ** 63n - 1n],
  ["the smallest int64", -(2n ** 63n)],
  ["a small bigint, read as a number", 5n, 5],
  ["a double", 1.5],
  ["a negative double", -0.1],
  ["the smallest double", 5e-324],
  ["the largest double", double(Number.MAX_VALUE), Number.MAX_VALUE],
  ["a double with many digits", Math.PI],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["minus zero, written as a double", double(-0), -0],
  ["a whole double, written as a double", double(3), 3],
  ["true", true],
  ["false", false],
  ["a string", "hello"],
  ["the empty string", ""],
  ["a string of several scripts", "grüße 世界 🌍 \u0000 é e\u0301"],
  ["a string of 200,000 characters", "abcdefghij".repeat(20_000)],
  ["a string of 31, 32, 255 and 256 bytes in a list", [31, 32, 255, 256].map((n) => "x".repeat(n))],
  ["bytes", new Uint8Array([0, 255, 16])],
  ["no bytes", new Uint8Array()],
  ["bytes that look like text", text.encode("text")],
  ["an empty list", []],
  ["a list of 15, 16 and 70,000 items", [15, 16, 70_000].map((n) => Array.from({ length: n }, (_, i) => i))],
  ["a list of every type", [1, -1, 1.5, "a", true, null, new Uint8Array([1, 2]), [1, [2, [3]]], { k: 1 }]],
  [
    "integers at the edges of their encodings in a list",
    [
      31,
      32,
      -32,
      -33,
      127,
      128,
      -128,
      -129,
      255,
      256,
      32767,
      32768,
      -32768,
      -32769,
      65535,
      65536,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      2n ** 63n - 1n,
      -(2n ** 63n),
    ],
  ],
  [
    "doubles in a list",
    [1.5, Number.NaN, Number.POSITIVE_INFINITY, double(-0), double(2)],
    [1.5, Number.NaN, Number.POSITIVE_INFINITY, -0, 2],
  ],
  ["an empty object", {}],
  ["an object", { a: 1, b: "two", c: [3] }],
  ["an object in an object", { a: { b: { c: { d: [{ e: 1 }] } } } }],
  ["an object with the empty key", { "": 1 }],
  ["an object of 16 entries", Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, i]))],
  [
    "a Map of strings, read as an object",
    new Map([
      ["a", 1],
      ["b", 2],
    ]),
    { a: 1, b: 2 },
  ],
  [
    "a Map with integer keys",
    new Map([
      [1, "one"],
      [-5, "minus five"],
      [2 ** 40, "large"],
    ]),
  ],
  ["a Map with keys beyond 2^53", new Map([[2n ** 60n, "x"]])],
  ["a Map with bytes as keys", new Map([[new Uint8Array([10, 11]), 0.5]])],
  [
    "a Map with keys of several types",
    new Map([
      ["s", "v"],
      [1, "int"],
      [new Uint8Array([1]), null],
    ]),
  ],
  ["a Map in a list in an object", { l: [new Map([[1, { x: [] }]])] }],
  ["a point", new GeoJSON({ type: "Point", coordinates: [-122.5, 37.5] })],
  [
    "a polygon",
    new GeoJSON({
      type: "Polygon",
      coordinates: [
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 1],
          [0, 0],
        ],
      ],
    }),
  ],
  ["a circle", new GeoJSON({ type: "AeroCircle", coordinates: [[-122, 37], 3000] })],
  ["a point in a list", [new GeoJSON({ type: "Point", coordinates: [1, 2] })]],
  [
    "a key-ordered map of integers",
    new KeyOrderedMap([
      [2, "b"],
      [1, "a"],
    ]),
  ],
  [
    "a key-ordered map of strings, read as an object",
    new KeyOrderedMap([
      ["b", 2],
      ["a", 1],
    ]),
    { a: 1, b: 2 },
  ],
]

const tableOfValues = {
  name: "every type of value is read as it was written",
  async run(t) {
    const wrong = []
    for (const [what, value, expected = value] of roundTrips(t.api)) {
      try {
        const bins = await t.roundTrip({ v: value, after: 1 })
        t.assert.deepStrictEqual(bins.after, 1)
        t.same(bins.v, expected)
      } catch (error) {
        wrong.push(`${what}: ${error.message}`)
      }
    }
    t.assert.ok(wrong.length === 0, `\n${wrong.join("\n")}`)
  },
}

export default {
  name: "values",
  cases: [
    tableOfValues,
    {
      name: "text that is no UTF-8, written by someone else, is read and harms nothing",
      async run(t) {
        const key = t.key()
        await writeRaw(t, key, [
          ["bad", STRING, [0x61, 0xff, 0xfe, 0x62]],
          ["cut", STRING, [0xe4, 0xb8]],
          ["good", STRING, [0x6f, 0x6b]],
        ])
        t.same((await t.client.get(key)).bins, { bad: "a\ufffd\ufffdb", cut: "\ufffd", good: "ok" })
      },
    },
    {
      name: "a blob of another language is read with its type and written back with it",
      async run(t) {
        const key = t.key()
        const PYTHON_BLOB = 9
        await writeRaw(t, key, [["v", PYTHON_BLOB, [1, 2, 3]]])
        const { v } = (await t.client.get(key)).bins
        t.same(v, new t.api.TypedBlob(PYTHON_BLOB, new Uint8Array([1, 2, 3])))
        await t.client.put(key, { w: v })
        t.same((await t.client.get(key)).bins.w, v)
      },
    },
    {
      name: "a NaN of any payload is read as NaN",
      async run(t) {
        const key = t.key()
        await writeRaw(t, key, [["v", DOUBLE, [0xff, 0xf8, 0, 0, 0, 0, 0, 7]]])
        t.same((await t.client.get(key)).bins, { v: Number.NaN })
      },
    },
    {
      name: "every type of value is read as it was written inside a list and inside an object",
      async run(t) {
        const rows = roundTrips(t.api)
        const written = rows.map(([, value]) => value)
        const expected = rows.map(([, value, read = value]) => read)
        const inList = await t.roundTrip({ v: written })
        t.same(inList.v, expected)
        const named = (values) => Object.fromEntries(values.map((value, i) => [`n${i}`, value]))
        t.same((await t.roundTrip({ v: named(written) })).v, named(expected))
      },
    },
    {
      name: "a blob of nearly one megabyte is read as it was written",
      async run(t) {
        const blob = new Uint8Array(1_000_000).map((_, i) => (i * 2654435761) >>> 24)
        t.same((await t.roundTrip({ blob })).blob, blob)
      },
    },
    {
      name: "a view into a larger buffer writes only what it shows",
      async run(t) {
        const large = new Uint8Array([1, 2, 3, 4, 5, 6])
        t.same((await t.roundTrip({ v: large.subarray(2, 4) })).v, new Uint8Array([3, 4]))
      },
    },
    {
      name: "bytes that were read are the caller's own",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { v: new Uint8Array([1, 2, 3]) })
        const first = (await t.client.get(key)).bins.v
        const second = (await t.client.get(key)).bins.v
        first[0] = 99
        t.same(second, new Uint8Array([1, 2, 3]))
        t.same((await t.client.get(key)).bins.v, new Uint8Array([1, 2, 3]))
      },
    },
    {
      name: "bytes may change after put was called",
      async run(t) {
        const key = t.key()
        const v = new Uint8Array([1, 2, 3])
        const written = t.client.put(key, { v })
        v[0] = 99
        await written
        t.same((await t.client.get(key)).bins.v, new Uint8Array([1, 2, 3]))
      },
    },
    {
      name: "lists nested sixty deep are read as they were written",
      async run(t) {
        let v = ["bottom"]
        for (let depth = 0; depth < 60; depth++) v = [v]
        t.same((await t.roundTrip({ v })).v, v)
      },
    },
    {
      name: "null removes a bin",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1, b: 2 })
        await t.client.put(key, { a: null })
        t.same((await t.client.get(key)).bins, { b: 2 })
      },
    },
    {
      name: "null for the last bin removes the record",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 })
        await t.client.put(key, { a: null })
        t.assert.equal(await t.client.exists(key), undefined)
      },
    },
    {
      name: "null for a bin of an absent record is RecordNotFoundError",
      async run(t) {
        await t.fails(t.client.put(t.key(), { a: null }), { is: "RecordNotFoundError", code: 2 })
      },
    },
    {
      name: "a bin may change its type",
      async run(t) {
        const key = t.key()
        for (const v of [1, "s", [1], { a: 1 }, true, 1.5, new Uint8Array([1])]) {
          await t.client.put(key, { v })
          t.same((await t.client.get(key)).bins.v, v)
        }
      },
    },
    {
      name: "a whole number is written as an integer and another as a double",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { whole: 2, part: 2.5 })
        await t.client.increment(key, "whole", 1)
        await t.client.increment(key, "part", 0.25)
        await t.fails(t.client.increment(key, "part", 1), { is: "BinTypeError", code: 12 })
        t.same((await t.client.get(key)).bins, { whole: 3, part: 2.75 })
      },
    },
    {
      name: "double() writes a whole number as a double",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { d: t.api.double(2) })
        await t.client.increment(key, "d", 0.5)
        t.same((await t.client.get(key)).bins, { d: 2.5 })
      },
    },
    {
      name: "a bin name of 15 bytes and one outside ASCII are kept",
      async run(t) {
        const bins = { abcdefghijklmno: 1, ключ: 2, "a b": 3 }
        t.same(await t.roundTrip(bins), bins)
      },
    },
    {
      name: "names and map keys that an object has by birth are only data",
      async run(t) {
        const inner = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}')
        const bins = { v: inner, constructor: 4, toString: 5 }
        const read = await t.roundTrip(bins)
        t.assert.deepEqual(Object.keys(read).sort(), ["constructor", "toString", "v"])
        t.assert.deepEqual(Object.entries(read.v).sort(), Object.entries(inner).sort())
        t.assert.equal({}.polluted, undefined)
      },
    },
    {
      name: "a hundred bins come back with their own values",
      async run(t) {
        const bins = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`b${i}`, i % 2 ? i : `text ${i}`]))
        t.same(await t.roundTrip(bins), bins)
      },
    },
    {
      name: "a string with a lone surrogate does not harm what stands beside it",
      async run(t) {
        const bins = await t.roundTrip({ v: "a\ud800b", after: "fine" })
        t.assert.equal(bins.after, "fine")
        t.assert.equal(bins.v, "a\ufffdb")
      },
    },
    {
      name: "the order of a key-ordered map is the order of its keys",
      async run(t) {
        const { v } = await t.roundTrip({
          v: new t.api.KeyOrderedMap([
            [3, "c"],
            [1, "a"],
            [2, "b"],
          ]),
        })
        t.assert.deepEqual(
          [...v.entries()],
          [
            [1, "a"],
            [2, "b"],
            [3, "c"],
          ],
        )
      },
    },
    {
      name: "a geometry that the server cannot read is refused with code 160",
      async run(t) {
        const key = t.key()
        await t.fails(t.client.put(key, { v: new t.api.GeoJSON('{"type":"Nope"}') }), { is: "ServerError", code: 160 })
        t.assert.equal(await t.client.exists(key), undefined)
      },
    },
    {
      name: "lists and maps come packed when they are not to be deserialized, and are written as they came",
      needs: ["batches", "queries", "operate"],
      async run(t) {
        const { TypedBlob, op } = t.api
        const [key, copy] = t.keys(2)
        const bins = { l: [1, "a", [2.5]], m: { k: [true] }, n: 7, s: "text", e: [] }
        await t.client.put(key, bins)
        const packed = { deserialize: false }
        const read = (await t.client.get(key, packed)).bins
        t.same({ n: read.n, s: read.s }, { n: 7, s: "text" })
        t.assert.ok(read.l instanceof TypedBlob && read.m instanceof TypedBlob)
        t.same([read.l.type, read.m.type, read.e.type], [20, 19, 20])
        t.same([...read.e.bytes], [0x90])
        await t.client.put(copy, read)
        t.same((await t.client.get(copy)).bins, bins)
        t.same((await t.client.select(key, ["l"], packed)).bins, { l: read.l })
        t.same((await t.client.operate(key, [op.read("m")], packed)).bins, { m: read.m })
        const rows = await t.client.batchRead([key, copy], undefined, packed)
        t.same(
          rows.map(({ bins }) => bins.l),
          [read.l, read.l],
        )
        const found = await t.client.query("test", t.set).policy(packed).results()
        t.assert.ok(found.length >= 2 && found.every(({ bins }) => !Array.isArray(bins.l)))
        t.assert.ok(
          found.some(({ bins }) => bins.l instanceof TypedBlob && bins.l.bytes.length === read.l.bytes.length),
        )
        for (const bad of [new TypedBlob(20, new Uint8Array([0x92, 1])), new TypedBlob(19, new Uint8Array([0x90]))])
          await t.fails(t.client.put(copy, { bad }), {
            is: "InvalidArgumentError",
            says: ["bad", "packed list or map"],
          })
        await t.fails(t.client.put(copy, { bad: [read.l] }), { is: "InvalidArgumentError", says: "bad" })
      },
    },
  ],
}
