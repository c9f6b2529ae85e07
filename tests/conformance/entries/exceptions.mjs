// Entries that no case can exercise, each with the reason. One that a case does exercise is no exception any more, and has to
// go from here.

const named = (table, ...names) => names.map((name) => `${table}.${name}`)

export const EXCEPTIONS = {
  "of users whose password is checked elsewhere, which the dev server cannot": ["code.EXPIRED_PASSWORD"],
  "nobody has told when a server answers it": named(
    "code",
    "SECURITY_SCHEME_NOT_SUPPORTED",
    "ILLEGAL_STATE",
    "INVALID_QUOTA",
  ),
  "of a server that ships records to other clusters (XDR), of the Enterprise Edition": [
    "info1.XDR",
    ...named("code", "LOST_CONFLICT", "XDR_KEY_BUSY"),
  ],
  "the server knows it; this client, and most others, do not send it": [
    ...named("listOp", "GET_BY_VALUE", "REMOVE_BY_VALUE"),
    ...named("mapOp", "ADD", "ADD_ITEMS", "REPLACE", "REPLACE_ITEMS", "REMOVE_BY_VALUE", "GET_BY_VALUE"),
    "regexFlag.NOSUB",
    "expSystem.REPR",
  ],
  "an op of operate alone: what it does, an expression says in another way, as in every client": [
    ...["SET_ORDER", "POP", "POP_RANGE", "REMOVE", "REMOVE_RANGE", "TRIM", "GET", "GET_RANGE"].map(
      (name) => `exp: listOp.${name}`,
    ),
    ...["SET_ORDER", "DECREMENT"].map((name) => `exp: mapOp.${name}`),
    ...["SET_UNION", "REFRESH_COUNT", "FOLD"].map((name) => `exp: hllOp.${name}`),
    "exp: hllOp × hllWriteFlag.ALLOW_FOLD",
  ],
  "an expression stores nothing, and no index": [
    "exp: listOp × listOrder.PERSIST_INDEX",
    "exp: mapOp × mapOrder.PERSIST_INDEX",
  ],
  "a server that is full, overloaded, or configured against it; no case may do that to one": [
    ...named("code", "OUT_OF_SPACE", "KEY_BUSY", "DEVICE_OVERLOAD", "INDEX_MAX_COUNT"),
    ...named("code", "BATCH_DISABLED", "BATCH_MAX_REQUESTS", "BATCH_QUEUES_FULL"),
  ],
  "server 8.1.2 has no place that answers it; older ones had some": [
    ...named("code", "ALWAYS_FORBIDDEN", "INDEX_OOM", "INDEX_GENERIC", "INDEX_NAME"),
    ...named("code", "QUERY_QUEUE_FULL", "QUERY_TIMEOUT", "QUERY_GENERIC"),
  ],
  "a moment that cannot be met for certain: an index that is still being filled": ["code.INDEX_NOT_READABLE"],
  "other clients have it, and scripts compare with it; this one says it in another way": [
    ...named("code", "INVALID_HOST", "NO_MORE_CONNECTIONS", "MAX_RETRIES_EXCEEDED"),
  ],
  "only a client or a server with a fault, half a gigabyte of columns, or a quarter of a million names": [
    ...named("code", "NO_RESPONSE", "MRT_MONITOR_EXISTS", "ENGINE", "NAMES_FULL", "RESULT_TOO_LARGE"),
  ],
}
