// Batches: from their neutral descriptions to calls of the client, and their results as lines that can be compared.

import { bytesOf, cutFrames, parseMessages, TYPE } from "./frame.mjs"
import { clientOf } from "./load.mjs"
import { looseFor, neutralText, valueText } from "./values.mjs"

/** Kinds that the client has, each with the kind of its rows. */
const KINDS = {
  batch_get: "read",
  batch_get_header: "read",
  batch_exists: "read",
  batch_get_operate: "read",
  batch_delete: "delete",
  batch_udf: "udf",
  batch: undefined,
}

/** What single-record commands rows are like. */
const LIKE = { read: "get", write: "operate", delete: "delete", udf: "udf_apply" }

const NO_RESPONSE = -19
const INFO1_BATCH = 8

export function isBatch({ kind }) {
  return Object.hasOwn(KINDS, kind)
}

/** The rows of a batch as descriptions of commands on one record; of a kind that the client has not, as it is. */
export function commandsOf(what) {
  const { kind, keys, records, bins, ops, record_policy: policy, module, function: name, args } = what
  const rows =
    records ?? keys.map((key) => ({ type: KINDS[kind], key, bins, ops, policy, module, function: name, args }))
  return rows.map(({ type, header_only: _, ...row }) => {
    const likeIt = { kind: row.ops ? "operate" : (LIKE[type] ?? type), ...row }
    // What was not described is not there.
    return Object.fromEntries(Object.entries(likeIt).filter(([, value]) => value !== undefined))
  })
}

/** A batch of one, of which the clients make a command on one record: another answer than that to a batch. */
export function isLonely(what, request) {
  return isBatch(what) && commandsOf(what).length === 1 && !(bytesOf(request)[9] & INFO1_BATCH)
}

/** Calls the client with a policy; `key` and `rowPolicy` make keys and policies of the neutral ones. */
export function callBatch(client, what, { build, key, rowPolicy, policy }) {
  const { kind, ops, bins } = what
  const keys = what.keys?.map(key)
  switch (kind) {
    case "batch_get":
      return client.batchRead(keys, { bins }, policy)
    case "batch_get_header":
    case "batch_exists":
      return client.batchRead(keys, { bins: [] }, policy)
    case "batch_get_operate":
      return client.batchRead(keys, { ops: ops.map(build.op) }, { ...policy, operate: { respondAllOps: false } })
    case "batch_udf":
      return client.batchApply(keys, callOf(what, build), policy)
    case "batch_delete":
      return client.batchRemove(keys, { ...policy, remove: rowPolicy(what.record_policy) })
  }
  const entries = what.records.map((record) => {
    const common = { key: key(record.key), policy: rowPolicy(record.policy) }
    if (record.type === "delete") return { type: "remove", ...common }
    if (record.type === "udf") return { type: "apply", call: callOf(record, build), ...common }
    if (record.ops) {
      // The other clients want an answer of every op of a row that writes, whatever its ops, and of none that only reads.
      common.policy.respondAllOps = record.type === "write"
      return { type: "operate", ops: record.ops.map(build.op), ...common }
    }
    return { type: "read", bins: record.header_only ? [] : record.bins, ...common }
  })
  return client.batch(entries, policy)
}

/** A call of a function as the client takes it. */
export function callOf({ module, function: fn, args }, build) {
  return { module, fn, args: args?.map(build) }
}

// ── Results ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the recording client gave its caller. What it left out of that, the answer says. */
export function recordedRows({ what, result, client }, fed, ttlOf) {
  const { results, exists, error } = result
  const loose = looseFor(clientOf({ client }))
  const count = commandsOf(what).length
  // The Go client lost all rows, or has no code of them; the Node client gave them up.
  if (!results?.length && !exists) return [`the first error ${error.code}`]
  const answers = answersOf(fed, count)
  return Array.from({ length: count }, (_, i) => {
    if (exists) return `row ${i}: ${exists[i] ? "present" : "absent"}`
    const { code, record } = rowOf(results[i], answers[i])
    if (code === NO_RESPONSE) return `row ${i}: code ${error.code}`
    if (code !== 0) return `row ${i}: code ${code}${failureOf(results[i])}`
    if (!record) return `row ${i}: code 0`
    const bins = Object.entries(record.bins).map(([name, item]) => {
      const several = item?.$results ?? [item]
      return `${name} = ${several.map((one) => neutralText(one, loose)).join(" then ")}`
    })
    return `row ${i}: gen ${record.gen}, ttl ${ttlOf(answers[i])}, ${bins.sort().join(", ")}`
  })
}

/** Why a function failed, where the recording client says so. */
function failureOf(item) {
  const text = item?.record?.bins.FAILURE
  return text === undefined ? "" : ` ${text}`
}

/** The Go client gives of some batches the records alone. */
function rowOf(item, answer) {
  if (item && "code" in item) return item
  return item ? { code: 0, record: item } : { code: answer.code }
}

/** What our client gave its caller, of what the recording has as well. */
export function ownRows({ result, client }, rows, fed, api) {
  const { results, exists } = result
  const [dialect, count] = [clientOf({ client }), rows.length]
  const loose = looseFor(dialect)
  if (!results?.length && !exists)
    return [`the first error ${rows.find(({ code }) => ![0, 2, 27].includes(code))?.code}`]
  const answers = answersOf(fed, count)
  return rows.map((row, i) => {
    if (exists) return `row ${i}: ${row.code === 0 ? "present" : "absent"}`
    if (row.code !== 0) {
      const failure = failureOf(results[i])
      return `row ${i}: code ${row.code}${row.error.message.includes(failure) ? failure : ` ${row.error.message}`}`
    }
    const hasRecord = results[i] && (!("code" in results[i]) || results[i].record)
    if (!hasRecord) return `row ${i}: code 0`
    const given = row.value === undefined ? (row.bins ?? {}) : { SUCCESS: row.value }
    const bins = Object.entries(given).map(([name, value]) => {
      const isSeveral = answers[i].ops.filter((op) => op.name === name).length > 1
      const all = (isSeveral ? value : [value]).map((one) => valueText(one, api, loose))
      // The Go client hands over all results of a bin, the others the last.
      return `${name} = ${dialect === "go" ? all.join(" then ") : all.at(-1)}`
    })
    return `row ${i}: gen ${row.gen}, ttl ${row.ttl}, ${bins.sort().join(", ")}`
  })
}

/** The messages of an answer by row; what a row without one is told, the last message says. */
function answersOf(fed, count) {
  const messages = cutFrames(fed).frames.flatMap(({ type, body }) => (type === TYPE.MESSAGE ? parseMessages(body) : []))
  const isRow = ({ info3 }) => !(info3 & 1)
  return Array.from({ length: count }, (_, i) => {
    return messages.find((message) => isRow(message) && message.transactionTtl === i) ?? messages.at(-1)
  })
}
