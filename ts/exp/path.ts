// Paths in expressions (server 8.1.1): what a context with filters finds in nested lists and maps, and what becomes of it.

import { cdtOp, expOp, expSystem, pathFlag } from "../core/generated.ts"
import { type Collection, contextOf, type Path } from "./calls.ts"
import { type AnyOperand, anyOperand, call, type Expression, type ExpType, type TypeOf } from "./expression.ts"
import { typeCode } from "./typed.ts"

export const selections = {
  tree: pathFlag.TREE,
  values: pathFlag.VALUES,
  mapKeys: pathFlag.MAP_KEYS,
  keyValues: pathFlag.KEY_VALUES,
} as const

/** What a path gives, and what happens where it fails. */
export interface SelectOptions {
  /**
   * What it gives: the tree with only what was found, a list of the values (default), of the keys, or of keys and values
   * in turn.
   */
  returnType?: keyof typeof selections | undefined
  /** An element for which a filter is unknown is passed over, and does not make all unknown. Default false. */
  noFail?: boolean | undefined
}

/** The flags of a selection. */
export function selectFlags({ returnType: what = "values", noFail = false }: SelectOptions = {}): number {
  return selections[what] | (noFail ? pathFlag.NO_FAIL : 0)
}

/** The flags of a modification. */
export function applyFlags({ noFail = false }: Pick<SelectOptions, "noFail"> = {}): number {
  return pathFlag.APPLY | (noFail ? pathFlag.NO_FAIL : 0)
}

/** What a path finds in a list or map. */
export function selectByPath<O extends SelectOptions, T extends ExpType = "list">(
  target: Collection,
  ctx: Path,
  options?: O & { type?: T },
): Expression<T> {
  const whole = anyOperand(target)
  const type = options?.type ?? ((options?.returnType === "tree" ? whole.type : "list") as T)
  const op = [cdtOp.SELECT, contextOf(ctx), selectFlags(options)]
  return call(type, expOp.CALL, typeCode(type), expSystem.CDT, op, whole)
}

/** The list or map with each element that a path finds replaced by what an expression gives for it. */
export function modifyByPath<C extends Collection>(
  target: C,
  ctx: Path,
  value: AnyOperand,
  options?: Pick<SelectOptions, "noFail">,
): Expression<TypeOf<C>> {
  const whole = anyOperand(target)
  const type = whole.type as "list" | "map"
  const op = [cdtOp.SELECT, contextOf(ctx), applyFlags(options), anyOperand(value)]
  const system = expSystem.CDT | expSystem.MODIFY
  return call(type, expOp.CALL, typeCode(type), system, op, whole) as Expression<TypeOf<C>>
}

/** As what a modification gives: the element is removed. */
export function removeResult(): Expression<never> {
  return call<never>(undefined, expOp.REMOVE_RESULT)
}
