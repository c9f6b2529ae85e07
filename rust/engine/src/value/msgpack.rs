//! Values packed and unpacked, as lists and maps travel.
//!
//! Reading believes no count and no depth. Writing keeps the order that it finds: a value flagged ordered has to be
//! sorted first (`order::sort_for_wire`), since the server refuses it otherwise.

use super::pack::{self, marker, Token};
use super::{MapOrder, Value};
use crate::limits::limit;
use crate::proto::particle;
use crate::Malformed;

/// Items that are made room for on a header's word alone; the rest when they have been read.
const ROOM: usize = 256;

/// Appends the packed value.
pub fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Nil => out.push(pack::NIL),
        Value::Bool(false) => out.push(pack::FALSE),
        Value::Bool(true) => out.push(pack::TRUE),
        Value::Int(int) => pack::int(*int, out),
        Value::Uint(uint) => pack::uint(*uint, out),
        Value::Float(float) => pack::float(*float, out),
        Value::String(bytes) => pack::text(particle::STRING, bytes, out),
        Value::Blob(bytes) => pack::text(particle::BLOB, bytes, out),
        Value::Typed(particle_type, bytes) => pack::text(*particle_type, bytes, out),
        Value::Geo(bytes) => pack::text(particle::GEOJSON, bytes, out),
        Value::Hll(bytes) => pack::text(particle::HLL, bytes, out),
        Value::List { items, ordered } => {
            pack::list_header(items.len(), u8::from(*ordered) * marker::ORDERED, out);
            items.iter().for_each(|item| write(item, out));
        }
        Value::Map { pairs, order } => {
            pack::map_header(pairs.len(), order.flags(), out);
            for (key, value) in pairs {
                write(key, out);
                write(value, out);
            }
        }
        Value::Infinity => pack::infinity(out),
        Value::Wildcard => pack::wildcard(out),
    }
}

/// Reads one value; gives it and how many bytes it took.
pub fn read(bytes: &[u8]) -> Result<(Value, usize), Malformed> {
    let mut at = 0;
    let value = value(bytes, &mut at, 0)?;
    Ok((value, at))
}

fn value(bytes: &[u8], at: &mut usize, depth: usize) -> Result<Value, Malformed> {
    Ok(match pack::token(bytes, at)? {
        Token::Nil => Value::Nil,
        Token::Bool(bool) => Value::Bool(bool),
        Token::Int(int) => Value::Int(int),
        Token::Uint(uint) => Value::Uint(uint),
        Token::Float(float) => Value::Float(float),
        Token::Text { start, end } => text(&bytes[start..end]),
        Token::List(count) => list(bytes, at, depth + 1, count)?,
        Token::Map(count) => map(bytes, at, depth + 1, count)?,
        // No client writes such an element, but a bin that has one must not cost the connection.
        Token::Ext { start, end, .. } => Value::Blob(bytes[start..end].to_vec()),
        Token::Infinity => Value::Infinity,
        Token::Wildcard => Value::Wildcard,
    })
}

fn text(bytes: &[u8]) -> Value {
    match bytes {
        [particle::STRING, rest @ ..] => Value::String(rest.to_vec()),
        [particle::BLOB, rest @ ..] => Value::Blob(rest.to_vec()),
        [particle::GEOJSON, rest @ ..] => Value::Geo(rest.to_vec()),
        [particle::HLL, rest @ ..] => Value::Hll(rest.to_vec()),
        [first, rest @ ..] if pack::is_text_type(*first) => Value::Typed(*first, rest.to_vec()),
        all => Value::Blob(all.to_vec()),
    }
}

fn list(bytes: &[u8], at: &mut usize, depth: usize, mut count: usize) -> Result<Value, Malformed> {
    let flags = open(bytes, at, depth, &mut count, false)?;
    let mut items = Vec::with_capacity(count.min(ROOM));
    for _ in 0..count {
        items.push(value(bytes, at, depth)?);
    }
    Ok(Value::List { items, ordered: flags & marker::ORDERED != 0 })
}

fn map(bytes: &[u8], at: &mut usize, depth: usize, mut count: usize) -> Result<Value, Malformed> {
    let flags = open(bytes, at, depth, &mut count, true)?;
    let mut pairs = Vec::with_capacity(count.min(ROOM));
    for _ in 0..count {
        let key = value(bytes, at, depth)?;
        pairs.push((key, value(bytes, at, depth)?));
    }
    Ok(Value::Map { pairs, order: MapOrder::from_flags(flags) })
}

/// What a list and a map begin with: the depth is checked, the marker is taken out of the count. Gives its flags.
fn open(bytes: &[u8], at: &mut usize, depth: usize, count: &mut usize, is_map: bool) -> Result<u8, Malformed> {
    if depth > limit::VALUE_DEPTH {
        return Err(Malformed("lists and maps are nested too deeply"));
    }
    if *count == 0 {
        return Ok(0);
    }
    let flags = pack::ordering(bytes, at, is_map)?;
    *count -= usize::from(flags.is_some());
    Ok(flags.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::MapOrder;

    fn packed(value: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        write(value, &mut out);
        out
    }

    fn unpacked(bytes: &[u8]) -> Value {
        let (value, length) = read(bytes).unwrap();
        assert_eq!(length, bytes.len());
        value
    }

    fn list(items: Vec<Value>) -> Value {
        Value::List { items, ordered: false }
    }

    /// `depth` lists in one another.
    fn nested(depth: usize) -> Vec<u8> {
        [vec![0x91; depth - 1], vec![0x90]].concat()
    }

    #[test]
    fn integers_take_their_shortest_form() {
        for (int, bytes) in [
            (0, "00"),
            (127, "7f"),
            (128, "cc80"),
            (255, "ccff"),
            (256, "cd0100"),
            (65535, "cdffff"),
            (65536, "ce00010000"),
            (4_294_967_295, "ceffffffff"),
            (4_294_967_296, "cf0000000100000000"),
            (i64::MAX, "cf7fffffffffffffff"),
            (-1, "ff"),
            (-32, "e0"),
            (-33, "d0df"),
            (-128, "d080"),
            (-129, "d1ff7f"),
            (-32768, "d18000"),
            (-32769, "d2ffff7fff"),
            (-2_147_483_648, "d280000000"),
            (-2_147_483_649, "d3ffffffff7fffffff"),
            (i64::MIN, "d38000000000000000"),
        ] {
            let written = packed(&Value::Int(int));
            assert_eq!(written.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), bytes);
            assert_eq!(unpacked(&written), Value::Int(int));
        }
        assert_eq!(unpacked(&packed(&Value::Uint(u64::MAX))), Value::Uint(u64::MAX));
    }

    #[test]
    fn longer_forms_are_read_too() {
        assert_eq!(unpacked(&[0xd0, 5]), Value::Int(5));
        assert_eq!(unpacked(&[0xd3, 0, 0, 0, 0, 0, 0, 0, 5]), Value::Int(5));
        assert_eq!(unpacked(&[0xcf, 0, 0, 0, 0, 0, 0, 0, 5]), Value::Int(5));
        assert_eq!(unpacked(&[0xca, 0x3f, 0xc0, 0, 0]), Value::Float(1.5));
        assert_eq!(unpacked(&[0xdd, 0, 0, 0, 1, 0xc3]), list(vec![Value::Bool(true)]));
        assert_eq!(
            unpacked(&[0xdf, 0, 0, 0, 1, 1, 2]),
            Value::Map { pairs: vec![(Value::Int(1), Value::Int(2))], order: MapOrder::Unordered }
        );
    }

    #[test]
    fn the_first_byte_of_a_string_says_what_it_is() {
        for (bytes, value) in [
            (&b"\xa3\x03hi"[..], Value::String(b"hi".to_vec())),
            (b"\xa3\x04hi", Value::Blob(b"hi".to_vec())),
            (b"\xa3\x09hi", Value::Typed(9, b"hi".to_vec())),
            (b"\xa3\x12hi", Value::Hll(b"hi".to_vec())),
            (b"\xa3\x17{}", Value::Geo(b"{}".to_vec())),
            (b"\xa1\x03", Value::String(vec![])),
        ] {
            assert_eq!(unpacked(bytes), value);
            assert_eq!(packed(&value), bytes);
        }
    }

    #[test]
    fn bin_headers_are_read_like_strings() {
        assert_eq!(unpacked(b"\xc4\x03\x03hi"), Value::String(b"hi".to_vec()));
        assert_eq!(unpacked(b"\xc5\x00\x03\x04hi"), Value::Blob(b"hi".to_vec()));
        assert_eq!(unpacked(b"\xc6\x00\x00\x00\x03\x03hi"), Value::String(b"hi".to_vec()));
    }

    #[test]
    fn without_a_known_first_byte_a_string_is_all_bytes() {
        assert_eq!(unpacked(b"\xa2hi"), Value::Blob(b"hi".to_vec()));
        assert_eq!(unpacked(b"\xa0"), Value::Blob(vec![]));
        assert_eq!(unpacked(b"\xa2\x01h"), Value::Blob(b"\x01h".to_vec()));
    }

    #[test]
    fn lengths_of_strings_choose_their_header() {
        for (length, header) in [(30, 1), (31, 2), (254, 2), (255, 3), (65534, 3), (65535, 5)] {
            let value = Value::String(vec![b'x'; length]);
            let written = packed(&value);
            assert_eq!(written.len(), header + 1 + length);
            assert_eq!(unpacked(&written), value);
        }
    }

    #[test]
    fn ordered_lists_and_maps_open_with_their_flags() {
        let value = Value::List { items: vec![Value::Int(1)], ordered: true };
        assert_eq!(packed(&value), [0x92, 0xc7, 0, 1, 1]);
        assert_eq!(unpacked(&packed(&value)), value);
        for (order, flags) in [(MapOrder::Key, 1), (MapOrder::KeyValue, 3), (MapOrder::Kept, 8)] {
            let value = Value::Map { pairs: vec![(Value::Int(1), Value::Int(2))], order };
            assert_eq!(packed(&value), [0x82, 0xc7, 0, flags, 0xc0, 1, 2]);
            assert_eq!(unpacked(&packed(&value)), value);
        }
        assert_eq!(unpacked(&[0x91, 0xc7, 0, 0x11]), Value::List { items: vec![], ordered: true });
        assert_eq!(unpacked(&[0x91, 0xd4, 0x01, 0xAA]), Value::List { items: vec![], ordered: true });
        assert!(read(&[0x81, 0xc7, 0, 1, 0x01]).is_err());
    }

    #[test]
    fn infinity_and_wildcard_are_not_taken_for_flags() {
        let value = list(vec![Value::Wildcard, Value::Infinity]);
        assert_eq!(packed(&value), [0x92, 0xd4, 0xff, 0, 0xd4, 0xff, 1]);
        assert_eq!(unpacked(&packed(&value)), value);
    }

    #[test]
    fn an_element_that_no_client_writes_is_bytes() {
        assert_eq!(unpacked(&[0x92, 0xc0, 0xd5, 0x20, 1, 2]), list(vec![Value::Nil, Value::Blob(vec![1, 2])]));
        assert!(read(&[0xc1]).is_err());
    }

    #[test]
    fn a_count_is_not_believed_before_its_items_are_there() {
        for bytes in [
            &[0xdd, 0xff, 0xff, 0xff, 0xff][..],
            &[0xdf, 0xff, 0xff, 0xff, 0xff, 0, 0],
            &[0xdb, 0xff, 0xff, 0xff, 0xff, 3],
            &[0xc9, 0xff, 0xff, 0xff, 0xff, 3],
            &[0x92, 0x01],
            &[0x82, 0x01, 0x01, 0x01],
        ] {
            assert!(read(bytes).is_err(), "{bytes:x?}");
        }
    }

    #[test]
    fn trap_28_limits_values_may_be_nested_256_levels_deep() {
        assert!(read(&nested(256)).is_ok());
        assert!(read(&nested(257)).is_err());
        assert!(read(&nested(100_000)).is_err());
    }
}
