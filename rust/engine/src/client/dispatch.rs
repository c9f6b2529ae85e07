//! Which connection of its node an operation goes on, and when connections are opened: an idle one first, then the
//! shortest queue; more are opened as the load needs, up to the maximum; what finds no room waits at the node. A connection
//! whose first request is slow gets no others, and reads that are behind it are sent on other connections, too.

use super::member::Member;
use super::op::Stage;
use super::{level, Engine};
use crate::abi::{close_reason, node_word, stat};
use crate::cluster::NodeId;
use crate::conn::pool::Choice;
use crate::conn::{Conn, ConnId, InFlight, Purpose, State};
use crate::proto::code;

/// After a refused connect no other is tried for this long.
const REFUSED_PAUSE_MS: f64 = 100.0;
/// A connection that has this many bytes to write and a socket that takes none gets no more requests.
const PENDING_MAX: usize = 1024 * 1024;
/// A read is sent again so often at most because it waits behind a slow request.
const REPEATS_MAX: u32 = 3;

impl Engine {
    pub(super) fn dispatch(&mut self, op: u32, node: NodeId) {
        let now = self.now;
        let max_errors = self.config.max_error_rate;
        let (exclusive, write) = (self.ops[op].is_slow(), self.ops[op].write);
        self.ops[op].last_node = u32::from(node);
        self.close_stale(node);
        let slow_first = self.first_slow(node).is_some();
        let Some(member) = self.members[node as usize].as_ref() else {
            return self.fail_attempt(op, code::INVALID_NODE, false);
        };
        if member.breaker_is_open(max_errors) {
            return self.fail_attempt(op, code::MAX_ERROR_RATE, false);
        }
        if member.pool.open() == 0 && now < member.refused_until {
            return self.fail_attempt(op, code::CONNECTION, false);
        }
        let choice = if exclusive {
            member.pool.idle.last().map_or(Choice::Wait, |&conn| Choice::Use(conn))
        } else {
            self.choose(member, false, slow_first, write)
        };
        self.want_conns(node);
        match choice {
            Choice::Use(conn) => self.put_on(op, conn, node),
            Choice::Wait => self.wait_for_conn(op, node, exclusive),
        }
    }

    /// On which connection a request goes that may share one: one that comes, or one that waits.
    #[inline(never)] // 1 KiB less than where it is used
    fn choose(&self, member: &Member, waits: bool, slow_first: bool, write: bool) -> Choice {
        let (config, pool) = (&self.config, &member.pool);
        let (comfortable, depth) = member.depths(config);
        // What waits is shared with the connections that are just being opened.
        let depth = if waits && !pool.connecting.is_empty() { comfortable } else { depth };
        let is_full = pool.total() >= config.max_conns_per_node || self.now < member.refused_until;
        let blocked = member.blocked_since(config, self.heard);
        let queue = |conn| queue(&self.conns[conn], depth, write, blocked, is_full);
        let sharing = if config.adapts && !waits { member.limiter.sharing(write) } else { None };
        let shared = sharing.and_then(|(few, depth)| pool.share(member.in_flight, few, depth, queue));
        shared.map_or_else(|| pool.choose(depth, is_full, slow_first, queue), Choice::Use)
    }

    /// No more connections may be opened to a node, or it takes none just now.
    fn is_full(&self, node: NodeId) -> bool {
        let max = self.config.max_conns_per_node;
        self.member(node).is_some_and(|member| member.pool.total() >= max || self.now < member.refused_until)
    }

    /// The ticket of the first slow op that waits for a connection of a node.
    fn first_slow(&mut self, node: NodeId) -> Option<u64> {
        loop {
            let &name = self.member(node)?.pool.waiting_exclusive.front()?;
            if let Some(op) = self.named(name) {
                return Some(self.ops[op].ticket);
            }
            // It ended while it waited.
            self.member_mut(node)?.pool.waiting_exclusive.pop_front();
        }
    }

    /// The ticket of the first other op that waits there, and whether it writes.
    fn first_shared(&mut self, node: NodeId) -> Option<(u64, bool)> {
        loop {
            let &name = self.member(node)?.pool.waiting.front()?;
            if let Some(op) = self.named(name) {
                return Some((self.ops[op].ticket, self.ops[op].write));
            }
            self.member_mut(node)?.pool.waiting.pop_front();
        }
    }

    /// A connection that has been idle too long is not handed out: the server may have closed it already.
    fn close_stale(&mut self, node: NodeId) {
        let Some(member) = self.member(node) else { return };
        let oldest = self.now - member.idle_timeout(&self.config);
        while let Some(&conn) = self.member(node).and_then(|member| member.pool.idle.last()) {
            if self.conns[conn].progress > oldest {
                return;
            }
            self.drop_conn(conn, close_reason::IDLE);
        }
    }

    /// A node has been silent since a moment: it may have been away since, without a word, and the other ends of idle
    /// connections with it. They are closed, or each of them would cost an operation its time.
    pub(super) fn distrust_idle(&mut self, node: NodeId, since: f64) {
        let Some(member) = self.member(node) else { return };
        let idle = member.pool.idle.iter().copied();
        let silent: Vec<ConnId> = idle.filter(|&conn| self.conns[conn].progress <= since).collect();
        for conn in silent {
            self.conn_ended(conn, close_reason::TIMED_OUT, "idle, and the node is silent");
        }
    }

    fn wait_for_conn(&mut self, op: u32, node: NodeId, exclusive: bool) {
        let (now, length, max) = (self.now, self.ops[op].request.len(), self.config.max_queued_bytes_per_node);
        let Some(member) = self.member_mut(node) else { return };
        // What is longer than the bound alone may still wait alone.
        if max != 0 && member.waiting_bytes > 0 && member.waiting_bytes + length > max {
            let ahead = member.pool.waiting.len() + member.pool.waiting_exclusive.len();
            return self.turn_away(op, ahead);
        }
        member.waiting_bytes += length;
        self.tickets += 1;
        let entry = &mut self.ops[op];
        entry.ticket = self.tickets;
        entry.line_bytes = length;
        entry.stage = Stage::Queued(node);
        entry.attempt_at = now;
        let (name, deadline) = ((op, entry.serial), entry.deadline);
        if entry.bundle.is_some() {
            self.bundle_waits(op);
        } else {
            self.op_timers.set(op, deadline);
        }
        if let Some(member) = self.member_mut(node) {
            let queue = if exclusive { &mut member.pool.waiting_exclusive } else { &mut member.pool.waiting };
            queue.push_back(name);
        }
    }

    /// It waits no more for its turn, for a cluster or for a connection.
    #[inline]
    pub(super) fn leave_line(&mut self, op: u32) {
        // Most have never been in one; apart, this is inlined: 14 instructions less an operation.
        if matches!(self.ops[op].stage, Stage::Backlog | Stage::Unrouted | Stage::Queued(_)) {
            self.step_out(op);
        }
    }

    fn step_out(&mut self, op: u32) {
        let (stage, bytes) = (self.ops[op].stage, self.ops[op].line_bytes);
        let waited = self.metrics.counts().then_some(self.now - self.ops[op].attempt_at);
        match stage {
            Stage::Backlog => self.backlog.leave(bytes),
            Stage::Unrouted => self.unrouted.leave(bytes),
            Stage::Queued(node) => {
                if let Some(member) = self.member_mut(node) {
                    member.waiting_bytes = member.waiting_bytes.saturating_sub(bytes);
                }
            }
            _ => return,
        }
        if let Some(waited) = waited {
            let node = if let Stage::Queued(node) = stage { node } else { NodeId::MAX };
            self.tally(node).observe(node_word::WAIT, waited);
        }
        self.ops[op].stage = Stage::Fresh;
    }

    fn put_on(&mut self, op: u32, conn: ConnId, node: NodeId) {
        self.leave_line(op);
        let (now, exclusive) = (self.now, self.ops[op].is_slow());
        let entry = &mut self.ops[op];
        entry.stage = Stage::InFlight(conn);
        let connection = &mut self.conns[conn];
        let start = connection.stream.write(&entry.request);
        let weight = entry.bundle.as_ref().map_or(1, |bundle| bundle.weight());
        connection.in_flight.push_back(InFlight { op, serial: entry.serial, start, answer: entry.extent(), weight });
        connection.load += weight;
        if entry.bundle.is_some() {
            self.bundle_sent(op, conn, node);
        } else {
            self.attempt_begins(op, conn, node);
        }
        let connection = &mut self.conns[conn];
        if connection.state == State::Idle {
            connection.progress = now;
            connection.writes = self.ops[op].write;
            connection.state = if exclusive { State::Exclusive } else { State::Busy };
            if let Some(member) = self.members[node as usize].as_mut() {
                member.pool.remove(conn);
                if exclusive {
                    member.pool.exclusive.push(conn);
                } else {
                    member.pool.busy.push(conn);
                }
            }
        }
        let is_second = self.conns[conn].in_flight.len() == 2;
        if let Some(member) = self.members[node as usize].as_mut().filter(|_| !exclusive) {
            member.in_flight += weight;
            if is_second && self.config.adapts {
                let patience = member.limiter.patience();
                self.conn_timers.set(conn, self.conns[conn].progress + patience);
            }
        }
        self.want_transmit(conn);
    }

    /// The request of an operation, its own or the one that it shares, was put on a connection.
    pub(super) fn attempt_begins(&mut self, op: u32, conn: ConnId, node: NodeId) {
        let now = self.now;
        let entry = &mut self.ops[op];
        entry.attempts += 1;
        entry.waited_in_vain = false;
        entry.attempt_at = now;
        if entry.attempts > 1 {
            self.stats[stat::RETRIES] += 1.0;
            self.members[node as usize].iter_mut().for_each(|member| member.counts.one(node_word::RETRIES));
        }
        let at = entry.deadline.min(now + entry.socket_timeout);
        self.op_timers.set(op, at);
        if self.metrics.follows() {
            self.follow_put(op, conn, node);
        }
    }

    pub(super) fn want_conns(&mut self, node: NodeId) {
        if !self.short_of_conns.contains(&node) {
            self.short_of_conns.push(node);
        }
    }

    /// Opens what the pools lack. Once a poll, so that a burst is seen as a whole.
    pub(super) fn open_what_is_short(&mut self) {
        for node in std::mem::take(&mut self.short_of_conns) {
            let (now, config) = (self.now, &self.config);
            let Some(member) = self.member(node) else { continue };
            if now < member.refused_until {
                // What waits there wants them still when the pause is over.
                self.short_of_conns.push(node);
                continue;
            }
            let (comfortable, _) = member.depths(config);
            let short = member.pool.shortage(member.in_flight, comfortable, config.max_conns_per_node);
            // A first connection is opened for what waits; further ones only beside it.
            for _ in 0..short {
                self.open_pool_conn(node);
            }
        }
    }

    pub(super) fn open_pool_conn(&mut self, node: NodeId) {
        let Some(address) = self.member(node).map(|member| member.node.address.clone()) else { return };
        let conn = self.open(Purpose::Pool(node), &address);
        if let Some(member) = self.member_mut(node) {
            member.pool.connecting.push(conn);
        }
    }

    /// Asks the shell for a connection.
    pub(super) fn open(&mut self, purpose: Purpose, address: &crate::cluster::Address) -> ConnId {
        let expires = self.now + self.config.timeout;
        let conn = self.conns.insert(Conn::new(purpose, self.now, expires));
        self.conn_timers.set(conn, expires);
        let tls_name = self.tls_name_of(address).to_string();
        let config = &self.config;
        self.outputs.connect(conn, &address.host, address.port, config.tls, &tls_name, config.timeout);
        conn
    }

    /// The name that the certificate at an address must have; none without TLS.
    pub(super) fn tls_name_of<'a>(&'a self, address: &'a crate::cluster::Address) -> &'a str {
        let config = &self.config;
        let names = [&address.tls_name, &config.tls_name, &address.host];
        names.into_iter().find(|name| config.tls && !name.is_empty()).map_or("", String::as_str)
    }

    /// A pool connection has room: what waits goes on it, first come, first served.
    pub(super) fn serve(&mut self, node: NodeId) {
        loop {
            let (slow, shared) = (self.first_slow(node), self.first_shared(node));
            if slow.is_none() && shared.is_none() {
                return;
            }
            let slow_first = slow.is_some_and(|slow| shared.is_none_or(|(shared, _)| slow < shared));
            let Some(member) = self.members[node as usize].as_ref() else { return };
            let (exclusive, choice) = match (member.pool.idle.last(), shared) {
                (Some(&conn), _) if slow_first => (true, Choice::Use(conn)),
                (_, None) => return,
                (_, Some((_, write))) => (false, self.choose(member, true, slow_first, write)),
            };
            let Choice::Use(conn) = choice else { return self.want_conns(node) };
            let Some(member) = self.member_mut(node) else { return };
            let pool = &mut member.pool;
            let name = if exclusive { pool.waiting_exclusive.pop_front() } else { pool.waiting.pop_front() };
            if let Some(op) = name.and_then(|name| self.named(name)) {
                self.put_on(op, conn, node);
            }
        }
    }

    /// A pool connection has been opened.
    pub(super) fn pool_conn_opened(&mut self, conn: ConnId, node: NodeId) {
        let (now, connection) = (self.now, &mut self.conns[conn]);
        connection.state = State::Idle;
        connection.progress = now;
        if let Some(member) = self.member_mut(node) {
            member.pool.remove(conn);
            member.pool.idle.push(conn);
            member.refused_until = 0.0;
        }
        self.serve(node);
    }

    /// A connection could not be opened. What waits for it is failed over, unless another one serves it.
    pub(super) fn pool_conn_failed(&mut self, node: NodeId, code: i32) {
        let pause = self.now + REFUSED_PAUSE_MS;
        self.count_error(node);
        self.tend_soon(node);
        let Some(member) = self.member_mut(node) else { return };
        member.refused_until = pause;
        if member.pool.total() > 0 {
            return self.serve(node);
        }
        let waiting: Vec<_> = member.pool.waiting.drain(..).chain(member.pool.waiting_exclusive.drain(..)).collect();
        for name in waiting {
            if let Some(op) = self.named(name) {
                self.fail_attempt(op, code, false);
            }
        }
    }

    /// The answer to the last request came: the connection rests, or is shared again.
    pub(super) fn settle(&mut self, conn: ConnId, node: NodeId) {
        let now = self.now;
        let Some(connection) = self.conns.get_mut(conn) else { return };
        if connection.unwelcome {
            if connection.in_flight.is_empty() {
                self.conn_ended(conn, close_reason::AUTH, "the server wants a new login");
            }
            return;
        }
        connection.state = if connection.in_flight.is_empty() { State::Idle } else { State::Busy };
        connection.expires = f64::INFINITY;
        connection.progress = now;
        let state = connection.state;
        self.conn_timers.clear(conn);
        if state == State::Busy && self.config.adapts {
            self.conn_timers.set(conn, now);
        }
        if let Some(member) = self.member_mut(node) {
            member.pool.remove(conn);
            if state == State::Idle {
                member.pool.idle.push(conn);
            } else {
                member.pool.busy.push(conn);
            }
        }
    }

    /// Closes what has been idle too long and opens up to the minimum. Done with each tend.
    pub(super) fn keep_pool(&mut self, node: NodeId) {
        let (now, config) = (self.now, &self.config);
        let min = config.min_conns_per_node.min(config.max_conns_per_node);
        let Some(member) = self.member(node) else { return };
        let oldest = now - member.idle_timeout(config);
        let stale = |conn: &ConnId| self.conns[*conn].progress <= oldest;
        let aged: Vec<ConnId> = member.pool.idle.iter().copied().filter(stale).collect();
        for conn in aged {
            self.drop_conn(conn, close_reason::IDLE);
        }
        let Some(member) = self.member(node) else { return };
        if now < member.refused_until {
            return;
        }
        for _ in member.pool.total()..min {
            self.open_pool_conn(node);
        }
    }

    /// Several requests are on a connection, and the first of them may be a slow one. If so reads behind it are sent on
    /// other connections as well, few of all: what comes here for them is thrown away. Writes that were sent have to wait.
    fn look_at_head(&mut self, conn: ConnId) {
        let now = self.now;
        let connection = &self.conns[conn];
        let Purpose::Pool(node) = connection.purpose else { return };
        let (progress, several) = (connection.progress, connection.in_flight.len() > 1);
        let Some(member) = self.members[node as usize].as_mut().filter(|_| several) else { return };
        let (patience, since) = (member.limiter.patience(), member.blocked_since(&self.config, self.heard));
        self.conn_timers.set(conn, (progress + patience).max(now + patience / 2.0));
        if progress > since {
            return;
        }
        // Once for each slow request, and not because nothing is answered at all.
        let is_alone = member.pool.busy.len() == 1 || progress + patience <= member.heard_at;
        if is_alone && self.conns[conn].blocked_from < progress {
            self.conns[conn].blocked_from = progress;
            member.limiter.blocked(now);
        }
        let answers = |&other: &ConnId| self.conns[other].progress > since;
        let is_elsewhere = !member.pool.idle.is_empty() || member.pool.busy.iter().any(answers);
        self.want_conns(node);
        if !is_elsewhere && self.is_full(node) {
            return;
        }
        for at in 1..self.conns[conn].in_flight.len() {
            let entry = self.conns[conn].in_flight[at];
            if !self.goes_twice(entry, node) {
                continue;
            }
            if self.ops[entry.op].bundle.is_none() {
                self.ops[entry.op].serial = entry.serial.wrapping_add(1);
            }
            self.move_op(entry.op);
        }
    }

    /// Whether a request that waits behind a slow one may be sent a second time.
    fn goes_twice(&mut self, entry: InFlight, node: NodeId) -> bool {
        let Some(op) = self.named((entry.op, entry.serial)) else { return false };
        let entry_op = &self.ops[op];
        let is_fresh = if entry_op.bundle.is_some() {
            self.bundled(op).iter().all(|&op| self.ops[op].moved < REPEATS_MAX)
        } else {
            entry_op.moved < REPEATS_MAX && !entry_op.is_slow() && entry_op.bond.is_none()
        };
        let is_fresh = is_fresh && !self.ops[op].write;
        is_fresh && self.member_mut(node).is_some_and(|member| member.limiter.may_repeat(entry.weight))
    }

    /// The time of a connection has come: it was not opened, or what it owed did not come.
    pub(super) fn conn_expired(&mut self, conn: ConnId) {
        let now = self.now;
        let Some(connection) = self.conns.get(conn) else { return };
        if connection.expires > now {
            if connection.state == State::Busy {
                self.look_at_head(conn);
            }
            return;
        }
        match connection.state {
            State::Connecting => {
                let address = format!("not open within {} ms", self.config.timeout as u32);
                self.conn_ended(conn, close_reason::CONNECT_TIMEOUT, &address);
            }
            State::LoggingIn(_) => {
                let why = format!("no login within {} ms", self.config.timeout as u32);
                self.conn_ended(conn, close_reason::CONNECT_TIMEOUT, &why);
            }
            State::Draining => self.drain_expired(conn),
            _ => {
                if let Purpose::Tend(node) = connection.purpose {
                    let asked = connection.expires - self.config.timeout;
                    self.distrust_idle(node, asked);
                }
                self.conn_ended(conn, close_reason::TIMED_OUT, "no answer in time")
            }
        }
    }

    /// The late answer did not come. Reads that wait behind it go elsewhere; the connection is closed unless a write
    /// that was sent still waits on it, which closing would leave in doubt: that one's own deadline decides.
    fn drain_expired(&mut self, conn: ConnId) {
        let behind: Vec<InFlight> = self.conns[conn].in_flight.iter().copied().collect();
        let mut must_wait = false;
        for entry in behind {
            let Some(op) = self.named((entry.op, entry.serial)) else { continue };
            let sent = self.conns[conn].stream.was_handed(entry.start);
            if self.ops[op].bundle.is_some() {
                must_wait |= self.bundle_is_stuck(op, sent);
            } else if self.ops[op].write && sent {
                must_wait = true;
            } else if self.ops[op].failed < self.ops[op].max_retries {
                self.abandon(op);
                self.fail_attempt(op, code::TIMEOUT, false);
            } else {
                must_wait = true;
            }
        }
        if must_wait {
            self.conns[conn].expires = f64::INFINITY;
        } else {
            self.log(level::DEBUG, "closed a connection whose answer did not come", &[]);
            self.conn_ended(conn, close_reason::TIMED_OUT, "no answer in time");
        }
    }

    /// A connection that is only kept because something waits on it has one request less: is it to be kept still?
    pub(super) fn drain_again(&mut self, conn: ConnId) {
        let now = self.now;
        let Some(connection) = self.conns.get_mut(conn) else { return };
        if connection.state == State::Draining && connection.expires == f64::INFINITY {
            connection.expires = now;
            self.conn_timers.set(conn, now);
        }
    }
}

/// How many requests are on a connection, or the depth if its socket is stuck; and whether they are of the kind. One that
/// has been silent since `blocked` is the last choice, and only where no other may be opened.
fn queue(conn: &Conn, depth: usize, write: bool, blocked: f64, is_full: bool) -> (usize, bool) {
    let length = match conn.progress <= blocked {
        true if is_full => conn.load.max(depth - 1),
        true => depth,
        false => conn.load,
    };
    (if conn.stream.pending() > PENDING_MAX { depth } else { length }, conn.writes == write)
}
