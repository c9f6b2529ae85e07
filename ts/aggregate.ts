// Queries whose records go through functions of streams: each node works on those that it has, and what comes of that is
// reduced here, in Lua.

import { type Asked, type Host, type Manner, send, verbOf } from "./asked.ts"
import { wrong } from "./core/check.ts"
import { code, queryFlag } from "./core/generated.ts"
import type { Call } from "./core/writer.ts"
import { AerospikeError, ClientError, errorOf, invalid } from "./errors.ts"
import { log } from "./log.ts"
import { clientStream } from "./lua/client-stream.ts"
import { loadLua } from "./lua/load.ts"
import type { LuaRef, LuaState } from "./lua/state.ts"
import { exact } from "./lua/values.ts"
import { type ReadValue, Stream } from "./stream.ts"
import { callOf, type UdfCall } from "./udf.ts"

/** A function of streams, and what it is called with. */
export interface AggregateCall extends UdfCall {
  /** The text of the module, which has to be the servers'. Default: it is asked of the cluster, and kept until it changes. */
  readonly source?: string | Uint8Array | undefined
}

/**
 * What a function makes of a query's records. Awaited, it is the one value that the function gives, or undefined when it
 * gives none; it rejects when there are several, which can be iterated instead.
 */
// biome-ignore lint/suspicious/noExplicitAny: what a function gives is known to the caller alone.
export class Aggregation<V = any> implements AsyncIterable<V>, PromiseLike<V | undefined> {
  readonly #host: Host
  readonly #asked: Asked
  readonly #verb: string
  readonly #call: Call
  readonly #source: string | Uint8Array | undefined

  /** @internal Use `query.aggregate`. */
  constructor(host: Host, asked: Asked, call: AggregateCall) {
    this.#call = callOf("what aggregates", call, ["source"])
    const { source } = call
    if (source !== undefined && typeof source !== "string" && !(source instanceof Uint8Array))
      throw wrong("source", source, "Lua text, or the bytes of it")
    refuse(asked)
    this.#host = host
    this.#asked = asked
    this.#source = source
    this.#verb = verbOf(asked, `aggregate ${call.module}.${call.fn} of`)
  }

  /** Sends the query and gives the values as they are made. Leaving the loop gives the query up. */
  async *[Symbol.asyncIterator](): AsyncGenerator<V, void, void> {
    const time = this.#time()
    const [state, steps] = await this.#started(time)
    const stream = this.#stream(time)
    try {
      for (let some = await stream.some(); some.length > 0; some = await stream.some()) {
        yield* this.#values(state, steps, "feed", [some])
      }
      yield* this.#values(state, steps, "finish", [])
    } finally {
      await stream.return()
      state.close()
    }
  }

  /** The one value of the function. See {@link Aggregation}. */
  async value(): Promise<V | undefined> {
    const values: V[] = []
    for await (const value of this) {
      if (values.push(value) > 1) throw new ClientError(code.CLIENT, `${this.#verb}: ${several}`)
    }
    return values[0]
  }

  /** All values of the function. They have to fit into memory. */
  async values(): Promise<V[]> {
    const values: V[] = []
    for await (const value of this) values.push(value)
    return values
  }

  /** The same as {@link Aggregation.value}, so that the aggregation can be awaited. */
  then<R = V | undefined, F = never>(
    fulfilled?: ((value: V | undefined) => R | PromiseLike<R>) | null,
    rejected?: ((reason: unknown) => F | PromiseLike<F>) | null,
  ): Promise<R | F> {
    return this.value().then(fulfilled, rejected)
  }

  /** The whole time that it has, which begins now. */
  #time(): Time {
    const totalMs = this.#host.packer.pack(this.#kind, this.#asked.policy).totalTimeout
    return { totalMs, begin: performance.now() }
  }

  /** What of it is left for the next step, to be put over a policy; nothing when there is no limit. */
  #left({ totalMs, begin }: Time): { totalTimeout?: number } {
    if (totalMs === 0) return {}
    const left = Math.ceil(begin + totalMs - performance.now())
    if (left <= 0) throw errorOf(code.TIMEOUT, this.#verb, { attempts: 1, elapsedMs: performance.now() - begin })
    return { totalTimeout: left }
  }

  get #kind(): "query" | "scan" {
    return this.#asked.where ? "query" : "scan"
  }

  /** Lua with the module and with those that it requires, and the steps of the function. */
  async #started(time: Time): Promise<[LuaState, LuaRef]> {
    const { driver, sources } = this.#host
    driver.assertOpen(this.#verb)
    const lua = await loadLua()
    const signal = this.#asked.policy?.signal
    const policy = () => ({ signal, ...this.#left(time) })
    const modules = await sources
      .withRequired(this.#verb, this.#call.module, this.#source, policy)
      .catch((error: AerospikeError) => {
        if (error.code !== code.TIMEOUT) throw error
        const { attempts, node } = error
        const elapsedMs = performance.now() - time.begin
        throw errorOf(code.TIMEOUT, this.#verb, { attempts, node, elapsedMs, cause: error })
      })
    const state = lua.state({
      source: (name) => modules.get(name),
      limitMs: time.totalMs,
      log: (level, message) => log(driver.logger, level as 0, message, { module: this.#call.module }),
    })
    try {
      const steps = state.module(clientStream, "=stream")
      this.#guarded(() => {
        state.run(modules.get(this.#call.module)!, `@${this.#call.module}.lua`)
        state.callIn(steps, "start", [this.#call.name, this.#call.args])
      })
      return [state, steps]
    } catch (error) {
      state.close()
      throw error
    }
  }

  /** What the nodes have made. */
  #stream(time: Time): Stream<unknown> {
    const { policy } = this.#asked
    const manner: Manner = {
      verb: this.#verb,
      policy: this.#kind,
      flags: queryFlag.CALL,
      write: (writer) => writer.call(this.#call),
    }
    const start = (stream: Stream<unknown>) => {
      const asked = { ...this.#asked, policy: { ...policy, ...this.#left(time) } }
      return send(this.#host, asked, stream, manner)
    }
    return new Stream(this.#verb, policy?.signal, this.#read, start)
  }

  readonly #read: ReadValue<unknown> = (reader, words, at, tape) => {
    const { SUCCESS, FAILURE } = reader.as(exact).bins(tape + words[at + 6]! * 4 + 8, words[at + 3]!, words[at + 7]!)
    if (FAILURE !== undefined) throw errorOf(code.UDF, this.#verb, {}, String(FAILURE))
    return SUCCESS
  };

  *#values(state: LuaState, steps: LuaRef, step: string, args: unknown[]): Generator<V, void, void> {
    yield* this.#guarded(() => state.callIn(steps, step, args, this.#host.driver.reading)) as V[]
  }

  /** Says in errors of Lua what was asked. */
  #guarded<R>(act: () => R): R {
    try {
      return act()
    } catch (error) {
      if (!(error instanceof AerospikeError) || error.code !== code.UDF) throw error
      throw errorOf(code.UDF, this.#verb, { cause: error }, error.message)
    }
  }
}

/** How long it may take, 0 = no limit, and when it began. */
interface Time {
  readonly totalMs: number
  readonly begin: number
}

const several = "the function gives several values: iterate over them, or take values()."

/** What servers do not do, or do not heed, when they aggregate. */
function refuse({ bins, ops, cursor, policy = {} }: Asked): void {
  const { partitionFilter, maxRecords, includeBins, expectedDuration, filterExpression } = policy
  if (bins || ops || includeBins === false)
    throw invalid("An aggregation gets whole records: leave out what is selected.")
  if (cursor) throw invalid("An aggregation has no cursor: leave out from().")
  if (partitionFilter) throw invalid("An aggregation is of all partitions: leave out partitionFilter.")
  if (maxRecords) throw invalid("An aggregation is of all records: leave out maxRecords.")
  if (filterExpression) throw invalid("An aggregation takes no filter expression: let the function filter the stream.")
  if (expectedDuration === "short")
    throw invalid('An aggregation is no short query: leave out expectedDuration "short".')
}
