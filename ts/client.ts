// The client as its users see it: one method an operation. It turns arguments into commands and answers into values;
// where, when and how often to send is the engine's.

/// <reference lib="esnext.disposable" preserve="true" />

import { createIndex, type IndexDefinition, type IndexInfo, listIndexes, removeIndex } from "./admin/indexes.ts"
import type { Job } from "./admin/job.ts"
import { type QueryJob, queryJobOf } from "./admin/query-job.ts"
import { Admin } from "./admin/security.ts"
import { type TruncateOptions, truncate } from "./admin/truncate.ts"
import { getUdf, listUdfs, putUdf, removeUdf, type UdfModule, UdfSources } from "./admin/udfs.ts"
import { setXdrFilter, type XdrFilter } from "./admin/xdr-filter.ts"
import {
  type BatchEntry,
  type BatchReadOptions,
  type BatchRow,
  type BatchWriteRow,
  type Plan,
  planOfCalls,
  planOfEntries,
  planOfOps,
  planOfReads,
  planOfRemovals,
  planOfWrites,
  sendBatch,
} from "./batch.ts"
import type { KeyColumn } from "./columns/keys.ts"
import type { ColumnSchema } from "./columns/schema.ts"
import { type ColumnInputs, type ColumnsPolicy, readColumns, type WritesPolicy, writeColumns } from "./columns/send.ts"
import type { ColumnTable, ColumnWrites } from "./columns/table.ts"
import { code } from "./core/generated.ts"
import type { Driver, EngineEvent, NodeInfo } from "./driver.ts"
import { type AerospikeError, invalid } from "./errors.ts"
import { type ClusterEventType, type ClusterListener, Listeners } from "./events.ts"
import { type InfoNodeResult, infoOfAll, infoOfNode, infoOfSome } from "./info.ts"
import type { Key } from "./key.ts"
import type { Op } from "./ops/make.ts"
import type {
  AbortPolicy,
  BatchPolicy,
  CommitPolicy,
  InfoPolicy,
  OperatePolicy,
  PolicyPacker,
  ReadPolicy,
  RemovePolicy,
  WritePolicy,
} from "./policy.ts"
import { Query } from "./query.ts"
import {
  type Addend,
  type AerospikeRecord,
  type Operation,
  type OrderedResults,
  operations,
  type RecordMeta,
  sendOperation,
} from "./record.ts"
import { BoundSet } from "./set.ts"
import { type Stats, statsOf } from "./stats.ts"
import {
  type AbortStatus,
  abort,
  type CommitStatus,
  commit,
  runTransaction,
  type Transaction,
  type TransactionRunOptions,
} from "./transaction.ts"
import type { UdfCall } from "./udf.ts"
import type { Bins, BinsOf, Value } from "./values.ts"

/**
 * A client of one cluster, made by `connect`. It can be used by everything in the process at once, and lasts until it
 * is closed.
 *
 * Every operation rejects with an {@link AerospikeError}; arguments that cannot be used reject with
 * `InvalidArgumentError` before anything is sent.
 */
export class Client {
  /** Users and roles, on a cluster with security (Enterprise Edition). */
  readonly admin: Admin
  readonly #driver: Driver
  readonly #packer: PolicyPacker
  readonly #listeners = new Listeners()
  readonly #sources = new UdfSources(this)

  private constructor(drive: (listen: (event: EngineEvent) => void) => Driver, packer: PolicyPacker) {
    this.#driver = drive((event) => this.#listeners.tell(event))
    this.#packer = packer
    this.admin = new Admin(this.#driver, packer)
  }

  /** @internal For `connect` alone. */
  static over(drive: (listen: (event: EngineEvent) => void) => Driver, packer: PolicyPacker): Client {
    return new Client(drive, packer)
  }

  // ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Reads a record with all its bins.
   *
   * @throws RecordNotFoundError when there is none; see {@link Client.find}.
   * @example
   * const { bins, gen, ttl } = await client.get(["test", "users", "alice"])
   */
  get<T = Bins>(key: Key, policy?: ReadPolicy): Promise<AerospikeRecord<T>> {
    return this.#send(operations.get, key, policy, undefined) as Promise<AerospikeRecord<T>>
  }

  /** Reads a record with all its bins, or gives undefined when there is none. */
  find<T = Bins>(key: Key, policy?: ReadPolicy): Promise<AerospikeRecord<T> | undefined> {
    return this.#send(operations.find, key, policy, undefined) as Promise<AerospikeRecord<T> | undefined>
  }

  /**
   * Reads some bins of a record. Bins that it does not have are absent from the result.
   *
   * @throws RecordNotFoundError when there is no record.
   */
  select<T = Bins>(
    key: Key,
    bins: readonly (keyof T & string)[],
    policy?: ReadPolicy,
  ): Promise<AerospikeRecord<Partial<T>>> {
    return this.#send(operations.select, key, policy, bins) as Promise<AerospikeRecord<Partial<T>>>
  }

  /** Gives a record's generation and time to live without reading its bins, or undefined when there is none. */
  exists(key: Key, policy?: ReadPolicy): Promise<RecordMeta | undefined> {
    return this.#send(operations.exists, key, policy, undefined) as Promise<RecordMeta | undefined>
  }

  // ── Writing ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Writes bins. Others that the record has stay, unless `exists` says `"replace"`; null removes a bin, and the record
   * with its last. A whole number is written as an integer, any other as a double: see `double`.
   *
   * @example
   * await client.put(["test", "users", "alice"], { name: "Alice", age: 30 }, { ttl: 3600 })
   */
  put<T extends BinsOf<T>>(key: Key, bins: T, policy?: WritePolicy): Promise<void> {
    return this.#send(operations.put, key, policy, bins) as Promise<void>
  }

  /**
   * Adds to numbers. A bin or record that is absent is made. Integers wrap at 64 bits.
   *
   * @throws BinTypeError when the bin's type is another, or one number is an integer and the other a double.
   * @example
   * await client.increment(key, "visits", 1)
   * await client.increment(key, { visits: 1, seconds: 2.5 })
   */
  increment(key: Key, bins: Readonly<Record<string, Addend>>, policy?: WritePolicy): Promise<void>
  increment(key: Key, bin: string, by: Addend, policy?: WritePolicy): Promise<void>
  increment(key: Key, bins: string | object, ...rest: unknown[]): Promise<void> {
    return this.#sendTo(operations.increment, key, bins, rest)
  }

  /** The same as {@link Client.increment}. */
  add(key: Key, bins: Readonly<Record<string, Addend>>, policy?: WritePolicy): Promise<void>
  add(key: Key, bin: string, by: Addend, policy?: WritePolicy): Promise<void>
  add(key: Key, bins: string | object, ...rest: unknown[]): Promise<void> {
    return this.#sendTo(operations.increment, key, bins, rest)
  }

  /** Puts strings or bytes behind those of bins. A bin or record that is absent is made. */
  append(key: Key, bins: Readonly<Record<string, string | Uint8Array>>, policy?: WritePolicy): Promise<void>
  append(key: Key, bin: string, text: string | Uint8Array, policy?: WritePolicy): Promise<void>
  append(key: Key, bins: string | object, ...rest: unknown[]): Promise<void> {
    return this.#sendTo(operations.append, key, bins, rest)
  }

  /** Puts strings or bytes before those of bins. A bin or record that is absent is made. */
  prepend(key: Key, bins: Readonly<Record<string, string | Uint8Array>>, policy?: WritePolicy): Promise<void>
  prepend(key: Key, bin: string, text: string | Uint8Array, policy?: WritePolicy): Promise<void>
  prepend(key: Key, bins: string | object, ...rest: unknown[]): Promise<void> {
    return this.#sendTo(operations.prepend, key, bins, rest)
  }

  /**
   * Renews a record's time to live, as `policy.ttl` says, and raises its generation.
   *
   * @throws RecordNotFoundError when there is none.
   */
  touch(key: Key, policy?: WritePolicy): Promise<void> {
    return this.#send(operations.touch, key, policy, undefined) as Promise<void>
  }

  /** Removes a record. Gives false when there was none. */
  remove(key: Key, policy?: RemovePolicy): Promise<boolean> {
    return this.#send(operations.remove, key, policy, undefined) as Promise<boolean>
  }

  /** Removes one bin or several, and the record with its last. */
  removeBin(key: Key, bins: string | readonly string[], policy?: WritePolicy): Promise<void> {
    return this.#send(operations.removeBin, key, policy, typeof bins === "string" ? [bins] : bins) as Promise<void>
  }

  // ── Many records ──────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Reads many records, with one request a node. The results are in the order of the keys; a record that is absent, or
   * fails otherwise, says so in its own row, and nothing is thrown for it.
   *
   * @param what - `{ bins }`: which bins to read. Default: all; `[]` reads generation and time to live only. Or `{ ops }`.
   * @throws only when nothing was sent, or `signal` gave the whole up: then the error's `rows` are what was known.
   * @example
   * for (const { key, code, bins } of await client.batchRead(keys, { bins: ["name"] })) if (code === 0) use(key, bins)
   */
  batchRead<T = Bins>(
    keys: readonly Key[],
    what?: BatchReadOptions<keyof T & string>,
    policy?: BatchPolicy,
  ): Promise<BatchRow<T>[]> {
    return this.#batch<T>("batchRead", () => planOfReads(keys, what), policy)
  }

  /**
   * Writes many records, with one request a node. Each row is as a `put` of its own.
   *
   * @throws as {@link Client.batchRead}. Whether rows that were not answered may have been written, `inDoubt` says.
   * @example
   * await client.batchWrite([{ key, bins: { a: 1 } }, { key: other, bins: { b: 2 }, policy: { ttl: 60 } }])
   */
  batchWrite(rows: readonly BatchWriteRow[], policy?: BatchPolicy): Promise<BatchRow[]> {
    return this.#batch("batchWrite", () => planOfWrites(rows), policy)
  }

  /**
   * Does the same ops on many records, with one request a node. A row's bins are the results, as those of `operate` are.
   *
   * @example
   * await client.batchOperate(keys, [op.add("visits", 1), op.read("visits")])
   */
  batchOperate<T = Bins>(keys: readonly Key[], ops: readonly Op[], policy?: BatchPolicy): Promise<BatchRow<T>[]> {
    return this.#batch<T>("batchOperate", () => planOfOps(keys, ops), policy)
  }

  /**
   * Calls a function of a module on many records, with one request a node. A row's `value` is what it gave; when it failed,
   * the row has code 100, and its error tells the function's own words.
   *
   * @example
   * for (const { key, value } of await client.batchApply(keys, { module: "stock", fn: "take", args: [3] })) …
   */
  // biome-ignore lint/suspicious/noExplicitAny: what a function gives is known to the caller alone.
  batchApply<V = any>(keys: readonly Key[], call: UdfCall, policy?: BatchPolicy): Promise<BatchRow<never, V>[]> {
    return this.#batch<never>("batchApply", () => planOfCalls(keys, call), policy)
  }

  /** Removes many records, with one request a node. The row of a record that was absent has code 2. */
  batchRemove(keys: readonly Key[], policy?: BatchPolicy): Promise<BatchRow[]> {
    return this.#batch("batchRemove", () => planOfRemovals(keys), policy)
  }

  /**
   * Does different things with many records, with one request a node. There is no order among the rows.
   *
   * @throws as {@link Client.batchRead}.
   * @example
   * const [read, wrote, removed] = await client.batch([
   *   { type: "read", key: a, bins: ["name"] },
   *   { type: "write", key: b, bins: { n: 1 }, policy: { exists: "createOnly" } },
   *   { type: "remove", key: c },
   * ])
   */
  batch(entries: readonly BatchEntry[], policy?: BatchPolicy): Promise<BatchRow[]> {
    return this.#batch("batch", () => planOfEntries(entries), policy)
  }

  /**
   * Reads bins of many records into typed arrays, with one request a node and no object a record: row `i` of each array
   * is the record of key `i`.
   *
   * A bin has to be what its column says: see {@link ColumnType}. Nothing is ever cut, wrapped or padded: a value that
   * does not fit rejects the whole, or, with `onMismatch: "null"`, is left out and told of in `mismatches`.
   *
   * @param keys - An array of keys, or `{ ns, set, ids }`, which costs less.
   * @param schema - Bins and their types; `{}` reads generations and times to live only.
   * @throws ClientError with code `COLUMN_TYPE` when a value does not fit. Records that are absent, or fail otherwise, say
   *   so in `code`, and have no value in any column.
   * @example
   * const ids = Array.from({ length: 1000 }, (_, i) => i)
   * const { columns, valid, found } = await client.batchReadColumns(
   *   { ns: "test", set: "items", ids },
   *   { score: "i64", rating: "f64", tag: "utf8", vec: "bytes[16]" },
   * )
   * if (valid.score[0]) console.log(columns.score[0], columns.rating[0], columns.tag.at(0))
   * const vectors = new Float32Array(columns.vec.buffer) // four floats a row
   */
  batchReadColumns<const S extends ColumnSchema>(
    keys: readonly Key[] | KeyColumn,
    schema: S,
    policy?: ColumnsPolicy,
  ): Promise<ColumnTable<S>> {
    return readColumns(this.#driver, this.#packer, keys, schema, policy)
  }

  /**
   * Writes columns into bins of many records, with one request a node: row `i` of each column goes to the record of key
   * `i`, as a `put` of its own. Where a column has no value, the bin of that record stays as it is; a row without any is
   * not sent, and has code -2.
   *
   * @param columns - Arrays by the names of their bins, or what {@link Client.batchReadColumns} gave.
   * @param policy - As `batchWrite` takes it; what holds for each record (`ttl`, `exists`, …) is in `write`.
   * @example
   * const { code } = await client.batchWriteColumns(
   *   { ns: "test", set: "items", ids: Int32Array.of(1, 2) },
   *   { score: BigInt64Array.of(7n, 8n), tag: ["a", null], vec: { type: "bytes[4]", data: new Uint8Array(8) } },
   *   { write: { ttl: 3600 } },
   * )
   */
  batchWriteColumns(
    keys: readonly Key[] | KeyColumn,
    columns: ColumnInputs | ColumnTable,
    policy?: WritesPolicy,
  ): Promise<ColumnWrites> {
    return writeColumns(this.#driver, this.#packer, keys, columns, policy)
  }

  /**
   * A query of a namespace or of a set of it, as a builder: nothing is sent before its records are asked for. See
   * {@link Query}.
   *
   * @example
   * for await (const { key, bins } of client.query("test", "users").where(filter.equals("city", "Rome"))) …
   */
  query<T = Bins>(ns: string, set: string | null = null): Query<T> {
    const host = { driver: this.#driver, packer: this.#packer, asker: this, sources: this.#sources }
    return new Query<T>(host, { ns, set: set === "" ? null : set })
  }

  /**
   * A query in the background by its number, which another process may have begun: on all nodes that are known now.
   *
   * @param id - The `id` of a {@link QueryJob}, as it is or as text.
   * @example
   * await client.queryJob(id).wait({ timeout: 60_000 })
   */
  queryJob(id: bigint | number | string, policy?: InfoPolicy): QueryJob {
    return queryJobOf(this, id, policy)
  }

  #batch<T>(verb: string, makePlan: () => Plan, policy: BatchPolicy | undefined): Promise<BatchRow<T>[]> {
    return sendBatch(this.#driver, this.#packer, verb, makePlan, policy) as Promise<BatchRow<T>[]>
  }

  // ── Several ops at once ───────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Does several ops on one record, in order and as one: if one fails, nothing is written, and the error is that op's.
   *
   * A bin with one result has that result; a bin with several has an array of them in the order of the ops. When a list is
   * among the results of a bin, `operateOrdered` tells it from an array of results.
   *
   * A read of what is absent has no result, and a write has none unless it gives something, such as a new size. As the
   * official clients do, every op answers (null for nothing) as soon as a map, bit or HyperLogLog op is among them, unless
   * `respondAllOps` is false; with `respondAllOps: true` they always do.
   *
   * @throws RecordNotFoundError when there is no record, and no op makes one.
   * @example
   * const { bins } = await client.operate(key, [
   *   op.add("visits", 1),
   *   list.append("pages", "/home", { unique: true, noFail: true }),
   *   op.read("visits"),
   * ])
   */
  operate<T = Bins>(key: Key, ops: readonly Op[], policy?: OperatePolicy): Promise<AerospikeRecord<T>> {
    return this.#send(operations.operate, key, policy, ops) as Promise<AerospikeRecord<T>>
  }

  /**
   * The same as {@link Client.operate}, with the results in the order of the ops, each beside the name of its bin.
   *
   * @example
   * const { results } = await client.operateOrdered(key, [op.add("n", 1), op.read("n"), op.add("n", 1), op.read("n")])
   * // [["n", 1], ["n", 2]]
   */
  operateOrdered(key: Key, ops: readonly Op[], policy?: OperatePolicy): Promise<OrderedResults> {
    return this.#send(operations.operateOrdered, key, policy, ops) as Promise<OrderedResults>
  }

  /**
   * Calls a function of a module that lies on the servers, with the record as its first argument, and gives what it
   * returns. The record need not exist.
   *
   * @param module the module's name without its ending `.lua`
   * @throws UdfError when the function fails, or there is none of that name; the message is Lua's.
   * @example
   * const left = await client.apply(key, "stock", "take", [3])
   */
  apply<T = Value>(
    key: Key,
    module: string,
    name: string,
    args: readonly Value[] = [],
    policy?: WritePolicy,
  ): Promise<T> {
    return this.#send(operations.apply, key, policy, { module, name, args }) as Promise<T>
  }

  /**
   * Binds a namespace and a set, and the type of its bins if it is given. No name is checked before it is used.
   *
   * @example
   * const users = client.set<{ name: string; age: number }>("test", "users")
   * await users.put("bob", { name: "Bob", age: 41 })
   */
  set<T extends BinsOf<T> = Bins>(ns: string, set: string | null): BoundSet<T> {
    return new BoundSet<T>(this, ns, set)
  }

  // ── Transactions ──────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Calls a function within a new transaction, which is committed when the function returns, and aborted when it throws.
   * The function gives the transaction to its commands, as `txn` in their policies. See {@link Transaction}.
   *
   * @returns what the function returns. If it has aborted the transaction by itself, that is no error.
   * @throws what the function throws, or what {@link Client.commit} does. With `inDoubt`, the error's `transaction` can be
   * committed again, to learn what became of it.
   * @example
   * await client.transaction(async (txn) => {
   *   const { bins } = await client.get(from, { txn })
   *   if (bins.balance < 10) throw new Error("not enough")
   *   await client.increment(from, "balance", -10, { txn })
   *   await client.increment(to, "balance", 10, { txn })
   * }, { maxRetries: 5 })
   */
  transaction<T>(work: (txn: Transaction) => T | PromiseLike<T>, options?: TransactionRunOptions): Promise<T> {
    return runTransaction(this, work, options)
  }

  /**
   * Commits a transaction, when its commands that are under way have ended: verifies that no record that it read has
   * changed, and makes all that it wrote visible at once.
   *
   * @throws TransactionError with code `TXN_FAILED` (-17) when a record has changed, or could not be verified, which
   * `causeCode` tells: then nothing was written. With `inDoubt`, nobody knows whether it is committed: commit it again,
   * and it goes on where it was. `TXN_ALREADY_ABORTED` (-19) when it was aborted before.
   */
  commit(txn: Transaction, policy?: CommitPolicy): Promise<CommitStatus> {
    return commit(this.#driver, this.#packer, txn, policy)
  }

  /**
   * Undoes all that a transaction wrote, when its commands that are under way have ended.
   *
   * @throws TransactionError with code `TXN_ALREADY_COMMITTED` (-18) when it was committed before, or `TXN_FAILED` (-17)
   * when its commit is in doubt: then it may be committed, and only {@link Client.commit} can tell.
   */
  abort(txn: Transaction, policy?: AbortPolicy): Promise<AbortStatus> {
    return abort(this.#driver, this.#packer, txn, policy)
  }

  // ── The cluster ───────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Sends an info command to every node that is known. A node that does not answer has an `error`.
   *
   * @example
   * for (const { nodeName, response } of await client.infoAll("build")) console.log(nodeName, response)
   */
  async infoAll(command: string, policy?: InfoPolicy): Promise<InfoNodeResult[]> {
    return infoOfAll(this.#driver, this.#packer, command, policy)
  }

  /** Sends an info command to the node of that name. */
  async infoNode(nodeName: string, command: string, policy?: InfoPolicy): Promise<InfoNodeResult> {
    return infoOfNode(this.#driver, this.#packer, nodeName, command, policy)
  }

  /** Sends an info command to some node. */
  async infoRandomNode(command: string, policy?: InfoPolicy): Promise<InfoNodeResult> {
    return infoOfSome(this.#driver, this.#packer, command, policy)
  }

  // ── Indexes, modules, truncation ──────────────────────────────────────────────────────────────────────────────────

  /**
   * Creates a secondary index, and gives the job of building it: queries use the index when that is done. An index that is
   * there already, and the same, is as good; another name for the same renames it.
   *
   * @throws IndexFoundError when another index has the name.
   * @example
   * const job = await client.indexCreate({ ns: "test", set: "users", bin: "age", name: "users_age", type: "numeric" })
   * await job.wait()
   */
  async indexCreate(definition: IndexDefinition, policy?: InfoPolicy): Promise<Job> {
    return createIndex(this, definition, policy)
  }

  /** Removes a secondary index by its name. One that is not there does no harm. */
  async indexRemove(ns: string, name: string, policy?: InfoPolicy): Promise<void> {
    return removeIndex(this, ns, name, policy)
  }

  /** The secondary indexes, of one namespace or all. */
  async indexList(ns?: string, policy?: InfoPolicy): Promise<IndexInfo[]> {
    return listIndexes(this, ns, policy)
  }

  /**
   * Puts a module of functions, in Lua, into the cluster, or another in the place of the one of that name. Every node has
   * it when the job is done.
   *
   * @param name - File name, such as `stats.lua`. It ends in `.lua`.
   * @throws UdfError when it does not compile, with the line.
   * @example
   * const job = await client.udfPut("hello.lua", "function hello(rec) return 'hello' end")
   * await job.wait()
   */
  async udfPut(name: string, source: string | Uint8Array, policy?: InfoPolicy): Promise<Job> {
    return putUdf(this, name, source, policy)
  }

  /** Removes a module. One that is not there does no harm. */
  async udfRemove(name: string, policy?: InfoPolicy): Promise<void> {
    return removeUdf(this, name, policy)
  }

  /** The modules that the cluster has. */
  async udfList(policy?: InfoPolicy): Promise<UdfModule[]> {
    return listUdfs(this, policy)
  }

  /**
   * The text of a module.
   *
   * @throws UdfError when there is none of that name.
   */
  async udfGet(name: string, policy?: InfoPolicy): Promise<string> {
    return getUdf(this, name, policy)
  }

  /**
   * Removes all records of a set, or of a namespace, that were written before now or before a given time. It takes
   * effect at once, but a record that is written in the same millisecond may survive it.
   *
   * @param set - Null for all sets of the namespace.
   * @example
   * await client.truncate("test", "sessions", { before: new Date(Date.now() - 86_400_000) })
   */
  async truncate(
    ns: string,
    set: string | null = null,
    options: TruncateOptions = {},
    policy?: InfoPolicy,
  ): Promise<void> {
    return truncate(this, ns, set, options, policy)
  }

  /**
   * Says which records of a namespace are shipped to another data centre. Enterprise Edition; the nodes tell each other.
   *
   * @throws ServerError with the server's reason: code 25 from a Community Edition server.
   * @example
   * await client.setXdrFilter({ dc: "west", ns: "test", filter: exp.eq(exp.string.bin("region"), "west") })
   */
  async setXdrFilter(filter: XdrFilter, policy?: InfoPolicy): Promise<void> {
    return setXdrFilter(this, filter, policy)
  }

  /** Whether some node answers now. Rejects only when the client is closed, or `signal` gave it up. */
  async ping(policy?: InfoPolicy): Promise<boolean> {
    this.#driver.assertOpen("ping")
    try {
      await this.infoRandomNode("build", policy)
      return true
    } catch (error) {
      const number = (error as AerospikeError).code
      if (number === code.INVALID_ARGUMENT || number === code.ABORTED) throw error
      return false
    }
  }

  /** The names of the nodes that are known. */
  nodeNames(): string[] {
    return this.nodes().map(({ name }) => name)
  }

  /** The nodes that are known. */
  nodes(): NodeInfo[] {
    return this.#driver.nodes().filter((node) => node !== undefined)
  }

  /** Whether at least one node is known and answered when it was last looked at. */
  isConnected(): boolean {
    return this.#driver.isConnected
  }

  /** What the client has counted. */
  stats(): Stats {
    return statsOf(this.#driver)
  }

  /**
   * Calls back at each event of that type, until {@link Client.off}. Those of connecting are over when `connect`
   * resolves, unless `failIfNotConnected` is false.
   */
  on(type: ClusterEventType, listener: ClusterListener): this {
    this.#listeners.on(type, listener)
    return this
  }

  /** Ends what {@link Client.on} began. */
  off(type: ClusterEventType, listener: ClusterListener): this {
    this.#listeners.off(type, listener)
    return this
  }

  /**
   * Closes the client and all its connections. Operations in flight are rejected with code `CLOSED`; with
   * `drain: true` they end first, within their own time limits, or with a number within so many milliseconds.
   * New operations are refused at once. Closing again does no harm.
   */
  async close({ drain = false }: { drain?: boolean | number } = {}): Promise<void> {
    const isTime = typeof drain === "number" && drain >= 0
    if (!isTime && typeof drain !== "boolean") {
      throw invalid(`drain is ${String(drain)}: it must be true, false or a number of milliseconds.`)
    }
    await this.#driver.close(isTime ? drain : drain ? Number.POSITIVE_INFINITY : 0)
  }

  /** Closes the client at the end of the block of an `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  // ── What all methods go through ───────────────────────────────────────────────────────────────────────────────────

  #send<A>(operation: Operation<A>, key: Key, policy: object | undefined, argument: A): Promise<unknown> {
    return sendOperation(this.#driver, this.#packer, operation, key, policy, argument)
  }

  /** For operations that take a bin and a value, or an object of them. */
  #sendTo(operation: Operation<object>, key: Key, bins: string | object, rest: unknown[]): Promise<void> {
    const isOne = typeof bins === "string"
    const [policy, given] = isOne ? [rest[1], { [bins]: rest[0] }] : [rest[0], bins]
    return this.#send(operation, key, policy as object | undefined, given) as Promise<void>
  }
}
