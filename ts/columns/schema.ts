// What columns are asked for: their types, as a caller names them and as the engine numbers them.

import { isPlainObject, wrong } from "../core/check.ts"
import { columnType, limit } from "../core/generated.ts"
import type { Utf8Column } from "./text.ts"

/** The typed array of each type of column that has one of its own. */
interface Arrays {
  i8: Int8Array
  i16: Int16Array
  i32: Int32Array
  i64: BigInt64Array
  u8: Uint8Array
  u16: Uint16Array
  u32: Uint32Array
  u64: BigUint64Array
  f32: Float32Array
  f64: Float64Array
  bool: Uint8Array
  utf8: Utf8Column
}

/**
 * What a column holds.
 *
 * | type | values of a bin that fit |
 * | --- | --- |
 * | `i8` … `i64`, `u8` … `u64` | integers that the type can hold; a bin's are signed and of 64 bits, so `u64` ends at 2^63 - 1 |
 * | `f64` | doubles, bit by bit; integers within ±2^53, which it holds exactly |
 * | `f32` | doubles, rounded to the nearest (too large ones do not fit); integers within ±2^24 |
 * | `bool` | booleans, as 0 and 1 in a `Uint8Array` |
 * | `utf8` | strings that are UTF-8, and the text of GeoJSON |
 * | `bytes[n]` | blobs of exactly n bytes, one behind the other in a `Uint8Array` |
 */
export type ColumnType = keyof Arrays | `bytes[${number}]`

/** The columns that are wanted: names of bins and their types. */
export interface ColumnSchema {
  readonly [bin: string]: ColumnType
}

/** What a column of a type is. */
export type ColumnOf<T> = T extends keyof Arrays ? Arrays[T] : Uint8Array

/** What the columns of a schema are. */
export type ColumnsOf<S> = { readonly [K in keyof S]: ColumnOf<S[K]> }

/** A column of a schema, looked at. */
export interface Field {
  readonly name: string
  readonly type: ColumnType
  /** `column_type` */
  readonly number: number
  /** Bytes of a value of `bytes[n]`; else 0. */
  readonly width: number
}

type ArrayClass = new (buffer: ArrayBuffer) => ArrayBufferView & { readonly length: number }

/** By the type's name: its number, and the array that views its bytes. */
const types: Readonly<Record<string, readonly [number: number, view: ArrayClass]>> = Object.assign(
  Object.create(null),
  {
    i8: [columnType.I8, Int8Array],
    i16: [columnType.I16, Int16Array],
    i32: [columnType.I32, Int32Array],
    i64: [columnType.I64, BigInt64Array],
    u8: [columnType.U8, Uint8Array],
    u16: [columnType.U16, Uint16Array],
    u32: [columnType.U32, Uint32Array],
    u64: [columnType.U64, BigUint64Array],
    f32: [columnType.F32, Float32Array],
    f64: [columnType.F64, Float64Array],
    bool: [columnType.BOOL, Uint8Array],
    utf8: [columnType.TEXT, Int32Array],
  },
)

const allowed = `one of ${Object.keys(types).join(", ")} and bytes[n] with n from 1 to ${limit.COLUMN_BYTES}`

/** The fields of a schema; `path` is what it is called in messages. */
export function fieldsOf(path: string, schema: unknown): Field[] {
  if (!isPlainObject(schema)) throw wrong(path, schema, 'an object of bin names and types, such as { score: "i64" }')
  return Object.entries(schema).map(([name, type]) => fieldOf(`${path}.${name}`, name, type))
}

export function fieldOf(path: string, name: string, type: unknown): Field {
  const known = typeof type === "string" ? types[type] : undefined
  if (known) return { name, type: type as ColumnType, number: known[0], width: 0 }
  const width = typeof type === "string" ? Number(/^bytes\[([1-9]\d*)\]$/.exec(type)?.[1]) : Number.NaN
  if (!(width <= limit.COLUMN_BYTES)) throw wrong(path, type, allowed)
  return { name, type: type as ColumnType, number: columnType.BYTES, width }
}

/** The bytes of a column, which are a buffer's whole, as what its type says. */
export function viewOf({ type }: Field, bytes: Uint8Array): ArrayBufferView & { readonly length: number } {
  const [, View] = types[type] ?? [0, Uint8Array]
  return View === Uint8Array ? bytes : new View(bytes.buffer as ArrayBuffer)
}

/** The type whose column is such an array, if that says it all: not what bytes mean. */
export function typeOfArray(array: unknown): ColumnType | undefined {
  const name = ArrayBuffer.isView(array) ? Object.prototype.toString.call(array).slice(8, -1) : ""
  return arrays.get(name)
}

const arrays = new Map<string, ColumnType>(
  Object.entries(types)
    .filter(([type]) => type !== "bool" && type !== "utf8")
    .map(([type, [, View]]) => [View.name, type as ColumnType]),
)
