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
      next = (next + 7919) % keys.length // a prime: neighbours are not asked for together
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
