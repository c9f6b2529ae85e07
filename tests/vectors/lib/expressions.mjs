// The neutral expressions of the recordings, made with the builders of the package's API. Positional arguments are those of
// `data/signatures.jsonl`; a last argument `{ ctx }` is the way to a nested list or map.

import { stringMethod, stringRegexOptions } from "./ops.mjs"

const TYPES = { str: "string" }

/** Builders that are called with their operands as they are. */
const PLAIN = {
  eq: "eq",
  not_eq: "ne",
  greater: "gt",
  greater_eq: "ge",
  less: "lt",
  less_eq: "le",
  geo_compare: "geoCompare",
  num_add: "add",
  num_sub: "sub",
  num_mul: "mul",
  num_div: "div",
  num_pow: "pow",
  num_log: "log",
  num_mod: "mod",
  num_abs: "abs",
  num_floor: "floor",
  num_ceil: "ceil",
  inf: "infinity",
}

/** Makes expressions of the neutral ones; `build` makes values. */
export function expressionBuilder(api, build) {
  const { exp } = api
  const make = (expression) => {
    const [name, ...args] = expression
    if (Object.hasOwn(LITERALS, name)) return LITERALS[name](args)
    if (name.endsWith("_bin")) return exp[name.slice(0, -4)].bin(args[0])
    const family = /^(list|map|bit|hll|string)_/.exec(name)?.[1]
    if (family && name !== "map_keys" && name !== "map_values")
      return operation(family, name.slice(family.length + 1), args)
    if (Object.hasOwn(SPECIAL, name)) return SPECIAL[name](...args)
    return exp[PLAIN[name] ?? camel(name)](...args.map((arg) => (Array.isArray(arg) ? make(arg) : arg)))
  }

  const LITERALS = {
    int: ([value]) => exp.int.val(build(value)),
    str: ([value]) => exp.string.val(build(value)),
    float: ([value]) => exp.float.val(build(value)),
    bool: ([value]) => exp.bool.val(value),
    blob: ([value]) => exp.blob.val(build(value)),
    geo: ([value]) => exp.geo.val(build({ $geo: value })),
    list: ([value]) => exp.list.val(build(value)),
    list_val: (values) => exp.list.val(build(values)),
    value_array_val: ([value]) => exp.list.val(build(value)),
    map: ([value]) => exp.map.val(build(value)),
  }

  const SPECIAL = {
    key: (type) => exp[typeOf(type)].key(),
    loop_var: (type, part) => exp[typeOf(type)].loopVar(part),
    regex_compare: (pattern, flags, text) => exp.regex(make(text), pattern, regexFlags(flags)),
    to_string: (value) => exp.string.toString(make(value)),
    var: (name) => exp.int.var(name),
    let: (...args) => {
      const variables = args.slice(0, -1).map(([, name, value]) => [name, make(value)])
      return exp.let(variables, () => make(args.at(-1)))
    },
  }

  const operation = (family, name, args) => {
    const last = args.at(-1)
    const options = isPlain(last) && "ctx" in last ? { ctx: contextOf(api, args.pop().ctx, build) } : {}
    const target = make(args.pop())
    if (family === "bit") return bits(name, target, args)
    if (family === "hll") return hyperLogLog(name, target, args)
    if (family === "string") return text(name, target, args)
    if (name === "join") return exp.list.join(target, args[0] && make(args[0]), options)
    const [method, hasCount] = methodOf(name)
    if (isPlain(args[0])) Object.assign(options, writeOptions(args.shift()))
    else if (method === "sort") Object.assign(options, flagsOf(args.shift(), { drop_duplicates: "dropDuplicates" }))
    else if (/^(get|remove).*(Range|List|Value)$/.test(method) || method.startsWith("getBy"))
      Object.assign(options, returnOptions(args.shift(), method.startsWith("remove")))
    if (/^getBy(Index|Rank|Key)$/.test(method)) {
      const type = typeOf(args.shift())
      if (!options.returnType || options.returnType === "value" || options.returnType === "key") options.type = type
    }
    const operands = args.map(make)
    if (/(Index|Rank)Range$/.test(method) && !hasCount) operands.push(undefined)
    return exp[family][method](target, ...operands, options)
  }

  const text = (name, target, args) => {
    const options = isPlain(args[0]) ? writeOptions(args.shift()) : {}
    if (name === "is_numeric") return exp.string.isNumeric(target, args[0])
    if (name.startsWith("regex")) Object.assign(options, stringRegexOptions(args.pop()))
    // What is found by and what replaces it are no expressions.
    const operands = args.map((arg) => (name.includes("replace") ? arg[1] : make(arg)))
    const hasOptions = Object.keys(options).length > 0
    return exp.string[stringMethod(name)](target, ...operands, ...(hasOptions ? [options] : []))
  }

  const bits = (name, target, args) => {
    if (name === "b64_encode") {
      if (args.length === 0) return exp.bit.base64Encode(target)
      const [byteOffset, byteSize] = args.slice(0, 2).map(make)
      return exp.bit.base64Encode(target, { byteOffset, byteSize, fromEnd: args[2] })
    }
    const options = isPlain(args[0]) ? writeOptions(args.shift()) : {}
    const method = camel(name)
    if (name === "resize") Object.assign(options, flagsOf(args.pop(), {}))
    if (name === "get_int") options.signed = args.pop()
    if (name === "add" || name === "subtract") {
      options.overflow = args.pop()
      options.signed = args.pop()
    }
    return exp.bit[method](target, ...args.map(make), options)
  }

  const hyperLogLog = (name, target, args) => {
    const options = isPlain(args[0]) ? writeOptions(args.shift()) : undefined
    const operands = args.map(make)
    const [first, indexBits, minHashBits] = operands
    if (name === "add") return exp.hll.add(target, first, options)
    if (name === "add_with_index") return exp.hll.add(target, first, { ...options, indexBits })
    if (name.startsWith("add_with")) return exp.hll.add(target, first, { ...options, indexBits, minHashBits })
    if (name === "init") return exp.hll.init(target, first, options)
    if (name === "init_with_min_hash") return exp.hll.init(target, first, { ...options, minHashBits: indexBits })
    return exp.hll[camel(name.replace(/^get_/, ""))](target, ...operands)
  }

  return make
}

/** The way to a nested element; filters of paths are expressions. */
export function contextOf(api, steps, build) {
  return steps.reduce((ctx, [name, value, order, pad]) => {
    if (name === "all_children") return ctx.allChildren()
    if (name === "all_children_with_filter") return ctx.allChildren(build.expression(value))
    if (name === "and_filter") return ctx.where(build.expression(value))
    if (name === "map_keys_in") return ctx.mapKeys(build(value))
    const create = pad ? "padded" : order && camel(order)
    return ctx[camel(name.replace(/_create$/, ""))](build(value), ...(create ? [{ create }] : []))
  }, api.ctx)
}

/** `get_by_value_relative_rank_range_count` as `["getByValueRelRankRange", true]`. */
function methodOf(name) {
  const hasCount = name.endsWith("_range_count")
  const method = camel(name.replace(/_count$/, "").replace("relative", "rel"))
  return [method, hasCount]
}

function typeOf(type) {
  return TYPES[type] ?? type
}

function returnOptions(text, isRemoval) {
  const names = text.split("|")
  const inverted = names.includes("inverted") ? { inverted: true } : {}
  return isRemoval ? inverted : { returnType: camel(names[0]), ...inverted }
}

function writeOptions({ order, flags = "default" }) {
  const renamed = { add_unique: "unique", insert_bounded: "bounded" }
  const { createOnly, updateOnly, ...rest } = flagsOf(flags, renamed)
  const mode = createOnly ? "createOnly" : updateOnly ? "updateOnly" : undefined
  return { ...(order && { order: camel(order) }), ...(mode && { mode }), ...rest }
}

function flagsOf(text, renamed) {
  const names = text.split("|").filter((name) => name && name !== "default")
  return Object.fromEntries(names.map((name) => [renamed[name] ?? camel(name), true]))
}

/** The clients that were recorded have the names of two flags the other way round, against what the server does. */
function regexFlags(text) {
  const flags = flagsOf(String(text), { icase: "ignoreCase", nosub: "newline", newline: "noSub" })
  return { extended: false, ...flags }
}

function camel(name) {
  return name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
}

function isPlain(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
