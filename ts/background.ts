// Queries in the background: the servers change what they find by themselves, and answer only that they have begun.

import { QueryJob } from "./admin/query-job.ts"
import { type Asked, type Host, send, verbOf } from "./asked.ts"
import { queryFlag } from "./core/generated.ts"
import type { Reader } from "./core/reader.ts"
import type { Writer } from "./core/writer.ts"
import type { Sink } from "./driver.ts"
import { type ErrorDetails, invalid } from "./errors.ts"
import type { Op } from "./ops/make.ts"
import type { BackgroundPolicy } from "./policy.ts"
import { callOf, type UdfCall } from "./udf.ts"

/** Starts the job. */
export async function startJob(
  host: Host,
  asked: Asked,
  what: readonly Op[] | UdfCall,
  policy: BackgroundPolicy | undefined,
): Promise<QueryJob> {
  const verb = verbOf(asked, "background query")
  if (asked.bins || asked.ops) throw invalid("A query in the background reads nothing: leave out select() and ops().")
  if (asked.cursor) throw invalid("A query in the background has no cursor: leave out from().")
  const { flags, write } = taskOf(what)
  const given = new Begun()
  const nodeNames = host.asker.nodeNames()
  const whole = { ...asked, policy: { ...asked.policy, ...policy } } as Asked
  await send(host, whole, given, { verb, policy: "background", flags: queryFlag.BACKGROUND | flags, write }).promise
  return new QueryJob(host.asker, verb, given.job, nodeNames)
}

function taskOf(what: readonly Op[] | UdfCall): { flags: number; write: (writer: Writer) => void } {
  if (Array.isArray(what)) return { flags: 0, write: (writer) => writer.ops(what) }
  const call = callOf("what is done in the background", what as UdfCall)
  return { flags: queryFlag.CALL, write: (writer) => writer.call(call) }
}

/** Takes the number of the job, which comes also when only some nodes have begun. */
class Begun implements Sink {
  job = 0n

  take(): void {}

  ended(_: Reader, words: Uint32Array, at: number): void {
    this.job = (BigInt(words[at + 7]!) << 32n) | BigInt(words[at + 6]!)
  }

  details(): ErrorDetails {
    return this.job > 0n ? { job: this.job } : {}
  }
}
