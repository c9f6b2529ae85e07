// Every op on HyperLogLogs.

import { having, kept } from "../lib/language.mjs"

const k = "k"
const some = ["a", "b", "c"]
const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i)
/** Two records with a HyperLogLog each, read, and then ops on the first that may use the second. */
const two = (name, first, second, ...ops) => ({
  name,
  steps: [
    ["operate", k, [first]],
    ["operate", "other", [second]],
    ["get", "other"],
    ...ops.map((op) => ["operate", k, [op]]),
    ["get", k],
  ],
})
const on = (name, ...ops) => ({ name, steps: [...ops.map((op) => ["operate", k, [op]]), ["get", k]] })
const init = (bits, options) => ["hll.init", "h", bits, ...(options ? [having(options)] : [])]
const add = (values, options) => ["hll.add", "h", values, having({ indexBits: 8, ...options })]
const other = kept("other", "h")
const flags = [
  { mode: "createOnly" },
  { mode: "updateOnly" },
  { mode: "createOnly", noFail: true },
  { mode: "updateOnly", noFail: true },
]

export default [
  ...[4, 8, 12, 16, 3, 17].map((bits) => on(`init(${bits})`, init(bits), ["hll.describe", "h"])),
  ...[
    [8, 4],
    [8, 16],
    [4, 51],
    [16, 51],
    [8, 3],
  ].map(([bits, minHashBits]) =>
    on(`init(${bits}), min hash ${minHashBits}`, init(bits, { minHashBits }), ["hll.describe", "h"]),
  ),
  ...flags.flatMap((options) => [
    on(`init, ${JSON.stringify(options)}`, init(8, options), ["hll.getCount", "h"]),
    on(`init anew, ${JSON.stringify(options)}`, add(some), init(8, options), ["hll.getCount", "h"]),
  ]),
  on("init anew empties", add(some), init(8), ["hll.getCount", "h"]),
  on("add", add(some), ["hll.getCount", "h"]),
  on("add twice", add(some), ["hll.add", "h", ["b", "d"]], ["hll.getCount", "h"]),
  on("add of all types", add(["a", 1, 1.5, [1], true]), ["hll.getCount", "h"]),
  on("add of nothing", add([]), ["hll.getCount", "h"]),
  on("add with min hash", add(some, { minHashBits: 16 }), ["hll.describe", "h"]),
  on("add without bits", ["hll.add", "h", some]),
  on("add of 1,000", add(range(0, 1000)), ["hll.getCount", "h"]),
  on("refreshCount", add(some), ["hll.refreshCount", "h"]),
  on("fold", ["hll.add", "h", some, having({ indexBits: 10 })], ["hll.fold", "h", 6], ["hll.describe", "h"]),
  on("fold to more", add(some), ["hll.fold", "h", 10]),
  on("fold with min hash", add(some, { minHashBits: 16 }), ["hll.fold", "h", 6]),
  on("mayContain", add(some), ["hll.mayContain", "h", ["a"]]),
  on("getCount of an absent bin", ["write", "o", 1], ["hll.getCount", "h"]),
  on("getCount of text", ["write", "h", "x"], ["hll.getCount", "h"]),
  on("add to text", ["write", "h", "x"], ["hll.add", "h", some]),
  ...["getUnion", "getUnionCount", "getIntersectCount", "getSimilarity"].flatMap((verb) => [
    two(verb, add(range(0, 30)), add(range(20, 60)), [`hll.${verb}`, "h", [other]]),
    two(
      `${verb} of other bits`,
      add(range(0, 30)),
      ["hll.add", "h", range(20, 60), having({ indexBits: 10 })],
      [`hll.${verb}`, "h", [other]],
    ),
    two(`${verb} with min hash`, add(range(0, 30), { minHashBits: 16 }), add(range(20, 60), { minHashBits: 16 }), [
      `hll.${verb}`,
      "h",
      [other],
    ]),
    on(`${verb} on an absent bin`, ["write", "o", 1], [`hll.${verb}`, "h", []]),
  ]),
  two("setUnion", add(range(0, 30)), add(range(20, 60)), ["hll.setUnion", "h", [other]], ["hll.getCount", "h"]),
  two(
    "setUnion of other bits",
    add(range(0, 30)),
    ["hll.add", "h", range(20, 60), having({ indexBits: 6 })],
    ["hll.setUnion", "h", [other]],
  ),
  two(
    "setUnion that folds",
    add(range(0, 30)),
    ["hll.add", "h", range(20, 60), having({ indexBits: 6 })],
    ["hll.setUnion", "h", [other], having({ allowFold: true })],
    ["hll.describe", "h"],
  ),
  ...flags.map((options) =>
    two(
      `setUnion, ${JSON.stringify(options)}`,
      add(range(0, 30)),
      add(range(20, 60)),
      ["hll.setUnion", "h", [other], having(options)],
      ["hll.getCount", "h"],
    ),
  ),
]
