// From slots to values, and what each option makes of them.

import { describe, expect, test } from "vitest"
import type { ReadOptions } from "../../ts/config.ts"
import { NONE, tag, tagFlag } from "../../ts/core/generated.ts"
import { Memory } from "../../ts/core/memory.ts"
import { Names } from "../../ts/core/names.ts"
import { Reader } from "../../ts/core/reader.ts"
import { decodeSlice } from "../../ts/core/text.ts"
import { ClientError } from "../../ts/errors.ts"
import { Double, GeoJSON, HLL, KeyOrderedMap, TypedBlob } from "../../ts/values.ts"
import { FakeEngine } from "./support/fake-engine.ts"

type Slot = [tag: number, value?: number | bigint | string | Uint8Array]

const defaults: ReadOptions = { int64: "auto", doubles: "number", maps: "auto", blobs: "own" }

/** Reads slots as the one bin `b`, or as the bins of those names. */
function read(slots: Slot[], options: Partial<ReadOptions> = {}, bins: (string | undefined)[] = ["b"]) {
  const engine = new FakeEngine()
  const data: number[] = [1, 2, 3]
  const memory = new Uint8Array(slots.length * 16)
  const view = new DataView(memory.buffer)
  slots.forEach(([kind, value], i) => {
    view.setUint32(i * 16, kind, true)
    view.setUint32(i * 16 + 4, NONE, true)
    if (typeof value === "bigint") view.setBigUint64(i * 16 + 8, BigInt.asUintN(64, value), true)
    else if (typeof value === "number" && [tag.LIST, tag.MAP].includes((kind & 0xff) as never))
      view.setUint32(i * 16 + 8, value, true)
    else if (typeof value === "number") view.setFloat64(i * 16 + 8, value, true)
    else if (value !== undefined) {
      const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value
      view.setUint32(i * 16 + 8, data.length, true)
      view.setUint32(i * 16 + 12, bytes.length, true)
      data.push(...bytes)
    }
  })
  bins.forEach((name, i) => {
    if (name === undefined) return
    engine.namesGiven.push(name)
    view.setUint32(i * 16 + 4, engine.namesGiven.length - 1, true)
  })
  const [tape, dataAt] = [engine.place(memory), engine.place(new Uint8Array(data))]
  const all = new Memory(engine.memory)
  const reader = new Reader(all, new Names(engine, all), { ...defaults, ...options }, decodeSlice)
  all.refresh()
  return reader.bins(tape / 4, bins.length, dataAt)
}

const ascii = tag.STRING | tagFlag.ASCII
const textMap = tag.MAP | tagFlag.TEXT_KEYS

describe("values", () => {
  test.each<[string, Slot[], unknown]>([
    ["an integer", [[tag.INT, -7]], -7],
    ["an integer beyond 2^53", [[tag.INT64, 2n ** 60n]], 2n ** 60n],
    ["the smallest integer", [[tag.INT64, -(2n ** 63n)]], -(2n ** 63n)],
    ["the largest integer", [[tag.INT64, 2n ** 63n - 1n]], 2n ** 63n - 1n],
    ["an unsigned integer", [[tag.UINT64, 2n ** 64n - 1n]], 2n ** 64n - 1n],
    ["a double", [[tag.DOUBLE, 0.5]], 0.5],
    ["a whole double", [[tag.DOUBLE, 2]], 2],
    ["minus zero", [[tag.DOUBLE, -0]], -0],
    ["NaN", [[tag.DOUBLE, Number.NaN]], Number.NaN],
    ["nil", [[tag.NIL]], null],
    ["true", [[tag.TRUE]], true],
    ["false", [[tag.FALSE]], false],
    ["ASCII", [[ascii, "hello"]], "hello"],
    ["long ASCII", [[ascii, "hello".repeat(50)]], "hello".repeat(50)],
    ["the empty string", [[ascii, ""]], ""],
    ["text", [[tag.STRING, "häl🌍"]], "häl🌍"],
    ["text that is not UTF-8", [[tag.STRING, new Uint8Array([0xff, 65])]], "\ufffdA"],
    ["bytes", [[tag.BLOB, new Uint8Array([1, 2])]], new Uint8Array([1, 2])],
    ["another client's blob", [[tag.BLOB | (9 << 8), new Uint8Array([1])]], new TypedBlob(9, new Uint8Array([1]))],
    ["GeoJSON", [[tag.GEOJSON, "{}"]], new GeoJSON("{}")],
    ["a HyperLogLog", [[tag.HLL, new Uint8Array([1])]], new HLL(new Uint8Array([1]))],
    [
      "a list",
      [
        [tag.LIST, 2],
        [tag.INT, 1],
        [tag.LIST, 1],
        [ascii, "x"],
      ],
      [1, ["x"]],
    ],
    [
      "an ordered list",
      [
        [tag.LIST | tagFlag.ORDERED, 1],
        [tag.INT, 1],
      ],
      [1],
    ],
    ["an empty list", [[tag.LIST, 0]], []],
    ["a map of text keys", [[textMap, 2], [ascii, "a"], [tag.INT, 1], [tag.STRING, "é"], [tag.NIL]], { a: 1, é: null }],
    ["an empty map", [[textMap, 0]], {}],
    [
      "a map of other keys",
      [[tag.MAP, 2], [tag.INT, 1], [tag.TRUE], [ascii, "a"], [tag.FALSE]],
      new Map<unknown, unknown>([
        [1, true],
        ["a", false],
      ]),
    ],
    [
      "a key-ordered map of text keys",
      [
        [textMap | tagFlag.ORDERED, 1],
        [ascii, "a"],
        [tag.INT, 1],
      ],
      { a: 1 },
    ],
    [
      "a key-ordered map of other keys",
      [
        [tag.MAP | tagFlag.ORDERED, 1],
        [tag.INT, 5],
        [tag.INT, 1],
      ],
      new KeyOrderedMap([[5, 1]]),
    ],
    [
      "a map whose order means something",
      [
        [textMap | tagFlag.KEEP_ORDER, 2],
        [ascii, "9"],
        [tag.INT, 1],
        [ascii, "1"],
        [tag.INT, 2],
      ],
      new Map([
        ["9", 1],
        ["1", 2],
      ]),
    ],
  ])("%s", (_, slots, expected) => {
    const { b } = read(slots)
    expect(b).toStrictEqual(expected)
  })

  test("bytes are the caller's own", () => {
    const { b } = read([[tag.BLOB, new Uint8Array([1, 2])]])
    expect(b.buffer.byteLength).toBe(2)
  })

  test("names: known, unknown to the engine, and such as objects have by birth", () => {
    const slots: Slot[] = [
      [tag.INT, 1],
      [tag.INT, 2],
      [tag.INT, 3],
    ]
    const bins = read(slots, {}, ["__proto__", "constructor", "ключ"])
    expect(Object.entries(bins)).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
      ["ключ", 3],
    ])
    expect(Object.getPrototypeOf(bins)).toBe(Object.prototype)
    expect(
      read(
        [
          [tag.NAME, "a name of more than fifteen bytes"],
          [tag.INT, 7],
        ],
        {},
        [undefined],
      ),
    ).toEqual({
      "a name of more than fifteen bytes": 7,
    })
  })

  test("__proto__ is a key like any other", () => {
    const { b } = read([[textMap, 1], [ascii, "__proto__"], [textMap, 1], [ascii, "polluted"], [tag.TRUE]])
    expect(Object.keys(b)).toEqual(["__proto__"])
    expect(b.polluted).toBeUndefined()
  })

  test("a value of a kind that is not known rejects the record, with its bin", () => {
    expect(() => read([[tag.WILDCARD]])).toThrow(
      'The bin "b" holds a value of kind 15, which this version cannot read.',
    )
  })
})

describe("options", () => {
  test('int64 "bigint" makes every integer one', () => {
    const slots: Slot[] = [
      [tag.LIST, 3],
      [tag.INT, 1],
      [tag.INT64, 2n ** 60n],
      [tag.DOUBLE, 2],
    ]
    expect(read(slots, { int64: "bigint" }).b).toEqual([1n, 2n ** 60n, 2])
  })

  test('int64 "number" refuses what would be rounded, with its bin', () => {
    expect(read([[tag.INT, 5]], { int64: "number" }).b).toBe(5)
    for (const value of [2n ** 53n, -(2n ** 63n)]) {
      const act = () =>
        read(
          [
            [tag.LIST, 1],
            [tag.INT64, value],
          ],
          { int64: "number" },
        )
      expect(act).toThrow(ClientError)
      expect(act).toThrow(`The bin "b" holds the integer ${value}, which no number can hold exactly`)
    }
    expect(() => read([[tag.UINT64, 2n ** 64n - 1n]], { int64: "number" })).toThrow("18446744073709551615")
  })

  test('doubles "wrapped"', () => {
    expect(
      read(
        [
          [tag.LIST, 2],
          [tag.DOUBLE, 1],
          [tag.INT, 1],
        ],
        { doubles: "wrapped" },
      ).b,
    ).toStrictEqual([new Double(1), 1])
  })

  test('blobs "shared" stand in one buffer while they are small, and are themselves', () => {
    const [small, other, large] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), new Uint8Array(513).fill(5)]
    const slots: Slot[] = [[tag.LIST, 3], ...[small, other, large].map((bytes): Slot => [tag.BLOB, bytes])]
    const shared = read(slots, { blobs: "shared" }).b as Uint8Array[]
    expect(shared).toStrictEqual([small, other, large])
    expect(shared[1]!.buffer).toBe(shared[0]!.buffer)
    expect(shared[2]!.buffer.byteLength).toBe(513)
    const own = read(slots).b as Uint8Array[]
    expect(own.map(({ buffer }) => buffer.byteLength)).toEqual([3, 1, 513])
  })

  test('maps "map"', () => {
    const slots: Slot[] = [
      [textMap, 1],
      [ascii, "a"],
      [textMap | tagFlag.ORDERED, 1],
      [ascii, "b"],
      [tag.INT, 1],
    ]
    expect(read(slots, { maps: "map" }).b).toStrictEqual(new Map([["a", new KeyOrderedMap([["b", 1]])]]))
  })

  test('maps "object" makes text of integers, and refuses what would be lost', () => {
    const object = (slots: Slot[]) => read(slots, { maps: "object" }).b
    expect(object([[tag.MAP, 2], [tag.INT, 1], [tag.TRUE], [tag.INT64, 2n ** 60n], [tag.FALSE]])).toEqual({
      1: true,
      "1152921504606846976": false,
    })
    expect(object([[tag.MAP, 1], [ascii, "__proto__"], [tag.TRUE]])).toEqual(JSON.parse('{"__proto__":true}'))
    expect(() => object([[tag.MAP, 1], [tag.BLOB, new Uint8Array([1])], [tag.TRUE]])).toThrow(
      "has the map key a Uint8Array",
    )
    expect(() => object([[tag.MAP, 2], [tag.INT, 1], [tag.TRUE], [ascii, "1"], [tag.FALSE]])).toThrow(
      "which are one in an object",
    )
  })
})
