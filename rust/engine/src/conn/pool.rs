//! The connections of one node, as lists: a connection's state is its membership. Which one takes a request is decided
//! in `Pool::choose`.

use super::ConnId;
use std::collections::VecDeque;

/// An op that waits for a connection: index and serial, so that one which ended meanwhile is recognised.
pub type Waiting = (u32, u32);

#[derive(Debug, Default)]
pub struct Pool {
    /// Nothing in flight; the most recently used is last, and taken first, so that the others can age.
    pub idle: Vec<ConnId>,
    /// Single-record requests in flight, room for more.
    pub busy: Vec<ConnId>,
    pub exclusive: Vec<ConnId>,
    pub draining: Vec<ConnId>,
    pub connecting: Vec<ConnId>,
    /// Single-record ops that found no room.
    pub waiting: VecDeque<Waiting>,
    /// Slow ops, which need a connection of their own.
    pub waiting_exclusive: VecDeque<Waiting>,
}

/// What the pool says to a request for a connection.
#[derive(Debug, PartialEq, Eq)]
pub enum Choice {
    Use(ConnId),
    Wait,
}

impl Pool {
    pub fn open(&self) -> usize {
        self.idle.len() + self.busy.len() + self.exclusive.len() + self.draining.len()
    }

    pub fn total(&self) -> usize {
        self.open() + self.connecting.len()
    }

    pub fn is_waited_for(&self) -> bool {
        !self.waiting.is_empty() || !self.waiting_exclusive.is_empty()
    }

    /// An idle connection first, the most recently used one; else the shortest queue below `depth` among those that carry
    /// the same kind, reads or writes; any other only when no more may be opened, which `is_full` says. `queue` tells of a
    /// connection how long it is and whether it is of the kind.
    ///
    /// Where a slow op was there before, and would find no connection idle as long as others keep coming, the shortest
    /// queue of all is left to run out for it.
    pub fn choose(
        &self,
        depth: usize,
        is_full: bool,
        slow_first: bool,
        queue: impl Fn(ConnId) -> (usize, bool),
    ) -> Choice {
        if let Some(&conn) = self.idle.last() {
            return Choice::Use(conn);
        }
        let is_left = is_full && slow_first && self.exclusive.is_empty() && self.connecting.is_empty();
        let left = self.busy.iter().copied().filter(|_| is_left).min_by_key(|&conn| (queue(conn).0, conn));
        let queues = self.busy.iter().filter(|&&conn| Some(conn) != left).map(|&conn| (queue(conn), conn));
        let queues = queues.filter(|((_, same), _)| *same || is_full);
        match queues.map(|((length, same), conn)| (length, !same, conn)).min() {
            Some((length, _, conn)) if length < depth => Choice::Use(conn),
            _ => Choice::Wait,
        }
    }

    /// The shortest queue below `depth`, of as many of the kind as the load needs and at least `few`: where load has gone down,
    /// or fewer connections do, what was opened for more runs empty, and ages.
    pub fn share(
        &self,
        in_flight: usize,
        few: usize,
        depth: usize,
        queue: impl Fn(ConnId) -> (usize, bool),
    ) -> Option<ConnId> {
        // Most of what cannot share is seen without a look at each connection.
        if self.busy.len() < few || in_flight >= self.busy.len() * depth {
            return None;
        }
        let needed = few.max(in_flight / depth + 1);
        let queues = self.busy.iter().map(|&conn| (queue(conn), conn));
        queues.filter(|((length, same), _)| *same && *length < depth).take(needed).min().map(|(_, conn)| conn)
    }

    /// How many connections to open now: enough that none has to carry more than `comfortable` requests, and one for
    /// each slow op that waits, within `max`.
    pub fn shortage(&self, in_flight: usize, comfortable: usize, max: usize) -> usize {
        let shared = (in_flight + self.waiting.len()).div_ceil(comfortable.max(1));
        let wanted = shared + self.waiting_exclusive.len() + self.exclusive.len() + self.draining.len();
        // What waits although there is room on connections waits for one of its kind.
        let waits = usize::from(!self.waiting.is_empty() && self.connecting.is_empty());
        wanted.max(self.total() + waits).min(max).saturating_sub(self.total())
    }

    /// Takes a connection out of whichever list it is in.
    pub fn remove(&mut self, conn: ConnId) {
        for list in [&mut self.idle, &mut self.busy, &mut self.exclusive, &mut self.draining, &mut self.connecting] {
            if let Some(at) = list.iter().position(|&other| other == conn) {
                // Order matters in `idle` only; `remove` keeps it.
                list.remove(at);
                return;
            }
        }
    }

    pub fn all(&self) -> Vec<ConnId> {
        [&self.idle, &self.busy, &self.exclusive, &self.draining, &self.connecting]
            .into_iter()
            .flatten()
            .copied()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_connection_is_taken_before_a_busy_one_and_the_last_used_first() {
        let pool = Pool { idle: vec![4, 7], busy: vec![1], ..Pool::default() };
        assert_eq!(pool.choose(8, false, false, |_| (1, true)), Choice::Use(7));
    }

    #[test]
    fn idle_connections_are_left_alone_while_more_than_a_few_others_have_room() {
        let pool = Pool { idle: vec![9], busy: vec![1, 2, 3, 4], ..Pool::default() };
        let lengths = |conn: ConnId| ([0, 4, 3, 3, 4][conn as usize], conn != 3);
        assert_eq!(pool.share(14, 4, 4, lengths), Some(2));
        assert_eq!(pool.share(14, 4, 3, lengths), None, "none has room");
        assert_eq!(pool.share(16, 4, 4, lengths), None);
        let few = Pool { idle: vec![9], busy: vec![1, 2, 3], ..Pool::default() };
        assert_eq!(few.share(3, 4, 32, lengths), None);
    }

    #[test]
    fn then_the_shortest_queue_and_none_beyond_the_depth() {
        let pool = Pool { busy: vec![1, 2, 3], ..Pool::default() };
        let lengths = |conn: ConnId| ([9, 5, 3, 8][conn as usize], true);
        assert_eq!(pool.choose(8, false, false, lengths), Choice::Use(2));
        assert_eq!(pool.choose(3, false, false, lengths), Choice::Wait);
    }

    #[test]
    fn reads_do_not_stand_behind_writes_unless_no_more_may_be_opened() {
        let pool = Pool { busy: vec![1, 2], ..Pool::default() };
        let queues = |conn: ConnId| if conn == 1 { (0, false) } else { (5, true) };
        assert_eq!(pool.choose(8, false, false, queues), Choice::Use(2));
        assert_eq!(pool.choose(5, false, false, queues), Choice::Wait);
        assert_eq!(pool.choose(5, true, false, queues), Choice::Use(1));
        let waits = Pool { busy: vec![1], waiting: VecDeque::from([(0, 0)]), ..Pool::default() };
        assert_eq!(waits.shortage(1, 32, 9), 1);
    }

    #[test]
    fn the_shortest_queue_runs_out_for_a_slow_op_that_would_wait_for_ever() {
        let pool = Pool { busy: vec![1, 2, 3], ..Pool::default() };
        let lengths = |conn: ConnId| ([0, 5, 3, 4][conn as usize], true);
        assert_eq!(pool.choose(8, true, true, lengths), Choice::Use(3));
        assert_eq!(pool.choose(8, false, true, lengths), Choice::Use(2), "one will be opened");
        let served = Pool { busy: vec![1, 2, 3], exclusive: vec![4], ..Pool::default() };
        assert_eq!(served.choose(8, true, true, lengths), Choice::Use(2), "that one will be free");
        let only = Pool { busy: vec![1], ..Pool::default() };
        assert_eq!(only.choose(8, true, true, lengths), Choice::Wait);
    }

    #[test]
    fn connections_are_opened_as_the_load_needs_and_no_more_than_allowed() {
        let pool = Pool { busy: vec![1], ..Pool::default() };
        assert_eq!(pool.shortage(1, 16, 100), 0);
        assert_eq!(pool.shortage(17, 16, 100), 1);
        assert_eq!(pool.shortage(1000, 16, 8), 7);
        let slow = Pool { busy: vec![1], waiting_exclusive: VecDeque::from([(0, 0)]), ..Pool::default() };
        assert_eq!(slow.shortage(1, 16, 100), 1);
    }
}
