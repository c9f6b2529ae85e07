// Loads the engine where files can be read at once: one module a realm, when the first client is made.

import { Codec, Engine, hash_password, initSync } from "../../pkg/engine/aerospike_wasm_engine.js"
import { type CodecModule, type LoadEngine, provideCodec } from "../core/codec.ts"
import type { EngineModule } from "../core/engine.ts"

let loaded: (EngineModule & CodecModule) | undefined

/** Makes a platform's `engine` from its way to read a file. */
export function engineFrom(read: (file: URL) => object): (wasm: object | undefined) => EngineModule {
  const engine = (wasm: object | undefined) => {
    loaded ??= load(wasm ?? read(new URL("../../pkg/engine/aerospike_wasm_engine_bg.wasm", import.meta.url)))
    return loaded
  }
  provideCodec(() => engine(undefined))
  return engine
}

/** `loadEngine` of a platform that has files. */
export function loadWith(engine: (wasm: object | undefined) => EngineModule): LoadEngine {
  return async (wasm) => {
    engine(wasm)
  }
}

function load(wasm: object): EngineModule & CodecModule {
  const module = wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm as BufferSource)
  return { Codec, Engine, hash_password, memory: initSync({ module }).memory }
}
