//! Maps: which operation a code is, and what its arguments are.
//!
//! Ordered or not, the pairs lie sorted by key, as the server keeps them too. What the order decides is what clients are
//! told it is, and the order of some answers.

mod select;
mod write;

use super::args::Args;
use super::effect::{self, Done, Effect};
use super::number::Delta;
use super::returns::Return;
use crate::Code;
use aerospike_sansio::proto::{code, map_op, map_write_flag};
use aerospike_sansio::value::pack::marker;
use aerospike_sansio::value::{MapOrder, Value};
use select::Which;
use write::Flags;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// Sorted by key, no key twice.
    pub pairs: Vec<(Value, Value)>,
    pub order: MapOrder,
}

/// Orders that can be asked for: by key, by key and value; whether an index is kept makes no difference here.
const KNOWN_FLAGS: u8 = marker::ORDERED | marker::VALUE_ORDERED | super::PERSIST_INDEX;

impl Map {
    /// An empty map as an operation that makes one asks for it. What is not known is ignored.
    pub fn empty(flags: u64) -> Map {
        let flags = flags as u8;
        let order = if flags & !KNOWN_FLAGS == 0 { MapOrder::from_flags(flags) } else { MapOrder::Unordered };
        Map { pairs: Vec::new(), order }
    }

    pub fn into_value(self) -> Value {
        Value::Map { pairs: self.pairs, order: self.order }
    }

    pub fn read(&self, op: u8, args: &mut Args) -> Result<Value, Code> {
        if op == map_op::SIZE {
            return Ok(Value::Int(self.pairs.len() as i64));
        }
        let (which, ret) = which(op, args)?;
        self.select(&which, ret).map(|(value, _)| value)
    }

    /// `absent`: there is no map; this empty one stands for it.
    pub fn modify(&mut self, op: u8, args: &mut Args, absent: bool) -> Result<Done, Code> {
        match op {
            map_op::SET_ORDER => {
                args.count_between(1, 1)?;
                self.set_order(args.flags()? as u8)
            }
            map_op::ADD | map_op::PUT | map_op::REPLACE => {
                args.count_between(2, most_of_put(op) + 1)?;
                let pair = (args.stored()?, args.stored()?);
                let flags = self.put_flags(op, args, absent)?;
                self.put(pair, flags)
            }
            map_op::REPLACE_ITEMS if absent => Err(code::ELEMENT_NOT_FOUND),
            map_op::ADD_ITEMS | map_op::PUT_ITEMS | map_op::REPLACE_ITEMS => {
                args.count_between(1, most_of_put(op))?;
                let Value::Map { pairs, .. } = args.stored()? else { return Err(code::PARAMETER) };
                let flags = self.put_flags(op, args, absent)?;
                self.put_items(pairs, flags)
            }
            map_op::INCREMENT | map_op::DECREMENT => {
                args.count_between(1, 3)?;
                let (key, delta) = (args.value()?, args.value_or_none()?);
                self.make(args.flags_or(0)?, absent);
                let delta = Delta::new(delta)?;
                self.increment(key, if op == map_op::DECREMENT { delta.negated() } else { delta })
            }
            map_op::CLEAR if absent => Ok(effect::NOTHING),
            map_op::CLEAR => {
                self.pairs.clear();
                Ok(effect::WRITTEN)
            }
            _ => {
                let reader = reader_of(op)?;
                if absent {
                    return Ok(effect::NOTHING);
                }
                let (which, ret) = which(reader, args)?;
                let (value, taken) = self.select(&which, ret)?;
                taken.remove_from(&mut self.pairs);
                Ok((value, Effect::Written))
            }
        }
    }

    /// What a put may do. The order that it asks for counts only when it makes the map.
    fn put_flags(&mut self, op: u8, args: &mut Args, absent: bool) -> Result<Flags, Code> {
        self.make(args.flags_or(0)?, absent);
        Ok(match op {
            map_op::ADD | map_op::ADD_ITEMS => Flags(map_write_flag::CREATE_ONLY.into()),
            map_op::REPLACE | map_op::REPLACE_ITEMS => Flags(map_write_flag::UPDATE_ONLY.into()),
            _ => Flags(args.flags_or(0)?),
        })
    }

    fn make(&mut self, flags: u64, absent: bool) {
        if absent {
            *self = Map::empty(flags);
        }
    }
}

/// How many arguments the operations on several items take at most: order, write flags, neither.
fn most_of_put(op: u8) -> usize {
    match op {
        map_op::PUT | map_op::PUT_ITEMS => 3,
        map_op::ADD | map_op::ADD_ITEMS => 2,
        _ => 1,
    }
}

/// The operation that reads what this one removes: their arguments are the same.
fn reader_of(op: u8) -> Result<u8, Code> {
    Ok(match op {
        map_op::REMOVE_BY_KEY => map_op::GET_BY_KEY,
        map_op::REMOVE_BY_INDEX => map_op::GET_BY_INDEX,
        map_op::REMOVE_BY_VALUE => map_op::GET_BY_VALUE,
        map_op::REMOVE_BY_RANK => map_op::GET_BY_RANK,
        map_op::REMOVE_BY_KEY_LIST => map_op::GET_BY_KEY_LIST,
        map_op::REMOVE_ALL_BY_VALUE => map_op::GET_ALL_BY_VALUE,
        map_op::REMOVE_BY_VALUE_LIST => map_op::GET_BY_VALUE_LIST,
        map_op::REMOVE_BY_KEY_INTERVAL => map_op::GET_BY_KEY_INTERVAL,
        map_op::REMOVE_BY_INDEX_RANGE => map_op::GET_BY_INDEX_RANGE,
        map_op::REMOVE_BY_VALUE_INTERVAL => map_op::GET_BY_VALUE_INTERVAL,
        map_op::REMOVE_BY_RANK_RANGE => map_op::GET_BY_RANK_RANGE,
        map_op::REMOVE_BY_KEY_REL_INDEX_RANGE => map_op::GET_BY_KEY_REL_INDEX_RANGE,
        map_op::REMOVE_BY_VALUE_REL_RANK_RANGE => map_op::GET_BY_VALUE_REL_RANK_RANGE,
        _ => return Err(code::PARAMETER),
    })
}

fn which(op: u8, args: &mut Args) -> Result<(Which, Return), Code> {
    let (fewest, most) = match op {
        map_op::GET_BY_KEY
        | map_op::GET_BY_INDEX
        | map_op::GET_BY_VALUE
        | map_op::GET_BY_RANK
        | map_op::GET_ALL_BY_VALUE
        | map_op::GET_BY_KEY_LIST
        | map_op::GET_BY_VALUE_LIST => (2, 2),
        map_op::GET_BY_KEY_INTERVAL..=map_op::GET_BY_RANK_RANGE => (2, 3),
        map_op::GET_BY_KEY_REL_INDEX_RANGE | map_op::GET_BY_VALUE_REL_RANK_RANGE => (3, 4),
        _ => return Err(code::PARAMETER),
    };
    args.count_between(fewest, most)?;
    let many = !matches!(op, map_op::GET_BY_KEY..=map_op::GET_BY_RANK);
    let ret = Return::new(args.flags()?, many);
    let which = match op {
        map_op::GET_BY_KEY => Which::Key(args.value()?),
        map_op::GET_BY_INDEX => Which::Index(args.int()?, 1),
        map_op::GET_BY_RANK => Which::Rank(args.int()?, 1),
        map_op::GET_BY_VALUE | map_op::GET_ALL_BY_VALUE => Which::Value(args.value()?),
        map_op::GET_BY_KEY_LIST => Which::Keys(args.items()?),
        map_op::GET_BY_VALUE_LIST => Which::Values(args.items()?),
        map_op::GET_BY_KEY_INTERVAL => Which::KeyInterval(args.value()?, args.value_or_none()?),
        map_op::GET_BY_VALUE_INTERVAL => Which::ValueInterval(args.value()?, args.value_or_none()?),
        map_op::GET_BY_INDEX_RANGE => Which::Index(args.int()?, args.count()?),
        map_op::GET_BY_RANK_RANGE => Which::Rank(args.int()?, args.count()?),
        map_op::GET_BY_KEY_REL_INDEX_RANGE => Which::RelativeIndex(args.value()?, args.int()?, args.count()?),
        _ => Which::RelativeRank(args.value()?, args.int()?, args.count()?),
    };
    Ok((which, ret))
}
