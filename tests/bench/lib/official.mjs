// The official Node client, as the bench uses one. It may open more connections than its default of 100, since it has one
// operation in flight on each.

import { createRequire } from "node:module"

const Aerospike = createRequire(new URL("../../peers/package.json", import.meta.url))("aerospike")

export async function connect(hosts) {
  Aerospike.setDefaultLogging?.({ level: Aerospike.log.OFF })
  const policy = { totalTimeout: 10_000 }
  const client = await Aerospike.connect({
    hosts,
    maxConnsPerNode: 600,
    log: { level: Aerospike.log.OFF },
    policies: {
      read: new Aerospike.ReadPolicy(policy),
      write: new Aerospike.WritePolicy(policy),
      remove: new Aerospike.RemovePolicy(policy),
    },
  })
  return {
    key: (...parts) => new Aerospike.Key(...parts),
    bins: ({ d, b, ...plain }) => ({ ...plain, d: new Aerospike.Double(d), b: Buffer.from(b) }),
    get: async (key) => (await client.get(key)).bins,
    put: (key, bins) => client.put(key, bins),
    remove: (key) => client.remove(key),
    ways: {
      rows: ({ keys }, at) => {
        const records = keys.map(([ns, set, id]) => ({ key: new Aerospike.Key(ns, set, id), readAllBins: true }))
        const batch = new Aerospike.BatchPolicy(policy)
        return async () => (await client.batchRead(records, batch))[at].record.bins.i
      },
    },
    close: async () => {
      client.close()
      Aerospike.releaseEventLoop()
    },
  }
}
