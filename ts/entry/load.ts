// Loads the engine where files can be read at once: one module a realm, when the first client is made.

import { Engine, initSync } from "../../pkg/engine/aerospike_wasm_engine.js"
import type { EngineModule } from "../core/engine.ts"

let loaded: EngineModule | undefined

/** Makes a platform's `engine` from its way to read a file. */
export function engineFrom(read: (file: URL) => object): (wasm: object | undefined) => EngineModule {
  return (wasm) => {
    loaded ??= load(wasm ?? read(new URL("../../pkg/engine/aerospike_wasm_engine_bg.wasm", import.meta.url)))
    return loaded
  }
}

function load(wasm: object): EngineModule {
  const module = wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm as BufferSource)
  return { Engine, memory: initSync({ module }).memory }
}
