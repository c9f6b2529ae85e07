//! Checks that read, write and delete share: is it the record that is meant, and does it pass the filter.

use super::Command;
use crate::config::Edition;
use crate::expression::{self, Truth};
use crate::store::Record;
use crate::Code;
use aerospike_sansio::proto::{code, field, info2, particle};

impl Command<'_> {
    /// A read or delete need not name the set; if it does, it must be the record's.
    pub fn check_set(&self, record: &Record) -> Result<(), Code> {
        let name = self.request.field(field::SET).unwrap_or_default();
        if name.is_empty() || name == self.namespace.sets.name(record.set) {
            Ok(())
        } else {
            Err(code::PARAMETER)
        }
    }

    /// `generation` is the record's, 0 if there is none.
    pub fn check_generation(&self, generation: u16) -> Result<(), Code> {
        let header = &self.request.header;
        let passes = if header.info2 & info2::GENERATION != 0 {
            header.generation == u32::from(generation)
        } else if header.info2 & info2::GENERATION_GT != 0 {
            header.generation > u32::from(generation)
        } else {
            true
        };
        if passes {
            Ok(())
        } else {
            Err(code::RECORD_GENERATION)
        }
    }

    /// The filter expression, which must be true: false and unknown filter the record out. The command's own counts, or
    /// else that of its batch.
    pub fn check_filter(&self, record: &Record) -> Result<(), Code> {
        let subject = self.subject_as_stored(record);
        let truth = match (self.request.field(field::FILTER), self.batch_filter) {
            (Some(packed), _) => expression::filter(packed)?.truth(&subject),
            (None, Some(filter)) => filter.truth(&subject),
            (None, None) => return Ok(()),
        };
        match truth {
            Truth::True => Ok(()),
            Truth::False | Truth::Unknown => Err(code::FILTERED_OUT),
        }
    }

    /// Whether a delete may leave a tombstone (an Enterprise feature), or not leave one. Where consistency is strong, a
    /// record that is deleted without could come back: such a delete is forbidden unless the namespace allows it, and
    /// in a transaction it always is. (Inferred from the documentation of `strong-consistency-allow-expunge`.)
    pub fn check_durability(&self) -> Result<(), Code> {
        let config = &self.namespace.config;
        if self.is_durable() {
            return if self.edition == Edition::Community { Err(code::ENTERPRISE_ONLY) } else { Ok(()) };
        }
        let transactional = self.edition == Edition::Enterprise && self.request.field(field::MRT_ID).is_some();
        if transactional || (config.strong_consistency && !config.strong_consistency_allow_expunge) {
            return Err(code::FORBIDDEN);
        }
        Ok(())
    }

    pub fn is_durable(&self) -> bool {
        self.request.header.info2 & info2::DURABLE_DELETE != 0
    }

    /// A key that is sent must be the one that is stored, if one is stored.
    pub fn check_key(&self, record: &Record) -> Result<(), Code> {
        match (self.request.field(field::KEY), &record.key) {
            (Some(sent), Some(stored)) if *sent != **stored => Err(code::KEY_MISMATCH),
            _ => Ok(()),
        }
    }

    /// The key to store with a record that has none yet.
    pub fn new_key(&self) -> Result<Option<Box<[u8]>>, Code> {
        match self.request.field(field::KEY) {
            Some([]) => Err(code::UNSUPPORTED_FEATURE),
            Some([particle::INTEGER, int @ ..]) if int.len() != 8 => Err(code::UNSUPPORTED_FEATURE),
            key => Ok(key.map(Into::into)),
        }
    }
}
