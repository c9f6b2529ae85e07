//! From the wire to the shell: a particle becomes slots, checked as it is walked, so that the shell can believe them.
//!
//! The hot path of every read: one pass, no recursion, nothing allocated but the slots.

use super::Slot;
use crate::abi::{tag, tag_flag, NONE};
use crate::limits::limit;
use crate::proto::particle;
use crate::value::pack::{self, marker, Token};
use crate::value::{particle as form, MapOrder};
use crate::Malformed;

/// What becomes of lists and maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Collections {
    #[default]
    Walked,
    /// They stay as they are: the bytes of a blob with their particle type. Nobody looked at these bytes.
    Packed,
}

/// Appends the slots of a particle. `offset` is where `bytes` lie in the buffer that texts are to be found in; `bin` is
/// for the first slot, which is the value itself. On failure the caller cuts the tape to where it was.
#[inline]
pub fn from_particle(
    particle_type: u8,
    bytes: &[u8],
    offset: usize,
    bin: u32,
    collections: Collections,
    tape: &mut Vec<Slot>,
) -> Result<(), Malformed> {
    // Every place within the particle is a u32 from here on.
    let start = match offset.checked_add(bytes.len()) {
        Some(end) if u32::try_from(end).is_ok() => offset as u32,
        _ => return Err(Malformed("an answer is too large")),
    };
    let length = bytes.len() as u32;
    let slot = match particle_type {
        particle::INTEGER => Slot::int(bin, form::integer(bytes)?),
        particle::STRING => Slot::new(string_tag(bytes), bin, start, length),
        particle::FLOAT => Slot::wide(tag::DOUBLE, bin, form::float(bytes)?.to_bits()),
        particle::LIST | particle::MAP if collections == Collections::Walked => {
            return Walk::new(bytes, start, tape).particle(particle_type, bin)
        }
        particle::BOOL => Slot::new(if form::boolean(bytes)? { tag::TRUE } else { tag::FALSE }, bin, 0, 0),
        particle::NULL => Slot::new(tag::NIL, bin, 0, 0),
        particle::HLL => Slot::new(tag::HLL, bin, start, length),
        particle::GEOJSON => {
            let text = form::geo_text(bytes)? as u32;
            Slot::new(tag::GEOJSON, bin, start + text, length - text)
        }
        other => Slot::new(blob_tag(other), bin, start, length),
    };
    tape.push(slot);
    Ok(())
}

#[inline]
fn string_tag(bytes: &[u8]) -> u32 {
    if bytes.is_ascii() {
        tag::STRING | tag_flag::ASCII
    } else {
        tag::STRING
    }
}

#[inline]
fn blob_tag(particle_type: u8) -> u32 {
    match particle_type {
        particle::BLOB => tag::BLOB,
        other => tag::BLOB | u32::from(other) << 8,
    }
}

/// The walk over a packed list or map. It keeps no stack of its own: while a list or map is open, its slot's spare words
/// hold what the walk has to come back to (`bin`: how many values its parent still has to come; `b`: the parent's index).
struct Walk<'a> {
    bytes: &'a [u8],
    /// Where `bytes` lie in the buffer.
    offset: u32,
    at: usize,
    tape: &'a mut Vec<Slot>,
    /// Length of the tape before.
    base: usize,
    /// Index of the innermost open list or map.
    open: usize,
    /// Values that it still has to come; keys count.
    left: u32,
    /// Whether it is a map.
    in_map: bool,
    depth: usize,
}

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8], offset: u32, tape: &'a mut Vec<Slot>) -> Self {
        let base = tape.len();
        Walk { bytes, offset, at: 0, base, open: base, tape, left: 0, in_map: false, depth: 0 }
    }

    /// The whole particle, which has to be a list or a map, as its type says, and nothing more.
    fn particle(mut self, particle_type: u8, bin: u32) -> Result<(), Malformed> {
        match (pack::token(self.bytes, &mut self.at)?, particle_type) {
            (Token::List(count), particle::LIST) => self.enter(tag::LIST, count)?,
            (Token::Map(count), particle::MAP) => self.enter(tag::MAP, count)?,
            _ => return Err(Malformed("a list or map particle holds something else")),
        }
        loop {
            while self.left == 0 {
                if self.leave() {
                    self.tape[self.base].bin = bin;
                    return if self.at == self.bytes.len() { Ok(()) } else { Err(pack::TRAILING) };
                }
            }
            let is_key = self.in_map && self.left.is_multiple_of(2);
            self.left -= 1;
            let token = pack::token(self.bytes, &mut self.at)?;
            let slot = match token {
                Token::Text { start, end } => self.text(start, end),
                Token::Int(int) => Slot::int(NONE, int),
                Token::Float(float) => Slot::wide(tag::DOUBLE, NONE, float.to_bits()),
                Token::Nil => Slot::new(tag::NIL, NONE, 0, 0),
                Token::Bool(bool) => Slot::new(if bool { tag::TRUE } else { tag::FALSE }, NONE, 0, 0),
                Token::Uint(uint) => Slot::wide(tag::UINT64, NONE, uint),
                Token::Ext { start, end, .. } => self.slot(tag::BLOB, start, end),
                Token::Infinity => Slot::new(tag::INFINITY, NONE, 0, 0),
                Token::Wildcard => Slot::new(tag::WILDCARD, NONE, 0, 0),
                Token::List(_) | Token::Map(_) => Slot::default(),
            };
            if is_key && slot.kind() != tag::STRING {
                self.tape[self.open].tag &= !tag_flag::TEXT_KEYS;
            }
            match token {
                Token::List(count) => self.enter(tag::LIST, count)?,
                Token::Map(count) => self.enter(tag::MAP, count)?,
                _ => self.tape.push(slot),
            }
        }
    }

    /// Opens a list or map of `count` items or pairs, its marker among them.
    fn enter(&mut self, kind: u32, mut count: usize) -> Result<(), Malformed> {
        self.depth += 1;
        if self.depth > limit::VALUE_DEPTH {
            return Err(Malformed("lists and maps are nested too deeply"));
        }
        if self.tape.len() - self.base + count > limit::SLOTS {
            return Err(Malformed("a list or map has too many elements"));
        }
        let is_map = kind == tag::MAP;
        let mut tag = if is_map { kind | tag_flag::TEXT_KEYS } else { kind };
        if count > 0 {
            if let Some(flags) = pack::ordering(self.bytes, &mut self.at, is_map)? {
                count -= 1;
                tag |= order_flags(flags, is_map);
            }
        }
        let parent = self.open as u32;
        self.open = self.tape.len();
        self.tape.push(Slot::new(tag, self.left, count as u32, parent));
        self.left = if is_map { count as u32 * 2 } else { count as u32 };
        self.in_map = is_map;
        Ok(())
    }

    /// Closes the innermost list or map, which is complete. Says whether it was the outermost.
    fn leave(&mut self) -> bool {
        let slot = &mut self.tape[self.open];
        let parent = slot.b as usize;
        self.left = slot.bin;
        slot.bin = NONE;
        slot.b = 0;
        self.depth -= 1;
        if self.depth == 0 {
            return true;
        }
        self.open = parent;
        self.in_map = self.tape[parent].kind() == tag::MAP;
        false
    }

    #[inline]
    fn text(&self, start: usize, end: usize) -> Slot {
        match self.bytes[start..end] {
            [particle::STRING, ref text @ ..] => self.slot(string_tag(text), start + 1, end),
            [particle::GEOJSON, ..] => self.slot(tag::GEOJSON, start + 1, end),
            [particle::HLL, ..] => self.slot(tag::HLL, start + 1, end),
            [first, ..] if pack::is_blob_type(first) => self.slot(blob_tag(first), start + 1, end),
            _ => self.slot(tag::BLOB, start, end),
        }
    }

    #[inline]
    fn slot(&self, tag: u32, start: usize, end: usize) -> Slot {
        Slot::new(tag, NONE, self.offset + start as u32, (end - start) as u32)
    }
}

fn order_flags(flags: u8, is_map: bool) -> u32 {
    if !is_map {
        return if flags & marker::ORDERED != 0 { tag_flag::ORDERED } else { 0 };
    }
    match MapOrder::from_flags(flags) {
        MapOrder::Unordered => 0,
        MapOrder::Key => tag_flag::ORDERED,
        MapOrder::KeyValue => tag_flag::ORDERED | tag_flag::VALUE_ORDERED,
        MapOrder::Kept => tag_flag::KEEP_ORDER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tape::slice;

    const BIN: u32 = 7;

    fn decoded(particle_type: u8, bytes: &[u8]) -> Vec<Slot> {
        let mut tape = Vec::new();
        from_particle(particle_type, bytes, 0, BIN, Collections::Walked, &mut tape).unwrap();
        tape
    }

    fn malformed(particle_type: u8, bytes: &[u8]) -> bool {
        from_particle(particle_type, bytes, 0, BIN, Collections::Walked, &mut Vec::new()).is_err()
    }

    fn slot(tag: u32, a: u32, b: u32) -> Slot {
        Slot::new(tag, NONE, a, b)
    }

    fn int(value: i64) -> Slot {
        Slot::int(NONE, value)
    }

    #[test]
    fn scalars_become_one_slot_with_the_bin() {
        let wide = |tag, word| Slot::wide(tag, BIN, word);
        assert_eq!(decoded(particle::NULL, &[]), [Slot::new(tag::NIL, BIN, 0, 0)]);
        assert_eq!(decoded(particle::BOOL, &[1]), [Slot::new(tag::TRUE, BIN, 0, 0)]);
        assert_eq!(decoded(particle::BOOL, &[0]), [Slot::new(tag::FALSE, BIN, 0, 0)]);
        assert_eq!(decoded(particle::INTEGER, &(-5i64).to_be_bytes()), [wide(tag::INT, (-5f64).to_bits())]);
        assert_eq!(decoded(particle::FLOAT, &2.5f64.to_be_bytes()), [wide(tag::DOUBLE, 2.5f64.to_bits())]);
        assert_eq!(decoded(particle::STRING, b"abc"), [Slot::new(tag::STRING | tag_flag::ASCII, BIN, 0, 3)]);
        assert_eq!(decoded(particle::STRING, "ä".as_bytes()), [Slot::new(tag::STRING, BIN, 0, 2)]);
        assert_eq!(decoded(particle::BLOB, b"abc"), [Slot::new(tag::BLOB, BIN, 0, 3)]);
        assert_eq!(decoded(particle::JAVA_BLOB, b"abc"), [Slot::new(tag::BLOB | 7 << 8, BIN, 0, 3)]);
        assert_eq!(decoded(255, b"abc"), [Slot::new(tag::BLOB | 255 << 8, BIN, 0, 3)]);
        assert_eq!(decoded(particle::HLL, b""), [Slot::new(tag::HLL, BIN, 0, 0)]);
    }

    #[test]
    fn trap_9_the_cells_of_an_answer_are_not_part_of_the_geojson() {
        let bytes = [&[0, 0, 1][..], &[0xCE; 8], b"{}"].concat();
        assert_eq!(decoded(particle::GEOJSON, &bytes), [Slot::new(tag::GEOJSON, BIN, 11, 2)]);
        assert!(malformed(particle::GEOJSON, &bytes[..10]));
    }

    #[test]
    fn trap_10_short_integers_are_zero_extended() {
        assert_eq!(decoded(particle::INTEGER, &[0xFF, 0xFF]), [Slot::int(BIN, 65535)]);
        assert!(malformed(particle::INTEGER, &[1, 2, 3]));
    }

    #[test]
    fn an_integer_beyond_what_a_double_tells_keeps_its_64_bits() {
        let safe = (1i64 << 53) - 1;
        for (value, kind) in [
            (safe, tag::INT),
            (-safe, tag::INT),
            (safe + 1, tag::INT64),
            (-safe - 1, tag::INT64),
            (i64::MAX, tag::INT64),
            (i64::MIN, tag::INT64),
        ] {
            let tape = decoded(particle::INTEGER, &value.to_be_bytes());
            assert_eq!(tape[0].kind(), kind);
            assert_eq!(if kind == tag::INT { tape[0].f64() as i64 } else { tape[0].i64() }, value);
        }
        assert_eq!(decoded(particle::INTEGER, &[0; 8])[0].word(), 0);
    }

    #[test]
    fn texts_are_counted_from_the_start_of_the_buffer() {
        let buffer = b"....\x92\xa2\x03x\xa3\x04yz";
        let mut tape = vec![Slot::default()];
        from_particle(particle::LIST, &buffer[4..], 4, BIN, Collections::Walked, &mut tape).unwrap();
        assert_eq!(tape[1], Slot::new(tag::LIST, BIN, 2, 0));
        assert_eq!(slice(buffer, tape[2].a, tape[2].b), Some(&b"x"[..]));
        assert_eq!(slice(buffer, tape[3].a, tape[3].b), Some(&b"yz"[..]));
    }

    #[test]
    fn lists_and_maps_are_laid_out_depth_first() {
        // [[], {1: [nil], 2: {}}, -1]
        let bytes = [0x93, 0x90, 0x82, 1, 0x91, 0xc0, 2, 0x80, 0xff];
        assert_eq!(
            decoded(particle::LIST, &bytes),
            [
                Slot::new(tag::LIST, BIN, 3, 0),
                slot(tag::LIST, 0, 0),
                slot(tag::MAP, 2, 0),
                int(1),
                slot(tag::LIST, 1, 0),
                slot(tag::NIL, 0, 0),
                int(2),
                slot(tag::MAP | tag_flag::TEXT_KEYS, 0, 0),
                int(-1),
            ]
        );
    }

    #[test]
    fn a_map_says_whether_all_its_keys_are_strings() {
        let text_keys = |bytes: &[u8]| decoded(particle::MAP, bytes)[0].tag & tag_flag::TEXT_KEYS != 0;
        assert!(text_keys(b"\x80"));
        assert!(text_keys(b"\x82\xa2\x03a\x01\xa2\x03b\x02"));
        assert!(text_keys(b"\x81\xa2\x03a\x81\x01\x02"));
        assert!(!text_keys(b"\x82\xa2\x03a\x01\xa2\x04b\x02"));
        assert!(!text_keys(b"\x82\x01\xa2\x03a\xa2\x03b\xa2\x03c"));
        assert!(!text_keys(b"\x81\x90\x01"));
        let inner = decoded(particle::MAP, b"\x82\x01\x81\xa2\x03a\x01\x02\x00");
        assert_eq!(inner[2], slot(tag::MAP | tag_flag::TEXT_KEYS, 1, 0));
    }

    #[test]
    fn flags_of_ordered_lists_and_maps_are_no_elements() {
        assert_eq!(
            decoded(particle::LIST, &[0x92, 0xc7, 0, 1, 5]),
            [Slot::new(tag::LIST | tag_flag::ORDERED, BIN, 1, 0), int(5)]
        );
        assert_eq!(decoded(particle::LIST, &[0x91, 0xc7, 0, 0x10]), [Slot::new(tag::LIST, BIN, 0, 0)]);
        for (byte, flags) in [
            (0, 0),
            (1, tag_flag::ORDERED),
            (3, tag_flag::ORDERED | tag_flag::VALUE_ORDERED),
            (8, tag_flag::KEEP_ORDER),
        ] {
            assert_eq!(
                decoded(particle::MAP, &[0x82, 0xc7, 0, byte, 0xc0, 1, 2]),
                [Slot::new(tag::MAP | flags, BIN, 1, 0), int(1), int(2)]
            );
        }
        assert!(malformed(particle::MAP, &[0x81, 0xc7, 0, 1, 1]));
        assert!(malformed(particle::MAP, &[0x81, 0xc7, 0, 1]));
    }

    #[test]
    fn elements_of_every_kind_have_their_slot() {
        let bytes = [
            &[0x98, 0xc2, 0xc3, 0xca, 0x3f, 0xc0, 0, 0][..],
            &[0xcf, 0x80, 0, 0, 0, 0, 0, 0, 1, 0xd4, 0xff, 1, 0xd4, 0xff, 0],
            b"\xa3\x17{}\xa2\x12h",
        ]
        .concat();
        let text = |tag, at: usize, length| slot(tag, at as u32, length);
        assert_eq!(
            decoded(particle::LIST, &bytes)[1..],
            [
                slot(tag::FALSE, 0, 0),
                slot(tag::TRUE, 0, 0),
                Slot::wide(tag::DOUBLE, NONE, 1.5f64.to_bits()),
                Slot::wide(tag::UINT64, NONE, (1 << 63) + 1),
                slot(tag::INFINITY, 0, 0),
                slot(tag::WILDCARD, 0, 0),
                text(tag::GEOJSON, bytes.len() - 5, 2),
                text(tag::HLL, bytes.len() - 1, 1),
            ]
        );
        assert_eq!(decoded(particle::LIST, b"\x91\xa2hi")[1], slot(tag::BLOB, 2, 2));
        assert_eq!(decoded(particle::LIST, b"\x91\xa3\x08hi")[1], slot(tag::BLOB | 8 << 8, 3, 2));
        assert_eq!(decoded(particle::LIST, b"\x92\xc0\xd5\x20hi")[2], slot(tag::BLOB, 4, 2));
    }

    #[test]
    fn every_prefix_of_a_list_is_malformed_and_so_is_what_follows_it() {
        let bytes = b"\x93\x82\xa2\x03a\x01\xa2\x03b\x92\x01\x02\xcd\x01\x00\xcb\x3f\xf0\0\0\0\0\0\0";
        assert!(!malformed(particle::LIST, bytes));
        for end in 0..bytes.len() {
            assert!(malformed(particle::LIST, &bytes[..end]), "{end} bytes");
        }
        assert!(malformed(particle::LIST, &[bytes, &[0xc0][..]].concat()));
        assert!(malformed(particle::MAP, bytes));
        assert!(malformed(particle::MAP, &[]));
    }

    #[test]
    fn trap_28_limits_values_may_be_nested_256_levels_deep() {
        let nested = |depth: usize| [vec![0x91; depth - 1], vec![0x90]].concat();
        assert_eq!(decoded(particle::LIST, &nested(256)).len(), 256);
        assert!(malformed(particle::LIST, &nested(257)));
        assert!(malformed(particle::LIST, &nested(100_000)));
    }

    #[test]
    fn lists_and_maps_stay_packed_when_they_are_wanted_so() {
        for kind in [particle::LIST, particle::MAP] {
            let mut tape = Vec::new();
            // Nobody looks at what is in them.
            from_particle(kind, &[0xc1, 7], 5, BIN, Collections::Packed, &mut tape).unwrap();
            assert_eq!(tape, [Slot::new(tag::BLOB | u32::from(kind) << 8, BIN, 5, 2)]);
        }
        let mut tape = Vec::new();
        from_particle(particle::INTEGER, &[0; 8], 0, BIN, Collections::Packed, &mut tape).unwrap();
        assert_eq!(tape, [Slot::int(BIN, 0)]);
    }

    #[test]
    fn more_elements_than_a_record_may_have_are_malformed() {
        let count = limit::SLOTS as u32;
        let bytes = [&[0xdd][..], &count.to_be_bytes(), &vec![0xc0; limit::SLOTS]].concat();
        assert!(!malformed(particle::LIST, &bytes));
        let bytes = [&[0xdd][..], &(count + 1).to_be_bytes(), &vec![0xc0; limit::SLOTS + 1]].concat();
        assert!(malformed(particle::LIST, &bytes));
    }
}
