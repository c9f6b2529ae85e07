//! Every opcode of an expression: its number, how many arguments it takes, and how it is built.

use super::build::{calls, compare, control, numbers, record, Args};
use super::{Comparison, Fold, Invalid, Metadata, Node, One, Scan, Two, Type};

pub struct Opcode {
    pub code: i64,
    /// Fewest and most arguments.
    pub args: (usize, usize),
    pub build: fn(&mut Args) -> Result<(Node, Type), Invalid>,
}

const MANY: usize = usize::MAX;

const fn op(
    code: i64,
    (fewest, most): (usize, usize),
    build: fn(&mut Args) -> Result<(Node, Type), Invalid>,
) -> Opcode {
    Opcode { code, args: (fewest, most), build }
}

/// An opcode without arguments that tells something of the record.
macro_rules! metadata {
    ($code:literal, $what:ident, $kind:ident) => {
        op($code, (0, 0), |_| Ok((Node::Metadata(Metadata::$what), Type::$kind)))
    };
}

pub fn find(code: i64) -> Option<&'static Opcode> {
    TABLE.iter().find(|opcode| opcode.code == code)
}

static TABLE: &[Opcode] = &[
    op(0, (0, 0), |_| Ok((Node::Unknown, Type::Bool))),
    op(1, (2, 2), |args| compare::values(args, Comparison::Eq)),
    op(2, (2, 2), |args| compare::values(args, Comparison::Ne)),
    op(3, (2, 2), |args| compare::values(args, Comparison::Gt)),
    op(4, (2, 2), |args| compare::values(args, Comparison::Ge)),
    op(5, (2, 2), |args| compare::values(args, Comparison::Lt)),
    op(6, (2, 2), |args| compare::values(args, Comparison::Le)),
    op(7, (3, 3), compare::regex),
    op(8, (2, 2), compare::within),
    op(9, (2, 2), compare::in_list),
    op(16, (2, MANY), |args| compare::logic(args, Node::And)),
    op(17, (2, MANY), |args| compare::logic(args, Node::Or)),
    op(18, (1, 1), compare::not),
    op(19, (2, MANY), |args| compare::logic(args, Node::Exclusive)),
    op(20, (1, MANY), |args| numbers::fold(args, Fold::Add)),
    op(21, (1, MANY), |args| numbers::fold(args, Fold::Sub)),
    op(22, (1, MANY), |args| numbers::fold(args, Fold::Mul)),
    op(23, (1, MANY), |args| numbers::fold(args, Fold::Div)),
    op(24, (2, 2), |args| numbers::two(args, Two::Pow, Type::Float)),
    op(25, (2, 2), |args| numbers::two(args, Two::Log, Type::Float)),
    op(26, (2, 2), |args| numbers::two(args, Two::Mod, Type::Int)),
    op(27, (1, 1), numbers::abs),
    op(28, (1, 1), |args| numbers::one(args, One::Floor, Type::Float, Type::Float)),
    op(29, (1, 1), |args| numbers::one(args, One::Ceil, Type::Float, Type::Float)),
    op(30, (1, 1), |args| numbers::one(args, One::ToInt, Type::Float, Type::Int)),
    op(31, (1, 1), |args| numbers::one(args, One::ToFloat, Type::Int, Type::Float)),
    op(32, (1, MANY), |args| numbers::fold_bits(args, Fold::BitAnd)),
    op(33, (1, MANY), |args| numbers::fold_bits(args, Fold::BitOr)),
    op(34, (1, MANY), |args| numbers::fold_bits(args, Fold::BitXor)),
    op(35, (1, 1), |args| numbers::one(args, One::BitNot, Type::Int, Type::Int)),
    op(36, (2, 2), |args| numbers::two(args, Two::ShiftLeft, Type::Int)),
    op(37, (2, 2), |args| numbers::two(args, Two::ShiftRight, Type::Int)),
    op(38, (2, 2), |args| numbers::two(args, Two::ShiftRightSigned, Type::Int)),
    op(39, (1, 1), |args| numbers::one(args, One::BitCount, Type::Int, Type::Int)),
    op(40, (2, 2), |args| numbers::scan(args, Scan::Left)),
    op(41, (2, 2), |args| numbers::scan(args, Scan::Right)),
    op(50, (1, MANY), |args| numbers::fold(args, Fold::Min)),
    op(51, (1, MANY), |args| numbers::fold(args, Fold::Max)),
    op(64, (1, 1), record::digest_modulo),
    metadata!(65, DeviceSize, Int),
    metadata!(66, LastUpdate, Int),
    metadata!(67, SinceUpdate, Int),
    metadata!(68, VoidTime, Int),
    metadata!(69, Ttl, Int),
    metadata!(70, SetName, String),
    metadata!(71, KeyExists, Bool),
    metadata!(72, IsTombstone, Bool),
    metadata!(73, MemorySize, Int),
    metadata!(74, RecordSize, Int),
    op(80, (1, 1), record::key),
    op(81, (2, 2), record::bin),
    op(82, (1, 1), record::bin_type),
    op(100, (0, 0), |_| Ok((Node::Remove, Type::Remove))),
    op(101, (1, 1), |args| Ok((Node::MapKeys(Box::new(args.expression()?.0)), Type::List))),
    op(102, (1, 1), |args| Ok((Node::MapValues(Box::new(args.expression()?.0)), Type::List))),
    op(122, (2, 2), control::loop_variable),
    op(123, (3, MANY), control::cond),
    op(124, (1, 1), control::variable),
    op(125, (3, MANY), control::bind),
    op(126, (1, 1), control::quote),
    op(127, (4, 4), calls::call),
];
