//! Comparisons, and what is made of truths.

use super::control::Geometric;
use super::{Args, Built};
use crate::expression::regex::Regex;
use crate::expression::{Comparison, Invalid, Node, Type};

/// Both operands must be of one type, and of one that can be compared.
pub fn values(args: &mut Args, comparison: Comparison) -> Built {
    let (left, left_type) = args.expression()?;
    let (right, right_type) = args.expression()?;
    if left_type != right_type || matches!(left_type, Type::Geo | Type::Hll | Type::Remove) {
        return Err(Invalid);
    }
    Ok((Node::Compare(comparison, Box::new([left, right])), Type::Bool))
}

pub fn regex(args: &mut Args) -> Built {
    let flags = args.reader.int()?;
    let pattern = args.reader.name()?;
    let text = args.of(Type::String)?;
    let regex = Regex::new(pattern, flags, &mut args.reader.regex_steps).ok_or(Invalid)?;
    Ok((Node::Regex(Box::new((regex, text))), Type::Bool))
}

pub fn within(args: &mut Args) -> Built {
    let left = Geometric::new(args.of(Type::Geo)?);
    let right = Geometric::new(args.of(Type::Geo)?);
    Ok((Node::Within(Box::new([left, right])), Type::Bool))
}

/// What is looked for can be of any type.
pub fn in_list(args: &mut Args) -> Built {
    let (value, _) = args.expression()?;
    let list = args.of(Type::List)?;
    Ok((Node::InList(Box::new([value, list])), Type::Bool))
}

pub fn logic(args: &mut Args, node: fn(Vec<Node>) -> Node) -> Built {
    Ok((node(args.rest_of(Type::Bool)?), Type::Bool))
}

pub fn not(args: &mut Args) -> Built {
    Ok((Node::Not(Box::new(args.of(Type::Bool)?)), Type::Bool))
}
