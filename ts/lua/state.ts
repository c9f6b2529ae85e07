// A state of Lua: one world of globals, with the types and functions that Aerospike's Lua has and without those that
// reach outside.

import { code } from "../core/generated.ts"
import { decodeUtf8 } from "../core/text.ts"
import { UdfError } from "../errors.ts"
import type { HostCall, Lua, LuaApi } from "./load.ts"
import { registry } from "./load.ts"
import { types } from "./types.ts"
import { bytesAt, exact, pushValue, type Reading, readValue } from "./values.ts"

/** What a state is made with. */
export interface LuaStateOptions {
  /** Takes what Lua logs: level 1 is a warning, 4 a trace. Default: nobody. */
  readonly log?: ((level: number, message: string) => void) | undefined
  /** The source of a module that `require` asks for; undefined when there is none. */
  readonly source?: ((module: string) => string | Uint8Array | undefined) | undefined
  /** Where messages say that modules lie, with a slash at its end. Default: nowhere. */
  readonly directory?: string | undefined
  /** Milliseconds that one call from outside may run before it fails; 0 = no limit. Default 0. */
  readonly limitMs?: number | undefined
}

/** A thing that Lua has and that is kept for later calls. */
export type LuaRef = number & { readonly ref: unique symbol }

export class LuaState {
  readonly lua: Lua
  readonly api: LuaApi
  /** The state's address. */
  readonly address: number
  readonly #id: number
  readonly #forget: (() => void)[] = []
  readonly #types: LuaRef
  /** See {@link LuaStateOptions.limitMs}; for the calls that follow. */
  limitMs: number
  #isClosed = false

  /** @internal Use `Lua.state`. */
  constructor(lua: Lua, options: LuaStateOptions) {
    this.lua = lua
    this.api = lua.api
    const [made, id] = lua.open()
    this.address = made
    this.#id = id
    // Not while the types are made.
    this.limitMs = 0
    const { api, address } = this
    api._luaL_openlibs(address)
    this.#makeClasses()
    this.raw("aerospike_box", (from) => this.#box(from))
    this.define("aerospike_log", (level, message) => options.log?.(Number(level), String(message)))
    this.define("aerospike_now", () => Date.now())
    this.raw("aerospike_source", (from) => {
      const source = options.source?.(String(readValue(this.lua, from, 1, exact)))
      if (typeof source === "object") lua.pushBytes(from, source)
      else pushValue(lua, from, source)
      return 1
    })
    this.define("aerospike_directory", () => options.directory ?? "")
    this.#types = this.module(types, "=aerospike")
    this.limitMs = options.limitMs ?? 0
  }

  // ── Calls ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Runs a chunk of Lua, for what it defines. `chunk` is its name in messages, after `=` or `@`. */
  run(source: string | Uint8Array, chunk: string): void {
    this.#protected(() => {
      this.#load(source, chunk)
      this.#call(0, 0)
    })
  }

  /** Runs a chunk of Lua and keeps what it gives, a table of functions for {@link callIn}. */
  module(source: string | Uint8Array, chunk: string): LuaRef {
    return this.#protected(() => {
      this.#load(source, chunk)
      this.#call(0, 1)
      return this.api._luaL_ref(this.address, registry) as LuaRef
    })
  }

  /** Like {@link module}, for a chunk that adds to the types: it is given their table, and what else is named. */
  extend(source: string, chunk: string, ...others: LuaRef[]): LuaRef {
    return this.#protected(() => {
      this.#load(source, chunk)
      for (const ref of [this.#types, ...others]) this.api._lua_rawgeti(this.address, registry, BigInt(ref))
      this.#call(others.length + 1, 1)
      return this.api._luaL_ref(this.address, registry) as LuaRef
    })
  }

  /** Calls a function of a table that takes and gives strings of Lua, which are any bytes. */
  callBytes(table: LuaRef, name: string, args: readonly Uint8Array[]): Uint8Array {
    return this.#protected(() => {
      this.api._lua_rawgeti(this.address, registry, BigInt(table))
      this.api._lua_getfield(this.address, -1, this.lua.name(name))
      for (const arg of args) this.lua.pushBytes(this.address, arg)
      this.#call(args.length, 1)
      return bytesAt(this.lua, this.address, -1)
    })
  }

  /** Calls a global function. */
  call(name: string, args: readonly unknown[] = [], reading: Reading = exact): unknown {
    return this.#protected(() => {
      this.api._lua_getglobal(this.address, this.lua.name(name))
      return this.#apply(args, reading)
    })
  }

  /** Calls a function of a table that {@link module} gave. */
  callIn(table: LuaRef, name: string, args: readonly unknown[] = [], reading: Reading = exact): unknown {
    return this.#protected(() => {
      this.api._lua_rawgeti(this.address, registry, BigInt(table))
      this.api._lua_getfield(this.address, -1, this.lua.name(name))
      return this.#apply(args, reading)
    })
  }

  /** Makes a global function of one of the host. What it throws is an error in Lua. */
  define(name: string, call: (...args: unknown[]) => unknown): void {
    this.raw(name, (from) => {
      const args: unknown[] = []
      const top = this.api._lua_gettop(from)
      for (let index = 1; index <= top; index++) args.push(readValue(this.lua, from, index, exact))
      pushValue(this.lua, from, call(...args))
      return 1
    })
  }

  /** Makes a global function of one of the host that works on Lua's stack itself. */
  raw(name: string, call: HostCall): void {
    const { api, lua } = this
    const forget = lua.pushCall(this.address, (from) => {
      try {
        return call(from)
      } catch (error) {
        // Lua's own errors pass through as they are: they are no objects.
        if (!(error instanceof Error)) throw error
        pushValue(lua, from, error.message)
      }
      return api._lua_error(from)
    })
    this.#forget.push(forget)
    api._lua_setglobal(this.address, lua.name(name))
  }

  /** Gives the state's memory back. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.lua.close(this.address, this.#id)
    for (const forget of this.#forget) forget()
  }

  // ── How ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Leaves Lua's stack as it was, whatever happens. */
  #protected<R>(act: () => R): R {
    const { api, address } = this
    const top = api._lua_gettop(address)
    if (api._lua_checkstack(address, 20) === 0) throw failure("Lua has no stack left")
    try {
      return act()
    } finally {
      api._lua_settop(address, top)
    }
  }

  #load(source: string | Uint8Array, chunk: string): void {
    const bytes = typeof source === "string" ? new TextEncoder().encode(source) : source
    const [pointer, length] = this.lua.copy(bytes)
    const { api, lua, address } = this
    // "t": only text. Lua does not check precompiled code, which could do anything.
    const result = api._luaL_loadbufferx(address, pointer, length, lua.name(chunk), lua.name("t"))
    api._free(pointer)
    if (result !== 0) throw failure(this.#message())
  }

  #apply(args: readonly unknown[], reading: Reading): unknown {
    if (this.api._lua_checkstack(this.address, args.length + 20) === 0) throw failure("Lua has no stack left")
    for (const arg of args) pushValue(this.lua, this.address, arg)
    this.#call(args.length, 1)
    return readValue(this.lua, this.address, -1, reading)
  }

  #call(args: number, results: number): void {
    const { api, address } = this
    this.lua.limit(address, this.limitMs)
    const result = api._lua_pcallk(address, args, results, 0, 0, 0)
    this.lua.limit(address, 0)
    if (result !== 0) throw failure(this.#message())
  }

  /** The error on top of the stack, as text. */
  #message(): string {
    const { api, address, lua } = this
    const text = api._luaL_tolstring(address, -1, lua.scratch)
    const length = api.HEAP32[lua.scratch >> 2]!
    return decodeUtf8(api.HEAPU8, text, text + length)
  }

  #makeClasses(): void {
    const { api, address, lua } = this
    api._lua_createtable(address, 0, 4)
    for (const name of ["List", "Map", "Bytes", "GeoJSON", "Iterator"]) {
      api._luaL_newmetatable(address, lua.name(name))
      api._lua_setfield(address, -2, lua.name(name))
    }
    api._lua_setglobal(address, lua.name("aerospike_classes"))
  }

  /** `aerospike_box(table, class)`: a userdata around a table, for Lua alone cannot make one. */
  #box(from: number): number {
    const { api } = this
    api._lua_newuserdatauv(from, 0, 1)
    api._lua_pushvalue(from, 1)
    api._lua_setiuservalue(from, -2, 1)
    const name = api._lua_tolstring(from, 2, 0)
    api._luaL_setmetatable(from, name)
    return 1
  }
}

function failure(message: string): UdfError {
  return new UdfError(code.UDF, message)
}
