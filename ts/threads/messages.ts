// What a client and its worker threads say to each other. Commands cross as the words that an engine reads, and answers as
// those that it wrote: no value is cloned, and buffers are transferred.

import type { ReadOptions } from "../config.ts"
import type { Command } from "../core/writer.ts"
import type { LogLevel } from "../log.ts"
import type { Place } from "../observe.ts"
import type { TlsSettings } from "../tls.ts"

/** What a thread is begun with. */
export interface Start {
  /** Lines for its engine. */
  readonly engine: string
  readonly read: ReadOptions
  readonly keepAlive: boolean
  readonly noDelay: boolean
  readonly clusterName: string
  /** All fields enumerable, or they would not cross. */
  readonly tls: TlsSettings | undefined
  /** Who logs in; passwords are asked for. */
  readonly user: { readonly name: string; readonly clear: boolean } | undefined
  readonly wasm: object | undefined
  readonly level: LogLevel
  /** Bits of `watch`. */
  readonly watch: number
  /** Where the thread writes what its engine counts: doubles, by `stat`. */
  readonly stats: SharedArrayBuffer
}

/** A name of the caller's engine, by its id there. */
export type Named = readonly [id: number, kind: number, text: string]

/** An operation that is handed over. */
export interface Job {
  readonly type: "job"
  readonly id: number
  readonly verb: string
  readonly command: Command
  /** Names that were not told before. */
  readonly names: readonly Named[]
  /** When it was asked for: milliseconds that all threads count alike. */
  readonly at: number
  readonly aborted: boolean
  /** Its steps are wanted. */
  readonly followed: boolean
  readonly level: LogLevel
}

/** To a thread. */
export type Order =
  | Job
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "consumed"; readonly id: number; readonly records: number }
  /** A parcel was opened: another may come. */
  | { readonly type: "opened" }
  | { readonly type: "watch"; readonly bits: number }
  | { readonly type: "password"; readonly text?: string; readonly failure?: string }
  | { readonly type: "close"; readonly drainMs: number }

/** How an operation failed. */
export interface Failed {
  readonly code: number
  /** `name host:port` */
  readonly node: string | undefined
  readonly attempts: number
  readonly inDoubt: boolean
  readonly compressed: boolean
  readonly elapsedMs: number
  readonly ahead: number | undefined
}

/** Why an engine did not take an operation, and what is to blame. */
export interface Refused {
  readonly code: number
  readonly reason: string
  readonly bin: string | undefined
  readonly group: number | undefined
}

/** What an engine counted; see `Counted`. Names are told by their ids, as those of parcels are. */
export interface Tally {
  readonly doubles: Float64Array
  readonly nodes: readonly string[]
  readonly stats: Readonly<Record<string, number>>
  readonly memoryBytes: number
}

/** From a thread. */
export type Report =
  /** Outputs of operations, to be opened one after the other: see courier.ts. `names` are new ones, from the id `from`. */
  | { readonly type: "parcel"; readonly buffer: ArrayBuffer; readonly from: number; readonly names: readonly string[] }
  | {
      readonly type: "done"
      readonly id: number
      /** Its last output, if there is one, and the columns that came with it. */
      readonly last: ArrayBuffer | undefined
      readonly regions: readonly Uint8Array[]
      readonly failed: Failed | undefined
      readonly refused: Refused | undefined
      readonly from: number
      readonly names: readonly string[]
    }
  | {
      readonly type: "sent"
      readonly id: number
      readonly node: Place | undefined
      readonly ms: readonly [number, number]
    }
  | { readonly type: "off"; readonly id: number; readonly ms: readonly [number, number] }
  | { readonly type: "failed"; readonly id: number; readonly node: Place | undefined; readonly code: number }
  | {
      readonly type: "ended"
      readonly id: number
      readonly node: Place | undefined
      readonly code: number
      /** How many attempts there were, and how many milliseconds the answer took to be read. */
      readonly ends: readonly [attempts: number, decodeMs: number]
    }
  | {
      readonly type: "log"
      readonly level: LogLevel
      readonly message: string
      readonly fields: Record<string, unknown>
    }
  | { readonly type: "tally"; readonly tally: Tally; readonly from: number; readonly names: readonly string[] }
  | { readonly type: "askPassword" }
  /** Connecting ended: with code 0, or for a reason, and then the thread is of no use. */
  | { readonly type: "ready"; readonly code: number; readonly text: string }
  | { readonly type: "closed" }

/** Milliseconds that all threads of a process count alike. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now()
}
