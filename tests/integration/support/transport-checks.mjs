// Plays one runtime's sockets against a server that does as the first byte says, and prints what happened as JSON.
//
//   node|deno|bun transport-checks.mjs <runtime> <port> <port where nobody listens> [certificate]
//
// With a certificate the port speaks TLS, and that is what is trusted.

import process from "node:process"

const [runtime, port, deadPort, ca] = process.argv.slice(2)
const transport = await (ca ? secure(ca) : plain())
const { SocketEnd } = await import("../../../dist/transport/index.js")
const ends = Object.fromEntries(Object.entries(SocketEnd).map(([name, number]) => [number, name]))
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function plain() {
  return (await import(`../../../dist/transport/${runtime}.js`))[`${runtime}Transport`]
}

async function secure(ca) {
  const { tlsTransport } = await import("../../../dist/transport/tls.js")
  return tlsTransport({ ca: [ca], rejectUnauthorized: true, minVersion: "TLSv1.2" })
}

/** Opens a connection and writes down what it says. */
function open({ host = "127.0.0.1", to = port } = {}) {
  const conn = { events: [], bytes: 0, sum: 0 }
  const note = (event) => conn.events.at(-1) !== event && conn.events.push(event)
  conn.socket = transport.open(
    { host, port: Number(to), keepAlive: true, noDelay: true },
    {
      opened: () => note("opened"),
      received(bytes) {
        conn.bytes += bytes.length
        for (const byte of bytes) conn.sum = (conn.sum * 31 + byte) | 0
        note("received")
      },
      writable: () => note("writable"),
      closed: (end) => note(`closed ${ends[end]}`),
    },
  )
  conn.until = async (done) => {
    for (const end = performance.now() + 20_000; !done(conn); await pause(2)) {
      if (performance.now() > end) throw new Error(`it never came: ${JSON.stringify(conn.events)}`)
    }
  }
  conn.has = (event) => conn.until(() => conn.events.some((seen) => seen.startsWith(event)))
  return conn
}

const text = (command) => new TextEncoder().encode(command)

const checks = {
  async "sixteen megabytes are echoed whole, and the socket holds back and goes on"() {
    const conn = open()
    await conn.has("opened")
    conn.socket.write(text("e"))
    const piece = new Uint8Array(1 << 20).map((_, i) => (i * 2654435761) >>> 24)
    let held = 0
    for (let i = 0; i < 16; i++) {
      const seen = conn.events.filter((event) => event === "writable").length
      conn.events.push("written")
      if (conn.socket.write(piece)) continue
      held++
      await conn.until(() => conn.events.filter((event) => event === "writable").length > seen)
    }
    await conn.until(() => conn.bytes === 16 << 20)
    let sum = 0
    for (let i = 0; i < 16; i++) for (const byte of piece) sum = (sum * 31 + byte) | 0
    conn.socket.destroy()
    return { held: held > 0, whole: conn.sum === sum }
  },
  async "an end by the server is told once"() {
    const conn = open()
    await conn.has("opened")
    conn.socket.write(text("c"))
    await conn.has("closed")
    await pause(20)
    return conn.events
  },
  async "a reset is a failure"() {
    const conn = open()
    await conn.has("opened")
    conn.socket.write(text("r"))
    await conn.has("closed")
    return conn.events
  },
  async "a port where nobody listens refuses"() {
    const conn = open({ to: deadPort })
    await conn.has("closed")
    await pause(20)
    return conn.events
  },
  async "a name that does not resolve is unknown"() {
    const conn = open({ host: "no-such-host.invalid" })
    await conn.has("closed")
    await pause(20)
    return conn.events
  },
  async "a socket that is destroyed says nothing any more"() {
    const [early, refused, late] = [open(), open({ to: deadPort }), open()]
    early.socket.destroy()
    refused.socket.destroy()
    await late.has("opened")
    late.socket.write(text("f"))
    await late.has("received")
    late.socket.destroy()
    late.socket.destroy()
    const { bytes } = late
    await pause(50)
    return [early.events, refused.events, late.events, late.bytes === bytes]
  },
  async "a paused socket holds the peer back until it is resumed"() {
    const conn = open()
    await conn.has("opened")
    conn.socket.write(text("f"))
    await conn.has("received")
    conn.socket.pause()
    await pause(100)
    const { bytes } = conn
    await pause(100)
    const still = conn.bytes === bytes
    conn.socket.resume()
    await conn.until(() => conn.bytes > bytes + (1 << 20))
    conn.socket.destroy()
    return { still }
  },
}

const results = {}
for (const [name, check] of Object.entries(checks)) {
  try {
    results[name] = await check()
  } catch (error) {
    results[name] = String(error)
  }
}
console.log(JSON.stringify(results))
