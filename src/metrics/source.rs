//! What a metric is computed from.

use crate::journal::{FailoverRecord, PhaseRecord, RunRecord};
use crate::units::{Money, SimTime, Span};

use super::books::Books;
use super::budget::Spending;
use super::cell::Cell;
use super::fold::Against;
use super::recovery::Recoveries;
use super::tally::Tally;

/// What a metric is computed from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// The books of all pools.
    Pools(fn(&Books) -> Cell),
    /// The books of all pools, and of each pool.
    EachPool(fn(&Books) -> Cell),
    /// The books of owned pools.
    Owned(fn(&Books) -> Cell),
    /// The books of rented pools.
    Rented(fn(&Books) -> Cell),
    /// All jobs.
    Jobs(fn(&mut Tally) -> Cell),
    /// All jobs, and the jobs of each class.
    EachClass(fn(&mut Tally) -> Cell),
    /// All jobs with a deadline, and those of each class that has one.
    Due(fn(&Tally) -> Cell),
    /// How long all services were out, over all sites, and how long each was.
    EachService(fn(Span) -> Cell),
    /// The pools of each provider, jurisdiction and GPU type, beside all pools, and nothing else.
    Group(fn(&Books, &Books) -> Cell),
    /// The pools of each provider, and nothing else.
    Provider(fn(&Books) -> Cell),
    /// All providers, jurisdictions or GPU types, and nothing else.
    Groups(fn(&[Books]) -> Cell),
    /// The run as a whole.
    Run(fn(&RunRecord) -> Cell),
    /// The books of all pools and what no plan can go below, where something can be rented.
    Bound(fn(&Books, Money) -> Cell),
    /// What happened against any rule, and against each.
    EachRule(fn(&Against) -> Cell),
    /// Each phase, and nothing else.
    Phase(fn(&PhaseRecord) -> Cell),
    /// Each budget, and nothing else.
    Budget(fn(&Spending) -> Cell),
    /// Losses of each class that belongs to a failover, and nothing else.
    Recovery(fn(&mut Recoveries) -> Cell),
    /// Each failover, and nothing else.
    Failover(fn(&FailoverRecord) -> Cell),
    /// Each alert of each budget: when it was first reached.
    Alert(fn(Option<SimTime>) -> Cell),
}

impl Source {
    /// Whether it is told of single things and never of all together.
    pub(super) const fn has_no_whole(self) -> bool {
        matches!(
            self,
            Self::Phase(_)
                | Self::Budget(_)
                | Self::Alert(_)
                | Self::Bound(_)
                | Self::Due(_)
                | Self::Recovery(_)
                | Self::Failover(_)
                | Self::Group(_)
                | Self::Groups(_)
                | Self::Provider(_)
        )
    }
}
