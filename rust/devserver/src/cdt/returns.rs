//! What an operation on elements gives back: one of the return types, for one element or for several, of those that it
//! selects or of all others.

use super::window::Window;
use crate::Code;
use aerospike_sansio::proto::{cdt_return, code};
use aerospike_sansio::value::order::compare;
use aerospike_sansio::value::{MapOrder, Value};
use std::cmp::Ordering;

/// `[start, count]` instead of the indexes or ranks themselves. The server knows them, no client asks for them.
const INDEX_WINDOW: u32 = 9;
const REVERSE_INDEX_WINDOW: u32 = 10;
const RANK_WINDOW: u32 = 11;
const REVERSE_RANK_WINDOW: u32 = 12;

#[derive(Clone, Copy, Debug)]
pub struct Return {
    pub kind: Kind,
    pub inverted: bool,
    /// Whether the operation is one on several elements: then it gives a list even of none or one.
    pub many: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    None,
    Index,
    Rank,
    ReverseIndex,
    ReverseRank,
    Count,
    Exists,
    Key,
    Value,
    Pairs(MapOrder),
    IndexWindow,
    ReverseIndexWindow,
    RankWindow,
    ReverseRankWindow,
    Unknown,
}

impl Return {
    pub fn new(flags: u64, many: bool) -> Return {
        let kind = match flags as u32 & 0xFFFF {
            cdt_return::NONE => Kind::None,
            cdt_return::INDEX => Kind::Index,
            cdt_return::REVERSE_INDEX => Kind::ReverseIndex,
            cdt_return::RANK => Kind::Rank,
            cdt_return::REVERSE_RANK => Kind::ReverseRank,
            cdt_return::COUNT => Kind::Count,
            cdt_return::KEY => Kind::Key,
            cdt_return::VALUE => Kind::Value,
            cdt_return::KEY_VALUE => Kind::Pairs(MapOrder::Kept),
            INDEX_WINDOW => Kind::IndexWindow,
            REVERSE_INDEX_WINDOW => Kind::ReverseIndexWindow,
            RANK_WINDOW => Kind::RankWindow,
            REVERSE_RANK_WINDOW => Kind::ReverseRankWindow,
            cdt_return::EXISTS => Kind::Exists,
            cdt_return::UNORDERED_MAP => Kind::Pairs(MapOrder::Unordered),
            cdt_return::ORDERED_MAP => Kind::Pairs(MapOrder::Key),
            _ => Kind::Unknown,
        };
        Return { kind, inverted: flags & u64::from(cdt_return::INVERTED) != 0, many }
    }

    pub fn of(kind: Kind, many: bool) -> Return {
        Return { kind, inverted: false, many }
    }

    pub fn upright(self) -> Return {
        Return { inverted: false, ..self }
    }

    pub fn is_reverse(self) -> bool {
        matches!(self.kind, Kind::ReverseIndex | Kind::ReverseRank | Kind::ReverseIndexWindow | Kind::ReverseRankWindow)
    }

    pub fn is_index(self) -> bool {
        matches!(self.kind, Kind::Index | Kind::ReverseIndex)
    }

    pub fn is_rank(self) -> bool {
        matches!(self.kind, Kind::Rank | Kind::ReverseRank)
    }

    pub fn is_index_window(self) -> bool {
        matches!(self.kind, Kind::IndexWindow | Kind::ReverseIndexWindow)
    }

    pub fn is_rank_window(self) -> bool {
        matches!(self.kind, Kind::RankWindow | Kind::ReverseRankWindow)
    }

    pub fn is_window(self) -> bool {
        self.is_index_window() || self.is_rank_window()
    }

    pub fn is_elements(self) -> bool {
        matches!(self.kind, Kind::Key | Kind::Value | Kind::Pairs(_))
    }

    /// The inverse of a single element is refused.
    pub fn check_inverse(self) -> Result<(), Code> {
        if self.inverted && !self.many {
            Err(code::OP_NOT_APPLICABLE)
        } else {
            Ok(())
        }
    }

    /// When there is nothing to give. `start` is where it would have been.
    pub fn nothing(self, start: i64) -> Result<Value, Code> {
        Ok(match self.kind {
            Kind::None => Value::Nil,
            Kind::IndexWindow | Kind::ReverseIndexWindow | Kind::RankWindow | Kind::ReverseRankWindow => {
                ints([start, 0])
            }
            Kind::Count => Value::Int(0),
            Kind::Exists => Value::Bool(false),
            Kind::Pairs(order) => Value::Map { pairs: Vec::new(), order },
            Kind::Unknown => return Err(code::OP_NOT_APPLICABLE),
            _ if self.many => ints([]),
            Kind::Key | Kind::Value => Value::Nil,
            Kind::Index | Kind::Rank | Kind::ReverseIndex | Kind::ReverseRank => Value::Int(-1),
        })
    }

    /// What tells how many there are: `count` are given.
    pub fn count(self, count: usize) -> Option<Value> {
        match self.kind {
            Kind::None => Some(Value::Nil),
            Kind::Count => Some(Value::Int(count as i64)),
            Kind::Exists => Some(Value::Bool(count != 0)),
            _ => None,
        }
    }

    /// What can be told from the place alone that the selected elements have among all, by index or by rank.
    pub fn places(self, selected: Window, length: usize) -> Result<Value, Code> {
        if self.inverted && self.kind == Kind::Exists {
            // The server tells whether there is nothing but the others.
            return Ok(Value::Bool(selected.count == 0));
        }
        let count = if self.inverted { length - selected.count } else { selected.count };
        if let Some(value) = self.count(count) {
            return Ok(value);
        }
        match self.kind {
            Kind::Index | Kind::Rank | Kind::ReverseIndex | Kind::ReverseRank => Ok(self.each_place(selected, length)),
            Kind::IndexWindow | Kind::ReverseIndexWindow | Kind::RankWindow | Kind::ReverseRankWindow
                if !self.inverted =>
            {
                let start = if self.is_reverse() { length - selected.end() } else { selected.start };
                Ok(ints([start as i64, selected.count as i64]))
            }
            _ => Err(code::OP_NOT_APPLICABLE),
        }
    }

    fn each_place(self, selected: Window, length: usize) -> Value {
        if !self.many {
            return Value::Int(if selected.count == 0 { -1 } else { self.place(selected.start, length) });
        }
        if !self.inverted {
            return ints(self.run(selected, length));
        }
        let head = Window { start: 0, count: selected.start };
        let tail = Window { start: selected.end(), count: length - selected.end() };
        ints(self.run(head, length).chain(self.run(tail, length)))
    }

    /// Places of neighbours. Counted from the end they are ascending too.
    pub fn run(self, window: Window, length: usize) -> impl Iterator<Item = i64> {
        let start = if self.is_reverse() { length - window.end() } else { window.start };
        (start..start + window.count).map(|place| place as i64)
    }

    pub fn place(self, place: usize, length: usize) -> i64 {
        let place = place as i64;
        if self.is_reverse() {
            length as i64 - place - 1
        } else {
            place
        }
    }

    /// Places one by one; only the first if the operation is one on a single element.
    pub fn places_of(self, places: impl IntoIterator<Item = usize>, length: usize) -> Value {
        let mut places = places.into_iter().map(|place| self.place(place, length));
        if self.many {
            ints(places)
        } else {
            Value::Int(places.next().unwrap_or(-1))
        }
    }
}

/// Whether it equals one of the values, which are sorted. What has a wildcard inside has no place among the others.
pub struct Any<'a> {
    sorted: Vec<&'a Value>,
    patterns: Vec<&'a Value>,
}

impl<'a> Any<'a> {
    pub fn of(values: &'a [Value]) -> Any<'a> {
        let (patterns, mut sorted): (Vec<&Value>, Vec<&Value>) = values.iter().partition(|value| has_wildcard(value));
        sorted.sort_by(|a, b| compare(a, b));
        Any { sorted, patterns }
    }

    pub fn equals(&self, value: &Value) -> bool {
        self.sorted.binary_search_by(|own| compare(own, value)).is_ok()
            || self.patterns.iter().any(|pattern| compare(pattern, value).is_eq())
    }
}

fn has_wildcard(value: &Value) -> bool {
    match value {
        Value::Wildcard => true,
        Value::List { items, .. } => items.iter().any(has_wildcard),
        Value::Map { pairs, .. } => pairs.iter().any(|(key, value)| has_wildcard(key) || has_wildcard(value)),
        _ => false,
    }
}

pub fn ints(ints: impl IntoIterator<Item = i64>) -> Value {
    list(ints.into_iter().map(Value::Int))
}

pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List { items: items.into_iter().collect(), ordered: false }
}

/// Where what is equal lies in something sorted, or would lie. `compare` tells how an element compares with what is
/// looked for.
pub fn equal_range<T>(sorted: &[T], compare: impl Fn(&T) -> Ordering) -> Window {
    let start = sorted.partition_point(|element| compare(element).is_lt());
    let count = sorted[start..].partition_point(|element| compare(element).is_eq());
    Window { start, count }
}

/// The places in something sorted of all that equals one of the values: value by value, each only once, or from the
/// first to the last place of what equals none.
pub fn places_of_found(values: &[Value], sorted: &[&Value], ret: Return) -> Value {
    let length = sorted.len();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| compare(&values[a], &values[b]));
    let mut found: Vec<Window> =
        values.iter().map(|value| equal_range(sorted, |element| compare(element, value))).collect();
    // Of values that are asked for twice the last counts.
    for pair in order.windows(2) {
        if compare(&values[pair[0]], &values[pair[1]]).is_eq() {
            found[pair[0]].count = 0;
        }
    }
    if !ret.inverted {
        return ints(found.iter().flat_map(|place| (place.start..place.end()).map(|at| ret.place(at, length))));
    }
    let mut gaps = Vec::new();
    let mut last = 0;
    for place in order.iter().map(|&at| found[at]).filter(|place| place.count > 0) {
        gaps.push(Window { start: last, count: place.start - last });
        last = place.end();
    }
    gaps.push(Window { start: last, count: length - last });
    ints(gaps.into_iter().flat_map(|gap| ret.run(gap, length)))
}
