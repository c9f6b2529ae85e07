// What an engine tells of an operation, packed so that another thread can read it: the output record, its slots, and the
// texts and bytes that they refer to, one behind the other in one buffer. The reader of the other thread makes the values.
//
//   entry: [words to the next entry, id of the operation, _, _], the output record, its slots, its texts and bytes; each
//   begins at a slot. The first slot is counted from the beginning of the buffer, in slots, and so is the data address, in bytes.

import { output, tag } from "../core/generated.ts"

/** What a parcel holds before it is sent, about. A larger one would keep the other thread's event loop for longer. */
export const parcelBytes = 64 * 1024

/** Where a record has its first slot, its items and its data address; a record of a query has two slots before its items. */
const layouts: Readonly<Record<number, readonly [slot: number, items: number, data: number, more: number]>> = {
  [output.PART]: [7, 8, 9, 0],
  [output.RECORD]: [6, 3, 7, 2],
  [output.DONE]: [8, 9, 10, 0],
}

const isText = new Uint8Array(256)
for (const kind of [tag.STRING, tag.BLOB, tag.GEOJSON, tag.HLL, tag.NAME]) isText[kind] = 1

/** A buffer that is being filled. */
export class Parcel {
  #words: Uint32Array
  #bytes: Uint8Array
  #at = 0

  constructor(bytes: number = 2 * parcelBytes) {
    this.#words = new Uint32Array(bytes / 4)
    this.#bytes = new Uint8Array(this.#words.buffer)
  }

  get byteLength(): number {
    return this.#at * 4
  }

  /** Adds the output record at word `at` of memory; `tape` is where word 0 of its slots would be. */
  add(id: number, words: Uint32Array, memory: Uint8Array, at: number, tape: number): void {
    const length = words[at]! >>> 8
    const [slotWord, itemsWord, dataWord, more] = layouts[words[at]! & 0xff]!
    const first = tape + words[at + slotWord]! * 4
    const { end, from, to } = extentOf(words, first, words[at + itemsWord]! + more)
    const record = this.#at + 4
    const slots = record + up(length)
    const data = slots + (end - first)
    const next = data + up((to - from + 3) >> 2)
    this.#reserve(next)
    const out = this.#words
    out[this.#at] = next - this.#at
    out[this.#at + 1] = id
    for (let i = 0; i < length; i++) out[record + i] = words[at + i]!
    out[record + slotWord] = slots / 4
    out[record + dataWord] = data * 4
    for (let i = first, to = slots; i < end; i += 4, to += 4) {
      const kind = words[i]!
      out[to] = kind
      out[to + 1] = words[i + 1]!
      out[to + 2] = isText[kind & 0xff] === 1 && words[i + 3]! > 0 ? words[i + 2]! - from : words[i + 2]!
      out[to + 3] = words[i + 3]!
    }
    if (to > from) {
      const base = words[at + dataWord]!
      this.#bytes.set(memory.subarray(base + from, base + to), data * 4)
    }
    this.#at = next
  }

  /** The same for a DONE whose slots, behind the first, are columns: these are copied into buffers of their own. */
  addColumns(id: number, words: Uint32Array, memory: Uint8Array, at: number, tape: number): Uint8Array[] {
    const length = words[at]! >>> 8
    const first = tape + words[at + 8]! * 4
    const items = words[at + 9]!
    const record = this.#at + 4
    const slots = record + up(length)
    const next = slots + items * 4
    this.#reserve(next)
    const out = this.#words
    out[this.#at] = next - this.#at
    out[this.#at + 1] = id
    for (let i = 0; i < length; i++) out[record + i] = words[at + i]!
    out[record + 8] = slots / 4
    for (let i = 0; i < items * 4; i++) out[slots + i] = words[first + i]!
    const regions: Uint8Array[] = []
    for (let item = 1; item < items; item++) {
      const slot = slots + item * 4
      const address = out[slot + 2]!
      out[slot + 2] = regions.length
      regions.push(memory.slice(address, address + out[slot + 3]!))
    }
    this.#at = next
    return regions
  }

  /** What was packed. The parcel is used up. */
  close(): ArrayBuffer {
    return this.#words.buffer.slice(0, this.#at * 4) as ArrayBuffer
  }

  /** The same as `close`, and it can be filled again. */
  closeAndBegin(): ArrayBuffer {
    const buffer = this.close()
    this.#at = 0
    return buffer
  }

  #reserve(words: number): void {
    if (words <= this.#words.length) return
    const larger = new Uint32Array(2 ** Math.ceil(Math.log2(words)))
    larger.set(this.#words.subarray(0, this.#at))
    this.#words = larger
    this.#bytes = new Uint8Array(larger.buffer)
  }
}

/** Calls back for each output record of a parcel. */
export function openParcel(words: Uint32Array, each: (id: number, at: number) => void): void {
  for (let at = 0; at < words.length; at += words[at]!) each(words[at + 1]!, at + 4)
}

const up = (words: number): number => (words + 3) & ~3

/** Where so many values that begin at a word end, and from where to where their texts and bytes lie. */
function extentOf(words: Uint32Array, first: number, items: number): { end: number; from: number; to: number } {
  let [at, left, from, to] = [first, items, Number.POSITIVE_INFINITY, 0]
  for (; left > 0; at += 4) {
    const kind = words[at]! & 0xff
    // A name stands before the value that has it.
    if (kind !== tag.NAME) left--
    if (kind === tag.LIST) left += words[at + 2]!
    else if (kind === tag.MAP) left += 2 * words[at + 2]!
    else if (isText[kind] === 1 && words[at + 3]! > 0) {
      const offset = words[at + 2]!
      if (offset < from) from = offset
      if (offset + words[at + 3]! > to) to = offset + words[at + 3]!
    }
  }
  return to > from ? { end: at, from, to } : { end: at, from: 0, to: 0 }
}
