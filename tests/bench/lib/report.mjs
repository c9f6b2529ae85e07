// Medians over the rounds, and the tables that a person reads.

import { bars, judge } from "../bars.mjs"

const measures = [
  "perSecond",
  "cpuUs",
  "serverCpuUs",
  "p50Ms",
  "p99Ms",
  "p999Ms",
  "peakBytes",
  "sentBytes",
  "receivedBytes",
]

/** The median of each measure over the rounds of one client in one workload; undefined where a round lacks it. */
export function medians(rounds) {
  const of = (measure) => {
    const values = rounds.map((round) => round[measure])
    return values.includes(undefined) ? undefined : median(values)
  }
  return Object.fromEntries(measures.map((measure) => [measure, of(measure)]))
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** All workloads, a line for each client, 80 columns wide. */
export function table({ workloads, figures, clients }) {
  return workloads.map((workload) => workloadTable(workload, figures[workload.id] ?? {}, clients)).join("\n\n")
}

export function workloadTable({ name, rows }, figures, clients) {
  const lines = [
    `${name}${rows > 1 ? " (per record)" : ""}`,
    `            ${rows > 1 ? "records" : "    ops"}/s     ×R  CPU µs  server    p50    p99  p99.9   MiB  bytes calls`,
  ]
  const official = figures.official?.perSecond
  for (const { id, label } of clients) {
    const row = figures[id]
    if (!row) continue
    const bytes = row.sentBytes === undefined ? undefined : row.sentBytes + row.receivedBytes
    lines.push(
      [
        `  ${label.padEnd(8)}`,
        gap(row.perSecond).padStart(12),
        ` ${cell(official && row.perSecond / official, 6, 2)}`,
        ` ${cell(row.cpuUs, 7, 2)}`,
        ` ${cell(row.serverCpuUs, 7, 2)}`,
        ...[row.p50Ms, row.p99Ms, row.p999Ms].map((ms) => ` ${cell(ms, 6, ms < 10 ? 2 : 1)}`),
        ` ${cell(row.peakBytes && row.peakBytes / 2 ** 20, 5, 0)}`,
        ` ${cell(bytes, 6, 0)}`,
        ` ${cell(row.calls, 5, row.calls < 10 ? 2 : 1)}`,
      ].join(""),
    )
  }
  return lines.join("\n")
}

/** Each bar that was measured, and whether it was reached, 80 columns wide. */
export function barTable(result) {
  const judged = bars.map((bar) => judge(bar, result))
  const measured = judged.filter(({ verdict }) => verdict !== "not measured")
  const lines = measured.map(({ text, wanted, value, verdict }) => {
    return `  ${verdict === "pass" ? "pass" : "MISS"} ${text.padEnd(42)} ${wanted.padEnd(20)} ${value.padStart(9)}`
  })
  const rest = judged.length - measured.length
  return [...lines, ...(rest > 0 ? [`  ${rest} of ${judged.length} bars were not measured`] : [])].join("\n")
}

function cell(value, width, digits) {
  // JSON has null for what is not a number.
  return (value === undefined || value === null ? "–" : value.toFixed(digits)).padStart(width)
}

/** A whole number with a gap between its thousands. */
export function gap(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, " ")
}
