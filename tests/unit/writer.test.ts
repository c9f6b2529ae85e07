// What the writer puts into the command region, and what it refuses.

import { describe, expect, test } from "vitest"
import { commandKind, commandWord, NONE, particle, tag, tagFlag } from "../../ts/core/generated.ts"
import { Memory } from "../../ts/core/memory.ts"
import { Names } from "../../ts/core/names.ts"
import { Writer } from "../../ts/core/writer.ts"
import { InvalidArgumentError } from "../../ts/errors.ts"
import type { Key } from "../../ts/key.ts"
import { PolicyPacker } from "../../ts/policy.ts"
import { Double, double, GeoJSON, HLL, KeyOrderedMap, OrderedList, TypedBlob } from "../../ts/values.ts"
import { FakeEngine } from "./support/fake-engine.ts"

function setUp(sizes?: { slots?: number; data?: number }) {
  const engine = new FakeEngine(sizes)
  const memory = new Memory(engine.memory)
  const names = new Names(engine, memory)
  const writer = new Writer(engine, memory, names)
  const packer = new PolicyPacker()
  const write = (act: (writer: Writer) => void, policy?: object) => {
    writer.begin(commandKind.PUT, packer.pack("write", policy))
    try {
      act(writer)
      writer.finish()
    } finally {
      writer.end()
    }
  }
  return { engine, names, writer, write }
}

/** The slots that a value becomes; texts and blobs are shown instead of where they lie. */
function slotsOf(value: unknown, sizes?: { slots?: number; data?: number }) {
  const { engine, write } = setUp(sizes)
  write((writer) => writer.bins({ b: value }))
  const textual = [tag.STRING, tag.BLOB, tag.GEOJSON, tag.HLL] as number[]
  return engine.slots().map(([kind, bin, a, b], i) => {
    const shown: unknown[] = [kind]
    if (textual.includes(kind! & 0xff)) shown.push(new TextDecoder("latin1").decode(engine.dataAt(a!, b!)))
    else if (kind === tag.INT || kind === tag.DOUBLE) shown.push(engine.slotDouble(i))
    else shown.push(a, b)
    expect(bin).toBe(i === 0 ? 0 : NONE)
    return shown
  })
}

describe("values", () => {
  test.each([
    ["an integer", 7, [[tag.INT, 7]]],
    ["a negative integer", -7, [[tag.INT, -7]]],
    ["minus zero is the integer zero", -0, [[tag.INT, 0]]],
    ["the largest exact integer", Number.MAX_SAFE_INTEGER, [[tag.INT, Number.MAX_SAFE_INTEGER]]],
    ["a double", 1.5, [[tag.DOUBLE, 1.5]]],
    ["NaN", Number.NaN, [[tag.DOUBLE, Number.NaN]]],
    ["Infinity", Number.NEGATIVE_INFINITY, [[tag.DOUBLE, Number.NEGATIVE_INFINITY]]],
    ["a whole double", double(3), [[tag.DOUBLE, 3]]],
    ["a Double of minus zero", new Double(-0), [[tag.DOUBLE, -0]]],
    ["a bigint that is exact as a number", 5n, [[tag.INT, 5]]],
    ["a bigint beyond", 2n ** 53n, [[tag.INT64, 0, 0x20_0000]]],
    ["the largest int64", 2n ** 63n - 1n, [[tag.INT64, 0xffff_ffff, 0x7fff_ffff]]],
    ["the smallest int64", -(2n ** 63n), [[tag.INT64, 0, 0x8000_0000]]],
    ["true", true, [[tag.TRUE, 0, 0]]],
    ["false", false, [[tag.FALSE, 0, 0]]],
    ["null", null, [[tag.NIL, 0, 0]]],
    ["a string", "häh", [[tag.STRING, "hÃ¤h"]]],
    ["the empty string", "", [[tag.STRING, ""]]],
    ["bytes", new Uint8Array([104, 105]), [[tag.BLOB, "hi"]]],
    ["a Buffer", Buffer.from("hi"), [[tag.BLOB, "hi"]]],
    ["GeoJSON", new GeoJSON("{}"), [[tag.GEOJSON, "{}"]]],
    ["a HyperLogLog", new HLL(new Uint8Array([65])), [[tag.HLL, "A"]]],
    ["another client's blob", new TypedBlob(particle.PYTHON_BLOB, new Uint8Array([65])), [[tag.BLOB | (9 << 8), "A"]]],
    [
      "a list",
      [1, "a", null],
      [
        [tag.LIST, 3, 0],
        [tag.INT, 1],
        [tag.STRING, "a"],
        [tag.NIL, 0, 0],
      ],
    ],
    [
      "an ordered list",
      new OrderedList([2, 1]),
      [
        [tag.LIST | tagFlag.ORDERED, 2, 0],
        [tag.INT, 2],
        [tag.INT, 1],
      ],
    ],
    ["a hole in a list is refused elsewhere; an empty list", [], [[tag.LIST, 0, 0]]],
    [
      "an object",
      { a: 1 },
      [
        [tag.MAP, 1, 0],
        [tag.STRING, "a"],
        [tag.INT, 1],
      ],
    ],
    [
      "an object without prototype",
      Object.assign(Object.create(null), { a: 1 }),
      [
        [tag.MAP, 1, 0],
        [tag.STRING, "a"],
        [tag.INT, 1],
      ],
    ],
    [
      "an own __proto__",
      JSON.parse('{"__proto__":1}'),
      [
        [tag.MAP, 1, 0],
        [tag.STRING, "__proto__"],
        [tag.INT, 1],
      ],
    ],
    [
      "a Map",
      new Map<unknown, unknown>([
        [1, "x"],
        [2n ** 60n, 0.5],
      ]),
      [
        [tag.MAP, 2, 0],
        [tag.INT, 1],
        [tag.STRING, "x"],
        [tag.INT64, 0, 0x1000_0000],
        [tag.DOUBLE, 0.5],
      ],
    ],
    [
      "a key-ordered map",
      new KeyOrderedMap([["k", true]]),
      [
        [tag.MAP | tagFlag.ORDERED, 1, 0],
        [tag.STRING, "k"],
        [tag.TRUE, 0, 0],
      ],
    ],
    [
      "an unsigned integer in a list",
      [2n ** 64n - 1n],
      [
        [tag.LIST, 1, 0],
        [tag.UINT64, 0xffff_ffff, 0xffff_ffff],
      ],
    ],
    [
      "depth first",
      [[1], { k: [2] }],
      [
        [tag.LIST, 2, 0],
        [tag.LIST, 1, 0],
        [tag.INT, 1],
        [tag.MAP, 1, 0],
        [tag.STRING, "k"],
        [tag.LIST, 1, 0],
        [tag.INT, 2],
      ],
    ],
  ])("%s", (_, value, expected) => {
    const slots = slotsOf(value)
    // The words of a slot without a value mean nothing.
    const meaningless: unknown[] = [tag.NIL, tag.TRUE, tag.FALSE]
    const compared = slots.map(([kind, ...rest]) => (meaningless.includes(kind) ? [kind, 0, 0] : [kind, ...rest]))
    expect(compared).toEqual(expected)
    expect(slotsOf(value, { slots: 9, data: 1 }), "with regions that have to grow").toEqual(slots)
  })

  test("a plain object, a Map and bytes of another realm are what they look like", async () => {
    const { runInNewContext } = await import("node:vm")
    expect(slotsOf(runInNewContext("({ a: [1] })"))).toEqual([
      [tag.MAP, 1, 0],
      [tag.STRING, "a"],
      [tag.LIST, 1, 0],
      [tag.INT, 1],
    ])
    expect(slotsOf(runInNewContext("new Map([[1, true]])")).slice(0, 2)).toEqual([
      [tag.MAP, 1, 0],
      [tag.INT, 1],
    ])
    expect(slotsOf(runInNewContext("new Uint8Array([65])"))).toEqual([[tag.BLOB, "A"]])
  })

  test("long texts and blobs are written whole, whatever region they find", () => {
    for (const length of [31, 32, 33, 4095, 4096, 100_000]) {
      const ascii = "x".repeat(length)
      const wide = "ж".repeat(length)
      const { engine, write } = setUp({ data: 16 })
      write((writer) => writer.bins({ ascii, wide, bytes: new Uint8Array(length).fill(7), after: "end" }))
      const text = (slot: number) =>
        new TextDecoder().decode(engine.dataAt(engine.slots()[slot]![2]!, engine.slots()[slot]![3]!))
      expect(text(0)).toBe(ascii)
      expect(text(1)).toBe(wide)
      expect(text(2)).toBe("\x07".repeat(length))
      expect(text(3)).toBe("end")
    }
  })
})

describe("the block", () => {
  test.each<[string, Key, number, unknown]>([
    ["a string key", ["test", "users", "alicé"], particle.STRING, "alicé"],
    ["an integer key", ["test", "users", 5], particle.INTEGER, [5, 0]],
    ["a negative integer key", ["test", "users", -1], particle.INTEGER, [0xffff_ffff, 0xffff_ffff]],
    ["a large integer key", ["test", "users", 2 ** 40 + 3], particle.INTEGER, [3, 256]],
    ["a bigint key", ["test", "users", -(2n ** 63n)], particle.INTEGER, [0, 0x8000_0000]],
    ["minus zero", ["test", "users", -0], particle.INTEGER, [0, 0]],
    ["a blob key", ["test", "users", new Uint8Array([65, 66])], particle.BLOB, "AB"],
    ["a digest", { ns: "test", set: "users", digest: new Uint8Array(20).fill(65) }, 0, "A".repeat(20)],
  ])("%s", (_, key, type, expected) => {
    const { engine, names, write } = setUp({ data: 4 })
    write((writer) => writer.key(key))
    expect(names.text(engine.block(commandWord.NAMESPACE))).toBe("test")
    expect(names.text(engine.block(commandWord.SET))).toBe("users")
    expect(engine.block(commandWord.KEY_TYPE)).toBe(type)
    const words = [engine.block(commandWord.KEY_A), engine.block(commandWord.KEY_B)] as const
    expect(type === particle.INTEGER ? words : new TextDecoder().decode(engine.dataAt(...words))).toEqual(expected)
  })

  test("no set is no name", () => {
    for (const set of ["", null]) {
      const { engine, write } = setUp()
      write((writer) => writer.key(["test", set, 1]))
      expect(engine.block(commandWord.SET)).toBe(NONE)
    }
  })

  test("a name crosses once", () => {
    const { engine, write } = setUp()
    for (let i = 0; i < 3; i++) {
      write((writer) => {
        writer.key(["test", "test", 1])
        writer.bins({ test: 1, other: 2 })
      })
    }
    // A namespace, a set and two bins: each kind has limits of its own.
    expect(engine.called("name")).toHaveLength(4)
  })

  test("counts, kind and filter are written", () => {
    const { engine, write } = setUp()
    write(
      (writer) => {
        writer.key(["test", "s", "k"])
        writer.bins({ a: [1, 2], b: 3 })
      },
      { filterExpression: new Uint8Array([9, 8]) },
    )
    expect(engine.block(commandWord.KIND)).toBe(commandKind.PUT)
    expect(engine.block(commandWord.ITEMS)).toBe(2)
    expect(engine.block(commandWord.SLOTS)).toBe(4)
    const filter = engine.dataAt(engine.block(commandWord.FILTER_OFFSET), engine.block(commandWord.FILTER_LENGTH))
    expect([...filter]).toEqual([9, 8])
    write((writer) => writer.key(["test", "s", "k"]))
    expect(engine.block(commandWord.FILTER_LENGTH)).toBe(0)
    expect(engine.block(commandWord.SLOTS)).toBe(0)
  })

  test("names to read have no values", () => {
    const { engine, names, write } = setUp()
    write((writer) => writer.binNames(["a", "b"]))
    expect(engine.slots().map(([kind, bin]) => [kind, names.text(bin!)])).toEqual([
      [tag.NIL, "a"],
      [tag.NIL, "b"],
    ])
  })

  test("a slot is traced to its bin", () => {
    const { writer, write } = setUp()
    write((writer) => writer.bins({ a: [1, { k: [2] }], b: "x", c: {} }))
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((slot) => writer.blame(slot).bin)).toEqual([
      "a",
      "a",
      "a",
      "a",
      "a",
      "a",
      "b",
      "c",
    ])
    expect(writer.blame(99)).toEqual({ bin: "c", group: undefined })
  })
})

describe("what cannot be written is refused with its place", () => {
  const cyclic: Record<string, unknown> = { a: [1] }
  ;(cyclic.a as unknown[]).push(cyclic)
  const deep = (levels: number) => {
    let value: unknown = 1
    for (let i = 0; i < levels; i++) value = [value]
    return value
  }

  test.each([
    [{ b: undefined }, "bins.b is undefined: use null to remove a bin, or for nothing in a list or map."],
    [{ b: [1, undefined] }, "bins.b[1] is undefined"],
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested.
    [{ b: [1, , 3] }, "bins.b[1] is undefined"],
    [{ profile: { tags: [1, 2, 3, () => 4] } }, "bins.profile.tags[3] is a function, which cannot be stored."],
    [{ b: Symbol("s") }, "bins.b is a symbol, which cannot be stored."],
    [{ b: new Date(0) }, "bins.b is a Date, which cannot be stored."],
    [{ b: /x/ }, "bins.b is a RegExp, which cannot be stored."],
    [{ b: new Set([1]) }, "bins.b is a Set, which cannot be stored."],
    [{ b: new (class User {})() }, "bins.b is a User, which cannot be stored."],
    [{ b: Promise.resolve() }, "bins.b is a Promise, which cannot be stored."],
    [{ b: new Float64Array(2) }, "bins.b is a Float64Array, which cannot be stored: write a Uint8Array of its bytes."],
    [{ b: new ArrayBuffer(2) }, "bins.b is an ArrayBuffer, which cannot be stored: write a Uint8Array of its bytes."],
    [
      { b: 2 ** 53 },
      "bins.b is 9007199254740992, beyond the whole numbers that are exact: write it as a bigint, or as double(9007199254740992).",
    ],
    [{ b: 1e300 }, "write it as a bigint, or as double(1e+300)."],
    [{ b: 2n ** 63n }, "bins.b is 9223372036854775808, which does not fit into 64 bits."],
    [{ b: -(2n ** 63n) - 1n }, "bins.b is -9223372036854775809, which does not fit into 64 bits."],
    [{ b: [2n ** 64n] }, "bins.b[0] is 18446744073709551616, which does not fit into 64 bits."],
    [{ b: [-(2n ** 63n) - 1n] }, "bins.b[0] is -9223372036854775809"],
    [
      { b: { c: new Map([[1.5, 1]]) } },
      "bins.b.c has the map key 1.5: a key must be text, a whole number, a bigint or a Uint8Array.",
    ],
    [{ b: new Map([[null, 1]]) }, "has the map key null"],
    [{ b: new Map([[[1], 1]]) }, "has the map key an array of 1"],
    [{ b: new Map([["a b", [undefined]]]) }, 'bins.b["a b"][0] is undefined'],
    [{ "odd name": undefined }, 'bins["odd name"] is undefined'],
    [{ b: cyclic }, "bins.b.a[1].a… is cyclic, or nested deeper than 256 levels."],
    [{ b: deep(257) }, "bins.b[0][0][0]… is cyclic, or nested deeper than 256 levels."],
    [{ [`${"x".repeat(16)}`]: 1 }, `the bin name is "${"x".repeat(16)}": it must be text of 1 to 15 bytes.`],
    [{ жжжжжжжж: 1 }, 'the bin name is "жжжжжжжж": it must be text of 1 to 15 bytes.'],
    [{ "": 1 }, 'the bin name is "": it must be text of 1 to 15 bytes.'],
    [{}, "the bins is an object: it must be an object with at least one bin."],
    [null, "the bins is null: it must be an object of bin names and values."],
    [[1], "the bins is an array of 1: it must be an object of bin names and values."],
    [new Map([["a", 1]]), "the bins is a Map: it must be an object of bin names and values."],
  ])("%o", (bins, message) => {
    const { write } = setUp()
    const act = () => write((writer) => writer.bins(bins as object))
    expect(act).toThrow(InvalidArgumentError)
    expect(act).toThrow(message)
  })

  test("256 levels can be written", () => {
    expect(slotsOf(deep(256))).toHaveLength(257)
  })

  test.each([
    [undefined, "the key is undefined: it must be [namespace, set, user key] or { ns, set, digest }."],
    ["alice", 'the key is "alice": it must be [namespace, set, user key]'],
    [["test", "s"], "the key is an array of 2"],
    [["", "s", 1], 'the key\'s namespace is "": it must be text of 1 to 31 bytes.'],
    [[7, "s", 1], "the key's namespace is 7"],
    [["n".repeat(32), "s", 1], "it must be text of 1 to 31 bytes."],
    [["test", 7, 1], "the key's set is 7: it must be text of 1 to 63 bytes."],
    [["test", undefined, 1], "the key's set is undefined"],
    [["test", "ж".repeat(32), 1], "it must be text of 1 to 63 bytes."],
    [
      ["test", "s", undefined],
      "the user key, key[2], is undefined: it must be text, a whole number within ±(2^53 - 1), a bigint of 64 bits or a Uint8Array.",
    ],
    [["test", "s", null], "key[2], is null"],
    [["test", "s", 1.5], "key[2], is 1.5"],
    [["test", "s", 2 ** 53], "key[2], is 9007199254740992"],
    [["test", "s", Number.NaN], "key[2], is NaN"],
    [["test", "s", 2n ** 63n], "key[2], is 9223372036854775808n"],
    [["test", "s", true], "key[2], is true"],
    [["test", "s", {}], "key[2], is an object"],
    [
      { ns: "test", set: "s", digest: new Uint8Array(19) },
      "the key's digest is a Uint8Array: it must be a Uint8Array of 20 bytes.",
    ],
    [{ ns: "test", set: "s", key: 1 }, "the key's digest is undefined"],
    [{ ns: 1, set: "s", digest: new Uint8Array(20) }, "the key's namespace is 1"],
  ])("the key %o", (key, message) => {
    const { write } = setUp()
    const act = () => write((writer) => writer.key(key as Key))
    expect(act).toThrow(InvalidArgumentError)
    expect(act).toThrow(message)
  })

  test("a refused command leaves nothing behind", () => {
    const { engine, write } = setUp()
    expect(() => write((writer) => writer.bins({ a: 1, b: undefined }))).toThrow()
    write((writer) => writer.bins({ c: 2 }))
    expect(engine.slots()).toHaveLength(1)
    expect(engine.block(commandWord.ITEMS)).toBe(1)
  })

  test("an accessor that calls the client is refused, and the outer command goes on", () => {
    const { write } = setUp()
    const inner = () => write((writer) => writer.bins({ x: 1 }))
    let refused: unknown
    write((writer) =>
      writer.bins({
        get a() {
          try {
            inner()
          } catch (error) {
            refused = error
          }
          return 1
        },
      }),
    )
    expect(String(refused)).toContain("An accessor of the value")
  })
})
