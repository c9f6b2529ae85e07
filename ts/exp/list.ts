// Lists in expressions. A read gives what it read; a change gives the changed list and leaves the bin as it is. Both are
// unknown when the list is absent or of another type, and when an index or rank is beyond its end.

import { listOp, listOrder, listSortFlag, listWriteFlag } from "../core/generated.ts"
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
import {
  type AnyOperand,
  anyOperand,
  type Expression,
  type Operand,
  operand,
  type Part,
  type TypeOf,
} from "./expression.ts"
import { valuesOf } from "./typed.ts"

const values = /* @__PURE__ */ valuesOf("list")
/** A list that is a value. */
export const val: typeof values.val = values.val
/** A bin. Unknown when the record has no such bin, or one of another type. */
export const bin: typeof values.bin = values.bin
/** In the filter or the modification of a path: the element at hand. */
export const loopVar: typeof values.loopVar = values.loopVar
const variable: typeof values.var = values.var

export { variable as var }

/** How a list is written. */
export interface ListWriteOptions extends Nested {
  /** How the list is kept if the op makes it. Default `"unordered"`. */
  order?: "unordered" | "ordered" | undefined
  /** Unknown when the value is in the list already. */
  unique?: boolean | undefined
  /** Unknown when the index is beyond the end; else the gap is filled with nil. */
  bounded?: boolean | undefined
  /** What is not allowed leaves the list as it is. */
  noFail?: boolean | undefined
  /** With `noFail` and several values: those that are allowed are written. */
  partial?: boolean | undefined
}

const writeBits = {
  unique: listWriteFlag.ADD_UNIQUE,
  bounded: listWriteFlag.INSERT_BOUNDED,
  noFail: listWriteFlag.NO_FAIL,
  partial: listWriteFlag.PARTIAL,
}

function orderOf({ order }: ListWriteOptions): number {
  return order === "ordered" ? listOrder.ORDERED : listOrder.UNORDERED
}

// ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How many elements there are. */
export function size(list: Collection, { ctx }: Nested = {}): Expression<"int"> {
  return read("int", list, [listOp.SIZE], ctx)
}

/**
 * The strings of a list as one, with a separator between them or none. Needs a server of version 8.1.3; see `string` for
 * what that means.
 */
export function join(list: Collection, separator?: Operand<"string">, { ctx }: Nested = {}): Expression<"string"> {
  const parts = separator === undefined ? [] : [operand("string", separator)]
  return read("string", list, [listOp.JOIN, ...parts], ctx)
}

/**
 * The element at an index; negative ones count from the end.
 *
 * @example
 * exp.gt(exp.list.getByIndex(exp.list.bin("scores"), -1, { type: "int" }), 100)
 */
export function getByIndex<const O extends OneOptions>(
  list: Collection,
  index: Operand<"int">,
  options: O,
): Expression<OneResult<O>> {
  return readOne(list, listOp.GET_BY_INDEX, [intOf(index)], options)
}

/** The elements from an index on, to the end or `count` of them. */
export function getByIndexRange<const O extends ManyOptions = object>(
  list: Collection,
  index: Operand<"int">,
  count?: Operand<"int">,
  options?: O,
): Expression<ManyResult<O>> {
  return readMany(list, listOp.GET_BY_INDEX_RANGE, [intOf(index), ...countOf(count)], options)
}

/** The element of a rank: 0 is the smallest, -1 the greatest. */
export function getByRank<const O extends OneOptions>(
  list: Collection,
  rank: Operand<"int">,
  options: O,
): Expression<OneResult<O>> {
  return readOne(list, listOp.GET_BY_RANK, [intOf(rank)], options)
}

/** The elements from a rank on, to the greatest or `count` of them. */
export function getByRankRange<const O extends ManyOptions = object>(
  list: Collection,
  rank: Operand<"int">,
  count?: Operand<"int">,
  options?: O,
): Expression<ManyResult<O>> {
  return readMany(list, listOp.GET_BY_RANK_RANGE, [intOf(rank), ...countOf(count)], options)
}

/**
 * All elements that equal a value.
 *
 * @example
 * exp.list.getByValue(exp.list.bin("tags"), "new", { returnType: "exists" })
 */
export function getByValue<const O extends ManyOptions = object>(
  list: Collection,
  value: AnyOperand,
  options?: O,
): Expression<ManyResult<O>> {
  return readMany(list, listOp.GET_ALL_BY_VALUE, [anyOperand(value)], options)
}

/** All elements that equal any of a list of values. */
export function getByValueList<const O extends ManyOptions = object>(
  list: Collection,
  values: Operand<"list">,
  options?: O,
): Expression<ManyResult<O>> {
  return readMany(list, listOp.GET_BY_VALUE_LIST, [operand("list", values)], options)
}

/** All elements from one value to before another; null for no limit. */
export function getByValueRange<const O extends ManyOptions = object>(
  list: Collection,
  begin: AnyOperand | undefined,
  end: AnyOperand | undefined,
  options?: O,
): Expression<ManyResult<O>> {
  return readMany(list, listOp.GET_BY_VALUE_INTERVAL, interval(begin, end), options)
}

/** The elements whose rank is that of a value (or of where it would be) plus `rank`, or greater; `count` of them. */
export function getByValueRelRankRange<const O extends ManyOptions = object>(
  list: Collection,
  value: AnyOperand,
  rank: Operand<"int">,
  count?: Operand<"int">,
  options?: O,
): Expression<ManyResult<O>> {
  const selector = [anyOperand(value), intOf(rank), ...countOf(count)]
  return readMany(list, listOp.GET_BY_VALUE_REL_RANK_RANGE, selector, options)
}

/** A range of values: nil is before all, and no end is the end. */
export function interval(begin: AnyOperand | undefined, end: AnyOperand | undefined): readonly Part[] {
  return [anyOperand(begin ?? null), ...(end === undefined || end === null ? [] : [anyOperand(end)])]
}

// ── Changing ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The list with a value added: at the end, or, in an ordered list, in its place. */
export function append<C extends Collection>(
  list: C,
  value: AnyOperand,
  options: ListWriteOptions = {},
): Expression<TypeOf<C>> {
  const op = [listOp.APPEND, anyOperand(value), orderOf(options), bitsOf(options, writeBits)]
  return modify("list", list, op, options.ctx)
}

/** The list with all values of another added. */
export function appendItems<C extends Collection>(
  list: C,
  values: Operand<"list">,
  options: ListWriteOptions = {},
): Expression<TypeOf<C>> {
  const op = [listOp.APPEND_ITEMS, operand("list", values), orderOf(options), bitsOf(options, writeBits)]
  return modify("list", list, op, options.ctx)
}

/** The list with a value put in before an index. Unknown for an ordered list. */
export function insert<C extends Collection>(
  list: C,
  index: Operand<"int">,
  value: AnyOperand,
  options: Omit<ListWriteOptions, "order"> = {},
): Expression<TypeOf<C>> {
  const op = [listOp.INSERT, intOf(index), anyOperand(value), bitsOf(options, writeBits)]
  return modify("list", list, op, options.ctx)
}

/** The list with all values of another put in before an index. Unknown for an ordered list. */
export function insertItems<C extends Collection>(
  list: C,
  index: Operand<"int">,
  values: Operand<"list">,
  options: Omit<ListWriteOptions, "order"> = {},
): Expression<TypeOf<C>> {
  const op = [listOp.INSERT_ITEMS, intOf(index), operand("list", values), bitsOf(options, writeBits)]
  return modify("list", list, op, options.ctx)
}

/** The list with a number added to the one at an index. */
export function increment<C extends Collection>(
  list: C,
  index: Operand<"int">,
  by: Operand<"int"> | Operand<"float">,
  options: ListWriteOptions = {},
): Expression<TypeOf<C>> {
  const op = [listOp.INCREMENT, intOf(index), anyOperand(by), orderOf(options), bitsOf(options, writeBits)]
  return modify("list", list, op, options.ctx)
}

/** The list with another value at an index. Unknown for an ordered list. */
export function set<C extends Collection>(
  list: C,
  index: Operand<"int">,
  value: AnyOperand,
  options: Omit<ListWriteOptions, "order"> = {},
): Expression<TypeOf<C>> {
  const op = [listOp.SET, intOf(index), anyOperand(value), bitsOf(options, writeBits)]
  return modify("list", list, op, options.ctx)
}

/** The list without elements. */
export function clear<C extends Collection>(list: C, { ctx }: Nested = {}): Expression<TypeOf<C>> {
  return modify("list", list, [listOp.CLEAR], ctx)
}

/** The list sorted. */
export function sort<C extends Collection>(
  list: C,
  options: Nested & { descending?: boolean | undefined; dropDuplicates?: boolean | undefined } = {},
): Expression<TypeOf<C>> {
  const bits = { descending: listSortFlag.DESCENDING, dropDuplicates: listSortFlag.DROP_DUPLICATES }
  return modify("list", list, [listOp.SORT, bitsOf(options, bits)], options.ctx)
}

// ── Removing ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The list without the element at an index. */
export function removeByIndex<C extends Collection>(
  list: C,
  index: Operand<"int">,
  options?: Nested,
): Expression<TypeOf<C>> {
  return remove("list", list, listOp.REMOVE_BY_INDEX, [intOf(index)], options)
}

/** The list without the elements from an index on, to the end or `count` of them. */
export function removeByIndexRange<C extends Collection>(
  list: C,
  index: Operand<"int">,
  count?: Operand<"int">,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  return remove("list", list, listOp.REMOVE_BY_INDEX_RANGE, [intOf(index), ...countOf(count)], options)
}

/** The list without the element of a rank. */
export function removeByRank<C extends Collection>(
  list: C,
  rank: Operand<"int">,
  options?: Nested,
): Expression<TypeOf<C>> {
  return remove("list", list, listOp.REMOVE_BY_RANK, [intOf(rank)], options)
}

/** The list without the elements from a rank on, to the greatest or `count` of them. */
export function removeByRankRange<C extends Collection>(
  list: C,
  rank: Operand<"int">,
  count?: Operand<"int">,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  return remove("list", list, listOp.REMOVE_BY_RANK_RANGE, [intOf(rank), ...countOf(count)], options)
}

/** The list without all elements that equal a value. */
export function removeByValue<C extends Collection>(
  list: C,
  value: AnyOperand,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  return remove("list", list, listOp.REMOVE_ALL_BY_VALUE, [anyOperand(value)], options)
}

/** The list without all elements that equal any of a list of values. */
export function removeByValueList<C extends Collection>(
  list: C,
  values: Operand<"list">,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  return remove("list", list, listOp.REMOVE_BY_VALUE_LIST, [operand("list", values)], options)
}

/** The list without all elements from one value to before another; null for no limit. */
export function removeByValueRange<C extends Collection>(
  list: C,
  begin: AnyOperand | undefined,
  end: AnyOperand | undefined,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  return remove("list", list, listOp.REMOVE_BY_VALUE_INTERVAL, interval(begin, end), options)
}

/** The list without what {@link getByValueRelRankRange} finds. */
export function removeByValueRelRankRange<C extends Collection>(
  list: C,
  value: AnyOperand,
  rank: Operand<"int">,
  count?: Operand<"int">,
  options?: RemoveOptions,
): Expression<TypeOf<C>> {
  const selector = [anyOperand(value), intOf(rank), ...countOf(count)]
  return remove("list", list, listOp.REMOVE_BY_VALUE_REL_RANK_RANGE, selector, options)
}
