//! DATA messages: which command it is, the checks that come before its record is looked at, and the command itself.
//!
//! The order of the checks is the server's, since several can be wrong at once and one code comes back.

mod delete;
mod ops;
mod read;
mod record;
mod write;

use crate::cluster::Cluster;
use crate::node::{Node, Outcomes};
use crate::reply::{self, Meta};
use crate::request::Request;
use crate::store::{Digest, Namespace};
use crate::support;
use crate::Code;
use aerospike_sansio::key;
use aerospike_sansio::proto::{code, field, info1, info2};

/// A single-record command on its way: what it asks, where its record is, and when it is.
struct Command<'a> {
    request: Request<'a>,
    digest: Digest,
    namespace: &'a mut Namespace,
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

enum Kind {
    Read,
    Write,
    Delete,
}

/// Answers one DATA message at the end of `out`.
pub fn answer(cluster: &mut Cluster, node: usize, body: &[u8], now_ms: u64, out: &mut Vec<u8>) {
    let self_node = &mut cluster.nodes[node];
    // The server looks for the batch bit before it looks at the length; of an empty message it sees whatever was in
    // memory, and the recorded one answered as to a batch (`raw/malformed/length` 1).
    if body.is_empty() || body.get(1).is_some_and(|bits| bits & info1::BATCH != 0) {
        return batch(self_node, body, out);
    }
    let Ok(request) = Request::parse(body) else {
        self_node.counters.demarshal_error += 1;
        return reply::status(out, code::PARAMETER, Meta::default());
    };
    let name = request.field(field::NAMESPACE).unwrap_or_default();
    let found = cluster.namespaces.iter_mut().enumerate().find(|(_, ns)| ns.config.name.as_bytes() == name);
    let Some((index, namespace)) = found else {
        self_node.counters.early_error += 1;
        return reply::status(out, code::NAMESPACE, Meta::default());
    };
    if support::missing(&request).is_some() {
        self_node.counters.unsupported_requests += 1;
        return reply::status(out, code::UNSUPPORTED_FEATURE, Meta::default());
    }
    let (kind, digest) = match single(&request) {
        Ok(single) => single,
        Err(code) => {
            self_node.namespaces[index].refused += 1;
            return reply::status(out, code, Meta::default());
        }
    };
    let role = cluster.map.role(key::partition(&digest).into(), node, namespace.config.replication_factor);
    let counters = &mut self_node.namespaces[index];
    // Only the master writes, any replica reads; what is asked of another node is passed on (`raw/wrong_node`).
    if role.is_none() || (role != Some(0) && !matches!(kind, Kind::Read)) {
        counters.proxied += 1;
    }
    let command = Command { request, digest, namespace, now_ms };
    let (outcome, outcomes) = match kind {
        Kind::Read => (command.read(out), &mut counters.read),
        Kind::Write => (command.write(out), &mut counters.write),
        Kind::Delete => (command.delete(out), &mut counters.delete),
    };
    outcomes.count(outcome.code);
    counters.deleted_last_bin += u64::from(outcome.deleted_last_bin);
    counters.fail_generation += u64::from(outcome.code == code::RECORD_GENERATION);
    counters.fail_record_too_big += u64::from(outcome.code == code::RECORD_TOO_BIG);
}

/// Which single-record command a message is. One without a digest is never one: with a write bit and ops the server
/// takes it as a background write over the whole set.
fn single(request: &Request) -> Result<(Kind, Digest), Code> {
    let digest = request.field(field::DIGEST).ok_or(code::UNSUPPORTED_FEATURE)?;
    let digest = Digest::try_from(digest).map_err(|_| code::PARAMETER)?;
    let header = &request.header;
    let kind = if header.info2 & info2::WRITE != 0 {
        if header.info2 & info2::DELETE != 0 {
            Kind::Delete
        } else {
            Kind::Write
        }
    } else if header.info1 & info1::READ != 0 {
        Kind::Read
    } else {
        return Err(code::PARAMETER);
    };
    Ok((kind, digest))
}

/// Batches come with their own issue. What is malformed is refused as it will be; the answer is one last message.
fn batch(node: &mut Node, body: &[u8], out: &mut Vec<u8>) {
    match Request::parse_batch(body) {
        Ok(request) if support::missing(&request).is_some() => {
            node.counters.unsupported_requests += 1;
            reply::last(out, code::UNSUPPORTED_FEATURE);
        }
        _ => reply::last(out, code::PARAMETER),
    }
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
