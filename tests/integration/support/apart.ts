// A dev server on a thread of its own. The official client connects without giving the event loop back, so a server on
// the same thread could never answer it.

import { once } from "node:events"
import { Worker } from "node:worker_threads"
import type { DevServerNode, DevServerOptions } from "aerospike-wasm/devserver"

export interface ServerApart {
  hosts: string
  nodes: readonly DevServerNode[]
  kill(node: number): Promise<void>
  restart(node: number): Promise<void>
  close(): Promise<void>
}

export async function startDevServerApart(options: DevServerOptions = {}): Promise<ServerApart> {
  const worker = new Worker(new URL("./apart.mjs", import.meta.url), { workerData: options })
  const told = async () => (await once(worker, "message"))[0] as Pick<ServerApart, "hosts" | "nodes">
  const server: ServerApart = {
    ...(await told()),
    kill: (node) => ask("kill", node),
    restart: (node) => ask("restart", node),
    close: async () => {
      const ended = once(worker, "exit")
      await ask("close")
      await ended
    },
  }
  async function ask(...message: unknown[]): Promise<void> {
    const answer = told()
    worker.postMessage(message)
    Object.assign(server, await answer)
  }
  return server
}
