// What JavaScript cannot tell apart by itself: classes for the values that have no type of their own in the language.

import { invalid } from "./errors.ts"

/** A key of a map inside a bin. */
export type MapKey = string | number | bigint | Uint8Array

/** What a bin, or an element of a list or map, can hold. See {@link double} for whole numbers that are to be doubles. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Double
  | GeoJSON
  | HLL
  | TypedBlob
  | readonly Value[]
  | OrderedList
  | ReadonlyMap<MapKey, Value>
  | { readonly [key: string]: Value }

/** Bins as they are read when nothing more is known of them. */
// biome-ignore lint/suspicious/noExplicitAny: what a bin holds is known to the caller alone; `unknown` would need a cast at every use.
export type Bins = Record<string, any>

/** Bins that can be written: an object type all of whose fields are values. */
export type BinsOf<T> = { readonly [K in keyof T]: Value }

/**
 * A number that is a double on the server even when it is whole. A plain `3` is written as an integer, `double(3)` as
 * a double. Read doubles are plain numbers unless the client was connected with `doubles: "wrapped"`.
 */
export class Double {
  readonly value: number

  constructor(value: number) {
    this.value = Number(value)
  }

  valueOf(): number {
    return this.value
  }

  toJSON(): number {
    return this.value
  }

  toString(): string {
    return String(this.value)
  }
}

/**
 * Wraps a number so that it is written as a double.
 *
 * @example
 * await client.put(key, { ratio: double(1) })
 */
export function double(value: number): Double {
  return new Double(value)
}

/**
 * GeoJSON, as the server's geospatial type. The text is kept as it is; `value` parses it when it is first asked for.
 *
 * @example
 * await client.put(key, { at: GeoJSON.point(-122.1, 37.4) })
 */
export class GeoJSON {
  /** The JSON text. */
  readonly text: string
  #value: unknown

  /** @param json - GeoJSON text, or an object that is made into it. */
  constructor(json: string | object) {
    if (typeof json !== "string" && (typeof json !== "object" || json === null)) {
      throw invalid("GeoJSON must be text or an object.")
    }
    this.text = typeof json === "string" ? json : JSON.stringify(json)
  }

  /** The parsed object. Throws a `SyntaxError` if the text is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: the result of JSON.parse.
  get value(): any {
    this.#value ??= JSON.parse(this.text)
    return this.#value
  }

  /** A point. Longitude comes first, as in GeoJSON. */
  static point(longitude: number, latitude: number): GeoJSON {
    return new GeoJSON({ type: "Point", coordinates: [longitude, latitude] })
  }

  /** A polygon of one ring: its points in order, the last equal to the first. */
  static polygon(...ring: readonly (readonly [longitude: number, latitude: number])[]): GeoJSON {
    return new GeoJSON({ type: "Polygon", coordinates: [ring] })
  }

  /** A circle, the server's extension of GeoJSON. The radius is in metres. */
  static circle(longitude: number, latitude: number, radius: number): GeoJSON {
    return new GeoJSON({ type: "AeroCircle", coordinates: [[longitude, latitude], radius] })
  }

  toJSON(): unknown {
    return this.value
  }

  toString(): string {
    return this.text
  }
}

/** The bytes of a HyperLogLog bin, as the server keeps them. They can be written back, but mean nothing here. */
export class HLL {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = checkedBytes("HLL", bytes)
  }
}

/**
 * Bytes with a particle type of another client's language (7 Java, 8 C#, 9 Python, 10 Ruby, 11 PHP, 12 Erlang …); or a
 * packed list (20) or map (19), which reads give with the policy `deserialize: false` and which can only be a whole bin.
 */
export class TypedBlob {
  /** The particle type, 0 to 255. */
  readonly type: number
  readonly bytes: Uint8Array

  constructor(type: number, bytes: Uint8Array) {
    if (!Number.isInteger(type) || type < 1 || type > 255)
      throw invalid("A particle type is a whole number from 1 to 255.")
    this.type = type
    this.bytes = checkedBytes("TypedBlob", bytes)
  }
}

function checkedBytes(of: string, bytes: Uint8Array): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes
  throw invalid(`The bytes of a ${of} must be a Uint8Array.`)
}

/**
 * A map that the server keeps sorted by key. It is written sorted; in JavaScript it iterates as it was filled, or,
 * when it was read, by key.
 */
export class KeyOrderedMap<K = MapKey, V = Value> extends Map<K, V> {}

/**
 * A map that the server keeps sorted by key, with an index by value beside it: faster to ask for ranks, larger to store.
 * Written and read as a {@link KeyOrderedMap}.
 */
export class KeyValueOrderedMap<K = MapKey, V = Value> extends KeyOrderedMap<K, V> {}

/** A list that the server keeps sorted by value. It reads back as an array. */
export class OrderedList<T extends Value = Value> {
  readonly items: readonly T[]

  constructor(items: Iterable<T>) {
    this.items = [...items]
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.items[Symbol.iterator]()
  }

  toJSON(): readonly T[] {
    return this.items
  }
}
