// Expressions as ops of operate: what they give, what they write, and what paths find and change.

import { UNKNOWN } from "../support/expressions.mjs"

const needs = ["all expressions"]
const onPaths = ["expressions on paths"]

async function put(t, bins) {
  const key = t.key("exp")
  await t.client.put(key, bins)
  return key
}

/** Books in a list, numbers in a list and in a map. */
const shop = {
  books: [
    { title: "A", price: 10 },
    { title: "B", price: 25 },
    { title: "C", price: 7 },
  ],
  nums: [1, 2, 3, 4],
  m: { x: 1, y: 2, z: 3 },
}

/** A case of `op.path.select`: what it finds in the shop. */
function finds(name, make, expected, options) {
  return {
    name: `path.select ${name}`,
    needs: onPaths,
    async run(t) {
      const { op, ctx, exp } = t.api
      const key = await put(t, { d: shop })
      const select = t.client.operate(key, [op.path.select("d", make(ctx, exp), options)])
      if (expected === UNKNOWN) return t.fails(select, { code: 4 })
      t.same((await select).bins.d, expected)
      if (options?.returnType !== undefined && options.returnType !== "values") return
      // The same inside of an expression.
      const inside = exp.selectByPath(exp.map.bin("d"), make(ctx, exp), options)
      t.same((await t.client.operate(key, [op.exp.read("r", inside)])).bins.r, expected)
    },
  }
}

/** A case of `op.path.apply`: what is then at a place. */
function changes(name, make, value, place, expected) {
  return {
    name: `path.apply ${name}`,
    needs: onPaths,
    async run(t) {
      const { op, ctx, exp } = t.api
      const key = await put(t, { d: shop })
      const changed = exp.modifyByPath(exp.map.bin("d"), make(ctx, exp), value(exp))
      t.same((await t.client.operate(key, [op.exp.read("r", changed)])).bins.r[place], expected)
      t.same((await t.client.get(key)).bins.d, shop)
      await t.client.operate(key, [op.path.apply("d", make(ctx, exp), value(exp))])
      t.same((await t.client.get(key)).bins.d[place], expected)
    },
  }
}

export default {
  name: "expressions as ops",
  cases: [
    {
      name: "exp.read gives a value of every type",
      needs,
      async run(t) {
        const { exp, op, GeoJSON } = t.api
        const bins = { i: 5, f: 2.5, s: "x", b: true, y: new Uint8Array([1]), l: [1, "a"], m: { a: 1 } }
        const key = await put(t, { ...bins, g: GeoJSON.point(1, 2) })
        const of = { i: "int", f: "float", s: "string", b: "bool", y: "blob", l: "list", m: "map" }
        const ops = Object.entries(of).map(([name, type]) => op.exp.read(`r${name}`, exp[type].bin(name)))
        const { bins: read } = await t.client.operate(key, [...ops, op.exp.read("rg", exp.geo.bin("g"))])
        for (const name of Object.keys(of)) t.same(read[`r${name}`], bins[name])
        t.same(read.rg.value, { type: "Point", coordinates: [1, 2] })
      },
    },
    {
      name: "exp.read sees what earlier ops have written, and may have a bin's name",
      needs,
      async run(t) {
        const { exp, op } = t.api
        const key = await put(t, { a: 5 })
        const { results } = await t.client.operateOrdered(key, [
          op.add("a", 1),
          op.exp.read("a", exp.mul(exp.int.bin("a"), 10)),
          op.read("a"),
        ])
        t.same(
          results.filter(([, value]) => value !== null).map(([, value]) => value),
          [60, 6],
        )
      },
    },
    {
      name: "exp.read of unknown fails with 26, or, with evalNoFail, has no result",
      needs,
      async run(t) {
        const { exp, op } = t.api
        const key = await put(t, { a: 5 })
        const absent = exp.int.bin("zz")
        await t.fails(t.client.operate(key, [op.exp.read("r", absent)]), { code: 26 })
        await t.fails(t.client.operate(key, [op.exp.read("r", exp.unknown())]), { code: 26 })
        const { bins } = await t.client.operate(key, [op.exp.read("r", absent, { evalNoFail: true }), op.read("a")])
        t.assert.equal(bins.r ?? null, null)
        t.assert.equal(bins.a, 5)
      },
    },
    {
      name: "an expression that is wrong fails with 4, and an absent record with 2",
      needs,
      async run(t) {
        const { exp, op } = t.api
        const key = await put(t, { a: 5 })
        await t.fails(t.client.operate(key, [op.exp.read("r", exp.int.var("nope"))]), { code: 4 })
        await t.fails(t.client.operate(t.key(), [op.exp.read("r", exp.int.val(1))]), {
          is: "RecordNotFoundError",
          code: 2,
        })
        await t.fails(() => op.exp.read("r", 5), { is: "InvalidArgumentError", says: "expression" })
        await t.fails(() => op.exp.read("", exp.int.val(1)), { is: "InvalidArgumentError", says: "bin" })
      },
    },
    {
      name: "exp.write writes what an expression gives, whatever type the bin had",
      needs,
      async run(t) {
        const { exp, op } = t.api
        const key = await put(t, { a: 5, x: "old" })
        await t.client.operate(key, [op.exp.write("x", exp.mul(exp.int.bin("a"), exp.int.bin("a")))])
        t.same((await t.client.get(key)).bins, { a: 5, x: 25 })
        await t.client.operate(key, [
          op.exp.write("x", "literal"),
          op.exp.write("y", exp.list.append(exp.list.val([1]), 2)),
        ])
        t.same((await t.client.get(key)).bins, { a: 5, x: "literal", y: [1, 2] })
      },
    },
    {
      name: "exp.write obeys its mode",
      needs,
      async run(t) {
        const { exp, op } = t.api
        const key = await put(t, { a: 5 })
        const write = (bin, options) => t.client.operate(key, [op.exp.write(bin, exp.int.val(1), options)])
        await t.fails(write("a", { mode: "createOnly" }), { is: "BinExistsError", code: 6 })
        await t.fails(write("x", { mode: "updateOnly" }), { is: "BinNotFoundError", code: 17 })
        await write("a", { mode: "createOnly", noFail: true })
        await write("x", { mode: "updateOnly", noFail: true })
        t.same((await t.client.get(key)).bins, { a: 5 })
        await write("x", { mode: "createOnly" })
        await write("a", { mode: "updateOnly" })
        t.same((await t.client.get(key)).bins, { a: 1, x: 1 })
      },
    },
    {
      name: "exp.write of nil removes the bin where that is allowed",
      needs,
      async run(t) {
        const { exp, op } = t.api
        const key = await put(t, { a: 5, b: 6 })
        await t.fails(t.client.operate(key, [op.exp.write("b", exp.nil())]), { code: 26 })
        await t.client.operate(key, [op.exp.write("b", exp.nil(), { allowDelete: true })])
        t.same((await t.client.get(key)).bins, { a: 5 })
      },
    },
    {
      name: "exp.write of unknown fails with 26, or, with evalNoFail, writes nothing",
      needs,
      async run(t) {
        const { exp, op } = t.api
        const key = await put(t, { a: 5 })
        const absent = exp.int.bin("zz")
        await t.fails(t.client.operate(key, [op.exp.write("a", absent)]), { code: 26 })
        await t.client.operate(key, [op.exp.write("a", absent, { evalNoFail: true })])
        t.same((await t.client.get(key)).bins, { a: 5 })
      },
    },
    {
      name: "operate takes a filter",
      needs,
      async run(t) {
        const { exp, op } = t.api
        const key = await put(t, { a: 5 })
        const filter = (n) => ({ filterExpression: exp.eq(exp.int.bin("a"), n) })
        await t.fails(t.client.operate(key, [op.add("a", 1)], filter(6)), { is: "FilteredOutError", code: 27 })
        await t.client.operate(key, [op.add("a", 1)], filter(5))
        t.same((await t.client.get(key)).bins, { a: 6 })
      },
    },

    finds("of a list", (ctx) => ctx.mapKey("nums").allChildren(), [1, 2, 3, 4]),
    finds("of a map", (ctx) => ctx.mapKey("m").allChildren(), [1, 2, 3]),
    finds("under a key of each", (ctx) => ctx.mapKey("books").allChildren().mapKey("price"), [10, 25, 7]),
    finds("as a tree", (ctx) => ctx.mapKey("nums").allChildren(), { nums: [1, 2, 3, 4] }, { returnType: "tree" }),
    finds("as keys", (ctx) => ctx.mapKey("m").allChildren(), ["x", "y", "z"], { returnType: "mapKeys" }),
    finds("as keys and values", (ctx) => ctx.mapKey("m").allChildren(), ["x", 1, "y", 2, "z", 3], {
      returnType: "keyValues",
    }),
    finds("by value", (ctx, exp) => ctx.mapKey("nums").allChildren(exp.gt(exp.int.loopVar("value"), 2)), [3, 4]),
    finds("by index", (ctx, exp) => ctx.mapKey("nums").allChildren(exp.lt(exp.int.loopVar("index"), 2)), [1, 2]),
    finds("by key", (ctx, exp) => ctx.mapKey("m").allChildren(exp.eq(exp.string.loopVar("key"), "y")), [2]),
    finds(
      "by what is inside of it",
      (ctx, exp) => {
        const price = exp.map.getByKey(exp.map.loopVar("value"), "price", { type: "int" })
        return ctx.mapKey("books").allChildren(exp.gt(price, 8)).mapKey("title")
      },
      ["A", "B"],
    ),
    finds(
      "by a filter on the last step",
      (ctx, exp) =>
        ctx
          .mapKey("books")
          .allChildren()
          .mapKey("price")
          .where(exp.gt(exp.int.loopVar("value"), 8)),
      [10, 25],
    ),
    finds("under some keys", (ctx) => ctx.mapKey("m").mapKeys(["x", "z", "nope"]), [1, 3]),
    finds("where nothing is", (ctx) => ctx.mapKey("nope").allChildren(), []),
    finds(
      "with a filter of another type",
      (ctx, exp) => ctx.mapKey("nums").allChildren(exp.gt(exp.string.loopVar("value"), "a")),
      UNKNOWN,
    ),
    finds(
      "with a filter of another type, noFail,",
      (ctx, exp) => ctx.mapKey("nums").allChildren(exp.gt(exp.string.loopVar("value"), "a")),
      [],
      { noFail: true },
    ),
    finds(
      "as a tree, noFail,",
      (ctx, exp) => ctx.mapKey("m").allChildren(exp.gt(exp.string.loopVar("value"), "a")),
      { m: {} },
      { returnType: "tree", noFail: true },
    ),
    finds("as keys of a list, noFail,", (ctx) => ctx.mapKey("nums").allChildren(), [], {
      returnType: "mapKeys",
      noFail: true,
    }),
    finds("as keys and values of a list, noFail,", (ctx) => ctx.mapKey("nums").allChildren(), [], {
      returnType: "keyValues",
      noFail: true,
    }),
    {
      name: "path.apply of what is unknown fails with 1, or, with noFail, leaves the element",
      needs: onPaths,
      async run(t) {
        const { op, ctx, exp } = t.api
        const key = await put(t, { d: [1, "x", 7] })
        const twice = exp.mul(exp.int.loopVar("value"), 2)
        await t.fails(t.client.operate(key, [op.path.apply("d", ctx.allChildren(), twice)]), { code: 1 })
        t.same((await t.client.get(key)).bins.d, [1, "x", 7])
        await t.client.operate(key, [op.path.apply("d", ctx.allChildren(), twice, { noFail: true })])
        t.same((await t.client.get(key)).bins.d, [2, "x", 14])
      },
    },
    {
      name: "a path on a bin that is no list or map fails with 12, on an absent one it gives nothing and cannot apply",
      needs: onPaths,
      async run(t) {
        const { op, ctx, exp } = t.api
        const key = await put(t, { s: "x" })
        const mismatch = { is: "BinTypeError", code: 12 }
        await t.fails(t.client.operate(key, [op.path.select("s", ctx.allChildren())]), mismatch)
        const ordered = await t.client.operateOrdered(key, [op.path.select("none", ctx.allChildren())])
        t.same(ordered.results, [])
        await t.fails(t.client.operate(key, [op.path.apply("none", ctx.allChildren(), exp.int.val(1))]), mismatch)
      },
    },
    {
      name: "path.apply keeps an ordered list in order",
      needs: onPaths,
      async run(t) {
        const { op, ctx, exp, OrderedList } = t.api
        const key = await put(t, { d: new OrderedList([1, 2, 3]) })
        await t.client.operate(key, [op.path.apply("d", ctx.allChildren(), exp.sub(exp.int.loopVar("value")))])
        t.same((await t.client.get(key)).bins.d, [-3, -2, -1])
      },
    },
    changes(
      "computes each",
      (ctx) => ctx.mapKey("nums").allChildren(),
      (exp) => exp.mul(exp.int.loopVar("value"), 10),
      "nums",
      [10, 20, 30, 40],
    ),
    changes(
      "removes some",
      (ctx, exp) => ctx.mapKey("nums").allChildren(exp.gt(exp.int.loopVar("value"), 2)),
      (exp) => exp.removeResult(),
      "nums",
      [1, 2],
    ),
    changes(
      "reaches into each",
      (ctx) => ctx.mapKey("books").allChildren().mapKey("price"),
      (exp) => exp.add(exp.int.loopVar("value"), 1),
      "books",
      [
        { title: "A", price: 11 },
        { title: "B", price: 26 },
        { title: "C", price: 8 },
      ],
    ),
  ],
}
