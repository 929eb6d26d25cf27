//! Closed forms of availability, checkpoints and prices that jump, used to check the engine and to explain it.
//!
//! Times are in one unit of the caller's choice and rates are per that unit. Failures strike whether a thing
//! is busy or not, unless said otherwise.

mod availability;
mod chain;
mod checkpoint;
mod redundancy;
mod repair;
mod shared_risk;
mod spot;
mod weibull;

pub use availability::{
    at_least, availability, availability_after, availability_variance, gang_availability,
    up_time_variance,
};
pub use chain::ValueChain;
pub use checkpoint::{
    Checkpoints, RestartFaults, time_without_checkpoints, variance_without_checkpoints,
};
pub use redundancy::mean_time_to_outage;
pub use repair::{MachineRepair, machine_repair};
pub use shared_risk::RiskGroup;
pub use spot::{Interrupted, SpotRun};
pub use weibull::Weibull;

/// Whether two numbers agree in the ten digits in which the references are printed.
#[cfg(test)]
fn assert_close(value: f64, printed: f64) {
    let error = (value / printed - 1.0).abs();
    assert!(error < 1e-9, "{value} is not {printed}");
}
