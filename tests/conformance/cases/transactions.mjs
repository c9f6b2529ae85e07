// Transactions over many records. They need an Enterprise cluster, so that all but the refusals run on a dev server of
// that edition, which each case starts beside the server at hand.

import { startDevServer } from "aerospike-wasm/devserver"
import { later } from "../support/context.mjs"
import { firstHost, wireTap } from "../support/peers.mjs"

const NAMESPACES = { test: { strongConsistency: true }, other: { strongConsistency: true }, available: {} }
const durable = { durableDelete: true }
const ADVICE = "Transactions need an Enterprise cluster, version 8.0 or later, and a namespace with strong-consistency."

async function enterprise(t, { nodes = 2, namespaces = NAMESPACES, ...config } = {}) {
  const server = await startDevServer({ edition: "enterprise", nodes, namespaces })
  t.closing(() => server.close())
  const client = await t.connect({ hosts: server.hosts, ...config })
  let count = 0
  return {
    server,
    client,
    /** A record with one bin, or none at all. */
    async record(n) {
      const key = ["test", "accounts", `r${count++}`]
      if (n !== undefined) await client.put(key, { n })
      return key
    },
    /** The bin of a record as everybody sees it. */
    value: async (key) => (await client.find(key))?.bins.n,
  }
}

/** Whether transactions can be had is a matter of the namespace, too. */
const withoutStrongConsistency = [
  ["a write", (client, key, txn) => client.put(key, { n: 1 }, { txn })],
  ["a read", (client, key, txn) => client.find(key, { txn })],
  ["ops", (client, key, txn, { op }) => client.operate(key, [op.add("n", 1)], { txn })],
  ["a removal", (client, key, txn) => client.remove(key, { txn, ...durable })],
  ["a batch", (client, key, txn) => client.batchWrite([{ key, bins: { n: 1 } }], { txn })],
]

export default {
  name: "transactions",
  cases: [
    {
      name: "a Community server refuses them, with what they need, and keeps nothing",
      needs: ["Community Edition"],
      async run(t) {
        for (const [what, act] of withoutStrongConsistency) {
          const [key, txn] = [t.key(), new t.api.Transaction()]
          const error = await t.fails(act(t.client, key, txn, t.api), { is: "ServerError", code: 25, says: ADVICE })
          t.assert.equal(error.transaction, txn, what)
          t.assert.equal(error.inDoubt, false, what)
          t.same(await t.client.find(key), undefined)
          t.same(await t.client.exists(t.owned(["test", "<ERO~MRT", txn.id])), undefined)
          t.same(await t.client.abort(txn), "ok")
        }
      },
    },
    {
      name: "a namespace without strong consistency refuses them",
      async run(t) {
        const { client } = await enterprise(t)
        for (const [what, act] of withoutStrongConsistency) {
          const [key, txn] = [["available", "s", what], new t.api.Transaction()]
          await t.fails(act(client, key, txn, t.api), { is: "ServerError", code: 16, says: ADVICE })
          t.same(await client.exists(["available", "<ERO~MRT", txn.id]), undefined)
        }
      },
    },
    {
      name: "what is written is seen by all at once, when it is committed",
      async run(t) {
        const { client, record, value } = await enterprise(t)
        const [a, b, c, d] = [await record(1), await record(2), await record(), await record(4)]
        const txn = new t.api.Transaction()
        await client.put(a, { n: 10 }, { txn })
        await client.increment(b, "n", 18, { txn })
        await client.put(c, { n: 30 }, { txn })
        t.same(await client.remove(d, { txn, ...durable }), true)
        t.same([await value(a), await value(b), await value(c), await value(d)], [1, 2, undefined, 4])
        t.same(typeof txn.id, "bigint")
        t.same([txn.state, txn.namespace, txn.inDoubt], ["open", "test", false])
        t.same(await client.commit(txn), "ok")
        t.same([await value(a), await value(b), await value(c), await value(d)], [10, 20, 30, undefined])
        t.same(txn.state, "committed")
        t.same(await client.exists(["test", "<ERO~MRT", txn.id]), undefined)
        // The records are free again.
        await client.put(a, { n: 11 })
      },
    },
    {
      name: "it sees what it has written itself",
      async run(t) {
        const { client, record } = await enterprise(t)
        const { op, Transaction } = t.api
        const [a, b] = [await record(1), await record(2)]
        const txn = new Transaction()
        await client.put(a, { n: 10, m: 1 }, { txn })
        t.same((await client.get(a, { txn })).bins, { n: 10, m: 1 })
        t.same((await client.select(a, ["m"], { txn })).bins, { m: 1 })
        t.same((await client.operate(a, [op.add("n", 1), op.read("n")], { txn })).bins, { n: 11 })
        await client.remove(b, { txn, ...durable })
        t.same(await client.find(b, { txn }), undefined)
        t.same(await client.exists(b, { txn }), undefined)
        const rows = await client.batchRead([a, b], {}, { txn })
        t.same(
          rows.map(({ code }) => code),
          [0, 2],
        )
        t.same(rows[0].bins, { n: 11, m: 1 })
        t.same(await client.commit(txn), "ok")
        t.same((await client.get(a)).bins, { n: 11, m: 1 })
      },
    },
    {
      name: "an abort restores what was there",
      async run(t) {
        const { client, record, value } = await enterprise(t)
        const [a, b, c] = [await record(1), await record(), await record(3)]
        const txn = new t.api.Transaction()
        await client.put(a, { n: 10, more: true }, { txn })
        await client.put(b, { n: 20 }, { txn })
        await client.remove(c, { txn, ...durable })
        t.same(await client.abort(txn), "ok")
        t.same((await client.get(a)).bins, { n: 1 })
        t.same([await value(b), await value(c), txn.state], [undefined, 3, "aborted"])
        await client.put(a, { n: 2 })
      },
    },
    {
      name: "a record that it has written is locked for others, but not for readers outside",
      async run(t) {
        const { client, record, value } = await enterprise(t)
        const key = await record(1)
        const [txn, other] = [new t.api.Transaction(), new t.api.Transaction()]
        await client.put(key, { n: 2 }, { txn })
        const blocked = { is: "TransactionError", code: 120, says: "locked by another transaction" }
        await t.fails(client.put(key, { n: 3 }), blocked)
        await t.fails(client.put(key, { n: 3 }, { txn: other }), blocked)
        await t.fails(client.get(key, { txn: other }), blocked)
        t.same(await value(key), 1)
        await client.put(key, { n: 4 }, { txn })
        t.same(await client.commit(txn), "ok")
        await t.fails(client.get(key, { txn }), { is: "TransactionError", code: -18 })
        await client.put(key, { n: 5 }, { txn: other })
        t.same(await client.commit(other), "ok")
        t.same(await value(key), 5)
      },
    },
    {
      name: "a commit fails when a record that it read has changed, and undoes its writes",
      async run(t) {
        const { client, record, value } = await enterprise(t)
        for (const change of [
          (key) => client.put(key, { n: 2 }),
          (key) => client.touch(key),
          (key) => client.remove(key, durable),
        ]) {
          const [read, written] = [await record(1), await record(1)]
          const txn = new t.api.Transaction()
          await client.get(read, { txn })
          await client.put(written, { n: 9 }, { txn })
          await change(read)
          const error = await t.fails(client.commit(txn), { is: "TransactionError", code: -17, says: "has changed" })
          t.same([error.causeCode, error.inDoubt, error.transaction], [121, false, txn])
          t.same([await value(written), txn.state], [1, "aborted"])
          await client.put(written, { n: 3 })
        }
      },
    },
    {
      name: "also that a record is absent is verified",
      async run(t) {
        const { client, record } = await enterprise(t)
        const key = await record()
        for (const [look, expected] of [
          [(txn) => client.find(key, { txn }), undefined],
          [(txn) => client.exists(key, { txn }), undefined],
          [(txn) => client.batchRead([key], {}, { txn }).then(([row]) => row.code), 2],
        ]) {
          const [txn, undisturbed] = [new t.api.Transaction(), new t.api.Transaction()]
          t.same(await look(txn), expected)
          t.same(await look(undisturbed), expected)
          t.same(await client.commit(undisturbed), "ok")
          await client.put(key, { n: 1 })
          await t.fails(client.commit(txn), { is: "TransactionError", code: -17 })
          await client.remove(key, durable)
        }
      },
    },
    {
      name: "a record that was read can be written in the same transaction, unless it has changed",
      async run(t) {
        const { client, record, value } = await enterprise(t)
        const key = await record(1)
        const txn = new t.api.Transaction()
        const { bins } = await client.get(key, { txn })
        await client.put(key, { n: bins.n + 1 }, { txn })
        t.same(await client.commit(txn), "ok")
        t.same(await value(key), 2)
        const late = new t.api.Transaction()
        await client.get(key, { txn: late })
        await client.put(key, { n: 5 })
        await t.fails(client.put(key, { n: 6 }, { txn: late }), { is: "TransactionError", code: 121 })
        t.same(await client.abort(late), "ok")
        t.same(await value(key), 5)
      },
    },
    {
      name: "batches of reads, writes, ops and removals take part",
      async run(t) {
        const { client, record, value } = await enterprise(t, { nodes: 3 })
        const { op, Transaction } = t.api
        const keys = []
        for (let i = 0; i < 60; i++) keys.push(await record(i))
        const txn = new Transaction()
        const read = await client.batchRead(keys.slice(0, 20), {}, { txn })
        t.same(
          read.map(({ bins }) => bins.n),
          keys.slice(0, 20).map((_, i) => i),
        )
        const rows = await client.batch(
          [
            ...keys.slice(20, 40).map((key) => ({ type: "write", key, bins: { n: 100 } })),
            ...keys.slice(40, 50).map((key) => ({ type: "operate", key, ops: [op.add("n", 100), op.read("n")] })),
            ...keys.slice(50).map((key) => ({ type: "remove", key, policy: durable })),
            { type: "read", key: keys[0] },
          ],
          { txn },
        )
        t.same([...new Set(rows.map(({ code }) => code))], [0])
        t.same(rows[20].bins, { n: 140 })
        t.same(await value(keys[20]), 20)
        t.same(await client.commit(txn), "ok")
        t.same(await Promise.all([0, 20, 40, 50].map((i) => value(keys[i]))), [0, 100, 140, undefined])
      },
    },
    {
      name: "functions on the server take part",
      async run(t) {
        const { client, record, value } = await enterprise(t)
        const job = await client.udfPut(
          "txn.lua",
          "function bump(rec) rec.n = rec.n + 1 aerospike:update(rec) return rec.n end function look(rec) return rec.n end",
        )
        await job.wait()
        const [a, b] = [await record(1), await record(5)]
        const txn = new t.api.Transaction()
        t.same(await client.apply(a, "txn", "bump", [], { txn }), 2)
        t.same(await client.apply(a, "txn", "bump", [], { txn }), 3)
        t.same(await client.apply(b, "txn", "look", [], { txn }), 5)
        t.same(await value(a), 1)
        await t.fails(client.apply(a, "txn", "bump"), { code: 120 })
        t.same(await client.commit(txn), "ok")
        t.same(await value(a), 3)
        // What a function only read is verified.
        const late = new t.api.Transaction()
        t.same(await client.apply(b, "txn", "look", [], { txn: late }), 5)
        await client.put(b, { n: 6 })
        await t.fails(client.commit(late), { is: "TransactionError", code: -17 })
        const undone = new t.api.Transaction()
        t.same(await client.apply(a, "txn", "bump", [], { txn: undone }), 4)
        t.same([await client.abort(undone), await value(a)], ["ok", 3])
      },
    },
    {
      name: "columns that are read and written take part",
      async run(t) {
        const { client, record, value } = await enterprise(t)
        const keys = await Promise.all([record(1), record(2), record()])
        const txn = new t.api.Transaction()
        const read = await client.batchReadColumns(keys, { n: "i32" }, { txn })
        t.same([...read.columns.n].slice(0, 2), [1, 2])
        t.same(txn.namespace, "test")
        const written = await client.batchWriteColumns(keys.slice(1), { n: new Int32Array([20, 30]) }, { txn })
        t.same([...written.code], [0, 0])
        t.same(await Promise.all(keys.map(value)), [1, 2, undefined])
        t.same([...(await client.batchReadColumns(keys, { n: "i32" }, { txn })).columns.n], [1, 20, 30])
        t.same(await client.commit(txn), "ok")
        t.same(await Promise.all(keys.map(value)), [1, 20, 30])
        const late = new t.api.Transaction()
        await client.batchReadColumns(keys, { n: "i32" }, { txn: late })
        await client.put(keys[0], { n: 5 })
        await t.fails(client.commit(late), { is: "TransactionError", code: -17 })
      },
    },
    {
      name: "a batch whose rows are locked says so of these rows alone",
      async run(t) {
        const { client, record } = await enterprise(t)
        const [locked, free] = [await record(1), await record(2)]
        const [txn, other] = [new t.api.Transaction(), new t.api.Transaction()]
        await client.put(locked, { n: 5 }, { txn })
        const rows = await client.batchWrite(
          [
            { key: locked, bins: { n: 6 } },
            { key: free, bins: { n: 6 } },
          ],
          { txn: other },
        )
        t.same(
          rows.map(({ code, inDoubt }) => [code, inDoubt]),
          [
            [120, false],
            [0, false],
          ],
        )
        t.assert.ok(rows[0].error instanceof t.api.TransactionError)
        t.same([await client.abort(other), await client.commit(txn)], ["ok", "ok"])
        t.same(
          (await client.batchRead([locked, free])).map(({ bins }) => bins.n),
          [5, 2],
        )
      },
    },
    {
      name: "commands of one turn, and commands that are not awaited, are all part of it",
      async run(t) {
        const { client, record, value } = await enterprise(t, { nodes: 3 })
        const keys = await Promise.all(Array.from({ length: 30 }, (_, i) => record(i)))
        const txn = new t.api.Transaction()
        const writes = keys.map((key) => client.put(key, { n: -1 }, { txn }))
        const committed = client.commit(txn)
        await t.fails(client.put(keys[0], { n: 0 }, { txn }), { is: "TransactionError", code: -17, says: "being" })
        await Promise.all(writes)
        t.same(await committed, "ok")
        t.same(new Set(await Promise.all(keys.map(value))), new Set([-1]))
      },
    },
    {
      name: "it ends once: each further commit, abort or command says how it ended",
      async run(t) {
        const { client, record } = await enterprise(t)
        const key = await record(1)
        for (const [end, again, state, otherwise] of [
          ["commit", "alreadyCommitted", "committed", [-18, "abort"]],
          ["abort", "alreadyAborted", "aborted", [-19, "commit"]],
        ]) {
          const txn = new t.api.Transaction()
          await client.put(key, { n: 2 }, { txn })
          t.same([await client[end](txn), await client[end](txn), txn.state], ["ok", again, state])
          const [code, other] = otherwise
          await t.fails(client[other](txn), { is: "TransactionError", code })
          for (const act of [
            () => client.get(key, { txn }),
            () => client.put(key, { n: 3 }, { txn }),
            () => client.batchRead([key], {}, { txn }),
          ]) {
            await t.fails(act, { is: "TransactionError", code, says: "takes no more commands" })
          }
        }
        const unused = [new t.api.Transaction(), new t.api.Transaction()]
        t.same([await client.commit(unused[0]), await client.abort(unused[1])], ["ok", "ok"])
      },
    },
    {
      name: "all of its records are in one namespace",
      async run(t) {
        const { client, record } = await enterprise(t)
        const txn = new t.api.Transaction()
        const key = await record(1)
        await client.get(key, { txn })
        const refused = { is: "InvalidArgumentError", says: ["namespace", "first command"] }
        await t.fails(client.put(["other", "s", "k"], { n: 1 }, { txn }), refused)
        await t.fails(client.batchRead([key, ["other", "s", "k"]], {}, { txn }), refused)
        await t.fails(client.batchRead([["other", "s", "k"]], {}, { txn }), refused)
        const mixed = new t.api.Transaction()
        await t.fails(client.batchRead([key, ["other", "s", "k"]], {}, { txn: mixed }), refused)
        t.same(mixed.namespace, undefined)
        t.same(await client.commit(txn), "ok")
      },
    },
    {
      name: "queries see nothing of it and take no part",
      async run(t) {
        const { client, record } = await enterprise(t)
        const key = await record(1)
        const txn = new t.api.Transaction()
        await client.put(key, { n: 2 }, { txn })
        t.same(
          (await client.query("test", "accounts").results()).map(({ bins }) => bins),
          [{ n: 1 }],
        )
        const query = () => client.query("test", "accounts").policy({ txn }).results()
        await t.fails(query, { is: "InvalidArgumentError", says: "policy.txn" })
        t.same(await client.commit(txn), "ok")
      },
    },
    {
      name: "onLockingOnly refuses a second write",
      async run(t) {
        const { client, record } = await enterprise(t)
        const key = await record(1)
        const txn = new t.api.Transaction()
        await client.put(key, { n: 2 }, { txn, onLockingOnly: true })
        const locked = { is: "TransactionError", code: 126 }
        await t.fails(client.put(key, { n: 3 }, { txn, onLockingOnly: true }), locked)
        const [row] = await client.batchWrite([{ key, bins: { n: 3 }, policy: { onLockingOnly: true } }], { txn })
        t.same(row.code, 126)
        await client.put(key, { n: 4 }, { txn })
        t.same(await client.commit(txn), "ok")
      },
    },
    {
      name: "writes that do nothing leave it as it was",
      async run(t) {
        const { client, record, value } = await enterprise(t)
        const { exp, Transaction } = t.api
        const [key, absent] = [await record(1), await record()]
        const txn = new Transaction()
        const filterExpression = exp.eq(exp.int.bin("n"), 7)
        await t.fails(client.put(key, { n: 2 }, { txn, filterExpression }), { is: "FilteredOutError" })
        await t.fails(client.put(key, { n: 2 }, { txn, gen: { eq: 9 } }), { is: "RecordGenerationError" })
        await t.fails(client.put(key, { n: 2 }, { txn, exists: "createOnly" }), { is: "RecordExistsError" })
        t.same(await client.remove(absent, { txn, ...durable }), false)
        await t.fails(client.touch(absent, { txn }), { is: "RecordNotFoundError" })
        t.same(await client.commit(txn), "ok")
        t.same(await value(key), 1)
        await client.put(key, { n: 3 })
      },
    },
    {
      name: "it writes at most 4096 records",
      async run(t) {
        const { client } = await enterprise(t)
        const rows = Array.from({ length: 4097 }, (_, i) => ({ key: ["test", "many", i], bins: { i } }))
        const txn = new t.api.Transaction()
        await t.fails(client.batchWrite(rows, { txn }), { is: "TransactionError", code: 123, says: "split it" })
        t.same(await client.exists(rows[0].key), undefined)
        const written = await client.batchWrite(rows.slice(1), { txn })
        t.assert.ok(written.every(({ code }) => code === 0))
        await t.fails(client.put(rows[0].key, { i: 0 }, { txn }), { is: "TransactionError", code: 123 })
        t.same(await client.commit(txn), "ok")
        t.same((await client.get(rows[4096].key)).bins, { i: 4096 })
      },
    },
    {
      name: "the server undoes it when its time is over",
      async run(t) {
        const { client, record, value } = await enterprise(t)
        const [key, other] = [await record(1), await record(1)]
        const txn = new t.api.Transaction({ timeout: 1 })
        await client.put(key, { n: 2 }, { txn })
        await t.until(
          () =>
            client.put(key, { n: 3 }).then(
              () => true,
              () => false,
            ),
          { what: "its end" },
        )
        t.same(await value(key), 3)
        const late = await t.fails(client.put(other, { n: 2 }, { txn }), { is: "TransactionError" })
        t.assert.ok(late.code === 122 || late.code === 125, `code ${late.code}`)
        const error = await t.fails(client.commit(txn), { is: "TransactionError" })
        t.assert.ok(error.code === 122 || error.code === 125, `code ${error.code}`)
        t.same(error.inDoubt, false)
        t.same([await value(key), await value(other)], [3, 1])
      },
    },
    {
      name: "a commit whose answer is lost can be called again and goes on",
      async run(t) {
        const { server, client: direct, record, value } = await enterprise(t, { nodes: 1 })
        const tap = await wireTap(t, { target: firstHost(server.hosts) })
        const client = await t.connect({ hosts: tap.hosts, singleNode: true })
        const key = await record(1)
        const txn = new t.api.Transaction()
        await client.put(key, { n: 2 }, { txn })
        tap.cutRequests = true
        const error = await t.fails(client.commit(txn, { roll: { maxRetries: 0 } }), { says: "commit it again" })
        t.same([error.inDoubt, error.transaction, txn.state, txn.inDoubt], [true, txn, "commitFailed", true])
        tap.cutRequests = false
        await t.fails(client.abort(txn), { is: "TransactionError", code: -17 })
        t.same([await client.commit(txn), txn.state, txn.inDoubt], ["ok", "committed", false])
        t.same(await value(key), 2)
        await direct.put(key, { n: 3 })
      },
    },
    {
      name: "a write whose answer is lost is part of it",
      async run(t) {
        const { server, client: direct, record, value } = await enterprise(t, { nodes: 1 })
        const tap = await wireTap(t, { target: firstHost(server.hosts) })
        const client = await t.connect({ hosts: tap.hosts, singleNode: true })
        const [first, key] = [await record(1), await record(1)]
        const txn = new t.api.Transaction({ timeout: 2 })
        await client.put(first, { n: 2 }, { txn })
        // The monitor knows the record: its next request is the write itself.
        await client.put(key, { n: 2 }, { txn })
        const before = tap.requests
        tap.hold()
        const write = later(client.put(key, { n: 3 }, { txn, totalTimeout: 20_000 }))
        await t.until(() => tap.requests > before, { what: "the request" })
        tap.cut()
        t.same((await t.fails(write)).inDoubt, true)
        tap.release()
        t.same(await client.commit(txn), "ok")
        t.same([await value(first), await value(key)], [2, 3])
        await direct.put(key, { n: 4 })
      },
    },
    {
      name: "a function in a transaction is committed when it returns, and undone when it throws",
      async run(t) {
        const { client, record, value } = await enterprise(t)
        const [from, to] = [await record(100), await record(0)]
        const transfer = (amount) =>
          client.transaction(async (txn) => {
            const { bins } = await client.get(from, { txn })
            await client.increment(from, "n", -amount, { txn })
            await client.increment(to, "n", amount, { txn })
            if (bins.n < amount) throw new Error("not enough")
            return bins.n - amount
          })
        t.same(await transfer(30), 70)
        const error = await transfer(71).catch((error) => error)
        t.same(error.message, "not enough")
        t.same([await value(from), await value(to)], [70, 30])
        let seen
        await client.transaction(async (txn) => {
          seen = txn
          await client.put(from, { n: 0 }, { txn })
          await client.abort(txn)
        })
        t.same([seen.state, await value(from)], ["aborted", 70])
      },
    },
    {
      name: "functions that are in each other's way are called again, and nothing is lost",
      async run(t) {
        const { client, record, value } = await enterprise(t, { nodes: 3 })
        const keys = await Promise.all([record(100), record(100), record(100)])
        let calls = 0
        const transfer = (from, to) =>
          client.transaction(
            async (txn) => {
              calls++
              const rows = await client.batchRead([from, to], {}, { txn })
              for (const { error } of rows) if (error) throw error
              await client.put(from, { n: rows[0].bins.n - 1 }, { txn })
              await client.put(to, { n: rows[1].bins.n + 1 }, { txn })
            },
            { maxRetries: 1000, sleepBetweenRetries: 2 },
          )
        const pairs = Array.from({ length: 12 }, (_, i) => [keys[i % 3], keys[(i + 1 + (i % 2)) % 3]])
        await Promise.all(pairs.map(([from, to]) => transfer(from, to)))
        t.assert.ok(calls > pairs.length, "nothing was in the way of anything")
        const left = await Promise.all(keys.map(value))
        t.same(
          left.reduce((sum, n) => sum + n),
          300,
        )
        const expected = keys.map((key) => 100 + pairs.filter(([, to]) => to === key).length)
        t.same(
          left,
          expected.map((n, i) => n - pairs.filter(([from]) => from === keys[i]).length),
        )
      },
    },
    {
      name: "it belongs to one client, and closing with drain lets its commit end",
      async run(t) {
        const { server, client, record, value } = await enterprise(t)
        const key = await record(1)
        const other = await t.connect({ hosts: server.hosts })
        const txn = new t.api.Transaction()
        await other.put(key, { n: 2 }, { txn })
        await t.fails(client.get(key, { txn }), { is: "InvalidArgumentError", says: "another client" })
        const committed = other.commit(txn)
        await other.close({ drain: true })
        t.same([await committed, txn.state, await value(key)], ["ok", "committed", 2])
        await t.fails(other.commit(txn), { code: -42 })
      },
    },
  ],
}
