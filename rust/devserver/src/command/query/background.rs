//! Background jobs: ops that are done to every record that a query finds, or a UDF that is run on it, each record by itself.
//! The answer says that the job has started. One that is given a rate goes on by the clock; without one it is done by the
//! time it is answered.

use super::fields::Query;
use super::throttle::Throttle;
use super::{register, Target};
use crate::cluster::Cluster;
use crate::command::{expressions, ops, udf, Command};
use crate::limits::limit;
use crate::reply;
use crate::request::Request;
use crate::store::Digest;
use crate::udf_host::Function;
use crate::Code;
use aerospike_sansio::proto::{code, field, info1, info2, info3, op};
use aerospike_sansio::wire::{message, Header};

/// Milliseconds that a UDF may take for a record: the server's transaction-max-ms.
const LIMIT_MS: u32 = 1000;

pub fn run(
    cluster: &mut Cluster,
    target: Target,
    body: &[u8],
    request: &Request,
    now_ms: u64,
    out: &mut Vec<u8>,
) -> Result<(), Code> {
    let query = Query::write(&cluster.namespaces[target.namespace], request)?;
    let udf = request.field(field::UDF_MODULE).map(|_| udf::function(request)).transpose()?;
    let kind = match udf {
        Some(_) => "background-udf",
        None => check_ops(request).map(|()| "background-ops")?,
    };
    let id = register(cluster, target, &query, kind, now_ms)?;
    let start = out.len();
    reply::last(out, code::OK);
    if let Some(job) = cluster.nodes[target.node].job(id) {
        job.bytes = (out.len() - start) as u64;
        job.udf = udf.map(|udf| [udf.module.to_vec(), udf.name.to_vec()]);
    }
    let records = own_records(cluster, target, &query, now_ms);
    let mut job = Background {
        target,
        life: cluster.nodes[target.node].life,
        id,
        records: records.len(),
        digests: records.into_iter(),
        throttle: Throttle::new(rate(request, &query), now_ms),
    };
    if job.go_on(cluster, &query, now_ms) {
        cluster.background.push((job, body.to_vec()));
    }
    Ok(())
}

/// Goes on with the jobs that are under way, to where they are by now.
pub fn advance(cluster: &mut Cluster, now_ms: u64) {
    for (mut job, body) in std::mem::take(&mut cluster.background) {
        let Ok(request) = Request::parse(&body) else { continue };
        match Query::write(&cluster.namespaces[job.target.namespace], &request) {
            Ok(query) => {
                if job.go_on(cluster, &query, now_ms) {
                    cluster.background.push((job, body));
                }
            }
            // What it names is gone.
            Err(_) => cluster.nodes[job.target.node].abandon_job(job.id),
        }
    }
}

/// A job that is under way.
#[derive(Debug)]
pub struct Background {
    target: Target,
    /// The life of the node that it belongs to.
    life: u32,
    id: u64,
    /// Records that it is about.
    records: usize,
    /// Those that are left.
    digests: std::vec::IntoIter<Digest>,
    throttle: Throttle,
}

impl Background {
    /// False if that was all.
    fn go_on(&mut self, cluster: &mut Cluster, query: &Query, now_ms: u64) -> bool {
        let node = self.target.node;
        let lives = |cluster: &Cluster| cluster.nodes[node].is_up() && cluster.nodes[node].life == self.life;
        if !lives(cluster) {
            return false;
        }
        let aborted = cluster.nodes[node].job(self.id).is_none_or(|job| job.aborted);
        let udf = query.request.field(field::UDF_MODULE).and_then(|_| udf::function(query.request).ok());
        let mut unread = Vec::new();
        while !aborted && self.throttle.due_ms() <= now_ms {
            let Some(digest) = self.digests.next() else { break };
            unread.clear();
            let code = write(cluster, self.target, query, udf, digest, now_ms, &mut unread);
            self.throttle.after_record();
            let Some(job) = cluster.nodes[node].job(self.id) else { continue };
            match code {
                code::OK => job.found += 1,
                code::RECORD_NOT_FOUND => {}
                code::FILTERED_OUT => job.filtered_out += 1,
                _ => job.failed += 1,
            }
        }
        let goes_on = !aborted && self.digests.len() > 0;
        if let Some(job) = cluster.nodes[node].job(self.id) {
            job.progress_pct = (self.records - self.digests.len()) as f32 * 100.0 / self.records.max(1) as f32;
            job.done_ms = if goes_on { 0 } else { now_ms };
        }
        goes_on
    }
}

/// Records per second. A job that is given none is done at once, where the server holds it to the most that it allows.
fn rate(request: &Request, query: &Query) -> u32 {
    match request.field(field::RECORDS_PER_SECOND) {
        Some(rate) if rate != [0; 4] => query.records_per_second,
        _ => 0,
    }
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
    super::own_partitions(cluster, target)
        .into_iter()
        .flat_map(|partition| query.found(namespace, partition, None, now_ms))
        .map(|found| *found.digest)
        .collect()
}

/// The ops as a write of one record, which must be there, or the UDF.
fn write(
    cluster: &mut Cluster,
    target: Target,
    query: &Query,
    udf: Option<Function>,
    digest: Digest,
    now_ms: u64,
    out: &mut Vec<u8>,
) -> Code {
    let (edition, namespace) = (cluster.edition, &mut cluster.namespaces[target.namespace]);
    let Some(record) = namespace.get(&digest) else { return code::RECORD_NOT_FOUND };
    let mut fields = Vec::new();
    message::field(&mut fields, field::NAMESPACE, namespace.config.name.as_bytes());
    message::field(&mut fields, field::SET, namespace.sets.name(record.set));
    let job = &query.request.header;
    let header = Header {
        info2: info2::WRITE | job.info2 & info2::DURABLE_DELETE,
        info3: if udf.is_some() { 0 } else { info3::UPDATE_ONLY | job.info3 & info3::REPLACE_ONLY },
        ttl: job.ttl,
        fields: 2,
        ops: job.ops,
        ..Header::default()
    };
    let (request, batch_filter) = (query.request.with(header, &fields), query.filter.as_ref());
    let command = Command { request, digest, namespace, edition, batch_filter, is_row: false, now_ms };
    match udf {
        Some(udf) => command.udf(&mut cluster.udfs, Function { limit_ms: LIMIT_MS, ..udf }, true, out).code,
        None => command.write(out).code,
    }
}
