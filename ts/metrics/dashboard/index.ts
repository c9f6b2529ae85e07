// The dashboard at `/` of the metrics server: a page, and what it is told while somebody looks at it. It shows; there is
// nothing on it that changes anything, and nothing is gathered for it while it is not open.

import type { IncomingMessage, ServerResponse } from "node:http"
import { html } from "./html.ts"
import type { MapTick } from "./messages.ts"
import { moduleFile } from "./modules.ts"
import { Recent } from "./recent.ts"
import { partitionMaps, snapshot } from "./snapshot.ts"
import { style } from "./style.ts"

const tickMs = 500
/** Pages that may be open at once. */
const viewersMax = 32

/** A document of the dashboard's. */
export interface Document {
  readonly type: string
  readonly body: string | Uint8Array
}

/** What a browser may do with what comes from here: load it from here, and nothing else from anywhere. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    ...["style-src", "connect-src"].map((kind) => `${kind} 'self'`),
    // The icon that there is none.
    "img-src data:",
    ...["base-uri", "form-action", "frame-ancestors"].map((kind) => `${kind} 'none'`),
    "require-trusted-types-for 'script'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
}

/** Where the page hears of what happens. */
export const eventsPath = "/events"

/** Whether a path is the dashboard's. */
export function isOfDashboard(path: string): boolean {
  return path === "/" || path === "/dashboard.css" || path === eventsPath || /^\/(dist|pkg)\//.test(path)
}

interface Viewer {
  readonly response: ServerResponse
  /** The maps that it knows, as text. */
  maps: string
}

/** The dashboard of a metrics server. */
export class Dashboard {
  readonly #recent: Recent
  readonly #viewers = new Set<Viewer>()
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(options: { showKeys: boolean }) {
    this.#recent = new Recent(options)
  }

  /** What the path has; undefined when it has nothing. */
  async document(path: string): Promise<Document | undefined> {
    if (path === "/") return { type: "text/html; charset=utf-8", body: html }
    if (path === "/dashboard.css") return { type: "text/css; charset=utf-8", body: style }
    return moduleFile(path)
  }

  /** Tells a page of everything, until it goes away. */
  watch(request: IncomingMessage, response: ServerResponse): void {
    // Browsers say where a request comes from: other sites have no business here, though they could read nothing.
    const site = request.headers["sec-fetch-site"]
    if (site !== undefined && site !== "same-origin" && site !== "none") return refuse(response, 403, "Another site.\n")
    if (this.#viewers.size >= viewersMax) return refuse(response, 503, "Too many pages are open.\n")
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...securityHeaders,
    })
    if (request.method === "HEAD") return void response.end()
    // A page that is open does not keep a program alive that is over.
    response.socket?.unref?.()
    const viewer = { response, maps: "" }
    response.on("close", () => this.#leave(viewer))
    response.on("error", () => this.#leave(viewer))
    this.#viewers.add(viewer)
    if (this.#viewers.size === 1) this.#begin()
    response.write("retry: 1000\n\n")
    this.#tell([viewer])
  }

  close(): void {
    for (const viewer of this.#viewers) {
      viewer.response.end()
      this.#leave(viewer)
    }
  }

  #begin(): void {
    this.#recent.start()
    this.#timer = setInterval(() => this.#tell(this.#viewers), tickMs)
    this.#timer.unref?.()
  }

  #leave(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer) || this.#viewers.size > 0) return
    clearInterval(this.#timer)
    this.#recent.stop()
  }

  #tell(viewers: Iterable<Viewer>): void {
    const tick = message("tick", snapshot(this.#recent))
    const maps = message<readonly MapTick[]>("maps", partitionMaps())
    for (const viewer of viewers) {
      // One that does not read is not sent more than it can hold.
      if (viewer.response.writableNeedDrain) continue
      if (viewer.maps !== maps) viewer.response.write(maps)
      viewer.maps = maps
      viewer.response.write(tick)
    }
  }
}

function message<T>(event: string, data: T): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" })
  response.end(why)
}
