// Requests made by hand, of what this bench reads and writes and nothing else.

import { createHash } from "node:crypto"

/** The digest of a key that is text or a whole number. */
export function digestOf(set, key) {
  const hash = createHash("ripemd160").update(set)
  if (typeof key === "string") return hash.update(`\x03${key}`).digest()
  const bytes = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 0])
  bytes.writeBigInt64BE(BigInt(key), 1)
  return hash.update(bytes).digest()
}

/** A get of all bins by digest. */
export function getRequest(namespace, set, digest) {
  return request({ info1: 3, fields: fieldsOf(namespace, set, digest), ops: [] })
}

/** A put of bins that are whole numbers, doubles (when they are in `doubles`), ASCII text, bytes or lists of whole numbers from 0 up. */
export function putRequest(fields, bins, doubles) {
  const ops = Object.entries(bins).map(([name, value]) => {
    const [type, data] = particleOf(value, doubles.includes(name))
    const op = Buffer.allocUnsafe(8 + name.length + data.length)
    op.writeUInt32BE(4 + name.length + data.length)
    op.writeUInt32BE((2 << 24) | (type << 16) | name.length, 4)
    op.latin1Write(name, 8)
    op.set(data, 8 + name.length)
    return op
  })
  return request({ info2: 1, fields, ops })
}

export function fieldsOf(namespace, set, digest) {
  return [field(0, Buffer.from(namespace)), field(1, Buffer.from(set)), field(4, digest)]
}

function request({ info1 = 0, info2 = 0, fields, ops }) {
  const body = Buffer.concat([Buffer.alloc(30), ...fields, ...ops])
  body.writeUInt8(2, 0) // protocol version
  body.writeUInt8(3, 1) // a message
  body.writeUIntBE(body.length - 8, 2, 6)
  body.writeUInt8(22, 8) // header size
  body.writeUInt8(info1, 9)
  body.writeUInt8(info2, 10)
  body.writeUInt32BE(1000, 22) // server timeout
  body.writeUInt16BE(fields.length, 26)
  body.writeUInt16BE(ops.length, 28)
  return body
}

function field(id, data) {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(1 + data.length, 0)
  head.writeUInt8(id, 4)
  return Buffer.concat([head, data])
}

function particleOf(value, isDouble) {
  if (typeof value === "string") return [3, Buffer.from(value, "latin1")]
  if (Array.isArray(value)) return [20, packed(value)]
  if (typeof value !== "number") return [4, value]
  const data = Buffer.allocUnsafe(8)
  if (isDouble) data.writeDoubleBE(value)
  else data.writeBigInt64BE(BigInt(value))
  return [isDouble ? 2 : 1, data]
}

function packed(list) {
  const out = Buffer.allocUnsafe(1 + 5 * list.length)
  let at = out.writeUInt8(0x90 | list.length)
  for (const item of list) {
    if (item < 128) at = out.writeUInt8(item, at)
    else if (item < 256) at = out.writeUInt16BE(0xcc00 | item, at)
    else if (item < 65_536) at = out.writeUInt16BE(item, out.writeUInt8(0xcd, at))
    else at = out.writeUInt32BE(item, out.writeUInt8(0xce, at))
  }
  return out.subarray(0, at)
}

/** The list that `packed` made. */
export function unpacked(bytes, from) {
  const list = []
  let at = from + 1
  for (let left = bytes[from] & 15; left > 0; left--) {
    const kind = bytes[at++]
    if (kind < 128) list.push(kind)
    else if (kind === 0xcc) list.push(bytes[at++])
    else if (kind === 0xcd) {
      list.push(bytes.readUInt16BE(at))
      at += 2
    } else {
      list.push(bytes.readUInt32BE(at))
      at += 4
    }
  }
  return list
}
