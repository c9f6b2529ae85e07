// Events of the cluster, and those who listen to them.

import { unknownField } from "./core/check.ts"
import { event } from "./core/generated.ts"
import type { EngineEvent, NodeInfo } from "./driver.ts"

/** What a listener of `client.on` gets. */
export interface ClusterEvent {
  type: ClusterEventType
  /** The node that it is about, if it is about one. */
  node?: NodeInfo
}

/** The engine's numbers, by name. */
export const eventTypes = {
  nodeAdded: event.NODE_ADDED,
  nodeRemoved: event.NODE_REMOVED,
  clusterChanged: event.CLUSTER_CHANGED,
  breakerOpen: event.BREAKER_OPEN,
  breakerClosed: event.BREAKER_CLOSED,
  disconnected: event.DISCONNECTED,
} as const

/** What `client.on` can be asked for. */
export type ClusterEventType = keyof typeof eventTypes

/** Gets events of the cluster. */
export type ClusterListener = (event: ClusterEvent) => void

/** The listeners of a client. */
export class Listeners {
  readonly #listeners = new Map<number, Set<ClusterListener>>()

  on(type: ClusterEventType, listener: ClusterListener): void {
    const kind = eventKind(type)
    const listeners = this.#listeners.get(kind) ?? new Set()
    this.#listeners.set(kind, listeners.add(listener))
  }

  off(type: ClusterEventType, listener: ClusterListener): void {
    this.#listeners.get(eventKind(type))?.delete(listener)
  }

  tell({ kind, node }: EngineEvent): void {
    for (const listener of this.#listeners.get(kind) ?? []) {
      try {
        listener({ type: typeOf(kind), ...(node && { node }) })
      } catch (error) {
        // The pump goes on; the error is the process's to handle, as one from any other callback.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}

function eventKind(type: ClusterEventType): number {
  if (Object.hasOwn(eventTypes, type)) return eventTypes[type]
  throw unknownField("event", String(type), Object.keys(eventTypes))
}

function typeOf(kind: number): ClusterEventType {
  return (Object.keys(eventTypes) as ClusterEventType[]).find((type) => eventTypes[type] === kind)!
}
