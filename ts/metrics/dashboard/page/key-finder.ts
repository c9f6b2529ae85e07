// Says where the record of a key is: the digest is made by the engine that the client itself uses, the node is as the map
// tells. It is loaded when somebody looks for a key.

import init, { Codec } from "../../../../pkg/engine/aerospike_wasm_engine.js"
import { provideCodec } from "../../../core/codec.ts"
import { digestOf, partitionOf } from "../../../digest.ts"
import type { UserKey } from "../../../key.ts"

/** Where a record is. */
export interface Found {
  readonly digest: string
  readonly partition: number
}

let loading: Promise<void> | undefined

async function load(): Promise<void> {
  const { memory } = await init()
  provideCodec(() => ({ Codec, memory }))
}

/** The digest and the partition of a key. */
export async function find(namespace: string, set: string, type: string, text: string): Promise<Found> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined
    throw error
  })
  await loading
  const key = [namespace, set, userKey(type, text)] as const
  const digest = Array.from(digestOf(key), (byte) => byte.toString(16).padStart(2, "0")).join("")
  return { digest, partition: partitionOf(key) }
}

function userKey(type: string, text: string): UserKey {
  if (type === "text") return text
  if (type === "integer") {
    if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new Error("An integer has digits only, with a sign at most.")
    return BigInt(text.trim().replace(/^\+/, ""))
  }
  const digits = text.replace(/^0x|[\s:]/gi, "")
  if (digits.length % 2 !== 0 || /[^\da-f]/i.test(digits))
    throw new Error("Bytes are written as pairs of hexadecimal digits.")
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
