// Ops and expressions on strings. What they give is told by no server that was at hand: only that those which are too old
// for them say so, and change nothing.

const old = ["a server before 8.1.3"]
const refused = { is: "ServerError", code: 4, says: ["too old", "strings before version 8.1.3"] }

/** Arguments of every op that reads. */
const READS = {
  strlen: [],
  substr: [1, -1],
  charAt: [0],
  find: ["t"],
  contains: ["t"],
  startsWith: ["a"],
  endsWith: ["t"],
  toInteger: [],
  toDouble: [],
  byteLength: [],
  isNumeric: [],
  isUpper: [],
  isLower: [],
  toBlob: [],
  split: [" "],
  base64Decode: [],
  regexCompare: ["^a"],
}

/** Arguments of every op that changes a string, and of every one that also makes it. */
const WRITES = {
  snip: [0, 1],
  replace: ["t", "T"],
  replaceAll: ["t", "T"],
  upper: [],
  lower: [],
  caseFold: [],
  normalizeNFC: [],
  trimStart: [],
  trimEnd: [],
  trim: [],
  regexReplace: ["t+", "T"],
}
const CREATES = {
  insert: [1, "x"],
  overwrite: [1, "x"],
  concat: [["x", "y"]],
  append: ["!"],
  prepend: ["!"],
  padStart: [9, "."],
  padEnd: [9, "."],
  repeat: [2],
}

const REGEX = ["caseInsensitive", "multiline", "dotAll", "unixLines"].map((name) => ({ [name]: true }))

/** Every op with every option, made by `string` (of ops or expressions) for what it is done to. */
function all(string, on) {
  const made = Object.entries(READS).map(([name, args]) => string[name](on, ...args))
  for (const [name, args] of Object.entries({ ...WRITES, ...CREATES })) {
    const modes = name in CREATES ? ["createOnly", "updateOnly"] : ["updateOnly"]
    for (const options of [undefined, { noFail: true }, ...modes.map((mode) => ({ mode }))])
      made.push(string[name](on, ...args, ...(options ? [options] : [])))
  }
  for (const options of REGEX) {
    made.push(string.regexCompare(on, "^a", options))
    made.push(string.regexReplace(on, "t+", "T", options))
  }
  made.push(string.regexReplace(on, "t+", "T", { global: true }))
  return made
}

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
          ...all(string, "s"),
          ...["int", "float"].map((type) => string.isNumeric("s", { type })),
          string.toString("s"),
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
        const { exp, op } = t.api
        const key = t.key()
        await t.client.put(key, { s: "a text", l: ["a"], b: new Uint8Array([1]) })
        const text = exp.string.bin("s")
        for (const filterExpression of [
          exp.eq(exp.string.strlen(text), 6),
          exp.string.contains(text, "text"),
          exp.eq(exp.string.upper(text), "A TEXT"),
          exp.eq(exp.string.toString(exp.int.bin("n")), "5"),
        ])
          await t.fails(t.client.get(key, { filterExpression }), refused)
        const read = (expression) => t.client.operate(key, [op.exp.read("r", expression)])
        const typed = ["int", "float"].map((type) => exp.string.isNumeric(text, type))
        for (const expression of [...all(exp.string, text), ...typed])
          await t.fails(read(expression), { is: "ServerError", code: 4 })
        // These are ops on lists and bits, which are looked at only when they are evaluated.
        for (const expression of [exp.list.join(exp.list.bin("l"), ", "), exp.bit.base64Encode(exp.blob.bin("b"))])
          await t.fails(read(expression), { code: 26 })
      },
    },
    {
      name: "a server that does not know them refuses a row of a batch and a query, and leaves the records of a background job",
      needs: [...old, "batches", "queries"],
      async run(t) {
        const { string } = t.api
        const set = `${t.set}str`
        const key = t.owned(["test", set, "k"])
        await t.client.put(key, { s: "a text" })
        for (const op of [string.strlen("s"), string.upper("s"), string.toString("s")]) {
          const [row] = await t.client.batch([{ type: "operate", key, ops: [op] }])
          t.assert.equal(row.code, 4)
        }
        const job = await t.client
          .query("test", t.set)
          .filter(t.api.exp.binExists("s"))
          .background([string.upper("s")])
        await job.wait({ timeout: 20_000 })
        t.same((await t.client.get(key)).bins, { s: "a text" })
        for (const op of [string.strlen("s"), string.toString("s")])
          await t.fails(t.client.query("test", set).ops(op).results(), { is: "ServerError", code: 4 })
      },
    },
  ],
}
