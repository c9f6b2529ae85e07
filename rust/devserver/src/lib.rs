//! An Aerospike server in memory, for tests, demos and simulation: bytes and the time go in, answers come out.
//!
//! It has no socket, no thread, no clock and no randomness but a seed: the host owns the sockets, says what arrived on
//! which connection and what time it is, and writes what comes back. What it answers is pinned to a Community Edition
//! server 8.1.2 by recorded exchanges (`tests/replay.rs`). Told to be an Enterprise Edition, it has what a client touches
//! of one, as far as that can be known: see below. It keeps nothing on disk and is not for production.
//!
//! ```text
//!  bytes ─▶ frame ─▶ ┬ info ───────────────────────────────────────────────┐
//!                    ├ request ─▶ command: read, write, delete ─▶ ops ─────┼─▶ reply ─▶ bytes
//!                    │             │ batch, query (index)                  │
//!                    │             │       │ cdt (lists, maps), bits, hll  │
//!                    │             │       │ expression (filters and ops)  │
//!                    └ security    └───────┴ store: records, sets, expiry ─┘
//! ```
//!
//! In scope: several nodes in one process over one shared store, partition ownership as the real server computes it,
//! single-record commands, batches, queries with and without secondary indexes, background jobs, operations on lists,
//! maps, bits and HyperLogLogs, expressions, expiry, info commands; of Enterprise Edition durable deletes, strong
//! consistency, transactions, racks and rosters. Out of scope until they are added: what [`support`]
//! lists, which is answered with code 16.
//!
//! Differences from the real server, beside what is not there yet:
//!
//! * Records are shared by all nodes, so losing nodes loses none, whatever the replication factor; and the partition map
//!   changes at once, where the real one takes seconds to notice and to migrate. The host can have partitions move
//!   when it says so ([`Cluster::hold_migrations`]),
//!   and time pass between a node's end and the others agreeing on it ([`Cluster::lose`]).
//! * The cells that cover a GeoJSON region are not listed in its value; a point has its cell.
//! * A place within a centimetre of the edge of a region may be told to be on its other side.
//! * Regular expressions that refer back to a group are refused. Powers and logarithms may differ in the last bit.
//! * Every namespace is in memory: expressions are told that a record takes nothing on a device.
//! * A float of 32 bits within a list or map is stored as one of 64.
//! * Lists and maps nested more than 256 levels deep are refused (4). An index that a list or map is asked to keep is not
//!   kept: with one, the real server gives by rank what a map ordered by value gives by key without it. The order 2 of
//!   a map, by value and not by key, which no client asks for, is none.
//! * Of several values that are looked for, one with a wildcard inside finds all that it equals; the real server, which
//!   brings such values into an order that is none, finds some of them.
//! * Alternate addresses are the ordinary ones.
//! * Paths work where the real server stops or writes over its memory: a filter on a step by index or rank into a map, a
//!   text of 31 bytes or more or what an op on text or blobs gives in place of an element, an ordered list within another
//!   value of which elements are replaced. How much they may compute, and how deep paths in paths go, is bounded here.
//! * A secondary index is its definition: a query by it looks at every record of the partitions that it is asked for. The
//!   number that is told of a region found around a point is 0, where the real one tells a cell of its covering.
//! * Lists of indexes have contexts and expressions in base64 always. A background job without a rate is done by
//!   the time it is answered; one with a rate finds its records when it starts.
//! * The rows of a batch are done in their order, on whatever node they belong to.
//! * Lua is run by the host, if there is one ([`udf_host`]). Without one modules are kept, whether or not they would compile,
//!   and a call fails. UDFs have no files and no processes. A function on a stream may take 10 s for a partition, where the
//!   real server sets no limit. What a function on many records logs is in their order.
//! * `data-size` bounds the memory that records take here, not what they would take on storage.
//! * `statistics`, `namespace/…` and `get-config` tell a part of what the real ones tell; `latencies` measures nothing.
//!
//! The source of Enterprise Edition is not public, and none was at hand to record. Its part follows what both editions share
//! (`thr_info.c`, the calls of its functions in `write.c`, `read.c`, `query.c`), the documentation, and what the official
//! clients and their tests expect; comments say where something is inferred. Known to differ or to be uncertain:
//!
//! * A namespace with strong consistency stays available whatever nodes are lost, and its regime changes with any node.
//!   Its roster is the nodes of the cluster and cannot be set.
//! * The monitor of a transaction does its work as soon as its time is up, and is known for ten seconds more: then a
//!   commit is told that it is aborted (125) or committed (124), and afterwards that it has expired (122). How long that
//!   lasts on the real server is not known.
//! * Which code comes first when several things are wrong with a command of a transaction.
//! * Tombstones are removed after a day, whether or not an older copy of the record could come back.
//! * What a privilege allows, and which code comes first when several things are wrong with a command on users or roles.
//!   Quotas are kept and told, and not held to; addresses are not checked against allowlists.
//! * `revive`, `roster-set`, `feature-key`, masking and XDR are not there.
//!
//! What it answers can be made late, wrong or missing on purpose ([`faults`]).
//!
//! Hostile input cannot panic it and cannot make it allocate without bound: lengths are checked against what has
//! arrived and against `limits`.
#![forbid(unsafe_code)]
#![warn(unused_must_use)]

pub mod bits;
pub mod cdt;
pub mod cluster;
pub mod command;
pub mod config;
pub mod connections;
pub mod copies;
pub mod expression;
pub mod faults;
pub mod frame;
pub mod geo;
pub mod hll;
pub mod index;
pub mod info;
pub mod json;
pub mod limits;
pub mod node;
pub mod partition_map;
mod random;
pub mod reply;
pub mod request;
mod requests;
pub mod rows;
pub mod security;
pub mod store;
pub mod support;
pub mod udf_host;
pub mod udf_modules;

pub use cluster::{Action, Cluster};
pub use config::Config;
pub use connections::ConnId;
pub use faults::Fault;
pub use udf_host::UdfHost;

/// A result code of the protocol (`aerospike_sansio::proto::code`).
pub type Code = i32;
