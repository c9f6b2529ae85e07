// How many gets a server answers when nothing stands before it: sockets that pipeline requests made beforehand and count the
// answers' frames.

import { createHash } from "node:crypto"
import { connect } from "node:net"
import { NAMESPACE, shapes } from "./records.mjs"

const SOCKETS = 4
const DEPTH = 64

/** Gets a second of the first so many records of single operations. */
export async function rawLimit(hosts, { set, keys, ms }) {
  const [host, port] = hosts.split(",")[0].split(":")
  const digest = (key) => createHash("ripemd160").update(`${set}\x03${key}`).digest()
  const requests = Array.from({ length: Math.min(keys, 1000) }, (_, i) =>
    getRequest(NAMESPACE, set, digest(shapes.single.key(i))),
  )
  const end = performance.now() + ms
  const start = performance.now()
  const counts = await Promise.all(Array.from({ length: SOCKETS }, () => pump(host, Number(port), requests, end)))
  return (counts.reduce((sum, count) => sum + count) / (performance.now() - start)) * 1000
}

function pump(host, port, requests, end) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    let held = Buffer.alloc(0)
    let answered = 0
    let asked = 0
    const ask = (count) => {
      const batch = []
      for (let i = 0; i < count; i++) batch.push(requests[asked++ % requests.length])
      socket.write(Buffer.concat(batch))
    }
    socket.on("connect", () => ask(DEPTH))
    socket.on("error", reject)
    socket.on("data", (bytes) => {
      held = held.length ? Buffer.concat([held, bytes]) : bytes
      let at = 0
      let got = 0
      while (held.length - at >= 8) {
        const length = 8 + held.readUIntBE(at + 2, 6)
        if (held.length - at < length) break
        at += length
        got++
      }
      held = held.subarray(at)
      answered += got
      if (performance.now() < end) {
        if (got) ask(got)
      } else if (answered >= asked) {
        socket.destroy()
        resolve(answered)
      }
    })
  })
}

/** A get of all bins by digest. */
function getRequest(namespace, set, digest) {
  const fields = [field(0, Buffer.from(namespace)), field(1, Buffer.from(set)), field(4, digest)]
  const header = Buffer.alloc(30)
  const body = Buffer.concat([header, ...fields])
  body.writeUInt8(2, 0) // protocol version
  body.writeUInt8(3, 1) // a message
  body.writeUIntBE(body.length - 8, 2, 6)
  body.writeUInt8(22, 8) // header size
  body.writeUInt8(3, 9) // info1: read, all bins
  body.writeUInt32BE(1000, 22) // server timeout
  body.writeUInt16BE(fields.length, 26)
  return body
}

function field(id, data) {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(1 + data.length, 0)
  head.writeUInt8(id, 4)
  return Buffer.concat([head, data])
}
