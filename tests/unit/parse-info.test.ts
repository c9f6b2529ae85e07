// Answers to info commands as values: which form, and what of it is a number.

import { expect, expectTypeOf, test } from "vitest"
import { type InfoFields, parseInfo } from "../../ts/admin/parse-info.ts"

test("lists, rows and fields, by the command", () => {
  expect(parseInfo("namespaces", "test;bar")).toEqual(["test", "bar"])
  expect(parseInfo("services", "")).toEqual([])
  expect(parseInfo("build", "8.1.2.0")).toBe("8.1.2.0")
  expect(parseInfo("namespace/test", "objects=5;stop_writes=false;memory_pct=1.50;x=")).toEqual({
    objects: 5,
    stop_writes: false,
    memory_pct: 1.5,
    x: "",
  })
  expect(parseInfo("sets/test", "ns=test:set=1:objects=2:truncating=false;ns=test:set=b:objects=0")).toEqual([
    { ns: "test", set: "1", objects: 2, truncating: false },
    { ns: "test", set: "b", objects: 0 },
  ])
  expect(parseInfo("udf-list", "filename=a.lua,hash=12,type=LUA;")).toEqual([
    { filename: "a.lua", hash: "12", type: "LUA" },
  ])
  expect(parseInfo("query-show:id=7", "trid=7:job-progress=100.00:status=done(ok)")).toEqual([
    { trid: "7", "job-progress": 100, status: "done(ok)" },
  ])
  expect(parseInfo("log/0", "misc:INFO;as:DEBUG")).toEqual({ misc: "INFO", as: "DEBUG" })
  expect(parseInfo("sindex-list:", "")).toEqual([])
})

test("numbers that are exact, as bigints where they have to be", () => {
  const big = 2n ** 63n - 1n
  expect(parseInfo("statistics", `a=${big};b=-7;c=00012;d=1e5;e=0x10;f=${Number.MAX_SAFE_INTEGER}`)).toEqual({
    a: big,
    b: -7,
    c: 12,
    d: "1e5",
    e: "0x10",
    f: Number.MAX_SAFE_INTEGER,
  })
})

test("what the server refuses is an error with its code and words", () => {
  expect(() => parseInfo("sindex-stat:namespace=test;indexname=x", "ERROR:201:no index")).toThrow(
    expect.objectContaining({ code: 201, message: expect.stringContaining("no index") }),
  )
  expect(() => parseInfo("roster", "ERROR:25:enterprise only")).toThrow(/enterprise only/)
})

test("what is no text is refused", () => {
  expect(() => parseInfo(5 as never, "")).toThrow(/command is 5/)
  expect(() => parseInfo("build", undefined as never)).toThrow(/response is undefined/)
})

test("the type of what is given follows the command", () => {
  expectTypeOf(parseInfo("namespaces", "")).toEqualTypeOf<string[]>()
  expectTypeOf(parseInfo("sets/test", "")).toEqualTypeOf<InfoFields[]>()
  expectTypeOf(parseInfo("sindex-list:namespace=test", "")).toEqualTypeOf<InfoFields[]>()
  expectTypeOf(parseInfo("namespace/test", "")).toEqualTypeOf<InfoFields>()
  expectTypeOf(parseInfo("statistics", "")).toEqualTypeOf<InfoFields>()
})
