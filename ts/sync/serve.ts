// The worker's end of a sync client: it has the client, calls its methods as it is told to, and tells what comes of it.

import type { MessagePort } from "node:worker_threads"
import { Job } from "../admin/job.ts"
import { QueryJob } from "../admin/query-job.ts"
import type { Client } from "../client.ts"
import type { Config } from "../config.ts"
import type { Connect, ConnectOptions } from "../connect.ts"
import { isPlainObject } from "../core/check.ts"
import { invalid } from "../errors.ts"
import { type ClusterEventType, eventTypes } from "../events.ts"
import { type LogLevel, setLogLevel } from "../log.ts"
import { Transaction } from "../transaction.ts"
import {
  type Asking,
  beatMs,
  CONNECT,
  cell,
  ITERATE,
  type Rest,
  type Start,
  TAKE,
  type Target,
  type Telling,
  type Transactions,
} from "./messages.ts"
import { type End, type Live, Packer, Unpacker } from "./values.ts"

/** Ended transactions that can still be asked about. */
const endedMax = 1000

/** Serves the caller until the client is closed. */
export function serve({ port, cells }: Start, connect: Connect): { dies(error: unknown): void } {
  const server = new Server(port, new Int32Array(cells), connect)
  port.on("message", (message: Asking) => server.take(message))
  return server
}

type Method = (...args: readonly unknown[]) => unknown

class Server {
  readonly #port: MessagePort
  readonly #cells: Int32Array
  readonly #connect: Connect
  readonly #beat: ReturnType<typeof setInterval>
  #client!: Client
  #hasEnded = false
  #number = 0
  /** Jobs and iterations. */
  readonly #held = new Map<number, object>()
  readonly callbacks = new Map<number, (isOk: boolean, value: unknown) => void>()
  readonly signals = new Map<number, AbortController>()
  readonly transactions = new Map<number, Transaction>()
  readonly transactionNumbers = new WeakMap<Transaction, number>()
  /** Those that have ended, the oldest first. */
  readonly #ended = new Set<number>()

  constructor(port: MessagePort, cells: Int32Array, connect: Connect) {
    this.#port = port
    this.#cells = cells
    this.#connect = connect
    this.#beat = setInterval(() => Atomics.add(cells, cell.BEAT, 1), beatMs)
  }

  take(message: Asking): void {
    switch (message[0]) {
      case "call":
        return void this.#call(message)
      case "answer": {
        const [, callback, isOk, value] = message
        const settle = this.callbacks.get(callback)
        this.callbacks.delete(callback)
        return settle?.(isOk, value)
      }
      case "abort": {
        const [, number, reason] = message
        const controller = this.signals.get(number)
        this.signals.delete(number)
        return controller?.abort(new Unpacker(new CallEnd(this, 0)).unpack(reason))
      }
      case "drop":
        return this.#drop(message[1], message[2])
    }
  }

  post(message: Telling, moved: readonly Transferable[] = []): void {
    this.#port.postMessage(message, moved as never)
    Atomics.add(this.#cells, cell.POSTED, 1)
    Atomics.notify(this.#cells, cell.POSTED)
  }

  /** So many numbers that the caller does not give. */
  nextNumber(): number {
    return --this.#number
  }

  hold(object: object): number {
    const id = this.nextNumber()
    this.#held.set(id, object)
    return id
  }

  #drop(what: "held" | "transaction" | "signal", number: number): void {
    if (what === "transaction") this.transactions.delete(number)
    if (what === "signal") this.signals.delete(number)
    if (what !== "held") return
    const held = this.#held.get(number) as AsyncIterator<unknown> | undefined
    this.#held.delete(number)
    // Whoever left the loop does not hear of it.
    void held?.return?.().catch(() => {})
  }

  async #call([, number, level, target, name, args]: Extract<Asking, readonly ["call", ...unknown[]]>): Promise<void> {
    setLogLevel(level)
    const end = new CallEnd(this, number)
    let [isOk, value]: [boolean, unknown] = [true, undefined]
    try {
      const whom = end.unpacker.unpack(target) as Target
      value = await this.#do(whom, name, end.unpacker.unpack(args) as readonly unknown[])
    } catch (error) {
      isOk = false
      value = error
    }
    try {
      this.#reply(end, isOk, value)
    } catch (error) {
      // What no thread can give to another.
      this.#reply(end, false, error)
    }
    const isClosed = isOk && name === "close" && Array.isArray(target) && target[0] === "client"
    if (isClosed || (!isOk && name === CONNECT)) this.#end()
  }

  #reply(end: CallEnd, isOk: boolean, value: unknown): void {
    const packer = new Packer(end, { known: end.unpacker.known, moves: true })
    const packed = packer.pack(value)
    this.post(["reply", end.call, isOk, packed, this.#told(end.touched)], packer.moved)
  }

  #told(touched: ReadonlySet<number>): Transactions {
    const all: [number, Pick<Transaction, "id" | "namespace" | "state">][] = []
    for (const number of touched) {
      const txn = this.transactions.get(number)
      if (!txn) continue
      all.push([number, stateOf(txn)])
      if (txn.state === "committed" || txn.state === "aborted") this.#ended.add(number)
    }
    for (const number of this.#ended) {
      if (this.#ended.size <= endedMax) break
      this.#ended.delete(number)
      this.transactions.delete(number)
    }
    return all
  }

  async #do(target: Target, name: string, args: readonly unknown[]): Promise<unknown> {
    if (name === CONNECT) return this.#start(args[0] as Config, args[1] as ConnectOptions | undefined)
    const object = this.#find(target)
    if (name === ITERATE) {
      const [method, rest] = args as [string, readonly unknown[]]
      const iterable = (method === "" ? object : object[method]!(...rest)) as unknown as AsyncIterable<unknown>
      return this.hold(iterable[Symbol.asyncIterator]())
    }
    if (name === TAKE) return takeFrom(object as never)
    const value = await object[name]!(...args)
    if (name !== "close" || target[0] !== "client") return value
    return { nodes: this.#client.nodes(), stats: this.#client.stats() } satisfies Rest
  }

  #find(target: Target): Record<string, Method> {
    const object = (): object | undefined => {
      switch (target[0]) {
        case "client":
          return this.#client
        case "admin":
          return this.#client.admin
        case "query":
          return this.#client.query(target[1].ns).asking(target[1])
        case "aggregation":
          return this.#client
            .query(target[1].ns)
            .asking(target[1])
            .aggregate(...(target[2] as [never]))
        case "held":
          return this.#held.get(target[1])
      }
    }
    const found = object()
    if (!found) throw invalid("It belongs to a client that is closed.")
    return found as Record<string, Method>
  }

  async #start(config: Config, options: ConnectOptions | undefined): Promise<void> {
    const logger = (level: LogLevel, message: string, fields: object) => {
      this.post(["log", level, message, new Packer(new CallEnd(this, 0)).pack(fields)])
    }
    const whole = isPlainObject(config) && config.logger === undefined ? { ...config, logger } : config
    this.#client = await this.#connect(whole as Config, options)
    for (const type of Object.keys(eventTypes) as ClusterEventType[]) {
      this.#client.on(type, ({ node }) => this.post(["event", type, node]))
    }
  }

  /** Tells whoever waits that nothing will come any more, unless it has been told already. */
  dies(error: unknown): void {
    if (this.#hasEnded) return
    this.post(["died", new Packer(new CallEnd(this, 0)).pack(error)])
    this.#end()
  }

  /** Nothing keeps the thread any more. */
  #end(): void {
    this.#hasEnded = true
    clearInterval(this.#beat)
    this.#port.close()
  }
}

/** This end, as far as it concerns one call. */
class CallEnd implements End {
  readonly call: number
  readonly unpacker: Unpacker
  /** Transactions that were told of. */
  readonly touched = new Set<number>()
  readonly #server: Server

  constructor(server: Server, call: number) {
    this.#server = server
    this.call = call
    this.unpacker = new Unpacker(this)
  }

  tell(live: Live, value: never): unknown[] {
    const object: unknown = value
    if (live === "job" && object instanceof Job) {
      const isOfQuery = object instanceof QueryJob
      return [isOfQuery ? "QueryJob" : "Job", this.#server.hold(object), isOfQuery ? { id: object.id } : {}]
    }
    if (live !== "transaction") return []
    const txn = object as Transaction
    let number = this.#server.transactionNumbers.get(txn)
    if (number === undefined) this.#note(txn, (number = this.#server.nextNumber()))
    this.touched.add(number)
    return [number, txn.timeout, stateOf(txn)]
  }

  heed(live: Live, parts: never): unknown {
    switch (live) {
      case "function":
        return this.#function(parts)
      case "signal":
        return this.#signal(parts)
      case "transaction":
        return this.#transaction(parts)
      default:
        return undefined
    }
  }

  #function([id]: readonly [number]): (...args: unknown[]) => PromiseLike<unknown> {
    return (...args) => {
      const callback = this.#server.nextNumber()
      const packed = args.map((arg) => new Packer(this, { known: this.unpacker.known }).pack(arg))
      this.unpacker.show(args)
      const answer = new Answer((error) => this.#server.post(["unheard", new Packer(this).pack(error)]))
      this.#server.callbacks.set(callback, (isOk, value) => answer.settle(isOk, this.unpacker.unpack(value)))
      this.#server.post(["callback", callback, this.call, id, packed])
      return answer
    }
  }

  #signal([number, reason]: readonly [number, unknown]): AbortSignal {
    if (number === 0) return AbortSignal.abort(reason)
    const controller = this.#server.signals.get(number) ?? new AbortController()
    this.#server.signals.set(number, controller)
    return controller.signal
  }

  #transaction([number, timeout]: readonly [number, number]): Transaction {
    let txn = this.#server.transactions.get(number)
    if (!txn) {
      // Numbers of this end are below zero.
      if (number < 0) throw invalid("The transaction ended too long ago.")
      this.#note((txn = new Transaction({ timeout })), number)
    }
    this.touched.add(number)
    return txn
  }

  #note(txn: Transaction, number: number): void {
    this.#server.transactions.set(number, txn)
    this.#server.transactionNumbers.set(txn, number)
  }
}

/** What a function of the caller's gives. Like a promise, but that it knows whether anybody waits for it. */
class Answer implements PromiseLike<unknown> {
  readonly #promise: Promise<unknown>
  readonly #unheard: (error: unknown) => void
  #settle!: (isOk: boolean, value: unknown) => void
  #isHeard = false

  constructor(unheard: (error: unknown) => void) {
    this.#unheard = unheard
    this.#promise = new Promise((resolve, reject) => {
      this.#settle = (isOk, value) => (isOk ? resolve(value) : reject(value))
    })
    this.#promise.catch(() => {})
  }

  settle(isOk: boolean, value: unknown): void {
    this.#settle(isOk, value)
    if (!isOk && !this.#isHeard) this.#unheard(value)
  }

  then<R, F>(
    fulfilled?: ((value: unknown) => R | PromiseLike<R>) | null,
    rejected?: ((reason: unknown) => F | PromiseLike<F>) | null,
  ): Promise<R | F> {
    this.#isHeard = true
    return this.#promise.then(fulfilled, rejected) as Promise<R | F>
  }
}

/** All that a stream has, or the next of what else can be iterated. */
async function takeFrom(iterator: AsyncIterator<unknown> & { some?(): Promise<readonly unknown[]> }): Promise<unknown> {
  if (iterator.some) return iterator.some()
  const { done, value } = await iterator.next()
  return done ? [] : [value]
}

function stateOf({ id, namespace, state }: Transaction): Pick<Transaction, "id" | "namespace" | "state"> {
  return { id, namespace, state }
}
