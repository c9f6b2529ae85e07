// Transactions over many records. What a transaction has read and written, and the protocol of its end, are the engine's;
// here is what a caller holds of it, how its end is asked for, and the loop that runs a function within one.

import { check, checkFields, integer, milliseconds, wrong } from "./core/check.ts"
import { code, commandKind, txnState, txnStatus } from "./core/generated.ts"
import type { Reader } from "./core/reader.ts"
import type { Driver, Sink, Told } from "./driver.ts"
import { AerospikeError, codeName, invalid } from "./errors.ts"
import type { AbortPolicy, CommitPolicy, PolicyPacker } from "./policy.ts"

/** Options of a {@link Transaction}. */
export interface TransactionOptions {
  /**
   * Seconds, up to 120, after which the server undoes what is not committed; they begin with the first write. 0, the
   * default: as the server's `mrt-duration` says, which is 10 unless it was changed.
   */
  timeout?: number | undefined
}

/**
 * How far a transaction is. `"verified"`: its commit failed, without doubt, after its reads were verified: commit it
 * again, or abort it. `"commitFailed"`: whether it is committed is not known: only commit may be tried again.
 */
export type TransactionState = "open" | "verified" | "committed" | "aborted" | "commitFailed"

/**
 * How a commit went. In each case the transaction is committed: nothing can undo it. `"rollForwardAbandoned"` and
 * `"closeAbandoned"`: the client could not tell every record so, or remove the transaction's monitor; the server does it
 * soon, and until then other writers find the records locked.
 */
export type CommitStatus = "ok" | "alreadyCommitted" | "rollForwardAbandoned" | "closeAbandoned"

/**
 * How an abort went. In each case nothing that the transaction wrote will be seen. `"rollBackAbandoned"` and
 * `"closeAbandoned"`: the client could not undo every write, or remove the transaction's monitor; the server does it
 * when the transaction's time is over.
 */
export type AbortStatus = "ok" | "alreadyAborted" | "rollBackAbandoned" | "closeAbandoned"

/** Options of `client.transaction`. */
export interface TransactionRunOptions extends TransactionOptions {
  /**
   * How often the function is called again, in a new transaction, when another transaction was in the way: a record was
   * locked (code 120), or one that was read had changed (121), also as the cause of a failed commit. Default 0: what the
   * function does beside the database would be done again, too.
   */
  maxRetries?: number | undefined
  /** Milliseconds before it is called again: about so many, at random, and twice as many each time. Default 10. */
  sleepBetweenRetries?: number | undefined
  /** How to verify what was read and to finish what was written. */
  policy?: Omit<CommitPolicy, "signal"> | undefined
  /** Ends it all: the commit, if it has begun, and the wait for another try. The function has to look at it by itself. */
  signal?: AbortSignal | undefined
}

const timeoutRule = integer(0, 120, "seconds")
const states: readonly TransactionState[] = inOrder(txnState, {
  OPEN: "open",
  VERIFIED: "verified",
  COMMITTED: "committed",
  ABORTED: "aborted",
  COMMIT_FAILED: "commitFailed",
})

function inOrder<T>(numbers: Readonly<Record<string, number>>, names: Readonly<Record<string, T>>): T[] {
  const list: T[] = []
  for (const [name, number] of Object.entries(numbers)) list[number] = names[name]!
  return list
}

/** Transactions that nobody holds any more leave the engine. The server ends those that were open. */
const abandoned = new FinalizationRegistry<{ driver: Driver; handle: number }>(({ driver, handle }) =>
  driver.endTransaction(handle),
)

/**
 * Several commands on records of one namespace that happen as one: all of their writes are seen at once, when it is
 * committed, or none. Give it as `txn` in the policy of each command; reads then see what the transaction has written,
 * and its commit fails if a record that it read has changed since. It writes at most 4096 records.
 *
 * It needs an Enterprise cluster, version 8.0 or later, and a namespace with strong consistency, whose deletes have to be
 * durable (`durableDelete`). Queries take no part in transactions.
 *
 * It belongs to the client that it is first used with. One that is neither committed nor aborted is undone by the server
 * when its time is over. `client.transaction` does what is needed around a function.
 *
 * @example
 * const txn = new Transaction()
 * await client.put(a, { n: 1 }, { txn })
 * await client.put(b, { n: 2 }, { txn })
 * await client.commit(txn)
 */
export class Transaction {
  /** Seconds, 0 = as the server is set up. */
  readonly timeout: number
  #home: object | undefined
  #handle = 0
  #id: bigint | undefined
  #namespace: string | undefined
  #state: TransactionState = "open"

  /** Nothing is sent for it before its first command. */
  constructor(options: TransactionOptions = {}) {
    checkFields("options", options, ["timeout"])
    const { timeout = 0 } = options
    check("options.timeout", timeout, timeoutRule)
    this.timeout = timeout
  }

  /** Its id in the cluster, a random 64-bit integer, as soon as it has been used. */
  get id(): bigint | undefined {
    return this.#id
  }

  /** How far it is. */
  get state(): TransactionState {
    return this.#state
  }

  /** Whether it may be committed although that could not be learnt: commit it again. */
  get inDoubt(): boolean {
    return this.#state === "commitFailed"
  }

  /** The namespace of all its records, as soon as it has been used. */
  get namespace(): string | undefined {
    return this.#namespace
  }

  /** @internal Its handle in the engine of the client, which it belongs to from now on. */
  enter(driver: Driver): number {
    if (this.belongTo(driver)) {
      const { handle, id } = driver.beginTransaction(this.timeout)
      this.#handle = handle
      this.#id = id
      abandoned.register(this, { driver, handle })
    }
    return this.#handle
  }

  /** @internal Gives whether it belonged to nobody before. */
  belongTo(home: object): boolean {
    if (this.#home === home) return false
    if (this.#home !== undefined)
      throw invalid("The transaction belongs to another client: use it with the client that used it first.")
    this.#home = home
    return true
  }

  /** @internal Of one that is run in another thread: how it is there. */
  follow({ id, namespace, state }: Pick<Transaction, "id" | "namespace" | "state">): void {
    this.#id = id
    this.#namespace = namespace
    this.#state = state
  }

  /** @internal A command of it was taken. */
  usedIn(namespace: string): void {
    this.#namespace ??= namespace
  }

  /** @internal By number. */
  became(state: number): void {
    this.#state = states[state]!
  }
}

// ── Commit and abort ────────────────────────────────────────────────────────────────────────────────────────────────

const commitStatuses: readonly (CommitStatus | undefined)[] = inOrder(txnStatus, {
  OK: "ok",
  ALREADY: "alreadyCommitted",
  ROLL_ABANDONED: "rollForwardAbandoned",
  CLOSE_ABANDONED: "closeAbandoned",
})
const abortStatuses: readonly (AbortStatus | undefined)[] = inOrder(txnStatus, {
  OK: "ok",
  ALREADY: "alreadyAborted",
  ROLL_ABANDONED: "rollBackAbandoned",
  CLOSE_ABANDONED: "closeAbandoned",
})

export function commit(
  driver: Driver,
  packer: PolicyPacker,
  txn: Transaction,
  policy?: CommitPolicy,
): Promise<CommitStatus> {
  return end(driver, packer, "commit", txn, policy) as Promise<CommitStatus>
}

export function abort(
  driver: Driver,
  packer: PolicyPacker,
  txn: Transaction,
  policy?: AbortPolicy,
): Promise<AbortStatus> {
  return end(driver, packer, "abort", txn, policy) as Promise<AbortStatus>
}

function end(
  driver: Driver,
  packer: PolicyPacker,
  verb: "commit" | "abort",
  txn: Transaction,
  policy: CommitPolicy = {},
): Promise<unknown> {
  const { writer } = driver
  let begun = false
  try {
    driver.assertOpen(verb)
    if (!(txn instanceof Transaction)) throw wrong("txn", txn, "a Transaction")
    const commits = verb === "commit"
    checkFields("policy", policy, commits ? ["verify", "roll", "signal"] : ["roll", "signal"])
    const signal = packer.signal(policy.signal)
    const handle = txn.enter(driver)
    if (commits) {
      writer.begin(commandKind.TXN_COMMIT, packer.pack("txnVerify", policy.verify, "policy.verify"), handle)
      begun = true
      writer.finish()
    }
    const roll = packer.pack("txnRoll", policy.roll, "policy.roll")
    if (commits) writer.follow(commandKind.TXN_ABORT, roll)
    else writer.begin(commandKind.TXN_ABORT, roll, handle)
    begun = true
    writer.finish()
    return driver.submitMany(new Ending(verb, txn), verb, signal, txn).promise
  } catch (error) {
    return Promise.reject(driver.thrown(error, verb))
  } finally {
    if (begun) writer.end()
  }
}

/** Takes the end of a transaction from the DONE record, and tells of it. */
class Ending implements Sink {
  readonly #verb: "commit" | "abort"
  readonly #txn: Transaction
  #status: number = txnStatus.OK
  #cause = 0

  constructor(verb: "commit" | "abort", txn: Transaction) {
    this.#verb = verb
    this.#txn = txn
  }

  take(): void {}

  ended(_reader: Reader, words: Uint32Array, at: number): unknown {
    this.#status = words[at + 6]!
    this.#cause = words[at + 7]! | 0
    this.#txn.became(words[at + 8]!)
    return (this.#verb === "commit" ? commitStatuses : abortStatuses)[this.#status]
  }

  details(number: number): Told {
    const transaction = this.#txn
    const hint = hints[transaction.state]
    if (number !== code.TXN_FAILED) return { transaction, hint }
    if (this.#cause === 0) return { transaction, reason: "its commit failed before, and may have happened", hint }
    const cause = `${codeName(this.#cause)} ${this.#cause}`
    const changed = this.#cause === code.MRT_VERSION_MISMATCH ? "a record that it read has changed" : "not verified"
    const undone = this.#status === txnStatus.VERIFY_FAILED
    return {
      transaction,
      causeCode: this.#cause,
      reason: `${changed}: ${cause}`,
      hint: undone
        ? "Its writes are undone: do it again in a new transaction."
        : "Its writes will be undone by the server when its time is over: do it again in a new transaction.",
    }
  }
}

/** What to do with a transaction whose end failed. */
const hints: Readonly<Record<TransactionState, string | undefined>> = {
  open: "It is open as before.",
  verified: "It is not committed: commit it again, or abort it.",
  committed: undefined,
  aborted: undefined,
  commitFailed: "It may be committed all the same: commit it again to learn that; it cannot be aborted.",
}

// ── A function in a transaction ─────────────────────────────────────────────────────────────────────────────────────

/** What is needed of a client. */
interface Ends {
  commit(txn: Transaction, policy?: CommitPolicy): Promise<CommitStatus>
  abort(txn: Transaction, policy?: AbortPolicy): Promise<AbortStatus>
}

const retriesRule = integer(0, 1_000_000)
const sleepMax = 60_000

export async function runTransaction<T>(
  client: Ends,
  work: (txn: Transaction) => T | PromiseLike<T>,
  options: TransactionRunOptions = {},
): Promise<T> {
  if (typeof work !== "function") throw wrong("what runs in the transaction", work, "a function")
  checkFields("options", options, ["timeout", "maxRetries", "sleepBetweenRetries", "policy", "signal"])
  const { timeout, maxRetries = 0, sleepBetweenRetries = 10, policy = {}, signal } = options
  check("options.maxRetries", maxRetries, retriesRule)
  check("options.sleepBetweenRetries", sleepBetweenRetries, milliseconds())
  checkFields("options.policy", policy, ["verify", "roll"])
  for (let tries = 0; ; tries++) {
    const txn = new Transaction({ timeout })
    try {
      const value = await work(txn)
      // The function may have ended it by itself.
      if (txn.state !== "aborted") await client.commit(txn, { ...policy, signal })
      return value
    } catch (error) {
      await undo(client, txn, policy)
      if (tries >= maxRetries || !isConflict(error) || signal?.aborted) throw error
    }
    await pause(Math.min(sleepBetweenRetries * 2 ** tries, sleepMax) * (0.5 + Math.random()), signal)
  }
}

/** Leaves nothing locked. What the caller learns is why, and not how this went. */
async function undo(client: Ends, txn: Transaction, { roll }: CommitPolicy): Promise<void> {
  if (txn.state === "open" || txn.state === "verified") await client.abort(txn, { roll }).catch(() => {})
}

/** Whether another transaction was in the way, so that it may go well the next time. */
function isConflict(error: unknown): boolean {
  if (!(error instanceof AerospikeError)) return false
  const number = error.code === code.TXN_FAILED ? error.causeCode : error.code
  return number === code.MRT_BLOCKED || number === code.MRT_VERSION_MISMATCH
}

/** Waits, or until the signal rings: then the next command is given up by it. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener("abort", done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener("abort", done, { once: true })
  })
}
