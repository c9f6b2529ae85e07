// What a client counts.

import { stat } from "./core/generated.ts"
import { camelCase } from "./core/text.ts"
import type { Driver } from "./driver.ts"

/** Counters since the client was made, and a few gauges (`inFlight`, `queued`, `connectionsOpen`, `nodes`). */
export type Stats = Record<StatName, number>

type StatName = CamelCase<Exclude<keyof typeof stat, "LENGTH">>
type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<S>

const counters: readonly (readonly [name: string, index: number])[] = Object.entries(stat)
  .filter(([name]) => name !== "LENGTH")
  .map(([name, index]) => [camelCase(name), index])

export function statsOf(driver: Driver): Stats {
  return Object.fromEntries(counters.map(([name, index]) => [name, driver.stat(index)])) as Stats
}
