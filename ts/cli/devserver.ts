// `aerospike-wasm devserver`: a dev server in the foreground, until it is interrupted.

import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { parseArgs } from "node:util"
import { runFront } from "../devserver/front.ts"
import {
  type DevServerOptions,
  type DevServerTlsOptions,
  type SecurityOptions,
  startDevServer,
} from "../devserver/index.ts"
import { Said, userFlags, whole } from "./connection.ts"

const usage = `Usage: aerospike-wasm devserver [options]

Starts an Aerospike server in memory: for tests and demos, not for production.

  --nodes <n>             how many nodes, up to 32 (default 1)
  --port <port>           of the first node, the others follow (default 3000)
  --host <host>           where to listen (default 127.0.0.1)
  --cluster-name <name>   default none
  --enterprise            be an Enterprise Edition: the namespace test is
                          strongly consistent, for transactions
  --processes             run each node as a process of its own, which can be
                          killed: its number is printed
  --agreement <ms>        how long the others wait for a node that is gone
                          (default 0, with --processes 2000)
  --security              be an Enterprise Edition with users: the user admin
                          has the password admin, unless these are given:
  --user <name>           who may do everything, or AEROSPIKE_USER
  --password-file <file>  holds the password; - is standard input; or it is in
                          AEROSPIKE_PASSWORD, or others see it by:
  --password <text>
  --tls                   listen with TLS, too, as an Enterprise Edition; with
                          certificates of its own unless these are given:
  --tls-cert <file>       certificate, PEM
  --tls-key <file>        its private key, PEM
  --tls-ca <file>         refuse clients without a certificate signed by this
  --tls-name <name>       what nodes tell of their certificates
  --tls-port <port>       of the first node, the others follow it (default 4333)
  --join <path>           be a node of a dev server with processes that has
    --node <n>            died, the first being 0
  --help`

/** A node of a dev server that runs. */
interface Front {
  readonly path: string
  readonly node: number
}

/** Runs until SIGINT or SIGTERM; gives the exit code. */
export async function run(argv: string[]): Promise<number> {
  let options: DevServerOptions | Front | undefined
  try {
    options = parse(argv)
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    return 2
  }
  if (!options) {
    console.log(usage)
    return 0
  }
  try {
    if (!("path" in options)) return await serve(options)
    await runFront(options.path, options.node)
    // Its clients' connections end with it.
    process.exit(0)
  } catch (error) {
    console.error((error as Error).message)
    return 1
  }
}

/** Nothing if help was asked for. */
function parse(argv: string[]): DevServerOptions | Front | undefined {
  const text = { type: "string" } as const
  const { values } = parseArgs({
    args: argv,
    options: {
      nodes: text,
      port: text,
      host: text,
      "cluster-name": text,
      enterprise: { type: "boolean" },
      security: { type: "boolean" },
      ...userFlags,
      tls: { type: "boolean" },
      "tls-cert": text,
      "tls-key": text,
      "tls-ca": text,
      "tls-name": text,
      "tls-port": text,
      processes: { type: "boolean" },
      agreement: text,
      join: text,
      node: text,
      help: { type: "boolean", short: "h" },
    },
  })
  if (values.help) return undefined
  if (values.join !== undefined) {
    if (values.node === undefined) throw new Error("--join needs --node, the number of the node.")
    return { path: values.join, node: whole("--node", values.node) }
  }
  const options: DevServerOptions = { port: values.port === undefined ? 3000 : whole("--port", values.port) }
  if (values.nodes !== undefined) options.nodes = whole("--nodes", values.nodes)
  if (values.host !== undefined) options.host = values.host
  if (values["cluster-name"] !== undefined) options.clusterName = values["cluster-name"]
  if (values.processes) options.processes = true
  if (values.agreement !== undefined) options.agreementMs = whole("--agreement", values.agreement)
  if (values.enterprise) {
    options.edition = "enterprise"
    options.namespaces = { test: { strongConsistency: true }, bar: { nsupPeriod: 0 } }
  }
  if (values.security) {
    options.edition = "enterprise"
    options.security = users(new Said(values))
  } else if (Object.keys(userFlags).some((flag) => values[flag as keyof typeof userFlags] !== undefined)) {
    throw new Error("--user and its password need --security.")
  }
  const tls = tlsOptions(values)
  if (tls) {
    options.edition = "enterprise"
    options.tls = tls
  }
  return options
}

/** Who may do everything: as the clients are told by the same flags and variables. */
function users(said: Said): true | SecurityOptions {
  const [name, password] = [said.user, said.password()]
  if (name === undefined && password === undefined) return true
  if (name === undefined) throw new Error("A password is given, and no user: --user or AEROSPIKE_USER says who.")
  if (password === undefined)
    throw new Error(`The password of ${JSON.stringify(name)} is missing: give AEROSPIKE_PASSWORD or --password-file.`)
  return { users: [{ name, password, roles: ["superuser"] }] }
}

/** Any of its options stands for --tls, too. */
function tlsOptions(values: Readonly<Record<string, string | boolean | undefined>>): DevServerTlsOptions | undefined {
  const given = (name: string) => values[`tls-${name}`] as string | undefined
  const [cert, key, ca, name, port] = ["cert", "key", "ca", "name", "port"].map(given)
  if (!values.tls && [cert, key, ca, name, port].every((value) => value === undefined)) return undefined
  return {
    port: port === undefined ? 4333 : whole("--tls-port", port),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(ca !== undefined && { ca }),
    ...(name !== undefined && { name }),
  }
}

async function serve(options: DevServerOptions): Promise<number> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => resolve())
  })
  await using server = await startDevServer(options)
  const [seed] = server.hosts.split(",")
  console.log("Aerospike dev server: in memory, for tests and demos, not for production.\n")
  for (const { name, host, port, tlsPort, tlsName, pid } of server.nodes) {
    const secure = tlsPort === undefined ? "" : `  TLS ${host}:${tlsPort}  ${tlsName}`
    console.log(`  ${name}  ${host}:${port}${secure}${pid === undefined ? "" : `  process ${pid}`}`)
  }
  if (server.joinPath !== undefined) {
    console.log("\nA node that was killed returns, the first being 0:\n")
    console.log(`  npx aerospike-wasm devserver --join ${server.joinPath} --node 0`)
  }
  const user = loginOf(options.security)
  console.log(`\n  const client = await connect({ hosts: ${JSON.stringify(seed)}${user} })`)
  const ca = server.authority && (await keep(server.authority.ca))
  if (ca) {
    const [secure] = server.tlsHosts.split(",")
    const tls = `tls: { ca: ${JSON.stringify(ca)} }`
    console.log(`  const client = await connect({ hosts: ${JSON.stringify(secure)}, ${tls}${user} })`)
  }
  console.log("")
  console.log("Ctrl-C stops it; nothing is kept.")
  await stopped
  if (ca) await rm(dirname(ca), { recursive: true })
  return 0
}

/** What `connect` takes to log in. A password that was given is not shown. */
function loginOf(security: DevServerOptions["security"]): string {
  if (!security) return ""
  if (security === true) return ', user: "admin", password: "admin"'
  return `, user: ${JSON.stringify(security.users![0]!.name)}, password: …`
}

/** The path of a file with the certificate of the authority, as long as the server runs. */
async function keep(ca: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "aerospike-wasm-")), "ca.pem")
  await writeFile(file, ca)
  return file
}
