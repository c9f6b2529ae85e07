// Measures this client beside the official one, in one run, on one server: a script that prints ratios, never a test.
//
//   node tests/bench/bench.mjs             on a dev server of its own
//   AEROSPIKE_HOSTS=h:3000 node tests/bench/bench.mjs
//   --quick      shorter and fewer rounds
//   --columns    reads of many records, as rows and as columns
//   --profile    only this client, and where its time goes
//   --flights 1,128   other numbers of operations in flight
//
// Each client has a process of its own, and they take turns (ours, official, ours, official …), so that what else the
// machine does strikes both alike. Shown are medians over the rounds; everything measured is in results/latest.json.

import { mkdirSync, writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { fileURLToPath } from "node:url"
import { startServer } from "../conformance/support/server.mjs"
import { startClient } from "./lib/client-handle.mjs"
import { summarise } from "./lib/profile.mjs"
import { rawLimit } from "./lib/raw-limit.mjs"
import { gap, manyTable, medians, table } from "./lib/report.mjs"

const results = fileURLToPath(new URL("results/", import.meta.url))
const options = parse(process.argv.slice(2))

mkdirSync(results, { recursive: true })
const server = await startServer({ nodes: 1 })
try {
  if (options.profile) await profile(server)
  else if (options.columns) await compareMany(server)
  else await compare(server)
} finally {
  await server.close()
}

function parse(args) {
  const quick = args.includes("--quick")
  const flights = args[args.indexOf("--flights") + 1]
  for (const arg of args) {
    if (arg.startsWith("-") && !["--quick", "--profile", "--columns", "--flights"].includes(arg))
      throw new Error(`${arg} is not known`)
  }
  return {
    profile: args.includes("--profile"),
    columns: args.includes("--columns"),
    flights: args.includes("--flights") ? flights.split(",").map(Number) : [1, 32, 128, 512],
    rounds: quick ? 3 : 7,
    ms: quick ? 700 : 2000,
    warmMs: quick ? 500 : 1500,
    records: quick ? 2_000 : 10_000,
  }
}

async function compare({ hosts, name, isDev }) {
  const { rounds, ms, warmMs, records, flights } = options
  console.log(`server: ${name}`)
  console.log(`machine: ${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}`)
  console.log(`records: ${records} of 5 bins (int, double, 32-character string, 16-byte blob, list of 3)`)

  const clients = {}
  const runs = []
  try {
    for (const kind of ["ours", "official"]) clients[kind] = await startClient(kind, hosts)
    const { set, digests } = await clients.ours.ask({ job: "load", records })
    await clients.official.ask({ job: "use", records, set })
    if (isDev) {
      const limit = await rawLimit(hosts, { set, digests, ms })
      console.log(`the dev server by itself answers ${gap(limit)} pipelined gets/s (raw socket, nothing decoded)`)
    }
    for (const [job, inFlight] of [...flights.map((n) => ["get", n]), ...flights.map((n) => ["put", n])]) {
      for (const client of Object.values(clients)) await client.ask({ job, inFlight, ms: warmMs })
      for (let round = 0; round < rounds; round++) {
        for (const kind of ["ours", "official"]) {
          runs.push({ client: kind, round, ...(await clients[kind].ask({ job, inFlight, ms })) })
        }
      }
      progress(".")
    }
    progress("\n")
    await clients.ours.ask({ job: "remove" })
  } finally {
    await Promise.all(Object.values(clients).map((client) => client.end()))
  }

  const rows = medians(runs)
  console.log(`\n${table(rows)}\n`)
  console.log(`medians of ${rounds} rounds of ${ms / 1000} s; ×: ours to official`)
  const path = `${results}latest.json`
  writeFileSync(
    path,
    `${JSON.stringify({ at: new Date().toISOString(), server: name, node: process.version, options, rows, runs }, null, 2)}\n`,
  )
  console.log("all that was measured: tests/bench/results/latest.json")
}

/** Batches and queries of many records: the official client's, and this one's rows and columns. */
async function compareMany({ hosts, name }) {
  const { rounds, ms, warmMs } = options
  console.log(`server: ${name}`)
  console.log(`machine: ${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}`)
  console.log("records: of an integer, or of 5 bins (integer, double, 32-character string, 16-byte blob, integer)")
  const clients = {}
  const rows = []
  try {
    for (const kind of ["ours", "official"]) clients[kind] = await startClient(kind, hosts)
    for (const bins of [1, 5]) {
      const { set } = await clients.ours.ask({ job: "loadMany", records: 100_000, bins })
      const batches = [
        ["official", "rows"],
        ["ours", "rows"],
        ["ours", "columns"],
      ]
      for (const [size, ways] of [
        [1000, batches],
        [100_000, [...batches, ["ours", "query rows"], ["ours", "query columns"]]],
      ]) {
        const runs = ways.map(([kind, way]) => ({ kind, way, size, bins, rounds: [] }))
        const ask = (run, ms) => clients[run.kind].ask({ job: "many", set, ms, way: run.way, size, bins })
        for (const run of runs) await ask(run, warmMs)
        for (let round = 0; round < rounds; round++) for (const run of runs) run.rounds.push(await ask(run, ms))
        rows.push(...runs)
        progress(".")
      }
      await clients.ours.ask({ job: "forget", set })
    }
    progress("\n")
  } finally {
    await Promise.all(Object.values(clients).map((client) => client.end()))
  }
  console.log(`\n${manyTable(rows)}\n`)
  console.log(`medians of ${rounds} rounds of ${ms / 1000} s, one batch or query at a time; ×: to the official batch`)
}

/** For a person who waits; nothing in a pipe. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(text)
}

async function profile({ hosts, name }) {
  console.log(`server: ${name}; gets, 128 in flight`)
  const client = await startClient("ours", hosts, [
    "--cpu-prof",
    `--cpu-prof-dir=${results}`,
    "--cpu-prof-name=latest.cpuprofile",
  ])
  try {
    await client.ask({ job: "load", records: options.records })
    await client.ask({ job: "get", inFlight: 128, ms: options.warmMs })
    const run = await client.ask({ job: "get", inFlight: 128, ms: options.ms * 3 })
    console.log(`${gap(run.opsPerSecond)} gets/s, ${run.cpuUsPerOp.toFixed(1)} µs of CPU each`)
    await client.ask({ job: "remove" })
  } finally {
    await client.end()
  }
  console.log(summarise(`${results}latest.cpuprofile`))
  console.log("for a profile viewer: tests/bench/results/latest.cpuprofile")
}
