//! Packing without a client: what expressions and contexts need to become text and to be read from it, and the digests
//! of keys. The regions are laid out as those of a client, so that one writer serves both; the block before the slots has
//! no meaning here.

use super::{refused, BLOCK_SLOTS};
use crate::abi::NONE;
use crate::key::{self, UserKey};
use crate::limits::limit;
use crate::proto::particle;
use crate::value::pack;
use crate::value::tape::{self, Collections, Slot};
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

    /// The digest of the key that so many slots are, a list of the set (empty: none) and the user key; gives its length in
    /// `packed`.
    pub fn digest(&mut self, slots: usize) -> Result<usize, Refused> {
        const SET: usize = 1;
        const USER: usize = 2;
        let slots = self.command[BLOCK_SLOTS..].get(..slots).ok_or(refused("slots are missing"))?;
        self.packed.clear();
        let set_type = tape::to_particle(slots, SET, &self.data, &mut self.packed)?.0;
        let set_length = self.packed.len();
        if set_type != particle::STRING || set_length > limit::SET {
            return Err(refused("a set name has at most 63 bytes"));
        }
        let user_type = tape::to_particle(slots, USER, &self.data, &mut self.packed)?.0;
        let (set, user) = self.packed.split_at(set_length);
        let user = match (user_type, user.first_chunk()) {
            (particle::INTEGER, Some(int)) => UserKey::Int(i64::from_be_bytes(*int)),
            (particle::STRING, _) => UserKey::String(user),
            (particle::BLOB, _) => UserKey::Blob(user),
            _ => return Err(refused("a key is neither an integer nor a string nor a blob")),
        };
        let digest = key::digest(set, &user);
        self.packed.clear();
        self.packed.extend_from_slice(&digest);
        Ok(digest.len())
    }

    /// Unpacks the first `length` bytes of the data, if they are one element and nothing else; gives how many slots that
    /// made. A name in an expression, which has no type byte, comes out as a blob.
    pub fn unpack(&mut self, length: usize) -> Result<usize, Refused> {
        self.tape.clear();
        self.packed.clear();
        pack::list_header(1, 0, &mut self.packed);
        let bytes = self.data.get(..length).filter(|bytes| bytes.len() <= limit::EXPRESSION);
        self.packed.extend_from_slice(bytes.ok_or(refused("an expression is longer than 1 MiB"))?);
        tape::from_particle(particle::LIST, &self.packed, 0, NONE, Collections::Walked, &mut self.tape)
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
    fn a_digest_is_that_of_the_set_and_the_key() {
        let mut codec = codec(b"set");
        codec.command[BLOCK_SLOTS + 1] = Slot::new(tag::STRING, NONE, 0, 3);
        codec.command[BLOCK_SLOTS + 2] = Slot::int(NONE, -7);
        assert_eq!(codec.digest(3), Ok(limit::DIGEST));
        assert_eq!(codec.packed, key::digest(b"set", &UserKey::Int(-7)));
        for (kind, expected) in [
            (tag::STRING, key::digest(b"set", &UserKey::String(b"et"))),
            (tag::BLOB, key::digest(b"set", &UserKey::Blob(b"et"))),
        ] {
            codec.command[BLOCK_SLOTS + 2] = Slot::new(kind, NONE, 1, 2);
            assert_eq!(codec.digest(3), Ok(limit::DIGEST));
            assert_eq!(codec.packed, expected);
        }
        codec.command[BLOCK_SLOTS + 2] = Slot::new(tag::BLOB, NONE, 1, 3);
        assert!(codec.digest(3).is_err());
        codec.command[BLOCK_SLOTS + 2] = Slot::new(tag::LIST, NONE, 0, 0);
        assert!(codec.digest(3).is_err());
        assert!(codec.digest(2).is_err());
    }

    #[test]
    fn only_one_whole_element_is_unpacked() {
        let mut codec = codec(&[0x92, 82, 0xa2, b'a', b'b', 0]);
        for length in [0, 1, 2, 3, 4, 6, 99] {
            assert!(codec.unpack(length).is_err(), "{length}");
        }
    }
}
