// Says the steps of a case in the words of the official Node client.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { byText, infoText, mapped, optionsOf, patience, shape, shapeBins, shapeTtl } from "./language.mjs"
import { Aerospike, expFlags, mapOrders, selectFlags, Unsayable } from "./official.mjs"
import { expressionOf } from "./theirs-expressions.mjs"
import { simpleOp } from "./theirs-ops.mjs"

const { exp, filter, operations, policy: policies } = Aerospike
const Context = Aerospike.cdt.Context

export async function open(hosts) {
  Aerospike.wrapHLL(true)
  const times = { totalTimeout: patience, socketTimeout: patience }
  const kinds = ["apply", "batch", "operate", "query", "read", "remove", "write"]
  const policies = { ...Object.fromEntries(kinds.map((kind) => [kind, times])), info: { timeout: patience } }
  const client = await Aerospike.connect({
    hosts,
    policies,
    connTimeoutMs: patience,
    log: { level: Aerospike.log.OFF },
  })
  return {
    subject: (scope) => subject(client, scope),
    close() {
      client.close(false)
      Aerospike.releaseEventLoop()
    },
  }
}

function subject(client, { ns, set, keyOf }) {
  const kept = new Map()
  const place = (key) => {
    const [where, user] = typeof key === "object" && key.ns ? [key.ns, key.key] : [ns, key]
    const made = keyOf(user)
    return new Aerospike.Key(where, set, made instanceof Uint8Array ? Buffer.from(made) : made)
  }
  const valueFor = (value) =>
    mapped(value, single, (entries, isMap) => (isMap ? new Map(entries) : Object.fromEntries(entries)))

  function single(value) {
    // A range has no end when its end is left out.
    if (value?.$ === "infinity") return undefined
    if (value?.$ === "double") return new Aerospike.Double(value.value)
    if (value?.$ === "geo") return new Aerospike.GeoJSON(value.text)
    if (value?.$ === "kept") return kept.get(`${value.key} ${value.bin}`)
    if (value?.$) throw new Unsayable(`no ${value.$}`)
    return value instanceof Uint8Array ? Buffer.from(value) : value
  }

  const expOf = (expression) => expressionOf(expression, { valueFor, ctxOf })

  function ctxOf(steps) {
    return steps.reduce((context, [name, value, options]) => addStep(context, name, value, options), new Context())
  }

  function addStep(context, name, value, options = {}) {
    const method = `add${name[0].toUpperCase()}${name.slice(1)}`
    const { create } = options
    if (name === "allChildren") return value ? context.addAllChildrenWithFilter(expOf(value)) : context.addAllChildren()
    if (name === "where") return context.addAndFilter(expOf(value))
    if (name === "mapKeys") return context.addMapKeysIn(value)
    if (name === "listIndex" && create) {
      return context.addListIndexCreate(value, create === "ordered" ? 1 : 0, create === "padded")
    }
    if (name === "mapKey" && create) return context.addMapKeyCreate(value, mapOrders[create])
    return context[method](valueFor(value))
  }

  function opOf([name, ...given]) {
    const [args, options] = optionsOf(given)
    if (name === "exp.read") return exp.operations.read(args[0], expOf(args[1]), expFlags(options))
    if (name === "exp.write") return exp.operations.write(args[0], expOf(args[1]), expFlags(options))
    if (name === "path.select") return operations.selectByPath(args[0], selectFlags(options), ctxOf(args[1]))
    if (name === "path.apply") {
      return operations.modifyByPath(args[0], expOf(args[2]), options.noFail ? 16 : 0, ctxOf(args[1]))
    }
    const op = simpleOp(name, args.map(valueFor), options)
    return options.ctx ? op.withContext(ctxOf(options.ctx)) : op
  }

  const record = ({ bins, gen, ttl }) => ({ bins: shapeBins(bins, known), gen, ttl: shapeTtl(ttl) })
  const done = () => "done"

  function entryOf({ type, key, bins, ops, policy }) {
    const { batchType } = Aerospike
    const more = policy ? { policy: batchPolicyOf(policy, expOf) } : {}
    if (type === "read") {
      const what = ops ? { ops: ops.map(opOf) } : bins ? { bins } : { readAllBins: true }
      return { type: batchType.BATCH_READ, key: place(key), ...what, ...more }
    }
    if (type === "remove") return { type: batchType.BATCH_REMOVE, key: place(key), ...more }
    const made = ops
      ? ops.map(opOf)
      : Object.entries(valueFor(bins)).map(([bin, value]) => operations.write(bin, value))
    return { type: batchType.BATCH_WRITE, key: place(key), ops: made, ...more }
  }

  const rowOf = ({ status, record: row }, reads) => {
    if (status !== 0) return { code: status }
    return reads ? record(row) : { code: 0 }
  }

  function queryOf({ where, bins, ops, noBins, partitions, maxRecords }) {
    const query = client.query(ns, set, { nobins: noBins, maxRecords, ops: ops?.map(opOf) })
    if (bins) query.select(bins)
    if (where) addWhere(query, where)
    if (partitions) query.partitions(partitions.begin, partitions.count)
    return query
  }

  const queryPolicy = ({ filter: condition }) =>
    new Aerospike.QueryPolicy({ ...(condition && { filterExpression: expOf(condition) }) })

  function addWhere(query, [kind, name, ...args]) {
    const [values, { ctx, collection, index, exp: expression }] = optionsOf(args)
    const bin = index || expression ? null : name
    const [type, context] = [indexTypes[collection], ctx && ctxOf(ctx)]
    const [first, second] = values.map((value) => (value?.$ === "geo" ? value.text : valueFor(value)))
    const made = {
      equals: () => (type || context ? filter.contains(bin, first, type, context) : filter.equal(bin, first)),
      range: () => filter.range(bin, first, second, type, context),
      contains: () => filter.contains(bin, first, type, context),
      containsRange: () => filter.range(bin, first, second, type, context),
      geoWithin: () => filter.geoWithinGeoJSONRegion(bin, new Aerospike.GeoJSON(first), type, context),
      geoContains: () => filter.geoContainsGeoJSONPoint(bin, new Aerospike.GeoJSON(first), type, context),
    }[kind]()
    if (index) query.whereWithIndexName(made, `${set}${index}`)
    else if (expression) query.whereWithExp(made, expOf(expression))
    else query.where(made)
  }

  return {
    put: (key, bins, policy) =>
      client.put(place(key), valueFor(bins), metaOf(policy), writePolicy(policy, expOf)).then(done),
    get: async (key, policy) => {
      const found = await client.get(place(key), readPolicy(policy, expOf))
      for (const [bin, value] of Object.entries(found.bins)) kept.set(`${key} ${bin}`, value)
      return record(found)
    },
    select: async (key, bins, policy) => record(await client.select(place(key), bins, readPolicy(policy, expOf))),
    exists: (key, policy) => client.exists(place(key), readPolicy(policy, expOf)),
    existsMeta: async (key, policy) => {
      const { gen, ttl } = await client.existsWithMetadata(place(key), readPolicy(policy, expOf))
      return { gen, ttl: shapeTtl(ttl) }
    },
    remove: (key, policy) => client.remove(place(key), removePolicy(policy, expOf)).then(done),
    touch: (key, policy) =>
      client
        .operate(place(key), [operations.touch(policy?.ttl ?? 0)], metaOf(policy), operatePolicy(policy, expOf))
        .then(done),
    increment: (key, bins, policy) =>
      client.incr(place(key), valueFor(bins), metaOf(policy), operatePolicy(policy, expOf)).then(done),
    append: (key, bins, policy) =>
      client.append(place(key), valueFor(bins), metaOf(policy), operatePolicy(policy, expOf)).then(done),
    prepend: (key, bins, policy) =>
      client.prepend(place(key), valueFor(bins), metaOf(policy), operatePolicy(policy, expOf)).then(done),
    removeBin: (key, bins, policy) => {
      const none = Object.fromEntries([bins].flat().map((bin) => [bin, null]))
      return client.put(place(key), none, metaOf(policy), writePolicy(policy, expOf)).then(done)
    },
    operate: async (key, ops, policy) => {
      const found = await client.operate(place(key), ops.map(opOf), metaOf(policy), operatePolicy(policy, expOf))
      return record(found)
    },
    apply: async (key, module, funcname, args, policy) => {
      const call = { module, funcname, args: args.map(valueFor) }
      return shape(await client.apply(place(key), call, applyPolicy(policy, expOf)), known)
    },

    batchRead: async (keys, { bins, ops } = {}, policy) => {
      const what = ops ? { ops: ops.map(opOf) } : !bins ? { readAllBins: true } : bins.length > 0 ? { bins } : {}
      const records = keys.map((key) => ({ key: place(key), ...what }))
      const rows = await client.batchRead(records, batchPolicy(policy, expOf))
      return rows.map((row) => rowOf(row, bins?.length !== 0))
    },
    batchRemove: async (keys, policy) =>
      (await client.batchRemove(keys.map(place), batchPolicy(policy, expOf))).map((row) => rowOf(row, false)),
    batchApply: async (keys, module, funcname, args, policy) => {
      const call = { module, funcname, args: args.map(valueFor) }
      const rows = await client.batchApply(keys.map(place), call, batchPolicy(policy, expOf))
      return rows.map((row) => (row.status ? { code: row.status } : { value: shape(row.record.bins.SUCCESS, known) }))
    },
    batch: async (entries, policy) => {
      const rows = await client.batchWrite(entries.map(entryOf), batchPolicy(policy, expOf))
      return rows.map((row, i) => rowOf(row, entries[i].ops !== undefined || entries[i].type === "read"))
    },

    query: async (what) => {
      const found = await queryOf(what).results(queryPolicy(what))
      return byText(found.map(({ bins }) => shapeBins(bins, known)))
    },
    queryCount: async (what) => (await queryOf(what).results(queryPolicy(what))).length,
    queryPages: async (size, what) => {
      const query = queryOf({ ...what, maxRecords: size })
      query.paginate = true
      const found = []
      let pages = 0
      do {
        const some = await query.results(queryPolicy(what))
        if (some.length > 0) pages++
        found.push(...some.map(({ bins }) => shapeBins(bins, known)))
        if (query.hasNextPage()) query.nextPage(query.queryState)
      } while (query.hasNextPage())
      return { pages, found: byText(found) }
    },
    indexCreate: async ({ name, type, collection, ctx, exp: expression, ...definition }) => {
      const options = {
        ...{ ns, set, index: `${set}${name}`, datatype: indexDataTypes[type], ...definition },
        ...(collection && { type: indexTypes[collection] }),
        ...(ctx && { context: ctxOf(ctx) }),
        ...(expression && { exp: expOf(expression) }),
      }
      const job = await (expression ? client.createExpIndex(options) : client.createIndex(options))
      return waited(job)
    },
    indexRemove: (name) => client.indexRemove(ns, `${set}${name}`).then(done),
    truncate: () => client.truncate(ns, set, 0).then(done),
    info: async (command) => infoText(await client.infoAny(command)),
    udfPut: async (name, source) => {
      const folder = mkdtempSync(join(tmpdir(), "official-"))
      try {
        const file = join(folder, `${name}.lua`)
        writeFileSync(file, source)
        return await waited(await client.udfRegister(file))
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
    udfRemove: async (name) => waited(await client.udfRemove(`${name}.lua`)),
    packed: async (expression) => client.expressionToBase64(expOf(expression)),
  }
}

/** Its wait for an index or a module has no end of its own. */
async function waited(job) {
  let timer
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, 1000, "waits for ever")
  })
  const done = job.wait(20).then(() => "done")
  // When it is given up it fails by the end of the client.
  done.catch(() => {})
  return Promise.race([done, limit]).finally(() => clearTimeout(timer))
}

/** What the client's own classes are. */
function known(value) {
  if (value instanceof Aerospike.HyperLogLog) return { hll: value.buffer.toString("hex") }
  if (value instanceof Aerospike.GeoJSON) return { geo: String(value) }
}

/** An error, as far as both clients tell it. */
export function errorShape(error) {
  if (error instanceof Unsayable) return { unsayable: error.message }
  // -2 is its code for a parameter that it refuses; some it refuses by an assertion, or by one of its helpers.
  if (/could not be compiled/.test(error?.message)) return { refused: true }
  if (error?.code === -2 || error?.code === "ERR_ASSERTION" || error instanceof TypeError) return { refused: true }
  if (typeof error?.code === "number") return { error: error.code }
  throw error
}

const indexTypes = {
  list: Aerospike.indexType.LIST,
  mapKeys: Aerospike.indexType.MAPKEYS,
  mapValues: Aerospike.indexType.MAPVALUES,
}
const { NUMERIC, STRING, BLOB, GEO2DSPHERE } = Aerospike.indexDataType
const indexDataTypes = { numeric: NUMERIC, string: STRING, blob: BLOB, geo2dsphere: GEO2DSPHERE }

// ── Policies ────────────────────────────────────────────────────────────────────────────────────────────────────────

const existsOf = {
  update: policies.exists.IGNORE,
  updateOnly: policies.exists.UPDATE,
  replace: policies.exists.CREATE_OR_REPLACE,
  replaceOnly: policies.exists.REPLACE,
  createOnly: policies.exists.CREATE,
}

/** What this package says in a write policy and the official client in a record's metadata. */
function metaOf({ ttl, gen } = {}) {
  return { ...(ttl !== undefined && { ttl }), ...(gen && { gen: gen.eq ?? gen.gt }) }
}

function fieldsOf(policy, expOf) {
  const fields = {}
  const { replica, commitLevel, readModeAP, readModeSC } = policies
  const make = {
    filter: (value) => ({ filterExpression: expOf(value) }),
    sendKey: (value) => ({ key: value ? policies.key.SEND : policies.key.DIGEST }),
    exists: (value) => ({ exists: existsOf[value] }),
    gen: (value) => ({ gen: value.eq === undefined ? policies.gen.GT : policies.gen.EQ }),
    ttl: () => ({}),
    commitLevel: (value) => ({ commitLevel: commitLevel[value.toUpperCase()] }),
    replica: (value) => ({ replica: replica[{ preferRack: "PREFER_RACK" }[value] ?? value.toUpperCase()] }),
    readModeAP: (value) => ({ readModeAP: readModeAP[value.toUpperCase()] }),
    readModeSC: (value) => ({ readModeSC: readModeSC[value.replace(/[A-Z]/g, "_$&").toUpperCase()] }),
  }
  for (const [name, value] of Object.entries(policy)) {
    Object.assign(fields, make[name] ? make[name](value) : { [name]: value })
  }
  return fields
}

const policyMaker = (Policy) => (policy, expOf) => (policy ? new Policy(fieldsOf(policy, expOf)) : undefined)
const readPolicy = policyMaker(Aerospike.ReadPolicy)
const writePolicy = policyMaker(Aerospike.WritePolicy)
const operatePolicy = policyMaker(Aerospike.OperatePolicy)
const applyPolicy = policyMaker(Aerospike.ApplyPolicy)
const batchPolicy = policyMaker(Aerospike.BatchPolicy)

function removePolicy(policy, expOf) {
  if (!policy) return
  return new Aerospike.RemovePolicy({
    ...fieldsOf(policy, expOf),
    ...(policy.gen && { generation: policy.gen.eq ?? policy.gen.gt }),
  })
}

function batchPolicyOf(policy, expOf) {
  const { ttl, gen } = policy
  return { ...fieldsOf(policy, expOf), ...(ttl !== undefined && { ttl }), ...(gen && { generation: gen.eq ?? gen.gt }) }
}
