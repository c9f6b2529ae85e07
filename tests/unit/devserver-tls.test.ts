// The ports of a dev server that speak TLS: what they show, whom they let in, and what clients are told of them.

import { afterEach, expect, test } from "vitest"
import { createTestAuthority, type DevServer, type DevServerOptions, startDevServer } from "../../ts/devserver/index.ts"
import { askTls } from "./support/ask-tls.ts"

const open: { close(): unknown }[] = []

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

async function start(tls: DevServerOptions["tls"], options: DevServerOptions = {}): Promise<DevServer> {
  const server = await startDevServer({ edition: "enterprise", ...options, ...(tls !== undefined && { tls }) })
  open.push(server)
  return server
}

test("without TLS nobody hears of it", async () => {
  const server = await start(undefined)
  expect([server.tlsHosts, server.authority]).toEqual(["", undefined])
  expect(server.nodes[0]).toMatchObject({ tlsPort: undefined, tlsName: undefined })
  await startDevServer({ tls: false }).then((server) => server.close())
})

test("each node has a certificate with a name of its own, which its peers tell", async () => {
  const server = await start(true, { nodes: 2 })
  const ca = server.authority!.ca
  const [one, two] = server.nodes
  expect(server.tlsHosts).toBe(
    `127.0.0.1:a1.devserver.test:${one!.tlsPort},127.0.0.1:a2.devserver.test:${two!.tlsPort}`,
  )
  const first = { port: one!.tlsPort!, ca, name: "a1.devserver.test" }
  expect(await askTls(first, "node")).toBe("A1")
  expect(await askTls(first, "service-tls-std")).toBe(`127.0.0.1:${one!.tlsPort}`)
  expect(await askTls(first, "peers-tls-std")).toContain(`[[A2,a2.devserver.test,[127.0.0.1:${two!.tlsPort}]]]`)
  expect(await askTls(first, "peers-clear-std")).toContain(`[[A2,,[127.0.0.1:${two!.port}]]]`)
  expect(await askTls({ ...first, name: "localhost" }, "node")).toBe("A1")
  expect(await askTls({ ...first, name: "a2.devserver.test" }, "node")).toBe("ERR_TLS_CERT_ALTNAME_INVALID")
  expect(await askTls({ ...first, ca: createTestAuthority().ca }, "node")).toMatch(/SELF_SIGNED/)
})

test("a certificate of one's own is shown by all nodes, under its first name", async () => {
  const authority = createTestAuthority()
  const pair = authority.issue({ commonName: "cn.test", names: ["one.test", "two.test"], passphrase: "hush" })
  const server = await start({ ...pair, passphrase: "hush" }, { nodes: 2 })
  expect(server.authority).toBeUndefined()
  expect(server.nodes.map((node) => node.tlsName)).toEqual(["one.test", "one.test"])
  expect(await askTls({ port: server.nodes[1]!.tlsPort!, ca: authority.ca, name: "two.test" }, "node")).toBe("A2")
  const named = await start({ ...pair, passphrase: "hush", name: "two.test" })
  expect(named.nodes[0]!.tlsName).toBe("two.test")
  const bare = authority.issue({ commonName: "cn.test", names: [] })
  expect((await start(bare)).nodes[0]!.tlsName).toBe("cn.test")
})

test("clients without a certificate of the right authority are refused", async () => {
  const clients = createTestAuthority()
  const server = await start({ ca: clients.ca })
  const asked = { port: server.nodes[0]!.tlsPort!, ca: server.authority!.ca, name: "a1.devserver.test" }
  expect(await askTls(asked, "node")).toBe("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED")
  expect(await askTls({ ...asked, ...clients.issue() }, "node")).toBe("A1")
  expect(await askTls({ ...asked, ...server.authority!.issue() }, "node")).not.toBe("A1")
})

test("a node that is killed listens nowhere, and returns with its port and its certificate", async () => {
  const server = await start(true)
  const tlsPort = server.nodes[0]!.tlsPort!
  const asked = { port: tlsPort, ca: server.authority!.ca, name: "a1.devserver.test" }
  await server.kill(0)
  expect(await askTls(asked, "node")).toBe("ECONNREFUSED")
  await server.restart(0)
  expect(await askTls(asked, "node")).toBe("A1")
  expect(server.nodes[0]).toMatchObject({ tlsPort, alive: true })
})

test("what is wrong is named, and no key is shown", async () => {
  const pair = createTestAuthority().issue()
  const refused = (tls: unknown) => expect(startDevServer({ edition: "enterprise", tls } as DevServerOptions)).rejects
  await expect(startDevServer({ tls: true })).rejects.toThrow('tls needs edition: "enterprise"')
  await refused(1).toThrow("options.tls is 1: it must be true, false or an object.")
  await refused({ certs: 1 }).toThrow("options.tls.certs is not known: did you mean cert?")
  await refused({ port: -1 }).toThrow("options.tls.port is -1")
  await refused({ port: 65_536 }).toThrow("options.tls.port is 65536")
  await refused({ name: "a b" }).toThrow('options.tls.name is "a b": it must be a host name.')
  await refused({ cert: pair.cert }).toThrow("options.tls needs cert and key, or neither.")
  await refused({ ...pair, requestCert: true }).toThrow("options.tls.ca is missing")
  await refused({ ...pair, requestCert: 1 }).toThrow("options.tls.requestCert is 1")
  await refused({ ...pair, key: createTestAuthority().issue().key }).toThrow("is not the key of options.tls.cert")
  await refused({ cert: pair.key, key: pair.key }).toThrow(
    /^options.tls.cert is text of \d+ characters: it must be PEM/,
  )
})
