// The package where there are no sockets and no files of ours: browsers, and runtimes that we do not ship a transport
// for. `connect` needs `transport` and `wasm` in its configuration.

import init, { Codec, Engine, hash_password } from "../../pkg/engine/aerospike_wasm_engine.js"
import { type Connect, connectOn } from "../connect.ts"
import { type LoadEngine, provideCodec } from "../core/codec.ts"
import type { EngineModule } from "../core/engine.ts"
import { invalid } from "../errors.ts"

export * from "../index.ts"

let loading: Promise<EngineModule> | undefined

/** Connects to a cluster through `config.transport`. */
export const connect: Connect = /* @__PURE__ */ connectOn({ engine: loaded })

/**
 * Loads the engine for what needs it without a client, such as `exp.toBase64`. `connect` does it as well.
 *
 * @param wasm - The module or the bytes of pkg/engine/aerospike_wasm_engine_bg.wasm.
 */
export const loadEngine: LoadEngine = async (wasm) => {
  await loaded(wasm)
}

/** One module a realm, whichever was given first; one that cannot be loaded is forgotten. */
function loaded(wasm: object | undefined): Promise<EngineModule> {
  if (!wasm)
    throw invalid("config.wasm is missing: give the module or the bytes of pkg/engine/aerospike_wasm_engine_bg.wasm.")
  loading ??= init({ module_or_path: wasm as WebAssembly.Module })
    .then(({ memory }) => {
      provideCodec(() => ({ Codec, memory }))
      return { Engine, hash_password, memory }
    })
    .catch((error: unknown) => {
      loading = undefined
      throw error
    })
  return loading
}
