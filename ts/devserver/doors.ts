// How clients reach the nodes: here, by a port of this process for each. `processes.ts` has the other way.

import { Connection } from "./connection.ts"
import { type Listener, listen, type Socket } from "./listen.ts"
import type { Module } from "./module.ts"
import type { NodeTls, ServerTls } from "./tls.ts"

/** Where a node can be reached. */
export interface Place {
  readonly port: number
  readonly addresses: readonly string[]
  /** The port that speaks TLS, if there is one. */
  readonly tls?: { readonly port: number; readonly addresses: readonly string[]; readonly name: string }
  /** The node's process, if it has one of its own. */
  readonly pid?: number
}

/** Ports to listen on, 0 for free ones. */
export interface Ports {
  readonly port: number
  readonly tlsPort: number
}

/** Is told which nodes can be reached. */
export interface Told {
  up(node: number, place: Place): void
  gone(node: number): void
}

export interface Doors {
  /** The node is up when this resolves. */
  open(node: number, ports: Ports): Promise<void>
  /** Ends a node at once; it is gone when this resolves. */
  kill(node: number): Promise<void>
  /** Ends a node after it has answered what it was asked. */
  stop(node: number): Promise<void>
  close(): Promise<void>
}

export class Listeners implements Doors {
  readonly #module: Module
  readonly #host: string
  readonly #tls: ServerTls | undefined
  readonly #told: Told
  readonly #certificates = new Map<number, NodeTls>()
  readonly #listeners = new Map<number, readonly Listener[]>()

  constructor(module: Module, host: string, tls: ServerTls | undefined, told: Told) {
    this.#module = module
    this.#host = host
    this.#tls = tls
    this.#told = told
  }

  async open(node: number, { port, tlsPort }: Ports): Promise<void> {
    const accept = (socket: Socket) => Connection.accept(this.#module, node, socket)
    const plain = await listen(this.#host, port, accept)
    const certificate = this.#certificate(node)
    if (!certificate) {
      this.#listeners.set(node, [plain])
      this.#told.up(node, plain)
      return
    }
    const secure = await listen(this.#host, tlsPort, accept, certificate).catch(async (error) => {
      await plain.close()
      throw error
    })
    this.#listeners.set(node, [plain, secure])
    const tls = { port: secure.port, addresses: secure.addresses, name: certificate.name }
    this.#told.up(node, { port: plain.port, addresses: plain.addresses, tls })
  }

  async kill(node: number): Promise<void> {
    const listeners = this.#listeners.get(node) ?? []
    this.#listeners.delete(node)
    this.#told.gone(node)
    await Promise.all(listeners.map((listener) => listener.close()))
  }

  /** What has arrived is answered already. */
  stop(node: number): Promise<void> {
    return this.kill(node)
  }

  async close(): Promise<void> {
    const listeners = [...this.#listeners.values()].flat()
    this.#listeners.clear()
    await Promise.all(listeners.map((listener) => listener.close()))
  }

  /** A node keeps its certificate when it is restarted. */
  #certificate(node: number): NodeTls | undefined {
    const certificate = this.#certificates.get(node) ?? this.#tls?.node(this.#module.core.node_name(node))
    if (certificate) this.#certificates.set(node, certificate)
    return certificate
  }
}
