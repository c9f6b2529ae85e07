// Nodes in processes of their own (`front.ts`), so that one can be killed as a real one is. All data are in this process:
// fronts reach it by a socket in a folder that only this user can enter, and each passes its clients' bytes here.
//
//   front: {"join": 1}                    a node's process: this connection is its life
//   hub:   {"host": "127.0.0.1", "port": 0}        or {"error": "…"}
//   front: {"port": 3001, "addresses": ["127.0.0.1"], "pid": 17}        or {"error": "…"}
//   hub:   {}
//
//   front: {"client": 1, "address": "127.0.0.1"}   a client's connection: what follows are its bytes

import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { invalid } from "../errors.ts"
import { Connection } from "./connection.ts"
import type { Doors, Ports, Told } from "./doors.ts"
import { readLine, writeLine } from "./line.ts"
import { highWaterMark, type Socket as ServedSocket, serve } from "./listen.ts"
import type { Module } from "./module.ts"

const program = fileURLToPath(new URL("../cli/main.js", import.meta.url))

/** A node's process that has joined. */
interface Front {
  readonly pid: number
  readonly gone: Promise<void>
}

/** A node's process that is being started. */
interface Expected {
  readonly port: number
  joined(): void
  failed(reason: string): void
}

export class Processes implements Doors {
  /** Where fronts join. */
  readonly path: string
  readonly #module: Module
  readonly #host: string
  readonly #told: Told
  readonly #ports = new Map<number, number>()
  readonly #fronts = new Map<number, Front>()
  /** The ends of those that were started here, by pid. */
  readonly #exits = new Map<number, Promise<unknown>>()
  readonly #expected = new Map<number, Expected>()
  readonly #folder: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  static async start(module: Module, host: string, told: Told): Promise<Processes> {
    const processes = new Processes(module, host, told)
    await new Promise<void>((resolve, reject) => {
      processes.#server.once("error", reject).listen(processes.path, resolve)
    })
    return processes
  }

  private constructor(module: Module, host: string, told: Told) {
    this.#module = module
    this.#host = host
    this.#told = told
    this.#folder = mkdtempSync(join(tmpdir(), "aerospike-wasm-"))
    this.path = join(this.#folder, "hub")
    this.#server = createServer({ highWaterMark }, (socket) => {
      this.#sockets.add(socket)
      socket.on("close", () => this.#sockets.delete(socket))
      socket.on("error", () => {})
      this.#accept(socket).catch(() => socket.destroy())
    })
  }

  open(node: number, { port }: Ports): Promise<void> {
    const args = [program, "devserver", "--join", this.path, "--node", String(node)]
    const child = spawn(process.execPath, args, { stdio: "ignore" })
    if (child.pid !== undefined) {
      const { pid } = child
      this.#exits.set(
        pid,
        new Promise((resolve) => child.once("exit", resolve)).then(() => this.#exits.delete(pid)),
      )
    }
    return new Promise<void>((resolve, reject) => {
      const failed = (reason: string) => reject(new Error(reason))
      this.#expected.set(node, { port, joined: resolve, failed })
      child.on("error", (error) => failed(`node ${node} does not start: ${error.message}`))
      child.on("exit", (code, signal) => failed(`node ${node} does not start: it ended with ${signal ?? code}`))
    }).finally(() => this.#expected.delete(node))
  }

  kill(node: number): Promise<void> {
    return this.#end(node, "SIGKILL")
  }

  stop(node: number): Promise<void> {
    return this.#end(node, "SIGTERM")
  }

  async close(): Promise<void> {
    const ended = Array.from(this.#fronts.keys(), (node) => this.kill(node))
    await Promise.all(ended)
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    // A front that has not joined yet ends by this.
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all([closed, ...this.#exits.values()])
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #end(node: number, signal: NodeJS.Signals): Promise<void> {
    const front = this.#fronts.get(node)
    if (!front) return
    try {
      process.kill(front.pid, signal)
    } catch {
      // It has ended by itself.
    }
    await Promise.all([front.gone, this.#exits.get(front.pid)])
  }

  async #accept(socket: Socket): Promise<void> {
    const { join, client, address } = JSON.parse(await readLine(socket))
    if (typeof join === "number") return this.#join(socket, join)
    const accept = (socket: ServedSocket) => Connection.accept(this.#module, client, socket)
    serve(socket, { address, certified: "" }, accept, (socket) => socket.destroy())
    socket.resume()
  }

  /** A node's process comes: one that was started here, or by hand. */
  async #join(socket: Socket, node: number): Promise<void> {
    const count = this.#module.core.node_count()
    const isUp = this.#fronts.has(node)
    if (isUp || !Number.isInteger(node) || node < 0 || node >= count) {
      const error = isUp ? `node ${node} is up` : `there is no node ${node}: they are 0 to ${count - 1}`
      writeLine(socket, { error })
      socket.end()
      return
    }
    const expected = this.#expected.get(node)
    writeLine(socket, { host: this.#host, port: expected?.port ?? this.#ports.get(node) ?? 0 })
    const { error, port, addresses, pid } = JSON.parse(await readLine(socket))
    if (error !== undefined) return expected?.failed(error)
    const gone = new Promise<void>((resolve) => {
      socket.once("close", () => {
        this.#fronts.delete(node)
        this.#told.gone(node)
        resolve()
      })
    })
    this.#fronts.set(node, { pid, gone })
    this.#ports.set(node, port)
    this.#told.up(node, { port, addresses, pid })
    writeLine(socket, {})
    socket.resume()
    expected?.joined()
  }
}

/** Says why processes cannot be had here, if they cannot. */
export function checkProcesses(tls: unknown): void {
  const { deno, bun } = process.versions as { deno?: string; bun?: string }
  const here = deno !== undefined ? "Deno" : bun !== undefined ? "Bun" : process.platform === "win32" ? "Windows" : ""
  if (here)
    throw invalid(
      `options.processes is true: nodes in processes of their own need Node, not on Windows; this is ${here}.`,
    )
  if (tls) throw invalid("options.tls cannot be had with options.processes: fronts have no TLS yet.")
}
