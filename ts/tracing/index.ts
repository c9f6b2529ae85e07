// The package's door `aerospike-wasm/tracing`: a span for each operation of all clients of this process. Whoever imports it has
// operations traced by the provider that is registered with `@opentelemetry/api`; `initTracing` registers one for those who
// have none. Needs `@opentelemetry/api`, and `initTracing` more of OpenTelemetry: both are to be installed by whoever wants
// them.

import { code } from "../core/generated.ts"
import { type Environment, environment } from "../entry/env.ts"
import { ClientError, invalid } from "../errors.ts"
import { addTracing } from "../observe.ts"
import { SpanTracing } from "./spans.ts"

const api = await load(import("@opentelemetry/api"), "aerospike-wasm/tracing", ["@opentelemetry/api"])

const spans = new SpanTracing(api)
addTracing(spans)

/** What `initTracing` set up. */
interface Setup {
  shutdown(): Promise<void>
}

let setup: Promise<Setup | undefined> | undefined

/**
 * Registers a provider that exports spans by OTLP, over HTTP or gRPC, if none is registered: call it before the first operation that is
 * to be traced. Calling it again does nothing. It reads the environment variables of OpenTelemetry, of which these matter most:
 *
 * | variable | default | |
 * | --- | --- | --- |
 * | `OTEL_SDK_DISABLED` | `false` | `true`: nothing is registered |
 * | `OTEL_TRACES_EXPORTER` | `otlp` | `console`, or both with a comma; `none`: spans are made, for the context that they are, and not exported |
 * | `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` | `http://localhost:4318` | of gRPC `http://localhost:4317` |
 * | `OTEL_EXPORTER_OTLP_PROTOCOL`, `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL` | `http/protobuf` | `http/json` or `grpc`, each by an exporter of its own |
 * | `OTEL_EXPORTER_OTLP_HEADERS` | none | such as `authorization=Bearer …` |
 * | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | `aerospike-wasm` | |
 * | `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG` | `parentbased_always_on` | |
 * | `OTEL_BSP_SCHEDULE_DELAY` and the other limits of the batch processor | 5000 | |
 *
 * A receiver that cannot be reached costs spans, and no operation.
 *
 * @throws ClientError when a package of OpenTelemetry is not installed, with the command that installs it;
 * InvalidArgumentError when a variable asks for what there is not.
 * @example
 * await initTracing()
 * const client = await connect({ hosts: "127.0.0.1:3000" })
 * // …
 * await shutdownTracing()
 */
export async function initTracing(): Promise<void> {
  setup ??= begin().catch((error) => {
    setup = undefined
    throw error
  })
  await setup
}

/** Exports the spans that have ended and ends what {@link initTracing} began. Calling it again does nothing. */
export async function shutdownTracing(): Promise<void> {
  const before = setup
  setup = undefined
  const running = await before?.catch(() => undefined)
  await running?.shutdown()
}

async function begin(): Promise<Setup | undefined> {
  if (environment("OTEL_SDK_DISABLED")?.trim().toLowerCase() === "true") return undefined
  if (spans.isActive()) return undefined
  const [sdk, resources, hooks] = await load(
    Promise.all([
      import("@opentelemetry/sdk-trace-base"),
      import("@opentelemetry/resources"),
      import("@opentelemetry/context-async-hooks"),
    ]),
    "initTracing",
    ["@opentelemetry/sdk-trace-base", "@opentelemetry/resources", "@opentelemetry/context-async-hooks"],
  )
  const exporters = await exportersOf(sdk)
  const named = resources.resourceFromAttributes({ "service.name": "aerospike-wasm" })
  const told = resources.detectResources({ detectors: [resources.envDetector] })
  const provider = new sdk.BasicTracerProvider({
    resource: named.merge(told),
    spanProcessors: exporters.map((exporter) => new sdk.BatchSpanProcessor(exporter)),
  })
  // Somebody may have registered one while this was loading.
  if (!api.trace.setGlobalTracerProvider(provider)) {
    await provider.shutdown()
    return undefined
  }
  const manager = new hooks.AsyncLocalStorageContextManager().enable()
  const isContextOurs = api.context.setGlobalContextManager(manager)
  return {
    async shutdown() {
      try {
        // A receiver that is gone is no reason to fail.
        await provider.forceFlush().catch((error: unknown) => api.diag.error("aerospike-wasm: spans were lost", error))
        await provider.shutdown().catch(() => {})
      } finally {
        api.trace.disable()
        if (isContextOurs) api.context.disable()
      }
    },
  }
}

type Sdk = typeof import("@opentelemetry/sdk-trace-base")
type Exporter = InstanceType<Sdk["ConsoleSpanExporter"]>

async function exportersOf(sdk: Sdk): Promise<Exporter[]> {
  const wanted = (setting("OTEL_TRACES_EXPORTER") ?? "otlp").split(",").map((name) => name.trim())
  const known = wanted.every(
    (name) => name === "otlp" || name === "console" || (name === "none" && wanted.length === 1),
  )
  if (!known) throw unknown("OTEL_TRACES_EXPORTER", wanted.join(), "otlp, console, both, or none")
  const exporters: Exporter[] = []
  if (wanted.includes("console")) exporters.push(new sdk.ConsoleSpanExporter())
  if (wanted.includes("otlp")) exporters.push(await otlpExporter())
  return exporters
}

/** Where it sends to, and how, it reads from the environment by itself. */
async function otlpExporter(): Promise<Exporter> {
  const [variable, protocol] = protocolOf()
  const name = {
    "http/protobuf": "@opentelemetry/exporter-trace-otlp-proto",
    "http/json": "@opentelemetry/exporter-trace-otlp-http",
    grpc: "@opentelemetry/exporter-trace-otlp-grpc",
  }[protocol]
  const loading = {
    "http/protobuf": () => import("@opentelemetry/exporter-trace-otlp-proto"),
    "http/json": () => import("@opentelemetry/exporter-trace-otlp-http"),
    grpc: () => import("@opentelemetry/exporter-trace-otlp-grpc"),
  }[protocol]
  if (!name || !loading) throw unknown(variable, protocol, "http/protobuf, http/json or grpc")
  const { OTLPTraceExporter } = await load<{ OTLPTraceExporter: new () => unknown }>(loading(), "initTracing", [name])
  return new OTLPTraceExporter() as Exporter
}

function protocolOf(): [variable: string, protocol: string] {
  for (const variable of ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"] as const) {
    const value = setting(variable)
    if (value !== undefined) return [variable, value]
  }
  return ["OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"]
}

/** An environment variable that is not empty. */
function setting(name: keyof Environment): string | undefined {
  return environment(name)?.trim().toLowerCase() || undefined
}

function unknown(variable: string, value: string, allowed: string): Error {
  return invalid(`${variable} is ${JSON.stringify(value)}: it must be ${allowed}.`)
}

/** Loads packages that are not part of this one, or says how to install them. */
async function load<T>(loading: Promise<T>, who: string, names: readonly string[]): Promise<T> {
  try {
    return await loading
  } catch (cause) {
    const [are, which] = names.length === 1 ? ["is", names[0]] : ["are", names.join(" ")]
    const told = `${who} needs ${names.join(", ")}, which ${are} not installed: npm install ${which}`
    throw new ClientError(code.CLIENT, told, { cause })
  }
}
