// What requests ask for and answers tell, as names of entries of the protocol's tables. It looks at bytes as they pass, on
// the server's side: what a client was told to do does not count, but what it sent.

import { inflateSync } from "node:zlib"
import * as tables from "../../../dist/core/generated.js"
import { cutFrames, parseInfo, parseMessages, rowsOf, TYPE } from "../../vectors/lib/frame.mjs"
import { decode, Ext, Float } from "./decode.mjs"
import { argsOf, FAMILIES, namesIn } from "./shapes.mjs"

const { VERSION, cdtOp, context, expOp, expSystem, field, info1, mapOp, op, particle, privilege, securityField } =
  tables

/** Sets that are asked for only to learn what the server can do: they are no cases. */
const PROBES = new Set(["facts", "probe"])

/** Collections that an index can be on, by their number in a request. */
export const COLLECTIONS = ["default", "list", "mapkeys", "mapvalues"]

const byName = new Map(Object.entries(tables))
const names = Object.fromEntries(
  Object.entries(tables).map(([table, entries]) => [
    table,
    new Map(Object.entries(entries).map(([name, value]) => [value, name])),
  ]),
)

/** `seen` collects names. `connection()` gives what is told of the bytes of one connection, both ways. */
export function recorder() {
  const seen = new Set()
  const connection = () => {
    const [asked, answered] = [frames(), frames()]
    return {
      request: (bytes) => asked(bytes, (frame) => add(ofRequest(frame))),
      answer: (bytes) => answered(bytes, (frame) => add(ofAnswer(frame))),
    }
  }
  const add = (found) => {
    try {
      for (const name of found) seen.add(name)
    } catch {
      // Cases send nonsense too, to see it refused, and have servers that speak another protocol.
    }
  }
  return { seen, connection }
}

/** Cuts what arrives into frames. */
function frames() {
  let held = Buffer.alloc(0)
  return (bytes, each) => {
    // What is no frame is the end of what can be understood.
    if (held === undefined) return
    if ((held[0] ?? bytes[0]) !== VERSION) {
      held = undefined
      return
    }
    const { frames: whole, rest } = cutFrames(held.length ? Buffer.concat([held, bytes]) : bytes)
    held = Buffer.from(rest)
    for (const frame of whole) each(frame)
  }
}

// ── Frames ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function* ofRequest({ type, body }) {
  if (type === TYPE.COMPRESSED) {
    yield named("messageType", type)
    const [inner] = cutFrames(inflateSync(body.subarray(8))).frames
    if (inner) yield* ofRequest(inner)
    return
  }
  if (type === TYPE.INFO) {
    yield named("messageType", type)
    for (const [line] of parseInfo(body)) yield* ofInfo(line)
    return
  }
  if (type === TYPE.SECURITY) {
    yield named("messageType", type)
    for (const { command, fields } of securityMessages(body)) {
      yield named("securityCommand", command)
      yield* ofSecurity(fields)
    }
    return
  }
  if (type !== TYPE.MESSAGE) {
    yield named("messageType", type)
    return
  }
  for (const message of parseMessages(body)) {
    const rows = message.info1 & info1.BATCH ? rowsOf(message) : undefined
    if ((rows ?? [message]).some(isProbe)) continue
    yield named("messageType", type)
    yield* ofMessage(message, rows ? "batch" : kindOf(message))
    for (const row of rows ?? []) yield* ofMessage(row, "row")
  }
}

function* ofAnswer({ type, body }) {
  if (type === TYPE.COMPRESSED) {
    const [inner] = cutFrames(inflateSync(body.subarray(8))).frames
    if (inner) yield* ofAnswer(inner)
    return
  }
  if (type === TYPE.SECURITY) {
    for (const { result, fields } of securityMessages(body)) {
      yield named("code", result)
      for (const name of ofSecurity(fields)) yield* [name, `${name} read`]
    }
  }
  if (type === TYPE.INFO)
    for (const [, result] of body.toString().matchAll(/\bERROR:(\d+):/g)) yield named("code", result)
  if (type !== TYPE.MESSAGE) return
  for (const { code: result, info3, ops } of parseMessages(body)) {
    yield named("code", result)
    yield* bits("info3", info3)
    for (const { type: particleType } of ops) yield `${named("particle", particleType)} read`
  }
}

function isProbe({ fields }) {
  return fields.some(({ id, data }) => id === field.SET && PROBES.has(data.toString()))
}

/** What a message outside of a batch is: a query, if it has no digest. */
function kindOf({ fields, info2 }) {
  const has = (id) => fields.some((one) => one.id === id)
  if (has(field.DIGEST)) return "record"
  return info2 || has(field.UDF_MODULE) ? "background" : "query"
}

function* ofMessage(message, where) {
  for (const name of ["info1", "info2", "info3", "info4"]) yield* bits(name, message[name] ?? 0)
  let [collection, range] = [0, undefined]
  const by = []
  for (const { id, data } of message.fields) {
    yield named("field", id)
    if (id === field.FILTER) {
      yield `filter of ${where}`
      yield* ofExpression(decode(data))
    }
    if (id === field.INDEX_TYPE) collection = data[0]
    if (id === field.INDEX_RANGE) range = data
    if (id === field.INDEX_CONTEXT) by.push("context")
    if (id === field.INDEX_EXPRESSION) by.push("expression")
    if (id === field.INDEX_NAME) by.push("name")
    if (id === field.UDF_OP) yield `udf op ${data[0]}`
  }
  if (range) yield* ofRange(range, COLLECTIONS[collection], by)
  for (const one of message.ops) {
    yield named("op", one.op)
    yield `${named("op", one.op)} of ${where}`
    yield* ofOp(one)
  }
}

/** Which kind of query by an index: the particle type that it looks for, and in what. */
function* ofRange(data, collection, by) {
  const at = 2 + data[1]
  yield `query of ${names.particle.get(data[at])} in ${collection}`
  for (const one of by) yield `query by ${one}`
}

function* ofInfo(line) {
  const found = /^sindex-create:(.*)$/.exec(line)
  if (!found) return
  const given = Object.fromEntries(found[1].split(";").map((part) => part.split("=")))
  const type = (given.type ?? given.indexdata?.split(",").at(-1) ?? "").toLowerCase()
  yield `index of ${type} in ${(given.indextype ?? "default").toLowerCase()}`
  if (given.context) yield "index by context"
  if (given.exp) yield "index by expression"
}

/** The messages of a frame about users: 16 bytes each, of which the second to fourth count, and fields. */
function* securityMessages(body) {
  for (let at = 0; at + 16 <= body.length; ) {
    const [, result, command, count] = body.subarray(at, at + 16)
    at += 16
    const fields = []
    for (let i = 0; i < count; i++) {
      const end = at + 4 + body.readUInt32BE(at)
      fields.push({ id: body[at + 4], data: body.subarray(at + 5, end) })
      at = end
    }
    yield { result, command, fields }
  }
}

function* ofSecurity(fields) {
  for (const { id, data } of fields) {
    yield named("securityField", id)
    if (id === securityField.PRIVILEGES) yield* ofPrivileges(data)
  }
}

/** Each privilege, and for which part of the data it is. */
function* ofPrivileges(data) {
  for (let at = 1, left = data[0]; left > 0; left--) {
    const kind = data[at++]
    yield named("privilege", kind)
    if (kind < privilege.READ) continue
    const namespace = data[at]
    const set = data[at + 1 + namespace]
    at += 2 + namespace + set
    if (namespace) yield `${named("privilege", kind)} of a ${set ? "set" : "namespace"}`
  }
}

// ── Ops ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function* ofOp({ op: kind, type, value }) {
  switch (kind) {
    case op.WRITE:
    case op.APPEND:
    case op.PREPEND:
    case op.INCR:
      yield `${named("particle", type)} written by ${names.op.get(kind)}`
      return
    case op.CDT_READ:
    case op.CDT_MODIFY:
      yield* ofCdt(decode(value), "")
      return
    case op.BITS_READ:
    case op.BITS_MODIFY:
      yield* ofCoded("bitOp", decode(value), "")
      return
    case op.HLL_READ:
    case op.HLL_MODIFY:
      yield* ofCoded("hllOp", decode(value), "")
      return
    case op.STRING_READ:
    case op.STRING_MODIFY:
      yield* ofString(decode(value), "")
      return
    case op.EXP_READ:
    case op.EXP_MODIFY: {
      const [expression, flags = 0] = decode(value)
      for (const flag of bits("expFlag", flags)) yield `${flag} of ${names.op.get(kind)}`
      yield* ofExpression(expression)
    }
  }
}

/** An op on a list or map. `inside`: before the names of what is in an expression. */
function* ofCdt([kind, ...args], inside) {
  if (kind === cdtOp.CONTEXT) {
    yield `${inside}cdtOp.CONTEXT`
    yield* ofContext(args[0])
    yield* ofCdt(args[1], inside)
  } else if (kind === cdtOp.SELECT) {
    yield `${inside}cdtOp.SELECT`
    yield* ofContext(args[0])
    yield* ofPath(args[1], inside)
    if (args.length > 2) yield* ofExpression(args[2])
  } else {
    yield* ofCoded(kind < mapOp.SET_ORDER ? "listOp" : "mapOp", [kind, ...args], inside)
  }
}

/** An op on a string: unlike others it has its code and arguments behind the context, not in a list of their own. */
function* ofString([kind, ...args], inside) {
  if (kind !== cdtOp.CONTEXT) return yield* ofCoded("stringOp", [kind, ...args], inside)
  yield* ofContext(args[0])
  yield* ofCoded("stringOp", args.slice(1), inside)
}

function* ofPath(flags, inside) {
  const form = flags & 0x0f
  yield `${inside}${named("pathFlag", form)}`
  if (flags & tables.pathFlag.NO_FAIL) {
    yield `${inside}pathFlag.NO_FAIL`
    yield `${inside}${named("pathFlag", form)} NO_FAIL`
  }
}

function* ofContext(steps) {
  for (let at = 0; at + 1 < steps.length; at += 2) {
    const step = steps[at]
    const value = steps[at + 1]
    const kind = named("context", step & 0x3f)
    yield kind
    const creates = step & context.CREATE_ORDERED
    if (creates) yield `${kind} ${names.context.get(creates)}`
    if (step & context.CREATE_PERSIST_INDEX) yield `${kind} CREATE_PERSIST_INDEX`
    if (step & context.AND) yield "context.AND"
    if ((step & 0x0f) === context.EXPRESSION) {
      if (value === true) yield "context.EXPRESSION all"
      else yield* ofExpression(value)
    }
  }
}

/** An op with a code: what its arguments hold; in an expression those that are lists are expressions. */
function* ofCoded(family, [kind, ...args], inside) {
  const name = names[family].get(kind)
  if (name === undefined) return
  yield `${inside}${family}.${name}`
  if (!(name in FAMILIES[family].ops)) return
  for (const [place, holds] of Object.entries(argsOf(family, name))) {
    if (args[place] === undefined || Array.isArray(args[place])) continue
    for (const held of namesIn(holds, args[place])) {
      yield `${inside}${family}.${name} × ${held}`
      if (inside) yield `${inside}${family} × ${held}`
    }
  }
  if (!inside) return
  for (const arg of args) if (Array.isArray(arg) || arg instanceof Ext) yield* ofExpression(arg)
}

// ── Expressions ─────────────────────────────────────────────────────────────────────────────────────────────────────

function* ofExpression(expression) {
  if (!Array.isArray(expression)) {
    yield `literal ${literalOf(expression)}`
    return
  }
  const [kind, ...args] = expression
  yield named("expOp", kind)
  switch (kind) {
    case expOp.QUOTE:
      yield "literal LIST"
      return
    case expOp.BIN:
    case expOp.KEY:
    case expOp.LOOP_VAR:
      yield `${named("expOp", kind)} × ${named("expType", args[0])}`
      if (kind === expOp.LOOP_VAR) yield named("loopPart", args[1])
      return
    case expOp.BIN_TYPE:
    case expOp.VAR:
      return
    case expOp.REGEX:
      yield* bits("regexFlag", args[0])
      yield* ofExpression(args[2])
      return
    case expOp.LET:
      for (let at = 1; at < args.length; at += 2) yield* ofExpression(args[at])
      yield* ofExpression(args.at(-1))
      return
    case expOp.CALL:
      yield* ofCall(args)
      return
    default:
      for (const arg of args) yield* ofExpression(arg)
  }
}

function* ofCall([type, system, called, on]) {
  const of = system & ~expSystem.MODIFY
  yield `expOp.CALL × ${named("expType", type)}`
  yield named("expSystem", of)
  if (system & expSystem.MODIFY) yield "expSystem.MODIFY"
  if (of === expSystem.CDT) yield* ofCdt(called, "exp: ")
  if (of === expSystem.BITS) yield* ofCoded("bitOp", called, "exp: ")
  if (of === expSystem.STRING) yield* ofString(called, "exp: ")
  if (of === expSystem.HLL) yield* ofCoded("hllOp", called, "exp: ")
  yield* ofExpression(on)
}

function literalOf(value) {
  if (value === null) return "NIL"
  if (typeof value === "boolean") return "BOOL"
  if (value instanceof Float) return "FLOAT"
  if (value instanceof Map) return "MAP"
  if (value instanceof Ext) return value.data[0] === 1 ? "INFINITY" : "WILDCARD"
  if (!(value instanceof Uint8Array)) return "INT"
  return { [particle.STRING]: "STRING", [particle.GEOJSON]: "GEO", [particle.HLL]: "HLL" }[value[0]] ?? "BLOB"
}

// ── Names ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function named(table, value) {
  return `${table}.${names[table].get(Number(value)) ?? value}`
}

/** The names of the bits that are set. */
function* bits(table, value) {
  for (const [name, bit] of Object.entries(byName.get(table))) if (bit && Number(value) & bit) yield `${table}.${name}`
}
