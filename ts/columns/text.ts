// Columns of which the values differ in length: texts, and user keys. All bytes are one array; offsets say whose are whose.

import { wrong } from "../core/check.ts"
import { particle } from "../core/generated.ts"
import { decodeUtf8 } from "../core/text.ts"
import type { UserKey } from "../key.ts"

/**
 * A column of texts, laid out as Apache Arrow's Utf8: `bytes` holds all of them as UTF-8, one behind the other, that of
 * row `i` from `offsets[i]` to `offsets[i + 1]`. Strings are made only of what is asked for.
 *
 * @example
 * const { columns } = await client.batchReadColumns(keys, { city: "utf8" })
 * columns.city.at(0)        // "Rome", or null where the record or the bin is absent
 * columns.city.toArray()    // (string | null)[]
 */
export class Utf8Column implements Iterable<string | null> {
  /** Where each text begins, and at last where the last one ends: one more than there are rows. */
  readonly offsets: Int32Array
  readonly bytes: Uint8Array
  /** A byte a row: 0 where there is no text. Undefined: all rows have one. */
  readonly valid: Uint8Array | undefined

  constructor(offsets: Int32Array, bytes: Uint8Array, valid?: Uint8Array) {
    if (!(offsets instanceof Int32Array) || offsets.length === 0 || offsets[0]! < 0) {
      throw wrong("offsets", offsets, "an Int32Array of one more than there are rows, from 0 up")
    }
    if (!(bytes instanceof Uint8Array)) throw wrong("bytes", bytes, "a Uint8Array")
    for (let i = 1; i < offsets.length; i++) {
      if (offsets[i]! < offsets[i - 1]! || offsets[i]! > bytes.length) {
        throw wrong(`offsets[${i}]`, offsets[i], `from ${offsets[i - 1]}, the one before, to ${bytes.length}`)
      }
    }
    if (valid !== undefined && !(valid instanceof Uint8Array && valid.length === offsets.length - 1)) {
      throw wrong("valid", valid, `a Uint8Array of ${offsets.length - 1}`)
    }
    this.offsets = offsets
    this.bytes = bytes
    this.valid = valid
  }

  /** @internal Of offsets that the engine made. */
  static trusted(offsets: Int32Array, bytes: Uint8Array, valid: Uint8Array): Utf8Column {
    const column: { -readonly [K in keyof Utf8Column]: Utf8Column[K] } = Object.create(Utf8Column.prototype)
    column.offsets = offsets
    column.bytes = bytes
    column.valid = valid
    return column as Utf8Column
  }

  /** Rows. */
  get length(): number {
    return this.offsets.length - 1
  }

  /** The text of a row; null where there is none, undefined where there is no row. Counts from the end below zero. */
  at(row: number): string | null | undefined {
    const index = row < 0 ? row + this.length : row
    if (!(index >= 0 && index < this.length)) return undefined
    if (this.valid && this.valid[index] === 0) return null
    return decodeUtf8(this.bytes, this.offsets[index]!, this.offsets[index + 1]!)
  }

  /** All texts as strings; null where there is none. */
  toArray(): (string | null)[] {
    const { offsets, valid, length } = this
    const all = decodeUtf8(this.bytes, 0, this.bytes.length)
    // What is all ASCII has a unit for each byte, and is decoded at once.
    const isAscii = all.length === this.bytes.length
    const texts: (string | null)[] = new Array(length)
    for (let i = 0; i < length; i++) {
      if (valid && valid[i] === 0) texts[i] = null
      else if (isAscii) texts[i] = all.slice(offsets[i], offsets[i + 1])
      else texts[i] = decodeUtf8(this.bytes, offsets[i]!, offsets[i + 1]!)
    }
    return texts
  }

  *[Symbol.iterator](): IterableIterator<string | null> {
    for (let i = 0; i < this.length; i++) yield this.at(i)!
  }

  toJSON(): (string | null)[] {
    return this.toArray()
  }
}

/** A column of user keys, as they are stored with the records: text, integers and bytes, each row its own kind. */
export class UserKeyColumn implements Iterable<UserKey | null> {
  /** A byte a row, the particle type of its key: 1 integer, 3 text, 4 bytes; 0 where none is stored. */
  readonly types: Uint8Array
  /** Where the bytes of each key begin, and at last where the last ones end. */
  readonly offsets: Int32Array
  /** All keys; an integer has 8 bytes, the low one first. */
  readonly bytes: Uint8Array

  /** @internal */
  constructor(types: Uint8Array, offsets: Int32Array, bytes: Uint8Array) {
    this.types = types
    this.offsets = offsets
    this.bytes = bytes
  }

  /** Rows. */
  get length(): number {
    return this.types.length
  }

  /**
   * The key of a row: an integer as a number, as a bigint beyond ±(2^53 - 1). Null where none is stored, undefined where
   * there is no row. Counts from the end below zero.
   */
  at(row: number): UserKey | null | undefined {
    const index = row < 0 ? row + this.length : row
    if (!(index >= 0 && index < this.length)) return undefined
    const [from, to] = [this.offsets[index]!, this.offsets[index + 1]!]
    switch (this.types[index]) {
      case particle.INTEGER: {
        const int = new DataView(this.bytes.buffer, this.bytes.byteOffset).getBigInt64(from, true)
        const number = Number(int)
        return Number.isSafeInteger(number) ? number : int
      }
      case particle.STRING:
        return decodeUtf8(this.bytes, from, to)
      case particle.BLOB:
        return this.bytes.slice(from, to)
      default:
        return null
    }
  }

  /** All keys; null where none is stored. */
  toArray(): (UserKey | null)[] {
    return [...this]
  }

  *[Symbol.iterator](): IterableIterator<UserKey | null> {
    for (let i = 0; i < this.length; i++) yield this.at(i)!
  }
}
