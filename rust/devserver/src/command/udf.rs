//! UDFs: there is no Lua here. A call is answered as one that failed, with the reason where its error would stand.

use crate::reply::{Message, Meta};
use aerospike_sansio::proto::{code, op, particle};

const REASON: &[u8] = b"this dev server does not run UDFs";

pub fn refuse(out: &mut Vec<u8>) {
    let mut message = Message::begin(out);
    message.op(out, op::READ, b"FAILURE", |out| {
        out.extend_from_slice(REASON);
        particle::STRING
    });
    message.end_with(out, code::UDF, Meta::default());
}
