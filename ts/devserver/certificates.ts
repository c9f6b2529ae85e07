// Certificates for tests: an authority that is made on the spot and certificates that it signs. As much of X.509 as that
// takes, and nothing that reads one; Node's own crypto makes keys and signatures.

import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto"
import { isIP } from "node:net"
import { check, checkFields, rule, text } from "../core/check.ts"

/** What {@link TestAuthority.issue} is to put into a certificate. */
export interface TestCertificateOptions {
  /** The common name: the user, where the dev server knows users by their certificates. */
  commonName?: string
  /** Host names and IP addresses that the certificate is good for. Default: the common name, if it is ASCII. */
  names?: readonly string[]
  /** When it begins to be valid. Default: a day ago. */
  from?: Date
  /** When it ceases to be valid. Default: in 30 days. */
  until?: Date
  /** Encrypts the key. Default: it is not encrypted. */
  passphrase?: string
}

/** A certificate with its key, both as PEM. */
export interface TestCertificate {
  readonly cert: string
  readonly key: string
}

/** Makes certificates for tests. Its own lasts 30 days, and its key is never told. */
export interface TestAuthority {
  /** The authority's own certificate as PEM: what `tls.ca` takes. */
  readonly ca: string
  /** A new certificate, for a server or a client. */
  issue(options?: TestCertificateOptions): TestCertificate
}

/**
 * A new authority, trusted by nobody but those who are given its `ca`. For tests only.
 *
 * ```ts
 * const authority = createTestAuthority()
 * const { cert, key } = authority.issue({ commonName: "ada" })
 * ```
 */
export function createTestAuthority(): TestAuthority {
  return new Authority()
}

const dayMs = 86_400_000

class Authority implements TestAuthority {
  readonly ca: string
  readonly #keys = newKeys()
  readonly #name = nameOf(`test authority ${randomBytes(4).toString("hex")}`)

  constructor() {
    const { publicKey } = this.#keys
    this.ca = this.#sign(this.#name, publicKey, daysFromNow(-1), daysFromNow(30), [
      extension(oids.basicConstraints, sequence(boolean(true)), true),
      // keyCertSign and cRLSign, the sixth and seventh of its bits.
      extension(oids.keyUsage, der(0x03, Buffer.from([1, 0b0000_0110])), true),
    ])
  }

  issue(options: TestCertificateOptions = {}): TestCertificate {
    checkFields("options", options, Object.keys(rules))
    const { commonName = "test", from = daysFromNow(-1), until = daysFromNow(30), passphrase } = options
    check("options.commonName", commonName, rules.commonName)
    const { names = isAscii(commonName) ? [commonName] : [] } = options
    check("options.names", names, rules.names)
    check("options.from", from, rules.from)
    check("options.until", until, rules.until)
    if (passphrase !== undefined) check("options.passphrase", passphrase, rules.passphrase)
    const { privateKey, publicKey } = newKeys()
    const cert = this.#sign(nameOf(commonName), publicKey, from, until, [
      extension(oids.basicConstraints, sequence(), true),
      // digitalSignature, the first.
      extension(oids.keyUsage, der(0x03, Buffer.from([7, 0b1000_0000])), true),
      extension(oids.extendedKeyUsage, sequence(oid(oids.serverAuth), oid(oids.clientAuth))),
      ...(names.length > 0 ? [extension(oids.subjectAltName, sequence(...names.map(altName)))] : []),
    ])
    const format = { type: "pkcs8", format: "pem" } as const
    const encrypted = passphrase === undefined ? format : { ...format, cipher: "aes-256-cbc", passphrase }
    return { cert, key: privateKey.export(encrypted) as string }
  }

  #sign(subject: Buffer, publicKey: KeyObject, from: Date, until: Date, extensions: Buffer[]): string {
    const algorithm = sequence(oid(oids.ecdsaWithSha256))
    const toBeSigned = sequence(
      der(0xa0, integerOf(Buffer.from([2]))),
      integerOf(randomBytes(15)),
      algorithm,
      this.#name,
      sequence(time(from), time(until)),
      subject,
      publicKey.export({ type: "spki", format: "der" }),
      der(
        0xa3,
        sequence(
          ...extensions,
          extension(oids.subjectKeyId, der(0x04, keyId(publicKey))),
          extension(oids.authorityKeyId, sequence(der(0x80, keyId(this.#keys.publicKey)))),
        ),
      ),
    )
    const signature = createSign("sha256").update(toBeSigned).sign(this.#keys.privateKey)
    return pem(sequence(toBeSigned, algorithm, der(0x03, Buffer.from([0]), signature)))
  }
}

const aDate = rule("a Date", (value) => value instanceof Date && !Number.isNaN(value.getTime()))
const rules = {
  commonName: rule("text of 1 to 64 bytes", (value) => value !== "" && text(64).accepts(value)),
  names: rule(
    "an array of host names and IP addresses",
    (value) => Array.isArray(value) && value.every((name) => typeof name === "string" && name !== "" && isAscii(name)),
  ),
  from: aDate,
  until: aDate,
  passphrase: text(1024),
}

function newKeys(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" })
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * dayMs)
}

function isAscii(value: string): boolean {
  return /^[\x21-\x7e]*$/.test(value)
}

// ── DER ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** In DER, as hexadecimal. */
const oids = {
  commonName: "550403",
  ecdsaWithSha256: "2a8648ce3d040302",
  subjectKeyId: "551d0e",
  keyUsage: "551d0f",
  subjectAltName: "551d11",
  basicConstraints: "551d13",
  authorityKeyId: "551d23",
  extendedKeyUsage: "551d25",
  serverAuth: "2b06010505070301",
  clientAuth: "2b06010505070302",
}

/** Tag, length, contents. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const { length } = body
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), body])
  const head = length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), body])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts)
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"))
}

function boolean(value: boolean): Buffer {
  return der(0x01, Buffer.from([value ? 0xff : 0]))
}

/** A positive number, in as few bytes as there may be. */
function integerOf(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const body = bytes.subarray(first)
  return der(0x02, body[0]! < 0x80 ? body : Buffer.concat([Buffer.from([0]), body]))
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid(oids.commonName), der(0x0c, Buffer.from(commonName)))))
}

/** Years with two digits up to 2049, as the standard has it. */
function time(date: Date): Buffer {
  const digits = `${date.toISOString().slice(0, 19).replace(/\D/g, "")}Z`
  const isShort = date.getUTCFullYear() >= 1950 && date.getUTCFullYear() < 2050
  return isShort ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits))
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), der(0x04, value))
}

function altName(name: string): Buffer {
  return isIP(name) ? der(0x87, addressBytes(name)) : der(0x82, Buffer.from(name))
}

/** 4 or 16 bytes. A URL spells every IPv6 address out the same way: without its zeros, which are put back. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number))
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::")
  const groups = (text: string | undefined) => (text ? text.split(":") : [])
  const zeros = 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...new Array<string>(zeros).fill("0"), ...groups(tail)]
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex")
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest()
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g)!
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`
}
