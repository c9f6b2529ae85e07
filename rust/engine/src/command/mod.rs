//! From a command block, as the shell lays it out, to the bytes of a request.
//!
//! The block says everything: key, values, policy. A digest is computed here, from set and key, and nowhere else: a
//! write without one, which the server would take as a job over the whole set, cannot be told.

pub mod admin;
pub mod batch;
mod block;
pub mod codec;
pub mod cursor;
pub mod exp_ops;
mod filter;
mod operate;
pub mod ops;
pub mod query;
mod single;
pub mod txn;
mod udf;

pub use block::{read, Block, BLOCK_SLOTS};

use crate::limits::limit;
use crate::names::Names;
use crate::proto::{code, message_type};
use crate::value::tape::Slot;
use crate::wire::frame;
use crate::Refused;

/// What the router has to know of an encoded command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// Name id of the namespace.
    pub namespace: u32,
    pub partition: u16,
    pub digest: [u8; 20],
    /// Whether it changes the record, so that a lost answer leaves it in doubt.
    pub write: bool,
    /// Where in the frame the fields of a transaction go, if it belongs to one.
    pub txn_at: usize,
}

/// Appends the complete frame of a single-record command. `slots` are the value slots, those behind the block in the
/// command region; a slot index in a refusal counts from there. When it refuses, `out` is as it was.
pub fn encode(
    block: &Block,
    slots: &[Slot],
    data: &[u8],
    names: &Names,
    out: &mut Vec<u8>,
) -> Result<Encoded, Refused> {
    let start = out.len();
    let encoded = single::encode(block, slots, data, names, out);
    if encoded.is_err() {
        out.truncate(start);
    }
    encoded
}

/// Appends the frame of an info request: names, each ended by a line feed, since the server ignores without a word
/// what is not ended. An empty text is refused: the server would answer it with the summary of everything.
pub fn info(text: &[u8], out: &mut Vec<u8>) -> Result<(), Refused> {
    if text.iter().all(|&byte| byte == b'\n') {
        return Err(refused("an info request names nothing"));
    }
    if text.len() >= limit::MESSAGE {
        return Err(refused("a request is longer than 128 MiB"));
    }
    let start = frame::begin(out, message_type::INFO);
    out.extend_from_slice(text);
    if !text.ends_with(b"\n") {
        out.push(b'\n');
    }
    frame::end(out, start);
    Ok(())
}

fn refused(reason: &'static str) -> Refused {
    Refused { code: code::INVALID_ARGUMENT, reason, slot: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        info(text, &mut out).unwrap();
        out
    }

    #[test]
    fn trap_7_every_info_name_is_ended() {
        assert_eq!(sent(b"node\nbuild"), b"\x02\x01\0\0\0\0\0\x0bnode\nbuild\n");
        assert_eq!(sent(b"node\nbuild\n"), sent(b"node\nbuild"));
    }

    #[test]
    fn an_info_request_that_names_nothing_is_refused() {
        for text in [&b""[..], b"\n", b"\n\n"] {
            let mut out = vec![1];
            assert_eq!(info(text, &mut out).unwrap_err().code, code::INVALID_ARGUMENT);
            assert_eq!(out, [1]);
        }
    }
}
