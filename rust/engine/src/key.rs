//! From a user key to the digest that is the record's identity, and from the digest to its partition.
//!
//! The namespace is not part of the digest.

use crate::limits::limit;
use crate::proto::particle;
use ripemd::{Digest as _, Ripemd160};

/// What a caller names a record with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserKey<'a> {
    /// The digest itself, when the user key is not known.
    Digest([u8; 20]),
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
pub fn digest(set: &[u8], key: &UserKey) -> [u8; 20] {
    match *key {
        UserKey::Digest(digest) => digest,
        UserKey::Int(int) => hash(set, particle::INTEGER, &int.to_be_bytes()),
        UserKey::String(bytes) => hash(set, particle::STRING, bytes),
        UserKey::Blob(bytes) => hash(set, particle::BLOB, bytes),
    }
}

/// The partition of a digest: its first 12 bits, the first byte being the low one.
pub fn partition(digest: &[u8; 20]) -> u16 {
    u16::from_le_bytes([digest[0], digest[1]]) & (limit::PARTITIONS as u16 - 1)
}

fn hash(set: &[u8], particle_type: u8, bytes: &[u8]) -> [u8; 20] {
    let mut hasher = Ripemd160::new();
    hasher.update(set);
    hasher.update([particle_type]);
    hasher.update(bytes);
    hasher.finalize().into()
}
