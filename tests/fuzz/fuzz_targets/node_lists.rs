//! Hostile bytes for one reader: `cargo fuzz run node_lists`.
#![no_main]

#[path = "../../common/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::node_lists(bytes));
