// Contexts: the way into nested lists and maps, and making what is not there.

import { refusals, rows } from "../support/operate.mjs"

const nested = {
  list: [
    [3, 1, 2],
    ["x", "y"],
  ],
  map: { a: { x: 1, y: 2 }, b: { x: 5 } },
  n: 1,
}
const notApplicable = { is: "ServerError", code: 26 }
const mismatch = { is: "BinTypeError", code: 12 }
const at = (list, ctx) => [list.getRange("b", 0, undefined, { ctx })]

export default {
  name: "operate, contexts",
  cases: [
    ...rows(
      ["list operations", "map operations"],
      [
        [
          "listIndex",
          nested.list,
          ({ list, ctx }) => [list.size("b", { ctx: ctx.listIndex(0) }), list.get("b", 0, { ctx: ctx.listIndex(-1) })],
          [3, "x"],
        ],
        ["listRank", [[2], [1, 5]], ({ list, ctx }) => at(list, ctx.listRank(0)), [[1, 5]]],
        ["listValue", [[2], [1, 5]], ({ list, ctx }) => at(list, ctx.listValue([2])), [[2]]],
        ["mapIndex", { b: [2], a: [1] }, ({ list, ctx }) => at(list, ctx.mapIndex(0)), [[1]]],
        ["mapRank", { b: [1], a: [2] }, ({ list, ctx }) => at(list, ctx.mapRank(0)), [[1]]],
        ["mapKey", nested, ({ list, ctx }) => at(list, ctx.mapKey("list").listIndex(1)), [["x", "y"]]],
        [
          "mapKey that is a number or bytes",
          ({ KeyOrderedMap }) => new KeyOrderedMap([[1, [1]]]),
          ({ list, ctx }) => at(list, ctx.mapKey(1)),
          [[1]],
        ],
        ["mapValue", { b: [2], a: [1] }, ({ list, ctx }) => at(list, ctx.mapValue([2])), [[2]]],
        [
          "a context changes what is inside",
          nested,
          ({ list, ctx }) => [list.append("b", 9, { ctx: ctx.mapKey("list").listIndex(0) })],
          [4],
          {
            ...nested,
            list: [
              [3, 1, 2, 9],
              ["x", "y"],
            ],
          },
        ],
        [
          "a map inside",
          nested,
          ({ map, ctx }) => [map.put("b", "z", 1, { ctx: ctx.mapKey("map").mapKey("b") })],
          [2],
          { ...nested, map: { a: { x: 1, y: 2 }, b: { x: 5, z: 1 } } },
        ],
        [
          "what is not there fails",
          nested,
          ({ list, ctx }) => [list.size("b", { ctx: ctx.mapKey("none") })],
          notApplicable,
        ],
        [
          "a step through a number fails",
          nested,
          ({ list, ctx }) => [list.size("b", { ctx: ctx.mapKey("n").listIndex(0) })],
          notApplicable,
        ],
        [
          "a step into a bin that is no list or map fails",
          1,
          ({ list, ctx }) => [list.size("b", { ctx: ctx.mapKey("n") })],
          { is: "ServerError", code: 4 },
        ],
        [
          "a step of the other kind fails",
          [1],
          ({ list, ctx }) => [list.size("b", { ctx: ctx.mapKey("n") })],
          notApplicable,
        ],
        [
          "what is found has to be of the op's kind",
          nested,
          ({ list, ctx }) => [list.size("b", { ctx: ctx.mapKey("map") })],
          mismatch,
        ],
        ["no step at all is the bin itself", [1, 2], ({ list, ctx }) => [list.size("b", { ctx })], [2]],
        [
          "mapKey makes a map and the record",
          undefined,
          ({ map, ctx }) => [map.put("b", "x", 1, { ctx: ctx.mapKey("a", { create: "keyOrdered" }) })],
          [1],
          { a: { x: 1 } },
        ],
        [
          "mapKey makes maps of other orders",
          { k: 1 },
          ({ map, ctx }) => [
            map.put("b", "x", 1, {
              ctx: ctx.mapKey("a", { create: "unordered" }).mapKey("c", { create: "keyValueOrdered" }),
            }),
          ],
          [1],
          { a: { c: { x: 1 } }, k: 1 },
        ],
        [
          "listIndex makes a list",
          [[1]],
          ({ list, ctx }) => [list.append("b", 5, { ctx: ctx.listIndex(1, { create: "ordered" }) })],
          [1],
          [[1], [5]],
        ],
        [
          "listIndex makes an unordered list",
          undefined,
          ({ list, ctx }) => [
            list.appendItems("b", [2, 1], {
              ctx: ctx.mapKey("new", { create: "unordered" }).listIndex(0, { create: "unordered" }),
            }),
          ],
          [2],
          { new: [[2, 1]] },
        ],
        [
          "listIndex with padding",
          [[1]],
          ({ list, ctx }) => [list.append("b", 5, { ctx: ctx.listIndex(3, { create: "padded" }) })],
          [1],
          [[1], null, null, [5]],
        ],
        [
          "listIndex without padding fails beyond the end",
          [[1]],
          ({ list, ctx }) => [list.append("b", 5, { ctx: ctx.listIndex(3, { create: "unordered" }) })],
          notApplicable,
        ],
        [
          "list.create makes a list inside",
          { k: 1 },
          ({ list, ctx }) => [list.create("b", "ordered", { ctx: ctx.mapKey("l") })],
          [],
          { k: 1, l: [] },
        ],
        [
          "list.create with padding",
          [[1]],
          ({ list, ctx }) => [list.create("b", "unordered", { pad: true, ctx: ctx.listIndex(2) })],
          [],
          [[1], null, []],
        ],
        [
          "map.create makes a map inside",
          { k: 1 },
          ({ map, ctx }) => [map.create("b", "keyOrdered", { ctx: ctx.mapKey("m") })],
          [null],
          { k: 1, m: {} },
        ],
      ],
    ),
    {
      name: "a context is never changed: its beginning can be shared",
      async run(t) {
        const { ctx } = t.api
        const first = ctx.mapKey("a")
        first.listIndex(0)
        first.listIndex(1).mapValue(2)
        t.same(first.entries.length, 1)
        t.same(ctx.entries.length, 0)
      },
    },
    ...refusals([
      ["ctx.listIndex: an index is whole", ({ ctx }) => ctx.listIndex(0.5), "ctx.listIndex: index is 0.5"],
      ["ctx.listRank: a rank is whole", ({ ctx }) => ctx.listRank("0"), "ctx.listRank: rank"],
      ["ctx.listValue: undefined is no value", ({ ctx }) => ctx.listValue(undefined), "ctx.listValue: value"],
      ["ctx.mapIndex: an index is whole", ({ ctx }) => ctx.mapIndex(null), "ctx.mapIndex: index"],
      ["ctx.mapRank: a rank is whole", ({ ctx }) => ctx.mapRank(), "ctx.mapRank: rank"],
      ["ctx.mapKey: a key is text, whole or bytes", ({ ctx }) => ctx.mapKey(true), "ctx.mapKey: key is true"],
      ["ctx.mapKey: what is made is named", ({ ctx }) => ctx.mapKey("a", { create: "ordered" }), '"keyOrdered"'],
      ["ctx.mapKey: options are known", ({ ctx }) => ctx.mapKey("a", { pad: true }), "ctx.mapKey: options.pad"],
      ["ctx.mapValue: a function is no value", ({ ctx }) => ctx.mapValue(() => 1), "ctx.mapValue: value"],
    ]),
  ],
}
