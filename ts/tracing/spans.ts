// Operations as spans, by the conventions of OpenTelemetry for clients of databases. Spans are children of the one that is
// active where the operation is called, and go to whichever provider is registered. No key and no value is in them.

import type { Attributes, Span } from "@opentelemetry/api"
import { code as codes, watch } from "../core/generated.ts"
import { codeName, errorClass } from "../errors.ts"
import { type Beginning, type Follower, type Place, setWatch, type Tracing } from "../observe.ts"
import { operationName } from "../operation-names.ts"

type Api = typeof import("@opentelemetry/api")

/** Follows operations for OpenTelemetry. With no provider registered that is a comparison an operation. */
export class SpanTracing implements Tracing {
  readonly #api: Api
  /** What provides for tracers while no provider is registered. */
  readonly #nobody: unknown
  #isWatching = false

  constructor(api: Api) {
    this.#api = api
    this.#nobody = new api.ProxyTracerProvider().getDelegate()
  }

  isActive(): boolean {
    const provider = this.#api.trace.getTracerProvider() as { getDelegate?(): object }
    const real = provider.getDelegate?.() ?? provider
    // Another copy of the API may have been first in this process, with a nobody of its own.
    const isReal = real !== this.#nobody && real.constructor?.name !== "NoopTracerProvider"
    if (isReal && !this.#isWatching) {
      this.#isWatching = true
      setWatch(watch.STEPS, true, this)
    }
    return isReal
  }

  begin({ operation, namespace, set, records, clusterName }: Beginning): Follower | undefined {
    const { trace, context, SpanKind } = this.#api
    const name = operationName(operation).toUpperCase()
    const place = set ? `${namespace}.${set}` : namespace
    const attributes: Attributes = { "db.system.name": "aerospike", "db.operation.name": name }
    if (namespace !== undefined) attributes["db.namespace"] = namespace
    if (set) attributes["db.collection.name"] = set
    // A batch of one is none, the conventions say.
    if (records > 1) attributes["db.operation.batch.size"] = records
    if (clusterName !== "") attributes["db.aerospike.cluster_name"] = clusterName
    const tracer = trace.getTracer("aerospike-wasm")
    const kind = SpanKind.CLIENT
    const span = tracer.startSpan(place ? `${name} ${place}` : name, { kind, attributes }, context.active())
    return span.isRecording() ? new SpanFollower(span, this.#api) : undefined
  }
}

class SpanFollower implements Follower {
  readonly #span: Span
  readonly #api: Api
  #hasEnded = false

  constructor(span: Span, api: Api) {
    this.#span = span
    this.#api = api
  }

  sent(node: Place | undefined, queueMs: number, connectMs: number): void {
    const where = serverOf(node)
    if (queueMs > 0) this.#span.addEvent("queue", { ...where, "db.aerospike.duration_ms": queueMs })
    if (connectMs > 0) this.#span.addEvent("connect", { ...where, "db.aerospike.duration_ms": connectMs })
  }

  failed(node: Place | undefined, code: number): void {
    this.#span.addEvent("retry", { ...serverOf(node), ...errorOf(code) })
  }

  ended(node: Place | undefined, code: number, attempts: number): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    const span = this.#span
    span.setAttributes(serverOf(node))
    if (attempts > 1) span.setAttribute("db.aerospike.attempts", attempts)
    if (code !== codes.OK) {
      span.setAttributes(errorOf(code))
      span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: codeName(code) })
    }
    span.end()
  }
}

function serverOf(node: Place | undefined): Attributes {
  return node === undefined ? {} : { "server.address": node.host, "server.port": node.port }
}

function errorOf(code: number): Attributes {
  return { "error.type": errorClass(code), "db.response.status_code": String(code) }
}
