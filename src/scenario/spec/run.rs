//! `[scenario]`: the run as a whole.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::{Given, Moment};

/// The run as a whole.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "start"]))]
pub struct RunSpec {
    /// A name, safe as the name of a folder: letters, digits, `-`, `_`, `.`.
    pub name: Given<String>,
    /// The instant at which simulated time begins, such as 2026-01-05T00:00:00Z.
    pub start: Given<Moment>,
    /// How long to simulate, such as "28 d"; "until-empty" (for verification only) runs until nothing is left
    /// to do. Without it the run ends at the submission of the last job.
    pub horizon: Given<String>,
    /// The currency of all money, such as "USD" (the default).
    pub currency: Given<String>,
    /// The seed of all randomness; 1 unless given.
    pub seed: Given<u64>,
    /// How many worlds are sampled where anything is random; 100 unless given.
    pub replications: Given<u32>,
    /// The GPU type on which run times of the demand were measured; the first pool's unless given.
    pub reference_gpu: Given<String>,
    /// What happens to a job that runs longer than its owner asked for; "extend" unless given.
    pub on_overrun: Given<OverrunKind>,
}

/// What happens to a job that runs longer than its owner asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OverrunKind {
    /// It goes on.
    Extend,
    /// It ends as timed out.
    Kill,
}
