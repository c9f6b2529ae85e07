// Metrics as a scraper sees them: fetched with undici over HTTP, parsed, and held against what was done.

import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { type Client, connect, LogLevel, setLogLevel } from "aerospike-wasm"
import { type DevServer, startDevServer } from "aerospike-wasm/devserver"
import {
  getMetrics,
  internalStageProfiling,
  isInternalStageMetricsEnabled,
  isMetricsEnabled,
  type MetricsServer,
  pushMetrics,
  registry,
  setInternalStageMetricsEnabled,
  setMetricsEnabled,
  startMetricsServer,
  stopMetricsServer,
} from "aerospike-wasm/metrics"
import { Counter, Registry } from "prom-client"
import { Agent, request } from "undici"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { parseMetrics } from "./support/prometheus.ts"
import { startRelay } from "./support/relay.ts"

let server: DevServer
let client: Client
let metrics: MetricsServer
const scraper = new Agent()

beforeAll(async () => {
  setLogLevel(LogLevel.OFF)
  server = await startDevServer({ nodes: 2 })
  metrics = await startMetricsServer({ port: 0 })
})

afterAll(async () => {
  await scraper.close()
  await stopMetricsServer()
  await server.close()
})

beforeEach(async () => {
  client = await connect({ hosts: server.hosts })
})

afterEach(async () => {
  await client.close()
})

async function scrape(
  path = "/metrics",
  headers: Record<string, string> = {},
  method: "GET" | "HEAD" | "POST" = "GET",
) {
  const answer = await request(`${metrics.url}${path}`, { dispatcher: scraper, headers, method })
  return { status: answer.statusCode, type: String(answer.headers["content-type"]), text: await answer.body.text() }
}

async function scraped() {
  return parseMetrics((await scrape()).text)
}

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** How often an operation on a set was counted. */
async function counted(set: string, operation: string, error = "") {
  const labels = { db_collection_name: set, db_operation_name: operation, error_type: error }
  return (await scraped()).value("db_client_operation_duration_seconds_count", labels)
}

describe("a scrape", () => {
  test("counts every operation once, by what it was and how it ended", async () => {
    const set = "exact"
    const key = (id: number) => ["test", set, id] as const
    for (let id = 0; id < 7; id++) await client.put(key(id), { n: id })
    for (let id = 0; id < 5; id++) await client.get(key(id))
    await client.increment(key(0), "n", 1)
    await client.append(key(0), "s", "a")
    await client.touch(key(0))
    await client.select(key(0), ["n"])
    await client.exists(key(0))
    for (let i = 0; i < 3; i++) await client.get(key(99)).catch(() => {})
    await client.put(key(0), { n: 1 }, { exists: "createOnly" }).catch(() => {})
    // That nothing is there is what these ask.
    expect(await client.find(key(99))).toBeUndefined()
    expect(await client.exists(key(99))).toBeUndefined()
    expect(await client.remove(key(99))).toBe(false)
    await client.batchRead([key(0), key(1), key(99)])
    await client.batchRemove([key(5), key(6)])
    await client.query("test", set).results()
    const wanted: [operation: string, error: string, count: number][] = [
      ["put", "", 7],
      ["put", "RecordExistsError", 1],
      ["get", "", 6],
      ["get", "RecordNotFoundError", 3],
      ["increment", "", 1],
      ["append", "", 1],
      ["touch", "", 1],
      ["select", "", 1],
      ["exists", "", 2],
      ["remove", "", 1],
      ["batch_read", "", 1],
      ["batch_remove", "", 1],
      ["query", "", 1],
    ]
    const all = await scraped()
    const own = all.samples("db_client_operation_duration_seconds_count", { db_collection_name: set })
    const found = own.map(({ labels, value }) => [labels.db_operation_name, labels.error_type, value])
    expect(found.sort()).toEqual([...wanted].sort())
    expect(own.every(({ labels }) => labels.db_system_name === "aerospike" && labels.db_namespace === "test")).toBe(
      true,
    )
    expect(all.value("aerospike_client_batch_records_total", { db_operation_name: "batch_read" })).toBe(3)
  })

  test("tells of operations that shared requests, and of how many requests", async () => {
    const key = (id: number) => ["test", "shared", id] as const
    const shared = async () => {
      const all = await scraped()
      const value = (name: string) => all.value(`aerospike_client_${name}`, {})
      return [value("coalesced_operations_total"), value("shared_requests_total"), value("operations_total")] as const
    }
    const merging = await connect({ hosts: server.hosts, coalesce: { from: 2 } })
    await Promise.all(Array.from({ length: 40 }, (_, id) => merging.put(key(id), { n: id })))
    const before = await shared()
    await Promise.all(Array.from({ length: 40 }, (_, id) => merging.get(key(id))))
    const after = await shared()
    const { coalesced, sharedRequests } = merging.stats()
    await merging.close()
    expect(after.map((value, i) => value - before[i]!)).toEqual([40, sharedRequests, 40])
    expect(coalesced).toBe(40)
    expect(sharedRequests).toBeGreaterThan(0)
    expect(await counted("shared", "get")).toBe(40)
  })

  test("has the buckets that are promised, and they add up", async () => {
    await client.put(["test", "buckets", 1], { a: 1 })
    const buckets = (await scraped()).samples("db_client_operation_duration_seconds_bucket", {
      db_collection_name: "buckets",
    })
    expect(buckets.map(({ labels }) => labels.le)).toEqual("0.001 0.005 0.01 0.05 0.1 0.5 1 5 10 +Inf".split(" "))
    const counts = buckets.map(({ value }) => value)
    expect([...counts].sort((a, b) => a - b)).toEqual(counts)
    expect(counts.at(-1)).toBe(1)
  })

  test("tells of each node: connections, tends, bytes", async () => {
    await client.put(["test", "nodes", 1], { a: 1 })
    const all = await scraped()
    for (const node of client.nodeNames()) {
      expect(all.value("aerospike_client_node_active", { node })).toBe(1)
      expect(all.value("aerospike_client_tend_seconds_count", { node })).toBeGreaterThan(0)
      expect(all.value("aerospike_client_sent_bytes_total", { node })).toBeGreaterThan(0)
      expect(all.value("aerospike_client_breaker_open", { node })).toBe(0)
    }
    const stats = client.stats()
    expect(all.sum("aerospike_client_connections")).toBe(stats.connectionsOpen - client.nodeNames().length)
    expect(all.value("aerospike_client_nodes", {})).toBe(2)
    expect(all.value("aerospike_client_clients", {})).toBe(1)
    expect(all.value("aerospike_client_memory_bytes", {})).toBeGreaterThan(1e6)
  })

  test("adds the clients of the process up, and goes on counting what closed ones did", async () => {
    const set = "several"
    const other = await connect({ hosts: server.hosts })
    await client.put(["test", set, 1], { a: 1 })
    await other.put(["test", set, 2], { a: 1 })
    expect(await counted(set, "put")).toBe(2)
    expect((await scraped()).value("aerospike_client_clients", {})).toBe(2)
    const before = (await scraped()).sum("aerospike_client_connections_opened_total")
    await other.close()
    const after = await scraped()
    expect(after.value("aerospike_client_clients", {})).toBe(1)
    expect(await counted(set, "put")).toBe(2)
    expect(after.sum("aerospike_client_connections_opened_total")).toBeGreaterThanOrEqual(before)
    expect(after.sum("aerospike_client_connections_closed_total", { reason: "shutdown" })).toBeGreaterThan(0)
  })

  test("tells of what went wrong: retries, timeouts, errors of a node", async () => {
    const relay = await startRelay(server.nodes[0]!.port)
    const silenced = await connect({ hosts: `127.0.0.1:${relay.port}`, singleNode: true, tendInterval: 60_000 })
    const before = await scraped()
    relay.silence()
    await silenced.get(["test", "wrong", 1], { totalTimeout: 400, socketTimeout: 100, maxRetries: 1 }).catch(() => {})
    const after = await scraped()
    const more = (name: string) => after.sum(name) - before.sum(name)
    expect(more("aerospike_client_retries_total")).toBe(1)
    expect(more("aerospike_client_timeouts_total")).toBeGreaterThanOrEqual(1)
    expect(await counted("wrong", "get", "TimeoutError")).toBe(1)
    expect(after.sum("aerospike_client_breaker_errors_total")).toBeGreaterThan(0)
    await silenced.close()
    relay.close()
  })

  test("is Prometheus text, and OpenMetrics for those who ask for it", async () => {
    const plain = await scrape()
    expect(plain).toMatchObject({ status: 200, type: "text/plain; version=0.0.4; charset=utf-8" })
    expect(plain.text).not.toContain("# EOF")
    const accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    const open = await scrape("/metrics", { accept })
    expect(open).toMatchObject({ status: 200, type: "application/openmetrics-text; version=1.0.0; charset=utf-8" })
    expect(open.text.endsWith("\n# EOF\n")).toBe(true)
    expect(open.text).toContain("# TYPE aerospike_client_sent_bytes counter\n")
    expect(open.text).toContain("\naerospike_client_sent_bytes_total{")
    // The one does not spoil the other.
    expect((await scrape()).text).toContain("# TYPE aerospike_client_sent_bytes_total counter\n")
    expect((await scrape("/metrics", { accept: "application/openmetrics-text;q=0.1,text/plain" })).text).not.toContain(
      "EOF",
    )
    const names = (text: string) =>
      parseMetrics(text)
        .names()
        .map((name) => name.replace(/_total$/, ""))
    expect(names(open.text)).toEqual(names(plain.text))
  })

  test("has each metric with help and type, and each line once", async () => {
    const { text } = await scrape()
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
    const series = lines.map((line) => line.slice(0, line.lastIndexOf(" ")))
    expect(new Set(series).size).toBe(series.length)
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name]) => name)
    const helps = [...text.matchAll(/^# HELP (\S+) .+$/gm)].map(([, name]) => name)
    expect(types).toEqual(helps)
    const known = new Set(types)
    const unknown = series
      .map((line) => line.split("{")[0]!)
      .filter((name) => {
        return !known.has(name) && !known.has(name.replace(/_(bucket|sum|count)$/, ""))
      })
    expect(unknown).toEqual([])
  })
})

describe("the server", () => {
  test("answers whether clients have their cluster", async () => {
    expect(JSON.parse((await scrape("/healthz")).text)).toEqual({ status: "ok", clients: 1, connected: 1 })
    const lost = await connect({ hosts: "127.0.0.1:1", failIfNotConnected: false })
    const unwell = await scrape("/healthz")
    expect(unwell.status).toBe(503)
    expect(JSON.parse(unwell.text)).toEqual({ status: "unavailable", clients: 2, connected: 1 })
    await lost.close()
    expect((await scrape("/healthz")).status).toBe(200)
  })

  test("has a page, and nothing that lets a visitor change anything", async () => {
    expect(await scrape("/")).toMatchObject({ status: 200, type: "text/html; charset=utf-8" })
    expect((await scrape("/nothing")).status).toBe(404)
    expect((await scrape("/metrics", {}, "POST")).status).toBe(405)
    expect(await scrape("/metrics", {}, "HEAD")).toMatchObject({ status: 200, text: "" })
  })

  test("is one a process: starting another ends the one before", async () => {
    const first = await startMetricsServer({ port: 0 })
    const second = await startMetricsServer({ port: 0 })
    await expect(request(first.url)).rejects.toThrow()
    expect((await request(`${second.url}/healthz`)).statusCode).toBe(200)
    const again = await startMetricsServer({ port: second.port })
    expect(again.port).toBe(second.port)
    const taken = createServer().listen(0, "127.0.0.1")
    await new Promise((resolve) => taken.once("listening", resolve))
    const { port } = taken.address() as AddressInfo
    await expect(startMetricsServer({ port })).rejects.toMatchObject({ code: "EADDRINUSE" })
    expect((await request(`${again.url}/healthz`)).statusCode).toBe(200)
    taken.close()
    await stopMetricsServer()
    await expect(request(again.url)).rejects.toThrow()
    await stopMetricsServer()
    metrics = await startMetricsServer({ port: 0 })
  })

  test.each([
    [{ port: 70_000 }, "options.port is 70000"],
    [{ host: "" }, 'options.host is ""'],
    [{ prot: 1 }, "did you mean port?"],
  ])("refuses %j", (options, message) => {
    expect(() => startMetricsServer(options as never)).toThrow(message)
  })
})

describe("counting", () => {
  test("can be switched off and on again, and what was counted stays", async () => {
    const set = "switched"
    expect(isMetricsEnabled()).toBe(true)
    await client.put(["test", set, 1], { a: 1 })
    setMetricsEnabled(false)
    expect(isMetricsEnabled()).toBe(false)
    await client.put(["test", set, 1], { a: 1 })
    const late = await connect({ hosts: server.hosts })
    await late.put(["test", set, 1], { a: 1 })
    expect(await counted(set, "put")).toBe(1)
    setMetricsEnabled(true)
    await client.put(["test", set, 1], { a: 1 })
    await late.put(["test", set, 1], { a: 1 })
    expect(await counted(set, "put")).toBe(3)
    await late.close()
  })

  test("of more sets than there is room for goes on as one called other", async () => {
    const sets = Array.from({ length: 1100 }, (_, i) => `many${i}`)
    await Promise.all(sets.map((set) => client.find(["test", set, 1])))
    const all = await scraped()
    const own = all
      .samples("db_client_operation_duration_seconds_count", { db_operation_name: "get" })
      .filter(({ labels }) => /^(many\d+|other)$/.test(labels.db_collection_name!))
    expect(own.length).toBeLessThanOrEqual(1001)
    expect(own.reduce((sum, { value }) => sum + value, 0)).toBe(1100)
    expect(own.find(({ labels }) => labels.db_collection_name === "other")?.value).toBe(1100 - own.length + 1)
  })

  test("of stages happens within a scope, and where it is asked for", async () => {
    const stages = async (operation: string) => {
      const samples = (await scraped()).samples("db_client_internal_stage_seconds_count", {
        db_operation_name: operation,
      })
      return Object.fromEntries(samples.map(({ labels, value }) => [labels.stage, value]))
    }
    await client.put(["test", "stages", 1], { a: 1 })
    expect(await stages("put")).toEqual({})
    const result = await internalStageProfiling(async () => {
      await client.put(["test", "stages", 1], { a: 1 })
      await client.get(["test", "stages", 1])
      return 7
    })
    expect(result).toBe(7)
    const once = { encode: 1, queue: 1, connect: 1, send: 1, wait: 1, decode: 1, materialize: 1 }
    expect(await stages("put")).toEqual(once)
    expect(await stages("get")).toEqual(once)
    expect(isInternalStageMetricsEnabled()).toBe(false)
    await client.put(["test", "stages", 1], { a: 1 })
    expect(await stages("put")).toEqual(once)
    expect(() =>
      internalStageProfiling(() => {
        throw new Error("mine")
      }),
    ).toThrow("mine")
    expect(isInternalStageMetricsEnabled()).toBe(false)
    setInternalStageMetricsEnabled(true)
    internalStageProfiling(() => {})
    expect(isInternalStageMetricsEnabled()).toBe(true)
    await client.batchRead([
      ["test", "stages", 1],
      ["test", "stages", 2],
    ])
    setInternalStageMetricsEnabled(false)
    expect(await stages("batch_read")).toMatchObject({ encode: 1, decode: 1, materialize: 1 })
    const all = (await scraped()).samples("db_client_internal_stage_seconds_bucket", {
      stage: "wait",
      db_operation_name: "put",
    })
    expect(all.map(({ labels }) => labels.le)).toEqual(
      "0.000001 0.000005 0.00001 0.00005 0.0001 0.0005 0.001 0.002 0.005 0.01 0.02 0.05 0.1 0.5 1 +Inf".split(" "),
    )
  })
})

describe("the registry", () => {
  test("is prom-client's, and merges with a user's own", async () => {
    const own = new Registry()
    new Counter({ name: "mine_total", help: "mine", registers: [own] }).inc(3)
    const text = await Registry.merge([own, registry]).metrics()
    expect(parseMetrics(text).value("mine_total", {})).toBe(3)
    expect(parseMetrics(text).value("aerospike_client_clients", {})).toBe(1)
    expect(await getMetrics()).toContain("aerospike_client_clients 1\n")
    expect(await getMetrics({ openMetrics: true })).toContain("# EOF")
    expect(await registry.getSingleMetricAsString("aerospike_client_nodes")).toContain("aerospike_client_nodes 2")
    expect((await registry.getMetricsAsJSON()).some(({ name }) => name === "aerospike_client_nodes")).toBe(true)
    registry.resetMetrics()
    expect(await getMetrics()).toContain("aerospike_client_clients 1\n")
  })
})

describe("pushing", () => {
  const asked: { method: string; url: string; body: string; type: string; via: string; login: string }[] = []
  const answers: { status: number; headers?: Record<string, string> }[] = []
  const gateway = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const { method = "", url = "", headers } = request
    asked.push({
      method,
      url,
      body,
      type: headers["content-type"] ?? "",
      via: headers.host ?? "",
      login: headers.authorization ?? "",
    })
    const { status, headers: told } = answers.shift() ?? { status: 200 }
    response.writeHead(status, told).end(status === 200 ? "" : "not now")
  })
  let url = ""

  beforeAll(async () => {
    await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve))
    url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`
  })
  afterAll(() => {
    gateway.closeAllConnections()
    gateway.close()
  })
  beforeEach(() => {
    asked.length = 0
    answers.length = 0
  })

  async function bodyOf(request: IncomingMessage): Promise<string> {
    let body = ""
    for await (const chunk of request.setEncoding("utf8")) body += chunk
    return body
  }

  test("sends all metrics to the path of the group", async () => {
    await client.put(["test", "pushed", 1], { a: 1 })
    await pushMetrics(url, { job: "nightly", groupings: { instance: "a/b", zone: "", host: "ä b" } })
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({
      method: "PUT",
      url: "/metrics/job/nightly/instance@base64/YS9i/zone@base64/=/host/%C3%A4%20b",
      type: "text/plain; version=0.0.4; charset=utf-8",
    })
    const labels = { db_collection_name: "pushed" }
    expect(parseMetrics(asked[0]!.body).value("db_client_operation_duration_seconds_count", labels)).toBe(1)
    await pushMetrics(`${url.replace("//", "//user:p%C3%A4ss@")}/metrics/job/other`, { method: "DELETE" })
    expect(asked[1]!.login).toBe(`Basic ${Buffer.from("user:päss").toString("base64")}`)
    expect(asked[1]).toMatchObject({ method: "DELETE", url: "/metrics/job/other", body: "" })
  })

  test("tries again where that may help, and not where it cannot", async () => {
    answers.push({ status: 503, headers: { "retry-after": "0" } }, { status: 500 }, { status: 200 })
    await pushMetrics(url, { backoff: 1 })
    expect(asked).toHaveLength(3)
    answers.push({ status: 400 })
    await expect(pushMetrics(url, { backoff: 1 })).rejects.toThrow(/pushed to .*it answered 400 not now \(1 try\)/)
    answers.push({ status: 500 }, { status: 500 })
    await expect(pushMetrics(url, { backoff: 1, retries: 1 })).rejects.toThrow(/500 not now \(2 tries\)/)
    expect(asked).toHaveLength(6)
  })

  test("says what did not answer, without what may be a password", async () => {
    const secret = { retries: 0, proxy: false as const }
    const refused = await pushMetrics(`http://user:hunter2@127.0.0.1:${await freePort()}`, secret).catch(
      (error: Error) => error,
    )
    expect(refused).toMatchObject({ name: "ClientError", message: expect.stringContaining("ECONNREFUSED") })
    expect(String(refused)).not.toContain("hunter2")
    const silent = createServer(() => {}).listen(0, "127.0.0.1")
    await new Promise((resolve) => silent.once("listening", resolve))
    const { port } = silent.address() as AddressInfo
    await expect(pushMetrics(`http://127.0.0.1:${port}`, { timeout: 50, retries: 0 })).rejects.toThrow(
      /no answer within 50 ms/,
    )
    const giving = AbortSignal.timeout(30)
    const given = pushMetrics(`http://127.0.0.1:${port}`, { signal: giving })
    await expect(given).rejects.toMatchObject({ name: "TimeoutError" })
    silent.closeAllConnections()
    silent.close()
  })

  test("goes through a proxy", async () => {
    const proxy = createServer()
    const through: string[] = []
    proxy.on("connect", (request, socket) => {
      through.push(request.url ?? "")
      const { port } = gateway.address() as AddressInfo
      import("node:net").then(({ connect }) => {
        const other = connect(port, "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
          other.pipe(socket).pipe(other)
        })
        other.on("error", () => socket.destroy())
        socket.on("error", () => other.destroy())
      })
    })
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve))
    const { port } = proxy.address() as AddressInfo
    await pushMetrics("http://gateway.example:9091", { proxy: `http://127.0.0.1:${port}`, retries: 0 })
    expect(through).toEqual(["gateway.example:9091"])
    expect(asked[0]).toMatchObject({ url: "/metrics/job/aerospike-wasm", via: "gateway.example:9091" })
    proxy.closeAllConnections()
    proxy.close()
  })

  test.each([
    ["gateway:9091", {}, "url is"],
    ["http://g", { job: "" }, "options.job"],
    ["http://g", { jop: "a" }, "did you mean job?"],
    ["http://g", { groupings: { "a-b": "c" } }, "a-b"],
    ["http://g", { groupings: { a: 1 } }, "options.groupings.a is 1"],
    ["http://g", { method: "GET" }, "options.method"],
    ["http://g", { timeout: 0 }, "options.timeout"],
    ["http://g", { proxy: "nowhere" }, "options.proxy"],
    ["http://g/metrics/job/a", { job: "b" }, "without a group"],
  ])("refuses %s %j", async (url, options, message) => {
    await expect(pushMetrics(url, options as never)).rejects.toThrow(message)
    await expect(pushMetrics(url, options as never)).rejects.toMatchObject({ name: "InvalidArgumentError" })
    expect(asked).toEqual([])
  })
})
