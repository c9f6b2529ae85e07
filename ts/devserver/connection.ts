// One client's connection: bytes in, one write of all the answers out. When the client does not take its answers,
// nothing more is read from it.

import type { Handlers, Socket } from "./listen.ts"
import type { Module } from "./module.ts"

export class Connection implements Handlers {
  readonly #module: Module
  readonly #socket: Socket
  readonly #id: number
  #closed = false
  /** Goes on with a query that is to go slowly. */
  #timer: NodeJS.Timeout | undefined

  /** A connection to a node, or nothing if the node refuses it. */
  static accept(module: Module, node: number, socket: Socket): Connection | undefined {
    const id = module.core.connect(node)
    if (id < 0) return undefined
    module.core.set_peer(id, socket.address, socket.certified)
    const connection = new Connection(module, socket, id)
    module.connections.set(id, connection)
    return connection
  }

  private constructor(module: Module, socket: Socket, id: number) {
    this.#module = module
    this.#socket = socket
    this.#id = id
  }

  received(bytes: Uint8Array): void {
    if (this.#closed) return
    const { core, memory } = this.#module
    const at = core.receive_reserve(bytes.length)
    new Uint8Array(memory.buffer, at, bytes.length).set(bytes)
    this.#answer(bytes.length)
  }

  writable(): void {
    if (this.#closed) return
    this.#socket.resume()
    const { core } = this.#module
    if (core.pending(this.#id) || core.waits_for_udfs(this.#id)) this.#answer(0)
  }

  closed(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    this.#module.connections.delete(this.#id)
    if (this.#module.open) this.#module.core.disconnected(this.#id)
  }

  /** Nobody has used it for too long. */
  end(): void {
    this.closed()
    this.#socket.end()
  }

  /** Answers what is in place, and what waited for it, until the socket is full. */
  #answer(length: number): void {
    const { core } = this.#module
    clearTimeout(this.#timer)
    let received = length
    do {
      const result = core.received(this.#id, received, Date.now())
      received = 0
      const flows = this.#write(result < 0 ? -1 - result : result)
      if (result < 0) {
        this.#socket.reset()
        return
      }
      if (core.waits_for_udfs(this.#id)) {
        this.#wait()
        return
      }
      if (!flows) {
        this.#socket.pause()
        return
      }
      const wait = core.wait(this.#id, Date.now())
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#answer(0), wait)
        return
      }
    } while (core.pending(this.#id))
  }

  /** Goes on when it is known who runs UDFs. */
  #wait(): void {
    this.#socket.pause()
    this.#module.udfs.find().then(() => {
      if (!this.#closed && this.#module.open) this.writable()
    })
  }

  /** A copy goes to the socket: linear memory can grow, and is written over by the next answer. */
  #write(length: number): boolean {
    if (length === 0) return true
    const { core, memory } = this.#module
    return this.#socket.write(new Uint8Array(memory.buffer, core.answer_address(), length).slice())
  }
}
