//! Every opcode of an expression: its number, its name, how many arguments it takes, and how it is built. Opcodes of
//! the protocol that are not implemented yet are here as well, so that they are told from those that do not exist.

use super::build::{self, Args};
use super::{Comparison, Failure, Node, Type};

pub struct Opcode {
    pub code: i64,
    pub name: &'static str,
    /// Fewest and most arguments.
    pub args: (usize, usize),
    pub build: Build,
}

#[derive(Clone, Copy)]
pub enum Build {
    With(fn(&mut Args) -> Result<(Node, Type), Failure>),
    NotYet,
}

use Build::{NotYet, With};

const MANY: usize = usize::MAX;

const fn op(code: i64, name: &'static str, fewest: usize, most: usize, build: Build) -> Opcode {
    Opcode { code, name, args: (fewest, most), build }
}

pub fn find(code: i64) -> Option<&'static Opcode> {
    TABLE.iter().find(|opcode| opcode.code == code)
}

static TABLE: &[Opcode] = &[
    op(0, "unknown", 0, 0, NotYet),
    op(1, "eq", 2, 2, With(|args| build::compare(args, Comparison::Eq))),
    op(2, "ne", 2, 2, With(|args| build::compare(args, Comparison::Ne))),
    op(3, "gt", 2, 2, With(|args| build::compare(args, Comparison::Gt))),
    op(4, "ge", 2, 2, With(|args| build::compare(args, Comparison::Ge))),
    op(5, "lt", 2, 2, With(|args| build::compare(args, Comparison::Lt))),
    op(6, "le", 2, 2, With(|args| build::compare(args, Comparison::Le))),
    op(7, "regex compare", 3, 3, NotYet),
    op(8, "geo compare", 2, 2, NotYet),
    op(9, "in list", 2, 2, NotYet),
    op(16, "and", 2, MANY, With(|args| build::logic(args, Node::And))),
    op(17, "or", 2, MANY, With(|args| build::logic(args, Node::Or))),
    op(18, "not", 1, 1, With(build::not)),
    op(19, "exclusive", 2, MANY, With(|args| build::logic(args, Node::Exclusive))),
    op(20, "add", 1, MANY, NotYet),
    op(21, "sub", 1, MANY, NotYet),
    op(22, "mul", 1, MANY, NotYet),
    op(23, "div", 1, MANY, NotYet),
    op(24, "pow", 2, 2, NotYet),
    op(25, "log", 2, 2, NotYet),
    op(26, "mod", 2, 2, NotYet),
    op(27, "abs", 1, 1, NotYet),
    op(28, "floor", 1, 1, NotYet),
    op(29, "ceil", 1, 1, NotYet),
    op(30, "to int", 1, 1, NotYet),
    op(31, "to float", 1, 1, NotYet),
    op(32, "int and", 1, MANY, NotYet),
    op(33, "int or", 1, MANY, NotYet),
    op(34, "int xor", 1, MANY, NotYet),
    op(35, "int not", 1, 1, NotYet),
    op(36, "int lshift", 2, 2, NotYet),
    op(37, "int rshift", 2, 2, NotYet),
    op(38, "int arshift", 2, 2, NotYet),
    op(39, "int count", 1, 1, NotYet),
    op(40, "int lscan", 2, 2, NotYet),
    op(41, "int rscan", 2, 2, NotYet),
    op(50, "min", 1, MANY, NotYet),
    op(51, "max", 1, MANY, NotYet),
    op(64, "digest modulo", 1, 1, NotYet),
    op(65, "device size", 0, 0, NotYet),
    op(66, "last update", 0, 0, NotYet),
    op(67, "since update", 0, 0, NotYet),
    op(68, "void time", 0, 0, NotYet),
    op(69, "ttl", 0, 0, NotYet),
    op(70, "set name", 0, 0, NotYet),
    op(71, "key exists", 0, 0, NotYet),
    op(72, "is tombstone", 0, 0, NotYet),
    op(73, "memory size", 0, 0, NotYet),
    op(74, "record size", 0, 0, NotYet),
    op(80, "key", 1, 1, NotYet),
    op(81, "bin", 2, 2, With(build::bin)),
    op(82, "bin type", 1, 1, With(build::bin_type)),
    op(100, "remove result", 0, 0, NotYet),
    op(101, "map keys", 1, 1, NotYet),
    op(102, "map values", 1, 1, NotYet),
    op(122, "loop variable", 2, 2, NotYet),
    op(123, "cond", 3, MANY, NotYet),
    op(124, "var", 1, 1, NotYet),
    op(125, "let", 1, MANY, NotYet),
    op(126, "quote", 1, 1, NotYet),
    op(127, "call", 1, MANY, NotYet),
];
