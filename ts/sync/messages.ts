// What the two threads of a sync client say to each other. Values in it are packed: see values.ts.

import type { Asked } from "../asked.ts"
import type { NodeInfo } from "../driver.ts"
import type { ClusterEventType } from "../events.ts"
import type { LogLevel } from "../log.ts"
import type { Transaction } from "../transaction.ts"

/** Whose method is called: data from which the other end makes or finds the object. */
export type Target =
  | readonly ["client"]
  | readonly ["admin"]
  | readonly ["query", Asked]
  | readonly ["aggregation", Asked, args: readonly unknown[]]
  | readonly ["held", id: number]

/** Calls that are no methods. */
export const CONNECT = "connect()"
/** With the name of a method and its arguments: begins an iteration, and gives its number. */
export const ITERATE = "iterate()"
/** Gives what has come, at least one; an empty array at the end. */
export const TAKE = "take()"

/** How a transaction is, where it is run. */
export type TransactionTold = Pick<Transaction, "id" | "namespace" | "state">

/** What a reply tells of transactions, by number. */
export type Transactions = readonly (readonly [number: number, told: TransactionTold])[]

/** From the caller. */
export type Asking =
  | readonly ["call", call: number, level: LogLevel, target: unknown, name: string, args: unknown]
  | readonly ["answer", callback: number, isOk: boolean, value: unknown]
  | readonly ["abort", signal: number, reason: unknown]
  /** An iteration was left, or nobody holds a job or transaction any more. */
  | readonly ["drop", what: "held" | "transaction" | "signal", number: number]

/** From the worker. */
export type Telling =
  | readonly ["reply", call: number, isOk: boolean, value: unknown, transactions: Transactions]
  | readonly ["callback", callback: number, call: number, fn: number, args: unknown[]]
  /** A function failed, and nobody waited for what it gives. */
  | readonly ["unheard", error: unknown]
  | readonly ["event", type: ClusterEventType, node: NodeInfo | undefined]
  | readonly ["log", level: LogLevel, message: string, fields: unknown]
  | readonly ["died", error: unknown]

/** What a worker is started with. */
export interface Start {
  readonly port: import("node:worker_threads").MessagePort
  readonly cells: SharedArrayBuffer
}

/** Words that both threads see. */
export const cell = {
  /** How many messages the worker has posted: what the caller waits on. */
  POSTED: 0,
  /** Counted up once a second while the worker lives. */
  BEAT: 1,
  LENGTH: 2,
} as const

export const beatMs = 1000

/** What the end of a client leaves behind for those who still ask. */
export interface Rest {
  readonly nodes: NodeInfo[]
  readonly stats: Record<string, number>
}
