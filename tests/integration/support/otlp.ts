// Receivers of OTLP, over HTTP and over gRPC: they take spans in every format, and tell them in one.

import { createServer } from "node:http"
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2"
import type { AddressInfo } from "node:net"
import { gunzipSync } from "node:zlib"

export interface ReceivedEvent {
  readonly name: string
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly kind: number
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number
  readonly statusMessage: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly ReceivedEvent[]
  readonly durationNs: bigint
  readonly service: string
}

export interface Receiver {
  readonly url: string
  readonly spans: ReceivedSpan[]
  /** Content types of the requests. */
  readonly types: string[]
  readonly headers: Record<string, unknown>[]
  close(): void
}

export async function startReceiver(): Promise<Receiver> {
  const spans: ReceivedSpan[] = []
  const types: string[] = []
  const headers: Record<string, unknown>[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const sent = Buffer.concat(chunks)
      const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent
      const type = request.headers["content-type"] ?? ""
      if (request.url !== "/v1/traces") {
        response.writeHead(404).end()
        return
      }
      types.push(type)
      headers.push(request.headers)
      spans.push(...(type === "application/json" ? fromJson(JSON.parse(body.toString())) : fromProtobuf(body)))
      response.writeHead(200, { "content-type": type }).end(type === "application/json" ? "{}" : "")
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    types,
    headers,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The same by gRPC, which is HTTP/2, a path for the method, five bytes before each message, and trailers that say how it went. */
export async function startGrpcReceiver(): Promise<Receiver> {
  const spans: ReceivedSpan[] = []
  const types: string[] = []
  const headers: Record<string, unknown>[] = []
  const sessions = new Set<ServerHttp2Session>()
  const server = createHttp2Server()
  server.on("session", (session) => {
    sessions.add(session)
    session.on("close", () => sessions.delete(session))
  })
  server.on("stream", (stream, given) => {
    const chunks: Buffer[] = []
    stream.on("data", (chunk: Buffer) => chunks.push(chunk))
    stream.on("end", () => {
      const isExport = given[":path"] === "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": isExport ? "0" : "12" }))
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true })
      if (!isExport) return void stream.end()
      types.push(String(given["content-type"]))
      headers.push(given)
      const sent = Buffer.concat(chunks)
      const message = sent.subarray(5, 5 + sent.readUInt32BE(1))
      spans.push(...fromProtobuf(sent[0] === 1 ? gunzipSync(message) : message))
      stream.end(Buffer.alloc(5))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    types,
    headers,
    close() {
      for (const session of sessions) session.destroy()
      server.close()
    },
  }
}

// biome-ignore lint/suspicious/noExplicitAny: JSON as it came.
function fromJson({ resourceSpans }: any): ReceivedSpan[] {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const attributesOf = (list: any[] = []) =>
    Object.fromEntries(list.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.doubleValue]))
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  return resourceSpans.flatMap(({ resource, scopeSpans }: any) =>
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    scopeSpans.flatMap(({ spans }: any) =>
      // biome-ignore lint/suspicious/noExplicitAny: as above.
      spans.map((span: any) => ({
        ...{ traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId ?? "" },
        ...{ name: span.name, kind: span.kind, attributes: attributesOf(span.attributes) },
        ...{ status: span.status?.code ?? 0, statusMessage: span.status?.message ?? "" },
        // biome-ignore lint/suspicious/noExplicitAny: as above.
        events: (span.events ?? []).map((one: any) => ({ name: one.name, attributes: attributesOf(one.attributes) })),
        durationNs: BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano),
        service: attributesOf(resource.attributes)["service.name"],
      })),
    ),
  )
}

/** What the protocol's `trace.proto` has at these numbers. */
function fromProtobuf(body: Buffer): ReceivedSpan[] {
  return all(body, 1).flatMap((resourceSpans) => {
    const service = attributes(all(one(resourceSpans, 1), 1))["service.name"] as string
    return all(resourceSpans, 2).flatMap((scopeSpans) =>
      all(scopeSpans, 2).map((span) => {
        const status = one(span, 15)
        return {
          ...{ traceId: one(span, 1).toString("hex"), spanId: one(span, 2).toString("hex") },
          ...{
            parentSpanId: one(span, 4).toString("hex"),
            name: one(span, 5).toString(),
            kind: Number(number(span, 6)),
          },
          ...{ attributes: attributes(all(span, 9)), service },
          ...{ status: Number(number(status, 3)), statusMessage: one(status, 2).toString() },
          events: all(span, 11).map((event) => ({
            name: one(event, 2).toString(),
            attributes: attributes(all(event, 3)),
          })),
          durationNs: number(span, 8) - number(span, 7),
        }
      }),
    )
  })
}

function attributes(pairs: Buffer[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const value = one(pair, 2)
      const text = all(value, 1)[0]
      return [one(pair, 1).toString(), text === undefined ? Number(number(value, 3)) : text.toString()]
    }),
  )
}

type Field = readonly [number: number, value: Buffer | bigint]

function* fields(message: Buffer): Generator<Field> {
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const tag = Number(varint())
    if ((tag & 7) === 0) yield [tag >> 3, varint()]
    else if ((tag & 7) === 1) {
      yield [tag >> 3, message.readBigUInt64LE(at)]
      at += 8
    } else if ((tag & 7) === 5) {
      yield [tag >> 3, BigInt(message.readUInt32LE(at))]
      at += 4
    } else if ((tag & 7) === 2) {
      const length = Number(varint())
      yield [tag >> 3, message.subarray(at, at + length)]
      at += length
    } else throw new Error(`not protobuf: tag ${tag}`)
  }
}

function all(message: Buffer, number: number): Buffer[] {
  return [...fields(message)].flatMap(([at, value]) => (at === number && typeof value !== "bigint" ? [value] : []))
}

function one(message: Buffer, number: number): Buffer {
  return all(message, number)[0] ?? Buffer.alloc(0)
}

function number(message: Buffer, wanted: number): bigint {
  for (const [at, value] of fields(message)) if (at === wanted && typeof value === "bigint") return value
  return 0n
}
