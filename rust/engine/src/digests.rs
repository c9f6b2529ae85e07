//! Digests of several keys at once: RIPEMD-160 of four short messages, each in a lane of its own. Batches are hashed so; a key
//! alone, and one too long for a single block, goes through [`key::digest`].
//!
//! The rounds, shifts and constants are those of the function's definition (Dobbertin, Bosselaers, Preneel, 1996).

use crate::key::{self, Digest, UserKey};
use lanes::Lanes;

/// As many as a vector of WebAssembly holds.
const LANES: usize = 4;
/// Of a block, beside the padding's first byte and the length.
const SHORT: usize = 64 - 1 - 8;

/// A number of each lane.
#[cfg(target_arch = "wasm32")]
mod lanes {
    use core::arch::wasm32::*;

    #[derive(Clone, Copy)]
    pub struct Lanes(v128);

    impl Lanes {
        pub fn all(value: u32) -> Lanes {
            Lanes(u32x4_splat(value))
        }

        pub fn of([a, b, c, d]: [u32; 4]) -> Lanes {
            Lanes(u32x4(a, b, c, d))
        }

        pub fn each(self) -> [u32; 4] {
            let all = self.0;
            [u32x4_extract_lane::<0>, u32x4_extract_lane::<1>, u32x4_extract_lane::<2>, u32x4_extract_lane::<3>]
                .map(|lane| lane(all))
        }

        pub fn plus(self, other: Lanes) -> Lanes {
            Lanes(u32x4_add(self.0, other.0))
        }

        pub fn rotated(self, by: u32) -> Lanes {
            Lanes(v128_or(u32x4_shl(self.0, by), u32x4_shr(self.0, 32 - by)))
        }

        pub fn and(self, other: Lanes) -> Lanes {
            Lanes(v128_and(self.0, other.0))
        }

        pub fn or(self, other: Lanes) -> Lanes {
            Lanes(v128_or(self.0, other.0))
        }

        pub fn xor(self, other: Lanes) -> Lanes {
            Lanes(v128_xor(self.0, other.0))
        }

        pub fn not(self) -> Lanes {
            Lanes(v128_not(self.0))
        }
    }
}

/// The same where the compiler has to find the vectors by itself.
#[cfg(not(target_arch = "wasm32"))]
mod lanes {
    use super::LANES;

    #[derive(Clone, Copy)]
    pub struct Lanes([u32; LANES]);

    impl Lanes {
        pub fn all(value: u32) -> Lanes {
            Lanes([value; LANES])
        }

        pub fn of(values: [u32; LANES]) -> Lanes {
            Lanes(values)
        }

        pub fn each(self) -> [u32; LANES] {
            self.0
        }

        fn with(self, other: Lanes, of: impl Fn(u32, u32) -> u32) -> Lanes {
            Lanes(std::array::from_fn(|lane| of(self.0[lane], other.0[lane])))
        }

        pub fn plus(self, other: Lanes) -> Lanes {
            self.with(other, u32::wrapping_add)
        }

        pub fn rotated(self, by: u32) -> Lanes {
            self.with(self, |lane, _| lane.rotate_left(by))
        }

        pub fn and(self, other: Lanes) -> Lanes {
            self.with(other, |one, other| one & other)
        }

        pub fn or(self, other: Lanes) -> Lanes {
            self.with(other, |one, other| one | other)
        }

        pub fn xor(self, other: Lanes) -> Lanes {
            self.with(other, |one, other| one ^ other)
        }

        pub fn not(self) -> Lanes {
            self.with(self, |lane, _| !lane)
        }
    }
}

/// Which word of the message each step takes, of the left line and of the right.
const WORDS: [[[u8; 16]; 2]; 5] = [
    [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12]],
    [[7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8], [6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2]],
    [[3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12], [15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13]],
    [[1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2], [8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14]],
    [[4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13], [12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11]],
];

/// How far each step rotates, of the left line and of the right.
const SHIFTS: [[[u8; 16]; 2]; 5] = [
    [
        [11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8],
        [8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6],
    ],
    [
        [7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12],
        [9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11],
    ],
    [
        [11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5],
        [9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5],
    ],
    [
        [11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12],
        [15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8],
    ],
    [
        [9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6],
        [8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11],
    ],
];

/// What each round adds, of the left line and of the right.
const ADDED: [[u32; 2]; 5] = [
    [0, 0x50A2_8BE6],
    [0x5A82_7999, 0x5C4D_D124],
    [0x6ED9_EBA1, 0x6D70_3EF3],
    [0x8F1B_BCDC, 0x7A6D_76E9],
    [0xA953_FD4E, 0],
];

const START: [u32; 5] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];

type Line = [Lanes; 5];

/// One step of one line: the function `F` of the definition, which counts them from 0.
#[inline(always)]
fn step<const F: usize>([a, b, c, d, e]: Line, word: Lanes, added: u32, shift: u8) -> Line {
    let mixed = match F {
        0 => b.xor(c).xor(d),
        1 => b.and(c.xor(d)).xor(d),
        2 => b.or(c.not()).xor(d),
        3 => d.and(b.xor(c)).xor(c),
        _ => b.xor(c.or(d.not())),
    };
    let sum = a.plus(mixed).plus(word).plus(Lanes::all(added));
    [e, sum.rotated(shift.into()).plus(e), b, c.rotated(10), d]
}

#[inline(always)]
fn round<const LEFT: usize, const RIGHT: usize>(
    block: &[Lanes; 16],
    (mut left, mut right): (Line, Line),
) -> (Line, Line) {
    // Written out, so that every place, shift and addend is a constant of its instruction.
    macro_rules! steps {
        ($($at:literal)*) => {$(
            let [l, r] = WORDS[LEFT].map(|words| block[usize::from(words[$at]) & 15]);
            left = step::<LEFT>(left, l, ADDED[LEFT][0], SHIFTS[LEFT][0][$at]);
            right = step::<RIGHT>(right, r, ADDED[LEFT][1], SHIFTS[LEFT][1][$at]);
        )*};
    }
    steps!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    (left, right)
}

fn compressed(block: &[Lanes; 16]) -> Line {
    let start = START.map(Lanes::all);
    let lines = round::<0, 4>(block, (start, start));
    let lines = round::<1, 3>(block, lines);
    let lines = round::<2, 2>(block, lines);
    let lines = round::<3, 1>(block, lines);
    let (left, right) = round::<4, 0>(block, lines);
    std::array::from_fn(|at| start[(at + 1) % 5].plus(left[(at + 2) % 5]).plus(right[(at + 3) % 5]))
}

/// Keys of one set that wait for each other. What `done` is given are the numbers that they were added with, and digests.
pub struct Digests<'a> {
    set: &'a [u8],
    /// The words of the messages, of each those of all lanes.
    block: [[u32; LANES]; 16],
    numbers: [u32; LANES],
    count: usize,
}

impl<'a> Digests<'a> {
    pub fn new(set: &'a [u8]) -> Digests<'a> {
        Digests { set, block: [[0; LANES]; 16], numbers: [0; LANES], count: 0 }
    }

    pub fn add(&mut self, number: u32, user_key: &UserKey, mut done: impl FnMut(u32, Digest)) {
        let int;
        let bytes = match *user_key {
            UserKey::Digest(digest) => return done(number, digest),
            UserKey::Int(value) => {
                int = value.to_be_bytes();
                &int
            }
            UserKey::String(bytes) | UserKey::Blob(bytes) => bytes,
        };
        let length = self.set.len() + 1 + bytes.len();
        if length > SHORT {
            return done(number, key::digest(self.set, user_key));
        }
        let mut message = [0; 64];
        message[..self.set.len()].copy_from_slice(self.set);
        message[self.set.len()] = user_key.particle_type().unwrap_or_default();
        message[self.set.len() + 1..length].copy_from_slice(bytes);
        message[length] = 0x80;
        message[56..60].copy_from_slice(&(8 * length as u32).to_le_bytes());
        for (lanes, word) in self.block.iter_mut().zip(message.as_chunks().0) {
            lanes[self.count] = u32::from_le_bytes(*word);
        }
        self.numbers[self.count] = number;
        self.count += 1;
        if self.count == LANES {
            self.finish(done);
        }
    }

    /// Those that still wait.
    pub fn finish(&mut self, mut done: impl FnMut(u32, Digest)) {
        if self.count == 0 {
            return;
        }
        let words = compressed(&self.block.map(Lanes::of)).map(Lanes::each);
        for (lane, &number) in self.numbers[..self.count].iter().enumerate() {
            let mut digest = Digest::default();
            for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(words) {
                *bytes = word[lane].to_le_bytes();
            }
            done(number, digest);
        }
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digests of so many keys, in the order of their numbers.
    fn digests(set: &[u8], keys: &[UserKey]) -> Vec<Digest> {
        let mut found = vec![None; keys.len()];
        let mut note = |number: u32, digest| assert_eq!(found[number as usize].replace(digest), None);
        let mut digests = Digests::new(set);
        for (number, key) in keys.iter().enumerate() {
            digests.add(number as u32, key, &mut note);
        }
        digests.finish(&mut note);
        digests.finish(&mut note);
        found.into_iter().map(Option::unwrap).collect()
    }

    #[test]
    fn keys_of_every_length_and_type_hash_as_they_do_alone() {
        let bytes: Vec<u8> = (0..100).map(|at| (at * 37) as u8).collect();
        for set in [&b""[..], b"s", b"a set with a long name, which leaves little for keys", &[b'x'; 63]] {
            let ints = [0, 1, -1, i64::MAX, i64::MIN, 0x0123_4567_89AB_CDEF].map(UserKey::Int);
            let texts = (0..bytes.len()).map(|length| UserKey::String(&bytes[..length]));
            let blobs = (0..bytes.len()).map(|length| UserKey::Blob(&bytes[length..]));
            let keys: Vec<UserKey> =
                ints.into_iter().chain(texts).chain([UserKey::Digest([9; 20])]).chain(blobs).collect();
            let alone: Vec<Digest> = keys.iter().map(|key| key::digest(set, key)).collect();
            assert_eq!(digests(set, &keys), alone);
        }
    }

    #[test]
    fn any_number_of_keys_is_hashed() {
        let keys: Vec<UserKey> = (0..9).map(UserKey::Int).collect();
        for count in 0..=keys.len() {
            let alone: Vec<Digest> = keys[..count].iter().map(|key| key::digest(b"set", key)).collect();
            assert_eq!(digests(b"set", &keys[..count]), alone);
        }
    }
}
