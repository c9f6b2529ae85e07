// Counts durations so finely that a percentile is right within one percent, in the same little memory however many there are.

/** The bounds of neighbouring buckets differ by two percent. */
const ratio = 1.02
/** The lower bound of the second bucket: a microsecond, in milliseconds. */
const least = 0.001
const logRatio = Math.log(ratio)
/** Up to some ten minutes. */
const buckets = Math.ceil(Math.log(600_000 / least) / logRatio) + 2

/** How long something took, many times. */
export class Quantiles {
  readonly #counts = new Uint32Array(buckets)
  #count = 0
  #max = 0

  get count(): number {
    return this.#count
  }

  /** Exactly. */
  get max(): number {
    return this.#max
  }

  add(ms: number): void {
    const bucket = ms <= least ? 0 : Math.min(Math.ceil(Math.log(ms / least) / logRatio), buckets - 1)
    this.#counts[bucket]!++
    this.#count++
    if (ms > this.#max) this.#max = ms
  }

  addAll(other: Quantiles): void {
    for (let i = 0; i < buckets; i++) this.#counts[i]! += other.#counts[i]!
    this.#count += other.#count
    this.#max = Math.max(this.#max, other.#max)
  }

  /** The duration that the part `q` of all did not exceed; 0 when there are none. */
  at(q: number): number {
    const rank = Math.max(1, Math.ceil(q * this.#count))
    let seen = 0
    for (let i = 0; i < buckets && this.#count > 0; i++) {
      seen += this.#counts[i]!
      // The middle of the bucket, as ratios go.
      if (seen >= rank) return Math.min(least * ratio ** (i - 0.5), this.#max)
    }
    return 0
  }
}
