// This package's client, as the bench uses one.

import { connect as connectTo } from "aerospike-wasm"

export async function connect(hosts) {
  const policy = { totalTimeout: 10_000 }
  const client = await connectTo({ hosts, timeout: 5000, policies: { read: policy, write: policy, remove: policy } })
  return {
    key: (...parts) => parts,
    bins: (plain) => plain,
    get: async (key) => (await client.get(key)).bins,
    put: (key, bins) => client.put(key, bins),
    remove: (key) => client.remove(key),
    ways: {
      /** Each reads many records, and gives the integer of one of them. */
      rows:
        ({ keys }, at) =>
        async () =>
          (await client.batchRead(keys, undefined, policy))[at].bins.i,
      columns: ({ ns, set, ids, schema }, at) => {
        return async () => Number((await client.batchReadColumns({ ns, set, ids }, schema, policy)).columns.i[at])
      },
      "query rows": ({ ns, set, keys }) => {
        return async () => allOf(await client.query(ns, set).results(), keys)[0].bins.i
      },
      "query columns": ({ ns, set, schema, keys }) => {
        return async () => Number(allOf(await client.query(ns, set).columns(schema), keys).columns.i[0])
      },
    },
    /** Writes records of the columns of the schema. */
    async writeMany({ ns, set, ids, columns }) {
      const { code } = await client.batchWriteColumns({ ns, set, ids }, columns, policy)
      if (code.some((code) => code !== 0)) throw new Error(`codes ${[...new Set(code)]}`)
    },
    truncate: (ns, set) => client.truncate(ns, set),
    close: () => client.close(),
  }
}

function allOf(found, { length }) {
  if (found.length !== length) throw new Error(`${found.length} records were found instead of ${length}`)
  return found
}
