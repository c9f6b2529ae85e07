// The data set of the demo as records: a key and bins. Origin and licence: ../data/README.md.

import { readFileSync } from "node:fs"
import { GeoJSON } from "aerospike-wasm"

/** @returns {{ key: string, bins: Record<string, unknown> }[]} */
export function airports() {
  const lines = readFileSync(new URL("../data/airports.jsonl", import.meta.url), "utf8")
    .trimEnd()
    .split("\n")
  return lines.map((line) => {
    const { ident, place, ...rest } = JSON.parse(line)
    return { key: ident, bins: { ...rest, place: GeoJSON.point(...place) } }
  })
}
