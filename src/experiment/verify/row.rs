//! One line of the answer: what theory expects, what the engine did, and whether they agree.

/// Differences of this many standard errors and more speak against the engine: by chance alone one of
/// 150,000 rows would show one.
pub const Z_MAX: f64 = 4.5;

/// What a row rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Evidence {
    /// Whole numbers that must be equal, and whether they are.
    Exact {
        /// Whether they are.
        equal: bool,
    },
    /// An estimate from independent replications.
    Estimated {
        /// Standard error of the simulated value, in its unit.
        error: f64,
        /// Most relative standard error that the tier allows.
        error_max: f64,
        /// Independent replications.
        replications: u32,
    },
}

/// Whether theory and engine agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They do.
    Agrees,
    /// They do not.
    Differs,
    /// The estimate is too imprecise to say.
    Imprecise,
}

impl Verdict {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "DIFFERS",
            Self::Imprecise => "IMPRECISE",
        }
    }
}

/// One comparison of a simulated with an expected value.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The family of systems, the title above the row.
    pub family: &'static str,
    /// The system in the words of queueing theory.
    pub system: String,
    /// What was measured.
    pub quantity: String,
    /// What theory says.
    pub expected: f64,
    /// What the engine did.
    pub simulated: f64,
    /// How sure we are.
    pub evidence: Evidence,
    /// Jobs played for it; 0 where another row of the same system counts them.
    pub jobs: u64,
}

impl Row {
    /// The difference in standard errors; `None` where nothing is random.
    pub fn z(&self) -> Option<f64> {
        match self.evidence {
            Evidence::Exact { .. } => None,
            Evidence::Estimated { error, .. } => Some((self.simulated - self.expected) / error),
        }
    }

    /// Whether theory and engine agree.
    pub fn verdict(&self) -> Verdict {
        match self.evidence {
            Evidence::Exact { equal: true } => Verdict::Agrees,
            Evidence::Exact { equal: false } => Verdict::Differs,
            Evidence::Estimated {
                error, error_max, ..
            } => {
                let off = (self.simulated - self.expected).abs();
                // Written so that a value that is not a number never agrees.
                if off >= Z_MAX * error || off.is_nan() || error.is_nan() {
                    Verdict::Differs
                } else if error <= error_max * self.expected.abs() {
                    Verdict::Agrees
                } else {
                    Verdict::Imprecise
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(simulated: f64, error: f64) -> Row {
        Row {
            family: "test",
            system: "test".to_owned(),
            quantity: "wait".to_owned(),
            expected: 4.0,
            simulated,
            evidence: Evidence::Estimated {
                error,
                error_max: 0.01,
                replications: 32,
            },
            jobs: 0,
        }
    }

    #[test]
    fn a_row_agrees_only_if_it_is_close_and_precise() {
        // 0.01 × 4 = 0.04 is the most error allowed; 4.5 × 0.04 = 0.18 the least difference that counts (and
        // 4.18 − 4 is a hair less in binary).
        assert_eq!(row(4.17, 0.04).verdict(), Verdict::Agrees);
        assert_eq!(row(4.19, 0.04).verdict(), Verdict::Differs);
        assert_eq!(row(4.0, 0.05).verdict(), Verdict::Imprecise);
        assert_eq!(row(f64::NAN, 0.04).verdict(), Verdict::Differs);
        assert_eq!(row(4.0, f64::NAN).verdict(), Verdict::Differs);
        assert_eq!(row(4.0, 0.0).verdict(), Verdict::Differs);
        // (3.5 − 4) / 0.25 = −2
        assert_eq!(row(3.5, 0.25).z(), Some(-2.0));
    }
}
