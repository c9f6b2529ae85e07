// Frames as lines of text that can be compared and printed. What may vary from run to run (../README.md, "What varies")
// is left out here, and nowhere else.

import { inflateSync } from "node:zlib"
import {
  cutFrames,
  fieldName,
  fieldOf,
  isTextField,
  opName,
  PARTICLE,
  parseInfo,
  parseMessages,
  particleName,
  rowsOf,
  TYPE,
} from "./frame.mjs"
import { canonical, canonicalDouble, canonicalGeo } from "./msgpack.mjs"
import { usersBody } from "./users.mjs"

/**
 * A request. `mapOrderDiffers`: the recorder packed unordered maps in another order than it was told, so their order is nothing to
 * compare. `parameters`: an info command is one with parameters, in any order.
 */
export function requestLines(bytes, { mapOrderDiffers = false, parameters = false } = {}) {
  const { frames, rest } = cutFrames(bytes)
  const lines = frames.flatMap((frame) => {
    const head = `frame version ${frame.version} type ${frame.type}`
    if (frame.type === TYPE.COMPRESSED) {
      const inside = requestLines(inflated(frame.body), { mapOrderDiffers, parameters })
      return isHardlyShorter(frame) ? inside : [head, ...inside]
    }
    if (frame.type === TYPE.INFO && parameters) return [head, ...parameterLines(frame.body)]
    if (frame.type !== TYPE.MESSAGE) return [head, show(usersBody(frame))]
    return [head, ...messagesOf(frame, (message) => messageLines(message, { mapOrderDiffers }))]
  })
  if (rest.length) lines.push(`then ${rest.length} bytes that are no whole frame`)
  return lines
}

/** The frame that travels compressed: its length, and a zlib stream, in which each library finds other words for the same. */
function inflated(body) {
  const bytes = inflateSync(body.subarray(8))
  if (BigInt(bytes.length) !== body.readBigUInt64BE(0)) throw new RangeError("a compressed frame says another length")
  return bytes
}

/** Whether it may as well travel as it is: that depends on how well a library packs. Go's packs it also when it gets longer. */
export function isHardlyShorter({ type, bytes, body }) {
  if (type !== TYPE.COMPRESSED) return false
  const length = Number(body.readBigUInt64BE(0))
  return length - bytes.length < length / 16
}

function parameterLines(body) {
  const [verb, ...rest] = body.toString("utf8").trimEnd().split(":")
  const all = rest.join(":").split(";").filter(Boolean).sort()
  // The name of an index is one of its namespace: the Go client says the set as well, the C client does not.
  return [verb, ...(verb === "sindex-delete" ? all.filter((one) => !one.startsWith("set=")) : all)]
}

/** The lines of every message of a frame; of one that cannot be taken apart, its bytes. */
function messagesOf({ body }, lines) {
  try {
    return parseMessages(body).flatMap(lines)
  } catch (error) {
    return [`malformed (${error.message}): ${body.toString("hex")}`]
  }
}

function messageLines(message, { mapOrderDiffers }) {
  const { headerSize, info1, info2, info3, info4, code, generation, recordTtl, fields, ops } = message
  // transaction_ttl follows the timeouts and the clock: left out.
  return [
    `header size ${headerSize}, code ${code}`,
    `info1 ${hex(info1)}, info2 ${hex(info2)}, info3 ${hex(info3)}, info4 ${hex(info4)}`,
    // What writes nothing over a set has no time to live: the C client says -1.
    `generation ${generation}, record_ttl ${isMany(message) && !(info2 & 1) ? 0 : recordTtl}`,
    ...fields
      .filter(({ id }) => id !== BATCH)
      .map(fieldLine)
      .filter(Boolean)
      .sort(),
    ...ops.map((op) => opLine(op, mapOrderDiffers)),
    ...batchLines(message, mapOrderDiffers),
  ]
}

const BATCH = 41
const EMPTY_LIST = Buffer.of(0x90)
const DIGEST = 4
const RESPOND_ALL_OPS = 0x80

/** Flags of the field: every row is answered; those that failed are, before the batch ends. */
const RESPOND = { ALL: 4, FAILED: 8 }

/** Rows one by one: whether they repeat those before them, and which attributes they name, differs from client to client. */
function batchLines(message, mapOrderDiffers) {
  const rows = rowsOf(message)
  if (!rows) return []
  const flags = fieldOf(message, BATCH)[4]
  // That failures are answered says nothing where everything is: the C client adds it all the same.
  const told = flags & RESPOND.ALL ? flags & ~RESPOND.FAILED : flags
  return [
    `${fieldName(BATCH)} of ${rows.length}, flags ${hex(told)}`,
    ...rows.flatMap((row) => rowLines(row, mapOrderDiffers)),
  ]
}

function rowLines({ index, digest, info1, info2, info3, info4, generation, recordTtl, fields, ops }, mapOrderDiffers) {
  // That every op answers says nothing where there is none.
  const told = ops.length ? info2 : info2 & ~RESPOND_ALL_OPS
  const own = fields.filter(({ id }) => id !== DIGEST)
  const lines = [
    `info1 ${hex(info1)}, info2 ${hex(told)}, info3 ${hex(info3)}, info4 ${hex(info4)}`,
    `generation ${generation}, record_ttl ${recordTtl}`,
    ...own.map(fieldLine).filter(Boolean).sort(),
    ...ops.map((op) => opLine(op, mapOrderDiffers)),
  ]
  return [`row ${index} ${digest}`, ...lines.map((line) => `row ${index}: ${line}`)]
}

/** The one row of a batch, or the same asked for as a command of its own: the clients make that of a batch of one. */
export function lonelyRowLines(bytes, { mapOrderDiffers = false } = {}) {
  const { frames } = cutFrames(bytes)
  const [message] = frames.length === 1 && frames[0].type === TYPE.MESSAGE ? parseMessages(frames[0].body) : []
  if (!message) return ["no message"]
  const rows = rowsOf(message) ?? [{ ...message, index: 0, digest: fieldOf(message, DIGEST)?.toString("hex") }]
  return rows.flatMap((row) => rowLines(row, mapOrderDiffers))
}

function fieldLine({ id, data }) {
  if (id === 1 && data.length === 0) return "" // an empty set: some write the field, some leave it out
  if (id === 7 || id === 9) return `${fieldName(id)}` // a random number; a timeout
  // No arguments: the Go client packs nothing where the C client packs an empty list.
  if (id === 32 && data.length === 0) return `${fieldName(id)} ${show(EMPTY_LIST)}`
  if (id === 43 || id === 32) return `${fieldName(id)} ${show(canonical(data))}`
  if (id === RANGE) return `${fieldName(id)} ${rangeText(data)}`
  return `${fieldName(id)} ${isTextField(id) ? JSON.stringify(data.toString("utf8")) : show(data)}`
}

/** Which values an index is asked for: the spaces and digits of GeoJSON say nothing. */
function rangeText(data) {
  const type = data[2 + data[1]]
  if (type !== PARTICLE.GEOJSON) return show(data)
  const begin = 3 + data[1]
  const end = begin + 4 + data.readUInt32BE(begin)
  const texts = [data.subarray(begin + 4, end), data.subarray(end + 4)].map((text) =>
    canonicalGeo(text.toString("utf8")),
  )
  return `${show(data.subarray(0, begin))} ${texts.join(" to ")}`
}

function opLine({ op, type, flags, name, value }, sort) {
  const head = `${opName(op)} ${JSON.stringify(name)} ${particleName(type)}${flags ? ` flags ${flags}` : ""}`
  // What lists and maps are done to travels packed, as a blob.
  const packed = type === PARTICLE.BLOB && (op === 3 || op === 4)
  return `${head} ${packed ? show(canonical(value, { sort })) : valueText(type, value, sort)}`
}

function valueText(type, value, sort) {
  if (type === PARTICLE.MAP || type === PARTICLE.LIST) return show(canonical(value, { sort }))
  if (type === PARTICLE.FLOAT && value.length === 8) return show(canonicalDouble(value))
  if (type !== PARTICLE.GEOJSON || value.length < 3) return show(value)
  const end = 3 + 8 * value.readUInt16BE(1)
  // The cells that cover a region are an approximation, which clients skip; that of a point is exact.
  const cells = value[0] & 1 ? "" : `${value.subarray(3, end).toString("hex")} `
  return `flags ${value[0]} ${cells}${canonicalGeo(value.subarray(end).toString("utf8"))}`
}

/**
 * An answer. `secondsLeft` makes a void time a number of seconds from the clock of whoever answered, or the word that the caller
 * wants to see in its place. `requests`: what was asked, one answer each. `varies(op, i)`: whether the value of the i-th op
 * of a message differs from run to run. `omits(asked, message)`: whether a row or record is nothing to compare.
 */
export function responseLines(bytes, { requests = [], ...options }) {
  const { frames, rest } = cutFrames(bytes)
  const lines = []
  let left = frames
  for (const request of requests) {
    const asked = askedForMany(request)
    const count = asked ? left.findIndex(isLast) + 1 : 0
    const answer = left.slice(0, count || 1)
    lines.push(
      ...(count ? manyLines(answer, { ...options, asked }) : answer.flatMap((frame) => frameLines(frame, options))),
    )
    left = left.slice(answer.length)
  }
  lines.push(...left.flatMap((frame) => frameLines(frame, options)))
  if (rest.length) lines.push(`then ${rest.length} bytes that are no whole frame`)
  return lines
}

function frameLines(frame, options) {
  const head = `frame version ${frame.version} type ${frame.type}`
  if (frame.type === TYPE.INFO) return [head, ...parseInfo(frame.body).map(options.info ?? infoLine)]
  if (frame.type !== TYPE.MESSAGE) return [head, show(frame.body)]
  return [head, ...messagesOf(frame, (message) => answerLines(message, options))]
}

/** Messages over several frames: which of them a frame holds says nothing, nor their order; but the last stands alone. */
function manyLines(frames, options) {
  const { asked, omits } = options
  const last = frames.at(-1)
  const messages = frames
    .slice(0, -1)
    .flatMap(({ body }) => parseMessages(body))
    .filter((message) => !omits?.(asked, message))
    .map((message) => ({ row: message.transactionTtl, ops: message.ops, lines: answerLines(message, options) }))
  const text = ({ lines }) => lines.join("\n")
  messages.sort((a, b) => a.row - b.row || (text(a) < text(b) ? -1 : 1))
  // Threads that go through a stream at the same time each tell of a failure once.
  const told = messages.filter(
    (one, i) => !(isStream(asked) && failed(one) && i && text(one) === text(messages[i - 1])),
  )
  return [...told.flatMap(({ lines }) => lines), "the last frame", ...frameLines(last, options)]
}

/** Rows of a batch; partitions and digests that a scan goes on with. */
const MANY = [41, 11, 12]

const UDF_OP = 33

/** A query whose records a UDF makes into something else. */
function isStream(message) {
  return fieldOf(message, UDF_OP)?.[0] === 1
}

function failed({ ops }) {
  return ops[0]?.name === "FAILURE"
}

/** The message of a request that is answered with one for each row or record: a batch, or what goes over a set. */
function askedForMany(request) {
  const { frames } = cutFrames(request)
  if (frames[0]?.type !== TYPE.MESSAGE) return
  try {
    const [message] = parseMessages(frames[0].body)
    return isMany(message) || isStream(message) ? message : undefined
  } catch {
    // Malformed on purpose.
  }
}

function isMany(message) {
  return MANY.some((id) => fieldOf(message, id) !== undefined)
}

function isLast({ type, body }) {
  return type === TYPE.MESSAGE && parseMessages(body).some(({ info3 }) => info3 & 1)
}

function answerLines(message, { secondsLeft, varies, asked }) {
  return [
    `code ${message.code}, generation ${message.generation}, ttl ${secondsLeft(message)}`,
    `info1 ${hex(message.info1)}, info2 ${hex(message.info2)}, info3 ${hex(message.info3)}, info4 ${hex(message.info4)}`,
    `header size ${message.headerSize}, transaction_ttl ${message.transactionTtl}`,
    ...message.fields
      .map((field) => (field.id === BVALS && asked && asksForRegions(asked) ? fieldName(BVALS) : fieldLine(field)))
      .filter(Boolean)
      .sort(),
    ...message.ops.map((op, i) => (varies?.(op, i) ? opLine({ ...op, value: VARIES }, false) : opLine(op, false))),
  ]
}

const BVALS = 15
const RANGE = 22

/** Whether regions are looked for that contain a point: by which cell of its covering one is found, is how it is stored. */
function asksForRegions(asked) {
  const range = fieldOf(asked, RANGE)
  return range?.[2 + range[1]] === PARTICLE.GEOJSON && range.includes('"Point"')
}

const VARIES = Buffer.from("varies")

function infoLine([name, value]) {
  return `${name} ${value}`
}

/** The lines in which two lists differ, as `- recorded` and `+ ours`; nothing when they are equal. */
export function difference(recorded, ours) {
  const rows = []
  const left = new Map()
  for (const line of ours) left.set(line, (left.get(line) ?? 0) + 1)
  const right = new Map()
  for (const line of recorded) right.set(line, (right.get(line) ?? 0) + 1)
  const lacking = (lines, there, sign) => {
    const pool = new Map(there)
    for (const line of lines) {
      const count = pool.get(line) ?? 0
      if (count) pool.set(line, count - 1)
      else rows.push(`${sign} ${line}`)
    }
  }
  lacking(recorded, left, "-")
  lacking(ours, right, "+")
  if (!rows.length && recorded.join("\n") !== ours.join("\n")) rows.push("the same lines in another order")
  return rows
}

function hex(byte) {
  return byte.toString(16).padStart(2, "0")
}

/** Bytes as hex, with their text beside it when they are text. */
export function show(bytes) {
  const text = bytes.toString("latin1")
  const shown = bytes.toString("hex")
  return bytes.length > 2 && /^[\x20-\x7e\n\t]+$/.test(text) ? `${shown} ${JSON.stringify(text)}` : shown
}
