// What the server at hand has, learnt from the server itself, so that cases can say what they need.

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
    runtime: runtimeName(),
  }
}

const NEEDS = {
  "namespace bar": (facts) => facts.namespaces.includes("bar"),
  "several nodes": (facts) => facts.nodes > 1,
  "community edition": (facts) => /community/i.test(facts.edition),
}

/** The first need that the server does not meet, as a reason; undefined when all are met. */
export function lacking(needs, facts) {
  for (const need of needs) {
    const met = NEEDS[need]
    if (!met) throw new Error(`no such need: ${need}`)
    if (!met(facts)) return `the server has no ${need}`
  }
}

function runtimeName() {
  if (globalThis.Deno) return "deno"
  if (globalThis.Bun) return "bun"
  return "node"
}
