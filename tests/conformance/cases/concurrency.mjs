// Many operations at once: every answer must reach the caller who asked, whatever else is in flight.

/** A value that could only belong to record `i`: small for most, large for some. */
function recordOf(i) {
  const size = i % 97 === 0 ? 60_000 : i % 13 === 0 ? 2_000 : i % 7
  return { i, s: `record ${i}`, b: new Uint8Array(size).fill(i & 255), l: [i, [i + 1]] }
}

function checkRecord(t, i, bins) {
  const expected = recordOf(i)
  t.assert.equal(bins.i, i)
  t.assert.equal(bins.s, expected.s)
  t.assert.equal(bins.b.length, expected.b.length)
  t.assert.ok(bins.b.every((byte) => byte === (i & 255)))
  t.assert.deepEqual(bins.l, expected.l)
}

const patient = { totalTimeout: 20_000 }

async function manyRecords(t, client, count) {
  const keys = t.keys(count)
  await Promise.all(keys.map((key, i) => client.put(key, recordOf(i), patient)))
  const records = await Promise.all(keys.map((key) => client.get(key, patient)))
  for (const [i, { bins }] of records.entries()) checkRecord(t, i, bins)
}

export default {
  name: "concurrency",
  cases: [
    {
      name: "three thousand records of mixed sizes, all written and all read at once",
      async run(t) {
        await manyRecords(t, t.client, 3000)
      },
    },
    {
      name: "answers that came while the program was busy are not called late",
      async run(t) {
        const keys = t.keys(8)
        await Promise.all(keys.map((key, i) => t.client.put(key, { i }, patient)))
        const hasty = { totalTimeout: 150, maxRetries: 0 }
        const reads = keys.map((key) => t.client.get(key, hasty))
        // The requests leave at the end of this turn; then nothing is heard for twice the time that they have.
        await new Promise((resolve) => setTimeout(resolve, 0))
        const until = performance.now() + 300
        while (performance.now() < until);
        const more = t.client.get(keys[0], hasty)
        for (const [i, { bins }] of (await Promise.all(reads)).entries()) t.assert.deepEqual(bins, { i })
        t.assert.deepEqual((await more).bins, { i: 0 })
      },
    },
    {
      name: "the same over one connection a node, pipelined",
      async run(t) {
        await manyRecords(t, await t.connect({ maxConnsPerNode: 1 }), 1000)
      },
    },
    {
      name: "the same over one connection a node, one request at a time",
      async run(t) {
        await manyRecords(t, await t.connect({ maxConnsPerNode: 1, pipelineDepth: 1 }), 300)
      },
    },
    {
      name: "commands of all kinds, with errors among them, each get their own answer",
      async run(t) {
        const keys = t.keys(600)
        await Promise.all(keys.map((key, i) => (i % 3 ? t.client.put(key, { n: i, s: `s${i}` }, patient) : undefined)))
        const absent = (i) => i % 3 === 0
        const asked = keys.flatMap((key, i) => [
          t.client.get(key, patient).then(
            ({ bins }) => t.assert.equal(!absent(i) && bins.n, i),
            (error) => t.assert.ok(absent(i) && error instanceof t.api.RecordNotFoundError, error),
          ),
          t.client.exists(key, patient).then((found) => t.assert.equal(found === undefined, absent(i))),
          t.client.select(key, ["s"], patient).then(
            ({ bins }) => t.same(!absent(i) && bins, { s: `s${i}` }),
            (error) => t.assert.ok(absent(i) && error instanceof t.api.RecordNotFoundError, error),
          ),
          t.client.put(key, { x: 1 }, { ...patient, gen: { eq: 99 } }).then(
            () => t.assert.fail("a generation that is not there"),
            (error) => t.assert.ok(error instanceof t.api.RecordGenerationError, error),
          ),
          t.client.find(key, patient).then((record) => t.assert.equal(record?.bins.n, absent(i) ? undefined : i)),
        ])
        await Promise.all(asked)
      },
    },
    {
      name: "increments at once on a few counters are all counted",
      async run(t) {
        const keys = t.keys(20)
        const rounds = 50
        const all = []
        for (let round = 0; round < rounds; round++) {
          for (const key of keys) all.push(countOne(t, key))
        }
        await Promise.all(all)
        for (const key of keys) t.assert.equal((await t.client.get(key)).bins.n, rounds)
      },
    },
    {
      name: "a read called after a write was called sees it, when the write is awaited",
      async run(t) {
        await Promise.all(
          t.keys(200).map(async (key) => {
            for (let n = 1; n <= 10; n++) {
              await t.client.put(key, { n }, patient)
              t.assert.equal((await t.client.get(key, patient)).bins.n, n)
            }
          }),
        )
      },
    },
    {
      name: "maxConcurrentOperations lets further operations wait, and all of them finish",
      async run(t) {
        const client = await t.connect({ maxConcurrentOperations: 4 })
        const keys = t.keys(200)
        await Promise.all(keys.map((key, i) => client.put(key, { i }, patient)))
        const records = await Promise.all(keys.map((key) => client.get(key, patient)))
        for (const [i, { bins }] of records.entries()) t.same(bins, { i })
      },
    },
    {
      name: "a hundred thousand reads at once on two connections all succeed",
      async run(t) {
        const client = await t.connect({ maxConnsPerNode: 2, maxConcurrentOperations: 1000 })
        const [key] = t.keys(1)
        await client.put(key, { a: 1 })
        let found = 0
        const count = ({ bins }) => {
          if (bins.a === 1) found++
        }
        const patience = { totalTimeout: 60_000 }
        await Promise.all(Array.from({ length: 100_000 }, () => client.get(key, patience).then(count)))
        t.assert.equal(found, 100_000)
      },
    },
    {
      name: "maxQueuedOperations refuses what is too much with BackpressureError, at once",
      async run(t) {
        const client = await t.connect({ maxConcurrentOperations: 2, maxQueuedOperations: 3 })
        const keys = t.keys(20)
        const outcomes = await Promise.allSettled(keys.map((key, i) => client.put(key, { i }, patient)))
        const refused = outcomes.filter(({ status }) => status === "rejected")
        t.assert.equal(refused.length, 15)
        for (const { reason } of refused) {
          t.assert.ok(reason instanceof t.api.BackpressureError, reason)
          t.assert.equal(reason.inDoubt, false)
          t.assert.equal(reason.ahead, 3)
          t.assert.match(reason.message, /3 ahead/)
        }
        await client.put(keys[0], { i: 0 })
      },
    },
  ],
}

/** One increment; a hot key (code 14) is asked again, as a counter's owner would. */
async function countOne(t, key) {
  for (;;) {
    try {
      return await t.client.increment(key, "n", 1, patient)
    } catch (error) {
      if (error.code !== 14) throw error
    }
  }
}
