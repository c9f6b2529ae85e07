// Ops of `operate` on HyperLogLogs, which count different elements in little room, about: with n index bits the count is wrong
// by some 1.04 / sqrt(2^n). Elements can be anything but lists and maps (4). A bin that is no HyperLogLog fails with
// `BinTypeError` (12); on an absent bin a read gives null, or nothing.

import { flag } from "../core/check.ts"
import { hllOpKind, hllWriteFlag } from "../core/generated.ts"
import type { HLL } from "../values.ts"
import {
  checked,
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
  hlls as hllsRule,
  indexBits as indexBitsRule,
  minHashBits as minHashBitsRule,
  values as valuesRule,
} from "./rules.ts"

/** Options of {@link init}. */
export interface HllInit extends Nested {
  /** Bits of the min-hash, 4 to 51: needed for the similarity and intersection of more than two. Default: none. */
  minHashBits?: number | undefined
  /**
   * Whether the bin may or must exist: `"createOnly"` fails with `BinExistsError`, `"updateOnly"` with `BinNotFoundError`.
   * Default `"update"`: either.
   */
  mode?: "update" | "createOnly" | "updateOnly" | undefined
  /** What would fail by `mode` does nothing instead. Default false. */
  noFail?: boolean | undefined
}

/** Options of {@link add}. */
export interface HllAdd extends Nested {
  /** If this op makes the HyperLogLog: its index bits, 4 to 16. Without it, the bin must exist. */
  indexBits?: number | undefined
  /** If this op makes the HyperLogLog: bits of the min-hash, 4 to 51. Default: none. */
  minHashBits?: number | undefined
  /** `"createOnly"` fails with `BinExistsError` when the bin exists. Default `"update"`. */
  mode?: "update" | "createOnly" | undefined
  /** What would fail by `mode` does nothing instead. Default false. */
  noFail?: boolean | undefined
}

/** Options of {@link setUnion}. */
export interface HllUnion extends Nested {
  /** As of {@link HllInit}. */
  mode?: "update" | "createOnly" | "updateOnly" | undefined
  /** What would fail does nothing instead. Default false. */
  noFail?: boolean | undefined
  /** HyperLogLogs with other index bits are folded to the fewest; without it they fail with code 26. Default false. */
  allowFold?: boolean | undefined
}

const modes = { update: 0, createOnly: hllWriteFlag.CREATE_ONLY, updateOnly: hllWriteFlag.UPDATE_ONLY } as const
const addModes = { update: 0, createOnly: hllWriteFlag.CREATE_ONLY } as const
const writeBits = { noFail: hllWriteFlag.NO_FAIL, allowFold: hllWriteFlag.ALLOW_FOLD } as const
/** A number of bits that is not given. */
const none = -1

const initRules: Rules<HllInit> = { ctx: ctxRule, minHashBits: minHashBitsRule, mode: choice(modes), noFail: flag }
const addRules: Rules<HllAdd> = {
  ctx: ctxRule,
  indexBits: indexBitsRule,
  minHashBits: minHashBitsRule,
  mode: choice(addModes),
  noFail: flag,
}
const unionRules: Rules<HllUnion> = { ctx: ctxRule, mode: choice(modes), noFail: flag, allowFold: flag }

// ── Changing ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Makes a HyperLogLog, or empties one. The more index bits, 4 to 16, the nearer the count, and the more room it takes.
 * Together with those of the min-hash they are at most 64.
 */
export function init(bin: string, indexBits: number, options?: HllInit): Op {
  const { minHashBits = none, mode = "update", ctx, ...rest } = checkOptions("hll.init", options, initRules)
  const args = checked("hll.init", { indexBits: [indexBits, indexBitsRule] })
  return make("hll.init", hllOpKind.INIT, bin, [...args, minHashBits, modes[mode] | flags(rest, writeBits)], ctx)
}

/**
 * Adds elements. Gives how many of them changed something, which is about how many were new.
 *
 * @example
 * await client.operate(key, [hll.add("visitors", ["alice", "bob"], { indexBits: 12 }), hll.getCount("visitors")])
 */
export function add(bin: string, values: readonly OpValue[], options?: HllAdd): Op {
  const given = checkOptions("hll.add", options, addRules)
  const { indexBits = none, minHashBits = none, mode = "update", ctx, ...rest } = given
  const args = checked("hll.add", { values: [values, valuesRule] })
  const bits = modes[mode] | flags(rest, writeBits)
  return make("hll.add", hllOpKind.ADD, bin, [...args, indexBits, minHashBits, bits], ctx)
}

/** Makes the bin the union of itself and the given ones. A bin that is absent is made. */
export function setUnion(bin: string, hlls: readonly HLL[], options?: HllUnion): Op {
  const { mode = "update", ctx, ...rest } = checkOptions("hll.setUnion", options, unionRules)
  const args = checked("hll.setUnion", { hlls: [hlls, hllsRule] })
  return make("hll.setUnion", hllOpKind.SET_UNION, bin, [...args, modes[mode] | flags(rest, writeBits)], ctx)
}

/** Counts anew, if something was added since, and keeps the count for later reads. Gives it. An absent bin: code 17. */
export function refreshCount(bin: string, options?: Nested): Op {
  return plain("hll.refreshCount", hllOpKind.REFRESH_COUNT, bin, {}, options)
}

/** Lowers the index bits. With a min-hash, or to more than it has: code 26. An absent bin: code 17. */
export function fold(bin: string, indexBits: number, options?: Nested): Op {
  return plain("hll.fold", hllOpKind.FOLD, bin, { indexBits: [indexBits, indexBitsRule] }, options)
}

// ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** About how many different elements were added. */
export function getCount(bin: string, options?: Nested): Op {
  return plain("hll.getCount", hllOpKind.COUNT, bin, {}, options)
}

/** The union of the bin and the given ones, as an {@link HLL}. */
export function getUnion(bin: string, hlls: readonly HLL[], options?: Nested): Op {
  return plain("hll.getUnion", hllOpKind.UNION, bin, { hlls: [hlls, hllsRule] }, options)
}

/** About how many different elements the union of the bin and the given ones has. */
export function getUnionCount(bin: string, hlls: readonly HLL[], options?: Nested): Op {
  return plain("hll.getUnionCount", hllOpKind.UNION_COUNT, bin, { hlls: [hlls, hllsRule] }, options)
}

/** About how many elements the bin and all the given ones have in common. */
export function getIntersectCount(bin: string, hlls: readonly HLL[], options?: Nested): Op {
  return plain("hll.getIntersectCount", hllOpKind.INTERSECT_COUNT, bin, { hlls: [hlls, hllsRule] }, options)
}

/** How alike the bin and the given ones are, from 0 to 1: elements that all have over elements that any has. */
export function getSimilarity(bin: string, hlls: readonly HLL[], options?: Nested): Op {
  return plain("hll.getSimilarity", hllOpKind.SIMILARITY, bin, { hlls: [hlls, hllsRule] }, options)
}

/** The index bits and the bits of the min-hash, as `[indexBits, minHashBits]`. */
export function describe(bin: string, options?: Nested): Op {
  return plain("hll.describe", hllOpKind.DESCRIBE, bin, {}, options)
}

/** 1 if all elements may have been added, 0 if at least one was not. */
export function mayContain(bin: string, values: readonly OpValue[], options?: Nested): Op {
  return plain("hll.mayContain", hllOpKind.MAY_CONTAIN, bin, { values: [values, valuesRule] }, options)
}
