// JavaScript values ⇄ values of Lua as Aerospike has it: integers of 64 bits and doubles are different things; lists, maps,
// bytes and GeoJSON are userdata. What those hold is a table, laid out as `types.ts` tells.

import type { ReadOptions } from "../config.ts"
import { isPlainObject, show } from "../core/check.ts"
import { code, limit } from "../core/generated.ts"
import { define } from "../core/reader.ts"
import { decodeUtf8 } from "../core/text.ts"
import { ClientError, invalid } from "../errors.ts"
import { type Bins, Double, GeoJSON, HLL, KeyOrderedMap, OrderedList, TypedBlob } from "../values.ts"
import { type Lua, type LuaApi, registry } from "./load.ts"

/** How values are read, as `config` says it for bins. */
export type Reading = ReadOptions

/** Reads so that what is written again is the same. */
export const exact: Reading = { int64: "auto", doubles: "wrapped", maps: "map", blobs: "own" }

/** Lua's types. */
const luaType = { NIL: 0, BOOLEAN: 1, NUMBER: 3, STRING: 4, USERDATA: 7 }

const blob = 4
const hll = 18

// ── To Lua ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Pushes a value onto the stack of a state. */
export function pushValue(lua: Lua, state: number, value: unknown, depth = 0): void {
  const { api } = lua
  room(api, state, depth)
  switch (typeof value) {
    case "string":
      return lua.pushBytes(state, new TextEncoder().encode(value))
    case "number":
      return pushNumber(api, state, value)
    case "bigint":
      return pushInteger(api, state, value)
    case "boolean":
      return api._lua_pushboolean(state, value ? 1 : 0)
    case "undefined":
      return api._lua_pushnil(state)
  }
  if (value === null) return api._lua_pushnil(state)
  if (value instanceof Double) return api._lua_pushnumber(state, value.value)
  if (value instanceof Uint8Array) return pushBlob(lua, state, blob, value)
  if (value instanceof TypedBlob) return pushBlob(lua, state, value.type, value.bytes)
  if (value instanceof HLL) return pushBlob(lua, state, hll, value.bytes)
  if (value instanceof GeoJSON) return pushGeoJson(lua, state, value)
  if (Array.isArray(value)) return pushList(lua, state, value, depth)
  if (value instanceof OrderedList) return pushList(lua, state, value.items, depth)
  if (value instanceof Map) return pushMap(lua, state, value, value instanceof KeyOrderedMap, depth)
  if (isPlainObject(value)) return pushMap(lua, state, Object.entries(value), false, depth)
  throw invalid(`Lua cannot be given ${show(value)}.`)
}

function pushNumber(api: LuaApi, state: number, value: number): void {
  if (!Number.isInteger(value)) return api._lua_pushnumber(state, value)
  if (!Number.isSafeInteger(value)) {
    throw invalid(`Lua cannot be given ${value}: it is no exact integer. Use a bigint, or double(${value}).`)
  }
  api._lua_pushinteger(state, BigInt(value))
}

function pushInteger(api: LuaApi, state: number, value: bigint): void {
  if (BigInt.asIntN(64, value) !== value) throw invalid(`Lua cannot be given ${value}: it has more than 64 bits.`)
  api._lua_pushinteger(state, value)
}

function pushBlob(lua: Lua, state: number, type: number, bytes: Uint8Array): void {
  const { api } = lua
  api._lua_createtable(state, 0, 4)
  lua.pushBytes(state, bytes)
  api._lua_setfield(state, -2, lua.name("text"))
  setInteger(lua, state, "n", bytes.length)
  setInteger(lua, state, "capacity", bytes.length)
  setInteger(lua, state, "type", type)
  box(lua, state, "Bytes")
}

function pushGeoJson(lua: Lua, state: number, { text }: GeoJSON): void {
  lua.api._lua_createtable(state, 0, 1)
  lua.pushBytes(state, new TextEncoder().encode(text))
  lua.api._lua_setfield(state, -2, lua.name("text"))
  box(lua, state, "GeoJSON")
}

function pushList(lua: Lua, state: number, items: readonly unknown[], depth: number): void {
  const { api } = lua
  api._lua_createtable(state, items.length, 1)
  for (let i = 0; i < items.length; i++) {
    pushValue(lua, state, items[i], depth + 1)
    api._lua_rawseti(state, -2, BigInt(i + 1))
  }
  setInteger(lua, state, "n", items.length)
  box(lua, state, "List")
}

function pushMap(
  lua: Lua,
  state: number,
  entries: Iterable<[unknown, unknown]>,
  isOrdered: boolean,
  depth: number,
): void {
  const { api } = lua
  // The places of the keys are Lua's to find: it alone knows which keys are the same there.
  api._lua_getfield(state, registry, lua.name("aerospike_map"))
  api._lua_createtable(state, 0, 0)
  let count = 0
  for (const [key, value] of entries) {
    pushValue(lua, state, key, depth + 1)
    api._lua_rawseti(state, -2, BigInt(2 * count + 1))
    pushValue(lua, state, value, depth + 1)
    api._lua_rawseti(state, -2, BigInt(2 * count + 2))
    count++
  }
  api._lua_pushinteger(state, BigInt(count))
  api._lua_pushboolean(state, isOrdered ? 1 : 0)
  if (api._lua_pcallk(state, 3, 1, 0, 0, 0) !== 0) throw new ClientError(code.CLIENT, "Lua has no memory left.")
}

function setInteger(lua: Lua, state: number, field: string, value: number): void {
  lua.api._lua_pushinteger(state, BigInt(value))
  lua.api._lua_setfield(state, -2, lua.name(field))
}

/** Makes the table on top of the stack the content of a userdata. */
function box(lua: Lua, state: number, name: string): void {
  const { api } = lua
  api._lua_newuserdatauv(state, 0, 1)
  api._lua_rotate(state, -2, 1)
  api._lua_setiuservalue(state, -2, 1)
  api._luaL_setmetatable(state, lua.name(name))
}

// ── From Lua ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The value at an index of a state's stack; undefined for what is none outside of Lua, such as a table or a function. */
export function readValue(lua: Lua, state: number, index: number, reading: Reading, depth = 0): unknown {
  const { api } = lua
  switch (api._lua_type(state, index)) {
    case luaType.NIL:
      return null
    case luaType.BOOLEAN:
      return api._lua_toboolean(state, index) === 1
    case luaType.NUMBER:
      return readNumber(api, state, index, reading)
    case luaType.STRING:
      return textAt(lua, state, index)
    case luaType.USERDATA:
      return readBoxed(lua, state, api._lua_absindex(state, index), reading, depth)
    default:
      return undefined
  }
}

function readNumber(api: LuaApi, state: number, index: number, { int64, doubles }: Reading): unknown {
  if (api._lua_isinteger(state, index) === 0) {
    const value = api._lua_tonumberx(state, index, 0)
    return doubles === "wrapped" ? new Double(value) : value
  }
  const value = api._lua_tointegerx(state, index, 0)
  if (int64 === "bigint") return value
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  if (int64 === "auto") return value
  throw unreadable(`the integer ${value}, which no number can hold exactly: use int64 "auto" or "bigint"`)
}

function readBoxed(lua: Lua, state: number, index: number, reading: Reading, depth: number): unknown {
  const { api } = lua
  const is = (name: string) => api._luaL_testudata(state, index, lua.name(name)) !== 0
  const name = ["List", "Map", "Bytes", "GeoJSON"].find(is)
  if (name === undefined) return undefined
  room(api, state, depth)
  api._lua_getiuservalue(state, index, 1)
  const content = api._lua_absindex(state, -1)
  try {
    if (name === "List") return readList(lua, state, content, reading, depth)
    if (name === "Map") return readMap(lua, state, content, reading, depth)
    if (name === "Bytes") return readBlob(lua, state, index)
    return new GeoJSON(field(lua, state, content, "text", () => textAt(lua, state, -1)))
  } finally {
    api._lua_settop(state, content - 1)
  }
}

function readList(lua: Lua, state: number, content: number, reading: Reading, depth: number): unknown[] {
  const count = integerIn(lua, state, content, "n")
  const list: unknown[] = []
  for (let i = 1; i <= count; i++) list.push(item(lua, state, content, i, reading, depth))
  return list
}

function readMap(lua: Lua, state: number, content: number, reading: Reading, depth: number): unknown {
  const { api } = lua
  api._lua_getfield(state, registry, lua.name("aerospike_sort"))
  api._lua_pushvalue(state, content)
  if (api._lua_pcallk(state, 1, 0, 0, 0, 0) !== 0) throw new ClientError(code.CLIENT, "Lua has no memory left.")
  const top = integerIn(lua, state, content, "top")
  const isOrdered = field(lua, state, content, "ordered", () => api._lua_toboolean(state, -1) === 1)
  api._lua_getfield(state, content, lua.name("keys"))
  api._lua_getfield(state, content, lua.name("values"))
  const [keys, values] = [api._lua_absindex(state, -2), api._lua_absindex(state, -1)]
  const entries: [unknown, unknown][] = []
  for (let i = 1; i <= top; i++) {
    const key = item(lua, state, keys, i, reading, depth)
    // The place of a key that was removed is nil.
    if (key !== null) entries.push([key, item(lua, state, values, i, reading, depth)])
  }
  return mapOf(entries, isOrdered, reading)
}

function mapOf(entries: [unknown, unknown][], isOrdered: boolean, { maps }: Reading): unknown {
  const isText = entries.every(([key]) => typeof key === "string")
  if (maps === "map" || (maps === "auto" && !isText)) return isOrdered ? new KeyOrderedMap(entries) : new Map(entries)
  const object: Bins = {}
  for (const [key, value] of entries) {
    const isName = typeof key === "string" || typeof key === "number" || typeof key === "bigint"
    if (!isName || Object.hasOwn(object, String(key))) {
      throw unreadable(`a map with the key ${show(key)}, which no object can have: use maps "auto" or "map"`)
    }
    define(object, String(key), value)
  }
  return object
}

function readBlob(lua: Lua, state: number, index: number): unknown {
  const { api } = lua
  api._lua_getfield(state, registry, lua.name("aerospike_bytes"))
  api._lua_pushvalue(state, index)
  if (api._lua_pcallk(state, 1, 2, 0, 0, 0) !== 0) throw new ClientError(code.CLIENT, "Lua has no memory left.")
  const type = Number(api._lua_tointegerx(state, -1, 0))
  const bytes = bytesAt(lua, state, -2)
  if (type === hll) return new HLL(bytes)
  return type === blob || type < 1 || type > 255 ? bytes : new TypedBlob(type, bytes)
}

function item(lua: Lua, state: number, table: number, at: number, reading: Reading, depth: number): unknown {
  lua.api._lua_rawgeti(state, table, BigInt(at))
  const value = readValue(lua, state, -1, reading, depth + 1)
  lua.api._lua_settop(state, -2)
  return value
}

function field<R>(lua: Lua, state: number, table: number, name: string, read: () => R): R {
  lua.api._lua_getfield(state, table, lua.name(name))
  const value = read()
  lua.api._lua_settop(state, -2)
  return value
}

function integerIn(lua: Lua, state: number, table: number, name: string): number {
  return field(lua, state, table, name, () => Number(lua.api._lua_tointegerx(state, -1, 0)))
}

/** The bytes of the string at an index. */
export function bytesAt(lua: Lua, state: number, index: number): Uint8Array {
  const { api } = lua
  const address = api._lua_tolstring(state, index, lua.scratch)
  return api.HEAPU8.slice(address, address + api.HEAP32[lua.scratch >> 2]!)
}

function textAt(lua: Lua, state: number, index: number): string {
  const { api } = lua
  const address = api._lua_tolstring(state, index, lua.scratch)
  return decodeUtf8(api.HEAPU8, address, address + api.HEAP32[lua.scratch >> 2]!)
}

/** Makes room on the stack for one level more; a list that holds itself ends here. */
function room(api: LuaApi, state: number, depth: number): void {
  if (depth > limit.VALUE_DEPTH) throw unreadable(`lists and maps more than ${limit.VALUE_DEPTH} levels deep`)
  if (api._lua_checkstack(state, 12) === 0) throw new ClientError(code.CLIENT, "Lua has no stack left.")
}

function unreadable(what: string): ClientError {
  return new ClientError(code.CLIENT, `A value of Lua's holds ${what}.`)
}
