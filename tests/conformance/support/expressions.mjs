// Cases of one operator each: an expression is a filter on a record that holds a bin of every type, so that what it gives
// is compared by the server itself. Both ways are tried: what lets the record through, and its contrary, which does not.

/** What an expression gives beside values: no value, or a refusal by the server. */
export const UNKNOWN = Symbol("unknown")
export const REFUSED = Symbol("refused")

/** The record. `zz` is no bin of it. */
function binsOf({ GeoJSON, HLL, KeyOrderedMap }) {
  return {
    a: 5,
    n: -3,
    f: 2.5,
    s: "Hello",
    t: true,
    y: new Uint8Array([1, 2, 3, 4, 5]),
    l: [4, 1, 3, 1, 2],
    m: { a: 3, b: 1, c: 2 },
    o: new KeyOrderedMap([["k", 1]]),
    c: { l: [1, 2, 3], m: { x: 1 } },
    g: GeoJSON.point(-122, 37.5),
    // An empty HyperLogLog of 8 index bits: 11 bytes of header, 256 registers of 6 bits.
    h: new HLL(new Uint8Array(11 + 192).fill(8, 1, 2)),
  }
}

/** A case: `make(exp, api)` gives what is `expected`. */
export function gives(name, make, expected, { needs = [], says } = {}) {
  return {
    name: `${name} ${expected === UNKNOWN ? "is unknown" : expected === REFUSED ? "is refused" : ""}`.trim(),
    needs,
    async run(t) {
      const { exp } = t.api
      const key = t.key("exp")
      await t.client.put(key, binsOf(t.api))
      const passes = async (filter, why) => {
        const record = await t.client.select(key, ["a"], { filterExpression: filter }).catch((error) => error)
        t.assert.deepEqual(record.bins, { a: 5 }, `${why}: ${filter} gave ${record}`)
      }
      const fails = (filter, expectation) =>
        t.fails(() => t.client.select(key, ["a"], { filterExpression: filter }), expectation)
      const filtered = { is: "FilteredOutError", code: 27 }

      const made = make(exp, t.api)
      const self = made.type === "bool" ? made : exp.eq(made, made)
      readable(t, made, says)
      if (expected === REFUSED) return fails(self, { code: 4 })
      if (expected === UNKNOWN) {
        await fails(self, filtered)
        await fails(exp.not(self), filtered)
        return passes(exp.or(self, true), "unknown, or true, is true")
      }
      const isIt = typeof expected === "boolean" ? (expected ? made : exp.not(made)) : exp.eq(made, expected)
      await passes(isIt, "what it gives")
      await fails(exp.not(isIt), filtered)
      await passes(exp.fromBase64(exp.toBase64(isIt)), "from base64")
    },
  }
}

/** As text and as base64 it is the same again when it was read from base64. */
function readable(t, made, says) {
  const { exp } = t.api
  const base64 = exp.toBase64(made)
  const again = exp.fromBase64(base64)
  t.assert.equal(exp.toBase64(again), base64)
  t.assert.equal(String(again), String(made))
  if (says) t.assert.equal(String(made), says)
}
