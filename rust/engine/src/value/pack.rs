//! MessagePack as Aerospike speaks it, one token at a time: what `msgpack` (values) and `tape` (slots) share.
//!
//! A string is a str of which the first byte is its particle type, and so are blobs; bin headers are read as str and
//! never written. An ordered list or map opens with an ext whose type holds its flags. A token never allocates.

use crate::proto::particle;
use crate::Malformed;

/// Flags of the ext that opens an ordered list or map.
pub mod marker {
    /// List: kept sorted. Map: sorted by key.
    pub const ORDERED: u8 = 0x01;
    /// Map: sorted by value also, always with ORDERED.
    pub const VALUE_ORDERED: u8 = 0x02;
    /// Map, in answers only: the pairs are in an order that means something.
    pub const KEEP_ORDER: u8 = 0x08;
}

/// The ext type of infinity and wildcard, which exist in conditions only.
const CONDITION: u8 = 0xFF;
const WILDCARD: u8 = 0x00;
const INFINITY: u8 = 0x01;

const TRUNCATED: Malformed = Malformed("a list or map ends too early");
/// What lies behind the end of a list or map particle.
pub const TRAILING: Malformed = Malformed("bytes follow a list or map");

/// The next thing in a packed value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token {
    Nil,
    Bool(bool),
    Int(i64),
    /// Above 2^63 - 1.
    Uint(u64),
    Float(f64),
    /// A string or blob, its type byte included, in `bytes[start..end]`.
    Text {
        start: usize,
        end: usize,
    },
    /// So many items follow.
    List(usize),
    /// So many pairs follow.
    Map(usize),
    /// Payload in `bytes[start..end]`.
    Ext {
        kind: u8,
        start: usize,
        end: usize,
    },
    Infinity,
    Wildcard,
}

/// Reads the token at `at` and moves `at` behind it. Counts are not more than the bytes that are left.
#[inline]
pub fn token(bytes: &[u8], at: &mut usize) -> Result<Token, Malformed> {
    let Some(&first) = bytes.get(*at) else { return Err(TRUNCATED) };
    *at += 1;
    match first {
        0x00..=0x7f => Ok(Token::Int(i64::from(first))),
        0x80..=0x8f => map(bytes, at, usize::from(first & 0x0f)),
        0x90..=0x9f => list(bytes, at, usize::from(first & 0x0f)),
        0xa0..=0xbf => raw(bytes, at, usize::from(first & 0x1f)),
        0xc0 => Ok(Token::Nil),
        0xc1 => Err(Malformed("byte c1 in a list or map")),
        0xc2 => Ok(Token::Bool(false)),
        0xc3 => Ok(Token::Bool(true)),
        0xc4 | 0xd9 => length::<1>(bytes, at).and_then(|length| raw(bytes, at, length)),
        0xc5 | 0xda => length::<2>(bytes, at).and_then(|length| raw(bytes, at, length)),
        0xc6 | 0xdb => length::<4>(bytes, at).and_then(|length| raw(bytes, at, length)),
        0xc7 => length::<1>(bytes, at).and_then(|length| ext(bytes, at, length)),
        0xc8 => length::<2>(bytes, at).and_then(|length| ext(bytes, at, length)),
        0xc9 => length::<4>(bytes, at).and_then(|length| ext(bytes, at, length)),
        0xca => Ok(Token::Float(f64::from(f32::from_be_bytes(take(bytes, at)?)))),
        0xcb => Ok(Token::Float(f64::from_be_bytes(take(bytes, at)?))),
        0xcc => Ok(Token::Int(i64::from(u8::from_be_bytes(take(bytes, at)?)))),
        0xcd => Ok(Token::Int(i64::from(u16::from_be_bytes(take(bytes, at)?)))),
        0xce => Ok(Token::Int(i64::from(u32::from_be_bytes(take(bytes, at)?)))),
        0xcf => Ok(unsigned(u64::from_be_bytes(take(bytes, at)?))),
        0xd0 => Ok(Token::Int(i64::from(i8::from_be_bytes(take(bytes, at)?)))),
        0xd1 => Ok(Token::Int(i64::from(i16::from_be_bytes(take(bytes, at)?)))),
        0xd2 => Ok(Token::Int(i64::from(i32::from_be_bytes(take(bytes, at)?)))),
        0xd3 => Ok(Token::Int(i64::from_be_bytes(take(bytes, at)?))),
        0xd4..=0xd8 => ext(bytes, at, 1 << (first - 0xd4)),
        0xdc => length::<2>(bytes, at).and_then(|count| list(bytes, at, count)),
        0xdd => length::<4>(bytes, at).and_then(|count| list(bytes, at, count)),
        0xde => length::<2>(bytes, at).and_then(|count| map(bytes, at, count)),
        0xdf => length::<4>(bytes, at).and_then(|count| map(bytes, at, count)),
        0xe0..=0xff => Ok(Token::Int(i64::from(first as i8))),
    }
}

/// Goes past one element with all that it holds, and gives where it ends.
pub fn skip(bytes: &[u8], at: &mut usize) -> Result<usize, Malformed> {
    let mut left: usize = 1;
    while left > 0 {
        left -= 1;
        // Counts are not more than the bytes that are left, each of which is at most one of these elements.
        match token(bytes, at)? {
            Token::List(items) => left += items,
            Token::Map(pairs) => left += 2 * pairs,
            _ => {}
        }
        if left > bytes.len() - *at {
            return Err(TRUNCATED);
        }
    }
    Ok(*at)
}

/// The flags of a list's or map's marker, if the next token is one; a map's marker has a nil beside it.
/// The marker counts as an item (or pair) of its list (or map).
#[inline]
pub fn ordering(bytes: &[u8], at: &mut usize, is_map: bool) -> Result<Option<u8>, Malformed> {
    if !matches!(bytes.get(*at), Some(0xc7..=0xc9 | 0xd4..=0xd8)) {
        return Ok(None);
    }
    let mut after = *at;
    let Token::Ext { kind, .. } = token(bytes, &mut after)? else { return Ok(None) };
    if is_map && token(bytes, &mut after)? != Token::Nil {
        return Err(Malformed("the flags of a map have a value"));
    }
    *at = after;
    Ok(Some(kind))
}

/// Whether the first byte of a text says what the rest is. Other clients' data without a type byte exists: an
/// unknown first byte belongs to the data.
#[inline]
pub fn is_text_type(first: u8) -> bool {
    matches!(first, particle::STRING | particle::HLL | particle::GEOJSON) || is_blob_type(first)
}

/// The particle types whose values are plain bytes, whoever wrote them.
#[inline]
pub fn is_blob_type(particle_type: u8) -> bool {
    matches!(particle_type, particle::BLOB | particle::JAVA_BLOB..=particle::ERLANG_BLOB | particle::VECTOR)
}

fn take<const N: usize>(bytes: &[u8], at: &mut usize) -> Result<[u8; N], Malformed> {
    let Some(&taken) = bytes[*at..].first_chunk::<N>() else { return Err(TRUNCATED) };
    *at += N;
    Ok(taken)
}

fn length<const N: usize>(bytes: &[u8], at: &mut usize) -> Result<usize, Malformed> {
    let taken: [u8; N] = take(bytes, at)?;
    Ok(taken.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)))
}

#[inline]
fn raw(bytes: &[u8], at: &mut usize, length: usize) -> Result<Token, Malformed> {
    let start = *at;
    if length > bytes.len() - start {
        return Err(TRUNCATED);
    }
    *at = start + length;
    Ok(Token::Text { start, end: *at })
}

fn list(bytes: &[u8], at: &mut usize, count: usize) -> Result<Token, Malformed> {
    if count > bytes.len() - *at {
        return Err(TRUNCATED);
    }
    Ok(Token::List(count))
}

fn map(bytes: &[u8], at: &mut usize, count: usize) -> Result<Token, Malformed> {
    if count > (bytes.len() - *at) / 2 {
        return Err(TRUNCATED);
    }
    Ok(Token::Map(count))
}

fn ext(bytes: &[u8], at: &mut usize, length: usize) -> Result<Token, Malformed> {
    let [kind] = take(bytes, at)?;
    let Token::Text { start, end } = raw(bytes, at, length)? else { return Err(TRUNCATED) };
    Ok(match (kind, &bytes[start..end]) {
        (CONDITION, [INFINITY]) => Token::Infinity,
        (CONDITION, [WILDCARD]) => Token::Wildcard,
        _ => Token::Ext { kind, start, end },
    })
}

fn unsigned(value: u64) -> Token {
    i64::try_from(value).map_or(Token::Uint(value), Token::Int)
}

// ── Writing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

pub const NIL: u8 = 0xc0;
pub const FALSE: u8 = 0xc2;
pub const TRUE: u8 = 0xc3;

/// The shortest form; signed forms below zero only.
pub fn int(value: i64, out: &mut Vec<u8>) {
    match value {
        0.. => uint(value as u64, out),
        -0x20..=-1 => out.push(value as u8),
        -0x80..=-0x21 => out.extend_from_slice(&[0xd0, value as u8]),
        -0x8000..=-0x81 => tagged(0xd1, &(value as i16).to_be_bytes(), out),
        -0x8000_0000..=-0x8001 => tagged(0xd2, &(value as i32).to_be_bytes(), out),
        _ => tagged(0xd3, &value.to_be_bytes(), out),
    }
}

/// The shortest form.
pub fn uint(value: u64, out: &mut Vec<u8>) {
    match value {
        0..=0x7f => out.push(value as u8),
        0x80..=0xff => out.extend_from_slice(&[0xcc, value as u8]),
        0x100..=0xffff => tagged(0xcd, &(value as u16).to_be_bytes(), out),
        0x1_0000..=0xffff_ffff => tagged(0xce, &(value as u32).to_be_bytes(), out),
        _ => tagged(0xcf, &value.to_be_bytes(), out),
    }
}

/// Always with 8 bytes, so that NaNs keep their bits.
pub fn float(value: f64, out: &mut Vec<u8>) {
    tagged(0xcb, &value.to_be_bytes(), out);
}

/// A string or blob: str header, type byte, bytes.
pub fn text(particle_type: u8, bytes: &[u8], out: &mut Vec<u8>) {
    text_header(bytes.len() + 1, out);
    out.push(particle_type);
    out.extend_from_slice(bytes);
}

/// A name or pattern in an expression: str header, bytes.
pub fn raw_text(bytes: &[u8], out: &mut Vec<u8>) {
    text_header(bytes.len(), out);
    out.extend_from_slice(bytes);
}

fn text_header(length: usize, out: &mut Vec<u8>) {
    match length {
        0..=0x1f => out.push(0xa0 | length as u8),
        0x20..=0xff => out.extend_from_slice(&[0xd9, length as u8]),
        0x100..=0xffff => tagged(0xda, &(length as u16).to_be_bytes(), out),
        _ => tagged(0xdb, &(length as u32).to_be_bytes(), out),
    }
}

/// The header of a list; with flags, the marker too.
pub fn list_header(items: usize, flags: u8, out: &mut Vec<u8>) {
    let count = items + usize::from(flags != 0);
    match count {
        0..=0x0f => out.push(0x90 | count as u8),
        0x10..=0xffff => tagged(0xdc, &(count as u16).to_be_bytes(), out),
        _ => tagged(0xdd, &(count as u32).to_be_bytes(), out),
    }
    if flags != 0 {
        out.extend_from_slice(&[0xc7, 0, flags]);
    }
}

/// The header of a map; with flags, the marker too.
pub fn map_header(pairs: usize, flags: u8, out: &mut Vec<u8>) {
    let count = pairs + usize::from(flags != 0);
    match count {
        0..=0x0f => out.push(0x80 | count as u8),
        0x10..=0xffff => tagged(0xde, &(count as u16).to_be_bytes(), out),
        _ => tagged(0xdf, &(count as u32).to_be_bytes(), out),
    }
    if flags != 0 {
        out.extend_from_slice(&[0xc7, 0, flags, NIL]);
    }
}

pub fn infinity(out: &mut Vec<u8>) {
    out.extend_from_slice(&[0xd4, CONDITION, INFINITY]);
}

pub fn wildcard(out: &mut Vec<u8>) {
    out.extend_from_slice(&[0xd4, CONDITION, WILDCARD]);
}

fn tagged(first: u8, rest: &[u8], out: &mut Vec<u8>) {
    out.push(first);
    out.extend_from_slice(rest);
}
