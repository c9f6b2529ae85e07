// How policies are packed into the words of a command, and the text of every refusal.

import { describe, expect, test } from "vitest"
import { batchFlag, commandWord, policyFlag, queryFlag } from "../../ts/core/generated.ts"
import { InvalidArgumentError } from "../../ts/errors.ts"
import { type PolicyKind, PolicyPacker, type PolicyWords, TTL } from "../../ts/policy.ts"
import { Transaction } from "../../ts/transaction.ts"

/** The words of a block, by name. */
function packed(kind: PolicyKind, policy?: object, packer = new PolicyPacker()) {
  const block = new Uint32Array(commandWord.LENGTH)
  packer.pack(kind, policy).copyTo(block, 0)
  const multiplier = new Float64Array(
    block.buffer.slice(commandWord.SLEEP_MULTIPLIER * 4, commandWord.SLEEP_MULTIPLIER * 4 + 8),
  )[0]
  const word = (name: keyof typeof commandWord) => block[commandWord[name]]
  return {
    flags: word("FLAGS"),
    generation: word("GENERATION"),
    ttl: word("TTL"),
    socketTimeout: word("SOCKET_TIMEOUT"),
    totalTimeout: word("TOTAL_TIMEOUT"),
    maxRetries: word("MAX_RETRIES"),
    sleep: word("SLEEP"),
    timeoutDelay: word("TIMEOUT_DELAY"),
    readTouch: word("READ_TOUCH"),
    compressAbove: word("COMPRESS_ABOVE"),
    multiplier,
  }
}

describe("packing", () => {
  const none = {
    flags: 0,
    generation: 0,
    ttl: 0,
    socketTimeout: 30_000,
    totalTimeout: 1000,
    sleep: 0,
    timeoutDelay: 0,
    readTouch: 0,
    compressAbove: 0,
    multiplier: 1,
  }

  test.each([
    ["read", 2],
    ["write", 0],
    ["remove", 0],
    ["info", 2],
  ] as const)("the defaults of %s", (kind, maxRetries) => {
    expect(packed(kind)).toEqual({ ...none, maxRetries })
    expect(packed(kind, {})).toEqual({ ...none, maxRetries })
    expect(packed(kind, { totalTimeout: undefined })).toEqual({ ...none, maxRetries })
  })

  test.each<[PolicyKind, object, object]>([
    [
      "read",
      { socketTimeout: 5, totalTimeout: 0, maxRetries: 9 },
      { socketTimeout: 5, totalTimeout: 0, maxRetries: 9 },
    ],
    [
      "read",
      { sleepBetweenRetries: 3, sleepMultiplier: 1.5, timeoutDelay: 7 },
      { sleep: 3, multiplier: 1.5, timeoutDelay: 7 },
    ],
    ["read", { readTouchTtlPercent: 80 }, { readTouch: 80 }],
    ["read", { readTouchTtlPercent: -1 }, { readTouch: 0xffff_ffff }],
    ["read", { readModeAP: "all" }, { flags: policyFlag.READ_AP_ALL }],
    ["read", { readModeAP: "one", readModeSC: "session", replica: "sequence", sendKey: false }, { flags: 0 }],
    ["read", { readModeSC: "linearize" }, { flags: 1 << policyFlag.READ_SC_SHIFT }],
    ["read", { readModeSC: "allowReplica" }, { flags: 2 << policyFlag.READ_SC_SHIFT }],
    ["read", { readModeSC: "allowUnavailable" }, { flags: 3 << policyFlag.READ_SC_SHIFT }],
    ["read", { replica: "master" }, { flags: 1 << policyFlag.REPLICA_SHIFT }],
    ["read", { replica: "any" }, { flags: 2 << policyFlag.REPLICA_SHIFT }],
    ["read", { replica: "preferRack" }, { flags: 3 << policyFlag.REPLICA_SHIFT }],
    ["read", { replica: "random" }, { flags: 4 << policyFlag.REPLICA_SHIFT }],
    ["write", { ttl: 60 }, { ttl: 60 }],
    ["write", { ttl: TTL.NEVER_EXPIRE }, { ttl: 0xffff_ffff }],
    ["write", { ttl: TTL.DONT_UPDATE }, { ttl: 0xffff_fffe }],
    ["write", { ttl: TTL.NAMESPACE_DEFAULT }, { ttl: 0 }],
    ["write", { exists: "updateOnly" }, { flags: 1 << policyFlag.EXISTS_SHIFT }],
    ["write", { exists: "replace" }, { flags: 2 << policyFlag.EXISTS_SHIFT }],
    ["write", { exists: "replaceOnly" }, { flags: 3 << policyFlag.EXISTS_SHIFT }],
    ["write", { exists: "createOnly" }, { flags: 4 << policyFlag.EXISTS_SHIFT }],
    ["write", { gen: { eq: 3 } }, { flags: 1 << policyFlag.GEN_SHIFT, generation: 3 }],
    ["write", { gen: { gt: 0 } }, { flags: 2 << policyFlag.GEN_SHIFT, generation: 0 }],
    [
      "write",
      { sendKey: true, durableDelete: true, commitLevel: "master", onLockingOnly: true },
      {
        flags: policyFlag.SEND_KEY | policyFlag.DURABLE_DELETE | policyFlag.COMMIT_MASTER | policyFlag.ON_LOCKING_ONLY,
      },
    ],
    [
      "remove",
      { gen: { eq: 65_535 }, durableDelete: true },
      { flags: policyFlag.DURABLE_DELETE | (1 << policyFlag.GEN_SHIFT), generation: 65_535 },
    ],
    ["write", { compress: true }, { flags: policyFlag.COMPRESS }],
    ["write", { compress: false, txn: null }, {}],
    ["read", { compress: true, compressionThreshold: 1000 }, { flags: policyFlag.COMPRESS, compressAbove: 1000 }],
  ])("%s %j", (kind, policy, expected) => {
    expect(packed(kind, policy)).toMatchObject({ ...none, ...expected })
  })

  test("a call's policy stands over the client's, and the client's over the defaults", () => {
    const packer = new PolicyPacker({ write: { exists: "createOnly", sendKey: true, gen: { gt: 4 }, ttl: 5 } })
    const base = policyFlag.SEND_KEY | (4 << policyFlag.EXISTS_SHIFT)
    expect(packed("write", undefined, packer)).toMatchObject({
      flags: base | (2 << policyFlag.GEN_SHIFT),
      generation: 4,
      ttl: 5,
    })
    expect(packed("write", { exists: "update", sendKey: false, gen: { eq: 1 } }, packer)).toMatchObject({
      flags: 1 << policyFlag.GEN_SHIFT,
      generation: 1,
      ttl: 5,
    })
    expect(packed("write", undefined, packer)).toMatchObject({ flags: base | (2 << policyFlag.GEN_SHIFT) })
    expect(packed("remove", undefined, packer)).toMatchObject({ flags: 0 })
  })

  test("filter and signal are handed on, and forgotten with the next call", () => {
    const packer = new PolicyPacker()
    const signal = new AbortController().signal
    const filter = new Uint8Array([1])
    expect(packer.pack("read", { signal, filterExpression: filter })).toMatchObject({ signal, filter })
    expect(packer.pack("read", {})).toMatchObject({ signal: undefined, filter: undefined })
  })
})

describe("batches and queries", () => {
  const word = (words: PolicyWords, at: number) => words.words[at - commandWord.FLAGS]
  const packer = new PolicyPacker({ batch: { sendKey: true, write: { ttl: 60 } }, query: { recordsPerSecond: 100 } })

  test("a batch is tried again by default when it only reads", () => {
    expect(word(packer.batch(undefined, false), commandWord.MAX_RETRIES)).toBe(2)
    expect(word(packer.batch(undefined, true), commandWord.MAX_RETRIES)).toBe(0)
    expect(word(packer.batch({ maxRetries: 1 }, true), commandWord.MAX_RETRIES)).toBe(1)
    expect(word(packer.batch({}, false), commandWord.BATCH_FLAGS)).toBe(
      batchFlag.INLINE_RAM | batchFlag.RESPOND_ALL_KEYS,
    )
  })

  test("a row has what the client, the batch and the row itself say, the last first", () => {
    const batch = { write: { exists: "createOnly", ttl: 70 } } as const
    const flags = packer.batch(batch, true).flags
    const exists = 4 << policyFlag.EXISTS_SHIFT
    expect(packer.row("write", undefined, undefined, flags).flags).toBe(policyFlag.SEND_KEY)
    expect(packer.row("write", batch, undefined, flags).flags).toBe(policyFlag.SEND_KEY | exists)
    expect(word(packer.row("write", undefined, undefined, 0), commandWord.TTL)).toBe(60)
    expect(word(packer.row("write", batch, undefined, 0), commandWord.TTL)).toBe(70)
    expect(word(packer.row("write", batch, { ttl: 80 }, 0), commandWord.TTL)).toBe(80)
    expect(word(packer.row("remove", batch, undefined, 0), commandWord.TTL)).toBe(0)
  })

  test("read modes are those of the batch, and only rows that write send their key", () => {
    const { flags } = packer.batch({ readModeAP: "all", readModeSC: "linearize", replica: "any" }, false)
    const modes = policyFlag.READ_AP_ALL | (1 << policyFlag.READ_SC_SHIFT)
    expect(packer.row("read", undefined, undefined, flags).flags).toBe(modes)
    expect(packer.row("write", undefined, undefined, flags).flags).toBe(modes | policyFlag.SEND_KEY)
  })

  test("a query has its own limits", () => {
    const given = { maxRecords: 2 ** 40, partitionFilter: { begin: 4000, count: 96 }, includeBins: false } as const
    const words = packer.pack("query", { ...given, expectedDuration: "short" })
    expect(word(words, commandWord.RECORDS_PER_SECOND)).toBe(100)
    expect(word(words, commandWord.MAX_RETRIES)).toBe(5)
    expect(word(words, commandWord.TOTAL_TIMEOUT)).toBe(0)
    expect(word(words, commandWord.PARTITIONS)).toBe(4000 | (96 << 16))
    expect(word(words, commandWord.QUERY_FLAGS)).toBe(queryFlag.NO_BINS | queryFlag.SHORT)
    const at = commandWord.MAX_RECORDS - commandWord.FLAGS
    expect(new Float64Array(words.words.slice(at, at + 2).buffer)[0]).toBe(2 ** 40)
    expect(word(packer.pack("scan", undefined), commandWord.RECORDS_PER_SECOND)).toBe(0)
  })

  test.each([
    [{ maxConcurrentNodes: -1 }, "policy.maxConcurrentNodes is -1: it must be a whole number"],
    [{ write: { totalTimeout: 5 } }, "policy.write.totalTimeout is a field of"],
    [{ read: { ttl: 5 } }, "policy.read.ttl is a field of"],
    [{ remove: 7 }, "policy.remove is 7: it must be an object of policy fields for the rows that remove."],
    [{ allowInlineSsd: 1 }, "policy.allowInlineSsd is 1"],
  ])("%j is refused by a batch", (policy, message) => {
    expect(() => packer.batch(policy as object, false)).toThrow(message)
  })
})

describe("refusals", () => {
  test.each<[PolicyKind, unknown, string]>([
    ["write", 7, "policy is 7: it must be an object of policy fields."],
    ["write", null, "policy is null"],
    [
      "write",
      { totalTimeout: -1 },
      "policy.totalTimeout is -1: it must be a whole number of milliseconds from 0 to 2147483647.",
    ],
    ["write", { totalTimeout: "1000" }, 'policy.totalTimeout is "1000"'],
    ["write", { totalTimeout: Number.POSITIVE_INFINITY }, "policy.totalTimeout is Infinity"],
    ["write", { socketTimeout: 1.5 }, "policy.socketTimeout is 1.5"],
    ["write", { maxRetries: -1 }, "policy.maxRetries is -1"],
    ["write", { sleepMultiplier: 0.5 }, "policy.sleepMultiplier is 0.5: it must be a number from 1 to 1000."],
    ["write", { timeoutDelay: null }, "policy.timeoutDelay is null"],
    [
      "write",
      { exists: "create" },
      'policy.exists is "create": it must be one of "update", "updateOnly", "replace", "replaceOnly", "createOnly".',
    ],
    ["write", { gen: 3 }, "policy.gen is 3: it must be { eq: n } or { gt: n } with n a generation from 0 to 65535."],
    ["write", { gen: {} }, "policy.gen is an object"],
    ["write", { gen: { eq: 1, gt: 1 } }, "policy.gen is an object"],
    ["write", { gen: { eq: 65_536 } }, "policy.gen is an object"],
    [
      "write",
      { ttl: -3 },
      "policy.ttl is -3: it must be a whole number of seconds, TTL.NEVER_EXPIRE (-1) or TTL.DONT_UPDATE (-2)",
    ],
    ["write", { ttl: 315_360_001 }, "policy.ttl is 315360001"],
    ["write", { sendKey: "yes" }, 'policy.sendKey is "yes": it must be true or false.'],
    ["write", { commitLevel: "one" }, 'policy.commitLevel is "one": it must be one of "all", "master".'],
    [
      "read",
      { readTouchTtlPercent: 101 },
      "policy.readTouchTtlPercent is 101: it must be a whole number of percent from -1 to 100.",
    ],
    [
      "read",
      { filterExpression: "x" },
      'policy.filterExpression is "x": it must be an expression that is true or false, or the bytes of one.',
    ],
    ["read", { filterExpression: new Uint8Array() }, "policy.filterExpression is a Uint8Array"],
    ["read", { signal: {} }, "policy.signal is an object: it must be an AbortSignal."],
    ["read", { compress: 1 }, "policy.compress is 1: it must be true or false."],
    ["write", { compressionThreshold: -1 }, "policy.compressionThreshold is -1: it must be a whole number"],
    ["info", { compress: true }, "policy.compress is a field of read,"],
    ["write", { txn: {} }, "policy.txn is an object: it must be a Transaction."],
    [
      "query",
      { txn: new Transaction() },
      "policy.txn is a field of read, write, remove, operate, apply and batch operations; a query takes",
    ],
    [
      "txnRoll",
      { readModeSC: "session" },
      "policy.readModeSC is a field of read, operate, batch and txnVerify operations",
    ],
    ["txnVerify", { signal: null }, "policy.signal is a field of"],
    ["write", { total_timeout: 5 }, "policy.total_timeout is not known: did you mean totalTimeout?"],
    ["write", { timeToLive: 5 }, "policy.timeToLive is not known: it takes socketTimeout,"],
    ["write", { constructor: 1 }, "policy.constructor is not known"],
    [
      "read",
      { exists: "replace" },
      "policy.exists is a field of write, operate and apply operations; a read takes socketTimeout,",
    ],
    ["read", { gen: { eq: 1 } }, "policy.gen is a field of write, remove, operate and apply operations"],
    ["query", { partitionFilter: { begin: 4096 } }, "policy.partitionFilter is an object: it must be { begin, count }"],
    ["query", { recordsPerSecond: -1 }, "policy.recordsPerSecond is -1"],
    ["query", { expectedDuration: "soon" }, 'policy.expectedDuration is "soon": it must be one of "long", "short",'],
    ["scan", { sendKey: true }, "policy.sendKey is a field of"],
    ["write", { readModeAP: "all" }, "policy.readModeAP is a field of read, operate, batch, query and scan operations"],
    [
      "info",
      { sendKey: true },
      "policy.sendKey is a field of read, write, remove, operate, apply and batch operations",
    ],
  ])("%s %j", (kind, policy, message) => {
    const act = () => new PolicyPacker().pack(kind, policy as object)
    expect(act).toThrow(InvalidArgumentError)
    expect(act).toThrow(message)
  })
})
