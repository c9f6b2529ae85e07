// Pushes all metrics to a Pushgateway, for jobs that end before anybody scrapes them. By undici, which is not part of this
// package: whoever pushes installs it.

import { check, checkFields, integer, isPlainObject, milliseconds, oneOf, rule, wrong } from "../core/check.ts"
import { code } from "../core/generated.ts"
import { ClientError } from "../errors.ts"
import { registry } from "./prom.ts"

/** What {@link pushMetrics} takes. */
export interface PushOptions {
  /** The grouping label `job`. Default `"aerospike-wasm"`. */
  job?: string
  /** Further grouping labels, such as `{ instance: "worker-7" }`. */
  groupings?: Readonly<Record<string, string>>
  /**
   * `"PUT"` replaces all metrics of the group, `"POST"` those of the same name, `"DELETE"` removes the group. Default `"PUT"`.
   */
  method?: "PUT" | "POST" | "DELETE"
  /** Milliseconds that each try may take. Default 5000. */
  timeout?: number
  /** Tries after the first, when there was no answer, or 408, 429 or 5xx. Default 3. */
  retries?: number
  /** Milliseconds before the second try; doubled with each. A `Retry-After` of the gateway counts instead. Default 500. */
  backoff?: number
  /** URL of an HTTP proxy. Default: as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say. `false`: none. */
  proxy?: string | false
  /** Further headers, such as `authorization`. */
  headers?: Readonly<Record<string, string>>
  /** Gives it up. */
  signal?: AbortSignal
}

const fields = ["job", "groupings", "method", "timeout", "retries", "backoff", "proxy", "headers", "signal"]
const someText = rule("text that is not empty", (value) => typeof value === "string" && value !== "")
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/
/** What a `Retry-After` may ask for at most. */
const patienceMaxMs = 30_000

/**
 * Sends all metrics to a Pushgateway.
 *
 * @param url - The gateway, with user and password if it wants them, such as `http://gateway:9091`; or the whole path of a group, with `/metrics/job/` in it.
 * @throws ClientError when the gateway refuses, or cannot be reached in any of the tries.
 * @example
 * await pushMetrics("http://gateway:9091", { job: "nightly", groupings: { instance: hostname() } })
 */
export async function pushMetrics(url: string | URL, options: PushOptions = {}): Promise<void> {
  const target = groupOf(url, options)
  const { method = "PUT", timeout = 5000, retries = 3, backoff = 500, proxy, signal } = options
  const undici = await loadUndici()
  const dispatcher = dispatcherOf(undici, proxy)
  const headers = { ...loginOf(target), ...options.headers, "content-type": registry.contentType }
  const body = method === "DELETE" ? undefined : await registry.metrics()
  const ask = async (): Promise<Outcome> => {
    const limit = AbortSignal.timeout(timeout)
    const both = signal ? AbortSignal.any([signal, limit]) : limit
    // `proxy` is for Bun.
    const sent = {
      method,
      headers,
      signal: both,
      dispatcher,
      ...(proxy && { proxy }),
      ...(body !== undefined && { body }),
    }
    try {
      const answer = await undici.fetch(target, sent)
      const text = await answer.text()
      if (answer.ok) return { ok: true }
      const after = Number(answer.headers.get("retry-after") ?? Number.NaN) * 1000
      const again = answer.status === 408 || answer.status === 429 || answer.status >= 500
      return { ok: false, again, after, why: `it answered ${answer.status} ${text.trim().slice(0, 200)}`.trim() }
    } catch (cause) {
      signal?.throwIfAborted()
      const why = limit.aborted ? `no answer within ${timeout} ms` : reasonOf(cause)
      return { ok: false, again: true, after: Number.NaN, why, cause }
    }
  }
  try {
    for (let tried = 1; ; tried++) {
      const outcome = await ask()
      if (outcome.ok) return
      if (!outcome.again || tried > retries) throw refused(target, outcome, tried)
      const pause = Number.isFinite(outcome.after) ? outcome.after : backoff * 2 ** (tried - 1)
      await sleep(Math.min(pause, patienceMaxMs), signal)
    }
  } finally {
    // Bun has an undici of its own, whose dispatchers do nothing.
    await dispatcher.close?.()
  }
}

type Outcome =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly again: boolean
      readonly after: number
      readonly why: string
      readonly cause?: unknown
    }

function refused(target: URL, { why, cause }: Outcome & { ok: false }, tries: number): ClientError {
  // Without what may be a password in it.
  const shown = `${target.origin}${target.pathname}`
  const message = `The metrics could not be pushed to ${shown}: ${why} (${tries} ${tries === 1 ? "try" : "tries"}).`
  return new ClientError(code.CLIENT, message, { cause, attempts: tries })
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error && cause.message ? cause.message : message
}

/** User and password are taken out of the URL and go in a header: no message has them. */
function loginOf(target: URL): Record<string, string> {
  const { username, password } = target
  if (username === "" && password === "") return {}
  target.username = ""
  target.password = ""
  const login = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)
  return { authorization: `Basic ${btoa(String.fromCharCode(...login))}` }
}

/** The gateway's path of a group: values with a slash, and empty ones, go as base64. */
function groupOf(url: string | URL, options: PushOptions): URL {
  checkFields("options", options, fields)
  const { job, groupings, method, timeout, retries, backoff, proxy } = options
  if (job !== undefined) check("options.job", job, someText)
  if (method !== undefined) check("options.method", method, oneOf("PUT", "POST", "DELETE"))
  if (timeout !== undefined) check("options.timeout", timeout, milliseconds(1))
  if (retries !== undefined) check("options.retries", retries, integer(0, 100))
  if (backoff !== undefined) check("options.backoff", backoff, milliseconds())
  if (proxy !== undefined && proxy !== false) check("options.proxy", proxy, rule("a URL or false", isHttp))
  if (!isHttp(url)) throw wrong("url", String(url), "a URL that begins with http:// or https://")
  const target = new URL(url)
  if (groupings !== undefined && !isPlainObject(groupings)) throw wrong("options.groupings", groupings, "an object")
  const isGroup = target.pathname.includes("/metrics/job")
  if (isGroup && (job !== undefined || groupings !== undefined)) {
    throw wrong("url", target.pathname, "without a group when options.job or options.groupings say it")
  }
  if (isGroup) return target
  const parts = Object.entries({ job: job ?? "aerospike-wasm", ...groupings }).map(([name, value]) => {
    if (!labelName.test(name)) throw wrong("options.groupings: a label", name, "a name of Prometheus")
    check(
      `options.groupings.${name}`,
      value,
      rule("text", (value) => typeof value === "string"),
    )
    return value === "" || value.includes("/")
      ? `/${name}@base64/${value === "" ? "=" : base64url(value)}`
      : `/${name}/${encodeURIComponent(value)}`
  })
  target.pathname = `${target.pathname.replace(/\/$/, "")}/metrics${parts.join("")}`
  return target
}

function isHttp(value: unknown): boolean {
  return URL.canParse(String(value)) && /^https?:$/.test(new URL(String(value)).protocol)
}

function base64url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text))
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_")
}

type Undici = typeof import("undici")

async function loadUndici(): Promise<Undici> {
  const loaded = await import("undici").catch((cause: unknown) => {
    throw new ClientError(code.CLIENT, "pushMetrics needs undici, which is not installed: npm install undici", {
      cause,
    })
  })
  return (loaded as { default?: Undici }).default ?? loaded
}

function dispatcherOf(undici: Undici, proxy: string | false | undefined) {
  if (proxy === false) return new undici.Agent()
  return proxy === undefined ? new undici.EnvHttpProxyAgent() : new undici.ProxyAgent(proxy)
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    if (signal?.aborted) return reject(signal.reason)
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", give)
      resolve()
    }, ms)
    signal?.addEventListener("abort", give, { once: true })
  })
}
