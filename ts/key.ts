// What names a record.

/** The part of a key that the application chose. Integers must be safe, or a bigint of 64 bits. */
export type UserKey = string | number | bigint | Uint8Array

/** `[namespace, set, user key]`. The set may be `""` or `null`. */
export type KeyTuple = readonly [ns: string, set: string | null, key: UserKey]

/** A record that is known by its digest only. */
export interface KeyDigest {
  readonly ns: string
  readonly set: string | null
  /** 20 bytes. */
  readonly digest: Uint8Array
}

/** What a user key may be, for messages. */
export const someUserKey = "text, a whole number within ±(2^53 - 1), a bigint of 64 bits or a Uint8Array"

export function isUserKey(user: unknown): user is UserKey {
  if (typeof user === "bigint") return BigInt.asIntN(64, user) === user
  return typeof user === "string" || Number.isSafeInteger(user) || user instanceof Uint8Array
}

/** What a key may be, for messages. */
export const someKey = "[namespace, set, user key] or { ns, set, digest }"

/** What names a record. */
export type Key = KeyTuple | KeyDigest

export function namespaceOf(key: Key): string {
  return "digest" in key ? key.ns : key[0]
}

/** Where a record is. */
export function partsOf(key: Key): { readonly ns: string; readonly set: string | null } {
  return "digest" in key ? key : { ns: key[0], set: key[1] }
}

/** A key as messages show it: `test.users "alice"`. */
export function describeKey(key: Key): string {
  if ("digest" in key) return `${place(key.ns, key.set)} digest ${hex(key.digest, 20)}`
  const [ns, set, user] = key
  if (typeof user === "string") return `${place(ns, set)} ${JSON.stringify(cut(user, 64))}`
  return `${place(ns, set)} ${user instanceof Uint8Array ? `bytes ${hex(user, 32)}` : String(user)}`
}

/** A namespace and a set as messages show them: `test.users`. */
export function place(ns: string, set: string | null): string {
  return set ? `${ns}.${set}` : ns
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}…` : text
}

function hex(bytes: Uint8Array, max: number): string {
  const shown = Array.from(bytes.subarray(0, max), (byte) => byte.toString(16).padStart(2, "0")).join("")
  return bytes.length > max ? `${shown}…` : shown
}
