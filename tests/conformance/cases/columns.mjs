// Columns: batches and queries as typed arrays, a value of any type in its place, and none that is not what it seems.

const needs = ["batches"]
const never = 0xffffffff

/** Keys of a set of the case's own, as a column of integers. */
function keysOf(t, ids) {
  const set = t.key("columns")[2]
  for (const id of ids) t.owned(["test", set, id])
  return { ns: "test", set, ids }
}

const list = ({ ns, set, ids }) => Array.from(ids, (id) => [ns, set, id])
const upTo = (end) => Array.from({ length: end }, (_, n) => n)
const all = (codes, code) => codes.every((own) => own === code)

/** Writes columns, all of which have to succeed. */
async function write(t, keys, columns, policy) {
  const wrote = await t.client.batchWriteColumns(keys, columns, policy)
  t.assert.ok(all(wrote.code, 0), `codes ${wrote.code}`)
  return wrote
}

export default {
  name: "columns",
  cases: [
    {
      name: "bins come as arrays of their types, in the order of the keys, absent ones marked",
      needs,
      async run(t) {
        const keys = keysOf(t, [5, -1, 7, 2 ** 40])
        const [a, , b, c] = list(keys)
        await t.client.put(a, { n: 1, f: 1.5, s: "grün", b: new Uint8Array([1, 2]), t: true }, { ttl: 5000 })
        await t.client.put(b, { n: -(2n ** 63n), s: "" })
        await t.client.put(b, { t: false })
        await t.client.put(c, { f: t.api.double(2), b: new Uint8Array([3, 4]) })
        const schema = { n: "i64", f: "f64", s: "utf8", b: "bytes[2]", t: "bool", none: "i8" }
        const table = await t.client.batchReadColumns(keys, schema)
        const { columns, valid } = table
        t.same(columns.n, BigInt64Array.of(1n, 0n, -(2n ** 63n), 0n))
        t.same(columns.f, Float64Array.of(1.5, 0, 0, 2))
        t.same(columns.s.toArray(), ["grün", null, "", null])
        t.same(columns.b, Uint8Array.of(1, 2, 0, 0, 0, 0, 3, 4))
        t.same(columns.t, Uint8Array.of(1, 0, 0, 0))
        t.same(columns.none, new Int8Array(4))
        t.same(
          Object.entries(valid).map(([name, flags]) => `${name} ${flags}`),
          ["n 1,0,1,0", "f 1,0,0,1", "s 1,0,1,0", "b 1,0,0,1", "t 1,0,1,0", "none 0,0,0,0"],
        )
        t.same([...table.found, ...table.code, ...table.gen], [1, 0, 1, 1, 0, 2, 0, 0, 1, 0, 2, 1])
        const [ttl, ...others] = table.ttl
        t.assert.ok(ttl > 4900 && ttl <= 5000, `ttl ${ttl}`)
        t.same(others, [0, never, never])
        t.assert.ok(table.errorAt(1) instanceof t.api.RecordNotFoundError)
        t.same([table.length, table.mismatches], [4, undefined])
      },
    },
    {
      name: "each type is written as its bins are, and read back to its limits",
      needs,
      async run(t) {
        const keys = keysOf(t, Int32Array.of(1, 2, 3))
        const columns = {
          i8: Int8Array.of(-128, 0, 127),
          i16: Int16Array.of(-(2 ** 15), 1, 2 ** 15 - 1),
          i32: Int32Array.of(-(2 ** 31), 2, 2 ** 31 - 1),
          i64: BigInt64Array.of(-(2n ** 63n), 3n, 2n ** 63n - 1n),
          u8: Uint8Array.of(0, 1, 255),
          u16: Uint16Array.of(0, 2, 2 ** 16 - 1),
          u32: Uint32Array.of(0, 3, 2 ** 32 - 1),
          u64: BigUint64Array.of(0n, 4n, 2n ** 63n - 1n),
          f32: Float32Array.of(0.1, -0, Number.NEGATIVE_INFINITY),
          f64: Float64Array.of(0.1, Number.NaN, Number.MIN_VALUE),
          bool: { type: "bool", data: Uint8Array.of(1, 0, 1) },
          utf8: ["", "ascii", "世界 🌍\0"],
          bytes: { type: "bytes[3]", data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) },
        }
        const wrote = await write(t, keys, columns, { write: { ttl: 1000 } })
        t.same([...wrote.gen, ...wrote.inDoubt], [1, 1, 1, 0, 0, 0])
        const schema = { ...Object.fromEntries(Object.keys(columns).map((type) => [type, type])), bytes: "bytes[3]" }
        const read = await t.client.batchReadColumns(keys, schema)
        t.same(
          { ...read.columns, utf8: read.columns.utf8.toArray() },
          { ...columns, bool: columns.bool.data, bytes: columns.bytes.data },
        )
        t.assert.ok(Object.values(read.valid).every((flags) => all(flags, 1)))
        t.assert.ok(read.ttl.every((ttl) => ttl > 900 && ttl <= 1000))
        const [, { bins }] = await t.client.batchRead(list(keys))
        t.same(bins, {
          ...{ i8: 0, i16: 1, i32: 2, i64: 3, u8: 1, u16: 2, u32: 3, u64: 4, f32: -0, f64: Number.NaN },
          ...{ bool: false, utf8: "ascii", bytes: new Uint8Array([4, 5, 6]) },
        })
      },
    },
    {
      name: "what has no value is not written, and a row without any is not sent",
      needs,
      async run(t) {
        const keys = keysOf(t, [1, 2, 3])
        await write(t, keys, { a: Int8Array.of(1, 1, 1), s: ["x", "y", "z"] })
        const wrote = await t.client.batchWriteColumns(keys, {
          a: { type: "i8", data: Int8Array.of(7, 8, 9), valid: Uint8Array.of(1, 0, 0) },
          s: [null, undefined, "zz"],
        })
        t.same([...wrote.code, ...wrote.gen], [0, -2, 0, 2, 0, 2])
        t.assert.ok(wrote.errorAt(1) instanceof t.api.InvalidArgumentError)
        const read = await t.client.batchReadColumns(keys, { a: "i8", s: "utf8" })
        t.same([...read.columns.a, ...read.columns.s], [7, 1, 1, "x", "y", "zz"])
      },
    },
    {
      name: "what was read can be written elsewhere, absent records and bins left out",
      needs,
      async run(t) {
        const from = keysOf(t, [1, 2, 3])
        const to = keysOf(t, [11, 12, 13])
        await t.client.put(list(from)[0], { n: 1 })
        await t.client.put(list(from)[2], { n: 3, s: "three" })
        const wrote = await t.client.batchWriteColumns(
          to,
          await t.client.batchReadColumns(from, { n: "u32", s: "utf8" }),
        )
        t.same([...wrote.code], [0, -2, 0])
        const rows = await t.client.batchRead(list(to))
        t.same(
          rows.map(({ bins }) => bins),
          [{ n: 1 }, undefined, { n: 3, s: "three" }],
        )
      },
    },
    {
      name: "a value that does not fit rejects the whole and is named, or is left out and counted",
      needs,
      async run(t) {
        const keys = keysOf(t, [1, 2, 3, 4])
        const [a, b, c, d] = list(keys)
        await t.client.put(a, { n: 127, f: 0.5, v: new Uint8Array(4) })
        await t.client.put(b, { n: 128, f: 2 ** 53 - 1, v: new Uint8Array(5) })
        await t.client.put(c, { n: "1", f: 2n ** 53n + 1n, v: "four" })
        await t.client.put(d, { n: 1.5, f: true, v: [1] })
        await t.fails(t.client.batchReadColumns(keys, { n: "i8" }), {
          is: "ClientError",
          code: -47,
          says: [`test.${keys.set} 2`, '"n" of row 1', "an integer beyond what i8 can tell", "3 values"],
        })
        const schema = { n: "i8", f: "f64", v: "bytes[4]" }
        const table = await t.client.batchReadColumns(keys, schema, { onMismatch: "null" })
        t.same([...table.columns.n, ...table.valid.n], [127, 0, 0, 0, 1, 0, 0, 0])
        t.same([...table.columns.f, ...table.valid.f], [0.5, 2 ** 53 - 1, 0, 0, 1, 1, 0, 0])
        t.same([...table.valid.v], [1, 0, 0, 0])
        const reason = "an integer beyond what i8 can tell"
        t.same(table.mismatches, { count: 8, first: { row: 1, bin: "n", reason } })
        t.same([...table.code], [0, 0, 0, 0])
        for (const [type, valid] of Object.entries({
          u8: "1,1,0,0",
          f32: "1,1,0,1",
          utf8: "0,0,1,0",
          bool: "0,0,0,0",
        })) {
          const { n } = (await t.client.batchReadColumns(keys, { n: type }, { onMismatch: "null" })).valid
          t.same(`${type} ${n}`, `${type} ${valid}`)
        }
      },
    },
    {
      name: "the text of GeoJSON is text",
      needs,
      async run(t) {
        const keys = keysOf(t, [1, 2])
        const [a, b] = list(keys)
        const point = t.api.GeoJSON.point(1, 2)
        await t.client.put(a, { g: point, s: "a" })
        await t.client.put(b, { g: "text" })
        const { columns } = await t.client.batchReadColumns(keys, { g: "utf8", s: "utf8" })
        t.same([...columns.g, ...columns.s], [point.text, "text", "a", null])
      },
    },
    {
      name: "keys may be of any kind and of several sets, many at once, twice, or digests",
      needs: [...needs, "namespace bar"],
      async run(t) {
        const text = t.key()
        const bytes = t.owned(["test", t.set, new Uint8Array([9, 8, 7])])
        const big = t.owned(["test", null, 2n ** 62n + 1n])
        const other = t.key("k", "bar")
        const mixed = [text, big, other, bytes, text]
        await write(t, mixed.slice(0, 4), { n: Int8Array.of(1, 2, 3, 4) })
        const n = async (keys) => [...(await t.client.batchReadColumns(keys, { n: "i8" })).columns.n]
        t.same(await n(mixed), [1, 2, 3, 4, 1])
        t.same(await n([t.byDigest(text), text]), [1, 1])
        t.same(await n({ ns: "test", set: t.set, digests: t.byDigest(text).digest }), [1])
        t.same(await n({ ns: "test", set: t.set, ids: [text[2], bytes[2]] }), [1, 4])
        t.same(await n({ ns: "test", set: null, ids: BigInt64Array.of(2n ** 62n + 1n) }), [2])
        const column = new t.api.Utf8Column(Int32Array.of(0, text[2].length), new TextEncoder().encode(text[2]))
        t.same(await n({ ns: "test", set: t.set, ids: column }), [1])
        const keys = keysOf(t, [-3, 0, 2 ** 31 - 1])
        await write(t, keys, { n: Int8Array.of(5, 6, 7) })
        t.same(await n({ ...keys, ids: Int32Array.from(keys.ids) }), [5, 6, 7])
        t.same(await n({ ...keys, ids: Uint32Array.of(0, 2 ** 31 - 1) }), [6, 7])
      },
    },
    {
      name: "rows fail on their own: policies of the batch and of its rows hold",
      needs: [...needs, "expressions"],
      async run(t) {
        const { exp } = t.api
        const keys = keysOf(t, [1, 2, 3])
        await t.client.put(list(keys)[1], { n: 20 })
        const created = await t.client.batchWriteColumns(
          keys,
          { n: Int8Array.of(1, 2, 3) },
          { write: { exists: "createOnly" } },
        )
        t.same([...created.code, ...created.gen], [0, 5, 0, 1, 0, 1])
        t.assert.ok(created.errorAt(1) instanceof t.api.RecordExistsError)
        const filtered = { filterExpression: exp.gt(exp.int.bin("n"), 2) }
        const read = await t.client.batchReadColumns(keys, { n: "i8" }, filtered)
        t.same([...read.code, ...read.columns.n], [27, 0, 0, 0, 20, 3])
        const own = await t.client.batchReadColumns(keys, { n: "i8" }, { read: filtered })
        t.same([...own.code], [27, 0, 0])
        const old = await t.client.batchWriteColumns(keys, { n: Int8Array.of(7, 7, 7) }, { write: { gen: { eq: 9 } } })
        t.same([...old.code], [3, 3, 3])
      },
    },
    {
      name: "without columns, generations and times to live come",
      needs,
      async run(t) {
        const keys = keysOf(t, [1, 2])
        await t.client.put(list(keys)[0], { n: 1 })
        const table = await t.client.batchReadColumns(keys, {})
        t.same([table.columns, [...table.code], [...table.gen], [...table.ttl]], [{}, [0, 2], [1, 0], [never, 0]])
      },
    },
    {
      name: "many rows keep their places",
      needs,
      async run(t) {
        const keys = keysOf(t, Int32Array.from(upTo(5000)))
        const policy = { totalTimeout: 20_000 }
        const s = upTo(5000).map((n) => (n % 3 ? `s${n}` : null))
        await write(t, keys, { n: Int32Array.from(keys.ids, (n) => n * 7), s }, policy)
        const { columns, found } = await t.client.batchReadColumns(keys, { n: "i32", s: "utf8" }, policy)
        t.same(
          columns.n,
          Int32Array.from(keys.ids, (n) => n * 7),
        )
        t.same(columns.s.toArray(), s)
        t.assert.ok(all(found, 1))
      },
    },
    {
      name: "a query gives the same as records, with digests and user keys if they are wanted",
      needs: [...needs, "queries"],
      async run(t) {
        const keys = keysOf(t, upTo(300))
        await write(
          t,
          { ...keys, ids: keys.ids.slice(0, 200) },
          { n: Int16Array.from(upTo(200)), s: upTo(200).map(String) },
        )
        const stored = { ...keys, ids: keys.ids.slice(200) }
        await write(t, stored, { n: Int16Array.from(stored.ids) }, { sendKey: true })
        const query = t.client.query("test", keys.set)
        const schema = { n: "i16", s: "utf8" }
        const found = await query.columns(schema, { digests: true, userKeys: true })
        t.same([found.length, found.digests.length, found.userKeys.length], [300, 6000, 300])
        t.same(
          [...found.columns.n].sort((a, b) => a - b),
          upTo(300),
        )
        found.columns.n.forEach((n, row) => {
          t.same([found.columns.s.at(row), found.userKeys.at(row)], n < 200 ? [`${n}`, null] : [null, n])
        })
        t.assert.ok(all(found.found, 1) && all(found.code, 0) && all(found.gen, 1) && all(found.ttl, never))
        const again = await t.client.batchReadColumns({ ns: "test", set: keys.set, digests: found.digests }, schema)
        t.same([again.columns, again.valid], [found.columns, found.valid])
        const bare = await query.columns({})
        t.same([bare.length, bare.digests, bare.userKeys, bare.cursor], [300, undefined, undefined, undefined])
        await t.fails(query.columns({ n: "u8" }), {
          code: -47,
          says: [`query test.${keys.set}`, "beyond what u8 can tell"],
        })
        const { mismatches } = await query.columns({ n: "u8" }, { onMismatch: "null" })
        t.same(mismatches.count, 300 - 256)
      },
    },
    {
      name: "a query of columns has limits, filters and a cursor like any other",
      needs: [...needs, "queries", "expressions"],
      async run(t) {
        const { exp } = t.api
        const keys = keysOf(t, upTo(100))
        await write(t, keys, { n: Int8Array.from(keys.ids) })
        const query = t.client.query("test", keys.set)
        const few = await query.filter(exp.lt(exp.int.bin("n"), 10)).columns({ n: "i8" })
        t.same([...few.columns.n].sort(), upTo(10))
        const seen = []
        let page = await query.policy({ maxRecords: 40 }).columns({ n: "i8" })
        for (; ; page = await query.policy({ maxRecords: 40 }).from(page.cursor).columns({ n: "i8" })) {
          t.assert.ok(page.length <= 40)
          seen.push(...page.columns.n)
          if (page.cursor === undefined) break
        }
        t.same(
          seen.sort((a, b) => a - b),
          upTo(100),
        )
      },
    },
    {
      name: "results of ops are columns, too",
      needs: [...needs, "queries", "ops in queries", "expressions"],
      async run(t) {
        const { exp, op } = t.api
        const keys = keysOf(t, upTo(20))
        await write(t, keys, { n: Int8Array.from(keys.ids) })
        const twice = op.exp.read("twice", exp.mul(exp.int.bin("n"), 2))
        const { columns } = await t.client.query("test", keys.set).ops(twice).columns({ twice: "u8" })
        t.same(
          [...columns.twice].sort((a, b) => a - b),
          upTo(20).map((n) => 2 * n),
        )
      },
    },
    {
      name: "what is given up rejects, and tells what had come",
      needs: [...needs, "queries"],
      async run(t) {
        const keys = keysOf(t, [1, 2])
        const controller = new AbortController()
        const { signal } = controller
        const given = [
          t.client.batchReadColumns(keys, { n: "i8" }, { signal }),
          t.client.batchWriteColumns(keys, { n: Int8Array.of(1, 2) }, { signal }),
          t.client.query("test", keys.set).policy({ signal }).columns({ n: "i8" }),
        ]
        controller.abort()
        // They need not end in the order in which they were asked for.
        await Promise.allSettled(given)
        for (const [i, promise] of given.entries()) {
          const { columns } = await t.fails(promise, { code: -5 })
          if (i < 2) t.same([...columns.code], [-5, -5])
          else t.same(columns.length, 0)
        }
      },
    },
    {
      name: "a bound set has them, and a closed client refuses",
      needs: [...needs, "queries"],
      async run(t) {
        const { set, ids } = keysOf(t, [1, 2])
        const items = t.client.set("test", set)
        await items.batchWriteColumns(ids, { n: Int8Array.of(1, 2) })
        t.same((await items.batchReadColumns(Int32Array.of(2, 1), { n: "i8" })).columns.n, Int8Array.of(2, 1))
        t.same((await items.query().columns({ n: "i8" })).length, 2)
        const client = await t.connect()
        await client.close()
        await t.fails(client.batchReadColumns([["test", set, 1]], { n: "i8" }), { says: "closed" })
        await t.fails(client.query("test", set).columns({ n: "i8" }), { says: "closed" })
      },
    },
  ],
}
