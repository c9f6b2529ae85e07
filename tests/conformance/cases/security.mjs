// Users and roles: what is done and what is refused on a cluster with security. It starts a server of its own, for that
// of the run has none.

import { inspect } from "node:util"
import { startDevServer } from "aerospike-wasm/devserver"
import { cutFrames } from "../../vectors/lib/frame.mjs"
import { firstHost, wireTap } from "../support/peers.mjs"
import { codesOfSecurity, field } from "../support/raw.mjs"

/** A server with users, and its hosts. */
async function secured(t, security = {}, options = {}) {
  const users = [
    { name: "admin", password: "adm1n-secret", roles: ["superuser"] },
    { name: "ada", password: "ada-secret", roles: ["read-write"] },
    { name: "rita", password: "rita-secret", roles: ["reader"] },
  ]
  const roles = [{ name: "reader", privileges: [{ code: "read", namespace: "test", set: "shown" }] }]
  const server = await startDevServer({ edition: "enterprise", ...options, security: { users, roles, ...security } })
  t.closing(() => server.close())
  return server
}

/** The password of admin as it travels: as `crypt(3)` makes it with the salt that all clients share. */
const ADMIN_HASH = "$2a$10$7EqJtq98hPqEX7fNZaFWoO9nY1UzkImEDyo179qwwpA/u2nftKsvq"

const admin = { user: "admin", password: "adm1n-secret" }
const ada = { user: "ada", password: "ada-secret" }

/** The token in the answer to a login, of which it is the first field. */
function sessionOf(body) {
  return body.subarray(16 + 5, 16 + 4 + body.readUInt32BE(16))
}

/** Starts a server and connects as a user. */
async function connected(t, as = admin, security = {}, options = {}) {
  const server = await secured(t, security, options)
  return { server, client: await t.connect({ hosts: server.hosts, ...as }) }
}

export default {
  name: "security",
  cases: [
    {
      name: "who logs in reads and writes, on every node of a cluster",
      async run(t) {
        const { client } = await connected(t, ada, {}, { nodes: 3 })
        const keys = Array.from({ length: 300 }, (_, i) => ["test", "s", i])
        await Promise.all(keys.map((key, i) => client.put(key, { i })))
        const rows = await client.batchRead(keys)
        t.same(
          rows.map(({ bins }) => bins?.i),
          keys.map((_, i) => i),
        )
        t.same((await client.query("test", "s").results()).length, 300)
      },
    },
    {
      name: "a wrong password, an unknown user and nobody are AdminErrors with the server's code, without the password",
      async run(t) {
        const { hosts } = await secured(t)
        const wrong = { user: "ada", password: "no-such-secret" }
        const error = await t.fails(t.connect({ hosts, ...wrong }), {
          is: "AdminError",
          code: 62,
          says: ["ada", hosts],
        })
        t.assert.ok(!inspect(error).includes("no-such-secret"))
        await t.fails(t.connect({ hosts, user: "eve", password: "x" }), { is: "AdminError", code: 60, says: "eve" })
        await t.fails(t.connect({ hosts }), { is: "AdminError", code: 80, says: "user" })
      },
    },
    {
      name: "the password may be a function, which is asked at each login",
      async run(t) {
        let asked = 0
        const password = async () => {
          asked++
          await new Promise((resolve) => setTimeout(resolve, 20))
          return "ada-secret"
        }
        const { client } = await connected(t, { user: "ada", password, tendInterval: 100 }, { sessionTtl: 1 })
        await t.until(async () => asked >= 3, { what: "a new session" })
        await client.put(["test", "s", 1], { a: 1 })
      },
    },
    {
      name: "a password that cannot be had fails the connect, with the reason as its cause",
      async run(t) {
        const { hosts } = await secured(t)
        const reason = new Error("the vault is shut")
        const password = () => Promise.reject(reason)
        const error = await t.fails(t.connect({ hosts, user: "ada", password }), { says: "config.password" })
        t.assert.equal(error.cause, reason)
        await t.fails(t.connect({ hosts, user: "ada", password: () => 7 }), { says: "config.password" })
        const never = () => new Promise(() => {})
        await t.fails(t.connect({ hosts, user: "ada", password: never, timeout: 300 }), { says: "no login" })
      },
    },
    {
      name: "sessions end and are renewed under load without a failure",
      async run(t) {
        const { client } = await connected(t, { ...ada, tendInterval: 100, idleTimeout: 1 }, { sessionTtl: 1 })
        const end = Date.now() + 2500
        let n = 0
        while (Date.now() < end) {
          await Promise.all(Array.from({ length: 50 }, () => client.put(["test", "s", n++ % 100], { n })))
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        t.same(client.stats().failed ?? 0, 0)
      },
    },
    {
      name: "a node that starts again wants a new login and gets it",
      async run(t) {
        const { client, server } = await connected(t, ada, {}, { nodes: 2 })
        await server.kill(0)
        await server.restart(0)
        await t.until(() =>
          client.put(["test", "s", 1], { a: 1 }).then(
            () => client.nodes().length === 2,
            () => false,
          ),
        )
        for (let i = 0; i < 50; i++) await client.put(["test", "s", i], { a: 1 }, { maxRetries: 5 })
      },
    },
    {
      name: "roles say what may be done, by namespace and set",
      async run(t) {
        const { client, server } = await connected(t)
        await client.put(["test", "shown", 1], { a: 1 })
        const rita = await t.connect({ hosts: server.hosts, user: "rita", password: "rita-secret" })
        t.same((await rita.get(["test", "shown", 1])).bins, { a: 1 })
        const refused = { is: "AdminError", code: 81, says: "roles" }
        await t.fails(rita.put(["test", "shown", 1], { a: 2 }), refused)
        await t.fails(rita.get(["test", "hidden", 1]), refused)
        await t.fails(rita.get(["bar", "shown", 1]), refused)
        await t.fails(rita.query("test", "hidden").results(), refused)
        await t.fails(rita.truncate("test", "shown"), refused)
        await t.fails(rita.admin.createUser("x", "y"), refused)
        const [row] = await rita.batchRead([["test", "hidden", 1]])
        t.same(row.code, 81)
        await client.admin.grantRoles("rita", ["read-write"])
        await rita.put(["test", "hidden", 1], { a: 2 })
        await client.admin.revokeRoles("rita", ["read-write"])
        await t.fails(rita.put(["test", "hidden", 1], { a: 2 }), refused)
      },
    },
    {
      name: "users are created, told of, changed and removed",
      async run(t) {
        const { client, server } = await connected(t)
        const { admin: users } = client
        await users.createUser("bob", "bob-secret", ["read", "write"])
        const bob = await t.connect({ hosts: server.hosts, user: "bob", password: "bob-secret" })
        await bob.put(["test", "s", 1], { a: 1 })
        const told = await users.queryUser("bob")
        t.same([told.name, told.roles], ["bob", ["read", "write"]])
        t.assert.ok(told.connections > 0)
        t.same(told.reads.quota, 0)
        t.same((await bob.admin.queryUser()).name, "bob")
        t.same(
          (await users.queryUsers()).map(({ name }) => name),
          ["ada", "admin", "bob", "rita"],
        )
        await t.fails(users.createUser("bob", "x"), { is: "AdminError", code: 61 })
        await t.fails(users.createUser("cid", "x", ["no-such-role"]), { is: "AdminError", code: 70 })
        await bob.admin.changePassword("bob", "new-secret")
        await t.fails(t.connect({ hosts: server.hosts, user: "bob", password: "bob-secret" }), { code: 62 })
        await t.connect({ hosts: server.hosts, user: "bob", password: "new-secret" })
        await users.changePassword("bob", "third-secret")
        await t.connect({ hosts: server.hosts, user: "bob", password: "third-secret" })
        await t.fails(bob.admin.changePassword("ada", "x"), { is: "AdminError", code: 81 })
        await users.dropUser("bob")
        await t.fails(users.queryUser("bob"), { is: "AdminError", code: 60 })
        await t.fails(users.dropUser("bob"), { is: "AdminError", code: 60 })
        await t.fails(bob.get(["test", "s", 1]), { is: "AdminError" })
      },
    },
    {
      name: "a user of a certificate has no password to log in with",
      async run(t) {
        const { client, server } = await connected(t)
        await client.admin.createPkiUser("cert", ["read"])
        t.same((await client.admin.queryUser("cert")).roles, ["read"])
        await t.fails(client.admin.changePassword("cert", "x"), { is: "AdminError", code: 64 })
        await t.fails(t.connect({ hosts: server.hosts, user: "cert", password: "x" }), { code: 62 })
      },
    },
    {
      name: "roles are created, told of, changed and removed",
      async run(t) {
        const { client } = await connected(t, admin, { quotas: true })
        const { admin: roles } = client
        const privileges = [{ code: "sindex-admin" }, { code: "read-write", namespace: "test", set: "s" }]
        await roles.createRole("r", privileges, {
          allowlist: ["10.0.0.0/8", "127.0.0.1"],
          readQuota: 10,
          writeQuota: 20,
        })
        t.same(await roles.queryRole("r"), {
          name: "r",
          privileges,
          allowlist: ["10.0.0.0/8", "127.0.0.1"],
          readQuota: 10,
          writeQuota: 20,
        })
        await roles.grantPrivileges("r", [{ code: "truncate", namespace: "bar" }])
        await roles.revokePrivileges("r", [{ code: "sindex-admin" }])
        await roles.setAllowlist("r", null)
        await roles.setQuotas("r", 0, 30)
        const told = await roles.queryRole("r")
        t.same(told.privileges, [
          { code: "read-write", namespace: "test", set: "s" },
          { code: "truncate", namespace: "bar" },
        ])
        t.same([told.allowlist, told.readQuota, told.writeQuota], [[], 0, 30])
        const names = (await roles.queryRoles()).map(({ name }) => name)
        for (const name of ["r", "reader", "superuser", "read-write-udf"]) t.assert.ok(names.includes(name), name)
        await t.fails(roles.createRole("r", privileges), { is: "AdminError", code: 71 })
        await t.fails(roles.setAllowlist("r", ["nowhere"]), { is: "AdminError", code: 73 })
        await roles.createRole("empty", [])
        t.same((await roles.queryRole("empty")).privileges, [])
        await roles.dropRole("r")
        await t.fails(roles.queryRole("r"), { is: "AdminError", code: 70 })
      },
    },
    {
      name: "every privilege is for all, for a namespace or for a set, as it was granted",
      async run(t) {
        const { client } = await connected(t)
        const scoped = ["read", "read-write", "read-write-udf", "write", "truncate"]
        scoped.push("masking-admin", "read-masked", "write-masked")
        const cluster = ["user-admin", "sys-admin", "data-admin", "udf-admin", "sindex-admin"]
        const privileges = [
          ...cluster.map((code) => ({ code })),
          ...scoped.flatMap((code) => [{ code }, { code, namespace: "test" }, { code, namespace: "test", set: "a" }]),
        ]
        await client.admin.createRole("all", privileges)
        const order = (list) => list.map((one) => JSON.stringify(one)).sort()
        t.same(order((await client.admin.queryRole("all")).privileges), order(privileges))
        await client.admin.revokePrivileges("all", privileges.slice(0, -1))
        t.same((await client.admin.queryRole("all")).privileges, privileges.slice(-1))
      },
    },
    {
      name: "what only a client with a fault would say is refused with a code of its own",
      async run(t) {
        const { hosts } = await secured(t)
        const user = field(0, Buffer.from("admin"))
        const [LOGIN, AUTHENTICATE, CREATE_ROLE] = [20, 0, 10]
        t.same(await codesOfSecurity(hosts, [[LOGIN, user]]), [65])
        t.same(await codesOfSecurity(hosts, [[AUTHENTICATE, user, field(5, Buffer.from("no session"))]]), [66])
        t.same(await codesOfSecurity(hosts, [[CREATE_ROLE, field(11, Buffer.from("r"))]]), [80])
        const hash = "$2a$10$7EqJtq98hPqEX7fNZaFWoO"
        t.same(await codesOfSecurity(hosts, [[LOGIN, user, field(3, Buffer.from(hash))]]), [62])
        const known = [LOGIN, user, field(3, Buffer.from(ADMIN_HASH))]
        const nameless = field(12, Buffer.from([1, 99, 0, 0]))
        const cut = field(10, Buffer.from([1, 200, 1]))
        const asked = [known, [77], [CREATE_ROLE, field(11, Buffer.from("r")), nameless], [5, user, cut]]
        t.same(await codesOfSecurity(hosts, asked), [0, 54, 72, 55])
      },
    },
    {
      name: "users whose roles have an allowlist come from its addresses alone",
      async run(t) {
        const { client, server } = await connected(t)
        const rita = { hosts: server.hosts, user: "rita", password: "rita-secret" }
        await client.admin.setAllowlist("reader", ["10.0.0.0/8", "127.0.0.2"])
        await t.fails(t.connect(rita), { is: "AdminError", code: 82, says: ["rita", "address"] })
        await client.admin.setAllowlist("reader", ["10.0.0.0/8", "127.0.0.0/8", "::1"])
        await t.connect(rita)
      },
    },
    {
      name: "who has a quota is held to it, and queries need a limit within it",
      async run(t) {
        const { client, server } = await connected(t, admin, { quotas: true })
        await client.put(["test", "shown", 1], { a: 1 })
        await client.admin.setQuotas("reader", 20, 0)
        const rita = await t.connect({
          hosts: server.hosts,
          user: "rita",
          password: "rita-secret",
          coalesce: "off",
        })
        const reads = await Promise.allSettled(Array.from({ length: 100 }, () => rita.get(["test", "shown", 1])))
        const [failed] = reads.filter(({ status }) => status === "rejected")
        await t.fails(Promise.reject(failed.reason), { is: "AdminError", code: 83, says: "quota" })
        const all = rita.query("test", "shown")
        await t.fails(all.results(), { is: "AdminError", code: 83 })
        t.same((await rita.query("test", "shown").policy({ recordsPerSecond: 20 }).results()).length, 1)
        t.same((await rita.admin.queryUser()).reads.quota, 20)
      },
    },
    {
      name: "quotas need to be switched on",
      async run(t) {
        const { client } = await connected(t)
        await t.fails(client.admin.setQuotas("reader", 1, 1), { is: "AdminError", code: 74 })
      },
    },
    {
      name: "what cannot be said of users and roles is refused before it is sent",
      async run(t) {
        const { client } = await connected(t)
        const { admin: users } = client
        const refused = { is: "InvalidArgumentError" }
        await t.fails(users.createUser("", "x"), refused)
        await t.fails(users.createUser("x".repeat(64), "x"), refused)
        await t.fails(users.createUser("a", 7), { ...refused, not: "7" })
        await t.fails(users.createUser("a", "b", "read"), refused)
        await t.fails(users.grantRoles("a", []), refused)
        await t.fails(users.createRole("r", [{ code: "fly" }]), { ...refused, says: "privileges[0].code" })
        await t.fails(users.createRole("r", [{ code: "sys-admin", namespace: "test" }]), refused)
        await t.fails(users.createRole("r", [{ code: "read", set: "s" }]), refused)
        await t.fails(users.createRole("r", [], { readQuota: -1 }), refused)
        await t.fails(users.setAllowlist("r", ["1.2.3.4,5.6.7.8"]), refused)
      },
    },
    {
      name: "secrets are in nothing that is shown",
      async run(t) {
        const { LogLevel, setLogLevel } = t.api
        const shown = []
        const show = (what) => shown.push(inspect(what, { depth: 9, showHidden: true }), JSON.stringify(what) ?? "")
        let logged = 0
        const logger = (level, message, fields) => {
          logged++
          show({ level, message, fields })
        }
        setLogLevel(LogLevel.TRACE)
        t.closing(() => setLogLevel(LogLevel.OFF))

        const server = await secured(t)
        const tap = await wireTap(t, { target: firstHost(server.hosts) })
        const heard = []
        tap.answered = (bytes) => heard.push(bytes)
        const client = await t.connect({ hosts: tap.hosts, singleNode: true, ...ada, logger })
        const refused = async (promise) => {
          const error = await t.fails(promise)
          show(error)
          show({ message: error.message, stack: error.stack, cause: error.cause })
        }
        const bad = { hosts: server.hosts, logger, user: "ada" }
        await refused(t.connect({ ...bad, password: "bad-secret" }))
        await refused(t.connect({ ...bad, password: "bad-secret\0" }))
        await refused(t.connect({ ...bad, password: () => Promise.reject(new Error("no vault")) }))
        await refused(client.admin.createUser("bob", "bad-secret"))
        await refused(client.admin.createUser("", "bad-secret"))
        await refused(client.admin.createUser("bob", "bad-secret\0"))
        await refused(client.admin.changePassword("rita", "bad-secret"))
        await client.admin.changePassword("ada", "new-secret")
        for (const what of [client, client.admin, client.stats(), client.nodes()]) show(what)
        await client.close()
        show(client)
        t.assert.ok(logged > 0, "something is logged")

        const [login] = cutFrames(Buffer.concat(heard)).frames
        const token = sessionOf(login.body)
        t.assert.equal(token.length, 32)
        const secrets = ["ada-secret", "bad-secret", "new-secret", "$2a$10$", token.toString("latin1")]
        secrets.push(token.toString("hex"), token.toString("base64"), [...token].join(", "), [...token].join(","))
        for (const secret of secrets) t.assert.ok(!shown.join("\n").includes(secret), secret)
      },
    },
    {
      name: "a server whose security is switched off lets everybody in, and has no users",
      async run(t) {
        const server = await startDevServer({ edition: "enterprise" })
        t.closing(() => server.close())
        const client = await t.connect({ hosts: server.hosts, ...ada })
        await client.put(["test", "s", 1], { a: 1 })
        t.same((await client.get(["test", "s", 1])).bins, { a: 1 })
        await t.fails(client.admin.queryUsers(), { is: "AdminError", code: 52 })
      },
    },
    {
      name: "a server without security says so to who names a user",
      async run(t) {
        await t.fails(t.connect({ hosts: t.hosts, ...ada }), {
          is: "AdminError",
          code: 51,
          says: ["no security", "leave user and password out"],
        })
        await t.fails(t.client.admin.queryUsers(), { is: "AdminError", code: 51 })
      },
      needs: ["Community Edition"],
    },
  ],
}
