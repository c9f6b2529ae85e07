//! Paths (code 254): all that a context with expressions finds, to be given back or to be changed.
//!
//! ```text
//!  [254, context, flags, (expression)] ─▶ steps ─▶ walk: which elements, level by level ─▶ ┬ a tree, or a list of them
//!                                                                                          └ the bin, changed
//! ```
//!
//! The rules are those of `cdt_select_*` in the server's `cdt.c`, as a server 8.1.2 was seen to keep them. What is not
//! there is not found, and no failure. Not as there: what overwrites memory or stops that server (a filter on a map's index
//! or rank moves what is taken by some bytes; a text of 31 bytes or more that replaces an element is its end) does here
//! what it is meant to do.

mod rank;
mod steps;
#[cfg(test)]
mod tests;
mod walk;

use super::args::Args;
use super::effect::{self, Done, Effect};
use crate::expression::Expression;
use crate::limits::limit;
use crate::Code;
use aerospike_sansio::command::exp_ops::path_flag;
use aerospike_sansio::proto::code;
use aerospike_sansio::value::Value;
use std::cell::Cell;
use steps::Step;
use walk::Walk;

pub struct Path {
    steps: Vec<Step>,
    form: Form,
    /// What is unknown is passed over.
    no_fail: bool,
}

/// What becomes of what is found.
enum Form {
    /// The list or map with only what was found.
    Tree,
    Values,
    Keys,
    KeyValues,
    /// Each is replaced.
    Apply(Expression),
}

/// What a path itself counts as, beside its steps and expressions: it takes more of the stack than those.
const LEVELS_OF_A_PATH: usize = 16;

/// What the paths of an op may still cost, those within their expressions included: the server has no such bound.
pub struct Budget {
    work: Cell<usize>,
    /// Of steps and expressions that are within one another.
    levels: Cell<usize>,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { work: Cell::new(limit::PATH_WORK), levels: Cell::new(limit::PATH_LEVELS) }
    }
}

impl Budget {
    fn spend(&self, work: usize) -> Result<(), Code> {
        self.work.set(self.work.get().checked_sub(work).ok_or(code::SERVER_ERROR)?);
        Ok(())
    }

    /// Goes so many levels down to do it.
    fn within<T>(&self, levels: usize, act: impl FnOnce() -> Result<T, Code>) -> Result<T, Code> {
        let left = self.levels.get();
        self.levels.set(left.checked_sub(levels).ok_or(code::SERVER_ERROR)?);
        let result = act();
        self.levels.set(left);
        result
    }
}

/// A path that reads.
pub fn read(value: &Value, args: &mut Args, budget: &Budget) -> Result<Value, Code> {
    let path = Path::parse(args)?;
    match path.form {
        Form::Apply(_) => Err(code::PARAMETER),
        _ => path.find(value, budget),
    }
}

/// A path where one that changes may stand.
pub fn modify(value: &mut Value, args: &mut Args, budget: &Budget) -> Result<Done, Code> {
    let path = Path::parse(args)?;
    match path.form {
        Form::Apply(_) => {
            *value = path.walk(value, budget)?.0;
            Ok(effect::WRITTEN)
        }
        _ => path.find(value, budget).map(|found| (found, Effect::None)),
    }
}

impl Path {
    /// All of the arguments are looked at before anything is done.
    fn parse(args: &mut Args) -> Result<Path, Code> {
        const FORM: i64 = 0x0F;
        const TREE: i64 = path_flag::TREE as i64;
        const VALUES: i64 = path_flag::VALUES as i64;
        const MAP_KEYS: i64 = path_flag::MAP_KEYS as i64;
        const KEY_VALUES: i64 = path_flag::KEY_VALUES as i64;
        const APPLY: i64 = path_flag::APPLY as i64;
        let given = args.left();
        let steps = steps::parse(args)?;
        let flags = args.bare_int()?;
        let form = flags & FORM;
        if given != if form == APPLY { 3 } else { 2 } {
            return Err(code::PARAMETER);
        }
        let form = match form {
            TREE => Form::Tree,
            VALUES => Form::Values,
            MAP_KEYS => Form::Keys,
            KEY_VALUES => Form::KeyValues,
            APPLY => Form::Apply(Expression::build(args.bare_packed()?)?),
            _ => return Err(code::PARAMETER),
        };
        Ok(Path { steps, form, no_fail: flags & i64::from(path_flag::NO_FAIL) != 0 })
    }

    fn find(&self, value: &Value, budget: &Budget) -> Result<Value, Code> {
        let (tree, found) = self.walk(value, budget)?;
        Ok(match self.form {
            Form::Tree => tree,
            _ => Value::List { items: found, ordered: false },
        })
    }

    fn walk(&self, value: &Value, budget: &Budget) -> Result<(Value, Vec<Value>), Code> {
        budget.within(LEVELS_OF_A_PATH + self.steps.len(), || Walk::of(self, budget).whole(value))
    }

    fn gives_keys(&self) -> bool {
        matches!(self.form, Form::Keys | Form::KeyValues)
    }
}
