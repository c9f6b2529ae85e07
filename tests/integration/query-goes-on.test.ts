// Queries over real sockets that lose a node in the middle, or the process that asked.

import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { type Client, connect } from "aerospike-wasm"
import { type DevServer, startDevServer } from "aerospike-wasm/devserver"
import { afterEach, beforeEach, expect, test } from "vitest"

const root = fileURLToPath(new URL("../../", import.meta.url))
const count = 4000
const all = Array.from({ length: count }, (_, n) => n)

let server: DevServer
let client: Client

beforeEach(async () => {
  server = await startDevServer({ nodes: 3 })
  client = await connect({ hosts: server.hosts, tendInterval: 250, logger: () => {} })
  // More than sockets hold, so that a query is in the middle of every node when one of them goes.
  const rows = all.map((n) => ({ key: ["test", "many", n] as const, bins: { n, pad: "x".repeat(5000) } }))
  expect((await client.batchWrite(rows, { totalTimeout: 30_000 })).every((row) => row.code === 0)).toBe(true)
})

afterEach(async () => {
  await client.close()
  await server.close()
})

const sorted = (numbers: number[]) => numbers.sort((a, b) => a - b)

test.each([0, 1, 2])("node %i goes away in the middle of a query: each record comes once", async (node) => {
  const seen: number[] = []
  const policy = { maxRetries: 20, sleepBetweenRetries: 50, totalTimeout: 30_000 }
  for await (const { bins } of client.query<{ n: number; pad: string }>("test", "many").policy(policy)) {
    if (seen.push(bins.n) === 1) await server.kill(node)
  }
  expect(sorted(seen)).toEqual(all)
  expect(client.stats().retries).toBeGreaterThan(0)
  const rows = await client.batchRead(
    all.map((n) => ["test", "many", n] as const),
    { bins: ["n"] },
    policy,
  )
  expect(rows.map(({ bins }) => bins?.n)).toEqual(all)
})

test("another process goes on behind the cursor of a page", async () => {
  const query = client.query<{ n: number }>("test", "many").select("n")
  const { value: page } = await query.pages(1500).next()
  const program = `
    import { connect } from "aerospike-wasm"
    const [hosts, cursor] = JSON.parse(process.argv[1])
    const client = await connect({ hosts })
    const rest = await client.query("test", "many").select("n").from(cursor).results()
    console.log(JSON.stringify(rest.map(({ bins }) => bins.n)))
    await client.close()`
  const given = JSON.stringify([`127.0.0.1:${server.nodes[1]!.port}`, page!.cursor])
  // The dev server lives in this process, so it must not be blocked.
  const rest = await new Promise<string>((resolve, reject) => {
    const options = { cwd: root, encoding: "utf8", maxBuffer: 2 ** 24 } as const
    execFile(process.execPath, ["--input-type=module", "-e", program, given], options, (error, text) =>
      error ? reject(error) : resolve(text),
    )
  })
  const first = page!.records.map(({ bins }) => bins.n!)
  expect(first).toHaveLength(1500)
  expect(sorted([...first, ...JSON.parse(rest)])).toEqual(all)
})
