// Queries without an index: every record once, limits, pages, cursors, back-pressure, giving up.

import { pause } from "../support/context.mjs"

const needs = ["batches", "queries"]
const count = 500
const made = new Map()

/** The set that all cases query: `count` records `{ n, s, even? }`, every third with its user key. */
async function querySet(t) {
  const set = `${t.set}q`
  if (!made.has(set)) made.set(set, store(t, set))
  await made.get(set)
  return set
}

async function store(t, set) {
  const rows = Array.from({ length: count }, (_, n) => ({
    key: t.owned(["test", set, n]),
    bins: { n, s: `s${n % 10}`, ...(n % 2 ? {} : { even: true }) },
    policy: { sendKey: n % 3 === 0, ttl: n === 0 ? 5000 : 0 },
  }))
  const wrote = await t.client.batchWrite(rows, { totalTimeout: 10_000 })
  t.assert.ok(wrote.every(({ code }) => code === 0))
}

const numbers = (records) => records.map(({ bins }) => bins.n).sort((a, b) => a - b)
const upTo = (end) => Array.from({ length: end }, (_, n) => n)

async function query(t) {
  return t.client.query("test", await querySet(t))
}

export default {
  name: "queries",
  cases: [
    {
      name: "a scan gives every record once, with all that is known of it",
      needs,
      async run(t) {
        const records = await (await query(t)).results()
        t.same(numbers(records), upTo(count))
        const zero = records.find(({ bins }) => bins.n === 0)
        const one = records.find(({ bins }) => bins.n === 1)
        const set = `${t.set}q`
        t.same(zero.key, ["test", set, 0])
        t.same(zero.bins, { n: 0, s: "s0", even: true })
        t.assert.ok(zero.ttl > 4900 && zero.ttl <= 5000, `ttl ${zero.ttl}`)
        t.same(one.key, { ns: "test", set, digest: one.digest })
        t.same([one.gen, one.ttl, one.digest.length], [1, t.api.TTL.NEVER_EXPIRE, 20])
        t.same((await t.client.get(one.key)).bins, one.bins)
      },
    },
    {
      name: "for await takes them one by one",
      needs,
      async run(t) {
        const seen = []
        for await (const { bins } of await query(t)) seen.push(bins.n)
        t.same(
          seen.sort((a, b) => a - b),
          upTo(count),
        )
      },
    },
    {
      name: "a whole namespace holds the set's records, each with the name of its set",
      needs,
      async run(t) {
        const set = await querySet(t)
        let found = 0
        for await (const { key } of t.client.query("test").noBins()) {
          if ((Array.isArray(key) ? key[1] : key.set) === set) found++
        }
        t.assert.equal(found, count)
      },
    },
    {
      name: "bins are chosen, or left away",
      needs,
      async run(t) {
        const all = await query(t)
        t.same((await all.select("n").results()).find(({ bins }) => bins.n === 4).bins, { n: 4 })
        t.assert.equal((await all.select("even").results()).length, count / 2)
        const bare = await all.noBins().results()
        t.assert.equal(bare.length, count)
        t.same(bare[0].bins, {})
      },
    },
    {
      name: "count needs no bins",
      needs,
      async run(t) {
        t.assert.equal(await (await query(t)).count(), count)
        t.assert.equal(await (await query(t)).select("n").count(), count)
      },
    },
    {
      name: "an expression filters",
      needs: [...needs, "expressions"],
      async run(t) {
        const { exp } = t.api
        const filtered = (await query(t)).filter(exp.lt(exp.int.bin("n"), 5))
        t.same(numbers(await filtered.results()), upTo(5))
        t.assert.equal(await filtered.count(), 5)
        const bytes = exp.toBytes(exp.eq(exp.string.bin("s"), "s3"))
        t.assert.equal(await (await query(t)).filter(bytes).count(), count / 10)
      },
    },
    {
      name: "ops that read give their results instead of bins",
      needs: [...needs, "operate", "expressions", "ops in queries"],
      async run(t) {
        const { op, exp } = t.api
        const records = await (await query(t))
          .filter(exp.eq(exp.int.bin("n"), 7))
          .ops(op.read("s"), op.read("n"))
          .results()
        t.same(
          records.map(({ bins }) => bins),
          [{ s: "s7", n: 7 }],
        )
        await t.fails(async () => (await query(t)).ops(op.add("n", 1)).results(), { is: "InvalidArgumentError" })
      },
    },
    {
      name: "partitions part the records",
      needs,
      async run(t) {
        const all = await query(t)
        const parts = []
        for (let begin = 0; begin < 4096; begin += 1024)
          parts.push(...(await all.partitions({ begin, count: 1024 }).results()))
        t.same(numbers(parts), upTo(count))
        const few = await all.partitions({ begin: 7 }).results()
        t.assert.ok(few.every(({ digest }) => ((digest[0] | (digest[1] << 8)) & 0xfff) === 7))
      },
    },
    {
      name: "maxRecords is a limit, and recordsPerSecond no loss",
      needs,
      async run(t) {
        const all = await query(t)
        t.assert.equal((await all.policy({ maxRecords: 100 }).results()).length, 100)
        t.same(numbers(await all.policy({ recordsPerSecond: 5000 }).results()), upTo(count))
        t.same(numbers(await all.policy({ expectedDuration: "short" }).results()), upTo(count))
        t.same(numbers(await all.policy({ expectedDuration: "longRelaxAP" }).results()), upTo(count))
        for (const maxConcurrentNodes of [1, 2])
          t.same(numbers(await all.policy({ maxConcurrentNodes }).results()), upTo(count))
        for (const policy of [{ includeBins: true }, { failOnClusterChange: true }, { readModeAP: "all" }])
          t.same(numbers(await all.policy(policy).results()), upTo(count))
        const { bins } = (await all.policy({ includeBins: false, maxRecords: 1 }).results())[0]
        t.same(bins, {})
      },
    },
    {
      name: "pages are full but for the last, and each record is in one",
      needs,
      async run(t) {
        const sizes = []
        const seen = []
        let last
        for await (const { records, cursor } of (await query(t)).pages(120)) {
          sizes.push(records.length)
          seen.push(...records)
          last = cursor
        }
        t.same(sizes, [120, 120, 120, 120, 20])
        t.assert.equal(last, undefined)
        t.same(numbers(seen), upTo(count))
      },
    },
    {
      name: "a cursor is text with which another client goes on",
      needs,
      async run(t) {
        const set = await querySet(t)
        const first = []
        let kept
        for await (const { records, cursor } of t.client.query("test", set).pages(200)) {
          first.push(...records)
          kept = cursor
          break
        }
        t.assert.equal(typeof kept, "string")
        const other = await t.connect()
        const rest = await other
          .query("test", set)
          .from(JSON.parse(JSON.stringify(kept)))
          .results()
        t.assert.equal(first.length, 200)
        t.same(numbers([...first, ...rest]), upTo(count))
      },
    },
    {
      name: "pages keep to maxRecords",
      needs,
      async run(t) {
        const sizes = []
        for await (const { records } of (await query(t)).policy({ maxRecords: 150 }).pages(100))
          sizes.push(records.length)
        t.same(sizes, [100, 50])
      },
    },
    {
      name: "a set without records gives none",
      needs,
      async run(t) {
        const none = t.client.query("test", `${t.set}none`)
        t.same([await none.results(), await none.count()], [[], 0])
        for await (const _ of none) t.assert.fail("a record of nowhere")
      },
    },
    {
      name: "leaving the loop gives the query up",
      needs,
      async run(t) {
        const client = await t.connect()
        const set = await querySet(t)
        for await (const { bins } of client.query("test", set)) {
          t.assert.equal(typeof bins.n, "number")
          break
        }
        await t.until(() => client.stats().inFlight === 0, { what: "the end of the query" })
        t.assert.equal(await client.query("test", set).count(), count)
      },
    },
    {
      name: "a query is sent anew each time, and several at once do not mix",
      needs,
      async run(t) {
        const all = await query(t)
        const results = await Promise.all([all.results(), all.select("n").results(), all.results()])
        for (const records of results) t.same(numbers(records), upTo(count))
      },
    },
    {
      name: "builders leave what they were made of as it was",
      needs,
      async run(t) {
        const all = await query(t)
        all.select("s").noBins().policy({ maxRecords: 1 })
        t.same(numbers(await all.results()), upTo(count))
      },
    },
    {
      name: "a slow consumer makes the client stop reading, and loses nothing",
      needs,
      ms: 120_000,
      async run(t) {
        const set = `${t.set}slow`
        const size = 30_000
        const keys = Array.from({ length: size }, (_, n) => ["test", set, n])
        const text = "x".repeat(200)
        await t.client.batchWrite(
          keys.map((key, n) => ({ key, bins: { n, text } })),
          { totalTimeout: 60_000 },
        )
        try {
          const client = await t.connect()
          const before = client.stats().bytesReceived
          const records = client.query("test", set)[Symbol.asyncIterator]()
          await records.next()
          await pause(500)
          const early = client.stats().bytesReceived - before
          let taken = 1
          while (!(await records.next()).done) taken++
          const late = client.stats().bytesReceived - before
          t.assert.equal(taken, size)
          t.assert.ok(early < late * 0.8, `${early} of ${late} bytes were read before anyone wanted them`)
        } finally {
          await t.client.batchRemove(keys, { totalTimeout: 60_000 })
        }
      },
    },
    {
      name: "a signal ends it at once, with the reason",
      needs,
      async run(t) {
        const given = new AbortController()
        const all = (await query(t)).policy({ signal: given.signal })
        let taken = 0
        const error = await t.fails(
          async () => {
            for await (const _ of all) if (++taken === 10) given.abort(new Error("enough"))
          },
          { code: -5, says: `query test.${t.set}q` },
        )
        t.assert.equal(error.cause.message, "enough")
        await t.fails(() => all.results(), { code: -5 })
      },
    },
    {
      name: "a value that the options cannot express ends it with an error, once",
      needs,
      async run(t) {
        const set = `${t.set}big`
        await t.client.put(t.owned(["test", set, 1]), { n: 2n ** 60n })
        const client = await t.connect({ int64: "number" })
        await t.fails(() => client.query("test", set).results(), { is: "ClientError", says: "int64" })
        const records = client.query("test", set)[Symbol.asyncIterator]()
        await t.fails(() => records.next(), { is: "ClientError" })
        t.same(await records.next(), { done: true, value: undefined })
      },
    },
    {
      name: "a query that is aborted on the server ends with QueryAbortedError",
      needs,
      async run(t) {
        const set = await querySet(t)
        const slow = t.client.query("test", set).policy({ recordsPerSecond: 20, totalTimeout: 60_000 })
        const ended = t.fails(slow.results(), { is: "QueryAbortedError", code: 15 })
        const running = async () => {
          const told = (await t.client.infoAll("query-show")).flatMap(({ response }) => response.split(";"))
          const one = told.find(
            (job) => job.includes(`:set=${set}:`) && job.includes(":rps=20:") && job.includes(":status=active"),
          )
          return one && /trid=(\d+)/.exec(one)[1]
        }
        const id = await t.until(running, { what: "the query" })
        const answers = await t.client.infoAll(`query-abort:trid=${id}`)
        t.assert.ok(answers.some(({ response }) => response === "ok"))
        await ended
      },
    },
    {
      name: "a namespace that does not exist is an error",
      needs,
      async run(t) {
        const error = await t.fails(() => t.client.query("nope").results(), { is: "ServerError", code: 20 })
        t.assert.ok(error.message.includes("query nope"))
      },
    },
    {
      name: "when the client is closed, a query that runs is rejected",
      needs,
      async run(t) {
        const client = await t.connect()
        const records = client.query("test", await querySet(t))[Symbol.asyncIterator]()
        await records.next()
        await client.close()
        const rest = async () => {
          while (!(await records.next()).done);
          return "all had come"
        }
        const outcome = await rest().catch((error) => error.codeName)
        t.assert.ok(["CLOSED", "all had come"].includes(outcome), String(outcome))
        await t.fails(() => client.query("test", t.set).results(), { says: "closed" })
      },
    },
    {
      name: "what is wrong is refused by name, and nothing is sent",
      async run(t) {
        const is = "InvalidArgumentError"
        const all = t.client.query("test", t.set)
        const { filter, exp, ctx } = t.api
        const fails = (act, says) => t.fails(act, { is, says })
        await fails(() => t.client.query(""), ["namespace"])
        await fails(() => t.client.query("test", "s".repeat(64)), ["set", "63"])
        await fails(() => all.select(), ["noBins"])
        await fails(() => all.select("b".repeat(16)), ["bin", "15"])
        await fails(() => all.ops(), ["ops"])
        await fails(() => all.where({ bin: "a" }), ["filter"])
        await fails(() => all.where(filter.equals("a", 1)).where(filter.equals("a", 1)), ["one where-clause"])
        await fails(() => all.from("?"), ["cursor"])
        await fails(() => all.from("AAAA").results(), ["cursor"])
        await fails(() => all.pages(0).next(), ["page", "0"])
        await fails(() => all.partitions({ begin: 4096 }).results(), ["partitionFilter", "4096"])
        await fails(() => all.policy({ maxRecords: -1 }).results(), ["maxRecords", "-1"])
        await fails(() => all.policy({ sendKey: true }).results(), ["sendKey"])
        await fails(() => all.filter("x").results(), ["filterExpression"])
        await fails(() => filter.equals("a", 1.5), ["filter.equals", "1.5"])
        await fails(() => filter.equals("", 1), ["bin"])
        await fails(() => filter.range("a", 1, "z"), ["filter.range", "high"])
        await fails(() => filter.contains("a", 1, "set"), ["collection", '"set"', '"mapKeys"'])
        await fails(() => filter.geoWithin("a", "{}"), ["GeoJSON"])
        await fails(() => filter.equals({ index: "i", ctx: ctx.mapKey("a") }, 1), ["index"])
        await fails(() => filter.equals({ bin: "a", exp: exp.int.bin("a") }, 1), ["index"])
      },
    },
  ],
}
