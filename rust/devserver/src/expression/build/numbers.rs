//! Arithmetic: every operand of an operation has the same type.

use super::{Args, Built};
use crate::expression::{Fold, Invalid, Node, One, Scan, Two, Type};

/// Integers or floats, but all of one kind.
pub fn fold(args: &mut Args, fold: Fold) -> Built {
    let (first, kind) = number(args)?;
    let mut nodes = vec![first];
    nodes.extend(args.rest_of(kind)?);
    Ok((Node::Fold(fold, nodes), kind))
}

pub fn fold_bits(args: &mut Args, fold: Fold) -> Built {
    Ok((Node::Fold(fold, args.rest_of(Type::Int)?), Type::Int))
}

pub fn abs(args: &mut Args) -> Built {
    let (node, kind) = number(args)?;
    Ok((Node::One(One::Abs, Box::new(node)), kind))
}

pub fn one(args: &mut Args, one: One, from: Type, to: Type) -> Built {
    Ok((Node::One(one, Box::new(args.of(from)?)), to))
}

pub fn two(args: &mut Args, two: Two, kind: Type) -> Built {
    Ok((Node::Two(two, Box::new([args.of(kind)?, args.of(kind)?])), kind))
}

pub fn scan(args: &mut Args, scan: Scan) -> Built {
    Ok((Node::Scan(scan, Box::new([args.of(Type::Int)?, args.of(Type::Bool)?])), Type::Int))
}

fn number(args: &mut Args) -> Built {
    match args.expression()? {
        built @ (_, Type::Int | Type::Float) => Ok(built),
        _ => Err(Invalid),
    }
}
