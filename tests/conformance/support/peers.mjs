// Little loopback servers a client may be pointed at by mistake, and a wire tap. Each is closed with the case.

import { createServer as createHttpServer } from "node:http"
import { connect as connectSocket, createServer } from "node:net"
import { createServer as createTlsServer } from "node:tls"
import { createTestAuthority } from "aerospike-wasm/devserver"

/** A web server that answers anything with 404. */
export function webServer(t) {
  return listen(
    t,
    createHttpServer((_, response) => response.writeHead(404).end("not here")),
  )
}

/** A TLS server that waits for a handshake. */
export function tlsServer(t) {
  const server = createTlsServer(createTestAuthority().issue(), ignoreErrors)
  server.on("tlsClientError", () => {})
  return listen(t, server)
}

/** A server that reads all and says nothing. */
export function silentServer(t) {
  return listen(
    t,
    createServer((socket) => ignoreErrors(socket).resume()),
  )
}

/** A server that answers every byte with noise. */
export function noisyServer(t) {
  return listen(
    t,
    createServer((socket) => ignoreErrors(socket).on("data", () => socket.write(Buffer.alloc(64, 0xa5)))),
  )
}

/** A server that closes every connection at once. */
export function hangUpServer(t) {
  return listen(
    t,
    createServer((socket) => ignoreErrors(socket).destroy()),
  )
}

/** A port of loopback where nothing listens. */
export async function closedPort() {
  const server = createServer()
  const port = await bind(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/**
 * A tap on the wire to the first of the hosts: connect through `hosts`, with `singleNode`. It counts and it can misbehave:
 *
 * - `requests`: data requests (not info) that came through; `connections`: all that were made; `open`: those that are open now
 * - `hold()`, `release()`: keeps answers back, lets them through
 * - `watch = (bytes) => …`: is told what clients send
 * - `garble = true`: what comes back is noise
 * - `cut()`: cuts every connection; `cutRequests = true`: cuts a connection as soon as a data request arrives on it
 * - `answered`: is called with what comes back, if it is there
 * - `stop()`, `start()`: nothing listens there any more, and again
 */
export async function wireTap(t, { target = firstHost(t.hosts), address = "127.0.0.1", port = 0 } = {}) {
  const [host, targetPort] = target
  const pairs = new Set()
  const tap = { hosts: "", requests: 0, connections: 0, cutRequests: false, garble: false }
  let held = false
  const server = createServer((near) => {
    tap.connections++
    const far = connectSocket({ host, port: targetPort })
    const pair = { near, far }
    pairs.add(pair)
    const count = frameCounter(() => {
      tap.requests++
      if (tap.cutRequests) near.destroy()
    })
    near.on("data", (bytes) => {
      tap.watch?.(bytes)
      count(bytes)
      far.write(bytes)
    })
    far.on("data", (bytes) => {
      tap.answered?.(bytes)
      near.write(tap.garble ? Buffer.alloc(bytes.length, 0xa5) : bytes)
    })
    if (held) far.pause()
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      from.on("error", () => to.destroy())
      from.on("close", () => {
        to.destroy()
        pairs.delete(pair)
      })
    }
  })
  const found = await listen(t, server, address, port)
  tap.hosts = `${address}:${found}`
  Object.defineProperty(tap, "open", { get: () => pairs.size })
  tap.hold = () => {
    held = true
    for (const { far } of pairs) far.pause()
  }
  tap.release = () => {
    held = false
    for (const { far } of pairs) far.resume()
  }
  tap.cut = () => {
    held = false
    for (const { near } of pairs) near.destroy()
  }
  tap.stop = async () => {
    const stopped = new Promise((resolve) => server.close(resolve))
    tap.cut()
    await stopped
  }
  tap.start = () => bind(server, address, found)
  return tap
}

/** A client through a tap, and a record to ask for. */
export async function tapped(t, config = {}) {
  const tap = await wireTap(t)
  const client = await t.connect({ hosts: tap.hosts, singleNode: true, ...config })
  const key = t.key()
  await t.client.put(key, { v: 1 })
  return { tap, client, key }
}

/** Whether a port of another loopback address can be listened on: Linux has them all, others only the first. */
export async function hasLoopback(address) {
  const server = createServer()
  try {
    await bind(server, address)
    await new Promise((resolve) => server.close(resolve))
    return true
  } catch {
    return false
  }
}

/** Calls `seen` for each whole frame of type 3 (data) in a stream of Aerospike frames. */
function frameCounter(seen) {
  let held = Buffer.alloc(0)
  return (bytes) => {
    held = held.length ? Buffer.concat([held, bytes]) : Buffer.from(bytes)
    while (held.length >= 8) {
      const length = 8 + held.readUIntBE(2, 6)
      if (held.length < length) return
      if (held[1] === 3) seen()
      held = held.subarray(length)
    }
  }
}

/** `[host, port]` of the first seed. */
export function firstHost(hosts) {
  const found = /^\[?([^\]]*?)\]?:(\d+)$/.exec(hosts.split(",")[0].trim())
  return found ? [found[1], Number(found[2])] : [hosts.split(",")[0].trim(), 3000]
}

async function listen(t, server, address = "127.0.0.1", port = 0) {
  const sockets = new Set()
  server.on("connection", (socket) => {
    ignoreErrors(socket)
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
  })
  t.closing(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  )
  return bind(server, address, port)
}

function bind(server, address = "127.0.0.1", port = 0) {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, address, () => {
      server.off("error", reject)
      resolve(server.address().port)
    })
  })
}

function ignoreErrors(socket) {
  return socket.on("error", () => {})
}
