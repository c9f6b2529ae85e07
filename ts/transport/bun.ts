// TCP on Bun. A write may take only a part of the bytes: the rest is written when the socket drains.

import { type Socket, SocketEnd, type SocketHandlers, socketEndOf, type Target, type Transport } from "./index.ts"

/** What this file needs of Bun, so that the rest compiles without its types. */
interface BunSocket {
  write(bytes: Uint8Array): number
  terminate(): void
  pause(): void
  resume(): void
  setNoDelay(on: boolean): boolean
  setKeepAlive(on: boolean, initialDelayMs?: number): boolean
}
interface BunHandlers {
  open(socket: BunSocket): void
  data(socket: BunSocket, bytes: Uint8Array): void
  drain(socket: BunSocket): void
  close(socket: BunSocket, error?: unknown): void
  error(socket: BunSocket, error: unknown): void
  connectError(socket: BunSocket, error: unknown): void
}
declare const Bun: {
  connect(options: { hostname: string; port: number; socket: BunHandlers }): Promise<BunSocket>
}

export const bunTransport: Transport = {
  open: (target, handlers) => new BunTcp(target, handlers),
}

class BunTcp implements Socket {
  readonly #handlers: SocketHandlers
  #socket: BunSocket | undefined
  #destroyed = false
  #paused = false
  #error: unknown
  /** What the socket did not take yet. */
  #rest: Uint8Array[] = []

  constructor(target: Target, handlers: SocketHandlers) {
    this.#handlers = handlers
    const socket: BunHandlers = {
      open: (socket) => this.#opened(socket, target),
      data: (_, bytes) => {
        if (!this.#destroyed) handlers.received(bytes)
      },
      drain: () => this.#drained(),
      close: (_, error) => this.#ended(this.#error ?? error),
      error: (_, error) => {
        this.#error = error
      },
      connectError: (_, error) => this.#ended(error),
    }
    // A refusal comes both here and as connectError; whichever is first is told.
    Bun.connect({ hostname: target.host, port: target.port, socket }).catch((error) => this.#ended(error))
  }

  #opened(socket: BunSocket, { noDelay, keepAlive }: Target): void {
    if (this.#destroyed) return socket.terminate()
    this.#socket = socket
    socket.setNoDelay(noDelay)
    if (keepAlive) socket.setKeepAlive(true, 0)
    if (this.#paused) socket.pause()
    this.#handlers.opened()
  }

  write(bytes: Uint8Array): boolean {
    if (this.#rest.length > 0) {
      this.#rest.push(bytes)
      return false
    }
    return this.#push(bytes)
  }

  /** True when the socket took all; what it did not take is kept. */
  #push(bytes: Uint8Array): boolean {
    // -1 when the socket is closed: `close` will tell.
    const taken = Math.max(0, this.#socket?.write(bytes) ?? 0)
    if (taken === bytes.length) return true
    this.#rest.unshift(bytes.subarray(taken))
    return false
  }

  #drained(): void {
    if (this.#destroyed || this.#rest.length === 0) return
    for (let bytes = this.#rest.shift(); bytes; bytes = this.#rest.shift()) {
      if (!this.#push(bytes)) return
    }
    this.#handlers.writable()
  }

  pause(): void {
    this.#paused = true
    this.#socket?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#socket?.resume()
  }

  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    this.#socket?.terminate()
  }

  #ended(error: unknown): void {
    if (this.#destroyed) return
    this.#destroyed = true
    const wasOpen = this.#socket !== undefined
    const end = wasOpen && !error ? SocketEnd.CLOSED : socketEndOf((error as { code?: unknown })?.code, wasOpen)
    this.#handlers.closed(end, error)
  }
}
