// Expressions: the flags and orders of the ops within them, values of every type at hand in a path, and what paths give in
// every form.

import { gives, UNKNOWN } from "../support/expressions.mjs"

const of = (need) => (name, make, expected) => gives(name, make, expected, { needs: [need] })
const onCollections = of("expressions on lists and maps")
const onBits = of("expressions on bits")
const onHlls = of("expressions on HyperLogLogs")
const onPaths = of("expressions on paths")

const l = (exp) => exp.list.bin("l")
const m = (exp) => exp.map.bin("m")
const y = (exp) => exp.blob.bin("y")
const h = (exp) => exp.hll.bin("h")
const bytes = (...values) => new Uint8Array(values)
const keys = (exp, map) => exp.mapKeys(map)

/** Which of two values a path finds by an expression on the value at hand, of some type: the second, always. */
function atHand(type, values, test) {
  return onPaths(
    `loopVar of ${type}`,
    (exp, api) => {
      const list = exp.list.val([null, ...values(api)])
      const found = exp.selectByPath(list, api.ctx.allChildren(test(exp, exp[type].loopVar("value"), api)), {
        noFail: true,
      })
      return exp.list.size(found)
    },
    1,
  )
}

/** What a path gives of the list [1, "x", 7] where the value is above 4, which is unknown for text. */
function overSeven(name, options, expected) {
  return onPaths(
    name,
    (exp, { ctx }) => {
      const large = ctx.allChildren(exp.gt(exp.int.loopVar("value"), 4))
      return exp.selectByPath(exp.list.val([1, "x", 7]), large, options)
    },
    expected,
  )
}

/** What a path gives of the map { a: 1, b: "x", c: 7 } in the same way. */
function overMap(name, options, expected) {
  return onPaths(
    name,
    (exp, { ctx }) => {
      const large = ctx.allChildren(exp.gt(exp.int.loopVar("value"), 4))
      return exp.selectByPath(exp.map.val({ a: 1, b: "x", c: 7 }), large, options)
    },
    expected,
  )
}

export default {
  name: "expressions, flags and types",
  cases: [
    onCollections(
      "list.append, whose order leaves a list as it is kept",
      (exp) => exp.list.append(l(exp), 0, { order: "ordered" }),
      [4, 1, 3, 1, 2, 0],
    ),
    onCollections(
      "list.appendItems, partial",
      (exp) => exp.list.appendItems(l(exp), [1, 9], { unique: true, noFail: true, partial: true }),
      [4, 1, 3, 1, 2, 9],
    ),
    ...["keyOrdered", "keyValueOrdered"].map((order) =>
      onCollections(`map.put, ${order}`, (exp) => keys(exp, exp.map.put(m(exp), "z", 9, { order })), [
        "a",
        "b",
        "c",
        "z",
      ]),
    ),
    onCollections(
      "map.putItems, partial",
      (exp) => keys(exp, exp.map.putItems(m(exp), { a: 9, z: 9 }, { mode: "createOnly", noFail: true, partial: true })),
      ["a", "b", "c", "z"],
    ),
    onCollections(
      "list.getByValue of a wildcard",
      (exp) => exp.list.getByValue(l(exp), exp.wildcard()),
      [4, 1, 3, 1, 2],
    ),
    onCollections(
      "list.getByIndex of a place",
      (exp, { GeoJSON }) => {
        const place = exp.list.getByIndex(exp.list.val([GeoJSON.point(1, 1)]), 0, { type: "geo" })
        return exp.geoCompare(place, GeoJSON.circle(1, 1, 1000))
      },
      true,
    ),
    onBits("bit.resize, createOnly", (exp) => exp.bit.resize(y(exp), 6, { mode: "createOnly" }), UNKNOWN),
    onBits(
      "bit.resize, updateOnly",
      (exp) => exp.bit.resize(y(exp), 6, { mode: "updateOnly" }),
      bytes(1, 2, 3, 4, 5, 0),
    ),
    onBits(
      "bit.set beyond the end, partial",
      (exp) => exp.bit.set(y(exp), 32, 16, bytes(255, 255), { noFail: true, partial: true }),
      bytes(1, 2, 3, 4, 255),
    ),
    onHlls("hll.count of a literal", (exp, { HLL }) => exp.hll.count(exp.hll.val(new HLL(empty()))), 0),
    onHlls(
      "hll.init, createOnly",
      (exp) => exp.hll.describe(exp.hll.init(h(exp), 10, { mode: "createOnly" })),
      UNKNOWN,
    ),
    onHlls(
      "hll.init, createOnly, noFail",
      (exp) => exp.hll.describe(exp.hll.init(h(exp), 10, { mode: "createOnly", noFail: true })),
      [8, 0],
    ),
    onHlls(
      "hll.init, updateOnly",
      (exp) => exp.hll.describe(exp.hll.init(h(exp), 10, { mode: "updateOnly" })),
      [10, 0],
    ),

    // ── values at hand
    atHand(
      "bool",
      () => [false, true],
      (_, value) => value,
    ),
    atHand(
      "int",
      () => [1, 5],
      (exp, value) => exp.gt(value, 4),
    ),
    atHand(
      "float",
      () => [0.5, 2.5],
      (exp, value) => exp.gt(value, 1),
    ),
    atHand(
      "string",
      () => ["a", "b"],
      (exp, value) => exp.eq(value, "b"),
    ),
    atHand(
      "blob",
      () => [bytes(1), bytes(2)],
      (exp, value) => exp.eq(value, bytes(2)),
    ),
    atHand(
      "list",
      () => [[1], [1, 2]],
      (exp, value) => exp.eq(exp.list.size(value), 2),
    ),
    atHand(
      "map",
      () => [{ a: 1 }, { a: 2 }],
      (exp, value) => exp.eq(exp.map.getByKey(value, "a", { type: "int" }), 2),
    ),
    atHand(
      "geo",
      ({ GeoJSON }) => [GeoJSON.point(50, 50), GeoJSON.point(1, 1)],
      (exp, value, { GeoJSON }) => exp.geoCompare(value, GeoJSON.circle(1, 1, 1000)),
    ),
    atHand(
      "hll",
      ({ HLL }) => [new HLL(empty())],
      (exp, value) => exp.eq(exp.hll.count(value), 0),
    ),

    // ── what paths give
    overSeven("selectByPath with what is unknown", {}, UNKNOWN),
    overSeven("selectByPath, noFail", { noFail: true }, [7]),
    overSeven("selectByPath as a tree, noFail", { returnType: "tree", noFail: true }, [7]),
    overSeven("selectByPath of a list's keys", { returnType: "mapKeys" }, UNKNOWN),
    overSeven("selectByPath of a list's keys, noFail", { returnType: "mapKeys", noFail: true }, []),
    overMap("selectByPath of keys, noFail", { returnType: "mapKeys", noFail: true }, ["c"]),
    overMap("selectByPath of keys and values, noFail", { returnType: "keyValues", noFail: true }, ["c", 7]),
    onPaths(
      "selectByPath as a tree of a map",
      (exp, { ctx }) => {
        const found = exp.selectByPath(m(exp), ctx.mapKeys(["a", "c"]), { returnType: "tree" })
        return exp.mapValues(found)
      },
      [3, 2],
    ),
    onPaths(
      "modifyByPath, noFail",
      (exp, { ctx }) => {
        const doubled = exp.mul(exp.int.loopVar("value"), 2)
        return exp.modifyByPath(exp.list.val([1, "x", 7]), ctx.allChildren(), doubled, { noFail: true })
      },
      [2, "x", 14],
    ),
    onPaths(
      "modifyByPath with what is unknown",
      (exp, { ctx }) =>
        exp.modifyByPath(exp.list.val([1, "x"]), ctx.allChildren(), exp.mul(exp.int.loopVar("value"), 2)),
      UNKNOWN,
    ),
  ],
}

/** A HyperLogLog of 8 index bits without elements. */
function empty() {
  return new Uint8Array(11 + 192).fill(8, 1, 2)
}
