// Transactions as their callers hold them, played by an engine that does what it is told.

import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { beforeEach, describe, expect, test } from "vitest"
import { Client } from "../../ts/client.ts"
import { settingsOf } from "../../ts/config.ts"
import { code, commandKind, commandWord, policyFlag, txnState, txnStatus } from "../../ts/core/generated.ts"
import { Driver } from "../../ts/driver.ts"
import { type AerospikeError, InvalidArgumentError, ServerError, TransactionError } from "../../ts/errors.ts"
import type { KeyTuple } from "../../ts/key.ts"
import type { CommitPolicy } from "../../ts/policy.ts"
import { Transaction, type TransactionRunOptions } from "../../ts/transaction.ts"
import { done, FakeEngine, outputs, ready } from "./support/fake-engine.ts"
import { FakeTransport } from "./support/fake-transport.ts"

const key: KeyTuple = ["test", "s", "k"]

function connected(config: object = {}) {
  const engine = new FakeEngine()
  const settings = settingsOf({ hosts: "a", ...config })
  const client = Client.over((listen) => {
    const driver = new Driver(engine.module, settings, new FakeTransport(), undefined, listen)
    void driver.start()
    return driver
  }, settings.packer)
  engine.polls.push(ready())
  return { engine, client }
}

/** The DONE record of a commit or abort. */
function ended(
  op: number,
  { number = 0, status = 0, cause = 0, state = 0, inDoubt = false }: Partial<Record<string, number | boolean>>,
) {
  const record = done(op, number as number, { inDoubt: inDoubt as boolean })
  record[6] = status as number
  record[7] = (cause as number) >>> 0
  record[8] = state as number
  return outputs(record)
}

let { engine, client } = connected()
beforeEach(() => {
  ;({ engine, client } = connected())
})

/** The word of the block that was submitted last. */
const word = (name: keyof typeof commandWord) => engine.block(commandWord[name])
/** The same of the block behind it. */
const second = (name: keyof typeof commandWord) => engine.block(commandWord.LENGTH + commandWord[name])

describe("a transaction", () => {
  test("has an id and a namespace as soon as it is used, and the engine's handle in its commands", async () => {
    const txn = new Transaction({ timeout: 30 })
    expect([txn.id, txn.namespace, txn.state, txn.inDoubt, txn.timeout]).toEqual([
      undefined,
      undefined,
      "open",
      false,
      30,
    ])
    void client.put(key, { a: 1 }, { txn })
    expect(engine.called("txn_begin")).toEqual([[30]])
    expect([word("KIND"), word("TXN")]).toEqual([commandKind.PUT, 1])
    expect([txn.id, txn.namespace]).toEqual([-2n, "test"])
    void client.get(key)
    expect(word("TXN")).toBe(0)
    void client.batchRead([key], {}, { txn })
    expect([word("KIND"), word("TXN")]).toEqual([commandKind.BATCH, 1])
    void client.get(key, { txn: new Transaction() })
    expect(word("TXN")).toBe(2)
    expect(engine.called("txn_begin")).toEqual([[30], [0]])
  })

  test.each([
    ["get", (txn: Transaction) => client.get(key, { txn })],
    ["find", (txn: Transaction) => client.find(key, { txn })],
    ["select", (txn: Transaction) => client.select(key, ["a"], { txn })],
    ["exists", (txn: Transaction) => client.exists(key, { txn })],
    ["increment", (txn: Transaction) => client.increment(key, "a", 1, { txn })],
    ["append", (txn: Transaction) => client.append(key, "a", "b", { txn })],
    ["prepend", (txn: Transaction) => client.prepend(key, { a: "b" }, { txn })],
    ["touch", (txn: Transaction) => client.touch(key, { txn })],
    ["remove", (txn: Transaction) => client.remove(key, { txn })],
    ["removeBin", (txn: Transaction) => client.removeBin(key, "a", { txn })],
    ["apply", (txn: Transaction) => client.apply(key, "m", "f", [], { txn })],
    ["batchWrite", (txn: Transaction) => client.batchWrite([{ key, bins: { a: 1 } }], { txn })],
    ["batchRemove", (txn: Transaction) => client.batchRemove([key], { txn })],
    ["batch", (txn: Transaction) => client.batch([{ type: "touch", key }], { txn })],
    ["set", (txn: Transaction) => client.set("test", "s").put("k", { a: 1 }, { txn })],
  ])("%s can be part of it", (_, act) => {
    void act(new Transaction())
    expect(engine.called("submit")).toHaveLength(1)
    expect(word("TXN")).toBe(1)
  })

  test("belongs to the client that used it first", async () => {
    const txn = new Transaction()
    void client.get(key, { txn })
    const other = connected().client
    const message = "The transaction belongs to another client: use it with the client that used it first."
    await expect(other.get(key, { txn })).rejects.toThrow(message)
    await expect(other.commit(txn)).rejects.toThrow(message)
  })

  test("does not take its namespace from a command that was refused", async () => {
    const txn = new Transaction()
    await expect(client.put(key, {}, { txn })).rejects.toThrow(InvalidArgumentError)
    engine.refuse = { code: code.TXN_FAILED, slot: 0xffff_ffff, text: "it is being committed" }
    const error = await client.get(key, { txn }).catch((error: AerospikeError) => error)
    expect(error).toBeInstanceOf(TransactionError)
    expect(error).toMatchObject({ code: -17, transaction: txn })
    expect(txn.namespace).toBeUndefined()
  })

  test.each([
    [{ timeout: -1 }, "options.timeout is -1: it must be a whole number of seconds from 0 to 120."],
    [{ timeout: 121 }, "options.timeout is 121"],
    [{ timeout: 1.5 }, "options.timeout is 1.5"],
    [{ time: 5 }, "options.time is not known: it takes timeout."],
    [7, "options is 7"],
  ])("is not made of %j", (options, message) => {
    expect(() => new Transaction(options as object)).toThrow(InvalidArgumentError)
    expect(() => new Transaction(options as object)).toThrow(message)
  })

  test("is no default of a client, and nothing for rows", async () => {
    const txn = new Transaction()
    expect(() => settingsOf({ hosts: "a", policies: { write: { txn } as object } })).toThrow(
      "config.policies.write.txn is not a default: give it to a call.",
    )
    const rows = [{ key, bins: { a: 1 }, policy: { txn } as object }]
    await expect(client.batchWrite(rows)).rejects.toThrow("policy.txn is a field of")
  })

  test("leaves the engine when nobody holds it any more", async () => {
    setFlagsFromString("--expose-gc")
    const collect = runInNewContext("gc") as () => void
    const use = () => void client.get(key, { txn: new Transaction() }).catch(() => {})
    use()
    // The last policy is kept until the next.
    void client.get(key, {})
    engine.polls.push(outputs(done(0), done(1)))
    for (let i = 0; i < 100 && engine.called("txn_end").length === 0; i++) {
      await new Promise((resolve) => setImmediate(resolve))
      collect()
    }
    expect(engine.called("txn_end")).toEqual([[1]])
  })

  test("says what it needs when the server knows no transactions", async () => {
    for (const number of [code.ENTERPRISE_ONLY, code.UNSUPPORTED_FEATURE]) {
      engine.polls.push(outputs(done(engine.nextOp, number)))
      const error = await client.put(key, { a: 1 }, { txn: new Transaction() }).catch((error: ServerError) => error)
      expect(error).toBeInstanceOf(ServerError)
      expect((error as ServerError).message).toMatch(
        / Transactions need an Enterprise cluster, version 8.0 or later, and a namespace with strong-consistency\.$/,
      )
    }
    engine.polls.push(outputs(done(engine.nextOp, code.ENTERPRISE_ONLY)))
    await expect(client.remove(key, { durableDelete: true })).rejects.toThrow("runs the Community Edition")
  })
})

describe("commit and abort", () => {
  test("a commit says how to verify and how to roll", async () => {
    const txn = new Transaction()
    void client.commit(txn)
    expect([word("KIND"), word("TXN"), second("KIND"), second("TXN")]).toEqual([
      commandKind.TXN_COMMIT,
      1,
      commandKind.TXN_ABORT,
      0,
    ])
    const master = 1 << policyFlag.REPLICA_SHIFT
    const common = { SOCKET_TIMEOUT: 3000, TOTAL_TIMEOUT: 10_000, MAX_RETRIES: 5, SLEEP: 1000, ITEMS: 0, SLOTS: 0 }
    for (const [name, value] of Object.entries(common)) {
      expect([name, word(name as "SLEEP"), second(name as "SLEEP")]).toEqual([name, value, value])
    }
    expect(word("FLAGS")).toBe(master | (1 << policyFlag.READ_SC_SHIFT))
    expect(second("FLAGS")).toBe(master)
    void client.commit(txn, { verify: { maxRetries: 1 }, roll: { totalTimeout: 500, replica: "sequence" } })
    expect([word("MAX_RETRIES"), second("MAX_RETRIES")]).toEqual([1, 5])
    expect([word("TOTAL_TIMEOUT"), second("TOTAL_TIMEOUT"), second("FLAGS")]).toEqual([10_000, 500, 0])
    void client.abort(txn, { roll: { maxRetries: 2 } })
    expect([word("KIND"), word("TXN"), word("MAX_RETRIES")]).toEqual([commandKind.TXN_ABORT, 1, 2])
  })

  test("the client has defaults for both", () => {
    ;({ engine, client } = connected({
      policies: { txnVerify: { socketTimeout: 1 }, txnRoll: { socketTimeout: 2, maxRetries: 9 } },
    }))
    void client.commit(new Transaction())
    expect([word("SOCKET_TIMEOUT"), second("SOCKET_TIMEOUT"), second("MAX_RETRIES")]).toEqual([1, 2, 9])
  })

  test.each([
    [txnStatus.OK, "ok", "ok"],
    [txnStatus.ALREADY, "alreadyCommitted", "alreadyAborted"],
    [txnStatus.ROLL_ABANDONED, "rollForwardAbandoned", "rollBackAbandoned"],
    [txnStatus.CLOSE_ABANDONED, "closeAbandoned", "closeAbandoned"],
  ])("status %i of the engine is %s of a commit and %s of an abort", async (status, ofCommit, ofAbort) => {
    const [one, other] = [new Transaction(), new Transaction()]
    engine.polls.push(ended(0, { status, state: txnState.COMMITTED }))
    expect(await client.commit(one)).toBe(ofCommit)
    expect([one.state, one.inDoubt]).toEqual(["committed", false])
    engine.polls.push(ended(1, { status, state: txnState.ABORTED }))
    expect(await client.abort(other)).toBe(ofAbort)
    expect(other.state).toBe("aborted")
  })

  test.each([
    [
      "a changed read",
      { status: txnStatus.VERIFY_FAILED, cause: code.MRT_VERSION_MISMATCH, state: txnState.ABORTED },
      "commit: a record that it read has changed: MRT_VERSION_MISMATCH 121 (TXN_FAILED -17, 1 attempt). " +
        "Its writes are undone: do it again in a new transaction.",
      { causeCode: 121, inDoubt: false },
      "aborted",
    ],
    [
      "a read that could not be asked for",
      { status: txnStatus.VERIFY_FAILED_ABANDONED, cause: code.CONNECTION, state: txnState.ABORTED },
      "commit: not verified: CONNECTION -10 (TXN_FAILED -17, 1 attempt). " +
        "Its writes will be undone by the server when its time is over: do it again in a new transaction.",
      { causeCode: -10 },
      "aborted",
    ],
    [
      "a mark in doubt",
      { number: code.TIMEOUT, status: txnStatus.MARK_ABANDONED, state: txnState.COMMIT_FAILED, inDoubt: true },
      "commit: it took longer than allowed (TIMEOUT 9, 1 attempt). " +
        "It may be committed all the same: commit it again to learn that; it cannot be aborted.",
      { code: 9, inDoubt: true },
      "commitFailed",
    ],
    [
      "a mark that was refused",
      { number: code.MRT_EXPIRED, status: txnStatus.MARK_ABANDONED, state: txnState.VERIFIED },
      "commit: the transaction took too long (MRT_EXPIRED 122, 1 attempt). " +
        "It is not committed: commit it again, or abort it.",
      { code: 122, inDoubt: false },
      "verified",
    ],
    [
      "giving up before",
      { number: code.ABORTED, state: txnState.OPEN },
      "commit: the caller gave up (ABORTED -5, 1 attempt). It is open as before.",
      { code: -5 },
      "open",
    ],
    [
      "a transaction that was aborted",
      { number: code.TXN_ALREADY_ABORTED, state: txnState.ABORTED },
      "commit: the transaction is aborted already (TXN_ALREADY_ABORTED -19, 1 attempt).",
      { code: -19 },
      "aborted",
    ],
  ])("of %s the error tells what to do", async (_, record, message, fields, state) => {
    const txn = new Transaction()
    engine.polls.push(ended(0, { number: code.TXN_FAILED, ...record }))
    const error = await client.commit(txn).catch((error: AerospikeError) => error)
    expect((error as AerospikeError).message).toBe(message)
    expect(error).toMatchObject({ transaction: txn, ...fields })
    expect([txn.state, txn.inDoubt]).toEqual([state, state === "commitFailed"])
  })

  test("what is in doubt cannot be aborted", async () => {
    const txn = new Transaction()
    engine.polls.push(ended(0, { number: code.TXN_FAILED, state: txnState.COMMIT_FAILED }))
    const error = await client.abort(txn).catch((error: AerospikeError) => error)
    expect(error).toBeInstanceOf(TransactionError)
    expect((error as AerospikeError).message).toContain("its commit failed before, and may have happened")
    expect((error as AerospikeError).message).toContain("commit it again to learn that")
    expect(txn.inDoubt).toBe(true)
  })

  test("they take a transaction and nothing else", async () => {
    for (const txn of [undefined, {}, 5]) {
      await expect(client.commit(txn as Transaction)).rejects.toThrow(/txn is .*: it must be a Transaction\./)
      await expect(client.abort(txn as Transaction)).rejects.toThrow(InvalidArgumentError)
    }
    const policies: [CommitPolicy, string][] = [
      [{ totalTimeout: 5 } as CommitPolicy, "policy.totalTimeout is not known: it takes verify, roll, signal."],
      [{ verify: { maxRetries: -1 } }, "policy.verify.maxRetries is -1"],
      [{ roll: { readModeSC: "session" } as object }, "policy.roll.readModeSC is a field of"],
      [{ signal: {} as AbortSignal }, "policy.signal is an object: it must be an AbortSignal."],
    ]
    for (const [policy, message] of policies) {
      await expect(client.commit(new Transaction(), policy)).rejects.toThrow(message)
    }
    await expect(client.abort(new Transaction(), { verify: {} } as object)).rejects.toThrow(
      "policy.verify is not known",
    )
    expect(engine.called("submit")).toEqual([])
    // The writer was left as it should be.
    engine.polls.push(outputs(done(0)))
    await client.put(key, { a: 1 })
  })

  test("a signal gives them up", async () => {
    const controller = new AbortController()
    const commit = client.commit(new Transaction(), { signal: controller.signal })
    controller.abort()
    expect(engine.called("cancel")).toEqual([[0]])
    engine.polls.push(ended(0, { number: code.ABORTED }))
    await expect(commit).rejects.toThrow("the caller gave up")
  })
})

describe("a function in a transaction", () => {
  /** Answers commits and aborts, each with the next of these. */
  function answering(...records: Parameters<typeof ended>[1][]) {
    const asked: string[] = []
    const transactions: Transaction[] = []
    const ends = {
      commit: async (txn: Transaction) => answer("commit", txn),
      abort: async (txn: Transaction) => answer("abort", txn),
    }
    const answer = (verb: "commit" | "abort", txn: Transaction): Promise<unknown> => {
      asked.push(verb)
      if (!transactions.includes(txn)) transactions.push(txn)
      engine.polls.push(ended(engine.nextOp, records.shift()!))
      return client[verb](txn)
    }
    const run = <T>(work: (txn: Transaction) => T | Promise<T>, options?: TransactionRunOptions) =>
      Client.prototype.transaction.call(ends, work as never, { sleepBetweenRetries: 0, ...options }) as Promise<T>
    return { asked, transactions, run }
  }
  const committed = { state: txnState.COMMITTED }
  const aborted = { state: txnState.ABORTED }
  const conflict = {
    number: code.TXN_FAILED,
    status: txnStatus.VERIFY_FAILED,
    cause: code.MRT_VERSION_MISMATCH,
    state: txnState.ABORTED,
  }
  const blocked = () => new TransactionError(code.MRT_BLOCKED, "blocked")

  test("is committed when it returns, and its value given", async () => {
    const { asked, run } = answering(committed)
    expect(await run((txn) => (txn instanceof Transaction ? "value" : ""))).toBe("value")
    expect(asked).toEqual(["commit"])
  })

  test("is aborted when it throws, and that is thrown", async () => {
    const { asked, run } = answering(aborted)
    const own = new Error("own")
    await expect(run(() => Promise.reject(own))).rejects.toBe(own)
    expect(asked).toEqual(["abort"])
    const failing = answering({ number: code.CONNECTION, state: txnState.ABORTED })
    await expect(
      failing.run(() => {
        throw own
      }),
    ).rejects.toBe(own)
  })

  test("is called once unless retries are asked for, and then anew after each conflict", async () => {
    const { asked, run } = answering(conflict)
    await expect(run(() => 1)).rejects.toMatchObject({ code: code.TXN_FAILED, causeCode: code.MRT_VERSION_MISMATCH })
    expect(asked).toEqual(["commit"])
    const retried = answering(conflict, aborted, committed)
    let calls = 0
    const value = await retried.run(
      () => {
        if (++calls === 2) throw blocked()
        return calls
      },
      { maxRetries: 2 },
    )
    expect([value, calls, retried.transactions.length]).toEqual([3, 3, 3])
    expect(retried.asked).toEqual(["commit", "abort", "commit"])
    const never = answering(aborted, aborted, aborted)
    await expect(never.run(() => Promise.reject(blocked()), { maxRetries: 2 })).rejects.toThrow("blocked")
    expect(never.asked).toEqual(["abort", "abort", "abort"])
  })

  test("is not called again for other reasons", async () => {
    for (const error of [new Error("own"), new TransactionError(code.MRT_EXPIRED, "late"), undefined]) {
      const { asked, run } = answering(aborted)
      await expect(run(() => Promise.reject(error), { maxRetries: 5 })).rejects.toBe(error)
      expect(asked).toEqual(["abort"])
    }
    const unverified = { ...conflict, cause: code.TIMEOUT }
    const { asked, run } = answering(unverified)
    await expect(run(() => 1, { maxRetries: 5 })).rejects.toMatchObject({ causeCode: code.TIMEOUT })
    expect(asked).toEqual(["commit"])
  })

  test("a commit that failed without doubt is aborted; one in doubt is left to the caller", async () => {
    const refused = { number: code.MRT_EXPIRED, status: txnStatus.MARK_ABANDONED, state: txnState.VERIFIED }
    const first = answering(refused, aborted)
    await expect(first.run(() => 1)).rejects.toMatchObject({ code: code.MRT_EXPIRED })
    expect(first.asked).toEqual(["commit", "abort"])
    const doubt = { number: code.TIMEOUT, state: txnState.COMMIT_FAILED, inDoubt: true }
    const second = answering(doubt)
    const error = await second.run(() => 1, { maxRetries: 5 }).catch((error: AerospikeError) => error)
    expect(error).toMatchObject({ inDoubt: true, transaction: second.transactions[0] })
    expect(second.asked).toEqual(["commit"])
  })

  test("may abort by itself", async () => {
    const { asked, run } = answering(aborted)
    const value = await run(async (txn) => {
      engine.polls.push(ended(engine.nextOp, aborted))
      await client.abort(txn)
      return "nothing to do"
    })
    expect([value, asked]).toEqual(["nothing to do", []])
  })

  test("a signal ends the wait for another try", async () => {
    const controller = new AbortController()
    const { asked, run } = answering(conflict, conflict)
    const ran = run(() => 1, { maxRetries: 5, sleepBetweenRetries: 60_000, signal: controller.signal })
    setImmediate(() => controller.abort())
    await expect(ran).rejects.toMatchObject({ code: code.TXN_FAILED })
    expect(asked).toEqual(["commit", "commit"])
  })

  test.each([
    [{ maxRetries: -1 }, "options.maxRetries is -1"],
    [{ sleepBetweenRetries: "1" }, 'options.sleepBetweenRetries is "1"'],
    [{ timeout: 500 }, "options.timeout is 500"],
    [{ retries: 5 }, "options.retries is not known"],
    [{ policy: { signal: null } }, "options.policy.signal is not known"],
  ])("is not run with %j", async (options, message) => {
    let calls = 0
    await expect(client.transaction(() => calls++, options as object)).rejects.toThrow(message)
    await expect(client.transaction(5 as never)).rejects.toThrow("what runs in the transaction is 5")
    expect(calls).toBe(0)
  })
})
