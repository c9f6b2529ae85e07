//! An Aerospike client without sockets and without a clock.
//!
//! Bytes, time and the events of sockets go in; bytes to write, connections to open or close, results and the next
//! deadline come out. The caller owns every socket and one timer. See `client::Engine`, which is all of it.
//!
//! In scope: digests, partitions, values, messages, cluster discovery, connection pools, pipelining, retries,
//! deadlines, backpressure. Out of scope: sockets, TLS, threads, clocks, randomness, logging sinks.
#![forbid(unsafe_code)]
#![warn(unused_must_use)]

pub mod abi;
pub mod client;
pub mod cluster;
pub mod command;
pub mod conn;
pub mod digests;
pub mod key;
pub mod limits;
pub mod names;
pub mod password;
pub mod proto;
mod sort;
pub mod table;
pub mod value;
pub mod wire;

/// Bytes that are not what the protocol says. Never the caller's fault: the peer's, or the network's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

/// A command that cannot be sent as it is: the code (`proto::code`) and, where one slot is to blame, its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: i32,
    pub reason: &'static str,
    pub slot: Option<usize>,
}

impl Refused {
    /// The same for slots that have others before them.
    pub(crate) fn behind(self, slots: usize) -> Self {
        Refused { slot: self.slot.map(|slot| slot + slots), ..self }
    }
}
