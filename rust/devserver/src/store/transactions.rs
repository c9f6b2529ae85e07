//! Transactions of several records (Enterprise): what they have written and not committed yet, and their monitors.
//!
//! What a transaction writes stands beside the record that everybody else sees until it is rolled, forward or back. The
//! transaction's monitor is a record of its own, which names what has been written and until when there is time; if that
//! is up before the client has rolled everything, the server does it.
//!
//! The source of the Enterprise server is not public. What is here follows the stubs of the Community server, what the
//! official clients do with the answers, and what their tests expect of a real server; where none of them tells, the
//! comment says so.

use super::expiry;
use super::record::{self, Digest, Record};
use super::{Namespace, Particle, SetId};
use aerospike_sansio::value::pack::{self, Token};
use std::collections::BTreeMap;

/// The set of the monitors.
pub const MONITORS: &[u8] = b"<ERO~MRT";
/// The bin of a monitor with the digests that its transaction writes, and how many there may be.
pub const DIGESTS: &[u8] = b"keyds";
pub const WRITES_MAX: usize = 4096;

/// Seconds for which a monitor is known after its time was up. How long that is on the real server is not public; in the
/// Node client's test a transaction finds its monitor two seconds later, to delete it.
const LINGERS: u32 = 10;

#[derive(Debug, Default)]
pub struct Transactions {
    locks: BTreeMap<Digest, Lock>,
    monitors: BTreeMap<Digest, Monitor>,
    /// The set of the monitors, once there has been one.
    pub monitor_set: Option<SetId>,
    /// No monitor has anything to do before this second.
    idle_until: u32,
    memory: u64,
}

/// A record that a transaction has written.
#[derive(Debug)]
pub struct Lock {
    pub id: u64,
    /// As the transaction sees it; a tombstone if it has deleted it.
    pub record: Record,
}

#[derive(Clone, Copy, Debug)]
pub struct Monitor {
    pub id: u64,
    /// The last second in which the transaction can go on, since 2010.
    pub deadline: u32,
    pub state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    /// It is to be rolled forward, whatever happens.
    Committed,
    /// Time was up: it has been rolled back.
    Aborted,
}

/// Which way to roll a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roll {
    Forward,
    Back,
}

impl Transactions {
    /// The transaction that has written a record, and what.
    #[inline]
    pub fn lock(&self, digest: &Digest) -> Option<&Lock> {
        self.locks.get(digest)
    }

    /// Keeps what a transaction writes, in place of what it has written before.
    pub fn write(&mut self, digest: Digest, lock: Lock) {
        self.unlock(&digest);
        self.memory += lock.record.memory() as u64;
        self.locks.insert(digest, lock);
    }

    fn unlock(&mut self, digest: &Digest) -> Option<Lock> {
        let lock = self.locks.remove(digest)?;
        self.memory -= lock.record.memory() as u64;
        Some(lock)
    }

    pub fn monitor(&self, digest: &Digest) -> Option<&Monitor> {
        self.monitors.get(digest)
    }

    pub fn start(&mut self, digest: Digest, monitor: Monitor) {
        self.idle_until =
            if self.monitors.is_empty() { monitor.deadline } else { self.idle_until.min(monitor.deadline) };
        self.monitors.insert(digest, monitor);
    }

    pub fn commit(&mut self, digest: &Digest) {
        if let Some(monitor) = self.monitors.get_mut(digest) {
            monitor.state = State::Committed;
        }
    }

    /// The monitor's record is gone.
    pub fn end(&mut self, digest: &Digest) {
        self.monitors.remove(digest);
    }

    /// Records that are written and not committed.
    pub fn provisionals(&self) -> usize {
        self.locks.len()
    }

    pub fn monitors(&self) -> usize {
        self.monitors.len()
    }

    pub fn memory(&self) -> u64 {
        self.memory
    }
}

impl Namespace {
    /// Makes final what a transaction has written, or undoes it. A record that is not locked by this transaction stays
    /// as it is, and that is no failure: a client may roll what the server has rolled already (the Node client's test
    /// of an expired transaction expects its abort to succeed).
    ///
    /// Each way gives a new generation, one above what the transaction wrote (the C# and Go clients' tests).
    pub fn roll(&mut self, digest: &Digest, id: u64, roll: Roll, now_ms: u64) {
        if self.transactions.lock(digest).is_none_or(|lock| lock.id != id) {
            return;
        }
        let Some(lock) = self.transactions.unlock(digest) else { return };
        let generation = self.next_generation(lock.record.generation);
        let last_update_ms = lock.record.last_update_ms.max(now_ms);
        let record = match roll {
            Roll::Forward => lock.record,
            Roll::Back => self
                .stored(digest)
                .filter(|record| !self.is_doomed(record, now_ms))
                .cloned()
                // Nothing was there: a tombstone, which clients allow for in that they ask for a durable roll.
                .unwrap_or(Record { set: lock.record.set, tombstone: true, ..Record::default() }),
        };
        self.put(*digest, Record { generation, last_update_ms, ..record });
    }

    /// Does what monitors do whose time is up: rolls what their transactions have written, forward if they are committed
    /// and else back. A monitor is known for some time more, and then deleted durably.
    pub fn settle(&mut self, now_ms: u64) {
        let now = expiry::seconds(now_ms);
        if self.transactions.monitors.is_empty() || now <= self.transactions.idle_until {
            return;
        }
        let due: Vec<(Digest, Monitor)> = self
            .transactions
            .monitors
            .iter()
            .filter(|(_, monitor)| monitor.deadline < now)
            .map(|(digest, monitor)| (*digest, *monitor))
            .collect();
        for (digest, monitor) in due {
            let roll = if monitor.state == State::Committed { Roll::Forward } else { Roll::Back };
            for written in self.get(&digest).map(digests).unwrap_or_default() {
                self.roll(&written, monitor.id, roll, now_ms);
            }
            if monitor.deadline.saturating_add(LINGERS) < now {
                self.bury(&digest, now_ms);
            } else if let Some(monitor) = self.transactions.monitors.get_mut(&digest) {
                monitor.state = if roll == Roll::Forward { State::Committed } else { State::Aborted };
            }
        }
        let next = |monitor: &Monitor| match monitor.deadline {
            passed if passed < now => passed.saturating_add(LINGERS),
            deadline => deadline,
        };
        self.transactions.idle_until = self.transactions.monitors.values().map(next).min().unwrap_or(0);
    }

    /// Puts a tombstone in place of a record.
    pub fn bury(&mut self, digest: &Digest, now_ms: u64) {
        let Some(record) = self.get(digest) else { return };
        let tombstone = record.buried(self.next_generation(record.generation), now_ms);
        self.put(*digest, tombstone);
        self.transactions.end(digest);
    }
}

/// How many digests a monitor names.
pub fn writes(monitor: &Record) -> usize {
    let (packed, mut at) = (packed(monitor).unwrap_or_default(), 0);
    match pack::token(packed, &mut at) {
        // In an ordered list the marker counts as an item.
        Ok(Token::List(items)) => items - usize::from(matches!(pack::ordering(packed, &mut at, false), Ok(Some(_)))),
        _ => 0,
    }
}

/// The digests that a monitor names.
fn digests(monitor: &Record) -> Vec<Digest> {
    let mut digests = Vec::new();
    let (packed, mut at) = (packed(monitor).unwrap_or_default(), 0);
    while let Ok(token) = pack::token(packed, &mut at) {
        if let Token::Text { start, end } = token {
            // The type of the blob stands before it.
            digests.extend(packed[start..end].get(1..).and_then(|digest| Digest::try_from(digest).ok()));
        }
    }
    digests
}

fn packed(monitor: &Record) -> Option<&[u8]> {
    match &record::find(&monitor.bins, DIGESTS)?.particle {
        Particle::Bytes(_, packed) => Some(packed),
        _ => None,
    }
}
