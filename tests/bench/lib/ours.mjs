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
    close: () => client.close(),
  }
}
