// The commands that ask a cluster, as processes: what they print, on how many columns, and how they end. `make dist` first.

import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Client, connect, double } from "aerospike-wasm"
import { type DevServer, type DevServerOptions, startDevServer } from "aerospike-wasm/devserver"
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest"

// Processes take their time to start where much else runs.
vi.setConfig({ testTimeout: 60_000 })

const program = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url))
const patient = ["--timeout", "20000"]

interface Ended {
  code: number | null
  out: string
  err: string
}

/** Runs a command; nothing of the environment here says how to connect. */
function run(args: string[], environment: Record<string, string> = {}, input = ""): Promise<Ended> {
  const outer = Object.entries(process.env).filter(([name]) => !name.startsWith("AEROSPIKE_"))
  const env = { ...Object.fromEntries(outer), ...environment }
  const child = spawn(process.execPath, [program, ...args], { env, stdio: "pipe" })
  child.stdin.on("error", () => {}).end(input)
  const ended: Ended = { code: null, out: "", err: "" }
  child.stdout.setEncoding("utf8").on("data", (text) => {
    ended.out += text
  })
  child.stderr.setEncoding("utf8").on("data", (text) => {
    ended.err += text
  })
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...ended, code })))
}

/** It failed with a line, and nothing else. */
function failedWith(ended: Ended, code: number, said: string | RegExp): void {
  expect([ended.code, ended.out, ended.err.split("\n").length]).toEqual([code, "", 2])
  expect(ended.err).toMatch(said)
}

describe("a cluster of two", () => {
  let server: DevServer
  let client: Client
  let environment: { AEROSPIKE_HOSTS: string }

  beforeAll(async () => {
    server = await startDevServer({ nodes: 2 })
    client = await connect({ hosts: server.hosts })
    environment = { AEROSPIKE_HOSTS: server.hosts }
    await client.put(["test", "cli", "alice"], { name: "Alice", big: 2n ** 62n, one: double(1) })
    await client.put(["test", "cli", 5], { name: "Five" }, { sendKey: true })
    await client.batchWrite(
      Array.from({ length: 300 }, (_, i) => ({
        key: ["test", "many", i] as const,
        bins: { i, text: "x".repeat(2000) },
      })),
    )
  })

  afterAll(async () => {
    await client.close()
    await server.close()
  })

  test("info tells what each node answers, on 80 columns", async () => {
    const [first, second] = server.nodes.map(({ name, host, port }) => `${name}  ${host}:${port}`)
    const build = await run(["info", "build", ...patient], environment)
    expect(build).toEqual({
      code: 0,
      err: "",
      out: expect.stringMatching(/^A1 {2}\S+\n {2}[\d.]+\nA2 {2}\S+\n {2}[\d.]+\n$/),
    })
    expect(build.out).toContain(first)
    expect(build.out).toContain(second)
    const statistics = await run(["info", "statistics", "--node", "A2", ...patient], environment)
    expect(statistics.out).toMatch(/^A2 {2}\S+\n(?: {2}[^\n=]+=[^\n]*\n)+$/)
    for (const line of statistics.out.split("\n")) expect(line.length).toBeLessThanOrEqual(80)
    const lines = (await run(["info", "namespaces", "--json", ...patient], environment)).out.trim().split("\n")
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { node: "A1", command: "namespaces", response: "test;bar" },
      { node: "A2", command: "namespaces", response: "test;bar" },
    ])
  })

  test("get prints a record as a line of JSON", async () => {
    const { code, out, err } = await run(["get", "test", "cli", "alice", ...patient], environment)
    const bins = '{"name":"Alice","big":4611686018427387904,"one":1.0}'
    expect([code, err]).toEqual([0, ""])
    expect(out).toBe(`{"ns":"test","set":"cli","key":"alice","gen":1,"ttl":-1,"bins":${bins}}\n`)
    const hosts = ["--hosts", server.hosts.split(",")[0]!]
    const five = await run(["get", "test", "cli", "5", "--key-type", "integer", "--bins", "name", ...hosts, ...patient])
    expect(JSON.parse(five.out).bins).toEqual({ name: "Five" })
  })

  test("query prints as many records as there are, or as are wanted", async () => {
    const all = (await run(["query", "test", "many", ...patient], environment)).out.trim().split("\n")
    expect(new Set(all.map((line) => JSON.parse(line).bins.i)).size).toBe(300)
    const some = await run(["query", "test", "many", "--limit", "7", "--bins", "i", ...patient], environment)
    expect(some.code).toBe(0)
    const rows = some.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
    expect(rows.map(({ bins }) => Object.keys(bins))).toEqual(Array(7).fill(["i"]))
    const whole = await run(["query", "test", ...patient], environment)
    expect(whole.out.trim().split("\n").length).toBe(302)
  })

  test("query ends quietly when whoever reads has enough", async () => {
    const env = { ...process.env, ...environment }
    const child = spawn(process.execPath, [program, "query", "test", "many", ...patient], { env })
    let err = ""
    child.stderr.on("data", (text) => {
      err += text
    })
    child.stdout.once("data", () => child.stdout.destroy())
    const code = await new Promise((resolve) => child.on("close", resolve))
    expect([code, err]).toEqual([0, ""])
  })

  test("failures are a line and a code", async () => {
    const ask = (...args: string[]) => run([...args, ...patient], environment)
    failedWith(
      await ask("get", "test", "cli", "nobody"),
      3,
      'aerospike-wasm get: There is no record test.cli "nobody".',
    )
    failedWith(await ask("get", "test", "cli", "x", "--bins", "a"), 3, "There is no record")
    failedWith(await ask("get", "nowhere", "cli", "x"), 1, /namespace/)
    failedWith(await ask("query", "nowhere"), 1, /namespace/)
    failedWith(await ask("info", "nonsense", "--node", "A1"), 1, "node A1: ERROR:4:unrecognized command")
    failedWith(await ask("info", "build", "--node", "A9"), 1, "those that are known: A1, A2")
    failedWith(await ask("get", "test", "cli"), 2, "It takes <ns> <set> <key>, and 2 were given. See")
    failedWith(await ask("get", "test", "cli", "x", "--colour"), 2, "Unknown option '--colour'. See")
    failedWith(
      await ask("get", "test", "cli", "x", "--key-type", "integer"),
      2,
      'The key is "x": it must be an integer',
    )
    failedWith(await ask("get", "test", "cli", "x", "--key-type", "int"), 2, '--key-type is "int": it must be string')
    failedWith(await ask("query", "test", "--limit", "0"), 2, '--limit is "0": it must be a whole number, 1 or more.')
    failedWith(await ask("query", "test", "--hosts", "a b"), 2, '--hosts host is "a b"')
    failedWith(await run(["info", "build", "--hosts", "127.0.0.1:1"]), 1, "127.0.0.1:1: connection refused")
  })
})

describe("users and TLS", () => {
  const open: { close(): unknown }[] = []
  const start = async (options: DevServerOptions) => {
    const server = await startDevServer({ edition: "enterprise", ...options })
    open.push(server)
    return server
  }

  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close()
  })

  test("a password comes from the environment, a file, standard input or a flag, and is never shown", async () => {
    const users = [{ name: "ada", password: "h0rse", roles: ["superuser"] }]
    const { hosts } = await start({ security: { users } })
    const folder = mkdtempSync(join(tmpdir(), "cli-"))
    open.push({ close: () => rmSync(folder, { recursive: true }) })
    writeFileSync(join(folder, "password"), "h0rse\n")
    const as = { AEROSPIKE_HOSTS: hosts, AEROSPIKE_USER: "ada" }
    const ask = ["info", "namespaces", ...patient]
    const all = [
      await run(ask, { ...as, AEROSPIKE_PASSWORD: "h0rse" }),
      await run([...ask, "--user", "ada", "--password-file", join(folder, "password")], { AEROSPIKE_HOSTS: hosts }),
      await run([...ask, "--password-file", "-"], as, "h0rse\n"),
      await run([...ask, "--password", "h0rse"], as),
    ]
    for (const ended of all) expect(ended).toMatchObject({ code: 0, err: "", out: expect.stringContaining("test;bar") })
    const refused = [
      await run([...ask, "--password", "wr0ng"], as),
      await run([...ask, "--password", "wr0ng", "--auth-mode", "external"], as),
    ]
    failedWith(refused[0]!, 1, /PASSWORD/i)
    failedWith(refused[1]!, 2, '--auth-mode "external" needs --tls')
    failedWith(await run(ask, as), 2, 'The password of "ada" is missing: give AEROSPIKE_PASSWORD or --password-file')
    for (const { out, err } of [...all, ...refused]) expect(out + err).not.toMatch(/h0rse|wr0ng/)
  })

  test("certificates come from flags or the environment", async () => {
    const server = await start({ tls: true })
    const folder = mkdtempSync(join(tmpdir(), "cli-"))
    open.push({ close: () => rmSync(folder, { recursive: true }) })
    const ca = join(folder, "ca.pem")
    writeFileSync(ca, server.authority!.ca)
    const ask = ["info", "edition", ...patient]
    const { host, tlsName, tlsPort } = server.nodes[0]!
    const byFlag = await run([...ask, "--tls-ca", ca, "--hosts", server.tlsHosts])
    expect(byFlag).toMatchObject({ code: 0, err: "", out: expect.stringContaining("Enterprise") })
    const environment = { AEROSPIKE_HOSTS: `${host}:${tlsPort}`, AEROSPIKE_TLS_CA: ca, AEROSPIKE_TLS_NAME: tlsName! }
    expect(await run(ask, environment)).toMatchObject({ code: 0, err: "" })
    failedWith(await run([...ask, "--tls"], { AEROSPIKE_HOSTS: server.tlsHosts }), 1, /certificate/)
    failedWith(await run([...ask, "--tls-ca", "absent.pem"]), 2, '--tls-ca is "absent.pem": it must be PEM')
  })
})
