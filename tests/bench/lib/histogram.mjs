// Latencies in buckets that grow with them: 64 for each doubling, so that what is read from it is true to 1.6 %, and noting
// one allocates nothing. The peers in other languages have the same buckets.

const SUB = 64
const SUB_BITS = 6
/** In tenths of a microsecond, up to 2^31: three and a half minutes. */
const UNITS_A_MS = 10_000
const BUCKETS = (31 - SUB_BITS + 1) * SUB

export class Histogram {
  #counts = new Uint32Array(BUCKETS)
  #total = 0

  note(ms) {
    const units = Math.min(ms * UNITS_A_MS, 0x7fffffff) | 0
    const shift = Math.max(0, 31 - SUB_BITS - Math.clz32(units))
    this.#counts[shift * SUB + (units >> shift)]++
    this.#total++
  }

  /** The latency in ms that a share of all stays below, as the middle of its bucket. */
  at(share) {
    let left = Math.ceil(this.#total * share)
    for (let index = 0; index < BUCKETS; index++) {
      left -= this.#counts[index]
      if (left <= 0 && this.#counts[index]) return middle(index) / UNITS_A_MS
    }
    return 0
  }
}

/** Buckets of shift 0 are `SUB * 2` wide in number: the upper half of each shift is its own, the lower that of the one before. */
function middle(index) {
  const shift = index < 2 * SUB ? 0 : (index >> SUB_BITS) - 1
  return (index - shift * SUB + 0.5) * 2 ** shift
}
