//! Streams of records for UDFs. A function sees the records of one partition at a time, as on the server, whose order is
//! none; what it gives for each is sent as it comes, and the client reduces it.

use super::fields::Query;
use super::{register, Target};
use crate::cluster::Cluster;
use crate::command::udf;
use crate::limits::limit;
use crate::reply::{Frames, Message, Meta};
use crate::request::Request;
use crate::udf_host::{Answer, Call, Function, Reader, Value};
use crate::Code;
use aerospike_sansio::proto::{code, op, particle};
use aerospike_sansio::Malformed;

/// Milliseconds that a function may take for a partition. The server sets no limit.
const LIMIT_MS: u32 = 10_000;

pub fn run(
    cluster: &mut Cluster,
    target: Target,
    request: &Request,
    now_ms: u64,
    out: &mut Vec<u8>,
) -> Result<(), Code> {
    let query = Query::aggregate(&cluster.namespaces[target.namespace], request)?;
    let function = Function { limit_ms: LIMIT_MS, ..udf::function(request)? };
    let id = register(cluster, target, &query, "aggregation", now_ms)?;
    let mut frames = Frames::begin(out, limit::QUERY_FRAME);
    let (mut found, mut result) = (0, code::OK);
    for partition in super::own_partitions(cluster, target) {
        let Some((call, records)) = call(cluster, target, &query, function, partition, now_ms) else { continue };
        found += records;
        let answer = cluster.udfs.call(call);
        result = tell(answer, &mut frames).unwrap_or(code::SERVER_ERROR);
        frames.end_frame();
        if result != code::OK {
            break;
        }
    }
    let bytes = frames.bytes() as u64;
    frames.last(result);
    if let Some(job) = cluster.nodes[target.node].job(id) {
        (job.found, job.bytes, job.done_ms) = (found, bytes, now_ms);
    }
    Ok(())
}

/// The call for a partition, and how many records it has; none if there are none.
fn call(
    cluster: &Cluster,
    target: Target,
    query: &Query,
    function: Function,
    partition: u16,
    now_ms: u64,
) -> Option<(Call, u64)> {
    let namespace = &cluster.namespaces[target.namespace];
    let found = query.found(namespace, partition, None, now_ms);
    if found.is_empty() {
        return None;
    }
    let mut call = Call::stream(function);
    for one in &found {
        let key = one.record.key.as_deref();
        call.next(|out| udf::pack(namespace, one.digest, Some(one.record), key, udf::New::default(), now_ms, out));
    }
    Some((call, found.len() as u64))
}

/// Appends what came out of a stream. Gives the code with which the query ends, if it does.
fn tell(answer: Answer, frames: &mut Frames) -> Result<Code, Malformed> {
    let (values, failure) = match &answer {
        Answer::Done(values) => (&values[..], None),
        Answer::Failed(failed) => {
            let mut reader = Reader(failed);
            let reason = reader.text()?;
            let colon: &[u8] = if reason.is_empty() { b"" } else { b" : " };
            (reader.0, Some([b"UDF: Execution Error 2", colon, reason].concat()))
        }
        Answer::Unavailable(reason) => (&[][..], Some(reason.clone())),
        Answer::NoModule => (&[][..], Some(udf::NO_MODULE.to_vec())),
    };
    let mut reader = Reader(values);
    while !reader.0.is_empty() {
        let (bytes, particle_type) = udf::as_sent(reader.value()?);
        if !push(b"SUCCESS", Value { particle_type, bytes: &bytes }, frames) {
            frames.discard();
            return Ok(code::SERVER_ERROR);
        }
    }
    let Some(reason) = failure else { return Ok(code::OK) };
    push(b"FAILURE", Value { particle_type: particle::STRING, bytes: &reason }, frames);
    Ok(code::SERVER_ERROR)
}

fn push(name: &[u8], value: Value, frames: &mut Frames) -> bool {
    let mut own_frame = Vec::new();
    let mut message = Message::begin(&mut own_frame);
    message.op(&mut own_frame, op::READ, name, |out| {
        out.extend_from_slice(value.bytes);
        value.particle_type
    });
    message.end(&mut own_frame, Meta::default());
    frames.push(&own_frame)
}
