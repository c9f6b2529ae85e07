// Values of UDFs ⇄ bytes, in Lua: what bins hold and packed lists and maps, read and written where they are used, so that
// nothing is lost between a server's values and Lua's. A chunk for `LuaState.extend`, after `types.ts`.
//
// It reads what comes from a server. What it writes is for a dev server, which packs it anew: numbers and lengths take as
// many bytes as the longest would.

export const packed: string = String.raw`
local types = ...
local List, Map, Bytes, GeoJSON = types.classes.List, types.classes.Map, types.classes.Bytes, types.classes.GeoJSON
local box, contentOf, metatable = types.box, types.contentOf, types.metatable
local newBytes, bytesText, newMap, setIn = types.newBytes, types.bytesText, types.newMap, types.setIn
local pack, unpack, sub, byte, find = string.pack, string.unpack, string.sub, string.byte, string.find
local concat, mathtype, type, error = table.concat, math.type, type, error

-- Particle types, which are also what stands before the bytes of text within lists and maps.
local INTEGER, FLOAT, STRING, BLOB, BOOL, MAP, LIST, GEOJSON = 1, 2, 3, 4, 17, 19, 20, 23
-- Of bytes that a bin keeps: text, those of other clients' languages, vectors and HyperLogLogs.
local keptType = {
  [3] = true, [7] = true, [8] = true, [9] = true, [10] = true, [11] = true, [12] = true, [16] = true, [18] = true,
}

-- Text ends at a zero, as it does in the server's C.
local function textUpToZero(text)
  local zero = find(text, "\0", 1, true)
  return zero and sub(text, 1, zero - 1) or text
end

-- ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────────────

local read

local function readText(data, at, length)
  local kind = byte(data, at)
  if length == 0 or not kind then return "", at + length end
  local text = sub(data, at + 1, at + length - 1)
  at = at + length
  if kind == STRING then return textUpToZero(text), at end
  if kind == GEOJSON then return box({ text = textUpToZero(text) }, "GeoJSON"), at end
  return newBytes(text, kind), at
end

-- The flags before the first element that say how a list or map is ordered, and where they end; nil if there are none.
local function readOrder(data, at)
  local tag = byte(data, at)
  if tag == 0xC7 then return byte(data, at + 2), at + 3 + byte(data, at + 1) end
  if tag == 0xC8 then return byte(data, at + 3), at + 4 + unpack(">I2", data, at + 1) end
  if tag == 0xC9 then return byte(data, at + 5), at + 6 + unpack(">I4", data, at + 1) end
  if tag and tag >= 0xD4 and tag <= 0xD8 then return byte(data, at + 1), at + 2 + (1 << tag - 0xD4) end
end

local function readList(data, at, n)
  local c, order, start = { n = n }, nil, nil
  if n > 0 then order, start = readOrder(data, at) end
  if order then
    at, c.n = start, n - 1
    c.ordered = order & 1 ~= 0 and 1 or nil
  end
  for i = 1, c.n do c[i], at = read(data, at) end
  return box(c, "List"), at
end

local function readMap(data, at, n)
  local order, start
  if n > 0 then order, start = readOrder(data, at) end
  if order then
    start, at = read(data, start)
    n = n - 1
    -- An answer of keys and values in an order of their own is a list of both.
    if order & 8 ~= 0 then return readList(data, at, 2 * n) end
  end
  local m = newMap(order and order & 3 ~= 0 and order & 3 or nil)
  local c, key, value = contentOf(m, 1), nil, nil
  for _ = 1, n do
    key, at = read(data, at)
    value, at = read(data, at)
    setIn(c, key, value)
  end
  return m, at
end

local fixed = {
  [0xC4] = ">I1", [0xC5] = ">I2", [0xC6] = ">I4", [0xCA] = ">f", [0xCB] = ">d", [0xCC] = ">I1", [0xCD] = ">I2",
  [0xCE] = ">I4", [0xCF] = ">i8", [0xD0] = ">i1", [0xD1] = ">i2", [0xD2] = ">i4", [0xD3] = ">i8", [0xD9] = ">I1",
  [0xDA] = ">I2", [0xDB] = ">I4", [0xDC] = ">I2", [0xDD] = ">I4", [0xDE] = ">I2", [0xDF] = ">I4",
}

-- One packed value, and where the next begins.
function read(data, at)
  local tag = byte(data, at)
  if not tag then error("a packed value ends too early", 0) end
  at = at + 1
  if tag < 0x80 then return tag, at end
  if tag < 0x90 then return readMap(data, at, tag & 0x0F) end
  if tag < 0xA0 then return readList(data, at, tag & 0x0F) end
  if tag < 0xC0 then return readText(data, at, tag & 0x1F) end
  if tag >= 0xE0 then return tag - 0x100, at end
  if tag == 0xC0 then return nil, at end
  if tag == 0xC2 or tag == 0xC3 then return tag == 0xC3, at end
  if not fixed[tag] then error("a packed value has an unknown tag", 0) end
  local number
  number, at = unpack(fixed[tag], data, at)
  if tag <= 0xC6 or (tag >= 0xD9 and tag <= 0xDB) then return readText(data, at, number) end
  if tag == 0xDC or tag == 0xDD then return readList(data, at, number) end
  if tag >= 0xDE then return readMap(data, at, number) end
  return number, at
end

local function fromParticle(kind, data)
  if kind == 0 then return nil end
  if kind == INTEGER then return (unpack(">i8", data)) end
  if kind == FLOAT then return (unpack(">d", data)) end
  if kind == STRING then return textUpToZero(data) end
  if kind == BOOL then return data ~= "\0" end
  if kind == LIST or kind == MAP then return (read(data, 1)) end
  -- Flags, the number of cells, the cells, the text.
  if kind == GEOJSON then return box({ text = textUpToZero(sub(data, 4 + 8 * unpack(">I2", data, 2))) }, "GeoJSON") end
  return newBytes(data, kind)
end

-- ── Writing ────────────────────────────────────────────────────────────────────────────────────────────────────────

local write

local function writeText(kind, text, out)
  out[#out + 1] = pack(">BI4B", 0xDB, #text + 1, kind)
  out[#out + 1] = text
end

local function writeList(c, out)
  out[#out + 1] = c.ordered and pack(">BI4BBB", 0xDD, c.n + 1, 0xC7, 0, 1) or pack(">BI4", 0xDD, c.n)
  for i = 1, c.n do write(c[i], out) end
end

local function writeMap(c, out)
  out[#out + 1] = c.ordered and pack(">BI4BBBB", 0xDF, c.n + 1, 0xC7, 0, c.ordered == 3 and 3 or 1, 0xC0)
    or pack(">BI4", 0xDF, c.n)
  for key, value in types.entries(c) do
    write(key, out)
    write(value, out)
  end
end

function write(value, out)
  local kind, class = type(value), nil
  if kind == "userdata" then class = metatable(value) end
  if kind == "number" then
    out[#out + 1] = mathtype(value) == "integer" and pack(">Bi8", 0xD3, value) or pack(">Bd", 0xCB, value)
  elseif kind == "string" then
    writeText(STRING, textUpToZero(value), out)
  elseif kind == "boolean" then
    out[#out + 1] = value and "\xC3" or "\xC2"
  elseif class == List then
    writeList(contentOf(value, 1), out)
  elseif class == Map then
    writeMap(contentOf(value, 1), out)
  elseif class == Bytes then
    local c = contentOf(value, 1)
    writeText(c.type & 0xFF, bytesText(c), out)
  elseif class == GeoJSON then
    writeText(GEOJSON, contentOf(value, 1).text, out)
  else
    out[#out + 1] = "\xC0"
  end
end

local function written(value)
  local out = {}
  write(value, out)
  return concat(out)
end

-- Type and bytes; type 0 for what bins cannot hold.
local function toParticle(value)
  local kind = type(value)
  if kind == "number" then
    if mathtype(value) == "integer" then return INTEGER, pack(">i8", value) end
    return FLOAT, pack(">d", value)
  end
  if kind == "string" then return STRING, textUpToZero(value) end
  if kind == "boolean" then return BOOL, value and "\1" or "\0" end
  local class = kind == "userdata" and metatable(value)
  if class == List then return LIST, written(value) end
  if class == Map then return MAP, written(value) end
  if class == GeoJSON then return GEOJSON, "\0\0\0" .. contentOf(value, 1).text end
  if class == Bytes then
    local c = contentOf(value, 1)
    return keptType[c.type] and c.type or BLOB, bytesText(c)
  end
  return 0, ""
end

types.read, types.fromParticle, types.toParticle = read, fromParticle, toParticle
`
