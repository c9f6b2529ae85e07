// The ports of a dev server that speak TLS: whose certificates they show, and which ones they want to see.

import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { check, checkFields, flag, integer, rule, wrong } from "../core/check.ts"
import { invalid } from "../errors.ts"
import { type Pem, settingsFrom, type TlsSettings } from "../tls.ts"
import { contextOf } from "../transport/tls.ts"
import { createTestAuthority, type TestAuthority } from "./certificates.ts"

/** TLS of a dev server. Without `cert` an authority is made for it, and a certificate for each node. */
export interface DevServerTlsOptions {
  /** The first node's port; the others follow it. Default 0: free ones. */
  port?: number
  /** The certificate of all nodes. */
  cert?: Pem
  /** The private key of `cert`. */
  key?: Pem
  /** What `key` is encrypted with. */
  passphrase?: string
  /** Authorities of clients' certificates. Default: the one that was made, if there is one. */
  ca?: Pem | readonly Pem[]
  /** Refuse clients without a certificate that `ca` has signed. Default: whether there is a `ca`. */
  requestCert?: boolean
  /** The name that nodes tell each other's clients. Default: the first one that the certificate has. */
  name?: string
}

/** What a node listens with. */
export interface NodeTls {
  readonly name: string
  readonly settings: TlsSettings
  readonly requestCert: boolean
}

/** The ports with TLS of a dev server. */
export interface ServerTls {
  readonly port: number
  /** Set if the certificates were made here. */
  readonly authority: TestAuthority | undefined
  node(name: string): NodeTls
}

const known = ["port", "cert", "key", "passphrase", "ca", "requestCert", "name"]
const aName = rule("a host name", (value) => typeof value === "string" && /^[^\s,:;[\]\p{Cc}]{1,255}$/u.test(value))

/** `host` is where it listens: made certificates are good for it, too. */
export function serverTls(given: boolean | DevServerTlsOptions | undefined, host: string): ServerTls | undefined {
  if (given === undefined || given === false) return undefined
  const options = given === true ? {} : given
  if (typeof options !== "object" || options === null) throw wrong("options.tls", given, "true, false or an object")
  checkFields("options.tls", options, known)
  const { port = 0, cert, key, passphrase, name, ca } = options
  check("options.tls.port", port, integer(0, 65_535))
  if (name !== undefined) check("options.tls.name", name, aName)
  if ((cert === undefined) !== (key === undefined)) throw invalid("options.tls needs cert and key, or neither.")
  const { requestCert = ca !== undefined } = options
  check("options.tls.requestCert", requestCert, flag)
  if (cert !== undefined && requestCert && ca === undefined) {
    throw invalid("options.tls.ca is missing: options.tls.requestCert needs it.")
  }
  const with_ = (pair: { cert: Pem; key: Pem; passphrase?: string }, authorities: typeof ca) =>
    settingsFrom("options.tls", { ...pair, ...(authorities !== undefined && { ca: authorities }) }, readFileSync)
  if (cert !== undefined && key !== undefined) {
    const settings = with_({ cert, key, ...(passphrase !== undefined && { passphrase }) }, ca)
    contextOf("options.tls", settings)
    const told = name ?? firstName(settings.cert!)
    return { port, authority: undefined, node: () => ({ name: told, settings, requestCert }) }
  }
  const authority = createTestAuthority()
  return {
    port,
    authority,
    node: (node) => {
      const told = name ?? `${node.toLowerCase()}.devserver.test`
      const names = [told, "localhost", "127.0.0.1", "::1", host]
      const pair = authority.issue({ commonName: told, names: [...new Set(names)] })
      return { name: told, settings: with_(pair, ca ?? authority.ca), requestCert }
    },
  }
}

/** The first name of a certificate: an alternative one, else the common name. */
function firstName(pem: string): string {
  const { subject, subjectAltName } = new X509Certificate(pem)
  return /DNS:([^,\s]+)/.exec(subjectAltName ?? "")?.[1] ?? /^CN=(.+)$/m.exec(subject)?.[1] ?? ""
}
