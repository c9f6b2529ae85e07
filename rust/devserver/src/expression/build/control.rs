//! Conditions, variables, and literals that are no opcode of their own.

use super::{Args, Built};
use crate::expression::{Invalid, Node, Type};
use crate::geo::{self, Geometry};
use aerospike_sansio::value::pack::Token;
use aerospike_sansio::value::Value;

/// An operand of a comparison of places: a literal is read once.
#[derive(Clone, Debug)]
pub enum Geometric {
    Literal(Geometry),
    Node(Node),
}

impl Geometric {
    pub fn new(node: Node) -> Geometric {
        match node {
            Node::Literal(Value::Geo(text)) => match geo::parse(&text) {
                Some(geometry) => Geometric::Literal(geometry),
                None => Geometric::Node(Node::Unknown),
            },
            node => Geometric::Node(node),
        }
    }
}

/// Pairs of a condition and a value, then the value if none of them holds. The values are of one type, those aside that
/// are unknown by themselves.
pub fn cond(args: &mut Args) -> Built {
    if args.left().is_multiple_of(2) {
        return Err(Invalid);
    }
    let mut kind = None;
    let mut cases = Vec::new();
    while args.left() > 1 {
        let condition = args.of(Type::Bool)?;
        cases.push([condition, branch(args, &mut kind)?]);
    }
    let default = branch(args, &mut kind)?;
    Ok((Node::Cond(cases, Box::new(default)), kind.unwrap_or(Type::Bool)))
}

fn branch(args: &mut Args, kind: &mut Option<Type>) -> Result<Node, Invalid> {
    let (node, found) = args.expression()?;
    if !matches!(node, Node::Unknown) && *kind.get_or_insert(found) != found {
        return Err(Invalid);
    }
    Ok(node)
}

/// Pairs of a name and a value, then the expression in which the names stand for the values. A value can use the names
/// before it; no name can be defined twice.
pub fn bind(args: &mut Args) -> Built {
    if args.left().is_multiple_of(2) {
        return Err(Invalid);
    }
    let first = args.reader.scope.len();
    let mut values = Vec::new();
    while args.left() > 1 {
        args.left -= 1;
        let name = args.reader.name()?;
        if !is_name(name) || args.reader.scope.iter().any(|(other, _)| *other == name) {
            return Err(Invalid);
        }
        let slot = args.reader.scope.len();
        args.reader.scope.push((name, None));
        args.reader.variables = args.reader.variables.max(slot + 1);
        let (node, kind) = args.expression()?;
        args.reader.scope[slot].1 = Some(kind);
        values.push(node);
    }
    let (body, kind) = args.expression()?;
    args.reader.scope.truncate(first);
    Ok((Node::Let(first, values, Box::new(body)), kind))
}

fn is_name(name: &[u8]) -> bool {
    let starts = name.first().is_some_and(|&byte| byte == b'_' || byte.is_ascii_alphabetic());
    starts && name.iter().all(|&byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

pub fn variable(args: &mut Args) -> Built {
    let name = args.reader.name()?;
    let slot = args.reader.scope.iter().position(|(other, _)| *other == name).ok_or(Invalid)?;
    let kind = args.reader.scope[slot].1.ok_or(Invalid)?;
    Ok((Node::Variable(slot), kind))
}

/// An index can only be an integer.
pub fn loop_variable(args: &mut Args) -> Built {
    const INDEX: i64 = 2;
    let kind = args.reader.kind()?;
    match args.reader.int()? {
        INDEX if kind != Type::Int => Err(Invalid),
        part @ 0..=INDEX => Ok((Node::LoopVariable(kind, part as usize), kind)),
        _ => Err(Invalid),
    }
}

pub fn quote(args: &mut Args) -> Built {
    match args.reader.peek()? {
        Token::List(_) => Ok((Node::Literal(args.reader.value()?), Type::List)),
        _ => Err(Invalid),
    }
}
