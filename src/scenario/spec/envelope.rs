//! `[[envelope]]`: what one job may cost at most.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::List;
use super::weather::SelectorSpec;

/// What one job may cost at most on rented capacity: a hard limit, for each job by itself.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "amount"]))]
pub struct EnvelopeSpec {
    /// Its name.
    pub name: Given<String>,
    /// Classes that it is for; all unless given.
    pub classes: List<String>,
    /// Tenants whose jobs it is for; all unless given.
    pub tenants: List<String>,
    /// What GPUs may cost one job, such as "500 USD".
    pub amount: Given<String>,
    /// Which rented capacity counts, and is left once it is used up; all unless given.
    #[serde(rename = "where")]
    pub selector: Given<SelectorSpec>,
    /// What becomes of a job that reaches it: "stop" unless given.
    pub teardown: Given<EnvelopeTeardownKind>,
    /// Whether a job that is expected, by its own estimate and at the prices of the moment, to cost more is not placed
    /// at all; only one that could not even begin is refused unless given.
    pub looks_ahead: Given<bool>,
}

/// What becomes of a job whose envelope is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EnvelopeTeardownKind {
    /// It writes a checkpoint, which the envelope pays for, and goes on in capacity that does not count, if ever.
    Checkpoint,
    /// It is over.
    Stop,
}
