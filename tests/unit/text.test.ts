// The short road for ASCII and the long one for all else.

import fc from "fast-check"
import { expect, test } from "vitest"
import { decodeAscii, decodeSlice, decodeUtf8, encode, utf8Length, utf8LengthMax } from "../../ts/core/text.ts"

const long = "x".repeat(100)

test.each([0, 1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 100])("%i ASCII characters, both ways", (length) => {
  const text = Array.from({ length }, (_, i) => String.fromCharCode(i % 128)).join("")
  const bytes = new Uint8Array(utf8LengthMax(text) + 10)
  expect(encode(text, bytes, 5)).toBe(length)
  expect(decodeAscii(bytes, 5, 5 + length, decodeSlice)).toBe(text)
  expect(decodeUtf8(bytes, 5, 5 + length)).toBe(text)
  expect(utf8Length(text)).toBe(length)
})

test.each(["é", "aé", `${long}é`, "日本語", "🌍", "\ufeffwith a mark", "\u0000", ""])("%j, both ways", (text) => {
  const bytes = new Uint8Array(utf8LengthMax(text) + 10)
  const length = encode(text, bytes, 3)
  expect(length).toBe(new TextEncoder().encode(text).length)
  expect(utf8Length(text)).toBe(length)
  expect(decodeUtf8(bytes, 3, 3 + length)).toBe(text)
})

test("what is not UTF-8 is shown and does not throw", () => {
  expect(decodeUtf8(new Uint8Array([97, 0xff, 98]), 0, 3)).toBe("a\ufffdb")
  const bytes = new Uint8Array(10)
  expect(decodeUtf8(bytes, 0, encode("\ud800", bytes, 0))).toBe("\ufffd")
})

test("any text survives", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
      const bytes = new Uint8Array(utf8LengthMax(text))
      expect(decodeUtf8(bytes, 0, encode(text, bytes, 0))).toBe(text)
    }),
  )
})
