//! Queries: what is asked of each node alike, the where-clause, and the message for some of the partitions.
//!
//! A query without a where-clause is a scan. A cursor names the partitions that an earlier query has not finished, each
//! with the record at which to go on.

use super::block::{Block, Exists};
use super::{cursor, filter, operate, refused, udf};
use crate::abi::{policy_flag, query_flag, tag, NONE};
use crate::limits::limit;
use crate::names::Names;
use crate::proto::{field, info1, info2, info3, op};
use crate::value::columns::{self, Extent, Table};
use crate::value::tape::{self, Slot};
use crate::wire::{self, begin_message, end_message, field as put_field, Header};
use crate::Refused;

/// What UDF_OP says of a call.
const UDF_AGGREGATE: u8 = 1;
const UDF_BACKGROUND: u8 = 2;

/// Where in a partition to go on: behind the record with this digest, and in an index at this value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    pub digest: [u8; limit::DIGEST],
    pub bval: u64,
}

/// What all messages of a query share.
#[derive(Debug)]
pub struct Query {
    /// Name id.
    pub namespace: u32,
    pub by_index: bool,
    /// Partitions to read, and where to begin in each.
    pub wanted: Vec<(u16, Option<Mark>)>,
    pub max_records: f64,
    /// The servers change what they find, and answer only that they have begun.
    pub background: bool,
    /// Where the records go, if they are gathered into columns.
    pub table: Option<Table>,
    /// A function makes values of what each node finds.
    pub aggregates: bool,
    header: Header,
    fields: Vec<u8>,
    field_count: u16,
    ops: Vec<u8>,
}

/// Reads a query from the block and its slots.
pub fn read(block: &Block, slots: &[Slot], data: &[u8], names: &Names) -> Result<Query, Refused> {
    let slots = slots.get(..block.slots as usize).ok_or(refused("the command region ends within the slots"))?;
    let (filter_slots, rest) = filter::split(block, slots)?;
    let parts = rest.split_at_checked(block.where_slots as usize);
    let (condition, items) =
        parts.ok_or(refused("slots are missing: the where-clause has fewer than the query says"))?;
    let (columns, items) = split_columns(block, items);
    let mut query = Query {
        namespace: block.namespace,
        by_index: !condition.is_empty(),
        wanted: wanted(block, data)?,
        background: block.query_flags & query_flag::BACKGROUND != 0,
        table: table(block, columns, names)?,
        aggregates: block.query_flags & (query_flag::BACKGROUND | query_flag::CALL) == query_flag::CALL,
        max_records: block.max_records.clamp(0.0, u64::MAX as f64).trunc(),
        header: header(block)?,
        fields: Vec::new(),
        field_count: 0,
        ops: Vec::new(),
    };
    write_place(&mut query, block, names)?;
    write_limits(&mut query, block);
    if !condition.is_empty() {
        write_condition(&mut query, condition, data, names)?;
    }
    query.field_count += filter::write(block, filter_slots, data, &mut query.fields)?;
    if query.table.is_some() && block.query_flags & (query_flag::BACKGROUND | query_flag::CALL) != 0 {
        return Err(refused("only records that are read can be gathered into columns"));
    }
    if query.background {
        write_job(&mut query, block, items, data, names)?;
    } else if query.table.is_some() && items.is_empty() {
        if columns.is_empty() {
            // No bin named would be all of them.
            query.header.info1 |= info1::GET_NO_BINS;
        }
        write_projection(&mut query, block, &named(columns), data, names)?;
    } else if query.aggregates {
        query.field(field::UDF_OP, &[UDF_AGGREGATE]);
        query.field_count += udf::write(items, data, &mut query.fields)?;
    } else {
        write_projection(&mut query, block, items, data, names)?;
    }
    Ok(query)
}

/// The items parted into columns and what is read for them; nothing means the bins that they name.
fn split_columns<'a>(block: &Block, items: &'a [Slot]) -> (&'a [Slot], &'a [Slot]) {
    let is_column = |slot: &Slot| block.query_flags & query_flag::COLUMNS != 0 && slot.kind() == tag::COLUMN;
    items.split_at(items.iter().take_while(|slot| is_column(slot)).count())
}

fn named(columns: &[Slot]) -> Vec<Slot> {
    columns.iter().map(|column| Slot::new(tag::NIL, column.bin, 0, 0)).collect()
}

fn table(block: &Block, columns: &[Slot], names: &Names) -> Result<Option<Table>, Refused> {
    let has = |bit: u32| block.query_flags & bit != 0;
    if !has(query_flag::COLUMNS) {
        return Ok(None);
    }
    if has(query_flag::BACKGROUND) {
        return Err(refused("a background job has no columns"));
    }
    let extent = Extent::Growing { digests: has(query_flag::DIGESTS), user_keys: has(query_flag::USER_KEYS) };
    Ok(Table::new(columns::fields(columns, names)?, extent))
}

fn header(block: &Block) -> Result<Header, Refused> {
    let has = |bit: u32| block.query_flags & bit != 0;
    if has(query_flag::BACKGROUND) {
        return job_header(block);
    }
    let mut header =
        Header { info1: info1::READ, info3: info3::PARTITION_DONE, timeout: block.total_timeout, ..Header::default() };
    if has(query_flag::NO_BINS) {
        header.info1 |= info1::GET_NO_BINS;
    }
    if has(query_flag::SHORT) {
        header.info1 |= info1::SHORT_QUERY;
    }
    if has(query_flag::RELAX) {
        header.info2 |= info2::RELAX_AP_LONG_QUERY;
    }
    if block.has(policy_flag::COMPRESS) {
        header.info1 |= info1::COMPRESS_RESPONSE;
    }
    if block.has(policy_flag::READ_AP_ALL) {
        header.info1 |= info1::READ_MODE_AP_ALL;
    }
    Ok(header)
}

/// The one place where a write has no digest: a job over all that the query finds, which is what was asked for.
fn job_header(block: &Block) -> Result<Header, Refused> {
    let mut header = Header { info2: info2::WRITE, ttl: block.ttl, timeout: block.total_timeout, ..Header::default() };
    if block.has(policy_flag::DURABLE_DELETE) {
        header.info2 |= info2::DURABLE_DELETE;
    }
    match block.exists()? {
        Exists::Update => {}
        Exists::UpdateOnly => header.info3 |= info3::UPDATE_ONLY,
        Exists::Replace => header.info3 |= info3::CREATE_OR_REPLACE,
        Exists::ReplaceOnly => header.info3 |= info3::REPLACE_ONLY,
        Exists::CreateOnly => return Err(refused("a job over records that exist cannot create them")),
    }
    Ok(header)
}

/// What a background job does to each record.
fn write_job(query: &mut Query, block: &Block, items: &[Slot], data: &[u8], names: &Names) -> Result<(), Refused> {
    if block.query_flags & query_flag::CALL != 0 {
        query.field(field::UDF_OP, &[UDF_BACKGROUND]);
        query.field_count += udf::write(items, data, &mut query.fields)?;
        return Ok(());
    }
    let ops = operate::write(block, items, data, names, &mut query.ops)?;
    if ops.info2 & info2::WRITE == 0 || ops.info1 != 0 {
        return Err(refused("a background job only writes"));
    }
    query.header.ops = ops.count;
    Ok(())
}

impl Query {
    /// It goes to nodes and not to partitions: the server takes none of them for it, but does those that are its own.
    pub fn is_by_node(&self) -> bool {
        self.background || self.aggregates
    }

    fn field(&mut self, id: u8, bytes: &[u8]) {
        put_field(&mut self.fields, id, bytes);
        self.field_count += 1;
    }
}

fn write_place(query: &mut Query, block: &Block, names: &Names) -> Result<(), Refused> {
    let namespace = names.get(block.namespace);
    if namespace.is_empty() || namespace.len() > limit::NAMESPACE {
        return Err(refused("a namespace name has 1 to 31 bytes"));
    }
    query.field(field::NAMESPACE, namespace);
    if block.set != NONE {
        query.field(field::SET, names.get(block.set));
    }
    Ok(())
}

fn write_limits(query: &mut Query, block: &Block) {
    query.field(field::SOCKET_TIMEOUT, &block.socket_timeout.to_be_bytes());
    // The server refuses it for short queries, which it does not throttle.
    if block.records_per_second > 0 && block.query_flags & query_flag::SHORT == 0 {
        query.field(field::RECORDS_PER_SECOND, &block.records_per_second.to_be_bytes());
    }
}

/// The where-clause: which index, and its range.
fn write_condition(query: &mut Query, slots: &[Slot], data: &[u8], names: &Names) -> Result<(), Refused> {
    const SHORT: Refused =
        Refused { code: crate::proto::code::INVALID_ARGUMENT, reason: "the where-clause is incomplete", slot: None };
    let [head, begin, end, rest @ ..] = slots else { return Err(SHORT) };
    if head.kind() != tag::WHERE {
        return Err(refused("the where-clause does not begin with its head"));
    }
    let (index_type, particle_type) = ((head.tag >> 8) as u8, (head.tag >> 16) as u8);
    if index_type > 0 {
        query.field(field::INDEX_TYPE, &[index_type]);
    }
    let bin = if head.a == 0 { names.get(head.bin) } else { &[] };
    if bin.len() > limit::BIN {
        return Err(refused("a bin name has 1 to 15 bytes"));
    }
    let mut range = vec![1, bin.len() as u8];
    range.extend_from_slice(bin);
    range.push(particle_type);
    for value in [begin, end] {
        let at = range.len();
        range.extend_from_slice(&[0; 4]);
        write_bound(value, data, &mut range)?;
        let length = (range.len() - at - 4) as u32;
        range[at..at + 4].copy_from_slice(&length.to_be_bytes());
    }
    query.field(field::INDEX_RANGE, &range);
    let mut at = 0;
    if head.a == 1 {
        let name = rest.first().and_then(|slot| tape::slice(data, slot.a, slot.b)).ok_or(SHORT)?;
        query.field(field::INDEX_NAME, name);
        at = 1;
    } else if head.a == 2 {
        let mut packed = Vec::new();
        at = tape::to_packed(rest, 0, data, &mut packed)?;
        query.field(field::INDEX_EXPRESSION, &packed);
    }
    if head.b == 1 {
        let mut packed = Vec::new();
        at = tape::to_packed(rest, at, data, &mut packed)?;
        query.field(field::INDEX_CONTEXT, &packed);
    }
    if at != rest.len() {
        return Err(refused("slots are left over: more than the where-clause"));
    }
    Ok(())
}

/// A bound of a range: an integer as 8 bytes, text and bytes as they are; of GeoJSON the text alone.
fn write_bound(slot: &Slot, data: &[u8], out: &mut Vec<u8>) -> Result<(), Refused> {
    match slot.kind() {
        tag::INT => out.extend_from_slice(&(slot.f64() as i64).to_be_bytes()),
        tag::INT64 => out.extend_from_slice(&slot.i64().to_be_bytes()),
        tag::STRING | tag::BLOB | tag::GEOJSON => {
            let bytes = tape::slice(data, slot.a, slot.b);
            out.extend_from_slice(bytes.ok_or(refused("a bound lies outside of the data region"))?);
        }
        _ => return Err(refused("a bound of a range is an integer, text, bytes or GeoJSON")),
    }
    Ok(())
}

/// Bins to read (NIL slots) or read ops (OP slots); none of them means all bins.
fn write_projection(
    query: &mut Query,
    block: &Block,
    items: &[Slot],
    data: &[u8],
    names: &Names,
) -> Result<(), Refused> {
    match items.first() {
        None => {}
        Some(slot) if slot.kind() == tag::OP => {
            let ops = operate::write(block, items, data, names, &mut query.ops)?;
            if ops.info2 & info2::WRITE != 0 {
                return Err(refused("a query cannot write"));
            }
            query.header.ops = ops.count;
        }
        Some(_) => {
            for slot in items {
                let bin = names.get(slot.bin);
                if slot.kind() != tag::NIL || bin.is_empty() || bin.len() > limit::BIN {
                    return Err(refused("a bin to read is named by 1 to 15 bytes"));
                }
                wire::bare_op(&mut query.ops, op::READ, bin);
            }
            query.header.ops = items.len() as u16;
        }
    }
    Ok(())
}

impl Query {
    /// Appends the message for some partitions. `id` is random and not zero: the server knows the query by it.
    pub fn encode(&self, partitions: &[(u16, Option<Mark>)], id: u64, max_records: u64, out: &mut Vec<u8>) {
        let start = begin_message(out);
        out.extend_from_slice(&self.fields);
        let mut fields = self.field_count + 1;
        put_field(out, field::QUERY_ID, &id.to_be_bytes());
        if self.is_by_node() {
            out.extend_from_slice(&self.ops);
            return end_message(out, start, &Header { fields, ..self.header });
        }
        let mut list = |id: u8, bytes: Vec<u8>| {
            if !bytes.is_empty() {
                put_field(out, id, &bytes);
                fields += 1;
            }
        };
        let fresh = partitions.iter().filter(|(_, mark)| mark.is_none());
        let marks = || partitions.iter().filter_map(|(_, mark)| mark.as_ref());
        list(field::PARTITIONS, fresh.flat_map(|(id, _)| id.to_le_bytes()).collect());
        list(field::DIGESTS, marks().flat_map(|mark| mark.digest).collect());
        if self.by_index {
            list(field::BVALS, marks().flat_map(|mark| mark.bval.to_le_bytes()).collect());
        }
        if max_records > 0 {
            list(field::MAX_RECORDS, max_records.to_be_bytes().to_vec());
        }
        out.extend_from_slice(&self.ops);
        end_message(out, start, &Header { fields, ..self.header });
    }
}

// ── Partitions ──────────────────────────────────────────────────────────────────────────────────────────

fn wanted(block: &Block, data: &[u8]) -> Result<Vec<(u16, Option<Mark>)>, Refused> {
    if block.cursor_length > 0 {
        let bytes = tape::slice(data, block.cursor_offset, block.cursor_length);
        let by_index = block.where_slots > 0;
        return bytes
            .and_then(|bytes| cursor::read(bytes, by_index))
            .ok_or(refused("the cursor is not one of this kind of query"));
    }
    let (begin, count) = ((block.partitions & 0xFFFF) as usize, (block.partitions >> 16) as usize);
    let count = if block.partitions == 0 { limit::PARTITIONS } else { count };
    if count == 0 || begin + count > limit::PARTITIONS {
        return Err(refused("partitions are numbered from 0 to 4095"));
    }
    Ok((begin..begin + count).map(|id| (id as u16, None)).collect())
}
