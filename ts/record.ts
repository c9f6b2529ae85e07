// Operations on one record: what they give, the table of what each is and how it is written, and how one is sent.

import { commandKind } from "./core/generated.ts"
import type { Call, Writer } from "./core/writer.ts"
import { Answer, type Driver } from "./driver.ts"
import { type Key, namespaceOf } from "./key.ts"
import type { Op } from "./ops/make.ts"
import type { PolicyKind, PolicyPacker } from "./policy.ts"
import type { Bins, Double } from "./values.ts"

/** A record as it was read. */
export interface AerospikeRecord<T = Bins> {
  /** The key that was asked for. */
  key: Key
  bins: T
  /** How often the record was written; it starts at 1 and wraps after 65535. */
  gen: number
  /** Seconds left to live, or `TTL.NEVER_EXPIRE` (-1). */
  ttl: number
}

/** The results of `operateOrdered`. */
export interface OrderedResults {
  /** The key that was asked for. */
  key: Key
  /** In the order of the ops, without those that have no result. */
  // biome-ignore lint/suspicious/noExplicitAny: what an op gives is known to the caller alone.
  results: [bin: string, value: any][]
  /** The record's generation after the ops; 0 when they removed it. */
  gen: number
  /** Seconds left to live, or `TTL.NEVER_EXPIRE` (-1). */
  ttl: number
}

/** What is known of a record without its bins. */
export interface RecordMeta {
  gen: number
  /** Seconds left to live, or `TTL.NEVER_EXPIRE` (-1). */
  ttl: number
}

/** What can be added to a bin. */
export type Addend = number | bigint | Double

/** An operation on a record: its name in messages, its kind, its policy, what becomes of its answer, how it is written. */
export interface Operation<A> {
  readonly verb: string
  readonly kind: number
  readonly policy: PolicyKind
  readonly answer: Answer
  readonly write: (writer: Writer, argument: A) => void
}

function operation<A = undefined>(
  verb: string,
  kind: number,
  policy: PolicyKind,
  answer: Answer,
  write: (writer: Writer, argument: A) => void = () => {},
): Operation<A> {
  return { verb, kind, policy, answer, write }
}

const writeBins = (writer: Writer, bins: object) => writer.bins(bins)
const writeNumbers = (writer: Writer, bins: object) => writer.numbers(bins)
const writeTexts = (writer: Writer, bins: object) => writer.texts(bins)
const writeOps = (writer: Writer, ops: readonly Op[]) => writer.ops(ops)
const writeCall = (writer: Writer, call: Call) => writer.call(call)
const writeNames = (writer: Writer, bins: readonly string[]) => writer.binNames(bins)

export const operations = {
  get: operation("get", commandKind.GET, "read", Answer.RECORD),
  find: operation("find", commandKind.GET, "read", Answer.RECORD_OR_NONE),
  select: operation("select", commandKind.SELECT, "read", Answer.RECORD, writeNames),
  exists: operation("exists", commandKind.EXISTS, "read", Answer.META_OR_NONE),
  put: operation("put", commandKind.PUT, "write", Answer.NOTHING, writeBins),
  increment: operation("increment", commandKind.ADD, "write", Answer.NOTHING, writeNumbers),
  append: operation("append", commandKind.APPEND, "write", Answer.NOTHING, writeTexts),
  prepend: operation("prepend", commandKind.PREPEND, "write", Answer.NOTHING, writeTexts),
  touch: operation("touch", commandKind.TOUCH, "write", Answer.NOTHING),
  removeBin: operation("removeBin", commandKind.PUT, "write", Answer.NOTHING, writeNames),
  remove: operation("remove", commandKind.REMOVE, "remove", Answer.REMOVED),
  operate: operation("operate", commandKind.OPERATE, "operate", Answer.RESULTS, writeOps),
  operateOrdered: operation("operateOrdered", commandKind.OPERATE, "operate", Answer.ORDERED_RESULTS, writeOps),
  apply: operation("apply", commandKind.APPLY, "apply", Answer.CALLED, writeCall),
}

/** Sends an operation. Whatever is wrong rejects; nothing is thrown. */
export function sendOperation<A>(
  driver: Driver,
  packer: PolicyPacker,
  operation: Operation<A>,
  key: Key,
  policy: object | undefined,
  argument: A,
): Promise<unknown> {
  const writer = driver.writer
  let begun = false
  try {
    driver.assertOpen(operation.verb)
    const words = packer.pack(operation.policy, policy)
    const { signal, txn } = words
    writer.begin(operation.kind, words, txn?.enter(driver))
    begun = true
    if (operation.answer === Answer.RECORD_OR_NONE) writer.absenceIsFine()
    writer.key(key)
    operation.write(writer, argument)
    writer.finish()
    const answer = driver.submit(operation.answer, operation.verb, key, signal, txn)
    txn?.usedIn(namespaceOf(key))
    return answer
  } catch (error) {
    return Promise.reject(driver.thrown(error, operation.verb))
  } finally {
    if (begun) writer.end()
  }
}
