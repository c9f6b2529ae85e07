// Functions on the dev server: Lua as its host runs it, without a client. What they do is pinned by recorded exchanges
// and by the conformance suite; here is what those cannot reach, or what would harm a real server.

import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { UdfLog } from "../../ts/devserver/udf-log.ts"
import { Udfs } from "../../ts/devserver/udfs.ts"

/** A call as the node packs it: numbers are bytes, text and bytes have their length before them. */
function packed(...parts: (number | string | Uint8Array)[]): Uint8Array {
  return new Uint8Array(
    parts.flatMap((part) => {
      if (typeof part === "number") return [part]
      const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part
      return [...uint32(bytes.length), ...bytes]
    }),
  )
}

function uint32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
}

const memory = { buffer: new ArrayBuffer(1 << 20) }
let udfs: Udfs
let logs: UdfLog[]

beforeAll(() => new Udfs(memory, undefined).find())
beforeEach(() => {
  logs = []
  udfs = new Udfs(memory, (entry) => logs.push(entry))
})
afterEach(() => udfs.close())

function ask(call: Uint8Array): { status: number; rest: Uint8Array; words: string } {
  new Uint8Array(memory.buffer).set(call)
  const answer = udfs.answer(0, call.length)
  return { status: answer[0]!, rest: answer.subarray(1), words: new TextDecoder().decode(answer.subarray(5)) }
}

const put = (file: string, text: string) => ask(packed(1, file, text))

/** A call of `module.f` on a record that is not there. */
function run(module: string, limitMs = 1000, args: Uint8Array = new Uint8Array([0x90])) {
  const absent = [0, 20, ...new Uint8Array(20), 3, ...new TextEncoder().encode("set"), 0, 0, 0, 0]
  return ask(packed(3, module, "f", ...uint32(limitMs), args, ...absent))
}

const done = 0
const failed = 1
const noModule = 3

describe("modules", () => {
  test("are checked when they are put, with the place of what is wrong", () => {
    const { status, rest } = put("bad.lua", "\n\nfunction broken(rec return 1")
    expect(status).toBe(failed)
    expect(rest).toEqual(packed(...uint32(3), "bad.lua", "')' expected near 'return'"))
    expect(put("bad.lua", "error('on purpose')").rest).toEqual(packed(...uint32(1), "bad.lua", "on purpose"))
    expect(run("bad").status).toBe(noModule)
  })

  test("are found by their name, also in a folder, and require each other", () => {
    put("lib/one.lua", "return { value = 7 }")
    put("m.lua", 'local one = require("lib.one") function f() return one.value end')
    expect(run("m")).toMatchObject({ status: done })
    expect(run("m").rest.subarray(0, 13)).toEqual(packed(1, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 7])))
    put("lib/one.lua", "return { value = 8 }")
    expect(run("m").rest[12]).toBe(8)
    ask(packed(2, "lib/one.lua"))
    expect(run("m").status).toBe(noModule)
  })

  test("that loop for ever when they are loaded are refused", () => {
    const { status, words } = put("m.lua", "while true do end")
    expect([status, words]).toEqual([failed, expect.stringContaining("UDF Execution Timeout")])
  })

  test("cannot reach outside, nor be of compiled code", () => {
    const outside = [
      "io",
      "os.execute",
      "os.getenv",
      "dofile",
      "loadfile",
      "package.loadlib",
      'package.loaded["debug"]',
    ]
    put("m.lua", `function f() return tostring(${outside.join(") .. tostring(")}) end`)
    expect(run("m").words).toContain("nil".repeat(outside.length))
    put("m.lua", 'function f() return require("debug") end')
    expect(run("m")).toMatchObject({ status: failed, words: expect.stringContaining("module 'debug' not found") })
    expect(put("m.lua", "\x1bLua")).toMatchObject({ status: failed })
  })
})

describe("functions", () => {
  test("that do not end are ended, also when they catch errors and run coroutines", () => {
    const loops = [
      "while true do end",
      "while true do pcall(function() while true do end end) end",
      "while true do coroutine.wrap(function() pcall(function() while true do end end) end)() end",
      "local function again() return again() end again()",
    ]
    for (const loop of loops) {
      put("m.lua", `function f() ${loop} end`)
      expect(run("m", 50)).toMatchObject({ status: failed, words: expect.stringContaining("UDF Execution Timeout") })
    }
    put("m.lua", "function f() return 1 end")
    expect(run("m", 50).status).toBe(done)
  })

  test("that call themselves too deep, or want too much memory, fail and the next one runs", () => {
    put("m.lua", "function f() return 1 + f() end")
    expect(run("m")).toMatchObject({ status: failed, words: expect.stringContaining("stack overflow") })
    put("m.lua", "function f() return #(('x'):rep(1 << 30) .. ('y'):rep(1 << 30)) end")
    expect(run("m", 10_000)).toMatchObject({ status: failed, words: expect.stringContaining("not enough memory") })
    put("m.lua", "function f() return 1 end")
    expect(run("m").status).toBe(done)
  })

  test("of modules keep what they do to globals to themselves", () => {
    put("a.lua", "x = 1 function f() return tostring(x) end")
    put("b.lua", "function f() string.format = nil return tostring(x) end")
    expect(run("b").words).toContain("nil")
    expect(run("a").words).toContain("1")
  })

  test("with arguments that are no list have none", () => {
    put("m.lua", "function f(rec, ...) return select('#', ...) end")
    for (const args of [[], [0xc1], [0x81, 1, 2], [0x91], [5]]) {
      expect(run("m", 1000, new Uint8Array(args)).rest[12]).toBe(0)
    }
    expect(run("m", 1000, new Uint8Array([0x92, 0xc0, 0xc0])).rest[12]).toBe(2)
  })

  test("log by their level, and what they print is told too", () => {
    put("m.lua", "function f() warn('a %d', 1) info('b') debug('c') trace('d') print('e', 2) aerospike:log(1, 'f') end")
    run("m")
    expect(logs.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "warn a 1",
      "info b",
      "debug c",
      "trace d",
      "info e\t2",
      "warn f",
    ])
  })
})

describe("what the node says", () => {
  test("may be cut short anywhere and is answered all the same", () => {
    put("m.lua", "function f() return 1 end")
    const whole = packed(3, "m", "f", ...uint32(100), new Uint8Array([0x90]), 0, 20, ...new Uint8Array(21))
    for (let length = 0; length < whole.length; length++) {
      expect([failed, noModule]).toContain(ask(whole.subarray(0, length)).status)
    }
  })
})
