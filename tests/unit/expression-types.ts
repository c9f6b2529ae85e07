// What the types of expressions allow and what they do not: this file is only compiled. A line under `@ts-expect-error`
// that compiles is an error.

import type { Client, Expression, Key } from "../../ts/index.ts"
import { ctx, exp, GeoJSON, op } from "../../ts/index.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <A, B>(_: Equal<A, B>) => {}
const typeOf =
  <A>(_: A) =>
  <B>(same: Equal<A, B>) =>
    is<A, B>(same)

const a = exp.int.bin("a")
const f = exp.float.bin("f")
const s = exp.string.bin("s")
const l = exp.list.bin("l")
const m = exp.map.bin("m")

export function comparisons() {
  typeOf(exp.eq(a, 5))<Expression<"bool">>(true)
  exp.eq(5n, a)
  exp.gt(f, 5)
  exp.eq(s, "x")
  exp.eq(exp.blob.bin("b"), new Uint8Array())
  exp.eq(l, [1, "a", null])
  exp.eq(exp.nil(), null)
  // @ts-expect-error a string with a number
  exp.eq(s, 5)
  // @ts-expect-error a number with a string
  exp.eq(a, "5")
  // @ts-expect-error the same the other way round
  exp.eq("5", a)
  // @ts-expect-error two bins of different types
  exp.eq(a, s)
  // @ts-expect-error integers are no floats
  exp.lt(a, f)
  // @ts-expect-error GeoJSON is not compared, but see geoCompare
  exp.eq(exp.geo.bin("g"), exp.geo.bin("g"))
  exp.geoCompare(exp.geo.bin("g"), GeoJSON.point(1, 2))
  exp.regex(s, "^a", { ignoreCase: true })
  // @ts-expect-error only strings match patterns
  exp.regex(a, "^a")
  exp.inList(a, [1, 2])
}

export function logic() {
  exp.and(exp.eq(a, 5), true, exp.not(exp.binExists("b")))
  // @ts-expect-error one condition alone
  exp.and(true)
  // @ts-expect-error an integer is no condition
  exp.or(a, true)
  typeOf(exp.cond(true, "x", "y"))<Expression<"string">>(true)
  typeOf(exp.cond(true, 1, false, 2, 3))<Expression<"int">>(true)
  typeOf(exp.cond(true, 1.5, 2))<Expression<"float">>(true)
  typeOf(exp.cond(true, a, exp.unknown()))<Expression<"int">>(true)
  // @ts-expect-error values of two types
  exp.cond(true, a, "x")
  typeOf(exp.let({ x: exp.add(a, 1), y: s }, ({ x, y }) => exp.eq(x, 1) && exp.eq(y, "x")))<Expression<"bool">>(true)
  // @ts-expect-error a variable has the type of its value
  exp.let({ x: s }, ({ x }) => exp.add(x, 1))
  // @ts-expect-error nor is there another
  exp.let({ x: a }, ({ y }) => y)
}

export function arithmetic() {
  typeOf(exp.add(a, 1, exp.int.bin("b")))<Expression<"int">>(true)
  typeOf(exp.mul(2, f))<Expression<"float">>(true)
  // @ts-expect-error int and float
  exp.add(a, f)
  // @ts-expect-error a string is no number
  exp.sub(s, 1)
  exp.pow(f, 2)
  // @ts-expect-error an integer has to become a float first
  exp.pow(a, 2)
  typeOf(exp.toFloat(a))<Expression<"float">>(true)
  typeOf(exp.abs(f))<Expression<"float">>(true)
  exp.intAnd(a, 1)
  // @ts-expect-error bits of integers only
  exp.intAnd(f, 1)
}

export function collections() {
  typeOf(exp.list.size(l))<Expression<"int">>(true)
  typeOf(exp.list.getByIndex(l, 0, { type: "string" }))<Expression<"string">>(true)
  typeOf(exp.list.getByIndex(l, 0, { returnType: "rank" }))<Expression<"int">>(true)
  // @ts-expect-error the type of the element is not said
  exp.list.getByIndex(l, 0, {})
  // @ts-expect-error an integer is no list
  exp.list.size(a)
  typeOf(exp.list.getByValue(l, 1))<Expression<"list">>(true)
  typeOf(exp.list.getByValue(l, 1, { returnType: "count" }))<Expression<"int">>(true)
  typeOf(exp.list.getByValue(l, 1, { returnType: "exists" }))<Expression<"bool">>(true)
  typeOf(exp.list.append(l, 1))<Expression<"list">>(true)
  typeOf(exp.list.append(m, 1, { ctx: ctx.mapKey("l") }))<Expression<"map">>(true)
  typeOf(exp.map.getByKey(m, "a", { type: "float" }))<Expression<"float">>(true)
  typeOf(exp.map.getByKeyRange(m, "a", null, { returnType: "orderedMap" }))<Expression<"map">>(true)
  // @ts-expect-error a boolean is no key
  exp.map.getByKey(m, true, { type: "int" })
  typeOf(exp.bit.count(exp.blob.bin("b"), 0, 8))<Expression<"int">>(true)
  // @ts-expect-error a string has no bits
  exp.bit.count(s, 0, 8)
  typeOf(exp.hll.similarity(exp.hll.bin("h"), exp.hll.bin("i")))<Expression<"float">>(true)
}

export async function uses(client: Client, key: Key) {
  await client.get(key, { filterExpression: exp.eq(a, 5) })
  await client.get(key, { filterExpression: new Uint8Array([1]) })
  await client.get(key, { filterExpression: exp.fromBase64("kwGTUQKhYQU=") })
  await client.get(key, { filterExpression: exp.unknown() })
  // @ts-expect-error a filter is a condition
  await client.get(key, { filterExpression: a })
  // @ts-expect-error an expression is no value
  await client.put(key, { a: exp.int.bin("b") })
  await client.operate(key, [op.exp.read("r", a), op.exp.write("w", 5, { mode: "createOnly" })])
  // @ts-expect-error what is read is an expression
  op.exp.read("r", 5)
  await client.operate(key, [op.path.select("m", ctx.allChildren(exp.gt(exp.int.loopVar("value"), 1)))])
  // @ts-expect-error a filter of a path is a condition
  ctx.allChildren(a)
}
