// Ops of `operate` on all elements that a context finds which branches, by `ctx.allChildren`, `ctx.where` or
// `ctx.mapKeys` (server 8.1.1).

import { check, flag } from "../core/check.ts"
import { pathOpKind } from "../core/generated.ts"
import { type AnyOperand, anyOperand } from "../exp/expression.ts"
import { applyFlags, type SelectOptions, selectFlags, selections } from "../exp/path.ts"
import type { Ctx } from "./ctx.ts"
import { checkOptions, choice, ctxRule, make, type Op, type Rules } from "./make.ts"

const selectRules: Rules<SelectOptions> = { returnType: choice(selections), noFail: flag }
const applyRules: Rules<Pick<SelectOptions, "noFail">> = { noFail: flag }

/**
 * What a context finds: by default a list of the values. What is not there is not found. A filter that is false for every
 * type, or unknown, fails with code 4 unless `noFail` passes over it.
 *
 * @example
 * const cheap = ctx.mapKey("books").allChildren(exp.lt(exp.map.getByKey(exp.map.loopVar("value"), "price", { type: "int" }), 10))
 * const { bins } = await client.operate(key, [op.path.select("shop", cheap.mapKey("title"))])
 */
export function select(bin: string, ctx: Ctx, options?: SelectOptions): Op {
  check("op.path.select: ctx", ctx, ctxRule)
  const given = checkOptions("op.path.select", options, selectRules)
  return make("op.path.select", pathOpKind.SELECT, bin, [selectFlags(given)], ctx)
}

/**
 * Replaces each element that a context finds by what an expression gives for it: `loopVar("value")` is the element, and
 * `removeResult()` removes it. What is unknown fails with code 1 unless `noFail` leaves the element as it is.
 *
 * Some replacements stop server 8.1.2, the whole process: a text or blob of 31 bytes or more; a text or blob that is the
 * result of an op on a list, map or blob; at times one within an ordered list that is not the bin's own. Numbers, booleans,
 * lists, maps, short texts and removal are safe elsewhere.
 *
 * @example
 * op.path.apply("shop", ctx.mapKey("books").allChildren().mapKey("price"), exp.mul(exp.int.loopVar("value"), 2))
 */
export function apply(bin: string, ctx: Ctx, value: AnyOperand, options?: Pick<SelectOptions, "noFail">): Op {
  check("op.path.apply: ctx", ctx, ctxRule)
  const given = checkOptions("op.path.apply", options, applyRules)
  return make("op.path.apply", pathOpKind.APPLY, bin, [applyFlags(given), anyOperand(value)], ctx)
}
