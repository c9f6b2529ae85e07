// The write flags and orders of ops on lists, maps, bits and HyperLogLogs that the subjects of each do not try: every flag on
// every op that takes it, whether it allows, refuses or passes over.

import { rows } from "../support/operate.mjs"

const bytes = (...all) => new Uint8Array(all)
const five = bytes(1, 2, 3, 4, 5)
const refused = { is: "ServerError", code: 4 }
const beyondEnd = { is: "ServerError", code: 26 }
const exists = { is: "ServerError", code: 24 }
const sorting = { order: "ordered" }

/**
 * Bit ops on five bytes: arguments within the blob and what they make of it; arguments that reach beyond its end, how that
 * fails, and what `partial` makes of it, undefined where it is refused.
 */
const BIT_OPS = {
  remove: [[1, 2], bytes(1, 4, 5), [4, 9], refused, bytes(1, 2, 3, 4)],
  set: [[8, 8, bytes(255)], bytes(1, 255, 3, 4, 5), [32, 16, bytes(255, 255)], beyondEnd, bytes(1, 2, 3, 4, 255)],
  or: [[8, 8, bytes(240)], bytes(1, 242, 3, 4, 5), [32, 16, bytes(240, 255)], beyondEnd, bytes(1, 2, 3, 4, 245)],
  xor: [[8, 8, bytes(255)], bytes(1, 253, 3, 4, 5), [32, 16, bytes(240, 255)], beyondEnd, bytes(1, 2, 3, 4, 245)],
  and: [[8, 8, bytes(4)], bytes(1, 0, 3, 4, 5), [32, 16, bytes(6, 255)], beyondEnd, bytes(1, 2, 3, 4, 4)],
  not: [[8, 8], bytes(1, 253, 3, 4, 5), [32, 16], beyondEnd, bytes(1, 2, 3, 4, 250)],
  lshift: [[8, 8, 1], bytes(1, 4, 3, 4, 5), [32, 16, 1], beyondEnd, bytes(1, 2, 3, 4, 10)],
  rshift: [[8, 8, 1], bytes(1, 1, 3, 4, 5), [32, 16, 1], beyondEnd, bytes(1, 2, 3, 4, 2)],
  add: [[8, 8, 5], bytes(1, 7, 3, 4, 5), [32, 16, 1], beyondEnd],
  subtract: [[8, 8, 1], bytes(1, 1, 3, 4, 5), [32, 16, 1], beyondEnd],
  setInt: [[8, 8, 7], bytes(1, 7, 3, 4, 5), [32, 16, 7], beyondEnd],
}

/** Every flag of a bit op that needs a blob. */
function flagsOf(name, [args, after, beyond, failure, partial]) {
  const row = (what, given, options, result, left = five) => [
    `bit.${name} ${what}`,
    five,
    ({ bit }) => [bit[name]("b", ...given, options)],
    result,
    left,
  ]
  return [
    row("updateOnly changes a blob that is there", args, { mode: "updateOnly" }, [null], after),
    [
      `bit.${name} updateOnly fails where there is none`,
      { x: 1 },
      ({ bit }) => [bit[name]("c", ...args, { mode: "updateOnly" })],
      { is: "BinNotFoundError", code: 17 },
    ],
    row("createOnly is refused", args, { mode: "createOnly" }, refused),
    row("beyond the end fails", beyond, {}, failure),
    row("beyond the end, noFail does nothing", beyond, { noFail: true }, [null]),
    partial === undefined
      ? row("partial is refused", args, { partial: true }, refused)
      : row("beyond the end, partial changes what there is", beyond, { noFail: true, partial: true }, [null], partial),
  ]
}

/** Every flag of the bit ops that can make a blob. */
const MAKING = [
  ["resize", [3], bytes(1, 2, 3), bytes(0, 0, 0)],
  ["insert", [1, bytes(9)], bytes(1, 9, 2, 3, 4, 5), bytes(0, 9)],
].flatMap(([name, args, after, made]) => [
  [
    `bit.${name} createOnly makes a blob`,
    undefined,
    ({ bit }) => [bit[name]("b", ...args, { mode: "createOnly" })],
    [null],
    made,
  ],
  [
    `bit.${name} createOnly fails when the bin exists`,
    five,
    ({ bit }) => [bit[name]("b", ...args, { mode: "createOnly" })],
    { is: "BinExistsError", code: 6 },
    five,
  ],
  [
    `bit.${name} createOnly, noFail does nothing`,
    five,
    ({ bit }) => [bit[name]("b", ...args, { mode: "createOnly", noFail: true })],
    [null],
    five,
  ],
  [
    `bit.${name} updateOnly changes a blob that is there`,
    five,
    ({ bit }) => [bit[name]("b", ...args, { mode: "updateOnly" })],
    [null],
    after,
  ],
  [
    `bit.${name} updateOnly fails where there is none`,
    { x: 1 },
    ({ bit }) => [bit[name]("c", ...args, { mode: "updateOnly" })],
    { is: "BinNotFoundError", code: 17 },
  ],
  [`bit.${name} partial is refused`, five, ({ bit }) => [bit[name]("b", ...args, { partial: true })], refused, five],
])

export default {
  name: "write flags",
  cases: [
    ...rows(
      ["list operations"],
      [
        [
          "list.appendItems with an order makes a sorted list",
          undefined,
          ({ list }) => [list.appendItems("b", [3, 1], sorting), list.append("b", 2)],
          [2, 3],
          [1, 2, 3],
        ],
        [
          "list.appendItems with a stored index",
          undefined,
          ({ list }) => [list.appendItems("b", [3, 1], { ...sorting, persistIndex: true }), list.getByRank("b", 1)],
          [2, 3],
          [1, 3],
        ],
        [
          "list.insertItems unique refuses what is there",
          [1, 2],
          ({ list }) => [list.insertItems("b", 1, [2, 7], { unique: true })],
          exists,
          [1, 2],
        ],
        [
          "list.insertItems unique, noFail is all or nothing",
          [1, 2],
          ({ list }) => [list.insertItems("b", 1, [2, 7], { unique: true, noFail: true })],
          [2],
          [1, 2],
        ],
        [
          "list.insertItems unique, partial writes what can be",
          [1, 2],
          ({ list }) => [list.insertItems("b", 1, [2, 7], { unique: true, noFail: true, partial: true })],
          [3],
          [1, 7, 2],
        ],
        [
          "list.insertItems bounded fails beyond the end",
          [1, 2],
          ({ list }) => [list.insertItems("b", 5, [7], { bounded: true })],
          beyondEnd,
          [1, 2],
        ],
        [
          "list.insertItems bounded, noFail does nothing beyond the end",
          [1, 2],
          ({ list }) => [list.insertItems("b", 5, [7], { bounded: true, noFail: true })],
          [2],
          [1, 2],
        ],
        [
          "list.set unique, noFail leaves the list",
          [1, 2],
          ({ list }) => [list.set("b", 0, 2, { unique: true, noFail: true })],
          [],
          [1, 2],
        ],
        [
          "list.set bounded, noFail leaves the list",
          [1, 2],
          ({ list }) => [list.set("b", 5, 2, { bounded: true, noFail: true })],
          [],
          [1, 2],
        ],
        [
          "list.increment unique refuses a sum that is there",
          [1, 2],
          ({ list }) => [list.increment("b", 0, 1, { unique: true })],
          exists,
          [1, 2],
        ],
        [
          "list.increment unique, noFail leaves the list",
          [1, 5],
          ({ list }) => [list.increment("b", 0, 4, { unique: true, noFail: true })],
          [5],
          [1, 5],
        ],
        [
          "list.increment makes an unordered list",
          undefined,
          ({ list }) => [list.increment("b", 0, 4, { order: "unordered" }), list.append("b", 1)],
          [4, 2],
          [4, 1],
        ],
        [
          "list.increment makes an ordered list with a stored index",
          undefined,
          ({ list }) => [
            list.increment("b", 0, 4, { ...sorting, persistIndex: true }),
            list.append("b", 1),
            list.getByRank("b", 0),
          ],
          [4, 2, 1],
          [1, 4],
        ],
      ],
    ),
    ...rows(
      ["map operations"],
      [
        [
          "map.setOrder back to unordered",
          ({ KeyOrderedMap }) => new KeyOrderedMap([["a", 1]]),
          ({ map }) => [map.setOrder("b", "unordered"), map.put("b", "z", 2)],
          [null, 2],
          { a: 1, z: 2 },
        ],
        [
          "map.putItems makes a map ordered by key and value",
          undefined,
          ({ map }) => [map.putItems("b", { z: 1, a: 2 }, { order: "keyValueOrdered" }), map.getByRank("b", 0)],
          [2, 1],
          { a: 2, z: 1 },
        ],
        [
          "map.putItems with a stored index",
          undefined,
          ({ map }) => [map.putItems("b", { z: 1, a: 2 }, { order: "keyOrdered", persistIndex: true })],
          [2],
          { a: 2, z: 1 },
        ],
        [
          "map.putItems updateOnly refuses a key that is not there",
          { a: 1 },
          ({ map }) => [map.putItems("b", { a: 2, z: 1 }, { mode: "updateOnly" })],
          { is: "ServerError", code: 23 },
          { a: 1 },
        ],
        [
          "map.putItems updateOnly, partial writes what can be",
          { a: 1 },
          ({ map }) => [map.putItems("b", { a: 2, z: 1 }, { mode: "updateOnly", noFail: true, partial: true })],
          [1],
          { a: 2 },
        ],
        ...["increment", "decrement"].flatMap((name) =>
          [{ order: "keyOrdered" }, { order: "keyValueOrdered" }, { order: "keyOrdered", persistIndex: true }].map(
            (options) => [
              `map.${name} makes a map, ${Object.values(options).join(", ")}`,
              undefined,
              ({ map }) => [map[name]("b", "k", 2, options), map[name]("b", "a", 1)],
              name === "increment" ? [2, 1] : [-2, -1],
              name === "increment" ? { a: 1, k: 2 } : { a: -1, k: -2 },
            ],
          ),
        ),
        [
          "map.put in a map that a context makes with a stored index",
          undefined,
          ({ map, ctx }) => [
            map.put("b", "x", 1, { ctx: ctx.mapKey("a", { create: "keyOrdered", persistIndex: true }) }),
          ],
          [1],
          { a: { x: 1 } },
        ],
      ],
    ),
    ...rows(["bit operations"], [...MAKING, ...Object.entries(BIT_OPS).flatMap((entry) => flagsOf(...entry))]),
    ...rows(
      ["bit operations"],
      [
        [
          "bit.subtract signed goes below zero",
          five,
          ({ bit }) => [bit.subtract("b", 0, 8, 2, { signed: true }), bit.getInt("b", 0, 8, { signed: true })],
          [null, -1],
        ],
        [
          "bit.subtract that does not fit wraps",
          five,
          ({ bit }) => [bit.subtract("b", 0, 8, 2, { overflow: "wrap" }), bit.getInt("b", 0, 8)],
          [null, 255],
        ],
      ],
    ),
    ...rows(
      ["HyperLogLog operations"],
      [
        [
          "hll.add createOnly, noFail does nothing",
          undefined,
          ({ hll }) => [
            hll.init("b", 8),
            hll.add("b", [1], { indexBits: 8, mode: "createOnly", noFail: true }),
            hll.getCount("b"),
          ],
          [null, null, 0],
        ],
      ],
    ),
  ],
}
