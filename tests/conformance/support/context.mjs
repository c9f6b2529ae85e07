// What a case is given: a client, keys of its own, ways to connect, and assertions about errors.

import assert from "node:assert/strict"
import { createHash } from "node:crypto"

/**
 * What every client of a run is configured with. With COALESCE set in the environment, every single read or write shares
 * its request with others, even if it is alone; with WORKERS, every batch and query is done by one of so many worker
 * threads: each case must find what it finds otherwise.
 */
export const common = {
  timeout: 5000,
  ...(process.env.COALESCE && { coalesce: { from: 1, writes: true } }),
  ...(process.env.WORKERS && { workers: { count: Number(process.env.WORKERS), from: 1 } }),
}

/** A context of one case in a run. `end()` closes what the case opened. */
export function makeContext(run) {
  const { api, hosts, client, facts } = run
  const opened = []

  const t = {
    api,
    assert,
    client,
    facts,
    hosts,
    /** The set of this run; keys in other sets must be given to `owned`. */
    set: run.set,

    /** A key nobody else uses; what is stored under it is removed at the end of the run. */
    key(name = "k", namespace = "test") {
      return t.owned([namespace, run.set, `${name}-${run.keys.length}`])
    },

    keys(count, name = "k") {
      return Array.from({ length: count }, () => t.key(name))
    },

    /** Notes a key to be removed at the end of the run. */
    owned(key) {
      run.keys.push(key)
      return key
    },

    /** A client of the case's own, closed with the case. */
    async connect(config = {}, ...options) {
      // Each thread needs a connection to a node, which some cases have too few of.
      const few = config.maxConnsPerNode < 3 && { workers: 0 }
      const made = await api.connect({ hosts, ...common, ...few, ...config }, ...options)
      t.closing(() => made.close())
      return made
    },

    /** Has `close` called when the case has ended, the last first. */
    closing(close) {
      opened.push(close)
    },

    async end() {
      const errors = []
      for (const close of opened.splice(0).reverse()) {
        try {
          await close()
        } catch (error) {
          errors.push(error)
        }
      }
      if (errors.length) throw errors[0]
    },

    /** The same record as `key`, by its digest. */
    byDigest([ns, set, user]) {
      const digest = createHash("ripemd160").update(`${set}\x03${user}`).digest()
      return { ns, set, digest: new Uint8Array(digest) }
    },

    /** Fails unless both are equal in every part, types and the sign of zero included. */
    same(actual, expected) {
      assert.deepStrictEqual(actual, expected)
    },

    /** Writes a record and reads it back. */
    async roundTrip(bins, policy, through = client) {
      const key = t.key()
      await through.put(key, bins, policy)
      return (await through.get(key)).bins
    },

    /**
     * Resolves to the error of a promise that must reject, or a function that must throw or reject: its class is named
     * `is`, its code is `code`, and its message holds every text of `says`, whatever the case of its letters.
     */
    async fails(act, { is = "AerospikeError", code, says = [], not = [] } = {}) {
      let value
      let error
      try {
        value = await (typeof act === "function" ? act() : act)
      } catch (thrown) {
        error = thrown
      }
      if (error === undefined) assert.fail(`expected ${is}, but it resolved to ${show(value)}`)
      const told = `${error?.name}: ${error?.message} (code ${error?.code})`
      assert.ok(typeof api[is] === "function", `the package exports no ${is}`)
      assert.ok(error instanceof api[is], `expected ${is}, got ${told}\n${error?.stack}`)
      assert.ok(error instanceof api.AerospikeError && error instanceof Error, told)
      assert.equal(error.name, error.constructor.name)
      if (code !== undefined) assert.equal(error.code, code, told)
      assert.equal(typeof error.code, "number", told)
      run.codes.add(error.code)
      assert.equal(typeof error.codeName, "string", told)
      assert.equal(typeof error.inDoubt, "boolean", told)
      const message = error.message.toLowerCase()
      for (const text of [says].flat())
        assert.ok(message.includes(String(text).toLowerCase()), `"${text}" is not in: ${told}`)
      for (const text of [not].flat())
        assert.ok(!message.includes(String(text).toLowerCase()), `"${text}" is in: ${told}`)
      return error
    },

    /** Calls a function and gives a promise, whether it throws or rejects. */
    promise: async (act) => act(),

    /** Lets the event loop turn a few times, so that whatever could happen at once has happened. */
    async turns() {
      for (let i = 0; i < 5; i++) await pause(1)
    },

    /** Polls until `look` gives something truthy, and resolves to that; fails after `ms`. */
    async until(look, { ms = 10_000, every = 20, what = "it" } = {}) {
      for (const end = performance.now() + ms; ; ) {
        const seen = await look()
        if (seen) return seen
        if (performance.now() > end) assert.fail(`${what} did not happen within ${ms} ms`)
        await pause(every)
      }
    },
  }
  return t
}

/** Removes what the cases of a run have written. */
export async function cleanUp({ client, keys }) {
  const remove = async (key) => {
    try {
      await client.remove(key, { totalTimeout: 10_000 })
    } catch (error) {
      // A key that was refused when written is refused here, too.
      if (!/InvalidArgument|InvalidNamespace|ServerError/.test(error.constructor.name)) throw error
    }
  }
  while (keys.length) await Promise.all(keys.splice(0, 500).map(remove))
}

/** Whatever becomes of it, a promise that is looked at later must not be an unhandled rejection now. */
export function later(promise) {
  promise.catch(() => {})
  return promise
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function show(value) {
  try {
    return JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}n` : v))
  } catch {
    return String(value)
  }
}
