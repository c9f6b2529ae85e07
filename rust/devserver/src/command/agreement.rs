//! The time between a node's death and the others agreeing on it. Until then they wait for it, as the real server does:
//! what belongs to it is passed on to nobody (`proxy.c`), and a write of which it has a copy is done and not acknowledged
//! (`replica_write.c`). Either goes on once they agree, or is answered with a timeout: after the time limit in its header,
//! or the server's own of a second (`thr_tsvc.c`, transaction-max-ms).
//!
//! A batch waits as a whole if any of its rows has to; the real server answers each row apart. Queries do not wait.

use super::{kind, namespace_of, Kind};
use crate::cluster::Cluster;
use crate::reply::{self, Meta};
use crate::request::Request;
use crate::rows::Rows;
use crate::store::Digest;
use aerospike_sansio::key;
use aerospike_sansio::proto::{code, field, info1, info3};

/// The server's own time limit in milliseconds.
const TRANSACTION_MAX_MS: u64 = 1000;

/// What of a request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// It is done; that it is is not told.
    Answer,
    /// All of it: the master is lost.
    Request,
}

/// The first request of a connection, while it waits.
#[derive(Debug)]
pub struct Held {
    /// Unix milliseconds.
    pub until_ms: u64,
    /// What is told if the others agree in time; none if nothing is done yet.
    pub answer: Option<Vec<u8>>,
}

impl Held {
    pub fn new(body: &[u8], now_ms: u64, answer: Option<Vec<u8>>) -> Held {
        let limit = Request::parse_batch(body).map_or(0, |request| request.header.timeout);
        let limit_ms = if limit == 0 { TRANSACTION_MAX_MS } else { u64::from(limit) };
        Held { until_ms: now_ms.saturating_add(limit_ms), answer }
    }

    /// It has been done, and is not told yet.
    pub fn is_done(&self) -> bool {
        self.answer.is_some()
    }
}

/// What of a DATA message has to wait, if anything has.
pub fn hold(cluster: &Cluster, node: usize, body: &[u8]) -> Option<Hold> {
    if !cluster.nodes.iter().any(|node| node.lost) {
        return None;
    }
    if !is_batch(body) {
        return hold_of(cluster, node, &Request::parse(body).ok()?);
    }
    let rows = Rows::of(&Request::parse_batch(body).ok()?).ok()?;
    rows.map_while(Result::ok)
        .filter_map(|row| {
            let namespace = namespace_of(cluster, &row.request)?;
            hold_record(cluster, node, namespace, row.digest, &row.request)
        })
        .max()
}

/// The answer to what has waited too long.
pub fn give_up(body: &[u8], out: &mut Vec<u8>) {
    match is_batch(body) {
        true => reply::last(out, code::TIMEOUT),
        false => reply::status(out, code::TIMEOUT, Meta::default()),
    }
}

fn is_batch(body: &[u8]) -> bool {
    body.get(1).is_some_and(|bits| bits & info1::BATCH != 0)
}

fn hold_of(cluster: &Cluster, node: usize, request: &Request) -> Option<Hold> {
    let namespace = namespace_of(cluster, request)?;
    let digest = request.field(field::DIGEST)?.try_into().ok()?;
    hold_record(cluster, node, namespace, digest, request)
}

fn hold_record(cluster: &Cluster, node: usize, namespace: usize, digest: Digest, request: &Request) -> Option<Hold> {
    let partition = key::partition(&digest).into();
    let role = |node| cluster.copies[namespace].role(&cluster.map, partition, node);
    let missing = (0..cluster.nodes.len()).filter(|&other| cluster.nodes[other].lost).filter_map(role).min()?;
    if matches!(kind(request), Ok(Kind::Read | Kind::Verify)) {
        let strong = cluster.namespaces[namespace].config.strong_consistency;
        let relaxed = !strong || request.header.info3 & info3::SC_READ_RELAX != 0;
        return (missing == 0 && !(relaxed && role(node).is_some())).then_some(Hold::Request);
    }
    Some(if missing == 0 { Hold::Request } else { Hold::Answer })
}
