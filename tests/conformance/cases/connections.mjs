// Connections: how many, how long, what they carry at once, and what happens when the other side goes away.

import { startDevServer } from "aerospike-wasm/devserver"
import { later } from "../support/context.mjs"
import { tapped, wireTap } from "../support/peers.mjs"

const patient = { totalTimeout: 20_000, socketTimeout: 20_000 }

/** For cases that count each connection: worker threads would have theirs. */
const alone = { workers: 0 }

export default {
  name: "connections",
  cases: [
    {
      name: "requests are pipelined on one connection, and answered to their callers",
      async run(t) {
        const { tap, client } = await tapped(t, { maxConnsPerNode: 1, pipelineDepth: 16, coalesce: "off" })
        const keys = t.keys(16)
        for (const [i, key] of keys.entries()) await t.client.put(key, { i })
        const before = tap.requests
        tap.hold()
        const reads = keys.map((key) => later(client.get(key, patient)))
        await t.until(() => tap.requests === before + 16, { what: "all requests on the wire" })
        tap.release()
        for (const [i, read] of reads.entries()) t.same((await read).bins, { i })
      },
    },
    {
      name: "pipelineDepth 1 sends a request only when the one before is answered",
      async run(t) {
        const { tap, client, key } = await tapped(t, { maxConnsPerNode: 1, pipelineDepth: 1, coalesce: "off" })
        await client.get(key)
        const before = tap.requests
        tap.hold()
        const reads = [1, 2, 3].map(() => later(client.get(key, patient)))
        await t.until(() => tap.requests > before, { what: "the first request" })
        await t.turns()
        t.assert.equal(tap.requests, before + 1)
        tap.release()
        for (const read of reads) t.same((await read).bins, { v: 1 })
        t.assert.equal(tap.requests, before + 3)
      },
    },
    {
      name: "maxConnsPerNode is never exceeded, whatever the load",
      async run(t) {
        const { tap, client, key } = await tapped(t, { maxConnsPerNode: 3, pipelineDepth: 1 })
        let most = 0
        const look = () => {
          most = Math.max(most, tap.open)
        }
        await Promise.all(Array.from({ length: 300 }, () => client.get(key, patient).then(look)))
        // One more for the looks at the cluster.
        t.assert.ok(most > 1 && most <= 3 + 1, `${most} connections`)
      },
    },
    {
      name: "minConnsPerNode are opened before they are needed",
      async run(t) {
        const { tap } = await tapped(t, { minConnsPerNode: 4 })
        await t.until(() => tap.open >= 4, { what: "their opening" })
      },
    },
    {
      name: "minConnsPerNode are opened again with the next tend when they were closed",
      async run(t) {
        const { tap, client, key } = await tapped(t, { minConnsPerNode: 4, tendInterval: 100, ...alone })
        await t.until(() => tap.open === 5, { what: "their opening" })
        const before = tap.connections
        tap.cut()
        // Nobody asks for anything: the tend alone brings them back, its own connection among them.
        await t.until(() => tap.connections === before + 5 && tap.open === 5, { what: "their return" })
        t.same((await client.get(key)).bins, { v: 1 })
        t.assert.equal(tap.connections, before + 5)
      },
    },
    {
      name: "an idle connection is closed before the server closes it, as the server says",
      async run(t) {
        const server = await startDevServer({ protoFdIdleMs: 2000 })
        t.closing(() => server.close())
        const own = { tendInterval: 50, pipelineDepth: 1, coalesce: "off", ...alone }
        const client = await t.connect({ hosts: server.hosts, ...own })
        const key = t.key()
        await client.put(key, { v: 1 })
        await Promise.all(Array.from({ length: 8 }, () => client.get(key, patient)))
        const open = client.stats().connectionsOpen - 1
        t.assert.ok(open > 1, `${open} connections`)
        await t.until(() => client.stats().connectionsOpen === 1, { what: "their closing" })
        const { closedIdle, closedRemote, closedFailed } = client.stats()
        t.same({ closedIdle, closedRemote, closedFailed }, { closedIdle: open, closedRemote: 0, closedFailed: 0 })
        t.same((await client.get(key)).bins, { v: 1 })
      },
    },
    {
      name: "a connection that was idle for idleTimeout is closed",
      async run(t) {
        const { tap, client, key } = await tapped(t, {
          idleTimeout: 1,
          tendInterval: 100,
          pipelineDepth: 1,
          coalesce: "off",
          ...alone,
        })
        await Promise.all(Array.from({ length: 8 }, () => client.get(key, patient)))
        t.assert.ok(tap.open > 2, `${tap.open} connections`)
        await t.until(() => tap.open <= 1, { what: "their closing" })
        t.same((await client.get(key)).bins, { v: 1 })
      },
    },
    {
      name: "close leaves no connection behind",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        await Promise.all(Array.from({ length: 8 }, () => client.get(key, patient)))
        t.assert.ok(tap.open > 0)
        await client.close()
        await t.until(() => tap.open === 0, { what: "their closing" })
      },
    },
    {
      name: "connect that fails leaves no connection behind",
      async run(t) {
        const tap = await wireTap(t)
        await t.fails(t.connect({ hosts: tap.hosts, clusterName: "another", singleNode: true }), {
          is: "ClusterNameMismatchError",
        })
        t.assert.ok(tap.connections > 0)
        await t.until(() => tap.open === 0, { what: "their closing" })
      },
    },
    {
      name: "a server that goes away and comes back is found again",
      async run(t) {
        const { tap, client, key } = await tapped(t, { tendInterval: 100, timeout: 500 })
        const seen = []
        for (const type of ["nodeRemoved", "disconnected", "nodeAdded"]) {
          client.on(type, (event) => seen.push(`${event.type} ${event.node?.name}`))
        }
        const [name] = client.nodeNames()
        t.same((await client.get(key)).bins, { v: 1 })
        await tap.stop()
        await t.until(() => !client.isConnected(), { what: "its loss" })
        await t.until(() => seen.length >= 2, { what: "the events" })
        t.assert.deepEqual(seen.slice(0, 2), [`nodeRemoved ${name}`, `disconnected ${name}`])
        await t.fails(client.get(key, { totalTimeout: 200 }))
        await tap.start()
        await t.until(() => client.isConnected(), { what: "its return" })
        t.same((await client.get(key, patient)).bins, { v: 1 })
        t.assert.deepEqual(seen.slice(2), [`nodeAdded ${name}`])
      },
    },
    {
      name: "a node with too many errors gets a rest, and is used again after it",
      async run(t) {
        const { tap, client, key } = await tapped(t, { maxErrorRate: 3, errorRateWindow: 1, tendInterval: 300 })
        const seen = []
        for (const type of ["breakerOpen", "breakerClosed"]) client.on(type, () => seen.push(type))
        tap.cutRequests = true
        const once = { maxRetries: 0, totalTimeout: 2000 }
        const refused = await t.until(
          async () => {
            const error = await client.get(key, once).then(
              () => undefined,
              (reason) => reason,
            )
            return error instanceof t.api.MaxErrorRateExceededError && error
          },
          { every: 1, what: "the breaker" },
        )
        t.assert.equal(refused.inDoubt, false)
        t.assert.ok(seen.includes("breakerOpen"))
        tap.cutRequests = false
        await t.until(
          () =>
            client.get(key, once).then(
              ({ bins }) => bins.v === 1,
              () => false,
            ),
          { what: "its use" },
        )
        await t.until(() => seen.includes("breakerClosed"), { what: "the event" })
      },
    },
    {
      name: "maxErrorRate 0 never gives a node a rest",
      async run(t) {
        const { tap, client, key } = await tapped(t, { maxErrorRate: 0, tendInterval: 1000 })
        tap.cutRequests = true
        for (let i = 0; i < 120; i++) {
          const error = await t.fails(client.get(key, { maxRetries: 0, totalTimeout: 2000 }))
          t.assert.ok(!(error instanceof t.api.MaxErrorRateExceededError), error)
        }
        tap.cutRequests = false
        t.same((await client.get(key, patient)).bins, { v: 1 })
      },
    },
    {
      name: "ipMap leads to every node by another address",
      needs: ["nodes on 127.0.0.1 beside a free 127.0.0.2"],
      async run(t) {
        const taps = []
        for (const { host, port } of t.client.nodes()) {
          taps.push(await wireTap(t, { target: [host, port], address: "127.0.0.2", port }))
        }
        const client = await t.connect({ hosts: taps[0].hosts, ipMap: { "127.0.0.1": "127.0.0.2" }, coalesce: "off" })
        await t.until(() => client.nodeNames().length === t.facts.nodes, { what: "the discovery" })
        const keys = t.keys(50)
        await Promise.all(keys.map((key, i) => client.put(key, { i }, patient)))
        for (const [i, key] of keys.entries()) t.same((await t.client.get(key)).bins, { i })
        t.assert.equal(
          taps.reduce((sum, { requests }) => sum + requests, 0),
          50,
        )
      },
    },
    {
      name: "appId is told to the server",
      needs: ["user agents"],
      async run(t) {
        const appId = `app-${t.set}`
        await t.connect({ appId })
        await t.until(
          async () => {
            const answers = await t.client.infoAll("user-agents")
            const agents = answers.flatMap(({ response }) =>
              [...response.matchAll(/user-agent=([^:;]*)/g)].map(([, text]) => atob(text)),
            )
            return agents.some((agent) => agent.endsWith(`,${appId}`))
          },
          { what: "its listing" },
        )
      },
    },
  ],
}
