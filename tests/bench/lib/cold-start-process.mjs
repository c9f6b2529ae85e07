// From import to the first answered get, in a fresh process.
//
//   cold-start-process.mjs ours|official|put HOSTS SET     prints one line of JSON; `put` writes the record for the others

import { createRequire } from "node:module"

const [, , kind, hosts, set] = process.argv
const key = ["test", set, "cold"]

const ways = {
  async put() {
    const { connect } = await import("aerospike-wasm")
    const client = await connect({ hosts, timeout: 5000 })
    await client.put(key, { i: 1 })
    return { client, bins: { i: 1 } }
  },

  async ours() {
    const { connect } = await import("aerospike-wasm")
    const client = await connect({ hosts, timeout: 5000 })
    return { client, bins: (await client.get(key)).bins }
  },

  async official() {
    const Aerospike = createRequire(new URL("../../peers/package.json", import.meta.url))("aerospike")
    const client = await Aerospike.connect({ hosts, log: { level: Aerospike.log.OFF } })
    return {
      client,
      bins: (await client.get(new Aerospike.Key(...key))).bins,
      after: () => Aerospike.releaseEventLoop(),
    }
  },
}

const start = performance.now()
const { client, bins, after } = await ways[kind]()
const ms = performance.now() - start
if (bins.i !== 1) throw new Error("another record was read")
await client.close()
after?.()
console.log(JSON.stringify({ ms }))
