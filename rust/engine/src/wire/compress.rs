//! Compressed messages: a whole DATA message, its own header included, inside a zlib stream, behind its length.
//!
//! ```text
//!  header (type 4, length) │ u64 original length │ zlib stream of: header (type 3, length) │ message
//! ```
//!
//! Nothing that such a message says of itself is believed before it is checked: the original length against the limit
//! of a message and against what so many bytes can inflate to at most, the stream against that length and to its last
//! byte, and what comes out of it as every message is. A compressed message holds no other compressed one.

use super::frame::{self, Peek};
use crate::limits::limit;
use crate::proto::{message_type, PROTO_HEADER};
use crate::Malformed;
use miniz_oxide::deflate::core::{
    compress, create_comp_flags_from_zip_params, CompressorOxide, TDEFLFlush, TDEFLStatus,
};
use miniz_oxide::inflate::core::{decompress, inflate_flags as flag, DecompressorOxide};
use miniz_oxide::inflate::TINFLStatus;

/// As other clients and the server compress: what it costs more than it saves on a network.
const LEVEL: i32 = 1;
/// Of the stream: any positive number asks for the header and the checksum of zlib.
const WINDOW_BITS: i32 = 15;
/// The original length.
const LENGTH: usize = 8;

/// Makes messages smaller. It keeps its tables, some 300 KB, from its first message on.
#[derive(Default)]
pub struct Compressor(Option<Box<CompressorOxide>>);

impl Compressor {
    /// Puts a compressed message in place of the one that begins at `start` and ends `out`, if that is longer than
    /// `above` bytes and the compressed one is shorter than it. Gives whether it did.
    pub fn shrink(&mut self, out: &mut Vec<u8>, start: usize, above: usize) -> bool {
        let length = out.len() - start;
        if length <= above || length <= PROTO_HEADER + LENGTH {
            return false;
        }
        let mut packed = vec![0; length - 1];
        let Some(used) = self.deflate(&out[start..], &mut packed[PROTO_HEADER + LENGTH..]) else { return false };
        out.truncate(start);
        frame::begin(out, message_type::COMPRESSED);
        out.extend_from_slice(&(length as u64).to_be_bytes());
        out.extend_from_slice(&packed[PROTO_HEADER + LENGTH..][..used]);
        frame::end(out, start);
        true
    }

    /// How many bytes `input` becomes, if it fits into `output`.
    fn deflate(&mut self, input: &[u8], output: &mut [u8]) -> Option<usize> {
        let new = || Box::new(CompressorOxide::new(create_comp_flags_from_zip_params(LEVEL, WINDOW_BITS, 0)));
        let tables = self.0.get_or_insert_with(new);
        tables.reset();
        let (status, _, used) = compress(tables, input, output, TDEFLFlush::Finish);
        (status == TDEFLStatus::Done).then_some(used)
    }
}

impl std::fmt::Debug for Compressor {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("Compressor")
    }
}

/// Whether a whole message is a compressed one.
pub fn is_compressed(message: &[u8]) -> bool {
    message.get(1) == Some(&message_type::COMPRESSED)
}

/// The message that is inside of the compressed one with this body: a DATA message with its header.
pub fn inflate(body: &[u8]) -> Result<Vec<u8>, Malformed> {
    let (length, stream) = body.split_first_chunk::<LENGTH>().ok_or(Malformed("a compressed message is too short"))?;
    let length = u64::from_be_bytes(*length);
    if length > (limit::MESSAGE + PROTO_HEADER) as u64 {
        return Err(Malformed("a compressed message is longer than 128 MiB"));
    }
    let length = length as usize;
    if length < PROTO_HEADER || length > stream.len().saturating_mul(limit::INFLATES_TO) {
        return Err(Malformed("a compressed message states a length that it cannot have"));
    }
    let mut message = vec![0; length];
    let flags = flag::TINFL_FLAG_PARSE_ZLIB_HEADER | flag::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, written) = decompress(&mut Box::<DecompressorOxide>::default(), stream, &mut message, 0, flags);
    if status != TINFLStatus::Done || written != length {
        return Err(Malformed("a compressed message is damaged, or not as long as it states"));
    }
    if read != stream.len() {
        return Err(Malformed("bytes behind the end of a compressed message"));
    }
    check(&message).map(|()| message)
}

/// Is it one whole DATA message, and nothing else?
fn check(message: &[u8]) -> Result<(), Malformed> {
    match frame::peek(message)? {
        Peek::Frame { kind: message_type::DATA, length } if PROTO_HEADER + length == message.len() => Ok(()),
        _ => Err(Malformed("what a compressed message holds is not one message")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A DATA message: a header, then text that repeats itself.
    fn message() -> Vec<u8> {
        let mut out = Vec::new();
        let start = frame::begin(&mut out, message_type::DATA);
        out.extend_from_slice(&[22]);
        out.extend_from_slice(&[0; 21]);
        out.extend_from_slice("an answer ".repeat(20).as_bytes());
        frame::end(&mut out, start);
        out
    }

    fn shrunk(message: &[u8]) -> Vec<u8> {
        let mut out = message.to_vec();
        assert!(Compressor::default().shrink(&mut out, 0, 128));
        out
    }

    fn body(length: usize, stream: &[u8]) -> Vec<u8> {
        [&(length as u64).to_be_bytes()[..], stream].concat()
    }

    /// What zlib itself makes of `message()`, by way of Node: with levels 1 and 9.
    const BY_ZLIB: [&[u8]; 2] = [
        b"\x78\x01\x63\x62\x66\0\x81\x7b\x62\x60\x0a\x9d\x48\xcc\x53\x48\xcc\x2b\x2e\x4f\x2d\x52\x18\xda\x2c\0\x4f\x72\x49\x66",
        b"\x78\xda\x63\x62\x66\0\x81\x7b\x62\x0c\xd8\x40\x62\x9e\x42\x62\x5e\x71\x79\x6a\x91\xc2\xd0\x66\x01\0\x4f\x72\x49\x66",
    ];

    #[test]
    fn what_was_shrunk_is_inflated_again() {
        let message = message();
        let small = shrunk(&message);
        assert!(is_compressed(&small) && !is_compressed(&message));
        assert!(small.len() < message.len());
        assert_eq!(frame::complete(&small), Ok(Some((message_type::COMPRESSED, small.len()))));
        assert_eq!(small[8..16], 230u64.to_be_bytes());
        assert_eq!(small[16..18], [0x78, 0x01], "level 1, as zlib marks it");
        assert_eq!(inflate(&small[PROTO_HEADER..]), Ok(message));
    }

    #[test]
    fn what_zlib_made_is_inflated() {
        for stream in BY_ZLIB {
            assert_eq!(inflate(&body(230, stream)), Ok(message()));
        }
    }

    #[test]
    fn short_messages_and_those_that_do_not_get_shorter_stay_as_they_are() {
        let mut compressor = Compressor::default();
        let mut out = [b"before".to_vec(), message()].concat();
        let before = out.clone();
        assert!(!compressor.shrink(&mut out, 6, 230));
        assert_eq!(out, before);
        assert!(compressor.shrink(&mut out, 6, 229));
        assert_eq!(out[..6], *b"before");
        let mut noise = Vec::new();
        let start = frame::begin(&mut noise, message_type::DATA);
        let mut word = 1u64;
        for _ in 0..100 {
            word = word.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            noise.extend_from_slice(&(word ^ word >> 31).to_be_bytes());
        }
        frame::end(&mut noise, start);
        let before = noise.clone();
        assert!(!compressor.shrink(&mut noise, 0, 128));
        assert_eq!(noise, before);
        // Having failed, it goes on.
        let mut again = message();
        assert!(compressor.shrink(&mut again, 0, 128));
        assert_eq!(again, shrunk(&message()));
    }

    #[test]
    fn sizes_up_to_several_blocks_come_back() {
        let mut compressor = Compressor::default();
        for size in [129, 1000, 65_535, 100_000, 3_000_000] {
            let mut out = Vec::new();
            let start = frame::begin(&mut out, message_type::DATA);
            out.extend((0..size).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 28) as u8));
            frame::end(&mut out, start);
            let before = out.clone();
            assert!(compressor.shrink(&mut out, 0, 128), "{size}");
            assert_eq!(inflate(&out[PROTO_HEADER..]).unwrap(), before);
        }
    }

    #[test]
    fn damage_anywhere_is_noticed() {
        let small = shrunk(&message());
        let good = &small[PROTO_HEADER..];
        for end in 0..good.len() {
            assert!(inflate(&good[..end]).is_err(), "{end} bytes");
        }
        assert!(inflate(&[good, b"x"].concat()).is_err());
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.to_vec();
                bad[at] ^= 1 << bit;
                // Two bits of the zlib header say how it was compressed and count for nothing else.
                assert!(inflate(&bad).is_err() || inflate(&bad) == Ok(message()), "byte {at} bit {bit}");
            }
        }
    }

    #[test]
    fn a_length_is_checked_before_room_is_made_for_it() {
        let [stream, _] = BY_ZLIB;
        for length in [0, 7, 229, 231, stream.len() * limit::INFLATES_TO + 1, limit::MESSAGE + 9, usize::MAX] {
            assert!(inflate(&body(length, stream)).is_err(), "{length}");
        }
        // A bomb: a stream that inflates to far more than it states.
        let mut bomb = Vec::new();
        let start = frame::begin(&mut bomb, message_type::DATA);
        bomb.resize(10_000_000, 0);
        frame::end(&mut bomb, start);
        assert!(Compressor::default().shrink(&mut bomb, 0, 128));
        assert!(bomb.len() < 50_000);
        assert!(inflate(&body(230, &bomb[16..])).is_err());
        assert!(inflate(&bomb[PROTO_HEADER..]).is_ok());
    }

    #[test]
    fn only_one_whole_message_may_be_inside() {
        let whole = message();
        let packed = |content: &[u8]| {
            let mut out = vec![0; content.len() + 100];
            let used = Compressor::default().deflate(content, &mut out).unwrap();
            body(content.len(), &out[..used])
        };
        assert!(inflate(&packed(&whole)).is_ok());
        assert!(inflate(&packed(&[&whole[..], &whole].concat())).is_err(), "two");
        assert!(inflate(&packed(&whole[..100])).is_err(), "a part");
        assert!(inflate(&packed(&shrunk(&whole))).is_err(), "a compressed one");
        for (at, byte) in [(0, 1), (1, message_type::INFO), (1, message_type::SECURITY), (2, 1)] {
            let mut other = whole.clone();
            other[at] = byte;
            assert!(inflate(&packed(&other)).is_err(), "{byte} at {at}");
        }
    }
}
