// What the server at hand has, learnt from the server itself, so that cases can say what they need.

import { hasLoopback } from "./peers.mjs"

/** `{ build, edition, namespaces, nodes }`. */
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
    runtime: runtimeName(),
    ops: await knownOps(client, api),
  }
}

/** The families of ops that the server does not answer with 16, "not supported". The record it asks for does not exist. */
async function knownOps(client, { bit, hll, list, map }) {
  const first = { list: list.size("b"), map: map.size("b"), bit: bit.count("b", 0, 1), hll: hll.getCount("b") }
  const known = new Set()
  for (const [family, op] of Object.entries(first)) {
    const error = await client.operate(["test", null, "no such record"], [op]).catch((thrown) => thrown)
    if (error.code === 2) known.add(family)
  }
  return known
}

const NEEDS = {
  "list operations": (facts) => facts.ops.has("list"),
  "map operations": (facts) => facts.ops.has("map"),
  "bit operations": (facts) => facts.ops.has("bit"),
  "HyperLogLog operations": (facts) => facts.ops.has("hll"),
  "namespace bar": (facts) => facts.namespaces.includes("bar"),
  "several nodes": (facts) => facts.nodes > 1,
  "user agents": (facts) => /^(8\.[1-9]|9|\d\d)/.test(facts.build),
  "nodes on 127.0.0.1 beside a free 127.0.0.2": (facts) => facts.otherLoopback,
  "Community Edition": (facts) => /community/i.test(facts.edition),
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
