// A node's own process: it listens on the node's port and passes the bytes of each connection to the process that has the
// cluster, and back. It looks inside no byte. It ends with that process; what kills it cuts its connections as a node's.

import { connect, type Socket } from "node:net"
import { readLine, writeLine } from "./line.ts"
import { bind, highWaterMark, reset } from "./listen.ts"

/** How long what was asked may take to be answered when the node is stopped. */
const stopMs = 1000

/** Runs a node of the cluster that is reached at `path`. Resolves after SIGINT, SIGTERM or the end of the cluster. */
export async function runFront(path: string, node: number): Promise<void> {
  const channel = connect(path)
  channel.on("error", () => {})
  const ended = new Promise<boolean>((resolve) => channel.once("close", () => resolve(false)))
  const stopped = new Promise<boolean>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => resolve(true))
  })
  writeLine(channel, { join: node })
  const { error, host, port } = await hear(channel, path)
  if (error !== undefined) {
    channel.destroy()
    throw new Error(error)
  }

  // The cluster takes connections to this node when it knows where it is; those that come before wait.
  let pass = () => {}
  const known = new Promise<void>((resolve) => {
    pass = resolve
  })
  const hubs = new Map<Socket, Socket>()
  const { server, ...place } = await bind(host, port, async (client) => {
    await known
    hubs.set(client, pair(client, path, node))
    client.on("close", () => hubs.delete(client))
  }).catch((error: Error) => {
    writeLine(channel, { error: error.message })
    channel.end()
    throw error
  })
  writeLine(channel, { port: place.port, addresses: place.addresses, pid: process.pid })
  await hear(channel, path)
  channel.resume()
  pass()

  if (await Promise.race([ended, stopped])) {
    server.close()
    const finished = Promise.all(Array.from(hubs, ([client, hub]) => finish(client, hub)))
    await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, stopMs))])
  }
}

async function hear(channel: Socket, path: string) {
  try {
    return JSON.parse(await readLine(channel))
  } catch {
    throw new Error(`there is no dev server at ${path}`)
  }
}

/** The connection to the cluster that stands for a client's. */
function pair(client: Socket, path: string, node: number): Socket {
  const hub = connect({ path, highWaterMark } as { path: string })
  hub.on("error", () => {})
  writeLine(hub, { client: node, address: client.remoteAddress ?? "" })
  client.pipe(hub)
  hub.pipe(client, { end: false })
  client.on("close", () => hub.destroy())
  // What the cluster closes it resets.
  hub.on("close", () => client.write("", () => reset(client)))
  if (client.destroyed) hub.destroy()
  return hub
}

/** Takes no more, and ends the connection when what was taken is answered. */
function finish(client: Socket, hub: Socket): Promise<void> {
  client.unpipe(hub)
  hub.end()
  hub.once("end", () => client.end())
  return new Promise((resolve) => client.once("close", () => resolve()))
}
