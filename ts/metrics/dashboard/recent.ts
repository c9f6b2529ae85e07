// The operations of the last minute, while a page is open: how long they took, by kind, and the slowest of them with their
// stages. It is told of every operation then, and of none when no page is open.

import { code, watch } from "../../core/generated.ts"
import { errorClass } from "../../errors.ts"
import { describeKey, type Key, place as placeOf } from "../../key.ts"
import {
  addTracing,
  type Beginning,
  type Follower,
  type Place,
  removeTracing,
  setWatch,
  type Tracing,
} from "../../observe.ts"
import { operationName } from "../../operation-names.ts"
import type { Latency, SlowOperation } from "./messages.ts"
import { Quantiles } from "./quantiles.ts"

/** The last minute is so many slots, of which the oldest is left behind. */
const slotMs = 10_000
const slots = 6
/** How many slow operations are kept of each slot, and told. */
const slowMax = 12
/** How many failed attempts of an operation are told. */
const retriesMax = 4

interface Slot {
  readonly number: number
  readonly kinds: Map<number, Quantiles>
  readonly slow: Slow[]
  /** What does not take longer is not among the slowest. */
  floor: number
}

type Slow = { -readonly [Field in keyof SlowOperation]: SlowOperation[Field] }

/** Follows operations between `start` and `stop`. */
export class Recent implements Tracing {
  readonly showKeys: boolean
  #slots: Slot[] = []

  constructor({ showKeys }: { showKeys: boolean }) {
    this.showKeys = showKeys
  }

  start(): void {
    setWatch(watch.STEPS, true, this)
    addTracing(this)
  }

  /** What was gathered is forgotten. */
  stop(): void {
    removeTracing(this)
    setWatch(watch.STEPS, false, this)
    this.#slots = []
  }

  isActive(): boolean {
    return true
  }

  begin(beginning: Beginning, key: Key | undefined): Follower {
    return new RecentFollower(this, beginning, this.showKeys ? key : undefined)
  }

  /** The slot of now. */
  slot(now: number): Slot {
    const number = Math.floor(now / slotMs)
    const last = this.#slots.at(-1)
    if (last?.number === number) return last
    const made = { number, kinds: new Map(), slow: [], floor: 0 }
    this.#slots = [...this.#slots.filter((slot) => slot.number > number - slots), made]
    return made
  }

  /** By kind, in the order of their names. */
  latencies(now: number): Latency[] {
    const all = new Map<number, Quantiles>()
    for (const { kinds } of this.#live(now)) {
      for (const [kind, quantiles] of kinds) {
        const sum = all.get(kind) ?? new Quantiles()
        all.set(kind, sum)
        sum.addAll(quantiles)
      }
    }
    const told = [...all].map(([kind, all]) => {
      const [p50, p95, p99] = [all.at(0.5), all.at(0.95), all.at(0.99)] as [number, number, number]
      return { kind: operationName(kind), count: all.count, p50, p95, p99, max: all.max }
    })
    return told.sort((one, other) => (one.kind < other.kind ? -1 : 1))
  }

  slowest(now: number): SlowOperation[] {
    const all = this.#live(now).flatMap(({ slow }) => slow)
    return all.sort((one, other) => other.ms - one.ms).slice(0, slowMax)
  }

  #live(now: number): Slot[] {
    const number = Math.floor(now / slotMs)
    return this.#slots.filter((slot) => slot.number > number - slots)
  }
}

class RecentFollower implements Follower {
  readonly #recent: Recent
  readonly #beginning: Beginning
  readonly #key: Key | undefined
  /** As the engine has it: when the operation was first looked at. */
  #started = performance.now()
  #queue = 0
  #connect = 0
  #send = 0
  #wait = 0
  #requests = 0
  /** The longest that one request was under way. */
  #longest = 0
  #retries: string[] | undefined
  /** Present when it is among the slowest. */
  #slow: Slow | undefined

  constructor(recent: Recent, beginning: Beginning, key: Key | undefined) {
    this.#recent = recent
    this.#beginning = beginning
    this.#key = key
  }

  sent(_node: Place | undefined, queueMs: number, connectMs: number): void {
    if (this.#requests === 0) this.#started = performance.now() - queueMs - connectMs
    this.#queue += queueMs
    this.#connect += connectMs
    this.#requests++
  }

  off(sendMs: number, waitMs: number): void {
    this.#send += sendMs
    this.#wait += waitMs
    this.#longest = Math.max(this.#longest, sendMs + waitMs)
  }

  failed(node: Place | undefined, code: number): void {
    this.#retries ??= []
    if (this.#retries.length < retriesMax) this.#retries.push(`${errorClass(code)} ${node?.name ?? ""}`.trimEnd())
  }

  ended(node: Place | undefined, number: number, attempts: number, decodeMs: number): void {
    const now = performance.now()
    // Requests that followed each other add up to all of it; those to several nodes were under way at once. The clock is
    // right only where an operation is followed on its own thread: of those of a worker the steps may be told all at once,
    // at the end; then the longest request is the best that is known.
    const isOneByOne = node !== undefined || this.#requests === 1
    const isAdded = isOneByOne && this.#requests > 0 && this.#requests === attempts
    const ms = isAdded
      ? this.#queue + this.#connect + this.#send + this.#wait
      : Math.max(now - decodeMs - this.#started, this.#longest)
    const { operation } = this.#beginning
    const slot = this.#recent.slot(now)
    const quantiles = slot.kinds.get(operation) ?? new Quantiles()
    slot.kinds.set(operation, quantiles)
    quantiles.add(ms)
    if (slot.slow.length < slowMax || ms > slot.floor) this.#keep(slot, ms, node, number, decodeMs)
  }

  materialized(ms: number): void {
    if (this.#slow) this.#slow.stages = [...this.#slow.stages.slice(0, -1), ms]
  }

  #keep(slot: Slot, ms: number, node: Place | undefined, number: number, decodeMs: number): void {
    const { operation, namespace, set, records, encodeMs } = this.#beginning
    const key = this.#key && describeKey(this.#key)
    this.#slow = {
      at: Date.now(),
      kind: operationName(operation),
      place: namespace === undefined ? "" : placeOf(namespace, set ?? null),
      records,
      ...(key !== undefined && { key }),
      node: node?.name ?? "",
      requests: this.#requests,
      error: number === code.OK ? "" : errorClass(number),
      retries: this.#retries ?? [],
      ms,
      stages: [encodeMs, this.#queue, this.#connect, this.#send, this.#wait, decodeMs, 0],
    }
    slot.slow.push(this.#slow)
    if (slot.slow.length <= slowMax) return
    slot.slow.sort((one, other) => other.ms - one.ms)
    slot.slow.length = slowMax
    slot.floor = slot.slow[slowMax - 1]!.ms
  }
}
