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

/// Appends the slots of a particle. `offset` is where `bytes` lie in the buffer that texts are to be found in; `bin` is
/// for the first slot, which is the value itself. On failure the caller cuts the tape to where it was.
#[inline]
pub fn from_particle(
    particle_type: u8,
    bytes: &[u8],
    offset: usize,
    bin: u32,
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
        particle::LIST | particle::MAP => return Walk::new(bytes, start, tape).particle(particle_type, bin),
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
