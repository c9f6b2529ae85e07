// Maps in expressions. A read gives what it read; a change gives the changed map and leaves the bin as it is. Both are
// unknown when the map is absent or of another type, and when a key, index or rank has no entry.

import { wrong } from "../core/check.ts"
import { mapOp, mapOrder, mapWriteFlag } from "../core/generated.ts"
import {
  bitsOf,
  type Collection,
  countOf,
  intOf,
  type ManyOptions,
  type ManyResult,
  modify,
  type Nested,
  type OneOptions,
  type OneResult,
  type RemoveOptions,
  read,
  readMany,
  readOne,
  remove,
} from "./calls.ts"
import { type AnyOperand, anyOperand, type Expression, type Operand, operand, type TypeOf } from "./expression.ts"
import { interval } from "./list.ts"
import { valuesOf } from "./typed.ts"

const values = /* @__PURE__ */ valuesOf("map")
/** A map that is a value. */
export const val: typeof values.val = values.val
/** A bin. Unknown when the record has no such bin, or one of another type. */
export const bin: typeof values.bin = values.bin
/** In the filter or the modification of a path: the element at hand. */
export const loopVar: typeof values.loopVar = values.loopVar
const variable: typeof values.var = values.var

export { variable as var }

/** A key of an entry. */
export type KeyOperand =
  | Expression<"int">
  | Expression<"string">
  | Expression<"blob">
  | number
  | bigint
  | string
  | Uint8Array

/** How a map is written. */
export interface MapWriteOptions extends Nested {
  /** How the map is kept if the op makes it. Default `"unordered"`. */
  order?: "unordered" | "keyOrdered" | "keyValueOrdered" | undefined
  /** Whether the key may, must not or must be there already; else it is unknown. Default `"update"`: either way. */
  mode?: "update" | "createOnly" | "updateOnly" | undefined
  /** What is not allowed leaves the map as it is. */
  noFail?: boolean | undefined
  /** With `noFail` and several entries: those that are allowed are written. */
  partial?: boolean | undefined
}

const writeBits = {
  createOnly: mapWriteFlag.CREATE_ONLY,
  updateOnly: mapWriteFlag.UPDATE_ONLY,
  noFail: mapWriteFlag.NO_FAIL,
  partial: mapWriteFlag.PARTIAL,
}

const orders = {
  unordered: mapOrder.UNORDERED,
  keyOrdered: mapOrder.KEY_ORDERED,
  keyValueOrdered: mapOrder.KEY_VALUE_ORDERED,
}

function orderOf({ order = "unordered" }: MapWriteOptions): number {
  const number = orders[order]
  if (number === undefined) throw wrong("order", order, Object.keys(orders).join(", "))
  return number
}

// ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How many entries there are. */
export function size(map: Collection, { ctx }: Nested = {}): Expression<"int"> {
  return read("int", map, [mapOp.SIZE], ctx)
}

/**
 * The value of a key.
 *
 * @example
 * exp.eq(exp.map.getByKey(exp.map.bin("m"), "city", { type: "string" }), "Paris")
 */
export function getByKey<const O extends OneOptions>(
  map: Collection,
  key: KeyOperand,
  options: O,
): Expression<OneResult<O>> {
  return readOne(map, mapOp.GET_BY_KEY, [anyOperand(key)], options)
}

/** The entries of any of a list of keys. Their ranks cannot be returned: that is unknown. */
export function getByKeyList<const O extends ManyOptions = object>(
  map: Collection,
  keys: Operand<"list">,
  options?: O,
): Expression<ManyResult<O>> {
  return readMany(map, mapOp.GET_BY_KEY_LIST, [operand("list", keys)], options)
}

/** The entries from one key to before another; null for no limit. */
export function getByKeyRange<const O extends ManyOptions = object>(
  map: Collection,
  begin: KeyOperand | null | undefined,
  end: KeyOperand | null | undefined,
  options?: O,
): Expression<ManyResult<O>> {
  return readMany(map, mapOp.GET_BY_KEY_INTERVAL, interval(begin, end), options)
}

/** The entries whose index is that of a key (or of where it would be) plus `index`, or greater; `count` of them. */
export function getByKeyRelIndexRange<const O extends ManyOptions = object>(
  map: Collection,
  key: KeyOperand,
  index: Operand<"int">,
  count?: Operand<"int">,
  options?: O,
): Expression<ManyResult<O>> {
  const selector = [anyOperand(key), intOf(index), ...countOf(count)]
  return readMany(map, mapOp.GET_BY_KEY_REL_INDEX_RANGE, selector, options)
}

/** The entry at an index, by key; negative ones count from the end. */
export function getByIndex<const O extends OneOptions>(
  map: Collection,
  index: Operand<"int">,
  options: O,
): Expression<OneResult<O>> {
  return readOne(map, mapOp.GET_BY_INDEX, [intOf(index)], options)
}

/** The entries from an index on, to the end or `count` of them. */
export function getByIndexRange<const O extends ManyOptions = object>(
  map: Collection,
  index: Operand<"int">,
  count?: Operand<"int">,
  options?: O,
): Expression<ManyResult<O>> {
  return readMany(map, mapOp.GET_BY_INDEX_RANGE, [intOf(index), ...countOf(count)], options)
}

/** The entry of a rank, by value: 0 is the smallest, -1 the greatest. */
export function getByRank<const O extends OneOptions>(
  map: Collection,
  rank: Operand<"int">,
  options: O,
): Expression<OneResult<O>> {
  return readOne(map, mapOp.GET_BY_RANK, [intOf(rank)], options)
}

/** The entries from a rank on, to the greatest or `count` of them. */
export function getByRankRange<const O extends ManyOptions = object>(
  map: Collection,
  rank: Operand<"int">,
  count?: Operand<"int">,
  options?: O,
): Expression<ManyResult<O>> {
  return readMany(map, mapOp.GET_BY_RANK_RANGE, [intOf(rank), ...countOf(count)], options)
}

/** All entries whose value equals a value. */
export function getByValue<const O extends ManyOptions = object>(
  map: Collection,
  value: AnyOperand,
  options?: O,
): Expression<ManyResult<O>> {
  return readMany(map, mapOp.GET_ALL_BY_VALUE, [anyOperand(value)], options)
}

/** All entries whose value equals any of a list of values. */
export function getByValueList<const O extends ManyOptions = object>(
  map: Collection,
  values: Operand<"list">,
  options?: O,
): Expression<ManyResult<O>> {
  return readMany(map, mapOp.GET_BY_VALUE_LIST, [operand("list", values)], options)
}

/** All entries from one value to before another; null for no limit. */
export function getByValueRange<const O extends ManyOptions = object>(
  map: Collection,
  begin: AnyOperand | undefined,
  end: AnyOperand | undefined,
  options?: O,
): Expression<ManyResult<O>> {
  return readMany(map, mapOp.GET_BY_VALUE_INTERVAL, interval(begin, end), options)
}

/** The entries whose rank is that of a value (or of where it would be) plus `rank`, or greater; `count` of them. */
export function getByValueRelRankRange<const O extends ManyOptions = object>(
  map: Collection,
  value: AnyOperand,
  rank: Operand<"int">,
  count?: Operand<"int">,
  options?: O,
): Expression<ManyResult<O>> {
  const selector = [anyOperand(value), intOf(rank), ...countOf(count)]
  return readMany(map, mapOp.GET_BY_VALUE_REL_RANK_RANGE, selector, options)
}

// ── Changing ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The map with a value under a key. */
export function put<C extends Collection>(
  map: C,
  key: KeyOperand,
  value: AnyOperand,
  options: MapWriteOptions = {},
): Expression<TypeOf<C>> {
  const op = [mapOp.PUT, anyOperand(key), anyOperand(value), orderOf(options), bitsOf(options, writeBits)]
  return modify("map", map, op, options.ctx)
}

/** The map with all entries of another. */
export function putItems<C extends Collection>(
  map: C,
  items: Operand<"map">,
  options: MapWriteOptions = {},
): Expression<TypeOf<C>> {
  const flags = bitsOf(options, writeBits)
  const op = [mapOp.PUT_ITEMS, operand("map", items), orderOf(options), ...(flags === 0 ? [] : [flags])]
  return modify("map", map, op, options.ctx)
}

/** The map with a number added to that of a key. */
export function increment<C extends Collection>(
  map: C,
  key: KeyOperand,
  by: Operand<"int"> | Operand<"float">,
  options: Pick<MapWriteOptions, "order" | "ctx"> = {},
): Expression<TypeOf<C>> {
  return modify("map", map, [mapOp.INCREMENT, anyOperand(key), anyOperand(by), orderOf(options)], options.ctx)
}

/** The map without entries. */
export function clear<C extends Collection>(map: C, { ctx }: Nested = {}): Expression<TypeOf<C>> {
  return modify("map", map, [mapOp.CLEAR], ctx)
}

// ── Removing ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The map without a key. */
export function removeByKey<C extends Collection>(map: C, key: KeyOperand, options?: Nested): Expression<TypeOf<C>> {
  return remove("map", map, mapOp.REMOVE_BY_KEY, [anyOperand(key)], options)
}

/** The map without any of a list of keys. */
export function removeByKeyList<C extends Collection>(
  map: C,
  keys: Operand<"list">,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  return remove("map", map, mapOp.REMOVE_BY_KEY_LIST, [operand("list", keys)], options)
}

/** The map without the keys from one to before another; null for no limit. */
export function removeByKeyRange<C extends Collection>(
  map: C,
  begin: KeyOperand | null | undefined,
  end: KeyOperand | null | undefined,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  return remove("map", map, mapOp.REMOVE_BY_KEY_INTERVAL, interval(begin, end), options)
}

/** The map without what {@link getByKeyRelIndexRange} finds. */
export function removeByKeyRelIndexRange<C extends Collection>(
  map: C,
  key: KeyOperand,
  index: Operand<"int">,
  count?: Operand<"int">,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  const selector = [anyOperand(key), intOf(index), ...countOf(count)]
  return remove("map", map, mapOp.REMOVE_BY_KEY_REL_INDEX_RANGE, selector, options)
}

/** The map without the entry at an index. */
export function removeByIndex<C extends Collection>(
  map: C,
  index: Operand<"int">,
  options?: Nested,
): Expression<TypeOf<C>> {
  return remove("map", map, mapOp.REMOVE_BY_INDEX, [intOf(index)], options)
}

/** The map without the entries from an index on, to the end or `count` of them. */
export function removeByIndexRange<C extends Collection>(
  map: C,
  index: Operand<"int">,
  count?: Operand<"int">,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  return remove("map", map, mapOp.REMOVE_BY_INDEX_RANGE, [intOf(index), ...countOf(count)], options)
}

/** The map without the entry of a rank. */
export function removeByRank<C extends Collection>(
  map: C,
  rank: Operand<"int">,
  options?: Nested,
): Expression<TypeOf<C>> {
  return remove("map", map, mapOp.REMOVE_BY_RANK, [intOf(rank)], options)
}

/** The map without the entries from a rank on, to the greatest or `count` of them. */
export function removeByRankRange<C extends Collection>(
  map: C,
  rank: Operand<"int">,
  count?: Operand<"int">,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  return remove("map", map, mapOp.REMOVE_BY_RANK_RANGE, [intOf(rank), ...countOf(count)], options)
}

/** The map without all entries whose value equals a value. */
export function removeByValue<C extends Collection>(
  map: C,
  value: AnyOperand,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  return remove("map", map, mapOp.REMOVE_ALL_BY_VALUE, [anyOperand(value)], options)
}

/** The map without all entries whose value equals any of a list of values. */
export function removeByValueList<C extends Collection>(
  map: C,
  values: Operand<"list">,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  return remove("map", map, mapOp.REMOVE_BY_VALUE_LIST, [operand("list", values)], options)
}

/** The map without all entries from one value to before another; null for no limit. */
export function removeByValueRange<C extends Collection>(
  map: C,
  begin: AnyOperand | undefined,
  end: AnyOperand | undefined,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  return remove("map", map, mapOp.REMOVE_BY_VALUE_INTERVAL, interval(begin, end), options)
}

/** The map without what {@link getByValueRelRankRange} finds. */
export function removeByValueRelRankRange<C extends Collection>(
  map: C,
  value: AnyOperand,
  rank: Operand<"int">,
  count?: Operand<"int">,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  const selector = [anyOperand(value), intOf(rank), ...countOf(count)]
  return remove("map", map, mapOp.REMOVE_BY_VALUE_REL_RANK_RANGE, selector, options)
}
