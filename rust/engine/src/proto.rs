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
        TO_STRING = 19, "As a string (server 8.1.3).";
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
        CLUSTER_NAME_MISMATCH = -40, "the cluster has another name";
        MALFORMED = -41, "the answer was not the Aerospike protocol";
        CLOSED = -42, "the client is closed";
        NOT_CONNECTED = -43, "no node of the cluster could be reached";
        ENGINE = -44, "the engine stopped after an internal error";
        NAMES_FULL = -45, "too many different namespace, set and bin names";
    }
}
