// Calls of functions that lie on the servers, as callers write them.

import { checkFields } from "./core/check.ts"
import type { Call } from "./core/writer.ts"
import type { Value } from "./values.ts"

/** A function on the servers, and what it is called with. */
export interface UdfCall {
  /** The module's name, without its ending `.lua`. */
  readonly module: string
  /** The function's name. */
  readonly fn: string
  /** What it gets behind the record, or the stream. Default: nothing. */
  readonly args?: readonly Value[] | undefined
}

const fields = ["module", "fn", "args"]

/** Checks the fields; what is in them is checked when it is written. */
export function callOf(path: string, call: UdfCall, more: readonly string[] = []): Call {
  checkFields(path, call, [...fields, ...more])
  return { module: call.module, name: call.fn, args: call.args ?? [] }
}
