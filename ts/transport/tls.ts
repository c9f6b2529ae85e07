// TLS on Node, Deno and Bun, all of which have node:tls. A connection is open when the server has shown a certificate
// that an authority has signed and that has the expected name; why it could not be opened becomes one of SocketEnd.

import { createPrivateKey, X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import { checkServerIdentity, connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls"
import { invalid } from "../errors.ts"
import type { TlsSettings } from "../tls.ts"
import { type Socket, SocketEnd, type SocketHandlers, socketEndOf, type Target, type Transport } from "./index.ts"

/**
 * A transport all of whose connections are encrypted. Throws `InvalidArgumentError` if the certificates or the key cannot
 * be used.
 */
export function tlsTransport(settings: TlsSettings): Transport {
  const secureContext = contextOf("config.tls", settings)
  const { rejectUnauthorized } = settings
  return { open: (target, handlers) => new TlsClientSocket(target, { secureContext, rejectUnauthorized }, handlers) }
}

/** What connections share: certificates are read once. `path` says whose they are. */
export function contextOf(path: string, settings: TlsSettings): SecureContext {
  const { ca, cert, key, passphrase, minVersion } = settings
  try {
    // Not every runtime finds by itself that these do not fit.
    if (cert !== undefined && key !== undefined) checkPair(path, cert, key, passphrase)
    for (const [i, pem] of (ca ?? []).entries()) checkCertificates(`${path}.ca[${i}]`, pem)
    return createSecureContext({
      minVersion,
      ...(ca && { ca: [...ca] }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(passphrase !== undefined && { passphrase }),
    })
  } catch (error) {
    if ((error as Error).name === "InvalidArgumentError") throw error
    throw invalid(`${path} cannot be used: ${(error as Error).message}.`)
  }
}

function checkPair(path: string, cert: string, key: string, passphrase: string | undefined): void {
  const [first] = checkCertificates(`${path}.cert`, cert)
  let privateKey: ReturnType<typeof createPrivateKey>
  try {
    privateKey = createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) })
  } catch {
    const why = /ENCRYPTED/.test(key)
      ? `it is encrypted, and ${passphrase === undefined ? "there is no passphrase" : "not with this passphrase"}`
      : "it is malformed, or of a kind that this runtime does not know"
    throw invalid(`${path}.key cannot be read: ${why}.`)
  }
  if (!first?.checkPrivateKey(privateKey)) throw invalid(`${path}.key is not the key of ${path}.cert.`)
}

function checkCertificates(path: string, pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  try {
    if (blocks.length === 0) throw new Error("it has no end")
    return blocks.map((block) => new X509Certificate(block))
  } catch (error) {
    throw invalid(`${path} cannot be read as a certificate: ${(error as Error).message}.`)
  }
}

interface Secure {
  readonly secureContext: SecureContext
  readonly rejectUnauthorized: boolean
}

class TlsClientSocket implements Socket {
  readonly #socket: TLSSocket
  readonly #handlers: SocketHandlers
  #destroyed = false
  /** There is a connection, on which TLS begins. */
  #connected = false
  #open = false
  #answered = false
  #error: NodeJS.ErrnoException | undefined

  constructor({ host, port, tls, keepAlive, noDelay }: Target, secure: Secure, handlers: SocketHandlers) {
    this.#handlers = handlers
    const name = tls?.name || host
    const socket = connect({
      host,
      port,
      ...secure,
      // An address cannot be asked for by name.
      servername: isIP(name) ? "" : name,
      checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
    })
    this.#socket = socket
    socket.on("connect", () => {
      this.#connected = true
    })
    socket.on("secureConnect", () => {
      if (this.#destroyed) return
      this.#open = true
      socket.setNoDelay(noDelay)
      socket.setKeepAlive(keepAlive)
      handlers.opened()
    })
    socket.on("data", (bytes: Uint8Array) => {
      if (this.#destroyed) return
      this.#answered = true
      handlers.received(bytes)
    })
    socket.on("drain", () => {
      if (!this.#destroyed) handlers.writable()
    })
    socket.on("error", (error) => {
      this.#error = error
    })
    socket.on("close", () => this.#ended())
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  destroy(): void {
    this.#destroyed = true
    this.#socket.destroy()
  }

  #ended(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    this.#handlers.closed(this.#end(), this.#error)
  }

  #end(): number {
    const code = this.#error?.code ?? ""
    if (!this.#connected) return socketEndOf(code, false)
    // With TLS 1.3 a server refuses a client's certificate after the client has seen the handshake succeed.
    if (this.#open && !this.#answered && /ALERT/.test(code)) return handshakeEndOf(code)
    if (this.#open) return this.#error ? SocketEnd.FAILED : SocketEnd.CLOSED
    return handshakeEndOf(code)
  }
}

/** By the codes of OpenSSL, which the other libraries' errors are given, too. */
const ends: readonly (readonly [RegExp, number])[] = [
  // Deno's word for whatever is wrong with a certificate beside its name.
  ...("Deno" in globalThis ? [[/^UNABLE_TO_VERIFY_LEAF_SIGNATURE$/, SocketEnd.TLS_UNVERIFIED] as const] : []),
  [/^CERT_HAS_EXPIRED$|^CERT_NOT_YET_VALID$/, SocketEnd.TLS_EXPIRED],
  [/^ERR_TLS_CERT_ALTNAME|^HOSTNAME_MISMATCH$/, SocketEnd.TLS_NAME],
  [/^UNABLE_TO_|SELF_SIGNED|^CERT_UNTRUSTED$|^INVALID_CA$/, SocketEnd.TLS_UNTRUSTED],
  [/CERTIFICATE_REQUIRED/, SocketEnd.TLS_CERTIFICATE_REQUIRED],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, SocketEnd.TLS_VERSION],
  [/WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE/, SocketEnd.TLS_PLAIN],
  [/ALERT/, SocketEnd.TLS_REFUSED],
  [/^(|ECONNRESET|EPIPE|ECONNABORTED)$/, SocketEnd.TLS_CLOSED],
]

function handshakeEndOf(code: string): number {
  return ends.find(([pattern]) => pattern.test(code))?.[1] ?? SocketEnd.TLS
}
