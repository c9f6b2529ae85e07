// Operate itself: ops on bins and on the record, how results are told, policies, that all happens or nothing.

import { refusals, rows } from "../support/operate.mjs"

const mismatch = { is: "BinTypeError", code: 12 }
const notFound = { is: "RecordNotFoundError", code: 2 }

export default {
  name: "operate",
  cases: [
    ...rows(
      [],
      [
        ["read gives a bin", 5, ({ op }) => [op.read("b")], [5]],
        ["read of an absent bin has no result", 5, ({ op }) => [op.read("none")], []],
        ["write has no result", 5, ({ op }) => [op.write("b", "x")], [], "x"],
        ["write makes the record", undefined, ({ op }) => [op.write("b", [1]), op.read("b")], [[1]], [1]],
        ["write of every type", 1, ({ op, double }) => [op.write("b", double(1)), op.write("b", true)], [], true],
        ["add adds to an integer", 5, ({ op }) => [op.add("b", 2), op.read("b")], [7], 7],
        ["add adds to a double", 1.5, ({ op, double }) => [op.add("b", double(1)), op.read("b")], [2.5]],
        ["add makes the bin", undefined, ({ op }) => [op.add("b", 2), op.read("b")], [2], 2],
        ["increment is add", 1, ({ op }) => [op.increment("b", -2), op.read("b")], [-1]],
        ["add takes 64 bits", 1n, ({ op }) => [op.add("b", 2n ** 62n), op.read("b")], [2n ** 62n + 1n]],
        ["add to text fails", "x", ({ op }) => [op.add("b", 1)], mismatch, "x"],
        ["add of a double to an integer fails", 1, ({ op }) => [op.add("b", 0.5)], mismatch, 1],
        ["append and prepend", "b", ({ op }) => [op.append("b", "c"), op.prepend("b", "a"), op.read("b")], ["abc"]],
        [
          "append takes bytes",
          new Uint8Array([1]),
          ({ op }) => [op.append("b", new Uint8Array([2]))],
          [],
          new Uint8Array([1, 2]),
        ],
        ["append of text to an integer fails", 1, ({ op }) => [op.append("b", "x")], mismatch, 1],
        ["prepend of text to bytes fails", new Uint8Array([1]), ({ op }) => [op.prepend("b", "x")], mismatch],
        ["readAll reads what is there at its place", 1, ({ op }) => [op.readAll(), op.write("c", 2)], [1]],
        ["readAll leaves other reads without a result", 1, ({ op }) => [op.readAll(), op.read("b")], [1]],

        ["delete, then write, replaces the record", 1, ({ op }) => [op.delete(), op.write("b", 2)], [], 2],
        ["a read of an absent record fails", undefined, ({ op }) => [op.read("b")], notFound],
        ["touch of an absent record fails", undefined, ({ op }) => [op.touch()], notFound],
        ["delete of an absent record fails", undefined, ({ op }) => [op.delete()], notFound],
        ["delete of what was only just made fails", undefined, ({ op }) => [op.write("b", 1), op.delete()], notFound],
        ["touch of what was only just made fails", undefined, ({ op }) => [op.prepend("b", "x"), op.touch()], notFound],
        ["one op that fails undoes the others", "x", ({ op }) => [op.write("b", "y"), op.add("b", 1)], mismatch, "x"],
      ],
    ),
    ...rows(
      ["list operations"],
      [
        [
          "readAll beside an op that changes a list fails",
          [1],
          ({ op, list }) => [op.readAll(), list.clear("b")],
          { is: "ServerError", code: 4 },
        ],
      ],
    ),
    {
      name: "gives key, bins, generation and time to live",
      async run(t) {
        const key = t.key()
        const { op, TTL } = t.api
        const record = await t.client.operate(key, [op.write("a", 1), op.read("a")])
        t.same(record, { key, bins: { a: 1 }, gen: 1, ttl: TTL.NEVER_EXPIRE })
      },
    },
    {
      name: "several results of a bin are an array in the order of the ops",
      async run(t) {
        const { op } = t.api
        const ops = [op.write("a", 1), op.read("a"), op.add("a", 1), op.read("a"), op.write("c", 5), op.read("c")]
        t.same((await t.client.operate(t.key(), ops)).bins, { a: [1, 2], c: 5 })
        const ordered = await t.client.operateOrdered(t.key(), ops)
        t.same(ordered.results, [
          ["a", 1],
          ["a", 2],
          ["c", 5],
        ])
        t.same(Object.keys(ordered), ["key", "results", "gen", "ttl"])
      },
    },
    {
      name: "respondAllOps gives every op a result, and false none without a value",
      async run(t) {
        const { op } = t.api
        const key = t.key()
        await t.client.put(key, { a: 0 })
        const ops = [op.write("a", 1), op.add("a", 1), op.touch(), op.read("a")]
        t.same((await t.client.operate(key, ops, { respondAllOps: true })).bins, { a: [null, null, 2] })
        t.same((await t.client.operate(key, ops, { respondAllOps: false })).bins, { a: 2 })
        t.same((await t.client.operate(key, [op.read("nope")], { respondAllOps: true })).bins, { nope: null })
        const all = [op.readAll(), op.write("a", 3)]
        t.same((await t.client.operate(key, all, { respondAllOps: true })).bins, { a: 2 })
      },
    },
    {
      name: "a map op makes every op answer, unless that is not wanted",
      needs: ["map operations"],
      async run(t) {
        const { op, map } = t.api
        const ops = [op.write("a", 1), map.put("m", "k", 1)]
        t.same((await t.client.operate(t.key(), ops)).bins, { a: null, m: 1 })
        t.same((await t.client.operate(t.key(), ops, { respondAllOps: false })).bins, { m: 1 })
      },
    },
    {
      name: "readHeader gives metadata, alone and beside ops with results",
      needs: ["list operations"],
      async run(t) {
        const { op, list } = t.api
        const key = t.key()
        await t.client.put(key, { a: 1 })
        t.same(await t.client.operate(key, [op.readHeader()]), { key, bins: {}, gen: 1, ttl: -1 })
        t.same((await t.client.operate(key, [op.touch(), op.readHeader()])).gen, 2)
        t.same((await t.client.operate(key, [op.readHeader(), op.read("a")])).bins, { a: 1 })
        t.same((await t.client.operate(key, [list.append("l", 5), op.readHeader()])).bins, { l: 1 })
      },
    },
    {
      name: "delete as last op removes the record",
      async run(t) {
        const { op } = t.api
        const key = t.key()
        await t.client.put(key, { a: 1 })
        const { bins, gen } = await t.client.operate(key, [op.read("a"), op.delete()])
        t.same([bins, gen], [{ a: 1 }, 0])
        t.same(await t.client.exists(key), undefined)
      },
    },
    {
      name: "policies of writes hold: exists, gen, ttl",
      async run(t) {
        const { op } = t.api
        const key = t.key()
        const write = [op.write("a", 1), op.read("a")]
        const updateOnly = t.client.operate(key, write, { exists: "updateOnly" })
        await t.fails(updateOnly, { is: "RecordNotFoundError", code: 2 })
        const { gen } = await t.client.operate(key, write, { exists: "createOnly", ttl: 100 })
        const again = t.client.operate(key, write, { exists: "createOnly" })
        await t.fails(again, { is: "RecordExistsError", code: 5 })
        await t.fails(t.client.operate(key, write, { gen: { eq: gen + 1 } }), { is: "RecordGenerationError", code: 3 })
        const { ttl } = await t.client.operate(key, write, { gen: { eq: gen }, ttl: 1000 })
        t.assert.ok(ttl > 900 && ttl <= 1000, `ttl ${ttl}`)
        await t.client.operate(key, [op.write("c", 3)], { exists: "replace" })
        t.same((await t.client.get(key)).bins, { c: 3 })
      },
    },
    {
      name: "a filter keeps ops from happening",
      async run(t) {
        const { exp, op } = t.api
        const key = t.key()
        await t.client.put(key, { a: 1 })
        const filterExpression = exp.eq(exp.int.bin("a"), 2)
        await t.fails(t.client.operate(key, [op.write("a", 9)], { filterExpression }), {
          is: "FilteredOutError",
          code: 27,
        })
        t.same((await t.client.get(key)).bins, { a: 1 })
      },
    },
    {
      name: "a bound set operates, too",
      async run(t) {
        const { op } = t.api
        const key = t.key()
        const set = t.client.set("test", t.set)
        t.same((await set.operate(key[2], [op.add("n", 3), op.read("n")])).bins, { n: 3 })
        t.same((await set.operateOrdered(key[2], [op.read("n")])).results, [["n", 3]])
      },
    },
    {
      name: "what the engine cannot write is refused with its place",
      async run(t) {
        const { list, op } = t.api
        const key = t.key()
        const refused = (ops, ...says) => t.fails(t.client.operate(key, ops), { is: "InvalidArgumentError", says })
        await refused([], "the ops", "empty array")
        await refused("x", "the ops")
        await refused([op.read("a"), { a: 1 }], "ops[1]")
        await refused([op.read("a"), list.append("l", [1, { x: undefined }])], "ops[1][0][1].x is undefined")
        await refused([op.write("a", [Symbol("s")])], "symbol")
        await refused([op.write("a", new Map([[1.5, 1]]))], "map key 1.5")
        t.same(await t.client.exists(key), undefined)
      },
    },
    ...refusals([
      ["op.read: a bin's name is checked", ({ op }) => op.read(""), "op.read: bin", "1 to 15 bytes"],
      ["op.write: a bin's name is checked", ({ op }) => op.write("sixteen letters!", 1), "op.write: bin"],
      ["op.write: undefined is no value", ({ op }) => op.write("b", undefined), "op.write: value", "null"],
      ["op.add: what is added is a number", ({ op }) => op.add("b", "1"), 'op.add: by is "1"', "number"],
      ["op.append: what is appended is text or bytes", ({ op }) => op.append("b", 1), "op.append: value"],
      ["op.prepend: what is prepended is text or bytes", ({ op }) => op.prepend("b", null), "op.prepend: value"],
    ]),
  ],
}
