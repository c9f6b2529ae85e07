// The package on Bun.

import { type Connect, connectOn } from "../connect.ts"
import type { LoadEngine } from "../core/codec.ts"
import { setLogLevelFromText } from "../log.ts"
import { environment } from "./env.ts"
import { loadWith } from "./load.ts"
import { engine, platform } from "./on-bun.ts"

export * from "../index.ts"

setLogLevelFromText(environment("AEROSPIKE_LOG"))

/** Loads the engine now and not when it is needed. */
export const loadEngine: LoadEngine = /* @__PURE__ */ loadWith(engine)

/** Connects to a cluster. */
export const connect: Connect = /* @__PURE__ */ connectOn(platform)
