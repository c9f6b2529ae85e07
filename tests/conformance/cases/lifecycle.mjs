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
      name: "an AbortSignal may be given with every call, and ends it before it is sent and under way",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        const calls = everyCall(t, client, key)
        const tested = new Set(Object.keys(calls).map((name) => name.replace(/ .*/, "")))
        const methods = (of, prefix) =>
          Object.getOwnPropertyNames(Object.getPrototypeOf(of)).map((name) => prefix + name)
        for (const name of [...methods(client, ""), ...methods(client.admin, "admin.")]) {
          t.assert.ok(tested.has(name) || noSignal.has(name), `${name} takes no signal`)
        }
        const given = { signal: AbortSignal.abort(new Error("before")) }
        for (const [name, call] of Object.entries(calls)) await givesUp(t, name, later(call(given)), "before")
        tap.hold()
        const abort = new AbortController()
        const begun = Object.entries(calls).map(([name, call]) => [name, later(call({ signal: abort.signal }))])
        await t.until(() => tap.requests > 20, { what: "requests on the wire" })
        abort.abort(new Error("meanwhile"))
        for (const [name, call] of begun) await givesUp(t, name, call, "meanwhile")
        tap.release()
        t.same((await t.client.find(key, patient))?.key, key)
      },
    },
    {
      name: "a signal of many operations is no warning, and each of them is ended by it",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.hold()
        const abort = new AbortController()
        const reads = Array.from({ length: 20_000 }, () => later(client.get(key, { ...patient, signal: abort.signal })))
        await t.until(() => tap.requests > 0, { what: "the first requests" })
        const start = performance.now()
        abort.abort()
        for (const read of reads) t.assert.equal((await rejection(t, read)).codeName, "ABORTED")
        t.assert.ok(performance.now() - start < 5000, "it took too long")
        tap.release()
        t.same((await client.get(key, patient)).bins, { v: 1 })
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
      name: "with timeoutDelay the late answers of batches, queries and info commands are read to their end, and their connections used again",
      needs: ["batches", "queries"],
      async run(t) {
        const { tap, client } = await tapped(t, { maxConnsPerNode: 1, tendInterval: 60_000 })
        const keys = t.keys(100)
        await Promise.all(keys.map((key, i) => t.client.put(key, { i, text: "x".repeat(1000) })))
        const short = { totalTimeout: 100, maxRetries: 0, timeoutDelay: 20_000 }
        await client.get(keys[0], patient).catch(() => {})
        const before = client.stats()
        for (const [n, late] of [
          () => client.batchRead(keys, undefined, short),
          () => client.query("test", t.set).policy(short).results(),
          () => client.infoRandomNode("build", short),
        ].entries()) {
          tap.hold()
          const ended = await late().catch((error) => error)
          if (n > 0) t.assert.ok(ended instanceof t.api.TimeoutError, String(ended))
          else
            t.assert.ok(
              ended.some((row) => row.code === 9),
              "no row was late",
            )
          tap.release()
          await t.until(() => client.stats().lateAnswers === before.lateAnswers + n + 1, { what: "the late answer" })
        }
        const { connectionsOpened, connectionsClosed } = client.stats()
        t.assert.deepEqual([connectionsOpened, connectionsClosed], [before.connectionsOpened, before.connectionsClosed])
        const rows = await client.batchRead(keys, undefined, patient)
        // Of another node's records one node tells code 11, or passes the row on.
        for (const [i, row] of rows.entries()) if (row.code === 0) t.assert.equal(row.bins.i, i)
        t.assert.ok(rows.some((row) => row.code === 0))
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

/** What sends nothing; and the ends of a transaction, whose signals tests/unit/transaction.test.ts gives. */
const noSignal = new Set(
  "constructor set nodeNames nodes isConnected stats on off close commit abort admin.constructor".split(" "),
)

/** Every method of a client that sends something, with a policy that has a signal. */
function everyCall(t, client, key) {
  const { exp, op } = t.api
  const [ns, set] = key
  const { admin } = client
  const query = (policy) => client.query(ns, set).policy(policy)
  const long = (policy) => ({ ...patient, ...policy })
  const slow = (policy) => ({ totalTimeout: patient.totalTimeout, ...policy })
  return {
    get: (p) => client.get(key, long(p)),
    find: (p) => client.find(key, long(p)),
    select: (p) => client.select(key, ["v"], long(p)),
    exists: (p) => client.exists(key, long(p)),
    put: (p) => client.put(key, { v: 1 }, long(p)),
    increment: (p) => client.increment(key, "v", 1, long(p)),
    add: (p) => client.add(key, { v: 1 }, long(p)),
    append: (p) => client.append(key, "s", "x", long(p)),
    prepend: (p) => client.prepend(key, { s: "x" }, long(p)),
    touch: (p) => client.touch(key, long(p)),
    remove: (p) => client.remove(["test", set, "another"], long(p)),
    removeBin: (p) => client.removeBin(key, "s", long(p)),
    batchRead: (p) => client.batchRead([key], undefined, long(p)),
    batchWrite: (p) => client.batchWrite([{ key, bins: { v: 1 } }], long(p)),
    batchOperate: (p) => client.batchOperate([key], [op.read("v")], long(p)),
    batchApply: (p) => client.batchApply([key], { module: "none", fn: "none" }, long(p)),
    batchRemove: (p) => client.batchRemove([["test", set, "another"]], long(p)),
    batch: (p) => client.batch([{ type: "read", key }], long(p)),
    batchReadColumns: (p) => client.batchReadColumns([key], { v: "i64" }, long(p)),
    batchWriteColumns: (p) => client.batchWriteColumns([key], { v: BigInt64Array.of(1n) }, long(p)),
    query: (p) => query(p).results(),
    "query count": (p) => query(p).count(),
    "query columns": (p) => query(p).columns({ v: "i64" }),
    "query pages": (p) => query(p).pages(10).next(),
    "query iterated": (p) => query(p)[Symbol.asyncIterator]().next(),
    "query background": (p) => client.query(ns, set).background([op.touch()], p),
    queryJob: (p) => client.queryJob(1n, slow(p)).progress(),
    "queryJob abort": (p) => client.queryJob(1n, slow(p)).abort(),
    "queryJob wait": (p) => client.queryJob(1n, slow({})).wait(p),
    operate: (p) => client.operate(key, [op.read("v")], long(p)),
    operateOrdered: (p) => client.operateOrdered(key, [op.read("v")], long(p)),
    apply: (p) => client.apply(key, "none", "none", [], long(p)),
    infoAll: (p) => client.infoAll("build", slow(p)),
    infoNode: (p) => client.infoNode(client.nodeNames()[0], "build", slow(p)),
    infoRandomNode: (p) => client.infoRandomNode("build", slow(p)),
    ping: (p) => client.ping(slow(p)),
    indexCreate: (p) => client.indexCreate({ ns, set, bin: "v", name: "aborted", type: "numeric" }, slow(p)),
    indexRemove: (p) => client.indexRemove(ns, "aborted", slow(p)),
    indexList: (p) => client.indexList(ns, slow(p)),
    udfPut: (p) => client.udfPut("aborted.lua", "function f() end", slow(p)),
    udfRemove: (p) => client.udfRemove("aborted.lua", slow(p)),
    udfList: (p) => client.udfList(slow(p)),
    udfGet: (p) => client.udfGet("aborted.lua", slow(p)),
    truncate: (p) => client.truncate(ns, "aborted", {}, slow(p)),
    setXdrFilter: (p) => client.setXdrFilter({ dc: "none", ns, filter: exp.eq(exp.int.bin("v"), 1) }, slow(p)),
    transaction: (p) => client.transaction((txn) => client.get(key, { ...long(p), txn })),
    "admin.createUser": (p) => admin.createUser("u", "p", [], slow(p)),
    "admin.createPkiUser": (p) => admin.createPkiUser("u", [], slow(p)),
    "admin.dropUser": (p) => admin.dropUser("u", slow(p)),
    "admin.changePassword": (p) => admin.changePassword("u", "p", slow(p)),
    "admin.grantRoles": (p) => admin.grantRoles("u", ["read"], slow(p)),
    "admin.revokeRoles": (p) => admin.revokeRoles("u", ["read"], slow(p)),
    "admin.queryUser": (p) => admin.queryUser("u", slow(p)),
    "admin.queryUsers": (p) => admin.queryUsers(slow(p)),
    "admin.createRole": (p) => admin.createRole("r", [{ code: "read" }], {}, slow(p)),
    "admin.dropRole": (p) => admin.dropRole("r", slow(p)),
    "admin.grantPrivileges": (p) => admin.grantPrivileges("r", [{ code: "read" }], slow(p)),
    "admin.revokePrivileges": (p) => admin.revokePrivileges("r", [{ code: "read" }], slow(p)),
    "admin.queryRole": (p) => admin.queryRole("r", slow(p)),
    "admin.queryRoles": (p) => admin.queryRoles(slow(p)),
    "admin.setAllowlist": (p) => admin.setAllowlist("r", null, slow(p)),
    "admin.setQuotas": (p) => admin.setQuotas("r", 1, 1, slow(p)),
  }
}

async function givesUp(t, name, call, why) {
  const error = await rejection(t, call)
  t.assert.equal(error.codeName, "ABORTED", `${name}: ${error.stack}`)
  t.assert.equal(error.cause?.message, why, name)
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
