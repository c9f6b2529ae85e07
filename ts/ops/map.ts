// Ops of `operate` on maps. Indexes follow the order of keys; indexes and ranks below zero count from the end; a rank of 0 is
// the smallest value. Values are ordered by type first: nil, booleans, integers, strings, lists, maps, bytes, doubles, GeoJSON.
//
// A key is text, a whole number or bytes. A bin of another type fails with `BinTypeError` (12). On an absent bin, a read has
// no result, and so have the ops that remove, though these raise the generation.

import { check, flag } from "../core/check.ts"
import { context, mapOpKind, mapOrder, mapWriteFlag } from "../core/generated.ts"
import type { Double, MapKey } from "../values.ts"
import {
  checkOptions,
  choice,
  ctxRule,
  flags,
  make,
  type Nested,
  type Op,
  type OpValue,
  plain,
  type Rules,
} from "./make.ts"
import {
  interval,
  type MapReturn,
  type MapReturnMany,
  mapReturnMany as many,
  mapReturn as one,
  select,
} from "./returns.ts"
import {
  anyValue,
  checkAll,
  count as countRule,
  entries,
  mapKey,
  mapKeys,
  number,
  place,
  values as valuesRule,
} from "./rules.ts"

// ── Making ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How a map is kept: not sorted, sorted by key, or sorted by key with an index by value. */
export type MapOrder = keyof typeof orders

const orders = {
  unordered: mapOrder.UNORDERED,
  keyOrdered: mapOrder.KEY_ORDERED,
  keyValueOrdered: mapOrder.KEY_VALUE_ORDERED,
} as const
const orderRule = choice(orders)

/** Options of {@link setOrder} and {@link create}. */
export interface SetMapOrder extends Nested {
  /** Store the index of a sorted map with it, for the bin's own map only: reads are faster, and it needs more room. */
  persistIndex?: boolean | undefined
}

const setOrderRules: Rules<SetMapOrder> = { ctx: ctxRule, persistIndex: flag }

/** Makes an empty map, in the bin or where `ctx` leads, if there is none; else as {@link setOrder}. */
export function create(bin: string, order: MapOrder, options?: SetMapOrder): Op {
  const { ctx, ...rest } = checkOptions("map.create", options, setOrderRules)
  check("map.create: order", order, orderRule)
  return ordering("map.create", bin, order, { ...rest, ctx: ctx?.creatingLast(createBits[order]) })
}

const createBits = {
  unordered: context.CREATE_UNORDERED,
  keyOrdered: context.CREATE_PADDED_OR_KEY_ORDERED,
  keyValueOrdered: context.CREATE_ORDERED,
} as const

/** Changes how a map is kept from now on. Makes it if the bin is absent. */
export function setOrder(bin: string, order: MapOrder, options?: SetMapOrder): Op {
  return ordering("map.setOrder", bin, order, checkOptions("map.setOrder", options, setOrderRules))
}

function ordering(where: string, bin: string, order: MapOrder, { persistIndex, ctx }: SetMapOrder): Op {
  check(`${where}: order`, order, orderRule)
  return make(where, mapOpKind.SET_ORDER, bin, [orders[order] | (persistIndex ? mapOrder.PERSIST_INDEX : 0)], ctx)
}

// ── Writing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Options of {@link increment} and {@link decrement}. */
export interface MapIncrement extends Nested {
  /** How the map is kept if this op makes it; one that exists stays as it is. Default `"unordered"`. */
  order?: MapOrder | undefined
  /** With a sorted `order`, if this op makes the map: store its index with it. Default false. */
  persistIndex?: boolean | undefined
}

/** Options of {@link put} and {@link putItems}. */
export interface MapPut extends MapIncrement {
  /**
   * Whether keys may or must exist: a key that the map has fails `"createOnly"` with code 24 (`ELEMENT_EXISTS`), one that
   * it does not have fails `"updateOnly"` with code 23 (`ELEMENT_NOT_FOUND`). Default `"update"`: either.
   */
  mode?: "update" | "createOnly" | "updateOnly" | undefined
  /** In place of failing by `mode`, nothing is done. Default false. */
  noFail?: boolean | undefined
  /** With `noFail`: of several entries, those that can be are written. Default false. */
  partial?: boolean | undefined
}

const modes = { update: 0, createOnly: mapWriteFlag.CREATE_ONLY, updateOnly: mapWriteFlag.UPDATE_ONLY } as const
const writeBits = { noFail: mapWriteFlag.NO_FAIL, partial: mapWriteFlag.PARTIAL } as const

const incrementRules: Rules<MapIncrement> = { ctx: ctxRule, order: orderRule, persistIndex: flag }
const putRules: Rules<MapPut> = { ...incrementRules, mode: choice(modes), noFail: flag, partial: flag }

/**
 * Writes the value of a key. Gives the new size. A bin that is absent is made.
 *
 * @example
 * await client.operate(key, [map.put("prices", "apple", 3, { order: "keyOrdered", mode: "createOnly" })])
 */
export function put(bin: string, key: MapKey, value: OpValue, options?: MapPut): Op {
  checkAll("map.put", { key: [key, mapKey], value: [value, anyValue] })
  return putting("map.put", mapOpKind.PUT, bin, [key, value], options)
}

/** Writes several entries as {@link put} does. Gives the new size. */
export function putItems(
  bin: string,
  items: ReadonlyMap<MapKey, OpValue> | { readonly [key: string]: OpValue },
  options?: MapPut,
): Op {
  check("map.putItems: items", items, entries)
  return putting("map.putItems", mapOpKind.PUT_ITEMS, bin, [items as OpValue], options)
}

function putting(where: string, kind: number, bin: string, args: OpValue[], options: MapPut | undefined): Op {
  const given = checkOptions(where, options, putRules)
  const bits = modes[given.mode ?? "update"] | flags(given, writeBits)
  const order = orderOf(given)
  return make(where, kind, bin, bits ? [...args, order, bits] : [...args, order], given.ctx)
}

function orderOf({ order, persistIndex }: MapIncrement): number {
  return orders[order ?? "unordered"] | (persistIndex ? mapOrder.PERSIST_INDEX : 0)
}

/**
 * Adds to the number of a key; one that is absent is made. Gives the new number. What is no number fails with code 4.
 * Unlike `op.add`, it mixes integers and doubles: the value keeps its type.
 */
export function increment(bin: string, key: MapKey, by: number | bigint | Double = 1, options?: MapIncrement): Op {
  return adding("map.increment", mapOpKind.INCREMENT, bin, key, by, options)
}

/** Subtracts from the number of a key, as {@link increment} adds. Gives the new number. */
export function decrement(bin: string, key: MapKey, by: number | bigint | Double = 1, options?: MapIncrement): Op {
  return adding("map.decrement", mapOpKind.DECREMENT, bin, key, by, options)
}

function adding(
  where: string,
  kind: number,
  bin: string,
  key: MapKey,
  by: number | bigint | Double,
  options: MapIncrement | undefined,
): Op {
  const given = checkOptions(where, options, incrementRules)
  checkAll(where, { key: [key, mapKey], by: [by, number] })
  return make(where, kind, bin, [key, by, orderOf(given)], given.ctx)
}

// ── Removing ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Removes all entries; the empty map stays. */
export function clear(bin: string, options?: Nested): Op {
  return plain("map.clear", mapOpKind.CLEAR, bin, {}, options)
}

/** Removes the entry of a key. One that is absent has no result. */
export function removeByKey(bin: string, key: MapKey, options?: MapReturn): Op {
  return select("map.removeByKey", mapOpKind.REMOVE_BY_KEY, bin, one, { key: [key, mapKey] }, options)
}

/** Removes the entries of several keys. */
export function removeByKeyList(bin: string, keys: readonly MapKey[], options?: MapReturnMany): Op {
  return select("map.removeByKeyList", mapOpKind.REMOVE_BY_KEY_LIST, bin, many, { keys: [keys, mapKeys] }, options)
}

/** Removes all entries with keys from `begin` (null: the smallest) to before `end` (null: to the largest). */
export function removeByKeyRange(bin: string, begin: MapKey | null, end: MapKey | null, options?: MapReturnMany): Op {
  return select(
    "map.removeByKeyRange",
    mapOpKind.REMOVE_BY_KEY_INTERVAL,
    bin,
    many,
    interval(begin, end, mapKey),
    options,
  )
}

/** Removes entries by their index, counted from that of a key, which need not be in the map. */
export function removeByKeyRelIndexRange(
  bin: string,
  key: MapKey,
  index: number,
  count?: number,
  options?: MapReturnMany,
): Op {
  return select(
    "map.removeByKeyRelIndexRange",
    mapOpKind.REMOVE_BY_KEY_REL_INDEX_RANGE,
    bin,
    many,
    { key: [key, mapKey], index: [index, place], count: [count, countRule] },
    options,
  )
}

/** Removes all entries whose value equals the given one. */
export function removeByValue(bin: string, value: OpValue, options?: MapReturnMany): Op {
  return select("map.removeByValue", mapOpKind.REMOVE_ALL_BY_VALUE, bin, many, { value: [value, anyValue] }, options)
}

/** Removes all entries whose value equals one of those given. */
export function removeByValueList(bin: string, values: readonly OpValue[], options?: MapReturnMany): Op {
  return select(
    "map.removeByValueList",
    mapOpKind.REMOVE_BY_VALUE_LIST,
    bin,
    many,
    { values: [values, valuesRule] },
    options,
  )
}

/** Removes all entries with values from `begin` (null: the smallest) to before `end` (null: to the largest). */
export function removeByValueRange(bin: string, begin: OpValue, end: OpValue, options?: MapReturnMany): Op {
  return select(
    "map.removeByValueRange",
    mapOpKind.REMOVE_BY_VALUE_INTERVAL,
    bin,
    many,
    interval(begin, end, anyValue),
    options,
  )
}

/** Removes entries by their rank, counted from that of a value, which need not be in the map. */
export function removeByValueRelRankRange(
  bin: string,
  value: OpValue,
  rank: number,
  count?: number,
  options?: MapReturnMany,
): Op {
  return select(
    "map.removeByValueRelRankRange",
    mapOpKind.REMOVE_BY_VALUE_REL_RANK_RANGE,
    bin,
    many,
    { value: [value, anyValue], rank: [rank, place], count: [count, countRule] },
    options,
  )
}

/** Removes the entry at an index. Beyond the map: code 26. */
export function removeByIndex(bin: string, index: number, options?: MapReturn): Op {
  return select("map.removeByIndex", mapOpKind.REMOVE_BY_INDEX, bin, one, { index: [index, place] }, options)
}

/** Removes entries from an index on, `count` of them or all. */
export function removeByIndexRange(bin: string, index: number, count?: number, options?: MapReturnMany): Op {
  return select(
    "map.removeByIndexRange",
    mapOpKind.REMOVE_BY_INDEX_RANGE,
    bin,
    many,
    { index: [index, place], count: [count, countRule] },
    options,
  )
}

/** Removes the entry of a rank. Beyond the map: code 26. */
export function removeByRank(bin: string, rank: number, options?: MapReturn): Op {
  return select("map.removeByRank", mapOpKind.REMOVE_BY_RANK, bin, one, { rank: [rank, place] }, options)
}

/** Removes entries from a rank on, `count` of them or all. */
export function removeByRankRange(bin: string, rank: number, count?: number, options?: MapReturnMany): Op {
  return select(
    "map.removeByRankRange",
    mapOpKind.REMOVE_BY_RANK_RANGE,
    bin,
    many,
    { rank: [rank, place], count: [count, countRule] },
    options,
  )
}

// ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How many entries there are. */
export function size(bin: string, options?: Nested): Op {
  return plain("map.size", mapOpKind.SIZE, bin, {}, options)
}

/** What `returnType` says of the entry of a key. One that is absent has no result; its `index` or `rank` is -1. */
export function getByKey(bin: string, key: MapKey, options?: MapReturn): Op {
  return select("map.getByKey", mapOpKind.GET_BY_KEY, bin, one, { key: [key, mapKey] }, options)
}

/** What `returnType` says of the entries of several keys. The server refuses `rank` and `reverseRank` (26). */
export function getByKeyList(bin: string, keys: readonly MapKey[], options?: MapReturnMany): Op {
  return select("map.getByKeyList", mapOpKind.GET_BY_KEY_LIST, bin, many, { keys: [keys, mapKeys] }, options)
}

/** What `returnType` says of all entries with keys from `begin` (null: the smallest) to before `end` (null: to the largest). */
export function getByKeyRange(bin: string, begin: MapKey | null, end: MapKey | null, options?: MapReturnMany): Op {
  return select("map.getByKeyRange", mapOpKind.GET_BY_KEY_INTERVAL, bin, many, interval(begin, end, mapKey), options)
}

/** What `returnType` says of entries by their index, counted from that of a key, which need not be in the map. */
export function getByKeyRelIndexRange(
  bin: string,
  key: MapKey,
  index: number,
  count?: number,
  options?: MapReturnMany,
): Op {
  return select(
    "map.getByKeyRelIndexRange",
    mapOpKind.GET_BY_KEY_REL_INDEX_RANGE,
    bin,
    many,
    { key: [key, mapKey], index: [index, place], count: [count, countRule] },
    options,
  )
}

/** What `returnType` says of all entries whose value equals the given one. */
export function getByValue(bin: string, value: OpValue, options?: MapReturnMany): Op {
  return select("map.getByValue", mapOpKind.GET_ALL_BY_VALUE, bin, many, { value: [value, anyValue] }, options)
}

/** What `returnType` says of all entries whose value equals one of those given. */
export function getByValueList(bin: string, values: readonly OpValue[], options?: MapReturnMany): Op {
  return select("map.getByValueList", mapOpKind.GET_BY_VALUE_LIST, bin, many, { values: [values, valuesRule] }, options)
}

/** What `returnType` says of all entries with values from `begin` (null: the smallest) to before `end` (null: to the largest). */
export function getByValueRange(bin: string, begin: OpValue, end: OpValue, options?: MapReturnMany): Op {
  return select(
    "map.getByValueRange",
    mapOpKind.GET_BY_VALUE_INTERVAL,
    bin,
    many,
    interval(begin, end, anyValue),
    options,
  )
}

/** What `returnType` says of entries by their rank, counted from that of a value, which need not be in the map. */
export function getByValueRelRankRange(
  bin: string,
  value: OpValue,
  rank: number,
  count?: number,
  options?: MapReturnMany,
): Op {
  return select(
    "map.getByValueRelRankRange",
    mapOpKind.GET_BY_VALUE_REL_RANK_RANGE,
    bin,
    many,
    { value: [value, anyValue], rank: [rank, place], count: [count, countRule] },
    options,
  )
}

/** What `returnType` says of the entry at an index. Beyond the map: code 26. */
export function getByIndex(bin: string, index: number, options?: MapReturn): Op {
  return select("map.getByIndex", mapOpKind.GET_BY_INDEX, bin, one, { index: [index, place] }, options)
}

/** What `returnType` says of entries from an index on, `count` of them or all. */
export function getByIndexRange(bin: string, index: number, count?: number, options?: MapReturnMany): Op {
  return select(
    "map.getByIndexRange",
    mapOpKind.GET_BY_INDEX_RANGE,
    bin,
    many,
    { index: [index, place], count: [count, countRule] },
    options,
  )
}

/** What `returnType` says of the entry of a rank. Beyond the map: code 26. */
export function getByRank(bin: string, rank: number, options?: MapReturn): Op {
  return select("map.getByRank", mapOpKind.GET_BY_RANK, bin, one, { rank: [rank, place] }, options)
}

/**
 * What `returnType` says of entries from a rank on, `count` of them or all.
 *
 * @example
 * map.getByRankRange("scores", -3, 3, { returnType: "keyValue" })   // the three highest
 */
export function getByRankRange(bin: string, rank: number, count?: number, options?: MapReturnMany): Op {
  return select(
    "map.getByRankRange",
    mapOpKind.GET_BY_RANK_RANGE,
    bin,
    many,
    { rank: [rank, place], count: [count, countRule] },
    options,
  )
}
