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
