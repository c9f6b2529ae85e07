// Loads the dev server's WebAssembly module: once a realm, when the first dev server is started.

import { readFileSync } from "node:fs"
import { DevServer as Core, initSync } from "../../pkg/devserver/aerospike_wasm_devserver.js"
import type { Connection } from "./connection.ts"
import type { UdfLog } from "./udf-log.ts"
import { Udfs } from "./udfs.ts"

/** A cluster in linear memory, and that memory. */
export interface Module {
  readonly udfs: Udfs
  readonly core: Core
  readonly memory: { readonly buffer: ArrayBuffer }
  /** Those that are open, by their numbers. */
  readonly connections: Map<number, Connection>
  /** Whether `core` can still be called. */
  open: boolean
}

let memory: Module["memory"] | undefined

/** Makes a cluster from options as JSON. Throws an `Error` that says which option is wrong. */
export function createCore(options: string, log?: (entry: UdfLog) => void): Module {
  memory ??= load()
  const [low, high] = crypto.getRandomValues(new Uint32Array(2))
  const core = new Core(options, low!, high!)
  const udfs = new Udfs(memory, log)
  core.set_udf_host(udfs)
  return { core, udfs, memory, connections: new Map(), open: true }
}

function load(): Module["memory"] {
  const file = new URL("../../pkg/devserver/aerospike_wasm_devserver_bg.wasm", import.meta.url)
  return initSync({ module: new WebAssembly.Module(readFileSync(file)) }).memory
}
