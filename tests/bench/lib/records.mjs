// The records that are read and written, told once; the peers in other languages make the same ones.
//
// A shape is a set of records: what their keys are, and their bins. Where a set is loaded, every client's answers are held
// against it.

export const NAMESPACE = "test"

const text = (i) => `record ${String(i).padStart(8, "0")} ${"x".repeat(16)}`

/** The record of the table: an integer, a double, a string of 32 characters, a blob of 16 bytes, a list of 3. */
function five(i) {
  return { i, d: i + 0.5, s: text(i), b: new Uint8Array(16).fill(i & 255), l: [i, i + 1, i + 2] }
}

/** The same with an integer for the list, since a column cannot hold lists. */
function flat(i) {
  return { i, d: i + 0.5, s: text(i), b: new Uint8Array(16).fill(i & 255), j: i }
}

export const shapes = {
  /** What single operations read and write. */
  single: { key: (i) => `key-${i}`, bins: five },
  /** What single operations increment. */
  counters: { key: (i) => `key-${i}`, bins: five },
  five: { key: (i) => i, bins: five },
  ints: { key: (i) => i, bins: (i) => ({ i }), schema: { i: "i64" } },
  flat: { key: (i) => i, bins: flat, schema: { i: "i64", d: "f64", s: "utf8", b: "bytes[16]", j: "i64" } },
}

/** Throws unless the bins are those of record `i`. */
export function assertRecord(shape, i, bins) {
  for (const [name, expected] of Object.entries(shapes[shape].bins(i))) {
    const got = bins[name]
    const same = ArrayBuffer.isView(expected)
      ? got?.length === expected.length && expected.every((byte, at) => byte === got[at])
      : Array.isArray(expected)
        ? got?.join() === expected.join()
        : got === expected
    if (!same) throw new Error(`bin ${name} of record ${i} of the set ${shape} is ${got}, not ${expected}`)
  }
}
