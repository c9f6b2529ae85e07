// Where log lines go: a client's own logger, else the console, as far as the level allows.

import { check, integer } from "./core/check.ts"

/** How much is logged: a line is shown when its level is at most the set one. */
export const LogLevel = { OFF: -1, ERROR: 0, WARN: 1, INFO: 2, DEBUG: 3, TRACE: 4 } as const

/** One of the numbers of {@link LogLevel}. */
export type LogLevel = (typeof LogLevel)[keyof typeof LogLevel]

/** Gets log lines. What it throws is ignored, for a log must not break what it tells of. */
export type Logger = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void

let current: LogLevel = LogLevel.WARN

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

/** Sets the level from the text of `AEROSPIKE_LOG`; what is no level is ignored. */
export function setLogLevelFromText(text: string | undefined): void {
  const name = text?.trim().toUpperCase()
  if (!name) return
  const level = name in LogLevel ? LogLevel[name as keyof typeof LogLevel] : Number(name)
  if (Object.values(LogLevel).includes(level as LogLevel)) current = level as LogLevel
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
    ;(logger ?? toConsole)(level, message, fields)
  } catch {
    // See Logger.
  }
}

const toConsole: Logger = (level, message, fields) => {
  const write = [console.error, console.warn, console.info, console.debug, console.debug][level] ?? console.debug
  write(`aerospike: ${message}`, ...(Object.keys(fields).length > 0 ? [fields] : []))
}
