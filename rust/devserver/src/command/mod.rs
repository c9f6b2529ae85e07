//! DATA messages: which command it is, the checks that come before its record is looked at, and the command itself.
//!
//! The order of the checks is the server's, since several can be wrong at once and one code comes back.

mod agreement;
mod batch;
mod delete;
mod expressions;
mod monitor;
mod ops;
mod query;
mod read;
mod record;
mod transaction;
mod udf;
mod write;

use crate::cluster::Cluster;
use crate::config::Edition;
use crate::expression::Filter;
use crate::node::Outcomes;
use crate::reply::{self, Meta};
use crate::request::Request;
use crate::security::Permission;
use crate::store::transactions::Roll;
use crate::store::{Digest, Namespace};
use crate::support;
use crate::udf_host::Function;
use crate::Code;
use aerospike_sansio::key;
use aerospike_sansio::proto::{code, field, info1, info2, info3, info4};
pub use agreement::{give_up, hold, Held, Hold};
pub use query::{advance, Background, Progress};

/// A single-record command on its way: what it asks, where its record is, and when it is.
struct Command<'a> {
    request: Request<'a>,
    digest: Digest,
    namespace: &'a mut Namespace,
    edition: Edition,
    /// The filter of the batch that it is a row of, if it is one and has none of its own.
    batch_filter: Option<&'a Filter>,
    is_row: bool,
    now_ms: u64,
}

/// How a command ended, for the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Outcome {
    code: Code,
    deleted_last_bin: bool,
}

impl From<Code> for Outcome {
    fn from(code: Code) -> Outcome {
        Outcome { code, deleted_last_bin: false }
    }
}

enum Kind<'a> {
    Read,
    Write,
    Delete,
    /// Is the record as the transaction has read it?
    Verify,
    /// Makes what a transaction has written final, or undoes it.
    Roll(Roll),
    Udf(Function<'a>),
}

/// Which record a command is about, and which node was asked.
#[derive(Clone, Copy)]
struct Target {
    node: usize,
    /// Index of the namespace.
    namespace: usize,
    digest: Digest,
}

/// Where a single-record command comes from.
#[derive(Clone, Copy)]
enum Origin<'a> {
    Message,
    /// A row of a batch, which may have a filter.
    Batch(Option<&'a Filter>),
}

/// Answers one DATA message at the end of `out`, or goes on with the query that it is. Gives where that is to go on, if
/// it is not done: then this is to be called again.
pub fn answer(
    cluster: &mut Cluster,
    node: usize,
    body: &[u8],
    progress: Option<Progress>,
    now_ms: u64,
    out: &mut Vec<u8>,
) -> Option<Progress> {
    // The server looks for the batch bit before it looks at the length; of an empty message it sees whatever was in
    // memory, and the recorded one answered as to a batch (`raw/malformed/length` 1).
    if body.is_empty() || body.get(1).is_some_and(|bits| bits & info1::BATCH != 0) {
        batch::answer(cluster, node, body, now_ms, out);
        return None;
    }
    let Ok(request) = Request::parse(body) else {
        cluster.nodes[node].counters.demarshal_error += 1;
        reply::status(out, code::PARAMETER, Meta::default());
        return None;
    };
    let Some(namespace) = namespace_of(cluster, &request) else {
        cluster.nodes[node].counters.early_error += 1;
        reply::status(out, code::NAMESPACE, Meta::default());
        return None;
    };
    let Some(digest) = request.field(field::DIGEST) else {
        return query::answer(cluster, query::Target { node, namespace }, body, &request, progress, now_ms, out);
    };
    match Digest::try_from(digest) {
        Ok(digest) => {
            let target = Target { node, namespace, digest };
            single(cluster, target, Origin::Message, request, now_ms, out);
        }
        Err(_) => {
            cluster.nodes[node].namespaces[namespace].refused += 1;
            reply::status(out, code::PARAMETER, Meta::default());
        }
    }
    None
}

fn namespace_of(cluster: &Cluster, request: &Request) -> Option<usize> {
    let name = request.field(field::NAMESPACE).unwrap_or_default();
    cluster.namespaces.iter().position(|namespace| namespace.config.name.as_bytes() == name)
}

/// Answers a single-record command.
fn single(cluster: &mut Cluster, target: Target, origin: Origin, request: Request, now_ms: u64, out: &mut Vec<u8>) {
    let Target { node, namespace, digest } = target;
    if let Err(code) = permit(cluster, namespace, &request, now_ms) {
        cluster.nodes[node].namespaces[namespace].refused += 1;
        return reply::status(out, code, Meta::default());
    }
    let node_counters = &mut cluster.nodes[node];
    if support::missing_in_row(&request, true).is_some() {
        node_counters.counters.unsupported_requests += 1;
        return reply::status(out, code::UNSUPPORTED_FEATURE, Meta::default());
    }
    let counters = &mut node_counters.namespaces[namespace];
    let kind = match kind(&request) {
        Ok(kind) => kind,
        Err(code) => {
            counters.refused += 1;
            return reply::status(out, code, Meta::default());
        }
    };
    let role = cluster.copies[namespace].role(&cluster.map, key::partition(&digest).into(), node);
    let namespace = &mut cluster.namespaces[namespace];
    namespace.settle(now_ms);
    // Only the master writes, any replica reads; what is asked of another node is passed on (`raw/wrong_node`). Where
    // consistency is strong a replica answers only those that do not ask for the latest.
    let relaxed = !namespace.config.strong_consistency || request.header.info3 & info3::SC_READ_RELAX != 0;
    let by_replica = matches!(kind, Kind::Read) && relaxed;
    if role.is_none() || (role != Some(0) && !by_replica) {
        counters.proxied += 1;
    }
    let (is_row, batch_filter, commands) = match origin {
        Origin::Message => (false, None, &mut counters.single),
        Origin::Batch(filter) => (true, filter, &mut counters.batch),
    };
    let command = Command { request, digest, namespace, edition: cluster.edition, batch_filter, is_row, now_ms };
    let (outcome, outcomes) = match kind {
        Kind::Read => (command.read(out), &mut commands.read),
        Kind::Write => (command.write(out), &mut commands.write),
        Kind::Delete => (command.delete(out), &mut commands.delete),
        Kind::Verify => (command.verify(out), &mut counters.mrt_verify_read),
        Kind::Roll(Roll::Forward) => (command.roll(Roll::Forward, out), &mut counters.mrt_roll_forward),
        Kind::Roll(Roll::Back) => (command.roll(Roll::Back, out), &mut counters.mrt_roll_back),
        Kind::Udf(function) => (command.udf(&mut cluster.udfs, function, false, out), &mut commands.udf),
    };
    outcomes.count(outcome.code);
    counters.deleted_last_bin += u64::from(outcome.deleted_last_bin);
    counters.fail_generation += u64::from(outcome.code == code::RECORD_GENERATION);
    counters.fail_record_too_big += u64::from(outcome.code == code::RECORD_TOO_BIG);
    counters.fail_mrt_blocked += u64::from(outcome.code == code::MRT_BLOCKED);
    counters.fail_mrt_version_mismatch += u64::from(outcome.code == code::MRT_VERSION_MISMATCH);
}

/// May who asks do that to a record (`as_tsvc_process_transaction`)?
fn permit(cluster: &mut Cluster, namespace: usize, request: &Request, now_ms: u64) -> Result<(), Code> {
    let Some(security) = cluster.security.as_mut() else { return Ok(()) };
    let namespace = cluster.namespaces[namespace].config.name.as_bytes();
    let set = request.field(field::SET).unwrap_or_default();
    let (reads, writes) = (request.header.info1 & info1::READ != 0, request.header.info2 & info2::WRITE != 0);
    let mut check = |permission| security.check(permission, namespace, set, now_ms);
    if request.field(field::UDF_MODULE).is_some() {
        return check(Permission::UdfApply);
    }
    if reads || !writes {
        check(Permission::Read)?;
    }
    if writes {
        check(Permission::Write)?;
    }
    Ok(())
}

fn kind<'a>(request: &Request<'a>) -> Result<Kind<'a>, Code> {
    let header = &request.header;
    if header.info2 & info2::WRITE == 0 {
        let kind = if header.info4 & info4::MRT_VERIFY_READ != 0 { Kind::Verify } else { Kind::Read };
        return if header.info1 & info1::READ != 0 { Ok(kind) } else { Err(code::PARAMETER) };
    }
    // A delete does not look at the bits to roll (Community Edition, tried).
    Ok(if header.info2 & info2::DELETE != 0 {
        Kind::Delete
    } else if request.field(field::UDF_MODULE).is_some() {
        Kind::Udf(udf::function(request)?)
    } else if header.info4 & info4::MRT_ROLL_FORWARD != 0 {
        Kind::Roll(Roll::Forward)
    } else if header.info4 & info4::MRT_ROLL_BACK != 0 {
        Kind::Roll(Roll::Back)
    } else {
        Kind::Write
    })
}

impl Outcomes {
    fn count(&mut self, outcome: Code) {
        match outcome {
            code::OK => self.success += 1,
            code::RECORD_NOT_FOUND => self.not_found += 1,
            code::FILTERED_OUT => self.filtered_out += 1,
            _ => self.error += 1,
        }
    }
}
