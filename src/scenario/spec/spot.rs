//! `spot` of a strategy: how it uses capacity that its provider may take back.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

/// A policy for spot pools: which zone is asked next, and when to pay for capacity that stays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["policy"]))]
pub struct SpotSpec {
    /// The policy.
    pub policy: Given<SpotKind>,
    /// Retry same: how often a zone may refuse in a row before the next is asked; 3 unless given.
    pub tries: Given<u32>,
    /// How long a job waits for spot capacity before it may go on demand, such as "30 min"; "never" if it never does; at
    /// once unless given. Under uniform progress this is for jobs without a deadline.
    pub on_demand_after: Given<String>,
    /// Uniform progress: what changing between spot and on demand takes; "10 min" unless given.
    pub changeover: Given<String>,
}

/// Policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SpotKind {
    /// All zones, the cheapest first.
    CheapestOrder,
    /// The zone where the job was, some times; then the next in the order of the file.
    RetrySame,
    /// All zones in the order of the file, beginning behind the one that failed the job last.
    EagerNext,
    /// All zones, those first that granted and kept most, with an allowance for those that were tried little.
    Bandit,
    /// The cheapest zone first; on demand while the job is behind a straight line to its deadline.
    UniformProgress,
}
