// How values are shown: the options int64, doubles, maps and blobs of `connect`.

export default {
  name: "value options",
  cases: [
    {
      name: 'int64 "bigint" reads every integer as a bigint',
      async run(t) {
        const client = await t.connect({ int64: "bigint" })
        const bins = await t.roundTrip({ a: 1, b: 2n ** 60n, l: [1, [2]], m: { x: 3 } }, undefined, client)
        t.same(bins, { a: 1n, b: 2n ** 60n, l: [1n, [2n]], m: { x: 3n } })
      },
    },
    {
      name: 'int64 "number" reads a safe integer as a number and never rounds another silently',
      async run(t) {
        const client = await t.connect({ int64: "number" })
        t.same(await t.roundTrip({ a: 1, b: Number.MAX_SAFE_INTEGER }, undefined, client), {
          a: 1,
          b: Number.MAX_SAFE_INTEGER,
        })
        const key = t.key()
        await client.put(key, { v: 2n ** 53n + 1n })
        await t.fails(client.get(key), { says: "9007199254740993" })
        t.same((await t.client.get(key)).bins, { v: 2n ** 53n + 1n })
      },
    },
    {
      name: 'doubles "wrapped" keeps a whole double a double when it is written back',
      async run(t) {
        const client = await t.connect({ doubles: "wrapped" })
        const key = t.key()
        await client.put(key, { d: t.api.double(1), i: 1, l: [t.api.double(2), 0.5] })
        const { bins } = await client.get(key)
        t.assert.ok(bins.d instanceof t.api.Double)
        t.assert.equal(Number(bins.d), 1)
        t.assert.equal(bins.i, 1)
        t.assert.ok(bins.l[0] instanceof t.api.Double && bins.l[1] instanceof t.api.Double)
        await client.put(key, bins)
        await client.increment(key, "d", 0.5)
        t.same((await t.client.get(key)).bins.d, 1.5)
      },
    },
    {
      name: 'blobs "shared" reads the same bytes into buffers that several share',
      async run(t) {
        const client = await t.connect({ blobs: "shared" })
        const some = {
          a: Uint8Array.of(1, 2, 3),
          b: Uint8Array.of(),
          l: [Uint8Array.of(4)],
          c: new Uint8Array(600).fill(7),
        }
        const first = await t.roundTrip(some, undefined, client)
        const second = await t.roundTrip({ a: Uint8Array.of(9, 9, 9) }, undefined, client)
        t.same([first, second], [some, { a: Uint8Array.of(9, 9, 9) }])
        t.assert.equal(first.a.buffer.byteLength, 8192)
        t.assert.equal(first.c.buffer.byteLength, 600)
      },
    },
    {
      name: 'maps "map" reads every map as a Map',
      async run(t) {
        const client = await t.connect({ maps: "map" })
        const bins = await t.roundTrip({ m: { a: { b: 1 } } }, undefined, client)
        t.same(bins, { m: new Map([["a", new Map([["b", 1]])]]) })
      },
    },
    {
      name: 'maps "map" keeps a key-ordered map what it is, when it is written back too',
      async run(t) {
        const client = await t.connect({ maps: "map" })
        const key = t.key()
        const m = new t.api.KeyOrderedMap([
          ["b", 2],
          ["a", 1],
        ])
        await client.put(key, { m })
        const { bins } = await client.get(key)
        t.assert.ok(bins.m instanceof t.api.KeyOrderedMap)
        t.same([...bins.m], [...new Map([...m].sort())])
        await client.put(key, bins)
        t.same((await client.get(key)).bins, bins)
      },
    },
    {
      name: "a map ordered by key and value is kept so, nested too, when it is written back as well",
      needs: ["map operations"],
      async run(t) {
        const { KeyValueOrderedMap, KeyOrderedMap, map } = t.api
        const client = await t.connect({ maps: "map" })
        const key = t.key()
        const made = new KeyValueOrderedMap([
          ["b", 1],
          ["a", 2],
        ])
        await client.put(key, { m: made, l: [made], other: new KeyOrderedMap([["k", made]]) })
        const { bins } = await client.get(key)
        t.same([...bins.m], [...made].reverse())
        for (const read of [bins.m, bins.l[0], bins.other.get("k")]) t.assert.ok(read instanceof KeyValueOrderedMap)
        t.assert.ok(bins.other instanceof KeyOrderedMap && !(bins.other instanceof KeyValueOrderedMap))
        const ranks = map.getByRankRange("m", 0, 2, { returnType: "key" })
        t.same((await client.operate(key, [ranks])).bins, { m: ["b", "a"] })
        await client.put(key, bins)
        t.assert.ok((await client.get(key)).bins.m instanceof KeyValueOrderedMap)
      },
    },
    {
      name: 'maps "object" reads maps as objects, integer keys as text',
      async run(t) {
        const client = await t.connect({ maps: "object" })
        const bins = await t.roundTrip(
          {
            m: new Map([
              [1, "x"],
              ["s", new Map([[2, "y"]])],
            ]),
          },
          undefined,
          client,
        )
        t.same(bins, { m: { 1: "x", s: { 2: "y" } } })
      },
    },
  ],
}
