// TCP on Deno: a loop of reads into one buffer, and writes one after the other, as each may take only a part.

import { type Socket, SocketEnd, type SocketHandlers, socketEndOf, type Target, type Transport } from "./index.ts"

/** What this file needs of Deno, so that the rest compiles without its types. */
interface DenoConn {
  read(buffer: Uint8Array): Promise<number | null>
  write(bytes: Uint8Array): Promise<number>
  close(): void
  setNoDelay(on: boolean): void
  setKeepAlive(on: boolean): void
}
declare const Deno: { connect(options: { hostname: string; port: number }): Promise<DenoConn> }

const readBytes = 64 * 1024
/** As much may wait to be written before the client is told to hold back: what Node's sockets keep, too. */
const waitingMax = 64 * 1024

export const denoTransport: Transport = {
  open(target, handlers) {
    const socket = new DenoSocket(target, handlers)
    void socket.run()
    return socket
  },
}

class DenoSocket implements Socket {
  readonly #target: Target
  readonly #handlers: SocketHandlers
  #conn: DenoConn | undefined
  #destroyed = false
  /** Bytes that were given and not taken yet; the loop in `#send` works them off. */
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #sending = false
  #held = false
  /** Set while reading is paused; calling it lets the read loop go on. */
  #resume: (() => void) | undefined
  #paused: Promise<void> | undefined

  constructor(target: Target, handlers: SocketHandlers) {
    this.#target = target
    this.#handlers = handlers
  }

  /** Connects and reads until the end. */
  async run(): Promise<void> {
    const { host, port, keepAlive, noDelay } = this.#target
    try {
      const conn = await Deno.connect({ hostname: host, port })
      if (this.#destroyed) return conn.close()
      conn.setNoDelay(noDelay)
      conn.setKeepAlive(keepAlive)
      this.#conn = conn
      this.#handlers.opened()
      await this.#read(conn)
    } catch (error) {
      this.#ended(this.#conn ? SocketEnd.FAILED : endOf(error), error)
    }
  }

  async #read(conn: DenoConn): Promise<void> {
    const buffer = new Uint8Array(readBytes)
    while (!this.#destroyed) {
      const length = await conn.read(buffer)
      if (this.#paused) await this.#paused
      if (this.#destroyed) return
      if (length === null) return this.#ended(SocketEnd.CLOSED)
      this.#handlers.received(buffer.subarray(0, length))
    }
  }

  write(bytes: Uint8Array): boolean {
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    if (!this.#sending) void this.#send()
    this.#held = this.#waitingBytes > waitingMax
    return !this.#held
  }

  async #send(): Promise<void> {
    const conn = this.#conn
    if (!conn) return
    this.#sending = true
    try {
      for (let bytes = this.#waiting.shift(); bytes; bytes = this.#waiting.shift()) {
        for (let sent = 0; sent < bytes.length; ) sent += await conn.write(bytes.subarray(sent))
        this.#waitingBytes -= bytes.length
      }
      this.#sending = false
      if (this.#held && !this.#destroyed) {
        this.#held = false
        this.#handlers.writable()
      }
    } catch (error) {
      this.#ended(SocketEnd.FAILED, error)
    }
  }

  pause(): void {
    this.#paused ??= new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  resume(): void {
    this.#resume?.()
    this.#resume = this.#paused = undefined
  }

  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    this.resume()
    try {
      this.#conn?.close()
    } catch {
      // Closed already, by an error.
    }
  }

  #ended(end: number, error?: unknown): void {
    if (this.#destroyed) return
    this.destroy()
    this.#handlers.closed(end, error)
  }
}

function endOf(error: unknown): number {
  const { name, code, message } = error as { name?: string; code?: unknown; message?: string }
  if (name === "ConnectionRefused") return SocketEnd.REFUSED
  // Deno has no error class for it, only the words of the resolver.
  if (/failed to lookup|name or service not known|no address associated|dns error/i.test(message ?? ""))
    return SocketEnd.UNKNOWN_HOST
  return socketEndOf(code, false)
}
