// The table of docs/policies.md that tells what happens when something goes wrong: each row is made to happen on a dev server,
// and must be as it says. `make dist` first.

import { readFileSync } from "node:fs"
import { type AerospikeError, type Client, type Config, connect, type Key } from "aerospike-wasm"
import { type DevServer, type FaultThen, startDevServer } from "aerospike-wasm/devserver"
import { afterEach, expect, test, vi } from "vitest"

// Much else may run beside it.
vi.setConfig({ testTimeout: 30_000 })

const page = readFileSync(new URL("../../docs/policies.md", import.meta.url), "utf8")
const lines = page.split("\n## ").find((part) => part.startsWith("What happens when"))!
const rows = lines.split("\n").filter((line) => line.startsWith("| ") && !/^\| (?:trouble|---)/.test(line))

const key: Key = ["test", "troubles", "alice"]
const short = { socketTimeout: 150, totalTimeout: 20_000, maxRetries: 0 }
const patient = { socketTimeout: 150, totalTimeout: 20_000, maxRetries: 5 }
const open: { close(): unknown }[] = []

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

interface Happened {
  /** How a write of one attempt failed. */
  readonly error: AerospikeError
  /** How often a read that may be tried again was, if it was told anything by the server. */
  readonly read?: { readonly attempts: number } | { readonly found: boolean } | undefined
}

async function start(config: Partial<Config> = {}, nodes = 2): Promise<{ server: DevServer; client: Client }> {
  const server = await startDevServer({ nodes })
  open.push(server)
  const client = await connect({ hosts: server.hosts, coalesce: "off", logger: () => {}, ...config })
  open.push(client)
  await client.put(key, { n: 1 }, patient)
  return { server, client }
}

const failure = (asked: Promise<unknown>): Promise<AerospikeError> =>
  asked.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: AerospikeError) => error,
  )

/** A fault that strikes a write, and then a read. */
async function struck(then: FaultThen): Promise<Happened> {
  const { server, client } = await start()
  const once = { when: { key: "alice", times: 1 }, then }
  server.faults.add(once)
  const error = await failure(client.put(key, { n: 2 }, short))
  server.faults.add(once)
  const read = await client.get(key, patient).then(
    () => ({ found: true }),
    ({ attempts }: AerospikeError) => ({ attempts }),
  )
  return { error, read }
}

/** By how a row begins. */
const troubles: Record<string, () => Promise<Happened>> = {
  "nothing came for": () => struck({ drop: true }),
  "`totalTimeout` is over": async () => {
    const { server, client } = await start()
    server.faults.add({ when: { key: "alice" }, then: { drop: true } })
    return { error: await failure(client.put(key, { n: 2 }, { totalTimeout: 150 })) }
  },
  "the connection broke, the request was on it": () => struck({ close: true }),
  "the node refuses connections": async () => {
    const { server, client } = await start({}, 1)
    server.kill(0)
    const refused = async (): Promise<AerospikeError> => {
      const error = await failure(client.put(key, { n: 2 }, short))
      // Until the client has seen it, its connection may take the request.
      return error.inDoubt ? refused() : error
    }
    return { error: await refused() }
  },
  "the answer is not the protocol": () => struck({ corrupt: [0] }),
  "server: `TIMEOUT`": () => struck({ code: 9 }),
  "server: `UNAVAILABLE`": () => struck({ code: 11 }),
  "server: `DEVICE_OVERLOAD`": () => struck({ code: 18 }),
  "server: `KEY_BUSY`": () => struck({ code: 14 }),
  "any other answer": () => struck({ code: 4 }),
  "more errors than": async () => {
    const { server, client } = await start({ maxErrorRate: 1, tendInterval: 20_000 })
    const fault = server.faults.add({ when: { command: "put" }, then: { code: 18 } })
    for (let i = 0; i < 2; i++) await failure(client.put(key, { n: 2 }, short))
    const error = await failure(client.put(key, { n: 2 }, short))
    expect(fault.struck).toBe(2)
    return { error, read: { found: (await client.get(key, patient)).bins.n === 1 } }
  },
  "no connection is free": async () => {
    const { server, client } = await start({ maxConnsPerNode: 1, pipelineDepth: 1 })
    server.faults.add({ when: { key: "alice", command: "get" }, then: { delay: 500 } })
    const first = client.get(key, { totalTimeout: 20_000 })
    const error = await failure(client.put(key, { n: 2 }, { totalTimeout: 100 }))
    await first
    return { error }
  },
  "no node is known": async () => {
    const gone = await startDevServer()
    await gone.close()
    const client = await connect({ hosts: gone.hosts, failIfNotConnected: false, logger: () => {} })
    open.push(client)
    return { error: await failure(client.put(key, { n: 2 }, { totalTimeout: 100 })) }
  },
  "too many wait": async () => {
    const { client } = await start({ maxConcurrentOperations: 1, maxQueuedOperations: 1 })
    const others = [client.get(key), client.get(key)]
    const error = await failure(client.put(key, { n: 2 }, short))
    await Promise.all(others)
    return { error }
  },
  "the namespace is not there": async () => {
    const { client } = await start()
    return { error: await failure(client.put(["nowhere", "troubles", 1], { n: 2 }, short)) }
  },
}

/** Rows that other tests show: the engine's `deadlines.rs`, and the case "sessions end" of `security.mjs`. */
const elsewhere = ["the connection broke before a byte", "the session has ended"]

const isOf = (row: string) => (beginning: string) => row.startsWith(`| ${beginning}`)

test("every row of the table is tried, and every trouble has one", () => {
  expect(rows.filter((row) => ![...Object.keys(troubles), ...elsewhere].some(isOf(row)))).toEqual([])
  expect(
    [...Object.keys(troubles), ...elsewhere].filter((beginning) => !rows.some((row) => isOf(row)(beginning))),
  ).toEqual([])
})

test.each(Object.entries(troubles))("%s: as the table says", async (beginning, happen) => {
  const [, , does = "", fails = "", doubt = ""] = rows
    .find((row) => isOf(row)(beginning))!
    .split("|")
    .map((cell) => cell.trim())
  const { error, read } = await happen()
  const [, name, codeName] = /^`(\w+)`(?:, `(\w+)`)?/.exec(fails) ?? []
  if (name) expect(error.name).toBe(name)
  else expect(fails).toBe("the error of that code")
  if (codeName) expect(error.codeName).toBe(codeName)
  expect(error.inDoubt).toBe(!doubt.startsWith("not in doubt"))
  expect(error.attempts === 0).toBe(
    /never sent|nothing was sent|at once/.test(fails + doubt) || (codeName === "CONNECTION" && !error.inDoubt),
  )
  if (fails.includes('"never sent"')) expect(error.message).toContain("It was never sent")
  if (read === undefined) return
  expect(read).toEqual(does.startsWith("nothing") ? { attempts: 1 } : { found: true })
})
