// `connect`, for whichever runtime: the entries bind it to theirs.

import { Client } from "./client.ts"
import { type Config, type Settings, settingsOf, workersFromText } from "./config.ts"
import { abortSignal, check, checkFields, isPlainObject } from "./core/check.ts"
import type { EngineModule } from "./core/engine.ts"
import { code } from "./core/generated.ts"
import type { AsciiSlice } from "./core/text.ts"
import { Driver, type Helped, type Helpers } from "./driver.ts"
import { type AerospikeError, errorOf, invalid } from "./errors.ts"
import type { OpenThread } from "./threads/thread.ts"
import type { ReadFile, TlsSettings } from "./tls.ts"
import type { Transport } from "./transport/index.ts"

/** What a runtime has. */
export interface Platform {
  /** Absent where there are no sockets of ours. */
  readonly transport?: Transport
  /** Loads what makes a transport whose connections are encrypted. */
  tls?(): Promise<(settings: TlsSettings) => Transport>
  /** Reads a file, for certificates that are given by their path. */
  readonly readFile?: ReadFile
  /** Loads the engine, once a realm; from the given module or bytes if there are any. */
  engine(wasm: object | undefined): EngineModule | Promise<EngineModule>
  /** Loads what begins threads that run this package. Absent where there are none. */
  threads?(): Promise<OpenThread>
  /** The value of an environment variable. */
  environment?(name: string): string | undefined
  /** A faster way from ASCII bytes to a string than `TextDecoder`. */
  readonly ascii?: AsciiSlice
}

/** What `connect` takes beside the configuration. */
export interface ConnectOptions {
  /**
   * Gives connecting up: every socket is closed, and `connect` rejects with code `ABORTED` and the signal's reason as its
   * cause. It has no effect on a client that is connected: see {@link Client.close}.
   */
  signal?: AbortSignal | undefined
}

/**
 * Connects to a cluster. Resolves when operations can be sent; rejects with a `ClusterError` that says of each host why
 * it could not be used, or with `InvalidArgumentError` when the configuration is wrong.
 *
 * @example
 * const client = await connect({ hosts: "db1.example:3000" }, { signal: AbortSignal.timeout(3000) })
 */
export type Connect = (config: Config, options?: ConnectOptions) => Promise<Client>

/** Makes the `connect` of a runtime. */
export function connectOn(platform: Platform): Connect {
  // Read once, so that all clients of a process agree.
  let workers: number | undefined
  return async (config, options = {}) => {
    workers ??= platform.threads ? workersFromText(platform.environment?.("AEROSPIKE_RUNTIME_WORKERS")) : 0
    const settings = settingsOf(config, platform.readFile, isPlainObject(config) && config.transport ? 0 : workers)
    const signal = signalOf(options)
    const { tls } = settings
    const transport = settings.transport ?? (tls ? (await platform.tls?.())?.(tls) : platform.transport)
    if (!transport) {
      throw invalid(
        "There are no sockets here: give connect a transport (see aerospike-wasm/transport), or run on Node, Deno or Bun.",
      )
    }
    const helpers = settings.workers.count > 0 ? await helpersOf(platform, settings) : undefined
    const module = await platform.engine(settings.wasm)
    if (signal?.aborted) throw givenUp(signal)
    let driver!: Driver
    const client = Client.over((listen) => {
      driver = new Driver(module, settings, transport, platform.ascii, listen, helpers)
      return driver
    }, settings.packer)
    const started = driver.start()
    if (!settings.failIfNotConnected) return client
    const giveUp = () => void driver.close(0)
    signal?.addEventListener("abort", giveUp)
    const ready = await started
    signal?.removeEventListener("abort", giveUp)
    if (signal?.aborted) {
      await driver.close(0)
      throw givenUp(signal)
    }
    if (ready.code === code.OK) return client
    await driver.close(0)
    throw errorOf(ready.code, "connect", { cause: ready.cause }, ready.text)
  }
}

async function helpersOf(platform: Platform, settings: Settings): Promise<(helped: Helped) => Helpers> {
  const { count } = settings.workers
  if (!platform.threads) throw invalid(`config.workers is ${count}: there are no threads here, leave it out.`)
  if (settings.transport) {
    throw invalid(
      `config.workers is ${count}: config.transport cannot be used by other threads, leave one of them out.`,
    )
  }
  const [open, { Crew }] = await Promise.all([platform.threads(), import("./threads/crew.ts")])
  return (helped) => new Crew(settings, open, platform.ascii, helped)
}

function signalOf(options: ConnectOptions): AbortSignal | undefined {
  checkFields("options", options, ["signal"])
  if (options.signal !== undefined) check("options.signal", options.signal, abortSignal)
  return options.signal
}

function givenUp({ reason }: AbortSignal): AerospikeError {
  return errorOf(code.ABORTED, "connect", { cause: reason })
}
