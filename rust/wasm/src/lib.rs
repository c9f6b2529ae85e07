//! A placeholder for the WebAssembly face, so that the build has something to build.

use wasm_bindgen::prelude::*;

/// The version of the interface between this module and its shell.
#[wasm_bindgen]
pub fn abi_version() -> u32 {
    0
}
