// Expressions as text for people: the builders' own names, so that what is printed can nearly be pasted back.

import { bitOp, cdtOp, expOp, expSystem, expType, hllOp, listOp, loopPart, mapOp, stringOp } from "../core/generated.ts"
import { camelCase } from "../core/text.ts"
import { Double, GeoJSON, HLL } from "../values.ts"
import type { Expression, Part } from "./expression.ts"
import { INFINITY, Mark, Raw } from "./parts.ts"

/** The names of a table by their numbers. */
function namesOf(table: Readonly<Record<string, number>>): ReadonlyMap<unknown, string> {
  return new Map(Object.entries(table).map(([name, number]) => [number, camelCase(name)]))
}

const operators = namesOf(expOp)
const types = namesOf(expType)
const parts = namesOf(loopPart)
const bits = namesOf(bitOp)
const hlls = namesOf(hllOp)
const lists = namesOf(listOp)
const maps = namesOf(mapOp)
const strings = namesOf(stringOp)

/** An expression as text. */
export function printed(part: Part): string {
  return isExpression(part) ? expression(part) : shown(part)
}

function isExpression(part: Part): part is Expression {
  return typeof part === "object" && part !== null && "args" in part && "packed" in part
}

function expression({ code, args, value }: Expression): string {
  if (code === undefined) return shown(value as Part)
  switch (code) {
    case expOp.KEY:
      return `${types.get(args[0])}.key()`
    case expOp.BIN:
      return `${types.get(args[0])}.bin(${printed(args[1]!)})`
    case expOp.LOOP_VAR:
      return `${types.get(args[0])}.loopVar(${JSON.stringify(parts.get(args[1]))})`
    case expOp.VAR:
      return (args[0] as Raw).text
    case expOp.LET:
      return variables(args)
    case expOp.REGEX:
      return `regex(${[args[2], args[1], args[0]].map((part) => printed(part!)).join(", ")})`
    case expOp.QUOTE:
      return printed(args[0]!)
    case expOp.CALL:
      return operation(args)
    default:
      return existence(code, args) ?? `${operators.get(code) ?? `operator${code}`}(${args.map(printed).join(", ")})`
  }
}

function variables(args: readonly Part[]): string {
  const defined: string[] = []
  for (let i = 0; i + 1 < args.length; i += 2) defined.push(`${(args[i] as Raw).text}: ${printed(args[i + 1]!)}`)
  return `let({ ${defined.join(", ")} }, ${printed(args.at(-1)!)})`
}

/** The wire says "the bin's type is not 0". */
function existence(code: number, [left, right]: readonly Part[]): string | undefined {
  const asked = code === expOp.NE && left !== undefined && isExpression(left) && left.code === expOp.BIN_TYPE
  const zero = right !== undefined && (isExpression(right!) ? right.value : right) === 0
  return asked && zero ? `binExists(${printed((left as Expression).args[0]!)})` : undefined
}

/** A list, map, bit, HLL or string op: what it is done to first, then its own arguments, then the way to it. */
function operation([, system, given, target]: readonly Part[]): string {
  const whole = given as readonly Part[]
  const [ctx, op] =
    whole[0] === cdtOp.CONTEXT ? [whole[1] as readonly Part[], whole[2] as readonly Part[]] : [[], whole]
  const args = [target!, ...op.slice(1)].map(printed)
  if (ctx.length > 0) args.push(`ctx ${printed(ctx)}`)
  return `${operationName((system as number) & ~expSystem.MODIFY, op[0])}(${args.join(", ")})`
}

function operationName(system: number, code: Part | undefined): string {
  if (code === cdtOp.SELECT) return "path"
  if (system === expSystem.BITS) return `bit.${bits.get(code) ?? code}`
  if (system === expSystem.STRING) return `string.${strings.get(code) ?? code}`
  if (system === expSystem.HLL) return `hll.${hlls.get(code) ?? code}`
  if (lists.has(code)) return `list.${lists.get(code)}`
  return maps.has(code) ? `map.${maps.get(code)}` : `operation${code}`
}

function shown(value: Part | Mark): string {
  if (value instanceof Raw) return JSON.stringify(value.text)
  if (value instanceof Mark) return value === INFINITY ? "infinity()" : "wildcard()"
  if (value instanceof Double) return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value)
  if (value instanceof GeoJSON) return `geo(${value.text})`
  if (value instanceof HLL) return `hll(${value.bytes.length} bytes)`
  if (value instanceof Uint8Array) return `bytes(${hex(value)})`
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? String(value) : `${value}n`
  if (Array.isArray(value)) return `[${value.map(printed).join(", ")}]`
  if (value instanceof Map) return `{${[...value].map(([key, item]) => `${shown(key)}: ${shown(item)}`).join(", ")}}`
  if (typeof value === "object" && value !== null && Symbol.iterator in value)
    return shown([...(value as Iterable<Part>)])
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${shown(item as Part)}`)
    .join(", ")}}`
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
