// The directions `encode` and `decode`: each recorded command is given to a client whose cluster is a fake. What it sends
// is compared with the recorded request; then it gets the recorded answer, and what it gives its caller is compared
// with the recorded result.

import { verbOf } from "./admin.mjs"
import { isBatch, isLonely, ownRows, recordedRows } from "./batches.mjs"
import { call, notYet, refusal } from "./commands.mjs"
import { expressionBuilder } from "./expressions.mjs"
import { FakeCluster, infoFrame } from "./fake-cluster.mjs"
import { bytesOf, cutFrames, parseMessages, TYPE } from "./frame.mjs"
import { difference, isHardlyShorter, lonelyRowLines, requestLines } from "./lines.mjs"
import { clientOf } from "./load.mjs"
import { opBuilder } from "./ops.mjs"
import { isFrameOf, isNotedLate, isQuery, ownRecords, recordedRecords } from "./queries.mjs"
import { emptyUsersAnswer, isAboutUsers } from "./users.mjs"
import { looseFor, neutralText, valueBuilder, valueText } from "./values.mjs"

const NAMESPACES = ["test", "bar"]

/**
 * Resolves to `{ check(exchange), close() }`; `check` resolves to outcomes `{ direction, status, reason?, details? }`. `modules` are
 * the texts of modules by name.
 */
export async function openClientSide(api, modules) {
  const cluster = new FakeCluster()
  const client = await api.connect({
    hosts: "127.0.0.1:3000",
    transport: cluster.transport,
    // Nothing but the commands is to be seen on the wire.
    tendInterval: 2 ** 31 - 1,
    int64: "bigint",
    doubles: "wrapped",
    maps: "map",
    policies: { read: { maxRetries: 0 } },
  })
  return {
    async check(exchange) {
      try {
        return await check(api, client, cluster, exchange, modules)
      } catch (error) {
        // A description that is not in the format, or a mistake of this runner: both must be seen.
        return both({ status: "failed", details: error.stack.split("\n") })
      } finally {
        cluster.rest()
      }
    },
    async close() {
      cluster.rest()
      await client.close()
    },
  }
}

async function check(api, client, cluster, exchange, modules) {
  const { what, request, response, parts } = exchange
  const isLate = isNotedLate(what, request) && "noted with the step after its own"
  const later = notYet(what) ?? (parts > 1 ? "several requests" : isLate)
  if (later) return both({ status: "later", reason: later })

  const build = valueBuilder(api, clientOf(exchange))
  build.expression = expressionBuilder(api, build)
  build.op = opBuilder(api, build)
  const refused = refusal(what, NAMESPACES)
  if (refused) return [{ direction: "encode", ...(await mustRefuse(api, client, cluster, exchange, build, refused)) }]
  // What another client refused by itself says nothing of ours.
  if (request === null) return []

  const fed = isAnswerToOurs(request) ? answerOf(response) : undefined
  cluster.expect(fed ?? emptyAnswer(what), askedBy(what))
  const outcome = await settle(() => call(client, what, build, api, modules))
  const sent = cluster.captured
  const outcomes = [{ direction: "encode", ...compareRequest(exchange, sent) }]
  if (fed && comparable(exchange))
    outcomes.push({ direction: "decode", ...compareResult(api, exchange, fed, outcome, sent[0]) })
  return outcomes
}

/** A server without compression refuses what came compressed: that says nothing of what we sent as it is. */
function isAnswerToOurs(request) {
  return typeof request !== "string" || !cutFrames(bytesOf(request)).frames.some(isHardlyShorter)
}

/** Which frames are those of a command. */
function askedBy(what) {
  const verb = verbOf(what)
  if (!verb) return (frame) => isFrameOf(what, frame)
  return ({ body }) => body.toString("latin1").split(/[:\n]/)[0] === verb
}

/** The bytes of a recorded answer, if it is there and whole. */
function answerOf(response) {
  const frames = [response].flat()
  return frames.every((frame) => typeof frame === "string") ? Buffer.concat(frames.map(bytesOf)) : undefined
}

function both(outcome) {
  return ["encode", "decode"].map((direction) => ({ direction, ...outcome }))
}

async function settle(act) {
  try {
    return { value: await act() }
  } catch (error) {
    return { error }
  }
}

/** Some answer, so that a call whose own answer is not recorded ends. */
function emptyAnswer(what) {
  const { kind, commands } = what
  if (isAboutUsers(what)) return emptyUsersAnswer(what)
  if (kind === "info") return infoFrame(`${commands[0]}\t\n`)
  const info3 = isBatch(what) || isQuery(what) ? "01" : "00"
  return bytesOf(`0203000000000016160000${info3}0002${"00".repeat(16)}`)
}

async function mustRefuse(api, client, cluster, { what }, build, reason) {
  cluster.expect(emptyAnswer(what), askedBy(what))
  const { error, value } = await settle(() => call(client, what, build, api))
  const sent = cluster.captured.length
  const details = []
  if (sent) details.push(`- nothing is sent (${reason})`, `+ ${sent} frames were sent`)
  if (!error) details.push(`- an error (${reason})`, `+ ${value}`)
  else if (!(error instanceof api.InvalidArgumentError || error.code === 20))
    details.push(`- InvalidArgumentError`, `+ ${error}`)
  return verdict(details)
}

function compareRequest(exchange, sent) {
  const { request, others = [], what } = exchange
  // Go packs an unordered map in any order, and its recordings say when; the Python client always sorts it.
  const mapOrderDiffers = exchange.map_order_differs || clientOf(exchange) === "py"
  if (sent.length !== 1) return verdict([`- one frame`, `+ ${sent.length} frames`])
  if (request.elided) return compareElided(request, sent[0])
  const options = { mapOrderDiffers, parameters: verbOf(what) !== undefined }
  const lines = isLonely(what, request) ? lonelyRowLines : requestLines
  const differenceTo = (recorded) => difference(lines(bytesOf(recorded), options), lines(sent[0], options))
  const details = differenceTo(request)
  // The clients pack some ops differently: what is left out at its default, how a HyperLogLog is marked. One will do.
  const isAnother = (other) => typeof other === "string" && differenceTo(other).length === 0
  return verdict((what.kind === "operate" || isBatch(what) || isQuery(what)) && others.some(isAnother) ? [] : details)
}

/** Of a large frame the length and the beginning were kept. */
function compareElided({ bytes, head }, sent) {
  const details = []
  if (sent.length !== bytes) details.push(`- ${bytes} bytes`, `+ ${sent.length} bytes`)
  const withoutTimeout = (frame) => `${frame.subarray(0, 22).toString("hex")}…${frame.subarray(26, 30).toString("hex")}`
  const [recorded, ours] = [withoutTimeout(bytesOf(head)), withoutTimeout(sent)]
  if (recorded !== ours) details.push(`- ${recorded}`, `+ ${ours}`)
  return verdict(details)
}

/** What the recording client made up itself, beside the answer, cannot be compared. */
function comparable({ what, request, result }) {
  if (isQuery(what)) return true
  if (isBatch(what)) return !isLonely(what, request)
  return !(result?.error && !(result.error.code > 0))
}

function compareResult(api, exchange, fed, { value, error }, sent) {
  const recorded = recordedLines(exchange, fed)
  const ours = error ? errorLines(api, exchange.what, error) : valueLines(api, exchange, value, fed, sent)
  return verdict(difference(recorded, ours))
}

function recordedLines(exchange, fed) {
  const { what, result } = exchange
  const ttlOf = ({ recordTtl }) => secondsTo(recordTtl)
  if (isBatch(what)) return recordedRows(exchange, fed, ttlOf)
  if (isQuery(what)) return recordedRecords(exchange, fed, ttlOf)
  const loose = looseOf(exchange)
  // The server's text has no code: each client has its own.
  if (result.error && what.kind === "udf_put") return ["refused"]
  if (result.error)
    return what.kind === "delete" && result.error.code === 2 ? ["existed false"] : [`error ${result.error.code}`]
  if ("value" in result) return [`value ${neutralText(result.value, loose)}`]
  if (result.info) return Object.values(result.info).map((text) => `info ${text}`)
  if (result.udfs) return result.udfs.map(({ filename, hash, type }) => `${filename} ${hash} ${type}`).sort()
  if ("existed" in result) return [`existed ${result.existed}`]
  if (what.kind === "exists" || what.kind === "get_header") return headerLines(what, result, fed)
  if (what.kind === "operate" && result.record) {
    const bins = Object.entries(result.record.bins).map(([name, item]) => {
      const several = item?.$results ?? [item]
      return `${name} = ${several.map((one) => neutralText(one, loose)).join(" then ")}`
    })
    return [`gen ${result.record.gen}, ttl ${secondsLeft(fed)}`, ...bins.sort()]
  }
  if (result.record) {
    const bins = Object.entries(result.record.bins).map(([name, item]) => `${name} = ${neutralText(item, loose)}`)
    return [`gen ${result.record.gen}, ttl ${secondsLeft(fed)}`, ...bins.sort()]
  }
  return ["ok"]
}

/**
 * Pairs in an order that means something are a map here; to the Go client one sorted by key, to the others a list. What is
 * sorted by value also is a map like any other to the Python client.
 */
function looseOf(exchange) {
  const client = clientOf(exchange)
  const ops = exchange.what.ops ?? []
  const isPairs = (op) => op?.return_type?.startsWith("key_value") === true
  // Expressions name their return type among their arguments.
  const mapOrder = ops.some(isPairs) || /"key_value(_ordered)?["|]/.test(JSON.stringify(ops))
  const pairsAsList = client !== "go" && isPairs(ops.at(-1))
  return { ...looseFor(client), ...(mapOrder && { mapOrder }), pairsAsList }
}

function headerLines({ kind }, { record, exists, meta }, fed) {
  const found = exists ?? Boolean(record)
  if (!found) return ["absent"]
  const gen = record?.gen ?? meta?.gen
  return kind === "get_header" && gen !== undefined ? [`gen ${gen}, ttl ${secondsLeft(fed)}`] : ["present"]
}

function valueLines(api, exchange, value, fed, sent) {
  const { what } = exchange
  if (isBatch(what)) return ownRows(exchange, value, fed, api)
  if (isQuery(what)) return ownRecords(exchange, value, api, sent)
  const loose = looseOf(exchange)
  switch (what.kind) {
    case "delete":
      return [`existed ${value}`]
    case "exists":
      return [value ? "present" : "absent"]
    case "get_header":
      return [value ? `gen ${value.gen}, ttl ${value.ttl}` : "absent"]
    case "get": {
      const bins = Object.entries(value.bins).map(([name, item]) => `${name} = ${valueText(item, api, loose)}`)
      return [`gen ${value.gen}, ttl ${value.ttl}`, ...bins.sort()]
    }
    case "operate": {
      const names = [...new Set(value.results.map(([name]) => name))]
      const bins = names.map((name) => {
        const shown = (item) => (loose.pairsAsList && item instanceof Map ? [...item].flat() : item)
        const all = value.results.filter(([bin]) => bin === name).map(([, item]) => valueText(shown(item), api, loose))
        // The Go client hands over all results of a bin, the others the last.
        return `${name} = ${clientOf(exchange) === "go" ? all.join(" then ") : all.at(-1)}`
      })
      return [`gen ${value.gen}, ttl ${value.ttl}`, ...bins.sort()]
    }
    case "udf_list":
      return value.map(({ name, hash, type }) => `${name} ${hash} ${type}`).sort()
    case "udf_apply":
      return [`value ${valueText(value, api, loose)}`]
    case "info":
      return [`info ${value.response}`]
    default:
      return ["ok"]
  }
}

function errorLines(api, { kind }, error) {
  if (!(error instanceof api.AerospikeError)) return [`${error.stack}`]
  if (kind === "info") return [`info ${error.message}`]
  if (kind === "udf_put" && error instanceof api.UdfError) return ["refused"]
  return [error.code > 0 ? `error ${error.code}` : `error ${error.code}: ${error.message}`]
}

/** The void time of the answer as the seconds that are left now: -1 never, and never less than one. */
function secondsLeft(fed) {
  const { frames } = cutFrames(fed)
  if (frames[0]?.type !== TYPE.MESSAGE) return -1
  const [{ recordTtl }] = parseMessages(frames[0].body)
  return secondsTo(recordTtl)
}

function secondsTo(recordTtl) {
  if (recordTtl === 0) return -1
  return Math.max(1, recordTtl - Math.floor(Date.now() / 1000 - EPOCH_2010))
}

const EPOCH_2010 = 1_262_304_000

function verdict(details) {
  return details.length ? { status: "failed", details } : { status: "passed" }
}
