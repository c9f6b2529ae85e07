// Lines that functions of a dev server write to the log.

/** What a UDF has logged. */
export interface UdfLog {
  level: "warn" | "info" | "debug" | "trace"
  message: string
}
