// Text in and out of linear memory. Short ASCII has its own road, for most bin names, keys and values are that.
// It knows bytes and strings, nothing of slots.

const encoder = new TextEncoder()
// The server never checks text for UTF-8, so decoding must not throw; and a leading U+FEFF is part of the value.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
const char = String.fromCharCode

// Measured on Node 20, ns for a string of n bytes, by loop and by native call:
//   out of memory  8: 14/58 · 16: 44/58 · 24: 55/58 · 40: 78/58     into memory  8: 13/46 · 24: 32/50 · 40: 54/50
const decodedByLoopMax = 16
const encodedByLoopMax = 32

/** Turns a range of bytes that are all below 128 into a string. A runtime may have a faster one than `TextDecoder`. */
export type AsciiSlice = (bytes: Uint8Array, start: number, end: number) => string

export const decodeSlice: AsciiSlice = (bytes, start, end) => decoder.decode(bytes.subarray(start, end))

/** The text of bytes that need not be ASCII, nor even UTF-8: what is not becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  return start === end ? "" : decoder.decode(bytes.subarray(start, end))
}

/** The text of bytes that are all below 128; `long` is asked when they are many. */
export function decodeAscii(bytes: Uint8Array, start: number, end: number, long: AsciiSlice): string {
  if (end - start > decodedByLoopMax) return long(bytes, start, end)
  let text = ""
  let i = start
  for (; i + 4 <= end; i += 4) text += char(bytes[i]!, bytes[i + 1]!, bytes[i + 2]!, bytes[i + 3]!)
  switch (end - i) {
    case 3:
      return text + char(bytes[i]!, bytes[i + 1]!, bytes[i + 2]!)
    case 2:
      return text + char(bytes[i]!, bytes[i + 1]!)
    case 1:
      return text + char(bytes[i]!)
    default:
      return text
  }
}

/** The most bytes that a string can take as UTF-8: three a UTF-16 unit. */
export function utf8LengthMax(text: string): number {
  return text.length * 3
}

/** Writes a string as UTF-8 and tells how many bytes it took; there must be room for `utf8LengthMax`. */
export function encode(text: string, bytes: Uint8Array, at: number): number {
  const length = text.length
  if (length <= encodedByLoopMax) {
    let i = 0
    for (; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 127) break
      bytes[at + i] = unit
    }
    if (i === length) return length
  }
  return encoder.encodeInto(text, bytes.subarray(at)).written
}

/** Bytes that a string takes as UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 127) {
      length = encoder.encode(text).length
      break
    }
  }
  return length
}

/** `CONNECTIONS_OPEN` as `connectionsOpen`. */
export function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}
