// Secondary indexes of each kind and the queries that use them; truncation; modules of functions.

import { pause } from "../support/context.mjs"

const needs = ["batches", "queries", "indexes"]
const count = 100
const made = new Map()

/** Records in a set of their own, and a name for indexes that nobody else uses. */
async function indexedSet(t) {
  const set = `${t.set}i`
  if (!made.has(set)) made.set(set, store(t, set))
  await made.get(set)
  return set
}

async function store(t, set) {
  const { GeoJSON } = t.api
  const rows = Array.from({ length: count }, (_, n) => ({
    key: t.owned(["test", set, n]),
    bins: {
      n: n % 20,
      s: `s${n % 10}`,
      b: new Uint8Array([n % 5]),
      l: [n % 20, `e${n % 4}`],
      m: { [`k${n % 8}`]: n % 3 },
      deep: { inner: [n % 6] },
      point: GeoJSON.point(n / 10, 1),
      region: GeoJSON.circle(n / 10, 1, 15_000),
    },
  }))
  const wrote = await t.client.batchWrite(rows, { totalTimeout: 10_000 })
  t.assert.ok(wrote.every(({ code }) => code === 0))
}

/** A query of the set with an index of its own, which goes with the case. */
async function indexed(t, definition) {
  const set = await indexedSet(t)
  const name = `${set}_${Math.random().toString(36).slice(2, 8)}`
  const job = await t.client.indexCreate({ ns: "test", set, name, ...definition })
  t.closing(() => t.client.indexRemove("test", name))
  await job.wait({ timeout: 20_000 })
  t.assert.equal(await job.progress(), 100)
  return { set, name, query: t.client.query("test", set) }
}

/** The numbers of the records of a query: their places in the set. */
async function found(query) {
  return (await query.results()).length
}

export default {
  name: "indexes",
  cases: [
    {
      name: "numbers: equal, and within a range",
      needs,
      async run(t) {
        const { query, name } = await indexed(t, { bin: "n", type: "numeric" })
        const { filter } = t.api
        const five = await query.where(filter.equals("n", 5)).results()
        t.assert.equal(five.length, 5)
        t.assert.ok(five.every(({ bins }) => bins.n === 5))
        t.assert.equal(await found(query.where(filter.range("n", 5, 7n))), 15)
        t.assert.equal(await found(query.where(filter.range("n", -(2n ** 63n), 2n ** 63n - 1n))), count)
        t.assert.equal(await query.where(filter.equals({ index: name }, 5)).count(), 5)
        await t.fails(() => query.where(filter.range("n", 7, 5)).results(), { is: "ServerError", code: 4 })
        t.assert.equal((await query.where(filter.equals("n", 5)).select("s").results())[0].bins.n, undefined)
      },
    },
    {
      name: "texts and bytes: equal",
      needs,
      async run(t) {
        const { filter } = t.api
        const texts = await indexed(t, { bin: "s", type: "string" })
        t.assert.equal(await found(texts.query.where(filter.equals("s", "s3"))), 10)
        t.assert.equal(await found(texts.query.where(filter.equals("s", "nobody"))), 0)
        const bytes = await indexed(t, { bin: "b", type: "blob" })
        t.assert.equal(await found(bytes.query.where(filter.equals("b", new Uint8Array([2])))), 20)
      },
    },
    {
      name: "elements of lists, keys and values of maps",
      needs,
      async run(t) {
        const { filter } = t.api
        const list = await indexed(t, { bin: "l", type: "numeric", collection: "list" })
        t.assert.equal(await found(list.query.where(filter.contains("l", 4, "list"))), 5)
        t.assert.equal(await found(list.query.where(filter.containsRange("l", 0, 3, "list"))), 20)
        const texts = await indexed(t, { bin: "l", type: "string", collection: "list" })
        t.assert.equal(await found(texts.query.where(filter.contains("l", "e1", "list"))), 25)
        const keys = await indexed(t, { bin: "m", type: "string", collection: "mapKeys" })
        t.assert.equal(await found(keys.query.where(filter.contains("m", "k3", "mapKeys"))), 13)
        const values = await indexed(t, { bin: "m", type: "numeric", collection: "mapValues" })
        t.assert.equal(await found(values.query.where(filter.contains("m", 2, "mapValues"))), 33)
      },
    },
    {
      name: "what is nested, by its context",
      needs,
      async run(t) {
        const { filter, ctx } = t.api
        const way = ctx.mapKey("inner")
        const { query } = await indexed(t, { bin: "deep", type: "numeric", collection: "list", ctx: way })
        t.assert.equal(await found(query.where(filter.contains({ bin: "deep", ctx: way }, 3, "list"))), 17)
      },
    },
    {
      name: "points within a region, and regions around a point",
      needs,
      async run(t) {
        const { filter, GeoJSON } = t.api
        const points = await indexed(t, { bin: "point", type: "geo2dsphere" })
        const near = await points.query.where(filter.geoWithin("point", GeoJSON.circle(5, 1, 25_000))).results()
        t.assert.equal(near.length, 5)
        const regions = await indexed(t, { bin: "region", type: "geo2dsphere" })
        t.assert.equal(await found(regions.query.where(filter.geoContains("region", GeoJSON.point(5, 1)))), 3)
      },
    },
    {
      name: "what an expression gives",
      needs: [...needs, "expressions"],
      async run(t) {
        const { filter, exp } = t.api
        const double = exp.mul(exp.int.bin("n"), 2)
        const { query, name } = await indexed(t, { exp: double, type: "numeric" })
        t.assert.equal(await found(query.where(filter.equals({ exp: double }, 10))), 5)
        t.assert.equal(await found(query.where(filter.equals({ index: name }, 10))), 5)
        t.assert.equal(await found(query.where(filter.equals({ exp: exp.toBytes(double) }, 10))), 5)
      },
    },
    {
      name: "an index and an expression together",
      needs: [...needs, "expressions"],
      async run(t) {
        const { filter, exp } = t.api
        const { query } = await indexed(t, { bin: "n", type: "numeric" })
        const both = query.where(filter.range("n", 0, 9)).filter(exp.eq(exp.string.bin("s"), "s4"))
        t.assert.equal(await found(both), 5)
      },
    },
    {
      name: "pages go through an index, too",
      needs,
      async run(t) {
        const { filter } = t.api
        const { query } = await indexed(t, { bin: "n", type: "numeric" })
        const sizes = []
        const seen = new Set()
        for await (const { records } of query.where(filter.range("n", 0, 9)).pages(20)) {
          sizes.push(records.length)
          for (const { digest } of records) seen.add(digest.join())
        }
        t.same(
          sizes.filter((size) => size > 0),
          [20, 20, 10],
        )
        t.assert.equal(seen.size, 50)
      },
    },
    {
      name: "a cursor of a scan is none of an index query",
      needs,
      async run(t) {
        const { filter } = t.api
        const { query } = await indexed(t, { bin: "n", type: "numeric" })
        const { value } = await query.pages(10).next()
        await t.fails(() => query.where(filter.equals("n", 1)).from(value.cursor).results(), {
          is: "InvalidArgumentError",
          says: "cursor",
        })
      },
    },
    {
      name: "without an index a where-clause is an error that says what to do",
      needs,
      async run(t) {
        const { filter } = t.api
        const query = t.client.query("test", await indexedSet(t)).where(filter.equals("absent", 5))
        await t.fails(() => query.results(), { is: "IndexNotFoundError", code: 201, says: ["where", "indexCreate"] })
      },
    },
    {
      name: "indexes are listed with what they were made of",
      needs,
      async run(t) {
        const { ctx } = t.api
        const { set, name } = await indexed(t, {
          bin: "deep",
          type: "numeric",
          collection: "list",
          ctx: ctx.mapKey("inner"),
        })
        const mine = (await t.client.indexList("test")).find((index) => index.name === name)
        const { context, ...rest } = mine
        t.same(rest, {
          ns: "test",
          set,
          bin: "deep",
          name,
          type: "numeric",
          collection: "list",
          exp: undefined,
          isReady: true,
        })
        t.assert.equal(context, "kiKmA2lubmVy")
        t.assert.ok((await t.client.indexList()).some((index) => index.name === name))
      },
    },
    {
      name: "the same index again is no error; another of that name is",
      needs,
      async run(t) {
        const { set, name } = await indexed(t, { bin: "n", type: "numeric" })
        const same = { ns: "test", set, name, bin: "n", type: "numeric" }
        await (await t.client.indexCreate(same)).wait()
        await t.fails(() => t.client.indexCreate({ ...same, type: "string" }), {
          is: "IndexFoundError",
          code: 200,
          says: name,
        })
      },
    },
    {
      name: "removing an index that is not there is no error",
      needs: ["indexes"],
      async run(t) {
        await t.client.indexRemove("test", `${t.set}never`)
      },
    },
    {
      name: "an index that cannot be is refused by name",
      async run(t) {
        const is = "InvalidArgumentError"
        const good = { ns: "test", set: t.set, name: "i", bin: "n", type: "numeric" }
        const fails = (more, says) => t.fails(() => t.client.indexCreate({ ...good, ...more }), { is, says })
        await fails({ name: "" }, ["index.name", "63"])
        await fails({ name: "a;b" }, ["index.name", ";"])
        await fails({ type: "integer" }, ["index.type", '"integer"', '"numeric"'])
        await fails({ collection: "set" }, ["index.collection"])
        await fails({ bin: undefined }, ["bin", "exp"])
        await fails({ bin: "b".repeat(16) }, ["index.bin", "15"])
        await fails({ ctx: "a" }, ["index.ctx"])
        await fails({ binn: "n" }, ["binn", "bin"])
      },
    },
    {
      name: "a namespace that does not exist is an error, though the server says that all is well",
      needs: ["indexes"],
      async run(t) {
        const index = { ns: "nope", set: "s", name: "i", bin: "n", type: "numeric" }
        await t.fails(() => t.client.indexCreate(index), { is: "ServerError", code: 20 })
        await t.fails(() => t.client.truncate("nope", "s"), { is: "ServerError", code: 20 })
      },
    },
    {
      name: "an index of a set: told as such, and scans of the set find what they did",
      needs,
      async run(t) {
        const { set, query, name } = await indexed(t, { type: "set" })
        const [told] = (await t.client.indexList("test")).filter((index) => index.name === name)
        const nothing = { bin: undefined, collection: undefined, context: undefined, exp: undefined }
        t.same(told, { ns: "test", set, name, type: "set", isReady: true, ...nothing })
        t.assert.equal(await query.count(), count)
        const parsed = await Promise.all(
          (await t.client.infoAll(`sets/test/${set}`)).map(({ response }) =>
            t.api.parseInfo(`sets/test/${set}`, response),
          ),
        )
        for (const [row] of parsed) if (row.objects > 0) t.assert.equal(row["enable-index"], true)
        const other = { ns: "test", set, name, bin: "n", type: "numeric" }
        await t.fails(t.client.indexCreate(other), { is: "IndexFoundError", code: 200 })
        const bad = (more, says) =>
          t.fails(t.client.indexCreate({ ns: "test", set, name, type: "set", ...more }), { says })
        await bad({ bin: "n" }, "index.bin")
        await bad({ set: undefined }, "index.set")
        await bad({ ctx: t.api.ctx.mapKey("a") }, "index.ctx")
      },
    },
    {
      name: "the context of an index is read back from its text",
      needs,
      async run(t) {
        const { ctx, exp } = t.api
        const way = ctx.mapKey("inner").listIndex(-1)
        const { name } = await indexed(t, { bin: "deep", type: "numeric", ctx: way })
        const [{ context }] = (await t.client.indexList("test")).filter((index) => index.name === name)
        t.assert.equal(context, way.toBase64())
        t.same(ctx.fromBase64(context).entries, way.entries)
        t.same(
          ctx.mapKey("outer").fromBase64(context).entries,
          ctx.mapKey("outer").mapKey("inner").listIndex(-1).entries,
        )
        const all = ctx
          .mapKey(1n << 62n)
          .allChildren(exp.gt(exp.int.loopVar("value"), 10))
          .mapValue(new Uint8Array([7]))
        t.assert.equal(ctx.fromBase64(all.toBase64()).toBase64(), all.toBase64())
        await t.fails(() => ctx.fromBase64("kgGR"), { is: "InvalidArgumentError", says: "The context cannot be used" })
        await t.fails(() => ctx.fromBase64("kQE="), { is: "InvalidArgumentError", says: "pairs" })
        await t.fails(() => ctx.fromBase64("*"), { is: "InvalidArgumentError", says: "base64" })
        await t.fails(() => ctx.toBase64(), { is: "InvalidArgumentError", says: "without a step" })
      },
    },
    {
      name: "waiting for a job ends with its time limit or its signal",
      async run(t) {
        const job = new t.api.Job("a job", async () => 50)
        t.assert.equal(await job.isDone(), false)
        await t.fails(() => job.wait({ timeout: 30 }), { is: "TimeoutError", says: "a job" })
        const given = new AbortController()
        setTimeout(() => given.abort(), 10)
        await t.fails(() => job.wait({ signal: given.signal }), { code: -5 })
      },
    },
    {
      name: "truncating removes what was written before, of one set",
      needs: ["batches", "queries", "truncation"],
      async run(t) {
        const [set, other] = [`${t.set}t`, `${t.set}u`]
        const keys = [set, set, other].map((name, n) => t.owned(["test", name, n]))
        await t.client.batchWrite(keys.map((key) => ({ key, bins: { n: 1 } })))
        await pause(20)
        const before = new Date()
        await pause(20)
        const late = t.owned(["test", set, "late"])
        await t.client.put(late, { n: 1 })
        await t.client.truncate("test", set, { before })
        await t.until(async () => (await t.client.query("test", set).count()) === 1, { what: "the truncation" })
        t.assert.ok(await t.client.exists(late))
        t.assert.ok(await t.client.exists(keys[2]))
        await pause(20)
        await t.client.truncate("test", set)
        await t.until(async () => (await t.client.query("test", set).count()) === 0, { what: "the truncation" })
      },
    },
    {
      name: "truncating to a time that cannot be is refused, by the client or the server",
      needs: ["truncation"],
      async run(t) {
        const to = (before) => () => t.client.truncate("test", `${t.set}t`, { before })
        await t.fails(to(Date.now()), { is: "InvalidArgumentError", says: ["before", "Date", "bigint"] })
        await t.fails(to(new Date(Number.NaN)), { is: "InvalidArgumentError" })
        await t.fails(to(new Date(Date.now() + 86_400_000)), { is: "ServerError", code: 4, says: "future" })
        await t.fails(to(new Date(2001, 1, 1)), { is: "ServerError", code: 4, says: "would truncate to 0" })
        await t.fails(() => t.client.truncate("test", "a;b"), { is: "InvalidArgumentError", says: "set" })
      },
    },
    {
      name: "modules are put, listed, read and removed",
      needs: ["modules"],
      async run(t) {
        const name = `${t.set}.lua`
        const source = "-- ä\nfunction hello(rec)\n  return 'hello'\nend\n"
        const job = await t.client.udfPut(name, source)
        t.closing(() => t.client.udfRemove(name))
        await job.wait({ timeout: 10_000 })
        const listed = (await t.client.udfList()).find((module) => module.name === name)
        t.same([listed.type, listed.hash.length], ["LUA", 40])
        t.assert.equal(await t.client.udfGet(name), source)
        await t.client.udfPut(name, new TextEncoder().encode("function other() end"))
        await t.until(async () => (await t.client.udfGet(name)) === "function other() end", { what: "the new text" })
        await t.client.udfRemove(name)
        await t.client.udfRemove(name)
        await t.until(async () => !(await t.client.udfList()).some((module) => module.name === name))
      },
    },
    {
      name: "a module that cannot be is refused with the reason",
      needs: ["modules", "a compiler of Lua"],
      async run(t) {
        const is = "UdfError"
        await t.fails(() => t.client.udfPut("bad.lua", "function broken(rec return 1"), {
          is,
          says: ["bad.lua:1", "expected"],
        })
        await t.fails(() => t.client.udfPut("noending", "function f() end"), { is, says: ".lua" })
        await t.fails(() => t.client.udfGet(`${t.set}none.lua`), { is, says: "no such module" })
        await t.fails(() => t.client.udfPut("a.lua", ""), { is: "InvalidArgumentError" })
        await t.fails(() => t.client.udfPut("a;b.lua", "x"), { is: "InvalidArgumentError", says: ";" })
      },
    },
  ],
}
