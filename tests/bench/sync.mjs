// What it costs to wait: the sync client beside the async one, one operation at a time, on a dev server in a process of
// its own, by turns.
//
//   node tests/bench/sync.mjs [operations]     how many a turn; default 5000
//   AEROSPIKE_HOSTS=127.0.0.1:3000 node tests/bench/sync.mjs

import { connect } from "aerospike-wasm"
import { connectSync } from "aerospike-wasm/sync"
import { startServer } from "../conformance/support/server.mjs"

const operations = Number(process.argv[2] ?? 5000)
const turns = 5
const server = await startServer()
const hosts = server.hosts
const started = performance.now()
const waiting = connectSync({ hosts })
const connectMs = performance.now() - started
const client = await connect({ hosts })
const key = ["test", "bench", "sync"]
const bins = { n: 1, text: "x".repeat(100) }

const works = {
  get: [() => client.get(key), () => waiting.get(key)],
  put: [() => client.put(key, bins), () => waiting.put(key, bins)],
  "find, absent": [() => client.find(["test", "bench", "none"]), () => waiting.find(["test", "bench", "none"])],
}
console.log(
  `one at a time on ${server.name}; connectSync took ${connectMs.toFixed(0)} ms; median of ${turns} turns of ${operations}`,
)
await client.put(key, bins)
for (const [name, [asynchronous, synchronous]] of Object.entries(works)) {
  const [a, s] = [[], []]
  for (let turn = 0; turn <= turns; turn++) {
    let start = performance.now()
    for (let i = 0; i < operations; i++) await asynchronous()
    a.push(performance.now() - start)
    start = performance.now()
    for (let i = 0; i < operations; i++) synchronous()
    s.push(performance.now() - start)
  }
  // The first turn warms up.
  const [of, than] = [median(s.slice(1)), median(a.slice(1))].map((ms) => (ms / operations) * 1000)
  console.log(
    `${name.padEnd(14)} async ${than.toFixed(0).padStart(5)} µs   sync ${of.toFixed(0).padStart(5)} µs   ${(of / than).toFixed(2)} times`,
  )
}
await client.remove(key)
await client.close()
waiting.close()
await server.close()

function median(list) {
  return list.sort((a, b) => a - b)[list.length >> 1]
}
