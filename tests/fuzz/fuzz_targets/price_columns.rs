//! Hostile bytes for one reader: `cargo fuzz run price_columns`.
#![no_main]

#[path = "../../common/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::price_columns(bytes));
