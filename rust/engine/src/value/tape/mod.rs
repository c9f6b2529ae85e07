//! Values as they cross the boundary: flat slots, depth first, one pass each way and no tree in between.
//!
//! Texts are not in the slots: these hold where a text lies in the buffer that they belong to. What comes from the shell
//! is checked here, slot by slot, and refused with the slot's index; what comes from the wire is checked as it is
//! walked, so that the shell can believe every slot.

mod decode;
mod encode;

pub use decode::{from_particle, Collections};
pub use encode::{to_packed, to_particle};

use crate::abi::tag;
use crate::proto::particle;

/// The largest integer that a double tells from its neighbours.
const SAFE_INTEGER: i64 = (1 << 53) - 1;

/// One slot; `abi::tag` says what the words mean.
#[repr(C, align(8))]
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct Slot {
    /// The tag in the low byte, `abi::tag_flag` bits above it.
    pub tag: u32,
    /// Name id of the bin; `abi::NONE` in a nested slot.
    pub bin: u32,
    pub a: u32,
    pub b: u32,
}

impl Slot {
    #[inline]
    pub fn new(tag: u32, bin: u32, a: u32, b: u32) -> Self {
        Slot { tag, bin, a, b }
    }

    /// A slot whose two value words are one of 64 bits.
    #[inline]
    pub fn wide(tag: u32, bin: u32, word: u64) -> Self {
        Slot { tag, bin, a: word as u32, b: (word >> 32) as u32 }
    }

    /// INT when a double can tell it exactly, else INT64.
    #[inline]
    pub fn int(bin: u32, value: i64) -> Self {
        if (-SAFE_INTEGER..=SAFE_INTEGER).contains(&value) {
            Slot::wide(tag::INT, bin, (value as f64).to_bits())
        } else {
            Slot::wide(tag::INT64, bin, value as u64)
        }
    }

    /// The tag without flags.
    #[inline]
    pub fn kind(&self) -> u32 {
        self.tag & 0xFF
    }

    /// Both value words, b being the high one.
    #[inline]
    pub fn word(&self) -> u64 {
        u64::from(self.b) << 32 | u64::from(self.a)
    }

    #[inline]
    pub fn f64(&self) -> f64 {
        f64::from_bits(self.word())
    }

    #[inline]
    pub fn i64(&self) -> i64 {
        self.word() as i64
    }

    /// The particle type of a BLOB: its own, or that of another client's blob in bits 8 to 15.
    #[inline]
    pub fn blob_type(&self) -> u8 {
        match (self.tag >> 8) as u8 {
            0 => particle::BLOB,
            other => other,
        }
    }
}

/// The bytes that offset and length mean, if they are there.
#[inline]
pub fn slice(data: &[u8], offset: u32, length: u32) -> Option<&[u8]> {
    let start = offset as usize;
    data.get(start..start.checked_add(length as usize)?)
}
