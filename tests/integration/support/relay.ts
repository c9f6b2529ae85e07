// Passes bytes between a client and a port of this machine, until it is told to be silent.

import { type AddressInfo, connect, createServer, type Socket } from "node:net"

export interface Relay {
  readonly port: number
  /** From now on nothing passes, in either direction. */
  silence(): void
  close(): void
}

export async function startRelay(to: number): Promise<Relay> {
  let silent = false
  const sockets = new Set<Socket>()
  const relay = createServer((socket) => {
    const other = connect(to, "127.0.0.1")
    for (const [from, into] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(from)
      from.on("data", (bytes) => silent || into.write(bytes))
      from.on("error", () => {})
      from.on("close", () => into.destroy())
    }
  })
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve))
  return {
    port: (relay.address() as AddressInfo).port,
    silence() {
      silent = true
    },
    close() {
      for (const socket of sockets) socket.destroy()
      relay.close()
    },
  }
}
