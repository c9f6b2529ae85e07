// Faults of a dev server: what is said of them is checked here, and written for the cluster, which does the rest
// (`rust/devserver/src/faults`).

import { check, checkFields, flag, integer, milliseconds, oneOf, type Rule, rule, text } from "../core/check.ts"
import { limit } from "../core/generated.ts"
import { invalid } from "../errors.ts"
import { isUserKey, someUserKey, type UserKey } from "../key.ts"
import type { Module } from "./module.ts"

/**
 * What a request asks for. Of single records: `get` (also `find` and `select`), `exists`, `put`, `add` (`increment`),
 * `append`, `prepend`, `touch`, `remove`, `apply`, and `operate` for everything else; `transaction` for the verifying and
 * rolling of single records when a transaction ends. `read` stands for all of these that write nothing, and `write` for
 * the others. Of many records: `batch`, `query`, `aggregate`, `background`. Beside them `info` (by which clients also
 * watch the cluster), `login` (of every connection, where there are users) and `admin` (commands on users and roles).
 */
export type FaultCommand = (typeof commands)[number]

const commands = [
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

const effects = ["drop", "close", "truncate", "corrupt", "code"] as const
const countMax = 1_000_000_000
const yes = rule("true, or left out", (value) => value === true)
const places = integer(0, limit.MESSAGE)

const effectRules: Record<keyof FaultEffects, Rule> = {
  drop: yes,
  close: yes,
  truncate: integer(0, limit.MESSAGE, "bytes"),
  corrupt: rule(
    "a number of bytes from 1 to 1000000, or an array of places",
    (value) => integer(1, 1_000_000).accepts(value) || isSome(value, places),
  ),
  code: integer(1, 255),
}

const thenRules: Record<string, Rule> = { ...effectRules, delay: milliseconds(), applied: flag }

function whenRules(nodes: number): Record<keyof FaultWhen, Rule> {
  const node = integer(0, nodes - 1)
  const command = oneOf(...commands)
  return {
    node: someOf(node),
    command: someOf(command),
    namespace: named(limit.NAMESPACE),
    set: text(limit.SET),
    key: rule(someUserKey, isUserKey),
    digest: rule(
      `a Uint8Array of ${limit.DIGEST} bytes`,
      (value) => value instanceof Uint8Array && value.length === limit.DIGEST,
    ),
    nth: integer(1, countMax),
    times: integer(1, countMax),
    probability: rule("a number from 0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1),
  }
}

function named(max: number): Rule {
  return rule(`text of 1 to ${max} bytes`, (value) => value !== "" && text(max).accepts(value))
}

function someOf(one: Rule): Rule {
  return rule(`${one.allowed}, or an array of such`, (value) => one.accepts(value) || isSome(value, one))
}

function isSome(value: unknown, one: Rule): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((each) => one.accepts(each))
}

/** Throws unless an object has nothing but what the rules allow. */
function checkAll(path: string, object: object, rules: Readonly<Record<string, Rule>>): void {
  checkFields(path, object, Object.keys(rules))
  for (const [name, value] of Object.entries(object)) {
    if (value !== undefined) check(`${path}.${name}`, value, rules[name]!)
  }
}

function checkThen(then: FaultThen): void {
  checkAll("fault.then", then, thenRules)
  const given = effects.filter((effect) => then[effect] !== undefined)
  if (given.length > 1) {
    throw invalid(`fault.then has ${given.join(" and ")}: it must have one of ${effects.join(", ")}, or a delay alone.`)
  }
  if (given.length === 0 && then.delay === undefined) {
    throw invalid(`fault.then says nothing: it must have one of ${effects.join(", ")}, or a delay alone.`)
  }
  if (then.applied === false && (then.truncate !== undefined || then.corrupt !== undefined)) {
    throw invalid(`fault.then.applied is false: with ${given[0]} it must be true or left out, for there is an answer.`)
  }
}

function keyOf({ key, digest }: FaultWhen): object | undefined {
  if (digest !== undefined) return { digest: hex(digest) }
  if (key === undefined) return undefined
  if (typeof key === "string") return { string: key }
  return key instanceof Uint8Array ? { bytes: hex(key) } : { integer: String(key) }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

export class FaultList implements Faults {
  readonly #module: Module
  readonly #rules: Readonly<Record<string, Rule>>
  readonly #faults = new Set<Added>()
  #closed = false

  constructor(module: Module) {
    this.#module = module
    this.#rules = whenRules(module.core.node_count())
  }

  add(fault: FaultOptions): Fault {
    if (this.#closed) throw invalid("The dev server is closed.")
    checkFields("fault", fault, ["when", "then", "seed"])
    const { when = {}, then, seed = 0 } = fault
    checkAll("fault.when", when, this.#rules)
    if (when.key !== undefined && when.digest !== undefined) {
      throw invalid("fault.when has key and digest: either is enough.")
    }
    checkThen(then)
    check("fault.seed", seed, integer(0, Number.MAX_SAFE_INTEGER))
    const { node, command, key: _, digest: __, ...others } = when
    const written = { ...others, node: listed(node), command: listed(command), key: keyOf(when) }
    const added = new Added(this.#module, this.#faults, JSON.stringify({ when: written, then, seed }))
    this.#faults.add(added)
    return added
  }

  clear(): void {
    for (const fault of this.#faults) fault.remove()
  }

  /** No more. */
  close(): void {
    this.#closed = true
    this.clear()
  }
}

function listed<T>(one: T | readonly T[] | undefined): readonly T[] | undefined {
  return one === undefined || Array.isArray(one) ? (one as readonly T[] | undefined) : [one as T]
}

class Added implements Fault {
  readonly #module: Module
  readonly #faults: Set<Added>
  readonly #id: number
  /** Once it is removed. */
  #struck: number | undefined

  constructor(module: Module, faults: Set<Added>, written: string) {
    this.#module = module
    this.#faults = faults
    try {
      this.#id = module.core.add_fault(written)
    } catch (error) {
      throw invalid(`faults.add: ${(error as Error).message}.`)
    }
  }

  get struck(): number {
    return this.#struck ?? this.#module.core.struck(this.#id)
  }

  remove(): void {
    if (this.#struck !== undefined) return
    this.#struck = this.struck
    this.#faults.delete(this)
    this.#module.core.remove_fault(this.#id)
  }

  [Symbol.dispose](): void {
    this.remove()
  }
}
