// The package on Bun.

import { readFileSync } from "node:fs"
import { type Connect, connectOn } from "../connect.ts"
import type { LoadEngine } from "../core/codec.ts"
import { setLogLevelFromText } from "../log.ts"
import { bunTransport } from "../transport/bun.ts"
import { environment } from "./env.ts"
import { engineFrom, loadWith } from "./load.ts"

export * from "../index.ts"

setLogLevelFromText(environment("AEROSPIKE_LOG"))

const engine = engineFrom(readFileSync)

/** Loads the engine now and not when it is needed. */
export const loadEngine: LoadEngine = /* @__PURE__ */ loadWith(engine)

/** Connects to a cluster. */
export const connect: Connect = /* @__PURE__ */ connectOn({
  transport: bunTransport,
  tls: async () => (await import("../transport/tls.ts")).tlsTransport,
  readFile: readFileSync,
  engine: engine,
})
