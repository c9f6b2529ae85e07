// Jobs of queries in the background: how far each node is, and how it ended there. A node forgets a job some time after it
// has ended, so one that no node knows is taken for done, as by the official clients.

import { wrong } from "../core/check.ts"
import { code } from "../core/generated.ts"
import { type AerospikeError, errorOf } from "../errors.ts"
import type { InfoPolicy } from "../policy.ts"
import { type Asker, fieldsOf, refusalIn, usesOldNames } from "./ask.ts"
import { Job } from "./job.ts"

/** A job on one node. */
export interface QueryJobNode {
  nodeName: string
  /**
   * `"unknown"`: the node has forgotten it, or never had it. `"unreachable"`: it does not answer now, or has left the
   * cluster; `error` says why.
   */
  state: "active" | "done" | "aborted" | "unknown" | "unreachable"
  /** Percent of the node's partitions. */
  progress: number
  /** Records that were changed. */
  succeeded: number
  /** Records that could not be changed, or for which the function failed. */
  failed: number
  /** Records that the filter expression left out. */
  filtered: number
  /** Milliseconds that it has run. */
  runTimeMs: number
  /** Of a job that was aborted: why, in the server's words. */
  reason?: string
  error?: AerospikeError
}

/** A query in the background. Its number is all that is needed to ask for it from elsewhere: see `client.queryJob`. */
export class QueryJob extends Job {
  /** The number by which all nodes know it, of 64 bits. */
  readonly id: bigint
  readonly #asker: Asker
  readonly #asked: string
  readonly #nodeNames: readonly string[]
  readonly #policy: InfoPolicy | undefined
  /** Those that have said that they are done: what becomes of them then does not matter. */
  readonly #done = new Set<string>()
  #isOld: boolean | undefined

  /** @internal Use `query.background` or `client.queryJob`. */
  constructor(asker: Asker, asked: string, id: bigint, nodeNames: readonly string[], policy?: InfoPolicy) {
    super(asked, () => this.#slowest())
    this.#asker = asker
    this.#asked = asked
    this.#nodeNames = nodeNames
    this.#policy = policy
    this.id = id
  }

  /** How it is on each node that it was begun on. */
  async nodes(): Promise<QueryJobNode[]> {
    const answers = await this.#asker.infoAll(await this.#command("query-show"), this.#policy)
    return this.#nodeNames.map((nodeName) => {
      const answer = answers.find((answer) => answer.nodeName === nodeName)
      if (!answer) return unreachable(nodeName, errorOf(code.INVALID_NODE, this.#asked, { node: nodeName }, gone))
      if (answer.error) return unreachable(nodeName, answer.error)
      return this.#nodeOf(nodeName, answer.response)
    })
  }

  /** Ends it on all nodes. What was changed until then stays. Gives whether it was active on some node. */
  async abort(): Promise<boolean> {
    const answers = await this.#asker.infoAll(await this.#command("query-abort"), this.#policy)
    const ended = answers.map(({ nodeName, error, response }) => {
      if (error) throw error
      const refusal = refusalIn(response, this.#asked, nodeName)
      if (refusal && refusal.code !== code.RECORD_NOT_FOUND) throw refusal
      return !refusal
    })
    return ended.includes(true)
  }

  async #command(name: string): Promise<string> {
    this.#isOld ??= await usesOldNames(this.#asker, this.#asked, this.#policy)
    return `${name}:${this.#isOld ? "trid" : "id"}=${this.id}`
  }

  #nodeOf(nodeName: string, response: string): QueryJobNode {
    const refusal = refusalIn(response, this.#asked, nodeName)
    if (refusal && refusal.code !== code.RECORD_NOT_FOUND) throw refusal
    if (refusal) return { ...nothing, nodeName, state: "unknown", progress: 100 }
    const fields = fieldsOf(response, ":")
    const [, stage = "", reason = ""] = /^(\w+)\(?([^)]*)/.exec(fields.status ?? "") ?? []
    const isOk = reason === "" || reason === "ok"
    const state = stage !== "done" ? "active" : isOk ? "done" : "aborted"
    const number = (name: string) => Number(fields[name] ?? 0)
    return {
      nodeName,
      state,
      progress: number("job-progress"),
      succeeded: number("recs-succeeded"),
      failed: number("recs-failed"),
      filtered: number("recs-filtered-meta") + number("recs-filtered-bins"),
      runTimeMs: number("run-time"),
      ...(isOk ? {} : { reason }),
    }
  }

  async #slowest(): Promise<number> {
    let slowest = 100
    for (const node of await this.nodes()) {
      const { nodeName, state, progress, error, reason } = node
      if (this.#done.has(nodeName)) continue
      if (state === "aborted") throw abortedOn(this.#asked, nodeName, reason)
      // One that is still known is asked again.
      if (error?.code === code.INVALID_NODE) throw error
      if (state === "done" || state === "unknown") this.#done.add(nodeName)
      // All partitions may have been read while the last records are still written.
      else slowest = Math.min(slowest, progress, 99.99)
    }
    return slowest
  }
}

const gone = "it has left the cluster and cannot say whether its part of the job was done"

const nothing = { progress: 0, succeeded: 0, failed: 0, filtered: 0, runTimeMs: 0 }

function unreachable(nodeName: string, error: AerospikeError): QueryJobNode {
  return { ...nothing, nodeName, state: "unreachable", error }
}

function abortedOn(asked: string, node: string, reason = ""): AerospikeError {
  const number = reason === "user-aborted" ? code.QUERY_ABORTED_BY_USER : code.QUERY_ABORTED
  return errorOf(number, asked, { node }, `the node ended the job before it was done: ${reason}`)
}

/** The job of a number. */
export function queryJobOf(asker: Asker, id: bigint | number | string, policy?: InfoPolicy): QueryJob {
  const isNumber = typeof id === "bigint" || Number.isSafeInteger(id) || /^\d{1,20}$/.test(id as string)
  const number = isNumber ? BigInt(id) : 0n
  if (number <= 0n || number >= 2n ** 64n) throw wrong("the id of the job", id, "a whole number from 1 to 2^64 - 1")
  return new QueryJob(asker, `query job ${number}`, number, asker.nodeNames(), policy)
}
