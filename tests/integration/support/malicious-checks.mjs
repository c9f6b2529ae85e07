// Lives with a malicious peer among honest nodes, one misdeed after the other, and prints what became of it, a line of JSON for each.
//
//   node|deno|bun malicious-checks.mjs <runtime> <{ seed, victim, peers: { misdeed: { port, … } } }>

import process from "node:process"
import { initSync } from "../../../pkg/engine/aerospike_wasm_engine.js"

const [runtime, told] = process.argv.slice(2)
const { seed, victim, peers } = JSON.parse(told)
const { connect, codeName, setLogLevel } = await import(`../../../dist/entry/${runtime}.js`)
const { [`${runtime}Transport`]: transport } = await import(`../../../dist/transport/${runtime}.js`)
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
setLogLevel(3)

const keys = Array.from({ length: 120 }, (_, n) => ["test", `malicious-${runtime}`, n])
/** For what must succeed however busy the machine is, and for what cannot. */
const patient = { totalTimeout: 20_000, socketTimeout: 20_000, maxRetries: 0, replica: "master" }
const hasty = { ...patient, totalTimeout: 300 }

/** A transport that takes the peer for the node before which it stands, and counts what is open. */
function through(port) {
  const counts = { opened: 0, open: 0 }
  return {
    counts,
    open(target, handlers) {
      counts.opened++
      counts.open++
      let over = false
      const end = () => {
        if (!over) counts.open--
        over = true
      }
      const to = target.port === victim ? { ...target, port } : target
      const closed = (...how) => {
        end()
        handlers.closed(...how)
      }
      const socket = transport.open(to, { ...handlers, closed })
      return {
        write: (bytes) => socket.write(bytes),
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        destroy() {
          end()
          socket.destroy()
        },
      }
    },
  }
}

/** How each of some operations ended: `OK`, or the code. */
async function endings(promises) {
  const settled = await Promise.allSettled(promises)
  return settled.map(({ status, reason }) => {
    if (status === "fulfilled") return "OK"
    return typeof reason.code === "number" ? codeName(reason.code) : `no error of ours: ${reason.stack ?? reason}`
  })
}

const kinds = (list) => [...new Set(list)].sort()

const honest = await connect({ hosts: seed, logger: () => {} })
await Promise.all(keys.map((key, n) => honest.put(key, { n, text: "an honest answer" }, patient)))
await honest.close()

/** The keys that only the peer can read, and the others. */
let theirs = []
let ours = []

async function live(port, { writes, info }) {
  // What lies about the cluster still serves.
  const [own, many] = info ? [patient, 20_000] : [hasty, 600]
  const way = through(port)
  const log = []
  const client = await connect({
    hosts: seed,
    transport: way,
    timeout: 500,
    tendInterval: 100,
    maxConnsPerNode: 16,
    maxErrorRate: 0,
    logger: (_, text) => log.length < 5000 && log.push(text),
  })
  const started = performance.now()
  if (theirs.length === 0) {
    const how = await endings(keys.map((key) => client.get(key, patient)))
    theirs = keys.filter((_, n) => how[n] !== "OK")
    ours = keys.filter((_, n) => how[n] === "OK")
  }
  const large = new Uint8Array(512 * 1024)
  // What the peer alone has, and meanwhile what it has not.
  const asked = writes
    ? theirs.map((key) => client.put(key, { large }, own))
    : theirs.map((key) => client.get(key, own))
  const meanwhile = []
  let busy = true
  const others = (async () => {
    do {
      meanwhile.push(...(await endings(ours.map((key) => client.get(key, patient)))))
      meanwhile.push(...(await endings(ours.slice(0, 5).map((key) => client.increment(key, "n", 0, patient)))))
    } while (busy)
  })()
  const alone = await endings(asked)
  const rows = await client.batchRead(theirs, {}, { totalTimeout: many, maxRetries: 0 }).catch((error) => error)
  const query = client.query("test", `malicious-${runtime}`).policy({ totalTimeout: many, maxRetries: 0 })
  const before = client.stats().nodes
  const found = await endings([query.results()])
  // Whoever floods a busy machine may be taken for dead meanwhile: then its replicas answer.
  const isGivenUp = Math.min(before, client.stats().nodes) < 3
  const took = performance.now() - started
  busy = false
  await others
  // What a replica has too, is read there.
  const reads = writes ? [] : theirs.map((key) => client.get(key, { ...patient, ...retried }))
  const again = await endings(reads)
  const isPolluted =
    "x" in {} || (reads.length > 0 && (await Promise.allSettled(reads)).some(({ value }) => value?.bins.x))
  const { inFlight, queued, nodes } = client.stats()
  await client.close()
  await pause(20)
  const { opened, open } = way.counts
  const rowCodes = Array.isArray(rows) ? rows.map(({ code }) => codeName(code)) : [`thrown: ${rows}`]
  return {
    alone: kinds(alone),
    meanwhile: kinds(meanwhile),
    rows: kinds(rowCodes),
    query: found,
    isGivenUp,
    again: kinds(again),
    isPolluted,
    took,
    left: { inFlight, queued, open },
    opened,
    nodes,
    log: kinds(log.map((text) => text.slice(0, 300))),
  }
}

const retried = { replica: "sequence", maxRetries: 5, socketTimeout: 500, totalTimeout: 5000 }

/** With nobody else to ask. */
async function seeded(port, more = {}) {
  const way = through(port)
  const log = []
  const config = { hosts: `127.0.0.1:${victim}`, transport: way, timeout: 400, singleNode: true, ...more }
  const started = performance.now()
  const client = await connect({ ...config, logger: (_, text) => log.push(text) }).catch((error) => error)
  const took = performance.now() - started
  const connected = typeof client.close === "function"
  if (connected) await client.close()
  await pause(20)
  return {
    connected,
    error: connected ? "" : `${codeName(client.code)}: ${client.message.slice(0, 200)}`,
    took,
    open: way.counts.open,
  }
}

for (const [name, { port, writes, info, tls }] of Object.entries(peers)) {
  let result
  try {
    result = tls ? { seed: await seeded(port, { tls: true }) } : await live(port, { writes, info })
    if (info) result.seed = await seeded(port)
  } catch (error) {
    result = { failed: String(error?.stack ?? error) }
  }
  const memory = Math.ceil(initSync().memory.buffer.byteLength / 2 ** 20)
  // Bun makes a buffer for each piece that it reads, and counts linear memory with the heap.
  globalThis.Bun?.gc(true)
  const heap = Math.floor(process.memoryUsage().heapUsed / 2 ** 20) - (runtime === "bun" ? memory : 0)
  console.log(JSON.stringify([name, { ...result, memory, heap }]))
}
