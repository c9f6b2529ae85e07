// What the builders of ops make: plain data in the server's order, with what is at its default left out, and refusals that
// name the argument. What the server makes of it is told by the conformance cases.

import { describe, expect, test } from "vitest"
import { commandKind, hllOpKind, listOpKind, mapOpKind, NONE, scalarOpKind, tag } from "../../ts/core/generated.ts"
import { Memory } from "../../ts/core/memory.ts"
import { Names } from "../../ts/core/names.ts"
import { Writer } from "../../ts/core/writer.ts"
import { InvalidArgumentError } from "../../ts/errors.ts"
import { bit, ctx, HLL, hll, INFINITY, list, map, type Op, op, string, WILDCARD } from "../../ts/index.ts"
import { PolicyPacker } from "../../ts/policy.ts"
import { FakeEngine } from "./support/fake-engine.ts"

describe("arguments", () => {
  const args = (built: Op) => built.args
  test.each<[string, Op, readonly unknown[]]>([
    ["a scalar op has its value", op.write("b", [1]), [[1]]],
    ["an op on the record has none", op.touch(), []],
    ["defaults of an append are left out", list.append("b", 1), [1]],
    ["an order brings the flags with it", list.append("b", 1, { order: "ordered" }), [1, 1, 0]],
    ["flags bring the order with them", list.append("b", 1, { unique: true, noFail: true, partial: true }), [1, 0, 13]],
    ["a stored index is a bit of the order", list.append("b", 1, { order: "ordered", persistIndex: true }), [1, 17, 0]],
    ["an insert has flags and no order", list.insert("b", -1, "x", { bounded: true }), [-1, "x", 2]],
    ["an increment is by one", list.increment("b", 2), [2, 1]],
    ["a range without a count goes to the end", list.getRange("b", 2), [2]],
    ["a get gives values", list.getByRank("b", -1), [7, -1]],
    ["a remove gives nothing", list.removeByRank("b", -1), [0, -1]],
    ["inverted is a bit of the return type", list.getByRankRange("b", 0, 2, { inverted: true }), [0x1_0007, 0, 2]],
    ["a range without an end leaves it out", list.getByValueRange("b", 1, null), [7, 1]],
    ["a range without a beginning has null", list.getByValueRange("b", null, INFINITY), [7, null, INFINITY]],
    ["sort flags add up", list.sort("b", { descending: true, dropDuplicates: true }), [3]],
    ["a put always has its order", map.put("b", "k", 1), ["k", 1, 0]],
    ["a put's mode is among its flags", map.put("b", "k", 1, { mode: "updateOnly", noFail: true }), ["k", 1, 0, 6]],
    ["orders of maps are numbers", map.setOrder("b", "keyValueOrdered"), [3]],
    ["pairs are asked for", map.getByKeyRange("b", "a", "c", { returnType: "keyValue" }), [8, "a", "c"]],
    ["counted from a key", map.getByKeyRelIndexRange("b", "a", -1, 2, { returnType: "key" }), [6, "a", -1, 2]],
    ["bit ops always have flags", bit.set("b", 0, 8, new Uint8Array([1])), [0, 8, new Uint8Array([1]), 0]],
    ["overflow and sign are one", bit.add("b", 0, 8, 1, { overflow: "wrap", signed: true }), [0, 8, 1, 0, 5]],
    ["a resize has both kinds of flags", bit.resize("b", 9, { noFail: true, growOnly: true }), [9, 4, 2]],
    ["a sign is only told if there is one", bit.getInt("b", 0, 8), [0, 8]],
    ["bits that are not given are -1", hll.add("b", ["x"]), [["x"], -1, -1, 0]],
    ["min-hash bits", hll.init("b", 8, { minHashBits: 12, mode: "createOnly" }), [8, 12, 1]],
    ["an occurrence is always told", string.find("s", "x"), ["x", 1]],
    ["a kind of number", string.isNumeric("s", { type: "float" }), [2]],
    ["no end means to the end", string.substr("s", -3), [-3]],
    ["no separator means code points", string.split("s"), []],
    [
      "flags of regular expressions add up",
      string.regexCompare("s", "a", { dotAll: true, unixLines: true }),
      ["a", 12],
    ],
    ["changes of strings have flags", string.insert("s", 1, "x", { mode: "createOnly", noFail: true }), [1, "x", 5]],
    ["what is replaced and by what are one list", string.replaceAll("s", "a", ""), [["a", ""], 0]],
    [
      "a replacement by a regular expression has two kinds of flags",
      string.regexReplace("s", "a", "b", { global: true, mode: "updateOnly" }),
      [["a", "b"], 16, 2],
    ],
    ["what is snipped off to the end has no flags", string.snip("s", 2), [2]],
    ["a list may be joined with nothing between", list.join("l"), []],
    ["base64 of all bytes", bit.base64Encode("b"), [0]],
    ["base64 of all but the last", bit.base64Encode("b", { byteOffset: 1, byteSize: 1, fromEnd: true }), [1, 1, 1]],
    ["a union may fold", hll.setUnion("b", [], { allowFold: true }), [[], 8]],
  ])("%s", (_, built, expected) => {
    expect(args(built)).toEqual(expected)
  })

  test("kinds are the engine's numbers", () => {
    expect([op.delete().kind, op.increment("b", 1).kind]).toEqual([scalarOpKind.DELETE, scalarOpKind.ADD])
    expect(list.getByValue("b", 1).kind).toBe(listOpKind.GET_ALL_BY_VALUE)
    expect(map.removeByValueRange("b", 1, 2).kind).toBe(mapOpKind.REMOVE_BY_VALUE_INTERVAL)
    expect(hll.mayContain("b", []).kind).toBe(hllOpKind.MAY_CONTAIN)
  })
})

describe("contexts", () => {
  test("steps are ids and values, and creating is a bit of the id", () => {
    const way = ctx
      .mapKey("a", { create: "keyOrdered", persistIndex: true })
      .listIndex(-1, { create: "padded" })
      .listRank(0)
    expect(way.entries).toEqual([
      [0x1a2, "a"],
      [0x90, -1],
      [0x11, 0],
    ])
    const others = ctx.listValue([1]).mapIndex(2).mapRank(3).mapValue(WILDCARD)
    expect(others.entries.map(([id]) => id)).toEqual([0x13, 0x20, 0x21, 0x23])
  })

  test("an op without a way has no context", () => {
    expect(list.size("b", { ctx }).ctx).toBeUndefined()
  })

  test("create makes the last step make what it does not find, and leaves the given way as it was", () => {
    const way = ctx.mapKey("a")
    expect(list.create("b", "ordered", { ctx: way }).ctx?.entries).toEqual([[0xe2, "a"]])
    expect(list.create("b", "unordered", { pad: true, ctx: ctx.listIndex(3) }).ctx?.entries).toEqual([[0x90, 3]])
    expect(map.create("b", "unordered", { ctx: way }).ctx?.entries).toEqual([[0x62, "a"]])
    expect(way.entries).toEqual([[0x22, "a"]])
  })
})

describe("slots", () => {
  function slotsOf(...ops: Op[]) {
    const engine = new FakeEngine()
    const memory = new Memory(engine.memory)
    const writer = new Writer(engine, memory, new Names(engine, memory))
    writer.begin(commandKind.OPERATE, new PolicyPacker().pack("operate", undefined))
    try {
      writer.ops(ops)
      writer.finish()
    } finally {
      writer.end()
    }
    return { slots: engine.slots(), writer }
  }

  test("an op says what follows it: its context, then its arguments", () => {
    const { slots, writer } = slotsOf(op.touch(), list.insert("b", 1, ["x"], { ctx: ctx.mapKey("k") }), op.read("c"))
    expect(slots.map(([kind]) => kind! & 0xff)).toEqual([
      ...[tag.OP, tag.OP, tag.INT, tag.STRING, tag.INT, tag.LIST, tag.STRING, tag.OP],
    ])
    expect(slots[0]).toEqual([tag.OP | (scalarOpKind.TOUCH << 8), NONE, 0, 0])
    expect(slots[1]).toEqual([tag.OP | (listOpKind.INSERT << 8), 0, 2, 1])
    expect(slots[7]).toEqual([tag.OP | (scalarOpKind.READ << 8), 1, 0, 0])
    expect([0, 1, 3, 6, 7].map((slot) => writer.blame(slot).bin)).toEqual([undefined, "b", "b", "b", "c"])
  })

  test("conditions have tags of their own", () => {
    const { slots } = slotsOf(list.getByValue("b", [1, WILDCARD]), list.getByValueRange("b", null, [INFINITY]))
    expect(slots.map(([kind]) => kind! & 0xff)).toEqual([
      ...[tag.OP, tag.INT, tag.LIST, tag.INT, tag.WILDCARD],
      ...[tag.OP, tag.INT, tag.NIL, tag.LIST, tag.INFINITY],
    ])
  })

  test.each<[string, unknown, string]>([
    ["no ops", [], "the ops is an empty array"],
    ["something else", [{ read: "b" }], "ops[0] is an object: it must be an op made by"],
    ["a value that cannot be written", [list.append("b", [{ x: undefined as never }])], "ops[0][0][0].x is undefined"],
    ["a condition as a bin's value in an object", [op.write("b", { x: INFINITY } as never)], "ops[0][0].x is a Mark"],
    ["a step", [list.size("b", { ctx: ctx.listValue([() => 1] as never) })], "ops[0].ctx[0] is a function"],
  ])("refused: %s", (_, ops, says) => {
    const act = () => slotsOf(...(ops as Op[]))
    expect(act).toThrow(InvalidArgumentError)
    expect(act).toThrow(says)
  })
})

describe("refusals name the call and the argument", () => {
  test.each<[() => unknown, string]>([
    [() => string.find("s", 5 as never), "string.find: needle is 5: it must be text"],
    [() => string.find("s", "x", { occurrence: 0 }), "string.find: occurrence is 0: it must be a whole number, not 0"],
    [() => string.upper("s", { mode: "createOnly" as never }), "string.upper: mode is"],
    [() => string.concat("s", ["a", 1] as never), "string.concat: values is"],
    [() => string.snip("s", 1, undefined, { noFail: true }), "string.snip: mode and noFail need an end"],
    [
      () => string.regexCompare("s", "x", { global: true } as never),
      "string.regexCompare: options.global is not known",
    ],
    [() => list.join("l", 1 as never), "list.join: separator is 1: it must be text"],
    [() => bit.base64Encode("b", { fromEnd: true }), "bit.base64Encode: fromEnd needs a byteSize"],
    [() => op.read(""), 'op.read: bin is "": it must be text of 1 to 15 bytes.'],
    [() => op.read("ä".repeat(8)), "op.read: bin"],
    [
      () => list.append("b", 1, { uniqe: true } as never),
      "list.append: options.uniqe is not known: did you mean unique?",
    ],
    [() => list.get("b", Number.NaN), "list.get: index is NaN: it must be a whole number."],
    [
      () => list.getByRank("b", 0, { returnType: "key" as never }),
      'list.getByRank: returnType is "key": it must be one of',
    ],
    [() => map.put("b", Number.POSITIVE_INFINITY, 1), "map.put: key is Infinity"],
    [() => map.getByValueRange("b", 1, undefined as never), "map.getByValueRange: end is undefined"],
    [() => bit.get("b", 0, 0), "bit.get: bitSize is 0: it must be a whole number, 1 or more."],
    [() => bit.getInt("b", 0, 65), "bit.getInt: bitSize is 65: it must be a whole number of bits from 1 to 64."],
    [() => hll.init("b", 17), "hll.init: indexBits is 17: it must be a whole number of bits from 4 to 16."],
    [() => hll.getUnion("b", [new HLL(new Uint8Array()), 1 as never]), "hll.getUnion: hlls is an array of 2"],
    [() => ctx.mapKey("a", { create: "ordered" as never }), 'ctx.mapKey: create is "ordered": it must be one of'],
  ])("%s", (act, message) => {
    expect(act).toThrow(InvalidArgumentError)
    expect(act).toThrow(message)
  })
})
