// The dev server as the recorded one was: its names, its addresses, its clock; without a socket.

import { readFileSync } from "node:fs"
import { infoFrame } from "./fake-cluster.mjs"
import { bytesOf, fieldOf, parseMessages, rowsOf } from "./frame.mjs"

const EPOCH_2010 = 1_262_304_000
/** The field of a query that is to go slowly. */
const RECORDS_PER_SECOND = 10

/** When the recordings were made, in seconds since 2010. */
const START = 532_926_000

const SINGLE = { nodeIds: ["A1"], clusterName: "lab", namespaces: { test: {}, bar: { nsupPeriod: 0 } } }

const CLUSTER = {
  nodeIds: ["C1", "C2", "C3"],
  clusterName: "lab3",
  namespaces: { test: {}, bar: { nsupPeriod: 0, replicationFactor: 1 } },
}

/** Connections of the client that was recorded while it tended the cluster of three: 1 and 2 went to C1, and so on. */
const TEND_NODES = { 1: 0, 2: 0, 3: 1, 5: 1, 4: 2, 6: 2 }

/** Resolves to the class: the module of the dev server has to be loaded first. */
export async function loadRecordedServer() {
  const url = new URL("../../../pkg/devserver/", import.meta.url)
  const { DevServer, initSync } = await import(new URL("aerospike_wasm_devserver.js", url).href)
  const { Udfs } = await import(new URL("../../../dist/devserver/udfs.js", import.meta.url).href)
  const { memory } = initSync({ module: readFileSync(new URL("aerospike_wasm_devserver_bg.wasm", url)) })
  await new Udfs(memory).find()
  return class extends RecordedServer {
    constructor(isCluster) {
      super(new DevServer(JSON.stringify(isCluster ? CLUSTER : SINGLE), 1, 0), memory, isCluster, Udfs)
    }
  }
}

class RecordedServer {
  #server
  #memory
  #udfs
  #isCluster
  #nowMs = (START + EPOCH_2010) * 1000
  /** By scenario and number. */
  #connections = new Map()

  constructor(server, memory, isCluster, Udfs) {
    this.#server = server
    this.#memory = memory
    this.#udfs = new Udfs(memory)
    server.set_udf_host(this.#udfs)
    this.#isCluster = isCluster
    for (let node = 0; node < server.node_count(); node++) {
      server.set_address(node, "127.0.0.1", isCluster ? 3510 + 10 * node : 3500)
    }
  }

  /** What a frame asks for that the dev server does not do yet; undefined when it does it all. */
  missing(frame) {
    this.#put(frame)
    return this.#server.missing(frame.length) ?? undefined
  }

  pass(seconds) {
    this.#nowMs += seconds * 1000
  }

  /** Moves the clock on to a second after 2010, if it is not later already. */
  notBefore(second) {
    this.#nowMs = Math.max(this.#nowMs, (second + EPOCH_2010) * 1000)
  }

  /** `{ bytes, closed }`: all that is answered to frames, each a segment of its own. */
  ask(exchange, frames) {
    const node = this.#node(exchange)
    const { conn, isKept } = this.#connection(exchange, node)
    const answer = { bytes: Buffer.alloc(0), closed: false }
    for (const frame of frames) {
      this.#receive(conn, frame, answer)
      while (this.#server.pending(conn)) {
        this.#nowMs += this.#server.wait(conn, this.#nowMs)
        this.#receive(conn, Buffer.alloc(0), answer)
      }
      if (exchange.scenario.startsWith("query/")) this.#waitForJobs(node, frame)
    }
    if (!isKept) this.#server.disconnected(conn)
    return answer
  }

  free() {
    this.#udfs.close()
    this.#server.free()
  }

  #info(node, name) {
    const conn = this.#server.connect(node)
    const answer = { bytes: Buffer.alloc(0), closed: false }
    this.#receive(conn, infoFrame(`${name}\n`), answer)
    this.#server.disconnected(conn)
    return answer.bytes.toString("latin1")
  }

  /** The recorded clients waited for the background jobs that they had started: those with a rate take time. */
  #waitForJobs(node, frame) {
    const [message] = frame[1] === 3 ? parseMessages(frame.subarray(8)) : []
    if (!message || fieldOf(message, RECORDS_PER_SECOND) === undefined) return
    while (this.#info(node, "query-show").includes("status=active")) this.#nowMs += 10
  }

  #receive(conn, bytes, answer) {
    this.#put(bytes)
    const length = this.#server.received(conn, bytes.length, this.#nowMs)
    const written = length < 0 ? -1 - length : length
    const from = this.#server.answer_address()
    answer.bytes = Buffer.concat([answer.bytes, new Uint8Array(this.#memory.buffer, from, written)])
    answer.closed ||= length < 0
  }

  #put(bytes) {
    const at = this.#server.receive_reserve(bytes.length)
    new Uint8Array(this.#memory.buffer, at, bytes.length).set(bytes)
  }

  #connection(exchange, node) {
    const number = exchange.what?.connection
    if (number === undefined) return { conn: this.#server.connect(node), isKept: false }
    const name = `${exchange.scenario} ${number}`
    if (!this.#connections.has(name)) this.#connections.set(name, this.#server.connect(node))
    return { conn: this.#connections.get(name), isKept: true }
  }

  /** Which node was asked: by its name, by its role for the record, or by the number of the client's connection. */
  #node({ scenario, what, request }) {
    if (!this.#isCluster) return 0
    if (/^C\d$/.test(what.node)) return Number(what.node[1]) - 1
    if (scenario === "raw/wrong_node") return this.#nodeOfRole(what.requests[0], [request].flat()[0])
    return TEND_NODES[what.connection] ?? 0
  }

  /** The words of the request end with the role of the node that got it: master, prole (replica) or neither. */
  #nodeOfRole(words, request) {
    const [message] = parseMessages(bytesOf(request).subarray(8))
    // A query names its partition, in two bytes.
    const digest = fieldOf(message, 4) ?? fieldOf(message, 11) ?? bytesOf(rowsOf(message)[0].digest)
    const partition = (digest[0] | (digest[1] << 8)) & 0xfff
    const role = words.endsWith("master") ? 0 : words.endsWith("prole") ? 1 : -1
    for (let node = 0; node < 3; node++) if (this.#role(node, partition) === role) return node
    throw new Error(`no node has the role of "${words}"`)
  }

  /** 0 master, 1 replica, -1 neither, as the node itself says of namespace `test`. */
  #role(node, partition) {
    const [, maps] = /(?:^|[\t;])test:\d+,\d+,([^;\n]*)/.exec(this.#info(node, "replicas"))
    return maps.split(",").findIndex((map) => Buffer.from(map, "base64")[partition >> 3] & (0x80 >> (partition & 7)))
  }
}
