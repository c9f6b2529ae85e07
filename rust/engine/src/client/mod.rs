//! The client: one `Engine`, which takes commands and the events of sockets and gives bytes, results and the next
//! deadline. It never calls out, owns no socket, and knows the time only as it is told.
//!
//! Three kinds of methods:
//! - commands: `submit`, `cancel`, `close`;
//! - inputs: `opened`, `received`, `writable`, `closed`, `time`;
//! - output: `poll`, and getters of what the records refer to.
//!
//! The rhythm of a shell: inputs, then `poll(now)` until it gives nothing, acting on every record, then one timer for
//! `next_deadline`, at which it says `time`. What a record refers to stays valid until the next input or poll.
//!
//! A request's way: `submit` (encode) ▸ `admit` (deadline, backpressure) ▸ `route` (which node) ▸ `dispatch` (which
//! connection) ▸ `inputs` (bytes) ▸ `attempt` (done, or again). An op of a transaction may go it several times: `txn`.

mod admin;
mod admit;
mod attempt;
mod batch;
mod coalesce;
mod columns;
pub mod config;
mod dispatch;
mod inputs;
mod line;
mod login;
mod member;
pub mod metrics;
mod op;
pub mod outputs;
mod probe;
mod query;
mod route;
pub mod slab;
mod submit;
mod tend;
pub mod timers;
mod turns;
mod txn;

use crate::abi::{close_reason, event, node_word, stat, NONE};
use crate::cluster::{NodeId, PartitionMap};
use crate::conn::{Conn, ConnId, State};
use crate::names::Names;
use crate::proto::code;
use crate::value::tape::Slot;
use crate::wire::Compressor;
use config::Config;
use line::Line;
use member::Member;
use metrics::Metrics;
use op::Op;
use outputs::{Done, Outputs};
use probe::Probe;
use slab::Slab;
use std::collections::BTreeMap;
use timers::Timers;
use txn::Entry as Transaction;

/// An op by index and serial: the serial moves on when the op ends, so that a name which is kept too long is harmless.
type OpName = (u32, u32);

/// Where the engine is in its life.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Life {
    /// Looking for the cluster; operations wait.
    Starting,
    Running,
    /// No new operations; closed when none is left or the time has come.
    Closing {
        until: f64,
    },
    Closed,
}

pub struct Engine {
    config: Config,
    now: f64,
    /// Up to when deadlines are believed: see `time`.
    heard: f64,
    /// Unix time in ms, as of the last bytes.
    wall: f64,
    random: u64,
    life: Life,

    compressor: Compressor,
    pub names: Names,
    /// Written by the shell: the command block and its slots, and the texts that they refer to.
    pub command: Vec<Slot>,
    pub data: Vec<u8>,
    /// Written by the shell: bytes that came from a socket.
    pub staging: Vec<u8>,
    staging_is_referred_to: bool,
    /// Why the last command was refused.
    pub refused: Option<crate::Refused>,
    pub outputs: Outputs,
    /// The outputs have been given out; the next input clears them.
    polled: bool,

    ops: Slab<Op>,
    /// Ops that ended and whose index may be given out again once their DONE was taken.
    ended: Vec<u32>,
    /// Submitted since the last poll, and what their requests take.
    fresh: Vec<OpName>,
    fresh_bytes: usize,
    /// Waiting for one of maxConcurrentOperations.
    backlog: Line,
    admitted: usize,
    /// Waiting for a cluster.
    unrouted: Line,
    /// The caller gave up.
    cancelled: Vec<OpName>,
    /// Records of queries that callers took.
    taken: Vec<(OpName, u32)>,
    /// Failed and to be tried at once.
    again: Vec<OpName>,
    /// Sleeping, and woken when there is news of the cluster.
    waiting_for_news: Vec<OpName>,
    /// Nodes that have something gathered, which is sent at the end of the poll.
    gathering: Vec<NodeId>,
    op_timers: Timers,
    /// By handle; a handle is not given again.
    txns: BTreeMap<u32, Transaction>,
    txn_handle: u32,

    /// When the shell was asked for the password; minus infinity when no answer is awaited.
    credential_asked: f64,
    /// Sessions that there have been.
    sessions: u32,
    conns: Slab<Conn>,
    gone_conns: Vec<ConnId>,
    /// Connections that may have something to write.
    to_transmit: Vec<ConnId>,
    conn_timers: Timers,

    members: Vec<Option<Member>>,
    map: PartitionMap,
    probes: Slab<Probe>,
    /// Until when connecting waits for what the first nodes named; infinity while there is no node.
    settle_by: f64,
    /// When the seeds are tried again, having no node.
    next_seed: f64,
    /// Why each seed failed, for the error that says so.
    seed_errors: Vec<String>,
    seed_code: i32,
    /// Nodes whose pool has something waiting, and may need connections.
    short_of_conns: Vec<NodeId>,
    round_robin: u32,
    /// The last number that was given to an op that waits for a connection.
    tickets: u64,

    stats: [f64; stat::LENGTH],
    metrics: Metrics,
    due: Vec<u32>,
}

impl Engine {
    /// An engine at its birth: `seed` is all its randomness, `now` its first idea of the time. A configuration that
    /// cannot be read makes an engine that says so in its READY record.
    pub fn new(config: &str, seed: u64, now: f64) -> Engine {
        let (config, problem) = match Config::parse(config) {
            Ok(config) => (config, None),
            Err(problem) => (Config::default(), Some(problem)),
        };
        let mut engine = Engine {
            config,
            now,
            heard: now,
            wall: 0.0,
            random: seed | 1,
            life: Life::Starting,
            compressor: Compressor::default(),
            names: Names::new(seed),
            command: vec![Slot::default(); 256],
            data: vec![0; 4096],
            staging: vec![0; 64 * 1024],
            staging_is_referred_to: false,
            refused: None,
            outputs: Outputs::default(),
            polled: false,
            ops: Slab::default(),
            ended: Vec::new(),
            fresh: Vec::new(),
            fresh_bytes: 0,
            backlog: Line::default(),
            admitted: 0,
            unrouted: Line::default(),
            cancelled: Vec::new(),
            taken: Vec::new(),
            again: Vec::new(),
            waiting_for_news: Vec::new(),
            gathering: Vec::new(),
            op_timers: Timers::new(now),
            txns: BTreeMap::new(),
            txn_handle: 0,
            credential_asked: f64::NEG_INFINITY,
            sessions: 0,
            conns: Slab::default(),
            gone_conns: Vec::new(),
            to_transmit: Vec::new(),
            conn_timers: Timers::new(now),
            members: Vec::new(),
            map: PartitionMap::default(),
            probes: Slab::default(),
            settle_by: f64::INFINITY,
            next_seed: f64::INFINITY,
            seed_errors: Vec::new(),
            seed_code: code::NOT_CONNECTED,
            short_of_conns: Vec::new(),
            round_robin: 0,
            tickets: 0,
            stats: [0.0; stat::LENGTH],
            metrics: Metrics::default(),
            due: Vec::new(),
        };
        match problem {
            Some(problem) => engine.give_up_starting(code::INVALID_ARGUMENT, &problem),
            None => engine.start(),
        }
        engine
    }

    fn start(&mut self) {
        if !self.config.fail_if_not_connected {
            self.life = Life::Running;
            self.outputs.ready(code::OK, "");
        }
        self.try_seeds();
    }

    fn give_up_starting(&mut self, code: i32, text: &str) {
        self.outputs.ready(code, text);
        self.shut();
    }

    /// Does what is due as of the last `time`, begins what was submitted, and gives out what there is to do: the number of words of output records.
    #[must_use]
    pub fn poll(&mut self, now: f64) -> usize {
        self.begin();
        self.now = self.now.max(now);
        if self.life != Life::Closed {
            self.end_cancelled();
            self.go_on_reading();
            self.do_what_is_due();
            self.admit_fresh();
            self.route_again();
            self.send_gathered();
            self.open_what_is_short();
            self.finish_closing();
        }
        self.transmit();
        self.polled = true;
        self.outputs.words.len()
    }

    /// When `poll` is wanted again, if nothing happens before: a time on the same clock, infinity for never.
    pub fn next_deadline(&self) -> f64 {
        if self.life == Life::Closed {
            return f64::INFINITY;
        }
        let closing = if let Life::Closing { until } = self.life { until } else { f64::INFINITY };
        let tend = self.members.iter().flatten().map(|member| member.tend.next_at).fold(self.next_seed, f64::min);
        let settling = if self.life == Life::Starting { self.settle_by } else { f64::INFINITY };
        let refused = |&node: &NodeId| self.member(node).map(|member| member.refused_until);
        let pauses = self.short_of_conns.iter().filter_map(refused).fold(f64::INFINITY, f64::min);
        let timers = self.op_timers.earliest().min(self.conn_timers.earliest());
        [timers, tend, closing, settling, pauses].into_iter().fold(f64::INFINITY, f64::min)
    }

    /// The first thing that every input does: forget the outputs that were given out.
    fn begin(&mut self) {
        if !std::mem::take(&mut self.polled) {
            return;
        }
        self.outputs.clear();
        self.staging_is_referred_to = false;
        for index in self.ended.drain(..) {
            self.ops.recycle(index);
        }
        for conn in self.gone_conns.drain(..) {
            self.conns.recycle(conn);
        }
    }

    fn do_what_is_due(&mut self) {
        let mut due = std::mem::take(&mut self.due);
        self.conn_timers.advance(self.heard, &mut due);
        due.drain(..).for_each(|conn| self.conn_expired(conn));
        self.op_timers.advance(self.heard, &mut due);
        due.drain(..).for_each(|op| self.op_timer(op));
        self.due = due;
        self.tend_what_is_due();
        if self.settle_by <= self.heard && self.life == Life::Starting {
            self.check_ready();
            self.settle_by = f64::INFINITY;
        }
    }

    fn transmit(&mut self) {
        let mut listed = std::mem::take(&mut self.to_transmit);
        for conn in listed.drain(..) {
            let Some(connection) = self.conns.get_mut(conn) else { continue };
            connection.listed = false;
            if connection.state == State::Connecting || !connection.stream.has_output() {
                continue;
            }
            let bytes = connection.stream.transmit();
            let sent = bytes.len() as f64;
            self.stats[stat::BYTES_SENT] += sent;
            self.outputs.transmit(conn, bytes);
            self.tally_of(conn).add(node_word::SENT, sent);
            if self.metrics.follows() {
                self.follow_handed(conn);
            }
        }
        self.to_transmit = listed;
    }

    fn want_transmit(&mut self, conn: ConnId) {
        let listed = &mut self.conns[conn].listed;
        if !std::mem::replace(listed, true) {
            self.to_transmit.push(conn);
        }
    }

    /// Stops taking operations. Those in flight get `drain_ms` to end; the rest fail with code CLOSED. Poll and act
    /// until `finished`.
    pub fn close(&mut self, drain_ms: f64, now: f64) {
        self.begin();
        self.now = self.now.max(now);
        let until = if drain_ms > 0.0 { self.now + drain_ms } else { f64::NEG_INFINITY };
        if !matches!(self.life, Life::Closing { .. } | Life::Closed) {
            if self.life == Life::Starting {
                self.outputs.ready(code::CLOSED, "the client was closed");
            }
            self.life = Life::Closing { until };
        } else if let Life::Closing { until: before } = &mut self.life {
            *before = before.min(until);
        }
    }

    /// Everything has ended: the engine can be freed.
    pub fn finished(&self) -> bool {
        self.life == Life::Closed && self.polled
    }

    fn finish_closing(&mut self) {
        if let Life::Closing { until } = self.life {
            if self.ops.live() == 0 || self.heard >= until {
                self.shut();
            }
        }
    }

    /// Ends all that is left.
    fn shut(&mut self) {
        self.life = Life::Closed;
        // Nobody takes the place of another any more.
        self.backlog.retain(|_| false);
        for op in self.ops.indices() {
            // Parts end with their batch.
            if self.ops.is_used(op) {
                self.abandon(op);
                self.finish(op, code::CLOSED);
            }
        }
        for conn in self.conns.indices() {
            self.drop_conn(conn, close_reason::SHUTDOWN);
        }
        self.fresh.clear();
        self.fresh_bytes = 0;
        self.unrouted.retain(|_| false);
        self.again.clear();
        self.gathering.clear();
        self.waiting_for_news.clear();
        self.cancelled.clear();
        self.taken.clear();
    }

    // ---- getters

    /// The bytes that a TRANSMIT record is about.
    pub fn transmitted(&self, conn: ConnId) -> &[u8] {
        self.conns.get(conn).map_or(&[], |conn| conn.stream.handed())
    }

    /// The buffer that the texts of a DONE record lie in, by the record's data address.
    pub fn data_at(&self, address: u32) -> &[u8] {
        let buffers = std::iter::once(&self.staging).chain(&self.outputs.retained);
        buffers.into_iter().find(|buffer| address_of(buffer) == address).map_or(&[], |buffer| buffer)
    }

    pub fn is_connected(&self) -> bool {
        self.members.iter().flatten().any(|member| member.node.failures == 0 && member.tended)
    }

    pub fn node_count(&self) -> usize {
        self.members.len()
    }

    /// `name TAB host:port TAB active`, empty for an index that has no node now.
    pub fn node_text(&self, index: NodeId) -> String {
        self.member(index).map_or(String::new(), |member| {
            let active = u8::from(member.node.failures == 0);
            format!("{}\t{}\t{}", member.node.name, member.node.address, active)
        })
    }

    /// Who has which partition of a namespace, as `PartitionMap::write` tells.
    pub fn partition_map(&self, namespace: usize, to: &mut Vec<u8>) {
        self.map.write(namespace, to);
    }

    pub fn stat(&self, index: usize) -> f64 {
        match index {
            stat::IN_FLIGHT => (self.ops.live() - self.bundles()) as f64,
            stat::QUEUED => self.backlog.len() as f64,
            stat::QUEUED_BYTES => self.queued_bytes() as f64,
            stat::BUFFERED_BYTES => self.buffered_bytes() as f64,
            stat::NODES => self.members.iter().flatten().count() as f64,
            _ => self.stats.get(index).copied().unwrap_or(0.0),
        }
    }

    /// Operations of the engine's own: nobody asked for a bundle, which may wait for the end of its answer still.
    fn bundles(&self) -> usize {
        self.ops.indices().into_iter().filter(|&op| self.ops[op].bundle.is_some()).count()
    }

    /// What the requests take that wait to be put on a connection.
    fn queued_bytes(&self) -> usize {
        let at_nodes: usize = self.members.iter().flatten().map(|member| member.waiting_bytes).sum();
        self.fresh_bytes + self.backlog.bytes() + self.unrouted.bytes() + at_nodes
    }

    /// What connections hold of what is to be written, and of what has come of unfinished messages.
    fn buffered_bytes(&self) -> usize {
        let streams = self.conns.indices().into_iter().map(|conn| &self.conns[conn].stream);
        streams.map(|stream| stream.pending() + stream.unfinished()).sum()
    }

    /// What is kept although no operation is under way, for tests; nothing if all is as it should be.
    pub fn leftovers(&self) -> Vec<String> {
        let mut left = Vec::new();
        let mut expect = |what: &str, is: usize, expected: usize| {
            if is != expected {
                left.push(format!("{what}: {is}, not {expected}"));
            }
        };
        let live = |names: &[OpName]| names.iter().filter(|&&name| self.named(name).is_some()).count();
        expect("operations", self.ops.live(), 0);
        expect("admitted", self.admitted, 0);
        expect("waiting for their turn", self.backlog.len(), 0);
        expect("waiting for a cluster", self.unrouted.len(), 0);
        expect("waiting for news", live(&self.waiting_for_news), 0);
        expect("bytes that wait", self.queued_bytes(), 0);
        expect("transactions", self.txns.len(), 0);
        expect("timers of operations", usize::from(self.op_timers.earliest() != f64::INFINITY), 0);
        for (node, member) in self.members.iter().enumerate() {
            let Some(member) = member else { continue };
            let is_shared = |conn: &&ConnId| self.conns[**conn].state != State::Exclusive;
            let conns = member.pool.all();
            let on_wire: usize = conns.iter().filter(is_shared).map(|&conn| self.conns[conn].in_flight.len()).sum();
            expect(&format!("in flight at node {node}"), member.in_flight, on_wire);
            expect(&format!("alone on a connection to node {node}"), member.pool.exclusive.len(), 0);
        }
        left
    }

    // ---- helpers of all the files here

    fn count(&mut self, which: usize) {
        self.stats[which] += 1.0;
    }

    fn member(&self, node: NodeId) -> Option<&Member> {
        self.members.get(node as usize)?.as_ref()
    }

    fn member_mut(&mut self, node: NodeId) -> Option<&mut Member> {
        self.members.get_mut(node as usize)?.as_mut()
    }

    /// xorshift64*: good enough to spread load, and the same for the same seed.
    fn next_random(&mut self) -> u64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        self.random.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Fields are behind the text, each behind a TAB, which neither may have: servers say what is in them.
    fn log(&mut self, level: u32, text: &str, fields: &[(&str, &str)]) {
        let clean = |text: &str| text.replace(|char: char| char.is_control(), " ");
        let fields = fields.iter().map(|(name, value)| format!("\t{name}={}", clean(value)));
        let line = fields.fold(clean(text), |line, field| line + &field);
        self.outputs.event(event::LOG, level, &line);
    }
}

/// Levels of LOG events.
mod level {
    pub const WARN: u32 = 1;
    pub const INFO: u32 = 2;
    pub const DEBUG: u32 = 3;
}

/// What stands for a buffer in a DONE record: its address, which is exact in WebAssembly and tells buffers apart
/// elsewhere.
fn address_of(buffer: &[u8]) -> u32 {
    buffer.as_ptr() as usize as u32
}

/// A DONE record of an op that ended without an answer.
fn without_answer(op: u32, code: i32) -> Done {
    Done { op, code, node: NONE, ..Done::default() }
}
