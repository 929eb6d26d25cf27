//! What a fuzzer throws at each reader, as plain functions: they may refuse anything, but not panic.
#![allow(dead_code, missing_docs, unreachable_pub)]

use plimsoll::model::compile;
use plimsoll::scenario::load_text;
use plimsoll::trace::{Format, Limits, Mapping, Philly, Swf, TraceStart, read_from};
use plimsoll::units::Zone;

/// A scenario file, from its words to its model.
pub fn scenario(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(scenario) = load_text("hostile.toml", &text, &[]) {
        let _ = compile(&scenario);
    }
}

pub fn philly(bytes: &[u8]) {
    import(
        bytes,
        &Format::Philly(Philly {
            zone: Zone::utc(),
            zone_name: "UTC".to_owned(),
            start: TraceStart::FirstSubmit,
        }),
    );
}

pub fn swf(bytes: &[u8]) {
    import(bytes, &Format::Swf(Swf::default()));
}

pub fn table(bytes: &[u8]) {
    let mapping = Mapping {
        ignore_rest: true,
        ..Mapping::new("submit", "duration", "gpus")
    };
    import(bytes, &Format::Table(Box::new(mapping)));
}

pub fn plimsoll(bytes: &[u8]) {
    import(
        bytes,
        &Format::Plimsoll {
            start_unix_ms: None,
        },
    );
}

/// A file that is read has jobs, accounts for every row, and an error says what to do.
fn import(bytes: &[u8], format: &Format) {
    let limits = Limits {
        max_bytes: 1 << 20,
        ..Limits::default()
    };
    match read_from(bytes, "hostile", format, &limits) {
        Ok(trace) => {
            let report = &trace.report;
            let dropped: u64 = report.dropped.iter().map(|tally| tally.rows).sum();
            assert_eq!(report.rows_read, report.accepted + dropped);
            assert_eq!(report.accepted, trace.jobs.len() as u64);
            assert!(!trace.jobs.is_empty());
        }
        Err(error) => assert!(!error.fix.is_empty()),
    }
}
