//! `[record]`: what is written down of a run, beside its numbers.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::List;

/// What is written down of a run, beside its numbers.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RecordSpec {
    /// Whether each decision of the first replication is written into evidence.jsonl; false unless given. On the command
    /// line: --evidence.
    pub evidence: Given<bool>,
    /// Controls for which there should be rules: those without any are told as gaps.
    pub controls: List<String>,
}
