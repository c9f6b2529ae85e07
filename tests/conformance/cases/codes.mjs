// Result codes that only a client with a fault would see, or one whose server or network has one: what a server says to what
// this client never sends, and what the client says of a connection that cannot be believed.

import { tapped } from "../support/peers.mjs"
import { askRaw, codeOf, codeOfWrite, field, fieldsOf, INTEGER, LIST, message, op } from "../support/raw.mjs"

const READ = 1
const WRITE = 1
const one = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1])

/** The user key of a record as a field: particle type 3, text. */
const userKey = (text) => field(2, Buffer.from(`\x03${text}`))

export default {
  name: "result codes",
  cases: [
    {
      name: "a list with bytes behind its end is SERVER_ERROR (1)",
      async run(t) {
        t.assert.equal(await codeOfWrite(t, t.key(), [["l", LIST, [0x91, 1, 2]]]), 1)
      },
    },
    {
      name: "a particle type that is none is PARAMETER (4)",
      async run(t) {
        t.assert.equal(await codeOfWrite(t, t.key(), [["v", 77, one]]), 4)
      },
    },
    {
      name: "a record that is named by its user key alone is UNSUPPORTED_FEATURE (16)",
      async run(t) {
        const [ns, set] = fieldsOf(t, t.key())
        t.assert.equal(await codeOf(t, { info1: READ, fields: [ns, set, userKey("k")], ops: [op(1, 0, "v", one)] }), 16)
      },
    },
    {
      name: "another user key than the stored one is KEY_MISMATCH (19)",
      async run(t) {
        const key = t.key()
        const fields = fieldsOf(t, key)
        const write = { info2: WRITE, ops: [op(2, INTEGER, "v", one)] }
        t.assert.equal(await codeOf(t, { ...write, fields: [...fields, userKey("one")] }), 0)
        t.assert.equal(await codeOf(t, { ...write, fields: [...fields, userKey("one")] }), 0)
        t.assert.equal(await codeOf(t, { ...write, fields: [...fields, userKey("other")] }), 19)
      },
    },
    {
      name: "an unknown namespace is NAMESPACE (20)",
      async run(t) {
        const [, set, digest] = fieldsOf(t, t.key())
        const fields = [field(0, Buffer.from("nope")), set, digest]
        t.assert.equal(await codeOf(t, { info1: READ, fields, ops: [op(1, 0, "v", one)] }), 20)
      },
    },
    {
      name: "a bin name of 16 bytes is BIN_NAME (21)",
      async run(t) {
        t.assert.equal(await codeOfWrite(t, t.key(), [["x".repeat(16), INTEGER, one]]), 21)
      },
    },
    {
      name: "a login to a server without security is SECURITY_NOT_SUPPORTED (51)",
      needs: ["Community Edition"],
      async run(t) {
        const answer = await askRaw(t, 2, Buffer.from([0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
        t.same([answer.length, answer[1], answer[9]], [24, 2, 51])
      },
    },
    {
      name: "a cluster of another size than asked for is CLUSTER_KEY_MISMATCH (7)",
      async run(t) {
        const { response } = await t.client.infoRandomNode("cluster-stable:size=99")
        t.assert.match(response, /^ERROR:7:/)
      },
    },
    {
      name: "a query of partitions that a node does not have is UNAVAILABLE (11) for those",
      needs: ["several nodes", "queries"],
      async run(t) {
        const [ns] = fieldsOf(t, t.key())
        const set = field(1, Buffer.from("nothing is in it"))
        const partitions = Buffer.from(new Uint16Array(Array.from({ length: 4096 }, (_, id) => id)).buffer)
        const fields = [ns, set, field(7, Buffer.from([1, 2, 3, 4, 5, 6, 7, 8])), field(11, partitions)]
        const frame = await askRaw(t, 3, message({ info1: READ, info3: 4, fields }))
        const codes = new Set()
        for (let at = 8; at < frame.length; at += 22) codes.add(frame[at + 5])
        codes.delete(0)
        t.same([...codes], [11])
      },
    },
    {
      name: "an answer that is none is MALFORMED, and the connection is given up",
      async run(t) {
        const { tap, client, key } = await tapped(t)
        tap.garble = true
        const policy = { maxRetries: 0, totalTimeout: 20_000, socketTimeout: 20_000 }
        await t.fails(client.get(key, policy), { is: "ClusterError", code: -41 })
        tap.garble = false
        t.same((await client.get(key, { totalTimeout: 20_000 })).bins, { v: 1 })
      },
    },
    {
      name: "a node that fails too often is given a rest: MAX_ERROR_RATE",
      async run(t) {
        const { tap, client, key } = await tapped(t, { maxErrorRate: 3, errorRateWindow: 1, tendInterval: 1000 })
        const policy = { maxRetries: 0, totalTimeout: 20_000, socketTimeout: 20_000 }
        tap.cutRequests = true
        let error
        for (let n = 0; n < 10 && error?.code !== -14; n++) error = await t.fails(client.get(key, policy))
        t.assert.equal(error.code, -14)
        t.assert.ok(error instanceof t.api.MaxErrorRateExceededError)
        const before = tap.requests
        await t.fails(client.get(key, policy), { is: "MaxErrorRateExceededError", code: -14, says: "errorRateWindow" })
        t.assert.equal(tap.requests, before, "nothing is sent while it rests")
        tap.cutRequests = false
        const rested = () => client.get(key, policy).catch(() => undefined)
        t.same((await t.until(rested, { what: "the end of the rest" })).bins, { v: 1 })
      },
    },
  ],
}
