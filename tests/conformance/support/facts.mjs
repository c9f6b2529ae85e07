// What the server at hand has, learnt from the server itself, so that cases can say what they need.

import { hasLoopback } from "./peers.mjs"
import { evaluated } from "./probes.mjs"

const absent = ["test", "facts", "absent"]

/** Commands that a server which cannot do them answers with code 16, as the dev server does before it has learnt them. */
const FEATURES = {
  batches: async ({ client }) => codeOf((await client.batchRead([absent]))[0]),
  queries: ({ client }) => client.query("test", "facts").results(),
  functions: ({ client }) =>
    client.apply(absent, "facts_no_such_module", "f").catch((error) => {
      // A server with Lua says that there is no such module.
      throw /does not run UDFs/.test(error.message) ? Object.assign(error, { code: 16 }) : error
    }),
  operate: ({ api, client }) => client.operate(absent, [api.op.read("a")]),
  "operate on lists and maps": ({ api, client }) => client.operate(absent, [api.list.size("a")]),
  "ops in queries": ({ api, client }) => client.query("test", "facts").ops(api.op.read("a")).results(),
  indexes: ({ client }) => client.indexList("test"),
  modules: ({ client }) => client.udfList(),
  "a compiler of Lua": async ({ client }) => {
    await client.udfPut("facts.lua", "function broken(rec return 1")
    await client.udfRemove("facts.lua")
    throw Object.assign(new Error("it takes what is no Lua"), { code: 16 })
  },
  truncation: ({ client }) => client.truncate("test", "facts"),
  "background queries": ({ api, client }) => client.query("test", "facts_none").background([api.op.add("a", 1)]),
  "functions in the background": ({ client }) =>
    client.query("test", "facts_none").background({ module: "facts_none", fn: "f" }),
  aggregation: ({ client }) => {
    const source = "function f(stream) return stream end"
    // Servers that do not aggregate have a code of their own for each reason.
    return client
      .query("test", "facts_none")
      .aggregate({ module: "facts_none", fn: "f", source })
      .then(undefined, (error) => {
        throw Object.assign(error, { code: 16 })
      })
  },
  expressions: ({ api, client }) => client.find(absent, { filterExpression: api.exp.eq(api.exp.int.bin("a"), 1) }),
  "list operations": ({ api, client }) => client.operate(absent, [api.list.size("b")]),
  "map operations": ({ api, client }) => client.operate(absent, [api.map.size("b")]),
  "bit operations": ({ api, client }) => client.operate(absent, [api.bit.count("b", 0, 1)]),
  "HyperLogLog operations": ({ api, client }) => client.operate(absent, [api.hll.getCount("b")]),
}

/** Throws the error of a row, if it has one. */
function codeOf(row) {
  if (row.error) throw row.error
}

async function featuresOf(it) {
  const features = []
  for (const [name, attempt] of Object.entries(FEATURES)) {
    try {
      await attempt(it)
      features.push(name)
    } catch (error) {
      if (error.code !== 16) features.push(name)
    }
  }
  return features
}

/** `{ build, edition, namespaces, nodes, features }`. */
export async function learn(client, api) {
  const one = async (command) => {
    const answer = await client.infoRandomNode(command)
    return answer.response ?? String(answer)
  }
  return {
    build: await one("build"),
    edition: await one("edition"),
    namespaces: (await one("namespaces")).split(";"),
    nodes: client.nodeNames().length,
    otherLoopback: client.nodes().every(({ host }) => host === "127.0.0.1") && (await hasLoopback("127.0.0.2")),
    ipv6: await hasLoopback("::1"),
    runtime: runtimeName(),
    features: await featuresOf({ client, api }),
    evaluated: await evaluated(client, api),
  }
}

const NEEDS = {
  "all expressions": (facts) => facts.evaluated.has("all expressions"),
  "expressions on lists and maps": (facts) => facts.evaluated.has("expressions on lists and maps"),
  "expressions on bits": (facts) => facts.evaluated.has("expressions on bits"),
  "expressions on HyperLogLogs": (facts) => facts.evaluated.has("expressions on HyperLogLogs"),
  "expressions on paths": (facts) => facts.evaluated.has("expressions on paths"),
  "namespace bar": (facts) => facts.namespaces.includes("bar"),
  "several nodes": (facts) => facts.nodes > 1,
  "a server before 8.1.3": (facts) => /^([1-7]\.|8\.0\.|8\.1\.[0-2]\b)/.test(facts.build),
  "user agents": (facts) => /^(8\.[1-9]|9|\d\d)/.test(facts.build),
  "nodes on 127.0.0.1 beside a free 127.0.0.2": (facts) => facts.otherLoopback,
  "an IPv6 loopback": (facts) => facts.ipv6,
  "Community Edition": (facts) => /community/i.test(facts.edition),
  ...Object.fromEntries(Object.keys(FEATURES).map((name) => [name, (facts) => facts.features.includes(name)])),
}

/** The first need that the server does not meet, as a reason, or undefined when all are met. */
export function lacking(needs, facts) {
  for (const need of needs) {
    const met = NEEDS[need]
    if (!met) throw new Error(`no such need: ${need}`)
    if (!met(facts)) return `needs ${need}`
  }
}

function runtimeName() {
  if (globalThis.Deno) return "deno"
  if (globalThis.Bun) return "bun"
  return "node"
}
