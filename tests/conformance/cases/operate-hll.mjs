// Every HyperLogLog op, option and error.

import { refusals, rows } from "../support/operate.mjs"

const notApplicable = { is: "ServerError", code: 26 }
const needs = ["HyperLogLog operations"]

/** A HyperLogLog of some elements. */
async function made(t, elements, indexBits = 8, options = {}) {
  const { hll, op } = t.api
  const { results } = await t.client.operateOrdered(t.key(), [
    hll.add("h", elements, { indexBits, ...options }),
    op.read("h"),
  ])
  return results[1][1]
}

export default {
  name: "operate, HyperLogLogs",
  cases: [
    ...rows(needs, [
      [
        "init makes one",
        undefined,
        ({ hll }) => [hll.init("b", 8), hll.describe("b"), hll.getCount("b")],
        [null, [8, 0], 0],
      ],
      [
        "init with a min-hash",
        undefined,
        ({ hll }) => [hll.init("b", 8, { minHashBits: 12 }), hll.describe("b")],
        [null, [8, 12]],
      ],
      [
        "init empties one",
        undefined,
        ({ hll }) => [hll.add("b", [1], { indexBits: 8 }), hll.init("b", 10), hll.getCount("b"), hll.describe("b")],
        [1, null, 0, [10, 0]],
      ],
      [
        "init createOnly fails when the bin exists",
        undefined,
        ({ hll }) => [hll.init("b", 8), hll.init("b", 8, { mode: "createOnly" })],
        { is: "BinExistsError", code: 6 },
      ],
      [
        "init createOnly, noFail does nothing",
        undefined,
        ({ hll }) => [hll.init("b", 8), hll.init("b", 9, { mode: "createOnly", noFail: true }), hll.describe("b")],
        [null, null, [8, 0]],
      ],
      [
        "init updateOnly fails when it does not",
        { x: 1 },
        ({ hll }) => [hll.init("c", 8, { mode: "updateOnly" })],
        { is: "BinNotFoundError", code: 17 },
      ],
      [
        "add gives how many were new",
        undefined,
        ({ hll }) => [hll.add("b", ["a", "b"], { indexBits: 8 }), hll.add("b", ["b", "c"]), hll.getCount("b")],
        [2, 1, 3],
      ],
      [
        "add with a min-hash",
        undefined,
        ({ hll }) => [hll.add("b", [1], { indexBits: 6, minHashBits: 8 }), hll.describe("b")],
        [1, [6, 8]],
      ],
      [
        "add takes all that is no list or map",
        undefined,
        ({ hll }) => [hll.add("b", [1, "x", new Uint8Array([1]), 1.5, true, null], { indexBits: 8 })],
        [6],
      ],
      [
        "add of a list fails",
        undefined,
        ({ hll }) => [hll.add("b", [[1]], { indexBits: 8 })],
        { is: "ServerError", code: 4 },
      ],
      [
        "add createOnly fails when the bin exists",
        undefined,
        ({ hll }) => [hll.init("b", 8), hll.add("b", [1], { indexBits: 8, mode: "createOnly" })],
        { is: "BinExistsError", code: 6 },
      ],
      [
        "refreshCount gives the count",
        undefined,
        ({ hll }) => [hll.add("b", [1, 2], { indexBits: 8 }), hll.refreshCount("b")],
        [2, 2],
      ],
      [
        "refreshCount of an absent bin fails",
        { x: 1 },
        ({ hll }) => [hll.refreshCount("c")],
        { is: "BinNotFoundError", code: 17 },
      ],
      [
        "fold lowers the index bits",
        undefined,
        ({ hll }) => [hll.add("b", [1, 2], { indexBits: 10 }), hll.fold("b", 6), hll.describe("b")],
        [2, null, [6, 0]],
      ],
      [
        "fold with a min-hash fails",
        undefined,
        ({ hll }) => [hll.init("b", 10, { minHashBits: 8 }), hll.fold("b", 6)],
        notApplicable,
      ],
      [
        "mayContain",
        undefined,
        ({ hll }) => [
          hll.add("b", ["a", "b"], { indexBits: 12 }),
          hll.mayContain("b", ["a"]),
          hll.mayContain("b", ["a", "zzz"]),
        ],
        [2, 1, 0],
      ],
      ["ops on what is no HyperLogLog fail", "x", ({ hll }) => [hll.getCount("b")], { is: "BinTypeError", code: 12 }],
    ]),
    {
      name: "unions, intersections and similarity with others",
      needs,
      async run(t) {
        const { hll, HLL } = t.api
        const one = await made(t, ["a", "b", "c"])
        const two = await made(t, ["b", "c", "d"])
        t.assert.ok(one instanceof HLL)
        const key = t.key()
        await t.client.put(key, { h: one })
        const reads = [
          hll.getUnion("h", [two]),
          hll.getUnionCount("h", [two]),
          hll.getIntersectCount("h", [two]),
          hll.getSimilarity("h", [two]),
        ]
        const [[, union], ...counts] = (await t.client.operateOrdered(key, reads)).results
        t.assert.ok(union instanceof HLL)
        t.same(
          counts.map(([, value]) => Math.round(value * 10) / 10),
          [4, 2, 0.5],
        )
        await t.client.operate(key, [hll.setUnion("h", [two])])
        t.same((await t.client.operate(key, [hll.getCount("h")])).bins, { h: 4 })
      },
    },
    {
      name: "setUnion: modes, and folding only when it is allowed",
      needs,
      async run(t) {
        const { hll } = t.api
        const wide = await made(t, ["a", "b"], 10)
        const narrow = await made(t, ["c"], 6)
        const key = t.key()
        await t.client.put(key, { h: wide })
        await t.fails(t.client.operate(key, [hll.setUnion("h", [narrow])]), { is: "ServerError", code: 26 })
        const ops = [hll.setUnion("h", [narrow], { allowFold: true }), hll.describe("h")]
        t.same((await t.client.operateOrdered(key, ops)).results.at(-1), ["h", [6, 0]])
        const createOnly = [hll.setUnion("h", [narrow], { mode: "createOnly" })]
        await t.fails(t.client.operate(key, createOnly), { is: "BinExistsError", code: 6 })
        await t.client.operate(key, [hll.setUnion("h", [narrow], { mode: "createOnly", noFail: true })])
        await t.client.operate(key, [hll.setUnion("new", [narrow])])
        t.same((await t.client.operate(key, [hll.getCount("new")])).bins, { new: 1 })
        const updateOnly = [hll.setUnion("none", [narrow], { mode: "updateOnly" })]
        await t.fails(t.client.operate(key, updateOnly), { is: "BinNotFoundError", code: 17 })
      },
    },
    ...refusals([
      ["hll.init: index bits are 4 to 16", ({ hll }) => hll.init("b", 3), "hll.init: indexBits is 3", "4 to 16"],
      ["hll.init: min-hash bits are 4 to 51", ({ hll }) => hll.init("b", 8, { minHashBits: 52 }), "minHashBits is 52"],
      ["hll.add: values are an array", ({ hll }) => hll.add("b", "x"), "hll.add: values"],
      ["hll.add: modes are named", ({ hll }) => hll.add("b", [], { mode: "updateOnly" }), '"createOnly"'],
      [
        "hll.setUnion: HyperLogLogs are given",
        ({ hll }) => hll.setUnion("b", [new Uint8Array(1)]),
        "hll.setUnion: hlls",
      ],
      ["hll.fold: index bits are needed", ({ hll }) => hll.fold("b"), "hll.fold: indexBits is undefined"],
      ["hll.mayContain: values are an array", ({ hll }) => hll.mayContain("b", 1), "hll.mayContain: values"],
    ]),
  ],
}
