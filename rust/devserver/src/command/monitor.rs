//! Writes to the monitor of a transaction: a client makes it with the transaction's first write, names in it each record
//! that it writes, and marks it when it commits. Inferred as `store::transactions` says; the bins are those that the
//! official clients write.

use super::Command;
use crate::config::{Edition, MRT_DURATION_MAX};
use crate::request::Op;
use crate::store::transactions::{self, Monitor, State, MONITORS};
use crate::store::{expiry, Record};
use crate::Code;
use aerospike_sansio::proto::{code, field, op, particle};

/// What a write does to a monitor.
#[derive(Clone, Copy)]
pub enum Change {
    Start(Monitor),
    /// Names more records.
    Add,
    Commit,
}

impl Change {
    /// When the transaction must have ended: told when it starts.
    pub fn deadline(self) -> Option<u32> {
        match self {
            Change::Start(monitor) => Some(monitor.deadline),
            Change::Add | Change::Commit => None,
        }
    }
}

impl Command<'_> {
    /// What the write does to the monitor that it is about, if it is about one.
    pub(super) fn monitor_change(&self) -> Result<Option<Change>, Code> {
        let is_monitor = self.request.field(field::SET).unwrap_or_default() == MONITORS;
        if self.edition == Edition::Community || !is_monitor {
            return Ok(None);
        }
        // The server checks the name of a new record's set, and has this code for what needs strong consistency.
        if !self.namespace.config.strong_consistency {
            return Err(code::UNSUPPORTED_FEATURE);
        }
        if self.request.field(field::MRT_ID).is_some() {
            return Err(code::PARAMETER);
        }
        let (mut id, mut commits) = (None, false);
        for op in self.request.ops() {
            match op {
                Op { code: op::WRITE, particle_type: particle::INTEGER, name: b"id", value } => {
                    let bytes = value.try_into().map_err(|_| code::PARAMETER)?;
                    id = Some(i64::from_be_bytes(bytes) as u64);
                }
                Op { code: op::WRITE, particle_type: particle::BOOL, name: b"fwd", value: [1] } => commits = true,
                Op { code: op::CDT_MODIFY, name: transactions::DIGESTS, .. } => {}
                // Nobody else writes to this set.
                _ => return Err(code::FORBIDDEN),
            }
        }
        self.monitor_state(id, commits).map(Some)
    }

    fn monitor_state(&self, id: Option<u64>, commits: bool) -> Result<Change, Code> {
        match (self.namespace.transactions.monitor(&self.digest), id) {
            (Some(Monitor { state: State::Committed, .. }), _) => Err(code::MRT_COMMITTED),
            // That more writes are told another code is what the Node client's test expects.
            (Some(Monitor { state: State::Aborted, .. }), _) => {
                Err(if commits { code::MRT_ABORTED } else { code::MRT_EXPIRED })
            }
            (Some(_), Some(_)) => Err(code::MRT_MONITOR_EXISTS),
            (Some(_), None) => Ok(if commits { Change::Commit } else { Change::Add }),
            // The Go client's test of a monitor that was deleted expects this when it commits, the C# client's of a
            // transaction that has ended when it writes again.
            (None, None) => Err(code::MRT_EXPIRED),
            (None, Some(_)) if self.namespace.stored(&self.digest).is_some() => Err(code::MRT_EXPIRED),
            (None, Some(id)) => self.monitor(id).map(Change::Start),
        }
    }

    /// A new monitor. The time to live of the write is the transaction's time, 0 for that of the namespace.
    fn monitor(&self, id: u64) -> Result<Monitor, Code> {
        let duration = match self.request.header.ttl {
            0 => self.namespace.config.mrt_duration,
            ttl @ 1..=MRT_DURATION_MAX => ttl,
            _ => return Err(code::PARAMETER),
        };
        let deadline = expiry::seconds(self.now_ms).saturating_add(duration);
        Ok(Monitor { id, deadline, state: State::Open })
    }

    pub(super) fn check_writes(record: &Record) -> Result<(), Code> {
        if transactions::writes(record) > transactions::WRITES_MAX {
            Err(code::MRT_TOO_MANY_WRITES)
        } else {
            Ok(())
        }
    }

    /// After the monitor's record has been written.
    pub(super) fn change_monitor(&mut self, change: Change, record: &Record) {
        let transactions = &mut self.namespace.transactions;
        transactions.monitor_set = Some(record.set);
        match change {
            Change::Start(monitor) => transactions.start(self.digest, monitor),
            Change::Commit => transactions.commit(&self.digest),
            Change::Add => {}
        }
    }
}
