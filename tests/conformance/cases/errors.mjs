// Errors that a server gives, and how each is told: its class, its code, and a message a person can act on.

import { wireTap } from "../support/peers.mjs"

export default {
  name: "errors",
  cases: [
    {
      name: "an unknown namespace is a ServerError that names it, and nothing is sent",
      async run(t) {
        const tap = await wireTap(t)
        const client = await t.connect({ hosts: tap.hosts, singleNode: true })
        const unknown = { is: "ServerError", code: 20, says: "no-such-ns" }
        for (const act of [
          () => client.get(["no-such-ns", t.set, "k"]),
          () => client.put(["no-such-ns", t.set, "k"], { v: 1 }),
          () => client.exists(["no-such-ns", t.set, "k"]),
          () => client.remove(["no-such-ns", t.set, "k"]),
        ]) {
          await t.fails(act, unknown)
        }
        t.assert.equal(tap.requests, 0)
      },
    },
    {
      name: "a record beyond the namespace's limit is RecordTooBigError",
      async run(t) {
        const key = t.key()
        // The limit is 1 MiB by default and can be configured up to 8 MiB.
        await t.fails(
          t.client.put(key, { v: new Uint8Array(9 << 20) }, { totalTimeout: 20_000, socketTimeout: 20_000 }),
          {
            is: "RecordTooBigError",
            code: 13,
            says: t.set,
          },
        )
        t.assert.equal(await t.client.exists(key), undefined)
      },
    },
    {
      name: "an error of a record tells what was asked, of which node, how often and how long it took",
      async run(t) {
        const key = t.key("some-record")
        await t.client.put(key, { s: "x" })
        const error = await t.fails(t.client.increment(key, "s", 1), {
          is: "BinTypeError",
          code: 12,
          says: ["test", t.set, "some-record", "12"],
        })
        t.assert.equal(error.codeName, "BIN_TYPE")
        t.assert.equal(error.attempts, 1)
        t.assert.equal(error.inDoubt, false)
        t.assert.ok(
          t.client.nodeNames().some((name) => error.node.includes(name)),
          error.node,
        )
        t.assert.ok(error.elapsedMs >= 0 && error.elapsedMs < 60_000)
        t.same([...error.key], key)
      },
    },
    {
      name: "an error can be logged and keeps the stack of its caller",
      async run(t) {
        async function theCaller() {
          await t.client.get(t.key())
        }
        const error = await t.fails(theCaller, { is: "RecordNotFoundError" })
        t.assert.match(String(error), /^RecordNotFoundError: /)
        t.assert.match(error.stack, /RecordNotFoundError/)
        // Only V8 keeps the callers that await a promise.
        if (t.facts.runtime !== "bun") t.assert.match(error.stack, /theCaller/)
      },
    },
    {
      name: "errors are told apart by their classes",
      async run(t) {
        const { api } = t
        const tree = {
          ClientError: "AerospikeError",
          InvalidArgumentError: "ClientError",
          BackpressureError: "ClientError",
          MaxErrorRateExceededError: "ClientError",
          NoMoreConnectionsError: "ClientError",
          TimeoutError: "AerospikeError",
          ClusterError: "AerospikeError",
          ClusterNameMismatchError: "ClusterError",
          ServerError: "AerospikeError",
          RecordError: "ServerError",
          RecordNotFoundError: "RecordError",
          RecordExistsError: "RecordError",
          RecordGenerationError: "RecordError",
          RecordTooBigError: "RecordError",
          BinNameError: "RecordError",
          BinExistsError: "RecordError",
          BinNotFoundError: "RecordError",
          BinTypeError: "RecordError",
          FilteredOutError: "RecordError",
          IndexError: "ServerError",
          IndexNotFoundError: "IndexError",
          IndexFoundError: "IndexError",
          QueryError: "ServerError",
          QueryAbortedError: "QueryError",
          AdminError: "ServerError",
          UdfError: "ServerError",
          TransactionError: "ServerError",
        }
        for (const [name, parent] of Object.entries(tree)) {
          t.assert.ok(api[name]?.prototype instanceof api[parent], `${name} is not a ${parent}`)
        }
      },
    },
  ],
}
