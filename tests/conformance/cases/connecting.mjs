// Seeds: good, dead, several, and servers that speak something else.

import { startDevServer } from "aerospike-wasm/devserver"
import { later } from "../support/context.mjs"
import { closedPort, hangUpServer, noisyServer, tlsServer, webServer, wireTap } from "../support/peers.mjs"

/** What `connect` says of a seed it cannot use must name it, and come well before a person loses patience. */
async function refuses(t, port, expected = {}) {
  const hosts = `127.0.0.1:${port}`
  const start = performance.now()
  const error = await t.fails(t.connect({ hosts, timeout: 1000 }), { is: "ClusterError", says: hosts, ...expected })
  t.assert.ok(performance.now() - start < 5000, "it took too long")
  return error
}

export default {
  name: "connecting",
  cases: [
    {
      name: "a host that refuses is a ClusterError that names it, at once",
      async run(t) {
        const start = performance.now()
        await refuses(t, await closedPort(), { says: "refused" })
        t.assert.ok(performance.now() - start < 1000)
      },
    },
    {
      name: "a web server is not taken for a cluster",
      async run(t) {
        await refuses(t, await webServer(t))
      },
    },
    {
      name: "a TLS server spoken to in plain is not taken for a cluster",
      async run(t) {
        await refuses(t, await tlsServer(t))
      },
    },
    {
      name: "a server that answers noise is not taken for a cluster",
      async run(t) {
        await refuses(t, await noisyServer(t))
      },
    },
    {
      name: "a server that hangs up is not taken for a cluster",
      async run(t) {
        await refuses(t, await hangUpServer(t))
      },
    },
    {
      name: "a name that does not resolve is a ClusterError that names it",
      async run(t) {
        await t.fails(t.connect({ hosts: "no-such-host.invalid:3000", timeout: 3000 }), {
          is: "ClusterError",
          says: "no-such-host.invalid",
        })
      },
    },
    {
      name: "one reachable seed among dead ones is enough",
      async run(t) {
        const [one, two] = [await closedPort(), await webServer(t)]
        const client = await t.connect({ hosts: `127.0.0.1:${one},127.0.0.1:${two},${t.hosts}` })
        t.assert.ok(client.isConnected())
        const key = t.key()
        await client.put(key, { v: 1 })
        t.same((await client.get(key)).bins, { v: 1 })
      },
    },
    {
      name: "several dead seeds are all named",
      async run(t) {
        const ports = [await closedPort(), await closedPort()]
        await t.fails(t.connect({ hosts: ports.map((port) => `127.0.0.1:${port}`).join(",") }), {
          is: "ClusterError",
          says: ports,
        })
      },
    },
    {
      name: "hosts may be text, pairs or objects",
      async run(t) {
        const pairs = t.hosts.split(",").map((one) => {
          const at = one.lastIndexOf(":")
          return at < 0 ? [one, 3000] : [one.slice(0, at), Number(one.slice(at + 1))]
        })
        const objects = pairs.map(([host, port]) => ({ host, port }))
        for (const hosts of [pairs, objects]) {
          const client = await t.connect({ hosts })
          t.assert.equal(client.nodeNames().length, t.facts.nodes)
        }
      },
    },
    {
      name: "any one seed finds every node",
      async run(t) {
        for (const hosts of t.hosts.split(",")) {
          const client = await t.connect({ hosts })
          await t.until(() => client.nodeNames().length === t.facts.nodes, { what: "the discovery" })
        }
      },
    },
    {
      name: "a cluster on IPv6 addresses is found from one of them, in any spelling",
      needs: ["an IPv6 loopback"],
      async run(t) {
        const server = await startDevServer({ nodes: 2, host: "::1" })
        t.closing(() => server.close())
        const [{ port }] = server.nodes
        const spellings = [`[::1]:${port}`, [["::1", port]], [{ host: "::1", port }], `[0:0:0:0:0:0:0:1]:${port}`]
        for (const hosts of spellings) {
          const client = await t.connect({ hosts })
          await t.until(() => client.nodes().length === 2, { what: "the discovery" })
          const keys = t.keys(20)
          await Promise.all(keys.map((key, i) => client.put(key, { i })))
          for (const [i, key] of keys.entries()) t.same((await client.get(key)).bins, { i })
        }
        const nobody = await closedPort()
        await t.fails(t.connect({ hosts: `[::1]:${nobody}` }), { is: "ClusterError", says: `[::1]:${nobody}: ` })
      },
    },
    {
      name: "singleNode talks to the seed alone",
      async run(t) {
        const client = await t.connect({ hosts: t.hosts.split(",")[0], singleNode: true })
        t.assert.equal(client.nodeNames().length, 1)
        const keys = t.keys(30)
        await Promise.all(keys.map((key, i) => client.put(key, { i })))
        for (const [i, key] of keys.entries()) t.same((await client.get(key)).bins, { i })
      },
    },
    {
      name: "a cluster of another name is ClusterNameMismatchError",
      async run(t) {
        await t.fails(t.connect({ clusterName: "not-this-cluster" }), {
          is: "ClusterNameMismatchError",
          says: "not-this-cluster",
        })
      },
    },
    {
      name: "a cluster of the expected name is accepted",
      async run(t) {
        const clusterName = (await t.client.infoRandomNode("cluster-name")).response
        t.assert.ok(clusterName)
        const client = await t.connect({ clusterName })
        t.assert.ok(client.isConnected())
      },
    },
    {
      name: "failIfNotConnected false gives a client whose operations fail by their deadline",
      async run(t) {
        const port = await closedPort()
        const client = await t.connect({ hosts: `127.0.0.1:${port}`, failIfNotConnected: false, tendInterval: 250 })
        t.assert.equal(client.isConnected(), false)
        const start = performance.now()
        await t.fails(client.get(t.key(), { totalTimeout: 300 }))
        t.assert.ok(performance.now() - start < 5000)
      },
    },
    {
      name: "failIfNotConnected false connects in the background",
      async run(t) {
        const client = await t.connect({ failIfNotConnected: false })
        const key = t.key()
        await client.put(key, { v: 1 }, { totalTimeout: 10_000 })
        t.same((await client.get(key)).bins, { v: 1 })
        t.assert.equal(client.isConnected(), true)
      },
    },
    {
      name: "a signal gives connecting up at once, with its reason, and every socket is closed",
      async run(t) {
        const tap = await wireTap(t)
        tap.hold()
        const given = new AbortController()
        const start = performance.now()
        const connecting = later(t.connect({ hosts: tap.hosts, timeout: 20_000 }, { signal: given.signal }))
        await t.until(() => tap.open > 0, { what: "the connection" })
        given.abort(new Error("changed my mind"))
        const error = await t.fails(connecting, { is: "ClientError", code: -5, says: "connect" })
        t.assert.equal(error.cause?.message, "changed my mind")
        t.assert.ok(performance.now() - start < 5000, "it took too long")
        await t.until(() => tap.open === 0, { what: "the end of the connection" })
      },
    },
    {
      name: "a signal that was given before opens nothing, and one that comes later leaves the client alone",
      async run(t) {
        const tap = await wireTap(t)
        const before = { signal: AbortSignal.abort("before") }
        for (const failIfNotConnected of [true, false]) {
          const error = await t.fails(t.connect({ hosts: tap.hosts, failIfNotConnected }, before), { code: -5 })
          t.assert.equal(error.cause, "before")
        }
        t.assert.equal(tap.connections, 0)
        const given = new AbortController()
        const client = await t.connect({}, { signal: given.signal })
        given.abort()
        const key = t.key()
        await client.put(key, { v: 1 })
        t.same((await client.get(key)).bins, { v: 1 })
      },
    },
    {
      name: "options of connect that are wrong are refused by name",
      async run(t) {
        for (const [options, says] of [
          [{ signal: 5 }, ["options.signal is 5", "AbortSignal"]],
          [{ timeout: 5 }, ["options.timeout is not known", "signal"]],
          ["no", ["options is", "signal"]],
        ]) {
          await t.fails(t.connect({}, options), { is: "InvalidArgumentError", says })
        }
      },
    },
    {
      name: "several clients of one process do not disturb each other",
      async run(t) {
        const clients = await Promise.all([t.connect(), t.connect(), t.connect()])
        const keys = t.keys(60)
        await Promise.all(keys.map((key, i) => clients[i % 3].put(key, { i })))
        await clients[1].close()
        for (const [i, key] of keys.entries()) t.same((await clients[i % 2 ? 0 : 2].get(key)).bins, { i })
      },
    },
  ],
}
