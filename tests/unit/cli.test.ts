// The command line: which command is found, and what is said where none is.

import { afterEach, beforeEach, expect, test, vi } from "vitest"
import packageJson from "../../package.json" with { type: "json" }

const argv = process.argv
let out = ""
let err = ""

beforeEach(() => {
  out = err = ""
  vi.resetModules()
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += text
    return true
  })
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += text
    return true
  })
})

afterEach(() => {
  process.argv = argv
  process.exitCode = undefined
  vi.restoreAllMocks()
})

async function run(...args: string[]) {
  process.argv = ["node", "aerospike-wasm", ...args]
  await import("../../ts/cli/main.ts")
  return process.exitCode
}

test.each([["--help"], ["-h"], ["help"]])("%s lists the commands on 80 columns", async (flag) => {
  expect(await run(flag)).toBe(0)
  expect(out).toContain("devserver")
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80)
})

test.each([["--version"], ["-v"]])("%s is that of the package", async (flag) => {
  expect(await run(flag)).toBe(0)
  expect(out).toBe(`${packageJson.version}\n`)
})

test("no command is a wrong call that shows the help", async () => {
  expect(await run()).toBe(2)
  expect(out).toContain("Usage:")
})

test.each([["devsrver"], ["constructor"]])("the unknown command %s is named", async (name) => {
  expect(await run(name)).toBe(2)
  expect(err).toContain(`there is no "${name}"`)
  expect(err).toContain("Usage:")
})
