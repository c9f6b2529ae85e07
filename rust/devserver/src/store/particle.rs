//! Values of bins, kept as they go over the wire so that a read is a copy. What a client sends is checked and brought
//! into the server's own form first: integers of 8 bytes, lists and maps compact and sorted, GeoJSON with its cells.

use crate::geo;
use crate::hll;
use crate::limits::limit;
use crate::Code;
use aerospike_sansio::proto::{code, particle};
use aerospike_sansio::value::particle as wire;
use aerospike_sansio::value::{msgpack, order, MapOrder, Value};
use std::cmp::Ordering;

#[derive(Clone, Debug, PartialEq)]
pub enum Particle {
    Integer(i64),
    /// The bits of a double: a NaN is given back bit for bit.
    Float(u64),
    Bool(bool),
    /// Particle type and bytes of any other value.
    Bytes(u8, Box<[u8]>),
}

impl Particle {
    /// A value as a WRITE op brings it. The codes are the recorded server's (`raw/malformed/ops`, `kv/value`).
    #[inline]
    pub fn from_wire(particle_type: u8, value: &[u8]) -> Result<Particle, Code> {
        if value.len() > limit::RECORD {
            return Err(code::RECORD_TOO_BIG);
        }
        match particle_type {
            particle::INTEGER => integer(value).map(Particle::Integer),
            particle::FLOAT => match value.try_into() {
                Ok(bytes) => Ok(Particle::Float(u64::from_be_bytes(bytes))),
                Err(_) => Err(code::PARAMETER),
            },
            particle::BOOL => match value {
                [0] => Ok(Particle::Bool(false)),
                [1] => Ok(Particle::Bool(true)),
                _ => Err(code::PARAMETER),
            },
            particle::STRING | particle::BLOB | particle::VECTOR => Ok(Particle::Bytes(particle_type, value.into())),
            particle::JAVA_BLOB..=particle::ERLANG_BLOB => Ok(Particle::Bytes(particle_type, value.into())),
            particle::LIST | particle::MAP => collection(particle_type, value),
            particle::GEOJSON => geo::particle(value).map(|bytes| Particle::Bytes(particle_type, bytes)),
            particle::HLL => {
                if hll::is_valid(value) {
                    Ok(Particle::Bytes(particle_type, value.into()))
                } else {
                    Err(code::PARAMETER)
                }
            }
            _ => Err(code::PARAMETER),
        }
    }

    /// A value of an operation, as a bin keeps it; nothing for nil. It must be settled.
    pub fn from_value(value: &Value) -> Result<Option<Particle>, Code> {
        Ok(Some(match value {
            Value::Nil | Value::Infinity | Value::Wildcard => return Ok(None),
            Value::Bool(bool) => Particle::Bool(*bool),
            Value::Int(int) => Particle::Integer(*int),
            Value::Uint(uint) => Particle::Integer(*uint as i64),
            Value::Float(float) => Particle::Float(float.to_bits()),
            // Without cells; a text in a list or map need not be GeoJSON.
            Value::Geo(text) => {
                let wire = [&[0; 3], &**text].concat();
                Particle::Bytes(particle::GEOJSON, geo::particle(&wire).unwrap_or_else(|_| wire.into()))
            }
            Value::String(_)
            | Value::Blob(_)
            | Value::Typed(..)
            | Value::Hll(_)
            | Value::List { .. }
            | Value::Map { .. } => {
                let mut bytes = Vec::new();
                let particle_type = wire::write(value, &mut bytes);
                Particle::Bytes(particle_type, bytes.into())
            }
        }))
    }

    pub fn particle_type(&self) -> u8 {
        match self {
            Particle::Integer(_) => particle::INTEGER,
            Particle::Float(_) => particle::FLOAT,
            Particle::Bool(_) => particle::BOOL,
            Particle::Bytes(particle_type, _) => *particle_type,
        }
    }

    /// Appends the bytes of the value, gives its type.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>) -> u8 {
        match self {
            Particle::Integer(int) => out.extend_from_slice(&int.to_be_bytes()),
            Particle::Float(bits) => out.extend_from_slice(&bits.to_be_bytes()),
            Particle::Bool(bool) => out.push(u8::from(*bool)),
            Particle::Bytes(_, bytes) => out.extend_from_slice(bytes),
        }
        self.particle_type()
    }

    /// INCR of an existing bin. The types must be the same: the server refuses to add an integer to a double
    /// (`kv/basic/add_int_to_double`). Integers wrap (`kv/basic/add_overflow`).
    pub fn increment(&mut self, particle_type: u8, value: &[u8]) -> Result<(), Code> {
        match self {
            Particle::Integer(int) if particle_type == particle::INTEGER => *int = int.wrapping_add(integer(value)?),
            Particle::Float(bits) if particle_type == particle::FLOAT => {
                let bytes = value.try_into().map_err(|_| code::PARAMETER)?;
                *bits = (f64::from_bits(*bits) + f64::from_bits(u64::from_be_bytes(bytes))).to_bits();
            }
            Particle::Bytes(particle::GEOJSON, _) => return Err(code::SERVER_ERROR),
            _ => return Err(code::BIN_TYPE),
        }
        Ok(())
    }

    /// APPEND or PREPEND to an existing bin, which must be a string or a blob of the same type.
    pub fn concatenate(&mut self, particle_type: u8, value: &[u8], at_end: bool) -> Result<(), Code> {
        let Particle::Bytes(own_type, bytes) = self else { return Err(code::BIN_TYPE) };
        match *own_type {
            particle::GEOJSON => return Err(code::SERVER_ERROR),
            particle::LIST | particle::MAP | particle::HLL => return Err(code::BIN_TYPE),
            own if own != particle_type => return Err(code::BIN_TYPE),
            _ => {}
        }
        if bytes.len() + value.len() > limit::RECORD {
            return Err(code::RECORD_TOO_BIG);
        }
        *bytes = if at_end { [&**bytes, value].concat() } else { [value, &**bytes].concat() }.into();
        Ok(())
    }

    /// Bytes of the value on the real server's storage, its type included.
    pub fn flat_size(&self) -> usize {
        match self {
            Particle::Integer(int) => match *int as u64 {
                0..=0xFF => 3,
                0x100..=0xFFFF => 4,
                0x1_0000..=0xFFFF_FFFF => 6,
                _ => 10,
            },
            Particle::Float(_) => 9,
            Particle::Bool(_) => 2,
            Particle::Bytes(_, bytes) => 5 + bytes.len(),
        }
    }
}

/// 1, 2, 4 or 8 bytes; the shorter ones are not sign-extended.
fn integer(value: &[u8]) -> Result<i64, Code> {
    match *value {
        [a] => Ok(i64::from(a)),
        [a, b] => Ok(i64::from(u16::from_be_bytes([a, b]))),
        [a, b, c, d] => Ok(i64::from(u32::from_be_bytes([a, b, c, d]))),
        [a, b, c, d, e, f, g, h] => Ok(i64::from_be_bytes([a, b, c, d, e, f, g, h])),
        _ => Err(code::PARAMETER),
    }
}

/// A list or map: must be valid msgpack to its last byte, and is rewritten compactly. Anything wrong is code 1.
fn collection(particle_type: u8, packed: &[u8]) -> Result<Particle, Code> {
    let (mut value, length) = msgpack::read(packed).map_err(|_| code::SERVER_ERROR)?;
    let right_kind = match &value {
        Value::List { .. } => particle_type == particle::LIST,
        Value::Map { .. } => particle_type == particle::MAP,
        _ => false,
    };
    if !right_kind || length != packed.len() || !settle(&mut value) {
        return Err(code::SERVER_ERROR);
    }
    let mut bytes = Vec::with_capacity(packed.len());
    msgpack::write(&value, &mut bytes);
    Ok(Particle::Bytes(particle_type, bytes.into()))
}

/// Brings a value into the form in which it is kept: unordered maps sorted by key. False if it cannot be kept: an
/// ordered list or map that is not sorted, a key that is there twice or is not an integer, string or blob, or a value
/// that only conditions may hold.
pub fn settle(value: &mut Value) -> bool {
    match value {
        Value::Infinity | Value::Wildcard => false,
        Value::List { items, ordered } => {
            items.iter_mut().all(settle)
                && (!*ordered || items.windows(2).all(|pair| order::compare(&pair[0], &pair[1]) != Ordering::Greater))
        }
        Value::Map { pairs, order } => {
            let keyed = |key: &Value| matches!(key, Value::Int(_) | Value::Uint(_) | Value::String(_) | Value::Blob(_));
            if !pairs.iter_mut().all(|(key, value)| keyed(key) && settle(value)) {
                return false;
            }
            match order {
                MapOrder::Key | MapOrder::KeyValue => {}
                MapOrder::Unordered | MapOrder::Kept => {
                    pairs.sort_by(|a, b| order::compare(&a.0, &b.0));
                    *order = MapOrder::Unordered;
                }
            }
            pairs.windows(2).all(|pair| order::compare(&pair[0].0, &pair[1].0) == Ordering::Less)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_integers_of_1_2_4_and_8_bytes_without_extending_the_sign() {
        let read = |bytes: &[u8]| Particle::from_wire(particle::INTEGER, bytes);
        assert_eq!(read(&[0xFF, 0xFF]), Ok(Particle::Integer(65535)));
        assert_eq!(read(&[0xFF; 8]), Ok(Particle::Integer(-1)));
        assert_eq!(read(&[1, 2, 3]), Err(code::PARAMETER));
        assert_eq!(read(&[]), Err(code::PARAMETER));
    }

    #[test]
    fn integers_wrap_and_types_do_not_mix() {
        let mut int = Particle::Integer(i64::MAX);
        int.increment(particle::INTEGER, &1i64.to_be_bytes()).unwrap();
        assert_eq!(int, Particle::Integer(i64::MIN));
        assert_eq!(int.increment(particle::FLOAT, &1f64.to_be_bytes()), Err(code::BIN_TYPE));
    }
}
