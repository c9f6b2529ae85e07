//! Commands on one record: get, select, exists, put, add, append, prepend, touch, remove, operate, apply.

use super::block::{Block, Exists, Generation};
use super::operate::{self, Ops};
use super::{filter, refused, udf, Encoded};
use crate::abi::{command_kind as kind, policy_flag as flag, tag, NONE};
use crate::key::{self, UserKey};
use crate::limits::limit;
use crate::names::Names;
use crate::proto::{code, field, info1, info2, info3, info4, op, particle, PROTO_HEADER};
use crate::value::tape::{self, Slot};
use crate::wire::{self, begin_message, end_message, Header};
use crate::Refused;

/// Appends the frame. When it refuses, the frame is left half written.
pub fn encode(
    block: &Block,
    slots: &[Slot],
    data: &[u8],
    names: &Names,
    out: &mut Vec<u8>,
) -> Result<Encoded, Refused> {
    let slots = slots.get(..block.slots as usize).ok_or(refused("the command region ends within the slots"))?;
    let (filter, items) = filter::split(block, slots)?;
    let start = begin_message(out);
    let (digest, txn_at, mut fields) = write_fields(block, filter, data, names, out)?;
    let items = match block.kind {
        kind::APPLY => {
            fields += udf::write(items, data, out).map_err(|refused| refused.behind(filter.len()))?;
            &[]
        }
        _ => items,
    };
    let ops = match block.kind {
        kind::APPLY => info(block.kind),
        kind::OPERATE => operate::write(block, items, data, names, out),
        _ => write_ops(block, items, data, names, out).and_then(|count| Ok(Ops { count, ..info(block.kind)? })),
    };
    let ops = ops.map_err(|refused| refused.behind(filter.len()))?;
    check_length(out.len() - start)?;
    let write = ops.info2 & info2::WRITE != 0;
    end_message(out, start, &Header { fields, ..header(block, ops)? });
    let txn_at = txn_at - start;
    Ok(Encoded { namespace: block.namespace, partition: key::partition(&digest), digest, write, txn_at })
}

// ── Header ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/// What the kinds that are one op are, or have none.
fn info(block_kind: u32) -> Result<Ops, Refused> {
    let (info1, info2) = match block_kind {
        kind::GET => (info1::READ | info1::GET_ALL, 0),
        kind::SELECT => (info1::READ, 0),
        kind::EXISTS => (info1::READ | info1::GET_NO_BINS, 0),
        kind::REMOVE => (0, info2::WRITE | info2::DELETE),
        kind::PUT | kind::ADD | kind::APPEND | kind::PREPEND | kind::TOUCH | kind::APPLY => (0, info2::WRITE),
        _ => return Err(refused("not a command on one record")),
    };
    Ok(Ops { count: 0, info1, info2 })
}

/// RESPOND_ALL_OPS is for operate: no answer to other commands has a value for a write, and together with GET_ALL the
/// server refuses it.
fn header(block: &Block, ops: Ops) -> Result<Header, Refused> {
    let timeout = block.server_timeout();
    let mut header = Header { info1: ops.info1, info2: ops.info2, ops: ops.count, timeout, ..Header::default() };
    // Where other clients set it: for what answers with more than a header, whatever that will be.
    if block.has(flag::COMPRESS) && (ops.info1 & info1::READ != 0 || matches!(block.kind, kind::OPERATE | kind::APPLY))
    {
        header.info1 |= info1::COMPRESS_RESPONSE;
    }
    if ops.info1 & info1::READ != 0 {
        read_policy(block, &mut header);
    }
    if ops.info2 & info2::WRITE != 0 {
        write_policy(block, &mut header)?;
    }
    Ok(header)
}

fn read_policy(block: &Block, header: &mut Header) {
    header.ttl = block.read_touch;
    if block.has(flag::READ_AP_ALL) {
        header.info1 |= info1::READ_MODE_AP_ALL;
    }
    header.info3 |= match block.read_mode() {
        0 => 0,
        1 => info3::SC_READ_TYPE,
        2 => info3::SC_READ_RELAX,
        _ => info3::SC_READ_TYPE | info3::SC_READ_RELAX,
    };
}

fn write_policy(block: &Block, header: &mut Header) -> Result<(), Refused> {
    if block.kind != kind::REMOVE {
        // One field has both: with a write it is the time to live, even if there are reads.
        header.ttl = block.ttl;
        match block.exists()? {
            Exists::Update => {}
            Exists::UpdateOnly => header.info3 |= info3::UPDATE_ONLY,
            Exists::Replace => header.info3 |= info3::CREATE_OR_REPLACE,
            Exists::ReplaceOnly => header.info3 |= info3::REPLACE_ONLY,
            Exists::CreateOnly => header.info2 |= info2::CREATE_ONLY,
        }
    }
    match block.generation_policy()? {
        Generation::Any => {}
        Generation::Equal => {
            header.info2 |= info2::GENERATION;
            header.generation = block.generation;
        }
        Generation::Greater => {
            header.info2 |= info2::GENERATION_GT;
            header.generation = block.generation;
        }
    }
    if block.has(flag::DURABLE_DELETE) {
        header.info2 |= info2::DURABLE_DELETE;
    }
    if block.has(flag::COMMIT_MASTER) {
        header.info3 |= info3::COMMIT_LEVEL_MASTER;
    }
    if block.has(flag::ON_LOCKING_ONLY) {
        header.info4 |= info4::MRT_ON_LOCKING_ONLY;
    }
    Ok(())
}

// ── Fields ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/// Writes the fields and gives the digest, where those of a transaction would stand, and how many they are. There is no way past the digest: without it, the server
/// would take a write as a job over the whole set (`transaction.h`, `as_transaction_is_query`).
fn write_fields(
    block: &Block,
    filter: &[Slot],
    data: &[u8],
    names: &Names,
    out: &mut Vec<u8>,
) -> Result<([u8; 20], usize, u16), Refused> {
    let namespace = name(names, block.namespace).ok_or(refused("the namespace has no name"))?;
    if !(1..=limit::NAMESPACE).contains(&namespace.len()) {
        return Err(refused("a namespace name has 1 to 31 bytes"));
    }
    let set = match block.set {
        NONE => &[],
        set => name(names, set).ok_or(refused("the set has no name"))?,
    };
    if set.len() > limit::SET {
        return Err(refused("a set name has at most 63 bytes"));
    }
    let key = user_key(block, data)?;
    let digest = key::digest(set, &key);
    let mut fields = 2;
    wire::field(out, field::NAMESPACE, namespace);
    if !set.is_empty() {
        wire::field(out, field::SET, set);
        fields += 1;
    }
    wire::field(out, field::DIGEST, &digest);
    let txn_at = out.len();
    if block.has(flag::SEND_KEY) {
        fields += write_key(&key, out);
    }
    fields += filter::write(block, filter, data, out)?;
    Ok((digest, txn_at, fields))
}

fn user_key<'a>(block: &Block, data: &'a [u8]) -> Result<UserKey<'a>, Refused> {
    let bytes = || {
        let bytes = tape::slice(data, block.key_a, block.key_b);
        bytes.ok_or(refused("the key lies outside of the data region"))
    };
    const INTEGER: u32 = particle::INTEGER as u32;
    const STRING: u32 = particle::STRING as u32;
    const BLOB: u32 = particle::BLOB as u32;
    match block.key_type {
        0 => {
            let digest = bytes()?.try_into().map_err(|_| refused("a digest has 20 bytes"))?;
            Ok(UserKey::Digest(digest))
        }
        INTEGER => Ok(UserKey::Int((u64::from(block.key_b) << 32 | u64::from(block.key_a)) as i64)),
        STRING => Ok(UserKey::String(bytes()?)),
        BLOB => Ok(UserKey::Blob(bytes()?)),
        _ => Err(refused("a key is neither an integer nor a string nor a blob nor a digest")),
    }
}

/// Writes the user key, if it is known, and gives how many fields that made.
fn write_key(key: &UserKey, out: &mut Vec<u8>) -> u16 {
    let Some(particle_type) = key.particle_type() else { return 0 };
    wire::field_with(out, field::KEY, |out| {
        out.push(particle_type);
        match key {
            UserKey::Int(int) => out.extend_from_slice(&int.to_be_bytes()),
            UserKey::String(bytes) | UserKey::Blob(bytes) => out.extend_from_slice(bytes),
            UserKey::Digest(_) => {}
        }
    });
    1
}

fn name(names: &Names, id: u32) -> Option<&[u8]> {
    ((id as usize) < names.len()).then(|| names.get(id))
}

// ── Ops ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/// Writes an op for each top-level slot and gives how many they are.
fn write_ops(block: &Block, slots: &[Slot], data: &[u8], names: &Names, out: &mut Vec<u8>) -> Result<u16, Refused> {
    if block.kind == kind::TOUCH {
        wire::bare_op(out, op::TOUCH, &[]);
        return Ok(1);
    }
    let start = out.len();
    let mut at = 0;
    for _ in 0..block.items {
        let slot = slots.get(at).ok_or(refused("slots are missing: fewer bins than the command says"))?;
        let blame = |refused: Refused| Refused { slot: Some(at), ..refused };
        let bin = bin_name(names, slot.bin).map_err(blame)?;
        let op_code = op_code(block.kind, slot).map_err(blame)?;
        wire::op(out, op_code, bin, |out| {
            let (particle_type, next) = tape::to_particle(slots, at, data, out)?;
            at = next;
            Ok(particle_type)
        })?;
        check_length(out.len() - start)?;
    }
    if at != slots.len() {
        return Err(Refused { slot: Some(at), ..refused("slots are left over: more than the bins of the command") });
    }
    Ok(block.items as u16)
}

pub(super) fn bin_name(names: &Names, id: u32) -> Result<&[u8], Refused> {
    match name(names, id) {
        Some(name) if (1..=limit::BIN).contains(&name.len()) => Ok(name),
        _ => Err(Refused { code: code::BIN_NAME, ..refused("a bin name has 1 to 15 bytes") }),
    }
}

/// The op of a kind, if the kind takes such a value. A NIL that is written removes the bin.
fn op_code(kind: u32, slot: &Slot) -> Result<u8, Refused> {
    match (kind, slot.kind()) {
        (kind::SELECT, tag::NIL) => Ok(op::READ),
        (kind::SELECT, _) => Err(refused("a bin that is to be read has a value")),
        (kind::PUT, _) => Ok(op::WRITE),
        (kind::ADD, tag::INT | tag::INT64 | tag::DOUBLE) => Ok(op::INCR),
        (kind::ADD, _) => Err(refused("only a number can be added")),
        (kind::APPEND, tag::STRING | tag::BLOB) => Ok(op::APPEND),
        (kind::APPEND, _) => Err(refused("only a string or a blob can be appended")),
        (kind::PREPEND, tag::STRING | tag::BLOB) => Ok(op::PREPEND),
        (kind::PREPEND, _) => Err(refused("only a string or a blob can be prepended")),
        _ => Err(refused("this kind of command takes no bins")),
    }
}

pub(super) fn check_length(length: usize) -> Result<(), Refused> {
    if length > PROTO_HEADER + limit::MESSAGE {
        return Err(refused("a request is longer than 128 MiB"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::NameKind;
    use crate::proto::DATA_HEADER;

    /// Names 0 to 2: namespace, set, bin; 3 is too long for a bin, 4 too long for a namespace, 5 empty.
    fn names() -> Names {
        let mut names = Names::new(1);
        names.intern(NameKind::Namespace, b"test").unwrap();
        names.intern(NameKind::Set, b"vec").unwrap();
        names.intern(NameKind::Bin, b"b").unwrap();
        names.intern(NameKind::Set, &[b'x'; 16]).unwrap();
        names.intern(NameKind::Set, &[b'x'; 32]).unwrap();
        names.intern_received(b"");
        names.intern_received(&[b'x'; 64]);
        names
    }

    const BIN: u32 = 2;
    const DATA: &[u8] = b"v_int0 a filter";

    fn block(kind: u32, slots: &[Slot]) -> Block {
        let items = u32::from(!slots.is_empty());
        Block { kind, set: 1, key_type: 3, key_b: 6, items, slots: slots.len() as u32, ..Block::default() }
    }

    fn frame(block: &Block, slots: &[Slot]) -> Vec<u8> {
        let mut out = Vec::new();
        encode(block, slots, DATA, &names(), &mut out).unwrap();
        out
    }

    fn refusal(block: &Block, slots: &[Slot]) -> Refused {
        let mut out = b"kept".to_vec();
        let refused = super::super::encode(block, slots, DATA, &names(), &mut out).unwrap_err();
        assert_eq!(out, b"kept");
        refused
    }

    fn header(block: &Block, slots: &[Slot]) -> Header {
        Header::read(&frame(block, slots)[PROTO_HEADER..]).unwrap().0
    }

    /// Ids of the fields, in order.
    fn fields(block: &Block) -> Vec<u8> {
        let frame = frame(block, &[]);
        let mut at = PROTO_HEADER + DATA_HEADER;
        let mut ids = Vec::new();
        for _ in 0..header(block, &[]).fields {
            let size = u32::from_be_bytes(frame[at..at + 4].try_into().unwrap()) as usize;
            ids.push(frame[at + 4]);
            at += 4 + size;
        }
        assert_eq!(at, frame.len());
        ids
    }

    #[test]
    fn a_put_is_byte_for_byte_what_other_clients_send() {
        let slots = [Slot::int(BIN, 0)];
        let block = Block { total_timeout: 4998, ..block(kind::PUT, &slots) };
        let recorded = "020300000000005116000100000000000000000000000000138600030001000000050074657374000000040176\
             65630000001504c2423b04ee50b4f14ffc78378302ae1d79a11b280000000d02010001620000000000000000";
        let sent: String = frame(&block, &slots).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(sent, recorded);
    }

    #[test]
    fn the_router_is_told_what_it_needs() {
        let slots = [Slot::int(BIN, 0)];
        let encoded = encode(&block(kind::PUT, &slots), &slots, DATA, &names(), &mut Vec::new()).unwrap();
        assert_eq!((encoded.namespace, encoded.partition, encoded.write), (0, 0x2c2, true));
        assert_eq!(encoded.digest, key::digest(b"vec", &UserKey::String(b"v_int0")));
        let encoded = encode(&block(kind::GET, &[]), &[], DATA, &names(), &mut Vec::new()).unwrap();
        assert!(!encoded.write);
    }

    #[test]
    fn trap_1_every_command_has_a_digest() {
        let value = [Slot::int(BIN, 0)];
        let text = [Slot::new(tag::STRING, BIN, 0, 1)];
        let nil = [Slot::new(tag::NIL, BIN, 0, 0)];
        for (kind, slots) in [
            (kind::GET, &[][..]),
            (kind::SELECT, &nil),
            (kind::EXISTS, &[]),
            (kind::PUT, &value),
            (kind::ADD, &value),
            (kind::APPEND, &text),
            (kind::PREPEND, &text),
            (kind::TOUCH, &[]),
            (kind::REMOVE, &[]),
        ] {
            for set in [NONE, 1] {
                let block = Block { set, ..block(kind, slots) };
                let frame = frame(&block, slots);
                let set: &[u8] = if set == NONE { b"" } else { b"vec" };
                let mut field = vec![0, 0, 0, 21, field::DIGEST];
                field.extend_from_slice(&key::digest(set, &UserKey::String(b"v_int0")));
                assert!(frame.windows(field.len()).any(|window| window == field), "kind {kind}");
            }
        }
    }

    #[test]
    fn fields_stand_in_the_order_of_other_clients() {
        let get = block(kind::GET, &[]);
        assert_eq!(fields(&get), [field::NAMESPACE, field::SET, field::DIGEST]);
        let all = Block { flags: flag::SEND_KEY, filter_offset: 7, filter_length: 8, ..get };
        assert_eq!(fields(&all), [field::NAMESPACE, field::SET, field::DIGEST, field::KEY, field::FILTER]);
    }

    #[test]
    fn trap_15_an_empty_set_is_left_out() {
        for set in [NONE, 5] {
            assert_eq!(fields(&Block { set, ..block(kind::GET, &[]) }), [field::NAMESPACE, field::DIGEST]);
        }
    }

    #[test]
    fn a_key_is_sent_when_asked_for_and_known() {
        let get = Block { flags: flag::SEND_KEY, ..block(kind::GET, &[]) };
        assert!(frame(&get, &[]).ends_with(b"\0\0\0\x08\x02\x03v_int0"));
        let int = Block { key_type: 1, key_a: 5, key_b: 0x8000_0000, ..get };
        assert!(frame(&int, &[]).ends_with(&[0, 0, 0, 10, 2, 1, 0x80, 0, 0, 0, 0, 0, 0, 5]));
        let digest = Block { key_type: 0, key_b: 20, ..get };
        let mut out = Vec::new();
        let data = [7; 20];
        assert_eq!(encode(&digest, &[], &data, &names(), &mut out).unwrap().digest, data);
        assert_eq!(Header::read(&out[PROTO_HEADER..]).unwrap().0.fields, 3);
    }

    #[test]
    fn trap_13_get_all_never_goes_with_respond_all_ops() {
        let header = header(&Block { flags: flag::RESPOND_ALL_OPS, ..block(kind::GET, &[]) }, &[]);
        assert_eq!((header.info1, header.info2), (info1::READ | info1::GET_ALL, 0));
    }

    #[test]
    fn a_nil_removes_the_bin() {
        let slots = [Slot::new(tag::NIL, BIN, 0, 0)];
        assert!(frame(&block(kind::PUT, &slots), &slots).ends_with(&[0, 0, 0, 5, op::WRITE, 0, 0, 1, b'b']));
    }

    #[test]
    fn reads_have_read_touch_where_writes_have_their_time_to_live() {
        let policy = |kind| Block { read_touch: 80, ttl: 1000, ..block(kind, &[]) };
        assert_eq!(header(&policy(kind::GET), &[]).ttl, 80);
        assert_eq!(header(&policy(kind::TOUCH), &[]).ttl, 1000);
        assert_eq!(header(&policy(kind::REMOVE), &[]).ttl, 0);
    }

    #[test]
    fn policies_become_the_bits_of_the_header() {
        let touch = |flags| header(&Block { flags, generation: 9, ..block(kind::TOUCH, &[]) }, &[]);
        assert_eq!((touch(0).info2, touch(0).info3, touch(0).generation), (info2::WRITE, 0, 0));
        for (flags, bits2, bits3) in [
            (flag::DURABLE_DELETE, info2::DURABLE_DELETE, 0),
            (flag::COMMIT_MASTER, 0, info3::COMMIT_LEVEL_MASTER),
            (1 << flag::EXISTS_SHIFT, 0, info3::UPDATE_ONLY),
            (2 << flag::EXISTS_SHIFT, 0, info3::CREATE_OR_REPLACE),
            (3 << flag::EXISTS_SHIFT, 0, info3::REPLACE_ONLY),
            (4 << flag::EXISTS_SHIFT, info2::CREATE_ONLY, 0),
            (1 << flag::GEN_SHIFT, info2::GENERATION, 0),
            (2 << flag::GEN_SHIFT, info2::GENERATION_GT, 0),
        ] {
            assert_eq!((touch(flags).info2, touch(flags).info3), (info2::WRITE | bits2, bits3));
        }
        assert_eq!(touch(1 << flag::GEN_SHIFT).generation, 9);
        let get = |flags| header(&Block { flags, ..block(kind::GET, &[]) }, &[]);
        assert_eq!(get(flag::READ_AP_ALL).info1, info1::READ | info1::GET_ALL | info1::READ_MODE_AP_ALL);
        for (mode, bits) in [(0, 0), (1, 0x40), (2, 0x80), (3, 0xC0)] {
            assert_eq!(get(mode << flag::READ_SC_SHIFT).info3, bits);
        }
    }

    #[test]
    fn trap_28_limits_names_are_checked_for_what_they_are_used_for() {
        let get = block(kind::GET, &[]);
        for namespace in [4, 5, 99, NONE] {
            refusal(&Block { namespace, ..get }, &[]);
        }
        for set in [6, 99] {
            refusal(&Block { set, ..get }, &[]);
        }
        for bin in [3, 5, 99, NONE] {
            let slots = [Slot::int(bin, 0)];
            let refused = refusal(&block(kind::PUT, &slots), &slots);
            assert_eq!((refused.code, refused.slot), (code::BIN_NAME, Some(0)));
        }
    }

    #[test]
    fn only_what_an_op_can_take_is_sent() {
        let slot = |tag| Slot::new(tag, BIN, 0, 0);
        for (kind, allowed) in [
            (kind::ADD, &[tag::INT, tag::INT64, tag::DOUBLE][..]),
            (kind::APPEND, &[tag::STRING, tag::BLOB]),
            (kind::PREPEND, &[tag::STRING, tag::BLOB]),
            (kind::SELECT, &[tag::NIL]),
        ] {
            for tag in tag::NIL..=tag::WILDCARD {
                let slots = [slot(tag)];
                let sent = encode(&block(kind, &slots), &slots, DATA, &names(), &mut Vec::new());
                assert_eq!(sent.is_ok(), allowed.contains(&tag), "kind {kind}, tag {tag}");
            }
        }
    }

    #[test]
    fn slots_have_to_be_as_many_as_the_block_says() {
        let two = [Slot::int(BIN, 1), Slot::int(BIN, 2)];
        assert_eq!(refusal(&block(kind::PUT, &two), &two).slot, Some(1));
        let more = Block { items: 3, ..block(kind::PUT, &two) };
        refusal(&more, &two);
        let longer = Block { slots: 3, ..block(kind::PUT, &two) };
        refusal(&longer, &two);
        let stale = Block { slots: 1, ..block(kind::PUT, &two) };
        assert_eq!(header(&stale, &two).ops, 1);
    }

    #[test]
    fn keys_and_filters_outside_of_the_data_region_are_refused() {
        let get = block(kind::GET, &[]);
        refusal(&Block { key_b: 99, ..get }, &[]);
        refusal(&Block { key_a: u32::MAX, ..get }, &[]);
        refusal(&Block { key_type: 0, ..get }, &[]);
        refusal(&Block { key_type: 2, ..get }, &[]);
        refusal(&Block { filter_offset: 10, filter_length: 10, ..get }, &[]);
    }

    #[test]
    fn a_value_that_is_refused_is_blamed_by_its_slot() {
        let slots = [Slot::int(BIN, 1), Slot::new(tag::LIST, BIN, 1, 0), Slot::new(tag::STRING, NONE, 99, 1)];
        let block = Block { items: 2, ..block(kind::PUT, &slots) };
        assert_eq!(refusal(&block, &slots).slot, Some(2));
    }

    #[test]
    fn other_kinds_are_not_for_one_record() {
        refusal(&block(kind::INFO, &[]), &[]);
        refusal(&block(77, &[]), &[]);
    }
}
