// What there is to lose: a loop of JavaScript that pipelines requests made beforehand and decodes the answers, and has no
// policy, deadline, retry, cluster or check. It knows the records of this bench and nothing else.

import { connect as open } from "node:net"
import { digestOf, fieldsOf, getRequest, putRequest, unpacked } from "./requests.mjs"

/** As the client opens another connection. */
const COMFORTABLE = 32
const { latin1Slice } = Buffer.prototype

/** In the shape of the other clients. */
export async function connect(hosts) {
  const [host, port] = hosts.split(",")[0].split(":")
  const lines = []
  const pick = () => {
    let best = lines[0]
    for (const line of lines) if (line.waiting.length - line.head < best.waiting.length - best.head) best = line
    if (best && best.waiting.length - best.head < COMFORTABLE) return best
    const line = new Line(host, Number(port))
    lines.push(line)
    return line
  }
  const made = new Map()
  const ask = (request) => new Promise((resolve, reject) => pick().ask(request, resolve, reject))
  const line = new Line(host, Number(port))
  lines.push(line)
  await line.opened
  return {
    version: "a loop of this bench",
    key(ns, set, id) {
      let ofSet = made.get(set)
      if (ofSet === undefined) made.set(set, (ofSet = new Map()))
      let key = ofSet.get(id)
      if (key === undefined) {
        const digest = digestOf(set, id)
        key = { get: getRequest(ns, set, digest), fields: fieldsOf(ns, set, digest) }
        ofSet.set(id, key)
      }
      return key
    },
    bins: (bins) => bins,
    get: (key) => ask(key.get),
    put: (key, bins) => ask(putRequest(key.fields, bins, ["d"])),
    async close() {
      for (const line of lines) line.socket.destroy()
    },
  }
}

class Line {
  waiting = []
  head = 0
  #out = []
  #held = Buffer.alloc(0)

  constructor(host, port) {
    const buffer = Buffer.alloc(65_536)
    const callback = (length) => {
      this.#received(buffer.subarray(0, length))
      return true
    }
    this.socket = open({ host, port, noDelay: true, onread: { buffer, callback } })
    this.opened = new Promise((resolve, reject) => this.socket.once("connect", resolve).once("error", reject))
    this.socket.on("error", (error) => {
      for (const { reject } of this.waiting.splice(this.head)) reject(error)
    })
  }

  ask(request, resolve, reject) {
    if (this.#out.length === 0) queueMicrotask(() => this.#send())
    this.#out.push(request)
    this.waiting.push({ resolve, reject })
  }

  #send() {
    const out = this.#out
    this.#out = []
    this.socket.write(out.length === 1 ? out[0] : Buffer.concat(out))
  }

  #received(bytes) {
    const all = this.#held.length ? Buffer.concat([this.#held, bytes]) : bytes
    let at = 0
    while (all.length - at >= 8) {
      const end = at + 8 + all.readUIntBE(at + 2, 6)
      if (end > all.length) break
      const { resolve, reject } = this.waiting[this.head++]
      if (all[at + 13] === 0) resolve(binsOf(all, at))
      else reject(new Error(`code ${all[at + 13]}`))
      at = end
    }
    this.#held = at === all.length ? all.subarray(0, 0) : Buffer.from(all.subarray(at))
    if (this.head > 1024) {
      this.waiting.splice(0, this.head)
      this.head = 0
    }
  }
}

function binsOf(all, from) {
  let at = from + 30
  for (let fields = all.readUInt16BE(from + 26); fields > 0; fields--) at += 4 + all.readUInt32BE(at)
  const bins = {}
  for (let ops = all.readUInt16BE(from + 28); ops > 0; ops--) {
    const end = at + 4 + all.readUInt32BE(at)
    const value = at + 8 + all[at + 7]
    bins[latin1Slice.call(all, at + 8, value)] = particleAt(all, all[at + 5], value, end)
    at = end
  }
  return bins
}

function particleAt(all, type, at, end) {
  switch (type) {
    case 1:
      return all.readInt32BE(at) * 2 ** 32 + all.readUInt32BE(at + 4)
    case 2:
      return all.readDoubleBE(at)
    case 3:
      return latin1Slice.call(all, at, end)
    case 4:
      return Uint8Array.prototype.slice.call(all, at, end)
    case 20:
      return unpacked(all, at)
    default:
      throw new Error(`a value of type ${type}`)
  }
}
