// What this client would never send, made by hand and sent over a socket of its own.

import { connect } from "node:net"
import { firstHost } from "./peers.mjs"

/** Particle types of values that are written raw. */
export const INTEGER = 1
export const LIST = 20

/** Writes bins `[name, particle type, bytes]` to the record of a key. Any node takes it and hands it to the right one. */
export async function writeRaw(t, key, bins) {
  const code = await codeOfWrite(t, key, bins)
  t.assert.equal(code, 0, `the raw write was answered with code ${code}`)
}

/** The code that answers such a write. */
export async function codeOfWrite(t, key, bins) {
  const ops = bins.map(([name, type, value]) => op(2, type, name, Buffer.from(value)))
  return codeOf(t, { info2: 1, fields: fieldsOf(t, key), ops })
}

/** Namespace, set and digest of a key, as fields. */
export function fieldsOf(t, key) {
  const { ns, set, digest } = t.byDigest(key)
  return [field(0, Buffer.from(ns)), field(1, Buffer.from(set)), field(4, digest)]
}

/** The code that answers a message of these fields and ops. */
export async function codeOf(t, given) {
  return (await askRaw(t, 3, message(given)))[13]
}

/** A message of these fields and ops. */
export function message({ info1 = 0, info2 = 0, info3 = 0, fields, ops = [] }) {
  const head = Buffer.alloc(22)
  head.set([22, info1, info2, info3], 0)
  head.writeUInt32BE(5000, 14) // server timeout
  head.writeUInt16BE(fields.length, 18)
  head.writeUInt16BE(ops.length, 20)
  return Buffer.concat([head, ...fields, ...ops])
}

/** The frame that answers a message of a type, the header of eight bytes included. */
export async function askRaw(t, type, body) {
  const [answer] = await exchange(firstHost(t.hosts), [framed(type, body)])
  return answer
}

/** The codes that answer messages about users, `[command, …fields]` each, on one connection. */
export async function codesOfSecurity(hosts, messages) {
  const frames = messages.map(([command, ...fields]) =>
    framed(2, Buffer.concat([Buffer.from([0, 0, command, fields.length]), Buffer.alloc(12), ...fields])),
  )
  return (await exchange(firstHost(hosts), frames)).map((answer) => answer[9])
}

function framed(type, body) {
  const head = Buffer.alloc(8)
  head.set([2, type])
  head.writeUIntBE(body.length, 2, 6)
  return Buffer.concat([head, body])
}

/** A field of a message. */
export function field(id, data) {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(1 + data.length, 0)
  head.writeUInt8(id, 4)
  return Buffer.concat([head, data])
}

/** An op of a message. */
export function op(code, type, name, value) {
  const text = Buffer.from(name)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(4 + text.length + value.length, 0)
  head.set([code, type, 0, text.length], 4)
  return Buffer.concat([head, text, value])
}

/** Sends frames and resolves to the frames that answer them, one each. */
function exchange([host, port], frames) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => socket.write(Buffer.concat(frames)))
    const answers = []
    let held = Buffer.alloc(0)
    socket.on("error", reject)
    socket.on("close", () => reject(new Error("the connection was closed without an answer")))
    socket.on("data", (bytes) => {
      held = Buffer.concat([held, bytes])
      while (held.length >= 8 && held.length >= 8 + held.readUIntBE(2, 6)) {
        const end = 8 + held.readUIntBE(2, 6)
        answers.push(held.subarray(0, end))
        held = held.subarray(end)
      }
      if (answers.length < frames.length) return
      socket.removeAllListeners("close")
      socket.destroy()
      resolve(answers)
    })
  })
}
