// Running UDFs as a server does, in Lua. A chunk for `LuaState.extend`, after `record.ts` and `stream.ts`, whose table it is
// given; what it gives has `load`, `applyRecord` and `applyStream`. Each gives bytes: 0 and what came of it, or 1 and the
// text of an error, and what came before it (rust/devserver/src/udf_host.rs).

export const apply: string = String.raw`
local types, streams = ...
local read, toParticle, contentOf, List, metatable = types.read, types.toParticle, types.contentOf, types.classes.List, types.metatable
local Bytes, BLOB = types.classes.Bytes, 4
local isStorable, record, outcome = types.isStorable, types.record, types.outcome
local pcall, error, type, loadModule, globals = pcall, error, type, require, _G
local pack, unpack, spread, concat = string.pack, string.unpack, table.unpack, table.concat

aerospike = nil

-- An error is told if it is text; of another the server says only that it is.
local function failure(reason)
  return "\1" .. pack(">s4", type(reason) == "string" and reason or "result value type unexpected")
end

local function arguments(data)
  local ok, values = pcall(read, data, 1)
  if not ok or type(values) ~= "userdata" or metatable(values) ~= List then return {}, 0 end
  local c = contentOf(values, 1)
  return c, c.n
end

-- Bytes go out as plain bytes, whatever they are said to be.
local function particle(value)
  local kind, bytes = toParticle(value)
  if type(value) == "userdata" and metatable(value) == Bytes then kind = BLOB end
  return pack(">Bs4", kind, bytes)
end

local function applyRecord(name, args, data)
  aerospike = types.aerospike
  local f, r = globals[name], record(data, false)
  if f == nil then return failure("function not found") end
  local values, count = arguments(args)
  local ok, result = pcall(f, r, spread(values, 1, count))
  if not ok then return failure(result) end
  return "\0" .. particle(result) .. outcome(r)
end

local function applyStream(name, args, data)
  aerospike = types.aerospike
  local values, count = arguments(args)
  local at, out = 1, {}
  local function pull()
    if at > #data then return nil end
    local one
    one, at = unpack(">s4", data, at)
    return record(one, true)
  end
  local ok, reason = pcall(function()
    for value in streams.results(1, name, pull, spread(values, 1, count)) do
      if isStorable(value) then out[#out + 1] = particle(value) end
    end
  end)
  local head = ok and "\0" or "\1" .. pack(">s4", type(reason) == "string" and reason or "")
  return head .. concat(out)
end

return { load = function(name) loadModule(name) end, applyRecord = applyRecord, applyStream = applyStream }
`
