// How many gets a server answers when nothing stands before it: sockets that pipeline requests made beforehand and count the
// answers' frames.

import { connect } from "node:net"
import { NAMESPACE, shapes } from "./records.mjs"
import { digestOf, getRequest } from "./requests.mjs"

const SOCKETS = 4
const DEPTH = 64

/** Gets a second of the first so many records of single operations. */
export async function rawLimit(hosts, { set, keys, ms }) {
  const [host, port] = hosts.split(",")[0].split(":")
  const requests = Array.from({ length: Math.min(keys, 1000) }, (_, i) =>
    getRequest(NAMESPACE, set, digestOf(set, shapes.single.key(i))),
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
