// Keys: every type a user key can have, digests, sets, and the key stored with the record.

/** A key of each kind, in a set of its own. */
const kinds = (t, tag) =>
  [
    ["a positive integer", 12345],
    ["zero", 0],
    ["a negative integer", -7],
    ["an integer at the edge of 2^53", Number.MAX_SAFE_INTEGER],
    ["a bigint", 2n ** 63n - 1n],
    ["a negative bigint", -(2n ** 63n)],
    ["a string", "user-1"],
    ["a string of several scripts", "ключ 世界 🌍"],
    ["a long string", "k".repeat(300)],
    ["the empty string", ""],
    ["bytes", new Uint8Array([1, 2, 255])],
  ].map(([what, userKey]) => [what, t.owned(["test", `${t.set}-${tag}`, userKey])])

export default {
  name: "keys",
  cases: [
    {
      name: "each type of user key names a record of its own",
      async run(t) {
        const all = kinds(t, "a")
        for (const [what, key] of all) await t.client.put(key, { what })
        for (const [what, key] of all) t.assert.equal((await t.client.get(key)).bins.what, what)
      },
    },
    {
      name: "an integer and a bigint of the same value are the same key",
      async run(t) {
        const key = t.owned(["test", t.set, 77])
        await t.client.put(key, { v: 1 })
        t.same((await t.client.get(["test", t.set, 77n])).bins, { v: 1 })
      },
    },
    {
      name: "an integer and its text are different keys",
      async run(t) {
        await t.client.put(t.owned(["test", t.set, 78]), { v: "int" })
        await t.client.put(t.owned(["test", t.set, "78"]), { v: "text" })
        t.same((await t.client.get(["test", t.set, 78])).bins, { v: "int" })
        t.same((await t.client.get(["test", t.set, "78"])).bins, { v: "text" })
      },
    },
    {
      name: "the set is part of the key",
      async run(t) {
        const one = t.owned(["test", t.set, "same"])
        const two = t.owned(["test", `${t.set}-2`, "same"])
        await t.client.put(one, { v: 1 })
        await t.client.put(two, { v: 2 })
        t.same((await t.client.get(one)).bins, { v: 1 })
        t.same((await t.client.get(two)).bins, { v: 2 })
      },
    },
    {
      name: "a record may be in no set",
      async run(t) {
        for (const set of ["", null]) {
          const key = t.owned(["test", set, `no set ${t.set}`])
          await t.client.put(key, { v: 1 })
          t.same((await t.client.get(["test", "", `no set ${t.set}`])).bins, { v: 1 })
          await t.client.remove(key)
        }
      },
    },
    {
      name: "a set name of 63 bytes is accepted",
      async run(t) {
        const key = t.owned(["test", t.set.padEnd(63, "s"), "k"])
        await t.client.put(key, { v: 1 })
        t.same((await t.client.get(key)).bins, { v: 1 })
      },
    },
    {
      name: "a record can be read and written by its digest alone",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { v: 1 })
        const record = await t.client.get(key)
        const byDigest = t.byDigest(key)
        t.same((await t.client.get(byDigest)).bins, record.bins)
        await t.client.put(byDigest, { w: 2 })
        t.same((await t.client.get(key)).bins, { v: 1, w: 2 })
        t.assert.equal(await t.client.remove(byDigest), true)
        t.assert.equal(await t.client.exists(key), undefined)
      },
    },
    {
      name: "a record carries the key it was asked for",
      async run(t) {
        for (const [, key] of kinds(t, "b")) {
          await t.client.put(key, { v: 1 })
          t.same([...(await t.client.get(key)).key].slice(0, 3), [...key])
        }
      },
    },
    {
      name: "sendKey stores any type of key and the record is read as before",
      async run(t) {
        for (const [, key] of kinds(t, "c")) {
          await t.client.put(key, { v: 1 }, { sendKey: true })
          t.same((await t.client.get(key)).bins, { v: 1 })
          t.same((await t.client.get(key, { sendKey: true })).bins, { v: 1 })
          await t.client.put(key, { v: 2 })
          await t.client.put(key, { v: 3 }, { sendKey: true })
          t.same((await t.client.get(key)).bins, { v: 3 })
        }
      },
    },
    {
      name: "digest and partition of a key are known without asking, and the cluster has the record there",
      async run(t) {
        const { digestOf, partitionOf } = t.api
        for (const [what, key] of kinds(t, "d")) {
          const set = key[1]
          await t.client.put(key, { what })
          const digest = digestOf(key)
          t.assert.equal(digest.length, 20)
          t.same(digestOf({ ns: "test", set, digest }), digest)
          t.same((await t.client.get({ ns: "test", set, digest })).bins, { what })
          const partition = partitionOf(key)
          const found = await t.client.query("test", set).partitions({ begin: partition, count: 1 }).results()
          t.assert.ok(
            found.some(({ bins }) => bins.what === what),
            `${what} is not in partition ${partition}`,
          )
        }
        t.same(digestOf(["other", t.set, 1]), digestOf(["test", t.set, 1n]))
        t.same(digestOf(["test", null, "a"]), digestOf(["test", "", "a"]))
        for (const [bad, says] of [
          [["test", t.set, 1.5], "key[2]"],
          [["test", 5, 1], "key[1]"],
          [["test", "s".repeat(64), 1], "63 bytes"],
          [["test"], "[namespace, set, user key]"],
          [{ ns: "test", set: null, digest: new Uint8Array(19) }, "20 bytes"],
          [null, "[namespace, set, user key]"],
        ])
          for (const ask of [digestOf, partitionOf]) await t.fails(() => ask(bad), { is: "InvalidArgumentError", says })
      },
    },
    {
      name: "a bound set takes the user key alone",
      async run(t) {
        const users = t.client.set("test", t.set)
        const key = t.key()
        const name = key[2]
        await users.put(name, { name: "Bob", age: 41 })
        t.same((await users.get(name)).bins, { name: "Bob", age: 41 })
        t.same((await t.client.get(key)).bins, { name: "Bob", age: 41 })
        await users.increment(name, "age", 1)
        t.same((await users.select(name, ["age"])).bins, { age: 42 })
        t.assert.equal((await users.exists(name)).gen, 2)
        t.same((await users.find(name)).bins, { name: "Bob", age: 42 })
        await users.append(name, "name", "by")
        await users.prepend(name, "name", "Mr ")
        await users.touch(name)
        await users.removeBin(name, "age")
        t.same((await users.get(name)).bins, { name: "Mr Bobby" })
        t.assert.equal(await users.remove(name), true)
        t.assert.equal(await users.find(name), undefined)
        t.assert.equal(await users.exists(name), undefined)
        await t.fails(users.get(name), { is: "RecordNotFoundError" })
      },
    },
  ],
}
