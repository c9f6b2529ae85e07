// The threads of a client, as it sees them: which operations they take, and what comes back. The caller's thread checks and
// writes a command, and makes the values of its answer; all between is done by the engine of a worker.
//
// Threads begin with the client, which waits for them, so that no operation spends its time on that. One that ends by itself
// fails what it had, and another is begun for what comes.

import type { Settings } from "../config.ts"
import { code, commandKind, commandWord, NONE, operation, queryFlag, stat } from "../core/generated.ts"
import { Memory } from "../core/memory.ts"
import { Reader } from "../core/reader.ts"
import { type AsciiSlice, decodeSlice } from "../core/text.ts"
import type { Command, Writer } from "../core/writer.ts"
import { ask, type Helped, type Helpers, type Running, raise, refusedError, type Sink } from "../driver.ts"
import { type ErrorDetails, errorOf } from "../errors.ts"
import { LogLevel, log, logLevel } from "../log.ts"
import { type Counted, type Follower, observers } from "../observe.ts"
import { openParcel } from "./courier.ts"
import { type Job, type Order, type Report, type Start, sharedNow, type Tally } from "./messages.ts"
import type { OpenThread, Thread } from "./thread.ts"

/** Gauges that threads do not add to: the client's own engine tells. */
const notAdded: ReadonlySet<number> = new Set([stat.NODES])
/** Gauges: what a thread that has ended told of them is over. */
const gauges: readonly number[] = [
  ...[stat.IN_FLIGHT, stat.QUEUED, stat.CONNECTIONS_OPEN, stat.NODES, stat.QUEUED_BYTES, stat.BUFFERED_BYTES],
]

export class Crew implements Helpers {
  readonly #settings: Settings
  readonly #helped: Helped
  readonly #hands: readonly Hand[]

  constructor(settings: Settings, open: OpenThread, ascii: AsciiSlice | undefined, helped: Helped) {
    this.#settings = settings
    this.#helped = helped
    this.#hands = Array.from({ length: settings.workers.count }, () => new Hand(settings, open, ascii, helped))
  }

  async start(): Promise<void> {
    await Promise.all(this.#hands.map((hand) => hand.start()))
  }

  /** Batches of many rows, and queries, unless they say that they find little or have nothing to give. */
  take(writer: Writer): boolean {
    const kind = writer.word(commandWord.KIND)
    if (kind === commandKind.BATCH) return writer.word(commandWord.KEYS) >= this.#settings.workers.from
    const small = queryFlag.BACKGROUND | queryFlag.SHORT
    return kind === commandKind.QUERY && (writer.word(commandWord.QUERY_FLAGS) & small) === 0
  }

  /** The thread with the least to do gets it. */
  submit(sink: Sink, verb: string, signal: AbortSignal | undefined): Running {
    const hand = this.#hands.reduce((least, other) => (other.load < least.load ? other : least))
    return hand.submit(this.#helped.writer.copy(), sink, verb, signal)
  }

  watch(bits: number): void {
    for (const hand of this.#hands) hand.tell({ type: "watch", bits })
  }

  stat(index: number): number {
    return notAdded.has(index) ? 0 : this.#hands.reduce((sum, hand) => sum + hand.stat(index), 0)
  }

  counted(): Counted[] {
    return this.#hands.flatMap((hand) => hand.counted())
  }

  async close(drainMs: number): Promise<void> {
    await Promise.all(this.#hands.map((hand) => hand.close(drainMs)))
  }
}

/** An operation that was handed over. */
interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly verb: string
  readonly sink: Sink
  readonly signal: AbortSignal | undefined
  readonly follower: Follower | undefined
  readonly begun: number
  /** Whether it may have written something. */
  readonly writes: boolean
}

/** An operation that is to be handed over when the turn is over. */
interface Waiting extends Omit<Job, "type" | "names" | "level" | "aborted"> {
  aborted: boolean
}

/** One thread, its successors, and what they have to do. */
class Hand {
  readonly #settings: Settings
  readonly #open: OpenThread
  readonly #helped: Helped
  #thread: Thread | undefined
  #isClosing = false
  #drainMs = 0
  #closed: Promise<void> | undefined
  #hasClosed: (() => void) | undefined
  #isReady: (() => void) | undefined

  readonly #pending = new Map<number, Pending>()
  /** By the signals that may give them up. */
  readonly #watches = new Map<AbortSignal, { readonly ids: Set<number>; readonly listener: () => void }>()
  /** What the present turn asks for. */
  #jobs: Waiting[] = []
  #lastId = 0
  /** So many names of ours were told. */
  #told = 0
  /** Names of theirs, by id. */
  #texts: string[] = []

  // What a parcel holds is read as if it were linear memory.
  readonly #linear: { buffer: ArrayBuffer } = { buffer: new ArrayBuffer(0) }
  readonly #memory = new Memory(this.#linear)
  readonly #reader: Reader

  #stats: Float64Array = new Float64Array(stat.LENGTH)
  /** What threads that have ended had counted. */
  readonly #ended = new Float64Array(stat.LENGTH)
  #tally: Counted | undefined
  #tallies: Counted[] = []

  constructor(settings: Settings, open: OpenThread, ascii: AsciiSlice | undefined, helped: Helped) {
    this.#settings = settings
    this.#open = open
    this.#helped = helped
    const names = { text: (id: number) => this.#texts[id]! }
    this.#reader = new Reader(this.#memory, names, settings.read, ascii ?? decodeSlice)
  }

  get load(): number {
    return this.#pending.size
  }

  /** Begins the thread. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#isReady = resolve
      this.#thread = this.#begin("")
    })
  }

  // ── To the thread ─────────────────────────────────────────────────────────────────────────────────────────────────

  submit(command: Command, sink: Sink, verb: string, signal: AbortSignal | undefined): Running {
    const at = sharedNow()
    const id = ++this.#lastId
    const follower = this.#follow(command)
    const aborted = signal?.aborted === true
    const followed = follower !== undefined
    const promise = new Promise<unknown>((resolve, reject) => {
      const writes = mayWrite(command.words)
      this.#pending.set(id, { resolve, reject, verb, sink, signal, follower, begun: at, writes })
    })
    if (signal && !aborted) this.#watch(signal, id)
    // As with the client's own engine nothing leaves before the turn is over: what is given up by then is not sent.
    if (this.#jobs.length === 0) queueMicrotask(() => this.#sendJobs())
    this.#jobs.push({ id, verb, command, at, aborted, followed })
    return {
      promise,
      consumed: (records) => {
        if (this.#pending.has(id)) this.tell({ type: "consumed", id, records })
      },
      cancel: () => this.#cancel(id),
    }
  }

  #sendJobs(): void {
    const jobs = this.#jobs
    this.#jobs = []
    if (this.#isClosing && this.#drainMs === 0) {
      for (const { id } of jobs) this.#fail(id, code.CLOSED, { inDoubt: false })
      if (this.#thread) this.tell({ type: "close", drainMs: 0 })
      else this.#hasClosed?.()
      return
    }
    // Its operations wait for the cluster, as long as their policies allow.
    this.#thread ??= this.#begin(`fail_if_not_connected=0\n${this.#seeds()}`)
    const thread = this.#thread
    const { introduced } = this.#helped.names
    for (const job of jobs) {
      const names = introduced.slice(this.#told)
      this.#told = introduced.length
      const { words, data } = job.command
      thread.post({ type: "job", ...job, names, level: logLevel() } satisfies Job, [words.buffer, data.buffer])
    }
    if (this.#isClosing) this.tell({ type: "close", drainMs: this.#drainMs })
  }

  /** A signal is listened to once, however many operations it has. */
  #watch(signal: AbortSignal, id: number): void {
    const known = this.#watches.get(signal)
    if (known) return void known.ids.add(id)
    const ids = new Set([id])
    const listener = () => {
      for (const each of ids) this.#cancel(each)
    }
    this.#watches.set(signal, { ids, listener })
    signal.addEventListener("abort", listener, { once: true })
  }

  #forget(signal: AbortSignal, id: number): void {
    const watch = this.#watches.get(signal)
    if (!watch?.ids.delete(id) || watch.ids.size > 0) return
    this.#watches.delete(signal)
    signal.removeEventListener("abort", watch.listener)
  }

  #cancel(id: number): void {
    const job = this.#jobs.find((waiting) => waiting.id === id)
    if (job) job.aborted = true
    else if (this.#pending.has(id)) this.tell({ type: "cancel", id })
  }

  /** Tells the thread, if there is one. */
  tell(order: Order): void {
    this.#thread?.post(order, [])
  }

  #begin(lines: string): Thread {
    const { read, keepAlive, noDelay, clusterName, tls, credentials, wasm, workers } = this.#settings
    const stats = new SharedArrayBuffer(stat.LENGTH * 8)
    const start: Start = {
      ...{ engine: workers.engine + lines, read, keepAlive, noDelay, clusterName, wasm, stats },
      tls: tls && { ...tls, key: tls.key, passphrase: tls.passphrase },
      user: credentials && { name: credentials.user, clear: credentials.clear },
      ...{ level: logLevel(), watch: this.#helped.watched },
    }
    this.#stats = new Float64Array(stats)
    this.#told = 0
    this.#texts = []
    const thread: Thread = this.#open(start, {
      said: (report) => {
        if (this.#thread === thread) this.#heard(report as Report)
      },
      ended: (error) => {
        if (this.#thread === thread) this.#lost(error)
      },
    })
    return thread
  }

  /** Nodes that are known: the seeds of the configuration may be gone by now. */
  #seeds(): string {
    if (!this.#settings.workers.findsNodes) return ""
    const nodes = this.#helped.nodes().filter((node) => node !== undefined)
    return nodes.map(({ host, port }) => `host=${host}\t${port}\t\n`).join("")
  }

  /** Whoever traces is told what begins. */
  #follow({ words }: Command): Follower | undefined {
    const tracing = observers.tracing
    if (!tracing?.isActive()) return undefined
    const { kind, namespace, set, records } = whatIs(words)
    const { names } = this.#helped
    const name = (id: number) => (id === NONE ? undefined : names.text(id))
    const { clusterName } = this.#settings
    const place = { namespace: name(namespace), set: name(set) }
    const { timed, begunAt } = this.#helped.writer
    const encodeMs = timed ? performance.now() - begunAt : 0
    return tracing.begin({ operation: kind, ...place, records, clusterName, encodeMs }, undefined)
  }

  // ── From the thread ───────────────────────────────────────────────────────────────────────────────────────────────

  #heard(report: Report): void {
    switch (report.type) {
      case "parcel":
        this.#learn(report)
        this.#unpack(report.buffer)
        return this.tell({ type: "opened" })
      case "done":
        this.#learn(report)
        return this.#done(report)
      case "sent":
        return this.#pending.get(report.id)?.follower?.sent(report.node, ...report.ms)
      case "off":
        return this.#pending.get(report.id)?.follower?.off?.(...report.ms)
      case "failed":
        return this.#pending.get(report.id)?.follower?.failed(report.node, report.code)
      case "ended":
        return this.#pending.get(report.id)?.follower?.ended(report.node, report.code, ...report.ends)
      case "log":
        return log(this.#settings.logger, report.level, report.message, { ...report.fields, thread: "worker" })
      case "tally":
        this.#learn(report)
        this.#tally = countedOf(report.tally, this.#texts)
        return
      case "askPassword":
        void this.#sayPassword()
        return
      case "ready":
        return this.#ready(report.code, report.text)
      case "closed":
        this.#hasClosed?.()
    }
  }

  #learn({ from, names }: { readonly from: number; readonly names: readonly string[] }): void {
    for (let i = 0; i < names.length; i++) this.#texts[from + i] = names[i]!
  }

  /** Makes the reader read a buffer. */
  #lay(buffer: ArrayBuffer): Uint32Array {
    this.#linear.buffer = buffer
    this.#memory.refresh()
    return this.#memory.words
  }

  #unpack(buffer: ArrayBuffer): void {
    const words = this.#lay(buffer)
    openParcel(words, (id, at) => {
      const one = this.#pending.get(id)
      try {
        one?.sink.take(this.#reader, words, at, 0)
      } catch (error) {
        // Not one of those that a sink knows what to do with.
        this.#pending.delete(id)
        one?.reject(error)
      }
    })
  }

  #done({ id, last, regions, failed, refused }: Extract<Report, { type: "done" }>): void {
    const one = this.#pending.get(id)
    if (!one) return
    this.#pending.delete(id)
    const { verb, sink, signal } = one
    if (signal) this.#forget(signal, id)
    const asked = { verb, key: undefined, sink, txn: undefined }
    if (refused) {
      one.follower?.ended(undefined, refused.code, 0, 0)
      return one.reject(refusedError(asked, refused.code, refused.reason, refused.bin, refused.group))
    }
    let value: unknown
    try {
      this.#reader.handed = regions
      if (last) {
        const words = this.#lay(last)
        openParcel(words, (_, at) => {
          value = sink.ended(this.#reader, words, at, 0)
        })
      }
    } catch (error) {
      // A value that the chosen options cannot express.
      if (!failed) return one.reject(error)
    } finally {
      this.#reader.handed = undefined
    }
    if (!failed) return one.resolve(value)
    const cause = failed.code === code.ABORTED ? signal?.reason : undefined
    one.resolve(raise(asked, failed, failed.node, cause))
  }

  #ready(number: number, text: string): void {
    const thread = this.#thread
    if (number !== code.OK && thread && !this.#isClosing) {
      this.#lost(errorOf(number, "connect", {}, text))
      void thread.end()
    }
    this.#isReady?.()
  }

  async #sayPassword(): Promise<void> {
    try {
      this.tell({ type: "password", text: await this.#settings.credentials!.password() })
    } catch (error) {
      this.tell({ type: "password", failure: error instanceof Error ? error.message : String(error) })
    }
  }

  /** The thread has ended, and nobody had told it to. */
  #lost(error: unknown): void {
    this.#thread = undefined
    this.#keepCounts()
    const why = error instanceof Error ? error.message : "it ended by itself"
    if (!this.#isClosing) {
      log(this.#settings.logger, LogLevel.ERROR, "a worker thread was lost", { error })
    }
    const number = this.#isClosing ? code.CLOSED : code.CLIENT
    const reason = this.#isClosing ? undefined : `the worker thread that did it was lost: ${why}`
    for (const [id, { writes }] of this.#pending) this.#fail(id, number, { cause: error, inDoubt: writes }, reason)
    this.#isReady?.()
    this.#hasClosed?.()
  }

  /** Fails an operation of which the thread will tell nothing. */
  #fail(id: number, number: number, facts: ErrorDetails, reason?: string): void {
    const { verb, sink, signal, follower, reject, begun } = this.#pending.get(id)!
    this.#pending.delete(id)
    if (signal) this.#forget(signal, id)
    follower?.ended(undefined, number, 0, 0)
    const { reason: told, hint, ...more } = sink.details(number)
    const details = { elapsedMs: sharedNow() - begun, ...facts, ...more }
    reject(errorOf(number, ask(verb, undefined), details, reason ?? told, hint))
  }

  // ── Counters ──────────────────────────────────────────────────────────────────────────────────────────────────────

  stat(index: number): number {
    const now = this.#stats[index]! + this.#ended[index]!
    return index === stat.IN_FLIGHT ? Math.max(now, this.load) : now
  }

  counted(): Counted[] {
    return this.#tally ? [...this.#tallies, this.#tally] : this.#tallies
  }

  /** No counter ever goes down. */
  #keepCounts(): void {
    for (let index = 0; index < stat.LENGTH; index++) {
      if (!gauges.includes(index)) this.#ended[index]! += this.#stats[index]!
    }
    this.#stats = new Float64Array(stat.LENGTH)
    if (this.#tally) this.#tallies.push(this.#tally)
    this.#tally = undefined
  }

  // ── The end ───────────────────────────────────────────────────────────────────────────────────────────────────────

  close(drainMs: number): Promise<void> {
    this.#isClosing = true
    this.#drainMs = drainMs
    if (!this.#thread && this.#jobs.length === 0) return Promise.resolve()
    this.#closed ??= new Promise<void>((resolve) => {
      this.#hasClosed = resolve
    }).then(async () => {
      const thread = this.#thread
      if (!thread) return
      await thread.end()
      this.#lost(undefined)
    })
    // What this turn asked for comes before the end.
    if (this.#jobs.length === 0) this.tell({ type: "close", drainMs })
    return this.#closed
  }
}

function countedOf({ doubles, nodes, stats, memoryBytes }: Tally, texts: readonly string[]): Counted {
  return { doubles, name: (id) => texts[id] ?? "", node: (index) => nodes[index] ?? "", stats, memoryBytes }
}

// ── What a command is ───────────────────────────────────────────────────────────────────────────────────────────────

/** By the kinds of groups; others write. */
const batchKinds: Readonly<Record<number, number>> = {
  [commandKind.GET]: operation.BATCH_READ,
  [commandKind.SELECT]: operation.BATCH_READ,
  [commandKind.EXISTS]: operation.BATCH_READ,
  [commandKind.READ_COLUMNS]: operation.BATCH_READ,
  [commandKind.OPERATE]: operation.BATCH_OPERATE,
  [commandKind.REMOVE]: operation.BATCH_REMOVE,
  [commandKind.APPLY]: operation.BATCH_APPLY,
}

interface What {
  /** Of the table `operation`. */
  readonly kind: number
  readonly namespace: number
  readonly set: number
  readonly records: number
}

/** What tracing calls a command, as the engine would: what its groups do not have in common is left open. */
function whatIs(words: Uint32Array): What {
  const [namespace, set] = [words[commandWord.NAMESPACE]!, words[commandWord.SET]!]
  if (words[commandWord.KIND] === commandKind.QUERY) {
    const calls = (words[commandWord.QUERY_FLAGS]! & queryFlag.CALL) !== 0
    return { kind: calls ? operation.QUERY_AGGREGATE : operation.QUERY, namespace, set, records: 0 }
  }
  const records = words[commandWord.KEYS]!
  const groups = groupsOf(words).map((head) => ({
    kind: batchKinds[words[head + commandWord.KIND]!] ?? operation.BATCH_WRITE,
    namespace: words[head + commandWord.NAMESPACE]!,
    set: words[head + commandWord.SET]!,
    records,
  }))
  return groups.reduce((one, other) => ({
    kind: one.kind === other.kind ? one.kind : operation.BATCH,
    namespace: one.namespace === other.namespace ? one.namespace : NONE,
    set: one.set === other.set ? one.set : NONE,
    records,
  }))
}

function mayWrite(words: Uint32Array): boolean {
  if (words[commandWord.KIND] !== commandKind.BATCH) return false
  return groupsOf(words).some((head) => batchKinds[words[head + commandWord.KIND]!] !== operation.BATCH_READ)
}

/** The first words of the groups of a batch. */
function groupsOf(words: Uint32Array): number[] {
  const end = (head: number) => head + commandWord.LENGTH + words[head + commandWord.SLOTS]! * 4
  const heads: number[] = []
  for (let [left, head] = [words[commandWord.ITEMS]!, end(0)]; left > 0; left--) {
    heads.push(head)
    head = end(head) + words[head + commandWord.KEYS]! * 4
  }
  return heads
}
