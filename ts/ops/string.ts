// Ops of `operate` on strings. Places are code points, counted from 0; below zero they count from the end.
//
// Servers know them from version 8.1.3 on; earlier ones refuse them (4). They are packed as the official Python client 19.3
// packs them, whose requests are recorded; no server that answers them was at hand when this was written.

import { flag, oneOf, type Rule, rule } from "../core/check.ts"
import { stringNumericType, stringOpKind, stringRegexFlag, stringWriteFlag } from "../core/generated.ts"
import { invalid } from "../errors.ts"
import {
  type Arguments,
  checked,
  checkOptions,
  choice,
  ctxRule,
  flags,
  make,
  type Nested,
  type Op,
  plain,
  type Rules,
} from "./make.ts"
import { amount, optional, place } from "./rules.ts"

/** Options of ops that change a string. */
export interface StringWrite extends Nested {
  /** `"updateOnly"`: on a bin that is absent nothing happens. Default `"update"`. */
  mode?: "update" | "updateOnly" | undefined
  /** What cannot be done leaves the string as it is, instead of failing. Default false. */
  noFail?: boolean | undefined
}

/** Options of ops that also make a string where there is none. */
export interface StringCreate extends Nested {
  /**
   * `"createOnly"`: fails with `BinExistsError` if the bin exists; not with a `ctx`. `"updateOnly"`: on a bin that is
   * absent nothing happens. Default `"update"`: either.
   */
  mode?: "update" | "createOnly" | "updateOnly" | undefined
  /** What cannot be done leaves the string as it is, instead of failing. Default false. */
  noFail?: boolean | undefined
}

/** How a regular expression, as the server knows it and not JavaScript, matches. */
export interface StringRegex {
  /** Upper and lower case are the same. Default false. */
  caseInsensitive?: boolean | undefined
  /** `^` and `$` match at each line. Default false. */
  multiline?: boolean | undefined
  /** A dot matches line ends, too. Default false. */
  dotAll?: boolean | undefined
  /** Only a line feed ends a line. Default false. */
  unixLines?: boolean | undefined
}

/** Options of {@link find}. */
export interface StringFind extends Nested {
  /** Which of them: 1 is the first, -1 the last. Default 1. */
  occurrence?: number | undefined
}

/** Options of {@link isNumeric}. */
export interface StringNumeric extends Nested {
  /** Which kind of number; a `"float"` has a point and a digit behind it. Default `"any"`. */
  type?: "any" | "int" | "float" | undefined
}

const modes = { update: 0, createOnly: stringWriteFlag.CREATE_ONLY, updateOnly: stringWriteFlag.UPDATE_ONLY } as const
const types = { any: 0, int: stringNumericType.INT, float: stringNumericType.FLOAT } as const
const regexBits = {
  caseInsensitive: stringRegexFlag.CASE_INSENSITIVE,
  multiline: stringRegexFlag.MULTILINE,
  dotAll: stringRegexFlag.DOTALL,
  unixLines: stringRegexFlag.UNIX_LINES,
} as const
const replaceBits = { ...regexBits, global: stringRegexFlag.GLOBAL } as const

const text: Rule = rule("text", (value) => typeof value === "string")
const texts: Rule = rule("an array of texts", (value) => Array.isArray(value) && value.every(text.accepts))
const occurrence: Rule = rule("a whole number, not 0", (value) => Number.isSafeInteger(value) && value !== 0)

const writeRules: Rules<StringWrite> = { ctx: ctxRule, mode: oneOf("update", "updateOnly"), noFail: flag }
const createRules: Rules<StringCreate> = { ctx: ctxRule, mode: choice(modes), noFail: flag }
const matchRules: Rules<StringRegex> = { caseInsensitive: flag, multiline: flag, dotAll: flag, unixLines: flag }
const regexRules: Rules<StringRegex & Nested> = { ...matchRules, ctx: ctxRule }
const replaceRules: Rules<StringRegex & StringWrite & { global?: boolean | undefined }> = {
  ...{ ...writeRules, ...matchRules },
  global: flag,
}

// ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How many code points the string has. */
export function strlen(bin: string, options?: Nested): Op {
  return plain("string.strlen", stringOpKind.STRLEN, bin, {}, options)
}

/** The code points from `start` up to the one before `end`; without `end`, to the last. */
export function substr(bin: string, start: number, end?: number, options?: Nested): Op {
  const args = { start: [start, place], end: [end, optional(place)] } as const
  return plain("string.substr", stringOpKind.SUBSTR, bin, args, options)
}

/** The code point at a place, as a string. */
export function charAt(bin: string, index: number, options?: Nested): Op {
  return plain("string.charAt", stringOpKind.CHAR_AT, bin, { index: [index, place] }, options)
}

/** The place of a string within this one, or -1. */
export function find(bin: string, needle: string, options?: StringFind): Op {
  const { occurrence: which = 1, ctx } = checkOptions("string.find", options, { ctx: ctxRule, occurrence })
  return make(
    "string.find",
    stringOpKind.FIND,
    bin,
    [...checked("string.find", { needle: [needle, text] }), which],
    ctx,
  )
}

/** Whether a string is within this one. */
export function contains(bin: string, needle: string, options?: Nested): Op {
  return plain("string.contains", stringOpKind.CONTAINS, bin, { needle: [needle, text] }, options)
}

/** Whether this string begins with another. */
export function startsWith(bin: string, prefix: string, options?: Nested): Op {
  return plain("string.startsWith", stringOpKind.STARTS_WITH, bin, { prefix: [prefix, text] }, options)
}

/** Whether this string ends with another. */
export function endsWith(bin: string, suffix: string, options?: Nested): Op {
  return plain("string.endsWith", stringOpKind.ENDS_WITH, bin, { suffix: [suffix, text] }, options)
}

/** The integer that the string is. If it is none: code 26. */
export function toInteger(bin: string, options?: Nested): Op {
  return plain("string.toInteger", stringOpKind.TO_INTEGER, bin, {}, options)
}

/** The double that the string is. If it is none: code 26. */
export function toDouble(bin: string, options?: Nested): Op {
  return plain("string.toDouble", stringOpKind.TO_DOUBLE, bin, {}, options)
}

/** How many bytes the string has in UTF-8. */
export function byteLength(bin: string, options?: Nested): Op {
  return plain("string.byteLength", stringOpKind.BYTE_LENGTH, bin, {}, options)
}

/** Whether the string is spelled as a number. */
export function isNumeric(bin: string, options?: StringNumeric): Op {
  const { type = "any", ctx } = checkOptions("string.isNumeric", options, { ctx: ctxRule, type: choice(types) })
  return make("string.isNumeric", stringOpKind.IS_NUMERIC, bin, [types[type]], ctx)
}

/** Whether every letter that has a case is a capital. */
export function isUpper(bin: string, options?: Nested): Op {
  return plain("string.isUpper", stringOpKind.IS_UPPER, bin, {}, options)
}

/** Whether every letter that has a case is a small one. */
export function isLower(bin: string, options?: Nested): Op {
  return plain("string.isLower", stringOpKind.IS_LOWER, bin, {}, options)
}

/** The bytes of the string in UTF-8. */
export function toBlob(bin: string, options?: Nested): Op {
  return plain("string.toBlob", stringOpKind.TO_BLOB, bin, {}, options)
}

/** A list of the parts between separators; without one, of all code points. See `list.join`. */
export function split(bin: string, separator?: string, options?: Nested): Op {
  return plain("string.split", stringOpKind.SPLIT, bin, { separator: [separator, optional(text)] }, options)
}

/** The bytes that the string is the base64 of. If it is none: code 26. See `bit.base64Encode`. */
export function base64Decode(bin: string, options?: Nested): Op {
  return plain("string.base64Decode", stringOpKind.BASE64_DECODE, bin, {}, options)
}

/** Whether a regular expression matches the string. */
export function regexCompare(bin: string, pattern: string, options?: StringRegex & Nested): Op {
  const given = checkOptions("string.regexCompare", options, regexRules)
  const args = checked("string.regexCompare", { pattern: [pattern, text] })
  return make("string.regexCompare", stringOpKind.REGEX_COMPARE, bin, [...args, flags(given, regexBits)], given.ctx)
}

/** A bin that is a string, number, boolean or blob, as a string. It takes no `ctx`. */
function asString(bin: string): Op {
  return make("string.toString", stringOpKind.TO_STRING, bin, [])
}

export { asString as toString }

// ── Changing ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Puts a string before the code point at a place. */
export function insert(bin: string, index: number, value: string, options?: StringCreate): Op {
  return create("string.insert", stringOpKind.INSERT, bin, { index: [index, place], value: [value, text] }, options)
}

/** Writes a string over the code points from a place on. */
export function overwrite(bin: string, index: number, value: string, options?: StringCreate): Op {
  const args = { index: [index, place], value: [value, text] } as const
  return create("string.overwrite", stringOpKind.OVERWRITE, bin, args, options)
}

/** Puts strings behind this one, one after the other. */
export function concat(bin: string, values: readonly string[], options?: StringCreate): Op {
  return create("string.concat", stringOpKind.CONCAT, bin, { values: [values, texts] }, options)
}

/** Puts a string behind this one. Unlike `op.append` it takes a `ctx`, and code points are heeded. */
export function append(bin: string, value: string, options?: StringCreate): Op {
  return create("string.append", stringOpKind.APPEND, bin, { value: [value, text] }, options)
}

/** Puts a string before this one. Unlike `op.prepend` it takes a `ctx`, and code points are heeded. */
export function prepend(bin: string, value: string, options?: StringCreate): Op {
  return create("string.prepend", stringOpKind.PREPEND, bin, { value: [value, text] }, options)
}

/**
 * Takes out the code points from `start` up to the one before `end`; without `end`, to the last. Of options, only a `ctx`
 * is possible without `end`.
 */
export function snip(bin: string, start: number, end?: number, options?: StringWrite): Op {
  const given = checkOptions("string.snip", options, writeRules)
  const args = checked("string.snip", { start: [start, place], end: [end, optional(place)] })
  const bits = writing(given)
  if (end === undefined && bits !== 0) throw invalid("string.snip: mode and noFail need an end, which is undefined.")
  return make("string.snip", stringOpKind.SNIP, bin, end === undefined ? args : [...args, bits], given.ctx)
}

/** Replaces a string within this one, where it is found first. */
export function replace(bin: string, needle: string, replacement: string, options?: StringWrite): Op {
  const pair = checked("string.replace", { needle: [needle, text], replacement: [replacement, text] })
  return write("string.replace", stringOpKind.REPLACE, bin, [pair], options)
}

/** Replaces a string within this one, wherever it is found. */
export function replaceAll(bin: string, needle: string, replacement: string, options?: StringWrite): Op {
  const pair = checked("string.replaceAll", { needle: [needle, text], replacement: [replacement, text] })
  return write("string.replaceAll", stringOpKind.REPLACE_ALL, bin, [pair], options)
}

/** Makes all letters capitals. */
export function upper(bin: string, options?: StringWrite): Op {
  return write("string.upper", stringOpKind.UPPER, bin, [], options)
}

/** Makes all letters small. */
export function lower(bin: string, options?: StringWrite): Op {
  return write("string.lower", stringOpKind.LOWER, bin, [], options)
}

/** Folds the string for comparisons that heed no case (Unicode case folding). */
export function caseFold(bin: string, options?: StringWrite): Op {
  return write("string.caseFold", stringOpKind.CASE_FOLD, bin, [], options)
}

/** Brings the string into Unicode's normal form C. */
export function normalizeNFC(bin: string, options?: StringWrite): Op {
  return write("string.normalizeNFC", stringOpKind.NORMALIZE_NFC, bin, [], options)
}

/** Takes blanks away at the start. */
export function trimStart(bin: string, options?: StringWrite): Op {
  return write("string.trimStart", stringOpKind.TRIM_START, bin, [], options)
}

/** Takes blanks away at the end. */
export function trimEnd(bin: string, options?: StringWrite): Op {
  return write("string.trimEnd", stringOpKind.TRIM_END, bin, [], options)
}

/** Takes blanks away at both ends. */
export function trim(bin: string, options?: StringWrite): Op {
  return write("string.trim", stringOpKind.TRIM, bin, [], options)
}

/** Puts copies of a string before this one until it has so many code points. */
export function padStart(bin: string, length: number, pad: string, options?: StringCreate): Op {
  return create("string.padStart", stringOpKind.PAD_START, bin, { length: [length, amount], pad: [pad, text] }, options)
}

/** Puts copies of a string behind this one until it has so many code points. */
export function padEnd(bin: string, length: number, pad: string, options?: StringCreate): Op {
  return create("string.padEnd", stringOpKind.PAD_END, bin, { length: [length, amount], pad: [pad, text] }, options)
}

/** Makes the string so many copies of itself. */
export function repeat(bin: string, count: number, options?: StringCreate): Op {
  return create("string.repeat", stringOpKind.REPEAT, bin, { count: [count, amount] }, options)
}

/** Replaces what a regular expression matches first, or with `global` wherever it matches. */
export function regexReplace(
  bin: string,
  pattern: string,
  replacement: string,
  options?: StringRegex & StringWrite & { global?: boolean | undefined },
): Op {
  const { mode, noFail, ctx, ...regex } = checkOptions("string.regexReplace", options, replaceRules)
  const pair = checked("string.regexReplace", { pattern: [pattern, text], replacement: [replacement, text] })
  const args = [pair, flags(regex, replaceBits)]
  return write("string.regexReplace", stringOpKind.REGEX_REPLACE, bin, args, { mode, noFail, ctx })
}

// ── Shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function create(where: string, kind: number, bin: string, args: Arguments, options: StringCreate | undefined): Op {
  const given = checkOptions(where, options, createRules)
  return make(where, kind, bin, [...checked(where, args), writing(given)], given.ctx)
}

function write(where: string, kind: number, bin: string, args: Op["args"], options: StringWrite | undefined): Op {
  const given = checkOptions(where, options, writeRules)
  return make(where, kind, bin, [...args, writing(given)], given.ctx)
}

function writing(given: StringCreate): number {
  return modes[given.mode ?? "update"] | flags(given, { noFail: stringWriteFlag.NO_FAIL })
}
