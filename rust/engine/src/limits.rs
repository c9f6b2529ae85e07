//! Every limit in one table. Lengths from the network are checked against what has arrived and against these before
//! they are believed; lengths from the caller before anything is sent.

use crate::table;

table! {
    /// Limits, in bytes unless the sentence says otherwise.
    pub mod limit: usize {
        NAMESPACE = 31, "Length of a namespace name.";
        SET = 63, "Length of a set name.";
        BIN = 15, "Length of a bin name.";
        BINS = 32767, "Bins of a record.";
        OPS = 65535, "Ops of one operate.";
        CONTEXT_DEPTH = 256, "Steps of a context.";
        MESSAGE = 128 * 1024 * 1024, "A message, either way.";
        VALUE_DEPTH = 256, "Levels of nested lists and maps.";
        SLOTS = 16 * 1024 * 1024, "Slots that one record of an answer may unfold to, and about what one message may.";
        UNFINISHED = 256 * 1024 * 1024, "What has come of unfinished messages, on all connections.";
        TTL_MAX = 315_360_000, "Time to live in seconds: ten years.";
        NAMES = 262_144, "Different names that an engine remembers.";
        INFO_ANSWER = 16 * 1024 * 1024, "An info answer that the tend believes.";
        NODES = 1024, "Nodes of a cluster.";
        NODE_NAME = 64, "Name of a node.";
        HOST = 255, "Name or address of a host.";
        PROBES = 256, "Addresses that are looked at for the first time, at once.";
        PARTITIONS = 4096, "Partitions of a namespace.";
        REPLICAS = 128, "Replica levels of a namespace.";
        NAMESPACES = 32, "Namespaces of a cluster.";
        UDF_NAME = 255, "Name of a module or function.";
        DIGEST = 20, "A digest.";
        EXPRESSION = 1024 * 1024, "A packed expression.";
        USER = 63, "Name of a user.";
        ROLE = 63, "Name of a role.";
        ROLES = 255, "Roles of a user, and privileges of a role, in one command.";
        ALLOWLIST = 65_536, "An allowlist.";
        LOGIN_ANSWER = 65_536, "An answer to a login.";
        ADMIN_ANSWER = 64 * 1024 * 1024, "All that is told of users and roles.";
        COMPRESS_ABOVE = 128, "Messages longer than this are worth compressing, if nothing else is said.";
        INFLATES_TO = 1032, "Bytes that one byte of a zlib stream can stand for at most.";
        COLUMNS = 512 * 1024 * 1024, "All columns of a result.";
        COLUMN_BYTES = 8 * 1024 * 1024, "A value of a column of bytes.";
        SERIES = 1000, "Different combinations of namespace, set, operation and code that are counted apart; what comes then, by namespace, up to twice as many; and what comes then, by operation and code.";
        TXN_WRITES = 4096, "Records that one transaction writes.";
    }
}
