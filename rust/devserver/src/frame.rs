//! What the first bytes on a connection are, as a server takes them. It is laxer than a client in two places: security
//! messages of version 0 pass, and type 5 (between clusters) is swallowed.

use aerospike_sansio::limits::limit;
use aerospike_sansio::proto::{message_type, PROTO_HEADER, VERSION};

/// Type 5, which only another cluster sends: the recorded server neither answers it nor reads on.
pub const INTERNAL_XDR: u8 = 5;

#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Not all of it has arrived.
    Incomplete,
    /// A message; it takes `PROTO_HEADER + body.len()` bytes.
    Message { kind: u8, body: &'a [u8] },
    /// Not the protocol: the connection is reset without a word (vectors `raw/malformed/{version,type,length}`).
    Foreign,
}

/// The frame at the start of `bytes`.
#[inline]
pub fn next(bytes: &[u8]) -> Frame<'_> {
    let Some(&header) = bytes.first_chunk::<PROTO_HEADER>() else { return Frame::Incomplete };
    let word = u64::from_be_bytes(header);
    let (version, kind, length) = ((word >> 56) as u8, (word >> 48) as u8, word & 0xFFFF_FFFF_FFFF);
    let known = (message_type::INFO..=INTERNAL_XDR).contains(&kind);
    let spoken = version == VERSION || (version == 0 && kind == message_type::SECURITY);
    if !known || !spoken || length > limit::MESSAGE as u64 {
        return Frame::Foreign;
    }
    match bytes[PROTO_HEADER..].get(..length as usize) {
        Some(body) => Frame::Message { kind, body },
        None => Frame::Incomplete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(version: u8, kind: u8, length: u64, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![version, kind];
        bytes.extend_from_slice(&length.to_be_bytes()[2..]);
        bytes.extend_from_slice(body);
        bytes
    }

    #[test]
    fn waits_at_every_prefix() {
        let whole = frame(2, 3, 4, b"abcd");
        for cut in 0..whole.len() {
            assert_eq!(next(&whole[..cut]), Frame::Incomplete, "at {cut}");
        }
        assert_eq!(next(&whole), Frame::Message { kind: 3, body: b"abcd" });
    }

    #[test]
    fn refuses_what_the_recorded_server_refused() {
        for version in [0, 1, 3, 255] {
            assert_eq!(next(&frame(version, 3, 0, b"")), Frame::Foreign);
        }
        for kind in [0, 6, 7, 255] {
            assert_eq!(next(&frame(2, kind, 0, b"")), Frame::Foreign);
        }
        assert_eq!(next(&frame(2, 3, 128 << 20, b"")), Frame::Incomplete);
        assert_eq!(next(&frame(2, 3, (128 << 20) + 1, b"")), Frame::Foreign);
        assert_eq!(next(&frame(0, 2, 0, b"")), Frame::Message { kind: 2, body: b"" });
    }
}
