// Ops of `operate` that evaluate an expression. An expression that is malformed, or that has an operator which the server
// does not know, fails with code 4 (`PARAMETER`).

import { check, flag, rule } from "../core/check.ts"
import { expFlag, expOpKind } from "../core/generated.ts"
import { type AnyOperand, anyOperand, Expression } from "../exp/expression.ts"
import { checkOptions, choice, flags, make, type Op, type Rules } from "./make.ts"

/** Options of {@link read}. */
export interface ExpReadOptions {
  /** When the expression is unknown, there is no result. Default false: the operate fails with code 26 (`OP_NOT_APPLICABLE`). */
  evalNoFail?: boolean | undefined
}

/** Options of {@link write}. */
export interface ExpWriteOptions extends ExpReadOptions {
  /**
   * Whether the bin may, must not (`BinExistsError`) or must (`BinNotFoundError`) be there already. Default `"update"`:
   * either way.
   */
  mode?: "update" | "createOnly" | "updateOnly" | undefined
  /** A nil removes the bin. Default false: it fails with code 26. */
  allowDelete?: boolean | undefined
  /** When `mode` forbids it, nothing is written and nothing fails. */
  noFail?: boolean | undefined
}

const readRules: Rules<ExpReadOptions> = { evalNoFail: flag }
const modes = { update: 0, createOnly: expFlag.CREATE_ONLY, updateOnly: expFlag.UPDATE_ONLY } as const
const writeRules: Rules<ExpWriteOptions> = {
  ...readRules,
  mode: choice(modes),
  allowDelete: flag,
  noFail: flag,
}
const bits = {
  allowDelete: expFlag.ALLOW_DELETE,
  noFail: expFlag.POLICY_NO_FAIL,
  evalNoFail: expFlag.EVAL_NO_FAIL,
}
const expression = rule("an expression", (value) => value instanceof Expression)

/**
 * Evaluates an expression on the record as earlier ops have left it. The result stands under a name that need not be that
 * of a bin; if it is one that is read too, both results are there.
 *
 * @example
 * const { bins } = await client.operate(key, [op.exp.read("total", exp.mul(exp.int.bin("price"), exp.int.bin("count")))])
 */
export function read(name: string, value: Expression, options?: ExpReadOptions): Op {
  check("op.exp.read: expression", value, expression)
  const given = checkOptions("op.exp.read", options, readRules)
  return make("op.exp.read", expOpKind.READ, name, [value, flags(given, bits)])
}

/**
 * Writes what an expression gives to a bin, which is made if it is absent, whatever type it had.
 *
 * @example
 * op.exp.write("total", exp.mul(exp.int.bin("price"), exp.int.bin("count")), { mode: "createOnly", noFail: true })
 */
export function write(bin: string, value: AnyOperand, options?: ExpWriteOptions): Op {
  const { mode = "update", ...given } = checkOptions("op.exp.write", options, writeRules)
  return make("op.exp.write", expOpKind.WRITE, bin, [anyOperand(value), modes[mode] | flags(given, bits)])
}
