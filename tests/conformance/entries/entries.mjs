// Every entry that the suite has to exercise: the tables of the protocol, and where one says something about another (a
// return type of an op, a flag of a write, a kind of op in a batch) both together. A table that is not listed here is a
// failure, so that none is forgotten.

import * as tables from "../../../dist/core/generated.js"
import { COLLECTIONS } from "./recorder.mjs"
import { argsOf, FAMILIES, namesOf } from "./shapes.mjs"

const { context, expType, op, pathFlag, privilege } = tables

/** Tables of which every entry stands for itself. */
const SINGLE = [
  "messageType",
  "info1",
  "info2",
  "info3",
  "info4",
  "field",
  "op",
  "listOp",
  "mapOp",
  "cdtOp",
  "bitOp",
  "hllOp",
  "stringOp",
  "code",
  "securityCommand",
  "securityField",
  "privilege",
  "expOp",
  "expSystem",
  "regexFlag",
  "loopPart",
  "pathFlag",
]

/** Tables that are entries together with those above. */
const TOGETHER = [
  "cdtReturn",
  "listOrder",
  "listWriteFlag",
  "listSortFlag",
  "mapOrder",
  "mapWriteFlag",
  "context",
  "bitWriteFlag",
  "bitResizeFlag",
  "bitOverflowFlag",
  "hllWriteFlag",
  "stringWriteFlag",
  "stringRegexFlag",
  "stringNumericType",
  "particle",
  "expType",
  "expFlag",
]

/** Tables of the boundary between the shell and the engine, and of limits: nothing of them travels. */
const ELSEWHERE = [
  "commandKind",
  "commandWord",
  "policyFlag",
  "batchFlag",
  "columnType",
  "columnsSlot",
  "misfit",
  "queryFlag",
  "tag",
  "tagFlag",
  "txnState",
  "txnStatus",
  "txnWord",
  "output",
  "event",
  "closeReason",
  "socketEnd",
  "stat",
  "operation",
  "opWord",
  "watch",
  "stage",
  "step",
  "metricsHead",
  "seriesWord",
  "stageWord",
  "nodeWord",
  "limit",
  "scalarOpKind",
  "listOpKind",
  "mapOpKind",
  "bitOpKind",
  "hllOpKind",
  "stringOpKind",
  "expOpKind",
  "pathOpKind",
  "codeText",
  "codeName",
]

/** Types of a literal, of a bin, of a stored key. */
const LITERALS = [...Object.keys(expType), "INFINITY", "WILDCARD"]
const KEYS = ["INT", "STRING", "BLOB"]
const VALUES = Object.keys(expType).filter((type) => type !== "NIL")

const READING = ["READ", "CDT_READ", "EXP_READ", "BITS_READ", "HLL_READ", "STRING_READ", "TO_STRING"]
const WRITABLE = ["INTEGER", "FLOAT", "STRING", "BLOB", "BOOL", "HLL", "MAP", "LIST", "GEOJSON"]
const INDEXED = { numeric: "INTEGER", string: "STRING", blob: "BLOB", geo2dsphere: "GEOJSON" }

/** Fields of answers about users and roles. */
const TOLD = ["USER", "ROLES", "ROLE", "PRIVILEGES", "ALLOWLIST", "READ_QUOTA", "WRITE_QUOTA"]
  .concat(["READ_INFO", "WRITE_INFO", "CONNECTIONS"])
  .concat(["SESSION_TOKEN", "SESSION_TTL"])

const byName = new Map(Object.entries(tables))

/** All of them, as the recorder names them. */
export function entries() {
  const all = []
  for (const table of SINGLE) all.push(...Object.keys(byName.get(table)).map((name) => `${table}.${name}`))
  for (const family of Object.keys(FAMILIES)) all.push(...ofFamily(family))
  all.push(...ofContexts(), ...ofExpressions(), ...ofMessages(), ...ofIndexes(), ...ofSecurity())
  return all
}

/** Tables that nobody has said anything about. */
export function unknownTables() {
  const known = new Set([...SINGLE, ...TOGETHER, ...ELSEWHERE])
  return [...byName].filter(([name, table]) => typeof table === "object" && !known.has(name)).map(([name]) => name)
}

function* ofFamily(family) {
  for (const name of Object.keys(FAMILIES[family].ops)) {
    const held = Object.values(argsOf(family, name)).flatMap(namesOf)
    yield* held.map((one) => `${family}.${name} × ${one}`)
    yield `exp: ${family}.${name}`
  }
  // In expressions return types and flags are those of the family, whatever the op.
  const ops = Object.keys(FAMILIES[family].ops)
  yield* new Set(
    ops.flatMap((name) => Object.values(argsOf(family, name)).flatMap(namesOf)).map((one) => `exp: ${family} × ${one}`),
  )
}

function* ofContexts() {
  const creating = ["CREATE_UNORDERED", "CREATE_PADDED_OR_KEY_ORDERED", "CREATE_ORDERED"]
  for (const name of Object.keys(context).filter((name) => !name.startsWith("CREATE"))) yield `context.${name}`
  for (const name of creating) yield* [`context.LIST_INDEX ${name}`, `context.MAP_KEY ${name}`]
  yield* ["context.MAP_KEY CREATE_PERSIST_INDEX", "context.EXPRESSION all"]
  yield* ["exp: cdtOp.CONTEXT", "exp: cdtOp.SELECT"]
  for (const name of Object.keys(pathFlag)) {
    yield `exp: pathFlag.${name}`
    if (name !== "NO_FAIL") yield `pathFlag.${name} NO_FAIL`
  }
}

function* ofExpressions() {
  yield* LITERALS.map((type) => `literal ${type}`)
  yield* KEYS.map((type) => `expOp.KEY × expType.${type}`)
  for (const type of VALUES) {
    yield `expOp.BIN × expType.${type}`
    yield `expOp.CALL × expType.${type}`
    yield `expOp.LOOP_VAR × expType.${type}`
  }
  yield* Object.keys(tables.expFlag).map((flag) => `expFlag.${flag} of EXP_MODIFY`)
  yield "expFlag.EVAL_NO_FAIL of EXP_READ"
}

function* ofMessages() {
  yield* ["record", "batch", "row", "query", "background"].map((where) => `filter of ${where}`)
  for (const name of Object.keys(op)) {
    yield* [`op.${name} of record`, `op.${name} of row`]
    yield READING.includes(name) ? `op.${name} of query` : `op.${name} of background`
  }
  for (const type of WRITABLE) yield* [`particle.${type} written by WRITE`, `particle.${type} read`]
  yield* ["particle.NULL written by WRITE", "particle.NULL read"]
  for (const name of ["APPEND", "PREPEND"])
    yield* ["STRING", "BLOB"].map((type) => `particle.${type} written by ${name}`)
  yield* ["INTEGER", "FLOAT"].map((type) => `particle.${type} written by INCR`)
  yield* ["udf op 1", "udf op 2"]
}

function* ofIndexes() {
  for (const [type, particle] of Object.entries(INDEXED)) {
    for (const collection of COLLECTIONS) {
      yield `index of ${type} in ${collection}`
      yield `query of ${particle} in ${collection}`
    }
  }
  yield* ["index by context", "index by expression", "query by context", "query by expression", "query by name"]
}

function* ofSecurity() {
  for (const [name, value] of Object.entries(privilege)) {
    yield `privilege.${name} read`
    if (value >= privilege.READ) yield* [`privilege.${name} of a namespace`, `privilege.${name} of a set`]
  }
  yield* TOLD.map((name) => `securityField.${name} read`)
}
