// What is watched of operations in this realm, and by whom: the one place that the client and those who look at it (metrics,
// tracing) both know. The client imports neither of them; with nobody looking, an operation costs one comparison more.

import type { watch } from "./core/generated.ts"

/** A client, as those see it who look at it. */
export interface Observable {
  /** Bits of the engine's table `watch`. */
  watch(bits: number): void
  readonly isConnected: boolean
  /** All that was counted; undefined when the engine can no longer be asked. */
  counted(): Counted | undefined
}

/** What an engine counted, as its tables `metrics_head` and the rows behind it tell, and what its numbers mean. */
export interface Counted {
  readonly doubles: Float64Array
  /** The text of a name's id. */
  name(id: number): string
  /** The name of the node of that index. */
  node(index: number): string
  /** By the names of the engine's table `stat`. */
  readonly stats: Readonly<Record<string, number>>
  /** The linear memory, which all clients of the realm share. */
  readonly memoryBytes: number
}

/** An operation that begins. */
export interface Beginning {
  /** Of the engine's table `operation`. */
  readonly operation: number
  readonly namespace: string | undefined
  /** Undefined: none, or several. */
  readonly set: string | undefined
  /** Of a batch: how many; else 0. */
  readonly records: number
  readonly clusterName: string
}

/** A node that an operation went to. */
export interface Place {
  readonly name: string
  readonly host: string
  readonly port: number
}

/** Follows one operation. It is told nothing of keys and values. */
export interface Follower {
  /** An attempt was sent to the node, after waiting in queues and for its connection to be opened. */
  sent(node: Place | undefined, queueMs: number, connectMs: number): void
  /** An attempt failed, and another follows. */
  failed(node: Place | undefined, code: number): void
  /** It ended; `code` 0 is well. */
  ended(node: Place | undefined, code: number, attempts: number): void
}

/** Follows operations. */
export interface Tracing {
  /** Whether anybody wants to know just now. */
  isActive(): boolean
  begin(beginning: Beginning): Follower | undefined
}

let bits = 0
const clients = new Set<WeakRef<Observable>>()
const references = new WeakMap<Observable, WeakRef<Observable>>()

/** Who looks. */
export const observers: {
  tracing: Tracing | undefined
  /** Told before a client is gone, while it can still be asked. */
  gone: ((client: Observable) => void) | undefined
} = { tracing: undefined, gone: undefined }

/** What is watched now. */
export function watching(): number {
  return bits
}

/** Begins or ends to watch something, in all clients that there are and will be. */
export function setWatch(bit: (typeof watch)[keyof typeof watch], on: boolean): void {
  const before = bits
  bits = on ? bits | bit : bits & ~bit
  if (bits !== before) for (const client of liveClients()) client.watch(bits)
}

/** The clients that are not closed, nor forgotten by everybody. */
export function liveClients(): Observable[] {
  const live: Observable[] = []
  for (const reference of clients) {
    const client = reference.deref()
    if (client) live.push(client)
    else clients.delete(reference)
  }
  return live
}

/** A client begins. It is not kept alive by this. */
export function clientBegins(client: Observable): void {
  const reference = new WeakRef(client)
  references.set(client, reference)
  clients.add(reference)
  if (bits !== 0) client.watch(bits)
}

/** A client ends. */
export function clientEnds(client: Observable): void {
  const reference = references.get(client)
  if (reference && clients.delete(reference)) observers.gone?.(client)
}
