// Runs the UDFs of a dev server: the node says what is to run on what, packed; Lua runs it; what came of it goes back, packed
// too (rust/devserver/src/udf_host.rs). Lua is loaded when the first module is put; where it is not installed, modules are
// kept as they are and calls fail.

import type { UdfHost } from "../../pkg/devserver/aerospike_wasm_devserver.js"
import { apply } from "../lua/apply.ts"
import { type Lua, loadLua } from "../lua/load.ts"
import { packed } from "../lua/packed.ts"
import { record } from "../lua/record.ts"
import type { LuaRef, LuaState } from "../lua/state.ts"
import { stream } from "../lua/stream.ts"
import type { UdfLog } from "./udf-log.ts"

/** What the node asks for, and how it is answered. */
const call = { put: 1, remove: 2, record: 3, stream: 4 } as const
const status = { done: 0, failed: 1, unavailable: 2, noModule: 3 } as const

/** Where a server has its modules; its texts of errors name it. */
const directory = "/opt/aerospike/usr/udf/lua/"

/** Milliseconds that a module's own code may take when it is loaded. */
const loadLimitMs = 1000

const levels = [undefined, "warn", "info", "debug", "trace"] as const

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Once it is loaded. */
let lua: Lua | undefined

export class Udfs implements UdfHost {
  readonly #memory: { readonly buffer: ArrayBuffer }
  readonly #log: ((entry: UdfLog) => void) | undefined
  /** Texts of modules by the names of their files. */
  readonly #modules = new Map<string, Uint8Array>()
  /** A state for each module that was used; undefined for one that does not load. */
  readonly #states = new Map<string, Runner | undefined>()
  /** Why there is no Lua. */
  #missing: string | undefined

  constructor(memory: { readonly buffer: ArrayBuffer }, log: ((entry: UdfLog) => void) | undefined) {
    this.#memory = memory
    this.#log = log
  }

  ready(): boolean {
    return lua !== undefined || this.#missing !== undefined
  }

  /** Resolves once it is known whether there is Lua. */
  async find(): Promise<void> {
    try {
      lua = await loadLua()
    } catch (error) {
      this.#missing = `this dev server does not run UDFs: ${(error as Error).message}`
    }
  }

  /** Gives back what Lua holds: nothing that was loaded counts any more, for modules require each other. */
  close(): void {
    for (const runner of this.#states.values()) runner?.close()
    this.#states.clear()
  }

  answer(address: number, length: number): Uint8Array {
    try {
      return this.#answer(new CallReader(new Uint8Array(this.#memory.buffer, address, length).slice()))
    } catch (error) {
      // The node that asks cannot take an exception. Lua may have no memory left for a state.
      return answered(status.failed, text(encoder.encode((error as Error).message)))
    }
  }

  #answer(reader: CallReader): Uint8Array {
    const kind = reader.byte()
    if (kind === call.remove) return this.#remove(reader.name())
    if (!lua) {
      // No module was put as long as nobody has asked for Lua.
      if (this.#missing === undefined) return answered(status.noModule)
      return answered(status.unavailable, text(encoder.encode(this.#missing)))
    }
    if (kind === call.put) return this.#put(lua, reader.name(), reader.text())
    const runner = this.#runner(lua, reader.name())
    return runner ? runner.run(kind === call.stream, reader) : answered(status.noModule)
  }

  #put(lua: Lua, file: string, content: Uint8Array): Uint8Array {
    const wrong = this.#check(lua, file, content)
    if (wrong) return wrong
    this.#modules.set(file, content)
    this.close()
    return answered(status.done)
  }

  #remove(file: string): Uint8Array {
    this.#modules.delete(file)
    this.close()
    return answered(status.done)
  }

  /** Whether a module compiles and its own code runs; if not, the answer that says so, as the server would say it. */
  #check(lua: Lua, file: string, content: Uint8Array): Uint8Array | undefined {
    const state = this.#state(lua)
    try {
      state.limitMs = loadLimitMs
      // Named as the server names it, so that messages begin with [string "…"].
      state.run(content, file)
      return undefined
    } catch (error) {
      const { message } = error as Error
      const [, source = "", line = "0", reason] = /^\[string "([^"]*)"\]:(\d+): (.*)$/s.exec(message) ?? []
      const said = reason ?? message.split("\n", 1)[0]!.slice(0, 256)
      return answered(status.failed, uint32(Number(line)), text(encoder.encode(source)), text(encoder.encode(said)))
    } finally {
      state.close()
    }
  }

  #runner(lua: Lua, module: string): Runner | undefined {
    if (!this.#states.has(module)) this.#states.set(module, this.#load(lua, module))
    return this.#states.get(module)
  }

  #load(lua: Lua, module: string): Runner | undefined {
    const runner = new Runner(this.#state(lua))
    try {
      runner.load(module)
      return runner
    } catch {
      runner.close()
      return undefined
    }
  }

  #state(lua: Lua): LuaState {
    return lua.state({
      directory,
      source: (name) => this.#modules.get(`${name.replaceAll(".", "/")}.lua`),
      log: (level, message) => this.#log?.({ level: levels[level] ?? "info", message }),
    })
  }
}

/** A module that can be run. */
class Runner {
  readonly #state: LuaState
  readonly #apply: LuaRef

  constructor(state: LuaState) {
    this.#state = state
    this.#state.extend(packed, "=packed")
    this.#state.extend(record, "=record")
    const streams = this.#state.extend(stream, "=stream")
    this.#apply = this.#state.extend(apply, "=apply", streams)
  }

  load(module: string): void {
    this.#limited(loadLimitMs, () => this.#state.callBytes(this.#apply, "load", [encoder.encode(module)]))
  }

  run(isStream: boolean, reader: CallReader): Uint8Array {
    const name = reader.text()
    const limitMs = reader.number()
    const args = [name, reader.text(), reader.rest()]
    try {
      return this.#limited(limitMs, () =>
        this.#state.callBytes(this.#apply, isStream ? "applyStream" : "applyRecord", args),
      )
    } catch (error) {
      // What Lua itself cannot catch, such as that there is no memory left.
      return answered(status.failed, text(encoder.encode((error as Error).message)))
    }
  }

  close(): void {
    this.#state.close()
  }

  #limited(limitMs: number, act: () => Uint8Array): Uint8Array {
    this.#state.limitMs = limitMs
    try {
      return act()
    } finally {
      this.#state.limitMs = 0
    }
  }
}

/** Reads what the node has packed. */
class CallReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  byte(): number {
    return this.#bytes[this.#at++]!
  }

  number(): number {
    const value = this.#view.getUint32(this.#at)
    this.#at += 4
    return value
  }

  text(): Uint8Array {
    const length = this.number()
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return bytes
  }

  name(): string {
    return decoder.decode(this.text())
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at)
  }
}

function answered(status: number, ...parts: Uint8Array[]): Uint8Array {
  const answer = new Uint8Array(1 + parts.reduce((length, part) => length + part.length, 0))
  answer[0] = status
  let at = 1
  for (const part of parts) {
    answer.set(part, at)
    at += part.length
  }
  return answer
}

function text(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(4 + bytes.length)
  new DataView(all.buffer).setUint32(0, bytes.length)
  all.set(bytes, 4)
  return all
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}
