// Expressions on the bits of blobs and on HyperLogLogs, as filters.

import { gives, UNKNOWN } from "../support/expressions.mjs"

const y = (exp) => exp.blob.bin("y")
const h = (exp) => exp.hll.bin("h")
const bytes = (...values) => new Uint8Array(values)
const bit = (name, make, expected, says) =>
  gives(`bit.${name}`, make, expected, { needs: ["expressions on bits"], says })
const hll = (name, make, expected, says) =>
  gives(`hll.${name}`, make, expected, { needs: ["expressions on HyperLogLogs"], says })
const filled = (exp) => exp.hll.add(h(exp), ["a", "b", "c"])

export default {
  name: "expressions on bits and HyperLogLogs",
  cases: [
    bit("get", (exp) => exp.bit.get(y(exp), 8, 16), bytes(2, 3), 'bit.get(blob.bin("y"), 8, 16)'),
    bit("get outside", (exp) => exp.bit.get(y(exp), 100, 8), UNKNOWN),
    bit("count", (exp) => exp.bit.count(y(exp), 0, 40), 7),
    bit("lscan", (exp) => exp.bit.lscan(y(exp), 0, 8, true), 7),
    bit("rscan", (exp) => exp.bit.rscan(y(exp), 0, 8, false), 6),
    bit("getInt", (exp) => exp.bit.getInt(y(exp), 0, 16), 258),
    bit("getInt signed", (exp) => exp.bit.getInt(exp.blob.val(bytes(255)), 0, 8, { signed: true }), -1),
    bit("getInt of an absent bin", (exp) => exp.bit.getInt(exp.blob.bin("zz"), 0, 8), UNKNOWN),
    bit("resize", (exp) => exp.bit.resize(y(exp), 6), bytes(1, 2, 3, 4, 5, 0)),
    bit("resize at the beginning", (exp) => exp.bit.resize(y(exp), 6, { fromFront: true }), bytes(0, 1, 2, 3, 4, 5)),
    bit("resize, growOnly", (exp) => exp.bit.resize(y(exp), 2, { growOnly: true }), UNKNOWN),
    bit("resize, shrinkOnly", (exp) => exp.bit.resize(y(exp), 2, { shrinkOnly: true }), bytes(1, 2)),
    bit("insert", (exp) => exp.bit.insert(y(exp), 1, bytes(255)), bytes(1, 255, 2, 3, 4, 5)),
    bit("remove", (exp) => exp.bit.remove(y(exp), 0, 1), bytes(2, 3, 4, 5)),
    bit("set", (exp) => exp.bit.set(y(exp), 0, 8, bytes(255)), bytes(255, 2, 3, 4, 5)),
    bit("or", (exp) => exp.bit.or(y(exp), 0, 8, bytes(240)), bytes(241, 2, 3, 4, 5)),
    bit("xor", (exp) => exp.bit.xor(y(exp), 0, 8, bytes(255)), bytes(254, 2, 3, 4, 5)),
    bit("and", (exp) => exp.bit.and(y(exp), 0, 8, bytes(0)), bytes(0, 2, 3, 4, 5)),
    bit("not", (exp) => exp.bit.not(y(exp), 0, 8), bytes(254, 2, 3, 4, 5)),
    bit("lshift", (exp) => exp.bit.lshift(y(exp), 0, 16, 4), bytes(16, 32, 3, 4, 5)),
    bit("rshift", (exp) => exp.bit.rshift(y(exp), 0, 16, 4), bytes(0, 16, 3, 4, 5)),
    bit("add", (exp) => exp.bit.add(y(exp), 0, 8, 5), bytes(6, 2, 3, 4, 5)),
    bit("add that does not fit", (exp) => exp.bit.add(y(exp), 0, 8, 255), UNKNOWN),
    bit("add, saturate", (exp) => exp.bit.add(y(exp), 0, 8, 255, { overflow: "saturate" }), bytes(255, 2, 3, 4, 5)),
    bit("subtract, wrap", (exp) => exp.bit.subtract(y(exp), 0, 8, 5, { overflow: "wrap" }), bytes(252, 2, 3, 4, 5)),
    bit("subtract, signed", (exp) => exp.bit.subtract(y(exp), 0, 8, 5, { signed: true }), bytes(252, 2, 3, 4, 5)),
    bit("setInt", (exp) => exp.bit.setInt(y(exp), 0, 8, 7), bytes(7, 2, 3, 4, 5)),
    bit("setInt outside, noFail", (exp) => exp.bit.setInt(y(exp), 100, 8, 7, { noFail: true }), bytes(1, 2, 3, 4, 5)),

    hll("count", (exp) => exp.hll.count(h(exp)), 0, 'hll.count(hll.bin("h"))'),
    hll("count of an absent bin", (exp) => exp.hll.count(exp.hll.bin("zz")), UNKNOWN),
    hll("add", (exp) => exp.hll.count(filled(exp)), 3),
    hll("add with index bits", (exp) => exp.hll.count(exp.hll.add(h(exp), ["a"], { indexBits: 8 })), 1),
    hll(
      "add with index and min-hash bits",
      (exp) => exp.hll.count(exp.hll.add(h(exp), ["a"], { indexBits: 8, minHashBits: 0 })),
      1,
    ),
    hll("describe", (exp) => exp.hll.describe(h(exp)), [8, 0]),
    hll("init", (exp) => exp.hll.describe(exp.hll.init(h(exp), 10)), [10, 0]),
    hll("init with min-hash bits", (exp) => exp.hll.describe(exp.hll.init(h(exp), 10, { minHashBits: 8 })), [10, 8]),
    hll("mayContain", (exp) => exp.hll.mayContain(filled(exp), ["a", "b"]), 1),
    hll("mayContain what was not added", (exp) => exp.hll.mayContain(filled(exp), ["q"]), 0),
    hll("union", (exp) => exp.hll.count(exp.hll.union(filled(exp), h(exp))), 3),
    hll("unionCount", (exp) => exp.hll.unionCount(filled(exp), h(exp)), 3),
    hll(
      "unionCount with a list",
      (exp, { HLL }) => exp.hll.unionCount(filled(exp), [new HLL(new Uint8Array(203).fill(8, 1, 2))]),
      3,
    ),
    hll("intersectCount", (exp) => exp.hll.intersectCount(filled(exp), filled(exp)), 3),
    hll("similarity", (exp) => exp.hll.similarity(filled(exp), filled(exp)), 1),
  ],
}
