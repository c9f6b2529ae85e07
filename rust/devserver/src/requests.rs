//! From the bytes of a connection to answers: which requests are whole, and who answers each kind of message.

use crate::cluster::{Action, Cluster};
use crate::command::{self, Held, Hold};
use crate::config::Edition;
use crate::connections::{ConnId, Connection};
use crate::faults::Struck;
use crate::frame::{self, Frame, INTERNAL_XDR};
use crate::info;
use crate::limits::limit;
use crate::reply::{self, Meta};
use crate::security;
use crate::Code;
use aerospike_sansio::proto::{code, info1, message_type, PROTO_HEADER};
use aerospike_sansio::wire;

/// A whole message: on which connection, of which node, its type and what follows its header.
pub(crate) struct Arrived<'a> {
    pub conn: ConnId,
    pub node: usize,
    pub kind: u8,
    pub body: &'a [u8],
}

/// What has become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Yes,
    /// It stays where it is, at the head of its connection, until all of it is answered.
    Later,
    /// The connection is to be closed after what was answered.
    Close,
    /// Nothing is read from the connection any more.
    Hang,
}

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
            let arrived = Arrived { conn, node, kind, body };
            let done = match self.fate(&arrived, now_ms) {
                Some(struck) => self.suffer(&arrived, struck, now_ms, out),
                None => self.message(&arrived, now_ms, out),
            };
            let length = PROTO_HEADER + body.len();
            if done == Done::Later {
                self.look_behind(&arrived, length, &bytes[at..], now_ms);
                return (at, Action::Keep);
            }
            at += length;
            if let Some(connection) = self.connections.get_mut(conn) {
                connection.behind.done(length);
            }
            match done {
                Done::Yes | Done::Later => {}
                Done::Close => return (at, Action::Close),
                Done::Hang => {
                    if let Some(connection) = self.connections.get_mut(conn) {
                        (connection.hung, connection.pending) = (true, false);
                    }
                    return (bytes.len(), Action::Keep);
                }
            }
        }
    }

    /// The fault that has struck a message: before, or now if it was not looked at yet.
    fn fate(&mut self, arrived: &Arrived, now_ms: u64) -> Option<Struck> {
        let connection = self.connections.get_mut(arrived.conn)?;
        let is_new = connection.progress.is_none() && connection.held.is_none();
        match connection.struck.take() {
            None if is_new => match connection.behind.pop() {
                Some(fate) => fate,
                None => self.strike(arrived, now_ms),
            },
            struck => struck,
        }
    }

    /// Answers one message, or goes on with it.
    pub(crate) fn message(&mut self, arrived: &Arrived, now_ms: u64, out: &mut Vec<u8>) -> Done {
        let &Arrived { conn, node, kind, body } = arrived;
        if let Some(security) = self.security.as_mut() {
            security.call_as(node, self.connections.get(conn).and_then(|connection| connection.user.as_deref()));
        }
        match kind {
            message_type::INFO => match info::answer(self, conn, body, now_ms, out) {
                Action::Keep => Done::Yes,
                Action::Close => Done::Close,
            },
            // Community Edition has no security (vectors `admin`).
            message_type::SECURITY if self.edition == Edition::Community => {
                reply::security(out, code::SECURITY_NOT_SUPPORTED);
                Done::Yes
            }
            message_type::SECURITY => {
                security::answer(self, security::From { conn, node }, body, now_ms, out);
                Done::Yes
            }
            message_type::COMPRESSED => match self.inflated(node, body) {
                Ok(message) => self.command(conn, node, &message[PROTO_HEADER..], now_ms, out),
                Err(code) => {
                    reply::status(out, code, Meta::default());
                    Done::Yes
                }
            },
            INTERNAL_XDR => Done::Hang,
            _ => self.command(conn, node, body, now_ms, out),
        }
    }

    /// Answers one DATA message, or goes on with it.
    fn command(&mut self, conn: ConnId, node: usize, body: &[u8], now_ms: u64, out: &mut Vec<u8>) -> Done {
        // Who may ask is looked at once: what has been done is told, whoever the connection is meanwhile.
        let was_begun = |conn: &Connection| conn.progress.is_some() || conn.held.as_ref().is_some_and(Held::is_done);
        let has_begun = self.connections.get(conn).is_some_and(was_begun);
        if !has_begun && self.security.as_ref().is_some_and(|security| !security.is_somebody()) {
            // A batch is told so in its last message, as it is of everything that concerns the whole (`batch.c`).
            match body.get(1).is_some_and(|bits| bits & info1::BATCH != 0) {
                true => reply::last(out, code::NOT_AUTHENTICATED),
                false => reply::status(out, code::NOT_AUTHENTICATED, Meta::default()),
            }
            return Done::Yes;
        }
        let hold = command::hold(self, node, body);
        let held = self.connections.get_mut(conn).and_then(|connection| connection.held.take());
        let held = match (hold, held) {
            (None, Some(Held { answer: Some(mut answer), .. })) => {
                out.append(&mut answer);
                return Done::Yes;
            }
            (None, _) => return self.execute(conn, node, body, now_ms, out),
            (Some(_), Some(held)) if held.until_ms <= now_ms => {
                command::give_up(body, out);
                return Done::Yes;
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
        Done::Later
    }

    /// Does what one DATA message asks, or some of it, as `command` does.
    fn execute(&mut self, conn: ConnId, node: usize, body: &[u8], now_ms: u64, out: &mut Vec<u8>) -> Done {
        let start = out.len();
        let progress = self.connections.get_mut(conn).and_then(|connection| connection.progress.take());
        let progress = command::answer(self, node, body, progress, now_ms, out);
        let asked = body.get(1).is_some_and(|bits| bits & info1::COMPRESS_RESPONSE != 0);
        if asked && self.edition == Edition::Enterprise {
            reply::compress(out, start, &mut self.compressor);
        }
        if progress.is_none() {
            return Done::Yes;
        }
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.progress = progress;
        }
        self.set_pending(conn);
        Done::Later
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

    pub(crate) fn set_pending(&mut self, conn: ConnId) {
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
