// What the files of the shell may reach for: only the entries, the transports, the command line, the dev server and the sync client know
// a runtime, and nothing but the driver and what it is made of knows the engine.

import { readdirSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"

const root = new URL("../../ts/", import.meta.url)
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))

test.each(files.map((file) => [file.replaceAll("\\", "/")]))("%s", (file) => {
  const text = readFileSync(new URL(file, root), "utf8")
  const code = text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, "")
  const ofRuntime = /^(entry|cli|devserver|metrics|tracing|sync)\/|^transport\/(node|deno|bun|tls)\.ts$/.test(file)
  if (!ofRuntime) expect(code).not.toMatch(/from "node:|\bBuffer\b|\bprocess\.|\bDeno\.\w|\bBun\.\w|\brequire\(/)
  if (!ofRuntime) expect(code, "the engine is handed in, not imported").not.toMatch(/pkg\/engine.*"$/m)
  expect(text, "a file opens with what it is").toMatch(/^(#!.*\n)?\/\/ /)
})
