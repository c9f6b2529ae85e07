//! Operations on lists and maps (CDT_READ, CDT_MODIFY): of a bin, or of what a context leads to inside of it.
//!
//! ```text
//!  packed op ─▶ args ─▶ ┬ context ─▶ ┬ list ─▶ ┬ select: which elements (window, heap) ─▶ taken ─▶ returns
//!                       │            └ map  ─▶ └ write: append, put, increment …
//!                       └ path: all that a context with expressions finds
//! ```
//!
//! A bin is unpacked, changed as a tree of values and packed again. What an operation gives back, and which code it
//! refuses with, is the real server's, quirks included: the rules stand where they apply, the recorded exchanges
//! (`list`, `map`, `ctx`, `path`) hold them.
//!
//! Not here: indexes kept inside of a bin, which change no answer but those of maps that are ordered by value.

pub mod args;
mod context;
mod effect;
mod heap;
mod list;
mod map;
mod number;
mod ordered;
pub mod path;
mod returns;
mod taken;
#[cfg(test)]
mod tests;
mod window;

use crate::limits::limit;
use crate::store::Particle;
use crate::Code;
use aerospike_sansio::limits;
use aerospike_sansio::proto::{cdt_op, code, list_op, map_op, particle};
use aerospike_sansio::value::{msgpack, Value};
use args::Args;
use effect::{Done, Effect};
use list::List;
use map::Map;
use path::Budget;

/// Flag of an ordered list or map: an index is kept. It is never told to a client.
const PERSIST_INDEX: u8 = 0x10;

/// What a modification makes of a bin.
#[derive(Debug, PartialEq)]
pub struct Modified {
    /// The new value, if there is one.
    pub particle: Option<Particle>,
    /// What the op gives back; nil is nothing.
    pub result: Value,
}

/// A CDT_READ op on a bin. Gives nil for nothing.
pub fn read(bin: &Particle, packed: &[u8]) -> Result<Value, Code> {
    read_within(bin, packed, &Budget::default())
}

/// A CDT_MODIFY op on a bin, or on none.
pub fn modify(bin: Option<&Particle>, packed: &[u8]) -> Result<Modified, Code> {
    modify_within(bin, packed, &Budget::default())
}

/// As `read`, with what the paths in it may cost.
pub fn read_within(bin: &Particle, packed: &[u8], budget: &Budget) -> Result<Value, Code> {
    let (code, mut args) = args::open(packed)?;
    if code == u64::from(cdt_op::SELECT) {
        return path::read(&unpacked(bin)?, &mut args, budget);
    }
    if code != u64::from(cdt_op::CONTEXT) {
        return read_value(unpacked(bin)?, code, &mut args);
    }
    let value = context::descend(surrounding(bin)?, &steps(&mut args)?)?;
    let code = args.open()?;
    read_value(value, code, &mut args)
}

/// As `modify`, with what the paths in it may cost.
pub fn modify_within(bin: Option<&Particle>, packed: &[u8], budget: &Budget) -> Result<Modified, Code> {
    let (code, mut args) = args::open(packed)?;
    let (value, (result, effect)) = if code == u64::from(cdt_op::SELECT) {
        let mut value = unpacked(bin.ok_or(code::BIN_TYPE)?)?;
        let done = path::modify(&mut value, &mut args, budget)?;
        (Some(value), done)
    } else if code == u64::from(cdt_op::CONTEXT) {
        modify_inside(bin, &mut args)?
    } else {
        let mut value = bin.map(unpacked).transpose()?;
        let done = modify_slot(&mut value, code, &mut args)?;
        (value, done)
    };
    let changed = effect == Effect::Written || (bin.is_none() && effect == Effect::Kept);
    let particle = value.filter(|_| changed).map(|value| particle_of(&value)).transpose()?;
    Ok(Modified { particle, result })
}

/// What a packed context leads to in a bin.
pub fn at(bin: &Particle, context: &[u8]) -> Result<Value, Code> {
    context::descend(surrounding(bin)?, &context::steps(&mut args::of(context))?)
}

/// Whether these bytes are a context, and nothing else.
pub fn is_context(packed: &[u8]) -> bool {
    let mut args = args::of(packed);
    context::steps(&mut args).is_ok() && args.is_read()
}

/// An operation on what a context leads to.
fn modify_inside(bin: Option<&Particle>, args: &mut Args) -> Result<(Option<Value>, Done), Code> {
    let mut value = bin.map(surrounding).transpose()?;
    let steps = steps(args)?;
    let done = context::modify(&mut value, &steps, |slot| {
        let code = args.open()?;
        // A sort of what is not there does nothing, unless not even the bin is there.
        if code == u64::from(list_op::SORT) && slot.is_none() && bin.is_some() {
            args.count_between(0, 1)?;
            args.flags_or(0)?;
            return Ok(effect::KEPT);
        }
        modify_slot(slot, code, args)
    })?;
    Ok((value, done))
}

fn steps(args: &mut Args) -> Result<Vec<context::Step>, Code> {
    if args.left() == 2 {
        context::steps(args)
    } else {
        Err(code::PARAMETER)
    }
}

fn read_value(value: Value, code: u64, args: &mut Args) -> Result<Value, Code> {
    match value {
        Value::List { items, ordered } if is_list_op(code) => List { items, ordered }.read(op_of(code), args),
        Value::Map { pairs, order } if !is_list_op(code) => Map { pairs, order }.read(op_of(code), args),
        _ => Err(code::BIN_TYPE),
    }
}

/// On a list or map, or on a place where there is none yet.
fn modify_slot(slot: &mut Option<Value>, code: u64, args: &mut Args) -> Result<Done, Code> {
    let (absent, op) = (slot.is_none(), op_of(code));
    let (done, value) = match slot.take().unwrap_or_else(|| empty(code)) {
        Value::List { items, ordered } if is_list_op(code) => {
            let mut list = List { items, ordered };
            (list.modify(op, args, absent)?, list.into_value())
        }
        Value::Map { pairs, order } if !is_list_op(code) => {
            let mut map = Map { pairs, order };
            (map.modify(op, args, absent)?, map.into_value())
        }
        _ => return Err(code::BIN_TYPE),
    };
    if done.1 != Effect::None {
        *slot = Some(value);
    }
    Ok(done)
}

/// What stands for a list or map that is not there.
fn empty(code: u64) -> Value {
    if is_list_op(code) {
        List::default().into_value()
    } else {
        Map::default().into_value()
    }
}

/// Codes that are none are refused by either.
fn op_of(code: u64) -> u8 {
    u8::try_from(code).unwrap_or(u8::MAX)
}

fn is_list_op(code: u64) -> bool {
    code < map_op::SET_ORDER.into()
}

fn unpacked(bin: &Particle) -> Result<Value, Code> {
    match bin {
        Particle::Bytes(particle::LIST | particle::MAP, bytes) => match msgpack::read(bytes) {
            Ok((value, _)) => Ok(value),
            Err(_) => Err(code::SERVER_ERROR),
        },
        _ => Err(code::BIN_TYPE),
    }
}

/// The bin that a context is in: of another type, it is a wrong parameter.
fn surrounding(bin: &Particle) -> Result<Value, Code> {
    unpacked(bin).map_err(|failure| if failure == code::BIN_TYPE { code::PARAMETER } else { failure })
}

/// The value as a bin keeps it. What is nested more deeply than can be read again is refused; the real server has no such
/// limit.
fn particle_of(value: &Value) -> Result<Particle, Code> {
    if is_deeper(value, limits::limit::VALUE_DEPTH) {
        return Err(code::PARAMETER);
    }
    let particle = Particle::from_value(value)?.ok_or(code::SERVER_ERROR)?;
    if particle.flat_size() > limit::RECORD {
        Err(code::RECORD_TOO_BIG)
    } else {
        Ok(particle)
    }
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    match value {
        Value::List { items, .. } => levels == 0 || items.iter().any(|item| is_deeper(item, levels - 1)),
        Value::Map { pairs, .. } => {
            levels == 0 || pairs.iter().any(|(key, value)| is_deeper(key, levels - 1) || is_deeper(value, levels - 1))
        }
        _ => false,
    }
}
