// Functions on the server and the record that they are called on: what they see of it, what becomes of it, and that a
// function that fails leaves it as it was. All of it was tried on server 8.1.2. Nothing here runs for ever: a loop that
// catches its errors is not ended by a real server, which then answers no more.

const module = "conformance_udf_records"
const source = `
local other = require("conformance_udf_required")
function run(rec, code, ...) return assert(load(code))(rec, ...) end
function required(rec) return other.name end
function count(rec)
  calls = (rec.n or 0) + 1
  rec.n = calls
  if aerospike:exists(rec) then aerospike:update(rec) else aerospike:create(rec) end
  return calls
end
`

async function put(t) {
  const content = 'return { name = "the other" }'
  for (const [name, text] of [
    ["conformance_udf_required.lua", content],
    [`${module}.lua`, source],
  ]) {
    await (await t.client.udfPut(name, text)).wait()
  }
}

const exists = { s: "x", n: 1, l: [3, 1, 2] }

/** What is there before, the function, what it gives, and what is there afterwards: bins and how many writes it has seen. */
const lives = [
  ["a new record has what was set", undefined, "rec.a = 5 return aerospike:create(rec)", 0, [{ a: 5 }, 1]],
  ["without create there is none", undefined, "rec.a = 5 return rec.a", 5],
  ["update does not make one", undefined, "rec.a = 5 return aerospike:update(rec)", -2],
  ["remove has nothing to remove", undefined, "return aerospike:remove(rec)", 1],
  [
    "it exists from then on",
    undefined,
    "local e = aerospike:exists(rec) rec.a = 1 aerospike:create(rec) return list{e, aerospike:exists(rec)}",
    [false, true],
    [{ a: 1 }, 1],
  ],
  ["what exists cannot be created", exists, "rec.a = 5 return aerospike:create(rec)", 1, [exists, 1]],
  [
    "update writes bins",
    exists,
    "rec.a = 5 rec.n = nil return aerospike:update(rec)",
    0,
    [{ s: "x", l: [3, 1, 2], a: 5 }, 2],
  ],
  ["without update nothing is written", exists, "rec.a = 5 return rec.a", 5, [exists, 1]],
  ["update without a change is a touch", exists, "return aerospike:update(rec)", 0, [exists, 2]],
  [
    "several updates are one write",
    exists,
    "rec.a = 1 aerospike:update(rec) rec.a = 2 aerospike:update(rec) return record.gen(rec)",
    1,
    [{ ...exists, a: 2 }, 2],
  ],
  ["remove", exists, "return aerospike:remove(rec)", 0],
  [
    "removed and created again it goes on",
    exists,
    "aerospike:remove(rec) rec.z = 1 return aerospike:create(rec)",
    0,
    [{ z: 1 }, 2],
  ],
  ["no bin left is no record left", exists, "rec.s = nil rec.n = nil rec.l = nil return aerospike:update(rec)", 0],
  [
    "a list that was read and changed is not written",
    exists,
    "list.append(rec.l, 9) aerospike:update(rec) return rec.l",
    [3, 1, 2, 9],
    [exists, 2],
  ],
  [
    "a list that is set is",
    exists,
    "local l = rec.l list.append(l, 9) rec.l = l aerospike:update(rec) return #l",
    4,
    [{ ...exists, l: [3, 1, 2, 9] }, 2],
  ],
  [
    "what it has",
    exists,
    "local n = record.bin_names(rec) table.sort(n) return list{record.numbins(rec), record.gen(rec), record.ttl(rec), table.concat(n, ',')}",
    [3, 1, 0, "l,n,s"],
    [exists, 1],
  ],
  ["a bin that is not there is nil", exists, "return rec.nothing", null, [exists, 1]],
  [
    "a name that is too long is no bin",
    exists,
    "rec['0123456789abcdef'] = 1 aerospike:update(rec) return rec['0123456789abcdef']",
    null,
    [exists, 2],
  ],
  [
    "nested values",
    exists,
    "rec.l = list{1, nil, list{2, map{a = list{}}}} aerospike:update(rec) return rec.l",
    [1, [2, { a: [] }]],
    [{ ...exists, l: [1, [2, { a: [] }]] }, 2],
  ],
  [
    "booleans and 64 bits",
    exists,
    "rec.n = math.maxinteger rec.s = false aerospike:update(rec) return rec.n",
    2n ** 63n - 1n,
    [{ ...exists, n: 2n ** 63n - 1n, s: false }, 2],
  ],
  [
    "bytes",
    exists,
    "local b = bytes() bytes.append_int16(b, 258) rec.s = b aerospike:update(rec) return rec.s",
    new Uint8Array([1, 2]),
    [{ ...exists, s: new Uint8Array([1, 2]) }, 2],
  ],
]

/** Functions that fail: what the server says, and that the record is as it was. */
const failures = [
  ["rec.a = 9 aerospike:update(rec) error('after')", 100, /: after/],
  ["error({})", 100, /result value type unexpected/],
  ["rec.a = {}", 100, /can't set bin a to unsupported type/],
  ["return rec.s + 1", 100, /attempt to add a 'string' with a 'number'/],
  ["return list.append(5, 1)", 100, /bad argument #1 to 'append' \(userdata expected, got number\)/],
  ["return nothing()", 100, /attempt to call a nil value \(global 'nothing'\)/],
  ["rec.a = ('x'):rep(2000000) aerospike:update(rec)", 13, /larger/],
  ["for i = 1, 600 do rec['b' .. i] = i end aerospike:update(rec)", 21, /bins/],
  ["record.set_ttl(rec, -3) rec.a = 1 aerospike:update(rec)", 4, /parameter/],
]

export default {
  name: "records in functions on the server",
  cases: [
    {
      name: "a function creates, changes and removes the record as it says, and each call is one write",
      needs: ["functions"],
      async run(t) {
        await put(t)
        for (const [what, bins, code, gives, left] of lives) {
          const key = t.key()
          if (bins) await t.client.put(key, bins)
          const got = await t.client.apply(key, module, "run", [`local rec = ... ${code}`])
          t.assert.deepEqual(got ?? null, gives, what)
          const found = await t.client.find(key)
          t.assert.deepEqual(found && [found.bins, found.gen], left, what)
        }
      },
    },
    {
      name: "a function that fails leaves the record as it was",
      needs: ["functions"],
      async run(t) {
        await put(t)
        const key = t.key()
        await t.client.put(key, exists)
        for (const [code, number, words] of failures) {
          const call = t.client.apply(key, module, "run", [`local rec = ... ${code}`])
          await t.assert.rejects(call, (error) => error.code === number && words.test(error.message))
          const { bins, gen } = await t.client.get(key)
          t.assert.deepEqual([bins, gen], [exists, 1], code)
        }
      },
    },
    {
      name: "a function sets the time to live, also after the write, and reads it",
      needs: ["functions"],
      async run(t) {
        await put(t)
        const run = (key, code, policy) => t.client.apply(key, module, "run", [`local rec = ... ${code}`], policy)
        const [made, kept] = [t.key(), t.key()]
        await run(made, "rec.a = 1 aerospike:create(rec) record.set_ttl(rec, 5000)")
        const ttl = (await t.client.get(made)).ttl
        t.assert.ok(ttl > 4900 && ttl <= 5000, `ttl ${ttl}`)
        const read = await run(made, "return record.ttl(rec)")
        t.assert.ok(read > 4900 && read <= 5000, `read ${read}`)
        await run(made, "record.set_ttl(rec, -1) aerospike:update(rec)")
        t.assert.equal(await run(made, "return record.ttl(rec)"), 0)
        await t.client.put(kept, { a: 1 }, { ttl: 5000 })
        await run(kept, "record.set_ttl(rec, -2) rec.a = 2 aerospike:update(rec)")
        const left = (await t.client.get(kept)).ttl
        t.assert.ok(left > 4900 && left <= 5000, `left ${left}`)
        const own = t.key()
        await run(own, "rec.a = 1 aerospike:create(rec)", { ttl: 3000 })
        t.assert.ok((await t.client.get(own)).ttl > 2900)
      },
    },
    {
      name: "the key is told once a client has sent it, and dropped when a function says so",
      needs: ["functions"],
      async run(t) {
        await put(t)
        const key = t.key()
        const run = (code, policy) => t.client.apply(key, module, "run", [`local rec = ... ${code}`], policy)
        await run("rec.a = 1 return aerospike:create(rec)")
        t.assert.equal((await run("return record.key(rec)")) ?? null, null)
        await run("return aerospike:update(rec)", { sendKey: true })
        t.assert.equal(await run("return record.key(rec)"), key[2])
        t.assert.equal(await run("return record.setname(rec)"), key[1])
        await run("record.drop_key(rec) return aerospike:update(rec)")
        t.assert.equal((await run("return record.key(rec)")) ?? null, null)
      },
    },
    {
      name: "sorted lists and maps stay so",
      needs: ["functions"],
      async run(t) {
        await put(t)
        const { KeyOrderedMap, OrderedList } = t.api
        const key = t.key()
        await t.client.put(key, { l: new OrderedList([1, 2, 3]), m: new KeyOrderedMap([["b", 1]]) })
        const code =
          "local l, m = rec.l, rec.m list.append(l, 0) m.a = 2 rec.l = l rec.m = m return aerospike:update(rec)"
        await t.client.apply(key, module, "run", [`local rec = ... ${code}`])
        const client = await t.connect({ maps: "map" })
        const { l, m } = (await client.get(key)).bins
        t.assert.deepEqual(
          [l, m instanceof KeyOrderedMap, [...m]],
          [
            [0, 1, 2, 3],
            true,
            [
              ["a", 2],
              ["b", 1],
            ],
          ],
        )
      },
    },
    {
      name: "a filter that is not met keeps a function from running",
      needs: ["functions", "expressions"],
      async run(t) {
        await put(t)
        const { exp } = t.api
        const key = t.key()
        await t.client.put(key, { n: 1 })
        const call = (n) => t.client.apply(key, module, "count", [], { filterExpression: exp.eq(exp.int.bin("n"), n) })
        await t.assert.rejects(call(2), { code: 27 })
        t.assert.equal(await call(1), 2)
      },
    },
    {
      name: "a module has what it requires, and calls at the same time on one record do not mix",
      needs: ["functions"],
      async run(t) {
        await put(t)
        t.assert.equal(await t.client.apply(t.key(), module, "required"), "the other")
        const key = t.key()
        const counts = await Promise.all(Array.from({ length: 50 }, () => t.client.apply(key, module, "count")))
        t.assert.deepEqual(
          counts.sort((a, b) => a - b),
          Array.from({ length: 50 }, (_, i) => i + 1),
        )
      },
    },
  ],
}
