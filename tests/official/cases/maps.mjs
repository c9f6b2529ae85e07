// Every op on maps, with every return type, on maps of both orders, and in contexts.

import { having, infinity } from "../lib/language.mjs"

const k = "k"
const abc = { a: 3, b: 1, c: 2, d: 1 }
const types = [
  ...["none", "index", "reverseIndex", "rank", "reverseRank", "count", "key", "value", "keyValue", "exists"],
  ...["unorderedMap", "orderedMap"],
]
const on = (name, map, ...ops) => ({
  name,
  steps: [...(map === undefined ? [] : [["put", k, { m: map }]]), ...ops.map((op) => ["operate", k, [op]]), ["get", k]],
})

const selections = {
  Key: [["a"], ["z"], [1]],
  KeyList: [[["a", "c"]], [["z"]], [[]], [["a", "z", 1]]],
  KeyRange: [
    ["b", "d"],
    ["b", null],
    [null, "c"],
    ["d", "b"],
  ],
  KeyRelIndexRange: [
    ["b", 0],
    ["b", 1],
    ["b", -1],
    ["b", 0, 2],
    ["bb", -1, 1],
    ["z", -2],
  ],
  Value: [[1], [9], ["x"]],
  ValueList: [[[1, 2]], [[9]], [[]]],
  ValueRange: [
    [1, 3],
    [2, infinity],
    [null, 2],
    [3, 1],
  ],
  ValueRelRankRange: [
    [2, 0],
    [2, -1],
    [2, 0, 1],
    [9, -2],
  ],
  Index: [[0], [-1], [9], [-9]],
  IndexRange: [[1], [1, 2], [-2], [-2, 1], [9, 1], [0, 0]],
  Rank: [[0], [-1], [9]],
  RankRange: [[1], [1, 2], [-2], [0, 99]],
}
const ofOne = new Set(["Key", "Index", "Rank"])
const text = (args) => args.map((arg) => (arg?.$ ? arg.$ : JSON.stringify(arg))).join(", ")

const selecting = ["get", "remove"].flatMap((verb) =>
  Object.entries(selections).flatMap(([by, calls]) => {
    const told = (args, options) => [`map.${verb}By${by}`, "m", ...args, having(options)]
    const [first] = calls
    return [
      ...calls.map((args) => on(`${verb}By${by}(${text(args)})`, abc, told(args, { returnType: "keyValue" }))),
      ...types.map((returnType) =>
        on(`${verb}By${by}(${text(first)}), ${returnType}`, abc, told(first, { returnType })),
      ),
      ...(ofOne.has(by)
        ? []
        : types.map((returnType) =>
            on(
              `${verb}By${by}(${text(first)}), inverted, ${returnType}`,
              abc,
              told(first, { returnType, inverted: true }),
            ),
          )),
      on(`${verb}By${by} on an absent bin`, undefined, ["write", "other", 1], told(first, { returnType: "value" })),
      on(`${verb}By${by} on a list`, [1], told(first, { returnType: "value" })),
      on(
        `${verb}By${by} of a map without order`,
        abc,
        ["map.setOrder", "m", "unordered"],
        told(first, { returnType: "value" }),
      ),
      {
        name: `${verb}By${by} in a context`,
        steps: [
          ["put", k, { m: { in: [abc] } }],
          [
            "operate",
            k,
            [
              told(first, {
                returnType: "value",
                ctx: [
                  ["mapKey", "in"],
                  ["listIndex", 0],
                ],
              }),
            ],
          ],
          ["get", k],
        ],
      },
    ]
  }),
)

const flags = [
  {},
  { mode: "createOnly" },
  { mode: "updateOnly" },
  { mode: "createOnly", noFail: true },
  { mode: "updateOnly", noFail: true },
  { mode: "createOnly", noFail: true, partial: true },
  { mode: "updateOnly", noFail: true, partial: true },
]
const named = (options) =>
  Object.values(options)
    .map((v, i) => (v === true ? Object.keys(options)[i] : v))
    .join(" ") || "default"

export default [
  ...selecting,
  ...flags.flatMap((options) => [
    on(`put of what is there, ${named(options)}`, abc, ["map.put", "m", "a", 9, having(options)]),
    on(`put of what is new, ${named(options)}`, abc, ["map.put", "m", "n", 9, having(options)]),
    on(`putItems, ${named(options)}`, abc, ["map.putItems", "m", { a: 9, n: 8 }, having(options)]),
    on(
      `put into an absent bin, ${named(options)}`,
      undefined,
      ["write", "o", 1],
      ["map.put", "m", "a", 1, having(options)],
    ),
  ]),
  ...["unordered", "keyOrdered", "keyValueOrdered"].flatMap((order) => [
    on(
      `put makes a map, ${order}`,
      undefined,
      ["map.put", "m", "b", 1, having({ order })],
      ["map.put", "m", "a", 2, having({ order })],
      ["map.getByIndexRange", "m", 0, having({ returnType: "key" })],
    ),
    on(`putItems makes a map, ${order}`, undefined, ["map.putItems", "m", { b: 1, a: 2 }, having({ order })]),
    on(`create, ${order}`, undefined, ["map.create", "m", order], ["map.put", "m", "a", 1]),
    on(`create where there is one, ${order}`, abc, ["map.create", "m", order]),
    on(
      `setOrder, ${order}`,
      abc,
      ["map.setOrder", "m", order],
      ["map.getByRankRange", "m", 0, having({ returnType: "key" })],
    ),
    on(`setOrder of a list, ${order}`, [1], ["map.setOrder", "m", order]),
  ]),
  on("put of a list", abc, ["map.put", "m", "l", [1, { x: 2 }]]),
  on("put of null", abc, ["map.put", "m", "n", null]),
  on("put under an integer", abc, ["map.put", "m", 1, "one"]),
  on("put under a double", abc, ["map.put", "m", 1.5, 1]),
  on("put into text", "text", ["map.put", "m", "a", 1]),
  on("putItems of nothing", abc, ["map.putItems", "m", {}]),
  on("putItems under integers", abc, [
    "map.putItems",
    "m",
    new Map([
      [1, "one"],
      [-2, "two"],
    ]),
  ]),
  on("increment", abc, ["map.increment", "m", "a", 4]),
  on("increment of what is absent", abc, ["map.increment", "m", "n", 4]),
  on("increment by a double", { a: 1.5 }, ["map.increment", "m", "a", 0.25]),
  on("increment of text", { a: "x" }, ["map.increment", "m", "a", 1]),
  on("increment makes the map", undefined, ["map.increment", "m", "a", 1]),
  on("decrement", abc, ["map.decrement", "m", "a", 4]),
  on("decrement of what is absent", abc, ["map.decrement", "m", "n", 4]),
  on("clear", abc, ["map.clear", "m"]),
  on("clear of an absent bin", undefined, ["write", "o", 1], ["map.clear", "m"]),
  on("size", abc, ["map.size", "m"]),
  on("size of an absent bin", undefined, ["write", "o", 1], ["map.size", "m"]),
  on("size of a list", [1], ["map.size", "m"]),
  on(
    "integer keys",
    new Map([
      [3, "c"],
      [1, "a"],
    ]),
    ["map.getByKey", "m", 3],
    ["map.size", "m"],
  ),
  on(
    "all integer keys",
    new Map([
      [3, "c"],
      [1, "a"],
    ]),
    ["map.getByIndexRange", "m", 0, having({ returnType: "key" })],
  ),
  on(
    "integer keys as a map",
    new Map([
      [3, "c"],
      [1, "a"],
    ]),
    ["map.getByIndexRange", "m", 0, having({ returnType: "orderedMap" })],
  ),
]
