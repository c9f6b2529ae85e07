//! From packed bytes to a tree, with the types of every operand checked on the way.

pub mod calls;
pub mod compare;
pub mod control;
pub mod numbers;
pub mod record;

use super::{table, Expression, Invalid, Node, Type};
use crate::geo;
use crate::limits::limit;
use crate::store::BinName;
use aerospike_sansio::proto::particle;
use aerospike_sansio::value::pack::{self, Token};
use aerospike_sansio::value::{msgpack, Value};

/// What a part of an expression comes to, and the type of its value.
pub type Built = Result<(Node, Type), Invalid>;

/// The packed bytes, how far they are read, and what must be known on the way. Names in them are strings without the
/// type byte that values have.
pub struct Reader<'a> {
    packed: &'a [u8],
    at: usize,
    /// Names of variables that are visible, each with its slot; without a type while it is being defined.
    scope: Vec<(&'a [u8], Option<Type>)>,
    /// Most variables that were visible at once.
    variables: usize,
    /// The deepest level so far.
    depth: usize,
    /// Steps that regular expressions may still take, all together.
    regex_steps: usize,
}

/// The arguments of one opcode, as far as they are not read yet.
pub struct Args<'r, 'a> {
    reader: &'r mut Reader<'a>,
    left: usize,
    depth: usize,
}

/// An expression to the end of the bytes.
pub fn whole(packed: &[u8]) -> Result<Expression, Invalid> {
    let mut reader =
        Reader { packed, at: 0, scope: Vec::new(), variables: 0, depth: 0, regex_steps: limit::REGEX_STEPS };
    let (root, kind) = reader.expression(0)?;
    if reader.at != packed.len() || kind == Type::Condition {
        return Err(Invalid);
    }
    Ok(Expression { root, kind, variables: reader.variables, size: packed.len(), depth: reader.depth })
}

impl<'a> Reader<'a> {
    fn token(&mut self) -> Result<Token, Invalid> {
        pack::token(self.packed, &mut self.at).map_err(|_| Invalid)
    }

    /// The token that comes next, which is not read yet.
    fn peek(&self) -> Result<Token, Invalid> {
        pack::token(self.packed, &mut { self.at }).map_err(|_| Invalid)
    }

    /// A value as it is, not as an expression.
    fn value(&mut self) -> Result<Value, Invalid> {
        let (value, length) = msgpack::read(&self.packed[self.at..]).map_err(|_| Invalid)?;
        self.at += length;
        Ok(value)
    }

    /// The packed bytes of a value.
    fn skip(&mut self) -> Result<&'a [u8], Invalid> {
        let start = self.at;
        pack::skip(self.packed, &mut self.at).map_err(|_| Invalid)?;
        Ok(&self.packed[start..self.at])
    }

    fn int(&mut self) -> Result<i64, Invalid> {
        match self.token()? {
            Token::Int(int) => Ok(int),
            _ => Err(Invalid),
        }
    }

    /// A string without a type byte.
    fn name(&mut self) -> Result<&'a [u8], Invalid> {
        match self.token()? {
            Token::Text { start, end } => Ok(&self.packed[start..end]),
            _ => Err(Invalid),
        }
    }

    fn bin_name(&mut self) -> Result<BinName, Invalid> {
        BinName::new(self.name()?).ok_or(Invalid)
    }

    /// A type of those that values have.
    fn kind(&mut self) -> Result<Type, Invalid> {
        const KINDS: [Type; 10] = [
            Type::Nil,
            Type::Bool,
            Type::Int,
            Type::String,
            Type::List,
            Type::Map,
            Type::Blob,
            Type::Float,
            Type::Geo,
            Type::Hll,
        ];
        let number = usize::try_from(self.int()?).map_err(|_| Invalid)?;
        KINDS.get(number).copied().ok_or(Invalid)
    }

    /// The next expression and the type of its value.
    fn expression(&mut self, depth: usize) -> Built {
        if depth > limit::EXPRESSION_DEPTH {
            return Err(Invalid);
        }
        self.depth = self.depth.max(depth);
        let literal = |value, kind| Ok((Node::Literal(value), kind));
        let start = self.at;
        match self.token()? {
            Token::Nil => literal(Value::Nil, Type::Nil),
            Token::Bool(bool) => literal(Value::Bool(bool), Type::Bool),
            Token::Int(int) => literal(Value::Int(int), Type::Int),
            Token::Uint(uint) => literal(Value::Int(uint as i64), Type::Int),
            Token::Float(float) => literal(Value::Float(float), Type::Float),
            Token::Infinity => literal(Value::Infinity, Type::Condition),
            Token::Wildcard => literal(Value::Wildcard, Type::Condition),
            Token::Text { start, end } => text(&self.packed[start..end]),
            Token::Map(_) => {
                self.at = start;
                literal(self.value()?, Type::Map)
            }
            Token::List(count) => self.operation(count, depth),
            Token::Ext { .. } => Err(Invalid),
        }
    }

    /// A list is an opcode with its arguments.
    fn operation(&mut self, count: usize, depth: usize) -> Built {
        let left = count.checked_sub(1).ok_or(Invalid)?;
        let opcode = table::find(self.int()?).ok_or(Invalid)?;
        let (fewest, most) = opcode.args;
        if left < fewest || left > most {
            return Err(Invalid);
        }
        (opcode.build)(&mut Args { reader: self, left, depth })
    }
}

/// A text literal: its first byte says of what kind.
fn text(bytes: &[u8]) -> Built {
    let (&kind, rest) = bytes.split_first().ok_or(Invalid)?;
    let (value, kind) = match kind {
        particle::STRING => (Value::String(rest.into()), Type::String),
        particle::BLOB => (Value::Blob(rest.into()), Type::Blob),
        particle::HLL => (Value::Hll(rest.into()), Type::Hll),
        particle::GEOJSON if geo::parse(rest).is_some() => (Value::Geo(rest.into()), Type::Geo),
        _ => return Err(Invalid),
    };
    Ok((Node::Literal(value), kind))
}

impl<'a> Args<'_, 'a> {
    /// How many are left; every one of them is an expression, or a name before one.
    pub fn left(&self) -> usize {
        self.left
    }

    pub fn expression(&mut self) -> Built {
        self.left -= 1;
        self.reader.expression(self.depth + 1)
    }

    /// An expression of this type.
    pub fn of(&mut self, kind: Type) -> Result<Node, Invalid> {
        match self.expression()? {
            (node, found) if found == kind => Ok(node),
            _ => Err(Invalid),
        }
    }

    /// The rest, of this type each.
    pub fn rest_of(&mut self, kind: Type) -> Result<Vec<Node>, Invalid> {
        let mut nodes = Vec::new();
        while self.left > 0 {
            nodes.push(self.of(kind)?);
        }
        Ok(nodes)
    }
}
