// How rows become groups, and how the outputs of a batch become its rows.

import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { BatchRow, planOfEntries, planOfReads, planOfWrites } from "../../ts/batch.ts"
import { Client } from "../../ts/client.ts"
import { settingsOf } from "../../ts/config.ts"
import { commandKind, commandWord, output, particle, tag } from "../../ts/core/generated.ts"
import { Driver } from "../../ts/driver.ts"
import { RecordNotFoundError } from "../../ts/errors.ts"
import type { Key } from "../../ts/key.ts"
import { LogLevel, setLogLevel } from "../../ts/log.ts"
import { done, FakeEngine, outputs, ready } from "./support/fake-engine.ts"
import { FakeTransport } from "./support/fake-transport.ts"

const key = (user: string | number, set: string | null = "s"): Key => ["test", set, user]
const digest = (set: string | null): Key => ({ ns: "test", set, digest: new Uint8Array(20) })

function setUp(sizes?: { slots?: number; data?: number }) {
  const engine = new FakeEngine(sizes)
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

describe("groups", () => {
  const rowsOf = (plan: ReturnType<typeof planOfReads>) => plan.groups.map(({ rows }) => rows)

  test("keys of a set are one group, wherever they stand, by digest or not", () => {
    const keys = [key(1), key(2, "t"), key(3), digest("s"), key(4, null), digest(null), key(5, "")]
    expect(rowsOf(planOfReads(keys))).toEqual([[0, 2, 3], [1], [4, 5, 6]])
  })

  test("entries that ask for the same are one group, and what differs is another", () => {
    const bins = { a: 1 }
    const policy = { ttl: 5 }
    const plan = planOfEntries([
      { type: "read", key: key(0), bins: ["a", "b"] },
      { type: "read", key: key(1), bins: ["a", "b"] },
      { type: "read", key: key(2), bins: ["a"] },
      { type: "read", key: key(3) },
      { type: "exists", key: key(4) },
      { type: "read", key: key(5), bins: [] },
      { type: "write", key: key(6), bins },
      { type: "write", key: key(7), bins },
      { type: "write", key: key(8), bins, policy },
      { type: "write", key: key(9), bins: { a: 1 } },
    ])
    expect(rowsOf(plan)).toEqual([[0, 1], [2], [3], [4, 5], [6, 7], [8], [9]])
    expect(plan.writes).toBe(true)
    expect(planOfReads([key(1)]).writes).toBe(false)
  })

  test("names that are none make no trouble before they are refused", () => {
    const odd = [Symbol("ns"), 7, null, undefined].map((ns) => [ns, "s", 1] as unknown as Key)
    expect(rowsOf(planOfReads(odd))).toHaveLength(4)
    expect(() => planOfWrites([{ key: "k" as never, bins: {} }])).toThrow("rows[0] is")
  })
})

describe("layout", () => {
  test("the outer block, then each group: its block, its slots, its keys", () => {
    const { engine, client } = setUp({ slots: 16, data: 32 })
    void client.batchRead([key("a"), key(7, "t"), key("b")], { bins: ["x", "y"] }).catch(() => {})
    expect(engine.block(commandWord.KIND)).toBe(commandKind.BATCH)
    expect(engine.block(commandWord.ITEMS)).toBe(2)
    expect(engine.block(commandWord.KEYS)).toBe(3)
    expect(engine.block(commandWord.MAX_RETRIES)).toBe(2)
    // Blocks follow each other at 32 words, 2 slots and 2 keys.
    const second = commandWord.LENGTH
    expect(engine.block(second + commandWord.KIND)).toBe(commandKind.SELECT)
    expect(engine.block(second + commandWord.ITEMS)).toBe(2)
    expect(engine.block(second + commandWord.SLOTS)).toBe(2)
    expect(engine.block(second + commandWord.KEYS)).toBe(2)
    const slots = second + commandWord.LENGTH
    const slot = (n: number) => [0, 1, 2, 3].map((word) => engine.block(slots + 4 * n + word))
    expect([slot(0)[0], slot(1)[0]]).toEqual([tag.NIL, tag.NIL])
    const keys = [slot(2), slot(3)].map(([kind, row, at, length]) => [
      kind,
      row,
      new TextDecoder().decode(engine.dataAt(at!, length!)),
    ])
    expect(keys).toEqual([
      [tag.KEY | (particle.STRING << 8), 0, "a"],
      [tag.KEY | (particle.STRING << 8), 2, "b"],
    ])
    const third = slots + 4 * 4
    expect(engine.block(third + commandWord.KIND)).toBe(commandKind.SELECT)
    expect(engine.block(third + commandWord.LENGTH + 4 * 2 + 1)).toBe(1)
    expect(engine.called("submit")).toHaveLength(1)
  })
})

describe("rows", () => {
  const part = (row: number, code = 0, inDoubt = false): [number, ...number[]] => {
    return [output.PART, 0, row, code >>> 0, inDoubt ? 1 : 0, 3, 60, 0, 0, 0]
  }

  test("are in the order of the keys, whatever the order in which they come", async () => {
    const { engine, client } = setUp()
    const keys = [key(1), key(2), key(3)]
    const rows = client.batchRead(keys)
    engine.polls.push(outputs(part(2), part(0)))
    engine.polls.push(outputs(part(1, 2), done(0)))
    const [one, two, three] = await rows
    expect([one, three].map((row) => ({ ...row }))).toEqual([
      { key: keys[0], code: 0, bins: {}, gen: 3, ttl: 60, inDoubt: false },
      { key: keys[2], code: 0, bins: {}, gen: 3, ttl: 60, inDoubt: false },
    ])
    expect(two).toBeInstanceOf(BatchRow)
    expect(two!.error).toBeInstanceOf(RecordNotFoundError)
    expect(two!.error).toBe(two!.error)
    expect(two!.error!.message).toBe("batchRead test.s 2: the record does not exist (RECORD_NOT_FOUND 2).")
  })

  test("that had no result when the whole was given up are in the error, with its code", async () => {
    const { engine, client } = setUp()
    const given = new AbortController()
    const rows = client.batchWrite(
      [1, 2].map((n) => ({ key: key(n), bins: { n } })),
      { signal: given.signal },
    )
    engine.polls.push(outputs(part(1, -5, true), done(0, -5)))
    given.abort("enough")
    const error = await rows.catch((thrown) => thrown)
    expect(engine.called("cancel")).toEqual([[0]])
    expect(error).toMatchObject({ codeName: "ABORTED", cause: "enough" })
    expect(error.rows.map(({ code, inDoubt }: BatchRow) => [code, inDoubt])).toEqual([
      [-5, false],
      [-5, true],
    ])
  })

  test("are in the error also when the engine stops", async () => {
    const { engine, client } = setUp()
    const rows = client.batchRead([key(1), key(2)])
    engine.polls.push(outputs(part(0)))
    engine.polls.push(() => {
      throw new WebAssembly.RuntimeError("unreachable")
    })
    const error = await rows.catch((thrown) => thrown)
    expect(error.codeName).toBe("ENGINE")
    expect(error.rows.map(({ code }: BatchRow) => code)).toEqual([0, error.code])
  })
})
