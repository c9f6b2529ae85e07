// What slow records cost those that are read beside them: gets of small records, one in a hundred of something slow, by a fixed
// depth of pipelining, by the one that adapts, and by the package of another folder, in turns and each in a process of its own.
//
//   node tests/bench/slow.mjs [--in-flight 32,128] [--rounds 3] [--ms 1500] [--slow-ms 10] [--before folder]
//
// On AEROSPIKE_HOSTS, where the slow thing is a read of the lowest integers of a long list, or on a dev server, where records of one
// set take `--slow-ms`. What is told is of the quick ones: the median of the rounds. CPU is of the client's process.

import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const self = fileURLToPath(import.meta.url)
const here = fileURLToPath(new URL("../../", import.meta.url))
const [ns, set, slowSet] = ["test", "bench-beside", "bench-slow"]
const RECORDS = 10_000
const LIST = 40_000

const { values: given } = parseArgs({
  options: {
    "in-flight": { type: "string", default: "32,128" },
    rounds: { type: "string", default: "3" },
    ms: { type: "string", default: "1500" },
    "slow-ms": { type: "string", default: "10" },
    before: { type: "string" },
    client: { type: "string" },
    server: { type: "boolean" },
  },
})

if (given.server) await serve()
else if (given.client) await measure(JSON.parse(given.client))
else await compare()

async function serve() {
  const { startDevServer } = await import(`${here}dist/devserver/index.js`)
  const server = await startDevServer()
  server.faults.add({ when: { command: "get", set: slowSet }, then: { delay: Number(given["slow-ms"]) } })
  console.log(server.hosts)
  process.stdin.resume().on("end", () => process.exit())
}

async function compare() {
  const real = process.env.AEROSPIKE_HOSTS
  const devserver = real
    ? undefined
    : spawn(process.execPath, [self, "--server", "--slow-ms", given["slow-ms"]], { stdio: ["pipe", "pipe", "inherit"] })
  const hosts =
    real ?? (await new Promise((resolve) => devserver.stdout.once("data", (text) => resolve(`${text}`.trim()))))
  const ways = [
    ["adaptive", here, { pipelining: "adaptive" }],
    ["fixed", here, { pipelining: "fixed" }],
    ...(given.before ? [["before", given.before, {}]] : []),
    ["depth 1", here, { pipelineDepth: 1, pipelining: "fixed" }],
  ]
  await run({ folder: here, hosts, config: {}, prepare: true })
  for (const slow of [true, false]) {
    for (const inFlight of given["in-flight"].split(",").map(Number)) {
      const told = new Map(ways.map(([name]) => [name, []]))
      for (let round = 0; round < Number(given.rounds); round++) {
        for (const [name, folder, config] of ways) {
          told
            .get(name)
            .push(
              await run({ folder, hosts, config, inFlight, slow, isReal: real !== undefined, ms: Number(given.ms) }),
            )
        }
      }
      console.log(`${inFlight} in flight, ${slow ? "1 % slow" : "all quick"}`)
      for (const [name, rounds] of told) {
        const median = (field) => rounds.map((round) => round[field]).sort((a, b) => a - b)[rounds.length >> 1]
        const ms = ["p50", "p99", "p999", "slowest"]
          .map((field) => `${field} ${median(field).toFixed(2).padStart(7)}`)
          .join("  ")
        const more = `slow ${median("slow").toFixed(1)} ms  ${median("conns")} connections  ${median("cpu").toFixed(1)} µs`
        console.log(`  ${name.padEnd(9)} ${median("rate").toFixed(0).padStart(7)}/s  ${ms}  ${more}`)
      }
    }
  }
  devserver?.stdin.end()
}

function run(work) {
  const child = spawn(process.execPath, [self, "--client", JSON.stringify(work)], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  let text = ""
  child.stdout.on("data", (more) => (text += more))
  return new Promise((resolve, reject) =>
    child.once("close", (code) =>
      code === 0 ? resolve(JSON.parse(text || "{}")) : reject(new Error(`ended with ${code}`)),
    ),
  )
}

async function measure({ folder, hosts, config, inFlight, slow, isReal, ms, prepare }) {
  const { connect, list } = await import(`${folder}dist/entry/node.js`)
  const policies = {
    read: { totalTimeout: 10_000 },
    operate: { totalTimeout: 10_000 },
    write: { totalTimeout: 10_000 },
  }
  const client = await connect({ hosts, coalesce: "off", timeout: 5000, policies, ...config })
  if (prepare) {
    const rows = Array.from({ length: RECORDS }, (_, i) => ({ key: [ns, set, i], bins: { i, s: "x".repeat(32) } }))
    await client.batchWrite(rows)
    // In no order, so that each read has to find one.
    await client.put([ns, slowSet, 0], { l: Array.from({ length: LIST }, (_, i) => (i * 7919) % LIST) })
    return client.close()
  }
  const find = [list.getByRankRange("l", 0, 3)]
  const [quick, slowly] = [[], []]
  let [random, began, cpu, stops] = [12_345, 0, 0, false]
  const caller = async () => {
    while (!stops) {
      random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fff_ffff
      const is = slow && (random >> 8) % 100 === 0
      const at = performance.now()
      if (is && isReal) await client.operate([ns, slowSet, 0], find)
      else if (is) await client.get([ns, slowSet, 0])
      else await client.get([ns, set, (random >> 8) % RECORDS])
      if (began > 0) (is ? slowly : quick).push(performance.now() - at)
    }
  }
  const callers = Array.from({ length: inFlight }, caller)
  await new Promise((resolve) => setTimeout(resolve, 500))
  ;[began, cpu] = [performance.now(), process.cpuUsage()]
  await new Promise((resolve) => setTimeout(resolve, ms))
  const used = process.cpuUsage(cpu)
  const elapsed = performance.now() - began
  const conns = client.stats?.().connectionsOpen ?? 0
  stops = true
  await Promise.all(callers)
  await client.close()
  quick.sort((a, b) => a - b)
  const part = (p) => quick[Math.floor(quick.length * p)] ?? 0
  const mean = slowly.reduce((sum, one) => sum + one, 0) / (slowly.length || 1)
  const count = quick.length + slowly.length
  const told = { p50: part(0.5), p99: part(0.99), p999: part(0.999), slowest: quick.at(-1), slow: mean, conns }
  console.log(JSON.stringify({ ...told, rate: (count / elapsed) * 1000, cpu: (used.user + used.system) / count }))
}
