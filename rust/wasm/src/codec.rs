//! Packing without a client, for JavaScript: the names are those of `Engine`, so that one writer serves both.

use crate::{address, below_zero};
use aerospike_sansio::command::codec::Codec as Core;
use aerospike_sansio::value::tape::Slot;
use aerospike_sansio::Refused;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
#[derive(Default)]
pub struct Codec {
    core: Core,
}

#[wasm_bindgen]
impl Codec {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Codec {
        Codec::default()
    }

    pub fn command_address(&self) -> u32 {
        address(&self.core.command)
    }

    /// In slots of 16 bytes, those of the block included.
    pub fn command_capacity(&self) -> u32 {
        self.core.command.len() as u32
    }

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

    pub fn data_reserve(&mut self, bytes: u32) -> u32 {
        if self.core.data.len() < bytes as usize {
            self.core.data.resize((bytes as usize).next_power_of_two(), 0);
        }
        self.data_address()
    }

    /// Packs the element of so many slots: its length at `packed_address`, or below zero: refused.
    pub fn pack(&mut self, slots: u32) -> i32 {
        let packed = self.core.pack(slots as usize);
        self.answer(packed)
    }

    /// The digest of the key of so many slots, a list of set and user key: at `packed_address`, or below zero: refused.
    pub fn digest(&mut self, slots: u32) -> i32 {
        let digest = self.core.digest(slots as usize);
        self.answer(digest)
    }

    /// Unpacks so many bytes of the data: the slots at `tape_address`, or below zero: they are not one element.
    pub fn unpack(&mut self, length: u32) -> i32 {
        let unpacked = self.core.unpack(length as usize);
        self.answer(unpacked)
    }

    /// What was packed; after unpacking, what the texts of the tape are offsets in.
    pub fn packed_address(&self) -> u32 {
        address(&self.core.packed)
    }

    pub fn tape_address(&self) -> u32 {
        address(&self.core.tape)
    }

    /// Length of the reason, which is then at `packed_address`.
    pub fn refused_text(&mut self) -> u32 {
        let reason = self.core.refused.map_or("", |refused| refused.reason);
        self.core.packed.clear();
        self.core.packed.extend_from_slice(reason.as_bytes());
        self.core.packed.len() as u32
    }

    fn answer(&mut self, answer: Result<usize, Refused>) -> i32 {
        self.core.refused = answer.err();
        answer.map_or_else(|refused| below_zero(refused.code), |length| length as i32)
    }
}
