//! From a command block, as the shell lays it out, to the bytes of a request.
//!
//! The block says everything: key, values, policy. A digest is computed here, from set and key, and nowhere else: a
//! write without one, which the server would take as a job over the whole set, cannot be told.

use crate::abi::command_word as word;
use crate::names::Names;
use crate::value::tape::Slot;
use crate::Refused;

/// Slots of the command region that the block itself takes; the value slots follow.
pub const BLOCK_SLOTS: usize = word::LENGTH / 4;

/// A command block, word by word. Offsets and lengths are not checked yet: `encode` does it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    pub kind: u32,
    pub namespace: u32,
    pub set: u32,
    pub key_type: u32,
    pub key_a: u32,
    pub key_b: u32,
    pub items: u32,
    pub slots: u32,
    pub flags: u32,
    pub generation: u32,
    pub ttl: u32,
    pub socket_timeout: u32,
    pub total_timeout: u32,
    pub max_retries: u32,
    pub sleep: u32,
    pub timeout_delay: u32,
    pub sleep_multiplier: f64,
    pub filter_offset: u32,
    pub filter_length: u32,
    pub read_touch: u32,
}

/// What the router has to know of an encoded command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// Name id of the namespace.
    pub namespace: u32,
    pub partition: u16,
    pub digest: [u8; 20],
    /// Whether it changes the record, so that a lost answer leaves it in doubt.
    pub write: bool,
}

/// Reads the block at the start of the command region.
pub fn read(_region: &[Slot]) -> Result<Block, Refused> {
    unimplemented!()
}

/// Appends the complete frame of a single-record command. `slots` are the value slots, those after the block in the
/// command region; a slot index in a refusal counts from there. On refusal `out` is as it was.
pub fn encode(
    _block: &Block,
    _slots: &[Slot],
    _data: &[u8],
    _names: &Names,
    _out: &mut Vec<u8>,
) -> Result<Encoded, Refused> {
    unimplemented!()
}

/// Appends the frame of an info request.
pub fn info(_text: &[u8], _out: &mut Vec<u8>) -> Result<(), Refused> {
    unimplemented!()
}
