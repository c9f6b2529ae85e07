// Says expressions in the words of the official Node client.

import { optionsOf } from "./language.mjs"
import {
  Aerospike,
  constant,
  has,
  listFlags,
  listOrders,
  mapFlags,
  mapOrders,
  selectFlags,
  Unsayable,
} from "./official.mjs"

const { exp, lists, maps } = Aerospike
/** The type of a result that follows from what is returned. */
const automatic = 10

const typeNames = {
  int: "Int",
  float: "Float",
  str: "Str",
  bool: "Bool",
  blob: "Blob",
  geo: "Geo",
  list: "List",
  map: "Map",
  hll: "Hll",
}
const typeCode = (type) =>
  ({ bool: 1, int: 2, str: 3, list: 4, map: 5, blob: 6, float: 7, geo: 8, hll: 9 })[type] ?? automatic
const metadata = "ttl voidTime lastUpdate sinceUpdate recordSize setName isTombstone deviceSize memorySize".split(" ")

/** `valueFor` and `ctxOf` make values and contexts the client's own. */
export function expressionOf(expression, { valueFor, ctxOf }) {
  const inside = (part) => expressionOf(part, { valueFor, ctxOf })
  const [name, ...given] = expression
  const [args, options] = optionsOf(given)
  const simple = {
    int: () => exp.int(args[0]),
    float: () => exp.float(args[0]),
    str: () => exp.str(args[0]),
    bool: () => exp.bool(args[0]),
    blob: () => exp.bytes(Buffer.from(args[0]), args[0].length),
    geo: () => exp.geo(new Aerospike.GeoJSON(args[0].text)),
    list: () => exp.list(valueFor(args[0])),
    map: () => exp.map(valueFor(args[0])),
    hll: () => exp.bytes(valueFor(args[0])),
    nil: () => exp.nil(),
    inf: () => exp.inf(),
    bin: () => exp[`bin${typeNames[args[0]]}`](args[1]),
    key: () => exp[`key${typeNames[args[0]]}`](),
    keyExists: () => exp.keyExist(),
    binType: () => exp.binType(args[0]),
    binExists: () => exp.binExists(args[0]),
    digestModulo: () => exp.digestModulo(args[0]),
    var: () => exp.var(args[1]),
    loopVar: () =>
      exp[`loopVar${args[0] === "geo" ? "GeoJSON" : typeNames[args[0]]}`](exp.loopVarPart[args[1].toUpperCase()]),
    regex: () => exp.cmpRegex(regexFlags(options), args[1], inside(args[0])),
    geoCompare: () => exp.cmpGeo(inside(args[0]), inside(args[1])),
    let: () => exp.let(...Object.entries(args[0]).map(([key, value]) => exp.def(key, inside(value))), inside(args[1])),
    unknown: () => exp.unknown(),
    removeResult: () => exp.removeResult(),
    "path.select": () =>
      exp.selectByPath(inside(args[0]), typeCode(options.type ?? "list"), selectFlags(options), ctxOf(args[1])),
    "path.modify": () =>
      exp.modifyByPath(
        inside(args[0]),
        typeCode(args[0][0] === "bin" ? args[0][1] : args[0][0]),
        inside(args[2]),
        options.noFail ? 16 : 0,
        ctxOf(args[1]),
      ),
  }
  if (simple[name]) return simple[name]()
  if (metadata.includes(name)) return exp[name]()
  const [family, verb] = name.split(".")
  if (verb === undefined) return exp[family](...args.map(inside))
  const parts = args.map((arg) => (Array.isArray(arg) ? inside(arg) : arg))
  const ctx = options.ctx ? ctxOf(options.ctx) : null
  return collectionExp[family](verb, parts, options, ctx)
}

function regexFlags({ extended = true, ignoreCase, newline }) {
  const { EXTENDED, ICASE, NEWLINE } = Aerospike.regex
  return (extended ? EXTENDED : 0) | (ignoreCase ? ICASE : 0) | (newline ? NEWLINE : 0)
}
function returnOf(types, { returnType, inverted }, fallback = "value") {
  return types[constant(returnType ?? fallback)] | (inverted ? types.INVERTED : 0)
}

const valueTypeOf = ({ type, returnType }) =>
  returnType && returnType !== "value" && returnType !== "key" ? automatic : typeCode(type)

const collectionExp = {
  list(verb, [bin, ...args], options, ctx) {
    const api = exp.lists
    const policy = has(options, "order", "unique", "bounded", "noFail", "partial")
      ? { order: listOrders[options.order ?? "unordered"], writeFlags: listFlags(options) }
      : null
    const returns = () => returnOf(lists.returnType, options)
    const [a, b] = args
    const some = (method, least, order) => {
      const to = args.length > least ? method : `${method}ToEnd`
      return api[to](bin, ...order, returns(), ctx)
    }
    const removal = (method, least) => {
      const to = args.length > least ? method : `${method}ToEnd`
      return api[to](bin, ...args.toReversed(), ctx)
    }
    const table = {
      size: () => api.size(bin, ctx),
      getByIndex: () => api.getByIndex(bin, a, valueTypeOf(options), returns(), ctx),
      getByRank: () => api.getByRank(bin, a, valueTypeOf(options), returns(), ctx),
      getByIndexRange: () => some("getByIndexRange", 1, args),
      getByRankRange: () => some("getByRankRange", 1, args),
      getByValue: () => api.getByValue(bin, a, returns(), ctx),
      getByValueList: () => api.getByValueList(bin, a, returns(), ctx),
      getByValueRange: () => api.getByValueRange(bin, a, b, returns(), ctx),
      getByValueRelRankRange: () => some("getByRelRankRange", 2, args),
      append: () => api.append(bin, a, policy, ctx),
      appendItems: () => api.appendItems(bin, a, policy, ctx),
      insert: () => api.insert(bin, b, a, policy, ctx),
      insertItems: () => api.insertItems(bin, b, a, policy, ctx),
      increment: () => api.increment(bin, b, a, policy, ctx),
      set: () => api.set(bin, b, a, policy, ctx),
      clear: () => api.clear(bin, ctx),
      sort: () => api.sort(bin, (options.descending ? 1 : 0) | (options.dropDuplicates ? 2 : 0), ctx),
      removeByIndex: () => api.removeByIndex(bin, a, ctx),
      removeByRank: () => api.removeByRank(bin, a, ctx),
      removeByIndexRange: () => removal("removeByIndexRange", 1),
      removeByRankRange: () => removal("removeByRankRange", 1),
      removeByValue: () => api.removeByValue(bin, a, ctx),
      removeByValueList: () => api.removeByValueList(bin, a, ctx),
      removeByValueRange: () => api.removeByValueRange(bin, b, a, ctx),
      removeByValueRelRankRange: () => removal("removeByRelRankRange", 2),
    }
    return table[verb]()
  },
  map(verb, [bin, ...args], options, ctx) {
    const api = exp.maps
    const policy = has(options, "order", "mode", "noFail", "partial")
      ? { order: mapOrders[options.order ?? "unordered"], writeFlags: mapFlags(options) }
      : null
    const [a, b] = args
    const back = args.toReversed()
    if (verb === "size" || verb === "clear") return api[verb](bin, ctx)
    if (verb === "put" || verb === "increment") return api[verb](bin, b, a, policy, ctx)
    if (verb === "putItems") return api.putItems(bin, a, policy, ctx)
    const [least, isOne] = mapReads[verb.replace(/^(get|remove)/, "")]
    const to = least !== undefined && args.length <= least ? `${verb}ToEnd` : verb
    if (verb.startsWith("remove")) return api[to](bin, ...back, ctx)
    const returns = returnOf(maps.returnType, options)
    return isOne ? api[to](bin, a, valueTypeOf(options), returns, ctx) : api[to](bin, ...back, returns, ctx)
  },
  bit(verb, [bin, ...args], options) {
    const api = exp.bit
    const names = { resize: "reSize", lshift: "lShift", rshift: "rShift", lscan: "lScan", rscan: "rScan" }
    const method = names[verb] ?? verb
    const back = args.toReversed()
    if (has(options, "mode", "noFail", "partial")) throw new Unsayable("told by ops")
    if (verb === "getInt") return api.getInt(bin, options.signed ?? false, ...back)
    if (verb === "add" || verb === "subtract") {
      const action = (options.signed ? 1 : 0) | ({ saturate: 2, wrap: 4 }[options.overflow] ?? 0)
      return api[method](bin, action, ...back)
    }
    if (verb === "resize") {
      return api.reSize(
        bin,
        (options.fromFront ? 1 : 0) | (options.growOnly ? 2 : 0) | (options.shrinkOnly ? 4 : 0),
        ...back,
      )
    }
    return api[method](bin, ...back)
  },
  hll(verb, [bin, ...args], options) {
    const api = exp.hll
    const names = {
      count: "getCount",
      union: "getUnion",
      unionCount: "getUnionCount",
      intersectCount: "getIntersectCount",
      similarity: "getSimilarity",
    }
    if (verb === "add") {
      const { indexBits, minHashBits } = options
      if (minHashBits !== undefined) return api.addMH(bin, minHashBits, indexBits, ...args)
      return indexBits === undefined ? api.update(bin, ...args) : api.add(bin, indexBits, ...args)
    }
    // How many bits, it takes as a bare number.
    if (verb === "init") return api.init(bin, args[0][0].intVal)
    return api[names[verb] ?? verb](bin, ...args)
  },
}

/** By what is looked up in maps: the arguments that a range to the end has, and whether it is one element. */
const mapReads = {
  ByKey: [undefined, true],
  ByKeyList: [],
  ByKeyRange: [],
  ByKeyRelIndexRange: [2],
  ByValue: [],
  ByValueList: [],
  ByValueRange: [],
  ByValueRelRankRange: [2],
  ByIndex: [undefined, true],
  ByIndexRange: [1],
  ByRank: [undefined, true],
  ByRankRange: [1],
}
