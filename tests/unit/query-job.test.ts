// Jobs in the background as the nodes tell of them: when one is done, what it means when a node is silent, gone or forgets.

import { describe, expect, test } from "vitest"
import type { Answer, Asker } from "../../ts/admin/ask.ts"
import { type QueryJob, queryJobOf } from "../../ts/admin/query-job.ts"
import { code } from "../../ts/core/generated.ts"
import { errorOf } from "../../ts/errors.ts"

const told = (status: string, progress: number, more = "") =>
  `trid=7:ns=test:set=s:rps=0:active-threads=1:status=${status}:job-progress=${progress}:run-time=5:time-since-done=0:` +
  `recs-throttled=0:recs-filtered-meta=1:recs-filtered-bins=2:recs-succeeded=3:recs-failed=4${more}`
const forgotten = "ERROR:2:job not found"
const silent = errorOf(code.TIMEOUT, "info", { attempts: 1 })

/** Nodes that answer each look with the next of their lines, and with the last one for ever. */
function nodes(lines: Record<string, (string | Error | undefined)[]>, build = "8.1.2.0") {
  const asked: string[] = []
  const asker: Asker = {
    nodeNames: () => Object.keys(lines),
    async infoRandomNode(command) {
      asked.push(command)
      return { nodeName: "A", response: build }
    },
    async infoAll(command): Promise<Answer[]> {
      asked.push(command)
      return Object.entries(lines).flatMap(([nodeName, left]): Answer[] => {
        const line = left.length > 1 ? left.shift() : left[0]
        if (line === undefined) return []
        if (typeof line === "string") return [{ nodeName, response: line }]
        return [{ nodeName, response: "", error: line as never }]
      })
    },
  }
  return { asked, asker, job: queryJobOf(asker, 7n) }
}

const waits = (job: QueryJob) => job.wait({ interval: 0, timeout: 5000 })

describe("a job", () => {
  test("is done when every node says so, and tells the slowest until then", async () => {
    const { job, asked } = nodes({
      A: [told("active(ok)", 10), told("done(ok)", 100)],
      B: [told("active(ok)", 40), told("active(ok)", 60), told("active(ok)", 100), told("done(ok)", 100)],
    })
    expect(await job.progress()).toBe(10)
    expect(await job.progress()).toBe(60)
    // All partitions were read, but the last records may still be on their way.
    expect(await job.isDone()).toBe(false)
    await waits(job)
    expect(asked.filter((command) => command === "build")).toHaveLength(1)
    expect(asked[1]).toBe("query-show:id=7")
  })

  test("is asked for by the name that older servers know", async () => {
    const { job, asked } = nodes({ A: [told("done(ok)", 100)] }, "7.2.0.1")
    await waits(job)
    expect(asked[1]).toBe("query-show:trid=7")
  })

  test("is done on a node that has forgotten it", async () => {
    const { job } = nodes({ A: [forgotten], B: [told("active(ok)", 5), forgotten] })
    expect(await job.progress()).toBe(5)
    await waits(job)
  })

  test("waits for a node that is silent", async () => {
    const { job } = nodes({ A: [silent, silent, told("done(ok)", 100)] })
    expect(await job.progress()).toBe(0)
    await waits(job)
  })

  test("is not waited for longer than was said, although a look is not answered", async () => {
    const { job, asker } = nodes({ A: [told("active(ok)", 5)] })
    asker.infoAll = () => new Promise(() => {})
    await expect(job.wait({ timeout: 20 })).rejects.toMatchObject({ code: code.TIMEOUT })
    const abort = new AbortController()
    const waiting = job.wait({ signal: abort.signal })
    abort.abort("enough")
    await expect(waiting).rejects.toMatchObject({ code: code.ABORTED, cause: "enough" })
  })

  test("fails when a node leaves before it is done, but not after", async () => {
    const { job } = nodes({ A: [told("active(ok)", 5), undefined], B: [told("done(ok)", 100)] })
    await expect(waits(job)).rejects.toMatchObject({ code: code.INVALID_NODE, message: /left the cluster/ })
    const later = nodes({ A: [told("done(ok)", 100), undefined], B: [told("active(ok)", 1), told("done(ok)", 100)] })
    await waits(later.job)
  })

  test("fails when a node has ended it", async () => {
    const { job } = nodes({ A: [told("done(user-aborted)", 30)] })
    await expect(waits(job)).rejects.toMatchObject({ code: code.QUERY_ABORTED_BY_USER, name: "QueryAbortedError" })
    const other = nodes({ A: [told("done(abandoned-unknown)", 30)] })
    await expect(waits(other.job)).rejects.toMatchObject({ code: code.QUERY_ABORTED, message: /abandoned-unknown/ })
  })

  test("fails with what else a node says", async () => {
    const { job } = nodes({ A: ["ERROR:81:role violation"] })
    await expect(waits(job)).rejects.toMatchObject({ code: 81, message: /role violation/ })
  })

  test("tells of each node", async () => {
    const { job } = nodes({ A: [told("done(user-aborted)", 30, ":from=1.2.3.4+5")], B: [silent], C: [undefined] })
    const counts = { succeeded: 3, failed: 4, filtered: 3, runTimeMs: 5 }
    const none = { succeeded: 0, failed: 0, filtered: 0, runTimeMs: 0, progress: 0 }
    expect(await job.nodes()).toMatchObject([
      { nodeName: "A", state: "aborted", reason: "user-aborted", progress: 30, ...counts },
      { nodeName: "B", state: "unreachable", error: { code: code.TIMEOUT }, ...none },
      { nodeName: "C", state: "unreachable", error: { code: code.INVALID_NODE }, ...none },
    ])
  })

  test("is aborted on all nodes, and it is told whether it still ran", async () => {
    const { job, asked } = nodes({ A: ["OK"], B: ["ERROR:2:id not active"] })
    expect(await job.abort()).toBe(true)
    expect(asked.at(-1)).toBe("query-abort:id=7")
    expect(await nodes({ A: ["ERROR:2:id not active"] }).job.abort()).toBe(false)
    await expect(nodes({ A: [silent] }).job.abort()).rejects.toBe(silent)
    await expect(nodes({ A: ["ERROR:81:no"] }).job.abort()).rejects.toMatchObject({ code: 81 })
  })
})
