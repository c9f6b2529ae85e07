// Functions of streams: what nodes make of their records, and what becomes of it in the client.

import { putModule } from "../support/modules.mjs"
import { tapped } from "../support/peers.mjs"

const needs = ["batches", "queries", "aggregation"]
const count = 400
const module = "conformance_streams"
const helpers = "conformance_streams_more"
const source = `
local more = require("${helpers}")
local function add(a, b) return a + b end
local function bin(name) return function(rec) return rec[name] end end

function sum(stream, name) return stream : map(bin(name)) : reduce(add) end
function total(stream)
  return stream : aggregate(0, function(n, rec) return n + 1 end) : reduce(add)
end
function chosen(stream, from, to)
  return stream : filter(function(rec) return rec.n >= from and rec.n <= to end) : map(bin("n"))
end
function byRest(stream, by)
  local function rest(rec) return map{ rest = rec.n % by, n = rec.n } end
  return stream : map(rest) : groupby(function(v) return v.rest end)
end
function average(stream)
  local function put(m, rec)
    m.sum, m.count = (m.sum or 0) + rec.n, (m.count or 0) + 1
    return m
  end
  local function join(a, b) return map.merge(a, b, add) end
  local function divide(m) return m.sum / m.count end
  return stream : aggregate(map(), put) : reduce(join) : map(divide)
end
function highest(stream) return stream : map(bin("n")) : reduce(more.max) end
function values(stream, name) return stream : filter(function(rec) return rec[name] ~= nil end) : map(bin(name)) end
function given(stream, ...)
  local args = list{...}
  return stream : aggregate(0, function() return 0 end) : reduce(add) : map(function() return args end)
end
function failsThere(stream) return stream : map(function(rec) return rec.n .. rec.none end) : reduce(add) end
function failsHere(stream)
  return stream : map(bin("n")) : reduce(add) : map(function() error("not here") end)
end
function noStream(stream) return 5 end
`

const made = new Map()

/** The set that all cases query, and the modules. */
async function query(t) {
  const set = `${t.set}a`
  if (!made.has(set)) made.set(set, store(t, set))
  await made.get(set)
  return t.client.query("test", set)
}

const odd = {
  big: 2n ** 60n + 1n,
  text: "çay",
  bytes: new Uint8Array([0, 255]),
  list: [1, "a", [2.5, null]],
  map: { a: { b: [] } },
  half: 0.5,
  yes: true,
}

async function store(t, set) {
  const rows = Array.from({ length: count }, (_, n) => ({
    key: t.owned(["test", set, n]),
    bins: { n, half: n / 2, ...(n === 7 ? odd : {}) },
  }))
  const wrote = await t.client.batchWrite(rows, { totalTimeout: 10_000 })
  t.assert.ok(wrote.every(({ code }) => code === 0))
  await putModule(t, helpers, "return { max = function(a, b) return a > b and a or b end }")
  await putModule(t, module, source)
}

const upTo = (end) => Array.from({ length: end }, (_, n) => n)

export default {
  name: "aggregation",
  cases: [
    {
      name: "what the nodes have reduced is reduced once more",
      needs,
      async run(t) {
        const all = await query(t)
        t.assert.equal(await all.aggregate(module, "sum", "n"), (count * (count - 1)) / 2)
        t.assert.equal(await all.aggregate(module, "total"), count)
        t.assert.equal(await all.aggregate(module, "average"), (count - 1) / 2)
        t.assert.equal(await all.aggregate({ module, fn: "sum", args: ["n"] }), (count * (count - 1)) / 2)
      },
    },
    {
      name: "values are grouped, and the groups of all nodes are one",
      needs,
      async run(t) {
        const groups = await (await query(t)).aggregate(module, "byRest", 3)
        t.assert.deepEqual([...groups.keys()].sort(), [0, 1, 2])
        for (const [rest, values] of groups) {
          const numbers = values.map(({ n }) => n).sort((a, b) => a - b)
          t.assert.deepEqual(
            numbers,
            upTo(count).filter((n) => n % 3 === rest),
          )
        }
      },
    },
    {
      name: "a stream that is not reduced gives all its values, in whatever order",
      needs,
      async run(t) {
        const all = await query(t)
        const seen = []
        for await (const n of all.aggregate(module, "chosen", 100, 299)) seen.push(n)
        t.assert.deepEqual(
          seen.sort((a, b) => a - b),
          upTo(200).map((n) => n + 100),
        )
        t.assert.equal((await all.aggregate(module, "chosen", 0, 9).values()).length, 10)
        await t.fails(all.aggregate(module, "chosen", 0, 9), { is: "ClientError", says: "several values" })
      },
    },
    {
      name: "leaving the loop gives the query up, and another can begin at once",
      needs,
      async run(t) {
        const all = await query(t)
        for await (const n of all.aggregate(module, "chosen", 0, count)) {
          t.assert.equal(typeof n, "number")
          break
        }
        t.assert.equal(await all.aggregate(module, "total"), count)
      },
    },
    {
      name: "nothing gives undefined, and no value",
      needs,
      async run(t) {
        await query(t)
        const none = t.client.query("test", `${t.set}anone`)
        t.assert.equal(await none.aggregate(module, "sum", "n"), undefined)
        t.assert.deepEqual(await none.aggregate(module, "chosen", 0, 9).values(), [])
      },
    },
    {
      name: "values of every type come back as they were, and arguments arrive so",
      needs,
      async run(t) {
        const all = await query(t)
        for (const [name, value] of Object.entries(odd)) {
          if (name === "half") continue
          t.assert.deepEqual(await all.aggregate(module, "values", name), value, name)
        }
        const args = [1, -(2n ** 62n), 1.5, "ü", true, [1, [2]], { a: null }]
        t.assert.deepEqual(await all.aggregate(module, "given", ...args), args)
      },
    },
    {
      name: "whole doubles stay doubles on the way, and are read as the configuration says",
      needs,
      async run(t) {
        await query(t)
        const client = await t.connect({ doubles: "wrapped", int64: "bigint", maps: "map" })
        const all = client.query("test", `${t.set}a`)
        t.same(await all.aggregate(module, "sum", "half"), new t.api.Double((count * (count - 1)) / 4 - 3.5 + 0.5))
        t.same(await all.aggregate(module, "sum", "n"), BigInt((count * (count - 1)) / 2))
        t.same(await all.aggregate(module, "values", "map"), new Map([["a", new Map([["b", []]])]]))
      },
    },
    {
      name: "an index says which records",
      needs: [...needs, "indexes"],
      async run(t) {
        const all = await query(t)
        const [set, name] = [`${t.set}a`, `${t.set}_streams`]
        t.closing(() => t.client.indexRemove("test", name))
        await (await t.client.indexCreate({ ns: "test", set, bin: "n", name, type: "numeric" })).wait({
          timeout: 20_000,
        })
        t.assert.equal(await all.where(t.api.filter.range("n", 1, 10)).aggregate(module, "sum", "n"), 55)
      },
    },
    {
      name: "a module can require another of the cluster",
      needs: [...needs, "indexes"],
      async run(t) {
        t.assert.equal(await (await query(t)).aggregate(module, "highest"), count - 1)
      },
    },
    {
      name: "the text of the module can be given",
      needs,
      async run(t) {
        const all = await query(t)
        for (const text of [source, new TextEncoder().encode(source)]) {
          t.assert.equal(await all.aggregate({ module, fn: "total", source: text }), count)
        }
        await t.fails(() => all.aggregate({ module, fn: "total", source: 5 }), {
          is: "InvalidArgumentError",
          says: "source",
        })
      },
    },
    {
      name: "when the module changes, the new one counts",
      needs,
      async run(t) {
        const all = await query(t)
        const name = `${module}_${t.set}`
        const one = (
          n,
        ) => `function f(s) return s : aggregate(0, function() return 0 end) : reduce(function() return 0 end)
          : map(function() return ${n} end) end`
        t.closing(() => t.client.udfRemove(`${name}.lua`))
        for (const n of [1, 2]) {
          await putModule(t, name, one(n))
          t.assert.equal(await all.aggregate(name, "f"), n)
        }
      },
    },
    {
      name: "a function that fails on a server or here gives a UdfError with its own words",
      needs,
      async run(t) {
        const all = await query(t)
        const fails = (fn, ...says) => t.fails(all.aggregate(module, fn), { is: "UdfError", code: 100, says })
        await fails("failsThere", "attempt to concatenate a nil value", `${module}.failsthere`)
        await fails("failsHere", "not here", `${module}.lua:`)
        await fails("noStream", "attempt to index a number value")
        await fails("nothing", "function not found")
        await t.fails(all.aggregate("no_such_module", "f"), { is: "UdfError", says: "no module" })
        const broken = { module, fn: "f", source: "function f(" }
        await t.fails(all.aggregate(broken), { is: "UdfError", says: `${module}.lua:1:` })
        // A function that only this side has.
        const here = { module, fn: "onlyHere", source: "function onlyHere(s) return s end" }
        await t.fails(all.aggregate(here), { is: "UdfError", says: "function not found" })
      },
    },
    {
      name: "totalTimeout is for all of it: for reading the modules, and what is left for the query",
      needs,
      async run(t) {
        await query(t)
        const { tap, client } = await tapped(t, {
          policies: { query: { totalTimeout: 1000 }, scan: { totalTimeout: 300 } },
        })
        const all = client.query("test", `${t.set}a`)
        const ends = async (act, from, to) => {
          const start = performance.now()
          await t.fails(act(), {
            is: "TimeoutError",
            code: 9,
            says: `aggregate ${module}.total of test.`,
          })
          const took = performance.now() - start
          t.assert.ok(took >= from && took < to, `${took} ms`)
        }
        // No answer to what is asked of the modules, for which an info command alone has a second, three times.
        tap.hold()
        await ends(() => all.aggregate(module, "total"), 290, 900)
        await ends(() => all.policy({ totalTimeout: 150 }).aggregate(module, "total"), 140, 700)
        // The modules take half of the time, and the nodes give no answer then.
        tap.watch = (bytes) => bytes[1] === 3 && tap.hold()
        setTimeout(() => tap.release(), 500)
        await ends(() => all.policy({ totalTimeout: 1000 }).aggregate(module, "total"), 980, 1450)
        t.assert.ok(tap.requests > 0, "the query was not sent")
        tap.watch = undefined
        tap.release()
        // Of the one node behind the tap.
        t.assert.ok((await all.policy({ totalTimeout: 20_000 }).aggregate(module, "total")) > 0)
      },
    },
    {
      name: "it is given up by a signal",
      needs,
      async run(t) {
        const all = await query(t)
        const error = await t.fails(all.policy({ signal: AbortSignal.abort("no") }).aggregate(module, "total"))
        t.assert.deepEqual([error.codeName, error.cause], ["ABORTED", "no"])
      },
    },
    {
      name: "what an aggregation cannot have is refused before it is sent",
      needs: ["queries"],
      async run(t) {
        const { exp, op } = t.api
        const all = t.client.query("test", t.set)
        const refused = (act, ...says) => t.fails(act, { is: "InvalidArgumentError", says })
        await refused(() => all.select("n").aggregate(module, "f"), "whole records")
        await refused(() => all.ops(op.read("n")).aggregate(module, "f"), "whole records")
        await refused(() => all.noBins().aggregate(module, "f"), "whole records")
        await refused(() => all.partitions({ begin: 0 }).aggregate(module, "f"), "partitionFilter")
        await refused(() => all.policy({ maxRecords: 1 }).aggregate(module, "f"), "maxRecords")
        await refused(() => all.policy({ expectedDuration: "short" }).aggregate(module, "f"), "short")
        await refused(() => all.filter(exp.eq(exp.int.bin("n"), 1)).aggregate(module, "f"), "filter")
        await refused(() => all.aggregate({ module, fn: "f", arg: 1 }), "args")
      },
    },
  ],
}
