// Cases of operate told as rows: what the bin holds, which ops are done, what each gives and what the bin holds then.

/**
 * Rows `[name, bin, (api) => ops, results, after?]` as cases; values that the package makes are functions of it. `bin`: the value of bin `b` before, undefined for no record. `results`:
 * what the ops give, in order; or `{ is, code }`, how they fail. `after`: the value of the bin then.
 */
export function rows(needs, table) {
  return table.map(([name, bin, make, results, ...after]) => ({
    name,
    needs,
    async run(t) {
      const key = t.key()
      if (bin !== undefined) await t.client.put(key, { b: told(bin, t.api) })
      const ops = make(t.api)
      if (Array.isArray(results) || typeof results === "function") {
        const ordered = await t.client.operateOrdered(key, ops)
        t.same(
          ordered.results,
          told(results, t.api).map((value) => ["b", value]),
        )
      } else {
        await t.fails(t.client.operateOrdered(key, ops), results)
        if (bin === undefined) t.same(await t.client.find(key), undefined)
      }
      if (after.length > 0) t.same((await t.client.get(key)).bins.b, told(after[0], t.api))
    },
  }))
}

/** A value, or one that needs the package to be made. */
function told(value, api) {
  return typeof value === "function" ? value(api) : value
}

/** A row for each that fails when it is built: `[name, (api) => op, what the message says]`. */
export function refusals(table) {
  return table.map(([name, make, ...says]) => ({
    name,
    async run(t) {
      await t.fails(() => make(t.api), { is: "InvalidArgumentError", says })
    },
  }))
}
