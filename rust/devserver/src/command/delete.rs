//! Deletes of whole records. The answer never tells a generation (`kv/filter/delete`).

use super::{Command, Outcome};
use crate::reply::{self, Meta};
use crate::Code;
use aerospike_sansio::proto::{code, info2};

impl Command<'_> {
    pub(super) fn delete(self, out: &mut Vec<u8>) -> Outcome {
        let code = match self.may_delete() {
            Ok(()) => {
                self.namespace.remove(&self.digest);
                code::OK
            }
            Err(code) => code,
        };
        reply::status(out, code, Meta::default());
        code.into()
    }

    /// A record that has expired but is still there can be deleted: the server does not look at its void time here.
    fn may_delete(&self) -> Result<(), Code> {
        if self.request.header.info2 & info2::DURABLE_DELETE != 0 {
            return Err(code::ENTERPRISE_ONLY);
        }
        self.check_transaction()?;
        let record = self.namespace.get(&self.digest).ok_or(code::RECORD_NOT_FOUND)?;
        self.check_set(record)?;
        self.check_generation(record.generation)?;
        self.check_filter(record)?;
        self.check_key(record)
    }
}
