// One client: connects, then does the jobs that it is sent, and says how long each took and what it cost.
//
//   client-process.mjs ours|official HOSTS     (forked: jobs and answers are messages)

import { createHash } from "node:crypto"

const [, , kind, hosts] = process.argv
const { connect } = await import(`./${kind}.mjs`)
const client = await connect(hosts)
let keys = []
let written = []

const jobs = {
  /** Writes the records; says their set and digests, for whoever wants to ask for them. */
  async load({ records }) {
    const set = `bench${Date.now().toString(36)}`
    prepare(set, records)
    await each((key, i) => client.put(key, written[i]))
    await check()
    const digests = Array.from({ length: records }, (_, i) =>
      createHash("ripemd160").update(`${set}\x03key-${i}`).digest("hex"),
    )
    return { set, digests }
  },

  /** Takes the records that another has loaded. */
  async use({ set, records }) {
    prepare(set, records)
    await check()
    return {}
  },

  get: ({ inFlight, ms }) => measure("get", inFlight, ms, getOne),

  put: ({ inFlight, ms }) => measure("put", inFlight, ms, (i) => client.put(keys[i], written[i])),

  /** Writes records of one bin or five for reads of many; says their set. */
  async loadMany({ records, bins }) {
    const set = `bench${Date.now().toString(36)}b${bins}`
    for (let from = 0; from < records; from += 5000) {
      const ids = Int32Array.from({ length: Math.min(5000, records - from) }, (_, i) => from + i)
      await client.writeMany({ ns: "test", set, ids, columns: columnsOf(ids, bins) })
    }
    return { set }
  },

  /** Reads the first `size` records of a set again and again, in a way that the client has. */
  async many({ way, set, size, bins, ms }) {
    const schema = Object.fromEntries(Object.entries(columnTypes).slice(0, bins))
    const ids = Int32Array.from({ length: size }, (_, i) => i)
    const at = size >> 1
    const read = client.ways[way](
      { ns: "test", set, ids, schema, keys: Array.from(ids, (id) => ["test", set, id]) },
      at,
    )
    const act = async () => {
      const int = await read()
      if (!way.startsWith("query") && int !== at) throw new Error(`record ${int} was read for ${at}`)
    }
    const { ops, opsPerSecond, cpuUsPerOp } = await measure(way, 1, ms, act)
    return { ops, recordsPerSecond: opsPerSecond * size, cpuUsPerRecord: cpuUsPerOp / size }
  },

  async forget({ set }) {
    await client.truncate("test", set)
    return {}
  },

  async remove() {
    await each((key) => client.remove(key))
    return {}
  },

  async end() {
    await client.close()
    process.disconnect()
  },
}

process.on("message", async ({ job, ...details }) => {
  try {
    const answer = await jobs[job](details)
    if (answer) process.send(answer)
  } catch (error) {
    process.send({ error: error.stack ?? String(error) })
  }
})
process.send({ ready: true })

/** Keys and bins are made once: what is measured is the client. */
function prepare(set, records) {
  keys = Array.from({ length: records }, (_, i) => client.key("test", set, `key-${i}`))
  written = Array.from({ length: records }, (_, i) => client.bins(plainBins(i)))
}

function plainBins(i) {
  return {
    i,
    d: i + 0.5,
    s: `record ${String(i).padStart(8, "0")} ${"x".repeat(16)}`,
    b: new Uint8Array(16).fill(i & 255),
    l: [i, i + 1, i + 2],
  }
}

const columnTypes = { i: "i64", d: "f64", s: "utf8", b: "bytes[16]", j: "i64" }

/** Columns of which each record has the first bin or all five. */
function columnsOf(ids, bins) {
  const ints = BigInt64Array.from(ids, BigInt)
  const all = {
    i: ints,
    d: Float64Array.from(ids, (id) => id + 0.5),
    s: Array.from(ids, (id) => `record ${String(id).padStart(8, "0")} ${"x".repeat(16)}`),
    b: { type: "bytes[16]", data: new Uint8Array(16 * ids.length).fill(7) },
    j: ints,
  }
  return Object.fromEntries(Object.entries(all).slice(0, bins))
}

/** All keys, a hundred at a time. */
async function each(act) {
  for (let i = 0; i < keys.length; i += 100) {
    await Promise.all(keys.slice(i, i + 100).map((key, j) => act(key, i + j)))
  }
}

/** What is read is what was written, or nothing that follows means anything. */
async function check() {
  await each(async (key, i) => {
    const { i: int, d, s, b, l } = await client.get(key)
    const expected = plainBins(i)
    const same =
      int === i &&
      d === expected.d &&
      s === expected.s &&
      b.length === 16 &&
      b[0] === (i & 255) &&
      l.join() === expected.l.join()
    if (!same) throw new Error(`record ${i} is not as it was written: ${JSON.stringify({ int, d, s, l })}`)
  })
}

async function getOne(i) {
  const bins = await client.get(keys[i])
  if (bins.i !== i) throw new Error(`record ${bins.i} was read for ${i}`)
}

/** Keeps `inFlight` operations in flight for `ms`, each caller asking again when it has its answer. */
async function measure(job, inFlight, ms, act) {
  const samples = new Float64Array(1_000_000)
  let done = 0
  let next = 0
  const cpu = process.cpuUsage()
  const start = performance.now()
  const end = start + ms
  const caller = async () => {
    for (let asked = performance.now(); asked < end; ) {
      next = (next + 7919) % Math.max(keys.length, 1) // a prime: neighbours are not asked for together
      await act(next)
      const now = performance.now()
      samples[done++ % samples.length] = now - asked
      asked = now
    }
  }
  await Promise.all(Array.from({ length: inFlight }, caller))
  const took = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  const sorted = samples.subarray(0, Math.min(done, samples.length)).sort()
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return {
    job,
    inFlight,
    ops: done,
    opsPerSecond: (done / took) * 1000,
    cpuUsPerOp: (user + system) / done,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }
}
