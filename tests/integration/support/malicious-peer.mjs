// A peer that does not keep to the protocol. It stands before an honest node and passes on what goes by, but for its one
// misdeed: so the cluster takes it for a node of theirs, which a client has to live with.

import { once } from "node:events"
import { connect, createServer } from "node:net"
import { deflateSync } from "node:zlib"

const INFO = 1
const DATA = 3
const COMPRESSED = 4

/** A frame with any version, type and stated length. */
function frame(body, { version = 2, kind = DATA, length = body.length } = {}) {
  const head = Buffer.alloc(8)
  head.writeUInt8(version, 0)
  head.writeUInt8(kind, 1)
  head.writeUIntBE(length, 2, 6)
  return Buffer.concat([head, body])
}

/** A record's answer with one bin; any of its lengths may be a lie. */
function record(value, { type = 3, bin = "v", size = 22, fields = 0, ops = 1, opSize, code = 0 } = {}) {
  const name = Buffer.from(bin)
  const head = Buffer.alloc(30)
  head.writeUInt8(size, 0)
  head.writeUInt8(1, 3)
  head.writeUInt8(code, 5)
  head.writeUInt32BE(1, 6)
  head.writeUInt16BE(fields, 18)
  head.writeUInt16BE(ops, 20)
  head.writeUInt32BE(opSize ?? 4 + name.length + value.length, 22)
  head.set([1, type, 0, name.length], 26)
  return Buffer.concat([head, name, value])
}

/** A compressed frame that states any length for what is inside. */
function compressed(inside, length = inside.length) {
  const head = Buffer.alloc(8)
  head.writeBigUInt64BE(BigInt(length))
  return frame(Buffer.concat([head, deflateSync(inside, { level: 9 })]), { kind: COMPRESSED })
}

const LIST = 20
const MAP = 19
const STRING = 3
const empty = frame(Buffer.alloc(0))
const longest = 128 * 1024 * 1024
const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 0xff))
// 128 MiB of a list of nothing: 130 KB on the wire, and more elements than a record may have.
const nils = Buffer.alloc(longest - 200, 0xc0)
nils.writeUInt8(0xdd, 0)
nils.writeUInt32BE(nils.length - 5, 1)
const bomb = compressed(frame(record(nils, { type: LIST })))

/** Writes the piece again and again, as fast as the socket takes it. */
function flood(socket, piece) {
  if (socket.flooded) return
  socket.flooded = true
  const go = () => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on("drain", go)
  go()
}

/** Writes a byte at a time, of one answer after the other. */
function drip(socket, bytes) {
  const held = socket.held ?? []
  held.push(...bytes)
  if (socket.held) return
  socket.held = held
  const timer = setInterval(() => {
    if (socket.destroyed) return clearInterval(timer)
    if (held.length > 0) socket.write(Buffer.from([held.shift()]))
  }, 20)
}

const says = (bytes) => (socket) => socket.write(bytes)
const floods = (head, piece) => (socket) => {
  if (!socket.flooded) socket.write(head)
  flood(socket, piece)
}
const large = Buffer.alloc(256 * 1024)
const malformed = ["MALFORMED"]
const late = ["TIMEOUT"]

/** A line of an info answer, replaced. */
const line = (name, value) => (text) =>
  text
    .toString()
    .split("\n")
    .map((said) => (said.startsWith(`${name}\t`) ? `${name}\t${value(said.slice(name.length + 1))}` : said))
    .join("\n")

const PEERS = "peers-clear-std"
let counted = 0

/**
 * What a peer may do. Of answers to requests:
 *
 * - `request(socket, frame)`: in place of passing the request on;
 * - `answer(socket, frame)`: in place of passing the honest answer on;
 * - `codes`: how what is asked of it alone may end;
 * - `again`: how what a replica has, too, may end, if not well;
 * - `log`: why the client closes the connection, in its log.
 *
 * Of the look at the cluster: `info(text, socket)` gives another answer, or nothing for none; `accept(socket)` does
 * something at the start. `seeds` says that a client may take it for its only node.
 */
export const misdeeds = {
  "speaks HTTP": {
    request: says("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
    codes: malformed,
    log: /this port speaks HTTP/,
  },
  "speaks TLS": { request: says(Buffer.from([0x15, 3, 1, 0, 2, 2, 0x46, 0])), codes: malformed, log: /set tls/ },
  "sends noise": { request: says(noise), codes: malformed, log: /version of a message is not 2/ },
  "floods with noise": { request: (socket) => flood(socket, noise), codes: malformed, log: /version of a message/ },
  "has another version": { request: says(frame(record(noise), { version: 3 })), codes: malformed, log: /version/ },
  "answers with a login": {
    request: says(frame(noise, { kind: 2 })),
    codes: malformed,
    log: /expected an? (record|answer)/,
  },
  "answers with info": {
    request: says(frame(noise, { kind: INFO })),
    codes: malformed,
    log: /expected an? (record|answer)/,
  },
  "sends a type that there is not": { request: says(frame(noise, { kind: 9 })), codes: malformed, log: /unknown/ },
  "states 256 TiB": {
    request: says(frame(noise, { length: 2 ** 48 - 1 })),
    codes: malformed,
    log: /longer than 128 MiB/,
  },
  "states one byte too many": {
    request: says(frame(noise, { length: longest + 1 })),
    codes: malformed,
    log: /longer than 128 MiB/,
  },
  "states the most and sends nothing": { request: says(frame(Buffer.alloc(0), { length: longest })), codes: late },
  // On all of its connections at once.
  "states the most and sends it": {
    request: floods(frame(Buffer.alloc(0), { length: longest }), large),
    codes: [...malformed, ...late],
  },
  "sends empty frames without end": {
    request: floods(empty, Buffer.concat(Array(8192).fill(empty))),
    codes: late,
  },
  "sends answers without end": {
    request: floods(empty, Buffer.concat(Array(2000).fill(frame(record(Buffer.from("x")))))),
    codes: ["OK", "MALFORMED"],
    log: /an answer to no request/,
  },
  // It makes progress, so only the deadline ends it.
  "answers a byte at a time": { answer: drip, codes: late, again: ["OK", "TIMEOUT"] },
  "never answers": { request: () => {}, codes: late },
  // What it is asked are then writes that fill all buffers on the way.
  "does not read": { request: (socket) => socket.pause(), codes: late, writes: true },
  "sends half an answer and closes": {
    answer: (socket, answer) => socket.end(answer.subarray(0, answer.length >> 1)),
    codes: ["CONNECTION"],
    log: /closed by the server/,
  },
  "resets the connection": { request: (socket) => socket.resetAndDestroy(), codes: ["CONNECTION"] },
  "answers twice": {
    answer(socket, answer) {
      socket.write(Buffer.concat([answer, answer]))
    },
    // What comes twice answers the next request, too: the protocol does not say which one an answer is for.
    codes: ["OK", "MALFORMED"],
    log: /an answer to no request/,
  },
  "answers more than it was asked": {
    request: says(Buffer.concat([frame(record(noise)), empty, frame(record(noise))])),
    // What comes twice answers the next request, too: the protocol does not say which one an answer is for.
    codes: ["OK", "MALFORMED"],
    log: /an answer to no request/,
  },
  "nests lists 100,000 deep": {
    request: says(frame(record(Buffer.concat([Buffer.alloc(100_000, 0x91), Buffer.from([0xc0])]), { type: LIST }))),
    codes: malformed,
    log: /nested too deeply/,
  },
  "nests maps 100,000 deep": {
    request: says(frame(record(Buffer.from("8101".repeat(100_000), "hex"), { type: MAP }))),
    codes: malformed,
    log: /nested too deeply/,
  },
  "states 4 billion elements": {
    request: says(frame(record(Buffer.from("ddffffffff", "hex"), { type: LIST }))),
    codes: malformed,
    log: /ends too early/,
  },
  "states more bins than there are": {
    request: says(frame(record(noise, { ops: 65535 }))),
    codes: malformed,
    log: /ends before|impossible size/,
  },
  "states more fields than there are": {
    request: says(frame(record(noise, { fields: 65535 }))),
    codes: malformed,
    log: /ends before|impossible size/,
  },
  "states a bin of 4 GiB": {
    request: says(frame(record(noise, { opSize: 0xffffffff }))),
    codes: malformed,
    log: /size/,
  },
  "states a header of 255 bytes": {
    request: says(frame(record(Buffer.alloc(9), { size: 255 }))),
    codes: malformed,
    log: /impossible length/,
  },
  "states a header of no bytes": {
    request: says(frame(record(noise, { size: 0 }))),
    codes: malformed,
    log: /impossible length/,
  },
  "sends bytes behind the end": {
    request: says(frame(Buffer.concat([record(noise, { type: STRING }), noise]))),
    codes: malformed,
    log: /bytes behind the end/,
  },
  "sends a bin that would be a prototype": {
    request: says(frame(record(Buffer.from([0x81, 0xa2, 3, 0x78, 1]), { type: MAP, bin: "__proto__" }))),
    codes: ["OK"],
  },
  "sends text that is no UTF-8": {
    request: says(frame(record(Buffer.from([0xff, 0xfe, 0xc0, 0x80]), { type: STRING }))),
    codes: ["OK"],
  },
  "sends result codes that there are not": {
    request: says(frame(record(noise, { code: 254 }))),
    codes: ["CODE_254"],
    again: ["CODE_254"],
  },
  "compresses what is nothing": {
    request: says(frame(noise, { kind: COMPRESSED })),
    codes: malformed,
    log: /compressed message/,
  },
  "states more than it compressed": {
    request: says(compressed(noise, longest)),
    codes: malformed,
    log: /a length that it cannot have/,
  },
  "compresses 128 MiB into 130 KB": {
    request: says(bomb),
    codes: malformed,
    log: /too many elements/,
  },

  // ── What it says of the cluster ───────────────────────────────────────────────────────────────────────────────────

  "greets before it is asked": { accept: (socket) => socket.write(frame(Buffer.from("node\tA1\n"), { kind: INFO })) },
  "closes whatever is opened": { accept: (socket) => socket.end() },
  "answers no info": { info: () => undefined },
  "answers info a byte at a time": { info: (text, socket) => drip(socket, frame(Buffer.from(text), { kind: INFO })) },
  "answers info without end": {
    info: (_, socket) => floods(frame(Buffer.alloc(0), { kind: INFO, length: 16 * 1024 * 1024 }), large)(socket),
  },
  "states an info answer of 128 MiB": {
    info: (_, socket) => floods(frame(Buffer.alloc(0), { kind: INFO, length: longest }), large)(socket),
  },
  "answers info with a record": { info: (_, socket) => says(frame(record(noise)))(socket) },
  "answers info twice": {
    info: (text, socket) => socket.write(Buffer.concat(Array(2).fill(frame(Buffer.from(text), { kind: INFO })))),
  },
  "has another name every time": { info: line("node", () => `F${counted++}`) },
  "has a name of 8 MiB": { info: line("node", () => "F".repeat(8 << 20)) },
  "says that it is another node": { info: line("node", () => "A1"), seeds: true },
  "has another generation every time": {
    info: (text) => line("partition-generation", () => counted++)(line("peers-generation", () => counted++)(text)),
    seeds: true,
  },
  "names a thousand peers that there are not, others every time": {
    info: (text) =>
      line(
        "peers-generation",
        () => counted,
      )(
        line(PEERS, () => {
          const nobody = () => `[F${counted++},,[${"127.0.0.1:1,".repeat(8)}127.0.0.1:1]]`
          return `${counted},3000,[${Array.from({ length: 1000 }, nobody).join(",")}]`
        })(text),
      ),
    seeds: true,
  },
  "names peers in brackets without end": { info: line(PEERS, () => `1,3000,${"[".repeat(100_000)}`), seeds: true },
  "states partitions in no base64": { info: line("replicas", () => `test:0,2,${"!".repeat(684)},${"A".repeat(684)}`) },
  "states 4 billion replicas": { info: line("replicas", () => "test:0,4294967295,AAAA") },
  "states 10,000 namespaces": {
    info: line("replicas", (said) => {
      const bitmaps = said.slice(said.indexOf(",", said.indexOf(":")), said.indexOf(";"))
      return Array.from({ length: 10_000 }, (_, n) => `n${n}:0${bitmaps}`)
        .join(";")
        .slice(0, 8 << 20)
    }),
  },
}

/** What a peer may do in place of a TLS handshake: `accept(socket)` does it. */
export const handshakes = {
  "answers in the clear": { accept: (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n") },
  "sends noise": { accept: (socket) => socket.write(noise) },
  "floods with noise": { accept: (socket) => flood(socket, noise) },
  "sends an alert": { accept: (socket) => socket.write(Buffer.from([0x15, 3, 1, 0, 2, 2, 0x46])) },
  "begins a ServerHello of 16 MiB and floods": {
    accept(socket) {
      socket.write(Buffer.from([0x16, 3, 3, 0x40, 0, 2, 0xff, 0xff, 0xff, 3, 3]))
      flood(socket, large)
    },
  },
  "says nothing": { accept: () => {} },
  "sends a byte at a time": { accept: (socket) => drip(socket, Buffer.from([0x16, 3, 3, 0x40, 0, 2, ...noise])) },
  "closes at once": { accept: (socket) => socket.end() },
  "resets the connection": { accept: (socket) => socket.resetAndDestroy() },
}

/** Stands before the node at `port` with one misdeed, or before none. */
export async function startPeer(port, misdeed) {
  const sockets = new Set()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => {}).on("close", () => sockets.delete(socket))
    if (port) return pass(socket, port, misdeed)
    socket.resume()
    misdeed.accept(socket)
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    port: server.address().port,
    get open() {
      return sockets.size
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function pass(client, port, misdeed) {
  const node = connect(port, "127.0.0.1")
  node.on("error", () => {}).on("close", () => client.destroy())
  client.on("close", () => node.destroy())
  misdeed.accept?.(client)
  client.on(
    "data",
    frames((message) => {
      if (message[1] === INFO) node.write(message)
      else if (misdeed.request) misdeed.request(client, message)
      else node.write(message)
    }),
  )
  node.on(
    "data",
    frames((message) => {
      if (client.destroyed) return
      if (message[1] !== INFO) return misdeed.answer ? misdeed.answer(client, message) : client.write(message)
      if (!misdeed.info) return client.write(message)
      const said = misdeed.info(message.subarray(8), client)
      if (typeof said === "string") client.write(frame(Buffer.from(said), { kind: INFO }))
    }),
  )
}

/** Cuts a stream into messages. */
function frames(each) {
  let held = Buffer.alloc(0)
  return (bytes) => {
    held = Buffer.concat([held, bytes])
    while (held.length >= 8 && held.length >= 8 + held.readUIntBE(2, 6)) {
      const length = 8 + held.readUIntBE(2, 6)
      const message = held.subarray(0, length)
      held = held.subarray(length)
      each(message)
    }
  }
}
