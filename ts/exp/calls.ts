// What expressions on lists, maps, bits and HyperLogLogs share: the call itself, the way to a nested element, what a read
// returns. The ops and their numbers are those of `operate`.

import { oneOf, wrong } from "../core/check.ts"
import { cdtOp, cdtReturn, expOp, expSystem } from "../core/generated.ts"
import { invalid } from "../errors.ts"
import {
  anyOperand,
  call,
  type Expression,
  type ExpType,
  type Operand,
  operand,
  type Part,
  type TypeOf,
} from "./expression.ts"
import { typeCode } from "./typed.ts"

/** The way to a list or map inside another: see `ctx`. */
export interface Path {
  /** Steps from the outside in, each its id on the wire and its value. */
  readonly entries: readonly (readonly [id: number, value: unknown])[]
}

/** Where the list or map is that an op is meant for. */
export interface Nested {
  /** The way to it from the list or map that is given; without, it is that one itself. */
  ctx?: Path | undefined
}

/** What a list or map op is done to. */
export type Collection = Expression<"list"> | Expression<"map">

/** Places, as a read can return them. */
export type Place = "index" | "reverseIndex" | "rank" | "reverseRank"

const returned = {
  none: cdtReturn.NONE,
  index: cdtReturn.INDEX,
  reverseIndex: cdtReturn.REVERSE_INDEX,
  rank: cdtReturn.RANK,
  reverseRank: cdtReturn.REVERSE_RANK,
  count: cdtReturn.COUNT,
  key: cdtReturn.KEY,
  value: cdtReturn.VALUE,
  keyValue: cdtReturn.KEY_VALUE,
  exists: cdtReturn.EXISTS,
  unorderedMap: cdtReturn.UNORDERED_MAP,
  orderedMap: cdtReturn.ORDERED_MAP,
} as const

type Returned = keyof typeof returned

/** What a read of one element can return: the element, of a type that has to be said, or something about it. */
export type OneOptions =
  | ({ type: ExpType; returnType?: "value" | "key" | undefined } & Nested)
  | ({ type?: undefined; returnType: Place | "count" | "exists" | "keyValue" | "orderedMap" | "unorderedMap" } & Nested)

/** What a read of several elements can return. */
export interface ManyOptions extends Nested {
  /** Default `"value"`: a list of the elements. Keys and maps are only there for maps. */
  returnType?: Place | "count" | "exists" | "value" | "key" | "keyValue" | "orderedMap" | "unorderedMap" | undefined
  /** All others instead. Default false. */
  inverted?: boolean | undefined
}

/** What a removal can be told. */
export interface RemoveOptions extends Nested {
  /** Remove all others instead. Default false. */
  inverted?: boolean | undefined
}

type MapReturn = "keyValue" | "orderedMap" | "unorderedMap"

/** The type that a read of one element gives. */
export type OneResult<O> = O extends { returnType: "exists" }
  ? "bool"
  : O extends { returnType: MapReturn }
    ? "map"
    : O extends { returnType: Place | "count" }
      ? "int"
      : O extends { type: infer T extends ExpType }
        ? T
        : never

/** The type that a read of several elements gives. */
export type ManyResult<O> = O extends { returnType: "exists" }
  ? "bool"
  : O extends { returnType: "count" }
    ? "int"
    : O extends { returnType: MapReturn }
      ? "map"
      : "list"

/** A read of one element. */
export function readOne<O extends OneOptions>(
  target: Collection,
  code: number,
  selector: readonly Part[],
  options: O,
): Expression<OneResult<O>> {
  const { type, returnType: what = "value", ctx } = options
  const result = what === "value" || what === "key" ? type : typeOfReturn(what, "int")
  if (result === undefined)
    throw invalid("The type of the element is not given: say { type }, or { returnType } for what else.")
  return read(result, target, [code, returnCode(what), ...selector], ctx) as Expression<OneResult<O>>
}

/** A read of several elements. */
export function readMany<O extends ManyOptions>(
  target: Collection,
  code: number,
  selector: readonly Part[],
  options: O | undefined,
): Expression<ManyResult<O>> {
  const { returnType: what = "value", inverted = false, ctx }: ManyOptions = options ?? {}
  const flags = returnCode(what) | (inverted ? cdtReturn.INVERTED : 0)
  const result = typeOfReturn(what, "list")
  return read(result, target, [code, flags, ...selector], ctx) as Expression<ManyResult<O>>
}

/** A removal of one element or several: gives what is left. */
export function remove<C extends Collection>(
  kind: "list" | "map",
  target: C,
  code: number,
  selector: readonly Part[],
  { inverted = false, ctx }: RemoveOptions = {},
): Expression<TypeOf<C>> {
  return modify(kind, target, [code, cdtReturn.NONE | (inverted ? cdtReturn.INVERTED : 0), ...selector], ctx)
}

function typeOfReturn(what: Returned, places: "int" | "list"): ExpType {
  if (what === "exists") return "bool"
  if (what === "count") return "int"
  if (what === "keyValue" || what === "orderedMap" || what === "unorderedMap") return "map"
  return what === "value" || what === "key" ? "list" : places
}

function returnCode(what: Returned): number {
  const number = returned[what]
  if (number === undefined) throw wrong("returnType", what, oneOf(...Object.keys(returned)).allowed)
  return number
}

/** A read of a list or map. */
export function read<T extends ExpType>(
  type: T,
  target: Collection,
  op: readonly Part[],
  ctx: Path | undefined,
): Expression<T> {
  return call(type, expOp.CALL, typeCode(type), expSystem.CDT, within(op, ctx), anyOperand(target))
}

/** A change of a list or map: gives it changed, the outermost one where there is a context. */
export function modify<C extends Collection>(
  kind: "list" | "map",
  target: C,
  op: readonly Part[],
  ctx: Path | undefined,
): Expression<TypeOf<C>> {
  const whole = anyOperand(target)
  const type = whole.type ?? kind
  const system = expSystem.CDT | expSystem.MODIFY
  return call(type, expOp.CALL, typeCode(type), system, within(op, ctx), whole) as Expression<TypeOf<C>>
}

function within(op: readonly Part[], ctx: Path | undefined): readonly Part[] {
  const given = op.filter((part) => part !== undefined)
  if (ctx === undefined) return given
  return [cdtOp.CONTEXT, contextOf(ctx), given]
}

/** A context as the wire has it: ids and values in turn. */
export function contextOf(ctx: Path): readonly Part[] {
  if (!Array.isArray((ctx as Path | null)?.entries)) throw wrong("ctx", ctx, "a context, such as ctx.mapKey(…)")
  return ctx.entries.flat() as Part[]
}

/** An integer that an op is given. */
export function intOf(value: Operand<"int">): Part {
  return operand("int", value)
}

/** How many, where leaving it out means "to the end". */
export function countOf(count: Operand<"int"> | undefined): readonly Part[] {
  return count === undefined ? [] : [operand("int", count)]
}

/** The bits of those options that are true, and of the mode. */
export function bitsOf(options: object, bits: Readonly<Record<string, number>>): number {
  const given = options as Record<string, unknown>
  let all = 0
  for (const [name, bit] of Object.entries(bits)) if (given[name] === true || given.mode === name) all |= bit
  return all
}
