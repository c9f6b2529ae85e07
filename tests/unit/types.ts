// What the types allow and what they do not: this file is only compiled. A line under `@ts-expect-error` that compiles
// is an error.

import type { AerospikeRecord, BoundSet, Client, Config, GeoJSON, Utf8Column } from "../../ts/index.ts"
import {
  bit,
  ctx,
  double,
  filter,
  hll,
  INFINITY,
  KeyOrderedMap,
  LogLevel,
  list,
  map,
  OrderedList,
  op,
  setLogLevel,
  TTL,
} from "../../ts/index.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <_ extends true>() => {}

interface User {
  name: string
  age: number
  tags?: string[]
}

export async function columnsOf(client: Client, users: BoundSet<User>) {
  const schema = { n: "i64", f: "f32", s: "utf8", b: "bytes[16]", t: "bool" } as const
  const keys = { ns: "test", set: "s", ids: Int32Array.of(1) }
  const { columns, valid } = await client.batchReadColumns(keys, schema, { onMismatch: "null", totalTimeout: 5 })
  is<Equal<(typeof columns)["n" | "f" | "s"], BigInt64Array | Float32Array | Utf8Column>>()
  is<Equal<typeof columns.b, Uint8Array>>()
  is<Equal<typeof columns.t, Uint8Array>>()
  is<Equal<typeof valid.s, Uint8Array>>()
  const found = await client.query("test").columns({ n: "u8" }, { digests: true })
  is<Equal<typeof found.columns.n, Uint8Array>>()
  const own = await users.batchReadColumns(["a", 1], { age: "u8", name: "utf8" })
  is<Equal<typeof own.columns.age, Uint8Array>>()
  is<Equal<typeof own.columns.name, Utf8Column>>()
  const adults = await users.query().columns({ age: "i16" })
  is<Equal<typeof adults.columns.age, Int16Array>>()
  await users.batchWriteColumns(Int32Array.of(1), { age: Uint8Array.of(1), name: ["a"] })
  await client.batchWriteColumns([["test", "s", 1]], own)
  // @ts-expect-error no such type
  await client.batchReadColumns(keys, { n: "int" })
  // @ts-expect-error no such bin
  await users.batchReadColumns(["a"], { email: "utf8" })
  // @ts-expect-error no such bin
  await users.batchWriteColumns(["a"], { email: ["x"] })
  // @ts-expect-error numbers come in typed arrays
  await client.batchWriteColumns(keys, { n: [1, 2] })
}

export async function compiles(client: Client, at: GeoJSON) {
  const key = ["test", "users", "alice"] as const
  await client.put(key, { a: 1, b: "x", c: 1n, d: [1, { e: null }], f: new Map([[1, true]]), g: at, h: double(1) })
  await client.put(key, { o: new OrderedList([1]), m: new KeyOrderedMap([["a", 1]]), n: null, u: new Uint8Array() })
  const user: User = { name: "Alice", age: 30 }
  await client.put(key, user, { ttl: TTL.NEVER_EXPIRE, gen: { eq: 1 }, exists: "createOnly" })
  await client.put(["test", null, 5n], { a: 1 })
  await client.put({ ns: "test", set: "s", digest: new Uint8Array(20) }, { a: 1 })
  // @ts-expect-error a Date is no value
  await client.put(key, { a: new Date() })
  // @ts-expect-error nor is a function
  await client.put(key, { a: () => 1 })
  // @ts-expect-error a key has three parts
  await client.get(["test", "users"])
  // @ts-expect-error nor is a boolean a user key
  await client.get(["test", "users", true])
  // @ts-expect-error reads have no time to live
  await client.get(key, { ttl: 5 })
  // @ts-expect-error one of eq and gt
  await client.put(key, { a: 1 }, { gen: 3 })
  // @ts-expect-error a name that is not known
  await client.get(key, { totalTimout: 5 })

  const record = await client.get(key)
  is<Equal<typeof record.gen, number>>()
  const anything: string = record.bins.whatever
  const typed = await client.get<User>(key)
  is<Equal<typeof typed.bins, User>>()
  const found = await client.find<User>(key)
  is<Equal<typeof found, AerospikeRecord<User> | undefined>>()
  is<Equal<Awaited<ReturnType<Client["remove"]>>, boolean>>()

  const users = client.set<User>("test", "users")
  is<Equal<typeof users, BoundSet<User>>>()
  await users.put("alice", { name: "Alice", age: 30 })
  await users.put("alice", { age: 31 })
  await users.put("alice", { tags: null })
  // @ts-expect-error the age is a number
  await users.put("alice", { age: "31" })
  // @ts-expect-error no such bin
  await users.put("alice", { email: "a@b" })
  const some = await users.select("alice", ["name"])
  is<Equal<typeof some.bins, Partial<Pick<User, "name">>>>()
  // @ts-expect-error no such bin
  await users.select("alice", ["email"])

  const rows = await users.batchRead(["alice", "bob"])
  is<Equal<(typeof rows)[0]["bins"], User | undefined>>()
  const names = await users.batchRead(["alice"], { bins: ["name"] })
  is<Equal<(typeof names)[0]["bins"], Partial<Pick<User, "name">> | undefined>>()
  // @ts-expect-error no such bin
  await users.batchRead(["alice"], { bins: ["email"] })
  await users.batchWrite([{ key: "alice", bins: { age: 31, tags: null }, policy: { ttl: 60 } }])
  // @ts-expect-error the age is a number
  await users.batchWrite([{ key: "alice", bins: { age: "31" } }])
  // @ts-expect-error a row has no time limit of its own
  await client.batchWrite([{ key, bins: { a: 1 }, policy: { totalTimeout: 5 } }])
  await client.batch(
    [
      { type: "read", key },
      { type: "increment", key, bins: { n: 1 } },
    ],
    { read: {} },
  )
  // @ts-expect-error touching has no bins
  await client.batch([{ type: "touch", key, bins: {} }])

  for await (const { bins } of users.query()) is<Equal<typeof bins, User>>()
  for await (const { bins } of users.query().select("name")) is<Equal<typeof bins, Partial<Pick<User, "name">>>>()
  // @ts-expect-error no such bin
  users.query().select("email")
  users
    .query()
    .where(filter.range("age", 1, 2n))
    .policy({ maxRecords: 5 })
  // @ts-expect-error numbers only
  filter.range("age", "a", "b")
  await users.increment("alice", "age", 1)
  await users.increment("alice", { age: double(1) })
  // @ts-expect-error no such bin
  await users.increment("alice", "size", 1)
  const any = client.set("test", "users")
  await any.put("x", { whatever: [1] })

  await client.increment(key, "age", 1)
  await client.increment(key, { age: 1, n: 2n }, { ttl: 5 })
  await client.append(key, "s", "x")
  await client.append(key, { s: new Uint8Array() })
  // @ts-expect-error numbers are not appended
  await client.append(key, "s", 1)

  client.on("nodeAdded", ({ type, node }) => `${type} ${node?.name}`).off("nodeAdded", () => {})
  // @ts-expect-error no such event
  client.on("nodeAded", () => {})
  is<Equal<ReturnType<Client["stats"]>["connectionsOpen"], number>>()
  setLogLevel(LogLevel.DEBUG)
  // @ts-expect-error no such level
  setLogLevel(7)
  await using scoped = client
  return [anything, scoped]
}

export const configs: Config[] = [
  { hosts: "127.0.0.1:3000" },
  { hosts: ["a", ["b", 3000], ["c", 4333, "tls"], { host: "d", port: 1 }] },
  { hosts: "a", int64: "bigint", doubles: "wrapped", maps: "map", policies: { read: { totalTimeout: 5 } } },
  // @ts-expect-error hosts are required
  {},
  // @ts-expect-error one of three
  { hosts: "a", int64: "string" },
  // @ts-expect-error a default has no signal
  { hosts: "a", policies: { read: { signal: AbortSignal.abort() } } },
]

export async function operates(client: Client, users: BoundSet<{ name: string; tags: string[] }>) {
  const key = ["test", "users", "alice"] as const
  const ops = [
    op.add("n", 1n),
    list.append("l", { a: [1, null] }, { unique: true, ctx: ctx.mapKey(1).listIndex(0, { create: "padded" }) }),
    list.getByRankRange("l", 0, 2, { returnType: "value", inverted: true }),
    list.getByValueRange("l", [1], [1, INFINITY]),
    map.put("m", new Uint8Array(1), 1, { order: "keyOrdered", mode: "createOnly" }),
    map.getByKeyRange("m", null, "z", { returnType: "keyValue" }),
    bit.add("b", 0, 8, 1, { overflow: "saturate" }),
    hll.add("h", ["a", 1], { indexBits: 8 }),
  ]
  const record = await client.operate(key, ops, { respondAllOps: true, ttl: 5, readTouchTtlPercent: 50 })
  is<Equal<typeof record, AerospikeRecord>>()
  const typed = await client.operate<{ n: number }>(key, ops)
  is<Equal<typeof typed.bins.n, number>>()
  const { results } = await client.operateOrdered(key, ops)
  // biome-ignore lint/suspicious/noExplicitAny: what an op gives is known to the caller alone.
  is<Equal<typeof results, [bin: string, value: any][]>>()
  const bound = await users.operate("bob", [op.read("name")])
  is<Equal<typeof bound.bins.name, string | undefined>>()
  // @ts-expect-error a list has no keys
  list.getByRank("l", 0, { returnType: "key" })
  // @ts-expect-error one element cannot be inverted
  list.getByIndex("l", 0, { inverted: true })
  // @ts-expect-error a name that is not known
  list.append("l", 1, { uniq: true })
  // @ts-expect-error lists are ordered, maps by key
  map.put("m", "k", 1, { order: "ordered" })
  // @ts-expect-error a boolean is no key
  map.getByKey("m", true)
  // @ts-expect-error a condition is no value of a bin
  op.write("b", INFINITY)
  // @ts-expect-error an index is a number
  list.get("l", "0")
  // @ts-expect-error nor is an object an op
  await client.operate(key, [{ read: "b" }])
  // @ts-expect-error writes have no respondAllOps
  await client.put(key, { a: 1 }, { respondAllOps: true })
}
