// Every error that the client gives, and the one table that says which class stands for which code.

import type { BatchRow } from "./batch.ts"
import type { ColumnTable, ColumnWrites } from "./columns/table.ts"
import { code, codeName as codeNames, codeText } from "./core/generated.ts"
import type { Key } from "./key.ts"
import type { QueryRecord } from "./query-record.ts"
import type { Transaction } from "./transaction.ts"

/** What an error can tell beside its message. */
export interface ErrorDetails {
  /** Whether a write may have happened although it was not answered. */
  readonly inDoubt?: boolean
  /** `name host:port` of the node that was asked last. */
  readonly node?: string | undefined
  readonly key?: Key | undefined
  /** How many times the request was tried; of a batch or query, the part of it that was tried the most. */
  readonly attempts?: number
  readonly elapsedMs?: number
  readonly cause?: unknown
  /** Whether the request left compressed. */
  readonly compressed?: boolean
  readonly rows?: readonly BatchRow[] | undefined
  readonly columns?: ColumnTable | ColumnWrites | undefined
  readonly cursor?: string | undefined
  readonly transaction?: Transaction | undefined
  readonly causeCode?: number | undefined
  readonly job?: bigint | undefined
  /** How many operations were ahead in the queue of `maxConcurrentOperations`. */
  readonly ahead?: number | undefined
}

/** Any error of this package. `code` is the server's result code, or below zero one of the client's own. */
export class AerospikeError extends Error {
  /** The result code: positive from the server, negative from the client. */
  readonly code: number
  /** The code's name, such as `RECORD_NOT_FOUND`. */
  readonly codeName: string
  /** True when a write may have happened although no answer came. */
  readonly inDoubt: boolean
  /** `name host:port` of the node that was asked last, when one was. */
  readonly node: string | undefined
  /** The key of the operation, when it had one. */
  readonly key: Key | undefined
  /** How many times the request was tried. */
  readonly attempts: number
  /** Milliseconds from the call to this error. */
  readonly elapsedMs: number
  /** Of a batch that was given up as a whole: the results of its rows, those that had one and those that had none yet. */
  declare readonly rows?: readonly BatchRow[]
  /** Of an operation with columns that was given up as a whole: the rows that had come, and the codes of the others. */
  declare readonly columns?: ColumnTable | ColumnWrites
  /** Of a query that failed: where another can go on behind the records that came. See {@link Query.from}. */
  declare readonly cursor?: string
  /** Of a query whose records were wanted at once, or a page of one: those that had come. `cursor` goes on behind them. */
  declare readonly records?: readonly QueryRecord[]
  /** Of a query that counts: the records that had come. `cursor` goes on behind them. */
  declare readonly counted?: number
  /** The transaction that the operation was part of, or that was to end. */
  declare readonly transaction?: Transaction
  /** Of a transaction that could not be committed: the code with which one of its reads failed to be verified. */
  declare readonly causeCode?: number
  /** Of a query in the background that failed on some node: its number, for others may have begun. See `client.queryJob`. */
  declare readonly job?: bigint

  constructor(code: number, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.codeName = codeName(code)
    this.inDoubt = details.inDoubt ?? false
    this.node = details.node
    this.key = details.key
    this.attempts = details.attempts ?? 0
    this.elapsedMs = details.elapsedMs ?? 0
    if (details.rows) this.rows = details.rows
    if (details.columns) this.columns = details.columns
    if (details.cursor) this.cursor = details.cursor
    if (details.transaction) this.transaction = details.transaction
    if (details.causeCode !== undefined) this.causeCode = details.causeCode
    if (details.job) this.job = details.job
  }
}

/** The client itself failed, or refused: the server did not answer with an error. */
export class ClientError extends AerospikeError {}
/** Too many operations wait already, or one waited longer than `operationQueueTimeoutMs`. Nothing was sent. */
export class BackpressureError extends ClientError {
  /** How many operations were ahead in the queue. `elapsedMs` is how long this one had waited. */
  readonly ahead: number

  constructor(code: number, message: string, details: ErrorDetails = {}) {
    super(code, message, details)
    this.ahead = details.ahead ?? 0
  }
}
/** An argument is wrong. Nothing was sent. */
export class InvalidArgumentError extends ClientError {}
/** The node's circuit breaker is open: it had more errors than `maxErrorRate` allows. */
export class MaxErrorRateExceededError extends ClientError {}
/**
 * No connection to the node was free. For programs that look for it: here a request waits for a connection as long as its
 * deadline allows, and then it is a {@link TimeoutError}.
 */
export class NoMoreConnectionsError extends ClientError {}

/** It took longer than the policy, or the server, allows. */
export class TimeoutError extends AerospikeError {}

/** No node can be reached, or none can take the request. */
export class ClusterError extends AerospikeError {}
/** The cluster has another name than `clusterName` says. */
export class ClusterNameMismatchError extends ClusterError {}

/** The server answered with an error. */
export class ServerError extends AerospikeError {}
/** The server answered with an error that concerns the one record. */
export class RecordError extends ServerError {}
/** There is no record of that key. */
export class RecordNotFoundError extends RecordError {}
/** The record exists, and `exists: "createOnly"` forbade that. */
export class RecordExistsError extends RecordError {}
/** The record's generation is not the one that `gen` asked for. */
export class RecordGenerationError extends RecordError {}
/** The record would be larger than the namespace's `max-record-size`. */
export class RecordTooBigError extends RecordError {}
/** A bin name is longer than 15 bytes, or a record has too many bins. */
export class BinNameError extends RecordError {}
/** The bin exists already. */
export class BinExistsError extends RecordError {}
/** The bin does not exist. */
export class BinNotFoundError extends RecordError {}
/** The operation does not fit the type of the bin. */
export class BinTypeError extends RecordError {}
/** The filter expression was not true for the record. */
export class FilteredOutError extends RecordError {}
/** A secondary index failed, or cannot be used yet. */
export class IndexError extends ServerError {}
/** There is no such index. */
export class IndexNotFoundError extends IndexError {}
/** An index of that name exists already. */
export class IndexFoundError extends IndexError {}
/** A query or scan failed. */
export class QueryError extends ServerError {}
/** A query or scan was aborted. */
export class QueryAbortedError extends QueryError {}
/** Login, users, roles, quotas. */
export class AdminError extends ServerError {}
/** A user-defined function failed. */
export class UdfError extends ServerError {}
/**
 * A transaction cannot go on: a record is locked or has changed, its time is over, or it has ended already. See `code`,
 * {@link AerospikeError.causeCode} and {@link AerospikeError.transaction}.
 */
export class TransactionError extends ServerError {}

// Not from the classes themselves: a minifier renames those.
const named = {
  AerospikeError,
  ClientError,
  BackpressureError,
  InvalidArgumentError,
  MaxErrorRateExceededError,
  NoMoreConnectionsError,
  TimeoutError,
  ClusterError,
  ClusterNameMismatchError,
  ServerError,
  RecordError,
  RecordNotFoundError,
  RecordExistsError,
  RecordGenerationError,
  RecordTooBigError,
  BinNameError,
  BinExistsError,
  BinNotFoundError,
  BinTypeError,
  FilteredOutError,
  IndexError,
  IndexNotFoundError,
  IndexFoundError,
  QueryError,
  QueryAbortedError,
  AdminError,
  UdfError,
  TransactionError,
}
for (const [name, type] of Object.entries(named)) {
  Object.defineProperty(type.prototype, "name", { value: name, writable: true, configurable: true })
}

type ErrorClass = new (code: number, message: string, details?: ErrorDetails) => AerospikeError

/** Which class stands for which codes, also for docs/errors.md. Those that are not here are a ServerError above zero and a ClientError below. */
export const errorClasses: readonly (readonly [ErrorClass, ...number[]])[] = [
  [TimeoutError, code.TIMEOUT],
  [RecordNotFoundError, code.RECORD_NOT_FOUND],
  [RecordExistsError, code.RECORD_EXISTS],
  [RecordGenerationError, code.RECORD_GENERATION],
  [RecordTooBigError, code.RECORD_TOO_BIG],
  [BinNameError, code.BIN_NAME],
  [BinExistsError, code.BIN_EXISTS],
  [BinNotFoundError, code.BIN_NOT_FOUND],
  [BinTypeError, code.BIN_TYPE],
  [FilteredOutError, code.FILTERED_OUT],
  [RecordError, code.KEY_BUSY, code.KEY_MISMATCH, code.ELEMENT_NOT_FOUND, code.ELEMENT_EXISTS],
  [RecordError, code.OP_NOT_APPLICABLE, code.LOST_CONFLICT, code.XDR_KEY_BUSY, code.INVALID_GEOJSON],
  [IndexFoundError, code.INDEX_FOUND],
  [IndexNotFoundError, code.INDEX_NOT_FOUND],
  [IndexError, code.INDEX_OOM, code.INDEX_NOT_READABLE, code.INDEX_GENERIC, code.INDEX_NAME, code.INDEX_MAX_COUNT],
  [QueryAbortedError, code.QUERY_ABORTED, code.QUERY_ABORTED_BY_USER],
  [QueryError, code.QUERY_END, code.QUERY_QUEUE_FULL, code.QUERY_TIMEOUT, code.QUERY_GENERIC],
  [UdfError, code.UDF],
  [ClusterError, code.CLUSTER_KEY_MISMATCH, code.UNAVAILABLE],
  [ClusterError, code.INVALID_HOST, code.INVALID_NODE, code.CONNECTION, code.NOT_CONNECTED, code.TLS, code.MALFORMED],
  [ClusterNameMismatchError, code.CLUSTER_NAME_MISMATCH],
  [InvalidArgumentError, code.INVALID_ARGUMENT],
  [NoMoreConnectionsError, code.NO_MORE_CONNECTIONS],
  [BackpressureError, code.BACKPRESSURE],
  [MaxErrorRateExceededError, code.MAX_ERROR_RATE],
  [AdminError, ...between(code.SECURITY_NOT_SUPPORTED, code.QUOTA_EXCEEDED), code.LDAP_NOT_CONFIGURED],
  [TransactionError, ...between(code.MRT_BLOCKED, code.MRT_MONITOR_EXISTS)],
  [TransactionError, code.TXN_FAILED, code.TXN_ALREADY_COMMITTED, code.TXN_ALREADY_ABORTED],
]

const classOf = new Map(errorClasses.flatMap(([type, ...codes]) => codes.map((number) => [number, type] as const)))

function between(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

// What to do, where the code alone does not tell.
const advice = new Map<number, string>([
  [code.RECORD_NOT_FOUND, "Use find() where a record may be absent."],
  [code.PARAMETER, "A server also refuses so what it is too old for, such as ops on strings before version 8.1.3."],
  [code.RECORD_GENERATION, "Another writer came first: read the record again and decide anew."],
  [code.KEY_BUSY, "Spread the writes to this record, or raise the namespace's transaction-pending-limit."],
  [code.OUT_OF_SPACE, "Free space, or raise the namespace's limits; reads still work."],
  [code.DEVICE_OVERLOAD, "Slow down, or give the namespace faster storage."],
  [code.NAMESPACE, "Namespaces are created in the server's configuration."],
  [code.FORBIDDEN, "For a time to live, the namespace needs nsup-period above 0."],
  [code.INDEX_NOT_FOUND, "Create it with client.indexCreate, or query without where() and with filter()."],
  [code.SECURITY_NOT_SUPPORTED, "Only servers of the Enterprise Edition have users and roles."],
  [code.NOT_AUTHENTICATED, "Give user and password to connect."],
  [code.ROLE_VIOLATION, "A user-admin can grant roles with client.admin.grantRoles."],
  [code.ENTERPRISE_ONLY, "The cluster runs the Community Edition."],
  [code.MRT_BLOCKED, "Try again: the other transaction ends soon, or its time does."],
  [code.MRT_EXPIRED, "Give the transaction more time with its timeout, or do less in it."],
  [code.MRT_TOO_MANY_WRITES, "A transaction writes at most 4096 records: split it."],
  [code.NO_MORE_CONNECTIONS, "Raise maxConnsPerNode, or lower the number of operations in flight."],
  [
    code.BACKPRESSURE,
    "Slow down, or raise maxConcurrentOperations, maxQueuedOperations, maxQueuedBytesPerNode or operationQueueTimeoutMs.",
  ],
  [code.MAX_ERROR_RATE, "The node is tried again after errorRateWindow tends."],
  [code.NOT_CONNECTED, "Check hosts, ports, firewalls and, inside containers, useServicesAlternate or ipMap."],
  [code.TLS, "Check config.tls, the TLS names of hosts, and that their ports are those that speak TLS."],
  [code.CLUSTER_NAME_MISMATCH, "Check clusterName and hosts."],
  [code.MALFORMED, "Check that the port is Aerospike's service port (3000), not TLS or another service."],
  [code.CLOSED, "Connect again: a closed client stays closed."],
  [code.RESULT_TOO_LARGE, "Ask for fewer rows at once: fewer keys, or pages of a query by maxRecords and cursor."],
  [code.ENGINE, "This is a bug in aerospike-wasm; please report it. The client is closed: connect again."],
])

/** The name of a result code, such as `RECORD_NOT_FOUND`; `CODE_n` for one that is not known here. */
export function codeName(number: number): string {
  return codeNames[number] ?? `CODE_${number}`
}

/**
 * The error for a code. `asked` says what was asked, `reason` replaces the code's own sentence, `hint` what would follow
 * it.
 */
export function errorOf(
  number: number,
  asked: string,
  details: ErrorDetails = {},
  reason?: string,
  hint?: string,
): AerospikeError {
  const type = classOf.get(number) ?? (number > 0 ? ServerError : ClientError)
  const said = reason || codeText[number] || "the server answered with a code that this client does not know"
  const facts = [`${codeName(number)} ${number}`]
  if (details.node) facts.push(`node ${details.node}`)
  if (details.attempts) facts.push(details.attempts === 1 ? "1 attempt" : `${details.attempts} attempts`)
  if (details.elapsedMs) facts.push(`${Math.round(details.elapsedMs)} ms`)
  if (details.ahead !== undefined) facts.push(`${details.ahead} ahead`)
  let message = `${asked}: ${said} (${facts.join(", ")}).`
  if (hint) return new type(number, `${message} ${hint}`, details)
  if (details.inDoubt) message += " The write may have happened all the same."
  // A row of a batch has no attempts of its own: nobody who awaits a batch needs to know of find().
  const todo = number === code.RECORD_NOT_FOUND && !details.attempts ? undefined : adviceFor(number, details)
  if (todo) message += ` ${todo}`
  return new type(number, message, details)
}

/** What servers answer that know no transactions, or not in that namespace. */
const withoutTransactions: readonly number[] = [code.ENTERPRISE_ONLY, code.UNSUPPORTED_FEATURE]

function adviceFor(number: number, details: ErrorDetails): string | undefined {
  if (details.transaction && withoutTransactions.includes(number)) {
    return "Transactions need an Enterprise cluster, version 8.0 or later, and a namespace with strong-consistency."
  }
  if (number === code.TIMEOUT) {
    // A row of a batch does not know whether it was sent.
    return details.attempts === 0
      ? "It was never sent: no node was in reach, or no connection free, in time. Raise totalTimeout or maxConnsPerNode, or slow down."
      : "Raise totalTimeout or socketTimeout if the server needs longer, maxRetries if it should be asked again."
  }
  if (number === code.ENTERPRISE_ONLY && details.compressed) {
    return "Only servers of the Enterprise Edition take compressed requests: leave compress and compressionThreshold out of the policy."
  }
  return advice.get(number)
}

/** The name of the class of the error for a code. */
export function errorClass(number: number): string {
  return (classOf.get(number) ?? (number > 0 ? ServerError : ClientError)).prototype.name
}

/** An argument that cannot be used: nothing was sent. */
export function invalid(message: string): InvalidArgumentError {
  return new InvalidArgumentError(code.INVALID_ARGUMENT, message)
}
