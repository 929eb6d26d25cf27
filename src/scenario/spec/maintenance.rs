//! `[[maintenance]]`: work on nodes that is planned and announced.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::{Given, Moment};

use super::weather::SelectorSpec;

/// Work on nodes that is planned and announced.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "start", "lasts"]))]
pub struct MaintenanceSpec {
    /// Its name.
    pub name: Given<String>,
    /// Where; everything owned unless given.
    #[serde(rename = "where")]
    pub selector: Given<SelectorSpec>,
    /// When the first round begins: an instant, or time since the start such as "10 d".
    pub start: Given<Moment>,
    /// From the beginning of one round to that of the next, such as "28 d"; one round only unless given.
    pub every: Given<String>,
    /// How long the work on a batch takes once nobody uses its nodes, such as "2 h".
    pub lasts: Given<String>,
    /// How many nodes are worked on together, one batch after the other; all at once unless given.
    pub batch: Given<u32>,
    /// How long before each round it is announced; "7 d" unless given. From then on no job is started where it
    /// is expected to run into the work.
    pub notice: Given<String>,
    /// What becomes of those who still run; "wait" unless given.
    pub drain: Given<DrainKind>,
}

/// What becomes of jobs that run on nodes which are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DrainKind {
    /// They end first, and the batch waits for them.
    Wait,
    /// Those that keep a checkpoint when they are stopped write one and leave (so they may be started although
    /// they would run into the work); the others are stopped.
    Checkpoint,
    /// They are stopped.
    Kill,
}
