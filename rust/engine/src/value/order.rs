//! The server's order of values, by which it keeps ordered lists and maps, and which it wants them sorted by already
//! when they are written whole.
//!
//! As `msgpack_cmp_internal` of the server (`cf/src/msgpack_in.c`) compares, with one difference, which only shows where
//! that is no order at all: a NaN comes after every other double (there it equals all of them).

use super::Value;
use crate::proto::{code, particle};
use crate::sort::sort_by;
use crate::Refused;
use std::cmp::Ordering;

/// How the server orders two values. A wildcard equals everything, and makes equal what it is found in.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    // What keys of maps are as a rule needs no more.
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        _ => compare_until_wildcard(a, b).unwrap_or(Ordering::Equal),
    }
}

/// Sorts every ordered list and map in a value, innermost first, as the server wants them written. What lies inside an
/// ordered one is compared, so unordered maps in there are sorted too: the server does the same to them on arrival.
///
/// Refuses what cannot be sorted: a key twice in an ordered map, a wildcard in anything ordered.
pub fn sort_for_wire(value: &mut Value) -> Result<(), Refused> {
    sort(value, false)
}

/// `None` as soon as a wildcard is met: then the answer is "equal", whatever follows.
fn compare_until_wildcard(a: &Value, b: &Value) -> Option<Ordering> {
    if matches!(a, Value::Wildcard) || matches!(b, Value::Wildcard) {
        return None;
    }
    let ranks = rank(a).cmp(&rank(b));
    if ranks.is_ne() {
        return Some(ranks);
    }
    match (a, b) {
        (Value::List { items: a, .. }, Value::List { items: b, .. }) => {
            first_difference(a.iter().zip(b), a.len().cmp(&b.len()))
        }
        (Value::Map { pairs: a, .. }, Value::Map { pairs: b, .. }) => match a.len().cmp(&b.len()) {
            Ordering::Equal => first_difference(flat(a).zip(flat(b)), Ordering::Equal),
            sizes => Some(sizes),
        },
        _ => Some(compare_scalars(a, b)),
    }
}

fn first_difference<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>, otherwise: Ordering) -> Option<Ordering> {
    for (a, b) in pairs {
        match compare_until_wildcard(a, b)? {
            Ordering::Equal => {}
            different => return Some(different),
        }
    }
    Some(otherwise)
}

/// Keys and values in turn, as they are compared.
fn flat(pairs: &[(Value, Value)]) -> impl Iterator<Item = &Value> {
    pairs.iter().flat_map(|(key, value)| [key, value])
}

/// Two values of the same rank, none of them a list or map.
fn compare_scalars(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => compare_floats(*a, *b),
        _ => match (integer(a), integer(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => bytes(a).cmp(&bytes(b)),
        },
    }
}

fn compare_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Int(int) => Some(i128::from(*int)),
        Value::Uint(uint) => Some(i128::from(*uint)),
        _ => None,
    }
}

/// The packed bytes of a text, type byte first; nothing for what has none.
fn bytes(value: &Value) -> Option<(u8, &[u8])> {
    match value {
        Value::String(bytes) => Some((particle::STRING, bytes)),
        Value::Blob(bytes) => Some((particle::BLOB, bytes)),
        Value::Typed(particle_type, bytes) => Some((*particle_type, bytes)),
        Value::Geo(bytes) => Some((particle::GEOJSON, bytes)),
        Value::Hll(bytes) => Some((particle::HLL, bytes)),
        _ => None,
    }
}

/// The order of types, as `msgpack_type` in the server.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Nil => 0,
        Value::Bool(_) => 1,
        Value::Int(_) | Value::Uint(_) => 2,
        Value::String(_) => 3,
        Value::List { .. } => 4,
        Value::Map { .. } => 5,
        Value::Blob(_) | Value::Typed(..) | Value::Hll(_) => 6,
        Value::Float(_) => 7,
        Value::Geo(_) => 8,
        Value::Wildcard => 9,
        Value::Infinity => 10,
    }
}

/// `inside`: whether the value lies in an ordered one.
fn sort(value: &mut Value, inside: bool) -> Result<(), Refused> {
    match value {
        Value::List { items, ordered } => {
            let inside = inside || *ordered;
            items.iter_mut().try_for_each(|item| sort(item, inside))?;
            if *ordered {
                sort_by(items, compare);
            }
        }
        Value::Map { pairs, order } => {
            let inside = inside || order.is_sorted();
            for (key, value) in pairs.iter_mut() {
                sort(key, inside)?;
                sort(value, inside)?;
            }
            if inside {
                sort_by(pairs, |(a, _), (b, _)| compare(a, b));
            }
            if order.is_sorted() && pairs.windows(2).any(|pair| compare(&pair[0].0, &pair[1].0).is_eq()) {
                return Err(refused("a key stands twice in an ordered map"));
            }
        }
        Value::Wildcard if inside => return Err(refused("a wildcard has no place in an ordered list or map")),
        _ => {}
    }
    Ok(())
}

fn refused(reason: &'static str) -> Refused {
    Refused { code: code::INVALID_ARGUMENT, reason, slot: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::MapOrder;

    fn list(items: Vec<Value>, ordered: bool) -> Value {
        Value::List { items, ordered }
    }

    fn map(pairs: Vec<(Value, Value)>, order: MapOrder) -> Value {
        Value::Map { pairs, order }
    }

    fn string(text: &str) -> Value {
        Value::String(text.into())
    }

    #[test]
    fn types_are_ordered_as_the_server_orders_them() {
        let ascending = [
            Value::Nil,
            Value::Bool(false),
            Value::Bool(true),
            Value::Int(i64::MIN),
            Value::Int(-1),
            Value::Int(0),
            Value::Int(i64::MAX),
            Value::Uint(1 << 63),
            Value::Uint(u64::MAX),
            string(""),
            string("a"),
            string("aa"),
            string("b"),
            list(vec![], false),
            list(vec![Value::Nil], true),
            list(vec![Value::Int(1)], false),
            list(vec![Value::Int(1), Value::Nil], false),
            list(vec![Value::Int(2)], false),
            map(vec![], MapOrder::Key),
            map(vec![(Value::Int(2), Value::Int(1))], MapOrder::Unordered),
            map(vec![(Value::Int(2), Value::Int(2))], MapOrder::Key),
            map(vec![(Value::Int(1), Value::Nil), (Value::Int(2), Value::Nil)], MapOrder::Key),
            Value::Blob(vec![]),
            Value::Blob(vec![0xff]),
            Value::Typed(7, vec![0]),
            Value::Hll(vec![0]),
            Value::Float(f64::NEG_INFINITY),
            Value::Float(-1.0),
            Value::Float(0.5),
            Value::Float(f64::INFINITY),
            Value::Float(f64::NAN),
            Value::Geo(b"{}".to_vec()),
            Value::Infinity,
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a:?} and {b:?}");
            }
            assert_eq!(compare(a, &Value::Wildcard), Ordering::Equal);
        }
        assert_eq!(compare(&Value::Float(0.0), &Value::Float(-0.0)), Ordering::Equal);
    }

    #[test]
    fn a_wildcard_makes_equal_what_it_is_found_in() {
        let pattern = list(vec![Value::Int(1), Value::Wildcard], false);
        assert_eq!(compare(&pattern, &list(vec![Value::Int(1), string("x"), Value::Nil], false)), Ordering::Equal);
        assert_eq!(compare(&pattern, &list(vec![Value::Int(2), string("x")], false)), Ordering::Less);
    }

    #[test]
    fn trap_8_ordered_lists_and_maps_are_sorted_before_they_are_written() {
        let inner = map(vec![(string("b"), Value::Nil), (string("a"), Value::Nil)], MapOrder::Unordered);
        let mut value = list(vec![Value::Float(1.0), inner, Value::Int(3), Value::Int(-3)], true);
        sort_for_wire(&mut value).unwrap();
        let inner = map(vec![(string("a"), Value::Nil), (string("b"), Value::Nil)], MapOrder::Unordered);
        assert_eq!(value, list(vec![Value::Int(-3), Value::Int(3), inner, Value::Float(1.0)], true));
    }

    #[test]
    fn trap_8_a_key_that_stands_twice_in_an_ordered_map_is_refused() {
        let pairs = vec![(Value::Int(1), Value::Nil), (Value::Int(2), Value::Nil), (Value::Int(1), Value::Nil)];
        let refused = sort_for_wire(&mut map(pairs.clone(), MapOrder::KeyValue)).unwrap_err();
        assert_eq!(refused.code, code::INVALID_ARGUMENT);
        assert!(sort_for_wire(&mut list(vec![map(pairs.clone(), MapOrder::Key)], false)).is_err());
        assert!(sort_for_wire(&mut map(pairs, MapOrder::Unordered)).is_ok());
    }

    #[test]
    fn what_is_not_ordered_stays_as_it_is() {
        let mut value = list(
            vec![
                Value::Int(2),
                Value::Int(1),
                map(vec![(Value::Int(2), Value::Nil), (Value::Int(1), Value::Nil)], MapOrder::Kept),
            ],
            false,
        );
        let before = value.clone();
        sort_for_wire(&mut value).unwrap();
        assert_eq!(value, before);
    }

    #[test]
    fn an_ordered_list_may_hold_nans_but_no_wildcard() {
        let nan = || Value::Float(f64::NAN);
        let mut value = list(vec![nan(), Value::Float(1.0), nan(), Value::Float(-1.0)], true);
        sort_for_wire(&mut value).unwrap();
        let Value::List { items, .. } = value else { unreachable!() };
        assert_eq!(items[..2], [Value::Float(-1.0), Value::Float(1.0)]);
        assert!(sort_for_wire(&mut list(vec![Value::Wildcard], true)).is_err());
    }
}
