// A transport whose sockets a test plays.

import type { Socket, SocketHandlers, Target, Transport } from "../../../ts/transport/index.ts"

export class FakeSocket implements Socket {
  readonly target: Target
  readonly handlers: SocketHandlers
  readonly written: Uint8Array[] = []
  takesAll = true
  isPaused = false
  isDestroyed = false

  constructor(target: Target, handlers: SocketHandlers) {
    this.target = target
    this.handlers = handlers
  }

  write(bytes: Uint8Array): boolean {
    this.written.push(bytes)
    return this.takesAll
  }
  pause(): void {
    this.isPaused = true
  }
  resume(): void {
    this.isPaused = false
  }
  destroy(): void {
    this.isDestroyed = true
  }
}

export class FakeTransport implements Transport {
  readonly sockets: FakeSocket[] = []

  open(target: Target, handlers: SocketHandlers): Socket {
    const socket = new FakeSocket(target, handlers)
    this.sockets.push(socket)
    return socket
  }
}
