//! A run of bits inside of bytes, taken out and put back. Outside it begins at the first bit of the first byte; what the
//! last byte has beyond it is zero.

/// Where a run of bits lies, in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub offset: usize,
    pub size: usize,
}

/// The bits of a span, which lies within the bytes.
pub fn take(bytes: &[u8], span: Span) -> Vec<u8> {
    let (first, shift) = (span.offset / 8, span.offset % 8);
    let mut taken: Vec<u8> = (first..first + span.size.div_ceil(8))
        .map(|at| {
            let next = bytes.get(at + 1).copied().unwrap_or(0);
            (u16::from_be_bytes([bytes[at], next]) << shift).to_be_bytes()[0]
        })
        .collect();
    clear_rest(&mut taken, span.size);
    taken
}

/// Puts bits in the place of those of a span.
pub fn put(bytes: &mut [u8], span: Span, bits: &[u8]) {
    let shift = span.offset % 8;
    let first = span.offset / 8;
    let end = span.offset + span.size;
    for (at, byte) in bytes.iter_mut().enumerate().take(end.div_ceil(8)).skip(first) {
        let mut own = 0xFF;
        if at == first {
            own &= 0xFF >> shift;
        }
        if (at + 1) * 8 > end {
            own &= 0xFF << ((at + 1) * 8 - end);
        }
        let before = (at - first).checked_sub(1).and_then(|index| bits.get(index)).copied().unwrap_or(0);
        let here = bits.get(at - first).copied().unwrap_or(0);
        let new = (u16::from_be_bytes([before, here]) >> shift).to_be_bytes()[1];
        *byte = (*byte & !own) | (new & own);
    }
}

/// Moves all bits towards the first one; zeros follow.
pub fn shift_left(bits: &[u8], size: usize, places: usize) -> Vec<u8> {
    let mut shifted = match size.checked_sub(places) {
        Some(left @ 1..) => take(bits, Span { offset: places, size: left }),
        _ => Vec::new(),
    };
    shifted.resize(bits.len(), 0);
    shifted
}

/// Moves all bits towards the last one; zeros go before.
pub fn shift_right(bits: &[u8], size: usize, places: usize) -> Vec<u8> {
    let mut shifted = vec![0; bits.len()];
    if places < size {
        put(&mut shifted, Span { offset: places, size: size - places }, bits);
    }
    shifted
}

/// Index of the first or the last bit of this value.
pub fn find(bits: &[u8], size: usize, value: bool, from_end: bool) -> Option<usize> {
    let in_byte = |at: usize| {
        let mut matching = if value { bits[at] } else { !bits[at] };
        if (at + 1) * 8 > size {
            matching &= 0xFF << ((at + 1) * 8 - size);
        }
        let within = if from_end { 7 - matching.trailing_zeros().min(7) } else { matching.leading_zeros() };
        (matching != 0).then_some(at * 8 + within as usize)
    };
    let mut bytes = 0..size.div_ceil(8);
    if from_end {
        bytes.rev().find_map(in_byte)
    } else {
        bytes.find_map(in_byte)
    }
}

/// At most 64 bits as an integer.
pub fn to_int(bits: &[u8], size: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes[..bits.len()].copy_from_slice(bits);
    u64::from_be_bytes(bytes) >> (64 - size)
}

/// The lowest bits of an integer, at most 64.
pub fn from_int(int: u64, size: usize) -> Vec<u8> {
    (int << (64 - size)).to_be_bytes()[..size.div_ceil(8)].to_vec()
}

fn clear_rest(bits: &mut [u8], size: usize) {
    if let (Some(last), 1..) = (bits.last_mut(), size % 8) {
        *last &= 0xFF << (8 - size % 8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each bit for itself.
    fn bit(bytes: &[u8], at: usize) -> bool {
        bytes[at / 8] & (0x80 >> (at % 8)) != 0
    }

    #[test]
    fn every_span_is_taken_and_put_bit_by_bit() {
        let bytes = [0b1011_0010, 0b0110_1101, 0b1110_0001];
        for offset in 0..24 {
            for size in 1..=24 - offset {
                let span = Span { offset, size };
                let taken = take(&bytes, span);
                assert!((0..taken.len() * 8).all(|at| bit(&taken, at) == (at < size && bit(&bytes, offset + at))));
                let mut other = [0b0101_0101; 3];
                put(&mut other, span, &taken);
                for at in 0..24 {
                    let inside = (offset..offset + size).contains(&at);
                    assert_eq!(bit(&other, at), if inside { bit(&bytes, at) } else { at % 2 == 1 }, "{span:?} {at}");
                }
                for places in 0..=size + 1 {
                    let (left, right) = (shift_left(&taken, size, places), shift_right(&taken, size, places));
                    for at in 0..size {
                        assert_eq!(bit(&left, at), at + places < size && bit(&taken, at + places));
                        assert_eq!(bit(&right, at), at >= places && bit(&taken, at - places));
                    }
                }
                for value in [false, true] {
                    let found: Vec<usize> = (0..size).filter(|&at| bit(&taken, at) == value).collect();
                    assert_eq!(find(&taken, size, value, false), found.first().copied());
                    assert_eq!(find(&taken, size, value, true), found.last().copied());
                }
                assert_eq!(from_int(to_int(&taken, size), size), taken);
            }
        }
    }
}
