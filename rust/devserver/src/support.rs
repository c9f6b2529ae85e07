//! What this server cannot do yet, told from a request's content alone: such a request is answered with result code 16
//! and counted (`unsupported_requests` in `statistics`), and a replay of recorded exchanges skips it. Info commands that
//! only an Enterprise Edition has, and this one has not, are not told from here.

use crate::frame::{self, Frame};
use crate::info;
use crate::request::Request;
use crate::rows::Rows;
use aerospike_sansio::proto::{field, info1, message_type};

/// What a DATA message asks for that is not there yet; `udfs` says if there is a host for them.
pub fn missing(request: &Request, udfs: bool) -> Option<&'static str> {
    let header = &request.header;
    if header.info1 & info1::BATCH != 0 {
        let mut rows = Rows::of(request).ok()?;
        return rows.find_map(|row| missing_in_row(&row.ok()?.request, udfs));
    }
    missing_in_row(request, udfs)
}

/// The same of a single-record command, which may be a row of a batch.
pub fn missing_in_row(request: &Request, udfs: bool) -> Option<&'static str> {
    if !udfs && request.field(field::UDF_MODULE).is_some() {
        return Some("UDFs");
    }
    None
}

/// What a whole frame asks for that is not there yet.
pub fn missing_in(frame: &[u8], udfs: bool) -> Option<&'static str> {
    match frame::next(frame) {
        Frame::Message { kind: message_type::INFO, body } => info::missing(body),
        Frame::Message { kind: message_type::DATA, body } => {
            let batch = body.get(1).is_some_and(|bits| bits & info1::BATCH != 0);
            missing(&if batch { Request::parse_batch(body) } else { Request::parse(body) }.ok()?, udfs)
        }
        _ => None,
    }
}
