//! Disciplines that know sizes: shortest job first, and shortest remaining time first with preemption at no
//! cost. Requested times are the true ones.

use crate::model::Discipline;
use crate::process::Law;
use crate::queueing::{shortest_job_first_time, shortest_remaining_time_first_time};

use super::super::quantity::Quantity;
use super::super::system::System;
use super::super::tier::Tier;
use super::super::trial::Case;
use super::{case, exact};

const FAMILY: &str = "By size, requested times true";

pub(super) fn cases() -> Vec<Case> {
    let shortest = |rate, from, length| {
        let theory = exact(shortest_job_first_time(rate));
        by("SJF", Discipline::ShortestFirst, rate, theory, from, length)
    };
    let remaining = |rate, from, length| {
        let theory = exact(shortest_remaining_time_first_time(rate));
        let discipline = Discipline::ShortestRemaining;
        by("SRPT", discipline, rate, theory, from, length)
    };
    vec![
        shortest(0.5, Tier::Tests, 4_000),
        shortest(0.8, Tier::Tests, 8_000),
        shortest(0.9, Tier::Full, 100_000),
        remaining(0.5, Tier::Tests, 4_000),
        remaining(0.8, Tier::Tests, 8_000),
        remaining(0.9, Tier::Full, 100_000),
    ]
}

fn by(word: &str, discipline: Discipline, rate: f64, theory: f64, from: Tier, length: u32) -> Case {
    let system = System {
        discipline,
        ..System::simple(
            format!("M/M/1 {word} λ={rate}"),
            1,
            rate,
            Law::Exponential { mean: 1.0 },
        )
    };
    case(FAMILY, from, length, system, vec![Quantity::time(theory)])
}
