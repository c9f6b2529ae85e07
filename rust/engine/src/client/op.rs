//! One operation, from its submission to its DONE record.

use super::batch::Part;
use super::coalesce::{Alike, Bundle};
use super::metrics::Spent;
use super::query::Run;
use super::turns::Turns;
use super::txn::Bond;
use crate::abi::{command_kind, policy_flag, NONE};
use crate::cluster::NodeId;
use crate::command::admin::Admin;
use crate::command::batch::Batch;
use crate::command::{Block, Encoded};
use crate::conn::{ConnId, Extent};
use crate::value::tape::Collections;

/// Where an operation is. A member of exactly the list that the name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// `Engine::fresh`: submitted, not looked at yet.
    Fresh,
    /// `Engine::backlog`: more operations than maxConcurrentOperations.
    Backlog,
    /// `Engine::unrouted`: there is no cluster yet.
    Unrouted,
    /// `waiting` or `waiting_exclusive` of the node's pool.
    Queued(NodeId),
    /// `in_flight` of the connection.
    InFlight(ConnId),
    /// `Member::gathered`: it may share a request with others that go to the same node.
    Gathered,
    /// A row of that op, which is a bundle.
    Bundled(u32),
    /// A batch: its parts are where they are.
    Parts,
    /// Another op of its transaction wakes it, or its timer.
    Held,
    /// `Engine::again`: the next attempt begins in this poll.
    Again,
    /// Between two attempts: only the timer knows it.
    Sleeping,
    /// `Turns::waiting` of its batch or query: enough nodes are being asked.
    Turn,
}

/// Which replica is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replica {
    Sequence,
    Master,
    Any,
    PreferRack,
    Random,
}

impl Replica {
    fn from_flags(flags: u32) -> Replica {
        match flags >> policy_flag::REPLICA_SHIFT & 7 {
            1 => Replica::Master,
            2 => Replica::Any,
            3 => Replica::PreferRack,
            4 => Replica::Random,
            _ => Replica::Sequence,
        }
    }
}

#[derive(Debug)]
pub struct Op {
    /// Moves on when the op ends: names that hold an old one mean nothing any more.
    pub serial: u32,
    pub stage: Stage,
    /// The whole request; the buffer is used again by the next op at this index.
    pub request: Vec<u8>,
    /// `abi::command_kind`
    pub kind: u32,
    /// Name ids; of info, admin and batches none.
    pub namespace: u32,
    pub set: u32,
    /// That there is no record is no error.
    pub absent_is_fine: bool,
    pub partition: u16,
    pub write: bool,
    pub info: bool,
    /// Reads of a strong-consistency namespace in session mode go to the master.
    pub session_read: bool,
    pub linearize: bool,
    /// As what the lists and maps of its answer are wanted.
    pub collections: Collections,
    pub replica: Replica,
    /// Which replica, counting from the policy's first; goes on at a retry.
    pub replica_index: u32,
    /// An info command for this node only.
    pub target: Option<NodeId>,

    pub started: f64,
    pub deadline: f64,
    /// When the present attempt was put on its connection, or in line for one.
    pub attempt_at: f64,
    /// Present while somebody wants to know where its time goes.
    pub spent: Option<Box<Spent>>,
    pub socket_timeout: f64,
    pub total_timeout: f64,
    pub timeout_delay: f64,
    /// The server's own time limit in milliseconds.
    pub server_timeout: u32,
    pub sleep: f64,
    pub sleep_multiplier: f64,
    pub max_retries: u32,
    /// Requests of more bytes leave compressed.
    pub compress_above: Option<usize>,
    /// Attempts that were begun; of a batch or query, by the part that has begun the most.
    pub attempts: u32,
    /// Attempts that failed.
    pub failed: u32,
    /// Times that it was taken off a connection before any of its bytes had left.
    pub moved: u32,
    /// Bytes of an attempt were given to a socket and not answered.
    pub ever_sent: bool,
    pub last_node: u32,
    /// Its number in the order of those that waited for a connection.
    pub ticket: u64,
    /// How many were ahead of it, or of a part of it, when it was turned away.
    pub ahead: u32,
    /// What it counts for in the line where it waits.
    pub line_bytes: usize,
    /// It is in `Engine::waiting_for_news`.
    pub waits_for_news: bool,
    /// It has waited for news in vain: its next attempt goes to whoever is there.
    pub waited_in_vain: bool,
    /// It holds one of maxConcurrentOperations.
    pub admitted: bool,
    /// The caller gave up before the op was looked at.
    pub cancelled: bool,
    /// Of a batch or query: which of its parts may be sent.
    pub turns: Turns,
    /// A command on users and roles.
    pub admin: Option<Box<Admin>>,
    /// Many records: the rows, and what is known of them.
    pub batch: Option<Box<Batch>>,
    /// A query under way.
    pub query: Option<Box<Run>>,
    /// Some of the rows of a batch.
    pub part: Option<Part>,
    /// What tells whether it can share a request with others; nothing if it never does.
    pub alike: Option<Alike>,
    /// Ops that share a request, of which this is the request.
    pub bundle: Option<Box<Bundle>>,
    /// It belongs to a transaction.
    pub bond: Option<Box<Bond>>,
}

/// The limits that a batch and its parts share.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    started: f64,
    deadline: f64,
    socket_timeout: f64,
    timeout_delay: f64,
    sleep: f64,
    sleep_multiplier: f64,
    max_retries: u32,
    failed: u32,
    replica: Replica,
    replica_index: u32,
    session_read: bool,
    linearize: bool,
    collections: Collections,
    free_since: Option<f64>,
}

impl Op {
    pub fn new() -> Op {
        Op {
            serial: 0,
            stage: Stage::Fresh,
            request: Vec::new(),
            kind: 0,
            namespace: 0,
            set: NONE,
            absent_is_fine: false,
            partition: 0,
            write: false,
            info: false,
            session_read: false,
            collections: Collections::Walked,
            linearize: false,
            replica: Replica::Sequence,
            replica_index: 0,
            target: None,
            started: 0.0,
            deadline: f64::INFINITY,
            attempt_at: 0.0,
            spent: None,
            socket_timeout: 0.0,
            total_timeout: 0.0,
            timeout_delay: 0.0,
            server_timeout: 0,
            sleep: 0.0,
            sleep_multiplier: 1.0,
            max_retries: 0,
            compress_above: None,
            attempts: 0,
            failed: 0,
            moved: 0,
            ever_sent: false,
            last_node: NONE,
            ticket: 0,
            ahead: 0,
            line_bytes: 0,
            waits_for_news: false,
            waited_in_vain: false,
            admitted: false,
            cancelled: false,
            turns: Turns::default(),
            admin: None,
            batch: None,
            query: None,
            part: None,
            alike: None,
            bundle: None,
            bond: None,
        }
    }

    /// Makes the entry a new operation. Its request stands in `request` already.
    pub fn begin(&mut self, block: &Block, encoded: Option<&Encoded>) {
        let request = std::mem::take(&mut self.request);
        let read_mode = block.flags >> policy_flag::READ_SC_SHIFT & 3;
        let write = encoded.is_some_and(|encoded| encoded.write);
        *self = Op {
            serial: self.serial,
            request,
            kind: block.kind,
            namespace: encoded.map_or(0, |encoded| encoded.namespace),
            set: block.set,
            absent_is_fine: block.absent_is_fine(),
            partition: encoded.map_or(0, |encoded| encoded.partition),
            write,
            info: block.kind == command_kind::INFO,
            session_read: !write && read_mode == 0,
            linearize: !write && read_mode == 1,
            collections: block.collections(),
            turns: Turns::of(block.max_nodes),
            ..Op::new()
        };
        self.limit_by(block);
    }

    /// Takes time limits, retries and the choice of replicas from a block.
    pub fn limit_by(&mut self, block: &Block) {
        self.replica = Replica::from_flags(block.flags);
        self.socket_timeout = or_never(block.socket_timeout);
        self.total_timeout = or_never(block.total_timeout);
        self.timeout_delay = f64::from(block.timeout_delay);
        self.server_timeout = block.server_timeout();
        self.sleep = f64::from(block.sleep);
        self.sleep_multiplier = if block.sleep_multiplier >= 1.0 { block.sleep_multiplier } else { 1.0 };
        self.max_retries = block.max_retries;
        self.compress_above = block.compresses_above();
    }

    /// If it ends now without an answer, nobody knows whether it took effect. To tell a transaction's monitor of a record
    /// is no effect that anyone sees.
    pub fn may_have_happened(&self) -> bool {
        self.write && self.ever_sent && !self.prepares()
    }

    /// Its present request is not its own: it tells the transaction's monitor of it, or asks whether there can be one.
    pub fn prepares(&self) -> bool {
        self.bond.as_ref().is_some_and(|bond| bond.prepares())
    }

    pub fn limits(&self) -> Limits {
        Limits {
            started: self.started,
            deadline: self.deadline,
            socket_timeout: self.socket_timeout,
            timeout_delay: self.timeout_delay,
            sleep: self.sleep,
            sleep_multiplier: self.sleep_multiplier,
            max_retries: self.max_retries,
            failed: self.failed,
            replica: self.replica,
            replica_index: self.replica_index,
            session_read: self.session_read,
            collections: self.collections,
            linearize: self.linearize,
            free_since: self.spent.as_ref().map(|spent| spent.free_since),
        }
    }

    /// Makes the entry a part of a batch.
    pub fn become_part(&mut self, limits: Limits, serial: u32, part: Part) {
        let mut request = std::mem::take(&mut self.request);
        request.clear();
        *self = Op {
            serial,
            request,
            part: Some(part),
            started: limits.started,
            deadline: limits.deadline,
            socket_timeout: limits.socket_timeout,
            timeout_delay: limits.timeout_delay,
            sleep: limits.sleep,
            sleep_multiplier: limits.sleep_multiplier,
            max_retries: limits.max_retries,
            failed: limits.failed,
            replica: limits.replica,
            replica_index: limits.replica_index,
            session_read: limits.session_read,
            collections: limits.collections,
            linearize: limits.linearize,
            spent: limits.free_since.map(Spent::since),
            ..Op::new()
        };
    }

    /// Makes the entry a bundle. Its request stands in `request` already. It has no limits: those who share it have.
    pub fn become_bundle(&mut self, collections: Collections, write: bool, bundle: Bundle) {
        let request = std::mem::take(&mut self.request);
        *self = Op {
            serial: self.serial,
            request,
            collections,
            write,
            socket_timeout: f64::INFINITY,
            bundle: Some(Box::new(bundle)),
            ..Op::new()
        };
    }

    /// How far its answer goes.
    pub fn extent(&self) -> Extent {
        match (&self.part, &self.admin) {
            (Some(part), _) if part.is_query => Extent::Query,
            (Some(_), _) => Extent::Batch,
            _ if self.bundle.is_some() => Extent::Batch,
            (None, Some(admin)) if !admin.writes => Extent::Admin,
            _ => Extent::One,
        }
    }

    /// Slow commands share a connection with nothing.
    pub fn is_slow(&self) -> bool {
        self.info || self.admin.is_some() || self.part.is_some()
    }

    /// A large request's buffer is not kept for the next one.
    pub fn trim(&mut self) {
        if self.request.capacity() > 64 * 1024 {
            self.request = Vec::new();
        }
    }
}

fn or_never(ms: u32) -> f64 {
    if ms == 0 {
        f64::INFINITY
    } else {
        f64::from(ms)
    }
}
