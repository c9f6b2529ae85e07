// The faults of a dev server: what is said of them is checked here, and written for the cluster, which does the rest
// (`rust/devserver/src/faults`).

import { check, checkFields, flag, integer, milliseconds, oneOf, type Rule, rule, text } from "../core/check.ts"
import { limit } from "../core/generated.ts"
import { invalid } from "../errors.ts"
import { isUserKey, someUserKey } from "../key.ts"
import {
  type Fault,
  type FaultEffects,
  type FaultOptions,
  type Faults,
  type FaultThen,
  type FaultWhen,
  faultCommands,
} from "./faults.ts"
import type { Module } from "./module.ts"

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
  const command = oneOf(...faultCommands)
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
