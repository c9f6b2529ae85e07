// What is counted for Prometheus, read as a scraper reads it. Importing the door makes all clients count, these cases' included.

const load = () => import("aerospike-wasm/metrics")

/** The value of the one line that begins with the name and has all of the labels. */
function valueIn(text, name, labels = {}) {
  const has = (line) => Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`))
  const lines = text.split("\n").filter((line) => line.startsWith(name) && /^[{ ]/.test(line.slice(name.length)))
  const found = lines.filter(has)
  if (found.length > 1) throw new Error(`${found.length} lines of ${name}: ${found.join(" ")}`)
  return Number(found[0]?.split(" ").at(-1) ?? 0)
}

const duration = "db_client_operation_duration_seconds_count"

export default {
  name: "metrics",
  cases: [
    {
      name: "every operation is counted once, by what it was and how it ended",
      async run(t) {
        const { getMetrics } = await load()
        const set = `${t.set}m1`
        const key = (id) => t.owned(["test", set, id])
        const [one, absent] = [key(1), key(2)]
        for (let i = 0; i < 5; i++) await t.client.put(one, { i })
        await t.client.get(one)
        await t.client.get(absent).catch(() => {})
        await t.client.find(absent)
        await t.client.exists(absent)
        await t.client.put(one, { i: 1 }, { exists: "createOnly" }).catch(() => {})
        const text = await getMetrics()
        const count = (operation, error = "") =>
          valueIn(text, duration, { db_collection_name: set, db_operation_name: operation, error_type: error })
        t.assert.deepEqual(
          [
            count("put"),
            count("put", "RecordExistsError"),
            count("get"),
            count("get", "RecordNotFoundError"),
            count("exists"),
          ],
          [5, 1, 2, 1, 1],
        )
      },
    },
    {
      name: "a batch is one operation of so many records",
      needs: ["batches"],
      async run(t) {
        const { getMetrics } = await load()
        const set = `${t.set}m2`
        const keys = Array.from({ length: 20 }, (_, id) => t.owned(["test", set, id]))
        await t.client.batchWrite(keys.map((key) => ({ key, bins: { a: 1 } })))
        await t.client.batchRead(keys)
        const text = await getMetrics()
        const of = { db_collection_name: set, db_operation_name: "batch_read" }
        t.assert.equal(valueIn(text, duration, of), 1)
        t.assert.equal(valueIn(text, "aerospike_client_batch_records_total", of), 20)
      },
    },
    {
      name: "nodes tell of their connections, tends and bytes",
      async run(t) {
        const { getMetrics } = await load()
        await t.client.exists(t.key())
        const text = await getMetrics()
        for (const node of t.client.nodeNames()) {
          t.assert.equal(valueIn(text, "aerospike_client_node_active", { node }) > 0, true)
          t.assert.equal(valueIn(text, "aerospike_client_tend_seconds_count", { node }) > 0, true)
          t.assert.equal(valueIn(text, "aerospike_client_received_bytes_total", { node }) > 0, true)
        }
      },
    },
    {
      name: "what a client counted stays when it is closed",
      async run(t) {
        const { getMetrics } = await load()
        const key = t.owned(["test", `${t.set}m3`, 1])
        const other = await t.connect()
        await other.put(key, { a: 1 })
        await other.close()
        t.assert.equal(valueIn(await getMetrics(), duration, { db_collection_name: key[1] }), 1)
      },
    },
    {
      name: "stages are measured while a function runs",
      async run(t) {
        const { getMetrics, internalStageProfiling } = await load()
        const key = t.key()
        const stage = (text, stage) =>
          valueIn(text, "db_client_internal_stage_seconds_count", { stage, db_operation_name: "touch" })
        await t.client.put(key, { a: 1 })
        const before = await getMetrics()
        await internalStageProfiling(() => t.client.touch(key))
        await t.client.touch(key)
        const after = await getMetrics()
        for (const one of ["encode", "queue", "connect", "send", "wait", "decode", "materialize"]) {
          t.assert.equal(stage(after, one) - stage(before, one), 1, one)
        }
      },
    },
    {
      name: "a server is scraped by HTTP, in either format",
      async run(t) {
        const { startMetricsServer, stopMetricsServer } = await load()
        const { url, port } = await startMetricsServer({ port: 0 })
        t.closing(stopMetricsServer)
        t.assert.ok(port > 0)
        const ask = async (path, headers = {}) => {
          const answer = await fetch(url + path, { headers })
          return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() }
        }
        const plain = await ask("/metrics")
        t.assert.equal(plain.status, 200)
        t.assert.match(plain.type, /^text\/plain; version=0\.0\.4/)
        t.assert.match(plain.text, /^aerospike_client_clients \d+$/m)
        const open = await ask("/metrics", { accept: "application/openmetrics-text" })
        t.assert.match(open.type, /^application\/openmetrics-text/)
        t.assert.ok(open.text.endsWith("# EOF\n"))
        const health = await ask("/healthz")
        t.assert.equal(JSON.parse(health.text).clients > 0, true)
        t.assert.equal((await ask("/nothing")).status, 404)
      },
    },
    {
      name: "all is pushed to a gateway",
      async run(t) {
        const { pushMetrics } = await load()
        const { createServer } = await import("node:http")
        let asked
        const gateway = createServer((request, response) => {
          let body = ""
          request.setEncoding("utf8").on("data", (text) => (body += text))
          request.on("end", () => {
            asked = { method: request.method, url: request.url, body }
            response.end()
          })
        })
        await new Promise((resolve) => gateway.listen(0, "127.0.0.1", resolve))
        t.closing(() => {
          gateway.closeAllConnections()
          gateway.close()
        })
        await pushMetrics(`http://127.0.0.1:${gateway.address().port}`, { job: "suite", proxy: false })
        t.assert.equal(asked.method, "PUT")
        t.assert.equal(asked.url, "/metrics/job/suite")
        t.assert.match(asked.body, /^aerospike_client_clients \d+$/m)
      },
    },
  ],
}
