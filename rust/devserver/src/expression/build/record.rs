//! What an expression reads of the record.

use super::{Args, Built};
use crate::expression::{Invalid, Node, Type};

/// The divisor counts as an integer of 32 bits.
pub fn digest_modulo(args: &mut Args) -> Built {
    match args.reader.int()? as i32 {
        0 => Err(Invalid),
        divisor => Ok((Node::DigestModulo(divisor), Type::Int)),
    }
}

pub fn key(args: &mut Args) -> Built {
    match args.reader.kind()? {
        kind @ (Type::Int | Type::String | Type::Blob) => Ok((Node::Key(kind), kind)),
        _ => Err(Invalid),
    }
}

pub fn bin(args: &mut Args) -> Built {
    let kind = args.reader.kind()?;
    Ok((Node::Bin(kind, args.reader.bin_name()?), kind))
}

pub fn bin_type(args: &mut Args) -> Built {
    Ok((Node::BinType(args.reader.bin_name()?), Type::Int))
}
