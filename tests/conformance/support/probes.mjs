// Which families of expressions the server evaluates, found out by letting it evaluate one of each.

const PROBES = {
  "all expressions": (exp) =>
    exp.and(
      exp.eq(
        exp.let({ x: exp.int.bin("a") }, ({ x }) => exp.cond(exp.gt(x, 4), exp.mul(x, x), 0)),
        25,
      ),
      exp.regex("abc", "^a.c$"),
      exp.eq(exp.intCount(7), 3),
      exp.ge(exp.sinceUpdate(), 0),
    ),
  "expressions on lists and maps": (exp) =>
    exp.and(
      exp.eq(exp.list.size(exp.list.append(exp.list.val([1]), 2)), 2),
      exp.eq(exp.map.getByKey(exp.map.val({ a: 1 }), "a", { type: "int" }), 1),
    ),
  "expressions on bits": (exp) => exp.eq(exp.bit.count(exp.blob.val(new Uint8Array([255])), 0, 8), 8),
  "expressions on HyperLogLogs": (exp, { HLL }) =>
    exp.eq(exp.hll.count(exp.hll.val(new HLL(new Uint8Array(203).fill(8, 1, 2)))), 0),
  "expressions on paths": (exp) =>
    exp.eq(exp.list.size(exp.selectByPath(exp.list.val([1, 2]), { entries: [[4, true]] })), 2),
}

/** The names of the families. */
export async function evaluated(client, api) {
  const known = new Set()
  const key = ["test", "probe", `probe-${Date.now()}-${Math.random()}`]
  await client.put(key, { a: 5 })
  for (const [name, make] of Object.entries(PROBES)) {
    const found = await client.get(key, { filterExpression: make(api.exp, api) }).catch(() => undefined)
    if (found) known.add(name)
  }
  await client.remove(key)
  return known
}
