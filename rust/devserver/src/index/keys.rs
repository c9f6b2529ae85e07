//! What a record has under an index, and whether a query asks for it.

use super::{hash, Collection, Index};
use crate::cdt;
use crate::expression::{value, Subject};
use crate::geo::{self, Geometry};
use crate::store::record;
use aerospike_sansio::proto::particle;
use aerospike_sansio::value::Value;

/// What a query asks for.
#[derive(Clone, Debug)]
pub enum Range {
    /// Both ends belong to it.
    Integers(i64, i64),
    String(Vec<u8>),
    Blob(Vec<u8>),
    /// Points in a region, or regions around a point.
    Geo(Geometry),
}

/// Longest string or blob that is indexed.
const LONGEST: usize = 2048;

impl Range {
    /// Particle type of the values.
    pub fn kind(&self) -> u8 {
        match self {
            Range::Integers(..) => particle::INTEGER,
            Range::String(_) => particle::STRING,
            Range::Blob(_) => particle::BLOB,
            Range::Geo(_) => particle::GEOJSON,
        }
    }

    /// The number under which a value is indexed, if the range has it.
    fn number_of(&self, value: &Value) -> Option<u64> {
        match (self, value) {
            (Range::Integers(low, high), Value::Int(int)) => (low..=high).contains(&int).then_some(*int as u64),
            (Range::String(wanted), Value::String(bytes)) | (Range::Blob(wanted), Value::Blob(bytes)) => {
                (wanted == bytes && bytes.len() <= LONGEST).then(|| hash::of(bytes))
            }
            (Range::Geo(wanted), Value::Geo(text)) => {
                let found = geo::parse(text)?;
                geo::matches(&found, wanted).then(|| geo::cell_of(&found))
            }
            _ => None,
        }
    }

    /// A number as a place in the order in which a query goes through the index: integers with their sign.
    pub fn place(&self, number: u64) -> u64 {
        match self {
            Range::Geo(_) => number,
            _ => number ^ 1 << 63,
        }
    }
}

impl Index {
    /// The first number of the range under which the index has the record.
    pub fn first_in(&self, subject: &Subject, range: &Range) -> Option<u64> {
        if self.definition.kind != range.kind() {
            return None;
        }
        let number = |value: &Value| range.number_of(value);
        let first = |numbers: &mut dyn Iterator<Item = u64>| numbers.min_by_key(|number| range.place(*number));
        match (self.value(subject)?, self.definition.collection) {
            (value, Collection::Default) => number(&value),
            (Value::List { items, .. }, Collection::List) => first(&mut items.iter().filter_map(number)),
            (Value::Map { pairs, .. }, Collection::MapKeys) => {
                first(&mut pairs.iter().filter_map(|(key, _)| number(key)))
            }
            (Value::Map { pairs, .. }, Collection::MapValues) => {
                first(&mut pairs.iter().filter_map(|(_, value)| number(value)))
            }
            _ => None,
        }
    }

    /// How many values of the record are indexed.
    pub fn count(&self, subject: &Subject) -> usize {
        if self.definition.collection == Collection::Set {
            return usize::from(self.covers(subject));
        }
        let kind = self.definition.kind;
        let fits = |value: &Value| match value {
            Value::Int(_) => kind == particle::INTEGER,
            Value::String(bytes) => kind == particle::STRING && bytes.len() <= LONGEST,
            Value::Blob(bytes) => kind == particle::BLOB && bytes.len() <= LONGEST,
            Value::Geo(_) => kind == particle::GEOJSON,
            _ => false,
        };
        match (self.value(subject), self.definition.collection) {
            (Some(value), Collection::Default) => usize::from(fits(&value)),
            (Some(Value::List { items, .. }), Collection::List) => items.iter().filter(|item| fits(item)).count(),
            (Some(Value::Map { pairs, .. }), Collection::MapKeys) => pairs.iter().filter(|(key, _)| fits(key)).count(),
            (Some(Value::Map { pairs, .. }), Collection::MapValues) => {
                pairs.iter().filter(|(_, value)| fits(value)).count()
            }
            _ => 0,
        }
    }

    /// Whether the index is of the record's set.
    pub fn covers(&self, subject: &Subject) -> bool {
        self.definition.set.is_empty() || self.definition.set == subject.set_name
    }

    /// The value of the bin or expression, or what the context leads to in it.
    fn value(&self, subject: &Subject) -> Option<Value> {
        if !self.covers(subject) {
            return None;
        }
        let definition = &self.definition;
        let value = match &self.expression {
            Some(expression) => expression.value(subject)?,
            None => {
                let particle = &record::find(subject.bins, &definition.bin)?.particle;
                if !definition.context.is_empty() {
                    return cdt::at(particle, &definition.context).ok();
                }
                value::of(particle)?
            }
        };
        Some(value)
    }
}
