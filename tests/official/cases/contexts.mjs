// Ways to what is nested, for every op on lists and maps that changes something, and ways that lead nowhere.

import { having } from "../lib/language.mjs"

const k = "k"
const nested = { l: [[3, 1, 2], { a: [9, 8], b: { x: 1, y: 2 } }], m: { k1: { z: 5, y: 4 }, k2: [7, 6, 5] } }
const on = (name, ...ops) => ({
  name,
  steps: [
    ["put", k, { d: nested }],
    ["operate", k, ops],
    ["get", k],
  ],
})

const toLists = {
  "list by index": [
    ["mapKey", "l"],
    ["listIndex", 0],
  ],
  "list by index from the end": [
    ["mapKey", "l"],
    ["listIndex", -2],
  ],
  "list by rank": [
    ["mapKey", "l"],
    ["listRank", 0],
  ],
  "list by value": [
    ["mapKey", "l"],
    ["listValue", [3, 1, 2]],
  ],
  "list by key": [
    ["mapKey", "m"],
    ["mapKey", "k2"],
  ],
  "list by map index": [
    ["mapIndex", 1],
    ["mapIndex", 1],
  ],
  "list by map rank": [
    ["mapKey", "m"],
    ["mapRank", 0],
  ],
  "list by map value": [
    ["mapKey", "m"],
    ["mapValue", [7, 6, 5]],
  ],
  "list at depth three": [
    ["mapKey", "l"],
    ["listIndex", 1],
    ["mapKey", "a"],
  ],
}
const toMaps = {
  "map by key": [
    ["mapKey", "m"],
    ["mapKey", "k1"],
  ],
  "map by index": [
    ["mapIndex", -1],
    ["mapIndex", 0],
  ],
  "map at depth three": [
    ["mapKey", "l"],
    ["listIndex", 1],
    ["mapKey", "b"],
  ],
  "map by rank": [
    ["mapKey", "m"],
    ["mapRank", -1],
  ],
}
const toNothing = {
  "absent key": [["mapKey", "none"]],
  "absent index": [
    ["mapKey", "l"],
    ["listIndex", 9],
  ],
  "absent rank": [
    ["mapKey", "l"],
    ["listRank", 9],
  ],
  "absent value": [
    ["mapKey", "l"],
    ["listValue", 99],
  ],
  "index of a map": [["listIndex", 0]],
  "key of a list": [
    ["mapKey", "l"],
    ["mapKey", "a"],
  ],
  "a number": [
    ["mapKey", "m"],
    ["mapKey", "k1"],
    ["mapKey", "z"],
    ["mapKey", "q"],
  ],
}
const listOps = [
  ["list.append", "d", 0],
  ["list.appendItems", "d", [0, 9]],
  ["list.insert", "d", 0, 0],
  ["list.set", "d", 0, 0],
  ["list.increment", "d", 0, 5],
  ["list.sort", "d"],
  ["list.clear", "d"],
  ["list.pop", "d", 0],
  ["list.trim", "d", 0, 1],
  ["list.size", "d"],
  ["list.getRange", "d", 0],
  ["list.setOrder", "d", "ordered"],
]
const mapOps = [
  ["map.put", "d", "n", 0],
  ["map.putItems", "d", { n: 0 }],
  ["map.increment", "d", "y", 5],
  ["map.decrement", "d", "y", 5],
  ["map.clear", "d"],
  ["map.size", "d"],
  ["map.setOrder", "d", "unordered"],
]
const through = ([name, ...args], ctx) => [name, ...args, having({ ctx })]

export default [
  ...Object.entries(toLists).flatMap(([way, ctx]) => listOps.map((op) => on(`${op[0]} on a ${way}`, through(op, ctx)))),
  ...Object.entries(toMaps).flatMap(([way, ctx]) => mapOps.map((op) => on(`${op[0]} on a ${way}`, through(op, ctx)))),
  ...Object.entries(toNothing).flatMap(([way, ctx]) =>
    [listOps[0], listOps[9], mapOps[0], mapOps[5]].map((op) => on(`${op[0]} at ${way}`, through(op, ctx))),
  ),
  ...["unordered", "keyOrdered", "keyValueOrdered"].flatMap((create) => [
    on(`map.put makes a map, ${create}, on its way`, [
      "map.put",
      "d",
      "x",
      1,
      having({ ctx: [["mapKey", "new", { create }]] }),
    ]),
    on(`map.put makes two maps, ${create}, on its way`, [
      "map.put",
      "d",
      "x",
      1,
      having({
        ctx: [
          ["mapKey", "new", { create }],
          ["mapKey", "more", { create }],
        ],
      }),
    ]),
    on(`map.create, ${create}, at a new key`, ["map.create", "d", create, having({ ctx: [["mapKey", "new"]] })]),
  ]),
  ...["unordered", "padded", "ordered"].flatMap((create) => [
    on(`list.append makes a list, ${create}, on its way`, [
      "list.append",
      "d",
      2,
      having({
        ctx: [
          ["mapKey", "l"],
          ["listIndex", 2, { create }],
        ],
      }),
    ]),
    on(`list.append makes a list, ${create}, beyond the end`, [
      "list.append",
      "d",
      2,
      having({
        ctx: [
          ["mapKey", "l"],
          ["listIndex", 5, { create }],
        ],
      }),
    ]),
  ]),
  on("list.create at a new index", [
    "list.create",
    "d",
    "ordered",
    having({
      ctx: [
        ["mapKey", "l"],
        ["listIndex", 2],
      ],
    }),
  ]),
  on("list.create at a new index, padded", [
    "list.create",
    "d",
    "unordered",
    having({
      pad: true,
      ctx: [
        ["mapKey", "l"],
        ["listIndex", 5],
      ],
    }),
  ]),

  ...["tree", "values", "mapKeys", "keyValues"].flatMap((returnType) => [
    on(`path.select, ${returnType}, all children`, [
      "path.select",
      "d",
      [["mapKey", "m"], ["allChildren"]],
      having({ returnType }),
    ]),
    on(`path.select, ${returnType}, two levels`, [
      "path.select",
      "d",
      [["allChildren"], ["allChildren"]],
      having({ returnType }),
    ]),
    on(`path.select, ${returnType}, with a filter`, [
      "path.select",
      "d",
      [
        ["mapKey", "m"],
        ["mapKey", "k1"],
        ["allChildren", ["gt", ["loopVar", "int", "value"], ["int", 4]]],
      ],
      having({ returnType }),
    ]),
    on(`path.select, ${returnType}, of keys`, [
      "path.select",
      "d",
      [
        ["mapKey", "m"],
        ["mapKeys", ["k1", "none"]],
      ],
      having({ returnType }),
    ]),
  ]),
  on("path.select at an absent key", ["path.select", "d", [["mapKey", "none"], ["allChildren"]]]),
  on("path.select with a filter of another type", [
    "path.select",
    "d",
    [
      ["mapKey", "m"],
      ["allChildren", ["gt", ["loopVar", "int", "value"], ["int", 4]]],
    ],
  ]),
  on("path.select with a filter of another type, passed over", [
    "path.select",
    "d",
    [
      ["mapKey", "m"],
      ["allChildren", ["gt", ["loopVar", "int", "value"], ["int", 4]]],
    ],
    having({ noFail: true }),
  ]),
  on("path.select and a further condition", [
    "path.select",
    "d",
    [
      ["mapKey", "m"],
      ["mapKeys", ["k1", "k2"]],
      ["where", ["eq", ["loopVar", "str", "key"], ["str", "k2"]]],
    ],
  ]),
  on("path.apply", [
    "path.apply",
    "d",
    [["mapKey", "m"], ["mapKey", "k1"], ["allChildren"]],
    ["mul", ["loopVar", "int", "value"], ["int", 10]],
  ]),
  on("path.apply with a filter", [
    "path.apply",
    "d",
    [
      ["mapKey", "m"],
      ["mapKey", "k2"],
      ["allChildren", ["gt", ["loopVar", "int", "value"], ["int", 5]]],
    ],
    ["add", ["loopVar", "int", "value"], ["int", 1]],
  ]),
  on("path.apply that removes", [
    "path.apply",
    "d",
    [
      ["mapKey", "m"],
      ["mapKey", "k2"],
      ["allChildren", ["gt", ["loopVar", "int", "value"], ["int", 5]]],
    ],
    ["removeResult"],
  ]),
  on("path.apply of another type", [
    "path.apply",
    "d",
    [["mapKey", "m"], ["allChildren"]],
    ["add", ["loopVar", "int", "value"], ["int", 1]],
  ]),
]
