//! Policies for capacity that its provider may take back: which zone is asked next, and when to pay for what stays.

use crate::units::Span;

/// How a strategy uses spot capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpotPolicy {
    /// Which zone is asked next.
    pub zones: Zones,
    /// How long a job waits for spot capacity before it may go on demand; `None`: it never does.
    pub on_demand_after: Option<Span>,
    /// Jobs with a deadline go by their progress instead.
    pub uniform: Option<Uniform>,
}

/// Which of several spot pools a job asks, and in what order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zones {
    /// All, the cheapest for its work first.
    Cheapest,
    /// The one where it was last, until that refused it so many times; then the next in the order of the file.
    RetrySame {
        /// How many times.
        tries: u32,
    },
    /// All, beginning behind the one that last failed it, in the order of the file.
    EagerNext,
    /// All, by what became of those who asked: the mean of successes and an allowance for zones that were tried little
    /// (UCB1; Auer, Cesa-Bianchi and Fischer, 2002).
    Bandit,
}

/// The policy of uniform progress (Wu et al., "Can't Be Late", NSDI'24): spot whenever it is to be had; on demand while
/// progress is behind the straight line from submission to the deadline, with hysteresis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uniform {
    /// What changing from one capacity to the other takes, d.
    pub changeover: Span,
}
