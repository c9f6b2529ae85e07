// A write that this client would never send, made by hand and sent over a socket of its own.

import { connect } from "node:net"
import { firstHost } from "./peers.mjs"

/** Writes bins `[name, particle type, bytes]` to the record of a key. Any node takes it and hands it to the right one. */
export async function writeRaw(t, key, bins) {
  const { ns, set, digest } = t.byDigest(key)
  const fields = [field(0, Buffer.from(ns)), field(1, Buffer.from(set)), field(4, digest)]
  const ops = bins.map(([name, type, value]) => op(2, type, name, Buffer.from(value)))
  const head = Buffer.alloc(30)
  const frame = Buffer.concat([head, ...fields, ...ops])
  frame.writeUInt8(2, 0) // protocol version
  frame.writeUInt8(3, 1) // a message
  frame.writeUIntBE(frame.length - 8, 2, 6)
  frame.writeUInt8(22, 8) // header size
  frame.writeUInt8(1, 10) // info2: write
  frame.writeUInt32BE(5000, 22) // server timeout
  frame.writeUInt16BE(fields.length, 26)
  frame.writeUInt16BE(ops.length, 28)
  const answer = await exchange(firstHost(t.hosts), frame)
  t.assert.equal(answer[13], 0, `the raw write was answered with code ${answer[13]}`)
}

function field(id, data) {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(1 + data.length, 0)
  head.writeUInt8(id, 4)
  return Buffer.concat([head, data])
}

function op(code, type, name, value) {
  const text = Buffer.from(name)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(4 + text.length + value.length, 0)
  head.set([code, type, 0, text.length], 4)
  return Buffer.concat([head, text, value])
}

/** Sends one frame and resolves to the frame that answers it. */
function exchange([host, port], frame) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => socket.write(frame))
    let held = Buffer.alloc(0)
    socket.on("error", reject)
    socket.on("close", () => reject(new Error("the connection was closed without an answer")))
    socket.on("data", (bytes) => {
      held = Buffer.concat([held, bytes])
      if (held.length < 8 || held.length < 8 + held.readUIntBE(2, 6)) return
      socket.removeAllListeners("close")
      socket.destroy()
      resolve(held)
    })
  })
}
