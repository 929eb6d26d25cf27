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

/// What becomes of running work, and of copies of data, when a rule turns against them where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// Work ends where it is, and copies stay; nothing new begins there.
    #[default]
    Finish,
    /// For a time as if nothing had happened; then what the rule says, if it still speaks against it.
    Grace,
    /// Work writes a checkpoint, if it keeps any, and goes on elsewhere; copies are deleted once nobody reads them.
    Evict,
    /// Work stops at once and goes back to its newest checkpoint; copies are deleted.
    Stop,
    /// Work stops at once, and what it wrote since it began there stays locked; copies stay and are locked.
    Quarantine,
}

impl Consequence {
    /// The word for it in scenarios and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finish => "finish",
            Self::Grace => "grace",
            Self::Evict => "evict",
            Self::Stop => "stop",
            Self::Quarantine => "quarantine",
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
