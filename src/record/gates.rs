//! What gates of the answer found.

use crate::metrics::Unit;

/// What is known of a gate after so many worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateSays {
    /// It holds: all of the interval does.
    Pass,
    /// It does not: nothing of the interval does.
    Fail,
    /// The interval lies on both sides, or nothing can be said.
    Undecided,
}

/// One gate of one strategy.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct GateVerdict {
    /// The gate's name.
    pub gate: String,
    /// The strategy's.
    pub strategy: String,
    /// What it asks, by its name among the metrics.
    pub metric: String,
    /// What that is measured in.
    pub unit: String,
    /// `at-most` or `at-least`.
    pub asks: &'static str,
    /// What it is compared with.
    pub limit: f64,
    /// In which share of the worlds it must hold; `None` asks the number over all of them.
    pub in_worlds: Option<f64>,
    /// Whether this strategy must pass; it is enough that one does otherwise.
    pub must_pass: bool,
    /// The number; with `in_worlds`, the share of the worlds in which it held.
    pub value: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// What that says.
    pub verdict: GateSays,
    /// What kind of unit, for printing.
    #[serde(skip)]
    pub kind: Unit,
}

impl GateSays {
    /// In a word, for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Undecided => "UNDECIDED",
        }
    }
}
