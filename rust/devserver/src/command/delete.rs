//! Deletes of whole records. The answer never tells a generation (`kv/filter/delete`).

use super::{Command, Outcome};
use crate::config::Edition;
use crate::reply::{self, Meta};
use crate::store::Record;
use crate::Code;
use aerospike_sansio::proto::code;

impl Command<'_> {
    pub(super) fn delete(mut self, out: &mut Vec<u8>) -> Outcome {
        let mut meta = Meta::default();
        let code = match self.may_delete(&mut meta) {
            Ok(record) => {
                meta.version = None;
                self.erase(&record);
                code::OK
            }
            Err(code) => code,
        };
        reply::status(out, code, meta);
        code.into()
    }

    /// A record that has expired but is still there can be deleted: the server does not look at its void time here,
    /// unless the delete is part of a transaction, which makes a write of it.
    fn may_delete(&self, meta: &mut Meta) -> Result<Record, Code> {
        self.check_durability()?;
        // Community Edition does not look whether a delete is part of a transaction (tried).
        if self.edition == Edition::Community {
            return self.may_delete_record(self.namespace.get(&self.digest).ok_or(code::RECORD_NOT_FOUND)?);
        }
        let seen = self.see(true)?;
        meta.version = seen.version;
        let record = seen.record.filter(|record| !record.tombstone).ok_or(code::RECORD_NOT_FOUND)?;
        if seen.version.is_some() && self.namespace.is_doomed(record, self.now_ms) {
            return Err(code::RECORD_NOT_FOUND);
        }
        self.may_delete_record(record)
    }

    fn may_delete_record(&self, record: &Record) -> Result<Record, Code> {
        self.check_set(record)?;
        self.check_generation(record.generation)?;
        if self.edition == Edition::Enterprise {
            self.check_deadline()?;
        }
        self.check_filter(record)?;
        self.check_key(record)?;
        // Of what is deleted only this much is still needed.
        Ok(record.buried(record.generation, record.last_update_ms))
    }
}
