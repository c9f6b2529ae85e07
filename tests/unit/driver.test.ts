// The pump, played by an engine and sockets that do what they are told.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { Client } from "../../ts/client.ts"
import { settingsOf } from "../../ts/config.ts"
import { code, event, output, socketEnd, tag } from "../../ts/core/generated.ts"
import { Driver } from "../../ts/driver.ts"
import { AerospikeError, ClientError, RecordNotFoundError } from "../../ts/errors.ts"
import type { KeyTuple } from "../../ts/key.ts"
import { LogLevel, setLogLevel } from "../../ts/log.ts"
import type { Transport } from "../../ts/transport/index.ts"
import { done, FakeEngine, type FakeOutputs, outputs, ready } from "./support/fake-engine.ts"
import { FakeTransport } from "./support/fake-transport.ts"

const key: KeyTuple = ["test", "s", "k"]

function setUp({ config = {}, transport = new FakeTransport() as Transport } = {}) {
  const engine = new FakeEngine()
  const logged: unknown[][] = []
  const settings = settingsOf({ hosts: "a", logger: (...line) => logged.push(line), ...config })
  let driver!: Driver
  const client = Client.over((listen) => {
    driver = new Driver(engine.module, settings, transport, undefined, listen)
    return driver
  }, settings.packer)
  void driver.start()
  return { engine, client, driver, transport: transport as FakeTransport, logged }
}

/** A client with one open connection, number 3. */
function connected(options?: Parameters<typeof setUp>[0]) {
  const all = setUp(options)
  all.engine.polls.push(() => ({ records: [[output.CONNECT, 3, 0, 9, 3000, 0, 9, 0, 1000]], texts: ["127.0.0.1"] }))
  all.engine.polls.push(ready())
  void all.client.get(key).catch(() => {})
  return microtasks().then(() => {
    all.engine.nextOp = 1
    const socket = all.transport.sockets[0]!
    socket.handlers.opened()
    all.engine.calls.length = 0
    return { ...all, socket }
  })
}

const microtasks = async () => {
  for (let i = 0; i < 20; i++) await null
}

beforeEach(() => {
  setLogLevel(LogLevel.OFF)
})

afterEach(() => {
  setLogLevel(LogLevel.WARN)
  vi.useRealTimers()
})

describe("rhythm", () => {
  test("what one turn asks for is polled for once, after the turn", async () => {
    const { engine, client } = setUp()
    engine.calls.length = 0
    const all = [client.put(key, { a: 1 }), client.put(key, { a: 2 }), client.put(key, { a: 3 })]
    expect(engine.called("submit")).toHaveLength(3)
    expect(engine.called("poll")).toHaveLength(0)
    engine.polls.push(outputs(done(0), done(1), done(2)))
    await Promise.all(all)
    // One that gives everything, and one that gives nothing more.
    expect(engine.called("poll")).toHaveLength(2)
  })

  test("what one turn asks for is polled for meanwhile when the engine finds it much", async () => {
    const { engine, client } = setUp()
    engine.calls.length = 0
    engine.patience = 3
    const order = () => engine.calls.map(([name]) => name).filter((name) => name === "submit" || name === "poll")
    const four = [1, 2, 3, 4].map((a) => client.put(key, { a }))
    // Before the fourth was written, and until the engine had nothing more to say.
    expect(order()).toEqual(["submit", "submit", "submit", "poll", "submit"])
    engine.patience = Number.POSITIVE_INFINITY
    engine.polls.push(outputs(done(0), done(1), done(2), done(3)))
    await Promise.all(four)
  })

  test("listeners that ask for something while a turn is looked at early do not disturb it", async () => {
    const { engine, client } = setUp()
    const asked: Promise<unknown>[] = []
    client.on("clusterChanged", () => asked.push(client.put(key, { b: 1 })))
    engine.patience = 1
    const first = client.put(key, { a: 1 })
    engine.polls.push(() => {
      engine.patience = Number.POSITIVE_INFINITY
      return { records: [[output.EVENT, event.CLUSTER_CHANGED, 0, 0, 0]], texts: [""] }
    })
    const second = client.put(key, { a: 2 })
    expect(asked).toHaveLength(1)
    engine.polls.push(outputs(done(0), done(1), done(2)))
    await Promise.all([first, second, ...asked])
  })

  test("a socket that took all is written to again in the same pump; one that did not, when it says so", async () => {
    const { engine, client, socket } = await connected()
    const first = engine.place(new TextEncoder().encode("first"))
    const second = engine.place(new TextEncoder().encode("second"))
    engine.polls.push(outputs([output.TRANSMIT, 3, first, 5]))
    engine.polls.push(() => {
      expect(engine.called("writable")).toEqual([[3]])
      socket.takesAll = false
      return { records: [[output.TRANSMIT, 3, second, 6]], texts: [] }
    })
    void client.put(key, { a: 1 })
    await microtasks()
    expect(socket.written.map((bytes) => new TextDecoder().decode(bytes))).toEqual(["first", "second"])
    expect(engine.called("writable")).toEqual([[3]])
    socket.handlers.writable()
    expect(engine.called("writable")).toEqual([[3], [3]])
  })

  test("bytes are copied out of linear memory, and no two writes share them", async () => {
    const { engine, client, socket } = await connected()
    const texts = ["a", "bb", "c".repeat(40_000), "d".repeat(40_000), "e".repeat(100_000), "f"]
    for (const text of texts) {
      const address = engine.place(new TextEncoder().encode(text))
      engine.polls.push(() => ({ records: [[output.TRANSMIT, 3, address, text.length]], texts: [] }))
    }
    void client.put(key, { a: 1 })
    await microtasks()
    engine.bytes.fill(0)
    expect(socket.written.map((bytes) => new TextDecoder().decode(bytes))).toEqual(texts)
    // Small ones share a slab, one larger than a slab has its own buffer.
    expect(socket.written[0]!.buffer).toBe(socket.written[1]!.buffer)
    expect(socket.written[4]!.buffer.byteLength).toBe(100_000)
  })

  test("bytes that arrive are staged and pumped at once, large chunks in pieces", async () => {
    const { engine, socket } = await connected()
    socket.handlers.received(new Uint8Array([1, 2, 3]))
    expect(engine.called("received")).toEqual([[3, new Uint8Array([1, 2, 3])]])
    expect(engine.called("poll").length).toBeGreaterThan(0)
    engine.calls.length = 0
    const large = new Uint8Array(600_000).map((_, i) => i * 7)
    socket.handlers.received(large)
    const pieces = engine.called("received").map(([, bytes]) => bytes as Uint8Array)
    expect(pieces.map(({ length }) => length)).toEqual([262_144, 262_144, 75_712])
    expect(Buffer.concat(pieces).equals(large)).toBe(true)
  })

  test("memory may grow in any call", async () => {
    const { engine, client, socket } = await connected()
    for (const name of ["name", "submit", "poll", "data_reserve", "command_reserve", "receive_reserve", "received"])
      engine.grows.add(name)
    const put = client.put(["test", "s", "a long key that makes the data region grow"], {
      abc: [1, 2, 3, "x".repeat(99)],
    })
    const get = client.get<{ abc: number }>(key)
    engine.polls.push(outputs(done(1)))
    await put
    socket.handlers.received(new Uint8Array(70_000))
    engine.polls.push(() => answer(engine, 2, { abc: 5 }))
    socket.handlers.received(new Uint8Array(1))
    expect(await get).toEqual({ key, bins: { abc: 5 }, gen: 4, ttl: 9 })
  })

  test("connections are opened, paused, resumed and closed as the engine says", async () => {
    const { engine, client, socket } = await connected()
    expect(socket.target).toEqual({ host: "127.0.0.1", port: 3000, keepAlive: true, noDelay: true })
    const step = async (...records: Parameters<typeof outputs>) => {
      engine.polls.push(outputs(...records))
      void client.put(key, { a: 1 })
      await microtasks()
    }
    await step([output.PAUSE, 3])
    expect(socket.isPaused).toBe(true)
    await step([output.RESUME, 3])
    expect(socket.isPaused).toBe(false)
    await step([output.CLOSE, 3, 1])
    expect(socket.isDestroyed).toBe(true)
    // Nothing that a socket says after its end reaches the engine.
    engine.calls.length = 0
    socket.handlers.received(new Uint8Array(1))
    socket.handlers.closed(socketEnd.CLOSED)
    expect(engine.calls).toEqual([])
  })

  test("a transport that answers while it is being called waits for its turn", async () => {
    const eager: Transport = {
      open(_, handlers) {
        handlers.opened()
        const bytes = new Uint8Array([1])
        handlers.received(bytes)
        bytes[0] = 99
        handlers.closed(socketEnd.FAILED)
        return { write: () => true, pause() {}, resume() {}, destroy() {} }
      },
    }
    const { engine, client } = setUp({ transport: eager })
    engine.polls.push(() => {
      engine.calls.length = 0
      return {
        records: [
          [output.CONNECT, 3, 0, 1, 1, 0, 1, 0, 9],
          [output.EVENT, event.CLUSTER_CHANGED, 0, 0, 0],
        ],
        texts: ["h"],
      }
    })
    void client.get(key).catch(() => {})
    await microtasks()
    const names = engine.calls.map(([name]) => name).filter((name) => name !== "poll")
    expect(names).toEqual(["opened", "receive_reserve", "received", "closed"])
    expect(engine.called("received")).toEqual([[3, new Uint8Array([1])]])
  })

  test("a transport is told the name that a certificate must have, and the settings of TLS", async () => {
    const { engine, driver, transport } = setUp({ config: { tls: true } })
    engine.polls.push(() => ({ records: [[output.CONNECT, 3, 0, 1, 4333, 1, 1, 4, 9]], texts: ["h", "name"] }))
    engine.polls.push(ready())
    await driver.start()
    expect(transport.sockets[0]!.target).toMatchObject({
      host: "h",
      port: 4333,
      tls: { name: "name", settings: { rejectUnauthorized: true, minVersion: "TLSv1.2" } },
    })
  })

  test("connecting that failed because of TLS has the transport's error as its cause", async () => {
    const { engine, transport, driver } = setUp({ config: { tls: true } })
    engine.polls.push(() => ({ records: [[output.CONNECT, 3, 0, 1, 1, 1, 1, 1, 9]], texts: ["h", "n"] }))
    const cause = new Error("expired")
    const ended = driver.start()
    engine.polls.push(() => ({ records: [[output.READY, code.TLS >>> 0, 0, 4]], texts: ["h: x"] }))
    transport.sockets[0]!.handlers.closed(socketEnd.TLS_EXPIRED, cause)
    expect(await ended).toEqual({ code: code.TLS, text: "h: x", cause })
  })

  test("a transport that throws has failed to connect", async () => {
    const transport: Transport = {
      open() {
        throw new Error("no sockets today")
      },
    }
    const { engine, client } = setUp({ transport })
    engine.polls.push(() => ({ records: [[output.CONNECT, 3, 0, 1, 1, 0, 1, 0, 9]], texts: ["h"] }))
    void client.get(key).catch(() => {})
    await microtasks()
    expect(engine.called("closed")).toEqual([[3, socketEnd.OTHER]])
  })
})

describe("the timer", () => {
  test("is armed anew only for an earlier deadline, and checks again when it rings", async () => {
    vi.useFakeTimers()
    const { engine, client } = setUp()
    const submit = async () => {
      void client.put(key, { a: 1 })
      await microtasks()
    }
    const now = performance.now()
    engine.deadline = now + 100
    await submit()
    expect(vi.getTimerCount()).toBe(1)
    engine.deadline = now + 500
    await submit()
    engine.calls.length = 0
    vi.advanceTimersByTime(100)
    expect(engine.called("time"), "sockets speak first").toHaveLength(0)
    vi.advanceTimersByTime(1)
    expect(engine.called("time"), "the timer of the first deadline still rang").toHaveLength(1)
    expect(engine.called("poll")).toHaveLength(1)
    vi.advanceTimersByTime(399)
    expect(engine.called("poll")).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(engine.called("time")).toHaveLength(2)
    expect(engine.called("poll")).toHaveLength(2)
    engine.deadline = Number.POSITIVE_INFINITY
    vi.advanceTimersByTime(2)
    engine.deadline = performance.now() + 1000
    await submit()
    engine.deadline = performance.now() + 10
    await submit()
    engine.calls.length = 0
    vi.advanceTimersByTime(11)
    expect(engine.called("poll"), "an earlier deadline is kept").toHaveLength(1)
  })

  test("is never armed for what never comes, nor for longer than a timer can wait", async () => {
    vi.useFakeTimers()
    const { engine, client } = setUp()
    await microtasks()
    expect(vi.getTimerCount()).toBe(0)
    engine.deadline = performance.now() + 1e12
    void client.put(key, { a: 1 })
    await microtasks()
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(1000)
    expect(vi.getTimerCount()).toBe(1)
  })
})

describe("answers", () => {
  test("each operation makes of its answer what it promises", async () => {
    const { engine, client } = setUp()
    const asked = [
      client.find(key),
      client.exists(key),
      client.exists(key),
      client.remove(key),
      client.remove(key),
      client.touch(key),
    ]
    const [absent, none] = [code.RECORD_NOT_FOUND, code.OK]
    engine.polls.push(outputs(...[absent, absent, none, none, absent, none].map((code, op) => done(op, code))))
    expect(await Promise.all(asked)).toEqual([undefined, undefined, { gen: 1, ttl: -1 }, true, false, undefined])
  })

  test("an error tells what was asked, of whom, how often and how long, and keeps the stack of its caller", async () => {
    const { engine, client } = setUp()
    engine.nodes = ["BB9\t[::1]:3100\t1"]
    async function theCaller() {
      await client.get(key)
    }
    const call = theCaller()
    engine.polls.push(outputs(done(0, code.RECORD_NOT_FOUND, { node: 0, attempts: 2, elapsed: 12 })))
    const error = await call.catch((error) => error)
    expect(error).toBeInstanceOf(RecordNotFoundError)
    expect(error).toMatchObject({
      code: 2,
      codeName: "RECORD_NOT_FOUND",
      node: "BB9 ::1:3100",
      attempts: 2,
      elapsedMs: 12,
      inDoubt: false,
      key,
    })
    expect(error.message).toBe(
      'get test.s "k": the record does not exist (RECORD_NOT_FOUND 2, node BB9 ::1:3100, 2 attempts, 12 ms). Use find() where a record may be absent.',
    )
    expect(error.stack).toContain("theCaller")
  })

  test("a write in doubt says so", async () => {
    const { engine, client } = setUp()
    const put = client.put(key, { a: 1 })
    engine.polls.push(outputs(done(0, code.TIMEOUT, { inDoubt: true })))
    const error = await put.catch((error) => error)
    expect(error.inDoubt).toBe(true)
    expect(error.message).toContain("The write may have happened all the same.")
  })

  test("a command that the engine refuses is refused with the bin's name", async () => {
    const { engine, client } = setUp()
    engine.refuse = { code: code.INVALID_ARGUMENT, slot: 2, text: "a map has a key twice" }
    const error = await client
      .put(key, {
        a: 1,
        m: new Map<number | bigint, number>([
          [1, 1],
          [1n, 2],
        ]),
      })
      .catch((error) => error)
    expect(error.message).toBe('put test.s "k": the bin "m": a map has a key twice (INVALID_ARGUMENT -2).')
  })

  test("an op id may be used again in the turn after its answer", async () => {
    const { engine, client } = setUp()
    const first = client.exists(key)
    engine.polls.push(outputs(done(0)))
    await first
    engine.nextOp = 0
    const second = client.remove(key)
    engine.polls.push(outputs(done(0)))
    expect(await second).toBe(true)
  })
})

describe("events", () => {
  test("listeners may call the client, and one that throws harms nobody", async () => {
    const { engine, client } = setUp()
    engine.nodes = ["BB9\t127.0.0.1:3000\t1"]
    const seen: unknown[] = []
    const uncaught: unknown[] = []
    const onUncaught = (error: unknown) => uncaught.push(error)
    const before = process.listeners("uncaughtException")
    process.removeAllListeners("uncaughtException")
    process.on("uncaughtException", onUncaught)
    client.on("nodeAdded", () => {
      throw new Error("a listener's own")
    })
    client.on("nodeAdded", ({ type, node }) => {
      seen.push([type, node?.name, node?.port])
      void client.put(key, { a: 1 })
    })
    const forgotten = () => seen.push("forgotten")
    client.on("nodeAdded", forgotten).off("nodeAdded", forgotten)
    client.on("nodeRemoved", ({ node }) => seen.push(["gone", node?.name]))
    engine.polls.push(() => ({
      records: [[output.EVENT, event.NODE_ADDED, 0, 0, 9], done(0)],
      texts: ["127.0.0.1"],
    }))
    await client.touch(key)
    engine.nodes = []
    engine.polls.push(outputs([output.EVENT, event.NODE_REMOVED, 0, 0, 0]))
    void client.touch(key)
    await microtasks()
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.removeListener("uncaughtException", onUncaught)
    for (const listener of before) process.on("uncaughtException", listener)
    expect(seen).toEqual([
      ["nodeAdded", "BB9", 3000],
      ["gone", "BB9"],
    ])
    expect(uncaught.map(String)).toEqual(["Error: a listener's own"])
    expect(engine.called("submit")).toHaveLength(3)
  })

  test("log lines go to the client's logger, as far as the level allows", async () => {
    setLogLevel(LogLevel.INFO)
    const { engine, client, logged } = setUp()
    const line = (level: number, text: string): FakeOutputs => ({
      records: [[output.EVENT, event.LOG, level, 0, text.length]],
      texts: [text],
    })
    engine.polls.push(() => line(2, "hello"))
    engine.polls.push(() => line(3, "details"))
    void client.touch(key)
    await microtasks()
    expect(logged).toEqual([[2, "hello", {}]])
  })
})

describe("cancelling", () => {
  test("an AbortSignal cancels and is let go of when the operation ends", async () => {
    const { engine, client } = setUp()
    const abort = new AbortController()
    const removed = vi.spyOn(abort.signal, "removeEventListener")
    const get = client.get(key, { signal: abort.signal })
    await microtasks()
    engine.calls.length = 0
    engine.polls.push(outputs(done(0, code.ABORTED)))
    abort.abort(new Error("enough"))
    expect(engine.calls).toEqual([["cancel", 0]])
    const error = await get.catch((error) => error)
    expect(error).toBeInstanceOf(ClientError)
    expect(error).toMatchObject({ code: code.ABORTED, cause: new Error("enough") })
    expect(removed).toHaveBeenCalledOnce()
  })

  test("a signal of an operation that has ended does nothing", async () => {
    const { engine, client } = setUp()
    const abort = new AbortController()
    const exists = client.exists(key, { signal: abort.signal })
    engine.polls.push(outputs(done(0)))
    await exists
    abort.abort()
    expect(engine.called("cancel")).toEqual([])
  })

  test("a signal that was raised before cancels before anything is sent", async () => {
    const { engine, client } = setUp()
    void client.get(key, { signal: AbortSignal.abort() }).catch(() => {})
    expect(engine.calls.map(([name]) => name).slice(-2)).toEqual(["submit", "cancel"])
  })
})

describe("the end", () => {
  test("close polls until the engine has finished, then frees it", async () => {
    const { engine, client, socket } = await connected()
    const late = client.get(key)
    const closed = client.close({ drain: 50 })
    expect(engine.called("close")).toEqual([[50]])
    await expect(client.get(key)).rejects.toMatchObject({ code: code.CLOSED })
    let isClosed = false
    void closed.then(() => {
      isClosed = true
    })
    await microtasks()
    expect(isClosed).toBe(false)
    engine.polls.push(() => {
      engine.isFinished = true
      return { records: [done(1, code.CLOSED), [output.CLOSE, 3, 11]], texts: [] }
    })
    socket.handlers.received(new Uint8Array(1))
    await closed
    await expect(late).rejects.toMatchObject({ code: code.CLOSED })
    expect(socket.isDestroyed).toBe(true)
    expect(engine.called("free")).toHaveLength(1)
    await client.close()
    await client[Symbol.asyncDispose]()
    expect(engine.called("free")).toHaveLength(1)
    expect([client.isConnected(), client.nodeNames(), client.stats().operations]).toEqual([false, [], 0])
  })

  test.each([
    ["drain: true", { drain: true }, Number.POSITIVE_INFINITY],
    ["no drain", {}, 0],
    ["drain: false", { drain: false }, 0],
  ])("%s", async (_, options, expected) => {
    const { engine, client } = setUp()
    void client.close(options)
    expect(engine.called("close")).toEqual([[expected]])
  })

  test("a drain that is no time is refused", async () => {
    const { client } = setUp()
    await expect(client.close({ drain: -1 })).rejects.toThrow("drain is -1")
  })

  test.each(["poll", "submit", "name", "receive_reserve", "received", "writable", "close", "cancel"])(
    "a trap in %s rejects all that is in flight, and no promise hangs",
    async (method) => {
      const { engine, client, socket } = await connected()
      const abort = new AbortController()
      const inFlight = [client.get(key), client.put(key, { a: 1 }, { signal: abort.signal }), client.remove(key)]
      const outcomes = Promise.allSettled(inFlight)
      await microtasks()
      engine.traps.add(method)
      const provoke: Record<string, () => unknown> = {
        poll: () => socket.handlers.received(new Uint8Array(1)),
        submit: () => client.get(key).catch((error) => expect(error.code).toBe(code.ENGINE)),
        name: () => client.put(key, { unheard: 1 }).catch((error) => expect(error.code).toBe(code.ENGINE)),
        receive_reserve: () => socket.handlers.received(new Uint8Array(1)),
        received: () => socket.handlers.received(new Uint8Array(1)),
        writable: () => socket.handlers.writable(),
        close: () => client.close(),
        cancel: () => abort.abort(),
      }
      await provoke[method]!()
      for (const outcome of await outcomes) {
        expect(outcome.status).toBe("rejected")
        const { reason } = outcome as PromiseRejectedResult
        expect(reason).toBeInstanceOf(AerospikeError)
        expect(reason).toMatchObject({ code: code.ENGINE, cause: expect.any(WebAssembly.RuntimeError) })
      }
      expect(socket.isDestroyed).toBe(true)
      await expect(client.get(key)).rejects.toMatchObject({ code: code.CLOSED })
      await client.close()
      expect(engine.called("free"), "what trapped is left alone").toEqual([])
      socket.handlers.received(new Uint8Array(1))
    },
  )
})

/** One poll with a record of one integer bin. */
function answer(engine: FakeEngine, op: number, bins: Record<string, number>): FakeOutputs {
  const [name, value] = Object.entries(bins)[0]!
  const slot = new Uint8Array(16)
  const view = new DataView(slot.buffer)
  view.setUint32(0, tag.INT, true)
  view.setUint32(4, engine.namesGiven.indexOf(name), true)
  view.setFloat64(8, value, true)
  return { records: [[output.DONE, op, 0, 0, 1, 0, 4, 9, 0, 1, 0, 0]], texts: [], tape: engine.place(slot) }
}
