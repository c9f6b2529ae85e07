// What commands that travel as info text have in common: their parameters, and the errors in their answers.

import { isPlain, rule, wrong } from "../core/check.ts"
import { code, limit } from "../core/generated.ts"
import { utf8Length } from "../core/text.ts"
import { type AerospikeError, errorOf } from "../errors.ts"
import type { InfoPolicy } from "../policy.ts"

/** What sends info commands: the client. */
export interface Asker {
  infoAll(command: string, policy?: InfoPolicy): Promise<Answer[]>
  infoRandomNode(command: string, policy?: InfoPolicy): Promise<Answer>
  nodeNames(): string[]
}

/** A node's answer. */
export interface Answer {
  readonly nodeName: string
  readonly error?: AerospikeError
  readonly response: string
}

/** `name=value;name=value`, of those that have a value. */
export function parameters(values: Readonly<Record<string, string | number | bigint | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return given.map(([name, value]) => `${name}=${value}`).join(";")
}

/** The parts of `a=1;b=2`, or of whatever separates them. */
export function fieldsOf(text: string, separator = ";", sign = "="): Record<string, string> {
  const pairs = text.split(separator).filter((part) => part.includes(sign))
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf(sign)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

/** Sends a command to one node, which tells the others; gives its answer, or throws what it says is wrong. */
export async function tell(asker: Asker, asked: string, command: string, policy?: InfoPolicy): Promise<string> {
  const { nodeName, response } = await asker.infoRandomNode(command, policy)
  const error = refusalIn(response, asked, nodeName)
  if (error) throw error
  return response
}

/** The error that an answer is: `ERROR:<code>:<text>`, on older servers `FAIL:<code>:<text>`; the code may be missing. */
export function refusalIn(response: string, asked: string, nodeName: string | undefined): AerospikeError | undefined {
  const found = /^(?:ERROR|FAIL)(?::(-?\d*))?(?::(.*))?$/is.exec(response.trim())
  if (!found) return
  const number = found[1] ? Number(found[1]) : code.SERVER_ERROR
  return errorOf(number, asked, { node: nodeName, attempts: 1 }, found[2]?.trim() || undefined)
}

/** Refuses a name that cannot be said in an info command, whose own signs these are. */
export function checkName(path: string, name: unknown, max: number): void {
  const is = typeof name === "string" && name !== "" && utf8Length(name) <= max && isPlain(name) && !/[;:=,]/.test(name)
  if (!is) throw wrong(path, name, `text of 1 to ${max} bytes without ; : = , and control characters`)
}

/** Refuses a namespace that the cluster does not have: the server would say that all is well. */
export async function checkNamespace(asker: Asker, asked: string, ns: string, policy?: InfoPolicy): Promise<void> {
  checkName("the namespace", ns, limit.NAMESPACE)
  const known = await tell(asker, asked, "namespaces", policy)
  if (!known.split(";").includes(ns)) throw errorOf(code.NAMESPACE, asked, {})
}

/** The version of the servers: 80102 is 8.1.2. */
export async function versionOf(asker: Asker, asked: string, policy: InfoPolicy | undefined): Promise<number> {
  const parts = (await tell(asker, asked, "build", policy)).split(/[.-]/).slice(0, 3)
  return parts.reduce((version, part) => 100 * version + Number(part), 0)
}

/** Servers before 8.1 have other names for some parameters: `ns` for `namespace`, `trid` for `id`. */
export async function usesOldNames(asker: Asker, asked: string, policy: InfoPolicy | undefined): Promise<boolean> {
  return (await versionOf(asker, asked, policy)) < 80_100
}

export const wholeMs = rule(
  "a whole number of milliseconds",
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
)
