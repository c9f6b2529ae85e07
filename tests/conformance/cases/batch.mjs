// Batches: each row has its own result, in the order of the keys; nothing is thrown for a row that fails.

import { pause } from "../support/context.mjs"

/** Rows as short texts: `code bins`. */
const shown = (rows) => rows.map(({ code, bins }) => (code === 0 ? JSON.stringify(bins) : code))

/** Keys of which the first `count` have a record `{ n: its number, s: text }`. */
async function stored(t, count, all = count) {
  const keys = t.keys(all)
  const rows = await t.client.batchWrite(keys.slice(0, count).map((key, n) => ({ key, bins: { n, s: `s${n}` } })))
  t.assert.ok(rows.every(({ code }) => code === 0))
  return keys
}

const needs = ["batches"]

export default {
  name: "batches",
  cases: [
    {
      name: "reads give rows in the order of the keys, absent records among them",
      needs,
      async run(t) {
        const keys = (await stored(t, 3, 5)).reverse()
        const rows = await t.client.batchRead(keys)
        t.same(shown(rows), [2, 2, '{"n":2,"s":"s2"}', '{"n":1,"s":"s1"}', '{"n":0,"s":"s0"}'])
        t.same(
          rows.map(({ key }) => key),
          keys,
        )
        const [absent, , found] = rows
        t.assert.ok(absent.error instanceof t.api.RecordNotFoundError)
        t.assert.ok(absent.error.message.includes(`batchRead test.${t.set} "${absent.key[2]}"`), absent.error.message)
        t.same([absent.bins, absent.gen, absent.ttl, absent.inDoubt], [undefined, 0, 0, false])
        t.same([found.error, found.gen, found.ttl, found.inDoubt], [undefined, 1, t.api.TTL.NEVER_EXPIRE, false])
      },
    },
    {
      name: "reads may name bins, or none at all",
      needs,
      async run(t) {
        const keys = await stored(t, 2, 3)
        t.same(shown(await t.client.batchRead(keys, { bins: ["s"] })), ['{"s":"s0"}', '{"s":"s1"}', 2])
        t.same(shown(await t.client.batchRead(keys, { bins: ["none"] })), ["{}", "{}", 2])
        const rows = await t.client.batchRead(keys, { bins: [] })
        t.same(
          rows.map(({ code, bins, gen }) => [code, bins, gen]),
          [
            [0, undefined, 1],
            [0, undefined, 1],
            [2, undefined, 0],
          ],
        )
      },
    },
    {
      name: "keys of each kind, of several sets and namespaces, twice or by digest, are one batch",
      needs: [...needs, "namespace bar"],
      async run(t) {
        const text = t.key()
        const int = t.owned(["test", t.set, 7])
        const big = t.owned(["test", t.set, 2n ** 62n])
        const bytes = t.owned(["test", t.set, new Uint8Array([1, 2, 3])])
        const noSet = t.owned(["test", null, `${t.set} batch`])
        const other = t.key("k", "bar")
        const keys = [text, int, noSet, big, other, bytes]
        await t.client.batchWrite(keys.map((key, n) => ({ key, bins: { n } })))
        const digest = t.byDigest(text)
        const rows = await t.client.batchRead([...keys, text, digest])
        t.same(
          rows.map(({ bins }) => bins?.n),
          [0, 1, 2, 3, 4, 5, 0, 0],
        )
        t.assert.equal(rows[7].key, digest)
      },
    },
    {
      name: "writes are puts: they merge, remove a bin with null, and keep each its own policy",
      needs,
      async run(t) {
        const keys = await stored(t, 4, 6)
        const rows = await t.client.batchWrite([
          { key: keys[0], bins: { n: 10 } },
          { key: keys[1], bins: { s: null } },
          { key: keys[2], bins: { x: 1 }, policy: { exists: "replace" } },
          { key: keys[3], bins: { x: 1 }, policy: { exists: "createOnly" } },
          { key: keys[4], bins: { x: 1 }, policy: { exists: "updateOnly" } },
          { key: keys[5], bins: { x: 1 }, policy: { ttl: 1000 } },
        ])
        t.same(
          rows.map(({ code }) => code),
          [0, 0, 0, 5, 2, 0],
        )
        t.assert.ok(rows[3].error instanceof t.api.RecordExistsError)
        const read = await t.client.batchRead(keys)
        t.same(shown(read), ['{"n":10,"s":"s0"}', '{"n":1}', '{"x":1}', '{"n":3,"s":"s3"}', 2, '{"x":1}'])
        t.assert.ok(read[5].ttl > 900 && read[5].ttl <= 1000, `ttl ${read[5].ttl}`)
      },
    },
    {
      name: "a generation, a time to live that is not allowed and a filter fail their row alone",
      needs: [...needs, "namespace bar", "expressions"],
      async run(t) {
        const [a, b, c] = await stored(t, 3)
        const barred = t.key("k", "bar")
        const { exp } = t.api
        const rows = await t.client.batchWrite([
          { key: a, bins: { n: 5 }, policy: { gen: { eq: 9 } } },
          { key: b, bins: { n: 5 }, policy: { filterExpression: exp.eq(exp.int.bin("n"), 77) } },
          { key: barred, bins: { n: 5 }, policy: { ttl: 100 } },
          { key: c, bins: { n: 5 }, policy: { gen: { eq: 1 }, filterExpression: exp.eq(exp.int.bin("n"), 2) } },
        ])
        t.same(
          rows.map(({ code, error }) => [code, error?.name]),
          [
            [3, "RecordGenerationError"],
            [27, "FilteredOutError"],
            [22, "ServerError"],
            [0, undefined],
          ],
        )
      },
    },
    {
      name: "the filter of the batch is for all rows, and one of a row replaces it",
      needs: [...needs, "expressions"],
      async run(t) {
        const keys = await stored(t, 3)
        const { exp } = t.api
        const filter = (n) => exp.eq(exp.int.bin("n"), n)
        t.same(shown(await t.client.batchRead(keys, { bins: ["n"] }, { filterExpression: filter(1) })), [
          27,
          '{"n":1}',
          27,
        ])
        const entries = keys.map((key, n) => ({
          type: "read",
          key,
          bins: ["n"],
          policy: n ? {} : { filterExpression: filter(0) },
        }))
        t.same(shown(await t.client.batch(entries, { filterExpression: filter(1) })), ['{"n":0}', '{"n":1}', 27])
      },
    },
    {
      name: "removing says which records there were",
      needs,
      async run(t) {
        const keys = await stored(t, 2, 3)
        t.same(
          (await t.client.batchRemove(keys)).map(({ code }) => code),
          [0, 0, 2],
        )
        t.same(shown(await t.client.batchRead(keys)), [2, 2, 2])
      },
    },
    {
      name: "rows of every type may be mixed",
      needs,
      async run(t) {
        const keys = await stored(t, 8, 10)
        const rows = await t.client.batch([
          { type: "read", key: keys[0] },
          { type: "read", key: keys[1], bins: ["s"] },
          { type: "exists", key: keys[2] },
          { type: "write", key: keys[3], bins: { n: 33 } },
          { type: "increment", key: keys[4], bins: { n: 40 } },
          { type: "append", key: keys[5], bins: { s: "!" } },
          { type: "prepend", key: keys[6], bins: { s: "!" } },
          { type: "touch", key: keys[7], policy: { ttl: 500 } },
          { type: "touch", key: keys[8] },
          { type: "remove", key: keys[9] },
        ])
        t.same(
          rows.map(({ code }) => code),
          [0, 0, 0, 0, 0, 0, 0, 0, 2, 2],
        )
        t.same([rows[0].bins, rows[1].bins, rows[2].bins], [{ n: 0, s: "s0" }, { s: "s1" }, undefined])
        const after = await t.client.batchRead(keys.slice(3, 8))
        t.same(shown(after), [
          '{"n":33,"s":"s3"}',
          '{"n":44,"s":"s4"}',
          '{"n":5,"s":"s5!"}',
          '{"n":6,"s":"!s6"}',
          '{"n":7,"s":"s7"}',
        ])
        t.assert.ok(after[4].ttl > 400)
      },
    },
    {
      name: "a row of the wrong type of bin fails as it would alone",
      needs,
      async run(t) {
        const keys = await stored(t, 2)
        const [good, bad] = await t.client.batch([
          { type: "increment", key: keys[0], bins: { n: 1 } },
          { type: "increment", key: keys[1], bins: { s: 1 } },
        ])
        t.same([good.code, bad.code], [0, 12])
        t.assert.ok(bad.error instanceof t.api.BinTypeError)
      },
    },
    {
      name: "ops give their results row by row",
      needs: [...needs, "operate"],
      async run(t) {
        const keys = await stored(t, 2, 3)
        const { op } = t.api
        const rows = await t.client.batchOperate(keys, [op.add("n", 5), op.read("n")])
        t.same(shown(rows), ['{"n":5}', '{"n":6}', '{"n":5}'])
        const read = await t.client.batchRead(keys, { ops: [op.read("n"), op.read("s")] })
        t.same(shown(read), ['{"n":5,"s":"s0"}', '{"n":6,"s":"s1"}', '{"n":5}'])
        const policy = { operate: { exists: "updateOnly" } }
        const absent = t.key()
        t.same(shown(await t.client.batchOperate([absent], [op.write("x", 1)], policy)), [2])
      },
    },
    {
      name: "ops on lists and maps give what they give alone",
      needs: [...needs, "operate on lists and maps"],
      async run(t) {
        const [key] = await stored(t, 1)
        const { list, map } = t.api
        const [row] = await t.client.batch([
          {
            type: "operate",
            key,
            ops: [list.append("l", 3), list.append("l", 4), list.size("l"), map.put("m", "a", 1)],
          },
        ])
        t.same(row.bins, { l: [1, 2, 2], m: 1 })
      },
    },
    {
      name: "a namespace that does not exist fails its rows and no others",
      needs,
      async run(t) {
        const keys = await stored(t, 2)
        const rows = await t.client.batchRead([keys[0], ["nope", t.set, "k"], keys[1]])
        t.same(
          rows.map(({ code }) => code),
          [0, 20, 0],
        )
      },
    },
    {
      name: "without respondAllKeys a node stops at the first error that is no absence",
      needs,
      async run(t) {
        const keys = await stored(t, 2, 3)
        const entries = [
          { type: "read", key: keys[2] },
          { type: "increment", key: keys[0], bins: { s: 1 } },
          { type: "increment", key: keys[1], bins: { s: 1 } },
        ]
        const rows = await t.client.batch(entries, { respondAllKeys: false })
        t.assert.ok(rows.some(({ code }) => code === 12))
        t.assert.ok(rows.slice(1).every(({ code }) => code === 12))
      },
    },
    {
      name: "every value comes back as it does from get",
      needs,
      async run(t) {
        const { double, GeoJSON, KeyOrderedMap } = t.api
        const bins = {
          i: -1,
          b: 2n ** 60n,
          d: 1.5,
          w: double(2),
          s: "häß",
          u: new Uint8Array([1, 2]),
          l: [1, [2, "x"], null],
          m: new KeyOrderedMap([[1, "a"]]),
          g: GeoJSON.point(1, 2),
          t: true,
        }
        const key = t.key()
        await t.client.batchWrite([{ key, bins }])
        const [row] = await t.client.batchRead([key])
        t.same(row.bins, (await t.client.get(key)).bins)
      },
    },
    {
      name: "a value that the options cannot express fails its row alone",
      needs,
      async run(t) {
        const client = await t.connect({ int64: "number" })
        const keys = t.keys(2)
        await client.batchWrite([
          { key: keys[0], bins: { n: 2n ** 60n } },
          { key: keys[1], bins: { n: 1 } },
        ])
        const [bad, good] = await client.batchRead(keys)
        t.assert.ok(bad.error instanceof t.api.ClientError)
        t.assert.ok(bad.error.message.includes("int64"), bad.error.message)
        t.same(good.bins, { n: 1 })
      },
    },
    {
      name: "a stored user key is sent when the batch or the row says so",
      needs: [...needs, "queries"],
      async run(t) {
        const set = `${t.set}key`
        const keys = ["a", "b", "c"].map((user) => t.owned(["test", set, user]))
        await t.client.batchWrite([
          { key: keys[0], bins: { n: 1 } },
          { key: keys[1], bins: { n: 1 }, policy: { sendKey: true } },
        ])
        await t.client.batchWrite([{ key: keys[2], bins: { n: 1 } }], { sendKey: true })
        const records = await t.client.query("test", set).results()
        const users = records.map(({ key }) => (Array.isArray(key) ? key[2] : undefined)).filter(Boolean)
        t.same(users.sort(), ["b", "c"])
      },
    },
    {
      name: "thirty thousand keys are one batch",
      needs,
      ms: 120_000,
      async run(t) {
        const keys = Array.from({ length: 30_000 }, (_, i) => ["test", t.set, i])
        const policy = { totalTimeout: 60_000 }
        const wrote = await t.client.batchWrite(
          keys.slice(0, 5000).map((key, n) => ({ key, bins: { n } })),
          policy,
        )
        t.assert.ok(wrote.every(({ code }) => code === 0))
        const rows = await t.client.batchRead(keys, undefined, policy)
        t.assert.ok(rows.every(({ code, bins }, i) => (i < 5000 ? bins.n === i : code === 2)))
        const removed = await t.client.batchRemove(keys, policy)
        t.assert.ok(removed.every(({ code }, i) => code === (i < 5000 ? 0 : 2)))
      },
    },
    {
      name: "rows are told as their answers come, each once, and before the batch ends",
      needs,
      async run(t) {
        const keys = t.keys(500)
        const wrote = keys.slice(0, 400).map((key, n) => ({ key, bins: { n } }))
        await t.client.batchWrite(wrote)
        const seen = []
        let ended = false
        const onRow = (row, at) => {
          t.assert.equal(ended, false)
          seen.push([at, row])
        }
        const rows = await t.client.batchRead(keys, {}, { onRow }).finally(() => {
          ended = true
        })
        t.assert.equal(seen.length, keys.length)
        for (const [at, row] of seen) t.assert.equal(row, rows[at])
        t.assert.equal(new Set(seen.map(([at]) => at)).size, keys.length)
        t.assert.equal(seen.filter(([, row]) => row.code === 2).length, 100)
        // It may ask for more itself.
        const more = []
        await t.client.batchRemove(keys.slice(0, 3), { onRow: ({ key }) => more.push(t.client.exists(key)) })
        t.same(await Promise.all(more), [undefined, undefined, undefined])
        await t.fails(t.client.batchRead(keys, {}, { onRow: 5 }), { is: "InvalidArgumentError", says: "policy.onRow" })
        await t.fails(t.client.batchReadColumns(keys, { n: "i64" }, { onRow }), {
          is: "InvalidArgumentError",
          says: "policy.onRow",
        })
        const asDefault = { policies: { batch: { onRow } } }
        await t.fails(t.connect(asDefault), { is: "InvalidArgumentError", says: "batch.onRow" })
      },
    },
    {
      name: "no keys are no rows, and nothing is sent",
      async run(t) {
        t.same(await t.client.batchRead([]), [])
        t.same(await t.client.batch([]), [])
      },
    },
    {
      name: "a whole batch that is given up keeps what is known of its rows",
      needs,
      async run(t) {
        const keys = await stored(t, 50)
        const given = new AbortController()
        given.abort(new Error("enough"))
        const error = await t.fails(() => t.client.batchRead(keys, undefined, { signal: given.signal }), { code: -5 })
        t.same(error.rows.length, 50)
        t.assert.ok(error.rows.every(({ code }) => code === -5))
        t.assert.equal(error.cause.message, "enough")
        const late = new AbortController()
        const many = Array.from({ length: 20_000 }, (_, i) => ["test", t.set, `none ${i}`])
        const going = t.client.batchRead(many, undefined, { signal: late.signal, totalTimeout: 60_000 })
        await pause(1)
        late.abort()
        const rows = await going.catch((error) => error.rows)
        t.assert.equal(rows.length, many.length)
        t.assert.ok(rows.every(({ code }) => code === 2 || code === -5))
      },
    },
    {
      name: "what is wrong is refused with its row, and nothing is sent",
      async run(t) {
        const is = "InvalidArgumentError"
        const key = t.key()
        const { client } = t
        const fails = (act, says) => t.fails(act, { is, says })
        await fails(() => client.batchRead("k"), ["keys", "array"])
        await fails(() => client.batchRead([key, "k"]), ["keys[1]", '"k"'])
        await fails(() => client.batchRead([key, key, ["test", t.set, 1.5]]), ["keys[2]", "1.5"])
        await fails(() => client.batchRead([key, ["test", 7, "k"]]), ["keys[1]", "set", "7"])
        await fails(() => client.batchRead([key, ["test", t.set]]), ["keys[1]"])
        await fails(() => client.batchRead([{ ns: "test", set: t.set, digest: new Uint8Array(3) }]), ["keys[0]", "20"])
        await fails(() => client.batchRead([key], { bin: ["a"] }), ["bin", "bins"])
        await fails(() => client.batchRead([key], { bins: "a" }), ["bins", '"a"'])
        await fails(() => client.batchRead([key], { bins: ["a".repeat(16)] }), ["15"])
        await fails(
          () =>
            client.batchWrite([
              { key, bins: { a: 1 } },
              { key, bins: {} },
            ]),
          ["rows[1]", "bin"],
        )
        await fails(() => client.batchWrite([{ key, bins: { a: [1, () => 1] } }]), ["rows[0]", "bins.a[1]", "function"])
        await fails(() => client.batchWrite([{ key, bins: { a: 1 }, ttl: 5 }]), ["rows[0]", "ttl"])
        await fails(() => client.batchWrite([{ key, bins: { a: 1 }, policy: { ttl: -9 } }]), ["rows[0]", "ttl", "-9"])
        await fails(() => client.batch([{ type: "reed", key }]), ["entries[0].type", '"reed"', "read"])
        await fails(
          () =>
            client.batch([
              { type: "read", key },
              { type: "touch", key, bins: {} },
            ]),
          ["entries[1]", "bins"],
        )
        await fails(() => client.batchOperate([key], []), ["ops"])
        await fails(() => client.batchRead([key], {}, { maxConcurrentNodes: -1 }), ["maxConcurrentNodes", "-1"])
        await fails(() => client.batchRead([key], {}, { exists: "replace" }), ["exists"])
        await fails(() => client.batchRead([key], {}, { read: { ttl: 5 } }), ["policy.read.ttl"])
      },
    },
    {
      name: "a value that cannot be sent is refused with its row, key and bin, and nothing is written",
      needs,
      async run(t) {
        const { KeyOrderedMap, list, map, op } = t.api
        const [a, b, c] = t.keys(3)
        const twice = new KeyOrderedMap([
          [1, "x"],
          [1n, "y"],
        ])
        const fails = async (act, path, key, bin) => {
          const error = await t.fails(act, { is: "InvalidArgumentError", says: [path, `the bin "${bin}"`] })
          t.same(error.key, key)
        }
        const rows = [
          { key: a, bins: { first: 1, l: [1, [2]] } },
          { key: b, bins: { first: [1, 2], m: { x: 1 }, bad: twice } },
          { key: c, bins: { last: twice } },
        ]
        await fails(t.client.batchWrite(rows), "rows[1]", b, "bad")
        const filtered = rows.map((row) => ({ ...row, policy: { filterExpression: t.api.exp.eq(1, 1) } }))
        await fails(t.client.batchWrite(filtered), "rows[1]", b, "bad")
        const entries = [
          { type: "read", key: a, bins: ["x", "y"] },
          { type: "write", key: b, bins: { ok: 1 } },
          { type: "operate", key: c, ops: [op.read("r"), list.append("l", [1]), map.put("bad", "k", twice)] },
        ]
        await fails(t.client.batch(entries), "entries[2]", c, "bad")
        for (const key of [a, b, c]) t.assert.equal(await t.client.exists(key), undefined)
      },
    },
    {
      name: "nodes may be asked one after the other",
      needs,
      async run(t) {
        const keys = t.keys(60)
        await t.client.batchWrite(
          keys.map((key, n) => ({ key, bins: { n } })),
          { maxConcurrentNodes: 1 },
        )
        for (const maxConcurrentNodes of [0, 1, 2, 100]) {
          const rows = await t.client.batchRead(keys, {}, { maxConcurrentNodes })
          t.same(
            rows.map(({ bins }) => bins.n),
            keys.map((_, n) => n),
          )
        }
      },
    },
    {
      name: "reads of ops answer what they give and nothing else",
      needs: [...needs, "map operations"],
      async run(t) {
        const { list, map, op } = t.api
        const key = t.key()
        await t.client.put(key, { m: { a: 1 }, l: [1, 2] })
        const ops = [map.size("m"), map.getByKey("m", "none"), list.size("l"), op.read("absent")]
        const [row] = await t.client.batchRead([key], { ops })
        t.same(row.bins, { m: 1, l: 2 })
        const [full] = await t.client.batchRead([key], { ops }, { operate: { respondAllOps: true } })
        t.same(full.bins, { m: [1, null], l: 2, absent: null })
      },
    },
    {
      name: "a bound set takes user keys",
      needs,
      async run(t) {
        const users = t.client.set("test", t.set)
        for (const user of ["bound a", "bound b"]) t.owned(users.key(user))
        await users.batchWrite([
          { key: "bound a", bins: { age: 1, name: "A" } },
          { key: "bound b", bins: { age: 2 } },
        ])
        t.same(shown(await users.batchRead(["bound b", "bound a", "bound c"], { bins: ["age"] })), [
          '{"age":2}',
          '{"age":1}',
          2,
        ])
        t.same(
          (await users.batchRemove(["bound a", "bound b"])).map(({ code }) => code),
          [0, 0],
        )
      },
    },
  ],
}
