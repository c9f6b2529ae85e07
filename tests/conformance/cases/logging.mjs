// Log lines: what is said at which level, in which fields, to which kind of logger; and what no line has.

import { startDevServer } from "aerospike-wasm/devserver"
import { closedPort } from "../support/peers.mjs"

/** Calls with the level set, and puts it back to off. */
async function atLevel(t, level, act) {
  t.api.setLogLevel(level)
  try {
    return await act()
  } finally {
    t.api.setLogLevel(t.api.LogLevel.OFF)
  }
}

/** A logger that keeps its lines. */
function keeper() {
  const lines = []
  const logger = (level, message, fields) => void lines.push({ level, message, fields })
  return { lines, logger }
}

export default {
  name: "logging",
  cases: [
    {
      name: "at INFO the cluster is told of, in fields, and no operation",
      async run(t) {
        const { LogLevel } = t.api
        const { lines, logger } = keeper()
        const client = await atLevel(t, LogLevel.INFO, async () => {
          const made = await t.connect({ logger })
          const keys = t.keys(50)
          for (const key of keys) await made.put(key, { a: 1 })
          await made.get(["test", t.set, "a-key-of-nobody"]).catch(() => {})
          await made.batchRead(keys)
          return made
        })
        const joined = lines.filter(({ message }) => message === "a node joined")
        t.assert.equal(joined.length, client.nodeNames().length)
        for (const { level, fields } of joined) {
          t.assert.equal(level, LogLevel.INFO)
          t.assert.ok(client.nodeNames().includes(fields.node))
          t.assert.match(fields.address, /:\d+$/)
        }
        t.assert.equal(lines.length, joined.length, JSON.stringify(lines))
      },
    },
    {
      name: "at DEBUG failures are told of, at TRACE every operation, with code, node and attempts and without the key",
      async run(t) {
        const { LogLevel } = t.api
        const { lines, logger } = keeper()
        const client = await t.connect({ logger })
        const key = t.owned(["test", t.set, "a-secret-key"])
        const act = async () => {
          await client.put(key, { name: "a secret value" })
          await client.get(key)
          await client.put(key, { n: 1 }, { exists: "createOnly" }).catch(() => {})
        }
        await atLevel(t, LogLevel.DEBUG, act)
        const [failed, ...others] = lines.splice(0)
        t.assert.deepEqual(others, [])
        t.assert.equal(failed.level, LogLevel.DEBUG)
        t.assert.equal(failed.message, "put: RECORD_EXISTS")
        const { operation, namespace, set, code, attempts, inDoubt } = failed.fields
        t.assert.deepEqual(
          { operation, namespace, set, code, attempts, inDoubt },
          { operation: "put", namespace: "test", set: t.set, code: 5, attempts: 1, inDoubt: false },
        )
        t.assert.ok(client.nodeNames().includes(failed.fields.node))
        await atLevel(t, LogLevel.TRACE, act)
        t.assert.deepEqual(
          lines.map(({ level, message }) => [level, message]),
          [
            [LogLevel.TRACE, "put: OK"],
            [LogLevel.TRACE, "get: OK"],
            [LogLevel.DEBUG, "put: RECORD_EXISTS"],
          ],
        )
        t.assert.ok(!JSON.stringify([failed, ...lines]).includes("secret"))
      },
    },
    {
      name: "no line has a password, whatever goes wrong",
      async run(t) {
        const { LogLevel } = t.api
        const { lines, logger } = keeper()
        const users = [{ name: "ada", password: "ada-secret-1", roles: ["read-write"] }]
        const server = await startDevServer({ edition: "enterprise", security: { users } })
        t.closing(() => server.close())
        const login = { hosts: server.hosts, logger, user: "ada" }
        await atLevel(t, LogLevel.TRACE, async () => {
          const client = await t.connect({ ...login, password: "ada-secret-1" })
          await client.put(["test", "s", 1], { a: 1 })
          await client.admin.changePassword("ada", "ada-secret-2").catch(() => {})
          await t.connect({ ...login, password: "a-wrong-secret" }).catch(() => {})
          const asked = async () => {
            throw new Error("no secret today")
          }
          await t.connect({ ...login, password: asked }).catch(() => {})
        })
        t.assert.ok(lines.length > 0)
        t.assert.ok(!/secret/.test(JSON.stringify(lines)), JSON.stringify(lines))
      },
    },
    {
      name: "a logger may be an object with a method a level, as pino is",
      async run(t) {
        const { LogLevel } = t.api
        const lines = []
        const method = (level) => (fields, message) => void lines.push({ level, message, fields })
        const levels = ["error", "warn", "info", "debug", "trace"]
        const logger = Object.fromEntries(levels.map((level) => [level, method(level)]))
        const client = await atLevel(t, LogLevel.INFO, () => t.connect({ logger }))
        t.assert.equal(lines.length, client.nodeNames().length)
        t.assert.ok(lines.every(({ level, message }) => level === "info" && message === "a node joined"))
        await t.fails(() => t.connect({ logger: { info() {} } }), { is: "InvalidArgumentError", says: "config.logger" })
      },
    },
    {
      name: "lines that a failing logger lost are counted",
      async run(t) {
        const { LogLevel, droppedLogCount } = t.api
        const before = droppedLogCount()
        const logger = () => {
          throw new Error("disk full")
        }
        const client = await atLevel(t, LogLevel.INFO, () => t.connect({ logger }))
        t.assert.equal(droppedLogCount() - before, client.nodeNames().length)
      },
    },
    {
      name: "what a seed is not to be reached for is a field of its line",
      async run(t) {
        const { LogLevel } = t.api
        const { lines, logger } = keeper()
        const port = await closedPort()
        await atLevel(t, LogLevel.INFO, () => t.connect({ logger, hosts: `127.0.0.1:${port},${t.hosts}` }))
        const line = lines.find(({ fields }) => fields.address === `127.0.0.1:${port}`)
        t.assert.ok(line, JSON.stringify(lines))
        t.assert.equal(typeof line.fields.reason, "string")
      },
    },
  ],
}
