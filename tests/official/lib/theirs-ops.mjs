// Says ops in the words of the official Node client.

import { Aerospike, constant, has, listFlags, listOrders, mapFlags, mapOrders, Unsayable } from "./official.mjs"

const { bitwise, hll, lists, maps, operations } = Aerospike

/** An op on a bin: `values` are the client's own already. */
export function simpleOp(name, values, options) {
  const [family, verb] = name.split(".")
  const make = { list: listOp, map: mapOp, bit: bitOp, hll: hllOp }[family]
  return make ? make(verb, values, options) : scalarOp(family, values)
}

function scalarOp(verb, values) {
  if (verb === "readAll" || verb === "readHeader") throw new Unsayable(`no op ${verb}`)
  return operations[verb](...values)
}

function selecting(op, { returnType, inverted }, types, invert) {
  if (returnType) op.andReturn(types[constant(returnType)])
  return inverted ? invert(op) : op
}

function listOp(verb, [bin, ...values], options) {
  if (verb === "create") return lists.create(bin, listOrders[values[0]], options.pad, options.persistIndex)
  if (verb === "setOrder") return lists.setOrder(bin, listOrders[values[0]])
  if (verb === "sort") {
    // It has no name for descending, but takes its number.
    return lists.sort(bin, (options.descending ? 1 : 0) | (options.dropDuplicates ? 2 : 0))
  }
  if (has(options, "order", "unique", "bounded", "noFail", "partial")) {
    values.push(
      new Aerospike.ListPolicy({ order: listOrders[options.order ?? "unordered"], writeFlags: listFlags(options) }),
    )
  }
  return selecting(lists[verb](bin, ...values), options, lists.returnType, (op) => op.invertSelection())
}

function mapOp(verb, [bin, ...values], options) {
  if (verb === "create") return maps.create(bin, mapOrders[values[0]], options.persistIndex)
  if (verb === "setOrder") return maps.setPolicy(bin, new Aerospike.MapPolicy({ order: mapOrders[values[0]] }))
  if (has(options, "order", "mode", "noFail", "partial")) {
    values.push(
      new Aerospike.MapPolicy({ order: mapOrders[options.order ?? "unordered"], writeFlags: mapFlags(options) }),
    )
  }
  const { returnType = "none", inverted } = options
  const reads = verb.startsWith("get")
  const op = maps[verb](bin, ...values)
  const type = maps.returnType[constant(options.returnType ?? (reads ? "value" : returnType))]
  if (reads || verb.startsWith("remove")) op.andReturn(inverted ? type | maps.returnType.INVERTED : type)
  return op
}

function bitOp(verb, [bin, ...values], options) {
  if (verb === "count") throw new Unsayable("no bit count op")
  if (verb === "setInt") return withPolicy(bitwise.set(bin, ...values), options)
  if (verb === "resize") {
    const flags = (options.fromFront ? 1 : 0) | (options.growOnly ? 2 : 0) | (options.shrinkOnly ? 4 : 0)
    return withPolicy(bitwise.resize(bin, values[0], flags), options)
  }
  const signs = verb === "add" || verb === "subtract" || verb === "getInt"
  const op = withPolicy(bitwise[verb](bin, ...values, ...(signs ? [options.signed ?? false] : [])), options)
  return options.overflow ? op.onOverflow(bitwise.overflow[options.overflow.toUpperCase()]) : op
}

function hllOp(verb, [bin, ...values], options) {
  if (verb === "mayContain") throw new Unsayable("no may-contain op")
  const more = verb === "init" ? ["minHashBits"] : verb === "add" ? ["indexBits", "minHashBits"] : []
  return withPolicy(hll[verb](bin, ...values, ...more.map((name) => options[name] ?? -1)), options)
}

function withPolicy(op, options) {
  if (!has(options, "mode", "noFail", "partial", "allowFold")) return op
  return op.withPolicy({ writeFlags: mapFlags(options) | (options.allowFold ? 8 : 0) })
}
