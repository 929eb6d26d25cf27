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

impl Outcome {
    /// All outcomes, in the order of reports.
    pub const ALL: [Self; 4] = [
        Self::Finished,
        Self::Failed,
        Self::Cancelled,
        Self::TimedOut,
    ];

    /// The name in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
        }
    }

    /// The outcome that [`Outcome::name`] calls so.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.name()), Some(outcome));
        }
        assert_eq!(Outcome::parse("done"), None);
    }
}
