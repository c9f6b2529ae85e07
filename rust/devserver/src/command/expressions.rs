//! EXP_READ and EXP_MODIFY: ops whose value is a list of an expression and flags.

use super::Command;
use crate::expression::{value, Expression, Subject};
use crate::request::Op;
use crate::store::record::{self, Bin, Bins};
use crate::store::{BinName, Particle, Record};
use crate::Code;
use aerospike_sansio::proto::{code, op};
use aerospike_sansio::value::pack::{self, Token};
use aerospike_sansio::value::Value;

/// Flags of the ops. A read takes only the last.
mod flag {
    pub const CREATE_ONLY: u64 = 1;
    pub const UPDATE_ONLY: u64 = 2;
    /// A value of nil removes the bin.
    pub const ALLOW_DELETE: u64 = 4;
    /// CREATE_ONLY and UPDATE_ONLY leave the bin as it is instead of failing.
    pub const POLICY_NO_FAIL: u64 = 8;
    /// So does a value that is unknown; of a read nothing comes.
    pub const EVAL_NO_FAIL: u64 = 16;
}

impl Command<'_> {
    /// The record as expressions see it, with bins that ops may have changed already.
    pub fn subject<'a>(&'a self, record: &'a Record, bins: &'a [Bin], stored_size: usize) -> Subject<'a> {
        let set_name = self.namespace.sets.name(record.set);
        Subject { digest: &self.digest, set_name, record, bins, stored_size, now_ms: self.now_ms }
    }

    /// A record that is not being written.
    pub fn subject_as_stored<'a>(&'a self, record: &'a Record) -> Subject<'a> {
        self.namespace.subject(&self.digest, record, self.now_ms)
    }
}

/// What an EXP_READ gives.
pub fn read(op: &Op, subject: &Subject) -> Result<Option<Particle>, Code> {
    let (expression, flags) = parse(op)?;
    match expression.value(subject) {
        Some(value) => particle(value, value::as_is),
        None if flags & flag::EVAL_NO_FAIL != 0 => Ok(None),
        None => Err(code::OP_NOT_APPLICABLE),
    }
}

/// Does an EXP_MODIFY. The subject's bins are those before it.
pub fn modify(op: &Op, subject: &Subject) -> Result<Change, Code> {
    let (expression, flags) = parse(op)?;
    let exists = record::find(subject.bins, op.name).is_some();
    let refused = match exists {
        true if flags & flag::CREATE_ONLY != 0 => Some(code::BIN_EXISTS),
        false if flags & flag::UPDATE_ONLY != 0 => Some(code::BIN_NOT_FOUND),
        _ => None,
    };
    match refused {
        Some(_) if flags & flag::POLICY_NO_FAIL != 0 => return Ok(Change::None),
        Some(code) => return Err(code),
        None => {}
    }
    let value = match expression.value(subject) {
        Some(value) => particle(value, value::kept)?,
        None if flags & flag::EVAL_NO_FAIL != 0 => return Ok(Change::None),
        None => return Err(code::OP_NOT_APPLICABLE),
    };
    match value {
        Some(particle) => Ok(Change::Set(particle)),
        None if !exists => Ok(Change::None),
        None if flags & flag::ALLOW_DELETE != 0 => Ok(Change::Remove),
        // As the server has it: any flag at all makes this no failure.
        None if flags != 0 => Ok(Change::None),
        None => Err(code::OP_NOT_APPLICABLE),
    }
}

/// What an EXP_MODIFY does to its bin.
pub enum Change {
    None,
    Set(Particle),
    Remove,
}

impl Change {
    pub fn apply(self, name: BinName, bins: &mut Bins) {
        match self {
            Change::None => {}
            Change::Set(particle) => record::set(bins, name, particle),
            Change::Remove => record::remove(bins, name.as_bytes()),
        }
    }
}

/// Nil is no particle; a value that has none is not applicable.
fn particle(value: Value, form: fn(Value) -> Option<Particle>) -> Result<Option<Particle>, Code> {
    match value {
        Value::Nil => Ok(None),
        value => form(value).map(Some).ok_or(code::OP_NOT_APPLICABLE),
    }
}

/// Whether the op's value is well formed.
pub fn check(op: &Op) -> Result<(), Code> {
    parse(op).map(drop)
}

/// The expression and the flags, which may be left out.
fn parse(op: &Op) -> Result<(Expression, u64), Code> {
    let packed = op.value;
    let mut at = 0;
    let bad = |_| code::PARAMETER;
    let Token::List(count @ 1..=2) = pack::token(packed, &mut at).map_err(bad)? else {
        return Err(code::PARAMETER);
    };
    let start = at;
    let end = pack::skip(packed, &mut at).map_err(bad)?;
    // What is no number does not count as flags.
    let flags = match pack::token(packed, &mut at) {
        Ok(Token::Int(flags)) if count == 2 => u64::try_from(flags).unwrap_or(0),
        _ => 0,
    };
    let allowed = match op.code {
        op::EXP_READ => flag::EVAL_NO_FAIL,
        _ => flag::CREATE_ONLY | flag::UPDATE_ONLY | flag::ALLOW_DELETE | flag::POLICY_NO_FAIL | flag::EVAL_NO_FAIL,
    };
    if flags & !allowed != 0 {
        return Err(code::PARAMETER);
    }
    Ok((Expression::build(&packed[start..end])?, flags))
}
