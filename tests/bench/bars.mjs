// What is wanted of this client, as ratios within one run: R is the official Node client as it comes, J the fastest of the
// other official clients there. Every document and every verdict comes of this table.

const R = "R"
const J = "J"

/** A ratio of `measure` of a client in a workload to that of another client (`to`) in the same one, or in `toWorkload`. */
export const bars = [
  { workload: "get@128", client: "ours", to: R, atLeast: 4 },
  { workload: "get@128", client: "ours", to: J, atLeast: 1.15 },
  { workload: "get@128", client: "ours", measure: "cpuUs", to: R, atMost: 1 / 5 },
  { workload: "get@128", client: "coalesce", to: R, atLeast: 9 },
  { workload: "get@128", client: "coalesce", to: J, atLeast: 2.5 },
  { workload: "get@128", client: "coalesce", measure: "cpuUs", to: R, atMost: 1 / 15 },
  { workload: "get@512", client: "ours", to: R, atLeast: 5 },
  { workload: "get@512", client: "coalesce", to: R, atLeast: 16 },
  { workload: "get@1", client: "ours", to: R, atLeast: 1.3 },
  { workload: "get@1", client: "ours", to: J, atLeast: 1 },
  { workload: "put@128", client: "ours", to: R, atLeast: 3.5 },
  { workload: "put@128", client: "ours", to: J, atLeast: 1 },
  { workload: "operate@128", client: "ours", to: R, atLeast: 3.5 },
  { workload: "operate@128", client: "ours", to: J, atLeast: 1 },
  { workload: "batch100", client: "ours", to: R, atLeast: 7 },
  { workload: "batch100", client: "ours", to: J, atLeast: 1 },
  { workload: "batch1000", client: "columns", to: R, atLeast: 12 },
  { workload: "batch1000", client: "columns", to: J, atLeast: 1.2 },
  { workload: "query", client: "ours", to: R, atLeast: 5.5 },
  { workload: "query", client: "ours", to: J, atLeast: 1 },
  { workload: "query-flat", client: "columns", to: R, atLeast: 8 },
  // Policies, deadlines, retries and routing together may cost a tenth of what a bare loop has.
  { workload: "get@128", client: "ours", to: "bare", atLeast: 0.9 },
  { workload: "put@128", client: "ours", to: "bare", atLeast: 0.9 },
  { workload: "get@128", client: "ours", measure: "p99Ms", to: R, toMeasure: "p50Ms", atMost: 1 },
  { workload: "get@512", client: "ours", to: "ours", toWorkload: "get@128", atLeast: 1 },
  ...["get", "put"].flatMap((job) => [
    { figure: `counting.${job}.speed`, name: `${job}@128, metrics on`, unit: "of the speed without", atLeast: 0.97 },
    { figure: `counting.${job}.cpu`, name: `${job}@128, metrics on`, unit: "of the client CPU without", atMost: 1.03 },
  ]),
  { figure: "memory.bytesAnOpInFlight", name: "memory of an operation in flight", unit: "bytes", atMost: 2048 },
  { figure: "memory.heapGrowth", name: "heap, after as many sequential gets", unit: "bytes more", atMost: 65_536 },
  { figure: "memory.linearGrowth", name: "linear memory, after them", unit: "bytes more", atMost: 0 },
  { figure: "coldStart.ours.medianMs", name: "import to first answered get, Node", unit: "ms", atMost: 60 },
  { figure: "size.gzipBytes", name: "the engine's .wasm, gzip", unit: "bytes", atMost: 250_000 },
]

const measures = { perSecond: "speed", cpuUs: "client CPU a record", p50Ms: "p50", p99Ms: "p99" }

/** The bar in words, its figure in this result, and "pass", "miss" or "not measured". */
export function judge(bar, result) {
  const { text, value } = bar.figure ? figureOf(bar, result) : ratioOf(bar, result)
  const limit = bar.atLeast === undefined ? `≤ ${shown(bar.atMost)}` : `≥ ${shown(bar.atLeast)}`
  const passes = bar.atLeast === undefined ? value <= bar.atMost : value >= bar.atLeast
  return {
    text,
    wanted: `${limit} ${bar.figure ? bar.unit : nameOf(bar, result)}`,
    value: value === undefined ? "" : shown(value),
    verdict: value === undefined ? "not measured" : passes ? "pass" : "miss",
  }
}

function figureOf({ figure, name }, result) {
  const value = figure.split(".").reduce((at, part) => at?.[part], result)
  return { text: name, value }
}

function ratioOf({ workload, client, measure = "perSecond", to, toMeasure = measure, toWorkload = workload }, result) {
  const mine = result.figures[workload]?.[client]?.[measure]
  const theirs = result.figures[toWorkload]?.[columnOf(to, toWorkload, result)]?.[toMeasure]
  return {
    text: `${workload} ${client}${measure === "perSecond" ? "" : `, ${measures[measure]}`}`,
    value: mine === undefined || theirs === undefined ? undefined : mine / theirs,
  }
}

/** The column that R or J is in a workload. */
export function columnOf(to, workload, { figures, clients }) {
  if (to === R) return "official"
  if (to !== J) return to
  const peers = clients.filter(({ id, isPeer }) => isPeer && figures[workload]?.[id])
  const speed = ({ id }) => figures[workload][id].perSecond
  return peers.sort((a, b) => speed(b) - speed(a))[0]?.id
}

function nameOf({ to, toMeasure, measure, toWorkload, workload }, result) {
  const of = toMeasure && toMeasure !== measure ? `'s ${measures[toMeasure]}` : ""
  if (to === J) {
    const id = columnOf(J, workload, result)
    return `J${id ? ` (${result.clients.find((client) => client.id === id).label})` : ""}${of}`
  }
  return `${to === "bare" ? "a bare loop" : to}${of}${toWorkload ? ` at ${toWorkload.split("@")[1]}` : ""}`
}

/** A number with as many digits as matter. */
function shown(value) {
  if (Number.isInteger(value)) return String(value)
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) < 1 ? 3 : 2)
}
