//! What is counted of operations and nodes, for whoever scrapes: how long operations took, by what they were and how
//! they ended; where their time went; what became of each node's connections. It decides nothing, and nothing here is
//! read before somebody asks with `metrics`.
//!
//! What happens once an operation is counted only while `watch` asks for it: else its cost is a branch. What is rare
//! (connections, tends, retries, timeouts) is always counted.

use super::op::Op;
use super::outputs::Done;
use super::Engine;
use crate::abi::{
    command_kind as kind, metrics_head as head, node_word as node, op_word, operation, series_word, stage, stage_word,
    step, watch, NONE,
};
use crate::cluster::NodeId;
use crate::conn::{ConnId, Purpose};
use crate::limits::limit;
use crate::proto::code;
use std::collections::BTreeMap;

/// Under which an operation's duration may fall, in milliseconds.
const BOUNDS: [f64; 9] = [1.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1000.0, 5000.0, 10_000.0];
/// And a stage's: from a microsecond to a second.
const STAGE_BOUNDS: [f64; 15] =
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 500.0, 1000.0];
/// So many series that were counted lately are found without looking for them: a program does few different things at once.
const RECENT: usize = 16;
/// A name for which there was no room.
const OTHER: u32 = NONE - 1;

/// What an operation is, where operations are counted and traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labels {
    /// `abi::operation`
    pub operation: u32,
    /// Name ids, or NONE.
    pub namespace: u32,
    pub set: u32,
    /// Of a batch.
    pub rows: u32,
}

/// Where the time of an operation went up to now, in milliseconds; kept while stages or steps are watched.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// Since when it is not on a connection.
    pub free_since: f64,
    /// When its bytes were given to the socket; infinity before.
    pub handed_at: f64,
    pub queue: f64,
    pub connect: f64,
    pub send: f64,
    pub wait: f64,
}

impl Spent {
    /// Nothing yet.
    pub fn since(now: f64) -> Box<Spent> {
        Box::new(Spent { free_since: now, handed_at: f64::INFINITY, ..Spent::default() })
    }
}

#[derive(Clone, Debug)]
struct Series {
    operation: u32,
    namespace: u32,
    set: u32,
    code: i32,
    rows: f64,
    sum: f64,
    counts: [u64; BOUNDS.len() + 1],
}

#[derive(Clone, Copy, Debug, Default)]
struct Stages {
    sum: f64,
    counts: [u64; STAGE_BOUNDS.len() + 1],
}

/// What is counted of a node, or of none: a row of `abi::node_word`.
#[derive(Clone, Debug)]
pub struct Counts([f64; node::LENGTH]);

impl Default for Counts {
    fn default() -> Self {
        Counts([0.0; node::LENGTH])
    }
}

impl Counts {
    pub fn add(&mut self, word: usize, amount: f64) {
        self.0[word] += amount;
    }

    pub fn one(&mut self, word: usize) {
        self.add(word, 1.0);
    }

    /// Into the histogram that begins at `word`.
    pub fn observe(&mut self, word: usize, ms: f64) {
        self.add(word, ms / 1000.0);
        self.one(word + 1 + place(&BOUNDS, ms));
    }
}

/// All that is counted, and what of it is wanted.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Bits of `abi::watch`.
    watching: u32,
    series: Vec<Series>,
    index: BTreeMap<u64, usize>,
    /// Keys of series, by some of their bits; 0 is none.
    recent: [(u64, u32); RECENT],
    stages: BTreeMap<(u32, usize), Stages>,
    /// What belongs to no node.
    pub elsewhere: Counts,
    region: Vec<f64>,
}

impl Metrics {
    pub fn counts(&self) -> bool {
        self.watching & watch::COUNT != 0
    }

    /// Whether it matters where an operation's time goes.
    pub fn follows(&self) -> bool {
        self.watching & (watch::STAGES | watch::STEPS) != 0
    }

    fn takes_stages(&self) -> bool {
        self.watching & watch::STAGES != 0
    }

    pub fn tells_steps(&self) -> bool {
        self.watching & watch::STEPS != 0
    }

    /// 68 instructions an operation (`make bench-instructions`, metrics/ beside whole/).
    #[inline]
    fn count(&mut self, labels: Labels, code: i32, ms: f64) {
        let key = key_of(&labels, code);
        let (recent, at) = self.recent[recent_at(key)];
        let at = if recent == key { at as usize } else { self.place(key, labels, code) };
        let Some(series) = self.series.get_mut(at) else { return };
        series.sum += ms;
        if labels.rows > 0 {
            series.rows += f64::from(labels.rows);
        }
        series.counts[place(&BOUNDS, ms)] += 1;
    }

    /// Which series it is, a new one if need be. Sets and namespaces are the caller's: when there are too many, they are
    /// counted together.
    #[cold]
    #[inline(never)]
    fn place(&mut self, key: u64, labels: Labels, code: i32) -> usize {
        let known = self.index.get(&key).copied();
        let at = known.unwrap_or_else(|| {
            let mut labels = labels;
            if self.series.len() >= limit::SERIES {
                labels.set = OTHER;
            }
            if self.series.len() >= 2 * limit::SERIES {
                labels.namespace = OTHER;
            }
            let Labels { operation, namespace, set, .. } = labels;
            *self.index.entry(key_of(&labels, code)).or_insert_with(|| {
                let counts = [0; BOUNDS.len() + 1];
                self.series.push(Series { operation, namespace, set, code, rows: 0.0, sum: 0.0, counts });
                self.series.len() - 1
            })
        });
        self.recent[recent_at(key)] = (key, at as u32);
        at
    }

    fn count_stage(&mut self, operation: u32, stage: usize, ms: f64) {
        let stages = self.stages.entry((operation, stage)).or_default();
        stages.sum += ms;
        stages.counts[place(&STAGE_BOUNDS, ms)] += 1;
    }

    /// All but the nodes.
    fn write(&mut self, nodes: usize) {
        let region = &mut self.region;
        region.clear();
        region.resize(head::LENGTH, 0.0);
        region[head::SERIES] = self.series.len() as f64;
        region[head::STAGES] = self.stages.len() as f64;
        region[head::NODES] = nodes as f64;
        region[head::BOUNDS] = BOUNDS.len() as f64;
        region[head::STAGE_BOUNDS] = STAGE_BOUNDS.len() as f64;
        region.extend(BOUNDS.iter().chain(&STAGE_BOUNDS).map(|ms| ms / 1000.0));
        for series in &self.series {
            let name = |id: u32| if id == OTHER { -1.0 } else { f64::from(id) };
            let (namespace, set) = (name(series.namespace), name(series.set));
            region.extend([f64::from(series.operation), namespace, set, f64::from(series.code)]);
            region.extend([series.rows, series.sum / 1000.0]);
            region.extend(series.counts.iter().map(|&count| count as f64));
        }
        for (&(operation, stage), stages) in &self.stages {
            region.extend([f64::from(operation), stage as f64, stages.sum / 1000.0]);
            region.extend(stages.counts.iter().map(|&count| count as f64));
        }
    }
}

/// Which count of a histogram is meant.
fn place(bounds: &[f64], value: f64) -> usize {
    bounds.iter().position(|&bound| value <= bound).unwrap_or(bounds.len())
}

/// What is done at once differs in the operation, the set or the code.
fn recent_at(key: u64) -> usize {
    (key ^ key >> 12 ^ key >> 18) as usize % RECENT
}

/// Name ids need 19 bits, NONE and OTHER included; operations 6 and codes 12. Never 0.
fn key_of(labels: &Labels, code: i32) -> u64 {
    let name = |id: u32| u64::from(id.wrapping_add(2)) & 0x7_FFFF;
    let ends = u64::from((code as u32).wrapping_add(1024) & 0xFFF);
    name(labels.namespace) << 37 | name(labels.set) << 18 | u64::from(labels.operation) << 12 | ends
}

// Commands on one record are counted by their kind.
const _: () = assert!(kind::GET == operation::GET && kind::SELECT == operation::SELECT);
const _: () = assert!(kind::EXISTS == operation::EXISTS && kind::PUT == operation::PUT);
const _: () = assert!(kind::ADD == operation::INCREMENT && kind::APPEND == operation::APPEND);
const _: () = assert!(kind::PREPEND == operation::PREPEND && kind::TOUCH == operation::TOUCH);
const _: () = assert!(kind::REMOVE == operation::REMOVE && kind::OPERATE == operation::OPERATE);
const _: () = assert!(kind::APPLY == operation::APPLY && kind::GET > 0 && kind::BATCH > kind::APPLY);

// The layouts that are told stand in tables, and are what is written.
const _: () = assert!(series_word::COUNTS + BOUNDS.len() + 1 == series_word::LENGTH);
const _: () = assert!(stage_word::COUNTS + STAGE_BOUNDS.len() + 1 == stage_word::LENGTH);
const _: () = assert!(node::TEND + BOUNDS.len() + 2 == node::CONNECT);
const _: () = assert!(node::CONNECT + BOUNDS.len() + 2 == node::WAIT);
const _: () = assert!(node::WAIT + BOUNDS.len() + 2 == node::CLOSED);

impl Op {
    /// What it is, if it is on one record.
    #[inline]
    fn labels(&self) -> Option<Labels> {
        let &Op { kind: operation, namespace, set, .. } = self;
        (operation <= kind::APPLY).then_some(Labels { operation, namespace, set, rows: 0 })
    }
}

impl Engine {
    /// What is counted and told of operations from now on: bits of `abi::watch`.
    pub fn watch(&mut self, bits: u32) {
        self.metrics.watching = bits;
    }

    /// Of an operation that has not ended, by `abi::op_word`.
    pub fn op_word(&self, op: u32, word: usize) -> u32 {
        if self.ops.get(op).is_none() {
            return NONE;
        }
        let labels = self.labels(op);
        match word {
            op_word::OPERATION => labels.operation,
            op_word::NAMESPACE => labels.namespace,
            op_word::SET => labels.set,
            op_word::RECORDS => labels.rows,
            _ => NONE,
        }
    }

    /// The shell says how long a stage of its own took.
    pub fn spent(&mut self, operation: u32, stage: u32, ms: f64) {
        if (operation::GET..=operation::ADMIN).contains(&operation) && (stage as usize) < stage::LENGTH {
            self.metrics.count_stage(operation, stage as usize, ms.max(0.0));
        }
    }

    /// Writes down all that was counted, as `abi::metrics_head` tells.
    pub fn metrics(&mut self) -> &[f64] {
        let nodes: Vec<NodeId> =
            (0..self.members.len() as NodeId).filter(|&node| self.member(node).is_some()).collect();
        let mut metrics = std::mem::take(&mut self.metrics);
        metrics.write(nodes.len() + 1);
        let mut row = metrics.elsewhere.0;
        row[node::NODE] = f64::from(NONE);
        row[node::WAITING] = (self.backlog.len() + self.unrouted.len()) as f64;
        metrics.region.extend(row);
        for id in nodes {
            let Some(member) = self.member(id) else { continue };
            let (pool, mut row) = (&member.pool, member.counts.0);
            let waits = pool.waiting.iter().chain(&pool.waiting_exclusive).filter(|&&name| self.named(name).is_some());
            row[node::NODE] = f64::from(id);
            row[node::IDLE] = pool.idle.len() as f64;
            row[node::BUSY] = (pool.busy.len() + pool.exclusive.len()) as f64;
            row[node::OPENING] = pool.connecting.len() as f64;
            row[node::DRAINING] = pool.draining.len() as f64;
            row[node::IN_FLIGHT] = (member.in_flight + pool.exclusive.len()) as f64;
            row[node::WAITING] = waits.count() as f64;
            row[node::WAITING_BYTES] = member.waiting_bytes as f64;
            row[node::BREAKER_OPEN] = f64::from(u8::from(member.breaker_is_open(self.config.max_error_rate)));
            row[node::ACTIVE] = f64::from(u8::from(member.node.failures == 0));
            metrics.region.extend(row);
        }
        self.metrics = metrics;
        &self.metrics.region
    }

    /// Where what concerns a node is counted; one that is gone is none.
    pub(super) fn tally(&mut self, node: NodeId) -> &mut Counts {
        match self.members.get_mut(node as usize).and_then(Option::as_mut) {
            Some(member) => &mut member.counts,
            None => &mut self.metrics.elsewhere,
        }
    }

    pub(super) fn tally_of(&mut self, conn: ConnId) -> &mut Counts {
        match self.conns[conn].purpose {
            Purpose::Pool(node) | Purpose::Tend(node) => self.tally(node),
            Purpose::Probe(_) => &mut self.metrics.elsewhere,
        }
    }

    /// What an operation is.
    pub(super) fn labels(&self, op: u32) -> Labels {
        self.ops[op].labels().unwrap_or_else(|| self.labels_of_many(op))
    }

    /// Of an operation that is not on one record.
    #[cold]
    fn labels_of_many(&self, op: u32) -> Labels {
        let nowhere = |operation| Labels { operation, namespace: NONE, set: NONE, rows: 0 };
        match self.ops[op].kind {
            kind::BATCH => self.labels_of_batch(op),
            kind::QUERY => self.labels_of_query(op),
            kind::TXN_COMMIT => Labels { namespace: self.namespace_of_txn(op), ..nowhere(operation::COMMIT) },
            kind::TXN_ABORT => Labels { namespace: self.namespace_of_txn(op), ..nowhere(operation::ABORT) },
            kind::ADMIN => nowhere(operation::ADMIN),
            _ => nowhere(operation::INFO),
        }
    }

    fn labels_of_batch(&self, op: u32) -> Labels {
        let rows = self.ops[op].batch.as_ref().map_or(0, |batch| batch.rows.len() as u32);
        let groups = self.ops[op].batch.as_ref().map_or(&[][..], |batch| &batch.groups);
        let each = groups.iter().map(|group| (batch_of(group.kind), group.namespace, group.set));
        let alike = |one: u32, other: u32, else_: u32| if one == other { one } else { else_ };
        let all = each.reduce(|one, other| {
            (alike(one.0, other.0, operation::BATCH), alike(one.1, other.1, NONE), alike(one.2, other.2, NONE))
        });
        let (operation, namespace, set) = all.unwrap_or((operation::BATCH, NONE, NONE));
        Labels { operation, namespace, set, rows }
    }

    fn namespace_of_txn(&self, op: u32) -> u32 {
        self.txn_of(op).and_then(|txn| txn.namespace).unwrap_or(NONE)
    }

    fn labels_of_query(&self, op: u32) -> Labels {
        let query = self.ops[op].query.as_ref().map(|run| run.query());
        let operation = match query {
            Some(query) if query.background => operation::QUERY_BACKGROUND,
            Some(query) if query.aggregates => operation::QUERY_AGGREGATE,
            _ => operation::QUERY,
        };
        Labels { operation, namespace: query.map_or(NONE, |query| query.namespace), set: self.ops[op].set, rows: 0 }
    }

    /// An operation ends: its batch, query and bond are still there.
    #[inline]
    pub(super) fn count_end(&mut self, op: u32, done: &Done) {
        let entry = &self.ops[op];
        // What was not even looked at took no time.
        let ms = if entry.started == 0.0 { 0.0 } else { (self.now - entry.started).max(0.0) };
        let is_fine = done.code == code::RECORD_NOT_FOUND && entry.absent_is_fine;
        let labels = entry.labels().unwrap_or_else(|| self.labels_of_many(op));
        self.metrics.count(labels, if is_fine { code::OK } else { done.code }, ms);
    }

    // ---- where the time goes

    /// An attempt is put on a connection.
    pub(super) fn follow_put(&mut self, op: u32, conn: ConnId, node: NodeId) {
        let now = self.now;
        let connection = &self.conns[conn];
        let Some(spent) = self.ops[op].spent.as_mut() else { return };
        let waited = (now - spent.free_since).max(0.0);
        let opening = connection.usable_at.min(now) - connection.asked_at.max(spent.free_since);
        let connect = opening.clamp(0.0, waited);
        spent.queue += waited - connect;
        spent.connect += connect;
        spent.free_since = now;
        spent.handed_at = f64::INFINITY;
        self.tell_step(op, step::SENT, u32::from(node), code::OK, waited - connect, connect);
    }

    /// All that was gathered on a connection was given to its socket.
    pub(super) fn follow_handed(&mut self, conn: ConnId) {
        let now = self.now;
        for at in (0..self.conns.get(conn).map_or(0, |conn| conn.in_flight.len())).rev() {
            let entry = self.conns[conn].in_flight[at];
            let Some(op) = self.named((entry.op, entry.serial)) else { continue };
            // The request of several operations is handed over for each of them.
            let ops = if self.ops[op].bundle.is_some() { self.bundled(op) } else { vec![op] };
            for op in ops {
                let Some(spent) = self.ops[op].spent.as_mut() else { continue };
                if spent.handed_at < now {
                    // Those before it were, too.
                    return;
                }
                spent.handed_at = now;
            }
        }
    }

    /// An attempt ends, with an answer or without.
    pub(super) fn follow_off(&mut self, op: u32) {
        let now = self.now;
        let entry = &mut self.ops[op];
        let Some(spent) = entry.spent.as_mut() else { return };
        let handed_at = std::mem::replace(&mut spent.handed_at, f64::INFINITY);
        spent.free_since = now;
        if handed_at < f64::INFINITY && handed_at >= entry.attempt_at {
            let (send, wait) = (handed_at - entry.attempt_at, now - handed_at);
            spent.send += send;
            spent.wait += wait;
            let node = entry.last_node;
            self.tell_step(op, step::OFF, node, code::OK, send, wait);
        }
    }

    /// An attempt has failed, and another follows.
    pub(super) fn follow_failure(&mut self, op: u32, code: i32) {
        self.follow_off(op);
        self.tell_step(op, step::FAILED, self.ops[op].last_node, code, 0.0, 0.0);
    }

    /// An operation, or a part of one, ends.
    pub(super) fn follow_end(&mut self, op: u32) {
        self.follow_off(op);
        let Some(whole) = self.whole(op) else { return };
        // Of a batch or query, its parts tell.
        let is_sent = self.ops[op].attempts > 0 && (self.ops[op].batch.is_none() && self.ops[op].query.is_none());
        if !self.metrics.takes_stages() || !is_sent {
            return;
        }
        let operation = self.labels(whole).operation;
        let Some(spent) = self.ops[op].spent.take() else { return };
        let each = [
            (stage::QUEUE, spent.queue),
            (stage::CONNECT, spent.connect),
            (stage::SEND, spent.send),
            (stage::WAIT, spent.wait),
        ];
        each.into_iter().for_each(|(stage, ms)| self.metrics.count_stage(operation, stage, ms));
    }

    /// The op that a caller knows: of a part its batch or query.
    fn whole(&self, op: u32) -> Option<u32> {
        self.ops[op].part.as_ref().map_or(Some(op), |part| self.named(part.batch))
    }

    fn tell_step(&mut self, op: u32, step: u32, node: u32, code: i32, first: f64, second: f64) {
        if !self.metrics.tells_steps() {
            return;
        }
        if let Some(whole) = self.whole(op) {
            self.outputs.step(whole, step, node, code, first, second);
        }
    }
}

/// What a batch of groups of a kind is.
fn batch_of(group: u32) -> u32 {
    match group {
        kind::GET | kind::SELECT | kind::EXISTS | kind::READ_COLUMNS => operation::BATCH_READ,
        kind::OPERATE => operation::BATCH_OPERATE,
        kind::REMOVE => operation::BATCH_REMOVE,
        kind::APPLY => operation::BATCH_APPLY,
        _ => operation::BATCH_WRITE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(namespace: u32, set: u32) -> Labels {
        Labels { operation: operation::GET, namespace, set, rows: 0 }
    }

    #[test]
    fn bounds_are_inclusive_as_those_of_prometheus_are() {
        assert_eq!([0.0, 1.0, 1.1, 10_000.0, 10_001.0].map(|ms| place(&BOUNDS, ms)), [0, 0, 1, 8, 9]);
    }

    #[test]
    fn every_combination_has_a_key_of_its_own() {
        let last = limit::NAMES as u32 - 1;
        let mut keys = std::collections::BTreeSet::new();
        for namespace in [0, 1, last, OTHER, NONE] {
            for set in [0, 1, last, OTHER, NONE] {
                for code in [-40, -1, 0, 2, 255] {
                    assert!(keys.insert(key_of(&labels(namespace, set), code)));
                }
            }
        }
        assert!(!keys.contains(&0));
    }

    #[test]
    fn more_sets_than_there_is_room_for_are_counted_together_and_none_is_lost() {
        let mut metrics = Metrics::default();
        let count = 3 * limit::SERIES;
        for round in 0..2 {
            for set in 0..count as u32 {
                metrics.count(labels(0, set), code::OK, 1.0);
                assert!(metrics.series.len() <= limit::SERIES + 1, "{round}");
            }
        }
        let all: u64 = metrics.series.iter().map(|series| series.counts[0]).sum();
        assert_eq!(all, 2 * count as u64);
        let other = metrics.series.iter().find(|series| series.set == OTHER).map(|series| series.counts[0]);
        assert_eq!(other, Some(2 * (count - limit::SERIES) as u64));
    }

    #[test]
    fn more_namespaces_than_there_is_room_for_are_counted_together() {
        let mut metrics = Metrics::default();
        (0..5 * limit::SERIES as u32).for_each(|namespace| metrics.count(labels(namespace, NONE), code::OK, 1.0));
        assert_eq!(metrics.series.len(), 2 * limit::SERIES + 1);
    }
}
