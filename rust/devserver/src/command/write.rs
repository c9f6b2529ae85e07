//! Writes: put, add, append, prepend, touch, and several ops on one record.

use super::monitor::Change;
use super::ops::{self, Answer};
use super::{expressions, Command, Outcome};
use crate::limits::limit;
use crate::reply::{Message, Meta};
use crate::store::namespace::END_MARK;
use crate::store::record::Bins;
use crate::store::{expiry, BinName, Record};
use crate::Code;
use aerospike_sansio::limits;
use aerospike_sansio::proto::{code, field, info1, info2, info3, op, particle};

/// What the flags and ops of a write come to, before the record is looked at.
struct Policy {
    must_exist: bool,
    replaces: bool,
}

/// A write that has passed every check.
struct Written {
    record: Record,
    /// No bin is left: the record goes.
    deletes: bool,
    /// What it does to the monitor of a transaction.
    monitor: Option<Change>,
}

impl Command<'_> {
    pub(super) fn write(mut self, out: &mut Vec<u8>) -> Outcome {
        let mut meta = Meta::default();
        let mut message = Message::begin(out);
        match self.write_into(&mut meta, &mut message, out) {
            Ok(Written { record, deletes: true, .. }) => {
                self.delete_written(record);
                message.end(out, Meta::default());
                Outcome { code: code::OK, deleted_last_bin: true }
            }
            Ok(Written { record, monitor, .. }) => {
                message.end(out, record.meta());
                if let Some(change) = monitor {
                    self.change_monitor(change, &record);
                }
                self.store(record);
                code::OK.into()
            }
            Err(code) => {
                message.fail(out, code, meta);
                code.into()
            }
        }
    }

    /// The checks are in the server's order. `meta` becomes the old record's as soon as it is found.
    fn write_into(&mut self, meta: &mut Meta, message: &mut Message, out: &mut Vec<u8>) -> Result<Written, Code> {
        let header = self.request.header;
        if self.namespace.stop_writes() {
            return Err(code::OUT_OF_SPACE);
        }
        let policy = self.policy()?;
        let seen = self.see(true)?;
        *meta = Meta { version: seen.version, ..seen.record.map(Record::meta).unwrap_or_default() };
        // What has expired or was truncated counts as not there.
        let doomed = |record: &Record| !seen.provisional && self.namespace.is_doomed(record, self.now_ms);
        let old = seen.record.filter(|record| !doomed(record));
        let is_live = old.is_some_and(|record| !record.tombstone);
        if policy.must_exist && !is_live {
            return Err(code::RECORD_NOT_FOUND);
        }
        if header.info2 & info2::CREATE_ONLY != 0 && is_live {
            return Err(code::RECORD_EXISTS);
        }
        self.check_locking_only(seen.provisional)?;
        self.check_generation(old.map_or(0, |record| record.generation))?;
        let stored_size = old.map_or(0, |old| self.namespace.stored_size(old));
        let monitor = self.monitor_change()?;
        let mut record = match old {
            Some(old) => {
                self.check_set_on_update(old)?;
                self.check_deadline()?;
                if is_live {
                    self.check_filter(old)?;
                }
                self.check_key(old)?;
                let key = if old.key.is_some() { old.key.clone() } else { self.new_key()? };
                let bins = if policy.replaces { Bins::new() } else { old.bins.clone() };
                Record { key, bins, tombstone: false, ..*old }
            }
            None => {
                self.check_deadline()?;
                self.new_record()?
            }
        };
        let had_bins = !record.bins.is_empty();
        let ttl = match monitor {
            // Its time to live is the transaction's.
            Some(_) => expiry::NEVER_EXPIRE,
            // A new record has no time to live that it could keep.
            None if header.ttl == expiry::DONT_UPDATE && !is_live => expiry::USE_DEFAULT,
            None => header.ttl,
        };
        self.check_ttl(ttl)?;
        record.void_time = expiry::void_time(ttl, record.void_time, self.now_ms, &self.namespace.config);
        record.last_update_ms = record.last_update_ms.max(self.now_ms);
        record.generation = self.namespace.next_generation(record.generation);
        if let Some(deadline) = monitor.and_then(Change::deadline) {
            message.field(out, field::MRT_DEADLINE, &deadline.to_le_bytes());
        }
        self.apply(&mut record, stored_size, message, out)?;
        let deletes = record.bins.is_empty();
        if deletes {
            self.check_deletion(had_bins)?;
        } else if monitor.is_some() {
            Self::check_writes(&record)?;
        } else {
            self.check_size(&record)?;
        }
        Ok(Written { record, deletes, monitor })
    }

    /// The record is left without bins, and has its new generation already.
    pub(super) fn delete_written(&mut self, record: Record) {
        if self.is_durable() {
            let tombstone = record.buried(record.generation, self.now_ms);
            self.store(tombstone);
        } else {
            self.namespace.remove(&self.digest);
        }
    }

    /// One pass over the ops for what they demand together.
    fn policy(&self) -> Result<Policy, Code> {
        let header = &self.request.header;
        let has = |bits: u8| header.info3 & bits != 0;
        let mut policy = Policy {
            must_exist: has(info3::UPDATE_ONLY | info3::REPLACE_ONLY),
            replaces: has(info3::CREATE_OR_REPLACE | info3::REPLACE_ONLY),
        };
        if header.ops == 0 || usize::from(header.ops) > limit::OPS {
            return Err(code::PARAMETER);
        }
        let (mut reads, mut all_reads, mut values) = (false, 0, false);
        for op in self.request.ops() {
            if op.code == op::TOUCH {
                if policy.replaces {
                    return Err(code::PARAMETER);
                }
                policy.must_exist = true;
                continue;
            }
            BinName::new(op.name).ok_or(code::BIN_NAME)?;
            let removes = op.code == op::WRITE && op.particle_type == particle::NULL;
            if policy.replaces && (removes || ops::modifies(op.code) || op.code == op::DELETE_ALL) {
                return Err(code::PARAMETER);
            }
            if ops::reads_all(&op, header.info1) {
                if header.info2 & info2::RESPOND_ALL_OPS != 0 || all_reads > 0 {
                    return Err(code::PARAMETER);
                }
                (reads, all_reads) = (true, all_reads + 1);
            } else {
                reads |= ops::reads(op.code);
                values |= ops::answers(op.code);
            }
        }
        let unread = reads && header.info1 & info1::READ == 0;
        let mixed = all_reads > 0 && values;
        let all_without_op = header.info1 & info1::GET_ALL != 0 && all_reads == 0;
        if unread || mixed || all_without_op {
            Err(code::PARAMETER)
        } else {
            Ok(policy)
        }
    }

    pub(super) fn new_record(&mut self) -> Result<Record, Code> {
        let name = self.request.field(field::SET).unwrap_or_default();
        let set = self.namespace.sets.find_or_create(name).ok_or(code::PARAMETER)?;
        Ok(Record { set, key: self.new_key()?, ..Record::default() })
    }

    /// A write must name the set, unlike a read.
    pub(super) fn check_set_on_update(&self, record: &Record) -> Result<(), Code> {
        let name = self.request.field(field::SET).unwrap_or_default();
        if name == self.namespace.sets.name(record.set) {
            Ok(())
        } else {
            Err(code::PARAMETER)
        }
    }

    pub(super) fn check_ttl(&self, ttl: u32) -> Result<(), Code> {
        if !expiry::is_valid(ttl) {
            return Err(code::PARAMETER);
        }
        if expiry::is_disallowed(ttl, &self.namespace.config) {
            Err(code::FORBIDDEN)
        } else {
            Ok(())
        }
    }

    /// All ops, one after the other: each sees what those before it have done.
    fn apply(
        &self,
        record: &mut Record,
        stored_size: usize,
        message: &mut Message,
        out: &mut Vec<u8>,
    ) -> Result<(), Code> {
        let header = &self.request.header;
        let answer = Answer { all: header.info2 & info2::RESPOND_ALL_OPS != 0, all_as_read: false };
        let mut bins = std::mem::take(&mut record.bins);
        for op in self.request.ops() {
            match op.code {
                op::EXP_READ => {
                    let particle = expressions::read(&op, &self.subject(record, &bins, stored_size))?;
                    Answer { all: true, ..answer }.particle(&op, particle.as_ref(), message, out)?;
                }
                op::EXP_MODIFY => {
                    let change = expressions::modify(&op, &self.subject(record, &bins, stored_size))?;
                    change.apply(BinName::new(op.name).ok_or(code::BIN_NAME)?, &mut bins);
                    answer.nothing(&op, message, out);
                }
                _ => ops::apply(&op, header.info1, answer, &mut bins, message, out)?,
            }
        }
        record.bins = bins;
        if record.bins.len() > limits::limit::BINS {
            Err(code::PARAMETER)
        } else {
            Ok(())
        }
    }

    /// Ops that leave no bin delete the record, if there was one.
    pub(super) fn check_deletion(&self, had_bins: bool) -> Result<(), Code> {
        if !had_bins {
            return Err(code::RECORD_NOT_FOUND);
        }
        self.check_durability()
    }

    pub(super) fn check_size(&self, record: &Record) -> Result<(), Code> {
        let size = record.flat_size(self.namespace.sets.name(record.set)) + END_MARK;
        if size > self.namespace.config.max_record_size {
            Err(code::RECORD_TOO_BIG)
        } else {
            Ok(())
        }
    }
}
