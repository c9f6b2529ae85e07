// Functions in Lua, registered and called on records.

import { bytes, double } from "../lib/language.mjs"

const k = "k"
const module = "official_cases"
const source = `
function echo(rec, value) return value end
function nothing(rec) end
function sum(rec, a, b) return a + b end
function bin(rec, name) return rec[name] end
function change(rec, name, value)
  rec[name] = value
  if aerospike:exists(rec) then return aerospike:update(rec) end
  return aerospike:create(rec)
end
function drop(rec) return aerospike:remove(rec) end
function facts(rec) return map { exists = aerospike:exists(rec), gen = record.gen(rec), set = record.setname(rec) } end
function names(rec)
  local names = list()
  for i, name in ipairs(record.bin_names(rec)) do list.append(names, name) end
  return names
end
function fail(rec, text) error(text) end
function nest(rec) return map { l = list { 1, "a" }, m = map { x = 1.5 } } end
`
const call = (name, args = [], policy) => ["apply", k, module, name, args, ...(policy ? [policy] : [])]

const echoed = {
  "an integer": 7,
  "a negative integer": -7,
  "a double": 1.5,
  "a whole double": double(2),
  text: "grüße",
  bytes: bytes(1, 2),
  true: true,
  false: false,
  null: null,
  "a list": [1, "a", [2]],
  "a map": { a: 1, b: [2] },
}
const on = (name, ...steps) => ({ name, steps: [["udfPut", module, source], ...steps] })

export default [
  ...Object.entries(echoed).map(([name, value]) => on(`${name} goes in and comes out`, call("echo", [value]))),
  on("no result", call("nothing")),
  on("a result of lists and maps", call("nest")),
  on("two arguments", call("sum", [2, 3])),
  on("an argument too few", call("sum", [2])),
  on("a bin is read", ["put", k, { a: 5 }], call("bin", ["a"])),
  on("an absent bin is read", ["put", k, { a: 5 }], call("bin", ["none"])),
  on("a record is made", call("change", ["a", 1]), ["get", k]),
  on("a record is changed", ["put", k, { a: 5 }], call("change", ["a", 1]), ["get", k]),
  on("a bin is removed", ["put", k, { a: 5, b: 1 }], call("change", ["a", null]), ["get", k]),
  on("a record is removed", ["put", k, { a: 5 }], call("drop"), ["exists", k]),
  on("facts of a record", ["put", k, { a: 5 }], call("facts")),
  on("facts of an absent record", call("facts")),
  on("the names of bins", ["put", k, { a: 5 }], call("names")),
  on("an error", call("fail", ["for a reason"])),
  on("a function that there is not", call("none")),
  on(
    "a filter that is true",
    ["put", k, { a: 5 }],
    call("bin", ["a"], { filter: ["eq", ["bin", "int", "a"], ["int", 5]] }),
  ),
  on(
    "a filter that is false",
    ["put", k, { a: 5 }],
    call("bin", ["a"], { filter: ["eq", ["bin", "int", "a"], ["int", 6]] }),
  ),
  on("a batch of calls", ["put", "a", { a: 5 }], ["batchApply", ["a", "none"], module, "bin", ["a"]]),
  on("a batch of calls that write", ["batchApply", ["a", "b"], module, "change", ["a", 1]], ["batchRead", ["a", "b"]]),
  on("a batch of calls that fail", ["batchApply", ["a", "b"], module, "fail", ["for a reason"]]),
  on(
    "a batch of calls with a filter",
    ["put", "a", { a: 5 }],
    ["put", "b", { a: 6 }],
    [...["batchApply", ["a", "b"], module, "bin", ["a"]], { filter: ["eq", ["bin", "int", "a"], ["int", 5]] }],
  ),
  { name: "a module that there is not", steps: [["apply", k, "official_none", "f", []]] },
  { name: "source that is no Lua", steps: [["udfPut", "official_broken", "function broken(rec return 1"]] },
  { name: "a module that is not there is removed", steps: [["udfRemove", "official_none"]] },
]
