// `exp`: what conditions and computations for the server are made of. Names that are words of JavaScript are fine here:
// `exp.let`, `exp.int.var`.

export { fromBase64, fromBytes, toBase64, toBytes, toString } from "./base64.ts"
export * as bit from "./bit.ts"
export {
  and,
  cond,
  eq,
  exclusive,
  ge,
  geoCompare,
  gt,
  inList,
  le,
  let,
  lt,
  mapKeys,
  mapValues,
  ne,
  not,
  or,
  regex,
  unknown,
  xor,
} from "./compare.ts"
export * as hll from "./hll.ts"
export * as list from "./list.ts"
export * as map from "./map.ts"
export {
  abs,
  add,
  ceil,
  div,
  floor,
  intAnd,
  intArshift,
  intCount,
  intLscan,
  intLshift,
  intNot,
  intOr,
  intRscan,
  intRshift,
  intXor,
  log,
  max,
  min,
  mod,
  mul,
  pow,
  sub,
  toFloat,
  toInt,
} from "./math.ts"
export {
  binExists,
  binType,
  deviceSize,
  digestModulo,
  isTombstone,
  keyExists,
  lastUpdate,
  memorySize,
  recordSize,
  setName,
  sinceUpdate,
  ttl,
  voidTime,
} from "./metadata.ts"
export { modifyByPath, removeResult, selectByPath } from "./path.ts"
export * as string from "./string.ts"
export { blob, bool, float, geo, infinity, int, nil, wildcard } from "./typed.ts"
