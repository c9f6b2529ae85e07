// Commands on many records at once: rows that ask for the same are gathered into groups, which the engine sends as one
// message a node. A row that fails does not fail the batch: what became of each is in its result.

import { isPlainObject, unknownField, wrong } from "./core/check.ts"
import { code, commandKind } from "./core/generated.ts"
import type { Reader } from "./core/reader.ts"
import type { Writer } from "./core/writer.ts"
import { ask, type Driver, type Sink } from "./driver.ts"
import { AerospikeError, type ErrorDetails, errorOf, InvalidArgumentError, invalid } from "./errors.ts"
import { type Key, namespaceOf, someKey } from "./key.ts"
import type { Op } from "./ops/make.ts"
import type {
  BatchApplyPolicy,
  BatchOperatePolicy,
  BatchPolicy,
  BatchReadPolicy,
  BatchRemovePolicy,
  BatchWritePolicy,
  PolicyPacker,
  RowKind,
} from "./policy.ts"
import { callOf, type UdfCall } from "./udf.ts"
import type { Bins, Double, Value } from "./values.ts"

/** What became of one row of a batch. */
// biome-ignore lint/suspicious/noExplicitAny: what a function gives is known to the caller alone.
export class BatchRow<T = Bins, V = any> {
  /** The key as it was given. */
  readonly key: Key
  /** 0, or the code of what went wrong with this row; a record that is absent is `RECORD_NOT_FOUND`, 2. */
  readonly code: number
  /** Bins that were read; undefined when the row failed or reads none. */
  readonly bins: T | undefined
  /** What the function gave; undefined when the row failed or calls none. */
  readonly value: V | undefined
  /** The record's generation; 0 when the row failed, and of a record that was removed. */
  readonly gen: number
  /** Seconds left to live, or `TTL.NEVER_EXPIRE` (-1); 0 when the row failed. */
  readonly ttl: number
  /** Whether a write may have happened although no answer came. */
  readonly inDoubt: boolean
  /** Of a row that failed, what its error is made of; one field, for there are many rows and each costs. */
  readonly #failure: Failure | undefined

  /** @internal */
  constructor(
    key: Key,
    code: number,
    gen: number,
    ttl: number,
    inDoubt: boolean,
    bins: T | undefined,
    value: V | undefined,
    failure: Failure | undefined,
  ) {
    this.key = key
    this.code = code
    this.bins = bins
    this.value = value
    this.gen = gen
    this.ttl = ttl
    this.inDoubt = inDoubt
    this.#failure = failure
  }

  /** The error that the operation on this record alone would have given; undefined when the code is 0. */
  get error(): AerospikeError | undefined {
    // Tools that show the difference between objects copy them without what is private.
    const failure = #failure in this ? this.#failure : undefined
    if (failure === undefined) return undefined
    const { key, inDoubt } = this
    const { verb, compressed, reason } = failure
    // Made when it is asked for: of a batch of many absent records nobody wants as many stacks.
    failure.error ??= errorOf(this.code, ask(verb, key), { key, inDoubt, compressed }, reason)
    return failure.error
  }
}

interface Failure {
  readonly verb: string
  readonly compressed: boolean
  /** Why a function failed, in its own words. */
  readonly reason?: string | undefined
  error?: AerospikeError
}

/** What `batchRead` reads of each record. */
export interface BatchReadOptions<B extends string = string> {
  /** Names of bins; an empty array reads generation and time to live only. Default: all bins. */
  readonly bins?: readonly B[] | undefined
  /** Ops that read, instead of bins: the row's bins are their results, as those of `operate` are. */
  readonly ops?: readonly Op[] | undefined
}

/** A row of `batchWrite`. */
export interface BatchWriteRow<T = { readonly [bin: string]: Value }, K = Key> {
  readonly key: K
  /** As `put` takes them: null removes a bin. */
  readonly bins: T
  readonly policy?: BatchWritePolicy | undefined
}

/** A row of `batch`: what is to be done with one record, as plain data. */
export type BatchEntry =
  | { type: "read"; key: Key; bins?: readonly string[] | undefined; policy?: BatchReadPolicy | undefined }
  | { type: "exists"; key: Key; policy?: BatchReadPolicy | undefined }
  | { type: "write"; key: Key; bins: { readonly [bin: string]: Value }; policy?: BatchWritePolicy | undefined }
  | {
      type: "increment"
      key: Key
      bins: { readonly [bin: string]: number | bigint | Double }
      policy?: BatchWritePolicy | undefined
    }
  | {
      type: "append" | "prepend"
      key: Key
      bins: { readonly [bin: string]: string | Uint8Array }
      policy?: BatchWritePolicy | undefined
    }
  | { type: "touch"; key: Key; policy?: BatchWritePolicy | undefined }
  | { type: "remove"; key: Key; policy?: BatchRemovePolicy | undefined }
  | { type: "operate"; key: Key; ops: readonly Op[]; policy?: BatchOperatePolicy | undefined }
  | { type: "apply"; key: Key; call: UdfCall; policy?: BatchApplyPolicy | undefined }

// ── What rows ask for ───────────────────────────────────────────────────────────────────────────────────────────────

/** What rows can do, and how what belongs to it is written. */
interface Task {
  readonly kind: number
  readonly row: RowKind
  /** The field of an entry that is written. */
  readonly field?: "bins" | "ops" | "call"
  readonly write?: (writer: Writer, items: never) => void
  /** Whether a row without bins in its answer has the bins `{}`. */
  readonly reads: boolean
}

const writes = (kind: number, write: (writer: Writer, bins: object) => void): Task => {
  return { kind, row: "write", field: "bins", write, reads: false }
}

const readAll: Task = { kind: commandKind.GET, row: "read", reads: true }
const readNone: Task = { kind: commandKind.EXISTS, row: "read", reads: false }
const readSome: Task = {
  ...{ kind: commandKind.SELECT, row: "read", field: "bins", reads: true },
  write: (writer: Writer, bins: readonly string[]) => writer.binNames(bins),
}
const remove: Task = { kind: commandKind.REMOVE, row: "remove", reads: false }
const operate: Task = {
  ...{ kind: commandKind.OPERATE, row: "operate", field: "ops", reads: true },
  write: (writer: Writer, ops: readonly Op[]) => writer.ops(ops),
}
const apply: Task = {
  ...{ kind: commandKind.APPLY, row: "apply", field: "call", reads: false },
  write: (writer: Writer, call: UdfCall) => writer.call(callOf("call", call)),
}
const put = writes(commandKind.PUT, (writer, bins) => writer.bins(bins))

const tasks: Record<BatchEntry["type"], Task> = {
  read: readSome,
  exists: readNone,
  write: put,
  increment: writes(commandKind.ADD, (writer, bins) => writer.numbers(bins)),
  append: writes(commandKind.APPEND, (writer, bins) => writer.texts(bins)),
  prepend: writes(commandKind.PREPEND, (writer, bins) => writer.texts(bins)),
  touch: { kind: commandKind.TOUCH, row: "write", reads: false },
  remove,
  operate,
  apply,
}

function reading(bins: unknown): Task {
  if (bins === undefined) return readAll
  return Array.isArray(bins) && bins.length === 0 ? readNone : readSome
}

// ── Groups ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Rows that differ in nothing but their user key. */
interface Group {
  readonly task: Task
  readonly items: unknown
  readonly policy: object | undefined
  readonly ns: unknown
  readonly set: unknown
  readonly rows: number[]
}

/** A batch before it is written. */
export class Plan {
  readonly verb: string
  /** What the caller's array of rows is called in messages. */
  readonly path: string
  readonly keys: Key[] = []
  readonly groups: Group[] = []
  /** The group of each row. */
  readonly groupOf: Group[] = []
  #last: Group | undefined
  readonly #known = new Map<string, Group>()
  readonly #ids = new Map<unknown, number>()

  constructor(verb: string, path: string) {
    this.verb = verb
    this.path = path
  }

  add(key: Key, task: Task, items?: unknown, policy?: object): void {
    const row = this.keys.length
    const { ns, set } = this.#placeOf(key, row)
    let group = this.#last
    if (!group || group.ns !== ns || group.set !== set || !isLike(group, task, items, policy)) {
      group = this.#group(ns, set, task, items, policy)
    }
    this.#last = group
    group.rows.push(row)
    this.groupOf.push(group)
    this.keys.push(key)
  }

  get writes(): boolean {
    return this.groups.some(({ task }) => task.row !== "read")
  }

  #placeOf(key: Key, row: number): { ns: unknown; set: unknown } {
    if (Array.isArray(key)) return { ns: key[0], set: key[1] ?? "" }
    if (isPlainObject(key)) return { ns: key.ns, set: key.set ?? "" }
    throw wrong(`${this.path}[${row}]`, key, `a key: ${someKey}`)
  }

  #group(ns: unknown, set: unknown, task: Task, items: unknown, policy: object | undefined): Group {
    // Names that are none are refused when they are written.
    const ids = [task, items, policy].map((part) => this.#idOf(part))
    const name = `${ids} ${typeof ns === "string" ? ns : this.#idOf(ns)}\0${typeof set === "string" ? set : this.#idOf(set)}`
    const known = this.#known.get(name)
    if (known) return known
    const group: Group = { task, items, policy, ns, set, rows: [] }
    this.#known.set(name, group)
    this.groups.push(group)
    return group
  }

  /** A number for a thing: the same things are not written twice. Texts are the same when they read the same. */
  #idOf(thing: unknown): number {
    const same = Array.isArray(thing) && thing.every((part) => typeof part === "string") ? thing.join("\0") : thing
    const id = this.#ids.get(same) ?? this.#ids.size
    this.#ids.set(same, id)
    return id
  }
}

function isLike(group: Group, task: Task, items: unknown, policy: object | undefined): boolean {
  return group.task === task && group.items === items && group.policy === policy
}

// ── What callers give ───────────────────────────────────────────────────────────────────────────────────────────────

/** A batch that does the same with each key. */
function planOfKeys(verb: string, keys: readonly Key[], task: Task, items?: unknown): Plan {
  const plan = new Plan(verb, "keys")
  for (const key of checkedArray("keys", keys, "keys")) plan.add(key, task, items)
  return plan
}

export function planOfReads(keys: readonly Key[], what: BatchReadOptions = {}): Plan {
  if (!isPlainObject(what)) throw wrong("what batchRead reads", what, "{ bins } or { ops }, the policy comes after it")
  refuseOthers("what batchRead reads", what, ["bins", "ops"])
  const { bins, ops } = what
  if (bins !== undefined && ops !== undefined) throw invalid("batchRead reads bins or the results of ops, not both.")
  if (ops !== undefined) return planOfKeys("batchRead", keys, operate, ops)
  return planOfKeys("batchRead", keys, reading(bins), bins)
}

export function planOfOps(keys: readonly Key[], ops: readonly Op[]): Plan {
  return planOfKeys("batchOperate", keys, operate, ops)
}

export function planOfCalls(keys: readonly Key[], call: UdfCall): Plan {
  return planOfKeys("batchApply", keys, apply, call)
}

export function planOfRemovals(keys: readonly Key[]): Plan {
  return planOfKeys("batchRemove", keys, remove)
}

export function planOfWrites(rows: readonly BatchWriteRow<object>[]): Plan {
  const plan = new Plan("batchWrite", "rows")
  for (const [i, row] of checkedArray("rows", rows, "{ key, bins, policy }").entries()) {
    if (!isPlainObject(row)) throw wrong(`rows[${i}]`, row, "an object { key, bins, policy }")
    refuseOthers(`rows[${i}]`, row, ["key", "bins", "policy"])
    plan.add(row.key, put, row.bins, row.policy)
  }
  return plan
}

export function planOfEntries(entries: readonly BatchEntry[]): Plan {
  const plan = new Plan("batch", "entries")
  for (const [i, entry] of checkedArray("entries", entries, "{ type, key, … }").entries()) {
    const path = `entries[${i}]`
    if (!isPlainObject(entry)) throw wrong(path, entry, "an object { type, key, … }")
    const { type, key, policy, ...rest } = entry as { type: BatchEntry["type"]; key: Key; policy?: object }
    if (!Object.hasOwn(tasks, type)) throw wrong(`${path}.type`, type, `one of ${Object.keys(tasks).join(", ")}`)
    const { field } = tasks[type]
    refuseOthers(path, rest, field ? [field] : [])
    const items = field && (rest as Record<string, unknown>)[field]
    const task = type === "read" ? reading(items) : tasks[type]
    plan.add(key, task, task.write && items, policy)
  }
  return plan
}

function checkedArray<T>(path: string, array: readonly T[], of: string): readonly T[] {
  if (!Array.isArray(array)) throw wrong(path, array, `an array of ${of}`)
  return array
}

function refuseOthers(path: string, object: object, known: readonly string[]): void {
  for (const name in object) if (!known.includes(name)) throw unknownField(path, name, known)
}

// ── Sending ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Sends a batch. Resolves when every row has its result; rejects only when nothing was asked or the whole was given up. */
export function sendBatch(
  driver: Driver,
  packer: PolicyPacker,
  verb: string,
  makePlan: () => Plan,
  policy: BatchPolicy | undefined,
): Promise<BatchRow[]> {
  let begun = false
  try {
    driver.assertOpen(verb)
    const plan = makePlan()
    const words = packer.batch(policy, plan.writes)
    const { signal, flags, txn } = words
    if (plan.keys.length === 0) return Promise.resolve([])
    driver.writer.beginBatch(words, plan.groups.length, plan.keys.length, txn?.enter(driver))
    begun = true
    for (const group of plan.groups) writeGroup(driver.writer, packer, plan, group, policy, flags)
    const { promise } = driver.submitMany(new Rows(plan, policy?.onRow), verb, signal, txn)
    txn?.usedIn(namespaceOf(plan.keys[0]!))
    return promise as Promise<BatchRow[]>
  } catch (error) {
    return Promise.reject(driver.thrown(error, verb))
  } finally {
    if (begun) driver.writer.end()
  }
}

function writeGroup(
  writer: Writer,
  packer: PolicyPacker,
  { path, keys }: Plan,
  { task, items, policy, rows }: Group,
  batch: BatchPolicy | undefined,
  flags: number,
): void {
  let row = rows[0]!
  try {
    writer.group(task.kind, packer.row(task.row, batch, policy, flags), keys[row]!, rows.length)
    task.write?.(writer, items as never)
    writer.finish()
    for (row of rows) writer.row(keys[row]!, row)
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    throw invalid(`${path}[${row}]: ${error.message}`)
  }
}

/** Gathers the results of the rows. */
class Rows implements Sink {
  readonly #plan: Plan
  readonly #rows: BatchRow[]
  readonly #onRow: BatchPolicy["onRow"]

  constructor(plan: Plan, onRow: BatchPolicy["onRow"]) {
    this.#plan = plan
    this.#onRow = onRow
    this.#rows = new Array(plan.keys.length)
  }

  take(reader: Reader, words: Uint32Array, at: number, tape: number): void {
    const row = words[at + 2]!
    const number = words[at + 3]! | 0
    const inDoubt = (words[at + 4]! & 1) === 1
    const compressed = (words[at + 4]! & 4) !== 0
    const { task } = this.#plan.groupOf[row]!
    const items = words[at + 8]!
    const slot = tape + words[at + 7]! * 4
    const data = words[at + 9]!
    if (number !== code.OK) {
      const failure = task === apply && number === code.UDF ? reader.bins(slot, items, data).FAILURE : undefined
      const reason = failure === undefined ? undefined : String(failure)
      return this.#fail(row, number, inDoubt, { verb: this.#plan.verb, compressed, reason })
    }
    let result = code.OK as number
    let bins: Bins | undefined
    let value: unknown
    let failure: Failure | undefined
    try {
      if (items > 0 || task.reads) {
        if (task === apply) value = reader.bins(slot, items, data).SUCCESS
        else bins = task === operate ? reader.results(slot, items, data) : reader.bins(slot, items, data)
      }
    } catch (error) {
      // A value that the chosen options cannot express: it is this row's failure alone.
      if (!(error instanceof AerospikeError)) throw error
      result = error.code
      failure = { verb: this.#plan.verb, compressed, error }
    }
    const key = this.#plan.keys[row]!
    this.#put(
      row,
      new BatchRow<Bins, unknown>(key, result, words[at + 5]!, words[at + 6]! | 0, inDoubt, bins, value, failure),
    )
  }

  ended(): BatchRow[] {
    return this.#rows
  }

  blamed(group: number): { path: string; key: Key } {
    const { path, keys, groups } = this.#plan
    const row = groups[group]!.rows[0]!
    return { path: `${path}[${row}]`, key: keys[row]! }
  }

  details(number: number): ErrorDetails {
    for (let row = 0; row < this.#rows.length; row++) {
      if (!this.#rows[row]) this.#fail(row, number, false, { verb: this.#plan.verb, compressed: false })
    }
    return { rows: this.#rows }
  }

  #fail(row: number, number: number, inDoubt: boolean, failure: Failure): void {
    this.#put(
      row,
      new BatchRow<Bins, unknown>(this.#plan.keys[row]!, number, 0, 0, inDoubt, undefined, undefined, failure),
    )
  }

  #put(row: number, result: BatchRow): void {
    this.#rows[row] = result
    const onRow = this.#onRow
    // Not while answers are read: it may ask for more.
    if (onRow) queueMicrotask(() => onRow(result, row))
  }
}
