//! Batches and queries whose rows go into columns: no record of output a row, but one DONE at the end that hands all of
//! the columns over. Which rows are asked for, again or not at all, is decided where it is for all batches and queries.

use super::outputs::Done;
use super::{address_of, without_answer, Engine};
use crate::abi::{tag, NONE};
use crate::command::query::Mark;
use crate::limits::limit;
use crate::proto::{code, field, info3, particle};
use crate::value::columns::{Outcome, Table};
use crate::value::tape::Slot;
use crate::wire::{Message, Reply, TxnFields};
use crate::Malformed;

/// The fields of a record that a query found.
#[derive(Default)]
struct Found<'a> {
    digest: Option<[u8; limit::DIGEST]>,
    bval: u64,
    user_key: Option<(u8, &'a [u8])>,
}

impl<'a> Found<'a> {
    fn take(&mut self, id: u8, value: &'a [u8]) -> Result<(), Malformed> {
        match id {
            field::DIGEST => {
                let digest = value.try_into().map_err(|_| Malformed("a digest that has not 20 bytes"))?;
                self.digest = Some(digest);
            }
            field::BVALS => {
                let bval = value.first_chunk::<8>().ok_or(Malformed("a bval that has not 8 bytes"))?;
                self.bval = u64::from_le_bytes(*bval);
            }
            field::KEY => {
                let is_key = |kind: u8| matches!(kind, particle::INTEGER | particle::STRING | particle::BLOB);
                self.user_key = value.split_first().map(|(&kind, key)| (kind, key)).filter(|&(kind, _)| is_key(kind));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Engine {
    /// One message of the answer to a part of a batch of columns: a row, or the last. Nothing when the batch was given up.
    pub(super) fn row_of_columns(&mut self, part: u32, body: &[u8]) -> Result<Option<Reply>, Malformed> {
        let mut fields = TxnFields::default();
        let message = Message::open(body, |id, value| fields.take(id, value))?;
        let reply = fields.of(Reply::of(&message.header, 0));
        let said = if self.ends_part(part, &reply) { None } else { self.row_said(part, &reply)? };
        let table = said.filter(|(_, done)| done.code == code::OK).and_then(|(op, _)| self.table_of(op));
        let (row, mut near) = (reply.index as usize, 0);
        let length = match table {
            // It may come again, from another node.
            Some(table) => message
                .values(|name, kind, bytes| table.put(row, &mut near, name, kind, bytes))
                .inspect_err(|_| table.clear(row))?,
            None => message.values(|_, _, _| Ok(()))?,
        };
        if let Some((op, done)) = said {
            self.answer_row(op, reply.index, &done);
            if self.table_of(op).is_some_and(|table| table.is_full()) {
                self.finish(op, code::RESULT_TOO_LARGE);
                return Ok(None);
            }
        }
        Ok(Some(Reply { length, ..reply }))
    }

    /// The columns of a batch.
    fn table_of(&mut self, op: u32) -> Option<&mut Table> {
        self.ops[op].batch.as_deref_mut().and_then(|batch| batch.table.as_mut())
    }

    /// One message of the answer to a part of a query with columns: a record, or what `query_message` acts on.
    pub(super) fn record_of_columns(&mut self, part: u32, body: &[u8]) -> Result<(Reply, Option<Mark>), Malformed> {
        let mut found = Found::default();
        let message = Message::open(body, |id, value| found.take(id, value))?;
        let header = message.header;
        let is_record = header.info3 & (info3::LAST | info3::PARTITION_DONE) == 0 && i32::from(header.code) == code::OK;
        let named = self.ops[part].part.as_ref().and_then(|part| self.named(part.batch));
        let ttl = self.time_to_live(header.ttl);
        let table = named.and_then(|op| self.ops[op].query.as_deref_mut()).and_then(|run| run.table_mut());
        let mark = found.digest.map(|digest| Mark { digest, bval: found.bval });
        let (true, Some(table), Some(Mark { digest, .. })) = (is_record, table, mark) else {
            let length = message.values(|_, _, _| Ok(()))?;
            return Ok((Reply::of(&header, length), mark));
        };
        let row = table.grow(&digest, found.user_key)?;
        let mut near = 0;
        let length = message.values(|name, kind, bytes| table.put(row, &mut near, name, kind, bytes));
        let length = length.inspect_err(|_| table.shrink())?;
        table.end(row, &Outcome { code: code::OK, generation: header.generation, ttl, in_doubt: false });
        Ok((Reply::of(&header, length), mark))
    }

    /// The last row that a query added is taken back: it belongs to none of its partitions.
    pub(super) fn take_row_back(&mut self, op: u32) {
        if let Some(table) = self.ops[op].query.as_deref_mut().and_then(|run| run.table_mut()) {
            table.shrink();
        }
    }

    /// Puts the columns where the shell finds them, and gives the DONE that says where.
    pub(super) fn hand_over(&mut self, op: u32, code: i32, table: Table, cursor: Vec<u8>) -> Done {
        let first_slot = self.outputs.tape.len() as u32;
        let parts = table.finish();
        let misfit = parts.misfit;
        let kind = u32::from(misfit.particle_type) | misfit.why << 8;
        self.outputs.tape.push(Slot::new(misfit.count, misfit.row, misfit.column, kind));
        let regions = std::iter::once(cursor).chain(parts.regions);
        for region in regions {
            let slot = Slot::new(tag::BLOB, NONE, address_of(&region), region.len() as u32);
            self.outputs.tape.push(slot);
            self.outputs.retained.push(region);
        }
        let items = self.outputs.tape.len() as u32 - first_slot;
        Done { first_slot, items, ..without_answer(op, code) }
    }
}
