// Just enough msgpack to compare two packings of one value, where clients pack it differently:
// a positive integer above 2^32 as int64 (Go) or uint64 (C), a NaN with one or another payload, the spaces in GeoJSON
// text, and the order of entries in an unordered map.

const GEOJSON = 0x17

/** The same value in the one packing that all of these stand for; `sort`: the order of unordered maps says nothing. */
export function canonical(bytes, { sort = false } = {}) {
  try {
    const { out, end } = one(bytes, 0, sort)
    return end === bytes.length ? out : bytes
  } catch {
    return bytes // not msgpack at all: compare it as it is
  }
}

/** A double; every NaN is the same. */
export function canonicalDouble(bytes) {
  return Number.isNaN(bytes.readDoubleBE(0)) ? Buffer.from("7ff8000000000000", "hex") : bytes
}

/** GeoJSON text without spaces between its tokens. */
export function canonicalGeo(text) {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

function one(bytes, at, sort) {
  const first = byte(bytes, at)
  const list = container(bytes, at, first, 0x90, 0xdc)
  if (list) {
    const parts = [bytes.subarray(at, list.start)]
    let end = list.start
    for (let i = 0; i < list.count; i++) {
      const item = one(bytes, end, sort)
      parts.push(item.out)
      end = item.end
    }
    return { out: Buffer.concat(parts), end }
  }
  const map = container(bytes, at, first, 0x80, 0xde)
  if (map) {
    const entries = []
    let end = map.start
    for (let i = 0; i < map.count; i++) {
      const key = one(bytes, end, sort)
      const value = one(bytes, key.end, sort)
      entries.push([key.out, value.out])
      end = value.end
    }
    // An ordered map begins with an ext of its flags as a key.
    const ordered = entries.length > 0 && /^(d4|c7)/.test(entries[0][0].toString("hex"))
    if (sort && !ordered) entries.sort(([a], [b]) => Buffer.compare(a, b))
    return { out: Buffer.concat([bytes.subarray(at, map.start), ...entries.flat()]), end }
  }
  const end = at + scalarLength(bytes, at, first)
  if (end > bytes.length) throw new RangeError("cut off")
  return { out: canonicalScalar(bytes.subarray(at, end), first), end }
}

function canonicalScalar(bytes, first) {
  if (first === 0xd3 && bytes[1] < 0x80) return Buffer.concat([Buffer.from([0xcf]), bytes.subarray(1)])
  if (first === 0xcb) return Buffer.concat([bytes.subarray(0, 1), canonicalDouble(bytes.subarray(1))])
  const text = textOf(bytes, first)
  if (text?.[0] !== GEOJSON) return bytes
  // Its length may differ, so this is no msgpack any more; it is only compared.
  return Buffer.concat([Buffer.from("geo "), Buffer.from(canonicalGeo(text.subarray(1).toString("utf8")))])
}

function textOf(bytes, first) {
  if (first >= 0xa0 && first < 0xc0) return bytes.subarray(1)
  return { 217: bytes.subarray(2), 218: bytes.subarray(3), 219: bytes.subarray(5) }[first]
}

/** `{ count, start }` when a list (or map) begins here: fix form at `fix`, 16-bit form `wide`, 32-bit form `wide + 1`. */
function container(bytes, at, first, fix, wide) {
  if (first >= fix && first < fix + 16) return { count: first - fix, start: at + 1 }
  if (first === wide) return { count: bytes.readUInt16BE(at + 1), start: at + 3 }
  if (first === wide + 1) return { count: bytes.readUInt32BE(at + 1), start: at + 5 }
}

const FIXED = {
  192: 1,
  194: 1,
  195: 1,
  202: 5,
  203: 9,
  204: 2,
  205: 3,
  206: 5,
  207: 9,
  208: 2,
  209: 3,
  210: 5,
  211: 9,
  212: 3,
  213: 4,
  214: 6,
  215: 10,
  216: 18,
}

function scalarLength(bytes, at, first) {
  if (first < 0x80 || first >= 0xe0) return 1
  if (first >= 0xa0 && first < 0xc0) return 1 + (first & 0x1f)
  if (FIXED[first]) return FIXED[first]
  switch (first) {
    case 0xc4:
    case 0xd9:
      return 2 + bytes.readUInt8(at + 1)
    case 0xc5:
    case 0xda:
      return 3 + bytes.readUInt16BE(at + 1)
    case 0xc6:
    case 0xdb:
      return 5 + bytes.readUInt32BE(at + 1)
    case 0xc7:
      return 3 + bytes.readUInt8(at + 1)
    case 0xc8:
      return 4 + bytes.readUInt16BE(at + 1)
    case 0xc9:
      return 6 + bytes.readUInt32BE(at + 1)
  }
  throw new RangeError(`${first.toString(16)} begins nothing`)
}

function byte(bytes, at) {
  if (at >= bytes.length) throw new RangeError("cut off")
  return bytes[at]
}
