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
