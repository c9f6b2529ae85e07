// The types of Aerospike's Lua, in Lua: list, map, bytes and geojson, as servers have them since they run Lua 5.4. What
// they do was tried on server 8.1.2, also where it is odd; but what makes that server crash, or read memory that is not
// the value's, is harmless here.
//
// A userdata of these classes holds a table:
//
//   List     n, and [1..n], holes for nil
//   Map      n; keys[1..top], nil where one was removed; values[…] beside them; places by key, in `at` or, for bytes
//            as keys, in `blobs`; `mixed` if keys have come out of their order; ordered
//   Bytes    n, capacity, type (the particle's); either text, or when it was changed [1..n], a number a byte
//   GeoJSON  text
//   Iterator what it gives, `give(i)`, where it is, `i`, and how far it goes, `last()`

export const types: string = String.raw`
local box, log, now, sourceOf, classes = aerospike_box, aerospike_log, aerospike_now, aerospike_source, aerospike_classes
local directory = aerospike_directory()
aerospike_box, aerospike_log, aerospike_now, aerospike_source, aerospike_classes = nil, nil, nil, nil, nil
aerospike_directory = nil
local ldebug, pack, unpack = debug, string.pack, string.unpack
local byte, char, find, format, gsub, sub = string.byte, string.char, string.find, string.format, string.gsub, string.sub
local concat, spread, tointeger, mathtype = table.concat, table.unpack, math.tointeger, math.type
local metatable, contentOf, registry = ldebug.getmetatable, ldebug.getuservalue, ldebug.getregistry()
local List, Map, Bytes, GeoJSON, Iterator = classes.List, classes.Map, classes.Bytes, classes.GeoJSON, classes.Iterator
local isClass = { [List] = true, [Map] = true, [Bytes] = true, [GeoJSON] = true }

-- Servers keep lists and bytes in memory at once: what they could never send need not grow here.
local itemsMax, bytesMax = 16777216, 134217728

-- ── Arguments ──────────────────────────────────────────────────────────────────────────────────────────────────────

local function nameOf(value)
  local class = type(value) == "userdata" and metatable(value)
  return class and class.__name or type(value)
end

-- Level 4: bad, what checks, the function of the library, its caller.
local function bad(nth, name, why)
  error(format("bad argument #%d to '%s' (%s)", nth, name, why), 4)
end

local function content(value, class, nth, name)
  if type(value) ~= "userdata" then bad(nth, name, "userdata expected, got " .. type(value)) end
  if metatable(value) ~= class then bad(nth, name, class.__name .. " expected, got " .. nameOf(value)) end
  return contentOf(value, 1)
end

local function integer(value, default, nth, name)
  if value == nil then return default end
  local number = tonumber(value)
  if not number then bad(nth, name, "number expected, got " .. nameOf(value)) end
  return tointeger(number) or bad(nth, name, "number has no integer representation")
end

local function isStorable(value)
  local kind = type(value)
  if kind == "userdata" then return isClass[metatable(value)] or false end
  return kind == "number" or kind == "string" or kind == "boolean" or kind == "nil"
end

-- ── Text ───────────────────────────────────────────────────────────────────────────────────────────────────────────

local textOf

local function hexOf(c)
  local parts = {}
  for i = 1, c.n do parts[i] = format("%02X", c.text and byte(c.text, i) or c[i]) end
  return concat(parts, " ")
end

local function textOfList(c)
  local parts = {}
  for i = 1, c.n do parts[i] = textOf(c[i]) end
  return "[" .. concat(parts, ", ") .. "]"
end

local inOrder

local function textOfMap(c)
  inOrder(c)
  local parts = {}
  for i = 1, c.top do
    if c.keys[i] ~= nil then parts[#parts + 1] = textOf(c.keys[i]) .. ":" .. textOf(c.values[i]) end
  end
  return "{" .. concat(parts, ", ") .. "}"
end

function textOf(value)
  if value == nil then return "NIL" end
  if mathtype(value) == "float" then return format("%.16g", value) end
  if type(value) == "string" then return '"' .. value .. '"' end
  if type(value) ~= "userdata" then return tostring(value) end
  local class, c = metatable(value), contentOf(value, 1)
  if class == List then return textOfList(c) end
  if class == Map then return textOfMap(c) end
  if class == GeoJSON then return '"' .. c.text .. '"' end
  return c.n == 0 and "<NULL>" or hexOf(c)
end

-- ── Size, as MessagePack ───────────────────────────────────────────────────────────────────────────────────────────

local function sizeOfInteger(i)
  if i >= -32 and i < 128 then return 1 end
  if i >= -128 and i < 256 then return 2 end
  if i >= -32768 and i < 65536 then return 3 end
  if i >= -2147483648 and i < 4294967296 then return 5 end
  return 9
end

-- Before it goes a byte that tells what it is.
local function sizeOfText(length)
  length = length + 1
  return length + (length < 32 and 1 or length < 256 and 2 or length < 65536 and 3 or 5)
end

local function sizeOfHeader(n)
  return n < 16 and 1 or n < 65536 and 3 or 5
end

local function sizeOf(value)
  if mathtype(value) == "integer" then return sizeOfInteger(value) end
  if mathtype(value) == "float" then return 9 end
  if type(value) == "string" then return sizeOfText(#value) end
  if type(value) ~= "userdata" then return 1 end
  local class, c = metatable(value), contentOf(value, 1)
  if class == GeoJSON then return sizeOfText(#c.text) end
  if class == Bytes then return sizeOfText(c.n) end
  local size = sizeOfHeader(c.n)
  if class == List then
    for i = 1, c.n do size = size + sizeOf(c[i]) end
  else
    for i = 1, c.top do
      if c.keys[i] ~= nil then size = size + sizeOf(c.keys[i]) + sizeOf(c.values[i]) end
    end
  end
  return size
end

-- ── Iterators ──────────────────────────────────────────────────────────────────────────────────────────────────────

local function advance(it)
  local c = type(it) == "userdata" and metatable(it) == Iterator and contentOf(it, 1)
  if not c or c.i >= c.last() then return nil end
  c.i = c.i + 1
  return c.give(c.i)
end

-- What a loop needs: a function, and the iterator that it is called with.
local function iterate(last, give, isMap)
  return advance, box({ i = 0, last = last, give = give, isMap = isMap }, "Iterator")
end

iterator = {}

function iterator.has_next(it)
  local c = content(it, Iterator, 1, "has_next")
  return c.i < c.last()
end

-- An entry of a map is something that has no use.
function iterator.next(it)
  local value = content(it, Iterator, 1, "next").isMap
  if value and iterator.has_next(it) then
    advance(it)
    return box({}, "Pair")
  end
  return (advance(it))
end

_G.Iterator = { has_next = iterator.has_next, next = iterator.next }
Iterator.__index, Iterator.__metatable = _G.Iterator, _G.Iterator

-- ── Lists ──────────────────────────────────────────────────────────────────────────────────────────────────────────

list = {}

local function newList(c)
  c.n = c.n or #c
  return box(c, "List")
end

local function setItem(c, at, value)
  if at > itemsMax then error("the list would have more than " .. itemsMax .. " items", 3) end
  c[at] = value
  if at > c.n then c.n = at end
end

local function insertItem(c, at, value)
  for i = c.n, at, -1 do c[i + 1] = c[i] end
  c[at] = nil
  setItem(c, at <= c.n and c.n + 1 or at, c[c.n + 1])
  c[at] = value
end

function list.create(...)
  local count = select("#", ...)
  if count < 1 or count > 2 then return nil end
  if integer((...), -1, 1, "create") < 0 then return nil end
  return newList({})
end

list.new = list.create

function list.insert(l, at, value)
  local c = content(l, List, 1, "insert")
  at = integer(at, 0, 2, "insert")
  if at > 0 and isStorable(value) then insertItem(c, at, value) end
end

function list.append(l, value)
  local c = content(l, List, 1, "append")
  if isStorable(value) then setItem(c, c.n + 1, value) end
end

function list.prepend(l, value)
  local c = content(l, List, 1, "prepend")
  if isStorable(value) then insertItem(c, 1, value) end
end

function list.remove(l, at)
  local c = content(l, List, 1, "remove")
  at = integer(at, 0, 2, "remove")
  if at < 1 or at > c.n then return end
  for i = at, c.n do c[i] = c[i + 1] end
  c.n = c.n - 1
end

function list.concat(l, other)
  local c, more = content(l, List, 1, "concat"), content(other, List, 2, "concat")
  for i = 1, more.n do setItem(c, c.n + 1, more[i]) end
end

function list.trim(l, at)
  local c = content(l, List, 1, "trim")
  at = integer(at, 0, 2, "trim")
  if at < 1 or at > c.n then return end
  for i = at, c.n do c[i] = nil end
  c.n = at - 1
end

local function slice(c, first, last)
  local part = { n = 0 }
  for i = first, last do
    part.n = part.n + 1
    part[part.n] = c[i]
  end
  return newList(part)
end

function list.take(l, count)
  local c = content(l, List, 1, "take")
  count = integer(count, 0, 2, "take")
  return count > 0 and slice(c, 1, math.min(count, c.n)) or nil
end

function list.drop(l, count)
  local c = content(l, List, 1, "drop")
  count = integer(count, 0, 2, "drop")
  return count > 0 and slice(c, math.min(count, c.n) + 1, c.n) or nil
end

function list.size(l)
  return content(l, List, 1, "size").n
end

function list.nbytes(l)
  content(l, List, 1, "nbytes")
  return sizeOf(l)
end

function list.iterator(l)
  local c = content(l, List, 1, "iterator")
  return iterate(function() return c.n end, function(i) return c[i] end)
end

function list.tostring(l)
  return textOfList(content(l, List, 1, "tostring"))
end

function list.clone(l)
  local c = content(l, List, 1, "iterator")
  return slice(c, 1, c.n)
end

function list.merge(l, other)
  local c, more = content(l, List, 1, "iterator"), content(other, List, 1, "iterator")
  local merged = slice(c, 1, c.n)
  local into = contentOf(merged, 1)
  for i = 1, more.n do setItem(into, into.n + 1, more[i]) end
  return merged
end

setmetatable(list, {
  __call = function(_, ...)
    local c = { n = 0 }
    local items = ...
    if select("#", ...) == 1 and type(items) == "table" then
      for key, value in next, items do
        if type(key) == "number" and isStorable(value) then setItem(c, c.n + 1, value) end
      end
    end
    return newList(c)
  end,
})

function List.__index(l, at)
  local c = content(l, List, 1, "index")
  return c[integer(at, 0, 2, "index")]
end

function List.__newindex(l, at, value)
  local c = content(l, List, 1, "newindex")
  at = integer(at, 0, 2, "newindex")
  if at > 0 and isStorable(value) then setItem(c, at, value) end
end

function List.__len(l)
  return content(l, List, 1, "len").n
end

function List.__tostring(l)
  return textOfList(content(l, List, 1, "tostring"))
end

-- ── Maps ───────────────────────────────────────────────────────────────────────────────────────────────────────────

map = {}

local function newContent()
  return { n = 0, top = 0, keys = {}, values = {}, at = {}, blobs = {} }
end

local bytesText

-- Where the place of a key stands: the table, and the key in it; nil for what is no key. Equal bytes are the same key.
local function placeOf(c, key)
  if type(key) == "string" or mathtype(key) == "integer" then return c.at, key end
  if type(key) == "userdata" and metatable(key) == Bytes then return c.blobs, bytesText(contentOf(key, 1)) end
end

local function valueIn(c, key)
  local places, name = placeOf(c, key)
  local place = places and places[name]
  return place and c.values[place]
end

local function removeIn(c, key)
  local places, name = placeOf(c, key)
  local place = places and places[name]
  if not place then return end
  places[name], c.keys[place], c.values[place] = nil, nil, nil
  c.n = c.n - 1
  while c.top > 0 and c.keys[c.top] == nil do c.top = c.top - 1 end
end

-- Integers before text before bytes.
local function isBefore(a, b)
  local kind, other = type(a), type(b)
  if kind ~= other then return kind == "number" or (kind == "string" and other == "userdata") end
  if kind == "userdata" then return bytesText(contentOf(a, 1)) < bytesText(contentOf(b, 1)) end
  return a < b
end

local function setIn(c, key, value)
  local places, name = placeOf(c, key)
  if not places then return end
  local place = places[name]
  if not place then
    place = c.top + 1
    places[name], c.keys[place], c.top, c.n = place, key, place, c.n + 1
    if not c.mixed and place > 1 then c.mixed = c.keys[place - 1] == nil or not isBefore(c.keys[place - 1], key) end
  end
  c.values[place] = value
end

-- Servers have the entries in the order of their keys.
function inOrder(c)
  if not c.mixed then return end
  local keys, values, top = {}, {}, c.top
  for i = 1, top do
    if c.keys[i] ~= nil then keys[#keys + 1] = { c.keys[i], c.values[i] } end
  end
  table.sort(keys, function(a, b) return isBefore(a[1], b[1]) end)
  c.keys, c.values, c.at, c.blobs, c.n, c.top, c.mixed = {}, {}, {}, {}, 0, 0, false
  for i = 1, #keys do setIn(c, keys[i][1], keys[i][2]) end
end

-- Closes the gaps that removed keys have left, when they are most of it.
local function tidy(c)
  if c.top < 32 or c.top < 2 * c.n then return end
  local keys, values, top = c.keys, c.values, c.top
  c.keys, c.values, c.at, c.blobs, c.n, c.top, c.mixed = {}, {}, {}, {}, 0, 0, false
  for i = 1, top do
    if keys[i] ~= nil then setIn(c, keys[i], values[i]) end
  end
end

local function assign(c, key, value)
  if isStorable(value) then
    tidy(c)
    setIn(c, key, value)
  else
    removeIn(c, key)
  end
end

local function newMap(c)
  return box(c, "Map")
end

function registry.aerospike_sort(c)
  inOrder(c)
end

function registry.aerospike_map(flat, count, ordered)
  local c = newContent()
  c.ordered = ordered
  for i = 1, 2 * count, 2 do setIn(c, flat[i], flat[i + 1]) end
  return newMap(c)
end

function map.create(...)
  if select("#", ...) ~= 1 or integer((...), 0, 1, "create") < 1 then return nil end
  return newMap(newContent())
end

map.new = map.create

-- Over the entries as they are now.
local function entriesOf(c, give)
  inOrder(c)
  local keys, values, n = {}, {}, 0
  for i = 1, c.top do
    if c.keys[i] ~= nil then
      n = n + 1
      keys[n], values[n] = c.keys[i], c.values[i]
    end
  end
  return iterate(function() return n end, function(i) return give(keys[i], values[i]) end, true)
end

local function both(key, value) return key, value end
local function first(key) return key end
local function second(_, value) return value end

function map.pairs(m) return entriesOf(content(m, Map, 1, "pairs"), both) end
function map.iterator(m) return entriesOf(content(m, Map, 1, "iterator"), both) end
function map.keys(m) return entriesOf(content(m, Map, 1, "keys"), first) end
function map.values(m) return entriesOf(content(m, Map, 1, "values"), second) end

function map.remove(m, key)
  removeIn(content(m, Map, 1, "remove"), key)
end

function map.size(m)
  return content(m, Map, 1, "size").n
end

function map.nbytes(m)
  content(m, Map, 1, "nbytes")
  return sizeOf(m)
end

function map.tostring(m)
  return textOfMap(content(m, Map, 1, "tostring"))
end

local function copyInto(c, from)
  for i = 1, from.top do
    if from.keys[i] ~= nil then setIn(c, from.keys[i], from.values[i]) end
  end
  return c
end

function map.clone(m)
  return newMap(copyInto(newContent(), content(m, Map, 1, "pairs")))
end

-- Where both have a key, choose(value, other) says what becomes of it; without one the other's counts.
function map.merge(m, other, choose)
  local c = copyInto(newContent(), content(m, Map, 1, "pairs"))
  local more = content(other, Map, 1, "pairs")
  for i = 1, more.top do
    local key, value = more.keys[i], more.values[i]
    if key ~= nil then
      local before = valueIn(c, key)
      setIn(c, key, before and type(choose) == "function" and choose(before, value) or value)
    end
  end
  return newMap(c)
end

function map.diff(m, other)
  local a, b = content(m, Map, 1, "pairs"), content(other, Map, 1, "pairs")
  local c = newContent()
  local function addThose(from, notIn)
    for i = 1, from.top do
      local key = from.keys[i]
      if key ~= nil and not valueIn(notIn, key) then setIn(c, key, from.values[i]) end
    end
  end
  addThose(a, b)
  addThose(b, a)
  return newMap(c)
end

setmetatable(map, {
  __call = function(_, ...)
    local c = newContent()
    local count, entries = select("#", ...), ...
    if (count == 1 or count == 2) and type(entries) == "table" then
      for key, value in next, entries do
        if isStorable(value) then setIn(c, key, value) end
      end
    end
    return newMap(c)
  end,
})

function Map.__index(m, key)
  return valueIn(content(m, Map, 1, "index"), key)
end

function Map.__newindex(m, key, value)
  assign(content(m, Map, 1, "newindex"), key, value)
end

function Map.__len(m)
  return content(m, Map, 1, "len").n
end

function Map.__tostring(m)
  return textOfMap(content(m, Map, 1, "tostring"))
end

-- ── Bytes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

bytes = {}

local piece = 4096

local function newBytes(text, kind)
  return box({ text = text, n = #text, capacity = #text, type = kind or 4 }, "Bytes")
end

-- Bytes from first to last, as text.
local function part(c, first, last)
  if c.text then return sub(c.text, first, last) end
  local parts = {}
  for from = first, last, piece do
    parts[#parts + 1] = char(spread(c, from, math.min(from + piece - 1, last)))
  end
  return concat(parts)
end

function bytesText(c)
  return part(c, 1, c.n)
end

function registry.aerospike_bytes(b)
  local c = contentOf(b, 1)
  return bytesText(c), c.type
end

-- Lays a piece of text out one by one, from a place on.
local function lay(c, at, text, from)
  local one = { byte(text, from, math.min(from + piece - 1, #text)) }
  table.move(one, 1, #one, at, c)
end

-- Lays the bytes out one by one, to be changed.
local function thaw(c)
  local text = c.text
  if not text then return end
  c.text = nil
  for from = 1, #text, piece do
    lay(c, from, text, from)
  end
end

-- Puts text at a place; what lies between it and the end so far is zero. False when it would be too large.
local function put(c, at, text)
  local last = at + #text - 1
  if last > bytesMax then return false end
  thaw(c)
  for i = c.n + 1, at - 1 do c[i] = c[i] or 0 end
  for from = 1, #text, piece do
    lay(c, at + from - 1, text, from)
  end
  if last > c.n then c.n = last end
  if last > c.capacity then c.capacity = last end
  return true
end

local function isPlace(at)
  return at >= 1 and at <= 4294967295
end

local numbers = {
  byte = { "I1", 0, 255 },
  int16 = { ">i2", -32768, 32767 },
  int16_be = { ">i2", -32768, 32767 },
  int16_le = { "<i2", -32768, 32767 },
  int32 = { ">i4", -2147483648, 2147483647 },
  int32_be = { ">i4", -2147483648, 2147483647 },
  int32_le = { "<i4", -2147483648, 2147483647 },
  int64 = { ">i8", math.mininteger, math.maxinteger },
  int64_be = { ">i8", math.mininteger, math.maxinteger },
  int64_le = { "<i8", math.mininteger, math.maxinteger },
}

-- Servers name them in messages by what they do.
for kind, how in pairs(numbers) do
  local layout, min, max = spread(how)
  local size = string.packsize(layout)
  local get, set, append = "get_" .. kind, "set_" .. kind, "append_" .. kind

  bytes[get] = function(...)
    if select("#", ...) ~= 2 then return nil end
    local b, at = ...
    local c = content(b, Bytes, 1, get)
    at = integer(at, 0, 2, get)
    if not isPlace(at) or at + size - 1 > c.n then return nil end
    return (unpack(layout, part(c, at, at + size - 1)))
  end

  bytes[set] = function(...)
    if select("#", ...) ~= 3 then return false end
    local b, at, value = ...
    local c = content(b, Bytes, 1, set)
    at, value = integer(at, 0, 2, set), integer(value, 0, 3, set)
    if not isPlace(at) or value < min or value > max then return false end
    return put(c, at, pack(layout, value))
  end

  bytes[append] = function(...)
    if select("#", ...) ~= 2 then return false end
    local b, value = ...
    local c = content(b, Bytes, 1, append)
    value = integer(value, 0, 2, append)
    if value < min or value > max then return false end
    return put(c, c.n + 1, pack(layout, value))
  end
end

-- Seven bits a byte, the lowest first; the highest bit says that more follow.
local function varInt(value)
  value = value & 0xffffffff
  local parts = {}
  repeat
    local low = value & 0x7f
    value = value >> 7
    parts[#parts + 1] = char(value > 0 and low | 0x80 or low)
  until value == 0
  return concat(parts)
end

-- As servers do it, the size does not grow.
local function putVarInt(c, at, value)
  if value < -2147483648 or value > 2147483647 then return 0 end
  local n, text = c.n, varInt(value)
  if not put(c, at, text) then return 0 end
  c.n = n
  return #text
end

function bytes.append_var_int(...)
  if select("#", ...) ~= 2 then return 0 end
  local b, value = ...
  local c = content(b, Bytes, 1, "append_var_int")
  return putVarInt(c, c.n + 1, integer(value, 0, 2, "append_var_int"))
end

function bytes.set_var_int(...)
  if select("#", ...) ~= 3 then return 0 end
  local b, at, value = ...
  local c = content(b, Bytes, 1, "set_var_int")
  at, value = integer(at, 0, 2, "set_var_int"), integer(value, 0, 3, "set_var_int")
  return isPlace(at) and putVarInt(c, at, value) or 0
end

function bytes.get_var_int(...)
  if select("#", ...) ~= 2 then return nil end
  local b, at = ...
  local c = content(b, Bytes, 1, "get_var_int")
  at = integer(at, 0, 2, "get_var_int")
  if not isPlace(at) then return nil end
  local value, size = 0, 0
  while size < 5 do
    local i = at + size
    local one = c.text and byte(c.text, i) or c[i] or 0
    value, size = value | (one & 0x7f) << (7 * size), size + 1
    if one < 128 then break end
  end
  return value & 0xffffffff, size
end

function bytes.get_string(...)
  if select("#", ...) ~= 3 then return nil end
  local b, at, count = ...
  local c = content(b, Bytes, 1, "get_string")
  at, count = integer(at, 0, 2, "get_string"), integer(count, 0, 3, "get_string")
  if not isPlace(at) or count < 0 then return nil end
  return part(c, at, math.min(at + count - 1, c.n))
end

function bytes.get_bytes(...)
  if select("#", ...) ~= 3 then return nil end
  local b, at, count = ...
  local c = content(b, Bytes, 1, "get_bytes")
  at, count = integer(at, 0, 2, "get_bytes"), integer(count, 0, 3, "get_bytes")
  if not isPlace(at) or count < 0 then return nil end
  return newBytes(part(c, at, math.min(at + count - 1, c.n)))
end

local function string(value, nth, name)
  if value == nil or type(value) == "string" then return value end
  if type(value) == "number" then return tostring(value) end
  bad(nth, name, "string expected, got " .. nameOf(value))
end

function bytes.set_string(...)
  if select("#", ...) ~= 3 then return false end
  local b, at, text = ...
  local c = content(b, Bytes, 1, "set_string")
  at, text = integer(at, 0, 2, "set_string"), string(text, 3, "set_string")
  return isPlace(at) and text ~= nil and put(c, at, text)
end

function bytes.append_string(...)
  if select("#", ...) ~= 2 then return false end
  local b, text = ...
  local c = content(b, Bytes, 1, "append_string")
  text = string(text, 2, "append_string")
  return text ~= nil and text ~= "" and put(c, c.n + 1, text)
end

function bytes.set_bytes(...)
  if select("#", ...) ~= 4 then return false end
  local b, at, other, count = ...
  local c, from = content(b, Bytes, 1, "set_bytes"), content(other, Bytes, 3, "set_bytes")
  at, count = integer(at, 0, 2, "set_bytes"), integer(count, 0, 4, "set_bytes")
  return isPlace(at) and count >= 0 and put(c, at, part(from, 1, math.min(count, from.n)))
end

function bytes.append_bytes(...)
  if select("#", ...) ~= 3 then return false end
  local b, other, count = ...
  local c, from = content(b, Bytes, 1, "append_bytes"), content(other, Bytes, 2, "append_bytes")
  count = integer(count, 0, 3, "append_bytes")
  return count >= 0 and put(c, c.n + 1, part(from, 1, math.min(count, from.n)))
end

function bytes.size(...)
  if select("#", ...) ~= 1 then return 0 end
  return content((...), Bytes, 1, "size").n
end

-- As servers do it: only asks whether there is so much room.
function bytes.set_size(...)
  if select("#", ...) ~= 2 then return false end
  local b, size = ...
  local c = content(b, Bytes, 1, "set_size")
  size = integer(size, 0, 2, "set_size")
  return size >= 0 and size <= c.capacity
end

function bytes.get_type(b)
  return content(b, Bytes, 1, "get_type").type
end

function bytes.set_type(...)
  if select("#", ...) ~= 2 then return false end
  local b, kind = ...
  local c = content(b, Bytes, 1, "set_type")
  kind = integer(kind, 0, 2, "set_type")
  if kind == 0 then return false end
  c.type = kind
  return true
end

local function textOfBytes(b)
  local c = content(b, Bytes, 1, "tostring")
  return c.n == 0 and "Bytes()" or hexOf(c)
end

bytes.tostring = textOfBytes

setmetatable(bytes, {
  __call = function(_, ...)
    local count, capacity = select("#", ...), ...
    if count > 1 then return nil end
    local b = newBytes("")
    contentOf(b, 1).capacity = integer(capacity, 0, 2, "bytes")
    return b
  end,
})

-- Their messages name the argument, not the function.
function Bytes.__index(b, at)
  content(b, Bytes, 1, "index")
  return bytes.get_byte(b, integer(at, 0, 2, "index"))
end

function Bytes.__newindex(b, at, value)
  content(b, Bytes, 1, "newindex")
  bytes.set_byte(b, integer(at, 0, 2, "newindex"), integer(value, 0, 3, "newindex"))
end

-- Servers find an argument too many there.
function Bytes.__len(b)
  content(b, Bytes, 1, "len")
  return 0
end

Bytes.__tostring = textOfBytes

-- ── GeoJSON ────────────────────────────────────────────────────────────────────────────────────────────────────────

geojson = setmetatable({}, {
  __call = function(_, ...)
    if select("#", ...) ~= 1 then return nil end
    local text = string((...), 2, "geojson")
    return text and box({ text = text }, "GeoJSON")
  end,
})

function GeoJSON.__tostring(g)
  return '"' .. content(g, GeoJSON, 1, "tostring").text .. '"'
end

-- ── What else is there, and what is not ────────────────────────────────────────────────────────────────────────────

_G.List, _G.Map, _G.Bytes = List, Map, Bytes

function math.sum(a, b) return a + b end
function math.product(a, b) return a * b end

-- A wrong argument is said to be where servers have these functions, in a file of their own.
local function formatted(message, ...)
  local text = format(message, ...)
  return text
end

local function logger(level, line)
  return function(...)
    local ok, message = pcall(formatted, ...)
    if not ok then error(gsub(message, "^.-:%d+: ", '[string "aerospike.lua"]:' .. line .. ": "), 0) end
    log(level, message)
  end
end

trace, debug, info, warn = logger(4, 2), logger(3, 5), logger(2, 8), logger(1, 11)

function print(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
  log(2, concat(parts, "\t"))
end

aerospike = {
  log = function(_, level, message) log(level, message) end,
  get_current_time = function() return now() end,
}

-- No files, no processes, no code that was compiled elsewhere.
io, dofile, loadfile = nil, nil, nil
os = { clock = os.clock, date = os.date, difftime = os.difftime, time = os.time }
package.loaded.io, package.loaded.debug, package.loaded.os = nil, nil, os
package.loadlib, package.path, package.cpath = nil, "", ""
package.searchers = {
  package.searchers[1],
  function(name)
    local text = sourceOf(name)
    if not text then return "no module '" .. name .. "' in the cluster" end
    return assert(load(text, "@" .. directory .. gsub(name, "%.", "/") .. ".lua", "t"))
  end,
}
local loadText = load
function load(chunk, name, _, ...)
  return loadText(chunk, name, "t", ...)
end

-- ── For the host ───────────────────────────────────────────────────────────────────────────────────────────────────

-- Entries in the order of their keys.
local function entries(c)
  inOrder(c)
  local i = 0
  return function()
    repeat i = i + 1 until i > c.top or c.keys[i] ~= nil
    if i <= c.top then return c.keys[i], c.values[i] end
  end
end

-- What other chunks build on.
return {
  registry = registry, classes = classes, box = box, contentOf = contentOf, metatable = metatable, entries = entries,
  content = content, integer = integer, string = string, nameOf = nameOf, isStorable = isStorable,
  newBytes = newBytes, bytesText = bytesText, setIn = setIn, log = log, now = now,
  newMap = function(ordered)
    local c = newContent()
    c.ordered = ordered
    return newMap(c)
  end,
}
`
