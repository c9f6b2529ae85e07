//! What the shell tells of its sockets. Unknown or outdated connection numbers are ignored: a socket may speak once
//! more after the engine has given it up.

use super::outputs::Done;
use super::{address_of, level, without_answer, Engine};
use crate::abi::{close_reason, node_word, socket_end, stat, tag};
use crate::conn::limiter::Heard;
use crate::conn::{ConnId, Extent, InFlight, Purpose, State};
use crate::limits::limit;
use crate::proto::{code, info3, message_type, PROTO_HEADER};
use crate::value::tape::Slot;
use crate::{wire, Malformed};

/// An unfinished message that is longer is worth counting what all of them take.
const LARGE: usize = 1024 * 1024;

impl Engine {
    /// Room for `length` bytes that came from a socket, to be filled before `received`.
    pub fn receive_reserve(&mut self, length: usize) -> &mut [u8] {
        self.begin();
        if self.staging_is_referred_to {
            // Results that were not polled yet point into it: they keep it, and it is replaced.
            let size = self.staging.len();
            let before = std::mem::replace(&mut self.staging, vec![0; size]);
            self.outputs.retained.push(before);
            self.staging_is_referred_to = false;
        }
        if self.staging.len() < length {
            self.staging.resize(length, 0);
        }
        &mut self.staging[..length]
    }

    /// It is `now`, and the sockets have been heard up to now: what is due is really due. A shell whose event loop was
    /// held up must let its sockets speak first, or answers that have long arrived would be called late.
    pub fn time(&mut self, now: f64) {
        self.tell(now);
        self.heard = self.now;
    }

    pub(super) fn tell(&mut self, now: f64) {
        self.begin();
        self.now = self.now.max(now);
    }

    pub fn opened(&mut self, conn: ConnId, now: f64) {
        self.tell(now);
        let Some(connection) = self.conns.get_mut(conn).filter(|conn| conn.state == State::Connecting) else { return };
        connection.expires = f64::INFINITY;
        self.conn_timers.clear(conn);
        self.count(stat::CONNECTIONS_OPENED);
        self.tally_of(conn).one(node_word::OPENED);
        self.stats[stat::CONNECTIONS_OPEN] += 1.0;
        if self.config.has_login() {
            self.enter(conn);
        } else {
            self.usable(conn);
        }
    }

    /// A connection is open, and let in where that is needed.
    pub(super) fn usable(&mut self, conn: ConnId) {
        self.conns[conn].usable_at = self.now;
        let took = self.now - self.conns[conn].asked_at;
        self.tally_of(conn).observe(node_word::CONNECT, took);
        match self.conns[conn].purpose {
            Purpose::Pool(node) => self.pool_conn_opened(conn, node),
            Purpose::Tend(node) => self.tend_conn_opened(conn, node),
            Purpose::Probe(probe) => self.probe_opened(conn, probe),
        }
    }

    pub fn writable(&mut self, conn: ConnId, now: f64) {
        self.tell(now);
        if let Some(connection) = self.conns.get_mut(conn) {
            connection.stream.writable();
            if connection.stream.has_output() {
                self.want_transmit(conn);
            }
        }
    }

    /// `length` bytes of the staging region came from a socket. `wall` is Unix time in ms: times to live depend on it.
    pub fn received(&mut self, conn: ConnId, length: usize, now: f64, wall: f64) {
        self.tell(now);
        let length = length.min(self.staging.len());
        self.wall = wall;
        self.stats[stat::BYTES_RECEIVED] += length as f64;
        if self.conns.is_used(conn) {
            self.tally_of(conn).add(node_word::RECEIVED, length as f64);
        }
        let now = self.now;
        let Some(connection) = self.conns.get_mut(conn).filter(|conn| conn.state != State::Connecting) else { return };
        let (purpose, state, load, silent, writes) =
            (connection.purpose, connection.state, connection.load, now - connection.progress, connection.writes);
        if let Purpose::Pool(node) = purpose {
            self.members[node as usize].iter_mut().for_each(|member| member.heard_at = now);
        }
        if connection.stream.has_tail() {
            let joined = connection.stream.join(&self.staging[..length]);
            self.read_joined(conn, joined, now);
        } else {
            let staging = std::mem::take(&mut self.staging);
            let used = self.read(conn, &staging[..length], now);
            if let Some(connection) = self.conns.get_mut(conn) {
                if used < length {
                    let tail = connection.stream.join(&staging[used..length]);
                    self.keep(conn, tail, now);
                }
            }
            self.staging_is_referred_to |= !self.outputs.tape.is_empty();
            self.staging = staging;
        }
        if let (Purpose::Pool(node), State::Busy, true) = (purpose, state, self.config.adapts) {
            let left = self.conns.get(conn).map_or(load, |connection| connection.load);
            if left < load {
                if let Some(member) = &mut self.members[node as usize] {
                    let (answers, moves, waiting) = (load - left, !writes, member.in_flight);
                    member.limiter.heard(Heard { now, silent, load, answers, moves, waiting });
                }
            }
        }
    }

    fn read_joined(&mut self, conn: ConnId, joined: Vec<u8>, now: f64) {
        let used = self.read(conn, &joined, now);
        if !self.conns.is_used(conn) {
            self.outputs.retained.push(joined);
        } else if used == 0 {
            self.keep(conn, joined, now);
        } else {
            self.keep(conn, joined[used..].to_vec(), now);
            self.outputs.retained.push(joined);
        }
    }

    /// Keeps an unfinished message. If those of all connections have become too many bytes, the connection with the
    /// longest one is closed: a node that sends without end takes no memory from the others.
    fn keep(&mut self, conn: ConnId, tail: Vec<u8>, now: f64) {
        let connection = &mut self.conns[conn];
        if tail.len() > PROTO_HEADER {
            connection.progress = now;
        }
        let is_large = tail.len() > LARGE;
        connection.stream.keep(tail);
        if !is_large {
            return;
        }
        let unfinished = |conn: &ConnId| self.conns[*conn].stream.unfinished();
        let conns = self.conns.indices();
        let total: usize = conns.iter().map(unfinished).sum();
        if total > limit::UNFINISHED {
            if let Some(longest) = conns.into_iter().max_by_key(unfinished) {
                self.conn_ended(longest, close_reason::PROTOCOL, "unfinished answers take too much memory");
            }
        }
    }

    /// Uses the whole messages at the start of `bytes`; tells how many bytes that were. What is malformed ends the
    /// connection, and nothing else.
    fn read(&mut self, conn: ConnId, bytes: &[u8], now: f64) -> usize {
        let mut used = 0;
        loop {
            let Some(connection) = self.conns.get(conn) else { return bytes.len() };
            let expected = match (connection.purpose, connection.state) {
                (_, State::LoggingIn(_)) => limit::LOGIN_ANSWER,
                (Purpose::Pool(_), _) => limit::MESSAGE,
                _ => limit::INFO_ANSWER,
            };
            match wire::complete(&bytes[used..]) {
                Ok(Some((kind, total))) if total <= expected + PROTO_HEADER => {
                    // Empty messages without end do not keep a request waiting without end.
                    if total > PROTO_HEADER {
                        self.conns[conn].progress = now;
                    }
                    if let Err(Malformed(why)) = self.message(conn, kind, bytes, used + PROTO_HEADER, used + total) {
                        self.malformed(conn, why, &bytes[used..]);
                        return bytes.len();
                    }
                    used += total;
                }
                Ok(Some(_)) => {
                    self.malformed(conn, "the message is too long", &bytes[used..]);
                    return bytes.len();
                }
                Ok(None) => return used,
                Err(Malformed(why)) => {
                    self.malformed(conn, why, &bytes[used..]);
                    return bytes.len();
                }
            }
        }
    }

    /// One whole message, the body of which is `bytes[from..to]`.
    fn message(&mut self, conn: ConnId, kind: u8, bytes: &[u8], from: usize, to: usize) -> Result<(), Malformed> {
        let body = &bytes[from..to];
        if let State::LoggingIn(step) = self.conns[conn].state {
            return self.login_message(conn, step, kind, body);
        }
        let expects_info = |kind: u8| match kind {
            message_type::INFO => Ok(()),
            _ => Err(Malformed("expected an info answer")),
        };
        match self.conns[conn].purpose {
            // Before anything is done for it.
            Purpose::Pool(_) if self.conns[conn].in_flight.is_empty() => Err(Malformed("an answer to no request")),
            Purpose::Pool(_) if kind == message_type::COMPRESSED => self.compressed_message(conn, body),
            Purpose::Pool(_) if kind == message_type::DATA && body.is_empty() => {
                // An empty message is legal and means nothing.
                Ok(())
            }
            Purpose::Pool(node) => self.pool_message(conn, node, kind, bytes, from, to),
            Purpose::Tend(node) => expects_info(kind).map(|()| self.tend_answered(conn, node, body)),
            Purpose::Probe(probe) => expects_info(kind).map(|()| self.probe_answered(conn, probe, body)),
        }
    }

    /// What is inside is read as if it had come so; results that refer to it keep it.
    fn compressed_message(&mut self, conn: ConnId, body: &[u8]) -> Result<(), Malformed> {
        let message = wire::inflate(body)?;
        let read = self.message(conn, message_type::DATA, &message, PROTO_HEADER, message.len());
        self.outputs.retained.push(message);
        read
    }

    fn pool_message(
        &mut self,
        conn: ConnId,
        node: u16,
        kind: u8,
        bytes: &[u8],
        from: usize,
        to: usize,
    ) -> Result<(), Malformed> {
        let Some(&entry) = self.conns[conn].in_flight.front() else { return Err(Malformed("an answer to no request")) };
        let body = &bytes[from..to];
        match self.named((entry.op, entry.serial)) {
            None => {
                if is_end(entry.answer, kind, body)? {
                    self.count(stat::LATE_ANSWERS);
                    self.next_in_line(conn, node);
                }
            }
            Some(op) if self.ops[op].info => {
                if kind != message_type::INFO {
                    return Err(Malformed("expected an info answer"));
                }
                self.next_in_line(conn, node);
                self.complete_info(op, from, body.len(), address_of(bytes));
            }
            Some(op) if self.ops[op].admin.is_some() => {
                if kind != message_type::SECURITY {
                    return Err(Malformed("expected an answer of security"));
                }
                if let Some(done) = self.admin_message(op, body)? {
                    self.check_session(conn, done.code);
                    self.next_in_line(conn, node);
                    self.complete_admin(op, node, done);
                }
            }
            Some(op) if self.ops[op].part.is_some() => {
                if kind != message_type::DATA {
                    return Err(Malformed("expected an answer to a batch"));
                }
                if let Some(last) = self.part_message(op, bytes, from, to)? {
                    self.check_session(conn, last.code);
                    self.next_in_line(conn, node);
                    self.part_ended(op, &last);
                }
            }
            Some(op) if self.ops[op].bundle.is_some() => {
                if kind != message_type::DATA {
                    return Err(Malformed("expected an answer to a batch"));
                }
                if let Some(last) = self.bundle_message(op, node, bytes, from, to)? {
                    self.check_session(conn, last.code);
                    self.next_in_line(conn, node);
                    self.bundle_ended(op, last.code);
                }
            }
            Some(op) => {
                if kind != message_type::DATA {
                    return Err(Malformed("expected a record answer"));
                }
                let first_slot = self.outputs.tape.len();
                let collections = self.ops[op].collections;
                let reply = wire::reply(body, from, collections, &mut self.names, &mut self.outputs.tape)
                    .and_then(|reply| wire::nothing_behind(reply.length, body.len()).map(|()| reply));
                let reply = reply.inspect_err(|_| self.outputs.tape.truncate(first_slot))?;
                self.check_session(conn, reply.code);
                self.next_in_line(conn, node);
                self.complete(op, node, &reply, first_slot as u32, address_of(bytes));
            }
        }
        self.serve(node);
        Ok(())
    }

    /// The front request of a connection is answered.
    fn next_in_line(&mut self, conn: ConnId, node: u16) {
        let connection = &mut self.conns[conn];
        if let Some(entry) = connection.in_flight.pop_front() {
            self.answered(conn, entry.weight);
        }
        let connection = &self.conns[conn];
        let healthy = |entry: &InFlight| self.ops.get(entry.op).is_some_and(|op| op.serial == entry.serial);
        let settled = match connection.state {
            State::Draining => connection.in_flight.iter().all(healthy),
            _ => connection.in_flight.is_empty(),
        };
        if settled {
            self.settle(conn, node);
        } else {
            self.drain_again(conn);
        }
    }

    fn complete_info(&mut self, op: u32, from: usize, length: usize, data_address: u32) {
        let first_slot = self.outputs.tape.len() as u32;
        self.outputs.tape.push(Slot { tag: tag::STRING, bin: 0, a: from as u32, b: length as u32 });
        let done = Done { from_server: true, first_slot, items: 1, data_address, ..without_answer(op, code::OK) };
        self.end(op, done);
    }

    fn malformed(&mut self, conn: ConnId, why: &str, bytes: &[u8]) {
        let start: String = bytes
            .iter()
            .take(16)
            .map(|&byte| if byte.is_ascii_graphic() || byte == b' ' { byte as char } else { '.' })
            .collect();
        let hint = match bytes {
            [b'H', b'T', b'T', b'P', ..] => "; this port speaks HTTP",
            [0x15, 0x03, ..] => "; this port speaks TLS: set tls",
            _ => "",
        };
        let text = format!("{why} (it began with {start:?}){hint}");
        self.conn_ended(conn, close_reason::PROTOCOL, &text);
    }

    /// The socket ended by itself: `end` is one of `abi::socket_end`.
    pub fn closed(&mut self, conn: ConnId, end: u32, now: f64) {
        self.tell(now);
        let Some(connection) = self.conns.get(conn) else { return };
        let connecting = connection.state == State::Connecting;
        // A server that cannot use a client hangs up on its first words.
        let unanswered = matches!(connection.purpose, Purpose::Probe(_));
        let (reason, text) = match end {
            socket_end::REFUSED => (close_reason::CONNECT_FAILED, "connection refused"),
            socket_end::UNREACHABLE => (close_reason::CONNECT_FAILED, "no route to it"),
            socket_end::UNKNOWN_HOST => (close_reason::CONNECT_FAILED, "the name does not resolve"),
            end if tls_failure(end).is_some() => (close_reason::TLS, tls_failure(end).unwrap_or_default()),
            _ if connecting => (close_reason::CONNECT_FAILED, "could not connect"),
            _ if unanswered && self.config.tls => {
                (close_reason::TLS, "closed by the server before it answered: does it take this client's certificate?")
            }
            socket_end::CLOSED if unanswered => {
                (close_reason::REMOTE, "closed by the server before it answered: does it expect TLS?")
            }
            socket_end::CLOSED => (close_reason::REMOTE, "closed by the server"),
            _ => (close_reason::FAILED, "connection lost"),
        };
        self.ended(conn, reason, text);
    }

    /// The engine gives a connection up: the shell is told, and what was on it is failed over.
    pub(super) fn conn_ended(&mut self, conn: ConnId, reason: u32, text: &str) {
        if self.conns.is_used(conn) {
            self.outputs.close(conn, reason);
            self.ended(conn, reason, text);
        }
    }

    /// Gives a connection up on which nothing waits that matters.
    pub(super) fn drop_conn(&mut self, conn: ConnId, reason: u32) {
        self.conn_ended(conn, reason, "");
    }

    fn ended(&mut self, conn: ConnId, reason: u32, text: &str) {
        let (purpose, state) = (self.conns[conn].purpose, self.conns[conn].state);
        self.conn_timers.clear(conn);
        let refused = self.conns[conn].refused;
        let opening = matches!(state, State::Connecting | State::LoggingIn(_));
        let reason_at = (reason - close_reason::IDLE) as usize;
        self.count(stat::CLOSED_IDLE + reason_at);
        self.tally_of(conn).one(node_word::CLOSED + reason_at);
        if state == State::Connecting {
            self.count(stat::CONNECTIONS_FAILED);
            self.tally_of(conn).one(node_word::OPEN_FAILED);
        } else {
            self.count(stat::CONNECTIONS_CLOSED);
            self.stats[stat::CONNECTIONS_OPEN] -= 1.0;
        }
        if let Purpose::Pool(node) = purpose {
            if let Some(member) = self.member_mut(node) {
                member.pool.remove(conn);
            }
            self.log_ended(node, reason, text);
            if !matches!(
                reason,
                close_reason::IDLE
                    | close_reason::SURPLUS
                    | close_reason::SHUTDOWN
                    | close_reason::NODE_GONE
                    | close_reason::CANCELLED
            ) {
                // A server that closes connections which nobody uses does nothing wrong.
                if state != State::Connecting && !self.conns[conn].in_flight.is_empty() {
                    self.count_error(node);
                }
                if !opening {
                    self.tend_soon(node);
                }
            }
        }
        self.fail_over(conn, Engine::code_of(reason));
        self.conns.retire(conn);
        self.gone_conns.push(conn);
        match purpose {
            Purpose::Pool(node) if opening => self.pool_conn_failed(node, refused.unwrap_or(code::CONNECTION)),
            Purpose::Pool(node) => self.want_conns(node),
            Purpose::Tend(node) => self.tend_failed(node, text),
            Purpose::Probe(probe) => self.probe_failed(probe, text, refused.unwrap_or(Engine::code_of(reason))),
        }
        if let Purpose::Pool(node) | Purpose::Tend(node) = purpose {
            if let Some(member) = self.member_mut(node).filter(|member| member.login == Some(conn)) {
                member.login = None;
                self.next_turn(node, refused);
            }
        }
    }

    fn log_ended(&mut self, node: u16, reason: u32, text: &str) {
        let known = close_reason::ROWS.iter().find(|row| row.value == i64::from(reason)).map_or("", |row| row.doc);
        let why = if text.is_empty() { known } else { text };
        if let Some(member) = self.member(node) {
            let (name, address) = (member.node.name.clone(), member.node.address.to_string());
            let fields = [("node", name.as_str()), ("address", &address), ("reason", why)];
            self.log(level::DEBUG, &format!("connection to {name}: {why}"), &fields);
        }
    }
}

/// Whether a message is the end of an answer that nobody waits for.
fn is_end(answer: Extent, kind: u8, body: &[u8]) -> Result<bool, Malformed> {
    match (answer, kind) {
        (Extent::One, _) => Ok(true),
        (Extent::Batch, message_type::DATA) => wire::has_last(body, |header| header.info3 & info3::LAST != 0),
        (Extent::Query, message_type::DATA) => {
            wire::has_last(body, |header| wire::ends_query(header.info3, i32::from(header.code)))
        }
        (Extent::Admin, message_type::SECURITY) => wire::security::has_error(body),
        _ => Err(Malformed("expected another kind of answer")),
    }
}

/// What is said of a connection on which TLS could not be begun.
fn tls_failure(end: u32) -> Option<&'static str> {
    Some(match end {
        socket_end::TLS => "the TLS handshake failed",
        socket_end::TLS_EXPIRED => "the server's certificate has expired or is not valid yet",
        socket_end::TLS_UNTRUSTED => "the server's certificate is signed by nobody who is trusted: see tls.ca",
        socket_end::TLS_UNVERIFIED => {
            "the server's certificate has expired, or is signed by nobody who is trusted: see tls.ca"
        }
        socket_end::TLS_NAME => "the server's certificate is for another name: see tlsName",
        socket_end::TLS_CERTIFICATE_REQUIRED => "the server wants a client certificate: see tls.cert and tls.key",
        socket_end::TLS_REFUSED => "the server refused the TLS handshake: does it take this client's certificate?",
        socket_end::TLS_VERSION => "the server speaks no version of TLS that this client may use",
        socket_end::TLS_PLAIN => "this port does not speak TLS",
        socket_end::TLS_CLOSED => "the server hung up during the TLS handshake: does this port speak TLS?",
        _ => return None,
    })
}
