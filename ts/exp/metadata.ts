// What a record is beside its bins. None of it needs the record to be read from its device: put such conditions first.

import { check, integer } from "../core/check.ts"
import { expOp } from "../core/generated.ts"
import { binName, call, type Expression } from "./expression.ts"

/** Seconds left to live; -1 when the record does not expire. */
export function ttl(): Expression<"int"> {
  return call("int", expOp.TTL)
}

/** Nanoseconds since 1970 at which the record expires; -1 when it does not. */
export function voidTime(): Expression<"int"> {
  return call("int", expOp.VOID_TIME)
}

/** Nanoseconds since 1970 of the last write, by the server's clock. */
export function lastUpdate(): Expression<"int"> {
  return call("int", expOp.LAST_UPDATE)
}

/** Milliseconds since the last write. */
export function sinceUpdate(): Expression<"int"> {
  return call("int", expOp.SINCE_UPDATE)
}

/** Bytes that the record takes in storage. */
export function recordSize(): Expression<"int"> {
  return call("int", expOp.RECORD_SIZE)
}

/** Bytes on the device; 0 in a namespace in memory. @deprecated {@link recordSize} is right everywhere. */
export function deviceSize(): Expression<"int"> {
  return call("int", expOp.DEVICE_SIZE)
}

/** Bytes in memory. @deprecated {@link recordSize} is right everywhere. */
export function memorySize(): Expression<"int"> {
  return call("int", expOp.MEMORY_SIZE)
}

/** The name of the record's set; empty when it is in none. */
export function setName(): Expression<"string"> {
  return call("string", expOp.SET_NAME)
}

/** Whether the user key is stored with the record (`sendKey`). */
export function keyExists(): Expression<"bool"> {
  return call("bool", expOp.KEY_EXISTS)
}

/** Whether the record is a tombstone: only filters of the server's own shipping see one. */
export function isTombstone(): Expression<"bool"> {
  return call("bool", expOp.IS_TOMBSTONE)
}

/** The last bytes of the record's digest modulo a number: the same part of all records every time it is asked. */
export function digestModulo(modulo: number): Expression<"int"> {
  check("the modulus", modulo, integer(-0x8000_0000, 0x7fff_ffff))
  return call("int", expOp.DIGEST_MODULO, modulo)
}

/** The particle type of a bin (1 integer, 2 double, 3 string, 4 blob, 17 bool, 18 HLL, 19 map, 20 list, 23 GeoJSON); 0 when it is absent. */
export function binType(name: string): Expression<"int"> {
  return call("int", expOp.BIN_TYPE, binName(name))
}

/** Whether the record has a bin of that name. Never unknown. */
export function binExists(name: string): Expression<"bool"> {
  return call("bool", expOp.NE, binType(name), 0)
}
