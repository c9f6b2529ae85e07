// Spans as a receiver of OTLP gets them over HTTP and gRPC.

import { context, trace } from "@opentelemetry/api"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { type Client, connect, LogLevel, op, setLogLevel } from "aerospike-wasm"
import { type DevServer, startDevServer } from "aerospike-wasm/devserver"
import { initTracing, shutdownTracing } from "aerospike-wasm/tracing"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { type ReceivedSpan, type Receiver, startGrpcReceiver, startReceiver } from "./support/otlp.ts"
import { startRelay } from "./support/relay.ts"

let server: DevServer
let client: Client
let receiver: Receiver
const before = { ...process.env }

beforeAll(async () => {
  setLogLevel(LogLevel.OFF)
  server = await startDevServer({ nodes: 2, clusterName: "traced" })
})

afterAll(() => server.close())

beforeEach(async () => {
  receiver = await startReceiver()
  client = await connect({ hosts: server.hosts, clusterName: "traced" })
  set({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" })
})

afterEach(async () => {
  await client.close()
  await shutdownTracing()
  receiver.close()
  set({})
})

/** The variables of OpenTelemetry, and no others of them. */
function set(variables: Record<string, string>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("OTEL_")) delete process.env[name]
  Object.assign(process.env, variables)
  for (const name of Object.keys(before)) if (name.startsWith("OTEL_") && !(name in variables)) delete process.env[name]
}

/** What the receiver got, when all of it has been sent. */
async function received(): Promise<ReceivedSpan[]> {
  await shutdownTracing()
  return receiver.spans
}

const key = (id: number | string) => ["test", "users", id] as const

test("every operation is a span with the attributes of the conventions", async () => {
  await initTracing()
  await client.put(key("a-secret-key"), { name: "a secret value", n: 1 })
  await client.get(key("a-secret-key"))
  await client.find(key(99))
  await client.increment(key("a-secret-key"), "n", 1)
  await client.operate(key("a-secret-key"), [op.read("n")])
  await client.batchRead([key(1), key(2), key(3)])
  await client.batchWrite([
    { key: ["test", "others", 1], bins: { a: 1 } },
    { key: key(4), bins: { a: 1 } },
  ])
  await client.batchRead([key(1)])
  await client.query("test", "users").results()
  await client.remove(key("a-secret-key"))
  await client.infoRandomNode("build")
  const spans = await received()
  expect(spans.map(({ name }) => name)).toEqual([
    "PUT test.users",
    "GET test.users",
    "GET test.users",
    "INCREMENT test.users",
    "OPERATE test.users",
    "BATCH_READ test.users",
    "BATCH_WRITE test",
    "BATCH_READ test.users",
    "QUERY test.users",
    "REMOVE test.users",
    "INFO",
  ])
  const [put, , find, , , batch, several, single, query] = spans
  const { port } = server.nodes[0]!
  expect(put).toMatchObject({
    kind: 3,
    status: 0,
    parentSpanId: "",
    service: "aerospike-wasm",
    attributes: {
      "db.system.name": "aerospike",
      "db.namespace": "test",
      "db.collection.name": "users",
      "db.operation.name": "PUT",
      "db.aerospike.cluster_name": "traced",
      "server.address": "127.0.0.1",
    },
  })
  expect(server.nodes.map((node) => node.port)).toContain(put!.attributes["server.port"])
  expect(port).toBeGreaterThan(0)
  expect(put!.durationNs).toBeGreaterThan(0n)
  // That nothing is there is what it asks.
  expect(find).toMatchObject({ status: 0 })
  expect(batch!.attributes["db.operation.batch.size"]).toBe(3)
  expect(several!.attributes["db.operation.batch.size"]).toBe(2)
  expect(several!.attributes).not.toHaveProperty("db.collection.name")
  expect(single!.attributes).not.toHaveProperty("db.operation.batch.size")
  expect(query!.attributes["db.collection.name"]).toBe("users")
  expect(JSON.stringify(spans, (_, value) => (typeof value === "bigint" ? String(value) : value))).not.toMatch(/secret/)
})

test("those that are not on one record are, too: batches of all kinds, queries, functions, transactions, users", async () => {
  const strong = {
    edition: "enterprise",
    security: true,
    namespaces: { test: { strongConsistency: true }, plain: {} },
  } as const
  await using enterprise = await startDevServer(strong)
  await initTracing()
  await using admin = await connect({ hosts: enterprise.hosts, user: "admin", password: "admin" })
  const of = (id: number) => ["plain", "users", id] as const
  const keys = [of(1), of(2)]
  const source = `
    function twice(rec) return rec.n * 2 end
    local function add(a, b) return a + b end
    function total(stream) return stream : map(function(rec) return rec.n end) : reduce(add) end`
  await (await admin.udfPut("traced.lua", source)).wait()
  await admin.indexList("plain")
  await shutdownTracing()
  receiver.spans.splice(0)

  await initTracing()
  await admin.exists(of(1))
  await admin.append(of(1), "s", "b")
  await admin.prepend(of(1), "s", "a")
  await admin.touch(of(1))
  await admin.select(of(1), ["s"])
  await admin.removeBin(of(1), ["s"])
  await admin.put(of(1), { n: 1 })
  await admin.apply(of(1), "traced", "twice")
  await admin.batchWriteColumns(
    { ns: "plain", set: "users", ids: new Int32Array([1, 2]) },
    { n: new Int32Array([1, 2]) },
  )
  await admin.batchReadColumns(keys, { n: "i64" })
  await admin.batchOperate(keys, [op.add("n", 1)])
  await admin.batchApply(keys, { module: "traced", fn: "twice" })
  await admin.batch([
    { type: "read", key: of(1) },
    { type: "remove", key: of(2) },
  ])
  expect(await admin.query("plain", "users").aggregate("traced", "total")).toBeDefined()
  await (await admin.query("plain", "users").background([op.write("seen", 1)])).wait()
  await admin.batchRemove(keys)
  await admin.transaction(async (txn) => {
    await admin.put(["test", "users", 1], { n: 1 }, { txn })
  })
  await admin
    .transaction(async (txn) => {
      await admin.put(["test", "users", 1], { n: 2 }, { txn })
      throw new Error("no")
    })
    .catch(() => {})
  await admin.admin.queryUsers()
  const spans = await received()
  const names = spans.map(({ name }) => name).filter((name) => name !== "INFO")
  expect(names).toEqual([
    "EXISTS plain.users",
    "APPEND plain.users",
    "PREPEND plain.users",
    "TOUCH plain.users",
    "SELECT plain.users",
    "PUT plain.users",
    "PUT plain.users",
    "APPLY plain.users",
    "BATCH_WRITE plain.users",
    "BATCH_READ plain.users",
    "BATCH_OPERATE plain.users",
    "BATCH_APPLY plain.users",
    "BATCH plain.users",
    "QUERY_AGGREGATE plain.users",
    "QUERY_BACKGROUND plain.users",
    "BATCH_REMOVE plain.users",
    "PUT test.users",
    "COMMIT test",
    "PUT test.users",
    "ABORT test",
    "ADMIN",
  ])
  expect(spans.filter(({ status }) => status === 2)).toEqual([])
})

test("a failure is told by the class of its error and its code", async () => {
  await initTracing()
  await client.get(key("absent")).catch(() => {})
  const lost = await connect({ hosts: "127.0.0.1:1", failIfNotConnected: false })
  await lost.get(key(1), { totalTimeout: 20 }).catch(() => {})
  const pending = lost.get(key(1)).catch(() => {})
  await lost.close()
  await pending
  const [absent, late, closed] = await received()
  expect(absent).toMatchObject({
    status: 2,
    statusMessage: "RECORD_NOT_FOUND",
    attributes: { "error.type": "RecordNotFoundError", "db.response.status_code": "2" },
  })
  expect(late).toMatchObject({
    status: 2,
    attributes: { "error.type": "TimeoutError", "db.response.status_code": "9" },
  })
  expect(late!.attributes).not.toHaveProperty("server.address")
  expect(closed).toMatchObject({ status: 2, statusMessage: "CLOSED" })
})

test("waiting for a connection, and being tried again, are events", async () => {
  await initTracing()
  const fresh = await connect({ hosts: server.hosts })
  await fresh.put(key(1), { a: 1 })
  await fresh.close()
  const relay = await startRelay(server.nodes[0]!.port)
  const silenced = await connect({ hosts: `127.0.0.1:${relay.port}`, singleNode: true, tendInterval: 60_000 })
  relay.silence()
  await silenced.get(key(1), { totalTimeout: 400, socketTimeout: 100, maxRetries: 1 }).catch(() => {})
  await silenced.close()
  relay.close()
  const [first, again] = await received()
  const connected = first!.events.find(({ name }) => name === "connect")
  expect(connected?.attributes).toMatchObject({ "server.address": "127.0.0.1" })
  expect(Number(connected?.attributes["db.aerospike.duration_ms"])).toBeGreaterThan(0)
  const retry = again!.events.find(({ name }) => name === "retry")
  expect(retry?.attributes).toMatchObject({ "error.type": "TimeoutError", "db.response.status_code": "9" })
  expect(again!.attributes["db.aerospike.attempts"]).toBe(2)
})

test("what waits for its turn says for how long", async () => {
  await initTracing()
  const narrow = await connect({ hosts: server.hosts, maxConcurrentOperations: 1 })
  await narrow.put(key(1), { a: 1 })
  await Promise.all([narrow.get(key(1)), narrow.get(key(1)), narrow.get(key(1))])
  await narrow.close()
  const gets = (await received()).filter(({ name }) => name === "GET test.users")
  expect(gets.filter(({ events }) => events.some(({ name }) => name === "queue"))).toHaveLength(2)
})

test("spans are children of the one that is active", async () => {
  await initTracing()
  const tracer = trace.getTracer("app")
  await tracer.startActiveSpan("request", async (span) => {
    await client.put(key(1), { a: 1 })
    await Promise.all([client.get(key(1)), client.batchRead([key(1), key(2)])])
    await client.query("test", "users").results()
    span.end()
  })
  const spans = await received()
  const parent = spans.find(({ name }) => name === "request")!
  const children = spans.filter((span) => span !== parent)
  expect(children).toHaveLength(4)
  expect(
    children.every(({ parentSpanId, traceId }) => parentSpanId === parent.spanId && traceId === parent.traceId),
  ).toBe(true)
})

test("protobuf is the format that is not asked for", async () => {
  set({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_SERVICE_NAME: "shop",
    OTEL_EXPORTER_OTLP_HEADERS: "x-token=abc",
    OTEL_RESOURCE_ATTRIBUTES: "deployment=test",
  })
  await initTracing()
  await client.put(key(1), { a: 1 })
  await client.get(key("absent")).catch(() => {})
  const [put, get] = await received()
  expect(receiver.types).toEqual(["application/x-protobuf"])
  expect(receiver.headers[0]).toMatchObject({ "x-token": "abc" })
  expect(put).toMatchObject({ name: "PUT test.users", kind: 3, service: "shop", status: 0 })
  expect(put!.attributes["db.namespace"]).toBe("test")
  expect(get).toMatchObject({ status: 2, attributes: { "error.type": "RecordNotFoundError" } })
})

test("gRPC is spoken to those who ask for it", async () => {
  const grpc = await startGrpcReceiver()
  try {
    set({
      OTEL_EXPORTER_OTLP_ENDPOINT: grpc.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_HEADERS: "x-token=abc",
    })
    await initTracing()
    await client.put(key(1), { a: 1 })
    await client.get(key("absent")).catch(() => {})
    await shutdownTracing()
    expect(grpc.types).toEqual(["application/grpc"])
    expect(grpc.headers[0]).toMatchObject({ "x-token": "abc" })
    expect(grpc.spans).toMatchObject([
      { name: "PUT test.users", kind: 3, service: "aerospike-wasm", status: 0 },
      { name: "GET test.users", status: 2, attributes: { "error.type": "RecordNotFoundError" } },
    ])
    expect(receiver.spans).toEqual([])
  } finally {
    grpc.close()
  }
})

test("spans go to the console, too, if both are asked for", async () => {
  process.env.OTEL_TRACES_EXPORTER = "console,otlp"
  const lines: unknown[] = []
  const dir = vi.spyOn(console, "dir").mockImplementation((line) => void lines.push(line))
  try {
    await initTracing()
    await client.put(key(1), { a: 1 })
    expect(await received()).toHaveLength(1)
    expect(lines).toMatchObject([{ name: "PUT test.users" }])
  } finally {
    dir.mockRestore()
  }
})

test("beginning twice is once, and so is ending; both can be done again", async () => {
  await Promise.all([initTracing(), initTracing()])
  await initTracing()
  await client.put(key(1), { a: 1 })
  await Promise.all([shutdownTracing(), shutdownTracing()])
  expect(receiver.spans).toHaveLength(1)
  await client.put(key(1), { a: 1 })
  await shutdownTracing()
  expect(receiver.spans).toHaveLength(1)
  await initTracing()
  await client.put(key(1), { a: 1 })
  expect(await received()).toHaveLength(2)
})

test("a provider of the user's is left as it is and gets the spans", async () => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  try {
    await initTracing()
    await client.put(key(1), { a: 1 })
    await shutdownTracing()
    await client.put(key(1), { a: 1 })
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(["PUT test.users", "PUT test.users"])
    expect(receiver.spans).toEqual([])
  } finally {
    trace.disable()
    context.disable()
    await provider.shutdown()
  }
})

test.each([
  ["OTEL_SDK_DISABLED", "true", "is switched off"],
  ["OTEL_TRACES_EXPORTER", "none", "exports nothing"],
  ["OTEL_TRACES_SAMPLER", "always_off", "samples nothing"],
])("%s=%s %s", async (name, value) => {
  process.env[name] = value
  await initTracing()
  await client.put(key(1), { a: 1 })
  expect(await received()).toEqual([])
})

test.each([
  ["OTEL_EXPORTER_OTLP_PROTOCOL", "http/xml", "http/protobuf, http/json or grpc"],
  ["OTEL_TRACES_EXPORTER", "zipkin", "otlp, console, both, or none"],
  ["OTEL_TRACES_EXPORTER", "none,otlp", "otlp, console, both, or none"],
])("%s=%s is refused", async (name, value, allowed) => {
  process.env[name] = value
  await expect(initTracing()).rejects.toThrow(`${name} is "${value}": it must be ${allowed}`)
  await expect(initTracing()).rejects.toMatchObject({ name: "InvalidArgumentError" })
})

test("a receiver that is not there harms no operation", async () => {
  receiver.close()
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = "200"
  await initTracing()
  await client.put(key(1), { a: 1 })
  expect((await client.get(key(1))).bins).toEqual({ a: 1 })
  await shutdownTracing()
})
