// What a query asks for, and how that is written and sent, whatever is to become of the records that it finds.

import type { Asker } from "./admin/ask.ts"
import type { UdfSources } from "./admin/udfs.ts"
import type { Writer } from "./core/writer.ts"
import type { Driver, Running, Sink } from "./driver.ts"
import type { Filter } from "./filter.ts"
import { place } from "./key.ts"
import type { Op } from "./ops/make.ts"
import type { PolicyKind, PolicyPacker, QueryPolicy } from "./policy.ts"

/** What a query asks for. */
export interface Asked {
  readonly ns: string
  readonly set: string | null
  readonly where?: Filter
  readonly bins?: readonly string[]
  readonly ops?: readonly Op[]
  readonly policy?: QueryPolicy
  readonly cursor?: Uint8Array
}

/** What a query is sent with. */
export interface Host {
  readonly driver: Driver
  readonly packer: PolicyPacker
  readonly asker: Asker
  readonly sources: UdfSources
}

/** What is done with the records, where they are not just read. */
export interface Manner {
  readonly verb?: string
  readonly policy?: PolicyKind
  /** `query_flag` bits. */
  readonly flags?: number
  /** Writes what is done: ops, a call, columns. */
  readonly write: (writer: Writer) => void
}

/** A query as messages show it. */
export function verbOf({ ns, set }: Asked, verb = "query"): string {
  return `${verb} ${place(ns, set)}`
}

/** Sends a query. */
export function send({ driver, packer }: Host, asked: Asked, sink: Sink, manner?: Manner): Running {
  const { ns, set, where, bins, ops, policy, cursor } = asked
  const verb = manner?.verb ?? verbOf(asked)
  const writer = driver.writer
  let begun = false
  try {
    driver.assertOpen(verb)
    const words = packer.pack(manner?.policy ?? (where ? "query" : "scan"), policy)
    const { signal } = words
    writer.beginQuery(words, ns, set, manner?.flags ?? 0)
    begun = true
    if (where) writer.where(where)
    manner?.write(writer)
    if (bins) writer.binNames(bins)
    if (ops) writer.ops(ops)
    if (cursor) writer.cursor(cursor)
    writer.finish()
    return driver.submitMany(sink, verb, signal)
  } catch (error) {
    throw driver.thrown(error, verb)
  } finally {
    if (begun) writer.end()
  }
}
