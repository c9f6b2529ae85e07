// Worker threads: what they do is what the caller's own engine does. `run.mjs --workers` gives them all other cases besides.

const needs = ["batches", "queries"]

/** As many records of every kind of value, some with what is hard to carry. */
function recordsOf(t, count) {
  const { double, GeoJSON } = t.api
  const bins = (i) => ({
    i,
    wide: 2n ** 60n + BigInt(i),
    d: i / 7,
    whole: double(i),
    s: `text ${i} ${"çŋ€😀".slice(0, i % 6)}`,
    long: "x".repeat((i % 50) * 100),
    none: "",
    b: Uint8Array.from({ length: i % 100 }, (_, at) => at),
    flag: i % 2 === 0,
    list: [i, [`in ${i}`, null, true], { deep: [new Uint8Array([i])] }],
    map: new Map([
      [i, "number"],
      [`k${i}`, new Map([["a", [1.5]]])],
    ]),
    at: GeoJSON.point(i % 90, 1),
  })
  return t.keys(count).map((key, i) => ({ key, bins: bins(i) }))
}

/** A client with threads that do everything they can, and one without. */
async function both(t, config = {}) {
  const workers = { count: 2, from: 1 }
  const policies = { batch: { totalTimeout: 10_000 } }
  return Promise.all([0, workers].map((workers) => t.connect({ policies, ...config, workers }))).then((two) =>
    two.reverse(),
  )
}

const plain = ({ key, code, bins, gen, inDoubt, error }) => ({ key, code, bins, gen, inDoubt, error: error?.message })

export default {
  name: "workers",
  cases: [
    {
      name: "rows of a batch are those that the caller's own thread gives",
      needs,
      async run(t) {
        const [helped, alone] = await both(t)
        const records = recordsOf(t, 300)
        const written = await helped.batchWrite(records)
        t.same([...new Set(written.map(({ code }) => code))], [0])
        const keys = [...records.map(({ key }) => key), t.key("absent")]
        const rows = await helped.batchRead(keys)
        t.same(rows.map(plain), (await alone.batchRead(keys)).map(plain))
        t.assert.equal(rows.at(-1).code, 2)
        t.same(
          (await helped.batchRead(keys, { bins: ["s", "list"] })).map(plain),
          (await alone.batchRead(keys, { bins: ["s", "list"] })).map(plain),
        )
        const ops = [t.api.op.add("i", 0), t.api.op.read("i"), t.api.list.size("list")]
        t.same(
          (await helped.batchOperate(keys.slice(0, 5), ops)).map(({ bins }) => bins),
          (await alone.batchOperate(keys.slice(0, 5), ops)).map(({ bins }) => bins),
        )
        const seen = []
        await helped.batchRead(keys.slice(0, 9), {}, { onRow: (row, i) => seen.push([i, row.bins.i]) })
        t.same(
          seen.sort(([a], [b]) => a - b),
          Array.from({ length: 9 }, (_, i) => [i, i]),
        )
        t.same(new Set((await helped.batchRemove(keys)).map(({ code }) => code)), new Set([0, 2]))
      },
    },
    {
      name: "columns are those that the caller's own thread gives, each in a buffer of its own",
      needs,
      async run(t) {
        const [helped, alone] = await both(t)
        const records = recordsOf(t, 200)
        await alone.batchWrite(records.filter((_, i) => i % 10 !== 9))
        const keys = records.map(({ key }) => key)
        const schema = { i: "i32", wide: "i64", d: "f64", s: "utf8", flag: "bool" }
        const [table, other] = [await helped.batchReadColumns(keys, schema), await alone.batchReadColumns(keys, schema)]
        t.same(table, other)
        const buffers = Object.values(table.columns).map(({ buffer, bytes }) => (bytes ?? { buffer }).buffer)
        t.assert.equal(new Set(buffers).size, 5)
        structuredClone(table.columns.i, { transfer: [table.columns.i.buffer] })
        t.assert.equal(table.columns.d.at(1), 1 / 7)

        const wrong = (client) => t.fails(client.batchReadColumns(keys, { s: "i32" }), { is: "ClientError" })
        t.assert.equal((await wrong(helped)).message, (await wrong(alone)).message)
        const lenient = { onMismatch: "null" }
        const misfits = (client) => client.batchReadColumns(keys, { s: "i32" }, lenient)
        t.same((await misfits(helped)).mismatches, (await misfits(alone)).mismatches)

        const write = await helped.batchWriteColumns(keys.slice(0, 3), { i: Int32Array.of(7, 8, 9) })
        t.same([...write.code], [0, 0, 0])
        t.same([...(await alone.batchReadColumns(keys.slice(0, 3), { i: "i8" })).columns.i], [7, 8, 9])
      },
    },
    {
      name: "queries find what they find on the caller's own thread, as records, pages, counts and columns",
      needs,
      async run(t) {
        const [helped, alone] = await both(t)
        const set = `${t.set}w`
        const records = recordsOf(t, 700).map(({ bins }, i) => ({ key: t.owned(["test", set, i]), bins }))
        await alone.batchWrite(records, { write: { sendKey: true }, sendKey: true })
        const byKey = (found) => found.sort((a, b) => a.bins.i - b.bins.i)
        const expected = byKey(await alone.query("test", set).results())
        t.assert.equal(expected.length, 700)
        t.same(byKey(await helped.query("test", set).results()), expected)
        const each = []
        for await (const record of helped.query("test", set)) each.push(record)
        t.same(byKey(each), expected)
        t.assert.equal(await helped.query("test", set).count(), 700)
        const paged = []
        for await (const { records } of helped.query("test", set).pages(150)) paged.push(...records)
        t.same(byKey(paged), expected)
        const table = await helped.query("test", set).columns({ i: "i32" }, { userKeys: true })
        t.same(
          [...table.columns.i].sort((a, b) => a - b),
          [...Array(700).keys()],
        )
        t.same(new Set(table.userKeys), new Set(Array(700).keys()))
        let taken = 0
        for await (const _ of helped.query("test", set)) if (++taken === 3) break
        t.assert.equal(taken, 3)
      },
    },
    {
      name: "options of values hold there, and what cannot be read fails as it does here",
      needs,
      async run(t) {
        const [helped, alone] = await both(t, { int64: "number", doubles: "wrapped", maps: "object" })
        const key = t.key()
        await alone.put(key, { wide: 2n ** 60n, d: 1.5, m: new Map([[1, 2]]) })
        const row = async (client, bins) => plain((await client.batchRead([key], { bins }))[0])
        t.same(await row(helped, ["d", "m"]), await row(alone, ["d", "m"]))
        const unreadable = await row(helped, ["wide"])
        t.assert.match(unreadable.error, /no number can hold exactly/)
        t.same(unreadable, await row(alone, ["wide"]))
      },
    },
    {
      name: "what is wrong is said before anything is sent, and by the engine there as by the one here",
      needs,
      async run(t) {
        const [helped, alone] = await both(t)
        const wrong = [
          (client) => client.batchRead([["test", t.set, 1.5]]),
          (client) => client.batchRead([["test", t.set, 1]], { bins: ["a name of sixteen"] }),
          (client) => client.batchWrite([{ key: ["test", t.set, 1], bins: { a: undefined } }]),
          (client) => client.batchOperate([["test", t.set, 1]], [t.api.op.write("a", 1), t.api.op.touch()].reverse()),
          async (client) => client.query("test", t.set).select("").results(),
          (client) =>
            client.batchRead([["no such namespace", t.set, 1]]).then(([row]) => row.error && Promise.reject(row.error)),
        ]
        for (const call of wrong) {
          const said = (client) =>
            call(client).then(
              () => "nothing",
              ({ name, code, message }) => ({ name, code, message }),
            )
          t.same(await said(helped), await said(alone))
        }
      },
    },
    {
      name: "several clients have threads of their own, and closing ends what is under way",
      needs,
      async run(t) {
        const [one, two] = await Promise.all([0, 1].map(() => t.connect({ workers: { count: 1, from: 1 } })))
        const keys = t.keys(50)
        const under = one.batchRead(keys)
        const ended = under.then(
          () => "answered",
          ({ codeName }) => codeName,
        )
        await one.close()
        t.assert.ok(["answered", "CLOSED"].includes(await ended))
        await t.fails(one.batchRead(keys), { code: -42 })
        t.assert.equal((await two.batchRead(keys)).length, 50)
        const drained = two.batchRead(keys)
        await two.close({ drain: true })
        t.assert.equal((await drained).length, 50)
      },
    },
    {
      name: "a transport of the caller's own cannot be used by threads",
      async run(t) {
        const transport = { open: () => ({}) }
        await t.fails(t.connect({ workers: 2, transport }), { is: "InvalidArgumentError", says: "config.transport" })
      },
    },
  ],
}
