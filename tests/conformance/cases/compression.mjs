// Compressed requests and answers. They need an Enterprise server: all but the refusal runs on a dev server of that
// edition, which the case starts for itself.

import { startDevServer } from "aerospike-wasm/devserver"

const text = "a text that says the same again and again, ".repeat(40)
const compress = { compress: true }
const policies = {
  read: compress,
  write: compress,
  operate: compress,
  batch: compress,
  query: compress,
  scan: compress,
}

/** A server of two nodes, and a client of it. */
async function enterprise(t, config) {
  const server = await startDevServer({ edition: "enterprise", nodes: 2 })
  t.closing(() => server.close())
  return t.connect({ hosts: server.hosts, ...config })
}

/** Bytes that an operation sends and receives. */
async function bytesOf(client, act) {
  const before = client.stats()
  const value = await act()
  const after = client.stats()
  const [sent, received] = [after.bytesSent - before.bytesSent, after.bytesReceived - before.bytesReceived]
  return { value, sent, received }
}

const key = (n) => ["test", "compressed", n]

export default {
  name: "compression",
  cases: [
    {
      name: "records of every size come back as they were written",
      async run(t) {
        const client = await enterprise(t, { policies })
        for (const length of [0, 1, 90, 128, 129, 1000, 65_536, 900_000]) {
          const bins = { text: text.repeat(600).slice(0, length), bytes: new Uint8Array(length % 70_000).fill(7), n: 1 }
          await client.put(key(length), bins)
          t.same((await client.get(key(length))).bins, bins)
          const { bins: read } = await client.operate(key(length), [
            t.api.op.append("text", "!"),
            t.api.op.read("text"),
          ])
          t.assert.equal(read.text, `${bins.text}!`)
        }
      },
    },
    {
      name: "what does not get shorter is sent as it is",
      async run(t) {
        const client = await enterprise(t, { policies })
        const noise = crypto.getRandomValues(new Uint8Array(60_000))
        const { sent } = await bytesOf(client, () => client.put(key(1), { noise }))
        t.assert.ok(sent > 60_000 && sent < 60_200, `${sent} bytes`)
        const { value, received } = await bytesOf(client, () => client.get(key(1)))
        t.same(value.bins, { noise })
        t.assert.ok(received > 60_000 && received < 60_200, `${received} bytes`)
      },
    },
    {
      name: "it saves bytes in both directions, of records, batches and queries",
      async run(t) {
        const client = await enterprise(t)
        const keys = Array.from({ length: 100 }, (_, n) => key(n))
        const rows = keys.map((key, n) => ({ key, bins: { text, n } }))
        const all = (policy) => ({
          put: () => client.put(key(500), { text }, policy),
          get: () => client.get(key(500), policy),
          batchWrite: () => client.batchWrite(rows, policy),
          batchRead: () => client.batchRead(keys, {}, policy),
          query: () => client.query("test", "compressed").policy(policy).results(),
        })
        const [plain, small] = [all({}), all(compress)]
        for (const [name, saves] of [
          ["put", "sent"],
          ["get", "received"],
          ["batchWrite", "sent"],
          ["batchRead", "received"],
          ["query", "received"],
        ]) {
          const before = await bytesOf(client, plain[name])
          const after = await bytesOf(client, small[name])
          t.assert.ok(after[saves] * 3 < before[saves], `${name}: ${after[saves]} of ${before[saves]} bytes`)
          if (name === "query") t.assert.equal(after.value.length, 101)
          if (name === "batchRead")
            t.same(
              after.value.map(({ bins }) => bins),
              before.value.map(({ bins }) => bins),
            )
        }
      },
    },
    {
      name: "compressionThreshold says from which size on, also alone",
      async run(t) {
        const client = await enterprise(t)
        const sent = async (policy) => (await bytesOf(client, () => client.put(key(1), { text }, policy))).sent
        t.assert.ok((await sent({ compressionThreshold: 500 })) < 500)
        t.assert.ok((await sent({ compressionThreshold: 5000 })) > text.length)
        t.assert.ok((await sent({ compress: true, compressionThreshold: 5000 })) > text.length)
        t.assert.ok((await sent({ compress: true })) < 500)
        await t.fails(client.put(key(1), { text }, { compressionThreshold: -1 }), {
          is: "InvalidArgumentError",
          says: ["compressionThreshold", "-1"],
        })
      },
    },
    {
      name: "the Community Edition refuses compressed requests with code 25, and nothing is tried again",
      needs: ["Community Edition"],
      async run(t) {
        const [key, other] = t.keys(2)
        const text = "long ".repeat(200)
        const compress = { compress: true, maxRetries: 3 }
        const refused = { is: "ServerError", code: 25, says: ["leave compress", "1 attempt"] }
        t.assert.equal((await t.fails(t.client.put(key, { text }, compress), refused)).inDoubt, false)
        const operate = t.client.operate(key, [t.api.op.write("text", text)], compress)
        await t.fails(operate, refused)
        const rows = await t.client.batchWrite(
          [key, other].map((key) => ({ key, bins: { text } })),
          compress,
        )
        for (const row of rows) {
          t.assert.equal(row.code, 25)
          await t.fails(Promise.reject(row.error), { is: "ServerError", code: 25, says: "leave compress" })
        }
        const query = t.client.query("test", t.set).filter(t.api.exp.eq(t.api.exp.string.bin("text"), text))
        await t.fails(query.policy(compress).results(), { code: 25, says: "leave compress" })
        t.assert.equal(await t.client.exists(key), undefined)
        // What is short leaves as it is, and such a server does not compress answers.
        await t.client.put(key, { text })
        t.same((await t.client.get(key, compress)).bins, { text })
      },
    },
  ],
}
