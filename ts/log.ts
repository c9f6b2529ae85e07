// Where log lines go: a client's own logger, else the console, as far as the level allows.
//
// What is said at which level: ERROR the client cannot go on; WARN a node, or all, cannot be used, or a setting is not what it
// seems; INFO the cluster as it changes; DEBUG connections, and operations that fail; TRACE every operation. No line has a
// password, nor a user key or a value.

import { check, integer } from "./core/check.ts"

/** How much is logged: a line is shown when its level is at most the set one. */
export const LogLevel = { OFF: -1, ERROR: 0, WARN: 1, INFO: 2, DEBUG: 3, TRACE: 4 } as const

/** One of the numbers of {@link LogLevel}. */
export type LogLevel = (typeof LogLevel)[keyof typeof LogLevel]

/**
 * Gets log lines. What it throws, or its promise rejects with, is ignored, for a log must not break what it tells of; the
 * line is counted, see `droppedLogCount`, and goes to the console if it is a warning or an error.
 */
export type LogFunction = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => unknown

/**
 * A logger with a method a level, which gets the fields first and the message behind them, as those of pino do.
 *
 * @example
 * const client = await connect({ hosts: "127.0.0.1:3000", logger: pino({ level: "debug" }) })
 */
export type LogMethods = Readonly<
  Record<"error" | "warn" | "info" | "debug" | "trace", (fields: object, message: string) => unknown>
>

/** Gets log lines: a function, or an object with a method a level. */
export type Logger = LogFunction | LogMethods

const methods = ["error", "warn", "info", "debug", "trace"] as const

let current: LogLevel = LogLevel.WARN
let dropped = 0

/**
 * Sets how much is logged, for all clients of this realm. Default `WARN`, or what the environment variable
 * `AEROSPIKE_LOG` says (`off`, `error`, `warn`, `info`, `debug`, `trace`, or the number).
 */
export function setLogLevel(level: LogLevel): void {
  check("the log level", level, integer(LogLevel.OFF, LogLevel.TRACE))
  current = level
}

/** How much is logged now. */
export function logLevel(): LogLevel {
  return current
}

/**
 * How many lines were lost since the program began, because the logger that they were given to failed. Lines above the
 * level are not lost: they were not wanted.
 */
export function droppedLogCount(): number {
  return dropped
}

/** Sets the level from the text of `AEROSPIKE_LOG`; what is no level is ignored. */
export function setLogLevelFromText(text: string | undefined): void {
  const name = text?.trim().toUpperCase()
  if (!name) return
  const level = name in LogLevel ? LogLevel[name as keyof typeof LogLevel] : Number(name)
  if (Object.values(LogLevel).includes(level as LogLevel)) current = level as LogLevel
}

/** Whether it is a {@link Logger}. */
export function isLogger(value: unknown): value is Logger {
  const has = (name: string) => typeof (value as Record<string, unknown>)[name] === "function"
  return typeof value === "function" || (typeof value === "object" && value !== null && methods.every(has))
}

/** Whether lines of a level are wanted: asked before a line is made that costs something. */
export function logs(level: LogLevel): boolean {
  return level <= current
}

/** Gives a line to the logger of a client, or else to the console. */
export function log(
  logger: Logger | undefined,
  level: LogLevel,
  message: string,
  fields: Record<string, unknown> = {},
): void {
  if (level > current) return
  try {
    const given = write(logger ?? toConsole, level, message, fields)
    if (given instanceof Promise) given.catch(() => drop(level, message, fields))
  } catch {
    drop(level, message, fields)
  }
}

function write(logger: Logger, level: LogLevel, message: string, fields: Record<string, unknown>): unknown {
  if (typeof logger === "function") return logger(level, message, fields)
  const method = (methods as readonly (keyof LogMethods)[])[level] ?? "debug"
  return logger[method](fields, message)
}

/** A warning, or worse, is not lost with the logger that it was given to. */
function drop(level: LogLevel, message: string, fields: Record<string, unknown>): void {
  dropped++
  if (level <= LogLevel.WARN) toConsole(level, message, fields)
}

const toConsole: LogFunction = (level, message, fields) => {
  const write = [console.error, console.warn, console.info, console.debug, console.debug][level] ?? console.debug
  write(`aerospike: ${message}`, ...(Object.keys(fields).length > 0 ? [fields] : []))
}
