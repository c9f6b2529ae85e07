// The direction `devserver`: recorded requests are sent to dev servers without a socket, in the order of their file, and
// what they answer is compared with what the recorded server answered.
//
// The clock is the recording's, so that void times are equal to the second. What the dev server does not do yet it says
// of a request itself, from its own table and before it is asked; what such a request may have written cannot be compared.

import { bytesOf, cutFrames, fieldOf, parseMessages, TYPE } from "./frame.mjs"
import { difference, responseLines } from "./lines.mjs"
import { pauseBefore } from "./load.mjs"
import { loadRecordedServer } from "./recorded-server.mjs"

const INFO2_WRITE = 1
const INFO1_BATCH = 8

/** Resolves to `{ startFile(file), endFile() }`; `startFile` gives a function `(scenario, steps) => outcomes`. */
export async function openDevServerSide() {
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
            file.exchanges.filter(({ scenario }) => scenario.startsWith("raw/") && ofCluster(scenario) === isCluster),
          )
          servers.push(server)
          files.set(isCluster, { server, unknown: new Set(), generations: new Map() })
        }
        return files.get(isCluster)
      }
      return (scenario, steps) => replay(serverOf(scenario), scenario, steps)
    },
    endFile() {
      for (const server of servers) server.free()
      servers = []
    },
  }
}

function ofCluster(scenario) {
  return /^(cluster\/|tend\/cluster|raw\/wrong_node)/.test(scenario)
}

/**
 * `unknown` holds what requests that are not supported may have changed, for the rest of the file: records by their digest, and
 * sets (`namespace/set`) when one was written as a whole. `generations` is what was last recorded of each record.
 */
function replay({ server, unknown, generations }, scenario, steps) {
  const outcomes = []
  let lost = false // a batch that is not supported may have written any record of this scenario
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
    const messages = requests.flatMap(messagesOf)
    if (missing) {
      for (const message of messages) {
        if (message.info1 & INFO1_BATCH) lost ||= !scenario.startsWith("raw/")
        else if (hasChanged(message, exchange, generations)) unknown.add(digestOf(message) ?? setOf(message))
      }
      outcome({ status: "later", reason: missing })
    } else if (lost || messages.some((message) => unknown.has(digestOf(message)) || unknown.has(setOf(message)))) {
      outcome({ status: "later", reason: "a record that such a request has written" })
    } else {
      setClock(server, requests, framesOf(exchange.response))
      outcome(compared(exchange, () => server.ask(exchange, requests)))
    }
    for (const [digest, { generation }] of answersOf(exchange)) generations.set(digest, generation)
  }
  return outcomes
}

/** The hand-made exchanges had run before: a record whose first write here made generation n had been written n - 1 times. */
function restore(server, exchanges) {
  const seen = new Set()
  for (const exchange of exchanges) {
    const [requests, responses] = [framesOf(exchange.request), framesOf(exchange.response)]
    for (const [i, request] of requests.entries()) {
      const [message] = messagesOf(request)
      const [answer] = responses[i] ? messagesOf(responses[i]) : []
      if (message?.info2 !== INFO2_WRITE || answer?.code !== 0 || server.missing(request)) continue
      const digest = digestOf(message)
      if (!digest || seen.has(digest)) continue
      seen.add(digest)
      for (let n = 1; n < answer.generation; n++) server.ask({ scenario: "", what: {} }, [request])
    }
  }
}

/** A write that asked for a time to live, and the void time that came of it, tell when it was. */
function setClock(server, [request], [response]) {
  if (!request || !response) return
  const [[asked], [answered]] = [messagesOf(request), messagesOf(response)]
  const ttl = asked?.recordTtl
  if (!(asked?.info2 & INFO2_WRITE) || !(ttl >= 1 && ttl <= 315_360_000) || !(answered?.recordTtl > ttl)) return
  server.notBefore(answered.recordTtl - ttl)
}

function compared(exchange, ask) {
  try {
    return compare(exchange, ask())
  } catch (error) {
    return { status: "failed", details: error.stack.split("\n") }
  }
}

function compare({ response, result }, { bytes, closed }) {
  const details = []
  const reset = result?.connection_closed === "reset"
  if (closed !== reset) details.push(`- ${reset ? "a reset" : "no reset"}`, `+ ${closed ? "a reset" : "no reset"}`)
  if (response?.elided) {
    if (bytes.length !== response.bytes) details.push(`- ${response.bytes} bytes`, `+ ${bytes.length} bytes`)
  } else {
    const lines = (answer) => responseLines(answer, { secondsLeft: ({ recordTtl }) => recordTtl, info: infoLine })
    details.push(...difference(lines(Buffer.concat(framesOf(response))), lines(bytes)))
  }
  return details.length ? { status: "failed", details } : { status: "passed" }
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
  ],
  ...["release", "sets", "statistics", "user-agents"],
  ...["build_arch", "build_os", "build_sha", "build_time"],
  // Some recorded servers had alternate addresses.
  ...["service-clear-alt", "services-alternate", "peers-clear-alt", "alumni-clear-alt"],
])

function infoLine([name, value = ""]) {
  const plain = name.split(/[/:;]/)[0]
  // Accepted once a connection, of which the recording client had made use before.
  if (plain === "user-agent-set") return `${name} (varies)`
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

/** Whether a request that writes was accepted and left the record, or the whole set, other than it was. */
function hasChanged(message, exchange, generations) {
  if (!(message.info2 & INFO2_WRITE)) return false
  const digest = digestOf(message)
  if (!digest)
    return framesOf(exchange.response)
      .flatMap(messagesOf)
      .some(({ code }) => code === 0)
  const answers = answersOf(exchange).filter(([other]) => other === digest)
  return !answers.length || answers.some(([, { generation }]) => generation !== generations.get(digest))
}

/** The digests of an exchange's requests, each with the message that answers it; none where they do not stand one to one. */
function answersOf({ request, response }) {
  const [requests, responses] = [framesOf(request), framesOf(response)]
  if (requests.length !== responses.length) return []
  return requests.flatMap((frame, i) => {
    const [[asked], [answered]] = [messagesOf(frame), messagesOf(responses[i])]
    const digest = asked && digestOf(asked)
    return digest && answered ? [[digest, answered]] : []
  })
}

function setOf(message) {
  return `${fieldOf(message, 0)}/${fieldOf(message, 1) ?? ""}`
}

function digestOf(message) {
  return fieldOf(message, 4)?.toString("hex")
}
