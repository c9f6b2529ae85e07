// How flags and environment become a configuration, and what is said of one that is wrong.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { askPassword, type Environment, type Flags, Said } from "../../ts/cli/connection.ts"
import { settingsOf } from "../../ts/config.ts"

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-connection-"))
})
afterAll(() => rmSync(folder, { recursive: true }))

const nobody = (_user: string): Promise<string> => Promise.reject(new Error("nobody is to be asked"))
const config = (flags: Flags, environment: Environment = {}, ask = nobody) => new Said(flags, environment).config(ask)

const everything = {
  AEROSPIKE_HOSTS: "a:3000,b:4000",
  AEROSPIKE_USER: "ada",
  AEROSPIKE_PASSWORD: "secret",
  AEROSPIKE_AUTH_MODE: "external",
  AEROSPIKE_TLS_CA: "ca.pem",
  AEROSPIKE_TLS_CERT: "cert.pem",
  AEROSPIKE_TLS_KEY: "key.pem",
  AEROSPIKE_TLS_NAME: "db.example",
  AEROSPIKE_TLS_PASSPHRASE: "hush",
}

test("without anything said it is a server on this machine", async () => {
  expect(await config({})).toEqual({ hosts: "127.0.0.1:3000" })
})

test("the environment says all that flags say", async () => {
  const tls = { ca: "ca.pem", cert: "cert.pem", key: "key.pem", tlsName: "db.example", passphrase: "hush" }
  const expected = { hosts: "a:3000,b:4000", user: "ada", password: "secret", authMode: "external", tls }
  expect(await config({}, everything)).toEqual(expected)
  const flags = {
    ...{ hosts: "a:3000,b:4000", user: "ada", password: "secret", "auth-mode": "external", timeout: "250" },
    ...{ "tls-ca": "ca.pem", "tls-cert": "cert.pem", "tls-key": "key.pem", "tls-name": "db.example" },
  }
  const { passphrase: _, ...withoutPassphrase } = tls
  const told = await config({ ...flags, "services-alternate": true })
  expect(told).toEqual({ ...expected, tls: withoutPassphrase, timeout: 250, useServicesAlternate: true })
})

test("a flag counts more than the environment, and a variable that is empty says nothing", async () => {
  const said = await config(
    { hosts: "c:1", "tls-name": "other" },
    { ...everything, AEROSPIKE_USER: "", AEROSPIKE_PASSWORD: "" },
  )
  expect(said).toMatchObject({ hosts: "c:1", tls: { tlsName: "other", ca: "ca.pem" } })
  expect(said).not.toHaveProperty("user")
})

test.each([
  [{ tls: true }, {}, true],
  [{}, { AEROSPIKE_TLS: "true" }, true],
  [{}, { AEROSPIKE_TLS: "1" }, true],
  [{}, { AEROSPIKE_TLS: "false" }, undefined],
  [{}, { AEROSPIKE_TLS: "" }, undefined],
])("tls of %o and %o", async (flags, environment, expected) => {
  expect((await config(flags, environment as Environment)).tls).toBe(expected)
})

describe("a password", () => {
  test("comes from a file, without the end of its line", async () => {
    const file = join(folder, "password")
    writeFileSync(file, " se cret \n")
    const said = await config({ user: "ada", "password-file": file }, { AEROSPIKE_PASSWORD: "other" })
    expect(said.password).toBe(" se cret ")
  })

  test("is asked for when nothing says it, but not for a certificate", async () => {
    const asked: string[] = []
    const ask = async (user: string) => {
      asked.push(user)
      return "typed"
    }
    expect((await config({ user: "ada" }, {}, ask)).password).toBe("typed")
    expect(await config({ "auth-mode": "pki" }, { AEROSPIKE_TLS: "1" }, ask)).not.toHaveProperty("password")
    expect(asked).toEqual(["ada"])
  })

  test("that is typed is not shown", async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true })
    const output = new PassThrough()
    const password = askPassword("ada", input, output)
    input.write("s3cret\n")
    expect(await password).toBe("s3cret")
    expect(String(output.read())).toBe("Password of ada: \n")
  })

  test("that is not typed is none", async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true })
    const password = askPassword("ada", input, new PassThrough())
    input.end()
    await expect(password).rejects.toThrow("No password was given.")
    await expect(askPassword("ada", new PassThrough(), new PassThrough())).rejects.toThrow("there is no terminal")
  })

  test("cannot be said twice, nor be in a file that is not there", async () => {
    const file = join(folder, "absent")
    await expect(config({ user: "a", "password-file": file })).rejects.toThrow("it cannot be read (ENOENT).")
    await expect(config({ user: "a", password: "b", "password-file": file })).rejects.toThrow("give one of them")
  })
})

test("what is wrong is said in the words of who said it", async () => {
  const message = async (flags: Flags, environment: Environment = {}) => {
    const said = new Said(flags, environment)
    try {
      settingsOf(await said.config(nobody), () => new TextEncoder().encode("nothing"))
      return "nothing is wrong"
    } catch (error) {
      return said.inOwnWords((error as Error).message)
    }
  }
  expect(await message({ hosts: "a b" })).toMatch(/^--hosts host is "a b"/)
  expect(await message({}, { AEROSPIKE_HOSTS: "a b" })).toMatch(/^AEROSPIKE_HOSTS host is "a b"/)
  expect(await message({ "auth-mode": "x" }, { AEROSPIKE_AUTH_MODE: "pki" })).toMatch(/^--auth-mode is "x"/)
  expect(await message({ password: "b" })).toBe("--user is missing: --password needs it.")
  expect(await message({}, { AEROSPIKE_PASSWORD: "b" })).toBe("--user is missing: AEROSPIKE_PASSWORD needs it.")
  expect(await message({}, { AEROSPIKE_TLS_CA: "x.pem" })).toMatch(/^AEROSPIKE_TLS_CA is "x.pem": it must be PEM/)
  expect(await message({ "tls-cert": "x" })).toBe("--tls-key is missing: --tls-cert needs it.")
  expect(await message({ timeout: "0" })).toMatch(/^--timeout is 0/)
  await expect(config({ timeout: "soon" })).rejects.toThrow('--timeout is "soon": it must be a whole number.')
  await expect(config({}, { AEROSPIKE_TLS: "yes" })).rejects.toThrow(
    'AEROSPIKE_TLS is "yes": it must be true or false.',
  )
})
