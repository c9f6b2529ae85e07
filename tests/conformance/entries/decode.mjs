// MessagePack as it travels in ops and expressions, taken apart for looking at it: independent of the engine, which packed it.

/** An ext: the marker that opens an ordered list or map, infinity or a wildcard. */
export class Ext {
  constructor(type, data) {
    this.type = type
    this.data = data
  }
}

/**
 * The value at the beginning of the bytes, or of none. Integers of 64 bits are bigints, texts and blobs are bytes with
 * their type in front, maps are arrays of entries in a `Map`; the marker of an ordered list is its first item.
 */
export function decode(bytes) {
  return new Reader(bytes).value()
}

class Reader {
  at = 0

  constructor(bytes) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  value() {
    const first = this.uint(1)
    if (first < 0x80) return first
    if (first < 0x90) return this.map(first & 0x0f)
    if (first < 0xa0) return this.list(first & 0x0f)
    if (first < 0xc0) return this.take(first & 0x1f)
    if (first >= 0xe0) return first - 0x100
    switch (first) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xd9:
        return this.take(this.uint(1))
      case 0xc5:
      case 0xda:
        return this.take(this.uint(2))
      case 0xc6:
      case 0xdb:
        return this.take(this.uint(4))
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.ext(this.uint(1 << (first - 0xc7)))
      case 0xca:
        return new Float(this.take(4).readFloatBE())
      case 0xcb:
        return new Float(this.take(8).readDoubleBE())
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.uint(1 << (first - 0xcc))
      case 0xcf:
        return this.take(8).readBigUInt64BE()
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return this.take(1 << (first - 0xd0)).readIntBE(0, 1 << (first - 0xd0))
      case 0xd3:
        return this.take(8).readBigInt64BE()
      case 0xdc:
        return this.list(this.uint(2))
      case 0xdd:
        return this.list(this.uint(4))
      case 0xde:
        return this.map(this.uint(2))
      case 0xdf:
        return this.map(this.uint(4))
    }
    if (first >= 0xd4 && first <= 0xd8) return this.ext(1 << (first - 0xd4))
    throw new RangeError(`${first.toString(16)} begins nothing`)
  }

  list(count) {
    return Array.from({ length: count }, () => this.value())
  }

  map(count) {
    return new Map(Array.from({ length: count }, () => [this.value(), this.value()]))
  }

  ext(length) {
    const type = this.uint(1)
    return new Ext(type, this.take(length))
  }

  uint(length) {
    return this.take(length).readUIntBE(0, length)
  }

  take(length) {
    const end = this.at + length
    if (end > this.bytes.length) throw new RangeError("cut off")
    const taken = this.bytes.subarray(this.at, end)
    this.at = end
    return taken
  }
}

/** A double, which must not be taken for an integer. */
export class Float {
  constructor(number) {
    this.number = number
  }
}
