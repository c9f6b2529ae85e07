// `aerospike-wasm/sync`: a client whose methods wait. The async client runs on a thread of its own, and the thread that
// calls sleeps until it has answered.

import { readFileSync } from "node:fs"
import { MessageChannel, Worker } from "node:worker_threads"
import { type Config, settingsOf } from "../config.ts"
import type { ConnectOptions } from "../connect.ts"
import { isPlainObject } from "../core/check.ts"
import { invalid } from "../errors.ts"
import { isLogger } from "../log.ts"
import { Channel } from "./channel.ts"
import { clientOf, jobOf } from "./client.ts"
import type { SyncClient } from "./generated.ts"
import { CONNECT, cell, type Start } from "./messages.ts"

export type {
  SyncAdmin,
  SyncAggregation,
  SyncBoundSet,
  SyncClient,
  SyncJob,
  SyncQuery,
  SyncQueryJob,
} from "./generated.ts"

/**
 * Connects to a cluster, and waits until that is done: for scripts and REPLs on Node, Deno and Bun. What can go wrong, and
 * how, is as with `connect`.
 *
 * The client has a thread of its own, which ends when it is closed, and does not keep the process.
 *
 * @param config - As `connect` takes it, without `transport`. A function as `password` has to give text, not a promise.
 * @throws InvalidArgumentError where a program cannot wait: in a browser's page, and where there are no threads.
 * @example
 * using client = connectSync({ hosts: "127.0.0.1:3000" })
 * const { bins } = client.get(["test", "users", "alice"])
 */
export function connectSync(config: Config, options?: ConnectOptions): SyncClient {
  assertWaiting()
  const checked = checkedConfig(config)
  // What is wrong is said before a thread is started for it.
  settingsOf(checked.config, readFileSync)
  const cells = new SharedArrayBuffer(cell.LENGTH * Int32Array.BYTES_PER_ELEMENT)
  const { port1, port2 } = new MessageChannel()
  const channel = new Channel(startThread({ port: port2, cells }), port1, cells, jobOf)
  channel.logger = checked.logger
  try {
    channel.call(["client"], CONNECT, [checked.config, options], true)
  } catch (error) {
    channel.end(() => invalid("The client is not connected."))
    throw error
  }
  return clientOf(channel)
}

function startThread(start: Start): Worker {
  return new Worker(new URL("../sync/worker.js", import.meta.url), {
    name: "aerospike-wasm/sync",
    workerData: start,
    transferList: [start.port],
    // What the program was started with, such as a text to run, is not for this thread.
    execArgv: [],
  })
}

/** What can cross, and what stays here. */
function checkedConfig(config: Config): { config: Config; logger: Config["logger"] } {
  if (!isPlainObject(config)) return { config, logger: undefined }
  const { transport, logger, ...rest } = config as Config
  if (transport !== undefined) {
    throw invalid("config.transport cannot be used by connectSync: its client has a thread of its own.")
  }
  if (logger === undefined || !isLogger(logger)) return { config, logger: undefined }
  return { config: rest, logger }
}

/** Some threads may not sleep. */
function assertWaiting(): void {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0)
  } catch (cause) {
    throw Object.assign(invalid("connectSync cannot be used here: this thread may not wait. Use connect."), { cause })
  }
}
