//! What a placement that ranks pools made of one of them for a job.

use crate::units::{Carbon, Money, Span};

/// The number by which a pool was ranked, with what it was made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Whether its deadline was expected to be missed there; of these the first to end is best.
    pub late: bool,
    /// What the placement ranks by, the least first: thousandths of ticks of money of a weighted sum, bytes, milliseconds,
    /// ticks of a gram, GPUs, ticks of money, or the end in milliseconds.
    pub value: i128,
    /// What the run was expected to cost.
    pub cost: Money,
    /// How long until it was expected to run.
    pub delay: Span,
    /// Bytes that would have moved.
    pub data: u64,
    /// How long a byte is on its way.
    pub latency: Span,
    /// What it was expected to emit.
    pub carbon: Carbon,
    /// Free GPUs that would have been left over on its last node.
    pub fragmentation: u64,
    /// How long it was expected to run.
    pub run: Span,
}
