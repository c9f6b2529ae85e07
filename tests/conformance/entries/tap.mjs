// Records what goes over the sockets of servers that this process makes, whoever makes them: the dev server knows nothing of
// it. Must be called before they are made.

import { syncBuiltinESMExports } from "node:module"
import net from "node:net"
import tls from "node:tls"
import { recorder } from "./recorder.mjs"

/** Begins to record; gives the names that are seen. */
export function tapServers() {
  const { seen, connection } = recorder()
  const tapped = (createServer) => (options, accept) =>
    createServer(options, (socket) => {
      const { request, answer } = connection()
      const write = socket.write.bind(socket)
      socket.write = (bytes, ...rest) => {
        answer(bytes)
        return write(bytes, ...rest)
      }
      accept(socket)
      socket.on("data", request)
    })
  net.createServer = tapped(net.createServer)
  tls.createServer = tapped(tls.createServer)
  syncBuiltinESMExports()
  return seen
}
