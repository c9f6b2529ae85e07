//! Coalescing: reads that go to one node in one poll, and ask alike, share a request: a batch of bounded rows. So do
//! writes, if the configuration says so.
//!
//! Each of them stays an operation of its own, with its deadline, its attempts and its end; only while it is on the wire
//! is it a row of a *bundle*. Whatever a server says of a bundle that it would not have said of each read alone (batches
//! are off, too many, not allowed) sends the reads again, alone, and counts as no attempt.
//!
//! Reads ask alike if their frames differ in nothing but the digest: so namespace, set, bins, filter, read modes, time
//! limit and read-touch are the same without a word about any of them here. Those that want the same record take one row.
//! Writes need only have the same time limit, for each row says all of its own; and each has a row, whatever its record.

use super::op::{Op, Stage};
use super::{Engine, OpName};
use crate::abi::{command_kind as kind, policy_flag as flag, stat, NONE};
use crate::cluster::NodeId;
use crate::command::{batch, Block, Encoded};
use crate::conn::ConnId;
use crate::limits::limit;
use crate::proto::code;
use crate::wire::Reply;
use crate::Malformed;

/// A bundle counts for one request per so many rows where connections are shared out: its rows cost the server less than
/// requests of their own, and its connection is held up for longer than by one of these.
const ROWS_PER_REQUEST: usize = 8;
/// Into how many bundles reads are shared out, as long as none has fewer than so many rows.
const SEVERAL: usize = 4;
const FEW_ROWS: usize = 16;
/// Reads of so many kinds are gathered for a node; more kinds than that are not worth looking through.
const KINDS_MAX: usize = 32;

/// What tells which reads ask alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alike {
    /// Where in the frame the digest stands.
    digest_at: usize,
    /// Of all the rest, which is compared in full when these are equal; of a write the server's time limit.
    hash: u32,
    write: bool,
}

impl Alike {
    /// Nothing if the command never shares a request: what is not a plain read of one record, belongs to a transaction, is
    /// compressed, or has the server compare the user key.
    pub fn of(block: &Block, encoded: &Encoded, frame: &[u8]) -> Option<Alike> {
        // No operate: what a batch answers to its ops depends on more than the ops.
        let is_plain = block.is_write() && block.kind != kind::APPLY
            || matches!(block.kind, kind::GET | kind::SELECT | kind::EXISTS);
        if !is_plain || block.txn != 0 || block.compresses_above().is_some() || block.has(flag::SEND_KEY) {
            return None;
        }
        let digest_at = encoded.txn_at.checked_sub(limit::DIGEST)?;
        if encoded.write {
            return Some(Alike { digest_at, hash: block.server_timeout(), write: true });
        }
        let (before, after) = (&frame[..digest_at], &frame[encoded.txn_at..]);
        Some(Alike { digest_at, hash: hash(after, hash(before, block.flags)), write: false })
    }

    fn digest(self, frame: &[u8]) -> &[u8] {
        &frame[self.digest_at..self.digest_at + limit::DIGEST]
    }

    fn is_like(self, frame: &[u8], other: Alike, others: &[u8]) -> bool {
        if self.write || other.write {
            return self.write == other.write && self.hash == other.hash;
        }
        let end = self.digest_at + limit::DIGEST;
        self == other
            && frame.len() == others.len()
            && frame[..self.digest_at] == others[..self.digest_at]
            && frame[end..] == others[end..]
    }
}

/// FNV-1a over words: quick, and no stranger chooses what is hashed.
fn hash(bytes: &[u8], seed: u32) -> u32 {
    let (words, rest) = bytes.as_chunks::<4>();
    let mix = |hash: u32, word: u32| (hash ^ word).wrapping_mul(0x0100_0193).rotate_left(13);
    let all = words.iter().fold(seed ^ 0x811C_9DC5, |hash, word| mix(hash, u32::from_le_bytes(*word)));
    rest.iter().fold(all, |hash, &byte| mix(hash, u32::from(byte)))
}

/// Ops for one node whose likeness is equal, and who therefore most probably ask alike.
#[derive(Debug)]
pub struct Gathered {
    likeness: u32,
    write: bool,
    ops: Vec<OpName>,
}

/// The reads that share a request.
#[derive(Debug, Default)]
pub struct Bundle {
    /// Of each row the first who wants it, in `wants`; NONE once it is answered.
    heads: Vec<u32>,
    wants: Vec<Want>,
    /// How many still wait for their answer.
    waiting: usize,
}

/// An op that wants a row, and who else does.
#[derive(Debug)]
struct Want {
    op: OpName,
    next: u32,
}

impl Bundle {
    pub fn weight(&self) -> usize {
        self.heads.len().div_ceil(ROWS_PER_REQUEST)
    }

    fn want(&mut self, row: usize, op: OpName) {
        let head = &mut self.heads[row];
        self.wants.push(Want { op, next: *head });
        *head = self.wants.len() as u32 - 1;
        self.waiting += 1;
    }
}

impl Engine {
    /// It is known to which node it goes; with whom, when all of this poll are there. Whether it goes with anybody.
    pub(super) fn gather(&mut self, op: u32, node: NodeId) -> bool {
        let entry = &mut self.ops[op];
        let Some(Alike { hash: likeness, write, .. }) = entry.alike else { return false };
        let Some(member) = self.members.get_mut(node as usize).and_then(Option::as_mut) else { return false };
        if member.gathered.is_empty() {
            self.gathering.push(node);
        }
        let is_like = |group: &Gathered| (group.likeness, group.write) == (likeness, write);
        let at = member.gathered.iter().position(is_like).unwrap_or_else(|| {
            member.gathered.push(Gathered { likeness, write, ops: Vec::new() });
            member.gathered.len() - 1
        });
        if at >= KINDS_MAX {
            member.gathered.truncate(KINDS_MAX);
            return false;
        }
        member.gathered[at].ops.push((op, entry.serial));
        entry.stage = Stage::Gathered;
        entry.last_node = u32::from(node);
        true
    }

    /// Sends what was gathered: together what asks alike, if it is enough or asks for the same, else one by one.
    pub(super) fn send_gathered(&mut self) {
        // What fails at once may be routed again in this very poll.
        while let Some(node) = self.gathering.pop() {
            let groups = self.member_mut(node).map_or(Vec::new(), |member| std::mem::take(&mut member.gathered));
            for group in groups {
                let is_there = |op: &u32| self.ops[*op].stage == Stage::Gathered;
                let ops: Vec<u32> =
                    group.ops.into_iter().filter_map(|name| self.named(name)).filter(is_there).collect();
                self.send_group(&ops, node);
            }
            self.route_again();
        }
    }

    /// The node that they were gathered for is gone.
    pub(super) fn part_again(&mut self, gathered: Vec<Gathered>) {
        for name in gathered.into_iter().flat_map(|group| group.ops) {
            if let Some(op) = self.named(name) {
                self.go_again(op);
            }
        }
    }

    fn send_group(&mut self, ops: &[u32], node: NodeId) {
        let Some(&first) = ops.first() else { return };
        let is_like = |op: &u32| {
            let (one, other) = (&self.ops[first], &self.ops[*op]);
            let alike = one.alike.zip(other.alike);
            alike.is_some_and(|(alike, others)| alike.is_like(&one.request, others, &other.request))
                && one.collections == other.collections
        };
        let (alike, others): (Vec<u32>, Vec<u32>) = ops.iter().partition(|op| is_like(op));
        others.into_iter().for_each(|op| self.dispatch(op, node));
        let (records, wanted) = self.records_of(&alike);
        if alike.len() < self.config.coalesce_from && records.len() == alike.len() {
            return alike.into_iter().for_each(|op| self.dispatch(op, node));
        }
        let rows = self.rows_per_bundle(records.len());
        let new = |some: &[u32]| Bundle { heads: vec![NONE; some.len()], ..Bundle::default() };
        let mut bundles: Vec<Bundle> = records.chunks(rows).map(new).collect();
        // Who comes last is first in the chain of a row, so that the first is answered first.
        for (&op, &record) in alike.iter().zip(&wanted).rev() {
            let name = (op, self.ops[op].serial);
            bundles[record as usize / rows].want(record as usize % rows, name);
        }
        for (bundle, records) in bundles.into_iter().zip(records.chunks(rows)) {
            self.send_bundle(bundle, records, node);
        }
    }

    /// Several requests, so that the server works on one while the answer to another is read; about equal ones, and none
    /// of them so large that it holds up its connection.
    fn rows_per_bundle(&self, records: usize) -> usize {
        let few = records.div_ceil(SEVERAL).max(FEW_ROWS).min(self.config.coalesce_rows);
        records.div_ceil(records.div_ceil(few))
    }

    /// The different records that are wanted, by one op for each; and for each op which of them it wants.
    fn records_of(&self, ops: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let digest = |op: u32| {
            let entry = &self.ops[op];
            entry.alike.map_or(&[][..], |alike| alike.digest(&entry.request))
        };
        if ops.iter().any(|&op| self.ops[op].write) {
            return (ops.to_vec(), (0..ops.len() as u32).collect());
        }
        let size = (ops.len() * 2).next_power_of_two();
        let mut places = vec![NONE; size];
        let (mut records, mut wanted): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::with_capacity(ops.len()));
        for &op in ops {
            let own = digest(op);
            // A digest is as good as random, but its first bytes are the partition, and those of a node are not spread.
            let start =
                own.get(4..8).map_or(0, |four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]) as usize);
            let mut at = start & (size - 1);
            while places[at] != NONE && digest(records[places[at] as usize]) != own {
                at = (at + 1) & (size - 1);
            }
            if places[at] == NONE {
                places[at] = records.len() as u32;
                records.push(op);
            }
            wanted.push(places[at]);
        }
        (records, wanted)
    }

    /// `records` are ops, one for each row.
    fn send_bundle(&mut self, bundle: Bundle, records: &[u32], node: NodeId) {
        let index = self.ops.take(Op::new);
        let mut request = std::mem::take(&mut self.ops[index].request);
        request.clear();
        let first = &self.ops[records[0]];
        let (collections, write) = (first.collections, first.write);
        let frames = records.iter().filter_map(|&op| {
            let entry = &self.ops[op];
            Some((entry.request.as_slice(), entry.alike?.digest(&entry.request)))
        });
        let encoded = batch::of_frames(frames, write, &mut request);
        self.ops[index].request = request;
        bundle.wants.iter().for_each(|want| self.ops[want.op.0].stage = Stage::Bundled(index));
        let count = bundle.wants.len();
        self.ops[index].become_bundle(collections, write, bundle);
        if encoded.is_err() {
            // A frame of our own that could not be read is sent as it is.
            return self.dissolve(index).into_iter().for_each(|op| self.dispatch(op, node));
        }
        self.stats[stat::COALESCED] += count as f64;
        self.count(stat::SHARED_REQUESTS);
        self.dispatch(index, node);
    }

    /// The ops of a bundle that still wait for their answer.
    pub(super) fn bundled(&self, bundle: u32) -> Vec<u32> {
        let wants = self.ops[bundle].bundle.as_ref().map_or(&[][..], |bundle| &bundle.wants);
        let is_in = |op: &u32| self.ops[*op].stage == Stage::Bundled(bundle);
        wants.iter().filter_map(|want| self.named(want.op)).filter(is_in).collect()
    }

    /// It waits for a connection: nobody in it waits for longer than to his deadline.
    pub(super) fn bundle_waits(&mut self, bundle: u32) {
        for op in self.bundled(bundle) {
            self.op_timers.set(op, self.ops[op].deadline);
        }
    }

    /// It was put on a connection: that is an attempt of everybody in it.
    pub(super) fn bundle_sent(&mut self, bundle: u32, conn: ConnId, node: NodeId) {
        self.bundled(bundle).into_iter().for_each(|op| self.attempt_begins(op, conn, node));
    }

    /// One frame of the answer to a bundle: rows, and at the very end a message that is the last, which is given.
    pub(super) fn bundle_message(
        &mut self,
        bundle: u32,
        node: NodeId,
        bytes: &[u8],
        from: usize,
        to: usize,
    ) -> Result<Option<Reply>, Malformed> {
        let data = super::address_of(bytes);
        let take = |engine: &mut Engine, reply: &Reply, slot| engine.bundle_row(bundle, node, reply, slot, data);
        if let Some(last) = self.read_rows(bundle, bytes, from, to, take)? {
            return Ok(Some(last));
        }
        // The deadlines of those in it guarded the connection; when all have their answers nobody does.
        if self.ops[bundle].bundle.as_ref().is_some_and(|bundle| bundle.waiting == 0) {
            self.op_timers.set(bundle, self.now + self.config.timeout);
        }
        Ok(None)
    }

    /// All rows have come, and then not the last message.
    pub(super) fn bundle_overdue(&mut self, bundle: u32) {
        self.take_off(bundle, None);
        self.dissolve(bundle);
    }

    /// The answer to a row ends everybody who wants it, as an answer of their own would.
    fn bundle_row(&mut self, bundle: u32, node: NodeId, reply: &Reply, slot: u32, data: u32) -> Result<(), Malformed> {
        const UNASKED: Malformed = Malformed("a row that was not asked for, or is answered already");
        let Some(of) = self.ops[bundle].bundle.as_deref_mut() else { return Err(UNASKED) };
        let head = of.heads.get_mut(reply.index as usize).filter(|head| **head != NONE).ok_or(UNASKED)?;
        let mut at = std::mem::replace(head, NONE);
        while let Some(want) = self.ops[bundle].bundle.as_ref().and_then(|bundle| bundle.wants.get(at as usize)) {
            let name = want.op;
            at = want.next;
            self.answer_bundled(bundle, name, node, reply, slot, data);
        }
        Ok(())
    }

    fn answer_bundled(&mut self, bundle: u32, name: OpName, node: NodeId, reply: &Reply, slot: u32, data: u32) {
        let Some(op) = self.named(name).filter(|&op| self.ops[op].stage == Stage::Bundled(bundle)) else {
            return self.count(stat::LATE_ANSWERS);
        };
        self.ops[op].stage = Stage::Fresh;
        if let Some(bundle) = self.ops[bundle].bundle.as_deref_mut() {
            bundle.waiting -= 1;
        }
        self.complete(op, node, reply, slot, data);
    }

    /// The last message has come. Whoever has no answer then asks alone; but a write may have happened, unless the server
    /// has refused the batch as such.
    pub(super) fn bundle_ended(&mut self, bundle: u32, code: i32) {
        let is_refused = matches!(code, code::BATCH_DISABLED | code::BATCH_MAX_REQUESTS | code::BATCH_QUEUES_FULL)
            || self.is_logged_out(code);
        for op in self.dissolve(bundle) {
            let entry = &mut self.ops[op];
            entry.alike = None;
            if entry.write && !is_refused {
                entry.ever_sent = true;
                let (code, from_server) = if code == code::OK { (code::NO_RESPONSE, false) } else { (code, true) };
                self.fail_attempt(op, code, from_server);
                continue;
            }
            entry.attempts -= 1;
            self.go_again(op);
        }
    }

    /// The bundle is no more; gives those who still wait for an answer, who are nowhere now.
    fn dissolve(&mut self, bundle: u32) -> Vec<u32> {
        let (ops, sent) = (self.bundled(bundle), self.ops[bundle].ever_sent);
        for &op in &ops {
            self.ops[op].stage = Stage::Fresh;
            self.ops[op].ever_sent |= sent;
        }
        self.leave_line(bundle);
        self.op_timers.clear(bundle);
        let entry = &mut self.ops[bundle];
        entry.serial = entry.serial.wrapping_add(1);
        entry.bundle = None;
        entry.trim();
        self.ops.retire(bundle);
        self.ended.push(bundle);
        ops
    }

    /// Its connection failed, or there is none to be had.
    pub(super) fn fail_bundle(&mut self, bundle: u32, code: i32, from_server: bool) {
        self.dissolve(bundle).into_iter().for_each(|op| self.fail_attempt(op, code, from_server));
    }

    /// Its connection closed before any of its bytes left, or it is a read behind a slow request.
    pub(super) fn move_bundle(&mut self, bundle: u32) {
        self.dissolve(bundle).into_iter().for_each(|op| self.move_op(op));
    }

    pub(super) fn finish_bundle(&mut self, bundle: u32, code: i32) {
        let ahead = self.ops[bundle].ahead;
        for op in self.dissolve(bundle) {
            self.ops[op].ahead = ahead;
            self.finish(op, code);
        }
    }

    /// An op gives up its row. The request of a bundle that nobody waits for is given up too; and so is one with a write
    /// that has ended, if it has not left: the others ask once more without it.
    pub(super) fn leave_bundle(&mut self, op: u32, bundle: u32) {
        let handed = self.is_handed(bundle);
        let entry = &mut self.ops[op];
        entry.serial = entry.serial.wrapping_add(1);
        entry.stage = Stage::Fresh;
        entry.ever_sent |= handed;
        let (delay, must_not_leave) = (entry.timeout_delay, entry.write && !handed);
        let Some(of) = self.ops[bundle].bundle.as_deref_mut() else { return };
        of.waiting -= 1;
        if of.waiting == 0 || must_not_leave {
            let was_sent = matches!(self.ops[bundle].stage, Stage::InFlight(_));
            self.take_off(bundle, Some(delay));
            for other in self.dissolve(bundle) {
                self.ops[other].attempts -= u32::from(was_sent);
                self.go_again(other);
            }
        }
    }

    /// Whether bytes of its request were given to a socket.
    fn is_handed(&self, op: u32) -> bool {
        let Stage::InFlight(conn) = self.ops[op].stage else { return false };
        let connection = &self.conns[conn];
        let name = (op, self.ops[op].serial);
        let entry = connection.in_flight.iter().find(|entry| (entry.op, entry.serial) == name);
        entry.is_some_and(|entry| connection.stream.was_handed(entry.start))
    }

    /// The connection that it is on is overdue: those with tries left go elsewhere. Whether somebody stays.
    pub(super) fn bundle_is_stuck(&mut self, bundle: u32, sent: bool) -> bool {
        let ops = self.bundled(bundle);
        let may_go = |op: &Op| !(op.write && sent) && op.failed < op.max_retries;
        let (going, staying): (Vec<u32>, Vec<u32>) = ops.into_iter().partition(|&op| may_go(&self.ops[op]));
        for op in going {
            self.abandon(op);
            self.fail_attempt(op, code::TIMEOUT, false);
        }
        !staying.is_empty()
    }
}
