// The pump between one engine and its sockets: inputs → poll → act on every output → writable → poll again → one timer.
// It decides nothing. `submit` only schedules the pump, so what one turn of the event loop asks for leaves in one write
// a connection.
//
//   open ──close()──▶ closing ──engine finished──▶ ended
//     └──────────────── a trap ──────────────────────┘     a trap rejects all that is in flight: no promise ever hangs

import type { ReadOptions, Settings } from "./config.ts"
import type { Engine, EngineModule } from "./core/engine.ts"
import {
  code,
  event,
  limit,
  metricsHead,
  NONE,
  nodeWord,
  opWord,
  output,
  seriesWord,
  socketEnd,
  stageWord,
  stat,
  step,
  txnWord,
  watch,
} from "./core/generated.ts"
import { Memory } from "./core/memory.ts"
import { Names } from "./core/names.ts"
import { Reader } from "./core/reader.ts"
import { type AsciiSlice, decodeSlice, decodeUtf8 } from "./core/text.ts"
import { Writer } from "./core/writer.ts"
import { type AerospikeError, codeName, type ErrorDetails, errorOf } from "./errors.ts"
import { describeKey, type Key, partsOf } from "./key.ts"
import { type Logger, LogLevel, log, logs } from "./log.ts"
import type { Credentials } from "./login.ts"
import {
  type Counted,
  clientBegins,
  clientEnds,
  type Follower,
  type Observable,
  observers,
  type PartitionMap,
} from "./observe.ts"
import { StageClock } from "./stages.ts"
import type { Transaction } from "./transaction.ts"
import type { Socket, SocketHandlers, Target, Transport } from "./transport/index.ts"

/** What becomes of the answer to an operation. */
export const Answer = {
  RECORD: 0,
  RECORD_OR_NONE: 1,
  META_OR_NONE: 2,
  REMOVED: 3,
  NOTHING: 4,
  INFO: 5,
  /** What is told of users and roles. */
  ADMIN: 10,
  /** Rows or records, which go to the operation's {@link Sink}. */
  MANY: 6,
  RESULTS: 7,
  ORDERED_RESULTS: 8,
  /** What a function on the server gave. */
  CALLED: 9,
} as const
export type Answer = (typeof Answer)[keyof typeof Answer]

/** A node as the engine tells of it. */
export interface NodeInfo {
  readonly name: string
  readonly host: string
  readonly port: number
  /** Whether the last look at it succeeded. */
  readonly active: boolean
}

/** An event of the cluster; the node is as it was when it joined. */
export interface EngineEvent {
  readonly kind: number
  readonly node: NodeInfo | undefined
}

/** Takes the outputs of an operation that has many: rows of a batch, records of a query. No call into the engine is allowed. */
export interface Sink {
  /** The output record at word `at`; `tape` is where word 0 of its slots would be. */
  take(reader: Reader, words: Uint32Array, at: number, tape: number): void
  /** The operation has ended, well or not, with the DONE record at word `at`; what is given is the operation's value. */
  ended(reader: Reader, words: Uint32Array, at: number, tape: number): unknown
  /** What the error tells beside, when the operation fails. */
  details(code: number): Told
  /** What the caller called a part that the engine refuses, and the key of it. */
  blamed?(group: number): { readonly path: string; readonly key: Key }
}

/** What an error tells: `reason` in place of its code's sentence, `hint` in place of what follows it. */
export interface Told extends ErrorDetails {
  readonly reason?: string | undefined
  readonly hint?: string | undefined
}

/** What waits for the answer to an operation. */
interface Waiter {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly answer: Answer
  /** For messages: what was asked. */
  readonly verb: string
  readonly key: Key | undefined
  readonly sink: Sink | undefined
  readonly txn: Transaction | undefined
  /** Present when an AbortSignal was given. */
  abort: Abort | undefined
  /** Present when operations are traced. */
  readonly follower: Follower | undefined
}

/** An operation that a signal may give up. */
interface Abort {
  readonly watch: Watch
  readonly op: number
}

/** All operations of one signal, which is listened to once: with a listener each, a signal of many would get slow. */
interface Watch {
  readonly signal: AbortSignal
  readonly aborts: Set<Abort>
  readonly listener: () => void
}

/** How an operation failed, as its DONE record says. */
interface Failure extends Failing {
  readonly waiter: Waiter
  /** Its index, or NONE. */
  readonly node: number
}

/** What is told of a failure. */
export interface Failing {
  readonly code: number
  readonly attempts: number
  readonly inDoubt: boolean
  readonly compressed: boolean
  readonly elapsedMs: number
  readonly ahead: number | undefined
  /** What the server said beside the code. */
  readonly reason?: string | undefined
}

/** What failed. */
export type Asking = Pick<Waiter, "verb" | "key" | "sink" | "txn">

/** An operation with a sink, under way. Calls after its end do nothing. */
export interface Running {
  readonly promise: Promise<unknown>
  /** So many records were taken. */
  consumed(records: number): void
  cancel(): void
}

/**
 * Threads that take operations off the caller's event loop, each with an engine and connections of its own. See
 * threads/crew.ts.
 */
export interface Helpers {
  /** Begins the threads. Resolves when they have connected, or cannot. */
  start(): Promise<void>
  /** Whether the command that the writer has finished is for them. */
  take(writer: Writer): boolean
  submit(sink: Sink, verb: string, signal: AbortSignal | undefined): Running
  watch(bits: number): void
  /** What their engines have counted. */
  stat(index: number): number
  counted(): readonly Counted[]
  close(drainMs: number): Promise<void>
}

/** What helpers are given of a driver. */
export interface Helped {
  readonly writer: Writer
  readonly names: Names
  readonly watched: number
  nodes(): (NodeInfo | undefined)[]
}

/** What a driver wants of the settings. */
export type DriverSettings = Omit<Settings, "packer" | "failIfNotConnected" | "workers">

/** How connecting ended: with code 0, or for a reason. */
export interface Ready {
  readonly code: number
  readonly text: string
  readonly cause?: unknown
}

/** A connection that the engine asked for. */
interface Connection {
  socket: Socket | undefined
}

type State = "open" | "closing" | "ended"

const slabBytes = 64 * 1024
/** Chunks of more than this go into the staging region in pieces, so that it need not grow with them. */
const pieceBytes = 256 * 1024
/** The longest time that setTimeout can wait. */
const timerMax = 0x7fff_ffff

// One executor for all promises of operations, so that none needs a closure of its own.
let takenResolve!: (value: unknown) => void
let takenReject!: (error: unknown) => void
const take = (resolve: (value: unknown) => void, reject: (error: unknown) => void): void => {
  takenResolve = resolve
  takenReject = reject
}

export class Driver implements Observable, Helped {
  readonly writer: Writer
  readonly names: Names
  /** A password as servers want it. */
  readonly hash: (password: string) => string
  readonly #engine: Engine
  readonly #memory: Memory
  readonly #reader: Reader
  readonly #settings: DriverSettings
  readonly #helpers: Helpers | undefined
  readonly #transport: Transport
  readonly #listen: (event: EngineEvent) => void

  #state: State = "open"
  /** By op id. */
  readonly #waiters: (Waiter | undefined)[] = []
  /** Signals of operations that are under way. */
  readonly #watches = new Map<AbortSignal, Watch>()
  /** By connection id. */
  readonly #connections: (Connection | undefined)[] = []
  /** Failures of the present poll: their messages need calls into the engine, which its outputs do not survive. */
  #failures: Failure[] = []
  /** Nodes by index, as they were when they joined: events tell of some that are gone. */
  readonly #met: (NodeInfo | undefined)[] = []
  #events: { readonly kind: number; readonly node: number; readonly text: string }[] = []
  /** Connections whose socket took all that it was given in the present poll. */
  #took: number[] = []

  /** Why there was no password. */
  #noPassword: unknown
  /** What the transport said of the connection that ended last. */
  #lost: unknown
  #scheduled = false
  /** Outputs are being acted on: no call into the engine is allowed. */
  #acting = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #armedFor = Number.POSITIVE_INFINITY

  /** What is watched: bits of `watch`. */
  #watched = 0
  /** Present while stages are. */
  #stages: StageClock | undefined
  /** Since when bytes that came are being read; 0 when none are. */
  #reading = 0

  #slab = new Uint8Array(0)
  #slabUsed = 0

  #ready: ((ready: Ready) => void) | undefined
  #closed: { promise: Promise<void>; resolve(): void } | undefined

  /** `ascii`: a faster way from ASCII bytes to a string than `TextDecoder`, where there is one. */
  constructor(
    module: EngineModule,
    settings: DriverSettings,
    transport: Transport,
    ascii: AsciiSlice | undefined,
    listen: (event: EngineEvent) => void,
    helpers?: (helped: Helped) => Helpers,
  ) {
    const [low, high] = crypto.getRandomValues(new Uint32Array(2))
    this.#engine = new module.Engine(settings.engine, low!, high!, performance.now())
    this.#memory = new Memory(module.memory)
    this.names = new Names(this.#engine, this.#memory)
    this.writer = new Writer(this.#engine, this.#memory, this.names)
    this.#reader = new Reader(this.#memory, this.names, settings.read, ascii ?? decodeSlice)
    this.#settings = settings
    this.hash = module.hash_password
    this.#transport = transport
    this.#listen = listen
    this.#helpers = helpers?.(this)
    clientBegins(this)
  }

  /** Starts to connect; resolves when that has ended, well or not. */
  async start(): Promise<Ready> {
    const helpers = this.#helpers?.start()
    const ready = await new Promise<Ready>((resolve) => {
      this.#ready = resolve
      this.#pump()
    })
    if (ready.code === code.OK) await helpers
    return ready
  }

  // ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Sends the command that the writer has finished. */
  submit(
    answer: Answer,
    verb: string,
    key: Key | undefined,
    signal: AbortSignal | undefined,
    txn?: Transaction,
  ): Promise<unknown> {
    const op = this.#engine.submit()
    if (op < 0) throw this.#refused(verb, key, txn)
    const promise = new Promise<unknown>(take)
    const [resolve, reject] = [takenResolve, takenReject]
    const follower = observers.tracing === undefined ? undefined : this.#follow(op, key)
    const waiter: Waiter = { resolve, reject, answer, verb, key, sink: undefined, txn, abort: undefined, follower }
    if (this.#stages !== undefined) this.#stages.submitted(this.#engine, op, this.writer.begunAt)
    this.#waiters[op] = waiter
    if (signal !== undefined) this.#watch(signal, op, waiter)
    this.#schedule()
    return promise
  }

  /** Sends the command that the writer has finished, whose answers go to a sink. */
  submitMany(sink: Sink, verb: string, signal: AbortSignal | undefined, txn?: Transaction): Running {
    if (txn === undefined && this.#helpers?.take(this.writer)) return this.#helpers.submit(sink, verb, signal)
    const op = this.#engine.submit()
    if (op < 0) throw this.#refused(verb, undefined, txn, sink)
    const promise = new Promise<unknown>(take)
    const [resolve, reject] = [takenResolve, takenReject]
    const follower = observers.tracing === undefined ? undefined : this.#follow(op, undefined)
    const [answer, key, abort] = [Answer.MANY, undefined, undefined]
    const waiter: Waiter = { resolve, reject, answer, verb, key, sink, txn, abort, follower }
    if (this.#stages !== undefined) this.#stages.submitted(this.#engine, op, this.writer.begunAt)
    this.#waiters[op] = waiter
    if (signal !== undefined) this.#watch(signal, op, waiter)
    this.#schedule()
    const whileItRuns = (act: () => void) => {
      if (this.#waiters[op] !== waiter || this.#state === "ended") return
      this.#enter(act)
      this.#schedule()
    }
    return {
      promise,
      consumed: (records) => whileItRuns(() => this.#engine.consumed(op, records)),
      cancel: () => whileItRuns(() => this.#engine.cancel(op)),
    }
  }

  /** Whoever traces is told what begins; undefined when nobody wants to know. */
  #follow(op: number, key: Key | undefined): Follower | undefined {
    const tracing = observers.tracing
    if (!tracing?.isActive()) return undefined
    const name = (word: number) => {
      const id = this.#engine.op_word(op, word)
      return id === NONE ? undefined : this.#reader.name(id)
    }
    this.#memory.refresh()
    const beginning = {
      operation: this.#engine.op_word(op, opWord.OPERATION),
      namespace: name(opWord.NAMESPACE),
      set: name(opWord.SET),
      records: this.#engine.op_word(op, opWord.RECORDS),
      clusterName: this.#settings.clusterName,
      encodeMs: this.writer.timed ? performance.now() - this.writer.begunAt : 0,
    }
    return tracing.begin(beginning, key)
  }

  /** A new transaction of the engine. It lasts until `endTransaction`. */
  beginTransaction(timeout: number): { readonly handle: number; readonly id: bigint } {
    const handle = this.#engine.txn_begin(timeout)
    const half = (word: number) => BigInt(this.#engine.txn_word(handle, word))
    return { handle, id: BigInt.asIntN(64, (half(txnWord.ID_HIGH) << 32n) | half(txnWord.ID_LOW)) }
  }

  endTransaction(handle: number): void {
    if (this.#state !== "ended") this.#enter(() => this.#engine.txn_end(handle))
  }

  /**
   * Throws unless operations can be submitted. If one turn of the event loop asks for very much, the engine looks at it
   * here already, where no command is half written: then it is known what waits, and the rest takes no memory.
   */
  assertOpen(asked: string): void {
    if (this.#state === "open" && !this.#acting && this.#engine.wants_poll()) this.#pump()
    if (this.#state !== "open") throw errorOf(code.CLOSED, asked)
  }

  /** The error to reject with when writing a command or submitting it threw: a trap ends the client. */
  thrown(error: unknown, asked: string): unknown {
    if (!isTrap(error)) return error
    this.#trapped(error)
    return errorOf(code.ENGINE, asked, { cause: error })
  }

  #refused(verb: string, given: Key | undefined, txn: Transaction | undefined, sink?: Sink): AerospikeError {
    const { code, reason, bin, group } = this.refusal()
    return refusedError({ verb, key: given, txn, sink }, code, reason, bin, group)
  }

  /** Why the last command was not taken. */
  refusal(): { code: number; reason: string; bin: string | undefined; group: number | undefined } {
    const engine = this.#engine
    const slot = engine.refused_slot()
    const { bin, group } = slot === NONE ? {} : this.writer.blame(slot)
    return { code: engine.refused_code(), reason: this.#scratch(engine.refused_text()), bin, group }
  }

  #watch(signal: AbortSignal, op: number, waiter: Waiter): void {
    const watch = this.#watches.get(signal) ?? this.#listenTo(signal)
    const abort = { watch, op }
    watch.aborts.add(abort)
    waiter.abort = abort
    if (signal.aborted) this.#enter(() => this.#engine.cancel(op))
  }

  #listenTo(signal: AbortSignal): Watch {
    const listener = () => {
      if (this.#state === "ended") return
      this.#enter(() => {
        for (const { op } of watch.aborts) this.#engine.cancel(op)
      })
      this.#schedule()
    }
    const watch: Watch = { signal, aborts: new Set(), listener }
    this.#watches.set(signal, watch)
    if (!signal.aborted) signal.addEventListener("abort", listener, { once: true })
    return watch
  }

  /** An operation has ended: its signal does not matter any more, nor that of the last one. */
  #forget(abort: Abort): void {
    const { signal, aborts, listener } = abort.watch
    aborts.delete(abort)
    if (aborts.size > 0) return
    this.#watches.delete(signal)
    signal.removeEventListener("abort", listener)
  }

  /** Ends the client. Operations in flight get `drainMs` to end. Resolves when every socket is closed. */
  close(drainMs: number): Promise<void> {
    if (this.#state === "ended") return this.#closed?.promise ?? Promise.resolve()
    if (!this.#closed) {
      let resolve!: () => void
      this.#closed = { promise: new Promise((done) => (resolve = done)), resolve }
    }
    this.#state = "closing"
    const helpers = this.#helpers?.close(drainMs)
    this.#enter(() => this.#engine.close(drainMs, performance.now()))
    this.#pump()
    return helpers ? Promise.all([this.#closed.promise, helpers]).then(() => {}) : this.#closed.promise
  }

  // ── Getters ───────────────────────────────────────────────────────────────────────────────────────────────────────

  get isConnected(): boolean {
    return this.#state === "open" && this.#engine.is_connected()
  }

  /** Whether it is closed, or broken. */
  get hasEnded(): boolean {
    return this.#state === "ended"
  }

  /** How values are read. */
  get reading(): ReadOptions {
    return this.#settings.read
  }

  get logger(): Logger | undefined {
    return this.#settings.logger
  }

  /** Who logs in, if anybody does. */
  get credentials(): Credentials | undefined {
    return this.#settings.credentials
  }

  /** The nodes that are known, by index; holes where an index has none. */
  nodes(): (NodeInfo | undefined)[] {
    if (this.#state === "ended") return []
    return Array.from({ length: this.#engine.node_count() }, (_, index) => this.#node(index))
  }

  watch(bits: number): void {
    if (this.#state === "ended") return
    this.#watched = bits
    this.#helpers?.watch(bits)
    const stages = (bits & watch.STAGES) !== 0
    this.writer.timed = (bits & (watch.STAGES | watch.STEPS)) !== 0
    if (!stages) this.#stages = undefined
    else this.#stages ??= new StageClock()
    // Not while its outputs are acted on: it is told before the next call.
    if (this.#acting) queueMicrotask(() => this.watch(this.#watched))
    else this.#enter(() => this.#engine.watch(bits))
  }

  counted(): Counted | undefined {
    if (this.#state === "ended") return undefined
    const from = this.#engine.metrics() / 8
    this.#memory.refresh()
    const all = this.#memory.doubles
    const head = (word: number) => all[from + word]!
    const rows =
      head(metricsHead.SERIES) * seriesWord.LENGTH +
      head(metricsHead.STAGES) * stageWord.LENGTH +
      head(metricsHead.NODES) * nodeWord.LENGTH
    const bounds = head(metricsHead.BOUNDS) + head(metricsHead.STAGE_BOUNDS)
    const doubles = all.slice(from, from + metricsHead.LENGTH + bounds + rows)
    const counters = Object.entries(stat).filter(([name]) => name !== "LENGTH")
    return {
      doubles,
      name: (id) => this.#reader.name(id),
      node: (index) => this.#node(index)?.name ?? "",
      stats: Object.fromEntries(counters.map(([name, index]) => [name, this.#engine.stat(index)])),
      memoryBytes: this.#memory.bytes.length,
    }
  }

  partitions(): PartitionMap[] {
    const maps: PartitionMap[] = []
    if (this.#state === "ended") return maps
    for (let length: number; (length = this.#engine.partition_map(maps.length)) > 0; ) {
      const from = this.#engine.scratch_address()
      this.#memory.refresh()
      const bytes = this.#memory.bytes.slice(from, from + length)
      const name = bytes.indexOf(0)
      const owners = new DataView(bytes.buffer, name + 1)
      const level = (from: number) =>
        Uint16Array.from({ length: limit.PARTITIONS }, (_, i) => owners.getUint16(2 * (from + i), true))
      const levels = owners.byteLength / 2 / limit.PARTITIONS
      maps.push({
        namespace: decodeUtf8(bytes, 0, name),
        levels: Array.from({ length: levels }, (_, i) => level(i * limit.PARTITIONS)),
      })
    }
    return maps
  }

  /** What is watched: bits of `watch`. */
  get watched(): number {
    return this.#watched
  }

  /** What other threads have counted for this client. */
  helped(): readonly Counted[] {
    return this.#helpers?.counted() ?? []
  }

  /** A counter of the engine's, and of those of other threads. */
  stat(index: number): number {
    return this.#state === "ended" ? 0 : this.#engine.stat(index) + (this.#helpers?.stat(index) ?? 0)
  }

  #node(index: number): NodeInfo | undefined {
    if (index === NONE) return undefined
    const [name, address, active] = this.#scratch(this.#engine.node_text(index)).split("\t")
    if (!name || !address) return undefined
    const colon = address.lastIndexOf(":")
    const host = address.slice(0, colon).replace(/^\[|\]$/g, "")
    return { name, host, port: Number(address.slice(colon + 1)), active: active === "1" }
  }

  #scratch(length: number): string {
    const address = this.#engine.scratch_address()
    this.#memory.refresh()
    return decodeUtf8(this.#memory.bytes, address, address + length)
  }

  // ── The pump ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(this.#scheduledPump)
  }

  readonly #scheduledPump = (): void => {
    this.#scheduled = false
    this.#pump()
  }

  #pump(): void {
    if (this.#state === "ended") return
    try {
      const engine = this.#engine
      const now = performance.now()
      for (let words = engine.poll(now); words > 0; words = engine.poll(now)) {
        this.#act(words)
        // From here on the outputs are no longer needed, and the engine may be called.
        this.#stages?.tell(engine)
        this.#reject()
        for (const conn of this.#took) engine.writable(conn, now)
        this.#took.length = 0
      }
      if (this.#state === "closing" && engine.finished()) this.#end()
      else this.#arm(now)
    } catch (error) {
      this.#trapped(error)
    }
    this.#tell()
  }

  /** Acts on every output record. */
  #act(length: number): void {
    const engine = this.#engine
    const start = engine.output_address() / 4
    const tape = engine.tape_address() / 4
    const text = engine.text_address()
    const memory = this.#memory
    memory.refresh()
    const words = memory.words
    this.#acting = true
    for (let at = start; at < start + length; at += words[at]! >>> 8) {
      switch (words[at]! & 0xff) {
        case output.DONE:
          this.#done(at, tape)
          break
        case output.PART:
        case output.RECORD: {
          const op = words[at + 1]!
          this.#stages?.begin()
          this.#waiters[op]?.sink?.take(this.#reader, words, at, tape)
          this.#stages?.end(op)
          break
        }
        case output.STEP:
          this.#step(at)
          break
        case output.TRANSMIT:
          this.#transmit(words[at + 1]!, words[at + 2]!, words[at + 3]!)
          break
        case output.CONNECT:
          this.#connect(at, text)
          break
        case output.CLOSE:
          this.#destroy(words[at + 1]!)
          break
        case output.PAUSE:
          this.#connections[words[at + 1]!]?.socket?.pause()
          break
        case output.RESUME:
          this.#connections[words[at + 1]!]?.socket?.resume()
          break
        case output.CREDENTIAL:
          void this.#sayCredential()
          break
        case output.EVENT: {
          const from = text + words[at + 3]!
          const said = decodeUtf8(memory.bytes, from, from + words[at + 4]!)
          this.#events.push({ kind: words[at + 1]!, node: words[at + 2]!, text: said })
          break
        }
        case output.READY: {
          const from = text + words[at + 2]!
          this.#becomeReady({ code: words[at + 1]! | 0, text: decodeUtf8(memory.bytes, from, from + words[at + 3]!) })
          break
        }
      }
    }
    this.#acting = false
  }

  #done(at: number, tape: number): void {
    const words = this.#memory.words
    const op = words[at + 1]!
    const waiter = this.#waiters[op]!
    this.#waiters[op] = undefined
    if (waiter.abort !== undefined) this.#forget(waiter.abort)
    const number = words[at + 2]! | 0
    if (waiter.follower !== undefined) this.#followed(waiter, waiter.follower, at)
    if (logs(LogLevel.DEBUG)) this.#logEnd(waiter, at)
    if (number === code.OK) {
      try {
        this.#stages?.begin()
        if (waiter.follower?.materialized === undefined) waiter.resolve(this.#result(waiter, at, tape))
        else waiter.resolve(this.#timed(waiter, at, tape))
        this.#stages?.done(op)
      } catch (error) {
        // A value that the chosen options cannot express, if it is no trap.
        waiter.reject(error)
        if (isTrap(error)) throw error
      }
    } else if (number === code.RECORD_NOT_FOUND && waiter.answer === Answer.REMOVED) {
      waiter.resolve(false)
    } else if (number === code.RECORD_NOT_FOUND && isOptional(waiter.answer)) {
      waiter.resolve(undefined)
    } else {
      waiter.sink?.ended(this.#reader, words, at, tape)
      const [node, attempts, elapsedMs] = [words[at + 3]!, words[at + 4]!, words[at + 11]!]
      const [inDoubt, compressed] = [(words[at + 5]! & 1) !== 0, (words[at + 5]! & 4) !== 0]
      const reason = waiter.answer === Answer.CALLED ? this.#failureOfCall(at, tape) : undefined
      const ahead = number === code.BACKPRESSURE ? words[at + 6]! : undefined
      this.#failures.push({ waiter, code: number, node, attempts, inDoubt, compressed, elapsedMs, reason, ahead })
    }
  }

  /** The result, for a follower that wants to know how long making it took. */
  #timed(waiter: Waiter, at: number, tape: number): unknown {
    const begun = performance.now()
    const result = this.#result(waiter, at, tape)
    waiter.follower?.materialized?.(performance.now() - begun)
    return result
  }

  #step(at: number): void {
    const words = this.#memory.words
    const follower = this.#waiters[words[at + 1]!]?.follower
    if (follower === undefined) return
    const [node, number] = [this.#met[words[at + 3]!], words[at + 4]! | 0]
    const [first, second] = [words[at + 5]! / 1000, words[at + 6]! / 1000]
    if (words[at + 2] === step.SENT) follower.sent(node, first, second)
    else if (words[at + 2] === step.OFF) follower.off?.(first, second)
    else follower.failed(node, number)
  }

  #followed(waiter: Waiter, follower: Follower, at: number): void {
    const words = this.#memory.words
    const number = words[at + 2]! | 0
    const isFine = number === code.RECORD_NOT_FOUND && (waiter.answer === Answer.REMOVED || isOptional(waiter.answer))
    const decodeMs = this.#reading === 0 ? 0 : performance.now() - this.#reading
    follower.ended(this.#met[words[at + 3]!], isFine ? code.OK : number, words[at + 4]!, decodeMs)
  }

  /** What an operation was, without its key, and how it ended. */
  #logEnd({ verb, key }: Waiter, at: number): void {
    const words = this.#memory.words
    const number = words[at + 2]! | 0
    if (number === code.OK && !logs(LogLevel.TRACE)) return
    const { ns, set } = key === undefined ? { ns: undefined, set: undefined } : partsOf(key)
    const node = this.#met[words[at + 3]!]
    log(this.#settings.logger, number === code.OK ? LogLevel.TRACE : LogLevel.DEBUG, `${verb}: ${codeName(number)}`, {
      operation: verb,
      ...(ns !== undefined && { namespace: ns }),
      ...(set != null && { set }),
      code: number,
      ...(node && { node: node.name, address: addressOf(node) }),
      attempts: words[at + 4]!,
      elapsedMs: words[at + 11]!,
      inDoubt: (words[at + 5]! & 1) !== 0,
    })
  }

  /** Why a function failed, as the server tells it in a bin. */
  #failureOfCall(at: number, tape: number): string | undefined {
    const words = this.#memory.words
    const { FAILURE } = this.#reader.bins(tape + words[at + 8]! * 4, words[at + 9]!, words[at + 10]!)
    return typeof FAILURE === "string" ? FAILURE : undefined
  }

  #result(waiter: Waiter, at: number, tape: number): unknown {
    const words = this.#memory.words
    switch (waiter.answer) {
      case Answer.RECORD:
      case Answer.RECORD_OR_NONE: {
        const bins = this.#reader.bins(tape + words[at + 8]! * 4, words[at + 9]!, words[at + 10]!)
        return { key: waiter.key, bins, gen: words[at + 6]!, ttl: words[at + 7]! | 0 }
      }
      case Answer.RESULTS: {
        const bins = this.#reader.results(tape + words[at + 8]! * 4, words[at + 9]!, words[at + 10]!)
        return { key: waiter.key, bins, gen: words[at + 6]!, ttl: words[at + 7]! | 0 }
      }
      case Answer.ORDERED_RESULTS: {
        const results = this.#reader.ordered(tape + words[at + 8]! * 4, words[at + 9]!, words[at + 10]!)
        return { key: waiter.key, results, gen: words[at + 6]!, ttl: words[at + 7]! | 0 }
      }
      case Answer.META_OR_NONE:
        return { gen: words[at + 6]!, ttl: words[at + 7]! | 0 }
      case Answer.CALLED:
        return this.#reader.bins(tape + words[at + 8]! * 4, words[at + 9]!, words[at + 10]!).SUCCESS
      case Answer.REMOVED:
        return true
      case Answer.MANY:
        return waiter.sink!.ended(this.#reader, words, at, tape)
      case Answer.ADMIN:
        return this.#reader.values(tape + words[at + 8]! * 4, words[at + 9]!, words[at + 10]!)
      case Answer.INFO:
        return { node: words[at + 3]!, text: this.#reader.text(tape + words[at + 8]! * 4, words[at + 10]!) }
      default:
        return undefined
    }
  }

  #reject(): void {
    if (this.#failures.length === 0) return
    const failures = this.#failures
    this.#failures = []
    for (const failure of failures) {
      const { waiter } = failure
      const node = this.#node(failure.node)
      const cause = failure.code === code.ABORTED ? waiter.abort?.watch.signal.reason : undefined
      waiter.resolve(raise(waiter, failure, node && `${node.name} ${node.host}:${node.port}`, cause))
    }
  }

  /** Copies bytes out of linear memory, which may move while the socket still holds them, and gives them to it. */
  #transmit(conn: number, address: number, length: number): void {
    const socket = this.#connections[conn]?.socket
    if (!socket) return
    let copy: Uint8Array
    if (length > slabBytes) {
      copy = new Uint8Array(length)
    } else {
      if (this.#slabUsed + length > this.#slab.length) {
        this.#slab = new Uint8Array(slabBytes)
        this.#slabUsed = 0
      }
      copy = this.#slab.subarray(this.#slabUsed, this.#slabUsed + length)
      this.#slabUsed += length
    }
    copy.set(this.#memory.bytes.subarray(address, address + length))
    if (socket.write(copy)) this.#took.push(conn)
  }

  #connect(at: number, text: number): void {
    const { words, bytes } = this.#memory
    const conn = words[at + 1]!
    const from = text + words[at + 2]!
    const host = decodeUtf8(bytes, from, from + words[at + 3]!)
    const nameAt = text + words[at + 6]!
    const { keepAlive, noDelay, tls: settings } = this.#settings
    const name = decodeUtf8(bytes, nameAt, nameAt + words[at + 7]!)
    const target: Target = {
      host,
      port: words[at + 4]!,
      ...(settings && { tls: { name, settings } }),
      keepAlive,
      noDelay,
    }
    const connection: Connection = { socket: undefined }
    this.#connections[conn] = connection
    const handlers = this.#handlers(conn, connection)
    try {
      connection.socket = this.#transport.open(target, handlers)
    } catch (error) {
      // It must not throw; but if it does, this connection has failed and not the client.
      queueMicrotask(() => handlers.closed(socketEnd.OTHER, error))
    }
  }

  #destroy(conn: number): void {
    const socket = this.#connections[conn]?.socket
    this.#connections[conn] = undefined
    socket?.destroy()
  }

  /** The engine logs in and needs the password, which may take its time and never throws. */
  async #sayCredential(): Promise<void> {
    const { credentials } = this.#settings
    try {
      const said = await credentials?.ask(this.hash)
      if (this.#state === "ended") return
      if (said) this.#enter(() => this.#engine.credential(said.hash, said.clear, performance.now()))
    } catch (error) {
      if (this.#state === "ended") return
      this.#noPassword = error
      this.#enter(() => this.#engine.no_credential(performance.now()))
    }
    this.#pump()
  }

  #becomeReady(ready: Ready): void {
    const causes = new Map<number, unknown>([
      [code.CLIENT, this.#noPassword],
      [code.TLS, this.#lost],
    ])
    this.#ready?.(causes.has(ready.code) ? { ...ready, cause: causes.get(ready.code) } : ready)
    this.#ready = undefined
  }

  /** Sets the timer anew only if it would ring too late; one that rings early finds nothing due and is set again. */
  #arm(now: number): void {
    const deadline = this.#engine.next_deadline()
    if (deadline >= this.#armedFor) return
    clearTimeout(this.#timer)
    this.#armedFor = deadline
    this.#timer = setTimeout(this.#ring, Math.min(Math.max(Math.ceil(deadline - now), 0), timerMax))
  }

  /** Something is due, if no answer lies in a socket: after a turn that took long, timers ring before sockets speak. */
  readonly #ring = (): void => {
    this.#armedFor = Number.NEGATIVE_INFINITY
    this.#timer = setTimeout(this.#due, 0)
  }

  readonly #due = (): void => {
    this.#armedFor = Number.POSITIVE_INFINITY
    this.#enter(() => this.#engine.time(performance.now()))
    this.#pump()
  }

  /** Calls the engine from outside of the pump. */
  #enter(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#trapped(error)
    }
  }

  // ── Sockets ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #handlers(conn: number, connection: Connection): SocketHandlers {
    const isCurrent = () => this.#connections[conn] === connection && this.#state !== "ended"
    const input = (call: (now: number) => void) => {
      if (!isCurrent()) return
      // A transport that answers while it is being called has to wait for its turn.
      if (this.#acting) return queueMicrotask(() => input(call))
      this.#enter(() => call(performance.now()))
      this.#pump()
    }
    return {
      opened: () => input((now) => this.#engine.opened(conn, now)),
      writable: () => input((now) => this.#engine.writable(conn, now)),
      closed: (end, error) =>
        input((now) => {
          this.#lost = error
          this.#connections[conn] = undefined
          this.#engine.closed(conn, end, now)
        }),
      received: (bytes) => {
        if (this.#acting) {
          const copy = bytes.slice()
          return queueMicrotask(() => this.#received(conn, connection, copy))
        }
        this.#received(conn, connection, bytes)
      },
    }
  }

  #received(conn: number, connection: Connection, bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += pieceBytes) {
      if (this.#connections[conn] !== connection || this.#state === "ended") return
      const piece = bytes.length > pieceBytes ? bytes.subarray(from, from + pieceBytes) : bytes
      try {
        const address = this.#engine.receive_reserve(piece.length)
        this.#memory.refresh()
        this.#memory.bytes.set(piece, address)
        const now = performance.now()
        this.#reading = now
        this.#engine.received(conn, piece.length, now, Date.now())
        this.#stages?.decoded(now)
      } catch (error) {
        this.#trapped(error)
      }
      this.#pump()
      this.#reading = 0
    }
  }

  // ── Ends ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The engine has finished: everything is closed, and its memory is given back. */
  #end(): void {
    clientEnds(this)
    this.#stop()
    this.#engine.free()
    this.#fail(code.CLOSED, undefined)
  }

  /** The engine cannot be trusted any more, nor even freed. */
  #trapped(error: unknown): void {
    if (this.#state === "ended") return
    this.#stop()
    clientEnds(this)
    void this.#helpers?.close(0)
    log(this.#settings.logger, 0, `the engine stopped: ${error}`, { error })
    this.#fail(code.ENGINE, error)
  }

  #stop(): void {
    this.#state = "ended"
    this.#acting = false
    clearTimeout(this.#timer)
    for (const connection of this.#connections) connection?.socket?.destroy()
    this.#connections.length = 0
  }

  /** Whatever still waits is told. */
  #fail(number: number, cause: unknown): void {
    for (const { waiter } of this.#failures) this.#waiters.push(waiter)
    this.#failures = []
    for (const waiter of this.#waiters) {
      if (waiter === undefined) continue
      if (waiter.abort !== undefined) this.#forget(waiter.abort)
      waiter.follower?.ended(undefined, number, 0, 0)
      const { reason, hint, ...more } = waiter.sink?.details(number) ?? ({} as Told)
      const details = { key: waiter.key, transaction: waiter.txn, cause, ...more }
      waiter.reject(errorOf(number, ask(waiter.verb, waiter.key), details, reason, hint))
    }
    this.#waiters.length = 0
    this.#becomeReady({ code: number, text: "", cause })
    this.#closed?.resolve()
  }

  /** A line of the engine's, with its fields behind it. */
  #log(level: LogLevel, line: string): void {
    if (!logs(level)) return
    const [message = "", ...fields] = line.split("\t")
    const pairs = fields.map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)])
    log(this.#settings.logger, level, message, Object.fromEntries(pairs))
  }

  #logEvent(kind: number, node: NodeInfo | undefined): void {
    const line = eventLines[kind]
    if (line === undefined || !logs(line[0])) return
    const fields = node === undefined ? {} : { node: node.name, address: addressOf(node) }
    log(this.#settings.logger, line[0], line[1], fields)
  }

  /** Tells of events when the engine can be called again, for listeners may do so. */
  #tell(): void {
    if (this.#events.length === 0) return
    const events = this.#events
    this.#events = []
    for (const { kind, node, text } of events) {
      if (kind === event.LOG) {
        this.#log(node as LogLevel, text)
        continue
      }
      if (kind === event.NODE_ADDED && this.#state !== "ended") this.#met[node] = this.#node(node)
      this.#logEvent(kind, this.#met[node])
      this.#listen({ kind, node: this.#met[node] })
    }
  }
}

/** Events as log lines. */
const eventLines: Readonly<Record<number, readonly [LogLevel, string]>> = {
  [event.NODE_ADDED]: [LogLevel.INFO, "a node joined"],
  [event.NODE_REMOVED]: [LogLevel.INFO, "a node left"],
  [event.CLUSTER_CHANGED]: [LogLevel.DEBUG, "the partition map changed"],
  [event.BREAKER_OPEN]: [LogLevel.WARN, "too many errors on a node: it is given a rest"],
  [event.BREAKER_CLOSED]: [LogLevel.INFO, "a node is used again after its rest"],
  [event.DISCONNECTED]: [LogLevel.WARN, "no node is left"],
}

function addressOf({ host, port }: NodeInfo): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
}

/** What was asked, for messages: `get test.users "alice"`. */
export function ask(verb: string, key: Key | undefined): string {
  return key === undefined ? verb : `${verb} ${describeKey(key)}`
}

/**
 * Rejects with the error of a failure. It is made after the promise of the operation has been resolved to this one:
 * then V8 finds the callers that await it and puts them on the error's stack, at no cost to operations that succeed.
 */
export async function raise(
  waiter: Asking,
  failure: Failing,
  node: string | undefined,
  cause: unknown,
): Promise<never> {
  await null
  await null
  const { attempts, inDoubt, compressed, elapsedMs, ahead } = failure
  const { verb, key } = waiter
  const { reason = failure.reason, hint, ...more } = waiter.sink?.details(failure.code) ?? ({} as Told)
  const details = {
    node,
    key,
    attempts,
    inDoubt,
    compressed,
    elapsedMs,
    ahead,
    cause,
    transaction: waiter.txn,
    ...more,
  }
  throw errorOf(failure.code, ask(verb, key), details, reason, hint)
}

/** The error of a command that the engine did not take; a bin may be to blame, or a group of a batch. */
export function refusedError(
  { verb, key: given, txn: transaction, sink }: Asking,
  number: number,
  reason: string,
  bin: string | undefined,
  group: number | undefined,
): AerospikeError {
  const row = group === undefined ? undefined : sink?.blamed?.(group)
  const key = row?.key ?? given
  const said = bin === undefined ? reason : `the bin ${JSON.stringify(bin)}: ${reason}`
  return errorOf(number, ask(verb, key), { key, transaction }, row ? `${row.path}: ${said}` : said)
}

function isOptional(answer: Answer): boolean {
  return answer === Answer.RECORD_OR_NONE || answer === Answer.META_OR_NONE
}

/** Whether an error is the end of the engine and not of one call: WebAssembly has no others. */
function isTrap(error: unknown): boolean {
  return typeof WebAssembly !== "undefined" && error instanceof WebAssembly.RuntimeError
}
