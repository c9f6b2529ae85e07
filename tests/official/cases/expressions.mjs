// Every expression, evaluated by an op on one record; and expressions that write. `packed.mjs` compares their bytes.

import { bytes, geo, having } from "../lib/language.mjs"

const k = "k"
const record = {
  i: 7,
  n: -3,
  d: 2.5,
  s: "Hello",
  y: bytes(0b11110000, 0b00001111),
  t: true,
  l: [4, 1, 3, 1, 2],
  m: { a: 3, b: 1, c: 2 },
  g: geo({ type: "Point", coordinates: [1, 1] }),
}
const i = ["bin", "int", "i"]
const n = ["bin", "int", "n"]
const d = ["bin", "float", "d"]
const s = ["bin", "str", "s"]
const y = ["bin", "blob", "y"]
const l = ["bin", "list", "l"]
const m = ["bin", "map", "m"]
const int = (value) => ["int", value]
const region = ["geo", geo({ type: "AeroCircle", coordinates: [[1, 1], 1000] })]

const compared = ["eq", "ne", "gt", "ge", "lt", "le"].flatMap((verb) => [
  [verb, i, int(7)],
  [verb, i, int(8)],
  [verb, d, ["float", 2.5]],
  [verb, s, ["str", "Hello"]],
  [verb, y, ["blob", bytes(1)]],
  [verb, ["bin", "bool", "t"], ["bool", true]],
  [verb, l, ["list", [4, 1]]],
  [verb, ["bin", "int", "none"], int(1)],
])

const arithmetic = [
  ...["add", "sub", "mul", "div", "min", "max"].flatMap((verb) => [
    [verb, i, int(3)],
    [verb, d, ["float", 0.5]],
    [verb, i, n, int(2)],
  ]),
  ["add", i],
  ["sub", i],
  ["div", i, int(0)],
  ["add", i, ["float", 1.5]],
  ["add", ["int", 2n ** 63n - 1n], int(1)],
  ["pow", d, ["float", 2]],
  ["log", d, ["float", 10]],
  ["mod", i, int(4)],
  ["abs", n],
  ["floor", d],
  ["ceil", d],
  ["toInt", d],
  ["toFloat", i],
  ...["intAnd", "intOr", "intXor"].map((verb) => [verb, i, int(12)]),
  ["intNot", i],
  ...["intLshift", "intRshift", "intArshift"].map((verb) => [verb, n, int(1)]),
  ["intCount", i],
  ["intLscan", i, ["bool", true]],
  ["intRscan", i, ["bool", false]],
]

const logic = [
  ["and", ["gt", i, int(1)], ["lt", i, int(9)]],
  ["and", ["gt", i, int(1)], ["eq", ["bin", "int", "none"], int(1)]],
  ["or", ["gt", i, int(9)], ["lt", i, int(9)]],
  ["or", ["gt", i, int(9)], ["lt", i, int(1)], ["bool", true]],
  ["not", ["eq", i, int(7)]],
  ["exclusive", ["bool", true], ["bool", false]],
  ["exclusive", ["bool", true], ["bool", true]],
  ["cond", ["gt", i, int(9)], ["str", "big"], ["gt", i, int(5)], ["str", "middle"], ["str", "small"]],
  ["cond", ["gt", i, int(9)], ["str", "big"], ["unknown"]],
  ["let", { x: ["add", i, int(1)] }, ["mul", ["var", "int", "x"], ["var", "int", "x"]]],
  ["let", { x: int(1), y: ["add", ["var", "int", "x"], int(1)] }, ["var", "int", "y"]],
  ["var", "int", "absent"],
]

const facts = [
  ["binExists", "i"],
  ["binExists", "none"],
  ...["i", "d", "s", "y", "t", "l", "m", "g", "none"].map((bin) => ["binType", bin]),
  ["keyExists"],
  ["key", "str"],
  ["setName"],
  ["isTombstone"],
  ["ttl"],
  ["voidTime"],
  ["ge", ["sinceUpdate"], int(0)],
  ["gt", ["lastUpdate"], int(1_600_000_000_000_000_000n)],
  ["gt", ["recordSize"], int(50)],
  ["digestModulo", 3],
  ["regex", s, "^h", having({ ignoreCase: true })],
  ["regex", s, "^h"],
  ["regex", s, "l{2}o$"],
  ["regex", s, "h.*O", having({ ignoreCase: true, newline: true })],
  ["regex", s, "h.*O", having({ extended: false })],
  ["geoCompare", ["bin", "geo", "g"], region],
  ["geoCompare", region, ["bin", "geo", "g"]],
  ["inList", int(3), l],
  ["inList", int(9), l],
  ["mapKeys", m],
  ["mapValues", m],
  ...["int", "float", "str", "bool", "blob", "list", "map", "geo"].map((type) => ["bin", type, "i"]),
  ["nil"],
  ["unknown"],
  ["bool", false],
  ["float", 1],
  ["str", "grüße"],
  ["blob", bytes()],
  ["list", [1, "a", [2]]],
  ["map", { b: 1, a: [2] }],
  ["geo", geo({ type: "Point", coordinates: [3, 4] })],
]

const manyTypes = ["index", "reverseIndex", "rank", "reverseRank", "count", "value", "exists"]
const mapTypes = [...manyTypes, "key", "keyValue", "orderedMap", "unorderedMap"]
const bound = (value) => (value === undefined ? ["inf"] : value)
const ofList = {
  ByIndexRange: [int(1), int(2)],
  ByRankRange: [int(1), int(2)],
  ByValue: [int(1)],
  ByValueList: [["list", [1, 4]]],
  ByValueRange: [int(1), int(3)],
  ByValueRelRankRange: [int(2), int(0), int(2)],
}
const ofMap = {
  ByIndexRange: [int(1), int(2)],
  ByRankRange: [int(1), int(2)],
  ByKeyList: [["list", ["a", "c"]]],
  ByKeyRange: [
    ["str", "a"],
    ["str", "c"],
  ],
  ByKeyRelIndexRange: [["str", "b"], int(0), int(2)],
  ByValue: [int(1)],
  ByValueList: [["list", [1, 3]]],
  ByValueRange: [int(1), int(3)],
  ByValueRelRankRange: [int(2), int(0), int(2)],
}
const toEnd = { ByIndexRange: 1, ByRankRange: 1, ByValueRelRankRange: 2, ByKeyRelIndexRange: 2 }

function reads(family, bin, selections, types) {
  return Object.entries(selections).flatMap(([by, args]) => {
    const verb = `${family}.get${by}`
    const more = toEnd[by] ? [[verb, bin, ...args.slice(0, toEnd[by]), having({ returnType: "value" })]] : []
    const all = types.flatMap((returnType) => [
      [verb, bin, ...args, having({ returnType })],
      ...(["count", "value"].includes(returnType)
        ? [[verb, bin, ...args, having({ returnType, inverted: true })]]
        : []),
    ])
    return [...all, ...more]
  })
}

const collections = [
  ["list.size", l],
  ["list.size", ["list", [1, 2]]],
  ["list.size", ["bin", "list", "none"]],
  ...["ByIndex", "ByRank"].flatMap((by) => [
    [`list.get${by}`, l, int(1), having({ type: "int" })],
    [`list.get${by}`, l, int(-1), having({ type: "int" })],
    [`list.get${by}`, l, int(9), having({ type: "int" })],
    [`list.get${by}`, l, int(1), having({ type: "str" })],
    ...["index", "rank", "count", "exists"].map((returnType) => [`list.get${by}`, l, int(1), having({ returnType })]),
  ]),
  ...reads("list", l, ofList, manyTypes),
  ["list.getByValueRange", l, int(2), bound()],
  ["list.append", l, int(9)],
  ["list.append", l, int(1), having({ unique: true, noFail: true })],
  ["list.append", l, int(9), having({ order: "ordered" })],
  ["list.appendItems", l, ["list", [7, 8]]],
  ["list.insert", l, int(1), int(9)],
  ["list.insert", l, int(1), int(9), having({ unique: true })],
  ["list.insertItems", l, int(1), ["list", [8, 9]]],
  ["list.increment", l, int(1), int(5)],
  ["list.set", l, int(1), int(9)],
  ["list.clear", l],
  ["list.sort", l],
  ["list.sort", l, having({ dropDuplicates: true })],
  ["list.sort", l, having({ descending: true })],
  ["list.removeByIndex", l, int(0)],
  ["list.removeByRank", l, int(0)],
  ...Object.entries(ofList).map(([by, args]) => [`list.remove${by}`, l, ...args]),
  ...Object.keys(ofList)
    .filter((by) => toEnd[by])
    .map((by) => [`list.remove${by}`, l, ...ofList[by].slice(0, toEnd[by])]),

  ["map.size", m],
  ["map.size", ["map", { a: 1 }]],
  ["map.getByKey", m, ["str", "a"], having({ type: "int" })],
  ["map.getByKey", m, ["str", "z"], having({ type: "int" })],
  ["map.getByKey", m, ["str", "a"], having({ type: "str" })],
  ...["index", "rank", "count", "exists"].map((returnType) => [
    "map.getByKey",
    m,
    ["str", "a"],
    having({ returnType }),
  ]),
  ...["ByIndex", "ByRank"].flatMap((by) => [
    [`map.get${by}`, m, int(0), having({ type: "int" })],
    [`map.get${by}`, m, int(-1), having({ type: "str", returnType: "key" })],
    [`map.get${by}`, m, int(0), having({ returnType: "rank" })],
  ]),
  ...reads("map", m, ofMap, mapTypes),
  ["map.put", m, ["str", "z"], int(9)],
  ["map.put", m, ["str", "a"], int(9), having({ mode: "createOnly", noFail: true })],
  ["map.putItems", m, ["map", { y: 1, z: 2 }]],
  ["map.increment", m, ["str", "a"], int(5)],
  ["map.clear", m],
  ["map.removeByKey", m, ["str", "a"]],
  ["map.removeByIndex", m, int(0)],
  ["map.removeByRank", m, int(0)],
  ...Object.entries(ofMap).map(([by, args]) => [`map.remove${by}`, m, ...args]),
  ...Object.keys(ofMap)
    .filter((by) => toEnd[by])
    .map((by) => [`map.remove${by}`, m, ...ofMap[by].slice(0, toEnd[by])]),
]

const bits = [
  ["bit.get", y, int(4), int(8)],
  ["bit.count", y, int(0), int(16)],
  ["bit.lscan", y, int(0), int(16), ["bool", false]],
  ["bit.rscan", y, int(0), int(16), ["bool", true]],
  ["bit.getInt", y, int(0), int(8)],
  ["bit.getInt", y, int(0), int(8), having({ signed: true })],
  ["bit.getInt", y, int(0), int(99)],
  ["bit.resize", y, int(3)],
  ["bit.resize", y, int(3), having({ fromFront: true })],
  ["bit.insert", y, int(1), ["blob", bytes(9)]],
  ["bit.remove", y, int(0), int(1)],
  ["bit.set", y, int(0), int(4), ["blob", bytes(0x50)]],
  ["bit.or", y, int(0), int(8), ["blob", bytes(0x0f)]],
  ["bit.xor", y, int(0), int(8), ["blob", bytes(0xff)]],
  ["bit.and", y, int(0), int(8), ["blob", bytes(0x30)]],
  ["bit.not", y, int(0), int(16)],
  ["bit.lshift", y, int(0), int(16), int(2)],
  ["bit.rshift", y, int(0), int(16), int(2)],
  ["bit.add", y, int(8), int(8), int(1)],
  ["bit.add", y, int(0), int(8), int(100), having({ overflow: "saturate" })],
  ["bit.add", y, int(0), int(8), int(100), having({ overflow: "wrap", signed: true })],
  ["bit.add", y, int(0), int(8), int(100)],
  ["bit.subtract", y, int(8), int(8), int(1)],
  ["bit.setInt", y, int(0), int(8), int(1)],
]

const h = ["bin", "hll", "h"]
const hlls = [
  ["hll.count", h],
  ["hll.describe", h],
  ["hll.mayContain", h, ["list", ["a"]]],
  ["hll.mayContain", h, ["list", ["z"]]],
  ["hll.count", ["hll.add", h, ["list", ["x", "y"]]]],
  ["hll.union", h, h],
  ["hll.unionCount", h, h],
  ["hll.intersectCount", h, h],
  ["hll.similarity", h, h],
  ["hll.describe", ["hll.init", h, int(6)]],
]

const paths = [
  ["path.select", m, [["allChildren"]], having({ returnType: "mapKeys", type: "list" })],
  ["path.select", m, [["allChildren"]], having({ returnType: "values", type: "list" })],
  ["path.select", m, [["allChildren"]], having({ returnType: "tree", type: "map" })],
  [
    "path.select",
    l,
    [["allChildren", ["gt", ["loopVar", "int", "value"], int(1)]]],
    having({ returnType: "values", type: "list" }),
  ],
  [
    "path.select",
    l,
    [["allChildren", ["gt", ["loopVar", "int", "index"], int(2)]]],
    having({ returnType: "values", type: "list" }),
  ],
  ["path.modify", l, [["allChildren"]], ["mul", ["loopVar", "int", "value"], int(2)]],
  ["path.modify", m, [["allChildren", ["eq", ["loopVar", "str", "key"], ["str", "a"]]]], ["removeResult"]],
]

/** Every expression. `packed.mjs` compares their bytes, too. */
export const expressions = [...compared, ...arithmetic, ...logic, ...facts, ...collections, ...bits, ...paths]
export const ofHlls = hlls

/** An expression in words that are short, for a name. */
export function told(expression) {
  const replaced = (_, value) =>
    value instanceof Uint8Array
      ? `0x${Buffer.from(value).toString("hex")}`
      : typeof value === "bigint"
        ? `${value}`
        : value
  return JSON.stringify(expression, replaced).replaceAll('"', "")
}

const writes = [
  ["exp.write", "i", ["add", i, int(1)]],
  ["exp.write", "new", ["add", i, int(1)]],
  ["exp.write", "new", ["list", [1, 2]]],
  ["exp.write", "new", ["add", i, int(1)], having({ mode: "createOnly" })],
  ["exp.write", "i", ["add", i, int(1)], having({ mode: "createOnly" })],
  ["exp.write", "i", ["add", i, int(1)], having({ mode: "createOnly", noFail: true })],
  ["exp.write", "new", ["add", i, int(1)], having({ mode: "updateOnly" })],
  ["exp.write", "i", ["nil"]],
  ["exp.write", "i", ["nil"], having({ allowDelete: true })],
  ["exp.write", "i", ["unknown"]],
  ["exp.write", "i", ["unknown"], having({ evalNoFail: true })],
  ["exp.write", "s", ["bin", "list", "l"]],
]

export default [
  ...expressions.map((expression) => ({
    name: told(expression),
    steps: [
      ["put", k, record, { ttl: -1 }],
      ["operate", k, [["exp.read", "r", expression]]],
    ],
    ...(expression[0] === "digestModulo" && { own: true }),
  })),
  ...hlls.map((expression) => ({
    name: told(expression),
    steps: [
      ["operate", k, [["hll.add", "h", ["a", "b"], having({ indexBits: 8 })]]],
      ["operate", k, [["exp.read", "r", expression]]],
    ],
  })),
  ...["unknown", "nil"].map((name) => ({
    name: `${name}, passed over`,
    steps: [
      ["put", k, record],
      ["operate", k, [["exp.read", "r", [name], having({ evalNoFail: true })]]],
    ],
  })),
  ...writes.map((op) => ({
    name: told(op),
    steps: [
      ["put", k, record, { ttl: -1 }],
      ["operate", k, [op]],
      ["get", k],
    ],
  })),
  {
    name: "in a context",
    steps: [
      ["put", k, { o: { in: [5, 6] } }],
      [
        "operate",
        k,
        [
          [
            "exp.read",
            "r",
            ["list.getByIndex", ["bin", "map", "o"], int(0), having({ type: "int", ctx: [["mapKey", "in"]] })],
          ],
        ],
      ],
      [
        "operate",
        k,
        [["exp.read", "r", ["list.append", ["bin", "map", "o"], int(7), having({ ctx: [["mapKey", "in"]] })]]],
      ],
      ["operate", k, [["exp.read", "r", ["map.put", ["bin", "map", "o"], ["str", "x"], int(7)]]]],
    ],
  },
]
