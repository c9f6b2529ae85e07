//! What the engine tells its shell: flat records of words, many a poll, and the texts and slots that they refer to.
//! The layout of each record is stated in `abi::output`. All of it stays as it is until the next input.

use crate::abi::{self, output};
use crate::value::tape::Slot;
use crate::wire::Reply;

/// A tape that has grown past this is given back when its values were taken: 16 MiB.
const KEEP_SLOTS: usize = 1024 * 1024;

#[derive(Debug, Default)]
pub struct Outputs {
    pub words: Vec<u32>,
    /// Decoded values of DONE records.
    pub tape: Vec<Slot>,
    /// Texts of CONNECT, EVENT and READY records.
    pub text: Vec<u8>,
    /// Read buffers that decoded texts lie in, kept until the results were taken.
    pub retained: Vec<Vec<u8>>,
}

/// How an operation ended, as its DONE record says it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Done {
    pub op: u32,
    pub code: i32,
    pub node: u32,
    pub attempts: u32,
    pub in_doubt: bool,
    /// The code is a server's, not ours.
    pub from_server: bool,
    /// The request left compressed.
    pub compressed: bool,
    pub generation: u32,
    pub ttl: u32,
    pub first_slot: u32,
    pub items: u32,
    pub data_address: u32,
    pub elapsed_ms: u32,
}

impl Done {
    fn flags(&self) -> u32 {
        u32::from(self.in_doubt) | u32::from(self.from_server) << 1 | u32::from(self.compressed) << 2
    }
}

impl Outputs {
    pub fn clear(&mut self) {
        self.words.clear();
        self.tape.clear();
        if self.tape.capacity() > KEEP_SLOTS {
            self.tape = Vec::new();
        }
        self.text.clear();
        self.retained.clear();
    }

    fn record(&mut self, kind: u32, words: &[u32]) {
        self.words.push(kind | (words.len() as u32 + 1) << 8);
        self.words.extend_from_slice(words);
    }

    fn text(&mut self, text: &str) -> (u32, u32) {
        let offset = self.text.len() as u32;
        self.text.extend_from_slice(text.as_bytes());
        (offset, text.len() as u32)
    }

    pub fn connect(&mut self, conn: u32, host: &str, port: u16, tls: bool, tls_name: &str, timeout_ms: f64) {
        let (host_at, host_length) = self.text(host);
        let (name_at, name_length) = self.text(tls_name);
        self.record(
            output::CONNECT,
            &[conn, host_at, host_length, u32::from(port), u32::from(tls), name_at, name_length, timeout_ms as u32],
        );
    }

    /// `bytes` stay where they are until the next transmit of the connection. The address means something in
    /// WebAssembly only; elsewhere `Engine::transmit` gives the bytes.
    pub fn transmit(&mut self, conn: u32, bytes: &[u8]) {
        self.record(output::TRANSMIT, &[conn, bytes.as_ptr() as usize as u32, bytes.len() as u32]);
    }

    pub fn close(&mut self, conn: u32, reason: u32) {
        self.record(output::CLOSE, &[conn, reason]);
    }

    pub fn done(&mut self, done: &Done) {
        let flags = done.flags();
        self.record(
            output::DONE,
            &[
                done.op,
                done.code as u32,
                done.node,
                done.attempts,
                flags,
                done.generation,
                done.ttl,
                done.first_slot,
                done.items,
                done.data_address,
                done.elapsed_ms,
            ],
        );
    }

    pub fn part(&mut self, row: u32, done: &Done) {
        let flags = done.flags();
        self.record(
            output::PART,
            &[
                done.op,
                row,
                done.code as u32,
                flags,
                done.generation,
                done.ttl,
                done.first_slot,
                done.items,
                done.data_address,
            ],
        );
    }

    #[allow(clippy::too_many_arguments)]
    pub fn record_of_query(
        &mut self,
        op: u32,
        partition: u16,
        reply: &Reply,
        ttl: u32,
        first_slot: u32,
        data_address: u32,
    ) {
        let (items, generation) = (reply.items, reply.generation);
        self.record(output::RECORD, &[op, u32::from(partition), items, generation, ttl, first_slot, data_address]);
    }

    pub fn credential(&mut self) {
        self.record(output::CREDENTIAL, &[]);
    }

    pub fn pause(&mut self, conn: u32) {
        self.record(output::PAUSE, &[conn]);
    }

    pub fn resume(&mut self, conn: u32) {
        self.record(output::RESUME, &[conn]);
    }

    pub fn step(&mut self, op: u32, step: u32, node: u32, code: i32, first_ms: f64, second_ms: f64) {
        let micros = |ms: f64| (ms * 1000.0) as u32;
        self.record(output::STEP, &[op, step, node, code as u32, micros(first_ms), micros(second_ms)]);
    }

    pub fn event(&mut self, kind: u32, node: u32, text: &str) {
        let (at, length) = self.text(text);
        self.record(output::EVENT, &[kind, node, at, length]);
    }

    pub fn ready(&mut self, code: i32, text: &str) {
        let (at, length) = self.text(text);
        self.record(output::READY, &[code as u32, at, length]);
    }

    /// The records one by one, for a shell in Rust: kind and words after the first.
    pub fn records(&self) -> impl Iterator<Item = (u32, &[u32])> {
        let mut rest = self.words.as_slice();
        std::iter::from_fn(move || {
            let (&first, _) = rest.split_first()?;
            let (record, tail) = rest.split_at((first >> 8) as usize);
            rest = tail;
            Some((first & 0xFF, &record[1..]))
        })
    }

    pub fn text_at(&self, offset: u32, length: u32) -> &str {
        std::str::from_utf8(&self.text[offset as usize..(offset + length) as usize]).unwrap_or("")
    }
}

/// No node, in a DONE record.
pub const NO_NODE: u32 = abi::NONE;
