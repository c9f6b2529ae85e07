// What the server at hand has, learnt from the server itself, so that cases can say what they need.

import { hasLoopback } from "./peers.mjs"

/** `{ build, edition, namespaces, nodes }`. */
export async function learn(client) {
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
  }
}

const NEEDS = {
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
