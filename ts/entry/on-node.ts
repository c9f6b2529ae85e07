// What Node has for the package, on the caller's thread and on workers.

import { readFileSync } from "node:fs"
import type { Platform } from "../connect.ts"
import { nodeTransport } from "../transport/node.ts"
import { environment } from "./env.ts"
import { engineFrom } from "./load.ts"

// 34 ns a string where TextDecoder takes 60.
const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string
}

/** Loads the engine, once a realm. */
export const engine = engineFrom(readFileSync)

export const platform: Platform = {
  transport: nodeTransport,
  tls: async () => (await import("../transport/tls.ts")).tlsTransport,
  readFile: readFileSync,
  engine,
  threads: async () => (await import("./threads.ts")).threadsOf(new URL("../entry/worker-node.js", import.meta.url)),
  environment,
  ascii: (bytes, start, end) => latin1Slice.call(bytes, start, end),
}
