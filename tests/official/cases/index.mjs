// All cases, in the order in which they are told.

import batches from "./batches.mjs"
import bits from "./bits.mjs"
import contexts from "./contexts.mjs"
import expressions from "./expressions.mjs"
import functions from "./functions.mjs"
import hll from "./hll.mjs"
import lists from "./lists.mjs"
import maps from "./maps.mjs"
import packed from "./packed.mjs"
import policies from "./policies.mjs"
import queries from "./queries.mjs"
import records from "./records.mjs"
import values from "./values.mjs"

const families = {
  records,
  values,
  policies,
  lists,
  maps,
  contexts,
  bits,
  hll,
  expressions,
  packed,
  batches,
  queries,
  functions,
}

export const cases = Object.entries(families).flatMap(([family, cases]) =>
  cases.map(({ name, ...rest }) => ({
    name: `${family}: ${name}`,
    ...rest,
    alone: family === "queries" || family === "functions",
  })),
)

const names = cases.map(({ name }) => name)
const twice = names.find((name, i) => names.indexOf(name) !== i)

if (twice) throw new Error(`two cases are called "${twice}"`)
