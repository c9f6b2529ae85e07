//! Transactions over many records: what is sent when, and what becomes of it.
//!
//! A command of a transaction is an op like any other that takes a step more: before a record is written for the first
//! time, the transaction's monitor is told, by a request of the op itself (`Step::Monitor`). So the op's deadline holds
//! for both, giving up ends both, and if the monitor refuses, nothing of the command was sent and nothing is in doubt.
//! Where the partition map shows no strong consistency, the server is asked first, by a read, whether it knows
//! transactions (`Step::Probe`): other clients leave a monitor behind in servers that do not.
//!
//! A commit or an abort is an op of several steps: it waits for the commands that are under way, verifies what was read
//! (a batch), marks the monitor, rolls what was written (a batch), and removes the monitor. From the mark on the
//! transaction is committed. Each step has the time and the retries of its policy. All steps end in `step_ended`.
//!
//! The protocol's side is `command/txn.rs`. The order of steps, and what a failure of each means, are those of the
//! official C client 7.5; where clients differ, what loses nothing was chosen: every row that is not verified fails the
//! verification, and a commit in doubt can be tried again but not undone.

mod ending;

use super::attempt::is_worth_retrying;
use super::op::{Op, Stage};
use super::outputs::Done;
use super::{Engine, Life, OpName};
use crate::abi::{command_kind as kind, txn_state as state, txn_word, NONE};
use crate::command::batch::Batch;
use crate::command::txn::{Record, Txn};
use crate::command::{self, Block, Encoded, BLOCK_SLOTS};
use crate::key;
use crate::key::Digest;
use crate::limits::limit;
use crate::proto::code;
use crate::wire::Reply;
use crate::Refused;
use std::collections::VecDeque;

/// A transaction, and who is busy with it.
#[derive(Debug)]
pub struct Entry {
    txn: Txn,
    /// Commands that have not ended.
    busy: usize,
    /// Its commit or abort that has not ended.
    ending: Option<OpName>,
    /// A command is making the monitor; the others wait, since it can be made only once.
    making_monitor: bool,
    waiting: VecDeque<OpName>,
    /// The shell has let go of it.
    released: bool,
}

/// What binds an op to its transaction.
#[derive(Debug)]
pub struct Bond {
    txn: u32,
    step: Step,
    /// The server has said that it knows transactions.
    is_known: bool,
    /// Of a command on one record.
    own: Option<Own>,
    /// Of a commit or an abort.
    ending: Option<Ending>,
}

/// A command as it is without its transaction.
#[derive(Debug)]
struct Own {
    plain: Vec<u8>,
    encoded: Encoded,
    set: u32,
}

#[derive(Debug)]
struct Ending {
    verify: Block,
    roll: Block,
    way: Way,
    /// Why a row of the present step failed, the first one that did.
    row_code: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Commit,
    Abort,
    /// A commit whose verification failed, for this reason: the writes are undone.
    Failed(i32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A command: which records does the monitor not name yet?
    Ask,
    /// A command: the server is asked whether it knows transactions at all, in this namespace. One that does not would
    /// take the monitor for a record like any other, and keep it.
    Probe,
    /// A command: the monitor is being told.
    Monitor,
    /// A command: its own request.
    Own,
    /// A commit or abort: commands are under way.
    Wait,
    Verify,
    Mark,
    Roll,
    Close,
    /// All is done.
    Over,
}

impl Bond {
    fn of_command(txn: u32, own: Option<Own>, write: bool) -> Bond {
        Bond { txn, step: if write { Step::Ask } else { Step::Own }, is_known: false, own, ending: None }
    }

    /// Its request prepares its own.
    pub fn prepares(&self) -> bool {
        matches!(self.step, Step::Probe | Step::Monitor)
    }
}

// ── The boundary ────────────────────────────────────────────────────────────────────────────────────────────────────

impl Engine {
    /// A new transaction, which nothing is sent for before its first command. `timeout` is in seconds, 0 = as the server
    /// is set up. Gives its handle, which is never 0 and never given again.
    pub fn txn_begin(&mut self, timeout: u32) -> u32 {
        // The generator never gives zero, which is no id.
        let id = self.next_random() as i64;
        self.txn_handle = self.txn_handle.wrapping_add(1).max(1);
        let entry = Entry {
            txn: Txn::new(id, timeout),
            busy: 0,
            ending: None,
            making_monitor: false,
            waiting: VecDeque::new(),
            released: false,
        };
        self.txns.insert(self.txn_handle, entry);
        self.txn_handle
    }

    /// The shell will not use the handle again. Commands of it that are under way end as they would have.
    pub fn txn_end(&mut self, txn: u32) {
        if let Some(entry) = self.txns.get_mut(&txn) {
            entry.released = true;
        }
        self.drop_released(txn);
    }

    /// What is known of a transaction, by `abi::txn_word`; 0 for one that there is not.
    pub fn txn_word(&self, txn: u32, word: usize) -> u32 {
        let Some(Entry { txn, .. }) = self.txns.get(&txn) else { return 0 };
        match word {
            txn_word::ID_LOW => txn.id as u32,
            txn_word::ID_HIGH => (txn.id >> 32) as u32,
            txn_word::STATE => txn.state,
            txn_word::IN_DOUBT => u32::from(txn.in_doubt),
            txn_word::NAMESPACE => txn.namespace.unwrap_or(NONE),
            txn_word::READS => txn.reads_count() as u32,
            txn_word::WRITES => txn.writes_count() as u32,
            _ => 0,
        }
    }

    fn drop_released(&mut self, txn: u32) {
        let is_idle = |entry: &Entry| entry.released && entry.busy == 0 && entry.ending.is_none();
        if self.txns.get(&txn).is_some_and(is_idle) {
            self.txns.remove(&txn);
        }
    }

    /// Binds a command that is being submitted to its transaction, if it names one. The first one fixes the namespace.
    pub(super) fn bond(
        &mut self,
        block: &Block,
        encoded: Option<&Encoded>,
        batch: Option<&Batch>,
        index: u32,
    ) -> Result<Option<Box<Bond>>, Refused> {
        let ends = matches!(block.kind, kind::TXN_COMMIT | kind::TXN_ABORT);
        if block.txn == 0 && !ends {
            return Ok(None);
        }
        let refused = |code, reason| Refused { code, reason, slot: None };
        let Some(entry) = self.txns.get_mut(&block.txn).filter(|entry| !entry.released) else {
            return Err(refused(code::INVALID_ARGUMENT, "there is no such transaction"));
        };
        if entry.ending.is_some() {
            return Err(refused(code::TXN_FAILED, "the transaction is being committed or aborted"));
        }
        let name = (index, self.ops[index].serial);
        if ends {
            let ending = Ending::read(block, &self.command)?;
            entry.ending = Some(name);
            return Ok(Some(Box::new(Bond {
                txn: block.txn,
                step: Step::Wait,
                is_known: false,
                own: None,
                ending: Some(ending),
            })));
        }
        may_take_commands(&entry.txn)?;
        let namespaces = batch.map_or(encoded.map(|encoded| encoded.namespace), |batch| batch.namespace());
        let namespace = namespaces.filter(|&namespace| entry.txn.namespace.is_none_or(|own| own == namespace));
        let reason = "all records of a transaction are in one namespace, that of its first command";
        entry.txn.namespace = Some(namespace.ok_or(refused(code::INVALID_ARGUMENT, reason))?);
        entry.busy += 1;
        let write = encoded.map_or(batch.is_some_and(Batch::has_write), |encoded| encoded.write);
        let own = encoded.map(|&encoded| {
            let plain = std::mem::take(&mut self.ops[index].request);
            Own { plain, encoded, set: block.set }
        });
        Ok(Some(Box::new(Bond::of_command(block.txn, own, write))))
    }
}

fn may_take_commands(txn: &Txn) -> Result<(), Refused> {
    let (code, reason) = match txn.state {
        state::OPEN => return Ok(()),
        state::COMMITTED => (code::TXN_ALREADY_COMMITTED, "the transaction is committed and takes no more commands"),
        state::ABORTED => (code::TXN_ALREADY_ABORTED, "the transaction is aborted and takes no more commands"),
        state::VERIFIED => (code::TXN_FAILED, "the transaction's commit has begun: commit it again, or abort it"),
        _ => (code::TXN_FAILED, "the transaction's commit is in doubt: commit it again to learn what became of it"),
    };
    Err(Refused { code, reason, slot: None })
}

impl Ending {
    fn read(block: &Block, region: &[crate::value::tape::Slot]) -> Result<Ending, Refused> {
        let (way, roll) = match block.kind {
            kind::TXN_ABORT => (Way::Abort, *block),
            _ => {
                let roll = command::read(region.get(BLOCK_SLOTS..).unwrap_or(&[]))?;
                if roll.kind != kind::TXN_ABORT {
                    let reason = "a commit has no second block";
                    return Err(Refused { code: code::INVALID_ARGUMENT, reason, slot: None });
                }
                (Way::Commit, roll)
            }
        };
        Ok(Ending { verify: *block, roll, way, row_code: code::OK })
    }
}

// ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────────

impl Engine {
    fn bond_of(&self, op: u32) -> Option<&Bond> {
        self.ops[op].bond.as_deref()
    }

    pub(super) fn txn_of(&self, op: u32) -> Option<&Txn> {
        self.txns.get(&self.bond_of(op)?.txn).map(|entry| &entry.txn)
    }

    fn entry_of(&mut self, op: u32) -> Option<&mut Entry> {
        let txn = self.bond_of(op)?.txn;
        self.txns.get_mut(&txn)
    }

    fn move_to(&mut self, op: u32, step: Step) {
        if let Some(bond) = self.ops[op].bond.as_deref_mut() {
            bond.step = step;
        }
    }

    /// Makes the op ready for the request of its present step. Gives whether there is one to be routed.
    pub(super) fn enter_step(&mut self, op: u32) -> bool {
        match self.bond_of(op).map(|bond| bond.step) {
            Some(Step::Ask) => self.ask_monitor(op),
            Some(Step::Own) => self.fit_own(op),
            Some(Step::Wait) => {
                self.wait_for_commands(op);
                false
            }
            _ => true,
        }
    }

    /// Tells the monitor of records that it does not know of yet, if there are any.
    fn ask_monitor(&mut self, op: u32) -> bool {
        if !self.has_cluster() {
            self.wait_for_cluster(op);
            return false;
        }
        let Some(bond) = self.bond_of(op) else { return true };
        let (handle, is_known) = (bond.txn, bond.is_known);
        let written: Vec<Digest> = match (&bond.own, self.ops[op].batch.as_deref()) {
            (Some(own), _) => vec![own.encoded.digest],
            (None, Some(batch)) => batch.written().collect(),
            (None, None) => vec![],
        };
        let Some(entry) = self.txns.get_mut(&handle) else { return true };
        let digests = entry.txn.unnamed(written.into_iter());
        if digests.is_empty() {
            self.move_to(op, Step::Own);
            return self.fit_own(op);
        }
        if entry.txn.writes_count() + digests.len() > limit::TXN_WRITES {
            self.finish(op, code::MRT_TOO_MANY_WRITES);
            return false;
        }
        if !entry.txn.has_monitor() && entry.making_monitor {
            let name = (op, self.ops[op].serial);
            entry.waiting.push_back(name);
            self.hold(op);
            return false;
        }
        entry.making_monitor = !entry.txn.has_monitor();
        let name = entry.txn.namespace.unwrap_or(NONE);
        let partition = entry.txn.monitor_partition();
        let is_strong = self.map.namespace(name).is_some_and(|namespace| self.map.is_strong(namespace, partition));
        let (entry_op, text) = (&mut self.ops[op], self.names.get(name));
        entry_op.namespace = name;
        if is_strong || is_known || entry.txn.has_monitor() {
            entry.txn.name_in_monitor(&digests, text, entry_op.server_timeout, &mut entry_op.request);
            (entry_op.partition, entry_op.write) = (partition, true);
            self.move_to(op, Step::Monitor);
            let mut request = std::mem::take(&mut self.ops[op].request);
            self.compress(op, &mut request);
            self.ops[op].request = request;
        } else if let Some(digest) = digests.first() {
            entry.txn.probe(digest, text, entry_op.server_timeout, &mut entry_op.request);
            (entry_op.partition, entry_op.write) = (key::partition(digest), false);
            self.move_to(op, Step::Probe);
        }
        true
    }

    /// Another op of the transaction wakes it.
    fn hold(&mut self, op: u32) {
        let entry = &mut self.ops[op];
        entry.stage = Stage::Held;
        let deadline = entry.deadline;
        self.op_timers.set(op, deadline);
    }

    fn wake(&mut self, name: OpName) {
        if let Some(op) = self.named(name).filter(|&op| self.ops[op].stage == Stage::Held) {
            self.op_timers.clear(op);
            self.go_again(op);
        }
    }

    /// The command's own request, with what is known of the transaction by now. A batch does so when a part is sent.
    fn fit_own(&mut self, op: u32) -> bool {
        let mut request = std::mem::take(&mut self.ops[op].request);
        let mut route = None;
        if let (Some(txn), Some(own)) = (self.txn_of(op), self.bond_of(op).and_then(|bond| bond.own.as_ref())) {
            let encoded = &own.encoded;
            txn.fit(&own.plain, encoded.txn_at, &encoded.digest, encoded.write, &mut request);
            route = Some((encoded.namespace, encoded.partition, encoded.write));
            self.compress(op, &mut request);
        }
        let entry = &mut self.ops[op];
        entry.request = request;
        if let Some(route) = route {
            (entry.namespace, entry.partition, entry.write) = route;
        }
        true
    }

    /// An answer to an op that is no part, before anything else is made of it. Gives the code that the op is to take it
    /// for.
    pub(super) fn heed_reply(&mut self, op: u32, reply: &Reply) -> i32 {
        let Some(bond) = self.ops[op].bond.as_deref() else { return reply.code };
        let Some(entry) = self.txns.get_mut(&bond.txn) else { return reply.code };
        match (bond.step, &bond.own) {
            // Whatever else it says of the record, it has understood.
            (Step::Probe, _) if !matches!(reply.code, code::ENTERPRISE_ONLY | code::UNSUPPORTED_FEATURE) => {
                return if is_worth_retrying(reply.code) { reply.code } else { code::OK };
            }
            (Step::Monitor, _) if reply.deadline != 0 => entry.txn.deadline = reply.deadline,
            (Step::Own, Some(own)) => {
                entry.txn.heed(own.record(), own.encoded.write, reply.code, reply.version);
            }
            _ => {}
        }
        reply.code
    }

    /// An answer to a row of a batch.
    pub(super) fn heed_row(&mut self, op: u32, row: u32, reply: &Reply) {
        let (Some(bond), Some(batch)) = (self.ops[op].bond.as_deref(), self.ops[op].batch.as_deref()) else { return };
        if let (Step::Own, Some(entry)) = (bond.step, self.txns.get_mut(&bond.txn)) {
            entry.txn.heed(batch.record(row), batch.is_write(row), reply.code, reply.version);
        }
    }

    /// A row of a batch has its result. Gives whether that is the engine's own business.
    pub(super) fn keep_row(&mut self, op: u32, row: u32, done: &Done) -> bool {
        let entry = &mut self.ops[op];
        let (Some(bond), Some(batch)) = (entry.bond.as_deref_mut(), entry.batch.as_deref()) else { return false };
        if let Some(ending) = bond.ending.as_mut() {
            if ending.row_code == code::OK {
                ending.row_code = done.code;
            }
            return true;
        }
        if let (true, Some(entry)) = (done.in_doubt, self.txns.get_mut(&bond.txn)) {
            entry.txn.heed_doubt(batch.record(row));
        }
        false
    }

    /// The present step of an op has ended. Gives the op's own end, unless another step follows.
    pub(super) fn step_ended(&mut self, op: u32, done: Done) -> Option<Done> {
        let step = self.bond_of(op).map_or(Step::Over, |bond| bond.step);
        match step {
            Step::Ask => {
                self.command_ended(op);
                Some(done)
            }
            Step::Probe | Step::Monitor => self.prepared(op, step, done),
            Step::Own => {
                let record = self.bond_of(op).and_then(|bond| bond.own.as_ref()).map(Own::record);
                if let (true, Some(record), Some(entry)) = (done.in_doubt, record, self.entry_of(op)) {
                    entry.txn.heed_doubt(record);
                }
                self.command_ended(op);
                Some(done)
            }
            Step::Wait | Step::Over => Some(self.ending_ended(op, done)),
            Step::Verify | Step::Mark | Step::Roll | Step::Close => self.ending_step_ended(op, step, done),
        }
    }

    /// What a command does before its own request is done, or failed.
    fn prepared(&mut self, op: u32, step: Step, done: Done) -> Option<Done> {
        if step == Step::Monitor && done.code == code::OK && !self.txn_of(op).is_some_and(Txn::has_monitor) {
            // Without a deadline the server could not keep the transaction's promise.
            self.finish(op, code::MALFORMED);
            return None;
        }
        let mut waiting = VecDeque::new();
        if let Some(entry) = self.entry_of(op) {
            entry.making_monitor = false;
            if step == Step::Monitor || done.code != code::OK {
                waiting = std::mem::take(&mut entry.waiting);
            }
        }
        waiting.into_iter().for_each(|name| self.wake(name));
        if done.code != code::OK {
            self.command_ended(op);
            return Some(Done { in_doubt: false, ..done });
        }
        if let Some(bond) = self.ops[op].bond.as_deref_mut() {
            bond.is_known = true;
            bond.step = if step == Step::Probe { Step::Ask } else { Step::Own };
        }
        self.ops[op].begin_step();
        self.go_again(op);
        None
    }

    fn command_ended(&mut self, op: u32) {
        let Some(handle) = self.bond_of(op).map(|bond| bond.txn) else { return };
        let Some(entry) = self.txns.get_mut(&handle) else { return };
        entry.busy -= 1;
        if let (0, Some(ending)) = (entry.busy, entry.ending) {
            self.wake(ending);
        }
        self.drop_released(handle);
    }
}

impl Own {
    fn record(&self) -> Record {
        Record { digest: self.encoded.digest, set: self.set }
    }
}

impl Op {
    /// Another request of the same op: what its attempts have come to is forgotten, its deadline is not.
    fn begin_step(&mut self) {
        self.attempts = 0;
        self.failed = 0;
        self.moved = 0;
        self.replica_index = 0;
        self.ever_sent = false;
    }
}
