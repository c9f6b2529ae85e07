//! Lists: which operation a code is, and what its arguments are.

mod select;
mod write;

use super::args::Args;
use super::effect::{self, Done, Effect};
use super::returns::{Kind, Return};
use crate::Code;
use aerospike_sansio::proto::{code, list_op};
use aerospike_sansio::value::pack::marker;
use aerospike_sansio::value::Value;
use select::Which;
use write::Flags;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    pub items: Vec<Value>,
    pub ordered: bool,
}

/// Orders that can be asked for: sorted or not; whether an index is kept makes no difference here.
const KNOWN_FLAGS: u8 = marker::ORDERED | super::PERSIST_INDEX;

impl List {
    /// An empty list as an operation that makes one asks for it. What is not known is ignored.
    pub fn empty(flags: u64) -> List {
        let flags = flags as u8;
        List { items: Vec::new(), ordered: flags & !KNOWN_FLAGS == 0 && flags & marker::ORDERED != 0 }
    }

    pub fn into_value(self) -> Value {
        Value::List { items: self.items, ordered: self.ordered }
    }

    pub fn read(&self, op: u8, args: &mut Args) -> Result<Value, Code> {
        match op {
            list_op::SIZE => Ok(Value::Int(self.items.len() as i64)),
            list_op::GET => {
                args.count_between(1, 1)?;
                self.select(&Which::Index(args.int()?, 1), Return::of(Kind::Value, false)).map(|(value, _)| value)
            }
            list_op::GET_RANGE => {
                args.count_between(1, 2)?;
                let which = Which::Index(args.int()?, args.count()?);
                self.select(&which, Return::of(Kind::Value, true)).map(|(value, _)| value)
            }
            list_op::GET_BY_INDEX..=list_op::GET_BY_VALUE_REL_RANK_RANGE => {
                let (which, ret) = which(op - list_op::GET_BY_INDEX, args)?;
                self.select(&which, ret).map(|(value, _)| value)
            }
            _ => Err(code::PARAMETER),
        }
    }

    /// `absent`: there is no list; this empty one stands for it.
    pub fn modify(&mut self, op: u8, args: &mut Args, absent: bool) -> Result<Done, Code> {
        match op {
            list_op::SET_ORDER => {
                args.count_between(1, 1)?;
                self.set_order(args.flags()? as u8)
            }
            list_op::APPEND | list_op::APPEND_ITEMS => {
                args.count_between(1, 3)?;
                let items = items(args, op == list_op::APPEND_ITEMS)?;
                self.make(args.flags_or(0)?, absent);
                self.append(items, Flags(args.flags_or(0)?))
            }
            list_op::INSERT | list_op::INSERT_ITEMS => {
                args.count_between(2, 3)?;
                let index = args.int()?;
                let items = items(args, op == list_op::INSERT_ITEMS)?;
                let flags = Flags(args.flags_or(0)?);
                if self.ordered {
                    return Err(code::OP_NOT_APPLICABLE);
                }
                self.insert(index, items, flags)
            }
            list_op::SET => {
                args.count_between(2, 3)?;
                let (index, value, flags) = (args.int()?, args.stored()?, Flags(args.flags_or(0)?));
                self.set(index, value, flags).map(|effect| (Value::Nil, effect))
            }
            list_op::INCREMENT => {
                args.count_between(1, 4)?;
                let (index, delta) = (args.int()?, args.value_or_none()?);
                self.make(args.flags_or(0)?, absent);
                let flags = Flags(args.flags_or(0)?);
                self.increment(index, delta, flags)
            }
            list_op::SORT if absent => Err(code::BIN_TYPE),
            list_op::SORT => {
                args.count_between(0, 1)?;
                let flags = args.flags_or(0)? as u8;
                self.sort(flags)
            }
            list_op::POP..=list_op::REMOVE_RANGE
            | list_op::TRIM
            | list_op::CLEAR
            | list_op::REMOVE_BY_INDEX..=list_op::REMOVE_BY_VALUE_REL_RANK_RANGE
                if absent =>
            {
                Ok(effect::NOTHING)
            }
            list_op::POP | list_op::REMOVE => {
                args.count_between(1, 1)?;
                let kind = if op == list_op::POP { Kind::Value } else { Kind::Count };
                self.take(&Which::Index(args.int()?, 1), Return::of(kind, false))
            }
            list_op::POP_RANGE | list_op::REMOVE_RANGE => {
                args.count_between(1, 2)?;
                let kind = if op == list_op::POP_RANGE { Kind::Value } else { Kind::Count };
                self.take(&Which::Index(args.int()?, args.count()?), Return::of(kind, true))
            }
            list_op::TRIM => {
                args.count_between(2, 2)?;
                let outside = Return { inverted: true, ..Return::of(Kind::Count, true) };
                self.take(&Which::Index(args.int()?, args.count()?), outside)
            }
            list_op::CLEAR => {
                self.items.clear();
                Ok(effect::WRITTEN)
            }
            list_op::REMOVE_BY_INDEX..=list_op::REMOVE_BY_VALUE_REL_RANK_RANGE => {
                let (which, ret) = which(op - list_op::REMOVE_BY_INDEX, args)?;
                self.take(&which, ret)
            }
            _ => Err(code::PARAMETER),
        }
    }

    /// The order that an operation asks for counts only when it makes the list.
    fn make(&mut self, flags: u64, absent: bool) {
        if absent {
            *self = List::empty(flags);
        }
    }

    fn take(&mut self, which: &Which, ret: Return) -> Result<Done, Code> {
        let (value, taken) = self.select(which, ret)?;
        taken.remove_from(&mut self.items);
        Ok((value, Effect::Written))
    }
}

/// One value to store, or the items of a list of such.
fn items(args: &mut Args, several: bool) -> Result<Vec<Value>, Code> {
    match args.stored()? {
        Value::List { items, .. } if several => Ok(items),
        _ if several => Err(code::PARAMETER),
        value => Ok(vec![value]),
    }
}

/// The arguments of what reads and of what removes are the same; `op` counts from the first of either.
fn which(op: u8, args: &mut Args) -> Result<(Which, Return), Code> {
    const INDEX: u8 = 0;
    const VALUE: u8 = list_op::GET_BY_VALUE - list_op::GET_BY_INDEX;
    const RANK: u8 = list_op::GET_BY_RANK - list_op::GET_BY_INDEX;
    const ALL_BY_VALUE: u8 = list_op::GET_ALL_BY_VALUE - list_op::GET_BY_INDEX;
    const VALUES: u8 = list_op::GET_BY_VALUE_LIST - list_op::GET_BY_INDEX;
    const INDEX_RANGE: u8 = list_op::GET_BY_INDEX_RANGE - list_op::GET_BY_INDEX;
    const INTERVAL: u8 = list_op::GET_BY_VALUE_INTERVAL - list_op::GET_BY_INDEX;
    const RANK_RANGE: u8 = list_op::GET_BY_RANK_RANGE - list_op::GET_BY_INDEX;
    let (fewest, most) = match op {
        INDEX | VALUE | RANK | ALL_BY_VALUE | VALUES => (2, 2),
        INDEX_RANGE | INTERVAL | RANK_RANGE => (2, 3),
        _ => (3, 4),
    };
    args.count_between(fewest, most)?;
    let ret = Return::new(args.flags()?, !matches!(op, INDEX | VALUE | RANK));
    let which = match op {
        INDEX => Which::Index(args.int()?, 1),
        RANK => Which::Rank(args.int()?, 1),
        VALUE | ALL_BY_VALUE => Which::Value(args.value()?),
        VALUES if ret.is_window() => return Err(code::OP_NOT_APPLICABLE),
        VALUES => Which::Values(args.items()?),
        INDEX_RANGE => Which::Index(args.int()?, args.count()?),
        RANK_RANGE => Which::Rank(args.int()?, args.count()?),
        INTERVAL => Which::Interval(args.value()?, args.value_or_none()?),
        _ => Which::RelativeRank(args.value()?, args.int()?, args.count()?),
    };
    Ok((which, ret))
}
