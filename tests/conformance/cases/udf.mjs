// Functions on the server: what they are given, what they give, how they fail.

import { luaFacts } from "../support/lua.mjs"
import { putModule } from "../support/modules.mjs"

const module = "conformance_udf"
const source = `
function give(rec, value) return value end
function bins(rec) return rec.n end
function set(rec, value)
  rec.n = value
  if aerospike:exists(rec) then aerospike:update(rec) else aerospike:create(rec) end
  return rec.n
end
function fail(rec) error("as it was asked to") end
function evaluate(rec, code) return assert(load(code))() end
`

const put = (t) => putModule(t, module, source)

const values = [1, -5, 2n ** 62n, 1.5, "text", "çay", true, null, [1, "a", [2]], { a: 1, b: { c: [] } }]

export default {
  name: "functions on the server",
  cases: [
    {
      name: "what a function is given comes back as it was",
      needs: ["functions"],
      async run(t) {
        await put(t)
        for (const value of values) {
          const got = await t.client.apply(t.key(), module, "give", [value])
          t.assert.deepEqual(got ?? null, value)
        }
      },
    },
    {
      name: "lists, maps, bytes and GeoJSON in Lua do what they always did",
      needs: ["functions"],
      async run(t) {
        await put(t)
        const client = await t.connect({ doubles: "wrapped", maps: "map" })
        for (const [code, answer] of luaFacts(t.api)) {
          const call = client.apply(t.key(), module, "evaluate", [code])
          const got = await call.catch(({ message }) => ({ failure: message }))
          if (answer?.failure) t.assert.ok(got?.failure?.includes(answer.failure), `${code}: ${got?.failure}`)
          else t.assert.deepEqual(got ?? null, answer, code)
        }
      },
    },
    {
      name: "a function reads and writes the record, which need not exist",
      needs: ["functions"],
      async run(t) {
        await put(t)
        const key = t.key()
        t.assert.equal(await t.client.apply(key, module, "set", [7]), 7)
        t.assert.deepEqual((await t.client.get(key)).bins, { n: 7 })
        t.assert.equal(await t.client.apply(key, module, "bins"), 7)
      },
    },
    {
      name: "a function that fails gives a UdfError with its own words",
      needs: ["functions"],
      async run(t) {
        await put(t)
        const { UdfError } = t.api
        await t.assert.rejects(t.client.apply(t.key(), module, "fail"), (error) => {
          return error instanceof UdfError && error.code === 100 && /as it was asked to/.test(error.message)
        })
        await t.assert.rejects(t.client.apply(t.key(), module, "nothing"), (error) => {
          return error instanceof UdfError && /function not found/.test(error.message)
        })
        await t.assert.rejects(t.client.apply(t.key(), "no_such_module", "f"), { code: 100 })
      },
    },
    {
      name: "a batch calls a function on many records, and its rows have what it gave",
      needs: ["functions", "batches"],
      async run(t) {
        await put(t)
        const keys = t.keys(20)
        await t.client.batchWrite(keys.map((key, n) => ({ key, bins: { n } })))
        const rows = await t.client.batchApply(keys, { module, fn: "bins" })
        t.assert.deepEqual(
          rows.map(({ code, value, bins }) => [code, value, bins]),
          keys.map((_, n) => [0, n, undefined]),
        )
        for (const value of values) {
          const [row] = await t.client.batchApply([t.key()], { module, fn: "give", args: [value] })
          t.assert.deepEqual(row.value ?? null, value)
        }
        const users = t.client.set("test", t.set)
        const [own] = await users.batchApply([keys[3][2]], { module, fn: "bins" })
        t.assert.deepEqual([own.value, own.key], [3, keys[3]])
        t.assert.deepEqual(await t.client.batchApply([], { module, fn: "bins" }), [])
      },
    },
    {
      name: "a function that fails in a batch is its row's failure, with its own words",
      needs: ["functions", "batches"],
      async run(t) {
        await put(t)
        const [a, b, c] = t.keys(3)
        const rows = await t.client.batch([
          { type: "apply", key: a, call: { module, fn: "fail" } },
          { type: "apply", key: b, call: { module, fn: "set", args: [5] }, policy: { ttl: 5000 } },
          { type: "apply", key: c, call: { module, fn: "nothing" } },
          { type: "write", key: c, bins: { x: 1 } },
        ])
        t.assert.deepEqual(
          rows.map(({ code }) => code),
          [100, 0, 100, 0],
        )
        t.assert.ok(rows[0].error instanceof t.api.UdfError)
        t.assert.match(rows[0].error.message, /as it was asked to/)
        t.assert.match(rows[2].error.message, /function not found/)
        t.assert.equal(rows[1].value, 5)
        const written = await t.client.get(b)
        t.assert.equal(written.bins.n, 5)
        t.assert.ok(written.ttl > 4000 && written.ttl <= 5000)
      },
    },
    {
      name: "rows that call follow the batch's policy for them, and their own",
      needs: ["functions", "batches", "expressions"],
      async run(t) {
        await put(t)
        const { exp } = t.api
        const keys = t.keys(2)
        await t.client.batchWrite(keys.map((key, n) => ({ key, bins: { n } })))
        const policy = { apply: { filterExpression: exp.eq(exp.int.bin("n"), 1) } }
        const rows = await t.client.batchApply(keys, { module, fn: "bins" }, policy)
        t.assert.deepEqual(
          rows.map(({ code }) => code),
          [27, 0],
        )
        const own = keys.map((key) => ({ type: "apply", key, call: { module, fn: "bins" }, policy: policy.apply }))
        t.assert.deepEqual(
          (await t.client.batch(own)).map(({ code }) => code),
          [27, 0],
        )
        const wrong = { type: "apply", key: keys[0], call: { module, fn: "bins" }, policy: { exists: "createOnly" } }
        await t.fails(t.client.batch([wrong]), { is: "InvalidArgumentError", says: "exists" })
        await t.fails(t.client.batchApply(keys, { module, fnn: "bins" }), { is: "InvalidArgumentError", says: "fn" })
        await t.fails(t.client.batchApply(keys, "m"), { is: "InvalidArgumentError", says: "call" })
      },
    },
    {
      name: "a call that names no module, or no list of arguments, is refused before it is sent",
      async run(t) {
        const { InvalidArgumentError } = t.api
        await t.assert.rejects(t.client.apply(t.key(), "", "f"), InvalidArgumentError)
        await t.assert.rejects(t.client.apply(t.key(), "m", 5), InvalidArgumentError)
        await t.assert.rejects(t.client.apply(t.key(), "m", "f", "x"), InvalidArgumentError)
        await t.assert.rejects(t.client.apply(t.key(), "m", "f", [() => 1]), /args\[0\] is a function/)
      },
    },
  ],
}
