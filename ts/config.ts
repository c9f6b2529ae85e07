// What `connect` takes: one table of fields with what each may be and its default, the checks, and the lines of text in
// which the engine is told. It decides nothing else.

import {
  check,
  flag,
  integer,
  isPlain,
  isPlainObject,
  milliseconds,
  oneOf,
  type Rule,
  rule,
  text,
  unknownField,
  wrong,
} from "./core/check.ts"
import { invalid } from "./errors.ts"
import { isLogger, type Logger } from "./log.ts"
import { Credentials, isPassword, type PasswordSource } from "./login.ts"
import { type Policies, PolicyPacker } from "./policy.ts"
import { type ReadFile, type TlsOptions, type TlsSettings, tlsSettings } from "./tls.ts"
import type { Transport } from "./transport/index.ts"

/** A seed. */
export interface HostAddress {
  host: string
  /** Default 3000. */
  port?: number
  /** The name that the node's certificate must have. */
  tlsName?: string
}

/** `"h:3000,h2:tlsName:4333"`, or an array of such texts, of `[host, port]`, or of `{ host, port, tlsName }`. */
export type Hosts =
  | string
  | readonly (
      | string
      | readonly [host: string, port: number]
      | readonly [host: string, port: number, tlsName: string]
      | HostAddress
    )[]

/** Configuration of a client. Durations are milliseconds unless their name or sentence says otherwise. */
export interface Config {
  /** Seeds: any that can be reached is enough, the others are found. */
  hosts: Hosts
  /** `connect` rejects with `ClusterNameMismatchError` if the cluster has another name. Default `""`: any. */
  clusterName?: string
  /**
   * How users are known: `"internal"`, by a password that the server keeps; `"external"`, by one that it has checked
   * elsewhere (LDAP); `"pki"`, by the certificate of `tls`. The last two need `tls`. Without `user` nobody logs in, but by a
   * certificate. Default `"internal"`.
   */
  authMode?: "internal" | "external" | "pki"
  /** Who logs in, on a cluster with security (Enterprise Edition). */
  user?: string
  /**
   * The user's password, or a function that gives it, which is asked at each login: on the first connection to a node, and
   * when a session ends. If it fails, that login does, too. No message and no log line has it.
   */
  password?: string | (() => string | Promise<string>)
  /**
   * Encrypts every connection and checks who the servers are. Seeds are then ports that speak TLS, and other nodes are
   * found with `peers-tls-std`. Wants a server of the Enterprise Edition. Default `false`.
   *
   * @example
   * connect({ hosts: "db1.example:tls-name:4333", tls: { ca: "/etc/aerospike/ca.pem" } })
   */
  tls?: boolean | TlsOptions
  /**
   * How long opening a connection, with TLS and login, may take, and a look at a node; at the start this is the time that
   * each host has. Default 1000.
   */
  timeout?: number
  /**
   * Seconds after which an unused connection is closed. Less where a server says that it closes them earlier
   * (`proto-fd-idle-ms`): then nine tenths of that. Default 55.
   */
  idleTimeout?: number
  /**
   * The most connections to a node, without the one that looks at it; `workers` share them with the caller in equal parts.
   * When all are full, requests wait for their turn. Default 256.
   */
  maxConnsPerNode?: number
  /** Opened when a node is met, and kept: what was closed is opened again with the next tend. Default 0. */
  minConnsPerNode?: number
  /**
   * Taken for the sake of configurations that name it, and without effect: several pools keep threads from waiting for each
   * other's locks, and here one thread has them all. Default 1.
   */
  connPoolsPerNode?: number
  /**
   * The most requests that wait for their answers on one connection; 1 = no pipelining, as always with `tls`. Another
   * connection is opened when there would be more than 32 on each, or fewer: see `pipelining`. Default 128.
   */
  pipelineDepth?: number
  /**
   * How many requests share a connection before another one is opened: `"fixed"`, 32; or `"adaptive"`, fewer where that is found
   * to bring answers sooner, and reads that stand behind a slow request are sent once more elsewhere. Default `"adaptive"`.
   */
  pipelining?: "fixed" | "adaptive"
  /** Milliseconds between two looks at each node. Default 1000. */
  tendInterval?: number
  /** Use the addresses that nodes announce as alternate, for clients outside their network. Default `false`. */
  useServicesAlternate?: boolean
  /** Addresses as nodes announce them, and as this client reaches them. */
  ipMap?: Readonly<Record<string, string>>
  /** Talk to the seed only and look for no others. Default `false`. */
  singleNode?: boolean
  /** `false`: `connect` resolves at once, and operations wait for the cluster or fail by their deadline. Default `true`. */
  failIfNotConnected?: boolean
  /** Told to servers that keep statistics of it. */
  appId?: string
  /** TCP keep-alive, where the runtime has it. Default `true`. */
  keepAlive?: boolean
  /** Send small packets at once, where the runtime has it. Default `true`. */
  noDelay?: boolean
  /** Prefer nodes of `rackIds` where a policy says `replica: "preferRack"`. Default `false`. */
  rackAware?: boolean
  /** The racks to read from, in order of preference. Default `[0]`. */
  rackIds?: readonly number[]
  /**
   * How many operations may be under way at once; further ones wait for their turn. Each of `workers` counts its own.
   * Default 0: no limit.
   */
  maxConcurrentOperations?: number
  /** Milliseconds that an operation waits for its turn, then `BackpressureError`. Default 0: as long as its policy allows. */
  operationQueueTimeoutMs?: number
  /** When so many wait for their turn already: `BackpressureError` at once. Default 0: no limit. */
  maxQueuedOperations?: number
  /**
   * Bytes of requests that may wait for a connection of a node, for instance while its sockets take nothing; then
   * `BackpressureError` at once. As many may wait for their turn (`maxConcurrentOperations`), and as many while no node is
   * known. 0: no limit. Default 268,435,456, which is 256 MiB.
   */
  maxQueuedBytesPerNode?: number
  /**
   * Errors of a node in `errorRateWindow` after which it is asked nothing until the next window begins; 0 = never. What
   * counts are connections that fail or break, requests that time out, and answers that the node is overloaded. Default 100.
   */
  maxErrorRate?: number
  /** How many `tendInterval`s the errors of a node are counted for. Default 1. */
  errorRateWindow?: number
  /**
   * `"auto"`: reads of single records (`get`, `find`, `select`, `exists`) that are asked for in one turn of the event loop,
   * are bound for one node and ask alike (same bins, same policy) leave as one batch request when they are eight or more;
   * several that want the same record fetch it once. Each caller gets exactly what a request of its own would have given,
   * with its own deadline, retries and error. The server's statistics count them as rows of batches.
   *
   * An object sets `from`, how many reads it takes, and with `writes: true` lets writes share requests, too (`put`, `add`,
   * `append`, `prepend`, `touch`, `remove`); what is lost with such a request is in doubt for each of them. Default `"auto"`.
   */
  coalesce?: "auto" | "off" | CoalesceOptions
  /**
   * Threads, each with an engine and connections of its own, that do batches of many records and queries off the caller's
   * event loop: they send, receive and decode, and hand over buffers; the values of records are made by the caller's
   * thread, some hundred at a time, and columns are there at once. `connect` waits until they have connected. Everything
   * else, and transactions, stay with the caller.
   *
   * A number, or an object that also sets `from`. Where it is not given, the environment variable
   * `AEROSPIKE_RUNTIME_WORKERS` says it, as it is when the first client connects. Default 0.
   */
  workers?: number | WorkersOptions
  /**
   * How integers are read: `"auto"`, a number when it is exact and a bigint otherwise; `"bigint"`, always a bigint;
   * `"number"`, always a number, and a read whose integer would be rounded rejects. Default `"auto"`.
   */
  int64?: "auto" | "bigint" | "number"
  /** How doubles are read: as `"number"`, or `"wrapped"` in `Double`, so that 1.0 stays a double when written back. Default `"number"`. */
  doubles?: "number" | "wrapped"
  /**
   * How maps are read: `"auto"`, a plain object when all keys are strings and a `Map` otherwise; `"map"`; or
   * `"object"`, in which a number as a key becomes text and a map with keys of other types rejects. Default `"auto"`.
   */
  maps?: "auto" | "map" | "object"
  /**
   * What blobs stand in: `"own"`, a buffer each; or `"shared"`, in which blobs of up to 512 bytes that were read one after
   * the other share a buffer of 8 KiB, as small Buffers of Node do, and are made in a third of the time. Who keeps one
   * keeps the buffer, and `blob.buffer` holds other bytes, too. Default `"own"`.
   */
  blobs?: "own" | "shared"
  /** Defaults for each kind of operation. */
  policies?: Policies
  /** Gets the log lines of this client; else they go to the console. A function, or a logger such as pino's. See `setLogLevel`. */
  logger?: Logger
  /** How connections are opened. Needed only where the package has no sockets of its own, as in a browser. */
  transport?: Transport
  /**
   * The engine: a `WebAssembly.Module`, or the bytes of `pkg/engine/aerospike_wasm_engine_bg.wasm`. Needed only where the
   * package cannot read that file by itself, as in a browser or a bundle. The first one given in a process is kept.
   */
  wasm?: object
}

/** How operations share requests: see `Config.coalesce`. */
export interface CoalesceOptions {
  /** How many reads of one turn share a request; fewer go alone. 1 to 100,000. Default 8. */
  from?: number
  /** Writes share requests as well. Default `false`. */
  writes?: boolean
}

/** What threads of their own do: see `Config.workers`. */
export interface WorkersOptions {
  /** How many threads. 0 to 64. */
  count: number
  /** How many rows a batch has that is handed to a thread; smaller ones stay. 1 to 100,000. Default 2000. */
  from?: number
}

/** How values are read. */
export interface ReadOptions {
  readonly int64: "auto" | "bigint" | "number"
  readonly doubles: "number" | "wrapped"
  readonly maps: "auto" | "map" | "object"
  readonly blobs: "own" | "shared"
}

/** A checked configuration, as its users want it. */
export interface Settings {
  /** Lines for the engine. */
  readonly engine: string
  readonly packer: PolicyPacker
  /** Who logs in, if anybody does. */
  readonly credentials: Credentials | undefined
  readonly read: ReadOptions
  readonly keepAlive: boolean
  readonly noDelay: boolean
  readonly failIfNotConnected: boolean
  readonly logger: Logger | undefined
  readonly clusterName: string
  readonly transport: Transport | undefined
  readonly tls: TlsSettings | undefined
  readonly wasm: object | undefined
  readonly workers: WorkersSettings
}

/** Threads of their own, as a client wants them. */
export interface WorkersSettings {
  readonly count: number
  /** Batches of so many rows are theirs. */
  readonly from: number
  /** Lines for the engine of each. */
  readonly engine: string
  /** Whether nodes that are known can be seeds of theirs. */
  readonly findsNodes: boolean
}

interface ConfigField {
  readonly rule: Rule
  readonly default?: unknown
  /** The engine's name for it, if the engine is told. */
  readonly engine?: string
  /** What the engine's number is in units of ours. */
  readonly scale?: number
}

const count = (max: number, min = 0) => integer(min, max)
const million = 1_000_000

const workersMax = 64
const countOfWorkers = count(workersMax)

/** All of them, for `settingsOf` and for docs/configuration.md. */
export const fields: Readonly<Record<keyof Config, ConfigField>> = {
  hosts: { rule: rule("text or an array", (value) => typeof value === "string" || Array.isArray(value)) },
  clusterName: { rule: text(64), default: "", engine: "cluster_name" },
  authMode: { rule: oneOf("internal", "external", "pki"), default: "internal", engine: "auth_mode" },
  user: { rule: text(63), engine: "user" },
  password: {
    rule: rule("text or a function", (value) => isPassword(value) || typeof value === "function"),
  },
  // What is wrong with it is said by tls.ts.
  tls: { rule: rule("true, false or an object", () => true), default: false },
  timeout: { rule: milliseconds(1), default: 1000, engine: "timeout" },
  idleTimeout: { rule: integer(1, 86_400, "seconds"), default: 55, engine: "idle_timeout", scale: 1000 },
  maxConnsPerNode: { rule: count(32_767, 1), default: 256, engine: "max_conns_per_node" },
  minConnsPerNode: { rule: count(32_767), default: 0, engine: "min_conns_per_node" },
  connPoolsPerNode: { rule: count(64, 1), default: 1, engine: "conn_pools_per_node" },
  pipelineDepth: { rule: count(1024, 1), engine: "pipeline_depth" },
  pipelining: { rule: oneOf("fixed", "adaptive"), default: "adaptive" },
  tendInterval: { rule: milliseconds(10), default: 1000, engine: "tend_interval" },
  useServicesAlternate: { rule: flag, default: false, engine: "use_services_alternate" },
  ipMap: { rule: rule("an object that maps addresses to addresses", isAddressMap) },
  singleNode: { rule: flag, default: false, engine: "single_node" },
  failIfNotConnected: { rule: flag, default: true, engine: "fail_if_not_connected" },
  appId: { rule: text(255), engine: "app_id" },
  keepAlive: { rule: flag, default: true },
  noDelay: { rule: flag, default: true },
  rackAware: { rule: flag, default: false, engine: "rack_aware" },
  rackIds: { rule: rule("an array of whole numbers from 0 to 1000000", isRackIds), default: [0], engine: "rack_ids" },
  maxConcurrentOperations: { rule: count(million), default: 0, engine: "max_concurrent_operations" },
  operationQueueTimeoutMs: { rule: milliseconds(), default: 0, engine: "operation_queue_timeout" },
  maxQueuedOperations: { rule: count(100 * million), default: 0, engine: "max_queued_operations" },
  maxQueuedBytesPerNode: { rule: count(4096 * million), default: 2 ** 28, engine: "max_queued_bytes_per_node" },
  maxErrorRate: { rule: count(million), default: 100, engine: "max_error_rate" },
  errorRateWindow: { rule: count(1000, 1), default: 1, engine: "error_rate_window" },
  coalesce: {
    rule: rule(
      '"auto", "off" or an object { from, writes }',
      (value) => value === "auto" || value === "off" || isPlainObject(value),
    ),
    default: "auto",
  },
  workers: {
    rule: rule(
      `a whole number from 0 to ${workersMax}, or an object { count, from }`,
      (value) => isPlainObject(value) || countOfWorkers.accepts(value),
    ),
    default: 0,
  },
  int64: { rule: oneOf("auto", "bigint", "number"), default: "auto" },
  doubles: { rule: oneOf("number", "wrapped"), default: "number" },
  maps: { rule: oneOf("auto", "map", "object"), default: "auto" },
  blobs: { rule: oneOf("own", "shared"), default: "own" },
  policies: { rule: rule("an object of policies by kind of operation", isPlainObject) },
  logger: {
    rule: rule(
      "a function (level, message, fields) => void, or a logger with error, warn, info, debug and trace",
      isLogger,
    ),
  },
  transport: { rule: rule("an object with a function open (see aerospike-wasm/transport)", isTransport) },
  wasm: {
    rule: rule("a WebAssembly.Module or the bytes of one", (value) => typeof value === "object" && value !== null),
  },
}

/** The names of all fields, for documentation and tests. */
export const configFields: readonly string[] = Object.keys(fields)

/**
 * Checks a configuration, whose certificates may be in files; throws `InvalidArgumentError` with the field, the value and
 * what is allowed. `workers`: how many threads there are where it says nothing.
 */
export function settingsOf(config: Config, read?: ReadFile, workers = 0): Settings {
  if (!isPlainObject(config)) throw wrong("config", config, 'an object such as { hosts: "127.0.0.1:3000" }')
  const given: Record<string, unknown> = config
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(fields, name)) throw unknownField("config", name, configFields)
  }
  const value = (name: keyof Config) => given[name] ?? fields[name].default
  const lines = hostLines(given.hosts)
  for (const [name, field] of Object.entries(fields) as [keyof Config, ConfigField][]) {
    const set = given[name]
    if (set !== undefined) checkField(name, set, field)
    const used = value(name)
    if (field.engine && used !== undefined) lines.push(`${field.engine}=${line(used, field.scale ?? 1)}`)
  }
  const { tls = false } = config
  const settings = tls === false ? undefined : tlsSettings(tls, read)
  if (settings) lines.push("tls=1")
  if (value("pipelining") === "adaptive") lines.push("adaptive_depth=1")
  lines.push(...coalesceLines(value("coalesce") as Config["coalesce"]))
  if (typeof tls === "object" && tls.tlsName !== undefined) lines.push(`tls_name=${tls.tlsName}`)
  for (const [from, to] of Object.entries(config.ipMap ?? {})) lines.push(`ip_map=${from}\t${to}`)
  if ((value("minConnsPerNode") as number) > (value("maxConnsPerNode") as number)) {
    throw wrong(
      "config.minConnsPerNode",
      config.minConnsPerNode,
      `at most maxConnsPerNode, ${value("maxConnsPerNode")}`,
    )
  }
  const threads = workersOf(config.workers ?? workers)
  const most = value("maxConnsPerNode") as number
  const share = connsOfWorker(threads.count, most, value("minConnsPerNode") as number)
  const engine = lines.map((text) => `${text}\n`).join("")
  const ofWorkers = `max_conns_per_node=${share}\nmin_conns_per_node=0\n`
  return {
    // Of what is said twice the engine takes the last.
    engine: threads.count > 0 ? `${engine}max_conns_per_node=${most - threads.count * share}\n` : engine,
    workers: { ...threads, engine: engine + ofWorkers, findsNodes: !value("singleNode") && !settings },
    packer: new PolicyPacker(config.policies),
    credentials: credentialsOf(config),
    read: {
      int64: value("int64"),
      doubles: value("doubles"),
      maps: value("maps"),
      blobs: value("blobs"),
    } as ReadOptions,
    keepAlive: value("keepAlive") as boolean,
    noDelay: value("noDelay") as boolean,
    failIfNotConnected: value("failIfNotConnected") as boolean,
    logger: config.logger,
    clusterName: value("clusterName") as string,
    transport: config.transport,
    tls: settings,
    wasm: config.wasm,
  }
}

function coalesceLines(coalesce: Config["coalesce"]): string[] {
  if (coalesce === undefined || coalesce === "off") return []
  const { from = 8, writes = false, ...rest } = coalesce === "auto" ? {} : coalesce
  for (const name of Object.keys(rest)) throw unknownField("config.coalesce", name, ["from", "writes"])
  check("config.coalesce.from", from, count(100_000, 1))
  check("config.coalesce.writes", writes, flag)
  return ["coalesce=1", `coalesce_from=${from}`, `coalesce_writes=${writes ? 1 : 0}`]
}

function workersOf(workers: number | WorkersOptions): { count: number; from: number } {
  const { count: threads, from = 2000, ...rest } = typeof workers === "number" ? { count: workers } : workers
  for (const name of Object.keys(rest)) throw unknownField("config.workers", name, ["count", "from"])
  check("config.workers.count", threads, countOfWorkers)
  check("config.workers.from", from, count(100_000, 1))
  return { count: threads, from }
}

/** The number of threads that a text of the environment says. */
export function workersFromText(text: string | undefined): number {
  if (!text?.trim()) return 0
  const number = Number(text)
  check("the environment variable AEROSPIKE_RUNTIME_WORKERS", /^\s*\d+\s*$/.test(text) ? number : text, countOfWorkers)
  return number
}

/** How many of the connections to a node each worker may have: equal parts, and what is left is the client's own. */
function connsOfWorker(workers: number, most: number, least: number): number {
  if (workers === 0) return 0
  const share = Math.floor((most - Math.max(least, Math.ceil(most / (workers + 1)))) / workers)
  if (share > 0) return share
  const needed = Math.max(least, 1)
  throw wrong(
    "config.workers",
    workers,
    `at most maxConnsPerNode (${most}) less ${needed}: each needs a connection to a node`,
  )
}

/** What the fields of a login say together. */
function credentialsOf({ authMode = "internal", user, password, tls }: Config): Credentials | undefined {
  if (authMode !== "internal" && !tls) {
    const why = authMode === "external" ? "the password would travel as it is" : "the certificate is that of tls"
    throw invalid(`config.authMode ${JSON.stringify(authMode)} needs config.tls: ${why}.`)
  }
  if (authMode === "pki") {
    if (user === undefined && password === undefined) return undefined
    throw invalid('config.user and config.password say nothing with authMode "pki": the certificate says who it is.')
  }
  if (user === undefined && password === undefined) return undefined
  if (user === undefined || user === "") throw invalid("config.user is missing: config.password needs it.")
  if (password === undefined) throw invalid("config.password is missing: config.user needs it.")
  return new Credentials(user, password as PasswordSource, authMode === "external")
}

function checkField(name: string, value: unknown, field: ConfigField): void {
  // A password is not shown, not even a wrong one.
  if (name === "password" && !field.rule.accepts(value)) {
    throw invalid("config.password is no password: it must be text without a zero character, or a function.")
  }
  check(`config.${name}`, value, field.rule)
}

function line(value: unknown, scale: number): string {
  if (typeof value === "boolean") return value ? "1" : "0"
  return typeof value === "number" ? String(value * scale) : String(value)
}

function isTransport(value: unknown): boolean {
  return typeof (value as Transport | null)?.open === "function"
}

function isAddressMap(value: unknown): boolean {
  return isPlainObject(value) && Object.entries(value).every(([from, to]) => isHost(from) && isHost(to))
}

function isRackIds(value: unknown): boolean {
  const isRack = (rack: unknown) => Number.isInteger(rack) && (rack as number) >= 0 && (rack as number) <= million
  return Array.isArray(value) && value.length > 0 && value.every(isRack)
}

function isHost(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value.length <= 255 && isPlain(value) && !/[\s,]/.test(value)
}

// ── Seeds ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const hostForms = '"host:port", "host:tlsName:port", [host, port] or { host, port, tlsName }'

function hostLines(hosts: unknown): string[] {
  if (hosts === undefined) throw invalid('config.hosts is missing: give seeds, such as "127.0.0.1:3000".')
  const seeds = typeof hosts === "string" ? parseHosts(hosts, "config.hosts") : hostList(hosts)
  if (seeds.length === 0) throw wrong("config.hosts", hosts, "at least one seed")
  return seeds.map(({ host, port, tlsName }) => `host=${host}\t${port}\t${tlsName}`)
}

function hostList(hosts: unknown): Required<HostAddress>[] {
  if (!Array.isArray(hosts)) throw wrong("config.hosts", hosts, `text or an array of ${hostForms}`)
  return hosts.flatMap((seed, i) => {
    const path = `config.hosts[${i}]`
    if (typeof seed === "string") return parseHosts(seed, path)
    if (Array.isArray(seed)) {
      if (seed.length < 1 || seed.length > 3) throw wrong(path, seed, hostForms)
      return [checkedHost({ host: seed[0], port: seed[1], tlsName: seed[2] }, path)]
    }
    if (!isPlainObject(seed)) throw wrong(path, seed, hostForms)
    for (const name of Object.keys(seed)) {
      if (!["host", "port", "tlsName"].includes(name)) throw unknownField(path, name, ["host", "port", "tlsName"])
    }
    return [checkedHost(seed as unknown as HostAddress, path)]
  })
}

function parseHosts(text: string, path: string): Required<HostAddress>[] {
  return text.split(",").map((part) => {
    const seed = /^(?:\[([^[\]]+)\]|([^:[\]]+))(?:(?::([^:]+))?:(\d+))?$/.exec(part.trim())
    if (!seed)
      throw wrong(
        path,
        text,
        'seeds such as "127.0.0.1:3000", "host:tlsName:4333" or "[::1]:3000", separated by commas',
      )
    const [, v6, name, tlsName, port] = seed
    return checkedHost(
      { host: (v6 ?? name)!, port: port === undefined ? 3000 : Number(port), tlsName: tlsName ?? "" },
      path,
    )
  })
}

function checkedHost({ host, port = 3000, tlsName = "" }: HostAddress, path: string): Required<HostAddress> {
  if (!isHost(host)) throw wrong(`${path} host`, host, "a host name or an IP address")
  check(`${path} port`, port, integer(1, 65_535))
  if (tlsName !== "" && !isHost(tlsName)) throw wrong(`${path} tlsName`, tlsName, "a host name")
  return { host, port, tlsName }
}
