// What the engine does without a client: expressions as bytes and back, digests of keys. Each entry tells here where its
// own engine is.

import { invalid } from "../errors.ts"
import type { Regions } from "./engine.ts"
import { Memory } from "./memory.ts"
import { Reader } from "./reader.ts"
import { decodeSlice, decodeUtf8 } from "./text.ts"
import { Writer } from "./writer.ts"

/** What packs and unpacks; see `rust/wasm/src/codec.rs`. */
export interface Codec extends Regions {
  /** Bytes that the element of so many slots took, or below zero: refused. */
  pack(slots: number): number
  /** Length of the digest of the key of so many slots, or below zero: refused. */
  digest(slots: number): number
  /** Slots that so many bytes of the data made, or below zero: they are not one element. */
  unpack(length: number): number
  packed_address(): number
  tape_address(): number
  /** Length of the reason, which is then at `packed_address`. */
  refused_text(): number
}

/**
 * Loads the engine for what needs it without a client, such as `exp.toBase64` or `digestOf`; `connect` does it as well. Where there are
 * files, it is loaded by itself when it is needed.
 *
 * @param wasm - The module or the bytes of pkg/engine/aerospike_wasm_engine_bg.wasm. Needed where there are no files.
 */
export type LoadEngine = (wasm?: object) => Promise<void>

/** The codec's class and the memory of its module. */
export interface CodecModule {
  readonly Codec: new () => Codec
  readonly memory: { readonly buffer: ArrayBuffer }
}

let load: (() => CodecModule) | undefined
let made: { codec: Codec; memory: Memory; writer: Writer; reader: Reader } | undefined

/** Says where the engine is. It is called when something has to be packed or unpacked for the first time. */
export function provideCodec(from: () => CodecModule): void {
  load = from
}

function tools(): NonNullable<typeof made> {
  if (made) return made
  if (!load) {
    throw invalid(
      "The engine is not loaded here yet: await loadEngine(wasm), or connect, before expressions and keys become bytes.",
    )
  }
  const { Codec, memory: linear } = load()
  const codec = new Codec()
  const memory = new Memory(linear)
  const options = { int64: "auto", doubles: "wrapped", maps: "map", blobs: "own", marks: true } as const
  const reader = new Reader(memory, { text: () => "" }, options, decodeSlice)
  made = { codec, memory, writer: new Writer(codec, memory), reader }
  return made
}

/** The bytes of an expression, or of anything else that is made of lists. */
export function pack(element: unknown): Uint8Array {
  const { codec, writer } = tools()
  return packed(codec.pack(writer.alone(element)), "expression")
}

/** The digest of a user key in a set; both were checked. */
export function digest(set: string, user: string | number | bigint | Uint8Array): Uint8Array {
  const { codec, writer } = tools()
  return packed(codec.digest(writer.alone([set, user])), "key")
}

function packed(length: number, what: string): Uint8Array {
  const { codec, memory } = tools()
  if (length < 0) throw refused(what)
  memory.refresh()
  const address = codec.packed_address()
  return memory.bytes.slice(address, address + length)
}

/** The element that the bytes are, names in expressions as bytes. Refused unless it is one well-formed element. */
export function unpack(bytes: Uint8Array, what = "expression"): unknown {
  const { codec, memory, reader } = tools()
  codec.data_reserve(bytes.length)
  memory.refresh()
  memory.bytes.set(bytes, codec.data_address())
  if (codec.unpack(bytes.length) < 0) throw refused(what)
  memory.refresh()
  const [element] = reader.value(codec.tape_address() / 4, codec.packed_address()) as [unknown]
  return element
}

function refused(what: string): Error {
  const { codec, memory } = tools()
  const length = codec.refused_text()
  memory.refresh()
  const address = codec.packed_address()
  return invalid(`The ${what} cannot be used: ${decodeUtf8(memory.bytes, address, address + length)}.`)
}
