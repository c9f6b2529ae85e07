// `aerospike-wasm query`: the records of a namespace or a set, a line of JSON each.

import { type AskingCommand, done, runCommand, writeLine } from "./command.ts"
import { whole } from "./connection.ts"
import { binsOf } from "./get.ts"
import { recordLine } from "./json.ts"

const command: AskingCommand = {
  name: "query",
  operands: "<ns> [set]",
  about: "Reads all records of a namespace or a set. Prints a line of JSON for each.",
  usage: `Options:
  --limit <n>              at most so many
  --bins <names>           only these, with commas between`,
  flags: { limit: { type: "string" }, bins: { type: "string" } },
  plan([ns, set], { limit, bins }) {
    const most = limit === undefined ? undefined : whole("--limit", limit as string, 1)
    return async (client, { totalTimeout }) => {
      // How long the whole may take is not limited, but how long nothing may come.
      const all = client.query(ns!, set).policy(totalTimeout === undefined ? {} : { socketTimeout: totalTimeout })
      const limited = most === undefined ? all : all.policy({ maxRecords: most })
      const names = binsOf(bins)
      let left = most ?? Number.POSITIVE_INFINITY
      for await (const record of names ? limited.select(...names) : limited) {
        await writeLine(recordLine(record))
        if (--left === 0) break
      }
      return done
    }
  },
}

export function run(argv: string[]): Promise<number> {
  return runCommand(command, argv)
}
