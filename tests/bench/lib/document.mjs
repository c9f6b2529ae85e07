// What docs/performance shows of a run: its JSON, charts, and a README that is made of every JSON there.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { bars, judge } from "../bars.mjs"
import { barChart } from "./chart.mjs"
import { gap, table } from "./report.mjs"

const folder = fileURLToPath(new URL("../../../docs/performance/", import.meta.url))

/** Each is of one kind of server; a later run replaces it. */
export function publish(result) {
  mkdirSync(folder, { recursive: true })
  const name = result.server.isDev ? "devserver" : "server"
  const { server } = result
  // Where the server was is nobody's business, and what each round gave stays in the bench's own results.
  const withoutRounds = (_, value) => (Array.isArray(value?.rounds) ? { ...value, rounds: undefined } : value)
  const told = { ...result, server: { ...server, name: server.isDev ? server.name : "Aerospike" } }
  writeFileSync(`${folder}${name}.json`, `${JSON.stringify(told, withoutRounds, 1)}\n`)
  const before = readdirSync(folder).filter((file) => file.startsWith(`${name}-`) && file.endsWith(".svg"))
  for (const file of before) rmSync(`${folder}${file}`)
  for (const [chart, content] of Object.entries(charts(result))) writeFileSync(`${folder}${name}-${chart}.svg`, content)
  writeFileSync(`${folder}README.md`, readme())
  console.log("docs/performance/README.md, its JSON and its charts are written")
}

// ── Charts ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const single = { get: "Gets", put: "Puts", operate: "Increment and read", mix: "Half gets, half puts" }

function charts(result) {
  const { workloads } = result
  const made = {}
  const add = (name, title, note, chosen, measure, text) => {
    const panels = chosen
      .map((workload) => panel(result, workload, measure, text))
      .filter(({ bars }) => bars.length > 0)
    if (panels.length > 0) made[name] = barChart({ title, note: `${note}; each panel has its own scale`, panels })
  }
  const of = (group) => workloads.filter((workload) => workload.group === group)
  for (const [group, title] of Object.entries(single)) {
    add(group, `${title} a second`, "One client process, one server; longer is better", of(group), "perSecond", gap)
  }
  const micro = (value) => `${value.toFixed(value < 10 ? 1 : 0)} µs`
  add("cpu", "What a get costs the client", "CPU of the whole process; shorter is better", of("get"), "cpuUs", micro)
  const ms = (value) => `${value.toFixed(value < 1 ? 2 : 1)} ms`
  add("p99", "99 of 100 gets are answered within", "Shorter is better", of("get"), "p99Ms", ms)
  const many = workloads.filter(({ rows }) => rows > 1)
  add("many", "Records a second, many at once", "Longer is better", many, "perSecond", gap)
  return made
}

function panel({ figures, clients }, { id, name, inFlight, rows }, measure, text) {
  const shown = clients.filter((client) => figures[id]?.[client.id]?.[measure] !== undefined)
  return {
    title: rows > 1 ? name : `${inFlight} in flight`,
    bars: shown.map((client) => {
      const value = figures[id][client.id][measure]
      const kind = client.isOurs ? "ours" : client.id === "official" ? "base" : "other"
      return { label: client.label, value, kind, text: text(value) }
    }),
  }
}

// ── README ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function readme() {
  const names = ["server", "devserver"].filter((name) => readdirSync(folder).includes(`${name}.json`))
  const sections = names.map((name) => section(name, JSON.parse(readFileSync(`${folder}${name}.json`, "utf8"))))
  return `# Performance

This page is made by \`make bench PUBLISH=1\`, from the figures beside it; nobody writes in it by hand. Absolute figures are
those of one machine on one day. What can be compared are clients within a run: they took turns on one server.

R is the official Node client as it comes; J, the fastest of the other official clients that were there. Each client is
one process: Go and Rust run one thread, Java one event loop, Python a thread a caller.

${sections.join("\n")}`
}

function section(name, result) {
  const { server, machine, options, clients, absent, at, size, memory, coldStart, counting } = result
  const title = server.isDev ? "On the dev server" : `On Aerospike ${server.build}`
  const lines = [`## ${title}`, ""]
  lines.push(
    `${at.slice(0, 10)}; ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node.slice(1)}; server and clients on this`,
    `one machine. Medians of ${options.rounds} rounds of ${options.ms / 1000} s, ${gap(options.records)} records for single operations, ${gap(options.manyRecords)} for batches and queries. The figures as`,
    `data: [${name}.json](${name}.json).`,
    "",
  )
  if (options.quick)
    lines.push("**A quick run: it shows that the bench works, and little of how fast anything is.**", "")
  if (server.limit) {
    lines.push(
      `The dev server itself answers ${gap(server.limit)} pipelined gets a second; what comes near that is limited by it.`,
      "",
    )
  }
  lines.push(clients.map(({ label, name, version }) => `- **${label}**: ${name}, ${version}`).join("\n"), "")
  if (absent.length > 0) lines.push("Not there:", "", absent.map((line) => `- ${line}`).join("\n"), "")
  lines.push("### Bars", "", barsTable(result), "")
  const drawn = Object.keys(charts(result)).map((chart) => `![${chart}](${name}-${chart}.svg)`)
  if (drawn.length > 0) lines.push("### Charts", "", drawn.join("\n\n"), "")
  lines.push("### Metrics, memory, start, size", "", rest({ counting, memory, coldStart, size, options }), "")
  if (result.workloads.length > 0) {
    lines.push(
      "### All figures",
      "",
      "×R: to the official Node client as it comes. CPU µs: of the client's process, and of the server's. p50, p99, p99.9: ms,",
      "of a whole batch or query. MiB: the process's peak. Bytes on its sockets, both ways. System calls of all its threads,",
      "counted apart, since counting slows them down. –: not known.",
      "",
      "```",
      table(result),
      "```",
      "",
    )
  }
  return lines.join("\n")
}

function barsTable(result) {
  const rows = bars.map((bar) => judge(bar, result))
  const line = ({ text, wanted, value, verdict }) => `| ${text} | ${wanted} | ${value} | ${verdict} |`
  return ["| what | wanted | measured | |", "| --- | --- | ---: | --- |", ...rows.map(line)].join("\n")
}

function rest({ counting, memory, coldStart, size, options }) {
  const lines = Object.entries(counting ?? {}).map(([job, { speed, cpu, cpuUs }]) => {
    const told = `${speed.toFixed(3)} of the speed and ${cpu.toFixed(3)} of the client CPU (${cpuUs.toFixed(2)} µs an operation)`
    return `- ${job} with metrics on, to the same process without, in turns of some tens of milliseconds: ${told}.`
  })
  if (memory) {
    const { inFlight, bytesAnOpInFlight, heapAnOpInFlight, outsideAnOpInFlight, linearAnOpInFlight } = memory
    const parts = [
      `${gap(heapAnOpInFlight)} in the JavaScript heap`,
      `${gap(outsideAnOpInFlight)} beside it`,
      `${gap(linearAnOpInFlight)} of linear memory`,
    ]
    lines.push(
      `- ${gap(inFlight)} gets in flight on ${memory.connections} connections take ${gap(bytesAnOpInFlight)} bytes each: ${parts.join(", ")}. An idle connection takes ${gap(memory.bytesAConnection)}.`,
      `- After ${gap(memory.sequentialGets)} gets, one after the other, and as many before to warm up, the heap has ${gap(memory.heapGrowth)} bytes more of ${gap(memory.heap)}, and linear memory ${gap(memory.linearGrowth)} more of ${gap(memory.linear)}.`,
    )
  }
  if (coldStart) {
    const { ours, official } = coldStart
    lines.push(
      `- From import to the first answered get, median of ${options.starts} fresh processes: ${ours.medianMs.toFixed(1)} ms; the official Node client: ${official.medianMs.toFixed(1)} ms.`,
    )
  }
  lines.push(`- The engine's .wasm is ${gap(size.bytes)} bytes, ${gap(size.gzipBytes)} with gzip.`)
  return lines.join("\n")
}
