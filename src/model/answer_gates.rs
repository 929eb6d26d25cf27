//! Gates of the answer: what a number must keep to over the sampled worlds. (What must hold for a phase to end is a
//! [`super::Gate`].)

use crate::metrics::Unit;
use crate::units::StrategyId;

/// One gate of the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerGate {
    /// Its name.
    pub name: String,
    /// The column of the answer that it asks, by its name.
    pub metric: String,
    /// And by its place in [`super::layout_of`].
    pub column: usize,
    /// What that is measured in.
    pub unit: Unit,
    /// What it is compared with.
    pub limit: f64,
    /// Whether it may be so much at most; it must be so much at least otherwise.
    pub at_most: bool,
    /// In which share of the worlds it must hold; `None` asks the number over all of them.
    pub in_worlds: Option<f64>,
    /// Of which strategies it is told, ascending.
    pub strategies: Vec<StrategyId>,
    /// Whether each of these must pass; it is enough that one does otherwise.
    pub of_each: bool,
}

impl AnswerGate {
    /// Whether a value keeps to it.
    pub fn holds(&self, value: f64) -> bool {
        if self.at_most {
            value <= self.limit
        } else {
            self.limit <= value
        }
    }
}
