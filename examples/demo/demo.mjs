// A tour of the client on real data, run by `make demo`: write 4,181 airports to a cluster of three nodes, read each one
// back and compare it, read at random with many reads in flight, lose a node while doing so, and say what it all took.
//
//   AEROSPIKE_HOSTS=host:port       use this cluster instead of starting a dev server; no node is killed then
//   AEROSPIKE_NAMESPACE=test        where to write; the set is `aerospike_wasm_demo`, and it is emptied at the end
//
// Exits 0 if every operation succeeded and every record came back as it was written, else 1.

import { setTimeout as sleep } from "node:timers/promises"
import { isDeepStrictEqual } from "node:util"
import { AerospikeError, connect } from "aerospike-wasm"
import { airports } from "./airports.mjs"
import { startCluster } from "./cluster.mjs"
import { count, Phase, say, showClock, showProgress, showTable } from "./report.mjs"

const namespace = process.env.AEROSPIKE_NAMESPACE ?? "test"
const set = "aerospike_wasm_demo"
const records = airports()
const readSeconds = 2
const outageSeconds = 4

const stop = new AbortController()
process.once("SIGINT", () => stop.abort(new Failure("stopped by Ctrl-C")))

/** Something that the reader is told without a stack. */
class Failure extends Error {}

try {
  const binsMax = Math.max(...records.map((record) => Object.keys(record.bins).length))
  say("data", `${count(records.length)} airports with scheduled flights, up to ${binsMax} bins each`)
  const hosts = process.env.AEROSPIKE_HOSTS
  if (hosts) await tour(hosts, undefined)
  else await withDevServer(tour)
  console.log("\nEvery record came back as it was written. Errors: 0.")
} catch (error) {
  const known = error instanceof Failure || error instanceof AerospikeError
  console.error(`\ndemo: ${known ? error.message : error.stack}`)
  process.exitCode = 1
}

async function withDevServer(body) {
  const cluster = await startCluster(3)
  try {
    await body(cluster.hosts, cluster)
  } finally {
    await cluster.stop()
  }
}

async function tour(hosts, cluster) {
  say(cluster ? "dev server" : "cluster", String(hosts))
  // What the client logs is shown after the part of the tour that it belongs to, each line once.
  const logged = new Map()
  const logger = (_level, message) => logged.set(message, (logged.get(message) ?? 0) + 1)
  const client = await connect({ hosts, logger })
  const nodes = client.nodeNames()
  say("connected", `to ${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}: ${nodes.join(", ")}`)

  const phases = []
  const run = async (name, chapter) => {
    const phase = new Phase(name, () => client.stats().retries)
    phases.push(phase)
    await chapter(phase, client, cluster).finally(() => phase.end())
    for (const [line, times] of logged) say("log", times > 1 ? `${line} (${times} times)` : line)
    logged.clear()
    if (phase.errors > 0) throw new Failure(`${name}: ${count(phase.errors)} failed, the first: ${phase.firstError}`)
  }
  let failure
  const attempt = (body) => body().catch((error) => (failure ??= error))
  await attempt(async () => {
    await run("put", writeAll)
    await run("get, all", verifyAll)
    await run("get, at random", readAtRandom)
    if (cluster) await run("get, node killed", readThroughOutage)
    else say("skipped", "no node is killed: AEROSPIKE_HOSTS names a cluster that is not ours")
  })
  await attempt(() => run("remove", removeAll))
  await client.close()
  showTable(phases)
  if (failure) throw failure
}

async function writeAll(phase, client) {
  const step = showProgress("put", records.length)
  await inFlight(64, records, async (record) => {
    await phase.time(client.put(keyOf(record), record.bins))
    step()
  })
  say("written", `${count(phase.ops - phase.errors)} records in ${phase.took()}`)
}

async function verifyAll(phase, client) {
  const step = showProgress("get", records.length)
  await inFlight(64, records, async (record) => {
    await verify(phase, client, record)
    step()
  })
  say(
    "verified",
    `${count(phase.ops - phase.errors)} records in ${phase.took()}, each deeply equal to what was written`,
  )
}

async function readAtRandom(phase, client) {
  const endClock = showClock(phase, readSeconds)
  await inFlight(128, sampleFor(readSeconds), (record) => verify(phase, client, record)).finally(endClock)
  say("read", `${count(phase.ops)} records at random in ${phase.took()}, 128 in flight`)
}

async function readThroughOutage(phase, client, cluster) {
  const reading = inFlight(128, sampleFor(outageSeconds), (record) => verify(phase, client, record))
  const beforeSeconds = outageSeconds / 4
  const endClockBefore = showClock(phase, beforeSeconds)
  await Promise.race([reading, sleep(beforeSeconds * 1000)]).finally(endClockBefore)
  await cluster.kill(2)
  const before = phase.ops
  say("killed", `node 3 of 3, with 128 reads in flight, after ${count(before)} reads`)
  const endClockAfter = showClock(phase, outageSeconds - beforeSeconds)
  await reading.finally(endClockAfter)
  say("went on", `${count(phase.ops - before)} reads since, longest pause ${phase.longestPause.toFixed(0)} ms`)
  say(
    "retried",
    `${count(client.stats().retries)} reads were sent again to another node, ${count(phase.errors)} failed`,
  )
}

async function removeAll(phase, client) {
  // Writes are not retried by default. Removing twice does no harm, and a node may have just been lost.
  const policy = { maxRetries: 10, sleepBetweenRetries: 200, totalTimeout: 5000 }
  await inFlight(64, records, (record) => phase.time(client.remove(keyOf(record), policy)), { evenWhenStopped: true })
  say("removed", `${count(phase.ops - phase.errors)} records in ${phase.took()}`)
}

function keyOf(record) {
  return [namespace, set, record.key]
}

/** Reads a record and compares it with what was written. */
async function verify(phase, client, record) {
  const found = await phase.time(client.get(keyOf(record)))
  if (found && !isDeepStrictEqual(found.bins, record.bins)) phase.fail(new Error(difference(record, found.bins)))
}

function difference(record, bins) {
  const names = [...Object.keys(record.bins), ...Object.keys(bins)]
  const name = names.find((name) => !isDeepStrictEqual(record.bins[name], bins[name]))
  return `airport ${record.key}, bin ${name}: read ${show(bins[name])}, expected ${show(record.bins[name])}`
}

function show(value) {
  return value === undefined ? "nothing" : JSON.stringify(value)
}

/** Runs `body` for each item, `width` at a time, until the items end or Ctrl-C is pressed. */
async function inFlight(width, items, body, { evenWhenStopped = false } = {}) {
  const queue = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      if (!evenWhenStopped) stop.signal.throwIfAborted()
      await body(next.value)
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
}

/** Records for so many seconds, in an order that looks random and is the same in every run. */
function* sampleFor(seconds) {
  const until = performance.now() + seconds * 1000
  for (let state = 1; performance.now() < until; state = (state * 48271) % 0x7fffffff) {
    yield records[state % records.length]
  }
}
