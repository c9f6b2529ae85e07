// How large the engine is that a user downloads.

import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"

const wasm = new URL("../../../pkg/engine/aerospike_wasm_engine_bg.wasm", import.meta.url)

export function engineSize() {
  const bytes = readFileSync(wasm)
  return { bytes: bytes.length, gzipBytes: gzipSync(bytes, { level: 9 }).length }
}
