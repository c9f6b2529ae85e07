// What Deno has for the package, on the caller's thread and on workers.

import type { Platform } from "../connect.ts"
import { denoTransport } from "../transport/deno.ts"
import { environment } from "./env.ts"
import { engineFrom } from "./load.ts"

/** What this file needs of Deno, so that the rest compiles without its types. */
declare const Deno: {
  readFileSync(file: URL | string): Uint8Array<ArrayBuffer>
}

/** Loads the engine, once a realm. */
export const engine = engineFrom(Deno.readFileSync)

export const platform: Platform = {
  transport: denoTransport,
  tls: async () => (await import("../transport/tls.ts")).tlsTransport,
  readFile: Deno.readFileSync,
  engine,
  threads: async () => (await import("./threads.ts")).threadsOf(new URL("../entry/worker-deno.js", import.meta.url)),
  environment,
}
