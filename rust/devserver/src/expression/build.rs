//! From packed bytes to a tree, with the types of every operand checked on the way.

use super::table::{self, Build};
use super::{Comparison, Failure, Node, Type, Value};
use crate::limits::limit;
use crate::store::BinName;
use aerospike_sansio::proto::particle;
use aerospike_sansio::value::pack::{self, Token};

/// The packed bytes, and how far they are read. Names in them are strings without the type byte that values have.
pub struct Reader<'a> {
    pub packed: &'a [u8],
    pub at: usize,
}

/// The arguments of one opcode, as far as they are not read yet.
pub struct Args<'r, 'a> {
    reader: &'r mut Reader<'a>,
    left: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn token(&mut self) -> Result<Token, Failure> {
        pack::token(self.packed, &mut self.at).map_err(|_| Failure::Invalid)
    }
}

/// The next expression and the type of its value.
pub fn expression(reader: &mut Reader, depth: usize) -> Result<(Node, Type), Failure> {
    if depth > limit::EXPRESSION_DEPTH {
        return Err(Failure::Invalid);
    }
    match reader.token()? {
        Token::Nil => Ok((Node::Literal(Value::Nil), Type::Nil)),
        Token::Bool(bool) => Ok((Node::Literal(Value::Bool(bool)), Type::Bool)),
        Token::Int(int) => Ok((Node::Literal(Value::Int(int)), Type::Int)),
        Token::Float(float) => Ok((Node::Literal(Value::Float(float)), Type::Float)),
        Token::Text { start, end } => text(&reader.packed[start..end]),
        Token::Map(_) => Err(Failure::NotYet("map literals in filter expressions")),
        Token::List(count) => call(reader, count, depth),
        Token::Infinity | Token::Wildcard => Err(Failure::NotYet("infinity and wildcard in filter expressions")),
        Token::Uint(_) | Token::Ext { .. } => Err(Failure::Invalid),
    }
}

/// A string, blob or GeoJSON literal: its first byte says which.
fn text(bytes: &[u8]) -> Result<(Node, Type), Failure> {
    match bytes.split_first() {
        Some((&particle::STRING, bytes)) => Ok((Node::Literal(Value::String(bytes.into())), Type::String)),
        Some((&particle::BLOB, bytes)) => Ok((Node::Literal(Value::Blob(bytes.into())), Type::Blob)),
        Some((&particle::GEOJSON, _)) => Err(Failure::NotYet("GeoJSON in filter expressions")),
        _ => Err(Failure::Invalid),
    }
}

fn call(reader: &mut Reader, count: usize, depth: usize) -> Result<(Node, Type), Failure> {
    let left = count.checked_sub(1).ok_or(Failure::Invalid)?;
    let Token::Int(code) = reader.token()? else { return Err(Failure::Invalid) };
    let opcode = table::find(code).ok_or(Failure::Invalid)?;
    let (fewest, most) = opcode.args;
    if left < fewest || left > most {
        return Err(Failure::Invalid);
    }
    match opcode.build {
        Build::With(build) => build(&mut Args { reader, left, depth }),
        Build::NotYet => Err(Failure::NotYet(opcode.name)),
    }
}

impl Args<'_, '_> {
    fn expression(&mut self) -> Result<(Node, Type), Failure> {
        self.left -= 1;
        expression(self.reader, self.depth + 1)
    }

    fn boolean(&mut self) -> Result<Node, Failure> {
        match self.expression()? {
            (node, Type::Bool) => Ok(node),
            _ => Err(Failure::Invalid),
        }
    }

    fn int(&mut self) -> Result<i64, Failure> {
        self.left -= 1;
        match self.reader.token()? {
            Token::Int(int) => Ok(int),
            _ => Err(Failure::Invalid),
        }
    }

    fn bin_name(&mut self) -> Result<BinName, Failure> {
        self.left -= 1;
        match self.reader.token()? {
            Token::Text { start, end } => BinName::new(&self.reader.packed[start..end]).ok_or(Failure::Invalid),
            _ => Err(Failure::Invalid),
        }
    }
}

/// Both operands must be of one type, and of one that can be compared.
pub fn compare(args: &mut Args, comparison: Comparison) -> Result<(Node, Type), Failure> {
    let (left, left_type) = args.expression()?;
    let (right, right_type) = args.expression()?;
    if left_type != right_type || matches!(left_type, Type::Geo | Type::Hll) {
        return Err(Failure::Invalid);
    }
    if matches!(left_type, Type::List | Type::Map) {
        return Err(Failure::NotYet("lists and maps in filter expressions"));
    }
    Ok((Node::Compare(comparison, Box::new([left, right])), Type::Bool))
}

pub fn logic(args: &mut Args, node: fn(Vec<Node>) -> Node) -> Result<(Node, Type), Failure> {
    let mut operands = Vec::new();
    while args.left > 0 {
        operands.push(args.boolean()?);
    }
    Ok((node(operands), Type::Bool))
}

pub fn not(args: &mut Args) -> Result<(Node, Type), Failure> {
    Ok((Node::Not(Box::new(args.boolean()?)), Type::Bool))
}

pub fn bin(args: &mut Args) -> Result<(Node, Type), Failure> {
    let kind = match args.int()? {
        1 => Type::Bool,
        2 => Type::Int,
        3 => Type::String,
        4 => Type::List,
        5 => Type::Map,
        6 => Type::Blob,
        7 => Type::Float,
        8 => Type::Geo,
        9 => Type::Hll,
        _ => return Err(Failure::Invalid),
    };
    Ok((Node::Bin(kind, args.bin_name()?), kind))
}

pub fn bin_type(args: &mut Args) -> Result<(Node, Type), Failure> {
    Ok((Node::BinType(args.bin_name()?), Type::Int))
}
