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
  /** A batch matches if any of its rows does, info, logins and admin never do; as with `set`, `key` and `digest`. */
  readonly namespace?: string
  /** `""` for records that are in no set. */
  readonly set?: string
  /** The user key of a record, in whatever set if `set` does not say. Queries have none. */
  readonly key?: UserKey
  /** A record's digest, 20 bytes, instead of `key`. */
  readonly digest?: Uint8Array
  /** Only the nth of the requests that match, from 1. */
  readonly nth?: number
  /** It strikes at most so often, from 1. */
  readonly times?: number
  /** How likely a request that matches is struck, from 0 to 1, drawn by lot from {@link FaultOptions.seed}. */
  readonly probability?: number
}

/** What a fault can do to a request. */
export interface FaultEffects {
  /** It is never answered, nor is anything behind it on its connection, which stays open. */
  readonly drop?: true
  /** Its connection is reset in place of an answer. */
  readonly close?: true
  /** It is done, and its connection reset after so many bytes of the answer. */
  readonly truncate?: number
  /**
   * It is done, and bytes of the answer are others: as many as the number says, drawn by lot from
   * {@link FaultOptions.seed}, or those at the places that an array lists. Place 0 is the answer's first byte; 0 to 7 are
   * its version, kind and length, and 13 is the code of a single record. A client notices that these are spoilt, but not
   * that a value is. A large query is answered in several parts: of these it is the first.
   */
  readonly corrupt?: number | readonly number[]
  /**
   * It is answered with this result code, from 1 to 255. A batch gets it as a whole; but if `when` says which records
   * (`namespace`, `set`, `key`, `digest`), the rows that match get it and the others are as they would be.
   */
  readonly code?: number
}

/** When a fault does it. */
export interface FaultTiming {
  /**
   * Milliseconds from a request's arrival until it is done, unless its client has gone by then. With `applied: true` it
   * is done at once, and its answer waits as long. What is behind it on its connection waits, too, for answers keep their
   * order; but delays do not add up.
   */
  readonly delay?: number
  /**
   * Whether the request is done although its answer is dropped, cut off or replaced: so a write that has happened gets in
   * doubt. Default `false`; an answer that is truncated or corrupt is always that of a request that was done.
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
