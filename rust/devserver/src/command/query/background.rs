//! Background jobs: ops that are done to every record that a query finds, each record by itself. The answer says that the
//! job has started; here it is done by then.

use super::fields::Query;
use super::{register, Target};
use crate::cluster::Cluster;
use crate::command::{expressions, ops, Command};
use crate::limits::limit;
use crate::reply;
use crate::request::Request;
use crate::store::Digest;
use crate::Code;
use aerospike_sansio::limits;
use aerospike_sansio::proto::{code, field, info1, info2, info3, op};
use aerospike_sansio::wire::{message, Header};

pub fn run(
    cluster: &mut Cluster,
    target: Target,
    request: &Request,
    now_ms: u64,
    out: &mut Vec<u8>,
) -> Result<(), Code> {
    let query = Query::write(&cluster.namespaces[target.namespace], request)?;
    check_ops(request)?;
    let id = register(cluster, target, &query, "background-ops", now_ms)?;
    reply::last(out, code::OK);
    let digests = own_records(cluster, target, &query, now_ms);
    let (mut found, mut filtered_out, mut failed) = (0, 0, 0);
    let mut unread = Vec::new();
    for digest in digests {
        unread.clear();
        match write(cluster, target, &query, digest, now_ms, &mut unread) {
            code::OK => found += 1,
            code::RECORD_NOT_FOUND => {}
            code::FILTERED_OUT => filtered_out += 1,
            _ => failed += 1,
        }
    }
    if let Some(job) = cluster.nodes[target.node].job(id) {
        (job.found, job.filtered_out, job.failed, job.done_ms) = (found, filtered_out, failed, now_ms);
    }
    Ok(())
}

/// Only ops that write.
fn check_ops(request: &Request) -> Result<(), Code> {
    let header = &request.header;
    if header.info1 & info1::READ != 0 || header.ops == 0 || usize::from(header.ops) > limit::OPS {
        return Err(code::PARAMETER);
    }
    request.ops().try_for_each(|op| match op.code {
        code if ops::reads(code) => Err(code::PARAMETER),
        op::EXP_MODIFY => expressions::check(&op),
        _ => Ok(()),
    })
}

/// The records of which the node is the master.
fn own_records(cluster: &Cluster, target: Target, query: &Query, now_ms: u64) -> Vec<Digest> {
    let namespace = &cluster.namespaces[target.namespace];
    let role = |partition| cluster.map.role(partition, target.node, namespace.config.replication_factor);
    (0..limits::limit::PARTITIONS)
        .filter(|&partition| role(partition) == Some(0))
        .flat_map(|partition| query.found(namespace, partition as u16, None, now_ms))
        .map(|found| *found.digest)
        .collect()
}

/// The ops as a write of one record, which must be there.
fn write(cluster: &mut Cluster, target: Target, query: &Query, digest: Digest, now_ms: u64, out: &mut Vec<u8>) -> Code {
    let (edition, namespace) = (cluster.edition, &mut cluster.namespaces[target.namespace]);
    let Some(record) = namespace.get(&digest) else { return code::RECORD_NOT_FOUND };
    let mut fields = Vec::new();
    message::field(&mut fields, field::NAMESPACE, namespace.config.name.as_bytes());
    message::field(&mut fields, field::SET, namespace.sets.name(record.set));
    let job = &query.request.header;
    let header = Header {
        info2: info2::WRITE | job.info2 & info2::DURABLE_DELETE,
        info3: info3::UPDATE_ONLY | job.info3 & info3::REPLACE_ONLY,
        ttl: job.ttl,
        fields: 2,
        ops: job.ops,
        ..Header::default()
    };
    let (request, batch_filter) = (query.request.with(header, &fields), query.filter.as_ref());
    let command = Command { request, digest, namespace, edition, batch_filter, is_row: false, now_ms };
    command.write(out).code
}
