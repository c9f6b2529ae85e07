// From the slots of a result to JavaScript values, in one pass and without checks: the engine has made them.
// The layout is that of `rust/engine/src/abi.rs`.

import type { ReadOptions } from "../config.ts"
import { ClientError } from "../errors.ts"
import { INFINITY, WILDCARD } from "../exp/parts.ts"
import { type Bins, Double, GeoJSON, HLL, KeyOrderedMap, KeyValueOrderedMap, TypedBlob } from "../values.ts"
import { show } from "./check.ts"
import { code, limit, NONE, tag, tagFlag } from "./generated.ts"
import type { Memory } from "./memory.ts"
import type { Names } from "./names.ts"
import { type AsciiSlice, decodeAscii, decodeUtf8 } from "./text.ts"

/** Blobs of up to so many bytes share a buffer, if they may. */
const sharedBlobMax = 512

export class Reader {
  readonly #memory: Memory
  readonly #names: Pick<Names, "text">
  readonly #ascii: AsciiSlice
  readonly #int64: ReadOptions["int64"]
  readonly #wrapped: boolean
  readonly #maps: ReadOptions["maps"]
  /** What no record holds is read too: what is in expressions. */
  readonly #marks: boolean
  /** The word at which the next slot begins. */
  #at = 0
  /** The address that offsets of texts count from. */
  #data = 0
  /** The bin that is being read, for errors. */
  #bin = ""
  readonly #digests = new Slab(50 * limit.DIGEST)
  /** Small blobs, if they may share a buffer. */
  readonly #blobs: Slab | undefined
  /** Regions that another thread handed over: then a slot has the index of one in the place of its address. */
  handed: readonly Uint8Array[] | undefined

  constructor(
    memory: Memory,
    names: Pick<Names, "text">,
    options: ReadOptions & { marks?: boolean },
    ascii: AsciiSlice,
  ) {
    this.#memory = memory
    this.#names = names
    this.#ascii = ascii
    this.#int64 = options.int64
    this.#wrapped = options.doubles === "wrapped"
    this.#maps = options.maps
    this.#marks = options.marks ?? false
    this.#blobs = options.blobs === "shared" ? new Slab(8192) : undefined
  }

  /** Another that reads the same in another way. */
  as(options: ReadOptions): Reader {
    return new Reader(this.#memory, this.#names, options, this.#ascii)
  }

  /** Reads `items` bins from the slot that begins at word `at`; their texts are offsets from the address `data`. */
  bins(at: number, items: number, data: number): Bins {
    this.#at = at
    this.#data = data
    const bins = fresh(items)
    for (let i = 0; i < items; i++) {
      const name = this.#name()
      this.#bin = name
      define(bins, name, this.#value())
    }
    return bins
  }

  /** Reads the results of operate: one a bin, and where a bin has several, an array of them in the order of the ops. */
  results(at: number, items: number, data: number): Bins {
    const bins: Bins = {}
    let several: Set<string> | undefined
    for (const [name, value] of this.ordered(at, items, data)) {
      if (!Object.hasOwn(bins, name)) define(bins, name, value)
      else if (several?.has(name)) bins[name].push(value)
      else {
        several = (several ?? new Set()).add(name)
        define(bins, name, [bins[name], value])
      }
    }
    return bins
  }

  /** Reads the results of operate in the order of the ops. Those of ops on the record, which have no bin, are left out. */
  ordered(at: number, items: number, data: number): [bin: string, value: unknown][] {
    this.#at = at
    this.#data = data
    const results: [bin: string, value: unknown][] = []
    for (let i = 0; i < items; i++) {
      const name = this.#name()
      this.#bin = name
      const value = this.#value()
      if (name !== "" || value !== null) results.push([name, value])
    }
    return results
  }

  /** Reads the one text of an info answer. */
  text(at: number, data: number): string {
    return this.value(at, data) as string
  }

  /** The text of a name's id. */
  name(id: number): string {
    return this.#names.text(id)
  }

  /** Bytes of which the slot has the address, copied into a buffer that holds nothing else. */
  region(at: number): Uint8Array {
    const { words, bytes } = this.#memory
    const address = words[at + 2]!
    if (this.handed !== undefined) return this.handed[address]!
    return bytes.slice(address, address + words[at + 3]!)
  }

  /** Reads one value. */
  value(at: number, data: number): unknown {
    this.#at = at
    this.#data = data
    return this.#value()
  }

  /** Copies the digest of a record, and gives where the copy begins in {@link digests}. */
  digest(at: number, data: number): number {
    const { words, bytes } = this.#memory
    return this.#digests.keep(bytes, data + words[at + 2]!, limit.DIGEST)
  }

  /** What the latest digest was copied to. Others were, too; a view of each would take longer than the copies. */
  get digests(): Uint8Array {
    return this.#digests.bytes
  }

  /** Reads values that follow one another. */
  values(at: number, items: number, data: number): unknown[] {
    this.#at = at
    this.#data = data
    return this.#list(items)
  }

  #name(): string {
    const words = this.#memory.words
    const at = this.#at
    const id = words[at + 1]!
    if (id !== NONE) return this.#names.text(id)
    // Too long, or one too many to have an id: the slot before the value holds the name itself.
    this.#at = at + 4
    const start = this.#data + words[at + 2]!
    return decodeUtf8(this.#memory.bytes, start, start + words[at + 3]!)
  }

  #value(): unknown {
    const at = this.#at
    this.#at = at + 4
    const words = this.#memory.words
    const kind = words[at]!
    switch (kind & 0xff) {
      case tag.STRING:
        return this.#string(kind, words[at + 2]!, words[at + 3]!)
      case tag.INT:
        return this.#int64 === "bigint" ? BigInt(this.#double(at)) : this.#double(at)
      case tag.DOUBLE:
        return this.#wrapped ? new Double(this.#double(at)) : this.#double(at)
      case tag.NIL:
        return null
      case tag.FALSE:
        return false
      case tag.TRUE:
        return true
      case tag.LIST:
        return this.#list(words[at + 2]!)
      case tag.MAP:
        return this.#map(kind, words[at + 2]!)
      case tag.BLOB:
        return this.#blob(kind, words[at + 2]!, words[at + 3]!)
      case tag.INT64:
        return this.#wide((BigInt(words[at + 3]! | 0) << 32n) | BigInt(words[at + 2]!))
      case tag.UINT64:
        return this.#wide((BigInt(words[at + 3]!) << 32n) | BigInt(words[at + 2]!))
      case tag.GEOJSON:
        return new GeoJSON(this.#utf8(words[at + 2]!, words[at + 3]!))
      case tag.HLL:
        return new HLL(this.#bytes(words[at + 2]!, words[at + 3]!))
      default:
        if (this.#marks && (kind & 0xff) === tag.INFINITY) return INFINITY
        if (this.#marks && (kind & 0xff) === tag.WILDCARD) return WILDCARD
        throw this.#unreadable(`holds a value of kind ${kind & 0xff}, which this version cannot read`)
    }
  }

  #double(at: number): number {
    return this.#memory.doubles[at / 2 + 1]!
  }

  /** An integer beyond ±(2^53 - 1). */
  #wide(value: bigint): bigint {
    if (this.#int64 !== "number") return value
    throw this.#unreadable(`holds the integer ${value}, which no number can hold exactly: use int64 "auto" or "bigint"`)
  }

  #string(kind: number, offset: number, length: number): string {
    if ((kind & tagFlag.ASCII) === 0) return this.#utf8(offset, length)
    const start = this.#data + offset
    return decodeAscii(this.#memory.bytes, start, start + length, this.#ascii)
  }

  #utf8(offset: number, length: number): string {
    const start = this.#data + offset
    return decodeUtf8(this.#memory.bytes, start, start + length)
  }

  #bytes(offset: number, length: number): Uint8Array {
    const start = this.#data + offset
    return this.#memory.bytes.slice(start, start + length)
  }

  #blob(kind: number, offset: number, length: number): Uint8Array | TypedBlob {
    const blobs = length <= sharedBlobMax ? this.#blobs : undefined
    const bytes = blobs ? blobs.copy(this.#memory.bytes, this.#data + offset, length) : this.#bytes(offset, length)
    const type = (kind >>> 8) & 0xff
    return type === 0 ? bytes : new TypedBlob(type, bytes)
  }

  /** An array that grows has room for seventeen from the first element on, and what is short is most. */
  #list(count: number): unknown[] {
    switch (count) {
      case 0:
        return []
      case 1:
        return [this.#value()]
      case 2:
        return [this.#value(), this.#value()]
      case 3:
        return [this.#value(), this.#value(), this.#value()]
    }
    const list = [this.#value(), this.#value(), this.#value(), this.#value()]
    for (let i = 4; i < count; i++) list.push(this.#value())
    return list
  }

  #map(kind: number, count: number): unknown {
    const textKeys = (kind & tagFlag.TEXT_KEYS) !== 0
    // Objects list keys that look like integers first, so a map whose order means something stays a Map.
    const isObject = this.#maps === "auto" ? textKeys && (kind & tagFlag.KEEP_ORDER) === 0 : this.#maps === "object"
    if (isObject) return textKeys ? this.#entries(count) : this.#entriesByText(count)
    const map = new (mapClass(kind))<unknown, unknown>()
    for (let i = 0; i < count; i++) {
      const key = this.#value()
      map.set(key, this.#value())
    }
    return map
  }

  #entries(count: number): Bins {
    const object = fresh(count)
    for (let i = 0; i < count; i++) {
      const key = this.#value() as string
      define(object, key, this.#value())
    }
    return object
  }

  /** Whole numbers become text, which must not make two keys one. */
  #entriesByText(count: number): Bins {
    const object: Bins = {}
    for (let i = 0; i < count; i++) {
      const key = this.#value()
      if (typeof key !== "string" && typeof key !== "number" && typeof key !== "bigint") {
        throw this.#unreadable(`has the map key ${show(key)}, which no object can have: use maps "auto" or "map"`)
      }
      const name = String(key)
      if (Object.hasOwn(object, name)) {
        throw this.#unreadable(
          `has a map with the keys ${show(name)} and ${name}, which are one in an object: use maps "auto" or "map"`,
        )
      }
      define(object, name, this.#value())
    }
    return object
  }

  #unreadable(why: string): ClientError {
    return new ClientError(code.CLIENT, `The bin ${show(this.#bin)} ${why}.`)
  }
}

/**
 * Small pieces that share a buffer: to make a buffer for each takes three times as long. Who keeps one of them keeps no more
 * than a slab.
 */
class Slab {
  readonly #size: number
  #bytes = new Uint8Array()
  #used = 0

  constructor(size: number) {
    this.#size = size
  }

  /** What was kept last lies in it. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** A view of a copy of these bytes. */
  copy(from: Uint8Array, at: number, length: number): Uint8Array {
    const start = this.keep(from, at, length)
    return new Uint8Array(this.#bytes.buffer, start, length)
  }

  /** Copies these bytes, and gives where the copy begins. */
  keep(from: Uint8Array, at: number, length: number): number {
    if (this.#used + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(this.#size)
      this.#used = 0
    }
    const to = this.#bytes
    const start = this.#used
    // Shorter than what a call costs.
    for (let i = 0; i < length; i++) to[start + i] = from[at + i]!
    this.#used += length
    return start
  }
}

/**
 * An object as `{}` is one. In V8 such a literal has room for four fields and keeps others apart from it; with a constructor
 * it learns from the first objects how many there are.
 */
function fresh(fields: number): Bins {
  return fields > 4 ? new (Fields as unknown as new () => Bins)() : {}
}

function Fields(): void {}
Fields.prototype = Object.prototype

/** Sets a field of a fresh object; `__proto__` is a name like any other. */
export function define(object: Bins, name: string, value: unknown): void {
  if (name !== "__proto__") object[name] = value
  else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
}

function mapClass(kind: number): typeof Map {
  if ((kind & tagFlag.VALUE_ORDERED) !== 0) return KeyValueOrderedMap
  return (kind & tagFlag.ORDERED) !== 0 ? KeyOrderedMap : Map
}
