// Every op that selects elements of a list or map with every return type, inverted where it can be, on lists and maps of
// every order: what it gives, what it leaves when it removes, and what it gives within an expression.
//
// A row says which elements are meant; what each return type makes of them is worked out here. The order of several
// places is the server's business: they are compared as sets.

/** Under the keys a to e; their ranks are 3, 0, 2, 4, 1. */
const VALUES = [40, 10, 30, 50, 20]
const KEYS = ["a", "b", "c", "d", "e"]
const SORTED = [...VALUES].sort((a, b) => a - b)
const entries = VALUES.map((value, index) => [KEYS[index], value])

const LIST_RETURNS = ["none", "index", "reverseIndex", "rank", "reverseRank", "count", "value", "exists"]
const MAP_RETURNS = [...LIST_RETURNS, "key", "keyValue", "unorderedMap", "orderedMap"]

/** What ops are done to: the values by index, and the ops that make it. */
const LISTS = [
  { what: "an unordered list", values: VALUES, fill: ({ op }) => [op.write("b", VALUES)] },
  {
    what: "an ordered list",
    values: SORTED,
    fill: ({ op, OrderedList }) => [op.write("b", new OrderedList(VALUES))],
  },
]
const MAPS = ["unordered", "keyOrdered", "keyValueOrdered"].map((order) => ({
  what: `a map, ${order}`,
  values: VALUES,
  fill: ({ op, map }) => [op.write("b", null), map.putItems("b", new Map(entries), { order })],
}))

/** The values that are meant, by index or as they are. */
const indexes =
  (...picked) =>
  ({ values }) =>
    picked.map((index) => values[index])
const these =
  (...values) =>
  () =>
    values

/**
 * `get` and `remove` with their arguments mean some values. `others`: what the server says of whether there are others, in
 * the order of the subjects; of a range it tells with some whether there is none in it, as it has it. `unranked`: it
 * cannot tell ranks (26).
 */
const LIST_ROWS = [
  { name: "ByIndex", args: [1], means: indexes(1), single: true },
  { name: "ByIndexRange", args: [1, 2], means: indexes(1, 2), others: [true, true] },
  { name: "ByRank", args: [3], means: these(40), single: true },
  { name: "ByRankRange", args: [1, 3], means: these(20, 30, 40), others: [false, true] },
  { name: "ByValue", args: [30], means: these(30), others: [false, true] },
  { name: "ByValueList", args: [[20, 40, 99]], means: these(20, 40), others: [true, true] },
  { name: "ByValueRange", args: [20, 40], means: these(20, 30), others: [false, true] },
  { name: "ByValueRelRankRange", args: [30, -1, 2], means: these(20, 30), others: [false, true] },
]
const MAP_ROWS = [
  { name: "ByKey", args: ["b"], means: these(10), single: true },
  {
    name: "ByKeyList",
    args: [["d", "b", "zz"]],
    means: these(10, 50),
    others: [true, true, true],
    unranked: true,
  },
  { name: "ByKeyRange", args: ["b", "d"], means: these(10, 30), others: [false, true, true] },
  { name: "ByKeyRelIndexRange", args: ["b", 1, 2], means: these(30, 50), others: [false, true, true] },
  { name: "ByIndex", args: [1], means: indexes(1), single: true },
  { name: "ByIndexRange", args: [1, 2], means: indexes(1, 2), others: [false, true, true] },
  { name: "ByRank", args: [3], means: these(40), single: true },
  { name: "ByRankRange", args: [1, 3], means: these(20, 30, 40), others: [false, false, false] },
  { name: "ByValue", args: [30], means: these(30), others: [false, false, false] },
  { name: "ByValueList", args: [[20, 40, 99]], means: these(20, 40), others: [true, true, true] },
  { name: "ByValueRange", args: [20, 40], means: these(20, 30), others: [false, false, false] },
  { name: "ByValueRelRankRange", args: [30, -1, 2], means: these(20, 30), others: [false, false, false] },
]

/** A return type refused by the server with this code. */
class Refused {
  constructor(code) {
    this.code = code
  }
}
const UNRANKED = new Refused(26)

/** What a return type makes of the values that are meant. */
function told(row, { values }, returnType, inverted, others) {
  const meant = row.means({ values })
  const picked = values.filter((value) => meant.includes(value) !== inverted)
  const pairs = picked.map((value) => [KEYS[VALUES.indexOf(value)], value])
  const last = values.length - 1
  const several = (of) => (row.single ? of(picked[0]) : picked.map(of))
  switch (returnType) {
    case "none":
      return null
    case "index":
      return several((value) => values.indexOf(value))
    case "reverseIndex":
      return several((value) => last - values.indexOf(value))
    case "rank":
      return row.unranked ? UNRANKED : several((value) => SORTED.indexOf(value))
    case "reverseRank":
      return row.unranked ? UNRANKED : several((value) => last - SORTED.indexOf(value))
    case "count":
      return picked.length
    case "value":
      return several((value) => value)
    case "key":
      return several((value) => KEYS[VALUES.indexOf(value)])
    case "exists":
      return inverted ? others : true
    case "keyValue":
      return new Map(pairs)
    default:
      return Object.fromEntries(pairs)
  }
}

/** Places and values in an order of their own. */
function sorted(value) {
  if (value instanceof Map) return new Map([...value].sort())
  return Array.isArray(value) ? [...value].sort() : value
}

/** The options of every way to ask, with what comes of it; `ways(row, subject, …)`. */
function ways(row, subject, returns, number) {
  return returns.flatMap((returnType) =>
    (row.single ? [false] : [false, true]).map((inverted) => ({
      options: inverted ? { returnType, inverted } : { returnType },
      inverted,
      expected: told(row, subject, returnType, inverted, row.others?.[number]),
    })),
  )
}

/** What a promise comes to, or the code it fails with, as something to compare. */
async function outcome(promise) {
  try {
    return sorted(await promise)
  } catch (error) {
    return new Refused(error.code)
  }
}

function cases(kind, rows, subjects, returns) {
  return rows.flatMap((row) => [
    {
      name: `${kind}.get${row.name} with every return type`,
      run: (t) =>
        each(t, row, subjects, returns, async (key, { options, expected }) => {
          const get = t.api[kind][`get${row.name}`]("b", ...counted(row, options))
          const { results } = await t.client.operateOrdered(key, [get])
          // An op on a list that gives nothing has no result at all.
          if (expected === null && kind === "list") t.same(results, [])
          return results[0]?.[1] ?? null
        }),
    },
    {
      name: `${kind}.remove${row.name} with every return type`,
      run: (t) =>
        each(t, row, subjects, returns, async (key, { options, inverted, expected }, subject) => {
          const { op } = t.api
          const remove = t.api[kind][`remove${row.name}`]("b", ...counted(row, options))
          const fill = subject.fill(t.api)
          const { results } = await t.client.operateOrdered(key, [...fill, remove, op.read("b")])
          const meant = row.means(subject)
          const left = subject.values.filter((value) => meant.includes(value) === inverted)
          const after = results.at(-1)[1]
          t.same(Array.isArray(after) ? after : Object.values(after).sort(), Array.isArray(after) ? left : left.sort())
          // A list op without a result is passed over, a map op is not.
          return kind === "list" && expected === null ? null : results.at(-2)[1]
        }),
    },
    {
      name: `exp.${kind}.get${row.name} with every return type`,
      needs: ["expressions on lists and maps"],
      run: (t) =>
        each(t, row, subjects, returns.slice(1), async (key, { options }) => {
          const { exp, op } = t.api
          const type = { value: "int", key: "string" }[options.returnType]
          const given = row.single && type ? { ...options, type } : options
          const get = exp[kind][`get${row.name}`](exp[kind].bin("b"), ...counted(row, given))
          return (await t.client.operate(key, [op.exp.read("r", get)])).bins.r
        }),
    },
  ])
}

/** Counts may be left out: before the options there is one always. */
function counted({ args }, options) {
  return [...args, options]
}

/** Asks in every way, on every subject, and compares what comes. */
async function each(t, row, subjects, returns, ask) {
  for (const [number, subject] of subjects.entries()) {
    const key = t.key("returns")
    await t.client.operate(key, subject.fill(t.api))
    for (const way of ways(row, subject, returns, number)) {
      const actual = await outcome(ask(key, way, subject))
      const message = `${subject.what}, ${JSON.stringify(way.options)}`
      t.assert.deepStrictEqual(actual, sorted(way.expected), message)
    }
  }
}

export default {
  name: "return types",
  cases: [...cases("list", LIST_ROWS, LISTS, LIST_RETURNS), ...cases("map", MAP_ROWS, MAPS, MAP_RETURNS)],
}
