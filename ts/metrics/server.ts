// The HTTP server that Prometheus scrapes and people look at. It only reads, and it listens on this machine alone unless it is told otherwise.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { check, checkFields, flag, integer, rule } from "../core/check.ts"
import { liveClients } from "../observe.ts"
import { Dashboard, eventsPath, isOfDashboard, securityHeaders } from "./dashboard/index.ts"
import { isLoopback, OwnNames } from "./host.ts"
import { openMetrics, registry } from "./prom.ts"

/** What {@link startMetricsServer} takes. */
export interface MetricsServerOptions {
  /** The port that it listens on; 0 takes a free one. Default 9464, that of OpenTelemetry's exporters. */
  port?: number
  /** The address that it listens on. Default `"127.0.0.1"`: this machine alone. */
  host?: string
  /**
   * Names by which browsers may ask for it, beside addresses, `localhost` and `host`: a request under another name is refused,
   * since a foreign page may be behind it. `/metrics` and `/healthz` take any name when `host` is more than this machine.
   */
  allowedHosts?: readonly string[]
  /** Whether the dashboard shows the user keys of slow operations. Default `false`. It never shows values. */
  showKeys?: boolean
}

/** A metrics server that runs. */
export interface MetricsServer {
  readonly port: number
  /** Such as `http://127.0.0.1:9464`. */
  readonly url: string
  /** Ends it. Resolves when the port is free. Closing again does no harm. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

let running: MetricsServer | undefined
let starting: Promise<unknown> = Promise.resolve()

/**
 * Starts an HTTP server with `/metrics` (Prometheus text, OpenMetrics if `Accept` asks for it), `/healthz` (200 when every
 * open client has a node that answers, else 503) and a dashboard at `/`. It changes nothing, whoever asks. There is one a process: starting another ends the one before. It does not
 * keep the process alive.
 *
 * @throws what listening on the port fails with, such as `EADDRINUSE`; the server before goes on then, if it has another port.
 * @example
 * const { url } = await startMetricsServer({ port: 9464 })
 */
export function startMetricsServer(options: MetricsServerOptions = {}): Promise<MetricsServer> {
  const { port = 9464, host = "127.0.0.1", allowedHosts = [], showKeys = false } = checked(options)
  const started = starting.then(async () => {
    // Another port may be taken: then the one before goes on.
    if (running?.port === port) await running.close()
    const before = running
    const made = await listen(port, host, new Site(host, allowedHosts, showKeys))
    await before?.close()
    running = made
    return made
  })
  starting = started.catch(() => {})
  return started
}

/** Ends the server that {@link startMetricsServer} started, if there is one. */
export async function stopMetricsServer(): Promise<void> {
  await starting
  await running?.close()
}

function checked(options: MetricsServerOptions): MetricsServerOptions {
  checkFields("options", options, ["port", "host", "allowedHosts", "showKeys"])
  if (options.port !== undefined) check("options.port", options.port, integer(0, 65_535))
  const isHost = (value: unknown) => typeof value === "string" && value !== ""
  if (options.host !== undefined) check("options.host", options.host, rule("a host name or an address", isHost))
  const areHosts = (value: unknown) => Array.isArray(value) && value.every(isHost)
  const { allowedHosts, showKeys } = options
  if (allowedHosts !== undefined) check("options.allowedHosts", allowedHosts, rule("a list of host names", areHosts))
  if (showKeys !== undefined) check("options.showKeys", showKeys, flag)
  return options
}

async function listen(port: number, host: string, site: Site): Promise<MetricsServer> {
  const server = createServer((request, response) => void site.answer(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, () => {
      server.removeListener("error", reject)
      resolve()
    })
  })
  server.unref()
  const address = server.address()
  const own = address !== null && typeof address === "object" ? address.port : port
  let closed: Promise<void> | undefined
  const close = () => {
    if (running === made) running = undefined
    site.dashboard.close()
    closed ??= end(server)
    return closed
  }
  const made: MetricsServer = {
    port: own,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${own}`,
    close,
    [Symbol.asyncDispose]: close,
  }
  return made
}

function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    // Scrapers keep their connections.
    server.closeAllConnections()
  })
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array
}

/** What there is to be asked for. */
class Site {
  readonly dashboard: Dashboard
  readonly #names: OwnNames
  readonly #isPrivate: boolean

  constructor(host: string, allowedHosts: readonly string[], showKeys: boolean) {
    this.dashboard = new Dashboard({ showKeys })
    this.#names = new OwnNames(host, allowedHosts)
    this.#isPrivate = isLoopback(host)
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const said = await this.#answerTo(request).catch((error: unknown) => plain(500, `${error}\n`))
    if (said === undefined) return this.dashboard.watch(request, response)
    const { status, type, body } = said
    response.writeHead(status, {
      "content-type": type,
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...securityHeaders,
      ...(status === 405 && { allow: "GET, HEAD" }),
    })
    response.end(request.method === "HEAD" ? undefined : body)
  }

  /** Undefined: it is to be told of everything from now on. */
  async #answerTo({ method, url = "/", headers }: IncomingMessage): Promise<Answer | undefined> {
    if (method !== "GET" && method !== "HEAD") return plain(405, "Only GET and HEAD.\n")
    const [path = "/"] = url.split("?")
    if ((this.#isPrivate || isOfDashboard(path)) && !this.#names.has(headers.host)) {
      return plain(421, "This server has another name: see allowedHosts of startMetricsServer.\n")
    }
    if (path === "/metrics") {
      const from = wantsOpenMetrics(headers.accept ?? "") ? openMetrics : registry
      return { status: 200, type: from.contentType, body: await from.metrics() }
    }
    if (path === "/healthz") return health()
    if (path === eventsPath) return undefined
    const document = await this.dashboard.document(path)
    return document ? { status: 200, ...document } : plain(404, "There are /, /metrics and /healthz.\n")
  }
}

/** Whether OpenMetrics is among the types and not wanted less than plain text. */
function wantsOpenMetrics(accept: string): boolean {
  const wanted = (type: string) => {
    const ranges = accept.split(",").map((range) => range.trim().split(";"))
    const found = ranges.find(([name]) => name?.trim().toLowerCase() === type)
    if (!found) return undefined
    const quality = found.find((parameter) => /^\s*q=/i.test(parameter))?.split("=")[1]
    return quality === undefined ? 1 : Number(quality)
  }
  const open = wanted("application/openmetrics-text") ?? 0
  return open > 0 && open >= (wanted("text/plain") ?? 0)
}

function health(): Answer {
  const clients = liveClients()
  const connected = clients.filter((client) => client.isConnected).length
  const isWell = connected === clients.length
  const body = { status: isWell ? "ok" : "unavailable", clients: clients.length, connected }
  return { status: isWell ? 200 : 503, type: "application/json", body: `${JSON.stringify(body)}\n` }
}

function plain(status: number, body: string): Answer {
  return { status, type: "text/plain; charset=utf-8", body }
}
