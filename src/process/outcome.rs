//! How a job ends.

use serde::{Deserialize, Serialize};

/// How a job ends once it has run for as long as it does.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Its work is done.
    #[default]
    Finished,
    /// It fails by its own fault.
    Failed,
    /// Its owner stops it.
    Cancelled,
    /// It reaches the limit that its owner asked for.
    TimedOut,
}
