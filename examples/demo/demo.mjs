// A tour of the client on real data, run by `make demo`: write 4,181 airports to a cluster of three nodes, read each one
// back and compare it, read at random with many reads in flight, lose a node while doing so, and say what it all took.
//
//   AEROSPIKE_HOSTS=host:port       use this cluster instead of starting a dev server; no node is killed then
//   AEROSPIKE_NAMESPACE=test        where to write; the set is `aerospike_wasm_demo`, and it is emptied at the end
//
// Exits 0 if every operation succeeded and every record came back as it was written, else 1.

import { isDeepStrictEqual } from "node:util"
import { connect, RecordNotFoundError } from "aerospike-wasm"
import { airports } from "./airports.mjs"
import { startCluster } from "./cluster.mjs"
import { Phase, showClock, showProgress, showTable } from "./report.mjs"

const namespace = process.env.AEROSPIKE_NAMESPACE ?? "test"
const set = "aerospike_wasm_demo"
const readSeconds = 2
const outageSeconds = 4

const stop = new AbortController()
process.once("SIGINT", () => stop.abort(new Error("stopped by Ctrl-C")))

try {
  await demo()
} catch (error) {
  console.error(`\ndemo: ${error === stop.signal.reason ? error.message : (error.stack ?? error)}`)
  process.exitCode = 1
}

async function demo() {
  const records = airports()
  const bins = new Set(records.flatMap((record) => Object.keys(record.bins)))
  say("data", `${count(records.length)} airports with scheduled flights, up to ${bins.size} bins each`)

  const hosts = process.env.AEROSPIKE_HOSTS
  const cluster = hosts ? undefined : await startCluster(3)
  try {
    await tour(cluster?.hosts ?? hosts, cluster, records)
  } finally {
    await cluster?.stop()
  }
}

async function tour(hosts, cluster, records) {
  say(cluster ? "dev server" : "cluster", Array.isArray(hosts) ? hosts.join(", ") : String(hosts))
  const client = await connect({ hosts })
  say("connected", `${client.nodeNames().length} nodes: ${client.nodeNames().join(", ")}`)

  const phases = []
  const run = async (name, body) => {
    const phase = new Phase(name, () => client.stats().retries)
    phases.push(phase)
    await body(phase).finally(() => phase.end())
    return phase
  }
  const keyOf = (record) => [namespace, set, record.key]
  const read = async (phase, record) => {
    const found = await phase.time(client.get(keyOf(record)))
    if (found && !isDeepStrictEqual(found.bins, record.bins)) phase.fail(difference(record, found.bins))
  }

  try {
    const written = await run("put", async (phase) => {
      const step = showProgress("put", records.length)
      await inFlight(64, records, async (record) => {
        await phase.time(client.put(keyOf(record), record.bins))
        step()
      })
    })
    say("written", `${count(written.ops)} records in ${seconds(written)}`)

    const verified = await run("get, all", async (phase) => {
      const step = showProgress("get", records.length)
      await inFlight(64, records, async (record) => {
        await read(phase, record)
        step()
      })
    })
    say("verified", `${count(verified.ops)} records in ${seconds(verified)}, each deeply equal to what was written`)

    const random = await run("get, at random", async (phase) => {
      const endClock = showClock(phase, readSeconds)
      await inFlight(128, sampleFor(readSeconds, records), (record) => read(phase, record)).finally(endClock)
    })
    say("read", `${count(random.ops)} records at random in ${seconds(random)}, 128 in flight`)

    if (cluster) {
      const outage = await run("get, node killed", async (phase) => {
        const reading = inFlight(128, sampleFor(outageSeconds, records), (record) => read(phase, record))
        await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, (outageSeconds * 1000) / 4))])
        const before = phase.ops
        await cluster.kill(2)
        say("killed", `node 3 of 3, with 128 reads in flight, after ${count(before)} reads`)
        const endClock = showClock(phase, (outageSeconds * 3) / 4)
        await reading.finally(endClock)
        say("went on", `${count(phase.ops - before)} reads since, longest pause ${phase.longestPause.toFixed(0)} ms`)
      })
      say("retries", `${count(outage.retries)} reads were sent again to another node, ${count(outage.errors)} failed`)
    } else {
      say("skipped", "no node is killed: AEROSPIKE_HOSTS names a cluster that is not ours")
    }
  } finally {
    const removed = await run("remove", (phase) =>
      inFlight(64, records, (record) => phase.time(client.remove(keyOf(record)).catch(unlessNotFound)), {
        always: true,
      }),
    )
    say("removed", `${count(removed.ops)} records in ${seconds(removed)}`)
    await client.close()
  }

  showTable(phases)
  const failed = phases.filter((phase) => phase.errors > 0)
  for (const phase of failed)
    console.error(`\ndemo: ${phase.name}: ${count(phase.errors)} failed, the first: ${phase.firstError}`)
  if (failed.length > 0) process.exitCode = 1
  else console.log("\nEvery record came back as it was written. Errors: 0.")
}

/** Runs `body` for each item, `width` at a time, until the items end or Ctrl-C is pressed. */
async function inFlight(width, items, body, { always = false } = {}) {
  const queue = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      if (!always) stop.signal.throwIfAborted()
      await body(next.value)
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
}

/** Records for so many seconds, in an order that looks random and is the same in every run. */
function* sampleFor(seconds, records) {
  const until = performance.now() + seconds * 1000
  for (let state = 1; performance.now() < until; state = (state * 48271) % 0x7fffffff)
    yield records[state % records.length]
}

/** A record that was not written before Ctrl-C is not there to be removed. */
function unlessNotFound(error) {
  if (!(error instanceof RecordNotFoundError)) throw error
}

function difference(record, bins) {
  const names = new Set([...Object.keys(record.bins), ...Object.keys(bins)])
  const name = [...names].find((name) => !isDeepStrictEqual(record.bins[name], bins[name]))
  return new Error(`airport ${record.key}, bin ${name}: read ${show(bins[name])}, expected ${show(record.bins[name])}`)
}

function show(value) {
  return value === undefined ? "nothing" : JSON.stringify(value)
}

function say(what, text) {
  console.log(`${what.padEnd(11)} ${text}`)
}

function count(n) {
  return n.toLocaleString("en")
}

function seconds(phase) {
  return `${phase.seconds.toFixed(2)} s`
}
