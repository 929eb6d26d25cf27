//! What phases ask before they end, in words.

use crate::model::Gate;

use super::duration;
use super::words::jobs;

/// What a gate of a phase asks, in words.
pub fn gate_words(gate: Gate) -> String {
    match gate {
        Gate::Utilisation(least) => {
            format!("owned GPUs are held {} % of the time", least as f64 / 1e4)
        }
        Gate::MeanWait(most) => {
            let most = duration(most.0 as f64 / 1e3, None);
            format!("the mean wait is at most {most}")
        }
        Gate::Finished(least) => format!("{} finished", jobs(least)),
        Gate::Waiting(most) => format!("at most {} wait", jobs(most)),
    }
}
