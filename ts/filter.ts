// Where-clauses of queries: pure data that says which index is looked up, and which of its values. One query has one;
// what else records have to be, an expression says: see `Query.filter`.

import { check, isPlainObject, oneOf, type Rule, rule, unknownField, wrong } from "./core/check.ts"
import { limit, particle } from "./core/generated.ts"
import { utf8Length } from "./core/text.ts"
import { Expression } from "./exp/expression.ts"
import { Ctx } from "./ops/ctx.ts"
import { GeoJSON } from "./values.ts"

/**
 * Which index is looked up: that of a bin, by the bin's name; one by its own name; or that of an expression. An index on
 * what is nested in a bin needs the same `ctx` that it was made with.
 */
export type Indexed =
  | string
  | { readonly bin: string; readonly ctx?: Ctx | undefined }
  | { readonly index: string }
  | { readonly exp: Expression | Uint8Array }

/** What of a list or map an index holds. */
export type Collection = "list" | "mapKeys" | "mapValues"

/** A value that an index can hold. Integers must be safe, or a bigint of 64 bits; doubles are not indexed. */
export type IndexValue = number | bigint | string | Uint8Array

/** A where-clause, made by {@link filter}. */
export class Filter {
  /** Which index. */
  readonly indexed: { bin?: string; ctx?: Ctx; index?: string; exp?: Expression | Uint8Array }
  /** Undefined: the bin's own value. */
  readonly collection: Collection | undefined
  /** The particle type of the range. */
  readonly type: number
  readonly begin: IndexValue | GeoJSON
  readonly end: IndexValue | GeoJSON

  /** @internal Use `filter`. */
  constructor(
    where: string,
    indexed: Indexed,
    collection: Collection | undefined,
    type: number,
    begin: IndexValue | GeoJSON,
    end: IndexValue | GeoJSON,
  ) {
    this.indexed = checkedIndex(where, indexed)
    if (collection !== undefined) check(`${where}: collection`, collection, collections)
    this.collection = collection
    this.type = type
    this.begin = begin
    this.end = end
    Object.freeze(this)
  }
}

/**
 * Records whose value is this one.
 *
 * @example
 * client.query("test", "users").where(filter.equals("name", "Alice"))
 */
export function equals(indexed: Indexed, value: IndexValue): Filter {
  return one("filter.equals", indexed, undefined, value)
}

/** Records whose whole number is within both bounds, these included. The server refuses a high one below the low. */
export function range(indexed: Indexed, low: number | bigint, high: number | bigint): Filter {
  return within("filter.range", indexed, undefined, low, high)
}

/**
 * Records whose list or map has this element, key or value.
 *
 * @example
 * client.query("test", "posts").where(filter.contains("tags", "blue", "list"))
 */
export function contains(indexed: Indexed, value: IndexValue, collection: Collection): Filter {
  check("filter.contains: collection", collection, collections)
  return one("filter.contains", indexed, collection, value)
}

/** Records whose list or map has a whole number within both bounds, these included. */
export function containsRange(
  indexed: Indexed,
  low: number | bigint,
  high: number | bigint,
  collection: Collection,
): Filter {
  check("filter.containsRange: collection", collection, collections)
  return within("filter.containsRange", indexed, collection, low, high)
}

/**
 * Records whose point lies in a region: a polygon or circle.
 *
 * @param collection - When the points are elements of a list, or keys or values of a map.
 */
export function geoWithin(indexed: Indexed, region: GeoJSON, collection?: Collection): Filter {
  return geo("filter.geoWithin", indexed, region, collection)
}

/**
 * Records whose region contains a point.
 *
 * @param collection - When the regions are elements of a list, or keys or values of a map.
 */
export function geoContains(indexed: Indexed, point: GeoJSON, collection?: Collection): Filter {
  return geo("filter.geoContains", indexed, point, collection)
}

/** The longest name of an index, in bytes (`sindex.h`, INAME_MAX_SZ). */
const indexNameMax = 63

// ── How they are made ───────────────────────────────────────────────────────────────────────────────────────────────

const collections: Rule = oneOf("list", "mapKeys", "mapValues")
const whole: Rule = rule("a whole number within ±(2^53 - 1), or a bigint of 64 bits", isWhole)
const anyValue: Rule = rule(
  "a whole number, a bigint of 64 bits, text or a Uint8Array",
  (value) => isWhole(value) || typeof value === "string" || value instanceof Uint8Array,
)
const geometry: Rule = rule("a GeoJSON", (value) => value instanceof GeoJSON)

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value) || (typeof value === "bigint" && BigInt.asIntN(64, value) === value)
}

function one(where: string, indexed: Indexed, collection: Collection | undefined, value: IndexValue): Filter {
  check(`${where}: value`, value, anyValue)
  const type = typeof value === "string" ? particle.STRING : isWhole(value) ? particle.INTEGER : particle.BLOB
  return new Filter(where, indexed, collection, type, value, value)
}

function within(
  where: string,
  indexed: Indexed,
  collection: Collection | undefined,
  low: number | bigint,
  high: number | bigint,
): Filter {
  check(`${where}: low`, low, whole)
  check(`${where}: high`, high, whole)
  return new Filter(where, indexed, collection, particle.INTEGER, low, high)
}

function geo(where: string, indexed: Indexed, value: GeoJSON, collection: Collection | undefined): Filter {
  check(`${where}: geometry`, value, geometry)
  return new Filter(where, indexed, collection, particle.GEOJSON, value, value)
}

function checkedIndex(where: string, indexed: Indexed): Filter["indexed"] {
  if (typeof indexed === "string") {
    check(`${where}: bin`, indexed, name(limit.BIN))
    return { bin: indexed }
  }
  if (!isPlainObject(indexed))
    throw wrong(`${where}: the index`, indexed, "a bin's name, { bin, ctx }, { index } or { exp }")
  const { bin, ctx, index, exp, ...more } = indexed as Filter["indexed"]
  for (const field of Object.keys(more)) throw unknownField(where, field, ["bin", "ctx", "index", "exp"])
  if ([bin, index, exp].filter((way) => way !== undefined).length !== 1 || (ctx && bin === undefined)) {
    throw wrong(`${where}: the index`, indexed, "one of { bin, ctx }, { index } and { exp }")
  }
  if (bin !== undefined) check(`${where}: bin`, bin, name(limit.BIN))
  if (ctx !== undefined) check(`${where}: ctx`, ctx, context)
  if (index !== undefined) check(`${where}: index`, index, name(indexNameMax))
  if (exp !== undefined) check(`${where}: exp`, exp, expression)
  return indexed as Filter["indexed"]
}

const context: Rule = rule("a context, such as ctx.mapKey(…)", (value) => value instanceof Ctx)
const expression: Rule = rule(
  "an expression or the bytes of one",
  (value) => value instanceof Expression || (value instanceof Uint8Array && value.length > 0),
)

function name(max: number): Rule {
  return rule(
    `text of 1 to ${max} bytes`,
    (value) => typeof value === "string" && value !== "" && value.length <= max && utf8Length(value) <= max,
  )
}
