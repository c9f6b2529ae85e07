// A dev server in a process of its own, so that what it does is not counted as the client's latency.
// Imported, it starts that process; forked, it is that process.

import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

const self = fileURLToPath(import.meta.url)

/** Starts a cluster of so many nodes on free ports. */
export async function startCluster(nodes) {
  const child = fork(self, [String(nodes)])
  const exited = once(child, "exit")
  const ask = async (message) => {
    if (message) child.send(message)
    const [reply] = await Promise.race([once(child, "message"), exited])
    if (typeof reply !== "object" || reply === null) throw new Error(`the dev server stopped with exit code ${reply}`)
    return reply
  }
  const { hosts } = await ask()
  return {
    hosts,
    /** Closes a node's port and its connections, as a crash would. */
    kill: (index) => ask({ kill: index }),
    stop: async () => {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

if (process.argv[1] === self && process.send) {
  const { startDevServer } = await import("aerospike-wasm/devserver")
  const server = await startDevServer({ nodes: Number(process.argv[2]) })
  // Ctrl-C reaches the whole process group; the parent decides when this one ends.
  process.on("SIGINT", () => {})
  process.on("message", async ({ kill }) => {
    await server.kill(kill)
    process.send({ killed: kill })
  })
  process.on("disconnect", () => process.exit())
  process.send({ hosts: server.hosts })
}
