// What the writer writes, the reader reads, for values of any shape: slots have one layout both ways.

import fc from "fast-check"
import { expect, test } from "vitest"
import { commandKind } from "../../ts/core/generated.ts"
import { Memory } from "../../ts/core/memory.ts"
import { Names } from "../../ts/core/names.ts"
import { Reader } from "../../ts/core/reader.ts"
import { decodeSlice } from "../../ts/core/text.ts"
import { Writer } from "../../ts/core/writer.ts"
import { PolicyPacker } from "../../ts/policy.ts"
import { FakeEngine } from "../unit/support/fake-engine.ts"
import { asRead, value } from "./support/values.ts"

test("any value is read as it was written", () => {
  const engine = new FakeEngine()
  const memory = new Memory(engine.memory)
  const names = new Names(engine, memory)
  const writer = new Writer(engine, memory, names)
  const reader = new Reader(
    memory,
    names,
    { int64: "auto", doubles: "wrapped", maps: "map", blobs: "own" },
    decodeSlice,
  )
  const policy = new PolicyPacker().pack("write", undefined)
  fc.assert(
    fc.property(value, value, (a, b) => {
      writer.begin(commandKind.PUT, policy)
      try {
        writer.key(["test", "set", "some key in front of the data"])
        writer.bins({ a, b })
        writer.finish()
      } finally {
        writer.end()
      }
      expect(reader.bins(engine.slotsAddress / 4, 2, engine.data_address())).toStrictEqual({
        a: asRead(a),
        b: asRead(b),
      })
    }),
    { numRuns: 500 },
  )
})
