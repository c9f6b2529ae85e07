// Finding Lua. It is not part of this package: whoever wants functions to run outside of a server installs `wasmoon`,
// which is Lua 5.4, the servers' own version, as WebAssembly. Nothing of it but Lua's C interface is used.

import { code } from "../core/generated.ts"
import { ClientError } from "../errors.ts"
import { LuaState, type LuaStateOptions } from "./state.ts"

/** Lua's C interface, as far as it is used here. Pointers are addresses in the memory of its module. */
export interface LuaApi {
  readonly HEAPU8: Uint8Array
  readonly HEAP32: Int32Array
  addFunction(call: (...args: number[]) => number | undefined, signature: string): number
  _malloc(size: number): number
  _free(pointer: number): void
  _lua_newstate(allocate: number, data: number): number
  _realloc(pointer: number, size: number): number
  _luaL_openlibs(state: number): void
  _lua_close(state: number): void
  _lua_checkstack(state: number, slots: number): number
  _lua_gettop(state: number): number
  _lua_settop(state: number, index: number): void
  _lua_pushvalue(state: number, index: number): void
  _lua_rotate(state: number, index: number, by: number): void
  _lua_absindex(state: number, index: number): number
  _lua_type(state: number, index: number): number
  _lua_isinteger(state: number, index: number): number
  _lua_toboolean(state: number, index: number): number
  _lua_tointegerx(state: number, index: number, is: number): bigint
  _lua_tonumberx(state: number, index: number, is: number): number
  _lua_tolstring(state: number, index: number, length: number): number
  _luaL_tolstring(state: number, index: number, length: number): number
  _luaL_testudata(state: number, index: number, name: number): number
  _lua_getiuservalue(state: number, index: number, nth: number): number
  _lua_setiuservalue(state: number, index: number, nth: number): number
  _lua_newuserdatauv(state: number, size: number, values: number): number
  _luaL_newmetatable(state: number, name: number): number
  _luaL_setmetatable(state: number, name: number): void
  _lua_pushnil(state: number): void
  _lua_pushboolean(state: number, value: number): void
  _lua_pushinteger(state: number, value: bigint): void
  _lua_pushnumber(state: number, value: number): void
  _lua_pushlstring(state: number, text: number, length: number): number
  _lua_pushcclosure(state: number, call: number, values: number): void
  _lua_createtable(state: number, items: number, fields: number): void
  _lua_rawgeti(state: number, index: number, at: bigint): number
  _lua_rawseti(state: number, index: number, at: bigint): void
  _lua_getfield(state: number, index: number, name: number): number
  _lua_setfield(state: number, index: number, name: number): void
  _lua_getglobal(state: number, name: number): number
  _lua_setglobal(state: number, name: number): void
  _luaL_loadbufferx(state: number, text: number, length: number, name: number, mode: number): number
  _lua_pcallk(state: number, args: number, results: number, handler: number, context: number, then: number): number
  _lua_error(state: number): number
  _lua_concat(state: number, count: number): void
  _lua_sethook(state: number, call: number, mask: number, count: number): void
  _luaL_where(state: number, level: number): void
  _luaL_ref(state: number, table: number): number
  _luaL_unref(state: number, table: number, ref: number): void
}

/** A function of the host as Lua calls it: the arguments lie on the stack; gives how many results it has put there. */
export type HostCall = (state: number) => number

/** Lua, from which states are made. */
export class Lua {
  readonly api: LuaApi
  /** Texts that the C interface is called with, kept for good. */
  readonly #names = new Map<string, number>()
  /** Eight bytes for what the C interface writes. */
  readonly scratch: number
  readonly #calls = new Map<number, HostCall>()
  #nextCall = 1
  readonly #dispatch: number
  /** A function of the table that ends what has run for too long. */
  readonly #watch: number
  /** When the call that runs has done so for too long, in milliseconds of `performance.now`. */
  #until = 0
  /** The state that is watched. */
  #watched = 0
  /** A function of the table that gives states memory, and how much each has by now. */
  readonly #allocate: number
  readonly #used = new Map<number, number>()
  #nextState = 1

  constructor(api: LuaApi) {
    this.api = api
    this.scratch = api._malloc(8)
    // One function of the table for all: which one is meant, its first upvalue says.
    this.#dispatch = api.addFunction((state = 0) => {
      const call = this.#calls.get(Number(api._lua_tointegerx(state, upvalue, 0)))
      return call ? call(state) : 0
    }, "ii")
    this.#watch = api.addFunction((state = 0) => {
      if (performance.now() < this.#until) return
      // It may catch the error: it gets no further than one instruction from now on.
      for (const one of [state, this.#watched]) api._lua_sethook(one, this.#watch, onCount, 1)
      api._luaL_where(state, 1)
      this.pushBytes(state, tooLong)
      api._lua_concat(state, 2)
      api._lua_error(state)
    }, "vii")
    this.#allocate = api.addFunction((id = 0, pointer = 0, before = 0, size = 0) => {
      // Of what is new the size before says something else.
      const used = (this.#used.get(id) ?? 0) - (pointer ? before : 0)
      if (size === 0) {
        if (pointer) api._free(pointer)
        this.#used.set(id, used)
        return 0
      }
      if (used + size > memoryMax) return 0
      const found = api._realloc(pointer, size)
      if (found) this.#used.set(id, used + size)
      return found
    }, "iiiii")
  }

  /** The address of a bare state, and its number for {@link close}. */
  open(): [address: number, id: number] {
    const id = this.#nextState++
    const address = this.api._lua_newstate(this.#allocate, id)
    if (address === 0) throw new ClientError(code.CLIENT, "Lua has no memory left.")
    return [address, id]
  }

  close(address: number, id: number): void {
    this.api._lua_close(address)
    this.#used.delete(id)
  }

  /** Lets what a state runs from now on fail when it takes longer; its coroutines too. 0 = it may take as long as it likes. */
  limit(state: number, ms: number): void {
    this.#until = performance.now() + ms
    this.#watched = state
    this.api._lua_sethook(state, ms > 0 ? this.#watch : 0, ms > 0 ? onCount : 0, looksEvery)
  }

  /** Pushes bytes as a string of Lua. */
  pushBytes(state: number, bytes: Uint8Array): void {
    const [pointer, length] = this.copy(bytes)
    this.api._lua_pushlstring(state, pointer, length)
    this.api._free(pointer)
  }

  /** A new state with the types and functions that Aerospike's Lua has. Close it when it is no longer needed. */
  state(options: LuaStateOptions = {}): LuaState {
    return new LuaState(this, options)
  }

  /** The address of a text that ends in a zero. */
  name(text: string): number {
    const known = this.#names.get(text)
    if (known !== undefined) return known
    const [pointer] = this.copy(new TextEncoder().encode(`${text}\0`))
    this.#names.set(text, pointer)
    return pointer
  }

  /** Copies bytes into the memory of the module, to be freed by the caller. */
  copy(bytes: Uint8Array): [pointer: number, length: number] {
    const pointer = this.api._malloc(Math.max(bytes.length, 1))
    if (pointer === 0) throw new ClientError(code.CLIENT, "Lua has no memory left.")
    this.api.HEAPU8.set(bytes, pointer)
    return [pointer, bytes.length]
  }

  /** Pushes a function of the host; what is given forgets it. */
  pushCall(state: number, call: HostCall): () => void {
    const id = this.#nextCall++
    this.#calls.set(id, call)
    this.api._lua_pushinteger(state, BigInt(id))
    this.api._lua_pushcclosure(state, this.#dispatch, 1)
    return () => this.#calls.delete(id)
  }
}

/** LUA_REGISTRYINDEX and the index of the first upvalue of the function that is running. */
export const registry = -1_001_000
const upvalue = registry - 1

/** Bytes that a state may have. Past it Lua has "not enough memory". */
const memoryMax = 256 * 1024 * 1024

/** LUA_MASKCOUNT, and after how many instructions the clock is looked at. */
const onCount = 8
const looksEvery = 10_000

/** The server's words. */
const tooLong = new TextEncoder().encode("UDF Execution Timeout")

let loading: Promise<Lua> | undefined

/**
 * Loads Lua, once.
 *
 * @throws ClientError that says how to install it, when it is not there.
 */
export function loadLua(): Promise<Lua> {
  loading ??= load()
  loading.catch(() => {
    // It may have been installed by the next time.
    loading = undefined
  })
  return loading
}

async function load(): Promise<Lua> {
  let found: typeof import("wasmoon")
  try {
    found = await import("wasmoon")
  } catch (cause) {
    const message = "This needs Lua, which is installed apart from aerospike-wasm: npm install wasmoon"
    throw new ClientError(code.CLIENT, message, { cause })
  }
  // A CommonJS module: not every runtime finds the names in it.
  const { LuaFactory } = "LuaFactory" in found ? found : (found as { default: typeof import("wasmoon") }).default
  const { module } = await new LuaFactory(wasmFile()).getLuaModule()
  return new Lua(module as unknown as LuaApi)
}

/** Where the .wasm lies, on runtimes with files: left alone, a worker there would load it from the network. */
function wasmFile(): string | undefined {
  const { process } = globalThis as { process?: { versions?: { node?: string } } }
  if (!process?.versions?.node || typeof import.meta.resolve !== "function") return undefined
  return import.meta.resolve("wasmoon/dist/glue.wasm")
}
