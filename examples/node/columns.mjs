// AEROSPIKE_HOSTS=127.0.0.1:3000 node examples/node/columns.mjs
import { connect } from "aerospike-wasm"

const client = await connect({ hosts: process.env.AEROSPIKE_HOSTS ?? "127.0.0.1:3000" })
const size = 4 // floats of a vector

// A thousand articles, each with a vector, written from arrays and not from a thousand objects.
const ids = Int32Array.from({ length: 1000 }, (_, i) => i)
const vectors = Float32Array.from({ length: ids.length * size }, (_, i) => Math.sin(i))
const articles = { ns: "test", set: "articles", ids }
const { code } = await client.batchWriteColumns(articles, {
  title: Array.from(ids, (id) => (id % 100 ? `Article ${id}` : null)), // some have none
  views: Uint32Array.from(ids, (id) => id * 3),
  vector: { type: `bytes[${size * 4}]`, data: new Uint8Array(vectors.buffer) },
})
console.log(`${code.filter((code) => code === 0).length} written`) // → 1000 written

// Read as arrays, too: what follows touches no object a record.
const { columns, valid, found } = await client.batchReadColumns(
  { ...articles, ids: Int32Array.of(1, 2, 100, 5000) },
  { title: "utf8", views: "u32" },
)
console.log([...found].join(), [...valid.title].join()) // → 1,1,1,0 1,1,0,0
console.log(columns.views.join(), columns.title.toArray().join()) // → 3,6,300,0 Article 1,Article 2,,

// The article that is most like the first: that itself has no title.
const all = await client.query("test", "articles").columns({ title: "utf8", vector: `bytes[${size * 4}]` })
const read = new Float32Array(all.columns.vector.buffer)
const like = (row) => vectors.slice(0, size).reduce((sum, x, i) => sum + x * read[row * size + i], 0)
const [best] = Array.from({ length: all.length }, (_, row) => row)
  .filter((row) => all.valid.title[row])
  .sort((a, b) => like(b) - like(a))
console.log(`${all.length} read, the nearest is ${all.columns.title.at(best)}`)
// → 1000 read, the nearest is Article 333

await client.batchRemove(Array.from(ids, (id) => ["test", "articles", id]))
await client.close()
