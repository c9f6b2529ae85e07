// What a worker thread runs: an engine with connections of its own, which does what it is handed and sends the answers as
// they are, unread. See crew.ts for the other side.

import type { Platform } from "../connect.ts"
import { code, commandKind, commandWord, queryFlag, stat } from "../core/generated.ts"
import type { Reader } from "../core/reader.ts"
import { Driver, type Running, type Sink } from "../driver.ts"
import { AerospikeError } from "../errors.ts"
import { LogLevel, setLogLevel } from "../log.ts"
import { Credentials } from "../login.ts"
import { type Follower, observers, type Place } from "../observe.ts"
import { withSecrets } from "../tls.ts"
import { Parcel, parcelBytes } from "./courier.ts"
import { type Failed, type Job, type Order, type Refused, type Report, type Start, sharedNow } from "./messages.ts"
import type { Home } from "./thread.ts"

/** So many parcels may be on their way: what lies before the other thread is worked off without a pause. */
const onTheWay = 3

/** Milliseconds between two looks at what has been counted. */
const tallyEvery = 250

/** Serves the thread that began this one, until it says that it is over. */
export async function serve(platform: Platform, given: unknown, home: Home): Promise<void> {
  const start = given as Start
  setLogLevel(start.level)
  const module = await platform.engine(start.wasm)
  const tls = start.tls && withSecrets(start.tls, start.tls)
  const transport = tls ? (await platform.tls!())(tls) : platform.transport!
  new Server(start, home, (credentials, logger) => {
    const { engine, read, keepAlive, noDelay, clusterName } = start
    const settings = { engine, credentials, read, keepAlive, noDelay, logger, clusterName, tls }
    return new Driver(
      module,
      { ...settings, transport: undefined, wasm: undefined },
      transport,
      platform.ascii,
      () => {},
    )
  })
}

type MakeDriver = (
  credentials: Credentials | undefined,
  logger: (level: LogLevel, message: string, fields: object) => void,
) => Driver

class Server {
  readonly #home: Home
  readonly #driver: Driver
  readonly #stats: Float64Array
  readonly #running = new Map<number, Running>()
  /** The ids that names of the other thread's engine have here. */
  readonly #ids = new Map<number, number>()
  /** So many names were told. */
  #told = 0
  #watched: number

  #parcel = new Parcel()
  #isScheduled = false
  /** Parcels that wait for others to be opened, oldest first, with ends of operations between them. */
  #waiting: { readonly report: Report; readonly transfer: ArrayBuffer[] }[] = []
  #unopened = 0

  /** Those who wait for a password. */
  #asking: { resolve: (password: string) => void; reject: (error: unknown) => void }[] = []
  /** Follows the operation that is being submitted. */
  #follower: Follower | undefined

  constructor(start: Start, home: Home, drive: MakeDriver) {
    this.#home = home
    this.#stats = new Float64Array(start.stats)
    this.#watched = start.watch
    const { user } = start
    const credentials = user && new Credentials(user.name, () => this.#password(), user.clear)
    this.#driver = drive(credentials, (level, message, fields) => {
      // How the cluster changes, the client's own engine tells.
      if (level !== LogLevel.INFO) this.#post({ type: "log", level, message, fields: plain(fields) })
    })
    this.#driver.watch(start.watch)
    observers.tracing = { isActive: () => this.#follower !== undefined, begin: () => this.#follower }
    void this.#driver.start().then(({ code, text }) => this.#post({ type: "ready", code, text }))
    home.listen((order) => this.#take(order as Order))
    setInterval(() => this.#tally(), tallyEvery)
  }

  #take(order: Order): void {
    switch (order.type) {
      case "job":
        return this.#begin(order)
      case "cancel":
        return this.#running.get(order.id)?.cancel()
      case "consumed":
        return this.#running.get(order.id)?.consumed(order.records)
      case "opened":
        this.#unopened--
        return this.#sendOn()
      case "watch":
        this.#watched = order.bits
        return this.#driver.watch(order.bits)
      case "password": {
        const waiting = this.#asking.shift()
        if (order.text !== undefined) waiting?.resolve(order.text)
        else waiting?.reject(new Error(order.failure))
        return
      }
      case "close":
        void this.#close(order.drainMs)
    }
  }

  // ── Operations ────────────────────────────────────────────────────────────────────────────────────────────────────

  #begin(job: Job): void {
    const { id, verb, command } = job
    const driver = this.#driver
    setLogLevel(job.level)
    // Its time began when it was asked for.
    const late = Math.max(sharedNow() - job.at, 0)
    const total = command.words[commandWord.TOTAL_TIMEOUT]!
    if (total > 0) command.words[commandWord.TOTAL_TIMEOUT] = Math.max(Math.floor(total - late), 1)
    const sink = new Courier(id, isOfColumns(command.words), this.#parcel, () => this.#packed())
    try {
      driver.assertOpen(verb)
      for (const [theirs, kind, text] of job.names) this.#ids.set(theirs, driver.writer.name(kind as 0, text))
      driver.writer.paste(command, (theirs) => this.#ids.get(theirs)!)
      this.#follower = job.followed ? this.#followerOf(id) : undefined
      const running = driver.submitMany(sink, verb, undefined)
      if (job.aborted) running.cancel()
      this.#running.set(id, running)
      running.promise.then(
        () => this.#done(id, sink, undefined, undefined),
        (error) => this.#done(id, sink, failedOf(error, sink, late), undefined),
      )
    } catch (error) {
      const thrown = driver.thrown(error, verb)
      const isRefusal = thrown instanceof AerospikeError && !driver.hasEnded
      this.#done(
        id,
        sink,
        isRefusal ? undefined : failedOf(thrown, sink, late),
        isRefusal ? this.#refusal(thrown) : undefined,
      )
    } finally {
      this.#follower = undefined
    }
  }

  #refusal(thrown: AerospikeError): Refused {
    const refused = this.#driver.refusal()
    // What was not the engine's to refuse.
    if (refused.code !== thrown.code) return { code: thrown.code, reason: "", bin: undefined, group: undefined }
    return refused
  }

  #done(id: number, sink: Courier, failed: Failed | undefined, refused: Refused | undefined): void {
    this.#running.delete(id)
    this.#sendParcel()
    this.#tally()
    const { last, regions } = sink
    const transfer = regions.map(({ buffer }) => buffer as ArrayBuffer)
    if (last) transfer.push(last)
    this.#send({ type: "done", id, last, regions, failed, refused, ...this.#names() }, transfer)
  }

  #followerOf(id: number): Follower {
    return {
      sent: (node, queueMs, connectMs) =>
        this.#post({ type: "sent", id, node: placeOf(node), ms: [queueMs, connectMs] }),
      off: (sendMs, waitMs) => this.#post({ type: "off", id, ms: [sendMs, waitMs] }),
      failed: (node, code) => this.#post({ type: "failed", id, node: placeOf(node), code }),
      ended: (node, code, ...ends) => this.#post({ type: "ended", id, node: placeOf(node), code, ends }),
    }
  }

  // ── Answers ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Something was put into the parcel. */
  #packed(): void {
    if (this.#parcel.byteLength >= parcelBytes) this.#sendParcel()
    else if (!this.#isScheduled) {
      this.#isScheduled = true
      queueMicrotask(() => {
        this.#isScheduled = false
        this.#sendParcel()
      })
    }
  }

  #sendParcel(): void {
    if (this.#parcel.byteLength === 0) return
    const buffer = this.#parcel.closeAndBegin()
    this.#send({ type: "parcel", buffer, ...this.#names() }, [buffer])
  }

  /** Names that came since the last report. */
  #names(): { from: number; names: string[] } {
    const from = this.#told
    const names = this.#driver.hasEnded ? [] : this.#driver.names.since(from)
    this.#told += names.length
    return { from, names }
  }

  #send(report: Report, transfer: ArrayBuffer[]): void {
    this.#waiting.push({ report, transfer })
    this.#sendOn()
  }

  #sendOn(): void {
    let sent = 0
    for (const { report, transfer } of this.#waiting) {
      if (report.type === "parcel") {
        if (this.#unopened >= onTheWay) break
        this.#unopened++
      }
      this.#post(report, transfer)
      sent++
    }
    this.#waiting.splice(0, sent)
  }

  #post(report: Report, transfer: ArrayBuffer[] = []): void {
    this.#home.post(report, transfer)
  }

  // ── The client's own ──────────────────────────────────────────────────────────────────────────────────────────────

  #password(): Promise<string> {
    this.#post({ type: "askPassword" })
    return new Promise((resolve, reject) => this.#asking.push({ resolve, reject }))
  }

  #tally(): void {
    const driver = this.#driver
    if (driver.hasEnded) return
    for (let index = 0; index < stat.LENGTH; index++) this.#stats[index] = driver.stat(index)
    if (this.#watched === 0) return
    const { doubles, stats, memoryBytes } = driver.counted()!
    const nodes = Array.from(driver.nodes(), (node) => node?.name ?? "")
    this.#send({ type: "tally", tally: { doubles, nodes, stats, memoryBytes }, ...this.#names() }, [
      doubles.buffer as ArrayBuffer,
    ])
  }

  async #close(drainMs: number): Promise<void> {
    this.#tally()
    await this.#driver.close(drainMs)
    // What is told of the operations that this has ended comes first.
    await null
    await null
    await null
    this.#unopened = Number.NEGATIVE_INFINITY
    this.#sendOn()
    this.#post({ type: "closed" })
  }
}

/** Packs what an operation gives. */
class Courier implements Sink {
  readonly #id: number
  readonly #hasColumns: boolean
  readonly #packed: () => void
  readonly #parcel: Parcel
  #memory: Uint8Array = new Uint8Array(0)
  last: ArrayBuffer | undefined
  regions: readonly Uint8Array[] = []
  wasCompressed = false

  constructor(id: number, hasColumns: boolean, parcel: Parcel, packed: () => void) {
    this.#id = id
    this.#parcel = parcel
    this.#hasColumns = hasColumns
    this.#packed = packed
  }

  take(_: Reader, words: Uint32Array, at: number, tape: number): void {
    this.#parcel.add(this.#id, words, this.#bytes(words), at, tape)
    this.#packed()
  }

  ended(_: Reader, words: Uint32Array, at: number, tape: number): void {
    const parcel = new Parcel(1024)
    this.wasCompressed = (words[at + 5]! & 4) !== 0
    if (this.#hasColumns) this.regions = parcel.addColumns(this.#id, words, this.#bytes(words), at, tape)
    else parcel.add(this.#id, words, this.#bytes(words), at, tape)
    this.last = parcel.close()
  }

  details(): object {
    return {}
  }

  /** All of linear memory, as bytes. */
  #bytes(words: Uint32Array): Uint8Array {
    if (this.#memory.buffer !== words.buffer) this.#memory = new Uint8Array(words.buffer)
    return this.#memory
  }
}

function isOfColumns(words: Uint32Array): boolean {
  if (words[commandWord.KIND] === commandKind.QUERY) return (words[commandWord.QUERY_FLAGS]! & queryFlag.COLUMNS) !== 0
  const kind = words[commandWord.LENGTH + words[commandWord.SLOTS]! * 4 + commandWord.KIND]
  return kind === commandKind.READ_COLUMNS || kind === commandKind.WRITE_COLUMNS
}

function failedOf(error: unknown, { wasCompressed: compressed }: Courier, late: number): Failed {
  const told = error instanceof AerospikeError ? error : new AerospikeError(code.ENGINE, String(error))
  const { node, attempts, inDoubt } = told
  const { ahead } = told as { ahead?: number }
  return { code: told.code, node, attempts, inDoubt, compressed, elapsedMs: told.elapsedMs + late, ahead }
}

function placeOf(node: Place | undefined): Place | undefined {
  return node && { name: node.name, host: node.host, port: node.port, active: node.active }
}

/** Fields of a log line that can cross: an error as its text. */
function plain(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? String(value) : value]),
  )
}
