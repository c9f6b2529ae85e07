// Whether a request names this server. A page of somebody else's may have its own name lead to this machine (DNS rebinding),
// and would then be asked for as if it were of the same origin; an address cannot be made to lead elsewhere.

/** Names of servers that lead nowhere else, beside addresses. */
export class OwnNames {
  readonly #names: ReadonlySet<string>

  /** `host` is what the server listens on, `allowed` are further names. */
  constructor(host: string, allowed: readonly string[]) {
    this.#names = new Set([host, ...allowed].map((name) => name.toLowerCase()))
  }

  /** Whether the header `Host` is an address, `localhost`, or one of the names. HTTP/1.0, which no browser speaks, has none. */
  has(header: string | undefined): boolean {
    if (header === undefined) return true
    const name = header.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "")
    return isAddress(name) || name === "localhost" || name.endsWith(".localhost") || this.#names.has(name)
  }
}

/** Whether it is listened on for this machine alone. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[\da-f:.]+\]$/.test(name)
}
