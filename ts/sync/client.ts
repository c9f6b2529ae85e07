// The classes of a sync client. Their methods are those of the async classes, by name: what those have, these have. A
// builder works here, on an object of its own that has no connection; all else is called in the other thread. Their types
// are in generated.ts.

import { Job } from "../admin/job.ts"
import { QueryJob } from "../admin/query-job.ts"
import { Admin } from "../admin/security.ts"
import { Aggregation } from "../aggregate.ts"
import { Client } from "../client.ts"
import { code } from "../core/generated.ts"
import { errorOf } from "../errors.ts"
import type { ClusterEventType, ClusterListener } from "../events.ts"
import { Query } from "../query.ts"
import { BoundSet } from "../set.ts"
import type { Channel } from "./channel.ts"
import type { SyncClient } from "./generated.ts"
import type { Rest, Target } from "./messages.ts"

type Args = readonly unknown[]

/** What stands for an object of the other thread. */
class Remote {
  readonly #channel: Channel
  readonly #target: Target

  constructor(channel: Channel, target: Target) {
    this.#channel = channel
    this.#target = target
  }

  /** Calls, in the other thread, each method of a class that this one does not have; but for those that are no user's. */
  static callsAllOf(own: { prototype: Remote }, from: { prototype: object }, without: readonly string[] = []): void {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(from.prototype))) {
      if (typeof value !== "function" || name in own.prototype || without.includes(name)) continue
      define(own, name, function (this: Remote, ...args: Args) {
        return this.#channel.call(this.#target, name, args)
      })
    }
  }

  protected iterate(method = "", args: Args = []): IterableIterator<unknown> {
    return this.#channel.iterate(this.#target, method, args)
  }
}

function define(type: { prototype: object }, name: string, value: (...args: never) => unknown): void {
  Object.defineProperty(value, "name", { value: name })
  Object.defineProperty(type.prototype, name, { value, writable: true, configurable: true })
}

// ── Queries ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The methods of a query that give another query. */
type Builders = {
  [K in keyof Query as Query[K] extends (...args: never) => Query<infer _> ? K : never]: true
}

// The compiler says so when one is missing.
const builders: Omit<Builders, "asking"> = {
  where: true,
  select: true,
  ops: true,
  noBins: true,
  filter: true,
  partitions: true,
  policy: true,
  from: true,
}

/** A query without a client: it checks what it is told, and sends nothing. */
function queryOf(ns: string, set: string | null = null): Query {
  return new Query({} as never, { ns, set: set === "" ? null : set })
}

class RemoteQuery extends Remote {
  readonly #channel: Channel
  readonly #query: Query

  constructor(channel: Channel, query: Query) {
    super(channel, ["query", query.asked])
    this.#channel = channel
    this.#query = query
  }

  static {
    for (const name of Object.keys(builders) as (keyof typeof builders)[]) {
      define(RemoteQuery, name, function (this: RemoteQuery, ...args: Args) {
        const build = this.#query[name] as (...args: unknown[]) => Query
        return new RemoteQuery(this.#channel, build.apply(this.#query, [...args]))
      })
    }
  }

  [Symbol.iterator](): IterableIterator<unknown> {
    return this.iterate()
  }

  pages(...args: Args): IterableIterator<unknown> {
    return this.iterate("pages", args)
  }

  aggregate(...args: Args): RemoteAggregation {
    // What is wrong is said at once.
    this.#query.aggregate(...(args as [never]))
    return new RemoteAggregation(this.#channel, ["aggregation", this.#query.asked, args])
  }
}
Remote.callsAllOf(RemoteQuery, Query, ["asking"])

class RemoteAggregation extends Remote {
  [Symbol.iterator](): IterableIterator<unknown> {
    return this.iterate()
  }
}
// It gives its value by `value`: nothing here can be awaited.
Remote.callsAllOf(RemoteAggregation, Aggregation, ["then"])

// ── What goes on in the cluster ─────────────────────────────────────────────────────────────────────────────────────

class RemoteJob extends Remote {}
Remote.callsAllOf(RemoteJob, Job)

class RemoteQueryJob extends RemoteJob {}
Remote.callsAllOf(RemoteQueryJob, QueryJob)

class RemoteAdmin extends Remote {}
Remote.callsAllOf(RemoteAdmin, Admin)

/** What stands for a job, with the fields that never change. */
export function jobOf(channel: Channel, target: Target, kind: string, fields: object): object {
  return Object.assign(new (kind === "QueryJob" ? RemoteQueryJob : RemoteJob)(channel, target), fields)
}

// ── The client ──────────────────────────────────────────────────────────────────────────────────────────────────────

class RemoteClient extends Remote {
  readonly admin: RemoteAdmin
  readonly #channel: Channel
  /** Once it is closed. */
  #rest: Rest | undefined

  constructor(channel: Channel) {
    super(channel, ["client"])
    this.#channel = channel
    this.admin = new RemoteAdmin(channel, ["admin"])
  }

  query(ns: string, set?: string | null): RemoteQuery {
    return new RemoteQuery(this.#channel, queryOf(ns, set))
  }

  set(ns: string, set: string | null): BoundSet {
    // It does nothing but call the client.
    return new BoundSet(this as never, ns, set)
  }

  on(type: ClusterEventType, listener: ClusterListener): this {
    this.#channel.listeners.on(type, listener)
    return this
  }

  off(type: ClusterEventType, listener: ClusterListener): this {
    this.#channel.listeners.off(type, listener)
    return this
  }

  nodes(): Rest["nodes"] {
    return this.#rest?.nodes ?? (this.#call("nodes") as Rest["nodes"])
  }

  nodeNames(): string[] {
    return this.nodes().map(({ name }) => name)
  }

  stats(): Rest["stats"] {
    return this.#rest?.stats ?? (this.#call("stats") as Rest["stats"])
  }

  isConnected(): boolean {
    return !this.#channel.isOver && (this.#call("isConnected") as boolean)
  }

  close(options?: unknown): void {
    if (this.#channel.isOver) return
    this.#rest = this.#call("close", options) as Rest
    this.#channel.end((asked) => errorOf(code.CLOSED, asked))
  }

  #call(name: string, ...args: Args): unknown {
    return this.#channel.call(["client"], name, args)
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
Remote.callsAllOf(RemoteClient, Client)

/** The client of a channel. */
export function clientOf(channel: Channel): SyncClient {
  return new RemoteClient(channel) as unknown as SyncClient
}
