// How long a fresh process takes from import to the first answered get: ours and the official Node client, by turns.

import { askProcess } from "./process.mjs"
import { median } from "./report.mjs"

const program = new URL("cold-start-process.mjs", import.meta.url)

export async function coldStart(hosts, starts) {
  const set = `bench${Date.now().toString(36)}c`
  await askProcess(program, ["put", hosts, set])
  const times = { ours: [], official: [] }
  for (let i = 0; i < starts; i++) {
    for (const [kind, all] of Object.entries(times)) all.push((await askProcess(program, [kind, hosts, set])).ms)
  }
  return Object.fromEntries(
    Object.entries(times).map(([kind, all]) => [
      kind,
      { medianMs: median(all), leastMs: Math.min(...all), mostMs: Math.max(...all), all },
    ]),
  )
}
