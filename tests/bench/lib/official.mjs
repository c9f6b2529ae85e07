// The official Node client, as the bench uses one. It may open more connections than its default of 100, since it has one
// operation in flight on each. `commandQueue` is how many commands it works on at once; the others wait in a queue of its.

import { createRequire } from "node:module"

const require = createRequire(new URL("../../peers/package.json", import.meta.url))

export async function connect(hosts, { commandQueue }) {
  const Aerospike = require("aerospike")
  Aerospike.setDefaultLogging?.({ level: Aerospike.log.OFF })
  if (commandQueue) {
    const policy = { maxCommandsInProcess: commandQueue, maxCommandsInQueue: 100_000 }
    Aerospike.setupGlobalCommandQueue(new Aerospike.CommandQueuePolicy(policy))
  }
  const policy = { totalTimeout: 10_000 }
  const client = await Aerospike.connect({
    hosts,
    maxConnsPerNode: 600,
    log: { level: Aerospike.log.OFF },
    policies: {
      read: new Aerospike.ReadPolicy(policy),
      write: new Aerospike.WritePolicy(policy),
      operate: new Aerospike.OperatePolicy(policy),
    },
  })
  const addAndRead = [Aerospike.operations.incr("i", 1), Aerospike.operations.read("i")]
  return {
    version: require("aerospike/package.json").version,
    key: (...parts) => new Aerospike.Key(...parts),
    bins: ({ d, b, ...plain }) => ({ ...plain, d: new Aerospike.Double(d), b: Buffer.from(b) }),
    get: async (key) => (await client.get(key)).bins,
    put: (key, bins) => client.put(key, bins),
    addAndRead: async (key) => (await client.operate(key, addAndRead)).bins.i,
    batch({ ns, set, ids }) {
      const records = () => ids.map((id) => ({ key: new Aerospike.Key(ns, set, id), readAllBins: true }))
      const batch = new Aerospike.BatchPolicy(policy)
      return async (at) => (await client.batchRead(records(), batch))[at].record.bins.i
    },
    query: ({ ns, set }) => {
      return () =>
        new Promise((resolve, reject) => {
          let found = 0
          const stream = client.query(ns, set).foreach()
          stream.on("data", ({ bins }) => {
            if (bins.i !== undefined) found++
          })
          stream.on("error", reject)
          stream.on("end", () => resolve(found))
        })
    },
    close: async () => {
      client.close()
      Aerospike.releaseEventLoop()
    },
  }
}
