// The cluster as the client shows it, info commands, and events.

export default {
  name: "cluster",
  cases: [
    {
      name: "a client that connected knows its nodes by name and address",
      async run(t) {
        t.assert.equal(t.client.isConnected(), true)
        const names = t.client.nodeNames()
        t.assert.ok(names.length >= 1)
        t.assert.equal(new Set(names).size, names.length)
        for (const name of names) t.assert.match(name, /^\S+$/)
        t.assert.equal(t.client.nodes().length, names.length)
        await t.client.ping()
      },
    },
    {
      name: "infoAll asks every node",
      async run(t) {
        const answers = await t.client.infoAll("node")
        t.assert.deepEqual(answers.map(({ nodeName }) => nodeName).sort(), t.client.nodeNames().slice().sort())
        for (const { nodeName, response, error } of answers) {
          t.assert.equal(error ?? null, null)
          t.assert.equal(response, nodeName)
        }
      },
    },
    {
      name: "infoNode asks the node that is named",
      async run(t) {
        for (const name of t.client.nodeNames()) {
          t.assert.equal((await t.client.infoNode(name, "node")).response, name)
        }
      },
    },
    {
      name: "infoNode of a node that is not there names it in its error",
      async run(t) {
        await t.fails(() => t.client.infoNode("NO-SUCH-NODE", "build"), { says: "NO-SUCH-NODE" })
      },
    },
    {
      name: "infoRandomNode asks one node",
      async run(t) {
        const { nodeName, response } = await t.client.infoRandomNode("build")
        t.assert.ok(t.client.nodeNames().includes(nodeName))
        t.assert.match(response, /^\d+\.\d+/)
      },
    },
    {
      name: "the server's refusal of an info command is in the answer, not thrown",
      async run(t) {
        const answer = await t.client.infoRandomNode("no-such-command")
        t.assert.match(`${answer.response} ${answer.error ?? ""}`, /ERROR|unrecognized/i)
      },
    },
    {
      name: "records are spread over all nodes and all of them are found",
      needs: ["several nodes"],
      async run(t) {
        const keys = t.keys(300)
        await Promise.all(keys.map((key, i) => t.client.put(key, { i })))
        const records = await Promise.all(keys.map((key) => t.client.get(key)))
        for (const [i, { bins }] of records.entries()) t.same(bins, { i })
      },
    },
    {
      name: "on() calls back for each node that is found",
      async run(t) {
        const client = await t.connect({ failIfNotConnected: false })
        const seen = []
        const listener = (event) => seen.push(event)
        client.on("nodeAdded", listener)
        await t.until(() => client.nodeNames().length === t.facts.nodes, { what: "the discovery" })
        await t.turns()
        t.assert.deepEqual(seen.map(({ node }) => node.name).sort(), client.nodeNames().slice().sort())
        for (const { type } of seen) t.assert.equal(type, "nodeAdded")
      },
    },
    {
      name: "off() ends what on() began",
      async run(t) {
        const client = await t.connect({ failIfNotConnected: false })
        let seen = 0
        const listener = () => seen++
        client.on("nodeAdded", listener).off("nodeAdded", listener)
        await t.until(() => client.nodeNames().length === t.facts.nodes, { what: "the discovery" })
        await t.turns()
        t.assert.equal(seen, 0)
      },
    },
    {
      name: "an event that does not exist is refused by name",
      async run(t) {
        await t.fails(() => t.client.on("nodeAded", () => {}), { is: "InvalidArgumentError", says: "nodeAded" })
      },
    },
    {
      name: "stats() counts what was asked",
      async run(t) {
        const stats = t.client.stats()
        t.assert.equal(typeof stats, "object")
        t.assert.doesNotThrow(() => JSON.stringify(stats))
      },
    },
  ],
}
