// The package on Node.

import { readFileSync } from "node:fs"
import { type Connect, connectOn } from "../connect.ts"
import { setLogLevelFromText } from "../log.ts"
import { nodeTransport } from "../transport/node.ts"
import { engineFrom } from "./load.ts"

export * from "../index.ts"

setLogLevelFromText(process.env.AEROSPIKE_LOG)

// 34 ns a string where TextDecoder takes 60.
const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string
}

/** Connects to a cluster. */
export const connect: Connect = connectOn({
  transport: nodeTransport,
  engine: engineFrom(readFileSync),
  ascii: (bytes, start, end) => latin1Slice.call(bytes, start, end),
})
