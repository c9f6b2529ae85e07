// The page on growth: charts, and what follows for a fleet.

import { barChart } from "./chart.mjs"
import { gap } from "./report.mjs"

/** What the page reckons with, beside what was measured. */
const fleet = { operations: 1_000_000, nodes: 100, latencyMs: 1, busy: 0.6, comfortable: 32 }

/** Resolves to the text and the charts, by name. */
export function growthDocument(result) {
  const groups = [
    ["nodes", "Nodes", /^Nodes/],
    ["in-flight", "Operations in flight", /^Operations/],
    ["bytes", "Bytes of a record", /^Bytes/],
    ["bins", "Bins of a record", /^Bins/],
    ["rows", "Rows of a batch", /^Rows/],
  ]
  const charts = Object.fromEntries(
    groups.map(([name, title, axes]) => {
      const drawn = result.axes.filter((axis) => axes.test(axis.title))
      return [name, barChart({ title, note: `${drawn[0].unit}; ${result.machine.cpu}`, panels: drawn.map(panelOf) })]
    }),
  )
  const lines = [
    "# Growth",
    "",
    "What an operation costs the client, in CPU time, as everything around it grows. Made by `node tests/bench/growth.mjs",
    "--publish`, of the dev server in processes of its own; its figures are in `growth.json`.",
    "",
    `Machine: ${result.machine.cpu}, ${result.machine.cores} cores, ${result.machine.system}, Node ${result.machine.node}.`,
    "",
    "| what grows | from | to | cost from | cost to | |",
    "| --- | ---: | ---: | ---: | ---: | --- |",
    ...result.axes.map(rowOf),
    "",
    groups.map(([name, title]) => `![${title}](growth-${name}.svg)`).join("\n\n"),
    "",
    ...onPaper(result),
  ]
  return { text: `${lines.join("\n")}\n`, charts }
}

function panelOf({ title, steps }) {
  const of = title.replace(/^[^:]*: /, "")
  const bars = steps.map(({ x, cost }) => ({ label: gap(x), value: cost, kind: "ours", text: `${figure(cost)} µs` }))
  return { title: of[0].toUpperCase() + of.slice(1), bars }
}

/** How the cost grows beside what it grows with. What is given an operation may grow as the operation does, at most. */
function rowOf({ title, unit, steps }) {
  const [first, last] = [steps[0], steps.at(-1)]
  const grows = /^(Bytes|Bins)/.test(title)
  const rates = steps.slice(1).map(({ x, cost }, i) => cost / steps[i].cost / (grows ? x / steps[i].x : 1))
  const worst = Math.max(...rates)
  const verdict = grows
    ? `less than linear at every step: at most ${worst.toFixed(2)} of it`
    : `at most × ${worst.toFixed(2)} from a step to the next`
  const said = grows && worst > 1 ? `${worst.toFixed(2)} of linear at one step` : verdict
  return `| ${title} (${unit.replace("µs of client CPU ", "µs ")}) | ${gap(first.x)} | ${gap(last.x)} | ${figure(first.cost)} | ${figure(last.cost)} | ${said} |`
}

function onPaper({ axes, idle }) {
  const costOf = (order) => axes.find((axis) => axis.order === order).steps.at(-1).cost
  const { operations, nodes, latencyMs, busy, comfortable } = fleet
  const ways = [
    ["each get a request of its own", costOf(0)],
    ["gets of a turn share requests", costOf(1)],
  ].map(([name, cost]) => {
    const cores = (operations * cost) / 1e6
    const processes = Math.ceil(cores / busy)
    const inFlight = ((operations / processes) * latencyMs) / 1000
    const aNode = Math.max(1, Math.ceil(inFlight / nodes / comfortable))
    // One to tend it, and as many for writes as for reads.
    const connections = nodes * (1 + 2 * aNode)
    return { name, cost, cores, processes, inFlight, connections }
  })
  const many = idle.at(-1)
  const tendCpu = many.cpuUs / many.clients / many.nodes
  const tendBytes = many.bytes / many.nodes
  const row = (title, of) => `| ${title} | ${ways.map(of).join(" | ")} |`
  return [
    `## A million operations a second on a hundred nodes`,
    "",
    `Reckoned, not measured: with the cost an operation of the nine nodes above, ${latencyMs} ms from request to answer, processes of one`,
    `thread that are busy for ${busy * 100} % of their time, and ${comfortable} requests on a connection before another one is opened.`,
    "",
    `| | ${ways.map(({ name }) => name).join(" | ")} |`,
    `| --- | ---: | ---: |`,
    row("client CPU an operation", ({ cost }) => `${figure(cost)} µs`),
    row("cores of client CPU in all", ({ cores }) => cores.toFixed(1)),
    row("processes", ({ processes }) => processes),
    row("in flight in each", ({ inFlight }) => gap(inFlight)),
    row("connections of each", ({ connections }) => gap(connections)),
    row(
      "read buffers of each, 64 KiB a connection",
      ({ connections }) => `${gap((connections * 65_536) / 2 ** 20)} MiB`,
    ),
    row("connections at each node", ({ connections, processes }) => gap((connections * processes) / nodes)),
    row("to tend them: CPU of each process", () => `${((tendCpu * nodes) / 1000).toFixed(1)} ms a second`),
    row("to tend them: bytes at each node", ({ processes }) => `${gap((tendBytes * processes) / 1024)} KiB a second`),
    "",
    "An engine has one thread, so what takes more than a core takes several processes, or workers.",
    `A node is asked once a second whether anything changed: ${gap(tendBytes)} bytes both ways, ${figure(tendCpu)} µs of CPU. When partitions`,
    "move, a node's map is read anew by each process: 684 bytes a namespace and replica, whatever the number of nodes.",
    "",
  ]
}

function figure(value) {
  if (value >= 1000) return gap(value)
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
