// Little loopback servers a client may be pointed at by mistake, and a wire tap. Each is closed with the case.

import { createServer as createHttpServer } from "node:http"
import { connect as connectSocket, createServer } from "node:net"
import { createServer as createTlsServer } from "node:tls"
import { selfSigned } from "./certificate.mjs"

/** A web server that answers anything with 404. */
export function webServer(t) {
  return listen(
    t,
    createHttpServer((_, response) => response.writeHead(404).end("not here")),
  )
}

/** A TLS server that waits for a handshake. */
export function tlsServer(t) {
  const server = createTlsServer(selfSigned(), ignoreErrors)
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
 * A tap on the wire to the first of the hosts: `{ hosts, requests, connections, hold(), release(), cut() }`. `requests` counts the data
 * requests (not info) that a client has sent through it. Connect through it with `singleNode`.
 */
export async function wireTap(t) {
  const [host, port] = firstHost(t.hosts)
  const tap = { hosts: "", requests: 0, connections: 0, held: false, pairs: new Set() }
  const server = createServer((near) => {
    tap.connections++
    const far = connectSocket({ host, port })
    const pair = { near, far }
    tap.pairs.add(pair)
    const count = frameCounter(() => tap.requests++)
    near.on("data", (bytes) => {
      count(bytes)
      far.write(bytes)
    })
    far.on("data", (bytes) => near.write(bytes))
    if (tap.held) far.pause()
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      from.on("error", () => to.destroy())
      from.on("close", () => {
        to.destroy()
        tap.pairs.delete(pair)
      })
    }
  })
  tap.hosts = `127.0.0.1:${await listen(t, server)}`
  /** Holds the answers back. */
  tap.hold = () => {
    tap.held = true
    for (const { far } of tap.pairs) far.pause()
  }
  tap.release = () => {
    tap.held = false
    for (const { far } of tap.pairs) far.resume()
  }
  /** Cuts every connection. */
  tap.cut = () => {
    for (const { near } of tap.pairs) near.destroy()
  }
  return tap
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

function firstHost(hosts) {
  const found = /^\[?([^\]]*?)\]?:(\d+)$/.exec(hosts.split(",")[0].trim())
  return found ? [found[1], Number(found[2])] : [hosts.split(",")[0].trim(), 3000]
}

async function listen(t, server) {
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
  return bind(server)
}

function bind(server) {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => resolve(server.address().port))
  })
}

function ignoreErrors(socket) {
  return socket.on("error", () => {})
}
