// AEROSPIKE_HOSTS=127.0.0.1:3000 node examples/node/users.mjs
import { connect } from "aerospike-wasm"

const client = await connect({ hosts: process.env.AEROSPIKE_HOSTS ?? "127.0.0.1:3000" })
const key = ["test", "users", "alice"] // namespace, set, user key

await client.put(key, { name: "Alice", age: 30, tags: ["admin", "çay"] })
await client.increment(key, "age", 1)
const { bins, gen } = await client.get(key)
console.log(`${bins.name} is ${bins.age}, has ${bins.tags.length} tags, is at generation ${gen}`)
// → Alice is 31, has 2 tags, is at generation 2

const users = client.set("test", "users")
await users.put("bob", { name: "Bob", age: 41 })
const bob = await users.get("bob")
console.log(`${bob.bins.name} is ${bob.bins.age}`) // → Bob is 41

await Promise.all([users.remove("alice"), users.remove("bob")])
await client.close()
