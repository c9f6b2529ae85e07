// What ops on elements of lists and maps give back.

import { flag, type Rule, rule } from "../core/check.ts"
import { cdtReturn } from "../core/generated.ts"
import {
  type Arguments,
  checked,
  checkOptions,
  choice,
  ctxRule,
  make,
  type Nested,
  type Op,
  type OpValue,
  type Rules,
} from "./make.ts"
import { optional } from "./rules.ts"

/**
 * What an op gives back of the elements of a list that it selects: nothing; their indexes, from the start or (`reverse…`)
 * from the end; their ranks, from the smallest or from the largest; how many they are; their values; whether there are any.
 */
export type ListReturnType = keyof typeof listReturns

/** The same of a map; also keys, pairs in their order (a `Map`), pairs as an unordered map or as one sorted by key. */
export type MapReturnType = keyof typeof mapReturns

/** Options of an op that selects one element of a list. */
export interface ListReturn extends Nested {
  /** Default: `"value"` of a get, `"none"` of a remove. */
  returnType?: ListReturnType | undefined
}

/** Options of an op that may select several elements of a list. */
export interface ListReturnMany extends ListReturn {
  /** Select all other elements instead. Default false. */
  inverted?: boolean | undefined
}

/** Options of an op that selects one entry of a map. */
export interface MapReturn extends Nested {
  /** Default: `"value"` of a get, `"none"` of a remove. */
  returnType?: MapReturnType | undefined
}

/** Options of an op that may select several entries of a map. */
export interface MapReturnMany extends MapReturn {
  /** Select all other entries instead. Default false. */
  inverted?: boolean | undefined
}

export const listReturns = {
  none: cdtReturn.NONE,
  index: cdtReturn.INDEX,
  reverseIndex: cdtReturn.REVERSE_INDEX,
  rank: cdtReturn.RANK,
  reverseRank: cdtReturn.REVERSE_RANK,
  count: cdtReturn.COUNT,
  value: cdtReturn.VALUE,
  exists: cdtReturn.EXISTS,
} as const

export const mapReturns = {
  ...listReturns,
  key: cdtReturn.KEY,
  keyValue: cdtReturn.KEY_VALUE,
  unorderedMap: cdtReturn.UNORDERED_MAP,
  orderedMap: cdtReturn.ORDERED_MAP,
} as const

export const listReturn: Rules<ListReturn> = { ctx: ctxRule, returnType: choice(listReturns) }
export const listReturnMany: Rules<ListReturnMany> = { ...listReturn, inverted: flag }
export const mapReturn: Rules<MapReturn> = { ctx: ctxRule, returnType: choice(mapReturns) }
export const mapReturnMany: Rules<MapReturnMany> = { ...mapReturn, inverted: flag }

/** An op that selects elements and says what it gives back of them. A get gives values and a remove nothing if it is not said. */
export function select<T extends ListReturnMany | MapReturnMany>(
  where: string,
  kind: number,
  bin: string,
  rules: Rules<T>,
  args: Arguments,
  options: T | undefined,
): Op {
  const { returnType, inverted, ctx } = checkOptions(where, options, rules) as MapReturnMany
  const type = mapReturns[returnType ?? (where.includes(".get") ? "value" : "none")]
  return make(where, kind, bin, [type | (inverted ? cdtReturn.INVERTED : 0), ...checked(where, args)], ctx)
}

/** From `begin` to before `end`; null is no bound, and that of the end is left out. */
export function interval(begin: OpValue, end: OpValue, rule: Rule): Arguments {
  return { begin: [begin, orNull(rule)], end: [end === null ? undefined : end, end === null ? optional(rule) : rule] }
}

function orNull({ allowed, accepts }: Rule): Rule {
  return rule(`${allowed}, or null`, (value) => value === null || accepts(value))
}
