// The stream of a query's records, brought by an engine that does what it is told.

import { inspect } from "node:util"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Client } from "../../ts/client.ts"
import { settingsOf } from "../../ts/config.ts"
import { commandKind, commandWord, NONE, output, particle, tag } from "../../ts/core/generated.ts"
import { Driver } from "../../ts/driver.ts"
import { equals, range } from "../../ts/filter.ts"
import { LogLevel, setLogLevel } from "../../ts/log.ts"
import { ctx } from "../../ts/ops/ctx.ts"
import type { Query } from "../../ts/query.ts"
import { QueryRecord } from "../../ts/query-record.ts"
import { done, FakeEngine, type FakeOutputs, ready } from "./support/fake-engine.ts"
import { FakeTransport } from "./support/fake-transport.ts"

function setUp() {
  const engine = new FakeEngine()
  const settings = settingsOf({ hosts: "a" })
  const client = Client.over((listen) => {
    const driver = new Driver(engine.module, settings, new FakeTransport(), undefined, listen)
    engine.polls.push(ready())
    void driver.start()
    return driver
  }, settings.packer)
  const query = client.query("test", "s")
  return { engine, client, query, records: query[Symbol.asyncIterator]() }
}

/** A poll that gives so many records without bins, and what else is to be given. */
function found(engine: FakeEngine, count: number, ...more: [number, ...number[]][]): () => FakeOutputs {
  return () => {
    const digest = new Uint8Array(20).fill(7)
    const data = engine.place(digest)
    const blob = (length: number) => [tag.BLOB, NONE, 0, length]
    const slots = new Uint32Array([...blob(20), tag.NIL, NONE, 0, 0, ...blob(3), ...blob(0)])
    const tape = engine.place(new Uint8Array(slots.buffer))
    const records = Array.from({ length: count }, (): [number, ...number[]] => [output.RECORD, 0, 5, 0, 1, 60, 0, data])
    for (const record of more) record[10] = data
    return { records: [...records, ...more], texts: [], tape }
  }
}

/** DONE, with a cursor of some bytes or of none. */
function ended(code = 0, { cursor = false } = {}): [number, ...number[]] {
  const record = done(0, code)
  record[8] = cursor ? 2 : 3
  return record
}

const microtasks = async () => {
  for (let i = 0; i < 30; i++) await null
}

beforeAll(() => setLogLevel(LogLevel.OFF))
afterAll(() => setLogLevel(LogLevel.WARN))

describe("the stream", () => {
  test("sends nothing before it is asked, then gives what comes", async () => {
    const { engine, records } = setUp()
    expect(engine.called("submit")).toEqual([])
    engine.polls.push(found(engine, 2, ended()))
    const { value } = await records.next()
    expect(engine.called("submit")).toHaveLength(1)
    const digest = new Uint8Array(20).fill(7)
    expect(value!.toJSON()).toEqual({ key: { ns: "test", set: "s", digest }, digest, bins: {}, gen: 1, ttl: 60 })
    expect((await records.next()).done).toBe(false)
    expect(await records.next()).toEqual({ done: true, value: undefined })
    expect(await records.next()).toEqual({ done: true, value: undefined })
  })

  test("gives records whose key is made once, and which show it", async () => {
    const { engine, records } = setUp()
    engine.polls.push(found(engine, 2, ended()))
    const { value: record } = await records.next()
    const { value: other } = await records.next()
    expect(record!.digest).toHaveLength(20)
    expect(record!.digest).toBe(record!.digest)
    expect(record!.key).toBe(record!.key)
    expect(record!.key).toMatchObject({ digest: record!.digest })
    expect(other!.digest.buffer).toBe(record!.digest.buffer)
    expect(other!.digest.byteOffset).toBe(record!.digest.byteOffset + 20)
    expect(inspect(record)).toMatch(/key: \{.*digest: .*bins: .*gen: 1/s)
    // Test tools copy what they show, without what is private.
    expect(Object.assign(Object.create(QueryRecord.prototype), record)).toMatchObject({ gen: 1, key: undefined })
  })

  test("tells the engine what was taken, in lots, and when there is nothing more to take", async () => {
    const { engine, records } = setUp()
    engine.polls.push(found(engine, 300))
    for (let i = 0; i < 255; i++) await records.next()
    expect(engine.called("consumed")).toEqual([])
    await records.next()
    expect(engine.called("consumed")).toEqual([[0, 256]])
    for (let i = 0; i < 44; i++) await records.next()
    expect(engine.called("consumed")).toEqual([
      [0, 256],
      [0, 44],
    ])
  })

  test("of one who leaves is cancelled, and the engine hears no more of it", async () => {
    const { engine, query } = setUp()
    engine.polls.push(found(engine, 10))
    for await (const _ of query) break
    expect(engine.called("cancel")).toEqual([[0]])
    engine.polls.push(found(engine, 5, ended(-5)))
    await microtasks()
    expect(engine.called("consumed")).toEqual([])
  })

  test("that fails gives what had come, and then the error, once, with where to go on", async () => {
    const { engine, records } = setUp()
    engine.polls.push(found(engine, 1, ended(11, { cursor: true })))
    expect((await records.next()).done).toBe(false)
    await expect(records.next()).rejects.toMatchObject({ code: 11, cursor: "BwcH" })
    expect(await records.next()).toEqual({ done: true, value: undefined })
  })

  test("whose records, pages or number were wanted at once tells with its error what had come", async () => {
    const wanted: [(query: Query) => Promise<unknown>, object][] = [
      [(query) => query.results(), { records: [{}, {}, {}] }],
      [(query) => query.pages(5).next(), { records: [{}, {}, {}] }],
      [(query) => query.count(), { counted: 3 }],
    ]
    for (const [ask, had] of wanted) {
      const { engine, query } = setUp()
      engine.polls.push(found(engine, 3, ended(11, { cursor: true })))
      await expect(ask(query)).rejects.toMatchObject({ code: 11, cursor: "BwcH", ...had })
    }
  })

  test("that is given up throws at once and keeps nothing", async () => {
    const { engine, query } = setUp()
    const given = new AbortController()
    const records = query.policy({ signal: given.signal })[Symbol.asyncIterator]()
    engine.polls.push(found(engine, 5, ended()))
    await records.next()
    given.abort("enough")
    await expect(records.next()).rejects.toMatchObject({ codeName: "ABORTED", cause: "enough" })
    expect(await records.next()).toEqual({ done: true, value: undefined })
  })

  test("gives several who ask at once each a record of their own", async () => {
    const { engine, records } = setUp()
    const asked = [records.next(), records.next(), records.next()]
    engine.polls.push(found(engine, 2, ended()))
    expect((await Promise.all(asked)).map(({ done }) => done)).toEqual([false, false, true])
  })

  test("ends with an error when the engine stops", async () => {
    const { engine, query } = setUp()
    engine.polls.push(() => {
      throw new WebAssembly.RuntimeError("unreachable")
    })
    await expect(query.results()).rejects.toMatchObject({ codeName: "ENGINE" })
  })

  test("has a cursor at the end of a page, and goes on from there", async () => {
    const { engine, query } = setUp()
    engine.polls.push(found(engine, 3, ended(0, { cursor: true })))
    const pages = query.pages(3)
    const { value } = await pages.next()
    expect(value).toMatchObject({ cursor: "BwcH" })
    engine.nextOp = 0
    engine.polls.push(found(engine, 1, ended()))
    expect((await pages.next()).value).toMatchObject({ cursor: undefined })
    const at = engine.block(commandWord.CURSOR_OFFSET)
    expect(engine.dataAt(at, engine.block(commandWord.CURSOR_LENGTH))).toEqual(new Uint8Array([7, 7, 7]))
    expect((await pages.next()).done).toBe(true)
  })
})

describe("the command", () => {
  const written = async (make: (query: ReturnType<typeof setUp>["query"]) => { count(): Promise<unknown> }) => {
    const { engine, query } = setUp()
    engine.polls.push(found(engine, 0, ended()))
    await make(query).count()
    return engine
  }

  test("of a scan has no where-clause", async () => {
    const engine = await written((query) => query)
    expect(engine.block(commandWord.KIND)).toBe(commandKind.QUERY)
    expect(engine.block(commandWord.WHERE)).toBe(0)
    expect(engine.block(commandWord.SLOTS)).toBe(0)
    expect(engine.block(commandWord.TOTAL_TIMEOUT)).toBe(0)
  })

  test("of a range names bin, type and bounds", async () => {
    const engine = await written((query) => query.where(range("age", 18, 150)))
    expect(engine.block(commandWord.WHERE)).toBe(3)
    const [head, low, high] = engine.slots()
    expect(head!.slice(0, 1)).toEqual([tag.WHERE | (particle.INTEGER << 16)])
    expect(head!.slice(2)).toEqual([0, 0])
    expect([low![0], engine.slotDouble(1), high![0], engine.slotDouble(2)]).toEqual([tag.INT, 18, tag.INT, 150])
  })

  test("with a context or the name of an index has these behind the bounds", async () => {
    const nested = await written((query) => query.where(equals({ bin: "a", ctx: ctx.mapKey("k").listIndex(1) }, "x")))
    expect(nested.slots().map(([kind]) => kind! & 0xff)).toEqual([
      ...[tag.WHERE, tag.STRING, tag.STRING, tag.LIST],
      ...[tag.INT, tag.STRING, tag.INT, tag.INT],
    ])
    const named = await written((query) => query.where(equals({ index: "i" }, new Uint8Array([1]))))
    const [head, , , name] = named.slots()
    expect(head!.slice(1, 3)).toEqual([NONE, 1])
    expect(new TextDecoder().decode(named.dataAt(name![2]!, name![3]!))).toBe("i")
  })
})
