//! A record and its bins.

use super::{Particle, SetId};
use crate::reply::Meta;
use aerospike_sansio::limits::limit;
use aerospike_sansio::proto::EPOCH_SECONDS;

pub type Digest = [u8; 20];

/// See [`Record::version`]. All zero: there is no record.
pub type Version = [u8; 7];

/// A bin's name: at most 15 bytes, none of them zero. Empty is allowed, as the server allows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BinName {
    length: u8,
    bytes: [u8; limit::BIN],
}

impl BinName {
    #[inline]
    pub fn new(name: &[u8]) -> Option<BinName> {
        if name.len() > limit::BIN || name.contains(&0) {
            return None;
        }
        let mut bytes = [0; limit::BIN];
        bytes[..name.len()].copy_from_slice(name);
        Some(BinName { length: name.len() as u8, bytes })
    }

    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length as usize]
    }
}

impl std::fmt::Debug for BinName {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(self.as_bytes()))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Bin {
    pub name: BinName,
    pub particle: Particle,
}

/// Bins in the order in which they were created.
pub type Bins = Vec<Bin>;

/// The bin of that name.
#[inline]
pub fn find<'a>(bins: &'a [Bin], name: &[u8]) -> Option<&'a Bin> {
    bins.iter().find(|bin| bin.name.as_bytes() == name)
}

/// Sets a bin, at the place it has or behind the others.
pub fn set(bins: &mut Bins, name: BinName, particle: Particle) {
    match bins.iter_mut().find(|bin| bin.name == name) {
        Some(bin) => bin.particle = particle,
        None => bins.push(Bin { name, particle }),
    }
}

pub fn remove(bins: &mut Bins, name: &[u8]) {
    bins.retain(|bin| bin.name.as_bytes() != name);
}

#[derive(Clone, Debug, Default)]
pub struct Record {
    /// 1 to 65535, then 1 again: 0 is never stored.
    pub generation: u16,
    /// Seconds since 2010, 0 = never expires.
    pub void_time: u32,
    /// Unix milliseconds.
    pub last_update_ms: u64,
    pub set: SetId,
    /// Deleted durably: nothing is left but this much, so that its generation goes on (Enterprise).
    pub tombstone: bool,
    /// Particle type and bytes of the user key, once a client has sent it.
    pub key: Option<Box<[u8]>>,
    pub bins: Bins,
}

impl Record {
    pub fn meta(&self) -> Meta {
        Meta { generation: self.generation, void_time: self.void_time, version: None }
    }

    /// What tells one state of a record from every other, to a transaction: the last update in milliseconds since 2010
    /// (40 bits) and the generation (16 bits), little-endian.
    pub fn version(&self) -> Version {
        let updated = self.last_update_ms.saturating_sub(EPOCH_SECONDS * 1000) & 0xFF_FFFF_FFFF;
        let [a, b, c, d, e, f, g, _] = (updated | u64::from(self.generation) << 40).to_le_bytes();
        [a, b, c, d, e, f, g]
    }

    /// What is left of the record when it is deleted durably.
    pub fn buried(&self, generation: u16, now_ms: u64) -> Record {
        let last_update_ms = self.last_update_ms.max(now_ms);
        Record { generation, last_update_ms, set: self.set, tombstone: true, ..Record::default() }
    }

    /// Bytes of memory that the record takes here, about.
    pub fn memory(&self) -> usize {
        /// What an allocation costs beside its content.
        const ALLOCATION: usize = 16;
        let own = size_of::<Digest>() + size_of::<Record>() + ALLOCATION;
        let key = self.key.as_ref().map_or(0, |key| key.len() + ALLOCATION);
        let bins = self.bins.iter().map(|bin| match &bin.particle {
            Particle::Bytes(_, bytes) => size_of::<Bin>() + bytes.len() + ALLOCATION,
            _ => size_of::<Bin>(),
        });
        own + key + bins.sum::<usize>()
    }

    /// Bytes that the record takes on the real server's storage, before it is rounded up to blocks of 16: header 35,
    /// void time 4, set and key with their lengths, and for a bin its name, its type and its value.
    pub fn flat_size(&self, set_name: &[u8]) -> usize {
        let mut size = 35;
        if self.void_time != 0 {
            size += 4;
        }
        if !set_name.is_empty() {
            size += 1 + set_name.len();
        }
        if let Some(key) = &self.key {
            size += uintvar_size(key.len()) + key.len();
        }
        size += uintvar_size(self.bins.len());
        size + self.bins.iter().map(|bin| 1 + bin.name.as_bytes().len() + bin.particle.flat_size()).sum::<usize>()
    }
}

/// The generation after this one. The highest is 65535, and 1023 where consistency is strong: the server keeps six of
/// the bits for the regime there.
pub fn next_generation(generation: u16, strong_consistency: bool) -> u16 {
    let last = if strong_consistency { 0x3FF } else { u16::MAX };
    if generation < last {
        generation + 1
    } else {
        1
    }
}

/// Bytes of a length in groups of seven bits.
fn uintvar_size(value: usize) -> usize {
    1 + value.checked_ilog2().map_or(0, |bits| bits as usize / 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_is_never_zero() {
        assert_eq!(next_generation(0, false), 1);
        assert_eq!(next_generation(65534, false), 65535);
        assert_eq!(next_generation(65535, false), 1);
        assert_eq!((next_generation(1022, true), next_generation(1023, true)), (1023, 1));
    }

    #[test]
    fn a_version_is_the_last_update_and_the_generation() {
        let record = Record { generation: 0x0102, last_update_ms: EPOCH_SECONDS * 1000 + 5, ..Record::default() };
        assert_eq!(record.version(), [5, 0, 0, 0, 0, 2, 1]);
        assert_eq!(Record::default().version(), [0; 7]);
    }

    #[test]
    fn a_name_has_at_most_15_bytes_and_no_zero() {
        assert_eq!(BinName::new(b"abcdefghijklmno").unwrap().as_bytes(), b"abcdefghijklmno");
        assert!(BinName::new(b"abcdefghijklmnop").is_none());
        assert!(BinName::new(b"a\0b").is_none());
        assert!(BinName::new(b"").is_some());
    }

    #[test]
    fn lengths_take_seven_bits_a_byte() {
        assert_eq!([0, 1, 127, 128, 16383, 16384].map(uintvar_size), [1, 1, 1, 2, 2, 3]);
    }
}
