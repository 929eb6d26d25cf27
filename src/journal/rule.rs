//! What is known of rules: their modes, and what happened against them.

use serde::Serialize;

use crate::units::PoolId;

/// Whether a rule is obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleMode {
    /// As if it were not there.
    Off,
    /// What it refuses happens all the same, and is counted.
    Audit,
    /// It is obeyed.
    Enforce,
}

impl RuleMode {
    /// The word for it in scenarios and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Audit => "audit",
            Self::Enforce => "enforce",
        }
    }
}

/// What happened against a rule in a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleRecord {
    /// Which rule, by its place in the model; behind the last, what nothing permits; `None` is any of them.
    pub rule: Option<u16>,
    /// In which pool.
    pub pool: PoolId,
    /// How often a job began to violate it there: by taking GPUs, or because the rule turned against it.
    pub violations: u64,
    /// GPU-time that jobs held there against it, in milli-GPU·ms.
    pub gpu_time: u128,
}
