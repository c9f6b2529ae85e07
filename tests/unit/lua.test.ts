// The Lua beside the client: it answers as the servers' does, keeps values exact, and reaches nothing outside.

import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as api from "../../ts/index.ts"
import { type Lua, loadLua } from "../../ts/lua/load.ts"
import type { LuaState } from "../../ts/lua/state.ts"
import { luaFacts } from "../conformance/support/lua.mjs"

let lua: Lua
let state: LuaState
const source = "function evaluate(code, ...) return assert(load(code))(...) end"

beforeAll(async () => {
  lua = await loadLua()
  state = lua.state({ limitMs: 10_000 })
  state.run(source, "@unit.lua")
})

afterAll(() => state.close())

const evaluate = (code: string, ...args: unknown[]) => state.call("evaluate", [code, ...args])

/** What a fact's expression gives, in the same words. */
function answerTo(code: string): unknown {
  try {
    return evaluate(code) ?? null
  } catch (error) {
    const { message } = error as Error
    return { failure: message.replace(/^(\[string .*?"\]|[\w.]+|\?):\d+: /, "") }
  }
}

describe("expressions that a server has answered", () => {
  test.each(luaFacts(api))("%s", (code, answer) => {
    expect(answerTo(code as string)).toEqual(answer)
  })
})

describe("values", () => {
  const { Double, GeoJSON, HLL, KeyOrderedMap, OrderedList, TypedBlob } = api
  const same = [
    null,
    true,
    false,
    0,
    -1,
    Number.MAX_SAFE_INTEGER,
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 53n,
    new Double(1),
    new Double(-0),
    new Double(Number.POSITIVE_INFINITY),
    new Double(1e-300),
    "",
    "çay \0 𝄞",
    "x".repeat(100_000),
    new Uint8Array(),
    new Uint8Array(70_000).map((_, i) => i),
    new TypedBlob(7, new Uint8Array([1, 2])),
    new HLL(new Uint8Array([1, 2, 3])),
    new GeoJSON('{"type":"Point","coordinates":[1,2]}'),
    [],
    [null, null],
    [1, ["a", [new Map([["b", []]])]]],
    new Map<unknown, unknown>([
      ["a", 1],
      [1, "a"],
      [-(2n ** 60n), null],
      [new Uint8Array([1]), new Map()],
    ]),
    new KeyOrderedMap([["a", [1]]]),
  ]
  test.each(same.map((value) => [value]))("%s goes to Lua and comes back the same", (value) => {
    expect(evaluate("return ...", value)).toStrictEqual(value)
  })

  test("a number that is whole is an integer there, any other a double", () => {
    expect(evaluate("return math.type(...)", 5)).toBe("integer")
    expect(evaluate("return math.type(...)", 5.5)).toBe("float")
    expect(evaluate("return math.type(...)", new Double(5))).toBe("float")
  })

  test("plain objects and sorted lists become maps and lists", () => {
    expect(evaluate("return (...).b[1]", { b: [7] })).toBe(7)
    expect(evaluate("return ...", new OrderedList([1, 2]))).toEqual([1, 2])
  })

  test("what has no like in Lua is refused, with what it is", () => {
    expect(() => evaluate("return 1", () => 1)).toThrow(/a function/)
    expect(() => evaluate("return 1", 2n ** 63n)).toThrow(/more than 64 bits/)
    expect(() => evaluate("return 1", 2 ** 60)).toThrow(/no exact integer/)
    expect(() => evaluate("return 1", new Date())).toThrow(/a Date/)
  })

  test("they are read as the configuration says", () => {
    const read = (code: string, options: object) =>
      state.call("evaluate", [code], { int64: "auto", doubles: "number", maps: "auto", blobs: "own", ...options })
    expect(read("return 1.0", {})).toBe(1)
    expect(read("return 1", { int64: "bigint" })).toBe(1n)
    expect(read("return map{a=1}", {})).toEqual({ a: 1 })
    expect(read("return map{[1]=1}", {})).toEqual(new Map([[1, 1]]))
    expect(read("return map{[1]=1}", { maps: "object" })).toEqual({ 1: 1 })
    expect(() => read("return map{[1]=1, ['1']=2}", { maps: "object" })).toThrow(/no object can have/)
    expect(() => read("return 1 << 60", { int64: "number" })).toThrow(/1152921504606846976/)
    const polluted = read("local m = map() m['__proto__'] = 1 return m", {}) as object
    expect(Object.getPrototypeOf(polluted)).toBe(Object.prototype)
  })

  test("a list that holds itself is an error, not the end", () => {
    expect(() => evaluate("local l = list{} l[1] = l return l")).toThrow(/256 levels/)
    expect(() => evaluate("local l = list{} l[1] = l return tostring(l)")).toThrow(/stack overflow/)
    expect(evaluate("return 1")).toBe(1)
  })

  test("many values and calls leave Lua's stack as it was", () => {
    for (let i = 0; i < 5000; i++) evaluate("return list{...}", [i, "x"], { a: i })
    expect(evaluate("return select('#', ...)", ...Array(200).fill(1))).toBe(200)
  })
})

describe("a state", () => {
  test("has nothing that reaches outside, nor compiled code", () => {
    const names = ["io", "dofile", "loadfile", "os.execute", "os.getenv", "os.remove", "package.loadlib"]
    for (const name of names) expect(evaluate(`return ${name}`), name).toBeNull()
    // Aerospike has its log in the place of Lua's library.
    expect(evaluate("return type(debug)")).toBe("function")
    expect(() => evaluate("return assert(load(string.dump(function() end)))")).toThrow(/binary chunk/)
    expect(() => state.run(new Uint8Array([27, 76, 117, 97]), "@x.lua")).toThrow(/binary chunk/)
    expect(() => evaluate("aerospike_box({}, 'List')")).toThrow(/nil value/)
  })

  test("gives a call only so much time, also when it catches errors", () => {
    const hasty = lua.state({ limitMs: 50 })
    hasty.run("function run() while true do pcall(function() while true do end end) end end", "@hasty.lua")
    expect(() => hasty.call("run")).toThrow("UDF Execution Timeout")
    hasty.run(
      "function run() while true do coroutine.wrap(function() pcall(function() while true do end end) end)() end end",
      "@b.lua",
    )
    expect(() => hasty.call("run")).toThrow("UDF Execution Timeout")
    hasty.run("function run() return 1 end", "@c.lua")
    expect(hasty.call("run")).toBe(1)
    hasty.close()
  })

  test("asks for the modules that one requires", () => {
    const other = lua.state({ source: (name) => (name === "helpers" ? "return { seven = 7 }" : undefined) })
    other.run("function f() return require('helpers').seven end function g() return require('none') end", "@a.lua")
    expect(other.call("f")).toBe(7)
    expect(() => other.call("g")).toThrow(/module 'none' not found/)
    other.close()
  })

  test("tells its log, and what prints goes there", () => {
    const said: unknown[] = []
    const logging = lua.state({ log: (level, message) => said.push([level, message]) })
    logging.run('info("a %d", 1) warn("b") trace("c") debug("d") print("e", 2)', "@log.lua")
    expect(said).toEqual([
      [2, "a 1"],
      [1, "b"],
      [4, "c"],
      [3, "d"],
      [2, "e\t2"],
    ])
    logging.close()
  })

  test("says where the text of a module is wrong", () => {
    expect(() => state.run("function f(\nreturn 1", "@broken.lua")).toThrow(/^broken.lua:2: .* expected near 'return'/)
  })

  test("is called by Lua, and what is thrown there is an error of Lua's", () => {
    const calling = lua.state()
    calling.define("add", (a, b) => Number(a) + Number(b))
    calling.define("refuse", () => {
      throw new Error("not today")
    })
    calling.run("function f() return add(1, 2) end function g() return select(2, pcall(refuse)) end", "@host.lua")
    expect(calling.call("f")).toBe(3)
    expect(calling.call("g")).toBe("not today")
    calling.close()
  })
})
