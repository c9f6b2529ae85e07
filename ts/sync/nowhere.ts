// `aerospike-wasm/sync` where no thread may sleep, as in a browser's page, or none can be started.

import type { Config } from "../config.ts"
import type { ConnectOptions } from "../connect.ts"
import { invalid } from "../errors.ts"

/** Throws: there is no sync client here. */
export function connectSync(_config: Config, _options?: ConnectOptions): never {
  throw invalid("connectSync needs Node, Deno or Bun: elsewhere a program may not wait. Use connect.")
}
