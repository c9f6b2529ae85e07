// The sockets of each runtime keep the promises of the transport's interface. `make dist` first.

import { execFile } from "node:child_process"
import { once } from "node:events"
import { createServer, type Server, type Socket } from "node:net"
import { createServer as createTlsServer } from "node:tls"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createTestAuthority } from "../../ts/devserver/certificates.ts"
// @ts-expect-error it is JavaScript
import { findRuntimes } from "../conformance/support/runtimes.mjs"

const script = fileURLToPath(new URL("support/transport-checks.mjs", import.meta.url))
const run = promisify(execFile)
const authority = createTestAuthority()
let server: Server
let secureServer: Server
let deadPort: number

const portOf = (server: Server) => (server.address() as { port: number }).port

/** Does as the first byte says: echo, close, reset, or flood. */
function obey(socket: Socket, raw = socket): void {
  socket.on("error", () => {})
  socket.once("data", (first) => {
    const rest = first.subarray(1)
    const command = String.fromCharCode(first[0]!)
    if (command === "e") {
      // Late, so that the buffers between are full before.
      socket.pause()
      setTimeout(() => {
        socket.write(rest)
        socket.pipe(socket)
      }, 100)
    } else if (command === "c") {
      socket.end("bye")
    } else if (command === "r") {
      raw.resetAndDestroy()
    } else {
      const flood = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(64 * 1024)));
      }
      socket.on("drain", flood)
      flood()
    }
  })
}

beforeAll(async () => {
  server = createServer((socket) => obey(socket)).listen(0, "127.0.0.1")
  secureServer = createSecureServer()
  const dead = createServer().listen(0, "127.0.0.1")
  await Promise.all([once(server, "listening"), once(secureServer, "listening"), once(dead, "listening")])
  deadPort = portOf(dead)
  dead.close()
})

afterAll(() => {
  server.close()
  secureServer.close()
})

/** The same with TLS. Only the socket below can be reset. */
function createSecureServer(): Server {
  const raw = new Map<string, Socket>()
  const addressOf = (socket: Socket) => `${socket.remoteAddress}:${socket.remotePort}`
  const server = createTlsServer(authority.issue({ names: ["127.0.0.1"] }), (socket) => {
    obey(socket, raw.get(addressOf(socket)))
  })
  server.on("connection", (socket) => {
    socket.on("error", () => {})
    raw.set(addressOf(socket), socket)
  })
  server.on("tlsClientError", () => {})
  return server.listen(0, "127.0.0.1")
}

const runtimes: { name: string; command: string; args: string[] }[] = findRuntimes()

const kept = {
  "sixteen megabytes are echoed whole, and the socket holds back and goes on": { held: true, whole: true },
  "an end by the server is told once": ["opened", "received", "closed CLOSED"],
  "a reset is a failure": ["opened", "closed FAILED"],
  "a port where nobody listens refuses": ["closed REFUSED"],
  "a name that does not resolve is unknown": ["closed UNKNOWN_HOST"],
  "a socket that is destroyed says nothing any more": [[], [], ["opened", "received"], true],
  "a paused socket holds the peer back until it is resumed": { still: true },
}

for (const { name, command, args } of runtimes) {
  test(name, { timeout: 60_000 }, async () => {
    const { stdout } = await run(command, [...args, script, name, String(portOf(server)), String(deadPort)])
    expect(JSON.parse(stdout)).toEqual(kept)
  })

  test(`${name} with TLS`, { timeout: 60_000 }, async () => {
    const ports = [portOf(secureServer), deadPort].map(String)
    const { stdout } = await run(command, [...args, script, name, ...ports, authority.ca])
    // Deno tells no reset from an end where there is TLS.
    const reset = name === "deno" ? { "a reset is a failure": ["opened", "closed CLOSED"] } : {}
    expect(JSON.parse(stdout)).toEqual({ ...kept, ...reset })
  })
}
