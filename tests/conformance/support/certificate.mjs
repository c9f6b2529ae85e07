// A self-signed certificate for 127.0.0.1, made on the spot: enough of X.509 to start a TLS server in a test, no more.

import { createSign, generateKeyPairSync } from "node:crypto"

/** `{ key, cert }` as PEM, good for node:tls. */
export function selfSigned() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  const ecdsaSha256 = sequence(oid("2a8648ce3d040302"))
  const name = sequence(set(sequence(oid("550403"), der(0x0c, Buffer.from("127.0.0.1")))))
  const now = Date.now()
  const day = 86_400_000
  const validity = sequence(utcTime(now - day), utcTime(now + day))
  const altName = sequence(oid("551d11"), der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1])))))
  const toBeSigned = sequence(
    der(0xa0, integer(2)), // version 3
    integer(1), // serial number
    ecdsaSha256,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(altName)),
  )
  const signature = createSign("sha256").update(toBeSigned).sign(privateKey)
  const certificate = sequence(toBeSigned, ecdsaSha256, der(0x03, Buffer.from([0]), signature))
  const lines = certificate
    .toString("base64")
    .match(/.{1,64}/g)
    .join("\n")
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}

/** Tag, length, contents. */
function der(tag, ...parts) {
  const body = Buffer.concat(parts)
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}

function sequence(...parts) {
  return der(0x30, ...parts)
}

function set(...parts) {
  return der(0x31, ...parts)
}

function oid(hex) {
  return der(0x06, Buffer.from(hex, "hex"))
}

function integer(small) {
  return der(0x02, Buffer.from([small]))
}

function utcTime(ms) {
  const [, year, month, day, hour, minute, second] = /^..(..)-(..)-(..)T(..):(..):(..)/.exec(new Date(ms).toISOString())
  return der(0x17, Buffer.from(`${year}${month}${day}${hour}${minute}${second}Z`))
}
