// Expressions as filters: literals, bins, comparisons, logic, arithmetic, the bits of integers, metadata, variables.

import { gives, REFUSED, UNKNOWN } from "../support/expressions.mjs"

const needs = ["all expressions"]
const of = (name, make, expected, says) => gives(name, make, expected, { needs, says })
const min = -(2n ** 63n)
const max = 2n ** 63n - 1n

export default {
  name: "expressions",
  cases: [
    // ── bins and literals
    of("an int bin", (exp) => exp.int.bin("a"), 5, 'int.bin("a")'),
    of("a float bin", (exp) => exp.float.bin("f"), 2.5),
    of("a string bin", (exp) => exp.string.bin("s"), "Hello"),
    of("a bool bin", (exp) => exp.bool.bin("t"), true),
    of("a blob bin", (exp) => exp.blob.bin("y"), new Uint8Array([1, 2, 3, 4, 5])),
    of("a list bin", (exp) => exp.list.bin("l"), [4, 1, 3, 1, 2]),
    of(
      "a key-ordered map bin",
      (exp, { KeyOrderedMap }) => exp.eq(exp.map.bin("o"), exp.map.val(new KeyOrderedMap([["k", 1]]))),
      true,
    ),
    of("an unordered map, even compared with itself,", (exp) => exp.map.bin("m"), UNKNOWN),
    of("an absent bin", (exp) => exp.int.bin("zz"), UNKNOWN),
    of("a bin of another type", (exp) => exp.int.bin("s"), UNKNOWN),
    of("nil", (exp) => exp.eq(exp.nil(), null), true),
    of("a large integer", (exp) => exp.int.val(max), max),
    of("a list that holds lists", (exp) => exp.list.val([1, [2, ["x"]]]), [1, [2, ["x"]]]),
    of("binExists of a bin", (exp) => exp.binExists("a"), true, 'binExists("a")'),
    of("binExists of no bin", (exp) => exp.binExists("zz"), false),
    ...[
      ["a", 1],
      ["f", 2],
      ["s", 3],
      ["y", 4],
      ["t", 17],
      ["h", 18],
      ["m", 19],
      ["l", 20],
      ["g", 23],
      ["zz", 0],
    ].map(([name, type]) => of(`binType of ${name}`, (exp) => exp.binType(name), type)),

    // ── comparisons
    of("eq", (exp) => exp.eq(exp.int.bin("a"), 5), true),
    of("eq with the literal first", (exp) => exp.eq("Hello", exp.string.bin("s")), true),
    of("ne", (exp) => exp.ne(exp.int.bin("a"), 5), false),
    of("gt", (exp) => exp.gt(exp.float.bin("f"), 2), true),
    of("ge", (exp) => exp.ge(exp.int.bin("a"), 5), true),
    of("lt", (exp) => exp.lt(exp.string.bin("s"), "Zz"), true),
    of("le", (exp) => exp.le(exp.list.bin("l"), [3]), false),
    of("int with float", (exp) => exp.eq(exp.int.bin("a"), exp.float.val(5)), REFUSED),
    of("int with infinity", (exp) => exp.lt(exp.int.bin("a"), exp.infinity()), REFUSED),
    of("eq of geo", (exp) => exp.eq(exp.geo.bin("g"), exp.geo.bin("g")), REFUSED),
    of("regex", (exp) => exp.regex(exp.string.bin("s"), "^H.*o$"), true),
    of("regex that does not match", (exp) => exp.regex(exp.string.bin("s"), "^h"), false),
    of("regex without case", (exp) => exp.regex(exp.string.bin("s"), "^h(e|a)l+", { ignoreCase: true }), true),
    of("regex in basic syntax", (exp) => exp.regex(exp.string.bin("s"), "l\\{2\\}", { extended: false }), true),
    of("regex with lines", (exp) => exp.regex("a\nb", "^b", { newline: true }), true),
    of("regex that is none", (exp) => exp.regex(exp.string.bin("s"), "(("), REFUSED),
    of("regex of an absent bin", (exp) => exp.regex(exp.string.bin("zz"), "x"), UNKNOWN),
    of(
      "geoCompare within",
      (exp, { GeoJSON }) => exp.geoCompare(exp.geo.bin("g"), GeoJSON.circle(-122, 37.5, 1000)),
      true,
    ),
    of(
      "geoCompare without",
      (exp, { GeoJSON }) => exp.geoCompare(GeoJSON.circle(10, 37.5, 1000), exp.geo.bin("g")),
      false,
    ),
    of(
      "geoCompare with what is no GeoJSON",
      (exp, { GeoJSON }) => exp.geoCompare(exp.geo.bin("g"), new GeoJSON("no")),
      REFUSED,
    ),
    of("inList of a literal", (exp) => exp.inList(exp.int.bin("a"), [1, 5]), true),
    of("inList of a bin", (exp) => exp.inList(9, exp.list.bin("l")), false),

    // ── logic
    of("and", (exp) => exp.and(true, exp.eq(exp.int.bin("a"), 5), true), true),
    of("and with a false", (exp) => exp.and(true, false), false),
    of("and of false and unknown", (exp) => exp.and(false, exp.eq(exp.int.bin("zz"), 1)), false),
    of("and of true and unknown", (exp) => exp.and(true, exp.eq(exp.int.bin("zz"), 1)), UNKNOWN),
    of("or", (exp) => exp.or(false, exp.eq(exp.int.bin("a"), 5)), true),
    of("or of none", (exp) => exp.or(false, false), false),
    of("or of false and unknown", (exp) => exp.or(false, exp.eq(exp.int.bin("zz"), 1)), UNKNOWN),
    of("not", (exp) => exp.not(false), true),
    of("not of unknown", (exp) => exp.not(exp.eq(exp.int.bin("zz"), 1)), UNKNOWN),
    of("exclusive of one", (exp) => exp.exclusive(true, false, false), true),
    of("exclusive of two", (exp) => exp.xor(true, true), false),
    of("exclusive with unknown", (exp) => exp.exclusive(true, exp.eq(exp.int.bin("zz"), 1)), UNKNOWN),
    of("and of one", (exp) => exp.and(true), REFUSED),
    of("or of ints", (exp) => exp.or(exp.int.bin("a"), exp.int.bin("n")), REFUSED),
    of("unknown", (exp) => exp.and(exp.unknown(), true), UNKNOWN),
    of("cond, first", (exp) => exp.cond(exp.eq(exp.int.bin("a"), 5), "five", "other"), "five"),
    of("cond, second", (exp) => exp.cond(exp.eq(exp.int.bin("a"), 4), 4, exp.eq(exp.int.bin("a"), 5), 5, 0), 5),
    of("cond, default", (exp) => exp.cond(exp.eq(exp.int.bin("a"), 4), 1.5, 2.5), 2.5),
    of("cond that ends unknown", (exp) => exp.cond(exp.eq(exp.int.bin("a"), 4), "four", exp.unknown()), UNKNOWN),
    of(
      "cond of two types",
      (exp) => exp.cond(exp.eq(exp.int.bin("a"), 4), exp.int.val(1), exp.string.val("x")),
      REFUSED,
    ),
    of("cond without a default", (exp) => exp.cond(exp.eq(exp.int.bin("a"), 4), 1), REFUSED),
    of(
      "let",
      (exp) => exp.let({ x: exp.add(exp.int.bin("a"), 1) }, ({ x }) => exp.mul(x, x)),
      36,
      'let({ x: add(int.bin("a"), 1) }, mul(x, x))',
    ),
    of(
      "let with one variable in another",
      (exp) => exp.let({ x: exp.int.bin("a"), y: exp.add(exp.int.var("x"), 1) }, ({ x, y }) => exp.add(x, y)),
      11,
    ),
    of(
      "let in a let",
      (exp) => exp.let({ x: 2n }, ({ x }) => exp.let({ y: exp.mul(x, x) }, ({ y }) => exp.sub(y, x))),
      2,
    ),
    of("a variable that is not defined", (exp) => exp.int.var("nope"), REFUSED),
    of(
      "a variable that is defined twice",
      (exp) =>
        exp.let(
          [
            ["x", 1],
            ["x", 2],
          ],
          () => exp.int.var("x"),
        ),
      REFUSED,
    ),

    // ── arithmetic
    of("add", (exp) => exp.add(exp.int.bin("a"), exp.int.bin("n"), 1), 3),
    of("add of floats", (exp) => exp.add(exp.float.bin("f"), 1), 3.5),
    of("add beyond 64 bits wraps, which", (exp) => exp.add(exp.int.val(max), 1), min),
    of("add of int and float", (exp) => exp.add(exp.int.bin("a"), exp.float.bin("f")), REFUSED),
    of("sub", (exp) => exp.sub(exp.int.bin("a"), 3), 2),
    of("sub of one", (exp) => exp.sub(exp.float.bin("f")), -2.5),
    of("mul", (exp) => exp.mul(2, exp.int.bin("a")), 10),
    of("div", (exp) => exp.div(exp.int.bin("n"), 2), -1),
    of("div of one", (exp) => exp.div(exp.float.bin("f")), 0.4),
    of("div by zero", (exp) => exp.div(exp.int.bin("a"), 0), UNKNOWN),
    of("div of floats by zero", (exp) => exp.div(exp.float.bin("f"), 0), Number.POSITIVE_INFINITY),
    of("mod", (exp) => exp.mod(exp.int.bin("n"), 2), -1),
    of("mod by zero", (exp) => exp.mod(exp.int.bin("a"), 0), UNKNOWN),
    of("pow", (exp) => exp.pow(exp.float.bin("f"), 2), 6.25),
    of("log", (exp) => exp.log(8, 2), 3),
    of("abs", (exp) => exp.abs(exp.int.bin("n")), 3),
    of("abs of the smallest integer", (exp) => exp.abs(exp.int.val(min)), min),
    of("abs of a float", (exp) => exp.abs(exp.sub(exp.float.bin("f"))), 2.5),
    of("floor", (exp) => exp.floor(exp.float.bin("f")), 2),
    of("ceil", (exp) => exp.ceil(exp.float.bin("f")), 3),
    of("toInt", (exp) => exp.toInt(-2.7), -2),
    of("toInt of what is too large", (exp) => exp.toInt(1e300), min),
    of("toFloat", (exp) => exp.toFloat(exp.int.bin("a")), 5),
    of("min", (exp) => exp.min(exp.int.bin("a"), exp.int.bin("n"), 9), -3),
    of("max", (exp) => exp.max(exp.float.bin("f"), 1), 2.5),

    // ── bits of integers
    of("intAnd", (exp) => exp.intAnd(exp.int.bin("a"), 4), 4),
    of("intOr", (exp) => exp.intOr(exp.int.bin("a"), 2), 7),
    of("intXor", (exp) => exp.intXor(exp.int.bin("a"), 1, 2), 6),
    of("intNot", (exp) => exp.intNot(exp.int.bin("a")), -6),
    of("intLshift", (exp) => exp.intLshift(exp.int.bin("a"), 2), 20),
    of("intLshift by 64", (exp) => exp.intLshift(exp.int.bin("a"), 64), 5),
    of("intRshift", (exp) => exp.intRshift(exp.int.bin("n"), 1), 2n ** 63n - 2n),
    of("intArshift", (exp) => exp.intArshift(exp.int.bin("n"), 1), -2),
    of("intCount", (exp) => exp.intCount(-1), 64),
    of("intLscan", (exp) => exp.intLscan(exp.int.bin("a"), true), 61),
    of("intRscan", (exp) => exp.intRscan(exp.int.bin("a"), true), 63),
    of("intRscan of none", (exp) => exp.intRscan(0, true), -1),

    // ── metadata
    of("ttl of a record that does not expire", (exp) => exp.ttl(), -1),
    of("voidTime of a record that does not expire", (exp) => exp.voidTime(), -1),
    of("lastUpdate", (exp) => exp.gt(exp.lastUpdate(), 1_600_000_000_000_000_000n), true),
    of("sinceUpdate", (exp) => exp.and(exp.ge(exp.sinceUpdate(), 0), exp.lt(exp.sinceUpdate(), 60_000)), true),
    of("recordSize", (exp) => exp.and(exp.gt(exp.recordSize(), 100), exp.lt(exp.recordSize(), 10_000)), true),
    of("deviceSize", (exp) => exp.ge(exp.deviceSize(), 0), true),
    of("memorySize", (exp) => exp.ge(exp.memorySize(), 0), true),
    of("isTombstone", (exp) => exp.isTombstone(), false),
    of("keyExists without a stored key", (exp) => exp.keyExists(), false),
    of("key that is not stored", (exp) => exp.string.key(), UNKNOWN),
    of("digestModulo", (exp) => exp.lt(exp.digestModulo(4), 4), true),
    {
      name: "setName",
      needs,
      async run(t) {
        const { exp } = t.api
        const key = t.key()
        await t.client.put(key, { a: 1 })
        const inSet = (name) => ({ filterExpression: exp.eq(exp.setName(), name) })
        t.same((await t.client.get(key, inSet(t.set))).bins, { a: 1 })
        await t.fails(t.client.get(key, inSet("other")), { is: "FilteredOutError", code: 27 })
      },
    },
    {
      name: "keys of each type",
      needs,
      async run(t) {
        const { exp } = t.api
        const [ns, set] = t.key()
        const bytes = new Uint8Array([1, 2])
        for (const [type, user] of [
          ["int", 4711],
          ["string", `exp-${set}`],
          ["blob", bytes],
        ]) {
          const key = t.owned([ns, set, user])
          await t.client.put(key, { a: 1 }, { sendKey: true })
          const filterExpression = exp.and(exp.keyExists(), exp.eq(exp[type].key(), user))
          t.same((await t.client.get(key, { filterExpression })).bins, { a: 1 })
          const other = type === "int" ? exp.string : exp.int
          const wrong = exp.eq(other.key(), other.key())
          await t.fails(t.client.get(key, { filterExpression: wrong }), { is: "FilteredOutError", code: 27 })
        }
      },
    },
    {
      name: "ttl and voidTime of a record that expires",
      needs,
      async run(t) {
        const { exp } = t.api
        const key = t.key()
        await t.client.put(key, { a: 1 }, { ttl: 1000 })
        const filterExpression = exp.and(
          exp.ge(exp.ttl(), 990),
          exp.le(exp.ttl(), 1000),
          exp.gt(exp.voidTime(), exp.lastUpdate()),
        )
        t.same((await t.client.get(key, { filterExpression })).bins, { a: 1 })
      },
    },

    // ── on every kind of command
    {
      name: "every command on one record takes a filter",
      needs,
      async run(t) {
        const { exp } = t.api
        const key = t.key()
        await t.client.put(key, { a: 5, s: "x" })
        const yes = { filterExpression: exp.eq(exp.int.bin("a"), 5) }
        const no = { filterExpression: exp.eq(exp.int.bin("a"), 6) }
        const filtered = { is: "FilteredOutError", code: 27 }
        for (const act of [
          (policy) => t.client.get(key, policy),
          (policy) => t.client.find(key, policy),
          (policy) => t.client.select(key, ["a"], policy),
          (policy) => t.client.exists(key, policy),
          (policy) => t.client.put(key, { b: 1 }, policy),
          (policy) => t.client.increment(key, "b", 1, policy),
          (policy) => t.client.append(key, "s", "y", policy),
          (policy) => t.client.prepend(key, "s", "y", policy),
          (policy) => t.client.touch(key, policy),
          (policy) => t.client.removeBin(key, "b", policy),
        ]) {
          await t.fails(() => act(no), filtered)
          await act(yes)
        }
        await t.fails(t.client.remove(key, no), filtered)
        t.assert.equal(await t.client.remove(key, yes), true)
      },
    },
    {
      name: "a filter can be a client's default, and a call can have another",
      needs,
      async run(t) {
        const { exp } = t.api
        const key = t.key()
        await t.client.put(key, { a: 5 })
        const client = await t.connect({ policies: { read: { filterExpression: exp.eq(exp.int.bin("a"), 6) } } })
        await t.fails(client.get(key), { is: "FilteredOutError", code: 27 })
        t.same((await client.get(key, { filterExpression: exp.eq(exp.int.bin("a"), 5) })).bins, { a: 5 })
      },
    },
    {
      name: "a filter does not hold a write to an absent record back",
      async run(t) {
        const { exp } = t.api
        const key = t.key()
        const policy = { filterExpression: exp.eq(exp.int.bin("a"), 1) }
        await t.client.put(key, { a: 9 }, policy)
        t.same((await t.client.get(key)).bins, { a: 9 })
        await t.fails(t.client.get(t.key(), policy), { is: "RecordNotFoundError", code: 2 })
      },
    },
    {
      name: "packed bytes are a filter too, and bad ones are refused by the server",
      async run(t) {
        const { exp } = t.api
        const key = t.key()
        await t.client.put(key, { a: 5 })
        const bytes = exp.toBytes(exp.eq(exp.int.bin("a"), 5))
        t.same((await t.client.get(key, { filterExpression: bytes })).bins, { a: 5 })
        for (const bad of [
          bytes.subarray(1),
          new Uint8Array([0xc1]),
          new Uint8Array([...bytes, 0]),
          new Uint8Array([5]),
        ])
          await t.fails(t.client.get(key, { filterExpression: bad }), { code: 4 })
      },
    },
    {
      name: "what is no filter is refused before anything is sent",
      async run(t) {
        const { exp } = t.api
        for (const filterExpression of ["a == 5", 5, {}, exp.int.bin("a"), new Uint8Array()]) {
          const error = { is: "InvalidArgumentError", code: -2, says: "filterExpression" }
          await t.fails(() => t.client.get(t.key(), { filterExpression }), error)
        }
        const text = { is: "InvalidArgumentError", code: -2 }
        await t.fails(() => exp.eq(exp.int.bin("a"), "x"), text)
        await t.fails(() => exp.eq(exp.int.bin("a"), 1.5), text)
        await t.fails(() => exp.int.var("no name"), text)
        for (const base64 of ["%", "", "kwGTUQKhYQ==", "kwGTUQKhYQUA"])
          await t.fails(() => exp.fromBase64(base64), text)
        await t.fails(t.client.put(t.key(), { a: exp.int.bin("a") }), { ...text, says: "bins.a" })
      },
    },
    {
      name: "base64 is that of other clients",
      async run(t) {
        const { exp } = t.api
        t.assert.equal(exp.toBase64(exp.eq(exp.int.bin("a"), 5)), "kwGTUQKhYQU=")
        t.assert.equal(String(exp.fromBase64("kwGTUQKhYQU=")), 'eq(int.bin("a"), 5)')
        t.assert.equal(exp.toString(exp.fromBase64("khKRSA==")), "not(isTombstone())")
      },
    },
  ],
}
