// The engine's numbers as metrics of prom-client, which is not part of this package: whoever wants metrics installs it. A
// metric here keeps nothing: it is asked when somebody scrapes.

import type { Metric, Registry as PromRegistry } from "prom-client"
import { code } from "../core/generated.ts"
import { ClientError } from "../errors.ts"
import { collect, type Sample, type Samples } from "./collect.ts"
import { type Family, families } from "./families.ts"

const prom = await import("prom-client").catch((cause: unknown) => {
  throw new ClientError(
    code.CLIENT,
    "aerospike-wasm/metrics needs prom-client, which is not installed: npm install prom-client",
    { cause },
  )
})
// A CommonJS module: not every runtime finds its names.
const { Registry } = prom.default ?? prom

/** A line of a metric, as prom-client writes them. */
interface Line {
  metricName?: string
  labels: Readonly<Record<string, string | number>>
  value: number
}

class EngineMetric {
  /** prom-client takes `_total` from it where OpenMetrics is written. */
  name: string
  readonly help: string
  readonly type: string
  readonly aggregator = "sum"
  readonly #family: Family

  constructor(family: Family) {
    this.name = family.name
    this.help = family.help
    this.type = family.type
    this.#family = family
  }

  async get(): Promise<object> {
    const { name, help, type, aggregator } = this
    const samples = [...snapshot().of(this.#family)]
    return {
      name,
      help,
      type,
      aggregator,
      values: type === "histogram" ? samples.flatMap((sample) => linesOf(name, sample)) : samples.map(lineOf),
    }
  }

  /** What is counted is the engine's, and goes on. */
  reset(): void {}
}

const lineOf = ({ labels, value }: Sample): Line => ({ labels, value })

function linesOf(name: string, { labels, value, counts = [], bounds }: Sample): Line[] {
  let count = 0
  const lines: Line[] = counts.map((one, i) => {
    count += one
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[i] ?? "+Inf" }, value: count }
  })
  lines.push({ metricName: `${name}_sum`, labels, value }, { metricName: `${name}_count`, labels, value: count })
  return lines
}

let taken: Samples | undefined

/** All metrics that are asked in one turn tell of one moment. */
function snapshot(): Samples {
  if (!taken) {
    taken = collect()
    queueMicrotask(() => {
      taken = undefined
    })
  }
  return taken
}

function registryOf(contentType: string): PromRegistry {
  const made = new (Registry as new (contentType: string) => PromRegistry)(contentType)
  for (const family of families) made.registerMetric(new EngineMetric(family) as unknown as Metric)
  return made
}

/**
 * All metrics of the clients of this process, as a `Registry` of prom-client: to be merged with others, or asked for
 * `metrics()`.
 *
 * @example
 * import { register, Registry } from "prom-client"
 * const all = Registry.merge([register, registry])
 */
export const registry: PromRegistry = registryOf(Registry.PROMETHEUS_CONTENT_TYPE)

/** The same in the words of OpenMetrics. */
export const openMetrics: PromRegistry = registryOf(Registry.OPENMETRICS_CONTENT_TYPE)
