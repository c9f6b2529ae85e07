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
    let mut reader = Reader { slots, data, at };
    let slot = reader.next()?;
    let particle_type = match slot.kind() {
        tag::NIL => particle::NULL,
        tag::FALSE => form::put(particle::BOOL, &[0], out),
        tag::TRUE => form::put(particle::BOOL, &[1], out),
        tag::INT | tag::INT64 => form::put(particle::INTEGER, &reader.int(slot)?.to_be_bytes(), out),
        tag::DOUBLE => form::put(particle::FLOAT, &slot.f64().to_be_bytes(), out),
        tag::GEOJSON => form::geo(reader.text(slot)?, out),
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

/// Takes slots one by one and believes none of them.
struct Reader<'a> {
    slots: &'a [Slot],
    data: &'a [u8],
    /// Index of the next slot.
    at: usize,
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
            _ => return Err(self.refused("an unknown tag")),
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
