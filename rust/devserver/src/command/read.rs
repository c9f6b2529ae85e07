//! Reads: all bins, some of them, or generation and time to live only.

use super::ops::{self, Answer};
use super::transaction::Seen;
use super::{expressions, Command, Outcome};
use crate::config::Edition;
use crate::limits::limit;
use crate::reply::{Message, Meta};
use crate::store::expiry::{self, Touch};
use crate::store::{BinName, Record};
use crate::Code;
use aerospike_sansio::proto::{code, info1, info2, info3, op};

impl Command<'_> {
    pub(super) fn read(self, out: &mut Vec<u8>) -> Outcome {
        let mut meta = Meta::default();
        let mut message = Message::begin(out);
        let mut touch = Touch::No;
        let code = match self.read_into(&mut meta, &mut touch, &mut message, out) {
            Ok(()) => {
                message.end(out, meta);
                code::OK
            }
            Err(code) => {
                message.fail(out, code, meta);
                code
            }
        };
        // Also if the record was filtered out (tried).
        if let Touch::Yes(void_time) = touch {
            self.touch(void_time);
        }
        code.into()
    }

    /// `meta` becomes the record's as soon as it is found: most failures after that tell it too. So does `touch`.
    fn read_into(
        &self,
        meta: &mut Meta,
        touch: &mut Touch,
        message: &mut Message,
        out: &mut Vec<u8>,
    ) -> Result<(), Code> {
        let header = &self.request.header;
        self.check_read_mode()?;
        let seen = self.see(false)?;
        meta.version = seen.version;
        let record = seen.record.ok_or(code::RECORD_NOT_FOUND)?;
        *meta = Meta { version: seen.version, ..record.meta() };
        self.check_set(record)?;
        // The answer about an expired record still tells its generation and void time (`kv/ttl/expires`).
        if record.tombstone || (!seen.provisional && self.namespace.is_doomed(record, self.now_ms)) {
            return Err(code::RECORD_NOT_FOUND);
        }
        message.version(out, *meta);
        let config = &self.namespace.config;
        // What is being written by a transaction is not touched (the server's `read_touch.c`).
        *touch = match seen {
            Seen { provisional: false, original: false, .. } => {
                expiry::touch(header.ttl, record.void_time, record.last_update_ms, self.now_ms, config)
            }
            _ => Touch::No,
        };
        if *touch == Touch::Refused {
            return Err(code::PARAMETER);
        }
        self.check_filter(record)?;
        self.check_key(record)?;
        if header.info1 & info1::GET_NO_BINS == 0 {
            self.read_bins(record, message, out)?;
        }
        Ok(())
    }

    /// Session, allow replica and allow unavailable mean nothing here. Linearize is an Enterprise feature, and one of
    /// strong consistency. (That without it the Enterprise server says that it is not supported is inferred.)
    fn check_read_mode(&self) -> Result<(), Code> {
        let mode = self.request.header.info3 & (info3::SC_READ_TYPE | info3::SC_READ_RELAX);
        match self.edition {
            _ if mode != info3::SC_READ_TYPE => Ok(()),
            Edition::Community => Err(code::ENTERPRISE_ONLY),
            Edition::Enterprise if self.namespace.config.strong_consistency => Ok(()),
            Edition::Enterprise => Err(code::UNSUPPORTED_FEATURE),
        }
    }

    fn read_bins(&self, record: &Record, message: &mut Message, out: &mut Vec<u8>) -> Result<(), Code> {
        let header = &self.request.header;
        if usize::from(header.ops) > limit::OPS {
            return Err(code::PARAMETER);
        }
        // Ops beside GET_ALL are not looked at (`raw/malformed/bits` 6).
        if header.info1 & info1::GET_ALL != 0 {
            ops::all_bins(&record.bins, message, out);
            return Ok(());
        }
        if header.ops == 0 {
            return Err(code::PARAMETER);
        }
        let answer = Answer { all: header.info2 & info2::RESPOND_ALL_OPS != 0, all_as_read: self.is_row };
        for op in self.request.ops() {
            BinName::new(op.name).ok_or(code::BIN_NAME)?;
            match op.code {
                op::READ => answer.bin(&op, &record.bins, message, out)?,
                op::EXP_READ => {
                    let particle = expressions::read(&op, &self.subject_as_stored(record))?;
                    answer.particle(&op, particle.as_ref(), message, out)?;
                }
                code if ops::reads(code) => answer.read(&op, &record.bins, false, message, out)?,
                _ => return Err(code::PARAMETER),
            }
        }
        Ok(())
    }

    /// Renews the time to live. The generation stays, so that a read never fails another client's check of it.
    fn touch(self, void_time: u32) {
        let now_ms = self.now_ms;
        if let Some(record) = self.namespace.get_mut(&self.digest) {
            record.void_time = void_time;
            record.last_update_ms = record.last_update_ms.max(now_ms);
        }
    }
}
