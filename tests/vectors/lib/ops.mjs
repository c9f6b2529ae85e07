// From the neutral description of an op to a call of the package's builders, by rules on the op's name.

import { contextOf } from "./expressions.mjs"

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())

/** Builds ops of the API. `build` makes values of the neutral ones. */
export function opBuilder(api, build) {
  return (described) => {
    const { op: name, ctx, ...given } = described
    const [family, rest] = split(name)
    const options = { ...(ctx && { ctx: contextOf(api, ctx, build) }), ...optionsOf(family, given) }
    const value = (field) => (given[field] === null ? null : build(given[field]))
    switch (family) {
      case "list":
        return list(api.list, rest, given, options, value)
      case "map":
        return map(api.map, rest, given, options, value)
      case "bit":
        return bit(api.bit, rest, given, options, value)
      case "hll":
        return hll(api.hll, rest, given, options, value)
      case "string":
        return string(api.string, rest, given, options)
      case "exp":
        return expression(api.op.exp, rest, given, build)
      case "path":
        return path(api.op.path, rest, given, options, build)
      default:
        return scalar(api.op, name, given, value)
    }
  }
}

function split(name) {
  if (name.endsWith("_by_path")) return ["path", name.replace("_by_path", "")]
  if (name === "to_string") return ["string", name]
  const [, family, rest] = /^(list|map|bit|hll|string|exp)_(.*)$/.exec(name) ?? [undefined, "op", name]
  return [family, rest]
}

/** Whether the builders have such an op. */
export function canBuildOp({ op: name, ctx = [] }) {
  const steps = ["list_index", "list_rank", "list_value", "map_index", "map_rank", "map_key", "map_value"]
  const known = ([step]) => steps.includes(step.replace(/_create$/, ""))
  return name.endsWith("_by_path") || ctx.every(known)
}

/** The values that an op has, wherever. */
export function valuesOfOp({ policy, ctx = [], expression, ...given }) {
  const steps = ctx.filter(([name]) => !name.includes("filter"))
  return [...Object.values(given), ...steps.map(([, value]) => value).filter((value) => value !== undefined)]
}

/** What a builder refuses by itself, and why; the server would answer with an error. */
export function opRefusal({ op: name, ...given }) {
  if (name.startsWith("bit_") && given.bit_size === 0) return "no bits"
  if (/^bit_(add|subtract|set_int|get_int)$/.test(name) && given.bit_size > 64) return "more than 64 bits"
  if (name === "bit_remove" && given.byte_size === 0) return "no bytes"
  if (name.startsWith("hll_") && isOutside(given.index_bits, 4, 16)) return "index bits out of range"
  if (name.startsWith("hll_") && isOutside(given.min_hash_bits, 4, 51)) return "min-hash bits out of range"
  const keys = name.startsWith("map_") ? [given.key, ...(given.keys ?? [])] : []
  if (keys.some(isOddKey)) return "a map key of a type that the server refuses"
  if (/^hll_.*(union|intersect|similarity)/.test(name) && given.list.some((item) => !item?.$hll)) return "no HLL"
}

function isOddKey(key) {
  if (typeof key === "object" && key !== null) return !("$int" in key || "$bytes" in key || "$repeat" in key)
  return key === null || typeof key === "boolean" || (typeof key === "number" && !Number.isInteger(key))
}

function isOutside(bits, min, max) {
  return bits !== undefined && bits !== -1 && (bits < min || bits > max)
}

// ── Options ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const FLAGS = {
  add_unique: { unique: true },
  insert_bounded: { bounded: true },
  no_fail: { noFail: true },
  partial: { partial: true },
  create_only: { mode: "createOnly" },
  update_only: { mode: "updateOnly" },
  allow_fold: { allowFold: true },
  default: {},
}

function optionsOf(family, { policy, return_type: returnType }) {
  const options = {}
  if (policy) {
    for (const flag of policy.flags?.split("|") ?? []) Object.assign(options, FLAGS[flag])
    if (policy.order && policy.order !== "unordered") options.order = camel(policy.order)
    if (policy.persist_index) options.persistIndex = true
  }
  if (returnType) {
    const [type, inverted] = returnType.split("|")
    Object.assign(options, { returnType: camel(type), ...(inverted && { inverted: true }) })
  }
  if (family === "list" && policy) delete options.mode
  return options
}

// ── Families ────────────────────────────────────────────────────────────────────────────────────────────────────────

const EXP_FLAGS = {
  policy_no_fail: { noFail: true },
  eval_no_fail: { evalNoFail: true },
  allow_delete: { allowDelete: true },
}

function expression(exp, rest, { bin, name, expression, flags }, build) {
  const given = flags.split("|").map((flag) => EXP_FLAGS[flag] ?? FLAGS[flag])
  return exp[rest](bin ?? name, build.expression(expression), Object.assign({}, ...given))
}

const SELECTIONS = ["tree", "values", "mapKeys", "keyValues"]

function path(path, rest, { bin, flags = 0, expression }, { ctx }, build) {
  const options = flags & 0x10 ? { noFail: true } : {}
  if (rest === "modify") return path.apply(bin, ctx, build.expression(expression), options)
  return path.select(bin, ctx, { returnType: SELECTIONS[flags & 3], ...options })
}

function scalar(op, name, given, value) {
  const args = "value" in given ? [given.bin, value("value")] : given.bin === undefined ? [] : [given.bin]
  return op[camel(name)](...args)
}

function list(list, name, given, options, value) {
  const { bin, index, count } = given
  const { order, ...rest } = options
  switch (name) {
    case "create":
      return list.create(bin, given.order, { ...options, pad: given.pad })
    case "create_with_index":
      return list.create(bin, given.order, { ...options, pad: given.pad, persistIndex: true })
    case "set_order":
      return list.setOrder(bin, given.order, options)
    case "set_order_with_index":
      return list.setOrder(bin, given.order, { ...options, persistIndex: true })
    case "append":
      return given.values.length === 1
        ? list.append(bin, value("values")[0], options)
        : list.appendItems(bin, value("values"), options)
    case "insert":
      return given.values.length === 1
        ? list.insert(bin, index, value("values")[0], rest)
        : list.insertItems(bin, index, value("values"), rest)
    case "set":
      return list.set(bin, index, value("value"), rest)
    case "increment":
      return list.increment(bin, index, value("value"), options)
    case "increment_by_one":
      return list.increment(bin, index, 1, options)
    case "sort": {
      const flags = given.sort_flags.split("|").filter((flag) => flag !== "default")
      return list.sort(bin, { ...options, ...Object.fromEntries(flags.map((flag) => [camel(flag), true])) })
    }
    case "pop":
    case "remove":
    case "get":
      return list[name](bin, index, options)
    case "pop_range":
      // The Go client makes a single pop of it, with another answer.
      return count === 1 ? list.pop(bin, index, options) : list.popRange(bin, index, count, options)
    case "remove_range":
    case "get_range":
    case "trim":
      return list[camel(name)](bin, index, count, options)
    case "pop_range_from":
    case "remove_range_from":
    case "get_range_from":
      return list[camel(name.replace(/_from$/, ""))](bin, index, undefined, options)
    case "join":
      return list.join(bin, given.separator, options)
    case "clear":
    case "size":
      return list[name](bin, options)
  }
  return selection(list, name, given, options, value)
}

function map(map, name, given, options, value) {
  const { bin } = given
  switch (name) {
    case "create":
      return map.create(bin, camel(given.order), options)
    case "set_policy": {
      const { order = "unordered", ...rest } = options
      return map.setOrder(bin, order, rest)
    }
    case "put":
      return map.put(bin, value("key"), value("value"), options)
    case "put_items":
      return map.putItems(bin, value("items"), options)
    case "increment":
    case "decrement":
      return map[name](bin, value("key"), value("delta"), options)
    case "clear":
    case "size":
      return map[name](bin, options)
  }
  return selection(map, name, given, options, value)
}

/** `get_by_…` and `remove_by_…`. */
function selection(family, name, given, options, value) {
  const method = camel(name.replace(/_count$/, "").replace("relative", "rel"))
  const subjects = [
    "value",
    "values",
    "key",
    "keys",
    "value_begin",
    "key_begin",
    "value_end",
    "key_end",
    "index",
    "rank",
  ]
  const args = subjects.filter((field) => field in given).map(value)
  const ranged = /_range(_count)?$/.test(name) && !/_(value|key)_range$/.test(name)
  return family[method](given.bin, ...args, ...(ranged ? [given.count] : []), options)
}

function bit(bit, name, given, options, value) {
  const { bin } = given
  if (name === "b64_encode") {
    const { byte_offset: byteOffset, byte_size: byteSize, invert_size: fromEnd } = given
    return bit.base64Encode(bin, { ...options, byteOffset, byteSize, fromEnd })
  }
  const fields = ["byte_offset", "bit_offset", "byte_size", "bit_size", "value", "shift"]
  const args = fields.filter((field) => field in given).map(value)
  const more = {}
  if (name === "resize") {
    for (const flag of given.resize_flags.split("|")) if (flag !== "default") more[camel(flag)] = true
  }
  if (given.action) more.overflow = given.action
  if (given.signed) more.signed = true
  return bit[camel(name)](bin, ...args, { ...options, ...more })
}

const STRING_ARGUMENTS = [
  ...["start", "end", "index", "needle", "prefix", "suffix", "separator", "count", "target_length", "pad_string"],
  ...["pattern", "value", "values", "replacement"],
]

function string(string, name, given, options) {
  const { bin } = given
  if (name === "to_string") return string.toString(bin)
  const method = stringMethod(name)
  const args = STRING_ARGUMENTS.filter((field) => field in given).map((field) => given[field])
  // What may be left out before the options.
  if ((method === "snip" && !("end" in given)) || name === "substr" || name === "split") args.push(undefined)
  const more = {
    ...(given.occurrence && { occurrence: given.occurrence }),
    ...(given.numeric_type && { type: given.numeric_type }),
    ...stringRegexOptions(given.regex_flags),
  }
  return string[method](bin, ...args, { ...options, ...more })
}

/** `b64_decode` as `base64Decode`, `substr_range` as `substr`. */
export function stringMethod(name) {
  const method = camel(
    name.replace("b64", "base64").replace(/^(substr_range|split_separator)$/, (all) => all.split("_")[0]),
  )
  return method.replace("Nfc", "NFC")
}

export function stringRegexOptions(flags = "default") {
  const names = flags.split("|").filter((name) => name !== "default")
  return Object.fromEntries(names.map((name) => [name === "dotall" ? "dotAll" : camel(name), true]))
}

function hll(hll, name, given, options, value) {
  const { bin } = given
  const bits = (field) => (given[field] === undefined || given[field] === -1 ? undefined : given[field])
  switch (name) {
    case "init":
      return hll.init(bin, given.index_bits, { ...options, minHashBits: bits("min_hash_bits") })
    case "add": {
      const more = { indexBits: bits("index_bits"), minHashBits: bits("min_hash_bits") }
      return hll.add(bin, value("list"), { ...options, ...more })
    }
    case "fold":
      return hll.fold(bin, given.index_bits)
  }
  return hll[camel(name)](bin, ...("list" in given ? [value("list")] : []), options)
}
