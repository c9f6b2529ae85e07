// The cluster as the client shows it, info commands, and events.

import { closedPort } from "../support/peers.mjs"

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
      name: "answers to info commands can be had as values",
      async run(t) {
        const { parseInfo } = t.api
        const ask = async (command) => parseInfo(command, (await t.client.infoRandomNode(command)).response)
        await t.client.put(t.key(), { a: 1 })
        t.assert.ok((await ask("namespaces")).includes("test"))
        t.assert.ok((await ask("features")).includes("peers"))
        t.assert.match(await ask("build"), /^\d+\.\d+/)
        t.assert.equal(typeof (await ask("namespace/test")).objects, "number")
        t.assert.equal((await ask("statistics")).cluster_size, t.facts.nodes)
        const sets = await ask("sets/test")
        t.assert.ok(sets.every(({ ns, objects }) => ns === "test" && typeof objects === "number"))
        t.assert.ok(Array.isArray(await ask("sindex-list:")))
        await t.fails(() => ask("sindex-stat:namespace=test;indexname=none"), { is: "IndexNotFoundError" })
      },
    },
    {
      name: "a filter of what is shipped elsewhere is refused by the Community Edition",
      needs: ["Community Edition"],
      async run(t) {
        const { exp } = t.api
        for (const filter of [null, exp.eq(exp.int.bin("a"), 1)])
          await t.fails(t.client.setXdrFilter({ dc: "west", ns: "test", filter }), {
            code: 25,
            says: "enterprise only",
          })
        const bad = (given, says) => t.fails(t.client.setXdrFilter(given), { is: "InvalidArgumentError", says })
        await bad({ dc: "", ns: "test", filter: null }, "filter.dc")
        await bad({ dc: "a;b", ns: "test", filter: null }, "filter.dc")
        await bad({ dc: "west", ns: "test" }, "filter.filter")
        await bad({ dc: "west", ns: "test", filter: null, exp: 1 }, "exp")
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
        const client = await t.connect()
        const [key, other] = t.keys(2)
        await client.put(key, { s: "x" })
        await client.get(key)
        await t.fails(client.get(other))
        const stats = client.stats()
        t.assert.equal(stats.operations, 3)
        t.assert.equal(stats.succeeded + stats.failed, 3)
        t.assert.equal(stats.inFlight, 0)
        t.assert.equal(stats.nodes, t.facts.nodes)
        t.assert.ok(stats.connectionsOpen >= 1 && stats.connectionsOpened >= stats.connectionsOpen)
        t.assert.ok(stats.bytesSent > 0 && stats.bytesReceived > 0)
        for (const [name, value] of Object.entries(stats)) t.assert.ok(value >= 0, `${name} ${value}`)
      },
    },
    {
      name: "log lines go to the client's own logger, and one that throws harms nothing",
      async run(t) {
        const { LogLevel, setLogLevel } = t.api
        const lines = []
        const logger = (level, message, fields) => {
          lines.push([level, message, fields])
          throw new Error("a bad logger")
        }
        setLogLevel(LogLevel.DEBUG)
        try {
          const client = await t.connect({ logger, hosts: `127.0.0.1:${await closedPort()},${t.hosts}` })
          await t.client.ping()
          t.assert.ok(client.isConnected())
        } finally {
          setLogLevel(LogLevel.OFF)
        }
        for (const [level, message, fields] of lines) {
          t.assert.ok(Object.values(LogLevel).includes(level))
          t.assert.equal(typeof message, "string")
          t.assert.equal(typeof fields, "object")
        }
        t.assert.ok(lines.length > 0, "nothing was logged")
      },
    },
  ],
}
