// Strings in expressions. Places are code points, counted from 0; below zero they count from the end. A read gives what it
// read; a change gives the changed string and leaves the bin as it is.
//
// Servers know what is done with strings here from version 8.1.3 on; earlier ones refuse it (4). It is packed as the official
// Python client 19.3 packs it, whose requests are recorded; no server that evaluates it was at hand when this was written.

import { expOp, expSystem, stringNumericType, stringOp, stringRegexFlag, stringWriteFlag } from "../core/generated.ts"
import { invalid } from "../errors.ts"
import { bitsOf, intOf } from "./calls.ts"
import { anyOperand, call, type Expression, type ExpType, type Operand, operand, type Part } from "./expression.ts"
import { keysOf, typeCode } from "./typed.ts"

const values = /* @__PURE__ */ keysOf("string")
/** A string that is a value. */
export const val: typeof values.val = values.val
/** A bin. Unknown when the record has no such bin, or one of another type. */
export const bin: typeof values.bin = values.bin
/** The user key. Unknown when it is not stored with the record (`sendKey`), or of another type. */
export const key: typeof values.key = values.key
/** In the filter or the modification of a path: the element at hand. */
export const loopVar: typeof values.loopVar = values.loopVar
const variable: typeof values.var = values.var

export { variable as var }

type Text = Operand<"string">
type Int = Operand<"int">

/** How a string is changed. */
export interface StringWriteOptions {
  /** Whether the string must be there already. Default `"update"`. */
  mode?: "update" | "createOnly" | "updateOnly" | undefined
  /** What cannot be done leaves the string as it is. */
  noFail?: boolean | undefined
}

/** How a regular expression matches. It is the server's, not JavaScript's, and not that of `exp.regex`, which is POSIX. */
export interface StringRegexOptions {
  /** Upper and lower case are the same. */
  caseInsensitive?: boolean | undefined
  /** `^` and `$` match at each line. */
  multiline?: boolean | undefined
  /** A dot matches line ends, too. */
  dotAll?: boolean | undefined
  /** Only a line feed ends a line. */
  unixLines?: boolean | undefined
}

const writeBits = {
  createOnly: stringWriteFlag.CREATE_ONLY,
  updateOnly: stringWriteFlag.UPDATE_ONLY,
  noFail: stringWriteFlag.NO_FAIL,
}
const regexBits = {
  caseInsensitive: stringRegexFlag.CASE_INSENSITIVE,
  multiline: stringRegexFlag.MULTILINE,
  dotAll: stringRegexFlag.DOTALL,
  unixLines: stringRegexFlag.UNIX_LINES,
  global: stringRegexFlag.GLOBAL,
}
const types = { any: 0, int: stringNumericType.INT, float: stringNumericType.FLOAT }

function read<T extends ExpType>(type: T, text: Text, ...op: readonly Part[]): Expression<T> {
  return call(type, expOp.CALL, typeCode(type), expSystem.STRING, op, operand("string", text))
}

function change(text: Text, options: StringWriteOptions, ...op: readonly Part[]): Expression<"string"> {
  const system = expSystem.STRING | expSystem.MODIFY
  const whole = [...op, bitsOf(options, writeBits)]
  return call("string", expOp.CALL, typeCode("string"), system, whole, operand("string", text))
}

function textOf(value: Text): Part {
  return operand("string", value)
}

/** What is replaced and by what: a list, in which the wire has room for texts alone. */
function pair(needle: string, replacement: string): Part {
  return operand("list", [operand("string", needle).value!, operand("string", replacement).value!] as string[])
}

// ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How many code points the string has. */
export function strlen(text: Text): Expression<"int"> {
  return read("int", text, stringOp.STRLEN)
}

/** The code points from `start` up to the one before `end`; without `end`, to the last. */
export function substr(text: Text, start: Int, end?: Int): Expression<"string"> {
  return read("string", text, stringOp.SUBSTR, intOf(start), ...(end === undefined ? [] : [intOf(end)]))
}

/** The code point at a place, as a string. */
export function charAt(text: Text, index: Int): Expression<"string"> {
  return read("string", text, stringOp.CHAR_AT, intOf(index))
}

/** The place of a string within another, or -1. An `occurrence` of 1 is the first, -1 the last. */
export function find(text: Text, needle: Text, occurrence: Int = 1): Expression<"int"> {
  return read("int", text, stringOp.FIND, textOf(needle), intOf(occurrence))
}

/** Whether a string is within another. */
export function contains(text: Text, needle: Text): Expression<"bool"> {
  return read("bool", text, stringOp.CONTAINS, textOf(needle))
}

/** Whether a string begins with another. */
export function startsWith(text: Text, prefix: Text): Expression<"bool"> {
  return read("bool", text, stringOp.STARTS_WITH, textOf(prefix))
}

/** Whether a string ends with another. */
export function endsWith(text: Text, suffix: Text): Expression<"bool"> {
  return read("bool", text, stringOp.ENDS_WITH, textOf(suffix))
}

/** The integer that a string is. */
export function toInteger(text: Text): Expression<"int"> {
  return read("int", text, stringOp.TO_INTEGER)
}

/** The double that a string is. */
export function toDouble(text: Text): Expression<"float"> {
  return read("float", text, stringOp.TO_DOUBLE)
}

/** How many bytes a string has in UTF-8. */
export function byteLength(text: Text): Expression<"int"> {
  return read("int", text, stringOp.BYTE_LENGTH)
}

/** Whether a string is spelled as a number; a `"float"` has a point and a digit behind it. */
export function isNumeric(text: Text, type: "any" | "int" | "float" = "any"): Expression<"bool"> {
  if (!Object.hasOwn(types, type)) throw invalid(`string.isNumeric: the type must be one of any, int and float.`)
  return read("bool", text, stringOp.IS_NUMERIC, types[type])
}

/** Whether every letter that has a case is a capital. */
export function isUpper(text: Text): Expression<"bool"> {
  return read("bool", text, stringOp.IS_UPPER)
}

/** Whether every letter that has a case is a small one. */
export function isLower(text: Text): Expression<"bool"> {
  return read("bool", text, stringOp.IS_LOWER)
}

/** The bytes of a string in UTF-8. */
export function toBlob(text: Text): Expression<"blob"> {
  return read("blob", text, stringOp.TO_BLOB)
}

/** The parts between separators; without one, all code points. */
export function split(text: Text, separator?: Text): Expression<"list"> {
  return read("list", text, stringOp.SPLIT, ...(separator === undefined ? [] : [textOf(separator)]))
}

/** The bytes that a string is the base64 of. */
export function base64Decode(text: Text): Expression<"blob"> {
  return read("blob", text, stringOp.BASE64_DECODE)
}

/** Whether a regular expression matches. */
export function regexCompare(text: Text, pattern: Text, options: StringRegexOptions = {}): Expression<"bool"> {
  return read("bool", text, stringOp.REGEX_COMPARE, textOf(pattern), bitsOf({ ...options, global: false }, regexBits))
}

/** A string, number, boolean or blob as a string. */
function asString(value: Operand<"string" | "int" | "float" | "bool" | "blob">): Expression<"string"> {
  return call("string", expOp.TO_STRING, anyOperand(value))
}

export { asString as toString }

// ── Changing ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The string with another before the code point at a place. */
export function insert(text: Text, index: Int, value: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.INSERT, intOf(index), textOf(value))
}

/** The string with another over the code points from a place on. */
export function overwrite(text: Text, index: Int, value: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.OVERWRITE, intOf(index), textOf(value))
}

/** The string with those of a list behind it. */
export function concat(text: Text, strings: Operand<"list">, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.CONCAT, operand("list", strings))
}

/** The string with another behind it. */
export function append(text: Text, value: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.APPEND, textOf(value))
}

/** The string with another before it. */
export function prepend(text: Text, value: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.PREPEND, textOf(value))
}

/** The string without the code points from `start` up to the one before `end`. */
export function snip(text: Text, start: Int, end: Int, options?: StringWriteOptions): Expression<"string">
/** The string up to the code point before `start`. */
export function snip(text: Text, start: Int): Expression<"string">
export function snip(text: Text, start: Int, end?: Int, options: StringWriteOptions = {}): Expression<"string"> {
  if (end !== undefined) return change(text, options, stringOp.SNIP, intOf(start), intOf(end))
  if (bitsOf(options, writeBits) !== 0) throw invalid("string.snip: mode and noFail need an end, which is undefined.")
  const system = expSystem.STRING | expSystem.MODIFY
  return call("string", expOp.CALL, typeCode("string"), system, [stringOp.SNIP, intOf(start)], operand("string", text))
}

/** The string with what is found first replaced. */
export function replace(
  text: Text,
  needle: string,
  replacement: string,
  options: StringWriteOptions = {},
): Expression<"string"> {
  return change(text, options, stringOp.REPLACE, pair(needle, replacement))
}

/** The string with all that is found replaced. */
export function replaceAll(
  text: Text,
  needle: string,
  replacement: string,
  options: StringWriteOptions = {},
): Expression<"string"> {
  return change(text, options, stringOp.REPLACE_ALL, pair(needle, replacement))
}

/** The string in capitals. */
export function upper(text: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.UPPER)
}

/** The string in small letters. */
export function lower(text: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.LOWER)
}

/** The string folded for comparisons that heed no case. */
export function caseFold(text: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.CASE_FOLD)
}

/** The string in Unicode's normal form C. */
export function normalizeNFC(text: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.NORMALIZE_NFC)
}

/** The string without blanks at its start. */
export function trimStart(text: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.TRIM_START)
}

/** The string without blanks at its end. */
export function trimEnd(text: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.TRIM_END)
}

/** The string without blanks at both ends. */
export function trim(text: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.TRIM)
}

/** The string with copies of another before it, until it has so many code points. */
export function padStart(text: Text, length: Int, pad: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.PAD_START, intOf(length), textOf(pad))
}

/** The string with copies of another behind it, until it has so many code points. */
export function padEnd(text: Text, length: Int, pad: Text, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.PAD_END, intOf(length), textOf(pad))
}

/** So many copies of the string. */
export function repeat(text: Text, count: Int, options: StringWriteOptions = {}): Expression<"string"> {
  return change(text, options, stringOp.REPEAT, intOf(count))
}

/** The string with what a regular expression matches first replaced, or with `global` all that it matches. */
export function regexReplace(
  text: Text,
  pattern: string,
  replacement: string,
  options: StringWriteOptions & StringRegexOptions & { global?: boolean | undefined } = {},
): Expression<"string"> {
  return change(text, options, stringOp.REGEX_REPLACE, pair(pattern, replacement), bitsOf(options, regexBits))
}
