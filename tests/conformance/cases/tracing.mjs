// Spans: that each operation is one, sent by OTLP to a receiver of the case's own, under the span that is active. What is in
// them beside is in tests/integration/tracing.test.ts.

import { createServer } from "node:http"
import process from "node:process"

/** A receiver of OTLP as JSON, and tracing that exports to it for the time of the case. */
async function traced(t) {
  const spans = []
  const server = createServer((request, response) => {
    let body = ""
    request.setEncoding("utf8").on("data", (text) => (body += text))
    request.on("end", () => {
      for (const { scopeSpans } of JSON.parse(body).resourceSpans)
        for (const scope of scopeSpans) spans.push(...scope.spans)
      response.writeHead(200, { "content-type": "application/json" }).end("{}")
    })
  })
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  t.closing(() => {
    server.closeAllConnections()
    server.close()
  })
  const variables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.address().port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  }
  Object.assign(process.env, variables)
  const { initTracing, shutdownTracing } = await import("aerospike-wasm/tracing")
  await initTracing()
  t.closing(async () => {
    await shutdownTracing()
    for (const name of Object.keys(variables)) delete process.env[name]
  })
  return async () => {
    await shutdownTracing()
    return spans
  }
}

const attributesOf = ({ attributes }) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]))

export default {
  name: "tracing",
  cases: [
    {
      name: "each operation is a span, and a failure says what it was",
      needs: ["batches", "queries"],
      async run(t) {
        const received = await traced(t)
        const set = `${t.set}t1`
        const key = t.owned(["test", set, "a-secret-key"])
        await t.client.put(key, { name: "a secret value" })
        await t.client.get(key)
        await t.client.get(["test", set, "absent"]).catch(() => {})
        await t.client.batchRead([key, ["test", set, 2]])
        await t.client.query("test", set).results()
        const spans = await received()
        t.assert.deepEqual(
          spans.map(({ name }) => name),
          ["PUT", "GET", "GET", "BATCH_READ", "QUERY"].map((name) => `${name} test.${set}`),
        )
        const [put, , absent, batch] = spans.map(attributesOf)
        t.assert.equal(put["db.system.name"], "aerospike")
        t.assert.equal(put["db.collection.name"], set)
        t.assert.ok(
          t.client.nodes().some(({ host, port }) => host === put["server.address"] && port === put["server.port"]),
        )
        t.assert.equal(absent["error.type"], "RecordNotFoundError")
        t.assert.equal(absent["db.response.status_code"], "2")
        t.assert.equal(batch["db.operation.batch.size"], 2)
        t.assert.ok(!JSON.stringify(spans).includes("secret"))
      },
    },
    {
      name: "a span is the child of the one that is active",
      async run(t) {
        const received = await traced(t)
        // The copy of the API that the package has.
        const { createRequire } = await import("node:module")
        const { trace } = createRequire(import.meta.url)("@opentelemetry/api")
        const key = t.key()
        await trace.getTracer("suite").startActiveSpan("request", async (span) => {
          await t.client.put(key, { a: 1 })
          await t.client.get(key)
          span.end()
        })
        const spans = await received()
        const parent = spans.find(({ name }) => name === "request")
        const children = spans.filter((span) => span !== parent)
        t.assert.deepEqual(
          children.map(({ parentSpanId }) => parentSpanId),
          [parent.spanId, parent.spanId],
        )
      },
    },
    {
      name: "without a provider nothing is traced, and nothing fails",
      async run(t) {
        await import("aerospike-wasm/tracing")
        const key = t.key()
        await t.client.put(key, { a: 1 })
        t.assert.deepEqual((await t.client.get(key)).bins, { a: 1 })
      },
    },
  ],
}
