//! Hostile bytes for one reader: `cargo fuzz run price_file`.
#![no_main]

#[path = "../../common/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::price_file(bytes));
