// Without the optional Lua: an error that says how to install it, and Lua as soon as it is there.

import { expect, test, vi } from "vitest"
import { loadLua } from "../../ts/lua/load.ts"

vi.mock("wasmoon", () => {
  throw new Error("Cannot find package 'wasmoon'")
})

test("Lua that is not installed is told of, with the way to install it", async () => {
  await expect(loadLua()).rejects.toMatchObject({ name: "ClientError", message: /npm install wasmoon/ })
  vi.doUnmock("wasmoon")
  const lua = await loadLua()
  const state = lua.state()
  state.run("function f() return 1 end", "@f.lua")
  expect(state.call("f")).toBe(1)
  state.close()
})
