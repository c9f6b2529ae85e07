// What callers see while nodes of a cluster die, return and are stopped: errors, the longest stretch without a read that
// succeeds, the longest write, and whether afterwards everything that was said of the data is true.
//
//   node tests/bench/failover.mjs [--seconds 120] [--client ours|official]     the dev server in three processes
//   node tests/bench/failover.mjs --hosts 127.0.0.1:3000 --seconds 40 --at 5 --do "kill -9 …" --at 15 --do "start …"
//
// 64 loops: half read, a quarter writes new keys, a quarter increments counters. Of the dev server every six seconds a
// node ends, by turns, two times of three by SIGKILL, and returns three and a half seconds later. On a cluster each `--at`
// names a second and its `--do` a shell command. An increment that may have happened is not tried again, unless by
// `--retry-adds`: then some can happen twice, with any client. It is not a test: it looks at the clock. It exits with 1 if a read failed
// or something that was told of the data is not true.

import { spawn } from "node:child_process"
import { parseArgs } from "node:util"
import { startNodes } from "./lib/nodes.mjs"

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: process.env.AEROSPIKE_HOSTS ?? "" },
    client: { type: "string", default: "ours" },
    seconds: { type: "string", default: "120" },
    at: { type: "string", multiple: true, default: [] },
    do: { type: "string", multiple: true, default: [] },
    loops: { type: "string", default: "64" },
    "retry-adds": { type: "boolean", default: false },
    agreement: { type: "string", default: "2000" },
  },
  allowPositionals: false,
})

const seconds = Number(values.seconds)
const loops = Number(values.loops)
const nodes = values.hosts ? undefined : await startNodes(3, values.agreement)
const plan = nodes
  ? storm()
  : values.at.map((at, index) => ({ at: Number(at) * 1000, text: values.do[index] ?? "true", act: shell }))
const patient = { maxRetries: 5, totalTimeout: 5000 }

const clients = { ours, official }
const client = await clients[values.client](nodes?.hosts ?? values.hosts)
const set = `failover${Date.now().toString(36)}`
const READS = 1000
const COUNTERS = 64

const start = performance.now()
const now = () => performance.now() - start

/** What was told of each write: acknowledged, failed, or in doubt. */
const puts = []
const counters = Array.from({ length: COUNTERS }, () => ({ done: 0, doubt: 0 }))
const errors = new Map()
const kinds = { get: stats(), put: stats(), add: stats() }
let over = false

function stats() {
  return { done: 0, failed: 0, longest: 0, longestAt: 0, gap: 0, gapAt: 0, last: 0, each: [] }
}

await Promise.all(
  Array.from({ length: READS }, (_, i) => client.put(client.key("test", set, `read-${i}`), { value: i })),
)
for (const kind of Object.values(kinds)) kind.last = now()
const begin = now()
for (const { at, text, act } of plan) {
  setTimeout(() => {
    console.log(`${sec(now())}: ${text}`)
    act(text)
  }, at)
}
setTimeout(() => (over = true), seconds * 1000)
await Promise.all(Array.from({ length: loops }, (_, i) => (i % 4 < 2 ? reads(i) : i % 4 === 2 ? writes(i) : adds(i))))
const wrong = await report()
await client.close()
await nodes?.close()
process.exit(wrong ? 1 : 0)

function shell(command) {
  spawn("sh", ["-c", command], { stdio: "ignore" })
}

/** Every six seconds a node of the dev server ends, and all are up again before the next does. */
function storm() {
  const cycles = Array.from({ length: Math.floor(seconds / 6) }, (_, cycle) => cycle)
  return cycles.flatMap((cycle) => {
    const node = (cycle + Math.floor(cycle / 3)) % 3
    const [text, signal] = cycle % 3 === 1 ? ["stop", "SIGTERM"] : ["kill", "SIGKILL"]
    return [
      { at: cycle * 6000 + 1000, text: `${text} node ${node}`, act: () => nodes.end(node, signal) },
      { at: cycle * 6000 + 4500, text: `start node ${node}`, act: () => nodes.start(node) },
    ]
  })
}

async function reads(loop) {
  for (let i = loop; !over; i += loops) {
    await time("get", () => client.get(client.key("test", set, `read-${i % READS}`)))
  }
}

async function writes(loop) {
  for (let i = loop; !over; i += loops) {
    const put = { id: `put-${i}`, told: "done" }
    puts.push(put)
    const failure = await time("put", () => client.put(client.key("test", set, put.id), { value: i }, patient))
    if (failure) put.told = failure.inDoubt ? "doubt" : "failed"
  }
}

async function adds(loop) {
  for (let i = loop; !over; i++) {
    const counter = counters[i % COUNTERS]
    const failure = await time("add", () => increment(client.key("test", set, `count-${i % COUNTERS}`)))
    if (!failure) counter.done++
    else if (failure.inDoubt) counter.doubt++
  }
}

async function increment(key) {
  if (values["retry-adds"]) return client.add(key, { value: 1 }, patient)
  const until = now() + patient.totalTimeout
  for (;;) {
    try {
      return await client.add(key, { value: 1 }, { ...patient, maxRetries: 0 })
    } catch (error) {
      if (error.inDoubt || now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

/** Does one thing; gives what it failed with. */
async function time(name, what) {
  const kind = kinds[name]
  const began = now()
  let failure
  try {
    await what()
  } catch (error) {
    failure = error
  }
  const ended = now()
  const took = ended - began
  if (took > kind.longest) Object.assign(kind, { longest: took, longestAt: began })
  if (failure) {
    kind.failed++
    const label = `${name}: ${failure.codeName ?? failure.code} ${failure.inDoubt ? "(in doubt)" : ""}`
    const entry = errors.get(label) ?? { count: 0, first: ended, last: ended, text: failure.message, each: [] }
    entry.count++
    entry.last = ended
    entry.each.push(`${sec(began)} to ${sec(ended)}, attempt ${failure.attempts} at ${failure.node}`)
    errors.set(label, entry)
    // A loop that fails at once is not a storm.
    await new Promise((resolve) => setTimeout(resolve, 5))
    return failure
  }
  kind.done++
  const second = Math.floor(ended / 500)
  kind.each[second] = (kind.each[second] ?? 0) + 1
  if (ended - kind.last > kind.gap) Object.assign(kind, { gap: ended - kind.last, gapAt: kind.last })
  kind.last = ended
}

async function report() {
  for (const [name, kind] of Object.entries(kinds)) {
    console.log(
      `${name}: ${kind.done} done, ${kind.failed} failed; longest ${kind.longest.toFixed(0)} ms (at ${sec(kind.longestAt)}); longest without a success ${kind.gap.toFixed(0)} ms (at ${sec(kind.gapAt)})`,
    )
    console.log(`  each half second: ${Array.from(kind.each, (count) => count ?? 0).join(" ")}`)
  }
  const all = Object.values(kinds)
  const took = (all[0].last - begin) / 1000
  const done = all.reduce((sum, kind) => sum + kind.done, 0)
  console.log(
    `${done} operations in ${took.toFixed(1)} s (${(done / took).toFixed(0)} a second), ${errors.size} kinds of errors`,
  )
  for (const [label, entry] of errors) {
    console.log(`${label} × ${entry.count} (${sec(entry.first)} to ${sec(entry.last)}): ${entry.text}`)
    for (const line of entry.each.slice(0, 8)) console.log(`  ${line}`)
  }
  // What was in doubt has happened by then, or never will.
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const wrong = { lost: 0, applied: 0, counters: 0 }
  let next = 0
  const check = async () => {
    for (let put = puts[next++]; put; put = puts[next++]) {
      const there = await client.get(client.key("test", set, put.id), patient).then(
        () => true,
        (error) => (error.code === 2 ? false : Promise.reject(error)),
      )
      if (put.told === "done" && !there) wrong.lost++
      if (put.told === "failed" && there) wrong.applied++
    }
  }
  await Promise.all(Array.from({ length: 64 }, check))
  const sums = { value: 0, done: 0, doubt: 0 }
  for (const [i, { done, doubt }] of counters.entries()) {
    const read = await client.get(client.key("test", set, `count-${i}`), patient)
    const value = Number((read.bins ?? read).value)
    if (value < done || value > done + doubt) {
      wrong.counters++
      console.log(`counter ${i}: ${value}, told ${done} done and ${doubt} in doubt`)
    }
    sums.value += value
    sums.done += done
    sums.doubt += doubt
  }
  console.log(`${sums.done} increments done and ${sums.doubt} in doubt; the counters say ${sums.value}`)
  console.log(
    `${puts.length} new keys: ${wrong.lost} lost, ${wrong.applied} there although they failed without doubt; ${wrong.counters} of ${COUNTERS} counters wrong`,
  )
  return kinds.get.failed + wrong.lost + wrong.applied + wrong.counters > 0
}

function sec(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}

// ── The clients, seen alike ─────────────────────────────────────────────────────────────────────────────────────

async function ours(hosts) {
  const { connect } = await import("aerospike-wasm")
  const client = await connect({ hosts })
  return {
    key: (...parts) => parts,
    get: (key, policy) => client.get(key, policy),
    put: (key, bins, policy) => client.put(key, bins, policy),
    add: (key, bins, policy) => client.add(key, "value", bins.value, policy),
    close: () => client.close(),
  }
}

async function official(hosts) {
  const { createRequire } = await import("node:module")
  const Aerospike = createRequire(new URL("../peers/package.json", import.meta.url))("aerospike")
  // It fails what finds no free connection; 100, its default, are too few to fill the set at once.
  const client = await Aerospike.connect({ hosts, maxConnsPerNode: 600, log: { level: Aerospike.log.OFF } })
  return {
    key: (...parts) => new Aerospike.Key(...parts),
    get: (key, policy) => client.get(key, policy && new Aerospike.ReadPolicy(policy)),
    put: (key, bins, policy) => client.put(key, bins, null, policy && new Aerospike.WritePolicy(policy)),
    add: (key, bins, policy) => client.incr(key, bins, null, policy && new Aerospike.OperatePolicy(policy)),
    close: async () => {
      client.close()
      Aerospike.releaseEventLoop()
    },
  }
}
