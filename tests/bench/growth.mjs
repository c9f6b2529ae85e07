// What an operation costs the client as everything around it grows: nodes, operations in flight, bytes of a record, its
// bins, rows of a batch. Of the dev server in processes of its own, so that 1, 3 and 9 nodes are had anywhere.
//
//   node tests/bench/growth.mjs [--quick]      prints the tables
//   node tests/bench/growth.mjs --publish      writes docs/performance/growth.{md,json} and their charts
//
// Only the client's CPU time is measured, which is much the same whatever else the machine does. It is not a test.

import { mkdirSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { connect } from "aerospike-wasm"
import { growthDocument } from "./lib/growth-document.mjs"
import { machine } from "./lib/machine.mjs"
import { startNodes } from "./lib/nodes.mjs"

const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false }, publish: { type: "boolean", default: false } },
})
const seconds = options.quick ? 0.2 : 1.2
const folder = fileURLToPath(new URL("../../docs/performance/", import.meta.url))
const SET = "growth"
const patient = { totalTimeout: 60_000, socketTimeout: 60_000 }

const result = { machine: machine(), seconds, axes: [], idle: [] }
for (const count of [1, 3, 9]) {
  const nodes = await startNodes(count, 0)
  try {
    await onNodes(count, nodes.hosts)
  } finally {
    await nodes.close()
  }
}
result.axes.sort((a, b) => a.order - b.order)
for (const { title, unit, steps } of result.axes) {
  console.log(`${title}, ${unit}`)
  for (const { x, cost } of steps) console.log(`  ${String(x).padStart(9)} ${cost.toFixed(3).padStart(10)}`)
}
for (const { nodes, cpuUs, bytes } of result.idle) {
  console.log(`idle with ${nodes} nodes: ${cpuUs.toFixed(0)} µs of CPU and ${bytes.toFixed(0)} bytes a second`)
}
if (options.publish) {
  mkdirSync(folder, { recursive: true })
  const { text, charts } = growthDocument(result)
  writeFileSync(`${folder}growth.json`, `${JSON.stringify(result, null, 1)}\n`)
  writeFileSync(`${folder}growth.md`, text)
  for (const [name, content] of Object.entries(charts)) writeFileSync(`${folder}growth-${name}.svg`, content)
}

async function onNodes(count, hosts) {
  const own = await connect({ hosts, timeout: 10_000, coalesce: "off", policies: { read: patient, batch: patient } })
  const shared = await connect({ hosts, timeout: 10_000, policies: { read: patient } })
  try {
    await idle(own, count)
    const keys = await fill(own, 1000, (i) => ({ i }))
    await step(0, "Nodes: get, 128 in flight", "µs of client CPU an operation", count, gets(own, keys, 128))
    await step(
      1,
      "Nodes: get, 128 in flight, reads share requests",
      "µs of client CPU an operation",
      count,
      gets(shared, keys, 128),
    )
    if (count === 3) await inWidth(own, shared, keys)
  } finally {
    await own.close()
    await shared.close()
  }
}

async function inWidth(own, shared, keys) {
  for (const inFlight of [1, 8, 64, 512, 4096, 32_768, 100_000]) {
    const unit = "µs of client CPU an operation"
    await step(2, "Operations in flight: get", unit, inFlight, gets(own, keys, inFlight))
    await step(3, "Operations in flight: get, reads share requests", unit, inFlight, gets(shared, keys, inFlight))
  }
  for (const bytes of [10, 100, 1000, 10_000, 100_000, 1_000_000]) {
    const bins = { b: new Uint8Array(bytes) }
    const some = await fill(own, bytes > 10_000 ? 10 : 100, () => bins)
    const unit = "µs of client CPU an operation"
    await step(4, "Bytes of a record: get, 16 in flight", unit, bytes, gets(own, some, 16))
    await step(
      5,
      "Bytes of a record: put, 16 in flight",
      unit,
      bytes,
      loops(16, (i) => own.put(some[i % some.length], bins, patient)),
    )
  }
  for (const count of [1, 10, 100, 1000]) {
    const bins = Object.fromEntries(Array.from({ length: count }, (_, i) => [`bin${i}`, i]))
    const some = await fill(own, 100, () => bins)
    const unit = "µs of client CPU an operation"
    await step(6, "Bins of a record: get, 16 in flight", unit, count, gets(own, some, 16))
    await step(
      7,
      "Bins of a record: put, 16 in flight",
      unit,
      count,
      loops(16, (i) => own.put(some[i % some.length], bins, patient)),
    )
  }
  for (const rows of [1, 10, 100, 1000, 10_000, 100_000]) {
    const many = Array.from({ length: rows }, (_, i) => keys[i % keys.length])
    const at = Math.max(1, Math.min(8, Math.floor(20_000 / rows)))
    const work = loops(at, () => own.batchRead(many), rows)
    await step(8, "Rows of a batch", "µs of client CPU a row", rows, work)
  }
}

/** Work that so many loops do until they are told to end: resolves to the number of operations. */
function loops(count, one, each = 1) {
  return async (goesOn) => {
    let done = 0
    const loop = async (from) => {
      for (let i = from; goesOn(); i += count) {
        await one(i)
        done += each
      }
    }
    await Promise.all(Array.from({ length: count }, (_, i) => loop(i)))
    return done
  }
}

function gets(client, keys, inFlight) {
  return loops(inFlight, (i) => client.get(keys[i % keys.length]))
}

/** Adds to an axis what an operation costs at `x`. */
async function step(order, title, unit, x, work) {
  let axis = result.axes.find((known) => known.order === order)
  if (!axis) result.axes.push((axis = { order, title, unit, steps: [] }))
  await timed(work, seconds / 4)
  const { us, done } = await timed(work, seconds)
  axis.steps.push({ x, cost: us / done })
}

async function timed(work, long) {
  const end = performance.now() + long * 1000
  const before = process.cpuUsage()
  const done = await work(() => performance.now() < end)
  const { user, system } = process.cpuUsage(before)
  return { us: user + system, done }
}

/** What a client costs that is not asked for anything: it tends the cluster. */
async function idle(client, nodes) {
  const long = options.quick ? 2000 : 10_000
  const [cpu, { bytesSent, bytesReceived }] = [process.cpuUsage(), client.stats()]
  await new Promise((resolve) => setTimeout(resolve, long))
  const { user, system } = process.cpuUsage(cpu)
  const after = client.stats()
  const bytes = after.bytesSent - bytesSent + after.bytesReceived - bytesReceived
  result.idle.push({ nodes, clients: 2, cpuUs: ((user + system) / long) * 1000, bytes: (bytes / long) * 1000 })
}

async function fill(client, count, bins) {
  const keys = Array.from({ length: count }, (_, i) => ["test", SET, `${count}-${i}`])
  await Promise.all(keys.map((key, i) => client.put(key, bins(i), patient)))
  return keys
}
