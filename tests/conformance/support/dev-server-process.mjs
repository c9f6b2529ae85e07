// A dev server in its own process: prints its hosts as one line, and ends when its standard input does.
//
//   node dev-server-process.mjs [nodes]

import process from "node:process"
import { startDevServer } from "aerospike-wasm/devserver"
import { NAMESPACES } from "./namespaces.mjs"

const server = await startDevServer({
  nodes: Number(process.argv[2] ?? 1),
  namespaces: NAMESPACES,
  clusterName: "conformance",
})
process.stdin.resume()
process.stdin.once("end", () => server.close())
console.log(server.hosts)
