// The package on Deno.

import { type Connect, connectOn } from "../connect.ts"
import type { LoadEngine } from "../core/codec.ts"
import { setLogLevelFromText } from "../log.ts"
import { denoTransport } from "../transport/deno.ts"
import { environment } from "./env.ts"
import { engineFrom, loadWith } from "./load.ts"

export * from "../index.ts"

/** What this file needs of Deno, so that the rest compiles without its types. */
declare const Deno: {
  readFileSync(file: URL | string): Uint8Array<ArrayBuffer>
}

setLogLevelFromText(environment("AEROSPIKE_LOG"))

const engine = engineFrom(Deno.readFileSync)

/** Loads the engine now and not when it is needed. */
export const loadEngine: LoadEngine = /* @__PURE__ */ loadWith(engine)

/** Connects to a cluster. */
export const connect: Connect = /* @__PURE__ */ connectOn({
  transport: denoTransport,
  tls: async () => (await import("../transport/tls.ts")).tlsTransport,
  readFile: Deno.readFileSync,
  engine: engine,
})
