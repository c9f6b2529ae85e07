//! MurmurHash3 (Austin Appleby, public domain) in its form for 64-bit machines with 128 bits, seed 0.

const C1: u64 = 0x87c3_7b91_1142_53d5;
const C2: u64 = 0x4cf5_ad43_2745_937f;

pub fn hash(bytes: &[u8]) -> [u64; 2] {
    let (mut h1, mut h2) = (0u64, 0u64);
    let mut blocks = bytes.chunks_exact(16);
    for block in &mut blocks {
        let (k1, k2) = halves(block);
        h1 = (h1 ^ mix_first(k1)).rotate_left(27).wrapping_add(h2).wrapping_mul(5).wrapping_add(0x52dc_e729);
        h2 = (h2 ^ mix_second(k2)).rotate_left(31).wrapping_add(h1).wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }
    // Halves of the rest that are empty mix to zero.
    let (k1, k2) = halves(blocks.remainder());
    h1 ^= mix_first(k1) ^ bytes.len() as u64;
    h2 ^= mix_second(k2) ^ bytes.len() as u64;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    h1 = finish(h1);
    h2 = finish(h2);
    h1 = h1.wrapping_add(h2);
    [h1, h2.wrapping_add(h1)]
}

/// At most 16 bytes as two little-endian integers; what is missing is zero.
fn halves(bytes: &[u8]) -> (u64, u64) {
    let mut block = [0; 16];
    block[..bytes.len()].copy_from_slice(bytes);
    let both = u128::from_le_bytes(block);
    (both as u64, (both >> 64) as u64)
}

fn mix_first(k: u64) -> u64 {
    k.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2)
}

fn mix_second(k: u64) -> u64 {
    k.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1)
}

fn finish(mut h: u64) -> u64 {
    h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn knows_published_hashes() {
        assert_eq!(hash(b""), [0, 0]);
        assert_eq!(hash(b"hello"), [0xcbd8_a7b3_41bd_9b02, 0x5b1e_906a_48ae_1d19]);
        let fox = hash(b"The quick brown fox jumps over the lazy dog");
        assert_eq!(fox, [0xe34b_bc7b_bc07_1b6c, 0x7a43_3ca9_c49a_9347]);
    }
}
