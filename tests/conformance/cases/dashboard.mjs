// The dashboard of the metrics server, as its page hears of it. The page itself, in a browser, is in
// tests/integration/dashboard-page.test.ts.

const load = () => import("aerospike-wasm/metrics")

/** The metrics server of the case. Each case has one of its own: there is one a process. */
async function started(t, options = {}) {
  const { startMetricsServer, stopMetricsServer } = await load()
  const server = await startMetricsServer({ port: 0, ...options })
  t.closing(stopMetricsServer)
  return server
}

/** Events as a page gets them. `next(type, isIt)` waits for one of the type that is it. */
async function listen(t, url) {
  const end = new AbortController()
  const answer = await fetch(`${url}/events`, { signal: end.signal })
  t.assert.equal(answer.status, 200)
  t.assert.match(answer.headers.get("content-type"), /^text\/event-stream/)
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ""
  const close = async () => {
    end.abort()
    await reader.cancel().catch(() => {})
  }
  t.closing(close)
  const next = async (type, isIt = () => true) => {
    for (;;) {
      const at = text.indexOf("\n\n")
      if (at >= 0) {
        const found = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, at))
        text = text.slice(at + 2)
        const data = found?.[1] === type ? JSON.parse(found[2]) : undefined
        if (data !== undefined && isIt(data)) return data
        continue
      }
      const { value, done } = await reader.read()
      if (done) throw new Error("the events have ended")
      text += value
    }
  }
  return { next, close }
}

/** Whether a node says of itself that it is the master of a partition: its bit in `replicas`. */
function isMaster(answer, namespace, partition) {
  const own = answer.split(";").find((part) => part.startsWith(`${namespace}:`))
  const bits = Buffer.from(own.slice(namespace.length + 1).split(",")[2], "base64")
  return (bits[partition >> 3] & (0x80 >> (partition & 7))) !== 0
}

export default {
  name: "dashboard",
  cases: [
    {
      name: "a page, its script and the engine are served, and nothing else of the package",
      async run(t) {
        const { url } = await started(t)
        const ask = async (path, init) => {
          const answer = await fetch(url + path, init)
          const { status, headers } = answer
          return {
            status,
            type: headers.get("content-type"),
            headers,
            body: new Uint8Array(await answer.arrayBuffer()),
          }
        }
        const page = await ask("/")
        t.assert.equal(page.status, 200)
        const html = new TextDecoder().decode(page.body)
        const [, script] = /<script type="module" src="([^"]+)">/.exec(html)
        t.assert.match((await ask(script)).type, /^text\/javascript/)
        const finder = await ask(script.replace("main.js", "key-finder.js"))
        t.assert.equal(finder.status, 200)
        const wasm = await ask("/pkg/engine/aerospike_wasm_engine_bg.wasm")
        t.assert.equal(wasm.type, "application/wasm")
        t.assert.equal(WebAssembly.validate(wasm.body), true)
        const others = [
          "/dist/client.js",
          "/dist/entry/node.js",
          "/pkg/STAMP",
          "/package.json",
          "/dist/../package.json",
        ]
        for (const path of [...others, "/dist/%2e%2e/package.json", "/pkg/engine/", "/dist//etc/passwd"]) {
          t.assert.equal((await ask(path)).status, 404, path)
        }
        for (const path of ["/", "/events", "/metrics", script]) {
          for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
            t.assert.equal((await ask(path, { method })).status, 405, `${method} ${path}`)
          }
          const head = await ask(path, { method: "HEAD" })
          t.assert.deepEqual([head.status, head.body.length], [200, 0], path)
        }
        const policy = page.headers.get("content-security-policy")
        for (const rule of ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "frame-ancestors 'none'"]) {
          t.assert.ok(policy.includes(rule), policy)
        }
        t.assert.equal(/unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)|https?:/.test(policy), false)
      },
    },
    {
      name: "it is told what is counted, and only what happened since of the slowest, without keys",
      needs: ["batches"],
      async run(t) {
        const { getMetrics } = await load()
        const key = t.key("secret-of-a-user")
        await t.client.put(key, { bin: "a value of a user" })
        const { url } = await started(t)
        const { next, close } = await listen(t, url)
        const first = await next("tick")
        t.assert.deepEqual([first.slow, first.latencies], [[], []])
        for (let i = 0; i < 5; i++) await t.client.get(key)
        await t.client.batchRead([key, key])
        await t.client.put(key, { a: 1 }, { exists: "createOnly" }).catch(() => {})
        const tick = await next("tick", ({ latencies }) => latencies.length >= 3)
        const text = await getMetrics()
        const counted = (kind) =>
          text
            .split("\n")
            .filter((line) => line.startsWith("db_client_operation_duration_seconds_count"))
            .filter((line) => line.includes(`db_operation_name="${kind}"`))
            .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0)
        for (const kind of ["get", "put", "batch_read"]) {
          t.assert.equal(tick.kinds.find((one) => one.kind === kind).count, counted(kind), kind)
        }
        t.assert.ok(tick.kinds.find(({ kind }) => kind === "put").errors.RecordExistsError > 0)
        const get = tick.latencies.find(({ kind }) => kind === "get")
        t.assert.equal(get.count, 5)
        t.assert.ok(0 < get.p50 && get.p50 <= get.p95 && get.p95 <= get.p99 && get.p99 <= get.max)
        const put = tick.slow.find(({ kind }) => kind === "put")
        t.assert.equal(put.error, "RecordExistsError")
        t.assert.equal(put.place, `test.${t.set}`)
        t.assert.ok(t.client.nodeNames().includes(put.node))
        const [encode, queue, connect, send, wait, decode] = put.stages
        t.assert.ok(wait > 0 && encode > 0 && decode > 0, JSON.stringify(put))
        // All but what is the shell's adds up to what took so long.
        t.assert.ok(Math.abs(queue + connect + send + wait - put.ms) < 0.005, JSON.stringify(put))
        t.assert.equal(tick.slow.find(({ kind }) => kind === "batch_read").records, 2)
        t.assert.equal(JSON.stringify(tick).includes("secret-of-a-user"), false)
        t.assert.equal(JSON.stringify(tick).includes("a value of a user"), false)
        await close()
      },
    },
    {
      name: "keys are shown where that is asked for, and no values",
      async run(t) {
        const { url } = await started(t, { showKeys: true })
        const { next, close } = await listen(t, url)
        const key = t.key("shown")
        await t.client.put(key, { bin: "a value of a user" })
        const { slow } = await next("tick", ({ slow }) => slow.length > 0)
        t.assert.equal(slow[0].key, `test.${t.set} "${key[2]}"`)
        t.assert.equal(JSON.stringify(slow).includes("a value of a user"), false)
        await close()
      },
    },
    {
      name: "the nodes that it names for a partition are those that say so themselves",
      async run(t) {
        const { url } = await started(t)
        const { next, close } = await listen(t, url)
        const maps = await next("maps")
        const map = maps.find(({ namespace }) => namespace === "test")
        t.assert.equal(map.levels[0].length, 4096)
        const answers = new Map()
        for (const { nodeName, response } of await t.client.infoAll("replicas")) answers.set(nodeName, response)
        for (const [partition, owner] of map.levels[0].entries()) {
          t.assert.equal(isMaster(answers.get(map.nodes[owner].name), "test", partition), true, String(partition))
        }
        await close()
      },
    },
    {
      name: "a page of somebody else's is turned away",
      async run(t) {
        const { url, port } = await started(t, { allowedHosts: ["metrics.internal"] })
        const { request } = await import("node:http")
        const ask = (path, headers) =>
          new Promise((resolve, reject) => {
            const asked = request({ host: "127.0.0.1", port, path, headers }, (answer) => {
              resolve(answer.statusCode)
              answer.destroy()
            })
            asked.on("error", reject).end()
          })
        for (const path of ["/", "/events", "/metrics", "/healthz"]) {
          t.assert.equal(await ask(path, { host: "evil.example" }), 421, path)
          t.assert.equal(await ask(path, { host: `evil.example:${port}` }), 421, path)
          t.assert.equal(await ask(path, { host: `127.0.0.1.evil.example:${port}` }), 421, path)
          for (const host of ["localhost", "127.0.0.1", "[::1]", "METRICS.internal"]) {
            t.assert.equal(await ask(path, { host: `${host}:${port}` }), 200, `${host} ${path}`)
          }
        }
        t.assert.equal(await ask("/events", { "sec-fetch-site": "cross-site" }), 403)
        t.assert.equal(url, `http://127.0.0.1:${port}`)
      },
    },
  ],
}
