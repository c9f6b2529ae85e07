//! The engine as a WebAssembly module for JavaScript: numbers in, numbers out. Texts and values lie in regions of the
//! linear memory, whose addresses the getters tell; an address is good until the next call that may grow its region.
//! Nothing is decided here.

mod codec;

use aerospike_sansio::abi::NONE;
use aerospike_sansio::client::Engine as Core;
use aerospike_sansio::names::NameKind;
use aerospike_sansio::value::tape::Slot;
use aerospike_sansio::Refused;
use wasm_bindgen::prelude::*;

/// A password as servers want it. Takes some 50 to 100 ms: bcrypt is slow on purpose.
#[wasm_bindgen]
pub fn hash_password(password: &str) -> String {
    aerospike_sansio::password::hash(password)
}

#[wasm_bindgen]
pub struct Engine {
    core: Core,
    /// A text that a getter made; see `scratch_address`.
    scratch: Vec<u8>,
}

fn address<T>(region: &[T]) -> u32 {
    region.as_ptr() as usize as u32
}

/// Result codes as the return value of a call that gives numbers from 0 up: all of them below zero.
fn below_zero(code: i32) -> i32 {
    if code < 0 {
        code
    } else {
        -1000 - code
    }
}

#[wasm_bindgen]
impl Engine {
    /// `config` is lines of `key=value`; the two halves of the seed are all the engine's randomness.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str, seed_low: u32, seed_high: u32, now: f64) -> Engine {
        let seed = u64::from(seed_high) << 32 | u64::from(seed_low);
        Engine { core: Core::new(config, seed, now), scratch: Vec::new() }
    }

    // ---- regions that the shell writes

    pub fn command_address(&self) -> u32 {
        address(&self.core.command)
    }

    /// In slots of 16 bytes, those of the block included.
    pub fn command_capacity(&self) -> u32 {
        self.core.command.len() as u32
    }

    /// Makes room for `slots`, keeping what is there; gives the address.
    pub fn command_reserve(&mut self, slots: u32) -> u32 {
        if self.core.command.len() < slots as usize {
            self.core.command.resize((slots as usize).next_power_of_two(), Slot::default());
        }
        self.command_address()
    }

    pub fn data_address(&self) -> u32 {
        address(&self.core.data)
    }

    pub fn data_capacity(&self) -> u32 {
        self.core.data.len() as u32
    }

    /// Makes room for `bytes`, keeping what is there; gives the address.
    pub fn data_reserve(&mut self, bytes: u32) -> u32 {
        if self.core.data.len() < bytes as usize {
            self.core.data.resize((bytes as usize).next_power_of_two(), 0);
        }
        self.data_address()
    }

    /// Where to put `length` bytes that came from a socket. An input: outputs given out before are forgotten.
    pub fn receive_reserve(&mut self, length: u32) -> u32 {
        address(self.core.receive_reserve(length as usize))
    }

    // ---- names

    /// The id of a name whose UTF-8 lies in the data region; kind 0 namespace, 1 set, 2 bin. Below zero: refused.
    pub fn name(&mut self, kind: u32, offset: u32, length: u32) -> i32 {
        let kind = match kind {
            0 => NameKind::Namespace,
            1 => NameKind::Set,
            _ => NameKind::Bin,
        };
        let (from, to) = (offset as usize, offset as usize + length as usize);
        let Core { names, data, .. } = &mut self.core;
        let id = data.get(from..to).map(|bytes| names.intern(kind, bytes));
        match id {
            Some(Ok(id)) => id as i32,
            Some(Err(refused)) => self.refuse(refused),
            None => self.refuse(Refused {
                code: aerospike_sansio::proto::code::ENGINE,
                reason: "a name outside of the data region",
                slot: None,
            }),
        }
    }

    pub fn name_address(&self, id: u32) -> u32 {
        address(self.core.names.get(id))
    }

    pub fn name_length(&self, id: u32) -> u32 {
        self.core.names.get(id).len() as u32
    }

    /// How many names there are: ids are below it.
    pub fn names(&self) -> u32 {
        self.core.names.len() as u32
    }

    // ---- commands

    /// Takes the command in the command region. From 0 up: the op's number; below: refused, see `refused_…`.
    pub fn submit(&mut self) -> i32 {
        match self.core.submit() {
            Ok(op) => op as i32,
            Err(refused) => self.refuse(refused),
        }
    }

    /// Whether to poll before the next `submit`.
    pub fn wants_poll(&self) -> bool {
        self.core.wants_poll()
    }

    fn refuse(&mut self, refused: Refused) -> i32 {
        self.core.refused = Some(refused);
        below_zero(refused.code)
    }

    pub fn refused_code(&self) -> i32 {
        self.core.refused.map_or(0, |refused| refused.code)
    }

    /// The value slot that is to blame, counted from the first after the block; NONE if none is.
    pub fn refused_slot(&self) -> u32 {
        self.core.refused.and_then(|refused| refused.slot).map_or(NONE, |slot| slot as u32)
    }

    /// Puts the reason at `scratch_address` and gives its length.
    pub fn refused_text(&mut self) -> u32 {
        let reason = self.core.refused.map_or("", |refused| refused.reason);
        self.tell(reason.as_bytes())
    }

    fn tell(&mut self, text: &[u8]) -> u32 {
        self.scratch.clear();
        self.scratch.extend_from_slice(text);
        self.scratch.len() as u32
    }

    pub fn scratch_address(&self) -> u32 {
        address(&self.scratch)
    }

    /// A new transaction: its handle, never 0. `timeout` is in seconds, 0 = as the server is set up.
    pub fn txn_begin(&mut self, timeout: u32) -> u32 {
        self.core.txn_begin(timeout)
    }

    /// The handle will not be used again.
    pub fn txn_end(&mut self, txn: u32) {
        self.core.txn_end(txn);
    }

    /// What is known of a transaction, by its index in `abi::txn_word`.
    pub fn txn_word(&self, txn: u32, word: u32) -> u32 {
        self.core.txn_word(txn, word as usize)
    }

    /// Bits of `abi::watch`.
    pub fn watch(&mut self, bits: u32) {
        self.core.watch(bits);
    }

    /// Of an operation that has not ended, by `abi::op_word`.
    pub fn op_word(&self, op: u32, word: u32) -> u32 {
        self.core.op_word(op, word as usize)
    }

    /// How long a stage of the shell's took, in milliseconds: `abi::operation`, `abi::stage`.
    pub fn spent(&mut self, operation: u32, stage: u32, ms: f64) {
        self.core.spent(operation, stage, ms);
    }

    pub fn cancel(&mut self, op: u32) {
        self.core.cancel(op);
    }

    /// The caller took so many records of a query: reading may go on.
    pub fn consumed(&mut self, op: u32, records: u32) {
        self.core.consumed(op, records);
    }

    pub fn close(&mut self, drain_ms: f64, now: f64) {
        self.core.close(drain_ms, now);
    }

    // ---- inputs

    pub fn opened(&mut self, conn: u32, now: f64) {
        self.core.opened(conn, now);
    }

    pub fn received(&mut self, conn: u32, length: u32, now: f64, wall: f64) {
        self.core.received(conn, length as usize, now, wall);
    }

    pub fn writable(&mut self, conn: u32, now: f64) {
        self.core.writable(conn, now);
    }

    pub fn closed(&mut self, conn: u32, end: u32, now: f64) {
        self.core.closed(conn, end, now);
    }

    pub fn time(&mut self, now: f64) {
        self.core.time(now);
    }

    /// Answers CREDENTIAL: what `hash_password` makes of the password, and the password itself where it is to travel so.
    pub fn credential(&mut self, hash: &str, clear: &str, now: f64) {
        self.core.credential(hash.as_bytes(), clear.as_bytes(), now);
    }

    /// Answers CREDENTIAL: there is none.
    pub fn no_credential(&mut self, now: f64) {
        self.core.no_credential(now);
    }

    // ---- output

    /// How many words of output records there are at `output_address`.
    pub fn poll(&mut self, now: f64) -> u32 {
        self.core.poll(now) as u32
    }

    pub fn output_address(&self) -> u32 {
        address(&self.core.outputs.words)
    }

    pub fn tape_address(&self) -> u32 {
        address(&self.core.outputs.tape)
    }

    pub fn text_address(&self) -> u32 {
        address(&self.core.outputs.text)
    }

    pub fn next_deadline(&self) -> f64 {
        self.core.next_deadline()
    }

    pub fn finished(&self) -> bool {
        self.core.finished()
    }

    // ---- getters

    pub fn is_connected(&self) -> bool {
        self.core.is_connected()
    }

    /// Node indices are below it; an index may have no node now.
    pub fn node_count(&self) -> u32 {
        self.core.node_count() as u32
    }

    /// Puts `name TAB host:port TAB active` at `scratch_address` and gives its length, 0 for no node.
    pub fn node_text(&mut self, index: u32) -> u32 {
        let text = self.core.node_text(index as u16);
        self.tell(text.as_bytes())
    }

    /// Puts the partition map of the namespace at `scratch_address` and gives its length, 0 for no namespace: its name, a 0,
    /// then the node index of each partition as 16 bits, low byte first, masters first; 65535 is nobody.
    pub fn partition_map(&mut self, namespace: u32) -> u32 {
        self.scratch.clear();
        self.core.partition_map(namespace as usize, &mut self.scratch);
        self.scratch.len() as u32
    }

    /// A counter by its index in `abi::stat`.
    pub fn stat(&self, index: u32) -> f64 {
        self.core.stat(index as usize)
    }

    /// Writes down all that was counted: the address of doubles as `abi::metrics_head` tells. Good until the next call.
    pub fn metrics(&mut self) -> u32 {
        address(self.core.metrics())
    }
}
