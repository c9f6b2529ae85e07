// Commands on one record, one after the other.

import { at, bytes, double } from "../lib/language.mjs"

const k = "k"
const bins = { i: 7, s: "text", d: 1.5, l: [1, "a"], m: { a: 1 } }

const on = (name, ...steps) => ({ name, steps })

export default [
  on("put and get", ["put", k, bins], ["get", k]),
  on("get of an absent record", ["get", k]),
  on("select some bins", ["put", k, bins], ["select", k, ["i", "s"]]),
  on("select an absent bin", ["put", k, bins], ["select", k, ["none"]], ["select", k, ["i", "none"]]),
  on("select of an absent record", ["select", k, ["a"]]),
  on("select of a bin name that is too long", ["put", k, bins], ["select", k, ["a".repeat(16)]]),
  on("exists", ["put", k, bins], ["exists", k]),
  on("exists of an absent record", ["exists", k]),
  on("generation and time to live", ["put", k, bins, { ttl: 1000 }], ["existsMeta", k]),
  on("generation of an absent record", ["existsMeta", k]),
  on("put adds bins", ["put", k, { a: 1 }], ["put", k, { b: 2 }], ["get", k]),
  on("put of null removes a bin", ["put", k, { a: 1, b: 2 }], ["put", k, { a: null }], ["get", k]),
  on("put of null for all bins removes the record", ["put", k, { a: 1 }], ["put", k, { a: null }], ["get", k]),
  on("remove a bin", ["put", k, { a: 1, b: 2 }], ["removeBin", k, "a"], ["get", k]),
  on("remove bins", ["put", k, { a: 1, b: 2, c: 3 }], ["removeBin", k, ["a", "c"]], ["get", k]),
  on("remove", ["put", k, { a: 1 }], ["remove", k], ["exists", k]),
  on("remove an absent record", ["remove", k]),
  on(
    "a removed record starts anew",
    ["put", k, { a: 1 }],
    ["put", k, { a: 2 }],
    ["remove", k],
    ["put", k, { a: 3 }],
    ["get", k],
  ),
  on("touch", ["put", k, { a: 1 }], ["touch", k, { ttl: 2000 }], ["get", k]),
  on("touch an absent record", ["touch", k]),
  on("increment", ["put", k, { a: 1 }], ["increment", k, { a: 4 }], ["get", k]),
  on("increment makes the record", ["increment", k, { a: 4 }], ["get", k]),
  on("increment several bins", ["put", k, { a: 1, b: 1.5 }], ["increment", k, { a: -2, b: 0.25 }], ["get", k]),
  on("increment below zero", ["put", k, { a: 1 }], ["increment", k, { a: -40 }], ["get", k]),
  on("increment wraps", ["put", k, { a: 2n ** 63n - 1n }], ["increment", k, { a: 1 }], ["get", k]),
  on("increment a double by an integer", ["put", k, { a: 1.5 }], ["increment", k, { a: 1 }], ["get", k]),
  on("increment an integer by a double", ["put", k, { a: 1 }], ["increment", k, { a: 0.5 }], ["get", k]),
  on("increment text", ["put", k, { a: "x" }], ["increment", k, { a: 1 }], ["get", k]),
  on("increment by text", ["put", k, { a: 1 }], ["increment", k, { a: "1" }], ["get", k]),
  on("append", ["put", k, { a: "b" }], ["append", k, { a: "c" }], ["get", k]),
  on("append makes the record", ["append", k, { a: "c" }], ["get", k]),
  on("append bytes", ["put", k, { a: bytes(1) }], ["append", k, { a: bytes(2, 3) }], ["get", k]),
  on("append bytes to text", ["put", k, { a: "x" }], ["append", k, { a: bytes(2, 3) }], ["get", k]),
  on("append to a number", ["put", k, { a: 1 }], ["append", k, { a: "c" }], ["get", k]),
  on("append a number", ["put", k, { a: "x" }], ["append", k, { a: 1 }], ["get", k]),
  on("prepend", ["put", k, { a: "b" }], ["prepend", k, { a: "a" }], ["get", k]),
  on("prepend makes the record", ["prepend", k, { a: "c" }], ["get", k]),
  on("prepend bytes", ["put", k, { a: bytes(1) }], ["prepend", k, { a: bytes(2, 3) }], ["get", k]),
  on("prepend to a list", ["put", k, { a: [1] }], ["prepend", k, { a: "c" }], ["get", k]),
  on("append to several bins", ["put", k, { a: "1", b: "2" }], ["append", k, { a: "x", b: "y" }], ["get", k]),
  on("an unknown namespace", ["get", at("nowhere", k)], ["put", at("nowhere", k), { a: 1 }]),
  on("a bin name that is too long", ["put", k, { ["a".repeat(16)]: 1 }], ["get", k]),
  on("a bin name of 15 bytes", ["put", k, { ["a".repeat(15)]: 1 }], ["get", k]),
  on("a bin name of several scripts", ["put", k, { çay: 1, 世界: 2 }], ["get", k]),
  on("a bin without a name", ["put", k, { "": 1 }]),
  on("no bins", ["put", k, {}], ["get", k]),
  on("300 bins", ["put", k, Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`b${i}`, i]))], ["get", k]),
  on("a record that is too big", ["put", k, { a: "x".repeat(1_100_000) }]),
  on(
    "a big record",
    ["put", k, { a: "x".repeat(900_000) }],
    ["operate", k, [["exp.read", "n", ["gt", ["recordSize"], ["int", 900_000]]]]],
  ),
  on(
    "a type that changes",
    ["put", k, { a: 1 }],
    ["put", k, { a: "x" }],
    ["get", k],
    ["put", k, { a: [1] }],
    ["get", k],
  ),

  on(
    "operate: read",
    ["put", k, bins],
    [
      "operate",
      k,
      [
        ["read", "i"],
        ["read", "s"],
      ],
    ],
  ),
  on("operate: read all", ["put", k, bins], ["operate", k, [["readAll"]]]),
  on("operate: read what is absent", ["put", k, bins], ["operate", k, [["read", "none"]]]),
  on("operate: read an absent record", ["operate", k, [["read", "none"]]]),
  on(
    "operate: write and read",
    [
      "operate",
      k,
      [
        ["write", "a", 1],
        ["read", "a"],
      ],
    ],
    ["get", k],
  ),
  on(
    "operate: write twice",
    [
      "operate",
      k,
      [
        ["write", "a", 1],
        ["write", "a", 2],
      ],
    ],
    ["get", k],
  ),
  on("operate: only writes", ["operate", k, [["write", "a", 1]]]),
  on(
    "operate: add, append, prepend",
    ["put", k, { i: 1, s: "b" }],
    [
      "operate",
      k,
      [
        ["add", "i", 2],
        ["append", "s", "c"],
        ["prepend", "s", "a"],
        ["read", "i"],
        ["read", "s"],
      ],
    ],
  ),
  on(
    "operate: add a double",
    ["put", k, { d: 0.5 }],
    [
      "operate",
      k,
      [
        ["add", "d", 0.25],
        ["read", "d"],
      ],
    ],
  ),
  on(
    "operate: add a whole double",
    ["put", k, { d: 0.5 }],
    [
      "operate",
      k,
      [
        ["add", "d", double(2)],
        ["read", "d"],
      ],
    ],
  ),
  on(
    "operate: the same bin read twice",
    ["put", k, { a: 1 }],
    [
      "operate",
      k,
      [
        ["read", "a"],
        ["add", "a", 1],
        ["read", "a"],
      ],
    ],
  ),
  on(
    "operate: list op and read of one bin",
    ["put", k, { a: [1] }],
    [
      "operate",
      k,
      [
        ["list.append", "a", 2],
        ["read", "a"],
      ],
    ],
  ),
  on("operate: touch", ["put", k, { a: 1 }], ["operate", k, [["touch"], ["read", "a"]]], ["existsMeta", k]),
  on("operate: delete and read", ["put", k, { a: 1 }], ["operate", k, [["read", "a"], ["delete"]]], ["exists", k]),
  on(
    "operate: delete and write anew",
    ["put", k, { a: 1, b: 2 }],
    ["operate", k, [["delete"], ["write", "c", 3], ["read", "c"]]],
    ["get", k],
  ),
  on("operate: delete an absent record", ["operate", k, [["delete"]]]),
  on("operate: no ops", ["put", k, { a: 1 }], ["operate", k, []]),
  on(
    "operate: one op fails, none is done",
    ["put", k, { i: 1, s: "x" }],
    [
      "operate",
      k,
      [
        ["add", "i", 1],
        ["add", "s", 1],
      ],
    ],
    ["get", k],
  ),
  on("operate: write null", ["put", k, { a: 1, b: 2 }], ["operate", k, [["write", "a", null]]], ["get", k]),

  ...[
    ["text", "user"],
    ["text of several scripts", "ключ 世界"],
    ["bytes", bytes(1, 2, 255)],
    ["text that is long", "k".repeat(500)],
  ].map(([kind, key]) =>
    on(`a key of ${kind}`, ["put", key, { a: 1 }, { sendKey: true }], ["get", key], ["remove", key]),
  ),
  {
    name: "keys that are integers",
    own: true,
    steps: [0, 5, -7, 2 ** 40, Number.MAX_SAFE_INTEGER, -(2n ** 63n)].flatMap((key) => [
      ["put", key, { a: String(key) }],
      ["get", key],
    ]),
  },
  { ...on("a key that is a double", ["put", 1.5, { a: 1 }]), own: true },
  { ...on("an empty key", ["put", "", { a: 1 }]), own: true },
]
