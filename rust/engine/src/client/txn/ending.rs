//! Commit and abort: which step follows on which, and what a failure of each means.

use super::{Engine, Life, Step, Txn, Way};
use crate::abi::{txn_state as state, txn_status as status, NONE};
use crate::client::outputs::Done;
use crate::client::without_answer;
use crate::command::batch::{self, Batch};
use crate::command::txn::Roll;
use crate::command::Block;
use crate::proto::code;

impl Engine {
    pub(super) fn wait_for_commands(&mut self, op: u32) {
        let Some(way) = self.bond_of(op).and_then(|bond| bond.ending.as_ref()).map(|ending| ending.way) else { return };
        let Some(entry) = self.entry_of(op) else { return self.finish(op, code::CLIENT) };
        if entry.busy > 0 {
            // They have deadlines of their own.
            self.ops[op].deadline = f64::INFINITY;
            return self.hold(op);
        }
        let Some(txn) = self.entry_of(op).map(|entry| &mut entry.txn) else { return };
        match (way, txn.state) {
            (Way::Commit, state::OPEN) => self.verify(op),
            (Way::Commit, state::VERIFIED | state::COMMIT_FAILED) => self.mark(op),
            (Way::Commit, state::COMMITTED) | (Way::Abort, state::ABORTED) => self.conclude(op, status::ALREADY),
            (Way::Abort, state::OPEN | state::VERIFIED) => {
                txn.state = state::ABORTED;
                self.roll(op);
            }
            (_, state::COMMITTED) => self.finish(op, code::TXN_ALREADY_COMMITTED),
            (_, state::ABORTED) => self.finish(op, code::TXN_ALREADY_ABORTED),
            // A commit in doubt may have happened, or happen yet.
            _ => self.finish(op, code::TXN_FAILED),
        }
    }

    fn verify(&mut self, op: u32) {
        let (Some(bond), Some(txn)) = (self.bond_of(op), self.txn_of(op)) else { return };
        let Some(block) = bond.ending.as_ref().map(|ending| ending.verify) else { return };
        let batch = batch::verify(txn, &block, &self.names);
        if batch.rows.is_empty() {
            self.verified(op);
        } else {
            self.begin_batch(op, Step::Verify, &block, batch);
        }
    }

    fn verified(&mut self, op: u32) {
        if let Some(entry) = self.entry_of(op) {
            entry.txn.state = state::VERIFIED;
        }
        self.mark(op);
    }

    fn mark(&mut self, op: u32) {
        if !self.txn_of(op).is_some_and(Txn::has_monitor) {
            // Nothing can have been written.
            return self.committed(op);
        }
        self.begin_request(op, Step::Mark, |txn, namespace, timeout, out| txn.mark_in_monitor(namespace, timeout, out));
    }

    fn committed(&mut self, op: u32) {
        if let Some(entry) = self.entry_of(op) {
            entry.txn.state = state::COMMITTED;
            entry.txn.in_doubt = false;
        }
        self.roll(op);
    }

    fn roll(&mut self, op: u32) {
        let (Some(bond), Some(txn)) = (self.bond_of(op), self.txn_of(op)) else { return };
        let Some(ending) = bond.ending.as_ref() else { return };
        let way = if ending.way == Way::Commit { Roll::Forward } else { Roll::Back };
        let block = ending.roll;
        let batch = batch::roll(txn, way, &block, &self.names);
        if batch.rows.is_empty() {
            self.close_monitor(op);
        } else {
            self.begin_batch(op, Step::Roll, &block, batch);
        }
    }

    fn close_monitor(&mut self, op: u32) {
        if !self.txn_of(op).is_some_and(|txn| txn.has_monitor() && !txn.write_in_doubt) {
            return self.conclude(op, status::OK);
        }
        self.begin_request(op, Step::Close, |txn, namespace, timeout, out| txn.remove_monitor(namespace, timeout, out));
    }

    fn begin_batch(&mut self, op: u32, step: Step, block: &Block, batch: Batch) {
        self.begin_ending_step(op, step, block);
        self.ops[op].batch = Some(Box::new(batch));
        self.go_again(op);
    }

    fn begin_request(&mut self, op: u32, step: Step, write: impl FnOnce(&Txn, &[u8], u32, &mut Vec<u8>)) {
        let Some(block) = self.bond_of(op).and_then(|bond| bond.ending.as_ref()).map(|ending| ending.roll) else {
            return;
        };
        self.begin_ending_step(op, step, &block);
        let mut request = std::mem::take(&mut self.ops[op].request);
        if let Some(txn) = self.txn_of(op) {
            let (namespace, partition) = (txn.namespace.unwrap_or(NONE), txn.monitor_partition());
            write(txn, self.names.get(namespace), block.server_timeout(), &mut request);
            let entry = &mut self.ops[op];
            (entry.namespace, entry.partition, entry.write) = (namespace, partition, true);
        }
        self.ops[op].request = request;
        self.go_again(op);
    }

    fn begin_ending_step(&mut self, op: u32, step: Step, block: &Block) {
        let now = self.now;
        let entry = &mut self.ops[op];
        entry.limit_by(block);
        entry.begin_step();
        entry.deadline = now + entry.total_timeout;
        if let Some(bond) = entry.bond.as_deref_mut() {
            bond.step = step;
            bond.ending.iter_mut().for_each(|ending| ending.row_code = code::OK);
        }
    }

    pub(super) fn ending_step_ended(&mut self, op: u32, step: Step, done: Done) -> Option<Done> {
        self.ops[op].batch = None;
        let Some(ending) = self.ops[op].bond.as_deref_mut().and_then(|bond| bond.ending.as_mut()) else {
            return Some(done);
        };
        let code = if ending.row_code != code::OK { ending.row_code } else { done.code };
        // Whoever gives up while nothing has been decided leaves the transaction as it was.
        let given_up = match self.life {
            Life::Closed => Some(code::CLOSED),
            _ => [done.code, code].into_iter().find(|&code| code == code::ABORTED),
        };
        match step {
            Step::Verify if code == code::OK => self.verified(op),
            Step::Verify => {
                if let Some(code) = given_up {
                    return self.stop(op, Done { code, ..done });
                }
                ending.way = Way::Failed(code);
                self.entry_of(op)?.txn.state = state::ABORTED;
                self.roll(op);
            }
            // It had been marked before: an answer was lost.
            Step::Mark if matches!(code, code::OK | code::MRT_COMMITTED) => self.committed(op),
            Step::Mark => return self.not_marked(op, done),
            Step::Roll if code == code::OK => self.close_monitor(op),
            Step::Roll => return self.concluded(op, status::ROLL_ABANDONED),
            // It is not there: the server was faster.
            Step::Close if matches!(code, code::OK | code::RECORD_NOT_FOUND) => {
                return self.concluded(op, status::OK);
            }
            _ => return self.concluded(op, status::CLOSE_ABANDONED),
        }
        // Another step has begun, or the op was concluded within.
        None
    }

    /// Marking failed. Whether it did is in doubt if the request left: then only commit may be called again.
    fn not_marked(&mut self, op: u32, done: Done) -> Option<Done> {
        let txn = &mut self.entry_of(op)?.txn;
        if done.code == code::MRT_ABORTED {
            (txn.state, txn.in_doubt) = (state::ABORTED, false);
            txn.forget();
        } else if txn.in_doubt || done.in_doubt {
            (txn.state, txn.in_doubt) = (state::COMMIT_FAILED, true);
        }
        let in_doubt = txn.in_doubt;
        self.stop(op, Done { in_doubt, items: 0, generation: status::MARK_ABANDONED, ..done })
    }

    /// The op ends as `done` says, and the transaction stays as it is.
    fn stop(&mut self, op: u32, done: Done) -> Option<Done> {
        self.move_to(op, Step::Over);
        Some(self.ending_ended(op, done))
    }

    /// The transaction has ended. For callers that `end` is not waiting for.
    fn conclude(&mut self, op: u32, status: u32) {
        if let Some(done) = self.conclusion(op, status) {
            self.move_to(op, Step::Over);
            self.end(op, done);
        }
    }

    /// The same, for `step_ended`.
    fn concluded(&mut self, op: u32, status: u32) -> Option<Done> {
        let done = self.conclusion(op, status)?;
        self.stop(op, done)
    }

    fn conclusion(&mut self, op: u32, status: u32) -> Option<Done> {
        self.entry_of(op)?.txn.forget();
        let way = self.bond_of(op)?.ending.as_ref()?.way;
        let done = without_answer(op, code::OK);
        Some(match way {
            Way::Commit | Way::Abort => Done { generation: status, ..done },
            Way::Failed(cause) => {
                let is_undone = matches!(status, status::OK | status::CLOSE_ABANDONED);
                let status = if is_undone { status::VERIFY_FAILED } else { status::VERIFY_FAILED_ABANDONED };
                Done { code: code::TXN_FAILED, generation: status, ttl: cause as u32, ..done }
            }
        })
    }

    /// The commit or abort itself is no more. Gives its end, which says how far the transaction is.
    pub(super) fn ending_ended(&mut self, op: u32, done: Done) -> Done {
        let Some(handle) = self.bond_of(op).map(|bond| bond.txn) else { return done };
        let Some(entry) = self.txns.get_mut(&handle) else { return done };
        entry.ending = None;
        let state = entry.txn.state;
        self.drop_released(handle);
        Done { first_slot: state, items: 0, ..done }
    }
}
