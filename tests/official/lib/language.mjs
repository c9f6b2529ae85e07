// The language in which cases are told, and the one form that results are brought into.
//
// A case is plain data: `{ name, steps, needs?, own? }`. A step is `[verb, …]`: `["put", key, bins, policy?]`,
// `["operate", key, ops, policy?]`, `["query", what]` …; `ours.mjs` and `theirs.mjs` each say a step in their client's
// words. An op is `[name, bin, …arguments, options?]` (`["list.append", "l", 1, { unique: true }]`), an expression
// `[name, …]` (`["eq", ["bin", "int", "a"], ["int", 1]]`), a context a list of steps (`[["mapKey", "a"]]`). Policies and
// options have the names of this package.
//
// Values are JavaScript's. A plain object or Map is a map that is kept in order, the only kind that the official client
// writes. What JavaScript has no value for is told by the functions below.

import { createHash } from "node:crypto"

/** Milliseconds that a command may take: a busy machine makes no difference. */
export const patience = 30_000

/** A double, also if it is whole. */
export const double = (value) => ({ $: "double", value })

/** GeoJSON, told as an object. */
export const geo = (value) => ({ $: "geo", text: JSON.stringify(value) })

/** Bytes. */
export const bytes = (...values) => Uint8Array.from(values)

/** The value of a bin as the last `get` of this case read it, whatever the client makes of it. */
export const kept = (key, bin) => ({ $: "kept", key, bin })

/** The ends of a range that has none, and what equals everything. */
export const infinity = { $: "infinity" }
export const wildcard = { $: "wildcard" }

/** A key in another place than the case's own. */
export const at = (ns, key) => ({ ns, key })

/** Whether an argument of an op is its options: the only plain object that has none of a value's names. */
export function optionsOf(args) {
  const last = args.at(-1)
  return last?.$ === undefined && last?.options ? [args.slice(0, -1), last.options] : [args, {}]
}

/** Options of an op, told apart from a map. */
export const having = (options) => ({ options })

/** Values to other values, inside and out: `make` is given all that is no list or map. */
export function mapped(value, make, makeMap) {
  const inside = (item) => mapped(item, make, makeMap)
  if (Array.isArray(value)) return value.map(inside)
  if (value instanceof Map)
    return makeMap(
      [...value].map(([key, item]) => [key, inside(item)]),
      true,
    )
  if (value === null || typeof value !== "object" || value.$ || value instanceof Uint8Array) return make(value)
  return makeMap(
    Object.entries(value).map(([key, item]) => [key, inside(item)]),
    false,
  )
}

/** A value that a client gave, as JSON that tells types apart. `known` names the client's own classes. */
export function shape(value, known) {
  if (value === null || value === undefined) return null
  if (typeof value === "bigint") return { int: String(value) }
  if (typeof value === "number")
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { double: sign(value) }
  if (typeof value === "string") return value.length > long ? digestOf(value) : value
  if (typeof value !== "object") return value
  const special = known(value)
  if (special) return special
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("hex") }
  if (Array.isArray(value)) return short(value.map((item) => shape(item, known)))
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return { map: short(byText(entries.map(([key, item]) => [shape(key, known), shape(item, known)]))) }
}

/** What is longer is told by its digest, to keep what is recorded small. */
const long = 100
const short = (items) => (items.length > long ? digestOf(JSON.stringify(items)) : items)
const digestOf = (text) => ({
  length: text.length,
  sha256: createHash("sha256").update(text).digest("hex").slice(0, 16),
})

const sign = (number) => (Object.is(number, -0) ? "-0" : String(number))

/** In an order that hangs on nothing else. */
export function byText(items) {
  return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

/** The bins of a record, by name. */
export function shapeBins(bins, known) {
  return Object.fromEntries(byText(Object.keys(bins ?? {})).map((name) => [name, shape(bins[name], known)]))
}

/** Seconds to live: those that have passed since it was written do not count. Cases use multiples of 100. */
export const shapeTtl = (ttl) => (ttl > 0 ? Math.ceil(ttl / 100) * 100 : ttl)

/** What became of a step that failed. What is no error of the client is a mistake of the case. */
export function errorOf(error, errorShape) {
  try {
    return errorShape(error)
  } catch {
    return { mistake: `${error?.name}: ${error?.message}` }
  }
}

/** The answer to an info command, without its name. */
export const infoText = (text) => text.trim().replace(/^[^\t]*\t/, "")
