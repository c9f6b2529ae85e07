// What an operation's last argument may say: one table of fields, which operation takes which, their defaults, and how
// each is packed into the words of a command block.

import {
  check,
  flag,
  integer,
  isPlainObject,
  milliseconds,
  oneOf,
  type Rule,
  rule,
  unknownField,
  wrong,
} from "./core/check.ts"
import { commandWord, limit, policyFlag } from "./core/generated.ts"
import { invalid } from "./errors.ts"
import { Expression } from "./exp/expression.ts"

/** Times to live that are not a number of seconds. */
export const TTL = {
  /** As the namespace's `default-ttl` says. */
  NAMESPACE_DEFAULT: 0,
  /** The record does not expire. */
  NEVER_EXPIRE: -1,
  /** The record keeps the time to live that it has. */
  DONT_UPDATE: -2,
} as const

/** What every operation takes. */
export interface BasePolicy {
  /** Milliseconds without progress on the connection of an attempt before it fails; 0 = no limit. Default 30000. */
  socketTimeout?: number | undefined
  /** Milliseconds for the whole operation: waiting for a connection, all attempts, all sleeps; 0 = no limit. Default 1000. */
  totalTimeout?: number | undefined
  /** Further attempts after the first. Default 2 for reads, 0 for writes. */
  maxRetries?: number | undefined
  /** Milliseconds between attempts. Default 0. */
  sleepBetweenRetries?: number | undefined
  /** Each sleep is the last one times this. Default 1. */
  sleepMultiplier?: number | undefined
  /** Milliseconds that the connection of a timed-out attempt is kept for its late answer. Default 0. */
  timeoutDelay?: number | undefined
  /** Gives the operation up. It then rejects with code `ABORTED`; `inDoubt` says whether a write may have happened. */
  signal?: AbortSignal | undefined
}

/** What operations on a record take. */
export interface RecordPolicy extends BasePolicy {
  /**
   * The operation happens only if this expression (or the bytes of a packed one) is true for the record; else it rejects
   * with `FilteredOutError`. A write to a record that is absent is not filtered. See {@link exp}.
   */
  filterExpression?: Expression<"bool"> | Uint8Array | undefined
  /** Store the user key with the record, or, when reading, check it. Default false. */
  sendKey?: boolean | undefined
  /** Which replica is asked. Default `"sequence"`: the master first, at each retry the next. */
  replica?: "sequence" | "master" | "any" | "preferRack" | "random" | undefined
}

/** `get`, `find`, `select`, `exists`. */
export interface ReadPolicy extends RecordPolicy {
  /** How many replicas an available (AP) namespace consults. Default `"one"`. */
  readModeAP?: "one" | "all" | undefined
  /** How consistent a read of a strong-consistency (SC) namespace is. Default `"session"`. */
  readModeSC?: "session" | "linearize" | "allowReplica" | "allowUnavailable" | undefined
  /** Reading renews the time to live when less than this percentage is left; 0 = as the server says, -1 = never. Default 0. */
  readTouchTtlPercent?: number | undefined
}

/** `remove`. */
export interface RemovePolicy extends RecordPolicy {
  /** Only if the record's generation is the given one, or lower than the given one; else `RecordGenerationError`. */
  gen?: { eq: number } | { gt: number } | undefined
  /** Leave a tombstone, so that the removal survives a restart (Enterprise). Default false. */
  durableDelete?: boolean | undefined
  /** Whether all replicas or only the master have written when the answer comes. Default `"all"`. */
  commitLevel?: "all" | "master" | undefined
  /** In a transaction: fail when the record is locked already. Default false. */
  onLockingOnly?: boolean | undefined
}

/** `put`, `add`, `append`, `prepend`, `touch`, `removeBin`. */
export interface WritePolicy extends RemovePolicy {
  /** Whether the record may, must or must not exist. Default `"update"`: it is created or its bins are merged. */
  exists?: "update" | "updateOnly" | "replace" | "replaceOnly" | "createOnly" | undefined
  /** Seconds to live, up to ten years, or one of {@link TTL}. Default `TTL.NAMESPACE_DEFAULT`. */
  ttl?: number | undefined
}

/** `infoAll`, `infoNode`, `infoRandomNode`. */
export interface InfoPolicy extends BasePolicy {}

/** Defaults for each kind of operation, as `connect` takes them. */
export interface Policies {
  read?: Omit<ReadPolicy, "signal">
  write?: Omit<WritePolicy, "signal">
  remove?: Omit<RemovePolicy, "signal">
  info?: Omit<InfoPolicy, "signal">
}

/** The kinds of operation that have defaults of their own. */
export type PolicyKind = "read" | "write" | "remove" | "info"

interface PolicyField {
  readonly rule: Rule
  /** Writes a checked value into the words of the block. */
  pack?(words: PolicyWords, value: never): void
  /** Set when the field is known but cannot be used yet: all but `harmless` is refused. */
  readonly later?: { readonly harmless: unknown }
}

// A block's policy words lie between these two.
const first = commandWord.FLAGS
const end = commandWord.READ_TOUCH + 1

/** The policy words of a block, while they are put together. */
export class PolicyWords {
  readonly words: Uint32Array = new Uint32Array(end - first)
  /** The filter expression, or one that is packed; its place is known only when the command is written. */
  filter: Expression | Uint8Array | undefined
  signal: AbortSignal | undefined
  #double = new Float64Array(1)
  #halves = new Uint32Array(this.#double.buffer)

  reset(defaults: PolicyWords): void {
    this.words.set(defaults.words)
    this.filter = defaults.filter
    this.signal = undefined
  }

  word(at: number, value: number): void {
    this.words[at - first] = value
  }

  flag(bit: number, on: boolean): void {
    this.bits(bit, on ? bit : 0)
  }

  bits(mask: number, value: number): void {
    const at = commandWord.FLAGS - first
    this.words[at] = (this.words[at]! & ~mask) | value
  }

  choice(shift: number, width: number, choices: readonly string[], value: string): void {
    this.bits(((1 << width) - 1) << shift, choices.indexOf(value) << shift)
  }

  double(at: number, value: number): void {
    this.#double[0] = value
    this.word(at, this.#halves[0]!)
    this.word(at + 1, this.#halves[1]!)
  }

  /** Copies the words into a block that starts at word `base`. */
  copyTo(memory: Uint32Array, base: number): void {
    const words = this.words
    // A loop: `set` costs more than these few words.
    for (let i = 0; i < words.length; i++) memory[base + first + i] = words[i]!
  }
}

// The order of these lists is that of the numbers in `policy_flag`.
const replicas = ["sequence", "master", "any", "preferRack", "random"]
const readModesSC = ["session", "linearize", "allowReplica", "allowUnavailable"]
const existsChoices = ["update", "updateOnly", "replace", "replaceOnly", "createOnly"]

const fields = {
  socketTimeout: number(milliseconds(), commandWord.SOCKET_TIMEOUT),
  totalTimeout: number(milliseconds(), commandWord.TOTAL_TIMEOUT),
  maxRetries: number(integer(0, 1_000_000), commandWord.MAX_RETRIES),
  sleepBetweenRetries: number(milliseconds(), commandWord.SLEEP),
  sleepMultiplier: {
    rule: rule("a number from 1 to 1000", (value) => typeof value === "number" && value >= 1 && value <= 1000),
    pack: (words: PolicyWords, value: number) => words.double(commandWord.SLEEP_MULTIPLIER, value),
  },
  timeoutDelay: number(milliseconds(), commandWord.TIMEOUT_DELAY),
  signal: {
    rule: rule("an AbortSignal", isSignal),
    pack: (words: PolicyWords, value: AbortSignal) => {
      words.signal = value
    },
  },
  filterExpression: {
    rule: rule("an expression that is true or false, or the bytes of one", isFilter),
    pack: (words: PolicyWords, value: Expression | Uint8Array) => {
      words.filter = value
    },
  },
  sendKey: bit(policyFlag.SEND_KEY),
  replica: choice(policyFlag.REPLICA_SHIFT, 3, replicas),
  readModeAP: {
    rule: oneOf("one", "all"),
    pack: (words: PolicyWords, value: string) => words.flag(policyFlag.READ_AP_ALL, value === "all"),
  },
  readModeSC: choice(policyFlag.READ_SC_SHIFT, 2, readModesSC),
  readTouchTtlPercent: number(integer(-1, 100, "percent"), commandWord.READ_TOUCH),
  gen: {
    rule: rule("{ eq: n } or { gt: n } with n a generation from 0 to 65535", isGeneration),
    pack: (words: PolicyWords, value: { eq?: number; gt?: number }) => {
      words.bits(3 << policyFlag.GEN_SHIFT, (value.eq === undefined ? 2 : 1) << policyFlag.GEN_SHIFT)
      words.word(commandWord.GENERATION, value.eq ?? value.gt!)
    },
  },
  exists: choice(policyFlag.EXISTS_SHIFT, 3, existsChoices),
  ttl: number(integer(-2, limit.TTL_MAX, "seconds, TTL.NEVER_EXPIRE (-1) or TTL.DONT_UPDATE (-2)"), commandWord.TTL),
  durableDelete: bit(policyFlag.DURABLE_DELETE),
  commitLevel: {
    rule: oneOf("all", "master"),
    pack: (words: PolicyWords, value: string) => words.flag(policyFlag.COMMIT_MASTER, value === "master"),
  },
  onLockingOnly: bit(policyFlag.ON_LOCKING_ONLY),
  compress: { rule: flag, later: { harmless: false } },
  txn: { rule: rule("a Transaction", () => false), later: { harmless: null } },
} satisfies Record<string, PolicyField>

type FieldName = keyof typeof fields

function number(rule: Rule, word: number): PolicyField {
  return { rule, pack: (words: PolicyWords, value: number) => words.word(word, value) }
}

function bit(mask: number): PolicyField {
  return { rule: flag, pack: (words: PolicyWords, value: boolean) => words.flag(mask, value) }
}

function choice(shift: number, width: number, choices: readonly string[]): PolicyField {
  return {
    rule: oneOf(...choices),
    pack: (words: PolicyWords, value: string) => words.choice(shift, width, choices, value),
  }
}

function isSignal(value: unknown): boolean {
  return typeof (value as AbortSignal | null)?.aborted === "boolean" && "addEventListener" in (value as AbortSignal)
}

function isFilter(value: unknown): boolean {
  if (value instanceof Expression) return value.type === "bool" || value.type === undefined
  return value instanceof Uint8Array && value.length > 0
}

function isGeneration(value: unknown): boolean {
  if (!isPlainObject(value)) return false
  const [name, ...more] = Object.keys(value)
  if (more.length > 0 || (name !== "eq" && name !== "gt")) return false
  const generation = value[name]
  return Number.isInteger(generation) && (generation as number) >= 0 && (generation as number) <= 0xffff
}

const base: readonly FieldName[] = [
  ...(["socketTimeout", "totalTimeout", "maxRetries", "sleepBetweenRetries", "sleepMultiplier"] as const),
  ...(["timeoutDelay", "signal"] as const),
]
const record: readonly FieldName[] = [...base, "filterExpression", "sendKey", "replica", "compress", "txn"]
const remove: readonly FieldName[] = [...record, "gen", "durableDelete", "commitLevel", "onLockingOnly"]

const takes: Record<PolicyKind, readonly FieldName[]> = {
  read: [...record, "readModeAP", "readModeSC", "readTouchTtlPercent"],
  write: [...remove, "exists", "ttl"],
  remove,
  info: base,
}

// A table of its own for each kind, so that the hot path looks a name up once. No prototype: `constructor` is unknown.
const fieldsOf = Object.fromEntries(
  Object.entries(takes).map(([kind, names]) => [
    kind,
    Object.assign(Object.create(null), Object.fromEntries(names.map((name) => [name, fields[name]]))),
  ]),
) as Record<PolicyKind, Record<string, PolicyField>>

/** What holds where neither the call nor the client says anything else. */
const defaults: Record<PolicyKind, ReadPolicy & WritePolicy> = (() => {
  const all = { socketTimeout: 30_000, totalTimeout: 1000, maxRetries: 0, sleepBetweenRetries: 0, sleepMultiplier: 1 }
  return {
    read: { ...all, maxRetries: 2 },
    write: all,
    remove: all,
    info: { ...all, maxRetries: 2 },
  }
})()

/** Packs policies over the defaults that a client was connected with. One a client: its result is used up at once. */
export class PolicyPacker {
  readonly #defaults: Record<PolicyKind, PolicyWords>
  readonly #words: PolicyWords = new PolicyWords()

  constructor(policies: Policies = {}) {
    const empty = new PolicyWords()
    const packed = (kind: PolicyKind): PolicyWords => {
      const words = new PolicyWords()
      words.reset(empty)
      apply(words, kind, defaults[kind], `the default ${kind} policy`)
      const given = policies[kind]
      if (given !== undefined) apply(words, kind, given, `config.policies.${kind}`)
      return words
    }
    checkKinds(policies)
    this.#defaults = { read: packed("read"), write: packed("write"), remove: packed("remove"), info: packed("info") }
  }

  /** The words of a policy; valid until the next call. */
  pack(kind: PolicyKind, policy: object | undefined): PolicyWords {
    if (policy === undefined) return this.#defaults[kind]
    this.#words.reset(this.#defaults[kind])
    apply(this.#words, kind, policy, "policy")
    return this.#words
  }
}

function checkKinds(policies: Policies): void {
  if (!isPlainObject(policies)) throw wrong("config.policies", policies, "an object of policies by kind of operation")
  const later = ["operate", "apply", "batch", "query", "scan", "admin"]
  for (const [kind, given] of Object.entries(policies)) {
    if (later.includes(kind)) {
      throw invalid(`config.policies.${kind} is not available yet: this version has no such operations.`)
    }
    if (!Object.hasOwn(takes, kind)) throw unknownField("config.policies", kind, Object.keys(takes))
    if ((given as BasePolicy | undefined)?.signal !== undefined) {
      throw invalid(`config.policies.${kind}.signal is not a default: give it to a call.`)
    }
  }
}

function apply(words: PolicyWords, kind: PolicyKind, policy: object, path: string): void {
  if (typeof policy !== "object" || policy === null) throw wrong(path, policy, "an object of policy fields")
  const known = fieldsOf[kind]
  for (const name in policy) {
    const value = (policy as Record<string, unknown>)[name]
    if (value === undefined) continue
    const field = known[name]
    if (field === undefined) throw notTaken(path, kind, name)
    if (field.later) {
      if (value === field.later.harmless) continue
      throw invalid(`${path}.${name} is not available yet in this version.`)
    }
    if (!field.rule.accepts(value)) check(`${path}.${name}`, value, field.rule)
    field.pack!(words, value as never)
  }
}

function notTaken(path: string, kind: PolicyKind, name: string): Error {
  const known = Object.keys(fieldsOf[kind])
  if (!Object.hasOwn(fields, name)) return unknownField(path, name, known)
  const kinds = Object.keys(takes).filter((other) => takes[other as PolicyKind].includes(name as FieldName))
  return invalid(
    `${path}.${name} is a field of ${kinds.join(" and ")} operations; a ${kind} takes ${known.join(", ")}.`,
  )
}
