// One client that counts operations and does not, in turns, with 128 of them in flight.
//
//   counting-process.mjs HOSTS get|put ROUNDS      prints one line of JSON

import { connect, LogLevel, setLogLevel } from "aerospike-wasm"
import { setMetricsEnabled } from "aerospike-wasm/metrics"
import { NAMESPACE, shapes } from "./records.mjs"

const [, , hosts, job, rounds] = process.argv
const IN_FLIGHT = 128
const RECORDS = 1000
/** Operations of a turn. */
const TURN = 4000

setLogLevel(LogLevel.OFF)
const policy = { totalTimeout: 10_000 }
const policies = { read: policy, write: policy }
const client = await connect({ hosts, timeout: 5000, coalesce: "off", policies })
const set = `bench${Date.now().toString(36)}c`
const keys = Array.from({ length: RECORDS }, (_, i) => [NAMESPACE, set, `key-${i}`])
const bins = keys.map((_, i) => shapes.single.bins(i))
await Promise.all(keys.map((key, i) => client.put(key, bins[i])))
const act = {
  get: async (i) => {
    if ((await client.get(keys[i])).bins.i !== i) throw new Error(`another record was read for ${i}`)
  },
  put: (i) => client.put(keys[i], bins[i]),
}[job]

let done = 0
let isOver = false
/** Told when so many are done: looking again and again would be measured, too. */
let awaited = { at: 0, reached: () => {} }
const loops = Array.from({ length: IN_FLIGHT }, async (_, first) => {
  for (let n = first * 7; !isOver; n++) {
    await act(n % RECORDS)
    if (++done === awaited.at) awaited.reached()
  }
})
await Promise.race([all(), ...loops])
await client.truncate(NAMESPACE, set)
await client.close()

async function all() {
  for (let warm = 0; warm < 25; warm++) await turn(warm % 2 === 0)
  const pairs = []
  for (let round = 0; round < Number(rounds); round++) {
    // With, without, without, with: what goes up or down meanwhile strikes both alike.
    const [a, b, c, d] = [await turn(true), await turn(false), await turn(false), await turn(true)]
    pairs.push({
      speed: (b.ms + c.ms) / (a.ms + d.ms),
      cpu: (a.cpuUs + d.cpuUs) / (b.cpuUs + c.cpuUs),
      cpuUs: (b.cpuUs + c.cpuUs) / 2,
    })
  }
  isOver = true
  await Promise.all(loops)
  const of = (name) => median(pairs.map((pair) => pair[name]))
  console.log(JSON.stringify({ speed: of("speed"), cpu: of("cpu"), cpuUs: of("cpuUs") }))
}

/** Of one operation of so many. */
async function turn(counts) {
  setMetricsEnabled(counts)
  const [from, began, cpu] = [done, performance.now(), process.cpuUsage()]
  await new Promise((reached) => {
    awaited = { at: from + TURN, reached }
  })
  const { user, system } = process.cpuUsage(cpu)
  return { ms: (performance.now() - began) / (done - from), cpuUs: (user + system) / (done - from) }
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1]
}
