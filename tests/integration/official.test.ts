// The official Node client at work on the dev server: it connects, finds the nodes, routes by their partition map, and
// follows when one is lost and comes back. What it wrote is then read as raw bytes.

import { createRequire } from "node:module"
import { connect as connectTcp } from "node:net"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type ServerApart, startDevServerApart } from "./support/apart.ts"

// The official client has types, but for a CommonJS add-on that is installed apart from this package.
// biome-ignore lint/suspicious/noExplicitAny: see above.
const Aerospike: any = createRequire(new URL("../peers/package.json", import.meta.url))("aerospike")
const { Key, operations, exp } = Aerospike

// Its event loops outlive its clients, and keep the process alive until they are told.
afterAll(() => Aerospike.releaseEventLoop())

describe.each([1, 3])("on %i nodes", (nodes) => {
  let server: ServerApart
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  let client: any

  beforeAll(async () => {
    server = await startDevServerApart({ nodes, clusterName: "lab" })
    client = await Aerospike.connect({ hosts: server.hosts.split(",")[0], clusterName: "lab" })
  })

  afterAll(async () => {
    client?.close(false)
    await server?.close()
  })

  test("it finds every node", () => {
    const found = client.getNodes().map(({ name, address }: { name: string; address: string }) => `${name} ${address}`)
    const told = server.nodes.map(({ name, host, port }) => `${name} ${host}:${port}`)
    expect(found.sort()).toEqual(told)
  })

  test("a record goes through its life", async () => {
    const key = new Key("test", "official", "life")
    const bins = { i: 1, s: "x", l: [1, [2], { a: 3 }], m: { z: 1, b: 2 }, d: 1.5, b: Buffer.from([0, 255]), t: true }
    await client.put(key, bins, { ttl: 1000 })
    const first = await client.get(key)
    expect(first.bins).toEqual(bins)
    expect(first.gen).toBe(1)
    expect(first.ttl).toBeGreaterThan(990)
    expect(await client.exists(key)).toBe(true)

    await client.append(key, { s: "y" })
    await client.prepend(key, { s: "w" })
    await client.incr(key, { i: 5 })
    await client.operate(key, [operations.touch(500)])
    const result = await client.operate(key, [
      operations.incr("i", 1),
      operations.append("s", "z"),
      operations.read("i"),
      operations.read("s"),
    ])
    expect(result.bins).toEqual({ i: 7, s: "wxyz" })
    expect(await client.select(key, ["i", "none"])).toMatchObject({ bins: { i: 7 }, gen: 6 })

    await client.remove(key)
    expect(await client.exists(key)).toBe(false)
    await expect(client.get(key)).rejects.toMatchObject({ code: 2 })
    await expect(client.remove(key)).rejects.toMatchObject({ code: 2 })
  })

  test("policies are kept", async () => {
    const key = new Key("test", "official", "policies")
    const { exists, gen } = Aerospike.policy
    await client.put(key, { a: 1 })
    await expect(client.put(key, { a: 2 }, {}, { exists: exists.CREATE })).rejects.toMatchObject({ code: 5 })
    await expect(client.put(key, { a: 2 }, { gen: 7 }, { gen: gen.EQ })).rejects.toMatchObject({ code: 3 })
    await expect(client.incr(key, { a: 1.5 })).rejects.toMatchObject({ code: 12 })
    const is = (value: number) => ({ filterExpression: exp.eq(exp.binInt("a"), exp.int(value)) })
    expect((await client.get(key, is(1))).bins).toEqual({ a: 1 })
    await expect(client.get(key, is(2))).rejects.toMatchObject({ code: 27 })
    await expect(client.put(key, { a: 1 }, { ttl: 10 ** 9 })).rejects.toMatchObject({ code: 4 })
    await expect(client.put(new Key("bar", "official", 1), { a: 1 }, { ttl: 10 })).rejects.toMatchObject({ code: 22 })
  })

  test("it asks each record of its master", async () => {
    await each(600, (i) => client.put(new Key("test", "official", i), { v: i }))
    await each(600, async (i) => expect((await client.get(new Key("test", "official", i))).bins).toEqual({ v: i }))
    const answers: { info: string }[] = await client.infoAll("namespace/test")
    const of = (name: string) => answers.map(({ info }) => Number(info.match(`;${name}=(\\d+)`)![1]))
    expect(of("client_proxy_complete")).toEqual(server.nodes.map(() => 0))
    for (const reads of of("client_read_success")) expect(reads).toBeGreaterThan(600 / nodes / 2)
  })

  test("what it wrote is there as bytes", async () => {
    const key = new Key("test", "official", "bytes")
    await client.put(key, { n: 258, s: "hé" })
    const { key: known } = await client.get(key)
    const answer = await ask(server.nodes[0]!.port, get("test", known.digest))
    expect(answer.subarray(30).toString("hex")).toBe(
      ["0000000d", "01010001", "6e", "0000000000000102", "00000008", "01030001", "73", "68c3a9"].join(""),
    )
  })

  test.runIf(nodes > 1)("it follows when a node is lost and comes back", async () => {
    await server.kill(1)
    await expect.poll(() => client.getNodes().length, { timeout: 10_000 }).toBe(nodes - 1)
    await each(600, async (i) => expect((await client.get(new Key("test", "official", i))).bins).toEqual({ v: i }))
    await server.restart(1)
    await expect.poll(() => client.getNodes().length, { timeout: 10_000 }).toBe(nodes)
    await each(600, (i) => client.put(new Key("test", "official", i), { v: -i }))
  })
})

/** So many calls, never more at once than the official client has connections for. */
async function each(count: number, call: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await call(next++)
  }
  await Promise.all(Array.from({ length: 40 }, worker))
}

/** A read of all bins. */
function get(namespace: string, digest: Uint8Array): Buffer {
  const field = (id: number, data: Uint8Array) => Buffer.concat([Buffer.from([0, 0, 0, data.length + 1, id]), data])
  const header = Buffer.alloc(22)
  header.set([22, 3])
  header.writeUInt16BE(2, 18)
  const body = Buffer.concat([header, field(0, Buffer.from(namespace)), field(4, digest)])
  return Buffer.concat([Buffer.from([2, 3, 0, 0, 0, 0, 0, body.length]), body])
}

/** The one frame that a request is answered with. */
function ask(port: number, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ port, host: "127.0.0.1" })
    let bytes = Buffer.alloc(0)
    socket.on("error", reject)
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      if (bytes.length >= 8 && bytes.length === 8 + bytes.readUIntBE(2, 6)) {
        socket.destroy()
        resolve(bytes)
      }
    })
    socket.write(request)
  })
}
