// Which argument of an op holds what: where its return type, its flags and its order stand. What is recorded and what
// there is to record are both made from these tables.

import {
  bitOp,
  bitOverflowFlag,
  bitResizeFlag,
  bitWriteFlag,
  cdtReturn,
  hllOp,
  hllWriteFlag,
  listOp,
  listOpKind,
  listOrder,
  listSortFlag,
  listWriteFlag,
  mapOp,
  mapOpKind,
  mapOrder,
  mapWriteFlag,
  stringNumericType,
  stringOp,
  stringRegexFlag,
  stringWriteFlag,
} from "../../../dist/core/generated.js"

/** Return types that only maps have. */
const OF_MAPS = ["KEY", "KEY_VALUE", "UNORDERED_MAP", "ORDERED_MAP"]

/** Ops that select one element, which cannot be inverted. */
const SINGLE = new Set([
  listOp.GET_BY_INDEX,
  listOp.GET_BY_RANK,
  listOp.REMOVE_BY_INDEX,
  listOp.REMOVE_BY_RANK,
  mapOp.GET_BY_KEY,
  mapOp.GET_BY_INDEX,
  mapOp.GET_BY_RANK,
  mapOp.REMOVE_BY_KEY,
  mapOp.REMOVE_BY_INDEX,
  mapOp.REMOVE_BY_RANK,
])

const isSelector = (name) => /^(GET|REMOVE)_(ALL_)?BY_/.test(name)
const without = (table, names) => Object.fromEntries(Object.entries(table).filter(([name]) => !names.includes(name)))
const only = (table, ...names) => without(table, Object.keys(without(table, names)))

/** Flags as `[table's name, bits]`: any of them may be set. */
const flags = (name, bits) => ({ name, bits })
/** One of several values, with bits beside them perhaps. */
const choice = (name, values, bits = {}) => ({ name, values, bits })

/** An ordered list: its flags have UNORDERED, which is none of them. */
const listOrders = choice("listOrder", without(listOrder, ["PERSIST_INDEX"]), only(listOrder, "PERSIST_INDEX"))
const mapOrders = choice("mapOrder", without(mapOrder, ["PERSIST_INDEX"]), only(mapOrder, "PERSIST_INDEX"))
const unique = ["ADD_UNIQUE", "NO_FAIL"]

const listArgs = {
  [listOp.SET_ORDER]: { 0: listOrders },
  [listOp.APPEND]: { 1: listOrders, 2: flags("listWriteFlag", only(listWriteFlag, ...unique)) },
  [listOp.APPEND_ITEMS]: { 1: listOrders, 2: flags("listWriteFlag", only(listWriteFlag, ...unique, "PARTIAL")) },
  [listOp.INSERT]: { 2: flags("listWriteFlag", without(listWriteFlag, ["PARTIAL"])) },
  [listOp.INSERT_ITEMS]: { 2: flags("listWriteFlag", listWriteFlag) },
  [listOp.SET]: { 2: flags("listWriteFlag", without(listWriteFlag, ["PARTIAL"])) },
  [listOp.INCREMENT]: { 2: listOrders, 3: flags("listWriteFlag", only(listWriteFlag, ...unique)) },
  [listOp.SORT]: { 0: flags("listSortFlag", listSortFlag) },
}

const mapArgs = {
  [mapOp.SET_ORDER]: { 0: mapOrders },
  [mapOp.PUT]: { 2: mapOrders, 3: flags("mapWriteFlag", without(mapWriteFlag, ["PARTIAL"])) },
  [mapOp.PUT_ITEMS]: { 1: mapOrders, 2: flags("mapWriteFlag", mapWriteFlag) },
  [mapOp.INCREMENT]: { 2: mapOrders },
  [mapOp.DECREMENT]: { 2: mapOrders },
}

const bitWrites = flags("bitWriteFlag", bitWriteFlag)
const overflow = flags("bitOverflowFlag", bitOverflowFlag)
const bitArgs = {
  [bitOp.RESIZE]: {
    1: bitWrites,
    2: flags("bitResizeFlag", bitResizeFlag),
  },
  [bitOp.INSERT]: { 2: bitWrites },
  [bitOp.REMOVE]: { 2: bitWrites },
  [bitOp.SET]: { 3: bitWrites },
  [bitOp.OR]: { 3: bitWrites },
  [bitOp.XOR]: { 3: bitWrites },
  [bitOp.AND]: { 3: bitWrites },
  [bitOp.NOT]: { 2: bitWrites },
  [bitOp.LSHIFT]: { 3: bitWrites },
  [bitOp.RSHIFT]: { 3: bitWrites },
  [bitOp.ADD]: { 3: bitWrites, 4: overflow },
  [bitOp.SUBTRACT]: { 3: bitWrites, 4: overflow },
  [bitOp.SET_INT]: { 3: bitWrites },
  [bitOp.GET_INT]: { 2: flags("bitOverflowFlag", only(bitOverflowFlag, "SIGNED")) },
}

const hllArgs = {
  [hllOp.INIT]: { 2: flags("hllWriteFlag", without(hllWriteFlag, ["ALLOW_FOLD"])) },
  [hllOp.ADD]: { 3: flags("hllWriteFlag", only(hllWriteFlag, "CREATE_ONLY", "NO_FAIL")) },
  [hllOp.SET_UNION]: { 1: flags("hllWriteFlag", hllWriteFlag) },
}

const textWrites = flags("stringWriteFlag", without(stringWriteFlag, ["CREATE_ONLY"]))
const textCreates = flags("stringWriteFlag", stringWriteFlag)
const stringArgs = {
  [stringOp.IS_NUMERIC]: { 0: choice("stringNumericType", stringNumericType) },
  [stringOp.REGEX_COMPARE]: { 1: flags("stringRegexFlag", without(stringRegexFlag, ["GLOBAL"])) },
  [stringOp.REGEX_REPLACE]: { 1: flags("stringRegexFlag", stringRegexFlag), 2: textWrites },
  ...Object.fromEntries(
    ["INSERT", "OVERWRITE", "PAD_START", "PAD_END"].map((name) => [stringOp[name], { 2: textCreates }]),
  ),
  ...Object.fromEntries(["CONCAT", "REPEAT", "APPEND", "PREPEND"].map((name) => [stringOp[name], { 1: textCreates }])),
  [stringOp.SNIP]: { 2: textWrites },
  ...Object.fromEntries(["REPLACE", "REPLACE_ALL"].map((name) => [stringOp[name], { 1: textWrites }])),
  ...Object.fromEntries(
    ["UPPER", "LOWER", "CASE_FOLD", "NORMALIZE_NFC", "TRIM_START", "TRIM_END", "TRIM"].map((name) => [
      stringOp[name],
      { 0: textWrites },
    ]),
  ),
}

/** The families of ops by the name of their table: the ops that a client sends, and what their arguments hold. */
export const FAMILIES = {
  listOp: {
    ops: without(
      listOp,
      Object.keys(listOp).filter((name) => !(name in listOpKind)),
    ),
    args: listArgs,
    returns: without(cdtReturn, [...OF_MAPS, "INVERTED"]),
  },
  mapOp: {
    ops: without(
      mapOp,
      Object.keys(mapOp).filter((name) => !(name in mapOpKind)),
    ),
    args: mapArgs,
    returns: without(cdtReturn, ["INVERTED"]),
  },
  bitOp: { ops: bitOp, args: bitArgs, returns: {} },
  hllOp: { ops: hllOp, args: hllArgs, returns: {} },
  stringOp: { ops: stringOp, args: stringArgs, returns: {} },
}

/** What the arguments of an op hold, by their place behind its code. */
export function argsOf(family, name) {
  const { ops, args, returns } = FAMILIES[family]
  if (!isSelector(name)) return args[ops[name]] ?? {}
  const inverted = SINGLE.has(ops[name]) ? {} : only(cdtReturn, "INVERTED")
  return { 0: { name: "cdtReturn", values: returns, bits: inverted, isProduct: true } }
}

/** The names of what an argument can hold. */
export function namesOf({ name, values = {}, bits, isProduct }) {
  const full = (key) => `${name}.${key}`
  const alone = [...Object.keys(values), ...(isProduct ? [] : Object.keys(bits))].map(full)
  const products = isProduct ? Object.keys(bits).flatMap((bit) => Object.keys(values).map((key) => [key, bit])) : []
  return [...alone, ...products.map(([key, bit]) => `${full(key)} ${bit}`)]
}

/** The names of what an argument holds. */
export function namesIn(holds, value) {
  const { name, values, bits, isProduct } = holds
  const number = Number(value)
  const set = Object.entries(bits).filter(([, bit]) => number & bit)
  if (!values) return set.map(([key]) => `${name}.${key}`)
  const rest = number & ~set.reduce((all, [, bit]) => all | bit, 0)
  const chosen = Object.entries(values)
    .filter(([, own]) => own === rest)
    .map(([key]) => `${name}.${key}`)
  if (!isProduct) return [...chosen, ...set.map(([key]) => `${name}.${key}`)]
  return set.length ? chosen.flatMap((one) => set.map(([bit]) => `${one} ${bit}`)) : chosen
}
