// The client as a runtime without sockets gets it: `connect` takes the transport and the engine's bytes.

import { readFileSync } from "node:fs"
import * as slim from "../../../dist/entry/slim.js"

const wasm = readFileSync(new URL("../../../pkg/engine/aerospike_wasm_engine_bg.wasm", import.meta.url))

/** What the package exports, with `connect` bound to the engine. */
export const api = { ...slim, connect: (config) => slim.connect({ ...config, wasm }) }
