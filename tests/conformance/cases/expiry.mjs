// Time to live. These cases wait for the server's clock, so the runner lets them wait together.

/** The seconds left may be one fewer than what was written. */
function near(t, ttl, expected) {
  t.assert.ok(ttl === expected || ttl === expected - 1, `ttl ${ttl}, expected ${expected}`)
}

async function ttlOf(t, key) {
  return (await t.client.exists(key)).ttl
}

export default {
  name: "expiry",
  together: true,
  cases: [
    {
      name: "a record is gone when its time is over, for every command",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 }, { ttl: 1 })
        t.same((await t.client.get(key)).bins, { a: 1 })
        await t.until(async () => !(await t.client.exists(key)), { what: "expiry" })
        t.assert.equal(await t.client.find(key), undefined)
        await t.fails(t.client.get(key), { is: "RecordNotFoundError" })
        await t.fails(t.client.touch(key), { is: "RecordNotFoundError" })
        await t.fails(t.client.put(key, { a: 2 }, { exists: "updateOnly" }), { is: "RecordNotFoundError" })
        // Whether `remove` finds it depends on whether the server has swept it away yet.
        t.assert.equal(typeof (await t.client.remove(key)), "boolean")
        t.assert.equal(await t.client.remove(key), false)
      },
    },
    {
      name: "a record written again after it expired starts anew",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 }, { ttl: 1 })
        await t.until(async () => !(await t.client.exists(key)), { what: "expiry" })
        await t.client.put(key, { b: 2 }, { exists: "createOnly" })
        const record = await t.client.get(key)
        t.same(record.bins, { b: 2 })
        t.assert.equal(record.gen, 1)
      },
    },
    {
      name: "touch with a time to live keeps a record alive",
      async run(t) {
        const [kept, other] = t.keys(2)
        await t.client.put(kept, { a: 1 }, { ttl: 2 })
        await t.client.touch(kept, { ttl: 1000 })
        await t.client.put(other, { a: 1 }, { ttl: 2 })
        await t.until(async () => !(await t.client.exists(other)), { what: "expiry" })
        near(t, await ttlOf(t, kept), 1000 - 2)
      },
    },
    {
      name: "the seconds left count down",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 }, { ttl: 1000 })
        const first = await ttlOf(t, key)
        near(t, first, 1000)
        await t.until(async () => (await ttlOf(t, key)) <= first - 2, { what: "the countdown" })
      },
    },
    {
      name: "get, select, find and exists give the same seconds",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 }, { ttl: 5000 })
        near(t, (await t.client.get(key)).ttl, 5000)
        near(t, (await t.client.select(key, ["a"])).ttl, 5000)
        near(t, (await t.client.find(key)).ttl, 5000)
        near(t, await ttlOf(t, key), 5000)
      },
    },
    {
      name: "NEVER_EXPIRE is written and read as such",
      async run(t) {
        const key = t.key()
        const { NEVER_EXPIRE } = t.api.TTL
        await t.client.put(key, { a: 1 }, { ttl: 1000 })
        await t.client.put(key, { a: 2 }, { ttl: NEVER_EXPIRE })
        t.assert.equal(await ttlOf(t, key), NEVER_EXPIRE)
        t.assert.equal(NEVER_EXPIRE, -1)
      },
    },
    {
      name: "DONT_UPDATE keeps the time to live that is there",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 }, { ttl: 1000 })
        await t.client.put(key, { a: 2 }, { ttl: t.api.TTL.DONT_UPDATE })
        near(t, await ttlOf(t, key), 1000)
        await t.client.touch(key, { ttl: t.api.TTL.DONT_UPDATE })
        near(t, await ttlOf(t, key), 1000)
      },
    },
    {
      name: "DONT_UPDATE on a new record gives it the namespace's own",
      async run(t) {
        const [one, two] = t.keys(2)
        await t.client.put(one, { a: 1 }, { ttl: t.api.TTL.DONT_UPDATE })
        await t.client.put(two, { a: 1 }, { ttl: t.api.TTL.NAMESPACE_DEFAULT })
        t.assert.equal(await ttlOf(t, one), await ttlOf(t, two))
      },
    },
    {
      name: "NAMESPACE_DEFAULT and no ttl at all are the same",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 })
        const byDefault = await ttlOf(t, key)
        await t.client.put(key, { a: 1 }, { ttl: 1000 })
        await t.client.put(key, { a: 1 }, { ttl: t.api.TTL.NAMESPACE_DEFAULT })
        t.assert.equal(await ttlOf(t, key), byDefault)
        await t.client.put(key, { a: 1 }, { ttl: 1000 })
        await t.client.put(key, { a: 1 })
        t.assert.equal(await ttlOf(t, key), byDefault)
      },
    },
    {
      name: "increment, append and prepend renew the time to live",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { n: 1, s: "x" }, { ttl: 1000 })
        await t.client.increment(key, "n", 1, { ttl: 2000 })
        near(t, await ttlOf(t, key), 2000)
        await t.client.append(key, "s", "y", { ttl: 3000 })
        near(t, await ttlOf(t, key), 3000)
        await t.client.prepend(key, "s", "y", { ttl: 4000 })
        near(t, await ttlOf(t, key), 4000)
      },
    },
    {
      name: "ten years is the longest time to live",
      async run(t) {
        const key = t.key()
        const tenYears = 315_360_000
        await t.client.put(key, { a: 1 }, { ttl: tenYears })
        near(t, await ttlOf(t, key), tenYears)
        await t.fails(t.client.put(key, { a: 2 }, { ttl: tenYears + 1 }), {
          is: "InvalidArgumentError",
          says: ["ttl", tenYears + 1],
        })
      },
    },
    {
      name: "a read may renew the time to live when little of it is left",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 }, { ttl: 4 })
        // At 80 % of 4 s, a read with less than that left renews it.
        await t.until(async () => (await ttlOf(t, key)) <= 2, { what: "the countdown" })
        await t.client.get(key, { readTouchTtlPercent: 80 })
        await t.until(async () => ((await t.client.exists(key))?.ttl ?? 0) >= 3, { what: "the renewal", ms: 1500 })
      },
    },
    {
      name: "a namespace without expiry refuses a time to live with code 22",
      needs: ["namespace bar"],
      async run(t) {
        const key = t.key("k", "bar")
        await t.fails(t.client.put(key, { a: 1 }, { ttl: 100 }), { is: "ServerError", code: 22 })
        await t.client.put(key, { a: 1 }, { ttl: t.api.TTL.NEVER_EXPIRE })
        t.same((await t.client.get(key)).bins, { a: 1 })
        await t.fails(t.client.touch(key, { ttl: 100 }), { is: "ServerError", code: 22 })
      },
    },
  ],
}
