// The package's door `aerospike-wasm/metrics`: what all clients of this process count, for Prometheus. Whoever imports it wants
// operations counted, and they are from then on; programs that do not pay nothing.
//
// Needs `prom-client`, and `undici` to push: both are to be installed by whoever wants them.

import { check, flag, rule } from "../core/check.ts"
import { watch } from "../core/generated.ts"
import { environment } from "../entry/env.ts"
import { setWatch, watching } from "../observe.ts"
import { openMetrics, registry } from "./prom.ts"

export { type PushOptions, pushMetrics } from "./push.ts"
export {
  type MetricsServer,
  type MetricsServerOptions,
  startMetricsServer,
  stopMetricsServer,
} from "./server.ts"
export { registry }

/**
 * All metrics as text: Prometheus's format, or OpenMetrics with `{ openMetrics: true }`.
 *
 * @example
 * response.end(await getMetrics())
 */
export function getMetrics({ openMetrics: open = false }: { openMetrics?: boolean } = {}): Promise<string> {
  return (open ? openMetrics : registry).metrics()
}

/**
 * Whether the engines count operations, in all clients of this process. Default `true` from the first import of this module
 * on. What was counted stays.
 */
export function setMetricsEnabled(enabled: boolean): void {
  check("enabled", enabled, flag)
  setWatch(watch.COUNT, enabled)
}

/** Whether operations are counted. */
export function isMetricsEnabled(): boolean {
  return (watching() & watch.COUNT) !== 0
}

let stagesEnabled = false
let profiling = 0

/**
 * Whether the stages of operations are measured (`db_client_internal_stage_seconds`): `encode queue connect send wait decode
 * materialize`. It costs some ten clock readings an operation, half a microsecond: for the time of a search, not for always.
 * Default `false`, or `true` when the environment variable `AEROSPIKE_INTERNAL_METRICS` is `1`, `true`, `yes` or `on`.
 */
export function setInternalStageMetricsEnabled(enabled: boolean): void {
  check("enabled", enabled, flag)
  stagesEnabled = enabled
  updateStages()
}

/** Whether stages are measured. */
export function isInternalStageMetricsEnabled(): boolean {
  return (watching() & watch.STAGES) !== 0
}

/**
 * Measures stages while a function runs, and until its promise is settled; of all operations of the process in that time.
 *
 * @returns what the function returns.
 * @example
 * const rows = await internalStageProfiling(() => client.batchRead(keys))
 */
export function internalStageProfiling<T>(work: () => T): T {
  check(
    "work",
    work,
    rule("a function", (value) => typeof value === "function"),
  )
  profiling++
  updateStages()
  const end = () => {
    profiling--
    updateStages()
  }
  let result: T
  try {
    result = work()
  } catch (error) {
    end()
    throw error
  }
  if (!(result instanceof Promise)) {
    end()
    return result
  }
  return result.finally(end) as T
}

function updateStages(): void {
  setWatch(watch.STAGES, stagesEnabled || profiling > 0)
}

setMetricsEnabled(true)
if (/^(1|true|yes|on)$/i.test(environment("AEROSPIKE_INTERNAL_METRICS")?.trim() ?? "")) {
  setInternalStageMetricsEnabled(true)
}
