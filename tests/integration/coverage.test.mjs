// What the recorder of the conformance suite says of frames that official clients have sent to a real server.

import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { entries, unknownTables } from "../conformance/entries/entries.mjs"
import { EXCEPTIONS } from "../conformance/entries/exceptions.mjs"
import { recorder } from "../conformance/entries/recorder.mjs"

/** What is seen in the request and the answer of a recorded exchange, in one piece or byte by byte. */
function seenIn(family, scenario, step, { bytewise = false } = {}) {
  const lines = readFileSync(new URL(`../vectors/data/${family}.jsonl`, import.meta.url), "utf8")
    .trim()
    .split("\n")
  const found = lines.map((line) => JSON.parse(line)).find((one) => one.scenario === scenario && one.step === step)
  const { seen, connection } = recorder()
  const { request, answer } = connection()
  const feed = (tell, hex) => {
    const bytes = Buffer.from(hex, "hex")
    if (bytewise) for (const byte of bytes) tell(Buffer.from([byte]))
    else tell(bytes)
  }
  feed(request, found.request)
  for (const frame of [found.response].flat()) feed(answer, frame)
  return seen
}

describe("the recorder of the conformance suite", () => {
  it("tells an op with its return type and what it answered", () => {
    const seen = seenIn("list", "list/get_by_rank_none", 2)
    expect([...seen]).toEqual(
      expect.arrayContaining([
        "messageType.DATA",
        "info1.READ",
        "field.DIGEST",
        "op.CDT_READ of record",
        "listOp.GET_BY_RANK",
        "listOp.GET_BY_RANK × cdtReturn.NONE",
        "code.OK",
      ]),
    )
    expect([...seen].filter((name) => name.includes("cdtReturn"))).toEqual(["listOp.GET_BY_RANK × cdtReturn.NONE"])
  })

  it("goes into the context and the filters of a path", () => {
    const names = [...seenIn("path.py", "path/select_and_filter", 2)].filter((name) =>
      /^(context|expOp|loopPart|pathFlag|literal)/.test(name),
    )
    expect(names.sort()).toEqual([
      "context.AND",
      "context.EXPRESSION",
      "context.EXPRESSION all",
      "context.MAP_KEY",
      "expOp.GT",
      "expOp.LOOP_VAR",
      "expOp.LOOP_VAR × expType.INT",
      "literal INT",
      "loopPart.VALUE",
      "pathFlag.VALUES",
    ])
  })

  it("tells the rows of a batch and the codes of its answer", () => {
    const seen = seenIn("batch", "batch/ops", 1)
    expect([...seen]).toEqual(
      expect.arrayContaining(["info1.BATCH", "field.BATCH", "op.CDT_READ of row", "listOp.SIZE"]),
    )
    expect(seen).not.toContain("op.CDT_READ of record")
    expect([...seen].filter((name) => name.startsWith("code.")).sort()).toEqual(["code.OK", "code.RECORD_NOT_FOUND"])
  })

  it("sees the same however the bytes arrive", () => {
    const [family, scenario, step] = ["path.py", "path/select_and_filter", 2]
    expect(seenIn(family, scenario, step, { bytewise: true })).toEqual(seenIn(family, scenario, step))
  })
})

describe("the entries of the conformance suite", () => {
  it("are each there once, from every table of the protocol", () => {
    const all = entries()
    const twice = all.filter((name, at) => all.indexOf(name) !== at)
    expect(twice).toEqual([])
    expect(unknownTables()).toEqual([])
    expect(all).toContain("mapOp.GET_BY_KEY_INTERVAL × cdtReturn.ORDERED_MAP INVERTED")
    expect(all).toContain("code.BATCH_QUEUES_FULL")
  })

  it("that are excepted have one reason each", () => {
    const all = new Set(entries())
    const names = Object.values(EXCEPTIONS).flat()
    expect(names.filter((name) => !all.has(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
  })
})
