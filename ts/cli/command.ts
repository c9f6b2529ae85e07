// What the commands that ask a cluster have in common: flags, the connection, and how it ends. An error is one line on
// standard error.

import { parseArgs } from "node:util"
import type { Client } from "../client.ts"
import { connect } from "../entry/node.ts"
import { InvalidArgumentError } from "../errors.ts"
import { connectionFlags, connectionUsage, type Flags, Said } from "./connection.ts"
import { WrongCall } from "./wrong-call.ts"

/** Exit codes. */
export const done = 0
export const failed = 1
export const wrongCall = 2
export const noRecord = 3

export interface AskingCommand {
  readonly name: string
  /** What stands behind the name: `<ns> <set> <key>`; in brackets what may be left out. */
  readonly operands: string
  readonly about: string
  readonly usage: string
  /** Its own flags, for `parseArgs`. */
  readonly flags: Readonly<Record<string, { type: "string" | "boolean" }>>
  /** Checks the call before anything is connected; gives what is to be asked, which gives the exit code. */
  plan(
    operands: readonly string[],
    flags: Flags,
  ): (client: Client, policy: { totalTimeout?: number }) => Promise<number>
}

const exitCodes = `Exit codes: 0 done, 1 it failed, 2 the call is wrong, 3 no such record.`

/** Runs a command; gives its exit code. */
export async function runCommand(command: AskingCommand, argv: string[]): Promise<number> {
  let said: Said | undefined
  try {
    const options = { ...connectionFlags, ...command.flags, help: { type: "boolean", short: "h" } } as const
    const { values, positionals } = parsed(argv, options)
    if (values.help) {
      process.stdout.write(help(command))
      return done
    }
    const names = command.operands.split(" ")
    const least = names.filter((name) => name.startsWith("<")).length
    if (positionals.length < least || positionals.length > names.length) {
      throw new WrongCall(`It takes ${command.operands}, and ${positionals.length} were given.`)
    }
    const ask = command.plan(positionals, values)
    said = new Said(values)
    const config = await said.config()
    // Whoever wants lines of a log asks for them by AEROSPIKE_LOG.
    const logger = process.env.AEROSPIKE_LOG ? {} : { logger: () => {} }
    const client = await connect({ ...config, ...logger, doubles: "wrapped" })
    try {
      return await ask(client, said.timeout === undefined ? {} : { totalTimeout: said.timeout })
    } finally {
      await client.close()
    }
  } catch (error) {
    const { message: told } = error as Error
    const message = said?.inOwnWords(told) ?? told
    if (error instanceof WrongCall || error instanceof InvalidArgumentError) {
      say(command.name, `${message} See aerospike-wasm ${command.name} --help.`)
      return wrongCall
    }
    say(command.name, message)
    return failed
  }
}

/** Says what went wrong, on one line. */
export function say(name: string, message: string): void {
  process.stderr.write(`aerospike-wasm ${name}: ${message.replace(/\s*\n\s*/g, " ")}\n`)
}

/** Writes a line, and waits while whoever reads has enough. */
export async function writeLine(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await new Promise<void>((resolve) => process.stdout.once("drain", resolve))
}

function parsed(argv: string[], options: AskingCommand["flags"]): { values: Flags; positionals: string[] } {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true }) as { values: Flags; positionals: string[] }
  } catch (error) {
    // What follows the first sentence is about JavaScript.
    throw new WrongCall(`${(error as Error).message.split(/\. |\n/, 1)[0]!.replace(/\.$/, "")}.`)
  }
}

function help({ name, operands, about, usage }: AskingCommand): string {
  return `Usage: aerospike-wasm ${name} ${operands} [options]\n\n${about}\n\n${usage}\n  -h, --help\n\n${connectionUsage}\n\n${exitCodes}\n`
}
