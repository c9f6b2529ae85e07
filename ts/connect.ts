// `connect`, for whichever runtime: the entries bind it to theirs.

import { Client } from "./client.ts"
import { type Config, settingsOf } from "./config.ts"
import type { EngineModule } from "./core/engine.ts"
import { code } from "./core/generated.ts"
import type { AsciiSlice } from "./core/text.ts"
import { Driver } from "./driver.ts"
import { errorOf, invalid } from "./errors.ts"
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
  /** A faster way from ASCII bytes to a string than `TextDecoder`. */
  readonly ascii?: AsciiSlice
}

/**
 * Connects to a cluster. Resolves when operations can be sent; rejects with a `ClusterError` that says of each host why
 * it could not be used, or with `InvalidArgumentError` when the configuration is wrong.
 */
export type Connect = (config: Config) => Promise<Client>

/** Makes the `connect` of a runtime. */
export function connectOn(platform: Platform): Connect {
  return async (config) => {
    const settings = settingsOf(config, platform.readFile)
    const { tls } = settings
    const transport = settings.transport ?? (tls ? (await platform.tls?.())?.(tls) : platform.transport)
    if (!transport) {
      throw invalid(
        "There are no sockets here: give connect a transport (see aerospike-wasm/transport), or run on Node, Deno or Bun.",
      )
    }
    const module = await platform.engine(settings.wasm)
    let driver!: Driver
    const client = Client.over((listen) => {
      driver = new Driver(module, settings, transport, platform.ascii, listen)
      return driver
    }, settings.packer)
    const started = driver.start()
    if (!settings.failIfNotConnected) return client
    const ready = await started
    if (ready.code === code.OK) return client
    await driver.close(0)
    throw errorOf(ready.code, "connect", { cause: ready.cause }, ready.text)
  }
}
