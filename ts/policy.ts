// What an operation's last argument may say: one table of fields, which operation takes which, their defaults, and how
// each is packed into the words of a command block.

import type { BatchRow } from "./batch.ts"
import {
  abortSignal,
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
import { batchFlag, commandWord, limit, policyFlag, queryFlag } from "./core/generated.ts"
import { invalid } from "./errors.ts"
import { Expression } from "./exp/expression.ts"
import { Transaction } from "./transaction.ts"

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
  /**
   * Further attempts after the first. A write whose answer was lost may have happened, and when it is tried again may
   * happen twice. Default 2 for reads, 0 for writes, 5 for queries.
   */
  maxRetries?: number | undefined
  /** Milliseconds between attempts. Default 0. */
  sleepBetweenRetries?: number | undefined
  /** Each sleep is the last one times this. Default 1. */
  sleepMultiplier?: number | undefined
  /**
   * Milliseconds that the connection of a timed-out attempt is kept for its late answer, which is read and thrown away;
   * then it is used again, and closed if the answer has not come whole by then. A batch or query has one connection a
   * node; what its caller gives up is closed at once. Default 0.
   */
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
  /**
   * Requests of more than `compressionThreshold` bytes leave compressed (zlib, level 1) where that makes them shorter, and
   * the server is asked to compress its answers of more than 128 bytes. It costs time on both sides and saves bytes on
   * the network. Needs the Enterprise Edition: others answer compressed requests with `ENTERPRISE_ONLY`, 25, and do
   * nothing. Default false.
   */
  compress?: boolean | undefined
  /**
   * Bytes of a request above which it is compressed; 0 = 128 with `compress`, never without it. Above 0 requests are
   * compressed also without `compress`, but no answers, as the official C, Node and Python clients do it. Default 0.
   */
  compressionThreshold?: number | undefined
  /** The operation is part of this transaction. */
  txn?: Transaction | undefined
}

/** `get`, `find`, `select`, `exists`. */
export interface ReadPolicy extends RecordPolicy {
  /** How many replicas an available (AP) namespace consults. Default `"one"`. */
  readModeAP?: "one" | "all" | undefined
  /** How consistent a read of a strong-consistency (SC) namespace is. Default `"session"`. */
  readModeSC?: "session" | "linearize" | "allowReplica" | "allowUnavailable" | undefined
  /** Reading renews the time to live when less than this percentage is left; 0 = as the server says, -1 = never. Default 0. */
  readTouchTtlPercent?: number | undefined
  /**
   * False: bins that are lists or maps come as a {@link TypedBlob}, their packed bytes with their particle type (20 list, 19
   * map). It can be kept, passed on and written to a bin as it is. Default true.
   */
  deserialize?: boolean | undefined
}

/** `remove`. */
export interface RemovePolicy extends RecordPolicy {
  /** Only if the record's generation is the given one, or lower than the given one; else `RecordGenerationError`. */
  gen?: { eq: number } | { gt: number } | undefined
  /** Leave a tombstone, so that the removal survives a restart (Enterprise). Default false. */
  durableDelete?: boolean | undefined
  /** Whether all replicas or only the master have written when the answer comes. Default `"all"`. */
  commitLevel?: "all" | "master" | undefined
  /** In a transaction: fail, with code 126, when it has written the record before. Default false. */
  onLockingOnly?: boolean | undefined
}

/** `put`, `add`, `append`, `prepend`, `touch`, `removeBin`. */
export interface WritePolicy extends RemovePolicy {
  /** Whether the record may, must or must not exist. Default `"update"`: it is created or its bins are merged. */
  exists?: "update" | "updateOnly" | "replace" | "replaceOnly" | "createOnly" | undefined
  /** Seconds to live, up to ten years, or one of {@link TTL}. Default `TTL.NAMESPACE_DEFAULT`. */
  ttl?: number | undefined
}

/**
 * `operate`, `operateOrdered`. What is for reads counts if there is a read among the ops; if there is a write, `ttl` takes
 * the place of `readTouchTtlPercent`.
 */
export interface OperatePolicy extends WritePolicy, ReadPolicy {
  /**
   * Whether every op has a result, null for nothing. Default: only ops that give something, but every op as soon as a map,
   * bit, HyperLogLog or string op is among them, as the official clients do it, though not in rows of a batch that only
   * read. Not beside `op.readAll`.
   */
  respondAllOps?: boolean | undefined
}

/** `infoAll`, `infoNode`, `infoRandomNode`. */
export interface InfoPolicy extends BasePolicy {}

/** `client.admin`. */
export interface AdminPolicy extends BasePolicy {}

/** The rows of a batch that read. */
export type BatchReadPolicy = Pick<ReadPolicy, "filterExpression" | "readTouchTtlPercent">

type OfMessages = "replica" | "compress" | "compressionThreshold" | "txn"

/** The rows of a batch that remove their record. */
export type BatchRemovePolicy = Omit<RemovePolicy, keyof BasePolicy | OfMessages>

/** The rows of a batch that write. */
export type BatchWritePolicy = Omit<WritePolicy, keyof BasePolicy | OfMessages>

/** The rows of a batch that call a function. */
export type BatchApplyPolicy = Omit<BatchWritePolicy, "gen" | "exists">

/** The rows of a batch with ops: as {@link OperatePolicy}. */
export type BatchOperatePolicy = BatchWritePolicy & BatchReadPolicy & Pick<OperatePolicy, "respondAllOps">

/**
 * A batch as a whole. Its time limits and retries are those of the whole; only rows that were not answered are tried
 * again. `maxRetries` is by default 2 for a batch that only reads, and 0 for one with rows that write or have ops.
 *
 * A `filterExpression` holds for every row that has none of its own, and all rows are part of its `txn`.
 */
export interface BatchPolicy extends RecordPolicy, Pick<ReadPolicy, "readModeAP" | "readModeSC" | "deserialize"> {
  /** Rows of namespaces in memory may be done in the server's network thread. Default true. */
  allowInlineRam?: boolean | undefined
  /** Rows of namespaces on SSDs, too. Default false. */
  allowInlineSsd?: boolean | undefined
  /**
   * Whether a node goes on behind a row that fails. Default true. With false it stops at the first failure but "not
   * found" and "filtered out", and then answers none of its rows: all of them fail with that code.
   */
  respondAllKeys?: boolean | undefined
  /** How many nodes are asked at once; 0 = all. Default 0. */
  maxConcurrentNodes?: number | undefined
  /**
   * Called with each row as soon as it has its result, in the order in which the answers come, and with its place among
   * the rows; each once, and all before the promise is settled. What it throws is an uncaught error. Not for columns.
   */
  onRow?: ((row: BatchRow, at: number) => void) | undefined
  /** What holds for rows that read and say nothing else. */
  read?: BatchReadPolicy | undefined
  /** What holds for rows that write and say nothing else. */
  write?: BatchWritePolicy | undefined
  /** What holds for rows that remove and say nothing else. */
  remove?: BatchRemovePolicy | undefined
  /** What holds for rows with ops that say nothing else. */
  operate?: BatchOperatePolicy | undefined
  /** What holds for rows that call a function and say nothing else. */
  apply?: BatchApplyPolicy | undefined
}

/**
 * A query or scan. Its defaults differ from those of other operations: no `totalTimeout`, and `maxRetries` 5, each of
 * them only for partitions that were not read to their end.
 */
export interface QueryPolicy
  extends BasePolicy,
    Pick<RecordPolicy, "filterExpression" | "replica" | "compress" | "compressionThreshold">,
    Pick<ReadPolicy, "deserialize"> {
  /** How many replicas an available (AP) namespace consults. Default `"one"`. */
  readModeAP?: "one" | "all" | undefined
  /** Records that a node may read in a second; 0 = no limit. Default 0. */
  recordsPerSecond?: number | undefined
  /** The query ends when so many records have come; 0 = no limit. Default 0. */
  maxRecords?: number | undefined
  /** How many nodes are asked at once; 0 = all. Default 0. */
  maxConcurrentNodes?: number | undefined
  /**
   * `"short"`: fewer than about a hundred records of each node are expected, and the server does without monitoring and
   * throttling it. `"longRelaxAP"`: partitions that migrate are not waited for. Default `"long"`.
   */
  expectedDuration?: "long" | "short" | "longRelaxAP" | undefined
  /** False: records come with metadata only. Default true. */
  includeBins?: boolean | undefined
  /** Which of the 4096 partitions are read. Default: all. */
  partitionFilter?: PartitionFilter | undefined
  /** Means nothing, as in other clients: servers from 6.0 on read each partition whole in spite of migrations. */
  failOnClusterChange?: boolean | undefined
}

/** A query in the background. It is never begun twice, so there are no retries. */
export interface BackgroundPolicy
  extends Omit<BasePolicy, "maxRetries" | "sleepBetweenRetries" | "sleepMultiplier">,
    Pick<RecordPolicy, "filterExpression" | "compress" | "compressionThreshold">,
    Pick<WritePolicy, "ttl" | "durableDelete"> {
  /** Records that a node may change in a second; 0 = as many as its namespace's `background-query-max-rps`. Default 0. */
  recordsPerSecond?: number | undefined
}

/** Partitions by number. */
export interface PartitionFilter {
  /** The first, 0 to 4095. */
  readonly begin: number
  /** How many. Default 1. */
  readonly count?: number | undefined
}

/**
 * How what a transaction has written is made final, or undone, and how its monitor is told. Each of these steps has the
 * whole time. Its defaults, those of other clients: `socketTimeout` 3000, `totalTimeout` 10000, `maxRetries` 5,
 * `sleepBetweenRetries` 1000, and `replica` `"master"`.
 */
export type TransactionRollPolicy = Omit<BasePolicy, "signal"> &
  Pick<RecordPolicy, "replica" | "compress" | "compressionThreshold">

/** How what a transaction has read is verified. Its defaults are those of {@link TransactionRollPolicy}, and `readModeSC` `"linearize"`. */
export type TransactionVerifyPolicy = TransactionRollPolicy & Pick<ReadPolicy, "readModeSC">

/** `client.abort`. */
export interface AbortPolicy {
  /** Default: `config.policies.txnRoll`. */
  roll?: TransactionRollPolicy | undefined
  /** Gives up what is not done yet, which is left to the server. */
  signal?: AbortSignal | undefined
}

/** `client.commit`. */
export interface CommitPolicy extends AbortPolicy {
  /** Default: `config.policies.txnVerify`. */
  verify?: TransactionVerifyPolicy | undefined
  /**
   * Gives up. While the reads are being verified, it rejects with code `ABORTED` and the transaction is open as before;
   * later, what is not done yet is left to the server. When the decisive request had left, `inDoubt` says so.
   */
  signal?: AbortSignal | undefined
}

/** Defaults for each kind of operation, as `connect` takes them. */
export interface Policies {
  /** `get`, `find`, `select`, `exists`. */
  read?: Omit<ReadPolicy, "signal" | "txn">
  /** `put`, `add`, `append`, `prepend`, `touch`, `removeBin`. */
  write?: Omit<WritePolicy, "signal" | "txn">
  /** `remove`. */
  remove?: Omit<RemovePolicy, "signal" | "txn">
  /** `operate`, `operateOrdered`, whether they write or only read. */
  operate?: Omit<OperatePolicy, "signal" | "txn">
  /** `apply`. */
  apply?: Omit<WritePolicy, "signal" | "txn">
  /**
   * Batches, whose rows do not follow `read`, `write` and `remove` above, but its own fields of these names. With rows
   * that write or have ops, `maxRetries` is 0.
   */
  batch?: Omit<BatchPolicy, "signal" | "txn" | "onRow">
  /** Queries with a where-clause. */
  query?: Omit<QueryPolicy, "signal">
  /** Queries without one. */
  scan?: Omit<QueryPolicy, "signal">
  /** Queries in the background. */
  background?: Omit<BackgroundPolicy, "signal">
  /** `infoAll`, `infoNode`, `infoRandomNode`, and commands on indexes, modules and sets. */
  info?: Omit<InfoPolicy, "signal">
  /** `client.admin`: users and roles. */
  admin?: Omit<AdminPolicy, "signal">
  /** What commits do first. */
  txnVerify?: TransactionVerifyPolicy
  /** What commits do then, and aborts. */
  txnRoll?: TransactionRollPolicy
}

/** The kinds of operation that have defaults of their own. */
export type PolicyKind = keyof Policies

/** The kinds of rows in a batch. */
export type RowKind = "read" | "write" | "remove" | "operate" | "apply"

interface PolicyField {
  readonly rule: Rule
  /** Writes a checked value into the words of the block. */
  pack?(words: PolicyWords, value: never): void
  /** Set when the field is known but cannot be used yet: all but `harmless` is refused. */
  readonly later?: { readonly harmless: unknown }
}

// A block's policy words lie between the first two; behind them those that only batches and queries have.
const first = commandWord.FLAGS
const end = commandWord.READ_TOUCH + 1
const firstOfMany = commandWord.BATCH_FLAGS
const endOfMany = commandWord.PARTITIONS + 1
// And one for all, behind those.
const compressAbove = commandWord.COMPRESS_ABOVE

/** The policy words of a block, while they are put together. */
export class PolicyWords {
  readonly words: Uint32Array = new Uint32Array(commandWord.LENGTH - first)
  /** The filter expression, or one that is packed; its place is known only when the command is written. */
  filter: Expression | Uint8Array | undefined
  signal: AbortSignal | undefined
  txn: Transaction | undefined
  #double = new Float64Array(1)
  #halves = new Uint32Array(this.#double.buffer)

  reset(defaults: PolicyWords): void {
    this.words.set(defaults.words)
    this.filter = defaults.filter
    this.signal = undefined
    this.txn = undefined
  }

  word(at: number, value: number): void {
    this.words[at - first] = value
  }

  flag(bit: number, on: boolean): void {
    this.bits(bit, on ? bit : 0)
  }

  bits(mask: number, value: number, word: number = commandWord.FLAGS): void {
    const at = word - first
    this.words[at] = (this.words[at]! & ~mask) | value
  }

  /** Milliseconds, 0 = no limit. */
  get totalTimeout(): number {
    return this.words[commandWord.TOTAL_TIMEOUT - first]!
  }

  /** The bits of the FLAGS word. */
  get flags(): number {
    return this.words[commandWord.FLAGS - first]!
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
    for (let i = 0; i < end - first; i++) memory[base + first + i] = words[i]!
    memory[base + compressAbove] = words[compressAbove - first]!
  }

  /** Copies the words that only batches and queries have. */
  copyRestTo(memory: Uint32Array, base: number): void {
    for (let at = firstOfMany; at < endOfMany; at++) memory[base + at] = this.words[at - first]!
    memory[base + commandWord.MAX_NODES] = this.words[commandWord.MAX_NODES - first]!
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
    rule: abortSignal,
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
  deserialize: {
    rule: flag,
    pack: (words: PolicyWords, value: boolean) => words.flag(policyFlag.PACKED_COLLECTIONS, !value),
  },
  respondAllOps: {
    rule: flag,
    pack: (words: PolicyWords, value: boolean) => {
      words.flag(policyFlag.RESPOND_ALL_OPS, value)
      words.flag(policyFlag.RESPOND_VALUES_ONLY, !value)
    },
  },
  allowInlineRam: bitOf(commandWord.BATCH_FLAGS, batchFlag.INLINE_RAM),
  allowInlineSsd: bitOf(commandWord.BATCH_FLAGS, batchFlag.INLINE_SSD),
  respondAllKeys: bitOf(commandWord.BATCH_FLAGS, batchFlag.RESPOND_ALL_KEYS),
  maxConcurrentNodes: number(integer(0, 0xffff, "nodes"), commandWord.MAX_NODES),
  // It is the business of the batch alone.
  onRow: { rule: rule("a function", (value) => typeof value === "function") },
  // Those of rows are packed when a row is: see `PolicyPacker.row`.
  read: { rule: rowPolicy("read") },
  write: { rule: rowPolicy("write") },
  remove: { rule: rowPolicy("remove") },
  operate: { rule: rowPolicy("operate") },
  apply: { rule: rowPolicy("apply") },
  recordsPerSecond: number(integer(0, 0xffff_ffff), commandWord.RECORDS_PER_SECOND),
  maxRecords: {
    rule: integer(0, Number.MAX_SAFE_INTEGER),
    pack: (words: PolicyWords, value: number) => words.double(commandWord.MAX_RECORDS, value),
  },
  expectedDuration: {
    rule: oneOf("long", "short", "longRelaxAP"),
    pack: (words: PolicyWords, value: string) => {
      const mask = queryFlag.SHORT | queryFlag.RELAX
      const bits = value === "short" ? queryFlag.SHORT : value === "long" ? 0 : queryFlag.RELAX
      words.bits(mask, bits, commandWord.QUERY_FLAGS)
    },
  },
  includeBins: {
    rule: flag,
    pack: (words: PolicyWords, value: boolean) =>
      words.bits(queryFlag.NO_BINS, value ? 0 : queryFlag.NO_BINS, commandWord.QUERY_FLAGS),
  },
  partitionFilter: {
    rule: rule("{ begin, count } with begin from 0 to 4095 and begin + count up to 4096", isPartitions),
    pack: (words: PolicyWords, { begin, count = 1 }: PartitionFilter) =>
      words.word(commandWord.PARTITIONS, begin | (count << 16)),
  },
  // Known to other clients, for servers before 6.0.
  failOnClusterChange: { rule: flag },
  compress: bit(policyFlag.COMPRESS),
  compressionThreshold: number(integer(0, limit.MESSAGE, "bytes"), compressAbove),
  txn: {
    rule: rule("a Transaction", (value) => value === null || value instanceof Transaction),
    pack: (words: PolicyWords, value: Transaction | null) => {
      words.txn = value ?? undefined
    },
  },
} satisfies Record<string, PolicyField>

type FieldName = keyof typeof fields

/** All fields, for docs/policies.md; so are the two below. */
export const policyFields: Readonly<Record<string, PolicyField>> = fields

function number(rule: Rule, word: number): PolicyField {
  return { rule, pack: (words: PolicyWords, value: number) => words.word(word, value) }
}

function bit(mask: number): PolicyField {
  return { rule: flag, pack: (words: PolicyWords, value: boolean) => words.flag(mask, value) }
}

function bitOf(word: number, mask: number): PolicyField {
  return { rule: flag, pack: (words: PolicyWords, value: boolean) => words.bits(mask, value ? mask : 0, word) }
}

function rowPolicy(kind: RowKind): Rule {
  return rule(`an object of policy fields for the rows that ${kind}`, isPlainObject)
}

function choice(shift: number, width: number, choices: readonly string[]): PolicyField {
  return {
    rule: oneOf(...choices),
    pack: (words: PolicyWords, value: string) => words.choice(shift, width, choices, value),
  }
}

function isFilter(value: unknown): boolean {
  if (value instanceof Expression) return value.type === "bool" || value.type === undefined
  return value instanceof Uint8Array && value.length > 0
}

function isPartitions(value: unknown): boolean {
  if (!isPlainObject(value)) return false
  const { begin, count = 1, ...more } = value as { begin: number; count?: number }
  const are = Number.isInteger(begin) && Number.isInteger(count) && Object.keys(more).length === 0
  return are && begin >= 0 && count > 0 && begin + count <= limit.PARTITIONS
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
const record: readonly FieldName[] = [
  ...base,
  "filterExpression",
  "sendKey",
  "replica",
  "compress",
  "compressionThreshold",
  "txn",
]
const remove: readonly FieldName[] = [...record, "gen", "durableDelete", "commitLevel", "onLockingOnly"]

const read: readonly FieldName[] = [...record, "readModeAP", "readModeSC", "readTouchTtlPercent", "deserialize"]
const write: readonly FieldName[] = [...remove, "exists", "ttl"]
const rowRemove: readonly FieldName[] = [
  ...(["filterExpression", "sendKey"] as const),
  ...(["gen", "durableDelete", "commitLevel", "onLockingOnly"] as const),
]
const query: readonly FieldName[] = [
  ...base,
  ...(["filterExpression", "replica", "readModeAP", "recordsPerSecond", "maxRecords", "expectedDuration"] as const),
  ...(["includeBins", "partitionFilter", "failOnClusterChange", "maxConcurrentNodes"] as const),
  ...(["compress", "compressionThreshold", "deserialize"] as const),
]

const steps: readonly FieldName[] = [
  ...base.filter((name) => name !== "signal"),
  ...(["replica", "compress", "compressionThreshold"] as const),
]

const background: readonly FieldName[] = [
  ...(["socketTimeout", "totalTimeout", "timeoutDelay", "signal", "filterExpression", "ttl"] as const),
  ...(["durableDelete", "recordsPerSecond", "compress", "compressionThreshold"] as const),
]

export const policyTakes: Record<PolicyKind, readonly FieldName[]> = {
  read,
  write,
  remove,
  operate: [...new Set([...write, ...read, "respondAllOps" as const])],
  apply: write,
  batch: [
    ...[...record, "readModeAP", "readModeSC", "deserialize", "allowInlineRam", "allowInlineSsd", "respondAllKeys"],
    ...(["maxConcurrentNodes", "onRow", "read", "write", "remove", "operate", "apply"] as const),
  ] as FieldName[],
  query,
  scan: query,
  background,
  info: base,
  admin: base,
  txnVerify: [...steps, "readModeSC"],
  txnRoll: steps,
}

/** What a row of a batch takes, by what it does. */
export const rowTakes: Record<RowKind, readonly FieldName[]> = {
  read: ["filterExpression", "readTouchTtlPercent"],
  write: [...rowRemove, "exists", "ttl"],
  remove: rowRemove,
  operate: [...rowRemove, "exists", "ttl", "readTouchTtlPercent", "respondAllOps"],
  apply: [...rowRemove.filter((name) => name !== "gen"), "ttl"],
}

// A table of its own for each kind, so that the hot path looks a name up once. No prototype: `constructor` is unknown.
const tables = tablesOf(policyTakes)
const rowTables = tablesOf(rowTakes)

interface Table {
  readonly kind: string
  readonly fields: Record<string, PolicyField>
}

function tablesOf<K extends string>(takes: Record<K, readonly FieldName[]>): Record<K, Table> {
  const table = ([kind, names]: [string, readonly FieldName[]]) => {
    const taken = Object.fromEntries(names.map((name) => [name, fields[name]]))
    return [kind, { kind, fields: Object.assign(Object.create(null), taken) }]
  }
  return Object.fromEntries(Object.entries<readonly FieldName[]>(takes).map(table))
}

/** What holds where neither the call nor the client says anything else. */
export const policyDefaults: Record<PolicyKind, OperatePolicy & BatchPolicy & QueryPolicy> = (() => {
  const all = { socketTimeout: 30_000, totalTimeout: 1000, maxRetries: 0, sleepBetweenRetries: 0, sleepMultiplier: 1 }
  const query = { ...all, totalTimeout: 0, maxRetries: 5 }
  const patient = { socketTimeout: 3000, totalTimeout: 10_000, maxRetries: 5, sleepBetweenRetries: 1000 }
  const step = { ...all, ...patient, replica: "master" } as const
  return {
    read: { ...all, maxRetries: 2 },
    write: all,
    remove: all,
    operate: all,
    apply: all,
    batch: { ...all, maxRetries: 2, allowInlineRam: true, respondAllKeys: true },
    query,
    scan: query,
    background: { socketTimeout: 30_000, totalTimeout: 1000 },
    info: { ...all, maxRetries: 2 },
    // A change of users goes to all nodes before it is answered.
    admin: { ...all, totalTimeout: 60_000 },
    txnVerify: { ...step, readModeSC: "linearize" },
    txnRoll: step,
  } as const
})()

const rowKinds = ["read", "write", "remove", "operate", "apply"] as const
const readModes = policyFlag.READ_AP_ALL | (3 << policyFlag.READ_SC_SHIFT)

/** Packs policies over the defaults that a client was connected with. One a client: its result is used up at once. */
export class PolicyPacker {
  readonly #defaults: Record<PolicyKind, PolicyWords>
  /** Of batches that write: they are not tried again unless that is said. */
  readonly #writingBatch: PolicyWords
  readonly #rows: Record<RowKind, PolicyWords>
  readonly #words: PolicyWords = new PolicyWords()
  readonly #row: PolicyWords = new PolicyWords()

  constructor(policies: Policies = {}) {
    const packed = (kind: PolicyKind, common: object = policyDefaults[kind]): PolicyWords => {
      const words = new PolicyWords()
      apply(words, tables[kind], common, `the default ${kind} policy`)
      const given = policies[kind]
      if (given !== undefined) apply(words, tables[kind], given, `config.policies.${kind}`)
      return words
    }
    const packedRow = (kind: RowKind): PolicyWords => {
      const words = new PolicyWords()
      const given = policies.batch?.[kind]
      if (given !== undefined) apply(words, rowTables[kind], given, `config.policies.batch.${kind}`)
      return words
    }
    checkKinds(policies)
    this.#defaults = byKind(tables, packed)
    this.#writingBatch = packed("batch", { ...policyDefaults.batch, maxRetries: 0 })
    this.#rows = byKind(rowTables, packedRow)
  }

  /** The words of a policy; valid until the next call. */
  pack(kind: PolicyKind, policy: object | undefined, path?: string): PolicyWords {
    return this.#over(this.#defaults[kind], kind, policy, path)
  }

  /** Checks a signal that stands alone. */
  signal(signal: AbortSignal | undefined): AbortSignal | undefined {
    if (signal !== undefined) check("policy.signal", signal, fields.signal.rule)
    return signal
  }

  /** Those of a batch. */
  batch(policy: BatchPolicy | undefined, writes: boolean): PolicyWords {
    const words = this.#over(writes ? this.#writingBatch : this.#defaults.batch, "batch", policy)
    // Also what no row uses has to be right.
    if (policy) for (const kind of rowKinds) this.row(kind, policy, undefined, 0)
    return words
  }

  /** Those of a batch of columns, which has no rows to tell of. */
  columns(policy: BatchPolicy | undefined, writes: boolean): PolicyWords {
    if (policy?.onRow !== undefined) throw invalid("policy.onRow does not go with columns: they have no rows.")
    return this.batch(policy, writes)
  }

  /** Those of a row with a policy of its own; `flags` are those of its batch. They do not touch the batch's words. */
  row(kind: RowKind, batch: BatchPolicy | undefined, own: object | undefined, flags: number): PolicyWords {
    const words = this.#row
    words.reset(this.#rows[kind])
    const common = batch?.[kind]
    if (common !== undefined) apply(words, rowTables[kind], common, `policy.${kind}`)
    if (own !== undefined) apply(words, rowTables[kind], own, "policy")
    const shared = flags & (kind === "read" ? readModes : readModes | policyFlag.SEND_KEY)
    words.bits(shared, shared)
    return words
  }

  #over(common: PolicyWords, kind: PolicyKind, policy: object | undefined, path = "policy"): PolicyWords {
    if (policy === undefined) return common
    this.#words.reset(common)
    apply(this.#words, tables[kind], policy, path)
    return this.#words
  }
}

function byKind<K extends string>(kinds: Record<K, unknown>, make: (kind: K) => PolicyWords): Record<K, PolicyWords> {
  return Object.fromEntries(Object.keys(kinds).map((kind) => [kind, make(kind as K)])) as Record<K, PolicyWords>
}

function checkKinds(policies: Policies): void {
  if (!isPlainObject(policies)) throw wrong("config.policies", policies, "an object of policies by kind of operation")
  for (const [kind, given] of Object.entries(policies)) {
    if (!Object.hasOwn(policyTakes, kind)) throw unknownField("config.policies", kind, Object.keys(policyTakes))
    for (const name of ["signal", "txn", "onRow"] as const) {
      if ((given as BatchPolicy | undefined)?.[name] === undefined) continue
      throw invalid(`config.policies.${kind}.${name} is not a default: give it to a call.`)
    }
  }
}

function apply(words: PolicyWords, table: Table, policy: object, path: string): void {
  if (typeof policy !== "object" || policy === null) throw wrong(path, policy, "an object of policy fields")
  for (const name in policy) {
    const value = (policy as Record<string, unknown>)[name]
    if (value === undefined) continue
    const field = table.fields[name]
    if (field === undefined) throw notTaken(path, table, name)
    if (field.later) {
      if (value === field.later.harmless) continue
      throw invalid(`${path}.${name} is not available yet in this version.`)
    }
    if (!field.rule.accepts(value)) check(`${path}.${name}`, value, field.rule)
    field.pack?.(words, value as never)
  }
}

function notTaken(path: string, table: Table, name: string): Error {
  const known = Object.keys(table.fields)
  if (!Object.hasOwn(fields, name)) return unknownField(path, name, known)
  const kinds = Object.keys(policyTakes).filter((other) => policyTakes[other as PolicyKind].includes(name as FieldName))
  const of = kinds.join(", ").replace(/, (\w+)$/, " and $1")
  return invalid(`${path}.${name} is a field of ${of} operations; a ${table.kind} takes ${known.join(", ")}.`)
}
