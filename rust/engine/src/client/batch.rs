//! Batches: one operation of many rows, sent as one part a node, each part on a connection of its own.
//!
//! A part is an op like any other, with rows instead of a key: it is routed, sent, timed and tried again as all ops are.
//! When it is routed, its rows are looked up, and if they belong to several nodes it splits. So a part that failed
//! takes its unanswered rows, and only these, to wherever they belong by then. Every row is answered exactly once,
//! with a PART record or in the columns of the batch; the DONE of the batch follows the last.

use super::op::{Op, Stage};
use super::outputs::Done;
use super::{without_answer, Engine, OpName};
use crate::abi::NONE;
use crate::cluster::NodeId;
use crate::command::batch::Row;
use crate::limits::limit;
use crate::proto::{code, info3};
use crate::value::columns::Outcome;
use crate::wire::{self, Reply};
use crate::Malformed;

/// What makes an op a part of a batch, or of a query.
#[derive(Debug, Default)]
pub struct Part {
    pub batch: OpName,
    /// Numbers of its rows; those that are answered stay in it. Of a query: places in its list of partitions.
    pub rows: Vec<u32>,
    pub is_query: bool,
    /// Of a query: how many records the node may send, 0 = no limit, and how many it has.
    pub share: u64,
    pub count: u64,
    /// Its connection is not read, since the caller is slow.
    pub paused: bool,
    /// It counts among the nodes that are asked.
    pub has_turn: bool,
}

impl Part {
    pub fn of_query(query: OpName, rows: Vec<u32>) -> Part {
        Part { batch: query, rows, is_query: true, ..Part::default() }
    }
}

impl Engine {
    /// The batch has been admitted: its rows go on their way, all in one part at first.
    pub(super) fn start_batch(&mut self, op: u32) {
        let serial = self.ops[op].serial;
        self.ops[op].stage = Stage::Parts;
        let Some(batch) = self.ops[op].batch.as_deref_mut() else { return };
        let (rows, idle): (Vec<u32>, Vec<u32>) = (0..batch.rows.len() as u32).partition(|&row| batch.asks(row));
        batch.parts = 1;
        idle.into_iter().for_each(|row| self.answer_row(op, row, &without_answer(op, code::INVALID_ARGUMENT)));
        let part = self.new_part(op, (op, serial), rows);
        self.op_timers.clear(op);
        self.route(part);
    }

    /// A part with the batch's own limits; `like` is the batch or an earlier part.
    fn new_part(&mut self, like: u32, batch: OpName, rows: Vec<u32>) -> u32 {
        let part = self.ops.take(Op::new);
        if let Some(batch) = self.ops[batch.0].batch.as_deref_mut() {
            rows.iter().for_each(|&row| batch.rows[row as usize].owner = part);
        }
        let like = &self.ops[like];
        let (limits, serial) = (like.limits(), self.ops[part].serial);
        let entry = &mut self.ops[part];
        entry.become_part(limits, serial, Part { batch, rows, ..Part::default() });
        part
    }

    /// The batch that a part belongs to, and the rows of the part that are not answered.
    fn part_rows(&self, part: u32) -> Option<(u32, Vec<u32>)> {
        let of = self.ops[part].part.as_ref()?;
        let op = self.named(of.batch)?;
        let batch = self.ops[op].batch.as_ref()?;
        let is_open = |row: &u32| batch.rows[*row as usize].owner == part;
        Some((op, of.rows.iter().copied().filter(is_open).collect()))
    }

    /// Routes a part: whole to the node that all its rows belong to, else split.
    pub(super) fn route_part(&mut self, part: u32) {
        if !self.has_cluster() {
            return self.wait_for_cluster(part);
        }
        if self.is_query_part(part) {
            return self.route_query_part(part);
        }
        let Some((op, rows)) = self.part_rows(part) else { return self.retire_part(part) };
        self.begin_attempt(part, op, &rows);
        let mut by_node: Vec<(NodeId, Vec<u32>)> = Vec::new();
        let mut ownerless = Vec::new();
        for row in rows {
            match self.row_node(op, part, row) {
                Ok(None) => ownerless.push(row),
                Ok(Some(node)) => match by_node.iter_mut().find(|(other, _)| *other == node) {
                    Some((_, rows)) => rows.push(row),
                    None => by_node.push((node, vec![row])),
                },
                Err(code) => self.answer_row(op, row, &without_answer(op, code)),
            }
        }
        let batch = self.ops[part].part.as_ref().map(|part| part.batch).unwrap_or_default();
        let messages = self.as_messages(op, by_node).into_iter().map(|(node, rows)| (Some(node), rows));
        let waiting = Some((None, ownerless)).filter(|(_, rows)| !rows.is_empty());
        let mut messages: Vec<_> = waiting.into_iter().chain(messages).collect();
        let Some((node, rows)) = messages.pop() else { return self.part_answered(part) };
        for (node, rows) in messages {
            if let Some(batch) = self.ops[op].batch.as_deref_mut() {
                batch.parts += 1;
            }
            let other = self.new_part(part, batch, rows);
            self.send_part_to(op, other, node);
        }
        if let Some(own) = self.ops[part].part.as_mut() {
            own.rows = rows;
        }
        self.send_part_to(op, part, node);
    }

    fn send_part_to(&mut self, op: u32, part: u32, node: Option<NodeId>) {
        match node {
            Some(node) => self.send_part(op, part, node),
            None => self.wait_for_owner(part),
        }
    }

    /// One message a node, or as many as it takes.
    fn as_messages(&self, op: u32, by_node: Vec<(NodeId, Vec<u32>)>) -> Vec<(NodeId, Vec<u32>)> {
        let Some(batch) = self.ops[op].batch.as_deref() else { return Vec::new() };
        let of_node = |(node, rows)| batch.messages(rows, limit::MESSAGE).into_iter().map(move |rows| (node, rows));
        by_node.into_iter().flat_map(of_node).collect()
    }

    /// What the last attempt left unsaid is in doubt from now on, wherever the rows go; what it said counts no more.
    fn begin_attempt(&mut self, part: u32, op: u32, rows: &[u32]) {
        let was_sent = std::mem::take(&mut self.ops[part].ever_sent);
        let Some(batch) = self.ops[op].batch.as_deref_mut() else { return };
        for &row in rows {
            let row = &mut batch.rows[row as usize];
            row.doubt |= was_sent && row.code == code::OK;
            row.code = code::OK;
        }
    }

    fn send_part(&mut self, op: u32, part: u32, node: NodeId) {
        if !self.takes_turn(op, part) {
            return;
        }
        let mut request = std::mem::take(&mut self.ops[part].request);
        request.clear();
        let rows = self.ops[part].part.as_ref().map(|part| part.rows.clone()).unwrap_or_default();
        if let Some(batch) = self.ops[op].batch.as_deref() {
            batch.encode(&rows, self.txn_of(op), &mut request);
            self.ops[part].write = rows.iter().any(|&row| batch.is_write(row));
        }
        self.compress(op, &mut request);
        self.ops[part].request = request;
        self.dispatch(part, node);
    }

    /// Compresses the request of a part, if the policy of its batch or query says so.
    pub(super) fn compress(&mut self, op: u32, request: &mut Vec<u8>) {
        if let Some(above) = self.ops[op].compress_above {
            self.compressor.shrink(request, 0, above);
        }
    }

    /// None = no node that is there is known to have the record, and the part has not yet waited for one in vain.
    fn row_node(&mut self, op: u32, part: u32, row: u32) -> Result<Option<NodeId>, i32> {
        let Some(batch) = self.ops[op].batch.as_deref() else { return Err(code::INVALID_NODE) };
        let at = batch.rows[row as usize];
        let (name, write) = (batch.groups[at.group as usize].namespace, batch.is_write(row));
        let Some(namespace) = self.map.namespace(name) else { return Err(code::NAMESPACE) };
        let entry = &mut self.ops[part];
        (entry.namespace, entry.partition, entry.write) = (name, at.partition, write);
        match self.choose_replica(part, namespace) {
            None if !self.awaits_owner(part) => self.any_node().map(Some).ok_or(code::INVALID_NODE),
            node => Ok(node),
        }
    }

    /// One frame of the answer to a part: any number of rows, and at the very end a message that is the last. Gives
    /// whether it was.
    pub(super) fn part_message(
        &mut self,
        part: u32,
        bytes: &[u8],
        from: usize,
        to: usize,
    ) -> Result<Option<Reply>, Malformed> {
        if self.is_query_part(part) {
            return self.query_message(part, bytes, from, to);
        }
        let mut at = from;
        if self.has_columns(part) {
            while at < to {
                let Some(reply) = self.row_of_columns(part, &bytes[at..to])? else { return Ok(None) };
                at += reply.length;
                if self.ends_part(part, &reply) {
                    return wire::nothing_behind(at, to).map(|()| Some(reply));
                }
            }
            return Ok(None);
        }
        let data = super::address_of(bytes);
        self.read_rows(part, bytes, from, to, |engine, reply, slot| engine.row_replied(part, reply, slot, data))
    }

    /// Reads the rows of a frame onto the tape and gives each of them, with its first slot, to `take`; gives the last
    /// message, if it is there.
    pub(super) fn read_rows(
        &mut self,
        op: u32,
        bytes: &[u8],
        from: usize,
        to: usize,
        mut take: impl FnMut(&mut Engine, &Reply, u32) -> Result<(), Malformed>,
    ) -> Result<Option<Reply>, Malformed> {
        let collections = self.ops[op].collections;
        let (mut at, base) = (from, self.outputs.tape.len());
        while at < to {
            wire::fits(&self.outputs.tape[base..])?;
            let first_slot = self.outputs.tape.len();
            let reply = wire::reply(&bytes[at..to], at, collections, &mut self.names, &mut self.outputs.tape);
            let reply = reply.inspect_err(|_| self.outputs.tape.truncate(first_slot))?;
            at += reply.length;
            if self.ends_part(op, &reply) {
                self.outputs.tape.truncate(first_slot);
                return wire::nothing_behind(at, to).map(|()| Some(reply));
            }
            take(self, &reply, first_slot as u32)?;
        }
        Ok(None)
    }

    /// Whether a message is the last of the answer to a part of a batch, or to a bundle.
    pub(super) fn ends_part(&self, part: u32, reply: &Reply) -> bool {
        // A server that takes no compressed requests says so in one message that is not marked as the last.
        let unread = || reply.code == code::ENTERPRISE_ONLY && wire::is_compressed(&self.ops[part].request);
        reply.info3 & info3::LAST != 0 || unread()
    }

    fn row_replied(&mut self, part: u32, reply: &Reply, first_slot: u32, data_address: u32) -> Result<(), Malformed> {
        let Some((op, done)) = self.row_said(part, reply)? else { return Ok(()) };
        self.answer_row(op, reply.index, &Done { first_slot, items: reply.items, data_address, ..done });
        Ok(())
    }

    /// What an answer says of a row: its batch, and how the row ends, or nothing if it stays open.
    pub(super) fn row_said(&mut self, part: u32, reply: &Reply) -> Result<Option<(u32, Done)>, Malformed> {
        let Some(op) = self.ops[part].part.as_ref().and_then(|part| self.named(part.batch)) else { return Ok(None) };
        let tries_left = self.ops[part].failed < self.ops[part].max_retries;
        let Some(batch) = self.ops[op].batch.as_deref_mut() else { return Ok(None) };
        let row = batch.rows.get_mut(reply.index as usize).filter(|row| row.owner == part);
        let row = row.ok_or(Malformed("a row that was not asked for, or is answered already"))?;
        row.code = reply.code;
        let doubt = row.doubt;
        let is_write = batch.is_write(reply.index);
        self.heed_row(op, reply.index, reply);
        if tries_left && matches!(reply.code, code::UNAVAILABLE | code::DEVICE_OVERLOAD) {
            // Not done, and worth another try: it stays open until the last message, and then goes again.
            return Ok(None);
        }
        // An earlier attempt may have taken effect, whatever this one was told; or this one, after the server's own time.
        let in_doubt = is_write && reply.code != code::OK && (doubt || reply.code == code::TIMEOUT);
        let (generation, ttl) = (reply.generation, self.time_to_live(reply.void_time));
        Ok(Some((op, Done { in_doubt, from_server: true, generation, ttl, ..without_answer(op, reply.code) })))
    }

    /// Gives the caller the result of a row.
    pub(super) fn answer_row(&mut self, op: u32, row: u32, done: &Done) {
        let is_kept = self.keep_row(op, row, done);
        if let Some(batch) = self.ops[op].batch.as_deref_mut() {
            batch.rows[row as usize].owner = ANSWERED;
            let &Done { code, generation, ttl, in_doubt, .. } = done;
            match batch.table.as_mut() {
                Some(table) if code == code::OK => {
                    table.end(row as usize, &Outcome { code, generation, ttl, in_doubt })
                }
                Some(table) => table.end(row as usize, &Outcome { code, in_doubt, ..Outcome::default() }),
                None if is_kept => {}
                None => self.outputs.part(row, done),
            }
        }
    }

    /// Whether the rows of a part of a batch go into columns.
    fn has_columns(&self, part: u32) -> bool {
        let op = self.ops[part].part.as_ref().and_then(|part| self.named(part.batch));
        op.and_then(|op| self.ops[op].batch.as_ref()).is_some_and(|batch| batch.table.is_some())
    }

    /// All rows are answered: the batch ends.
    fn end_batch(&mut self, op: u32, code: i32, from_server: bool) {
        let table = self.ops[op].batch.as_deref_mut().and_then(|batch| batch.table.take());
        let done = match table {
            Some(table) => self.hand_over(op, code, table, Vec::new()),
            None => without_answer(op, code),
        };
        self.end(op, Done { from_server, ..done });
    }

    pub(super) fn is_query_part(&self, part: u32) -> bool {
        self.ops[part].part.as_ref().is_some_and(|part| part.is_query)
    }

    /// The last message of a part has come.
    pub(super) fn part_ended(&mut self, part: u32, last: &Reply) {
        if self.is_query_part(part) {
            return self.query_part_ended(part, last);
        }
        let open = self.part_rows(part);
        match open {
            Some((_, rows)) if rows.is_empty() && last.code == code::OK => self.part_answered(part),
            Some((op, rows)) => {
                let of_row = |&row: &u32| self.ops[op].batch.as_ref().map_or(0, |batch| batch.rows[row as usize].code);
                let of_rows = rows.iter().map(of_row).find(|&code| code != code::OK);
                let code = if last.code != code::OK { last.code } else { of_rows.unwrap_or(code::NO_RESPONSE) };
                // After the server's own time nobody knows what it did of what it has not told.
                self.ops[part].ever_sent |= last.code == code::TIMEOUT;
                self.fail_attempt(part, code, true);
            }
            None => self.retire_part(part),
        }
    }

    fn part_answered(&mut self, part: u32) {
        self.end(part, without_answer(part, code::OK));
    }

    /// A part ends: rows that are still open end with it, and the batch with its last part.
    pub(super) fn end_part(&mut self, part: u32, done: &Done) {
        if self.is_query_part(part) {
            return self.end_query_part(part, done.code, done.from_server);
        }
        let open = self.part_rows(part);
        let (was_sent, node) = (self.ops[part].ever_sent, self.ops[part].last_node);
        let compressed = wire::is_compressed(&self.ops[part].request);
        if let Some((op, rows)) = open {
            for row in rows {
                let Some(batch) = self.ops[op].batch.as_deref() else { break };
                let Row { code: own, doubt, .. } = batch.rows[row as usize];
                let (code, from_server) = if own != code::OK { (own, true) } else { (done.code, done.from_server) };
                // What the server refused has not happened; what nobody answered may have.
                let in_doubt = batch.is_write(row) && (doubt || was_sent && own == code::OK);
                self.answer_row(op, row, &Done { in_doubt, from_server, node, compressed, ..without_answer(op, code) });
            }
            let Some(batch) = self.ops[op].batch.as_deref_mut() else { return };
            batch.parts -= 1;
            let (parts, code) = (batch.parts, batch.code);
            self.give_turn_back(op, part);
            if parts == 0 {
                self.end_batch(op, code, false);
            }
        }
    }

    /// A batch or query was tried as often as the part of it that was tried the most.
    pub(super) fn count_attempts(&mut self, part: u32) {
        let attempts = self.ops[part].attempts;
        let Some(op) = self.ops[part].part.as_ref().and_then(|part| self.named(part.batch)) else { return };
        self.ops[op].attempts = self.ops[op].attempts.max(attempts);
    }

    /// The batch is given up as a whole: every row that is open is told so.
    pub(super) fn give_up_batch(&mut self, op: u32, code: i32, from_server: bool) {
        if let Some(batch) = self.ops[op].batch.as_deref_mut() {
            batch.code = code;
        }
        let parts = self.parts_of(op, NONE);
        if parts.is_empty() {
            let rows = self.ops[op].batch.as_ref().map_or(0, |batch| batch.rows.len() as u32);
            let done = Done { from_server, ..without_answer(op, code) };
            (0..rows).for_each(|row| self.answer_row(op, row, &done));
            return self.end_batch(op, code, from_server);
        }
        for part in parts {
            self.abandon_for(part, code);
            self.finish(part, code);
        }
    }

    /// The parts of a batch or query that have not ended, but one.
    pub(super) fn parts_of(&self, op: u32, but: u32) -> Vec<u32> {
        let name = (op, self.ops[op].serial);
        let is_part = |&part: &u32| part != but && self.ops[part].part.as_ref().is_some_and(|part| part.batch == name);
        self.ops.indices().into_iter().filter(is_part).collect()
    }

    /// A part whose batch is gone.
    fn retire_part(&mut self, part: u32) {
        self.end(part, without_answer(part, code::CLIENT));
    }
}

/// Owner of a row that has its answer.
const ANSWERED: u32 = NONE;
