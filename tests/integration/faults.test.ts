// What a client makes of each fault that a dev server can be told to have, over real sockets. `make dist` first.

import {
  AerospikeError,
  type Client,
  type ClusterEvent,
  connect,
  type Key,
  TimeoutError,
  Transaction,
} from "aerospike-wasm"
import { type DevServer, type DevServerOptions, type FaultOptions, startDevServer } from "aerospike-wasm/devserver"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"

// Much else may run beside it.
vi.setConfig({ testTimeout: 30_000 })

const open: { close(): unknown }[] = []
const key: Key = ["test", "faults", "alice"]
const other: Key = ["test", "faults", "bob"]
/** Once, and not for long. */
const once = { maxRetries: 0, socketTimeout: 150, totalTimeout: 150 }
/** Often enough, and long enough where much else runs. */
const patient = { maxRetries: 5, socketTimeout: 150, totalTimeout: 20_000 }
let server: DevServer
let client: Client

async function start(options?: DevServerOptions, config: object = {}): Promise<void> {
  server = await startDevServer(options)
  open.push(server)
  client = await connect({ hosts: server.hosts, logger: () => {}, ...config })
  open.push(client)
}

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

/** How an operation failed. */
const failure = (asked: Promise<unknown>): Promise<AerospikeError> =>
  asked.then(
    (value) => {
      throw new Error(`it did not fail: ${JSON.stringify(value)}`)
    },
    (error) => {
      if (error instanceof AerospikeError) return error
      throw error
    },
  )

describe("one node", () => {
  beforeEach(async () => {
    await start()
    await client.put(key, { name: "Alice" })
    await client.put(other, { name: "Bob" })
  })

  test.each([true, false])("a write whose answer is dropped times out in doubt, done (%s) or not", async (applied) => {
    using fault = server.faults.add({ when: { command: "put", key: "new" }, then: { drop: true, applied } })
    const error = await failure(client.put(["test", "faults", "new"], { n: 1 }, once))
    expect(error).toBeInstanceOf(TimeoutError)
    expect([error.inDoubt, fault.struck]).toEqual([true, 1])
    expect((await client.exists(["test", "faults", "new"])) !== undefined).toBe(applied)
  })

  test("a read that is dropped times out without doubt, and one that may be repeated is", async () => {
    const fault = server.faults.add({ when: { command: "get", times: 2 }, then: { drop: true } })
    const error = await failure(client.get(key, once))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.inDoubt).toBe(false)
    expect((await client.get(key, patient)).bins).toEqual({ name: "Alice" })
    expect(fault.struck).toBe(2)
  })

  test.each([true, false])("a write whose connection is cut is in doubt, done (%s) or not", async (applied) => {
    using fault = server.faults.add({ when: { command: "add" }, then: { close: true, applied } })
    const error = await failure(client.increment(key, "visits", 1, { maxRetries: 0 }))
    expect([error.inDoubt, fault.struck]).toEqual([true, 1])
    fault.remove()
    expect((await client.get(key)).bins.visits).toBe(applied ? 1 : undefined)
  })

  test("what is repeated after a cut is done again: an increment whose answer was lost counts twice", async () => {
    using fault = server.faults.add({ when: { command: "add", times: 1 }, then: { close: true, applied: true } })
    await client.increment(key, "visits", 1, patient)
    expect((await client.get(key)).bins.visits).toBe(2)
    expect(fault.struck).toBe(1)
  })

  test("reads are repeated wherever their answers are cut off", async () => {
    for (const length of [0, 1, 7, 8, 9, 21, 29, 30, 35, 45, 1000]) {
      using fault = server.faults.add({ when: { command: "get", times: 1 }, then: { truncate: length } })
      expect((await client.get(key, patient)).bins).toEqual({ name: "Alice" })
      expect(fault.struck).toBe(1)
    }
  })

  test.each([{ timeoutDelay: 0 }, { timeoutDelay: 3000 }])(
    "an answer that is late reaches nobody else, with %o",
    async ({ timeoutDelay }) => {
      using fault = server.faults.add({ when: { key: "alice", times: 2 }, then: { delay: 800, applied: true } })
      for (let i = 0; i < 2; i++) {
        const late = failure(client.get(key, { maxRetries: 0, socketTimeout: 100, totalTimeout: 100, timeoutDelay }))
        expect(await late).toBeInstanceOf(TimeoutError)
        const until = performance.now() + 900
        while (performance.now() < until) {
          const records = await Promise.all(Array.from({ length: 8 }, () => client.get(other, patient)))
          expect(records.map(({ bins }) => bins.name)).toEqual(Array(8).fill("Bob"))
        }
      }
      expect(fault.struck).toBe(2)
      expect((await client.get(key)).bins.name).toBe("Alice")
    },
  )

  test("a slow answer that is waited for is as good as any", async () => {
    using fault = server.faults.add({ when: { command: ["put", "get"] }, then: { delay: 60 } })
    const begin = performance.now()
    await client.put(key, { name: "Eve" }, patient)
    expect((await client.get(key, patient)).bins.name).toBe("Eve")
    expect(performance.now() - begin).toBeGreaterThan(115)
    expect(fault.struck).toBe(2)
  })

  test("an answer whose head is spoilt fails what is on that connection, and the next one serves", async () => {
    const spoilt = { when: { command: "get", times: 1 }, then: { corrupt: [0] } } as const
    server.faults.add(spoilt)
    const error = await failure(client.get(key, { maxRetries: 0 }))
    expect([error.codeName, error.inDoubt]).toEqual(["MALFORMED", false])
    server.faults.add(spoilt)
    expect((await client.get(key, patient)).bins.name).toBe("Alice")
    server.faults.add({ when: { command: "put" }, then: { corrupt: [0, 1] } })
    expect((await failure(client.put(key, { name: "Eve" }, { maxRetries: 0 }))).inDoubt).toBe(true)
    expect((await client.get(key)).bins.name).toBe("Eve")
  })

  test("whatever bytes are spoilt, each operation ends", async () => {
    using fault = server.faults.add({
      when: { command: ["get", "batch", "query"], probability: 0.5 },
      then: { corrupt: 3 },
      seed: 11,
    })
    for (let i = 0; i < 60; i++) {
      const all = [
        client.get(key, once),
        client.batchRead([key, other], {}, once),
        client.query("test", "faults").policy({ totalTimeout: 300, socketTimeout: 300, maxRetries: 0 }).results(),
      ]
      await Promise.allSettled(all)
    }
    expect(fault.struck).toBeGreaterThan(40)
    fault.remove()
    expect((await client.get(key, patient)).bins.name).toBe("Alice")
  })

  test("codes are those of the operation, and of rows where records are named", async () => {
    using whole = server.faults.add({ when: { command: ["put", "batch"] }, then: { code: 18 } })
    expect(await failure(client.put(key, { name: "Eve" }, { maxRetries: 0 }))).toMatchObject({
      code: 18,
      codeName: "DEVICE_OVERLOAD",
      inDoubt: false,
    })
    const rows = await client.batchRead([key, other], {}, { maxRetries: 0 }).catch((error) => error)
    expect(JSON.stringify(rows, ["code"])).toContain("18")
    whole.remove()
    using row = server.faults.add({ when: { command: "batch", key: "bob" }, then: { code: 14 } })
    const codes = (await client.batchRead([key, other, ["test", "faults", "none"]])).map(({ code }) => code)
    expect([codes, row.struck]).toEqual([[0, 14, 2], 1])
  })

  test("a row that failed although it was written says so when it is read", async () => {
    using _ = server.faults.add({ when: { command: "batch", key: "bob" }, then: { code: 9, applied: true } })
    const rows = await client.batchWrite([
      { key, bins: { n: 1 } },
      { key: other, bins: { n: 1 } },
    ])
    expect(rows.map(({ code }) => code)).toEqual([0, 9])
    expect((await client.get(other)).bins.n).toBe(1)
  })

  test("a query that is cut goes on where it was, and gives each record once", async () => {
    const keys: Key[] = Array.from({ length: 300 }, (_, i) => ["test", "many", i])
    await client.batchWrite(keys.map((key) => ({ key, bins: { text: "x".repeat(5000) } })))
    using fault = server.faults.add({ when: { command: "query", set: "many", times: 3 }, then: { truncate: 400_000 } })
    const records = await client.query("test", "many").policy({ maxRetries: 10 }).results()
    expect(new Set(records.map(({ digest }) => digest.join())).size).toBe(300)
    expect([records.length, fault.struck]).toEqual([300, 3])
  })

  test("faults are drawn by lot from their seed", async () => {
    const struck = async (seed: number) => {
      using fault = server.faults.add({ when: { command: "get", probability: 0.3 }, then: { code: 1 }, seed })
      const told = []
      for (let i = 0; i < 40; i++)
        told.push(
          await client.get(key, { maxRetries: 0 }).then(
            () => "-",
            () => "x",
          ),
        )
      expect(told.filter((one) => one === "x").length).toBe(fault.struck)
      return told.join("")
    }
    const first = await struck(1)
    expect(first).toMatch(/x/)
    expect(await struck(1)).toBe(first)
    expect(await struck(2)).not.toBe(first)
  })
})

test("logins can be refused, and late", async () => {
  await start({ edition: "enterprise", security: true }, { user: "admin", password: "admin" })
  using refused = server.faults.add({ when: { command: "login" }, then: { code: 60 } })
  const again = { hosts: server.hosts, user: "admin", password: "admin", logger: () => {} }
  expect((await failure(connect(again))).message).toMatch(/60|INVALID_USER/)
  expect(refused.struck).toBeGreaterThan(0)
  refused.remove()
  server.faults.add({ when: { command: "login" }, then: { delay: 50 } })
  await (await connect(again)).close()
})

test("a read goes to another replica when one node is silent", async () => {
  await start({ nodes: 2 }, { coalesce: "off" })
  const keys: Key[] = Array.from({ length: 40 }, (_, i) => ["test", "faults", i])
  await client.batchWrite(keys.map((key) => ({ key, bins: { n: 1 } })))
  using fault = server.faults.add({ when: { node: 1, command: "read" }, then: { drop: true } })
  const records = await Promise.all(keys.map((key) => client.get(key, patient)))
  expect(records.length).toBe(40)
  expect(fault.struck).toBeGreaterThan(0)
})

test("a node that cuts off whoever asks is no node to clients until it answers", async () => {
  await start({ nodes: 2 }, { tendInterval: 100, timeout: 100 })
  const { name } = server.nodes[1]!
  const told = (type: "nodeAdded" | "nodeRemoved") =>
    new Promise<ClusterEvent>((resolve) => {
      client.on(type, (event) => event.node?.name === name && resolve(event))
    })
  const [removed, added] = [told("nodeRemoved"), told("nodeAdded")]
  const fault = server.faults.add({ when: { node: 1 }, then: { close: true } })
  await server.kill(1)
  await removed
  await server.restart(1)
  await vi.waitFor(() => expect(fault.struck).toBeGreaterThan(2), 20_000)
  expect(client.nodeNames()).not.toContain(name)
  fault.remove()
  await added
  expect(client.nodeNames()).toContain(name)
})

test("a commit whose answer is lost is in doubt, and has happened when it is tried again", async () => {
  await start({ edition: "enterprise", namespaces: { test: { strongConsistency: true } } })
  const txn = new Transaction()
  await client.put(key, { n: 1 }, { txn })
  // The first that is written to the transaction's monitor when it ends is that it is committed.
  using fault = server.faults.add({ when: { set: "<ERO~MRT", times: 1 }, then: { drop: true, applied: true } })
  const error = await failure(client.commit(txn, { roll: once }))
  expect([error.inDoubt, txn.state, fault.struck]).toEqual([true, "commitFailed", 1])
  expect(await client.commit(txn)).toBe("ok")
  expect((await client.get(key)).bins.n).toBe(1)
})

describe("partitions", () => {
  const keys: Key[] = Array.from({ length: 200 }, (_, i) => ["test", "moves", i])
  const readAll = async () => {
    const records = await Promise.all(keys.map((key) => client.get(key, patient)))
    expect(records.length).toBe(200)
  }
  const stable = async () =>
    (await client.infoAll("cluster-stable:")).every(({ response }) => !/ERROR/.test(response ?? ""))
  const owned = async () => {
    const told = await client.infoAll("namespace/test")
    return told.map(({ response }) => Number(/master_objects=(\d+)/.exec(response ?? "")![1]))
  }

  test("move in steps that clients see as migrations", async () => {
    await start({ nodes: 3 }, { tendInterval: 100 })
    await client.batchWrite(keys.map((key) => ({ key, bins: { n: 1 } })))
    expect(await stable()).toBe(true)
    server.holdMigrations()
    server.quiesce(1)
    expect(await stable()).toBe(false)
    let left = server.migrate(500)
    expect(left).toBeGreaterThan(1000)
    for (; left > 0; left = server.migrate(2000)) await readAll()
    expect(await stable()).toBe(true)
    const index = client.nodeNames().indexOf(server.nodes[1]!.name)
    expect((await owned())[index]).toBe(0)
    server.unquiesce(1)
    expect(await stable()).toBe(false)
    expect((await owned())[index]).toBe(0)
    server.holdMigrations(false)
    expect(await stable()).toBe(true)
    expect((await owned())[index]).toBeGreaterThan(30)
    await readAll()
  })

  test("are given away by the info commands of a real server, too", async () => {
    await start({ edition: "enterprise", nodes: 2 })
    const [first, principal] = server.nodes
    expect((await client.infoNode(first!.name, "quiesce:")).response).toMatch(/ok/)
    expect((await client.infoNode(first!.name, "recluster:")).response).toMatch(/ignored-by-non-principal/)
    expect((await client.infoNode(principal!.name, "recluster:")).response).toMatch(/ok/)
    expect((await client.infoNode(first!.name, "namespace/test")).response).toMatch(/effective_is_quiesced=true/)
    server.unquiesce(0)
    expect((await client.infoNode(first!.name, "namespace/test")).response).toMatch(/effective_is_quiesced=false/)
  })
})

describe("what is wrong is said at once", () => {
  const cases: [fault: object, said: string][] = [
    [{}, "fault.then is undefined: it must be an object of drop, close, truncate, corrupt, code, delay, applied."],
    [
      { then: {} },
      "fault.then says nothing: it must have one of drop, close, truncate, corrupt, code, or a delay alone.",
    ],
    [{ then: { drop: true }, whem: {} }, "fault.whem is not known: did you mean when?"],
    [{ then: { drop: true, close: true } }, "fault.then has drop and close: it must have one of"],
    [{ then: { drop: 1 } }, "fault.then.drop is 1: it must be true, or left out."],
    [{ then: { code: 0 } }, "fault.then.code is 0: it must be a whole number from 1 to 255."],
    [{ then: { code: "18" } }, 'fault.then.code is "18": it must be'],
    [{ then: { delay: -1 } }, "fault.then.delay is -1: it must be a whole number of milliseconds from 0 to"],
    [{ then: { truncate: 1.5 } }, "fault.then.truncate is 1.5: it must be a whole number of bytes from 0 to"],
    [{ then: { corrupt: [] } }, "fault.then.corrupt is an empty array: it must be a number of bytes from 1 to 1000000"],
    [{ then: { corrupt: 1, applied: false } }, "fault.then.applied is false: with corrupt it must be true or left out"],
    [{ then: { close: true, applied: 1 } }, "fault.then.applied is 1: it must be true or false."],
    [{ when: { node: 1 }, then: { drop: true } }, "fault.when.node is 1: it must be a whole number from 0 to 0"],
    [{ when: { node: [] }, then: { drop: true } }, "fault.when.node is an empty array"],
    [{ when: { command: "fetch" }, then: { drop: true } }, 'fault.when.command is "fetch": it must be one of "get"'],
    [{ when: { set: "x".repeat(64) }, then: { drop: true } }, "it must be text of at most 63 bytes"],
    [
      { when: { namespace: "" }, then: { drop: true } },
      'fault.when.namespace is "": it must be text of 1 to 31 bytes.',
    ],
    [{ when: { key: 1.5 }, then: { drop: true } }, "fault.when.key is 1.5: it must be text, a whole number"],
    [{ when: { digest: new Uint8Array(3) }, then: { drop: true } }, "fault.when.digest is a Uint8Array: it must be"],
    [{ when: { key: 1, digest: new Uint8Array(20) }, then: { drop: true } }, "fault.when has key and digest"],
    [{ when: { nth: 0 }, then: { drop: true } }, "fault.when.nth is 0: it must be a whole number from 1 to"],
    [{ when: { times: 0 }, then: { drop: true } }, "fault.when.times is 0"],
    [
      { when: { probability: 2 }, then: { drop: true } },
      "fault.when.probability is 2: it must be a number from 0 to 1.",
    ],
    [{ then: { drop: true }, seed: "a" }, 'fault.seed is "a": it must be a whole number from 0 to'],
  ]

  test("of a fault", async () => {
    await start()
    for (const [fault, said] of cases) {
      expect(() => server.faults.add(fault as FaultOptions), said).toThrow(said)
      expect(() => server.faults.add(fault as FaultOptions), said).toThrow(AerospikeError)
    }
  })

  test("by the types, where they can", () => {
    const [first, second, third]: FaultOptions[] = [
      { then: { delay: 5 } },
      { when: { node: [0, 1], key: 7n }, then: { code: 9, applied: true, delay: 5 }, seed: 3 },
      { when: { command: ["get", "query"] }, then: { corrupt: [0, 1] } },
    ]
    // @ts-expect-error: one of them.
    const both: FaultOptions = { then: { drop: true, close: true } }
    // @ts-expect-error: none of them.
    const none: FaultOptions = { then: { applied: true } }
    // @ts-expect-error: no such command.
    const unknown: FaultOptions = { when: { command: "fetch" }, then: { drop: true } }
    expect([first, second, third, both, none, unknown].length).toBe(6)
  })

  test("of nodes, and of a server that is closed", async () => {
    await start({ nodes: 2 })
    expect(() => server.quiesce(2)).toThrow("node is 2: it must be a whole number from 0 to 1.")
    expect(() => server.migrate(0)).toThrow("copies is 0: it must be a whole number from 1 to")
    expect(() => server.holdMigrations(1 as never)).toThrow("hold is 1: it must be true or false.")
    await server.kill(1)
    expect(() => server.quiesce(1)).toThrow("node 1 is not up: only a node that is can be quiesced.")
    const fault = server.faults.add({ when: { command: "get" }, then: { code: 1 } })
    await failure(client.get(key, patient))
    await server.close()
    expect(fault.struck).toBe(1)
    fault.remove()
    for (const call of [() => server.faults.add({ then: { drop: true } }), () => server.migrate()]) {
      expect(call).toThrow("The dev server is closed.")
    }
  })
})
