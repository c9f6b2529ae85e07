// Info commands: text to a node, and text back. What the answers mean, `admin/` knows.

import { code, commandKind, NONE } from "./core/generated.ts"
import { Answer, type Driver } from "./driver.ts"
import { type AerospikeError, errorOf, invalid } from "./errors.ts"
import type { InfoPolicy, PolicyPacker } from "./policy.ts"

/** A node's answer to an info command. */
export interface InfoNodeResult {
  nodeName: string
  /** Why there is no answer. What the server refuses is an answer: a response that starts with `ERROR`. */
  error?: AerospikeError
  /** The answer, without the command in front of it and the line's end behind it. See {@link parseInfo}. */
  response: string
}

/** Asks every node that is known. */
export async function infoOfAll(
  driver: Driver,
  packer: PolicyPacker,
  command: string,
  policy?: InfoPolicy,
): Promise<InfoNodeResult[]> {
  driver.assertOpen(asked(command))
  const ask = async (nodeName: string, index: number): Promise<InfoNodeResult> => {
    try {
      const { text } = await sendInfo(driver, packer, command, index, policy)
      return { nodeName, response: text }
    } catch (error) {
      const number = (error as AerospikeError).code
      // The first is a fault of the call, the second the caller's will: no node has failed.
      if (number === code.INVALID_ARGUMENT || number === code.ABORTED) throw error
      return { nodeName, error: error as AerospikeError, response: "" }
    }
  }
  return Promise.all(driver.nodes().flatMap((node, index) => (node ? [ask(node.name, index)] : [])))
}

/** Asks the node of that name. */
export async function infoOfNode(
  driver: Driver,
  packer: PolicyPacker,
  nodeName: string,
  command: string,
  policy?: InfoPolicy,
): Promise<InfoNodeResult> {
  driver.assertOpen(asked(command))
  const nodes = driver.nodes()
  const index = nodes.findIndex((node) => node?.name === nodeName)
  if (index < 0) {
    const known = nodes.flatMap((node) => node?.name ?? []).join(", ") || "none"
    const reason = `no node is called ${JSON.stringify(nodeName)}; those that are known: ${known}`
    throw errorOf(code.INVALID_NODE, asked(command), {}, reason)
  }
  const { text } = await sendInfo(driver, packer, command, index, policy)
  return { nodeName, response: text }
}

/** Asks some node. */
export async function infoOfSome(
  driver: Driver,
  packer: PolicyPacker,
  command: string,
  policy?: InfoPolicy,
): Promise<InfoNodeResult> {
  const { node, text } = await sendInfo(driver, packer, command, NONE, policy)
  return { nodeName: driver.nodes()[node]?.name ?? "", response: text }
}

async function sendInfo(
  driver: Driver,
  packer: PolicyPacker,
  command: string,
  node: number,
  policy: InfoPolicy | undefined,
): Promise<{ node: number; text: string }> {
  if (typeof command !== "string" || command.trim() === "")
    throw invalid('The info command is empty: give one such as "build".')
  const writer = driver.writer
  let answer: Promise<unknown>
  let begun = false
  try {
    driver.assertOpen(asked(command))
    const words = packer.pack("info", policy)
    writer.begin(commandKind.INFO, words)
    begun = true
    const signal = words.signal
    writer.info(command, node)
    writer.finish()
    answer = driver.submit(Answer.INFO, asked(command), undefined, signal)
  } catch (error) {
    throw driver.thrown(error, asked(command))
  } finally {
    if (begun) writer.end()
  }
  const result = (await answer) as { node: number; text: string }
  return { node: result.node, text: withoutCommand(command, result.text) }
}

/** An info command as messages show it. */
function asked(command: string): string {
  return `info ${JSON.stringify(command)}`
}

/** An answer is a line `command TAB response` for each command. */
function withoutCommand(command: string, text: string): string {
  if (command.includes("\n")) return text
  const line = text.endsWith("\n") ? text.slice(0, -1) : text
  return line.slice(line.indexOf("\t") + 1)
}
