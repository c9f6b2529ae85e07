// Records as lines of JSON (RFC 8259). Integers are whole whatever their size, doubles always have a point or an exponent.
// What JSON has no value for is an object with one field: {"$bytes": base64}, {"$hll": base64}, {"$blob": base64, "type": n},
// {"$geojson": …}, {"$map": [[key, value], …]} where a key is not text, {"$double": "NaN"}.

import type { AerospikeRecord } from "../record.ts"
import { Double, GeoJSON, HLL, TypedBlob } from "../values.ts"

/** A record as one line. */
export function recordLine({ key, bins, gen, ttl }: Pick<AerospikeRecord, "key" | "bins" | "gen" | "ttl">): string {
  const named =
    "digest" in key
      ? { ns: key.ns, set: key.set, digest: Buffer.from(key.digest).toString("hex") }
      : { ns: key[0], set: key[1], key: key[2] }
  return jsonOf({ ...named, gen, ttl, bins })
}

export function jsonOf(value: unknown): string {
  if (typeof value === "bigint") return String(value)
  if (value instanceof Double) return double(value.value)
  if (value instanceof Uint8Array) return object([["$bytes", base64(value)]])
  if (value instanceof HLL) return object([["$hll", base64(value.bytes)]])
  if (value instanceof TypedBlob) {
    return object([
      ["$blob", base64(value.bytes)],
      ["type", value.type],
    ])
  }
  if (value instanceof GeoJSON) return `{"$geojson":${geojson(value.text)}}`
  if (value instanceof Map) return map(value)
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(",")}]`
  if (typeof value === "object" && value !== null) return object(Object.entries(value))
  return JSON.stringify(value) ?? "null"
}

function map(value: ReadonlyMap<unknown, unknown>): string {
  const entries = [...value]
  if (entries.every(([key]) => typeof key === "string")) return object(entries as [string, unknown][])
  return `{"$map":${jsonOf(entries)}}`
}

function object(entries: readonly (readonly [string, unknown])[]): string {
  const members = entries.filter(([, value]) => value !== undefined)
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${jsonOf(value)}`).join(",")}}`
}

function double(value: number): string {
  if (!Number.isFinite(value)) return object([["$double", String(value)]])
  const digits = Object.is(value, -0) ? "-0" : String(value)
  return /[.e]/.test(digits) ? digits : `${digits}.0`
}

/** On one line; what is no JSON, which a server does not take, as text. */
function geojson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return JSON.stringify(text)
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64")
}
