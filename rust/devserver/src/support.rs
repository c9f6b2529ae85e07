//! What this server cannot do yet, told from a request's content alone: such a request is answered with result code 16
//! and counted (`unsupported_requests` in `statistics`), and a replay of recorded exchanges skips it.

use crate::expression::{self, Failure};
use crate::frame::{self, Frame};
use crate::info;
use crate::request::Request;
use aerospike_sansio::proto::{field, info1, message_type, op};

/// Kinds of op that come later, and what to call them.
const OPS: &[(u8, &str)] = &[
    (op::CDT_READ, "list and map operations"),
    (op::CDT_MODIFY, "list and map operations"),
    (op::EXP_READ, "expression operations"),
    (op::EXP_MODIFY, "expression operations"),
    (op::BITS_READ, "bit operations"),
    (op::BITS_MODIFY, "bit operations"),
    (op::HLL_READ, "HyperLogLog operations"),
    (op::HLL_MODIFY, "HyperLogLog operations"),
];

/// What a DATA message asks for that is not there yet.
pub fn missing(request: &Request) -> Option<&'static str> {
    let header = &request.header;
    if header.info1 & info1::BATCH != 0 {
        // Without its rows it is only malformed.
        return request.field(field::BATCH).map(|_| "batch");
    }
    if request.field(field::UDF_MODULE).is_some() {
        return Some("UDFs");
    }
    let digest = request.field(field::DIGEST);
    if digest.is_none() && (header.info1 & info1::READ != 0 || header.ops > 0) {
        return Some("queries");
    }
    if header.ops > 0 {
        let found = request.ops().find_map(|op| OPS.iter().find(|(code, _)| *code == op.code));
        if let Some((_, name)) = found {
            return Some(name);
        }
    }
    match request.field(field::FILTER).map(expression::filter) {
        Some(Err(Failure::NotYet(name))) => Some(name),
        _ => None,
    }
}

/// What a whole frame asks for that is not there yet.
pub fn missing_in(frame: &[u8]) -> Option<&'static str> {
    match frame::next(frame) {
        Frame::Message { kind: message_type::INFO, body } => info::missing(body),
        Frame::Message { kind: message_type::DATA, body } => {
            let batch = body.get(1).is_some_and(|bits| bits & info1::BATCH != 0);
            missing(&if batch { Request::parse_batch(body) } else { Request::parse(body) }.ok()?)
        }
        _ => None,
    }
}
