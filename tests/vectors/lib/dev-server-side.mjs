// The direction `devserver`: recorded requests are sent to dev servers without a socket, in the order of their file, and
// what they answer is compared with what the recorded server answered.
//
// The clock is the recording's, so that void times are equal to the second. What the dev server does not do yet it says
// of a request itself, from its own table and before it is asked; what such a request may have written cannot be compared.

import { bytesOf, cutFrames, fieldOf, parseMessages, rowsOf, TYPE } from "./frame.mjs"
import { difference, responseLines } from "./lines.mjs"
import { pauseBefore } from "./load.mjs"
import { loadRecordedServer } from "./recorded-server.mjs"

const INFO2_WRITE = 1
const INFO3_LAST = 1
const OP_EXP_READ = 7

/**
 * Resolves to `{ startFile(file), endFile() }`; `startFile` gives a function `(scenario, steps) => outcomes`. `all` are all files: one
 * may need what was done in another.
 */
export async function openDevServerSide(all) {
  const DevServer = await loadRecordedServer()
  let servers = []
  return {
    startFile(file) {
      // A node by itself, and a cluster of three: scenarios say which of them was recorded.
      const files = new Map()
      const serverOf = (scenario) => {
        const isCluster = ofCluster(scenario)
        if (!files.has(isCluster)) {
          const server = new DevServer(isCluster)
          restore(
            server,
            file.exchanges.filter(({ scenario }) => ofCluster(scenario) === isCluster),
          )
          for (const exchange of before(file, all)) server.ask(exchange, framesOf(exchange.request))
          servers.push(server)
          files.set(isCluster, { server, sets: new Set(), unknown: [], generations: new Map() })
        }
        return files.get(isCluster)
      }
      return (scenario, steps) => replay(file.file, serverOf(scenario), scenario, steps)
    },
    endFile() {
      for (const server of servers) server.free()
      servers = []
    },
  }
}

/**
 * Answers that cannot be the recorded ones: file (empty: all of them), scenario, steps, why. They are asked for and not compared.
 */
const DIFFERENT = [
  ["query", "query/index_drop", [4], "records written once more by something that was not recorded"],
  ["query", "query/jobs", [4], "a query for a module that is not there, which the recorded server did not answer"],
  ["query.node", "query/scan_all", [1], "records that a client had written with sorted maps"],
  ["query.node", "query/equal_int", [1], "records that a client had written with sorted maps"],
  ["query.py", "query/query_without_index", [1], "an index that was made after this, in another file"],
  ["raw", "raw/pipelining", [7, 8], "records of an earlier run"],
  ["raw", "raw/malformed/query", [6], "records of an earlier run"],
]

function differs(file, { scenario, step }) {
  const isHere = ([of, other, steps]) => (!of || of === file) && other === scenario && steps.includes(step)
  return DIFFERENT.find(isHere)?.[3]
}

/** What had been done before a file was recorded: the indexes of queries are made in one of them only, and a UDF module was there. */
function before({ file }, all) {
  const of = (name, wanted) =>
    all
      .filter((other) => other.file === name)
      .flatMap(({ exchanges }) => exchanges.filter((e) => e.scenario === wanted))
  const indexes = of("query", "query/index_create")
  // Only "udf" puts it itself.
  const module = file === "udf" ? [] : of("udf", "udf/put_list_remove").slice(0, 1)
  if (file === "query.py") return [...module, ...indexes]
  return file === "query.node" ? [...module, ...indexes, ...of("query", "query/setup")] : module
}

function ofCluster(scenario) {
  return /^(cluster\/|tend\/cluster|raw\/wrong_node)/.test(scenario)
}

/**
 * `unknown` holds what requests that are not supported may have changed, for the rest of the file: records by their digest, and
 * sets when one was written as a whole. `generations` is what was last recorded of each record, `sets` where records were written.
 */
function replay(file, { server, sets, unknown, generations }, scenario, steps) {
  const outcomes = []
  for (const exchange of steps) {
    server.pass(pauseBefore(exchange))
    const requests = framesOf(exchange.request)
    // The recording client refused by itself, or a stub answered.
    if (!requests.length || exchange.stub) continue
    const outcome = (fields) => outcomes.push({ exchange, direction: "devserver", ...fields })
    if (/^cluster\/(lose_node|node_returns)$/.test(scenario)) {
      outcome({ status: "later", reason: "a cluster that changes over seconds" })
      continue
    }
    const missing = requests.map((request) => server.missing(request)).find(Boolean)
    const asked = requests.flatMap(askedOf)
    if (missing) {
      unknown.push(...asked.filter((one) => hasChanged(one, exchange, generations)).map(placeOf))
      outcome({ status: "later", reason: missing })
    } else if (asked.some((one) => unknown.some((other) => overlap(placeOf(one), other)))) {
      outcome({ status: "later", reason: "a record that such a request has written" })
    } else {
      setClock(server, exchange)
      const answer = () => server.ask(exchange, requests)
      const reason = differs(file, exchange)
      if (reason) {
        answer()
        outcome({ status: "different", reason })
      } else {
        outcome(compared(exchange, sets, answer))
      }
    }
    for (const one of asked) if (one.info2 & INFO2_WRITE && digestOf(one)) sets.add(ownSet(one))
    for (const { digest, answer } of answersOf(exchange)) generations.set(digest, answer.generation)
  }
  return outcomes
}

/**
 * Brings the server to where the recorded one was. The hand-made exchanges had run before: a record whose first write here made
 * generation n had been written n - 1 times. And the records of `batch/big` were written before: i = 0, 1, 2, … 199.
 */
function restore(server, exchanges) {
  const seen = new Set()
  const write = (request) => server.ask({ scenario: "", what: {} }, [request])
  for (const exchange of exchanges.filter(({ scenario }) => scenario.startsWith("raw/"))) {
    const [requests, responses] = [framesOf(exchange.request), framesOf(exchange.response)]
    for (const [i, request] of requests.entries()) {
      const [message] = messagesOf(request)
      const [answer] = responses[i] ? messagesOf(responses[i]) : []
      if (message?.info2 !== INFO2_WRITE || answer?.code !== 0 || server.missing(request)) continue
      const digest = digestOf(message)
      if (!digest || seen.has(digest)) continue
      seen.add(digest)
      for (let n = 1; n < answer.generation; n++) write(request)
    }
  }
  for (const { request } of exchanges.filter(({ scenario }) => scenario === "batch/big")) {
    for (const [i, row] of framesOf(request).flatMap(askedOf).slice(0, 200).entries()) write(putFrame(row, "i", i))
  }
}

/** A request that writes one integer to a record. */
function putFrame({ digest, fields }, bin, value) {
  const field = (id, data) => Buffer.concat([uint(1 + data.length, 4), uint(id, 1), data])
  const place = fields.filter(({ id }) => id <= 1).map(({ id, data }) => field(id, data))
  const head = [22, 0, INFO2_WRITE, 0, 0, 0].map((byte) => uint(byte, 1))
  const counts = [uint(0, 12), uint(place.length + 1, 2), uint(1, 2)]
  // An op WRITE of an integer.
  const op = [
    uint(12 + bin.length, 4),
    uint(2, 1),
    uint(1, 1),
    uint(0, 1),
    uint(bin.length, 1),
    Buffer.from(bin),
    uint(value, 8),
  ]
  const body = Buffer.concat([...head, ...counts, ...place, field(4, bytesOf(digest)), ...op])
  return Buffer.concat([uint(2, 1), uint(TYPE.MESSAGE, 1), uint(body.length, 6), body])
}

function uint(value, size) {
  return Buffer.from(value.toString(16).padStart(2 * size, "0"), "hex")
}

/** A write that asked for a time to live, and the void time that came of it, tell when it was. */
function setClock(server, exchange) {
  for (const { asked, answer } of answersOf(exchange)) {
    const ttl = asked.recordTtl
    if (!(asked.info2 & INFO2_WRITE) || !(ttl >= 1 && ttl <= 315_360_000) || answer.recordTtl <= ttl) continue
    server.notBefore(answer.recordTtl - ttl)
  }
}

function compared(exchange, sets, ask) {
  try {
    return compare(exchange, sets, ask())
  } catch (error) {
    return { status: "failed", details: error.stack.split("\n") }
  }
}

function compare({ request, response, result }, sets, { bytes, closed }) {
  const details = []
  const reset = result?.connection_closed === "reset"
  if (closed !== reset) details.push(`- ${reset ? "a reset" : "no reset"}`, `+ ${closed ? "a reset" : "no reset"}`)
  if (response?.elided) {
    if (bytes.length !== response.bytes) details.push(`- ${response.bytes} bytes`, `+ ${bytes.length} bytes`)
  } else {
    const requests = framesOf(request)
    const secondsLeft = ({ recordTtl }) => recordTtl
    const varies = variesIn(requests)
    // Over a whole namespace: the recorded one had records of other files.
    const omits = (asked, message) => !placeOf(asked).set && digestOf(message) && !sets.has(ownSet(message))
    const options = { secondsLeft, info: infoLine, requests, varies, omits }
    const lines = (answer) => responseLines(answer, options)
    details.push(...difference(lines(Buffer.concat(framesOf(response))), lines(bytes)))
  }
  return details.length ? { status: "failed", details } : { status: "passed" }
}

/** Expressions that the clock gives: last_update, since_update. */
const OF_THE_CLOCK = [66, 67]

/** The size of a record on its device, which the recorded server had in the namespace `bar`. */
const DEVICE_SIZE = 65

/**
 * Which results vary from run to run, by what was asked: ops that read one of these expressions by itself. An op is known by its
 * place, where every op of one request has its result.
 */
function variesIn(requests) {
  const [asked] = requests.length === 1 ? requests.flatMap(messagesOf) : []
  return (op, i) => {
    const { op: code, name, value } = asked?.ops[i] ?? {}
    if (code !== OP_EXP_READ || op.op !== OP_EXP_READ || name !== op.name) return false
    // Two in a list: a call without arguments, and the flags.
    const call = /^9291(4[123])[\da-f]{2}$/.exec(value.toString("hex"))
    const which = call && Number.parseInt(call[1], 16)
    return OF_THE_CLOCK.includes(which) || (which === DEVICE_SIZE && String(fieldOf(asked, 0)) === "bar")
  }
}

/** Info answers that tell of one run or one machine (README.md, "What varies"): of these only whether they are errors counts. */
const VARIES = new Set([
  ...[
    "best-practices",
    "cluster-stable",
    "get-config",
    "get-stats",
    "latencies",
    "logs",
    "namespace",
    "partition-generation",
    // Which jobs there are, and which are still under way.
    "query-show",
    "query-abort-all",
  ],
  ...["release", "sets", "statistics", "user-agents"],
  ...["build_arch", "build_os", "build_sha", "build_time"],
  // Some recorded servers had alternate addresses.
  ...["service-clear-alt", "services-alternate", "peers-clear-alt", "alumni-clear-alt"],
])

/** In index lists, contexts and expressions that are there, here always in base64; and how long it took to fill an index. */
function ofIndex(value) {
  return value
    .replace(/:context=(?!null:)(.*?):exp=/g, ":context=given:exp=")
    .replace(/:exp=(?!null:)(.*?):state=/g, ":exp=given:state=")
    .replace(/load_time=\d+/, "load_time=some")
}

function infoLine([name, value = ""]) {
  const plain = name.split(/[/:;]/)[0]
  // Accepted once a connection, of which the recording client had made use before.
  if (plain === "user-agent-set") return `${name} (varies)`
  if (plain.startsWith("sindex")) return `${name} ${ofIndex(value)}`
  return VARIES.has(plain) && !value.startsWith("ERROR") ? `${name} (varies)` : `${name} ${value}`
}

/** Frames of a request or an answer: one in hex, a list of them, one that was shortened, or none. */
function framesOf(recorded) {
  if (Array.isArray(recorded)) return recorded.flatMap(framesOf)
  if (typeof recorded === "string") return [bytesOf(recorded)]
  return recorded?.elided ? [lengthen(recorded)] : []
}

/** A shortened frame goes on as it began: those that were recorded hold a text that repeats itself every 16 bytes. */
function lengthen({ head, bytes }) {
  const frame = Buffer.alloc(bytes)
  const begun = bytesOf(head).copy(frame)
  for (let i = begun; i < bytes; i++) frame[i] = frame[i - 16]
  if (frame[1] === TYPE.INFO) frame[bytes - 1] = 0x0a
  return frame
}

function messagesOf(frame) {
  try {
    const { frames } = cutFrames(frame)
    return frames[0]?.type === TYPE.MESSAGE ? parseMessages(frames[0].body) : []
  } catch {
    return [] // malformed on purpose
  }
}

/** What a frame asks for: the rows of a batch, or its one message. */
function askedOf(frame) {
  return messagesOf(frame).flatMap((message) => {
    try {
      return rowsOf(message) ?? message
    } catch {
      return message // malformed on purpose
    }
  })
}

/** Whether a request that writes was accepted and left the record, or the whole set, other than it was. */
function hasChanged(asked, exchange, generations) {
  if (!(asked.info2 & INFO2_WRITE)) return false
  const digest = digestOf(asked)
  if (!digest)
    return framesOf(exchange.response)
      .flatMap(messagesOf)
      .some(({ code }) => code === 0)
  const answers = answersOf(exchange).filter((other) => other.digest === digest)
  return !answers.length || answers.some(({ answer }) => answer.generation !== generations.get(digest))
}

/** The requests of an exchange, rows included, each with the message that answers it; none where that cannot be told. */
function answersOf({ request, response }) {
  const [requests, responses] = [framesOf(request), framesOf(response)]
  const [rows, messages] = [requests.flatMap(askedOf), responses.flatMap(messagesOf)]
  const isBatch = rows.some(({ index }) => index !== undefined)
  if (isBatch ? requests.length > 1 : requests.length !== responses.length) return []
  return rows.flatMap((asked, i) => {
    const isAnswer = (message) => !(message.info3 & INFO3_LAST) && message.transactionTtl === asked.index
    const answer = isBatch ? messages.find(isAnswer) : messagesOf(responses[i])[0]
    const digest = digestOf(asked)
    return digest && answer ? [{ digest, asked, answer }] : []
  })
}

/** What a request reaches: one record, a set, or a namespace. */
function placeOf(asked) {
  return { digest: digestOf(asked), ns: String(fieldOf(asked, 0)), set: fieldOf(asked, 1)?.toString() || undefined }
}

/** The set of a record. One without a set stands for itself: other files have such records too. */
function ownSet(message) {
  return placeOf(message).set ?? digestOf(message)
}

function overlap(one, other) {
  if (one.digest && other.digest) return one.digest === other.digest
  // A whole namespace has every set.
  const reaches = (place, set) => place.set === set || (!place.digest && place.set === undefined)
  return one.ns === other.ns && (reaches(one, other.set) || reaches(other, one.set))
}

function digestOf(asked) {
  return asked.digest ?? fieldOf(asked, 4)?.toString("hex")
}
