// Every map op, option, return type and error.

import { refusals, rows } from "../support/operate.mjs"

const four = { a: 3, b: 1, c: 2, d: 1 }
const notApplicable = { is: "ServerError", code: 26 }
const mismatch = { is: "BinTypeError", code: 12 }
const noRank = notApplicable
const sorted =
  (entries) =>
  ({ KeyOrderedMap }) =>
    new KeyOrderedMap(Object.entries(entries))

/** What each return type gives of the entries b and d, whose value is 1. */
const returns = [
  ["none", [null]],
  ["index", [[1, 3]]],
  ["reverseIndex", [[2, 0]]],
  ["rank", [[0, 1]]],
  ["reverseRank", [[2, 3]]],
  ["count", [2]],
  ["key", [["b", "d"]]],
  ["value", [[1, 1]]],
  ["keyValue", () => [new Map(Object.entries({ b: 1, d: 1 }))]],
  ["exists", [true]],
  ["unorderedMap", [{ b: 1, d: 1 }]],
  ["orderedMap", [{ b: 1, d: 1 }]],
]

export default {
  name: "operate, maps",
  cases: [
    ...rows(
      ["map operations"],
      [
        ["put gives the new size", four, ({ map }) => [map.put("b", "z", 9)], [5], { ...four, z: 9 }],
        [
          "put makes the record",
          undefined,
          ({ map }) => [map.put("b", 1, { x: [1] })],
          [1],
          () => new Map([[1, { x: [1] }]]),
        ],
        ["put replaces", { a: 1 }, ({ map }) => [map.put("b", "a", 2)], [1], { a: 2 }],
        [
          "put with bytes as key",
          undefined,
          ({ map }) => [map.put("b", new Uint8Array([1]), 2)],
          [1],
          () => new Map([[new Uint8Array([1]), 2]]),
        ],
        [
          "put with an order makes a sorted map",
          undefined,
          ({ map }) => [map.put("b", "z", 1, { order: "keyOrdered" }), map.put("b", "a", 2)],
          [1, 2],
          { a: 2, z: 1 },
        ],
        [
          "put with an order by value",
          undefined,
          ({ map }) => [map.put("b", "z", 1, { order: "keyValueOrdered" })],
          [1],
          { z: 1 },
        ],
        [
          "put with a stored index",
          undefined,
          ({ map }) => [map.put("b", "z", 1, { order: "keyOrdered", persistIndex: true })],
          [1],
          { z: 1 },
        ],
        [
          "put createOnly refuses a key that is there",
          { a: 1 },
          ({ map }) => [map.put("b", "a", 2, { mode: "createOnly" })],
          { is: "ServerError", code: 24 },
          { a: 1 },
        ],
        [
          "put updateOnly refuses a key that is not there",
          { a: 1 },
          ({ map }) => [map.put("b", "z", 2, { mode: "updateOnly" })],
          { is: "ServerError", code: 23 },
        ],
        [
          "put with noFail does nothing instead",
          { a: 1 },
          ({ map }) => [map.put("b", "a", 2, { mode: "createOnly", noFail: true })],
          [1],
          { a: 1 },
        ],
        [
          "putItems gives the new size",
          { a: 1 },
          ({ map }) => [map.putItems("b", { b: 2, c: 3 })],
          [3],
          { a: 1, b: 2, c: 3 },
        ],
        [
          "putItems takes a Map",
          undefined,
          ({ map }) => [map.putItems("b", new Map([["a", 1]]), { order: "keyOrdered" })],
          [1],
          { a: 1 },
        ],
        [
          "putItems with noFail is all or nothing",
          { a: 1 },
          ({ map }) => [map.putItems("b", { a: 2, z: 2 }, { mode: "createOnly", noFail: true })],
          [1],
          { a: 1 },
        ],
        [
          "putItems partial writes what can be",
          { a: 1 },
          ({ map }) => [map.putItems("b", { a: 2, z: 2 }, { mode: "createOnly", noFail: true, partial: true })],
          [2],
          { a: 1, z: 2 },
        ],
        ["put to what is no map fails", 1, ({ map }) => [map.put("b", "a", 1)], mismatch, 1],
        [
          "increment gives the new number",
          { a: 1 },
          ({ map }) => [map.increment("b", "a", 2), map.increment("b", "a")],
          [3, 4],
          { a: 4 },
        ],
        [
          "increment makes the entry and the bin",
          undefined,
          ({ map }) => [map.increment("b", "n", 2, { order: "keyOrdered" })],
          [2],
          { n: 2 },
        ],
        [
          "decrement gives the new number",
          { a: 1 },
          ({ map }) => [map.decrement("b", "a", 5), map.decrement("b", "a")],
          [-4, -5],
          { a: -5 },
        ],
        [
          "increment of text fails",
          { a: "x" },
          ({ map }) => [map.increment("b", "a", 1)],
          { is: "ServerError", code: 4 },
        ],
        ["create makes an empty map", undefined, ({ map }) => [map.create("b", "keyOrdered")], [null], {}],
        [
          "create with a stored index",
          undefined,
          ({ map }) => [map.create("b", "keyValueOrdered", { persistIndex: true })],
          [null],
          {},
        ],
        ["setOrder", four, ({ map }) => [map.setOrder("b", "keyValueOrdered"), map.size("b")], [null, 4], four],
        ["clear", four, ({ map }) => [map.clear("b")], [null], {}],
        ["size", four, ({ map }) => [map.size("b")], [4]],
        ["size of what is no map fails", [1], ({ map }) => [map.size("b")], mismatch],
        [
          "ops on an absent bin have no result",
          { a: 1 },
          ({ map, op }) => [map.size("x"), map.getByKey("x", 1), map.clear("x"), op.read("b")].slice(3),
          [{ a: 1 }],
        ],
        [
          "getByKey",
          four,
          ({ map }) => [
            map.getByKey("b", "a"),
            map.getByKey("b", "a", { returnType: "rank" }),
            map.getByKey("b", "a", { returnType: "index" }),
          ],
          [3, 3, 0],
        ],
        [
          "getByKey of an absent key",
          four,
          ({ map }) => [
            map.getByKey("b", "no"),
            map.getByKey("b", "no", { returnType: "index" }),
            map.getByKey("b", "no", { returnType: "exists" }),
          ],
          [null, -1, false],
        ],
        [
          "getByKeyList",
          four,
          ({ map }) => [
            map.getByKeyList("b", ["a", "d", "no"]),
            map.getByKeyList("b", ["a"], { returnType: "key", inverted: true }),
          ],
          [
            [3, 1],
            ["b", "c", "d"],
          ],
        ],
        [
          "getByKeyList with ranks fails",
          sorted(four),
          ({ map }) => [map.getByKeyList("b", ["a"], { returnType: "rank" })],
          noRank,
        ],
        [
          "getByKeyRange",
          four,
          ({ map }) => [
            map.getByKeyRange("b", "b", "d", { returnType: "key" }),
            map.getByKeyRange("b", "c", null, { returnType: "key" }),
            map.getByKeyRange("b", null, "b", { returnType: "key" }),
          ],
          [["b", "c"], ["c", "d"], ["a"]],
        ],
        [
          "getByKeyRelIndexRange",
          four,
          ({ map }) => [
            map.getByKeyRelIndexRange("b", "b", 1, undefined, { returnType: "key" }),
            map.getByKeyRelIndexRange("b", "bb", -1, 1, { returnType: "key" }),
          ],
          [["c", "d"], ["b"]],
        ],
        ...returns.map(([returnType, results]) => [
          `getByValue with ${returnType}`,
          four,
          ({ map }) => [map.getByValue("b", 1, { returnType })],
          typeof results === "function" ? results() : results,
        ]),
        [
          "getByValue inverted",
          four,
          ({ map }) => [map.getByValue("b", 1, { returnType: "key", inverted: true })],
          [["a", "c"]],
        ],
        ["getByValueList", four, ({ map }) => [map.getByValueList("b", [1, 3, 99], { returnType: "count" })], [3]],
        [
          "getByValueRange",
          four,
          ({ map }) => [
            map.getByValueRange("b", 1, 3, { returnType: "count" }),
            map.getByValueRange("b", 2, null, { returnType: "key" }),
          ],
          [3, ["a", "c"]],
        ],
        [
          "getByValueRelRankRange",
          four,
          ({ map }) => [
            map.getByValueRelRankRange("b", 2, 0, undefined, { returnType: "key" }),
            map.getByValueRelRankRange("b", 2, -1, 1, { returnType: "value" }),
          ],
          [["c", "a"], [1]],
        ],
        [
          "getByIndex",
          four,
          ({ map }) => [map.getByIndex("b", 0, { returnType: "key" }), map.getByIndex("b", -1)],
          ["a", 1],
        ],
        ["getByIndex beyond the map fails", four, ({ map }) => [map.getByIndex("b", 9)], notApplicable],
        [
          "getByIndexRange",
          four,
          ({ map }) => [
            map.getByIndexRange("b", 1, 2, { returnType: "key" }),
            map.getByIndexRange("b", 3),
            map.getByIndexRange("b", 9),
          ],
          [["b", "c"], [1], []],
        ],
        [
          "getByRank",
          four,
          ({ map }) => [map.getByRank("b", -1, { returnType: "key" }), map.getByRank("b", 0)],
          ["a", 1],
        ],
        ["getByRank beyond the map fails", four, ({ map }) => [map.getByRank("b", 9)], notApplicable],
        [
          "getByRankRange keeps the order of ranks",
          four,
          ({ map }) => [map.getByRankRange("b", 0, undefined, { returnType: "keyValue" })],
          () => [
            new Map([
              ["b", 1],
              ["d", 1],
              ["c", 2],
              ["a", 3],
            ]),
          ],
        ],
        [
          "removeByKey",
          four,
          ({ map }) => [
            map.removeByKey("b", "a", { returnType: "value" }),
            map.removeByKey("b", "no", { returnType: "value" }),
          ],
          [3, null],
          { b: 1, c: 2, d: 1 },
        ],
        [
          "removeByKey gives nothing unless it is asked",
          four,
          ({ map }) => [map.removeByKey("b", "a")],
          [null],
          { b: 1, c: 2, d: 1 },
        ],
        [
          "removeByKeyList",
          four,
          ({ map }) => [map.removeByKeyList("b", ["a", "b", "no"], { returnType: "count" })],
          [2],
          { c: 2, d: 1 },
        ],
        [
          "removeByKeyRange",
          four,
          ({ map }) => [map.removeByKeyRange("b", "b", "d", { returnType: "key" })],
          [["b", "c"]],
          { a: 3, d: 1 },
        ],
        [
          "removeByKeyRelIndexRange",
          four,
          ({ map }) => [
            map.removeByKeyRelIndexRange("b", "b", 0, 1, { returnType: "key" }),
            map.removeByKeyRelIndexRange("b", "c", 1),
          ],
          [["b"], null],
          { a: 3, c: 2 },
        ],
        [
          "removeByValue",
          four,
          ({ map }) => [map.removeByValue("b", 1, { returnType: "key" })],
          [["b", "d"]],
          { a: 3, c: 2 },
        ],
        [
          "removeByValueList",
          four,
          ({ map }) => [map.removeByValueList("b", [1, 2], { returnType: "count" })],
          [3],
          { a: 3 },
        ],
        [
          "removeByValueRange",
          four,
          ({ map }) => [map.removeByValueRange("b", 2, null, { returnType: "count" })],
          [2],
          { b: 1, d: 1 },
        ],
        [
          "removeByValueRelRankRange",
          four,
          ({ map }) => [
            map.removeByValueRelRankRange("b", 2, 1, 1, { returnType: "key" }),
            map.removeByValueRelRankRange("b", 1, 2),
          ],
          [["a"], null],
          { b: 1, d: 1 },
        ],
        [
          "removeByIndex",
          four,
          ({ map }) => [map.removeByIndex("b", -1, { returnType: "key" })],
          ["d"],
          { a: 3, b: 1, c: 2 },
        ],
        ["removeByIndex beyond the map fails", four, ({ map }) => [map.removeByIndex("b", 9)], notApplicable],
        [
          "removeByIndexRange",
          four,
          ({ map }) => [map.removeByIndexRange("b", 0, 1, { returnType: "key" }), map.removeByIndexRange("b", 1)],
          [["a"], null],
          { b: 1 },
        ],
        [
          "removeByIndexRange inverted",
          four,
          ({ map }) => [map.removeByIndexRange("b", 0, 1, { returnType: "count", inverted: true })],
          [3],
          { a: 3 },
        ],
        [
          "removeByRank",
          four,
          ({ map }) => [map.removeByRank("b", -1, { returnType: "keyValue" })],
          () => [new Map([["a", 3]])],
          { b: 1, c: 2, d: 1 },
        ],
        [
          "removeByRankRange",
          four,
          ({ map }) => [map.removeByRankRange("b", 0, 2, { returnType: "count" }), map.removeByRankRange("b", 1)],
          [2, null],
          { c: 2 },
        ],
      ],
    ),
    ...refusals([
      ["map.put: a key is text, whole or bytes", ({ map }) => map.put("b", 1.5, 1), "map.put: key is 1.5"],
      ["map.put: null is no key", ({ map }) => map.put("b", null, 1), "map.put: key is null"],
      ["map.put: undefined is no value", ({ map }) => map.put("b", "k", undefined), "map.put: value"],
      ["map.put: modes are named", ({ map }) => map.put("b", "k", 1, { mode: "create" }), '"createOnly"'],
      ["map.put: orders are named", ({ map }) => map.put("b", "k", 1, { order: "ordered" }), '"keyOrdered"'],
      ["map.put: options are known", ({ map }) => map.put("b", "k", 1, { unique: true }), "map.put: options.unique"],
      ["map.putItems: items are entries", ({ map }) => map.putItems("b", [1]), "map.putItems: items"],
      ["map.increment: a number is added", ({ map }) => map.increment("b", "k", null), "map.increment: by is null"],
      ["map.getByKeyList: keys are an array", ({ map }) => map.getByKeyList("b", "k"), "map.getByKeyList: keys"],
      [
        "map.getByKeyRange: bounds are keys or null",
        ({ map }) => map.getByKeyRange("b", true, null),
        "map.getByKeyRange: begin",
      ],
      ["map.getByIndex: an index is whole", ({ map }) => map.getByIndex("b", "0"), "map.getByIndex: index"],
      [
        "map.removeByRankRange: a count is not below zero",
        ({ map }) => map.removeByRankRange("b", 0, -1),
        "count is -1",
      ],
      ["map.setOrder: orders are named", ({ map }) => map.setOrder("b"), "map.setOrder: order is undefined"],
    ]),
  ],
}
