// The command that starts a dev server, with TLS. `make dist` first.

import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, expect, test } from "vitest"
import { connect } from "../../dist/entry/node.js"
import { createTestAuthority } from "../../ts/devserver/certificates.ts"
import { askTls } from "../unit/support/ask-tls.ts"

const program = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url))
/** Processes take their time to start where much else runs. */
const within = { timeout: 30_000 }
const open: { close(): unknown }[] = []

afterEach(() => {
  for (const each of open.splice(0).reverse()) each.close()
})

test("the command line starts it, with a file for clients to trust, or with files that are given", within, async () => {
  const folder = mkdtempSync(join(tmpdir(), "devserver-tls-"))
  open.push({ close: () => rmSync(folder, { recursive: true }) })
  const authority = createTestAuthority()
  const pair = authority.issue({ names: ["cli.test"] })
  writeFileSync(join(folder, "cert.pem"), pair.cert)
  writeFileSync(join(folder, "key.pem"), pair.key)

  const own = await command("--tls", "--tls-port", "0")
  const [, port, name, file] = /TLS 127\.0\.0\.1:(\d+) {2}(\S+)[\s\S]*tls: \{ ca: "([^"]+)" \}/.exec(own.said)!
  expect(await askTls({ port: Number(port), ca: readFileSync(file!, "utf8"), name: name! }, "node")).toBe("A1")
  await own.stop()
  expect(existsSync(file!)).toBe(false)

  const files = ["--tls-cert", join(folder, "cert.pem"), "--tls-key", join(folder, "key.pem"), "--tls-port", "0"]
  const given = await command(...files)
  const [, secure] = /TLS 127\.0\.0\.1:(\d+) {2}cli\.test/.exec(given.said)!
  expect(await askTls({ port: Number(secure), ca: authority.ca, name: "cli.test" }, "edition")).toMatch(/Enterprise/)
  await given.stop()
})

test("with users, it says how to log in, and that works", within, async () => {
  const { said, stop } = await command("--security")
  const [, hosts, user, password] = /connect\(\{ hosts: "([^"]+)", user: "(\w+)", password: "(\w+)" \}\)/.exec(said)!
  const client = await connect({ hosts: hosts!, user: user!, password: password! })
  expect((await client.admin.queryUser()).name).toBe(user)
  await client.close()
  await stop()
})

test("the environment says who may do everything, and the password is not shown", within, async () => {
  const environment = { AEROSPIKE_USER: "ada", AEROSPIKE_PASSWORD: "h0rse" }
  const { said, stop } = await commandIn(environment, "--security")
  const [, hosts, user] = /connect\(\{ hosts: "([^"]+)", user: "(\w+)", password: … \}\)/.exec(said)!
  expect([user, said.includes("h0rse")]).toEqual(["ada", false])
  const client = await connect({ hosts: hosts!, user: "ada", password: "h0rse" })
  expect((await client.admin.queryUser()).roles).toEqual(["superuser"])
  await client.close()
  await stop()
})

test.each([
  [["--security", "--user", "ada"], 'The password of "ada" is missing'],
  [["--security", "--password", "h0rse"], "A password is given, and no user"],
  [["--user", "ada", "--password", "h0rse"], "--user and its password need --security."],
])("%o is a wrong call", within, (args, said) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "devserver", ...args], { encoding: "utf8" })
  expect([status, stdout]).toEqual([2, ""])
  expect(stderr).toContain(said)
  expect(stderr).not.toContain("h0rse")
  for (const line of stderr.split("\n").slice(1)) expect(line.length).toBeLessThanOrEqual(80)
})

const command = (...args: string[]) => commandIn({}, ...args)

/** The command, once it has said where it listens. */
async function commandIn(environment: object, ...args: string[]): Promise<{ said: string; stop(): Promise<void> }> {
  const env = { ...process.env, AEROSPIKE_USER: "", AEROSPIKE_PASSWORD: "", ...environment }
  const child = spawn(process.execPath, [program, "devserver", "--port", "0", ...args], { env })
  open.push({ close: () => child.kill("SIGKILL") })
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()))
  let said = ""
  for await (const text of child.stdout.setEncoding("utf8")) {
    said += text
    if (said.includes("Ctrl-C")) break
  }
  return {
    said,
    async stop() {
      child.kill("SIGTERM")
      await ended
    },
  }
}
