//! The value of a built expression.

mod calls;
mod compare;
mod numbers;
mod record;

use super::{Node, Subject, Type};
use aerospike_sansio::value::Value;

/// What an expression is evaluated with.
struct Scope<'a> {
    subject: Option<&'a Subject<'a>>,
    /// Key, value and index of the element that a path has come to.
    element: &'a [Option<Value>; 3],
    /// Values of the variables that are visible.
    variables: Vec<Option<Value>>,
}

pub fn evaluate(
    root: &Node,
    variables: usize,
    subject: Option<&Subject>,
    element: &[Option<Value>; 3],
) -> Option<Value> {
    Scope { subject, element, variables: vec![None; variables] }.value(root)
}

impl Scope<'_> {
    fn value(&mut self, node: &Node) -> Option<Value> {
        match node {
            Node::Unknown | Node::Remove => None,
            Node::Literal(value) => Some(value.clone()),
            Node::Compare(comparison, operands) => {
                let [left, right] = self.both(operands)?;
                compare::values(*comparison, &left, &right).map(Value::Bool)
            }
            Node::Regex(inner) => match self.value(&inner.1)? {
                Value::String(text) => {
                    // The server's matcher takes the text for a C string.
                    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
                    Some(Value::Bool(inner.0.matches(text)))
                }
                _ => None,
            },
            Node::Within(operands) => self.within(operands),
            Node::InList(operands) => match self.both(operands)? {
                [value, Value::List { items, .. }] => {
                    Some(Value::Bool(items.iter().any(|item| compare::is_equal(&value, item))))
                }
                _ => None,
            },
            Node::And(operands) => self.decided_by(operands, false),
            Node::Or(operands) => self.decided_by(operands, true),
            Node::Exclusive(operands) => self.exclusive(operands),
            Node::Not(operand) => self.truth(operand).map(|truth| Value::Bool(!truth)),
            Node::Fold(fold, operands) => self.fold(*fold, operands),
            Node::One(one, operand) => numbers::one(*one, self.value(operand)?),
            Node::Two(two, operands) => {
                let [left, right] = self.both(operands)?;
                numbers::two(*two, left, right)
            }
            Node::Scan(scan, operands) => match self.both(operands)? {
                [Value::Int(int), Value::Bool(bit)] => Some(Value::Int(numbers::scan(*scan, int, bit))),
                _ => None,
            },
            Node::Metadata(what) => self.subject?.metadata(*what),
            Node::DigestModulo(divisor) => self.subject.map(|subject| subject.digest_modulo(*divisor)),
            Node::Key(kind) => self.subject?.key(*kind),
            Node::Bin(kind, name) => self.subject?.bin(*kind, name),
            Node::BinType(name) => self.subject.map(|subject| subject.bin_type(name)),
            Node::MapKeys(operand) => self.map(operand, |(key, _)| key),
            Node::MapValues(operand) => self.map(operand, |(_, value)| value),
            Node::LoopVariable(kind, part) => self.element[*part].clone().filter(|value| is_of(value, *kind)),
            Node::Cond(cases, default) => {
                for [condition, value] in cases {
                    if self.truth(condition)? {
                        return self.value(value);
                    }
                }
                self.value(default)
            }
            Node::Variable(slot) => self.variables[*slot].clone(),
            Node::Let(first, values, body) => {
                for (n, value) in values.iter().enumerate() {
                    self.variables[first + n] = self.value(value);
                }
                self.value(body)
            }
            Node::Call(call) => self.call(call),
        }
    }

    fn both(&mut self, operands: &[Node; 2]) -> Option<[Value; 2]> {
        let [left, right] = operands;
        Some([self.value(left)?, self.value(right)?])
    }

    fn truth(&mut self, node: &Node) -> Option<bool> {
        match self.value(node)? {
            Value::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// As soon as one operand is `deciding` that is it, whatever the others are; unknown if one of them is.
    fn decided_by(&mut self, operands: &[Node], deciding: bool) -> Option<Value> {
        let mut result = Some(Value::Bool(!deciding));
        for operand in operands {
            match self.truth(operand) {
                Some(truth) if truth == deciding => return Some(Value::Bool(deciding)),
                Some(_) => {}
                None => result = None,
            }
        }
        result
    }

    fn exclusive(&mut self, operands: &[Node]) -> Option<Value> {
        let mut found = false;
        for operand in operands {
            match self.truth(operand)? {
                true if found => return Some(Value::Bool(false)),
                truth => found |= truth,
            }
        }
        Some(Value::Bool(found))
    }

    /// A part of each pair of a map, as a list.
    fn map(&mut self, operand: &Node, part: fn((Value, Value)) -> Value) -> Option<Value> {
        match self.value(operand)? {
            Value::Map { pairs, .. } => {
                Some(Value::List { items: pairs.into_iter().map(part).collect(), ordered: false })
            }
            _ => None,
        }
    }
}

fn is_of(value: &Value, kind: Type) -> bool {
    kind == match value {
        Value::Nil => Type::Nil,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Float(_) => Type::Float,
        Value::String(_) => Type::String,
        Value::Blob(_) => Type::Blob,
        Value::Geo(_) => Type::Geo,
        Value::Hll(_) => Type::Hll,
        Value::List { .. } => Type::List,
        Value::Map { .. } => Type::Map,
        Value::Uint(_) | Value::Typed(..) | Value::Infinity | Value::Wildcard => return false,
    }
}
