//! A request that a fault has struck, until its fate is done.
//!
//! ```text
//!  struck ─▶ waits ─▶ is done ─▶ effect          delay, and what is not applied leaves out "is done"
//!  struck ─▶ is done ─▶ waits ─▶ effect          the same with `applied`
//! ```
//!
//! A request that is answered in parts, a large query, is done in parts: then what is spoilt is in the first of them, bytes
//! are counted over all, and an answer that nobody gets is thrown away part by part.

use super::{asked, Asked, Effect, Fault, Kind};
use crate::cluster::Cluster;
use crate::connections::ConnId;
use crate::frame::{self, Frame};
use crate::info;
use crate::random::Random;
use crate::reply::{self, Meta};
use crate::requests::{Arrived, Done};
use crate::Code;
use aerospike_sansio::proto::{message_type, PROTO_HEADER};
use std::collections::VecDeque;
use std::sync::Arc;

#[derive(Debug)]
pub struct Struck {
    fault: Arc<Fault>,
    kind: Kind,
    random: Random,
    /// Unix milliseconds.
    until_ms: u64,
    /// What is to be told, and whether that is all of it, while it waits.
    told: Option<(Vec<u8>, Done)>,
    /// Bytes that were told.
    passed: usize,
    spoilt: bool,
}

/// The fate of requests that wait behind one that was struck. They are looked at when they arrive, so that delays of
/// requests on one connection do not add up.
#[derive(Debug, Default)]
pub struct Behind {
    fates: VecDeque<Option<Struck>>,
    /// Bytes that were looked at, from the first request on.
    looked: usize,
}

impl Struck {
    /// Milliseconds that it has to wait.
    pub fn wait_ms(&self, now_ms: u64) -> u64 {
        let waits = self.told.is_some() || !self.fault.then.applied;
        if waits {
            self.until_ms.saturating_sub(now_ms)
        } else {
            0
        }
    }

    /// Whether what comes of the request is asked for at all.
    fn is_silent(&self, by_row: bool) -> bool {
        match self.fault.then.effect {
            Effect::Drop | Effect::Close => true,
            Effect::Code(_) => !by_row,
            Effect::None | Effect::Truncate(_) | Effect::Corrupt(_) | Effect::CorruptAt(_) => false,
        }
    }
}

impl Behind {
    /// The fate of the next request, if it was looked at.
    pub fn pop(&mut self) -> Option<Option<Struck>> {
        self.fates.pop_front()
    }

    /// A request of so many bytes is done.
    pub fn done(&mut self, length: usize) {
        self.looked = self.looked.saturating_sub(length);
    }
}

impl Cluster {
    /// Looks at requests that have arrived behind the first, which takes `length` of the bytes.
    pub(crate) fn look_behind(&mut self, first: &Arrived, length: usize, bytes: &[u8], now_ms: u64) {
        let &Arrived { conn, node, .. } = first;
        let Some(connection) = self.connections.get_mut(conn).filter(|connection| connection.struck.is_some()) else {
            return;
        };
        let mut behind = std::mem::take(&mut connection.behind);
        behind.looked = behind.looked.max(length);
        while let Frame::Message { kind, body } = frame::next(bytes.get(behind.looked..).unwrap_or_default()) {
            let fate = self.strike(&Arrived { conn, node, kind, body }, now_ms);
            behind.fates.push_back(fate);
            behind.looked += PROTO_HEADER + body.len();
        }
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.behind = behind;
        }
    }

    /// What strikes a request that has just become whole.
    pub(crate) fn strike(&mut self, arrived: &Arrived, now_ms: u64) -> Option<Struck> {
        if self.faults.is_empty() {
            return None;
        }
        let (kind, body) = asked::plain(arrived.kind, arrived.body)?;
        let asked = Asked::read(kind, &body)?;
        let (fault, random) = self.faults.strike(arrived.node, &asked)?;
        let until_ms = now_ms.saturating_add(fault.then.delay_ms);
        Some(Struck { fault, kind: asked.kind, random, until_ms, told: None, passed: 0, spoilt: false })
    }

    /// Goes on with a request that was struck.
    pub(crate) fn suffer(&mut self, arrived: &Arrived, mut struck: Struck, now_ms: u64, out: &mut Vec<u8>) -> Done {
        let fault = struck.fault.clone();
        let by_row = struck.kind == Kind::Batch && fault.refuses_rows().is_some();
        let (bytes, done) = match struck.told.take() {
            Some(told) => told,
            None if !fault.then.applied && now_ms < struck.until_ms => return self.suffers_on(arrived.conn, struck),
            None if !fault.then.applied && struck.is_silent(by_row) => (Vec::new(), Done::Yes),
            None => {
                let mut bytes = Vec::new();
                self.faults.of_rows = by_row.then(|| fault.clone());
                let done = self.message(arrived, now_ms, &mut bytes);
                self.faults.of_rows = None;
                if struck.is_silent(by_row) {
                    if done == Done::Later {
                        return self.suffers_on(arrived.conn, struck);
                    }
                    bytes.clear();
                }
                (bytes, done)
            }
        };
        if now_ms < struck.until_ms {
            struck.told = Some((bytes, done));
            return self.suffers_on(arrived.conn, struck);
        }
        match &fault.then.effect {
            Effect::None => out.extend_from_slice(&bytes),
            Effect::Drop => return Done::Hang,
            Effect::Close => return Done::Close,
            Effect::Truncate(length) => {
                let left = length - struck.passed;
                out.extend_from_slice(&bytes[..left.min(bytes.len())]);
                struck.passed += bytes.len().min(left);
                if left <= bytes.len() || done != Done::Later {
                    return Done::Close;
                }
            }
            Effect::Corrupt(_) | Effect::CorruptAt(_) => {
                let start = out.len();
                out.extend_from_slice(&bytes);
                if !struck.spoilt && !bytes.is_empty() {
                    spoil(&fault.then.effect, &mut struck.random, &mut out[start..]);
                    struck.spoilt = true;
                }
            }
            Effect::Code(_) if by_row => out.extend_from_slice(&bytes),
            Effect::Code(code) => refuse(arrived, struck.kind, Code::from(*code), out),
        }
        match done {
            Done::Later => self.suffers_on(arrived.conn, struck),
            done => done,
        }
    }

    fn suffers_on(&mut self, conn: ConnId, struck: Struck) -> Done {
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.struck = Some(struck);
        }
        self.set_pending(conn);
        Done::Later
    }
}

/// Each of the bytes becomes another one.
fn spoil(effect: &Effect, random: &mut Random, bytes: &mut [u8]) {
    match effect {
        Effect::Corrupt(count) => {
            for _ in 0..*count {
                let (at, flip) = (random.next() as usize % bytes.len(), random.next() % 255 + 1);
                bytes[at] ^= flip as u8;
            }
        }
        Effect::CorruptAt(places) => {
            for &at in places {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = !*byte;
                }
            }
        }
        _ => {}
    }
}

/// Answers a request with a code, as a server would that refuses it.
fn refuse(arrived: &Arrived, kind: Kind, code: Code, out: &mut Vec<u8>) {
    match (arrived.kind, kind) {
        (message_type::INFO, _) => info::refuse(arrived.body, code, out),
        (message_type::SECURITY, _) => reply::security(out, code),
        (_, Kind::Batch) => reply::last(out, code),
        _ => reply::status(out, code, Meta::default()),
    }
}
