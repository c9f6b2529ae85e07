// A dev server in its own process: prints its hosts as one line, and ends when its standard input does. With RECORD=1 it
// then prints, as another line, the names of all that it was asked for.
//
//   node dev-server-process.mjs [nodes]

import process from "node:process"
import { NAMESPACES } from "./namespaces.mjs"

const seen = process.env.RECORD ? (await import("../entries/tap.mjs")).tapServers() : undefined
const { startDevServer } = await import("aerospike-wasm/devserver")
const server = await startDevServer({
  nodes: Number(process.argv[2] ?? 1),
  namespaces: NAMESPACES,
  clusterName: "conformance",
})
process.stdin.resume()
process.stdin.once("end", async () => {
  await server.close()
  if (seen) console.log(JSON.stringify([...seen]))
})
console.log(server.hosts)
