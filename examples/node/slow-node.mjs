// node examples/node/slow-node.mjs: how a service behaves when one of three nodes is slow
import { connect, TimeoutError } from "aerospike-wasm"
import { startDevServer } from "aerospike-wasm/devserver"

/** The service: whoever it cannot look up in time is greeted without a name. */
async function greet(users, id, policy) {
  try {
    const { bins } = await users.get(id, policy)
    return `Hello ${bins.name}`
  } catch (error) {
    if (error instanceof TimeoutError) return "Hello"
    throw error
  }
}

const server = await startDevServer({ nodes: 3 })
// Reads of one turn would share a request, and one behind a slow one would be sent twice; here each is to be one "get", which
// the fault counts.
const client = await connect({ hosts: server.hosts, coalesce: "off", pipelining: "fixed" })
const users = client.set("test", "users")
const ids = Array.from({ length: 60 }, (_, i) => i)
await users.batchWrite(ids.map((key) => ({ key, bins: { name: `user ${key}` } })))

// From now on the second node takes two seconds for a read.
const slow = server.faults.add({ when: { node: 1, command: "get" }, then: { delay: 2000 } })
const strict = await Promise.all(ids.map((id) => greet(users, id, { totalTimeout: 300, maxRetries: 0 })))
const nameless = strict.filter((greeting) => greeting === "Hello").length
console.log(nameless === slow.struck, nameless > 10) // → true true

// One more try, of another copy of the record, and nobody notices.
const patient = { socketTimeout: 300, totalTimeout: 5000, maxRetries: 1 }
const retried = await Promise.all(ids.map((id) => greet(users, id, patient)))
console.log(retried.every((greeting, id) => greeting === `Hello user ${id}`)) // → true

await client.close()
await server.close()
