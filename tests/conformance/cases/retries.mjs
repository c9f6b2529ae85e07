// What is tried again, how often, and what is in doubt afterwards. A tap on the wire cuts connections or holds answers back.

import { later } from "../support/context.mjs"
import { tapped } from "../support/peers.mjs"

const patient = { totalTimeout: 20_000, socketTimeout: 20_000 }

export default {
  name: "retries",
  cases: [
    {
      name: "a read is tried maxRetries times more, and says how often it was tried",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        for (const [maxRetries, attempts] of [
          [0, 1],
          [2, 3],
          [undefined, 3],
          [5, 6],
        ]) {
          tap.cutRequests = true
          const before = tap.requests
          const error = await t.fails(client.get(key, { totalTimeout: 2000, maxRetries }))
          t.assert.equal(error.attempts, attempts)
          t.assert.equal(tap.requests - before, attempts)
          t.assert.equal(error.inDoubt, false)
          tap.cutRequests = false
          t.same((await client.get(key, patient)).bins, { v: 1 })
        }
      },
    },
    {
      name: "a write is not tried again by itself, and is in doubt",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        const before = tap.requests
        tap.hold()
        const write = later(client.increment(key, "v", 1, patient))
        await t.until(() => tap.requests > before, { what: "the request" })
        tap.cut()
        const error = await t.fails(write, { says: ["v"] })
        t.assert.equal(error.inDoubt, true)
        t.assert.equal(error.attempts, 1)
        t.assert.equal(tap.requests, before + 1)
      },
    },
    {
      name: "a write is tried again as its policy says",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.cutRequests = true
        const before = tap.requests
        const error = await t.fails(client.put(key, { v: 2 }, { ...patient, maxRetries: 2 }))
        t.assert.equal(error.attempts, 3)
        t.assert.equal(error.inDoubt, true)
        t.assert.equal(tap.requests - before, 3)
      },
    },
    {
      name: "sleepBetweenRetries and sleepMultiplier keep attempts apart",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.cutRequests = true
        const start = performance.now()
        await t.fails(client.get(key, { ...patient, maxRetries: 3, sleepBetweenRetries: 40, sleepMultiplier: 2 }))
        // 40 + 80 + 160, of which the first may be left out when there is another node to ask.
        const took = performance.now() - start
        t.assert.ok(took >= 230, `${took} ms`)
      },
    },
    {
      name: "an answer of the server is final: it is not tried again",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        const before = tap.requests
        const error = await t.fails(client.put(key, { v: 2 }, { ...patient, maxRetries: 5, gen: { eq: 9 } }), {
          is: "RecordGenerationError",
        })
        t.assert.equal(error.attempts, 1)
        t.assert.equal(error.inDoubt, false)
        t.assert.equal(tap.requests, before + 1)
      },
    },
    {
      name: "socketTimeout ends an attempt, and a read is tried again",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.hold()
        const before = tap.requests
        const read = later(client.get(key, { socketTimeout: 200, totalTimeout: 20_000, maxRetries: 10 }))
        await t.until(() => tap.requests >= before + 2, { what: "a second attempt" })
        tap.release()
        t.same((await read).bins, { v: 1 })
      },
    },
    {
      name: "totalTimeout ends all attempts together",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.hold()
        const start = performance.now()
        await t.fails(client.get(key, { socketTimeout: 100, totalTimeout: 350, maxRetries: 1000 }), {
          is: "TimeoutError",
          code: 9,
        })
        const took = performance.now() - start
        t.assert.ok(took >= 340 && took < 5000, `${took} ms`)
        tap.release()
      },
    },
    {
      name: "a batch and a query that nobody answers in time say that they were sent",
      needs: ["batches", "queries"],
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.hold()
        const late = { totalTimeout: 300, maxRetries: 0 }
        const query = client.query("test", t.set).policy(late)
        const error = await t.fails(query.results(), { is: "TimeoutError", says: "1 attempt" })
        t.same([error.attempts, error.records], [1, []])
        t.assert.doesNotMatch(error.message, /never sent/)
        const [row] = await client.batchRead([key], {}, late)
        t.same([row.code, row.error.name], [9, "TimeoutError"])
        t.assert.doesNotMatch(row.error.message, /never sent/)
        tap.release()
      },
    },
    {
      name: "a connection that was cut while idle is replaced, and the read succeeds",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        for (let i = 0; i < 5; i++) {
          t.same((await client.get(key, { ...patient, maxRetries: 5 })).bins, { v: 1 })
          tap.cut()
        }
      },
    },
    {
      name: "an operation that no connection was free for in time was never sent",
      async run(t) {
        const { tap, client, key } = await tapped(t, { maxConnsPerNode: 1, pipelineDepth: 1 })
        await client.get(key)
        const before = tap.requests
        tap.hold()
        const first = later(client.get(key, patient))
        await t.until(() => tap.requests > before, { what: "the first request" })
        const error = await t.fails(client.put(key, { v: 9 }, { totalTimeout: 100 }))
        t.assert.equal(error.inDoubt, false)
        t.assert.equal(error.attempts, 0)
        t.assert.equal(tap.requests, before + 1)
        tap.release()
        t.same((await first).bins, { v: 1 })
        t.same((await client.get(key)).bins, { v: 1 })
      },
    },
    {
      name: "operationQueueTimeoutMs ends the wait for a slot with BackpressureError",
      async run(t) {
        const { tap, client, key } = await tapped(t, { maxConcurrentOperations: 1, operationQueueTimeoutMs: 100 })
        tap.hold()
        const first = later(client.get(key, patient))
        const error = await t.fails(client.put(key, { v: 9 }, patient), { is: "BackpressureError" })
        t.assert.equal(error.inDoubt, false)
        tap.release()
        t.same((await first).bins, { v: 1 })
      },
    },
  ],
}
