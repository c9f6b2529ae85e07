// The other thread of `apart.ts`: a dev server that is told by messages what to do.

import { parentPort, workerData } from "node:worker_threads"
import { startDevServer } from "aerospike-wasm/devserver"

const server = await startDevServer(workerData)
const told = () => ({ hosts: server.hosts, nodes: server.nodes })

parentPort.on("message", async ([method, ...args]) => {
  await server[method](...args)
  parentPort.postMessage(told())
  if (method === "close") parentPort.close()
})
parentPort.postMessage(told())
