//! `[[retention]]`: how long what is kept may be kept, and who proves that it was deleted.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::law::LawSpec;
use super::rule::AttributeValue;
use super::weather::SelectorSpec;
use super::{ByName, List};

/// How long something is kept. Of several that are about one thing the first counts.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["id", "of"]))]
pub struct RetentionSpec {
    /// Its name.
    pub id: Given<String>,
    /// What it is about.
    pub of: List<KeptKindSpec>,
    /// Only of these data sets and artifacts: copies of them, what transforms made of them, and checkpoints and results
    /// of jobs that read any of that; of all unless given.
    pub data: List<String>,
    /// Only what has one of these marks: `{ classification = ["health"] }`; checkpoints and results have those of their
    /// jobs.
    pub marks: ByName<AttributeValue>,
    /// Only checkpoints and results of these classes.
    pub classes: List<String>,
    /// Where it lies; everywhere unless given.
    #[serde(rename = "where")]
    pub selector: Given<SelectorSpec>,
    /// How long, such as "30 d", or "forever"; by kind unless given.
    pub keep: Given<String>,
    /// Since when that counts; by kind unless given.
    pub from: Given<KeptFromSpec>,
    /// How long it takes until whoever deleted it proves that, where they prove it at all (`deletion_proof` of their
    /// sheet; we do on sites of our own): { median = "3 d", p95 = "20 d" }; 30 days elsewhere and no time at all on
    /// our own sites unless given.
    pub proof: Given<LawSpec>,
    /// Whether it is deleted too when that is deleted of which it was made; it is not unless given.
    pub derived: Given<DerivedKind>,
    /// Why there is such a rule.
    pub reason: Given<String>,
    /// The controls for which it stands, in your own names.
    pub controls: List<String>,
}

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeptKindSpec {
    /// Data sets where they are kept throughout.
    DataSet,
    /// Copies of data sets in the caches of sites.
    Copy,
    /// Copies of data sets that are made while time passes (`copies`).
    Replica,
    /// What transforms make.
    Transformed,
    /// Containers and models in the caches of sites.
    Artifact,
    /// The newest checkpoint of a job that is over; it goes with the job unless some rule keeps it.
    Checkpoint,
    /// What jobs sent home.
    Result,
}

/// Since when a time of keeping counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeptFromSpec {
    /// When a job last began or ceased to read it; before that, when it came.
    LastUse,
    /// When it came, or was made; the start of the run for what was there before.
    Written,
    /// The end of the job whose checkpoint it is.
    JobEnd,
}

/// What becomes of what was made of something else when that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DerivedKind {
    /// It is deleted with it.
    WithSource,
    /// It stays for its own time.
    OnItsOwn,
}
