//! Secondary indexes: their definitions, by which queries find records.
//!
//! An index here is its definition only. A query by it goes over the records of the partitions that it was asked for, and
//! looks at what each has under the index: nothing has to be kept up to date, and an index is complete as soon as it is
//! made. What queries answer is the same.

mod hash;
pub mod keys;

use crate::expression::Expression;
use crate::limits::limit;
use crate::Code;
use aerospike_sansio::proto::{code, particle};

/// What of a bin is indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collection {
    Default,
    List,
    MapKeys,
    MapValues,
    /// No bin at all, but which records are in a set.
    Set,
}

impl Collection {
    /// With the numbers of an INDEX_TYPE field.
    const ALL: [(Collection, &'static str); 5] = [
        (Collection::Default, "default"),
        (Collection::List, "list"),
        (Collection::MapKeys, "mapkeys"),
        (Collection::MapValues, "mapvalues"),
        (Collection::Set, "set"),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    pub fn from_number(number: u8) -> Option<Collection> {
        Self::ALL.get(usize::from(number)).map(|(collection, _)| *collection)
    }

    pub fn from_name(name: &[u8]) -> Option<Collection> {
        Self::ALL.iter().find(|(_, own)| name.eq_ignore_ascii_case(own.as_bytes())).map(|(collection, _)| *collection)
    }
}

/// Particle types that can be indexed, and what they are called.
const KINDS: [(u8, &str); 4] = [
    (particle::INTEGER, "numeric"),
    (particle::STRING, "string"),
    (particle::BLOB, "blob"),
    (particle::GEOJSON, "geo2dsphere"),
];

pub fn kind_name(kind: u8) -> &'static str {
    KINDS.iter().find(|(number, _)| *number == kind).map_or("invalid", |(_, name)| name)
}

pub fn kind_from_name(name: &[u8]) -> Option<u8> {
    KINDS.iter().find(|(_, own)| name.eq_ignore_ascii_case(own.as_bytes())).map(|(kind, _)| *kind)
}

/// What an index is of: two of them with the same definition are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Empty: of the whole namespace.
    pub set: Vec<u8>,
    /// Empty if it is of an expression.
    pub bin: Vec<u8>,
    /// Particle type of the values.
    pub kind: u8,
    pub collection: Collection,
    /// Packed, or empty.
    pub context: Vec<u8>,
    /// Packed, or empty.
    pub expression: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct Index {
    pub name: Vec<u8>,
    pub definition: Definition,
    expression: Option<Expression>,
}

/// The indexes of a namespace, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Indexes(Vec<Index>);

impl Indexes {
    pub fn iter(&self) -> impl Iterator<Item = &Index> {
        self.0.iter()
    }

    pub fn named(&self, name: &[u8]) -> Option<&Index> {
        self.0.iter().find(|index| index.name == name)
    }

    /// Whether some index says which records are in that set.
    pub fn is_of_set(&self, set: &[u8]) -> bool {
        self.0.iter().any(|Index { definition: own, .. }| own.collection == Collection::Set && own.set == set)
    }

    /// The index of that definition, in that set or else in the whole namespace.
    pub fn find(&self, wanted: &Definition) -> Option<&Index> {
        let everywhere = Definition { set: Vec::new(), ..wanted.clone() };
        let find = |wanted: &Definition| self.0.iter().find(|index| index.definition == *wanted);
        find(wanted).or_else(|| find(&everywhere))
    }

    /// Makes an index. One of that definition under another name is renamed; one that is there already stays.
    pub fn create(&mut self, name: &[u8], definition: Definition) -> Result<(), Code> {
        if let Some(same_name) = self.named(name) {
            return if same_name.definition == definition { Ok(()) } else { Err(code::INDEX_FOUND) };
        }
        if let Some(same) = self.0.iter_mut().find(|index| index.definition == definition) {
            same.name = name.to_vec();
            return Ok(());
        }
        if self.0.len() >= limit::INDEXES {
            return Err(code::INDEX_MAX_COUNT);
        }
        let expression = match &definition.expression[..] {
            [] => None,
            packed => Some(Expression::build(packed)?),
        };
        self.0.push(Index { name: name.to_vec(), definition, expression });
        Ok(())
    }

    pub fn remove(&mut self, name: &[u8]) {
        self.0.retain(|index| index.name != name);
    }
}
