//! Cursors: the partitions that a query has not finished, and for each the record behind which to go on, as few bytes as
//! can say it. A cursor of every partition of a scan has some 75 KB, nearly all of it digests, which nothing makes smaller.
//!
//! ```text
//!  version │ by index │ runs of partitions │ digests │ 4 bits each │ bvals │ checksum
//! ```
//!
//! A run is a varint: how many partitions, and in its two lowest bits whether they are finished, not begun or marked. Of a
//! digest, the 12 bits that are its partition are left out: 18 bytes stand together, and the 4 bits left over behind
//! them, two to a byte. A bval, of queries by an index only, is what it is more than the one before.

use super::query::Mark;
use crate::limits::limit;
use crate::sort::sort_by;

const VERSION: u8 = 2;
const CHECKSUM: usize = 4;
/// Bytes of a digest that have no bits of its partition.
const TAIL: usize = limit::DIGEST - 2;

/// What is known of a partition.
mod state {
    pub const FINISHED: u64 = 0;
    pub const FRESH: u64 = 1;
    pub const MARKED: u64 = 2;
}

/// Partitions that are to be read, and where to begin in each.
pub type Wanted = Vec<(u16, Option<Mark>)>;

/// A cursor for these partitions, none of them twice.
pub fn write(partitions: impl Iterator<Item = (u16, Option<Mark>)>, by_index: bool) -> Vec<u8> {
    let mut wanted: Wanted = partitions.collect();
    sort_by(&mut wanted, |(a, _), (b, _)| a.cmp(b));
    let mut states = [state::FINISHED; limit::PARTITIONS];
    for (id, mark) in &wanted {
        states[*id as usize] = if mark.is_some() { state::MARKED } else { state::FRESH };
    }
    let mut out = vec![VERSION, u8::from(by_index)];
    for run in states.chunk_by(|a, b| a == b) {
        varint((run.len() as u64) << 2 | run[0], &mut out);
    }
    let marks: Vec<Mark> = wanted.iter().filter_map(|(_, mark)| *mark).collect();
    marks.iter().for_each(|mark| out.extend_from_slice(&mark.digest[2..]));
    let high = |mark: &Mark| mark.digest[1] >> 4;
    out.extend(marks.chunks(2).map(|two| high(&two[0]) | two.get(1).map_or(0, high) << 4));
    if by_index {
        let mut before = 0;
        for mark in &marks {
            let more = mark.bval.wrapping_sub(before) as i64;
            varint((more << 1 ^ more >> 63) as u64, &mut out);
            before = mark.bval;
        }
    }
    let sum = checksum(&out);
    out.extend_from_slice(&sum.to_le_bytes());
    out
}

/// The partitions of a cursor; nothing if it is none of this kind of query, or damaged.
pub fn read(bytes: &[u8], by_index: bool) -> Option<Wanted> {
    let (bytes, sum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
    if sum != checksum(bytes).to_le_bytes() {
        return None;
    }
    let mut rest = bytes.strip_prefix(&[VERSION, u8::from(by_index)])?;
    let mut wanted: Wanted = Vec::new();
    let mut marked = Vec::new();
    let mut id = 0;
    while id < limit::PARTITIONS {
        let run = take_varint(&mut rest)?;
        let end = id.checked_add((run >> 2) as usize).filter(|&end| end > id && end <= limit::PARTITIONS)?;
        for partition in id..end {
            match run & 3 {
                state::FINISHED => continue,
                state::FRESH => {}
                state::MARKED => marked.push(wanted.len()),
                _ => return None,
            }
            wanted.push((partition as u16, None));
        }
        id = end;
    }
    let (tails, nibbles) = rest.split_at_checked(marked.len() * TAIL)?;
    let (nibbles, mut bvals) = nibbles.split_at_checked(marked.len().div_ceil(2))?;
    let mut bval = 0u64;
    for (n, (&at, tail)) in marked.iter().zip(tails.chunks(TAIL)).enumerate() {
        let (id, mark) = &mut wanted[at];
        let [low, high] = id.to_le_bytes();
        let mut digest = [0; limit::DIGEST];
        digest[0] = low;
        digest[1] = high | (nibbles[n / 2] >> (n % 2 * 4) & 0xF) << 4;
        digest[2..].copy_from_slice(tail);
        if by_index {
            let more = take_varint(&mut bvals)?;
            bval = bval.wrapping_add(more >> 1 ^ (more & 1).wrapping_neg());
        }
        *mark = Some(Mark { digest, bval });
    }
    (bvals.is_empty() && !wanted.is_empty()).then_some(wanted)
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// FNV-1a: enough to notice what happens to text that is kept. Whoever forges a cursor only fools themselves.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811C_9DC5, |sum, &byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key;

    /// A mark in a partition, told by a number.
    fn mark(id: u16, number: u64) -> Option<Mark> {
        let mut digest = [0; 20];
        let mut word = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        for byte in &mut digest {
            word = word.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            *byte = (word >> 56) as u8;
        }
        digest[0] = id as u8;
        digest[1] = digest[1] & 0xF0 | (id >> 8) as u8;
        assert_eq!(key::partition(&digest), id);
        Some(Mark { digest, bval: 0 })
    }

    fn with_bval(id: u16, bval: u64) -> (u16, Option<Mark>) {
        (id, mark(id, bval).map(|mark| Mark { bval, ..mark }))
    }

    fn comes_back(wanted: Wanted, by_index: bool) -> usize {
        let bytes = write(wanted.iter().copied(), by_index);
        assert_eq!(read(&bytes, by_index), Some(wanted));
        assert_eq!(read(&bytes, !by_index), None);
        bytes.len()
    }

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        comes_back(vec![(0, None)], false);
        comes_back(vec![(4095, mark(4095, 7))], false);
        comes_back(vec![(3, None), (0x234, mark(0x234, 1)), (4095, None)], false);
        comes_back((0..4096).map(|id| (id, None)).collect(), true);
        comes_back((0..4096).filter(|id| id % 3 != 0).map(|id| (id, mark(id, id.into()))).collect(), false);
        let bvals = [0, u64::MAX, 1, 1 << 63, (1 << 63) - 1, u64::MAX - 3, 5, 5];
        comes_back(bvals.iter().enumerate().map(|(n, &bval)| with_bval(n as u16 * 500, bval)).collect(), true);
    }

    #[test]
    fn it_is_small() {
        assert_eq!(comes_back((0..4096).map(|id| (id, None)).collect(), false), 9);
        let all = comes_back((0..4096).map(|id| (id, mark(id, id.into()))).collect(), false);
        assert_eq!(all, 9 + 4096 * 37 / 2);
        let numbers = comes_back((0..4096).map(|id| with_bval(id, 1000 + u64::from(id % 60))).collect(), true);
        assert!(numbers < all + 4096 * 2);
        let every_other = comes_back((0..2048).map(|id| (id * 2, None)).collect(), false);
        assert!(every_other < 4200);
    }

    #[test]
    fn a_cursor_that_was_changed_is_refused() {
        let wanted = [(3, None), (4, None), with_bval(700, 1 << 40), with_bval(2000, 9), (4000, None)];
        let bytes = write(wanted.into_iter(), true);
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end], true), None, "{end}");
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                assert_eq!(read(&changed, true), None, "byte {at} bit {bit}");
            }
        }
        assert_eq!(read(&[&bytes[..], &[0]].concat(), true), None);
    }

    #[test]
    fn what_cannot_be_is_refused_though_its_sum_is_right() {
        let summed = |bytes: &[u8]| [bytes, &checksum(bytes).to_le_bytes()].concat();
        let run = |count: u64, state: u64| {
            let mut out = Vec::new();
            varint(count << 2 | state, &mut out);
            out
        };
        let refused = |parts: &[&[u8]]| assert_eq!(read(&summed(&parts.concat()), false), None);
        refused(&[&[1, 0], &run(4096, state::FRESH)]);
        refused(&[&[2, 2], &run(4096, state::FRESH)]);
        refused(&[&[2, 0], &run(4097, state::FRESH)]);
        refused(&[&[2, 0], &run(u64::MAX >> 2, state::FRESH)]);
        refused(&[&[2, 0], &run(4095, state::FRESH)]);
        refused(&[&[2, 0], &run(0, state::FRESH), &run(4096, state::FRESH)]);
        refused(&[&[2, 0], &run(4096, 3)]);
        refused(&[&[2, 0], &run(4096, state::FINISHED)]);
        refused(&[&[2, 0], &run(4096, state::MARKED)]);
        refused(&[&[2, 0], &run(4096, state::FRESH), &[0]]);
        refused(&[&[2, 0], &[0xFF; 12]]);
        assert!(read(&summed(&[&[2, 0][..], &run(4096, state::FRESH)].concat()), false).is_some());
    }
}
