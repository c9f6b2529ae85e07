// Queries in the background: what they change and what they leave alone, how they are followed, and how they end.

import { putModule } from "../support/modules.mjs"

const needs = ["batches", "queries", "background queries"]
const patience = { timeout: 20_000 }
let sets = 0

const module = "conformance_jobs"
const source = `
function add(rec, bin, by)
  rec[bin] = (rec[bin] or 0) + by
  return aerospike:update(rec)
end
function failSome(rec)
  if rec.n % 2 == 0 then error("not an even one") end
  rec.seen = true
  return aerospike:update(rec)
end
`

/** A set of its own with so many records `{ n }`, and a query of it. */
async function filled(t, count) {
  const set = `${t.set}j${sets++}`
  const rows = Array.from({ length: count }, (_, n) => ({ key: t.owned(["test", set, n]), bins: { n } }))
  const wrote = await t.client.batchWrite(rows, { totalTimeout: 10_000 })
  t.assert.ok(wrote.every(({ code }) => code === 0))
  return t.client.query("test", set)
}

/** The values of a bin, sorted. */
async function values(query, bin) {
  return (await query.results()).map(({ bins }) => bins[bin]).sort((a, b) => a - b)
}

const upTo = (end) => Array.from({ length: end }, (_, n) => n)
const sum = (nodes, field) => nodes.reduce((total, node) => total + node[field], 0)

export default {
  name: "queries in the background",
  cases: [
    {
      name: "ops are done to every record of the set and to no other",
      needs,
      async run(t) {
        const { op } = t.api
        const [query, other] = [await filled(t, 100), await filled(t, 5)]
        const job = await query.background([op.add("n", 1000), op.write("seen", "yes")])
        await job.wait(patience)
        t.assert.deepEqual(
          await values(query, "n"),
          upTo(100).map((n) => n + 1000),
        )
        t.assert.ok((await query.results()).every(({ bins }) => bins.seen === "yes"))
        t.assert.deepEqual(await values(other, "n"), upTo(5))
        t.assert.equal(await job.progress(), 100)
        t.assert.equal(await job.isDone(), true)
      },
    },
    {
      name: "a job tells of each node how many records were changed, and how many were left out",
      needs: [...needs, "expressions"],
      async run(t) {
        const { exp, op } = t.api
        const query = await filled(t, 100)
        const job = await query.filter(exp.lt(exp.int.bin("n"), 30)).background([op.write("young", 1)])
        await job.wait(patience)
        const nodes = await job.nodes()
        t.assert.deepEqual(nodes.map(({ nodeName }) => nodeName).sort(), t.client.nodeNames().sort())
        t.assert.ok(nodes.every(({ state, progress }) => state === "done" && progress === 100))
        t.assert.deepEqual([sum(nodes, "succeeded"), sum(nodes, "failed"), sum(nodes, "filtered")], [30, 0, 70])
        t.assert.equal(await query.filter(exp.eq(exp.int.bin("young"), 1)).count(), 30)
      },
    },
    {
      name: "an index says which records",
      needs: [...needs, "indexes"],
      async run(t) {
        const { filter, op } = t.api
        const query = await filled(t, 50)
        const { set } = (await query.results())[0].key
        const name = `${set}_jobs`
        t.closing(() => t.client.indexRemove("test", name))
        await (await t.client.indexCreate({ ns: "test", set, bin: "n", name, type: "numeric" })).wait(patience)
        const job = await query.where(filter.range("n", 10, 19)).background([op.write("found", true)])
        await job.wait(patience)
        const found = (await query.results()).filter(({ bins }) => bins.found === true)
        t.assert.deepEqual(
          found.map(({ bins }) => bins.n).sort(),
          upTo(10).map((n) => n + 10),
        )
      },
    },
    {
      name: "the time to live is that of the policy, and records can be removed",
      needs,
      async run(t) {
        const { op } = t.api
        const query = await filled(t, 10)
        await (await query.background([op.touch()], { ttl: 5000 })).wait(patience)
        t.assert.ok((await query.results()).every(({ ttl }) => ttl > 4000 && ttl <= 5000))
        await (await query.background([op.delete()])).wait(patience)
        t.assert.equal(await query.count(), 0)
      },
    },
    {
      name: "another client finds the job by its number, as a bigint or as text",
      needs,
      async run(t) {
        const { op } = t.api
        const query = await filled(t, 10)
        const job = await query.background([op.add("n", 1)])
        t.assert.equal(typeof job.id, "bigint")
        const other = await t.connect()
        for (const id of [job.id, String(job.id)]) {
          const same = other.queryJob(id)
          t.assert.ok(same instanceof t.api.QueryJob && same instanceof t.api.Job)
          t.assert.equal(same.id, job.id)
          await same.wait(patience)
          t.assert.equal(sum(await same.nodes(), "succeeded"), 10)
        }
        for (const id of [0, -1, 1.5, "x", "", 2n ** 64n, null, {}]) {
          await t.fails(() => other.queryJob(id), { is: "InvalidArgumentError", says: "the id of the job" })
        }
      },
    },
    {
      name: "a job that no node knows is taken for done",
      needs,
      async run(t) {
        const job = t.client.queryJob(1n)
        await job.wait(patience)
        t.assert.ok((await job.nodes()).every(({ state }) => state === "unknown"))
        t.assert.equal(await job.abort(), false)
      },
    },
    {
      name: "a set that has no records is done at once",
      needs,
      async run(t) {
        const { op } = t.api
        const job = await t.client.query("test", `${t.set}jnone`).background([op.add("n", 1)])
        await job.wait(patience)
        t.assert.equal(sum(await job.nodes(), "succeeded"), 0)
      },
    },
    {
      name: "waiting ends by time or signal, and the job goes on; aborting ends it, and waiting says so",
      needs,
      async run(t) {
        const { op } = t.api
        const query = await filled(t, 300)
        const job = await query.background([op.add("n", 1000)], { recordsPerSecond: 10 })
        await t.fails(job.wait({ timeout: 50 }), { is: "TimeoutError" })
        const controller = new AbortController()
        const waiting = job.wait({ signal: controller.signal })
        controller.abort("enough")
        const error = await t.fails(waiting)
        t.assert.equal(error.codeName, "ABORTED")
        t.assert.equal(error.cause, "enough")
        t.assert.equal(await job.isDone(), false)
        t.assert.ok((await job.progress()) < 100)
        t.assert.equal(await job.abort(), true)
        await t.fails(job.wait(patience), { is: "QueryAbortedError", says: "user-aborted" })
        const changed = (await values(query, "n")).filter((n) => n >= 1000).length
        t.assert.ok(changed < 300, `${changed} records were changed`)
        t.assert.ok((await job.nodes()).some(({ state, reason }) => state === "aborted" && reason === "user-aborted"))
      },
    },
    {
      name: "what such a job cannot be is refused before it is sent",
      needs: ["queries"],
      async run(t) {
        const { exp, op } = t.api
        const query = t.client.query("test", t.set)
        const refused = (act, ...says) => t.fails(act, { is: "InvalidArgumentError", says })
        const add = [op.add("n", 1)]
        await refused(() => query.background([]), "ops")
        await refused(() => query.background([op.read("n")]), "only writes")
        await refused(() => query.background([...add, op.read("n")]), "only writes")
        await refused(() => query.background("add"), "background")
        await refused(() => query.background({ module: "m" }), "name of the function")
        await refused(() => query.background({ module: "m", fn: "f", arg: [] }), "args")
        await refused(() => query.background({ module: "m", fn: "f", args: 5 }), "arguments")
        await refused(() => query.select("n").background(add), "select")
        await refused(() => query.ops(op.read("n")).background(add), "ops()")
        await refused(() => query.partitions({ begin: 0 }).background(add), "partitionFilter")
        await refused(() => query.background(add, { maxRecords: 5 }), "maxRecords")
        await refused(() => query.background(add, { maxRetries: 1 }), "maxRetries")
        await refused(() => query.background(add, { recordsPerSecond: -1 }), "recordsPerSecond")
        await refused(() => query.background(add, { filterExpression: exp.int.bin("n") }), "filterExpression")
      },
    },
    {
      name: "a query whose index is missing begins on no node, and says so",
      needs: [...needs, "indexes"],
      async run(t) {
        const { filter, op } = t.api
        const query = await filled(t, 1)
        const job = query.where(filter.equals("nowhere", 1)).background([op.add("n", 1)])
        await t.fails(job, { is: "IndexNotFoundError" })
      },
    },
    {
      name: "a function is called for every record",
      needs: [...needs, "functions", "functions in the background"],
      async run(t) {
        await putModule(t, module, source)
        const query = await filled(t, 60)
        const job = await query.background({ module, fn: "add", args: ["n", 500] })
        await job.wait(patience)
        t.assert.deepEqual(
          await values(query, "n"),
          upTo(60).map((n) => n + 500),
        )
        t.assert.equal(sum(await job.nodes(), "succeeded"), 60)
      },
    },
    {
      name: "a function that fails is counted, also one that is not there",
      needs: [...needs, "functions", "functions in the background"],
      async run(t) {
        await putModule(t, module, source)
        const query = await filled(t, 40)
        const job = await query.background({ module, fn: "failSome" })
        await job.wait(patience)
        const nodes = await job.nodes()
        t.assert.deepEqual([sum(nodes, "succeeded"), sum(nodes, "failed")], [20, 20])
        const none = await query.background({ module, fn: "nothing" })
        await none.wait(patience)
        t.assert.equal(sum(await none.nodes(), "failed"), 40)
      },
    },
  ],
}
