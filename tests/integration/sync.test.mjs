// The sync client as a script uses it: on its main thread, in a process of its own. What its methods give, the conformance
// suite says (`--sync`); here is what it is beside: how it waits, ends, dies, and what it has.

import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { findRuntimes } from "../conformance/support/runtimes.mjs"
import { startDevServerProcess } from "../conformance/support/server.mjs"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const dist = new URL("../../dist/", import.meta.url)
let server
let folder

beforeAll(async () => {
  server = await startDevServerProcess()
  folder = mkdtempSync(join(tmpdir(), "aerospike-wasm-sync-"))
})

afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs a script on a runtime until it ends by itself, and gives what it printed. */
function script(runtime, source) {
  const { command, args } = findRuntimes(runtime)[0]
  const file = join(folder, `${runtime}.mjs`)
  const head = [
    `import * as api from ${JSON.stringify(new URL(`entry/${runtime}.js`, dist).href)}`,
    `import { connectSync } from ${JSON.stringify(new URL("sync/index.js", dist).href)}`,
    `const hosts = ${JSON.stringify(server.hosts)}`,
    // Where the stack of an error that was made for the caller has no place of it.
    `const runsOnBun = "Bun" in globalThis`,
  ]
  writeFileSync(file, `${head.join("\n")}\n${source}`)
  const { status, signal, stdout, stderr } = spawnSync(command, [...args, file], { encoding: "utf8", timeout: 60_000 })
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" })
  return stdout.trimEnd().split("\n")
}

describe.each(["node", "deno", "bun"])("on %s", (runtime) => {
  test("calls follow one another, and the process ends when the client is closed", () => {
    const lines = script(
      runtime,
      `const client = connectSync({ hosts })
       const key = ["test", "sync", "${runtime}"]
       client.put(key, { n: 1, big: 2n ** 62n, at: api.GeoJSON.point(1, 2), map: new Map([[1, "one"]]) })
       const { bins } = client.get(key)
       console.log(bins.n, typeof bins.big, bins.at instanceof api.GeoJSON, bins.map.get(1))
       try { client.get(["test", "sync", "nobody"]) } catch (error) {
         console.log(error instanceof api.RecordNotFoundError, error.code, error.key[2], runsOnBun || error.stack.includes("${runtime}.mjs"))
       }
       for (let i = 0; i < 100; i++) client.put(["test", "sync${runtime}", i], { i })
       let sum = 0
       for (const { bins } of client.query("test", "sync${runtime}")) sum += bins.i
       console.log(sum, client.query("test", "sync${runtime}").count())
       client.close()
       client.close()
       try { client.get(key) } catch (error) { console.log(error.codeName, client.isConnected(), client.nodes().length) }`,
    )
    expect(lines).toEqual(["1 bigint true one", "true 2 nobody true", "4950 100", "CLOSED false 0"])
  })

  test("the scope of a client closes it, and one that was forgotten does not keep the process", () => {
    const lines = script(
      runtime,
      `const scoped = connectSync({ hosts })
       scoped[Symbol.dispose]()
       try { scoped.exists(["test", "sync", 1]) } catch (error) { console.log(error.codeName) }
       console.log(connectSync({ hosts }).ping())`,
    )
    expect(lines).toEqual(["CLOSED", "true"])
  })

  test("a large result arrives whole", () => {
    const lines = script(
      runtime,
      `const client = connectSync({ hosts })
       const bytes = new Uint8Array(900_000).map((_, i) => i % 251)
       client.put(["test", "sync", "large"], { bytes })
       const rows = client.batchRead(Array.from({ length: 40 }, () => ["test", "sync", "large"]), {}, { totalTimeout: 50_000 })
       console.log(rows.length, rows.every(({ bins }) => bins.bytes.length === bytes.length && bins.bytes[899_999] === bytes[899_999]))
       client.close()`,
    )
    expect(lines).toEqual(["40 true"])
  })

  test("functions are called while it waits, and log lines and events come between calls, too", () => {
    const lines = script(
      runtime,
      `const lines = []
       api.setLogLevel(api.LogLevel.INFO)
       const client = connectSync({ hosts, logger: (level, text) => lines.push(text) })
       const keys = [1, 2, 3].map((n) => ["test", "sync", "row" + n])
       client.batchWrite(keys.map((key, n) => ({ key, bins: { n } })))
       const seen = []
       const rows = client.batchRead(keys, {}, { onRow: (row, at) => seen.push([row, at]) })
       console.log(seen.length, seen.every(([row, at]) => rows[at] === row && row.key === keys[at]), lines.length > 0)
       const error = new Error("mine")
       try { client.transaction(() => { throw error }) } catch (thrown) { console.log(thrown === error) }
       try { client.transaction(async () => {}) } catch (error) { console.log(error.name, /promise/.test(error.message)) }
       client.close()`,
    )
    expect(lines).toEqual(["3 true true", "true", "InvalidArgumentError true"])
  })

  test("a configuration that cannot be used, and hosts that do not answer, are errors as with connect", () => {
    const lines = script(
      runtime,
      `for (const config of [{ host: "a" }, { hosts: "127.0.0.1:1" }, { hosts, transport: { open() {} } }]) {
         try { connectSync(config) } catch (error) { console.log(error.name, error instanceof api.AerospikeError) }
       }`,
    )
    expect(lines).toEqual(["InvalidArgumentError true", "ClusterError true", "InvalidArgumentError true"])
  })
})

test("every method of the async classes is there", () => {
  const lines = script(
    "node",
    `import { readFileSync } from "node:fs"
     const client = connectSync({ hosts })
     const job = client.queryJob(1n)
     const query = client.query("test")
     const pairs = [
       [api.Client, client], [api.Query, query], [api.QueryJob, job], [api.Job, job],
       [api.Aggregation, query.aggregate("m", "f")], [client.admin.constructor, client.admin],
     ]
     const internal = ["constructor", "then", "asking"]
     for (const [type, object] of pairs) {
       const names = Object.getOwnPropertyNames(type.prototype)
       const methods = names.filter((name) => typeof Object.getOwnPropertyDescriptor(type.prototype, name).value === "function")
       console.log(methods.filter((name) => !internal.includes(name) && typeof object[name] !== "function").join())
     }
     const admin = readFileSync(${JSON.stringify(fileURLToPath(new URL("admin/security.d.ts", dist)))}, "utf8")
     const names = [...admin.matchAll(/^    (\\w+)\\(.*Promise</gm)].map(([, name]) => name)
     console.log(names.length > 10 && names.every((name) => typeof client.admin[name] === "function"))
     client.close()`,
  )
  expect(lines).toEqual(["", "", "", "", "", "", "true"])
})

test.each([
  ["throws", "setTimeout(() => { throw new Error('out of order') })", /out of order/],
  ["ends", "setTimeout(() => process.exit(3))", /code 3/],
])("a thread that %s is an error with its reason, for whoever waits", (_, act, reason) => {
  writeFileSync(
    join(folder, "dying.mjs"),
    `import { workerData } from "node:worker_threads"
     import { serve } from ${JSON.stringify(new URL("sync/serve.js", dist).href)}
     const server = serve(workerData, () => new Promise(() => { ${act} }))
     process.on("uncaughtException", (error) => server.dies(error))
     process.on("exit", (code) => server.dies(new Error("its thread ended with code " + code)))`,
  )
  const lines = script(
    "node",
    `import { MessageChannel, Worker } from "node:worker_threads"
     import { Channel } from ${JSON.stringify(new URL("sync/channel.js", dist).href)}
     import { CONNECT } from ${JSON.stringify(new URL("sync/messages.js", dist).href)}
     const { port1, port2 } = new MessageChannel()
     const cells = new SharedArrayBuffer(8)
     const worker = new Worker(new URL("./dying.mjs", import.meta.url), { workerData: { port: port2, cells }, transferList: [port2] })
     const channel = new Channel(worker, port1, cells)
     for (let i = 0; i < 2; i++) {
       try { channel.call(["client"], CONNECT, [{}]) } catch (error) { console.log(error.codeName, error.message) }
     }`,
  )
  expect(lines).toHaveLength(2)
  for (const line of lines) {
    expect(line).toMatch(/^ENGINE /)
    expect(line).toMatch(reason)
  }
})

test("where nobody may wait, it is refused at once", async () => {
  const { connectSync } = await import("../../dist/sync/nowhere.js")
  expect(() => connectSync({ hosts: "127.0.0.1" })).toThrow(/needs Node, Deno or Bun/)
})
