// Worker threads as a client sees them, played by what a test says: threads that never answer, end by themselves, or count.
// What real ones give is told by the conformance suite.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { connectOn, type Platform } from "../../ts/connect.ts"
import { stat } from "../../ts/core/generated.ts"
import { type DevServer, startDevServer } from "../../ts/devserver/index.ts"
import { platform } from "../../ts/entry/on-node.ts"
import { ClientError, InvalidArgumentError } from "../../ts/errors.ts"
import { LogLevel, setLogLevel } from "../../ts/log.ts"
import type { Order, Report, Start } from "../../ts/threads/messages.ts"
import type { OpenThread, ThreadHandlers } from "../../ts/threads/thread.ts"

let server: DevServer
const keys = [["test", "w", 1] as const]

beforeAll(async () => {
  server = await startDevServer()
})
afterAll(() => server.close())
beforeEach(() => setLogLevel(LogLevel.OFF))
afterEach(() => setLogLevel(LogLevel.WARN))

interface Fake {
  readonly start: Start
  readonly orders: Order[]
  readonly isOver: boolean
  say(report: Report): void
  die(error?: unknown): void
}

/** Threads that connect at once, close when they are told to, and do nothing else. */
function fakeThreads(first: (fake: Fake) => void = (fake) => fake.say({ type: "ready", code: 0, text: "" })) {
  const threads: Fake[] = []
  const open: OpenThread = (data, handlers: ThreadHandlers) => {
    let isOver = false
    const fake: Fake = {
      start: data as Start,
      orders: [],
      get isOver() {
        return isOver
      },
      say: (report) => handlers.said(report),
      die: (error) => handlers.ended(error),
    }
    threads.push(fake)
    queueMicrotask(() => first(fake))
    return {
      post(message) {
        const order = message as Order
        fake.orders.push(order)
        if (order.type === "close") queueMicrotask(() => fake.say({ type: "closed" }))
      },
      end: async () => {
        isOver = true
      },
    }
  }
  return { threads, platform: { ...platform, threads: async () => open } as Platform }
}

function connectTo(fakes: { platform: Platform }, workers: unknown = { count: 1, from: 1 }, more = {}) {
  return connectOn(fakes.platform)({ hosts: server.hosts, workers, ...more } as never)
}

const jobsOf = ({ orders }: Fake) => orders.filter((order) => order.type === "job")

describe("a thread", () => {
  test("that ends by itself fails what it had, and the next operation begins another", async () => {
    const fakes = fakeThreads()
    const client = await connectTo(fakes)
    const read = client.batchRead(keys)
    const write = client.batchWrite([{ key: keys[0]!, bins: { a: 1 } }])
    const query = client.query("test", "w").results()
    const failures = Promise.all([read, write, query].map((promise) => promise.catch((error: unknown) => error)))
    await null
    expect(jobsOf(fakes.threads[0]!)).toHaveLength(3)
    fakes.threads[0]!.die(new Error("out of memory"))
    for (const [i, error] of ((await failures) as ClientError[]).entries()) {
      expect(error).toBeInstanceOf(ClientError)
      expect(error.message).toContain("the worker thread that did it was lost: out of memory")
      expect(error.inDoubt).toBe(i === 1)
      expect((error.cause as Error).message).toBe("out of memory")
    }
    expect(((await failures)[0] as ClientError).rows?.map(({ code }) => code)).toEqual([-1])

    const again = client.batchRead(keys).catch((error: unknown) => error)
    await null
    expect(fakes.threads).toHaveLength(2)
    expect(jobsOf(fakes.threads[1]!)).toHaveLength(1)
    // It does not give up when the cluster cannot be reached at once, and knows the nodes that its client knows.
    expect(fakes.threads[1]!.start.engine).toMatch(/fail_if_not_connected=0\nhost=127\.0\.0\.1\t\d+\t\n$/)
    await client.close()
    expect(((await again) as ClientError).codeName).toBe("CLOSED")
    expect(fakes.threads[1]!.isOver).toBe(true)
  })

  test("that cannot begin keeps nobody from connecting", async () => {
    const fakes = fakeThreads((fake) => fake.die(new Error("no such file")))
    const client = await connectTo(fakes)
    await client.put(["test", "w", "here"], { a: 1 })
    expect((await client.get(["test", "w", "here"])).bins).toEqual({ a: 1 })
    await client.close()
  })

  test("that cannot connect is ended, and another is begun when there is something to do", async () => {
    const fakes = fakeThreads((fake) => fake.say({ type: "ready", code: -8, text: "no host answers" }))
    const client = await connectTo(fakes)
    expect(fakes.threads.map(({ isOver }) => isOver)).toEqual([true])
    const read = client.batchRead(keys).catch(() => {})
    await null
    expect(fakes.threads).toHaveLength(2)
    await client.close()
    await read
  })

  test("is handed nothing that its turn gave up or closed", async () => {
    const fakes = fakeThreads()
    const client = await connectTo(fakes)
    const controller = new AbortController()
    void client.batchRead(keys, {}, { signal: controller.signal }).catch(() => {})
    controller.abort()
    await null
    expect(jobsOf(fakes.threads[0]!)).toMatchObject([{ aborted: true }])
    const late = client.batchRead(keys).catch((error: unknown) => error)
    await client.close()
    expect(((await late) as ClientError).codeName).toBe("CLOSED")
    expect(jobsOf(fakes.threads[0]!)).toHaveLength(1)
  })

  test("is asked for batches from so many rows on, and for queries that say no other thing", async () => {
    const fakes = fakeThreads()
    const client = await connectTo(fakes, { count: 1, from: 2 })
    await client.batchRead(keys)
    await client.query("test", "w").policy({ expectedDuration: "short" }).results()
    expect(fakes.threads[0]!.orders).toEqual([])
    void client.batchRead([keys[0]!, keys[0]!]).catch(() => {})
    void client
      .query("test", "w")
      .results()
      .catch(() => {})
    await null
    expect(jobsOf(fakes.threads[0]!)).toHaveLength(2)
    await client.close()
  })

  test("counts, and what it counted stays when it is gone", async () => {
    const fakes = fakeThreads()
    const client = await connectTo(fakes)
    const before = client.stats()
    const stats = new Float64Array(fakes.threads[0]!.start.stats)
    stats[stat.RETRIES] = 5
    stats[stat.CONNECTIONS_OPEN] = 3
    stats[stat.NODES] = 1
    const now = client.stats()
    expect(now.retries - before.retries).toBe(5)
    expect(now.connectionsOpen - before.connectionsOpen).toBe(3)
    expect(now.nodes).toBe(before.nodes)
    fakes.threads[0]!.die()
    expect(client.stats().retries - before.retries).toBe(5)
    expect(client.stats().connectionsOpen).toBe(before.connectionsOpen)
    await client.close()
  })

  test("is told how many rows a slow caller has taken, and when it gives up", async () => {
    const fakes = fakeThreads()
    const client = await connectTo(fakes)
    const records = client.query("test", "w")[Symbol.asyncIterator]()
    const next = records.next().catch(() => {})
    await null
    await records.return?.()
    expect(fakes.threads[0]!.orders.map(({ type }) => type)).toEqual(["job", "cancel"])
    await client.close()
    await next
  })
})

describe("the configuration", () => {
  test("shares connections among the threads and the caller", async () => {
    const fakes = fakeThreads()
    const client = await connectTo(fakes, 3, { maxConnsPerNode: 100, minConnsPerNode: 40 })
    expect(fakes.threads.map(({ start }) => start.engine.match(/max_conns_per_node=\d+/g)?.at(-1))).toEqual(
      Array(3).fill("max_conns_per_node=20"),
    )
    expect(fakes.threads[0]!.start.engine.match(/min_conns_per_node=\d+/g)?.at(-1)).toBe("min_conns_per_node=0")
    await client.close()
  })

  test("is that of the environment where it says nothing, read once", async () => {
    let text: string | undefined = " 2 "
    const fakes = fakeThreads()
    const connect = connectOn({ ...fakes.platform, environment: (name) => name && text })
    const one = await connect({ hosts: server.hosts })
    expect(fakes.threads).toHaveLength(2)
    text = "9"
    const two = await connect({ hosts: server.hosts })
    expect(fakes.threads).toHaveLength(4)
    const three = await connect({ hosts: server.hosts, workers: 0 })
    expect(fakes.threads).toHaveLength(4)
    await Promise.all([one, two, three].map((client) => client.close()))
  })

  test("of the environment that is no number is refused by its name", async () => {
    const connect = connectOn({ ...fakeThreads().platform, environment: () => "two" })
    const refused = connect({ hosts: server.hosts })
    await expect(refused).rejects.toThrow(InvalidArgumentError)
    await expect(refused).rejects.toThrow('AEROSPIKE_RUNTIME_WORKERS is "two": it must be a whole number from 0 to 64.')
  })

  test("is refused where there are no threads", async () => {
    const { threads: _, ...without } = platform
    const refused = connectOn(without)({ hosts: server.hosts, workers: 2 })
    await expect(refused).rejects.toThrow(InvalidArgumentError)
    await expect(refused).rejects.toThrow("config.workers is 2: there are no threads here")
  })
})
