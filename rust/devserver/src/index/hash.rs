//! The number by which the server indexes a string or blob, and which queries tell of each record that they found by
//! one: wyhash (final version 3) with the server's seed.

const SECRET: [u64; 4] = [0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db, 0x8ebc_6af0_9c88_c6e3, 0x5899_65cc_7537_4cc3];
const SEED: u64 = 0x0002_9fbb_14cc_886f;

pub fn of(bytes: &[u8]) -> u64 {
    let mut seed = SEED ^ SECRET[0];
    let (a, b) = match bytes.len() {
        0 => (0, 0),
        length @ 1..=3 => {
            let at = |index: usize| u64::from(bytes[index]);
            (at(0) << 16 | at(length >> 1) << 8 | at(length - 1), 0)
        }
        length @ 4..=16 => {
            let step = (length >> 3) << 2;
            let pair = |first: usize, second: usize| word32(bytes, first) << 32 | word32(bytes, second);
            (pair(0, step), pair(length - 4, length - 4 - step))
        }
        length => {
            let mut at = 0;
            if length - at > 48 {
                let mut others = [seed, seed];
                while length - at > 48 {
                    seed = mix(word(bytes, at) ^ SECRET[1], word(bytes, at + 8) ^ seed);
                    others[0] = mix(word(bytes, at + 16) ^ SECRET[2], word(bytes, at + 24) ^ others[0]);
                    others[1] = mix(word(bytes, at + 32) ^ SECRET[3], word(bytes, at + 40) ^ others[1]);
                    at += 48;
                }
                seed ^= others[0] ^ others[1];
            }
            while length - at > 16 {
                seed = mix(word(bytes, at) ^ SECRET[1], word(bytes, at + 8) ^ seed);
                at += 16;
            }
            (word(bytes, length - 16), word(bytes, length - 8))
        }
    };
    mix(SECRET[1] ^ bytes.len() as u64, mix(a ^ SECRET[1], b ^ seed))
}

fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

fn word(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

fn word32(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |chunk| u64::from(u32::from_le_bytes(*chunk)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_numbers_that_the_recorded_server_gave() {
        assert_eq!(of(b"s1"), 0x1fd8_bdd6_7c53_e898);
        assert_eq!(of(b"x1"), 0x0c91_0ca6_8340_27b9);
        assert_eq!(of(&[2]), 0x0452_0670_d5f6_41ed);
    }

    #[test]
    fn takes_texts_of_any_length() {
        let text = [7; 200];
        let hashes: std::collections::BTreeSet<u64> = (0..200).map(|length| of(&text[..length])).collect();
        assert_eq!(hashes.len(), 200);
    }
}
