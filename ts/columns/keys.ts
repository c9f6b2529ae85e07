// The keys of a batch of columns: an array of keys as any batch has it, or a column of them, of one set, which costs no
// tuple a row.

import { isPlainObject, unknownField, wrong } from "../core/check.ts"
import { limit, particle } from "../core/generated.ts"
import { bytesOf, type Writer } from "../core/writer.ts"
import { InvalidArgumentError, invalid } from "../errors.ts"
import type { Key, UserKey } from "../key.ts"
import type { PolicyWords } from "../policy.ts"
import { Utf8Column } from "./text.ts"

/** User keys of one set: an array, or a typed array of integers, or a column of texts. */
export type UserKeys = readonly UserKey[] | Int32Array | Uint32Array | BigInt64Array | Utf8Column

/**
 * Many keys of one set. It costs less than an array of keys, and typed arrays least.
 *
 * @example
 * await client.batchReadColumns({ ns: "test", set: "users", ids: Int32Array.of(1, 2, 3) }, { age: "u8" })
 */
export type KeyColumn =
  | { readonly ns: string; readonly set: string | null; readonly ids: UserKeys }
  | {
      readonly ns: string
      readonly set: string | null
      /** 20 bytes a key, one behind the other. */
      readonly digests: Uint8Array
    }

/** The rows of one namespace and set. */
interface Group {
  readonly ns: unknown
  readonly set: unknown
  /** Undefined: all. */
  readonly rows: readonly number[] | undefined
}

/** The keys of the rows, looked at only as far as their groups need it. */
export class RowKeys {
  readonly length: number
  readonly groups: readonly Group[]
  readonly #keys: readonly Key[] | undefined
  readonly #column:
    | { readonly ns: string; readonly set: string | null; ids?: UserKeys; digests?: Uint8Array }
    | undefined

  constructor(keys: readonly Key[] | KeyColumn) {
    if (Array.isArray(keys)) {
      this.#keys = keys
      this.length = keys.length
      this.groups = groupsOf(keys)
    } else {
      if (!isPlainObject(keys)) throw wrong("keys", keys, "an array of keys, or { ns, set, ids }")
      this.#column = keys as never
      this.length = lengthOf(keys)
      this.groups = [{ ns: keys.ns, set: keys.set ?? null, rows: undefined }]
    }
  }

  /** The key of a row. */
  at(row: number): Key | undefined {
    if (this.#keys) return this.#keys[row]
    const { ns, set, ids, digests } = this.#column!
    if (digests) return { ns, set, digest: digests.slice(row * limit.DIGEST, (row + 1) * limit.DIGEST) }
    const id = ids instanceof Utf8Column ? ids.at(row) : ids![row]
    return id === undefined || id === null ? undefined : [ns, set, id]
  }

  /** Writes the groups and their keys, of a batch that was begun. */
  write(writer: Writer, kind: number, policy: () => PolicyWords): void {
    for (const { ns, set, rows } of this.groups) {
      const slots = this.#keys ? (rows?.length ?? this.length) : this.#isBulk() ? 1 : this.length
      writer.groupAt(kind, policy(), ns as string, set as string | null, slots)
      writer.finish()
      if (this.#keys) this.#writeKeys(writer, this.#keys, rows)
      else this.#writeColumn(writer)
    }
  }

  #writeKeys(writer: Writer, keys: readonly Key[], rows: readonly number[] | undefined): void {
    const count = rows?.length ?? keys.length
    let row = 0
    try {
      for (let i = 0; i < count; i++) {
        row = rows ? rows[i]! : i
        writer.row(keys[row]!, row)
      }
    } catch (error) {
      throw at(`keys[${row}]`, error)
    }
  }

  #isBulk(): boolean {
    const { ids } = this.#column!
    return !Array.isArray(ids)
  }

  #writeColumn(writer: Writer): void {
    const { ids, digests } = this.#column!
    if (digests) return writer.keys(0, this.length, digests)
    if (ids instanceof Utf8Column) {
      const { offsets, bytes } = ids
      return writer.keys(particle.STRING, this.length, bytesOf(offsets), bytes)
    }
    if (!Array.isArray(ids)) return writer.keys(particle.INTEGER, this.length, wide(ids as Int32Array))
    let row = 0
    try {
      for (; row < ids.length; row++) writer.userKey(ids[row], row)
    } catch (error) {
      throw at(`keys.ids[${row}]`, error)
    }
  }
}

function at(path: string, error: unknown): unknown {
  return error instanceof InvalidArgumentError ? invalid(`${path}: ${error.message}`) : error
}

/** Integers of 32 bits as such of 64. */
function wide(ids: Int32Array | Uint32Array | BigInt64Array): Uint8Array {
  if (ids instanceof BigInt64Array) return bytesOf(ids)
  const words = new Int32Array(ids.length * 2)
  for (let i = 0; i < ids.length; i++) {
    words[2 * i] = ids[i]!
    words[2 * i + 1] = ids[i]! < 0 ? -1 : 0
  }
  return bytesOf(words)
}

function lengthOf(keys: Record<string, unknown>): number {
  for (const name of Object.keys(keys)) {
    if (!["ns", "set", "ids", "digests"].includes(name))
      throw unknownField("keys", name, ["ns", "set", "ids", "digests"])
  }
  const { ids, digests } = keys
  if ((ids === undefined) === (digests === undefined))
    throw wrong("keys", keys, "{ ns, set, ids } or { ns, set, digests }")
  if (digests !== undefined) {
    const isWhole = digests instanceof Uint8Array && digests.length % limit.DIGEST === 0
    if (!isWhole) throw wrong("keys.digests", digests, `a Uint8Array of ${limit.DIGEST} bytes a key`)
    return digests.length / limit.DIGEST
  }
  if (ids instanceof Utf8Column) {
    const missing = ids.valid?.indexOf(0) ?? -1
    if (missing >= 0) throw wrong(`keys.ids: row ${missing}`, null, "text, for it is to name a record")
    return ids.length
  }
  const isTyped = ids instanceof Int32Array || ids instanceof Uint32Array || ids instanceof BigInt64Array
  if (Array.isArray(ids) || isTyped) return ids.length
  throw wrong("keys.ids", ids, "an array of user keys, an Int32Array, a Uint32Array, a BigInt64Array or a Utf8Column")
}

function groupsOf(keys: readonly Key[]): Group[] {
  if (keys.length === 0) return []
  const [ns, set] = placeOf(keys[0], 0)
  for (let row = 1; row < keys.length; row++) {
    const key = keys[row]
    // The place of a tuple is looked at without making another.
    if (Array.isArray(key) && key[0] === ns && (key[1] ?? "") === set) continue
    const [ownNs, ownSet] = placeOf(key, row)
    if (ownNs !== ns || ownSet !== set) return groupsByPlace(keys)
  }
  return [{ ns, set, rows: undefined }]
}

function groupsByPlace(keys: readonly Key[]): Group[] {
  const groups = new Map<unknown, Map<unknown, Group & { rows: number[] }>>()
  const all: Group[] = []
  for (let row = 0; row < keys.length; row++) {
    const [ns, set] = placeOf(keys[row], row)
    let sets = groups.get(ns)
    if (!sets) groups.set(ns, (sets = new Map()))
    let group = sets.get(set)
    if (!group) {
      sets.set(set, (group = { ns, set, rows: [] }))
      all.push(group)
    }
    group.rows.push(row)
  }
  return all
}

function placeOf(key: unknown, row: number): [ns: unknown, set: unknown] {
  if (Array.isArray(key)) return [key[0], key[1] ?? ""]
  if (isPlainObject(key)) return [key.ns, key.set ?? ""]
  throw wrong(`keys[${row}]`, key, "a key: [namespace, set, user key] or { ns, set, digest }")
}
