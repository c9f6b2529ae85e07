//! Queries: messages without a digest. One that reads goes through the partitions that it names, with or without an
//! index; one that writes is a background job, which here is done before it is answered; one with a UDF is either.
//!
//! What is wrong before a query starts is answered in one message that is not marked as the last (vectors
//! `raw/malformed/query`). A large answer is given in parts: what is left to do waits until the host has taken them.

mod aggregate;
mod background;
mod fields;
mod run;
mod throttle;

use crate::cluster::Cluster;
use crate::node::Job;
use crate::reply::{self, Meta};
use crate::request::Request;
use crate::security::Permission;
use crate::Code;
use aerospike_sansio::limits::limit;
use aerospike_sansio::proto::{code, field, info1, info2};
pub use background::{advance, Background};
use fields::Query;
pub use run::Progress;

/// Which node was asked, and the index of the namespace.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub node: usize,
    pub namespace: usize,
}

/// What is to be done with a UDF.
const AGGREGATE: u8 = 1;
const BACKGROUND: u8 = 2;

/// Answers a query, or goes on with one; `body` is the message. Gives where it is to go on, if it is not done.
pub fn answer(
    cluster: &mut Cluster,
    target: Target,
    body: &[u8],
    request: &Request,
    progress: Option<Progress>,
    now_ms: u64,
    out: &mut Vec<u8>,
) -> Option<Progress> {
    let Target { node, namespace } = target;
    if let Some(security) = cluster.security.as_mut().filter(|_| progress.is_none()) {
        let permission = if request.field(field::UDF_MODULE).is_some() {
            Permission::UdfQuery
        } else if request.header.info2 & info2::WRITE != 0 {
            Permission::OpsQuery
        } else {
            Permission::Query
        };
        let name = cluster.namespaces[namespace].config.name.as_bytes();
        let set = request.field(field::SET).unwrap_or_default();
        let background = request.field(field::UDF_OP).is_some_and(|op| op.first() == Some(&BACKGROUND));
        let limit = request.field(field::RECORDS_PER_SECOND).and_then(|limit| limit.try_into().ok());
        let limit = limit.map_or(0, u32::from_be_bytes);
        let writes = background || permission == Permission::OpsQuery;
        let permitted = security.check(permission, name, set, now_ms);
        if let Err(code) = permitted.and_then(|()| security.hold_query(writes, limit)) {
            cluster.nodes[node].namespaces[namespace].refused += 1;
            reply::last(out, code);
            return None;
        }
    }
    // That it may be part of a transaction is not looked at (`query.c` of the Community server).
    cluster.namespaces[namespace].settle(now_ms);
    let writes = request.header.info2 & info2::WRITE != 0;
    let udf = request.field(field::UDF_MODULE).map(|_| request.field(field::UDF_OP));
    let started = match (udf, writes) {
        (Some(Some([AGGREGATE])), _) => aggregate::run(cluster, target, request, now_ms, out).map(|()| None),
        (Some(Some([BACKGROUND])), _) | (None, true) => {
            background::run(cluster, target, body, request, now_ms, out).map(|()| None)
        }
        (Some(_), _) => Err(code::PARAMETER),
        (None, false) => start(cluster, target, request, progress, now_ms, out),
    };
    started.unwrap_or_else(|code| {
        cluster.nodes[node].namespaces[namespace].refused += 1;
        reply::status(out, code, Meta::default());
        None
    })
}

fn start(
    cluster: &mut Cluster,
    target: Target,
    request: &Request,
    progress: Option<Progress>,
    now_ms: u64,
    out: &mut Vec<u8>,
) -> Result<Option<Progress>, Code> {
    let query = Query::read(&cluster.namespaces[target.namespace], request)?;
    let progress = match progress {
        Some(progress) => progress,
        None => {
            let id = if query.is_short() { 0 } else { register(cluster, target, &query, "basic", now_ms)? };
            Progress::start(id, query.records_per_second, now_ms)
        }
    };
    Ok(run::run(cluster, target, &query, progress, now_ms, out))
}

/// The partitions of which the node is the master.
fn own_partitions(cluster: &Cluster, target: Target) -> Vec<u16> {
    let copies = &cluster.copies[target.namespace];
    let is_own = |partition: &u16| copies.role(&cluster.map, (*partition).into(), target.node) == Some(0);
    (0..limit::PARTITIONS as u16).filter(is_own).collect()
}

/// Remembers a query. Its id must not be that of another; without one it gets the next number.
fn register(
    cluster: &mut Cluster,
    target: Target,
    query: &Query,
    kind: &'static str,
    now_ms: u64,
) -> Result<u64, Code> {
    let node = &mut cluster.nodes[target.node];
    let id = match query.id {
        0 => (1..).find(|&id| node.job(id).is_none()).unwrap_or(0),
        id if node.job(id).is_some() => return Err(code::PARAMETER),
        id => id,
    };
    node.start_job(Job {
        id,
        kind,
        namespace: target.namespace,
        set: query.set.to_vec(),
        index_name: query.index.as_ref().map(|index| index.name.clone()).unwrap_or_default(),
        partitions: query.partitions.len(),
        resumed: query.partitions.iter().filter(|(_, after)| after.is_some()).count(),
        records_per_second: query.records_per_second,
        socket_timeout_ms: query.socket_timeout_ms,
        started_ms: now_ms,
        ..Job::default()
    });
    Ok(id)
}

impl Query<'_> {
    fn is_short(&self) -> bool {
        self.request.header.info1 & info1::SHORT_QUERY != 0
    }
}
