// Which records the cluster ships to another one (XDR).

import { check, checkFields, rule } from "../core/check.ts"
import { limit } from "../core/generated.ts"
import { toBase64 } from "../exp/base64.ts"
import { Expression } from "../exp/expression.ts"
import type { InfoPolicy } from "../policy.ts"
import { type Asker, checkName, parameters, tell } from "./ask.ts"

/** What is shipped of a namespace to a data centre. */
export interface XdrFilter {
  /** The data centre, by the name that the servers' configuration gives it. */
  dc: string
  ns: string
  /** Records for which it is true are shipped. Null: all are. */
  filter: Expression<"bool"> | null
}

const dcMax = 31
const filterRule = rule("an expression, or null to ship all", (value) => value === null || value instanceof Expression)

export async function setXdrFilter(asker: Asker, filter: XdrFilter, policy?: InfoPolicy): Promise<void> {
  checkFields("the XDR filter", filter, ["dc", "ns", "filter"])
  checkName("filter.dc", filter.dc, dcMax)
  checkName("filter.ns", filter.ns, limit.NAMESPACE)
  check("filter.filter", filter.filter, filterRule)
  const exp = filter.filter === null ? "null" : toBase64(filter.filter)
  const command = `xdr-set-filter:${parameters({ dc: filter.dc, namespace: filter.ns, exp })}`
  await tell(asker, `setXdrFilter of ${filter.ns} for ${filter.dc}`, command, policy)
}
