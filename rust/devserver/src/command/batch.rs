//! Batches: each row is a command of its own, answered in a message of its own that tells the row's index. They are done
//! in order; what one row writes the next one sees.
//!
//! A row that is malformed or names an unknown namespace ends the batch with a code in place of all answers that are
//! not in a frame that is full. The rows before it have been done by then.

use super::{namespace_of, single, Origin, Target};
use crate::cluster::Cluster;
use crate::expression::{self, Filter};
use crate::limits::limit;
use crate::reply::{self, Frames, Meta};
use crate::request::Request;
use crate::rows::{OnError, Row, Rows};
use crate::Code;
use aerospike_sansio::proto::{code, field, PROTO_HEADER};
use std::ops::Range;

/// Where a message in its frame has its result code, and its index.
const CODE: usize = PROTO_HEADER + 5;
const INDEX: Range<usize> = PROTO_HEADER + 14..PROTO_HEADER + 18;

pub fn answer(cluster: &mut Cluster, node: usize, body: &[u8], now_ms: u64, out: &mut Vec<u8>) {
    match begin(body) {
        Ok((rows, filter)) => run(cluster, node, rows, filter.as_ref(), now_ms, out),
        Err(code) => {
            cluster.nodes[node].counters.demarshal_error += 1;
            reply::last(out, code);
        }
    }
}

/// What is checked before the first row.
fn begin(body: &[u8]) -> Result<(Rows<'_>, Option<Filter>), Code> {
    let request = Request::parse_batch(body).map_err(|_| code::PARAMETER)?;
    let rows = Rows::of(&request).map_err(|_| code::PARAMETER)?;
    let filter = request.field(field::FILTER).map(expression::filter).transpose();
    Ok((rows, filter?))
}

fn run(cluster: &mut Cluster, node: usize, rows: Rows, filter: Option<&Filter>, now_ms: u64, out: &mut Vec<u8>) {
    let on_error = rows.on_error;
    let mut frames = Frames::begin(out, limit::FRAME);
    let mut message = Vec::new();
    let (mut failure, mut ended) = (code::OK, false);
    for row in rows {
        let target = row.ok().and_then(|row| Some((row, namespace_of(cluster, &row.request)?)));
        let Some((Row { index, digest, request }, namespace)) = target else {
            frames.discard();
            return frames.last(code::PARAMETER);
        };
        message.clear();
        let fate = cluster.faults.fate_of_row(&request, digest);
        if fate.is_none_or(|fate| fate.applied) {
            let target = Target { node, namespace, digest };
            single(cluster, target, Origin::Batch(filter), request, now_ms, &mut message);
        }
        if let Some(fate) = fate {
            message.clear();
            reply::status(&mut message, fate.code.into(), Meta::default());
        }
        message[INDEX].copy_from_slice(&index.to_be_bytes());
        let code = Code::from(message[CODE]);
        let failed = !matches!(code, code::OK | code::RECORD_NOT_FOUND | code::FILTERED_OUT);
        if ended || (failure != code::OK && !frames.has_room(&message)) {
            // What is left is done all the same, and not answered.
            ended = true;
            continue;
        }
        if failed && on_error != OnError::Continue {
            failure = code;
        }
        if failure != code::OK && on_error == OnError::Discard {
            frames.discard();
            ended = true;
        } else if !frames.push(&message) {
            frames.discard();
            return frames.last(code::BATCH_QUEUES_FULL);
        }
    }
    frames.last(failure);
}
