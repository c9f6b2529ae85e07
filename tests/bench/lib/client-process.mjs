// One client of JavaScript: connects, then does the jobs that it is sent, and says how long each took and what it cost.
//
//   client-process.mjs ours|official|bare HOSTS CONFIG
//
// Lines of JSON come in by standard input and go out by standard output, an answer to each. Every peer in another language
// speaks the same:
//
//   ← {"ready":true,"version":…}         (ours tells the server's build, too) or {"absent":…}: it cannot be configured so
//   → {"job":"load", "sets", "records"}  writes the records of each set (ours alone)
//   → {"job":"use", "sets", "records"}   looks whether they are there and as they must be
//   → {"job":"run", "what":"get"|"put"|"operate"|"mix"|"batch"|"query", "set", "rows", "inFlight", "ms"}
//   ← {"ops", "tookMs", "cpuUs", "p50Ms", "p99Ms", "p999Ms"}
//   → {"job":"forget"}                   removes what was loaded (ours alone)
//   → {"job":"end"}
//   ← {"error":…}                        to any of them
//
// An operation begins where a program's does: with a namespace, a set and an id. Some clients hash a key when it is made,
// others when it is used, so making it is part of each operation.
//
// `sets` maps the shapes of records.mjs to names of sets, `records` to how many each has.

import { createInterface } from "node:readline"
import { Histogram } from "./histogram.mjs"
import { assertRecord, NAMESPACE, shapes } from "./records.mjs"

const [, , kind, hosts, config] = process.argv
const { connect } = await import(`./${kind}.mjs`)

let client
let sets = {}
let records = {}
/** The ids of a shape's records, made once. */
const ids = {}
/** What a put writes. */
let written = []

const jobs = {
  async load(given) {
    prepare(given)
    for (const shape of Object.keys(sets)) {
      for (let from = 0; from < records[shape]; from += 1000) {
        const numbers = Array.from({ length: Math.min(1000, records[shape] - from) }, (_, i) => from + i)
        await client.writeMany(
          numbers.map((i) => keyOf(shape, i)),
          numbers.map(shapes[shape].bins),
        )
      }
    }
  },

  async use(given) {
    prepare(given)
    for (const shape of Object.keys(sets)) {
      for (let i = 0; i < records[shape]; i += Math.ceil(records[shape] / 200)) {
        const bins = await client.get(keyOf(shape, i))
        // What is counted on may have been counted on.
        assertRecord(shape, i, shape === "counters" ? { ...bins, i } : bins)
      }
    }
  },

  run: ({ what, set, rows, inFlight, ms }) => measure(inFlight, ms, acts[what](set, rows)),

  async forget() {
    for (const set of Object.values(sets)) await client.truncate(NAMESPACE, set)
  },

  async end() {
    await client.close()
    input.close()
  },
}

/** By the name of a workload's job, what one operation is: given a number, it does one. */
const acts = {
  get(set) {
    const count = records[set]
    return async (n) => {
      const i = n % count
      const bins = await client.get(keyOf(set, i))
      if (bins.i !== i) throw new Error(`record ${bins.i} was read for ${i}`)
    }
  },

  put(set) {
    const count = records[set]
    return (n) => client.put(keyOf(set, n % count), written[n % count])
  },

  operate(set) {
    const count = records[set]
    return async (n) => {
      const value = await client.addAndRead(keyOf(set, n % count))
      if (!(value > 0)) throw new Error(`an increment gave ${value}`)
    }
  },

  mix(set) {
    const [get, put] = [acts.get(set), acts.put(set)]
    return (n) => (n & 1 ? get(n) : put(n))
  },

  batch(set, rows) {
    const count = Math.floor(records[set] / rows)
    const reads = Array.from({ length: count }, (_, at) =>
      client.batch({
        ns: NAMESPACE,
        set: sets[set],
        schema: shapes[set].schema,
        ids: idsOf(set).slice(at * rows, at * rows + rows),
      }),
    )
    return async (n) => {
      const at = n % count
      const int = await reads[at](rows >> 1)
      if (int !== at * rows + (rows >> 1)) throw new Error(`record ${int} was read for another`)
    }
  },

  query(set, rows) {
    const query = client.query({ ns: NAMESPACE, set: sets[set], schema: shapes[set].schema })
    return async () => {
      const found = await query()
      if (found !== rows) throw new Error(`${found} records were found instead of ${rows}`)
    }
  },
}

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`)
const input = createInterface({ input: process.stdin })
try {
  client = await connect(hosts, JSON.parse(config || "{}"))
} catch (error) {
  say({ absent: error.message })
  process.exit()
}
input.on("line", async (line) => {
  const { job, ...details } = JSON.parse(line)
  try {
    say((await jobs[job](details)) ?? {})
  } catch (error) {
    say({ error: error.stack ?? String(error) })
  }
})
say({ ready: true, version: client.version, server: client.server })

function prepare(given) {
  sets = given.sets
  records = given.records
  for (const shape of Object.keys(ids)) delete ids[shape]
  written = Array.from({ length: records.single ?? 0 }, (_, i) => client.bins(shapes.single.bins(i)))
}

const idsOf = (shape) => (ids[shape] ??= Array.from({ length: records[shape] }, (_, i) => shapes[shape].key(i)))

const keyOf = (shape, i) => client.key(NAMESPACE, sets[shape], idsOf(shape)[i])

/** Keeps `inFlight` operations in flight for `ms`, each caller asking again when it has its answer. */
async function measure(inFlight, ms, act) {
  const latencies = new Histogram()
  let ops = 0
  let next = 0
  const cpu = process.cpuUsage()
  const start = performance.now()
  const end = start + ms
  const caller = async () => {
    for (let asked = performance.now(); asked < end; ) {
      next += 7919 // a prime: neighbours are not asked for together
      await act(next)
      const now = performance.now()
      latencies.note(now - asked)
      ops++
      asked = now
    }
  }
  await Promise.all(Array.from({ length: inFlight }, caller))
  const tookMs = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return {
    ops,
    tookMs,
    cpuUs: user + system,
    p50Ms: latencies.at(0.5),
    p99Ms: latencies.at(0.99),
    p999Ms: latencies.at(0.999),
  }
}
