// Queries and scans: from their neutral descriptions to calls of the client, and their records as lines that can be compared.

import { callOf } from "./batches.mjs"
import { contextOf } from "./expressions.mjs"
import { bytesOf, cutFrames, fieldOf, parseMessages, TYPE } from "./frame.mjs"
import { clientOf } from "./load.mjs"
import { looseFor, neutralText, valueText } from "./values.mjs"

const TASK_ID = 7
const UDF_FILE = 30

const COLLECTIONS = { list: "list", mapkeys: "mapKeys", mapvalues: "mapValues" }

const KINDS = ["query", "scan", "query_background", "query_aggregate"]

export function isQuery({ kind }) {
  return KINDS.includes(kind)
}

/** Why the client does not have such a query yet, or undefined when it has. */
export function queryNotYet({ partitions, resume }) {
  if (resume) return "a query that goes on with another"
  if (partitions && !("begin" in partitions)) return "partitions other than a range"
}

/**
 * The frames of a command that are compared: to aggregate, the client first asks which modules there are, for it runs them as
 * well.
 */
export function isFrameOf({ kind }, { type }) {
  return kind !== "query_aggregate" || type === TYPE.MESSAGE
}

/** Whether a request is for another function than is described: Go's went out when it had given up, a step later. */
export function isNotedLate({ kind, module }, request) {
  if (kind !== "query_aggregate" || typeof request !== "string") return false
  const [message] = parseMessages(bytesOf(request).subarray(8))
  return fieldOf(message, UDF_FILE)?.toString("utf8") !== module
}

/** Calls the client with a policy. `modules`: texts by name, for functions that run here as well. */
export async function callQuery(client, what, { api, build, policy, modules }) {
  let query = client.query(what.ns, what.set || null)
  if (what.kind === "query_background") {
    if (what.where) query = query.where(filterOf(api, what.where, build))
    return query.background(what.ops?.map(build.op) ?? callOf(what, build), policy)
  }
  query = query.policy({ maxRetries: 0, ...policy })
  if (what.where) query = query.where(filterOf(api, what.where, build))
  if (what.bins) query = query.select(...what.bins)
  if (what.partitions) query = query.partitions(what.partitions)
  if (what.kind === "query_aggregate")
    return query.aggregate({ ...callOf(what, build), source: modules.get(`${what.module}.lua`) }).values()
  return query.results()
}

function filterOf(api, where, build) {
  const { filter, GeoJSON } = api
  const { type, bin, ctx, begin, end, value } = where
  const collection = COLLECTIONS[where.collection]
  const indexed =
    "index_name" in where
      ? { index: where.index_name }
      : "expression" in where
        ? { exp: build.expression(where.expression) }
        : { bin, ...(ctx && { ctx: contextOf(api, ctx, build) }) }
  switch (type) {
    case "equal":
      return filter.equals(indexed, build(value))
    case "range":
      return filter.range(indexed, build(begin), build(end))
    case "contains":
      return filter.contains(indexed, build(value), collection)
    case "contains_range":
      return filter.containsRange(indexed, build(begin), build(end), collection)
    case "geo_within_region":
      return filter.geoWithin(indexed, new GeoJSON(where.region), collection)
    case "geo_within_radius": {
      const circle = { type: "AeroCircle", coordinates: [[where.lng, where.lat], where.radius] }
      return filter.geoWithin(indexed, new GeoJSON(JSON.stringify(circle)), collection)
    }
    case "geo_contains_point":
      return filter.geoContains(indexed, new GeoJSON(where.point), collection)
  }
  throw new Error(`no such where-clause: ${type}`)
}

/** What the recording client gave its caller; where it had a code of its own, the server's. */
export function recordedRecords({ result, client, request }, fed, ttlOf) {
  const messages = cutFrames(fed).frames.flatMap(({ body }) => parseMessages(body))
  if (result.error) return [`error ${result.error.code > 0 ? result.error.code : messages.at(-1).code}`]
  if (result.task_id) return [taskLine(BigInt(result.task_id.$int ?? result.task_id), bytesOf(request))]
  const loose = looseFor(clientOf({ client }))
  if (result.values) return result.values.map((value) => neutralText(value, looseLua))
  const answers = new Map(messages.map((message) => [fieldOf(message, 4)?.toString("hex"), message]))
  const lines = result.records.map(({ digest, gen, key, bins }) => {
    const shown = Object.entries(bins).map(([name, item]) => `${name} = ${neutralText(item, loose)}`)
    return recordLine(digest, gen, ttlOf(answers.get(digest)), key === undefined ? "none" : neutralText(key), shown)
  })
  return lines.sort()
}

/** What our client gave its caller. */
export function ownRecords({ client, what }, records, api, sent) {
  if (what.kind === "query_background") return [taskLine(records.id, sent)]
  if (what.kind === "query_aggregate") return records.map((value) => valueText(value, api, looseLua))
  const loose = looseFor(clientOf({ client }))
  const lines = records.map(({ digest, gen, ttl, key, bins }) => {
    const user = Array.isArray(key) ? keyText(key[2], api) : "none"
    const shown = Object.entries(bins).map(([name, value]) => `${name} = ${valueText(value, api, loose)}`)
    return recordLine(Buffer.from(digest).toString("hex"), gen, ttl, user, shown)
  })
  return lines.sort()
}

/** The Lua of the Go client, 5.1, has no integers; the servers' and ours has. */
const looseLua = { wholeDoubles: true }

/** A job's number is random, but it is the one that was sent. */
function taskLine(id, request) {
  const [message] = parseMessages(request.subarray(8))
  return id === fieldOf(message, TASK_ID).readBigUInt64BE(0) ? "the task that was sent" : `another task: ${id}`
}

function keyText(key, api) {
  return valueText(typeof key === "number" ? BigInt(key) : key, api)
}

function recordLine(digest, gen, ttl, key, bins) {
  return `${digest}: gen ${gen}, ttl ${ttl}, key ${key}, ${bins.sort().join(", ")}`
}
