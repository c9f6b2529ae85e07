// The caller's end of a sync client: it posts a call, sleeps until the worker has said something, and does what the worker
// asks for meanwhile. It knows no operation.

import { type MessagePort, receiveMessageOnPort, type Worker } from "node:worker_threads"
import { verbOf } from "../asked.ts"
import { code } from "../core/generated.ts"
import { type AerospikeError, errorOf, invalid } from "../errors.ts"
import { eventTypes, Listeners } from "../events.ts"
import { type Logger, log, logLevel } from "../log.ts"
import { Transaction } from "../transaction.ts"
import {
  type Asking,
  beatMs,
  cell,
  ITERATE,
  TAKE,
  type Target,
  type Telling,
  type TransactionTold,
} from "./messages.ts"
import { type End, isObject, isReference, type Live, Packer, Unpacker } from "./values.ts"

type Reply = Extract<Telling, readonly ["reply", ...unknown[]]>

/** A call that was posted. */
interface Call {
  /** What was packed for it. */
  readonly given: object[]
  /** What its functions were given, in order. */
  readonly shown: object[]
  /** Functions that were given with it. */
  readonly functions: number[]
  reply: Reply | undefined
}

/** How long the worker may be silent, between two beats, before it is given up. Collecting garbage, or making a large result, may take seconds. */
const silenceMs = 30_000

/** Makes what stands for a job of the other thread. */
export type MakeJob = (channel: Channel, target: Target, kind: string, fields: object) => object

export class Channel implements End {
  /** Where log lines go. */
  logger: Logger | undefined
  readonly listeners = new Listeners()
  protected readonly port: MessagePort
  readonly #cells: Int32Array
  readonly #makeJob: MakeJob
  readonly #calls = new Map<number, Call>()
  #number = 0
  /** How many calls wait, one inside of the other. */
  #waiting = 0
  /** Why nothing can be asked any more. */
  #over: ((asked: string) => AerospikeError) | undefined

  readonly #functions = new Map<number, (...args: unknown[]) => unknown>()
  #noted: number[] = []
  readonly #transactionNumbers = new WeakMap<Transaction, number>()
  readonly #transactions = new Map<number, WeakRef<Transaction>>()
  readonly #signalNumbers = new WeakMap<AbortSignal, number>()
  readonly #signals = new Map<number, readonly [signal: WeakRef<AbortSignal>, listener: () => void]>()
  readonly #gone = new FinalizationRegistry<readonly ["held" | "transaction" | "signal", number]>(([what, number]) => {
    if (what === "transaction") this.#transactions.delete(number)
    if (what === "signal") this.#signals.delete(number)
    this.drop(what, number)
  })

  constructor(worker: Worker | undefined, port: MessagePort, cells: SharedArrayBuffer, makeJob: MakeJob) {
    this.port = port
    this.#cells = new Int32Array(cells)
    this.#makeJob = makeJob
    // What comes between two calls; neither keeps the process.
    port.on("message", (message: Telling) => this.#take(message))
    port.unref()
    worker?.on("error", (error) => this.#died(error))
    worker?.on("exit", (number) => this.#died(new Error(`the thread ended with code ${number}`)))
    worker?.unref()
  }

  // ── Calls ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Calls a method of the other thread's, and gives what comes of it. `keeps`: functions among the arguments stay. */
  call(target: Target, name: string, args: readonly unknown[], keeps = false): unknown {
    const number = this.begin(target, name, args, keeps)
    const call = this.#calls.get(number)!
    this.#waiting++
    try {
      while (!call.reply) this.#wait(name)
    } finally {
      this.#waiting--
    }
    return this.finish(number)
  }

  /** Iterates over what a method gives. Nothing is sent before the first is asked for. */
  *iterate(target: Target, name: string, args: readonly unknown[]): IterableIterator<unknown> {
    const id = this.call(target, ITERATE, [name, args]) as number
    try {
      for (let some = this.#takeFrom(id); some.length > 0; some = this.#takeFrom(id)) {
        for (const one of some) {
          assertWanted(target)
          yield one
        }
      }
    } finally {
      this.drop("held", id)
    }
  }

  #takeFrom(id: number): unknown[] {
    return this.call(["held", id], TAKE, []) as unknown[]
  }

  protected begin(target: Target, name: string, args: readonly unknown[], keeps = false): number {
    this.#assertAlive(name)
    const given: object[] = []
    const packer = new Packer(this, { given })
    this.#noted = []
    const [whom, what] = [packer.pack(target), packer.pack(args)]
    const number = ++this.#number
    this.#post(["call", number, logLevel(), whom, name, what])
    this.#calls.set(number, { given, shown: [], functions: keeps ? [] : this.#noted, reply: undefined })
    return number
  }

  protected finish(number: number): unknown {
    const { given, shown, functions, reply } = this.#calls.get(number)!
    this.#calls.delete(number)
    for (const id of functions) this.#functions.delete(id)
    const [, , isOk, packed, transactions] = reply!
    for (const [id, told] of transactions) this.#transactions.get(id)?.deref()?.follow(told)
    const value = new Unpacker(this, given, shown).unpack(packed)
    if (isOk) return value
    if (value instanceof Error && !given.includes(value)) shorten(value)
    throw value
  }

  /** For those who do not wait: a reply is there. */
  protected arrived(_number: number): void {}

  /** Whether nothing can be asked any more. */
  get isOver(): boolean {
    return this.#over !== undefined
  }

  /** From now on nothing can be asked. */
  end(why: (asked: string) => AerospikeError): void {
    if (this.#over) return
    this.#over = why
    for (const [signal, listener] of this.#signals.values()) signal.deref()?.removeEventListener("abort", listener)
    this.port.close()
  }

  drop(what: "held" | "transaction" | "signal", number: number): void {
    if (!this.#over) this.#post(["drop", what, number])
  }

  #post(message: Asking): void {
    this.port.postMessage(message)
    this.posted()
  }

  /** A message was posted. */
  protected posted(): void {}

  #wait(name: string): void {
    const posted = Atomics.load(this.#cells, cell.POSTED)
    const beat = Atomics.load(this.#cells, cell.BEAT)
    if (this.#takeAll()) return
    this.#assertAlive(name)
    // A worker that was killed, or has no memory left, cannot say so.
    for (let silentMs = 0; Atomics.wait(this.#cells, cell.POSTED, posted, beatMs) === "timed-out"; ) {
      silentMs = Atomics.load(this.#cells, cell.BEAT) === beat ? silentMs + beatMs : 0
      if (silentMs >= silenceMs) this.#died(new Error(`the thread has given no sign of life for ${silenceMs / 1000} s`))
      this.#assertAlive(name)
      if (silentMs === 0) return
    }
  }

  #assertAlive(asked: string): void {
    if (this.#over) throw this.#over(asked)
  }

  /** Whether there was something. */
  #takeAll(): boolean {
    let count = 0
    for (let got = receiveMessageOnPort(this.port); got; got = receiveMessageOnPort(this.port)) {
      this.#take(got.message)
      count++
    }
    return count > 0
  }

  #take(message: Telling): void {
    switch (message[0]) {
      case "reply": {
        const call = this.#calls.get(message[1])
        if (call) call.reply = message
        return this.arrived(message[1])
      }
      case "callback":
        return this.#callBack(message)
      case "unheard":
        return rethrown(new Unpacker(this, []).unpack(message[1]))
      case "event": {
        const [, type, node] = message
        return this.listeners.tell({ kind: eventTypes[type], node })
      }
      case "log": {
        const [, level, text, fields] = message
        return log(this.logger, level, text, new Unpacker(this, []).unpack(fields) as Record<string, unknown>)
      }
      case "died":
        return this.#died(new Unpacker(this, []).unpack(message[1]))
    }
  }

  #died(cause: unknown): void {
    const reason = `the thread of the client has ended: ${cause instanceof Error ? cause.message : String(cause)}`
    const hint = "The client is closed: connect again."
    this.end((asked) => errorOf(code.ENGINE, asked, { cause }, reason, hint))
  }

  // ── Functions of the caller's ─────────────────────────────────────────────────────────────────────────────────────

  #callBack([, callback, number, id, packed]: Extract<Telling, readonly ["callback", ...unknown[]]>): void {
    const { given, shown } = this.#calls.get(number) ?? { given: [] as object[], shown: [] as object[] }
    const answer = (isOk: boolean, value: unknown) => {
      const packer = new Packer(this, { given })
      if (!this.#over) this.#post(["answer", callback, isOk, isOk ? packer.opaque(value) : packer.pack(value)])
    }
    try {
      const args = packed.map((arg) => {
        const isKnown = isReference(arg)
        const made = new Unpacker(this, given, shown).unpack(arg)
        if (isObject(made) && !isKnown) shown.push(made)
        return made
      })
      const value = this.#functions.get(id)?.(...args)
      if (!isPromise(value)) return answer(true, value)
      if (this.#waiting > 0) {
        value.then(undefined, () => {})
        throw invalid(
          "A function that a sync client calls gave a promise, which cannot settle while the client is waited for: it must give its value at once.",
        )
      }
      value.then(
        (settled) => answer(true, settled),
        (error) => answer(false, error),
      )
    } catch (error) {
      answer(false, error)
    }
  }

  // ── What lives at one end ─────────────────────────────────────────────────────────────────────────────────────────

  tell(live: Live, value: never): unknown[] {
    switch (live) {
      case "function":
        return this.#tellFunction(value)
      case "transaction":
        return this.#tellTransaction(value)
      case "signal":
        return this.#tellSignal(value)
      default:
        return []
    }
  }

  #tellFunction(fn: (...args: unknown[]) => unknown): unknown[] {
    const id = ++this.#number
    this.#functions.set(id, fn)
    this.#noted.push(id)
    return [id]
  }

  #tellTransaction(txn: Transaction): unknown[] {
    if (txn.belongTo(this)) this.#note(txn, ++this.#number)
    return [this.#transactionNumbers.get(txn), txn.timeout]
  }

  #tellSignal(signal: AbortSignal): unknown[] {
    if (signal.aborted) return [0, signal.reason]
    const known = this.#signalNumbers.get(signal)
    if (known) return [known]
    const number = ++this.#number
    const listener = () => {
      this.#signals.delete(number)
      if (!this.#over) this.#post(["abort", number, new Packer(this).pack(signal.reason)])
    }
    signal.addEventListener("abort", listener, { once: true })
    this.#signalNumbers.set(signal, number)
    this.#signals.set(number, [new WeakRef(signal), listener])
    this.#gone.register(signal, ["signal", number])
    return [number]
  }

  heed(live: Live, parts: never): unknown {
    if (live === "job") return this.#heedJob(parts)
    return live === "transaction" ? this.#heedTransaction(parts) : undefined
  }

  #heedJob([kind, id, fields]: readonly [kind: string, id: number, fields: object]): object {
    const job = this.#makeJob(this, ["held", id], kind, fields)
    this.#gone.register(job, ["held", id])
    return job
  }

  #heedTransaction([number, timeout, told]: readonly [number, number, TransactionTold]): Transaction {
    let txn = this.#transactions.get(number)?.deref()
    if (!txn) {
      txn = new Transaction({ timeout })
      txn.belongTo(this)
      this.#note(txn, number)
    }
    txn.follow(told)
    return txn
  }

  #note(txn: Transaction, number: number): void {
    this.#transactionNumbers.set(txn, number)
    this.#transactions.set(number, new WeakRef(txn))
    this.#gone.register(txn, ["transaction", number])
  }
}

/** Lets the stack begin at the caller, where the runtime can. Bun may leave nothing of it. */
function shorten(error: Error): void {
  if (!("captureStackTrace" in Error)) return
  const whole = error.stack
  Error.captureStackTrace(error, Channel.prototype.call)
  if (!error.stack?.includes("\n    at ") && whole !== undefined) error.stack = whole
}

/** Who gives a query up wants no more, not even what has come. */
function assertWanted(target: Target): void {
  const asked = target[0] === "query" ? target[1] : undefined
  const signal = asked?.policy?.signal
  if (signal?.aborted) throw errorOf(code.ABORTED, verbOf(asked!), { cause: signal.reason })
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null)?.then === "function"
}

/** The error is the process's to handle, as one from any other callback. */
function rethrown(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
