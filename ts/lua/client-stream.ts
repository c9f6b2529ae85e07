// The client's steps of a stream, in Lua: a chunk for `LuaState.module`. The values that the nodes have made come from
// outside, some at a time, and Lua waits for them in a coroutine.

import { side, stream } from "./stream.ts"

export const clientStream: string = `
local results = (function()${stream}end)().results
local list, append, iterator, type, error = list, list.append, list.iterator, type, error
local create, resume, status, yield = coroutine.create, coroutine.resume, coroutine.status, coroutine.yield

local worker, given

local function run(pull)
  for value in pull do
    local kind = type(value)
    if kind == "table" or kind == "function" or kind == "thread" then
      error("the function gave a " .. kind .. ": values are numbers, strings, booleans, bytes, lists and maps", 0)
    end
    append(given, value)
  end
end

-- Nil is the end.
local function goOn(value)
  if status(worker) == "dead" then return end
  local isFine, failure = resume(worker, value)
  if not isFine then error(failure, 0) end
end

return {
  -- Calls the function, which says what is to be done.
  start = function(name, args)
    local passed = {}
    for i = 1, #args do passed[i] = args[i] end
    local pull = results(${side.client}, name, yield, table.unpack(passed, 1, #args))
    given, worker = list(), create(run)
    goOn(pull)
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
