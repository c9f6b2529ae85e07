// Seeds that are names with several addresses, some of which refuse. Who resolves names on Node is `dns.lookup`, which is
// played here; on other runtimes it cannot be.

import dns from "node:dns"
import { createServer } from "node:net"
import { afterEach, expect, test, vi } from "vitest"
import { startDevServer } from "../../ts/devserver/index.ts"
import { ClusterError, connect } from "../../ts/entry/node.ts"

const asked: string[] = []

afterEach(() => {
  vi.restoreAllMocks()
  asked.length = 0
})

/** From now on every name that ends in .test has these addresses. */
function resolveTo(...addresses: string[]): void {
  const real = dns.lookup
  vi.spyOn(dns, "lookup").mockImplementation(((host: string, options: dns.LookupAllOptions, then: Answered) => {
    if (!host.endsWith(".test")) return real(host, options, then as never)
    asked.push(host)
    const all = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))
    process.nextTick(() => (options.all ? then(null, all) : then(null, all[0]!.address, all[0]!.family)))
  }) as never)
}

type Answered = (error: Error | null, address: string | dns.LookupAddress[], family?: number) => void

/** A port of 127.0.0.1 where nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

// Nothing listens on these two.
const refusing = ["127.0.0.2", "::1"]

test.each([
  ["first", [...refusing, "127.0.0.1"]],
  ["last", ["127.0.0.1", ...refusing]],
  ["all but one in the middle", ["127.0.0.3", "127.0.0.1", "127.0.0.2"]],
])("a name of several addresses leads to the one that answers: those that refuse are %s", async (_, addresses) => {
  await using server = await startDevServer({ nodes: 2 })
  const { port } = server.nodes[0]!
  resolveTo(...addresses)
  await using client = await connect({ hosts: `db.test:${port}` })
  expect(asked).toContain("db.test")
  expect(client.nodes()).toHaveLength(2)
  await client.put(["test", "names", 1], { v: 1 })
  expect((await client.get(["test", "names", 1])).bins).toEqual({ v: 1 })
})

test("with TLS, too, and the certificate must still be for the name", async () => {
  await using server = await startDevServer({ edition: "enterprise", tls: true })
  const { tlsPort, tlsName } = server.nodes[0]!
  resolveTo("127.0.0.2", "127.0.0.1")
  const tls = { ca: server.authority!.ca }
  await using client = await connect({ hosts: `db.test:${tlsName}:${tlsPort}`, tls })
  expect(client.isConnected()).toBe(true)
  await expect(connect({ hosts: `db.test:${tlsPort}`, tls })).rejects.toThrow("for another name")
})

test("a name of which every address refuses is told with the name, and another seed is enough", async () => {
  await using server = await startDevServer()
  const port = await closedPort()
  resolveTo(...refusing)
  const failed = connect({ hosts: `db.test:${port}` })
  await expect(failed).rejects.toBeInstanceOf(ClusterError)
  await expect(failed).rejects.toThrow(`db.test:${port}: connection refused`)
  await using client = await connect({ hosts: `db.test:${port},${server.hosts}` })
  expect(client.isConnected()).toBe(true)
})
