//! Writing answers. A message is begun, its ops are appended, and its header is filled in at the end; an answer that
//! fails half way is taken back and a header with the code put in its place.

use crate::limits::limit;
use crate::store::Version;
use crate::Code;
use aerospike_sansio::limits::limit::COMPRESS_ABOVE;
use aerospike_sansio::proto::{code, field, info3, message_type, PROTO_HEADER, VERSION};
use aerospike_sansio::wire::{frame, message, Compressor, Header};

/// What a header says about a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    pub generation: u16,
    pub void_time: u32,
    /// The version of the record, told in a field of its own to a transaction that is to verify it.
    pub version: Option<Version>,
}

/// Appends an answer without ops.
pub fn status(out: &mut Vec<u8>, code: Code, meta: Meta) {
    let mut message = Message::begin(out);
    message.version(out, meta);
    message.end_with(out, code, meta);
}

/// Appends the last message of an answer that can have several (batch, query).
pub fn last(out: &mut Vec<u8>, code: Code) {
    header_only(out, &Header { info3: info3::LAST, ..header(code, Meta::default()) });
}

/// Appends the answer of a server without security to any security message: 16 bytes, the second is the code.
pub fn security(out: &mut Vec<u8>, code: Code) {
    out.extend_from_slice(&[VERSION, message_type::SECURITY, 0, 0, 0, 0, 0, 16]);
    out.extend_from_slice(&[0, code as u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
}

/// Compresses the frames of the answer that begins at `start`, each for itself as the server does (`batch.c`,
/// `query.c`), where that makes it shorter. The bound is the one that the clients tell of the server.
pub fn compress(out: &mut Vec<u8>, start: usize, compressor: &mut Compressor) {
    let frames = out.split_off(start);
    let mut rest = &frames[..];
    while let Ok(Some((_, length))) = frame::complete(rest) {
        let (frame, after) = rest.split_at(length);
        let at = out.len();
        out.extend_from_slice(frame);
        compressor.shrink(out, at, COMPRESS_ABOVE);
        rest = after;
    }
    out.extend_from_slice(rest);
}

/// A message under construction at the end of `out`.
pub struct Message {
    start: usize,
    fields: u16,
    ops: u16,
}

impl Message {
    pub fn begin(out: &mut Vec<u8>) -> Message {
        Message { start: message::begin_message(out), fields: 0, ops: 0 }
    }

    /// Appends a field; to be done before the first op.
    pub fn field(&mut self, out: &mut Vec<u8>, id: u8, data: &[u8]) {
        message::field(out, id, data);
        self.fields += 1;
    }

    /// Appends the version, if it is to be told; to be done before the first op.
    pub fn version(&mut self, out: &mut Vec<u8>, meta: Meta) {
        if let Some(version) = meta.version {
            self.field(out, field::RECORD_VERSION, &version);
        }
    }

    /// Bytes written so far.
    pub fn len(&self, out: &[u8]) -> usize {
        out.len() - self.start
    }

    /// How many ops it has.
    pub fn ops(&self) -> u16 {
        self.ops
    }

    /// Appends an op; `value` appends the bytes of the value and gives their particle type.
    #[inline]
    pub fn op(&mut self, out: &mut Vec<u8>, op_code: u8, name: &[u8], value: impl FnOnce(&mut Vec<u8>) -> u8) {
        let start = out.len();
        out.extend_from_slice(&[0, 0, 0, 0, op_code, 0, 0, name.len() as u8]);
        out.extend_from_slice(name);
        out[start + 5] = value(out);
        let size = (out.len() - start - 4) as u32;
        out[start..start + 4].copy_from_slice(&size.to_be_bytes());
        self.ops += 1;
    }

    pub fn end(self, out: &mut [u8], meta: Meta) {
        self.end_as(out, header(0, meta));
    }

    /// Ends an answer that has ops although it tells of a failure.
    pub fn end_with(self, out: &mut [u8], code: Code, meta: Meta) {
        self.end_as(out, header(code, meta));
    }

    /// Ends a record that a query has found; `info1` says if its bins were left out.
    pub fn end_found(self, out: &mut [u8], info1: u8, meta: Meta) {
        self.end_as(out, Header { info1, ..header(0, meta) });
    }

    fn end_as(self, out: &mut [u8], header: Header) {
        message::end_message(out, self.start, &Header { fields: self.fields, ops: self.ops, ..header });
    }

    /// Takes back what was written and answers with the code instead.
    pub fn fail(self, out: &mut Vec<u8>, code: Code, meta: Meta) {
        out.truncate(self.start);
        status(out, code, meta);
    }
}

/// Appends the message that a partition cannot be read here, in a frame of its own.
pub fn partition_unavailable(out: &mut Vec<u8>, partition: u16) {
    let header = Header {
        info3: info3::PARTITION_DONE,
        code: code::UNAVAILABLE as u8,
        generation: partition.into(),
        ..header(0, Meta::default())
    };
    header_only(out, &header);
}

/// An answer of many messages, as many to a frame as fit.
pub struct Frames<'a> {
    out: &'a mut Vec<u8>,
    /// Where what is appended begins, and the frame that is not ended yet.
    start: usize,
    open: Option<usize>,
    frame_limit: usize,
}

impl<'a> Frames<'a> {
    pub fn begin(out: &'a mut Vec<u8>, frame_limit: usize) -> Frames<'a> {
        Frames { start: out.len(), open: None, out, frame_limit }
    }

    /// Bytes appended.
    pub fn bytes(&self) -> usize {
        self.out.len() - self.start
    }

    /// Whether a message of a frame of its own goes into the frame that is open.
    pub fn has_room(&self, own_frame: &[u8]) -> bool {
        self.open.is_some_and(|open| self.out.len() - open + own_frame.len() - PROTO_HEADER <= self.frame_limit)
    }

    /// Appends the message of a frame of its own. False if all has become too much.
    pub fn push(&mut self, own_frame: &[u8]) -> bool {
        if !self.has_room(own_frame) {
            self.end_frame();
            self.open = Some(frame::begin(self.out, message_type::DATA));
        }
        self.out.extend_from_slice(&own_frame[PROTO_HEADER..]);
        self.bytes() <= limit::ANSWER
    }

    /// Takes back what is not in a frame that has ended.
    pub fn discard(&mut self) {
        if let Some(open) = self.open.take() {
            self.out.truncate(open);
        }
    }

    /// Ends the answer; the last message has a frame of its own.
    pub fn last(mut self, code: Code) {
        self.end_frame();
        last(self.out, code);
    }

    /// Ends the answer; the last message is in the frame of those before it.
    pub fn last_within(mut self, code: Code) {
        let mut own_frame = Vec::new();
        last(&mut own_frame, code);
        self.push(&own_frame);
        self.end_frame();
    }

    pub fn end_frame(&mut self) {
        if let Some(open) = self.open.take() {
            frame::end(self.out, open);
        }
    }
}

fn header(code: Code, meta: Meta) -> Header {
    Header { code: code as u8, generation: u32::from(meta.generation), ttl: meta.void_time, ..Header::default() }
}

fn header_only(out: &mut Vec<u8>, header: &Header) {
    let start = message::begin_message(out);
    message::end_message(out, start, header);
}
