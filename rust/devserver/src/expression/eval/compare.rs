//! Comparing values of one type.

use super::Scope;
use crate::expression::build::control::Geometric;
use crate::expression::Comparison;
use crate::geo::{self, Geometry};
use aerospike_sansio::value::{order, MapOrder, Value};
use std::borrow::Cow;
use std::cmp::Ordering;

/// None where there is no answer: as soon as an unordered map is looked at.
pub fn values(comparison: Comparison, left: &Value, right: &Value) -> Option<bool> {
    if let (Value::Float(left), Value::Float(right)) = (left, right) {
        let ordering = left.partial_cmp(right);
        return Some(ordering.map_or(comparison == Comparison::Ne, |ordering| holds(comparison, ordering)));
    }
    let mut unordered = false;
    let ordering = compare(left, right, &mut unordered);
    (!unordered).then(|| holds(comparison, ordering))
}

/// Whether an element of a list is the value. Unordered maps are compared as they are kept.
pub fn is_equal(value: &Value, item: &Value) -> bool {
    order::compare(value, item) == Ordering::Equal
}

fn holds(comparison: Comparison, ordering: Ordering) -> bool {
    match comparison {
        Comparison::Eq => ordering.is_eq(),
        Comparison::Ne => ordering.is_ne(),
        Comparison::Gt => ordering.is_gt(),
        Comparison::Ge => ordering.is_ge(),
        Comparison::Lt => ordering.is_lt(),
        Comparison::Le => ordering.is_le(),
    }
}

/// As `order::compare`, and takes note of unordered maps on the way to the first difference.
fn compare(left: &Value, right: &Value, unordered: &mut bool) -> Ordering {
    *unordered |= is_unordered(left) || is_unordered(right);
    match (left, right) {
        (Value::List { items: left, .. }, Value::List { items: right, .. }) => {
            first_difference(left.iter().zip(right), unordered).then(left.len().cmp(&right.len()))
        }
        (Value::Map { pairs: left, .. }, Value::Map { pairs: right, .. }) if left.len() == right.len() => {
            let flat = |pair| {
                let (key, value): &(Value, Value) = pair;
                [key, value]
            };
            first_difference(left.iter().flat_map(flat).zip(right.iter().flat_map(flat)), unordered)
        }
        _ => order::compare(left, right),
    }
}

fn first_difference<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>, unordered: &mut bool) -> Ordering {
    for (left, right) in pairs {
        match compare(left, right, unordered) {
            Ordering::Equal => {}
            different => return different,
        }
    }
    Ordering::Equal
}

/// An empty one is as good as ordered.
fn is_unordered(value: &Value) -> bool {
    matches!(value, Value::Map { pairs, order } if !order.is_sorted() && !pairs.is_empty() && *order != MapOrder::Kept)
}

impl Scope<'_> {
    pub fn within(&mut self, operands: &[Geometric; 2]) -> Option<Value> {
        let [left, right] = operands;
        let (left, right) = (self.geometry(left)?, self.geometry(right)?);
        Some(Value::Bool(geo::matches(&left, &right)))
    }

    fn geometry<'a>(&mut self, operand: &'a Geometric) -> Option<Cow<'a, Geometry>> {
        match operand {
            Geometric::Literal(geometry) => Some(Cow::Borrowed(geometry)),
            Geometric::Node(node) => match self.value(node)? {
                Value::Geo(text) => geo::parse(&text).map(Cow::Owned),
                _ => None,
            },
        }
    }
}
