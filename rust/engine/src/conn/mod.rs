//! Connections as the engine sees them: numbers with a state, a queue of requests that wait for their answers, bytes to
//! write and the unfinished tail of what was read. No socket is here.
//!
//! ```text
//!              opened                    request              last answer
//!  Connecting ────────▶ (LoggingIn) ───▶ Idle ─────▶ Busy ──────────────▶ Idle
//!      │ refused, timeout                  │ idle too long  │ stuck           │
//!      └──────────────▶ gone ◀─────────────┴── Draining ◀───┘ ◀── any: closed, malformed
//! ```

pub mod limiter;
pub mod pool;
mod stream;

pub use limiter::Limiter;
pub use pool::Pool;
pub use stream::Stream;

use crate::cluster::session::Session;
use crate::cluster::NodeId;
use std::collections::VecDeque;

/// Index of a connection, as the shell knows it.
pub type ConnId = u32;

/// What a connection is for. Only `Pool` connections carry a caller's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Requests of callers.
    Pool(NodeId),
    /// The one connection over which a node is asked how it is.
    Tend(NodeId),
    /// A first look at an address, to learn which node it is.
    Probe(u32),
}

/// Where in its life a connection is. In `Idle`, `Busy`, `Exclusive` it is a member of the list of that name in its pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Connecting,
    /// Open, and not let in yet.
    LoggingIn(Login),
    /// Open, nothing in flight.
    Idle,
    /// Single-record requests in flight.
    Busy,
    /// One slow request in flight; shared with nothing.
    Exclusive,
    /// An answer is overdue: no new requests; back to Idle if it comes, else closed.
    Draining,
}

/// What a connection waits for that is being let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// Another connection of its node logs in.
    Turn,
    /// The shell, to say the password.
    Credential,
    /// The answer to its login.
    Answer,
    /// The answer to a session's token.
    Token,
}

/// How far an answer goes that nobody waits for any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// It is one message.
    One,
    /// To a batch: up to the message that is marked as the last.
    Batch,
    /// To a query: up to that, or an error in its place.
    Query,
    /// To a question on users and roles: up to the end, or an error in its place.
    Admin,
}

/// A request on the wire. If the op's serial has moved on, it is a tombstone: the answer is thrown away.
#[derive(Clone, Copy, Debug)]
pub struct InFlight {
    pub op: u32,
    pub serial: u32,
    /// Position of its first byte in all that was ever written to the connection.
    pub start: u64,
    pub answer: Extent,
    /// For how many requests on one record it counts.
    pub weight: usize,
}

#[derive(Debug)]
pub struct Conn {
    pub purpose: Purpose,
    pub state: State,
    pub in_flight: VecDeque<InFlight>,
    /// The weight of all that is in flight.
    pub load: usize,
    pub stream: Stream,
    /// What is in flight are writes, or reads: a server answers in order, and a write waits for replicas, so reads do not
    /// stand behind one if it can be helped.
    pub writes: bool,
    /// When bytes last came, or a request was put on it while it was idle.
    pub progress: f64,
    /// The `progress` from which on it was found blocked the last time.
    pub blocked_from: f64,
    /// When it was asked for, and when it could be used; infinity before.
    pub asked_at: f64,
    pub usable_at: f64,
    /// Closed when this time comes (a connect timeout, or the end of draining); infinity = never.
    pub expires: f64,
    /// Number of the session with which it was let in.
    pub session: u32,
    /// The session that it got by a login before its node was known.
    pub first_session: Option<Session>,
    /// The code with which it was not let in.
    pub refused: Option<i32>,
    /// The server has forgotten who it is: it is closed with its last answer.
    pub unwelcome: bool,
    /// It is in the engine's list of connections that have something to write.
    pub listed: bool,
}

impl Conn {
    pub fn new(purpose: Purpose, now: f64, expires: f64) -> Conn {
        Conn {
            purpose,
            state: State::Connecting,
            in_flight: VecDeque::new(),
            load: 0,
            stream: Stream::default(),
            writes: false,
            progress: now,
            blocked_from: f64::NEG_INFINITY,
            asked_at: now,
            usable_at: f64::INFINITY,
            expires,
            session: 0,
            first_session: None,
            refused: None,
            unwelcome: false,
            listed: false,
        }
    }
}
