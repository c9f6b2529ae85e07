// The engine as the shell sees it: the class that wasm-bindgen makes of `rust/wasm`, in its own words. Every call takes
// and gives numbers; what they point to lies in linear memory and is valid until the next call.

/** Where a command is written. */
export interface Regions {
  /** Where the block of the next command lies; its slots follow it. */
  command_address(): number
  /** Slots that fit, the block counted as the slots that it is long. */
  command_capacity(): number
  /** Makes room and keeps what is there; the address may change. */
  command_reserve(slots: number): number
  /** Where texts and blobs of the next command lie. */
  data_address(): number
  data_capacity(): number
  data_reserve(bytes: number): number
}

/** One engine, made for one client. Times are milliseconds on one monotonic clock. */
export interface Engine extends Regions {
  free(): void

  /** The id of a name whose UTF-8 lies in the data region; negative: see `refusal`. */
  name(kind: number, offset: number, length: number): number
  name_address(id: number): number
  name_length(id: number): number
  names(): number

  /** An op id, or below zero: refused, and the three getters say why. */
  submit(): number
  /** So much was submitted that it is to be polled before there is more. */
  wants_poll(): boolean
  refused_code(): number
  refused_slot(): number
  /** Length of the reason, which is then at `scratch_address`. */
  refused_text(): number
  scratch_address(): number
  /** The handle of a new transaction. */
  txn_begin(timeout: number): number
  txn_end(txn: number): void
  /** Of the generated table `txnWord`. */
  txn_word(txn: number, word: number): number
  /** Answers with DONE at the next poll. */
  cancel(op: number): void
  /** The caller took so many records of a query. Looked at with the next poll. */
  consumed(op: number, records: number): void

  /** Room for bytes that arrived. */
  receive_reserve(length: number): number
  opened(conn: number, now: number): void
  received(conn: number, length: number, now: number, wall: number): void
  writable(conn: number, now: number): void
  closed(conn: number, socketEnd: number, now: number): void
  time(now: number): void

  /** Answers CREDENTIAL: the password's hash, and the password itself where it travels so. */
  credential(hash: string, clear: string, now: number): void
  /** Answers CREDENTIAL: there is none. */
  no_credential(now: number): void

  /** Words of output records. */
  poll(now: number): number
  output_address(): number
  tape_address(): number
  text_address(): number
  /** Absolute; Infinity when nothing is waited for. */
  next_deadline(): number

  /** What is counted and told of operations from now on: bits of the generated table `watch`. */
  watch(bits: number): void
  /** Of an operation that has not ended, by the generated table `opWord`. */
  op_word(op: number, word: number): number
  /** How long a stage of the shell's took: of the generated tables `operation` and `stage`. */
  spent(operation: number, stage: number, ms: number): void
  /** The address of all that was counted: see the generated table `metricsHead`. */
  metrics(): number

  close(drainMs: number, now: number): void
  finished(): boolean
  node_count(): number
  is_connected(): boolean
  /** Length of `name\thost:port\tactive`, which is then at `scratch_address`; 0 when there is no such node. */
  node_text(index: number): number
  /** Length of a namespace's partition map, which is then at `scratch_address`; 0 when there is no such namespace. */
  partition_map(namespace: number): number
  /** A counter of the generated table `stat`. */
  stat(index: number): number
}

/** Makes an engine from its configuration, a seed and the time. */
export type EngineClass = new (config: string, seedLo: number, seedHi: number, now: number) => Engine

/** The engine's class and the memory of its module: one a realm, however many clients. */
export interface EngineModule {
  readonly Engine: EngineClass
  /** A password as servers want it. Takes some 50 to 100 ms. */
  readonly hash_password: (password: string) => string
  readonly memory: { readonly buffer: ArrayBuffer }
}

/** The result code in a negative answer of `name`: positive codes are moved out of the way of the client's own. */
export function refusal(answer: number): number {
  return answer <= -1000 ? -answer - 1000 : answer
}
