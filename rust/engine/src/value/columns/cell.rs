//! One value: from a particle to the bytes of its column, if it fits.

use super::Kind;
use crate::abi::misfit;
use crate::proto::particle;
use crate::value::particle as form;
use crate::Malformed;

/// A double tells integers up to here from their neighbours, a float up to the other.
const EXACT_IN_F64: u64 = 1 << 53;
const EXACT_IN_F32: u64 = 1 << 24;

/// What becomes of a value.
pub enum Cell<'a> {
    /// So many of these bytes, low one first.
    Word([u8; 8]),
    Bytes(&'a [u8]),
    /// There is none.
    Nothing,
    /// `abi::misfit`
    Misfit(u32),
}

/// Told apart from what does not fit: a particle that is none is the server's fault, and ends the connection.
#[inline]
pub fn cell(kind: Kind, particle_type: u8, bytes: &[u8]) -> Result<Cell<'_>, Malformed> {
    Ok(match (kind, particle_type) {
        (Kind::Signed(width), particle::INTEGER) => {
            let (int, spare) = (form::integer(bytes)?, 64 - 8 * width as u32);
            if int << spare >> spare == int {
                Cell::Word(int.to_le_bytes())
            } else {
                Cell::Misfit(misfit::RANGE)
            }
        }
        (Kind::Unsigned(width), particle::INTEGER) => {
            let (int, spare) = (form::integer(bytes)?, 64 - 8 * width as u32);
            if int >= 0 && (int as u64) << spare >> spare == int as u64 {
                Cell::Word(int.to_le_bytes())
            } else {
                Cell::Misfit(misfit::RANGE)
            }
        }
        (Kind::F64, particle::FLOAT) => Cell::Word(form::float(bytes)?.to_le_bytes()),
        (Kind::F64, particle::INTEGER) => {
            let int = form::integer(bytes)?;
            if int.unsigned_abs() <= EXACT_IN_F64 {
                Cell::Word((int as f64).to_le_bytes())
            } else {
                Cell::Misfit(misfit::RANGE)
            }
        }
        (Kind::F32, particle::FLOAT) => {
            let double = form::float(bytes)?;
            let float = double as f32;
            if float.is_infinite() && double.is_finite() {
                Cell::Misfit(misfit::RANGE)
            } else {
                Cell::Word(u64::from(float.to_bits()).to_le_bytes())
            }
        }
        (Kind::F32, particle::INTEGER) => {
            let int = form::integer(bytes)?;
            if int.unsigned_abs() <= EXACT_IN_F32 {
                Cell::Word(u64::from((int as f32).to_bits()).to_le_bytes())
            } else {
                Cell::Misfit(misfit::RANGE)
            }
        }
        (Kind::Bool, particle::BOOL) => Cell::Word([u8::from(form::boolean(bytes)?), 0, 0, 0, 0, 0, 0, 0]),
        (Kind::Text, particle::STRING) => utf8(bytes),
        (Kind::Text, particle::GEOJSON) => utf8(&bytes[form::geo_text(bytes)?..]),
        (Kind::Bytes(width), particle::BLOB) if bytes.len() == width => Cell::Bytes(bytes),
        (Kind::Bytes(_), particle::BLOB) => Cell::Misfit(misfit::SIZE),
        (_, particle::NULL) => Cell::Nothing,
        _ => Cell::Misfit(misfit::TYPE),
    })
}

fn utf8(bytes: &[u8]) -> Cell<'_> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Cell::Bytes(bytes),
        Err(_) => Cell::Misfit(misfit::UTF8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{particle as form, Value};

    /// The bytes of the cell, or why it has none.
    fn told(kind: Kind, value: Value) -> Result<Vec<u8>, u32> {
        let mut bytes = Vec::new();
        let particle_type = form::write(&value, &mut bytes);
        match cell(kind, particle_type, &bytes).unwrap() {
            Cell::Word(word) => Ok(word[..kind.width()].to_vec()),
            Cell::Bytes(bytes) => Ok(bytes.to_vec()),
            Cell::Nothing => Ok(vec![]),
            Cell::Misfit(why) => Err(why),
        }
    }

    #[test]
    fn an_integer_fits_if_its_type_can_hold_it() {
        for width in [1, 2, 4, 8usize] {
            let bits = 8 * width as u32;
            let (low, high) = (i64::MIN >> (64 - bits), i64::MAX >> (64 - bits));
            for int in [low, -1, 0, 1, high] {
                let expected = int.to_le_bytes()[..width].to_vec();
                assert_eq!(told(Kind::Signed(width), Value::Int(int)), Ok(expected.clone()));
                let unsigned = told(Kind::Unsigned(width), Value::Int(int));
                assert_eq!(unsigned, if int < 0 { Err(misfit::RANGE) } else { Ok(expected) });
            }
            if width < 8 {
                for int in [low - 1, high + 1, i64::MIN, i64::MAX] {
                    assert_eq!(told(Kind::Signed(width), Value::Int(int)), Err(misfit::RANGE), "{int} in {width}");
                }
                let top = (1i64 << bits) - 1;
                assert!(told(Kind::Unsigned(width), Value::Int(top)).is_ok());
                assert_eq!(told(Kind::Unsigned(width), Value::Int(top + 1)), Err(misfit::RANGE));
            }
        }
        for other in [Value::Float(1.0), Value::Bool(true), Value::String(b"1".to_vec())] {
            assert_eq!(told(Kind::Signed(8), other), Err(misfit::TYPE));
        }
    }

    #[test]
    fn a_float_takes_integers_that_it_can_hold_exactly() {
        let exact = 1i64 << 53;
        for int in [0, -7, exact, -exact] {
            assert_eq!(told(Kind::F64, Value::Int(int)), Ok((int as f64).to_le_bytes().to_vec()));
        }
        for int in [exact + 1, -exact - 1, i64::MAX, i64::MIN] {
            assert_eq!(told(Kind::F64, Value::Int(int)), Err(misfit::RANGE));
        }
        assert_eq!(told(Kind::F32, Value::Int(1 << 24)), Ok(16_777_216f32.to_le_bytes().to_vec()));
        assert_eq!(told(Kind::F32, Value::Int((1 << 24) + 1)), Err(misfit::RANGE));
    }

    #[test]
    fn a_double_is_kept_bit_by_bit_and_rounded_only_to_f32() {
        let nan = f64::from_bits(0x7FF8_DEAD_BEEF_0001);
        assert_eq!(told(Kind::F64, Value::Float(nan)), Ok(nan.to_le_bytes().to_vec()));
        assert_eq!(told(Kind::F32, Value::Float(0.1)), Ok(0.1f32.to_le_bytes().to_vec()));
        assert_eq!(told(Kind::F32, Value::Float(f64::INFINITY)), Ok(f32::INFINITY.to_le_bytes().to_vec()));
        assert_eq!(told(Kind::F32, Value::Float(1e300)), Err(misfit::RANGE));
        assert_eq!(told(Kind::F64, Value::Bool(true)), Err(misfit::TYPE));
    }

    #[test]
    fn texts_are_utf_8_and_blobs_have_their_length() {
        assert_eq!(told(Kind::Text, Value::String("grün".into())), Ok("grün".into()));
        assert_eq!(told(Kind::Text, Value::Geo(b"{}".to_vec())), Ok(b"{}".to_vec()));
        assert_eq!(told(Kind::Text, Value::String(vec![0xFF])), Err(misfit::UTF8));
        assert_eq!(told(Kind::Text, Value::Blob(b"x".to_vec())), Err(misfit::TYPE));
        assert_eq!(told(Kind::Bytes(2), Value::Blob(vec![1, 2])), Ok(vec![1, 2]));
        for length in [0, 1, 3] {
            assert_eq!(told(Kind::Bytes(2), Value::Blob(vec![0; length])), Err(misfit::SIZE));
        }
        assert_eq!(told(Kind::Bytes(2), Value::String(b"ab".to_vec())), Err(misfit::TYPE));
        assert_eq!(told(Kind::Bool, Value::Bool(true)), Ok(vec![1]));
        assert_eq!(told(Kind::Bool, Value::Int(1)), Err(misfit::TYPE));
        assert_eq!(told(Kind::Bool, Value::Nil), Ok(vec![]));
    }

    #[test]
    fn a_particle_that_is_none_is_malformed() {
        assert!(cell(Kind::Signed(8), particle::INTEGER, &[0; 3]).is_err());
        assert!(cell(Kind::F64, particle::FLOAT, &[0; 4]).is_err());
        assert!(cell(Kind::F32, particle::INTEGER, &[]).is_err());
        assert!(cell(Kind::Bool, particle::BOOL, &[2]).is_err());
        assert!(cell(Kind::Text, particle::GEOJSON, &[0]).is_err());
    }
}
