//! The 8-byte header before every message: version, type, and a length of 48 bits.

use crate::limits::limit;
use crate::proto::{message_type, PROTO_HEADER, VERSION};
use crate::Malformed;

/// What the first bytes of a buffer say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peek {
    /// Fewer than 8 bytes are there.
    NeedMore,
    /// A frame of this kind starts here; `length` bytes of body follow its header, arrived or not.
    Frame { kind: u8, length: usize },
}

/// Reads a frame's header. Whether the body has arrived is for the caller to see.
#[inline]
pub fn peek(bytes: &[u8]) -> Result<Peek, Malformed> {
    let Some(&header) = bytes.first_chunk::<PROTO_HEADER>() else { return Ok(Peek::NeedMore) };
    let word = u64::from_be_bytes(header);
    let (version, kind, length) = ((word >> 56) as u8, (word >> 48) as u8, word & 0xFFFF_FFFF_FFFF);
    if version != VERSION {
        return Err(Malformed("the version of a message is not 2"));
    }
    if !(message_type::INFO..=message_type::COMPRESSED).contains(&kind) {
        return Err(Malformed("the type of a message is unknown"));
    }
    if length > limit::MESSAGE as u64 {
        return Err(Malformed("a message is longer than 128 MiB"));
    }
    Ok(Peek::Frame { kind, length: length as usize })
}

/// The kind and the length, header included, of the frame at the start of `bytes`, once all of it is there.
#[inline]
pub fn complete(bytes: &[u8]) -> Result<Option<(u8, usize)>, Malformed> {
    match peek(bytes)? {
        Peek::Frame { kind, length } if bytes.len() - PROTO_HEADER >= length => Ok(Some((kind, PROTO_HEADER + length))),
        _ => Ok(None),
    }
}

/// Appends a frame's header whose length is not known yet. Gives the place for [`end`].
pub fn begin(out: &mut Vec<u8>, kind: u8) -> usize {
    let start = out.len();
    out.extend_from_slice(&[VERSION, kind, 0, 0, 0, 0, 0, 0]);
    start
}

/// Writes into the frame that began at `start` how long it has become.
pub fn end(out: &mut [u8], start: usize) {
    let length = (out.len() - start - PROTO_HEADER) as u64;
    out[start + 2..start + PROTO_HEADER].copy_from_slice(&length.to_be_bytes()[2..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let start = begin(&mut out, message_type::INFO);
        out.extend_from_slice(body);
        end(&mut out, start);
        out
    }

    #[test]
    fn every_prefix_of_a_frame_needs_more() {
        let frame = frame(b"build\n");
        for end in 0..frame.len() {
            assert_eq!(complete(&frame[..end]), Ok(None), "{end} bytes");
        }
        assert_eq!(complete(&frame), Ok(Some((message_type::INFO, frame.len()))));
    }

    #[test]
    fn what_follows_a_frame_is_left_alone() {
        let two = [frame(b"a"), frame(b"bc")].concat();
        assert_eq!(complete(&two), Ok(Some((message_type::INFO, 9))));
        assert_eq!(complete(&two[9..]), Ok(Some((message_type::INFO, 10))));
    }

    #[test]
    fn a_frame_without_a_body_is_legal() {
        assert_eq!(complete(&frame(b"")), Ok(Some((message_type::INFO, 8))));
    }

    #[test]
    fn a_header_is_believed_only_when_it_is_possible() {
        let header = |version, kind, length: u64| {
            let word = u64::from_be_bytes([version, kind, 0, 0, 0, 0, 0, 0]) | length;
            peek(&word.to_be_bytes())
        };
        assert_eq!(header(2, 3, 22), Ok(Peek::Frame { kind: 3, length: 22 }));
        assert_eq!(header(2, 3, 128 << 20), Ok(Peek::Frame { kind: 3, length: 128 << 20 }));
        assert!(header(2, 3, (128 << 20) + 1).is_err());
        assert!(header(2, 3, 0xFFFF_FFFF_FFFF).is_err());
        for version in [0, 1, 3, 255] {
            assert!(header(version, 3, 22).is_err());
        }
        for kind in [0, 5, 6, 7, 255] {
            assert!(header(2, kind, 22).is_err());
        }
    }
}
