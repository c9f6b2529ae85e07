// Commands on many records.

import { at, having } from "../lib/language.mjs"

const three = [
  ["put", "a", { n: 1, s: "x" }],
  ["put", "b", { n: 2, l: [1] }],
  ["put", "c", { n: 3 }, { ttl: 1000 }],
]
const all = ["a", "b", "none", "c"]
const is = (value) => ["eq", ["bin", "int", "n"], ["int", value]]
const read = (key, more) => ({ type: "read", key, ...more })
const write = (key, bins, policy) => ({ type: "write", key, bins, ...(policy && { policy }) })
const operate = (key, ops, policy) => ({ type: "operate", key, ops, ...(policy && { policy }) })
const remove = (key, policy) => ({ type: "remove", key, ...(policy && { policy }) })
const on = (name, ...steps) => ({ name, steps: [...three, ...steps] })
const after = ["batchRead", all]

export default [
  on("read all bins", ["batchRead", all]),
  on("read some bins", ["batchRead", all, { bins: ["n"] }]),
  on("read an absent bin", ["batchRead", all, { bins: ["l"] }]),
  on("read no bins", ["batchRead", all, { bins: [] }]),
  on("read by ops", [
    "batchRead",
    all,
    {
      ops: [
        ["read", "n"],
        ["list.size", "l"],
      ],
    },
  ]),
  on("read by an op that fails", ["batchRead", all, { ops: [["list.size", "n"]] }]),
  on("read by an expression", [
    "batchRead",
    all,
    { ops: [["exp.read", "r", ["mul", ["bin", "int", "n"], ["int", 10]]]] },
  ]),
  on("read one key twice", ["batchRead", ["a", "a", "b"]]),
  on("read with a filter", ["batchRead", all, {}, { filter: is(2) }]),
  on("read of one key", ["batchRead", ["a"]]),
  on("read of an unknown namespace", ["batchRead", ["a", at("nowhere", "b")]]),
  on("read of no keys", ["batchRead", []]),
  on("read without respond all keys", ["batchRead", all, {}, { respondAllKeys: false }]),
  on("read, inline", ["batchRead", all, {}, { allowInlineSsd: true }]),
  on("read of 300 keys", ["batchRead", Array.from({ length: 300 }, (_, i) => ["a", "b", `none${i}`][i % 3])]),
  on("read with bin names that are too long", ["batchRead", ["a"], { bins: ["x".repeat(16)] }]),

  on("remove", ["batchRemove", all], after),
  on("remove with a filter", ["batchRemove", all, { filter: is(2) }], after),
  on("remove of no keys", ["batchRemove", []]),

  on("write", ["batch", [write("a", { n: 9 }), write("new", { n: 8 })]], ["batchRead", ["a", "new"]]),
  on(
    "write of bins of all types",
    ["batch", [write("new", { i: 1, d: 1.5, s: "x", t: true, l: [1], m: { a: 1 } })]],
    ["get", "new"],
  ),
  on("write of null", ["batch", [write("a", { s: null })]], ["get", "a"]),
  on("write with a time to live", ["batch", [write("a", { n: 9 }, { ttl: 2000 })]], ["get", "a"]),
  on(
    "mixed kinds",
    [
      "batch",
      [
        read("a"),
        write("b", { n: 9 }),
        remove("c"),
        operate("a", [
          ["add", "n", 5],
          ["read", "n"],
        ]),
      ],
    ],
    after,
  ),
  on("mixed reads", [
    "batch",
    [read("a"), read("b", { bins: ["n"] }), read("b", { ops: [["list.size", "l"]] }), read("none")],
  ]),
  on("one key written and read", ["batch", [write("a", { n: 50 }), read("a")]], ["get", "a"]),
  ...["updateOnly", "replace", "replaceOnly", "createOnly"].map((exists) =>
    on(`write, ${exists}`, ["batch", [write("a", { m: 1 }, { exists }), write("none", { m: 1 }, { exists })]], after),
  ),
  on(
    "write if the generation is 1",
    ["batch", [write("a", { m: 1 }, { gen: { eq: 1 } }), write("b", { m: 1 }, { gen: { eq: 7 } })]],
    after,
  ),
  on(
    "write with a filter a row",
    ["batch", [write("a", { m: 1 }, { filter: is(1) }), write("b", { m: 1 }, { filter: is(1) })]],
    after,
  ),
  on("read with a filter a row", [
    "batch",
    [read("a", { policy: { filter: is(1) } }), read("b", { policy: { filter: is(1) } })],
  ]),
  on("remove with a filter a row", ["batch", [remove("a", { filter: is(1) }), remove("b", { filter: is(1) })]], after),
  on(
    "remove if the generation is 1",
    ["batch", [remove("a", { gen: { eq: 1 } }), remove("b", { gen: { eq: 7 } })]],
    after,
  ),
  on(
    "a stored key a row",
    ["batch", [write("a", { m: 1 }, { sendKey: true })]],
    ["get", "a", { filter: ["keyExists"] }],
  ),
  on(
    "list and map ops",
    ["batch", [operate("b", [["list.append", "l", 2]]), operate("a", [["map.put", "m", "x", 1]])]],
    after,
  ),
  on(
    "an op of one row fails",
    ["batch", [operate("a", [["list.append", "n", 2]]), operate("b", [["list.append", "l", 2]])]],
    after,
  ),
  on(
    "ops that make records",
    [
      "batch",
      [
        operate("n1", [
          ["add", "n", 2],
          ["read", "n"],
        ]),
        operate("n2", [["list.append", "l", 2, having({ order: "ordered" })]]),
      ],
    ],
    ["batchRead", ["n1", "n2"]],
  ),
  on(
    "expressions that write",
    ["batch", [operate("a", [["exp.write", "n", ["add", ["bin", "int", "n"], ["int", 1]]]])]],
    ["get", "a"],
  ),
  on("no rows", ["batch", []]),
  on("a row of an unknown namespace", ["batch", [write("a", { n: 9 }), write(at("nowhere", "b"), { n: 9 })]]),
]
