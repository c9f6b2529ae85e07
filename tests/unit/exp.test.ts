// What expressions are: plain data, text for people, and the bytes that every other client has for them.

import { readFileSync } from "node:fs"
import { beforeAll, describe, expect, test } from "vitest"
import { loadEngine } from "../../ts/entry/slim.ts"
import { ctx, double, Expression, exp, GeoJSON, InvalidArgumentError, KeyOrderedMap } from "../../ts/index.ts"

const early = (() => {
  try {
    return exp.toBase64(exp.nil())
  } catch (error) {
    return error
  }
})()

beforeAll(async () => {
  await loadEngine(readFileSync(new URL("../../pkg/engine/aerospike_wasm_engine_bg.wasm", import.meta.url)))
})

const hex = (expression: Expression) => Buffer.from(exp.toBytes(expression)).toString("hex")

describe("packed", () => {
  const a = exp.int.bin("a")
  test.each([
    [exp.eq(a, 5), "9301935102a16105"],
    [exp.eq(exp.float.bin("f"), 2), "9301935107a166cb4000000000000000"],
    [exp.eq(exp.string.bin("s"), "ä"), "9301935103a173a303c3a4"],
    [exp.eq(exp.list.bin("l"), [1, ["x"]]), "9301935104a16c927e920191a20378"],
    [exp.eq(exp.map.bin("m"), new KeyOrderedMap([["b", 1]])), "9301935105a16d82c70001c0a2036201"],
    [exp.geoCompare(exp.geo.bin("g"), new GeoJSON("{}")), "9308935108a167a3177b7d"],
    [exp.binExists("a"), "93029252a16100"],
    [exp.cond(exp.eq(a, 4), double(1), exp.unknown()), "947b9301935102a16104cb3ff00000000000009100"],
    [exp.let({ x: a }, ({ x }) => exp.mul(x, x)), "947da178935102a1619316927ca178927ca178"],
    [exp.list.size(exp.map.bin("c"), { ctx: ctx.mapKey("l") }), "957f020093ccff9222a2036c9110935105a163"],
    [
      exp.selectByPath(
        exp.list.bin("l"),
        ctx.allChildren(exp.bool.loopVar("value")).mapKeys(["k"]).where(exp.eq(a, 4)),
      ),
      "957f040093ccfe9604937a01012a91a2036bcd02049301935102a1610401935104a16c",
    ],
    [exp.string.find(exp.string.bin("s"), "l", 2), "957f02039303a2036c02935103a173"],
    [exp.string.concat(exp.string.bin("s"), ["a", "b"]), "957f03439334927e92a20361a2036200935103a173"],
    [
      exp.string.regexReplace(exp.string.bin("s"), "l+", "L", { caseInsensitive: true, global: true, noFail: true }),
      "957f03439442927e92a3036c2ba2034c1104935103a173",
    ],
    [exp.string.toString(exp.int.bin("n")), "9263935102a16e"],
    [exp.infinity(), "d4ff01"],
  ])("%s", (expression, bytes) => {
    expect(hex(expression)).toBe(bytes)
    const again = exp.fromBase64(exp.toBase64(expression))
    expect(hex(again)).toBe(bytes)
    expect(String(again)).toBe(String(expression))
  })
})

test("what was read from bytes is sent as it was, even inside of others", () => {
  // Five as an integer of 64 bits, as no client of ours packs it.
  const odd = exp.fromBytes(Buffer.from("9301935102a161cf0000000000000005", "hex"))
  expect(hex(exp.not(odd))).toBe("92129301935102a161cf0000000000000005")
  expect(String(exp.not(odd))).toBe('not(eq(int.bin("a"), 5))')
})

test.each([
  [exp.and(exp.ge(exp.ttl(), 1), exp.not(exp.isTombstone())), "and(ge(ttl(), 1), not(isTombstone()))"],
  [exp.regex(exp.string.key(), "^a", { ignoreCase: true }), 'regex(string.key(), "^a", 3)'],
  [exp.let({ x: exp.int.val(1) }, ({ x }) => exp.add(x, 2)), "let({ x: 1 }, add(x, 2))"],
  [exp.map.getByKey(exp.map.bin("m"), "k", { type: "int" }), 'map.getByKey(map.bin("m"), 7, "k")'],
  [exp.string.upper(exp.string.bin("s")), 'string.upper(string.bin("s"), 0)'],
  [exp.string.strlen(exp.string.toString(5)), "string.strlen(toString(5))"],
  [exp.eq(exp.float.bin("f"), 1), 'eq(float.bin("f"), 1.0)'],
  [exp.eq(exp.blob.bin("b"), new Uint8Array([1, 255])), 'eq(blob.bin("b"), bytes(01ff))'],
])("as text: %s", (expression, text) => {
  expect(String(expression)).toBe(text)
  expect(exp.toString(expression)).toBe(text)
})

test("an expression does not change", () => {
  const a = exp.int.bin("a")
  expect(a).toBeInstanceOf(Expression)
  expect(Object.isFrozen(a)).toBe(true)
  expect(Object.isFrozen(a.args)).toBe(true)
})

test("before the engine is loaded, packing says what to do", () => {
  expect(early).toBeInstanceOf(InvalidArgumentError)
  expect(String(early)).toContain("await loadEngine(wasm)")
})

test.each([
  ["an int with text", () => exp.eq(exp.int.bin("a"), "x" as never)],
  ["an int with a fraction", () => exp.eq(exp.int.bin("a"), 1.5)],
  ["an integer beyond 64 bits", () => exp.int.val(2n ** 63n)],
  ["a bin without a name", () => exp.int.bin(undefined as never)],
  ["a variable with a space", () => exp.int.var("a b")],
  ["a part that elements have not", () => exp.int.loopVar("size" as never)],
  ["a type that there is not", () => exp.list.getByIndex(exp.list.bin("l"), 0, { type: "text" as never })],
  ["a return type that there is not", () => exp.list.getByValue(exp.list.bin("l"), 0, { returnType: "all" as never })],
  ["an element of no type", () => exp.list.getByIndex(exp.list.bin("l"), 0, {} as never)],
  ["a value that cannot be stored", () => exp.toBytes(exp.list.val([new Date() as never]))],
  ["text that is no base64", () => exp.fromBase64("*")],
  ["bytes that end too early", () => exp.fromBytes(new Uint8Array([0x92, 18]))],
  ["bytes of two elements", () => exp.fromBytes(new Uint8Array([1, 2]))],
])("refused: %s", (_, act) => {
  expect(act).toThrow(InvalidArgumentError)
})
