// Every kind of op in the rows of a batch and in place of the bins of a query, and every kind of value in every kind of
// index: what is tried elsewhere for one record or one kind is tried here for all.

const bytes = (...all) => new Uint8Array(all)

/** A record that every kind of op can be done to. */
async function stored(t, key = t.key("kinds")) {
  const { op, hll } = t.api
  const bins = { n: 5, s: "mid", y: bytes(1, 2), l: [3, 1, 2], m: { a: 1 }, d: { x: [1, 2, 3] } }
  await t.client.operate(key, [
    ...Object.entries(bins).map(([name, value]) => op.write(name, value)),
    hll.add("h", ["a", "b"], { indexBits: 8 }),
  ])
  return key
}

/** Ops that read, each with the need it has, the bin it answers for and what it gives. */
const READS = [
  ["READ", "operate", ({ op }) => op.read("n"), "n", 5],
  ["CDT_READ of a list", "list operations", ({ list }) => list.getByRank("l", 0), "l", 1],
  ["CDT_READ of a map", "map operations", ({ map }) => map.getByKey("m", "a"), "m", 1],
  [
    "CDT_READ by a path",
    "expressions on paths",
    ({ op, ctx, exp }) => op.path.select("d", ctx.mapKey("x").allChildren(exp.gt(exp.int.loopVar("value"), 1))),
    "d",
    [2, 3],
  ],
  ["BITS_READ", "bit operations", ({ bit }) => bit.getInt("y", 0, 16), "y", 258],
  ["HLL_READ", "HyperLogLog operations", ({ hll }) => hll.getCount("h"), "h", 2],
  ["EXP_READ", "all expressions", ({ op, exp }) => op.exp.read("double", exp.mul(exp.int.bin("n"), 2)), "double", 10],
]

/** Ops that write, each with its need, its bin, what it gives and what the bin holds then. */
const WRITES = [
  ["WRITE", "operate", ({ op }) => op.write("n", 9), "n", undefined, 9],
  ["INCR", "operate", ({ op }) => op.add("n", 2), "n", undefined, 7],
  ["APPEND", "operate", ({ op }) => op.append("s", "!"), "s", undefined, "mid!"],
  ["PREPEND", "operate", ({ op }) => op.prepend("s", "!"), "s", undefined, "!mid"],
  ["CDT_MODIFY of a list", "list operations", ({ list }) => list.append("l", 9), "l", 4, [3, 1, 2, 9]],
  ["CDT_MODIFY of a map", "map operations", ({ map }) => map.put("m", "b", 2), "m", 2, { a: 1, b: 2 }],
  [
    "CDT_MODIFY by a path",
    "expressions on paths",
    ({ op, ctx, exp }) => op.path.apply("d", ctx.mapKey("x").allChildren(), exp.add(exp.int.loopVar("value"), 1)),
    "d",
    undefined,
    { x: [2, 3, 4] },
  ],
  ["BITS_MODIFY", "bit operations", ({ bit }) => bit.set("y", 0, 8, bytes(9)), "y", undefined, bytes(9, 2)],
  [
    "EXP_MODIFY",
    "all expressions",
    ({ op, exp }) => op.exp.write("n", exp.mul(exp.int.bin("n"), 3)),
    "n",
    undefined,
    15,
  ],
]

/** Values of a kind of index and the two it is asked for: one that is there, and one that is not. */
const INDEXED = {
  numeric: { value: (n) => n, there: 3, absent: 99 },
  string: { value: (n) => `v${n}`, there: "v3", absent: "v99" },
  blob: { value: (n) => bytes(n), there: bytes(3), absent: bytes(99) },
}

/** How a value stands in a bin. */
const COLLECTIONS = {
  default: (value) => value,
  list: (value) => ["other", value],
  mapKeys: (value) => new Map([[value, "other"]]),
  mapValues: (value) => new Map([["other", value]]),
}

/** Ten records of a set of their own with what `bin(n)` gives, and an index on it; resolves to a query of them. */
async function indexed(t, bin, definition) {
  const set = `${t.set}k${Math.random().toString(36).slice(2, 8)}`
  const rows = Array.from({ length: 10 }, (_, n) => ({ key: t.owned(["test", set, n]), bins: { v: bin(n), n } }))
  const wrote = await t.client.batchWrite(rows)
  t.assert.ok(wrote.every(({ code }) => code === 0))
  const name = `i${set}`
  const job = await t.client.indexCreate({ ns: "test", set, name, bin: "v", ...definition })
  t.closing(() => t.client.indexRemove("test", name))
  await job.wait({ timeout: 20_000 })
  return { query: t.client.query("test", set), index: name }
}

const numbers = async (query) => (await query.results()).map(({ bins }) => bins.n).sort((a, b) => a - b)

export default {
  name: "every kind",
  cases: [
    ...READS.map(([name, need, make, bin, expected]) => ({
      name: `${name} in a row of a batch and in a query`,
      needs: ["batches", need],
      async run(t) {
        const key = await stored(t)
        const [row] = await t.client.batch([{ type: "operate", key, ops: [make(t.api)] }])
        t.same([row.code, row.bins], [0, { [bin]: expected }])
        if (!t.facts.features.includes("ops in queries")) return
        const set = `${t.set}q${name.replace(/\W/g, "").slice(-12)}`
        await stored(t, t.owned(["test", set, "k"]))
        const found = await t.client.query("test", set).ops(make(t.api)).results()
        t.same(
          found.map(({ bins }) => bins),
          [{ [bin]: expected }],
        )
      },
    })),
    ...WRITES.map(([name, need, make, bin, given, after]) => ({
      name: `${name} in a row of a batch`,
      needs: ["batches", need],
      async run(t) {
        const key = await stored(t)
        const [row] = await t.client.batch([{ type: "operate", key, ops: [make(t.api)] }])
        t.assert.equal(row.code, 0)
        t.same(row.bins?.[bin] ?? undefined, given)
        t.same((await t.client.get(key)).bins[bin], after)
      },
    })),
    ...WRITES.map(([name, need, make, bin, , after]) => ({
      name: `${name} in a background job`,
      needs: ["queries", need],
      async run(t) {
        const set = `${t.set}b${name.replace(/\W/g, "").slice(-12)}`
        const key = await stored(t, t.owned(["test", set, "k"]))
        const job = await t.client.query("test", set).background([make(t.api)])
        await job.wait({ timeout: 20_000 })
        t.same((await t.client.get(key)).bins[bin], after)
      },
    })),
    {
      name: "HLL_MODIFY in a background job",
      needs: ["queries", "HyperLogLog operations"],
      async run(t) {
        const { hll } = t.api
        const set = `${t.set}bhll`
        const key = await stored(t, t.owned(["test", set, "k"]))
        const job = await t.client.query("test", set).background([hll.add("h", ["c"])])
        await job.wait({ timeout: 20_000 })
        t.same((await t.client.operate(key, [hll.getCount("h")])).bins, { h: 3 })
      },
    },
    {
      name: "HLL_MODIFY in a row of a batch",
      needs: ["batches", "HyperLogLog operations"],
      async run(t) {
        const { hll } = t.api
        const key = await stored(t)
        const [row] = await t.client.batch([{ type: "operate", key, ops: [hll.add("h", ["c"]), hll.getCount("h")] }])
        t.same([row.code, row.bins], [0, { h: [1, 3] }])
      },
    },
    {
      name: "TOUCH and DELETE_ALL in rows of a batch",
      needs: ["batches", "operate"],
      async run(t) {
        const { op } = t.api
        const [touched, emptied] = [await stored(t), await stored(t)]
        const rows = await t.client.batch([
          { type: "operate", key: touched, ops: [op.touch(), op.readHeader()] },
          { type: "operate", key: emptied, ops: [op.delete(), op.write("n", 1)] },
        ])
        t.same(
          rows.map(({ code }) => code),
          [0, 0],
        )
        t.assert.equal((await t.client.exists(touched)).gen, 2)
        t.same((await t.client.get(emptied)).bins, { n: 1 })
      },
    },

    ...Object.entries(INDEXED).flatMap(([type, { value, there, absent }]) =>
      Object.entries(COLLECTIONS).map(([collection, within]) => ({
        name: `an index of type ${type} on ${collection === "default" ? "bins" : collection}`,
        needs: ["batches", "queries", "indexes"],
        async run(t) {
          const { filter } = t.api
          const whole = collection === "default"
          const { query, index } = await indexed(t, (n) => within(value(n)), whole ? { type } : { type, collection })
          const equal = (what, wanted) =>
            query.where(whole ? filter.equals(what, wanted) : filter.contains(what, wanted, collection))
          t.same(await numbers(equal("v", there)), [3])
          t.same(await numbers(equal("v", absent)), [])
          t.same(await numbers(equal({ index }, there)), [3])
          if (type !== "numeric") return
          const range = whole ? filter.range("v", 3, 5) : filter.containsRange("v", 3, 5, collection)
          t.same(await numbers(query.where(range)), [3, 4, 5])
        },
      })),
    ),
    ...["default", "list", "mapValues"].map((collection) => ({
      name: `an index of type geo2dsphere on ${collection === "default" ? "bins" : collection}`,
      needs: ["batches", "queries", "indexes"],
      async run(t) {
        const { filter, GeoJSON } = t.api
        const within = COLLECTIONS[collection]
        const definition = collection === "default" ? {} : { collection }
        const geo = { type: "geo2dsphere", ...definition }
        const points = await indexed(t, (n) => within(GeoJSON.point(n, 1)), geo)
        const near = filter.geoWithin("v", GeoJSON.circle(3, 1, 10_000), definition.collection)
        t.same(await numbers(points.query.where(near)), [3])
        const regions = await indexed(t, (n) => within(GeoJSON.circle(n, 1, 10_000)), geo)
        const around = filter.geoContains("v", GeoJSON.point(3, 1), definition.collection)
        t.same(await numbers(regions.query.where(around)), [3])
      },
    })),
    {
      name: "no index of type geo2dsphere can be on mapKeys",
      needs: ["batches", "queries", "indexes"],
      async run(t) {
        const { filter, GeoJSON } = t.api
        const definition = { type: "geo2dsphere", collection: "mapKeys" }
        await t.fails(
          indexed(t, (n) => n, definition),
          { is: "ServerError", code: 4, says: "mapkeys" },
        )
        const near = filter.geoWithin("v", GeoJSON.circle(3, 1, 10_000), "mapKeys")
        await t.fails(t.client.query("test", t.set).where(near).results(), { is: "IndexNotFoundError", code: 201 })
      },
    },
  ],
}
