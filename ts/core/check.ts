// Rules for what callers pass as configuration or policy: a value is checked against its field's rule, and what is wrong
// is said with the field's name, the value and what is allowed.

import { type InvalidArgumentError, invalid } from "../errors.ts"

/** Says what a value must be, and whether it is. */
export interface Rule {
  /** Completes the sentence "it must be …". */
  readonly allowed: string
  accepts(value: unknown): boolean
}

export function rule(allowed: string, accepts: (value: unknown) => boolean): Rule {
  return { allowed, accepts }
}

export function integer(min: number, max: number, unit = ""): Rule {
  const of = unit ? ` of ${unit}` : ""
  return rule(
    `a whole number${of} from ${min} to ${max}`,
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
  )
}

/** Milliseconds up to the most that timers and the wire take: 24 days. */
export function milliseconds(min = 0): Rule {
  return integer(min, 0x7fff_ffff, "milliseconds")
}

export const flag: Rule = rule("true or false", (value) => typeof value === "boolean")

/** Of whichever realm. */
export const abortSignal: Rule = rule(
  "an AbortSignal",
  (value) =>
    typeof (value as AbortSignal | null)?.aborted === "boolean" && "addEventListener" in (value as AbortSignal),
)

/** Text without control characters, for texts cross into the engine as lines. */
export function text(bytesMax: number): Rule {
  return rule(
    `text of at most ${bytesMax} bytes without control characters`,
    (value) => typeof value === "string" && new TextEncoder().encode(value).length <= bytesMax && isPlain(value),
  )
}

/** Whether a text has no control characters. */
export function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    if (value.charCodeAt(i) < 32 || value.charCodeAt(i) === 127) return false
  }
  return true
}

export function oneOf(...choices: readonly string[]): Rule {
  return rule(`one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`, (value) =>
    choices.includes(value as string),
  )
}

/** Throws unless the rule accepts the value. */
export function check(path: string, value: unknown, { allowed, accepts }: Rule): void {
  if (!accepts(value)) throw wrong(path, value, allowed)
}

export function wrong(path: string, value: unknown, allowed: string): InvalidArgumentError {
  return invalid(`${path} is ${show(value)}: it must be ${allowed}.`)
}

/** The error for a name that is not in a table, with the nearest one that is. */
export function unknownField(path: string, name: string, known: readonly string[]): InvalidArgumentError {
  const near = nearest(name, known)
  const hint = near ? `did you mean ${near}?` : `it takes ${known.join(", ")}.`
  return invalid(`${path}.${name} is not known: ${hint}`)
}

/** Throws unless it is an object that has no other fields than these. */
export function checkFields(path: string, object: unknown, known: readonly string[]): void {
  if (!isPlainObject(object)) throw wrong(path, object, `an object of ${known.join(", ")}`)
  for (const name of Object.keys(object)) if (!known.includes(name)) throw unknownField(path, name, known)
}

/** A value as a message shows it: short, on one line. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (typeof value === "bigint") return `${value}n`
  if (typeof value === "function") return "a function"
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : `an array of ${value.length}`
  if (typeof value !== "object" || value === null) return String(value)
  const name = Object.getPrototypeOf(value)?.constructor?.name
  return typeof name === "string" && name !== "Object" && name !== "" ? withArticle(name) : "an object"
}

function withArticle(name: string): string {
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`
}

/** Whether a value is an object with no class of its own, of whichever realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

/** The known name that a caller most likely meant: `max_conns_per_node` and `maxConPerNode` find `maxConnsPerNode`. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.replaceAll("_", "").toLowerCase()
  let best: string | undefined
  let bestDistance = Math.min(4, Math.ceil(name.length / 3) + 1)
  for (const candidate of known) {
    const distance = editDistance(plain(name), plain(candidate))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]!
}
