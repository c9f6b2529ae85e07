//! The steps of a path: types and values in turn, as in a context, with two kinds more and without any that creates. A
//! filter that belongs to the step before it is no step of its own.

use crate::cdt::args::Args;
use crate::expression::Expression;
use crate::Code;
use aerospike_sansio::proto::{code, context};
use aerospike_sansio::value::pack::{self, Token};
use aerospike_sansio::value::Value;

pub struct Step {
    pub by: By,
    /// What else must be true of what the step leads to.
    pub filter: Option<Expression>,
    bits: u64,
}

/// What a step leads to.
pub enum By {
    Index(i64),
    Rank(i64),
    Key(Value),
    Value(Value),
    /// The keys of a list.
    Keys(Value),
    /// Those that it is true of; all if there is none.
    Expression(Option<Expression>),
}

const KIND: u64 = 0x0F;
const INDEX: u64 = context::LIST_INDEX as u64 & KIND;
const RANK: u64 = context::LIST_RANK as u64 & KIND;
const KEY: u64 = context::MAP_KEY as u64 & KIND;
const VALUE: u64 = context::LIST_VALUE as u64 & KIND;
const KEYS: u64 = context::MAP_KEYS as u64 & KIND;
const EXPRESSION: u64 = context::EXPRESSION as u64;
const AND: u64 = context::AND as u64;
/// The bits that say of what a step is: of a list they are fewer, so that one that creates a list passes for one that does
/// not.
const OF_LIST: u64 = 0x30;
const OF_MAP: u64 = 0xF0;
const LIST: u64 = context::LIST_INDEX as u64 & OF_LIST;
const MAP: u64 = context::MAP_INDEX as u64 & OF_MAP;
/// Steps of a path, filters counted.
const MOST: usize = 64;

pub fn parse(args: &mut Args) -> Result<Vec<Step>, Code> {
    let count = args.list()?;
    if count == 0 || count % 2 != 0 || count / 2 > MOST {
        return Err(code::PARAMETER);
    }
    let mut steps: Vec<Step> = Vec::new();
    // A step has at most one filter, even if it is true of all.
    let mut is_filtered = false;
    for _ in 0..count / 2 {
        let bits = args.bare_int()? as u64;
        if bits & AND != 0 {
            let last = steps.last_mut().filter(|_| bits == AND | EXPRESSION && !is_filtered).ok_or(code::PARAMETER)?;
            if matches!(last.by, By::Expression(_)) {
                return Err(code::PARAMETER);
            }
            last.filter = expression(args)?;
            is_filtered = true;
        } else {
            steps.push(Step { by: by(bits & KIND, args)?, filter: None, bits });
            is_filtered = false;
        }
    }
    Ok(steps)
}

fn by(kind: u64, args: &mut Args) -> Result<By, Code> {
    Ok(match kind {
        INDEX => By::Index(args.bare_int()?),
        RANK => By::Rank(args.bare_int()?),
        KEY => By::Key(args.bare_value()?),
        VALUE => By::Value(args.bare_value()?),
        KEYS => By::Keys(args.bare_value()?),
        EXPRESSION => By::Expression(expression(args)?),
        _ => return Err(code::PARAMETER),
    })
}

/// An expression of any type, or true, which is none.
fn expression(args: &mut Args) -> Result<Option<Expression>, Code> {
    let packed = args.bare_packed()?;
    match pack::token(packed, &mut 0) {
        Ok(Token::Bool(true)) => Ok(None),
        Ok(Token::List(_)) => Ok(Some(Expression::build(packed)?)),
        _ => Err(code::PARAMETER),
    }
}

impl Step {
    pub fn is_of_lists(&self) -> bool {
        matches!(self.bits & OF_LIST, 0 | LIST)
    }

    pub fn is_of_maps(&self) -> bool {
        matches!(self.bits & OF_MAP, 0 | MAP)
    }
}
