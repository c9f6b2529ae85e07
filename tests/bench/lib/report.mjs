// Medians over the rounds, and the table that a person reads.

/** One row a job and number in flight: the median of each measure for each client. */
export function medians(runs) {
  const rows = new Map()
  for (const run of runs) {
    const name = `${run.job} ${run.inFlight}`
    if (!rows.has(name)) rows.set(name, { job: run.job, inFlight: run.inFlight, ours: [], official: [] })
    rows.get(name)[run.client].push(run)
  }
  return [...rows.values()].map(({ job, inFlight, ours, official }) => ({
    job,
    inFlight,
    ours: middle(ours),
    official: middle(official),
  }))
}

function middle(runs) {
  const measures = ["opsPerSecond", "cpuUsPerOp", "p50Ms", "p99Ms"]
  return Object.fromEntries(measures.map((measure) => [measure, median(runs.map((run) => run[measure]))]))
}

function median(values) {
  const sorted = values.sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** Of reads of many records: how fast each way is beside the official batch of the same size. */
export function manyTable(rows) {
  const lines = [
    "   records  bins | way                    |  records/s      × | CPU µs a record      ×",
    "  ---------------+------------------------+-----------------+-----------------------",
  ]
  const of = ({ rounds }, measure) => median(rounds.map((round) => round[measure]))
  for (const row of rows) {
    const official = rows.find(
      (other) => other.kind === "official" && other.size === row.size && other.bins === row.bins,
    )
    const [speed, cpu] = ["recordsPerSecond", "cpuUsPerRecord"].map((measure) => [
      of(row, measure),
      of(official, measure),
    ])
    const cells = [
      `  ${gap(row.size).padStart(8)} ${String(row.bins).padStart(5)}`,
      `${row.kind} ${row.way}`.padEnd(22),
      `${gap(speed[0]).padStart(10)} ${(speed[0] / speed[1]).toFixed(2).padStart(6)}`,
      `${cpu[0].toFixed(3).padStart(15)} ${(cpu[0] / cpu[1]).toFixed(2).padStart(6)}`,
    ]
    lines.push(cells.join(" | "))
  }
  return lines.join("\n")
}

export function table(rows) {
  const lines = [
    "  in flight |        ops/s          |    CPU µs an op     |   p50 ms    |   p99 ms",
    "            |    ours offic.      × |  ours offic.      × |  ours offi. |  ours offi.",
    "  ----------+-----------------------+---------------------+-------------+------------",
  ]
  for (const { job, inFlight, ours, official } of rows) {
    const ops = [
      gap(ours.opsPerSecond).padStart(8),
      gap(official.opsPerSecond).padStart(6),
      ratio(ours, official, "opsPerSecond"),
    ]
    const cpu = [fixed(ours.cpuUsPerOp, 6), fixed(official.cpuUsPerOp, 6), ratio(ours, official, "cpuUsPerOp")]
    const p50 = [time(ours.p50Ms), time(official.p50Ms)]
    const p99 = [time(ours.p99Ms), time(official.p99Ms)]
    lines.push(
      `${job.padStart(5)} ${String(inFlight).padStart(5)} |${ops.join(" ")} |${cpu.join(" ")} |${p50.join(" ")} |${p99.join(" ")}`,
    )
  }
  return lines.join("\n")
}

function ratio(ours, official, measure) {
  return (ours[measure] / official[measure]).toFixed(2).padStart(6)
}

function fixed(value, width) {
  return value.toFixed(1).padStart(width)
}

function time(ms) {
  return ms.toFixed(ms < 10 ? 2 : 1).padStart(5)
}

/** A whole number with a gap between its thousands. */
export function gap(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, " ")
}
