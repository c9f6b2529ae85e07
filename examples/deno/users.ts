// AEROSPIKE_HOSTS=127.0.0.1:3000 deno run --allow-net --allow-env --allow-read examples/deno/users.ts
import { connect } from "aerospike-wasm"

await using client = await connect({ hosts: Deno.env.get("AEROSPIKE_HOSTS") ?? "127.0.0.1:3000" })
const users = client.set<{ name: string; age: number; tags?: string[] }>("test", "users")

await users.put("alice", { name: "Alice", age: 30, tags: ["admin", "çay"] })
await client.increment(["test", "users", "alice"], "age", 1)
const { bins, gen } = await users.get("alice")
console.log(`${bins.name} is ${bins.age}, has ${bins.tags?.length} tags, is at generation ${gen}`)
// → Alice is 31, has 2 tags, is at generation 2

await users.put("bob", { name: "Bob", age: 41 })
const bob = await users.get("bob")
console.log(`${bob.bins.name} is ${bob.bins.age}`) // → Bob is 41

await Promise.all([users.remove("alice"), users.remove("bob")])
