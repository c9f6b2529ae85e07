// Plays the model of rust/engine/benches/pipelining.rs and draws the charts of docs/performance/pipelining.md.
//
//   node tests/bench/pipelining.mjs

import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { barChart } from "./lib/chart.mjs"

const root = fileURLToPath(new URL("../../", import.meta.url))
const args = ["bench", "--manifest-path", "rust/Cargo.toml", "-p", "aerospike-sansio", "--bench", "pipelining"]
const text = execFileSync("cargo", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })
console.log(text)

/** Of each title the rows: `{ way, rate, p99 }`, where p99 is of quick records. */
const tables = new Map()
let rows = []
for (const line of text.split("\n")) {
  const row = /^ {2}(depth \d+|adaptive) +(.*)$/.exec(line)
  if (row) {
    const [rate, , p99] = row[2].trim().split(/ +/).map(Number)
    rows.push({ way: row[1], rate, p99 })
  } else if (/^\S/.test(line)) {
    rows = []
    tables.set(line, rows)
  }
}

const shown = [
  "8 in flight, 1 % slow by 10 ms",
  "128 in flight, 1 % slow by 10 ms",
  "128 in flight, 1 % slow by 50 ms",
  "16 threads of 0.1 ms, 128 in flight, all quick",
]
const draw = (name, title, field, unit) => {
  const panels = shown.map((of) => ({
    title: of,
    bars: tables.get(of).map(({ way, [field]: value }) => {
      const kind = way === "adaptive" ? "ours" : way === "depth 32" ? "base" : "other"
      return { label: way, value, kind, text: `${value} ${unit}` }
    }),
  }))
  const note = "Of a model: a server that does the requests of a connection one after another, one client thread."
  writeFileSync(`${root}docs/performance/${name}.svg`, barChart({ title, note, panels }))
}
draw("pipelining-p99", "p99 of quick records beside slow ones", "p99", "ms")
draw("pipelining-rate", "thousands of operations a second", "rate", "k")
