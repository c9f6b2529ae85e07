// Removing all records of a set or namespace at once.

import { checkFields, show } from "../core/check.ts"
import { limit } from "../core/generated.ts"
import { invalid } from "../errors.ts"
import { place } from "../key.ts"
import type { InfoPolicy } from "../policy.ts"
import { type Asker, checkName, checkNamespace, parameters, tell } from "./ask.ts"

/** What `truncate` spares. */
export interface TruncateOptions {
  /**
   * Only records that were last written before this: a Date, or nanoseconds since 1970 as a bigint. It may not lie in the
   * future, nor before 2010. Default: the server's time now.
   */
  before?: Date | bigint | undefined
}

export async function truncate(
  asker: Asker,
  ns: string,
  set: string | null,
  options: TruncateOptions,
  policy: InfoPolicy | undefined,
): Promise<void> {
  checkName("the namespace", ns, limit.NAMESPACE)
  if (set !== null) checkName("the set", set, limit.SET)
  checkFields("options", options, ["before"])
  const lut = options.before === undefined ? undefined : nanoseconds(options.before)
  const asked = `truncate ${place(ns, set)}`
  await checkNamespace(asker, asked, ns, policy)
  const command = set === null ? "truncate-namespace" : "truncate"
  await tell(asker, asked, `${command}:${parameters({ namespace: ns, set: set ?? undefined, lut })}`, policy)
}

function nanoseconds(before: unknown): bigint {
  if (typeof before === "bigint" && before > 0n && before < 2n ** 63n) return before
  if (before instanceof Date && before.getTime() > 0) return BigInt(before.getTime()) * 1_000_000n
  // A plain number might be seconds, milliseconds or rounded nanoseconds: the difference is all the records.
  throw invalid(`options.before is ${show(before)}: it must be a Date, or nanoseconds since 1970 as a bigint.`)
}
