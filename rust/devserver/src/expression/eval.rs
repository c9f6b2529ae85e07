//! The value of a built expression for a record.

use super::{Comparison, Node, Type, Value};
use crate::store::record::{self, Record};
use crate::store::{BinName, Particle};
use aerospike_sansio::proto::particle;
use std::cmp::Ordering;

pub fn value(node: &Node, record: &Record) -> Value {
    match node {
        Node::Literal(value) => value.clone(),
        Node::Compare(comparison, operands) => {
            let [left, right] = &**operands;
            compare(*comparison, &value(left, record), &value(right, record))
        }
        Node::And(operands) => decided_by(operands, record, false),
        Node::Or(operands) => decided_by(operands, record, true),
        Node::Exclusive(operands) => exclusive(operands, record),
        Node::Not(operand) => match value(operand, record) {
            Value::Bool(bool) => Value::Bool(!bool),
            _ => Value::Unknown,
        },
        Node::Bin(kind, name) => bin(*kind, name, record),
        Node::BinType(name) => {
            let found = record::find(&record.bins, name.as_bytes());
            Value::Int(found.map_or(particle::NULL, |bin| bin.particle.particle_type()).into())
        }
    }
}

/// True or false as soon as one operand is `deciding`, whatever the others are; unknown if one of them is.
fn decided_by(operands: &[Node], record: &Record, deciding: bool) -> Value {
    let mut result = Value::Bool(!deciding);
    for operand in operands {
        match value(operand, record) {
            Value::Bool(bool) if bool == deciding => return Value::Bool(deciding),
            Value::Bool(_) => {}
            _ => result = Value::Unknown,
        }
    }
    result
}

fn exclusive(operands: &[Node], record: &Record) -> Value {
    let mut found = false;
    for operand in operands {
        match value(operand, record) {
            Value::Bool(true) if found => return Value::Bool(false),
            Value::Bool(bool) => found |= bool,
            _ => return Value::Unknown,
        }
    }
    Value::Bool(found)
}

/// A bin of another type than the expression says counts as one that is not there.
fn bin(kind: Type, name: &BinName, record: &Record) -> Value {
    let Some(bin) = record::find(&record.bins, name.as_bytes()) else { return Value::Unknown };
    match (&bin.particle, kind) {
        (Particle::Integer(int), Type::Int) => Value::Int(*int),
        (Particle::Float(bits), Type::Float) => Value::Float(f64::from_bits(*bits)),
        (Particle::Bool(bool), Type::Bool) => Value::Bool(*bool),
        (Particle::Bytes(particle::STRING, bytes), Type::String) => Value::String(bytes.to_vec()),
        (Particle::Bytes(particle::BLOB, bytes), Type::Blob) => Value::Blob(bytes.to_vec()),
        _ => Value::Unknown,
    }
}

fn compare(comparison: Comparison, left: &Value, right: &Value) -> Value {
    let ordering = match (left, right) {
        (Value::Nil, Value::Nil) => Ordering::Equal,
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Int(left), Value::Int(right)) => left.cmp(right),
        (Value::Float(left), Value::Float(right)) => match left.partial_cmp(right) {
            Some(ordering) => ordering,
            None => return Value::Bool(comparison == Comparison::Ne),
        },
        (Value::String(left), Value::String(right)) | (Value::Blob(left), Value::Blob(right)) => left.cmp(right),
        _ => return Value::Unknown,
    };
    Value::Bool(match comparison {
        Comparison::Eq => ordering == Ordering::Equal,
        Comparison::Ne => ordering != Ordering::Equal,
        Comparison::Gt => ordering == Ordering::Greater,
        Comparison::Ge => ordering != Ordering::Less,
        Comparison::Lt => ordering == Ordering::Less,
        Comparison::Le => ordering != Ordering::Greater,
    })
}
