//! The names of namespaces, sets and bins, each once: a name is an id from then on, on both sides of the boundary.
//!
//! One id space for all three kinds, since a name that is a bin here may be a set there. Ids are handed out from 0 up
//! and never taken back. The memory is bounded by `limit::NAMES` names of at most 255 bytes.

use crate::limits::limit;
use crate::proto::code;
use crate::{abi, Refused};

/// What a name is for: each kind has its own length limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    Namespace,
    Set,
    Bin,
}

/// A name from the network may be this long: what fits the one length byte that an op has for it.
const RECEIVED_MAX: usize = 255;

/// Received names get ids only in the first half of the room: however many different bins the servers have, the caller
/// can still write new ones. The others come in a NAME slot each time.
const RECEIVED: usize = limit::NAMES / 2;

/// Slots that a look-up of a received name tries before it gives up and leaves the name without an id. At a load of at
/// most one half, honest names never come near it; names made to collide cannot make a look-up slow.
const PROBES: usize = 64;

const SLOTS_AT_FIRST: usize = 128;

/// The interner. Looking up a known name allocates nothing.
pub struct Names {
    /// All bytes, one name after the other.
    text: Vec<u8>,
    /// Where each name ends in `text`; it starts where the one before ends.
    ends: Vec<u32>,
    /// Open addressing with linear probing: the hash in the high word, id + 1 in the low one, 0 = free.
    /// Its length is a power of two, at least twice the number of names.
    table: Vec<u64>,
    seed: u64,
    /// For each name, which one was received after it the last time: records have the same bins in the same order, so
    /// that most names need no hash.
    next: Vec<u32>,
    /// What was received last.
    last: u32,
}

impl Default for Names {
    fn default() -> Self {
        Names::new(0)
    }
}

impl Names {
    /// The seed keeps a peer from choosing names that collide.
    pub fn new(seed: u64) -> Self {
        Names { text: Vec::new(), ends: Vec::new(), table: vec![0; SLOTS_AT_FIRST], seed, next: Vec::new(), last: 0 }
    }

    /// The id of a name that the caller gave, new or known.
    pub fn intern(&mut self, kind: NameKind, bytes: &[u8]) -> Result<u32, Refused> {
        check(kind, bytes)?;
        let hash = hash(self.seed, bytes);
        match self.find(hash, bytes, usize::MAX) {
            Found::Id(id) => Ok(id),
            _ if self.ends.len() >= limit::NAMES => Err(Refused {
                code: code::NAMES_FULL,
                reason: "too many different namespace, set and bin names (262144)",
                slot: None,
            }),
            _ => Ok(self.insert(hash, bytes)),
        }
    }

    /// The id of a name that a server sent, or `abi::NONE` if it cannot have one: too long, or one too many.
    #[inline]
    pub fn intern_received(&mut self, bytes: &[u8]) -> u32 {
        if let Some(&guess) = self.next.get(self.last as usize) {
            if self.get(guess) == bytes {
                self.last = guess;
                return guess;
            }
        }
        self.look_up_received(bytes)
    }

    #[inline(never)]
    fn look_up_received(&mut self, bytes: &[u8]) -> u32 {
        let hash = hash(self.seed, bytes);
        let id = match self.find(hash, bytes, PROBES) {
            Found::Id(id) => id,
            Found::Free if bytes.len() <= RECEIVED_MAX && self.ends.len() < RECEIVED => self.insert(hash, bytes),
            _ => return abi::NONE,
        };
        if let Some(next) = self.next.get_mut(self.last as usize) {
            *next = id;
        }
        self.last = id;
        id
    }

    /// The bytes of a name; nothing for an id that was never given.
    #[inline]
    pub fn get(&self, id: u32) -> &[u8] {
        let id = id as usize;
        let Some(&end) = self.ends.get(id) else { return &[] };
        let start = if id == 0 { 0 } else { self.ends[id - 1] };
        &self.text[start as usize..end as usize]
    }

    /// How many names there are: ids below this exist.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    #[inline]
    fn find(&self, hash: u32, bytes: &[u8], probes: usize) -> Found {
        let mask = self.table.len() - 1;
        let mut at = hash as usize & mask;
        for _ in 0..probes {
            let entry = self.table[at];
            if entry == 0 {
                return Found::Free;
            }
            let id = entry as u32 - 1;
            if (entry >> 32) as u32 == hash && self.get(id) == bytes {
                return Found::Id(id);
            }
            at = (at + 1) & mask;
        }
        Found::GaveUp
    }

    fn insert(&mut self, hash: u32, bytes: &[u8]) -> u32 {
        let id = self.ends.len() as u32;
        self.text.extend_from_slice(bytes);
        self.ends.push(self.text.len() as u32);
        self.next.push(id);
        if self.ends.len() * 2 > self.table.len() {
            self.grow();
        }
        place(&mut self.table, u64::from(hash) << 32 | u64::from(id + 1));
        id
    }

    fn grow(&mut self) {
        let mut table = vec![0; self.table.len() * 2];
        for &entry in self.table.iter().filter(|&&entry| entry != 0) {
            place(&mut table, entry);
        }
        self.table = table;
    }
}

enum Found {
    Id(u32),
    Free,
    GaveUp,
}

fn place(table: &mut [u64], entry: u64) {
    let mask = table.len() - 1;
    let mut at = (entry >> 32) as usize & mask;
    while table[at] != 0 {
        at = (at + 1) & mask;
    }
    table[at] = entry;
}

fn check(kind: NameKind, bytes: &[u8]) -> Result<(), Refused> {
    let (max, code, reason) = match kind {
        NameKind::Namespace => (limit::NAMESPACE, code::INVALID_ARGUMENT, "a namespace name has 1 to 31 bytes"),
        NameKind::Set => (limit::SET, code::INVALID_ARGUMENT, "a set name has 1 to 63 bytes"),
        NameKind::Bin => (limit::BIN, code::BIN_NAME, "a bin name has 1 to 15 bytes"),
    };
    if bytes.is_empty() || bytes.len() > max {
        return Err(Refused { code, reason, slot: None });
    }
    Ok(())
}

/// Multiply and fold, 16 bytes a round, as wyhash does. Bin names have at most 15 bytes: one round.
#[inline]
fn hash(seed: u64, bytes: &[u8]) -> u32 {
    const A: u64 = 0xa076_1d64_78bd_642f;
    const B: u64 = 0xe703_7ed1_a0b4_28db;
    let mut state = seed ^ A;
    let mut rest = bytes;
    while rest.len() > 16 {
        state = fold(word(&rest[..8]) ^ B, word(&rest[8..16]) ^ state);
        rest = &rest[16..];
    }
    let (low, high) = match rest.len() {
        8..=16 => (word(&rest[..8]), word(&rest[rest.len() - 8..])),
        _ => (short(rest), 0),
    };
    let mixed = fold(low ^ B, high ^ state);
    let mixed = fold(mixed ^ A, bytes.len() as u64 ^ B ^ seed);
    (mixed ^ mixed >> 32) as u32
}

/// The halves of both, crosswise: WebAssembly has no product of 128 bits.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let half = |word: u64| u64::from(word as u32);
    (half(a) * half(b >> 32)) ^ (half(a >> 32) * half(b)).rotate_right(32)
}

#[inline]
fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(bytes);
    u64::from_le_bytes(word)
}

/// Fewer than 8 bytes as one word.
#[inline]
fn short(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::new(7)
    }

    #[test]
    fn a_name_keeps_its_id_whatever_it_is_used_for() {
        let mut names = names();
        let id = names.intern(NameKind::Namespace, b"test").unwrap();
        assert_eq!(names.intern(NameKind::Bin, b"test"), Ok(id));
        assert_eq!(names.intern_received(b"test"), id);
        assert_eq!(names.get(id), b"test");
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn names_are_known_in_whatever_order_they_come() {
        let mut names = names();
        let text = |n: u32| format!("bin{n}").into_bytes();
        for n in 0..9 {
            names.intern(NameKind::Bin, &text(n)).unwrap();
        }
        for n in [0, 1, 2, 0, 1, 2, 0, 2, 1, 0, 0, 8, 0, 8, 7, 7, 7, 8, 3, 8, 3] {
            assert_eq!(names.intern_received(&text(n)), n);
            assert_eq!(names.intern_received(&[b'x'; 256]), abi::NONE);
        }
        assert_eq!(names.len(), 9);
    }

    #[test]
    fn limits_of_names_are_stated_in_the_refusal() {
        let mut names = names();
        for (kind, max, code) in [
            (NameKind::Namespace, 31, code::INVALID_ARGUMENT),
            (NameKind::Set, 63, code::INVALID_ARGUMENT),
            (NameKind::Bin, 15, code::BIN_NAME),
        ] {
            assert!(names.intern(kind, &vec![b'x'; max]).is_ok());
            let refused = names.intern(kind, &vec![b'x'; max + 1]).unwrap_err();
            assert_eq!(refused.code, code);
            assert!(refused.reason.contains(&max.to_string()), "{}", refused.reason);
            assert!(names.intern(kind, b"").is_err());
        }
    }

    #[test]
    fn a_received_name_may_be_as_long_as_its_length_byte_says() {
        let mut names = names();
        assert_ne!(names.intern_received(&[b'x'; 255]), abi::NONE);
        assert_eq!(names.intern_received(&[b'x'; 256]), abi::NONE);
        assert_eq!(names.get(names.len() as u32), b"");
        let empty = names.intern_received(b"");
        assert_ne!(empty, abi::NONE);
        assert_eq!(names.get(empty), b"");
    }

    #[test]
    fn received_names_leave_room_for_those_of_the_caller() {
        let mut names = names();
        for n in 0..RECEIVED {
            assert_eq!(names.intern_received(format!("b{n}").as_bytes()), n as u32);
        }
        assert_eq!(names.intern_received(b"another"), abi::NONE);
        assert_eq!(names.intern(NameKind::Bin, b"another"), Ok(RECEIVED as u32));
        assert_eq!(names.intern_received(b"another"), RECEIVED as u32);
        assert_eq!(names.get(100_000), b"b100000");
    }

    #[test]
    fn beyond_the_limit_new_names_are_refused_and_known_ones_still_found() {
        let mut names = names();
        for n in 0..limit::NAMES {
            assert_eq!(names.intern(NameKind::Bin, format!("b{n}").as_bytes()), Ok(n as u32));
        }
        assert_eq!(names.intern(NameKind::Bin, b"another").unwrap_err().code, code::NAMES_FULL);
        assert_eq!(names.intern_received(b"another"), abi::NONE);
        assert_eq!(names.intern(NameKind::Bin, b"b17"), Ok(17));
        assert_eq!(names.intern_received(b"b200000"), 200_000);
    }
}
