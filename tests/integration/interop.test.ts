// What this client writes, the official Node client reads just as if it had written it itself, and the reverse: on the dev
// server, and on the cluster that AEROSPIKE_HOSTS names when there is one.

import { createRequire } from "node:module"
import { type Client, connect, double, GeoJSON, type Key, KeyOrderedMap, TTL, type Value } from "aerospike-wasm"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startDevServerProcess, startServer, type TestServer } from "../conformance/support/server.mjs"

// The official client has types, but for a CommonJS add-on that is installed apart from this package.
// biome-ignore lint/suspicious/noExplicitAny: see above.
const Aerospike: any = createRequire(new URL("../peers/package.json", import.meta.url))("aerospike")

const edges = [
  31,
  32,
  -32,
  -33,
  127,
  128,
  -128,
  -129,
  255,
  256,
  32767,
  32768,
  -32769,
  65535,
  65536,
  2 ** 31,
  2 ** 32,
  2 ** 40,
]

/** `[what, a value for this client, a value for the official one]`. */
const values: [string, Value, unknown][] = [
  ["zero", 0, 0],
  ["an integer", 7, 7],
  ["a negative integer", -5, -5],
  ["the largest safe integer", Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ["2^53 + 1", 2n ** 53n + 1n, 2n ** 53n + 1n],
  ["the largest int64", 2n ** 63n - 1n, 2n ** 63n - 1n],
  ["the smallest int64", -(2n ** 63n), -(2n ** 63n)],
  ["a double", 1.5, 1.5],
  ["a whole double", double(3), new Aerospike.Double(3)],
  ["a string", "hello", "hello"],
  ["an empty string", "", ""],
  ["a string of several scripts", "grüße 世界 🌍", "grüße 世界 🌍"],
  ["a long string", "abc".repeat(10_000), "abc".repeat(10_000)],
  ["bytes", new Uint8Array([0, 255, 16]), Buffer.from([0, 255, 16])],
  ["true", true, true],
  ["false", false, false],
  ["an empty list", [], []],
  ["a list", [1, -1, 2.5, "a", true, null, new Uint8Array([1])], [1, -1, 2.5, "a", true, null, Buffer.from([1])]],
  ["integers of every width in a list", edges, edges],
  ["lists in lists", [1, [2, [3, [4, []]]]], [1, [2, [3, [4, []]]]]],
  ["a long list", range(70_000), range(70_000)],
  ["whole doubles in a list", [double(1), double(-2)], [new Aerospike.Double(1), new Aerospike.Double(-2)]],
  ["a map", ordered({ b: 2, a: 1 }), { b: 2, a: 1 }],
  ["an empty map", ordered({}), {}],
  ["maps in lists in maps", ordered({ l: [ordered({ x: [1] }), 2] }), { l: [{ x: [1] }, 2] }],
  [
    "a map with integer keys",
    new KeyOrderedMap<number, Value>([
      [10, "ten"],
      [-1, "minus"],
    ]),
    new Map([
      [10, "ten"],
      [-1, "minus"],
    ]),
  ],
  ["a map of many entries", ordered(many(1000)), many(1000)],
  ["a point", GeoJSON.point(-122.5, 37.5), new Aerospike.GeoJSON(GeoJSON.point(-122.5, 37.5).value)],
  [
    "a circle in a list",
    [GeoJSON.circle(-122, 37, 3000)],
    [new Aerospike.GeoJSON(GeoJSON.circle(-122, 37, 3000).value)],
  ],
]

const userKeys: [string, string | number | Uint8Array][] = [
  ["a string", "user-1"],
  ["a string of several scripts", "ключ 世界"],
  ["a long string", "k".repeat(300)],
  ["an integer", 12345],
  ["zero", 0],
  ["a negative integer", -7],
  ["bytes", new Uint8Array([1, 2, 255])],
]

describe("on the dev server", () => interoperate(() => startDevServerProcess({ nodes: 2 })))

const { AEROSPIKE_HOSTS } = process.env
if (AEROSPIKE_HOSTS) describe(`on ${AEROSPIKE_HOSTS}`, () => interoperate(startServer))

// Only once a process, and then no client can be made any more.
afterAll(() => Aerospike.releaseEventLoop())

function interoperate(start: () => Promise<TestServer>): void {
  const set = `interop${Date.now().toString(36)}`
  const used: Key[] = []
  let server: TestServer
  let ours: Client
  // biome-ignore lint/suspicious/noExplicitAny: the official client.
  let theirs: any

  beforeAll(async () => {
    server = await start()
    ours = await connect({ hosts: server.hosts, timeout: 5000 })
    theirs = await Aerospike.connect({ hosts: server.hosts, log: { level: Aerospike.log.OFF } })
  })

  afterAll(async () => {
    for (const key of used) await ours?.remove(key)
    await ours?.close()
    theirs?.close(false)
    await server?.close()
  })

  /** A record of its own, named for both clients. */
  function both(user: string | number | Uint8Array = `k${used.length}`) {
    const key: Key = ["test", set, user]
    used.push(key)
    const their = new Aerospike.Key("test", set, user instanceof Uint8Array ? Buffer.from(user) : user)
    return { our: key, their }
  }

  test.each(values)("%s is the same whoever writes it", async (_, ourValue, theirValue) => {
    const { our, their } = both()
    await ours.put(our, { v: ourValue }, { exists: "replace" })
    const [oursByOurs, oursByTheirs] = [await ours.get(our), await theirs.get(their)]
    await theirs.put(their, { v: theirValue })
    const [theirsByOurs, theirsByTheirs] = [await ours.get(our), await theirs.get(their)]
    expect(oursByTheirs.bins).toStrictEqual(theirsByTheirs.bins)
    expect(theirsByOurs.bins).toStrictEqual(oursByOurs.bins)
    expect([oursByOurs.gen, oursByTheirs.gen, theirsByOurs.gen, theirsByTheirs.gen]).toEqual([1, 1, 2, 2])
  })

  test("many bins of all types in one record", async () => {
    const { our, their } = both()
    const ourBins = Object.fromEntries(values.map(([, value], i) => [`b${i}`, value]))
    const theirBins = Object.fromEntries(values.map(([, , value], i) => [`b${i}`, value]))
    await ours.put(our, ourBins)
    const [oursByOurs, oursByTheirs] = [await ours.get(our), await theirs.get(their)]
    await ours.remove(our)
    await theirs.put(their, theirBins)
    expect(oursByTheirs.bins).toStrictEqual((await theirs.get(their)).bins)
    expect((await ours.get(our)).bins).toStrictEqual(oursByOurs.bins)
  })

  test.each(userKeys)("%s names the same record for both", async (_, user) => {
    const { our, their } = both(user)
    await ours.put(our, { v: 1 })
    expect((await theirs.get(their)).bins).toEqual({ v: 1 })
    await theirs.put(their, { w: 2 })
    expect((await ours.get(our)).bins).toEqual({ v: 1, w: 2 })
  })

  test.each(userKeys)("%s that one stores, the other sends and both agree", async (_, user) => {
    const send = { key: Aerospike.policy.key.SEND }
    const { our, their } = both(user)
    await ours.put(our, { v: 1 }, { sendKey: true, exists: "replace" })
    expect((await theirs.get(their, new Aerospike.ReadPolicy(send))).bins).toEqual({ v: 1 })
    await theirs.put(their, { v: 2 }, {}, new Aerospike.WritePolicy(send))
    expect((await ours.get(our, { sendKey: true })).bins).toEqual({ v: 2 })
  })

  test("time to live", async () => {
    const { our, their } = both()
    await ours.put(our, { v: 1 }, { ttl: 1000 })
    near((await theirs.get(their)).ttl, 1000)
    await theirs.put(their, { v: 2 }, { ttl: 5000 })
    near((await ours.get(our)).ttl, 5000)
    await ours.put(our, { v: 3 }, { ttl: TTL.NEVER_EXPIRE })
    expect((await theirs.get(their)).ttl).toBe(Aerospike.ttl.NEVER_EXPIRE)
    await theirs.put(their, { v: 4 }, { ttl: Aerospike.ttl.NEVER_EXPIRE })
    expect((await ours.get(our)).ttl).toBe(TTL.NEVER_EXPIRE)
  })

  test("generations", async () => {
    const { our, their } = both()
    const eq = Aerospike.policy.gen.EQ
    await ours.put(our, { v: 1 })
    await theirs.put(their, { v: 2 }, { gen: 1 }, new Aerospike.WritePolicy({ gen: eq }))
    await ours.put(our, { v: 3 }, { gen: { eq: 2 } })
    await expect(theirs.put(their, { v: 4 }, { gen: 2 }, new Aerospike.WritePolicy({ gen: eq }))).rejects.toMatchObject(
      { code: 3 },
    )
    await expect(ours.put(our, { v: 4 }, { gen: { eq: 2 } })).rejects.toMatchObject({ code: 3 })
    expect((await theirs.get(their)).gen).toBe(3)
  })

  test("columns are the bins of a batch of records, whoever writes them", async () => {
    const pairs = Array.from({ length: 20 }, (_, i) => both(`column-${i}`))
    const keys = pairs.map(({ our }) => our)
    const written = {
      i: BigInt64Array.from(keys, (_, row) => BigInt(row) * 2n ** 57n),
      d: Float64Array.from(keys, (_, row) => row + 0.5),
      s: keys.map((_, row) => (row % 3 ? `text ${row} ü` : null)),
      b: { type: "bytes[4]", data: Uint8Array.from({ length: 80 }, (_, i) => i) },
      t: keys.map((_, row) => row % 2 === 0),
    } as const
    const schema = { i: "i64", d: "f64", s: "utf8", b: "bytes[4]", t: "bool" } as const
    const bins = keys.map((_, row) => ({
      i: Number.isSafeInteger(row * 2 ** 57) ? row * 2 ** 57 : BigInt(row) * 2n ** 57n,
      d: row + 0.5,
      ...(written.s[row] && { s: written.s[row] }),
      b: Buffer.from(written.b.data.slice(row * 4, row * 4 + 4)),
      t: row % 2 === 0,
    }))
    const isSame = async () => {
      const { code, columns, valid } = await ours.batchReadColumns(keys, schema)
      expect([...code]).toEqual(keys.map(() => 0))
      const { s, ...arrays } = columns
      expect(arrays).toEqual({ ...written, s: undefined, b: written.b.data, t: Uint8Array.from(written.t, Number) })
      expect([s.toArray(), [...valid.s]]).toEqual([written.s, written.s.map((text) => (text ? 1 : 0))])
    }

    const wrote = await ours.batchWriteColumns(keys, written)
    expect([...wrote.code]).toEqual(keys.map(() => 0))
    // biome-ignore lint/suspicious/noExplicitAny: the official client.
    const rows: any[] = await theirs.batchRead(pairs.map(({ their }) => ({ key: their, readAllBins: true })))
    expect(rows.map(({ status, record }) => [status, record.bins])).toEqual(bins.map((bins) => [0, bins]))
    await isSame()

    for (const key of keys) await ours.remove(key)
    await Promise.all(pairs.map(({ their }, row) => theirs.put(their, bins[row])))
    await isSame()
  })

  test("increments, appends and removals", async () => {
    const { our, their } = both()
    await ours.put(our, { n: 1, s: "a" })
    await theirs.add(their, { n: 2 })
    await ours.increment(our, "n", 4)
    await theirs.append(their, { s: "b" })
    await ours.append(our, "s", "c")
    await theirs.prepend(their, { s: "_" })
    expect((await ours.get(our)).bins).toEqual({ n: 7, s: "_abc" })
    expect((await theirs.get(their)).bins).toEqual({ n: 7, s: "_abc" })
    await ours.removeBin(our, "n")
    expect((await theirs.get(their)).bins).toEqual({ s: "_abc" })
    await theirs.remove(their)
    expect(await ours.exists(our)).toBeUndefined()
    await ours.put(our, { v: 1 })
    await ours.remove(our)
    expect(await theirs.exists(their)).toBe(false)
  })
}

/** The seconds left may be one fewer than what was written. */
function near(ttl: number, expected: number): void {
  expect(expected - ttl === 0 || expected - ttl === 1, `ttl ${ttl}, expected ${expected}`).toBe(true)
}

/** The official client writes every object as a key-ordered map. */
function ordered(object: Record<string, Value>): KeyOrderedMap<string, Value> {
  return new KeyOrderedMap(Object.entries(object))
}

function many(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, i]))
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}
