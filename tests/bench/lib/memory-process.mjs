// What operations in flight cost in memory, and what many gets leave behind; run with --expose-gc.
//
//   memory-process.mjs HOSTS IN_FLIGHT GETS        prints one line of JSON

/** The linear memory of every module, which no API tells. */
const memories = []
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...given) {
    super(...given)
    if (this.exports.memory) memories.push(this.exports.memory)
  }
}
const { connect } = await import("aerospike-wasm")

const [, , hosts, inFlight, gets] = process.argv
const SET = `bench${Date.now().toString(36)}m`
const RECORDS = 1000
/** Open from the start, so that what a connection takes is told apart from what an operation does. */
const CONNECTIONS = 256

const alone = await connect({ hosts, timeout: 5000 })
const few = { open: await openOf(alone), ...(await settled()) }
await alone.close()
const client = await connect({
  hosts,
  timeout: 5000,
  minConnsPerNode: CONNECTIONS,
  maxConnsPerNode: CONNECTIONS,
  policies: { read: { totalTimeout: 30_000 } },
})
const many = { open: await openOf(client, CONNECTIONS), ...(await settled()) }
const keys = Array.from({ length: RECORDS }, (_, i) => ["test", SET, i])
await Promise.all(keys.map((key, i) => client.put(key, { i })))
// As many before: until then V8 still compiles anew, and what it compiles lies in the heap.
await sequential(Number(gets))

// First the gets: a burst makes everything larger, and it is to stay so.
const before = await settled()
await sequential(Number(gets))
const after = await settled()
const burst = await inFlightCost(Number(inFlight))
await client.truncate("test", SET)
await client.close()
console.log(
  JSON.stringify({
    inFlight: Number(inFlight),
    ...burst,
    connections: many.open,
    bytesAConnection: (many.outside + many.heap - few.outside - few.heap) / (many.open - few.open),
    sequentialGets: Number(gets),
    heapGrowth: after.heap - before.heap,
    linearGrowth: after.linear - before.linear,
    linear: after.linear,
    heap: after.heap,
  }),
)

async function sequential(count) {
  for (let i = 0; i < count; i++) {
    const { bins } = await client.get(keys[i % RECORDS])
    if (bins.i !== i % RECORDS) throw new Error(`record ${bins.i} was read for ${i % RECORDS}`)
  }
}

/** How many connections are open, once there are so many. */
async function openOf(client, wanted = 1) {
  for (let turn = 0; client.stats().connectionsOpen < wanted; turn++) {
    if (turn > 1000) throw new Error(`${client.stats().connectionsOpen} connections are open instead of ${wanted}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return client.stats().connectionsOpen
}

function used() {
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  const linear = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
  // Linear memory is counted among the external, and so are all buffers.
  return { heap: heapUsed, outside: external - linear, linear }
}

/** When nothing is in flight, and what is freed later has been freed. */
async function settled() {
  for (let turn = 0; turn < 5; turn++) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return used()
}

/** The most that so many gets take while none has been answered, in the heap and beside it; and what linear memory grew by at all. */
async function inFlightCost(count) {
  const asked = new Array(count).fill(undefined)
  const idle = await settled()
  for (let i = 0; i < count; i++) asked[i] = client.get(keys[i % RECORDS])
  const submitted = used()
  // Here the requests are written, and none is answered: that takes a turn of the event loop.
  await new Promise((resolve) => process.nextTick(resolve))
  const written = used()
  await Promise.all(asked)
  const done = used()
  const heap = Math.max(submitted.heap, written.heap) - idle.heap
  const outside = Math.max(submitted.outside, written.outside) - idle.outside
  const linear = done.linear - idle.linear
  return {
    bytesAnOpInFlight: (heap + Math.max(0, outside) + linear) / count,
    heapAnOpInFlight: heap / count,
    outsideAnOpInFlight: outside / count,
    linearAnOpInFlight: linear / count,
  }
}
