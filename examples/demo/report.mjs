// What the demo measures and how it shows it: a bar on a terminal, plain lines in a pipe, a table of 80 columns at most.

import { SingleBar } from "cli-progress"
import { build } from "hdr-histogram-js"

const microseconds = { lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 }

/** One kind of operation: how many, how long each took, how many failed. */
export class Phase {
  ops = 0
  errors = 0
  retries = 0
  /** Milliseconds, between one answer and the next. */
  longestPause = 0
  firstError = ""
  #latency = build(microseconds)
  #started = performance.now()
  #lastAnswer = this.#started
  #countRetries
  #retriesBefore

  /** @param {string} name @param {() => number} countRetries the client's count so far */
  constructor(name, countRetries) {
    this.name = name
    this.#countRetries = countRetries
    this.#retriesBefore = countRetries()
  }

  /** Waits for one operation. What it gives, or undefined if it failed; the failure is counted. */
  async time(operation) {
    const start = performance.now()
    try {
      return await operation
    } catch (error) {
      this.fail(error)
    } finally {
      const now = performance.now()
      this.ops++
      this.#latency.recordValue(Math.max(1, Math.round((now - start) * 1000)))
      this.longestPause = Math.max(this.longestPause, now - this.#lastAnswer)
      this.#lastAnswer = now
    }
  }

  fail(error) {
    if (this.errors++ === 0) this.firstError = `${error.name}: ${error.message}`
  }

  end() {
    this.retries = this.#countRetries() - this.#retriesBefore
  }

  /** Since it began, as text. */
  took() {
    return `${((performance.now() - this.#started) / 1000).toFixed(2)} s`
  }

  /** Milliseconds. */
  latency(percentile) {
    return this.#latency.getValueAtPercentile(percentile) / 1000
  }
}

/** One line of the story. */
export function say(what, text) {
  console.log(`${what.padEnd(11)} ${text}`)
}

export function count(n) {
  return n.toLocaleString("en")
}

/** @returns {() => void} to be called once for each step done; the bar goes away with the last */
export function showProgress(label, total) {
  const bar = startBar(`${label.padEnd(11)} [{bar}] {percentage} %  {value}/{total}`, total)
  let done = 0
  return () => {
    bar?.increment()
    if (++done === total) bar?.stop()
  }
}

/** Shows for so many seconds how many operations a phase has done. @returns {() => void} ends it */
export function showClock(phase, seconds) {
  const bar = startBar(`${phase.name.padEnd(16)} [{bar}] {ops} reads, {errors} errors`, seconds * 1000)
  if (!bar) return () => {}
  const start = performance.now()
  const timer = setInterval(() => bar.update(performance.now() - start, { ops: phase.ops, errors: phase.errors }), 100)
  return () => {
    clearInterval(timer)
    bar.stop()
  }
}

/** Nothing in a pipe, where a line that is drawn over and over cannot be read. */
function startBar(format, total) {
  if (!process.stdout.isTTY) return undefined
  const options = { format, barsize: 30, barCompleteChar: "#", barIncompleteChar: ".", hideCursor: true }
  const bar = new SingleBar({ ...options, clearOnComplete: true })
  bar.start(total, 0, { ops: 0, errors: 0 })
  return bar
}

/** @param {Phase[]} phases */
export function showTable(phases) {
  const widths = [9, 8, 8, 8, 9, 9, 8]
  const row = (name, cells) => console.log(name.padEnd(17) + cells.map((cell, i) => cell.padStart(widths[i])).join(""))
  console.log()
  row("latency in ms", ["ops", "p50", "p90", "p99", "max", "retries", "errors"])
  for (const phase of phases) {
    const latencies = [50, 90, 99, 100].map((percentile) => phase.latency(percentile).toFixed(2))
    row(phase.name, [count(phase.ops), ...latencies, count(phase.retries), count(phase.errors)])
  }
}
