//! What writes into a map: put, increment, its order.

use super::Map;
use crate::cdt::effect::{self, Done, Effect};
use crate::cdt::number::Delta;
use crate::Code;
use aerospike_sansio::proto::{code, map_write_flag};
use aerospike_sansio::value::order::compare;
use aerospike_sansio::value::{MapOrder, Value};
use std::cmp::Ordering;

/// Write flags. Unknown ones are ignored.
#[derive(Clone, Copy, Debug)]
pub struct Flags(pub u64);

/// What the flags make of one pair.
enum Verdict {
    Write,
    LeaveOut,
    /// Nothing at all is written.
    Stop,
}

impl Flags {
    fn has(self, flag: u8) -> bool {
        self.0 & u64::from(flag) != 0
    }

    fn verdict(self, exists: bool) -> Result<Verdict, Code> {
        let code = match exists {
            true if self.has(map_write_flag::CREATE_ONLY) => code::ELEMENT_EXISTS,
            false if self.has(map_write_flag::UPDATE_ONLY) => code::ELEMENT_NOT_FOUND,
            _ => return Ok(Verdict::Write),
        };
        if !self.has(map_write_flag::NO_FAIL) {
            Err(code)
        } else if self.has(map_write_flag::PARTIAL) {
            Ok(Verdict::LeaveOut)
        } else {
            Ok(Verdict::Stop)
        }
    }
}

impl Map {
    pub fn set_order(&mut self, flags: u8) -> Result<Done, Code> {
        if flags & !super::KNOWN_FLAGS != 0 {
            return Err(code::OP_NOT_APPLICABLE);
        }
        self.order = MapOrder::from_flags(flags);
        Ok(effect::WRITTEN)
    }

    pub fn put(&mut self, (key, value): (Value, Value), flags: Flags) -> Result<Done, Code> {
        check_key(&key)?;
        let place = self.place(&key);
        if !matches!(flags.verdict(place.is_ok())?, Verdict::Write) {
            return self.done(Effect::Kept);
        }
        match place {
            Ok(index) => self.pairs[index].1 = value,
            Err(index) => self.pairs.insert(index, (key, value)),
        }
        self.done(Effect::Written)
    }

    /// The pairs are settled: sorted, no key twice.
    pub fn put_items(&mut self, pairs: Vec<(Value, Value)>, flags: Flags) -> Result<Done, Code> {
        let mut new = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            // Into an empty map a partial update writes all, whether it may create or not.
            let verdict = if self.pairs.is_empty() && flags.has(map_write_flag::PARTIAL) {
                Verdict::Write
            } else {
                flags.verdict(self.place(&key).is_ok())?
            };
            match verdict {
                Verdict::Write => new.push((key, value)),
                Verdict::LeaveOut => {}
                Verdict::Stop => return self.done(Effect::Kept),
            }
        }
        self.merge(new);
        self.done(Effect::Written)
    }

    /// Both are sorted by key; of equal keys the new pair stays.
    fn merge(&mut self, new: Vec<(Value, Value)>) {
        let old = std::mem::take(&mut self.pairs);
        self.pairs.reserve(old.len() + new.len());
        let mut old = old.into_iter().peekable();
        for pair in new {
            while let Some(earlier) = old.next_if(|(key, _)| compare(key, &pair.0).is_lt()) {
                self.pairs.push(earlier);
            }
            old.next_if(|(key, _)| compare(key, &pair.0).is_eq());
            self.pairs.push(pair);
        }
        self.pairs.extend(old);
    }

    pub fn increment(&mut self, key: Value, delta: Delta) -> Result<Done, Code> {
        let place = self.place(&key);
        let sum = delta.add_to(place.ok().map(|index| &self.pairs[index].1))?;
        check_key(&key)?;
        match place {
            Ok(index) => self.pairs[index].1 = sum.clone(),
            Err(index) => self.pairs.insert(index, (key, sum.clone())),
        }
        Ok((sum, Effect::Written))
    }

    /// Where a key is, or where it belongs.
    pub fn place(&self, key: &Value) -> Result<usize, usize> {
        let index = self.pairs.partition_point(|(own, _)| compare(own, key) == Ordering::Less);
        match self.pairs.get(index) {
            Some((own, _)) if compare(own, key).is_eq() => Ok(index),
            _ => Err(index),
        }
    }

    fn done(&self, effect: Effect) -> Result<Done, Code> {
        Ok((Value::Int(self.pairs.len() as i64), effect))
    }
}

/// A key is an integer, a string or a blob.
pub fn check_key(key: &Value) -> Result<(), Code> {
    match key {
        Value::Int(_) | Value::Uint(_) | Value::String(_) | Value::Blob(_) => Ok(()),
        _ => Err(code::PARAMETER),
    }
}
