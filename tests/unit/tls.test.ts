// What a client's TLS is made of, certificates that are made for tests, and how a handshake that fails is told.

import { X509Certificate } from "node:crypto"
import { once } from "node:events"
import { createServer, type Socket as NetSocket, type Server } from "node:net"
import { createServer as createTlsServer, type TlsOptions as ServerOptions } from "node:tls"
import { inspect } from "node:util"
import { afterEach, describe, expect, test } from "vitest"
import { createTestAuthority, type TestCertificateOptions } from "../../ts/devserver/certificates.ts"
import { InvalidArgumentError } from "../../ts/errors.ts"
import { type TlsOptions, tlsSettings } from "../../ts/tls.ts"
import { SocketEnd } from "../../ts/transport/index.ts"
import { tlsTransport } from "../../ts/transport/tls.ts"

const authority = createTestAuthority()
const pair = authority.issue({ commonName: "ada" })

describe("settings", () => {
  test("are the defaults where nothing is said", () => {
    const expected = { ca: undefined, cert: undefined, rejectUnauthorized: true, minVersion: "TLSv1.2" }
    expect({ ...tlsSettings(true, undefined) }).toEqual(expected)
    expect({ ...tlsSettings({}, undefined) }).toEqual(expected)
  })

  test("hold PEM, whatever it came as", () => {
    const files: Record<string, string> = { "/ca.pem": authority.ca, "/key.pem": pair.key }
    const read = (path: string) => {
      const text = files[path]
      if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" })
      return new TextEncoder().encode(text)
    }
    const ca = [authority.ca, new TextEncoder().encode(authority.ca), "/ca.pem"]
    const settings = tlsSettings({ ca, cert: Buffer.from(pair.cert), key: "/key.pem" }, read)
    expect(settings.ca).toEqual([authority.ca, authority.ca, authority.ca])
    expect(settings).toMatchObject({ cert: pair.cert })
    expect(settings.key).toBe(pair.key)
    const refused = (options: TlsOptions) => expect(() => tlsSettings(options, read))
    refused({ ca: "/no.pem" }).toThrow(
      'config.tls.ca is "/no.pem": it must be PEM with a CERTIFICATE, as text or bytes, or the path of a file with it, which could not be read (ENOENT).',
    )
    refused({ ca: "/key.pem" }).toThrow("; the file has no CERTIFICATE.")
    refused({ cert: pair.cert, key: "/secret-path" }).toThrow(
      "config.tls.key is not what it must be: PEM with a PRIVATE KEY, as text or bytes, or the path of a file with it, which could not be read (ENOENT).",
    )
    refused({ cert: pair.cert, key: pair.cert }).toThrow(
      "config.tls.key is not what it must be: PEM with a PRIVATE KEY",
    )
  })

  test("do not show the key and its passphrase", () => {
    const secret = authority.issue({ passphrase: "hush" })
    const settings = tlsSettings({ ...secret, passphrase: "hush" }, undefined)
    expect([settings.key, settings.passphrase]).toEqual([secret.key, "hush"])
    for (const shown of [inspect(settings), JSON.stringify(settings), inspect({ ...settings })]) {
      expect(shown).not.toMatch(/hush|PRIVATE/)
    }
  })

  test("refuse a key in the wrong place without showing it", () => {
    for (const options of [{ ca: pair.key }, { cert: pair.key, key: pair.key }, pair.key, [pair.key]]) {
      const act = () => tlsSettings(options, undefined)
      expect(act).toThrow(InvalidArgumentError)
      expect(act).not.toThrow(/PRIVATE KEY-----|MIG/)
    }
  })
})

describe("certificates for tests", () => {
  const issued = (options?: TestCertificateOptions) => new X509Certificate(authority.issue(options).cert)
  const root = new X509Certificate(authority.ca)

  test("are signed by their authority, which is one and they are not", () => {
    const certificate = issued()
    expect(certificate.verify(root.publicKey) && certificate.checkIssued(root)).toBe(true)
    expect([root.ca, certificate.ca]).toEqual([true, false])
    expect(root.verify(root.publicKey)).toBe(true)
    expect(new X509Certificate(createTestAuthority().ca).subject).not.toBe(root.subject)
  })

  test("have the names that are asked for", () => {
    const certificate = issued({ commonName: "ada", names: ["a.test", "127.0.0.1", "::1", "2001:db8::ff00:42:8329"] })
    expect(certificate.subject).toBe("CN=ada")
    expect(certificate.checkHost("a.test")).toBe("a.test")
    for (const address of ["127.0.0.1", "::1", "2001:db8::ff00:42:8329"]) {
      expect(certificate.checkIP(address)).toBe(address)
    }
    expect(certificate.checkHost("b.test")).toBeUndefined()
    expect(issued({ commonName: "bob" }).checkHost("bob")).toBe("bob")
    expect(issued({ commonName: "жук" }).subjectAltName).toBeUndefined()
  })

  test("are valid when they are to be", () => {
    const [from, until] = [new Date("2049-12-31T23:59:58Z"), new Date("2050-01-02T00:00:01Z")]
    const certificate = issued({ from, until })
    expect([new Date(certificate.validFrom), new Date(certificate.validTo)]).toEqual([from, until])
  })

  test.each([
    [{ commonName: "" }, 'options.commonName is ""'],
    [{ names: "a" }, 'options.names is "a"'],
    [{ names: ["ж"] }, "options.names is"],
    [{ from: "now" }, 'options.from is "now": it must be a Date.'],
    [{ cn: "x" }, "options.cn is not known"],
  ])("%j is refused", (options, message) => {
    expect(() => authority.issue(options as TestCertificateOptions)).toThrow(message)
  })
})

describe("a handshake", () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  async function listen(server: Server): Promise<number> {
    servers.push(server)
    server.on("connection", (socket) => socket.on("error", () => {}))
    server.on("tlsClientError", () => {})
    await once(server.listen(0, "127.0.0.1"), "listening")
    return (server.address() as { port: number }).port
  }

  /** How a connection ends, with what came before. */
  function ended(port: number, options: TlsOptions = {}, name = "node.test"): Promise<string[]> {
    const events: string[] = []
    const settings = tlsSettings({ ca: authority.ca, ...options }, undefined)
    return new Promise((resolve) => {
      const target = { host: "127.0.0.1", port, tls: { name, settings }, keepAlive: true, noDelay: true }
      tlsTransport(settings).open(target, {
        opened: () => events.push("opened"),
        received: () => events.push("received"),
        writable: () => {},
        closed: (end) => {
          const [known] = Object.entries(SocketEnd).find(([, number]) => number === end) ?? ["?"]
          resolve([...events, known])
        },
      })
    })
  }

  const secure = (options: ServerOptions = {}, connected = (socket: NetSocket) => void socket.end()) =>
    listen(createTlsServer({ ...authority.issue({ names: ["node.test"] }), ...options }, connected))

  test("that succeeds opens the connection", async () => {
    expect(await ended(await secure())).toEqual(["opened", "CLOSED"])
  })

  test("with whom is not trusted is TLS_UNTRUSTED", async () => {
    const port = await secure()
    expect(await ended(port, { ca: createTestAuthority().ca })).toEqual(["TLS_UNTRUSTED"])
    expect(await ended(port, { ca: createTestAuthority().ca, rejectUnauthorized: false })).toContain("opened")
  })

  test("with another name is TLS_NAME", async () => {
    expect(await ended(await secure(), {}, "other.test")).toEqual(["TLS_NAME"])
    expect(await ended(await secure(), {}, "127.0.0.1")).toEqual(["TLS_NAME"])
  })

  test("outside of the certificate's time is TLS_EXPIRED", async () => {
    const until = new Date(Date.now() - 1000)
    const old = authority.issue({ names: ["node.test"], from: new Date(0), until })
    expect(await ended(await secure(old))).toEqual(["TLS_EXPIRED"])
    const early = authority.issue({ names: ["node.test"], from: new Date(Date.now() + 86_400_000) })
    expect(await ended(await secure(early))).toEqual(["TLS_EXPIRED"])
  })

  test("without the certificate that the server wants is told by what the version of TLS has for it", async () => {
    const wanted = { ca: authority.ca, requestCert: true, rejectUnauthorized: true }
    expect(await ended(await secure(wanted))).toEqual(["opened", "TLS_CERTIFICATE_REQUIRED"])
    expect(await ended(await secure({ ...wanted, maxVersion: "TLSv1.2" }))).toEqual(["TLS_REFUSED"])
    expect(await ended(await secure(wanted), pair)).toEqual(["opened", "CLOSED"])
  })

  test("without a common version is TLS_VERSION", async () => {
    expect(await ended(await secure({ maxVersion: "TLSv1.2" }), { minVersion: "TLSv1.3" })).toEqual(["TLS_VERSION"])
  })

  test("with what speaks something else is TLS_PLAIN, with what hangs up TLS_CLOSED", async () => {
    const noise = createServer((socket) => socket.once("data", () => socket.end("HTTP/1.0 400 Bad Request\r\n\r\n")))
    expect(await ended(await listen(noise))).toEqual(["TLS_PLAIN"])
    const hangsUp = createServer((socket) => socket.once("data", () => socket.end()))
    expect(await ended(await listen(hangsUp))).toEqual(["TLS_CLOSED"])
    const resets = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()))
    expect(await ended(await listen(resets))).toEqual(["TLS_CLOSED"])
  })

  test("needs certificates that can be read", () => {
    const transport = (options: TlsOptions) => expect(() => tlsTransport(tlsSettings(options, undefined)))
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    transport({ ca: [authority.ca, broken] }).toThrow("config.tls.ca[1] cannot be read as a certificate")
    transport({ ca: "-----BEGIN CERTIFICATE-----" }).toThrow("config.tls.ca[0] cannot be read as a certificate")
    transport({ cert: broken, key: pair.key }).toThrow("config.tls.cert cannot be read as a certificate")
    transport({ cert: pair.cert, key: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----" }).toThrow(
      "config.tls.key cannot be read: it is malformed",
    )
    transport({ cert: pair.cert, key: authority.issue().key }).toThrow(
      "config.tls.key is not the key of config.tls.cert.",
    )
    const locked = authority.issue({ passphrase: "hush" })
    transport(locked).toThrow("config.tls.key cannot be read: it is encrypted, and there is no passphrase.")
    transport({ ...locked, passphrase: "loud" }).toThrow("it is encrypted, and not with this passphrase.")
  })
})
