// Every metric by its name: what it is, and where its numbers stand in what an engine counted. The guide's table is made of
// this one.

import { nodeWord, type stat } from "../core/generated.ts"

/** What Prometheus takes a metric for. */
export type MetricType = "counter" | "gauge" | "histogram"

/** A metric. */
export interface Family {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly labels: readonly string[]
}

export const operationDuration: Family = {
  name: "db_client_operation_duration_seconds",
  type: "histogram",
  help: "How long operations took, from the call to the answer.",
  labels: ["db_system_name", "db_namespace", "db_collection_name", "db_operation_name", "error_type"],
}

export const internalStage: Family = {
  name: "db_client_internal_stage_seconds",
  type: "histogram",
  help: "Where the time of operations went, while setInternalStageMetricsEnabled(true).",
  labels: ["stage", "db_operation_name"],
}

export const batchRecords: Family = {
  name: "aerospike_client_batch_records_total",
  type: "counter",
  help: "Records that batches asked for.",
  labels: ["db_namespace", "db_collection_name", "db_operation_name"],
}

/** A metric of each node. */
export interface NodeFamily extends Family {
  /** Where it stands in a row of `nodeWord`; a histogram begins there. */
  readonly word: number
  /** What beside the node tells it from others of the same name. */
  readonly more?: Readonly<Record<string, string>>
  /** Whether it means something without a node. */
  readonly anywhere: boolean
}

const nodeFamily = (
  type: MetricType,
  name: string,
  word: number,
  help: string,
  { anywhere = type !== "gauge", more }: { anywhere?: boolean; more?: Readonly<Record<string, string>> } = {},
): NodeFamily => ({
  name: `aerospike_client_${name}`,
  type,
  help,
  labels: ["node", ...Object.keys(more ?? {})],
  word,
  anywhere,
  ...(more && { more }),
})

const connections = (state: string, word: number) =>
  nodeFamily("gauge", "connections", word, "Connections of the pool of a node, by what they do.", { more: { state } })

/** In the order of the engine's table `closeReason`. */
const closeReasons = [
  ...["idle", "surplus", "node_gone", "timed_out", "protocol", "remote", "failed"],
  ...["connect_failed", "connect_timeout", "auth", "shutdown", "cancelled", "tls"],
]

/** Metrics of nodes. Where `node` is empty, it is what belongs to none: seeds, and connections whose node has left. */
export const nodeFamilies: readonly NodeFamily[] = [
  connections("idle", nodeWord.IDLE),
  connections("busy", nodeWord.BUSY),
  connections("opening", nodeWord.OPENING),
  connections("draining", nodeWord.DRAINING),
  nodeFamily("counter", "connections_opened_total", nodeWord.OPENED, "Connections that were opened."),
  nodeFamily("counter", "connections_failed_total", nodeWord.OPEN_FAILED, "Connections that could not be opened."),
  ...closeReasons.map((reason, i) =>
    nodeFamily("counter", "connections_closed_total", nodeWord.CLOSED + i, "Connections that ended, and why.", {
      more: { reason },
    }),
  ),
  nodeFamily(
    "histogram",
    "connect_seconds",
    nodeWord.CONNECT,
    "How long connections took to open, TLS and login included.",
  ),
  nodeFamily("gauge", "requests_in_flight", nodeWord.IN_FLIGHT, "Requests on connections, unanswered."),
  nodeFamily(
    "gauge",
    "queue_length",
    nodeWord.WAITING,
    "Requests that wait for a connection of the node; without a node, operations that wait for a slot of maxConcurrentOperations.",
    { anywhere: true },
  ),
  nodeFamily("gauge", "queue_bytes", nodeWord.WAITING_BYTES, "Bytes of requests that wait for a connection."),
  nodeFamily("histogram", "queue_wait_seconds", nodeWord.WAIT, "How long those waited that had to wait in a queue."),
  nodeFamily(
    "counter",
    "queue_rejected_total",
    nodeWord.TURNED_AWAY,
    "Operations that a queue had no room for, or that waited too long in it: BackpressureError.",
  ),
  nodeFamily(
    "gauge",
    "breaker_open",
    nodeWord.BREAKER_OPEN,
    "1 while the circuit breaker keeps requests from the node.",
  ),
  nodeFamily("counter", "breaker_opened_total", nodeWord.BREAKER_OPENED, "How often the circuit breaker opened."),
  nodeFamily("counter", "breaker_errors_total", nodeWord.ERRORS, "Errors that the circuit breaker counted."),
  nodeFamily("gauge", "node_active", nodeWord.ACTIVE, "1 when the last look at the node succeeded."),
  nodeFamily(
    "histogram",
    "tend_seconds",
    nodeWord.TEND,
    "How long looking at the node took, whether or not it succeeded.",
  ),
  nodeFamily("counter", "tend_failures_total", nodeWord.TENDS_FAILED, "Looks at the node that failed."),
  nodeFamily("counter", "retries_total", nodeWord.RETRIES, "Attempts after the first."),
  nodeFamily("counter", "timeouts_total", nodeWord.TIMEOUTS, "Attempts and operations that took too long."),
  nodeFamily(
    "counter",
    "in_doubt_writes_total",
    nodeWord.IN_DOUBT,
    "Writes that ended without knowing whether they took effect.",
  ),
  nodeFamily("counter", "sent_bytes_total", nodeWord.SENT, "Bytes given to sockets."),
  nodeFamily("counter", "received_bytes_total", nodeWord.RECEIVED, "Bytes that came from sockets."),
]

/** A metric of the engine's table `stat`. */
export interface StatFamily extends Family {
  readonly stat: StatName
}

type StatName = Exclude<keyof typeof stat, "LENGTH">

const statFamily = (type: MetricType, name: string, stat: StatName, help: string): StatFamily => ({
  ...{ name: `aerospike_client_${name}`, type, help, labels: [], stat },
})

/** Metrics of clients. What the engine's table has beyond these is told by node, or with the operations. */
export const statFamilies: readonly StatFamily[] = [
  statFamily(
    "counter",
    "operations_total",
    "OPERATIONS",
    "Operations that began, whether or not metrics were enabled.",
  ),
  statFamily("gauge", "operations_in_flight", "IN_FLIGHT", "Operations that have not ended."),
  statFamily("counter", "coalesced_operations_total", "COALESCED", "Operations that shared a request with others."),
  statFamily("counter", "shared_requests_total", "SHARED_REQUESTS", "Requests that several operations shared."),
  statFamily("gauge", "nodes", "NODES", "Nodes that are known."),
  statFamily(
    "gauge",
    "queued_bytes",
    "QUEUED_BYTES",
    "Bytes of requests that wait for their turn, for the cluster or for a connection.",
  ),
  statFamily(
    "gauge",
    "buffered_bytes",
    "BUFFERED_BYTES",
    "Bytes that wait for a socket, and of answers that have not come whole.",
  ),
  statFamily("counter", "late_answers_total", "LATE_ANSWERS", "Answers that came after their operation had ended."),
]

export const clients: Family = {
  name: "aerospike_client_clients",
  type: "gauge",
  help: "Clients of this process that are open.",
  labels: [],
}

export const memory: Family = {
  name: "aerospike_client_memory_bytes",
  type: "gauge",
  help: "Linear memory of the engine, which all clients of a realm share. It grows and is not given back.",
  labels: [],
}

export const stagesEnabled: Family = {
  name: "aerospike_client_internal_stage_metrics_enabled",
  type: "gauge",
  help: "1 while stages are measured.",
  labels: [],
}

export const droppedLines: Family = {
  name: "aerospike_client_log_dropped_total",
  type: "counter",
  help: "Log lines that were lost because their logger failed.",
  labels: [],
}

/** All of them, each name once. */
export const families: readonly Family[] = [
  ...new Map(
    [
      ...[operationDuration, internalStage, batchRecords],
      ...nodeFamilies,
      ...[clients, ...statFamilies, memory, stagesEnabled, droppedLines],
    ].map((family) => [family.name, family] as const),
  ).values(),
]
