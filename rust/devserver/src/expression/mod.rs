//! Expressions: packed, built into a tree with every type checked, and evaluated against a record. An opcode is one row
//! of `table`.
//!
//! A value that cannot be had (the bin is absent or of another type, an integer is divided by zero, an operation on a
//! list fails) is *unknown*, here `None`, and so is what depends on it: a filter that is unknown does not pass, and an
//! `or` with a true operand is true all the same.

mod build;
mod eval;
mod regex;
mod table;
pub mod value;

use crate::cdt::path::Budget;
use crate::limits::limit;
use crate::store::{Bin, BinName, Digest, Record};
use crate::Code;
use aerospike_sansio::proto::code;
use aerospike_sansio::value::Value;
use build::calls::Call;
use build::control::Geometric;
use eval::{Scope, Variable};
use regex::Regex;

/// Types of an expression's value, with the protocol's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Nil = 0,
    Bool = 1,
    Int = 2,
    String = 3,
    List = 4,
    Map = 5,
    Blob = 6,
    Float = 7,
    Geo = 8,
    Hll = 9,
    /// Infinity and wildcard, which are arguments of operations only.
    Condition,
    /// Of the expression that removes an element.
    Remove,
}

/// A built expression.
#[derive(Clone, Debug)]
enum Node {
    Unknown,
    Literal(Value),
    Compare(Comparison, Box<[Node; 2]>),
    Regex(Box<(Regex, Node)>),
    /// Whether one, a point, lies in the other, a region.
    Within(Box<[Geometric; 2]>),
    InList(Box<[Node; 2]>),
    And(Vec<Node>),
    Or(Vec<Node>),
    /// Exactly one operand is true.
    Exclusive(Vec<Node>),
    Not(Box<Node>),
    Fold(Fold, Vec<Node>),
    One(One, Box<Node>),
    Two(Two, Box<[Node; 2]>),
    Scan(Scan, Box<[Node; 2]>),
    Metadata(Metadata),
    /// Four bytes of the digest, modulo this.
    DigestModulo(i32),
    Key(Type),
    Bin(Type, BinName),
    /// The particle type of a bin, 0 if it is absent.
    BinType(BinName),
    /// Removes the element that it stands for.
    Remove,
    MapKeys(Box<Node>),
    MapValues(Box<Node>),
    /// Of the element that a path has come to: 0 its key, 1 its value, 2 its index.
    LoopVariable(Type, usize),
    /// Conditions with what each leads to, and what else.
    Cond(Vec<[Node; 2]>, Box<Node>),
    /// The variable in this slot.
    Variable(usize),
    /// Fills slots from this one on, for the expression that follows.
    Let(usize, Vec<Node>, Box<Node>),
    Call(Box<Call>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// Arithmetic on any number of operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fold {
    Add,
    Sub,
    Mul,
    Div,
    Min,
    Max,
    BitAnd,
    BitOr,
    BitXor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum One {
    Abs,
    Floor,
    Ceil,
    ToInt,
    ToFloat,
    BitNot,
    BitCount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Two {
    Pow,
    Log,
    Mod,
    ShiftLeft,
    ShiftRight,
    ShiftRightSigned,
}

/// Where in an integer the first or last bit is that has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scan {
    Left,
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metadata {
    /// Not told of a namespace in memory.
    DeviceSize,
    MemorySize,
    RecordSize,
    LastUpdate,
    SinceUpdate,
    VoidTime,
    Ttl,
    SetName,
    KeyExists,
    IsTombstone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    True,
    False,
    Unknown,
}

/// An expression that is malformed, or of wrong types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid;

impl From<Invalid> for Code {
    fn from(_: Invalid) -> Code {
        code::PARAMETER
    }
}

/// The record that an expression is about.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub digest: &'a Digest,
    pub set_name: &'a [u8],
    pub record: &'a Record,
    /// Its bins, which a write may have changed already.
    pub bins: &'a [Bin],
    /// Bytes that it takes on storage, as it was before the command.
    pub stored_size: usize,
    pub now_ms: u64,
}

/// An expression of any type.
#[derive(Clone, Debug)]
pub struct Expression {
    root: Node,
    kind: Type,
    /// Slots of variables.
    variables: usize,
    size: usize,
    depth: usize,
}

impl Expression {
    /// Builds a packed expression, which must end where the bytes do.
    pub fn build(packed: &[u8]) -> Result<Expression, Invalid> {
        if packed.len() > limit::EXPRESSION {
            return Err(Invalid);
        }
        build::whole(packed)
    }

    /// The type of its value.
    pub fn kind(&self) -> Type {
        self.kind
    }

    /// Bytes of it when it is packed.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Levels of it.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Its value for a record; None if it is unknown.
    pub fn value(&self, subject: &Subject) -> Option<Value> {
        let budget = Budget::default();
        let scope = Scope::new(self.variables, Some(subject), &[None, None, None], &budget);
        scope.result(&self.root).and_then(Variable::into_value)
    }

    /// Whether it is true of an element that a path has come to: of its key, its value and its index, as far as it has them.
    /// What is known but no boolean is false.
    pub fn truth_of_element(&self, element: &[Option<Value>; 3], budget: &Budget) -> Truth {
        match Scope::new(self.variables, None, element, budget).result(&self.root) {
            Some(Variable::Value(Value::Bool(true))) => Truth::True,
            Some(_) => Truth::False,
            None => Truth::Unknown,
        }
    }

    /// What becomes of an element that a path has come to.
    pub fn change(&self, element: &[Option<Value>; 3], budget: &Budget) -> Change {
        match Scope::new(self.variables, None, element, budget).result(&self.root) {
            Some(Variable::Value(value)) => Change::To(value),
            Some(Variable::Removal) => Change::Removal,
            None => Change::Unknown,
        }
    }
}

/// What an expression makes of an element of a path.
pub enum Change {
    To(Value),
    Removal,
    Unknown,
}

/// An expression whose value is a boolean.
#[derive(Clone, Debug)]
pub struct Filter(Expression);

/// Builds a filter from a FILTER field.
pub fn filter(packed: &[u8]) -> Result<Filter, Invalid> {
    let expression = Expression::build(packed)?;
    if expression.kind == Type::Bool {
        Ok(Filter(expression))
    } else {
        Err(Invalid)
    }
}

impl Filter {
    pub fn truth(&self, subject: &Subject) -> Truth {
        match self.0.value(subject) {
            Some(Value::Bool(true)) => Truth::True,
            Some(Value::Bool(false)) => Truth::False,
            _ => Truth::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
