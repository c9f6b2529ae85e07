//! How many nodes a batch or a query asks at once: its parts take turns, and those beyond the limit wait until another
//! has ended. A part keeps its turn while it is tried again.

use super::op::Stage;
use super::{Engine, OpName};
use crate::proto::code;
use std::collections::VecDeque;

/// The turns of one batch or query.
#[derive(Debug, Default)]
pub struct Turns {
    /// 0 = all may be asked at once.
    max: u32,
    taken: u32,
    /// Parts that wait, and their nodes may be others by the time of their turn.
    waiting: VecDeque<OpName>,
}

impl Turns {
    pub fn of(max: u32) -> Turns {
        Turns { max, ..Turns::default() }
    }
}

impl Engine {
    /// May a part of `op` be sent? If not, it waits, and is routed anew when its turn has come.
    pub(super) fn takes_turn(&mut self, op: u32, part: u32) -> bool {
        if self.ops[op].turns.max == 0 || self.ops[part].part.as_ref().is_some_and(|part| part.has_turn) {
            return true;
        }
        let is_free = self.ops[op].turns.taken < self.ops[op].turns.max;
        if is_free {
            self.ops[op].turns.taken += 1;
            if let Some(own) = self.ops[part].part.as_mut() {
                own.has_turn = true;
            }
        } else {
            let entry = &mut self.ops[part];
            entry.stage = Stage::Turn;
            let (name, deadline) = ((part, entry.serial), entry.deadline);
            self.op_timers.set(part, deadline);
            self.ops[op].turns.waiting.push_back(name);
        }
        is_free
    }

    /// A part has ended: the next one that waits is sent, unless all is being given up.
    pub(super) fn give_turn_back(&mut self, op: u32, part: u32) {
        let had_turn = self.ops[part].part.as_mut().is_some_and(|part| std::mem::take(&mut part.has_turn));
        if !had_turn {
            return;
        }
        self.ops[op].turns.taken -= 1;
        if self.is_given_up(op) {
            return;
        }
        while let Some(name) = self.ops[op].turns.waiting.pop_front() {
            if let Some(next) = self.named(name) {
                self.ops[op].turns.taken += 1;
                if let Some(own) = self.ops[next].part.as_mut() {
                    own.has_turn = true;
                }
                return self.go_again(next);
            }
        }
    }

    fn is_given_up(&self, op: u32) -> bool {
        let of_batch = self.ops[op].batch.as_ref().map_or(code::OK, |batch| batch.code);
        let of_query = self.ops[op].query.as_ref().map_or(code::OK, |run| run.code());
        of_batch != code::OK || of_query != code::OK
    }
}
