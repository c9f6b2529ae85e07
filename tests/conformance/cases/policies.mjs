// What a write may demand of the record that is there: `exists` and `gen`.

/** A record of two bins that is there already. */
async function present(t) {
  const key = t.key()
  await t.client.put(key, { a: 1, b: 2 })
  return key
}

export default {
  name: "policies",
  cases: [
    {
      name: 'exists "update" writes in either case and keeps other bins',
      async run(t) {
        const key = await present(t)
        await t.client.put(key, { c: 3 }, { exists: "update" })
        t.same((await t.client.get(key)).bins, { a: 1, b: 2, c: 3 })
        const absent = t.key()
        await t.client.put(absent, { c: 3 }, { exists: "update" })
        t.same((await t.client.get(absent)).bins, { c: 3 })
      },
    },
    {
      name: 'exists "updateOnly" keeps other bins and refuses an absent record',
      async run(t) {
        const key = await present(t)
        await t.client.put(key, { c: 3 }, { exists: "updateOnly" })
        t.same((await t.client.get(key)).bins, { a: 1, b: 2, c: 3 })
        const absent = t.key()
        await t.fails(t.client.put(absent, { c: 3 }, { exists: "updateOnly" }), { is: "RecordNotFoundError", code: 2 })
        t.assert.equal(await t.client.exists(absent), undefined)
      },
    },
    {
      name: 'exists "replace" drops other bins and creates an absent record',
      async run(t) {
        const key = await present(t)
        await t.client.put(key, { c: 3 }, { exists: "replace" })
        const record = await t.client.get(key)
        t.same(record.bins, { c: 3 })
        t.assert.equal(record.gen, 2)
        const absent = t.key()
        await t.client.put(absent, { c: 3 }, { exists: "replace" })
        t.same((await t.client.get(absent)).bins, { c: 3 })
      },
    },
    {
      name: 'exists "replaceOnly" drops other bins and refuses an absent record',
      async run(t) {
        const key = await present(t)
        await t.client.put(key, { c: 3 }, { exists: "replaceOnly" })
        t.same((await t.client.get(key)).bins, { c: 3 })
        await t.fails(t.client.put(t.key(), { c: 3 }, { exists: "replaceOnly" }), {
          is: "RecordNotFoundError",
          code: 2,
        })
      },
    },
    {
      name: 'exists "createOnly" creates and refuses a record that is there',
      async run(t) {
        const key = await present(t)
        await t.fails(t.client.put(key, { c: 3 }, { exists: "createOnly" }), { is: "RecordExistsError", code: 5 })
        await t.fails(t.client.append(key, "s", "x", { exists: "createOnly" }), { is: "RecordExistsError", code: 5 })
        t.same((await t.client.get(key)).bins, { a: 1, b: 2 })
        const absent = t.key()
        await t.client.put(absent, { c: 3 }, { exists: "createOnly" })
        t.same((await t.client.get(absent)).bins, { c: 3 })
      },
    },
    {
      name: "replace with null for a bin is refused with code 4",
      async run(t) {
        const key = await present(t)
        await t.fails(t.client.put(key, { a: null }, { exists: "replace" }), { code: 4 })
        t.same((await t.client.get(key)).bins, { a: 1, b: 2 })
      },
    },
    {
      name: "gen eq writes only at that generation",
      async run(t) {
        const key = await present(t)
        await t.client.put(key, { a: 2 }, { gen: { eq: 1 } })
        await t.fails(t.client.put(key, { a: 3 }, { gen: { eq: 1 } }), { is: "RecordGenerationError", code: 3 })
        const record = await t.client.get(key)
        t.same(record.bins, { a: 2, b: 2 })
        t.assert.equal(record.gen, 2)
      },
    },
    {
      name: "gen gt writes only when the given generation is the greater",
      async run(t) {
        const key = await present(t)
        await t.client.put(key, { a: 2 }, { gen: { gt: 5 } })
        await t.fails(t.client.put(key, { a: 3 }, { gen: { gt: 1 } }), { is: "RecordGenerationError", code: 3 })
        await t.fails(t.client.put(key, { a: 3 }, { gen: { gt: 2 } }), { is: "RecordGenerationError", code: 3 })
        t.same((await t.client.get(key)).bins, { a: 2, b: 2 })
      },
    },
    {
      name: "gen eq 0 creates a record, and any other generation refuses an absent one",
      async run(t) {
        const key = t.key()
        await t.fails(t.client.put(key, { a: 1 }, { gen: { eq: 1 } }), { is: "RecordGenerationError", code: 3 })
        await t.client.put(key, { a: 1 }, { gen: { eq: 0 } })
        t.same((await t.client.get(key)).bins, { a: 1 })
      },
    },
    {
      name: "touch, increment, append and remove obey the generation",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { n: 1, s: "x" })
        const refused = { is: "RecordGenerationError", code: 3 }
        await t.fails(t.client.touch(key, { gen: { eq: 7 } }), refused)
        await t.fails(t.client.increment(key, "n", 1, { gen: { eq: 7 } }), refused)
        await t.fails(t.client.append(key, "s", "y", { gen: { eq: 7 } }), refused)
        await t.fails(t.client.remove(key, { gen: { eq: 7 } }), refused)
        await t.client.touch(key, { gen: { eq: 1 } })
        await t.client.increment(key, "n", 1, { gen: { eq: 2 } })
        await t.client.append(key, "s", "y", { gen: { eq: 3 } })
        t.same((await t.client.get(key)).bins, { n: 2, s: "xy" })
        t.assert.equal(await t.client.remove(key, { gen: { eq: 4 } }), true)
      },
    },
    {
      name: "remove of an absent record gives false whatever generation is asked for",
      async run(t) {
        t.assert.equal(await t.client.remove(t.key(), { gen: { eq: 7 } }), false)
      },
    },
    {
      name: "policies of the client apply where a call has none of its own",
      async run(t) {
        const client = await t.connect({ policies: { write: { exists: "createOnly" } } })
        const key = t.key()
        await client.put(key, { a: 1 })
        await t.fails(client.put(key, { a: 2 }), { is: "RecordExistsError" })
        await client.put(key, { a: 3 }, { exists: "update" })
        t.same((await client.get(key)).bins, { a: 3 })
      },
    },
    {
      name: "every replica policy and every read mode of AP namespaces reads the record",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 })
        for (const replica of ["sequence", "master", "any", "preferRack", "random"])
          t.same((await t.client.get(key, { replica })).bins, { a: 1 })
        for (const readModeAP of ["one", "all"]) t.same((await t.client.get(key, { readModeAP })).bins, { a: 1 })
        for (const readModeSC of ["session", "allowReplica", "allowUnavailable"])
          t.same((await t.client.get(key, { readModeSC })).bins, { a: 1 })
      },
    },
    {
      name: "commitLevel master writes the record",
      async run(t) {
        const key = t.key()
        await t.client.put(key, { a: 1 }, { commitLevel: "master" })
        t.same((await t.client.get(key)).bins, { a: 1 })
      },
    },
    {
      name: "a filter expression that is false keeps an operation from happening",
      async run(t) {
        // The packed form of eq(intBin("a"), 1) and of eq(intBin("a"), 2).
        const isOne = { filterExpression: new Uint8Array([0x93, 1, 0x93, 0x51, 2, 0xa1, 0x61, 1]) }
        const isTwo = { filterExpression: new Uint8Array([0x93, 1, 0x93, 0x51, 2, 0xa1, 0x61, 2]) }
        const key = await present(t)
        const refused = { is: "FilteredOutError", code: 27 }
        t.same((await t.client.get(key, isOne)).bins, { a: 1, b: 2 })
        await t.fails(t.client.get(key, isTwo), refused)
        await t.fails(t.client.exists(key, isTwo), refused)
        await t.fails(t.client.put(key, { a: 9 }, isTwo), refused)
        await t.fails(t.client.increment(key, "a", 1, isTwo), refused)
        await t.fails(t.client.touch(key, isTwo), refused)
        await t.fails(t.client.remove(key, isTwo), refused)
        t.same((await t.client.get(key)).bins, { a: 1, b: 2 })
        await t.client.put(key, { a: 2 }, isOne)
        t.assert.equal(await t.client.remove(key, isTwo), true)
      },
    },
    {
      name: "a filter that is no expression is refused with code 4",
      async run(t) {
        const key = await present(t)
        await t.fails(t.client.get(key, { filterExpression: new Uint8Array([0xc1, 0xff]) }), {
          is: "ServerError",
          code: 4,
        })
      },
    },
    {
      name: "what only the Enterprise Edition can do is refused with code 25",
      needs: ["Community Edition"],
      async run(t) {
        const key = await present(t)
        await t.fails(t.client.remove(key, { durableDelete: true }), {
          is: "ServerError",
          code: 25,
          says: "enterprise",
        })
        for (const readModeSC of ["session", "allowReplica", "allowUnavailable"])
          t.assert.ok(await t.client.get(key, { readModeSC }), readModeSC)
        await t.fails(t.client.get(key, { readModeSC: "linearize" }), {
          is: "ServerError",
          code: 25,
          says: "enterprise",
        })
        t.same((await t.client.get(key)).bins, { a: 1, b: 2 })
      },
    },
  ],
}
