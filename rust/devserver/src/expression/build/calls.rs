//! Operations on lists, maps, bits and HyperLogLogs within an expression. Their arguments can be expressions, which are
//! evaluated and packed in their place: what comes of it is what an op of a command has as its value.

use super::{Args, Built};
use crate::expression::{Invalid, Node, Type};
use aerospike_sansio::proto::cdt_op;
use aerospike_sansio::value::pack::Token;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    Cdt,
    Bits,
    Hll,
}

#[derive(Clone, Debug)]
pub struct Call {
    /// The type that the result must have.
    pub kind: Type,
    pub system: System,
    /// The result is the changed value; the bin stays as it is.
    pub modifies: bool,
    pub parts: Vec<Part>,
    /// What the operation is done on.
    pub on: Node,
}

#[derive(Clone, Debug)]
pub enum Part {
    Packed(Box<[u8]>),
    Evaluated(Node),
}

/// Bit of the system: a modify operation.
const MODIFY: i64 = 0x40;

pub fn call(args: &mut Args) -> Built {
    let kind = args.reader.kind()?;
    let number = args.reader.int()?;
    let system = match number & !MODIFY {
        0 => System::Cdt,
        1 => System::Bits,
        2 => System::Hll,
        _ => return Err(Invalid),
    };
    let parts = parts(args)?;
    args.left = 1;
    let (on, on_type) = args.expression()?;
    let fits = match system {
        System::Cdt => matches!(on_type, Type::List | Type::Map),
        System::Bits => on_type == Type::Blob,
        System::Hll => on_type == Type::Hll,
    };
    let node = Node::Call(Box::new(Call { kind, system, modifies: number & MODIFY != 0, parts, on }));
    match on_type {
        // As the server has it: what is done on nil has no type of its own, whatever the call says.
        Type::Nil => Ok((node, Type::Nil)),
        _ if fits => Ok((node, kind)),
        _ => Err(Invalid),
    }
}

/// The operation: its code, before it perhaps a context, and its arguments, of which a list is an expression.
fn parts(args: &mut Args) -> Result<Vec<Part>, Invalid> {
    let start = args.reader.at;
    let (mut count, code) = head(args)?;
    if code == i64::from(cdt_op::SELECT) {
        // A path has its own expressions, which are looked at when it is walked.
        if !matches!(count, 3 | 4) || !matches!(args.reader.peek()?, Token::List(_)) {
            return Err(Invalid);
        }
        args.reader.skip()?;
        args.reader.int()?;
        args.reader.at = start;
        return Ok(vec![Part::Packed(args.reader.skip()?.into())]);
    }
    if code == i64::from(cdt_op::CONTEXT) {
        if count != 3 {
            return Err(Invalid);
        }
        args.reader.skip()?;
        count = head(args)?.0;
    }
    let mut parts = Vec::new();
    let mut packed = args.reader.packed[start..args.reader.at].to_vec();
    for _ in 1..count {
        if matches!(args.reader.peek()?, Token::List(_)) {
            parts.push(Part::Packed(std::mem::take(&mut packed).into()));
            parts.push(Part::Evaluated(args.reader.expression(args.depth + 1)?.0));
        } else {
            packed.extend_from_slice(args.reader.skip()?);
        }
    }
    parts.push(Part::Packed(packed.into()));
    Ok(parts)
}

/// How many items a list has, and the first of them, which is a code.
fn head(args: &mut Args) -> Result<(usize, i64), Invalid> {
    match args.reader.token()? {
        Token::List(count) if count > 0 => Ok((count, args.reader.int()?)),
        _ => Err(Invalid),
    }
}
