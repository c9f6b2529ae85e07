// Queries and scans: what is asked for, as an immutable builder, and the ways to have what comes of it.

import type { QueryJob } from "./admin/query-job.ts"
import { type AggregateCall, Aggregation } from "./aggregate.ts"
import { type Asked, type Host, send, verbOf } from "./asked.ts"
import { startJob } from "./background.ts"
import { type ColumnSchema, type ColumnType, fieldsOf } from "./columns/schema.ts"
import { type MismatchOption, splitMismatch } from "./columns/send.ts"
import { ColumnSink, ColumnTable } from "./columns/table.ts"
import { fromBase64 } from "./core/base64.ts"
import { check, flag, isPlainObject, rule, unknownField, wrong } from "./core/check.ts"
import { limit, NONE, queryFlag } from "./core/generated.ts"
import type { Reader } from "./core/reader.ts"
import { utf8Length } from "./core/text.ts"
import type { Writer } from "./core/writer.ts"
import { AerospikeError, invalid } from "./errors.ts"
import type { Expression } from "./exp/expression.ts"
import { Filter } from "./filter.ts"
import type { UserKey } from "./key.ts"
import type { Op } from "./ops/make.ts"
import type { BackgroundPolicy, PartitionFilter, QueryPolicy } from "./policy.ts"
import { QueryRecord } from "./query-record.ts"
import { type ReadValue, Stream } from "./stream.ts"
import type { UdfCall } from "./udf.ts"
import type { Bins, Value } from "./values.ts"

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

/**
 * A query, made by `client.query`. Each method gives a new one and leaves this as it is; nothing is sent before its
 * records are asked for, and each time they are it is sent anew. Without a where-clause it is a scan.
 *
 * @example
 * const adults = client.query("test", "users").where(filter.range("age", 18, 150)).select("name")
 * for await (const { bins } of adults) console.log(bins.name)
 */
export class Query<T = Bins> implements AsyncIterable<QueryRecord<T>> {
  readonly #host: Host
  readonly #asked: Asked

  /** @internal Use `client.query`. */
  constructor(host: Host, asked: Asked) {
    this.#host = host
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

  /** @internal What it asks for. */
  get asked(): Asked {
    return this.#asked
  }

  /** @internal Another of the same client, which asks for this. */
  asking(asked: Asked): Query<T> {
    return new Query(this.#host, asked)
  }

  #with(more: Partial<Asked>, without?: "bins" | "ops"): Query<T> {
    const asked = { ...this.#asked, ...more }
    if (without) delete asked[without]
    return new Query(this.#host, asked)
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
    const stream = streamOf(this.#host, { ...asked, policy: { ...asked.policy, includeBins: false } }, () => true)
    let counted = 0
    await each(stream, (some) => {
      counted += some.length
    }).catch(telling(() => ({ counted })))
    return counted
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
    const verb = verbOf(asked)
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
    const write = (writer: Writer) => writer.queryColumns(fields, columns)
    return send(this.#host, asked, table, { write }).promise as Promise<never>
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
    await each(stream, (some) => {
      for (const record of some) records.push(record)
    }).catch(telling(() => ({ records })))
    return { records: records as QueryRecord<never>[], cursor: stream.cursor }
  }

  #stream(asked = this.#asked): Stream<QueryRecord> {
    return streamOf(this.#host, asked, (reader, words, at, tape) => recordOf(asked, reader, words, at, tape))
  }

  // ── What else can be done with them ───────────────────────────────────────────────────────────────────────────────

  /**
   * Lets the servers do something to all records that the query finds, and gives the job as soon as every node has begun:
   * ops that write, or a function, of which nothing comes back but how many records it failed for.
   *
   * Servers know of no partitions here, nor of a limit of records. Records whose bins no longer fit the where-clause when
   * their turn comes are left out.
   *
   * @param what - Ops that write, none that reads; or `{ module, fn, args }`.
   * @throws InvalidArgumentError when the query says what such a job cannot have, or an op reads.
   * @example
   * const job = await client.query("test", "users").where(filter.range("age", 0, 17)).background([op.write("minor", true)])
   * await job.wait()
   * @example
   * const job = await client.query("test", "users").background({ module: "users", fn: "anonymize", args: ["email"] })
   */
  background(what: readonly Op[] | UdfCall, policy?: BackgroundPolicy): Promise<QueryJob> {
    return startJob(this.#host, this.#asked, what, policy)
  }

  /**
   * Gives the query's records as a stream to a function on the servers, which filters, maps, aggregates and reduces it.
   * Each node does so with the records that it has, and what comes of that is reduced here. This last step runs Lua
   * in this process, which is installed apart: `npm install wasmoon`. The module's text is taken from the cluster.
   *
   * What is given can be awaited, for functions that give one value (undefined when there is nothing), or iterated, for
   * those that give several. Nothing is sent before that.
   *
   * `totalTimeout` is for all of it, the reading of modules included; each step of the function here may take as long
   * again.
   *
   * There are no partitions and no limit of records in it, and no filter expression, which servers refuse: let the function
   * filter the stream. While partitions migrate, records may be missed or counted twice.
   *
   * @throws UdfError when the function fails, on a server or here, or there is none of that name.
   * @example
   * const total = await client.query("test", "orders").where(filter.equals("city", "Rome")).aggregate("orders", "sum", "price")
   * @example
   * for await (const row of client.query("test", "orders").aggregate({ module: "orders", fn: "rows" })) …
   */
  // biome-ignore lint/suspicious/noExplicitAny: what a function gives is known to the caller alone.
  aggregate<V = any>(module: string, fn: string, ...args: readonly Value[]): Aggregation<V>
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  aggregate<V = any>(call: AggregateCall): Aggregation<V>
  aggregate(call: string | AggregateCall, fn?: string, ...args: readonly Value[]): Aggregation<never> {
    const whole = typeof call === "string" ? ({ module: call, fn, args } as AggregateCall) : call
    return new Aggregation(this.#host, this.#asked, whole)
  }
}

async function each<R>(stream: Stream<R>, take: (some: readonly R[]) => void): Promise<void> {
  for (let some = await stream.some(); some.length > 0; some = await stream.some()) take(some)
}

/** Adds what had come to an error whose cursor goes on behind it. */
function telling(what: () => Pick<AerospikeError, "records" | "counted">): (error: unknown) => never {
  return (error) => {
    throw error instanceof AerospikeError && error.cursor !== undefined ? Object.assign(error, what()) : error
  }
}

function streamOf<R>(host: Host, asked: Asked, read: ReadValue<R>): Stream<R> {
  return new Stream(verbOf(asked), asked.policy?.signal, read, (stream) => send(host, asked, stream))
}

function recordOf(asked: Asked, reader: Reader, words: Uint32Array, at: number, tape: number): QueryRecord {
  const first = tape + words[at + 6]! * 4
  const data = words[at + 7]!
  const kept = reader.digest(first, data)
  const user = reader.value(first + 4, data) as UserKey | null
  const id = words[first + 5]!
  const set = id === NONE ? asked.set : reader.name(id)
  const items = words[at + 3]!
  const bins = asked.ops ? reader.results(first + 8, items, data) : reader.bins(first + 8, items, data)
  return new QueryRecord(bins, words[at + 4]!, words[at + 5]! | 0, asked.ns, set, user, reader.digests, kept)
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
