// Queries and scans: what is asked for, as an immutable builder, and the stream of records that comes of it. Records
// that nobody takes make the engine stop reading its sockets.

import { type ColumnSchema, type ColumnType, fieldsOf } from "./columns/schema.ts"
import { type MismatchOption, splitMismatch } from "./columns/send.ts"
import { ColumnSink, ColumnTable } from "./columns/table.ts"
import { fromBase64, toBase64 } from "./core/base64.ts"
import { check, flag, isPlainObject, rule, unknownField, wrong } from "./core/check.ts"
import { code, limit, NONE, queryFlag } from "./core/generated.ts"
import type { Reader } from "./core/reader.ts"
import { utf8Length } from "./core/text.ts"
import type { Writer } from "./core/writer.ts"
import type { Driver, Running, Sink } from "./driver.ts"
import { AerospikeError, type ErrorDetails, errorOf, invalid } from "./errors.ts"
import type { Expression } from "./exp/expression.ts"
import { Filter } from "./filter.ts"
import { type Key, place, type UserKey } from "./key.ts"
import type { Op } from "./ops/make.ts"
import type { PartitionFilter, PolicyPacker, QueryPolicy } from "./policy.ts"
import type { Bins } from "./values.ts"

/** A record that a query found. */
export interface QueryRecord<T = Bins> {
  /** With the user key if it is stored with the record (`sendKey`), else with the digest. */
  key: Key
  /** 20 bytes. */
  digest: Uint8Array
  /** Empty when the query reads no bins. */
  bins: T
  /** How often the record was written; it starts at 1 and wraps after 65535. */
  gen: number
  /** Seconds left to live, or `TTL.NEVER_EXPIRE` (-1). */
  ttl: number
}

/** A part of a query's records. */
export interface QueryPage<T = Bins> {
  records: QueryRecord<T>[]
  /** Text from which {@link Query.from} goes on, also in another process; undefined when there is nothing more. */
  cursor: string | undefined
}

/** What `columns` gives beside the bins, and of what does not fit. */
export interface QueryColumnsOptions extends MismatchOption {
  /** The digest of each record, 20 bytes a row. Default false. */
  digests?: boolean | undefined
  /** The user keys that are stored with the records (`sendKey`). Default false. */
  userKeys?: boolean | undefined
}

/** What a query asks for. */
interface Asked {
  readonly ns: string
  readonly set: string | null
  readonly where?: Filter
  readonly bins?: readonly string[]
  readonly ops?: readonly Op[]
  readonly policy?: QueryPolicy
  readonly cursor?: Uint8Array
}

/**
 * A query, made by `client.query`. Each method gives a new one and leaves this as it is; nothing is sent before its
 * records are asked for, and each time they are it is sent anew. Without a where-clause it is a scan.
 *
 * @example
 * const adults = client.query("test", "users").where(filter.range("age", 18, 150)).select("name")
 * for await (const { bins } of adults) console.log(bins.name)
 */
export class Query<T = Bins> implements AsyncIterable<QueryRecord<T>> {
  readonly #driver: Driver
  readonly #packer: PolicyPacker
  readonly #asked: Asked

  /** @internal Use `client.query`. */
  constructor(driver: Driver, packer: PolicyPacker, asked: Asked) {
    this.#driver = driver
    this.#packer = packer
    this.#asked = asked
    check("the query's namespace", asked.ns, namespaceRule)
    if (asked.set !== null) check("the query's set", asked.set, setRule)
  }

  // ── What is asked for ─────────────────────────────────────────────────────────────────────────────────────────────

  /** Only records that an index finds. It needs that index: see `client.indexCreate`. */
  where(where: Filter): Query<T> {
    if (!(where instanceof Filter))
      throw wrong("the where-clause", where, 'made by filter, such as filter.equals("a", 1)')
    if (this.#asked.where)
      throw invalid("A query has one where-clause: what else records have to be, filter() can say.")
    return this.#with({ where })
  }

  /** Only these bins. Records that have none of them are left out. */
  select<K extends keyof T & string>(...bins: readonly K[]): Query<Partial<Pick<T, K>>> {
    if (bins.length === 0) throw invalid("select() names no bin: use noBins() to read none.")
    for (const [i, bin] of bins.entries()) check(`select: bin ${i}`, bin, binRule)
    return this.#with({ bins }, "ops") as Query<never>
  }

  /** Results of ops that read, instead of bins (server 8.1.2 and later). */
  ops(...ops: readonly Op[]): Query<Bins> {
    if (ops.length === 0) throw invalid("ops() has no ops.")
    return this.#with({ ops }, "bins") as Query<Bins>
  }

  /** No bins: keys, generations and times to live only. */
  noBins(): Query<Record<string, never>> {
    return this.policy({ includeBins: false }) as Query<never>
  }

  /** Only records for which an expression (or the bytes of a packed one) is true. The same as `filterExpression`. */
  filter(filterExpression: Expression<"bool"> | Uint8Array): Query<T> {
    return this.policy({ filterExpression })
  }

  /** Only some of the 4096 partitions. */
  partitions(partitionFilter: PartitionFilter): Query<T> {
    return this.policy({ partitionFilter })
  }

  /** Limits and the like. What an earlier call said and this one does not, stays. */
  policy(policy: QueryPolicy): Query<T> {
    if (typeof policy !== "object" || policy === null) throw wrong("policy", policy, "an object of policy fields")
    return this.#with({ policy: { ...this.#asked.policy, ...policy } })
  }

  /**
   * Goes on where another one left off: the cursor of a page or of an error, of a query that asked for the same. Which
   * partitions are read, it says.
   */
  from(cursor: string): Query<T> {
    const bytes = typeof cursor === "string" ? fromBase64(cursor) : undefined
    if (!bytes?.length) throw wrong("the cursor", cursor, "the cursor of a page or of an error")
    return this.#with({ cursor: bytes })
  }

  #with(more: Partial<Asked>, without?: "bins" | "ops"): Query<T> {
    const asked = { ...this.#asked, ...more }
    if (without) delete asked[without]
    return new Query(this.#driver, this.#packer, asked)
  }

  // ── Its records ───────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Sends the query and gives its records as they come, in no order. When they are taken slowly, the servers wait.
   * Leaving the loop gives the query up.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<QueryRecord<T>> {
    return this.#stream() as AsyncIterableIterator<QueryRecord<never>>
  }

  /** All records at once. They have to fit into memory: see {@link Query.pages}. */
  async results(): Promise<QueryRecord<T>[]> {
    const { records } = await this.#page(this.#asked)
    return records
  }

  /** How many records there are. Their bins are not sent. */
  async count(): Promise<number> {
    const { bins: _, ops: __, ...asked } = this.#asked
    const stream = this.#stream({ ...asked, policy: { ...asked.policy, includeBins: false } })
    let count = 0
    for (let some = await stream.some(); some.length > 0; some = await stream.some()) count += some.length
    return count
  }

  /**
   * All records at once, as columns: one typed array a bin, and no object a record. They have to fit into memory, and
   * into 512 MiB; with `maxRecords` in the policy, `cursor` of the result says where to go on.
   *
   * @param schema - Bins and their types, in the place of what `select` said; after `ops`, names of their results.
   * @throws ClientError with code `COLUMN_TYPE` when a value does not fit its column, unless `onMismatch` is `"null"`.
   * @example
   * const { columns, length } = await client.query("test", "users").columns({ age: "i32", name: "utf8" })
   * let sum = 0
   * for (let i = 0; i < length; i++) sum += columns.age[i]
   */
  async columns<const S extends { readonly [K in keyof T & string]?: ColumnType }>(
    schema: S,
    options: QueryColumnsOptions = {},
  ): Promise<ColumnTable<S extends ColumnSchema ? S : never>> {
    const { bins: _, ...asked } = this.#asked
    const fields = fieldsOf("schema", schema)
    const verb = `query ${place(asked.ns, asked.set)}`
    const { policy: wanted, refuses } = splitMismatch("options", options)
    const { digests = false, userKeys = false } = checkedOptions(wanted)
    if (asked.policy?.includeBins === false && fields.length > 0) {
      throw invalid("A query without bins has no columns: leave noBins() out, or give {} as the schema.")
    }
    const columns = queryFlag.COLUMNS | (digests ? queryFlag.DIGESTS : 0) | (userKeys ? queryFlag.USER_KEYS : 0)
    const source = { verb, keyOf: () => undefined }
    const table = new ColumnSink(
      { asked: source, fields, refuses, digests, userKeys },
      (regions) => new ColumnTable(schema as never, fields, regions, source),
    )
    return this.#send(asked, table, (writer) => writer.queryColumns(fields, columns)).promise as Promise<never>
  }

  /**
   * Gives the records in pages. A page's cursor is text that can be kept: `query.from(cursor)` goes on behind the page,
   * in another process or on another day. The last page, which may be empty, has none.
   *
   * @param size - How many records a page has; the last one has fewer.
   * @example
   * for await (const { records, cursor } of client.query("test", "users").pages(1000)) await save(records, cursor)
   */
  async *pages(size: number): AsyncGenerator<QueryPage<T>, void, void> {
    check("the size of a page", size, pageRule)
    let asked = this.#asked
    for (let left = asked.policy?.maxRecords || Number.POSITIVE_INFINITY; left > 0; ) {
      const page = await this.#page({ ...asked, policy: { ...asked.policy, maxRecords: Math.min(size, left) } })
      yield page
      if (page.cursor === undefined) return
      left -= page.records.length
      asked = { ...asked, cursor: fromBase64(page.cursor)! }
    }
  }

  async #page(asked: Asked): Promise<QueryPage<T>> {
    const stream = this.#stream(asked)
    const records: QueryRecord[] = []
    for (let some = await stream.some(); some.length > 0; some = await stream.some()) {
      for (const record of some) records.push(record)
    }
    return { records: records as QueryRecord<never>[], cursor: stream.cursor }
  }

  #stream(asked: Asked = this.#asked): Stream {
    return new Stream(asked, (stream) => this.#send(asked, stream))
  }

  #send(asked: Asked, sink: Sink, write?: (writer: Writer) => void): Running {
    const { ns, set, where, bins, ops, policy, cursor } = asked
    const [driver, verb] = [this.#driver, `query ${place(ns, set)}`]
    const writer = driver.writer
    let begun = false
    try {
      driver.assertOpen(verb)
      const words = this.#packer.pack(where ? "query" : "scan", policy)
      const { signal } = words
      writer.beginQuery(words, ns, set)
      begun = true
      if (where) writer.where(where)
      write?.(writer)
      if (bins) writer.binNames(bins)
      if (ops) writer.ops(ops)
      if (cursor) writer.cursor(cursor)
      writer.finish()
      return driver.submitMany(sink, verb, signal)
    } catch (error) {
      throw driver.thrown(error, verb)
    } finally {
      if (begun) writer.end()
    }
  }
}

function checkedOptions(options: unknown): QueryColumnsOptions {
  if (!isPlainObject(options)) throw wrong("options", options, "an object of digests, userKeys and onMismatch")
  for (const [name, value] of Object.entries(options)) {
    const known = ["digests", "userKeys", "onMismatch"]
    if (!known.includes(name)) throw unknownField("options", name, known)
    if (value !== undefined) check(`options.${name}`, value, flag)
  }
  return options
}

const pageRule = rule("a whole number from 1 up", (size) => Number.isSafeInteger(size) && (size as number) > 0)
const namespaceRule = nameRule(limit.NAMESPACE)
const setRule = nameRule(limit.SET)
const binRule = nameRule(limit.BIN)

function nameRule(max: number) {
  const fits = (text: string) => text !== "" && text.length <= max && utf8Length(text) <= max
  return rule(`text of 1 to ${max} bytes`, (value) => typeof value === "string" && fits(value))
}

// ── The stream ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** So many records that were taken are told of together. */
const toldOf = 256

/**
 * Records between the pump, which brings them, and the caller, who takes them.
 *
 *   idle ──first asked──▶ running ──DONE──▶ ended (what is queued can still be taken, then the error, once)
 *     └────return──────────────┴───return──▶ ended (nothing can)
 */
class Stream implements Sink, AsyncIterableIterator<QueryRecord> {
  readonly #asked: Asked
  readonly #start: (stream: Stream) => Running
  #running: Running | undefined
  #queue: QueryRecord[] = []
  /** How many of the queue were taken, and how many of those the engine has not been told of. */
  #head = 0
  #untold = 0
  #hasEnded = false
  /** What to throw when the queue is empty. */
  #failure: unknown
  /** Those who wait for something to happen. */
  #waiting: (() => void)[] = []
  /** Where to go on, when it has ended and something is left. */
  cursor: string | undefined

  constructor(asked: Asked, start: (stream: Stream) => Running) {
    this.#asked = asked
    this.#start = start
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  // ── The caller's side ─────────────────────────────────────────────────────────────────────────────────────────────

  async next(): Promise<IteratorResult<QueryRecord, undefined>> {
    const value = await this.#whenThere(() => this.#queue[this.#head++])
    return value === undefined ? { done: true, value } : { done: false, value }
  }

  /** All that is there, at least one; none when the query has ended. */
  async some(): Promise<readonly QueryRecord[]> {
    const all = () => {
      const from = this.#head
      this.#head = this.#queue.length
      return from === 0 ? this.#queue : this.#queue.slice(from)
    }
    return (await this.#whenThere(all)) ?? []
  }

  async return(): Promise<IteratorResult<QueryRecord, undefined>> {
    this.#running?.cancel()
    this.#end(undefined)
    this.#queue = []
    this.#head = 0
    return { done: true, value: undefined }
  }

  /** Takes, as soon as there is a record; gives undefined when none will come, and throws what the query failed with, once. */
  async #whenThere<R>(take: () => R): Promise<R | undefined> {
    if (!this.#running && !this.#hasEnded) this.#begin()
    this.#heedSignal()
    while (this.#head === this.#queue.length) {
      if (this.#hasEnded) {
        const failure = this.#failure
        this.#failure = undefined
        if (failure !== undefined) throw failure
        return undefined
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    // In the same turn as the look at the queue, which giving up empties.
    const before = this.#head
    const taken = take()
    this.#took(this.#head - before)
    return taken
  }

  /** Who gives up wants no more, not even what has come; the servers may be done by then. */
  #heedSignal(): void {
    const { ns, set, policy } = this.#asked
    const isLeft = this.#head < this.#queue.length
    if (!isLeft || !policy?.signal?.aborted || this.#failure !== undefined) return
    this.#head = this.#queue.length
    this.#hasEnded = true
    this.#failure = errorOf(code.ABORTED, `query ${place(ns, set)}`, { cause: policy.signal.reason })
  }

  #begin(): void {
    try {
      this.#running = this.#start(this)
    } catch (error) {
      return this.#end(error)
    }
    this.#running.promise.then(
      () => this.#end(undefined),
      (error) => {
        // Who gives up wants no more, not even what has come.
        if (error.code === code.ABORTED && this.#failure === undefined) this.#head = this.#queue.length
        this.#end(error)
      },
    )
  }

  #took(count: number): void {
    this.#untold += count
    const isEmpty = this.#head === this.#queue.length
    if (isEmpty) {
      this.#queue = []
      this.#head = 0
    }
    if (!isEmpty && this.#untold < toldOf) return
    this.#running?.consumed(this.#untold)
    this.#untold = 0
  }

  #end(failure: unknown): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#failure ??= failure
    this.#wake()
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  // ── The pump's side ───────────────────────────────────────────────────────────────────────────────────────────────

  take(reader: Reader, words: Uint32Array, at: number, tape: number): void {
    if (this.#hasEnded || this.#failure) return
    try {
      this.#queue.push(this.#record(reader, words, at, tape))
    } catch (error) {
      // A value that the chosen options cannot express. The engine may not be called from here.
      if (!(error instanceof AerospikeError)) throw error
      this.#failure = error
      queueMicrotask(() => this.#running?.cancel())
    }
    if (this.#waiting.length > 0) this.#wake()
  }

  #record(reader: Reader, words: Uint32Array, at: number, tape: number): QueryRecord {
    const [first, data] = [tape + words[at + 6]! * 4, words[at + 7]!]
    const digest = reader.value(first, data) as Uint8Array
    const user = reader.value(first + 4, data) as UserKey | null
    const id = words[first + 5]!
    const { ns } = this.#asked
    const set = id === NONE ? this.#asked.set : reader.name(id)
    const items = words[at + 3]!
    const bins = this.#asked.ops ? reader.results(first + 8, items, data) : reader.bins(first + 8, items, data)
    const key: Key = user === null ? { ns, set, digest } : [ns, set, user]
    return { key, digest, bins, gen: words[at + 4]!, ttl: words[at + 5]! | 0 }
  }

  ended(reader: Reader, words: Uint32Array, at: number, tape: number): void {
    const cursor = reader.value(tape + words[at + 8]! * 4, words[at + 10]!) as Uint8Array
    this.cursor = cursor.length > 0 ? toBase64(cursor) : undefined
  }

  details(number: number): ErrorDetails {
    // Behind records that were thrown away nobody can go on.
    return number === code.ABORTED ? {} : { cursor: this.cursor }
  }
}
