//! The closed forms of queueing theory, schedules worked by hand and identities of the ledger, through the
//! production engine, in the tests' tier. The table of cases is the one of `plimsoll verify`.

use std::sync::atomic::AtomicBool;

use plimsoll::experiment::{Row, Tier, Verdict, verify};

/// The seed is fixed: these tests never fail by chance on one day and pass on another.
const SEED: u64 = 20_260_101;

/// Jobs that the tests may play in all.
const JOBS_MAX: u64 = 20_000_000;

#[test]
fn the_engine_agrees_with_theory() {
    let rows = verify(Tier::Tests, SEED, 0, &AtomicBool::new(false), &|_, _| {}).unwrap();
    let wrong: Vec<&Row> = rows
        .iter()
        .filter(|row| row.verdict() != Verdict::Agrees)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // The table is not empty by accident, and not too long for a test.
    assert!(70 <= rows.len(), "only {} rows", rows.len());
    let jobs: u64 = rows.iter().map(|row| row.jobs).sum();
    assert!(jobs <= JOBS_MAX, "{jobs} jobs are too many for a test");
}
