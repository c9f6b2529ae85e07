//! What bounds the server, in one table. The limits of the protocol itself stand in `aerospike_sansio::limits`.

use aerospike_sansio::table;

table! {
    /// Limits, in bytes unless the sentence says otherwise.
    pub mod limit: usize {
        NODES = 32, "Nodes of a cluster.";
        NAMESPACES = 32, "Namespaces, as the server allows.";
        SETS = 4095, "Sets of a namespace, as the server allows.";
        INDEXES = 256, "Secondary indexes of a namespace, as the server allows.";
        INDEX_NAME = 63, "The name of a secondary index.";
        JOBS = 100, "Queries that a node remembers after they are done: the server's query-max-done.";
        OPS = 32 * 1024 - 1, "Ops of a request, as the server allows.";
        CONNECTIONS = 15_000, "Connections of a node: the server's proto-fd-max.";
        BUFFERED = 512 * 1024 * 1024, "Bytes of unfinished requests, over all connections.";
        ANSWERED = 1024 * 1024, "Answers given in one call: past it, what waits on the connection goes on waiting.";
        FRAME = 128 * 1024, "Messages of one frame of the answer to a batch, unless one is longer: the server's block.";
        QUERY_FRAME = 1024 * 1024, "The same of a query.";
        ANSWER = 128 * 1024 * 1024, "One answer.";
        INFO_ANSWER = 16 * 1024 * 1024, "One answer to info commands.";
        RECORD = 8 * 1024 * 1024, "The largest max-record-size that can be configured.";
        DATA = 1024 * 1024 * 1024, "Memory for the records of a namespace, unless configured: past it, writes are stopped.";
        DATA_MAX = 3 * 1024 * 1024 * 1024, "The most that can be configured: linear memory ends at 4 GiB.";
        JSON_DEPTH = 64, "Levels of nested JSON.";
        EXPRESSION_DEPTH = 256, "Levels of a nested expression.";
        EXPRESSION = 1024 * 1024, "A packed expression, as the server allows.";
        ELEMENTS = 4 * 1024 * 1024, "Elements of lists and maps that one operation gives, if it is asked for some twice.";
        PATH_WORK = 64 * 1024 * 1024, "What the paths of an op cost: elements that they look at, bytes of expressions each time that they are evaluated.";
        PATH_LEVELS = 512, "Levels of paths and of their expressions within one another.";
        REGEX_STEPS = 32 * 1024, "Steps of the regular expressions of an expression.";
        UDF_MODULES = 256, "UDF modules.";
        FAULTS = 1024, "Faults at a time.";
        INFO_NAME = 48, "The name of an info command.";
    }
}
