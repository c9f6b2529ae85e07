//! Taking a command from the shell: it is checked and encoded here, and nothing else happens before the next poll.

use super::coalesce::Alike;
use super::query::Run;
use super::{Engine, Life, OpName};
use crate::abi::{command_kind, stat, NONE};
use crate::client::op::{Op, Stage};
use crate::command;
use crate::proto::code;
use crate::Refused;

/// What one turn may submit before it is looked at. Enough to share writes, little beside what connections hold.
const FRESH_MAX: usize = 4096;
const FRESH_BYTES_MAX: usize = 4 * 1024 * 1024;

impl Engine {
    /// Takes the command that stands in the command and data regions; gives the op's number, which DONE will carry.
    pub fn submit(&mut self) -> Result<u32, Refused> {
        let taken = self.try_submit();
        self.refused = taken.err();
        taken
    }

    fn try_submit(&mut self) -> Result<u32, Refused> {
        if matches!(self.life, Life::Closing { .. } | Life::Closed) {
            return Err(Refused { code: code::CLOSED, reason: "the client is closed", slot: None });
        }
        let block = command::read(&self.command)?;
        let admin = self.read_admin(&block)?;
        let (batch, query) = (self.read_batch(&block)?, self.read_query(&block)?);
        let index = self.ops.take(Op::new);
        self.ops[index].request.clear();
        let encoded = self.encode(&block, index);
        let bound = encoded.and_then(|encoded| {
            let bond = self.bond(&block, encoded.as_ref(), batch.as_deref(), index)?;
            Ok((encoded, bond))
        });
        let (encoded, bond) = match bound {
            Ok(bound) => bound,
            Err(refused) => {
                self.ops.retire(index);
                self.ops.recycle(index);
                return Err(refused);
            }
        };
        let op = &mut self.ops[index];
        op.begin(&block, encoded.as_ref());
        op.write |= admin.as_ref().is_some_and(|admin| admin.writes);
        op.admin = admin;
        op.batch = batch;
        op.query = query;
        op.bond = bond;
        if let Some(encoded) = encoded.as_ref().filter(|_| self.config.coalesce) {
            op.alike = Alike::of(&block, encoded, &op.request).filter(|_| !op.write || self.config.coalesce_writes);
        }
        if block.kind == command_kind::INFO && block.set != NONE {
            op.target = Some(block.set as u16);
        }
        let name = (index, op.serial);
        self.fresh.push(name);
        self.fresh_bytes += self.size_of(index);
        self.count(stat::OPERATIONS);
        Ok(index)
    }

    /// So much was submitted since the last poll that another one is due before there is more: only then is it known
    /// what may wait, and what is turned away.
    pub fn wants_poll(&self) -> bool {
        self.fresh.len() >= FRESH_MAX || self.fresh_bytes >= FRESH_BYTES_MAX
    }

    fn encode(&mut self, block: &command::Block, index: u32) -> Result<Option<command::Encoded>, Refused> {
        let request = &mut self.ops[index].request;
        if block.kind == command_kind::INFO {
            let (from, length) = (block.key_a as usize, block.key_b as usize);
            let text = from.checked_add(length).and_then(|to| self.data.get(from..to));
            let text =
                text.ok_or(Refused { code: code::ENGINE, reason: "info text outside of the data region", slot: None })?;
            command::info(text, request)?;
            return Ok(None);
        }
        use command_kind::{BATCH, QUERY, TXN_ABORT, TXN_COMMIT};
        if matches!(block.kind, BATCH | QUERY | TXN_COMMIT | TXN_ABORT) {
            return Ok(None);
        }
        if block.kind == command_kind::ADMIN {
            command::admin::encode(block, &self.command[command::BLOCK_SLOTS..], &self.data, request)?;
            return Ok(None);
        }
        let slots = &self.command[command::BLOCK_SLOTS..];
        let encoded = command::encode(block, slots, &self.data, &self.names, request)?;
        // What is part of a transaction is completed when it is sent.
        if let Some(above) = block.compresses_above().filter(|_| block.txn == 0) {
            self.compressor.shrink(request, 0, above);
        }
        Ok(Some(encoded))
    }

    fn read_admin(&self, block: &command::Block) -> Result<Option<Box<command::admin::Admin>>, Refused> {
        if block.kind != command_kind::ADMIN {
            return Ok(None);
        }
        Ok(Some(Box::new(command::admin::read(block, &self.command[command::BLOCK_SLOTS..])?)))
    }

    fn read_batch(&self, block: &command::Block) -> Result<Option<Box<command::batch::Batch>>, Refused> {
        if block.kind != command_kind::BATCH {
            return Ok(None);
        }
        let mut batch = command::batch::read(block, &self.command, &self.data, &self.names)?;
        batch.table.iter_mut().for_each(|table| table.bytes_max = self.config.columns_max);
        Ok(Some(Box::new(batch)))
    }

    fn read_query(&self, block: &command::Block) -> Result<Option<Box<Run>>, Refused> {
        if block.kind != command_kind::QUERY {
            return Ok(None);
        }
        let slots = &self.command[command::BLOCK_SLOTS..];
        let mut query = command::query::read(block, slots, &self.data, &self.names)?;
        query.table.iter_mut().for_each(|table| table.bytes_max = self.config.columns_max);
        Ok(Some(Box::new(Run::new(query))))
    }

    /// The caller no longer wants the answer. A write that may have left is in doubt.
    pub fn cancel(&mut self, op: u32) {
        if let Some(entry) = self.ops.get_mut(op) {
            entry.cancelled = true;
            self.cancelled.push((op, entry.serial));
        }
    }

    /// Done at the next poll, so that giving up may happen while the outputs of the last one are being acted on.
    pub(super) fn end_cancelled(&mut self) {
        for name in std::mem::take(&mut self.cancelled) {
            if let Some(op) = self.named(name).filter(|&op| self.ops[op].stage != Stage::Fresh) {
                self.abandon(op);
                self.finish(op, code::ABORTED);
            }
        }
    }

    /// The op that a name means, if it has not ended.
    pub(super) fn named(&self, (index, serial): OpName) -> Option<u32> {
        self.ops.get(index).filter(|op| op.serial == serial).map(|_| index)
    }
}
