// Which lines are logged, and where.

import { afterEach, expect, test, vi } from "vitest"
import { LogLevel, log, logLevel, setLogLevel, setLogLevelFromText } from "../../ts/log.ts"

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

test("a logger that throws breaks nothing", () => {
  const logger = () => {
    throw new Error("disk full")
  }
  expect(() => log(logger, LogLevel.ERROR, "x")).not.toThrow()
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
