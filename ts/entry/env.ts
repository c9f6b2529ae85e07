// Environment variables, wherever there are some. No program is stopped by a question for a permission that it was not given.

/** What this file needs of Deno, so that the rest compiles without its types. */
interface DenoEnvironment {
  env: { get(name: string): string | undefined }
  permissions: { querySync(descriptor: { name: "env"; variable: string }): { state: string } }
}

/** The environment variables that programs with this package may set; docs/configuration.md has them from here. */
export interface Environment {
  /** The log level: `off`, `error`, `warn`, `info`, `debug`, `trace`, or its number. Read when the package is imported. Default `warn`. */
  AEROSPIKE_LOG: string
  /**
   * `1`, `true`, `yes` or `on`: `aerospike-wasm/metrics` measures where the time of operations goes. Read when that is
   * imported. Default: off.
   */
  AEROSPIKE_INTERNAL_METRICS: string
  /** What `workers` of `connect` is where it is not given. Read when the first client connects. Default 0. */
  AEROSPIKE_RUNTIME_WORKERS: string
  /** `true`: `initTracing` does nothing. Default `false`. */
  OTEL_SDK_DISABLED: string
  /** Where `initTracing` sends spans: `otlp`, `console`, both with a comma, or `none`. Default `otlp`. */
  OTEL_TRACES_EXPORTER: string
  /** How it sends them: `http/protobuf`, or `http/json` or `grpc` with its exporter installed. Default: what `OTEL_EXPORTER_OTLP_PROTOCOL` says. */
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: string
  /** The same, for all signals. Default `http/protobuf`. */
  OTEL_EXPORTER_OTLP_PROTOCOL: string
}

/** The value of an environment variable, if it may be read. */
export function environment(name: keyof Environment): string | undefined {
  const { Deno: deno } = globalThis as { Deno?: DenoEnvironment }
  if (deno === undefined) return globalThis.process?.env?.[name]
  return deno.permissions.querySync({ name: "env", variable: name }).state === "granted"
    ? deno.env.get(name)
    : undefined
}
