// Ops of `operate` on lists. Indexes and ranks below zero count from the end; a rank of 0 is the smallest value. Values are
// ordered by type first: nil, booleans, integers, strings, lists, maps, bytes, doubles, GeoJSON.
//
// A bin of another type fails with `BinTypeError` (12). On an absent bin, a read has no result, and so have the ops that
// remove, though these raise the generation.

import { check, flag, rule } from "../core/check.ts"
import { context, listOpKind, listOrder, listSortFlag, listWriteFlag } from "../core/generated.ts"
import type { Double } from "../values.ts"
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
  type ListReturn,
  type ListReturnMany,
  listReturnMany as many,
  listReturn as one,
  select,
} from "./returns.ts"
import {
  amount,
  anyValue,
  checkAll,
  count as countRule,
  number,
  optional,
  place,
  values as valuesRule,
} from "./rules.ts"

// ── Making ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How a list is kept: as it is filled, or sorted by value. */
export type ListOrder = keyof typeof orders

const orders = { unordered: listOrder.UNORDERED, ordered: listOrder.ORDERED } as const
const orderRule = choice(orders)

/** Options of {@link setOrder}. */
export interface SetListOrder extends Nested {
  /** Store the index of an ordered list with it, for the bin's own list only: reads are faster, and it needs more room. */
  persistIndex?: boolean | undefined
}

/** Options of {@link create}. */
export interface CreateListOptions extends SetListOrder {
  /** Fill the gap before the index of the last step of `ctx` with nil. Default false: the index must not lie beyond the end. */
  pad?: boolean | undefined
}

const setOrderRules: Rules<SetListOrder> = { ctx: ctxRule, persistIndex: flag }
const createRules: Rules<CreateListOptions> = { ...setOrderRules, pad: flag }

/** Makes an empty list, in the bin or where `ctx` leads, if there is none; else as {@link setOrder}. */
export function create(bin: string, order: ListOrder, options?: CreateListOptions): Op {
  const { pad, ctx, ...rest } = checkOptions("list.create", options, createRules)
  check("list.create: order", order, orderRule)
  const made = pad && order === "unordered" ? context.CREATE_PADDED_OR_KEY_ORDERED : createBits[order]
  return ordering("list.create", bin, order, { ...rest, ctx: ctx?.creatingLast(made) })
}

const createBits = { unordered: context.CREATE_UNORDERED, ordered: context.CREATE_ORDERED } as const

/** Changes how a list is kept from now on; an unordered one is sorted when it becomes ordered. Makes it if the bin is absent. */
export function setOrder(bin: string, order: ListOrder, options?: SetListOrder): Op {
  return ordering("list.setOrder", bin, order, checkOptions("list.setOrder", options, setOrderRules))
}

function ordering(where: string, bin: string, order: ListOrder, { persistIndex, ctx }: SetListOrder): Op {
  check(`${where}: order`, order, orderRule)
  return make(where, listOpKind.SET_ORDER, bin, [orders[order] | (persistIndex ? listOrder.PERSIST_INDEX : 0)], ctx)
}

// ── Writing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Options of ops that write to a list. */
export interface ListWrite extends Nested {
  /** A value that the list has already fails with code 24 (`ELEMENT_EXISTS`), one that is given twice with 26. Default false. */
  unique?: boolean | undefined
  /** In place of failing by `unique` or `bounded`, nothing is done. Default false. */
  noFail?: boolean | undefined
  /** With `noFail`: of several values, those that can be are written. Default false. */
  partial?: boolean | undefined
}

/** Options of {@link append} and the like. */
export interface ListAppend extends ListWrite {
  /** How the list is kept if this op makes it; one that exists stays as it is. Default `"unordered"`. */
  order?: ListOrder | undefined
  /** With `order: "ordered"`, if this op makes the list: store its index with it. Default false. */
  persistIndex?: boolean | undefined
}

/** Options of {@link insert} and the like. */
export interface ListInsert extends ListWrite {
  /** An index beyond the end fails with code 26, in place of filling the gap with nil. Default false. */
  bounded?: boolean | undefined
}

const writeRules: Rules<ListWrite> = { ctx: ctxRule, unique: flag, noFail: flag, partial: flag }
const appendRules: Rules<ListAppend> = { ...writeRules, order: orderRule, persistIndex: flag }
const insertRules: Rules<ListInsert> = { ...writeRules, bounded: flag }

const writeBits = {
  unique: listWriteFlag.ADD_UNIQUE,
  bounded: listWriteFlag.INSERT_BOUNDED,
  noFail: listWriteFlag.NO_FAIL,
  partial: listWriteFlag.PARTIAL,
} as const

/**
 * Adds a value at the end, or in an ordered list where it belongs. Gives the new size. A bin that is absent is made.
 *
 * @example
 * await client.operate(key, [list.append("tags", "new", { unique: true, noFail: true })])
 */
export function append(bin: string, value: OpValue, options?: ListAppend): Op {
  check("list.append: value", value, anyValue)
  return appending("list.append", listOpKind.APPEND, bin, [value], options)
}

/** Adds several values as {@link append} does. Gives the new size. */
export function appendItems(bin: string, values: readonly OpValue[], options?: ListAppend): Op {
  check("list.appendItems: values", values, valuesRule)
  return appending("list.appendItems", listOpKind.APPEND_ITEMS, bin, [values], options)
}

/** What is at its default is left out. */
function appending(where: string, kind: number, bin: string, args: OpValue[], options: ListAppend | undefined): Op {
  const given = checkOptions(where, options, appendRules)
  const order = orders[given.order ?? "unordered"] | (given.persistIndex ? listOrder.PERSIST_INDEX : 0)
  const bits = flags(given, writeBits)
  return make(where, kind, bin, order || bits ? [...args, order, bits] : args, given.ctx)
}

/**
 * Puts a value before the one at an index; beyond the end, nil fills the gap. Gives the new size. A bin that is absent is
 * made. An index before the start, and an ordered list, fail with code 26.
 */
export function insert(bin: string, index: number, value: OpValue, options?: ListInsert): Op {
  checkAll("list.insert", { index: [index, place], value: [value, anyValue] })
  return inserting("list.insert", listOpKind.INSERT, bin, [index, value], options)
}

/** Puts several values before the one at an index, as {@link insert} does. Gives the new size. */
export function insertItems(bin: string, index: number, values: readonly OpValue[], options?: ListInsert): Op {
  checkAll("list.insertItems", { index: [index, place], values: [values, valuesRule] })
  return inserting("list.insertItems", listOpKind.INSERT_ITEMS, bin, [index, values], options)
}

/**
 * Replaces the value at an index; beyond the end, nil fills the gap. An index before the start, and an ordered list, fail
 * with code 26.
 */
export function set(bin: string, index: number, value: OpValue, options?: ListInsert): Op {
  checkAll("list.set", { index: [index, place], value: [value, anyValue] })
  return inserting("list.set", listOpKind.SET, bin, [index, value], options)
}

function inserting(where: string, kind: number, bin: string, args: OpValue[], options: ListInsert | undefined): Op {
  const given = checkOptions(where, options, insertRules)
  const bits = flags(given, writeBits)
  return make(where, kind, bin, bits ? [...args, bits] : args, given.ctx)
}

/**
 * Adds to the number at an index. Gives the new number. What is no number fails with code 4. Unlike `op.add`, it mixes
 * integers and doubles: the element keeps its type, so a double that is added to an integer is cut off to a whole one.
 */
export function increment(bin: string, index: number, by: number | bigint | Double = 1, options?: ListAppend): Op {
  checkAll("list.increment", { index: [index, place], by: [by, number] })
  return appending("list.increment", listOpKind.INCREMENT, bin, [index, by], options)
}

/** Options of {@link sort}. */
export interface ListSort extends Nested {
  /** Largest first. Default false. Not with `dropDuplicates`, which the server refuses (4). */
  descending?: boolean | undefined
  /** Of equal values one stays. Default false. */
  dropDuplicates?: boolean | undefined
}

const sortRules: Rules<ListSort> = { ctx: ctxRule, descending: flag, dropDuplicates: flag }
const sortBits = { descending: listSortFlag.DESCENDING, dropDuplicates: listSortFlag.DROP_DUPLICATES } as const

/** Sorts a list once; it stays unordered. An absent bin fails with `BinTypeError`. */
export function sort(bin: string, options?: ListSort): Op {
  const given = checkOptions("list.sort", options, sortRules)
  return make("list.sort", listOpKind.SORT, bin, [flags(given, sortBits)], given.ctx)
}

// ── Removing ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Removes the element at an index and gives it. An index beyond the list fails with code 26. */
export function pop(bin: string, index: number, options?: Nested): Op {
  return plain("list.pop", listOpKind.POP, bin, { index: [index, place] }, options)
}

/** Removes elements from an index on, `count` of them or all, and gives them: `[]` if there are none. */
export function popRange(bin: string, index: number, count?: number, options?: Nested): Op {
  return plain(
    "list.popRange",
    listOpKind.POP_RANGE,
    bin,
    { index: [index, place], count: [count, countRule] },
    options,
  )
}

/** Removes the element at an index. Gives how many were removed. An index beyond the list fails with code 26. */
export function remove(bin: string, index: number, options?: Nested): Op {
  return plain("list.remove", listOpKind.REMOVE, bin, { index: [index, place] }, options)
}

/** Removes elements from an index on, `count` of them or all. Gives how many were removed. */
export function removeRange(bin: string, index: number, count?: number, options?: Nested): Op {
  return plain(
    "list.removeRange",
    listOpKind.REMOVE_RANGE,
    bin,
    { index: [index, place], count: [count, countRule] },
    options,
  )
}

/** Keeps `count` elements from an index on and removes all others. Gives how many were removed. */
export function trim(bin: string, index: number, count: number, options?: Nested): Op {
  return plain("list.trim", listOpKind.TRIM, bin, { index: [index, place], count: [count, amount] }, options)
}

/** Removes all elements; the empty list stays. */
export function clear(bin: string, options?: Nested): Op {
  return plain("list.clear", listOpKind.CLEAR, bin, {}, options)
}

/** Removes the element at an index. Beyond the list: code 26. */
export function removeByIndex(bin: string, index: number, options?: ListReturn): Op {
  return select("list.removeByIndex", listOpKind.REMOVE_BY_INDEX, bin, one, { index: [index, place] }, options)
}

/** Removes elements from an index on, `count` of them or all. */
export function removeByIndexRange(bin: string, index: number, count?: number, options?: ListReturnMany): Op {
  return select(
    "list.removeByIndexRange",
    listOpKind.REMOVE_BY_INDEX_RANGE,
    bin,
    many,
    { index: [index, place], count: [count, countRule] },
    options,
  )
}

/** Removes the element of a rank. Beyond the list: code 26. */
export function removeByRank(bin: string, rank: number, options?: ListReturn): Op {
  return select("list.removeByRank", listOpKind.REMOVE_BY_RANK, bin, one, { rank: [rank, place] }, options)
}

/** Removes elements from a rank on, `count` of them or all. */
export function removeByRankRange(bin: string, rank: number, count?: number, options?: ListReturnMany): Op {
  return select(
    "list.removeByRankRange",
    listOpKind.REMOVE_BY_RANK_RANGE,
    bin,
    many,
    { rank: [rank, place], count: [count, countRule] },
    options,
  )
}

/** Removes all elements that equal a value. */
export function removeByValue(bin: string, value: OpValue, options?: ListReturnMany): Op {
  return select("list.removeByValue", listOpKind.REMOVE_ALL_BY_VALUE, bin, many, { value: [value, anyValue] }, options)
}

/** Removes all elements that equal one of the values. */
export function removeByValueList(bin: string, values: readonly OpValue[], options?: ListReturnMany): Op {
  return select(
    "list.removeByValueList",
    listOpKind.REMOVE_BY_VALUE_LIST,
    bin,
    many,
    { values: [values, valuesRule] },
    options,
  )
}

/** Removes all elements from `begin` (null: the smallest) to before `end` (null: to the largest). */
export function removeByValueRange(bin: string, begin: OpValue, end: OpValue, options?: ListReturnMany): Op {
  return select(
    "list.removeByValueRange",
    listOpKind.REMOVE_BY_VALUE_INTERVAL,
    bin,
    many,
    interval(begin, end, anyValue),
    options,
  )
}

/** Removes elements by their rank, counted from that of a value, which need not be in the list. */
export function removeByValueRelRankRange(
  bin: string,
  value: OpValue,
  rank: number,
  count?: number,
  options?: ListReturnMany,
): Op {
  const kind = listOpKind.REMOVE_BY_VALUE_REL_RANK_RANGE
  return select(
    "list.removeByValueRelRankRange",
    kind,
    bin,
    many,
    { value: [value, anyValue], rank: [rank, place], count: [count, countRule] },
    options,
  )
}

// ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How many elements there are. */
export function size(bin: string, options?: Nested): Op {
  return plain("list.size", listOpKind.SIZE, bin, {}, options)
}

/**
 * The strings of a list as one, with a separator between them or none. Another element than a string: code 4. Needs a
 * server of version 8.1.3; see `string` for what that means.
 */
export function join(bin: string, separator?: string, options?: Nested): Op {
  return plain("list.join", listOpKind.JOIN, bin, { separator: [separator, separatorRule] }, options)
}

const separatorRule = optional(rule("text", (value) => typeof value === "string"))

/** The element at an index. Beyond the list: code 26. */
export function get(bin: string, index: number, options?: Nested): Op {
  return plain("list.get", listOpKind.GET, bin, { index: [index, place] }, options)
}

/** Elements from an index on, `count` of them or all: `[]` if there are none. */
export function getRange(bin: string, index: number, count?: number, options?: Nested): Op {
  return plain(
    "list.getRange",
    listOpKind.GET_RANGE,
    bin,
    { index: [index, place], count: [count, countRule] },
    options,
  )
}

/** What `returnType` says of the element at an index. Beyond the list: code 26. */
export function getByIndex(bin: string, index: number, options?: ListReturn): Op {
  return select("list.getByIndex", listOpKind.GET_BY_INDEX, bin, one, { index: [index, place] }, options)
}

/** What `returnType` says of elements from an index on, `count` of them or all. */
export function getByIndexRange(bin: string, index: number, count?: number, options?: ListReturnMany): Op {
  return select(
    "list.getByIndexRange",
    listOpKind.GET_BY_INDEX_RANGE,
    bin,
    many,
    { index: [index, place], count: [count, countRule] },
    options,
  )
}

/** What `returnType` says of the element of a rank. Beyond the list: code 26. */
export function getByRank(bin: string, rank: number, options?: ListReturn): Op {
  return select("list.getByRank", listOpKind.GET_BY_RANK, bin, one, { rank: [rank, place] }, options)
}

/**
 * What `returnType` says of elements from a rank on, `count` of them or all.
 *
 * @example
 * list.getByRankRange("scores", -3, 3)   // the three highest
 */
export function getByRankRange(bin: string, rank: number, count?: number, options?: ListReturnMany): Op {
  return select(
    "list.getByRankRange",
    listOpKind.GET_BY_RANK_RANGE,
    bin,
    many,
    { rank: [rank, place], count: [count, countRule] },
    options,
  )
}

/** What `returnType` says of all elements that equal a value. */
export function getByValue(bin: string, value: OpValue, options?: ListReturnMany): Op {
  return select("list.getByValue", listOpKind.GET_ALL_BY_VALUE, bin, many, { value: [value, anyValue] }, options)
}

/** What `returnType` says of all elements that equal one of the values. */
export function getByValueList(bin: string, values: readonly OpValue[], options?: ListReturnMany): Op {
  return select(
    "list.getByValueList",
    listOpKind.GET_BY_VALUE_LIST,
    bin,
    many,
    { values: [values, valuesRule] },
    options,
  )
}

/** What `returnType` says of all elements from `begin` (null: the smallest) to before `end` (null: to the largest). */
export function getByValueRange(bin: string, begin: OpValue, end: OpValue, options?: ListReturnMany): Op {
  return select(
    "list.getByValueRange",
    listOpKind.GET_BY_VALUE_INTERVAL,
    bin,
    many,
    interval(begin, end, anyValue),
    options,
  )
}

/** What `returnType` says of elements by their rank, counted from that of a value, which need not be in the list. */
export function getByValueRelRankRange(
  bin: string,
  value: OpValue,
  rank: number,
  count?: number,
  options?: ListReturnMany,
): Op {
  const kind = listOpKind.GET_BY_VALUE_REL_RANK_RANGE
  return select(
    "list.getByValueRelRankRange",
    kind,
    bin,
    many,
    { value: [value, anyValue], rank: [rank, place], count: [count, countRule] },
    options,
  )
}
