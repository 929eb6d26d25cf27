//! One job as a generator makes it.

use crate::units::MilliGpus;

use super::Outcome;

/// A generated job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeneratedJob {
    /// Milliseconds from the start of the scenario to its submission.
    pub submit_ms: u64,
    /// True run time on the reference GPU type at the requested size, at least 1 ms.
    pub work_ms: u64,
    /// The run time that its owner asks for; `None` if owners do not say.
    pub requested_ms: Option<u64>,
    /// What it asks for.
    pub gpus: MilliGpus,
    /// Index into the workload's tenants.
    pub tenant: u16,
    /// Index into the workload's classes.
    pub class: u16,
    /// How it ends by itself.
    pub outcome: Outcome,
    /// Larger is more urgent.
    pub priority: i32,
}
