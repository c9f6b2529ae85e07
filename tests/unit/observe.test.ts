// What the client tells those who look at it, and what it asks the engine for their sake: nothing while nobody looks.

import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { Client } from "../../ts/client.ts"
import { settingsOf } from "../../ts/config.ts"
import { code, limit, NONE, operation, opWord, output, stage, step, watch } from "../../ts/core/generated.ts"
import { Driver } from "../../ts/driver.ts"
import type { KeyTuple } from "../../ts/key.ts"
import { LogLevel, setLogLevel } from "../../ts/log.ts"
import {
  addTracing,
  type Beginning,
  type Follower,
  liveClients,
  nobody,
  type Observable,
  observers,
  removeTracing,
  setWatch,
  watching,
} from "../../ts/observe.ts"
import { done, FakeEngine, outputs, ready } from "./support/fake-engine.ts"
import { FakeTransport } from "./support/fake-transport.ts"

const key: KeyTuple = ["test", "s", "k"]
const bits = [watch.COUNT, watch.STAGES, watch.STEPS]

function setUp() {
  const engine = new FakeEngine()
  const settings = settingsOf({ hosts: "a", clusterName: "c" })
  let driver!: Driver
  const client = Client.over((listen) => {
    driver = new Driver(engine.module, settings, new FakeTransport(), undefined, listen)
    return driver
  }, settings.packer)
  engine.polls.push(ready())
  void driver.start()
  return { engine, client, driver }
}

/** Follows operations, and notes what it is told. */
function tracing(isActive = true) {
  const told: unknown[][] = []
  const begun: Beginning[] = []
  const follower: Follower = {
    sent: (...what) => told.push(["sent", ...what]),
    off: (...what) => told.push(["off", ...what]),
    failed: (...what) => told.push(["failed", ...what]),
    ended: (...what) => told.push(["ended", ...what]),
  }
  observers.tracing = {
    isActive: () => isActive,
    begin: (beginning) => {
      begun.push(beginning)
      return follower
    },
  }
  return { told, begun }
}

beforeEach(() => setLogLevel(LogLevel.OFF))

afterEach(() => {
  observers.tracing = undefined
  observers.gone = undefined
  for (const bit of bits) setWatch(bit, false)
  setLogLevel(LogLevel.WARN)
})

describe("while nobody looks", () => {
  test("the engine is asked for nothing more", async () => {
    const { engine, client } = setUp()
    engine.polls.push(outputs(done(0)))
    await client.put(key, { a: 1 })
    const more = ["watch", "op_word", "spent", "metrics"].flatMap((name) => engine.called(name))
    expect(more).toEqual([])
  })

  test("nor by tracing that has nobody to tell", async () => {
    const { begun } = tracing(false)
    const { engine, client } = setUp()
    engine.polls.push(outputs(done(0)))
    await client.put(key, { a: 1 })
    expect(begun).toEqual([])
    expect(engine.called("op_word")).toEqual([])
  })
})

describe("watching", () => {
  test("begins and ends in every client that there is, and in those that come", async () => {
    const one = setUp()
    setWatch(watch.COUNT, true)
    expect(one.engine.called("watch")).toEqual([[watch.COUNT]])
    setWatch(watch.COUNT, true)
    const two = setUp()
    setWatch(watch.STEPS, true)
    setWatch(watch.COUNT, false)
    expect(watching()).toBe(watch.STEPS)
    expect(one.engine.called("watch").slice(1)).toEqual([[watch.COUNT | watch.STEPS], [watch.STEPS]])
    expect(two.engine.called("watch")).toEqual([[watch.COUNT], [watch.COUNT | watch.STEPS], [watch.STEPS]])
  })

  test("a client is live until it ends, and can be asked once more before it is gone", async () => {
    const gone: Observable[] = []
    observers.gone = (client) => {
      expect(client.counted()).toBeDefined()
      gone.push(client)
    }
    const { engine, client, driver } = setUp()
    expect(liveClients()).toContain(driver)
    engine.isFinished = true
    await client.close()
    await client.close()
    expect(gone).toEqual([driver])
    expect(liveClients()).not.toContain(driver)
    expect(driver.counted()).toBeUndefined()
    // It is told of no change any more.
    const before = engine.called("watch").length
    setWatch(watch.COUNT, true)
    expect(engine.called("watch")).toHaveLength(before)
  })

  test("a client tells who has which partition, as its engine does", () => {
    const { engine, driver } = setUp()
    const owners = new Uint16Array(2 * limit.PARTITIONS).fill(1, 0, 4096).fill(nobody, 4096)
    owners[5] = 0x0203
    engine.maps = [Uint8Array.of(...new TextEncoder().encode("té\0"), ...new Uint8Array(owners.buffer))]
    const [map, ...more] = driver.partitions()
    expect(more).toEqual([])
    expect(map?.namespace).toBe("té")
    expect(map?.levels).toEqual([owners.slice(0, 4096), owners.slice(4096)])
  })

  test("stages of the shell are told to the engine, when it may be called", async () => {
    const { engine, client } = setUp()
    setWatch(watch.STAGES, true)
    engine.polls.push(outputs(done(0)))
    await client.put(key, { a: 1 })
    const spent = engine.called("spent") as [number, number, number][]
    expect(spent.map(([, which]) => which)).toEqual([stage.ENCODE, stage.DECODE, stage.MATERIALIZE])
    expect(spent.every(([which, , ms]) => which === operation.GET && ms >= 0)).toBe(true)
    setWatch(watch.STAGES, false)
    engine.polls.push(outputs(done(1)))
    await client.put(key, { a: 1 })
    expect(engine.called("spent")).toHaveLength(3)
  })
})

describe("tracing", () => {
  test("is told what begins, its steps and its end", async () => {
    const { begun, told } = tracing()
    const { engine, client } = setUp()
    engine.op_word = (_, word) => ({ [opWord.OPERATION]: operation.PUT, [opWord.RECORDS]: 7 })[word] ?? NONE
    engine.polls.push(
      outputs(
        [output.STEP, 0, step.SENT, NONE, 0, 1500, 250],
        [output.STEP, 0, step.OFF, NONE, 0, 500, 20_000],
        [output.STEP, 0, step.FAILED, NONE, code.CONNECTION, 0, 0],
      ),
    )
    const put = client.put(key, { a: 1 })
    await null
    engine.polls.push(outputs(done(0)))
    // Whatever comes makes it poll.
    void client.touch(key).catch(() => {})
    await put
    expect(begun[0]).toEqual({
      operation: operation.PUT,
      namespace: undefined,
      set: undefined,
      records: 7,
      clusterName: "c",
      encodeMs: 0,
    })
    expect(told.slice(0, 4)).toEqual([
      ["sent", undefined, 1.5, 0.25],
      ["off", 0.5, 20],
      ["failed", undefined, code.CONNECTION],
      ["ended", undefined, code.OK, 1, 0],
    ])
  })

  test("may be several: each that is active is told, and a bit is watched until nobody wants it", async () => {
    const told: string[] = []
    const following = (name: string, isActive = true) => ({
      isActive: () => isActive,
      begin: (_: Beginning, given: unknown): Follower => {
        told.push(`${name} begins ${given === key}`)
        return {
          sent: () => {},
          failed: () => {},
          ended: () => told.push(`${name} ended`),
          materialized: () => told.push(`${name} has its values`),
        }
      },
    })
    const all = [following("one"), following("two"), following("none", false)]
    all.forEach(addTracing)
    const { engine, client } = setUp()
    setWatch(watch.STEPS, true, "one")
    setWatch(watch.STEPS, true, "two")
    setWatch(watch.STEPS, false, "one")
    expect(watching()).toBe(watch.STEPS)
    engine.polls.push(outputs(done(0)))
    await client.put(key, { a: 1 })
    const both = (what: string) => [`one ${what}`, `two ${what}`]
    expect(told).toEqual([...both("begins true"), ...both("ended"), ...both("has its values")])
    setWatch(watch.STEPS, false, "two")
    expect(watching()).toBe(0)
    all.forEach(removeTracing)
    expect(observers.tracing).toBeUndefined()
  })

  test("is told the end of what a closed client leaves", async () => {
    const { told } = tracing()
    const { engine, client } = setUp()
    const left = client.get(key).catch(() => {})
    engine.isFinished = true
    await client.close()
    await left
    expect(told).toEqual([["ended", undefined, code.CLOSED, 0, 0]])
  })
})
