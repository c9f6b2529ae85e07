// The JavaScript runtimes the suite knows, and how to start a file on each.

import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

const installed = fileURLToPath(new URL("../../peers/node_modules/.bin/", import.meta.url))

const KNOWN = {
  node: { command: process.execPath, args: [] },
  deno: { command: `${installed}deno`, args: ["run", "--quiet", "--allow-all", "--no-lock"] },
  bun: { command: `${installed}bun`, args: ["run"] },
}

/** All runtimes, or the one that is asked for by name. */
export function findRuntimes(wanted) {
  const names = wanted ? [wanted] : Object.keys(KNOWN)
  return names.map((name) => {
    const known = KNOWN[name]
    if (!known) throw new Error(`RUNTIME=${name}: one of ${Object.keys(KNOWN).join(", ")} is needed`)
    if (!existsSync(known.command)) throw new Error(`${name} is not installed: npm install in tests/peers`)
    const said = spawnSync(known.command, ["--version"], { encoding: "utf8" }).stdout ?? ""
    return { name, ...known, version: /\d+\.\d+\.\d+/.exec(said)?.[0] ?? "" }
  })
}
