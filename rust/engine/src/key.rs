//! From a user key to the digest that is the record's identity, and from the digest to its partition.
//!
//! The namespace is not part of the digest.

use crate::limits::limit;
use crate::proto::particle;
use ripemd::{Digest as _, Ripemd160};

/// What a record is known by.
pub type Digest = [u8; limit::DIGEST];

/// What a caller names a record with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserKey<'a> {
    /// The digest itself, when the user key is not known.
    Digest(Digest),
    Int(i64),
    String(&'a [u8]),
    Blob(&'a [u8]),
}

impl UserKey<'_> {
    /// The particle type of the key, which is part of the digest and of a KEY field; none for a bare digest.
    pub fn particle_type(&self) -> Option<u8> {
        match self {
            UserKey::Digest(_) => None,
            UserKey::Int(_) => Some(particle::INTEGER),
            UserKey::String(_) => Some(particle::STRING),
            UserKey::Blob(_) => Some(particle::BLOB),
        }
    }
}

/// RIPEMD-160 of the set, the key's particle type and the key's bytes.
pub fn digest(set: &[u8], key: &UserKey) -> Digest {
    match *key {
        UserKey::Digest(digest) => digest,
        UserKey::Int(int) => hash(set, particle::INTEGER, &int.to_be_bytes()),
        UserKey::String(bytes) => hash(set, particle::STRING, bytes),
        UserKey::Blob(bytes) => hash(set, particle::BLOB, bytes),
    }
}

/// The partition of a digest: its first 12 bits, the first byte being the low one.
pub fn partition(digest: &Digest) -> u16 {
    u16::from_le_bytes([digest[0], digest[1]]) & (limit::PARTITIONS as u16 - 1)
}

fn hash(set: &[u8], particle_type: u8, bytes: &[u8]) -> Digest {
    let mut hasher = Ripemd160::new();
    hasher.update(set);
    hasher.update([particle_type]);
    hasher.update(bytes);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_hash_is_ripemd_160() {
        assert_eq!(hex(&Ripemd160::digest(b"")), "9c1185a5c5e9fc54612808977ee8f548b2258d31");
    }

    #[test]
    fn digests_are_those_of_other_clients() {
        for (key, expected) in [
            (UserKey::String(b"v_int0"), "c2423b04ee50b4f14ffc78378302ae1d79a11b28"),
            (UserKey::String(b"v_int1"), "eab5506f45fbdb34534a0600d0663b24d4d25ecc"),
            (UserKey::String(b"v_int_neg"), "4c14e570c976df445ca9f725cb9d1d9ba4c5491a"),
        ] {
            assert_eq!(hex(&digest(b"vec", &key)), expected);
        }
    }

    #[test]
    fn the_type_of_a_key_is_part_of_its_digest() {
        let string = digest(b"set", &UserKey::String(&1i64.to_be_bytes()));
        let blob = digest(b"set", &UserKey::Blob(&1i64.to_be_bytes()));
        let int = digest(b"set", &UserKey::Int(1));
        assert!(string != blob && blob != int && int != string);
    }

    #[test]
    fn a_digest_stands_for_itself() {
        assert_eq!(digest(b"any", &UserKey::Digest([7; 20])), [7; 20]);
    }

    #[test]
    fn the_partition_is_the_first_12_bits_low_byte_first() {
        let mut digest = [0xFF; 20];
        digest[..2].copy_from_slice(&[0x34, 0xA2]);
        assert_eq!(partition(&digest), 0x234);
        assert_eq!(partition(&[0xFF; 20]), 4095);
        assert_eq!(partition(&[0; 20]), 0);
    }
}
