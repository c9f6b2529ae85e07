//! Operations that wait in a row for one thing, first come, first served: how many there are, and how many bytes their
//! requests have, which is bounded.

use super::{Engine, OpName};
use std::collections::VecDeque;

/// So many names of ops that ended in the line are kept, and as many as there are live ones.
const DEAD_MAX: usize = 64;

#[derive(Debug, Default)]
pub struct Line {
    /// Names of ops that ended meanwhile stay among them for a while.
    names: VecDeque<OpName>,
    live: usize,
    bytes: usize,
}

impl Line {
    /// How many wait.
    pub fn len(&self) -> usize {
        self.live
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether a request of so many bytes may wait, too; 0 = any may. One that is longer than all may be waits alone.
    pub fn has_room(&self, bytes: usize, max: usize) -> bool {
        max == 0 || self.bytes == 0 || self.bytes + bytes <= max
    }

    pub fn push(&mut self, name: OpName, bytes: usize) {
        self.names.push_back(name);
        self.live += 1;
        self.bytes += bytes;
    }

    /// One that waited ended, or goes on.
    pub fn leave(&mut self, bytes: usize) {
        self.live -= 1;
        self.bytes -= bytes;
    }

    pub fn pop(&mut self) -> Option<OpName> {
        self.names.pop_front()
    }

    /// Names that it holds, dead ones included.
    pub fn held(&self) -> usize {
        self.names.len()
    }

    pub fn names(&self) -> impl Iterator<Item = &OpName> {
        self.names.iter()
    }

    pub fn is_long(&self) -> bool {
        self.names.len() > 2 * self.live + DEAD_MAX
    }

    pub fn retain(&mut self, is_live: impl Fn(OpName) -> bool) {
        self.names.retain(|&name| is_live(name));
    }
}

impl Engine {
    /// How many names the lines hold, those of ops that ended included; for tests.
    pub fn names_in_lines(&self) -> usize {
        self.backlog.held() + self.unrouted.held()
    }

    /// What an operation takes while it waits to be sent, about.
    pub(super) fn size_of(&self, op: u32) -> usize {
        let entry = &self.ops[op];
        entry.request.len() + entry.batch.as_ref().map_or(0, |batch| batch.size())
    }

    /// Forgets, now and then, the names of ops that ended while they waited.
    pub(super) fn tidy(&mut self, line: fn(&mut Engine) -> &mut Line) {
        if line(self).is_long() {
            let mut taken = std::mem::take(line(self));
            taken.retain(|name| self.named(name).is_some());
            *line(self) = taken;
        }
    }
}
