// Listening sockets of Node (and of what offers `node:net`), plain or with TLS. It looks inside no byte.

import { createServer, type Socket as NetSocket, type Server } from "node:net"
import { networkInterfaces } from "node:os"
import { createServer as createTlsServer, TLSSocket, Server as TlsServer } from "node:tls"
import type { NodeTls } from "./tls.ts"

/** What is told of an accepted connection. */
export interface Handlers {
  received(bytes: Uint8Array): void
  /** After `write` returned false: more can be taken now. */
  writable(): void
  /** Once, at the end. */
  closed(): void
}

export interface Socket {
  /** The client's address. */
  readonly address: string
  /** Whom the client's certificate names, if it showed one that is trusted; else empty. */
  readonly certified: string
  /** Gives bytes to the socket. False when it has more than it can send. */
  write(bytes: Uint8Array): boolean
  pause(): void
  resume(): void
  /** Closes the connection. */
  end(): void
  /** Resets the connection, after what was written is sent. */
  reset(): void
}

/** A port that is listened on. */
export interface Listener {
  readonly port: number
  /** Addresses under which clients reach it. */
  readonly addresses: readonly string[]
  /** Stops listening and resets every connection. */
  close(): Promise<void>
}

/**
 * Bytes that a socket holds before it says that it is full. Node's own limit is less than the answers to one chunk of
 * pipelined reads, which would stop and start reading at every chunk.
 */
export const highWaterMark = 1024 * 1024

/**
 * Listens on a port, 0 for a free one. `accept` gives what is told of each connection, or nothing to refuse it; with TLS,
 * when the handshake is done.
 */
export async function listen(
  host: string,
  port: number,
  accept: (socket: Socket) => Handlers | undefined,
  tls?: NodeTls,
): Promise<Listener> {
  const take = (socket: NetSocket) => {
    const client = { address: socket.remoteAddress ?? "", certified: commonNameOf(socket) }
    serve(socket, client, accept, reset)
  }
  const { server, sockets, ...place } = await bind(host, port, take, tls)
  return { ...place, close: () => close(server, sockets) }
}

/** A port that is listened on, and its connections. */
export interface Bound extends Pick<Listener, "port" | "addresses"> {
  readonly server: Server
  readonly sockets: ReadonlySet<NetSocket>
}

/** Listens on a port, 0 for a free one, and gives the sockets of those who connect. */
export async function bind(
  host: string,
  port: number,
  take: (socket: NetSocket) => void,
  tls?: NodeTls,
): Promise<Bound> {
  const sockets = new Set<NetSocket>()
  const options = { noDelay: true, highWaterMark }
  const connected = (socket: NetSocket) => {
    // What follows an error is the close.
    socket.on("error", () => {})
    take(socket)
  }
  const server = tls ? createTlsServer({ ...options, ...secure(tls) }, connected) : createServer(options, connected)
  // With TLS these are the sockets below.
  server.on("connection", (socket: NetSocket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    socket.on("error", () => {})
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(cannotListen(host, port, error)))
    server.listen({ host, port, exclusive: true }, resolve)
  })
  const bound = server.address()
  if (bound === null || typeof bound === "string") throw new Error(`cannot listen on ${host}:${port}`)
  return { server, sockets, port: bound.port, addresses: reachable(bound.address) }
}

function secure({ settings, requestCert }: NodeTls): object {
  const { cert, key, passphrase, ca, minVersion } = settings
  return { cert, key, passphrase, ca, minVersion, requestCert, rejectUnauthorized: requestCert }
}

/** Whose connection it is. */
export type Whose = Pick<Socket, "address" | "certified">

/** Has a connection served; `reset` resets it. */
export function serve(
  socket: NetSocket,
  client: Whose,
  accept: (socket: Socket) => Handlers | undefined,
  reset: (socket: NetSocket) => void,
): void {
  const handlers = accept({
    ...client,
    write: (bytes) => socket.write(bytes),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    end: () => socket.end(() => socket.destroy()),
    reset: () => socket.write("", () => reset(socket)),
  })
  if (!handlers) {
    reset(socket)
    return
  }
  socket.on("data", (bytes: Uint8Array) => handlers.received(bytes))
  socket.on("drain", () => handlers.writable())
  socket.on("close", () => handlers.closed())
}

function commonNameOf(socket: NetSocket): string {
  if (!(socket instanceof TLSSocket && socket.authorized)) return ""
  const { subject } = socket.getPeerCertificate()
  // There may be several, and then none of them says who it is.
  return typeof subject?.CN === "string" ? subject.CN : ""
}

function close(server: Server, sockets: ReadonlySet<NetSocket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // Below TLS one whose client is just leaving cannot be reset: the process would run in a circle for ever.
  for (const socket of sockets) server instanceof TlsServer ? socket.destroy() : reset(socket)
  return closed
}

/**
 * A socket that has begun to end cannot be reset: trying leaves it open for ever, and the process with it. Nor can one
 * with TLS.
 */
export function reset(socket: NetSocket): void {
  if (socket.writableEnded || socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}

/** The addresses of a socket that is bound to every interface: those that others reach first, then loopback. */
function reachable(address: string): string[] {
  if (address !== "0.0.0.0" && address !== "::") return [address]
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
  const usable = all.filter((entry) => entry.family === "IPv4" || address === "::")
  const addresses = usable.filter((entry) => !entry.address.startsWith("fe80:"))
  addresses.sort((a, b) => Number(a.internal) - Number(b.internal))
  return addresses.map((entry) => entry.address)
}

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: "the port is in use",
    EACCES: "this user may not use the port",
    EADDRNOTAVAIL: "this machine has no such address",
    ENOTFOUND: "the host is unknown",
  }
  const reason = reasons[error.code ?? ""] ?? error.message
  return Object.assign(new Error(`cannot listen on ${host}:${port}: ${reason}`, { cause: error }), { code: error.code })
}
