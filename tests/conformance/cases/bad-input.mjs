// Arguments that cannot be used: each is refused with InvalidArgumentError that names the field, the value and what is
// allowed, before anything is sent, and the client goes on as if nothing had been asked.

import { wireTap } from "../support/peers.mjs"

/** `[config that is wrong, texts that the message must hold]`; `hosts` is added where it is not the matter. */
const badConfigs = [
  [{ hosts: undefined }, ["hosts", "missing"]],
  [{ hosts: "" }, ["hosts"]],
  [{ hosts: [] }, ["hosts", "seed"]],
  [{ hosts: 3000 }, ["hosts", "3000"]],
  [{ hosts: "127.0.0.1:99999" }, ["hosts", "port", "99999", "65535"]],
  [{ hosts: "127.0.0.1:http" }, ["hosts", "127.0.0.1:http"]],
  [{ hosts: [["127.0.0.1", "3000"]] }, ["hosts[0]", "port", '"3000"']],
  [{ hosts: [{ host: "127.0.0.1", prot: 3000 }] }, ["hosts[0]", "prot", "port"]],
  [{ hosts: [{ port: 3000 }] }, ["hosts[0]", "host"]],
  [{ clusterName: 7 }, ["clusterName", "7", "text"]],
  [{ authMode: "ldap" }, ["authMode", '"ldap"', '"internal"']],
  [{ timeout: 0 }, ["timeout", "0", "milliseconds"]],
  [{ timeout: "1s" }, ["timeout", '"1s"', "milliseconds"]],
  [{ timeout: Number.NaN }, ["timeout", "NaN"]],
  [{ timeout: 1.5 }, ["timeout", "1.5"]],
  [{ idleTimeout: -1 }, ["idleTimeout", "-1", "seconds"]],
  [{ maxConnsPerNode: 0 }, ["maxConnsPerNode", "0"]],
  [{ maxConnsPerNode: "many" }, ["maxConnsPerNode", '"many"']],
  [{ minConnsPerNode: 9, maxConnsPerNode: 3 }, ["minConnsPerNode", "9", "3"]],
  [{ connPoolsPerNode: 0 }, ["connPoolsPerNode", "0"]],
  [{ pipelineDepth: 0 }, ["pipelineDepth", "0"]],
  [{ pipelining: "auto" }, ["pipelining", '"auto"', '"adaptive"']],
  [{ tendInterval: 1 }, ["tendInterval", "1"]],
  [{ useServicesAlternate: "yes" }, ["useServicesAlternate", '"yes"', "true or false"]],
  [{ ipMap: { "10.0.0.1": 7 } }, ["ipMap"]],
  [{ singleNode: 1 }, ["singleNode", "1", "true or false"]],
  [{ failIfNotConnected: "false" }, ["failIfNotConnected", '"false"', "true or false"]],
  [{ appId: 5 }, ["appId", "5"]],
  [{ rackIds: [] }, ["rackIds"]],
  [{ rackIds: [-1] }, ["rackIds"]],
  [{ maxConcurrentOperations: -1 }, ["maxConcurrentOperations", "-1"]],
  [{ operationQueueTimeoutMs: -1 }, ["operationQueueTimeoutMs", "-1"]],
  [{ maxQueuedOperations: 1.5 }, ["maxQueuedOperations", "1.5"]],
  [{ maxErrorRate: -1 }, ["maxErrorRate", "-1"]],
  [{ errorRateWindow: 0 }, ["errorRateWindow", "0"]],
  [{ int64: "string" }, ["int64", '"string"', '"bigint"']],
  [{ doubles: "float" }, ["doubles", '"float"', '"wrapped"']],
  [{ blobs: "pooled" }, ["blobs", '"pooled"', '"shared"']],
  [{ maps: "array" }, ["maps", '"array"', '"object"']],
  [{ logger: "console" }, ["logger", '"console"', "function"]],
  [{ policies: [] }, ["policies"]],
  [{ policies: { reed: {} } }, ["policies", "reed", "read"]],
  [{ policies: { read: { totalTimeout: "1s" } } }, ["policies.read", "totalTimeout", '"1s"']],
  [{ policies: { write: { exists: "maybe" } } }, ["policies.write", "exists", '"maybe"', '"createOnly"']],
  [{ max_conns_per_node: 10 }, ["max_conns_per_node", "maxConnsPerNode"]],
  [{ maxConPerNode: 10 }, ["maxConPerNode", "maxConnsPerNode"]],
  [{ constructor: 1 }, ["constructor"]],
]

/** `[policy that is wrong for a write, texts that the message must hold]`. */
const badPolicies = [
  [{ totalTimeout: -1 }, ["totalTimeout", "-1"]],
  [{ totalTimeout: "1000" }, ["totalTimeout", '"1000"']],
  [{ totalTimeout: Number.POSITIVE_INFINITY }, ["totalTimeout", "Infinity"]],
  [{ socketTimeout: 1.5 }, ["socketTimeout", "1.5"]],
  [{ maxRetries: -1 }, ["maxRetries", "-1"]],
  [{ sleepBetweenRetries: -1 }, ["sleepBetweenRetries", "-1"]],
  [{ sleepMultiplier: 0 }, ["sleepMultiplier", "0"]],
  [{ timeoutDelay: null }, ["timeoutDelay", "null"]],
  [{ exists: "create" }, ["exists", '"create"', '"createOnly"']],
  [{ gen: 3 }, ["gen", "3", "{ eq: n }"]],
  [{ gen: { eq: -1 } }, ["gen", "65535"]],
  [{ gen: { eq: 1, gt: 1 } }, ["gen", "{ eq: n }"]],
  [{ gen: { lt: 1 } }, ["gen", "{ eq: n }"]],
  [{ ttl: -3 }, ["ttl", "-3"]],
  [{ ttl: 315_360_001 }, ["ttl", "315360001"]],
  [{ ttl: "1h" }, ["ttl", '"1h"']],
  [{ sendKey: "yes" }, ["sendKey", '"yes"', "true or false"]],
  [{ replica: "slave" }, ["replica", '"slave"', '"master"']],
  [{ commitLevel: "one" }, ["commitLevel", '"one"', '"master"']],
  [{ durableDelete: 1 }, ["durableDelete", "1"]],
  [{ signal: {} }, ["signal", "AbortSignal"]],
  [{ timeToLive: 5 }, ["timeToLive"]],
  [{ total_timeout: 5 }, ["total_timeout", "totalTimeout"]],
  [7, ["policy", "7"]],
]

/** `[value that cannot be written, texts that the message must hold]`. */
function badValues() {
  const cyclicObject = { a: {} }
  cyclicObject.a.b = cyclicObject
  const cyclicList = [1]
  cyclicList.push(cyclicList)
  const deep = () => {
    let value = []
    for (let depth = 0; depth < 100_000; depth++) value = [value]
    return value
  }
  return [
    [undefined, ["undefined"]],
    [() => 1, ["function"]],
    [Symbol("s"), ["symbol"]],
    [new Date(0), ["Date"]],
    [/x/, ["RegExp"]],
    [new Set([1]), ["Set"]],
    [new (class Point {})(), ["Point"]],
    [Promise.resolve(1), ["Promise"]],
    [2n ** 63n, ["9223372036854775808"]],
    [-(2n ** 63n) - 1n, ["-9223372036854775809"]],
    [2 ** 53, ["9007199254740992", "bigint"]],
    [1e300, ["1e+300"]],
    [cyclicObject, ["cycl"]],
    [cyclicList, ["cycl"]],
    [deep(), ["deep"]],
    [{ a: { b: [1, () => 2] } }, ["function", "a.b[1]"]],
    [
      [1, undefined],
      ["undefined", "[1]"],
    ],
    [{ a: undefined }, ["undefined", "a"]],
    [new Map([[1.5, "x"]]), ["1.5", "key"]],
    [new Map([[true, "x"]]), ["true", "key"]],
    [new Map([[null, "x"]]), ["null", "key"]],
    [new Map([[{}, "x"]]), ["key"]],
  ]
}

const badKeys = (set) => [
  [undefined, ["key"]],
  ["alice", ["key", '"alice"', "namespace"]],
  [["test", set], ["key"]],
  [["test", set, "k", "more"], ["key"]],
  [["", set, "k"], ["namespace"]],
  [
    [7, set, "k"],
    ["namespace", "7"],
  ],
  [
    ["n".repeat(32), set, "k"],
    ["namespace", "31"],
  ],
  [
    ["test", 7, "k"],
    ["set", "7"],
  ],
  [
    ["test", "s".repeat(64), "k"],
    ["set", "63", "s".repeat(20)],
  ],
  [
    ["test", "ш".repeat(32), "k"],
    ["set", "63"],
  ],
  [
    ["test", set, undefined],
    ["key", "undefined"],
  ],
  [
    ["test", set, null],
    ["key", "null"],
  ],
  [
    ["test", set, true],
    ["key", "true"],
  ],
  [
    ["test", set, 1.5],
    ["key", "1.5"],
  ],
  [
    ["test", set, Number.NaN],
    ["key", "NaN"],
  ],
  [
    ["test", set, 2 ** 53],
    ["key", "9007199254740992"],
  ],
  [
    ["test", set, 2n ** 63n],
    ["key", "9223372036854775808"],
  ],
  [["test", set, {}], ["key"]],
  [{ ns: "test", set, digest: new Uint8Array(19) }, ["digest", "20"]],
]

/** Runs `refuse` for each row and gathers what went wrong. */
async function eachRow(t, rows, refuse) {
  const wrong = []
  for (const [value, says] of rows) {
    try {
      await t.fails(() => refuse(value), { is: "InvalidArgumentError", says })
    } catch (error) {
      wrong.push(`${describe(value)}: ${error.message}`)
    }
  }
  t.assert.ok(wrong.length === 0, `\n${wrong.join("\n")}`)
}

function describe(value) {
  if (typeof value !== "object" || value === null) return String(value)
  try {
    return JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}n` : v))?.slice(0, 80)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

/** A client through a tap, to see that nothing is sent; afterwards it must still work. */
async function nothingSent(t, act) {
  const tap = await wireTap(t)
  const client = await t.connect({ hosts: tap.hosts, singleNode: true })
  await act(client)
  t.assert.equal(tap.requests, 0, "something was sent")
  const key = t.key()
  await client.put(key, { v: 1 })
  t.same((await client.get(key)).bins, { v: 1 })
}

export default {
  name: "bad input",
  cases: [
    {
      name: "connect refuses each wrong field with its name, the value and what is allowed",
      async run(t) {
        await eachRow(t, badConfigs, (config) => t.connect(config))
        await eachRow(
          t,
          [
            [null, ["config"]],
            ["127.0.0.1:3000", ["config"]],
          ],
          (config) => t.api.connect(config),
        )
      },
    },
    {
      name: "a policy refuses each wrong field with its name, the value and what is allowed",
      async run(t) {
        const key = t.key()
        await nothingSent(t, (client) => eachRow(t, badPolicies, (policy) => client.put(key, { v: 1 }, policy)))
      },
    },
    {
      name: "a policy field of another operation is refused by name",
      async run(t) {
        const key = t.key()
        await nothingSent(t, async (client) => {
          const is = "InvalidArgumentError"
          await t.fails(() => client.get(key, { exists: "replace" }), { is, says: "exists" })
          await t.fails(() => client.get(key, { ttl: 5 }), { is, says: "ttl" })
          await t.fails(() => client.remove(key, { exists: "replace" }), { is, says: "exists" })
          await t.fails(() => client.put(key, { v: 1 }, { readModeAP: "all" }), { is, says: "readModeAP" })
        })
      },
    },
    {
      name: "a value that cannot be stored is refused with its bin and its place",
      async run(t) {
        const key = t.key()
        await nothingSent(t, async (client) => {
          const rows = badValues().map(([value, says]) => [value, [...says, "myBin"]])
          await eachRow(t, rows, (value) => client.put(key, { good: 1, myBin: value }))
        })
        t.assert.equal(await t.client.exists(key), undefined)
      },
    },
    {
      name: "a key that cannot be is refused with the part that is wrong",
      async run(t) {
        await nothingSent(t, async (client) => {
          await eachRow(t, badKeys(t.set), (key) => client.get(key))
          await eachRow(t, badKeys(t.set), (key) => client.put(key, { v: 1 }))
        })
      },
    },
    {
      name: "a bin name of 16 bytes, or of none, is refused by name",
      async run(t) {
        const key = t.key()
        const long = "abcdefghijklmnop"
        await nothingSent(t, async (client) => {
          const is = "InvalidArgumentError"
          await t.fails(() => client.put(key, { ok: 1, [long]: 1 }), { is, says: [long, "15"] })
          await t.fails(() => client.put(key, { имябинавутф: 1 }), { is, says: ["имябинавутф", "15"] })
          await t.fails(() => client.select(key, [long]), { is, says: [long, "15"] })
          await t.fails(() => client.increment(key, long, 1), { is, says: [long, "15"] })
          await t.fails(() => client.removeBin(key, long), { is, says: [long, "15"] })
          await t.fails(() => client.put(key, { "": 1 }), { is, says: "bin" })
        })
      },
    },
    {
      name: "bins that are none at all are refused",
      async run(t) {
        const key = t.key()
        await nothingSent(t, (client) =>
          eachRow(
            t,
            [
              [{}, ["bin"]],
              [null, ["bin", "null"]],
              [undefined, ["bin"]],
              ["v", ["bin"]],
              [[1], ["bin"]],
            ],
            (bins) => client.put(key, bins),
          ),
        )
      },
    },
    {
      name: "what cannot be added or appended is refused with its bin",
      async run(t) {
        const key = t.key()
        await nothingSent(t, async (client) => {
          const is = "InvalidArgumentError"
          for (const value of ["1", true, null, [1], undefined])
            await t.fails(() => client.increment(key, "n", value), { is, says: "n" })
          for (const value of [1, true, null, ["x"], undefined])
            await t.fails(() => client.append(key, "s", value), { is, says: "s" })
          await t.fails(() => client.select(key, "a"), { is, says: "bin" })
          await t.fails(() => client.select(key, []), { is, says: "bin" })
        })
      },
    },
    {
      name: "a refused operation harms none of those called with it",
      async run(t) {
        const keys = t.keys(40)
        const outcomes = await Promise.allSettled(
          keys.map((key, i) => t.promise(() => t.client.put(key, { v: i % 4 ? i : () => 1 }))),
        )
        for (const [i, { status }] of outcomes.entries()) t.assert.equal(status, i % 4 ? "fulfilled" : "rejected")
        for (const [i, key] of keys.entries()) t.assert.equal((await t.client.find(key))?.bins.v, i % 4 ? i : undefined)
      },
    },
    {
      name: "a bound set refuses what a key refuses",
      async run(t) {
        const is = "InvalidArgumentError"
        await t.fails(() => t.client.set("test", "s".repeat(64)).get("k"), { is, says: ["set", "63"] })
        await t.fails(() => t.client.set("test", t.set).get(1.5), { is, says: ["key", "1.5"] })
      },
    },
  ],
}
