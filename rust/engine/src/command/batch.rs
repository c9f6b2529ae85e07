//! Commands on many records: groups of rows that ask for the same, packed into one message a node.
//!
//! A row is a single-record command without its digest: each group is encoded as one, by the same code, and taken
//! apart. In the command region the outer block is followed by the groups, each of them a block, its value slots, and
//! its keys: `KEY` slots with the row's number in their bin word, or `KEYS`.
//!
//! A batch of columns has them behind its filter. All of its rows read the same bins, or each writes its own values.

use super::block::{self, Block, BLOCK_SLOTS};
use super::txn::{Record, Roll, Txn};
use super::{filter, refused};
use crate::abi::{batch_flag, command_kind as kind, policy_flag as flag, tag, NONE};
use crate::digests::Digests;
use crate::key::{self, Digest, UserKey};
use crate::limits::limit;
use crate::names::Names;
use crate::proto::{code, field, info1, info2, info3, info4, particle, PROTO_HEADER};
use crate::value::columns::{self, Extent, Source, Table};
use crate::value::tape::{self, Slot};
use crate::wire::message::{begin_message, end_message, field as put_field};
use crate::wire::{Header, Version};
use crate::{Malformed, Refused};

/// Flags of a row.
mod row_flag {
    pub const REPEAT: u8 = 0x01;
    pub const INFO: u8 = 0x02;
    pub const GENERATION: u8 = 0x04;
    pub const TTL: u8 = 0x08;
    pub const INFO4: u8 = 0x10;
}

/// What a group's rows have in common.
#[derive(Debug)]
pub struct Group {
    /// Name ids.
    pub namespace: u32,
    pub set: u32,
    /// `abi::command_kind`
    pub kind: u32,
    pub write: bool,
    /// Row flags, info bytes, generation, time to live.
    head: Vec<u8>,
    fields: u16,
    ops: u16,
    /// Namespace and set first; a row's own key comes between these and the rest.
    places: Vec<u8>,
    rest: Vec<u8>,
    /// Where in `rest` the ops begin, behind the fields.
    ops_at: usize,
    send_key: bool,
}

impl Group {
    /// How many bytes a row may have at most, its key and the values of columns apart.
    fn size(&self) -> usize {
        let number_and_counts = 4 + limit::DIGEST + 4;
        // The header of the key's field; number, version and deadline of a transaction.
        let fields = 5 + 13 + 12 + 9;
        number_and_counts + self.head.len() + self.places.len() + fields + self.rest.len()
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub digest: Digest,
    pub partition: u16,
    pub group: u32,
    /// The user key with its particle type, in `Batch::keys`; empty unless it is sent.
    key: (u32, u32),
    /// The op that is to bring its answer; NONE when none is, or no longer.
    pub owner: u32,
    /// Why it was not answered yet: the code of the row in the present attempt, if there was one.
    pub code: i32,
    /// An earlier attempt was sent and said nothing of it: it may have taken effect.
    pub doubt: bool,
}

#[derive(Debug)]
pub struct Batch {
    pub rows: Vec<Row>,
    pub groups: Vec<Group>,
    keys: Vec<u8>,
    /// As the wire has them.
    flags: u8,
    header: Header,
    filter: Vec<u8>,
    /// What the rows state of the transaction that they belong to.
    txn_fields: TxnFields,
    /// Parts under way.
    pub parts: u32,
    /// With which code it ends when all parts have: 0 unless the whole was given up.
    pub code: i32,
    /// Where the rows go, if they are gathered into columns.
    pub table: Option<Table>,
    /// What the rows write, if that comes from columns.
    source: Option<Source>,
}

impl Row {
    fn new(digest: Digest, group: u32) -> Row {
        let partition = key::partition(&digest);
        Row { digest, partition, group, key: (0, 0), owner: NONE, code: 0, doubt: false }
    }

    fn name(&mut self, digest: Digest) {
        self.digest = digest;
        self.partition = key::partition(&digest);
    }
}

impl Batch {
    /// One that no caller asked for as such: without rows, a filter or columns.
    fn of_our_own(txn_fields: TxnFields, header: Header) -> Batch {
        Batch {
            rows: Vec::new(),
            groups: Vec::new(),
            keys: Vec::new(),
            flags: (batch_flag::INLINE_RAM | batch_flag::RESPOND_ALL_KEYS) as u8,
            header,
            filter: Vec::new(),
            txn_fields,
            parts: 0,
            code: 0,
            table: None,
            source: None,
        }
    }

    /// Bytes that it takes, about.
    pub fn size(&self) -> usize {
        let ops: usize = self.groups.iter().map(Group::size).sum();
        let source = self.source.as_ref().map_or(0, Source::size);
        self.rows.len() * std::mem::size_of::<Row>() + self.keys.len() + self.filter.len() + ops + source
    }
}

/// What a row states of its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TxnFields {
    /// All that a command does.
    All,
    /// The version that was read, and not who asks.
    Version,
}

/// Reads a whole batch from the command region.
pub fn read(outer: &Block, region: &[Slot], data: &[u8], names: &Names) -> Result<Batch, Refused> {
    let count = outer.keys as usize;
    if count == 0 {
        return Err(refused("a batch without keys"));
    }
    // A key takes a slot, or four bytes at least of those that are many at once.
    if count > region.len() + data.len() / 4 {
        return Err(refused("a batch has more keys than slots"));
    }
    let slots = region.get(BLOCK_SLOTS..).and_then(|slots| slots.get(..outer.slots as usize));
    let slots = slots.ok_or(refused("the command region ends within a batch"))?;
    let (filter_slots, column_slots) = filter::split(outer, slots)?;
    let mut filter = Vec::new();
    filter::pack(outer, filter_slots, data, &mut filter)?;
    let mut batch = Batch {
        rows: vec![Row::new([0; 20], NONE); count],
        groups: Vec::with_capacity(outer.items.min(1024) as usize),
        keys: Vec::new(),
        flags: (outer.batch_flags & batch_flag::ALL) as u8,
        header: header(outer),
        filter,
        txn_fields: TxnFields::All,
        parts: 0,
        code: 0,
        table: None,
        source: None,
    };
    let mut at = BLOCK_SLOTS + slots.len();
    let first = block::read(region.get(at..).unwrap_or_default())?.kind;
    read_columns(&mut batch, first, column_slots, data, names).map_err(|refused| refused.behind(filter_slots.len()))?;
    for _ in 0..outer.items {
        at = read_group(&mut batch, region, at, (first, column_slots), data, names)?;
    }
    if batch.rows.iter().any(|row| row.group == NONE) {
        return Err(refused("a batch has rows without a key"));
    }
    Ok(batch)
}

/// The columns that all rows have, if the groups are of that kind.
fn read_columns(batch: &mut Batch, kind: u32, slots: &[Slot], data: &[u8], names: &Names) -> Result<(), Refused> {
    let fields = match kind {
        kind::READ_COLUMNS => columns::fields(slots, names)?,
        kind::WRITE_COLUMNS => {
            batch.source = Some(Source::read(slots, batch.rows.len(), data, names)?);
            Vec::new()
        }
        _ if slots.is_empty() => return Ok(()),
        _ => return Err(refused("columns in a batch that has none")),
    };
    let too_large = refused("the columns of so many rows are larger than 512 MiB: ask for fewer at once");
    let table = Table::new(fields, Extent::Rows(batch.rows.len()));
    batch.table = Some(table.ok_or(Refused { code: code::RESULT_TOO_LARGE, ..too_large })?);
    Ok(())
}

/// How many replicas of an AP namespace are consulted, each row says for itself.
fn header(outer: &Block) -> Header {
    let mut header = Header { info1: info1::BATCH, timeout: outer.server_timeout(), ..Header::default() };
    if outer.has(flag::COMPRESS) {
        header.info1 |= info1::COMPRESS_RESPONSE;
    }
    header.info3 = match outer.read_mode() {
        0 => 0,
        1 => info3::SC_READ_TYPE,
        2 => info3::SC_READ_RELAX,
        _ => info3::SC_READ_TYPE | info3::SC_READ_RELAX,
    };
    header
}

/// Reads the group whose block stands at `at`; gives where the next one does.
fn read_group(
    batch: &mut Batch,
    region: &[Slot],
    at: usize,
    (first, columns): (u32, &[Slot]),
    data: &[u8],
    names: &Names,
) -> Result<usize, Refused> {
    let block = block::read(region.get(at..).ok_or(refused("the command region ends within a batch"))?)?;
    if matches!(block.kind, kind::BATCH | kind::INFO | kind::TXN_COMMIT | kind::TXN_ABORT) {
        return Err(refused("this kind of command cannot be in a batch"));
    }
    let of_columns = matches!(block.kind, kind::READ_COLUMNS | kind::WRITE_COLUMNS);
    if of_columns != batch.table.is_some() || (of_columns && block.kind != first) {
        return Err(refused("the groups of a batch of columns are all of one kind"));
    }
    let slots = at + BLOCK_SLOTS;
    let keys = slots + block.slots as usize;
    let end = keys + block.keys as usize;
    let key_slots = region.get(keys..end).ok_or(refused("the command region ends within the keys of a batch"))?;
    let group = batch.groups.len() as u32;
    let taken = match bare(&block, &region[slots..keys], columns) {
        Some((block, slots)) => take_apart(&block, &slots, data, names),
        None => take_apart(&block, &region[slots..keys], data, names),
    };
    // Counted from the first slot of all groups.
    batch.groups.push(taken.map_err(|refused| refused.behind(slots - BLOCK_SLOTS))?);
    let set = if block.set == NONE { &[][..] } else { names.get(block.set) };
    let mut digests = Digests::new(set);
    for slot in key_slots {
        if slot.kind() == tag::KEYS {
            many_keys(slot, data, |at, key| batch.take_key(slot.bin as usize + at, group, &key, &mut digests))?;
        } else {
            batch.take_key(slot.bin as usize, group, &user_key(slot, data)?, &mut digests)?;
        }
    }
    digests.finish(|number, digest| batch.rows[number as usize].name(digest));
    Ok(end)
}

/// A group of columns as the command that each of its rows is: it reads all the bins, or writes one that stands for all.
fn bare(block: &Block, slots: &[Slot], columns: &[Slot]) -> Option<(Block, Vec<Slot>)> {
    let (kind, items) = match block.kind {
        kind::READ_COLUMNS if columns.is_empty() => (kind::EXISTS, columns),
        kind::READ_COLUMNS => (kind::SELECT, columns),
        kind::WRITE_COLUMNS => (kind::PUT, columns.get(..1).unwrap_or_default()),
        _ => return None,
    };
    let named = items.iter().map(|column| Slot::new(tag::NIL, column.bin, 0, 0));
    let slots: Vec<Slot> = slots.iter().copied().chain(named).collect();
    Some((Block { kind, items: items.len() as u32, slots: slots.len() as u32, ..*block }, slots))
}

/// The keys of a KEYS slot, each with its number among them.
fn many_keys(
    slot: &Slot,
    data: &[u8],
    mut take: impl FnMut(usize, UserKey) -> Result<(), Refused>,
) -> Result<(), Refused> {
    const OUTSIDE: Refused =
        Refused { code: code::INVALID_ARGUMENT, reason: "keys lie outside of the data region", slot: None };
    let (count, rest) = (slot.b as usize, data.get(slot.a as usize..).ok_or(OUTSIDE)?);
    let of = |size: usize| count.checked_mul(size).and_then(|length| rest.get(..length)).ok_or(OUTSIDE);
    let kind = (slot.tag >> 8) as u8;
    match kind {
        0 => of(limit::DIGEST)?
            .as_chunks::<{ limit::DIGEST }>()
            .0
            .iter()
            .enumerate()
            .try_for_each(|(at, digest)| take(at, UserKey::Digest(*digest))),
        particle::INTEGER => of(8)?
            .as_chunks::<8>()
            .0
            .iter()
            .enumerate()
            .try_for_each(|(at, int)| take(at, UserKey::Int(i64::from_le_bytes(*int)))),
        particle::STRING | particle::BLOB => {
            let offsets = of(4)?.len() + 4;
            let (offsets, bytes) = rest.split_at_checked(offsets).ok_or(OUTSIDE)?;
            let offsets = offsets.as_chunks::<4>().0;
            offsets.windows(2).enumerate().try_for_each(|(at, ends)| {
                let [from, to] = [ends[0], ends[1]].map(|end| u32::from_le_bytes(end) as usize);
                let bytes = bytes.get(from..to).ok_or(OUTSIDE)?;
                take(at, if kind == particle::STRING { UserKey::String(bytes) } else { UserKey::Blob(bytes) })
            })
        }
        _ => Err(refused("a key is neither an integer nor a string nor a blob nor a digest")),
    }
}

fn user_key<'a>(slot: &Slot, data: &'a [u8]) -> Result<UserKey<'a>, Refused> {
    let bytes = || tape::slice(data, slot.a, slot.b).ok_or(refused("a key lies outside of the data region"));
    if slot.kind() != tag::KEY {
        return Err(refused("a slot of a batch's keys is no key"));
    }
    match (slot.tag >> 8) as u8 {
        0 => bytes()?.try_into().map(UserKey::Digest).map_err(|_| refused("a digest has 20 bytes")),
        particle::INTEGER => Ok(UserKey::Int(slot.i64())),
        particle::STRING => bytes().map(UserKey::String),
        particle::BLOB => bytes().map(UserKey::Blob),
        _ => Err(refused("a key is neither an integer nor a string nor a blob nor a digest")),
    }
}

fn keep_key(keys: &mut Vec<u8>, key: &UserKey) -> (u32, u32) {
    let start = keys.len();
    if let Some(particle_type) = key.particle_type() {
        keys.push(particle_type);
    }
    match key {
        UserKey::Int(int) => keys.extend_from_slice(&int.to_be_bytes()),
        UserKey::String(bytes) | UserKey::Blob(bytes) => keys.extend_from_slice(bytes),
        UserKey::Digest(_) => {}
    }
    (start as u32, (keys.len() - start) as u32)
}

/// Encodes the group's command for a record that there is not, and takes from it what its rows share.
fn take_apart(block: &Block, slots: &[Slot], data: &[u8], names: &Names) -> Result<Group, Refused> {
    let anyone = Block { key_type: u32::from(particle::INTEGER), key_a: 0, key_b: 0, ..*block };
    let mut frame = Vec::new();
    let encoded = super::encode(&anyone, slots, data, names, &mut frame)?;
    let asked = block.has(flag::RESPOND_ALL_OPS);
    let (_, group) = group_of(&frame, encoded.write, asked).map_err(own_fault)?;
    let send_key = block.has(flag::SEND_KEY);
    Ok(Group { kind: block.kind, namespace: encoded.namespace, set: block.set, send_key, ..group })
}

/// What the rows share that ask for what a frame asks for; and its header.
fn group_of(frame: &[u8], write: bool, all_ops_asked: bool) -> Result<(Header, Group), Malformed> {
    let (header, mut at) = Header::read(&frame[PROTO_HEADER..])?;
    at += PROTO_HEADER;
    let mut group = Group {
        kind: NONE,
        namespace: NONE,
        set: NONE,
        write,
        head: row_head(&header, write, all_ops_asked),
        fields: 0,
        ops: header.ops,
        places: Vec::new(),
        rest: Vec::new(),
        ops_at: 0,
        send_key: false,
    };
    for _ in 0..header.fields {
        let size = u32::from_be_bytes([frame[at], frame[at + 1], frame[at + 2], frame[at + 3]]) as usize;
        let whole = &frame[at..at + 4 + size];
        match whole[4] {
            field::DIGEST | field::KEY => {}
            field::NAMESPACE | field::SET => {
                group.places.extend_from_slice(whole);
                group.fields += 1;
            }
            _ => {
                group.rest.extend_from_slice(whole);
                group.fields += 1;
            }
        }
        at += 4 + size;
    }
    group.ops_at = group.rest.len();
    group.rest.extend_from_slice(&frame[at..]);
    Ok((header, group))
}

/// One request for commands that are each encoded as a frame of their own; with each comes its digest. The number of a
/// row is its place among them. Those that read differ in their digests alone, and only the first is looked at.
pub fn of_frames<'a>(
    frames: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    write: bool,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let mut batch = Batch::of_our_own(TxnFields::All, Header { info1: info1::BATCH, ..Header::default() });
    for (frame, digest) in frames {
        if batch.groups.is_empty() || write {
            let (header, group) = group_of(frame, write, false)?;
            batch.groups.push(group);
            batch.header.info3 = header.info3 & (info3::SC_READ_TYPE | info3::SC_READ_RELAX);
            batch.header.timeout = header.timeout;
        }
        let (digest, group) = (digest.try_into().unwrap_or_default(), batch.groups.len() as u32 - 1);
        batch.rows.push(Row::new(digest, group));
    }
    let rows: Vec<u32> = (0..batch.rows.len() as u32).collect();
    batch.encode(&rows, None, out);
    Ok(())
}

fn own_fault(_: Malformed) -> Refused {
    refused("a command of our own could not be read")
}

/// In a row that only reads, no client makes all ops answer because of what ops they are, as it does elsewhere.
fn row_head(header: &Header, write: bool, all_ops_asked: bool) -> Vec<u8> {
    let mut flags = row_flag::INFO | row_flag::TTL | if write { row_flag::GENERATION } else { 0 };
    if header.info4 != 0 {
        flags |= row_flag::INFO4;
    }
    let unasked = !write && !all_ops_asked;
    let info2 = if unasked { header.info2 & !info2::RESPOND_ALL_OPS } else { header.info2 };
    let mut head = vec![flags, header.info1, info2, header.info3];
    if header.info4 != 0 {
        head.push(header.info4);
    }
    if write {
        head.extend_from_slice(&(header.generation as u16).to_be_bytes());
    }
    head.extend_from_slice(&header.ttl.to_be_bytes());
    head
}

/// The verification of all that the transaction has read.
pub fn verify(txn: &Txn, block: &Block, names: &Names) -> Batch {
    let info = [info1::READ | info1::GET_NO_BINS, 0, info3::SC_READ_TYPE, info4::MRT_VERIFY_READ];
    of_txn(txn, txn.reads(), info, TxnFields::Version, block, names)
}

/// All that the transaction has written, rolled forward or back.
pub fn roll(txn: &Txn, way: Roll, block: &Block, names: &Names) -> Batch {
    let info = [0, info2::WRITE | info2::DURABLE_DELETE, 0, way.info4()];
    of_txn(txn, txn.writes(), info, TxnFields::All, block, names)
}

/// A group for each set. Its rows say neither generation nor time to live.
fn of_txn(
    txn: &Txn,
    records: impl Iterator<Item = Record>,
    info: [u8; 4],
    txn_fields: TxnFields,
    block: &Block,
    names: &Names,
) -> Batch {
    let mut batch = Batch::of_our_own(txn_fields, header(block));
    let namespace = txn.namespace.unwrap_or(NONE);
    for Record { digest, set } in records {
        let known = batch.groups.iter().position(|group| group.set == set);
        let group = known.unwrap_or_else(|| {
            let mut places = Vec::new();
            let mut fields = 1;
            put_field(&mut places, field::NAMESPACE, names.get(namespace));
            if set != NONE && !names.get(set).is_empty() {
                put_field(&mut places, field::SET, names.get(set));
                fields += 1;
            }
            let head = [&[row_flag::INFO | row_flag::INFO4][..], &info].concat();
            let write = info[1] & info2::WRITE != 0;
            batch.groups.push(Group {
                kind: kind::BATCH,
                namespace,
                set,
                write,
                head,
                fields,
                ops: 0,
                places,
                rest: Vec::new(),
                ops_at: 0,
                send_key: false,
            });
            batch.groups.len() - 1
        });
        batch.rows.push(Row::new(digest, group as u32));
    }
    batch
}

impl Batch {
    /// Appends the message for some of the rows, which belong to `txn` if there is one.
    pub fn encode(&self, rows: &[u32], txn: Option<&Txn>, out: &mut Vec<u8>) {
        let start = begin_message(out);
        let mut fields = 1;
        if !self.filter.is_empty() {
            put_field(out, field::FILTER, &self.filter);
            fields += 1;
        }
        let size_at = out.len();
        out.extend_from_slice(&[0, 0, 0, 0, field::BATCH]);
        out.extend_from_slice(&(rows.len() as u32).to_be_bytes());
        out.push(self.flags);
        let mut before: Option<(u32, Option<Version>)> = None;
        for &number in rows {
            let row = &self.rows[number as usize];
            let group = &self.groups[row.group as usize];
            out.extend_from_slice(&number.to_be_bytes());
            out.extend_from_slice(&row.digest);
            // The server repeats the fields too, so that rows of a transaction are alike only if their versions are.
            let like = (row.group, txn.and_then(|txn| txn.version(&row.digest)));
            if before == Some(like) && !group.send_key && self.source.is_none() {
                out.push(row_flag::REPEAT);
            } else {
                self.write_row(number, txn, out);
            }
            before = Some(like);
        }
        let size = (out.len() - size_at - 4) as u32;
        out[size_at..size_at + 4].copy_from_slice(&size.to_be_bytes());
        end_message(out, start, &Header { fields, ..self.header });
    }

    fn write_row(&self, number: u32, txn: Option<&Txn>, out: &mut Vec<u8>) {
        let row = &self.rows[number as usize];
        let group = &self.groups[row.group as usize];
        let (from, length) = (row.key.0 as usize, row.key.1 as usize);
        let own_key = &self.keys[from..from + length];
        let source = self.source.as_ref();
        let ops = source.map_or(group.ops, |source| source.values_of(number as usize));
        out.extend_from_slice(&group.head);
        let fields_at = out.len();
        out.extend_from_slice(&[0, 0]);
        out.extend_from_slice(&ops.to_be_bytes());
        out.extend_from_slice(&group.places);
        let of_txn = match (txn, self.txn_fields) {
            (None, _) => 0,
            (Some(txn), TxnFields::All) => txn.write_fields(&row.digest, group.write, out),
            (Some(txn), TxnFields::Version) => txn.write_version(&row.digest, out),
        };
        let fields = group.fields + of_txn + u16::from(!own_key.is_empty());
        out[fields_at..fields_at + 2].copy_from_slice(&fields.to_be_bytes());
        if !own_key.is_empty() {
            put_field(out, field::KEY, own_key);
        }
        match source {
            Some(source) => {
                out.extend_from_slice(&group.rest[..group.ops_at]);
                source.write(number as usize, out);
            }
            None => out.extend_from_slice(&group.rest),
        }
    }

    /// Some of the rows in as few messages of at most so many bytes as it takes.
    pub fn messages(&self, rows: Vec<u32>, max: usize) -> Vec<Vec<u32>> {
        let of_all = 64 + self.filter.len();
        let of_group = self.groups.iter().map(Group::size).max().unwrap_or(0);
        let of_source = self.source.as_ref().map_or(0, |source| source.size_max(rows.len()));
        // Seldom is it worth a look at each row.
        if of_all + rows.len() * of_group + of_source + self.keys.len() <= max {
            return vec![rows];
        }
        let mut messages: Vec<Vec<u32>> = Vec::new();
        let mut room = 0;
        for row in rows {
            let size = self.size_of(row);
            match messages.last_mut().filter(|_| size <= room) {
                Some(message) => message.push(row),
                None => {
                    room = max.saturating_sub(of_all);
                    messages.push(vec![row]);
                }
            }
            room = room.saturating_sub(size);
        }
        messages
    }

    fn size_of(&self, number: u32) -> usize {
        let row = &self.rows[number as usize];
        let of_source = self.source.as_ref().map_or(0, |source| source.size_of(number as usize));
        self.groups[row.group as usize].size() + row.key.1 as usize + of_source
    }

    /// The key of the row of that number, of a group.
    fn take_key(
        &mut self,
        number: usize,
        group: u32,
        user_key: &UserKey,
        digests: &mut Digests,
    ) -> Result<(), Refused> {
        let row = self.rows.get_mut(number).filter(|row| row.group == NONE);
        let row = row.ok_or(refused("two keys of a batch have the same number, or one is too large"))?;
        row.group = group;
        digests.add(number as u32, user_key, |number, digest| self.rows[number as usize].name(digest));
        if self.groups[group as usize].send_key {
            self.rows[number].key = keep_key(&mut self.keys, user_key);
        }
        Ok(())
    }

    /// Whether a row asks for anything: one that would write of columns has none, if it has no value in any.
    pub fn asks(&self, row: u32) -> bool {
        self.source.as_ref().is_none_or(|source| source.values_of(row as usize) > 0)
    }

    pub fn is_write(&self, row: u32) -> bool {
        self.groups[self.rows[row as usize].group as usize].write
    }

    /// The one namespace of all rows, if it is one.
    pub fn namespace(&self) -> Option<u32> {
        let first = self.groups.first()?.namespace;
        self.groups.iter().all(|group| group.namespace == first).then_some(first)
    }

    pub fn has_write(&self) -> bool {
        self.groups.iter().any(|group| group.write)
    }

    /// Digests of the rows that write.
    pub fn written(&self) -> impl Iterator<Item = [u8; 20]> + '_ {
        let rows = 0..self.rows.len() as u32;
        rows.filter(|&row| self.is_write(row) && self.asks(row)).map(|row| self.rows[row as usize].digest)
    }

    /// The record of a row.
    pub fn record(&self, row: u32) -> Record {
        let row = &self.rows[row as usize];
        Record { digest: row.digest, set: self.groups[row.group as usize].set }
    }
}
