// What became of counters over the last minutes: they only say how often something happened since the client was made.

interface Point {
  readonly at: number
  readonly values: Readonly<Record<string, number>>
}

/** Values by name, as they were told, for so many milliseconds. */
export class History {
  readonly #keepMs: number
  readonly #points: Point[] = []

  constructor(keepMs: number) {
    this.#keepMs = keepMs
  }

  add(at: number, values: Readonly<Record<string, number>>): void {
    const last = this.#points.at(-1)
    // A clock that was set back.
    if (last && at <= last.at) this.#points.length = 0
    this.#points.push({ at, values })
    while (this.#points[0]!.at < at - this.#keepMs) this.#points.shift()
  }

  /** By how much a counter grew a second, over the last `overMs`; 0 when that is not known yet. */
  rate(name: string, overMs: number): number {
    const last = this.#points.at(-1)
    if (!last) return 0
    const from = this.#points.find(({ at }) => at >= last.at - overMs)!
    return rateOf(from, last, name)
  }

  /** The same between each point and the one before. */
  rates(name: string): { readonly at: number; readonly value: number }[] {
    return this.#points.slice(1).map((point, i) => ({ at: point.at, value: rateOf(this.#points[i]!, point, name) }))
  }

  values(name: string): { readonly at: number; readonly value: number }[] {
    return this.#points.map(({ at, values }) => ({ at, value: values[name] ?? 0 }))
  }
}

function rateOf(from: Point, to: Point, name: string): number {
  const seconds = (to.at - from.at) / 1000
  const grown = (to.values[name] ?? 0) - (from.values[name] ?? 0)
  // One that went down has begun anew, with the program.
  return seconds > 0 && grown > 0 ? grown / seconds : 0
}
