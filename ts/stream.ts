// What flows from a query: values between the pump, which brings them, and the caller, who takes them. Values that nobody
// takes make the engine stop reading its sockets.

import { toBase64 } from "./core/base64.ts"
import { code } from "./core/generated.ts"
import type { Reader } from "./core/reader.ts"
import type { Running, Sink } from "./driver.ts"
import { AerospikeError, type ErrorDetails, errorOf } from "./errors.ts"

/** Makes a value of the output record at word `at`; `tape` is where word 0 of its slots would be. */
export type ReadValue<R> = (reader: Reader, words: Uint32Array, at: number, tape: number) => R

/** So many values that were taken are told of together. */
const toldOf = 256

/**
 *   idle ──first asked──▶ running ──DONE──▶ ended (what is queued can still be taken, then the error, once)
 *     └────return──────────────┴───return──▶ ended (nothing can)
 */
export class Stream<R> implements Sink, AsyncIterableIterator<R> {
  readonly #verb: string
  readonly #signal: AbortSignal | undefined
  readonly #read: ReadValue<R>
  readonly #start: (stream: Stream<R>) => Running
  #running: Running | undefined
  #queue: R[] = []
  /** How many of the queue were taken, and how many of those the engine has not been told of. */
  #head = 0
  #untold = 0
  #hasEnded = false
  /** What to throw when the queue is empty. */
  #failure: unknown
  /** Those who wait for something to happen. */
  #waiting: (() => void)[] = []
  /** Where to go on, when it has ended and something is left. */
  cursor: string | undefined

  /** `start` sends the query; that waits until somebody asks for a value. */
  constructor(
    verb: string,
    signal: AbortSignal | undefined,
    read: ReadValue<R>,
    start: (stream: Stream<R>) => Running,
  ) {
    this.#verb = verb
    this.#signal = signal
    this.#read = read
    this.#start = start
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  // ── The caller's side ─────────────────────────────────────────────────────────────────────────────────────────────

  next(): Promise<IteratorResult<R, undefined>> {
    // Most often there is one, and then one promise is enough.
    if (this.#head < this.#queue.length && !this.#signal?.aborted) {
      const value = this.#queue[this.#head++]!
      this.#took(1)
      return Promise.resolve({ done: false, value })
    }
    return this.#nextToCome()
  }

  async #nextToCome(): Promise<IteratorResult<R, undefined>> {
    const value = await this.#whenThere(() => this.#queue[this.#head++])
    return (value === undefined ? { done: true, value } : { done: false, value }) as IteratorResult<R, undefined>
  }

  /** All that is there, at least one; none when the query has ended. */
  async some(): Promise<readonly R[]> {
    const all = () => {
      const from = this.#head
      this.#head = this.#queue.length
      return from === 0 ? this.#queue : this.#queue.slice(from)
    }
    return (await this.#whenThere(all)) ?? []
  }

  async return(): Promise<IteratorResult<R, undefined>> {
    this.#running?.cancel()
    this.#end(undefined)
    this.#queue = []
    this.#head = 0
    return { done: true, value: undefined }
  }

  /** Takes, as soon as there is a value; gives undefined when none will come, and throws what the query failed with, once. */
  async #whenThere<T>(take: () => T): Promise<T | undefined> {
    if (!this.#running && !this.#hasEnded) this.#begin()
    this.#heedSignal()
    while (this.#head === this.#queue.length) {
      if (this.#hasEnded) {
        const failure = this.#failure
        this.#failure = undefined
        if (failure !== undefined) throw failure
        return undefined
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    // In the same turn as the look at the queue, which giving up empties.
    const before = this.#head
    const taken = take()
    this.#took(this.#head - before)
    return taken
  }

  /** Who gives up wants no more, not even what has come; the servers may be done by then. */
  #heedSignal(): void {
    const isLeft = this.#head < this.#queue.length
    if (!isLeft || !this.#signal?.aborted || this.#failure !== undefined) return
    this.#head = this.#queue.length
    this.#hasEnded = true
    this.#failure = errorOf(code.ABORTED, this.#verb, { cause: this.#signal.reason })
  }

  #begin(): void {
    try {
      this.#running = this.#start(this)
    } catch (error) {
      return this.#end(error)
    }
    this.#running.promise.then(
      () => this.#end(undefined),
      (error) => {
        // Who gives up wants no more, not even what has come.
        if (error.code === code.ABORTED && this.#failure === undefined) this.#head = this.#queue.length
        this.#end(error)
      },
    )
  }

  #took(count: number): void {
    this.#untold += count
    const isEmpty = this.#head === this.#queue.length
    if (isEmpty) {
      this.#queue = []
      this.#head = 0
    }
    if (!isEmpty && this.#untold < toldOf) return
    this.#running?.consumed(this.#untold)
    this.#untold = 0
  }

  #end(failure: unknown): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#failure ??= failure
    this.#wake()
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  // ── The pump's side ───────────────────────────────────────────────────────────────────────────────────────────────

  take(reader: Reader, words: Uint32Array, at: number, tape: number): void {
    if (this.#hasEnded || this.#failure) return
    try {
      this.#queue.push(this.#read(reader, words, at, tape))
    } catch (error) {
      // A value that the chosen options cannot express. The engine may not be called from here.
      if (!(error instanceof AerospikeError)) throw error
      this.#failure = error
      queueMicrotask(() => this.#running?.cancel())
    }
    if (this.#waiting.length > 0) this.#wake()
  }

  ended(reader: Reader, words: Uint32Array, at: number, tape: number): void {
    const cursor = reader.value(tape + words[at + 8]! * 4, words[at + 10]!) as Uint8Array
    this.cursor = cursor.length > 0 ? toBase64(cursor) : undefined
  }

  details(number: number): ErrorDetails {
    // Behind records that were thrown away nobody can go on.
    return number === code.ABORTED ? {} : { cursor: this.cursor }
  }
}
