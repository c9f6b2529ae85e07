// The commands on one record.

export default {
  name: "records",
  cases: [
    {
      name: "get gives bins, generation and time to live",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1, b: "x" })
        const record = await t.client.get(key)
        t.same(record.bins, { a: 1, b: "x" })
        t.assert.equal(record.gen, 1)
        t.assert.equal(record.ttl, t.api.TTL.NEVER_EXPIRE)
        await t.client.put(key, { a: 2 })
        t.assert.equal((await t.client.get(key)).gen, 2)
      },
    },
    {
      name: "get of an absent record is RecordNotFoundError",
      async run(t) {
        const key = t.key("absent")
        const error = await t.fails(t.client.get(key), { is: "RecordNotFoundError", code: 2, says: ["absent", t.set] })
        t.assert.ok(error instanceof t.api.RecordError && error instanceof t.api.ServerError)
        t.assert.equal(error.inDoubt, false)
        t.assert.ok(error.node, "the error names the node")
        t.assert.equal(error.attempts, 1)
        t.assert.ok(error.elapsedMs >= 0)
      },
    },
    {
      name: "find gives the record, or undefined when there is none",
      async run(t) {
        const key = t.key()
        t.assert.equal(await t.client.find(key), undefined)
        await t.client.put(key, { a: 1 })
        t.same((await t.client.find(key)).bins, { a: 1 })
      },
    },
    {
      name: "exists gives generation and time to live, or undefined",
      async run(t) {
        const key = t.key()
        t.assert.equal(await t.client.exists(key), undefined)
        await t.client.put(key, { a: 1 })
        t.same(await t.client.exists(key), { gen: 1, ttl: t.api.TTL.NEVER_EXPIRE })
      },
    },
    {
      name: "select gives the bins that are named and exist",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1, b: "two", c: [3] })
        t.same((await t.client.select(key, ["a", "c"])).bins, { a: 1, c: [3] })
        t.same((await t.client.select(key, ["a", "nope"])).bins, { a: 1 })
        const none = await t.client.select(key, ["nope"])
        t.same(none.bins, {})
        t.assert.equal(none.gen, 1)
      },
    },
    {
      name: "select of an absent record is RecordNotFoundError",
      async run(t) {
        await t.fails(t.client.select(t.key(), ["a"]), { is: "RecordNotFoundError", code: 2 })
      },
    },
    {
      name: "put adds and replaces bins and keeps the others",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1, b: 2 })
        await t.client.put(key, { b: 3, c: 4 })
        t.same((await t.client.get(key)).bins, { a: 1, b: 3, c: 4 })
      },
    },
    {
      name: "increment adds to integers and doubles and creates what is missing",
      async run(t) {
        const key = t.key()
        await t.client.increment(key, "n", 3)
        await t.client.increment(key, "n", -10)
        await t.client.increment(key, "d", 0.5)
        await t.client.increment(key, "d", 0.25)
        t.same((await t.client.get(key)).bins, { n: -7, d: 0.75 })
        t.assert.equal((await t.client.exists(key)).gen, 4)
      },
    },
    {
      name: "add is another name of increment, for several bins at once too",
      async run(t) {
        const key = t.key()
        await t.client.add(key, "n", 1)
        await t.client.add(key, { n: 2, m: 5n })
        t.same((await t.client.get(key)).bins, { n: 3, m: 5 })
        t.assert.equal((await t.client.exists(key)).gen, 2)
      },
    },
    {
      name: "an integer wraps at 64 bits",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { n: 2n ** 63n - 1n })
        await t.client.increment(key, "n", 1)
        t.same((await t.client.get(key)).bins, { n: -(2n ** 63n) })
        await t.client.increment(key, "n", -1)
        t.same((await t.client.get(key)).bins, { n: 2n ** 63n - 1n })
      },
    },
    {
      name: "an increment of another type is BinTypeError and changes nothing",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { s: "x", i: 1, d: 1.5 })
        const wrong = { is: "BinTypeError", code: 12 }
        await t.fails(t.client.increment(key, "s", 1), wrong)
        await t.fails(t.client.increment(key, "i", 1.5), wrong)
        await t.fails(t.client.increment(key, "d", 1), wrong)
        const record = await t.client.get(key)
        t.same(record.bins, { s: "x", i: 1, d: 1.5 })
        t.assert.equal(record.gen, 1)
      },
    },
    {
      name: "append and prepend extend strings and bytes and create what is missing",
      async run(t) {
        const key = t.key()
        await t.client.append(key, "s", "mid")
        await t.client.append(key, "s", "-end")
        await t.client.prepend(key, "s", "start-")
        await t.client.append(key, "b", new Uint8Array([2]))
        await t.client.append(key, "b", new Uint8Array([3]))
        await t.client.prepend(key, "b", new Uint8Array([1]))
        await t.client.append(key, "s", "")
        t.same((await t.client.get(key)).bins, { s: "start-mid-end", b: new Uint8Array([1, 2, 3]) })
      },
    },
    {
      name: "append to several bins at once is one write",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { s: "a", t: "b" })
        await t.client.append(key, { s: "1", t: "2" })
        const record = await t.client.get(key)
        t.same(record.bins, { s: "a1", t: "b2" })
        t.assert.equal(record.gen, 2)
      },
    },
    {
      name: "append to another type is BinTypeError",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { i: 1, l: [1], s: "x" })
        const wrong = { is: "BinTypeError", code: 12 }
        await t.fails(t.client.append(key, "i", "x"), wrong)
        await t.fails(t.client.append(key, "l", "x"), wrong)
        await t.fails(t.client.prepend(key, "s", new Uint8Array([65])), wrong)
        t.same((await t.client.get(key)).bins, { i: 1, l: [1], s: "x" })
      },
    },
    {
      name: "touch raises the generation and keeps the bins",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 })
        await t.client.touch(key)
        const record = await t.client.get(key)
        t.same(record.bins, { a: 1 })
        t.assert.equal(record.gen, 2)
      },
    },
    {
      name: "touch of an absent record is RecordNotFoundError",
      async run(t) {
        await t.fails(t.client.touch(t.key()), { is: "RecordNotFoundError", code: 2 })
      },
    },
    {
      name: "remove says whether there was a record",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 })
        t.assert.equal(await t.client.remove(key), true)
        t.assert.equal(await t.client.remove(key), false)
        t.assert.equal(await t.client.find(key), undefined)
      },
    },
    {
      name: "removeBin removes one bin or several, and the record with its last",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1, b: 2, c: 3, d: 4 })
        await t.client.removeBin(key, "a")
        t.same((await t.client.get(key)).bins, { b: 2, c: 3, d: 4 })
        await t.client.removeBin(key, ["b", "nope"])
        t.same((await t.client.get(key)).bins, { c: 3, d: 4 })
        await t.client.removeBin(key, ["c", "d"])
        t.assert.equal(await t.client.exists(key), undefined)
      },
    },
    {
      name: "a record that was removed and written again starts anew",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 })
        await t.client.put(key, { b: 1 })
        await t.client.remove(key)
        await t.client.put(key, { c: 1 })
        const record = await t.client.get(key)
        t.same(record.bins, { c: 1 })
        t.assert.equal(record.gen, 1)
      },
    },
  ],
}
