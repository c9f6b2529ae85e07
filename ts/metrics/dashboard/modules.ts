// The files that the page loads: its script, what this imports, and the engine. Nothing else of the package is served.

import { readFile } from "node:fs/promises"
import { packageRoot } from "../package-root.ts"

/** The page's script. */
export const pageScript = "/dist/metrics/dashboard/page/main.js"

const wasm = "/pkg/engine/aerospike_wasm_engine_bg.wasm"

/** A file that the page loads. */
export interface ModuleFile {
  readonly type: string
  readonly body: Uint8Array
}

let reachable: Promise<ReadonlySet<string>> | undefined

/** The file of that path, if the page loads it; undefined when it does not, or when it is not where the package is. */
export async function moduleFile(path: string): Promise<ModuleFile | undefined> {
  if (!/^\/(dist|pkg)\//.test(path)) return undefined
  reachable ??= follow(pageScript)
  if (!(await reachable).has(path)) return undefined
  const type = path === wasm ? "application/wasm" : "text/javascript; charset=utf-8"
  return { type, body: await readFile(new URL(`.${path}`, packageRoot)) }
}

/** All modules that a module imports, and they in turn. */
async function follow(first: string): Promise<Set<string>> {
  const found = new Set([wasm])
  const open = [first]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue
    const text = await readFile(new URL(`.${path}`, packageRoot), "utf8").catch(() => undefined)
    // A bundle has the package's files no longer beside it.
    if (text === undefined) continue
    found.add(path)
    for (const [, to] of text.matchAll(/(?:\bfrom |\bimport\(|^import )"(\.[^"]+)"/gm)) {
      open.push(new URL(to!, `file://${path}`).pathname)
    }
  }
  return found
}
