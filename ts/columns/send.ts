// Batches of columns: what is asked is written a column at a time, and what comes is columns. Rows cost nothing here but
// the writing of their keys.

import { check, isPlainObject, oneOf, wrong } from "../core/check.ts"
import { columnType, commandKind, limit } from "../core/generated.ts"
import { bytesOf, type Writer } from "../core/writer.ts"
import type { Driver } from "../driver.ts"
import { type Key, namespaceOf } from "../key.ts"
import type { BatchPolicy, PolicyPacker, PolicyWords } from "../policy.ts"
import { type KeyColumn, RowKeys } from "./keys.ts"
import { type ColumnSchema, type ColumnType, type Field, fieldOf, fieldsOf, typeOfArray } from "./schema.ts"
import { ColumnSink, ColumnTable, ColumnWrites, noRows, type Wanted } from "./table.ts"
import { Utf8Column } from "./text.ts"

/** What becomes of values that their columns cannot hold. */
export interface MismatchOption {
  /**
   * `"error"`: the whole rejects, with an error that names the first such value. `"null"`: they are left out as if they
   * were absent, and `mismatches` tells how many and which is the first. Default `"error"`.
   */
  onMismatch?: "error" | "null" | undefined
}

/** A batch that reads columns. */
export interface ColumnsPolicy extends WritesPolicy, MismatchOption {}

/** A batch that writes columns: there are no rows to tell of. */
export type WritesPolicy = Omit<BatchPolicy, "onRow">

/** Values of one type, with what they are where an array does not say it. */
export interface TypedColumn {
  readonly type: ColumnType
  /** The array of that type: see {@link ColumnType}; of `utf8` also an array of strings. */
  readonly data: ArrayBufferView | Utf8Column | readonly (string | null | undefined)[]
  /** A byte a row: 0 where there is no value. Default: all rows have one. */
  readonly valid?: Uint8Array | undefined
}

/**
 * A column to be written. Typed arrays of integers are written as integers, `Float32Array` and `Float64Array` as doubles,
 * arrays of strings as strings, arrays of booleans as booleans. Of those two, null and undefined are no value.
 */
export type ColumnInput =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array
  | Utf8Column
  | readonly (string | null | undefined)[]
  | readonly (boolean | null | undefined)[]
  | TypedColumn

/** Columns to be written, by the names of their bins. */
export interface ColumnInputs {
  readonly [bin: string]: ColumnInput
}

const mismatch = oneOf("error", "null")

/** Takes the one field off that is no policy of a batch. */
export function splitMismatch<P extends MismatchOption>(path: string, given: P | undefined) {
  if (!isPlainObject(given)) return { policy: given, refuses: true }
  const { onMismatch = "error", ...policy } = given
  check(`${path}.onMismatch`, onMismatch, mismatch)
  return { policy: policy as Omit<P, "onMismatch">, refuses: onMismatch === "error" }
}

// ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export function readColumns<S extends ColumnSchema>(
  driver: Driver,
  packer: PolicyPacker,
  keys: readonly Key[] | KeyColumn,
  schema: S,
  given: ColumnsPolicy | undefined,
): Promise<ColumnTable<S>> {
  const verb = "batchReadColumns"
  return send(driver, verb, () => {
    const { policy, refuses } = splitMismatch("policy", given)
    const fields = fieldsOf("schema", schema)
    const rows = new RowKeys(keys)
    const wanted: Wanted = { asked: { verb, given: keys, keyOf: (row) => rows.at(row) }, fields, refuses }
    const words = packer.columns(policy, false)
    const make = (regions: ReturnType<typeof noRows>) => new ColumnTable(schema, fields, regions, wanted.asked)
    const sink = new ColumnSink(wanted, make)
    const write = (writer: Writer) => {
      for (const field of fields) writer.column(field)
      writer.endColumns()
      rows.write(writer, commandKind.READ_COLUMNS, () => packer.row("read", policy, undefined, words.flags))
    }
    return { words, rows, sink, none: () => make(noRows(fields)), write }
  })
}

// ── Writing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export function writeColumns(
  driver: Driver,
  packer: PolicyPacker,
  keys: readonly Key[] | KeyColumn,
  columns: ColumnInputs | ColumnTable,
  policy: WritesPolicy | undefined,
): Promise<ColumnWrites> {
  const verb = "batchWriteColumns"
  return send(driver, verb, () => {
    const rows = new RowKeys(keys)
    const inputs = inputsOf(columns, rows.length)
    const wanted: Wanted = { asked: { verb, given: keys, keyOf: (row) => rows.at(row) }, fields: [] }
    const words = packer.columns(policy, true)
    const make = (regions: ReturnType<typeof noRows>) => new ColumnWrites(regions, wanted.asked)
    const sink = new ColumnSink(wanted, make)
    const write = (writer: Writer) => {
      for (const { field, write } of inputs) {
        writer.column(field)
        write(writer)
      }
      writer.endColumns()
      rows.write(writer, commandKind.WRITE_COLUMNS, () => packer.row("write", policy, undefined, words.flags))
    }
    return { words, rows, sink, none: () => make(noRows([])), write }
  })
}

/** A column that was looked at, and how it is written. */
interface Input {
  readonly field: Field
  write(writer: Writer): void
}

function inputsOf(columns: ColumnInputs | ColumnTable, rows: number): Input[] {
  if (columns instanceof ColumnTable) {
    const { schema, columns: data, valid } = columns
    const typed = Object.entries(schema).map(([name, type]) => [name, { type, data: data[name], valid: valid[name] }])
    return inputsOf(Object.fromEntries(typed), rows)
  }
  const allowed = "an object of bin names and columns, or what batchReadColumns gave"
  if (!isPlainObject(columns)) throw wrong("columns", columns, allowed)
  const inputs = Object.entries(columns).map(([name, input]) => inputOf(name, input, rows))
  if (inputs.length === 0) throw wrong("columns", columns, "an object with at least one column")
  if (inputs.length > limit.BINS) throw wrong("the number of columns", inputs.length, `at most ${limit.BINS}`)
  return inputs
}

const noBytes = new Uint8Array(0)

function inputOf(name: string, input: unknown, rows: number): Input {
  const path = `columns.${name}`
  if (!isPlainObject(input)) return columnOf(path, name, guess(path, input), input, undefined, rows)
  const { type, data, valid, ...more } = input as unknown as TypedColumn
  const unknown = Object.keys(more)[0]
  if (unknown) throw wrong(`${path}.${unknown}`, (more as never)[unknown], "absent: a column is { type, data, valid }")
  if (valid !== undefined && !(valid instanceof Uint8Array && valid.length === rows)) {
    throw wrong(`${path}.valid`, valid, `a Uint8Array of ${rows}, a byte for each key`)
  }
  return columnOf(path, name, type, data, valid, rows)
}

/** The type of a column that does not say it. */
function guess(path: string, input: unknown): ColumnType {
  if (input instanceof Utf8Column) return "utf8"
  if (Array.isArray(input)) return input.find((value) => value != null) === true || isFalse(input) ? "bool" : "utf8"
  const type = typeOfArray(input)
  if (type) return type
  throw wrong(path, input, "a typed array, a Utf8Column, an array of strings or booleans, or { type, data, valid }")
}

function isFalse(input: readonly unknown[]): boolean {
  return input.find((value) => value != null) === false
}

function columnOf(
  path: string,
  name: string,
  type: ColumnType,
  data: unknown,
  valid: Uint8Array | undefined,
  rows: number,
): Input {
  const field = fieldOf(`${path}.type`, name, type)
  if (type === "utf8") return textsOf(path, field, data, valid, rows)
  const array = type === "bool" && Array.isArray(data) ? booleans(path, data) : { values: data, valid }
  const values = array.values as Uint8Array
  const expected = type === "bool" || field.width > 0 ? "u8" : type
  if (typeOfArray(values) !== expected) throw wrong(path, data, `the array of ${type}: ${arrayNames[expected]}`)
  const [of, each] =
    field.width > 0 ? [rows * field.width, `, ${field.width} for each key`] : [rows, ", one for each key"]
  if (values.length !== of) throw wrong(`${path}: the number of values`, values.length, `${of}${each}`)
  const flags = both(array.valid, valid)
  checkValues(path, field, values, flags)
  return { field, write: (writer) => writer.columnValues(flags ?? noBytes, bytesOf(values), noBytes) }
}

const arrayNames: Readonly<Record<string, string>> = {
  ...{ i8: "Int8Array", i16: "Int16Array", i32: "Int32Array", i64: "BigInt64Array" },
  ...{ u8: "Uint8Array", u16: "Uint16Array", u32: "Uint32Array", u64: "BigUint64Array" },
  ...{ f32: "Float32Array", f64: "Float64Array" },
}

/** Those rows that both have. */
function both(one: Uint8Array | undefined, other: Uint8Array | undefined): Uint8Array | undefined {
  if (!one || !other || one === other) return one ?? other
  return one.map((flag, row) => (flag && other[row] ? 1 : 0))
}

/** What the type of the array allows, and no bin can hold. */
function checkValues(path: string, { number }: Field, values: Uint8Array, valid: Uint8Array | undefined): void {
  const has = (row: number) => valid === undefined || valid[row] !== 0
  if (number === columnType.BOOL) {
    const row = values.findIndex((value, row) => value > 1 && has(row))
    if (row >= 0) throw wrong(`${path}[${row}]`, values[row], "0 or 1")
  } else if (number === columnType.U64) {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
    for (let row = 0; row < values.length; row++) {
      if (words[2 * row + 1]! >>> 31 && has(row)) throw wrong(`${path}[${row}]`, values[row], "at most 2^63 - 1")
    }
  }
}

function booleans(path: string, data: readonly unknown[]): { values: Uint8Array; valid: Uint8Array } {
  const [values, valid] = [new Uint8Array(data.length), new Uint8Array(data.length)]
  for (let row = 0; row < data.length; row++) {
    const value = data[row]
    if (value === null || value === undefined) continue
    if (typeof value !== "boolean") throw wrong(`${path}[${row}]`, value, "true, false, null or undefined")
    values[row] = value ? 1 : 0
    valid[row] = 1
  }
  return { values, valid }
}

function textsOf(path: string, field: Field, data: unknown, valid: Uint8Array | undefined, rows: number): Input {
  const isColumn = data instanceof Utf8Column
  if (!isColumn && !Array.isArray(data)) throw wrong(path, data, "a Utf8Column or an array of strings")
  if (data.length !== rows) throw wrong(`${path}: the number of values`, data.length, `${rows}, one for each key`)
  if (isColumn) {
    const flags = both(data.valid, valid)
    const { offsets, bytes } = data
    return { field, write: (writer) => writer.columnValues(flags ?? noBytes, bytesOf(offsets), bytes) }
  }
  const own = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) {
    const text = data[row]
    if (text === null || text === undefined) continue
    const allowed = "text, null or undefined; numbers come in a typed array, such as a Float64Array"
    if (typeof text !== "string") throw wrong(`${path}[${row}]`, text, allowed)
    own[row] = 1
  }
  const flags = both(own, valid)!
  return { field, write: (writer) => writer.columnTexts(flags, data) }
}

// ── Both ────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Prepared<R extends ColumnTable | ColumnWrites> {
  readonly words: PolicyWords
  readonly rows: RowKeys
  readonly sink: ColumnSink<R>
  /** The result when there are no keys. */
  none(): R
  /** Writes what follows the block. */
  write(writer: Writer): void
}

function send<R extends ColumnTable | ColumnWrites>(
  driver: Driver,
  verb: string,
  prepare: () => Prepared<R>,
): Promise<R> {
  let begun = false
  try {
    driver.assertOpen(verb)
    const { words, rows, sink, none, write } = prepare()
    const { signal, txn } = words
    if (rows.length === 0) return Promise.resolve(none())
    driver.writer.beginBatch(words, rows.groups.length, rows.length, txn?.enter(driver))
    begun = true
    write(driver.writer)
    const { promise } = driver.submitMany(sink, verb, signal, txn)
    txn?.usedIn(namespaceOf(rows.at(0)!))
    return promise as Promise<R>
  } catch (error) {
    return Promise.reject(driver.thrown(error, verb))
  } finally {
    if (begun) driver.writer.end()
  }
}
