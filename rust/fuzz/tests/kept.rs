//! What was found before, what fuzzing begins with, and some thousands of inputs that are made of it, the same each time.

use aerospike_fuzz::{seeds, TARGETS};
use std::path::Path;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }
}

/// As a fuzzer changes inputs: bytes are changed, put in, taken out, or taken from another.
fn changed(inputs: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let Some(input) = inputs.get(random.below(inputs.len())) else {
        return (0..random.below(200)).map(|_| random.below(256) as u8).collect();
    };
    let mut bytes = input.clone();
    for _ in 0..1 + random.below(4) {
        let at = random.below(bytes.len() + 1);
        let until = (at + random.below(16)).min(bytes.len());
        match random.below(5) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 if at < bytes.len() => bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][random.below(5)],
            2 => bytes.truncate(at),
            3 => drop(bytes.splice(at..until, (0..random.below(8)).map(|_| random.below(256) as u8))),
            _ => {
                let other = &inputs[random.below(inputs.len())];
                let from = random.below(other.len() + 1);
                let piece = other[from..(from + random.below(64)).min(other.len())].to_vec();
                drop(bytes.splice(at..until, piece));
            }
        }
    }
    bytes
}

fn play(name: &str, more: usize) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("kept").join(name);
    for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        eprintln!("{}", file.path().display());
        target(&std::fs::read(file.path()).expect("an input"));
    }
    let inputs = seeds::of(name);
    inputs.iter().for_each(|input| target(input));
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..more {
        let input = changed(&inputs, &mut random);
        if let Err(problem) = std::panic::catch_unwind(|| target(&input)) {
            eprintln!("{name}: {input:x?}");
            std::panic::resume_unwind(problem);
        }
    }
}

#[test]
fn frames() {
    play("frames", 5000);
}

#[test]
fn reply() {
    play("reply", 5000);
}

#[test]
fn info() {
    play("info", 2000);
}

#[test]
fn values() {
    play("values", 5000);
}

#[test]
fn tape() {
    play("tape", 5000);
}

#[test]
fn login() {
    play("login", 2000);
}

#[test]
fn engine() {
    play("engine", 500);
}
