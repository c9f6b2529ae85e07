//! Which elements of a list an operation selects, and what it gives back of them.
//!
//! An ordered list is searched by halving, and its ranks are its indexes. Of an unordered one the ranks are found by
//! comparing; the two also differ in the order in which they answer.

use super::List;
use crate::cdt::heap;
use crate::cdt::returns::{self, Any, Kind, Return};
use crate::cdt::taken::Taken;
use crate::cdt::window::{self, Window};
use crate::limits::limit;
use crate::Code;
use aerospike_sansio::proto::code;
use aerospike_sansio::value::order::compare;
use aerospike_sansio::value::Value;

type Selected = Result<(Value, Taken), Code>;

/// Which elements.
pub enum Which {
    Index(i64, u64),
    Rank(i64, u64),
    Value(Value),
    /// From the first value on to before the second.
    Interval(Value, Option<Value>),
    Values(Vec<Value>),
    RelativeRank(Value, i64, u64),
}

impl List {
    pub fn select(&self, which: &Which, ret: Return) -> Selected {
        match which {
            Which::Index(index, count) => self.by_index(*index, *count, ret),
            Which::Rank(rank, count) => self.by_rank(*rank, *count, ret),
            Which::Value(value) => self.by_value(value, ret),
            Which::Interval(begin, end) => self.by_interval(begin, end.as_ref(), ret),
            Which::Values(values) => self.by_values(values, ret),
            Which::RelativeRank(value, rank, count) => {
                let (rank, count) = window::relative(*rank, *count, self.rank(value));
                self.by_rank(rank, count, ret)
            }
        }
    }

    fn by_index(&self, index: i64, count: u64, ret: Return) -> Selected {
        let length = self.items.len();
        let mut selected = window(index, count, length, ret)?;
        if ret.inverted {
            ret.check_inverse()?;
            if ret.is_window() {
                return Err(code::OP_NOT_APPLICABLE);
            }
            selected = match selected {
                Window { count: 0, .. } => Window { start: 0, count: length },
                Window { start: 0, count } => Window { start: count, count: length - count },
                Window { start, .. } if selected.end() >= length => Window { start: 0, count: start },
                _ => return Ok((self.all_but(selected, ret)?, Taken::AllBut(selected))),
            };
        }
        let ret = ret.upright();
        if selected.count == 0 {
            return Ok((nothing(ret, selected.start)?, Taken::NOTHING));
        }
        let items = &self.items[selected.start..selected.end()];
        let value = match ret.kind {
            Kind::Value if ret.many => returns::list(items.iter().cloned()),
            Kind::Value => items[0].clone(),
            Kind::Rank | Kind::ReverseRank if !self.ordered && selected.count < length => {
                self.ranks_of(items.iter(), ret)
            }
            Kind::RankWindow | Kind::ReverseRankWindow if !self.ordered => return Err(code::OP_NOT_APPLICABLE),
            _ => ret.places(selected, length)?,
        };
        Ok((value, Taken::Window(selected)))
    }

    /// What is given of the elements around a window.
    fn all_but(&self, kept: Window, ret: Return) -> Result<Value, Code> {
        let around = || self.items[..kept.start].iter().chain(&self.items[kept.end()..]);
        match ret.kind {
            Kind::Value => Ok(returns::list(around().cloned())),
            Kind::Rank | Kind::ReverseRank if !self.ordered => Ok(self.ranks_of(around(), ret)),
            Kind::Exists => Ok(Value::Bool(true)),
            _ => ret.places(kept, self.items.len()),
        }
    }

    fn by_rank(&self, rank: i64, count: u64, ret: Return) -> Selected {
        ret.check_inverse()?;
        if self.ordered {
            return self.by_index(rank, count, ret);
        }
        let length = self.items.len();
        let ranks = window(rank, count, length, ret)?;
        let indexes = heap::select(length, ranks, |a, b| compare(&self.items[a], &self.items[b]));
        let taken = Taken::these(indexes.iter().copied(), ret.inverted, length);
        if taken.count(length) == 0 {
            return Ok((nothing(ret, ranks.start)?, taken));
        }
        let value = match ret.kind {
            Kind::Index | Kind::ReverseIndex => ret.places_of(taken.indexes(length), length),
            Kind::Value if ret.inverted => self.values(taken.indexes(length), ret),
            Kind::Value => self.values(indexes, ret),
            Kind::IndexWindow | Kind::ReverseIndexWindow => return Err(code::OP_NOT_APPLICABLE),
            _ => ret.places(ranks, length)?,
        };
        Ok((value, taken))
    }

    fn by_value(&self, value: &Value, ret: Return) -> Selected {
        ret.check_inverse()?;
        if self.ordered {
            let equal = self.equal_range(value);
            return self.by_place(if ret.many { equal } else { Window { count: equal.count.min(1), ..equal } }, ret);
        }
        if ret.many {
            let taken = Taken::matching(&self.items, ret.inverted, |item| compare(item, value).is_eq());
            return self.by_marks(self.rank(value), taken, ret);
        }
        let taken = self.first(value).map_or(Taken::NOTHING, Taken::one);
        self.by_marks(self.rank(value), taken, ret)
    }

    fn by_interval(&self, begin: &Value, end: Option<&Value>, ret: Return) -> Selected {
        if self.ordered {
            let start = self.rank(begin);
            let end = match end {
                None => self.items.len(),
                Some(end) if compare(begin, end).is_lt() => self.rank(end),
                Some(_) => start,
            };
            return self.by_place(Window { start, count: end - start }, ret);
        }
        let taken = Taken::matching(&self.items, ret.inverted, |item| {
            compare(item, begin).is_ge() && end.is_none_or(|end| compare(item, end).is_lt())
        });
        self.by_marks(self.rank(begin), taken, ret)
    }

    /// Neighbours in an ordered list.
    fn by_place(&self, place: Window, ret: Return) -> Selected {
        if place.count == 0 && !ret.many {
            return Ok((nothing(ret, 0)?, Taken::NOTHING));
        }
        self.by_index(place.start as i64, place.count as u64, ret)
    }

    /// Elements of an unordered list that have neighbouring ranks, or all others.
    fn by_marks(&self, rank: usize, taken: Taken, ret: Return) -> Selected {
        let length = self.items.len();
        let count = taken.count(length);
        let value = match ret.kind {
            Kind::Index | Kind::ReverseIndex => ret.places_of(taken.indexes(length), length),
            Kind::Value => self.values(taken.indexes(length), ret),
            Kind::IndexWindow | Kind::ReverseIndexWindow => return Err(code::OP_NOT_APPLICABLE),
            _ => {
                let count = if ret.inverted { length - count } else { count };
                ret.places(Window { start: rank, count }, length)?
            }
        };
        Ok((value, taken))
    }

    fn by_values(&self, values: &[Value], ret: Return) -> Selected {
        let length = self.items.len();
        if values.is_empty() {
            return if ret.inverted {
                self.by_index(0, length as u64, ret.upright())
            } else {
                Ok((nothing(ret, 0)?, Taken::NOTHING))
            };
        }
        if self.ordered {
            return self.by_values_in_order(values, ret);
        }
        let asked = Any::of(values);
        let taken = Taken::matching(&self.items, ret.inverted, |item| asked.equals(item));
        let count = taken.count(length);
        let value = match ret.kind {
            Kind::Index | Kind::ReverseIndex => ret.places_of(taken.indexes(length), length),
            Kind::Rank | Kind::ReverseRank => returns::places_of_found(values, &self.sorted(), ret),
            Kind::Value => self.values(taken.indexes(length), ret),
            _ => ret.count(count).ok_or(code::OP_NOT_APPLICABLE)?,
        };
        Ok((value, taken))
    }

    /// An ordered list answers value by value, even twice if a value is asked for twice.
    fn by_values_in_order(&self, values: &[Value], ret: Return) -> Selected {
        let length = self.items.len();
        let found: Vec<Window> = values.iter().map(|value| self.equal_range(value)).collect();
        let indexes = || found.iter().flat_map(|place| place.start..place.end());
        let given: usize = found.iter().map(|place| place.count).sum();
        let is_too_much =
            || given > limit::ELEMENTS || indexes().map(|at| weight(&self.items[at])).sum::<usize>() > limit::ANSWER;
        if given > length && is_too_much() {
            return Err(code::SERVER_ERROR);
        }
        let taken = Taken::these(indexes(), ret.inverted, length);
        let value = match ret.kind {
            Kind::Index | Kind::ReverseIndex | Kind::Rank | Kind::ReverseRank if ret.inverted => {
                ret.places_of(taken.indexes(length), length)
            }
            Kind::Index | Kind::ReverseIndex | Kind::Rank | Kind::ReverseRank => {
                returns::ints(found.iter().flat_map(|place| ret.run(*place, length)))
            }
            Kind::Value if ret.inverted => self.values(taken.indexes(length), ret),
            Kind::Value => self.values(indexes(), ret),
            _ => ret.count(taken.count(length)).ok_or(code::OP_NOT_APPLICABLE)?,
        };
        Ok((value, taken))
    }

    fn values(&self, indexes: impl IntoIterator<Item = usize>, ret: Return) -> Value {
        let mut items = indexes.into_iter().map(|index| self.items[index].clone());
        if ret.many {
            returns::list(items)
        } else {
            items.next().unwrap_or(Value::Nil)
        }
    }

    /// How many elements are less.
    pub fn rank(&self, value: &Value) -> usize {
        if self.ordered {
            self.items.partition_point(|item| compare(item, value).is_lt())
        } else {
            self.items.iter().filter(|item| compare(item, value).is_lt()).count()
        }
    }

    /// Index of the first element that equals it.
    pub fn first(&self, value: &Value) -> Option<usize> {
        if self.ordered {
            let rank = self.rank(value);
            self.items.get(rank).filter(|item| compare(item, value).is_eq()).map(|_| rank)
        } else {
            self.items.iter().position(|item| compare(item, value).is_eq())
        }
    }

    /// Index of the element of this rank.
    pub fn at_rank(&self, rank: i64) -> Option<usize> {
        let ranks = window::single(rank, self.items.len())?;
        heap::select(self.items.len(), ranks, |a, b| compare(&self.items[a], &self.items[b])).first().copied()
    }

    /// Where an ordered list has what equals the value, or would have it.
    fn equal_range(&self, value: &Value) -> Window {
        returns::equal_range(&self.items, |item| compare(item, value))
    }

    fn sorted(&self) -> Vec<&Value> {
        let mut sorted: Vec<&Value> = self.items.iter().collect();
        sorted.sort_by(|a, b| compare(a, b));
        sorted
    }

    /// The ranks of some elements of an unordered list; equal ones have the same.
    fn ranks_of<'a>(&self, items: impl Iterator<Item = &'a Value>, ret: Return) -> Value {
        let sorted = self.sorted();
        let rank = |item: &Value| sorted.partition_point(|other| compare(other, item).is_lt());
        ret.places_of(items.map(rank), self.items.len())
    }
}

/// The window of the operation; of a single element that is not there, code 26.
fn window(index: i64, count: u64, length: usize, ret: Return) -> Result<Window, Code> {
    if ret.many {
        Ok(window::range(index, count, length))
    } else {
        window::single(index, length).ok_or(code::OP_NOT_APPLICABLE)
    }
}

/// A list has neither keys nor pairs.
fn nothing(ret: Return, start: usize) -> Result<Value, Code> {
    match ret.kind {
        Kind::Key | Kind::Pairs(_) => Err(code::OP_NOT_APPLICABLE),
        _ => ret.nothing(start as i64),
    }
}

/// Bytes that a value takes, about.
fn weight(value: &Value) -> usize {
    let inside = match value {
        Value::String(bytes) | Value::Blob(bytes) | Value::Typed(_, bytes) | Value::Geo(bytes) | Value::Hll(bytes) => {
            bytes.len()
        }
        Value::List { items, .. } => items.iter().map(weight).sum(),
        Value::Map { pairs, .. } => pairs.iter().map(|(key, value)| weight(key) + weight(value)).sum(),
        _ => 0,
    };
    size_of::<Value>() + inside
}
