//! What writes into a list: append, insert, set, increment, sort.

use super::List;
use crate::cdt::effect::{self, Done, Effect};
use crate::cdt::number::Delta;
use crate::cdt::ordered::Ordered;
use crate::limits::limit;
use crate::Code;
use aerospike_sansio::proto::{code, list_sort_flag, list_write_flag};
use aerospike_sansio::value::order::compare;
use aerospike_sansio::value::pack::marker;
use aerospike_sansio::value::Value;
use std::collections::BTreeSet;

/// Write flags. Unknown ones are ignored.
#[derive(Clone, Copy, Debug)]
pub struct Flags(pub u64);

impl Flags {
    fn has(self, flag: u8) -> bool {
        self.0 & u64::from(flag) != 0
    }

    fn is_unique(self) -> bool {
        self.has(list_write_flag::ADD_UNIQUE)
    }

    /// Not to fail comes first, else nothing is partial.
    fn is_partial(self) -> bool {
        self.has(list_write_flag::NO_FAIL) && self.has(list_write_flag::PARTIAL)
    }

    /// Fails, or leaves all as it is.
    fn refuse(self, code: Code) -> Result<Effect, Code> {
        if self.has(list_write_flag::NO_FAIL) {
            Ok(Effect::Kept)
        } else {
            Err(code)
        }
    }
}

impl List {
    pub fn set_order(&mut self, flags: u8) -> Result<Done, Code> {
        if flags & !super::KNOWN_FLAGS != 0 {
            return Err(code::OP_NOT_APPLICABLE);
        }
        let ordered = flags & marker::ORDERED != 0;
        if ordered && !self.ordered {
            self.items.sort_by(compare);
        }
        self.ordered = ordered;
        Ok(effect::WRITTEN)
    }

    pub fn append(&mut self, items: Vec<Value>, flags: Flags) -> Result<Done, Code> {
        if !self.ordered {
            return self.insert(self.items.len() as i64, items, flags);
        }
        let Some(items) = self.admitted(items, flags)? else { return self.done(Effect::Kept) };
        if let [item] = &items[..] {
            let rank = self.rank(item);
            self.items.splice(rank..rank, items);
        } else {
            self.items.extend(items);
            self.items.sort_by(compare);
        }
        self.done(Effect::Written)
    }

    /// Into an unordered list. Past its end, nils fill the gap.
    pub fn insert(&mut self, index: i64, items: Vec<Value>, flags: Flags) -> Result<Done, Code> {
        if items.is_empty() {
            return self.done(Effect::Written);
        }
        let index = self.place(index)?;
        if flags.has(list_write_flag::INSERT_BOUNDED) && index > self.items.len() {
            let effect = flags.refuse(code::OP_NOT_APPLICABLE)?;
            return self.done(effect);
        }
        let Some(items) = self.admitted(items, flags)? else { return self.done(Effect::Kept) };
        if items.is_empty() {
            return self.done(Effect::Kept);
        }
        self.fill(index)?;
        self.items.splice(index..index, items);
        self.done(Effect::Written)
    }

    /// Replaces an element of an unordered list, or adds one past its end.
    pub fn set(&mut self, index: i64, value: Value, flags: Flags) -> Result<Effect, Code> {
        if self.ordered {
            return Err(code::OP_NOT_APPLICABLE);
        }
        if index >= self.items.len() as i64 {
            return self.insert(index, vec![value], flags).map(|(_, effect)| effect);
        }
        let index = self.place(index)?;
        if flags.is_unique() {
            let is_elsewhere = |(at, item): (usize, &Value)| at != index && compare(item, &value).is_eq();
            if self.items.iter().enumerate().any(is_elsewhere) {
                return flags.refuse(code::ELEMENT_EXISTS);
            }
        }
        self.items[index] = value;
        Ok(Effect::Written)
    }

    pub fn increment(&mut self, index: i64, delta: Option<Value>, flags: Flags) -> Result<Done, Code> {
        let index = self.place(index)?;
        let sum = Delta::new(delta)?.add_to(self.items.get(index))?;
        let effect = if self.ordered {
            self.replace(index, sum.clone(), flags)?
        } else {
            self.set(index as i64, sum.clone(), flags)?
        };
        // The sum is told even when it was not written.
        Ok((sum, effect))
    }

    /// Replaces an element of an ordered list by one that may belong elsewhere.
    fn replace(&mut self, index: usize, value: Value, flags: Flags) -> Result<Effect, Code> {
        if index > self.items.len() {
            return Err(code::OP_NOT_APPLICABLE);
        }
        if flags.is_unique() {
            match self.first(&value) {
                Some(first) if first == index => return Ok(Effect::Kept),
                Some(_) => return flags.refuse(code::ELEMENT_EXISTS),
                None => {}
            }
        }
        if index < self.items.len() {
            self.items.remove(index);
        }
        let rank = self.rank(&value);
        self.items.insert(rank, value);
        Ok(Effect::Written)
    }

    pub fn sort(&mut self, flags: u8) -> Result<Done, Code> {
        if self.items.len() <= 1 {
            return Ok(effect::KEPT);
        }
        let descending = flags & list_sort_flag::DESCENDING != 0 && !self.ordered;
        self.items.sort_by(|a, b| if descending { compare(b, a) } else { compare(a, b) });
        if flags & list_sort_flag::DROP_DUPLICATES != 0 {
            // The server looks for them in ascending order only.
            if descending && self.items.windows(2).any(|pair| compare(&pair[0], &pair[1]).is_gt()) {
                return Err(code::PARAMETER);
            }
            self.items.dedup_by(|a, b| compare(a, b).is_eq());
        }
        Ok(effect::WRITTEN)
    }

    /// Those of the items that may be added, as the flags have it; none if nothing is to change.
    fn admitted(&self, items: Vec<Value>, flags: Flags) -> Result<Option<Vec<Value>>, Code> {
        if !flags.is_unique() {
            return Ok(Some(items));
        }
        // An ordered list looks for what is twice among the items before it looks at itself.
        if self.ordered && !flags.has(list_write_flag::NO_FAIL) && has_duplicates(&items) {
            return Err(code::OP_NOT_APPLICABLE);
        }
        // One value is looked for as it is; for many, all are brought into order.
        let many = items.len() > 1;
        let own: BTreeSet<Ordered> = if many { self.items.iter().map(Ordered).collect() } else { BTreeSet::new() };
        let mut seen = BTreeSet::new();
        let mut admit = Vec::with_capacity(items.len());
        for item in &items {
            let is_own = if many { own.contains(&Ordered(item)) } else { self.first(item).is_some() };
            let is_new = !is_own && seen.insert(Ordered(item));
            if !is_new && !flags.is_partial() {
                flags.refuse(if is_own { code::ELEMENT_EXISTS } else { code::OP_NOT_APPLICABLE })?;
                return Ok(None);
            }
            admit.push(is_new);
        }
        let admitted = items.into_iter().zip(admit).filter(|(_, admit)| *admit);
        Ok(Some(admitted.map(|(item, _)| item).collect()))
    }

    /// An index that may lie past the end, from the start.
    fn place(&self, index: i64) -> Result<usize, Code> {
        if index > i64::from(i32::MAX) {
            return Err(code::OP_NOT_APPLICABLE);
        }
        let from_start = if index < 0 { index.saturating_add(self.items.len() as i64) } else { index };
        usize::try_from(from_start).map_err(|_| code::OP_NOT_APPLICABLE)
    }

    /// Adds nils up to an index past the end.
    pub fn fill(&mut self, index: usize) -> Result<(), Code> {
        if index > limit::RECORD {
            return Err(code::RECORD_TOO_BIG);
        }
        if index > self.items.len() {
            self.items.resize(index, Value::Nil);
        }
        Ok(())
    }

    fn done(&self, effect: Effect) -> Result<Done, Code> {
        Ok((Value::Int(self.items.len() as i64), effect))
    }
}

fn has_duplicates(items: &[Value]) -> bool {
    let mut seen = BTreeSet::new();
    !items.iter().all(|item| seen.insert(Ordered(item)))
}
