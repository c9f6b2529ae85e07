// A port is closed for good, whatever state its connections are in.

import { connect, createServer, type Socket } from "node:net"
import { afterEach, test } from "vitest"
import { reset } from "../../ts/devserver/listen.ts"

const server = createServer()

afterEach(() => {
  server.removeAllListeners("connection")
  server.close()
})

test.each<[string, (socket: Socket) => void]>([
  ["is open", () => {}],
  ["is ending", (socket) => socket.end("bye")],
  ["was destroyed", (socket) => socket.destroy()],
])("a socket that %s is closed by a reset", async (_, before) => {
  const closed = new Promise<void>((resolve, reject) => {
    server.on("connection", (socket) => {
      socket.on("error", reject)
      socket.on("close", () => resolve())
      before(socket)
      reset(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const client = connect((server.address() as { port: number }).port, "127.0.0.1")
  client.on("error", () => {})
  await closed
  client.destroy()
})
