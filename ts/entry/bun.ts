// The package on Bun.

import { readFileSync } from "node:fs"
import { type Connect, connectOn } from "../connect.ts"
import { setLogLevelFromText } from "../log.ts"
import { bunTransport } from "../transport/bun.ts"
import { engineFrom } from "./load.ts"

export * from "../index.ts"

setLogLevelFromText(process.env.AEROSPIKE_LOG)

/** Connects to a cluster. */
export const connect: Connect = connectOn({ transport: bunTransport, engine: engineFrom(readFileSync) })
