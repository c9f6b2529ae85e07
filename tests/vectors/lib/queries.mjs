// Queries and scans: from their neutral descriptions to calls of the client, and their records as lines that can be compared.

import { contextOf } from "./expressions.mjs"
import { cutFrames, fieldOf, parseMessages } from "./frame.mjs"
import { clientOf } from "./load.mjs"
import { looseFor, neutralText, valueText } from "./values.mjs"

const COLLECTIONS = { list: "list", mapkeys: "mapKeys", mapvalues: "mapValues" }

export function isQuery({ kind }) {
  return kind === "query" || kind === "scan"
}

/** Why the client does not have such a query yet, or undefined when it has. */
export function queryNotYet({ partitions, resume }) {
  if (resume) return "a query that goes on with another"
  if (partitions && !("begin" in partitions)) return "partitions other than a range"
}

/** Calls the client with a policy. */
export async function callQuery(client, what, { api, build, policy }) {
  let query = client.query(what.ns, what.set || null).policy({ maxRetries: 0, ...policy })
  if (what.where) query = query.where(filterOf(api, what.where, build))
  if (what.bins) query = query.select(...what.bins)
  if (what.partitions) query = query.partitions(what.partitions)
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
export function recordedRecords({ result, client }, fed, ttlOf) {
  const messages = cutFrames(fed).frames.flatMap(({ body }) => parseMessages(body))
  if (result.error) return [`error ${result.error.code > 0 ? result.error.code : messages.at(-1).code}`]
  const loose = looseFor(clientOf({ client }))
  const answers = new Map(messages.map((message) => [fieldOf(message, 4)?.toString("hex"), message]))
  const lines = result.records.map(({ digest, gen, key, bins }) => {
    const shown = Object.entries(bins).map(([name, item]) => `${name} = ${neutralText(item, loose)}`)
    return recordLine(digest, gen, ttlOf(answers.get(digest)), key === undefined ? "none" : neutralText(key), shown)
  })
  return lines.sort()
}

/** What our client gave its caller. */
export function ownRecords({ client }, records, api) {
  const loose = looseFor(clientOf({ client }))
  const lines = records.map(({ digest, gen, ttl, key, bins }) => {
    const user = Array.isArray(key) ? keyText(key[2], api) : "none"
    const shown = Object.entries(bins).map(([name, value]) => `${name} = ${valueText(value, api, loose)}`)
    return recordLine(Buffer.from(digest).toString("hex"), gen, ttl, user, shown)
  })
  return lines.sort()
}

function keyText(key, api) {
  return valueText(typeof key === "number" ? BigInt(key) : key, api)
}

function recordLine(digest, gen, ttl, key, bins) {
  return `${digest}: gen ${gen}, ttl ${ttl}, key ${key}, ${bins.sort().join(", ")}`
}
