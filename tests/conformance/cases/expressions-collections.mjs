// Expressions on lists and maps, as filters.

import { gives, UNKNOWN } from "../support/expressions.mjs"

const needs = ["expressions on lists and maps"]
const of = (name, make, expected, says) => gives(name, make, expected, { needs, says })
const l = (exp) => exp.list.bin("l")
const m = (exp) => exp.map.bin("m")
const c = (exp) => exp.map.bin("c")
/** The way to a nested list or map. */
const into = (key) => ({ ctx: { entries: [[0x22, key]] } })
/** What is left of a map, as text, for maps themselves cannot be compared. */
const left = (exp, map) => exp.mapKeys(map)

const int = { type: "int" }
const list = (name, make, expected, says) => of(`list.${name}`, make, expected, says)
const map = (name, make, expected, says) => of(`map.${name}`, make, expected, says)

export default {
  name: "expressions on lists and maps",
  cases: [
    list("size", (exp) => exp.list.size(l(exp)), 5, 'list.size(list.bin("l"))'),
    list("size of a literal", (exp) => exp.list.size(exp.list.val([1, 2])), 2),
    list("size of a nested list", (exp) => exp.list.size(c(exp), into("l")), 3),
    list("size of an absent bin", (exp) => exp.list.size(exp.list.bin("zz")), UNKNOWN),
    list("size of a map", (exp) => exp.list.size(exp.map.bin("m")), UNKNOWN),
    list("getByIndex", (exp) => exp.list.getByIndex(l(exp), 0, int), 4),
    list("getByIndex from the end", (exp) => exp.list.getByIndex(l(exp), -1, int), 2),
    list(
      "getByIndex with a computed index",
      (exp) => exp.list.getByIndex(l(exp), exp.sub(exp.int.bin("a"), 3), int),
      3,
    ),
    list("getByIndex beyond the end", (exp) => exp.list.getByIndex(l(exp), 9, int), UNKNOWN),
    list("getByIndex as another type", (exp) => exp.list.getByIndex(l(exp), 0, { type: "string" }), UNKNOWN),
    list("getByIndex, its rank", (exp) => exp.list.getByIndex(l(exp), 0, { returnType: "rank" }), 4),
    list("getByIndex, count", (exp) => exp.list.getByIndex(l(exp), 0, { returnType: "count" }), 1),
    list("getByIndex in a nested list", (exp) => exp.list.getByIndex(c(exp), 0, { type: "int", ...into("l") }), 1),
    list("getByIndexRange", (exp) => exp.list.getByIndexRange(l(exp), 3), [1, 2]),
    list("getByIndexRange with a count", (exp) => exp.list.getByIndexRange(l(exp), 1, 2), [1, 3]),
    list(
      "getByIndexRange, all others",
      (exp) => exp.list.getByIndexRange(l(exp), 1, 2, { returnType: "count", inverted: true }),
      3,
    ),
    list("getByRank", (exp) => exp.list.getByRank(l(exp), -1, int), 4),
    list("getByRank, its index", (exp) => exp.list.getByRank(l(exp), 0, { returnType: "index" }), 1),
    list("getByRankRange", (exp) => exp.list.getByRankRange(l(exp), 3), [3, 4]),
    list("getByRankRange with a count", (exp) => exp.list.getByRankRange(l(exp), 0, 2), [1, 1]),
    list("getByValue", (exp) => exp.list.getByValue(l(exp), 1), [1, 1]),
    list("getByValue, none", (exp) => exp.list.getByValue(l(exp), 9), []),
    list("getByValue, exists", (exp) => exp.list.getByValue(l(exp), 1, { returnType: "exists" }), true),
    list("getByValue, exists not", (exp) => exp.list.getByValue(l(exp), 9, { returnType: "exists" }), false),
    list("getByValue, count", (exp) => exp.list.getByValue(l(exp), 1, { returnType: "count" }), 2),
    list("getByValue, index", (exp) => exp.list.getByValue(l(exp), 1, { returnType: "index" }), [1, 3]),
    list("getByValue, reverseIndex", (exp) => exp.list.getByValue(l(exp), 1, { returnType: "reverseIndex" }), [3, 1]),
    list("getByValue, rank", (exp) => exp.list.getByValue(l(exp), 1, { returnType: "rank" }), [0, 1]),
    list("getByValue, reverseRank", (exp) => exp.list.getByValue(l(exp), 1, { returnType: "reverseRank" }), [3, 4]),
    list("getByValue, inverted", (exp) => exp.list.getByValue(l(exp), 1, { inverted: true }), [4, 3, 2]),
    list("getByValueList", (exp) => exp.list.getByValueList(l(exp), [1, 2]), [1, 1, 2]),
    list("getByValueRange", (exp) => exp.list.getByValueRange(l(exp), 1, 3), [1, 1, 2]),
    list("getByValueRange without a begin", (exp) => exp.list.getByValueRange(l(exp), undefined, 2), [1, 1]),
    list("getByValueRange without an end", (exp) => exp.list.getByValueRange(l(exp), 3, undefined), [4, 3]),
    list("getByValueRange to infinity", (exp) => exp.list.getByValueRange(l(exp), 3, exp.infinity()), [4, 3]),
    list(
      "getByValueRelRankRange",
      (exp) => exp.list.getByValueRelRankRange(l(exp), 2, 0, undefined, { returnType: "count" }),
      3,
    ),
    list("getByValueRelRankRange with a count", (exp) => exp.list.getByValueRelRankRange(l(exp), 2, 0, 1), [2]),
    list(
      "getByValue with a wildcard",
      (exp) =>
        exp.list.getByValue(
          exp.list.val([
            [1, "a"],
            [2, "b"],
          ]),
          exp.list.val([2, "b"]),
          { returnType: "count" },
        ),
      1,
    ),

    list("append", (exp) => exp.list.append(l(exp), 9), [4, 1, 3, 1, 2, 9]),
    list("append unique of what is there", (exp) => exp.list.append(l(exp), 1, { unique: true }), UNKNOWN),
    list("append unique, noFail", (exp) => exp.list.append(l(exp), 1, { unique: true, noFail: true }), [4, 1, 3, 1, 2]),
    list("append to an absent bin", (exp) => exp.list.append(exp.list.bin("zz"), 1), UNKNOWN),
    list("append in a nested list", (exp) => exp.list.size(exp.list.append(c(exp), 9, into("l")), into("l")), 4),
    list("append of a list", (exp) => exp.list.append(exp.list.val([]), [1, [2]]), [[1, [2]]]),
    list("appendItems", (exp) => exp.list.appendItems(l(exp), [8, 9]), [4, 1, 3, 1, 2, 8, 9]),
    list("insert", (exp) => exp.list.insert(l(exp), 0, 9), [9, 4, 1, 3, 1, 2]),
    list("insert beyond the end", (exp) => exp.list.insert(l(exp), 6, 9), [4, 1, 3, 1, 2, null, 9]),
    list("insert beyond the end, bounded", (exp) => exp.list.insert(l(exp), 6, 9, { bounded: true }), UNKNOWN),
    list("insertItems", (exp) => exp.list.insertItems(l(exp), 1, [8, 9]), [4, 8, 9, 1, 3, 1, 2]),
    list("increment", (exp) => exp.list.increment(l(exp), 0, 5), [9, 1, 3, 1, 2]),
    list("set", (exp) => exp.list.set(l(exp), -1, "z"), [4, 1, 3, 1, "z"]),
    list("clear", (exp) => exp.list.clear(l(exp)), []),
    list("sort", (exp) => exp.list.sort(l(exp)), [1, 1, 2, 3, 4]),
    list("sort descending", (exp) => exp.list.sort(l(exp), { descending: true }), [4, 3, 2, 1, 1]),
    list("sort dropping duplicates", (exp) => exp.list.sort(l(exp), { dropDuplicates: true }), [1, 2, 3, 4]),
    list("removeByIndex", (exp) => exp.list.removeByIndex(l(exp), 0), [1, 3, 1, 2]),
    list("removeByIndexRange", (exp) => exp.list.removeByIndexRange(l(exp), 2), [4, 1]),
    list("removeByIndexRange with a count", (exp) => exp.list.removeByIndexRange(l(exp), 1, 2), [4, 1, 2]),
    list("removeByRank", (exp) => exp.list.removeByRank(l(exp), 0), [4, 3, 1, 2]),
    list("removeByRankRange", (exp) => exp.list.removeByRankRange(l(exp), 2), [1, 1]),
    list("removeByRankRange with a count", (exp) => exp.list.removeByRankRange(l(exp), 0, 2), [4, 3, 2]),
    list("removeByValue", (exp) => exp.list.removeByValue(l(exp), 1), [4, 3, 2]),
    list("removeByValue of all others", (exp) => exp.list.removeByValue(l(exp), 1, { inverted: true }), [1, 1]),
    list("removeByValueList", (exp) => exp.list.removeByValueList(l(exp), [1, 2]), [4, 3]),
    list("removeByValueRange", (exp) => exp.list.removeByValueRange(l(exp), 1, 3), [4, 3]),
    list("removeByValueRelRankRange", (exp) => exp.list.removeByValueRelRankRange(l(exp), 2, 0), [1, 1]),
    list(
      "removeByValueRelRankRange with a count",
      (exp) => exp.list.removeByValueRelRankRange(l(exp), 2, 0, 1),
      [4, 1, 3, 1],
    ),
    list("size of what others made", (exp) => exp.list.size(exp.list.removeByValue(exp.list.sort(l(exp)), 1)), 3),

    of("mapKeys", (exp) => exp.mapKeys(m(exp)), ["a", "b", "c"]),
    of("mapValues", (exp) => exp.mapValues(m(exp)), [3, 1, 2]),
    map("size", (exp) => exp.map.size(m(exp)), 3),
    map("size of a nested map", (exp) => exp.map.size(c(exp), into("m")), 1),
    map("getByKey", (exp) => exp.map.getByKey(m(exp), "a", int), 3, 'map.getByKey(map.bin("m"), 7, "a")'),
    map("getByKey of a nested map", (exp) => exp.map.getByKey(c(exp), "x", { type: "int", ...into("m") }), 1),
    map("getByKey of an absent key", (exp) => exp.map.getByKey(m(exp), "z", int), UNKNOWN),
    map("getByKey, exists", (exp) => exp.map.getByKey(m(exp), "z", { returnType: "exists" }), false),
    map("getByKey, rank", (exp) => exp.map.getByKey(m(exp), "a", { returnType: "rank" }), 2),
    map("getByKey, index", (exp) => exp.map.getByKey(m(exp), "b", { returnType: "index" }), 1),
    map("getByKeyList", (exp) => exp.map.getByKeyList(m(exp), ["a", "c"]), [3, 2]),
    map("getByKeyList, rank", (exp) => exp.map.getByKeyList(m(exp), ["a", "c"], { returnType: "rank" }), UNKNOWN),
    map("getByKeyRange", (exp) => exp.map.getByKeyRange(m(exp), "a", "c"), [3, 1]),
    map(
      "getByKeyRange without an end, keys",
      (exp) => exp.map.getByKeyRange(m(exp), "b", undefined, { returnType: "key" }),
      ["b", "c"],
    ),
    map(
      "getByKeyRange as a map",
      (exp) => exp.map.size(exp.map.getByKeyRange(m(exp), "a", "c", { returnType: "keyValue" })),
      2,
    ),
    map(
      "getByKeyRange as an ordered map",
      (exp, { KeyOrderedMap }) =>
        exp.eq(
          exp.map.getByKeyRange(m(exp), "a", "b", { returnType: "orderedMap" }),
          exp.map.val(new KeyOrderedMap([["a", 3]])),
        ),
      true,
    ),
    map(
      "getByKeyRange as an unordered map",
      (exp) => exp.mapKeys(exp.map.getByKeyRange(m(exp), "a", "c", { returnType: "unorderedMap" })),
      ["a", "b"],
    ),
    map("getByKeyRelIndexRange", (exp) => exp.map.getByKeyRelIndexRange(m(exp), "b", 0), [1, 2]),
    map("getByKeyRelIndexRange with a count", (exp) => exp.map.getByKeyRelIndexRange(m(exp), "b", 0, 1), [1]),
    map("getByIndex", (exp) => exp.map.getByIndex(m(exp), -1, int), 2),
    map("getByIndex, its key", (exp) => exp.map.getByIndex(m(exp), 0, { type: "string", returnType: "key" }), "a"),
    map("getByIndex beyond the end", (exp) => exp.map.getByIndex(m(exp), 9, int), UNKNOWN),
    map("getByIndexRange", (exp) => exp.map.getByIndexRange(m(exp), 1), [1, 2]),
    map("getByIndexRange with a count", (exp) => exp.map.getByIndexRange(m(exp), 0, 2), [3, 1]),
    map("getByRank", (exp) => exp.map.getByRank(m(exp), 0, int), 1),
    map("getByRank, its key", (exp) => exp.map.getByRank(m(exp), -1, { type: "string", returnType: "key" }), "a"),
    map("getByRankRange", (exp) => exp.map.getByRankRange(m(exp), 1, undefined, { returnType: "count" }), 2),
    map("getByRankRange with a count", (exp) => exp.map.getByRankRange(m(exp), 0, 2, { returnType: "key" }), [
      "b",
      "c",
    ]),
    map("getByValue", (exp) => exp.map.getByValue(m(exp), 1, { returnType: "key" }), ["b"]),
    map("getByValueList", (exp) => exp.map.getByValueList(m(exp), [1, 3], { returnType: "count" }), 2),
    map("getByValueRange", (exp) => exp.map.getByValueRange(m(exp), 1, 3, { returnType: "count" }), 2),
    map(
      "getByValueRelRankRange",
      (exp) => exp.map.getByValueRelRankRange(m(exp), 2, 0, undefined, { returnType: "count" }),
      2,
    ),
    map("getByValueRelRankRange with a count", (exp) => exp.map.getByValueRelRankRange(m(exp), 2, 0, 1), [2]),

    map("put", (exp) => exp.map.getByKey(exp.map.put(m(exp), "z", 9), "z", int), 9),
    map(
      "put createOnly of what is there",
      (exp) => exp.map.size(exp.map.put(m(exp), "a", 9, { mode: "createOnly" })),
      UNKNOWN,
    ),
    map(
      "put updateOnly of what is not there",
      (exp) => exp.map.size(exp.map.put(m(exp), "z", 9, { mode: "updateOnly" })),
      UNKNOWN,
    ),
    map(
      "put createOnly, noFail",
      (exp) => exp.map.getByKey(exp.map.put(m(exp), "a", 9, { mode: "createOnly", noFail: true }), "a", int),
      3,
    ),
    map("put in a nested map", (exp) => exp.map.size(exp.map.put(c(exp), "z", 9, into("m")), into("m")), 2),
    map("putItems", (exp) => left(exp, exp.map.putItems(m(exp), { y: 8, z: 9 })), ["a", "b", "c", "y", "z"]),
    map("increment", (exp) => exp.map.getByKey(exp.map.increment(m(exp), "a", 5), "a", int), 8),
    map("clear", (exp) => exp.map.size(exp.map.clear(m(exp))), 0),
    map("removeByKey", (exp) => left(exp, exp.map.removeByKey(m(exp), "a")), ["b", "c"]),
    map("removeByKeyList", (exp) => left(exp, exp.map.removeByKeyList(m(exp), ["a", "b"])), ["c"]),
    map("removeByKeyRange", (exp) => left(exp, exp.map.removeByKeyRange(m(exp), "a", "c")), ["c"]),
    map(
      "removeByKeyRange of all others",
      (exp) => left(exp, exp.map.removeByKeyRange(m(exp), "a", "c", { inverted: true })),
      ["a", "b"],
    ),
    map("removeByKeyRelIndexRange", (exp) => left(exp, exp.map.removeByKeyRelIndexRange(m(exp), "b", 0)), ["a"]),
    map(
      "removeByKeyRelIndexRange with a count",
      (exp) => left(exp, exp.map.removeByKeyRelIndexRange(m(exp), "b", 0, 1)),
      ["a", "c"],
    ),
    map("removeByIndex", (exp) => left(exp, exp.map.removeByIndex(m(exp), 0)), ["b", "c"]),
    map("removeByIndexRange", (exp) => left(exp, exp.map.removeByIndexRange(m(exp), 1)), ["a"]),
    map("removeByIndexRange with a count", (exp) => left(exp, exp.map.removeByIndexRange(m(exp), 0, 1)), ["b", "c"]),
    map("removeByRank", (exp) => left(exp, exp.map.removeByRank(m(exp), 0)), ["a", "c"]),
    map("removeByRankRange", (exp) => left(exp, exp.map.removeByRankRange(m(exp), 1)), ["b"]),
    map("removeByRankRange with a count", (exp) => left(exp, exp.map.removeByRankRange(m(exp), 0, 1)), ["a", "c"]),
    map("removeByValue", (exp) => left(exp, exp.map.removeByValue(m(exp), 1)), ["a", "c"]),
    map("removeByValueList", (exp) => left(exp, exp.map.removeByValueList(m(exp), [1, 2])), ["a"]),
    map("removeByValueRange", (exp) => left(exp, exp.map.removeByValueRange(m(exp), 1, 3)), ["a"]),
    map("removeByValueRelRankRange", (exp) => left(exp, exp.map.removeByValueRelRankRange(m(exp), 2, 0)), ["b"]),
    map(
      "removeByValueRelRankRange with a count",
      (exp) => left(exp, exp.map.removeByValueRelRankRange(m(exp), 2, 0, 1)),
      ["a", "b"],
    ),
  ],
}
