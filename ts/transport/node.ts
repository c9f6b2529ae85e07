// TCP on Node. A socket reads into one buffer of its own, so that no Buffer is made for what arrives.

import { connect, type Socket as NetSocket } from "node:net"
import { type Socket, SocketEnd, type SocketHandlers, socketEndOf, type Target, type Transport } from "./index.ts"

const readBytes = 64 * 1024

export const nodeTransport: Transport = {
  open: (target, handlers) => new NodeSocket(target, handlers),
}

class NodeSocket implements Socket {
  readonly #socket: NetSocket
  #open = false
  #error: NodeJS.ErrnoException | undefined

  constructor({ host, port, keepAlive, noDelay }: Target, handlers: SocketHandlers) {
    const buffer = new Uint8Array(readBytes)
    const received = (length: number) => {
      // Bytes may be on their way here when the socket is destroyed.
      if (!this.#socket.destroyed) handlers.received(length === readBytes ? buffer : buffer.subarray(0, length))
      return true
    }
    const onread = { buffer, callback: received }
    this.#socket = connect({ host, port, keepAlive, noDelay, onread })
    this.#socket.on("connect", () => {
      this.#open = true
      handlers.opened()
    })
    this.#socket.on("drain", () => handlers.writable())
    this.#socket.on("error", (error) => {
      this.#error = error
    })
    // Without allowHalfOpen a socket ends its own side after the server's, so this follows an end, too.
    this.#socket.on("close", () => {
      const error = this.#error
      handlers.closed(error || !this.#open ? socketEndOf(error?.code, this.#open) : SocketEnd.CLOSED, error)
    })
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  destroy(): void {
    // Nothing of it is heard any more, except errors, which would be thrown without a listener.
    this.#socket.removeAllListeners()
    this.#socket.on("error", () => {})
    this.#socket.destroy()
  }
}
