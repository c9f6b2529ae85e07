// Functions of streams, in Lua: what a client has to do with the values that the nodes have made. Nodes do all up to and
// with the first reduce; that reduce, over the values of all nodes, and what follows it is done here.
//
// The values come from outside, a few at a time, and Lua waits for them in a coroutine.

export const streams: string = `
local create, resume, status, yield = coroutine.create, coroutine.resume, coroutine.status, coroutine.yield
local gather, spread, iterator = table.pack, table.unpack, list.iterator
-- A module may give these names to something else.
local list, map, List, Map, type, error, next, ipairs, globals = list, map, List, Map, type, error, next, ipairs, _G
local getmetatable, setmetatable, append, merge = getmetatable, setmetatable, list.append, list.merge
local clone, mergeMaps, cloneMap = list.clone, map.merge, map.clone

local Stream = {}
Stream.__index = Stream

-- Each kind of step makes an iterator of an iterator. One that gives nil is at its end, also for a function that gave it.
local function step(where, run)
  return function(self, ...)
    self.steps[#self.steps + 1] = { where = where, run = run, args = gather(...) }
    return self
  end
end

local function ending(take)
  local isOver = false
  return function()
    if isOver then return nil end
    local value = take()
    if value == nil then isOver = true end
    return value
  end
end

local function once(make)
  local isMade = false
  return function()
    if isMade then return nil end
    isMade = true
    return make()
  end
end

-- What an aggregation begins with belongs to each stream alone.
local function copyOf(value)
  if type(value) == "table" then
    local copy = {}
    for key, item in next, value do copy[key] = item end
    return copy
  end
  if type(value) ~= "userdata" then return value end
  local class = getmetatable(value)
  if class == Map then return cloneMap(value) end
  if class == List then return clone(value) end
  return nil
end

Stream.filter = step("either", function(source, accepts)
  return function()
    for value in source do
      if accepts(value) then return value end
    end
  end
end)

Stream.map = step("either", function(source, change)
  return ending(function()
    local value = source()
    if value ~= nil then return change(value) end
  end)
end)

Stream.aggregate = step("server", function(source, start, add)
  return once(function()
    local sum = copyOf(start)
    for value in source do sum = add(sum, value) end
    return sum
  end)
end)

Stream.reduce = step("both", function(source, join)
  return once(function()
    local sum = source()
    if sum == nil then return nil end
    for value in source do sum = join(sum, value) end
    return sum
  end)
end)

-- A map of lists: the values by what a function says of each.
function Stream:groupby(keyOf)
  local function add(groups, value)
    local key = keyOf and keyOf(value) or nil
    local group = groups[key] or list()
    append(group, value)
    groups[key] = group
    return groups
  end
  local function join(groups, more)
    return mergeMaps(groups, more, merge)
  end
  return self:aggregate(map(), add):reduce(join)
end

-- The values that come, then nil for good.
local isOver
local function incoming()
  if isOver then return nil end
  local value = yield()
  if value == nil then isOver = true end
  return value
end

local worker, given

local function run(values)
  for value in values do
    local kind = type(value)
    if kind == "table" or kind == "function" or kind == "thread" then
      error("the function gave a " .. kind .. ": values are numbers, strings, booleans, bytes, lists and maps", 0)
    end
    append(given, value)
  end
end

local function goOn(value)
  if status(worker) == "dead" then return end
  local isFine, failure = resume(worker, value)
  if not isFine then error(failure, 0) end
end

return {
  -- Calls the function, which says what is to be done.
  start = function(name, args)
    local make = globals[name]
    if type(make) ~= "function" then error("function not found", 0) end
    local passed = {}
    for i = 1, #args do passed[i] = args[i] end
    local made = make(setmetatable({ steps = {} }, Stream), spread(passed, 1, #args))
    if getmetatable(made) ~= Stream then error("the function does not give the stream back", 0) end
    local values, isHere = incoming, false
    for _, one in ipairs(made.steps) do
      isHere = isHere or one.where == "both"
      if isHere then values = one.run(values, spread(one.args, 1, one.args.n)) end
    end
    isOver, given, worker = false, list(), create(run)
    goOn(values)
  end,

  -- Takes some values, and gives those that are ready.
  feed = function(values)
    given = list()
    for value in iterator(values) do goOn(value) end
    return given
  end,

  -- No more will come.
  finish = function()
    given = list()
    goOn(nil)
    return given
  end,
}
`
