// Measures this client beside the others, in one run, on one server: a script that prints ratios, never a test.
//
//   node tests/bench/bench.mjs             on a dev server of its own
//   AEROSPIKE_HOSTS=h:3000 node tests/bench/bench.mjs
//   --quick                  fewer records, fewer and shorter rounds: to see whether it works
//   --only get,put@128,…     some workloads; also batch, query, counting, memory, coldstart
//   --clients ours,official  some clients, by their ids in lib/clients.mjs
//   --flights 1,128          other numbers of operations in flight
//   --publish                writes docs/performance from what was measured; with --from FILE, from that
//   --profile                only this client, and where its time goes
//
// Each client has a process of its own, and they take turns (A B A B …), so that what else the machine does strikes all
// alike. Shown are medians over the rounds; everything measured is in results/latest.json.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { startServer } from "../conformance/support/server.mjs"
import { startClient } from "./lib/client-handle.mjs"
import { clients as allClients, column, start } from "./lib/clients.mjs"
import { coldStart } from "./lib/cold-start.mjs"
import { counting } from "./lib/counting.mjs"
import { publish } from "./lib/document.mjs"
import { listenersOf, machine } from "./lib/machine.mjs"
import { measure } from "./lib/measure.mjs"
import { memory } from "./lib/memory.mjs"
import { summarise } from "./lib/profile.mjs"
import { rawLimit } from "./lib/raw-limit.mjs"
import { shapes } from "./lib/records.mjs"
import { barTable, gap } from "./lib/report.mjs"
import { engineSize } from "./lib/size.mjs"
import { FLIGHTS, isChosen, workloads as workloadsOf } from "./lib/workloads.mjs"

const results = fileURLToPath(new URL("results/", import.meta.url))
const options = parse()

mkdirSync(results, { recursive: true })
if (options.from) await publishAll(JSON.parse(readFileSync(options.from, "utf8")))
else {
  const server = await startServer({ nodes: 1 })
  try {
    if (options.profile) await profile(server)
    else await compare(server)
  } finally {
    await server.close()
  }
}

function parse() {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      clients: { type: "string" },
      flights: { type: "string" },
      publish: { type: "boolean", default: false },
      from: { type: "string" },
      profile: { type: "boolean", default: false },
    },
  })
  const list = (text) => text?.split(",").filter(Boolean)
  const chosen = list(values.clients)
  const known = allClients.flatMap(({ id, bestOf }) => [id, bestOf])
  const wrong = chosen?.find((name) => !known.includes(name))
  if (wrong) throw new Error(`there is no client ${wrong}; there are: ${allClients.map(({ id }) => id).join(", ")}`)
  const { quick } = values
  return {
    quick,
    publish: values.publish,
    from: values.from,
    profile: values.profile,
    only: list(values.only),
    clients: chosen,
    flights: list(values.flights)?.map(Number) ?? (quick ? [1, 128, 512] : FLIGHTS),
    rounds: quick ? 2 : 5,
    ms: quick ? 200 : 1000,
    warmMs: quick ? 150 : 800,
    records: quick ? 2_000 : 10_000,
    manyRecords: quick ? 20_000 : 100_000,
    traceMs: quick ? 100 : 400,
    sequentialGets: quick ? 30_000 : 1_000_000,
    starts: quick ? 5 : 15,
    countingRounds: quick ? 20 : 200,
  }
}

/** Everything that was asked for, into one result. */
async function compare(server) {
  const { only } = options
  const workloads = workloadsOf(options).filter((workload) => isChosen(workload, only))
  const wants = (job) => !only || only.includes(job)
  if (workloads.length === 0 && !["counting", "memory", "coldstart"].some(wants)) {
    throw new Error(
      `nothing is called ${only}; there are: ${workloadsOf(options)
        .map(({ id }) => id)
        .join(", ")}`,
    )
  }
  const serverPids = server.pid ? [server.pid] : listenersOf(server.hosts)
  const result = {
    at: new Date().toISOString(),
    server: { name: server.name, isDev: server.isDev, isProcessKnown: serverPids.length > 0 },
    machine: machine(),
    options,
    absent: [],
    clients: [],
    workloads,
    figures: {},
    size: engineSize(),
  }
  if (workloads.length > 0) await measureAll(result, server, serverPids)
  if (wants("counting")) await part(() => measureCounting(result, server))
  if (wants("memory")) await part(() => measureMemory(result, server))
  if (wants("coldstart")) await part(() => measureStart(result, server))
  console.log(`\n${barTable(result)}\n`)
  writeFileSync(`${results}latest.json`, `${JSON.stringify(result, null, 2)}\n`)
  console.log("all that was measured: tests/bench/results/latest.json")
  if (options.publish) await publishAll(result)
}

/** What was measured before is not lost if this fails. */
async function part(measure) {
  try {
    await measure()
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  }
}

async function measureCounting(result, { hosts }) {
  result.counting = await counting(hosts, options)
  const all = Object.entries(result.counting).map(([job, { speed, cpu }]) => {
    return `${job} ${speed.toFixed(3)} of the speed, ${cpu.toFixed(3)} of the CPU`
  })
  console.log(`\nwith metrics on, to the same process without: ${all.join("; ")}`)
}

async function measureMemory(result, { hosts }) {
  result.memory = await memory(hosts, options)
  const { bytesAnOpInFlight, bytesAConnection, inFlight, heapGrowth, linearGrowth, sequentialGets } = result.memory
  const each = `${gap(bytesAnOpInFlight)} bytes an operation at ${gap(inFlight)} in flight`
  console.log(`\nmemory: ${each}, ${gap(bytesAConnection)} an idle connection;`)
  const growth = `heap ${signed(heapGrowth)}, linear memory ${signed(linearGrowth)} bytes`
  console.log(`  after ${gap(sequentialGets)} gets, one after the other: ${growth}`)
}

async function measureStart(result, { hosts }) {
  result.coldStart = await coldStart(hosts, options.starts)
  const all = Object.entries(result.coldStart).map(([kind, { medianMs }]) => `${kind} ${medianMs.toFixed(1)} ms`)
  console.log(`\nimport to first answered get, median of ${options.starts} processes: ${all.join(", ")}`)
}

async function measureAll(result, { hosts, name, isDev }, serverPids) {
  const { records, manyRecords, ms } = options
  const running = await startAll(result, hosts)
  try {
    const [loader] = running
    const prefix = `bench${Date.now().toString(36)}`
    const used = [...new Set(["single", ...result.workloads.map(({ set }) => set)])]
    const sets = Object.fromEntries(used.map((shape, i) => [shape, `${prefix}${i}`]))
    const counts = Object.fromEntries(
      used.map((shape) => [shape, typeof shapes[shape].key(0) === "number" ? manyRecords : records]),
    )
    const use = { sets, records: counts }
    result.server.build = loader.handle.server
    console.log(
      `server: ${name}, build ${loader.handle.server}${serverPids.length > 0 ? "" : "; its process is not known"}`,
    )
    console.log(
      `machine: ${result.machine.cores} × ${result.machine.cpu}, ${result.machine.system}, Node ${process.version}`,
    )
    for (const line of result.absent) console.log(`absent: ${line}`)
    await loader.handle.ask({ job: "load", ...use })
    try {
      if (isDev) {
        const limit = await rawLimit(hosts, { set: sets.single, keys: records, ms })
        result.server.limit = limit
        console.log(`the dev server by itself answers ${gap(limit)} pipelined gets/s (raw socket, nothing decoded)`)
      }
      await measure(result, running, { hosts, use, serverPids, options })
      console.log(
        `
medians of ${options.rounds} rounds of ${options.ms / 1000} s; ×R: to the official Node client as it comes; latencies in ms, of a whole
batch or query; MiB: the process's peak; bytes on its sockets, both ways; system calls counted apart, under strace`,
      )
    } finally {
      await loader.handle.ask({ job: "forget" })
    }
  } finally {
    await Promise.all(running.map(({ handle }) => handle.end()))
  }
}

/** Starts every client that can be; ours comes first. */
async function startAll(result, hosts) {
  const running = []
  const chosen = allClients.filter(
    ({ id, bestOf }) =>
      id === "ours" || !options.clients || [id, bestOf].some((name) => options.clients.includes(name)),
  )
  for (const client of chosen) {
    const handle = await start(client, hosts)
    if (!handle.absent) running.push({ ...client, handle })
    else if (client.id === "ours") throw new Error(handle.absent)
    else result.absent.push(`${client.name}: ${handle.absent}`)
  }
  for (const client of running) {
    const { label, name, isOurs, isPeer, bestOf, handle } = client
    if (result.clients.some(({ id }) => id === column(client))) continue
    const full = bestOf ? "official Node client, the better of its tuned command queues" : name
    result.clients.push({ id: column(client), label, name: full, version: handle.version, isOurs, isPeer })
  }
  return running
}

function signed(value) {
  return `${value < 0 ? "−" : "+"}${gap(Math.abs(value))}`
}

async function profile({ hosts, name }) {
  console.log(`server: ${name}; gets, 128 in flight`)
  const ours = allClients.find(({ id }) => id === "ours")
  const client = await startClient(ours, hosts, [
    "--cpu-prof",
    `--cpu-prof-dir=${results}`,
    "--cpu-prof-name=latest.cpuprofile",
  ])
  if (client.absent) throw new Error(client.absent)
  try {
    const sets = { single: `bench${Date.now().toString(36)}` }
    const run = { job: "run", what: "get", set: "single", rows: 1, inFlight: 128 }
    await client.ask({ job: "load", sets, records: { single: options.records } })
    await client.ask({ ...run, ms: options.warmMs })
    const { ops, tookMs, cpuUs } = await client.ask({ ...run, ms: options.ms * 5 })
    console.log(`${gap((ops / tookMs) * 1000)} gets/s, ${(cpuUs / ops).toFixed(1)} µs of CPU each`)
    await client.ask({ job: "forget" })
  } finally {
    await client.end()
  }
  console.log(summarise(`${results}latest.cpuprofile`))
  console.log("for a profile viewer: tests/bench/results/latest.cpuprofile")
}

/** Some of the figures stand in docs/tuning.md, too. */
async function publishAll(result) {
  publish(result)
  await import("../../scripts/reference.mjs")
}
