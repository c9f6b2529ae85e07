// TLS: whom a client trusts, whom a server lets in, and what is said when either does not. It starts servers of its own,
// with certificates of an authority that is made on the spot.

import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import { createTestAuthority, startDevServer } from "aerospike-wasm/devserver"
import { firstHost, silentServer, wireTap } from "../support/peers.mjs"

const day = 86_400_000

/** A server with ports with TLS, closed with the case. */
async function secured(t, tls = true, options = {}) {
  const server = await startDevServer({ edition: "enterprise", ...options, tls })
  t.closing(() => server.close())
  return server
}

/** A client of the server's ports with TLS, which trusts the server's authority. */
function connectTo(t, server, tls = {}, more = {}) {
  return t.connect({ hosts: server.tlsHosts, tls: { ca: server.authority.ca, ...tls }, ...more })
}

/** `connect` must reject with the code of TLS, well before anybody loses patience. */
async function refuses(t, config, says) {
  const start = performance.now()
  const error = await t.fails(t.connect({ timeout: 5000, ...config }), { is: "ClusterError", code: -9, says })
  t.assert.ok(performance.now() - start < 4000, "it took too long")
  return error
}

/** `host:port` of the first node, with TLS and without a name. */
const bare = (server) => `${server.nodes[0].host}:${server.nodes[0].tlsPort}`

/** Records are written and read on every node. */
async function works(t, client, count = 100) {
  const keys = t.keys(count)
  await Promise.all(keys.map((key, i) => client.put(key, { i })))
  const rows = await client.batchRead(keys)
  t.same(
    rows.map((row) => row.bins.i),
    keys.map((_, i) => i),
  )
}

export default {
  name: "tls",
  cases: [
    {
      name: "a cluster is found from one seed, each node by the name in its certificate",
      async run(t) {
        const server = await secured(t, true, { nodes: 3 })
        t.same(
          server.nodes.map((node) => node.tlsName),
          ["a1.devserver.test", "a2.devserver.test", "a3.devserver.test"],
        )
        const client = await connectTo(t, server, {}, { hosts: server.tlsHosts.split(",")[0] })
        t.same(client.nodeNames().sort(), ["A1", "A2", "A3"])
        t.same(
          client
            .nodes()
            .map(({ port }) => port)
            .sort(),
          server.nodes.map(({ tlsPort }) => tlsPort).sort(),
        )
        await works(t, client)
        t.same((await client.query("test", t.set).results()).length, 100)
      },
    },
    {
      name: "plain ports and ports with TLS serve the same records",
      async run(t) {
        const server = await secured(t)
        const [plain, client] = [await t.connect({ hosts: server.hosts }), await connectTo(t, server)]
        const key = t.key()
        await plain.put(key, { a: 1 })
        t.same((await client.get(key)).bins, { a: 1 })
      },
    },
    {
      name: "nothing that a client writes can be read on its way",
      async run(t) {
        const server = await secured(t)
        const tap = await wireTap(t, { target: firstHost(bare(server)) })
        const seen = []
        tap.watch = (bytes) => seen.push(Buffer.from(bytes))
        const client = await connectTo(t, server, {}, { hosts: tap.hosts, singleNode: true })
        await client.put(t.key(), { bin: "a-secret-that-shows" })
        t.assert.ok(seen.length > 0)
        t.assert.ok(!Buffer.concat(seen).includes("a-secret-that-shows"))
      },
    },
    {
      name: "the host stands for the name where none is given",
      async run(t) {
        const server = await secured(t)
        await works(t, await connectTo(t, server, {}, { hosts: bare(server) }), 5)
      },
    },
    {
      name: "an authority that is not trusted is refused",
      async run(t) {
        const server = await secured(t)
        const hosts = bare(server)
        const other = createTestAuthority()
        for (const tls of [true, {}, { ca: other.ca }]) {
          const error = await refuses(t, { hosts, tls }, [hosts, "signed by nobody who is trusted", "tls.ca"])
          t.assert.match(error.cause.code, /SELF_SIGNED|UNABLE_TO/)
        }
        await works(t, await t.connect({ hosts, tls: { ca: [other.ca, server.authority.ca] } }), 1)
        await works(t, await t.connect({ hosts, tls: { ca: other.ca + server.authority.ca } }), 1)
      },
    },
    {
      name: "a certificate of another name is refused, whoever says the name",
      async run(t) {
        const server = await secured(t)
        const { ca } = server.authority
        const [{ host, tlsPort: port }] = server.nodes
        const says = [bare(server), "for another name", "tlsName"]
        await refuses(t, { hosts: `${host}:other.test:${port}`, tls: { ca } }, says)
        await refuses(t, { hosts: [{ host, port, tlsName: "other.test" }], tls: { ca } }, says)
        await refuses(t, { hosts: bare(server), tls: { ca, tlsName: "other.test" } }, says)
        // What the seed says is nearer than what the configuration says.
        const client = await t.connect({ hosts: server.tlsHosts, tls: { ca, tlsName: "other.test" } })
        await works(t, client, 1)
      },
    },
    {
      name: "a certificate that has expired, or is not valid yet, is refused",
      async run(t) {
        const authority = createTestAuthority()
        const from = new Date(Date.now() - 3 * day)
        const [past, future] = [new Date(Date.now() - 2 * day), new Date(Date.now() + day)]
        for (const times of [{ from, until: past }, { from: future }]) {
          const pair = authority.issue({ names: ["127.0.0.1"], ...times })
          const server = await secured(t, pair)
          await refuses(t, { hosts: bare(server), tls: { ca: authority.ca } }, [bare(server), "expired"])
        }
      },
    },
    {
      name: "rejectUnauthorized false takes any certificate",
      async run(t) {
        const server = await secured(t)
        await works(t, await connectTo(t, server, { ca: undefined, tlsName: "x.test", rejectUnauthorized: false }), 5)
      },
    },
    {
      name: "a server that wants a certificate lets in who has one of its authority, and nobody else",
      async run(t) {
        const server = await secured(t, { requestCert: true }, { nodes: 2 })
        const { authority } = server
        await works(t, await connectTo(t, server, authority.issue({ commonName: "ada" })), 20)
        const hosts = server.tlsHosts
        await refuses(t, { hosts, tls: { ca: authority.ca } }, "wants a client certificate")
        const stranger = createTestAuthority().issue({ commonName: "ada" })
        await refuses(t, { hosts, tls: { ca: authority.ca, ...stranger } }, "certificate")
      },
    },
    {
      name: 'authMode "pki" makes the common name of the certificate the user',
      async run(t) {
        const roles = [{ name: "reader", privileges: [{ code: "read", namespace: "test" }] }]
        const users = [
          { name: "admin", password: "adm1n-secret", roles: ["superuser"] },
          { name: "rita", password: "unused", roles: ["reader"] },
        ]
        const server = await secured(t, { requestCert: true }, { nodes: 2, security: { users, roles } })
        const { authority } = server
        const as = (commonName) => connectTo(t, server, authority.issue({ commonName }), { authMode: "pki" })
        const admin = await connectTo(t, server, authority.issue(), { user: "admin", password: "adm1n-secret" })
        await admin.admin.createPkiUser("ada", ["read-write"])
        const ada = await as("ada")
        await works(t, ada)
        const rita = await as("rita")
        t.same(await rita.find(["test", "none", 1]), undefined)
        await t.fails(rita.put(["test", "none", 1], { a: 1 }), { is: "AdminError", code: 81 })
        await t.fails(as("eve"), { is: "AdminError", says: "the certificate names no user" })
        await admin.admin.dropUser("ada")
        await t.fails(as("ada"), { is: "AdminError", says: "the certificate names no user" })
      },
    },
    {
      name: "a password that is checked elsewhere travels over TLS alone",
      async run(t) {
        const server = await secured(t, true, { security: true })
        const external = { authMode: "external", user: "admin", password: "from-elsewhere" }
        await t.fails(t.connect({ hosts: server.hosts, ...external }), {
          is: "InvalidArgumentError",
          says: ['config.authMode "external" needs config.tls'],
          not: "from-elsewhere",
        })
        await t.fails(connectTo(t, server, {}, external), { is: "AdminError", code: 90, not: "from-elsewhere" })
      },
    },
    {
      name: 'authMode "external" logs in with the password as it is, and again when the session ends',
      async run(t) {
        const users = [{ name: "leo", password: "leo-secret", roles: ["read-write"], external: true }]
        const server = await secured(t, true, { nodes: 2, security: { users, sessionTtl: 1 } })
        let asked = 0
        const password = () => {
          asked++
          return "leo-secret"
        }
        // The hashes of so many logins take their time.
        const patient = { totalTimeout: 10_000 }
        const policies = { write: patient, batch: patient }
        const external = { authMode: "external", user: "leo", tendInterval: 100, policies }
        const leo = await connectTo(t, server, {}, { ...external, password })
        await works(t, leo)
        const first = asked
        await t.until(() => asked >= first + 2, { what: "new sessions of both nodes" })
        await works(t, leo)
        const wrong = { ...external, password: "not-leos-secret" }
        await t.fails(connectTo(t, server, {}, wrong), { is: "AdminError", code: 62, not: "not-leos-secret" })
        // The hash of it is no password elsewhere.
        const hashed = { ...wrong, authMode: "internal", password: "leo-secret" }
        await t.fails(connectTo(t, server, {}, hashed), { is: "AdminError", not: "leo-secret" })
      },
    },
    {
      name: "a key may be encrypted, and its passphrase is in no message",
      async run(t) {
        const server = await secured(t, { requestCert: true })
        const { authority } = server
        const passphrase = "open-sesame"
        const pair = authority.issue({ commonName: "ada", passphrase })
        t.assert.match(pair.key, /ENCRYPTED/)
        const client = await connectTo(t, server, { ...pair, passphrase })
        await works(t, client, 5)
        t.assert.ok(!inspect(client, { depth: 9 }).includes(passphrase))
        for (const wrong of ["not-this-one", undefined]) {
          const config = { hosts: server.tlsHosts, tls: { ca: authority.ca, ...pair, passphrase: wrong } }
          await t.fails(t.connect(config), {
            is: "InvalidArgumentError",
            says: ["config.tls.key", "encrypted"],
            not: ["not-this-one", pair.key.slice(40, 80)],
          })
        }
      },
    },
    {
      name: "certificates and keys may be text, bytes or files",
      async run(t) {
        const server = await secured(t, { requestCert: true })
        const { authority } = server
        const all = { ca: authority.ca, ...authority.issue({ commonName: "ada" }) }
        const bytes = Object.fromEntries(
          Object.entries(all).map(([name, pem]) => [name, new TextEncoder().encode(pem)]),
        )
        const folder = await mkdtemp(join(tmpdir(), "tls-"))
        t.closing(() => rm(folder, { recursive: true }))
        const files = {}
        for (const [name, pem] of Object.entries(all)) {
          files[name] = join(folder, `${name}.pem`)
          await writeFile(files[name], pem)
        }
        for (const tls of [all, bytes, files]) await works(t, await connectTo(t, server, tls), 2)
        await t.fails(connectTo(t, server, { ...files, key: join(folder, "no-such-file") }), {
          is: "InvalidArgumentError",
          says: ["config.tls.key", "could not be read"],
          not: "no-such-file",
        })
      },
    },
    {
      name: "a certificate and a key that do not belong together are refused before anything is sent",
      async run(t) {
        const server = await secured(t)
        const [one, other] = [server.authority.issue(), server.authority.issue()]
        await t.fails(connectTo(t, server, { cert: one.cert, key: other.key }), {
          is: "InvalidArgumentError",
          says: "config.tls.key is not the key of config.tls.cert",
        })
        const broken = one.cert.replace(/\n.{10}/, "\n??????????")
        await t.fails(connectTo(t, server, { cert: broken, key: one.key }), {
          is: "InvalidArgumentError",
          says: "config.tls.cert cannot be",
        })
      },
    },
    {
      name: "a version of TLS that the client does not speak any more is refused",
      async run(t) {
        const server = await secured(t)
        await works(t, await connectTo(t, server, { minVersion: "TLSv1.3" }), 2)
        await t.fails(connectTo(t, server, { minVersion: "TLSv1.1" }), {
          is: "InvalidArgumentError",
          says: ['config.tls.minVersion is "TLSv1.1"', "TLSv1.2"],
        })
      },
    },
    {
      name: "a port that speaks no TLS, and one that speaks nothing else, are told from each other",
      async run(t) {
        const server = await secured(t)
        const { hosts } = server
        await refuses(t, { hosts, tls: { ca: server.authority.ca } }, [hosts, "does this port speak TLS?"])
        const secure = bare(server)
        await t.fails(t.connect({ hosts: secure }), { is: "ClusterError", says: [secure, "TLS"] })
      },
    },
    {
      name: "a server that never finishes the handshake ends connect by its timeout",
      async run(t) {
        const hosts = `127.0.0.1:${await silentServer(t)}`
        const start = performance.now()
        await t.fails(t.connect({ hosts, timeout: 300, tls: true }), {
          is: "ClusterError",
          says: "not open within 300 ms",
        })
        t.assert.ok(performance.now() - start < 3000)
      },
    },
    {
      name: "a node that goes away and comes back is used again",
      async run(t) {
        const server = await secured(t, true, { nodes: 3 })
        const client = await connectTo(t, server, {}, { tendInterval: 100 })
        await works(t, client)
        await server.kill(1)
        await t.until(() => client.nodeNames().length === 2, { what: "the loss of a node" })
        await works(t, client)
        await server.restart(1)
        await t.until(() => client.nodeNames().length === 3, { what: "the return of the node" })
        await works(t, client)
      },
    },
    {
      name: "a value of eight megabytes, less what a record takes, is written and read whole",
      async run(t) {
        const server = await secured(t, true, { namespaces: { test: { maxRecordSize: 8 * 1024 * 1024 } } })
        const client = await connectTo(t, server)
        const blob = new Uint8Array(8 * 1024 * 1024 - 1024).map((_, i) => i * 31 + (i >> 8))
        const key = t.key()
        const patient = { totalTimeout: 20_000, socketTimeout: 20_000 }
        await client.put(key, { blob }, patient)
        const record = await client.get(key, patient)
        t.assert.ok(Buffer.from(record.bins.blob).equals(blob))
      },
    },
    {
      name: "ten thousand reads at once are all answered, each to its caller",
      async run(t) {
        const server = await secured(t, true, { nodes: 3 })
        const client = await connectTo(t, server, {}, { maxConnsPerNode: 16 })
        const keys = t.keys(1000)
        const patient = { totalTimeout: 25_000, socketTimeout: 25_000 }
        await Promise.all(keys.map((key, i) => client.put(key, { i }, patient)))
        const all = Array.from({ length: 10_000 }, (_, i) => client.get(keys[i % 1000], patient))
        const records = await Promise.all(all)
        t.assert.ok(records.every(({ bins }, i) => bins.i === i % 1000))
        t.assert.ok(client.stats().connectionsOpen <= 3 * 17)
      },
    },
    {
      name: "options that are wrong are named, and no key is shown",
      async run(t) {
        const secret = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49"
        const wrong = [
          ["yes", "config.tls is a string: it must be true, false or an object of ca, cert, key"],
          [secret, "config.tls is a string"],
          [null, "config.tls is null"],
          [{ cafile: "x" }, "config.tls.cafile is not known"],
          [{ ca: 7 }, "config.tls.ca is 7: it must be PEM with a CERTIFICATE"],
          [{ ca: [] }, "config.tls.ca is an empty array"],
          [{ ca: [secret] }, "config.tls.ca[0]"],
          [{ ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" }, "config.tls.ca[0] cannot be read"],
          [{ ca: "/no/such/file.pem" }, 'config.tls.ca is "/no/such/file.pem"'],
          [{ key: secret }, "config.tls.cert is missing: config.tls.key needs it"],
          [{ cert: "x" }, "config.tls.key is missing"],
          [{ passphrase: "hush" }, "config.tls.key is missing: config.tls.passphrase is for it"],
          [{ passphrase: 5 }, "config.tls.passphrase is not what it must be: text"],
          [{ tlsName: "a b" }, 'config.tls.tlsName is "a b": it must be a host name'],
          [{ rejectUnauthorized: "no" }, 'config.tls.rejectUnauthorized is "no": it must be true or false'],
        ]
        for (const [tls, says] of wrong) {
          await t.fails(t.connect({ tls }), { is: "InvalidArgumentError", says, not: ["MIGHAgEAMBM", "hush"] })
        }
      },
    },
  ],
}
