// What one turn of the event loop may ask for at once, and what that takes of the engine's memory: the real engine, on a
// dev server.

import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { initSync } from "../../pkg/engine/aerospike_wasm_engine.js"
import { type DevServer, startDevServer } from "../../ts/devserver/index.ts"
import { BackpressureError, type Config, connect } from "../../ts/entry/node.ts"

vi.setConfig({ testTimeout: 60_000 })

const MiB = 1024 * 1024
let server: DevServer

beforeAll(async () => {
  server = await startDevServer()
})
afterAll(() => server.close())

/** Linear memory, which never shrinks: the most that all clients of this process have needed. */
const memory = () => initSync(undefined as never).memory.buffer.byteLength

/** How many succeeded; the others must have been turned away, and nothing else. */
async function outcomes(promises: readonly Promise<unknown>[]): Promise<number> {
  const results = await Promise.allSettled(promises)
  const failed = results.filter((result) => result.status === "rejected")
  for (const { reason } of failed) {
    if (!(reason instanceof BackpressureError) || reason.inDoubt) throw reason
  }
  return results.length - failed.length
}

async function connected(config: Partial<Config>) {
  return connect({ hosts: server.hosts, policies: { read: patient, write: patient }, ...config })
}

const patient = { totalTimeout: 60_000, socketTimeout: 60_000 }

test("100,000 gets at once take no more memory than those that may wait", async () => {
  await using client = await connected({ maxConcurrentOperations: 100, maxQueuedOperations: 1000 })
  await client.put(["test", "burst", 1], { v: 1 })
  const before = memory()
  const succeeded = await outcomes(Array.from({ length: 100_000 }, () => client.get(["test", "burst", 1])))
  expect(succeeded).toBeGreaterThanOrEqual(1100)
  expect(succeeded).toBeLessThan(50_000)
  expect(memory() - before).toBeLessThan(6 * MiB)
})

test("a gigabyte of puts at once takes no more memory than the bytes that may wait for a node", async () => {
  await using client = await connected({ maxQueuedBytesPerNode: 8 * MiB, maxConnsPerNode: 4 })
  const bytes = new Uint8Array(64 * 1024)
  const before = memory()
  const succeeded = await outcomes(
    Array.from({ length: 16_384 }, (_, i) => client.put(["test", "burst", i % 8], { bytes })),
  )
  expect(succeeded).toBeGreaterThanOrEqual(100)
  expect(memory() - before).toBeLessThan(64 * MiB)
})

test("100,000 gets at once on four connections all succeed when as many may wait", async () => {
  await using client = await connected({ maxConnsPerNode: 4, maxConcurrentOperations: 1000 })
  await client.put(["test", "burst", "small"], { v: 1 })
  const before = memory()
  const gets = Array.from({ length: 100_000 }, () => client.get(["test", "burst", "small"]))
  expect(await outcomes(gets)).toBe(100_000)
  // A request and what is known of it are some 600 bytes.
  expect(memory() - before).toBeLessThan(100 * MiB)
})
