//! `[[window]]`: when work of a class may start, and what becomes of what still runs at the end.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::List;
use super::runbook::HoursSpec;
use super::weather::SelectorSpec;

/// Hours of the week in which work of some classes may start in some pools. Several windows of one class add up: it may
/// start while any of them is open. Where no window is about a class and a pool, it may start there at any time.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "classes", "hours"]))]
pub struct WindowSpec {
    /// Its name.
    pub name: Given<String>,
    /// Classes that it is for.
    pub classes: List<String>,
    /// Where it holds; in all pools of the classes unless given.
    #[serde(rename = "where")]
    pub selector: Given<SelectorSpec>,
    /// When it is open.
    pub hours: Given<HoursSpec>,
    /// What becomes of work that still runs at its end: "checkpoint" unless given.
    pub teardown: Given<TeardownKind>,
    /// How long before its end nothing starts any more, and what writes a checkpoint is told to, such as "15 min"; at
    /// its end unless given.
    pub lead: Given<String>,
}

/// What becomes of work when it must leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TeardownKind {
    /// It runs on to its own end, which is counted.
    Finish,
    /// It writes a checkpoint, and waits for the next window.
    Checkpoint,
    /// It stops at once, loses what no checkpoint holds, and waits for the next window.
    Stop,
}
