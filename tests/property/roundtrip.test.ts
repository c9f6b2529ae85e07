// Records of any shape come back from a server as they were written: through the writer, the engine, the wire, the dev
// server and all the way back.

import { deepStrictEqual } from "node:assert/strict"
import fc from "fast-check"
import { afterAll, beforeAll, test } from "vitest"
import { type DevServer, startDevServer } from "../../ts/devserver/index.ts"
import { type Client, connect } from "../../ts/entry/node.ts"
import { asRead, value } from "./support/values.ts"

let server: DevServer
let client: Client

beforeAll(async () => {
  server = await startDevServer({ nodes: 2 })
  client = await connect({ hosts: server.hosts, doubles: "wrapped", maps: "map" })
})

afterAll(async () => {
  await client?.close()
  await server?.close()
})

const userKey = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.uint8Array({ maxLength: 40 }),
)
const binName = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 15 })
// In a list, for a server looks into the GeoJSON and the HyperLogLog of a bin.
const bins = fc.dictionary(binName, fc.tuple(value), { minKeys: 1, maxKeys: 5 })

test("any record is read as it was written", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(userKey, bins, async (user, bins) => {
      const key = ["test", "any", user] as const
      await client.put(key, bins as { [bin: string]: never }, { exists: "replace" })
      const expected = Object.fromEntries(Object.entries(bins).map(([name, value]) => [name, asRead(value)]))
      // Not expect's: it takes a bin called `constructor` for the class.
      deepStrictEqual((await client.get(key)).bins, expected)
    }),
    { numRuns: 300 },
  )
})
