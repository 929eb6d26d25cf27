//! Hostile bytes for one reader: `cargo fuzz run failure_archive`.
#![no_main]

#[path = "../../common/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::failure_archive(bytes));
