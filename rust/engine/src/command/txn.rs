//! A transaction as the protocol sees it: what it has read and written, the fields that this puts into its commands, and
//! the requests to its monitor. When which request is sent is not decided here (`client/txn.rs`).
//!
//! The monitor is a record that names all records the transaction may write. A server keeps a written record locked, with
//! its old content beside the new, until it is rolled forward or back: by the client, or by the server, which finds in
//! the monitor what there is to do for a transaction whose time is over.

use crate::abi::{txn_state, NONE};
use crate::key::{self, Digest, UserKey};
use crate::proto::{
    code, field, info1, info2, info4, list_op, list_order, list_write_flag, op, particle, DATA_HEADER, PROTO_HEADER,
};
use crate::value::pack;
use crate::wire::{self, begin_message, end_message, frame, Header, Version};
use std::collections::{BTreeMap, BTreeSet};

/// The set of the monitor records.
const MONITOR_SET: &[u8] = b"<ERO~MRT";
/// Its bins: the id, the digests of the records that may be written, and that they are to be rolled forward.
const BIN_ID: &[u8] = b"id";
const BIN_DIGESTS: &[u8] = b"keyds";
const BIN_FORWARD: &[u8] = b"fwd";

/// Ordered maps, so that what is sent depends on nothing but what was asked.
#[derive(Debug)]
pub struct Txn {
    /// Never zero.
    pub id: i64,
    /// Seconds, as the caller wants it; 0 = as the server is set up.
    pub timeout: u32,
    /// Name id; fixed by the first command.
    pub namespace: Option<u32>,
    /// As the server gave it when the monitor was made; 0 = there is no monitor.
    pub deadline: u32,
    /// `abi::txn_state`
    pub state: u32,
    /// Nobody knows whether it is committed.
    pub in_doubt: bool,
    /// A write may have happened, or may happen yet: then only the server can tell when the monitor has done its work.
    pub write_in_doubt: bool,
    reads: BTreeMap<Digest, Read>,
    /// With the name id of the set.
    writes: BTreeMap<Digest, u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Read {
    set: u32,
    version: Version,
}

/// A record of the transaction, as a row of a batch needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    pub digest: Digest,
    pub set: u32,
}

impl Txn {
    pub fn new(id: i64, timeout: u32) -> Txn {
        Txn {
            id,
            timeout,
            namespace: None,
            deadline: 0,
            state: txn_state::OPEN,
            in_doubt: false,
            write_in_doubt: false,
            reads: BTreeMap::new(),
            writes: BTreeMap::new(),
        }
    }

    // ── What the answers say ────────────────────────────────────────────────────────────────────────────────────────

    /// An answer, whatever its code. A version says that the record was only read, or not even changed by a write; a
    /// write that succeeded has none.
    pub fn heed(&mut self, record: Record, write: bool, code: i32, version: Option<Version>) {
        if let Some(version) = version {
            self.reads.insert(record.digest, Read { set: record.set, version });
        } else if write && code == code::OK {
            self.reads.remove(&record.digest);
            self.writes.insert(record.digest, record.set);
        }
    }

    /// A write that may have happened counts as one that did.
    pub fn heed_doubt(&mut self, record: Record) {
        self.write_in_doubt = true;
        self.reads.remove(&record.digest);
        self.writes.insert(record.digest, record.set);
    }

    pub fn version(&self, digest: &Digest) -> Option<Version> {
        self.reads.get(digest).map(|read| read.version)
    }

    pub fn has_monitor(&self) -> bool {
        self.deadline != 0
    }

    pub fn reads(&self) -> impl Iterator<Item = Record> + '_ {
        self.reads.iter().map(|(&digest, read)| Record { digest, set: read.set })
    }

    pub fn writes(&self) -> impl Iterator<Item = Record> + '_ {
        self.writes.iter().map(|(&digest, &set)| Record { digest, set })
    }

    pub fn reads_count(&self) -> usize {
        self.reads.len()
    }

    pub fn writes_count(&self) -> usize {
        self.writes.len()
    }

    /// It has ended: what it touched is of no use any more.
    pub fn forget(&mut self) {
        self.reads = BTreeMap::new();
        self.writes = BTreeMap::new();
    }

    /// Those of the records that the monitor does not name yet.
    pub fn unnamed(&self, digests: impl Iterator<Item = Digest>) -> BTreeSet<Digest> {
        digests.filter(|digest| !self.writes.contains_key(digest)).collect()
    }

    // ── Fields of its commands ──────────────────────────────────────────────────────────────────────────────────────

    /// Appends what a command on the record has to state; gives how many fields that made.
    pub fn write_fields(&self, digest: &Digest, write: bool, out: &mut Vec<u8>) -> u16 {
        let mut fields = 1;
        wire::field(out, field::MRT_ID, &self.id.to_le_bytes());
        fields += self.write_version(digest, out);
        if write && self.deadline != 0 {
            wire::field(out, field::MRT_DEADLINE, &self.deadline.to_le_bytes());
            fields += 1;
        }
        fields
    }

    /// Appends the version that was read, if there is one; gives how many fields that made.
    pub fn write_version(&self, digest: &Digest, out: &mut Vec<u8>) -> u16 {
        let Some(version) = self.version(digest) else { return 0 };
        wire::field(out, field::RECORD_VERSION, &version);
        1
    }

    /// Makes of the frame of a command, as it is without a transaction, the one to be sent; `at` is where in it the
    /// fields belong (`Encoded::txn_at`).
    pub fn fit(&self, plain: &[u8], at: usize, digest: &Digest, write: bool, out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(&plain[..at]);
        let more = self.write_fields(digest, write, out);
        out.extend_from_slice(&plain[at..]);
        let fields = PROTO_HEADER + FIELDS_AT;
        let count = u16::from_be_bytes([out[fields], out[fields + 1]]) + more;
        out[fields..fields + 2].copy_from_slice(&count.to_be_bytes());
        frame::end(out, 0);
    }

    /// Writes a read of no bins, to learn whether the server knows transactions.
    pub fn probe(&self, digest: &Digest, namespace: &[u8], timeout: u32, out: &mut Vec<u8>) {
        out.clear();
        let start = begin_message(out);
        wire::field(out, field::NAMESPACE, namespace);
        wire::field(out, field::DIGEST, digest);
        wire::field(out, field::MRT_ID, &self.id.to_le_bytes());
        let info1 = info1::READ | info1::GET_NO_BINS;
        end_message(out, start, &Header { info1, fields: 3, timeout, ..Header::default() });
    }

    // ── The monitor ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// The partition of the monitor record.
    pub fn monitor_partition(&self) -> u16 {
        key::partition(&self.monitor_digest())
    }

    fn monitor_digest(&self) -> Digest {
        key::digest(MONITOR_SET, &UserKey::Int(self.id))
    }

    /// Writes the request that names records in the monitor before they are written, and makes the monitor if there is
    /// none. Only then does the server look at the time to live, which is the transaction's timeout.
    pub fn name_in_monitor(&self, digests: &BTreeSet<Digest>, namespace: &[u8], timeout: u32, out: &mut Vec<u8>) {
        let header = Header { info2: info2::WRITE, ttl: self.timeout, timeout, ..Header::default() };
        self.ask_monitor(namespace, header, out, |out| {
            let mut ops = 1;
            if !self.has_monitor() {
                value_op(out, BIN_ID, particle::INTEGER, &self.id.to_be_bytes());
                ops += 1;
            }
            let add = |out: &mut Vec<u8>| {
                let several = digests.len() > 1;
                pack::list_header(4, 0, out);
                pack::int(i64::from(if several { list_op::APPEND_ITEMS } else { list_op::APPEND }), out);
                if several {
                    pack::list_header(digests.len(), 0, out);
                }
                digests.iter().for_each(|digest| pack::text(particle::BLOB, digest, out));
                pack::int(i64::from(list_order::ORDERED), out);
                let flags = list_write_flag::ADD_UNIQUE | list_write_flag::NO_FAIL | list_write_flag::PARTIAL;
                pack::int(i64::from(flags), out);
                Ok::<_, ()>(particle::BLOB)
            };
            // It cannot fail: nothing in it can.
            let _ = wire::op(out, op::CDT_MODIFY, BIN_DIGESTS, add);
            ops
        });
    }

    /// Writes the request after which the transaction is committed, whatever becomes of the client.
    pub fn mark_in_monitor(&self, namespace: &[u8], timeout: u32, out: &mut Vec<u8>) {
        let header = Header { info2: info2::WRITE, timeout, ..Header::default() };
        self.ask_monitor(namespace, header, out, |out| {
            value_op(out, BIN_FORWARD, particle::BOOL, &[1]);
            1
        });
    }

    /// Writes the request that removes the monitor, when there is nothing left to do.
    pub fn remove_monitor(&self, namespace: &[u8], timeout: u32, out: &mut Vec<u8>) {
        let info2 = info2::WRITE | info2::DELETE | info2::DURABLE_DELETE;
        self.ask_monitor(namespace, Header { info2, timeout, ..Header::default() }, out, |_| 0);
    }

    fn ask_monitor(&self, namespace: &[u8], header: Header, out: &mut Vec<u8>, ops: impl FnOnce(&mut Vec<u8>) -> u16) {
        out.clear();
        let start = begin_message(out);
        wire::field(out, field::NAMESPACE, namespace);
        wire::field(out, field::SET, MONITOR_SET);
        wire::field(out, field::DIGEST, &self.monitor_digest());
        let ops = ops(out);
        end_message(out, start, &Header { fields: 3, ops, ..header });
    }
}

/// Place of the number of fields in the header of a DATA message.
const FIELDS_AT: usize = DATA_HEADER - 4;

fn value_op(out: &mut Vec<u8>, bin: &[u8], particle_type: u8, value: &[u8]) {
    let put = |out: &mut Vec<u8>| {
        out.extend_from_slice(value);
        Ok::<_, ()>(particle_type)
    };
    // It cannot fail: nothing in it can.
    let _ = wire::op(out, op::WRITE, bin, put);
}

/// Which way the writes of a transaction are rolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roll {
    Forward,
    Back,
}

impl Roll {
    pub(super) fn info4(self) -> u8 {
        match self {
            Roll::Forward => info4::MRT_ROLL_FORWARD,
            Roll::Back => info4::MRT_ROLL_BACK,
        }
    }
}

impl Record {
    /// A record without a set.
    pub fn setless(digest: Digest) -> Record {
        Record { digest, set: NONE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn txn() -> Txn {
        Txn::new(0x0102_0304_0506_0708, 0)
    }

    fn record(number: u8) -> Record {
        Record::setless([number; 20])
    }

    const VERSION: Version = [1, 2, 3, 4, 5, 6, 7];

    #[test]
    fn a_read_is_remembered_by_its_version_whatever_the_answer_was() {
        let mut txn = txn();
        for (number, code) in [(1, code::OK), (2, code::RECORD_NOT_FOUND), (3, code::FILTERED_OUT)] {
            txn.heed(record(number), false, code, Some(VERSION));
            assert_eq!(txn.version(&[number; 20]), Some(VERSION));
        }
        txn.heed(record(4), false, code::OK, None);
        txn.heed(record(5), true, code::FILTERED_OUT, Some(VERSION));
        assert_eq!((txn.version(&[4; 20]), txn.version(&[5; 20])), (None, Some(VERSION)));
        assert_eq!((txn.reads_count(), txn.writes_count()), (4, 0));
    }

    #[test]
    fn a_write_takes_the_record_from_what_was_read_unless_it_failed() {
        let mut txn = txn();
        txn.heed(record(1), false, code::OK, Some(VERSION));
        txn.heed(record(1), true, code::RECORD_GENERATION, None);
        assert_eq!((txn.reads_count(), txn.writes_count()), (1, 0));
        txn.heed(record(1), true, code::OK, None);
        assert_eq!((txn.reads_count(), txn.writes_count()), (0, 1));
        assert!(!txn.write_in_doubt);
    }

    #[test]
    fn a_write_in_doubt_counts_as_done_and_leaves_the_monitor_to_the_server() {
        let mut txn = txn();
        txn.heed(record(1), false, code::OK, Some(VERSION));
        txn.heed_doubt(record(1));
        assert_eq!((txn.reads_count(), txn.writes_count(), txn.write_in_doubt), (0, 1, true));
    }

    #[test]
    fn only_records_that_are_not_named_yet_go_to_the_monitor_and_each_once() {
        let mut txn = txn();
        txn.heed(record(1), true, code::OK, None);
        let digests = [[1; 20], [3; 20], [2; 20], [3; 20]];
        assert_eq!(txn.unnamed(digests.into_iter()).into_iter().collect::<Vec<_>>(), [[2; 20], [3; 20]]);
    }
}
