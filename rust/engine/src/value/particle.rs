//! Values as bins hold them: a particle type and bytes. Lists and maps are packed inside; everything else is as short as
//! its type says.

use super::{msgpack, pack, Value};
use crate::proto::particle;
use crate::Malformed;

/// Bytes before the text of a GEOJSON particle, without cells: flags, then the number of cells.
const GEO_HEADER: usize = 3;
const GEO_CELL: usize = 8;

/// Appends the value's bytes and gives its particle type.
///
/// Infinity and wildcard are no values of a bin and give NULL; an unsigned integer, which only lists and maps can hold,
/// gives an INTEGER of the same bits.
pub fn write(value: &Value, out: &mut Vec<u8>) -> u8 {
    match value {
        Value::Nil | Value::Infinity | Value::Wildcard => particle::NULL,
        Value::Bool(bool) => put(particle::BOOL, &[u8::from(*bool)], out),
        Value::Int(int) => put(particle::INTEGER, &int.to_be_bytes(), out),
        Value::Uint(uint) => put(particle::INTEGER, &uint.to_be_bytes(), out),
        Value::Float(float) => put(particle::FLOAT, &float.to_be_bytes(), out),
        Value::String(bytes) => put(particle::STRING, bytes, out),
        Value::Blob(bytes) => put(particle::BLOB, bytes, out),
        Value::Typed(particle_type, bytes) => put(*particle_type, bytes, out),
        Value::Geo(text) => geo(text, out),
        Value::Hll(bytes) => put(particle::HLL, bytes, out),
        Value::List { .. } => packed(particle::LIST, value, out),
        Value::Map { .. } => packed(particle::MAP, value, out),
    }
}

/// The value of a particle. Bytes of a type that we do not know come back as they are, with their type.
pub fn read(particle_type: u8, bytes: &[u8]) -> Result<Value, Malformed> {
    Ok(match particle_type {
        particle::NULL => Value::Nil,
        particle::INTEGER => Value::Int(integer(bytes)?),
        particle::FLOAT => Value::Float(float(bytes)?),
        particle::STRING => Value::String(bytes.to_vec()),
        particle::BLOB => Value::Blob(bytes.to_vec()),
        particle::BOOL => Value::Bool(boolean(bytes)?),
        particle::HLL => Value::Hll(bytes.to_vec()),
        particle::GEOJSON => Value::Geo(bytes[geo_text(bytes)?..].to_vec()),
        particle::LIST => match whole(bytes)? {
            list @ Value::List { .. } => list,
            _ => return Err(Malformed("a list particle holds no list")),
        },
        particle::MAP => match whole(bytes)? {
            map @ Value::Map { .. } => map,
            _ => return Err(Malformed("a map particle holds no map")),
        },
        other => Value::Typed(other, bytes.to_vec()),
    })
}

/// An INTEGER of 1, 2, 4 or 8 bytes. Short ones are zero-extended, as the server does it: FF FF is 65535.
#[inline]
pub(super) fn integer(bytes: &[u8]) -> Result<i64, Malformed> {
    match *bytes {
        [a, b, c, d, e, f, g, h] => Ok(i64::from_be_bytes([a, b, c, d, e, f, g, h])),
        [a, b, c, d] => Ok(i64::from(u32::from_be_bytes([a, b, c, d]))),
        [a, b] => Ok(i64::from(u16::from_be_bytes([a, b]))),
        [a] => Ok(i64::from(a)),
        _ => Err(Malformed("an integer has not 1, 2, 4 or 8 bytes")),
    }
}

#[inline]
pub(super) fn float(bytes: &[u8]) -> Result<f64, Malformed> {
    let bytes = bytes.try_into().map_err(|_| Malformed("a double has not 8 bytes"))?;
    Ok(f64::from_be_bytes(bytes))
}

#[inline]
pub(super) fn boolean(bytes: &[u8]) -> Result<bool, Malformed> {
    match bytes {
        [0] => Ok(false),
        [1] => Ok(true),
        _ => Err(Malformed("a boolean is neither 0 nor 1")),
    }
}

/// Where the text of a GEOJSON particle starts: behind its cells, which answers have and requests do not.
pub(super) fn geo_text(bytes: &[u8]) -> Result<usize, Malformed> {
    let Some(&[_, high, low]) = bytes.first_chunk::<GEO_HEADER>() else {
        return Err(Malformed("a GeoJSON value ends within its header"));
    };
    let start = GEO_HEADER + usize::from(u16::from_be_bytes([high, low])) * GEO_CELL;
    if start > bytes.len() {
        return Err(Malformed("a GeoJSON value ends within its cells"));
    }
    Ok(start)
}

/// Appends the GEOJSON particle of a text: no flags, no cells (the server makes them).
pub(super) fn geo(text: &[u8], out: &mut Vec<u8>) -> u8 {
    out.extend_from_slice(&[0; GEO_HEADER]);
    put(particle::GEOJSON, text, out)
}

pub(super) fn put(particle_type: u8, bytes: &[u8], out: &mut Vec<u8>) -> u8 {
    out.extend_from_slice(bytes);
    particle_type
}

fn packed(particle_type: u8, value: &Value, out: &mut Vec<u8>) -> u8 {
    msgpack::write(value, out);
    particle_type
}

fn whole(bytes: &[u8]) -> Result<Value, Malformed> {
    let (value, length) = msgpack::read(bytes)?;
    if length != bytes.len() {
        return Err(pack::TRAILING);
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_10_short_integers_are_zero_extended() {
        for (bytes, expected) in [
            (&[0xFF][..], 255),
            (&[0xFF, 0xFF], 65535),
            (&[0xFF; 4], 4_294_967_295),
            (&[0xFF; 8], -1),
            (&[0x80, 0, 0, 0, 0, 0, 0, 0], i64::MIN),
        ] {
            assert_eq!(read(particle::INTEGER, bytes), Ok(Value::Int(expected)));
        }
        for length in [0, 3, 5, 6, 7, 9] {
            assert!(read(particle::INTEGER, &vec![0; length]).is_err());
        }
    }

    #[test]
    fn trap_9_the_cells_of_an_answer_are_not_part_of_the_geojson() {
        let point = br#"{"type":"Point","coordinates":[1,2]}"#;
        let mut written = Vec::new();
        assert_eq!(write(&Value::Geo(point.to_vec()), &mut written), particle::GEOJSON);
        assert_eq!(written[..4], [0, 0, 0, b'{']);
        for cells in 0..3u8 {
            let answer = [&[0, 0, cells][..], &vec![0xCE; usize::from(cells) * 8], point].concat();
            assert_eq!(read(particle::GEOJSON, &answer), Ok(Value::Geo(point.to_vec())));
        }
        assert!(read(particle::GEOJSON, &[0, 0]).is_err());
        assert!(read(particle::GEOJSON, &[0, 0, 2, 1, 2, 3]).is_err());
        assert!(read(particle::GEOJSON, &[0, 0xFF, 0xFF]).is_err());
    }

    #[test]
    fn a_double_keeps_its_bits_even_those_of_a_nan() {
        let bits = 0x7FF8_DEAD_BEEF_0001u64;
        let Ok(Value::Float(nan)) = read(particle::FLOAT, &bits.to_be_bytes()) else { panic!("no double") };
        assert_eq!(nan.to_bits(), bits);
        assert!(read(particle::FLOAT, &[0; 4]).is_err());
    }

    #[test]
    fn a_boolean_is_0_or_1() {
        assert_eq!(read(particle::BOOL, &[0]), Ok(Value::Bool(false)));
        assert_eq!(read(particle::BOOL, &[1]), Ok(Value::Bool(true)));
        assert!(read(particle::BOOL, &[2]).is_err());
        assert!(read(particle::BOOL, &[]).is_err());
    }

    #[test]
    fn bytes_of_any_other_type_keep_it() {
        for particle_type in [7, 8, 9, 10, 11, 12, 16, 99, 255] {
            let value = read(particle_type, &[1, 2]).unwrap();
            assert_eq!(value, Value::Typed(particle_type, vec![1, 2]));
            assert_eq!(write(&value, &mut Vec::new()), particle_type);
        }
    }

    #[test]
    fn a_string_need_not_be_utf_8() {
        assert_eq!(read(particle::STRING, &[0xFF, 0xFE]), Ok(Value::String(vec![0xFF, 0xFE])));
    }

    #[test]
    fn a_list_or_map_fills_its_particle_and_is_what_the_type_says() {
        assert!(read(particle::LIST, &[0x90]).is_ok());
        assert!(read(particle::MAP, &[0x80]).is_ok());
        for (particle_type, bytes) in [
            (particle::LIST, &[0x90, 0xC0][..]),
            (particle::LIST, &[0x80]),
            (particle::LIST, &[]),
            (particle::MAP, &[0x80, 0x80]),
            (particle::MAP, &[0x90]),
            (particle::MAP, &[0xC0]),
        ] {
            assert!(read(particle_type, bytes).is_err(), "{bytes:x?}");
        }
    }
}
