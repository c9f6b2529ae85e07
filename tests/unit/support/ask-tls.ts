// Asks a node over TLS, with nothing but a socket.

import { connect, type TLSSocket } from "node:tls"

export interface Asked {
  readonly port: number
  readonly ca: string
  readonly name: string
  readonly cert?: string
  readonly key?: string
}

/** The answer to an info command over TLS, or the code with which the connection failed. */
export function askTls({ port, name, ...secure }: Asked, command: string): Promise<string> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({ port, host: "127.0.0.1", servername: name, ...secure }, () => {
      const head = Buffer.from([2, 1, 0, 0, 0, 0, 0, command.length + 1])
      socket.write(Buffer.concat([head, Buffer.from(`${command}\n`)]))
    })
    let failed = "closed"
    socket.on("error", (error: NodeJS.ErrnoException) => {
      failed = error.code ?? error.message
    })
    socket.on("close", () => resolve(failed))
    let bytes = Buffer.alloc(0)
    socket.on("data", (more: Buffer) => {
      bytes = Buffer.concat([bytes, more])
      if (bytes.length >= 8 && bytes.length === 8 + bytes.readUIntBE(2, 6)) {
        socket.destroy()
        resolve(bytes.subarray(8).toString().trimEnd().split("\t")[1] ?? "")
      }
    })
  })
}
