// The sockets of Node, against servers on loopback.

import { once } from "node:events"
import { createServer, type Socket as NetSocket, type Server } from "node:net"
import { afterEach, expect, test } from "vitest"
import { type Socket, SocketEnd, socketEndOf, type Target } from "../../ts/transport/index.ts"
import { nodeTransport } from "../../ts/transport/node.ts"

const servers: Server[] = []
const opened: Socket[] = []

afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

async function listen(connected: (socket: NetSocket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {})
    connected(socket)
  })
  servers.push(server)
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return (server.address() as { port: number }).port
}

/** A connection whose events are written down. */
function open(port: number, { host = "127.0.0.1" } = {}) {
  const events: unknown[] = []
  const waiting: { event: string; resolve: () => void }[] = []
  const note = (event: string, ...rest: unknown[]) => {
    events.push([event, ...rest])
    for (const waiter of waiting.filter((waiter) => waiter.event === event)) waiter.resolve()
  }
  const chunks: Buffer[] = []
  const target: Target = { host, port, keepAlive: true, noDelay: true }
  const socket = nodeTransport.open(target, {
    opened: () => note("opened"),
    received: (bytes) => {
      chunks.push(Buffer.from(bytes))
      note("received", bytes.length)
    },
    writable: () => note("writable"),
    closed: (end) => note("closed", end),
  })
  opened.push(socket)
  const names = () => events.map((event) => (event as [string])[0])
  return {
    socket,
    events,
    names,
    received: () => Buffer.concat(chunks),
    until: (event: string) =>
      names().includes(event) ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ event, resolve })),
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test("bytes go both ways", async () => {
  const port = await listen((socket) => socket.pipe(socket))
  const conn = open(port)
  await conn.until("opened")
  expect(conn.socket.write(new TextEncoder().encode("hello"))).toBe(true)
  await conn.until("received")
  expect(conn.received().toString()).toBe("hello")
})

test("four megabytes come back whole, with a socket that holds back", async () => {
  const port = await listen((socket) => socket.pipe(socket))
  const conn = open(port)
  await conn.until("opened")
  const bytes = new Uint8Array(4 << 20).map((_, i) => (i * 2654435761) >>> 24)
  expect(conn.socket.write(bytes)).toBe(false)
  await conn.until("writable")
  while (conn.received().length < bytes.length) await pause(5)
  expect(conn.received().equals(bytes)).toBe(true)
  for (const event of conn.events as [string, number][]) {
    if (event[0] === "received") expect(event[1]).toBeLessThanOrEqual(64 * 1024)
  }
})

test("the buffer of a chunk is the socket's and is used again", async () => {
  let server!: NetSocket
  const port = await listen((socket) => {
    server = socket
  })
  const buffers = new Set<ArrayBufferLike>()
  let received = 0
  const done = new Promise<void>((resolve) => {
    const socket = nodeTransport.open(
      { host: "127.0.0.1", port, keepAlive: true, noDelay: true },
      {
        opened() {},
        received(bytes) {
          buffers.add(bytes.buffer)
          received++
          if (received === 3) resolve()
          else server.write("again")
        },
        writable() {},
        closed() {},
      },
    )
    opened.push(socket)
  })
  while (!server) await pause(1)
  server.write("first")
  await done
  expect(buffers.size).toBe(1)
})

test("a paused socket holds the peer back until it is resumed", async () => {
  let sent = 0
  const port = await listen((socket) => {
    const chunk = Buffer.alloc(64 * 1024)
    const send = () => {
      while (sent < 512 && socket.write(chunk)) sent++
    }
    socket.on("drain", send)
    send()
  })
  const conn = open(port)
  conn.socket.pause()
  await conn.until("opened")
  await pause(100)
  const held = conn.received().length
  await pause(50)
  expect(conn.received().length).toBe(held)
  expect(sent).toBeLessThan(512)
  conn.socket.resume()
  while (conn.received().length < 512 * 64 * 1024) await pause(5)
})

test("an end by the server is told once, as such", async () => {
  const port = await listen((socket) => socket.end("bye"))
  const conn = open(port)
  await conn.until("closed")
  await pause(10)
  expect(conn.received().toString()).toBe("bye")
  expect(conn.events.at(-1)).toEqual(["closed", SocketEnd.CLOSED])
  expect(conn.names().filter((name) => name === "closed")).toHaveLength(1)
})

test("a reset is a failure", async () => {
  const port = await listen((socket) => setTimeout(() => socket.resetAndDestroy(), 5))
  const conn = open(port)
  await conn.until("closed")
  expect(conn.events.at(-1)).toEqual(["closed", SocketEnd.FAILED])
})

test("a port on which nobody listens refuses", async () => {
  const port = await listen(() => {})
  servers.pop()!.close()
  await pause(5)
  const conn = open(port)
  await conn.until("closed")
  expect(conn.events).toEqual([["closed", SocketEnd.REFUSED]])
})

test("a name that does not resolve is unknown", async () => {
  const conn = open(1, { host: "no-such-host.invalid" })
  await conn.until("closed")
  expect(conn.events).toEqual([["closed", SocketEnd.UNKNOWN_HOST]])
})

test("a socket that was destroyed says nothing any more", async () => {
  const port = await listen((socket) => socket.write("hello"))
  const early = open(port)
  early.socket.destroy()
  const late = open(port)
  await late.until("opened")
  late.socket.destroy()
  late.socket.destroy()
  const refused = open(1)
  refused.socket.destroy()
  const count = late.events.length
  await pause(50)
  expect(early.events).toEqual([])
  expect(late.events.length).toBe(count)
  expect(refused.events).toEqual([])
})

test.each([
  ["ECONNREFUSED", false, SocketEnd.REFUSED],
  ["EHOSTUNREACH", false, SocketEnd.UNREACHABLE],
  ["ENETUNREACH", false, SocketEnd.UNREACHABLE],
  ["ENOTFOUND", false, SocketEnd.UNKNOWN_HOST],
  ["EAI_AGAIN", false, SocketEnd.UNKNOWN_HOST],
  ["ETIMEDOUT", false, SocketEnd.OTHER],
  [undefined, false, SocketEnd.OTHER],
  ["ECONNRESET", true, SocketEnd.FAILED],
  ["ECONNREFUSED", true, SocketEnd.FAILED],
])("%s, open %s, is %i", (errorCode, wasOpen, end) => {
  expect(socketEndOf(errorCode, wasOpen)).toBe(end)
})
