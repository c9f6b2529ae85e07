// What differs, and why. A row knows an outcome by its two sides: most say how the one follows from the other, so that all
// the rest is still compared. `docs/differences.md` tells the same reasons to users; `run.mjs` checks that it does.

const is = (left, right) => JSON.stringify(left) === JSON.stringify(right)
const refused = (outcome) => outcome?.refused === true
const of =
  (...starts) =>
  ({ name }) =>
    starts.some((start) => name.startsWith(start))

/** An outcome with each part replaced that `make` has something else for. */
function replaced(value, make) {
  const made = make(value)
  if (made !== undefined) return made
  if (Array.isArray(value)) return value.map((item) => replaced(item, make))
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaced(item, make)]))
}

const sorted = (items) => items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
/** What a query finds comes in no order: it is sorted by how it is told, and anew when that has changed. */
const inOrder = (outcome) => (Array.isArray(outcome) ? sorted(outcome) : outcome)

const geoAsText = (value) => value?.geo

function mapAsObject(value) {
  if (!Array.isArray(value?.map)) return undefined
  const entries = value.map.map(([key, item]) => [String(key?.int ?? key), replaced(item, mapAsObject)])
  // Of keys that are the same as text, the greater in the server's order came last: text is behind integers.
  const last = new Map(sortedByType(value.map, entries))
  last.delete("__proto__")
  return { map: sorted([...last]) }
}

function sortedByType(before, entries) {
  const isText = (i) => typeof before[i][0] === "string"
  return entries
    .map((entry, i) => [entry, isText(i)])
    .toSorted((a, b) => a[1] - b[1])
    .map(([entry]) => entry)
}

const textToZero = (value) => (typeof value === "string" && value.includes("\0") ? value.split("\0")[0] : undefined)

/** A flat list of keys and values, in the form of a map. */
function pairs(list) {
  if (!Array.isArray(list) || list.length % 2 === 1) return undefined
  return { map: sorted(Array.from({ length: list.length / 2 }, (_, i) => list.slice(2 * i, 2 * i + 2))) }
}

const replacedBins = (bins, make) => Object.fromEntries(Object.entries(bins).map(([bin, value]) => [bin, make(value)]))
const severalOfOne = (ops) => ops.length > 1 && new Set(ops.map(([, bin]) => bin)).size === 1

const words = (step) => JSON.stringify(step, (_, value) => (typeof value === "bigint" ? `${value}n` : value))
const hasBigint = (step) => /"-?\d+n"/.test(words(step))

/** Between the official client and this one, on one server. */
export const clients = [
  // ── What comes back
  {
    reason: "GeoJSON comes back as text from the official client, and as a GeoJSON here.",
    knows: ({ left, right }) => is(inOrder(left), inOrder(replaced(right, geoAsText))),
  },
  {
    reason:
      'The official client makes an object of every map: integer keys become text, 1 and "1" become one, "__proto__" is lost. Here a map with other keys than text is a Map.',
    knows: ({ left, right }) => is(left, replaced(right, mapAsObject)),
  },
  {
    reason: "Keys with values come as a flat list from the official client, and as a map here.",
    knows: ({ step, left, right }) =>
      words(step).includes('"keyValue"') &&
      Object.entries(left.bins ?? {}).every(([bin, value]) => is(pairs(value), right.bins?.[bin])),
  },
  {
    reason: "The official client cuts text at a zero byte.",
    knows: ({ left, right }) => is(left, replaced(right, textToZero)),
  },
  {
    reason: "Of several results of one bin the official client gives the last; here they come as a list.",
    knows: ({ step: [verb, , ops], left, right }) =>
      verb === "operate" &&
      severalOfOne(ops) &&
      is(
        left.bins,
        replacedBins(right.bins, (value) => value.at(-1)),
      ),
  },
  {
    reason: "The official client fails with code 2 when it removes what is not there; here the result is false.",
    knows: ({ step, left, right }) => step[0] === "remove" && left.error === 2 && right === "absent",
  },
  {
    reason: "Of an absent record the official client gives metadata without values; here exists() gives undefined.",
    knows: ({ step, left, right }) =>
      step[0] === "existsMeta" && is(left, { gen: null, ttl: null }) && right === "absent",
  },
  {
    reason:
      "A batch of calls that fail rejects as a whole, with code -16, from the official client; here each row has its code.",
    knows: ({ step, left, right }) =>
      step[0] === "batchApply" && left.error === -16 && right.every(({ code }) => code === 100),
  },
  {
    reason: "An info command that the server refuses is an error of the official client; here it is the answer.",
    knows: ({ step, left, right }) =>
      step[0] === "info" && left.error > 0 && String(right).startsWith(`ERROR:${left.error}:`),
  },
  {
    reason:
      "An index in a namespace that there is not: the server says ok, and the official client waits for ever; here it fails with code 20.",
    knows: ({ left, right }) => left === "waits for ever" && right.error === 20,
  },

  // ── What is refused before it is sent
  {
    reason: "What the server would refuse is refused here before it is sent.",
    knows: ({ left, right }) => (left.error === 4 || left.error === -1) && refused(right),
  },
  {
    reason:
      "Names of bins that no server takes are refused here also where they are only read, and an empty one always.",
    knows: ({ name, left, right }) => !left.error && refused(right) && /bin (name|without a name)/.test(name),
  },
  {
    reason:
      "A whole number beyond the safe integers is refused here, for it may be meant as an integer or as a double; the official client guesses.",
    knows: ({ name, left, right }) =>
      !left.error && refused(right) && of("values: a large double", "values: a number beyond")({ name }),
    lasting: true,
  },
  {
    reason: "`bounded` is refused here by the ops that do not heed it.",
    knows: ({ name, right }) => /^lists: (append|increment).*bounded/.test(name) && refused(right),
    lasting: true,
  },
  {
    reason: "An empty user key is refused by the official client.",
    knows: ({ name, left }) => name.endsWith("an empty key") && refused(left),
  },
  {
    reason: "Integers from 2^63 to 2^64 inside of lists and maps are refused by the official client.",
    knows: ({ name, left }) => name.startsWith("values: a bigint beyond int64") && refused(left),
    lasting: true,
  },

  // ── What the official client cannot say
  {
    reason:
      "The official client has no op for it: read all bins, count bits, ask whether a HyperLogLog may contain a value, a wildcard as a value.",
    knows: ({ left }) => left.unsayable !== undefined,
    lasting: true,
  },
  {
    reason: "Expressions of the official client take no bigint.",
    knows: ({ name, step, left }) => refused(left) && hasBigint(step) && !name.startsWith("values"),
  },
  {
    reason:
      "Of functions with a fixed number of arguments (pow, log, mod, abs, floor, ceil, toInt, toFloat, intNot, shifts, intCount, scans) the official client makes expressions that it cannot pack.",
    knows: ({ step, left }) =>
      refused(left) &&
      !hasBigint(step) &&
      /"(pow|log|mod|abs|floor|ceil|to(Int|Float)|int(Not|Lshift|Rshift|Arshift|Count|Lscan|Rscan))"/.test(words(step)),
  },

  // ── What the official client sends otherwise
  {
    reason: "The official client sends rscan for the op lscan.",
    knows: ({ step, left, right }) => words(step).includes('"bit.lscan","b"') && left.bins?.b > right.bins?.b,
  },
  {
    reason: "The official client sends the code of `not` for isTombstone.",
    knows: ({ step }) => words(step).includes('["isTombstone"]'),
  },
  {
    reason: "digestModulo of the official client takes no modulo, and sends none.",
    knows: ({ step }) => words(step).includes('["digestModulo",3]'),
  },
  {
    reason:
      "Expressions of the official client leave out the order and the flags that a list or map is to be written with, and are malformed where a list is inserted into.",
    knows: ({ name, step }) =>
      name.startsWith("expressions: ") && /"(list|map)\.\w+".*"(unique|order|mode)"/.test(words(step)),
  },
  {
    reason:
      "The policy of a row that writes has no generation in the official client: what a row is compared with is always 0.",
    knows: ({ name }) => name === "batches: write if the generation is 1",
    lasting: true,
  },
  {
    reason:
      "Packed, the flags of ops on lists and maps are always written here, and a sign of bits only if there is one; the official client does it the other way round. So are the bits of min hash of hll.init. The server takes them for the same.",
    knows: ({ step: [verb, expression], left, right }) =>
      verb === "packed" &&
      !refused(left) &&
      !refused(right) &&
      /^(list\.(append|appendItems|insert|insertItems|increment|set)|map\.(put|putItems|increment)|bit\.getInt|hll\.describe)$/.test(
        expression[0],
      ),
  },
]

/** Between a real server and the dev server, as the official client sees them. */
export const devServer = [
  {
    reason: "The dev server runs no functions where no Lua is installed beside it.",
    knows: ({ name }) => name.startsWith("functions: "),
    sometimes: true,
  },
]
