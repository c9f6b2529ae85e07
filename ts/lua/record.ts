// The record of a UDF and what it can have done to it, in Lua: `rec.bin`, `record.…(rec)` and `aerospike:…(rec)`. A chunk for
// `LuaState.extend`, after `packed.ts`.
//
// What a UDF writes to a bin is remembered, and seen by what it reads afterwards; `create`, `update` and `remove` put it
// into the record as it will be; that is what is stored when the function has ended well. The rules are those of the
// server (udf_record.c, udf_aerospike.c).

export const record: string = `
local types = ...
local content, integer, optionalText = types.content, types.integer, types.string
local box, contentOf, metatable, isStorable, newBytes = types.box, types.contentOf, types.metatable, types.isStorable, types.newBytes
local fromParticle, toParticle = types.fromParticle, types.toParticle
local log, clock = types.log, types.now
local unpack, pack, concat, move = string.unpack, string.pack, table.concat, table.move
local error, next, type, select, setmetatable = error, next, type, select, setmetatable

-- Result codes.
local OUT_OF_SPACE, BIN_TYPE, BIN_NAME = 8, 12, 21
-- Bytes of a bin's name; bins of a record, and changes to them, of a UDF.
local NAME, BINS, CHANGES = 15, 512, 1024

local Record, Aerospike = { __name = "Record" }, { __name = "Aerospike" }
types.registry.Record, types.registry.Aerospike = Record, Aerospike

-- ── What the node tells, and is told ───────────────────────────────────────────────────────────────────────────────

local IS_THERE, STOP_WRITES = 1, 2
local KEPT = 255

-- A record as the node packs it (rust/devserver/src/udf_host.rs). One of a stream can only be read.
function types.record(data, readOnly)
  local flags, at = unpack("B", data)
  local rec = {
    readOnly = readOnly, stopWrites = flags & STOP_WRITES ~= 0, open = flags & IS_THERE ~= 0,
    -- Names in order, and by name what is stored: type and bytes, and whether it is what the node has.
    names = {}, stored = {},
    -- What was read or written: in order, and by name.
    cache = {}, cached = {}, values = 0,
    generation = 0, ttl = 0, lastUpdate = 0, size = 0, inMemory = 0,
    code = 0, hasUpdates = false, tooMany = false, dropsKey = false,
  }
  rec.digest, rec.set, rec.newKey, at = unpack(">s1s1s4", data, at)
  if rec.open then
    local count
    rec.generation, rec.ttl, rec.lastUpdate, rec.size, rec.inMemory, rec.key, count, at = unpack(">I2I4i8I4Bs4I2", data, at)
    for i = 1, count do
      local name, kind, bytes
      name, kind, bytes, at = unpack(">s1Bs4", data, at)
      rec.names[i], rec.stored[name] = name, { kind, bytes, true }
    end
  end
  return box(rec, "Record")
end

-- What the node is told of a record behind what its function gave.
function types.outcome(r)
  local rec = contentOf(r, 1)
  local flags = (rec.hasUpdates and 1 or 0) | (rec.newTtl and 2 or 0)
  local out = { pack(">BBI4", rec.code, flags, rec.newTtl or 0) }
  if not rec.hasUpdates then return out[1] end
  out[2] = pack(">BI2", rec.dropsKey and 1 or 0, #rec.names)
  for _, name in next, rec.names do
    local bin = rec.stored[name]
    out[#out + 1] = bin[3] and pack(">s1B", name, KEPT) or pack(">s1Bs4", name, bin[1], bin[2])
  end
  return concat(out)
end

-- ── What is remembered of bins ─────────────────────────────────────────────────────────────────────────────────────

-- "gone" is that aerospike:remove has removed it: unlike nil, it does not hide what is stored.
local function remember(rec, name, value, dirty, gone)
  if rec.tooMany then return end
  local entry = rec.cached[name]
  if entry then
    rec.values = rec.values - (entry.value ~= nil and 1 or 0) + (value ~= nil and 1 or 0)
    entry.value, entry.dirty, entry.gone = value, dirty, gone
    return
  end
  if #rec.cache >= CHANGES or (value ~= nil and rec.values >= BINS) then
    rec.tooMany = true
    return
  end
  entry = { name = name, value = value, dirty = dirty, gone = gone }
  rec.cache[#rec.cache + 1], rec.cached[name] = entry, entry
  if value ~= nil then rec.values = rec.values + 1 end
end

local function forget(rec)
  rec.cache, rec.cached, rec.values, rec.tooMany = {}, {}, 0, false
end

-- ── Putting it into the record ─────────────────────────────────────────────────────────────────────────────────────

-- The last bin takes its place.
local function removeBin(rec, name)
  if not rec.stored[name] then return end
  rec.stored[name] = nil
  for i, other in next, rec.names do
    if other == name then
      rec.names[i] = rec.names[#rec.names]
      rec.names[#rec.names] = nil
      return
    end
  end
end

local function putBin(rec, name, value)
  local kind, bytes = toParticle(value)
  if kind == 0 then return BIN_TYPE end
  if not rec.stored[name] then
    if #rec.names >= BINS then return BIN_NAME end
    rec.names[#rec.names + 1] = name
  end
  rec.stored[name] = { kind, bytes, false }
end

-- The record is as it was before the first of all writes.
local function fail(rec, code)
  rec.code, rec.hasUpdates = code, false
  rec.names, rec.stored = rec.oldNames, rec.oldStored
  forget(rec)
  return -1
end

local function update(rec)
  if not rec.hasUpdates then
    rec.oldNames, rec.oldStored = move(rec.names, 1, #rec.names, 1, {}), {}
    for name, bin in next, rec.stored do rec.oldStored[name] = bin end
  end
  if rec.stopWrites then return fail(rec, OUT_OF_SPACE) end
  if rec.tooMany then return fail(rec, BIN_NAME) end
  local kept = {}
  for _, entry in next, rec.cache do
    if entry.dirty and entry.value == nil then
      removeBin(rec, entry.name)
      rec.cached[entry.name] = nil
    else
      local code = entry.dirty and putBin(rec, entry.name, entry.value)
      if code then return fail(rec, code) end
      entry.dirty, kept[#kept + 1] = false, entry
    end
  end
  rec.cache, rec.code, rec.hasUpdates = kept, 0, true
  return 0
end

-- ── rec.bin ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- A list that is read twice is the same list in two boxes, as on the server.
local function boxed(value)
  if type(value) ~= "userdata" then return value end
  return box(contentOf(value, 1), metatable(value).__name)
end

function Record.__index(r, name)
  local rec = content(r, Record, 1, "index")
  name = optionalText(name, 2, "index")
  if not name or #name > NAME then return nil end
  local entry = rec.cached[name]
  if entry and not entry.gone then return boxed(entry.value) end
  local bin = rec.stored[name]
  if not bin then return nil end
  local value = fromParticle(bin[1], bin[2])
  remember(rec, name, value, false)
  return value
end

function Record.__newindex(r, name, value)
  local rec = content(r, Record, 1, "newindex")
  name = optionalText(name, 2, "newindex")
  if not name then return end
  if not isStorable(value) and (type(value) ~= "userdata" or metatable(value) ~= Record) then
    error("can't set bin " .. name .. " to unsupported type", 2)
  end
  if not rec.readOnly and #name <= NAME then remember(rec, name, value, true) end
end

-- ── record.…(rec) ──────────────────────────────────────────────────────────────────────────────────────────────────

record = {}

function record.ttl(r) return content(r, Record, 1, "ttl").ttl end
function record.gen(r) return content(r, Record, 1, "gen").generation end
function record.last_update_time(r) return content(r, Record, 1, "last_update_time").lastUpdate end
function record.size(r) return content(r, Record, 1, "size").size end

function record.memory_size(r)
  local rec = content(r, Record, 1, "memory_size")
  return rec.inMemory == 1 and rec.size or 0
end

function record.device_size(r)
  local rec = content(r, Record, 1, "device_size")
  return rec.inMemory == 1 and 0 or rec.size
end

function record.key(r)
  local rec = content(r, Record, 1, "key")
  local key = rec.open and not rec.dropsKey and rec.key or ""
  if key == "" then return nil end
  return fromParticle(key:byte(), key:sub(2))
end

function record.setname(r)
  local rec = content(r, Record, 1, "setname")
  return rec.open and rec.set ~= "" and rec.set or nil
end

function record.digest(r) return newBytes(content(r, Record, 1, "digest").digest) end
function record.numbins(r) return #content(r, Record, 1, "numbins").names end

function record.bin_names(r)
  local rec = content(r, Record, 1, "bin_names")
  if not rec.open then error("can't get bin names", 2) end
  return move(rec.names, 1, #rec.names, 1, {})
end

function record.set_ttl(r, ttl)
  local rec = content(r, Record, 1, "set_ttl")
  ttl = integer(ttl, 0, 2, "set_ttl")
  if not rec.readOnly then rec.newTtl = ttl & 0xFFFFFFFF end
end

function record.drop_key(r)
  local rec = content(r, Record, 1, "drop_key")
  if rec.open and not rec.readOnly then rec.dropsKey = true end
end

setmetatable(record, { __metatable = record })

-- ── aerospike:…(rec) ───────────────────────────────────────────────────────────────────────────────────────────────

-- The record that a method is called with. A method's errors do not count what it is called on.
local function recordOf(name, ...)
  local r = ...
  if type(r) == "userdata" and metatable(r) == Record then return contentOf(r, 1) end
  local found = select("#", ...) == 0 and "no value" or types.nameOf(r)
  error(("bad argument #1 to '%s' (Record expected, got %s)"):format(name, found), 3)
end

local methods = {}
Aerospike.__index, Aerospike.__metatable = methods, methods

-- In a stream nothing can be written, and the server's functions give what stands for not being there.
local NOT_THERE = 1

function methods.create(self, ...)
  content(self, Aerospike, 1, "create")
  local rec = recordOf("create", ...)
  if rec.readOnly then return NOT_THERE end
  if rec.open then
    if #rec.names > 0 then return 1 end
    return update(rec)
  end
  local result = update(rec)
  if result == 0 then rec.open, rec.key = true, rec.newKey end
  return result
end

function methods.update(self, ...)
  content(self, Aerospike, 1, "update")
  local rec = recordOf("update", ...)
  if rec.readOnly then return NOT_THERE end
  if not rec.open then return -2 end
  return update(rec)
end

function methods.exists(self, ...)
  content(self, Aerospike, 1, "exists")
  return recordOf("exists", ...).open
end

function methods.remove(self, ...)
  content(self, Aerospike, 1, "remove")
  local rec = recordOf("remove", ...)
  if rec.readOnly or not rec.open then return 1 end
  forget(rec)
  for _, name in next, rec.names do remember(rec, name, nil, true, true) end
  return update(rec)
end

function methods.log(self, level, message)
  content(self, Aerospike, 1, "log")
  log(integer(level, 0, 2, "log"), optionalText(message, 3, "log") or "")
end

function methods.get_current_time(self)
  content(self, Aerospike, 1, "get_current_time")
  return clock()
end

-- Hooks that the server has not filled.
function methods.set_context(self)
  content(self, Aerospike, 1, "set_context")
  return 2
end

function methods.get_config(self)
  content(self, Aerospike, 1, "get_config")
  return 0
end

types.aerospike = box({}, "Aerospike")
`
