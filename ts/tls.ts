// TLS as it is configured: the fields, their checks, and certificates and keys made into PEM text from whatever form they
// came in. No message and no log line has a key or a passphrase. What is done with them: transport/tls.ts.

import { check, checkFields, flag, oneOf, rule, show } from "./core/check.ts"
import { type InvalidArgumentError, invalid } from "./errors.ts"

/** PEM as text, its bytes, or the path of a file that holds it. */
export type Pem = string | Uint8Array

/** TLS of a client; `true` stands for all defaults. */
export interface TlsOptions {
  /** Certificates of the authorities that may have signed the servers' ones. Default: those that the runtime trusts. */
  ca?: Pem | readonly Pem[]
  /** The client's own certificate, with those between it and its authority behind it. Needs `key`. */
  cert?: Pem
  /** The private key of `cert`. */
  key?: Pem
  /** What `key` is encrypted with. */
  passphrase?: string
  /**
   * The name that a server's certificate must have where neither the seed nor a peer says one. Default: the host that is
   * connected to.
   */
  tlsName?: string
  /** `false`: take any certificate of any name, which makes it possible to listen in. For tests only. Default `true`. */
  rejectUnauthorized?: boolean
  /** The oldest version that is spoken. Default `"TLSv1.2"`. */
  minVersion?: "TLSv1.2" | "TLSv1.3"
}

/** Checked options. The key and its passphrase are not enumerable, so that nothing prints them by chance. */
export interface TlsSettings {
  readonly ca: readonly string[] | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly passphrase: string | undefined
  readonly rejectUnauthorized: boolean
  readonly minVersion: "TLSv1.2" | "TLSv1.3"
}

/** Reads a file, where the runtime has files. */
export type ReadFile = (path: string) => Uint8Array

/** A name of a host, as certificates have it. */
const aName = rule("a host name", (value) => typeof value === "string" && /^[^\s,:\p{Cc}]{1,255}$/u.test(value))

const rules = {
  passphrase: rule("text", (value) => typeof value === "string" && value !== ""),
  tlsName: aName,
  rejectUnauthorized: flag,
  minVersion: oneOf("TLSv1.2", "TLSv1.3"),
}

/** Names of all fields, as messages list them. */
const names = ["ca", "cert", "key", "passphrase", "tlsName", "rejectUnauthorized", "minVersion"]

/** The settings of `tls: true` or of an object of options. */
export function tlsSettings(given: unknown, read: ReadFile | undefined): TlsSettings {
  const options = given === true ? {} : (given as TlsOptions)
  if (typeof options !== "object" || options === null || Array.isArray(options) || options instanceof Uint8Array) {
    // What is given in the wrong place may be a key.
    throw invalid(`config.tls is ${kindOf(given)}: it must be true, false or an object of ${names.join(", ")}.`)
  }
  checkFields("config.tls", options, names)
  const { passphrase, tlsName, rejectUnauthorized, minVersion } = options
  if (passphrase !== undefined && !rules.passphrase.accepts(passphrase)) throw hidden("config.tls.passphrase", "text")
  if (tlsName !== undefined) check("config.tls.tlsName", tlsName, rules.tlsName)
  if (rejectUnauthorized !== undefined) check("config.tls.rejectUnauthorized", rejectUnauthorized, flag)
  if (minVersion !== undefined) check("config.tls.minVersion", minVersion, rules.minVersion)
  if ((options.cert === undefined) !== (options.key === undefined)) {
    const [has, lacks] = options.cert === undefined ? ["key", "cert"] : ["cert", "key"]
    throw invalid(`config.tls.${lacks} is missing: config.tls.${has} needs it.`)
  }
  if (passphrase !== undefined && options.key === undefined) {
    throw invalid("config.tls.key is missing: config.tls.passphrase is for it.")
  }
  return settingsFrom("config.tls", options, read)
}

/** Certificates and keys as PEM text, with the defaults of what is not given. `path` says whose they are. */
export function settingsFrom(path: string, options: TlsOptions, read: ReadFile | undefined): TlsSettings {
  const { ca, cert, key, passphrase, rejectUnauthorized = true, minVersion = "TLSv1.2" } = options
  const settings = {
    ca: ca === undefined ? undefined : authorities(`${path}.ca`, ca, read),
    cert: cert === undefined ? undefined : pemOf(`${path}.cert`, cert, certificates, read),
    rejectUnauthorized,
    minVersion,
  }
  return withSecrets(settings, {
    key: key === undefined ? undefined : pemOf(`${path}.key`, key, privateKey, read),
    passphrase,
  })
}

/** Settings with their secrets, which nothing prints by chance. */
export function withSecrets(
  { ca, cert, rejectUnauthorized, minVersion }: Omit<TlsSettings, "key" | "passphrase">,
  { key, passphrase }: Pick<TlsSettings, "key" | "passphrase">,
): TlsSettings {
  const settings = { ca, cert, rejectUnauthorized, minVersion }
  const secrets = { key: { value: key }, passphrase: { value: passphrase } }
  return Object.defineProperties(settings, secrets) as typeof settings & Pick<TlsSettings, "key" | "passphrase">
}

interface PemKind {
  readonly what: string
  readonly pattern: RegExp
  readonly secret: boolean
}

const certificates: PemKind = { what: "CERTIFICATE", pattern: /-----BEGIN CERTIFICATE-----/, secret: false }
const privateKey: PemKind = {
  what: "PRIVATE KEY",
  pattern: /-----BEGIN (?:ENCRYPTED |[A-Z]+ )?PRIVATE KEY-----/,
  secret: true,
}

function authorities(path: string, given: Pem | readonly Pem[], read: ReadFile | undefined): readonly string[] {
  if (!Array.isArray(given)) return [pemOf(path, given as Pem, certificates, read)]
  if (given.length === 0) throw invalid(`${path} is an empty array: leave it out for the authorities of the runtime.`)
  return given.map((one: Pem, i) => pemOf(`${path}[${i}]`, one, certificates, read))
}

function pemOf(path: string, given: Pem, kind: PemKind, read: ReadFile | undefined): string {
  const { what, pattern, secret } = kind
  const allowed = `PEM with a ${what}, as text or bytes${read ? ", or the path of a file with it" : ""}`
  const refuse = (why = "") => {
    if (secret) return hidden(path, allowed, why)
    return invalid(`${path} is ${shown(given)}: it must be ${allowed}${why}.`)
  }
  const isPath = typeof given === "string" && given !== "" && !given.includes("-----BEGIN")
  let bytes: Pem = given
  if (isPath) {
    if (!read) throw refuse()
    try {
      bytes = read(given)
    } catch (error) {
      // Its message would show the path, which may be no path but a key.
      const { code, name } = error as { code?: unknown; name?: string }
      throw refuse(`, which could not be read (${typeof code === "string" ? code : name})`)
    }
  }
  if (typeof bytes !== "string" && !(bytes instanceof Uint8Array)) throw refuse()
  const pem = typeof bytes === "string" ? bytes : new TextDecoder().decode(bytes)
  if (!pattern.test(pem)) throw refuse(isPath ? `; the file has no ${what}` : "")
  return pem
}

/** What may be shown of a value in the place of a certificate: a key may have got there. */
function shown(given: unknown): string {
  if (given instanceof Uint8Array) return `${given.length} bytes`
  if (typeof given === "string" && /-----|\n|.{200}/.test(given)) return `text of ${given.length} characters`
  return show(given)
}

/** The error for a value that is not shown. */
function hidden(path: string, allowed: string, why = ""): InvalidArgumentError {
  return invalid(`${path} is not what it must be: ${allowed}${why}.`)
}

function kindOf(value: unknown): string {
  if (value === null || Array.isArray(value)) return value === null ? "null" : "an array"
  return value instanceof Uint8Array ? "bytes" : `a ${typeof value}`
}
