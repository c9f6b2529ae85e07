// Compression beside zlib itself: a relay between client and dev server opens what the client compressed, and compresses
// what the server answers, both with the zlib of Node. Then the dev server's own Enterprise and Community editions.

import { type AddressInfo, connect as connectSocket, createServer, type Server, type Socket } from "node:net"
import { deflateSync, inflateSync } from "node:zlib"
import { type Client, connect, exp, op } from "aerospike-wasm"
import { type DevServer, startDevServer } from "aerospike-wasm/devserver"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"

const compressed = 4
const data = 3
const text = "the quick brown fox jumps over the lazy dog ".repeat(40)
const key = (n: number) => ["test", "compression", n] as const

/** Counts what passes, by direction. */
const seen = { requests: 0, plain: 0, answers: 0, asked: 0, levels: new Set<number>() }

/** Cuts a stream into messages. */
function messages(each: (message: Buffer) => void): (bytes: Buffer) => void {
  let held = Buffer.alloc(0)
  return (bytes) => {
    held = Buffer.concat([held, bytes])
    while (held.length >= 8 && held.length >= 8 + held.readUIntBE(2, 6)) {
      const length = 8 + held.readUIntBE(2, 6)
      each(held.subarray(0, length))
      held = held.subarray(length)
    }
  }
}

function opened(message: Buffer): Buffer {
  if (message[1] !== compressed) {
    if (message[1] === data) seen.plain++
    return message
  }
  seen.requests++
  seen.levels.add(message.readUInt16BE(16))
  const inner = inflateSync(message.subarray(16))
  expect(inner.length).toBe(Number(message.readBigUInt64BE(8)))
  return inner
}

function shut(message: Buffer): Buffer {
  const stream = deflateSync(message, { level: 1 + (seen.answers % 9) })
  const head = Buffer.alloc(16)
  head.writeUInt16BE(0x0200 + compressed)
  head.writeUIntBE(stream.length + 8, 2, 6)
  head.writeBigUInt64BE(BigInt(message.length), 8)
  seen.answers++
  return Buffer.concat([head, stream])
}

async function relayTo(port: number): Promise<Server> {
  const relay = createServer((client: Socket) => {
    const server = connectSocket(port, "127.0.0.1")
    // Answers come in the order of the requests; what the last one asked for holds for the next.
    let asks = false
    client.on(
      "data",
      messages((message) => {
        const request = opened(message)
        asks = request[1] === data && (request[9]! & 0x80) !== 0
        if (asks) seen.asked++
        server.write(request)
      }),
    )
    server.on(
      "data",
      messages((message) =>
        client.write(asks && message[1] === data && message.length > 128 ? shut(message) : message),
      ),
    )
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.on("error", () => {}).on("close", () => other.destroy())
  })
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve))
  return relay
}

async function everything(client: Client): Promise<void> {
  await client.put(key(1), { text, n: 1 })
  expect((await client.get(key(1))).bins).toEqual({ text, n: 1 })
  const keys = Array.from({ length: 200 }, (_, n) => key(n + 10))
  const rows = await client.batchWrite(keys.map((key, n) => ({ key, bins: { text: text.slice(n), n } })))
  expect(rows.every((row) => row.code === 0)).toBe(true)
  const read = await client.batchRead(keys)
  expect(read.map((row) => row.bins)).toEqual(keys.map((_, n) => ({ text: text.slice(n), n })))
  const found = await client
    .query("test", "compression")
    .filter(exp.ge(exp.int.bin("n"), 0))
    .results()
  expect(found.length).toBe(201)
  expect(found.every(({ bins }) => text.endsWith(bins.text as string))).toBe(true)
  const { bins } = await client.operate(key(1), [op.append("text", text), op.read("text")])
  expect(bins.text).toBe(text + text)
}

const compress = { compress: true }
const policies = {
  read: compress,
  write: compress,
  operate: compress,
  batch: compress,
  query: compress,
  scan: compress,
}

describe("with zlib on the other side", () => {
  let server: DevServer
  let relay: Server
  let client: Client

  beforeAll(async () => {
    server = await startDevServer()
    relay = await relayTo(server.nodes[0]!.port)
    const hosts = `127.0.0.1:${(relay.address() as AddressInfo).port}`
    client = await connect({ hosts, singleNode: true, policies })
  })
  beforeEach(() => Object.assign(seen, { requests: 0, plain: 0, answers: 0, asked: 0 }))
  afterAll(async () => {
    await client.close()
    await new Promise((resolve) => relay.close(resolve))
    await server.close()
  })

  test("zlib opens what the client compressed, and the client what zlib made at every level", async () => {
    for (let round = 0; round < 10; round++) await everything(client)
    expect(seen.requests).toBeGreaterThan(30)
    expect(seen.answers).toBeGreaterThan(30)
    expect([...seen.levels], "level 1, as zlib itself marks it").toEqual([0x7801])
  })

  test("short requests leave as they are, and a threshold may be given", async () => {
    await client.get(key(1))
    await client.exists(key(1))
    expect([seen.requests, seen.asked]).toEqual([0, 2])
    await client.put(key(1), { text }, { compressionThreshold: 1_000_000 })
    expect(seen.requests).toBe(0)
    await client.put(key(1), { text }, { compress: false, compressionThreshold: 500 })
    expect(seen.requests).toBe(1)
    await client.put(key(1), { text }, { compress: false })
    expect([seen.requests, seen.plain]).toEqual([1, 4])
  })
})

test("the dev server's Enterprise Edition takes and gives compressed messages", async () => {
  await using server = await startDevServer({ edition: "enterprise", nodes: 2 })
  await using client = await connect({ hosts: server.hosts, policies })
  await using plain = await connect({ hosts: server.hosts })
  await everything(client)
  const [before, after] = [client.stats(), plain.stats()]
  await everything(plain)
  expect(client.stats().bytesSent).toBeLessThan((plain.stats().bytesSent - after.bytesSent) / 5)
  expect(before.bytesReceived).toBeLessThan((plain.stats().bytesReceived - after.bytesReceived) / 5)
})

test("the Community Edition refuses compressed requests once, and the error says what they need", async () => {
  await using server = await startDevServer()
  await using client = await connect({ hosts: server.hosts, policies })
  const says = /ENTERPRISE_ONLY 25.*1 attempt.*leave compress and compressionThreshold out/
  const about = { code: 25, inDoubt: false, name: "ServerError", message: expect.stringMatching(says) }
  await expect(client.put(key(1), { text })).rejects.toMatchObject(about)
  await expect(
    client
      .query("test", text.slice(0, 60))
      .filter(exp.eq(exp.string.bin("text"), text))
      .results(),
  ).rejects.toMatchObject({
    code: 25,
    message: expect.stringContaining("leave compress"),
  })
  const rows = await client.batchWrite([1, 2].map((n) => ({ key: key(n), bins: { text } })))
  for (const row of rows) {
    expect([row.code, row.inDoubt]).toEqual([25, false])
    expect(row.error?.message).toContain("leave compress")
  }
  await expect(client.get(key(1))).rejects.toMatchObject({ code: 2 })
})
