//! Queries: one operation over many partitions, sent as one part a node, each part on a connection of its own.
//!
//! For each partition the last record that came is remembered. When a node goes away, or a partition is not where it was
//! thought to be, only what is unfinished is asked for again, from there on; so each record comes once in a pass. A
//! caller who is slower than the servers makes the engine stop reading: see `PAUSE`.

use super::batch::Part;
use super::op::{Op, Stage};
use super::{without_answer, Engine, OpName};
use crate::abi::{tag, NONE};
use crate::cluster::NodeId;
use crate::command::cursor;
use crate::command::query::{Mark, Query};
use crate::proto::{code, info3};
use crate::value::columns::Table;
use crate::value::tape::Slot;
use crate::wire::{self, Reply};
use crate::Malformed;

/// Records that the caller has not taken at which reading stops, and at which it goes on.
const HIGH: usize = 8192;
const LOW: usize = 2048;

/// A partition has been read to its end.
const FINISHED: u32 = NONE;
/// It has not, but nobody is reading it: the limit of records was reached.
const LEFT: u32 = NONE - 1;

#[derive(Debug)]
pub struct Reading {
    id: u16,
    /// The part that reads it, or FINISHED, or LEFT.
    owner: u32,
    mark: Option<Mark>,
    /// The server said that it is not there, since the present attempt began.
    unavailable: bool,
}

/// A query under way.
#[derive(Debug)]
pub struct Run {
    query: Query,
    partitions: Vec<Reading>,
    /// Index into `partitions` by partition id.
    by_id: Vec<u16>,
    parts: u32,
    records: f64,
    /// Records given out and not taken.
    outstanding: usize,
    /// Number of a background job: the same on every node.
    job: u64,
    /// Some node may have begun it.
    may_run: bool,
    code: i32,
    from_server: bool,
    /// The request that failed was compressed.
    compressed: bool,
}

impl Run {
    pub fn query(&self) -> &Query {
        &self.query
    }

    pub fn new(query: Query) -> Run {
        let mut by_id = vec![u16::MAX; crate::limits::limit::PARTITIONS];
        query.wanted.iter().enumerate().for_each(|(at, (id, _))| by_id[*id as usize] = at as u16);
        let partitions =
            query.wanted.iter().map(|&(id, mark)| Reading { id, owner: LEFT, mark, unavailable: false }).collect();
        Run {
            query,
            partitions,
            by_id,
            parts: 0,
            records: 0.0,
            outstanding: 0,
            job: 0,
            may_run: false,
            code: 0,
            from_server: false,
            compressed: false,
        }
    }

    pub(super) fn table_mut(&mut self) -> Option<&mut Table> {
        self.query.table.as_mut()
    }

    /// Not 0 when it has failed or was given up.
    pub fn code(&self) -> i32 {
        self.code
    }

    fn left(&self) -> Vec<u32> {
        (0..self.partitions.len() as u32).filter(|&at| self.partitions[at as usize].owner == LEFT).collect()
    }

    fn room(&self) -> f64 {
        if self.query.max_records == 0.0 {
            f64::INFINITY
        } else {
            self.query.max_records - self.records
        }
    }

    /// What a later query needs to go on, empty when there is nothing left.
    fn cursor(&self) -> Vec<u8> {
        if self.query.is_by_node() {
            return Vec::new();
        }
        let open = self.partitions.iter().filter(|partition| partition.owner != FINISHED);
        let open: Vec<_> = open.map(|partition| (partition.id, partition.mark)).collect();
        if open.is_empty() {
            return Vec::new();
        }
        cursor::write(open.into_iter(), self.query.by_index)
    }
}

impl Engine {
    /// The query has been admitted, or a round has ended before enough records came: what is left goes on its way.
    pub(super) fn start_query(&mut self, op: u32) {
        let serial = self.ops[op].serial;
        self.ops[op].stage = Stage::Parts;
        self.op_timers.clear(op);
        let Some(run) = self.ops[op].query.as_deref_mut() else { return };
        if run.query.is_by_node() {
            return self.start_on_nodes(op);
        }
        let left = run.left();
        run.parts += 1;
        let part = self.new_query_part(op, (op, serial), left);
        self.route(part);
    }

    /// What goes to every node. A background job is never begun twice.
    fn start_on_nodes(&mut self, op: u32) {
        let (name, job) = ((op, self.ops[op].serial), self.next_random() | 1);
        let nodes = self.live_nodes();
        let Some(run) = self.ops[op].query.as_deref_mut() else { return };
        let is_job = run.query.background;
        run.parts = nodes.len() as u32;
        if is_job {
            run.job = job;
            self.ops[op].max_retries = 0;
        }
        if !self.has_cluster() {
            return self.wait_for_cluster(op);
        }
        for node in nodes {
            if self.named(name).is_none() {
                return;
            }
            let part = self.new_query_part(op, name, Vec::new());
            self.ops[part].target = Some(node);
            self.ops[part].write = is_job;
            self.route(part);
        }
    }

    fn new_query_part(&mut self, like: u32, query: OpName, rows: Vec<u32>) -> u32 {
        let part = self.ops.take(Op::new);
        if let Some(run) = self.ops[query.0].query.as_deref_mut() {
            for &row in &rows {
                let partition = &mut run.partitions[row as usize];
                (partition.owner, partition.unavailable) = (part, false);
            }
        }
        let (limits, serial) = (self.ops[like].limits(), self.ops[part].serial);
        self.ops[part].become_part(limits, serial, Part::of_query(query, rows));
        part
    }

    /// The query that a part belongs to, and its partitions that are not finished.
    fn open_partitions(&self, part: u32) -> Option<(u32, Vec<u32>)> {
        let of = self.ops[part].part.as_ref()?;
        let op = self.named(of.batch)?;
        let run = self.ops[op].query.as_ref()?;
        let is_open = |row: &u32| run.partitions[*row as usize].owner == part;
        Some((op, of.rows.iter().copied().filter(is_open).collect()))
    }

    /// Routes a part of a query: split by the nodes that have the partitions.
    pub(super) fn route_query_part(&mut self, part: u32) {
        let Some((op, rows)) = self.open_partitions(part) else {
            return self.end(part, without_answer(part, code::CLIENT));
        };
        let Some(run) = self.ops[op].query.as_deref() else { return };
        if let Some(node) = self.ops[part].target {
            return self.send_query_part(op, part, node, 0);
        }
        let name = run.query.namespace;
        let Some(namespace) = self.map.namespace(name) else { return self.finish(part, code::NAMESPACE) };
        let ids: Vec<(u32, u16)> = rows.iter().map(|&row| (row, run.partitions[row as usize].id)).collect();
        let mut by_node: Vec<(NodeId, Vec<u32>)> = Vec::new();
        for (row, id) in ids {
            let entry = &mut self.ops[part];
            (entry.namespace, entry.partition) = (name, id);
            let Some(node) = self.choose_replica(part, namespace).or_else(|| self.any_node()) else {
                return self.finish(part, code::INVALID_NODE);
            };
            match by_node.iter_mut().find(|(other, _)| *other == node) {
                Some((_, rows)) => rows.push(row),
                None => by_node.push((node, vec![row])),
            }
        }
        self.send_query_parts(op, part, by_node);
    }

    fn send_query_parts(&mut self, op: u32, part: u32, mut by_node: Vec<(NodeId, Vec<u32>)>) {
        let room = self.room_of_part(op, part);
        // Each node gives one record at least: those for which there is no room are asked in the next round.
        while by_node.len() as f64 > room {
            let Some((_, rows)) = by_node.pop() else { break };
            self.leave_partitions(op, &rows);
        }
        let Some((node, rows)) = by_node.pop() else { return self.end(part, without_answer(part, code::OK)) };
        let name = (op, self.ops[op].serial);
        let mut shares = shares(room, by_node.len() + 1).into_iter();
        for (node, rows) in by_node {
            // A part that fails at once ends the query, and all its parts.
            if self.named(name).is_none() {
                return;
            }
            if let Some(run) = self.ops[op].query.as_deref_mut() {
                run.parts += 1;
            }
            let other = self.new_query_part(part, name, rows);
            self.send_query_part(op, other, node, shares.next().unwrap_or(0));
        }
        if self.named(name).is_none() {
            return;
        }
        if let Some(own) = self.ops[part].part.as_mut() {
            own.rows = rows;
        }
        self.send_query_part(op, part, node, shares.next().unwrap_or(0));
    }

    /// How many records a part may still bring, with all that it splits into.
    fn room_of_part(&self, op: u32, part: u32) -> f64 {
        match self.ops[part].part.as_ref() {
            Some(own) if own.share > 0 => own.share.saturating_sub(own.count) as f64,
            _ => self.ops[op].query.as_ref().map_or(0.0, |run| run.room()),
        }
    }

    fn leave_partitions(&mut self, op: u32, rows: &[u32]) {
        if let Some(run) = self.ops[op].query.as_deref_mut() {
            rows.iter().for_each(|&row| run.partitions[row as usize].owner = LEFT);
        }
    }

    fn send_query_part(&mut self, op: u32, part: u32, node: NodeId, share: u64) {
        if !self.takes_turn(op, part) {
            // What it may bring is kept for it.
            return self.set_share(part, share);
        }
        let mut id = self.next_random() | 1;
        let rows = self.ops[part].part.as_ref().map(|part| part.rows.clone()).unwrap_or_default();
        let mut request = std::mem::take(&mut self.ops[part].request);
        request.clear();
        if let Some(run) = self.ops[op].query.as_deref_mut() {
            if run.query.background {
                id = run.job;
            }
            let partitions = &mut run.partitions;
            rows.iter().for_each(|&row| partitions[row as usize].unavailable = false);
            let wanted: Vec<_> =
                rows.iter().map(|&row| (partitions[row as usize].id, partitions[row as usize].mark)).collect();
            run.query.encode(&wanted, id, share, &mut request);
        }
        self.compress(op, &mut request);
        self.ops[part].request = request;
        self.set_share(part, share);
        self.dispatch(part, node);
    }

    fn set_share(&mut self, part: u32, share: u64) {
        if let Some(own) = self.ops[part].part.as_mut() {
            (own.share, own.count, own.paused) = (share, 0, false);
        }
    }

    /// One frame of the answer: records, partitions that are not there, and at the end a message that is the last, or an
    /// error in its place. Gives that.
    pub(super) fn query_message(
        &mut self,
        part: u32,
        bytes: &[u8],
        from: usize,
        to: usize,
    ) -> Result<Option<Reply>, Malformed> {
        let mut at = from;
        let has_columns = self.query_has_columns(part);
        let collections = self.ops[part].collections;
        let base = self.outputs.tape.len();
        while at < to {
            wire::fits(&self.outputs.tape[base..])?;
            let first_slot = self.outputs.tape.len();
            let (reply, mark) = if has_columns {
                self.record_of_columns(part, &bytes[at..to])?
            } else {
                let record = wire::record(&bytes[at..to], at, collections, &mut self.names, &mut self.outputs.tape);
                let record = record.inspect_err(|_| self.outputs.tape.truncate(first_slot))?;
                (record.reply, record.digest.map(|digest| Mark { digest, bval: record.bval }))
            };
            at += reply.length;
            if wire::ends_query(reply.info3, reply.code) {
                self.outputs.tape.truncate(first_slot);
                wire::nothing_behind(at, to)?;
                // Whoever gets the connection next wants to read.
                self.resume_part(part);
                return Ok(Some(reply));
            }
            if reply.info3 & info3::PARTITION_DONE != 0 {
                self.outputs.tape.truncate(first_slot);
                self.partition_told(part, &reply)?;
                continue;
            }
            if self.value_came(part, &reply, first_slot as u32, super::address_of(bytes)) {
                continue;
            }
            let Some(mark) = mark else { return Err(Malformed("a record of a query without a digest")) };
            if has_columns {
                if self.row_came(part, mark)? {
                    return Ok(None);
                }
            } else {
                self.record_came(part, mark, &reply, first_slot as u32, super::address_of(bytes))?;
            }
        }
        Ok(None)
    }

    fn partition_told(&mut self, part: u32, reply: &Reply) -> Result<(), Malformed> {
        let Some(op) = self.ops[part].part.as_ref().and_then(|part| self.named(part.batch)) else { return Ok(()) };
        let Some(run) = self.ops[op].query.as_deref_mut() else { return Ok(()) };
        let at = run.by_id.get(reply.generation as usize).filter(|&&at| at != u16::MAX);
        let at = *at.ok_or(Malformed("an answer about a partition that does not exist"))?;
        let partition = &mut run.partitions[at as usize];
        if partition.owner == part {
            partition.unavailable = reply.code != code::OK;
        }
        Ok(())
    }

    /// What a function of streams made, if that is what was asked for.
    fn value_came(&mut self, part: u32, reply: &Reply, first_slot: u32, data_address: u32) -> bool {
        let Some(op) = self.ops[part].part.as_ref().and_then(|part| self.named(part.batch)) else { return false };
        let Some(run) = self.ops[op].query.as_deref_mut().filter(|run| run.query.aggregates) else { return false };
        run.outstanding += 1;
        let full = run.outstanding >= HIGH;
        // The node would begin anew, and its values count twice.
        self.ops[part].max_retries = 0;
        self.outputs.record_of_query(op, 0, reply, 0, first_slot, data_address);
        if full {
            self.pause_part(part);
        }
        true
    }

    fn record_came(
        &mut self,
        part: u32,
        mark: Mark,
        reply: &Reply,
        first_slot: u32,
        data_address: u32,
    ) -> Result<(), Malformed> {
        let Some((op, id)) = self.mark_record(part, mark)? else { return Ok(()) };
        let ttl = self.time_to_live(reply.void_time);
        self.outputs.record_of_query(op, id, reply, ttl, first_slot, data_address);
        let Some(run) = self.ops[op].query.as_deref_mut() else { return Ok(()) };
        run.outstanding += 1;
        if run.outstanding >= HIGH {
            self.pause_part(part);
        }
        Ok(())
    }

    /// The record that was put into the columns last is one that was asked for, or is taken out again. Tells whether the
    /// columns are too large by now, and the query given up.
    fn row_came(&mut self, part: u32, mark: Mark) -> Result<bool, Malformed> {
        let op = self.ops[part].part.as_ref().and_then(|part| self.named(part.batch));
        let marked = self.mark_record(part, mark);
        let Some(op) = op else { return Ok(false) };
        marked.inspect_err(|_| self.take_row_back(op))?;
        let is_full = self.ops[op].query.as_deref_mut().and_then(Run::table_mut).is_some_and(|table| table.is_full());
        if is_full {
            self.finish(op, code::RESULT_TOO_LARGE);
        }
        Ok(is_full)
    }

    /// Notes a record before it is handed out: whatever happens next, it does not come again. Gives its query and partition.
    fn mark_record(&mut self, part: u32, mark: Mark) -> Result<Option<(u32, u16)>, Malformed> {
        let Some(op) = self.ops[part].part.as_ref().and_then(|part| self.named(part.batch)) else { return Ok(None) };
        let Some(run) = self.ops[op].query.as_deref_mut() else { return Ok(None) };
        let id = crate::key::partition(&mark.digest);
        let at = run.by_id[id as usize];
        let partition = run.partitions.get_mut(at as usize).filter(|partition| partition.owner == part);
        let partition = partition.ok_or(Malformed("a record of a partition that was not asked for"))?;
        partition.mark = Some(mark);
        run.records += 1.0;
        if let Some(own) = self.ops[part].part.as_mut() {
            own.count += 1;
        }
        Ok(Some((op, id)))
    }

    fn query_has_columns(&self, part: u32) -> bool {
        let op = self.ops[part].part.as_ref().and_then(|part| self.named(part.batch));
        op.and_then(|op| self.ops[op].query.as_ref()).is_some_and(|run| run.query.table.is_some())
    }

    /// The last message of a part has come.
    pub(super) fn query_part_ended(&mut self, part: u32, last: &Reply) {
        let Some((op, rows)) = self.open_partitions(part) else {
            return self.end(part, without_answer(part, code::CLIENT));
        };
        let Some(run) = self.ops[op].query.as_deref() else { return };
        if last.code == code::RECORD_NOT_FOUND && run.query.is_by_node() {
            // This node has never met the set.
            return self.end(part, without_answer(part, code::OK));
        }
        if last.code != code::OK {
            return self.fail_attempt(part, last.code, true);
        }
        let reached_share = self.ops[part].part.as_ref().is_some_and(|part| part.share > 0 && part.count >= part.share);
        let Some(run) = self.ops[op].query.as_deref_mut() else { return };
        let mut unavailable = false;
        for row in rows {
            let partition = &mut run.partitions[row as usize];
            if partition.unavailable {
                unavailable = true;
            } else {
                partition.owner = if reached_share { LEFT } else { FINISHED };
            }
        }
        if unavailable {
            self.fail_attempt(part, code::UNAVAILABLE, true);
        } else {
            self.end(part, without_answer(part, code::OK));
        }
    }

    /// A part ends. If it failed, the query has; else the query ends with its last part, unless there is room for more
    /// records and something left to read.
    pub(super) fn end_query_part(&mut self, part: u32, code: i32, from_server: bool) {
        let Some((op, _)) = self.open_partitions(part) else { return };
        let compressed = wire::is_compressed(&self.ops[part].request);
        let Some(run) = self.ops[op].query.as_deref_mut() else { return };
        run.parts -= 1;
        run.may_run |= code == code::OK || !from_server || run.parts > 0;
        if code != code::OK && run.code == code::OK {
            (run.code, run.from_server, run.compressed) = (code, from_server, compressed);
            let others = self.parts_of(op, part);
            for other in others {
                self.abandon_for(other, code);
                self.finish(other, code);
            }
            return self.query_may_end(op);
        }
        self.give_turn_back(op, part);
        self.query_may_end(op);
    }

    fn query_may_end(&mut self, op: u32) {
        let Some(run) = self.ops.get(op).and_then(|op| op.query.as_deref()) else { return };
        if run.parts > 0 {
            return;
        }
        if run.code == code::OK && !run.query.is_by_node() && run.room() > 0.0 && !run.left().is_empty() {
            return self.start_query(op);
        }
        self.end_query(op);
    }

    fn end_query(&mut self, op: u32) {
        let Some(run) = self.ops[op].query.as_deref_mut() else { return };
        let (cursor, code, from_server) = (run.cursor(), run.code, run.from_server);
        let job = if run.may_run { run.job } else { 0 };
        let compressed = run.compressed;
        if let Some(table) = run.query.table.take() {
            let done = super::Done { from_server, compressed, ..self.hand_over(op, code, table, cursor) };
            return self.end(op, done);
        }
        let first_slot = self.outputs.tape.len() as u32;
        self.outputs.tape.push(Slot::new(tag::BLOB, NONE, 0, cursor.len() as u32));
        let data_address = super::address_of(&cursor);
        self.outputs.retained.push(cursor);
        let (generation, ttl) = (job as u32, (job >> 32) as u32);
        let in_doubt = code != code::OK && job != 0;
        let done = super::Done {
            in_doubt,
            from_server,
            compressed,
            generation,
            ttl,
            first_slot,
            items: 1,
            data_address,
            ..without_answer(op, code)
        };
        self.end(op, done);
    }

    /// The query is given up as a whole.
    pub(super) fn give_up_query(&mut self, op: u32, code: i32) {
        if let Some(run) = self.ops[op].query.as_deref_mut() {
            run.code = code;
        }
        for part in self.parts_of(op, NONE) {
            self.abandon_for(part, code);
            self.finish(part, code);
        }
        if self.ops.is_used(op) {
            self.end_query(op);
        }
    }

    // ---- back-pressure

    fn pause_part(&mut self, part: u32) {
        let Stage::InFlight(conn) = self.ops[part].stage else { return };
        let Some(own) = self.ops[part].part.as_mut() else { return };
        if !std::mem::replace(&mut own.paused, true) {
            self.outputs.pause(conn);
        }
    }

    /// A paused part waits for the caller, not for the server.
    pub(super) fn is_paused(&self, op: u32) -> bool {
        self.ops[op].part.as_ref().is_some_and(|part| part.paused)
    }

    /// The caller took records. Looked at with the next poll.
    pub fn consumed(&mut self, op: u32, records: u32) {
        if let Some(entry) = self.ops.get(op) {
            self.taken.push(((op, entry.serial), records));
        }
    }

    pub(super) fn go_on_reading(&mut self) {
        for (name, records) in std::mem::take(&mut self.taken) {
            let Some(op) = self.named(name) else { continue };
            let Some(run) = self.ops[op].query.as_deref_mut() else { continue };
            run.outstanding = run.outstanding.saturating_sub(records as usize);
            if run.outstanding > LOW {
                continue;
            }
            for part in self.parts_of(op, NONE) {
                self.resume_part(part);
            }
        }
    }

    pub(super) fn resume_part(&mut self, part: u32) {
        let was_paused = self.ops[part].part.as_mut().is_some_and(|part| std::mem::take(&mut part.paused));
        if let (true, Stage::InFlight(conn)) = (was_paused, self.ops[part].stage) {
            self.conns[conn].progress = self.now;
            self.outputs.resume(conn);
        }
    }
}

/// A limit of records parted among nodes, at least as many as these; 0 is no limit.
fn shares(room: f64, nodes: usize) -> Vec<u64> {
    if room == f64::INFINITY {
        return vec![0; nodes];
    }
    let (room, nodes) = (room as u64, nodes as u64);
    (0..nodes).map(|node| room / nodes + u64::from(node < room % nodes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_parted_among_the_nodes() {
        assert_eq!(shares(10.0, 3), [4, 3, 3]);
        assert_eq!(shares(3.0, 3), [1, 1, 1], "a share of 0 would be no limit");
        assert_eq!(shares(f64::INFINITY, 2), [0, 0]);
    }
}
