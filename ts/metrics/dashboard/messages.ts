// What the server tells the page by server-sent events: both sides are checked against these types.

/** The state of all clients of the process, told twice a second. Counters are those of `/metrics`, added up. */
export interface Tick {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Whether operations are counted. */
  readonly isCounting: boolean
  /** Clients that are open, and those of them that have a node that answers. */
  readonly clients: number
  readonly connected: number
  readonly inFlight: number
  readonly memoryBytes: number
  readonly kinds: readonly KindTick[]
  readonly nodes: readonly NodeTick[]
  /** Of the last minute, while the page was open. */
  readonly latencies: readonly Latency[]
  /** The slowest of the last minute, the slowest first. */
  readonly slow: readonly SlowOperation[]
}

/** Operations of one kind, such as `get`. */
export interface KindTick {
  readonly kind: string
  readonly count: number
  /** How many failed, by the class of the error. */
  readonly errors: Readonly<Record<string, number>>
  /** What all of them took. */
  readonly seconds: number
}

/** The numbers of a node, by name; the name is empty for what belongs to none. */
export interface NodeTick extends Readonly<Record<NodeNumber, number>> {
  readonly name: string
  readonly address: string
  /** How many clients know it, and how many of these found it well when they looked last. */
  readonly known: number
  readonly active: number
}

/** What is told of each node. */
export type NodeNumber =
  | ("idle" | "busy" | "opening" | "draining" | "inFlight" | "queue")
  | ("breakersOpen" | "breakerOpened" | "retries" | "timeouts" | "inDoubt" | "rejected")
  | ("opened" | "openFailed" | "tends" | "tendSeconds" | "tendFailures")

/** How long operations of a kind took, in milliseconds. */
export interface Latency {
  readonly kind: string
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** Where the time of an operation goes, in this order. */
export const stages = ["encode", "queue", "connect", "send", "wait", "decode", "materialize"] as const

/** An operation that took long. */
export interface SlowOperation {
  /** When it ended, in milliseconds since 1970. */
  readonly at: number
  readonly kind: string
  /** `namespace.set`, as far as it has them. */
  readonly place: string
  /** Of a batch: how many. */
  readonly records: number
  /** Only where keys are shown, and not of batches and queries. */
  readonly key?: string
  /** The last one that was asked. */
  readonly node: string
  /** How many nodes were asked, or one several times. */
  readonly requests: number
  /** The class of the error; empty when it went well. */
  readonly error: string
  /** Why attempts failed that were followed by others: the first few. */
  readonly retries: readonly string[]
  /** As `/metrics` counts it, in milliseconds: up to the answer, without encoding, decoding and making values. */
  readonly ms: number
  /** In milliseconds, in the order of {@link stages}; of a batch or query the sum over its requests. */
  readonly stages: readonly number[]
}

/** Who has which partition, told when it changes. */
export interface MapTick {
  readonly namespace: string
  /** The clients that believe it, by number. */
  readonly clients: readonly number[]
  readonly nodes: readonly { readonly name: string; readonly address: string }[]
  /** By level, masters first, and partition: an index of `nodes`, or -1 where none is known. */
  readonly levels: readonly (readonly number[])[]
}
