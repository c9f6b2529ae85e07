// `aerospike-wasm info`: what the nodes answer to an info command.

import type { Client } from "../client.ts"
import type { InfoNodeResult } from "../info.ts"
import { type AskingCommand, done, failed, runCommand, say, writeLine } from "./command.ts"
import { jsonOf } from "./json.ts"

const command: AskingCommand = {
  name: "info",
  operands: "<command>",
  about: "Sends an info command, such as build or namespace/test, to every node.",
  usage: `Options:
  --node <name>            ask this node alone
  --json                   a line of JSON for each node`,
  flags: { node: { type: "string" }, json: { type: "boolean" } },
  plan([asked], { node, json }) {
    return async (client, policy) => {
      const results =
        node === undefined
          ? await client.infoAll(asked!, policy)
          : [await client.infoNode(node as string, asked!, policy)]
      let code = done
      for (const result of results) {
        const problem =
          result.error?.message ?? (/^(ERROR|FAIL)(:|$)/i.test(result.response) ? result.response : undefined)
        if (problem !== undefined) {
          code = failed
          say("info", `node ${result.nodeName}: ${problem}`)
        } else {
          await writeLine(json ? line(asked!, result) : shown(client, result))
        }
      }
      return code
    }
  },
}

export function run(argv: string[]): Promise<number> {
  return runCommand(command, argv)
}

function line(command: string, { nodeName, response }: InfoNodeResult): string {
  return jsonOf({ node: nodeName, command, response })
}

/** A node, and its answer below; lists of `name=value` one a line. */
function shown(client: Client, { nodeName, response }: InfoNodeResult): string {
  const place = client.nodes().find(({ name }) => name === nodeName)
  const lines = response.includes("=") ? response.split(";").filter((part) => part !== "") : [response]
  return [
    `${nodeName}  ${place ? `${place.host}:${place.port}` : ""}`.trimEnd(),
    ...lines.map((line) => `  ${line}`),
  ].join("\n")
}
