// `aerospike-wasm devserver`: a dev server in the foreground, until it is interrupted.

import { parseArgs } from "node:util"
import { type DevServerOptions, startDevServer } from "../devserver/index.ts"

const usage = `Usage: aerospike-wasm devserver [options]

Starts an Aerospike server in memory: for tests and demos, not for production.

  --nodes <n>             how many nodes, up to 32 (default 1)
  --port <port>           of the first node, the others follow (default 3000)
  --host <host>           where to listen (default 127.0.0.1)
  --cluster-name <name>   default none
  --enterprise            be an Enterprise Edition: the namespace test is
                          strongly consistent, for transactions
  --security              be an Enterprise Edition with users: the user admin has
                          the password admin
  --help`

/** Runs until SIGINT or SIGTERM; gives the exit code. */
export async function run(argv: string[]): Promise<number> {
  let options: DevServerOptions | undefined
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
    return await serve(options)
  } catch (error) {
    console.error((error as Error).message)
    return 1
  }
}

/** Nothing if help was asked for. */
function parse(argv: string[]): DevServerOptions | undefined {
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
      help: { type: "boolean", short: "h" },
    },
  })
  if (values.help) return undefined
  const options: DevServerOptions = { port: values.port === undefined ? 3000 : whole("--port", values.port) }
  if (values.nodes !== undefined) options.nodes = whole("--nodes", values.nodes)
  if (values.host !== undefined) options.host = values.host
  if (values["cluster-name"] !== undefined) options.clusterName = values["cluster-name"]
  if (values.enterprise) {
    options.edition = "enterprise"
    options.namespaces = { test: { strongConsistency: true }, bar: { nsupPeriod: 0 } }
  }
  if (values.security) {
    options.edition = "enterprise"
    options.security = true
  }
  return options
}

function whole(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new Error(`${name} is ${JSON.stringify(value)}: it must be a whole number.`)
  return Number(value)
}

async function serve(options: DevServerOptions): Promise<number> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => resolve())
  })
  await using server = await startDevServer(options)
  const [seed] = server.hosts.split(",")
  console.log("Aerospike dev server: in memory, for tests and demos, not for production.\n")
  for (const { name, host, port } of server.nodes) console.log(`  ${name}  ${host}:${port}`)
  console.log(`\n  const client = await connect({ hosts: ${JSON.stringify(seed)} })\n`)
  console.log("Ctrl-C stops it; nothing is kept.")
  await stopped
  return 0
}
