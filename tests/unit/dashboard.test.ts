// What the dashboard gathers and reckons with, apart from any page: percentiles, the slowest operations, rates, names of hosts.

import fc from "fast-check"
import { afterEach, describe, expect, test, vi } from "vitest"
import { code, operation, watch } from "../../ts/core/generated.ts"
import { History } from "../../ts/metrics/dashboard/page/history.ts"
import { Quantiles } from "../../ts/metrics/dashboard/quantiles.ts"
import { Recent } from "../../ts/metrics/dashboard/recent.ts"
import { isLoopback, OwnNames } from "../../ts/metrics/host.ts"
import { type Beginning, observers, watching } from "../../ts/observe.ts"

describe("percentiles", () => {
  test("are right within one percent, however durations fall", () => {
    const durations = fc.array(fc.double({ min: 0.002, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(durations, fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1), (all, part) => {
        const [one, other] = [new Quantiles(), new Quantiles()]
        all.forEach((ms, i) => void (i % 2 === 0 ? one : other).add(ms))
        one.addAll(other)
        const exact = [...all].sort((a, b) => a - b)[Math.max(1, Math.ceil(part * all.length)) - 1]!
        expect(Math.abs(one.at(part) / exact - 1)).toBeLessThan(0.0101)
        expect([one.count, one.max]).toEqual([all.length, Math.max(...all)])
      }),
    )
  })

  test("of nothing are 0, and what is out of bounds is at the bounds", () => {
    const all = new Quantiles()
    expect([all.count, all.max, all.at(0.5)]).toEqual([0, 0, 0])
    all.add(0)
    all.add(1e12)
    expect(all.at(0.5)).toBeLessThanOrEqual(0.001)
    expect(all.max).toBe(1e12)
  })
})

describe("the operations of the last minute", () => {
  const begun: Beginning = {
    operation: operation.GET,
    namespace: "test",
    set: "s",
    records: 0,
    clusterName: "",
    encodeMs: 0.25,
  }
  const node = { name: "A1", host: "h", port: 1, active: true }
  const key = ["test", "s", "secret"] as const
  let recent: Recent

  /** One operation that waited for so long. */
  function took(ms: number, number: number = code.OK) {
    const follower = recent.begin(begun, key)
    follower.sent(node, 1, 2)
    follower.off?.(0, ms - 3)
    follower.ended(node, number, 1, 0.5)
    follower.materialized?.(0.125)
  }

  afterEach(() => {
    recent.stop()
    vi.useRealTimers()
  })

  test("are followed between start and stop, and nothing is asked of the engine before and after", () => {
    recent = new Recent({ showKeys: false })
    expect([watching(), observers.tracing]).toEqual([0, undefined])
    recent.start()
    expect([watching(), observers.tracing]).toEqual([watch.STEPS, recent])
    took(5)
    recent.stop()
    expect([watching(), observers.tracing]).toEqual([0, undefined])
    expect([recent.latencies(performance.now()), recent.slowest(performance.now())]).toEqual([[], []])
  })

  test("are told with their stages, those that took longest first, without the key unless it is to be shown", () => {
    recent = new Recent({ showKeys: false })
    for (let ms = 4; ms <= 103; ms++) took(ms, ms === 103 ? code.TIMEOUT : code.OK)
    const slow = recent.slowest(performance.now())
    expect(slow.map(({ ms }) => ms)).toEqual(Array.from({ length: 12 }, (_, i) => 103 - i))
    expect(slow[0]).toEqual({
      at: expect.any(Number),
      kind: "get",
      place: "test.s",
      records: 0,
      node: "A1",
      requests: 1,
      error: "TimeoutError",
      retries: [],
      ms: 103,
      stages: [0.25, 1, 2, 0, 100, 0.5, 0.125],
    })
    expect(JSON.stringify(slow)).not.toContain("secret")
    const [get] = recent.latencies(performance.now())
    expect(get).toMatchObject({ kind: "get", count: 100, max: 103 })
    expect(Math.abs(get!.p50 / 53 - 1)).toBeLessThan(0.01)
    recent = new Recent({ showKeys: true })
    took(5)
    expect(recent.slowest(performance.now())[0]!.key).toBe('test.s "secret"')
  })

  test("of a worker, whose steps are told all at once, took what their requests took", () => {
    recent = new Recent({ showKeys: false })
    recent.start()
    const several = [40, 30]
    const one = [20]
    for (const requests of [several, one]) {
      const follower = recent.begin({ ...begun, operation: operation.BATCH_READ, records: 2 }, undefined)
      for (const _ of requests) follower.sent(node, 0, 0)
      for (const ms of requests) follower.off?.(1, ms - 1)
      follower.ended(undefined, code.OK, requests.length, 90)
    }
    expect(recent.slowest(performance.now()).map(({ ms }) => ms)).toEqual([40, 20])
  })

  test("are forgotten after a minute", () => {
    vi.useFakeTimers({ now: 0, toFake: ["performance", "Date"] })
    recent = new Recent({ showKeys: false })
    vi.setSystemTime(0)
    took(50)
    vi.advanceTimersByTime(49_000)
    took(5)
    expect(recent.slowest(performance.now()).map(({ ms }) => ms)).toEqual([50, 5])
    vi.advanceTimersByTime(12_000)
    expect(recent.slowest(performance.now()).map(({ ms }) => ms)).toEqual([5])
    expect(recent.latencies(performance.now())).toMatchObject([{ count: 1, max: 5 }])
    vi.advanceTimersByTime(60_000)
    expect(recent.latencies(performance.now())).toEqual([])
  })
})

describe("a history", () => {
  test("tells how fast counters grow, and begins anew with a program that does", () => {
    const history = new History(10_000)
    expect(history.rate("n", 2000)).toBe(0)
    for (let second = 0; second <= 20; second++) history.add(second * 1000, { n: second * second })
    expect(history.rate("n", 2000)).toBe((400 - 324) / 2)
    expect(history.rates("n")).toHaveLength(10)
    expect(history.values("n")[0]).toEqual({ at: 10_000, value: 100 })
    history.add(21_000, { n: 3 })
    expect(history.rate("n", 1000)).toBe(0)
    history.add(5000, { n: 7 })
    expect(history.values("n")).toEqual([{ at: 5000, value: 7 }])
  })
})

describe("the name that a request has for the server", () => {
  const names = new OwnNames("db.internal", ["Metrics.example"])

  test.each([
    ...["localhost", "localhost:9464", "app.localhost", "127.0.0.1:1", "10.1.2.3", "[::1]:9464", "[fe80::1]"],
    ...["db.internal:9464", "DB.INTERNAL", "metrics.example", "metrics.example.:80", undefined],
  ])("%s is its own", (name) => expect(names.has(name)).toBe(true))

  test.each([
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "",
    "1.2.3.4.5",
    "[evil]",
    "evil:[::1]",
  ])("%s is not", (name) => expect(names.has(name)).toBe(false))

  test("is asked for everywhere where it listens to this machine alone", () => {
    expect(["localhost", "127.0.0.1", "127.1.2.3", "::1"].every(isLoopback)).toBe(true)
    expect(["0.0.0.0", "::", "127.evil.example", "10.0.0.1"].some(isLoopback)).toBe(false)
  })
})
