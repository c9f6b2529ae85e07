//! Expressions, so far as filters: a packed expression is built into a tree, every type checked, and the tree evaluated
//! against a record. An opcode is one row of `table`; those that are not implemented yet say so when they are built.
//!
//! A value that cannot be had (the bin is absent or of another type) makes what depends on it *unknown*: a filter that
//! is unknown does not pass, and an `or` with a true operand is true all the same.

mod build;
mod eval;
mod table;

use crate::limits::limit;
use crate::store::{BinName, Record};
use crate::Code;
use aerospike_sansio::proto::code;

/// Types of an expression's value, with the protocol's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Nil = 0,
    Bool = 1,
    Int = 2,
    String = 3,
    List = 4,
    Map = 5,
    Blob = 6,
    Float = 7,
    Geo = 8,
    Hll = 9,
}

/// A built expression.
#[derive(Clone, Debug)]
pub enum Node {
    Literal(Value),
    Compare(Comparison, Box<[Node; 2]>),
    And(Vec<Node>),
    Or(Vec<Node>),
    /// Exactly one operand is true.
    Exclusive(Vec<Node>),
    Not(Box<Node>),
    Bin(Type, BinName),
    /// The particle type of a bin, 0 if it is absent.
    BinType(BinName),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Unknown,
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(Vec<u8>),
    Blob(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    True,
    False,
    Unknown,
}

/// Why an expression cannot be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Malformed, or of wrong types.
    Invalid,
    /// Well known, but not implemented yet.
    NotYet(&'static str),
}

impl Failure {
    pub fn code(self) -> Code {
        match self {
            Failure::Invalid => code::PARAMETER,
            Failure::NotYet(_) => code::UNSUPPORTED_FEATURE,
        }
    }
}

/// An expression whose value is a boolean.
#[derive(Clone, Debug)]
pub struct Filter {
    root: Node,
}

/// Builds a filter from a FILTER field. The type of its value must be boolean.
pub fn filter(packed: &[u8]) -> Result<Filter, Failure> {
    if packed.len() > limit::EXPRESSION {
        return Err(Failure::Invalid);
    }
    let mut reader = build::Reader { packed, at: 0 };
    let (root, kind) = build::expression(&mut reader, 0)?;
    if kind != Type::Bool || reader.at != packed.len() {
        return Err(Failure::Invalid);
    }
    Ok(Filter { root })
}

impl Filter {
    pub fn truth(&self, record: &Record) -> Truth {
        match eval::value(&self.root, record) {
            Value::Bool(true) => Truth::True,
            Value::Bool(false) => Truth::False,
            _ => Truth::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
