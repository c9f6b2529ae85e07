//! Commands on one record: get, select, exists, put, add, append, prepend, touch, remove.

use super::block::{Block, Exists, Generation};
use super::{refused, Encoded};
use crate::abi::{command_kind as kind, policy_flag as flag, tag, NONE};
use crate::key::{self, UserKey};
use crate::limits::limit;
use crate::names::Names;
use crate::proto::{code, field, info1, info2, info3, op, particle, PROTO_HEADER};
use crate::value::tape::{self, Slot};
use crate::wire::message::{self, begin_message, end_message};
use crate::wire::Header;
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
    let start = begin_message(out);
    let mut header = header(block)?;
    let (digest, fields) = write_fields(block, data, names, out)?;
    header.fields = fields;
    header.ops = write_ops(block, slots, data, names, out)?;
    check_length(out.len() - start)?;
    end_message(out, start, &header);
    Ok(Encoded { namespace: block.namespace, partition: key::partition(&digest), digest, write: block.is_write() })
}

// ── Header ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/// RESPOND_ALL_OPS is for operate: no answer to these commands has a value for a write, and together with GET_ALL the
/// server refuses it. COMPRESS and ON_LOCKING_ONLY wait for compression and transactions.
fn header(block: &Block) -> Result<Header, Refused> {
    let mut header = Header { timeout: block.server_timeout(), ..Header::default() };
    match block.kind {
        kind::GET => header.info1 = info1::READ | info1::GET_ALL,
        kind::SELECT => header.info1 = info1::READ,
        kind::EXISTS => header.info1 = info1::READ | info1::GET_NO_BINS,
        kind::REMOVE => header.info2 = info2::WRITE | info2::DELETE,
        kind::PUT | kind::ADD | kind::APPEND | kind::PREPEND | kind::TOUCH => header.info2 = info2::WRITE,
        _ => return Err(refused("not a command on one record")),
    }
    if block.is_write() {
        write_policy(block, &mut header)?;
    } else {
        read_policy(block, &mut header);
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
    Ok(())
}

// ── Fields ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/// Writes the fields and gives the digest and how many they are. There is no way past the digest: without it, the server
/// would take a write as a job over the whole set (`transaction.h`, `as_transaction_is_query`).
fn write_fields(block: &Block, data: &[u8], names: &Names, out: &mut Vec<u8>) -> Result<([u8; 20], u16), Refused> {
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
    message::field(out, field::NAMESPACE, namespace);
    if !set.is_empty() {
        message::field(out, field::SET, set);
        fields += 1;
    }
    message::field(out, field::DIGEST, &digest);
    if block.has(flag::SEND_KEY) {
        fields += write_key(&key, out);
    }
    if block.filter_length > 0 {
        let filter = tape::slice(data, block.filter_offset, block.filter_length);
        message::field(out, field::FILTER, filter.ok_or(refused("the filter lies outside of the data region"))?);
        fields += 1;
    }
    Ok((digest, fields))
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
    message::field_with(out, field::KEY, |out| {
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
        message::bare_op(out, op::TOUCH, &[]);
        return Ok(1);
    }
    let start = out.len();
    let mut at = 0;
    for _ in 0..block.items {
        let slot = slots.get(at).ok_or(refused("slots are missing: fewer bins than the command says"))?;
        let blame = |refused: Refused| Refused { slot: Some(at), ..refused };
        let bin = bin_name(names, slot.bin).map_err(blame)?;
        let op_code = op_code(block.kind, slot).map_err(blame)?;
        message::op(out, op_code, bin, |out| {
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

fn bin_name(names: &Names, id: u32) -> Result<&[u8], Refused> {
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

fn check_length(length: usize) -> Result<(), Refused> {
    if length > PROTO_HEADER + limit::MESSAGE {
        return Err(refused("a request is longer than 128 MiB"));
    }
    Ok(())
}
