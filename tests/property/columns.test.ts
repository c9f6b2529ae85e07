// Columns of any types and values: what is written as columns is read as columns, as records, by a query, and as a table
// of Apache Arrow, and all of them tell the same.

import { deepStrictEqual } from "node:assert/strict"
import * as arrow from "apache-arrow"
import fc from "fast-check"
import { afterAll, beforeAll, test } from "vitest"
import { type DevServer, startDevServer } from "../../ts/devserver/index.ts"
import { type Client, type ColumnInput, type ColumnType, connect, double } from "../../ts/entry/node.ts"

let server: DevServer
let client: Client

beforeAll(async () => {
  server = await startDevServer({ nodes: 3 })
  // What a column says of types, the records have to say too.
  client = await connect({ hosts: server.hosts, doubles: "wrapped", int64: "bigint" })
})

afterAll(async () => {
  await client?.close()
  await server?.close()
})

/** A cell as its column takes it, and as a record has it; null is none. */
interface Kind {
  readonly type: ColumnType
  readonly cell: fc.Arbitrary<unknown>
  readonly data: (cells: readonly unknown[]) => unknown
  readonly inRecord: (cell: never) => unknown
}

const int = (type: ColumnType, View: { from(cells: number[]): ArrayBufferView }, min: number, max: number): Kind => ({
  type,
  cell: fc.integer({ min, max }),
  data: (cells) => View.from(cells.map((cell) => (cell ?? 0) as number)),
  inRecord: (cell) => BigInt(cell),
})
const big = (type: ColumnType, View: { from(cells: bigint[]): ArrayBufferView }, min: bigint): Kind => ({
  type,
  cell: fc.bigInt({ min, max: 2n ** 63n - 1n }),
  data: (cells) => View.from(cells.map((cell) => (cell ?? 0n) as bigint)),
  inRecord: (cell) => cell,
})
const float = (
  type: ColumnType,
  View: { from(cells: number[]): ArrayBufferView },
  cell: fc.Arbitrary<number>,
): Kind => ({
  type,
  cell,
  data: (cells) => View.from(cells.map((cell) => (cell ?? 0) as number)),
  inRecord: (cell) => double(cell),
})
const blob = (length: number): Kind => ({
  type: `bytes[${length}]`,
  cell: fc.uint8Array({ minLength: length, maxLength: length }),
  data: (cells) => Uint8Array.from(cells.flatMap((cell) => [...((cell as Uint8Array) ?? new Uint8Array(length))])),
  inRecord: (cell) => cell,
})

const kinds: readonly Kind[] = [
  int("i8", Int8Array, -128, 127),
  int("i16", Int16Array, -(2 ** 15), 2 ** 15 - 1),
  int("i32", Int32Array, -(2 ** 31), 2 ** 31 - 1),
  int("u8", Uint8Array, 0, 255),
  int("u16", Uint16Array, 0, 2 ** 16 - 1),
  int("u32", Uint32Array, 0, 2 ** 32 - 1),
  big("i64", BigInt64Array, -(2n ** 63n)),
  big("u64", BigUint64Array, 0n),
  float("f32", Float32Array, fc.float()),
  float("f64", Float64Array, fc.double()),
  {
    type: "bool",
    cell: fc.boolean(),
    data: (cells) => Uint8Array.from(cells, Number),
    inRecord: (cell) => cell,
  },
  {
    type: "utf8",
    cell: fc.string({ unit: "binary", maxLength: 60 }),
    data: (cells) => cells,
    inRecord: (cell) => cell,
  },
  blob(1),
  blob(20),
]

const binName = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 15 })
const columns = (rows: number) =>
  fc.dictionary(
    binName,
    fc.constantFrom(...kinds).chain((kind) => {
      const cells = fc.array(fc.option(kind.cell, { freq: 4 }), { minLength: rows, maxLength: rows })
      return cells.map((cells) => ({ kind, cells }))
    }),
    { minKeys: 1, maxKeys: 6 },
  )
const tables = fc.integer({ min: 1, max: 40 }).chain((rows) => fc.tuple(fc.constant(rows), columns(rows)))

test("columns that are written are read back, in every way", { timeout: 120_000 }, async () => {
  let round = 0
  await fc.assert(
    fc.asyncProperty(tables, fc.boolean(), async ([rows, columns], typed) => {
      const set = `columns${round++}`
      const entries = Object.entries(columns)
      const isWritten = (row: number) => entries.some(([, { cells }]) => cells[row] !== null)
      const numbers = Array.from({ length: rows }, (_, row) => row - 7)
      const keys = { ns: "test", set, ids: typed ? Int32Array.from(numbers) : numbers }
      const schema = Object.fromEntries(entries.map(([name, { kind }]) => [name, kind.type]))
      const inputs = entries.map(([name, { kind, cells }]) => {
        const valid = Uint8Array.from(cells, (cell) => (cell === null ? 0 : 1))
        return [name, { type: kind.type, data: kind.data(cells), valid }]
      })

      const wrote = await client.batchWriteColumns(keys, Object.fromEntries(inputs) as Record<string, ColumnInput>)
      deepStrictEqual(
        [...wrote.code],
        numbers.map((_, row) => (isWritten(row) ? 0 : -2)),
      )

      // The oracle: records, one by one.
      const records = await client.batchRead(numbers.map((id) => ["test", set, id]))
      for (const [row, { code, bins }] of records.entries()) {
        const present = entries.filter(([, { cells }]) => cells[row] !== null)
        const expected = present.map(([name, { kind, cells }]) => [name, kind.inRecord(cells[row] as never)])
        deepStrictEqual([code, bins], isWritten(row) ? [0, Object.fromEntries(expected)] : [2, undefined])
      }

      const read = await client.batchReadColumns(keys, schema)
      deepStrictEqual(
        [...read.code],
        records.map(({ code }) => code),
      )
      deepStrictEqual(
        [...read.gen],
        records.map(({ gen }) => gen),
      )
      deepStrictEqual(
        [...read.ttl],
        records.map(({ code, ttl }) => (code === 0 ? ttl >>> 0 : 0)),
      )
      for (const [name, { kind, cells }] of entries) check(read, name, kind, cells)

      const found = await client.query("test", set).columns(schema, { digests: true })
      deepStrictEqual(found.length, numbers.filter((_, row) => isWritten(row)).length)
      // The same records, in the order in which the query found them.
      const again = await client.batchReadColumns({ ns: "test", set, digests: found.digests! }, schema)
      deepStrictEqual([again.columns, again.valid, again.gen], [found.columns, found.valid, found.gen])

      const table = read.toArrow(arrow)
      deepStrictEqual(table.numRows, rows)
      for (const [name, { cells }] of entries) {
        const column = table.getChild(name)!
        deepStrictEqual(column.nullCount, cells.filter((cell) => cell === null).length)
        deepStrictEqual(
          Array.from(column, (cell) => cell),
          cells.map((cell) => cell),
        )
      }
    }),
    { numRuns: 150 },
  )
})

/** What is read is what was written: what is no value is 0, and says that it is none. */
function check(
  read: Awaited<ReturnType<Client["batchReadColumns"]>>,
  name: string,
  kind: Kind,
  cells: readonly unknown[],
) {
  deepStrictEqual(
    [...read.valid[name]!],
    cells.map((cell) => (cell === null ? 0 : 1)),
  )
  const values = read.columns[name]
  if (kind.type === "utf8") deepStrictEqual((values as unknown as { toArray(): unknown }).toArray(), cells)
  else deepStrictEqual(values, kind.data(cells))
}
