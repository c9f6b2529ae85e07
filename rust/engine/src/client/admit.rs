//! What happens to operations at the first poll after their submission: their deadline begins, and if more are under
//! way than maxConcurrentOperations allows they wait their turn, first come, first served, or are turned away.

use super::metrics::Spent;
use super::op::Stage;
use super::Engine;
use crate::abi::node_word;
use crate::cluster::NodeId;
use crate::proto::code;

impl Engine {
    pub(super) fn admit_fresh(&mut self) {
        let mut fresh = std::mem::take(&mut self.fresh);
        self.fresh_bytes = 0;
        for name in fresh.drain(..) {
            let Some(op) = self.named(name) else { continue };
            let entry = &mut self.ops[op];
            entry.started = self.now;
            entry.spent = self.metrics.follows().then(|| Spent::since(self.now));
            entry.deadline = self.now + entry.total_timeout;
            if entry.cancelled {
                self.finish(op, code::ABORTED);
            } else if self.has_room() {
                self.admit(op);
            } else {
                self.put_in_backlog(op);
            }
        }
        // Nothing is submitted while this runs; the buffer is used again.
        self.fresh = fresh;
    }

    fn has_room(&self) -> bool {
        let max = self.config.max_concurrent_operations;
        max == 0 || self.admitted < max
    }

    fn admit(&mut self, op: u32) {
        self.admitted += 1;
        self.ops[op].admitted = true;
        self.route(op);
    }

    fn put_in_backlog(&mut self, op: u32) {
        let (max, bytes) = (self.config.max_queued_operations, self.size_of(op));
        let before = self.backlog.len();
        if max != 0 && before >= max || !self.backlog.has_room(bytes, self.config.max_queued_bytes_per_node) {
            return self.turn_away(op, before);
        }
        self.tidy(|engine| &mut engine.backlog);
        let patience = match self.config.operation_queue_timeout {
            0.0 => f64::INFINITY,
            ms => self.now + ms,
        };
        let now = self.now;
        let entry = &mut self.ops[op];
        entry.stage = Stage::Backlog;
        entry.attempt_at = now;
        entry.line_bytes = bytes;
        let (name, at) = ((op, entry.serial), entry.deadline.min(patience));
        self.backlog.push(name, bytes);
        self.op_timers.set(op, at);
    }

    /// It has waited for longer than operationQueueTimeoutMs.
    pub(super) fn lose_patience(&mut self, op: u32) {
        let name = (op, self.ops[op].serial);
        while self.backlog.names().next().is_some_and(|&first| self.named(first).is_none()) {
            self.backlog.pop();
        }
        let before = self.backlog.names().take_while(|&&other| other != name);
        let ahead = before.filter(|&&other| self.named(other).is_some()).count();
        self.turn_away(op, ahead);
    }

    /// Fails with how many are ahead of it, which `end` tells in the place of a generation.
    pub(super) fn turn_away(&mut self, op: u32, ahead: usize) {
        let whole = self.ops[op].part.as_ref().and_then(|part| self.named(part.batch)).unwrap_or(op);
        self.ops[whole].ahead = ahead as u32;
        let node = self.ops[op].last_node;
        self.tally(node as NodeId).one(node_word::TURNED_AWAY);
        self.finish(op, code::BACKPRESSURE);
    }

    /// An operation ended: the next one that waits takes its place.
    pub(super) fn leave(&mut self, op: u32) {
        if !std::mem::take(&mut self.ops[op].admitted) {
            return;
        }
        self.admitted -= 1;
        while self.has_room() {
            let Some(name) = self.backlog.pop() else { return };
            if let Some(next) = self.named(name) {
                self.leave_line(next);
                self.admit(next);
            }
        }
    }
}
