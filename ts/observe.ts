// What is watched of operations in this realm, and by whom: the one place that the client and those who look at it (metrics,
// tracing) both know. The client imports neither of them; with nobody looking, an operation costs one comparison more.

import type { watch } from "./core/generated.ts"
import type { Key } from "./key.ts"

/** A client, as those see it who look at it. */
export interface Observable {
  /** Bits of the engine's table `watch`. */
  watch(bits: number): void
  readonly isConnected: boolean
  /** All that was counted; undefined when the engine can no longer be asked. */
  counted(): Counted | undefined
  /** What its worker threads have counted. */
  helped(): readonly Counted[]
  /** The nodes that are known, by index; holes where an index has none. */
  nodes(): (Place | undefined)[]
  /** Who has which partition, as this client believes. */
  partitions(): PartitionMap[]
}

/** Who has which partition of a namespace. */
export interface PartitionMap {
  readonly namespace: string
  /** By level, masters first, and partition: the index of the node, {@link nobody} where none is known. */
  readonly levels: readonly Uint16Array[]
}

/** The node of a partition that no node is known to have. */
export const nobody = 0xffff

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
  /** How long making its request took, of followers that measure it; else 0. */
  readonly encodeMs: number
}

/** A node that an operation went to. */
export interface Place {
  readonly name: string
  readonly host: string
  readonly port: number
  /** Whether the last look at it succeeded. */
  readonly active: boolean
}

/** Follows one operation. It is told nothing of values, and of keys only what {@link Tracing.begin} gets. */
export interface Follower {
  /** An attempt was sent to the node, after waiting in queues and for its connection to be opened. */
  sent(node: Place | undefined, queueMs: number, connectMs: number): void
  /** An attempt has ended: its socket took the bytes after the first time, and then it waited for the second. */
  off?(sendMs: number, waitMs: number): void
  /** An attempt failed, and another follows. */
  failed(node: Place | undefined, code: number): void
  /** It ended; `code` 0 is well. Its answer came so long ago as it takes to read it. */
  ended(node: Place | undefined, code: number, attempts: number, decodeMs: number): void
  /** The values of its answer were made, after it ended. */
  materialized?(ms: number): void
}

/** Follows operations. */
export interface Tracing {
  /** Whether anybody wants to know just now. */
  isActive(): boolean
  /** An operation begins; the key, if it has one, is for those alone who were told to show keys. */
  begin(beginning: Beginning, key: Key | undefined): Follower | undefined
}

let bits = 0
/** Who wants which bit. */
const wanted = new Map<number, Set<unknown>>()
const clients = new Set<WeakRef<Observable>>()
const references = new WeakMap<Observable, WeakRef<Observable>>()

/** Who looks. */
export const observers: {
  /** See {@link addTracing}. */
  tracing: Tracing | undefined
  /** Told before a client is gone, while it can still be asked. */
  gone: ((client: Observable) => void) | undefined
} = { tracing: undefined, gone: undefined }

const tracings = new Set<Tracing>()

/** Operations are followed by one more from now on. */
export function addTracing(tracing: Tracing): void {
  tracings.add(tracing)
  joinTracings()
}

/** And no more. What it follows already it is told to the end. */
export function removeTracing(tracing: Tracing): void {
  tracings.delete(tracing)
  joinTracings()
}

function joinTracings(): void {
  const all = [...tracings]
  observers.tracing = all.length > 1 ? several(all) : all[0]
}

function several(all: readonly Tracing[]): Tracing {
  return {
    isActive: () => all.some((tracing) => tracing.isActive()),
    begin(beginning, key) {
      const active = all.filter((tracing) => tracing.isActive())
      const followers = active.flatMap((tracing) => tracing.begin(beginning, key) ?? [])
      return followers.length > 1 ? together(followers) : followers[0]
    },
  }
}

function together(followers: readonly Follower[]): Follower {
  const each = (tell: (follower: Follower) => void) => followers.forEach(tell)
  return {
    sent: (...what) => each((follower) => follower.sent(...what)),
    off: (...what) => each((follower) => follower.off?.(...what)),
    failed: (...what) => each((follower) => follower.failed(...what)),
    ended: (...what) => each((follower) => follower.ended(...what)),
    materialized: (...what) => each((follower) => follower.materialized?.(...what)),
  }
}

/** What is watched now. */
export function watching(): number {
  return bits
}

/**
 * Begins or ends to watch something, in all clients that there are and will be. It is watched while anybody wants it: `who`
 * tells several apart.
 */
export function setWatch(bit: (typeof watch)[keyof typeof watch], on: boolean, who: unknown = undefined): void {
  const before = bits
  const wanting = wanted.get(bit) ?? new Set()
  wanted.set(bit, wanting)
  if (on) wanting.add(who)
  else wanting.delete(who)
  bits = wanting.size > 0 ? bits | bit : bits & ~bit
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
