//! Hostile bytes for one reader: `cargo fuzz run gcp`.
#![no_main]

#[path = "../../common/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::gcp(bytes));
