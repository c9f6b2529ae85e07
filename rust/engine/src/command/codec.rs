//! Packing without a client: what expressions and contexts need to become text and to be read from it. The regions are
//! laid out as those of a client, so that one writer serves both; the block before the slots has no meaning here.

use super::{refused, BLOCK_SLOTS};
use crate::abi::NONE;
use crate::limits::limit;
use crate::proto::particle;
use crate::value::pack;
use crate::value::tape::{self, Slot};
use crate::Refused;

/// Room to begin with.
const SLOTS: usize = 64;
const BYTES: usize = 1024;

pub struct Codec {
    /// A block without meaning, then the slots to be packed.
    pub command: Vec<Slot>,
    /// Texts of the slots, or what is to be unpacked.
    pub data: Vec<u8>,
    /// What was packed last; or, behind one byte, what was unpacked last: the tape's texts lie there.
    pub packed: Vec<u8>,
    /// What was unpacked last: a list that holds the element.
    pub tape: Vec<Slot>,
    pub refused: Option<Refused>,
}

impl Default for Codec {
    fn default() -> Self {
        Codec {
            command: vec![Slot::default(); BLOCK_SLOTS + SLOTS],
            data: vec![0; BYTES],
            packed: Vec::new(),
            tape: Vec::new(),
            refused: None,
        }
    }
}

impl Codec {
    /// Packs the element that so many slots are; gives its length in `packed`.
    pub fn pack(&mut self, slots: usize) -> Result<usize, Refused> {
        self.packed.clear();
        let slots = self.command[BLOCK_SLOTS..].get(..slots).ok_or(refused("slots are missing"))?;
        if tape::to_packed(slots, 0, &self.data, &mut self.packed)? != slots.len() {
            return Err(refused("slots are left over: there is more than one element"));
        }
        if self.packed.len() > limit::EXPRESSION {
            return Err(refused("an expression is longer than 1 MiB"));
        }
        Ok(self.packed.len())
    }

    /// Unpacks the first `length` bytes of the data, if they are one element and nothing else; gives how many slots that
    /// made. A name in an expression, which has no type byte, comes out as a blob.
    pub fn unpack(&mut self, length: usize) -> Result<usize, Refused> {
        self.tape.clear();
        self.packed.clear();
        pack::list_header(1, 0, &mut self.packed);
        let bytes = self.data.get(..length).filter(|bytes| bytes.len() <= limit::EXPRESSION);
        self.packed.extend_from_slice(bytes.ok_or(refused("an expression is longer than 1 MiB"))?);
        tape::from_particle(particle::LIST, &self.packed, 0, NONE, &mut self.tape)
            .map_err(|malformed| refused(malformed.0))?;
        Ok(self.tape.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::tag;

    fn codec(data: &[u8]) -> Codec {
        Codec { data: data.to_vec(), ..Codec::default() }
    }

    #[test]
    fn what_is_packed_is_unpacked_again() {
        let mut codec = codec(b"ab");
        codec.command[BLOCK_SLOTS] = Slot::new(tag::LIST, NONE, 2, 0);
        codec.command[BLOCK_SLOTS + 1] = Slot::int(NONE, 82);
        codec.command[BLOCK_SLOTS + 2] = Slot::new(tag::RAW, NONE, 0, 2);
        assert_eq!(codec.pack(3), Ok(5));
        assert_eq!(codec.packed, [0x92, 82, 0xa2, b'a', b'b']);
        assert!(codec.pack(2).is_err());
        codec.command[BLOCK_SLOTS + 3] = Slot::default();
        assert!(codec.pack(4).is_err());
        codec.data = vec![0x92, 82, 0xa2, b'a', b'b', 0];
        assert_eq!(codec.unpack(5), Ok(4));
        assert_eq!(codec.tape[3], Slot::new(tag::BLOB, NONE, 4, 2));
        assert_eq!(codec.packed[4..], *b"ab");
    }

    #[test]
    fn only_one_whole_element_is_unpacked() {
        let mut codec = codec(&[0x92, 82, 0xa2, b'a', b'b', 0]);
        for length in [0, 1, 2, 3, 4, 6, 99] {
            assert!(codec.unpack(length).is_err(), "{length}");
        }
    }
}
