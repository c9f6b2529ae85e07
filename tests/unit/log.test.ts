// Which lines are logged, and where.

import { pino } from "pino"
import { afterEach, expect, test, vi } from "vitest"
import { droppedLogCount, isLogger, LogLevel, log, logLevel, setLogLevel, setLogLevelFromText } from "../../ts/log.ts"

afterEach(() => {
  setLogLevel(LogLevel.WARN)
  vi.restoreAllMocks()
})

test("lines above the level are not shown", () => {
  const lines: string[] = []
  const logger = (_: number, message: string) => lines.push(message)
  for (const level of [LogLevel.OFF, LogLevel.ERROR, LogLevel.INFO, LogLevel.TRACE]) {
    setLogLevel(level)
    for (const [name, number] of Object.entries(LogLevel)) {
      if (number >= 0) log(logger, number, `${level} ${name}`)
    }
  }
  expect(lines).toEqual([
    "0 ERROR",
    ...["2 ERROR", "2 WARN", "2 INFO"],
    ...["4 ERROR", "4 WARN", "4 INFO", "4 DEBUG", "4 TRACE"],
  ])
})

test("without a logger the console gets them", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
  log(undefined, LogLevel.WARN, "hello")
  log(undefined, LogLevel.WARN, "hello", { node: "A1" })
  expect(warn.mock.calls).toEqual([["aerospike: hello"], ["aerospike: hello", { node: "A1" }]])
})

test("a logger that fails breaks nothing: lines are counted, and what is a warning goes to the console", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
  const info = vi.spyOn(console, "info").mockImplementation(() => {})
  const before = droppedLogCount()
  setLogLevel(LogLevel.INFO)
  const throwing = () => {
    throw new Error("disk full")
  }
  const rejecting = async () => throwing()
  expect(() => log(throwing, LogLevel.WARN, "one", { a: 1 })).not.toThrow()
  expect(() => log(throwing, LogLevel.INFO, "two")).not.toThrow()
  log(rejecting, LogLevel.WARN, "three")
  // A line that nobody wants is not lost.
  log(throwing, LogLevel.DEBUG, "four")
  await new Promise((resolve) => setImmediate(resolve))
  expect(droppedLogCount() - before).toBe(3)
  expect(warn.mock.calls).toEqual([["aerospike: one", { a: 1 }], ["aerospike: three"]])
  expect(info).not.toHaveBeenCalled()
})

test("pino is a logger as it is", () => {
  const lines: Record<string, unknown>[] = []
  const logger = pino(
    { level: "trace", base: null, timestamp: false },
    { write: (line) => lines.push(JSON.parse(line)) },
  )
  expect(isLogger(logger)).toBe(true)
  setLogLevel(LogLevel.TRACE)
  for (const level of [LogLevel.ERROR, LogLevel.WARN, LogLevel.INFO, LogLevel.DEBUG, LogLevel.TRACE]) {
    log(logger, level, `line ${level}`, { node: "A1", attempts: 2 })
  }
  const fields = { node: "A1", attempts: 2 }
  expect(lines).toEqual([50, 40, 30, 20, 10].map((level, i) => ({ level, ...fields, msg: `line ${i}` })))
})

test.each([[undefined], [null], [{}], [{ info() {} }], ["pino"], [{ log() {} }]])("%j is no logger", (value) => {
  expect(isLogger(value)).toBe(false)
})

test.each([
  ["debug", 3],
  [" TRACE ", 4],
  ["off", -1],
  ["2", 2],
  ["-1", -1],
  ["loud", 1],
  ["9", 1],
  ["", 1],
  [undefined, 1],
])("AEROSPIKE_LOG=%s", (text, level) => {
  setLogLevelFromText(text)
  expect(logLevel()).toBe(level)
})

test("a level that does not exist is refused", () => {
  expect(() => setLogLevel("debug" as never)).toThrow(
    'the log level is "debug": it must be a whole number from -1 to 4.',
  )
})
