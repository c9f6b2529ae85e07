//! From the bytes of a connection to answers: which requests are whole, and who answers each kind of message.

use crate::cluster::{Action, Cluster};
use crate::command::{self, Held, Hold};
use crate::config::Edition;
use crate::connections::ConnId;
use crate::frame::{self, Frame, INTERNAL_XDR};
use crate::info;
use crate::limits::limit;
use crate::reply::{self, Meta};
use crate::security;
use crate::Code;
use aerospike_sansio::proto::{code, info1, message_type, PROTO_HEADER};
use aerospike_sansio::wire;

impl Cluster {
    /// Bytes have arrived. Whole requests are answered at the end of `out`, strictly in order; the rest is kept. When
    /// the answers grow large, what is left waits: see [`Cluster::pending`]. `now_ms` is Unix time.
    pub fn received(&mut self, conn: ConnId, bytes: &[u8], now_ms: u64, out: &mut Vec<u8>) -> Action {
        let Some(connection) = self.connections.get_mut(conn) else { return Action::Close };
        if connection.hung {
            return Action::Keep;
        }
        let node = connection.node;
        if !self.nodes[node].is_up() || self.nodes[node].life != connection.life {
            return Action::Close;
        }
        if self.nodes[node].started_ms == 0 {
            self.nodes[node].started_ms = now_ms;
        }
        command::advance(self, now_ms);
        let Some(connection) = self.connections.get_mut(conn) else { return Action::Close };
        if connection.input.is_empty() {
            // As the server counts: from the beginning of a request on, and not from its answer.
            connection.used_ms = now_ms;
            let (used, action) = self.requests(conn, bytes, now_ms, out);
            return self.keep(conn, bytes[used..].to_vec(), action);
        }
        let mut input = self.connections.take_input(conn);
        input.extend_from_slice(bytes);
        let (used, action) = self.requests(conn, &input, now_ms, out);
        input.drain(..used);
        self.keep(conn, input, action)
    }

    /// Answers the whole requests at the start of `bytes`; gives how many bytes they took.
    fn requests(&mut self, conn: ConnId, bytes: &[u8], now_ms: u64, out: &mut Vec<u8>) -> (usize, Action) {
        let Some(connection) = self.connections.get_mut(conn) else { return (0, Action::Close) };
        (connection.pending, connection.waits) = (false, false);
        let node = connection.node;
        let (mut at, start) = (0, out.len());
        loop {
            if out.len() - start >= limit::ANSWERED {
                self.set_pending(conn);
                return (at, Action::Keep);
            }
            let (kind, body) = match frame::next(&bytes[at..]) {
                Frame::Incomplete => return (at, Action::Keep),
                Frame::Foreign => return (at, Action::Close),
                Frame::Message { kind, body } => (kind, body),
            };
            if kind == message_type::INFO && info::puts_a_module(body) && !self.udfs.ready() {
                if let Some(connection) = self.connections.get_mut(conn) {
                    connection.waits = true;
                }
                return (at, Action::Keep);
            }
            let begin = at;
            at += PROTO_HEADER + body.len();
            if let Some(security) = self.security.as_mut() {
                security.call_as(node, self.connections.get(conn).and_then(|connection| connection.user.as_deref()));
            }
            match kind {
                message_type::INFO => {
                    if info::answer(self, conn, body, now_ms, out) == Action::Close {
                        return (at, Action::Close);
                    }
                }
                // Community Edition has no security (vectors `admin`).
                message_type::SECURITY if self.edition == Edition::Community => {
                    reply::security(out, code::SECURITY_NOT_SUPPORTED);
                }
                message_type::SECURITY => {
                    security::answer(self, security::From { conn, node }, body, now_ms, out);
                }
                message_type::COMPRESSED => match self.inflated(node, body) {
                    Ok(message) if !self.command(conn, node, &message[PROTO_HEADER..], now_ms, out) => {
                        return (begin, Action::Keep);
                    }
                    Ok(_) => {}
                    Err(code) => reply::status(out, code, Meta::default()),
                },
                INTERNAL_XDR => {
                    if let Some(connection) = self.connections.get_mut(conn) {
                        connection.hung = true;
                    }
                    return (bytes.len(), Action::Keep);
                }
                _ => {
                    if !self.command(conn, node, body, now_ms, out) {
                        return (begin, Action::Keep);
                    }
                }
            }
        }
    }

    /// Answers one DATA message. False if that is to go on: the request stays where it is until all of it is answered.
    fn command(&mut self, conn: ConnId, node: usize, body: &[u8], now_ms: u64, out: &mut Vec<u8>) -> bool {
        if self.security.as_ref().is_some_and(|security| !security.is_somebody()) {
            // A batch is told so in its last message, as it is of everything that concerns the whole (`batch.c`).
            match body.get(1).is_some_and(|bits| bits & info1::BATCH != 0) {
                true => reply::last(out, code::NOT_AUTHENTICATED),
                false => reply::status(out, code::NOT_AUTHENTICATED, Meta::default()),
            }
            return true;
        }
        let hold = command::hold(self, node, body);
        let held = self.connections.get_mut(conn).and_then(|connection| connection.held.take());
        let held = match (hold, held) {
            (None, Some(Held { answer: Some(mut answer), .. })) => {
                out.append(&mut answer);
                return true;
            }
            (None, _) => return self.execute(conn, node, body, now_ms, out),
            (Some(_), Some(held)) if held.until_ms <= now_ms => {
                command::give_up(body, out);
                return true;
            }
            (Some(_), Some(held)) => held,
            (Some(Hold::Request), None) => Held::new(body, now_ms, None),
            (Some(Hold::Answer), None) => {
                let mut answer = Vec::new();
                self.execute(conn, node, body, now_ms, &mut answer);
                Held::new(body, now_ms, Some(answer))
            }
        };
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.held = Some(held);
        }
        self.set_pending(conn);
        false
    }

    /// Does what one DATA message asks, or some of it, as `command` does.
    fn execute(&mut self, conn: ConnId, node: usize, body: &[u8], now_ms: u64, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let progress = self.connections.get_mut(conn).and_then(|connection| connection.progress.take());
        let progress = command::answer(self, node, body, progress, now_ms, out);
        let asked = body.get(1).is_some_and(|bits| bits & info1::COMPRESS_RESPONSE != 0);
        if asked && self.edition == Edition::Enterprise {
            reply::compress(out, start, &mut self.compressor);
        }
        let is_done = progress.is_none();
        if !is_done {
            if let Some(connection) = self.connections.get_mut(conn) {
                connection.progress = progress;
            }
            self.set_pending(conn);
        }
        is_done
    }

    /// The message inside of a compressed one, or the code that it is answered with. Community Edition does not look
    /// into it (vectors `kv/compress`); what the other says to a damaged one is not known.
    fn inflated(&mut self, node: usize, body: &[u8]) -> Result<Vec<u8>, Code> {
        let message = match self.edition {
            Edition::Community => Err(code::ENTERPRISE_ONLY),
            Edition::Enterprise => wire::inflate(body).map_err(|_| code::PARAMETER),
        };
        self.nodes[node].counters.demarshal_error += u64::from(message.is_err());
        message
    }

    fn set_pending(&mut self, conn: ConnId) {
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.pending = true;
        }
    }

    fn keep(&mut self, conn: ConnId, input: Vec<u8>, action: Action) -> Action {
        if self.connections.keep_input(conn, input) {
            action
        } else {
            Action::Close
        }
    }
}
