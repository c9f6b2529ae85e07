// From the neutral description of a command to a call of the client, and what can be said of it beforehand: whether the
// client has such a command yet, and whether it is one that the client refuses by design. Both are decided from the
// description alone, never from what comes of it.

import { adminRefusal, callAdmin, verbOf } from "./admin.mjs"
import { callBatch, commandsOf, isBatch } from "./batches.mjs"
import { canBuildOp, opRefusal, valuesOfOp } from "./ops.mjs"
import { callQuery, isQuery, queryNotYet } from "./queries.mjs"
import { callUsers, isAboutUsers, usersNotYet } from "./users.mjs"
import { canBuild } from "./values.mjs"

/** `policy` fields of the descriptions, as fields of the client's policies. */
const POLICY = {
  total_timeout: (value) => ({ totalTimeout: value }),
  socket_timeout: (value) => ({ socketTimeout: value }),
  send_key: (value) => ({ sendKey: value }),
  ttl: (value) => ({ ttl: value }),
  gen_policy: (value, { generation = 0 }) => (value === "none" ? {} : { gen: { [value]: generation } }),
  generation: () => ({}),
  exists: (value) => ({ exists: value.replace(/_(.)/g, (_, letter) => letter.toUpperCase()) }),
  read_touch_ttl_percent: (value) => ({ readTouchTtlPercent: value }),
  durable_delete: (value) => ({ durableDelete: value }),
  read_mode_ap: (value) => ({ readModeAP: value }),
  read_mode_sc: (value) => ({ readModeSC: value.replace(/_(.)/g, (_, letter) => letter.toUpperCase()) }),
  commit_level: (value) => ({ commitLevel: value }),
  filter: (value, _, build) => ({ filterExpression: build.expression(value) }),
  respond_all_ops: (value) => ({ respondAllOps: value }),
  compress: (value) => ({ compress: value }),
  replica: (value) => ({ replica: value.replace(/_(.)/g, (_, letter) => letter.toUpperCase()) }),
}

/** Of batches, beside those of single records. */
const BATCH_POLICY = {
  ...POLICY,
  allow_inline: (value) => ({ allowInlineRam: value }),
  allow_inline_ssd: (value) => ({ allowInlineSsd: value }),
  respond_all_keys: (value) => ({ respondAllKeys: value }),
  read_touch_ttl_percent: (value) => ({ read: { readTouchTtlPercent: value } }),
}

/** Of queries and scans. */
const QUERY_POLICY = {
  total_timeout: POLICY.total_timeout,
  socket_timeout: POLICY.socket_timeout,
  filter: POLICY.filter,
  max_records: (value) => ({ maxRecords: value }),
  records_per_second: (value) => ({ recordsPerSecond: value }),
  include_bin_data: (value) => ({ includeBins: value }),
  expected_duration: (value) => ({ expectedDuration: value }),
}

/** Of queries in the background; what they write with is described beside it. */
const BACKGROUND_POLICY = {
  ...QUERY_POLICY,
  ttl: POLICY.ttl,
  durable_delete: POLICY.durable_delete,
}

const COMMANDS = {
  put: (client, { key, bins, twice }, policy) =>
    twice ? client.operate(key, twice, policy) : client.put(key, bins, policy),
  append: (client, { key, bins }, policy) => client.append(key, bins, policy),
  prepend: (client, { key, bins }, policy) => client.prepend(key, bins, policy),
  add: (client, { key, bins }, policy) => client.add(key, bins, policy),
  get: (client, { key, bins }, policy) => (bins ? client.select(key, bins, policy) : client.get(key, policy)),
  get_header: (client, { key }, policy) => client.exists(key, policy),
  exists: (client, { key }, policy) => client.exists(key, policy),
  touch: (client, { key }, policy) => client.touch(key, policy),
  delete: (client, { key }, policy) => client.remove(key, policy),
  // Go gives all results of a bin, the others the last; what is in order has both.
  operate: (client, { key, ops }, policy) => client.operateOrdered(key, ops, policy),
  udf_apply: (client, { key, module, function: name, args }, policy) => client.apply(key, module, name, args, policy),
  info: (client, { commands }) => client.infoRandomNode(commands[0]),
}

/** What a description may hold for the client to have it. */
const KNOWN = new Set([
  "kind",
  "key",
  "bins",
  "ops",
  "policy",
  "commands",
  "node",
  "connection",
  "module",
  "function",
  "args",
])

/** The same of batches. */
const KNOWN_BATCH = new Set([
  ...["kind", "keys", "bins", "ops", "records", "record_policy", "policy"],
  ...["module", "function", "args"],
])

/** The same of queries. */
const KNOWN_QUERY = new Set([
  ...["kind", "ns", "set", "bins", "where", "partitions", "resume", "policy"],
  ...["ops", "write_policy", "module", "function", "args"],
])

/** Why the client does not have a command yet, or undefined when it has. */
export function notYet(what) {
  if (isAboutUsers(what)) return usersNotYet(what)
  if (verbOf(what)) return
  if (isQuery(what)) {
    for (const name of Object.keys(what)) if (!KNOWN_QUERY.has(name)) return `${what.kind} with ${name}`
    for (const name of Object.keys(what.policy ?? {}))
      if (!Object.hasOwn(QUERY_POLICY, name)) return `policy ${name} of a query`
    for (const name of Object.keys(what.write_policy ?? {}))
      if (!Object.hasOwn(BACKGROUND_POLICY, name)) return `write policy ${name} of a query`
    if (!(what.ops ?? []).every(canBuildOp)) return "a kind of op"
    return queryNotYet(what)
  }
  if (isBatch(what)) {
    for (const name of Object.keys(what)) if (!KNOWN_BATCH.has(name)) return `${what.kind} with ${name}`
    for (const name of Object.keys(what.policy ?? {}))
      if (!Object.hasOwn(BATCH_POLICY, name)) return `policy ${name} of a batch`
    return commandsOf(what).map(notYet).find(Boolean)
  }
  if (!Object.hasOwn(COMMANDS, what.kind)) return what.kind
  for (const name of Object.keys(what)) if (!KNOWN.has(name)) return `${what.kind} with ${name}`
  for (const name of Object.keys(what.policy ?? {})) if (!Object.hasOwn(POLICY, name)) return `policy ${name}`
  if (what.kind === "info") {
    // A call asks for one thing; the client's own looks at the cluster ask for several.
    return what.commands.length === 1 && what.commands[0] ? undefined : "info of several names"
  }
  if (!(what.ops ?? []).every(canBuildOp)) return "a kind of op"
  if (!(what.ops ?? []).flatMap(valuesOfOp).every(canBuild)) return "a type of value"
  const names = (what.bins ?? []).map((bin) => (Array.isArray(bin) ? bin[0] : bin))
  if (what.kind !== "put" && new Set(names).size !== names.length) return "one bin twice"
  const values = [...(what.bins ?? []).flatMap((bin) => (Array.isArray(bin) ? [bin[1]] : [])), ...(what.args ?? [])]
  if (!values.every(canBuild)) return "a type of value"
}

/** Why the client refuses a command before it sends anything, or undefined when it does not. */
export function refusal(what, namespaces) {
  if (verbOf(what)) return adminRefusal(what, namespaces)
  if (isBatch(what))
    return commandsOf(what)
      .map((command) => refusal(command, namespaces))
      .find(Boolean)
  const { kind, key, bins = [], policy = {} } = what
  if (kind === "query_background" && what.ops?.every(({ op }) => op === "read"))
    return "changes in the background that are none"
  if (!key) return
  const [ns, set, user] = Array.isArray(key) ? key : [key.ns, key.set, ""]
  if (!namespaces.includes(ns)) return "unknown namespace"
  if (set && Buffer.byteLength(set) > 63) return "set name too long"
  if (typeof user === "object" && user !== null && "$double" in user) return "a double as key"
  const writes = ["put", "append", "prepend", "add"].includes(kind)
  if (writes && !bins.length) return "no bins"
  if (what.bins && !bins.length) return "no bins"
  const names = bins.map((bin) => (Array.isArray(bin) ? bin[0] : bin))
  if (names.some((name) => name === "" || Buffer.byteLength(name) > 15)) return "a bin name too short or too long"
  const refused = (what.ops ?? []).map(opRefusal).find(Boolean)
  if (refused) return refused
  const values = [
    ...bins.flatMap((bin) => (Array.isArray(bin) ? [bin[1]] : [])),
    ...(what.ops ?? []).flatMap(valuesOfOp),
    ...(what.args ?? []),
  ]
  if (values.some(hasOddMapKey)) return "a map key of a type that the server refuses"
  if (kind === "add" && !values.every(isNumber)) return "add of what is no number"
  if (kind.endsWith("pend") && !values.every(isText)) return "append of what is no text"
  if (policy.ttl > 315_360_000 || policy.ttl < -2) return "ttl out of range"
  if (policy.read_touch_ttl_percent > 100 || policy.read_touch_ttl_percent < -1) return "percent out of range"
  if (policy.generation > 0xffff) return "generation out of range"
}

function hasOddMapKey(value) {
  if (Array.isArray(value)) return value.some(hasOddMapKey)
  if (typeof value !== "object" || value === null || !value.$map) return false
  return value.$map.some(([key, item]) => isOddKey(key) || hasOddMapKey(item))
}

function isOddKey(key) {
  if (typeof key === "object" && key !== null) return !("$int" in key || "$bytes" in key || "$repeat" in key)
  return key === null || typeof key === "boolean" || !(Number.isInteger(key) || typeof key === "string")
}

function isNumber(value) {
  return (
    typeof value === "number" ||
    (typeof value === "object" && value !== null && ("$int" in value || "$double" in value))
  )
}

function isText(value) {
  return (
    typeof value === "string" ||
    (typeof value === "object" && value !== null && ("$bytes" in value || "$repeat" in value))
  )
}

/** Calls the client. `build` makes values of the neutral ones; `modules` are the texts of modules by name. */
export function call(client, what, build, api, modules) {
  if (verbOf(what)) return callAdmin(client, what, { api, build })
  if (isAboutUsers(what)) return callUsers(client, what)
  const key = (described) => keyOf(described, build)
  if (isBatch(what)) {
    const rowPolicy = (described) => policyOf(described, POLICY, build)
    return callBatch(client, what, { build, key, rowPolicy, policy: policyOf(what.policy, BATCH_POLICY, build) })
  }
  if (isQuery(what)) {
    const policy = policyOf({ ...what.policy, ...what.write_policy }, BACKGROUND_POLICY, build)
    return callQuery(client, what, { api, build, policy, modules })
  }
  const given = { ...what, key: what.key && key(what.key) }
  if (what.ops) given.ops = what.ops.map(build.op)
  if (what.args) given.args = what.args.map(build)
  // An object has no name twice; ops that write have.
  if (what.kind === "put" && new Set(what.bins.map(([name]) => name)).size < what.bins.length)
    given.twice = what.bins.map(([bin, value]) => build.op({ op: "write", bin, value }))
  if (what.bins)
    given.bins = Array.isArray(what.bins[0])
      ? Object.fromEntries(what.bins.map(([name, value]) => [name, build(value)]))
      : what.bins
  return COMMANDS[what.kind](client, given, policyOf(policyOfKind(what), POLICY, build))
}

/** Whether every op answers is asked of several: of the one that a put is, the Go client sends nothing of it either. */
function policyOfKind({ kind, policy = {} }) {
  const { respond_all_ops: _, ...others } = policy
  return kind === "operate" ? policy : others
}

function policyOf(described = {}, makers, build) {
  const policy = {}
  for (const [name, value] of Object.entries(described)) Object.assign(policy, makers[name](value, described, build))
  return policy
}

function keyOf(key, build) {
  if (Array.isArray(key)) return [key[0], key[1], build(key[2])]
  return { ns: key.ns, set: key.set, digest: new Uint8Array(Buffer.from(key.digest, "hex")) }
}
