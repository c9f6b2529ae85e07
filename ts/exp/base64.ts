// Expressions as text that any official client can read, and that can be read from them: base64 of the packed form. Both
// need the engine: see `loadEngine` where there are no files.

import { fromBase64 as decode, toBase64 as encode } from "../core/base64.ts"
import { pack, unpack } from "../core/codec.ts"
import { cdtOp, context, expOp, expType } from "../core/generated.ts"
import { decodeUtf8 } from "../core/text.ts"
import { invalid } from "../errors.ts"
import { Expression, type ExpType, type Part } from "./expression.ts"
import { Raw } from "./parts.ts"

/** The packed form of an expression as base64. */
export function toBase64(expression: Expression): string {
  return encode(toBytes(expression))
}

/**
 * The expression of a base64 text, of whichever client. What it gives is for you to say; the server checks it.
 *
 * @throws InvalidArgumentError when the text is no base64, or its bytes are not one well-formed element.
 * @example
 * const filter = exp.fromBase64("kwGTUQKhYQU=")
 */
export function fromBase64<T extends ExpType = "bool">(text: string): Expression<T> {
  const bytes = decode(text)
  if (!bytes) throw invalid("The text of an expression is not base64.")
  return fromBytes(bytes)
}

/** The packed form of an expression. */
export function toBytes(expression: Expression): Uint8Array {
  if (!(expression instanceof Expression)) throw invalid("What is to be packed is no expression.")
  return expression.packed?.slice() ?? pack(expression)
}

/** The expression of a packed form. The bytes are sent as they are. */
export function fromBytes<T extends ExpType = "bool">(bytes: Uint8Array): Expression<T> {
  const { type, code, args, value } = understood(unpack(bytes) as Part)
  return new Expression(type as T | undefined, code, args, value, bytes.slice())
}

/** The text of an expression for people; the same as its `toString()`. */
function text(expression: Expression): string {
  return expression.toString()
}

export { text as toString }

/** What an unpacked list means: it is only printed. */
function understood(part: Part): Expression {
  if (!Array.isArray(part)) return new Expression(undefined, undefined, [], part as null)
  const [code, ...args] = part as [number, ...Part[]]
  switch (code) {
    case expOp.QUOTE:
      return new Expression<ExpType>("list", undefined, [], args[0] as null)
    case expOp.BIN:
    case expOp.KEY:
    case expOp.LOOP_VAR:
      return new Expression(typeOf(args[0]), code, args.map(named))
    case expOp.BIN_TYPE:
    case expOp.VAR:
      return new Expression(undefined, code, args.map(named))
    case expOp.REGEX:
      return new Expression(undefined, code, [args[0]!, named(args[1]!), inner(args[2]!)])
    case expOp.LET:
      return new Expression(
        undefined,
        code,
        args.map((arg, i) => (i % 2 === 0 && i < args.length - 1 ? named(arg) : inner(arg))),
      )
    case expOp.CALL:
      return new Expression(typeOf(args[0]), code, [args[0]!, args[1]!, operationOf(args[2]!), inner(args[3]!)])
    default:
      return new Expression(undefined, code, args.map(inner))
  }
}

function inner(part: Part): Part {
  return Array.isArray(part) ? understood(part) : part
}

/** Names have no type byte, so that they come as bytes. */
function named(part: Part): Part {
  return part instanceof Uint8Array ? new Raw(decodeUtf8(part, 0, part.length)) : part
}

function typeOf(code: Part | undefined): ExpType | undefined {
  return Object.entries(expType)
    .find(([, number]) => number === code)?.[0]
    .toLowerCase() as ExpType | undefined
}

/** The op of a call: its arguments may be expressions, its context is not. */
function operationOf(part: Part): Part {
  if (!Array.isArray(part)) return part
  if (part[0] === cdtOp.CONTEXT) return [cdtOp.CONTEXT, part[1], operationOf(part[2] as Part)]
  if (part[0] === cdtOp.SELECT) return [cdtOp.SELECT, stepsOf(part[1] as Part), ...part.slice(2).map(inner)]
  return [part[0], ...part.slice(1).map(inner)]
}

/** The steps of a path: only those by expression have one. */
export function stepsOf(steps: Part): Part {
  if (!Array.isArray(steps)) return steps
  const byExpression = (id: unknown) => typeof id === "number" && (id & ~context.AND) === context.EXPRESSION
  return steps.map((part, at) => (at % 2 === 1 && byExpression(steps[at - 1]) ? inner(part) : part))
}
