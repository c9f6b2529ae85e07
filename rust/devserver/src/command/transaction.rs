//! What a transaction of several records adds to commands: which state of a record it sees, who may write, and the
//! commands that end it. What the real server does is inferred as `store::transactions` says.

use super::{Command, Outcome};
use crate::config::Edition;
use crate::reply::{self, Meta};
use crate::store::expiry;
use crate::store::transactions::{Lock, Roll};
use crate::store::{Record, Version};
use crate::Code;
use aerospike_sansio::proto::{code, field, info4};

/// A record as a command sees it.
pub struct Seen<'a> {
    /// It may be a tombstone.
    pub record: Option<&'a Record>,
    /// The command's own transaction has written it.
    pub provisional: bool,
    /// Another transaction has, and the command sees what was before.
    pub original: bool,
    /// What the transaction is to verify when it commits: nothing of what it has written itself.
    pub version: Option<Version>,
}

impl Command<'_> {
    /// The id of the transaction that the command is part of.
    fn transaction(&self) -> Result<Option<u64>, Code> {
        let Some(id) = self.request.field(field::MRT_ID) else { return Ok(None) };
        if self.edition == Edition::Community {
            return Err(code::ENTERPRISE_ONLY);
        }
        // Its subcode, in later releases, is that transactions need strong consistency.
        if !self.namespace.config.strong_consistency {
            return Err(code::UNSUPPORTED_FEATURE);
        }
        match <[u8; 8]>::try_from(id).map(u64::from_le_bytes) {
            Ok(0) | Err(_) => Err(code::PARAMETER),
            Ok(id) => Ok(Some(id)),
        }
    }

    /// The record, if the command may see it. What stands in the way of a write also stands in that of a transaction's
    /// read: that another transaction has written the record. A version that is sent is looked at before (a sample of
    /// the C# client's: of a record that is read and then locked by another transaction, one is told that its version
    /// is another, and without the read that it is blocked).
    pub(super) fn see(&self, writes: bool) -> Result<Seen<'_>, Code> {
        let id = self.transaction()?;
        let stored = self.namespace.stored(&self.digest);
        let lock = self.namespace.transactions.lock(&self.digest);
        let Some(id) = id else {
            return match lock {
                Some(_) if writes => Err(code::MRT_BLOCKED),
                lock => Ok(Seen { record: stored, provisional: false, original: lock.is_some(), version: None }),
            };
        };
        let record = lock.map(|lock| &lock.record).or(stored);
        if self.sent_version()?.is_some_and(|sent| sent != version(record)) {
            return Err(code::MRT_VERSION_MISMATCH);
        }
        match lock {
            Some(lock) if lock.id != id => Err(code::MRT_BLOCKED),
            Some(_) => Ok(Seen { record, provisional: true, original: false, version: None }),
            None => Ok(Seen { record, provisional: false, original: false, version: Some(version(record)) }),
        }
    }

    fn sent_version(&self) -> Result<Option<Version>, Code> {
        let sent = self.request.field(field::RECORD_VERSION);
        sent.map(|sent| sent.try_into().map_err(|_| code::PARAMETER)).transpose()
    }

    /// A write that is to be the first of its transaction to the record.
    pub(super) fn check_locking_only(&self, provisional: bool) -> Result<(), Code> {
        if provisional && self.request.header.info4 & info4::MRT_ON_LOCKING_ONLY != 0 {
            Err(code::MRT_ALREADY_LOCKED)
        } else {
            Ok(())
        }
    }

    /// A transaction writes until its deadline, which the monitor has told it. (Inferred from the clients, which send it
    /// with each write: the node of the record need not be that of the monitor. That it is looked at after generation
    /// and set follows the calls in the Community server's `write.c`.)
    pub(super) fn check_deadline(&self) -> Result<(), Code> {
        if self.transaction()?.is_none() {
            return Ok(());
        }
        let deadline = self.request.field(field::MRT_DEADLINE).and_then(|sent| sent.try_into().ok());
        let deadline = deadline.map(u32::from_le_bytes).ok_or(code::PARAMETER)?;
        if deadline < expiry::seconds(self.now_ms) {
            Err(code::MRT_EXPIRED)
        } else {
            Ok(())
        }
    }

    /// Keeps a record that was written, or a tombstone: for all, or for the command's transaction.
    pub(super) fn store(&mut self, record: Record) {
        match self.transaction() {
            Ok(Some(id)) => self.namespace.transactions.write(self.digest, Lock { id, record }),
            _ => self.namespace.put(self.digest, record),
        }
    }

    /// Deletes the record.
    pub(super) fn erase(&mut self, old: &Record) {
        if self.is_durable() {
            let tombstone = old.buried(self.namespace.next_generation(old.generation), self.now_ms);
            self.store(tombstone);
            self.namespace.transactions.end(&self.digest);
        } else {
            self.namespace.remove(&self.digest);
        }
    }

    /// Whether the record is still as a transaction has read it. The transaction is not named: what it has written
    /// itself it need not verify.
    pub(super) fn verify(self, out: &mut Vec<u8>) -> Outcome {
        let code = match self.verified() {
            Ok(()) => code::OK,
            Err(code) => code,
        };
        reply::status(out, code, Meta::default());
        code.into()
    }

    fn verified(&self) -> Result<(), Code> {
        self.check_ends()?;
        let sent = self.sent_version()?.ok_or(code::PARAMETER)?;
        let lock = self.namespace.transactions.lock(&self.digest);
        let record = lock.map(|lock| &lock.record).or(self.namespace.stored(&self.digest));
        if sent == version(record) {
            Ok(())
        } else {
            Err(code::MRT_VERSION_MISMATCH)
        }
    }

    pub(super) fn roll(self, roll: Roll, out: &mut Vec<u8>) -> Outcome {
        let id = self.check_ends().and_then(|()| self.transaction()?.ok_or(code::PARAMETER));
        let code = match id {
            Ok(id) => {
                self.namespace.roll(&self.digest, id, roll, self.now_ms);
                code::OK
            }
            Err(code) => code,
        };
        reply::status(out, code, Meta::default());
        code.into()
    }

    /// Whether there are transactions that could be ended.
    fn check_ends(&self) -> Result<(), Code> {
        if self.edition == Edition::Community {
            Err(code::ENTERPRISE_ONLY)
        } else if !self.namespace.config.strong_consistency {
            Err(code::UNSUPPORTED_FEATURE)
        } else {
            Ok(())
        }
    }
}

/// All zero for a record that is not there: clients keep that too, and verify that there still is none.
fn version(record: Option<&Record>) -> Version {
    record.map(Record::version).unwrap_or_default()
}
