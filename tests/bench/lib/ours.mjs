// This package's client, as the bench uses one.

import { readFileSync } from "node:fs"
import { connect as connectTo, LogLevel, op, setLogLevel } from "aerospike-wasm"

export async function connect(hosts, { way = "rows", metrics = false, coalesce, workers }) {
  setLogLevel(LogLevel.OFF)
  if (metrics) await countEverything()
  const policy = { totalTimeout: 10_000 }
  const policies = { read: policy, write: policy, operate: policy }
  const given = Object.entries({ coalesce, workers }).filter(([, value]) => value !== undefined)
  const client = await connectTo({ hosts, timeout: 5000, policies, ...Object.fromEntries(given) })
  const addAndRead = [op.add("i", 1), op.read("i")]
  return {
    version: JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")).version,
    server: await client.infoRandomNode("build").then(({ response }) => response),
    key: (...parts) => parts,
    bins: (plain) => plain,
    get: async (key) => (await client.get(key)).bins,
    put: (key, bins) => client.put(key, bins),
    addAndRead: async (key) => (await client.operate(key, addAndRead)).bins.i,
    /** Gives a function that reads records again and again, and the integer of one of them. */
    batch: {
      rows({ ns, set, ids }) {
        const keys = () => ids.map((id) => [ns, set, id])
        return async (at) => (await client.batchRead(keys(), undefined, policy))[at].bins.i
      },
      columns({ ns, set, schema, ids }) {
        const typed = Int32Array.from(ids)
        return async (at) =>
          Number((await client.batchReadColumns({ ns, set, ids: typed }, schema, policy)).columns.i[at])
      },
    }[way],
    /** Gives a function that reads a set again and again, and how many records it got. */
    query: {
      rows:
        ({ ns, set }) =>
        async () => {
          let found = 0
          for await (const { bins } of client.query(ns, set)) if (bins.i !== undefined) found++
          return found
        },
      columns:
        ({ ns, set, schema }) =>
        async () =>
          (await client.query(ns, set).columns(schema)).length,
    }[way],
    async writeMany(keys, bins) {
      const rows = await client.batchWrite(
        keys.map((key, i) => ({ key, bins: bins[i] })),
        policy,
      )
      const bad = rows.find(({ code }) => code !== 0)
      if (bad) throw new Error(`a record could not be written: code ${bad.code}`)
    },
    truncate: (ns, set) => client.truncate(ns, set),
    close: () => client.close(),
  }
}

/** They want a package that is installed apart. */
async function countEverything() {
  const { setMetricsEnabled } = await import("aerospike-wasm/metrics").catch((error) => {
    throw new Error(`metrics cannot be loaded: ${error.code}`)
  })
  setMetricsEnabled(true)
}
