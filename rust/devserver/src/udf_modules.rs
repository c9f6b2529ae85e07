//! UDF modules of the cluster, as clients have put them.

use crate::limits::limit;

#[derive(Clone, Debug)]
pub struct Module {
    pub name: Vec<u8>,
    /// In base64, as it came.
    pub content: Vec<u8>,
}

/// In the order in which they were put first.
#[derive(Debug, Default)]
pub struct Modules(Vec<Module>);

impl Modules {
    pub fn iter(&self) -> impl Iterator<Item = &Module> {
        self.0.iter()
    }

    pub fn get(&self, name: &[u8]) -> Option<&Module> {
        self.0.iter().find(|module| module.name == name)
    }

    /// There must not be too many.
    pub fn has_room_for(&self, name: &[u8]) -> bool {
        self.0.len() < limit::UDF_MODULES || self.get(name).is_some()
    }

    /// Keeps a module, in place of the one of that name.
    pub fn put(&mut self, module: Module) {
        match self.0.iter().position(|other| other.name == module.name) {
            Some(index) => self.0[index] = module,
            None => self.0.push(module),
        }
    }

    pub fn remove(&mut self, name: &[u8]) {
        self.0.retain(|module| module.name != name);
    }
}

impl Module {
    /// As a list of modules has it. The hash is that of the JSON in which the real server keeps a module.
    pub fn line(&self) -> Vec<u8> {
        let json = [b"{\"content64\": \"", &*self.content, b"\", \"type\": \"LUA\", \"name\": \"", &self.name, b"\"}"];
        let hash: String = sha1(&json.concat()).iter().map(|word| format!("{word:08x}")).collect();
        [b"filename=", &*self.name, b",hash=", hash.as_bytes(), b",type=LUA;"].concat()
    }
}

/// SHA-1, as five words.
fn sha1(bytes: &[u8]) -> [u32; 5] {
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + 8).next_multiple_of(64) - 8, 0);
    padded.extend_from_slice(&(bytes.len() as u64 * 8).to_be_bytes());
    let mut hash: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded.as_chunks::<64>().0 {
        let mut words = [0u32; 80];
        for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        for n in 16..80 {
            words[n] = (words[n - 3] ^ words[n - 8] ^ words[n - 14] ^ words[n - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = hash;
        for (n, word) in words.iter().enumerate() {
            let (mixed, constant) = match n {
                0..=19 => (b & c | !b & d, 0x5a82_7999),
                20..=39 => (b ^ c ^ d, 0x6ed9_eba1),
                40..=59 => (b & c | b & d | c & d, 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6u32),
            };
            let sum = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
            (a, b, c, d, e) = (sum, a, b.rotate_left(30), c, d);
        }
        for (total, part) in hash.iter_mut().zip([a, b, c, d, e]) {
            *total = total.wrapping_add(part);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_sha_1() {
        let hex = |text: &str| sha1(text.as_bytes()).iter().map(|word| format!("{word:08x}")).collect::<String>();
        assert_eq!(hex(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(hex(&"a".repeat(1_000_000)), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    }
}
