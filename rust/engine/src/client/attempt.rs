//! How attempts and operations end: an answer, a failure that is tried again, a deadline, a caller who gave up.
//! Whether a failure is tried again is decided in `fail_attempt` and nowhere else.

use super::op::{Replica, Stage};
use super::outputs::Done;
use super::{without_answer, Engine, OpName};
use crate::abi::{close_reason, event, node_word, stat, NONE};
use crate::cluster::NodeId;
use crate::conn::{ConnId, Extent, Purpose, State};
use crate::proto::{code, EPOCH_SECONDS};
use crate::wire::{self, Reply};

/// A request may be moved this often from a connection that closed before any of its bytes left, without that being
/// counted as an attempt. Each time costs a connection that had been opened, so more means that something is wrong.
const MOVES_MAX: u32 = 8;
/// How long the first wait for news is, when there is no deadline.
const PACE_MS: f64 = 100.0;
/// And the longest: an operation that may take minutes does not want to wait for its next try as long.
const PACE_MAX_MS: f64 = 1000.0;
/// The time to live that means "never expires", as the wire has it.
const NEVER: u32 = u32::MAX;

/// Is this worth another attempt? The answers that say "not now" or "not here", and all that comes of connections.
/// Every other answer would be the same again.
pub(super) fn is_worth_retrying(code: i32) -> bool {
    matches!(
        code,
        code::TIMEOUT
            | code::DEVICE_OVERLOAD
            | code::UNAVAILABLE
            | code::CONNECTION
            | code::MALFORMED
            | code::NO_MORE_CONNECTIONS
            | code::INVALID_NODE
            | code::MAX_ERROR_RATE
    )
}

impl Engine {
    /// An attempt came to nothing: again, if the policy has tries and time left; else the operation ends with `code`.
    pub(super) fn fail_attempt(&mut self, op: u32, code: i32, from_server: bool) {
        let now = self.now;
        self.leave_line(op);
        if self.ops[op].bundle.is_some() {
            return self.fail_bundle(op, code, from_server);
        }
        if from_server && code == code::UNAVAILABLE {
            // What we know of who has what is old.
            self.tend_soon(self.ops[op].last_node as NodeId);
        }
        let logged_out = from_server && self.is_logged_out(code);
        let entry = &mut self.ops[op];
        if logged_out && entry.moved < MOVES_MAX {
            // Refused unseen, and that was no attempt: it goes again behind a new login.
            entry.moved += 1;
            entry.attempts -= 1;
            return self.go_again(op);
        }
        entry.failed += 1;
        if entry.failed > entry.max_retries || !is_worth_retrying(code) {
            return self.finish_as(op, code, from_server);
        }
        entry.replica_index = entry.replica_index.wrapping_add(1);
        let follows = self.metrics.follows();
        let sleep = entry.sleep * entry.sleep_multiplier.powi(entry.failed as i32 - 1);
        let waits = self.needs_news(op, from_server);
        let pause = if waits && sleep == 0.0 { self.pace(op) } else { sleep };
        if now + pause >= self.ops[op].deadline {
            return self.finish_as(op, code, from_server);
        }
        if follows {
            self.follow_failure(op, code);
        }
        if waits {
            self.wait_for_news(op);
        }
        if pause > 0.0 {
            self.ops[op].stage = Stage::Sleeping;
            self.op_timers.set(op, now + pause);
        } else {
            self.go_again(op);
        }
    }

    /// Would the next attempt meet what the last one met? Then it waits until there is news of the cluster, or until its
    /// share of the time is over: tries that are all spent in the first millisecond help nobody.
    fn needs_news(&self, op: u32, from_server: bool) -> bool {
        let entry = &self.ops[op];
        let last = entry.last_node as NodeId;
        if entry.part.is_some() {
            return (from_server || self.is_down(last)) && (entry.write || entry.failed > 1);
        }
        if entry.info || matches!(entry.replica, Replica::Any | Replica::Random) && !entry.write {
            return false;
        }
        match self.next_node(op) {
            None => true,
            // A connection that breaks is one thing, two of them are a node that dies: the others that it has are no better.
            Some(node) => self.is_down(node) || node == last && (from_server || entry.failed > 1),
        }
    }

    /// The time that is left, in equal parts for the tries that are left; without a deadline ever more.
    pub(super) fn pace(&self, op: u32) -> f64 {
        let entry = &self.ops[op];
        let left = f64::from(entry.max_retries - entry.failed + 1);
        match entry.deadline - self.now {
            f64::INFINITY => (PACE_MS * f64::from(1 << entry.failed.saturating_sub(1).min(4))).min(PACE_MAX_MS),
            time => (time / (left + 1.0)).clamp(1.0, PACE_MAX_MS),
        }
    }

    /// Until the map changes, a node comes back, or its timer rings. Everybody is asked what is new.
    pub(super) fn wait_for_news(&mut self, op: u32) {
        let name = (op, self.ops[op].serial);
        if !std::mem::replace(&mut self.ops[op].waits_for_news, true) {
            self.waiting_for_news.push(name);
        }
        (0..self.members.len() as NodeId).for_each(|node| self.tend_soon(node));
    }

    /// The map has changed, or a node is back: what waited for that goes on. While partitions migrate the map changes all
    /// the time, and what would only be sent to a node that is down once more, or has no owner yet, is not told.
    pub(super) fn spread_news(&mut self) {
        for name in std::mem::take(&mut self.waiting_for_news) {
            let Some(op) = self.named(name) else { continue };
            if self.ops[op].stage != Stage::Sleeping {
                self.ops[op].waits_for_news = false;
                continue;
            }
            if self.ops[op].part.is_none() && self.next_node(op).is_none_or(|node| self.is_down(node)) {
                self.waiting_for_news.push(name);
                continue;
            }
            self.ops[op].waits_for_news = false;
            let deadline = self.ops[op].deadline;
            self.op_timers.set(op, deadline);
            self.go_again(op);
        }
    }

    /// Whether some operation waits for news: then nodes are asked more often.
    pub(super) fn is_curious(&mut self) -> bool {
        let mut waiting = std::mem::take(&mut self.waiting_for_news);
        waiting.retain(|&name| self.named(name).is_some());
        self.waiting_for_news = waiting;
        let sleeps = |&name: &OpName| self.named(name).is_some_and(|op| self.ops[op].stage == Stage::Sleeping);
        self.waiting_for_news.iter().any(sleeps)
    }

    /// Not at once, but in this very poll: an attempt that fails while it is being routed must not call itself.
    pub(super) fn go_again(&mut self, op: u32) {
        let entry = &mut self.ops[op];
        entry.stage = Stage::Again;
        self.again.push((op, entry.serial));
    }

    pub(super) fn route_again(&mut self) {
        while let Some(name) = self.again.pop() {
            if let Some(op) = self.named(name) {
                self.route(op);
            }
        }
    }

    /// The connection closed before any byte of the request left, or it is a read behind a slow request: it goes elsewhere,
    /// and that was no attempt.
    pub(super) fn move_op(&mut self, op: u32) {
        if self.ops[op].bundle.is_some() {
            return self.move_bundle(op);
        }
        let entry = &mut self.ops[op];
        entry.moved += 1;
        entry.attempts -= 1;
        if entry.moved > MOVES_MAX {
            return self.fail_attempt(op, code::CONNECTION, false);
        }
        self.go_again(op);
    }

    /// Takes an operation off the connection that it is on, if any: its answer, should it come, is thrown away. The
    /// op itself lives on and has a new name. The rest of an answer in many messages is not waited for, of which there
    /// may be much that nobody wanted to be sent.
    pub(super) fn abandon(&mut self, op: u32) {
        let is_long = self.ops[op].extent() != Extent::One;
        let delay = self.ops[op].timeout_delay;
        self.take_off(op, if is_long { None } else { Some(delay) });
    }

    pub(super) fn abandon_for(&mut self, op: u32, code: i32) {
        match code {
            code::TIMEOUT => self.abandon_late(op),
            _ => self.abandon(op),
        }
    }

    /// The same of one that took too long: `timeoutDelay` is for whatever answer.
    fn abandon_late(&mut self, op: u32) {
        let is_long = self.ops[op].extent() != Extent::One;
        let delay = self.ops[op].timeout_delay;
        if is_long && delay > 0.0 {
            // Its caller was slow; nobody is now.
            self.resume_part(op);
        }
        self.take_off(op, Some(delay).filter(|&delay| !is_long || delay > 0.0));
    }

    /// The connection may take so long to come by the answer; none = it is closed.
    pub(super) fn take_off(&mut self, op: u32, delay: Option<f64>) {
        if let Stage::Bundled(bundle) = self.ops[op].stage {
            return self.leave_bundle(op, bundle);
        }
        let Stage::InFlight(conn) = self.ops[op].stage else { return };
        let serial = self.ops[op].serial;
        let connection = &mut self.conns[conn];
        let Some(at) = connection.in_flight.iter().position(|entry| (entry.op, entry.serial) == (op, serial)) else {
            return;
        };
        let entry = connection.in_flight[at];
        self.ops[op].serial = serial.wrapping_add(1);
        if !connection.stream.was_handed(entry.start) {
            return self.unsend(op, conn, at);
        }
        self.ops[op].ever_sent = true;
        let Some(delay) = delay else { return self.drop_conn(conn, close_reason::CANCELLED) };
        connection.expires = connection.expires.min(self.now + delay);
        let expires = connection.expires;
        self.conn_timers.set(conn, expires);
        self.start_draining(conn);
    }

    /// None of its bytes has left: they are taken back, so that the server never sees a request that was given up.
    fn unsend(&mut self, op: u32, conn: ConnId, at: usize) {
        let length = self.ops[op].request.len();
        let connection = &mut self.conns[conn];
        let Some(entry) = connection.in_flight.remove(at) else { return };
        connection.stream.take_back(entry.start, length);
        for later in connection.in_flight.iter_mut().skip(at) {
            later.start -= length as u64;
        }
        self.answered(conn, entry.weight);
        if let Purpose::Pool(node) = self.conns[conn].purpose {
            if self.conns[conn].in_flight.is_empty() {
                self.settle(conn, node);
            } else {
                self.drain_again(conn);
            }
            // What waits may have its place: no answer will come that says so.
            self.serve(node);
        }
    }

    pub(super) fn start_draining(&mut self, conn: ConnId) {
        let connection = &mut self.conns[conn];
        let Purpose::Pool(node) = connection.purpose else { return };
        if connection.state != State::Draining {
            if connection.state == State::Exclusive {
                // Counted with the others from now on, as `answered` does for a draining connection.
                self.members[node as usize].iter_mut().for_each(|member| member.in_flight += 1);
            }
            self.conns[conn].state = State::Draining;
            if let Some(member) = self.member_mut(node) {
                member.pool.remove(conn);
                member.pool.draining.push(conn);
            }
        }
    }

    /// A request less in flight on a pool connection.
    pub(super) fn answered(&mut self, conn: ConnId, weight: usize) {
        let connection = &mut self.conns[conn];
        connection.load -= weight;
        if let (Purpose::Pool(node), true) = (connection.purpose, connection.state != State::Exclusive) {
            if let Some(member) = self.member_mut(node) {
                member.in_flight -= weight;
            }
        }
    }

    /// The deadline of an operation, or of its attempt, or the end of its sleep.
    pub(super) fn op_timer(&mut self, op: u32) {
        // It may have ended by what became of another one that was due at the same time.
        let Some(entry) = self.ops.get(op) else { return };
        if entry.bundle.is_some() {
            return self.bundle_overdue(op);
        }
        let now = self.now;
        let over = now >= entry.deadline;
        match self.where_sent(op) {
            Stage::Sleeping if !over => {
                self.ops[op].waited_in_vain = self.ops[op].waits_for_news;
                self.route(op)
            }
            Stage::Backlog if !over => self.lose_patience(op),
            Stage::InFlight(_) if !over && self.is_paused(op) => {
                let at = entry.deadline.min(now + entry.socket_timeout);
                self.op_timers.set(op, at);
            }
            Stage::InFlight(conn) if !over => {
                let until = self.conns[conn].progress.max(entry.attempt_at) + entry.socket_timeout;
                if now < until {
                    let at = entry.deadline.min(until);
                    return self.op_timers.set(op, at);
                }
                self.timed_out(op);
                self.fail_attempt(op, code::TIMEOUT, false);
            }
            Stage::Again | Stage::Gathered | Stage::Queued(_) if !over => {
                let at = entry.deadline;
                self.op_timers.set(op, at);
            }
            _ => {
                self.timed_out(op);
                self.finish(op, code::TIMEOUT);
            }
        }
    }

    /// Where its request is, its own or the one that it shares.
    fn where_sent(&self, op: u32) -> Stage {
        match self.ops[op].stage {
            Stage::Bundled(bundle) => self.ops[bundle].stage,
            stage => stage,
        }
    }

    fn timed_out(&mut self, op: u32) {
        self.count(stat::TIMEOUTS);
        let stage = self.where_sent(op);
        let node = match stage {
            Stage::InFlight(_) | Stage::Queued(_) => self.ops[op].last_node,
            _ => NONE,
        };
        self.tally(node as NodeId).one(node_word::TIMEOUTS);
        if let Stage::InFlight(conn) = stage {
            if let Purpose::Pool(node) = self.conns[conn].purpose {
                self.count_error(node);
                self.distrust_silent(op, node);
            }
        }
        self.abandon_late(op);
    }

    /// No answer to `op` came, nor anything else from its node while it had a fair time to answer.
    fn distrust_silent(&mut self, op: u32, node: NodeId) {
        let entry = &self.ops[op];
        let (since, given) = (entry.attempt_at, entry.socket_timeout.min(entry.deadline - entry.started));
        let is_fair = (self.now - since) * 2.0 >= given;
        if is_fair && self.member(node).is_some_and(|member| member.heard_at < since) {
            self.distrust_idle(node, since);
        }
    }

    /// An answer has come.
    pub(super) fn complete(&mut self, op: u32, node: NodeId, reply: &Reply, first_slot: u32, data_address: u32) {
        let reply = &Reply { code: self.heed_reply(op, reply), ..*reply };
        if reply.code != code::OK {
            if matches!(reply.code, code::TIMEOUT | code::DEVICE_OVERLOAD | code::UNAVAILABLE) {
                self.count_error(node);
            }
            if is_worth_retrying(reply.code) || self.is_logged_out(reply.code) {
                self.ops[op].ever_sent |= reply.code == code::TIMEOUT;
                return self.fail_attempt(op, reply.code, true);
            }
            if self.ops[op].batch.is_some() {
                return self.give_up_batch(op, reply.code, true);
            }
        }
        // An earlier attempt may have taken effect, whatever this one was told.
        let in_doubt = reply.code != code::OK && self.ops[op].may_have_happened();
        let done = Done {
            code: reply.code,
            in_doubt,
            from_server: true,
            generation: reply.generation,
            ttl: self.time_to_live(reply.void_time),
            first_slot,
            // A function that failed says why, in a bin.
            items: if matches!(reply.code, code::OK | code::UDF) { reply.items } else { 0 },
            data_address,
            ..without_answer(op, reply.code)
        };
        self.end(op, done);
    }

    /// Void times count seconds from 2010; a record that is just expiring still has a second.
    pub(super) fn time_to_live(&self, void_time: u32) -> u32 {
        if void_time == 0 {
            return NEVER;
        }
        let now = (self.wall / 1000.0) as u64;
        (u64::from(void_time) + EPOCH_SECONDS).saturating_sub(now).max(1) as u32
    }

    /// The operation ends with a code of our own.
    pub(super) fn finish(&mut self, op: u32, code: i32) {
        self.finish_as(op, code, false);
    }

    fn finish_as(&mut self, op: u32, code: i32, from_server: bool) {
        if self.ops[op].bundle.is_some() {
            return self.finish_bundle(op, code);
        }
        if self.ops[op].batch.is_some() {
            return self.give_up_batch(op, code, from_server);
        }
        if self.ops[op].query.is_some() {
            return self.give_up_query(op, code);
        }
        let in_doubt = self.is_in_doubt(op);
        self.end(op, Done { in_doubt, from_server, ..without_answer(op, code) });
    }

    /// Whether an operation that ends now may have taken effect; if so it is counted.
    pub(super) fn is_in_doubt(&mut self, op: u32) -> bool {
        let in_doubt = self.ops[op].may_have_happened();
        if in_doubt {
            self.count(stat::IN_DOUBT);
            let node = self.ops[op].last_node;
            self.tally(node as NodeId).one(node_word::IN_DOUBT);
        }
        in_doubt
    }

    pub(super) fn end(&mut self, op: u32, done: Done) {
        self.leave_line(op);
        self.op_timers.clear(op);
        if self.metrics.follows() {
            self.follow_end(op);
        }
        if self.ops[op].part.is_some() {
            self.ops[op].serial = self.ops[op].serial.wrapping_add(1);
            self.count_attempts(op);
            self.end_part(op, &done);
            self.ops[op].part = None;
            self.ops[op].trim();
            self.ops.retire(op);
            self.ended.push(op);
            return;
        }
        let done = match self.ops[op].bond {
            Some(_) => match self.step_ended(op, done) {
                Some(done) => done,
                None => return,
            },
            None => done,
        };
        self.count(if done.code == code::OK { stat::SUCCEEDED } else { stat::FAILED });
        if self.metrics.counts() {
            self.count_end(op, &done);
        }
        let now = self.now;
        let entry = &mut self.ops[op];
        entry.serial = entry.serial.wrapping_add(1);
        let compressed = done.compressed || wire::is_compressed(&entry.request);
        entry.trim();
        entry.batch = None;
        entry.query = None;
        entry.bond = None;
        let elapsed_ms = (now - entry.started).max(0.0) as u32;
        let generation = if done.code == code::BACKPRESSURE { entry.ahead } else { done.generation };
        self.outputs.done(&Done {
            generation,
            node: entry.last_node,
            attempts: entry.attempts,
            elapsed_ms,
            compressed,
            ..done
        });
        self.leave(op);
        self.ops.retire(op);
        self.ended.push(op);
    }

    /// The breaker counts what closes connections and what says that a node is overloaded.
    pub(super) fn count_error(&mut self, node: NodeId) {
        let limit = self.config.max_error_rate;
        let Some(member) = self.member_mut(node) else { return };
        let was_open = member.breaker_is_open(limit);
        member.errors += 1;
        member.counts.one(node_word::ERRORS);
        if !was_open && member.breaker_is_open(limit) {
            member.counts.one(node_word::BREAKER_OPENED);
            self.outputs.event(event::BREAKER_OPEN, u32::from(node), "");
        }
    }

    /// Fails over what was on a connection that is no more.
    pub(super) fn fail_over(&mut self, conn: ConnId, code: i32) {
        let entries = std::mem::take(&mut self.conns[conn].in_flight);
        for entry in entries {
            self.answered(conn, entry.weight);
            let Some(op) = self.named((entry.op, entry.serial)) else { continue };
            if self.conns[conn].stream.was_handed(entry.start) {
                self.ops[op].ever_sent = true;
                self.fail_attempt(op, code, false);
            } else {
                self.move_op(op);
            }
        }
    }

    /// Names the reason in the code of the operations that it ends.
    pub(super) fn code_of(reason: u32) -> i32 {
        match reason {
            close_reason::TIMED_OUT | close_reason::CONNECT_TIMEOUT => code::TIMEOUT,
            close_reason::PROTOCOL => code::MALFORMED,
            close_reason::SHUTDOWN => code::CLOSED,
            close_reason::TLS => code::TLS,
            _ => code::CONNECTION,
        }
    }
}
