// The neutral values of the recordings, made into values of the package's API and compared with them.

/** Builds values of the API. `dialect`: the recording client, whose habits decide what a map is (README: "node"). */
export function valueBuilder({ double, GeoJSON, HLL, INFINITY, KeyOrderedMap, WILDCARD }, dialect) {
  const build = (value) => {
    if (value === null || typeof value !== "object") return value
    if (Array.isArray(value)) return value.map(build)
    if ("$int" in value) return BigInt(value.$int)
    if ("$double" in value) return double(Number(value.$double))
    if ("$bytes" in value) return new Uint8Array(Buffer.from(value.$bytes, "hex"))
    if ("$geo" in value) return new GeoJSON(value.$geo)
    if ("$hll" in value) return new HLL(new Uint8Array(Buffer.from(value.$hll, "hex")))
    if ("$repeat" in value) return value.$repeat[0].repeat(value.$repeat[1])
    if ("$inf" in value) return INFINITY
    if ("$wildcard" in value) return WILDCARD
    if ("$map" in value) {
      const entries = value.$map.map(([key, item]) => [build(key), build(item)])
      // The official Node client sends every map key-ordered, whatever its description says.
      const ordered = value.$order === "key_ordered" || (value.$order === undefined && dialect === "node")
      if (ordered) return new KeyOrderedMap(entries)
      if (value.$order === undefined) return new Map(entries)
    }
    throw new Error(`no such value in the API: ${JSON.stringify(value)}`)
  }
  return build
}

/** Whether the API can say a value at all. */
export function canBuild(value) {
  if (value === null || typeof value !== "object") return true
  if (Array.isArray(value)) return value.every(canBuild)
  if ("$map" in value)
    return value.$order !== "key_value_ordered" && value.$map.every(([key, item]) => canBuild(key) && canBuild(item))
  if ("$inf" in value || "$wildcard" in value) return true
  return ["$int", "$double", "$bytes", "$geo", "$hll", "$repeat"].some((name) => name in value)
}

/** A neutral value as text that is equal for equal values; `loose` is of {@link looseFor}. */
export function neutralText(value, loose = {}) {
  const text = (item) => neutralText(item, loose)
  if (value === null) return "nil"
  if (typeof value === "boolean") return String(value)
  if (typeof value === "number") return numberText(value, loose)
  if (typeof value === "string") return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`
  if ("$int" in value) return `int ${value.$int}`
  if ("$double" in value) return doubleText(Number(value.$double), loose)
  if ("$bytes" in value) return `bytes ${value.$bytes}`
  if ("$geo" in value) return loose.geoAsText ? JSON.stringify(value.$geo) : `geo ${geoText(value.$geo)}`
  if ("$hll" in value) return `hll ${value.$hll}`
  if ("$repeat" in value) return JSON.stringify(value.$repeat[0].repeat(value.$repeat[1]))
  if ("$map" in value)
    return mapText(
      value.$map.map((pair) => pair.map(text)),
      value.$order,
      loose,
    )
  throw new Error(`no such neutral value: ${JSON.stringify(value)}`)
}

/**
 * What a dialect's own client shows of the same value. The official Node client turns map keys into text, geometry into text, and
 * tells neither whole doubles from integers nor the order of maps.
 */
export function looseFor(dialect) {
  return dialect === "node" ? { wholeDoubles: true, mapOrder: true, textKeys: true, geoAsText: true } : {}
}

/** A value that the client gave, read with int64 "bigint", doubles "wrapped" and maps "map", as the same kind of text. */
export function valueText(value, api, loose = {}) {
  const text = (item) => valueText(item, api, loose)
  if (value === null) return "nil"
  if (typeof value === "boolean") return String(value)
  if (typeof value === "bigint") return `int ${value}`
  if (typeof value === "string") return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`
  if (value instanceof api.Double) return doubleText(value.value, loose)
  if (value instanceof api.GeoJSON) return loose.geoAsText ? JSON.stringify(value.text) : `geo ${geoText(value.text)}`
  if (value instanceof api.HLL) return `hll ${hex(value.bytes)}`
  if (value instanceof Uint8Array) return `bytes ${hex(value)}`
  if (value instanceof Map) {
    const order = value instanceof api.KeyOrderedMap ? "key_ordered" : undefined
    const key = loose.textKeys ? (item) => JSON.stringify(keyText(item)) : text
    return mapText(
      [...value].map(([name, item]) => [key(name), text(item)]),
      order,
      loose,
    )
  }
  return `a ${value?.constructor?.name ?? typeof value} that no option asked for`
}

function keyText(key) {
  return key instanceof Uint8Array ? Buffer.from(key).toString("utf8") : String(key)
}

function mapText(pairs, order, { mapOrder }) {
  const entries = pairs.map(([key, item]) => `${key}: ${item}`)
  // The order of entries says nothing: maps are compared by what they hold.
  const body = `{${entries.sort().join(", ")}}`
  return order && !mapOrder ? `${order} ${body}` : body
}

function numberText(value, loose) {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? `int ${value}` : doubleText(value, loose)
}

function doubleText(value, { wholeDoubles }) {
  if (wholeDoubles && Number.isSafeInteger(value)) return `int ${value}`
  return `double ${Object.is(value, -0) ? "-0" : value}`
}

/** GeoJSON without the spaces that a client may have put between its tokens. */
function geoText(text) {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

function hex(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")
}
