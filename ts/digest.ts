// Where a record is, without asking: its digest and its partition.

import { check, wrong } from "./core/check.ts"
import { digest } from "./core/codec.ts"
import { limit } from "./core/generated.ts"
import { isUserKey, type Key, type KeyDigest, someKey, someUserKey } from "./key.ts"

/**
 * The digest of a key, 20 bytes: what the cluster knows the record by. It is the RIPEMD-160 of the set, the type of the user
 * key and the user key; the namespace has no part in it. It needs the engine: see `loadEngine` where there are no files.
 *
 * @throws InvalidArgumentError when it is no key.
 * @example
 * const digest = digestOf(["test", "users", "alice"])
 * await client.get({ ns: "test", set: "users", digest })
 */
export function digestOf(key: Key): Uint8Array {
  if (!Array.isArray(key)) return checkedDigest(key)
  if (key.length !== 3) throw wrong("the key", key, someKey)
  const [, set, user] = key as readonly [unknown, unknown, unknown]
  if (set !== null && typeof set !== "string") throw wrong("the set, key[1],", set, "text or null")
  if (!isUserKey(user)) throw wrong("the user key, key[2],", user, someUserKey)
  return digest(set ?? "", user)
}

/**
 * The partition of a key, 0 to 4095: the low 12 bits of the digest's first two bytes, the first byte being the low one. The
 * nodes share a namespace's records by partitions.
 *
 * @throws InvalidArgumentError when it is no key.
 */
export function partitionOf(key: Key): number {
  const [low, high] = digestOf(key) as unknown as [number, number]
  return (low | (high << 8)) & (limit.PARTITIONS - 1)
}

function checkedDigest(key: unknown): Uint8Array {
  const { digest } = (key ?? {}) as Partial<KeyDigest>
  if (digest === undefined) throw wrong("the key", key, someKey)
  check("the key's digest", digest, {
    allowed: `a Uint8Array of ${limit.DIGEST} bytes`,
    accepts: (value) => value instanceof Uint8Array && value.length === limit.DIGEST,
  })
  return digest.slice()
}
