//! How precise a verification must be.

/// How much is played, and how precise it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// With the tests of the program: relative standard errors of at most 2 %.
    Tests,
    /// `verify --quick`: at most 1 %, in half a minute.
    Quick,
    /// `verify --full`: at most 0.3 %.
    Full,
}

impl Tier {
    /// Most standard error that a row may have, as a share of the expected value. A difference of a few
    /// times this much is seen.
    pub const fn error_max(self) -> f64 {
        match self {
            Self::Tests => 0.02,
            Self::Quick => 0.01,
            Self::Full => 0.003,
        }
    }

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tests => "tests",
            Self::Quick => "quick",
            Self::Full => "full",
        }
    }
}
