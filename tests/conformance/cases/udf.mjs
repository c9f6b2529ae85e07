// Functions on the server: what they are given, what they give, how they fail.

import { luaFacts } from "../support/lua.mjs"

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

/** Puts the module on all servers; a file of the same content does no harm. */
async function put(t) {
  const content = btoa(source)
  const command = `udf-put:filename=${module}.lua;content=${content};content-len=${content.length};udf-type=LUA;`
  const { response } = await t.client.infoRandomNode(command)
  t.assert.equal(response, "ok")
  for (let turn = 0; turn < 200; turn++) {
    const lists = await t.client.infoAll("udf-list")
    if (lists.every(({ response }) => response.includes(`${module}.lua`))) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error("the module does not reach all nodes")
}

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
