// What Bun has for the package, on the caller's thread and on workers.

import { readFileSync } from "node:fs"
import type { Platform } from "../connect.ts"
import { bunTransport } from "../transport/bun.ts"
import { environment } from "./env.ts"
import { engineFrom } from "./load.ts"

/** Loads the engine, once a realm. */
export const engine = engineFrom(readFileSync)

export const platform: Platform = {
  transport: bunTransport,
  tls: async () => (await import("../transport/tls.ts")).tlsTransport,
  readFile: readFileSync,
  engine,
  threads: async () => (await import("./threads.ts")).threadsOf(new URL("../entry/worker-bun.js", import.meta.url)),
  environment,
}
