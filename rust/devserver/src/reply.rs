//! Writing answers. A message is begun, its ops are appended, and its header is filled in at the end; an answer that
//! fails half way is taken back and a header with the code put in its place.

use crate::limits::limit;
use crate::Code;
use aerospike_sansio::proto::{info3, message_type, PROTO_HEADER, VERSION};
use aerospike_sansio::wire::{frame, message, Header};

/// What a header says about a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    pub generation: u16,
    pub void_time: u32,
}

/// Appends an answer that is a header only.
pub fn status(out: &mut Vec<u8>, code: Code, meta: Meta) {
    header_only(out, &header(code, meta));
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

/// A message under construction at the end of `out`.
pub struct Message {
    start: usize,
    ops: u16,
}

impl Message {
    pub fn begin(out: &mut Vec<u8>) -> Message {
        Message { start: message::begin_message(out), ops: 0 }
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
        self.end_with(out, 0, meta);
    }

    /// Ends an answer that has ops although it tells of a failure.
    pub fn end_with(self, out: &mut [u8], code: Code, meta: Meta) {
        message::end_message(out, self.start, &Header { ops: self.ops, ..header(code, meta) });
    }

    /// Takes back what was written and answers with the code instead.
    pub fn fail(self, out: &mut Vec<u8>, code: Code, meta: Meta) {
        out.truncate(self.start);
        status(out, code, meta);
    }
}

/// An answer of many messages, as many to a frame as fit. The last message has a frame of its own.
pub struct Frames<'a> {
    out: &'a mut Vec<u8>,
    /// Where the answer, and in it the frame that is not ended yet, begin.
    start: usize,
    open: Option<usize>,
}

impl<'a> Frames<'a> {
    pub fn begin(out: &'a mut Vec<u8>) -> Frames<'a> {
        Frames { start: out.len(), open: None, out }
    }

    /// Whether a message of a frame of its own goes into the frame that is open.
    pub fn has_room(&self, own_frame: &[u8]) -> bool {
        self.open.is_some_and(|open| self.out.len() - open + own_frame.len() - PROTO_HEADER <= limit::FRAME)
    }

    /// Appends the message of a frame of its own. False if the answer has become too large.
    pub fn push(&mut self, own_frame: &[u8]) -> bool {
        if !self.has_room(own_frame) {
            self.end_frame();
            self.open = Some(frame::begin(self.out, message_type::DATA));
        }
        self.out.extend_from_slice(&own_frame[PROTO_HEADER..]);
        self.out.len() - self.start <= limit::ANSWER
    }

    /// Takes back what is not in a frame that has ended.
    pub fn discard(&mut self) {
        if let Some(open) = self.open.take() {
            self.out.truncate(open);
        }
    }

    /// Ends the answer.
    pub fn last(mut self, code: Code) {
        self.end_frame();
        last(self.out, code);
    }

    fn end_frame(&mut self) {
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
