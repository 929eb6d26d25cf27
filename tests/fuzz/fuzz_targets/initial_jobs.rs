//! Hostile bytes for one reader: `cargo fuzz run initial_jobs`.
#![no_main]

#[path = "../../common/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::initial_jobs(bytes));
