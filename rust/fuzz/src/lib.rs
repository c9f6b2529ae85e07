//! What may come as bytes, as functions of bytes that panic when something is not as it must be. `make fuzz` lets a
//! fuzzer choose the bytes; `cargo test` gives each function what was found before, and some thousands that are made up.

mod answers;
mod engine;
mod info;
mod input;
mod login;
pub mod seeds;
mod values;
mod wire;

/// Whatever the bytes are, it returns.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 7] = [
    ("frames", wire::frames),
    ("reply", wire::reply),
    ("info", info::info),
    ("values", values::values),
    ("tape", values::tape),
    ("login", login::login),
    ("engine", engine::engine),
];

pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|&(_, target)| target)
}
