//! `[[key_service]]`: what jobs cannot do without, and what becomes of them when it is out.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::{Given, Moment};

use super::List;

/// A service that keeps the keys of data, artifacts and checkpoints. Where it is out, nothing that needs a key
/// starts once the keys that were fetched before have expired.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct KeyServiceSpec {
    /// Its name, as classes and data sets say it.
    pub name: Given<String>,
    /// The sites that it serves; all unless given.
    pub sites: List<String>,
    /// Whether these sites use one and the same; otherwise each has one of its own, which fails by itself.
    pub shared: Given<bool>,
    /// How long a key that was fetched can be used while the service is out, such as "4 h"; not at all unless
    /// given.
    pub cache: Given<String>,
    /// What becomes of running jobs when it is out and their keys have expired; "finish" unless given.
    pub on_loss: Given<LossKind>,
    /// When keys are replaced; never unless given.
    pub rotation: Given<RotationSpec>,
}

/// What becomes of running jobs that lose a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LossKind {
    /// They go on to their next checkpoint and stop there; without checkpoints they run to their end.
    Finish,
    /// They stop at once.
    Stop,
}

/// When keys are replaced.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["every"]))]
pub struct RotationSpec {
    /// How often, such as "30 d".
    pub every: Given<String>,
    /// The first time: an instant, or time since the start; after the first `every` unless given.
    pub first: Given<Moment>,
    /// How long the old key holds beside the new one, such as "1 h"; not at all unless given, so that whatever
    /// holds the old one breaks.
    pub overlap: Given<String>,
}
