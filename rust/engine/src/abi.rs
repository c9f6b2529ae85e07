//! The numbers of the boundary between the engine and its shell: the layout of a command, of a value slot and of an
//! output record. The TypeScript side is generated from these tables. Nothing here is seen by a server.
//!
//! All words are u32, little-endian as WebAssembly's memory is. A *slot* is four words: `[tag, bin, a, b]`.

use crate::table;

table! {
    /// Kinds of command, word 0 of a command block.
    pub mod command_kind: u32 {
        GET = 1, "Read all bins.";
        SELECT = 2, "Read the bins named by the slots (tag NIL, bin id set).";
        EXISTS = 3, "Read generation and time to live only.";
        PUT = 4, "Write the bins of the slots; a NIL value removes the bin.";
        ADD = 5, "Add the numbers of the slots to their bins.";
        APPEND = 6, "Append the strings or blobs of the slots to their bins.";
        PREPEND = 7, "Prepend the strings or blobs of the slots to their bins.";
        TOUCH = 8, "Renew time to live and generation.";
        REMOVE = 9, "Delete the record.";
        OPERATE = 10, "Several ops on one record, in order and as one: each item is an OP slot and what belongs to it.";
        APPLY = 11, "Call a function of a module: a STRING, a STRING, a LIST of arguments. The answer is a bin SUCCESS or FAILURE.";
        BATCH = 16, "Commands on many records: groups follow the block, see command_word KEYS.";
        QUERY = 17, "Read the records of a set or namespace, all or those of an index's range; see command_word WHERE.";
        READ_COLUMNS = 18, "A group of a batch: read the batch's columns, whose COLUMN slots stand behind the outer block's filter. All groups are of this kind, and DONE brings the columns; there are no PART records.";
        WRITE_COLUMNS = 19, "A group of a batch: write each row's cells of the batch's columns. Behind each COLUMN slot stand three BLOBs: a byte a row that says whether there is a value (or nothing: all have one), the values, and of TEXT the bytes. All groups are of this kind, and DONE brings what became of the rows.";
        TXN_COMMIT = 20, "Commit the transaction of word TXN: the block says how its reads are verified, a second block behind it, of kind TXN_ABORT, how its writes are made final. DONE: the generation word is a txn_status, the ttl word the code that was the cause, if there is one, the first slot word the txn_state.";
        TXN_ABORT = 21, "Undo the writes of the transaction of word TXN; DONE as of TXN_COMMIT.";
        ADMIN = 33, "A command on users and roles: the first item is the security_command (INT), the others are its fields, a slot each whose bin word is the security_field: STRING, INT, LIST of names, or a LIST of three for each privilege (code, namespace, set). The answer to a question is a LIST for each user or role: field and value in turn, told in the same way; the allowlist as text.";
        INFO = 32, "Send info text (key offset and length in the data region) to a node (set word = node index, NONE = any).";
    }
}

table! {
    /// Word offsets in a command block. The slots follow it; texts and blobs lie in the data region.
    pub mod command_word: usize {
        KIND = 0, "command_kind";
        NAMESPACE = 1, "Name id of the namespace.";
        SET = 2, "Name id of the set, or NONE for the empty set.";
        KEY_TYPE = 3, "0 digest, else the particle type of the user key: 1 integer, 3 string, 4 blob.";
        KEY_A = 4, "Offset of the key's bytes in the data region, or the low word of an integer key.";
        KEY_B = 5, "Length of the key's bytes, or the high word of an integer key.";
        ITEMS = 6, "How many top-level slots (bins) follow.";
        SLOTS = 7, "How many slots follow in all, nested ones included.";
        FLAGS = 8, "policy_flag bits.";
        GENERATION = 9, "Expected generation, when a generation policy is set.";
        TTL = 10, "record_ttl as the wire has it: seconds, 0 namespace default, 0xFFFFFFFF never, 0xFFFFFFFE keep.";
        SOCKET_TIMEOUT = 11, "Milliseconds without progress on an attempt's connection, 0 = none.";
        TOTAL_TIMEOUT = 12, "Milliseconds for the whole operation, 0 = none.";
        MAX_RETRIES = 13, "Further attempts after the first.";
        SLEEP = 14, "Milliseconds between attempts.";
        TIMEOUT_DELAY = 15, "Milliseconds that a connection may still wait for a late answer.";
        SLEEP_MULTIPLIER = 16, "Two words: f64, each sleep is the last one times this.";
        FILTER_OFFSET = 18, "Offset of the packed filter expression in the data region.";
        FILTER_LENGTH = 19, "Its length, 0 = no filter.";
        READ_TOUCH = 20, "Read-touch percent as the wire has it: 0 server's setting, 1 to 100, 0xFFFFFFFF off.";
        FILTER_SLOTS = 21, "How many slots before the items make up the filter expression, 0 = none (or FILTER_LENGTH says it).";
        KEYS = 22, "Of a group in a batch: how many KEY slots follow its slots. Of the outer block: how many rows there are.";
        BATCH_FLAGS = 23, "batch_flag bits.";
        QUERY_FLAGS = 24, "query_flag bits.";
        RECORDS_PER_SECOND = 25, "For each node, 0 = no limit.";
        MAX_RECORDS = 26, "Two words: f64, about how many records to read in all, 0 = no limit.";
        WHERE = 28, "How many slots, behind those of the filter and before the items, make up the where-clause: a WHERE slot, begin, end, then what its tag says.";
        PARTITIONS = 29, "The first partition in the low half, how many in the high half; 0 = all.";
        CURSOR_OFFSET = 30, "Where an earlier query left off: offset of its cursor in the data region.";
        CURSOR_LENGTH = 31, "Its length, 0 = from the start.";
        COMPRESS_ABOVE = 32, "Requests longer than so many bytes leave compressed, 0 = none do; see policy_flag COMPRESS.";
        MAX_NODES = 33, "Of a batch or query: how many nodes are asked at once, 0 = all.";
        TXN = 34, "The transaction that the command belongs to, as txn_begin gave it; 0 = none. In a batch that of the outer block.";
        LENGTH = 36, "Words of a command block; the first slot starts here.";
    }
}

table! {
    /// Bits of the FLAGS word.
    pub mod policy_flag: u32 {
        SEND_KEY = 1, "Store the user key with the record.";
        DURABLE_DELETE = 1 << 1, "Leave a tombstone (Enterprise).";
        RESPOND_ALL_OPS = 1 << 2, "Every op answers.";
        COMPRESS = 1 << 3, "Ask for a compressed answer, and compress the request when COMPRESS_ABOVE says nothing else (Enterprise).";
        ON_LOCKING_ONLY = 1 << 4, "Transactions: fail when the record is locked already.";
        COMMIT_MASTER = 1 << 5, "Answer when the master has written.";
        READ_AP_ALL = 1 << 6, "Consult all replicas (AP namespaces).";
        READ_SC_SHIFT = 7, "Two bits: 0 session, 1 linearize, 2 allow replica, 3 allow unavailable.";
        EXISTS_SHIFT = 9, "Three bits: 0 update, 1 update only, 2 replace, 3 replace only, 4 create only.";
        GEN_SHIFT = 12, "Two bits: 0 none, 1 equal, 2 greater.";
        REPLICA_SHIFT = 14, "Three bits: 0 sequence, 1 master, 2 any, 3 prefer rack, 4 random.";
        RESPOND_VALUES_ONLY = 1 << 17, "Of OPERATE only ops with a value answer, also where a map, bit, HLL or expression op would make all answer.";
        PACKED_COLLECTIONS = 1 << 18, "Lists and maps come as BLOB slots, their packed bytes with their particle type. In a batch that of the outer block.";
        ABSENT_IS_FINE = 1 << 19, "An absent record is no error, where operations are counted.";
    }
}

table! {
    /// Tags of a value slot, the low byte of its first word.
    pub mod tag: u32 {
        NIL = 0, "No value.";
        FALSE = 1, "false";
        TRUE = 2, "true";
        INT = 3, "Integer within ±(2^53 - 1): words a and b are an f64.";
        INT64 = 4, "Any other signed integer: a low, b high word.";
        UINT64 = 5, "An unsigned integer above 2^63 - 1, only inside lists and maps: a low, b high word.";
        DOUBLE = 6, "Words a and b are an f64.";
        STRING = 7, "UTF-8 by convention: a offset, b length in bytes.";
        BLOB = 8, "a offset, b length. Bits 8 to 15 of the tag word: the particle type when it is another client's blob.";
        GEOJSON = 9, "GeoJSON text: a offset, b length.";
        HLL = 10, "HyperLogLog bytes: a offset, b length.";
        LIST = 11, "a items follow. tag_flag ORDERED.";
        MAP = 12, "a pairs follow, key then value. tag_flag ORDERED, VALUE_ORDERED, KEEP_ORDER, TEXT_KEYS.";
        NAME = 13, "Before a top-level slot whose bin word is NONE: its bin name, a offset, b length.";
        INFINITY = 14, "Above every value (only in conditions).";
        WILDCARD = 15, "Equal to every value (only in conditions).";
        OP = 16, "Begins an op of OPERATE. Bits 8 and up: op_kind; bin; b context pairs (id, value) follow, then a arguments.";
        RAW = 17, "Inside an expression: a string without type byte, such as a bin name: a offset, b length.";
        KEY = 19, "A key of a batch: bits 8 to 15 the key type, bin the row's number, a and b as KEY_A and KEY_B.";
        WHERE = 20, "Begins a where-clause. Bits 8 to 15 the index type (0 default, 1 list, 2 map keys, 3 map values), bits 16 to 23 the particle type of the range; bin the bin or NONE; a = 0 by bin, 1 by index name (a STRING follows begin and end), 2 by expression (it follows); b = 1 when a context follows at last, as a LIST of id, value, …";
        PACKED = 18, "An element that is packed already, put in as it is: a offset, b length.";
        KEYS = 21, "Keys of a batch, many at once: bits 8 to 15 the key type, bin the first row's number, a offset of them in the data region, b how many. Digests, 20 bytes each; integers, 8 bytes each, low one first; text and bytes, where each begins and the last one ends (u32), then all of them.";
        COLUMN = 22, "A column: bits 8 to 15 the column_type, bin the bin, a the bytes of a value if the type is BYTES.";
    }
}

table! {
    /// Flags in bits 8 and up of a slot's first word.
    pub mod tag_flag: u32 {
        ORDERED = 1 << 8, "List: kept sorted. Map: sorted by key.";
        VALUE_ORDERED = 1 << 9, "Map: sorted by key and by value.";
        KEEP_ORDER = 1 << 10, "Map in a reply whose pairs have a meaningful order.";
        TEXT_KEYS = 1 << 11, "Map in a reply: all keys are strings.";
        ASCII = 1 << 12, "String in a reply: all bytes are below 128.";
    }
}

table! {
    /// Types of a column. A bin that cannot be told by its column's type without loss does not fit; F32 alone rounds.
    pub mod column_type: u32 {
        I8 = 1, "Integers from -2^7.";
        I16 = 2, "Integers from -2^15.";
        I32 = 3, "Integers from -2^31.";
        I64 = 4, "All integers.";
        U8 = 5, "Integers from 0 to 2^8 - 1.";
        U16 = 6, "Integers from 0 to 2^16 - 1.";
        U32 = 7, "Integers from 0 to 2^32 - 1.";
        U64 = 8, "Integers from 0.";
        F32 = 9, "Doubles, rounded, and integers within 2^24.";
        F64 = 10, "Doubles, and integers within 2^53.";
        BOOL = 11, "Booleans: a byte each, 0 or 1.";
        TEXT = 12, "Strings that are UTF-8, and the text of GeoJSON: where each begins and the last one ends (i32), then all of them.";
        BYTES = 13, "Blobs of one length.";
    }
}

table! {
    /// Slots of the DONE of an operation with columns: all but the first are BLOBs whose a is an address in memory, not an
    /// offset. Numbers lie low byte first, and all of a kind have as many as there are rows.
    pub mod columns_slot: usize {
        SUMMARY = 0, "[values that do not fit their column, the first one's row, its column, its particle type | misfit << 8]";
        CURSOR = 1, "Of a query: as without columns.";
        CODES = 2, "Result codes (i32); empty when all are 0.";
        GENERATIONS = 3, "u32";
        TTLS = 4, "Seconds (u32), 0xFFFFFFFF never.";
        IN_DOUBT = 5, "A byte each; empty when nothing is in doubt.";
        DIGESTS = 6, "20 bytes each; empty unless asked for.";
        KEY_TYPES = 7, "A byte each, a particle type or 0 for a key that is not stored; empty unless asked for.";
        KEY_ENDS = 8, "Where each user key begins and the last one ends (i32).";
        KEY_BYTES = 9, "The user keys; an integer has 8 bytes, low one first.";
        COLUMNS = 10, "From here on three a column: a byte each that says whether there is a value; the values; of TEXT the bytes.";
    }
}

table! {
    /// Why a value does not fit its column.
    pub mod misfit: u32 {
        TYPE = 0, "Its type is another.";
        RANGE = 1, "It is beyond what the type can tell exactly.";
        SIZE = 2, "It has another length.";
        UTF8 = 3, "It is no UTF-8.";
    }
}

table! {
    /// Bits of the QUERY_FLAGS word.
    pub mod query_flag: u32 {
        NO_BINS = 1, "Metadata only.";
        SHORT = 2, "Few records are expected: no monitoring on the server, one second.";
        RELAX = 4, "Do not wait for partitions that migrate.";
        BACKGROUND = 8, "Do the items, which write, to every record that is found, on the servers: DONE says only that all have begun, its generation and ttl words are the low and high word of the job's number.";
        CALL = 16, "The items are those of APPLY: with BACKGROUND a function that writes to every record; without, one of streams, and each node sends what it makes of its records as RECORDs without a digest, whose bin SUCCESS is a value, or FAILURE why there is none.";
        COLUMNS = 32, "Gather the records into columns: COLUMN slots come before the items, DONE brings what columns_slot says, and there are no RECORDs.";
        DIGESTS = 64, "With COLUMNS: the digests, too.";
        USER_KEYS = 128, "With COLUMNS: the user keys, too.";
    }
}

table! {
    /// Bits of the BATCH_FLAGS word, as the wire has them.
    pub mod batch_flag: u32 {
        INLINE_RAM = 1, "Rows of memory namespaces may be done in the connection's own thread.";
        INLINE_SSD = 2, "Rows of SSD namespaces, too.";
        RESPOND_ALL_KEYS = 4, "Go on behind a row that fails.";
        ALL = 7, "All of them.";
    }
}

table! {
    /// How far a transaction is.
    pub mod txn_state: u32 {
        OPEN = 0, "It takes commands.";
        VERIFIED = 1, "What it read is unchanged, but it could not be committed: commit may be tried again, and abort.";
        COMMITTED = 2, "Its writes hold.";
        ABORTED = 3, "Its writes are undone.";
        COMMIT_FAILED = 4, "Whether it is committed is not known: only commit may be tried again.";
    }
}

table! {
    /// How a commit or an abort went. What the client leaves undone, the server does when the transaction's time is over.
    pub mod txn_status: u32 {
        OK = 0, "All is done.";
        ALREADY = 1, "It had been done before.";
        VERIFY_FAILED = 2, "A record that was read has changed, or could not be verified: the writes are undone.";
        VERIFY_FAILED_ABANDONED = 3, "The same, and undoing the writes is left to the server.";
        MARK_ABANDONED = 4, "It could not be marked as committed.";
        ROLL_ABANDONED = 5, "It holds; making each write final, or undoing it, is left to the server.";
        CLOSE_ABANDONED = 6, "It holds, and all writes are final or undone; removing the monitor record is left to the server.";
    }
}

table! {
    /// What `txn_word` tells of a transaction.
    pub mod txn_word: usize {
        ID_LOW = 0, "Its id, low word.";
        ID_HIGH = 1, "Its id, high word.";
        STATE = 2, "txn_state";
        IN_DOUBT = 3, "1 when nobody knows whether it is committed.";
        NAMESPACE = 4, "Name id of its namespace, NONE before its first command.";
        READS = 5, "Records that it has read and not written.";
        WRITES = 6, "Records that it has written, or may have.";
    }
}

table! {
    /// Output records: the first word is the kind in the low byte and the record's length in words above it.
    pub mod output: u32 {
        CONNECT = 1, "[_, conn, host offset, host length, port, flags (1 = TLS), TLS name offset, TLS name length, timeout ms]: texts lie in the text region.";
        TRANSMIT = 2, "[_, conn, address, length]: copy, give to the socket, then say writable(conn) when it can take more.";
        CLOSE = 3, "[_, conn, close_reason]: destroy the socket; no closed() is owed for it.";
        PAUSE = 4, "[_, conn]: stop reading.";
        RESUME = 5, "[_, conn]: read on.";
        DONE = 6, "[_, op, code, node, attempts, flags (1 = in doubt, 2 = a server's code, 4 = the request was compressed), generation (with code BACKPRESSURE: how many are ahead), void time or ttl, first slot, items, data address, elapsed ms]";
        RECORD = 10, "[_, op, partition, items, generation, ttl, first slot, data address]: a record of a query. Its slots: the digest (BLOB), the user key (NIL if it is not stored; its bin word is the set's name id), then the bins. Say consumed(op, n) for records that the caller took.";
        PART = 9, "[_, op, row, code, flags (1 = in doubt, 2 = a server's code, 4 = the request was compressed), generation, ttl, first slot, items, data address]: the result of a row of a batch; DONE follows the last.";
        CREDENTIAL = 11, "[_]: the user's password is needed, for as many connections as wait for it: say credential, or no_credential, once.";
        STEP = 12, "[_, op, step, node, code, queue (OFF: send) µs, connect (OFF: wait) µs]: what an operation goes through, while `watch` asks for steps. Those of the parts of a batch or query are told of it.";
        EVENT = 7, "[_, event kind, node, text offset, text length]";
        READY = 8, "[_, code, text offset, text length]: connecting ended; code 0 = operations can be sent, else the reason.";
    }
}

table! {
    /// Kinds of EVENT.
    pub mod event: u32 {
        NODE_ADDED = 1, "A node joined; the text is host:port.";
        NODE_REMOVED = 2, "A node left.";
        CLUSTER_CHANGED = 3, "The partition map changed.";
        BREAKER_OPEN = 4, "Too many errors on the node.";
        BREAKER_CLOSED = 5, "The node is used again.";
        DISCONNECTED = 6, "No node is left.";
        LOG = 7, "A log line: node word = level, the text is the message, then TAB name=value for each field.";
    }
}

table! {
    /// Why a connection was closed.
    pub mod close_reason: u32 {
        IDLE = 1, "unused for longer than idleTimeout";
        SURPLUS = 2, "more connections than needed";
        NODE_GONE = 3, "its node left the cluster";
        TIMED_OUT = 4, "an answer did not come in time";
        PROTOCOL = 5, "the answer was malformed";
        REMOTE = 6, "the server closed it";
        FAILED = 7, "the socket failed";
        CONNECT_FAILED = 8, "it could not be opened";
        CONNECT_TIMEOUT = 9, "it was not opened in time";
        AUTH = 10, "authentication failed";
        SHUTDOWN = 11, "the client was closed";
        CANCELLED = 12, "the caller gave up";
        TLS = 13, "TLS could not be begun";
    }
}

table! {
    /// How a socket ended, as the shell tells `closed`.
    pub mod socket_end: u32 {
        CLOSED = 0, "The server closed it.";
        FAILED = 1, "It failed after it was open (reset and the like).";
        REFUSED = 2, "Nothing listens there.";
        UNREACHABLE = 3, "No route, or the network is down.";
        UNKNOWN_HOST = 4, "The name does not resolve.";
        TLS = 5, "The TLS handshake failed.";
        OTHER = 6, "Any other reason, before it was open.";
        TLS_EXPIRED = 7, "The server's certificate has expired, or is not valid yet.";
        TLS_UNTRUSTED = 8, "Nobody who is trusted has signed the server's certificate.";
        TLS_NAME = 9, "The server's certificate is for another name.";
        TLS_CERTIFICATE_REQUIRED = 10, "The server wants a certificate of the client.";
        TLS_REFUSED = 11, "The server refused the TLS handshake, or the certificate of the client.";
        TLS_VERSION = 12, "There is no version of TLS that both sides speak.";
        TLS_PLAIN = 13, "What answered the TLS handshake was no TLS.";
        TLS_CLOSED = 14, "The server hung up during the TLS handshake.";
        TLS_UNVERIFIED = 15, "The server's certificate is not valid, and the runtime does not say why.";
    }
}

table! {
    /// Counters and gauges that the engine keeps, by index; all of the engine's life unless the sentence says otherwise.
    pub mod stat: usize {
        OPERATIONS = 0, "Operations that were submitted.";
        SUCCEEDED = 1, "Operations that ended with code 0.";
        FAILED = 2, "Operations that ended with another code.";
        RETRIES = 3, "Attempts after the first.";
        TIMEOUTS = 4, "Attempts and operations that took too long.";
        IN_DOUBT = 5, "Writes that ended without knowing whether they took effect.";
        IN_FLIGHT = 6, "Operations that have not ended, now.";
        QUEUED = 7, "Operations that wait for a slot of maxConcurrentOperations, now.";
        CONNECTIONS_OPENED = 8, "Connections that were opened.";
        CONNECTIONS_FAILED = 9, "Connections that could not be opened.";
        CONNECTIONS_CLOSED = 10, "Open connections that were closed, by either side.";
        CONNECTIONS_OPEN = 11, "Open connections, now.";
        BYTES_SENT = 12, "Bytes given to sockets.";
        BYTES_RECEIVED = 13, "Bytes that came from sockets.";
        TENDS = 14, "Tends of a node that succeeded.";
        TENDS_FAILED = 15, "Tends of a node that failed.";
        NODES = 16, "Nodes, now.";
        LATE_ANSWERS = 17, "Answers that came after their operation had ended.";
        CLOSED_IDLE = 18, "Connections closed, opened or not, because they were unused for longer than idleTimeout. From here on one for each close_reason.";
        CLOSED_SURPLUS = 19, "More than needed.";
        CLOSED_NODE_GONE = 20, "Their node left the cluster.";
        CLOSED_TIMED_OUT = 21, "An answer did not come in time.";
        CLOSED_PROTOCOL = 22, "An answer was malformed.";
        CLOSED_REMOTE = 23, "The server closed them.";
        CLOSED_FAILED = 24, "The socket failed.";
        CLOSED_CONNECT_FAILED = 25, "They could not be opened.";
        CLOSED_CONNECT_TIMEOUT = 26, "They were not opened in time.";
        CLOSED_AUTH = 27, "The server let them in no more, or never did.";
        CLOSED_SHUTDOWN = 28, "The client was closed.";
        CLOSED_CANCELLED = 29, "The caller gave up.";
        CLOSED_TLS = 30, "TLS could not be begun.";
        QUEUED_BYTES = 31, "Bytes of requests that wait for their turn, for a cluster or for a connection, now.";
        BUFFERED_BYTES = 32, "Bytes that wait for a socket, and of answers that have not come whole, now.";
        COALESCED = 33, "Operations that shared a request with others.";
        SHARED_REQUESTS = 34, "Requests that they shared.";
        LENGTH = 35, "How many there are.";
    }
}

table! {
    /// What the caller asked for, where operations are counted and traced; in lower case it is the name.
    pub mod operation: u32 {
        GET = 1, "Read all bins.";
        SELECT = 2, "Read some bins.";
        EXISTS = 3, "Read generation and time to live only.";
        PUT = 4, "Write bins, or remove some.";
        INCREMENT = 5, "Add to numbers.";
        APPEND = 6, "Put text or bytes behind those of a bin.";
        PREPEND = 7, "Put text or bytes before those of a bin.";
        TOUCH = 8, "Renew time to live and generation.";
        REMOVE = 9, "Delete the record.";
        OPERATE = 10, "Several ops on one record.";
        APPLY = 11, "A function on one record.";
        BATCH_READ = 12, "Read many records, as rows or columns.";
        BATCH_WRITE = 13, "Write many records.";
        BATCH_OPERATE = 14, "The same ops on many records.";
        BATCH_REMOVE = 15, "Delete many records.";
        BATCH_APPLY = 16, "A function on many records.";
        BATCH = 17, "Different things with many records.";
        QUERY = 18, "Read the records of a set or namespace, or those of an index's range.";
        QUERY_BACKGROUND = 19, "Have the servers change what a query finds.";
        QUERY_AGGREGATE = 20, "Have the servers make values of what a query finds.";
        COMMIT = 21, "Commit a transaction.";
        ABORT = 22, "Undo the writes of a transaction.";
        INFO = 23, "Ask a node with info text.";
        ADMIN = 24, "A command on users and roles.";
    }
}

table! {
    /// What `op_word` tells of an operation that has not ended.
    pub mod op_word: usize {
        OPERATION = 0, "operation";
        NAMESPACE = 1, "Name id, or NONE.";
        SET = 2, "Name id, or NONE: the empty set, several, or none.";
        RECORDS = 3, "Of a batch, how many; else 0.";
    }
}

table! {
    /// Bits of `watch`: what is counted and told of operations beyond what always is.
    pub mod watch: u32 {
        COUNT = 1, "How long operations take, by what they are.";
        STAGES = 2, "How long their stages take.";
        STEPS = 4, "STEP records.";
    }
}

table! {
    /// Where the time of an operation goes. Those of the shell are told with `spent`.
    pub mod stage: usize {
        ENCODE = 0, "The shell checks and writes the command, the engine makes the request.";
        QUEUE = 1, "It waits for a slot of maxConcurrentOperations, for the cluster, or for room on a connection.";
        CONNECT = 2, "Of the wait for a connection, the time in which its connection was being opened.";
        SEND = 3, "Its bytes wait for the socket to take them.";
        WAIT = 4, "From the socket's taking them to its answer: network and server.";
        DECODE = 5, "The engine reads the answer.";
        MATERIALIZE = 6, "The shell makes JavaScript values.";
        LENGTH = 7, "How many there are.";
    }
}

table! {
    /// Kinds of STEP.
    pub mod step: u32 {
        SENT = 1, "An attempt was put on a connection of the node, after having waited for so long.";
        FAILED = 2, "An attempt failed with the code, and another follows.";
        OFF = 3, "An attempt ended, with an answer or without: its socket had taken the bytes after the first time, and the second is what it then waited.";
    }
}

table! {
    /// What the doubles at `metrics_address` begin with; behind them the bounds of both histograms in seconds, then the rows:
    /// series, stages, nodes.
    pub mod metrics_head: usize {
        SERIES = 0, "Rows of `series_word`.";
        STAGES = 1, "Rows of `stage_word`.";
        NODES = 2, "Rows of `node_word`.";
        BOUNDS = 3, "Bounds of durations.";
        STAGE_BOUNDS = 4, "Bounds of stages.";
        LENGTH = 5, "The first bound stands here.";
    }
}

table! {
    /// A row of how long operations of a kind took.
    pub mod series_word: usize {
        OPERATION = 0, "operation";
        NAMESPACE = 1, "Name id; NONE if it has none, or -1: any of those for which there was no room.";
        SET = 2, "The same.";
        CODE = 3, "Result code; that an absent record was found absent by what asks whether it is there is 0.";
        RECORDS = 4, "Of batches: rows, all together.";
        SUM = 5, "Seconds, all together.";
        COUNTS = 6, "How many fell under each bound and above the one before; the last is above all.";
        LENGTH = 16, "Doubles of a row.";
    }
}

table! {
    /// A row of how long a stage took.
    pub mod stage_word: usize {
        OPERATION = 0, "operation";
        STAGE = 1, "stage";
        SUM = 2, "Seconds, all together.";
        COUNTS = 3, "As those of `series_word`, with the bounds of stages.";
        LENGTH = 19, "Doubles of a row.";
    }
}

table! {
    /// A row on a node. Histograms are a sum in seconds and the counts under the bounds of durations.
    pub mod node_word: usize {
        NODE = 0, "Its index, or NONE: what belongs to no node, or to none that is still there.";
        IDLE = 1, "Connections of the pool with nothing in flight, now.";
        BUSY = 2, "With requests in flight.";
        OPENING = 3, "Being opened.";
        DRAINING = 4, "With an answer overdue: they take no request.";
        IN_FLIGHT = 5, "Requests on connections, now.";
        WAITING = 6, "Requests that wait for a connection, now; of no node: for a slot of maxConcurrentOperations, or for the cluster.";
        WAITING_BYTES = 7, "Bytes of these.";
        BREAKER_OPEN = 8, "1 while the circuit breaker is open.";
        ACTIVE = 9, "1 when the last tend succeeded.";
        OPENED = 10, "Connections opened, in all; so are all that follow.";
        OPEN_FAILED = 11, "Connections that could not be opened.";
        SENT = 12, "Bytes given to sockets.";
        RECEIVED = 13, "Bytes that came.";
        RETRIES = 14, "Attempts after the first.";
        TIMEOUTS = 15, "Attempts and operations that took too long.";
        IN_DOUBT = 16, "Writes that ended without knowing whether they took effect.";
        TURNED_AWAY = 17, "Operations that found the queue full, or waited too long in it.";
        ERRORS = 18, "What the circuit breaker counts.";
        BREAKER_OPENED = 19, "How often it opened.";
        TENDS_FAILED = 20, "Tends that failed.";
        TEND = 21, "Tends, well or not: histogram.";
        CONNECT = 32, "Opening connections, with TLS and login: histogram.";
        WAIT = 43, "Waiting in line for a connection, of no node: for a slot of maxConcurrentOperations, or for the cluster. Histogram, kept while operations are counted.";
        CLOSED = 54, "Connections that were closed, opened or not, one for each close_reason from IDLE on.";
        LENGTH = 67, "Doubles of a row.";
    }
}

/// "No such id" in any word that holds one.
pub const NONE: u32 = 0xFFFF_FFFF;
