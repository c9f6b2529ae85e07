//! The fuzzer: libFuzzer around the target that FUZZ_TARGET names. What it begins with is first written to FUZZ_SEEDS.
#![no_main]

use std::sync::OnceLock;

static TARGET: OnceLock<aerospike_fuzz::Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(
    init: {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        let Some(target) = aerospike_fuzz::target(&name) else { panic!("FUZZ_TARGET={name} is no target") };
        let _ = TARGET.set(target);
        let folder = std::path::PathBuf::from(std::env::var_os("FUZZ_SEEDS").expect("FUZZ_SEEDS is set"));
        for (number, seed) in aerospike_fuzz::seeds::of(&name).iter().enumerate() {
            std::fs::write(folder.join(number.to_string()), seed).expect("FUZZ_SEEDS is a folder");
        }
    },
    |bytes: &[u8]| {
        if let Some(target) = TARGET.get() {
            target(bytes)
        }
    }
);
