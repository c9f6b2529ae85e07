// Frames and messages taken apart, by the layouts of the protocol. Independent of the engine, which it checks.

export const TYPE = { INFO: 1, SECURITY: 2, MESSAGE: 3, COMPRESSED: 4 }

const FIELDS = {
  0: "namespace",
  1: "set",
  2: "key",
  3: "record version",
  4: "digest",
  5: "transaction id",
  6: "transaction deadline",
  7: "task id",
  9: "socket timeout",
  10: "records per second",
  11: "partitions",
  12: "digests",
  13: "max records",
  15: "bvals",
  21: "index name",
  22: "index range",
  23: "index context",
  24: "index expression",
  26: "index type",
  30: "UDF file",
  31: "UDF function",
  32: "UDF arguments",
  33: "UDF kind",
  40: "bins",
  41: "batch",
  43: "filter",
  45: "error details",
}

const TEXT_FIELDS = new Set([0, 1, 21, 30, 31])

const OPS = {
  1: "READ",
  2: "WRITE",
  3: "CDT_READ",
  4: "CDT_MODIFY",
  5: "INCR",
  7: "EXP_READ",
  8: "EXP_MODIFY",
  9: "APPEND",
  10: "PREPEND",
  11: "TOUCH",
  12: "BITS_READ",
  13: "BITS_MODIFY",
  14: "DELETE_ALL",
  15: "HLL_READ",
  16: "HLL_MODIFY",
}

export const PARTICLE = {
  NULL: 0,
  INTEGER: 1,
  FLOAT: 2,
  STRING: 3,
  BLOB: 4,
  BOOL: 17,
  HLL: 18,
  MAP: 19,
  LIST: 20,
  GEOJSON: 23,
}

const PARTICLE_NAMES = Object.fromEntries(Object.entries(PARTICLE).map(([name, id]) => [id, name]))

export function fieldName(id) {
  return FIELDS[id] ?? `field ${id}`
}

export function isTextField(id) {
  return TEXT_FIELDS.has(id)
}

export function opName(id) {
  return OPS[id] ?? `op ${id}`
}

export function particleName(id) {
  return PARTICLE_NAMES[id] ?? `particle ${id}`
}

/** Hex to bytes. */
export function bytesOf(hex) {
  return Buffer.from(hex, "hex")
}

/** Bytes that hold whole frames, cut into `{ version, type, body, bytes }`; `rest` is what is left over. */
export function cutFrames(bytes) {
  const frames = []
  let rest = Buffer.from(bytes)
  while (rest.length >= 8) {
    const end = 8 + rest.readUIntBE(2, 6)
    if (rest.length < end) break
    frames.push({ version: rest[0], type: rest[1], body: rest.subarray(8, end), bytes: rest.subarray(0, end) })
    rest = rest.subarray(end)
  }
  return { frames, rest }
}

/** The data of a message's first field with that id. */
export function fieldOf({ fields }, wanted) {
  return fields.find(({ id }) => id === wanted)?.data
}

/** The messages of a frame of type 3. */
export function parseMessages(body) {
  const messages = []
  for (let at = 0; at < body.length; ) {
    const { message, end } = parseMessage(body, at)
    messages.push(message)
    at = end
  }
  return messages
}

function parseMessage(body, start) {
  const message = {
    headerSize: body.readUInt8(start),
    info1: body.readUInt8(start + 1),
    info2: body.readUInt8(start + 2),
    info3: body.readUInt8(start + 3),
    info4: body.readUInt8(start + 4),
    code: body.readUInt8(start + 5),
    generation: body.readUInt32BE(start + 6),
    recordTtl: body.readUInt32BE(start + 10),
    transactionTtl: body.readUInt32BE(start + 14),
  }
  const fields = body.readUInt16BE(start + 18)
  const ops = body.readUInt16BE(start + 20)
  const { end, ...rest } = parseBody(body, start + message.headerSize, fields, ops)
  return { message: { ...message, ...rest }, end }
}

/** So many fields and ops from there on, and where they end. */
function parseBody(body, start, fieldCount, opCount) {
  const [fields, ops] = [[], []]
  let at = start
  for (let i = 0; i < fieldCount; i++) {
    const [size, id] = [body.readUInt32BE(at), body.readUInt8(at + 4)]
    // Beside a filter the Go client gives the rows a length that leads beyond the message; the server does not look at it.
    const end = id === 41 ? Math.min(at + 4 + size, body.length) : at + 4 + size
    fields.push({ id, data: slice(body, at + 5, end) })
    at = end
  }
  for (let i = 0; i < opCount; i++) {
    const size = body.readUInt32BE(at)
    const nameEnd = at + 8 + body.readUInt8(at + 7)
    ops.push({
      op: body.readUInt8(at + 4),
      type: body.readUInt8(at + 5),
      flags: body.readUInt8(at + 6),
      name: slice(body, at + 8, nameEnd).toString("utf8"),
      value: slice(body, nameEnd, at + 4 + size),
    })
    at += 4 + size
  }
  return { fields, ops, end: at }
}

/** What the flags of a batch's row say: that it is like the one before it, or which attributes follow. */
const ROW = { REPEAT: 1, INFO: 2, GENERATION: 4, TTL: 8, INFO4: 16 }

/** The rows of a batch message, each as a message of its own, with `index` and `digest`; undefined when it has none. */
export function rowsOf(message) {
  const data = fieldOf(message, 41)
  if (!data) return
  const rows = []
  const count = data.readUInt32BE(0)
  let at = 5
  for (let i = 0; i < count; i++) {
    const [index, digest] = [data.readUInt32BE(at), slice(data, at + 4, at + 24).toString("hex")]
    const flags = data.readUInt8(at + 24)
    at += 25
    if (flags & ROW.REPEAT) {
      if (!rows.length) throw new RangeError("the first row repeats one before it")
      rows.push({ ...rows.at(-1), index, digest })
      continue
    }
    const take = (flag, size) => {
      if (!(flags & flag)) return 0
      at += size
      return data.readUIntBE(at - size, size)
    }
    const info1 = data.readUInt8(at++)
    const [info2, info3, info4] = [take(ROW.INFO, 1), take(ROW.INFO, 1), take(ROW.INFO4, 1)]
    const [generation, recordTtl] = [take(ROW.GENERATION, 2), take(ROW.TTL, 4)]
    const { end, ...rest } = parseBody(data, at + 4, data.readUInt16BE(at), data.readUInt16BE(at + 2))
    at = end
    rows.push({ index, digest, info1, info2, info3, info4, generation, recordTtl, ...rest })
  }
  if (at !== data.length) throw new RangeError(`${data.length - at} bytes follow the rows`)
  return rows
}

function slice(body, from, to) {
  if (from > to || to > body.length) throw new RangeError(`a length leads beyond the message (${to} of ${body.length})`)
  return body.subarray(from, to)
}

/** The names and values of an info answer: `name TAB value LF` each. */
export function parseInfo(body) {
  const lines = body.toString("latin1").split("\n")
  if (lines.at(-1) === "") lines.pop()
  return lines.map((line) => {
    const tab = line.indexOf("\t")
    return tab < 0 ? [line, undefined] : [line.slice(0, tab), line.slice(tab + 1)]
  })
}
