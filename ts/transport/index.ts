// The seam between the client and a runtime: how a connection is opened, written to and closed. A transport holds no
// policy, looks inside no byte and keeps no timer: whether, when and how often is the engine's to say.

import { socketEnd } from "../core/generated.ts"
import type { TlsSettings } from "../tls.ts"

export type { TlsSettings }

/** Where a connection goes. */
export interface Target {
  readonly host: string
  readonly port: number
  /** Set when the connection is to be encrypted: the name that the server's certificate must have, and `config.tls`. */
  readonly tls?: { readonly name: string; readonly settings: TlsSettings }
  readonly keepAlive: boolean
  readonly noDelay: boolean
}

/**
 * What a transport tells of a socket. It tells nothing while `open`, `write` or `destroy` run, and nothing at all of a
 * socket that was destroyed.
 */
export interface SocketHandlers {
  /** Once, when bytes can be written. */
  opened(): void
  /** Bytes that arrived; they are used up when this returns, so the buffer may be used again. */
  received(bytes: Uint8Array): void
  /** After `write` returned false: more can be taken now. */
  writable(): void
  /** Once, when the connection ended or could not be opened; one of {@link SocketEnd}. Nothing follows. */
  closed(end: number, error?: unknown): void
}

/** One connection. It may be paused, resumed and destroyed at once; it is written to after `opened`. */
export interface Socket {
  /**
   * Gives bytes to the socket, which keeps them until they are sent. False when it has more than it can send: nothing
   * further is written until `writable`.
   */
  write(bytes: Uint8Array): boolean
  /** Stops reading, so that the peer is held back. */
  pause(): void
  resume(): void
  /** Closes both ways at once. Never half: a server may drop requests of a connection that is half closed. */
  destroy(): void
}

/** What a runtime has to have. */
export interface Transport {
  /** Begins to connect. Must not throw: what is wrong is told by `closed`. */
  open(target: Target, handlers: SocketHandlers): Socket
}

/** How a connection ended, for `SocketHandlers.closed`. */
export const SocketEnd: typeof socketEnd = socketEnd

const endOfError: Readonly<Record<string, number>> = {
  ECONNREFUSED: socketEnd.REFUSED,
  EHOSTUNREACH: socketEnd.UNREACHABLE,
  ENETUNREACH: socketEnd.UNREACHABLE,
  EHOSTDOWN: socketEnd.UNREACHABLE,
  ENETDOWN: socketEnd.UNREACHABLE,
  ENOTFOUND: socketEnd.UNKNOWN_HOST,
  EAI_AGAIN: socketEnd.UNKNOWN_HOST,
  EAI_FAIL: socketEnd.UNKNOWN_HOST,
  EAI_NONAME: socketEnd.UNKNOWN_HOST,
  EAI_NODATA: socketEnd.UNKNOWN_HOST,
  ENODATA: socketEnd.UNKNOWN_HOST,
}

/** How a connection ended, from the error code that operating systems and most runtimes give. */
export function socketEndOf(errorCode: unknown, wasOpen: boolean): number {
  if (wasOpen) return socketEnd.FAILED
  return (typeof errorCode === "string" ? endOfError[errorCode] : undefined) ?? socketEnd.OTHER
}
