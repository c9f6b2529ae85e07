// Queries of sets of their own: all records, and by secondary indexes. Then indexes, truncation and info.

import { bytes, geo, having } from "../lib/language.mjs"

const point = (x, y) => geo({ type: "Point", coordinates: [x, y] })
const people = Array.from({ length: 60 }, (_, i) => [
  "put",
  `p${i}`,
  {
    id: i,
    age: i % 10,
    name: `name${i % 7}`,
    tags: [i % 3, 100 + (i % 5)],
    seen: { [`k${i % 4}`]: i, all: i % 2 },
    at: point(i, 0),
    raw: bytes(i % 6, 1),
    ...(i % 5 === 0 && { odd: i }),
  },
])
const indexes = [
  { name: "age", bin: "age", type: "numeric" },
  { name: "name", bin: "name", type: "string" },
  { name: "raw", bin: "raw", type: "blob" },
  { name: "at", bin: "at", type: "geo2dsphere" },
  { name: "tags", bin: "tags", type: "numeric", collection: "list" },
  { name: "keys", bin: "seen", type: "string", collection: "mapKeys" },
  { name: "values", bin: "seen", type: "numeric", collection: "mapValues" },
  { name: "all", bin: "seen", type: "numeric", ctx: [["mapKey", "all"]] },
  { name: "sum", exp: ["add", ["bin", "int", "age"], ["bin", "int", "id"]], type: "numeric" },
]
const circle = geo({ type: "AeroCircle", coordinates: [[10, 0], 250_000] })
const square = geo({
  type: "Polygon",
  coordinates: [
    [
      [2.5, -1],
      [6.5, -1],
      [6.5, 1],
      [2.5, 1],
      [2.5, -1],
    ],
  ],
})
const small = ["lt", ["bin", "int", "id"], ["int", 20]]

const scans = {
  "all records": {},
  "some bins": { bins: ["id", "age"] },
  "a bin that few records have": { bins: ["odd"] },
  "no bins": { noBins: true },
  "a filter": { filter: small, bins: ["id"] },
  "a filter that nothing meets": { filter: ["lt", ["bin", "int", "id"], ["int", 0]] },
  "ops that read": {
    ops: [
      ["read", "id"],
      ["list.size", "tags"],
    ],
  },
  "an expression": { ops: [["exp.read", "r", ["mul", ["bin", "int", "id"], ["int", 2]]]] },
  "all partitions": { partitions: { begin: 0, count: 4096 }, bins: ["id"] },
  "half of the partitions": { partitions: { begin: 0, count: 2048 }, bins: ["id"] },
  "one partition": { partitions: { begin: 77, count: 1 }, bins: ["id"] },
}
const wheres = {
  "equal, a number": ["equals", "age", 3],
  "equal, text": ["equals", "name", "name3"],
  "equal, bytes": ["equals", "raw", bytes(3, 1)],
  "a range": ["range", "age", 2, 4],
  "a range that is empty": ["range", "age", 50, 60],
  "a range the wrong way round": ["range", "age", 4, 2],
  "contains, a list": ["contains", "tags", 102, having({ collection: "list" })],
  "contains, the keys of a map": ["contains", "seen", "k2", having({ collection: "mapKeys" })],
  "contains, the values of a map": ["contains", "seen", 1, having({ collection: "mapValues" })],
  "contains a range": ["containsRange", "tags", 1, 2, having({ collection: "list" })],
  "within a circle": ["geoWithin", "at", circle],
  "within a polygon": ["geoWithin", "at", square],
  "a region that contains a point": ["geoContains", "at", point(5, 0)],
  "in a context": ["equals", "seen", 1, having({ ctx: [["mapKey", "all"]] })],
  "no index": ["equals", "id", 3],
  "an index of another type": ["equals", "age", "3"],
  "by the name of an index": ["range", "age", 2, 4, having({ index: "age" })],
  "by the expression of an index": [
    "range",
    "",
    10,
    20,
    having({ exp: ["add", ["bin", "int", "age"], ["bin", "int", "id"]] }),
  ],
}
const few = Array.from({ length: 10 }, (_, i) => ["put", i, { id: i }])
const on = (name, ...steps) => ({ name, own: true, steps })

export default [
  // One case, for all of these read one set; each step is compared by itself.
  { name: "scans", own: true, steps: [...people, ...Object.values(scans).map((what) => ["query", what])] },
  {
    name: "by secondary indexes",
    own: true,
    steps: [
      ...people,
      ...indexes.map((index) => ["indexCreate", index]),
      ...Object.values(wheres).map((where) => ["query", { where, bins: ["id"] }]),
      ["query", { where: ["range", "age", 2, 4], filter: small, bins: ["id"] }],
      ["query", { where: ["range", "age", 2, 4], noBins: true }],
      [
        "query",
        {
          where: ["range", "age", 2, 4],
          ops: [
            ["read", "id"],
            ["list.size", "tags"],
          ],
        },
      ],
      ["query", { where: ["range", "age", 2, 4], partitions: { begin: 0, count: 2048 }, bins: ["id"] }],
      ["queryPages", 4, { where: ["range", "age", 2, 4], bins: ["id"] }],
      ...indexes.map(({ name }) => ["indexRemove", name]),
      ["query", { where: ["equals", "age", 3] }],
    ],
  },
  on("an empty set", ["query", {}], ["queryPages", 5, {}]),
  on("at most 5 records", ...few, ["queryCount", { maxRecords: 5 }]),
  on("at most 50 of 10 records", ...few, ["queryCount", { maxRecords: 50 }]),
  on("pages of 3", ...few, ["queryPages", 3, { bins: ["id"] }]),
  on("pages of 100", ...few, ["queryPages", 100, { bins: ["id"] }]),
  on("pages with a filter", ...few, [
    "queryPages",
    3,
    { bins: ["id"], filter: ["gt", ["bin", "int", "id"], ["int", 4]] },
  ]),
  on("pages of partitions", ...few, ["queryPages", 3, { bins: ["id"], partitions: { begin: 0, count: 2048 } }]),
  on("ops that write", ...few, ["query", { ops: [["write", "id", 1]] }]),

  on(
    "an index that is there already",
    ["indexCreate", indexes[0]],
    ["indexCreate", indexes[0]],
    ["indexRemove", "age"],
  ),
  on(
    "an index of the same name on another bin",
    ["indexCreate", indexes[0]],
    ["indexCreate", { ...indexes[0], bin: "other" }],
    ["indexRemove", "age"],
  ),
  on("an index of a bin name that is too long", ["indexCreate", { name: "x", bin: "b".repeat(16), type: "numeric" }]),
  on("an index that is not there is removed", ["indexRemove", "nothing"]),
  on("an index in an unknown namespace", ["indexCreate", { ns: "nowhere", name: "x", bin: "b", type: "numeric" }]),
  on("truncation", ...few, ["truncateAll"], ["put", 1, { id: 1 }], ["queryCount", {}]),

  { name: "info that there is not", steps: [["info", "nonsense"]] },
  { name: "info about namespaces that there are not", steps: [["info", "namespace/nowhere"]] },
  { name: "info about the status", steps: [["info", "status"]] },
  { name: "an index that does not exist", steps: [["info", "sindex-exists:namespace=test;indexname=nothing"]] },
]
