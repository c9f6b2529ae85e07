#!/usr/bin/env node
// `npx aerospike-wasm <command>`: finds the command and hands over. What a command does is in its own module, which is
// loaded only then.

import { readFileSync } from "node:fs"

interface Command {
  readonly about: string
  load(): Promise<{ run(argv: string[]): Promise<number> }>
}

const commands: Readonly<Record<string, Command>> = {
  devserver: {
    about: "run an Aerospike server in memory, for tests and demos",
    load: () => import("./devserver.ts"),
  },
  info: { about: "ask nodes for information", load: () => import("./info.ts") },
  get: { about: "read a record", load: () => import("./get.ts") },
  query: { about: "read the records of a namespace or a set", load: () => import("./query.ts") },
}

const usage = `Usage: aerospike-wasm <command> [options]

Commands:
${Object.entries(commands)
  .map(([name, { about }]) => `  ${name.padEnd(12)}${about}`)
  .join("\n")}

Options:
  -h, --help     show this help; after a command, the command's
  -v, --version  show the version
`

/** Gives the exit code: 0, or 2 for a call that is wrong, or what the command says. */
async function main([name, ...rest]: string[]): Promise<number> {
  if (name === undefined || name === "help" || name === "-h" || name === "--help") {
    process.stdout.write(usage)
    return name === undefined ? 2 : 0
  }
  if (name === "-v" || name === "--version") {
    process.stdout.write(`${version()}\n`)
    return 0
  }
  if (!Object.hasOwn(commands, name)) {
    process.stderr.write(`aerospike-wasm: there is no ${JSON.stringify(name)}.\n\n${usage}`)
    return 2
  }
  const { run } = await commands[name]!.load()
  return run(rest)
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version
}

// Whoever reads has enough, as head has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0)
  throw error
})

process.exitCode = await main(process.argv.slice(2))
