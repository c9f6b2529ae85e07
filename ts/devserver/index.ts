// An Aerospike server in memory, for tests and demos: several nodes in this process, real TCP, the real wire protocol.
// It keeps nothing, listens on loopback unless told otherwise, and is not for production.

import { check, flag, integer, isPlainObject, rule, wrong } from "../core/check.ts"
import { invalid } from "../errors.ts"
import type { TestAuthority } from "./certificates.ts"
import { type Doors, Listeners, type Place, type Ports, type Told } from "./doors.ts"
import { FaultList } from "./fault-list.ts"
import type { Faults } from "./faults.ts"
import { createCore, type Module } from "./module.ts"
import { checkProcesses, Processes } from "./processes.ts"
import { type DevServerTlsOptions, type ServerTls, serverTls } from "./tls.ts"
import type { UdfLog } from "./udf-log.ts"

export {
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
  type TestCertificateOptions,
} from "./certificates.ts"
export type {
  Fault,
  FaultCommand,
  FaultEffects,
  FaultOptions,
  Faults,
  FaultThen,
  FaultTiming,
  FaultWhen,
} from "./faults.ts"
export type { DevServerTlsOptions, UdfLog }

/** Options of {@link startDevServer}. */
export interface DevServerOptions {
  /**
   * Which edition to be. Default `"community"`. `"enterprise"` adds compressed messages, durable deletes, strong
   * consistency, transactions and racks; see {@link NamespaceOptions.strongConsistency}.
   */
  edition?: "community" | "enterprise"
  /**
   * The rack of each node, from 0 to 1,000,000, as many as there are nodes. Copies of a record are then on different
   * racks where that is possible. Default: all on rack 0. Enterprise.
   */
  racks?: readonly number[]
  /**
   * Have users, who must log in. `true`: the user `admin` with the password `admin` and the role superuser. Default
   * `false`. Enterprise.
   */
  security?: boolean | SecurityOptions
  /** How many nodes, up to 32. Default 1. */
  nodes?: number
  /** Ids of the nodes in hexadecimal, instead of `nodes`. Default A1, A2, …. */
  nodeIds?: readonly string[]
  /** The first node's port; the others follow it. Default 0: free ones. */
  port?: number
  /** Where to listen. Default `"127.0.0.1"`. */
  host?: string
  /**
   * Run each node as a process of its own, which can be killed as a real one is: see {@link DevServerNode.pid}. All data
   * are in this process; when it ends, so do they. Default `false`. Only on Node, and not on Windows.
   */
  processes?: boolean
  /**
   * Milliseconds from a node's end until the others agree on it, up to 60,000. Until then they still name it, and as on
   * a real cluster writes of records that it has a copy of wait or time out, and reads need another replica. Default 0,
   * at once; with `processes` 2,000.
   */
  agreementMs?: number
  /**
   * Milliseconds after which a connection is closed that nobody uses; the server looks once a second. Default 0: never, as
   * on servers from 8.1 on; before it was 60,000.
   */
  protoFdIdleMs?: number
  /** The name of the cluster, which clients may ask for. Default: none, and clients that expect one refuse it. */
  clusterName?: string
  /**
   * Listen with TLS, too, on ports beside the plain ones. `true`: with certificates that are made on the spot and have
   * names of their own. Default `false`. Enterprise.
   */
  tls?: boolean | DevServerTlsOptions
  /** Is told what UDFs log and print. Default: nobody. */
  udfLog?: (entry: UdfLog) => void
  /** Namespaces by name. Default `test`, and `bar` where nothing expires (`nsupPeriod: 0`). */
  namespaces?: Readonly<Record<string, NamespaceOptions>>
}

/** Users and roles of a dev server. */
export interface SecurityOptions {
  /** Default: `admin`, as with `true`. */
  users?: readonly {
    readonly name: string
    readonly password: string
    readonly roles?: readonly string[]
    /** The password is checked elsewhere (LDAP), as it comes: for `authMode` `"external"`. Default `false`. */
    readonly external?: boolean
  }[]
  /** Beside those that every server has: user-admin, sys-admin, data-admin, read, read-write and so on. */
  roles?: readonly {
    readonly name: string
    /** Names of privileges, or objects that say for which namespace and set. */
    readonly privileges?: readonly (string | { code: string; namespace?: string; set?: string })[]
    /** Addresses and networks, such as `"10.0.0.0/8"`, from which its users may log in. Default: any. */
    readonly allowlist?: readonly string[]
    /** Records a second that a node lets its users read, and write; 0 = any. A query has to state a limit within it. */
    readonly readQuota?: number
    readonly writeQuota?: number
  }[]
  /** Seconds that a session lasts. Default 86,400. */
  sessionTtl?: number
  /** Whether quotas can be set by clients. Those of `roles` hold in any case. Default `false`. */
  quotas?: boolean
}

/** Options of a namespace: the server's own, in camelCase. */
export interface NamespaceOptions {
  /** Copies of a record, at most one a node. Default 2. */
  replicationFactor?: number
  /** Seconds in which expired records are removed once. 0 = never, and then no time to live is taken. Default 120. */
  nsupPeriod?: number
  /** Take times to live although `nsupPeriod` is 0. Default `false`. */
  allowTtlWithoutNsup?: boolean
  /** Seconds that a record lives when the write does not say; 0 = for ever. Default 0. */
  defaultTtl?: number
  /** The part of a record's time to live, in percent, that is left when a read renews it; 0 = no read does. Default 0. */
  defaultReadTouchTtlPct?: number
  /** Bytes, up to 8 MiB. Default 1 MiB. */
  maxRecordSize?: number
  /** Bytes of memory for records, past which writes are refused. Up to 3 GiB. Default 1 GiB. */
  dataSize?: number
  /** Strong consistency, which transactions need. Deletes must be durable then. Default `false`. Enterprise. */
  strongConsistency?: boolean
  /** Take deletes that are not durable although consistency is strong. Default `false`. */
  strongConsistencyAllowExpunge?: boolean
  /** Seconds that a transaction has when its client does not say, 1 to 120. Default 10. */
  mrtDuration?: number
}

/** A node of a dev server. */
export interface DevServerNode {
  readonly name: string
  readonly host: string
  readonly port: number
  /** The port that speaks TLS, if there is one, and the name in its certificate. */
  readonly tlsPort: number | undefined
  readonly tlsName: string | undefined
  readonly alive: boolean
  /** Of the node's own process, if it has one and is alive: SIGKILL kills the node, SIGTERM stops it. */
  readonly pid: number | undefined
}

/** A running dev server. */
export interface DevServer {
  /** `host:port` of every node with commas between them: goes straight into `connect`. */
  readonly hosts: string
  /** `host:tlsName:port` of every node with commas between them, for `connect` with `tls`; empty without TLS. */
  readonly tlsHosts: string
  /** What has signed the nodes' certificates, if they were made here: its `ca` is what clients are to trust. */
  readonly authority: TestAuthority | undefined
  readonly nodes: readonly DevServerNode[]
  /** With `processes`, where `aerospike-wasm devserver --join <path> --node <n>` brings a dead node back; else undefined. */
  readonly joinPath: string | undefined
  /** Ends all nodes and resets all connections. What was stored is gone. */
  close(): Promise<void>
  /**
   * Ends a node: it stops listening, its connections are reset (its process is killed), and after
   * {@link DevServerOptions.agreementMs} the others take over.
   */
  kill(node: number): Promise<void>
  /** The same, after the node has answered what it was asked. */
  stop(node: number): Promise<void>
  /** Starts a node again that was killed or stopped, on the same port. It has its records: the nodes share them. */
  restart(node: number): Promise<void>
  /** Requests that are answered late, wrongly or not at all. Nodes in processes have them, too. */
  readonly faults: Faults
  /**
   * From now on, when the cluster changes (a node ends, returns, is quiesced), partitions move only by {@link migrate}:
   * until then a node that had their records stays in charge, as while a real cluster migrates. With `false` what is left
   * moves now, and from then on everything at once, as it is at first. The records themselves are in one place always.
   */
  holdMigrations(hold?: boolean): void
  /**
   * Lets copies of partitions, drawn by lot, come to where they are to be: as many as are said, all by default. Gives how
   * many are left to come, which is more than 0 only with {@link holdMigrations}. Clients see it as they see migrations.
   */
  migrate(copies?: number): number
  /**
   * Has a node give its partitions to the others; it still answers, and clients find that there is nothing to ask it for.
   * The same as the info commands `quiesce:` to it and `recluster:` to the principal, which need edition `"enterprise"`.
   */
  quiesce(node: number): void
  /** Takes that back: the node gets its partitions again. A node that is restarted is not quiesced. */
  unquiesce(node: number): void
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts an Aerospike server in memory.
 *
 * ```ts
 * await using server = await startDevServer({ nodes: 3 })
 * await using client = await connect({ hosts: server.hosts })
 * ```
 *
 * @throws `InvalidArgumentError` for a wrong or unknown option, an `Error` that names the port if it cannot be used.
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  if (!isPlainObject(options)) throw wrong("options", options, "an object")
  const { host = "127.0.0.1", port = 0, udfLog, tls: secured, processes = false, ...others }: DevServerOptions = options
  const { agreementMs, ...cluster } = others
  check("options.host", host, hostName)
  check("options.port", port, integer(0, 65_535))
  if (udfLog !== undefined) check("options.udfLog", udfLog, aFunction)
  check("options.processes", processes, flag)
  if (agreementMs !== undefined) check("options.agreementMs", agreementMs, integer(0, 60_000, "milliseconds"))
  const tls = serverTls(secured, host)
  if (tls && options.edition !== "enterprise") throw invalid('startDevServer: tls needs edition: "enterprise".')
  if (processes) checkProcesses(tls)
  const module = createModule(cluster, udfLog)
  const running = new Running(module, host, tls, agreementMs ?? (processes ? 2000 : 0))
  const doors = processes ? await Processes.start(module, host, running) : new Listeners(module, host, tls, running)
  await running.start(port, doors)
  return running
}

const hostName = rule("a host name or an address", (value) => typeof value === "string" && value !== "")

const aFunction = rule("a function", (value) => typeof value === "function")

/** What the options say of the cluster is checked by the cluster. */
function createModule(cluster: object, udfLog: DevServerOptions["udfLog"]): Module {
  // JSON leaves out functions and symbols, and stops at bigints; none may pass unseen.
  const plain = (_: string, value: unknown) =>
    typeof value === "function" || typeof value === "symbol" || typeof value === "bigint" ? null : value
  try {
    return createCore(JSON.stringify(cluster, plain), udfLog)
  } catch (error) {
    throw invalid(`startDevServer: ${(error as Error).message}.`)
  }
}

/** More copies of partitions than there are. */
const copiesMax = 0xffff_ffff

/** How often expired records and idle connections are looked for. */
const sweepMs = 1000

class Running implements DevServer, Told {
  readonly #module: Module
  readonly #host: string
  readonly #tls: ServerTls | undefined
  readonly #agreementMs: number
  readonly #names: readonly string[]
  /** Where each node is, or was. */
  readonly #places: Place[] = []
  readonly #up = new Set<number>()
  /** Nodes that the others do not know to be gone. */
  readonly #missed = new Map<number, NodeJS.Timeout>()
  readonly #sweep: NodeJS.Timeout
  readonly faults: FaultList
  #doors: Doors | undefined
  #closed = false

  constructor(module: Module, host: string, tls: ServerTls | undefined, agreementMs: number) {
    this.#module = module
    this.#host = host
    this.#tls = tls
    this.#agreementMs = agreementMs
    this.faults = new FaultList(module)
    this.#names = Array.from({ length: module.core.node_count() }, (_, node) => module.core.node_name(node))
    this.#sweep = setInterval(() => this.#lookAround(), sweepMs)
    this.#sweep.unref()
  }

  /** All nodes, or none: what has started is ended again when a port cannot be used. */
  async start(port: number, doors: Doors): Promise<void> {
    this.#doors = doors
    try {
      const count = this.#names.length
      if (port + count - 1 > 65_535) throw wrong("options.port", port, `at most ${65_536 - count} for ${count} nodes`)
      const tlsPort = this.#tls?.port ?? 0
      if (tlsPort + count - 1 > 65_535) throw wrong("options.tls.port", tlsPort, `at most ${65_536 - count}`)
      const portsOf = (node: number): Ports => ({
        port: port === 0 ? 0 : port + node,
        tlsPort: tlsPort === 0 ? 0 : tlsPort + node,
      })
      const nodes = this.#names.map((_, node) => doors.open(node, portsOf(node)))
      const failed = (await Promise.allSettled(nodes)).find((started) => started.status === "rejected")
      if (failed) throw failed.reason
    } catch (error) {
      await this.close()
      throw error
    }
  }

  up(node: number, place: Place): void {
    clearTimeout(this.#missed.get(node))
    this.#missed.delete(node)
    this.#places[node] = place
    this.#up.add(node)
    const { core } = this.#module
    const { port, addresses, tls } = place
    core.set_address(node, addresses.join(","), port)
    if (tls) core.set_tls_address(node, tls.addresses.join(","), tls.port, tls.name)
    core.restart(node)
  }

  gone(node: number): void {
    this.#up.delete(node)
    if (this.#closed) return
    const { core } = this.#module
    if (this.#agreementMs === 0) {
      core.kill(node)
      return
    }
    core.lose(node)
    const agreed = setTimeout(() => core.kill(node), this.#agreementMs)
    this.#missed.set(node, agreed)
  }

  get hosts(): string {
    return this.nodes.map(({ host, port }) => `${bracketed(host)}:${port}`).join(",")
  }

  get tlsHosts(): string {
    if (!this.#tls) return ""
    return this.nodes.map(({ host, tlsName, tlsPort }) => `${bracketed(host)}:${tlsName}:${tlsPort}`).join(",")
  }

  get authority(): TestAuthority | undefined {
    return this.#tls?.authority
  }

  get nodes(): readonly DevServerNode[] {
    return this.#places.map(({ port }, node) => ({
      name: this.#names[node]!,
      host: reachable(this.#host),
      port,
      tlsPort: this.#places[node]?.tls?.port,
      tlsName: this.#places[node]?.tls?.name,
      alive: this.#up.has(node),
      pid: this.#up.has(node) ? this.#places[node]?.pid : undefined,
    }))
  }

  get joinPath(): string | undefined {
    return this.#doors instanceof Processes ? this.#doors.path : undefined
  }

  async kill(node: number): Promise<void> {
    if (this.#up.has(this.#check(node))) await this.#doors?.kill(node)
  }

  async stop(node: number): Promise<void> {
    if (this.#up.has(this.#check(node))) await this.#doors?.stop(node)
  }

  async restart(node: number): Promise<void> {
    if (this.#up.has(this.#check(node))) return
    const { port, tls } = this.#places[node]!
    await this.#doors?.open(node, { port, tlsPort: tls?.port ?? 0 })
  }

  holdMigrations(hold = true): void {
    this.#checkOpen()
    check("hold", hold, flag)
    this.#module.core.hold_migrations(hold)
  }

  migrate(copies: number = copiesMax): number {
    this.#checkOpen()
    check("copies", copies, integer(1, copiesMax))
    return this.#module.core.migrate(copies)
  }

  quiesce(node: number): void {
    this.#leave(node, true)
  }

  unquiesce(node: number): void {
    this.#leave(node, false)
  }

  #leave(node: number, leaves: boolean): void {
    if (!this.#up.has(this.#check(node))) throw invalid(`node ${node} is not up: only a node that is can be quiesced.`)
    this.#module.core.quiesce(node, leaves)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.faults.close()
    clearInterval(this.#sweep)
    for (const timer of this.#missed.values()) clearTimeout(timer)
    await this.#doors?.close()
    this.#module.open = false
    this.#module.udfs.close()
    this.#module.core.free()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #lookAround(): void {
    const { core, connections } = this.#module
    const now = Date.now()
    core.expire(now)
    for (const id of core.idle(now)) connections.get(id)?.end()
  }

  #checkOpen(): void {
    if (this.#closed) throw invalid("The dev server is closed.")
  }

  #check(node: number): number {
    this.#checkOpen()
    check("node", node, integer(0, this.#names.length - 1))
    return node
  }
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host
}

/** The host to connect to: the one that was asked for, unless that stands for all. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1"
  return host === "::" ? "::1" : host
}
