// Secondary indexes: create, follow, list, remove. The server builds one in the background, on each node for itself.

import { toBase64 } from "../core/base64.ts"
import { check, checkFields, oneOf, rule, wrong } from "../core/check.ts"
import { code, limit } from "../core/generated.ts"
import { errorOf, invalid } from "../errors.ts"
import { toBytes } from "../exp/base64.ts"
import { Expression } from "../exp/expression.ts"
import type { Collection } from "../filter.ts"
import { place } from "../key.ts"
import { Ctx } from "../ops/ctx.ts"
import type { InfoPolicy } from "../policy.ts"
import {
  type Asker,
  checkName,
  checkNamespace,
  fieldsOf,
  parameters,
  refusalIn,
  tell,
  usesOldNames,
  versionOf,
} from "./ask.ts"
import { Job, pause } from "./job.ts"

/** The values that an index holds. Doubles are not indexed. `"set"`: the records of a set, so that scans of it are fast. */
export type IndexType = "numeric" | "string" | "blob" | "geo2dsphere" | "set"

/** A new index. */
export interface IndexDefinition {
  ns: string
  /** Default: records of all sets and of none. */
  set?: string | null | undefined
  /** The bin whose values it holds; or `exp`. Neither for an index of the type `"set"`. */
  bin?: string | undefined
  /** An expression whose results it holds, or the bytes of one. */
  exp?: Expression | Uint8Array | undefined
  name: string
  /** `"set"` needs server 8.1.2. */
  type: IndexType
  /** Set when it holds the elements of lists, or the keys or values of maps. */
  collection?: Collection | undefined
  /** The way to the list, map or value inside of the bin. */
  ctx?: Ctx | undefined
}

/** An index as the server lists it. */
export interface IndexInfo {
  ns: string
  set: string | null
  /** Undefined for an index of an expression. */
  bin: string | undefined
  name: string
  type: IndexType
  collection: Collection | undefined
  /** The context, packed, as base64. */
  context: string | undefined
  /** The expression, packed, as base64: see `exp.fromBase64`. */
  exp: string | undefined
  /** False while the node that was asked still builds it; of an index of a set it does not say so. */
  isReady: boolean
}

const nameMax = 63
const types = oneOf("numeric", "string", "blob", "geo2dsphere", "set")
const collections = oneOf("list", "mapKeys", "mapValues")
const fields = ["ns", "set", "bin", "exp", "name", "type", "collection", "ctx"]

export async function createIndex(asker: Asker, definition: IndexDefinition, policy?: InfoPolicy): Promise<Job> {
  const given = checkDefinition(definition)
  const { ns, set, name, bin, type, collection } = given
  const asked = `indexCreate ${JSON.stringify(name)} on ${place(ns, set ?? null)}`
  await checkNamespace(asker, asked, ns, policy)
  const version = await versionOf(asker, asked, policy)
  const isOld = version < 80_100
  const indextype = type === "set" ? "SET" : collection?.toUpperCase()
  const [context, exp] = [given.ctx?.toBase64(), given.exp && expressionText(given.exp)]
  const kind = type === "set" ? undefined : kindName(type, version)
  const what = isOld
    ? { ns, set: set || undefined, indexname: name, context, exp, indextype, indexdata: bin && `${bin},${type}` }
    : { namespace: ns, set: set || undefined, indexname: name, context, exp, indextype, bin, type: kind }
  await tell(asker, asked, `sindex-create:${parameters(what)}`, policy)
  return buildOf(asker, asked, ns, name, isOld, policy)
}

/** From 8.1.3 on servers say "integer" where they said "numeric", and other clients follow them in that. */
function kindName(type: string, version: number): string {
  return type === "numeric" && version >= 80_103 ? "INTEGER" : type.toUpperCase()
}

function checkDefinition(definition: IndexDefinition): IndexDefinition {
  checkFields("the index", definition, fields)
  const { ns, set, bin, exp, name, type, collection, ctx } = definition
  checkName("index.ns", ns, limit.NAMESPACE)
  if (set !== undefined && set !== null && set !== "") checkName("index.set", set, limit.SET)
  checkName("index.name", name, nameMax)
  check("index.type", type, types)
  if (type === "set") return checkSetIndex(definition)
  if ((bin === undefined) === (exp === undefined))
    throw invalid("An index is of a bin or of an expression: give bin or exp.")
  if (bin !== undefined) checkName("index.bin", bin, limit.BIN)
  if (exp !== undefined) check("index.exp", exp, expression)
  if (collection !== undefined) check("index.collection", collection, collections)
  if (ctx !== undefined) check("index.ctx", ctx, context)
  if (ctx && exp) throw invalid("index.ctx goes with bin, not with exp.")
  return definition
}

function checkSetIndex(definition: IndexDefinition): IndexDefinition {
  if (!definition.set) throw wrong("index.set", definition.set, 'the name of a set, for an index of the type "set"')
  for (const field of ["bin", "exp", "collection", "ctx"] as const)
    if (definition[field] !== undefined) throw invalid(`index.${field} does not go with the type "set".`)
  return definition
}

const context = rule("a context, such as ctx.mapKey(…)", (value) => value instanceof Ctx && value.entries.length > 0)
const expression = rule(
  "an expression or the bytes of one",
  (value) => value instanceof Expression || (value instanceof Uint8Array && value.length > 0),
)

function expressionText(exp: Expression | Uint8Array): string {
  return toBase64(exp instanceof Expression ? toBytes(exp) : exp)
}

/** The building of an index, which ends when every node has all records in it. */
function buildOf(asker: Asker, asked: string, ns: string, name: string, isOld: boolean, policy?: InfoPolicy): Job {
  const command = `sindex-stat:${parameters(isOld ? { ns, indexname: name } : { namespace: ns, indexname: name })}`
  let wasSeen = false
  return new Job(asked, async () => {
    const answers = await asker.infoAll(command, policy)
    const percents = answers.map(({ nodeName, error, response }) => {
      // A node that is away builds it when it comes back.
      if (error) return 100
      const refusal = refusalIn(response, asked, nodeName)
      if (refusal?.code === code.INDEX_NOT_FOUND) return undefined
      if (refusal) throw refusal
      return Number(fieldsOf(response).load_pct ?? 0)
    })
    if (percents.every((percent) => percent === undefined)) {
      if (wasSeen) throw errorOf(code.INDEX_NOT_FOUND, asked, {}, "the index was removed while it was built")
      return 0
    }
    wasSeen = true
    // One that has not heard of it yet has all to do.
    return Math.min(...percents.map((percent) => percent ?? 0))
  })
}

export async function removeIndex(asker: Asker, ns: string, name: string, policy?: InfoPolicy): Promise<void> {
  checkName("the name of the index", name, nameMax)
  const asked = `indexRemove ${JSON.stringify(name)} of ${ns}`
  await checkNamespace(asker, asked, ns, policy)
  const what = parameters(
    (await usesOldNames(asker, asked, policy)) ? { ns, indexname: name } : { namespace: ns, indexname: name },
  )
  await tell(asker, asked, `sindex-delete:${what}`, policy)
  // The others hear of it a moment later: who creates it anew at once should not meet what is left of the old one.
  for (let looks = 0; looks < 50; looks++) {
    const answers = await asker.infoAll(`sindex-stat:${what}`, policy)
    if (answers.every(({ error, response }) => error || refusalIn(response, asked, "")?.code === code.INDEX_NOT_FOUND))
      return
    await pause(20)
  }
}

export async function listIndexes(asker: Asker, ns: string | undefined, policy?: InfoPolicy): Promise<IndexInfo[]> {
  const asked = ns === undefined ? "indexList" : `indexList of ${ns}`
  if (ns !== undefined) await checkNamespace(asker, asked, ns, policy)
  const isOld = await usesOldNames(asker, asked, policy)
  const of = ns === undefined ? {} : isOld ? { ns } : { namespace: ns }
  const text = await tell(asker, asked, `sindex-list:${parameters({ ...of, b64: "true" })}`, policy)
  return text
    .split(";")
    .filter((line) => line.includes("indexname="))
    .map(indexOf)
}

function indexOf(line: string): IndexInfo {
  const { ns = "", indexname = "", set, bin, type = "", indextype, context, exp, state } = fieldsOf(line, ":")
  const isSet = indextype?.toLowerCase() === "set"
  return {
    ns,
    set: known(set) ?? null,
    bin: known(bin),
    name: indexname,
    type: typeOf(type, isSet),
    collection: collectionOf[indextype?.toLowerCase() ?? ""],
    context: known(context),
    exp: known(exp),
    isReady: isSet || state === "RW",
  }
}

function typeOf(told: string, isSet: boolean): IndexType {
  const type = told.toLowerCase()
  return (isSet ? "set" : type === "integer" ? "numeric" : type) as IndexType
}

const collectionOf: Readonly<Record<string, Collection>> = { list: "list", mapkeys: "mapKeys", mapvalues: "mapValues" }

function known(text: string | undefined): string | undefined {
  return text === undefined || text === "" || text.toLowerCase() === "null" ? undefined : text
}
