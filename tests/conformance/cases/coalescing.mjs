// Reads and writes that share requests: each caller finds what a request of his own would have given. The whole suite
// runs in this mode, too (COALESCE=1); these are the cases in which many share one.

const on = { coalesce: { from: 2, writes: true } }
const patient = { totalTimeout: 20_000 }

/** What became of a call, as far as it does not depend on when. */
const outcome = ({ status, value, reason }) =>
  status === "fulfilled"
    ? { value: value && { key: value.key, bins: value.bins, gen: value.gen, ttl: value.ttl } }
    : { name: reason.name, code: reason.code, inDoubt: reason.inDoubt, attempts: reason.attempts }

const outcomes = async (calls) => (await Promise.allSettled(calls)).map(outcome)

export default {
  name: "coalescing",
  cases: [
    {
      name: "reads of one turn share requests and find what they find alone",
      async run(t) {
        const [client, one] = [await t.connect(on), await t.connect({ coalesce: "off" })]
        const keys = t.keys(300)
        const value = (i) => [i, i / 7, `text ${i}`, new Uint8Array([i & 255]), [i, "x"], { a: i }, null][i % 7]
        const written = keys.filter((_, i) => i % 3 !== 0)
        await Promise.all(written.map((key, i) => t.client.put(key, { i, v: value(i) }, { ...patient, ttl: -1 })))
        const before = client.stats()
        const read = (who) =>
          outcomes(keys.flatMap((key) => [who.get(key, patient), who.find(key, patient), who.exists(key, patient)]))
        const [together, alone] = [await read(client), await read(one)]
        t.same(together, alone)
        const { coalesced, sharedRequests } = client.stats()
        t.assert.ok(coalesced - before.coalesced >= 300, `${coalesced} of them`)
        t.assert.ok(
          sharedRequests - before.sharedRequests < (coalesced - before.coalesced) / 4,
          `${sharedRequests} requests`,
        )
      },
    },
    {
      name: "some bins, filters and absent bins mean the same",
      async run(t) {
        const client = await t.connect(on)
        const { exp } = t.api
        const keys = t.keys(40)
        await Promise.all(keys.map((key, i) => t.client.put(key, { a: i, b: `b${i}` }, patient)))
        const filterExpression = exp.gt(exp.int.bin("a"), 20)
        const read = (one) =>
          outcomes(
            keys.flatMap((key) => [
              one.select(key, ["a"], patient),
              one.select(key, ["b", "none"], patient),
              one.get(key, { ...patient, filterExpression }),
              one.exists(key, { ...patient, filterExpression }),
            ]),
          )
        t.same(await read(client), await read(await t.connect({ coalesce: "off" })))
      },
    },
    {
      name: "a record that many want at once is fetched once",
      async run(t) {
        const client = await t.connect(on)
        const key = t.key()
        await client.put(key, { list: [1, 2] }, patient)
        const before = client.stats()
        const found = await Promise.all(Array.from({ length: 100 }, () => client.get(key, patient)))
        const { sharedRequests, coalesced } = client.stats()
        t.same([sharedRequests - before.sharedRequests, coalesced - before.coalesced], [1, 100])
        for (const { bins } of found) t.same(bins, { list: [1, 2] })
        found[0].bins.list.push(3)
        t.same(found[1].bins.list, [1, 2], "each has values of its own")
      },
    },
    {
      name: "writes share requests and end as they would alone",
      async run(t) {
        const [client, one] = [await t.connect(on), await t.connect({ coalesce: "off" })]
        const write = async (who) => {
          const keys = t.keys(60)
          const [created, counted, texts] = [keys.slice(0, 20), keys.slice(20, 40), keys.slice(40)]
          await outcomes(created.slice(0, 10).map((key) => t.client.put(key, { v: 1 }, patient)))
          const first = await outcomes([
            ...created.map((key, i) => who.put(key, { v: 2 }, { ...patient, exists: "createOnly", ttl: 100 + i })),
            ...counted.map((key, i) => who.add(key, { n: i }, patient)),
            ...texts.map((key, i) => who.append(key, { s: `t${i}` }, patient)),
          ])
          const then = await outcomes([
            ...created.map((key, i) => who.put(key, { v: 3 }, { ...patient, gen: { eq: (i % 2) + 1 } })),
            ...counted.map((key) => who.touch(key, { ...patient, ttl: 500 })),
            ...texts.map((key, i) => (i % 2 ? who.remove(key, patient) : who.prepend(key, { s: "p" }, patient))),
          ])
          const left = await outcomes(keys.map((key) => t.client.find(key, patient)))
          return [first, then, left].map((all) => JSON.stringify(all, withoutKeys))
        }
        const [together, alone] = [await write(client), await write(one)]
        t.same(together, alone)
        t.assert.ok(client.stats().coalesced >= 100)
      },
    },
    {
      name: "an increment of one turn is done once for each that asked for it",
      async run(t) {
        const client = await t.connect(on)
        const key = t.key()
        await Promise.all(Array.from({ length: 15 }, () => client.add(key, { n: 1 }, patient)))
        t.same((await client.get(key, patient)).bins, { n: 15 })
      },
    },
    {
      name: "who gives up leaves the others their answers",
      async run(t) {
        const client = await t.connect(on)
        const keys = t.keys(50)
        await Promise.all(keys.map((key, i) => client.put(key, { i }, patient)))
        const gone = new AbortController()
        const reads = keys.map((key, i) => client.get(key, i % 5 ? patient : { ...patient, signal: gone.signal }))
        gone.abort(new Error("no longer wanted"))
        const found = await Promise.allSettled(reads)
        for (const [i, { status, value, reason }] of found.entries()) {
          if (i % 5) t.same(value?.bins, { i }, `${status} ${reason}`)
          else t.same([reason?.code, reason?.cause?.message], [-5, "no longer wanted"])
        }
      },
    },
    {
      name: "auto is the default, and off means requests of their own",
      async run(t) {
        const keys = t.keys(30)
        for (const [coalesce, shares] of [
          [undefined, true],
          ["auto", true],
          ["off", false],
        ]) {
          const client = await t.connect({ coalesce })
          await outcomes(keys.map((key) => client.get(key, patient)))
          t.assert.equal(client.stats().coalesced > 0, shares, String(coalesce))
        }
      },
    },
  ],
}

/** Times to live count down, and keys are not the same in both runs. */
function withoutKeys(name, value) {
  return name === "key" || name === "ttl" ? undefined : value
}
