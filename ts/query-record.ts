// A record that a query found. It is an object of a class because of its key: of many records few are asked for it, and
// it and a view of the digest took a fifth of what a query costs.

import { limit } from "./core/generated.ts"
import type { Key, UserKey } from "./key.ts"
import type { Bins } from "./values.ts"

/** What a copy without the private fields gives: tools that show the difference between objects make such, and read it. */
const nothing = undefined as never

/**
 * A record that a query found. `key` and `digest` are made when they are first asked for: a copy by `{ ...record }` or
 * `structuredClone` does not have them.
 */
export class QueryRecord<T = Bins> {
  /** Empty when the query reads no bins. */
  bins: T
  /** How often the record was written; it starts at 1 and wraps after 65535. */
  gen: number
  /** Seconds left to live, or `TTL.NEVER_EXPIRE` (-1). */
  ttl: number
  readonly #ns: string
  readonly #set: string | null
  readonly #user: UserKey | null
  /** What the digest lies in from `#at` on; the digest itself when that is below zero. */
  #bytes: Uint8Array
  #at: number
  #key: Key | undefined

  /**
   * `digests` has the digest from `at` on. (All in one object: another one to each record is another fiftieth.)
   * @internal
   */
  constructor(
    bins: T,
    gen: number,
    ttl: number,
    ns: string,
    set: string | null,
    user: UserKey | null,
    digests: Uint8Array,
    at: number,
  ) {
    this.bins = bins
    this.gen = gen
    this.ttl = ttl
    this.#ns = ns
    this.#set = set
    this.#user = user
    this.#bytes = digests
    this.#at = at
  }

  /** With the user key if it is stored with the record (`sendKey`), else with the digest. */
  get key(): Key {
    if (!(#user in this)) return nothing
    const user = this.#user
    this.#key ??= user === null ? { ns: this.#ns, set: this.#set, digest: this.digest } : [this.#ns, this.#set, user]
    return this.#key
  }

  /** 20 bytes. */
  get digest(): Uint8Array {
    if (!(#bytes in this)) return nothing
    if (this.#at >= 0) {
      this.#bytes = this.#bytes.subarray(this.#at, this.#at + limit.DIGEST)
      this.#at = -1
    }
    return this.#bytes
  }

  toJSON(): { key: Key; digest: Uint8Array; bins: T; gen: number; ttl: number } {
    const { key, digest, bins, gen, ttl } = this
    return { key, digest, bins, gen, ttl }
  }

  /** What consoles show. */
  [Symbol.for("nodejs.util.inspect.custom")](): object {
    return this.toJSON()
  }
}
