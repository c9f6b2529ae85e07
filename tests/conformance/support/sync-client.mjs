// A sync client where a case has an async one. The case's thread has servers and taps to serve, so it must not sleep: the
// sync client is on another thread, which does (sync-thread.mjs), and what it is asked goes there as it goes from a sync
// client to its worker. So each argument and each result has crossed twice.

import { MessageChannel, Worker } from "node:worker_threads"
import { isLogger } from "../../../dist/log.js"
import { Channel } from "../../../dist/sync/channel.js"
import { clientOf, jobOf } from "../../../dist/sync/client.js"
import { CONNECT, cell, ITERATE, TAKE } from "../../../dist/sync/messages.js"

/** What the async client gives without a promise: here the case's thread waits for it, if the other is free. */
const AT_ONCE = ["nodes", "stats", "isConnected", "queryJob"]

class AsyncChannel extends Channel {
  #waiters = new Map()
  #cells

  constructor(worker, port, cells) {
    super(worker, port, cells, jobOf)
    this.#cells = new Int32Array(cells)
  }

  call(target, name, args, keeps) {
    if (target[0] === "client" && AT_ONCE.includes(name)) {
      if (this.#waiters.size > 0)
        throw new Error(`${name} is asked while another call waits, as no caller of a sync client can`)
      return super.call(target, name, args, keeps)
    }
    try {
      const number = this.begin(target, name, args, keeps)
      this.port.ref()
      return new Promise((resolve) => this.#waiters.set(number, resolve)).then(() => this.finish(number))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async *iterate(target, name, args) {
    const id = await this.call(target, ITERATE, [name, args])
    try {
      for (let some = await this.call(["held", id], TAKE, []); some.length > 0; ) {
        yield* some
        some = await this.call(["held", id], TAKE, [])
      }
    } finally {
      this.drop("held", id)
    }
  }

  arrived(number) {
    this.#waiters.get(number)?.()
    this.#waiters.delete(number)
    if (this.#waiters.size === 0) this.port.unref()
  }

  posted() {
    Atomics.add(this.#cells, cell.LENGTH, 1)
    Atomics.notify(this.#cells, cell.LENGTH)
  }
}

/** How long a closed client can still be asked. */
const lingerMs = 2000

export async function connect(config, ...options) {
  const cells = new SharedArrayBuffer(4 * (cell.LENGTH + 1))
  const { port1, port2 } = new MessageChannel()
  const workerData = { port: port2, cells }
  const worker = new Worker(new URL("./sync-thread.mjs", import.meta.url), { workerData, transferList: [port2] })
  worker.on("error", (error) => console.log(`the thread of a sync client failed: ${error.stack}`))
  const channel = new AsyncChannel(worker, port1, cells)
  const ownLogger = isLogger(config?.logger) ? config.logger : undefined
  if (ownLogger) channel.logger = ownLogger
  const end = () => worker.terminate()
  try {
    await channel.call(["client"], CONNECT, [ownLogger ? { ...config, logger: undefined } : config, ...options], true)
  } catch (error) {
    end()
    throw error
  }
  const client = clientOf(channel)
  let rest
  const { nodes, stats, isConnected } = client
  // Of a closed client, what the sync one says then.
  return Object.assign(client, {
    nodes: () => rest?.nodes ?? nodes.call(client),
    stats: () => rest?.stats ?? stats.call(client),
    isConnected: () => rest === undefined && isConnected.call(client),
    async close(...options) {
      const left = await channel.call(["client"], "close", options)
      if (rest) return
      rest = left
      setTimeout(end, lingerMs).unref?.()
    },
    [Symbol.asyncDispose]: () => client.close(),
  })
}

// What the async classes have beside.
const anyClient = clientOf(new Channel(undefined, new MessageChannel().port1, new SharedArrayBuffer(8), jobOf))
const anyQuery = anyClient.query("any")
const anyAggregation = anyQuery.aggregate("any", "any")
for (const one of [anyQuery, anyAggregation]) {
  Object.getPrototypeOf(one)[Symbol.asyncIterator] = function () {
    return this[Symbol.iterator]()
  }
}
Object.getPrototypeOf(anyAggregation).then = function (...next) {
  return this.value().then(...next)
}
