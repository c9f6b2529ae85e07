// Ops and expressions on strings. What they give is told by no server that was at hand: only that those which are too old
// for them say so, and change nothing.

const old = ["a server before 8.2"]
const refused = { is: "ServerError", code: 4, says: ["too old", "strings before version 8.2"] }

export default {
  name: "operate on strings",
  cases: [
    {
      name: "a server that does not know them refuses every op on strings with code 4 and changes nothing",
      needs: old,
      async run(t) {
        const { string, list, bit, ctx } = t.api
        const key = t.key()
        const bins = { s: "a text", l: ["a", "b"], b: new Uint8Array([1, 2]), m: { k: "nested" } }
        await t.client.put(key, bins)
        const ops = [
          string.strlen("s"),
          string.substr("s", 1, -1),
          string.find("s", "t"),
          string.regexCompare("s", "^a", { caseInsensitive: true }),
          string.toString("s"),
          string.upper("s"),
          string.append("s", "!", { noFail: true }),
          string.replaceAll("s", "t", "T"),
          string.regexReplace("s", "t+", "T", { global: true }),
          string.lower("m", { ctx: ctx.mapKey("k") }),
          list.join("l", ", "),
          bit.base64Encode("b"),
        ]
        for (const op of ops) await t.fails(t.client.operate(key, [op]), refused)
        const record = await t.client.get(key)
        t.same(record.bins, bins)
        t.assert.equal(record.gen, 1)
      },
    },
    {
      name: "a server that does not know them refuses expressions on strings",
      needs: old,
      async run(t) {
        const { exp } = t.api
        const key = t.key()
        await t.client.put(key, { s: "a text" })
        const text = exp.string.bin("s")
        for (const filterExpression of [
          exp.eq(exp.string.strlen(text), 6),
          exp.string.contains(text, "text"),
          exp.eq(exp.string.upper(text), "A TEXT"),
          exp.eq(exp.string.toString(exp.int.bin("n")), "5"),
        ])
          await t.fails(t.client.get(key, { filterExpression }), refused)
      },
    },
  ],
}
