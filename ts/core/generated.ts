// Generated from rust/engine/src/{abi,proto,limits,command/ops,command/exp_ops}.rs by `npm run gen`. Do not edit.
//
// The numbers of the boundary between the engine and its shell, of the wire protocol, and the limits.

/** "No such id" in any word that holds one. */
export const NONE = 4294967295

/** The version byte of every message. */
export const VERSION = 2

/** Bytes of the header before every message. */
export const PROTO_HEADER = 8

/** Bytes of the header of a DATA message, after the message header. */
export const DATA_HEADER = 22

/** 2010-01-01T00:00:00Z in Unix seconds: void times count from here. */
export const EPOCH_SECONDS = 1262304000

/** Kinds of command, word 0 of a command block. */
export const commandKind = /* @__PURE__ */ Object.freeze({
  /** Read all bins. */
  GET: 1,
  /** Read the bins named by the slots (tag NIL, bin id set). */
  SELECT: 2,
  /** Read generation and time to live only. */
  EXISTS: 3,
  /** Write the bins of the slots; a NIL value removes the bin. */
  PUT: 4,
  /** Add the numbers of the slots to their bins. */
  ADD: 5,
  /** Append the strings or blobs of the slots to their bins. */
  APPEND: 6,
  /** Prepend the strings or blobs of the slots to their bins. */
  PREPEND: 7,
  /** Renew time to live and generation. */
  TOUCH: 8,
  /** Delete the record. */
  REMOVE: 9,
  /** Several ops on one record, in order and as one: each item is an OP slot and what belongs to it. */
  OPERATE: 10,
  /** Call a function of a module: a STRING, a STRING, a LIST of arguments. The answer is a bin SUCCESS or FAILURE. */
  APPLY: 11,
  /** Commands on many records: groups follow the block, see command_word KEYS. */
  BATCH: 16,
  /** Read the records of a set or namespace, all or those of an index's range; see command_word WHERE. */
  QUERY: 17,
  /** A group of a batch: read the batch's columns, whose COLUMN slots stand behind the outer block's filter. All groups are of this kind, and DONE brings the columns; there are no PART records. */
  READ_COLUMNS: 18,
  /** A group of a batch: write each row's cells of the batch's columns. Behind each COLUMN slot stand three BLOBs: a byte a row that says whether there is a value (or nothing: all have one), the values, and of TEXT the bytes. All groups are of this kind, and DONE brings what became of the rows. */
  WRITE_COLUMNS: 19,
  /** Commit the transaction of word TXN: the block says how its reads are verified, a second block behind it, of kind TXN_ABORT, how its writes are made final. DONE: the generation word is a txn_status, the ttl word the code that was the cause, if there is one, the first slot word the txn_state. */
  TXN_COMMIT: 20,
  /** Undo the writes of the transaction of word TXN; DONE as of TXN_COMMIT. */
  TXN_ABORT: 21,
  /** A command on users and roles: the first item is the security_command (INT), the others are its fields, a slot each whose bin word is the security_field: STRING, INT, LIST of names, or a LIST of three for each privilege (code, namespace, set). The answer to a question is a LIST for each user or role: field and value in turn, told in the same way; the allowlist as text. */
  ADMIN: 33,
  /** Send info text (key offset and length in the data region) to a node (set word = node index, NONE = any). */
  INFO: 32,
} as const)

/** Word offsets in a command block. The slots follow it; texts and blobs lie in the data region. */
export const commandWord = /* @__PURE__ */ Object.freeze({
  /** command_kind */
  KIND: 0,
  /** Name id of the namespace. */
  NAMESPACE: 1,
  /** Name id of the set, or NONE for the empty set. */
  SET: 2,
  /** 0 digest, else the particle type of the user key: 1 integer, 3 string, 4 blob. */
  KEY_TYPE: 3,
  /** Offset of the key's bytes in the data region, or the low word of an integer key. */
  KEY_A: 4,
  /** Length of the key's bytes, or the high word of an integer key. */
  KEY_B: 5,
  /** How many top-level slots (bins) follow. */
  ITEMS: 6,
  /** How many slots follow in all, nested ones included. */
  SLOTS: 7,
  /** policy_flag bits. */
  FLAGS: 8,
  /** Expected generation, when a generation policy is set. */
  GENERATION: 9,
  /** record_ttl as the wire has it: seconds, 0 namespace default, 0xFFFFFFFF never, 0xFFFFFFFE keep. */
  TTL: 10,
  /** Milliseconds without progress on an attempt's connection, 0 = none. */
  SOCKET_TIMEOUT: 11,
  /** Milliseconds for the whole operation, 0 = none. */
  TOTAL_TIMEOUT: 12,
  /** Further attempts after the first. */
  MAX_RETRIES: 13,
  /** Milliseconds between attempts. */
  SLEEP: 14,
  /** Milliseconds that a connection may still wait for a late answer. */
  TIMEOUT_DELAY: 15,
  /** Two words: f64, each sleep is the last one times this. */
  SLEEP_MULTIPLIER: 16,
  /** Offset of the packed filter expression in the data region. */
  FILTER_OFFSET: 18,
  /** Its length, 0 = no filter. */
  FILTER_LENGTH: 19,
  /** Read-touch percent as the wire has it: 0 server's setting, 1 to 100, 0xFFFFFFFF off. */
  READ_TOUCH: 20,
  /** How many slots before the items make up the filter expression, 0 = none (or FILTER_LENGTH says it). */
  FILTER_SLOTS: 21,
  /** Of a group in a batch: how many KEY slots follow its slots. Of the outer block: how many rows there are. */
  KEYS: 22,
  /** batch_flag bits. */
  BATCH_FLAGS: 23,
  /** query_flag bits. */
  QUERY_FLAGS: 24,
  /** For each node, 0 = no limit. */
  RECORDS_PER_SECOND: 25,
  /** Two words: f64, about how many records to read in all, 0 = no limit. */
  MAX_RECORDS: 26,
  /** How many slots, behind those of the filter and before the items, make up the where-clause: a WHERE slot, begin, end, then what its tag says. */
  WHERE: 28,
  /** The first partition in the low half, how many in the high half; 0 = all. */
  PARTITIONS: 29,
  /** Where an earlier query left off: offset of its cursor in the data region. */
  CURSOR_OFFSET: 30,
  /** Its length, 0 = from the start. */
  CURSOR_LENGTH: 31,
  /** Requests longer than so many bytes leave compressed, 0 = none do; see policy_flag COMPRESS. */
  COMPRESS_ABOVE: 32,
  /** Of a batch or query: how many nodes are asked at once, 0 = all. */
  MAX_NODES: 33,
  /** The transaction that the command belongs to, as txn_begin gave it; 0 = none. In a batch that of the outer block. */
  TXN: 34,
  /** Words of a command block; the first slot starts here. */
  LENGTH: 36,
} as const)

/** Bits of the FLAGS word. */
export const policyFlag = /* @__PURE__ */ Object.freeze({
  /** Store the user key with the record. */
  SEND_KEY: 1,
  /** Leave a tombstone (Enterprise). */
  DURABLE_DELETE: 2,
  /** Every op answers. */
  RESPOND_ALL_OPS: 4,
  /** Ask for a compressed answer, and compress the request when COMPRESS_ABOVE says nothing else (Enterprise). */
  COMPRESS: 8,
  /** Transactions: fail when the record is locked already. */
  ON_LOCKING_ONLY: 16,
  /** Answer when the master has written. */
  COMMIT_MASTER: 32,
  /** Consult all replicas (AP namespaces). */
  READ_AP_ALL: 64,
  /** Two bits: 0 session, 1 linearize, 2 allow replica, 3 allow unavailable. */
  READ_SC_SHIFT: 7,
  /** Three bits: 0 update, 1 update only, 2 replace, 3 replace only, 4 create only. */
  EXISTS_SHIFT: 9,
  /** Two bits: 0 none, 1 equal, 2 greater. */
  GEN_SHIFT: 12,
  /** Three bits: 0 sequence, 1 master, 2 any, 3 prefer rack, 4 random. */
  REPLICA_SHIFT: 14,
  /** Of OPERATE only ops with a value answer, also where a map, bit, HLL or expression op would make all answer. */
  RESPOND_VALUES_ONLY: 131072,
  /** Lists and maps come as BLOB slots, their packed bytes with their particle type. In a batch that of the outer block. */
  PACKED_COLLECTIONS: 262144,
  /** An absent record is no error, where operations are counted. */
  ABSENT_IS_FINE: 524288,
} as const)

/** Bits of the BATCH_FLAGS word, as the wire has them. */
export const batchFlag = /* @__PURE__ */ Object.freeze({
  /** Rows of memory namespaces may be done in the connection's own thread. */
  INLINE_RAM: 1,
  /** Rows of SSD namespaces, too. */
  INLINE_SSD: 2,
  /** Go on behind a row that fails. */
  RESPOND_ALL_KEYS: 4,
  /** All of them. */
  ALL: 7,
} as const)

/** Types of a column. A bin that cannot be told by its column's type without loss does not fit; F32 alone rounds. */
export const columnType = /* @__PURE__ */ Object.freeze({
  /** Integers from -2^7. */
  I8: 1,
  /** Integers from -2^15. */
  I16: 2,
  /** Integers from -2^31. */
  I32: 3,
  /** All integers. */
  I64: 4,
  /** Integers from 0 to 2^8 - 1. */
  U8: 5,
  /** Integers from 0 to 2^16 - 1. */
  U16: 6,
  /** Integers from 0 to 2^32 - 1. */
  U32: 7,
  /** Integers from 0. */
  U64: 8,
  /** Doubles, rounded, and integers within 2^24. */
  F32: 9,
  /** Doubles, and integers within 2^53. */
  F64: 10,
  /** Booleans: a byte each, 0 or 1. */
  BOOL: 11,
  /** Strings that are UTF-8, and the text of GeoJSON: where each begins and the last one ends (i32), then all of them. */
  TEXT: 12,
  /** Blobs of one length. */
  BYTES: 13,
} as const)

/** Slots of the DONE of an operation with columns: all but the first are BLOBs whose a is an address in memory, not an offset. Numbers lie low byte first, and all of a kind have as many as there are rows. */
export const columnsSlot = /* @__PURE__ */ Object.freeze({
  /** [values that do not fit their column, the first one's row, its column, its particle type | misfit << 8] */
  SUMMARY: 0,
  /** Of a query: as without columns. */
  CURSOR: 1,
  /** Result codes (i32); empty when all are 0. */
  CODES: 2,
  /** u32 */
  GENERATIONS: 3,
  /** Seconds (u32), 0xFFFFFFFF never. */
  TTLS: 4,
  /** A byte each; empty when nothing is in doubt. */
  IN_DOUBT: 5,
  /** 20 bytes each; empty unless asked for. */
  DIGESTS: 6,
  /** A byte each, a particle type or 0 for a key that is not stored; empty unless asked for. */
  KEY_TYPES: 7,
  /** Where each user key begins and the last one ends (i32). */
  KEY_ENDS: 8,
  /** The user keys; an integer has 8 bytes, low one first. */
  KEY_BYTES: 9,
  /** From here on three a column: a byte each that says whether there is a value; the values; of TEXT the bytes. */
  COLUMNS: 10,
} as const)

/** Why a value does not fit its column. */
export const misfit = /* @__PURE__ */ Object.freeze({
  /** Its type is another. */
  TYPE: 0,
  /** It is beyond what the type can tell exactly. */
  RANGE: 1,
  /** It has another length. */
  SIZE: 2,
  /** It is no UTF-8. */
  UTF8: 3,
} as const)

/** Bits of the QUERY_FLAGS word. */
export const queryFlag = /* @__PURE__ */ Object.freeze({
  /** Metadata only. */
  NO_BINS: 1,
  /** Few records are expected: no monitoring on the server, one second. */
  SHORT: 2,
  /** Do not wait for partitions that migrate. */
  RELAX: 4,
  /** Do the items, which write, to every record that is found, on the servers: DONE says only that all have begun, its generation and ttl words are the low and high word of the job's number. */
  BACKGROUND: 8,
  /** The items are those of APPLY: with BACKGROUND a function that writes to every record; without, one of streams, and each node sends what it makes of its records as RECORDs without a digest, whose bin SUCCESS is a value, or FAILURE why there is none. */
  CALL: 16,
  /** Gather the records into columns: COLUMN slots come before the items, DONE brings what columns_slot says, and there are no RECORDs. */
  COLUMNS: 32,
  /** With COLUMNS: the digests, too. */
  DIGESTS: 64,
  /** With COLUMNS: the user keys, too. */
  USER_KEYS: 128,
} as const)

/** Tags of a value slot, the low byte of its first word. */
export const tag = /* @__PURE__ */ Object.freeze({
  /** No value. */
  NIL: 0,
  /** false */
  FALSE: 1,
  /** true */
  TRUE: 2,
  /** Integer within ±(2^53 - 1): words a and b are an f64. */
  INT: 3,
  /** Any other signed integer: a low, b high word. */
  INT64: 4,
  /** An unsigned integer above 2^63 - 1, only inside lists and maps: a low, b high word. */
  UINT64: 5,
  /** Words a and b are an f64. */
  DOUBLE: 6,
  /** UTF-8 by convention: a offset, b length in bytes. */
  STRING: 7,
  /** a offset, b length. Bits 8 to 15 of the tag word: the particle type when it is another client's blob. */
  BLOB: 8,
  /** GeoJSON text: a offset, b length. */
  GEOJSON: 9,
  /** HyperLogLog bytes: a offset, b length. */
  HLL: 10,
  /** a items follow. tag_flag ORDERED. */
  LIST: 11,
  /** a pairs follow, key then value. tag_flag ORDERED, VALUE_ORDERED, KEEP_ORDER, TEXT_KEYS. */
  MAP: 12,
  /** Before a top-level slot whose bin word is NONE: its bin name, a offset, b length. */
  NAME: 13,
  /** Above every value (only in conditions). */
  INFINITY: 14,
  /** Equal to every value (only in conditions). */
  WILDCARD: 15,
  /** Begins an op of OPERATE. Bits 8 and up: op_kind; bin; b context pairs (id, value) follow, then a arguments. */
  OP: 16,
  /** Inside an expression: a string without type byte, such as a bin name: a offset, b length. */
  RAW: 17,
  /** A key of a batch: bits 8 to 15 the key type, bin the row's number, a and b as KEY_A and KEY_B. */
  KEY: 19,
  /** Begins a where-clause. Bits 8 to 15 the index type (0 default, 1 list, 2 map keys, 3 map values), bits 16 to 23 the particle type of the range; bin the bin or NONE; a = 0 by bin, 1 by index name (a STRING follows begin and end), 2 by expression (it follows); b = 1 when a context follows at last, as a LIST of id, value, … */
  WHERE: 20,
  /** An element that is packed already, put in as it is: a offset, b length. */
  PACKED: 18,
  /** Keys of a batch, many at once: bits 8 to 15 the key type, bin the first row's number, a offset of them in the data region, b how many. Digests, 20 bytes each; integers, 8 bytes each, low one first; text and bytes, where each begins and the last one ends (u32), then all of them. */
  KEYS: 21,
  /** A column: bits 8 to 15 the column_type, bin the bin, a the bytes of a value if the type is BYTES. */
  COLUMN: 22,
} as const)

/** Flags in bits 8 and up of a slot's first word. */
export const tagFlag = /* @__PURE__ */ Object.freeze({
  /** List: kept sorted. Map: sorted by key. */
  ORDERED: 256,
  /** Map: sorted by key and by value. */
  VALUE_ORDERED: 512,
  /** Map in a reply whose pairs have a meaningful order. */
  KEEP_ORDER: 1024,
  /** Map in a reply: all keys are strings. */
  TEXT_KEYS: 2048,
  /** String in a reply: all bytes are below 128. */
  ASCII: 4096,
} as const)

/** How far a transaction is. */
export const txnState = /* @__PURE__ */ Object.freeze({
  /** It takes commands. */
  OPEN: 0,
  /** What it read is unchanged, but it could not be committed: commit may be tried again, and abort. */
  VERIFIED: 1,
  /** Its writes hold. */
  COMMITTED: 2,
  /** Its writes are undone. */
  ABORTED: 3,
  /** Whether it is committed is not known: only commit may be tried again. */
  COMMIT_FAILED: 4,
} as const)

/** How a commit or an abort went. What the client leaves undone, the server does when the transaction's time is over. */
export const txnStatus = /* @__PURE__ */ Object.freeze({
  /** All is done. */
  OK: 0,
  /** It had been done before. */
  ALREADY: 1,
  /** A record that was read has changed, or could not be verified: the writes are undone. */
  VERIFY_FAILED: 2,
  /** The same, and undoing the writes is left to the server. */
  VERIFY_FAILED_ABANDONED: 3,
  /** It could not be marked as committed. */
  MARK_ABANDONED: 4,
  /** It holds; making each write final, or undoing it, is left to the server. */
  ROLL_ABANDONED: 5,
  /** It holds, and all writes are final or undone; removing the monitor record is left to the server. */
  CLOSE_ABANDONED: 6,
} as const)

/** What `txn_word` tells of a transaction. */
export const txnWord = /* @__PURE__ */ Object.freeze({
  /** Its id, low word. */
  ID_LOW: 0,
  /** Its id, high word. */
  ID_HIGH: 1,
  /** txn_state */
  STATE: 2,
  /** 1 when nobody knows whether it is committed. */
  IN_DOUBT: 3,
  /** Name id of its namespace, NONE before its first command. */
  NAMESPACE: 4,
  /** Records that it has read and not written. */
  READS: 5,
  /** Records that it has written, or may have. */
  WRITES: 6,
} as const)

/** Output records: the first word is the kind in the low byte and the record's length in words above it. */
export const output = /* @__PURE__ */ Object.freeze({
  /** [_, conn, host offset, host length, port, flags (1 = TLS), TLS name offset, TLS name length, timeout ms]: texts lie in the text region. */
  CONNECT: 1,
  /** [_, conn, address, length]: copy, give to the socket, then say writable(conn) when it can take more. */
  TRANSMIT: 2,
  /** [_, conn, close_reason]: destroy the socket; no closed() is owed for it. */
  CLOSE: 3,
  /** [_, conn]: stop reading. */
  PAUSE: 4,
  /** [_, conn]: read on. */
  RESUME: 5,
  /** [_, op, code, node, attempts, flags (1 = in doubt, 2 = a server's code, 4 = the request was compressed), generation (with code BACKPRESSURE: how many are ahead), void time or ttl, first slot, items, data address, elapsed ms] */
  DONE: 6,
  /** [_, op, partition, items, generation, ttl, first slot, data address]: a record of a query. Its slots: the digest (BLOB), the user key (NIL if it is not stored; its bin word is the set's name id), then the bins. Say consumed(op, n) for records that the caller took. */
  RECORD: 10,
  /** [_, op, row, code, flags (1 = in doubt, 2 = a server's code, 4 = the request was compressed), generation, ttl, first slot, items, data address]: the result of a row of a batch; DONE follows the last. */
  PART: 9,
  /** [_]: the user's password is needed, for as many connections as wait for it: say credential, or no_credential, once. */
  CREDENTIAL: 11,
  /** [_, op, step, node, code, queue (OFF: send) µs, connect (OFF: wait) µs]: what an operation goes through, while `watch` asks for steps. Those of the parts of a batch or query are told of it. */
  STEP: 12,
  /** [_, event kind, node, text offset, text length] */
  EVENT: 7,
  /** [_, code, text offset, text length]: connecting ended; code 0 = operations can be sent, else the reason. */
  READY: 8,
} as const)

/** Kinds of EVENT. */
export const event = /* @__PURE__ */ Object.freeze({
  /** A node joined; the text is host:port. */
  NODE_ADDED: 1,
  /** A node left. */
  NODE_REMOVED: 2,
  /** The partition map changed. */
  CLUSTER_CHANGED: 3,
  /** Too many errors on the node. */
  BREAKER_OPEN: 4,
  /** The node is used again. */
  BREAKER_CLOSED: 5,
  /** No node is left. */
  DISCONNECTED: 6,
  /** A log line: node word = level, the text is the message, then TAB name=value for each field. */
  LOG: 7,
} as const)

/** Why a connection was closed. */
export const closeReason = /* @__PURE__ */ Object.freeze({
  /** unused for longer than idleTimeout */
  IDLE: 1,
  /** more connections than needed */
  SURPLUS: 2,
  /** its node left the cluster */
  NODE_GONE: 3,
  /** an answer did not come in time */
  TIMED_OUT: 4,
  /** the answer was malformed */
  PROTOCOL: 5,
  /** the server closed it */
  REMOTE: 6,
  /** the socket failed */
  FAILED: 7,
  /** it could not be opened */
  CONNECT_FAILED: 8,
  /** it was not opened in time */
  CONNECT_TIMEOUT: 9,
  /** authentication failed */
  AUTH: 10,
  /** the client was closed */
  SHUTDOWN: 11,
  /** the caller gave up */
  CANCELLED: 12,
  /** TLS could not be begun */
  TLS: 13,
} as const)

/** How a socket ended, as the shell tells `closed`. */
export const socketEnd = /* @__PURE__ */ Object.freeze({
  /** The server closed it. */
  CLOSED: 0,
  /** It failed after it was open (reset and the like). */
  FAILED: 1,
  /** Nothing listens there. */
  REFUSED: 2,
  /** No route, or the network is down. */
  UNREACHABLE: 3,
  /** The name does not resolve. */
  UNKNOWN_HOST: 4,
  /** The TLS handshake failed. */
  TLS: 5,
  /** Any other reason, before it was open. */
  OTHER: 6,
  /** The server's certificate has expired, or is not valid yet. */
  TLS_EXPIRED: 7,
  /** Nobody who is trusted has signed the server's certificate. */
  TLS_UNTRUSTED: 8,
  /** The server's certificate is for another name. */
  TLS_NAME: 9,
  /** The server wants a certificate of the client. */
  TLS_CERTIFICATE_REQUIRED: 10,
  /** The server refused the TLS handshake, or the certificate of the client. */
  TLS_REFUSED: 11,
  /** There is no version of TLS that both sides speak. */
  TLS_VERSION: 12,
  /** What answered the TLS handshake was no TLS. */
  TLS_PLAIN: 13,
  /** The server hung up during the TLS handshake. */
  TLS_CLOSED: 14,
  /** The server's certificate is not valid, and the runtime does not say why. */
  TLS_UNVERIFIED: 15,
} as const)

/** Counters and gauges that the engine keeps, by index; all of the engine's life unless the sentence says otherwise. */
export const stat = /* @__PURE__ */ Object.freeze({
  /** Operations that were submitted. */
  OPERATIONS: 0,
  /** Operations that ended with code 0. */
  SUCCEEDED: 1,
  /** Operations that ended with another code. */
  FAILED: 2,
  /** Attempts after the first. */
  RETRIES: 3,
  /** Attempts and operations that took too long. */
  TIMEOUTS: 4,
  /** Writes that ended without knowing whether they took effect. */
  IN_DOUBT: 5,
  /** Operations that have not ended, now. */
  IN_FLIGHT: 6,
  /** Operations that wait for a slot of maxConcurrentOperations, now. */
  QUEUED: 7,
  /** Connections that were opened. */
  CONNECTIONS_OPENED: 8,
  /** Connections that could not be opened. */
  CONNECTIONS_FAILED: 9,
  /** Open connections that were closed, by either side. */
  CONNECTIONS_CLOSED: 10,
  /** Open connections, now. */
  CONNECTIONS_OPEN: 11,
  /** Bytes given to sockets. */
  BYTES_SENT: 12,
  /** Bytes that came from sockets. */
  BYTES_RECEIVED: 13,
  /** Tends of a node that succeeded. */
  TENDS: 14,
  /** Tends of a node that failed. */
  TENDS_FAILED: 15,
  /** Nodes, now. */
  NODES: 16,
  /** Answers that came after their operation had ended. */
  LATE_ANSWERS: 17,
  /** Connections closed, opened or not, because they were unused for longer than idleTimeout. From here on one for each close_reason. */
  CLOSED_IDLE: 18,
  /** More than needed. */
  CLOSED_SURPLUS: 19,
  /** Their node left the cluster. */
  CLOSED_NODE_GONE: 20,
  /** An answer did not come in time. */
  CLOSED_TIMED_OUT: 21,
  /** An answer was malformed. */
  CLOSED_PROTOCOL: 22,
  /** The server closed them. */
  CLOSED_REMOTE: 23,
  /** The socket failed. */
  CLOSED_FAILED: 24,
  /** They could not be opened. */
  CLOSED_CONNECT_FAILED: 25,
  /** They were not opened in time. */
  CLOSED_CONNECT_TIMEOUT: 26,
  /** The server let them in no more, or never did. */
  CLOSED_AUTH: 27,
  /** The client was closed. */
  CLOSED_SHUTDOWN: 28,
  /** The caller gave up. */
  CLOSED_CANCELLED: 29,
  /** TLS could not be begun. */
  CLOSED_TLS: 30,
  /** Bytes of requests that wait for their turn, for a cluster or for a connection, now. */
  QUEUED_BYTES: 31,
  /** Bytes that wait for a socket, and of answers that have not come whole, now. */
  BUFFERED_BYTES: 32,
  /** Operations that shared a request with others. */
  COALESCED: 33,
  /** Requests that they shared. */
  SHARED_REQUESTS: 34,
  /** How many there are. */
  LENGTH: 35,
} as const)

/** What the caller asked for, where operations are counted and traced; in lower case it is the name. */
export const operation = /* @__PURE__ */ Object.freeze({
  /** Read all bins. */
  GET: 1,
  /** Read some bins. */
  SELECT: 2,
  /** Read generation and time to live only. */
  EXISTS: 3,
  /** Write bins, or remove some. */
  PUT: 4,
  /** Add to numbers. */
  INCREMENT: 5,
  /** Put text or bytes behind those of a bin. */
  APPEND: 6,
  /** Put text or bytes before those of a bin. */
  PREPEND: 7,
  /** Renew time to live and generation. */
  TOUCH: 8,
  /** Delete the record. */
  REMOVE: 9,
  /** Several ops on one record. */
  OPERATE: 10,
  /** A function on one record. */
  APPLY: 11,
  /** Read many records, as rows or columns. */
  BATCH_READ: 12,
  /** Write many records. */
  BATCH_WRITE: 13,
  /** The same ops on many records. */
  BATCH_OPERATE: 14,
  /** Delete many records. */
  BATCH_REMOVE: 15,
  /** A function on many records. */
  BATCH_APPLY: 16,
  /** Different things with many records. */
  BATCH: 17,
  /** Read the records of a set or namespace, or those of an index's range. */
  QUERY: 18,
  /** Have the servers change what a query finds. */
  QUERY_BACKGROUND: 19,
  /** Have the servers make values of what a query finds. */
  QUERY_AGGREGATE: 20,
  /** Commit a transaction. */
  COMMIT: 21,
  /** Undo the writes of a transaction. */
  ABORT: 22,
  /** Ask a node with info text. */
  INFO: 23,
  /** A command on users and roles. */
  ADMIN: 24,
} as const)

/** What `op_word` tells of an operation that has not ended. */
export const opWord = /* @__PURE__ */ Object.freeze({
  /** operation */
  OPERATION: 0,
  /** Name id, or NONE. */
  NAMESPACE: 1,
  /** Name id, or NONE: the empty set, several, or none. */
  SET: 2,
  /** Of a batch, how many; else 0. */
  RECORDS: 3,
} as const)

/** Bits of `watch`: what is counted and told of operations beyond what always is. */
export const watch = /* @__PURE__ */ Object.freeze({
  /** How long operations take, by what they are. */
  COUNT: 1,
  /** How long their stages take. */
  STAGES: 2,
  /** STEP records. */
  STEPS: 4,
} as const)

/** Where the time of an operation goes. Those of the shell are told with `spent`. */
export const stage = /* @__PURE__ */ Object.freeze({
  /** The shell checks and writes the command, the engine makes the request. */
  ENCODE: 0,
  /** It waits for a slot of maxConcurrentOperations, for the cluster, or for room on a connection. */
  QUEUE: 1,
  /** Of the wait for a connection, the time in which its connection was being opened. */
  CONNECT: 2,
  /** Its bytes wait for the socket to take them. */
  SEND: 3,
  /** From the socket's taking them to its answer: network and server. */
  WAIT: 4,
  /** The engine reads the answer. */
  DECODE: 5,
  /** The shell makes JavaScript values. */
  MATERIALIZE: 6,
  /** How many there are. */
  LENGTH: 7,
} as const)

/** Kinds of STEP. */
export const step = /* @__PURE__ */ Object.freeze({
  /** An attempt was put on a connection of the node, after having waited for so long. */
  SENT: 1,
  /** An attempt failed with the code, and another follows. */
  FAILED: 2,
  /** An attempt ended, with an answer or without: its socket had taken the bytes after the first time, and the second is what it then waited. */
  OFF: 3,
} as const)

/** What the doubles at `metrics_address` begin with; behind them the bounds of both histograms in seconds, then the rows: series, stages, nodes. */
export const metricsHead = /* @__PURE__ */ Object.freeze({
  /** Rows of `series_word`. */
  SERIES: 0,
  /** Rows of `stage_word`. */
  STAGES: 1,
  /** Rows of `node_word`. */
  NODES: 2,
  /** Bounds of durations. */
  BOUNDS: 3,
  /** Bounds of stages. */
  STAGE_BOUNDS: 4,
  /** The first bound stands here. */
  LENGTH: 5,
} as const)

/** A row of how long operations of a kind took. */
export const seriesWord = /* @__PURE__ */ Object.freeze({
  /** operation */
  OPERATION: 0,
  /** Name id; NONE if it has none, or -1: any of those for which there was no room. */
  NAMESPACE: 1,
  /** The same. */
  SET: 2,
  /** Result code; that an absent record was found absent by what asks whether it is there is 0. */
  CODE: 3,
  /** Of batches: rows, all together. */
  RECORDS: 4,
  /** Seconds, all together. */
  SUM: 5,
  /** How many fell under each bound and above the one before; the last is above all. */
  COUNTS: 6,
  /** Doubles of a row. */
  LENGTH: 16,
} as const)

/** A row of how long a stage took. */
export const stageWord = /* @__PURE__ */ Object.freeze({
  /** operation */
  OPERATION: 0,
  /** stage */
  STAGE: 1,
  /** Seconds, all together. */
  SUM: 2,
  /** As those of `series_word`, with the bounds of stages. */
  COUNTS: 3,
  /** Doubles of a row. */
  LENGTH: 19,
} as const)

/** A row on a node. Histograms are a sum in seconds and the counts under the bounds of durations. */
export const nodeWord = /* @__PURE__ */ Object.freeze({
  /** Its index, or NONE: what belongs to no node, or to none that is still there. */
  NODE: 0,
  /** Connections of the pool with nothing in flight, now. */
  IDLE: 1,
  /** With requests in flight. */
  BUSY: 2,
  /** Being opened. */
  OPENING: 3,
  /** With an answer overdue: they take no request. */
  DRAINING: 4,
  /** Requests on connections, now. */
  IN_FLIGHT: 5,
  /** Requests that wait for a connection, now; of no node: for a slot of maxConcurrentOperations, or for the cluster. */
  WAITING: 6,
  /** Bytes of these. */
  WAITING_BYTES: 7,
  /** 1 while the circuit breaker is open. */
  BREAKER_OPEN: 8,
  /** 1 when the last tend succeeded. */
  ACTIVE: 9,
  /** Connections opened, in all; so are all that follow. */
  OPENED: 10,
  /** Connections that could not be opened. */
  OPEN_FAILED: 11,
  /** Bytes given to sockets. */
  SENT: 12,
  /** Bytes that came. */
  RECEIVED: 13,
  /** Attempts after the first. */
  RETRIES: 14,
  /** Attempts and operations that took too long. */
  TIMEOUTS: 15,
  /** Writes that ended without knowing whether they took effect. */
  IN_DOUBT: 16,
  /** Operations that found the queue full, or waited too long in it. */
  TURNED_AWAY: 17,
  /** What the circuit breaker counts. */
  ERRORS: 18,
  /** How often it opened. */
  BREAKER_OPENED: 19,
  /** Tends that failed. */
  TENDS_FAILED: 20,
  /** Tends, well or not: histogram. */
  TEND: 21,
  /** Opening connections, with TLS and login: histogram. */
  CONNECT: 32,
  /** Waiting in line for a connection, of no node: for a slot of maxConcurrentOperations, or for the cluster. Histogram, kept while operations are counted. */
  WAIT: 43,
  /** Connections that were closed, opened or not, one for each close_reason from IDLE on. */
  CLOSED: 54,
  /** Doubles of a row. */
  LENGTH: 67,
} as const)

/** Types of a message, byte 1 of its 8-byte header. */
export const messageType = /* @__PURE__ */ Object.freeze({
  /** Text commands. */
  INFO: 1,
  /** Users, roles and login. */
  SECURITY: 2,
  /** Record, batch and query commands. */
  DATA: 3,
  /** A DATA message inside a zlib stream (Enterprise). */
  COMPRESSED: 4,
} as const)

/** Byte info1 of a DATA header. */
export const info1 = /* @__PURE__ */ Object.freeze({
  /** Has a read. */
  READ: 1,
  /** Return all bins. */
  GET_ALL: 2,
  /** Query: no monitoring, no throttling, one second. */
  SHORT_QUERY: 4,
  /** Batch message. */
  BATCH: 8,
  /** From XDR. */
  XDR: 16,
  /** Metadata only. */
  GET_NO_BINS: 32,
  /** Consult all replicas. */
  READ_MODE_AP_ALL: 64,
  /** The answer may be compressed (Enterprise). */
  COMPRESS_RESPONSE: 128,
} as const)

/** Byte info2 of a DATA header. */
export const info2 = /* @__PURE__ */ Object.freeze({
  /** Has a write. */
  WRITE: 1,
  /** Delete the record. */
  DELETE: 2,
  /** Only if the stored generation equals the request's. */
  GENERATION: 4,
  /** Only if the request's generation is greater than the stored. */
  GENERATION_GT: 8,
  /** Leave a tombstone (Enterprise). */
  DURABLE_DELETE: 16,
  /** Fail if the record exists. */
  CREATE_ONLY: 32,
  /** Query: do not wait for migrations. */
  RELAX_AP_LONG_QUERY: 64,
  /** Every op has an entry in the answer. */
  RESPOND_ALL_OPS: 128,
} as const)

/** Byte info3 of a DATA header. */
export const info3 = /* @__PURE__ */ Object.freeze({
  /** Answer: nothing follows. */
  LAST: 1,
  /** Answer when the master has written. */
  COMMIT_LEVEL_MASTER: 2,
  /** Query request: required. Answer: a partition ended. */
  PARTITION_DONE: 4,
  /** Fail if the record is absent. */
  UPDATE_ONLY: 8,
  /** Replace all bins. */
  CREATE_OR_REPLACE: 16,
  /** Replace all bins, fail if the record is absent. */
  REPLACE_ONLY: 32,
  /** With SC_READ_RELAX the read mode of a strong-consistency namespace. */
  SC_READ_TYPE: 64,
  /** See SC_READ_TYPE. */
  SC_READ_RELAX: 128,
} as const)

/** Byte info4 of a DATA header. */
export const info4 = /* @__PURE__ */ Object.freeze({
  /** Verify the version that the transaction read. */
  MRT_VERIFY_READ: 1,
  /** Make the transaction's write final. */
  MRT_ROLL_FORWARD: 2,
  /** Undo the transaction's write. */
  MRT_ROLL_BACK: 4,
  /** Fail if the transaction has locked the record already. */
  MRT_ON_LOCKING_ONLY: 16,
} as const)

/** Ids of fields. */
export const field = /* @__PURE__ */ Object.freeze({
  /** Text, 1 to 31 bytes. */
  NAMESPACE: 0,
  /** Text, at most 63 bytes. */
  SET: 1,
  /** Particle type, then the user key. */
  KEY: 2,
  /** 7 bytes, little-endian (transactions). */
  RECORD_VERSION: 3,
  /** 20 bytes. */
  DIGEST: 4,
  /** u64, little-endian (transactions). */
  MRT_ID: 5,
  /** u32, little-endian (transactions). */
  MRT_DEADLINE: 6,
  /** u64, random and not zero. */
  QUERY_ID: 7,
  /** u32 milliseconds (queries). */
  SOCKET_TIMEOUT: 9,
  /** u32. */
  RECORDS_PER_SECOND: 10,
  /** u16 each, little-endian. */
  PARTITIONS: 11,
  /** 20 bytes each. */
  DIGESTS: 12,
  /** u64. */
  MAX_RECORDS: 13,
  /** u64 each, little-endian. */
  BVALS: 15,
  /** Text. */
  INDEX_NAME: 21,
  /** The where-clause of a query. */
  INDEX_RANGE: 22,
  /** Packed context. */
  INDEX_CONTEXT: 23,
  /** Packed expression. */
  INDEX_EXPRESSION: 24,
  /** 0 default, 1 list, 2 map keys, 3 map values. */
  INDEX_TYPE: 26,
  /** Module name without its ending. */
  UDF_MODULE: 30,
  /** Function name. */
  UDF_FUNCTION: 31,
  /** Packed list. */
  UDF_ARGUMENTS: 32,
  /** 0 record, 1 aggregate, 2 background. */
  UDF_OP: 33,
  /** Batch rows. */
  BATCH: 41,
  /** Packed filter expression. */
  FILTER: 43,
} as const)

/** Kinds of op. */
export const op = /* @__PURE__ */ Object.freeze({
  /** Read a bin, all bins if it has no name. */
  READ: 1,
  /** Write a bin; no value removes it. */
  WRITE: 2,
  /** Read from a list or map. */
  CDT_READ: 3,
  /** Change a list or map. */
  CDT_MODIFY: 4,
  /** Add a number; integers wrap. */
  INCR: 5,
  /** Evaluate an expression. */
  EXP_READ: 7,
  /** Write what an expression gives. */
  EXP_MODIFY: 8,
  /** Append to a string or blob. */
  APPEND: 9,
  /** Prepend to a string or blob. */
  PREPEND: 10,
  /** Renew time to live and generation. */
  TOUCH: 11,
  /** Read bits of a blob. */
  BITS_READ: 12,
  /** Change bits of a blob. */
  BITS_MODIFY: 13,
  /** Remove all bins. */
  DELETE_ALL: 14,
  /** Read a HyperLogLog. */
  HLL_READ: 15,
  /** Change a HyperLogLog. */
  HLL_MODIFY: 16,
  /** Read from a string (server 8.1.3). */
  STRING_READ: 17,
  /** Change a string (server 8.1.3). */
  STRING_MODIFY: 18,
  /** A bin as a string (server 8.1.3). */
  TO_STRING: 19,
} as const)

/** Codes of list operations, first in the packed value of a CDT_READ or CDT_MODIFY op. */
export const listOp = /* @__PURE__ */ Object.freeze({
  /** Order. */
  SET_ORDER: 0,
  /** Value, (order, write flags). */
  APPEND: 1,
  /** List, (order, write flags). */
  APPEND_ITEMS: 2,
  /** Index, value, (write flags). */
  INSERT: 3,
  /** Index, list, (write flags). */
  INSERT_ITEMS: 4,
  /** Index. */
  POP: 5,
  /** Index, (count). */
  POP_RANGE: 6,
  /** Index. */
  REMOVE: 7,
  /** Index, (count). */
  REMOVE_RANGE: 8,
  /** Index, value, (write flags). */
  SET: 9,
  /** Index, count. */
  TRIM: 10,
  /** Nothing. */
  CLEAR: 11,
  /** Index, (delta, order, write flags). */
  INCREMENT: 12,
  /** (Sort flags). */
  SORT: 13,
  /** Nothing. */
  SIZE: 16,
  /** Index. */
  GET: 17,
  /** Index, (count). */
  GET_RANGE: 18,
  /** Return type, index. */
  GET_BY_INDEX: 19,
  /** Return type, value: the first that equals it. No client sends it. */
  GET_BY_VALUE: 20,
  /** Return type, rank. */
  GET_BY_RANK: 21,
  /** Return type, value. */
  GET_ALL_BY_VALUE: 22,
  /** Return type, list. */
  GET_BY_VALUE_LIST: 23,
  /** Return type, index, (count). */
  GET_BY_INDEX_RANGE: 24,
  /** Return type, begin, (end). */
  GET_BY_VALUE_INTERVAL: 25,
  /** Return type, rank, (count). */
  GET_BY_RANK_RANGE: 26,
  /** Return type, value, rank, (count). */
  GET_BY_VALUE_REL_RANK_RANGE: 27,
  /** (Separator) (server 8.1.3). */
  JOIN: 28,
  /** Return type, index. */
  REMOVE_BY_INDEX: 32,
  /** Return type, value: the first that equals it. No client sends it. */
  REMOVE_BY_VALUE: 33,
  /** Return type, rank. */
  REMOVE_BY_RANK: 34,
  /** Return type, value. */
  REMOVE_ALL_BY_VALUE: 35,
  /** Return type, list. */
  REMOVE_BY_VALUE_LIST: 36,
  /** Return type, index, (count). */
  REMOVE_BY_INDEX_RANGE: 37,
  /** Return type, begin, (end). */
  REMOVE_BY_VALUE_INTERVAL: 38,
  /** Return type, rank, (count). */
  REMOVE_BY_RANK_RANGE: 39,
  /** Return type, value, rank, (count). */
  REMOVE_BY_VALUE_REL_RANK_RANGE: 40,
} as const)

/** Codes of map operations, first in the packed value of a CDT_READ or CDT_MODIFY op. */
export const mapOp = /* @__PURE__ */ Object.freeze({
  /** Order. */
  SET_ORDER: 64,
  /** Key, value, (order): create only. */
  ADD: 65,
  /** Map, (order): create only. */
  ADD_ITEMS: 66,
  /** Key, value, (order, write flags). */
  PUT: 67,
  /** Map, (order, write flags). */
  PUT_ITEMS: 68,
  /** Key, value: update only. */
  REPLACE: 69,
  /** Map: update only. */
  REPLACE_ITEMS: 70,
  /** Key, (delta, order). */
  INCREMENT: 73,
  /** Key, (delta, order). */
  DECREMENT: 74,
  /** Nothing. */
  CLEAR: 75,
  /** Return type, key. */
  REMOVE_BY_KEY: 76,
  /** Return type, index. */
  REMOVE_BY_INDEX: 77,
  /** Return type, value: the first that equals it. */
  REMOVE_BY_VALUE: 78,
  /** Return type, rank. */
  REMOVE_BY_RANK: 79,
  /** Return type, list. */
  REMOVE_BY_KEY_LIST: 81,
  /** Return type, value. */
  REMOVE_ALL_BY_VALUE: 82,
  /** Return type, list. */
  REMOVE_BY_VALUE_LIST: 83,
  /** Return type, begin, (end). */
  REMOVE_BY_KEY_INTERVAL: 84,
  /** Return type, index, (count). */
  REMOVE_BY_INDEX_RANGE: 85,
  /** Return type, begin, (end). */
  REMOVE_BY_VALUE_INTERVAL: 86,
  /** Return type, rank, (count). */
  REMOVE_BY_RANK_RANGE: 87,
  /** Return type, key, index, (count). */
  REMOVE_BY_KEY_REL_INDEX_RANGE: 88,
  /** Return type, value, rank, (count). */
  REMOVE_BY_VALUE_REL_RANK_RANGE: 89,
  /** Nothing. */
  SIZE: 96,
  /** Return type, key. */
  GET_BY_KEY: 97,
  /** Return type, index. */
  GET_BY_INDEX: 98,
  /** Return type, value: the first that equals it. */
  GET_BY_VALUE: 99,
  /** Return type, rank. */
  GET_BY_RANK: 100,
  /** Return type, value. */
  GET_ALL_BY_VALUE: 102,
  /** Return type, begin, (end). */
  GET_BY_KEY_INTERVAL: 103,
  /** Return type, index, (count). */
  GET_BY_INDEX_RANGE: 104,
  /** Return type, begin, (end). */
  GET_BY_VALUE_INTERVAL: 105,
  /** Return type, rank, (count). */
  GET_BY_RANK_RANGE: 106,
  /** Return type, list. */
  GET_BY_KEY_LIST: 107,
  /** Return type, list. */
  GET_BY_VALUE_LIST: 108,
  /** Return type, key, index, (count). */
  GET_BY_KEY_REL_INDEX_RANGE: 109,
  /** Return type, value, rank, (count). */
  GET_BY_VALUE_REL_RANK_RANGE: 110,
} as const)

/** Codes that stand where a list or map operation would, and lead to one. */
export const cdtOp = /* @__PURE__ */ Object.freeze({
  /** Context, flags, (expression): what the context's expressions select. */
  SELECT: 254,
  /** Context, operation: on a list or map inside. */
  CONTEXT: 255,
} as const)

/** What operations on elements give back. */
export const cdtReturn = /* @__PURE__ */ Object.freeze({
  /** Nothing. */
  NONE: 0,
  /** Index. */
  INDEX: 1,
  /** Index from the end. */
  REVERSE_INDEX: 2,
  /** Place by value. */
  RANK: 3,
  /** Place by value from the end. */
  REVERSE_RANK: 4,
  /** How many. */
  COUNT: 5,
  /** Key of a map. */
  KEY: 6,
  /** Value. */
  VALUE: 7,
  /** Pairs of a map, in the order of the operation. */
  KEY_VALUE: 8,
  /** Whether there is any. */
  EXISTS: 13,
  /** Pairs of a map, as an unordered map. */
  UNORDERED_MAP: 16,
  /** Pairs of a map, as a map sorted by key. */
  ORDERED_MAP: 17,
  /** With one of the others: all elements but those. */
  INVERTED: 65536,
} as const)

/** How a list is kept. */
export const listOrder = /* @__PURE__ */ Object.freeze({
  /** As it was filled. */
  UNORDERED: 0,
  /** Sorted by value. */
  ORDERED: 1,
  /** With ORDERED: its index is stored with it (not inside others). */
  PERSIST_INDEX: 16,
} as const)

/** Flags of list operations that write. */
export const listWriteFlag = /* @__PURE__ */ Object.freeze({
  /** Only values that the list does not hold. */
  ADD_UNIQUE: 1,
  /** No further than the end of the list. */
  INSERT_BOUNDED: 2,
  /** Change nothing instead of failing. */
  NO_FAIL: 4,
  /** With NO_FAIL: leave out the items that would fail, write the others. */
  PARTIAL: 8,
} as const)

/** Flags of a sort. */
export const listSortFlag = /* @__PURE__ */ Object.freeze({
  /** Highest first. */
  DESCENDING: 1,
  /** Keep one of equal values. */
  DROP_DUPLICATES: 2,
} as const)

/** How a map is kept. */
export const mapOrder = /* @__PURE__ */ Object.freeze({
  /** Not sorted. */
  UNORDERED: 0,
  /** Sorted by key. */
  KEY_ORDERED: 1,
  /** Sorted by key, with an index by value. */
  KEY_VALUE_ORDERED: 3,
  /** With a sorted order: its index is stored with it (not inside others). */
  PERSIST_INDEX: 16,
} as const)

/** Flags of map operations that write. */
export const mapWriteFlag = /* @__PURE__ */ Object.freeze({
  /** Only keys that the map does not hold. */
  CREATE_ONLY: 1,
  /** Only keys that the map holds. */
  UPDATE_ONLY: 2,
  /** Change nothing instead of failing. */
  NO_FAIL: 4,
  /** With NO_FAIL: leave out the items that would fail, write the others. */
  PARTIAL: 8,
} as const)

/** Steps of a context, the low byte of what stands before a step's value. */
export const context = /* @__PURE__ */ Object.freeze({
  /** Expression, or true for all children (paths). */
  EXPRESSION: 4,
  /** Index. */
  LIST_INDEX: 16,
  /** Rank. */
  LIST_RANK: 17,
  /** Value: the first that equals it. */
  LIST_VALUE: 19,
  /** Index. */
  MAP_INDEX: 32,
  /** Rank. */
  MAP_RANK: 33,
  /** Key. */
  MAP_KEY: 34,
  /** Value: the first that equals it. */
  MAP_VALUE: 35,
  /** List of keys (paths). */
  MAP_KEYS: 42,
  /** With LIST_INDEX or MAP_KEY: make an unordered list or map if it is absent. */
  CREATE_UNORDERED: 64,
  /** With LIST_INDEX: an unordered list, filled up with nil; with MAP_KEY: a map sorted by key. */
  CREATE_PADDED_OR_KEY_ORDERED: 128,
  /** With LIST_INDEX: an ordered list; with MAP_KEY: a map sorted by key and value. */
  CREATE_ORDERED: 192,
  /** With the others: keep an index. */
  CREATE_PERSIST_INDEX: 256,
  /** The next step belongs to this one (paths). */
  AND: 512,
} as const)

/** Codes of bit operations, first in the packed value of a BITS_READ or BITS_MODIFY op. */
export const bitOp = /* @__PURE__ */ Object.freeze({
  /** Bytes, (write flags, resize flags). */
  RESIZE: 0,
  /** Byte offset, blob, (write flags). */
  INSERT: 1,
  /** Byte offset, bytes, (write flags). */
  REMOVE: 2,
  /** Bit offset, bits, blob, (write flags). */
  SET: 3,
  /** Bit offset, bits, blob, (write flags). */
  OR: 4,
  /** Bit offset, bits, blob, (write flags). */
  XOR: 5,
  /** Bit offset, bits, blob, (write flags). */
  AND: 6,
  /** Bit offset, bits, (write flags). */
  NOT: 7,
  /** Bit offset, bits, places, (write flags). */
  LSHIFT: 8,
  /** Bit offset, bits, places, (write flags). */
  RSHIFT: 9,
  /** Bit offset, bits, integer, (write flags, overflow flags). */
  ADD: 10,
  /** Bit offset, bits, integer, (write flags, overflow flags). */
  SUBTRACT: 11,
  /** Bit offset, bits, integer, (write flags). */
  SET_INT: 12,
  /** Bit offset, bits. */
  GET: 50,
  /** Bit offset, bits. */
  COUNT: 51,
  /** Bit offset, bits, boolean. */
  LSCAN: 52,
  /** Bit offset, bits, boolean. */
  RSCAN: 53,
  /** Bit offset, bits, (overflow flags: signed). */
  GET_INT: 54,
  /** Byte offset, (bytes, (1 = bytes counts from the end)) (server 8.1.3). */
  B64_ENCODE: 55,
} as const)

/** Flags of bit operations that write. */
export const bitWriteFlag = /* @__PURE__ */ Object.freeze({
  /** Only if the bin is absent. */
  CREATE_ONLY: 1,
  /** Only if the bin is there. */
  UPDATE_ONLY: 2,
  /** Change nothing instead of failing. */
  NO_FAIL: 4,
  /** As far as the blob reaches. */
  PARTIAL: 8,
} as const)

/** Flags of a resize. */
export const bitResizeFlag = /* @__PURE__ */ Object.freeze({
  /** Add or remove bytes at the front. */
  FROM_FRONT: 1,
  /** Never remove bytes. */
  GROW_ONLY: 2,
  /** Never add bytes. */
  SHRINK_ONLY: 4,
} as const)

/** How integers in a blob are read and what an overflow does; without SATURATE or WRAP it fails. */
export const bitOverflowFlag = /* @__PURE__ */ Object.freeze({
  /** The integer has a sign. */
  SIGNED: 1,
  /** Stop at the highest or lowest value. */
  SATURATE: 2,
  /** Go on at the other end. */
  WRAP: 4,
} as const)

/** Codes of HyperLogLog operations, first in the packed value of an HLL_READ or HLL_MODIFY op. */
export const hllOp = /* @__PURE__ */ Object.freeze({
  /** (Index bits, min-hash bits, write flags). */
  INIT: 0,
  /** List, (index bits, min-hash bits, write flags). */
  ADD: 1,
  /** List of HyperLogLogs, (write flags). */
  SET_UNION: 2,
  /** Nothing. */
  REFRESH_COUNT: 3,
  /** Index bits. */
  FOLD: 4,
  /** Nothing. */
  COUNT: 50,
  /** List of HyperLogLogs. */
  UNION: 51,
  /** List of HyperLogLogs. */
  UNION_COUNT: 52,
  /** List of HyperLogLogs. */
  INTERSECT_COUNT: 53,
  /** List of HyperLogLogs. */
  SIMILARITY: 54,
  /** Nothing. */
  DESCRIBE: 55,
  /** List of values. */
  MAY_CONTAIN: 56,
} as const)

/** Flags of HyperLogLog operations that write. */
export const hllWriteFlag = /* @__PURE__ */ Object.freeze({
  /** Only if the bin is absent. */
  CREATE_ONLY: 1,
  /** Only if the bin is there. */
  UPDATE_ONLY: 2,
  /** Change nothing instead of failing. */
  NO_FAIL: 4,
  /** A union may lower the index bits. */
  ALLOW_FOLD: 8,
} as const)

/** Codes of string operations, first in the packed value of a STRING_READ or STRING_MODIFY op (server 8.1.3). No server that knows them was at hand: codes and arguments are those of the official Python client 19.3. */
export const stringOp = /* @__PURE__ */ Object.freeze({
  /** Nothing. */
  STRLEN: 0,
  /** Start, (end). */
  SUBSTR: 1,
  /** Index. */
  CHAR_AT: 2,
  /** String, (occurrence). */
  FIND: 3,
  /** String. */
  CONTAINS: 4,
  /** String. */
  STARTS_WITH: 5,
  /** String. */
  ENDS_WITH: 6,
  /** Nothing. */
  TO_INTEGER: 7,
  /** Nothing. */
  TO_DOUBLE: 8,
  /** Nothing. */
  BYTE_LENGTH: 9,
  /** (Numeric type). */
  IS_NUMERIC: 10,
  /** Nothing. */
  IS_UPPER: 11,
  /** Nothing. */
  IS_LOWER: 12,
  /** Nothing. */
  TO_BLOB: 13,
  /** (Separator). */
  SPLIT: 14,
  /** Nothing. */
  BASE64_DECODE: 15,
  /** Pattern, (regex flags). */
  REGEX_COMPARE: 16,
  /** Index, string, write flags. */
  INSERT: 50,
  /** Index, string, write flags. */
  OVERWRITE: 51,
  /** List of strings, write flags. */
  CONCAT: 52,
  /** Start, (end, write flags). */
  SNIP: 53,
  /** List of a string and what replaces it, write flags. */
  REPLACE: 54,
  /** List of a string and what replaces it, write flags. */
  REPLACE_ALL: 55,
  /** Write flags. */
  UPPER: 56,
  /** Write flags. */
  LOWER: 57,
  /** Write flags. */
  CASE_FOLD: 58,
  /** Write flags. */
  NORMALIZE_NFC: 59,
  /** Write flags. */
  TRIM_START: 60,
  /** Write flags. */
  TRIM_END: 61,
  /** Write flags. */
  TRIM: 62,
  /** Length, string, write flags. */
  PAD_START: 63,
  /** Length, string, write flags. */
  PAD_END: 64,
  /** Count, write flags. */
  REPEAT: 65,
  /** List of a pattern and what replaces it, regex flags, write flags. */
  REGEX_REPLACE: 66,
  /** String, write flags. */
  APPEND: 67,
  /** String, write flags. */
  PREPEND: 68,
} as const)

/** Flags of string operations that write. */
export const stringWriteFlag = /* @__PURE__ */ Object.freeze({
  /** Only if the bin is absent. */
  CREATE_ONLY: 1,
  /** Only if the bin is there. */
  UPDATE_ONLY: 2,
  /** Change nothing instead of failing. */
  NO_FAIL: 4,
} as const)

/** Flags of regular expressions in string operations. */
export const stringRegexFlag = /* @__PURE__ */ Object.freeze({
  /** Upper and lower case are the same. */
  CASE_INSENSITIVE: 1,
  /** ^ and $ match at each line. */
  MULTILINE: 2,
  /** A dot matches line ends, too. */
  DOTALL: 4,
  /** Only a line feed ends a line. */
  UNIX_LINES: 8,
  /** Replace every match. */
  GLOBAL: 16,
} as const)

/** What IS_NUMERIC asks for; 0 = any number. */
export const stringNumericType = /* @__PURE__ */ Object.freeze({
  /** An integer. */
  INT: 1,
  /** A number with a decimal point. */
  FLOAT: 2,
} as const)

/** Types of a stored value. */
export const particle = /* @__PURE__ */ Object.freeze({
  /** No value. */
  NULL: 0,
  /** i64. */
  INTEGER: 1,
  /** f64. */
  FLOAT: 2,
  /** UTF-8 by convention. */
  STRING: 3,
  /** Bytes. */
  BLOB: 4,
  /** Bytes written by a Java client. */
  JAVA_BLOB: 7,
  /** Bytes written by a C# client. */
  CSHARP_BLOB: 8,
  /** Bytes written by a Python client. */
  PYTHON_BLOB: 9,
  /** Bytes written by a Ruby client. */
  RUBY_BLOB: 10,
  /** Bytes written by a PHP client. */
  PHP_BLOB: 11,
  /** Bytes written by an Erlang client. */
  ERLANG_BLOB: 12,
  /** Reserved. */
  VECTOR: 16,
  /** One byte, 0 or 1. */
  BOOL: 17,
  /** HyperLogLog. */
  HLL: 18,
  /** Packed map. */
  MAP: 19,
  /** Packed list. */
  LIST: 20,
  /** Flags, cells, GeoJSON text. */
  GEOJSON: 23,
} as const)

/** Commands of SECURITY messages. */
export const securityCommand = /* @__PURE__ */ Object.freeze({
  /** Let a connection in by a session's token. */
  AUTHENTICATE: 0,
  /** Create a user: user, password, roles. */
  CREATE_USER: 1,
  /** Remove a user: user. */
  DROP_USER: 2,
  /** Set another's password: user, password. */
  SET_PASSWORD: 3,
  /** Change one's own password: user, old password, password. */
  CHANGE_PASSWORD: 4,
  /** Give roles to a user: user, roles. */
  GRANT_ROLES: 5,
  /** Take roles from a user: user, roles. */
  REVOKE_ROLES: 6,
  /** Tell of one user or all: nothing, or user. */
  QUERY_USERS: 9,
  /** Create a role: role, then what it has of privileges, allowlist, read and write quota. */
  CREATE_ROLE: 10,
  /** Remove a role: role. */
  DROP_ROLE: 11,
  /** Give privileges to a role: role, privileges. */
  GRANT_PRIVILEGES: 12,
  /** Take privileges from a role: role, privileges. */
  REVOKE_PRIVILEGES: 13,
  /** Say from where the users of a role may connect: role, and the allowlist unless it is to be removed. */
  SET_ALLOWLIST: 14,
  /** Limit the users of a role: role, read and write quota. */
  SET_QUOTAS: 15,
  /** Tell of one role or all: nothing, or role. */
  QUERY_ROLES: 16,
  /** Let a connection in by what the user knows or has, and get a session: user and credential, the clear password too if it is checked elsewhere, or nothing with a certificate. */
  LOGIN: 20,
} as const)

/** Fields of SECURITY messages. */
export const securityField = /* @__PURE__ */ Object.freeze({
  /** A user's name. */
  USER: 0,
  /** A password's hash. */
  PASSWORD: 1,
  /** The hash of the password before. */
  OLD_PASSWORD: 2,
  /** The hash of the password of who logs in. */
  CREDENTIAL: 3,
  /** The password itself, for a server that has it checked elsewhere. */
  CLEAR_PASSWORD: 4,
  /** What stands for the login on further connections. */
  SESSION_TOKEN: 5,
  /** u32, seconds that it does. */
  SESSION_TTL: 6,
  /** A count, then names, each behind its length. */
  ROLES: 10,
  /** A role's name. */
  ROLE: 11,
  /** A count, then codes; from 10 on with namespace and set, each behind its length. */
  PRIVILEGES: 12,
  /** Addresses with commas between them. */
  ALLOWLIST: 13,
  /** u32, records a second, 0 = no limit. */
  READ_QUOTA: 14,
  /** u32, records a second, 0 = no limit. */
  WRITE_QUOTA: 15,
  /** A count, then u32s: the quota, single records a second, records of limited queries a second, queries without a limit. */
  READ_INFO: 16,
  /** The same of writes. */
  WRITE_INFO: 17,
  /** u32, connections of the user. */
  CONNECTIONS: 18,
} as const)

/** What a role allows. Those from 10 on may be for one namespace, or for one set of it. */
export const privilege = /* @__PURE__ */ Object.freeze({
  /** Users and roles. */
  USER_ADMIN: 0,
  /** The server's configuration. */
  SYS_ADMIN: 1,
  /** Indexes, modules, truncation, jobs. */
  DATA_ADMIN: 2,
  /** Modules. */
  UDF_ADMIN: 3,
  /** Indexes. */
  SINDEX_ADMIN: 4,
  /** Reading. */
  READ: 10,
  /** Reading and writing. */
  READ_WRITE: 11,
  /** Reading, writing and calling functions. */
  READ_WRITE_UDF: 12,
  /** Writing. */
  WRITE: 13,
  /** Truncation. */
  TRUNCATE: 14,
  /** Rules of masking (servers from 8.1.1 on). */
  MASKING_ADMIN: 15,
  /** Reading what is masked. */
  READ_MASKED: 16,
  /** Writing what is masked. */
  WRITE_MASKED: 17,
} as const)

/** Result codes: those of a server's answer, and below zero those that the client itself gives (numbered as the C, Node and Python clients number them; from -40 on they are ours alone). */
export const code = /* @__PURE__ */ Object.freeze({
  /** success */
  OK: 0,
  /** the server failed, or could not read a value (malformed or unsorted list or map) */
  SERVER_ERROR: 1,
  /** the record does not exist */
  RECORD_NOT_FOUND: 2,
  /** the record's generation is not the expected one */
  RECORD_GENERATION: 3,
  /** the server refused a parameter of the request */
  PARAMETER: 4,
  /** the record exists already */
  RECORD_EXISTS: 5,
  /** the bin exists already */
  BIN_EXISTS: 6,
  /** the cluster changed meanwhile */
  CLUSTER_KEY_MISMATCH: 7,
  /** the server has no space left, or stopped writes */
  OUT_OF_SPACE: 8,
  /** it took longer than allowed */
  TIMEOUT: 9,
  /** the operation is never allowed */
  ALWAYS_FORBIDDEN: 10,
  /** the partition is not available */
  UNAVAILABLE: 11,
  /** the bin's type does not fit the operation */
  BIN_TYPE: 12,
  /** the record is larger than the namespace allows */
  RECORD_TOO_BIG: 13,
  /** too many operations wait for this record (hot key) */
  KEY_BUSY: 14,
  /** the query was aborted */
  QUERY_ABORTED: 15,
  /** the server does not support this */
  UNSUPPORTED_FEATURE: 16,
  /** the bin does not exist */
  BIN_NOT_FOUND: 17,
  /** the storage device cannot keep up */
  DEVICE_OVERLOAD: 18,
  /** the stored user key is another one */
  KEY_MISMATCH: 19,
  /** the namespace does not exist */
  NAMESPACE: 20,
  /** the bin name is too long, or there are too many bins */
  BIN_NAME: 21,
  /** the operation is not allowed now */
  FORBIDDEN: 22,
  /** the list or map element does not exist */
  ELEMENT_NOT_FOUND: 23,
  /** the list or map element exists already */
  ELEMENT_EXISTS: 24,
  /** only the Enterprise Edition can do this */
  ENTERPRISE_ONLY: 25,
  /** the operation cannot be applied to the bin as it is */
  OP_NOT_APPLICABLE: 26,
  /** the filter expression was not true for the record */
  FILTERED_OUT: 27,
  /** a newer write of another cluster won */
  LOST_CONFLICT: 28,
  /** the record is being shipped to another cluster */
  XDR_KEY_BUSY: 32,
  /** end of an answer of several messages */
  QUERY_END: 50,
  /** this server has no security */
  SECURITY_NOT_SUPPORTED: 51,
  /** security is not switched on */
  SECURITY_NOT_ENABLED: 52,
  /** the security scheme is not supported */
  SECURITY_SCHEME_NOT_SUPPORTED: 53,
  /** the security command is not known */
  INVALID_COMMAND: 54,
  /** a field of the security command is wrong */
  INVALID_FIELD: 55,
  /** the security command does not fit the connection's state */
  ILLEGAL_STATE: 56,
  /** the user does not exist */
  INVALID_USER: 60,
  /** the user exists already */
  USER_EXISTS: 61,
  /** the password is wrong */
  INVALID_PASSWORD: 62,
  /** the password has expired */
  EXPIRED_PASSWORD: 63,
  /** the password cannot be used again */
  FORBIDDEN_PASSWORD: 64,
  /** the credential is wrong */
  INVALID_CREDENTIAL: 65,
  /** the session has expired */
  EXPIRED_SESSION: 66,
  /** the role does not exist */
  INVALID_ROLE: 70,
  /** the role exists already */
  ROLE_EXISTS: 71,
  /** the privilege is not known */
  INVALID_PRIVILEGE: 72,
  /** the allowlist is malformed */
  INVALID_ALLOWLIST: 73,
  /** quotas are not switched on */
  QUOTAS_NOT_ENABLED: 74,
  /** the quota is out of range */
  INVALID_QUOTA: 75,
  /** the connection is not authenticated */
  NOT_AUTHENTICATED: 80,
  /** the user's roles do not allow this */
  ROLE_VIOLATION: 81,
  /** the client's address is not on the allowlist */
  NOT_ALLOWLISTED: 82,
  /** the user's quota is exceeded */
  QUOTA_EXCEEDED: 83,
  /** the server has nothing to check passwords elsewhere with */
  LDAP_NOT_CONFIGURED: 90,
  /** the UDF failed */
  UDF: 100,
  /** the record is locked by another transaction */
  MRT_BLOCKED: 120,
  /** a record read by the transaction has changed */
  MRT_VERSION_MISMATCH: 121,
  /** the transaction took too long */
  MRT_EXPIRED: 122,
  /** the transaction has too many writes */
  MRT_TOO_MANY_WRITES: 123,
  /** the transaction is committed already */
  MRT_COMMITTED: 124,
  /** the transaction is aborted already */
  MRT_ABORTED: 125,
  /** the transaction has locked this record already */
  MRT_ALREADY_LOCKED: 126,
  /** the transaction has started already */
  MRT_MONITOR_EXISTS: 127,
  /** batches are switched off */
  BATCH_DISABLED: 150,
  /** the batch has more rows than the server allows */
  BATCH_MAX_REQUESTS: 151,
  /** the server's batch queues are full */
  BATCH_QUEUES_FULL: 152,
  /** the GeoJSON is malformed or not supported */
  INVALID_GEOJSON: 160,
  /** an index of that name exists already */
  INDEX_FOUND: 200,
  /** no such index */
  INDEX_NOT_FOUND: 201,
  /** the index is out of memory */
  INDEX_OOM: 202,
  /** the index is not ready yet */
  INDEX_NOT_READABLE: 203,
  /** the index failed */
  INDEX_GENERIC: 204,
  /** the index name is too long */
  INDEX_NAME: 205,
  /** the namespace has too many indexes */
  INDEX_MAX_COUNT: 206,
  /** the query was aborted */
  QUERY_ABORTED_BY_USER: 210,
  /** the server's query queue is full */
  QUERY_QUEUE_FULL: 211,
  /** the query took longer than allowed */
  QUERY_TIMEOUT: 212,
  /** the query failed */
  QUERY_GENERIC: 213,
  /** the client failed */
  CLIENT: -1,
  /** an argument is wrong; nothing was sent */
  INVALID_ARGUMENT: -2,
  /** a host is wrong or cannot be resolved */
  INVALID_HOST: -4,
  /** the caller gave up */
  ABORTED: -5,
  /** no connection was free in time */
  NO_MORE_CONNECTIONS: -7,
  /** no node of the cluster can take this */
  INVALID_NODE: -8,
  /** the TLS connection failed */
  TLS: -9,
  /** the connection failed */
  CONNECTION: -10,
  /** too many operations wait already */
  BACKPRESSURE: -11,
  /** all attempts failed */
  MAX_RETRIES_EXCEEDED: -12,
  /** too many errors on the node, it is given a rest */
  MAX_ERROR_RATE: -14,
  /** the node did not answer for this row */
  NO_RESPONSE: -15,
  /** the transaction failed */
  TXN_FAILED: -17,
  /** the transaction is committed already */
  TXN_ALREADY_COMMITTED: -18,
  /** the transaction is aborted already */
  TXN_ALREADY_ABORTED: -19,
  /** the cluster has another name */
  CLUSTER_NAME_MISMATCH: -40,
  /** the answer was not the Aerospike protocol */
  MALFORMED: -41,
  /** the client is closed */
  CLOSED: -42,
  /** no node of the cluster could be reached */
  NOT_CONNECTED: -43,
  /** the engine stopped after an internal error */
  ENGINE: -44,
  /** too many different namespace, set and bin names */
  NAMES_FULL: -45,
  /** the columns of the result are larger than 512 MiB */
  RESULT_TOO_LARGE: -46,
  /** a value does not fit the type of its column */
  COLUMN_TYPE: -47,
} as const)

/** Limits, in bytes unless the sentence says otherwise. */
export const limit = /* @__PURE__ */ Object.freeze({
  /** Length of a namespace name. */
  NAMESPACE: 31,
  /** Length of a set name. */
  SET: 63,
  /** Length of a bin name. */
  BIN: 15,
  /** Bins of a record. */
  BINS: 32767,
  /** Ops of one operate. */
  OPS: 65535,
  /** Steps of a context. */
  CONTEXT_DEPTH: 256,
  /** A message, either way. */
  MESSAGE: 134217728,
  /** Levels of nested lists and maps. */
  VALUE_DEPTH: 256,
  /** Slots that one record of an answer may unfold to, and about what one message may. */
  SLOTS: 16777216,
  /** What has come of unfinished messages, on all connections. */
  UNFINISHED: 268435456,
  /** Time to live in seconds: ten years. */
  TTL_MAX: 315360000,
  /** Different names that an engine remembers. */
  NAMES: 262144,
  /** An info answer that the tend believes. */
  INFO_ANSWER: 16777216,
  /** Nodes of a cluster. */
  NODES: 1024,
  /** Name of a node. */
  NODE_NAME: 64,
  /** Name or address of a host. */
  HOST: 255,
  /** Addresses that are looked at for the first time, at once. */
  PROBES: 256,
  /** Partitions of a namespace. */
  PARTITIONS: 4096,
  /** Replica levels of a namespace. */
  REPLICAS: 128,
  /** Namespaces of a cluster. */
  NAMESPACES: 32,
  /** Name of a module or function. */
  UDF_NAME: 255,
  /** A digest. */
  DIGEST: 20,
  /** A packed expression. */
  EXPRESSION: 1048576,
  /** Name of a user. */
  USER: 63,
  /** Name of a role. */
  ROLE: 63,
  /** Roles of a user, and privileges of a role, in one command. */
  ROLES: 255,
  /** An allowlist. */
  ALLOWLIST: 65536,
  /** An answer to a login. */
  LOGIN_ANSWER: 65536,
  /** All that is told of users and roles. */
  ADMIN_ANSWER: 67108864,
  /** Messages longer than this are worth compressing, if nothing else is said. */
  COMPRESS_ABOVE: 128,
  /** Bytes that one byte of a zlib stream can stand for at most. */
  INFLATES_TO: 1032,
  /** All columns of a result. */
  COLUMNS: 536870912,
  /** A value of a column of bytes. */
  COLUMN_BYTES: 8388608,
  /** Different combinations of namespace, set, operation and code that are counted apart; what comes then, by namespace, up to twice as many; and what comes then, by operation and code. */
  SERIES: 1000,
  /** Records that one transaction writes. */
  TXN_WRITES: 4096,
} as const)

/** Operators of expressions. */
export const expOp = /* @__PURE__ */ Object.freeze({
  /** No value: makes a read or write op fail, a filter refuse. Takes 0, gives any. */
  UNKNOWN: 0,
  /** Whether both are equal. Takes 2, gives bool. */
  EQ: 1,
  /** Whether both differ. Takes 2, gives bool. */
  NE: 2,
  /** Whether the first is the greater. Takes 2, gives bool. */
  GT: 3,
  /** Whether the first is greater or equal. Takes 2, gives bool. */
  GE: 4,
  /** Whether the first is the smaller. Takes 2, gives bool. */
  LT: 5,
  /** Whether the first is smaller or equal. Takes 2, gives bool. */
  LE: 6,
  /** Whether a POSIX regular expression (regex_flag, raw pattern) matches a string. Takes 3, gives bool. */
  REGEX: 7,
  /** Whether a region and a point, in either order, contain one another. Takes 2, gives bool. */
  GEO_COMPARE: 8,
  /** Whether a value is in a list (server 8.1.2). Takes 2, gives bool. */
  IN_LIST: 9,
  /** Whether all are true. Takes 2+, gives bool. */
  AND: 16,
  /** Whether any is true. Takes 2+, gives bool. */
  OR: 17,
  /** The contrary. Takes 1, gives bool. */
  NOT: 18,
  /** Whether exactly one is true. Takes 2+, gives bool. */
  EXCLUSIVE: 19,
  /** The sum; integers wrap. Takes 1+, gives number. */
  ADD: 20,
  /** The first less all others; a single one negated. Takes 1+, gives number. */
  SUB: 21,
  /** The product; integers wrap. Takes 1+, gives number. */
  MUL: 22,
  /** The first divided by the product of the others; of a single one its reciprocal. Takes 1+, gives number. */
  DIV: 23,
  /** A float to the power of a float. Takes 2, gives float. */
  POW: 24,
  /** The logarithm of a float to a base. Takes 2, gives float. */
  LOG: 25,
  /** The remainder of integers, with the sign of the first. Takes 2, gives int. */
  MOD: 26,
  /** The number without its sign; the smallest integer stays as it is. Takes 1, gives number. */
  ABS: 27,
  /** The next whole float downwards. Takes 1, gives float. */
  FLOOR: 28,
  /** The next whole float upwards. Takes 1, gives float. */
  CEIL: 29,
  /** A float cut off to an integer. Takes 1, gives int. */
  TO_INT: 30,
  /** An integer as a float. Takes 1, gives float. */
  TO_FLOAT: 31,
  /** Bits that are set in all. Takes 2+, gives int. */
  INT_AND: 32,
  /** Bits that are set in any. Takes 2+, gives int. */
  INT_OR: 33,
  /** Bits that are set in an odd number of them. Takes 2+, gives int. */
  INT_XOR: 34,
  /** All bits turned over. Takes 1, gives int. */
  INT_NOT: 35,
  /** Bits moved to the left. Takes 2, gives int. */
  INT_LSHIFT: 36,
  /** Bits moved to the right, zeros coming in. Takes 2, gives int. */
  INT_RSHIFT: 37,
  /** Bits moved to the right, the sign coming in. Takes 2, gives int. */
  INT_ARSHIFT: 38,
  /** How many bits are set. Takes 1, gives int. */
  INT_COUNT: 39,
  /** Position of the first bit that is as asked for, from the left; -1 for none. Takes 2, gives int. */
  INT_LSCAN: 40,
  /** Position of the last bit that is as asked for; -1 for none. Takes 2, gives int. */
  INT_RSCAN: 41,
  /** The smallest. Takes 1+, gives number. */
  MIN: 50,
  /** The greatest. Takes 1+, gives number. */
  MAX: 51,
  /** The record's digest modulo a number. Takes 1, gives int. */
  DIGEST_MODULO: 64,
  /** Bytes on the device (deprecated: RECORD_SIZE). Takes 0, gives int. */
  DEVICE_SIZE: 65,
  /** Nanoseconds since 1970 of the last write. Takes 0, gives int. */
  LAST_UPDATE: 66,
  /** Milliseconds since the last write. Takes 0, gives int. */
  SINCE_UPDATE: 67,
  /** Nanoseconds since 1970 at which the record expires; -1 for never. Takes 0, gives int. */
  VOID_TIME: 68,
  /** Seconds left to live; -1 for ever. Takes 0, gives int. */
  TTL: 69,
  /** The record's set, empty for none. Takes 0, gives string. */
  SET_NAME: 70,
  /** Whether the user key is stored with the record. Takes 0, gives bool. */
  KEY_EXISTS: 71,
  /** Whether the record is a tombstone. Takes 0, gives bool. */
  IS_TOMBSTONE: 72,
  /** Bytes in memory (deprecated: RECORD_SIZE). Takes 0, gives int. */
  MEMORY_SIZE: 73,
  /** Bytes of the record. Takes 0, gives int. */
  RECORD_SIZE: 74,
  /** The stored user key, if it is of that exp_type. Takes 1, gives any. */
  KEY: 80,
  /** A bin (exp_type, raw name), if it is of that type. Takes 2, gives any. */
  BIN: 81,
  /** The particle type of a bin (raw name), 0 for none. Takes 1, gives int. */
  BIN_TYPE: 82,
  /** A string, number, boolean or blob as a string (server 8.1.3). Takes 1, gives string. */
  TO_STRING: 99,
  /** In a path's modification: remove the element. Takes 0, gives any. */
  REMOVE_RESULT: 100,
  /** The keys of a map (server 8.1.2). Takes 1, gives list. */
  MAP_KEYS: 101,
  /** The values of a map (server 8.1.2). Takes 1, gives list. */
  MAP_VALUES: 102,
  /** In a path: the element at hand (exp_type, loop_part). Takes 2, gives any. */
  LOOP_VAR: 122,
  /** Test, value, test, value …, default: the value of the first test that is true. Takes 3+2, gives any. */
  COND: 123,
  /** A variable (raw name) of a LET around it. Takes 1, gives any. */
  VAR: 124,
  /** Raw name, value, raw name, value …, body: the body with variables. Takes 3+2, gives any. */
  LET: 125,
  /** A list that is a value. Takes 1, gives list. */
  QUOTE: 126,
  /** A list, map, bit, HLL or string op: exp_type of what it gives, exp_system, the op, what it is done to. Takes 4, gives any. */
  CALL: 127,
} as const)

/** Types of values in expressions. */
export const expType = /* @__PURE__ */ Object.freeze({
  /** No value. */
  NIL: 0,
  /** true or false. */
  BOOL: 1,
  /** Signed integer of 64 bits. */
  INT: 2,
  /** Text. */
  STRING: 3,
  /** List. */
  LIST: 4,
  /** Map. */
  MAP: 5,
  /** Bytes. */
  BLOB: 6,
  /** Double. */
  FLOAT: 7,
  /** GeoJSON. */
  GEO: 8,
  /** HyperLogLog. */
  HLL: 9,
} as const)

/** Whose op a CALL is, and a bit for those that change what they are done to. */
export const expSystem = /* @__PURE__ */ Object.freeze({
  /** Lists and maps. */
  CDT: 0,
  /** Bits of blobs. */
  BITS: 1,
  /** HyperLogLogs. */
  HLL: 2,
  /** Strings (server 8.1.3). */
  STRING: 3,
  /** Text forms, as the C client 7.5 has them; others send TO_STRING. */
  REPR: 4,
  /** The op changes: what it changed is the result, the bin stays. */
  MODIFY: 64,
} as const)

/** Flags of the expression ops. */
export const expFlag = /* @__PURE__ */ Object.freeze({
  /** Write: fail if the bin exists. */
  CREATE_ONLY: 1,
  /** Write: fail if the bin is absent. */
  UPDATE_ONLY: 2,
  /** Write: nil removes the bin, else it fails. */
  ALLOW_DELETE: 4,
  /** Write: when a flag above forbids it, nothing happens. */
  POLICY_NO_FAIL: 8,
  /** Unknown: nothing happens. */
  EVAL_NO_FAIL: 16,
} as const)

/** Flags of REGEX: the server hands them to `regcomp` as they are. Other clients have the names of the last two the other way round, against what the server does. */
export const regexFlag = /* @__PURE__ */ Object.freeze({
  /** Extended syntax. */
  EXTENDED: 1,
  /** Upper and lower case are the same. */
  ICASE: 2,
  /** A line feed ends a line, and a dot does not match it. */
  NEWLINE: 4,
  /** No submatches: it makes no difference. */
  NOSUB: 8,
} as const)

/** What of an element a LOOP_VAR is. */
export const loopPart = /* @__PURE__ */ Object.freeze({
  /** Its key, in a map. */
  KEY: 0,
  /** Its value. */
  VALUE: 1,
  /** Its index. */
  INDEX: 2,
} as const)

/** Flags of the path ops: what they give, and one bit more for those that change. */
export const pathFlag = /* @__PURE__ */ Object.freeze({
  /** The list or map with only what was found. */
  TREE: 0,
  /** A list of the values. */
  VALUES: 1,
  /** A list of the keys. */
  MAP_KEYS: 2,
  /** A list of keys and values in turn. */
  KEY_VALUES: 3,
  /** Replace what was found. */
  APPLY: 4,
  /** Pass over what a filter is unknown for. */
  NO_FAIL: 16,
} as const)

/** Ops on whole bins and on the record. */
export const scalarOpKind = /* @__PURE__ */ Object.freeze({
  /** Read a bin. */
  READ: 1,
  /** Write a bin; nil removes it. */
  WRITE: 2,
  /** Read all bins. */
  READ_ALL: 3,
  /** Read generation and time to live only. */
  READ_HEADER: 4,
  /** Add a number to a bin; integers wrap. */
  ADD: 5,
  /** Put a string or blob behind that of a bin. */
  APPEND: 9,
  /** Put a string or blob before that of a bin. */
  PREPEND: 10,
  /** Renew time to live and generation. */
  TOUCH: 11,
  /** Remove all bins; later ops may write again. */
  DELETE: 14,
} as const)

/** Ops on lists. */
export const listOpKind = /* @__PURE__ */ Object.freeze({
  /** order: make a list, or change how it is kept. */
  SET_ORDER: 256,
  /** value, (order, flags): add at the end; gives the new size. */
  APPEND: 257,
  /** list, (order, flags): add several at the end; gives the new size. */
  APPEND_ITEMS: 258,
  /** index, value, (flags): gives the new size. */
  INSERT: 259,
  /** index, list, (flags): gives the new size. */
  INSERT_ITEMS: 260,
  /** index: remove an element and give it. */
  POP: 261,
  /** index, (count): remove elements and give them. */
  POP_RANGE: 262,
  /** index: gives how many were removed. */
  REMOVE: 263,
  /** index, (count): gives how many were removed. */
  REMOVE_RANGE: 264,
  /** index, value, (flags): replace an element. */
  SET: 265,
  /** index, count: remove all others; gives how many were removed. */
  TRIM: 266,
  /** Remove all elements. */
  CLEAR: 267,
  /** index, (delta, order, flags): gives the new number. */
  INCREMENT: 268,
  /** (sort flags): sort once. */
  SORT: 269,
  /** How many elements there are. */
  SIZE: 272,
  /** index: the element. */
  GET: 273,
  /** index, (count): the elements. */
  GET_RANGE: 274,
  /** return type, index. */
  GET_BY_INDEX: 275,
  /** return type, rank. */
  GET_BY_RANK: 277,
  /** return type, value. */
  GET_ALL_BY_VALUE: 278,
  /** return type, list of values. */
  GET_BY_VALUE_LIST: 279,
  /** return type, index, (count). */
  GET_BY_INDEX_RANGE: 280,
  /** return type, first value, (value behind the last). */
  GET_BY_VALUE_INTERVAL: 281,
  /** return type, rank, (count). */
  GET_BY_RANK_RANGE: 282,
  /** return type, value, rank, (count). */
  GET_BY_VALUE_REL_RANK_RANGE: 283,
  /** (separator): the strings of a list as one (server 8.1.3). */
  JOIN: 284,
  /** return type, index. */
  REMOVE_BY_INDEX: 288,
  /** return type, rank. */
  REMOVE_BY_RANK: 290,
  /** return type, value. */
  REMOVE_ALL_BY_VALUE: 291,
  /** return type, list of values. */
  REMOVE_BY_VALUE_LIST: 292,
  /** return type, index, (count). */
  REMOVE_BY_INDEX_RANGE: 293,
  /** return type, first value, (value behind the last). */
  REMOVE_BY_VALUE_INTERVAL: 294,
  /** return type, rank, (count). */
  REMOVE_BY_RANK_RANGE: 295,
  /** return type, value, rank, (count). */
  REMOVE_BY_VALUE_REL_RANK_RANGE: 296,
} as const)

/** Ops on maps. */
export const mapOpKind = /* @__PURE__ */ Object.freeze({
  /** order: make a map, or change how it is kept. */
  SET_ORDER: 576,
  /** key, value, (order, flags): gives the new size. */
  PUT: 579,
  /** map, (order, flags): gives the new size. */
  PUT_ITEMS: 580,
  /** key, (delta, order): gives the new number. */
  INCREMENT: 585,
  /** key, (delta, order): gives the new number. */
  DECREMENT: 586,
  /** Remove all entries. */
  CLEAR: 587,
  /** return type, key. */
  REMOVE_BY_KEY: 588,
  /** return type, index. */
  REMOVE_BY_INDEX: 589,
  /** return type, rank. */
  REMOVE_BY_RANK: 591,
  /** return type, list of keys. */
  REMOVE_BY_KEY_LIST: 593,
  /** return type, value. */
  REMOVE_ALL_BY_VALUE: 594,
  /** return type, list of values. */
  REMOVE_BY_VALUE_LIST: 595,
  /** return type, first key, (key behind the last). */
  REMOVE_BY_KEY_INTERVAL: 596,
  /** return type, index, (count). */
  REMOVE_BY_INDEX_RANGE: 597,
  /** return type, first value, (value behind the last). */
  REMOVE_BY_VALUE_INTERVAL: 598,
  /** return type, rank, (count). */
  REMOVE_BY_RANK_RANGE: 599,
  /** return type, key, index, (count). */
  REMOVE_BY_KEY_REL_INDEX_RANGE: 600,
  /** return type, value, rank, (count). */
  REMOVE_BY_VALUE_REL_RANK_RANGE: 601,
  /** How many entries there are. */
  SIZE: 608,
  /** return type, key. */
  GET_BY_KEY: 609,
  /** return type, index. */
  GET_BY_INDEX: 610,
  /** return type, rank. */
  GET_BY_RANK: 612,
  /** return type, value. */
  GET_ALL_BY_VALUE: 614,
  /** return type, first key, (key behind the last). */
  GET_BY_KEY_INTERVAL: 615,
  /** return type, index, (count). */
  GET_BY_INDEX_RANGE: 616,
  /** return type, first value, (value behind the last). */
  GET_BY_VALUE_INTERVAL: 617,
  /** return type, rank, (count). */
  GET_BY_RANK_RANGE: 618,
  /** return type, list of keys. */
  GET_BY_KEY_LIST: 619,
  /** return type, list of values. */
  GET_BY_VALUE_LIST: 620,
  /** return type, key, index, (count). */
  GET_BY_KEY_REL_INDEX_RANGE: 621,
  /** return type, value, rank, (count). */
  GET_BY_VALUE_REL_RANK_RANGE: 622,
} as const)

/** Ops on the bits of blobs. Offsets below zero count from the end. */
export const bitOpKind = /* @__PURE__ */ Object.freeze({
  /** bytes, flags, resize flags. */
  RESIZE: 768,
  /** byte offset, blob, flags. */
  INSERT: 769,
  /** byte offset, bytes, flags. */
  REMOVE: 770,
  /** offset, size, blob, flags. */
  SET: 771,
  /** offset, size, blob, flags. */
  OR: 772,
  /** offset, size, blob, flags. */
  XOR: 773,
  /** offset, size, blob, flags. */
  AND: 774,
  /** offset, size, flags. */
  NOT: 775,
  /** offset, size, bits, flags. */
  LSHIFT: 776,
  /** offset, size, bits, flags. */
  RSHIFT: 777,
  /** offset, size, number, flags, action. */
  ADD: 778,
  /** offset, size, number, flags, action. */
  SUBTRACT: 779,
  /** offset, size, number, flags. */
  SET_INT: 780,
  /** offset, size: the bits, from the first of a blob on. */
  GET: 818,
  /** offset, size: how many are 1. */
  COUNT: 819,
  /** offset, size, bool: the place of the first such bit, -1 = none. */
  LSCAN: 820,
  /** offset, size, bool: the place of the last such bit, -1 = none. */
  RSCAN: 821,
  /** offset, size, (1 = signed): as an integer. */
  GET_INT: 822,
  /** byte offset, (bytes, (1 = from the end)): as base64 (server 8.1.3). */
  B64_ENCODE: 823,
} as const)

/** Ops on HyperLogLogs. Bit counts of -1 are not given. */
export const hllOpKind = /* @__PURE__ */ Object.freeze({
  /** index bits, min-hash bits, flags: make or empty it. */
  INIT: 1024,
  /** list, index bits, min-hash bits, flags: gives how many were new. */
  ADD: 1025,
  /** list of HyperLogLogs, flags: take them all in. */
  SET_UNION: 1026,
  /** Count anew; gives the count. */
  REFRESH_COUNT: 1027,
  /** index bits: make it smaller. */
  FOLD: 1028,
  /** About how many different elements were added. */
  COUNT: 1074,
  /** list of HyperLogLogs: the union with the bin. */
  UNION: 1075,
  /** list of HyperLogLogs: about how many elements the union has. */
  UNION_COUNT: 1076,
  /** list of HyperLogLogs: about how many elements all have. */
  INTERSECT_COUNT: 1077,
  /** list of HyperLogLogs: how alike they are, 0 to 1. */
  SIMILARITY: 1078,
  /** [index bits, min-hash bits]. */
  DESCRIBE: 1079,
  /** list of values: 1 if all may have been added, 0 if one was not. */
  MAY_CONTAIN: 1080,
} as const)

/** Ops that evaluate an expression. */
export const expOpKind = /* @__PURE__ */ Object.freeze({
  /** expression, exp_flag: what it gives, under the name of the bin word. */
  READ: 1287,
  /** expression, exp_flag: write to the bin what it gives. */
  WRITE: 1288,
} as const)

/** Ops on strings (server 8.1.3). A context is packed as that of a list, which is how the Python client 19.3 does it; the source of the C client 7.5 has it flattened into the op, and REGEX_REPLACE without write flags. */
export const stringOpKind = /* @__PURE__ */ Object.freeze({
  /** How many code points it has. */
  STRLEN: 1536,
  /** start, (end): the code points from start up to the one before end. */
  SUBSTR: 1537,
  /** index: the code point. */
  CHAR_AT: 1538,
  /** string, (occurrence): its index, -1 = none. */
  FIND: 1539,
  /** string: whether it is in it. */
  CONTAINS: 1540,
  /** string: whether it begins with it. */
  STARTS_WITH: 1541,
  /** string: whether it ends with it. */
  ENDS_WITH: 1542,
  /** As an integer. */
  TO_INTEGER: 1543,
  /** As a double. */
  TO_DOUBLE: 1544,
  /** How many bytes it has in UTF-8. */
  BYTE_LENGTH: 1545,
  /** (numeric type): whether it is a number. */
  IS_NUMERIC: 1546,
  /** Whether all letters are capitals. */
  IS_UPPER: 1547,
  /** Whether no letter is a capital. */
  IS_LOWER: 1548,
  /** Its bytes in UTF-8. */
  TO_BLOB: 1549,
  /** (separator): a list of its parts; without separator, of its code points. */
  SPLIT: 1550,
  /** The bytes that it is the base64 of. */
  BASE64_DECODE: 1551,
  /** pattern, (regex flags): whether it matches. */
  REGEX_COMPARE: 1552,
  /** index, string, flags. */
  INSERT: 1586,
  /** index, string, flags. */
  OVERWRITE: 1587,
  /** list of strings, flags: put them behind it. */
  CONCAT: 1588,
  /** start, (end, flags): take these code points out. */
  SNIP: 1589,
  /** list of a string and its replacement, flags: the first one. */
  REPLACE: 1590,
  /** list of a string and its replacement, flags. */
  REPLACE_ALL: 1591,
  /** flags: make all letters capitals. */
  UPPER: 1592,
  /** flags: make all letters small. */
  LOWER: 1593,
  /** flags: fold it for comparisons that heed no case. */
  CASE_FOLD: 1594,
  /** flags: Unicode's normal form C. */
  NORMALIZE_NFC: 1595,
  /** flags: take blanks away. */
  TRIM_START: 1596,
  /** flags: take blanks away. */
  TRIM_END: 1597,
  /** flags: take blanks away at both ends. */
  TRIM: 1598,
  /** length, string, flags. */
  PAD_START: 1599,
  /** length, string, flags. */
  PAD_END: 1600,
  /** count, flags. */
  REPEAT: 1601,
  /** list of a pattern and its replacement, regex flags, flags. */
  REGEX_REPLACE: 1602,
  /** string, flags. */
  APPEND: 1603,
  /** string, flags. */
  PREPEND: 1604,
  /** A bin of any scalar type as a string. */
  TO_STRING: 1791,
} as const)

/** Ops on all that a context with filters finds (server 8.1.1). */
export const pathOpKind = /* @__PURE__ */ Object.freeze({
  /** path flags: what is found. */
  SELECT: 1793,
  /** path flags, expression: replace what is found. */
  APPLY: 1794,
} as const)

/** What each result code means. */
export const codeText: Readonly<Record<number, string>> = /* @__PURE__ */ Object.freeze({
  0: "success",
  1: "the server failed, or could not read a value (malformed or unsorted list or map)",
  2: "the record does not exist",
  3: "the record's generation is not the expected one",
  4: "the server refused a parameter of the request",
  5: "the record exists already",
  6: "the bin exists already",
  7: "the cluster changed meanwhile",
  8: "the server has no space left, or stopped writes",
  9: "it took longer than allowed",
  10: "the operation is never allowed",
  11: "the partition is not available",
  12: "the bin's type does not fit the operation",
  13: "the record is larger than the namespace allows",
  14: "too many operations wait for this record (hot key)",
  15: "the query was aborted",
  16: "the server does not support this",
  17: "the bin does not exist",
  18: "the storage device cannot keep up",
  19: "the stored user key is another one",
  20: "the namespace does not exist",
  21: "the bin name is too long, or there are too many bins",
  22: "the operation is not allowed now",
  23: "the list or map element does not exist",
  24: "the list or map element exists already",
  25: "only the Enterprise Edition can do this",
  26: "the operation cannot be applied to the bin as it is",
  27: "the filter expression was not true for the record",
  28: "a newer write of another cluster won",
  32: "the record is being shipped to another cluster",
  50: "end of an answer of several messages",
  51: "this server has no security",
  52: "security is not switched on",
  53: "the security scheme is not supported",
  54: "the security command is not known",
  55: "a field of the security command is wrong",
  56: "the security command does not fit the connection's state",
  60: "the user does not exist",
  61: "the user exists already",
  62: "the password is wrong",
  63: "the password has expired",
  64: "the password cannot be used again",
  65: "the credential is wrong",
  66: "the session has expired",
  70: "the role does not exist",
  71: "the role exists already",
  72: "the privilege is not known",
  73: "the allowlist is malformed",
  74: "quotas are not switched on",
  75: "the quota is out of range",
  80: "the connection is not authenticated",
  81: "the user's roles do not allow this",
  82: "the client's address is not on the allowlist",
  83: "the user's quota is exceeded",
  90: "the server has nothing to check passwords elsewhere with",
  100: "the UDF failed",
  120: "the record is locked by another transaction",
  121: "a record read by the transaction has changed",
  122: "the transaction took too long",
  123: "the transaction has too many writes",
  124: "the transaction is committed already",
  125: "the transaction is aborted already",
  126: "the transaction has locked this record already",
  127: "the transaction has started already",
  150: "batches are switched off",
  151: "the batch has more rows than the server allows",
  152: "the server's batch queues are full",
  160: "the GeoJSON is malformed or not supported",
  200: "an index of that name exists already",
  201: "no such index",
  202: "the index is out of memory",
  203: "the index is not ready yet",
  204: "the index failed",
  205: "the index name is too long",
  206: "the namespace has too many indexes",
  210: "the query was aborted",
  211: "the server's query queue is full",
  212: "the query took longer than allowed",
  213: "the query failed",
  "-1": "the client failed",
  "-2": "an argument is wrong; nothing was sent",
  "-4": "a host is wrong or cannot be resolved",
  "-5": "the caller gave up",
  "-7": "no connection was free in time",
  "-8": "no node of the cluster can take this",
  "-9": "the TLS connection failed",
  "-10": "the connection failed",
  "-11": "too many operations wait already",
  "-12": "all attempts failed",
  "-14": "too many errors on the node, it is given a rest",
  "-15": "the node did not answer for this row",
  "-17": "the transaction failed",
  "-18": "the transaction is committed already",
  "-19": "the transaction is aborted already",
  "-40": "the cluster has another name",
  "-41": "the answer was not the Aerospike protocol",
  "-42": "the client is closed",
  "-43": "no node of the cluster could be reached",
  "-44": "the engine stopped after an internal error",
  "-45": "too many different namespace, set and bin names",
  "-46": "the columns of the result are larger than 512 MiB",
  "-47": "a value does not fit the type of its column",
})

/** The name of each result code, as in `code`. */
export const codeName: Readonly<Record<number, string>> = /* @__PURE__ */ Object.freeze({
  0: "OK",
  1: "SERVER_ERROR",
  2: "RECORD_NOT_FOUND",
  3: "RECORD_GENERATION",
  4: "PARAMETER",
  5: "RECORD_EXISTS",
  6: "BIN_EXISTS",
  7: "CLUSTER_KEY_MISMATCH",
  8: "OUT_OF_SPACE",
  9: "TIMEOUT",
  10: "ALWAYS_FORBIDDEN",
  11: "UNAVAILABLE",
  12: "BIN_TYPE",
  13: "RECORD_TOO_BIG",
  14: "KEY_BUSY",
  15: "QUERY_ABORTED",
  16: "UNSUPPORTED_FEATURE",
  17: "BIN_NOT_FOUND",
  18: "DEVICE_OVERLOAD",
  19: "KEY_MISMATCH",
  20: "NAMESPACE",
  21: "BIN_NAME",
  22: "FORBIDDEN",
  23: "ELEMENT_NOT_FOUND",
  24: "ELEMENT_EXISTS",
  25: "ENTERPRISE_ONLY",
  26: "OP_NOT_APPLICABLE",
  27: "FILTERED_OUT",
  28: "LOST_CONFLICT",
  32: "XDR_KEY_BUSY",
  50: "QUERY_END",
  51: "SECURITY_NOT_SUPPORTED",
  52: "SECURITY_NOT_ENABLED",
  53: "SECURITY_SCHEME_NOT_SUPPORTED",
  54: "INVALID_COMMAND",
  55: "INVALID_FIELD",
  56: "ILLEGAL_STATE",
  60: "INVALID_USER",
  61: "USER_EXISTS",
  62: "INVALID_PASSWORD",
  63: "EXPIRED_PASSWORD",
  64: "FORBIDDEN_PASSWORD",
  65: "INVALID_CREDENTIAL",
  66: "EXPIRED_SESSION",
  70: "INVALID_ROLE",
  71: "ROLE_EXISTS",
  72: "INVALID_PRIVILEGE",
  73: "INVALID_ALLOWLIST",
  74: "QUOTAS_NOT_ENABLED",
  75: "INVALID_QUOTA",
  80: "NOT_AUTHENTICATED",
  81: "ROLE_VIOLATION",
  82: "NOT_ALLOWLISTED",
  83: "QUOTA_EXCEEDED",
  90: "LDAP_NOT_CONFIGURED",
  100: "UDF",
  120: "MRT_BLOCKED",
  121: "MRT_VERSION_MISMATCH",
  122: "MRT_EXPIRED",
  123: "MRT_TOO_MANY_WRITES",
  124: "MRT_COMMITTED",
  125: "MRT_ABORTED",
  126: "MRT_ALREADY_LOCKED",
  127: "MRT_MONITOR_EXISTS",
  150: "BATCH_DISABLED",
  151: "BATCH_MAX_REQUESTS",
  152: "BATCH_QUEUES_FULL",
  160: "INVALID_GEOJSON",
  200: "INDEX_FOUND",
  201: "INDEX_NOT_FOUND",
  202: "INDEX_OOM",
  203: "INDEX_NOT_READABLE",
  204: "INDEX_GENERIC",
  205: "INDEX_NAME",
  206: "INDEX_MAX_COUNT",
  210: "QUERY_ABORTED_BY_USER",
  211: "QUERY_QUEUE_FULL",
  212: "QUERY_TIMEOUT",
  213: "QUERY_GENERIC",
  "-1": "CLIENT",
  "-2": "INVALID_ARGUMENT",
  "-4": "INVALID_HOST",
  "-5": "ABORTED",
  "-7": "NO_MORE_CONNECTIONS",
  "-8": "INVALID_NODE",
  "-9": "TLS",
  "-10": "CONNECTION",
  "-11": "BACKPRESSURE",
  "-12": "MAX_RETRIES_EXCEEDED",
  "-14": "MAX_ERROR_RATE",
  "-15": "NO_RESPONSE",
  "-17": "TXN_FAILED",
  "-18": "TXN_ALREADY_COMMITTED",
  "-19": "TXN_ALREADY_ABORTED",
  "-40": "CLUSTER_NAME_MISMATCH",
  "-41": "MALFORMED",
  "-42": "CLOSED",
  "-43": "NOT_CONNECTED",
  "-44": "ENGINE",
  "-45": "NAMES_FULL",
  "-46": "RESULT_TOO_LARGE",
  "-47": "COLUMN_TYPE",
})
