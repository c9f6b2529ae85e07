// Columns in the shell: what is refused before anything is sent, what the engine is given, and what becomes of what it gives.

import * as arrow from "apache-arrow"
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest"
import { Client } from "../../ts/client.ts"
import { ColumnTable, ColumnWrites } from "../../ts/columns/table.ts"
import { UserKeyColumn, Utf8Column } from "../../ts/columns/text.ts"
import { settingsOf } from "../../ts/config.ts"
import {
  code,
  columnsSlot,
  columnType,
  commandKind,
  commandWord,
  misfit,
  NONE,
  output,
  particle,
  queryFlag,
  tag,
} from "../../ts/core/generated.ts"
import { Driver } from "../../ts/driver.ts"
import { ClientError, InvalidArgumentError, RecordNotFoundError, TimeoutError } from "../../ts/errors.ts"
import type { Key } from "../../ts/key.ts"
import { LogLevel, setLogLevel } from "../../ts/log.ts"
import { FakeEngine, ready } from "./support/fake-engine.ts"
import { FakeTransport } from "./support/fake-transport.ts"

function setUp() {
  const engine = new FakeEngine({ slots: 16, data: 32 })
  const settings = settingsOf({ hosts: "a" })
  const client = Client.over((listen) => {
    const driver = new Driver(engine.module, settings, new FakeTransport(), undefined, listen)
    engine.polls.push(ready())
    void driver.start()
    return driver
  }, settings.packer)
  return { engine, client }
}

beforeAll(() => setLogLevel(LogLevel.OFF))
afterAll(() => setLogLevel(LogLevel.WARN))

const bytes = (...arrays: ArrayBufferView[]) =>
  Uint8Array.from(arrays.flatMap((array) => [...new Uint8Array(array.buffer, array.byteOffset, array.byteLength)]))
const none = new Uint8Array(0)
const text = (value: string) => new TextEncoder().encode(value)
const keysOf = (...ids: (string | number)[]): Key[] => ids.map((id) => ["test", "s", id])

/** What the engine hands over; regions that are not named are empty. */
interface Handed {
  summary?: [count: number, row: number, column: number, kind: number]
  regions: { [slot: number]: Uint8Array }
  /** Three of each. */
  columns?: [valid: Uint8Array, values: Uint8Array, texts: Uint8Array][]
}

/** The poll in which an operation ends with columns. */
function handOver(engine: FakeEngine, { summary = [0, NONE, 0, 0], regions, columns = [] }: Handed, number = 0): void {
  const all = Array.from({ length: columnsSlot.COLUMNS }, (_, slot) => regions[slot] ?? none)
  const parts = [...all.slice(1), ...columns.flat()]
  const slots = [summary, ...parts.map((part) => [tag.BLOB, NONE, engine.place(part), part.length])]
  const tape = engine.place(bytes(Uint32Array.from(slots.flat())))
  const record = (): [number, ...number[]] => {
    // Of the operation that was submitted last.
    return [output.DONE, engine.nextOp - 1, number >>> 0, NONE, 1, 0, 0, 0, 0, slots.length, 0, 0]
  }
  engine.polls.push(() => ({ records: [record()], texts: [], tape }))
}

const twoRows = {
  [columnsSlot.GENERATIONS]: bytes(Uint32Array.of(3, 0)),
  [columnsSlot.TTLS]: bytes(Uint32Array.of(0xffffffff, 0)),
  [columnsSlot.CODES]: bytes(Int32Array.of(0, code.RECORD_NOT_FOUND)),
}

describe("what the engine is given to read", () => {
  test("is the columns behind the batch's own block, and a group of keys without items", async () => {
    const { engine, client } = setUp()
    handOver(engine, {
      regions: twoRows,
      columns: [
        [none, none, none],
        [none, none, none],
      ],
    })
    await client.batchReadColumns(keysOf("a", 7), { n: "i16", v: "bytes[12]" })
    const word = (at: number) => engine.block(at)
    expect(word(commandWord.KIND)).toBe(commandKind.BATCH)
    expect([word(commandWord.ITEMS), word(commandWord.SLOTS), word(commandWord.KEYS)]).toEqual([1, 2, 2])
    const [n, v] = [engine.namesGiven.indexOf("n"), engine.namesGiven.indexOf("v")]
    expect(engine.slots()).toEqual([
      [tag.COLUMN | (columnType.I16 << 8), n, 0, 0],
      [tag.COLUMN | (columnType.BYTES << 8), v, 12, 0],
    ])
    const group = commandWord.LENGTH + 2 * 4
    expect(word(group + commandWord.KIND)).toBe(commandKind.READ_COLUMNS)
    expect([word(group + commandWord.ITEMS), word(group + commandWord.KEYS)]).toEqual([0, 2])
    const key = group + commandWord.LENGTH
    expect([word(key), word(key + 1)]).toEqual([tag.KEY | (particle.STRING << 8), 0])
    expect([4, 5, 6, 7].map((at) => word(key + at))).toEqual([tag.KEY | (particle.INTEGER << 8), 1, 7, 0])
  })

  test("keys of several sets and namespaces are a group each, in whatever order", async () => {
    const { engine, client } = setUp()
    const digest = new Uint8Array(20).fill(9)
    const keys: Key[] = [["test", "a", 1], ["test", "b", 2], { ns: "test", set: "a", digest }, ["bar", "a", 3]]
    handOver(engine, { regions: {} })
    await client.batchReadColumns(keys, {})
    const groups: number[][] = []
    for (let at: number = commandWord.LENGTH, left = engine.block(commandWord.ITEMS); left > 0; left--) {
      const count = engine.block(at + commandWord.KEYS)
      const first = at + commandWord.LENGTH
      groups.push(Array.from({ length: count }, (_, i) => engine.block(first + 4 * i + 1)))
      at = first + 4 * count
    }
    expect(groups).toEqual([[0, 2], [1], [3]])
  })

  test.each([
    ["Int32Array", Int32Array.of(1, -2), particle.INTEGER, bytes(BigInt64Array.of(1n, -2n))],
    ["Uint32Array", Uint32Array.of(1, 2 ** 32 - 1), particle.INTEGER, bytes(BigInt64Array.of(1n, 2n ** 32n - 1n))],
    ["BigInt64Array", BigInt64Array.of(-1n, 2n ** 62n), particle.INTEGER, bytes(BigInt64Array.of(-1n, 2n ** 62n))],
    [
      "Utf8Column",
      new Utf8Column(Int32Array.of(0, 2, 3), text("abc")),
      particle.STRING,
      bytes(Int32Array.of(0, 2, 3), text("abc")),
    ],
  ])("user keys in a %s are one slot", async (_, ids, type, expected) => {
    const { engine, client } = setUp()
    handOver(engine, { regions: twoRows })
    await client.batchReadColumns({ ns: "test", set: "s", ids }, {})
    const at = commandWord.LENGTH * 2
    expect([engine.block(at), engine.block(at + 1), engine.block(at + 3)]).toEqual([tag.KEYS | (type << 8), 0, 2])
    expect(engine.dataAt(engine.block(at + 2), expected.length)).toEqual(expected)
    expect(engine.block(commandWord.LENGTH + commandWord.KEYS)).toBe(1)
    expect(engine.block(commandWord.KEYS)).toBe(2)
  })

  test("a query has its columns before the ops that make them, and says what else is wanted", async () => {
    const { engine, client } = setUp()
    handOver(engine, { regions: {}, columns: [[none, none, none]] })
    await client
      .query("test", "s")
      .select("other")
      .columns({ n: "i8" } as never, { digests: true })
    expect(engine.block(commandWord.KIND)).toBe(commandKind.QUERY)
    expect(engine.block(commandWord.QUERY_FLAGS)).toBe(queryFlag.COLUMNS | queryFlag.DIGESTS)
    expect(engine.slots()).toEqual([[tag.COLUMN | (columnType.I8 << 8), engine.namesGiven.indexOf("n"), 0, 0]])
  })
})

describe("what the engine is given to write", () => {
  /** The three regions of the n-th column. */
  const regions = (engine: FakeEngine, n: number) =>
    engine
      .slots()
      .slice(4 * n + 1, 4 * n + 4)
      .map(([, , at, length]) => engine.dataAt(at!, length!))

  test("is a column's flags, values and texts", async () => {
    const { engine, client } = setUp()
    handOver(engine, { regions: twoRows })
    await client.batchWriteColumns(keysOf(1, 2), {
      n: Float32Array.of(1, 2),
      s: ["ä", null],
      b: [undefined, true],
      u: new Utf8Column(Int32Array.of(0, 1, 2), text("xy"), Uint8Array.of(1, 0)),
      v: { type: "bytes[2]", data: Uint8Array.of(1, 2, 3, 4), valid: Uint8Array.of(0, 1) },
    })
    const kinds = engine
      .slots()
      .filter((_, i) => i % 4 === 0)
      .map(([kind, , width]) => [kind! >>> 8, width])
    const { F32, TEXT, BOOL, BYTES } = columnType
    expect(kinds).toEqual([
      [F32, 0],
      [TEXT, 0],
      [BOOL, 0],
      [TEXT, 0],
      [BYTES, 2],
    ])
    expect(regions(engine, 0)).toEqual([none, bytes(Float32Array.of(1, 2)), none])
    expect(regions(engine, 1)).toEqual([Uint8Array.of(1, 0), bytes(Uint32Array.of(0, 2, 2)), text("ä")])
    expect(regions(engine, 2)).toEqual([Uint8Array.of(0, 1), Uint8Array.of(0, 1), none])
    expect(regions(engine, 3)).toEqual([Uint8Array.of(1, 0), bytes(Int32Array.of(0, 1, 2)), text("xy")])
    expect(regions(engine, 4)).toEqual([Uint8Array.of(0, 1), Uint8Array.of(1, 2, 3, 4), none])
  })

  test("may be what was read, values that were absent left out", async () => {
    const { engine, client } = setUp()
    handOver(engine, { regions: twoRows, columns: [[Uint8Array.of(1, 0), Uint8Array.of(5, 0), none]] })
    const read = await client.batchReadColumns(keysOf(1, 2), { n: "i8" })
    handOver(engine, { regions: twoRows })
    const wrote = await client.batchWriteColumns(keysOf(3, 4), read)
    expect(regions(engine, 0)).toEqual([Uint8Array.of(1, 0), Uint8Array.of(5, 0), none])
    expect(wrote).toBeInstanceOf(ColumnWrites)
    expect(wrote.errorAt(0)).toBeUndefined()
    expect(wrote.errorAt(1)?.message).toBe(
      "batchWriteColumns test.s 4: the record does not exist (RECORD_NOT_FOUND 2).",
    )
  })
})

describe("what comes", () => {
  const schema = { n: "i64", f: "f64", ok: "bool", s: "utf8", v: "bytes[2]" } as const
  const columns: Handed["columns"] = [
    [Uint8Array.of(1, 0), bytes(BigInt64Array.of(-7n, 0n)), none],
    [Uint8Array.of(1, 0), bytes(Float64Array.of(0.5, 0)), none],
    [Uint8Array.of(0, 0), Uint8Array.of(0, 0), none],
    [Uint8Array.of(1, 0), bytes(Int32Array.of(0, 2, 2)), text("hi")],
    [Uint8Array.of(1, 0), Uint8Array.of(1, 2, 0, 0), none],
  ]

  test("is arrays of their types, each in a buffer of its own", async () => {
    const { engine, client } = setUp()
    handOver(engine, { regions: twoRows, columns })
    const table = await client.batchReadColumns(keysOf(1, 2), schema)
    expectTypeOf(table.columns.n).toEqualTypeOf<BigInt64Array>()
    expectTypeOf(table.columns.s).toEqualTypeOf<Utf8Column>()
    expectTypeOf(table.columns.v).toEqualTypeOf<Uint8Array>()
    expect(table.columns.n).toEqual(BigInt64Array.of(-7n, 0n))
    expect(table.columns.f).toEqual(Float64Array.of(0.5, 0))
    expect(table.columns.ok).toEqual(Uint8Array.of(0, 0))
    expect(table.columns.s.toArray()).toEqual(["hi", null])
    expect(table.columns.v).toEqual(Uint8Array.of(1, 2, 0, 0))
    expect(table.valid.s).toEqual(Uint8Array.of(1, 0))
    expect([...table.found, ...table.code, ...table.gen, ...table.ttl]).toEqual([1, 0, 0, 2, 3, 0, 0xffffffff, 0])
    expect([table.length, table.mismatches, table.cursor, table.digests, table.userKeys]).toEqual([
      2,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(table.columns.n.buffer.byteLength).toBe(16)
    const moved = structuredClone(table.columns.n, { transfer: [table.columns.n.buffer as ArrayBuffer] })
    expect(moved).toEqual(BigInt64Array.of(-7n, 0n))
    expect(table.columns.n.length).toBe(0)
    expect(table.columns.f).toEqual(Float64Array.of(0.5, 0))
    expect(table.errorAt(1)).toBeInstanceOf(RecordNotFoundError)
    expect(table.errorAt(0) ?? table.errorAt(2)).toBeUndefined()
  })

  test("a bin called __proto__ is a column like any other", async () => {
    const { engine, client } = setUp()
    handOver(engine, { regions: twoRows, columns: [[Uint8Array.of(1, 0), Uint8Array.of(5, 0), none]] })
    const { columns } = await client.batchReadColumns(keysOf(1, 2), JSON.parse('{ "__proto__": "u8" }'))
    expect(Object.entries(columns)).toEqual([["__proto__", Uint8Array.of(5, 0)]])
  })

  test("without keys is nothing, and nothing is sent", async () => {
    const { engine, client } = setUp()
    const table = await client.batchReadColumns([], schema)
    expect([table.length, table.columns.n.length, table.columns.s.toArray()]).toEqual([0, 0, []])
    expect((await client.batchWriteColumns({ ns: "test", set: "s", ids: [] }, { n: new Int8Array(0) })).length).toBe(0)
    expect(engine.called("submit")).toEqual([])
  })

  test.each([
    [misfit.TYPE, particle.STRING, "text, which is no i64"],
    [misfit.RANGE, particle.INTEGER, "an integer beyond what i64 can tell"],
    [misfit.SIZE, particle.BLOB, "bytes of another length than i64 says"],
    [misfit.UTF8, particle.STRING, "text that is not UTF-8"],
    [misfit.TYPE, 99, "a value of particle type 99, which is no i64"],
  ])("a value that does not fit is told of, or left out (%i)", async (why, kind, reason) => {
    const { engine, client } = setUp()
    const summary: Handed["summary"] = [3, 1, 0, kind | (why << 8)]
    handOver(engine, { summary, regions: twoRows, columns })
    const error: ClientError = await client.batchReadColumns(keysOf(1, 2), schema).catch((error) => error)
    expect(error).toBeInstanceOf(ClientError)
    expect([error.code, error.key]).toEqual([code.COLUMN_TYPE, ["test", "s", 2]])
    expect(error.message).toBe(
      `batchReadColumns test.s 2: the bin "n" of row 1 holds ${reason}. 3 values do not fit in all. With onMismatch: "null" they are left out.`,
    )
    handOver(engine, { summary, regions: twoRows, columns })
    const { mismatches } = await client.batchReadColumns(keysOf(1, 2), schema, { onMismatch: "null" })
    expect(mismatches).toEqual({ count: 3, first: { row: 1, bin: "n", reason } })
  })

  test("a batch that failed as a whole has its own error, with the rows that came", async () => {
    const { engine, client } = setUp()
    handOver(engine, { summary: [1, 0, 0, 3], regions: twoRows, columns }, code.TIMEOUT)
    const error: TimeoutError = await client.batchReadColumns(keysOf(1, 2), schema).catch((error) => error)
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.columns).toBeInstanceOf(ColumnTable)
    expect((error.columns as ColumnTable<typeof schema>).columns.n).toEqual(BigInt64Array.of(-7n, 0n))
  })

  test("user keys are read one by one", () => {
    const ints = bytes(BigInt64Array.of(-5n, 2n ** 60n))
    const types = Uint8Array.of(particle.INTEGER, particle.INTEGER, 0, particle.STRING, particle.BLOB)
    const keys = new UserKeyColumn(
      types,
      Int32Array.of(0, 8, 16, 16, 18, 19),
      bytes(ints, text("ab"), Uint8Array.of(9)),
    )
    expect(keys.toArray()).toEqual([-5, 2n ** 60n, null, "ab", Uint8Array.of(9)])
    expect([keys.at(-2), keys.at(5), keys.at(-6)]).toEqual(["ab", undefined, undefined])
  })

  test("is a Table of Apache Arrow, over the same buffers", async () => {
    const { engine, client } = setUp()
    handOver(engine, { regions: twoRows, columns })
    const table = await client.batchReadColumns(keysOf(1, 2), schema)
    const made = table.toArrow(arrow)
    expect(made).toBeInstanceOf(arrow.Table)
    expect(made.schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "n Int64",
      "f Float64",
      "ok Bool",
      "s Utf8",
      "v FixedSizeBinary[2]",
    ])
    expect(made.toArray().map((row) => row?.toJSON())).toEqual([
      { n: -7n, f: 0.5, ok: null, s: "hi", v: Uint8Array.of(1, 2) },
      { n: null, f: null, ok: null, s: null, v: null },
    ])
    expect(made.getChild("n")!.data[0]!.values.buffer).toBe(table.columns.n.buffer)
    expect(made.getChild("s")!.data[0]!.values.buffer).toBe(table.columns.s.bytes.buffer)
    expect(table.toArrow().map(({ name, nullCount }) => [name, nullCount])).toEqual([
      ["n", 1],
      ["f", 1],
      ["ok", 2],
      ["s", 1],
      ["v", 1],
    ])
  })
})

describe("texts", () => {
  test("are made when they are asked for", () => {
    const column = new Utf8Column(Int32Array.of(0, 1, 1, 5), text("a😀"), Uint8Array.of(1, 0, 1))
    expect([column.length, column.at(0), column.at(1), column.at(-1), column.at(3)]).toEqual([
      3,
      "a",
      null,
      "😀",
      undefined,
    ])
    expect(column.toArray()).toEqual(["a", null, "😀"])
    expect([...column]).toEqual(["a", null, "😀"])
    expect(JSON.stringify({ column })).toBe('{"column":["a",null,"😀"]}')
    expect(new Utf8Column(Int32Array.of(2, 3, 5), text("..abc")).toArray()).toEqual(["a", "bc"])
  })

  test("have offsets that fit their bytes", () => {
    const make = (offsets: number[], valid?: Uint8Array) => () =>
      new Utf8Column(Int32Array.from(offsets), text("abc"), valid)
    expect(make([0, 2, 4])).toThrow("offsets[2] is 4: it must be from 2, the one before, to 3.")
    expect(make([0, 2, 1])).toThrow(InvalidArgumentError)
    expect(make([-1, 2])).toThrow(InvalidArgumentError)
    expect(make([])).toThrow(InvalidArgumentError)
    expect(make([0, 1], new Uint8Array(2))).toThrow("valid is a Uint8Array: it must be a Uint8Array of 1.")
  })
})

describe("what cannot be", () => {
  const ids = (...ids: unknown[]) => ({ ns: "test", set: "s", ids }) as never
  const read = (keys: unknown, schema: unknown, policy?: unknown) => (client: Client) =>
    client.batchReadColumns(keys as never, schema as never, policy as never)
  const write =
    (columns: unknown, keys: unknown = ids(1, 2)) =>
    (client: Client) =>
      client.batchWriteColumns(keys as never, columns as never)
  const query = (schema: unknown, options?: unknown) => (client: Client) =>
    client.query("test", "s").columns(schema as never, options as never)

  test.each<[string, (client: Client) => Promise<unknown>]>([
    ['schema.a is "i128": it must be one of i8, i16,', read(ids(1), { a: "i128" })],
    ['schema.a is "bytes[0]"', read(ids(1), { a: "bytes[0]" })],
    ['schema.a is "bytes[8388609]"', read(ids(1), { a: "bytes[8388609]" })],
    ["schema.a is 5", read(ids(1), { a: 5 })],
    ["schema is an array of 1: it must be an object of bin names", read(ids(1), ["a"])],
    ["schema is undefined", read(ids(1), undefined)],
    ['the bin name is "abcdefghijklmnop"', read(ids(1), { abcdefghijklmnop: "i8" })],
    ["keys is 5: it must be an array of keys, or { ns, set, ids }", read(5, {})],
    ["keys.idx is not known: did you mean ids?", read({ ns: "test", set: "s", idx: [] }, {})],
    ["keys is an object: it must be { ns, set, ids } or", read({ ns: "test", set: "s" }, {})],
    [
      "keys.ids is a Float64Array: it must be an array of user keys",
      read({ ns: "test", set: "s", ids: new Float64Array(1) }, {}),
    ],
    [
      "keys.digests is a Uint8Array: it must be a Uint8Array of 20 bytes a key",
      read({ ns: "t", set: "s", digests: new Uint8Array(21) }, {}),
    ],
    ["keys.ids[1]: the user key, key[2], is 1.5", read(ids(1, 1.5), {})],
    [
      "keys.ids: row 1 is null",
      read({ ns: "t", set: "s", ids: new Utf8Column(Int32Array.of(0, 0, 0), none, Uint8Array.of(1, 0)) }, {}),
    ],
    ["keys[1] is null: it must be a key", read([["test", "s", 1], null], {})],
    [
      "keys[1]: the user key, key[2], is true",
      read(
        [
          ["test", "s", 1],
          ["test", "s", true],
        ],
        {},
      ),
    ],
    ["the key's namespace is 5", read({ ns: 5, set: "s", ids: [1] }, {})],
    ['policy.onMismatch is "skip": it must be one of "error", "null"', read(ids(1), {}, { onMismatch: "skip" })],
    ["policy.bogus is not known", read(ids(1), {}, { bogus: 1 })],
    ["policy is 5", read(ids(1), {}, 5)],
    ["columns is an empty array: it must be an object of bin names and columns", write([])],
    ["columns is an object: it must be an object with at least one column", write({})],
    ["columns.a: the number of values is 3: it must be 2, one for each key", write({ a: new Int8Array(3) })],
    ["columns.a: the number of values is 1: it must be 2", write({ a: ["x"] })],
    ["columns.a[1] is 5: it must be text, null or undefined; numbers come in a typed array", write({ a: ["x", 5] })],
    ["columns.a[0] is 5", write({ a: [5, 6] })],
    ["columns.a[1] is 1: it must be true, false, null or undefined", write({ a: [true, 1] })],
    ["columns.a is 5: it must be a typed array", write({ a: 5 })],
    ["columns.a is an ArrayBuffer", write({ a: new ArrayBuffer(2) })],
    [
      "columns.a[1] is 9223372036854775808n: it must be at most 2^63 - 1",
      write({ a: BigUint64Array.of(1n, 2n ** 63n) }),
    ],
    ['columns.a.type is "i9"', write({ a: { type: "i9", data: new Int8Array(2) } })],
    [
      "columns.a is a Uint8Array: it must be the array of i8: Int8Array",
      write({ a: { type: "i8", data: new Uint8Array(2) } }),
    ],
    [
      "columns.a: the number of values is 5: it must be 6, 3 for each key",
      write({ a: { type: "bytes[3]", data: new Uint8Array(5) } }),
    ],
    ["columns.a[1] is 2: it must be 0 or 1", write({ a: { type: "bool", data: Uint8Array.of(1, 2) } })],
    [
      "columns.a.valid is a Uint8Array: it must be a Uint8Array of 2, a byte for each key",
      write({ a: { type: "i8", data: new Int8Array(2), valid: new Uint8Array(3) } }),
    ],
    ["columns.a.nulls is 5", write({ a: { type: "i8", data: new Int8Array(2), nulls: 5 } })],
    ['schema.a is "x"', query({ a: "x" })],
    ["options.digest is not known: did you mean digests?", query({}, { digest: true })],
    ["options.digests is 1: it must be true or false", query({}, { digests: 1 })],
    ["options is 5", query({}, 5)],
    [
      "A query without bins has no columns",
      (client) =>
        client
          .query("test")
          .noBins()
          .columns({ a: "i8" } as never),
    ],
  ])("is refused by name: %s", async (message, act) => {
    const { engine, client } = setUp()
    const error: Error = await act(client).then(
      () => new Error("it was taken"),
      (error) => error,
    )
    expect(error.message).toContain(message)
    expect(error).toBeInstanceOf(InvalidArgumentError)
    expect(engine.called("submit")).toEqual([])
    // What was begun was ended: the next command can be written.
    handOver(engine, { regions: twoRows, columns: [[none, none, none]] })
    await client.batchReadColumns(ids(1, 2), { a: "i8" })
  })

  test("values without a row may be anything", async () => {
    const { engine, client } = setUp()
    handOver(engine, { regions: twoRows })
    const valid = Uint8Array.of(1, 0)
    await client.batchWriteColumns(ids(1, 2), {
      b: { type: "bool", data: Uint8Array.of(1, 9), valid },
      u: { type: "u64", data: BigUint64Array.of(1n, 2n ** 64n - 1n), valid },
    })
    expect(engine.called("submit")).toHaveLength(1)
  })
})
