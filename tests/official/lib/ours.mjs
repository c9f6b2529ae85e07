// Says the steps of a case in the words of this package.

import * as api from "aerospike-wasm"
import { byText, infoText, mapped, optionsOf, patience, shape, shapeBins, shapeTtl } from "./language.mjs"

const { bit, ctx: anywhere, Double, exp, filter, GeoJSON, HLL, hll, KeyOrderedMap, list, map, op } = api
const modules = { bit, hll, list, map }

export async function open(hosts) {
  const times = { totalTimeout: patience, socketTimeout: patience }
  const kinds = ["apply", "batch", "operate", "query", "read", "remove", "write", "info", "scan"]
  const policies = Object.fromEntries(kinds.map((kind) => [kind, times]))
  const client = await api.connect({ hosts, timeout: patience, policies })
  return {
    subject: (scope) => subject(client, scope),
    close: () => client.close(),
  }
}

function subject(client, { ns, set, keyOf }) {
  const kept = new Map()
  const place = (key) => (typeof key === "object" && key.ns ? [key.ns, set, keyOf(key.key)] : [ns, set, keyOf(key)])
  const valueFor = (value) => mapped(value, single, (entries) => new KeyOrderedMap(entries))

  function single(value) {
    if (value?.$ === "double") return new Double(value.value)
    if (value?.$ === "geo") return new GeoJSON(value.text)
    if (value?.$ === "infinity") return api.INFINITY
    if (value?.$ === "wildcard") return api.WILDCARD
    if (value?.$ === "kept") return kept.get(`${value.key} ${value.bin}`)
    return value
  }

  const binsOf = (bins) => Object.fromEntries(Object.entries(bins).map(([name, value]) => [name, valueFor(value)]))

  function policyOf(policy) {
    if (!policy?.filter) return policy
    const { filter, ...rest } = policy
    return { ...rest, filterExpression: expOf(filter) }
  }

  const ctxOf = (steps) => {
    return steps.reduce((way, [name, value, options]) => {
      if (name === "allChildren" || name === "where") return value ? way[name](expOf(value)) : way[name]()
      return way[name](valueFor(value), ...(options ? [options] : []))
    }, anywhere)
  }

  function optionsFor(options) {
    return options.ctx ? { ...options, ctx: ctxOf(options.ctx) } : options
  }

  function opOf([name, ...given]) {
    const [args, options] = optionsOf(given)
    const [family, verb] = name.split(".")
    if (family === "exp") return op.exp[verb](args[0], expOf(args[1]), options)
    if (name === "path.select") return op.path.select(args[0], ctxOf(args[1]), options)
    if (name === "path.apply") return op.path.apply(args[0], ctxOf(args[1]), expOf(args[2]), options)
    if (verb === undefined) return op[family](...args.map(valueFor))
    return call(modules[family][verb], args.map(valueFor), optionsFor(options))
  }

  function expOf(expression) {
    return expressionOf(expression, { valueFor, ctxOf })
  }

  const meta = ({ gen, ttl }) => ({ gen, ttl: shapeTtl(ttl) })
  const record = ({ bins, gen, ttl }) => ({ bins: shapeBins(bins, known), ...meta({ gen, ttl }) })
  const keep = (key, { bins }) => {
    for (const [bin, value] of Object.entries(bins)) kept.set(`${key} ${bin}`, value)
  }
  const done = () => "done"
  const rowOf = ({ code, bins, gen, ttl }) => (code ? { code } : bins ? record({ bins, gen, ttl }) : { code })

  function entryOf({ type, key, bins, ops, policy }) {
    const made = { type: ops ? "operate" : type, key: place(key), policy: policyOf(policy) }
    if (bins) made.bins = Array.isArray(bins) ? bins : binsOf(bins)
    if (ops) made.ops = ops.map(opOf)
    return made
  }

  function queryOf({ where, bins, ops, filter: condition, noBins, partitions, maxRecords, policy }) {
    let query = client.query(ns, set)
    if (where) query = query.where(whereOf(where))
    if (bins) query = query.select(...bins)
    if (ops) query = query.ops(...ops.map(opOf))
    if (condition) query = query.filter(expOf(condition))
    if (noBins) query = query.noBins()
    if (partitions) query = query.partitions(partitions)
    if (maxRecords) query = query.policy({ maxRecords })
    return policy ? query.policy(policy) : query
  }

  function whereOf([kind, bin, ...args]) {
    const [values, { ctx, collection, index, exp: expression }] = optionsOf(args)
    const indexed = index
      ? { index: `${set}${index}` }
      : expression
        ? { exp: expOf(expression) }
        : ctx
          ? { bin, ctx: ctxOf(ctx) }
          : bin
    const more = collection ? [collection] : []
    return filter[kind](indexed, ...values.map(valueFor), ...more)
  }

  return {
    put: (key, bins, policy) => client.put(place(key), binsOf(bins), policyOf(policy)).then(done),
    get: async (key, policy) => {
      const found = await client.get(place(key), policyOf(policy))
      keep(key, found)
      return record(found)
    },
    select: async (key, bins, policy) => record(await client.select(place(key), bins, policyOf(policy))),
    exists: async (key, policy) => (await client.exists(place(key), policyOf(policy))) !== undefined,
    existsMeta: async (key, policy) => {
      const found = await client.exists(place(key), policyOf(policy))
      return found ? meta(found) : "absent"
    },
    remove: async (key, policy) => ((await client.remove(place(key), policyOf(policy))) ? "done" : "absent"),
    touch: (key, policy) => client.touch(place(key), policyOf(policy)).then(done),
    increment: (key, bins, policy) => client.increment(place(key), binsOf(bins), policyOf(policy)).then(done),
    append: (key, bins, policy) => client.append(place(key), binsOf(bins), policyOf(policy)).then(done),
    prepend: (key, bins, policy) => client.prepend(place(key), binsOf(bins), policyOf(policy)).then(done),
    removeBin: (key, bins, policy) => client.removeBin(place(key), bins, policyOf(policy)).then(done),
    operate: async (key, ops, policy) => record(await client.operate(place(key), ops.map(opOf), policyOf(policy))),
    apply: async (key, module, name, args, policy) =>
      shape(await client.apply(place(key), module, name, args.map(valueFor), policyOf(policy)), known),

    batchRead: async (keys, what = {}, policy) => {
      const asked = what.ops ? { ops: what.ops.map(opOf) } : what
      return (await client.batchRead(keys.map(place), asked, policyOf(policy))).map(rowOf)
    },
    batchRemove: async (keys, policy) => (await client.batchRemove(keys.map(place), policyOf(policy))).map(rowOf),
    batchApply: async (keys, module, fn, args, policy) => {
      const rows = await client.batchApply(keys.map(place), { module, fn, args: args.map(valueFor) }, policyOf(policy))
      return rows.map(({ code, value }) => (code ? { code } : { value: shape(value, known) }))
    },
    batch: async (entries, policy) => (await client.batch(entries.map(entryOf), policyOf(policy))).map(rowOf),

    query: async (what) => {
      const found = await queryOf(what).results()
      return byText(found.map(({ bins }) => shapeBins(bins, known)))
    },
    queryCount: async (what) => (await queryOf(what).results()).length,
    queryPages: async (size, what) => {
      const found = []
      let pages = 0
      for await (const { records } of queryOf(what).pages(size)) {
        if (records.length > 0) pages++
        found.push(...records.map(({ bins }) => shapeBins(bins, known)))
      }
      return { pages, found: byText(found) }
    },
    indexCreate: async ({ name, ctx, exp: expression, ...definition }) => {
      const more = { ...(ctx && { ctx: ctxOf(ctx) }), ...(expression && { exp: expOf(expression) }) }
      const job = await client.indexCreate({ ns, set, name: `${set}${name}`, ...definition, ...more })
      await job.wait()
      return "done"
    },
    indexRemove: (name) => client.indexRemove(ns, `${set}${name}`).then(done),
    truncate: () => client.truncate(ns, set).then(done),
    info: async (command) => infoText((await client.infoRandomNode(command)).response),
    udfPut: async (name, source) => {
      await (await client.udfPut(`${name}.lua`, source)).wait()
      return "done"
    },
    udfRemove: (name) => client.udfRemove(`${name}.lua`).then(done),
    packed: async (expression) => exp.toBase64(expOf(expression)),
  }
}

/** What the client's own classes are. */
function known(value) {
  if (value instanceof GeoJSON) return { geo: value.text }
  if (value instanceof HLL) return { hll: Buffer.from(value.bytes).toString("hex") }
}

/** An error, as far as both clients tell it. */
export function errorShape(error) {
  if (error instanceof api.InvalidArgumentError) return { refused: true }
  if (typeof error?.code === "number") return { error: error.code }
  throw error
}

// ── Expressions ─────────────────────────────────────────────────────────────────────────────────────────────────────

const literals = { int: exp.int, float: exp.float, str: exp.string, bool: exp.bool, blob: exp.blob, geo: exp.geo }
const collections = { list: exp.list, map: exp.map, hll: exp.hll }
const types = { ...literals, ...collections }

function expressionOf(expression, { valueFor, ctxOf }) {
  const inside = (part) => expressionOf(part, { valueFor, ctxOf })
  const [name, ...given] = expression
  const [args, options] = optionsOf(given)
  if (name in types) return types[name].val(valueFor(args[0]))
  switch (name) {
    case "bin":
      return types[args[0]].bin(args[1])
    case "key":
      return types[args[0]].key()
    case "var":
      return types[args[0]].var(args[1])
    case "loopVar":
      return types[args[0]].loopVar(args[1])
    case "nil":
      return exp.nil()
    case "inf":
      return exp.infinity()
    case "binType":
    case "binExists":
    case "digestModulo":
      return exp[name](args[0])
    case "regex":
      return exp.regex(inside(args[0]), args[1], options)
    case "let": {
      const variables = Object.fromEntries(Object.entries(args[0]).map(([key, value]) => [key, inside(value)]))
      return exp.let(variables, () => inside(args[1]))
    }
    case "path.select":
      return exp.selectByPath(inside(args[0]), ctxOf(args[1]), options)
    case "path.modify":
      return exp.modifyByPath(inside(args[0]), ctxOf(args[1]), inside(args[2]), options)
  }
  const [family, verb] = name.split(".")
  if (verb === undefined) return exp[family](...args.map(inside))
  const more = {
    ...options,
    ...(options.ctx && { ctx: ctxOf(options.ctx) }),
    ...(options.type && { type: typeName(options.type) }),
  }
  return call(exp[family][verb], args.map(inside), more)
}

/** Options are the last argument, behind those that are left out. */
function call(make, args, options) {
  if (Object.keys(options).length === 0) return make(...args)
  return make(...args, ...Array(Math.max(0, make.length - 1 - args.length)).fill(undefined), options)
}

const typeName = (type) => (type === "str" ? "string" : type)
