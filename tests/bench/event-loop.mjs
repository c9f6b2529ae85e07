// How long the caller's event loop is blocked by work on many records, without and with worker threads: the longest stretch
// between two turns of the loop while one operation is under way, and how long the operation took.
//
//   node tests/bench/event-loop.mjs [--rows 100000] [--rounds 7] [--workers 0,2]
//   AEROSPIKE_HOSTS=127.0.0.1:3000 node tests/bench/event-loop.mjs      else a dev server in a process of its own
//   node tests/bench/event-loop.mjs --sizes 100,500,1000,5000           batches of so many records alone: where `from` should lie
//
// Settings take turns, and medians of the rounds are printed. The loop is watched by setImmediate, which keeps it turning.
// Where Linux tells it, the time in which the thread wanted to run and had no core is not counted; the line "nothing" is
// what is left of the machine's noise.

import { openSync, readSync } from "node:fs"
import { parseArgs } from "node:util"
import { connect, LogLevel, setLogLevel } from "aerospike-wasm"
import { startNodes } from "./lib/nodes.mjs"
import { NAMESPACE, shapes } from "./lib/records.mjs"

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000" },
    rounds: { type: "string", default: "7" },
    workers: { type: "string", default: "0,2" },
    sizes: { type: "string" },
    json: { type: "boolean", default: false },
  },
  allowPositionals: false,
})
const rows = Number(values.rows)
const rounds = Number(values.rounds)
const set = "eventloop"
const { schema, bins } = shapes.flat
const policy = { totalTimeout: 60_000, socketTimeout: 0 }

setLogLevel(LogLevel.ERROR)
const text = new Uint8Array(128)
const schedule = openedIfThere(`/proc/self/task/${process.pid}/schedstat`)
const nodes = process.env.AEROSPIKE_HOSTS ? undefined : await startNodes(1, "1000")
const hosts = process.env.AEROSPIKE_HOSTS ?? nodes.hosts

/** By the number of threads. */
const clients = new Map()
for (const workers of values.workers.split(",").map(Number)) {
  clients.set(workers, await connect({ hosts, timeout: 10_000, workers: { count: workers, from: 1 } }))
}
const any = clients.values().next().value
const { response: build } = await any.infoRandomNode("build")
await load(any)

const ids = Int32Array.from({ length: rows }, (_, i) => i)
const keysOf = (count) => Array.from({ length: count }, (_, i) => [NAMESPACE, set, i])

/** What is done, by the name that is printed; each gives how many records there were. */
const works = values.sizes
  ? Object.fromEntries(
      values.sizes.split(",").flatMap((size) => {
        const [keys, some] = [keysOf(Number(size)), ids.subarray(0, Number(size))]
        return [
          [`batchReadColumns, ${size}`, async (client) => (await readColumns(client, some)).length],
          [`batchRead, ${size}`, async (client) => (await client.batchRead(keys, {}, policy)).length],
        ]
      }),
    )
  : {
      nothing: () => new Promise((resolve) => setTimeout(() => resolve(0), 200)),
      batchReadColumns: async (client) => (await readColumns(client, ids)).length,
      batchRead: async (client) => (await client.batchRead(keysOf(rows), {}, policy)).length,
      "query.columns": async (client) => (await query(client).columns(schema)).length,
      "query.results": async (client) => (await query(client).results()).length,
      "for await query": async (client) => {
        let count = 0
        for await (const _ of query(client)) count++
        return count
      },
    }

const results = []
for (const [name, work] of Object.entries(works)) {
  const seen = new Map([...clients.keys()].map((workers) => [workers, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const [workers, client] of clients) {
      const one = await watch(() => work(client))
      // The first is for the compilers.
      if (round > 0) seen.get(workers).push(one)
    }
  }
  for (const [workers, all] of seen) {
    const [block, took] = [median(all.map((one) => one.block)), median(all.map((one) => one.took))]
    results.push({
      name,
      workers,
      records: all[0].records,
      block,
      took,
      best: Math.min(...all.map((one) => one.block)),
    })
  }
}

if (values.json) console.log(JSON.stringify({ build, rows, rounds, results }))
else {
  console.log(`server ${build}, Node ${process.versions.node}, ${rounds} rounds; records of 5 bins`)
  console.log(`| what | records | workers | longest block, ms | of the best round | took, ms |`)
  console.log(`| --- | ---: | ---: | ---: | ---: | ---: |`)
  for (const { name, workers, records, block, best, took } of results) {
    console.log(`| ${name} | ${records} | ${workers} | ${block.toFixed(1)} | ${best.toFixed(1)} | ${took.toFixed(1)} |`)
  }
}

await any.truncate(NAMESPACE, set)
for (const client of clients.values()) await client.close()
await nodes?.close()

function query(client) {
  return client.query(NAMESPACE, set).policy(policy)
}

function readColumns(client, some) {
  return client.batchReadColumns({ ns: NAMESPACE, set, ids: some }, schema, policy)
}

async function load(client) {
  for (let from = 0; from < rows; from += 5000) {
    const some = Array.from({ length: Math.min(5000, rows - from) }, (_, i) => from + i)
    const written = await client.batchWrite(
      some.map((i) => ({ key: [NAMESPACE, set, i], bins: bins(i) })),
      policy,
    )
    const bad = written.find(({ code }) => code !== 0)
    if (bad) throw bad.error
  }
}

/** Milliseconds in which this thread was kept from running, in all. */
function waited() {
  if (schedule === undefined) return 0
  let [ms, field] = [0, 0]
  // Without a string a look: garbage would have to be collected, which is a block of its own.
  for (let i = 0, length = readSync(schedule, text, 0, text.length, 0); i < length; i++) {
    if (text[i] === 32) field++
    else if (field === 1) ms = ms * 10 + text[i] - 48
  }
  return ms / 1e6
}

/** Does it, and looks at the clock in every turn of the loop meanwhile. */
async function watch(work) {
  const ran = () => performance.now() - waited()
  let [block, last, isOver] = [0, ran(), false]
  const look = () => {
    const now = ran()
    block = Math.max(block, now - last)
    last = now
    if (!isOver) setImmediate(look)
  }
  await new Promise((resolve) => setImmediate(resolve))
  last = ran()
  setImmediate(look)
  const start = performance.now()
  const records = await work()
  const took = performance.now() - start
  // The turn in which it ended counts, too.
  await new Promise((resolve) => setImmediate(resolve))
  isOver = true
  return { block, took, records }
}

function openedIfThere(path) {
  try {
    return openSync(path)
  } catch {
    return undefined
  }
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1]
}
