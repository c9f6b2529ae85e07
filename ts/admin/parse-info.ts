// Answers to info commands as values: which of the few forms an answer has, its command says.

import { wrong } from "../core/check.ts"
import { fieldsOf, refusalIn } from "./ask.ts"

/** A value of an answer: numbers and truths where they are meant so, else text. Integers beyond 2^53 are bigints. */
export type InfoValue = string | number | bigint | boolean

/** Fields of an answer, by the server's names. */
export type InfoFields = Record<string, InfoValue>

/** What an answer's command gives. */
export type InfoParsed<C extends string> = C extends InfoListCommand
  ? string[]
  : C extends InfoRowsCommand | `${InfoRowsCommand}${"/" | ":"}${string}`
    ? InfoFields[]
    : C extends InfoFieldsCommand | `${InfoFieldsCommand}${"/" | ":"}${string}`
      ? InfoFields
      : string | string[] | InfoFields | InfoFields[]

/** Commands whose answer is a list of names. */
export type InfoListCommand = "namespaces" | "features" | "services" | "services-alternate"
/** Commands whose answer has a row for each of something. */
export type InfoRowsCommand = "sets" | "sindex-list" | "sindex" | "udf-list" | "query-show" | "roster"
/** Commands whose answer has fields. */
export type InfoFieldsCommand =
  | "statistics"
  | "namespace"
  | "get-config"
  | "sindex-stat"
  | "endpoints"
  | "best-practices"
  | "log"

const lists: readonly string[] = ["namespaces", "features", "services", "services-alternate"]
/** Rows and what parts the fields in one. */
const rows: Readonly<Record<string, string>> = {
  sets: ":",
  "sindex-list": ":",
  sindex: ":",
  "udf-list": ",",
  "query-show": ":",
  roster: ":",
}
const fields: readonly string[] = "statistics namespace get-config sindex-stat endpoints best-practices log".split(" ")

/** Names and other texts, which may look like numbers. */
const named = new Set(
  (
    "ns namespace set bin indexname sindex-name context exp filename hash trid from " +
    "cluster_key cluster_principal cluster_name cluster-name node-id roster pending_roster"
  ).split(" "),
)

/**
 * The answer to an info command as values: a list of names, fields, or rows of fields. What is no such answer stays text.
 *
 * @param command - The command as it was sent, such as `"sets/test"`.
 * @param response - The `response` of an {@link InfoNodeResult}.
 * @throws AerospikeError when the answer is that the server refuses.
 * @example
 * const { nodeName, response } = await client.infoRandomNode("namespace/test")
 * const { objects } = parseInfo("namespace/test", response)
 * @example
 * for (const { set, objects } of parseInfo("sets/test", response)) console.log(set, objects)
 */
export function parseInfo<const C extends string>(command: C, response: string): InfoParsed<C>
export function parseInfo(command: string, response: string): string | string[] | InfoFields | InfoFields[] {
  if (typeof command !== "string") throw wrong("command", command, "the text of the command")
  if (typeof response !== "string") throw wrong("response", response, "the text of the answer")
  const refusal = refusalIn(response, `info ${JSON.stringify(command)}`, undefined)
  if (refusal) throw refusal
  const [name = ""] = command.trim().split(/[/:]/)
  const parts = response.split(";").filter((part) => part !== "")
  if (lists.includes(name)) return parts
  const separator = rows[name]
  // A query by its number is one row and not several.
  if (separator) return parts.map((part) => valuesOf(fieldsOf(part, separator)))
  return fields.includes(name) ? valuesOf(fieldsOf(response, ";", name === "log" ? ":" : "=")) : response
}

function valuesOf(texts: Record<string, string>): InfoFields {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, typed(name, text)]))
}

function typed(name: string, text: string): InfoValue {
  if (named.has(name)) return text
  if (text === "true" || text === "false") return text === "true"
  if (/^-?\d{1,19}$/.test(text)) {
    const number = Number(text)
    return Number.isSafeInteger(number) ? number : BigInt(text)
  }
  return /^-?\d+\.\d+$/.test(text) ? Number(text) : text
}
