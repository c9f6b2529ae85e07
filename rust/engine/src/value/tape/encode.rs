//! From the shell to the wire: slots become a particle, each of them checked and refused by its index.

use super::{slice, Slot, SAFE_INTEGER};
use crate::abi::{tag, tag_flag};
use crate::limits::limit;
use crate::proto::{code, particle};
use crate::value::{msgpack, order, pack, particle as form, MapOrder, Value};
use crate::Refused;

/// Appends the particle of the value that starts at `slots[at]`, whose texts lie in `data`. Gives its type and the
/// index behind its last slot. When it refuses, what it appended so far stays.
pub fn to_particle(slots: &[Slot], at: usize, data: &[u8], out: &mut Vec<u8>) -> Result<(u8, usize), Refused> {
    let mut reader = Reader { slots, data, at, is_value: true };
    let slot = reader.next()?;
    let particle_type = match slot.kind() {
        tag::NIL => particle::NULL,
        tag::FALSE => form::put(particle::BOOL, &[0], out),
        tag::TRUE => form::put(particle::BOOL, &[1], out),
        tag::INT | tag::INT64 => form::put(particle::INTEGER, &reader.int(slot)?.to_be_bytes(), out),
        tag::DOUBLE => form::put(particle::FLOAT, &slot.f64().to_be_bytes(), out),
        tag::GEOJSON => form::geo(reader.text(slot)?, out),
        tag::BLOB if matches!(slot.blob_type(), particle::LIST | particle::MAP) => {
            form::put(slot.blob_type(), reader.collection(slot)?, out)
        }
        tag::STRING | tag::BLOB | tag::HLL => form::put(reader.text_type(slot)?, reader.text(slot)?, out),
        tag::LIST => {
            reader.pack(slot, 0, out)?;
            particle::LIST
        }
        tag::MAP => {
            reader.pack(slot, 0, out)?;
            particle::MAP
        }
        tag::UINT64 => return Err(reader.refused("a bin cannot hold an integer above 2^63 - 1")),
        tag::INFINITY | tag::WILDCARD => return Err(reader.refused("infinity and wildcard are no values of a bin")),
        _ => return Err(reader.refused("an unknown tag")),
    };
    Ok((particle_type, reader.at))
}

/// Appends the packed form of the element that starts at `slots[at]`: a value, an expression, or whatever else is made of
/// lists. Gives the index behind its last slot. When it refuses, what it appended so far stays.
pub fn to_packed(slots: &[Slot], at: usize, data: &[u8], out: &mut Vec<u8>) -> Result<usize, Refused> {
    let mut reader = Reader { slots, data, at, is_value: false };
    reader.pack_next(0, out)?;
    Ok(reader.at)
}

/// Takes slots one by one and believes none of them.
struct Reader<'a> {
    slots: &'a [Slot],
    data: &'a [u8],
    /// Index of the next slot.
    at: usize,
    /// Whether all of it is to be stored: what only expressions have is refused.
    is_value: bool,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Slot, Refused> {
        let slot = self.slots.get(self.at).copied();
        self.at += 1;
        slot.ok_or(self.refused("slots are missing: a list or map has fewer items than it says"))
    }

    /// Blames the slot that was taken last.
    fn refused(&self, reason: &'static str) -> Refused {
        Refused { code: code::INVALID_ARGUMENT, reason, slot: Some(self.at - 1) }
    }

    fn int(&self, slot: Slot) -> Result<i64, Refused> {
        if slot.kind() == tag::INT64 {
            return Ok(slot.i64());
        }
        let float = slot.f64();
        if float.fract() != 0.0 || float.abs() > SAFE_INTEGER as f64 {
            return Err(self.refused("an INT is not an integer within 2^53 - 1"));
        }
        Ok(float as i64)
    }

    fn text(&self, slot: Slot) -> Result<&'a [u8], Refused> {
        if slot.b as usize > limit::MESSAGE {
            return Err(self.refused("a value is longer than 128 MiB"));
        }
        slice(self.data, slot.a, slot.b).ok_or(self.refused("a text lies outside of the data region"))
    }

    fn text_type(&self, slot: Slot) -> Result<u8, Refused> {
        match slot.kind() {
            tag::STRING => Ok(particle::STRING),
            tag::GEOJSON => Ok(particle::GEOJSON),
            tag::HLL => Ok(particle::HLL),
            _ if pack::is_blob_type(slot.blob_type()) => Ok(slot.blob_type()),
            _ => Err(self.refused("the type of a blob is not that of any client's blob")),
        }
    }

    /// The bytes of a list or map that is packed already.
    fn collection(&self, slot: Slot) -> Result<&[u8], Refused> {
        let bytes = self.text(slot)?;
        let is_one = match pack::token(bytes, &mut 0) {
            Ok(pack::Token::List(_)) => slot.blob_type() == particle::LIST,
            Ok(pack::Token::Map(_)) => slot.blob_type() == particle::MAP,
            _ => false,
        };
        if !is_one || !matches!(pack::skip(bytes, &mut 0), Ok(length) if length == bytes.len()) {
            return Err(self.refused("what is said to be a packed list or map is none"));
        }
        Ok(bytes)
    }

    /// Appends the packed form of the value that `slot` began. `depth`: how many lists and maps it lies in.
    fn pack(&mut self, slot: Slot, depth: usize, out: &mut Vec<u8>) -> Result<(), Refused> {
        match slot.kind() {
            tag::NIL => out.push(pack::NIL),
            tag::FALSE => out.push(pack::FALSE),
            tag::TRUE => out.push(pack::TRUE),
            tag::INT | tag::INT64 => pack::int(self.int(slot)?, out),
            tag::UINT64 => pack::uint(slot.word(), out),
            tag::DOUBLE => pack::float(slot.f64(), out),
            tag::STRING | tag::BLOB | tag::GEOJSON | tag::HLL => {
                pack::text(self.text_type(slot)?, self.text(slot)?, out)
            }
            tag::LIST | tag::MAP if is_sorted(slot) => self.pack_sorted(slot, depth, out)?,
            tag::LIST => {
                self.check_depth(depth)?;
                pack::list_header(slot.a as usize, 0, out);
                for _ in 0..slot.a {
                    self.pack_next(depth + 1, out)?;
                }
            }
            tag::MAP => {
                self.check_depth(depth)?;
                pack::map_header(slot.a as usize, 0, out);
                for _ in 0..slot.a {
                    let key = self.next_key()?;
                    self.pack(key, depth + 1, out)?;
                    self.pack_next(depth + 1, out)?;
                }
            }
            tag::INFINITY => pack::infinity(out),
            tag::WILDCARD => pack::wildcard(out),
            tag::RAW if !self.is_value => pack::raw_text(self.text(slot)?, out),
            tag::PACKED if !self.is_value => self.packed(slot, out)?,
            _ => return Err(self.refused("an unknown tag")),
        }
        Ok(())
    }

    /// Appends what is packed already, if it is one element.
    fn packed(&self, slot: Slot, out: &mut Vec<u8>) -> Result<(), Refused> {
        let bytes = self.text(slot)?;
        match pack::skip(bytes, &mut 0) {
            Ok(length) if length == bytes.len() => out.extend_from_slice(bytes),
            _ => return Err(self.refused("what is said to be packed is not one packed element")),
        }
        Ok(())
    }

    fn pack_next(&mut self, depth: usize, out: &mut Vec<u8>) -> Result<(), Refused> {
        let slot = self.next()?;
        self.pack(slot, depth, out)
    }

    /// Ordered lists and maps have to arrive sorted: they are the ones that become a tree first.
    fn pack_sorted(&mut self, slot: Slot, depth: usize, out: &mut Vec<u8>) -> Result<(), Refused> {
        let first = self.at - 1;
        let mut value = self.value(slot, depth)?;
        order::sort_for_wire(&mut value).map_err(|refused| Refused { slot: Some(first), ..refused })?;
        msgpack::write(&value, out);
        Ok(())
    }

    fn value(&mut self, slot: Slot, depth: usize) -> Result<Value, Refused> {
        Ok(match slot.kind() {
            tag::NIL => Value::Nil,
            tag::FALSE => Value::Bool(false),
            tag::TRUE => Value::Bool(true),
            tag::INT | tag::INT64 => Value::Int(self.int(slot)?),
            tag::UINT64 => Value::Uint(slot.word()),
            tag::DOUBLE => Value::Float(slot.f64()),
            tag::STRING => Value::String(self.text(slot)?.to_vec()),
            tag::GEOJSON => Value::Geo(self.text(slot)?.to_vec()),
            tag::HLL => Value::Hll(self.text(slot)?.to_vec()),
            tag::BLOB => match self.text_type(slot)? {
                particle::BLOB => Value::Blob(self.text(slot)?.to_vec()),
                other => Value::Typed(other, self.text(slot)?.to_vec()),
            },
            tag::LIST => {
                self.check_depth(depth)?;
                let items = (0..slot.a).map(|_| self.next_value(depth + 1)).collect::<Result<_, _>>()?;
                Value::List { items, ordered: is_sorted(slot) }
            }
            tag::MAP => {
                self.check_depth(depth)?;
                let pairs = (0..slot.a).map(|_| self.next_pair(depth + 1)).collect::<Result<_, _>>()?;
                Value::Map { pairs, order: map_order(slot) }
            }
            tag::INFINITY => Value::Infinity,
            tag::WILDCARD => Value::Wildcard,
            _ => return Err(self.refused("an unknown tag")),
        })
    }

    fn next_value(&mut self, depth: usize) -> Result<Value, Refused> {
        let slot = self.next()?;
        self.value(slot, depth)
    }

    fn next_pair(&mut self, depth: usize) -> Result<(Value, Value), Refused> {
        let key = self.next_key()?;
        Ok((self.value(key, depth)?, self.next_value(depth)?))
    }

    /// Keys of a map are checked here, since the server only says "error 1" to others.
    fn next_key(&mut self) -> Result<Slot, Refused> {
        let slot = self.next()?;
        match slot.kind() {
            tag::INT | tag::INT64 | tag::UINT64 | tag::STRING | tag::BLOB => Ok(slot),
            _ => Err(self.refused("a key of a map is neither an integer nor a string nor a blob")),
        }
    }

    fn check_depth(&self, depth: usize) -> Result<(), Refused> {
        if depth >= limit::VALUE_DEPTH {
            return Err(self.refused("lists and maps are nested more than 256 levels deep"));
        }
        Ok(())
    }
}

/// Whether a list or map has to be sorted. KEEP_ORDER, which only answers have, does not matter on the way out.
fn is_sorted(slot: Slot) -> bool {
    let flags = if slot.kind() == tag::MAP { tag_flag::ORDERED | tag_flag::VALUE_ORDERED } else { tag_flag::ORDERED };
    slot.tag & flags != 0
}

fn map_order(slot: Slot) -> MapOrder {
    if slot.tag & tag_flag::VALUE_ORDERED != 0 {
        MapOrder::KeyValue
    } else if slot.tag & tag_flag::ORDERED != 0 {
        MapOrder::Key
    } else {
        MapOrder::Unordered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::NONE;

    const DATA: &[u8] = b"abcdef";

    fn slot(tag: u32, a: u32, b: u32) -> Slot {
        Slot::new(tag, NONE, a, b)
    }

    fn int(value: i64) -> Slot {
        Slot::int(NONE, value)
    }

    fn encoded(slots: &[Slot]) -> (u8, Vec<u8>) {
        let mut out = Vec::new();
        let (particle_type, next) = to_particle(slots, 0, DATA, &mut out).unwrap();
        assert_eq!(next, slots.len());
        (particle_type, out)
    }

    /// The slot that is to blame.
    fn blamed(slots: &[Slot]) -> usize {
        let refused = to_particle(slots, 0, DATA, &mut Vec::new()).unwrap_err();
        assert_eq!(refused.code, code::INVALID_ARGUMENT);
        refused.slot.unwrap()
    }

    /// `depth` lists in one another.
    fn nested(depth: usize, tag: u32) -> Vec<Slot> {
        let mut slots = vec![slot(tag, 1, 0); depth];
        slots.push(slot(tag::NIL, 0, 0));
        slots
    }

    #[test]
    fn scalars_become_particles() {
        assert_eq!(encoded(&[slot(tag::NIL, 0, 0)]), (particle::NULL, vec![]));
        assert_eq!(encoded(&[slot(tag::TRUE, 0, 0)]), (particle::BOOL, vec![1]));
        assert_eq!(encoded(&[int(-2)]), (particle::INTEGER, (-2i64).to_be_bytes().to_vec()));
        assert_eq!(encoded(&[int(i64::MIN)]), (particle::INTEGER, i64::MIN.to_be_bytes().to_vec()));
        let half = Slot::wide(tag::DOUBLE, NONE, 0.5f64.to_bits());
        assert_eq!(encoded(&[half]), (particle::FLOAT, 0.5f64.to_be_bytes().to_vec()));
        assert_eq!(encoded(&[slot(tag::STRING, 1, 2)]), (particle::STRING, b"bc".to_vec()));
        assert_eq!(encoded(&[slot(tag::STRING | tag_flag::ASCII, 1, 2)]), (particle::STRING, b"bc".to_vec()));
        assert_eq!(encoded(&[slot(tag::BLOB, 0, 6)]), (particle::BLOB, b"abcdef".to_vec()));
        assert_eq!(encoded(&[slot(tag::BLOB | 9 << 8, 0, 1)]), (particle::PYTHON_BLOB, b"a".to_vec()));
        assert_eq!(encoded(&[slot(tag::HLL, 6, 0)]), (particle::HLL, vec![]));
        assert_eq!(encoded(&[slot(tag::GEOJSON, 0, 1)]), (particle::GEOJSON, b"\0\0\0a".to_vec()));
    }

    #[test]
    fn a_list_or_map_ends_where_its_last_item_ends() {
        let slots = [slot(tag::LIST, 2, 0), slot(tag::MAP, 1, 0), int(1), slot(tag::STRING, 0, 1), int(2), int(99)];
        let mut out = Vec::new();
        assert_eq!(to_particle(&slots, 0, DATA, &mut out), Ok((particle::LIST, 5)));
        assert_eq!(out, [0x92, 0x81, 1, 0xa2, 3, b'a', 2]);
        assert_eq!(to_particle(&slots, 5, DATA, &mut out), Ok((particle::INTEGER, 6)));
    }

    #[test]
    fn trap_8_what_is_flagged_ordered_is_sorted() {
        let slots = [slot(tag::LIST | tag_flag::ORDERED, 3, 0), int(3), slot(tag::NIL, 0, 0), int(-1)];
        assert_eq!(encoded(&slots), (particle::LIST, vec![0x94, 0xc7, 0, 1, 0xc0, 0xff, 3]));
        for (flags, byte) in
            [(tag_flag::ORDERED, 1), (tag_flag::ORDERED | tag_flag::VALUE_ORDERED, 3), (tag_flag::VALUE_ORDERED, 3)]
        {
            let slots = [slot(tag::MAP | flags, 2, 0), int(2), int(0), int(1), int(9)];
            assert_eq!(encoded(&slots), (particle::MAP, vec![0x83, 0xc7, 0, byte, 0xc0, 1, 9, 2, 0]));
        }
    }

    #[test]
    fn trap_8_an_ordered_list_inside_of_an_unordered_one_is_sorted_too() {
        let slots = [slot(tag::LIST, 1, 0), slot(tag::LIST | tag_flag::ORDERED, 2, 0), int(2), int(1)];
        assert_eq!(encoded(&slots), (particle::LIST, vec![0x91, 0x93, 0xc7, 0, 1, 1, 2]));
    }

    #[test]
    fn trap_8_a_key_that_stands_twice_in_an_ordered_map_is_refused() {
        let slots = [slot(tag::MAP | tag_flag::ORDERED, 2, 0), int(1), int(0), int(1), int(9)];
        assert_eq!(blamed(&slots), 0);
        assert_eq!(blamed(&[&[slot(tag::LIST, 1, 0)], &slots[..]].concat()), 1);
    }

    #[test]
    fn trap_8_only_integers_strings_and_blobs_are_keys() {
        for key in [tag::NIL, tag::TRUE, tag::DOUBLE, tag::GEOJSON, tag::HLL, tag::LIST, tag::MAP, tag::INFINITY] {
            for map in [tag::MAP, tag::MAP | tag_flag::ORDERED] {
                assert_eq!(blamed(&[slot(map, 1, 0), slot(key, 0, 0), int(1)]), 1);
            }
        }
        for key in [int(1), int(i64::MIN), slot(tag::STRING, 0, 1), slot(tag::BLOB, 0, 1)] {
            assert_eq!(encoded(&[slot(tag::MAP, 1, 0), key, int(1)]).0, particle::MAP);
        }
    }

    #[test]
    fn the_order_of_an_answer_is_not_sent_back() {
        let slots = [slot(tag::MAP | tag_flag::KEEP_ORDER | tag_flag::TEXT_KEYS, 1, 0), int(2), int(0)];
        assert_eq!(encoded(&slots), (particle::MAP, vec![0x81, 2, 0]));
    }

    #[test]
    fn conditions_and_large_unsigned_integers_are_elements_but_no_values_of_a_bin() {
        for tag in [tag::INFINITY, tag::WILDCARD, tag::UINT64] {
            assert_eq!(blamed(&[slot(tag, 0, 0x8000_0000)]), 0);
        }
        let slots = [
            slot(tag::LIST, 3, 0),
            slot(tag::INFINITY, 0, 0),
            slot(tag::WILDCARD, 0, 0),
            slot(tag::UINT64, 1, 0x8000_0000),
        ];
        let packed = [0x93, 0xd4, 0xff, 1, 0xd4, 0xff, 0, 0xcf, 0x80, 0, 0, 0, 0, 0, 0, 1];
        assert_eq!(encoded(&slots), (particle::LIST, packed.to_vec()));
    }

    #[test]
    fn texts_outside_of_the_data_region_are_refused() {
        for (a, b) in [(0, 7), (6, 1), (7, 0), (u32::MAX, u32::MAX), (0, u32::MAX)] {
            for tag in [tag::STRING, tag::BLOB, tag::GEOJSON, tag::HLL] {
                assert_eq!(blamed(&[slot(tag, a, b)]), 0);
                assert_eq!(blamed(&[slot(tag::LIST, 2, 0), int(1), slot(tag, a, b)]), 2);
                assert_eq!(blamed(&[slot(tag::LIST | tag_flag::ORDERED, 2, 0), int(1), slot(tag, a, b)]), 2);
            }
        }
    }

    #[test]
    fn an_int_that_is_none_is_refused() {
        for float in [0.5, f64::NAN, f64::INFINITY, 9_007_199_254_740_992.0] {
            assert_eq!(blamed(&[Slot::wide(tag::INT, NONE, float.to_bits())]), 0);
        }
    }

    #[test]
    fn missing_slots_and_unknown_tags_are_refused() {
        assert_eq!(blamed(&[]), 0);
        assert_eq!(blamed(&[slot(tag::LIST, 2, 0), int(1)]), 2);
        assert_eq!(blamed(&[slot(tag::MAP, 1, 0), int(1)]), 2);
        assert_eq!(blamed(&[slot(tag::LIST | tag_flag::ORDERED, u32::MAX, 0), int(1)]), 2);
        assert_eq!(blamed(&[slot(tag::LIST, u32::MAX, 0)]), 1);
        assert_eq!(blamed(&[slot(99, 0, 0)]), 0);
        assert_eq!(blamed(&[slot(tag::NAME, 0, 0)]), 0);
        assert_eq!(blamed(&[slot(tag::LIST, 1, 0), slot(tag::NAME, 0, 0)]), 1);
        assert_eq!(blamed(&[slot(tag::BLOB | 99 << 8, 0, 0)]), 0);
    }

    #[test]
    fn a_list_or_map_that_is_packed_already_is_a_bin_as_it_is() {
        let packed = |kind: u8, bytes: &[u8]| {
            let slot = Slot::new(tag::BLOB | u32::from(kind) << 8, NONE, 0, bytes.len() as u32);
            let mut out = Vec::new();
            to_particle(&[slot], 0, bytes, &mut out).map(|(kind, _)| (kind, out))
        };
        for (kind, bytes) in [(particle::LIST, &[0x92, 1, 0x90][..]), (particle::MAP, &[0x81, 1, 2])] {
            assert_eq!(packed(kind, bytes), Ok((kind, bytes.to_vec())));
            let other = particle::LIST + particle::MAP - kind;
            assert!(packed(other, bytes).is_err());
            assert!(packed(kind, &bytes[..bytes.len() - 1]).is_err());
            assert!(packed(kind, &[bytes, &[0]].concat()).is_err());
            assert!(packed(kind, &[]).is_err());
        }
        // Only a whole bin: within a list it would have to be walked.
        let inside =
            [Slot::new(tag::LIST, NONE, 1, 0), Slot::new(tag::BLOB | u32::from(particle::LIST) << 8, NONE, 0, 1)];
        assert!(to_particle(&inside, 0, &[0x90], &mut Vec::new()).is_err());
    }

    #[test]
    fn trap_28_limits_values_may_be_nested_256_levels_deep() {
        for tag in [tag::LIST, tag::LIST | tag_flag::ORDERED] {
            assert_eq!(encoded(&nested(256, tag)).0, particle::LIST);
            assert_eq!(blamed(&nested(257, tag)), 256);
            assert_eq!(blamed(&nested(10_000, tag)), 256);
        }
    }
}
