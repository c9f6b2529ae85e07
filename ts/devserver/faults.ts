// Faults of a dev server, as they are told. What checks and adds them is in `fault-list.ts`.

import type { UserKey } from "../key.ts"

/**
 * What a request asks for. Of single records: `get` (also `find` and `select`), `exists`, `put`, `add` (`increment`),
 * `append`, `prepend`, `touch`, `remove`, `apply`, and `operate` for everything else; `transaction` for the verifying and
 * rolling of single records when a transaction ends. `read` stands for all of these that write nothing, and `write` for
 * the others. Of many records: `batch`, `query`, `aggregate`, `background`. Beside them `info` (by which clients also
 * watch the cluster), `login` (of every connection, where there are users) and `admin` (commands on users and roles).
 */
export type FaultCommand = (typeof faultCommands)[number]

export const faultCommands = [
  "get",
  "exists",
  "put",
  "add",
  "append",
  "prepend",
  "touch",
  "remove",
  "operate",
  "apply",
  "transaction",
  "read",
  "write",
  "batch",
  "query",
  "aggregate",
  "background",
  "info",
  "login",
  "admin",
] as const

/**
 * Which requests a fault strikes: those for which all that is said here holds. With nothing said it is every request,
 * also the info requests by which clients watch the cluster: say `command` where these are to be spared.
 */
export interface FaultWhen {
  /** The node that is asked, the first being 0, or some of them. */
  readonly node?: number | readonly number[]
  /** What is asked, or some of it. */
  readonly command?: FaultCommand | readonly FaultCommand[]
  /** A batch is struck if any of its rows is of it; info, logins and admin never are. So with `set`, `key`, `digest`. */
  readonly namespace?: string
  /** `""` for records that are in no set. */
  readonly set?: string
  /** The user key of a record, in whatever set if `set` does not say. Queries have none. */
  readonly key?: UserKey
  /** A record's digest, 20 bytes, instead of `key`. */
  readonly digest?: Uint8Array
  /** Only the nth of the requests that match, from 1. */
  readonly nth?: number
  /** At most so many, from 1. */
  readonly times?: number
  /** How likely a request that matches is struck, from 0 to 1, drawn by lot from {@link FaultOptions.seed}. */
  readonly probability?: number
}

/** What a fault can do to a request. */
export interface FaultEffects {
  /** It is never answered, nor is what comes behind it on its connection, which stays open. */
  readonly drop?: true
  /** Its connection is reset in place of an answer. */
  readonly close?: true
  /** It is done, and its connection reset after so many bytes of the answer. */
  readonly truncate?: number
  /**
   * It is done, and bytes of the answer are others: as many as the number says, drawn by lot from
   * {@link FaultOptions.seed}, or those at the places of an array, the first byte of the answer being 0. The first 8 are
   * the length and kind of the answer, and of single records the 14th is the code. In what else is in an answer, a
   * client cannot see that it is spoilt. Of an answer in several parts, a large query, it is the first part.
   */
  readonly corrupt?: number | readonly number[]
  /**
   * It is answered with this code, from 1 to 255. A batch is so as a whole, or, if `when` says which records, in the rows
   * that match.
   */
  readonly code?: number
}

/** When a fault does it. */
export interface FaultTiming {
  /**
   * Milliseconds that the request waits, and what comes behind it on its connection with it; then it is done, unless the
   * client has gone by then. With `applied: true` it is done at once, and its answer waits.
   */
  readonly delay?: number
  /**
   * Whether the request is done although its answer is dropped, cut off or another one: so writes get in doubt that have
   * happened. Default `false`; an answer that is truncated or corrupt is always that of a request that was done.
   */
  readonly applied?: boolean
}

type Only<Effect extends keyof FaultEffects> = FaultTiming &
  Required<Pick<FaultEffects, Effect>> & { readonly [Other in Exclude<keyof FaultEffects, Effect>]?: never }

type NoEffect = { readonly [Effect in keyof FaultEffects]?: never }

/** What becomes of a request that is struck: one of {@link FaultEffects}, and when; or only a delay. */
export type FaultThen =
  | { [Effect in keyof FaultEffects]-?: Only<Effect> }[keyof FaultEffects]
  | (Required<Pick<FaultTiming, "delay">> & FaultTiming & NoEffect)

/** Options of {@link Faults.add}. */
export interface FaultOptions {
  /** Default: every request. */
  readonly when?: FaultWhen
  readonly then: FaultThen
  /** From which all lots are drawn: the same requests in the same order have the same fate. Default 0. */
  readonly seed?: number
}

/** A fault that was added. */
export interface Fault {
  /** How many requests it has struck. It still says so when it is removed. */
  readonly struck: number
  /** From now on it strikes no more. Requests that were struck keep their fate. */
  remove(): void
  [Symbol.dispose](): void
}

/** The faults of a dev server. */
export interface Faults {
  /**
   * Adds one. Of several that match, the one that was added first strikes, and the others do not see the request.
   *
   * ```ts
   * using fault = server.faults.add({ when: { node: 1, command: "put", times: 1 }, then: { drop: true, applied: true } })
   * await client.put(key, bins) // rejects with a TimeoutError that is in doubt
   * console.log(fault.struck) // 1
   * ```
   *
   * @throws InvalidArgumentError that names the field which is wrong.
   */
  add(fault: FaultOptions): Fault
  /** Removes all. */
  clear(): void
}
