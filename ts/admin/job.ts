// Work that goes on in the cluster after the command that began it was answered.

import { check, checkFields } from "../core/check.ts"
import { code } from "../core/generated.ts"
import { errorOf } from "../errors.ts"
import { wholeMs } from "./ask.ts"

/** How {@link Job.wait} waits. */
export interface WaitOptions {
  /** Milliseconds after which it rejects with `TimeoutError`; the work goes on. Default: none. */
  timeout?: number | undefined
  /** Milliseconds between two looks. Default: 20 at first, then longer, up to 1000. */
  interval?: number | undefined
  /** Stops waiting; the work goes on. */
  signal?: AbortSignal | undefined
}

const intervalMin = 20
const intervalMax = 1000

/** Work of the cluster: how far it is, and when it is done. */
export class Job {
  readonly #asked: string
  readonly #look: () => Promise<number>

  /** @internal `look` gives percent, those of the slowest node; it throws when the work has failed. */
  constructor(asked: string, look: () => Promise<number>) {
    this.#asked = asked
    this.#look = look
  }

  /** Percent that are done, on the node that is the slowest. */
  progress(): Promise<number> {
    return this.#look()
  }

  /** Whether every node is done. */
  async isDone(): Promise<boolean> {
    return (await this.#look()) >= 100
  }

  /** Resolves when every node is done. */
  async wait(options: WaitOptions = {}): Promise<void> {
    checkFields("options", options, ["timeout", "interval", "signal"])
    const { timeout, interval, signal } = options
    if (timeout !== undefined) check("options.timeout", timeout, wholeMs)
    if (interval !== undefined) check("options.interval", interval, wholeMs)
    const start = performance.now()
    for (let pauseMs = interval ?? intervalMin; ; pauseMs = interval ?? Math.min(pauseMs * 2, intervalMax)) {
      const left = timeout === undefined ? undefined : Math.max(0, timeout - (performance.now() - start))
      const isDone = await unlessOver(this.isDone(), left, signal)
      if (isDone) return
      if (signal?.aborted) throw errorOf(code.ABORTED, this.#asked, { cause: signal.reason })
      const elapsedMs = performance.now() - start
      if (timeout !== undefined && elapsedMs >= timeout)
        throw errorOf(code.TIMEOUT, this.#asked, { elapsedMs, attempts: 1 })
      await pause(timeout === undefined ? pauseMs : Math.min(pauseMs, timeout - elapsedMs), signal)
    }
  }
}

/** What comes of `work`; or undefined, when the time is over before, or the signal given. */
function unlessOver<T>(
  work: Promise<T>,
  ms: number | undefined,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener("abort", over)
      act()
    }
    const over = () => settle(() => resolve(undefined))
    const timer = ms === undefined ? undefined : setTimeout(over, ms)
    if (signal?.aborted) over()
    else signal?.addEventListener("abort", over)
    work.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    )
  })
}

/** Ends early when the signal is given. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    if (signal?.aborted) end()
    else signal?.addEventListener("abort", end)
  })
}
