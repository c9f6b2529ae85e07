//! The sketch itself: registers, and what is estimated from them.
//!
//! A HyperLogLog with optional min-hash bits in each register (HyperMinHash: Yu and Weber, arXiv 1710.08436). Counts are
//! estimated as by Ertl, arXiv 1702.01284, algorithm 6. As bytes: flags (0), index bits, min-hash bits, the last count
//! (8 bytes, little-endian, 0 = none), then the registers, packed bit by bit. All as the server's `particle_hll.c`.

use super::murmur;

/// Bits of a register for the position of the first one bit of a hash.
const RANK_BITS: u32 = 6;
const RANK_MAX: usize = 1 << RANK_BITS;
const HEADER: usize = 11;

#[derive(Clone, Debug, PartialEq)]
pub struct Sketch {
    pub index_bits: u8,
    pub minhash_bits: u8,
    /// The last count that was asked to be kept, 0 = none since.
    pub count: u64,
    registers: Vec<u8>,
}

pub fn is_index_bits(bits: i64) -> bool {
    (4..=16).contains(&bits)
}

pub fn is_minhash_bits(bits: i64) -> bool {
    bits == 0 || (4..=51).contains(&bits)
}

/// A hash takes both parts from one word.
pub fn fit_together(index_bits: u8, minhash_bits: u8) -> bool {
    index_bits + minhash_bits <= 64
}

impl Sketch {
    pub fn new(index_bits: u8, minhash_bits: u8) -> Sketch {
        let registers = vec![0; registers_length(index_bits, minhash_bits)];
        Sketch { index_bits, minhash_bits, count: 0, registers }
    }

    pub fn parse(bytes: &[u8]) -> Option<Sketch> {
        let (&[flags, index_bits, minhash_bits], rest) = bytes.split_first_chunk::<3>()?;
        let (count, registers) = rest.split_first_chunk::<8>()?;
        let is_known = flags == 0 && is_index_bits(index_bits.into()) && is_minhash_bits(minhash_bits.into());
        if !is_known || registers.len() != registers_length(index_bits, minhash_bits) {
            return None;
        }
        Some(Sketch { index_bits, minhash_bits, count: u64::from_le_bytes(*count), registers: registers.to_vec() })
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.registers.len());
        bytes.extend_from_slice(&[0, self.index_bits, self.minhash_bits]);
        bytes.extend_from_slice(&self.count.to_le_bytes());
        bytes.extend_from_slice(&self.registers);
        bytes
    }

    /// Adds a packed element. True if that changed a register.
    pub fn add(&mut self, packed: &[u8]) -> bool {
        let (register, value) = self.place(packed);
        let is_new = self.get(register) < value;
        if is_new {
            self.set(register, value);
            self.count = 0;
        }
        is_new
    }

    /// False only if the packed element was never added.
    pub fn may_contain(&self, packed: &[u8]) -> bool {
        let (register, value) = self.place(packed);
        value <= self.get(register)
    }

    /// The register that an element belongs to, and what it would hold.
    fn place(&self, packed: &[u8]) -> (usize, u64) {
        let [first, second] = murmur::hash(packed);
        let minhash = (first >> self.index_bits) & low_bits(self.minhash_bits.into());
        let rank = u64::from(second.trailing_zeros()) + 1;
        (first as usize & (self.len() - 1), rank << self.minhash_bits | minhash)
    }

    // ── Several together ────────────────────────────────────────────────────────────────────────────────────────────

    /// An empty sketch with the fewest index bits of all, and with their min-hash bits if those are the same.
    fn common(sketches: &[&Sketch]) -> Sketch {
        let index_bits = sketches.iter().map(|sketch| sketch.index_bits).min().unwrap_or(4);
        let minhash_bits = sketches.first().map_or(0, |first| first.minhash_bits);
        let same = sketches.iter().all(|sketch| sketch.minhash_bits == minhash_bits);
        Sketch::new(index_bits, if same { minhash_bits } else { 0 })
    }

    pub fn union(sketches: &[&Sketch]) -> Sketch {
        let mut union = Sketch::common(sketches);
        sketches.iter().for_each(|sketch| union.merge(sketch));
        union
    }

    /// Takes over the registers of one that has at least as many.
    pub fn merge(&mut self, other: &Sketch) {
        let drop = if self.minhash_bits == 0 { other.minhash_bits } else { 0 };
        for register in 0..other.len() {
            let (own, value) = (register & (self.len() - 1), other.get(register) >> drop);
            if self.get(own) < value {
                self.set(own, value);
            }
        }
    }

    /// Keeps only the registers that the other one has as well.
    fn keep_equal(&mut self, other: &Sketch) {
        for register in 0..other.len() {
            let own = register & (self.len() - 1);
            if self.get(own) != other.get(register) {
                self.set(own, 0);
            }
        }
    }

    pub fn intersect_count(sketches: &[&Sketch]) -> u64 {
        if Sketch::common(sketches).minhash_bits == 0 {
            return intersect_count_by_counts(sketches);
        }
        let similarity = Sketch::similarity(sketches);
        if similarity.is_nan() {
            return 0;
        }
        (Sketch::union(sketches).cardinality() as f64 * similarity).round() as u64
    }

    /// Jaccard index. Of empty sketches it is not a number.
    pub fn similarity(sketches: &[&Sketch]) -> f64 {
        let common = Sketch::common(sketches);
        if common.minhash_bits == 0 {
            return similarity_by_counts(sketches);
        }
        match sketches.iter().filter(|sketch| sketch.has_data()).count() {
            0 => return f64::NAN,
            some if some < sketches.len() => return 0.0,
            _ => {}
        }
        let used_by_any = Sketch::union(sketches).used();
        let mut equal = common.clone();
        equal.merge(sketches[0]);
        sketches[1..].iter().for_each(|sketch| equal.keep_equal(sketch));
        let by_chance = match sketches {
            [a, b] => common.expected_collisions(a.cardinality() as f64, b.cardinality() as f64),
            _ => 0.0,
        };
        ((f64::from(equal.used()) - by_chance) / f64::from(used_by_any)).max(0.0)
    }

    /// How many registers of two sketches of different elements are likely to be equal.
    fn expected_collisions(&self, count_a: f64, count_b: f64) -> f64 {
        let registers = self.len() as f64;
        let mut sum = 0.0;
        for rank in 1..=RANK_MAX as i32 {
            let low = if rank == RANK_MAX as i32 { 0.0 } else { 2f64.powi(-rank) } / registers;
            let high = 2f64.powi(1 - rank) / registers;
            let has_rank = |count: f64| (1.0 - low).powf(count) - (1.0 - high).powf(count);
            sum += has_rank(count_a) * has_rank(count_b);
        }
        sum * registers / 2f64.powi(self.minhash_bits.into())
    }

    // ── Counting ────────────────────────────────────────────────────────────────────────────────────────────────────

    pub fn cardinality(&self) -> u64 {
        if self.count != 0 {
            return self.count;
        }
        let mut ranks = [0u32; RANK_MAX + 1];
        for register in 0..self.len() {
            ranks[(self.get(register) >> self.minhash_bits) as usize] += 1;
        }
        let registers = self.len() as f64;
        let mut z = registers * tau(f64::from(ranks[RANK_MAX]) / registers);
        for rank in (1..=RANK_MAX).rev() {
            z = 0.5 * (z + f64::from(ranks[rank]));
        }
        z += registers * sigma(f64::from(ranks[0]) / registers);
        (self.alpha() * registers * registers / z).round() as u64
    }

    fn alpha(&self) -> f64 {
        match self.index_bits {
            4 => 0.673,
            5 => 0.697,
            6 => 0.709,
            _ => 0.7213 / (1.0 + 1.079 / self.len() as f64),
        }
    }

    fn used(&self) -> u32 {
        (0..self.len()).filter(|&register| self.get(register) != 0).count() as u32
    }

    /// As the server looks for it: in the first bytes, one for each register, though registers here take more.
    fn has_data(&self) -> bool {
        self.registers[..self.len()].iter().any(|byte| *byte != 0)
    }

    // ── Registers ───────────────────────────────────────────────────────────────────────────────────────────────────

    fn len(&self) -> usize {
        1 << self.index_bits
    }

    /// Eight bytes that hold a register whole, and how many bits are behind it there.
    fn window(&self, register: usize) -> (usize, u32) {
        let bits = register_bits(self.minhash_bits);
        let at = register * bits as usize;
        let byte = (at / 8).min(self.registers.len() - 8);
        (byte, 64 - bits - (at - byte * 8) as u32)
    }

    fn get(&self, register: usize) -> u64 {
        let (byte, behind) = self.window(register);
        (self.word(byte) >> behind) & low_bits(register_bits(self.minhash_bits))
    }

    fn set(&mut self, register: usize, value: u64) {
        let (byte, behind) = self.window(register);
        let mask = low_bits(register_bits(self.minhash_bits)) << behind;
        let word = (self.word(byte) & !mask) | ((value << behind) & mask);
        self.registers[byte..byte + 8].copy_from_slice(&word.to_be_bytes());
    }

    fn word(&self, byte: usize) -> u64 {
        self.registers[byte..byte + 8].iter().fold(0, |word, byte| word << 8 | u64::from(*byte))
    }
}

/// By inclusion and exclusion, for two sketches or three.
fn intersect_count_by_counts(sketches: &[&Sketch]) -> u64 {
    let union = Sketch::union(sketches).cardinality();
    let sum = sketches.iter().fold(0u64, |sum, sketch| sum.saturating_add(sketch.cardinality()));
    match sketches {
        [a, b, c] => {
            let pairs = [[*a, *b], [*b, *c], [*a, *c]].map(|pair| Sketch::intersect_count(&pair));
            let pairs = pairs.into_iter().fold(0u64, u64::wrapping_add);
            let count = (union as i64).wrapping_sub((sum as i64).wrapping_sub(pairs as i64));
            count.max(0) as u64
        }
        _ => sum.saturating_sub(union),
    }
}

fn similarity_by_counts(sketches: &[&Sketch]) -> f64 {
    /// Zero by zero, as the server's machine divides.
    const UNDEFINED: u64 = 0xFFF8_0000_0000_0000;
    let (intersection, union) = (intersect_count_by_counts(sketches), Sketch::union(sketches).cardinality());
    if intersection == 0 && union == 0 {
        f64::from_bits(UNDEFINED)
    } else {
        intersection as f64 / union as f64
    }
}

fn tau(mut value: f64) -> f64 {
    if value == 0.0 || value == 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - value);
    loop {
        value = value.sqrt();
        y *= 0.5;
        let last = z;
        z -= (1.0 - value) * (1.0 - value) * y;
        if z == last {
            return z / 3.0;
        }
    }
}

fn sigma(mut value: f64) -> f64 {
    if value == 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, value);
    loop {
        value *= value;
        let last = z;
        z += value * y;
        y += y;
        if z == last {
            return z;
        }
    }
}

fn register_bits(minhash_bits: u8) -> u32 {
    RANK_BITS + u32::from(minhash_bits)
}

fn registers_length(index_bits: u8, minhash_bits: u8) -> usize {
    ((register_bits(minhash_bits) as usize) << index_bits).div_ceil(8)
}

fn low_bits(bits: u32) -> u64 {
    (1 << bits) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(elements: std::ops::Range<u32>, index_bits: u8, minhash_bits: u8) -> Sketch {
        let mut sketch = Sketch::new(index_bits, minhash_bits);
        for element in elements {
            sketch.add(&element.to_be_bytes());
        }
        sketch
    }

    #[test]
    fn counts_are_near_the_truth() {
        for (count, index_bits, minhash_bits) in [(0, 4, 0), (10, 12, 0), (1000, 12, 20), (100_000, 16, 0)] {
            let estimate = of(0..count, index_bits, minhash_bits).cardinality() as f64;
            assert!((estimate - f64::from(count)).abs() <= f64::from(count) * 0.05, "{count}: {estimate}");
        }
    }

    #[test]
    fn registers_of_every_width_are_kept_apart() {
        for minhash_bits in (0..=51).filter(|bits| is_minhash_bits(*bits)) {
            let mut sketch = Sketch::new(4, minhash_bits as u8);
            let most = low_bits(register_bits(minhash_bits as u8));
            for register in 0..16 {
                sketch.set(register, most - register as u64);
            }
            assert!((0..16).all(|register| sketch.get(register) == most - register as u64));
            assert_eq!(Sketch::parse(&sketch.to_bytes()), Some(sketch));
        }
    }

    #[test]
    fn halves_that_overlap_are_similar() {
        for minhash_bits in [0, 16] {
            let (a, b) = (of(0..2000, 14, minhash_bits), of(1000..3000, 14, minhash_bits));
            assert!((Sketch::similarity(&[&a, &b]) - 1.0 / 3.0).abs() < 0.03);
            assert!(Sketch::intersect_count(&[&a, &b]).abs_diff(1000) < 100);
            assert!(Sketch::union(&[&a, &b]).cardinality().abs_diff(3000) < 150);
        }
    }

    #[test]
    fn what_is_not_a_sketch_is_refused() {
        let bytes = Sketch::new(4, 0).to_bytes();
        assert!(Sketch::parse(&bytes).is_some());
        assert!((0..bytes.len()).all(|cut| Sketch::parse(&bytes[..cut]).is_none()));
        for (at, value) in [(0, 1), (1, 3), (1, 17), (2, 3), (2, 52)] {
            let mut wrong = bytes.clone();
            wrong[at] = value;
            assert!(Sketch::parse(&wrong).is_none());
        }
    }
}
