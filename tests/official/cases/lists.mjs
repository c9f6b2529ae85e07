// Every op on lists, with every return type, on lists in order and not, and in contexts.

import { double, having, infinity, wildcard } from "../lib/language.mjs"

const k = "k"
const five = [4, 1, 3, 1, 2]
const mixed = [3, "a", null, [1], { x: 1 }, 1.5, true]
const types = ["none", "index", "reverseIndex", "rank", "reverseRank", "count", "value", "exists"]

/** An op on a list, then what became of the list. */
const on = (name, list, ...ops) => ({
  name,
  steps: [
    ...(list === undefined ? [] : [["put", k, { l: list }]]),
    ...ops.map((op) => ["operate", k, [op]]),
    ["get", k],
  ],
})

/** Arguments of the ops that select: by what they are called after `getBy` and `removeBy`. */
const selections = {
  Index: [[0], [-1], [4], [9], [-9]],
  IndexRange: [[1], [1, 2], [-2], [-2, 1], [3, 9], [0, 0], [9, 1]],
  Rank: [[0], [-1], [2], [9]],
  RankRange: [[1], [1, 2], [-2], [-2, 1], [0, 99]],
  Value: [[1], [9], ["x"], [double(1)]],
  ValueList: [[[1, 2]], [[]], [[9]], [[1, 9, 4]]],
  ValueRange: [
    [1, 3],
    [2, infinity],
    [null, 3],
    [3, 1],
    [2, null],
    ["a", "b"],
  ],
  ValueRelRankRange: [
    [2, 0],
    [2, 1],
    [2, -1],
    [2, 0, 2],
    [9, -2],
    [0, 0, 1],
  ],
}
// Only ranges and searches can be turned around.
const ofOne = new Set(["Index", "Rank"])

const selecting = ["get", "remove"].flatMap((verb) =>
  Object.entries(selections).flatMap(([by, calls]) => {
    const op = `list.${verb}By${by}`
    const told = (args, options) => [op, "l", ...args, having(options)]
    const [first] = calls
    return [
      ...calls.map((args) => on(`${verb}By${by}(${text(args)})`, five, told(args, { returnType: "value" }))),
      ...types.map((returnType) =>
        on(`${verb}By${by}(${text(first)}), ${returnType}`, five, told(first, { returnType })),
      ),
      ...(ofOne.has(by)
        ? []
        : types.map((returnType) =>
            on(
              `${verb}By${by}(${text(first)}), inverted, ${returnType}`,
              five,
              told(first, { returnType, inverted: true }),
            ),
          )),
      on(`${verb}By${by} on an absent bin`, undefined, ["write", "other", 1], told(first, { returnType: "value" })),
      on(`${verb}By${by} on text`, "text", told(first, { returnType: "value" })),
      on(
        `${verb}By${by} in a list in order`,
        five,
        ["list.setOrder", "l", "ordered"],
        told(first, { returnType: "value" }),
      ),
      {
        name: `${verb}By${by} in a context`,
        steps: [
          ["put", k, { l: [0, { in: five }] }],
          [
            "operate",
            k,
            [
              told(first, {
                returnType: "value",
                ctx: [
                  ["listIndex", 1],
                  ["mapKey", "in"],
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

function text(args) {
  return args.map((arg) => (arg?.$ ? [arg.$, arg.value].join(" ").trim() : JSON.stringify(arg))).join(", ")
}

const flags = [
  {},
  { unique: true },
  { unique: true, noFail: true },
  { unique: true, noFail: true, partial: true },
  { bounded: true },
  { bounded: true, noFail: true },
]
const named = (options) => Object.keys(options).join(" ") || "default"

export default [
  ...selecting,
  ...flags.flatMap((options) => [
    on(`append of what is there, ${named(options)}`, five, ["list.append", "l", 1, having(options)]),
    on(`append of what is new, ${named(options)}`, five, ["list.append", "l", 9, having(options)]),
    on(`appendItems, ${named(options)}`, five, ["list.appendItems", "l", [1, 9, 9], having(options)]),
    on(`insert, ${named(options)}`, five, ["list.insert", "l", 1, 1, having(options)]),
    on(`insert beyond the end, ${named(options)}`, five, ["list.insert", "l", 7, 9, having(options)]),
    on(`insertItems, ${named(options)}`, five, ["list.insertItems", "l", 1, [8, 1, 9], having(options)]),
    on(`set, ${named(options)}`, five, ["list.set", "l", 1, 3, having(options)]),
    on(`set beyond the end, ${named(options)}`, five, ["list.set", "l", 7, 9, having(options)]),
    on(`increment, ${named(options)}`, five, ["list.increment", "l", 1, 2, having(options)]),
  ]),
  on("append makes the list", undefined, ["list.append", "l", 1]),
  on(
    "append makes a list in order",
    undefined,
    ["list.append", "l", 2, having({ order: "ordered" })],
    ["list.append", "l", 1],
  ),
  on("append of a list", five, ["list.append", "l", [7, 8]]),
  on("append of null", five, ["list.append", "l", null]),
  on("appendItems of nothing", five, ["list.appendItems", "l", []]),
  on("appendItems makes a list in order", undefined, [
    "list.appendItems",
    "l",
    [3, 1, 2],
    having({ order: "ordered" }),
  ]),
  on("append to text", "text", ["list.append", "l", 1]),
  on("insert at a negative index", five, ["list.insert", "l", -1, 9]),
  on("insert makes the list", undefined, ["list.insert", "l", 2, 9]),
  on("insert into a list in order", five, ["list.setOrder", "l", "ordered"], ["list.insert", "l", 0, 9]),
  on("insertItems at the front", five, ["list.insertItems", "l", 0, [7, 8]]),
  ...[[0], [-1], [9], [-9]].flatMap(([index]) => [
    on(`pop(${index})`, five, ["list.pop", "l", index]),
    on(`remove(${index})`, five, ["list.remove", "l", index]),
    on(`get(${index})`, five, ["list.get", "l", index]),
    on(`set(${index})`, five, ["list.set", "l", index, 0]),
    on(`increment(${index})`, five, ["list.increment", "l", index, 5]),
  ]),
  ...[[0], [1, 2], [-2], [-2, 1], [3, 9], [9, 1], [0, 0]].flatMap((args) => [
    on(`popRange(${args})`, five, ["list.popRange", "l", ...args]),
    on(`removeRange(${args})`, five, ["list.removeRange", "l", ...args]),
    on(`getRange(${args})`, five, ["list.getRange", "l", ...args]),
  ]),
  ...[
    [0, 2],
    [1, 3],
    [-2, 2],
    [3, 9],
    [9, 1],
    [0, 0],
  ].map((args) => on(`trim(${args})`, five, ["list.trim", "l", ...args])),
  on("clear", five, ["list.clear", "l"]),
  on("clear of an absent bin", undefined, ["write", "other", 1], ["list.clear", "l"]),
  on("size", five, ["list.size", "l"]),
  on("size of an absent bin", undefined, ["write", "other", 1], ["list.size", "l"]),
  on("size of a map", { a: 1 }, ["list.size", "l"]),
  on("increment by a double", [1.5], ["list.increment", "l", 0, 0.25]),
  on("increment without an amount", five, ["list.increment", "l", 0, 1]),
  on("increment of text", ["a"], ["list.increment", "l", 0, 1]),
  on("increment in a list in order", [1, 5, 9], ["list.setOrder", "l", "ordered"], ["list.increment", "l", 0, 6]),
  on("sort", five, ["list.sort", "l"]),
  on("sort, dropping what is there twice", five, ["list.sort", "l", having({ dropDuplicates: true })]),
  on("sort, descending", five, ["list.sort", "l", having({ descending: true })]),
  on("sort of all types", mixed, ["list.sort", "l"]),
  on("setOrder", five, ["list.setOrder", "l", "ordered"], ["list.append", "l", 2]),
  on(
    "setOrder and back",
    five,
    ["list.setOrder", "l", "ordered"],
    ["list.setOrder", "l", "unordered"],
    ["list.append", "l", 0],
  ),
  on("setOrder of all types", mixed, ["list.setOrder", "l", "ordered"]),
  on("create", undefined, ["list.create", "l", "ordered"], ["list.appendItems", "l", [2, 1]]),
  on("create, unordered", undefined, ["list.create", "l", "unordered"], ["list.appendItems", "l", [2, 1]]),
  on("create where there is one", five, ["list.create", "l", "ordered"], ["list.append", "l", 0]),
  on(
    "create with a stored index",
    undefined,
    ["list.create", "l", "ordered", having({ persistIndex: true })],
    ["list.appendItems", "l", [2, 1]],
  ),
  ...mixed.flatMap((value, i) => [
    on(`search for element ${i} of all types`, mixed, ["list.getByValue", "l", value, having({ returnType: "index" })]),
    on(`rank of element ${i} of all types`, mixed, ["list.getByIndex", "l", i, having({ returnType: "rank" })]),
  ]),
  on(
    "search by a wildcard",
    [
      [1, "a"],
      [2, "b"],
      [1, "c"],
    ],
    ["list.getByValue", "l", [1, wildcard]],
  ),
]
