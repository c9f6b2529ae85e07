//! Which pairs of a map an operation selects, and what it gives back of them.
//!
//! An index is the place of a key among the keys, a rank that of a value among the values; of equal values the one with
//! the lower key ranks lower. Ordered and unordered maps differ in how they answer about keys.

use super::Map;
use crate::cdt::returns::{self, Any, Kind, Return};
use crate::cdt::taken::Taken;
use crate::cdt::window::{self, Window};
use crate::Code;
use aerospike_sansio::proto::code;
use aerospike_sansio::value::order::compare;
use aerospike_sansio::value::{MapOrder, Value};

type Selected = Result<(Value, Taken), Code>;

/// Which pairs.
pub enum Which {
    Key(Value),
    Keys(Vec<Value>),
    /// From the first key on to before the second.
    KeyInterval(Value, Option<Value>),
    RelativeIndex(Value, i64, u64),
    Index(i64, u64),
    Rank(i64, u64),
    Value(Value),
    Values(Vec<Value>),
    ValueInterval(Value, Option<Value>),
    RelativeRank(Value, i64, u64),
}

impl Map {
    pub fn select(&self, which: &Which, ret: Return) -> Selected {
        match which {
            Which::Key(key) => self.by_key(key, ret),
            Which::Keys(keys) => self.by_keys(keys, ret),
            Which::KeyInterval(begin, end) => self.by_key_interval(begin, end.as_ref(), ret),
            Which::RelativeIndex(key, index, count) => {
                let (index, count) = window::relative(*index, *count, self.index(key));
                self.by_index(index, count, ret)
            }
            Which::Index(index, count) => self.by_index(*index, *count, ret),
            Which::Rank(rank, count) => self.by_rank(*rank, *count, ret),
            Which::Value(value) => self.by_value(value, ret),
            Which::Values(values) => self.by_values(values, ret),
            Which::ValueInterval(begin, end) => self.by_value_where(begin, ret, |value| {
                compare(value, begin).is_ge() && end.as_ref().is_none_or(|end| compare(value, end).is_lt())
            }),
            Which::RelativeRank(value, rank, count) => {
                let (rank, count) = window::relative(*rank, *count, self.rank(value));
                self.by_rank(rank, count, ret)
            }
        }
    }

    // ── By key ──────────────────────────────────────────────────────────────────────────────────────────────────────

    fn by_key(&self, key: &Value, ret: Return) -> Selected {
        if ret.is_rank_window() {
            return Err(code::OP_NOT_APPLICABLE);
        }
        if !self.order.is_sorted() {
            ret.check_inverse()?;
        }
        match self.place(key) {
            Ok(index) => self.by_index(index as i64, 1, ret),
            Err(_) => Ok((ret.nothing(-1)?, Taken::NOTHING)),
        }
    }

    fn by_key_interval(&self, begin: &Value, end: Option<&Value>, ret: Return) -> Selected {
        if ret.is_rank_window() {
            return Err(code::OP_NOT_APPLICABLE);
        }
        let start = self.index(begin);
        let end = end.map_or(self.pairs.len(), |end| self.index(end)).max(start);
        let found = Window { start, count: end - start };
        if self.order.is_sorted() {
            return self.by_index(start as i64, found.count as u64, ret);
        }
        let taken = if ret.inverted { Taken::AllBut(found) } else { Taken::Window(found) };
        let value = match ret.kind {
            Kind::Rank | Kind::ReverseRank => self.ranks_of(&taken, ret),
            _ if ret.is_elements() => self.elements(taken.indexes(self.pairs.len()), ret),
            _ => ret.places(found, self.pairs.len())?,
        };
        Ok((value, taken))
    }

    fn by_keys(&self, keys: &[Value], ret: Return) -> Selected {
        let length = self.pairs.len();
        if keys.is_empty() {
            if ret.is_rank() || ret.is_window() {
                return Err(code::OP_NOT_APPLICABLE);
            }
            return if ret.inverted {
                self.all(ret.upright())
            } else {
                Ok((ret.nothing(0).unwrap_or(Value::Nil), Taken::NOTHING))
            };
        }
        let found: Vec<Window> = keys.iter().map(|key| self.equal_keys(key)).collect();
        let taken = Taken::these(found.iter().flat_map(|place| place.start..place.end()), ret.inverted, length);
        let value = match ret.kind {
            // An ordered map answers key by key, even twice if a key is asked for twice.
            Kind::Index | Kind::ReverseIndex if self.order.is_sorted() && ret.inverted => {
                ret.places_of(taken.indexes(length), length)
            }
            Kind::Index | Kind::ReverseIndex if self.order.is_sorted() => {
                returns::ints(found.iter().flat_map(|place| ret.run(*place, length)))
            }
            Kind::Index | Kind::ReverseIndex => {
                let own: Vec<&Value> = self.pairs.iter().map(|(key, _)| key).collect();
                returns::places_of_found(keys, &own, ret)
            }
            _ if ret.is_elements() => self.elements(taken.indexes(length), ret),
            _ => ret.count(taken.count(length)).ok_or(code::OP_NOT_APPLICABLE)?,
        };
        Ok((value, taken))
    }

    // ── By index ────────────────────────────────────────────────────────────────────────────────────────────────────

    fn by_index(&self, index: i64, count: u64, ret: Return) -> Selected {
        let length = self.pairs.len();
        let selected = window(index, count, length, ret)?;
        if ret.is_rank_window() {
            return Err(code::OP_NOT_APPLICABLE);
        }
        ret.check_inverse()?;
        let (selected, ret) = turned(selected, length, ret);
        if selected.count == 0 {
            return Ok((ret.nothing(selected.start as i64)?, Taken::NOTHING));
        }
        if selected.count == length {
            return self.all(ret);
        }
        let taken = if ret.inverted { Taken::AllBut(selected) } else { Taken::Window(selected) };
        let value = match ret.kind {
            Kind::Rank | Kind::ReverseRank => self.ranks_of(&taken, ret),
            _ if ret.is_elements() => self.elements(taken.indexes(length), ret),
            Kind::Exists if self.order.is_sorted() => Value::Bool(true),
            _ => ret.places(selected, length)?,
        };
        Ok((value, taken))
    }

    fn all(&self, ret: Return) -> Selected {
        let length = self.pairs.len();
        let value = if ret.is_elements() {
            self.elements(0..length, ret)
        } else {
            ret.places(Window { start: 0, count: length }, length)?
        };
        Ok((value, Taken::all(length)))
    }

    // ── By value ────────────────────────────────────────────────────────────────────────────────────────────────────

    fn by_rank(&self, rank: i64, count: u64, ret: Return) -> Selected {
        let length = self.pairs.len();
        let ranks = window(rank, count, length, ret)?;
        if ret.is_index_window() {
            return Err(code::OP_NOT_APPLICABLE);
        }
        ret.check_inverse()?;
        let (ranks, ret) = turned(ranks, length, ret);
        if ranks.count == 0 {
            return Ok((ret.nothing(ranks.start as i64)?, Taken::NOTHING));
        }
        let indexes = self.by_ranks(ranks);
        let taken = Taken::these(indexes.iter().copied(), ret.inverted, length);
        // Pairs that are asked for as an ordered map come by key, all else by rank.
        let by_key = ret.inverted || ret.kind == Kind::Pairs(MapOrder::Key);
        let value = match ret.kind {
            Kind::Index | Kind::ReverseIndex if by_key => ret.places_of(taken.indexes(length), length),
            Kind::Index | Kind::ReverseIndex => ret.places_of(indexes, length),
            _ if ret.is_elements() && by_key => self.elements(taken.indexes(length), ret),
            _ if ret.is_elements() => self.elements(indexes, ret),
            _ => ret.places(ranks, length)?,
        };
        Ok((value, taken))
    }

    fn by_value(&self, value: &Value, ret: Return) -> Selected {
        if ret.many {
            return self.by_value_where(value, ret, |own| compare(own, value).is_eq());
        }
        if ret.is_index_window() {
            return Err(code::OP_NOT_APPLICABLE);
        }
        ret.check_inverse()?;
        let length = self.pairs.len();
        let Some(index) = self.first(value) else {
            return Ok((ret.nothing(if length == 0 { -1 } else { self.rank(value) as i64 })?, Taken::NOTHING));
        };
        let value = match ret.kind {
            Kind::Index | Kind::ReverseIndex => ret.places_of([index], length),
            _ if ret.is_elements() => self.elements([index], ret),
            _ => ret.places(Window { start: self.rank(value), count: 1 }, length)?,
        };
        Ok((value, Taken::one(index)))
    }

    /// Values that have neighbouring ranks, from that of `begin` on, or all others.
    fn by_value_where(&self, begin: &Value, ret: Return, matches: impl Fn(&Value) -> bool) -> Selected {
        let length = self.pairs.len();
        if ret.is_index_window() {
            return Err(code::OP_NOT_APPLICABLE);
        }
        if length == 0 {
            return Ok((ret.nothing(-1)?, Taken::NOTHING));
        }
        let found = Taken::matching(&self.pairs, false, |(_, value)| matches(value)).count(length);
        if found == 0 && ret.inverted {
            return self.all(ret.upright());
        }
        let rank = self.rank(begin);
        if found == 0 {
            return Ok((ret.nothing(rank as i64)?, Taken::NOTHING));
        }
        let taken = Taken::matching(&self.pairs, ret.inverted, |(_, value)| matches(value));
        let value = match ret.kind {
            Kind::Index | Kind::ReverseIndex => ret.places_of(taken.indexes(length), length),
            _ if ret.is_elements() => self.elements(taken.indexes(length), ret),
            _ => ret.places(Window { start: rank, count: found }, length)?,
        };
        Ok((value, taken))
    }

    fn by_values(&self, values: &[Value], ret: Return) -> Selected {
        let length = self.pairs.len();
        if values.is_empty() {
            if ret.is_window() {
                return Err(code::OP_NOT_APPLICABLE);
            }
            return if ret.inverted {
                self.all(ret.upright())
            } else {
                Ok((ret.nothing(0).unwrap_or(Value::Nil), Taken::NOTHING))
            };
        }
        if let ([(_, own)], true, false) = (&self.pairs[..], ret.is_index() || ret.is_rank(), ret.inverted) {
            // A single pair is in order by itself: it is told for each value that it equals, even twice.
            let found = values.iter().filter(|value| compare(own, value).is_eq());
            return Ok((returns::ints(found.clone().map(|_| 0)), Taken::these(found.map(|_| 0), false, 1)));
        }
        let asked = Any::of(values);
        let taken = Taken::matching(&self.pairs, ret.inverted, |(_, value)| asked.equals(value));
        let value = match ret.kind {
            Kind::Index | Kind::ReverseIndex => ret.places_of(taken.indexes(length), length),
            Kind::Rank | Kind::ReverseRank => {
                let own: Vec<&Value> = self
                    .by_ranks(Window { start: 0, count: length })
                    .into_iter()
                    .map(|index| &self.pairs[index].1)
                    .collect();
                returns::places_of_found(values, &own, ret)
            }
            _ if ret.is_elements() => self.elements(taken.indexes(length), ret),
            _ => ret.count(taken.count(length)).ok_or(code::OP_NOT_APPLICABLE)?,
        };
        Ok((value, taken))
    }

    // ── Places ──────────────────────────────────────────────────────────────────────────────────────────────────────

    /// How many keys are less.
    pub fn index(&self, key: &Value) -> usize {
        self.pairs.partition_point(|(own, _)| compare(own, key).is_lt())
    }

    /// How many values are less.
    fn rank(&self, value: &Value) -> usize {
        self.pairs.iter().filter(|(_, own)| compare(own, value).is_lt()).count()
    }

    /// Index of the first pair whose value equals it.
    pub fn first(&self, value: &Value) -> Option<usize> {
        self.pairs.iter().position(|(_, own)| compare(own, value).is_eq())
    }

    /// Index of the pair of this rank.
    pub fn at_rank(&self, rank: i64) -> Option<usize> {
        let ranks = window::single(rank, self.pairs.len())?;
        self.by_ranks(ranks).first().copied()
    }

    /// Several keys can equal one that has a wildcard inside.
    fn equal_keys(&self, key: &Value) -> Window {
        returns::equal_range(&self.pairs, |(own, _)| compare(own, key))
    }

    /// Indexes of the pairs in this window of ranks, by rank.
    fn by_ranks(&self, ranks: Window) -> Vec<usize> {
        let mut indexes: Vec<usize> = (0..self.pairs.len()).collect();
        indexes.sort_by(|&a, &b| compare(&self.pairs[a].1, &self.pairs[b].1));
        indexes[ranks.start..ranks.end()].to_vec()
    }

    /// The ranks of pairs. No two have the same.
    fn ranks_of(&self, taken: &Taken, ret: Return) -> Value {
        let length = self.pairs.len();
        let mut ranks = vec![0; length];
        for (rank, index) in self.by_ranks(Window { start: 0, count: length }).into_iter().enumerate() {
            ranks[index] = rank;
        }
        ret.places_of(taken.indexes(length).map(|index| ranks[index]), length)
    }

    fn elements(&self, indexes: impl IntoIterator<Item = usize>, ret: Return) -> Value {
        let mut pairs = indexes.into_iter().map(|index| &self.pairs[index]);
        match ret.kind {
            Kind::Pairs(order) => Value::Map { pairs: pairs.cloned().collect(), order },
            Kind::Key if ret.many => returns::list(pairs.map(|(key, _)| key.clone())),
            Kind::Key => pairs.next().map_or(Value::Nil, |(key, _)| key.clone()),
            _ if ret.many => returns::list(pairs.map(|(_, value)| value.clone())),
            _ => pairs.next().map_or(Value::Nil, |(_, value)| value.clone()),
        }
    }
}

/// The window of the operation; of a single pair that is not there, code 26.
fn window(index: i64, count: u64, length: usize, ret: Return) -> Result<Window, Code> {
    if ret.many {
        Ok(window::range(index, count, length))
    } else {
        window::single(index, length).ok_or(code::OP_NOT_APPLICABLE)
    }
}

/// All but a window that touches an end are a window again.
fn turned(selected: Window, length: usize, ret: Return) -> (Window, Return) {
    if !ret.inverted {
        return (selected, ret);
    }
    match selected {
        Window { count: 0, .. } => (Window { start: 0, count: length }, ret.upright()),
        Window { start: 0, count } => (Window { start: count, count: length - count }, ret.upright()),
        Window { start, .. } if selected.end() >= length => (Window { start: 0, count: start }, ret.upright()),
        _ => (selected, ret),
    }
}
