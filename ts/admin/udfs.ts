// Modules of user-defined functions: put, list, get, remove. What they are called with, `apply` says.

import { fromBase64, toBase64 } from "../core/base64.ts"
import { wrong } from "../core/check.ts"
import { code, limit } from "../core/generated.ts"
import { decodeUtf8 } from "../core/text.ts"
import { type AerospikeError, errorOf } from "../errors.ts"
import type { InfoPolicy } from "../policy.ts"
import { type Asker, checkName, fieldsOf, parameters, refusalIn, tell } from "./ask.ts"
import { Job } from "./job.ts"

/** A module as the server lists it. */
export interface UdfModule {
  /** Its file name, such as `stats.lua`. */
  name: string
  /** SHA-1 of what the server keeps, in hex. */
  hash: string
  /** The language: `LUA`. */
  type: string
}

export async function putUdf(
  asker: Asker,
  name: string,
  source: string | Uint8Array,
  policy?: InfoPolicy,
): Promise<Job> {
  checkModule(name)
  const asked = `udfPut ${JSON.stringify(name)}`
  if ((typeof source !== "string" && !(source instanceof Uint8Array)) || source.length === 0) {
    throw wrong("the source of the module", source, "Lua text, or the bytes of it")
  }
  const content = toBase64(typeof source === "string" ? new TextEncoder().encode(source) : source)
  // The server counts the base64 text and not the bytes of the module.
  const what = parameters({ filename: name, content, "content-len": content.length, "udf-type": "LUA" })
  const { nodeName } = await obey(asker, asked, `udf-put:${what};`, policy)
  return new Job(asked, () => spread(asker, asked, name, nodeName, policy))
}

/** Percent of the nodes that have the same module as the one that was told. */
async function spread(asker: Asker, asked: string, name: string, from: string, policy?: InfoPolicy): Promise<number> {
  const answers = (await asker.infoAll("udf-list", policy)).filter(({ error }) => !error)
  const hashes = answers.map(({ response }) => modulesIn(response).find((module) => module.name === name)?.hash)
  const first = hashes[answers.findIndex(({ nodeName }) => nodeName === from)]
  if (hashes.length > 0 && hashes.every((hash) => hash === undefined)) {
    throw errorOf(code.UDF, asked, {}, "the module was removed again")
  }
  const same = hashes.filter((hash) => hash !== undefined && hash === (first ?? hash)).length
  return answers.length === 0 ? 0 : (100 * same) / answers.length
}

export async function removeUdf(asker: Asker, name: string, policy?: InfoPolicy): Promise<void> {
  checkModule(name)
  await obey(asker, `udfRemove ${JSON.stringify(name)}`, `udf-remove:filename=${name};`, policy)
}

export async function listUdfs(asker: Asker, policy?: InfoPolicy): Promise<UdfModule[]> {
  return modulesIn(await tell(asker, "udfList", "udf-list", policy))
}

export async function getUdf(asker: Asker, name: string, policy?: InfoPolicy): Promise<string> {
  checkModule(name)
  const asked = `udfGet ${JSON.stringify(name)}`
  const { response } = await obey(asker, asked, `udf-get:filename=${name}`, policy)
  const bytes = fromBase64(fieldsOf(response).content ?? "")
  if (!bytes) throw errorOf(code.MALFORMED, asked, {}, "the server's answer holds no base64")
  return decodeUtf8(bytes, 0, bytes.length)
}

/** The texts of modules, kept as long as the cluster has the same. */
export class UdfSources {
  readonly #asker: Asker
  readonly #kept = new Map<string, { readonly hash: string; readonly text: string }>()

  constructor(asker: Asker) {
    this.#asker = asker
  }

  /**
   * A module by its name without ending, and those that it requires by name as far as the cluster has them. `policy` is
   * asked before each look at the cluster: less and less time may be left.
   */
  async withRequired(
    asked: string,
    module: string,
    source: string | Uint8Array | undefined,
    policy: () => InfoPolicy,
  ): Promise<Map<string, string>> {
    const known = await listUdfs(this.#asker, policy())
    const found = new Map<string, string>()
    const wanted = [module]
    if (source !== undefined)
      found.set(module, typeof source === "string" ? source : decodeUtf8(source, 0, source.length))
    for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
      const text = found.get(name) ?? (await this.#textOf(name, known, policy))
      if (text === undefined) continue
      found.set(name, text)
      const required = [...text.matchAll(requires)].map(([, other]) => other!)
      wanted.push(...required.filter((other) => !found.has(other)))
    }
    if (!found.has(module)) throw errorOf(code.UDF, asked, {}, `the cluster has no module ${JSON.stringify(module)}`)
    return found
  }

  async #textOf(module: string, known: readonly UdfModule[], policy: () => InfoPolicy): Promise<string | undefined> {
    const name = `${module}.lua`
    const hash = known.find((other) => other.name === name)?.hash
    if (hash === undefined) return undefined
    const kept = this.#kept.get(name)
    if (kept?.hash === hash) return kept.text
    const text = await getUdf(this.#asker, name, policy())
    this.#kept.set(name, { hash, text })
    return text
  }
}

/** `require("helpers")` and the like, as far as the name stands in the text. */
const requires = /\brequire\s*\(?\s*["']([^"';:=,]+)["']/g

function modulesIn(text: string): UdfModule[] {
  const lines = text.split(";").map((line) => fieldsOf(line, ","))
  return lines.flatMap(({ filename, hash = "", type = "" }) => (filename ? [{ name: filename, hash, type }] : []))
}

function checkModule(name: string): void {
  checkName("the name of the module", name, limit.UDF_NAME)
}

/** Sends a command whose answer may also be `error=<name>;…`. */
async function obey(asker: Asker, asked: string, command: string, policy?: InfoPolicy) {
  const answer = await asker.infoRandomNode(command, policy)
  const error = failureIn(answer.response, asked, answer.nodeName)
  if (error) throw error
  return answer
}

const reasons: Readonly<Record<string, string>> = {
  invalid_filename: "the name of a module must end in .lua",
  invalid_base64_content: "the module is empty, or its text did not arrive as it was sent",
  invalid_content_len: "the length of the module is not the one that was told",
  not_found: "there is no such module",
}

function failureIn(response: string, asked: string, node: string): AerospikeError | undefined {
  const { error, file, line, message } = fieldsOf(response)
  if (error === undefined) return refusalIn(response, asked, node)
  const text = fromBase64(message ?? "") ?? new Uint8Array()
  const isBad = error === "compile_error"
  const reason = isBad
    ? `${file}:${line}: ${decodeUtf8(text, 0, text.length)}`
    : (reasons[error] ?? error.replaceAll("_", " "))
  return errorOf(code.UDF, asked, { node, attempts: 1 }, reason)
}
