// What policies say: when a record may be written, how long it lives, which of its states is meant.

const k = "k"
const exists = ["update", "updateOnly", "replace", "replaceOnly", "createOnly"]
const is = (value) => ["eq", ["bin", "int", "a"], ["int", value]]

const on = (name, ...steps) => ({ name, steps })

export default [
  ...exists.flatMap((policy) => [
    on(`put, ${policy}, of an absent record`, ["put", k, { b: 2 }, { exists: policy }], ["get", k]),
    on(
      `put, ${policy}, of a present record`,
      ["put", k, { a: 1 }],
      ["put", k, { b: 2 }, { exists: policy }],
      ["get", k],
    ),
    on(
      `operate, ${policy}, on an absent record`,
      [
        "operate",
        k,
        [
          ["write", "b", 2],
          ["read", "b"],
        ],
        { exists: policy },
      ],
      ["get", k],
    ),
    on(
      `operate, ${policy}, on a present record`,
      ["put", k, { a: 1 }],
      [
        "operate",
        k,
        [
          ["write", "b", 2],
          ["read", "b"],
        ],
        { exists: policy },
      ],
      ["get", k],
    ),
  ]),
  ...[0, 1, 2, 3].flatMap((n) => [
    on(
      `put if the generation is ${n}`,
      ["put", k, { a: 1 }],
      ["put", k, { a: 2 }],
      ["put", k, { a: 3 }, { gen: { eq: n } }],
      ["get", k],
    ),
    on(
      `put if ${n} is greater than the generation`,
      ["put", k, { a: 1 }],
      ["put", k, { a: 2 }],
      ["put", k, { a: 3 }, { gen: { gt: n } }],
      ["get", k],
    ),
    on(
      `remove if the generation is ${n}`,
      ["put", k, { a: 1 }],
      ["put", k, { a: 2 }],
      ["remove", k, { gen: { eq: n } }],
      ["exists", k],
    ),
    on(
      `operate if the generation is ${n}`,
      ["put", k, { a: 1 }],
      ["put", k, { a: 2 }],
      ["operate", k, [["add", "a", 1]], { gen: { eq: n } }],
      ["get", k],
    ),
  ]),
  on("put of an absent record if its generation is 1", ["put", k, { a: 1 }, { gen: { eq: 1 } }], ["get", k]),
  on("put of an absent record if 1 is greater", ["put", k, { a: 1 }, { gen: { gt: 1 } }], ["get", k]),

  ...[
    ["the namespace's default", 0],
    ["100 seconds", 100],
    ["a day", 86_400],
    ["ten years", 315_360_000],
    ["more than ten years", 315_360_001],
    ["never", -1],
  ].map(([name, ttl]) => on(`time to live: ${name}`, ["put", k, { a: 1 }, { ttl }], ["get", k])),
  on("time to live stays", ["put", k, { a: 1 }, { ttl: 1000 }], ["put", k, { a: 2 }, { ttl: -2 }], ["get", k]),
  on("time to live is renewed by the default", ["put", k, { a: 1 }, { ttl: 1000 }], ["put", k, { a: 2 }], ["get", k]),
  on("time to live by operate", ["operate", k, [["write", "a", 1]], { ttl: 1000 }], ["get", k]),
  on("time to live by increment", ["increment", k, { a: 1 }, { ttl: 1000 }], ["get", k]),
  on("time to live by append", ["append", k, { a: "x" }, { ttl: 1000 }], ["get", k]),
  on("time to live below -3", ["put", k, { a: 1 }, { ttl: -4 }]),
  on(
    "read touches",
    ["put", k, { a: 1 }, { ttl: 1000 }],
    ["get", k, { readTouchTtlPercent: 50 }],
    ["get", k, { readTouchTtlPercent: -1 }],
  ),
  on("read touch above 100", ["put", k, { a: 1 }, { ttl: 1000 }], ["get", k, { readTouchTtlPercent: 101 }]),

  ...[
    ["true", 1],
    ["false", 2],
  ].flatMap(([name, n]) => [
    on(`get, filter ${name}`, ["put", k, { a: 1 }], ["get", k, { filter: is(n) }]),
    on(`select, filter ${name}`, ["put", k, { a: 1 }], ["select", k, ["a"], { filter: is(n) }]),
    on(`exists, filter ${name}`, ["put", k, { a: 1 }], ["exists", k, { filter: is(n) }]),
    on(`put, filter ${name}`, ["put", k, { a: 1 }], ["put", k, { b: 1 }, { filter: is(n) }], ["get", k]),
    on(
      `operate, filter ${name}`,
      ["put", k, { a: 1 }],
      [
        "operate",
        k,
        [
          ["add", "a", 1],
          ["read", "a"],
        ],
        { filter: is(n) },
      ],
      ["get", k],
    ),
    on(`increment, filter ${name}`, ["put", k, { a: 1 }], ["increment", k, { a: 1 }, { filter: is(n) }], ["get", k]),
    on(
      `append, filter ${name}`,
      ["put", k, { a: 1, s: "x" }],
      ["append", k, { s: "y" }, { filter: is(n) }],
      ["get", k],
    ),
    on(`remove, filter ${name}`, ["put", k, { a: 1 }], ["remove", k, { filter: is(n) }], ["exists", k]),
    on(`touch, filter ${name}`, ["put", k, { a: 1 }], ["touch", k, { filter: is(n) }], ["get", k]),
    on(
      `filter ${name} on an absent record`,
      ["get", k, { filter: is(n) }],
      ["put", k, { b: 1 }, { filter: is(n) }],
      ["remove", k, { filter: is(n) }],
    ),
  ]),
  on("a filter that is unknown", ["put", k, { b: 1 }], ["get", k, { filter: is(1) }]),
  on(
    "a filter that is no condition",
    ["put", k, { a: 1 }],
    ["get", k, { filter: ["and", ["int", 1], ["bool", true]] }],
  ),

  on(
    "a stored key is compared",
    ["put", k, { a: 1 }, { sendKey: true }],
    ["get", k, { sendKey: true }],
    ["put", k, { a: 2 }],
    ["get", k],
  ),
  on(
    "a stored key is there for expressions",
    ["put", k, { a: 1 }, { sendKey: true }],
    ["get", k, { filter: ["keyExists"] }],
  ),
  on("a key that is not stored", ["put", k, { a: 1 }], ["get", k, { filter: ["keyExists"] }]),
  on("durable delete", ["put", k, { a: 1 }], ["remove", k, { durableDelete: true }], ["exists", k]),
  ...["all", "master"].map((level) =>
    on(`commit level ${level}`, ["put", k, { a: 1 }, { commitLevel: level }], ["get", k]),
  ),
  ...["one", "all"].map((mode) => on(`read mode AP ${mode}`, ["put", k, { a: 1 }], ["get", k, { readModeAP: mode }])),
  ...["session", "linearize", "allowReplica", "allowUnavailable"].map((mode) =>
    on(`read mode SC ${mode}`, ["put", k, { a: 1 }], ["get", k, { readModeSC: mode }]),
  ),
  ...["master", "sequence", "any", "preferRack", "random"].map((replica) =>
    on(`replica ${replica}`, ["put", k, { a: 1 }, { replica }], ["get", k, { replica }]),
  ),
]
