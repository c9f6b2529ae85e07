// Closing, draining, cancelling and deadlines: what happens to what is in flight. A tap on the wire holds answers back.

import { later } from "../support/context.mjs"
import { silentServer, tapped } from "../support/peers.mjs"

const patient = { totalTimeout: 20_000, socketTimeout: 20_000 }

export default {
  name: "lifecycle",
  cases: [
    {
      name: "close with drain finishes what is in flight",
      async run(t) {
        const client = await t.connect()
        const keys = t.keys(300)
        const writes = keys.map((key, i) => client.put(key, { i }, patient))
        await client.close({ drain: true })
        await Promise.all(writes)
        for (const [i, key] of keys.entries()) t.same((await t.client.get(key)).bins, { i })
      },
    },
    {
      name: "close with drain waits for answers that are late",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.hold()
        const read = later(client.get(key, patient))
        await t.until(() => tap.requests > 0, { what: "the request" })
        const closed = client.close({ drain: true })
        let done = false
        closed.then(() => {
          done = true
        })
        await t.turns()
        t.assert.equal(done, false)
        tap.release()
        t.same((await read).bins, { v: 1 })
        await closed
      },
    },
    {
      name: "close without drain rejects what is in flight, reads and writes",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.hold()
        const read = later(client.get(key, patient))
        const write = later(client.put(key, { v: 2 }, patient))
        await t.until(() => tap.requests >= 2, { what: "the requests" })
        await client.close()
        const readError = await t.fails(read, { is: "ClientError", says: "closed" })
        t.assert.equal(readError.inDoubt, false)
        const writeError = await t.fails(write, { is: "ClientError", says: "closed" })
        t.assert.equal(writeError.inDoubt, true)
      },
    },
    {
      name: "a closed client refuses every operation with ClientError",
      async run(t) {
        const client = await t.connect()
        const key = t.key()
        await client.close()
        for (const act of [
          () => client.get(key),
          () => client.find(key),
          () => client.select(key, ["a"]),
          () => client.exists(key),
          () => client.put(key, { v: 1 }),
          () => client.increment(key, "v", 1),
          () => client.touch(key),
          () => client.remove(key),
          () => client.infoRandomNode("build"),
          () => client.infoAll("build"),
          () => client.set("test", t.set).get("k"),
        ]) {
          await t.fails(act, { is: "ClientError", says: "closed" })
        }
        t.assert.equal(client.isConnected(), false)
      },
    },
    {
      name: "close may be called again, and with drain after the first",
      async run(t) {
        const client = await t.connect()
        await Promise.all([client.close(), client.close({ drain: true })])
        await client.close()
      },
    },
    {
      name: "leaving the scope of a client closes it",
      async run(t) {
        const client = await t.connect()
        t.assert.equal(typeof client[Symbol.asyncDispose], "function")
        await client[Symbol.asyncDispose]()
        await t.fails(client.get(t.key()), { is: "ClientError", says: "closed" })
      },
    },
    {
      name: "an AbortSignal ends a read at once, and the client goes on",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.hold()
        const abort = new AbortController()
        const read = later(client.get(key, { ...patient, signal: abort.signal }))
        await t.until(() => tap.requests > 0, { what: "the request" })
        abort.abort(new Error("changed my mind"))
        const error = await rejection(t, read)
        t.assert.equal(error.codeName, "ABORTED")
        t.assert.equal(error.cause?.message, "changed my mind")
        t.assert.equal(error.inDoubt, false)
        tap.release()
        t.same((await client.get(key, patient)).bins, { v: 1 })
      },
    },
    {
      name: "an AbortSignal that ends a write leaves it in doubt",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.hold()
        const abort = new AbortController()
        const write = later(client.put(key, { v: 2 }, { ...patient, signal: abort.signal }))
        await t.until(() => tap.requests > 0, { what: "the request" })
        abort.abort()
        const error = await rejection(t, write)
        t.assert.equal(error.codeName, "ABORTED")
        t.assert.equal(error.inDoubt, true)
        tap.release()
      },
    },
    {
      name: "an AbortSignal that was raised before sends nothing",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        const before = tap.requests
        const error = await rejection(t, client.put(key, { v: 2 }, { signal: AbortSignal.abort() }))
        t.assert.equal(error.codeName, "ABORTED")
        t.assert.equal(error.inDoubt, false)
        t.same((await client.get(key)).bins, { v: 1 })
        t.assert.equal(tap.requests, before + 1)
      },
    },
    {
      name: "totalTimeout ends a read that is not answered, and the client goes on",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.hold()
        const start = performance.now()
        const error = await t.fails(client.get(key, { totalTimeout: 150, maxRetries: 0 }), {
          is: "TimeoutError",
          code: 9,
          says: "timeout",
        })
        const took = performance.now() - start
        t.assert.ok(took >= 140 && took < 5000, `${took} ms`)
        t.assert.equal(error.inDoubt, false)
        tap.release()
        t.same((await client.get(key, patient)).bins, { v: 1 })
      },
    },
    {
      name: "a write that is not answered in time is in doubt",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.hold()
        const error = await t.fails(client.put(key, { v: 2 }, { totalTimeout: 150 }), { is: "TimeoutError", code: 9 })
        t.assert.equal(error.inDoubt, true)
        tap.release()
      },
    },
    {
      name: "a late answer never reaches the next caller on the connection",
      async run(t) {
        const { tap, client } = await tapped(t, { maxConnsPerNode: 1 })
        const keys = t.keys(10)
        for (const [i, key] of keys.entries()) await t.client.put(key, { i })
        tap.hold()
        const late = keys
          .slice(0, 5)
          .map((key) => client.get(key, { totalTimeout: 100, maxRetries: 0, timeoutDelay: 5000 }))
        for (const read of late) await t.fails(read, { is: "TimeoutError" })
        tap.release()
        const records = await Promise.all(keys.map((key) => client.get(key, patient)))
        for (const [i, { bins }] of records.entries()) t.same(bins, { i })
      },
    },
    {
      name: "a server that says nothing ends connect by its timeout",
      async run(t) {
        const port = await silentServer(t)
        const start = performance.now()
        await t.fails(t.connect({ hosts: `127.0.0.1:${port}`, timeout: 200 }), { says: `127.0.0.1:${port}` })
        t.assert.ok(performance.now() - start < 5000)
      },
    },
  ],
}

async function rejection(t, promise) {
  let value
  try {
    value = await promise
  } catch (error) {
    return error
  }
  t.assert.fail(`it resolved to ${value}`)
}
