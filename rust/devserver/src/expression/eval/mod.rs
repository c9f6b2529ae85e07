//! The value of a built expression.

mod calls;
mod compare;
mod numbers;
mod record;

use super::{Node, Subject, Type};
use crate::cdt::path::Budget;
use aerospike_sansio::value::Value;

/// What an expression is evaluated with.
pub struct Scope<'a> {
    subject: Option<&'a Subject<'a>>,
    /// Key, value and index of the element that a path has come to.
    element: &'a [Option<Value>; 3],
    /// Of the paths in it.
    budget: &'a Budget,
    /// Values of the variables that are visible.
    variables: Vec<Option<Variable>>,
}

/// What a variable can stand for, and what an expression can come to.
#[derive(Clone)]
pub enum Variable {
    Value(Value),
    /// Of the element that a path has come to.
    Removal,
}

impl Variable {
    pub fn into_value(self) -> Option<Value> {
        match self {
            Variable::Value(value) => Some(value),
            Variable::Removal => None,
        }
    }
}

impl<'a> Scope<'a> {
    pub fn new(
        variables: usize,
        subject: Option<&'a Subject<'a>>,
        element: &'a [Option<Value>; 3],
        budget: &'a Budget,
    ) -> Scope<'a> {
        Scope { subject, element, budget, variables: vec![None; variables] }
    }

    /// What a whole expression comes to; None if it is unknown.
    pub fn result(mut self, root: &Node) -> Option<Variable> {
        self.variable(root)
    }

    /// A removal is told of where it decides what becomes of the element: nowhere does it stand for a value.
    fn variable(&mut self, node: &Node) -> Option<Variable> {
        match node {
            Node::Remove => Some(Variable::Removal),
            Node::Variable(slot) => self.variables[*slot].clone(),
            Node::Cond(cases, default) => {
                let case = self.case(cases, default)?;
                self.variable(case)
            }
            Node::Let(first, values, body) => {
                self.bind(*first, values);
                self.variable(body)
            }
            node => self.value(node).map(Variable::Value),
        }
    }

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
                let case = self.case(cases, default)?;
                self.value(case)
            }
            Node::Variable(slot) => self.variables[*slot].clone().and_then(Variable::into_value),
            Node::Let(first, values, body) => {
                self.bind(*first, values);
                self.value(body)
            }
            Node::Call(call) => self.call(call),
        }
    }

    /// The case whose condition is the first to be true.
    fn case<'n>(&mut self, cases: &'n [[Node; 2]], default: &'n Node) -> Option<&'n Node> {
        for [condition, value] in cases {
            if self.truth(condition)? {
                return Some(value);
            }
        }
        Some(default)
    }

    fn bind(&mut self, first: usize, values: &[Node]) {
        for (n, value) in values.iter().enumerate() {
            self.variables[first + n] = self.variable(value);
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
