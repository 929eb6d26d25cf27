//! The trust pack: systems whose answers are known exactly, played by the production engine.
//!
//! Each system of the table is played in independent replications until its standard error is small enough;
//! then the simulated value must lie within 4.5 standard errors of the exact one. Small schedules worked by
//! hand, and identities that hold on every path, must come out exactly.

mod cases;
mod golden;
mod identities;
mod ledger;
mod mixed_estate;
mod once;
mod quantity;
mod rounds;
mod row;
mod storm;
mod storms;
mod system;
mod tally;
mod tier;
mod trial;
mod worked;

pub use row::{Evidence, Row, Verdict, Z_MAX};
pub use tier::Tier;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::replicate::ExperimentError;

/// Plays the trust pack. `threads` 0 is one for each core; the rows do not depend on it. `progress` hears how
/// many systems of how many are done.
pub fn verify(
    tier: Tier,
    seed: u64,
    threads: usize,
    cancelled: &AtomicBool,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<Row>, ExperimentError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| ExperimentError::Threads {
            threads,
            reason: error.to_string(),
        })?;
    let cases = cases::cases(tier);
    let storms = storms::storms(tier);
    let count = cases.len() + storms.len();
    let done = AtomicUsize::new(0);
    progress(0, count);
    let mut rows = golden::rows()?;
    rows.extend(identities::rows(seed)?);
    rows.extend(worked::rows()?);
    let played: Vec<Result<Vec<Row>, ExperimentError>> = pool.install(|| {
        (0..count)
            .into_par_iter()
            .map(|index| {
                if cancelled.load(Ordering::Relaxed) {
                    return Ok(Vec::new());
                }
                let rows = match cases.get(index) {
                    Some(case) => case.play(tier, seed),
                    None => storms[index - cases.len()].play(tier, seed),
                };
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, count);
                rows
            })
            .collect()
    });
    for of_case in played {
        rows.extend(of_case?);
    }
    Ok(rows)
}
