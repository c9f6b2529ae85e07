//! Reading one message of an answer into slots. Of its fields only those of transactions matter, but in the answer to
//! a query, whose messages say which record they are about.

use super::Header;
use crate::abi::{tag, NONE};
use crate::limits::limit;
use crate::names::Names;
use crate::proto::{code, field, info3};
use crate::value::tape::{self, Collections, Slot};
use crate::Malformed;

/// What a message says beside its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The server's result code.
    pub code: i32,
    /// Of the record; the partition id in a message with PARTITION_DONE.
    pub generation: u32,
    /// Seconds since 2010-01-01T00:00:00Z at which the record expires, 0 = never.
    pub void_time: u32,
    pub info3: u8,
    /// In the answer to a batch, the number of the row.
    pub index: u32,
    /// Number of ops, which is the number of top-level values on the tape.
    pub items: u32,
    /// In a transaction: the version of the record as it was read, which must not have changed at the commit.
    pub version: Option<Version>,
    /// From the monitor of a transaction: its deadline, as commands have to state it. 0 = none.
    pub deadline: u32,
    /// Bytes consumed, header included.
    pub length: usize,
}

/// The version of a record, as the wire has it.
pub type Version = [u8; 7];

/// An op without its size: kind, particle type, flags, length of the name.
const OP_HEADER: usize = 4;
/// Bit 0 of an op's flags: a last-update time stands between name and value.
const HAS_UPDATE_TIME: u8 = 1;
const UPDATE_TIME: usize = 8;

/// Decodes the message at the start of `body`, which lies at `offset` in its buffer: texts on the tape are counted from
/// that buffer's start. An op becomes the slots of its value, the first of which has the bin's name id; a NAME slot
/// comes before when the name has no id. On failure the caller cuts the tape to where it was.
pub fn reply(
    body: &[u8],
    offset: usize,
    collections: Collections,
    names: &mut Names,
    tape: &mut Vec<Slot>,
) -> Result<Reply, Malformed> {
    let (header, mut at) = Header::read(body)?;
    let mut fields = TxnFields::default();
    for _ in 0..header.fields {
        let field = sized(body, &mut at, 1)?;
        fields.take(field[0], &field[1..])?;
    }
    let reply = ops(&header, body, at, offset, collections, names, tape)?;
    Ok(fields.of(reply))
}

fn ops(
    header: &Header,
    body: &[u8],
    mut at: usize,
    offset: usize,
    collections: Collections,
    names: &mut Names,
    tape: &mut Vec<Slot>,
) -> Result<Reply, Malformed> {
    let base = tape.len();
    for _ in 0..header.ops {
        let op = sized(body, &mut at, OP_HEADER)?;
        read_op(op, offset + at - op.len(), collections, names, tape)?;
        if tape.len() - base > limit::SLOTS {
            return Err(Malformed("a record has too many elements"));
        }
    }
    Ok(Reply::of(header, at))
}

/// A record of a query's answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Record {
    pub reply: Reply,
    pub digest: Option<[u8; limit::DIGEST]>,
    /// The value in the index that led to it; needed to go on from here.
    pub bval: u64,
}

/// As `reply`, for a message that says which record it is about. Two slots come before those of the bins: the digest,
/// and the user key (NIL when it is not stored), whose bin word is the set's name id.
pub fn record(
    body: &[u8],
    offset: usize,
    collections: Collections,
    names: &mut Names,
    tape: &mut Vec<Slot>,
) -> Result<Record, Malformed> {
    let (header, mut at) = Header::read(body)?;
    let mut record = Record::default();
    let (digest_slot, key_slot) = (tape.len(), tape.len() + 1);
    tape.push(Slot::new(tag::NIL, NONE, 0, 0));
    tape.push(Slot::new(tag::NIL, NONE, 0, 0));
    let mut set = NONE;
    for _ in 0..header.fields {
        let whole = sized(body, &mut at, 1)?;
        let value = &whole[1..];
        let place = offset + at - value.len();
        match whole[0] {
            field::DIGEST => {
                let digest = value.try_into().map_err(|_| Malformed("a digest that has not 20 bytes"))?;
                record.digest = Some(digest);
                tape[digest_slot] = Slot::new(tag::BLOB, NONE, place as u32, value.len() as u32);
            }
            field::SET if !value.is_empty() => set = names.intern_received(value),
            field::BVALS => {
                let bval = value.first_chunk::<8>().ok_or(Malformed("a bval that has not 8 bytes"))?;
                record.bval = u64::from_le_bytes(*bval);
            }
            field::KEY if !value.is_empty() => {
                let before = tape.len();
                tape::from_particle(value[0], &value[1..], place + 1, NONE, Collections::Walked, tape)?;
                // A key is one slot: an integer, text or bytes.
                if tape.len() != before + 1 {
                    return Err(Malformed("a user key that is a list or map"));
                }
                tape[key_slot] = tape[before];
                tape.truncate(before);
            }
            _ => {}
        }
    }
    tape[key_slot].bin = set;
    record.reply = ops(&header, body, at, offset, collections, names, tape)?;
    Ok(record)
}

/// The last message of an answer ends its frame.
pub fn nothing_behind(end: usize, frame: usize) -> Result<(), Malformed> {
    if end < frame {
        return Err(Malformed("bytes behind the end of an answer"));
    }
    Ok(())
}

/// Whether a message is the end of the answer to a query. An error before the start comes alone and without the LAST bit.
pub fn ends_query(bits: u8, code: i32) -> bool {
    bits & info3::LAST != 0 || (code != code::OK && bits & info3::PARTITION_DONE == 0)
}

/// Whether there is a message in a frame that `ends` the answer, and then it is at the frame's end. The others are passed
/// over.
pub fn has_last(frame: &[u8], ends: impl Fn(&Header) -> bool) -> Result<bool, Malformed> {
    let mut at = 0;
    while at < frame.len() {
        let message = Message::open(&frame[at..], |_, _| Ok(()))?;
        let is_last = ends(&message.header);
        at += message.values(|_, _, _| Ok(()))?;
        if is_last {
            return nothing_behind(at, frame.len()).map(|()| true);
        }
    }
    Ok(false)
}

/// Is there room for another record of a message that has unfolded to `slots` by now?
pub fn fits(slots: &[Slot]) -> Result<(), Malformed> {
    if slots.len() > limit::SLOTS {
        return Err(Malformed("a message has too many elements"));
    }
    Ok(())
}

/// The field or op at `at`, its size taken off, if it has at least `min` bytes and all of them are there.
#[inline]
fn sized<'a>(body: &'a [u8], at: &mut usize, min: usize) -> Result<&'a [u8], Malformed> {
    let Some(&size) = body[*at..].first_chunk::<4>() else {
        return Err(Malformed("a message ends before its fields and ops do"));
    };
    let start = *at + size.len();
    let size = u32::from_be_bytes(size) as usize;
    if size < min || size > body.len() - start {
        return Err(Malformed("a field or op has an impossible size"));
    }
    *at = start + size;
    Ok(&body[start..*at])
}

/// An op without its size: the particle type of its value, its bin's name, and where the value starts.
#[inline]
fn parts_of_op(op: &[u8]) -> Result<(u8, &[u8], usize), Malformed> {
    let [_, particle_type, flags, name_length] = [op[0], op[1], op[2], op[3]];
    let name_end = OP_HEADER + usize::from(name_length);
    let value_start = if flags & HAS_UPDATE_TIME == 0 { name_end } else { name_end + UPDATE_TIME };
    if value_start > op.len() {
        return Err(Malformed("an op ends within its name"));
    }
    Ok((particle_type, &op[OP_HEADER..name_end], value_start))
}

#[inline]
fn read_op(
    op: &[u8],
    offset: usize,
    collections: Collections,
    names: &mut Names,
    tape: &mut Vec<Slot>,
) -> Result<(), Malformed> {
    let (particle_type, name, value_start) = parts_of_op(op)?;
    let bin = names.intern_received(name);
    if bin == NONE {
        tape.push(Slot::new(tag::NAME, NONE, (offset + OP_HEADER) as u32, name.len() as u32));
    }
    tape::from_particle(particle_type, &op[value_start..], offset + value_start, bin, collections, tape)
}

// ── A part at a time ────────────────────────────────────────────────────────────────────────────────────────────────

/// A message of which the values are wanted, but not on a tape.
#[derive(Debug)]
pub struct Message<'a> {
    pub header: Header,
    body: &'a [u8],
    at: usize,
}

impl<'a> Message<'a> {
    /// The message at the start of `body`; `field` is given each of its fields, by id.
    #[inline]
    pub fn open(
        body: &'a [u8],
        mut field: impl FnMut(u8, &'a [u8]) -> Result<(), Malformed>,
    ) -> Result<Message<'a>, Malformed> {
        let (header, mut at) = Header::read(body)?;
        for _ in 0..header.fields {
            let whole = sized(body, &mut at, 1)?;
            field(whole[0], &whole[1..])?;
        }
        Ok(Message { header, body, at })
    }

    /// Gives each value to `value`: the bin's name, the particle type, the particle. Tells how long the message is.
    #[inline]
    pub fn values(
        self,
        mut value: impl FnMut(&'a [u8], u8, &'a [u8]) -> Result<(), Malformed>,
    ) -> Result<usize, Malformed> {
        let mut at = self.at;
        for _ in 0..self.header.ops {
            let op = sized(self.body, &mut at, OP_HEADER)?;
            let (particle_type, name, start) = parts_of_op(op)?;
            value(name, particle_type, &op[start..])?;
        }
        Ok(at)
    }
}

impl Reply {
    pub fn of(header: &Header, length: usize) -> Reply {
        Reply {
            code: i32::from(header.code),
            generation: header.generation,
            void_time: header.ttl,
            info3: header.info3,
            index: header.timeout,
            items: u32::from(header.ops),
            version: None,
            deadline: 0,
            length,
        }
    }
}

/// What an answer has in its fields for a transaction.
#[derive(Clone, Copy, Debug, Default)]
pub struct TxnFields {
    version: Option<Version>,
    deadline: u32,
}

impl TxnFields {
    /// Looks at a field, by id. Others are passed over.
    #[inline]
    pub fn take(&mut self, id: u8, value: &[u8]) -> Result<(), Malformed> {
        match id {
            field::RECORD_VERSION => {
                let version = value.try_into();
                self.version = Some(version.map_err(|_| Malformed("a record version that has not 7 bytes"))?);
            }
            field::MRT_DEADLINE => {
                let deadline = value.try_into().map(u32::from_le_bytes);
                self.deadline = deadline.map_err(|_| Malformed("a deadline that has not 4 bytes"))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The answer with them.
    pub fn of(self, reply: Reply) -> Reply {
        Reply { version: self.version, deadline: self.deadline, ..reply }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::tag_flag;
    use crate::proto::{op, particle};
    use crate::value::{particle as form, Value};
    use crate::wire::message;

    fn body(header: Header, ops: &[(&str, Value)]) -> Vec<u8> {
        let mut out = Vec::new();
        Header { ops: ops.len() as u16, ..header }.write(&mut out);
        for (name, value) in ops {
            let write = |out: &mut Vec<u8>| Ok::<_, ()>(form::write(value, out));
            message::op(&mut out, op::READ, name.as_bytes(), write).unwrap();
        }
        out
    }

    #[test]
    fn a_record_becomes_one_value_a_bin() {
        let bytes =
            body(Header { generation: 3, ttl: 9, ..Header::default() }, &[("a", Value::Int(-1)), ("b", Value::Nil)]);
        let (mut names, mut tape) = (Names::new(1), Vec::new());
        let reply = reply(&bytes, 8, Collections::Walked, &mut names, &mut tape).unwrap();
        assert_eq!(reply, Reply { generation: 3, void_time: 9, items: 2, length: bytes.len(), ..Reply::default() });
        assert_eq!(tape, [Slot::int(0, -1), Slot::new(tag::NIL, 1, 0, 0)]);
        assert_eq!((names.get(0), names.get(1)), (&b"a"[..], &b"b"[..]));
    }

    #[test]
    fn texts_are_counted_from_the_start_of_the_buffer() {
        let frame = [&[0xEE; 11][..], &body(Header::default(), &[("bin", Value::String(b"text".to_vec()))])].concat();
        let (mut names, mut tape) = (Names::new(1), Vec::new());
        reply(&frame[11..], 11, Collections::Walked, &mut names, &mut tape).unwrap();
        assert_eq!(tape[0].tag, tag::STRING | tag_flag::ASCII);
        assert_eq!(tape::slice(&frame, tape[0].a, tape[0].b), Some(&b"text"[..]));
    }

    #[test]
    fn fields_are_skipped_and_the_header_says_its_own_length() {
        let mut bytes = vec![24, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0xAA, 0xBB];
        message::field(&mut bytes, 4, &[7; 20]);
        message::field(&mut bytes, 99, &[]);
        let read = reply(&bytes, 8, Collections::Walked, &mut Names::new(1), &mut Vec::new()).unwrap();
        assert_eq!((read.code, read.info3, read.items, read.length), (2, 1, 0, bytes.len()));
    }

    #[test]
    fn the_fields_of_a_transaction_are_read_and_checked() {
        let with = |id: u8, value: &[u8]| {
            let mut bytes = Vec::new();
            Header { fields: 1, ..Header::default() }.write(&mut bytes);
            message::field(&mut bytes, id, value);
            reply(&bytes, 0, Collections::Walked, &mut Names::new(1), &mut Vec::new())
        };
        let version = [1, 2, 3, 4, 5, 6, 7];
        assert_eq!(with(field::RECORD_VERSION, &version).unwrap().version, Some(version));
        assert_eq!(with(field::MRT_DEADLINE, &[0x0D, 0x0C, 0x0B, 0x0A]).unwrap().deadline, 0x0A0B_0C0D);
        assert_eq!(with(field::SET, &version).unwrap().version, None);
        for (id, value) in [
            (field::RECORD_VERSION, &version[1..]),
            (field::RECORD_VERSION, &[0; 8]),
            (field::MRT_DEADLINE, &[]),
            (field::MRT_DEADLINE, &[0; 5]),
        ] {
            assert!(with(id, value).is_err());
        }
    }

    #[test]
    fn an_op_may_have_an_update_time_before_its_value() {
        let mut bytes = Vec::new();
        Header { ops: 1, ..Header::default() }.write(&mut bytes);
        bytes.extend_from_slice(&[0, 0, 0, 4 + 1 + 8 + 1, op::READ, particle::INTEGER, 1, 1, b'n']);
        bytes.extend_from_slice(&[9; 8]);
        bytes.push(5);
        let mut tape = Vec::new();
        reply(&bytes, 0, Collections::Walked, &mut Names::new(1), &mut tape).unwrap();
        assert_eq!(tape, [Slot::int(0, 5)]);
    }

    #[test]
    fn a_name_without_an_id_comes_in_a_slot_of_its_own() {
        let mut names = Names::new(1);
        for n in 0..limit::NAMES {
            names.intern_received(n.to_string().as_bytes());
        }
        let bytes = body(Header::default(), &[("unheard", Value::Bool(true))]);
        let mut tape = Vec::new();
        let read = reply(&bytes, 0, Collections::Walked, &mut names, &mut tape).unwrap();
        assert_eq!(read.items, 1);
        assert_eq!(tape[0].kind(), tag::NAME);
        assert_eq!(tape::slice(&bytes, tape[0].a, tape[0].b), Some(&b"unheard"[..]));
        assert_eq!(tape[1], Slot::new(tag::TRUE, NONE, 0, 0));
    }

    #[test]
    fn every_prefix_of_a_message_is_malformed() {
        let bytes = body(Header::default(), &[("a", Value::Int(1)), ("b", Value::String(b"x".to_vec()))]);
        for end in 0..bytes.len() {
            assert!(
                reply(&bytes[..end], 8, Collections::Walked, &mut Names::new(1), &mut Vec::new()).is_err(),
                "{end} bytes"
            );
        }
    }
}
