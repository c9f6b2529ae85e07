// Columns as a result: what the engine handed over, copied once out of its memory, an array a column and no object a row.

import { toBase64 } from "../core/base64.ts"
import { show } from "../core/check.ts"
import { code, columnsSlot, misfit, particle } from "../core/generated.ts"
import type { Reader } from "../core/reader.ts"
import { ask, type Sink } from "../driver.ts"
import { type AerospikeError, ClientError, type ErrorDetails, errorOf } from "../errors.ts"
import type { Key } from "../key.ts"
import { type ArrowColumn, type ArrowModule, arrowColumns, arrowTable } from "./arrow.ts"
import type { KeyColumn } from "./keys.ts"
import { type ColumnSchema, type ColumnsOf, type Field, viewOf } from "./schema.ts"
import { UserKeyColumn, Utf8Column } from "./text.ts"

/** Values of bins that their columns cannot hold. */
export interface Mismatches {
  /** How many. */
  readonly count: number
  /** The first of them, by row. */
  readonly first: { readonly row: number; readonly bin: string; readonly reason: string }
}

/**
 * Records as columns: row `i` of every array is the record of key `i`, or the i-th record that a query found. Each array
 * has a buffer of its own, which can be transferred to a worker.
 */
export class ColumnTable<S extends ColumnSchema = ColumnSchema> {
  /** What was asked for. */
  readonly schema: S
  /** Rows. */
  readonly length: number
  /** The values of each bin. Where there is none, the value is 0. */
  readonly columns: ColumnsOf<S>
  /** Of each bin, a byte a row: 1 where the record has a value, 0 where it, or the record, is absent or does not fit. */
  readonly valid: { readonly [K in keyof S]: Uint8Array }
  /** A byte a row: 1 where the record was read. */
  readonly found: Uint8Array
  /** 0, or the code of what went wrong with this row; a record that is absent is `RECORD_NOT_FOUND`, 2. */
  readonly code: Int32Array
  /** Generations; 0 where the record was not read. */
  readonly gen: Uint32Array
  /** Seconds left to live, 0xFFFFFFFF for a record that never expires; 0 where the record was not read. */
  readonly ttl: Uint32Array
  /** Values that their columns cannot hold, when there are any and `onMismatch` is `"null"`. */
  readonly mismatches: Mismatches | undefined
  /** Of a query that was asked for them: 20 bytes a row. They can be keys: `{ ns, set, digests }`. */
  readonly digests: Uint8Array | undefined
  /** Of a query that was asked for them: the user keys that are stored with the records. */
  readonly userKeys: UserKeyColumn | undefined
  /** Of a query that a limit ended: text from which {@link Query.from} goes on. */
  readonly cursor: string | undefined

  readonly #asked: Asked

  /** @internal */
  constructor(schema: S, fields: readonly Field[], regions: Regions, asked: Asked) {
    const { columns } = regions
    this.#asked = asked
    this.schema = schema
    this.length = regions.gen.length
    this.columns = Object.fromEntries(fields.map(({ name }, i) => [name, columns[i]!.values])) as ColumnsOf<S>
    this.valid = Object.fromEntries(fields.map(({ name }, i) => [name, columns[i]!.valid])) as never
    this.code = regions.code
    this.found = regions.anyCode ? Uint8Array.from(this.code, isFound) : new Uint8Array(this.length).fill(1)
    this.gen = regions.gen
    this.ttl = regions.ttl
    this.mismatches = regions.mismatches
    this.digests = regions.digests
    this.userKeys = regions.userKeys
    this.cursor = regions.cursor
  }

  /** @internal */
  get asked(): Asked {
    return this.#asked
  }

  /** The error that reading the record of a row alone would have given; undefined when its code is 0. */
  errorAt(row: number): AerospikeError | undefined {
    return errorOfRow(this.#asked, row, this.code[row], false)
  }

  /**
   * The columns in the memory layout of Apache Arrow, without a copy of any values but booleans; or, given the module
   * `apache-arrow`, a Table of them. A column of `n` rows without a value has them as nulls.
   *
   * @example
   * import * as arrow from "apache-arrow"
   * const table = (await client.query("test", "users").columns({ age: "i32", name: "utf8" })).toArrow(arrow)
   */
  toArrow(): ArrowColumn[]
  toArrow<T>(arrow: ArrowModule<T>): T
  toArrow<T>(arrow?: ArrowModule<T>): ArrowColumn[] | T {
    const columns = arrowColumns(this)
    return arrow ? arrowTable(arrow, columns) : columns
  }
}

/** What became of the rows of a `batchWriteColumns`. */
export class ColumnWrites {
  /** Rows. */
  readonly length: number
  /** 0, or the code of what went wrong with this row. A row without a value in any column was not sent: -2. */
  readonly code: Int32Array
  /** A byte a row: 1 where the record may have been written although no answer came. */
  readonly inDoubt: Uint8Array
  /** Generations after the writes; 0 where the row failed. */
  readonly gen: Uint32Array
  /** Seconds left to live, 0xFFFFFFFF for a record that never expires; 0 where the row failed. */
  readonly ttl: Uint32Array

  readonly #asked: Asked

  /** @internal */
  constructor({ gen, code, inDoubt, ttl }: Regions, asked: Asked) {
    this.#asked = asked
    this.length = gen.length
    this.code = code
    this.inDoubt = inDoubt
    this.gen = gen
    this.ttl = ttl
  }

  /** @internal */
  get asked(): Asked {
    return this.#asked
  }

  /** The error that writing the record of a row alone would have given; undefined when its code is 0. */
  errorAt(row: number): AerospikeError | undefined {
    return errorOfRow(this.#asked, row, this.code[row], this.inDoubt[row] === 1)
  }
}

/** What was asked, for messages. */
export interface Asked {
  readonly verb: string
  /** The keys as they were given, if they were. */
  readonly given?: readonly Key[] | KeyColumn | undefined
  /** The key of a row, if it is known. */
  readonly keyOf: (row: number) => Key | undefined
}

function errorOfRow({ verb, keyOf }: Asked, row: number, number: number | undefined, inDoubt: boolean) {
  if (number === undefined || number === code.OK) return undefined
  const key = keyOf(row)
  return errorOf(number, ask(verb, key), { key, inDoubt })
}

const isFound = (number: number): number => (number === code.OK ? 1 : 0)

/** What the engine hands over, as arrays. */
export interface Regions {
  readonly mismatches: Mismatches | undefined
  readonly cursor: string | undefined
  readonly code: Int32Array
  readonly anyCode: boolean
  readonly gen: Uint32Array
  readonly ttl: Uint32Array
  readonly inDoubt: Uint8Array
  readonly digests: Uint8Array | undefined
  readonly userKeys: UserKeyColumn | undefined
  readonly columns: readonly { readonly valid: Uint8Array; readonly values: unknown }[]
}

/** No rows, for those who ask for none. */
export function noRows(fields: readonly Field[]): Regions {
  const none = new Uint8Array(0)
  return {
    ...{ mismatches: undefined, cursor: undefined, digests: undefined, userKeys: undefined, anyCode: false },
    ...{ code: new Int32Array(0), gen: new Uint32Array(0), ttl: new Uint32Array(0), inDoubt: none },
    columns: fields.map((field) => {
      // Offsets are one more than there are rows.
      const values = new Uint8Array(field.type === "utf8" ? 4 : 0)
      return { valid: none, values: valuesOf(field, none, values, none) }
    }),
  }
}

function valuesOf(field: Field, valid: Uint8Array, values: Uint8Array, texts: Uint8Array): unknown {
  if (field.type !== "utf8") return viewOf(field, values)
  return Utf8Column.trusted(viewOf(field, values) as Int32Array, texts, valid)
}

/** What a caller wants to know, and how. */
export interface Wanted {
  readonly asked: Asked
  readonly fields: readonly Field[]
  /** Whether a value that does not fit fails the whole. */
  readonly refuses?: boolean
  readonly digests?: boolean
  readonly userKeys?: boolean
}

/** Reads the slots of a DONE record: see `columns_slot`. */
function regionsOf(reader: Reader, words: Uint32Array, first: number, wanted: Wanted): Regions {
  const { fields, digests, userKeys } = wanted
  const region = (slot: number) => reader.region(first + slot * 4)
  const array = <T>(slot: number, view: new (buffer: ArrayBuffer) => T) => new view(region(slot).buffer as ArrayBuffer)
  const gen = array(columnsSlot.GENERATIONS, Uint32Array)
  const codes = array(columnsSlot.CODES, Int32Array)
  const doubts = region(columnsSlot.IN_DOUBT)
  const cursor = region(columnsSlot.CURSOR)
  const keys = () =>
    new UserKeyColumn(
      region(columnsSlot.KEY_TYPES),
      array(columnsSlot.KEY_ENDS, Int32Array),
      region(columnsSlot.KEY_BYTES),
    )
  return {
    mismatches: mismatchesOf(words, first, fields),
    cursor: cursor.length > 0 ? toBase64(cursor) : undefined,
    code: codes.length > 0 ? codes : new Int32Array(gen.length),
    anyCode: codes.length > 0,
    gen,
    ttl: array(columnsSlot.TTLS, Uint32Array),
    inDoubt: doubts.length > 0 ? doubts : new Uint8Array(gen.length),
    digests: digests ? region(columnsSlot.DIGESTS) : undefined,
    userKeys: userKeys ? keys() : undefined,
    columns: fields.map((field, i) => {
      const slot = columnsSlot.COLUMNS + 3 * i
      const valid = region(slot)
      return { valid, values: valuesOf(field, valid, region(slot + 1), region(slot + 2)) }
    }),
  }
}

// ── What does not fit ───────────────────────────────────────────────────────────────────────────────────────────────

const particles: Readonly<Record<number, string>> = {
  [particle.INTEGER]: "an integer",
  [particle.FLOAT]: "a double",
  [particle.STRING]: "text",
  [particle.BLOB]: "bytes",
  [particle.BOOL]: "a boolean",
  [particle.HLL]: "a HyperLogLog",
  [particle.MAP]: "a map",
  [particle.LIST]: "a list",
  [particle.GEOJSON]: "GeoJSON",
}

function mismatchesOf(words: Uint32Array, first: number, fields: readonly Field[]): Mismatches | undefined {
  const [count, row, column, kind] = words.subarray(first, first + 4)
  if (count === 0) return undefined
  const { name, type } = fields[column!]!
  return { count: count!, first: { row: row!, bin: name, reason: reasonOf(kind! >>> 8, kind! & 0xff, type) } }
}

function reasonOf(why: number, kind: number, type: string): string {
  const value = particles[kind] ?? `a value of particle type ${kind}`
  switch (why) {
    case misfit.RANGE:
      return `${value} beyond what ${type} can tell`
    case misfit.SIZE:
      return `bytes of another length than ${type} says`
    case misfit.UTF8:
      return "text that is not UTF-8"
    default:
      return `${value}, which is no ${type}`
  }
}

/** The error for values that do not fit, when the caller wants one. */
function misfitError({ verb, keyOf }: Asked, { count, first }: Mismatches): AerospikeError {
  const { row, bin, reason } = first
  const key = keyOf(row)
  const others = count > 1 ? ` ${count} values do not fit in all.` : ""
  const what = `${ask(verb, key)}: the bin ${show(bin)} of row ${row} holds ${reason}.${others}`
  return new ClientError(code.COLUMN_TYPE, `${what} With onMismatch: "null" they are left out.`, { key })
}

// ── The pump's side ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Takes the columns of an operation when it ends. */
export class ColumnSink<R extends ColumnTable | ColumnWrites> implements Sink {
  readonly #wanted: Wanted
  readonly #make: (regions: Regions) => R
  #result: R | undefined

  constructor(wanted: Wanted, make: (regions: Regions) => R) {
    this.#wanted = wanted
    this.#make = make
  }

  take(): void {}

  ended(reader: Reader, words: Uint32Array, at: number, tape: number): R {
    const regions = regionsOf(reader, words, tape + words[at + 8]! * 4, this.#wanted)
    this.#result = this.#make(regions)
    // An operation that failed says so, and has no second error.
    const { asked, refuses } = this.#wanted
    if (words[at + 2] === code.OK && regions.mismatches && refuses) throw misfitError(asked, regions.mismatches)
    return this.#result
  }

  details(number: number): ErrorDetails {
    // Behind records that were thrown away nobody can go on.
    const cursor = number === code.ABORTED ? undefined : (this.#result as ColumnTable | undefined)?.cursor
    return { columns: this.#result, cursor }
  }
}
