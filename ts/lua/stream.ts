// Streams in Lua: what `stream : filter(f) : map(f) : aggregate(start, f) : reduce(f) : groupby(f)` comes to. A chunk for
// `LuaState.module`, whose table has `results`.
//
// A UDF on a stream is given a plan, to which it adds steps. Servers do the steps up to the first `reduce`, that one
// included, each for its part of the records; the client does the same `reduce` over what all of them gave, and what
// follows. Facts: aerospike-lua-core (stream_ops.lua).

/** Whose steps: 1 a server's, 2 the client's. */
export const side = { server: 1, client: 2 } as const

export const stream: string = `
local metatable, setmetatable, type, next, ipairs, error = getmetatable, setmetatable, type, next, ipairs, error
local pack, unpack, globals = table.pack, table.unpack, _G
local map, list, Map, List = map, list, Map, List

-- Where a step is done: on servers, or on either side, or on both.
local SERVER, CLIENT, EITHER, BOTH = 1, 2, 3, 4

-- An aggregate that is a number is handed on when it gets this large.
local NUMBER_LIMIT = 1000

-- Every stream has its own of what an aggregate begins with.
local function own(value)
  if type(value) == "table" then
    local copy = {}
    for key, one in next, value do copy[key] = one end
    return copy
  end
  if type(value) ~= "userdata" then return value end
  local class = metatable(value)
  if class == Map then return map.clone(value) end
  if class == List then return list.clone(value) end
end

-- ── Steps. Each takes what gives the next value, nil at the end, and gives such a function itself ──────────────────

local function filtered(pull, keeps)
  return function()
    local value = pull()
    while value ~= nil and not keeps(value) do value = pull() end
    return value
  end
end

local function mapped(pull, make)
  return function()
    local value = pull()
    if value ~= nil then return make(value) end
  end
end

local function aggregated(pull, start, add)
  local isDone = false
  return function()
    if isDone then return nil end
    local result, value = own(start), pull()
    while value ~= nil do
      result = add(result, value)
      if type(result) == "number" and result >= NUMBER_LIMIT then return result end
      value = pull()
    end
    isDone = true
    return result
  end
end

local function reduced(pull, merge)
  local isDone = false
  return function()
    if isDone then return nil end
    local result = pull()
    if result ~= nil then
      local value = pull()
      while value ~= nil do
        result = merge(result, value)
        value = pull()
      end
    end
    isDone = true
    return result
  end
end

-- What has ended stays ended.
local function ending(pull)
  local isDone = false
  return function()
    if isDone then return nil end
    local value = pull()
    isDone = value == nil
    return value
  end
end

-- ── Plans ──────────────────────────────────────────────────────────────────────────────────────────────────────────

local Plan = {}
Plan.__index = Plan

local function add(plan, where, make, ...)
  plan.ops[#plan.ops + 1] = { where = where, make = make, args = pack(...) }
  return plan
end

function Plan:filter(...) return add(self, EITHER, filtered, ...) end
function Plan:map(...) return add(self, EITHER, mapped, ...) end
function Plan:aggregate(...) return add(self, SERVER, aggregated, ...) end
function Plan:reduce(...) return add(self, BOTH, reduced, ...) end

-- A map of lists: the values by what the function gives for each.
function Plan:groupby(keyOf)
  local function into(groups, value)
    local key = keyOf and keyOf(value)
    local group = groups[key] or list()
    list.append(group, value)
    groups[key] = group
    return groups
  end
  local function join(one, other)
    local both = list.clone(one)
    for value in list.iterator(other) do list.append(both, value) end
    return both
  end
  return self:aggregate(map(), into):reduce(function(one, other) return map.merge(one, other, join) end)
end

-- The steps of a side: up to the first that is done on both, or from it on.
local function stepsOf(ops, side)
  local steps, isShared = {}, false
  for _, op in ipairs(ops) do
    local where = isShared and CLIENT or op.where == BOTH and side or SERVER
    if where == side then steps[#steps + 1] = op end
    isShared = isShared or op.where == BOTH
  end
  return steps
end

-- What a global function makes of a stream on a side. Gives what gives one result after the other.
local function results(side, name, pull, ...)
  local f = globals[name]
  if f == nil then error("function not found", 0) end
  local plan = f(setmetatable({ ops = {} }, Plan), ...)
  pull = ending(pull)
  for _, op in ipairs(stepsOf(plan.ops, side)) do
    pull = op.make(pull, unpack(op.args, 1, op.args.n)) or pull
  end
  return pull
end

return { results = results }
`
