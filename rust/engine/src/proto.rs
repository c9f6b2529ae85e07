//! The numbers of the wire protocol, each in one place. Names follow the server's `proto.h`; what is stated here was
//! checked against recorded exchanges with a Community Edition server 8.1.2.

use crate::table;

table! {
    /// Types of a message, byte 1 of its 8-byte header.
    pub mod message_type: u8 {
        INFO = 1, "Text commands.";
        SECURITY = 2, "Users, roles and login.";
        DATA = 3, "Record, batch and query commands.";
        COMPRESSED = 4, "A DATA message inside a zlib stream (Enterprise).";
    }
}

/// The version byte of every message.
pub const VERSION: u8 = 2;
/// Bytes of the header before every message.
pub const PROTO_HEADER: usize = 8;
/// Bytes of the header of a DATA message, after the message header.
pub const DATA_HEADER: usize = 22;
/// 2010-01-01T00:00:00Z in Unix seconds: void times count from here.
pub const EPOCH_SECONDS: u64 = 1_262_304_000;

table! {
    /// Byte info1 of a DATA header.
    pub mod info1: u8 {
        READ = 0x01, "Has a read.";
        GET_ALL = 0x02, "Return all bins.";
        SHORT_QUERY = 0x04, "Query: no monitoring, no throttling, one second.";
        BATCH = 0x08, "Batch message.";
        XDR = 0x10, "From XDR.";
        GET_NO_BINS = 0x20, "Metadata only.";
        READ_MODE_AP_ALL = 0x40, "Consult all replicas.";
        COMPRESS_RESPONSE = 0x80, "The answer may be compressed (Enterprise).";
    }
}

table! {
    /// Byte info2 of a DATA header.
    pub mod info2: u8 {
        WRITE = 0x01, "Has a write.";
        DELETE = 0x02, "Delete the record.";
        GENERATION = 0x04, "Only if the stored generation equals the request's.";
        GENERATION_GT = 0x08, "Only if the request's generation is greater than the stored.";
        DURABLE_DELETE = 0x10, "Leave a tombstone (Enterprise).";
        CREATE_ONLY = 0x20, "Fail if the record exists.";
        RELAX_AP_LONG_QUERY = 0x40, "Query: do not wait for migrations.";
        RESPOND_ALL_OPS = 0x80, "Every op has an entry in the answer.";
    }
}

table! {
    /// Byte info3 of a DATA header.
    pub mod info3: u8 {
        LAST = 0x01, "Answer: nothing follows.";
        COMMIT_LEVEL_MASTER = 0x02, "Answer when the master has written.";
        PARTITION_DONE = 0x04, "Query request: required. Answer: a partition ended.";
        UPDATE_ONLY = 0x08, "Fail if the record is absent.";
        CREATE_OR_REPLACE = 0x10, "Replace all bins.";
        REPLACE_ONLY = 0x20, "Replace all bins, fail if the record is absent.";
        SC_READ_TYPE = 0x40, "With SC_READ_RELAX the read mode of a strong-consistency namespace.";
        SC_READ_RELAX = 0x80, "See SC_READ_TYPE.";
    }
}

table! {
    /// Byte info4 of a DATA header.
    pub mod info4: u8 {
        MRT_VERIFY_READ = 0x01, "Verify the version that the transaction read.";
        MRT_ROLL_FORWARD = 0x02, "Make the transaction's write final.";
        MRT_ROLL_BACK = 0x04, "Undo the transaction's write.";
        MRT_ON_LOCKING_ONLY = 0x10, "Fail if the transaction has locked the record already.";
    }
}

table! {
    /// Ids of fields.
    pub mod field: u8 {
        NAMESPACE = 0, "Text, 1 to 31 bytes.";
        SET = 1, "Text, at most 63 bytes.";
        KEY = 2, "Particle type, then the user key.";
        RECORD_VERSION = 3, "7 bytes, little-endian (transactions).";
        DIGEST = 4, "20 bytes.";
        MRT_ID = 5, "u64, little-endian (transactions).";
        MRT_DEADLINE = 6, "u32, little-endian (transactions).";
        QUERY_ID = 7, "u64, random and not zero.";
        SOCKET_TIMEOUT = 9, "u32 milliseconds (queries).";
        RECORDS_PER_SECOND = 10, "u32.";
        PARTITIONS = 11, "u16 each, little-endian.";
        DIGESTS = 12, "20 bytes each.";
        MAX_RECORDS = 13, "u64.";
        BVALS = 15, "u64 each, little-endian.";
        INDEX_NAME = 21, "Text.";
        INDEX_RANGE = 22, "The where-clause of a query.";
        INDEX_CONTEXT = 23, "Packed context.";
        INDEX_EXPRESSION = 24, "Packed expression.";
        INDEX_TYPE = 26, "0 default, 1 list, 2 map keys, 3 map values.";
        UDF_MODULE = 30, "Module name without its ending.";
        UDF_FUNCTION = 31, "Function name.";
        UDF_ARGUMENTS = 32, "Packed list.";
        UDF_OP = 33, "0 record, 1 aggregate, 2 background.";
        BATCH = 41, "Batch rows.";
        FILTER = 43, "Packed filter expression.";
    }
}

table! {
    /// Kinds of op.
    pub mod op: u8 {
        READ = 1, "Read a bin, all bins if it has no name.";
        WRITE = 2, "Write a bin; no value removes it.";
        CDT_READ = 3, "Read from a list or map.";
        CDT_MODIFY = 4, "Change a list or map.";
        INCR = 5, "Add a number; integers wrap.";
        EXP_READ = 7, "Evaluate an expression.";
        EXP_MODIFY = 8, "Write what an expression gives.";
        APPEND = 9, "Append to a string or blob.";
        PREPEND = 10, "Prepend to a string or blob.";
        TOUCH = 11, "Renew time to live and generation.";
        BITS_READ = 12, "Read bits of a blob.";
        BITS_MODIFY = 13, "Change bits of a blob.";
        DELETE_ALL = 14, "Remove all bins.";
        HLL_READ = 15, "Read a HyperLogLog.";
        HLL_MODIFY = 16, "Change a HyperLogLog.";
        STRING_READ = 17, "Read from a string (server 8.1.3).";
        STRING_MODIFY = 18, "Change a string (server 8.1.3).";
        TO_STRING = 19, "A bin as a string (server 8.1.3).";
    }
}

table! {
    /// Codes of list operations, first in the packed value of a CDT_READ or CDT_MODIFY op.
    pub mod list_op: u8 {
        SET_ORDER = 0, "Order.";
        APPEND = 1, "Value, (order, write flags).";
        APPEND_ITEMS = 2, "List, (order, write flags).";
        INSERT = 3, "Index, value, (write flags).";
        INSERT_ITEMS = 4, "Index, list, (write flags).";
        POP = 5, "Index.";
        POP_RANGE = 6, "Index, (count).";
        REMOVE = 7, "Index.";
        REMOVE_RANGE = 8, "Index, (count).";
        SET = 9, "Index, value, (write flags).";
        TRIM = 10, "Index, count.";
        CLEAR = 11, "Nothing.";
        INCREMENT = 12, "Index, (delta, order, write flags).";
        SORT = 13, "(Sort flags).";
        SIZE = 16, "Nothing.";
        GET = 17, "Index.";
        GET_RANGE = 18, "Index, (count).";
        GET_BY_INDEX = 19, "Return type, index.";
        GET_BY_VALUE = 20, "Return type, value: the first that equals it. No client sends it.";
        GET_BY_RANK = 21, "Return type, rank.";
        GET_ALL_BY_VALUE = 22, "Return type, value.";
        GET_BY_VALUE_LIST = 23, "Return type, list.";
        GET_BY_INDEX_RANGE = 24, "Return type, index, (count).";
        GET_BY_VALUE_INTERVAL = 25, "Return type, begin, (end).";
        GET_BY_RANK_RANGE = 26, "Return type, rank, (count).";
        GET_BY_VALUE_REL_RANK_RANGE = 27, "Return type, value, rank, (count).";
        JOIN = 28, "(Separator) (server 8.1.3).";
        REMOVE_BY_INDEX = 32, "Return type, index.";
        REMOVE_BY_VALUE = 33, "Return type, value: the first that equals it. No client sends it.";
        REMOVE_BY_RANK = 34, "Return type, rank.";
        REMOVE_ALL_BY_VALUE = 35, "Return type, value.";
        REMOVE_BY_VALUE_LIST = 36, "Return type, list.";
        REMOVE_BY_INDEX_RANGE = 37, "Return type, index, (count).";
        REMOVE_BY_VALUE_INTERVAL = 38, "Return type, begin, (end).";
        REMOVE_BY_RANK_RANGE = 39, "Return type, rank, (count).";
        REMOVE_BY_VALUE_REL_RANK_RANGE = 40, "Return type, value, rank, (count).";
    }
}

table! {
    /// Codes of map operations, first in the packed value of a CDT_READ or CDT_MODIFY op.
    pub mod map_op: u8 {
        SET_ORDER = 64, "Order.";
        ADD = 65, "Key, value, (order): create only.";
        ADD_ITEMS = 66, "Map, (order): create only.";
        PUT = 67, "Key, value, (order, write flags).";
        PUT_ITEMS = 68, "Map, (order, write flags).";
        REPLACE = 69, "Key, value: update only.";
        REPLACE_ITEMS = 70, "Map: update only.";
        INCREMENT = 73, "Key, (delta, order).";
        DECREMENT = 74, "Key, (delta, order).";
        CLEAR = 75, "Nothing.";
        REMOVE_BY_KEY = 76, "Return type, key.";
        REMOVE_BY_INDEX = 77, "Return type, index.";
        REMOVE_BY_VALUE = 78, "Return type, value: the first that equals it.";
        REMOVE_BY_RANK = 79, "Return type, rank.";
        REMOVE_BY_KEY_LIST = 81, "Return type, list.";
        REMOVE_ALL_BY_VALUE = 82, "Return type, value.";
        REMOVE_BY_VALUE_LIST = 83, "Return type, list.";
        REMOVE_BY_KEY_INTERVAL = 84, "Return type, begin, (end).";
        REMOVE_BY_INDEX_RANGE = 85, "Return type, index, (count).";
        REMOVE_BY_VALUE_INTERVAL = 86, "Return type, begin, (end).";
        REMOVE_BY_RANK_RANGE = 87, "Return type, rank, (count).";
        REMOVE_BY_KEY_REL_INDEX_RANGE = 88, "Return type, key, index, (count).";
        REMOVE_BY_VALUE_REL_RANK_RANGE = 89, "Return type, value, rank, (count).";
        SIZE = 96, "Nothing.";
        GET_BY_KEY = 97, "Return type, key.";
        GET_BY_INDEX = 98, "Return type, index.";
        GET_BY_VALUE = 99, "Return type, value: the first that equals it.";
        GET_BY_RANK = 100, "Return type, rank.";
        GET_ALL_BY_VALUE = 102, "Return type, value.";
        GET_BY_KEY_INTERVAL = 103, "Return type, begin, (end).";
        GET_BY_INDEX_RANGE = 104, "Return type, index, (count).";
        GET_BY_VALUE_INTERVAL = 105, "Return type, begin, (end).";
        GET_BY_RANK_RANGE = 106, "Return type, rank, (count).";
        GET_BY_KEY_LIST = 107, "Return type, list.";
        GET_BY_VALUE_LIST = 108, "Return type, list.";
        GET_BY_KEY_REL_INDEX_RANGE = 109, "Return type, key, index, (count).";
        GET_BY_VALUE_REL_RANK_RANGE = 110, "Return type, value, rank, (count).";
    }
}

table! {
    /// Codes that stand where a list or map operation would, and lead to one.
    pub mod cdt_op: u8 {
        SELECT = 254, "Context, flags, (expression): what the context's expressions select.";
        CONTEXT = 255, "Context, operation: on a list or map inside.";
    }
}

table! {
    /// What operations on elements give back.
    pub mod cdt_return: u32 {
        NONE = 0, "Nothing.";
        INDEX = 1, "Index.";
        REVERSE_INDEX = 2, "Index from the end.";
        RANK = 3, "Place by value.";
        REVERSE_RANK = 4, "Place by value from the end.";
        COUNT = 5, "How many.";
        KEY = 6, "Key of a map.";
        VALUE = 7, "Value.";
        KEY_VALUE = 8, "Pairs of a map, in the order of the operation.";
        EXISTS = 13, "Whether there is any.";
        UNORDERED_MAP = 16, "Pairs of a map, as an unordered map.";
        ORDERED_MAP = 17, "Pairs of a map, as a map sorted by key.";
        INVERTED = 0x10000, "With one of the others: all elements but those.";
    }
}

table! {
    /// How a list is kept.
    pub mod list_order: u8 {
        UNORDERED = 0, "As it was filled.";
        ORDERED = 1, "Sorted by value.";
        PERSIST_INDEX = 0x10, "With ORDERED: its index is stored with it (not inside others).";
    }
}

table! {
    /// Flags of list operations that write.
    pub mod list_write_flag: u8 {
        ADD_UNIQUE = 1, "Only values that the list does not hold.";
        INSERT_BOUNDED = 2, "No further than the end of the list.";
        NO_FAIL = 4, "Change nothing instead of failing.";
        PARTIAL = 8, "With NO_FAIL: leave out the items that would fail, write the others.";
    }
}

table! {
    /// Flags of a sort.
    pub mod list_sort_flag: u8 {
        DESCENDING = 1, "Highest first.";
        DROP_DUPLICATES = 2, "Keep one of equal values.";
    }
}

table! {
    /// How a map is kept.
    pub mod map_order: u8 {
        UNORDERED = 0, "Not sorted.";
        KEY_ORDERED = 1, "Sorted by key.";
        KEY_VALUE_ORDERED = 3, "Sorted by key, with an index by value.";
        PERSIST_INDEX = 0x10, "With a sorted order: its index is stored with it (not inside others).";
    }
}

table! {
    /// Flags of map operations that write.
    pub mod map_write_flag: u8 {
        CREATE_ONLY = 1, "Only keys that the map does not hold.";
        UPDATE_ONLY = 2, "Only keys that the map holds.";
        NO_FAIL = 4, "Change nothing instead of failing.";
        PARTIAL = 8, "With NO_FAIL: leave out the items that would fail, write the others.";
    }
}

table! {
    /// Steps of a context, the low byte of what stands before a step's value.
    pub mod context: u16 {
        EXPRESSION = 0x04, "Expression, or true for all children (paths).";
        LIST_INDEX = 0x10, "Index.";
        LIST_RANK = 0x11, "Rank.";
        LIST_VALUE = 0x13, "Value: the first that equals it.";
        MAP_INDEX = 0x20, "Index.";
        MAP_RANK = 0x21, "Rank.";
        MAP_KEY = 0x22, "Key.";
        MAP_VALUE = 0x23, "Value: the first that equals it.";
        MAP_KEYS = 0x2A, "List of keys (paths).";
        CREATE_UNORDERED = 0x40, "With LIST_INDEX or MAP_KEY: make an unordered list or map if it is absent.";
        CREATE_PADDED_OR_KEY_ORDERED = 0x80, "With LIST_INDEX: an unordered list, filled up with nil; with MAP_KEY: a map sorted by key.";
        CREATE_ORDERED = 0xC0, "With LIST_INDEX: an ordered list; with MAP_KEY: a map sorted by key and value.";
        CREATE_PERSIST_INDEX = 0x100, "With the others: keep an index.";
        AND = 0x200, "The next step belongs to this one (paths).";
    }
}

table! {
    /// Codes of bit operations, first in the packed value of a BITS_READ or BITS_MODIFY op.
    pub mod bit_op: u8 {
        RESIZE = 0, "Bytes, (write flags, resize flags).";
        INSERT = 1, "Byte offset, blob, (write flags).";
        REMOVE = 2, "Byte offset, bytes, (write flags).";
        SET = 3, "Bit offset, bits, blob, (write flags).";
        OR = 4, "Bit offset, bits, blob, (write flags).";
        XOR = 5, "Bit offset, bits, blob, (write flags).";
        AND = 6, "Bit offset, bits, blob, (write flags).";
        NOT = 7, "Bit offset, bits, (write flags).";
        LSHIFT = 8, "Bit offset, bits, places, (write flags).";
        RSHIFT = 9, "Bit offset, bits, places, (write flags).";
        ADD = 10, "Bit offset, bits, integer, (write flags, overflow flags).";
        SUBTRACT = 11, "Bit offset, bits, integer, (write flags, overflow flags).";
        SET_INT = 12, "Bit offset, bits, integer, (write flags).";
        GET = 50, "Bit offset, bits.";
        COUNT = 51, "Bit offset, bits.";
        LSCAN = 52, "Bit offset, bits, boolean.";
        RSCAN = 53, "Bit offset, bits, boolean.";
        GET_INT = 54, "Bit offset, bits, (overflow flags: signed).";
        B64_ENCODE = 55, "Byte offset, (bytes, (1 = bytes counts from the end)) (server 8.1.3).";
    }
}

table! {
    /// Codes of string operations, first in the packed value of a STRING_READ or STRING_MODIFY op (server 8.1.3). No server
    /// that knows them was at hand: codes and arguments are those of the official Python client 19.3.
    pub mod string_op: u8 {
        STRLEN = 0, "Nothing.";
        SUBSTR = 1, "Start, (end).";
        CHAR_AT = 2, "Index.";
        FIND = 3, "String, (occurrence).";
        CONTAINS = 4, "String.";
        STARTS_WITH = 5, "String.";
        ENDS_WITH = 6, "String.";
        TO_INTEGER = 7, "Nothing.";
        TO_DOUBLE = 8, "Nothing.";
        BYTE_LENGTH = 9, "Nothing.";
        IS_NUMERIC = 10, "(Numeric type).";
        IS_UPPER = 11, "Nothing.";
        IS_LOWER = 12, "Nothing.";
        TO_BLOB = 13, "Nothing.";
        SPLIT = 14, "(Separator).";
        BASE64_DECODE = 15, "Nothing.";
        REGEX_COMPARE = 16, "Pattern, (regex flags).";
        INSERT = 50, "Index, string, write flags.";
        OVERWRITE = 51, "Index, string, write flags.";
        CONCAT = 52, "List of strings, write flags.";
        SNIP = 53, "Start, (end, write flags).";
        REPLACE = 54, "List of a string and what replaces it, write flags.";
        REPLACE_ALL = 55, "List of a string and what replaces it, write flags.";
        UPPER = 56, "Write flags.";
        LOWER = 57, "Write flags.";
        CASE_FOLD = 58, "Write flags.";
        NORMALIZE_NFC = 59, "Write flags.";
        TRIM_START = 60, "Write flags.";
        TRIM_END = 61, "Write flags.";
        TRIM = 62, "Write flags.";
        PAD_START = 63, "Length, string, write flags.";
        PAD_END = 64, "Length, string, write flags.";
        REPEAT = 65, "Count, write flags.";
        REGEX_REPLACE = 66, "List of a pattern and what replaces it, regex flags, write flags.";
        APPEND = 67, "String, write flags.";
        PREPEND = 68, "String, write flags.";
    }
}

table! {
    /// Flags of string operations that write.
    pub mod string_write_flag: u8 {
        CREATE_ONLY = 1, "Only if the bin is absent.";
        UPDATE_ONLY = 2, "Only if the bin is there.";
        NO_FAIL = 4, "Change nothing instead of failing.";
    }
}

table! {
    /// Flags of regular expressions in string operations.
    pub mod string_regex_flag: u8 {
        CASE_INSENSITIVE = 1, "Upper and lower case are the same.";
        MULTILINE = 2, "^ and $ match at each line.";
        DOTALL = 4, "A dot matches line ends, too.";
        UNIX_LINES = 8, "Only a line feed ends a line.";
        GLOBAL = 16, "Replace every match.";
    }
}

table! {
    /// What IS_NUMERIC asks for; 0 = any number.
    pub mod string_numeric_type: u8 {
        INT = 1, "An integer.";
        FLOAT = 2, "A number with a decimal point.";
    }
}

table! {
    /// Flags of bit operations that write.
    pub mod bit_write_flag: u8 {
        CREATE_ONLY = 1, "Only if the bin is absent.";
        UPDATE_ONLY = 2, "Only if the bin is there.";
        NO_FAIL = 4, "Change nothing instead of failing.";
        PARTIAL = 8, "As far as the blob reaches.";
    }
}

table! {
    /// Flags of a resize.
    pub mod bit_resize_flag: u8 {
        FROM_FRONT = 1, "Add or remove bytes at the front.";
        GROW_ONLY = 2, "Never remove bytes.";
        SHRINK_ONLY = 4, "Never add bytes.";
    }
}

table! {
    /// How integers in a blob are read and what an overflow does; without SATURATE or WRAP it fails.
    pub mod bit_overflow_flag: u8 {
        SIGNED = 1, "The integer has a sign.";
        SATURATE = 2, "Stop at the highest or lowest value.";
        WRAP = 4, "Go on at the other end.";
    }
}

table! {
    /// Codes of HyperLogLog operations, first in the packed value of an HLL_READ or HLL_MODIFY op.
    pub mod hll_op: u8 {
        INIT = 0, "(Index bits, min-hash bits, write flags).";
        ADD = 1, "List, (index bits, min-hash bits, write flags).";
        SET_UNION = 2, "List of HyperLogLogs, (write flags).";
        REFRESH_COUNT = 3, "Nothing.";
        FOLD = 4, "Index bits.";
        COUNT = 50, "Nothing.";
        UNION = 51, "List of HyperLogLogs.";
        UNION_COUNT = 52, "List of HyperLogLogs.";
        INTERSECT_COUNT = 53, "List of HyperLogLogs.";
        SIMILARITY = 54, "List of HyperLogLogs.";
        DESCRIBE = 55, "Nothing.";
        MAY_CONTAIN = 56, "List of values.";
    }
}

table! {
    /// Flags of HyperLogLog operations that write.
    pub mod hll_write_flag: u8 {
        CREATE_ONLY = 1, "Only if the bin is absent.";
        UPDATE_ONLY = 2, "Only if the bin is there.";
        NO_FAIL = 4, "Change nothing instead of failing.";
        ALLOW_FOLD = 8, "A union may lower the index bits.";
    }
}

table! {
    /// Types of a stored value.
    pub mod particle: u8 {
        NULL = 0, "No value.";
        INTEGER = 1, "i64.";
        FLOAT = 2, "f64.";
        STRING = 3, "UTF-8 by convention.";
        BLOB = 4, "Bytes.";
        JAVA_BLOB = 7, "Bytes written by a Java client.";
        CSHARP_BLOB = 8, "Bytes written by a C# client.";
        PYTHON_BLOB = 9, "Bytes written by a Python client.";
        RUBY_BLOB = 10, "Bytes written by a Ruby client.";
        PHP_BLOB = 11, "Bytes written by a PHP client.";
        ERLANG_BLOB = 12, "Bytes written by an Erlang client.";
        VECTOR = 16, "Reserved.";
        BOOL = 17, "One byte, 0 or 1.";
        HLL = 18, "HyperLogLog.";
        MAP = 19, "Packed map.";
        LIST = 20, "Packed list.";
        GEOJSON = 23, "Flags, cells, GeoJSON text.";
    }
}

table! {
    /// Commands of SECURITY messages.
    pub mod security_command: u8 {
        AUTHENTICATE = 0, "Let a connection in by a session's token.";
        CREATE_USER = 1, "Create a user: user, password, roles.";
        DROP_USER = 2, "Remove a user: user.";
        SET_PASSWORD = 3, "Set another's password: user, password.";
        CHANGE_PASSWORD = 4, "Change one's own password: user, old password, password.";
        GRANT_ROLES = 5, "Give roles to a user: user, roles.";
        REVOKE_ROLES = 6, "Take roles from a user: user, roles.";
        QUERY_USERS = 9, "Tell of one user or all: nothing, or user.";
        CREATE_ROLE = 10, "Create a role: role, then what it has of privileges, allowlist, read and write quota.";
        DROP_ROLE = 11, "Remove a role: role.";
        GRANT_PRIVILEGES = 12, "Give privileges to a role: role, privileges.";
        REVOKE_PRIVILEGES = 13, "Take privileges from a role: role, privileges.";
        SET_ALLOWLIST = 14, "Say from where the users of a role may connect: role, and the allowlist unless it is to be removed.";
        SET_QUOTAS = 15, "Limit the users of a role: role, read and write quota.";
        QUERY_ROLES = 16, "Tell of one role or all: nothing, or role.";
        LOGIN = 20, "Let a connection in by what the user knows or has, and get a session: user and credential, the clear password too if it is checked elsewhere, or nothing with a certificate.";
    }
}

table! {
    /// Fields of SECURITY messages.
    pub mod security_field: u8 {
        USER = 0, "A user's name.";
        PASSWORD = 1, "A password's hash.";
        OLD_PASSWORD = 2, "The hash of the password before.";
        CREDENTIAL = 3, "The hash of the password of who logs in.";
        CLEAR_PASSWORD = 4, "The password itself, for a server that has it checked elsewhere.";
        SESSION_TOKEN = 5, "What stands for the login on further connections.";
        SESSION_TTL = 6, "u32, seconds that it does.";
        ROLES = 10, "A count, then names, each behind its length.";
        ROLE = 11, "A role's name.";
        PRIVILEGES = 12, "A count, then codes; from 10 on with namespace and set, each behind its length.";
        ALLOWLIST = 13, "Addresses with commas between them.";
        READ_QUOTA = 14, "u32, records a second, 0 = no limit.";
        WRITE_QUOTA = 15, "u32, records a second, 0 = no limit.";
        READ_INFO = 16, "A count, then u32s: the quota, single records a second, records of limited queries a second, queries without a limit.";
        WRITE_INFO = 17, "The same of writes.";
        CONNECTIONS = 18, "u32, connections of the user.";
    }
}

table! {
    /// What a role allows. Those from 10 on may be for one namespace, or for one set of it.
    pub mod privilege: u8 {
        USER_ADMIN = 0, "Users and roles.";
        SYS_ADMIN = 1, "The server's configuration.";
        DATA_ADMIN = 2, "Indexes, modules, truncation, jobs.";
        UDF_ADMIN = 3, "Modules.";
        SINDEX_ADMIN = 4, "Indexes.";
        READ = 10, "Reading.";
        READ_WRITE = 11, "Reading and writing.";
        READ_WRITE_UDF = 12, "Reading, writing and calling functions.";
        WRITE = 13, "Writing.";
        TRUNCATE = 14, "Truncation.";
        MASKING_ADMIN = 15, "Rules of masking (servers from 8.1.1 on).";
        READ_MASKED = 16, "Reading what is masked.";
        WRITE_MASKED = 17, "Writing what is masked.";
    }
}

table! {
    /// Result codes: those of a server's answer, and below zero those that the client itself gives
    /// (numbered as the C, Node and Python clients number them; from -40 on they are ours alone).
    pub mod code: i32 {
        OK = 0, "success";
        SERVER_ERROR = 1, "the server failed, or could not read a value (malformed or unsorted list or map)";
        RECORD_NOT_FOUND = 2, "the record does not exist";
        RECORD_GENERATION = 3, "the record's generation is not the expected one";
        PARAMETER = 4, "the server refused a parameter of the request";
        RECORD_EXISTS = 5, "the record exists already";
        BIN_EXISTS = 6, "the bin exists already";
        CLUSTER_KEY_MISMATCH = 7, "the cluster changed meanwhile";
        OUT_OF_SPACE = 8, "the server has no space left, or stopped writes";
        TIMEOUT = 9, "it took longer than allowed";
        ALWAYS_FORBIDDEN = 10, "the operation is never allowed";
        UNAVAILABLE = 11, "the partition is not available";
        BIN_TYPE = 12, "the bin's type does not fit the operation";
        RECORD_TOO_BIG = 13, "the record is larger than the namespace allows";
        KEY_BUSY = 14, "too many operations wait for this record (hot key)";
        QUERY_ABORTED = 15, "the query was aborted";
        UNSUPPORTED_FEATURE = 16, "the server does not support this";
        BIN_NOT_FOUND = 17, "the bin does not exist";
        DEVICE_OVERLOAD = 18, "the storage device cannot keep up";
        KEY_MISMATCH = 19, "the stored user key is another one";
        NAMESPACE = 20, "the namespace does not exist";
        BIN_NAME = 21, "the bin name is too long, or there are too many bins";
        FORBIDDEN = 22, "the operation is not allowed now";
        ELEMENT_NOT_FOUND = 23, "the list or map element does not exist";
        ELEMENT_EXISTS = 24, "the list or map element exists already";
        ENTERPRISE_ONLY = 25, "only the Enterprise Edition can do this";
        OP_NOT_APPLICABLE = 26, "the operation cannot be applied to the bin as it is";
        FILTERED_OUT = 27, "the filter expression was not true for the record";
        LOST_CONFLICT = 28, "a newer write of another cluster won";
        XDR_KEY_BUSY = 32, "the record is being shipped to another cluster";
        QUERY_END = 50, "end of an answer of several messages";
        SECURITY_NOT_SUPPORTED = 51, "this server has no security";
        SECURITY_NOT_ENABLED = 52, "security is not switched on";
        SECURITY_SCHEME_NOT_SUPPORTED = 53, "the security scheme is not supported";
        INVALID_COMMAND = 54, "the security command is not known";
        INVALID_FIELD = 55, "a field of the security command is wrong";
        ILLEGAL_STATE = 56, "the security command does not fit the connection's state";
        INVALID_USER = 60, "the user does not exist";
        USER_EXISTS = 61, "the user exists already";
        INVALID_PASSWORD = 62, "the password is wrong";
        EXPIRED_PASSWORD = 63, "the password has expired";
        FORBIDDEN_PASSWORD = 64, "the password cannot be used again";
        INVALID_CREDENTIAL = 65, "the credential is wrong";
        EXPIRED_SESSION = 66, "the session has expired";
        INVALID_ROLE = 70, "the role does not exist";
        ROLE_EXISTS = 71, "the role exists already";
        INVALID_PRIVILEGE = 72, "the privilege is not known";
        INVALID_ALLOWLIST = 73, "the allowlist is malformed";
        QUOTAS_NOT_ENABLED = 74, "quotas are not switched on";
        INVALID_QUOTA = 75, "the quota is out of range";
        NOT_AUTHENTICATED = 80, "the connection is not authenticated";
        ROLE_VIOLATION = 81, "the user's roles do not allow this";
        NOT_ALLOWLISTED = 82, "the client's address is not on the allowlist";
        QUOTA_EXCEEDED = 83, "the user's quota is exceeded";
        LDAP_NOT_CONFIGURED = 90, "the server has nothing to check passwords elsewhere with";
        UDF = 100, "the UDF failed";
        MRT_BLOCKED = 120, "the record is locked by another transaction";
        MRT_VERSION_MISMATCH = 121, "a record read by the transaction has changed";
        MRT_EXPIRED = 122, "the transaction took too long";
        MRT_TOO_MANY_WRITES = 123, "the transaction has too many writes";
        MRT_COMMITTED = 124, "the transaction is committed already";
        MRT_ABORTED = 125, "the transaction is aborted already";
        MRT_ALREADY_LOCKED = 126, "the transaction has locked this record already";
        MRT_MONITOR_EXISTS = 127, "the transaction has started already";
        BATCH_DISABLED = 150, "batches are switched off";
        BATCH_MAX_REQUESTS = 151, "the batch has more rows than the server allows";
        BATCH_QUEUES_FULL = 152, "the server's batch queues are full";
        INVALID_GEOJSON = 160, "the GeoJSON is malformed or not supported";
        INDEX_FOUND = 200, "an index of that name exists already";
        INDEX_NOT_FOUND = 201, "no such index";
        INDEX_OOM = 202, "the index is out of memory";
        INDEX_NOT_READABLE = 203, "the index is not ready yet";
        INDEX_GENERIC = 204, "the index failed";
        INDEX_NAME = 205, "the index name is too long";
        INDEX_MAX_COUNT = 206, "the namespace has too many indexes";
        QUERY_ABORTED_BY_USER = 210, "the query was aborted";
        QUERY_QUEUE_FULL = 211, "the server's query queue is full";
        QUERY_TIMEOUT = 212, "the query took longer than allowed";
        QUERY_GENERIC = 213, "the query failed";
        CLIENT = -1, "the client failed";
        INVALID_ARGUMENT = -2, "an argument is wrong; nothing was sent";
        INVALID_HOST = -4, "a host is wrong or cannot be resolved";
        ABORTED = -5, "the caller gave up";
        NO_MORE_CONNECTIONS = -7, "no connection was free in time";
        INVALID_NODE = -8, "no node of the cluster can take this";
        TLS = -9, "the TLS connection failed";
        CONNECTION = -10, "the connection failed";
        BACKPRESSURE = -11, "too many operations wait already";
        MAX_RETRIES_EXCEEDED = -12, "all attempts failed";
        MAX_ERROR_RATE = -14, "too many errors on the node, it is given a rest";
        NO_RESPONSE = -15, "the node did not answer for this row";
        TXN_FAILED = -17, "the transaction failed";
        TXN_ALREADY_COMMITTED = -18, "the transaction is committed already";
        TXN_ALREADY_ABORTED = -19, "the transaction is aborted already";
        CLUSTER_NAME_MISMATCH = -40, "the cluster has another name";
        MALFORMED = -41, "the answer was not the Aerospike protocol";
        CLOSED = -42, "the client is closed";
        NOT_CONNECTED = -43, "no node of the cluster could be reached";
        ENGINE = -44, "the engine stopped after an internal error";
        NAMES_FULL = -45, "too many different namespace, set and bin names";
        RESULT_TOO_LARGE = -46, "the columns of the result are larger than 512 MiB";
        COLUMN_TYPE = -47, "a value does not fit the type of its column";
    }
}
