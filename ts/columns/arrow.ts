// Columns in the memory layout of Apache Arrow (https://arrow.apache.org/docs/format/Columnar.html): they lie so already,
// but for what Arrow keeps a bit each. No dependency: whoever has the module gives it.

import type { ColumnTable } from "./table.ts"
import { Utf8Column } from "./text.ts"

/** A column as Arrow lays it out. Buffers are those of the table, not copies, but for booleans and `nullBitmap`. */
export interface ArrowColumn {
  /** The bin. */
  readonly name: string
  /** The class of its type in `apache-arrow`: `Int8` … `Uint64`, `Float32`, `Float64`, `Bool`, `Utf8`, `FixedSizeBinary`. */
  readonly type: string
  /** Bytes of a value of `FixedSizeBinary`. */
  readonly byteWidth: number | undefined
  /** Rows. */
  readonly length: number
  readonly nullCount: number
  /** A bit a row, the lowest first: 1 where there is a value. Undefined when all rows have one. */
  readonly nullBitmap: Uint8Array | undefined
  /** Of `Utf8`: where each text begins, and at last where the last one ends. */
  readonly valueOffsets: Int32Array | undefined
  /** The values; of `Bool` a bit each. */
  readonly data: ArrayBufferView
}

/** What is used of the module `apache-arrow`. Its types are its own, and its versions differ in them. */
export interface ArrowModule<T> {
  makeData(props: never): unknown
  makeVector(data: never): unknown
  Table: new (columns: never) => T
}

const names: Readonly<Record<string, string>> = {
  ...{ i8: "Int8", i16: "Int16", i32: "Int32", i64: "Int64" },
  ...{ u8: "Uint8", u16: "Uint16", u32: "Uint32", u64: "Uint64" },
  ...{ f32: "Float32", f64: "Float64", bool: "Bool", utf8: "Utf8" },
}

export function arrowColumns({ schema, columns, valid, length }: ColumnTable): ArrowColumn[] {
  return Object.entries(schema).map(([name, type]) => {
    const [values, flags] = [columns[name] as ArrayBufferView | Utf8Column, valid[name]!]
    const [nullBitmap, count] = bitmap(flags)
    const isText = values instanceof Utf8Column
    return {
      name,
      type: names[type] ?? "FixedSizeBinary",
      byteWidth: names[type] === undefined ? Number(type.slice(6, -1)) : undefined,
      length,
      nullCount: length - count,
      nullBitmap: count === length ? undefined : nullBitmap,
      valueOffsets: isText ? values.offsets : undefined,
      data: isText ? values.bytes : type === "bool" ? bitmap(values as Uint8Array)[0] : values,
    }
  })
}

/** A bit for each byte, and how many are set. */
function bitmap(flags: Uint8Array): [bits: Uint8Array, count: number] {
  // Arrow wants its buffers padded to 8 bytes.
  const bits = new Uint8Array(Math.ceil(flags.length / 64) * 8)
  let count = 0
  for (let i = 0; i < flags.length; i++) {
    if (flags[i] === 0) continue
    bits[i >> 3]! |= 1 << (i & 7)
    count++
  }
  return [bits, count]
}

export function arrowTable<T>(arrow: ArrowModule<T>, columns: readonly ArrowColumn[]): T {
  const types = arrow as unknown as Record<string, new (...args: unknown[]) => unknown>
  const vectors = columns.map(({ name, type, byteWidth, ...rest }) => {
    const made = byteWidth === undefined ? new types[type]!() : new types[type]!(byteWidth)
    return [name, arrow.makeVector(arrow.makeData({ type: made, ...rest } as never) as never)]
  })
  return new arrow.Table(Object.fromEntries(vectors) as never)
}
