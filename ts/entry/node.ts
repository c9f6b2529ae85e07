// The package on Node.

import { readFileSync } from "node:fs"
import { type Connect, connectOn } from "../connect.ts"
import type { LoadEngine } from "../core/codec.ts"
import { setLogLevelFromText } from "../log.ts"
import { nodeTransport } from "../transport/node.ts"
import { environment } from "./env.ts"
import { engineFrom, loadWith } from "./load.ts"

export * from "../index.ts"

setLogLevelFromText(environment("AEROSPIKE_LOG"))

// 34 ns a string where TextDecoder takes 60.
const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string
}

const engine = engineFrom(readFileSync)

/** Loads the engine now and not when it is needed. */
export const loadEngine: LoadEngine = /* @__PURE__ */ loadWith(engine)

/** Connects to a cluster. */
export const connect: Connect = /* @__PURE__ */ connectOn({
  transport: nodeTransport,
  tls: async () => (await import("../transport/tls.ts")).tlsTransport,
  readFile: readFileSync,
  engine: engine,
  ascii: (bytes, start, end) => latin1Slice.call(bytes, start, end),
})
